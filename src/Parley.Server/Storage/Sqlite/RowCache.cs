namespace Parley.Server.Storage.Sqlite;

/// <summary>
/// Threads with their members, and users, as the writer last saved them. Nobody else writes these rows, so that what was saved need not be
/// read again (docs/decisions/0013-rows-of-the-writer.md). What is kept is never changed: every batch gets copies.
/// </summary>
/// <param name="max">How many threads, and how many users, are kept at the least; up to twice as many are.</param>
internal sealed class RowCache(int max = RowCache.Max)
{
    // More than talk at a time on a machine that a single file is enough for. The others are read again.
    private const int Max = 10_000;

    private readonly Generations<(ThreadRow Thread, MemberRow[] Members)> _threads = new(max);
    private readonly Generations<UserRow> _users = new(max);

    /// <summary>Puts a thread and its members into the set; false where they must be read.</summary>
    public bool TryAddThread(long threadId, WorkingSet set, Needs needs)
    {
        if (!_threads.TryGet(threadId, out var kept))
            return false;
        set.Add(kept.Thread with { LoadedRevision = kept.Thread.Revision, IsNew = false, IsChanged = false });
        foreach (var member in kept.Members)
        {
            set.Add(member with { IsNew = false, IsStamped = false, IsChanged = false });
            needs.Users.Add(member.UserId);
        }
        return true;
    }

    /// <summary>Puts a user into the set; false where they must be read.</summary>
    public bool TryAddUser(long userId, WorkingSet set)
    {
        if (!_users.TryGet(userId, out var kept))
            return false;
        set.Add(kept with { LoadedVersion = kept.Version, IsProfileChanged = false });
        return true;
    }

    /// <summary>Keeps what a batch has saved. Its rows must not be changed from here on.</summary>
    public void Keep(WorkingSet set)
    {
        foreach (var thread in set.Threads)
            _threads.Put(thread.ThreadId, (thread, [.. set.MembersOf(thread.ThreadId)]));
        foreach (var user in set.Users)
            _users.Put(user.UserId, user);
    }

    /// <summary>Forgets everything: after a failure nobody knows what was saved.</summary>
    public void Clear()
    {
        _threads.Clear();
        _users.Clear();
    }

    /// <summary>Keeps what was used last: when the younger half is full, the older one is dropped and the younger takes its place.</summary>
    private sealed class Generations<T>(int max)
    {
        private Dictionary<long, T> _younger = [];
        private Dictionary<long, T> _older = [];

        public bool TryGet(long key, out T value)
        {
            if (_younger.TryGetValue(key, out value!))
                return true;
            if (!_older.TryGetValue(key, out value!))
                return false;
            Put(key, value);
            return true;
        }

        public void Put(long key, T value)
        {
            _younger[key] = value;
            if (_younger.Count > max)
                (_older, _younger) = (_younger, []);
        }

        public void Clear()
        {
            _younger = [];
            _older = [];
        }
    }
}

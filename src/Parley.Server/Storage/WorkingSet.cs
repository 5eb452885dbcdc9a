using System.Diagnostics;
using Parley.Server.Telemetry;

namespace Parley.Server.Storage;

/// <summary>
/// The rows that a batch works on, in memory and under their locks. Counters are taken here (S1, S3) and every change is
/// remembered, so that the rows can be saved as whole values and announced after the commit.
/// </summary>
public sealed class WorkingSet(DateTimeOffset now)
{
    private readonly Dictionary<long, ThreadRow> _threads = [];
    private readonly Dictionary<string, ThreadRow> _direct = [];
    private readonly Dictionary<long, List<MemberRow>> _members = [];
    private readonly Dictionary<long, List<long>> _threadsOfUser = [];
    private readonly Dictionary<long, UserRow> _users = [];
    private readonly Dictionary<(long Thread, long Seq), MessageRow> _messages = [];
    private readonly Dictionary<(long Thread, long User, string Cid), MessageRow> _cids = [];
    private readonly Dictionary<long, List<MessageRow>> _messagesOfThread = [];
    private readonly Dictionary<(long Thread, long User, long Seq), long> _unreadAfter = [];
    private readonly long _begun = Stopwatch.GetTimestamp();

    /// <summary>The time of the batch, in milliseconds since 1970.</summary>
    public long Now { get; } = now.ToUnixTimeMilliseconds();

    /// <summary>When it was on disk, by this process's steady clock; 0 before.</summary>
    public long CommittedAt { get; private set; }

    /// <summary>The span of the batch, for what follows from it.</summary>
    public ActivityContext Span { get; private set; }

    public IReadOnlyCollection<ThreadRow> Threads => _threads.Values;
    public IReadOnlyCollection<UserRow> Users => _users.Values;
    public IReadOnlyCollection<MessageRow> Messages => _messages.Values;
    public IEnumerable<MemberRow> AllMembers => _members.Values.SelectMany(members => members);

    /// <summary>Reactions put (<c>true</c>) or taken away by the batch, in order.</summary>
    public List<(MessageRow Message, ReactionRow Reaction, bool IsOn)> ReactionChanges { get; } = [];

    public ThreadRow? FindThread(long threadId) => _threads.GetValueOrDefault(threadId);

    public ThreadRow? FindDirect(string directKey) => _direct.GetValueOrDefault(directKey);

    public IReadOnlyList<MemberRow> MembersOf(long threadId) => _members.TryGetValue(threadId, out var members) ? members : [];

    public MemberRow? FindMember(long threadId, long userId) => MembersOf(threadId).FirstOrDefault(m => m.UserId == userId);

    public IReadOnlyList<long> ThreadsOf(long userId) => _threadsOfUser.TryGetValue(userId, out var threads) ? threads : [];

    public IReadOnlyList<MessageRow> MessagesOf(long threadId) =>
        _messagesOfThread.TryGetValue(threadId, out var messages) ? messages : [];

    public UserRow? FindUser(long userId) => _users.GetValueOrDefault(userId);

    public MessageRow? FindMessage(long threadId, long seq) => _messages.GetValueOrDefault((threadId, seq));

    public MessageRow? FindMessage(long threadId, long userId, string cid) => _cids.GetValueOrDefault((threadId, userId, cid));

    /// <summary>
    /// The messages of others after <paramref name="seq"/> that are not deleted, what the batch itself did included. The stored
    /// count must have been asked for (<see cref="Needs.UnreadAfter"/>).
    /// </summary>
    public long CountUnreadAfter(long threadId, long userId, long seq)
    {
        var count = _unreadAfter[(threadId, userId, seq)];
        foreach (var message in MessagesOf(threadId))
        {
            if (message.Seq <= seq || message.UserId == userId)
                continue;
            if (!message.IsNew && !message.WasDeleted)
                count--;
            if (!message.Deleted)
                count++;
        }
        return count;
    }

    /// <summary>Called by the writer as soon as the rows are on disk.</summary>
    public void MarkCommitted()
    {
        CommittedAt = Stopwatch.GetTimestamp();
        Span = Activity.Current?.Context ?? default;
        Metrics.CommitDuration.Record(Stopwatch.GetElapsedTime(_begun, CommittedAt).TotalSeconds);
    }

    /// <summary>Takes the user's next version for this row of theirs, and for nothing else (S1).</summary>
    public void Stamp(MemberRow member)
    {
        member.Version = ++_users[member.UserId].Version;
        member.IsStamped = true;
    }

    /// <summary>Takes the user's next version for their own profile and settings.</summary>
    public void StampMe(UserRow user)
    {
        user.MeVersion = ++user.Version;
        user.IsProfileChanged = true;
    }

    /// <summary>Takes the thread's next revision for a change of one of its messages.</summary>
    public void Revise(ThreadRow thread, MessageRow message)
    {
        message.IsRevised = message.Revision > 0;
        message.Revision = ++thread.Revision;
        message.IsChanged = true;
        thread.IsChanged = true;
    }

    /// <summary>Puts or takes away a reaction; the caller revises the message.</summary>
    public void React(MessageRow message, ReactionRow reaction, bool isOn)
    {
        if (isOn)
            message.Reactions.Add(reaction);
        else
            message.Reactions.Remove(reaction);
        ReactionChanges.Add((message, reaction, isOn));
    }

    /// <summary>Puts a row into the set, loaded or new. The first one stays.</summary>
    public void Add(ThreadRow thread)
    {
        if (_threads.TryAdd(thread.ThreadId, thread))
            _direct[thread.DirectKey] = thread;
    }

    /// <inheritdoc cref="Add(ThreadRow)"/>
    public void Add(MemberRow member)
    {
        if (!_members.TryGetValue(member.ThreadId, out var members))
            _members[member.ThreadId] = members = new(2);
        if (!members.Exists(m => m.UserId == member.UserId))
            members.Add(member);
    }

    /// <inheritdoc cref="Add(ThreadRow)"/>
    public void Add(UserRow user) => _users.TryAdd(user.UserId, user);

    /// <inheritdoc cref="Add(ThreadRow)"/>
    public void Add(MessageRow message)
    {
        if (!_messages.TryAdd((message.ThreadId, message.Seq), message))
            return;
        _cids[(message.ThreadId, message.UserId, message.Cid)] = message;
        if (!_messagesOfThread.TryGetValue(message.ThreadId, out var messages))
            _messagesOfThread[message.ThreadId] = messages = [];
        messages.Add(message);
    }

    /// <summary>Remembers all the threads of a user.</summary>
    public void AddThreadsOf(long userId, List<long> threads) => _threadsOfUser[userId] = threads;

    /// <summary>Remembers what the database counts as unread after a seq.</summary>
    public void AddUnreadAfter((long Thread, long User, long Seq) key, long count) => _unreadAfter[key] = count;

    /// <summary>The newest messages of stamped threads that the set does not hold: heads show them, so they are loaded before the commit.</summary>
    public IEnumerable<(long Thread, long Seq)> FindMissingLastMessages() =>
        from thread in _threads.Values
        where thread.LastSeq > 0
            && !_messages.ContainsKey((thread.ThreadId, thread.LastSeq))
            && MembersOf(thread.ThreadId).Any(member => member.IsStamped)
        select (thread.ThreadId, thread.LastSeq);
}

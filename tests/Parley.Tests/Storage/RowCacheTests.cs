using Parley.Server.Storage;
using Parley.Server.Storage.Sqlite;
using Xunit;

namespace Parley.Tests.Storage;

/// <summary>What the writer of SQLite keeps between batches; that it is true is for the simulations, which all run with it.</summary>
public sealed class RowCacheTests
{
    private const long Ada = 1, Bob = 2;

    [Fact]
    public void What_a_batch_gets_is_a_copy_that_is_neither_new_nor_changed()
    {
        var cache = new RowCache();
        var saved = NewSet(thread: 7);
        cache.Keep(saved);

        var (set, needs) = (new WorkingSet(DateTimeOffset.UnixEpoch), new Needs());
        Assert.True(cache.TryAddThread(7, set, needs));
        Assert.True(cache.TryAddUser(Ada, set));
        Assert.Equal(new[] { Ada, Bob }, needs.Users.Order());
        var thread = set.FindThread(7)!;
        Assert.Equal((5L, 5L, false, false), (thread.Revision, thread.LoadedRevision, thread.IsNew, thread.IsChanged));
        Assert.All(set.MembersOf(7), member => Assert.False(member.IsNew || member.IsStamped || member.IsChanged));
        Assert.Equal((9L, 9L), (set.FindUser(Ada)!.Version, set.FindUser(Ada)!.LoadedVersion));

        set.Stamp(set.FindMember(7, Ada)!);
        thread.Revision++;
        Assert.Equal((5L, 9L), (saved.FindThread(7)!.Revision, saved.FindUser(Ada)!.Version));
    }

    [Fact]
    public void The_least_used_make_room()
    {
        var cache = new RowCache(max: 2);
        for (var thread = 1; thread <= 6; thread++)
        {
            cache.Keep(NewSet(thread));
            Assert.True(Has(cache, 1), "What is used stays.");
        }
        Assert.True(Has(cache, 6));
        Assert.False(Has(cache, 2));
    }

    [Fact]
    public void After_a_failure_everything_is_read_again()
    {
        var cache = new RowCache();
        cache.Keep(NewSet(thread: 7));
        cache.Clear();
        Assert.False(Has(cache, 7));
        Assert.False(cache.TryAddUser(Ada, new WorkingSet(DateTimeOffset.UnixEpoch)));
    }

    private static bool Has(RowCache cache, long thread) => cache.TryAddThread(thread, new WorkingSet(DateTimeOffset.UnixEpoch), new Needs());

    private static WorkingSet NewSet(long thread)
    {
        var set = new WorkingSet(DateTimeOffset.UnixEpoch);
        set.Add(new ThreadRow { ThreadId = thread, DirectKey = $"{thread}", CreatedAt = 0, LastSeq = 5, Revision = 5, LoadedRevision = 4, IsNew = true, IsChanged = true });
        foreach (var user in new[] { Ada, Bob })
        {
            set.Add(new MemberRow { ThreadId = thread, UserId = user, Version = 9, IsNew = true, IsStamped = true });
            set.Add(new UserRow { UserId = user, Username = $"{user}", FullName = $"{user}", Settings = "{}", Version = 9, LoadedVersion = 8 });
        }
        return set;
    }
}

using Parley.Protocol;
using Parley.Server.Fanout;
using Parley.Server.Sync;
using Parley.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Parley.Tests.Fanout;

/// <summary>What is kept in memory of what was pushed, for one user and for all.</summary>
public sealed class RecentChangesTests
{
    [Fact]
    public void S11_All_users_together_keep_a_bounded_number_of_bytes()
    {
        var recent = new RecentChanges(bytesMax: 100_000);
        var channels = Enumerable.Range(0, 50).Select(i => new UserChannel(i)).ToList();
        for (var version = 0; version < 20; version++)
        {
            foreach (var channel in channels)
            {
                var change = NewChange(version, 1_000);
                recent.Add(channel, change);
                channel.Announce(change);
                Assert.InRange(recent.Bytes, 1, 100_000);
            }
        }
        // The newest are there for everyone, and of the old ones nobody holds any.
        Assert.All(channels, channel => Assert.NotNull(channel.FindFrom(19)));
        Assert.All(channels, channel => Assert.Null(channel.FindFrom(17)));
    }

    [Theory]
    [InlineData(10, 64)]
    [InlineData(64 * 1024, 4)]
    [InlineData(1024 * 1024, 1)]
    public void S11_One_user_keeps_a_bounded_number_of_changes_and_bytes(int bytes, int kept)
    {
        var channel = new UserChannel(1);
        for (var version = 0; version < 200; version++)
            channel.Announce(NewChange(version, bytes));
        Assert.Equal(kept, Enumerable.Range(0, 200).Count(version => channel.FindFrom(version) is not null));
    }

    [Fact]
    public async Task S10_Of_too_many_batches_only_the_versions_are_told()
    {
        await using var test = new TestDatabase();
        var database = test.Database;
        var (ada, bob) = (await test.AddUser("ada"), await test.AddUser("bob"));
        var thread = await database.StartThread(ada, bob);
        var fanout = new LocalFanout(TimeProvider.System);
        // Never started: nobody takes what is committed.
        using var announcer = new Announcer(database, fanout, NullLogger<Announcer>.Instance);
        var channel = fanout.Attach(bob, new LongPoll(new Id(1)));
        for (var i = 0; i < Announcer.WaitingMax; i++)
            await database.Send(ada, thread, $"text {i}");
        Assert.Equal(0, channel.Version);
        await database.Send(ada, thread, "one too many");
        var version = await database.ReadVersion(bob);
        Assert.Equal(version, channel.Version);
        Assert.Null(channel.FindFrom(version - 1));
    }

    private static Change NewChange(long from, int bytes) => new(from, from + 1, new byte[bytes], []);
}

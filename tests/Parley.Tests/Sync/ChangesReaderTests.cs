using Dapper;
using Parley.Protocol;
using Parley.Server.Storage;
using Parley.Server.Sync;
using Parley.Tests.Structure;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Sync;

public sealed class ChangesReaderTests : IAsyncLifetime
{
    private readonly TestDatabase _test = new();
    private long _ada;

    private Database Database => _test.Database;

    public async ValueTask InitializeAsync() => _ada = await _test.AddUser("ada");

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Fact]
    public async Task S1_S6_S8_A_reader_that_polls_in_small_pages_never_misses_a_change_of_50_writers_at_once()
    {
        var others = await _test.AddUsers(50);
        var threads = await Task.WhenAll(others.Select(other => Database.StartThread(_ada, other)));
        using var done = new CancellationTokenSource();
        var replica = await Replica.Read(Database, _ada);
        var poller = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
                await replica.CatchUp(Database, 3, 5);
        }, TestContext.Current.CancellationToken);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async writer =>
        {
            for (var i = 0; i < 40; i++)
                await Database.Send(others[writer], threads[writer], $"{writer}/{i}");
        }));
        await done.CancelAsync();
        await poller;
        await replica.CatchUp(Database);
        var fresh = await Replica.Read(Database, _ada);
        Assert.Equal(fresh.Version, replica.Version);
        Assert.Equal(fresh.ToString(), replica.ToString());
    }

    [Fact]
    public async Task S8_The_statements_of_a_single_command_see_one_moment()
    {
        var thread = await Database.StartThread(_ada, await _test.AddUser("bob"));
        using var done = new CancellationTokenSource();
        var writer = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
                await Database.Send(_ada, thread, "hello");
        }, TestContext.Current.CancellationToken);
        for (var i = 0; i < 500; i++)
        {
            var (page, messages) = await Database.ReadAtOnce(c => MessageReader.ReadPage(c, _ada, thread, long.MaxValue, 1));
            Assert.Equal(page.LastSeq, messages.Sum(message => message.Seq));
            var changes = Assert.IsType<ChangesFrame>(await Database.ReadChanges(_ada, 0));
            Assert.Equal(changes.To, Assert.Single(changes.Threads).Version);
        }
        await done.CancelAsync();
        await writer;
    }

    [Fact]
    public async Task S4_Who_was_away_learns_that_a_thread_is_gone()
    {
        var bob = await _test.AddUser("bob");
        var thread = await Database.StartThread(_ada, bob);
        await Database.Send(bob, thread, "hello");
        var version = await Database.ReadVersion(_ada);
        await Database.DeleteThread(_ada, thread);
        var changes = Assert.IsType<ChangesFrame>(await Database.ReadChanges(_ada, version));
        Assert.Empty(changes.Threads);
        Assert.Equal(new GoneThread(new Id(thread), version + 1), Assert.Single(changes.Gone));
    }

    [Fact]
    public async Task S5_A_version_below_the_floor_is_reset()
    {
        await StartThreads(3);
        await Database.Write(c => c.ExecuteAsync("UPDATE user_versions SET floor = 2 WHERE user_id = @user", new { user = _ada }));
        Assert.Equal("floor", Assert.IsType<ResetFrame>(await Database.ReadChanges(_ada, 1)).Reason);
        Assert.IsType<ChangesFrame>(await Database.ReadChanges(_ada, 2));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_became_of_a_thread_since_any_revision_is_told_in_pages_of_any_size_also_by_a_database_of_before_the_index_of_revisions(int seed)
    {
        var chance = new Random(seed);
        var bob = await _test.AddUser("bob");
        var thread = await Database.StartThread(_ada, bob);
        for (var round = 0; round < 12; round++)
        {
            var sent = await Database.Read(c => c.QuerySingleAsync<long>("SELECT last_seq FROM threads WHERE thread_id = @thread", new { thread }));
            // Side by side, so that some of them share a batch; what has been deleted cannot be edited.
            await Task.WhenAll(Enumerable.Range(0, chance.Next(1, 12)).Select(_ => (Task)(chance.Next(sent == 0 ? 1 : 5) switch
            {
                <= 1 => Database.Send(_ada, thread, "hello"),
                2 => Try(Database.Edit(_ada, thread, chance.NextInt64(1, sent + 1), $"edited in round {round}")),
                3 => Try(Database.React(bob, thread, chance.NextInt64(1, sent + 1), "👍", chance.Next(2) == 0)),
                _ => Try(Database.Delete(_ada, thread, chance.NextInt64(1, sent + 1))),
            })));
        }
        await CheckAll();

        var script = Repository.Read($"src/Parley.Server/Storage/{(TestEngine.IsPostgres ? "Postgres/Migrations/0004" : "Sqlite/Migrations/0003")}-indexes-of-messages.sql");
        var update = script[script.IndexOf("UPDATE messages", StringComparison.Ordinal)..script.IndexOf("DROP INDEX messages_by_revision", StringComparison.Ordinal)];
        await Database.Write(c => c.ExecuteAsync("UPDATE messages SET revised = @revised", new { revised = false }));
        await Database.Write(c => c.ExecuteAsync(update));
        await CheckAll();

        async Task CheckAll()
        {
            var all = await Database.Read(c => c.QueryAsync<(long Seq, long Revision)>(
                "SELECT seq, revision FROM messages WHERE thread_id = @thread ORDER BY revision", new { thread }));
            for (var since = 0L; since <= all.Last().Revision; since++)
            {
                var (cleared, limit) = (chance.NextInt64(0, 4), chance.Next(1, 9));
                var told = new List<(long Seq, long Revision)>();
                List<Message> page;
                do
                {
                    var from = told.Count == 0 ? since : told[^1].Revision;
                    page = await Database.Read(c => MessageReader.ReadChanged(c, thread, cleared, from, limit));
                    told.AddRange(page.Select(message => (message.Seq, message.Revision)));
                }
                while (page.Count == limit);
                Assert.Equal(all.Where(message => message.Revision > since && message.Seq > cleared), told);
            }
        }

        static async Task Try(Task<Message> act)
        {
            try
            {
                await act;
            }
            catch (Refusal)
            {
                // It was deleted, in this round or before.
            }
        }
    }

    [Fact]
    public async Task S6_A_page_ends_at_its_last_stamp_and_the_pages_together_are_everything()
    {
        await StartThreads(150);
        var first = Assert.IsType<ChangesFrame>(await Database.ReadChanges(_ada, 0));
        Assert.True(first.More);
        Assert.Equal(first.Threads[^1].Version, first.To);
        var second = Assert.IsType<ChangesFrame>(await Database.ReadChanges(_ada, first.To));
        Assert.False(second.More);
        Assert.Equal(await Database.ReadVersion(_ada), second.To);
        Assert.Equal(150, first.Threads.Concat(second.Threads).Select(head => head.Id).Distinct().Count());
    }

    [Fact]
    public async Task S6_S11_A_page_holds_no_more_than_a_frame_may_and_the_pages_together_are_everything()
    {
        foreach (var other in await _test.AddUsers(60))
            await Database.Send(other, await Database.StartThread(_ada, other), new string('x', Limits.TextLength));
        var seen = new HashSet<Id>();
        for (var (version, more) = (0L, true); more;)
        {
            var page = Assert.IsType<ChangesFrame>(await Database.ReadChanges(_ada, version));
            Assert.InRange(page.Threads.Sum(head => head.Last!.Text.Length), 1, 256 * 1024);
            seen.UnionWith(page.Threads.Select(head => head.Id));
            (version, more) = (page.To, page.More);
        }
        Assert.Equal(60, seen.Count);
    }

    [Fact]
    public async Task S6_More_than_200_changed_threads_are_a_reset()
    {
        await StartThreads(201);
        Assert.Equal("large", Assert.IsType<ResetFrame>(await Database.ReadChanges(_ada, 0)).Reason);
        Assert.IsType<ChangesFrame>(await Database.ReadChanges(_ada, 1));
    }

    [Fact]
    public async Task S7_Another_epoch_or_a_version_of_the_future_is_reset()
    {
        await StartThreads(1);
        Assert.Equal("epoch", Assert.IsType<ResetFrame>(await Database.ReadChanges(_ada, 1, epoch: "another")).Reason);
        Assert.Equal("epoch", Assert.IsType<ResetFrame>(await Database.ReadChanges(_ada, 99)).Reason);
    }

    [Fact]
    public async Task S11_Message_changes_come_for_the_windows_that_the_client_named_and_only_as_many_as_fit()
    {
        var bob = await _test.AddUser("bob");
        var thread = await Database.StartThread(_ada, bob);
        for (var i = 0; i < 150; i++)
            await Database.Send(bob, thread, $"text {i}");
        var near = Assert.IsType<ChangesFrame>(await Database.ReadChanges(_ada, 0, new Dictionary<Id, long> { [new Id(thread)] = 100 }));
        Assert.Equal((100, 150, 50), Describe(Assert.Single(near.Messages)));
        var far = Assert.IsType<ChangesFrame>(await Database.ReadChanges(_ada, 0, new Dictionary<Id, long> { [new Id(thread)] = 1 }));
        Assert.Empty(far.Messages);
        Assert.Empty(Assert.IsType<ChangesFrame>(await Database.ReadChanges(_ada, 0)).Messages);
    }

    [Fact]
    public async Task S5_A_window_from_before_an_erasure_gets_no_changes_to_put_on_top_of_it()
    {
        var bob = await _test.AddUser("bob");
        var thread = await Database.StartThread(_ada, bob);
        for (var i = 0; i < 5; i++)
            await Database.Send(bob, thread, $"text {i}");
        await Database.Write(c => c.ExecuteAsync("UPDATE threads SET purged_revision = 4 WHERE thread_id = @thread", new { thread }));
        var below = Assert.IsType<ChangesFrame>(await Database.ReadChanges(_ada, 1, new Dictionary<Id, long> { [new Id(thread)] = 3 }));
        Assert.Empty(below.Messages);
        Assert.Single(below.Threads);
        var above = Assert.IsType<ChangesFrame>(await Database.ReadChanges(_ada, 1, new Dictionary<Id, long> { [new Id(thread)] = 4 }));
        Assert.Equal((4, 5, 1), Describe(Assert.Single(above.Messages)));
    }

    [Fact]
    public async Task S4_A_thread_that_went_and_came_back_while_one_was_away_comes_without_what_was_removed()
    {
        var bob = await _test.AddUser("bob");
        var thread = await Database.StartThread(_ada, bob);
        await Database.Send(bob, thread, "removed");
        var replica = await Replica.Read(Database, _ada);
        await Database.DeleteThread(_ada, thread);
        await Database.Send(bob, thread, "after");
        await replica.CatchUp(Database);
        Assert.DoesNotContain("removed", replica.ToString(), StringComparison.Ordinal);
        Assert.Equal((await Replica.Read(Database, _ada)).ToString(), replica.ToString());
    }

    private static (long From, long Revision, int Count) Describe(MessageChanges changes) =>
        (changes.From, changes.Revision, changes.Items.Count);

    private async Task StartThreads(int count)
    {
        foreach (var other in await _test.AddUsers(count))
            await Database.StartThread(_ada, other);
    }
}

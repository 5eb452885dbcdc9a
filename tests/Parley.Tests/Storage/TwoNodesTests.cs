using System.Text.Json;
using Dapper;
using Parley.Protocol;
using Parley.Server.Accounts;
using Parley.Server.Sync;
using Parley.Tests.Simulation;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Storage;

/// <summary>What holds when two nodes write to one database at once.</summary>
public sealed class TwoNodesTests : IAsyncLifetime
{
    private readonly TestDatabase _test = new(nodes: 2);
    private long[] _users = [];
    private long _thread;

    public async ValueTask InitializeAsync()
    {
        _users = await _test.AddUsers(6);
        _thread = await _test.Database.StartThread(_users[0], _users[1]);
    }

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [PostgresFact]
    public async Task S1_S3_Fifty_writers_on_two_nodes_hide_no_change_from_a_reader_that_polls_and_none_is_refused()
    {
        using var isOver = new CancellationTokenSource();
        var readers = _users.Select(async (user, i) =>
        {
            var replica = new Replica(user);
            while (!isOver.IsCancellationRequested)
                await replica.CatchUp(_test.Node(i));
            return replica;
        }).ToList();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(Write));

        await isOver.CancelAsync();
        foreach (var (user, replica) in _users.Zip(await Task.WhenAll(readers)))
        {
            await replica.CatchUp(_test.Database);
            Assert.Equal((await Replica.Read(_test.Database, user)).ToString(), replica.ToString());
            await Invariants.CheckUnread(_test.Database, user);
        }
        await Invariants.CheckNumbers(_test.Database);

        async Task Write(int writer)
        {
            var node = _test.Node(writer);
            for (var i = 0; i < 12; i++)
            {
                var user = _users[writer % _users.Length];
                var thread = await node.StartThread(user, _users[(writer + 1 + (i % (_users.Length - 1))) % _users.Length]);
                var sent = await node.Send(user, thread, $"text {i}");
                await ((i % 6) switch
                {
                    0 => node.MarkRead(user, thread, sent.Seq),
                    1 => node.MarkDelivered(user, thread, sent.Seq),
                    2 => node.React(user, thread, sent.Seq, "👍"),
                    3 => node.Edit(user, thread, sent.Seq, "edited"),
                    4 => node.Execute(new ChangeProfile(new Id(user), new ProfileChange { FullName = $"Name {writer} {i}" })),
                    _ => node.Delete(user, thread, sent.Seq),
                });
            }
        }
    }

    [PostgresFact]
    public async Task S2_Batches_of_two_nodes_that_share_people_but_no_thread_never_wait_for_each_other_in_a_circle()
    {
        const int People = 100, Rounds = 100;
        var users = await _test.AddUsers(People);
        // Each node has a ring of threads of its own, with the same people in it.
        var rings = new[] { 1, 3 }.Select(step => Task.WhenAll(users.Select(
            async (user, i) => (User: user, Thread: await _test.Database.StartThread(user, users[(i + step) % People])))));
        var before = await CountDeadlocks();
        await Task.WhenAll((await Task.WhenAll(rings)).Select(async (ring, node) =>
        {
            for (var round = 0; round < Rounds; round++)
                await Task.WhenAll(ring.Select(place => _test.Node(node).Send(place.User, place.Thread, $"text {round}")));
        }));
        // A connection tells what it counted when it ends.
        await _test.Reopen();
        Assert.Equal(before, await CountDeadlocks());
        await Invariants.CheckNumbers(_test.Database);
    }

    [PostgresFact]
    public async Task S12_The_same_cid_on_both_nodes_at_once_is_one_message_and_one_answer()
    {
        for (var round = 1; round <= 5; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => _test.Node(i).Send(_users[0], _thread, $"text {i}", $"cid {round}")));
            Assert.All(answers, answer => Assert.Equal(answers[0], answer));
            Assert.Equal(round, answers[0].Seq);
        }
        Assert.Equal(5, (await _test.Database.ReadHead(_users[0], _thread))!.LastSeq);
    }

    [PostgresFact]
    public async Task Two_people_share_one_thread_whoever_starts_it_and_on_whichever_node()
    {
        var pairs = from one in _users from other in _users where one < other select (one, other);
        foreach (var (one, other) in pairs)
        {
            var started = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
                i % 4 < 2 ? _test.Node(i).StartThread(one, other) : _test.Node(i).StartThread(other, one)));
            Assert.Single(started.Distinct());
        }
        await Invariants.CheckNumbers(_test.Database);
    }

    [PostgresFact]
    public async Task C8_Marks_of_two_nodes_that_race_end_at_the_furthest()
    {
        var bob = _users[1];
        for (var i = 0; i < 40; i++)
            await _test.Database.Send(_users[0], _thread, $"text {i}");
        await Task.WhenAll(Enumerable.Range(1, 40).Select(seq => Task.WhenAll(
            _test.Node(seq).MarkRead(bob, _thread, 41 - seq), _test.Node(seq + 1).MarkDelivered(bob, _thread, seq), _test.Node(seq).Send(_users[0], _thread, "another"))));
        var head = (await _test.Database.ReadHead(_users[0], _thread))!;
        Assert.Equal((80, 40, 40), (head.LastSeq, head.PeerReadSeq, head.PeerDeliveredSeq));
        await Invariants.CheckUnread(_test.Database, bob);
        await Invariants.CheckUnread(_test.Database, _users[0]);
    }

    [PostgresFact]
    public async Task S4_S13_A_thread_that_is_deleted_for_me_on_one_node_while_the_other_sends_holds_what_came_after_and_nothing_else()
    {
        var (ada, bob) = (_users[0], _users[1]);
        for (var round = 0; round < 10; round++)
        {
            await Task.WhenAll([
                .. Enumerable.Range(0, 10).Select(i => _test.Node(0).Send(ada, _thread, $"text {i}")),
                _test.Node(1).DeleteThread(bob, _thread),
            ]);
            var last = (await _test.Database.ReadHead(ada, _thread))!.LastSeq;
            var head = await _test.Database.ReadHead(bob, _thread);
            Assert.Equal((11 * round) + 10, last);
            if (head is not null)
                Assert.Equal(last - head.ClearedSeq, head.Unread);
            // Back in the list, if leaving it was the last that happened.
            await _test.Node(round).Send(ada, _thread, "come back", $"{round}");
            await _test.Node(round).Delete(ada, _thread, last + 1);
            await Invariants.CheckUnread(_test.Database, bob);
        }
        await Invariants.CheckNumbers(_test.Database);
    }

    [PostgresFact]
    public async Task Two_nodes_that_change_one_profile_at_once_lose_none_of_the_changes()
    {
        for (var i = 0; i < 20; i++)
        {
            var settings = JsonDocument.Parse($$"""{"theme":"{{i}}"}""").RootElement;
            await Task.WhenAll(
                _test.Node(0).Execute(new ChangeProfile(new Id(_users[0]), new ProfileChange { FullName = $"Name {i}" })),
                _test.Node(1).Execute(new ChangeProfile(new Id(_users[0]), new ProfileChange { Settings = settings })),
                _test.Node(i).Execute(new ChangeProfile(new Id(_users[0]), new ProfileChange { HasPhoto = true, PhotoId = $"photo {i}" })));
            var me = await _test.Database.Read(connection => MeReader.Read(connection, _users[0]));
            Assert.Equal(($"Name {i}", $"photo {i}", $"{i}"), (me.FullName, me.Photo, me.Settings.GetProperty("theme").GetString()));
        }
    }

    private Task<long> CountDeadlocks() => _test.Database.Read(connection =>
        connection.QuerySingleAsync<long>("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"));
}

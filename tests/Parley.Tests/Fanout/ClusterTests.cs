using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Dapper;
using Parley.Client;
using Parley.Protocol;
using Parley.Server.Fanout;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Fanout;

/// <summary>Nodes of one cluster in one process: who talks to one is heard on the others.</summary>
public sealed partial class ClusterTests
{
    // Far below the time of a ping, which finds whatever was not pushed.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    [PostgresFact]
    public async Task S9_S10_What_is_sent_on_one_node_is_pushed_on_the_others()
    {
        await using var cluster = await TestCluster.Start(3);
        var (ada, bob) = (await cluster.Nodes[0].SignUp("ada"), await cluster.Nodes[1].SignUp("bob"));
        var thread = await ada.StartThread(bob);
        await using var adas = await SocketClient.ConnectAndGreet(cluster.Nodes[0].Url, ada.Token!);
        await using var first = await SocketClient.ConnectAndGreet(cluster.Nodes[1].Url, bob.Token!);
        await using var second = await SocketClient.ConnectAndGreet(cluster.Nodes[2].Url, bob.Token!);
        for (var i = 0; i < 30; i++)
        {
            var node = cluster.Nodes[i % 3];
            await TestCluster.At(node, ada).Send(thread, $"text {i}");
            foreach (var socket in new[] { adas, first, second })
                await Pushed(socket, $"text {i}");
        }
    }

    [PostgresFact]
    public async Task S9_Whoever_connects_while_others_send_misses_nothing_and_waits_for_no_ping()
    {
        await using var cluster = await TestCluster.Start(3);
        var (ada, bob) = (await cluster.Nodes[0].SignUp("ada"), await cluster.Nodes[1].SignUp("bob"));
        var thread = await ada.StartThread(bob);
        var bootstrap = await bob.Get<Bootstrap>("/bootstrap");
        using var enough = new CancellationTokenSource();
        var sent = 0;
        var sending = Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                await TestCluster.At(cluster.Nodes[sent % 3], ada).Send(thread, $"text {sent}");
                Volatile.Write(ref sent, sent + 1);
            }
        });
        for (var round = 0; round < 20; round++)
        {
            await using var socket = await SocketClient.ConnectAndGreet(
                cluster.Nodes[round % 3].Url, bob.Token!, bootstrap.Epoch, bootstrap.Version);
            await PushedFrom(socket, Volatile.Read(ref sent) + 3);
        }
        await enough.CancelAsync();
        await sending;
    }

    [PostgresFact]
    public async Task Presence_and_typing_cross_the_nodes()
    {
        await using var cluster = await TestCluster.Start(2);
        var (ada, bob) = (await cluster.Nodes[0].SignUp("ada"), await cluster.Nodes[1].SignUp("bob"));
        var thread = await ada.StartThread(bob);
        await using var adas = await SocketClient.ConnectAndGreet(cluster.Nodes[0].Url, ada.Token!);
        await adas.Say(new { type = "watch", users = new[] { bob.Id } });
        Assert.False(await NextPresence(adas));
        await using (var bobs = await SocketClient.ConnectAndGreet(cluster.Nodes[1].Url, bob.Token!))
        {
            Assert.True(await NextPresence(adas));
            await bobs.Say(new { type = "typing", thread });
            await adas.Expect("typing");
            await adas.Say(new { type = "typing", thread });
            await bobs.Expect("typing");
        }
        var gone = (await adas.Expect("presence"))["users"]![0]!;
        Assert.False((bool)gone["online"]!);
        Assert.InRange(DateTimeOffset.Parse((string)gone["lastActiveAt"]!), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
    }

    [PostgresFact]
    public async Task A_move_from_one_node_to_another_does_not_flicker()
    {
        await using var cluster = await TestCluster.Start(3);
        var (ada, bob) = (await cluster.Nodes[0].SignUp("ada"), await cluster.Nodes[1].SignUp("bob"));
        await using var adas = await SocketClient.ConnectAndGreet(cluster.Nodes[0].Url, ada.Token!);
        var before = await SocketClient.ConnectAndGreet(cluster.Nodes[1].Url, bob.Token!);
        await adas.Say(new { type = "watch", users = new[] { bob.Id } });
        Assert.True(await NextPresence(adas));
        await before.DisposeAsync();
        await using var after = await SocketClient.ConnectAndGreet(cluster.Nodes[2].Url, bob.Token!);
        Assert.Empty(await adas.Gather("presence", Channels.Grace + Soon));
    }

    [PostgresFact]
    public async Task S13_A_session_that_ends_on_one_node_ends_its_socket_on_another()
    {
        await using var cluster = await TestCluster.Start(2);
        var ada = await cluster.Nodes[0].SignUp("ada");
        await using var socket = await SocketClient.ConnectAndGreet(cluster.Nodes[1].Url, ada.Token!);
        var watch = Stopwatch.StartNew();
        using var ended = await ada.Delete("/sessions/current");
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        await socket.ExpectClose();
        Assert.Equal(4401, socket.CloseCode);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Soon);
    }

    [PostgresFact]
    public async Task S13_The_end_of_a_session_is_answered_once_a_node_that_stands_still_has_heard_of_it()
    {
        await using var cluster = await TestCluster.Start(1);
        var ada = await cluster.Nodes[0].SignUp("ada");
        var folder = Directory.CreateTempSubdirectory("parley-node-");
        await using (var other = new ServerProcess(
            Path.Combine(AppContext.BaseDirectory, "parley.dll"), folder.FullName,
            "--database", cluster.Nodes[0].Options.Database!, "--cluster", "--node-port", "0"))
        {
            await other.Start();
            await using var socket = await SocketClient.ConnectAndGreet(other.Address, ada.Token!);
            other.Freeze();
            var ending = ada.Delete("/sessions/current");
            // Longer than others wait for a node, and shorter than it takes to be given up.
            await Task.Delay(TimeSpan.FromMilliseconds(1_500), TestContext.Current.CancellationToken);
            Assert.False(ending.IsCompleted, "It was said to be over while a node still served it.");
            other.Thaw();
            using var ended = await ending;
            Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
            await socket.ExpectClose();
            Assert.Equal(4401, socket.CloseCode);
        }
        folder.Delete(recursive: true);
    }

    [PostgresFact]
    public async Task S13_A_session_whose_end_was_not_told_ends_with_the_next_ping()
    {
        await using var cluster = await TestCluster.Start(1);
        var ada = await cluster.Nodes[0].SignUp("ada");
        await using var socket = await SocketClient.ConnectAndGreet(cluster.Nodes[0].Url, ada.Token!);
        await cluster.Nodes[0].Database.Write(connection => connection.ExecuteAsync("DELETE FROM sessions"));
        await socket.Say(new { type = "ping", version = 0 });
        await socket.ExpectClose();
        Assert.Equal(4401, socket.CloseCode);
    }

    [PostgresFact]
    public async Task A_node_that_leaves_takes_nobody_else_along()
    {
        await using var cluster = await TestCluster.Start(3);
        var (ada, bob, eve) = (await cluster.Nodes[0].SignUp("ada"), await cluster.Nodes[1].SignUp("bob"), await cluster.Nodes[2].SignUp("eve"));
        var thread = await ada.StartThread(bob);
        await using var bobs = await SocketClient.ConnectAndGreet(cluster.Nodes[1].Url, bob.Token!);
        await using var eves = await SocketClient.ConnectAndGreet(cluster.Nodes[2].Url, eve.Token!);
        await using var adas = await SocketClient.ConnectAndGreet(cluster.Nodes[0].Url, ada.Token!);
        await adas.Say(new { type = "watch", users = new[] { bob.Id, eve.Id } });
        await Online(adas, bob.Id);
        await cluster.Nodes[2].Stop();
        await Offline(adas, eve.Id);
        for (var i = 0; i < 10; i++)
        {
            await ada.Send(thread, $"text {i}");
            await Pushed(bobs, $"text {i}");
        }
        var late = await cluster.Add();
        await using var back = await SocketClient.ConnectAndGreet(late.Url, eve.Token!);
        await Online(adas, eve.Id);
    }

    [PostgresFact]
    public async Task A_node_has_gone_the_ways_of_a_message_before_it_listens_and_has_left_nothing_behind()
    {
        await using var cluster = await TestCluster.Start(1);
        await using var beside = TestEngine.Connect(cluster.Nodes[0].Options.Database!);
        // The writer's connection, which nothing else asks for before the first command.
        Assert.Contains("parley batches", await beside.QueryAsync<string>(
            "SELECT application_name FROM pg_stat_activity WHERE datname = current_database()"));
        Assert.Equal(0, await beside.QuerySingleAsync<long>(
            "SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM threads) + (SELECT count(*) FROM messages)"));
    }

    private static async Task Pushed(SocketClient socket, string text)
    {
        var watch = Stopwatch.StartNew();
        while (!(await socket.Expect("changes")).ToJsonString().Contains($"\"{text}\"", StringComparison.Ordinal))
        {
        }
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Soon);
    }

    // The number or a later one: what many were sent before the first difference was read comes as the newest alone.
    private static async Task PushedFrom(SocketClient socket, int number)
    {
        var watch = Stopwatch.StartNew();
        while (!TextNumber().Matches((await socket.Expect("changes")).ToJsonString()).Any(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) >= number))
        {
        }
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Soon);
    }

    [GeneratedRegex("\"text (\\d+)\"")]
    private static partial Regex TextNumber();

    private static async Task<bool> NextPresence(SocketClient socket) => (bool)(await socket.Expect("presence"))["users"]![0]!["online"]!;

    private static Task Online(SocketClient socket, Id user) => Shown(socket, user, true);

    private static Task Offline(SocketClient socket, Id user) => Shown(socket, user, false);

    private static async Task Shown(SocketClient socket, Id user, bool isOnline)
    {
        while (!(await socket.Expect("presence"))["users"]!.AsArray().Any(shown =>
            (string?)shown!["id"] == user.ToString() && (bool)shown["online"]! == isOnline))
        {
        }
    }
}

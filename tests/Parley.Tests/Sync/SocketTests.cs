using System.Net.WebSockets;
using Parley.Protocol;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Sync;

public sealed class SocketTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task S10_A_message_is_pushed_to_both_with_the_difference_in_the_frame()
    {
        var (ada, bob, thread) = await Pair();
        await using var adas = await SocketClient.ConnectAndGreet(server.Url, ada.Token!);
        await using var bobs = await SocketClient.ConnectAndGreet(server.Url, bob.Token!);
        await adas.Say(new { type = "send", cid = "c1", thread, text = "hello" });
        var ack = await adas.Expect("ack");
        Assert.Equal(("c1", thread.ToString(), 1), ((string?)ack["cid"], (string?)ack["thread"], (int?)ack["seq"]));
        foreach (var socket in new[] { adas, bobs })
        {
            var changes = await socket.Expect("changes");
            Assert.Equal((long)changes["from"]! + 1, (long)changes["to"]!);
            Assert.Equal("hello", (string?)changes["messages"]![0]!["items"]![0]!["text"]);
            Assert.Equal("c1", (string?)changes["threads"]![0]!["last"]!["cid"]);
        }
    }

    [Fact]
    public async Task S10_Frames_are_contiguous_however_many_send()
    {
        var (ada, bob, thread) = await Pair();
        var version = (await bob.Get<Bootstrap>("/bootstrap")).Version;
        await using var bobs = await SocketClient.ConnectAndGreet(server.Url, bob.Token!);
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => ada.Send(thread, $"text {i}")));
        var seqs = new List<long>();
        while (seqs.Count < 300)
        {
            var changes = await bobs.Expect("changes");
            Assert.Equal(version, (long)changes["from"]!);
            version = (long)changes["to"]!;
            foreach (var part in changes["messages"]!.AsArray())
                seqs.AddRange(part!["items"]!.AsArray().Select(item => (long)item!["seq"]!));
        }
        Assert.Equal(Enumerable.Range(1, 300).Select(i => (long)i), seqs);
    }

    [Fact]
    public async Task S10_S11_What_is_too_much_for_one_frame_is_pushed_in_several()
    {
        var ada = await server.SignUp();
        var others = new List<(long User, long Thread)>();
        for (var i = 0; i < 60; i++)
        {
            var other = await server.SignUp();
            others.Add((other.Id.Value, (await other.StartThread(ada)).Value));
        }
        await using var adas = await SocketClient.ConnectAndGreet(server.Url, ada.Token!);
        // While the writer is held up, all of it gathers to one batch.
        using var isGathered = new ManualResetEventSlim();
        var holdUp = server.Database.Execute(new WriterAct<bool>(() => isGathered.Wait(TimeSpan.FromMinutes(1))));
        var sends = others.ConvertAll(other => server.Database.Send(other.User, other.Thread, new string('x', Limits.TextLength)));
        isGathered.Set();
        await holdUp;
        await Task.WhenAll(sends);

        var seen = new HashSet<string>();
        while (seen.Count < others.Count)
        {
            var changes = await adas.Expect("changes");
            var heads = changes["threads"]!.AsArray();
            Assert.InRange(heads.Sum(head => ((string)head!["last"]!["text"]!).Length), 1, 256 * 1024);
            seen.UnionWith(heads.Select(head => (string)head!["id"]!));
        }
    }

    [Fact]
    public async Task S9_A_device_that_comes_back_gets_exactly_what_it_missed()
    {
        var (ada, bob, thread) = await Pair();
        await ada.Send(thread, "before");
        var bootstrap = await bob.Get<Bootstrap>("/bootstrap");
        await ada.Send(thread, "missed");
        await using var bobs = await SocketClient.ConnectAndGreet(
            server.Url, bob.Token!, bootstrap.Epoch, bootstrap.Version, new Dictionary<string, long> { [thread.ToString()] = 1 });
        var changes = await bobs.Expect("changes");
        Assert.Equal((bootstrap.Version, bootstrap.Version + 1), ((long)changes["from"]!, (long)changes["to"]!));
        Assert.Equal(["missed"], changes["messages"]![0]!["items"]!.AsArray().Select(item => (string)item!["text"]!));
    }

    [Fact]
    public async Task S7_A_foreign_epoch_is_reset_and_the_socket_goes_on_live()
    {
        var (ada, bob, thread) = await Pair();
        await using var bobs = await SocketClient.ConnectAndGreet(server.Url, bob.Token!, "another life", 5);
        Assert.Equal("epoch", (string?)(await bobs.Expect("reset"))["reason"]);
        await ada.Send(thread, "after");
        Assert.Equal("after", (string?)(await bobs.Expect("changes"))["threads"]![0]!["last"]!["text"]);
    }

    [Fact]
    public async Task S12_The_same_cid_is_acknowledged_alike_over_socket_and_HTTP()
    {
        var (ada, _, thread) = await Pair();
        await using var adas = await SocketClient.ConnectAndGreet(server.Url, ada.Token!);
        for (var i = 0; i < 3; i++)
            await adas.Say(new { type = "send", cid = "once", thread, text = "hello" });
        for (var i = 0; i < 3; i++)
            Assert.Equal(1, (int?)(await adas.Expect("ack"))["seq"]);
        Assert.Equal(1, (await ada.Send(thread, "hello", "once")).Seq);
        Assert.Single((await ada.Get<MessagesPage>($"/threads/{thread}/messages")).Messages);
    }

    [Fact]
    public async Task S14_A_pong_has_the_current_version()
    {
        var (ada, bob, thread) = await Pair();
        await using var bobs = await SocketClient.ConnectAndGreet(server.Url, bob.Token!);
        await ada.Send(thread, "hello");
        await bobs.Say(new { type = "ping", version = 0 });
        Assert.Equal((await bob.Get<Bootstrap>("/bootstrap")).Version, (long)(await bobs.Expect("pong"))["version"]!);
    }

    [Fact]
    public async Task A_ping_with_the_version_of_a_message_marks_it_delivered()
    {
        var (ada, bob, thread) = await Pair();
        await using var adas = await SocketClient.ConnectAndGreet(server.Url, ada.Token!);
        await using var bobs = await SocketClient.ConnectAndGreet(server.Url, bob.Token!);
        await adas.Say(new { type = "send", cid = "c", thread, text = "hello" });
        var version = (long)(await bobs.Expect("changes"))["to"]!;
        Assert.Equal(0, (int?)(await adas.Expect("changes"))["threads"]![0]!["peerDeliveredSeq"]);
        await bobs.Say(new { type = "ping", version });
        Assert.Equal(1, (int?)(await adas.Expect("changes"))["threads"]![0]!["peerDeliveredSeq"]);
    }

    [Fact]
    public async Task What_came_while_nobody_was_connected_is_marked_delivered_by_the_first_ping()
    {
        var (ada, bob, thread) = await Pair();
        await ada.Send(thread, "hello");
        var bootstrap = await bob.Get<Bootstrap>("/bootstrap");
        await using var adas = await SocketClient.ConnectAndGreet(server.Url, ada.Token!);
        await using var bobs = await SocketClient.ConnectAndGreet(server.Url, bob.Token!, bootstrap.Epoch, bootstrap.Version);
        await bobs.Say(new { type = "ping", version = bootstrap.Version });
        Assert.Equal(1, (int?)(await adas.Expect("changes"))["threads"]![0]!["peerDeliveredSeq"]);
    }

    [Fact]
    public async Task A_read_frame_moves_the_mark_on_both_sides()
    {
        var (ada, bob, thread) = await Pair();
        await ada.Send(thread, "hello");
        await using var adas = await SocketClient.ConnectAndGreet(server.Url, ada.Token!);
        await using var bobs = await SocketClient.ConnectAndGreet(server.Url, bob.Token!);
        await bobs.Say(new { type = "read", thread, seq = 1 });
        Assert.Equal(0, (int?)(await bobs.Expect("changes"))["threads"]![0]!["unread"]);
        Assert.Equal(1, (int?)(await adas.Expect("changes"))["threads"]![0]!["peerReadSeq"]);
    }

    [Fact]
    public async Task A_readable_send_that_is_refused_gets_a_nack_and_the_socket_stays()
    {
        var (ada, _, thread) = await Pair();
        await using var adas = await SocketClient.ConnectAndGreet(server.Url, ada.Token!);
        await adas.Say(new { type = "send", cid = "empty", thread, text = "" });
        var nack = await adas.Expect("nack");
        Assert.Equal(("empty", ErrorCode.InvalidRequest), ((string?)nack["cid"], (string?)nack["code"]));
        await adas.Say(new { type = "send", cid = "nowhere", thread = new Id(4711), text = "hello" });
        nack = await adas.Expect("nack");
        Assert.Equal(("nowhere", ErrorCode.NotFound), ((string?)nack["cid"], (string?)nack["code"]));
        await adas.Say(new { type = "send", cid = "good", thread, text = "hello" });
        Assert.Equal(1, (int?)(await adas.Expect("ack"))["seq"]);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"type":7}""")]
    [InlineData("""{"type":"unheard-of"}""")]
    [InlineData("""{"type":"ping"}""")]
    [InlineData("""{"type":"ping","version":"1"}""")]
    [InlineData("""{"type":"ping","version":1}{"type":"ping","version":1}""")]
    [InlineData("""{"type":"ping","type":"ping","version":1}""")]
    [InlineData("""{"type":"ping","version":1,"version":2}""")]
    [InlineData("""{"type":"send","cid":"c","thread":"AAAAAAAAAAA","text":"\ud800"}""")]
    [InlineData("""{"type":"active","state":"asleep"}""")]
    [InlineData("""{"type":"hello","version":1}""")]
    [InlineData("""{"type":"hello","epoch":"e","version":-1}""")]
    public async Task A_frame_that_cannot_be_read_is_named_once_and_the_socket_closed_with_4400(string frame)
    {
        var ada = await server.SignUp();
        await using var socket = await SocketClient.ConnectAndGreet(server.Url, ada.Token!);
        await socket.Say(frame);
        var nack = await socket.Expect("nack");
        Assert.Equal(ErrorCode.InvalidRequest, (string?)nack["code"]);
        Assert.False(string.IsNullOrEmpty((string?)nack["detail"]));
        Assert.Equal(4400, await socket.ExpectClose());
    }

    [Fact]
    public async Task Binary_deep_and_invalid_frames_are_closed_with_4400()
    {
        var ada = await server.SignUp();
        foreach (var (bytes, type) in new (byte[], WebSocketMessageType)[]
        {
            ("{\"type\":\"ping\",\"version\":1}"u8.ToArray(), WebSocketMessageType.Binary),
            ([.. Enumerable.Repeat((byte)'[', 10_000)], WebSocketMessageType.Text),
            ([.. "{\"type\":\"ping\",\"x\":"u8, .. Enumerable.Repeat((byte)'[', 10_000)], WebSocketMessageType.Text),
        })
        {
            await using var socket = await SocketClient.ConnectAndGreet(server.Url, ada.Token!);
            await socket.Say(bytes, type);
            await socket.Expect("nack");
            Assert.Equal(4400, await socket.ExpectClose());
        }
    }

    [Theory]
    [InlineData(64 * 1024, false)]
    [InlineData((64 * 1024) + 1, true)]
    public async Task A_frame_has_at_most_64_KiB(int length, bool isTooLong)
    {
        var ada = await server.SignUp();
        await using var socket = await SocketClient.ConnectAndGreet(server.Url, ada.Token!);
        const string Frame = """{"type":"ping","version":0}""";
        await socket.Say(Frame + new string(' ', length - Frame.Length));
        if (isTooLong)
        {
            Assert.Equal(ErrorCode.TooLarge, (string?)(await socket.Expect("nack"))["code"]);
            Assert.Equal(4400, await socket.ExpectClose());
        }
        else
        {
            await socket.Expect("pong");
        }
    }

    [Fact]
    public async Task The_first_frame_must_be_hello()
    {
        var ada = await server.SignUp();
        await using var socket = await SocketClient.Connect(server.Url, ada.Token!);
        await socket.Say(new { type = "ping", version = 0 });
        await socket.Expect("nack");
        Assert.Equal(4400, await socket.ExpectClose());
    }

    [Fact]
    public async Task S13_A_socket_ends_with_its_session_and_says_nothing_after_it()
    {
        var (ada, bob, thread) = await Pair();
        await using var bobs = await SocketClient.ConnectAndGreet(server.Url, bob.Token!);
        using var signedOut = await bob.Delete("/sessions/current");
        await ada.Send(thread, "secret");
        Assert.Equal(4401, await bobs.ExpectClose());
        Assert.Empty(await bobs.Gather("changes", TimeSpan.Zero));
    }

    [Fact]
    public async Task A_socket_needs_a_session_our_origin_and_our_subprotocol()
    {
        var ada = await server.SignUp();
        var origin = server.Url.GetLeftPart(UriPartial.Authority);
        await using (await SocketClient.Connect(server.Url, ada.Token!, origin))
        {
        }
        await Assert.ThrowsAsync<WebSocketException>(() => SocketClient.Connect(server.Url, "no token"));
        await Assert.ThrowsAsync<WebSocketException>(() => SocketClient.Connect(server.Url, ada.Token!, "https://evil.example"));
        await Assert.ThrowsAsync<WebSocketException>(() => SocketClient.Connect(server.Url, ada.Token!, subprotocol: "chat"));
    }

    [Fact]
    public async Task A_clean_close_is_answered()
    {
        var ada = await server.SignUp();
        await using var socket = await SocketClient.ConnectAndGreet(server.Url, ada.Token!);
        await socket.Close();
        Assert.Equal(1000, await socket.ExpectClose());
    }

    [Fact]
    public async Task Of_too_many_sockets_of_one_account_the_oldest_is_closed_with_4409()
    {
        var ada = await server.SignUp();
        var sockets = new List<SocketClient>();
        for (var i = 0; i < 33; i++)
            sockets.Add(await SocketClient.ConnectAndGreet(server.Url, ada.Token!));
        Assert.Equal(4409, await sockets[0].ExpectClose());
        Assert.Null(sockets[1].CloseCode);
        foreach (var socket in sockets)
            await socket.DisposeAsync();
    }

    [Fact]
    public async Task A_stopping_server_says_bye_and_closes_with_1012()
    {
        var stopping = await TestServer.Start();
        var ada = await stopping.SignUp();
        await using var socket = await SocketClient.ConnectAndGreet(stopping.Url, ada.Token!);
        await stopping.DisposeAsync();
        Assert.NotNull((await socket.Expect("bye"))["retryAfterMs"]);
        Assert.Equal(1012, await socket.ExpectClose());
    }

    private async Task<(ParleyApi Ada, ParleyApi Bob, Id Thread)> Pair()
    {
        var (ada, bob) = (await server.SignUp(), await server.SignUp());
        return (ada, bob, await ada.StartThread(bob));
    }
}

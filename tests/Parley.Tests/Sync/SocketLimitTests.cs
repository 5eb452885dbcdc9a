using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Parley.Protocol;
using Parley.Server.Fanout;
using Parley.Server.Hosting;
using Parley.Server.Messages;
using Parley.Server.Sync;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Sync;

/// <summary>What one socket can make the server hold, and for how long. The clock moves only when told.</summary>
public sealed class SocketLimitTests : IAsyncLifetime
{
    private const string Hello = """{"type":"hello"}""", Ping = """{"type":"ping","version":0}""";

    private static readonly TimeSpan Step = SocketKeeper.Round;

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private TestServer _server = null!;
    private ParleyApi _ada = null!, _bob = null!;
    private Id _thread;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.Start(_clock, options => options with { HasLimits = true });
        (_ada, _bob) = (await _server.SignUp(), await _server.SignUp());
        _thread = await _ada.StartThread(_bob);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task S11_A_stalled_reader_holds_the_same_after_thousands_of_messages_as_after_one()
    {
        var (web, socket, _) = await Connect();
        await SendToBob(1);
        await Eventually.Holds(() => web.PendingBytes > 0, "the first change waits for the reader");
        var (pending, held) = (web.PendingBytes, socket.HeldBytes);

        var channel = _server.Services.GetRequiredService<IFanout>().Attach(_bob.Id.Value, new LongPoll(socket.SessionId));

        await SendToBob(3_000);

        var version = (await _bob.Get<Bootstrap>("/bootstrap")).Version;
        await Eventually.Holds(() => channel.Version == version, "all is announced");
        Assert.Equal((pending, held), (web.PendingBytes, socket.HeldBytes));
        Assert.Equal(0, held);
        web.LetRead(1_000);
        await Eventually.Holds(() => web.Text.Contains($"\"to\":{version},", StringComparison.Ordinal), "the reader catches up");
        // What it missed comes as one difference, not as what happened.
        Assert.InRange(web.Text.Split("\"type\":\"changes\"").Length - 1, 2, 10);
    }

    [Fact]
    public async Task S11_A_long_frame_is_handed_over_in_pieces()
    {
        for (var i = 0; i < 10; i++)
            await _ada.Send(_thread, new string('x', 10_000));
        var (web, _, _) = await Connect(HelloFromNothing());
        await Eventually.Holds(() => web.PendingBytes > 0, "the difference waits for the reader");
        Assert.Equal(16 * 1024, web.PendingBytes);
        web.LetRead(100);
        await Eventually.Holds(() => web.Text.EndsWith('}') && web.Text.Length > 100_000, "the frame arrives whole");
        Assert.All(web.Read, piece => Assert.InRange(piece.Length, 1, 16 * 1024));
    }

    [Fact]
    public async Task S11_What_is_fleeting_waits_a_moment_behind_a_busy_socket_and_is_dropped_behind_a_slow_one()
    {
        var (web, socket, _) = await Connect();
        foreach (var (wait, isShown) in new[] { (TimeSpan.Zero, true), (Socket.FleetingMax + Step, false) })
        {
            var before = web.Text.Length;
            await SendToBob(1);
            await Eventually.Holds(() => web.PendingBytes > 0, "a change waits for the reader");
            for (var i = 0; i < 100; i++)
                socket.OnFleeting("fleeting"u8.ToArray());
            Assert.Equal("fleeting".Length, socket.HeldBytes);
            _clock.Advance(wait);
            web.LetRead(isShown ? 2 : 1);
            await Eventually.Holds(() => web.Text.Length > before && socket.HeldBytes == 0, "the reader catches up");
            await Task.Delay(50);
            Assert.Equal(isShown ? 1 : 0, web.Text[before..].Split("fleeting").Length - 1);
        }
    }

    [Fact]
    public async Task Answers_that_nobody_reads_hold_back_the_frames_that_ask_for_them()
    {
        var (web, socket, _) = await Connect();
        var before = web.Taken;
        for (var i = 0; i < 1_000; i++)
            web.Say(Ping);
        await Eventually.Holds(() => web.Taken - before >= 64, "as many as may be unanswered are read");
        await Task.Delay(200);
        Assert.InRange(web.Taken - before, 64, 67);
        Assert.InRange(socket.HeldBytes, 1, 64 * 100);
    }

    [Fact]
    public async Task Who_pings_but_does_not_read_is_given_up_within_45_s()
    {
        var (web, _, run) = await Connect();
        await SendToBob(1);
        await Eventually.Holds(() => web.PendingBytes > 0, "something waits for the reader");
        var waited = TimeSpan.Zero;
        while (!run.IsCompleted && waited < TimeSpan.FromSeconds(45))
        {
            web.Say(Ping);
            await Advance(Step);
            waited += Step;
        }
        await Eventually.Holds(() => run.IsCompleted, "the socket is given up");
        Assert.True(web.IsAborted);
        Assert.InRange(waited, Socket.StallMax, TimeSpan.FromSeconds(45));
    }

    [Fact]
    public async Task Who_reads_slowly_but_reads_is_not_given_up()
    {
        for (var i = 0; i < 10; i++)
            await _ada.Send(_thread, new string('x', 10_000));
        var (web, _, run) = await Connect(HelloFromNothing());
        for (var piece = 0; piece < 5; piece++)
        {
            for (var waited = TimeSpan.Zero; waited < TimeSpan.FromSeconds(24); waited += Step)
            {
                web.Say(Ping);
                await Advance(Step);
            }
            var taken = web.Read.Count;
            web.LetRead(1);
            await Eventually.Holds(() => web.Read.Count > taken, "a piece is taken");
        }
        Assert.False(run.IsCompleted);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("""{"type":"ping","ver""")]
    public async Task Who_says_nothing_whole_is_given_up_within_45_s(string? beginning)
    {
        var (web, _, run) = await Connect();
        web.LetRead(1_000);
        var waited = TimeSpan.Zero;
        while (!run.IsCompleted && waited < TimeSpan.FromSeconds(45))
        {
            if (beginning is not null)
                web.Say(waited == TimeSpan.Zero ? beginning : " ", isEnd: false);
            await Advance(Step);
            waited += Step;
        }
        await Eventually.Holds(() => run.IsCompleted, "the socket is given up");
        Assert.InRange(waited, Socket.SilenceMax, TimeSpan.FromSeconds(45));
    }

    [Fact]
    public async Task Who_never_says_hello_is_closed_with_4400()
    {
        var (web, _, _) = Open();
        web.LetRead(10);
        await Advance(Socket.HelloMax);
        Assert.Null(web.ClosedWith);
        await Advance(Step);
        await Eventually.Holds(() => web.ClosedWith == 4400, "the socket is closed");
        Assert.Contains("hello", Assert.Single(web.Read), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_read_is_answered_once_however_much_of_it_comes()
    {
        var (web, socket, _) = await Connect();
        await SendToBob(1);
        await Eventually.Holds(() => web.PendingBytes > 0, "the pump is held up");
        var before = web.Taken;
        for (var i = 0; i < 10_000; i++)
            web.Say("");
        await Eventually.Holds(() => web.Taken - before >= 10_000, "the empty frames are taken in");
        Assert.InRange(socket.HeldBytes, 1, 200);
    }

    [Fact]
    public async Task Frames_without_end_are_read_at_the_pace_of_the_limit()
    {
        var (web, _, _) = await Connect(from: "another machine");
        web.LetRead(100_000);
        var before = web.Taken;
        for (var i = 0; i < 3_000; i++)
            web.Say(Ping);
        // The hello before has cost its share.
        var atOnce = SocketPace.Burst - SocketPace.CostOfHello;
        await Eventually.Holds(() => web.Taken - before > atOnce, "as many as may come at once are read");
        await Task.Delay(200);
        Assert.InRange(web.Taken - before, atOnce, atOnce + 2);
        await Advance(TimeSpan.FromSeconds(1));
        await Eventually.Holds(() => web.Taken - before > atOnce + 1, "it goes on");
    }

    [Fact]
    public void A_pace_allows_a_burst_then_so_many_a_second_and_forgets()
    {
        var pace = new SocketPace();
        var now = TimeSpan.FromHours(1);
        for (var i = 0; i < SocketPace.Burst; i++)
            Assert.Equal(TimeSpan.Zero, pace.Take(1, now));
        Assert.Equal(TimeSpan.FromSeconds(0.01), pace.Take(1, now));
        Assert.Equal(TimeSpan.FromSeconds(0.21), pace.Take(20, now));
        Assert.Equal(TimeSpan.Zero, pace.Take(1, now + TimeSpan.FromSeconds(0.22)));
        now += TimeSpan.FromSeconds(11);
        for (var i = 0; i < SocketPace.Burst; i++)
            Assert.Equal(TimeSpan.Zero, pace.Take(1, now));
    }

    private string HelloFromNothing() =>
        JsonSerializer.Serialize(new { type = "hello", epoch = _server.Database.Epoch, version = 0, hot = new Dictionary<string, int> { [$"{_thread}"] = 0 } });

    private (HeldWebSocket Web, Socket Socket, Task Run) Open(string? from = null)
    {
        var web = new HeldWebSocket();
        var session = NewSession();
        var socket = new Socket(web, new Caller(_bob.Id, session) { IsLocal = from is null }, _server.Services.GetRequiredService<SyncServices>());
        return (web, socket, socket.Run());
    }

    private Id NewSession() => _bob.Get<SessionsAnswer>("/sessions").GetAwaiter().GetResult().Sessions.Single().Id;

    private async Task<(HeldWebSocket Web, Socket Socket, Task Run)> Connect(string hello = Hello, string? from = null)
    {
        var open = Open(from);
        open.Web.LetRead(1);
        open.Web.Say(hello);
        await Eventually.Holds(() => open.Web.Read.Count == 1, "the welcome is read");
        return open;
    }

    private Task SendToBob(int count) => Task.WhenAll(Enumerable.Range(0, count).Select(i =>
        _server.Database.Execute(new SendMessage(_ada.Id.Value, _thread.Value, $"{Guid.NewGuid()}", $"text {i}", null))));

    // Timers that are due run on the pool: they get a moment for what they set off.
    private async Task Advance(TimeSpan time)
    {
        _clock.Advance(time);
        await Task.Delay(20);
    }
}

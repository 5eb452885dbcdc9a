using System.Globalization;
using System.Net.WebSockets;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Bench;

/// <summary>
/// A pair at Parley, each with a socket. A message has arrived when it has been acknowledged and has come out of the other's socket. Its number is the
/// end of its cid. A ping a second says what has arrived, as the web app does.
/// </summary>
internal sealed class ParleyPair : Pair
{
    private const int CidPrefix = 24;

    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(1);

    private readonly Api? _http;
    private readonly Person _person;
    private readonly Connection _sender, _receiver;
    private readonly Id _thread;
    private long _arrived, _version;

    private ParleyPair(Api? http, Person person, Connection sender, Connection receiver, Id thread, Texts texts) : base(passes: 2, texts)
    {
        (_http, _person, _sender, _receiver, _thread) = (http, person, sender, receiver, thread);
        _ = Read(ReadSender);
        _ = Read(ReadReceiver);
        _ = Ping();
    }

    /// <summary>Opens a socket for each.</summary>
    /// <param name="api">Whom to ask where they stand; over it the sender sends where <paramref name="isHttp"/> says so, else over the socket.</param>
    /// <param name="isHttp">Whether to send over HTTP.</param>
    /// <param name="nodes">The sender's node and the receiver's.</param>
    /// <param name="talk">Who they are, and their thread.</param>
    /// <param name="texts">What is said.</param>
    public static async Task<Pair> Open(Api api, bool isHttp, (Uri Sender, Uri Receiver) nodes, Talk talk, Texts texts)
    {
        async Task<Connection> Connect(Uri node, Person person)
        {
            var now = await api.Bootstrap(person);
            var hot = new Dictionary<string, long> { [talk.Thread.ToString()] = talk.Revision };
            return await Connection.Open(node, person, new { type = "hello", epoch = now.Epoch, version = now.Version, hot }, CancellationToken.None);
        }
        return new ParleyPair(
            isHttp ? api : null, talk.Sender, await Connect(nodes.Sender, talk.Sender), await Connect(nodes.Receiver, talk.Receiver), talk.Thread, texts);
    }

    protected override async Task Say(long number, string text)
    {
        var cid = ToCid(number);
        if (_http is null)
        {
            await _sender.Say(new { type = "send", cid, thread = _thread, text }, Stopped);
            return;
        }
        await _http.Send(_person, _thread, cid, text);
        Pass(number);
    }

    protected override void Close()
    {
        _sender.Dispose();
        _receiver.Dispose();
    }

    private async Task ReadSender()
    {
        while (true)
        {
            var (type, bytes) = await _sender.Read(Stopped);
            if (type == "ack")
                Pass(FindNumber(bytes.Span, "\"cid\":\""u8, CidPrefix));
            else if (type == "nack")
                throw new InvalidOperationException($"A message was refused: {System.Text.Encoding.UTF8.GetString(bytes.Span)}");
        }
    }

    private async Task ReadReceiver()
    {
        while (true)
        {
            var (type, bytes) = await _receiver.Read(Stopped);
            if (type == "changes")
                Arrive(bytes.Span);
        }
    }

    // Pushed in order, and a compacted difference carries the newest: the highest number tells of all before it.
    private void Arrive(ReadOnlySpan<byte> frame)
    {
        _version = FindNumber(frame, "\"to\":"u8);
        var newest = _arrived;
        for (var rest = frame; rest.IndexOf("\"cid\":\""u8) is >= 0 and var at; rest = rest[(at + 7)..])
            newest = Math.Max(newest, FindNumber(rest, "\"cid\":\""u8, CidPrefix));
        while (_arrived < newest)
            Pass(++_arrived);
    }

    private async Task Ping()
    {
        try
        {
            // People do not all begin at the same moment, and a ping that says what has arrived is work like a message.
            await Task.Delay(PingEvery * Random.Shared.NextDouble(), Stopped);
            using var timer = new PeriodicTimer(PingEvery);
            while (await timer.WaitForNextTickAsync(Stopped))
            {
                await _receiver.Say(new { type = "ping", version = _version }, Stopped);
                await _sender.Say(new { type = "ping", version = 0 }, Stopped);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            // It is over, or the readers know.
        }
    }

    // As the clients make them (UUIDv7), since their order is what the server's index of them is made for.
    private static string ToCid(long number)
    {
        var time = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        return string.Create(CultureInfo.InvariantCulture, $"{time >> 16:x8}-{time & 0xffff:x4}-7000-8000-{number:d12}");
    }

    private static long FindNumber(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> before, int skipped = 0)
    {
        frame = frame[(frame.IndexOf(before) + before.Length + skipped)..];
        return System.Buffers.Text.Utf8Parser.TryParse(frame, out long number, out _)
            ? number
            : throw new InvalidDataException("A frame holds no number where one belongs.");
    }
}

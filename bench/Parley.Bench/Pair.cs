using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Bench;

/// <summary>
/// Two people and their thread. The number of a message is the end of its cid, so that a look at the bytes of a frame is enough to see
/// what it carries: reading JSON would cost more than the server takes.
/// </summary>
internal sealed class Pair : IDisposable
{
    private const string Text = "A message of eighty bytes, which is about as long as what people say to others..";

    private const int CidPrefix = 24;

    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<long, Way> _ways = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Api? _http;
    private readonly Person _person;
    private readonly Connection _sender, _receiver;
    private readonly Id _thread;
    private long _arrived, _sent, _version;

    private Pair(Api? http, Person person, Connection sender, Connection receiver, Id thread)
    {
        (_http, _person, _sender, _receiver, _thread) = (http, person, sender, receiver, thread);
        _ = Read(sender, isSender: true);
        _ = Read(receiver, isSender: false);
        _ = Ping();
    }

    /// <summary>How many messages were sent.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Opens a socket for each.</summary>
    /// <param name="api">Whom to ask where they stand; over it the sender sends where <paramref name="isHttp"/> says so, else over the socket.</param>
    /// <param name="isHttp">Whether to send over HTTP.</param>
    /// <param name="nodes">The sender's node and the receiver's.</param>
    /// <param name="talk">Who they are, and their thread.</param>
    public static async Task<Pair> Open(Api api, bool isHttp, (Uri Sender, Uri Receiver) nodes, Talk talk)
    {
        async Task<Connection> Connect(Uri node, Person person)
        {
            var now = await api.Bootstrap(person);
            var hot = new Dictionary<string, long> { [talk.Thread.ToString()] = talk.Revision };
            return await Connection.Open(node, person, new { type = "hello", epoch = now.Epoch, version = now.Version, hot }, CancellationToken.None);
        }
        return new Pair(isHttp ? api : null, talk.Sender, await Connect(nodes.Sender, talk.Sender), await Connect(nodes.Receiver, talk.Receiver), talk.Thread);
    }

    /// <summary>Keeps so many messages on their way until it is over; gives the milliseconds that each took.</summary>
    public async Task<List<double>> Talk(int inFlight, CancellationToken over)
    {
        var took = new List<double>();
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(async _ =>
        {
            while (!over.IsCancellationRequested)
            {
                var millis = await Send(Stopwatch.GetTimestamp());
                lock (took)
                    took.Add(millis);
            }
        }));
        return took;
    }

    /// <summary>Sends a message; gives the milliseconds from a moment of the steady clock until it was acknowledged and had arrived.</summary>
    public async Task<double> Send(long since)
    {
        var way = new Way();
        await Send(way);
        await way.Ended.WaitAsync(Patience, CancellationToken.None);
        return Stopwatch.GetElapsedTime(since).TotalMilliseconds;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _sender.Dispose();
        _receiver.Dispose();
    }

    // Numbers are sent in their order.
    private async Task Send(Way way)
    {
        await _sending.WaitAsync();
        try
        {
            _ways[++_sent] = way;
            var cid = ToCid(_sent);
            if (_http is null)
            {
                await _sender.Say(new { type = "send", cid, thread = _thread, text = Text }, _stop.Token);
                return;
            }
            await _http.Send(_person, _thread, cid, Text);
            Pass(_sent);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task Read(Connection connection, bool isSender)
    {
        try
        {
            while (true)
            {
                var (type, bytes) = await connection.Read(_stop.Token);
                if (isSender && type == "ack")
                    Pass(FindNumber(bytes.Span, "\"cid\":\""u8, CidPrefix));
                else if (isSender && type == "nack")
                    throw new InvalidOperationException($"A message was refused: {System.Text.Encoding.UTF8.GetString(bytes.Span)}");
                else if (!isSender && type == "changes")
                    Arrive(bytes.Span);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or WebSocketException or ObjectDisposedException && _stop.IsCancellationRequested)
        {
            // It is over.
        }
        catch (Exception error)
        {
            foreach (var way in _ways.Values)
                way.Fail(error);
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

    private void Pass(long number)
    {
        if (_ways.TryGetValue(number, out var way) && way.Pass())
            _ways.TryRemove(number, out _);
    }

    private async Task Ping()
    {
        try
        {
            using var timer = new PeriodicTimer(PingEvery);
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                await _receiver.Say(new { type = "ping", version = _version }, _stop.Token);
                await _sender.Say(new { type = "ping", version = 0 }, _stop.Token);
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

    /// <summary>A message on its way; it ends when it has been acknowledged and has arrived.</summary>
    private sealed class Way
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _passed;

        public Task Ended => _ended.Task;

        public bool Pass()
        {
            if (Interlocked.Increment(ref _passed) < 2)
                return false;
            _ended.SetResult();
            return true;
        }

        public void Fail(Exception error) => _ended.TrySetException(error);
    }
}

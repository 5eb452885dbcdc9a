using System.Net.WebSockets;
using System.Text.Json;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Replay;

/// <summary>
/// A device of a person that listens to one thread, as the client's rules say: frames that follow on are applied, a gap is asked
/// for, and the version that has been applied is told with `ping`. What it applied stays in the order in which it came.
/// </summary>
internal sealed class Listener : IAsyncDisposable
{
    // Soon after something new, and now and then in silence.
    private static readonly TimeSpan PingSoon = TimeSpan.FromMilliseconds(500), PingAnyway = TimeSpan.FromSeconds(20);

    private readonly Api _api;
    private readonly Person _person;
    private readonly Id _thread;
    private readonly IReadOnlyDictionary<Id, string> _names;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;
    private string _epoch = "";
    private long _version;
    private long _revision;

    private Listener(Api api, Person person, Id thread, long revision, IReadOnlyDictionary<Id, string> names) =>
        (_api, _person, _thread, _revision, _names) = (api, person, thread, revision, names);

    /// <summary>What was applied. Complete once the listener is disposed of.</summary>
    public List<Arrived> Arrived { get; } = [];

    /// <summary>How many of the messages did not come pushed, but by asking for the thread's changes.</summary>
    public int Fetched { get; private set; }

    /// <summary>How many messages were applied so far.</summary>
    public int Count => Volatile.Read(ref _count);

    private int _count;

    /// <summary>Begins to listen; what is sent after this is pushed.</summary>
    public static async Task<Listener> Start(Api api, Person person, Id thread, long revision, IReadOnlyDictionary<Id, string> names)
    {
        var listener = new Listener(api, person, thread, revision, names);
        listener._running = listener.Run();
        await listener._listening.Task;
        return listener;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task Run()
    {
        await Rebase();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var connection = await Connection.Open(_api.Server, _person, Hello(), _stop.Token);
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                var pinging = Ping(connection, ended.Token);
                try
                {
                    while (true)
                    {
                        var (type, bytes) = await connection.Read(_stop.Token);
                        await Apply(connection, type, bytes);
                    }
                }
                finally
                {
                    await ended.CancelAsync();
                    await pinging;
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception error) when (error is WebSocketException or IOException)
            {
                await Task.Delay(200);
            }
        }
    }

    private object Hello() => new { type = "hello", epoch = _epoch, version = _version, hot = new Dictionary<string, long> { [_thread.ToString()] = _revision } };

    private async Task Apply(Connection connection, string type, ReadOnlyMemory<byte> bytes)
    {
        switch (type)
        {
            case "welcome":
                _listening.TrySetResult();
                break;
            case "changes":
                await Apply(connection, JsonSerializer.Deserialize(bytes.Span, WireJson.Wire.ChangesFrame)!);
                break;
            case "reset":
                await Rebase();
                await connection.Say(Hello(), _stop.Token);
                break;
        }
    }

    private async Task Apply(Connection connection, ChangesFrame frame)
    {
        if (frame.Epoch != _epoch || frame.To <= _version)
            return;
        if (frame.From > _version)
        {
            await connection.Say(Hello(), _stop.Token);
            return;
        }
        foreach (var changes in frame.Messages.Where(changes => changes.Thread == _thread && changes.From <= _revision))
            Append(changes.Items, changes.Revision);
        if (frame.Threads.Any(head => head.Id == _thread && head.Revision > _revision))
            await FetchChanges();
        _version = frame.To;
    }

    private async Task FetchChanges()
    {
        while (true)
        {
            var changes = await _api.GetChanges(_person, _thread, _revision);
            var before = Arrived.Count;
            Append(changes.Messages, changes.Revision);
            Fetched += Arrived.Count - before;
            if (changes.More != true)
                return;
        }
    }

    /// <summary>Begins anew at the server's version.</summary>
    private async Task Rebase()
    {
        var bootstrap = await _api.Bootstrap(_person);
        (_epoch, _version) = (bootstrap.Epoch, bootstrap.Version);
        await FetchChanges();
    }

    // Overlap is harmless: what the window has already is told again with the same revision.
    private void Append(IReadOnlyList<Message> messages, long revision)
    {
        foreach (var message in messages.Where(message => message.Revision > _revision))
            Arrived.Add(new Arrived(message.Seq, message.Cid, _names.GetValueOrDefault(message.From, "?"), message.Text));
        _revision = Math.Max(_revision, revision);
        Volatile.Write(ref _count, Arrived.Count);
    }

    private async Task Ping(Connection connection, CancellationToken stop)
    {
        try
        {
            var (told, silent) = (-1L, TimeSpan.Zero);
            while (true)
            {
                await Task.Delay(PingSoon, stop);
                silent += PingSoon;
                var version = Interlocked.Read(ref _version);
                if (version == told && silent < PingAnyway)
                    continue;
                await connection.Say(new { type = "ping", version }, stop);
                (told, silent) = (version, TimeSpan.Zero);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            // The socket has ended; its reader knows.
        }
    }
}

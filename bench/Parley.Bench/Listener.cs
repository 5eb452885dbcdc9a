using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Bench;

/// <summary>A socket of someone who says nothing: it has caught up, reads what comes, and pings as the web app does.</summary>
internal sealed class Listener : IDisposable
{
    // The web app's.
    private static readonly TimeSpan OpenMax = TimeSpan.FromSeconds(10), WelcomeMax = TimeSpan.FromSeconds(10), PingEvery = TimeSpan.FromSeconds(20), PingSoon = TimeSpan.FromMilliseconds(500);

    private readonly Connection _connection;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _news = new(0);
    private long _version;

    private Listener(Connection connection, long version) => (_connection, _version) = (connection, version);

    /// <summary>The version that it has.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>Connects once, and catches up to the version that the welcome names; fails where that does.</summary>
    /// <param name="server">Where.</param>
    /// <param name="person">Whose socket.</param>
    /// <param name="epoch">The server's.</param>
    /// <param name="version">The version that they have.</param>
    /// <param name="from">The address of this machine that it comes from, where the server is on it; null for any.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task<Listener> Open(Uri server, Person person, string epoch, long version, IPAddress? from, CancellationToken stop)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stop);
        late.CancelAfter(OpenMax);
        var socket = await Handshake.Open(server, person, from, late.Token);
        late.CancelAfter(WelcomeMax);
        var listener = new Listener(await Connection.Begin(socket, new { type = "hello", epoch, version }, late.Token), version);
        try
        {
            for (var target = long.MaxValue; listener.Version < target;)
                target = await listener.ReadOne(late.Token) ?? target;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
        _ = UntilItEnds(listener.Read());
        _ = UntilItEnds(listener.Ping());
        return listener;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _connection.Dispose();
    }

    private async Task Read()
    {
        while (true)
            await ReadOne(_stop.Token);
    }

    /// <summary>Reads a frame; gives the version that it names, if it is the welcome.</summary>
    private async Task<long?> ReadOne(CancellationToken stop)
    {
        var (type, bytes) = await _connection.Read(stop);
        if (type == "welcome")
            return JsonSerializer.Deserialize(bytes.Span, WireJson.Wire.WelcomeFrame)!.Version;
        if (type == "changes" && JsonSerializer.Deserialize(bytes.Span, WireJson.Wire.ChangesFrame) is { } changes && changes.From <= _version)
        {
            Volatile.Write(ref _version, Math.Max(_version, changes.To));
            if (_news.CurrentCount == 0)
                _news.Release();
        }
        return null;
    }

    private async Task Ping()
    {
        while (true)
        {
            if (await _news.WaitAsync(PingEvery, _stop.Token))
                await Task.Delay(PingSoon, _stop.Token);
            await _connection.Say(new { type = "ping", version = Version }, _stop.Token);
        }
    }

    private static async Task UntilItEnds(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception error) when (error is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            // Closed, by whichever side.
        }
    }
}

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Parley.Protocol;
using Parley.Server.Fanout;
using Parley.Server.Hosting;
using Parley.Server.Telemetry;

namespace Parley.Server.Sync;

/// <summary>
/// One socket. Receiving (Socket.Receive.cs) and sending (Socket.Pump.cs) are two loops that share only what stands under the gate.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Closed late by others' hands, and without handles of the system unless waited on by one.")]
internal sealed partial class Socket : ISocket
{
    /// <summary>A socket that says nothing for so long is dead: clients ping every 25 s.</summary>
    public static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(38);

    /// <summary>A piece of a frame that is not taken for so long goes to someone who does not read, whatever they say meanwhile.</summary>
    public static readonly TimeSpan StallMax = TimeSpan.FromSeconds(30);

    /// <summary>Who connects has this long to say hello.</summary>
    public static readonly TimeSpan HelloMax = TimeSpan.FromSeconds(10);

    private readonly WebSocket _webSocket;
    private readonly ConnectionContext? _connection;
    private readonly SyncServices _services;

    // Not for reading and writing, which end with the connection: what registers with it is kept by every socket for good.
    private readonly CancellationTokenSource _over = new();
    private readonly UserChannel _channel;
    private long _lastReceived;

    /// <summary>Begins to listen. The connection under it, where there is one to be named, is cut off when the socket is given up.</summary>
    public Socket(WebSocket webSocket, Caller caller, SyncServices services, ConnectionContext? connection = null)
    {
        _webSocket = webSocket;
        _connection = connection;
        _services = services;
        Caller = caller;
        _isPaced = services.HasLimits && !caller.IsLocal;
        _lastReceived = services.Clock.GetTimestamp();
        // Before anything is read, so that no change falls between what is read and what is pushed (S9).
        _channel = services.Fanout.Attach(caller.UserId.Value, this);
    }

    public Caller Caller { get; }

    public Id SessionId => Caller.SessionId;

    /// <summary>Whether it has been silent for too long.</summary>
    public bool IsSilent => IsOver(_lastReceived, SilenceMax);

    /// <summary>Whether its other side has taken nothing for too long, while something was there for it.</summary>
    public bool IsStalled => Volatile.Read(ref _sendingSince) is not 0 and var since && IsOver(since, StallMax);

    /// <summary>Looked at every few seconds: gives it up where nobody is at the other end, or nobody who keeps to the protocol.</summary>
    public void Check()
    {
        if (IsSilent || IsStalled)
            Abort();
        else if (!_hasHello && IsOver(_lastReceived, HelloMax))
            CloseUnreadable(ErrorCode.InvalidRequest, $"No hello came within {HelloMax.TotalSeconds} s.");
    }

    /// <summary>Serves the socket until it ends, and with it the WebSocket.</summary>
    public async Task Run()
    {
        // A span that lasts as long as the socket would be the parent of everything that is ever said on it.
        Activity.Current = null;
        Metrics.Sockets.Add();
        var isClosed = false;
        try
        {
            await Receive();
            isClosed = true;
        }
        catch (Exception error) when (IsEnd(error))
        {
            // The other side is gone, or was given up.
        }
        finally
        {
            Metrics.Sockets.Add(-1);
            _services.Fanout.Detach(_channel, this);
            // What was said last is still on its way when both sides have closed.
            if (isClosed)
                _over.Cancel();
            else
                Abort();
            _webSocket.Dispose();
        }
    }

    /// <summary>Ends it at once, without a word.</summary>
    public void Abort()
    {
        _over.Cancel();
        _webSocket.Abort();
        _connection?.Abort();
    }

    private bool IsOver(long since, TimeSpan time) => _services.Clock.GetElapsedTime(since) > time;

    private static bool IsEnd(Exception error) =>
        error is WebSocketException or OperationCanceledException or TimeoutException or IOException or ObjectDisposedException;

    private static byte[] Nack(string code, string detail, int? retryAfter = null) =>
        JsonSerializer.SerializeToUtf8Bytes(new NackFrame(code, null, detail, retryAfter), WireJson.Wire.NackFrame);
}

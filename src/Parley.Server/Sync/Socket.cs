using System.Diagnostics.CodeAnalysis;
using System.Net.WebSockets;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Fanout;
using Parley.Server.Hosting;

namespace Parley.Server.Sync;

/// <summary>
/// One socket. Receiving (Socket.Receive.cs) and sending (Socket.Pump.cs) are two loops that share only what stands under the gate.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Closed late by others' hands, and without handles of the system unless waited on by one.")]
internal sealed partial class Socket : ISocket
{
    /// <summary>A socket that says nothing for so long is dead: clients ping every 25 s.</summary>
    public static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(38);

    private readonly WebSocket _webSocket;
    private readonly SyncServices _services;
    private readonly CancellationTokenSource _aborted = new();
    private readonly UserChannel _channel;
    private long _lastReceived;

    public Socket(WebSocket webSocket, Caller caller, SyncServices services)
    {
        _webSocket = webSocket;
        _services = services;
        Caller = caller;
        _lastReceived = services.Clock.GetTimestamp();
        // Before anything is read, so that no change falls between what is read and what is pushed (S9).
        _channel = services.Fanout.Attach(caller.UserId.Value, this);
    }

    public Caller Caller { get; }

    public Id SessionId => Caller.SessionId;

    /// <summary>Whether it has been silent for too long.</summary>
    public bool IsSilent => _services.Clock.GetElapsedTime(_lastReceived) > SilenceMax;

    /// <summary>Serves the socket until it ends.</summary>
    public async Task Run()
    {
        try
        {
            await Receive();
        }
        catch (Exception error) when (IsEnd(error))
        {
            // The other side is gone, or was given up.
        }
        finally
        {
            _services.Fanout.Detach(_channel, this);
            Abort();
        }
    }

    /// <summary>Ends it at once, without a word.</summary>
    public void Abort()
    {
        _aborted.Cancel();
        _webSocket.Abort();
    }

    private static bool IsEnd(Exception error) =>
        error is WebSocketException or OperationCanceledException or TimeoutException or IOException or ObjectDisposedException;

    private static byte[] Nack(string? cid, string code, string detail) =>
        JsonSerializer.SerializeToUtf8Bytes(new NackFrame(code, cid, detail), WireJson.Wire.NackFrame);
}

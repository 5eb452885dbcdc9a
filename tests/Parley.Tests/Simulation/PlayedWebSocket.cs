using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;

namespace Parley.Tests.Simulation;

/// <summary>The server's end of a socket whose other end is the test: a frame arrives, and is on its way, for as long as the test says.</summary>
internal sealed class PlayedWebSocket(Func<byte[], Task> deliver) : WebSocket
{
    private readonly Channel<byte[]> _said = Channel.CreateUnbounded<byte[]>();
    private ReadOnlyMemory<byte> _rest;
    private WebSocketState _state = WebSocketState.Open;

    public override WebSocketCloseStatus? CloseStatus => null;
    public override string? CloseStatusDescription => null;
    public override string? SubProtocol => "parley.1";
    public override WebSocketState State => _state;

    public void Say(object frame) => _said.Writer.TryWrite(JsonSerializer.SerializeToUtf8Bytes(frame));

    public override async ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_rest.IsEmpty && !(await _said.Reader.WaitToReadAsync(cancellationToken) && _said.Reader.TryRead(out var frame) && Take(frame)))
            throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely);
        var length = Math.Min(buffer.Length, _rest.Length);
        _rest[..length].CopyTo(buffer);
        _rest = _rest[length..];
        return new ValueWebSocketReceiveResult(length, WebSocketMessageType.Text, _rest.IsEmpty);
    }

    public override async ValueTask SendAsync(
        ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken)
    {
        if (_state != WebSocketState.Open)
            throw new WebSocketException(WebSocketError.InvalidState);
        await deliver(buffer.ToArray()).WaitAsync(cancellationToken);
    }

    public override void Abort()
    {
        _state = WebSocketState.Aborted;
        _said.Writer.TryComplete();
    }

    public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken)
    {
        Abort();
        return Task.CompletedTask;
    }

    public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
        CloseOutputAsync(closeStatus, statusDescription, cancellationToken);

    public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public override Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) =>
        SendAsync((ReadOnlyMemory<byte>)buffer, messageType, endOfMessage, cancellationToken).AsTask();

    public override void Dispose() => Abort();

    private bool Take(byte[] frame)
    {
        _rest = frame;
        return true;
    }
}

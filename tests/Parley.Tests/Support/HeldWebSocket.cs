using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;

namespace Parley.Tests.Support;

/// <summary>The server's end of a socket whose other side reads only when a test lets it, and says what a test says.</summary>
internal sealed class HeldWebSocket : WebSocket
{
    private readonly Channel<(byte[] Bytes, bool IsEnd)> _said = Channel.CreateUnbounded<(byte[], bool)>();
    private readonly SemaphoreSlim _reads = new(0);
    private readonly CancellationTokenSource _aborted = new();
    private ReadOnlyMemory<byte> _rest;
    private bool _isRestEnd;
    private int _taken;

    /// <summary>What its other side has read: pieces, as text.</summary>
    public List<string> Read { get; } = [];

    /// <summary>The same in one piece.</summary>
    public string Text
    {
        get
        {
            lock (Read)
                return string.Concat(Read);
        }
    }

    /// <summary>Bytes that the server has handed over and that are not read yet.</summary>
    public int PendingBytes { get; private set; }

    /// <summary>Pieces of frames that the server has taken in.</summary>
    public int Taken => Volatile.Read(ref _taken);

    public bool IsAborted => _aborted.IsCancellationRequested;

    public override WebSocketCloseStatus? CloseStatus => null;
    public override string? CloseStatusDescription => null;
    public override string? SubProtocol => "parley.1";
    public override WebSocketState State => IsAborted ? WebSocketState.Aborted : WebSocketState.Open;

    /// <summary>How the server closed it.</summary>
    public int? ClosedWith { get; private set; }

    public void Say(string frame, bool isEnd = true) => _said.Writer.TryWrite((Encoding.UTF8.GetBytes(frame), isEnd));

    /// <summary>Its other side will take so many more pieces.</summary>
    public void LetRead(int pieces) => _reads.Release(pieces);

    public override async ValueTask SendAsync(
        ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken)
    {
        PendingBytes += buffer.Length;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _aborted.Token);
        await _reads.WaitAsync(either.Token);
        PendingBytes -= buffer.Length;
        lock (Read)
            Read.Add(Encoding.UTF8.GetString(buffer.Span));
    }

    public override async ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_rest.IsEmpty)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _aborted.Token);
            (var bytes, _isRestEnd) = await _said.Reader.ReadAsync(either.Token);
            _rest = bytes;
            Interlocked.Increment(ref _taken);
            if (bytes.Length == 0)
                return new ValueWebSocketReceiveResult(0, WebSocketMessageType.Text, _isRestEnd);
        }
        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return new ValueWebSocketReceiveResult(count, WebSocketMessageType.Text, count > 0 && _rest.IsEmpty && _isRestEnd);
    }

    public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken)
    {
        ClosedWith = (int)closeStatus;
        return Task.CompletedTask;
    }

    public override void Abort() => _aborted.Cancel();

    public override void Dispose()
    {
    }

    public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public override Task SendAsync(
        ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}

using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Parley.Tests.Support;

/// <summary>A socket in a test's hand: it says frames and waits for frames.</summary>
internal sealed class SocketClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ClientWebSocket _socket = new();
    private readonly Channel<JsonObject> _frames = Channel.CreateUnbounded<JsonObject>();
    private readonly List<JsonObject> _passedOver = [];
    private Task _reading = Task.CompletedTask;
    private Exception? _end;

    /// <summary>How the server closed it.</summary>
    public int? CloseCode => (int?)_socket.CloseStatus;

    public static async Task<SocketClient> Connect(
        Uri server, string token, string? origin = null, string? subprotocol = "parley.1", string? from = null,
        CancellationToken cancellation = default)
    {
        var client = new SocketClient();
        client._socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        if (origin is not null)
            client._socket.Options.SetRequestHeader("Origin", origin);
        if (from is not null)
            client._socket.Options.SetRequestHeader("X-Forwarded-For", from);
        if (subprotocol is not null)
            client._socket.Options.AddSubProtocol(subprotocol);
        await client._socket.ConnectAsync(new UriBuilder(server) { Scheme = "ws", Path = "/api/socket" }.Uri, cancellation);
        client._reading = client.Read();
        return client;
    }

    /// <summary>Connects and says hello; the welcome is read.</summary>
    public static async Task<SocketClient> ConnectAndGreet(
        Uri server, string token, string? epoch = null, long? version = null, object? hot = null, string? from = null)
    {
        var client = await Connect(server, token, from: from);
        await client.Say(new { type = "hello", epoch, version, hot });
        await client.Expect("welcome");
        return client;
    }

    public Task Say(object frame) => Say(JsonSerializer.Serialize(frame));

    public Task Say(string text) => Say(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text);

    public Task Say(byte[] bytes, WebSocketMessageType type) => _socket.SendAsync(bytes, type, true, CancellationToken.None);

    /// <summary>The next frame of a type; those of other types before it wait to be asked for.</summary>
    public Task<JsonObject> Expect(string type) => ExpectAny(type);

    /// <summary>The next frame of one of some types.</summary>
    public async Task<JsonObject> ExpectAny(params string[] types)
    {
        if (_passedOver.Find(frame => types.Contains((string?)frame["type"])) is { } earlier)
        {
            _passedOver.Remove(earlier);
            return earlier;
        }
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            while (true)
            {
                var frame = await _frames.Reader.ReadAsync(patience.Token);
                if (types.Contains((string?)frame["type"]))
                    return frame;
                _passedOver.Add(frame);
            }
        }
        catch (ChannelClosedException error)
        {
            throw new InvalidOperationException(
                $"It was closed with {CloseCode?.ToString() ?? "no code"} ({_end?.Message}) before '{string.Join("' or '", types)}' came.", error);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"No frame '{string.Join("' or '", types)}' came within {Patience.TotalSeconds} s.");
        }
    }

    /// <summary>Everything of a type that comes within a time.</summary>
    public async Task<List<JsonObject>> Gather(string type, TimeSpan time)
    {
        await Task.Delay(time);
        while (_frames.Reader.TryRead(out var frame))
            _passedOver.Add(frame);
        var frames = _passedOver.FindAll(frame => (string?)frame["type"] == type);
        _passedOver.Clear();
        return frames;
    }

    /// <summary>Waits until the server has closed; gives the code.</summary>
    public async Task<int?> ExpectClose()
    {
        await _reading.WaitAsync(Patience);
        return CloseCode;
    }

    public Task Close() => _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
    }

    private async Task Read()
    {
        var buffer = new byte[1024 * 1024];
        try
        {
            while (true)
            {
                var length = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                    length += part.Count;
                }
                while (!part.EndOfMessage);
                if (part.MessageType == WebSocketMessageType.Close)
                    break;
                _frames.Writer.TryWrite(JsonNode.Parse(buffer.AsSpan(0, length))!.AsObject());
            }
            if (_socket.State == WebSocketState.CloseReceived)
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
        catch (Exception error) when (error is WebSocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Cut off, by the server or by the test.
            _end = error;
        }
        _frames.Writer.TryComplete();
    }
}

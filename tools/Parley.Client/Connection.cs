using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;

namespace Parley.Client;

/// <summary>One WebSocket: frames out, frames in.</summary>
public sealed class Connection : IDisposable
{
    private readonly WebSocket _socket;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ArrayBufferWriter<byte> _received = new(4 * 1024);

    private Connection(WebSocket socket) => _socket = socket;

    /// <summary>Connects and says hello.</summary>
    /// <param name="server">Where the server is.</param>
    /// <param name="person">Who connects.</param>
    /// <param name="hello">The first frame.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task<Connection> Open(Uri server, Person person, object hello, CancellationToken stop)
    {
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.SetRequestHeader("Authorization", $"Bearer {person.Token}");
            socket.Options.AddSubProtocol("parley.1");
            var address = new UriBuilder(server) { Scheme = server.Scheme == Uri.UriSchemeHttps ? "wss" : "ws", Path = "/api/socket" };
            await socket.ConnectAsync(address.Uri, stop);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        return await Begin(socket, hello, stop);
    }

    /// <summary>Says hello on a WebSocket that is open already, which ends with the connection.</summary>
    public static async Task<Connection> Begin(WebSocket socket, object hello, CancellationToken stop)
    {
        var connection = new Connection(socket);
        try
        {
            await connection.Say(hello, stop);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The code with which the server has closed it; null while it has not.</summary>
    public int? CloseCode => (int?)_socket.CloseStatus;

    /// <summary>Sends a frame.</summary>
    public async Task Say(object frame, CancellationToken stop)
    {
        await _sending.WaitAsync(stop);
        try
        {
            await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(frame, JsonSerializerOptions.Web), WebSocketMessageType.Text, true, stop);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>The next frame; its bytes are good until the next one is read.</summary>
    public async Task<(string Type, ReadOnlyMemory<byte> Bytes)> Read(CancellationToken stop)
    {
        _received.ResetWrittenCount();
        ValueWebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(_received.GetMemory(4 * 1024), stop);
            if (part.MessageType == WebSocketMessageType.Close)
                throw new WebSocketException($"The server closed the socket: {(int?)_socket.CloseStatus} {_socket.CloseStatusDescription}");
            _received.Advance(part.Count);
        }
        while (!part.EndOfMessage);
        return (ReadType(_received.WrittenSpan), _received.WrittenMemory);
    }

    /// <summary>Ends it at once.</summary>
    // The semaphore is left alone: whoever waits for it at that moment would wait for good.
    public void Dispose() => _socket.Dispose();

    private static string ReadType(ReadOnlySpan<byte> frame)
    {
        var reader = new Utf8JsonReader(frame);
        // The type is the first property, as docs/protocol.md promises.
        return reader.Read() && reader.Read() && reader.ValueTextEquals("type"u8) && reader.Read()
            ? reader.GetString()!
            : throw new JsonException("A frame of the server does not begin with its type.");
    }
}

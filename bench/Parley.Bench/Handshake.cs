using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Parley.Client;

namespace Parley.Bench;

/// <summary>
/// Opens a WebSocket by hand: a request of four lines. The platform's client takes half a millisecond of a processor for it, of the two that the
/// server is measured on.
/// </summary>
internal static class Handshake
{
    // No proxy is in between, so that it need not be another one each time.
    private const string Key = "cGFybGV5J3MgYmVuY2ggMQ==";

    /// <summary>A WebSocket of a person's, from an address of this machine.</summary>
    /// <exception cref="WebSocketException">The server does not want it.</exception>
    public static async Task<WebSocket> Open(Uri server, Person person, IPAddress from, CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(from, 0));
            await socket.ConnectAsync(IPAddress.Loopback, server.Port, stop);
            var request = $"GET /api/socket HTTP/1.1\r\nHost: {server.Authority}\r\nAuthorization: Bearer {person.Token}\r\n" +
                $"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {Key}\r\nSec-WebSocket-Protocol: parley.1\r\n\r\n";
            await socket.SendAsync(Encoding.ASCII.GetBytes(request), stop);
            var status = (await ReadAnswer(socket, stop)).Split('\r', 2)[0];
            if (!status.StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal))
                throw new WebSocketException($"The server answered '{status}' to a WebSocket.");
            return WebSocket.CreateFromStream(new NetworkStream(socket, ownsSocket: true), new WebSocketCreationOptions { SubProtocol = "parley.1" });
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // The server says nothing more before it is greeted.
    private static async Task<string> ReadAnswer(Socket socket, CancellationToken stop)
    {
        var buffer = new byte[1024];
        for (var length = 0; length < buffer.Length;)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(length), stop);
            if (count == 0)
                throw new WebSocketException("The server closed the connection before it answered.");
            length += count;
            if (buffer.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
                return Encoding.ASCII.GetString(buffer, 0, length);
        }
        return Encoding.ASCII.GetString(buffer);
    }
}

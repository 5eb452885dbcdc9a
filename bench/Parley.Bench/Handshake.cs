using System.Net;
using System.Net.Security;
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
    // The same each time: it guards against answers from a proxy's cache, of which there are none here.
    private const string Key = "cGFybGV5J3MgYmVuY2ggMQ==";

    /// <summary>A WebSocket of a person's.</summary>
    /// <param name="server">Where.</param>
    /// <param name="person">Whose.</param>
    /// <param name="from">The address of this machine that it comes from, where the server is on it; null for any.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="WebSocketException">The server does not want it.</exception>
    public static async Task<WebSocket> Open(Uri server, Person person, IPAddress? from, CancellationToken stop)
    {
        var stream = await Connect(server, from, stop);
        try
        {
            var request = $"GET /api/socket HTTP/1.1\r\nHost: {server.Authority}\r\nAuthorization: Bearer {person.Token}\r\n" +
                $"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {Key}\r\nSec-WebSocket-Protocol: parley.1\r\n\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request), stop);
            var status = (await ReadAnswer(stream, stop)).Split('\r', 2)[0];
            if (!status.StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal))
                throw new WebSocketException($"The server answered '{status}' to a WebSocket.");
            return WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { SubProtocol = "parley.1" });
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static async Task<Stream> Connect(Uri server, IPAddress? from, CancellationToken stop)
    {
        // Without a family it is one for both.
        var socket = from is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(from.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (from is not null)
                socket.Bind(new IPEndPoint(from, 0));
            await (from is null ? socket.ConnectAsync(server.DnsSafeHost, server.Port, stop) : socket.ConnectAsync(IPAddress.Loopback, server.Port, stop));
            var stream = new NetworkStream(socket, ownsSocket: true);
            if (server.Scheme != Uri.UriSchemeHttps)
                return stream;
            var secure = new SslStream(stream);
            await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = server.DnsSafeHost }, stop);
            return secure;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // The server says nothing more before it is greeted.
    private static async Task<string> ReadAnswer(Stream stream, CancellationToken stop)
    {
        var buffer = new byte[2048];
        for (var length = 0; length < buffer.Length;)
        {
            var count = await stream.ReadAsync(buffer.AsMemory(length), stop);
            if (count == 0)
                throw new WebSocketException("The server closed the connection before it answered.");
            length += count;
            if (buffer.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
                return Encoding.ASCII.GetString(buffer, 0, length);
        }
        return Encoding.ASCII.GetString(buffer);
    }
}

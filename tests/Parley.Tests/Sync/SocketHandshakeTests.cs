using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Parley.Server.Sync;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Sync;

/// <summary>How a connection becomes a socket: bytes as they come from the network, in whatever pieces.</summary>
public sealed class SocketHandshakeTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Live = "GET /api/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // A text frame of a client, masked with zeros.
    private static readonly byte[] Hello = [0x81, 0x80 | 16, 0, 0, 0, 0, .. "{\"type\":\"hello\"}"u8];

    [Fact]
    public async Task A_request_that_comes_byte_by_byte_becomes_a_socket()
    {
        using var client = await Open();
        foreach (var piece in (await Request()).Chunk(1))
            await client.GetStream().WriteAsync(piece);
        await ExpectText(client, "101 Switching Protocols");
        foreach (var piece in Hello.Chunk(1))
            await client.GetStream().WriteAsync(piece);
        await ExpectText(client, "\"welcome\"");
    }

    [Fact]
    public async Task Frames_right_behind_the_request_are_heard()
    {
        using var client = await Open();
        await client.GetStream().WriteAsync((byte[])[.. await Request(), .. Hello]);
        await ExpectText(client, "\"welcome\"");
    }

    [Fact]
    public async Task A_connection_that_has_served_requests_becomes_a_socket()
    {
        using var client = await Open();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Live));
        await ExpectText(client, "200 OK");
        await client.GetStream().WriteAsync(await Request());
        await ExpectText(client, "101 Switching Protocols");
        await client.GetStream().WriteAsync(Hello);
        await ExpectText(client, "\"welcome\"");
    }

    [Fact]
    public async Task A_request_and_a_socket_may_come_in_one_piece()
    {
        using var client = await Open();
        await client.GetStream().WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(Live), .. await Request(), .. Hello]);
        var text = await ExpectText(client, "\"welcome\"");
        Assert.StartsWith("HTTP/1.1 200 OK", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Origin: https://evil.example", "parley.1", "403")]
    [InlineData("Sec-Fetch-Site: cross-site", "parley.1", "403")]
    [InlineData("X-Nothing: 1", "chat", "400")]
    [InlineData("Authorization: Bearer wrong", "parley.1", "401")]
    public async Task Who_is_refused_is_told_why_in_a_problem_and_may_try_again_on_the_same_connection(string header, string subprotocol, string status)
    {
        using var client = await Open();
        await client.GetStream().WriteAsync(await Request(header, subprotocol));
        var text = await ExpectText(client, "\"code\":");
        Assert.StartsWith($"HTTP/1.1 {status}", text, StringComparison.Ordinal);
        Assert.Contains("application/problem+json", text, StringComparison.Ordinal);
        await client.GetStream().WriteAsync((byte[])[.. await Request(), .. Hello]);
        await ExpectText(client, "\"welcome\"");
    }

    [Fact]
    public async Task An_origin_counts_as_the_proxy_in_front_says_it()
    {
        using var client = await Open();
        await client.GetStream().WriteAsync(await Request(
            "Origin: https://chat.example.org\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: chat.example.org\r\nX-Forwarded-For: 203.0.113.7"));
        await ExpectText(client, "101 Switching Protocols");
    }

    [Fact]
    public async Task A_socket_that_falls_silent_is_cut_off_with_its_connection()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var silent = await TestServer.Start(clock);
        using var client = await Open(silent);
        await client.GetStream().WriteAsync((byte[])[.. await Request(to: silent), .. Hello]);
        await ExpectText(client, "\"welcome\"");
        var ended = client.GetStream().ReadAsync(new byte[1]).AsTask();
        await Eventually.Holds(
            () =>
            {
                clock.Advance(SocketKeeper.Round);
                return ended.IsCompleted;
            },
            "the connection is ended");
        Assert.True(ended.IsFaulted || await ended == 0);
    }

    private async Task<byte[]> Request(string? header = null, string subprotocol = "parley.1", TestServer? to = null)
    {
        var user = await (to ?? server).SignUp();
        var authorization = header?.StartsWith("Authorization", StringComparison.Ordinal) == true ? null : $"Authorization: Bearer {user.Token}";
        string?[] lines =
        [
            "GET /api/socket HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", $"Sec-WebSocket-Protocol: {subprotocol}", authorization, header,
        ];
        return Encoding.ASCII.GetBytes(string.Join("\r\n", lines.Where(line => line is not null)) + "\r\n\r\n");
    }

    private async Task<TcpClient> Open(TestServer? to = null)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, (to ?? server).Url.Port);
        return client;
    }

    /// <summary>Reads until something has come; gives all that has.</summary>
    private static async Task<string> ExpectText(TcpClient client, string expected)
    {
        using var late = new CancellationTokenSource(Patience);
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains(expected, StringComparison.Ordinal))
        {
            var count = await client.GetStream().ReadAsync(buffer, late.Token);
            Assert.True(count > 0, $"The connection ended after: {text}");
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }
        return text.ToString();
    }
}

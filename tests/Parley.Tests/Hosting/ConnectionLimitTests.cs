using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.RegularExpressions;
using Parley.Protocol;
using Parley.Server.Hosting;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Hosting;

/// <summary>Connections: how many, and how slow they may be.</summary>
public sealed partial class ConnectionLimitTests
{
    // Far more than are let in, and than could be closed as fast as they come.
    private const int Descriptors = 512, Crowd = 3_000;

    [Theory]
    [InlineData(20_000, 19_600)]
    [InlineData(1_024, 624)]
    [InlineData(256, 64)]
    [InlineData(null, 50_000)]
    public void Some_descriptors_are_always_left(int? descriptors, int connections) =>
        Assert.Equal(connections, ConnectionLimits.CountMax(descriptors));

    [Fact]
    public async Task From_one_address_so_many_sockets_are_open_at_a_time()
    {
        await using var server = await TestServer.Start(configure: options => options with { HasLimits = true, SocketsPerAddress = 3 });
        var ada = await server.SignUp();
        var sockets = new List<SocketClient>();
        for (var i = 0; i < 3; i++)
            sockets.Add(await SocketClient.ConnectAndGreet(server.Url, ada.Token!, from: "2001:db8::1"));

        // Another address of the same IPv6 network is the same house.
        await Assert.ThrowsAsync<WebSocketException>(() => SocketClient.Connect(server.Url, ada.Token!, from: "2001:db8::2"));
        using var refused = await ada.Call(HttpMethod.Get, "/socket", null, ("X-Forwarded-For", "2001:db8::2"));
        Assert.InRange(int.Parse(refused.Headers.GetValues("Retry-After").Single()), 5, 60);
        await ParleyApi.Refused(refused, HttpStatusCode.TooManyRequests, ErrorCode.RateLimited);

        sockets.Add(await SocketClient.ConnectAndGreet(server.Url, ada.Token!, from: "2001:db8:0:1::1"));
        sockets.Add(await SocketClient.ConnectAndGreet(server.Url, ada.Token!, from: "203.0.113.7"));
        for (var i = 0; i < 5; i++)
            sockets.Add(await SocketClient.ConnectAndGreet(server.Url, ada.Token!));

        // What closes makes room.
        await sockets[0].DisposeAsync();
        await Eventually.Holds(() => TryConnect(server, ada).GetAwaiter().GetResult(), "there is room again");
        foreach (var socket in sockets)
            await socket.DisposeAsync();
    }

    [Theory]
    [InlineData("GET /api/health/live HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("POST /api/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")]
    public async Task A_request_that_does_not_come_to_its_end_is_cut_off(string beginning)
    {
        await using var server = await TestServer.Start();
        using var client = new TcpClient();
        await client.ConnectAsync(server.Url.Host, server.Url.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(beginning));
        var answer = await new StreamReader(stream).ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(90));
        Assert.Matches("^HTTP/1.1 40[08] ", answer);
    }

    [Theory]
    [InlineData(100, 100, 431)]
    [InlineData(3, 20_000, 431)]
    [InlineData(3, 100, 200)]
    public async Task Headers_have_a_number_and_a_size(int count, int length, int status)
    {
        await using var server = await TestServer.Start();
        var headers = Enumerable.Range(0, count).Select(i => ($"X-{i}", new string('x', length))).ToArray();
        using var response = await server.Stranger().Call(HttpMethod.Get, "/health/live", null, headers);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task With_few_descriptors_those_who_are_there_are_served_and_the_rest_are_turned_away()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("The limit of open files is set as Linux does it.");
        var folder = Directory.CreateTempSubdirectory("parley-descriptors-");
        using var process = StartWithDescriptors(Descriptors, folder.FullName);
        var clients = new List<TcpClient>();
        var turnedAway = 0;
        try
        {
            var url = await ReadUrl(process);
            using var http = new HttpClient();
            // One connection is there before the crowd.
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(url, "/api/health/ready"))).StatusCode);
            for (var i = 0; i < Crowd; i++)
            {
                var client = new TcpClient();
                clients.Add(client);
                try
                {
                    await client.ConnectAsync(url.Host, url.Port);
                }
                catch (SocketException)
                {
                    turnedAway++;
                }
            }
            await Eventually.Holds(
                () => turnedAway + clients.Count(client => client.Connected && IsTurnedAway(client)) >= Crowd - ConnectionLimits.CountMax(Descriptors),
                "the crowd is turned away");
            // The database, which needs descriptors of its own, is read and written meanwhile.
            for (var i = 0; i < 20; i++)
            {
                using var content = ParleyApi.Json(new SignUpRequest($"user{i}", "Someone", ParleyApi.GoodPassword, Bearer: true));
                using var answer = await http.PostAsync(new Uri(url, "/api/accounts"), content);
                Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
            }
            foreach (var client in clients)
                client.Dispose();
            using var newcomers = new HttpClient();
            await Eventually.Holds(() => IsServed(newcomers, url).GetAwaiter().GetResult(), "there is room again");
        }
        finally
        {
            foreach (var client in clients)
                client.Dispose();
            process.Kill();
            await process.WaitForExitAsync();
            folder.Delete(recursive: true);
        }
    }

    private static Process StartWithDescriptors(int count, string data)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"ulimit -n {count}; exec dotnet '{Path.Combine(AppContext.BaseDirectory, "parley.dll")}' --port 0 --data '{data}'");
        return Process.Start(start)!;
    }

    private static async Task<Uri> ReadUrl(Process process)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            if (Address().Match(line) is { Success: true } match)
                return new Uri(match.Value);
        }
        throw new InvalidOperationException("The server ended without saying where it listens.");
    }

    // Closed from the other side, without a byte.
    private static bool IsTurnedAway(TcpClient client)
    {
        try
        {
            return client.Client.Poll(0, SelectMode.SelectRead) && client.Client.Available == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static async Task<bool> IsServed(HttpClient http, Uri url)
    {
        try
        {
            return (await http.GetAsync(new Uri(url, "/api/health/live"))).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task<bool> TryConnect(TestServer server, ParleyApi user)
    {
        try
        {
            await using var socket = await SocketClient.Connect(server.Url, user.Token!, from: "2001:db8::2");
            return true;
        }
        catch (WebSocketException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"http://[^ ,\s]+")]
    private static partial Regex Address();
}

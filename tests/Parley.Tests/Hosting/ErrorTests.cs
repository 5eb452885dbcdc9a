using System.Net;
using System.Net.Sockets;
using System.Text;
using Parley.Protocol;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Hosting;

public sealed class ErrorTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_wrong_method_is_told_which_ones_there_are()
    {
        using var response = await (await server.SignUp()).Delete("/me");

        Assert.Equal(["GET", "PATCH"], response.Content.Headers.Allow.Order());
        await ParleyApi.Refused(response, HttpStatusCode.MethodNotAllowed, ErrorCode.MethodNotAllowed);
    }

    [Theory]
    [InlineData("/threads?limit=abc")]
    [InlineData("/threads?limit=0")]
    [InlineData("/threads?limit=99999999999999999999")]
    [InlineData("/sync?epoch=x&version=-1")]
    [InlineData("/photos/x?size=7")]
    public async Task A_query_that_cannot_be_read_is_a_problem_document(string path) =>
        await ParleyApi.Refused(await (await server.SignUp()).Get(path), HttpStatusCode.BadRequest, ErrorCode.InvalidRequest);

    [Fact]
    public async Task A_page_token_of_somewhere_else_is_refused() =>
        await ParleyApi.Refused(await (await server.SignUp()).Get("/threads?pageToken=bm90IG91cnM"), HttpStatusCode.BadRequest, ErrorCode.InvalidPageToken);

    [Theory]
    [InlineData("GET / HTTP/9.9\r\n\r\n", 505)]
    [InlineData("nonsense\r\n\r\n", 400)]
    [InlineData("GET /api/me HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400)]
    [InlineData("GET /api/me HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n", 400)]
    [InlineData("GET /api/%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 404)]
    [InlineData("POST /api/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400)]
    [InlineData("POST /api/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: -1\r\n\r\n", 400)]
    [InlineData("POST /api/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n", 413)]
    public async Task What_is_no_HTTP_is_refused_and_the_server_goes_on(string request, int status)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Url.Port);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request));
        var buffer = new byte[4096];
        var length = await client.GetStream().ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        var answer = Encoding.Latin1.GetString(buffer, 0, length);

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", answer, StringComparison.Ordinal);
        await server.SignUp();
    }

    [Fact]
    public async Task A_body_that_ends_early_is_no_fault_of_the_server()
    {
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(IPAddress.Loopback, server.Url.Port);
            await client.GetStream().WriteAsync("POST /api/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"u8.ToArray());
        }
        await server.SignUp();
    }

    [Fact]
    public async Task The_server_lives_and_is_ready()
    {
        using var live = await server.Stranger().Get("/health/live");
        using var ready = await server.Stranger().Get("/health/ready");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (live.StatusCode, ready.StatusCode));
    }
}

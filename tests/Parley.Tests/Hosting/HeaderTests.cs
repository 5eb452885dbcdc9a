using System.Net;
using Parley.Protocol;
using Parley.Server.Hosting;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Hosting;

public sealed class HeaderTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("//")]
    [InlineData("//some/page")]
    [InlineData("//assets/missing.js")]
    [InlineData("/me")]
    [InlineData("/nothing/here")]
    [InlineData("/health/live")]
    public async Task Every_answer_keeps_pages_and_browsers_in_bounds(string path)
    {
        using var response = await server.Stranger().Call(HttpMethod.Get, path);

        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("require-trusted-types-for 'script'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal("same-origin", response.Headers.GetValues("Cross-Origin-Opener-Policy").Single());
        Assert.Equal("same-origin", response.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
        Assert.True(response.Headers.Contains("Permissions-Policy"));
        Assert.False(response.Headers.Contains("Server"));
        Assert.False(response.Headers.Contains("Strict-Transport-Security"));
        if (!path.StartsWith("//", StringComparison.Ordinal))
            Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task Over_HTTPS_browsers_are_told_to_stay_there()
    {
        using var response = await server.Stranger().Call(HttpMethod.Get, "/health/live", null, ("X-Forwarded-Proto", "https"));

        Assert.Equal("max-age=31536000", response.Headers.GetValues("Strict-Transport-Security").Single());
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", false)]
    [InlineData("Sec-Fetch-Site", "same-site", false)]
    [InlineData("Sec-Fetch-Site", "same-origin", true)]
    [InlineData("Sec-Fetch-Site", "none", true)]
    [InlineData("Origin", "https://evil.example", false)]
    [InlineData("Origin", "null", false)]
    [InlineData("Origin", "http://localhost", false)]
    [InlineData("Origin", "https://127.0.0.1:{port}", false)]
    [InlineData("Origin", "http://127.0.0.1:{port}", true)]
    public async Task Only_pages_of_this_server_may_change_anything(string header, string value, bool isOwn)
    {
        var someone = await server.SignUp();

        using var response = await someone.Call(HttpMethod.Patch, "/me", ParleyApi.Text("{}"),
            (header, value.Replace("{port}", $"{server.Url.Port}", StringComparison.Ordinal)));

        if (isOwn)
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        else
            await ParleyApi.Refused(response, HttpStatusCode.Forbidden, ErrorCode.ForbiddenOrigin);
    }

    [Fact]
    public async Task Behind_a_proxy_the_origin_is_the_one_that_browsers_see()
    {
        var someone = await server.SignUp();

        using var own = await someone.Call(HttpMethod.Patch, "/me", ParleyApi.Text("{}"),
            ("Origin", "https://chat.example.org"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "chat.example.org"));

        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
    }

    [Fact]
    public async Task A_configured_origin_is_taken_for_the_server_s_own()
    {
        await using var own = await TestServer.Start(configure: options => options with { Origins = ServerOptions.ParseOrigins("https://chat.example.org/ https://b.example") });
        var someone = await own.SignUp();

        using var configured = await someone.Call(HttpMethod.Patch, "/me", ParleyApi.Text("{}"), ("Origin", "https://chat.example.org"));

        Assert.Equal(HttpStatusCode.OK, configured.StatusCode);
        await ParleyApi.Refused(
            await someone.Call(HttpMethod.Patch, "/me", ParleyApi.Text("{}"), ("Origin", "https://other.example")), HttpStatusCode.Forbidden, ErrorCode.ForbiddenOrigin);
    }
}

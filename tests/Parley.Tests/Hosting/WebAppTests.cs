using System.Net;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Hosting;

public sealed class WebAppTests : IAsyncLifetime
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("parley-web-");
    private TestServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_root.FullName, "index.html"), "<!doctype html>the app");
        await File.WriteAllTextAsync(Path.Combine(_root.FullName, "manifest.webmanifest"), "{}");
        _root.CreateSubdirectory("assets");
        await File.WriteAllTextAsync(Path.Combine(_root.FullName, "assets", "app-1a2b3c.js"), new string(';', 5_000));
        _server = await TestServer.Start(configure: options => options with { WebRoot = _root.FullName });
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _root.Delete(recursive: true);
    }

    [Theory]
    [InlineData("//")]
    [InlineData("//index.html")]
    [InlineData("//t/AAAAAAAAAAE")]
    [InlineData("//settings/devices")]
    public async Task Every_page_of_the_app_is_the_one_page_and_is_asked_for_anew(string path)
    {
        using var response = await _server.Stranger().Call(HttpMethod.Get, path);

        Assert.Equal("<!doctype html>the app", await response.Content.ReadAsStringAsync());
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no-cache", response.Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task Assets_are_kept_for_a_year_and_sent_small()
    {
        using var response = await _server.Stranger().Call(HttpMethod.Get, "//assets/app-1a2b3c.js", null, ("Accept-Encoding", "br"));

        Assert.Equal("public, max-age=31536000, immutable", response.Headers.CacheControl?.ToString());
        Assert.Equal("text/javascript", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["br"], response.Content.Headers.ContentEncoding);
        Assert.True((await response.Content.ReadAsByteArrayAsync()).Length < 500);
    }

    [Fact]
    public async Task The_manifest_has_its_own_type()
    {
        using var response = await _server.Stranger().Call(HttpMethod.Get, "//manifest.webmanifest");

        Assert.Equal("application/manifest+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("//assets/app-gone.js")]
    [InlineData("//favicon.ico")]
    [InlineData("//..%2f..%2fetc%2fpasswd.txt")]
    [InlineData("/nothing")]
    public async Task What_is_missing_is_not_the_app(string path)
    {
        using var response = await _server.Stranger().Call(HttpMethod.Get, path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.DoesNotContain("the app", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_of_the_API_are_never_compressed()
    {
        var someone = await _server.SignUp();
        using var response = await someone.Call(HttpMethod.Get, "/openapi.json", null, ("Accept-Encoding", "br, gzip"));

        Assert.Empty(response.Content.Headers.ContentEncoding);
    }
}

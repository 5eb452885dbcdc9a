using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Sync;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Structure;

/// <summary>docs/protocol.md names what there is, and nothing else.</summary>
public sealed partial class ProtocolDocumentTests(TestServer server) : IClassFixture<TestServer>
{
    private static readonly string Document = Repository.Read("docs/protocol.md");

    [Fact]
    public void Every_route_is_documented_and_every_documented_route_is_there()
    {
        var mapped = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal))
            .SelectMany(route => (route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
                .Select(method => $"{method} {route.RoutePattern.RawText!["/api".Length..]}"));
        AssertSame(mapped, DocumentedRoute().Matches(Document).Select(match => match.Groups[1].Value));
    }

    [Fact]
    public void Every_error_code_is_documented_and_every_documented_code_is_there()
    {
        var codes = typeof(ErrorCode).GetFields().Select(field => (string)field.GetRawConstantValue()!);
        AssertSame(codes, FirstCells("Errors"));
    }

    [Fact]
    public void Every_frame_of_a_client_is_documented_and_every_documented_one_is_there()
    {
        var frames = server.Services.GetServices<SocketCommand>().Select(command => command.Type);
        AssertSame([.. frames, "hello", "ping"], FirstCells("Frames from the client"));
    }

    [Fact]
    public void Every_frame_of_the_server_is_documented_and_every_documented_one_is_there()
    {
        var frames = typeof(ServerFrame).Assembly.GetTypes().Where(type => type.BaseType == typeof(ServerFrame))
            .Select(type => char.ToLowerInvariant(type.Name[0]) + type.Name[1..^"Frame".Length]);
        AssertSame(frames, FirstCells("Frames from the server"));
    }

    private static IEnumerable<string> FirstCells(string section)
    {
        var begin = Document.IndexOf($"\n## {section}\n", StringComparison.Ordinal);
        Assert.True(begin >= 0, $"docs/protocol.md has no section '{section}'.");
        var end = Document.IndexOf("\n## ", begin + 1, StringComparison.Ordinal);
        return FirstCell().Matches(Document[begin..(end < 0 ? Document.Length : end)]).Select(match => match.Groups[1].Value);
    }

    private static void AssertSame(IEnumerable<string> there, IEnumerable<string> documented)
    {
        var (code, document) = (there.ToHashSet(), documented.ToHashSet());
        Assert.NotEmpty(code);
        Assert.True(code.SetEquals(document), $"""
            Missing in docs/protocol.md: {string.Join(", ", code.Except(document).Order())}
            Documented, but not there: {string.Join(", ", document.Except(code).Order())}
            """);
    }

    [GeneratedRegex(@"^\| `((?:GET|POST|PUT|PATCH|DELETE) /[^`?]*)", RegexOptions.Multiline)]
    private static partial Regex DocumentedRoute();

    [GeneratedRegex(@"^\| `([a-z_]+)", RegexOptions.Multiline)]
    private static partial Regex FirstCell();
}

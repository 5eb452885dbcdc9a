using System.Text.Json.Nodes;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Hosting;

public sealed class ApiDocumentTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Every_route_is_described_with_a_summary_and_its_body()
    {
        using var response = await server.Stranger().Get("/openapi.json");
        var paths = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["paths"]!;

        foreach (var route in ApiRoutes.All(server).Where(route => route.Pattern != "/api/openapi.json"))
        {
            var described = paths[route.Pattern]?[route.Method.Method.ToLowerInvariant()];
            Assert.True(described is not null, $"{route} is not described.");
            Assert.True((string?)described["summary"] is { Length: > 0 }, $"{route} has no summary.");
            if (route.JsonType is not null)
                Assert.True(described["requestBody"]?["content"]?["application/json"] is not null, $"The body of {route} is not described.");
        }
    }

    [Fact]
    public async Task Ids_and_times_are_texts()
    {
        using var response = await server.Stranger().Get("/openapi.json");
        var schemas = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["components"]!["schemas"]!;

        Assert.Equal("string", (string?)schemas["Id"]!["type"]);
        Assert.Equal("date-time", (string?)schemas["Timestamp"]!["format"]);
    }
}

using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;

namespace Parley.Tests.Support;

/// <summary>Every route that the server has, as the server itself knows them: a route added later is tested with the others.</summary>
internal static class ApiRoutes
{
    /// <summary>A body that would be good, for each kind that a route takes as JSON.</summary>
    private static readonly Dictionary<Type, string> GoodBodies = new()
    {
        [typeof(SignUpRequest)] = """{"username":"newcomer","fullName":"New","password":"a pass phrase nobody has"}""",
        [typeof(SignInRequest)] = """{"username":"newcomer","password":"a pass phrase nobody has"}""",
        [typeof(ChangeProfileRequest)] = """{"fullName":"New"}""",
        [typeof(ChangePasswordRequest)] = """{"current":"a pass phrase nobody has","password":"another phrase"}""",
        [typeof(StartThreadRequest)] = """{"userIds":["AAAAAAAAAAE"]}""",
        [typeof(UpdateThreadRequest)] = """{"muted":true}""",
        [typeof(SendRequest)] = """{"cid":"c-1","text":"hello"}""",
        [typeof(EditRequest)] = """{"text":"hello"}""",
    };

    public static List<ApiRoute> All(TestServer server) =>
        [.. from endpoint in server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []
            let json = endpoint.Metadata.GetOrderedMetadata<IAcceptsMetadata>().FirstOrDefault(accepts => accepts.ContentTypes.Contains("application/json"))
            select new ApiRoute(
                new HttpMethod(method),
                "/" + endpoint.RoutePattern.RawText!.TrimStart('/'),
                json?.RequestType,
                json is null ? null : GoodBodies[json.RequestType!],
                endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)];
}

/// <summary>One of them. The pattern begins with /api.</summary>
internal sealed record ApiRoute(HttpMethod Method, string Pattern, Type? JsonType, string? GoodBody, bool IsAnonymous)
{
    /// <summary>The address below /api with this id in it, for a message that is there and a query that can be read.</summary>
    public string PathWith(string id) => Pattern["/api".Length..]
        .Replace("{id}", id, StringComparison.Ordinal)
        .Replace("{seq}", "1", StringComparison.Ordinal)
        .Replace("{emoji}", Uri.EscapeDataString("👍"), StringComparison.Ordinal)
        .Replace("{photo}", "none", StringComparison.Ordinal)
        + (Pattern.EndsWith("/changes", StringComparison.Ordinal) ? "?revision=0" : "");

    public override string ToString() => $"{Method} {Pattern}";
}

using System.Net;
using Parley.Protocol;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Hosting;

public sealed class AccessTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Every_route_is_for_signed_in_callers_but_these()
    {
        var stranger = server.Stranger();
        var open = new List<string>();
        foreach (var route in ApiRoutes.All(server))
        {
            using var response = await stranger.Call(route.Method, route.PathWith("AAAAAAAAAAE"), Body(route));
            if (response.StatusCode != HttpStatusCode.Unauthorized || !(await response.Content.ReadAsStringAsync()).Contains("unauthenticated", StringComparison.Ordinal))
                open.Add(route.ToString());
        }

        Assert.Equal(
            ["GET /api/health/live", "GET /api/health/ready", "GET /api/openapi.json", "GET /api/sessions/current", "POST /api/accounts", "POST /api/sessions"],
            open.Order());
    }

    [Theory]
    [InlineData("AAAAAAAAAAE")]
    [InlineData("nonsense")]
    [InlineData("AAAAAAAAAAF")]
    [InlineData("!!!!!!!!!!!")]
    [InlineData("-1")]
    [InlineData("0")]
    [InlineData("9223372036854775808")]
    [InlineData("%F0%9F%98%80")]
    [InlineData("..%2F..%2Fme")]
    [InlineData("'%20OR%201=1")]
    public async Task What_is_not_there_and_what_is_not_yours_give_the_same_bytes_on_every_route(string unknown)
    {
        var owner = await server.SignUp();
        var thread = await owner.StartThread(await server.SignUp());
        await owner.Send(thread, "private");
        var intruder = await server.SignUp();
        var expected = await Read(await intruder.Get("/no/such/route"));
        var routes = ApiRoutes.All(server).Where(route => route.Pattern.Contains("{id}", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(routes);
        foreach (var route in routes)
        {
            foreach (var id in new[] { unknown, thread.ToString() })
            {
                var actual = await Read(await intruder.Call(route.Method, route.PathWith(id), Body(route)));
                Assert.True(expected == actual, $"{route} with {id}: {actual}");
            }
        }
        Assert.Equal("private", (await owner.Get<MessagesPage>($"/threads/{thread}/messages")).Messages.Single().Text);
    }

    [Fact]
    public async Task A_user_is_found_by_whoever_is_signed_in_and_nobody_else()
    {
        var someone = await server.SignUp();
        var other = await server.SignUp();

        Assert.Equal(someone.Id, (await other.Get<UserAnswer>($"/users/{someone.Id}")).User.Id);
        await ParleyApi.Refused(await server.Stranger().Get($"/users/{someone.Id}"), HttpStatusCode.Unauthorized, ErrorCode.Unauthenticated);
    }

    private static HttpContent? Body(ApiRoute route) => route.GoodBody is null ? null : ParleyApi.Text(route.GoodBody);

    /// <summary>Everything of an answer that a caller can see, but the date.</summary>
    private static async Task<string> Read(HttpResponseMessage response)
    {
        using (response)
        {
            var headers = response.Headers.Concat(response.Content.Headers).Where(header => header.Key != "Date")
                .Select(header => $"{header.Key}: {string.Join(",", header.Value)}").Order();
            return $"{(int)response.StatusCode}\n{string.Join('\n', headers)}\n\n{await response.Content.ReadAsStringAsync()}";
        }
    }
}

using System.Net;
using Parley.Protocol;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Hosting;

public sealed class RateLimitTests
{
    [Fact]
    public async Task Fast_search_is_slowed_down_for_one_account_and_not_for_another()
    {
        await using var server = await TestServer.Start(configure: options => options with { HasLimits = true });
        var hasty = await server.SignUp();
        var patient = await server.SignUp();

        var answers = await Task.WhenAll(Enumerable.Range(0, 150).Select(_ => hasty.Get("/users?query=a")));

        var refused = answers.Where(answer => answer.StatusCode != HttpStatusCode.OK).ToList();
        Assert.NotEmpty(refused);
        Assert.InRange(answers.Length - refused.Count, 100, 130);
        Assert.InRange(int.Parse(refused[0].Headers.GetValues("Retry-After").Single()), 1, 60);
        await ParleyApi.Refused(refused[0], HttpStatusCode.TooManyRequests, ErrorCode.RateLimited);
        using var other = await patient.Get("/users?query=a");
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task Accounts_cannot_be_made_without_end_from_one_address()
    {
        await using var server = await TestServer.Start(configure: options => options with { HasLimits = true });
        // Refused for their content, so that no hashing slows this down: the limit comes before it.
        var answers = await Task.WhenAll(Enumerable.Range(0, 130).Select(_ => SignUp(server, ("X-Forwarded-For", "203.0.113.7"))));

        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.InRange(answers.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest), 100, 110);
    }

    [Fact]
    public async Task Whoever_is_on_the_machine_itself_is_not_counted_by_address()
    {
        await using var server = await TestServer.Start(configure: options => options with { HasLimits = true });
        var answers = await Task.WhenAll(Enumerable.Range(0, 130).Select(_ => SignUp(server)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode));
    }

    private static Task<HttpResponseMessage> SignUp(TestServer server, params (string Name, string Value)[] headers) =>
        server.Stranger().Call(HttpMethod.Post, "/accounts", ParleyApi.Json(new SignUpRequest("x", "", "")), headers);
}

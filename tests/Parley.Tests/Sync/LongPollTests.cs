using System.Net;
using Parley.Protocol;
using Parley.Server.Fanout;
using Parley.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Parley.Tests.Sync;

/// <summary>How a long poll ends when it is not a change that ends it.</summary>
public sealed class LongPollTests
{
    [Fact]
    public async Task A_stopping_server_answers_polls_as_if_nothing_had_come_and_signs_nobody_out()
    {
        await using var server = await TestServer.Start();
        var ada = await server.SignUp();
        var poll = await Poll(server, ada, 1);
        var restarted = server.Restart();
        using var answer = await poll[0];
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await restarted;
        Assert.Equal(ada.Id, (await ada.Get<MeAnswer>("/me")).User.Id);
    }

    [Fact]
    public async Task Of_too_many_polls_of_one_account_the_oldest_is_told_to_wait_and_signs_nobody_out()
    {
        await using var server = await TestServer.Start();
        var ada = await server.SignUp();
        var polls = await Poll(server, ada, 32);
        var one = await Poll(server, ada, 1, already: 31);
        var refused = await await Task.WhenAny(polls);
        Assert.InRange(int.Parse(refused.Headers.GetValues("Retry-After").Single()), 5, 60);
        await ParleyApi.Refused(refused, HttpStatusCode.TooManyRequests, ErrorCode.RateLimited);
        Assert.Equal(31, polls.Count(poll => !poll.IsCompleted));
        Assert.False(one[0].IsCompleted);
    }

    [Fact]
    public async Task A_poll_ends_with_its_session()
    {
        await using var server = await TestServer.Start();
        var ada = await server.SignUp();
        var poll = await Poll(server, ada, 1);
        using var signedOut = await ada.Delete("/sessions/current");
        await ParleyApi.Refused(await poll[0], HttpStatusCode.Unauthorized, ErrorCode.Unauthenticated);
    }

    private static async Task<List<Task<HttpResponseMessage>>> Poll(TestServer server, ParleyApi user, int count, int already = 0)
    {
        var bootstrap = await user.Get<Bootstrap>("/bootstrap");
        var fanout = server.Services.GetRequiredService<IFanout>();
        var polls = Enumerable.Range(0, count)
            .Select(_ => user.Get($"/sync?epoch={bootstrap.Epoch}&version={bootstrap.Version}&wait=30")).ToList();
        await Eventually.Holds(() => fanout.Subscribers.Count() == Math.Min(32, count + already), "the polls wait");
        return polls;
    }
}

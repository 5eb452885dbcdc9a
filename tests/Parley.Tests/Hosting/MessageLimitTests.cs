using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Hosting;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Hosting;

/// <summary>One account cannot write without end, by whatever way.</summary>
public sealed class MessageLimitTests
{
    private const string Elsewhere = "203.0.113.9";
    private const int Tries = 50;

    [Fact]
    public async Task Sends_are_counted_over_HTTP_and_sockets_alike_and_refused_with_the_time_to_wait()
    {
        await using var server = await TestServer.Start(configure: options => options with { HasLimits = true });
        var (ada, bob, cyd) = (await server.SignUp(), await server.SignUp(), await server.SignUp());
        var (thread, other) = (await ada.StartThread(bob), await ada.StartThread(cyd));
        await using var socket = await SocketClient.ConnectAndGreet(server.Url, ada.Token!, from: Elsewhere);

        using var refused = await UntilRefused(server, ada, thread, () => Send(ada, thread, Elsewhere));
        Assert.InRange(int.Parse(refused.Headers.GetValues("Retry-After").Single()), 1, 5);
        await ParleyApi.Refused(refused, HttpStatusCode.TooManyRequests, ErrorCode.RateLimited);

        JsonObject? nack = null;
        for (var i = 0; nack is null && i < Tries; i++)
        {
            Drain(server, ada, thread);
            await socket.Say(new { type = "send", cid = $"s{i}", thread, text = "hello" });
            var answer = await socket.ExpectAny("ack", "nack");
            Assert.Equal($"s{i}", (string?)answer["cid"]);
            nack = (string?)answer["type"] == "nack" ? answer : null;
        }
        Assert.Equal(ErrorCode.RateLimited, (string?)nack?["code"]);
        Assert.InRange((int)nack!["retryAfter"]!, 1, 5);

        // Neither their other threads, nor the other side, nor who is on the machine itself pays for it.
        foreach (var (user, where, from) in new[] { (ada, other, Elsewhere), (bob, thread, Elsewhere), (ada, thread, null) })
        {
            using var answer = await Send(user, where, from);
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Edits_deletions_and_reactions_count_like_sends()
    {
        await using var server = await TestServer.Start(configure: options => options with { HasLimits = true });
        var (ada, bob) = (await server.SignUp(), await server.SignUp());
        var thread = await ada.StartThread(bob);
        await ada.Send(thread, "hello");
        var path = $"/threads/{thread}/messages/1";
        foreach (var (method, address, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Patch, path, new EditRequest("again")),
            (HttpMethod.Put, $"{path}/reactions/👍", null),
            (HttpMethod.Delete, $"{path}/reactions/👍", null),
            (HttpMethod.Delete, path, null),
        })
        {
            using var refused = await UntilRefused(server, ada, thread, () =>
                ada.Call(method, address, body is null ? null : ParleyApi.Json(body), ("X-Forwarded-For", Elsewhere)));
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        }
    }

    [Fact]
    public void An_account_is_bounded_over_all_its_threads_and_only_where_limits_are_on()
    {
        using var limit = new MessageLimit(new ServerOptions());
        using var none = new MessageLimit(new ServerOptions { HasLimits = false });
        var caller = new Caller(new Id(1), new Id(2));
        var refusals = 0;
        for (var i = 0; i < 2 * MessageLimit.Burst; i++)
        {
            none.Take(caller, new Id(i));
            limit.Take(caller with { UserId = new Id(3), IsLocal = true }, new Id(i));
            try
            {
                limit.Take(caller, new Id(i));
            }
            catch (Refusal refusal)
            {
                Assert.Equal(ErrorCode.RateLimited, refusal.Code);
                refusals++;
            }
        }
        Assert.InRange(refusals, 1, MessageLimit.Burst);
    }

    // The bucket fills again by the second, whatever the machine is busy with: it is emptied before each try.
    private static async Task<HttpResponseMessage> UntilRefused(
        TestServer server, ParleyApi user, Id thread, Func<Task<HttpResponseMessage>> act)
    {
        for (var i = 0; ; i++)
        {
            Drain(server, user, thread);
            var answer = await act();
            if (!answer.IsSuccessStatusCode || i == Tries)
                return answer;
            answer.Dispose();
        }
    }

    private static void Drain(TestServer server, ParleyApi user, Id thread)
    {
        var limit = server.Services.GetRequiredService<MessageLimit>();
        var caller = new Caller(user.Id, new Id(1));
        try
        {
            for (var i = 0; i < 10 * MessageLimit.Burst; i++)
                limit.Take(caller, thread);
        }
        catch (Refusal)
        {
            return;
        }
        Assert.Fail("There is no limit.");
    }

    private static Task<HttpResponseMessage> Send(ParleyApi user, Id thread, string? from) =>
        user.Call(HttpMethod.Post, $"/threads/{thread}/messages", ParleyApi.Json(new SendRequest($"{Guid.NewGuid()}", "hello")),
            from is null ? [] : [("X-Forwarded-For", from)]);
}

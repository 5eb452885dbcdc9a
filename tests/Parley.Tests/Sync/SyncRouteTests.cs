using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Fanout;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Sync;

public sealed class SyncRouteTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task S8_A_bootstrap_has_me_the_newest_threads_and_the_way_to_the_rest()
    {
        var ada = await server.SignUp();
        for (var i = 0; i < 3; i++)
            await ada.StartThread(await server.SignUp());
        var bootstrap = await ada.Get<Bootstrap>("/bootstrap?limit=2");
        Assert.Equal((ada.Id, 3, 2), (bootstrap.Me.Id, bootstrap.Version, bootstrap.Threads.Count));
        var rest = await ada.Get<ThreadsPage>($"/threads?pageToken={bootstrap.NextPageToken}");
        Assert.Equal(3, bootstrap.Threads.Concat(rest.Threads).Select(head => head.Id).Distinct().Count());
        Assert.Equal(bootstrap.Epoch, rest.Epoch);
    }

    [Fact]
    public async Task S7_The_difference_since_a_version_comes_at_once_and_nothing_new_is_an_empty_difference()
    {
        var ada = await server.SignUp();
        var thread = await ada.StartThread(await server.SignUp());
        var epoch = (await ada.Get<Bootstrap>("/bootstrap")).Epoch;
        var changes = await Sync(ada, $"epoch={epoch}&version=0");
        Assert.Equal(("changes", 0, 1, thread.ToString()),
            ((string?)changes["type"], (int?)changes["from"], (int?)changes["to"], (string?)changes["threads"]![0]!["id"]));
        var nothing = await Sync(ada, $"epoch={epoch}&version=1");
        Assert.Equal((1, 1, 0), ((int?)nothing["from"], (int?)nothing["to"], nothing["threads"]!.AsArray().Count));
        Assert.Equal("epoch", (string?)(await Sync(ada, "epoch=another&version=1"))["reason"]);
    }

    [Fact]
    public async Task S10_A_long_poll_waits_for_the_next_change()
    {
        var (ada, bob) = (await server.SignUp(), await server.SignUp());
        var thread = await ada.StartThread(bob);
        var bootstrap = await bob.Get<Bootstrap>("/bootstrap");
        var waiting = Sync(bob, $"epoch={bootstrap.Epoch}&version={bootstrap.Version}&wait=30");
        await Task.Delay(300);
        Assert.False(waiting.IsCompleted);
        await ada.Send(thread, "hello");
        var changes = await waiting.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal("hello", (string?)changes["threads"]![0]!["last"]!["text"]);
    }

    [Fact]
    public async Task S13_A_long_poll_ends_empty_after_its_time_and_with_401_when_the_session_ends()
    {
        var ada = await server.SignUp();
        var bootstrap = await ada.Get<Bootstrap>("/bootstrap");
        var watch = Stopwatch.StartNew();
        Assert.Equal(bootstrap.Version, (long)(await Sync(ada, $"epoch={bootstrap.Epoch}&version={bootstrap.Version}&wait=1"))["to"]!);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.9, 25);
        var waiting = ada.Get($"/sync?epoch={bootstrap.Epoch}&version={bootstrap.Version}&wait=30");
        await Task.Delay(300);
        using var signedOut = await ada.Delete("/sessions/current");
        await ParleyApi.Refused(await waiting.WaitAsync(TimeSpan.FromSeconds(60)), HttpStatusCode.Unauthorized, ErrorCode.Unauthenticated);
    }

    [Fact]
    public async Task S13_A_long_poll_that_begins_while_its_session_ends_hears_nothing_more()
    {
        await using var own = await TestServer.Start();
        var (ada, bob) = (await own.SignUp(), await own.SignUp());
        var thread = await ada.StartThread(bob);
        var bootstrap = await bob.Get<Bootstrap>("/bootstrap");
        // The session goes after the request was let in and before its end could be told to this poll.
        own.Services.GetRequiredService<IFanout>().PresenceChanged += (user, _) => own.Database.Write(connection =>
            connection.ExecuteAsync("DELETE FROM sessions WHERE user_id = @user", new { user })).GetAwaiter().GetResult();
        var waiting = bob.Get($"/sync?epoch={bootstrap.Epoch}&version={bootstrap.Version}&wait=5");
        await ada.Send(thread, "secret");
        await ParleyApi.Refused(await waiting, HttpStatusCode.Unauthorized, ErrorCode.Unauthenticated);
    }

    [Fact]
    public async Task S5_The_changes_of_a_thread_since_before_an_erasure_are_its_newest_page_instead()
    {
        var ada = await server.SignUp();
        var thread = await ada.StartThread(await server.SignUp());
        for (var i = 0; i < 5; i++)
            await ada.Send(thread, $"text {i}");
        await server.Database.Write(connection => connection.ExecuteAsync("""
            DELETE FROM messages WHERE thread_id = @thread AND seq <= 3;
            UPDATE threads SET purged_revision = 3 WHERE thread_id = @thread
            """, new { thread = thread.Value }));
        var reset = await ada.Get<ThreadChanges>($"/threads/{thread}/changes?revision=2");
        Assert.True(reset.Reset);
        Assert.Equal([5, 4], reset.Messages.Select(message => message.Seq));
        var changes = await ada.Get<ThreadChanges>($"/threads/{thread}/changes?revision=3");
        Assert.False(changes.Reset);
        Assert.Equal([4, 5], changes.Messages.Select(message => message.Seq));
        // A revision of another life, that this one has not reached.
        Assert.True((await ada.Get<ThreadChanges>($"/threads/{thread}/changes?revision=99")).Reset);
    }

    [Fact]
    public async Task S6_A_page_of_a_threads_changes_ends_at_its_last_revision()
    {
        var ada = await server.SignUp();
        var thread = await ada.StartThread(await server.SignUp());
        for (var i = 0; i < 205; i++)
            await ada.Send(thread, $"text {i}");
        var first = await ada.Get<ThreadChanges>($"/threads/{thread}/changes?revision=0");
        Assert.Equal((true, 200, 200), (first.More, first.Messages.Count, first.Revision));
        var second = await ada.Get<ThreadChanges>($"/threads/{thread}/changes?revision={first.Revision}");
        Assert.Equal((false, 5, 205), (second.More, second.Messages.Count, second.Revision));
    }

    [Fact]
    public async Task S7_S8_A_bootstrap_while_others_write_is_of_one_moment_and_the_changes_since_complete_it()
    {
        var ada = await server.SignUp();
        var friends = new List<(ParleyApi Who, Id Thread)>();
        for (var i = 0; i < 5; i++)
        {
            var friend = await server.SignUp();
            friends.Add((friend, await friend.StartThread(ada)));
        }
        var writing = Task.WhenAll(friends.Select(async friend =>
        {
            for (var i = 0; i < 40; i++)
                await friend.Who.Send(friend.Thread, $"text {i}");
        }));
        do
        {
            var bootstrap = await ada.Get<Bootstrap>("/bootstrap");
            Assert.Equal(server.Database.Epoch, bootstrap.Epoch);
            Assert.Equal(bootstrap.Version, bootstrap.Threads.Max(head => head.Version));
            // Every version was taken by a thread's beginning or by a message: nothing is missing, nothing is ahead.
            Assert.Equal(bootstrap.Version, bootstrap.Threads.Sum(head => 1 + head.LastSeq));
        }
        while (!writing.IsCompleted);
        await writing;
    }

    [Theory]
    [InlineData("")]
    [InlineData("epoch=e")]
    [InlineData("version=1")]
    [InlineData("epoch=e&version=x")]
    [InlineData("epoch=e&version=-1")]
    [InlineData("epoch=e&version=1&wait=31")]
    public async Task A_sync_without_sense_is_a_400(string query)
    {
        var ada = await server.SignUp();
        await ParleyApi.Refused(await ada.Get($"/sync?{query}"), HttpStatusCode.BadRequest, ErrorCode.InvalidRequest);
    }

    private static async Task<JsonObject> Sync(ParleyApi who, string query)
    {
        using var response = await who.Get($"/sync?{query}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
    }
}

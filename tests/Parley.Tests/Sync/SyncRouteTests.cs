using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Parley.Protocol;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Sync;

public sealed class SyncRouteTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_bootstrap_has_me_the_newest_threads_and_the_way_to_the_rest()
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
    public async Task The_difference_since_a_version_comes_at_once_and_nothing_new_is_an_empty_difference()
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
    public async Task A_long_poll_waits_for_the_next_change()
    {
        var (ada, bob) = (await server.SignUp(), await server.SignUp());
        var thread = await ada.StartThread(bob);
        var bootstrap = await bob.Get<Bootstrap>("/bootstrap");
        var waiting = Sync(bob, $"epoch={bootstrap.Epoch}&version={bootstrap.Version}&wait=30");
        await Task.Delay(300);
        Assert.False(waiting.IsCompleted);
        await ada.Send(thread, "hello");
        var changes = await waiting.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.Equal("hello", (string?)changes["threads"]![0]!["last"]!["text"]);
    }

    [Fact]
    public async Task A_long_poll_ends_empty_after_its_time_and_with_401_when_the_session_ends()
    {
        var ada = await server.SignUp();
        var bootstrap = await ada.Get<Bootstrap>("/bootstrap");
        var watch = Stopwatch.StartNew();
        Assert.Equal(bootstrap.Version, (long)(await Sync(ada, $"epoch={bootstrap.Epoch}&version={bootstrap.Version}&wait=1"))["to"]!);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.9, 5);
        var waiting = ada.Get($"/sync?epoch={bootstrap.Epoch}&version={bootstrap.Version}&wait=30");
        await Task.Delay(300);
        using var signedOut = await ada.Delete("/sessions/current");
        await ParleyApi.Refused(await waiting.WaitAsync(TimeSpan.FromSeconds(5)), HttpStatusCode.Unauthorized, ErrorCode.Unauthenticated);
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

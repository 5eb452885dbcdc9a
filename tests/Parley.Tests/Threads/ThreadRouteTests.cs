using System.Net;
using Parley.Protocol;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Threads;

public sealed class ThreadRouteTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Starting_a_thread_gives_201_and_again_from_either_side_200_with_the_same_thread()
    {
        var (ada, bob) = (await server.SignUp(), await server.SignUp());
        using var first = await ada.Post("/threads", new StartThreadRequest([bob.Id]));
        using var again = await ada.Post("/threads", new StartThreadRequest([bob.Id]));
        using var other = await bob.Post("/threads", new StartThreadRequest([ada.Id]));
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, again.StatusCode, other.StatusCode));
        var head = await ParleyApi.Read<Head>(first);
        Assert.Equal(head.Id, (await ParleyApi.Read<Head>(other)).Id);
        Assert.Equal(bob.Id, head.Peer.Id);
        Assert.Null(head.Last);
    }

    [Fact]
    public async Task A_thread_needs_exactly_one_other_user_who_exists()
    {
        var (ada, bob) = (await server.SignUp(), await server.SignUp());
        foreach (var userIds in new Id[][] { [], [ada.Id], [bob.Id, ada.Id], [new Id(42)] })
        {
            var problem = await ParleyApi.Refused(
                await ada.Post("/threads", new StartThreadRequest(userIds)), HttpStatusCode.BadRequest, ErrorCode.InvalidRequest);
            Assert.Contains("userIds", problem.Errors!.Keys);
        }
    }

    [Fact]
    public async Task The_list_has_the_latest_message_first()
    {
        var ada = await server.SignUp();
        var others = new[] { await server.SignUp(), await server.SignUp(), await server.SignUp() };
        var threads = new List<Id>();
        foreach (var other in others)
            threads.Add(await ada.StartThread(other));
        await others[0].Send(threads[0], "newest");
        var list = await ada.Get<ThreadsPage>("/threads");
        Assert.Equal([threads[0], threads[2], threads[1]], list.Threads.Select(head => head.Id));
    }

    [Fact]
    public async Task Pages_of_the_list_skip_and_repeat_nothing_while_messages_arrive()
    {
        var ada = await server.SignUp();
        var threads = new List<Id>();
        for (var i = 0; i < 12; i++)
            threads.Add(await ada.StartThread(await server.SignUp()));
        var seen = new List<Id>();
        string? token = null;
        do
        {
            var page = await ada.Get<ThreadsPage>($"/threads?limit=5{(token is null ? "" : $"&pageToken={token}")}");
            seen.AddRange(page.Threads.Select(head => head.Id));
            token = page.NextPageToken;
            // One that was listed already moves to the top; those below stay where they are.
            await ada.Send(threads[^1], "moves");
        }
        while (token is not null);
        Assert.Equal(Enumerable.Reverse(threads), seen);
    }

    [Fact]
    public async Task A_page_token_is_good_for_its_own_user_and_list_only()
    {
        var (ada, bob) = (await server.SignUp(), await server.SignUp());
        var thread = await ada.StartThread(bob);
        await ada.StartThread(await server.SignUp());
        for (var i = 0; i < 3; i++)
            await ada.Send(thread, "hello");
        var listToken = (await ada.Get<ThreadsPage>("/threads?limit=1")).NextPageToken!;
        var messageToken = (await ada.Get<MessagesPage>($"/threads/{thread}/messages?limit=1")).OlderPageToken!;
        foreach (var path in new[]
        {
            $"/threads?pageToken={messageToken}", $"/threads/{thread}/messages?pageToken={listToken}", "/threads?pageToken=", "/threads?pageToken=AAAA",
            $"/threads?pageToken={listToken[..^2]}", $"/threads?pageToken={new string('x', 5_000)}",
        })
            await ParleyApi.Refused(await ada.Get(path), HttpStatusCode.BadRequest, ErrorCode.InvalidPageToken);
        await ParleyApi.Refused(await bob.Get($"/threads?pageToken={listToken}"), HttpStatusCode.BadRequest, ErrorCode.InvalidPageToken);
        await ParleyApi.Refused(
            await bob.Get($"/threads/{thread}/messages?pageToken={messageToken}"), HttpStatusCode.BadRequest, ErrorCode.InvalidPageToken);
    }

    [Fact]
    public async Task Marks_are_changed_one_by_one_and_are_the_callers_own()
    {
        var (ada, bob) = (await server.SignUp(), await server.SignUp());
        var thread = await ada.StartThread(bob);
        await bob.Send(thread, "hello");
        var head = await Patch(ada, thread, new { muted = true });
        Assert.Equal((true, false, false, null), (head.Muted, head.Pinned, head.Archived, head.Nickname));
        head = await Patch(ada, thread, new { pinned = true, nickname = "Bobby" });
        Assert.Equal((true, true, false, "Bobby"), (head.Muted, head.Pinned, head.Archived, head.Nickname));
        head = await Patch(ada, thread, new { archived = true, nickname = (string?)null });
        Assert.Equal((true, true, true, null), (head.Muted, head.Pinned, head.Archived, head.Nickname));
        head = await Patch(ada, thread, new { read = 1 });
        Assert.Equal((1, 0), (head.ReadSeq, head.Unread));
        var theirs = await bob.Get<Head>($"/threads/{thread}");
        Assert.Equal((false, false, false, 1), (theirs.Muted, theirs.Pinned, theirs.Archived, theirs.PeerReadSeq));
    }

    [Fact]
    public async Task Removing_a_thread_hides_it_from_one_side_until_a_new_message()
    {
        var (ada, bob) = (await server.SignUp(), await server.SignUp());
        var thread = await ada.StartThread(bob);
        await bob.Send(thread, "old");
        using var removed = await ada.Delete($"/threads/{thread}");
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        Assert.Empty((await ada.Get<ThreadsPage>("/threads")).Threads);
        foreach (var path in new[] { $"/threads/{thread}", $"/threads/{thread}/messages", $"/threads/{thread}/users", $"/threads/{thread}/changes?revision=0" })
            await ParleyApi.Refused(await ada.Get(path), HttpStatusCode.NotFound, ErrorCode.NotFound);
        Assert.Single((await bob.Get<MessagesPage>($"/threads/{thread}/messages")).Messages);

        await bob.Send(thread, "new");
        Assert.Equal("new", Assert.Single((await ada.Get<MessagesPage>($"/threads/{thread}/messages")).Messages).Text);
        Assert.Equal(1, Assert.Single((await ada.Get<ThreadsPage>("/threads")).Threads).Unread);
    }

    [Fact]
    public async Task S13_What_a_stranger_may_not_see_is_the_404_of_what_does_not_exist()
    {
        var (ada, bob, eve) = (await server.SignUp(), await server.SignUp(), await server.SignUp());
        var thread = await ada.StartThread(bob);
        await ada.Send(thread, "secret");
        var nothing = new Id(4711);
        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Get, "/threads/{0}", null), (HttpMethod.Get, "/threads/{0}/users", null), (HttpMethod.Get, "/threads/{0}/messages", null),
            (HttpMethod.Get, "/threads/{0}/messages?around=1", null), (HttpMethod.Get, "/threads/{0}/changes?revision=0", null),
            (HttpMethod.Patch, "/threads/{0}", new { read = 1 }), (HttpMethod.Delete, "/threads/{0}", null),
            (HttpMethod.Post, "/threads/{0}", new { cid = "c", text = "hello" }), (HttpMethod.Post, "/threads/{0}/messages", new { cid = "c", text = "hello" }),
            (HttpMethod.Patch, "/threads/{0}/messages/1", new { text = "hello" }), (HttpMethod.Delete, "/threads/{0}/messages/1", null),
            (HttpMethod.Put, "/threads/{0}/messages/1/reactions/👍", null), (HttpMethod.Delete, "/threads/{0}/messages/1/reactions/👍", null),
        })
        {
            using var theirs = await eve.Call(method, string.Format(path, thread), body is null ? null : ParleyApi.Json(body));
            using var none = await eve.Call(method, string.Format(path, nothing), body is null ? null : ParleyApi.Json(body));
            Assert.Equal((path, HttpStatusCode.NotFound, HttpStatusCode.NotFound), (path, theirs.StatusCode, none.StatusCode));
            Assert.Equal(await none.Content.ReadAsByteArrayAsync(), await theirs.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task The_members_are_listed_for_members()
    {
        var (ada, bob) = (await server.SignUp(), await server.SignUp());
        var thread = await ada.StartThread(bob);
        var users = (await ada.Get<UsersAnswer>($"/threads/{thread}/users")).Users;
        Assert.Equal(new[] { ada.Id, bob.Id }.Order(), users.Select(user => user.Id).Order());
    }

    private static async Task<Head> Patch(ParleyApi who, Id thread, object change)
    {
        using var response = await who.Patch($"/threads/{thread}", change);
        return await ParleyApi.Read<Head>(response);
    }
}

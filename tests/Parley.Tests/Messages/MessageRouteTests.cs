using System.Net;
using Parley.Protocol;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Messages;

public sealed class MessageRouteTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("/threads/{0}/messages")]
    [InlineData("/threads/{0}")]
    public async Task S12_A_send_gives_201_and_the_same_cid_again_200_with_the_same_message(string path)
    {
        var (ada, _, thread) = await Pair();
        using var first = await ada.Post(string.Format(path, thread), new SendRequest("cid-1", "hello"));
        using var again = await ada.Post(string.Format(path, thread), new SendRequest("cid-1", "other words"));
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.StatusCode, again.StatusCode));
        var message = await ParleyApi.Read<Message>(first);
        Assert.Equal((1, "hello", ada.Id), (message.Seq, message.Text, message.From));
        Assert.Equal(message, await ParleyApi.Read<Message>(again));
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("line\nline\r\n\ttab")]
    [InlineData("你好，世界 👩‍👩‍👧‍👦 \u202Eright to left\u202C <script>alert(1)</script> '); DROP TABLE users;--")]
    public async Task A_text_is_stored_as_typed(string text)
    {
        var (ada, bob, thread) = await Pair();
        await ada.Send(thread, text);
        Assert.Equal(text, (await bob.Get<MessagesPage>($"/threads/{thread}/messages")).Messages[0].Text);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(10_000, true)]
    [InlineData(0, false)]
    [InlineData(10_001, false)]
    public async Task A_text_has_1_to_10000_characters(int length, bool isAllowed)
    {
        var (ada, _, thread) = await Pair();
        foreach (var character in new[] { "a", "你", "😀" })
        {
            using var response = await ada.Post(
                $"/threads/{thread}/messages", new SendRequest(Guid.NewGuid().ToString(), string.Concat(Enumerable.Repeat(character, length))));
            Assert.Equal(isAllowed ? HttpStatusCode.Created : HttpStatusCode.BadRequest, response.StatusCode);
        }
    }

    [Theory]
    [InlineData("""{"cid":"c","text":"a\u0000b"}""", "text")]
    [InlineData("""{"cid":"","text":"hello"}""", "cid")]
    [InlineData("""{"cid":"with space","text":"hello"}""", "cid")]
    [InlineData("""{"cid":"c","text":"hello","replyTo":7}""", "replyTo")]
    [InlineData("""{"cid":"c","text":"hello","replyTo":-1}""", "replyTo")]
    [InlineData("""{"cid":"c","text":"\ud800"}""", "text")]
    [InlineData("""{"cid":"c","text":7}""", "text")]
    [InlineData("""{"cid":"c"}""", "text")]
    public async Task What_is_wrong_with_a_message_is_said_field_by_field(string body, string field)
    {
        var (ada, _, thread) = await Pair();
        var problem = await ParleyApi.Refused(
            await ada.Call(HttpMethod.Post, $"/threads/{thread}/messages", ParleyApi.Text(body)), HttpStatusCode.BadRequest, ErrorCode.InvalidRequest);
        Assert.Contains(field, problem.Errors!.Keys);
        Assert.Empty((await ada.Get<MessagesPage>($"/threads/{thread}/messages")).Messages);
    }

    [Fact]
    public async Task The_latest_100_come_first_and_older_ones_by_an_opaque_token()
    {
        var (ada, bob, thread) = await Pair();
        for (var i = 1; i <= 250; i++)
            await ada.Send(thread, $"text {i}");
        var latest = await bob.Get<MessagesPage>($"/threads/{thread}/messages");
        Assert.Equal(Enumerable.Range(0, 100).Select(i => 250L - i), latest.Messages.Select(message => message.Seq));
        Assert.Null(latest.NewerPageToken);
        Assert.DoesNotContain("151", latest.OlderPageToken);

        await ada.Send(thread, "one more meanwhile");
        var all = new List<long>(latest.Messages.Select(message => message.Seq));
        var token = latest.OlderPageToken;
        while (token is not null)
        {
            var page = await bob.Get<MessagesPage>($"/threads/{thread}/messages?limit=70&pageToken={token}");
            all.AddRange(page.Messages.Select(message => message.Seq));
            Assert.NotNull(page.NewerPageToken);
            token = page.OlderPageToken;
        }
        Assert.Equal(Enumerable.Range(0, 250).Select(i => 250L - i), all);
    }

    [Fact]
    public async Task A_page_around_a_seq_has_it_and_leads_both_ways()
    {
        var (ada, _, thread) = await Pair();
        for (var i = 1; i <= 60; i++)
            await ada.Send(thread, $"text {i}");
        var page = await ada.Get<MessagesPage>($"/threads/{thread}/messages?around=30&limit=11");
        Assert.Equal(Enumerable.Range(0, 11).Select(i => 35L - i), page.Messages.Select(message => message.Seq));
        var newer = await ada.Get<MessagesPage>($"/threads/{thread}/messages?limit=20&pageToken={page.NewerPageToken}");
        Assert.Equal((55, 36), (newer.Messages[0].Seq, newer.Messages[^1].Seq));
        var older = await ada.Get<MessagesPage>($"/threads/{thread}/messages?limit=20&pageToken={page.OlderPageToken}");
        Assert.Equal((24, 5), (older.Messages[0].Seq, older.Messages[^1].Seq));
        foreach (var (around, newest) in new[] { (1, 11L), (60, 60), (9_999, 60), (0, 11) })
            Assert.Equal(newest, (await ada.Get<MessagesPage>($"/threads/{thread}/messages?around={around}&limit=11")).Messages[0].Seq);
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=201")]
    [InlineData("limit=-1")]
    [InlineData("limit=ten")]
    [InlineData("limit=9999999999999999999999")]
    [InlineData("around=-1")]
    [InlineData("around=x")]
    public async Task A_query_that_makes_no_sense_is_a_400(string query)
    {
        var (ada, _, thread) = await Pair();
        await ParleyApi.Refused(await ada.Get($"/threads/{thread}/messages?{query}"), HttpStatusCode.BadRequest, ErrorCode.InvalidRequest);
    }

    [Fact]
    public async Task Only_the_author_edits_and_deletes_and_everyone_reacts()
    {
        var (ada, bob, thread) = await Pair();
        await ada.Send(thread, "hello");
        await ParleyApi.Refused(await bob.Patch($"/threads/{thread}/messages/1", new EditRequest("mine")), HttpStatusCode.NotFound, ErrorCode.NotFound);
        await ParleyApi.Refused(await bob.Delete($"/threads/{thread}/messages/1"), HttpStatusCode.NotFound, ErrorCode.NotFound);

        var edited = await Message(await ada.Patch($"/threads/{thread}/messages/1", new EditRequest("hello!")));
        Assert.Equal("hello!", edited.Text);
        Assert.NotNull(edited.EditedAt);
        var reacted = await Message(await bob.Call(HttpMethod.Put, $"/threads/{thread}/messages/1/reactions/❤️"));
        Assert.Equal([bob.Id], reacted.Reactions!["❤️"]);
        var unreacted = await Message(await bob.Delete($"/threads/{thread}/messages/1/reactions/❤️"));
        Assert.Null(unreacted.Reactions);
        var deleted = await Message(await ada.Delete($"/threads/{thread}/messages/1"));
        Assert.Equal((true, "", 1), (deleted.Deleted, deleted.Text, deleted.Seq));
        Assert.Equal(4, deleted.Revision - 1);
    }

    [Theory]
    [InlineData("👍", true)]
    [InlineData("❤️", true)]
    [InlineData("👩‍👩‍👧‍👦", true)]
    [InlineData("🇩🇪", true)]
    [InlineData("👋🏽", true)]
    [InlineData("1️⃣", true)]
    [InlineData("a", false)]
    [InlineData("👍👍", false)]
    [InlineData("hello", false)]
    [InlineData("1", false)]
    public async Task A_reaction_is_one_emoji(string emoji, bool isAllowed)
    {
        var (ada, bob, thread) = await Pair();
        await ada.Send(thread, "hello");
        using var response = await bob.Call(HttpMethod.Put, $"/threads/{thread}/messages/1/reactions/{Uri.EscapeDataString(emoji)}");
        Assert.Equal(isAllowed ? HttpStatusCode.OK : HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("2")]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("99999999999999999999")]
    public async Task A_message_that_is_not_there_is_a_404(string seq)
    {
        var (ada, _, thread) = await Pair();
        await ada.Send(thread, "hello");
        await ParleyApi.Refused(await ada.Patch($"/threads/{thread}/messages/{seq}", new EditRequest("x")), HttpStatusCode.NotFound, ErrorCode.NotFound);
        await ParleyApi.Refused(await ada.Delete($"/threads/{thread}/messages/{seq}"), HttpStatusCode.NotFound, ErrorCode.NotFound);
    }

    [Fact]
    public async Task Changes_since_a_revision_are_told_and_an_unknown_revision_is_a_reset()
    {
        var (ada, bob, thread) = await Pair();
        for (var i = 1; i <= 3; i++)
            await ada.Send(thread, $"text {i}");
        using var edit = await ada.Patch($"/threads/{thread}/messages/1", new EditRequest("edited"));
        var changes = await bob.Get<ThreadChanges>($"/threads/{thread}/changes?revision=2");
        Assert.Equal((2, 4, false), (changes.From, changes.Revision, changes.More));
        Assert.Equal([3, 1], changes.Messages.Select(message => message.Seq));
        var reset = await bob.Get<ThreadChanges>($"/threads/{thread}/changes?revision=99");
        Assert.True(reset.Reset);
        Assert.Equal(3, reset.Messages.Count);
        await ParleyApi.Refused(await bob.Get($"/threads/{thread}/changes"), HttpStatusCode.BadRequest, ErrorCode.InvalidRequest);
    }

    [Fact]
    public async Task S6_A_page_of_changes_ends_at_its_last_revision()
    {
        var (ada, bob, thread) = await Pair();
        await Task.WhenAll(Enumerable.Range(0, 450).Select(i => ada.Send(thread, $"text {i}")));
        var (seen, revision, more) = (0, 0L, true);
        while (more)
        {
            var changes = await bob.Get<ThreadChanges>($"/threads/{thread}/changes?revision={revision}");
            Assert.Equal(changes.Messages[^1].Revision, changes.Revision);
            (seen, revision, more) = (seen + changes.Messages.Count, changes.Revision, changes.More!.Value);
        }
        Assert.Equal((450, 450), (seen, revision));
    }

    private async Task<(ParleyApi Ada, ParleyApi Bob, Id Thread)> Pair()
    {
        var (ada, bob) = (await server.SignUp(), await server.SignUp());
        return (ada, bob, await ada.StartThread(bob));
    }

    private static async Task<Message> Message(HttpResponseMessage response)
    {
        using (response)
            return await ParleyApi.Read<Message>(response);
    }
}

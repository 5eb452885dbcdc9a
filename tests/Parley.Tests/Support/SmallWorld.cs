using System.Net;
using NetVips;
using Parley.Protocol;
using Xunit;

namespace Parley.Tests.Support;

/// <summary>Three people and what they did, so that every table has rows in it; and the look, through HTTP, whether all of it is there.</summary>
internal static class SmallWorld
{
    private const string Cid = "01999999-aaaa-7bbb-8ccc-dddddddddddd";

    private const int PhotoWidth = 80;

    private static readonly int[] Sizes = [64, 256, 1024];

    public static async Task Fill(TestServer server)
    {
        var (ada, bob, eve) = (await server.SignUp("ada", "Ada Lovelace"), await server.SignUp("bob", "Bob"), await server.SignUp("eve", "Ève 🦊"));
        await Do(ada.Patch("/me", new { settings = new { theme = "dark" } }));
        using var picture = (Image.Black(PhotoWidth, PhotoWidth) + new double[] { 200, 30, 30 }).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
        await Do(ada.Call(HttpMethod.Put, "/me/photo", ParleyApi.Bytes(picture.PngsaveBuffer(), "image/png")));

        var thread = await ada.StartThread(bob);
        await ada.Send(thread, "Grüße, 世界 👋");
        await bob.Send(thread, "To be edited");
        await bob.Send(thread, "To be deleted");
        await Do(ada.Post($"/threads/{thread}/messages", new SendRequest(Cid, "An answer", ReplyTo: 1)));
        await Do(bob.Patch($"/threads/{thread}/messages/2", new EditRequest("Edited")));
        await Do(bob.Delete($"/threads/{thread}/messages/3"));
        await Do(bob.Put($"/threads/{thread}/messages/1/reactions/👍", new { }));
        await Do(ada.Put($"/threads/{thread}/messages/1/reactions/❤️", new { }));
        await Do(bob.Patch($"/threads/{thread}", new { read = 4, muted = true, pinned = true, nickname = "The countess" }));

        var forgotten = await ada.StartThread(eve);
        await eve.Send(forgotten, "Remember me");
        await Do(ada.Delete($"/threads/{forgotten}"));
        using var wrong = await server.Stranger().Post("/sessions", new SignInRequest("eve", "not the password"));
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        // A page token needs a key.
        await Do(bob.Get($"/threads/{thread}/messages?limit=1"));
    }

    public static async Task Check(TestServer server)
    {
        var (ada, bob, eve) = (server.Stranger(), server.Stranger(), server.Stranger());
        await ada.SignIn("ada");
        await bob.SignIn("bob");
        await eve.SignIn("eve");
        Assert.Equal("dark", ada.Me.Settings.GetProperty("theme").GetString());
        foreach (var size in Sizes)
        {
            using var answer = await bob.Get($"/photos/{ada.Me.Photo}?size={size}");
            using var photo = Image.NewFromBuffer(await answer.Content.ReadAsByteArrayAsync());
            Assert.Equal(Math.Min(size, PhotoWidth), photo.Width);
        }
        Assert.Equal(2, (await ada.Get<SessionsAnswer>("/sessions")).Sessions.Count);

        var heads = (await bob.Get<ThreadsPage>("/threads")).Threads;
        var head = Assert.Single(heads);
        Assert.Equal("Ada Lovelace", head.Peer.FullName);
        Assert.Equal((4L, 4L, true, true, false, "The countess"), (head.LastSeq, head.ReadSeq, head.Muted, head.Pinned, head.Archived, head.Nickname));
        var messages = (await bob.Get<MessagesPage>($"/threads/{head.Id}/messages")).Messages.Reverse().ToList();
        Assert.Equal(["Grüße, 世界 👋", "Edited", "", "An answer"], messages.Select(message => message.Text));
        Assert.Equal([ada.Id, bob.Id, bob.Id, ada.Id], messages.Select(message => message.From));
        Assert.Equal([false, true, false, false], messages.Select(message => message.EditedAt is not null));
        Assert.Equal([false, false, true, false], messages.Select(message => message.Deleted));
        Assert.Equal([null, null, null, 1L], messages.Select(message => message.ReplyTo));
        Assert.Equal(Cid, messages[3].Cid);
        Assert.Equal(["👍", "❤️"], messages[0].Reactions!.Keys.OrderBy(emoji => emoji == "❤️"));
        Assert.Equal(bob.Id, Assert.Single(messages[0].Reactions!["👍"]));

        Assert.Equal(head.Id, Assert.Single((await ada.Get<ThreadsPage>("/threads")).Threads).Id);
        Assert.Equal("Remember me", Assert.Single((await eve.Get<ThreadsPage>("/threads")).Threads).Last!.Text);
        // And it goes on from there.
        Assert.Equal(5, (await bob.Send(head.Id, "Still here")).Seq);
    }

    private static async Task Do(Task<HttpResponseMessage> request)
    {
        using var response = await request;
        Assert.True(response.IsSuccessStatusCode, $"{response.RequestMessage} gave {(int)response.StatusCode}.");
    }
}

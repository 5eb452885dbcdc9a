using Parley.Protocol;
using Parley.Server.Fanout;
using Parley.Server.Sync;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Presence;

public sealed class PresenceTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Who_watches_someone_sees_them_come_and_go()
    {
        var (ada, bob) = (await server.SignUp(), await server.SignUp());
        await using var adas = await SocketClient.ConnectAndGreet(server.Url, ada.Token!);
        await adas.Say(new { type = "watch", users = new[] { bob.Id } });
        Assert.Equal((bob.Id.ToString(), false), await NextPresence(adas));
        await using (await SocketClient.ConnectAndGreet(server.Url, bob.Token!))
            Assert.Equal((bob.Id.ToString(), true), await NextPresence(adas));
        var gone = (await adas.Expect("presence"))["users"]![0]!;
        Assert.False((bool)gone["online"]!);
        Assert.InRange(DateTimeOffset.Parse((string)gone["lastActiveAt"]!), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task One_of_two_tabs_closed_is_still_online()
    {
        var (ada, bob) = (await server.SignUp(), await server.SignUp());
        await using var first = await SocketClient.ConnectAndGreet(server.Url, bob.Token!);
        await using var second = await SocketClient.ConnectAndGreet(server.Url, bob.Token!);
        await using var adas = await SocketClient.ConnectAndGreet(server.Url, ada.Token!);
        await adas.Say(new { type = "watch", users = new[] { bob.Id } });
        Assert.Equal((bob.Id.ToString(), true), await NextPresence(adas));
        await first.Close();
        Assert.Empty(await adas.Gather("presence", Channels.Grace + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task A_reload_does_not_flicker()
    {
        var (ada, bob) = (await server.SignUp(), await server.SignUp());
        var bobs = await SocketClient.ConnectAndGreet(server.Url, bob.Token!);
        await using var adas = await SocketClient.ConnectAndGreet(server.Url, ada.Token!);
        await adas.Say(new { type = "watch", users = new[] { bob.Id } });
        await NextPresence(adas);
        await bobs.DisposeAsync();
        await using var again = await SocketClient.ConnectAndGreet(server.Url, bob.Token!);
        Assert.Empty(await adas.Gather("presence", Channels.Grace + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void A_socket_that_is_silent_is_given_up_within_45_seconds() =>
        Assert.InRange(Socket.SilenceMax + SocketKeeper.Round + Channels.Grace, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(45));

    [Fact]
    public async Task A_new_list_replaces_the_old_one_and_is_at_most_200_long()
    {
        var (ada, bob, eve) = (await server.SignUp(), await server.SignUp(), await server.SignUp());
        await using var adas = await SocketClient.ConnectAndGreet(server.Url, ada.Token!);
        await adas.Say(new { type = "watch", users = new[] { bob.Id } });
        await NextPresence(adas);
        await adas.Say(new { type = "watch", users = new[] { eve.Id } });
        Assert.Equal(eve.Id.ToString(), (await NextPresence(adas)).Id);
        await using var bobs = await SocketClient.ConnectAndGreet(server.Url, bob.Token!);
        Assert.Empty(await adas.Gather("presence", TimeSpan.FromMilliseconds(500)));
        await adas.Say(new { type = "watch", users = Enumerable.Range(0, 201).Select(i => new Id(i)) });
        Assert.Equal(ErrorCode.InvalidRequest, (string?)(await adas.Expect("nack"))["code"]);
    }

    [Fact]
    public async Task Typing_reaches_the_other_and_nobody_else()
    {
        var (ada, bob, eve) = (await server.SignUp(), await server.SignUp(), await server.SignUp());
        var thread = await ada.StartThread(bob);
        await using var adas = await SocketClient.ConnectAndGreet(server.Url, ada.Token!);
        await using var bobs = await SocketClient.ConnectAndGreet(server.Url, bob.Token!);
        await using var eves = await SocketClient.ConnectAndGreet(server.Url, eve.Token!);
        await adas.Say(new { type = "typing", thread });
        var typing = await bobs.Expect("typing");
        Assert.Equal((thread.ToString(), ada.Id.ToString()), ((string?)typing["thread"], (string?)typing["user"]));
        await eves.Say(new { type = "typing", thread });
        Assert.Equal(ErrorCode.NotFound, (string?)(await eves.Expect("nack"))["code"]);
        Assert.Empty(await bobs.Gather("typing", TimeSpan.FromMilliseconds(300)));
        Assert.Empty(await adas.Gather("typing", TimeSpan.Zero));
    }

    [Fact]
    public async Task S13_Who_has_removed_the_thread_neither_types_nor_hears_of_typing_in_it()
    {
        var (ada, bob) = (await server.SignUp(), await server.SignUp());
        var thread = await ada.StartThread(bob);
        await using var adas = await SocketClient.ConnectAndGreet(server.Url, ada.Token!);
        await using var bobs = await SocketClient.ConnectAndGreet(server.Url, bob.Token!);
        using var removed = await bob.Delete($"/threads/{thread}");
        await bobs.Say(new { type = "typing", thread });
        Assert.Equal(ErrorCode.NotFound, (string?)(await bobs.Expect("nack"))["code"]);
        await adas.Say(new { type = "typing", thread });
        Assert.Empty(await bobs.Gather("typing", TimeSpan.FromMilliseconds(300)));
        Assert.Empty(await adas.Gather("typing", TimeSpan.Zero));
    }

    private static async Task<(string? Id, bool Online)> NextPresence(SocketClient socket)
    {
        var user = (await socket.Expect("presence"))["users"]![0]!;
        return ((string?)user["id"], (bool)user["online"]!);
    }
}

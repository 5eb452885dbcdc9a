using System.Net;
using System.Text.Json;
using Parley.Protocol;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Accounts;

public sealed class ProfileTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Settings_are_merged_key_by_key_and_null_removes_a_key()
    {
        var someone = await server.SignUp();
        await Patch(someone, """{"settings":{"theme":"dark","sounds":true,"sizes":{"list":340}}}""");

        var me = await Patch(someone, """{"settings":{"sounds":null,"theme":"light","language":"日本語"}}""");

        Assert.Equal("""{"language":"日本語","sizes":{"list":340},"theme":"light"}""", me.Settings.GetRawText());
        Assert.Equal(me.Settings.GetRawText(), (await someone.Get<MeAnswer>("/me")).User.Settings.GetRawText());
    }

    [Theory]
    [InlineData("""{"settings":[]}""")]
    [InlineData("""{"settings":"dark"}""")]
    [InlineData("""{"settings":{"a":1,"a":2}}""")]
    public async Task Settings_that_are_no_object_are_refused(string body)
    {
        var someone = await server.SignUp();

        var problem = await ParleyApi.Refused(await someone.Call(HttpMethod.Patch, "/me", ParleyApi.Text(body)), HttpStatusCode.BadRequest, ErrorCode.InvalidRequest);

        Assert.Equal(["settings"], problem.Errors!.Keys);
    }

    [Fact]
    public async Task Settings_are_small_and_what_is_too_much_changes_nothing()
    {
        var someone = await server.SignUp();
        await Patch(someone, "{\"settings\":{\"a\":\"" + new string('a', 2_000) + "\"}}");
        var version = await server.Database.ReadVersion(someone.Id.Value);

        await ParleyApi.Refused(
            await someone.Call(HttpMethod.Patch, "/me", ParleyApi.Text("{\"fullName\":\"Changed\",\"settings\":{\"b\":\"" + new string('b', 2_100) + "\"}}")),
            HttpStatusCode.BadRequest, ErrorCode.InvalidRequest);

        var me = (await someone.Get<MeAnswer>("/me")).User;
        Assert.Equal(someone.Me.FullName, me.FullName);
        Assert.False(me.Settings.TryGetProperty("b", out _));
        Assert.Equal(version, await server.Database.ReadVersion(someone.Id.Value));
    }

    [Fact]
    public async Task A_new_name_reaches_everyone_who_shares_a_thread()
    {
        var ada = await server.SignUp();
        var bob = await server.SignUp();
        var thread = await ada.StartThread(bob);
        await ada.Send(thread, "hello");
        await using var socket = await SocketClient.ConnectAndGreet(
            server.Url, bob.Token!, server.Database.Epoch, await server.Database.ReadVersion(bob.Id.Value));

        await Patch(ada, """{"fullName":"Countess of Lovelace"}""");

        var frame = await socket.Expect("changes");
        Assert.Equal("Countess of Lovelace", (string?)frame["threads"]![0]!["peer"]!["fullName"]);
        Assert.Equal("Countess of Lovelace", (await bob.Get<Head>($"/threads/{thread}")).Peer.FullName);
    }

    [Fact]
    public async Task One_s_own_devices_are_told_of_a_change_of_settings_and_nobody_else_is()
    {
        var ada = await server.SignUp();
        var bob = await server.SignUp();
        await ada.Send(await ada.StartThread(bob), "hello");
        var bobs = await server.Database.ReadVersion(bob.Id.Value);
        await using var socket = await SocketClient.ConnectAndGreet(
            server.Url, ada.Token!, server.Database.Epoch, await server.Database.ReadVersion(ada.Id.Value));

        await Patch(ada, """{"settings":{"theme":"dark"}}""");

        var frame = await socket.Expect("changes");
        Assert.Equal("dark", (string?)frame["me"]!["settings"]!["theme"]);
        Assert.Equal(bobs, await server.Database.ReadVersion(bob.Id.Value));
    }

    [Fact]
    public async Task What_is_the_same_as_before_changes_no_version()
    {
        var ada = await server.SignUp();
        var bob = await server.SignUp();
        await ada.Send(await ada.StartThread(bob), "hello");
        await Patch(ada, """{"fullName":"Ada","settings":{"theme":"dark"}}""");
        var before = (await server.Database.ReadVersion(ada.Id.Value), await server.Database.ReadVersion(bob.Id.Value));

        await Patch(ada, """{"fullName":" Ada ","settings":{"theme":"dark","gone":null}}""");
        await Patch(ada, "{}");

        Assert.Equal(before, (await server.Database.ReadVersion(ada.Id.Value), await server.Database.ReadVersion(bob.Id.Value)));
    }

    [Fact]
    public async Task A_user_is_seen_by_others_without_their_settings()
    {
        var ada = await server.SignUp();
        await Patch(ada, """{"settings":{"secret":1}}""");
        var bob = await server.SignUp();

        using var response = await bob.Get($"/users/{ada.Id}");

        var user = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("user");
        Assert.Equal(["fullName", "id", "photo", "username"], user.EnumerateObject().Select(property => property.Name).Order());
    }

    private static async Task<Me> Patch(ParleyApi api, string body)
    {
        using var response = await api.Call(HttpMethod.Patch, "/me", ParleyApi.Text(body));
        return (await ParleyApi.Read<MeAnswer>(response)).User;
    }
}

using System.Net;
using Parley.Protocol;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Accounts;

public sealed class PeopleSearchTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private ParleyApi _seeker = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.Start();
        _seeker = await _server.SignUp("seeker", "Ada Seeker");
        await _server.SignUp("ada", "Ada Lovelace");
        await _server.SignUp("adam", "Adam Smith");
        await _server.SignUp("grace_h", "Grace Hopper");
        await _server.SignUp("graceh", "Grace Kelly");
        await _server.SignUp("mori", "森鴎外");
        await _server.SignUp("oesten", "Östen ÅKESSON");
        await _server.SignUp("hundred", "100% Real");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("ada", "ada adam")]
    [InlineData("ADA L", "ada")]
    [InlineData("love", "ada")]
    [InlineData("lovelace ada", "ada")]
    [InlineData("@ada", "ada adam")]
    [InlineData("  smith  ", "adam")]
    [InlineData("ovelace", "")]
    [InlineData("ada hopper", "")]
    [InlineData("grace_", "grace_h")]
    [InlineData("100%", "hundred")]
    [InlineData("%", "")]
    [InlineData("_", "")]
    [InlineData("\\", "")]
    [InlineData("森", "mori")]
    [InlineData("åke", "oesten")]
    [InlineData("ÖSTEN", "oesten")]
    [InlineData("seeker", "")]
    [InlineData("", "")]
    [InlineData(" \t ", "")]
    [InlineData("' OR 1=1 --", "")]
    public async Task People_are_found_by_the_beginnings_of_their_words(string query, string usernames)
    {
        var found = (await _seeker.Get<UsersAnswer>($"/users?query={Uri.EscapeDataString(query)}")).Users;

        Assert.Equal(usernames.Split(' ', StringSplitOptions.RemoveEmptyEntries), found.Select(user => user.Username));
    }

    [Fact]
    public async Task At_most_twenty_are_told()
    {
        for (var i = 0; i < 22; i++)
            await _server.SignUp($"crowd{i}", "One of Many");

        Assert.Equal(20, (await _seeker.Get<UsersAnswer>("/users?query=many")).Users.Count);
    }

    [Fact]
    public async Task A_changed_name_is_found_and_the_old_one_is_not()
    {
        var someone = await _server.SignUp("fickle", "Before");
        using var changed = await someone.Patch("/me", new ChangeProfileRequest("After"));

        Assert.Empty((await _seeker.Get<UsersAnswer>("/users?query=before")).Users);
        Assert.Single((await _seeker.Get<UsersAnswer>("/users?query=after")).Users);
    }

    [Fact]
    public async Task A_search_has_a_longest_length() =>
        await ParleyApi.Refused(await _seeker.Get($"/users?query={new string('a', 201)}"), HttpStatusCode.BadRequest, ErrorCode.InvalidRequest);
}

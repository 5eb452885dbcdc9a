using System.Net;
using Parley.Protocol;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Accounts;

public sealed class SignUpTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Someone_new_is_signed_in_and_sees_themselves()
    {
        var ada = await server.SignUp("Ada.Lovelace", "  Ada\u202e   Lovelace\u0007 ");

        Assert.Equal("ada.lovelace", ada.Me.Username);
        Assert.Equal("Ada Lovelace", ada.Me.FullName);
        Assert.Null(ada.Me.Photo);
        Assert.Equal(ada.Id, (await ada.Get<MeAnswer>("/me")).User.Id);
    }

    [Fact]
    public async Task A_username_is_taken_once_in_whatever_case()
    {
        await server.SignUp("grace");

        var problem = await ParleyApi.Refused(
            await server.Stranger().Post("/accounts", new SignUpRequest("GRACE", "Grace", ParleyApi.GoodPassword)),
            HttpStatusCode.Conflict, ErrorCode.UsernameTaken);

        Assert.Contains("username", problem.Errors!.Keys);
    }

    [Fact]
    public async Task Of_many_who_want_one_username_at_once_one_gets_it()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ =>
            server.Stranger().Post("/accounts", new SignUpRequest("wanted", "Wanted", ParleyApi.GoodPassword))));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.Equal(11, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
    }

    [Theory]
    [InlineData("a", "Name", ParleyApi.GoodPassword, "username")]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456", "Name", ParleyApi.GoodPassword, "username")]
    [InlineData(".dot", "Name", ParleyApi.GoodPassword, "username")]
    [InlineData("with space", "Name", ParleyApi.GoodPassword, "username")]
    [InlineData("zoë", "Name", ParleyApi.GoodPassword, "username")]
    [InlineData("", "Name", ParleyApi.GoodPassword, "username")]
    [InlineData("fine", "", ParleyApi.GoodPassword, "fullName")]
    [InlineData("fine", " \u200b\u202e\t", ParleyApi.GoodPassword, "fullName")]
    [InlineData("fine", "Name", "short77", "password")]
    [InlineData("fine", "Name", "Password123", "password")]
    [InlineData("fine", "Name", "aaaaaaaaaaaa", "password")]
    [InlineData("longenough", "Name", "LongEnough", "password")]
    public async Task What_breaks_a_rule_is_refused_and_the_field_is_named(string username, string fullName, string password, string field)
    {
        var problem = await ParleyApi.Refused(
            await server.Stranger().Post("/accounts", new SignUpRequest(username, fullName, password)),
            HttpStatusCode.BadRequest, ErrorCode.InvalidRequest);

        Assert.Equal([field], problem.Errors!.Keys);
    }

    [Fact]
    public async Task Names_and_passwords_have_a_longest_length()
    {
        var stranger = server.Stranger();

        var name = await ParleyApi.Refused(
            await stranger.Post("/accounts", new SignUpRequest("fine", new string('n', 101), ParleyApi.GoodPassword)), HttpStatusCode.BadRequest, ErrorCode.InvalidRequest);
        var password = await ParleyApi.Refused(
            await stranger.Post("/accounts", new SignUpRequest("fine", "Name", string.Concat(Enumerable.Repeat("ab", 129)))), HttpStatusCode.BadRequest, ErrorCode.InvalidRequest);

        Assert.Equal(["fullName"], name.Errors!.Keys);
        Assert.Equal(["password"], password.Errors!.Keys);
    }
}

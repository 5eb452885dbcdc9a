using System.Net;
using Dapper;
using Parley.Protocol;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Accounts;

public sealed class SessionTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_browser_gets_a_cookie_that_scripts_and_other_sites_cannot_use()
    {
        await server.SignUp("cookie");

        using var response = await server.Stranger().Post("/sessions", new SignInRequest("Cookie", ParleyApi.GoodPassword));

        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("parley=", cookie, StringComparison.Ordinal);
        Assert.Equal(["httponly", "max-age=31536000", "path=/", "samesite=lax"], cookie.Split("; ")[1..].Order());
        Assert.Null((await ParleyApi.Read<SignedIn>(response)).Token);
        var browser = server.Stranger();
        browser.Cookie = cookie.Split(';')[0];
        Assert.Equal("cookie", (await browser.Get<MeAnswer>("/me")).User.Username);
    }

    [Fact]
    public async Task Behind_a_proxy_with_https_the_cookie_is_secure_and_bound_to_the_host()
    {
        using var response = await server.Stranger().Call(HttpMethod.Post, "/accounts",
            ParleyApi.Json(new SignUpRequest("secure", "Secure", ParleyApi.GoodPassword)), ("X-Forwarded-Proto", "https"));

        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("__Host-parley=", cookie, StringComparison.Ordinal);
        Assert.Contains("secure", cookie.Split("; "));
    }

    [Fact]
    public async Task A_program_gets_a_token_and_no_cookie()
    {
        await server.SignUp("program");

        using var response = await server.Stranger().Post("/sessions", new SignInRequest("program", ParleyApi.GoodPassword, Bearer: true));

        Assert.False(response.Headers.Contains("Set-Cookie"));
        var token = (await ParleyApi.Read<SignedIn>(response)).Token!;
        Assert.Equal(43, token.Length);
    }

    [Fact]
    public async Task The_database_never_sees_a_token_or_a_password()
    {
        var someone = await server.SignUp("hidden", password: "hidden in plain sight");

        var (tokens, hash) = await server.Database.Read(async connection => (
            (await connection.QueryAsync<byte[]>("SELECT token_hash FROM sessions WHERE user_id = @id", new { id = someone.Id.Value })).Single(),
            await connection.QuerySingleAsync<string>("SELECT password_hash FROM users WHERE user_id = @id", new { id = someone.Id.Value })));

        Assert.Equal(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(someone.Token!)), tokens);
        Assert.DoesNotContain("hidden", hash, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_user_and_a_wrong_password_get_the_same_answer()
    {
        await server.SignUp("known");
        var stranger = server.Stranger();

        using var wrong = await stranger.Post("/sessions", new SignInRequest("known", "not the password"));
        using var unknown = await stranger.Post("/sessions", new SignInRequest("unknown", "not the password"));
        using var impossible = await stranger.Post("/sessions", new SignInRequest(new string('x', 500), "not the password"));

        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        var body = await wrong.Content.ReadAsByteArrayAsync();
        Assert.Equal(body, await unknown.Content.ReadAsByteArrayAsync());
        Assert.Equal(body, await impossible.Content.ReadAsByteArrayAsync());
        await ParleyApi.Refused(wrong, HttpStatusCode.Unauthorized, ErrorCode.WrongCredentials);
    }

    [Theory]
    [InlineData("Bearer nonsense")]
    [InlineData("Bearer ")]
    [InlineData("Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Basic cHJvZ3JhbTpwYXNz")]
    public async Task A_token_that_is_none_of_ours_is_nobody(string authorization)
    {
        await ParleyApi.Refused(
            await server.Stranger().Call(HttpMethod.Get, "/me", null, ("Authorization", authorization)), HttpStatusCode.Unauthorized, ErrorCode.Unauthenticated);
    }

    [Fact]
    public async Task Devices_are_listed_with_a_name_and_the_current_one_is_marked()
    {
        await server.SignUp("devices");
        var firefox = server.Stranger();
        using var response = await firefox.Call(HttpMethod.Post, "/sessions", ParleyApi.Json(new SignInRequest("devices", ParleyApi.GoodPassword, true)),
            ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"));
        firefox.Token = (await ParleyApi.Read<SignedIn>(response)).Token;

        var sessions = (await firefox.Get<SessionsAnswer>("/sessions")).Sessions;

        Assert.Equal(2, sessions.Count);
        Assert.Equal("Firefox on Linux", Assert.Single(sessions, session => session.Current).Device);
        Assert.Equal("Unknown device", Assert.Single(sessions, session => !session.Current).Device);
    }

    [Fact]
    public async Task A_device_that_is_signed_out_from_afar_is_out_at_once_and_its_socket_closes()
    {
        var phone = await server.SignUp("afar");
        var laptop = server.Stranger();
        await laptop.SignIn("afar");
        await using var socket = await SocketClient.ConnectAndGreet(server.Url, phone.Token!);
        var lost = (await laptop.Get<SessionsAnswer>("/sessions")).Sessions.Single(session => !session.Current);

        using var ended = await laptop.Delete($"/sessions/{lost.Id}");

        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        Assert.Equal(4401, await socket.ExpectClose());
        await ParleyApi.Refused(await phone.Get("/me"), HttpStatusCode.Unauthorized, ErrorCode.Unauthenticated);
        Assert.Single((await laptop.Get<SessionsAnswer>("/sessions")).Sessions);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_and_takes_the_cookie_back()
    {
        var someone = await server.SignUp("leaver");
        var browser = server.Stranger();
        browser.Cookie = $"parley={someone.Token}";

        using var response = await browser.Delete("/sessions/current");

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.StartsWith("parley=; expires=Thu, 01 Jan 1970", Assert.Single(response.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
        await ParleyApi.Refused(await browser.Get("/me"), HttpStatusCode.Unauthorized, ErrorCode.Unauthenticated);
    }

    [Fact]
    public async Task Nobody_ends_the_session_of_someone_else()
    {
        var victim = await server.SignUp();
        var other = await server.SignUp();
        var session = (await victim.Get<SessionsAnswer>("/sessions")).Sessions.Single();

        await ParleyApi.Refused(await other.Delete($"/sessions/{session.Id}"), HttpStatusCode.NotFound, ErrorCode.NotFound);

        Assert.Single((await victim.Get<SessionsAnswer>("/sessions")).Sessions);
    }

    [Fact]
    public async Task A_new_password_ends_every_other_session_and_the_old_one_is_worth_nothing()
    {
        var here = await server.SignUp("rekey");
        var elsewhere = server.Stranger();
        await elsewhere.SignIn("rekey");
        await using var socket = await SocketClient.ConnectAndGreet(server.Url, elsewhere.Token!);

        using var response = await here.Put("/me/password", new ChangePasswordRequest(ParleyApi.GoodPassword, "quite another phrase"));

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(4401, await socket.ExpectClose());
        await ParleyApi.Refused(await elsewhere.Get("/me"), HttpStatusCode.Unauthorized, ErrorCode.Unauthenticated);
        Assert.Single((await here.Get<SessionsAnswer>("/sessions")).Sessions);
        await ParleyApi.Refused(
            await server.Stranger().Post("/sessions", new SignInRequest("rekey", ParleyApi.GoodPassword)), HttpStatusCode.Unauthorized, ErrorCode.WrongCredentials);
        await server.Stranger().SignIn("rekey", "quite another phrase");
    }

    [Fact]
    public async Task A_new_password_needs_the_current_one_and_must_be_a_good_one()
    {
        var someone = await server.SignUp();

        var wrong = await ParleyApi.Refused(
            await someone.Put("/me/password", new ChangePasswordRequest("not this one", "quite another phrase")), HttpStatusCode.Unauthorized, ErrorCode.WrongCredentials);
        var weak = await ParleyApi.Refused(
            await someone.Put("/me/password", new ChangePasswordRequest(ParleyApi.GoodPassword, "password1")), HttpStatusCode.BadRequest, ErrorCode.InvalidRequest);

        Assert.Equal(["current"], wrong.Errors!.Keys);
        Assert.Equal(["password"], weak.Errors!.Keys);
        await server.Stranger().SignIn(someone.Me.Username);
    }

    [Fact]
    public async Task A_session_lives_a_year_from_its_last_use()
    {
        var clock = new CalendarClock();
        await using var own = await TestServer.Start(clock);
        var someone = await own.SignUp("yearly");
        var browser = own.Stranger();
        browser.Cookie = $"parley={someone.Token}";

        clock.Advance(TimeSpan.FromDays(300));
        var used = clock.GetUtcNow();
        using var renewed = await browser.Get("/me");
        Assert.StartsWith($"parley={someone.Token}; max-age=31536000", Assert.Single(renewed.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
        await IsWritten();
        using var again = await browser.Get("/me");
        Assert.False(again.Headers.Contains("Set-Cookie"));
        clock.Advance(TimeSpan.FromDays(300));
        used = clock.GetUtcNow();
        Assert.Equal("yearly", (await browser.Get<MeAnswer>("/me")).User.Username);
        await IsWritten();
        clock.Advance(TimeSpan.FromDays(366));
        await ParleyApi.Refused(await browser.Get("/me"), HttpStatusCode.Unauthorized, ErrorCode.Unauthenticated);

        // The time of last use is written behind the answer.
        Task IsWritten() => Eventually.Holds(
            () => own.Database.Read(connection => connection.QuerySingleAsync<long>("SELECT last_seen_at FROM sessions")).GetAwaiter().GetResult()
                >= used.ToUnixTimeMilliseconds(),
            "written");
    }

    [Fact]
    public async Task A_session_outlives_the_process()
    {
        await using var own = await TestServer.Start();
        var someone = await own.SignUp("patient");

        await own.Restart();

        Assert.Equal("patient", (await someone.Get<MeAnswer>("/me")).User.Username);
    }
}

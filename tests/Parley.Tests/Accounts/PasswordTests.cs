using System.Buffers.Binary;
using System.Net;
using Dapper;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Parley.Protocol;
using Parley.Server.Hosting;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Accounts;

public sealed class PasswordTests
{
    [Fact]
    public async Task Passwords_are_hashed_with_at_least_as_many_rounds_as_OWASP_asks_for()
    {
        await using var server = await TestServer.Start(configure: options => options with { PasswordIterations = new ServerOptions().PasswordIterations });
        var someone = await server.SignUp();

        var hash = await ReadHash(server, someone.Id);

        Assert.Equal(1, hash[0]);
        Assert.Equal(2u, BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(1)));
        Assert.True(BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(5)) >= 210_000);
    }

    [Fact]
    public async Task An_older_weaker_hash_is_replaced_when_its_owner_signs_in()
    {
        await using var server = await TestServer.Start();
        var someone = await server.SignUp("older");
        var weak = new PasswordHasher<string>(Options.Create(new PasswordHasherOptions { IterationCount = 100 })).HashPassword("", ParleyApi.GoodPassword);
        await server.Database.Write(connection => connection.ExecuteAsync(
            "UPDATE users SET password_hash = @weak WHERE user_id = @id", new { weak, id = someone.Id.Value }));

        await server.Stranger().SignIn("older");

        Assert.Equal(1_000u, BinaryPrimitives.ReadUInt32BigEndian((await ReadHash(server, someone.Id)).AsSpan(5)));
        await server.Stranger().SignIn("older");
    }

    [Fact]
    public async Task Guessing_is_slowed_down_after_ten_wrong_passwords_and_more_each_time()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await TestServer.Start(clock, options => options with { HasLimits = true });
        await server.SignUp("guessed");
        await server.SignUp("spared");
        var guesser = server.Stranger();
        for (var i = 0; i < 10; i++)
            await ParleyApi.Refused(await Guess("wrong"), HttpStatusCode.Unauthorized, ErrorCode.WrongCredentials);

        // Even the right one has to wait, or the wait would tell which one is right.
        using var slowed = await Guess(ParleyApi.GoodPassword);
        Assert.Equal("5", Assert.Single(slowed.Headers.GetValues("Retry-After")));
        await ParleyApi.Refused(slowed, HttpStatusCode.TooManyRequests, ErrorCode.RateLimited);
        await server.Stranger().SignIn("spared");

        clock.Advance(TimeSpan.FromSeconds(5));
        await ParleyApi.Refused(await Guess("wrong"), HttpStatusCode.Unauthorized, ErrorCode.WrongCredentials);
        using var slower = await Guess("wrong");
        Assert.Equal("10", Assert.Single(slower.Headers.GetValues("Retry-After")));

        clock.Advance(TimeSpan.FromSeconds(10));
        await server.Stranger().SignIn("guessed");
        await ParleyApi.Refused(await Guess("wrong"), HttpStatusCode.Unauthorized, ErrorCode.WrongCredentials);

        Task<HttpResponseMessage> Guess(string password) => guesser.Post("/sessions", new SignInRequest("Guessed", password));
    }

    private static async Task<byte[]> ReadHash(TestServer server, Id id) => Convert.FromBase64String(await server.Database.Read(connection =>
        connection.QuerySingleAsync<string>("SELECT password_hash FROM users WHERE user_id = @id", new { id = id.Value })));
}

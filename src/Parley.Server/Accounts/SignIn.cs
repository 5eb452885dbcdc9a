using Dapper;
using Microsoft.AspNetCore.Identity;
using Parley.Protocol;
using Parley.Server.Storage;
using Parley.Server.Sync;
using Parley.Server.Telemetry;

namespace Parley.Server.Accounts;

/// <summary>Begins a session for who knows the password. An unknown user and a wrong password look the same and take the same time.</summary>
internal sealed class SignIn(Database database, Passwords passwords, SignInThrottle throttle, TimeProvider clock)
{
    public async Task<(Me Me, string Token)> Run(SignInRequest request, string address, string device)
    {
        var username = request.Username.ToLowerInvariant();
        // Nothing longer can be right, and it must not be remembered or hashed at length.
        if (username.Length > 64 || request.Password.Length > 1_024)
            throw Wrong();
        var hasFailed = await throttle.Check(username, address);
        var user = await database.ReadAtOnce(connection => connection.QuerySingleOrDefaultAsync<Row>(
            "SELECT user_id AS UserId, password_hash AS PasswordHash FROM users WHERE username = @username", new { username }));
        var result = await passwords.Verify(user?.PasswordHash, request.Password);
        if (result == PasswordVerificationResult.Failed)
        {
            await throttle.Fail(username, address);
            Metrics.SignInsWrong.Add();
            throw Wrong();
        }
        if (hasFailed)
            await throttle.Succeed(username, address);
        var better = result == PasswordVerificationResult.SuccessRehashNeeded ? await passwords.Hash(request.Password) : null;
        var begun = await database.Write(async connection =>
        {
            // The hash that was compared must still be the one that counts: a password changed meanwhile ends this sign-in too.
            var isCurrent = await connection.ExecuteAsync(
                "UPDATE users SET password_hash = @next WHERE user_id = @id AND password_hash = @compared",
                new { next = better ?? user!.PasswordHash, id = user!.UserId, compared = user.PasswordHash }) > 0;
            if (!isCurrent)
                throw Wrong();
            var token = await Sessions.Begin(connection, new Id(user.UserId), device, clock.GetUtcNow());
            return (await MeReader.Read(connection, user.UserId), token);
        });
        Metrics.SignInsSucceeded.Add();
        return begun;
    }

    private static Refusal Wrong() => new(ErrorCode.WrongCredentials, "The username or the password is not right.");

    private sealed record Row(long UserId, string PasswordHash);
}

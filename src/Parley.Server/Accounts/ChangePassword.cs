using Dapper;
using Microsoft.AspNetCore.Identity;
using Parley.Protocol;
using Parley.Server.Fanout;
using Parley.Server.Hosting;
using Parley.Server.Storage;

namespace Parley.Server.Accounts;

/// <summary>Changes the password and ends every other session.</summary>
internal sealed class ChangePassword(Database database, Passwords passwords, SignInThrottle throttle, IFanout fanout)
{
    public async Task Run(Caller caller, ChangePasswordRequest request, string address)
    {
        var id = caller.UserId.Value;
        var user = await database.ReadAtOnce(connection => connection.QuerySingleAsync<Row>(
            "SELECT username AS Username, password_hash AS PasswordHash, security_stamp AS SecurityStamp FROM users WHERE user_id = @id", new { id }));
        PasswordRules.Check(request.Password, user.Username);
        var hasFailed = await throttle.Check(user.Username, address);
        if (request.Current.Length > 1_024 || await passwords.Verify(user.PasswordHash, request.Current) == PasswordVerificationResult.Failed)
        {
            await throttle.Fail(user.Username, address);
            throw Wrong();
        }
        if (hasFailed)
            await throttle.Succeed(user.Username, address);
        var hash = await passwords.Hash(request.Password);
        var ended = await database.Write(async connection =>
        {
            var changed = await connection.ExecuteAsync(
                "UPDATE users SET password_hash = @hash, security_stamp = @next WHERE user_id = @id AND security_stamp = @before",
                new { hash, next = SecurityStamp.New(), id, before = user.SecurityStamp });
            return changed == 0 ? throw Wrong() : await Sessions.EndOthers(connection, caller.UserId, caller.SessionId);
        });
        await Task.WhenAll(ended.Select(session => fanout.EndSession(caller.UserId, session)));
    }

    private static Refusal Wrong() =>
        new(ErrorCode.WrongCredentials, "The current password is not right.") { Errors = { ["current"] = ["This is not your current password."] } };

    private sealed record Row(string Username, string PasswordHash, string SecurityStamp);
}

using Dapper;
using Parley.Protocol;
using Parley.Server.Storage;
using Parley.Server.Sync;

namespace Parley.Server.Accounts;

/// <summary>Makes an account and its first session.</summary>
internal sealed class SignUp(Database database, Passwords passwords, TimeProvider clock)
{
    public async Task<(Me Me, string Token)> Run(SignUpRequest request, string device)
    {
        var username = Names.CheckUsername(request.Username);
        var fullName = Names.CheckFullName(request.FullName);
        PasswordRules.Check(request.Password, username);
        // Looked up before the costly hash, and held by the unique key afterwards.
        if (await database.ReadAtOnce(connection => connection.QuerySingleAsync<int>("SELECT count(*) FROM users WHERE username = @username", new { username })) > 0)
            throw Taken();
        var hash = await passwords.Hash(request.Password);
        return await database.Write(async connection =>
        {
            var now = clock.GetUtcNow();
            var id = NewId.At(now);
            var added = await connection.ExecuteAsync("""
                INSERT INTO users (user_id, username, full_name, search_name, password_hash, security_stamp, created_at, last_active_at)
                VALUES (@id, @username, @fullName, @searchName, @hash, @stamp, @now, @now) ON CONFLICT (username) DO NOTHING
                """, new
            {
                id = id.Value,
                username,
                fullName,
                searchName = SearchName.Of(fullName, username),
                hash,
                stamp = SecurityStamp.New(),
                now = now.ToUnixTimeMilliseconds(),
            });
            if (added == 0)
                throw Taken();
            await connection.ExecuteAsync("INSERT INTO user_versions (user_id) VALUES (@id)", new { id = id.Value });
            var token = await Sessions.Begin(connection, id, device, now);
            return (await MeReader.Read(connection, id.Value), token);
        });
    }

    private static Refusal Taken() =>
        new(ErrorCode.UsernameTaken, "Someone has this username already.") { Errors = { ["username"] = ["Someone has this username already."] } };
}

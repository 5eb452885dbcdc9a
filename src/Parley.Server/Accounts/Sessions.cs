using System.Data.Common;
using Dapper;
using Parley.Protocol;
using Parley.Server.Storage;

namespace Parley.Server.Accounts;

/// <summary>The sign-ins of users, as the database keeps them.</summary>
internal static class Sessions
{
    /// <summary>Begins a session and hands out its token.</summary>
    public static async Task<string> Begin(DbConnection connection, Id userId, string device, DateTimeOffset now)
    {
        var token = SessionToken.New();
        await connection.ExecuteAsync("""
            INSERT INTO sessions (session_id, user_id, token_hash, device, created_at, last_seen_at)
            VALUES (@session, @user, @hash, @device, @now, @now)
            """, new
        {
            session = NewId.At(now).Value,
            user = userId.Value,
            hash = SessionToken.Hash(token),
            device,
            now = now.ToUnixTimeMilliseconds(),
        });
        return token;
    }

    /// <summary>The sessions of a user, the one that was seen last first.</summary>
    public static async Task<List<Session>> Read(DbConnection connection, Id userId, Id current) =>
        [.. (await connection.QueryAsync<Row>("""
            SELECT session_id AS SessionId, device AS Device, created_at AS CreatedAt, last_seen_at AS LastSeenAt
            FROM sessions WHERE user_id = @user ORDER BY last_seen_at DESC, session_id DESC
            """, new { user = userId.Value }))
            .Select(row => new Session(new Id(row.SessionId), row.Device, new Timestamp(row.CreatedAt), new Timestamp(row.LastSeenAt),
                row.SessionId == current.Value))];

    /// <summary>Ends a session of the user's; false where there is none.</summary>
    public static async Task<bool> End(DbConnection connection, Id userId, Id session) =>
        await connection.ExecuteAsync("DELETE FROM sessions WHERE session_id = @session AND user_id = @user",
            new { session = session.Value, user = userId.Value }) > 0;

    /// <summary>Ends all but one, and says which.</summary>
    public static async Task<List<Id>> EndOthers(DbConnection connection, Id userId, Id kept) =>
        [.. (await connection.QueryAsync<long>("DELETE FROM sessions WHERE user_id = @user AND session_id <> @kept RETURNING session_id",
            new { user = userId.Value, kept = kept.Value })).Select(session => new Id(session))];

    private sealed record Row(long SessionId, string Device, long CreatedAt, long LastSeenAt);
}

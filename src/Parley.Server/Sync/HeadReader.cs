using System.Data.Common;
using Dapper;
using Parley.Protocol;
using Parley.Server.Storage;

namespace Parley.Server.Sync;

/// <summary>Reads a user's threads as heads. Each query picks the user's own rows first, then joins what belongs to them.</summary>
public static class HeadReader
{
    private static readonly string Columns = $"""
        m.user_id AS UserId, m.thread_id AS ThreadId, m.version AS Version, m.activity AS Activity, m.read_seq AS ReadSeq,
        m.delivered_seq AS DeliveredSeq, m.cleared_seq AS ClearedSeq, m.unread AS Unread, m.muted AS Muted, m.pinned AS Pinned,
        m.archived AS Archived, m.gone AS Gone, m.nickname AS Nickname,
        t.thread_id AS ThreadId, t.direct_key AS DirectKey, t.created_at AS CreatedAt, t.last_seq AS LastSeq, t.revision AS Revision,
        p.user_id AS UserId, p.thread_id AS ThreadId, p.read_seq AS ReadSeq, p.delivered_seq AS DeliveredSeq,
        u.user_id AS UserId, u.username AS Username, u.full_name AS FullName, u.photo_id AS PhotoId, u.settings AS Settings,
        l.thread_id AS ThreadId, l.seq AS Seq, l.revision AS Revision, l.user_id AS UserId, l.cid AS Cid, l.text AS Text,
        l.sent_at AS SentAt, l.edited_at AS EditedAt, l.deleted AS Deleted, l.reply_to AS ReplyTo, {MessageReader.Reactions("l")}
        """;

    private const string Joins = """
        JOIN threads t ON t.thread_id = m.thread_id
        JOIN thread_users p ON p.thread_id = m.thread_id AND p.user_id <> m.user_id
        JOIN users u ON u.user_id = p.user_id
        LEFT JOIN messages l ON l.thread_id = m.thread_id AND l.seq = t.last_seq
        """;

    /// <summary>One thread that the user has in their list; null where they have not.</summary>
    public static async Task<Head?> ReadOne(DbConnection connection, long userId, long threadId) =>
        (await Read(connection,
            $"SELECT {Columns} FROM thread_users m {Joins} WHERE m.user_id = @userId AND m.thread_id = @threadId AND NOT m.gone",
            new { userId, threadId })).Select(row => row.Head).SingleOrDefault();

    /// <summary>
    /// A page of the list, latest message first, strictly after the given place in it (activity and thread of the last head of the
    /// page before).
    /// </summary>
    public static async Task<List<Head>> ReadPage(DbConnection connection, long userId, (long Activity, long Thread) after, int limit) =>
        [.. (await Read(connection, $"""
            SELECT {Columns} FROM (
                SELECT * FROM thread_users
                WHERE user_id = @userId AND NOT gone AND (activity < @activity OR (activity = @activity AND thread_id < @thread))
                ORDER BY activity DESC, thread_id DESC LIMIT @limit
            ) m {Joins} ORDER BY m.activity DESC, m.thread_id DESC
            """, new { userId, activity = after.Activity, thread = after.Thread, limit })).Select(row => row.Head)];

    /// <summary>The threads that changed for the user after a version, oldest change first: heads, and those that are gone.</summary>
    public static Task<List<(Head Head, bool IsGone)>> ReadChanged(DbConnection connection, long userId, long version, int limit) =>
        Read(connection, $"""
            SELECT {Columns} FROM (
                SELECT * FROM thread_users WHERE user_id = @userId AND version > @version ORDER BY version LIMIT @limit
            ) m {Joins} ORDER BY m.version
            """, new { userId, version, limit });

    private static async Task<List<(Head Head, bool IsGone)>> Read(DbConnection connection, string sql, object parameters)
    {
        var rows = (await connection.QueryAsync<MemberRow, ThreadRow, MemberRow, UserRow, MessageRow?, HeadRow>(
            sql, (member, thread, peer, user, last) => new(member, thread, peer, user, last), parameters,
            splitOn: "ThreadId,UserId,UserId,ThreadId")).AsList();
        return rows.ConvertAll(row => (
            Projection.ToHead(row.Thread, row.Member, row.Peer, Projection.ToUser(row.User),
                row.Last is null ? null : Projection.ToMessage(row.Last)),
            row.Member.Gone));
    }

    private sealed record HeadRow(MemberRow Member, ThreadRow Thread, MemberRow Peer, UserRow User, MessageRow? Last);
}

using System.Data.Common;
using Dapper;
using Parley.Protocol;
using Parley.Server.Storage;

namespace Parley.Server.Sync;

/// <summary>Reads a user's threads as heads. Each query picks the user's own rows first, then joins what belongs to them.</summary>
public static class HeadReader
{
    // Of the user's own row all columns, used or not: PostgreSQL then sorts the rows of a long list as they are, in two thirds of the time.
    private static readonly string Columns = $"""
        m.user_id, m.thread_id, m.version, m.activity, m.read_seq, m.delivered_seq, m.cleared_seq, m.unread, m.muted, m.pinned, m.archived,
        m.gone, m.nickname,
        t.direct_key, t.created_at, t.last_seq, t.revision,
        p.read_seq, p.delivered_seq,
        {MeReader.Columns},
        {MessageReader.Columns("l")}
        """;

    private const string Joins = """
        JOIN threads t ON t.thread_id = m.thread_id
        JOIN thread_users p ON p.thread_id = m.thread_id AND p.user_id <> m.user_id
        JOIN users u ON u.user_id = p.user_id
        LEFT JOIN messages l ON l.thread_id = m.thread_id AND l.seq = t.last_seq
        """;

    /// <summary>
    /// At most @limit threads that changed for the user after a version, oldest change first, and those that are gone among them. A long list is
    /// not even looked at where nothing changed.
    /// </summary>
    internal static readonly string Changed = $"""
        SELECT {Columns} FROM (
            SELECT changed.* FROM user_versions v JOIN thread_users changed ON changed.user_id = v.user_id
            WHERE v.user_id = @userId AND v.version > @version AND changed.version > @version ORDER BY changed.version LIMIT @limit
        ) m {Joins} ORDER BY m.version
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

    private static async Task<List<(Head Head, bool IsGone)>> Read(DbConnection connection, string sql, object parameters)
    {
        using var rows = await connection.ExecuteReaderAsync(sql, parameters);
        return await ColumnReader.ReadAll(rows, ToHead);
    }

    /// <summary>A head from the columns of these queries, and whether the thread is gone from the list.</summary>
    internal static (Head Head, bool IsGone) ToHead(ColumnReader columns)
    {
        var member = new MemberRow
        {
            UserId = columns.Long(),
            ThreadId = columns.Long(),
            Version = columns.Long(),
            Activity = columns.Long(),
            ReadSeq = columns.Long(),
            DeliveredSeq = columns.Long(),
            ClearedSeq = columns.Long(),
            Unread = columns.Long(),
            Muted = columns.Boolean(),
            Pinned = columns.Boolean(),
            Archived = columns.Boolean(),
            Gone = columns.Boolean(),
            Nickname = columns.TextOrNull(),
        };
        var thread = new ThreadRow
        {
            ThreadId = member.ThreadId,
            DirectKey = columns.Text(),
            CreatedAt = columns.Long(),
            LastSeq = columns.Long(),
            Revision = columns.Long(),
        };
        var (readSeq, deliveredSeq) = (columns.Long(), columns.Long());
        var user = MeReader.ToRow(ref columns);
        var peer = new MemberRow { UserId = user.UserId, ThreadId = member.ThreadId, ReadSeq = readSeq, DeliveredSeq = deliveredSeq };
        var last = columns.IsNull ? null : MessageReader.ToMessage(columns);
        return (Projection.ToHead(thread, member, peer, Projection.ToUser(user), last), member.Gone);
    }
}

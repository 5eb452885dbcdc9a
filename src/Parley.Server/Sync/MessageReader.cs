using System.Data.Common;
using Dapper;
using Parley.Protocol;
using Parley.Server.Storage;

namespace Parley.Server.Sync;

/// <summary>Reads messages of a thread, always by key and never by offset, and only those that the reader may see.</summary>
public static class MessageReader
{
    private const string Columns = """
        thread_id AS ThreadId, seq AS Seq, revision AS Revision, user_id AS UserId, cid AS Cid, text AS Text,
        sent_at AS SentAt, edited_at AS EditedAt, deleted AS Deleted, reply_to AS ReplyTo
        """;

    /// <summary>
    /// What a member may see of a thread and where it stands. Throws <see cref="Refusal.NotFound"/> for whoever is not a member or
    /// has removed it from their list (S13).
    /// </summary>
    public static async Task<ThreadExtent> ReadExtent(DbConnection connection, long userId, long threadId) =>
        await connection.QuerySingleOrDefaultAsync<ThreadExtent>("""
            SELECT t.last_seq AS LastSeq, t.revision AS Revision, t.purged_revision AS PurgedRevision, m.cleared_seq AS ClearedSeq
            FROM thread_users m JOIN threads t ON t.thread_id = m.thread_id
            WHERE m.user_id = @userId AND m.thread_id = @threadId AND NOT m.gone
            """, new { userId, threadId })
        ?? throw Refusal.NotFound();

    /// <summary>The revision below which a window of the thread cannot be brought up to date (S5).</summary>
    public static Task<long> ReadPurgedRevision(DbConnection connection, long threadId) =>
        connection.QuerySingleAsync<long>("SELECT purged_revision FROM threads WHERE thread_id = @threadId", new { threadId });

    /// <summary>At most <paramref name="limit"/> messages with after &lt; seq &lt; before, newest first.</summary>
    public static Task<List<Message>> ReadBefore(DbConnection connection, long threadId, long after, long before, int limit) =>
        Read(connection, $"""
            SELECT {Columns} FROM messages WHERE thread_id = @threadId AND seq > @after AND seq < @before ORDER BY seq DESC LIMIT @limit
            """, new { threadId, after, before, limit });

    /// <summary>At most <paramref name="limit"/> messages with a seq from <paramref name="from"/> on, oldest first.</summary>
    public static Task<List<Message>> ReadFrom(DbConnection connection, long threadId, long from, int limit) =>
        Read(connection, $"""
            SELECT {Columns} FROM messages WHERE thread_id = @threadId AND seq >= @from ORDER BY seq LIMIT @limit
            """, new { threadId, from, limit });

    /// <summary>At most <paramref name="limit"/> visible messages that changed after a revision, oldest change first.</summary>
    public static Task<List<Message>> ReadChanged(DbConnection connection, long threadId, long clearedSeq, long revision, int limit) =>
        Read(connection, $"""
            SELECT {Columns} FROM messages WHERE thread_id = @threadId AND revision > @revision AND seq > @clearedSeq
            ORDER BY revision LIMIT @limit
            """, new { threadId, revision, clearedSeq, limit });

    /// <summary>Puts the reactions into message rows that were read without them.</summary>
    public static async Task ReadReactions(DbConnection connection, IReadOnlyCollection<MessageRow> rows)
    {
        if (rows.Count == 0)
            return;
        // A page of one thread is a range; the last messages of many threads are looked up one by one.
        var isOneThread = rows.All(row => row.ThreadId == rows.First().ThreadId);
        var sql = isOneThread
            ? $"""
                SELECT thread_id, seq, user_id, emoji FROM reactions
                WHERE thread_id = {rows.First().ThreadId} AND seq BETWEEN {rows.Min(row => row.Seq)} AND {rows.Max(row => row.Seq)}
                """
            : $"""
                SELECT r.thread_id, r.seq, r.user_id, r.emoji
                FROM (VALUES {string.Join(',', rows.Select(row => $"({row.ThreadId},{row.Seq})"))}) k
                JOIN reactions r ON r.thread_id = k.column1 AND r.seq = k.column2
                """;
        var found = await connection.QueryAsync<(long ThreadId, long Seq, long UserId, string Emoji)>(
            new CommandDefinition(sql, flags: CommandFlags.Buffered | CommandFlags.NoCache));
        var byKey = found.ToLookup(reaction => (reaction.ThreadId, reaction.Seq));
        foreach (var row in rows)
            row.Reactions.AddRange(byKey[(row.ThreadId, row.Seq)].Select(reaction => new ReactionRow(reaction.UserId, reaction.Emoji)));
    }

    private static async Task<List<Message>> Read(DbConnection connection, string sql, object parameters)
    {
        var rows = (await connection.QueryAsync<MessageRow>(sql, parameters)).AsList();
        await ReadReactions(connection, rows);
        return rows.ConvertAll(Projection.ToMessage);
    }
}

/// <summary>Where a thread stands, and from where on its reader may see it.</summary>
public sealed class ThreadExtent
{
    public long LastSeq { get; init; }
    public long Revision { get; init; }
    public long PurgedRevision { get; init; }
    public long ClearedSeq { get; init; }
}

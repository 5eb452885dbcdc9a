using System.Data.Common;
using Dapper;
using Parley.Protocol;
using Parley.Server.Storage;

namespace Parley.Server.Sync;

/// <summary>Reads messages of a thread, always by key and never by offset, and only those that the reader may see.</summary>
public static class MessageReader
{
    private static readonly string OwnColumns = Columns("messages");

    private const string Extent = """
        SELECT t.last_seq AS LastSeq, t.revision AS Revision, t.purged_revision AS PurgedRevision, m.cleared_seq AS ClearedSeq
        FROM thread_users m JOIN threads t ON t.thread_id = m.thread_id
        WHERE m.user_id = @userId AND m.thread_id = @threadId AND NOT m.gone
        """;

    /// <summary>
    /// What a member may see of a thread and where it stands. Throws <see cref="Refusal.NotFound"/> for whoever is not a member or
    /// has removed it from their list (S13).
    /// </summary>
    public static async Task<ThreadExtent> ReadExtent(DbConnection connection, long userId, long threadId) =>
        await connection.QuerySingleOrDefaultAsync<ThreadExtent>(Extent, new { userId, threadId }) ?? throw Refusal.NotFound();

    /// <summary>
    /// The same, and at most <paramref name="limit"/> of the messages before a seq that the member may see, newest first; in a single command,
    /// since it is what is asked for most.
    /// </summary>
    public static async Task<(ThreadExtent Thread, List<Message> Messages)> ReadPage(
        DbConnection connection, long userId, long threadId, long before, int limit)
    {
        using var rows = await connection.ExecuteReaderAsync($"""
            {Extent};
            SELECT {OwnColumns} FROM messages
            WHERE thread_id = @threadId AND seq < @before
                AND seq > (SELECT cleared_seq FROM thread_users WHERE user_id = @userId AND thread_id = @threadId AND NOT gone)
            ORDER BY seq DESC LIMIT @limit
            """, new { userId, threadId, before, limit });
        if (!await rows.ReadAsync())
            throw Refusal.NotFound();
        var thread = ToExtent(new ColumnReader(rows));
        await rows.NextResultAsync();
        return (thread, await ColumnReader.ReadAll(rows, ToMessage));
    }

    /// <summary>The revision below which a window of the thread cannot be brought up to date (S5).</summary>
    public static Task<long> ReadPurgedRevision(DbConnection connection, long threadId) =>
        connection.QuerySingleAsync<long>("SELECT purged_revision FROM threads WHERE thread_id = @threadId", new { threadId });

    /// <summary>At most <paramref name="limit"/> messages with a seq from <paramref name="from"/> on, oldest first.</summary>
    public static Task<List<Message>> ReadFrom(DbConnection connection, long threadId, long from, int limit) =>
        Read(connection, $"""
            SELECT {OwnColumns} FROM messages WHERE thread_id = @threadId AND seq >= @from ORDER BY seq LIMIT @limit
            """, new { threadId, from, limit });

    /// <summary>
    /// At most <paramref name="limit"/> visible messages that changed after a revision, oldest change first. Those that are as they were
    /// sent have no index by revision, since every message would pay for it: they lie at the thread's end, as many as there were revisions
    /// at the most, with their revisions in the order of their seqs (docs/decisions/0014-indexes-of-messages.md).
    /// </summary>
    public static Task<List<Message>> ReadChanged(DbConnection connection, long threadId, long clearedSeq, long revision, int limit) =>
        Read(connection, $"""
            SELECT * FROM (
                SELECT {OwnColumns} FROM messages
                WHERE thread_id = @threadId AND NOT revised AND revision > @revision AND seq > @clearedSeq
                    AND seq > (SELECT last_seq - revision FROM threads WHERE thread_id = @threadId) + @revision
                ORDER BY seq LIMIT @limit
            ) sent
            UNION ALL
            SELECT * FROM (
                SELECT {OwnColumns} FROM messages
                WHERE thread_id = @threadId AND revised AND revision > @revision AND seq > @clearedSeq
                ORDER BY revision LIMIT @limit
            ) changed
            ORDER BY Revision LIMIT @limit
            """, new { threadId, revision, clearedSeq, limit });

    /// <summary>
    /// The columns that <see cref="ToMessage"/> takes. Reactions are looked for only where the message was changed after it was sent, as by them
    /// it was.
    /// </summary>
    /// <param name="message">What the query calls the table of messages.</param>
    internal static string Columns(string message) => $"""
        {message}.thread_id, {message}.seq, {message}.revision, {message}.user_id, {message}.cid, {message}.text, {message}.sent_at,
        {message}.edited_at, {message}.deleted, {message}.reply_to,
        CASE WHEN {message}.revised THEN (
            SELECT string_agg(r.user_id || ' ' || r.emoji, ' ') FROM reactions r WHERE r.thread_id = {message}.thread_id AND r.seq = {message}.seq
        ) END
        """;

    /// <summary>A message from <see cref="Columns"/>.</summary>
    internal static Message ToMessage(ColumnReader columns) => Projection.ToMessage(new MessageRow
    {
        ThreadId = columns.Long(),
        Seq = columns.Long(),
        Revision = columns.Long(),
        UserId = columns.Long(),
        Cid = columns.Text(),
        Text = columns.Text(),
        SentAt = columns.Long(),
        EditedAt = columns.LongOrNull(),
        Deleted = columns.Boolean(),
        ReplyTo = columns.LongOrNull(),
        ReactionList = columns.TextOrNull(),
    });

    private static ThreadExtent ToExtent(ColumnReader columns) => new()
    {
        LastSeq = columns.Long(),
        Revision = columns.Long(),
        PurgedRevision = columns.Long(),
        ClearedSeq = columns.Long(),
    };

    private static async Task<List<Message>> Read(DbConnection connection, string sql, object parameters)
    {
        using var rows = await connection.ExecuteReaderAsync(sql, parameters);
        return await ColumnReader.ReadAll(rows, ToMessage);
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

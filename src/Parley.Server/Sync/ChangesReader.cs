using System.Data.Common;
using Dapper;
using Parley.Protocol;
using Parley.Server.Hosting;
using Parley.Server.Storage;
using Parley.Server.Telemetry;

namespace Parley.Server.Sync;

/// <summary>
/// The difference between a version that a client has and now, from the database: the catch-up after a week and the push to a
/// socket that fell behind are this one thing.
/// </summary>
public static class ChangesReader
{
    /// <summary>
    /// How long a ping may wait for others, to be asked for with them. A thousand people with nothing to say ping fifty times a second.
    /// </summary>
    internal static readonly TimeSpan PingPause = TimeSpan.FromMilliseconds(25);

    /// <summary>The version of a session's user; nothing where the session has ended (S13).</summary>
    internal static readonly KeyQuery<long, long> VersionOfSession = new(
        "s.session_id", "v.version", "sessions s JOIN user_versions v ON v.user_id = s.user_id", columns => columns.Long()) { Pause = PingPause };

    private static readonly string Since = SelectSince("");
    private static readonly string SinceWhileSignedIn = SelectSince("AND EXISTS (SELECT 1 FROM sessions WHERE session_id = @session)");

    private const int HeadsPerFrame = 100;
    private const int MessagesPerThread = 100;

    /// <summary>
    /// A `changes` frame from <paramref name="version"/>, or a `reset` where that cannot be told. <paramref name="hot"/> names the
    /// threads whose message changes are wanted, with the revision that the client has of each.
    /// </summary>
    public static async Task<ServerFrame> Read(
        Database database, long userId, string? epoch, long version, IReadOnlyDictionary<Id, long> hot,
        int headsPerFrame = HeadsPerFrame, int messagesPerThread = MessagesPerThread) =>
        epoch != database.Epoch
            ? Reset(database.Epoch, "epoch", Metrics.ResyncEpoch)
            : (await ReadSince(database, userId, null, version, hot, headsPerFrame, messagesPerThread))?.Difference ?? throw Refusal.NotFound();

    /// <summary>
    /// For someone who connects: their current version, and the difference from the one that they have, where they name one of this epoch. Null
    /// where the caller's session has ended (S13).
    /// </summary>
    public static async Task<(long Version, ServerFrame? Difference)?> ReadFirst(
        Database database, Caller caller, string? epoch, long? version, IReadOnlyDictionary<Id, long> hot)
    {
        if (epoch == database.Epoch && version is { } since)
            return await ReadSince(database, caller.UserId.Value, caller.SessionId.Value, since, hot, HeadsPerFrame, MessagesPerThread);
        return await database.Find(VersionOfSession, caller.SessionId.Value) is [var current] ? (current, null) : null;
    }

    /// <summary>The user's current version.</summary>
    public static Task<long> ReadVersion(DbConnection connection, long userId) =>
        connection.QuerySingleAsync<long>("SELECT version FROM user_versions WHERE user_id = @userId", new { userId });

    // Messages take further commands. Without them all is in one, which PostgreSQL gives a snapshot by itself.
    private static Task<(long Version, ServerFrame? Difference)?> ReadSince(
        Database database, long userId, long? session, long version, IReadOnlyDictionary<Id, long> hot, int headsPerFrame, int messagesPerThread)
    {
        return hot.Count == 0 ? database.ReadAtOnce(Read) : database.Read(Read);

        async Task<(long Version, ServerFrame? Difference)?> Read(DbConnection connection) =>
            await ReadState(connection, userId, session, version, headsPerFrame) is { } state
                ? (state.Now.Version, await ToFrame(connection, database.Epoch, version, state.Now, state.Rows, hot, messagesPerThread))
                : null;
    }

    private static async Task<(VersionState Now, List<(Head Head, bool IsGone)> Rows)?> ReadState(
        DbConnection connection, long userId, long? session, long version, int limit)
    {
        using var results = await connection.ExecuteReaderAsync(
            session is null ? Since : SinceWhileSignedIn, new { userId, session, version, limit });
        if (!await results.ReadAsync())
            return null;
        var now = ToState(new ColumnReader(results));
        await results.NextResultAsync();
        return (now, await ColumnReader.ReadAll(results, HeadReader.ToHead));
    }

    // A user's own state, with themselves only where they changed, and then their changed threads.
    private static string SelectSince(string condition) => $"""
        SELECT v.version, v.floor,
            CASE WHEN v.version > @version THEN (SELECT count(*) FROM thread_users WHERE user_id = @userId AND version > @version) ELSE 0 END,
            v.me_version, {MeReader.Columns}
        FROM user_versions v LEFT JOIN users u ON u.user_id = v.user_id AND v.me_version > @version
        WHERE v.user_id = @userId {condition};
        {HeadReader.Changed}
        """;

    private static async Task<ServerFrame> ToFrame(
        DbConnection connection, string epoch, long version, VersionState now, List<(Head Head, bool IsGone)> changed,
        IReadOnlyDictionary<Id, long> hot, int messagesPerThread)
    {
        if (version > now.Version)
            return Reset(epoch, "epoch", Metrics.ResyncEpoch);
        if (version < now.Floor)
            return Reset(epoch, "floor", Metrics.ResyncFloor);
        if (now.ChangedCount > Limits.ChangesMax)
            return Reset(epoch, "large", Metrics.ResyncLarge);

        var budget = new FrameBudget();
        var rows = changed.TakeWhile(row => budget.Take(row.Head)).ToList();
        // A page ends at its last stamp (S6): what is stamped later comes with the next one.
        var more = now.ChangedCount > rows.Count;
        var to = more ? rows[^1].Head.Version : now.Version;
        var heads = rows.Where(row => !row.IsGone).Select(row => row.Head).ToList();
        return new ChangesFrame(
            epoch, version, to, more, heads,
            [.. rows.Where(row => row.IsGone).Select(row => new GoneThread(row.Head.Id, row.Head.Version))],
            await ReadMessages(connection, heads, hot, messagesPerThread, budget),
            now.MeVersion <= to ? now.Me : null);
    }

    private static ResetFrame Reset(string epoch, string reason, Tally tally)
    {
        tally.Add();
        return new ResetFrame(epoch, reason);
    }

    private static async Task<List<MessageChanges>> ReadMessages(
        DbConnection connection, List<Head> heads, IReadOnlyDictionary<Id, long> hot, int messagesPerThread, FrameBudget budget)
    {
        var changes = new List<MessageChanges>();
        foreach (var head in heads)
        {
            if (!hot.TryGetValue(head.Id, out var revision) || revision >= head.Revision)
                continue;
            var purged = await MessageReader.ReadPurgedRevision(connection, head.Id.Value);
            if (revision < purged)
                continue;
            var messages = await MessageReader.ReadChanged(connection, head.Id.Value, head.ClearedSeq, revision, messagesPerThread + 1);
            // Left out, the window is merely behind, and the client fetches its changes when it shows the thread (C2).
            if (messages.Count <= messagesPerThread && budget.Take(messages))
                changes.Add(new MessageChanges(head.Id, revision, head.Revision, messages));
        }
        return changes;
    }

    private static VersionState ToState(ColumnReader columns) => new(
        columns.Long(), columns.Long(), columns.Long(), columns.Long(),
        columns.IsNull ? null : MeReader.ToMe(MeReader.ToRow(ref columns)));

    /// <summary>Where a user stands, and how many of their threads changed since a version; the user themselves only where they did.</summary>
    private sealed record VersionState(long Version, long Floor, long ChangedCount, long MeVersion, Me? Me);
}

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
            : await database.Read(connection => Read(connection, database.Epoch, userId, version, hot, headsPerFrame, messagesPerThread));

    /// <summary>The user's current version.</summary>
    public static Task<long> ReadVersion(DbConnection connection, long userId) =>
        connection.QuerySingleAsync<long>("SELECT version FROM user_versions WHERE user_id = @userId", new { userId });

    /// <summary>The same, and null where the caller's session has ended (S13): in one statement, which each ping and each connection costs.</summary>
    public static Task<long?> ReadVersion(DbConnection connection, Caller caller) =>
        connection.QuerySingleOrDefaultAsync<long?>("""
            SELECT v.version FROM sessions s JOIN user_versions v ON v.user_id = s.user_id WHERE s.session_id = @session
            """, new { session = caller.SessionId.Value });

    private static async Task<ServerFrame> Read(
        DbConnection connection, string epoch, long userId, long version, IReadOnlyDictionary<Id, long> hot,
        int headsPerFrame, int messagesPerThread)
    {
        var now = await connection.QuerySingleAsync<VersionState>("""
            SELECT version AS Version, floor AS Floor, me_version AS MeVersion FROM user_versions WHERE user_id = @userId
            """, new { userId });
        if (version > now.Version)
            return Reset(epoch, "epoch", Metrics.ResyncEpoch);
        if (version < now.Floor)
            return Reset(epoch, "floor", Metrics.ResyncFloor);
        if (version == now.Version)
            return new ChangesFrame(epoch, version, version, false, [], [], [], null);

        var changed = await connection.QuerySingleAsync<long>(
            "SELECT count(*) FROM thread_users WHERE user_id = @userId AND version > @version", new { userId, version });
        if (changed > Limits.ChangesMax)
            return Reset(epoch, "large", Metrics.ResyncLarge);

        var budget = new FrameBudget();
        var rows = (await HeadReader.ReadChanged(connection, userId, version, headsPerFrame)).TakeWhile(row => budget.Take(row.Head)).ToList();
        // A page ends at its last stamp (S6): what is stamped later comes with the next one.
        var more = changed > rows.Count;
        var to = more ? rows[^1].Head.Version : now.Version;
        var heads = rows.Where(row => !row.IsGone).Select(row => row.Head).ToList();
        return new ChangesFrame(
            epoch, version, to, more, heads,
            [.. rows.Where(row => row.IsGone).Select(row => new GoneThread(row.Head.Id, row.Head.Version))],
            await ReadMessages(connection, heads, hot, messagesPerThread, budget),
            now.MeVersion > version && now.MeVersion <= to ? await MeReader.Read(connection, userId) : null);
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

    private sealed class VersionState
    {
        public long Version { get; init; }
        public long Floor { get; init; }
        public long MeVersion { get; init; }
    }
}

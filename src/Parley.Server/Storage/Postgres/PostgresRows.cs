using Npgsql;

namespace Parley.Server.Storage.Postgres;

/// <summary>
/// Locks and loads the rows of a batch, each kind with one statement and all in one round trip. Every statement sees what is committed
/// when it begins, so what is read after a lock is as the lock found it.
/// </summary>
internal sealed class PostgresRows(NpgsqlConnection connection)
{
    // FOR NO KEY UPDATE is the lock that an UPDATE takes: two writers exclude each other, the checks of foreign keys pass.
    private const string LockThreads = """
        SELECT thread_id, direct_key, created_at, last_seq, revision, purged_revision FROM threads
        WHERE thread_id = ANY($1) ORDER BY thread_id FOR NO KEY UPDATE
        """;

    private const string Members = """
        SELECT user_id, thread_id, version, activity, read_seq, delivered_seq, cleared_seq, unread, muted, pinned, archived, gone, nickname
        FROM thread_users WHERE thread_id = ANY($1)
        """;

    // The members of the threads, and whoever else is named.
    private const string Concerned = "(SELECT user_id FROM thread_users WHERE thread_id = ANY($1) UNION SELECT unnest($2)) k";

    private const string LockUsers = $"""
        SELECT v.user_id, v.version, v.me_version FROM {Concerned} JOIN user_versions v ON v.user_id = k.user_id
        ORDER BY v.user_id FOR NO KEY UPDATE OF v
        """;

    // A statement of its own: beside the row that it waits for, a locking one shows others as they were before it waited.
    private const string Profiles = $"""
        SELECT u.user_id, u.username, u.full_name, u.photo_id, u.settings FROM {Concerned} JOIN users u ON u.user_id = k.user_id
        """;

    private const string Message = """
        m.thread_id, m.seq, m.revision, m.user_id, m.cid, m.text, m.sent_at, m.edited_at, m.deleted, m.reply_to,
        ARRAY(SELECT r.user_id FROM reactions r WHERE r.thread_id = m.thread_id AND r.seq = m.seq ORDER BY r.user_id, r.emoji),
        ARRAY(SELECT r.emoji FROM reactions r WHERE r.thread_id = m.thread_id AND r.seq = m.seq ORDER BY r.user_id, r.emoji)
        """;

    private const string MessagesBySeq = $"""
        SELECT {Message} FROM unnest($1, $2) k (thread_id, seq) JOIN messages m ON m.thread_id = k.thread_id AND m.seq = k.seq
        """;

    private const string MessagesByCid = $"""
        SELECT {Message} FROM unnest($1, $2, $3) k (thread_id, user_id, cid)
        JOIN messages m ON m.thread_id = k.thread_id AND m.user_id = k.user_id AND m.cid = k.cid
        """;

    private const string UnreadAfter = """
        SELECT k.thread_id, k.user_id, k.seq, (
            SELECT count(*) FROM messages m WHERE m.thread_id = k.thread_id AND m.seq > k.seq AND m.user_id <> k.user_id AND NOT m.deleted)
        FROM unnest($1, $2, $3) k (thread_id, user_id, seq)
        """;

    private const string ThreadsOfUsers = "SELECT user_id, thread_id FROM thread_users WHERE user_id = ANY($1)";

    private const string ThreadsOfKeys = "SELECT thread_id FROM threads WHERE direct_key = ANY($1)";

    /// <summary>
    /// Begins the transaction, locks (S2: threads ascending, then users ascending) and reads. False when another node has begun a thread
    /// that is needed, between the look for it and the locks; then the transaction is to be given up.
    /// </summary>
    public async Task<bool> Load(Needs needs, WorkingSet set)
    {
        var isSearched = needs.DirectKeys.Count > 0 || needs.UsersWithThreads.Count > 0;
        if (isSearched)
            await FindThreads(needs);
        needs.Users.UnionWith(needs.UsersWithThreads);

        long[] threads = [.. needs.Threads], users = [.. needs.Users];
        await using var batch = connection.CreateBatch();
        batch.Add("BEGIN");
        batch.Add(LockThreads).With(threads);
        batch.Add(Members).With(threads);
        batch.Add(LockUsers).With(threads).With(users);
        batch.Add(Profiles).With(threads).With(users);
        AddMessages(batch, [.. needs.Messages]);
        var cids = needs.Cids.ToList();
        batch.Add(MessagesByCid).With(cids.Column(key => key.Thread)).With(cids.Column(key => key.User)).With(cids.Column(key => key.Cid));
        var unread = needs.UnreadAfter.ToList();
        batch.Add(UnreadAfter).With(unread.Column(key => key.Thread)).With(unread.Column(key => key.User)).With(unread.Column(key => key.Seq));
        if (isSearched)
            AddSearch(batch, needs);

        await using var reader = await batch.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            set.Add(ReadThread(reader));
        await reader.NextResultAsync();
        while (await reader.ReadAsync())
            set.Add(ReadMember(reader));
        await reader.NextResultAsync();
        await ReadUsers(reader, set);
        await reader.NextResultAsync();
        await ReadMessages(reader, set);
        await reader.NextResultAsync();
        await ReadMessages(reader, set);
        await reader.NextResultAsync();
        while (await reader.ReadAsync())
            set.AddUnreadAfter((reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)), reader.GetInt64(3));
        return !isSearched || await IsComplete(reader, needs, set);
    }

    /// <summary>Reads messages by seq, with their reactions, into the set.</summary>
    public async Task LoadMessages(IEnumerable<(long Thread, long Seq)> keys, WorkingSet set)
    {
        var wanted = keys.ToList();
        if (wanted.Count == 0)
            return;
        await using var batch = connection.CreateBatch();
        AddMessages(batch, wanted);
        await using var reader = await batch.ExecuteReaderAsync();
        await ReadMessages(reader, set);
    }

    // Which threads these are is not known before they are read, and they are locked before the users: they are looked for first, and
    // once more when the users' locks keep others from beginning new ones.
    private async Task FindThreads(Needs needs)
    {
        await using var batch = connection.CreateBatch();
        AddSearch(batch, needs);
        await using var reader = await batch.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            needs.Threads.Add(reader.GetInt64(0));
        await reader.NextResultAsync();
        while (await reader.ReadAsync())
            needs.Threads.Add(reader.GetInt64(1));
    }

    private static async Task<bool> IsComplete(NpgsqlDataReader reader, Needs needs, WorkingSet set)
    {
        var isComplete = true;
        await reader.NextResultAsync();
        while (await reader.ReadAsync())
            isComplete &= needs.Threads.Contains(reader.GetInt64(0));
        var threadsOf = needs.UsersWithThreads.ToDictionary(user => user, _ => new List<long>());
        await reader.NextResultAsync();
        while (await reader.ReadAsync())
        {
            isComplete &= needs.Threads.Contains(reader.GetInt64(1));
            threadsOf[reader.GetInt64(0)].Add(reader.GetInt64(1));
        }
        foreach (var (user, threads) in threadsOf)
            set.AddThreadsOf(user, threads);
        return isComplete;
    }

    private static void AddSearch(NpgsqlBatch batch, Needs needs)
    {
        batch.Add(ThreadsOfKeys).With([.. needs.DirectKeys]);
        batch.Add(ThreadsOfUsers).With((long[])[.. needs.UsersWithThreads]);
    }

    private static void AddMessages(NpgsqlBatch batch, List<(long Thread, long Seq)> keys) =>
        batch.Add(MessagesBySeq).With(keys.Column(key => key.Thread)).With(keys.Column(key => key.Seq));

    private static ThreadRow ReadThread(NpgsqlDataReader row) => new()
    {
        ThreadId = row.GetInt64(0),
        DirectKey = row.GetString(1),
        CreatedAt = row.GetInt64(2),
        LastSeq = row.GetInt64(3),
        Revision = row.GetInt64(4),
        LoadedRevision = row.GetInt64(4),
        PurgedRevision = row.GetInt64(5),
    };

    private static MemberRow ReadMember(NpgsqlDataReader row) => new()
    {
        UserId = row.GetInt64(0),
        ThreadId = row.GetInt64(1),
        Version = row.GetInt64(2),
        Activity = row.GetInt64(3),
        ReadSeq = row.GetInt64(4),
        DeliveredSeq = row.GetInt64(5),
        ClearedSeq = row.GetInt64(6),
        Unread = row.GetInt64(7),
        Muted = row.GetBoolean(8),
        Pinned = row.GetBoolean(9),
        Archived = row.GetBoolean(10),
        Gone = row.GetBoolean(11),
        Nickname = row.IsDBNull(12) ? null : row.GetString(12),
    };

    private static async Task ReadUsers(NpgsqlDataReader row, WorkingSet set)
    {
        var versions = new Dictionary<long, (long Version, long MeVersion)>();
        while (await row.ReadAsync())
            versions[row.GetInt64(0)] = (row.GetInt64(1), row.GetInt64(2));
        await row.NextResultAsync();
        while (await row.ReadAsync())
        {
            // Someone who signed up between the two statements was not there when the locks were taken.
            if (!versions.TryGetValue(row.GetInt64(0), out var counters))
                continue;
            set.Add(new UserRow
            {
                UserId = row.GetInt64(0),
                Username = row.GetString(1),
                FullName = row.GetString(2),
                PhotoId = row.IsDBNull(3) ? null : row.GetString(3),
                Settings = row.GetString(4),
                Version = counters.Version,
                LoadedVersion = counters.Version,
                MeVersion = counters.MeVersion,
            });
        }
    }

    private static async Task ReadMessages(NpgsqlDataReader row, WorkingSet set)
    {
        while (await row.ReadAsync())
        {
            set.Add(new MessageRow
            {
                ThreadId = row.GetInt64(0),
                Seq = row.GetInt64(1),
                Revision = row.GetInt64(2),
                UserId = row.GetInt64(3),
                Cid = row.GetString(4),
                Text = row.GetString(5),
                SentAt = row.GetInt64(6),
                EditedAt = row.IsDBNull(7) ? null : row.GetInt64(7),
                Deleted = row.GetBoolean(8),
                WasDeleted = row.GetBoolean(8),
                ReplyTo = row.IsDBNull(9) ? null : row.GetInt64(9),
                Reactions =
                [
                    .. row.GetFieldValue<long[]>(10).Zip(row.GetFieldValue<string[]>(11), (user, emoji) => new ReactionRow(user, emoji)),
                ],
            });
        }
    }
}

using Microsoft.Data.Sqlite;

namespace Parley.Server.Storage.Sqlite;

/// <summary>
/// Loads and saves the rows of a batch with prepared statements, row by row: in process that costs less than building sets.
/// </summary>
internal sealed class SqliteRows(SqliteConnection connection) : IDisposable
{
    private const string ThreadColumns = "thread_id, direct_key, created_at, last_seq, revision, purged_revision";
    private const string MessageColumns = "thread_id, seq, revision, user_id, cid, text, sent_at, edited_at, deleted, reply_to, revised";

    private readonly Dictionary<string, SqliteStatement> _statements = [];
    private readonly RowCache _cache = new();

    /// <summary>Reads everything that is needed, and what belongs to it, into the set.</summary>
    public void Load(Needs needs, WorkingSet set)
    {
        foreach (var user in needs.UsersWithThreads)
        {
            var threads = Prepare("SELECT thread_id FROM thread_users WHERE user_id = $1").Query([user], row => row.GetInt64(0));
            set.AddThreadsOf(user, threads);
            needs.Threads.UnionWith(threads);
            needs.Users.Add(user);
        }
        foreach (var directKey in needs.DirectKeys)
        {
            foreach (var thread in Prepare($"SELECT {ThreadColumns} FROM threads WHERE direct_key = $1").Query([directKey], ReadThread))
                needs.Threads.Add(thread.ThreadId);
        }
        foreach (var threadId in needs.Threads)
        {
            if (_cache.TryAddThread(threadId, set, needs))
                continue;
            foreach (var thread in Prepare($"SELECT {ThreadColumns} FROM threads WHERE thread_id = $1").Query([threadId], ReadThread))
                set.Add(thread);
            foreach (var member in Prepare("""
                SELECT user_id, thread_id, version, activity, read_seq, delivered_seq, cleared_seq, unread, muted, pinned, archived, gone, nickname
                FROM thread_users WHERE thread_id = $1
                """).Query([threadId], ReadMember))
            {
                set.Add(member);
                needs.Users.Add(member.UserId);
            }
        }
        foreach (var userId in needs.Users)
        {
            if (_cache.TryAddUser(userId, set))
                continue;
            foreach (var user in Prepare("""
                SELECT u.user_id, u.username, u.full_name, u.photo_id, u.settings, v.version, v.me_version
                FROM users u JOIN user_versions v ON v.user_id = u.user_id WHERE u.user_id = $1
                """).Query([userId], ReadUser))
                set.Add(user);
        }
        LoadMessages(needs.Messages, set);
        foreach (var (thread, user, cid) in needs.Cids)
        {
            AddMessages(set, Prepare($"SELECT {MessageColumns} FROM messages WHERE thread_id = $1 AND user_id = $2 AND cid = $3")
                .Query([thread, user, cid], ReadMessage));
        }
        foreach (var key in needs.UnreadAfter)
        {
            set.AddUnreadAfter(key, Prepare("""
                SELECT count(*) FROM messages WHERE thread_id = $1 AND user_id <> $2 AND seq > $3 AND NOT deleted
                """).Query([key.Thread, key.User, key.Seq], row => row.GetInt64(0))[0]);
        }
    }

    /// <summary>Reads messages by seq, with their reactions, into the set.</summary>
    public void LoadMessages(IEnumerable<(long Thread, long Seq)> keys, WorkingSet set)
    {
        foreach (var (thread, seq) in keys.ToList())
        {
            AddMessages(set, Prepare($"SELECT {MessageColumns} FROM messages WHERE thread_id = $1 AND seq = $2")
                .Query([thread, seq], ReadMessage));
        }
    }

    /// <summary>Writes every changed row once, as a whole value.</summary>
    public void Save(WorkingSet set)
    {
        foreach (var user in set.Users)
        {
            if (user.Version > user.LoadedVersion)
                Prepare("UPDATE user_versions SET version = $2, me_version = $3 WHERE user_id = $1").Run([user.UserId, user.Version, user.MeVersion]);
            if (user.IsProfileChanged)
            {
                Prepare("UPDATE users SET full_name = $2, search_name = $3, photo_id = $4, settings = $5 WHERE user_id = $1")
                    .Run([user.UserId, user.FullName, SearchName.Of(user.FullName, user.Username), user.PhotoId, user.Settings]);
            }
        }
        foreach (var thread in set.Threads)
        {
            if (thread.IsNew)
            {
                Prepare($"INSERT INTO threads ({ThreadColumns}) VALUES ($1, $2, $3, $4, $5, $6)").Run(
                    [thread.ThreadId, thread.DirectKey, thread.CreatedAt, thread.LastSeq, thread.Revision, thread.PurgedRevision]);
            }
            else if (thread.IsChanged)
            {
                Prepare("UPDATE threads SET last_seq = $2, revision = $3 WHERE thread_id = $1").Run([thread.ThreadId, thread.LastSeq, thread.Revision]);
            }
        }
        foreach (var member in set.AllMembers)
        {
            if (member.IsStamped || member.IsChanged)
                SaveMember(member);
        }
        foreach (var message in set.Messages)
        {
            if (message.IsNew)
            {
                Prepare($"INSERT INTO messages ({MessageColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)").Run(
                    [message.ThreadId, message.Seq, message.Revision, message.UserId, message.Cid, message.Text, message.SentAt,
                        message.EditedAt, message.Deleted, message.ReplyTo, message.IsRevised]);
            }
            else if (message.IsChanged)
            {
                Prepare("UPDATE messages SET revision = $3, text = $4, edited_at = $5, deleted = $6, reply_to = $7, revised = $8 WHERE thread_id = $1 AND seq = $2").Run(
                    [message.ThreadId, message.Seq, message.Revision, message.Text, message.EditedAt, message.Deleted, message.ReplyTo, message.IsRevised]);
            }
        }
        foreach (var (message, reaction, isOn) in set.ReactionChanges)
        {
            Prepare(isOn
                ? "INSERT INTO reactions (thread_id, seq, user_id, emoji) VALUES ($1, $2, $3, $4)"
                : "DELETE FROM reactions WHERE thread_id = $1 AND seq = $2 AND user_id = $3 AND emoji = $4")
                .Run([message.ThreadId, message.Seq, reaction.UserId, reaction.Emoji]);
        }
    }

    /// <summary>What the set holds is on disk: the next batch need not read it.</summary>
    public void Keep(WorkingSet set) => _cache.Keep(set);

    /// <summary>Nobody knows what is on disk: it is read again.</summary>
    public void Forget() => _cache.Clear();

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
    }

    private void SaveMember(MemberRow member) =>
        Prepare("""
            INSERT INTO thread_users (user_id, thread_id, version, activity, read_seq, delivered_seq, cleared_seq, unread, muted, pinned, archived, gone, nickname)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            ON CONFLICT (user_id, thread_id) DO UPDATE SET version = $3, activity = $4, read_seq = $5, delivered_seq = $6, cleared_seq = $7,
                unread = $8, muted = $9, pinned = $10, archived = $11, gone = $12, nickname = $13
            """).Run(
            [member.UserId, member.ThreadId, member.Version, member.Activity, member.ReadSeq, member.DeliveredSeq, member.ClearedSeq,
                member.Unread, member.Muted, member.Pinned, member.Archived, member.Gone, member.Nickname]);

    private void AddMessages(WorkingSet set, List<MessageRow> messages)
    {
        foreach (var message in messages)
        {
            if (message.IsRevised)
                message.Reactions.AddRange(Prepare("SELECT user_id, emoji FROM reactions WHERE thread_id = $1 AND seq = $2")
                    .Query([message.ThreadId, message.Seq], row => new ReactionRow(row.GetInt64(0), row.GetString(1))));
            set.Add(message);
        }
    }

    private SqliteStatement Prepare(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
            _statements[sql] = statement = new SqliteStatement(connection, sql);
        return statement;
    }

    private static ThreadRow ReadThread(SqliteColumns row) => new()
    {
        ThreadId = row.GetInt64(0),
        DirectKey = row.GetString(1),
        CreatedAt = row.GetInt64(2),
        LastSeq = row.GetInt64(3),
        Revision = row.GetInt64(4),
        LoadedRevision = row.GetInt64(4),
        PurgedRevision = row.GetInt64(5),
    };

    private static MemberRow ReadMember(SqliteColumns row) => new()
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
        Nickname = row.IsNull(12) ? null : row.GetString(12),
    };

    private static UserRow ReadUser(SqliteColumns row) => new()
    {
        UserId = row.GetInt64(0),
        Username = row.GetString(1),
        FullName = row.GetString(2),
        PhotoId = row.IsNull(3) ? null : row.GetString(3),
        Settings = row.GetString(4),
        Version = row.GetInt64(5),
        LoadedVersion = row.GetInt64(5),
        MeVersion = row.GetInt64(6),
    };

    private static MessageRow ReadMessage(SqliteColumns row) => new()
    {
        ThreadId = row.GetInt64(0),
        Seq = row.GetInt64(1),
        Revision = row.GetInt64(2),
        UserId = row.GetInt64(3),
        Cid = row.GetString(4),
        Text = row.GetString(5),
        SentAt = row.GetInt64(6),
        EditedAt = row.IsNull(7) ? null : row.GetInt64(7),
        Deleted = row.GetBoolean(8),
        WasDeleted = row.GetBoolean(8),
        ReplyTo = row.IsNull(9) ? null : row.GetInt64(9),
        IsRevised = row.GetBoolean(10),
    };
}

using Npgsql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Writes every changed row of a batch once, as a whole value: one statement for each kind of change, and the COMMIT, in one round trip.</summary>
internal static class PostgresSave
{
    private const string UpdateVersions = """
        UPDATE user_versions v SET version = k.version, me_version = k.me_version
        FROM unnest($1, $2, $3) k (user_id, version, me_version) WHERE v.user_id = k.user_id
        """;

    private const string UpdateProfiles = """
        UPDATE users u SET full_name = k.full_name, search_name = k.search_name, photo_id = k.photo_id, settings = k.settings
        FROM unnest($1, $2, $3, $4, $5) k (user_id, full_name, search_name, photo_id, settings) WHERE u.user_id = k.user_id
        """;

    private const string InsertThreads = """
        INSERT INTO threads (thread_id, direct_key, created_at, last_seq, revision, purged_revision) SELECT * FROM unnest($1, $2, $3, $4, $5, $6)
        """;

    private const string UpdateThreads = """
        UPDATE threads t SET last_seq = k.last_seq, revision = k.revision
        FROM unnest($1, $2, $3) k (thread_id, last_seq, revision) WHERE t.thread_id = k.thread_id
        """;

    private const string InsertMembers = """
        INSERT INTO thread_users
            (user_id, thread_id, version, activity, read_seq, delivered_seq, cleared_seq, unread, muted, pinned, archived, gone, nickname)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """;

    private const string UpdateMembers = """
        UPDATE thread_users m SET version = k.version, activity = k.activity, read_seq = k.read_seq, delivered_seq = k.delivered_seq,
            cleared_seq = k.cleared_seq, unread = k.unread, muted = k.muted, pinned = k.pinned, archived = k.archived, gone = k.gone,
            nickname = k.nickname
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) k
            (user_id, thread_id, version, activity, read_seq, delivered_seq, cleared_seq, unread, muted, pinned, archived, gone, nickname)
        WHERE m.user_id = k.user_id AND m.thread_id = k.thread_id
        """;

    private const string InsertMessages = """
        INSERT INTO messages (thread_id, seq, revision, user_id, cid, text, sent_at, edited_at, deleted, reply_to, revised)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """;

    private const string UpdateMessages = """
        UPDATE messages m SET revision = k.revision, text = k.text, edited_at = k.edited_at, deleted = k.deleted, reply_to = k.reply_to,
            revised = k.revised
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) k (thread_id, seq, revision, text, edited_at, deleted, reply_to, revised)
        WHERE m.thread_id = k.thread_id AND m.seq = k.seq
        """;

    // Taken away and put back within a batch, a reaction is there already.
    private const string InsertReactions = """
        INSERT INTO reactions (thread_id, seq, user_id, emoji) SELECT * FROM unnest($1, $2, $3, $4) ON CONFLICT DO NOTHING
        """;

    private const string DeleteReactions = """
        DELETE FROM reactions r USING unnest($1, $2, $3, $4) k (thread_id, seq, user_id, emoji)
        WHERE r.thread_id = k.thread_id AND r.seq = k.seq AND r.user_id = k.user_id AND r.emoji = k.emoji
        """;

    public static NpgsqlBatch Build(NpgsqlConnection connection, WorkingSet set)
    {
        var batch = connection.CreateBatch();
        SaveUsers(batch, set);
        SaveThreads(batch, set);
        SaveMembers(batch, set);
        SaveMessages(batch, set);
        SaveReactions(batch, set);
        batch.Add("COMMIT");
        return batch;
    }

    private static void SaveUsers(NpgsqlBatch batch, WorkingSet set)
    {
        List<UserRow> users = [.. set.Users.Where(user => user.Version > user.LoadedVersion)];
        if (users.Count > 0)
        {
            batch.Add(UpdateVersions)
                .With(users.Column(user => user.UserId)).With(users.Column(user => user.Version)).With(users.Column(user => user.MeVersion));
        }
        // In the order of their ids: other statements write users too, without the lock on their versions.
        List<UserRow> profiles = [.. set.Users.Where(user => user.IsProfileChanged).OrderBy(user => user.UserId)];
        if (profiles.Count > 0)
        {
            batch.Add(UpdateProfiles)
                .With(profiles.Column(user => user.UserId)).With(profiles.Column(user => user.FullName))
                .With(profiles.Column(user => SearchName.Of(user.FullName, user.Username)))
                .With(profiles.Column(user => user.PhotoId)).With(profiles.Column(user => user.Settings));
        }
    }

    private static void SaveThreads(NpgsqlBatch batch, WorkingSet set)
    {
        List<ThreadRow> added = [.. set.Threads.Where(thread => thread.IsNew)];
        if (added.Count > 0)
        {
            batch.Add(InsertThreads)
                .With(added.Column(thread => thread.ThreadId)).With(added.Column(thread => thread.DirectKey))
                .With(added.Column(thread => thread.CreatedAt)).With(added.Column(thread => thread.LastSeq))
                .With(added.Column(thread => thread.Revision)).With(added.Column(thread => thread.PurgedRevision));
        }
        List<ThreadRow> changed = [.. set.Threads.Where(thread => thread.IsChanged && !thread.IsNew)];
        if (changed.Count > 0)
        {
            batch.Add(UpdateThreads)
                .With(changed.Column(thread => thread.ThreadId)).With(changed.Column(thread => thread.LastSeq))
                .With(changed.Column(thread => thread.Revision));
        }
    }

    private static void SaveMembers(NpgsqlBatch batch, WorkingSet set)
    {
        var changed = set.AllMembers.Where(member => member.IsStamped || member.IsChanged).ToLookup(member => member.IsNew);
        foreach (var (isNew, sql) in new[] { (true, InsertMembers), (false, UpdateMembers) })
        {
            List<MemberRow> members = [.. changed[isNew]];
            if (members.Count == 0)
                continue;
            batch.Add(sql)
                .With(members.Column(member => member.UserId)).With(members.Column(member => member.ThreadId))
                .With(members.Column(member => member.Version)).With(members.Column(member => member.Activity))
                .With(members.Column(member => member.ReadSeq)).With(members.Column(member => member.DeliveredSeq))
                .With(members.Column(member => member.ClearedSeq)).With(members.Column(member => member.Unread))
                .With(members.Column(member => member.Muted)).With(members.Column(member => member.Pinned))
                .With(members.Column(member => member.Archived)).With(members.Column(member => member.Gone))
                .With(members.Column(member => member.Nickname));
        }
    }

    private static void SaveMessages(NpgsqlBatch batch, WorkingSet set)
    {
        List<MessageRow> added = [.. set.Messages.Where(message => message.IsNew)];
        if (added.Count > 0)
        {
            batch.Add(InsertMessages)
                .With(added.Column(message => message.ThreadId)).With(added.Column(message => message.Seq))
                .With(added.Column(message => message.Revision)).With(added.Column(message => message.UserId))
                .With(added.Column(message => message.Cid)).With(added.Column(message => message.Text))
                .With(added.Column(message => message.SentAt)).With(added.Column(message => message.EditedAt))
                .With(added.Column(message => message.Deleted)).With(added.Column(message => message.ReplyTo))
                .With(added.Column(message => message.IsRevised));
        }
        List<MessageRow> changed = [.. set.Messages.Where(message => message.IsChanged && !message.IsNew)];
        if (changed.Count > 0)
        {
            batch.Add(UpdateMessages)
                .With(changed.Column(message => message.ThreadId)).With(changed.Column(message => message.Seq))
                .With(changed.Column(message => message.Revision)).With(changed.Column(message => message.Text))
                .With(changed.Column(message => message.EditedAt)).With(changed.Column(message => message.Deleted))
                .With(changed.Column(message => message.ReplyTo)).With(changed.Column(message => message.IsRevised));
        }
    }

    private static void SaveReactions(NpgsqlBatch batch, WorkingSet set)
    {
        // What was put and taken away within the batch: the last word counts.
        var last = new Dictionary<(long ThreadId, long Seq, ReactionRow Reaction), bool>();
        foreach (var (message, reaction, isOn) in set.ReactionChanges)
            last[(message.ThreadId, message.Seq, reaction)] = isOn;
        foreach (var (isOn, sql) in new[] { (true, InsertReactions), (false, DeleteReactions) })
        {
            List<(long ThreadId, long Seq, ReactionRow Reaction)> keys = [.. last.Where(change => change.Value == isOn).Select(change => change.Key)];
            if (keys.Count == 0)
                continue;
            batch.Add(sql)
                .With(keys.Column(key => key.ThreadId)).With(keys.Column(key => key.Seq))
                .With(keys.Column(key => key.Reaction.UserId)).With(keys.Column(key => key.Reaction.Emoji));
        }
    }
}

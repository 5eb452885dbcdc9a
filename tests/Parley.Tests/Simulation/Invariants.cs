using Dapper;
using Parley.Server.Storage;
using Parley.Server.Sync;
using Xunit;

namespace Parley.Tests.Simulation;

/// <summary>What holds in the database whatever was done.</summary>
internal static class Invariants
{
    /// <summary>The stored count is what counting gives (C8: clients show it and never count).</summary>
    public static async Task CheckUnread(Database database, long user)
    {
        foreach (var head in await database.Read(c => HeadReader.ReadPage(c, user, (long.MaxValue, long.MaxValue), 100)))
        {
            var messages = await database.Read(c => MessageReader.ReadFrom(c, head.Id.Value, head.ClearedSeq + 1, 10_000));
            Assert.Equal(messages.Count(message => message.From.Value != user && message.Seq > head.ReadSeq && !message.Deleted), head.Unread);
        }
    }

    /// <summary>Seqs are 1, 2, 3 … (S3), revisions and versions are each taken once (S1), and a cid is there once (S12).</summary>
    public static async Task CheckNumbers(Database database)
    {
        var broken = await database.Read(connection => connection.QueryAsync<string>("""
            SELECT 'seqs of thread ' || thread_id FROM threads t
            WHERE last_seq <> (SELECT count(*) FROM messages m WHERE m.thread_id = t.thread_id)
               OR last_seq <> (SELECT coalesce(max(seq), 0) FROM messages m WHERE m.thread_id = t.thread_id)
               OR EXISTS (SELECT 1 FROM messages m WHERE m.thread_id = t.thread_id AND (seq < 1 OR m.revision > t.revision))
            UNION ALL SELECT 'revisions of thread ' || thread_id FROM messages GROUP BY thread_id, revision HAVING count(*) > 1
            UNION ALL SELECT 'cid ' || cid FROM messages GROUP BY thread_id, user_id, cid HAVING count(*) > 1
            UNION ALL SELECT 'versions of user ' || user_id FROM thread_users GROUP BY user_id, version HAVING count(*) > 1
            UNION ALL SELECT 'version of user ' || v.user_id FROM user_versions v
            WHERE v.version < (SELECT coalesce(max(version), 0) FROM thread_users m WHERE m.user_id = v.user_id) OR v.version < v.me_version
            """));
        Assert.Empty(broken);
    }
}

-- cids of clients begin with the time: what comes in together lies together in the index, whatever thread it is for.
DROP INDEX messages_by_cid;
CREATE UNIQUE INDEX messages_by_cid ON messages (cid, thread_id, user_id);

-- Whether a message has a later revision than the one it was sent with. The others need no index by revision, since theirs rise with seq,
-- and have no reactions.
ALTER TABLE messages ADD COLUMN revised INTEGER NOT NULL DEFAULT 0;
UPDATE messages SET revised = 1 FROM (
    SELECT thread_id, seq, revision > min(revision) OVER (
        PARTITION BY thread_id ORDER BY seq DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS is_late
    FROM messages
) k WHERE k.is_late AND messages.thread_id = k.thread_id AND messages.seq = k.seq;
UPDATE messages SET revised = 1 FROM reactions r WHERE messages.thread_id = r.thread_id AND messages.seq = r.seq;
DROP INDEX messages_by_revision;
CREATE INDEX messages_by_revision ON messages (thread_id, revision) WHERE revised;

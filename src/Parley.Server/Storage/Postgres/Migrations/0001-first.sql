-- Ids are random, time-ordered 64-bit numbers; times are milliseconds since 1970 and order nothing.
-- Every text that is a key or is sorted by is compared by its bytes (COLLATE "C"): the same order as SQLite's, cheap, and not at the
-- mercy of the system's collations, whose changes make indexes wrong.

CREATE TABLE meta (
    name  text COLLATE "C" NOT NULL PRIMARY KEY,
    value text NOT NULL
);

-- Sign-in, profile and last_active_at rewrite rows: with room in the page and no indexed column touched, the new version of a row
-- stays in its page and no index hears of it (a HOT update).
CREATE TABLE users (
    user_id        bigint NOT NULL PRIMARY KEY,
    username       text COLLATE "C" NOT NULL UNIQUE,
    full_name      text NOT NULL,
    -- Name and username in lower case, for people search by prefix of a word.
    search_name    text COLLATE "C" NOT NULL,
    photo_id       text COLLATE "C",
    password_hash  text NOT NULL,
    security_stamp text NOT NULL,
    created_at     bigint NOT NULL,
    last_active_at bigint NOT NULL,
    settings       text NOT NULL DEFAULT '{}'
) WITH (fillfactor = 90);

CREATE INDEX users_by_photo ON users (photo_id) WHERE photo_id IS NOT NULL;

-- The hot counter, a narrow row of its own: every message writes it, for every member. me_version: the version at which the user's own
-- profile or settings last changed. Half of each page is left free, so that dozens of versions of a row fit beside each other until
-- the page is tidied up, without an index entry for any.
CREATE TABLE user_versions (
    user_id    bigint NOT NULL PRIMARY KEY REFERENCES users,
    version    bigint NOT NULL DEFAULT 0,
    floor      bigint NOT NULL DEFAULT 0,
    me_version bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE TABLE threads (
    thread_id       bigint NOT NULL PRIMARY KEY,
    direct_key      text COLLATE "C" NOT NULL UNIQUE,
    created_at      bigint NOT NULL,
    last_seq        bigint NOT NULL DEFAULT 0,
    revision        bigint NOT NULL DEFAULT 0,
    purged_revision bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 70);

-- No index on version or activity, on purpose: every message changes both, for every member, and an index on either would take the HOT
-- updates away. The primary key finds all rows of a user; a catch-up reads them all, and the usual one is answered from memory.
CREATE TABLE thread_users (
    user_id       bigint NOT NULL REFERENCES users,
    thread_id     bigint NOT NULL REFERENCES threads,
    version       bigint NOT NULL,
    activity      bigint NOT NULL,
    read_seq      bigint NOT NULL DEFAULT 0,
    delivered_seq bigint NOT NULL DEFAULT 0,
    cleared_seq   bigint NOT NULL DEFAULT 0,
    unread        bigint NOT NULL DEFAULT 0,
    muted         boolean NOT NULL DEFAULT false,
    pinned        boolean NOT NULL DEFAULT false,
    archived      boolean NOT NULL DEFAULT false,
    gone          boolean NOT NULL DEFAULT false,
    nickname      text,
    PRIMARY KEY (user_id, thread_id)
) WITH (fillfactor = 70);

-- The members of a thread; neither column ever changes.
CREATE UNIQUE INDEX thread_users_by_thread ON thread_users (thread_id, user_id);

-- No foreign keys here and below: a message is written under the lock of its thread, which was read under it, so that the check could
-- only find what is known; it would cost a look-up for each message.
CREATE TABLE messages (
    thread_id bigint NOT NULL,
    seq       bigint NOT NULL,
    revision  bigint NOT NULL,
    user_id   bigint NOT NULL,
    cid       text COLLATE "C" NOT NULL,
    text      text NOT NULL,
    sent_at   bigint NOT NULL,
    edited_at bigint,
    deleted   boolean NOT NULL DEFAULT false,
    reply_to  bigint,
    PRIMARY KEY (thread_id, seq)
);

-- The same cid of the same sender is one message, whatever is retried and on whichever node.
CREATE UNIQUE INDEX messages_by_cid ON messages (thread_id, user_id, cid);

-- What changed in a thread after a revision.
CREATE INDEX messages_by_revision ON messages (thread_id, revision);

CREATE TABLE reactions (
    thread_id bigint NOT NULL,
    seq       bigint NOT NULL,
    user_id   bigint NOT NULL,
    emoji     text COLLATE "C" NOT NULL,
    PRIMARY KEY (thread_id, seq, user_id, emoji)
);

CREATE TABLE sessions (
    session_id   bigint NOT NULL PRIMARY KEY,
    user_id      bigint NOT NULL REFERENCES users,
    token_hash   bytea NOT NULL UNIQUE,
    device       text NOT NULL,
    created_at   bigint NOT NULL,
    last_seen_at bigint NOT NULL
) WITH (fillfactor = 90);

CREATE INDEX sessions_by_user ON sessions (user_id);

-- Profile photos live in the database so that one backup holds everything and every node of a cluster sees them. They are compressed
-- already.
CREATE TABLE photos (
    photo_id text COLLATE "C" NOT NULL,
    size     bigint NOT NULL,
    content  bytea NOT NULL,
    PRIMARY KEY (photo_id, size)
);
ALTER TABLE photos ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE TABLE data_protection_keys (
    name text COLLATE "C" NOT NULL PRIMARY KEY,
    xml  text NOT NULL
);

-- The tables that every message rewrites are tidied up at a fixed number of dead rows, not when a fifth of millions has died.
ALTER TABLE user_versions SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
ALTER TABLE threads SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
ALTER TABLE thread_users SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);

-- Ids are random, time-ordered 64-bit numbers; times are milliseconds since 1970 and order nothing.

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE users (
    user_id        INTEGER NOT NULL PRIMARY KEY,
    username       TEXT    NOT NULL UNIQUE,
    full_name      TEXT    NOT NULL,
    -- Name and username in lower case, for people search by prefix of a word.
    search_name    TEXT    NOT NULL,
    photo_id       TEXT,
    password_hash  TEXT    NOT NULL,
    security_stamp TEXT    NOT NULL,
    created_at     INTEGER NOT NULL,
    last_active_at INTEGER NOT NULL,
    settings       TEXT    NOT NULL DEFAULT '{}'
);

CREATE INDEX users_by_photo ON users (photo_id);

-- The hot counter, a narrow row of its own. me_version: the version at which the user's own profile or settings last changed.
CREATE TABLE user_versions (
    user_id    INTEGER NOT NULL PRIMARY KEY REFERENCES users,
    version    INTEGER NOT NULL DEFAULT 0,
    floor      INTEGER NOT NULL DEFAULT 0,
    me_version INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE threads (
    thread_id       INTEGER NOT NULL PRIMARY KEY,
    direct_key      TEXT    NOT NULL UNIQUE,
    created_at      INTEGER NOT NULL,
    last_seq        INTEGER NOT NULL DEFAULT 0,
    revision        INTEGER NOT NULL DEFAULT 0,
    purged_revision INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE thread_users (
    user_id       INTEGER NOT NULL REFERENCES users,
    thread_id     INTEGER NOT NULL REFERENCES threads,
    version       INTEGER NOT NULL,
    activity      INTEGER NOT NULL,
    read_seq      INTEGER NOT NULL DEFAULT 0,
    delivered_seq INTEGER NOT NULL DEFAULT 0,
    cleared_seq   INTEGER NOT NULL DEFAULT 0,
    unread        INTEGER NOT NULL DEFAULT 0,
    muted         INTEGER NOT NULL DEFAULT 0,
    pinned        INTEGER NOT NULL DEFAULT 0,
    archived      INTEGER NOT NULL DEFAULT 0,
    gone          INTEGER NOT NULL DEFAULT 0,
    nickname      TEXT,
    PRIMARY KEY (user_id, thread_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX thread_users_by_thread ON thread_users (thread_id, user_id);

-- A rowid table on purpose: appending by rowid and keeping (thread_id, seq) as an index is faster than clustering by it.
CREATE TABLE messages (
    thread_id INTEGER NOT NULL REFERENCES threads,
    seq       INTEGER NOT NULL,
    revision  INTEGER NOT NULL,
    user_id   INTEGER NOT NULL,
    cid       TEXT    NOT NULL,
    text      TEXT    NOT NULL,
    sent_at   INTEGER NOT NULL,
    edited_at INTEGER,
    deleted   INTEGER NOT NULL DEFAULT 0,
    reply_to  INTEGER,
    PRIMARY KEY (thread_id, seq)
);
CREATE UNIQUE INDEX messages_by_cid ON messages (thread_id, user_id, cid);
CREATE INDEX messages_by_revision ON messages (thread_id, revision);

CREATE TABLE reactions (
    thread_id INTEGER NOT NULL,
    seq       INTEGER NOT NULL,
    user_id   INTEGER NOT NULL,
    emoji     TEXT    NOT NULL,
    PRIMARY KEY (thread_id, seq, user_id, emoji)
) WITHOUT ROWID;

CREATE TABLE sessions (
    session_id   INTEGER NOT NULL PRIMARY KEY,
    user_id      INTEGER NOT NULL REFERENCES users,
    token_hash   BLOB    NOT NULL UNIQUE,
    device       TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);

-- Profile photos live in the database so that one backup holds everything and every node of a cluster sees them.
CREATE TABLE photos (
    photo_id TEXT    NOT NULL,
    size     INTEGER NOT NULL,
    content  BLOB    NOT NULL,
    PRIMARY KEY (photo_id, size)
);

CREATE TABLE data_protection_keys (
    name TEXT NOT NULL PRIMARY KEY,
    xml  TEXT NOT NULL
) WITHOUT ROWID;

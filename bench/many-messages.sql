-- Fills an empty database with 5,000,000 messages, to measure what depends on size: 2,500 people with 8 threads each, 500 messages in
-- each of the 10,000 threads, written in the order of their time, 20 to 200 letters long; every fiftieth has a reaction.
--
--   parley migrate --data FOLDER && sqlite3 FOLDER/parley.db < bench/many-messages.sql
--
-- Nobody can sign in to it: the passwords are no hashes.

PRAGMA synchronous = OFF;
PRAGMA cache_size = -400000;
BEGIN;

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
INSERT INTO users (user_id, username, full_name, search_name, password_hash, security_stamp, created_at, last_active_at)
SELECT i, 'person' || i, 'Person ' || i, 'person ' || i || ' person' || i, '-', '-', 1750000000000, 1760000000000 FROM n;

INSERT INTO sessions (session_id, user_id, token_hash, device, created_at, last_seen_at)
SELECT user_id, user_id, randomblob(32), 'Firefox on Linux', 1750000000000, 1760000000000 FROM users;

-- Each one talks with the four people after and the four before.
WITH RECURSIVE step(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM step WHERE i < 4),
pairs AS (SELECT user_id AS a, (user_id + i - 1) % 2500 + 1 AS b, user_id * 4 + i AS thread_id FROM users, step)
INSERT INTO threads (thread_id, direct_key, created_at, last_seq, revision)
SELECT thread_id, min(a, b) || ':' || max(a, b), 1750000000000, 500, 500 FROM pairs;

INSERT INTO thread_users (user_id, thread_id, version, activity, read_seq, delivered_seq)
SELECT u.user_id, t.thread_id, 0, 0, 500, 500
FROM threads t JOIN users u
  ON u.user_id IN (CAST(substr(t.direct_key, 1, instr(t.direct_key, ':') - 1) AS INTEGER),
                   CAST(substr(t.direct_key, instr(t.direct_key, ':') + 1) AS INTEGER));

-- Of a user's 4,000 versions the last eight are the last messages of the eight threads.
UPDATE thread_users SET version = r.place, activity = r.place
FROM (SELECT user_id, thread_id, 3992 + row_number() OVER (PARTITION BY user_id ORDER BY thread_id) AS place FROM thread_users) r
WHERE r.user_id = thread_users.user_id AND r.thread_id = thread_users.thread_id;

INSERT INTO user_versions (user_id, version, floor) SELECT user_id, 4000, 0 FROM users;

WITH RECURSIVE n(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < 500)
INSERT INTO messages (thread_id, seq, revision, user_id, cid, text, sent_at)
SELECT t.thread_id, seq, seq,
       CAST(CASE WHEN abs(random()) % 2 THEN substr(t.direct_key, 1, instr(t.direct_key, ':') - 1)
                 ELSE substr(t.direct_key, instr(t.direct_key, ':') + 1) END AS INTEGER),
       lower(hex(randomblob(16))),
       substr(hex(randomblob(100)), 1, 20 + abs(random()) % 180),
       1750000000000 + seq * 20000000 + t.thread_id
FROM n CROSS JOIN threads t;

INSERT INTO reactions (thread_id, seq, user_id, emoji)
SELECT thread_id, seq, user_id, '👍' FROM messages WHERE rowid % 50 = 0;

COMMIT;
SELECT count(*) || ' messages in ' || (SELECT count(*) FROM threads) || ' threads of ' || (SELECT count(*) FROM users) || ' people' FROM messages;

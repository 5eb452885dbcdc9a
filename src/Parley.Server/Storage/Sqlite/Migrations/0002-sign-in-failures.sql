-- Wrong passwords of the last hour, so that a restart forgives no guesses. `who` is a hash of what was guessed at and from where: what is
-- typed as a name is now and then a password.
CREATE TABLE sign_in_failures (
    who        TEXT NOT NULL PRIMARY KEY,
    count      INTEGER NOT NULL,
    last_at    INTEGER NOT NULL,
    not_before INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX sign_in_failures_by_time ON sign_in_failures (last_at);

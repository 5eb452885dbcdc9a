-- Wrong passwords of the last hour, so that every node slows the same guesses down. `who` is a hash of what was guessed at and from where: what is
-- typed as a name is now and then a password.
CREATE TABLE sign_in_failures (
    who        text COLLATE "C" NOT NULL PRIMARY KEY,
    count      bigint NOT NULL,
    last_at    bigint NOT NULL,
    not_before bigint NOT NULL
);

CREATE INDEX sign_in_failures_by_time ON sign_in_failures (last_at);

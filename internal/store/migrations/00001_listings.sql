-- One text for SQLite and PostgreSQL. Times are milliseconds since 1970 UTC,
-- 0 for none; yes and no are 1 and 0.

-- +goose Up

-- A counter hands out numbers inside the transaction that uses them: its row
-- is locked until the commit, so that the order of numbers is the order of
-- commits.
CREATE TABLE counter (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counter (name, value) VALUES ('change', 0);

-- The change log, compacted: a group's newest change takes the place of its
-- older ones, because a follower reads the group's present state anyway.
CREATE TABLE change (
    grp TEXT PRIMARY KEY,
    seq BIGINT NOT NULL
);
CREATE UNIQUE INDEX change_seq ON change (seq);

CREATE TABLE source (
    name          TEXT PRIMARY KEY,
    enabled       INTEGER NOT NULL,
    next_at       BIGINT NOT NULL,
    -- The lease: whoever holds the token owns the run under way.
    lease         TEXT NOT NULL,
    lease_until   BIGINT NOT NULL,
    running_since BIGINT NOT NULL,
    failures      INTEGER NOT NULL,
    last_ok       TEXT NOT NULL,
    -- What the next first page is asked with (JSON), and when the run began
    -- that met the content which it stands for.
    validator     TEXT NOT NULL,
    content_since BIGINT NOT NULL
);

CREATE TABLE run (
    id       TEXT PRIMARY KEY,
    source   TEXT NOT NULL REFERENCES source (name),
    started  BIGINT NOT NULL,
    finished BIGINT NOT NULL,
    state    TEXT NOT NULL,
    err      TEXT NOT NULL,
    status   INTEGER NOT NULL,
    bytes    BIGINT NOT NULL,
    pages    BIGINT NOT NULL,
    found    BIGINT NOT NULL,
    skipped  BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    complete INTEGER NOT NULL,
    -- These four are counted by the transactions that do it.
    added    BIGINT NOT NULL,
    changed  BIGINT NOT NULL,
    closed   BIGINT NOT NULL,
    reopened BIGINT NOT NULL
);
CREATE INDEX run_source ON run (source, finished);

CREATE TABLE reject (
    run  TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    n    INTEGER NOT NULL,
    item TEXT NOT NULL,
    why  TEXT NOT NULL,
    PRIMARY KEY (run, n)
);

-- What is known about a listing. Its rows are written at every visit, so they
-- are narrow: what it says is in content.
CREATE TABLE listing (
    id         TEXT PRIMARY KEY,
    source     TEXT NOT NULL REFERENCES source (name),
    url        TEXT NOT NULL,
    grp        TEXT NOT NULL,
    hash       TEXT NOT NULL,
    key_title  TEXT NOT NULL,
    key_link   TEXT NOT NULL,
    key_text   TEXT NOT NULL,
    posted_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    dated_at   BIGINT NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen  BIGINT NOT NULL,
    last_run   TEXT NOT NULL,
    missed     INTEGER NOT NULL,
    closed_at  BIGINT NOT NULL
);
CREATE INDEX listing_grp ON listing (grp, first_seen, id);
CREATE INDEX listing_key_title ON listing (key_title, closed_at, first_seen, id);
CREATE INDEX listing_open_source ON listing (source) WHERE closed_at = 0;
CREATE INDEX listing_open_dated ON listing (dated_at, id) WHERE closed_at = 0;
CREATE INDEX listing_open_expires ON listing (expires_at) WHERE closed_at = 0 AND expires_at > 0;

-- What a listing says: the listing as JSON, and its text apart.
CREATE TABLE content (
    listing     TEXT PRIMARY KEY REFERENCES listing (id),
    doc         TEXT NOT NULL,
    description TEXT NOT NULL
);

-- +goose Up

-- Operators' sign-in links and sessions, as hashes.
CREATE TABLE operator_token (
    selector TEXT PRIMARY KEY,
    hash     TEXT NOT NULL,
    scope    TEXT NOT NULL,
    who      TEXT NOT NULL,
    created  BIGINT NOT NULL,
    expires  BIGINT NOT NULL
);

-- Who did what to what, and how it stood before and after.
CREATE TABLE audit (
    id      TEXT PRIMARY KEY,
    at      BIGINT NOT NULL,
    who     TEXT NOT NULL,
    what    TEXT NOT NULL,
    subject TEXT NOT NULL,
    was     TEXT NOT NULL,
    became  TEXT NOT NULL
);
CREATE INDEX audit_at ON audit (at);

-- Sources that operators made.
CREATE TABLE made_source (
    name      TEXT PRIMARY KEY,
    yaml      TEXT NOT NULL,
    enabled   INTEGER NOT NULL,
    permitted INTEGER NOT NULL,
    allowed   TEXT NOT NULL,
    -- The answer that the recipe was made from (JSON).
    fixture   TEXT NOT NULL,
    created   BIGINT NOT NULL,
    changed   BIGINT NOT NULL,
    by_who    TEXT NOT NULL
);

ALTER TABLE report ADD COLUMN state TEXT NOT NULL DEFAULT 'open';
CREATE INDEX report_open ON report (at) WHERE state = 'open';

-- An operator said which group the listing belongs to: collecting leaves it.
ALTER TABLE listing ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
-- An operator closed it: it stays closed until its site changes it.
ALTER TABLE listing ADD COLUMN shut INTEGER NOT NULL DEFAULT 0;

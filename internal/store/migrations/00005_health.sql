-- +goose Up

-- How many listings a run took and which fields the site filled in (JSON).
ALTER TABLE run ADD COLUMN filled TEXT NOT NULL DEFAULT '{}';

-- What a source's usual runs brought, by day (a number since 1970 UTC).
CREATE TABLE baseline (
    source TEXT NOT NULL REFERENCES source (name),
    day    BIGINT NOT NULL,
    runs   BIGINT NOT NULL,
    found  BIGINT NOT NULL,
    filled TEXT NOT NULL,
    PRIMARY KEY (source, day)
);

-- When an operator paused a source, 0 where none did.
ALTER TABLE source ADD COLUMN paused_at BIGINT NOT NULL DEFAULT 0;

CREATE TABLE incident (
    id       TEXT PRIMARY KEY,
    source   TEXT NOT NULL,
    state    TEXT NOT NULL,
    why      TEXT NOT NULL,
    since    BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    told     INTEGER NOT NULL
);
-- A source has one incident at a time.
CREATE UNIQUE INDEX incident_open ON incident (source) WHERE until_at = 0;
CREATE INDEX incident_since ON incident (since);

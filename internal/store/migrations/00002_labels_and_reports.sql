-- +goose Up

-- The version of the classifier that labelled the listing; 0 where that is
-- not known.
ALTER TABLE listing ADD COLUMN labelled INTEGER NOT NULL DEFAULT 0;
-- What is to be labelled again, the open ones (closed_at 0) first. A listing
-- without a hash has lost its text, and cannot be.
CREATE INDEX listing_labelled ON listing (labelled, closed_at, id) WHERE hash <> '';

-- What readers say is wrong, with the label that they saw.
CREATE TABLE report (
    id       TEXT PRIMARY KEY,
    listing  TEXT NOT NULL REFERENCES listing (id),
    wrong    TEXT NOT NULL,
    at       BIGINT NOT NULL,
    label    TEXT NOT NULL,
    basis    TEXT NOT NULL,
    labelled INTEGER NOT NULL,
    -- The reader's network, as a hash with the day's salt.
    network  TEXT NOT NULL
);
CREATE UNIQUE INDEX report_once ON report (listing, wrong, network);
CREATE INDEX report_at ON report (at);

-- A day's salt, a day being a number since 1970 UTC. When it is deleted,
-- nobody can find out which network a hash of that day stands for.
CREATE TABLE report_salt (
    day  BIGINT PRIMARY KEY,
    salt TEXT NOT NULL
);

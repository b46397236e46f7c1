-- +goose Up

-- The number under which the listing's duplicate group was founded: the same
-- for all its members, and kept as they come and go. 0 for those that stood
-- before mails were sent: nobody is told of them.
ALTER TABLE listing ADD COLUMN born BIGINT NOT NULL DEFAULT 0;
CREATE INDEX listing_open_born ON listing (born, grp) WHERE closed_at = 0;

-- Up to where new groups were looked at for searches that are told at once.
-- Whoever writes for several people holds this row until the commit.
INSERT INTO counter (name, value) VALUES ('watched', 0);

CREATE TABLE subscriber (
    id          TEXT PRIMARY KEY,
    email       TEXT NOT NULL,
    -- Addresses that differ in case alone are one.
    email_hash  TEXT NOT NULL,
    lang        TEXT NOT NULL,
    hour        INTEGER NOT NULL,
    zone        TEXT NOT NULL,
    created     BIGINT NOT NULL,
    -- When they, or somebody with their address, last did something.
    seen_at     BIGINT NOT NULL,
    mailed_at   BIGINT NOT NULL,
    -- The earliest due_at of their searches that are on.
    due_at      BIGINT NOT NULL,
    lease_until BIGINT NOT NULL
);
CREATE UNIQUE INDEX subscriber_email ON subscriber (email_hash);
CREATE INDEX subscriber_due ON subscriber (due_at, id) WHERE due_at > 0;

CREATE TABLE search (
    id         TEXT PRIMARY KEY,
    subscriber TEXT NOT NULL REFERENCES subscriber (id),
    query      TEXT NOT NULL,
    freq       TEXT NOT NULL,
    state      TEXT NOT NULL,
    lang       TEXT NOT NULL,
    hour       INTEGER NOT NULL,
    zone       TEXT NOT NULL,
    created    BIGINT NOT NULL,
    confirmed  BIGINT NOT NULL,
    cursor     BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    told_at    BIGINT NOT NULL,
    told       BIGINT NOT NULL,
    last       BIGINT NOT NULL,
    alive_at   BIGINT NOT NULL,
    asked_at   BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    -- When the mails of the last day with its listings were composed (JSON).
    mails      TEXT NOT NULL,
    -- Up to where there was something to tell at once, and when it is due.
    hurry      BIGINT NOT NULL,
    hurry_at   BIGINT NOT NULL
);
CREATE INDEX search_subscriber ON search (subscriber, state, due_at);
CREATE INDEX search_pending ON search (changed_at) WHERE state = 'pending';
CREATE INDEX search_stopped ON search (changed_at) WHERE state = 'stopped';
CREATE INDEX search_due ON search (due_at) WHERE state = 'on' AND due_at > 0;
CREATE INDEX search_instant ON search (id) WHERE state = 'on' AND freq = 'instant';
CREATE INDEX search_silent ON search (alive_at, id) WHERE state = 'on' AND asked_at = 0;
CREATE INDEX search_asked ON search (asked_at, id) WHERE state = 'on' AND asked_at > 0;

-- The secrets of links, as hashes.
CREATE TABLE token (
    selector   TEXT PRIMARY KEY,
    hash       TEXT NOT NULL,
    scope      TEXT NOT NULL,
    subscriber TEXT NOT NULL REFERENCES subscriber (id),
    -- What a token of the scope confirm starts; empty for others.
    search     TEXT NOT NULL,
    created    BIGINT NOT NULL,
    expires    BIGINT NOT NULL,
    -- When it started its search.
    used_at    BIGINT NOT NULL
);
CREATE INDEX token_subscriber ON token (subscriber, created);
CREATE INDEX token_search ON token (search) WHERE search <> '';
CREATE INDEX token_expires ON token (expires);

-- The outbox. Its indexes are partial, so that the few letters that wait are
-- found among the many that have ended. A letter that has ended has lost its address, words and links.
CREATE TABLE letter (
    key         TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,
    subscriber  TEXT NOT NULL,
    email       TEXT NOT NULL,
    email_hash  TEXT NOT NULL,
    domain      TEXT NOT NULL,
    lang        TEXT NOT NULL,
    subject     TEXT NOT NULL,
    text        TEXT NOT NULL,
    html        TEXT NOT NULL,
    stop        TEXT NOT NULL,
    manage      TEXT NOT NULL,
    created     BIGINT NOT NULL,
    state       TEXT NOT NULL,
    attempts    INTEGER NOT NULL,
    next_at     BIGINT NOT NULL,
    lease       TEXT NOT NULL,
    lease_until BIGINT NOT NULL,
    sent_at     BIGINT NOT NULL,
    -- When it was sent or buried.
    ended_at    BIGINT NOT NULL,
    cause       TEXT NOT NULL
);
CREATE INDEX letter_queued ON letter (next_at, key, domain, created) WHERE state = 'queued';
CREATE INDEX letter_sent ON letter (ended_at) WHERE state = 'sent';
CREATE INDEX letter_buried ON letter (ended_at) WHERE state = 'buried';
CREATE INDEX letter_email ON letter (email_hash, created);

-- Addresses that get no mail: what hash they have, and by what their owner
-- can recognise them.
CREATE TABLE suppressed (
    hash   TEXT PRIMARY KEY,
    masked TEXT NOT NULL,
    reason TEXT NOT NULL,
    at     BIGINT NOT NULL
);

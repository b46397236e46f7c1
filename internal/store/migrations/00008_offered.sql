-- +goose Up

-- The open listings by ID, for sitemaps.
CREATE INDEX listing_open_id ON listing (id, source, changed_at) WHERE closed_at = 0;

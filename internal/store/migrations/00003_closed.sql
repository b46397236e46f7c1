-- +goose Up

-- What is to be forgotten: the texts of closed listings (a listing whose text
-- is gone has no hash), and in the end the listings themselves.
CREATE INDEX listing_closed_text ON listing (source, closed_at) WHERE closed_at > 0 AND hash <> '';
CREATE INDEX listing_closed ON listing (closed_at, id) WHERE closed_at > 0;

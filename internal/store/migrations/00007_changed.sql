-- +goose Up

-- When what the listing says last changed: when it was first seen, changed
-- its content, or was met open again. Labels made anew are no change.
ALTER TABLE listing ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
UPDATE listing SET changed_at = first_seen;

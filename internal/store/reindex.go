package store

import (
	"context"
	"database/sql"
)

// RequestReindex asks whoever follows the change log to rebuild its index,
// and gives the request's number.
func (s *Store) RequestReindex(ctx context.Context) (n int64, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `
			INSERT INTO counter (name, value) VALUES ('reindex', 1)
			ON CONFLICT (name) DO UPDATE SET value = counter.value + 1
			RETURNING value`).Scan(&n)
	})
	return n, doing("ask for a new index", err)
}

// ReindexRequested is the newest request's number, ReindexDone the newest
// that was carried out; both are 0 before the first.
func (s *Store) ReindexRequested(ctx context.Context) (int64, error) {
	return s.counter(ctx, "reindex")
}

// ReindexDone: see ReindexRequested.
func (s *Store) ReindexDone(ctx context.Context) (int64, error) { return s.counter(ctx, "reindexed") }

// Reindexed notes that the requests up to n were carried out.
func (s *Store) Reindexed(ctx context.Context, n int64) error {
	return doing("note a new index", s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO counter (name, value) VALUES ('reindexed', $1)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE counter.value < excluded.value`, n)
		return err
	}))
}

func (s *Store) counter(ctx context.Context, name string) (n int64, err error) {
	rows, err := s.query(ctx, `SELECT value FROM counter WHERE name = $1`, name)
	err = each(rows, err, func(rows *sql.Rows) error { return rows.Scan(&n) })
	return n, doing("read the counter "+name, err)
}

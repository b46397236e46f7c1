package store

import (
	"context"
	"database/sql"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Changes are the entries of the change log after a number, ascending, at
// most limit. A group stands in the log once, at its newest change, so the
// numbers have gaps and the log grows with the groups and not with time. A
// follower that has read up to a number and then asks for what comes after
// it meets every group that has changed since.
func (s *Store) Changes(ctx context.Context, after int64, limit int) ([]market.Change, error) {
	var out []market.Change
	rows, err := s.query(ctx, `SELECT seq, grp FROM change WHERE seq > $1 ORDER BY seq LIMIT $2`, after, limit)
	err = each(rows, err, func(rows *sql.Rows) error {
		var c market.Change
		if err := rows.Scan(&c.Seq, &c.Group); err != nil {
			return err
		}
		out = append(out, c)
		return nil
	})
	return out, doing("read the change log", err)
}

// Head is the newest number of the change log, 0 when nothing has changed yet.
func (s *Store) Head(ctx context.Context) (int64, error) {
	return s.counter(ctx, "change")
}

// changeLog is the change log within one transaction.
//
// Invariant: beginChanges comes first in every transaction that writes
// listings, and holds the counter's row until the commit. A number is
// therefore never visible before all smaller ones are, and a follower that
// moves its cursor to the greatest number that it saw loses nothing.
type changeLog struct {
	tx      *sql.Tx
	head    int64
	groups  []string
	touched map[string]bool
}

func beginChanges(ctx context.Context, tx *sql.Tx) (*changeLog, error) {
	c := &changeLog{tx: tx, touched: map[string]bool{}}
	// An UPDATE, because SQLite has no SELECT … FOR UPDATE.
	err := tx.QueryRowContext(ctx, `UPDATE counter SET value = value WHERE name = 'change' RETURNING value`).Scan(&c.head)
	return c, doing("lock the change counter", err)
}

// next is the first number that this transaction commits if it commits any.
func (c *changeLog) next() int64 { return c.head + 1 }

// add notes that a group is not what it was.
func (c *changeLog) add(group string) {
	if !c.touched[group] {
		c.touched[group] = true
		c.groups = append(c.groups, group)
	}
}

// write enters what was noted, in order, as the last thing before the commit.
func (c *changeLog) write(ctx context.Context) error {
	if len(c.groups) == 0 {
		return nil
	}
	put, err := c.tx.PrepareContext(ctx, `
		INSERT INTO change (grp, seq) VALUES ($1, $2)
		ON CONFLICT (grp) DO UPDATE SET seq = excluded.seq`)
	if err != nil {
		return doing("write the change log", err)
	}
	defer put.Close()
	for _, g := range c.groups {
		c.head++
		if _, err := put.ExecContext(ctx, g, c.head); err != nil {
			return doing("write the change log", err)
		}
	}
	_, err = c.tx.ExecContext(ctx, `UPDATE counter SET value = $1 WHERE name = 'change'`, c.head)
	return doing("move the change counter", err)
}

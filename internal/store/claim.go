package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// cutOff is the error of a run that nobody finished.
const cutOff = "the run was cut off: its process ended, or it overran its lease"

// Claim leases the most overdue enabled source until now+lease. ErrNone says
// that none is due.
func (s *Store) Claim(ctx context.Context, now time.Time, lease time.Duration) (market.Run, error) {
	for {
		due, err := s.due(ctx, now)
		if err != nil {
			return market.Run{}, doing("claim a source", err)
		}
		if !due {
			return market.Run{}, market.ErrNone
		}
		// The condition is there twice. PostgreSQL chooses the row once, and
		// looks at the outer condition again when it had to wait for another
		// claimer: without it both would lease the same source.
		r, err := s.claim(ctx, now, lease, `
			name = (
				SELECT name FROM source
				WHERE enabled = 1 AND paused_at = 0 AND next_at <= $4 AND lease_until <= $4
				ORDER BY next_at, name LIMIT 1
			) AND enabled = 1 AND paused_at = 0 AND next_at <= $4 AND lease_until <= $4`, ms(now))
		if errors.Is(err, sql.ErrNoRows) {
			continue // Another claimer took it; there may be more.
		}
		return r, doing("claim a source", err)
	}
}

// ClaimNamed leases one source, whether due or not and whether enabled or
// not. ErrNone: a run of it is under way; ErrNotFound: there is no such source.
func (s *Store) ClaimNamed(ctx context.Context, name string, now time.Time, lease time.Duration) (market.Run, error) {
	r, err := s.claim(ctx, now, lease, `name = $4 AND lease_until <= $5`, name, ms(now))
	if !errors.Is(err, sql.ErrNoRows) {
		return r, doing("claim source "+name, err)
	}
	known := false
	rows, err := s.query(ctx, `SELECT 1 FROM source WHERE name = $1`, name)
	err = each(rows, err, func(*sql.Rows) error { known = true; return nil })
	switch {
	case err != nil:
		return r, doing("claim source "+name, err)
	case !known:
		return r, fmt.Errorf("source %q: %w", name, market.ErrNotFound)
	}
	return r, market.ErrNone
}

func (s *Store) due(ctx context.Context, now time.Time) (due bool, err error) {
	rows, err := s.query(ctx, `SELECT 1 FROM source WHERE enabled = 1 AND paused_at = 0 AND next_at <= $1 AND lease_until <= $1 LIMIT 1`, ms(now))
	err = each(rows, err, func(*sql.Rows) error { due = true; return nil })
	return due, err
}

// claim leases the source that the condition picks, whose first placeholder
// is $4, and opens the books of its run. sql.ErrNoRows: it picked none.
func (s *Store) claim(ctx context.Context, now time.Time, lease time.Duration, condition string, args ...any) (market.Run, error) {
	r := market.Run{ID: rand.Text(), Lease: rand.Text(), Started: at(ms(now))}
	err := s.write(ctx, func(tx *sql.Tx) error {
		var validator string
		err := tx.QueryRowContext(ctx,
			`UPDATE source SET lease = $1, lease_until = $2, running_since = $3 WHERE `+condition+`
			RETURNING name, failures, validator`,
			append([]any{r.Lease, ms(now.Add(lease)), ms(now)}, args...)...).Scan(&r.Source, &r.Failures, &validator)
		if err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(validator), &r.Validator); err != nil {
			return fmt.Errorf("validator of source %s: %w", r.Source, err)
		}
		// The last run left its books open: it was cut off.
		res, err := tx.ExecContext(ctx, `UPDATE run SET state = $1, err = $2, finished = $3 WHERE source = $4 AND finished = 0`,
			market.RunFailed, cutOff, ms(now), r.Source)
		if err != nil {
			return err
		}
		cut, err := res.RowsAffected()
		if err != nil {
			return err
		}
		if cut > 0 {
			r.Failures += int(cut)
			if _, err := tx.ExecContext(ctx, `UPDATE source SET failures = $1 WHERE name = $2`, r.Failures, r.Source); err != nil {
				return err
			}
		}
		var previous int64
		if err := tx.QueryRowContext(ctx, `
			SELECT COALESCE(MAX(started), 0) FROM run WHERE source = $1 AND (status > 0 OR state <> $2)`,
			r.Source, market.RunUnreachable).Scan(&previous); err != nil {
			return err
		}
		r.Previous = at(previous)
		_, err = tx.ExecContext(ctx, `
			INSERT INTO run (id, source, started, finished, state, err, status, bytes, pages, found, skipped, rejected,
				complete, added, changed, closed, reopened)
			VALUES ($1, $2, $3, 0, '', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)`, r.ID, r.Source, ms(now))
		return err
	})
	if err != nil {
		return market.Run{}, err
	}
	return r, nil
}

// Renew makes a run's lease last until now+lease. ErrNone: it has passed to
// another.
func (s *Store) Renew(ctx context.Context, r market.Run, now time.Time, lease time.Duration) error {
	return doing("renew the lease of "+r.Source, s.write(ctx, func(tx *sql.Tx) error {
		if err := own(ctx, tx, r); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE source SET lease_until = $1 WHERE name = $2`, ms(now.Add(lease)), r.Source)
		return err
	}))
}

// Release ends the lease of a run that asked its site for nothing, as if it
// had not been: no run is recorded. A next that is not zero is when the
// source is due; otherwise that stays as it was. ErrNone: the run's lease has
// passed to another.
func (s *Store) Release(ctx context.Context, r market.Run, next time.Time) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		if err := own(ctx, tx, r); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `
			UPDATE source SET lease = '', lease_until = 0, running_since = 0, next_at = COALESCE(NULLIF(CAST($1 AS BIGINT), 0), next_at)
			WHERE name = $2`, ms(next), r.Source); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM run WHERE id = $1`, r.ID)
		return err
	})
	return doing("release "+r.Source, err)
}

// own fails with ErrNone unless the run still has its source's lease.
//
// Invariant: whatever a run writes, it writes in a transaction that has
// called own, which holds the source's row until the commit. A claim writes
// the same row, so it comes either before (and the run writes nothing) or
// after (and finds all that the run wrote). A lease that ended but that
// nobody has taken is still the run's.
func own(ctx context.Context, tx *sql.Tx, r market.Run) error {
	if r.Lease == "" {
		return market.ErrNone
	}
	res, err := tx.ExecContext(ctx, `UPDATE source SET lease_until = lease_until WHERE name = $1 AND lease = $2`, r.Source, r.Lease)
	if err != nil {
		return doing("check the lease", err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return doing("check the lease", err)
	}
	if n == 0 {
		return market.ErrNone
	}
	return nil
}

// Rejects of a run beyond maxRejects are counted in its outcome but not
// kept; an item is kept up to maxItem bytes.
const (
	maxRejects = 100
	maxItem    = 2000
)

// Rejected keeps rejected items of a run for the operator, up to 100 a run.
// ErrNone: the run's lease has passed to another.
func (s *Store) Rejected(ctx context.Context, r market.Run, rejects []market.Reject) error {
	if len(rejects) == 0 {
		return nil
	}
	err := s.write(ctx, func(tx *sql.Tx) error {
		if err := own(ctx, tx, r); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM reject WHERE run = $1`, r.ID).Scan(&n); err != nil {
			return err
		}
		for _, j := range rejects[:min(len(rejects), max(0, maxRejects-n))] {
			n++
			item := text(j.Item[:min(len(j.Item), maxItem)])
			if _, err := tx.ExecContext(ctx, `INSERT INTO reject (run, n, item, why) VALUES ($1, $2, $3, $4)`,
				r.ID, n, item, text(j.Why)); err != nil {
				return err
			}
		}
		return nil
	})
	return doing("keep rejected items of "+r.Source, err)
}

// Rejects are the rejected items that were kept of a run, in their order.
func (s *Store) Rejects(ctx context.Context, runID string) ([]market.Reject, error) {
	var out []market.Reject
	rows, err := s.query(ctx, `SELECT item, why FROM reject WHERE run = $1 ORDER BY n`, runID)
	err = each(rows, err, func(rows *sql.Rows) error {
		var j market.Reject
		if err := rows.Scan(&j.Item, &j.Why); err != nil {
			return err
		}
		out = append(out, j)
		return nil
	})
	return out, doing("read rejected items", err)
}

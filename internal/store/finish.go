package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Finish closes the run's books in one transaction and ends its lease. It
// gives back the outcome with the store's own counts.
//
// A run that did not fail closes, besides what its batches closed:
//   - when it is complete, the open listings of its source that it and the
//     complete runs before it, CloseAfter in all, did not mention;
//   - open listings of its source that were last seen more than maxAge
//     before its end (0: never);
//   - open listings of any source whose own term has passed, so that those
//     of a source that is off or down do not stand for ever.
//
// After RunUnchanged everything that stood in the unchanged content counts
// as seen, and nothing as unmentioned. A failed run closes nothing, and keeps
// the validator as it was; so does a partial one, for what it did not reach
// must be asked for again.
//
// A run as usual becomes part of what is usual for its source (Baseline).
//
// ErrNone: the run's lease has passed to another; nothing is written.
func (s *Store) Finish(ctx context.Context, r market.Run, o market.Outcome, maxAge time.Duration) (market.Outcome, error) {
	err := s.write(ctx, func(tx *sql.Tx) error {
		log, err := beginChanges(ctx, tx)
		if err != nil {
			return err
		}
		if err := own(ctx, tx, r); err != nil {
			return err
		}
		closed := 0
		if o.State == market.RunUnchanged {
			if err := seeUnchanged(ctx, tx, r, o); err != nil {
				return err
			}
		}
		if !o.State.Failed() {
			if closed, err = sweep(ctx, tx, log, r, o, maxAge); err != nil {
				return err
			}
		}
		if err := log.write(ctx); err != nil {
			return err
		}
		filled, err := json.Marshal(o.Filled)
		if err != nil {
			return doing("record the run", err)
		}
		if err := tx.QueryRowContext(ctx, `
			UPDATE run SET finished = $1, state = $2, err = $3, status = $4, bytes = $5, pages = $6, found = $7,
				skipped = $8, rejected = $9, complete = $10, closed = closed + $11, filled = $12
			WHERE id = $13
			RETURNING added, changed, closed, reopened`,
			ms(o.Finished), o.State, text(o.Err), o.Status, o.Bytes, o.Pages, o.Found,
			o.Skipped, o.Rejected, btoi(o.Complete), closed, string(filled), r.ID,
		).Scan(&o.New, &o.Changed, &o.Closed, &o.Reopened); err != nil {
			return doing("record the run", err)
		}
		if err := release(ctx, tx, r, o); err != nil {
			return err
		}
		if err := learnBaseline(ctx, tx, r.Source, o); err != nil {
			return err
		}
		return forgetRuns(ctx, tx, r.Source)
	})
	return o, doing("finish a run of "+r.Source, err)
}

// seeUnchanged notes as seen what stood in the content that the site says is
// unchanged: what was met since the run began that fetched it. Older ones
// had left it already, and go on ageing.
func seeUnchanged(ctx context.Context, tx *sql.Tx, r market.Run, o market.Outcome) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE listing SET last_seen = $1, last_run = $2
		WHERE source = $3 AND closed_at = 0 AND last_seen >= (SELECT content_since FROM source WHERE name = $3)`,
		ms(o.Finished), r.ID, r.Source)
	return doing("note unchanged listings as seen", err)
}

func sweep(ctx context.Context, tx *sql.Tx, log *changeLog, r market.Run, o market.Outcome, maxAge time.Duration) (closed int, err error) {
	shut := func(condition string, args ...any) error {
		rows, err := tx.QueryContext(ctx,
			`UPDATE listing SET closed_at = $1 WHERE closed_at = 0 AND `+condition+` RETURNING grp, source`,
			append([]any{ms(o.Finished)}, args...)...)
		return each(rows, err, func(rows *sql.Rows) error {
			var grp, source string
			if err := rows.Scan(&grp, &source); err != nil {
				return err
			}
			log.add(grp)
			if source == r.Source {
				closed++
			}
			return nil
		})
	}
	if o.Complete && o.CloseAfter > 0 && o.State != market.RunUnchanged {
		if _, err := tx.ExecContext(ctx,
			`UPDATE listing SET missed = missed + 1 WHERE closed_at = 0 AND source = $1 AND last_run <> $2`, r.Source, r.ID); err != nil {
			return 0, doing("count unmentioned listings", err)
		}
		if err := shut(`source = $2 AND last_run <> $3 AND missed >= $4`, r.Source, r.ID, o.CloseAfter); err != nil {
			return 0, doing("close unmentioned listings", err)
		}
	}
	if maxAge > 0 {
		if err := shut(`source = $2 AND last_seen < $3`, r.Source, ms(o.Finished.Add(-maxAge))); err != nil {
			return 0, doing("close old listings", err)
		}
	}
	if err := shut(`expires_at > 0 AND expires_at <= $2`, ms(o.Finished)); err != nil {
		return 0, doing("close expired listings", err)
	}
	return closed, nil
}

// release ends the lease and says how the source stands after the run.
func release(ctx context.Context, tx *sql.Tx, r market.Run, o market.Outcome) error {
	var err error
	if o.State.Failed() {
		_, err = tx.ExecContext(ctx, `
			UPDATE source SET lease = '', lease_until = 0, running_since = 0, next_at = $1, failures = failures + 1
			WHERE name = $2`, ms(o.Next), r.Source)
	} else {
		_, err = tx.ExecContext(ctx, `
			UPDATE source SET lease = '', lease_until = 0, running_since = 0, next_at = $1, failures = 0, last_ok = $2
			WHERE name = $3`, ms(o.Next), r.ID, r.Source)
	}
	if err != nil {
		return doing("end the lease", err)
	}
	if o.State == market.RunOK {
		_, err = tx.ExecContext(ctx, `UPDATE source SET content_since = $1 WHERE name = $2`, ms(r.Started), r.Source)
		if err != nil {
			return doing("keep the content's date", err)
		}
	}
	if o.State == market.RunOK || o.State == market.RunUnchanged && o.Validator != (market.Validator{}) {
		v, err := json.Marshal(o.Validator)
		if err != nil {
			return doing("keep the validator", err)
		}
		if _, err := tx.ExecContext(ctx, `UPDATE source SET validator = $1 WHERE name = $2`, text(string(v)), r.Source); err != nil {
			return doing("keep the validator", err)
		}
	}
	return nil
}

// forgetRuns keeps a source's newest runs and its last that did not fail;
// what the others rejected goes with them.
func forgetRuns(ctx context.Context, tx *sql.Tx, source string) error {
	_, err := tx.ExecContext(ctx, `
		DELETE FROM run WHERE source = $1 AND finished > 0
			AND id NOT IN (SELECT id FROM run WHERE source = $1 AND finished > 0 ORDER BY finished DESC, started DESC, id LIMIT $2)
			AND id NOT IN (SELECT last_ok FROM source WHERE name = $1)`, source, keptRuns)
	return doing("forget old runs", err)
}

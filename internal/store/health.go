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

// keptIncidents is how long an incident that has ended is kept.
const keptIncidents = 365 * 24 * time.Hour

func dayOf(t time.Time) int64 { return ms(t) / (24 * time.Hour).Milliseconds() }

// baselineOf is what a source used to bring before an instant.
func baselineOf(ctx context.Context, tx *sql.Tx, source string, now time.Time) (b market.Baseline, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT source, runs, found, filled FROM baseline WHERE source = $1 AND day >= $2`,
		source, dayOf(now.Add(-market.BaselineFor)))
	err = each(rows, err, func(rows *sql.Rows) error {
		_, day, err := scanBaseline(rows)
		b.Runs, b.Found = b.Runs+day.Runs, b.Found+day.Found
		b.Add(day.Completeness)
		return err
	})
	return b, doing("read a source's baseline", err)
}

func scanBaseline(rows *sql.Rows) (source string, b market.Baseline, err error) {
	var filled []byte
	if err := rows.Scan(&source, &b.Runs, &b.Found, &filled); err != nil {
		return "", b, err
	}
	if err := json.Unmarshal(filled, &b.Completeness); err != nil {
		return "", b, fmt.Errorf("the baseline of %s: %w", source, err)
	}
	return source, b, nil
}

// learnBaseline adds a finished run to its source's baseline, where it
// belongs there.
func learnBaseline(ctx context.Context, tx *sql.Tx, source string, o market.Outcome) error {
	b, err := baselineOf(ctx, tx, source, o.Finished)
	if err != nil || !b.Takes(o) {
		return err
	}
	day := dayOf(o.Finished)
	var today market.Baseline
	rows, err := tx.QueryContext(ctx, `SELECT source, runs, found, filled FROM baseline WHERE source = $1 AND day = $2`, source, day)
	err = each(rows, err, func(rows *sql.Rows) (err error) {
		_, today, err = scanBaseline(rows)
		return err
	})
	if err != nil {
		return doing("read a source's baseline", err)
	}
	today.Add(o.Filled)
	filled, err := json.Marshal(today.Completeness)
	if err != nil {
		return doing("write a source's baseline", err)
	}
	if _, err := tx.ExecContext(ctx, `
		INSERT INTO baseline (source, day, runs, found, filled) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (source, day) DO UPDATE SET runs = excluded.runs, found = excluded.found, filled = excluded.filled`,
		source, day, today.Runs+1, today.Found+o.Found, string(filled)); err != nil {
		return doing("write a source's baseline", err)
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM baseline WHERE source = $1 AND day < $2`, source, dayOf(o.Finished.Add(-market.BaselineFor)))
	return doing("forget old baselines", err)
}

// OpenIncidents are the incidents that last, at most one a source.
func (s *Store) OpenIncidents(ctx context.Context) ([]market.Incident, error) {
	return s.incidents(ctx, `WHERE until_at = 0 ORDER BY since DESC, id LIMIT $1`, 10_000)
}

// Incidents are the newest incidents, those that last included, newest first.
func (s *Store) Incidents(ctx context.Context, limit int) ([]market.Incident, error) {
	return s.incidents(ctx, `ORDER BY since DESC, id LIMIT $1`, limit)
}

func (s *Store) incidents(ctx context.Context, rest string, args ...any) ([]market.Incident, error) {
	var out []market.Incident
	rows, err := s.query(ctx, `SELECT id, source, state, why, since, until_at, told FROM incident `+rest, args...)
	err = each(rows, err, func(rows *sql.Rows) error {
		var in market.Incident
		var why []byte
		var since, until, told int64
		if err := rows.Scan(&in.ID, &in.Source, &in.State, &why, &since, &until, &told); err != nil {
			return err
		}
		in.Since, in.Until, in.Told = at(since), at(until), told == 1
		out = append(out, in)
		return json.Unmarshal(why, &out[len(out)-1].Why)
	})
	return out, doing("read incidents", err)
}

// Turn moves a source's incident on with the letters that tell of it, in one
// transaction: see health.Store.
func (s *Store) Turn(ctx context.Context, was *market.Incident, is market.Incident, letters []market.Letter) error {
	why, err := json.Marshal(is.Why)
	if err != nil {
		return doing("note an incident", err)
	}
	err = s.write(ctx, func(tx *sql.Tx) error {
		var res sql.Result
		var err error
		if was == nil {
			res, err = tx.ExecContext(ctx, `
				INSERT INTO incident (id, source, state, why, since, until_at, told) VALUES ($1, $2, $3, $4, $5, $6, $7)
				ON CONFLICT (source) WHERE until_at = 0 DO NOTHING`,
				rand.Text(), is.Source, is.State, text(string(why)), ms(is.Since), ms(is.Until), btoi(is.Told))
		} else {
			res, err = tx.ExecContext(ctx, `
				UPDATE incident SET state = $1, why = $2, until_at = $3, told = $4
				WHERE id = $5 AND until_at = 0 AND state = $6 AND told = $7`,
				is.State, text(string(why)), ms(is.Until), btoi(is.Told), was.ID, was.State, btoi(was.Told))
		}
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, market.ErrNone)
		}
		if _, err := file(ctx, tx, letters...); err != nil {
			return err
		}
		if is.Until.IsZero() {
			return nil
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM incident WHERE until_at > 0 AND until_at < $1`, ms(is.Until.Add(-keptIncidents)))
		return err
	})
	return doing("note an incident", err)
}

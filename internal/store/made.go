package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// StoredSources are the sources that operators made, by name.
func (s *Store) StoredSources(ctx context.Context) ([]market.StoredSource, error) {
	var out []market.StoredSource
	rows, err := s.query(ctx, `SELECT name, yaml, enabled, permitted, allowed, fixture, created, changed, by_who FROM made_source ORDER BY name`)
	err = each(rows, err, func(rows *sql.Rows) error {
		var m market.StoredSource
		var enabled, permitted, created, changed int64
		var fixture []byte
		if err := rows.Scan(&m.Name, &m.YAML, &enabled, &permitted, &m.Allowed, &fixture, &created, &changed, &m.By); err != nil {
			return err
		}
		m.Enabled, m.Permitted, m.Created, m.Changed = enabled == 1, permitted == 1, at(created), at(changed)
		out = append(out, m)
		return json.Unmarshal(fixture, &out[len(out)-1].Fixture)
	})
	return out, doing("read the sources that operators made", err)
}

// SaveSource puts a source in the place of the one of its name whose Changed
// is was (zero for a new one). ErrNone: it was changed meanwhile, or there is
// one already.
func (s *Store) SaveSource(ctx context.Context, m market.StoredSource, was time.Time, a market.Audit) error {
	fixture, err := json.Marshal(m.Fixture)
	if err != nil {
		return doing("save a source", err)
	}
	return s.change(ctx, "save a source", a, func(tx *sql.Tx, a *market.Audit) error {
		a.After = m.YAML
		var res sql.Result
		var err error
		if was.IsZero() {
			res, err = tx.ExecContext(ctx, `
				INSERT INTO made_source (name, yaml, enabled, permitted, allowed, fixture, created, changed, by_who)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (name) DO NOTHING`,
				m.Name, text(m.YAML), btoi(m.Enabled), btoi(m.Permitted), text(m.Allowed), text(string(fixture)), ms(a.At), ms(a.At), text(m.By))
		} else {
			if err := tx.QueryRowContext(ctx, `SELECT yaml FROM made_source WHERE name = $1`, m.Name).Scan(&a.Before); err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
			// Two changes within a millisecond must differ too.
			changed := max(ms(a.At), ms(was)+1)
			res, err = tx.ExecContext(ctx, `
				UPDATE made_source SET yaml = $1, enabled = $2, permitted = $3, allowed = $4, fixture = $5, changed = $6, by_who = $7
				WHERE name = $8 AND changed = $9`,
				text(m.YAML), btoi(m.Enabled), btoi(m.Permitted), text(m.Allowed), text(string(fixture)), changed, text(m.By), m.Name, ms(was))
		}
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, market.ErrNone)
		}
		return nil
	})
}

// DeleteSource removes a source that an operator made, and closes its
// listings. ErrNotFound: there is none.
func (s *Store) DeleteSource(ctx context.Context, name string, a market.Audit) error {
	return s.change(ctx, "delete a source", a, func(tx *sql.Tx, a *market.Audit) error {
		log, err := beginChanges(ctx, tx)
		if err != nil {
			return err
		}
		err = tx.QueryRowContext(ctx, `DELETE FROM made_source WHERE name = $1 RETURNING yaml`, name).Scan(&a.Before)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("source %q: %w", name, market.ErrNotFound)
		}
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE source SET enabled = 0 WHERE name = $1`, name); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `UPDATE listing SET closed_at = $1 WHERE source = $2 AND closed_at = 0 RETURNING grp`, ms(a.At), name)
		if err := each(rows, err, func(rows *sql.Rows) error {
			var grp string
			err := rows.Scan(&grp)
			log.add(grp)
			return err
		}); err != nil {
			return err
		}
		return log.write(ctx)
	})
}

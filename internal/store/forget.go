package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

const (
	// keptClosed is how long a closed listing is kept at all, without its
	// text.
	keptClosed = 90 * 24 * time.Hour
	// keptRejects is how long rejected items, which hold the site's words, are
	// kept for the operator where the texts are kept shorter.
	keptRejects = 24 * time.Hour
)

// Forget gives up what may be kept no longer, at most limit of each:
//
//   - open listings whose own term has passed, and those that were not seen
//     for as long as their source's terms demand, are closed, whether or not
//     their site can be reached;
//   - closed listings lose the site's words when their source's time for that
//     has passed (see market.Listing.WithoutText), and rejected items go;
//   - listings that have been closed for 90 days are deleted.
//
// Of a source that keeps does not name, nothing is known: its texts go at
// once. It says how much it did; ErrNone: there was nothing to do.
//
// Each of these is a transaction of its own, which a dead process has done or
// has not. Where nothing is to be done none is begun.
//
// Invariant: a listing whose text is gone has the empty hash, so that it is
// another content than any that its site sends: when it reopens it is written
// anew. A deleted group's line stays in the change log, so that an index
// which has been away for longer meets it there.
func (s *Store) Forget(ctx context.Context, keeps []market.Keeping, now time.Time, limit int) (did int, err error) {
	known, err := s.keepings(ctx, keeps)
	if err != nil {
		return 0, doing("forget listings", err)
	}
	for _, step := range []func() (int, error){
		func() (int, error) { return s.closeOverdue(ctx, known, now, limit) },
		func() (int, error) { return s.forgetTexts(ctx, known, now, limit) },
		func() (int, error) { return s.forgetRejects(ctx, known, now, limit) },
		func() (int, error) { return s.forgetClosed(ctx, now, limit) },
	} {
		n, err := step()
		did += n
		if err != nil {
			return did, doing("forget listings", err)
		}
	}
	if did == 0 {
		return 0, market.ErrNone
	}
	return did, nil
}

// keepings are those of all sources that the store knows.
func (s *Store) keepings(ctx context.Context, keeps []market.Keeping) ([]market.Keeping, error) {
	var out []market.Keeping
	rows, err := s.query(ctx, `SELECT name FROM source ORDER BY name`)
	err = each(rows, err, func(rows *sql.Rows) error {
		var k market.Keeping
		if err := rows.Scan(&k.Source); err != nil {
			return err
		}
		for _, known := range keeps {
			if known.Source == k.Source {
				k = known
			}
		}
		out = append(out, k)
		return nil
	})
	return out, err
}

// ids reads the ids that a statement of the read pool picks.
func (s *Store) ids(ctx context.Context, text string, args ...any) ([]string, error) {
	var out []string
	rows, err := s.query(ctx, text, args...)
	err = each(rows, err, func(rows *sql.Rows) error {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		out = append(out, id)
		return nil
	})
	return out, err
}

func (s *Store) closeOverdue(ctx context.Context, keeps []market.Keeping, now time.Time, limit int) (int, error) {
	closed := 0
	// overdue is a condition, its placeholders from the number on.
	shut := func(overdue func(from int) string, args ...any) error {
		text := fmt.Sprintf(`SELECT id FROM listing WHERE %s ORDER BY id LIMIT $%d`, overdue(1), len(args)+1)
		ids, err := s.ids(ctx, text, append(slices.Clone(args), limit)...)
		if err != nil || len(ids) == 0 {
			return err
		}
		return s.write(ctx, func(tx *sql.Tx) error {
			log, err := beginChanges(ctx, tx)
			if err != nil {
				return err
			}
			text := fmt.Sprintf(`UPDATE listing SET closed_at = $1 WHERE id = $2 AND %s RETURNING grp`, overdue(3))
			for _, id := range ids {
				var group string
				err := tx.QueryRowContext(ctx, text, append([]any{ms(now), id}, args...)...).Scan(&group)
				if errors.Is(err, sql.ErrNoRows) {
					continue // It was seen, or closed, since.
				}
				if err != nil {
					return doing("close an overdue listing", err)
				}
				log.add(group)
				closed++
			}
			return log.write(ctx)
		})
	}
	past := func(n int) string {
		return fmt.Sprintf(`closed_at = 0 AND expires_at > 0 AND expires_at <= $%d`, n)
	}
	if err := shut(past, ms(now)); err != nil {
		return 0, err
	}
	unseen := func(n int) string {
		return fmt.Sprintf(`closed_at = 0 AND source = $%d AND last_seen <= $%d`, n, n+1)
	}
	for _, k := range keeps {
		if k.Refresh <= 0 {
			continue
		}
		if err := shut(unseen, k.Source, ms(now.Add(-k.Refresh))); err != nil {
			return closed, err
		}
	}
	return closed, nil
}

func (s *Store) forgetTexts(ctx context.Context, keeps []market.Keeping, now time.Time, limit int) (int, error) {
	forgotten := 0
	for _, k := range keeps {
		until := ms(now.Add(-k.Text))
		ids, err := s.ids(ctx, `
			SELECT id FROM listing WHERE source = $1 AND closed_at > 0 AND hash <> '' AND closed_at <= $2
			ORDER BY closed_at LIMIT $3`, k.Source, until, limit)
		if err != nil {
			return forgotten, err
		}
		if len(ids) == 0 {
			continue
		}
		n := 0
		err = s.write(ctx, func(tx *sql.Tx) error {
			if _, err := beginChanges(ctx, tx); err != nil {
				return err
			}
			for _, id := range ids {
				gone, err := forgetText(ctx, tx, id, until)
				if err != nil {
					return doing("forget the text of listing "+id, err)
				}
				n += btoi(gone)
			}
			return nil
		})
		if err != nil {
			return forgotten, err
		}
		forgotten += n
	}
	return forgotten, nil
}

// forgetText forgets the text of a listing that was closed by a time; one
// that has reopened since keeps it.
func forgetText(ctx context.Context, tx *sql.Tx, id string, until int64) (gone bool, err error) {
	res, err := tx.ExecContext(ctx, `UPDATE listing SET hash = '' WHERE id = $1 AND closed_at > 0 AND closed_at <= $2`, id, until)
	if err != nil {
		return false, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	var doc []byte
	if err := tx.QueryRowContext(ctx, `SELECT doc FROM content WHERE listing = $1`, id).Scan(&doc); err != nil {
		return false, err
	}
	var l market.Listing
	if err := json.Unmarshal(doc, &l); err != nil {
		return false, err
	}
	bare, err := json.Marshal(l.WithoutText())
	if err != nil {
		return false, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE content SET doc = $1, description = '' WHERE listing = $2`, string(bare), id)
	return true, err
}

func (s *Store) forgetRejects(ctx context.Context, keeps []market.Keeping, now time.Time, limit int) (int, error) {
	forgotten := 0
	for _, k := range keeps {
		runs, err := s.ids(ctx, `
			SELECT id FROM run WHERE source = $1 AND finished > 0 AND finished <= $2
				AND EXISTS (SELECT 1 FROM reject WHERE reject.run = run.id)
			ORDER BY finished LIMIT $3`, k.Source, ms(now.Add(-max(k.Text, keptRejects))), min(limit, maxList))
		if err != nil {
			return forgotten, err
		}
		if len(runs) == 0 {
			continue
		}
		list, args := in(1, runs)
		err = s.write(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `DELETE FROM reject WHERE run IN `+list, args...)
			return err
		})
		if err != nil {
			return forgotten, doing("forget rejected items", err)
		}
		forgotten += len(runs)
	}
	return forgotten, nil
}

func (s *Store) forgetClosed(ctx context.Context, now time.Time, limit int) (int, error) {
	until := ms(now.Add(-keptClosed))
	ids, err := s.ids(ctx, `SELECT id FROM listing WHERE closed_at > 0 AND closed_at <= $1 ORDER BY closed_at, id LIMIT $2`, until, limit)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	deleted := 0
	err = s.write(ctx, func(tx *sql.Tx) error {
		log, err := beginChanges(ctx, tx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			gone, err := forgetListing(ctx, tx, log, id, until)
			if err != nil {
				return doing("delete listing "+id, err)
			}
			deleted += btoi(gone)
		}
		return log.write(ctx)
	})
	if err != nil {
		return 0, err
	}
	return deleted, nil
}

// forgetListing deletes a listing that was closed by a time, with what hangs
// on it; one that has reopened since stays. When it gave its group the name,
// the oldest of those left behind gives it (see group).
func forgetListing(ctx context.Context, tx *sql.Tx, log *changeLog, id string, until int64) (gone bool, err error) {
	var heir string
	err = tx.QueryRowContext(ctx, `
		SELECT COALESCE((SELECT id FROM listing WHERE grp = $1 AND id <> $1 ORDER BY first_seen, id LIMIT 1), '')
		FROM listing WHERE id = $1 AND closed_at > 0 AND closed_at <= $2`, id, until).Scan(&heir)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if heir != "" {
		if _, err := tx.ExecContext(ctx, `UPDATE listing SET grp = $1 WHERE grp = $2`, heir, id); err != nil {
			return false, err
		}
		log.add(id)
		log.add(heir)
	}
	for _, statement := range []string{
		`DELETE FROM report WHERE listing = $1`,
		`DELETE FROM content WHERE listing = $1`,
		`DELETE FROM listing WHERE id = $1`,
	} {
		if _, err := tx.ExecContext(ctx, statement, id); err != nil {
			return false, err
		}
	}
	return true, nil
}

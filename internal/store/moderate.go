package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// OpenReports are the reports that nobody has seen to, those of one kind
// about one listing and label as one, the newest first.
func (s *Store) OpenReports(ctx context.Context, limit int) ([]market.Reported, error) {
	out, err := s.reports(ctx, `state = 'open' AND at >= $1`, 0)
	return out[:min(len(out), limit)], doing("read open reports", err)
}

// SettleReports settles all open reports about listings.
func (s *Store) SettleReports(ctx context.Context, listings []string, state market.ReportState, a market.Audit) error {
	return s.change(ctx, "settle reports", a, func(tx *sql.Tx, a *market.Audit) error {
		a.Subject, a.Before, a.After = strings.Join(listings, " "), string(market.ReportOpen), string(state)
		return ofMany(listings, func(ids []string) error {
			list, args := in(2, ids)
			_, err := tx.ExecContext(ctx, `UPDATE report SET state = $1 WHERE state = 'open' AND listing IN `+list, append([]any{state}, args...)...)
			return err
		})
	})
}

// CloseListings closes listings by hand. They stay closed until their site
// changes what they say.
func (s *Store) CloseListings(ctx context.Context, ids []string, a market.Audit) error {
	return s.change(ctx, "close listings", a, func(tx *sql.Tx, a *market.Audit) error {
		a.Subject, a.After = strings.Join(ids, " "), "closed"
		log, err := beginChanges(ctx, tx)
		if err != nil {
			return err
		}
		err = ofMany(ids, func(ids []string) error {
			list, args := in(2, ids)
			rows, err := tx.QueryContext(ctx, `
				UPDATE listing SET shut = 1, closed_at = CASE WHEN closed_at = 0 THEN $1 ELSE closed_at END
				WHERE id IN `+list+` RETURNING grp`, append([]any{ms(a.At)}, args...)...)
			return each(rows, err, func(rows *sql.Rows) error {
				var grp string
				err := rows.Scan(&grp)
				log.add(grp)
				return err
			})
		})
		if err != nil {
			return err
		}
		return log.write(ctx)
	})
}

// SplitListing takes a listing out of its duplicate group for good: it and
// those that it leaves stay where they are, whatever they come to say.
// ErrNotFound: there is no such listing; ErrNone: it is alone already.
func (s *Store) SplitListing(ctx context.Context, id string, a market.Audit) error {
	return s.change(ctx, "split a group", a, func(tx *sql.Tx, a *market.Audit) error {
		log, err := beginChanges(ctx, tx)
		if err != nil {
			return err
		}
		members, err := membersOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(members) < 2 {
			return market.ErrNone
		}
		rest := ""
		for _, m := range members {
			if m.id != id && rest == "" {
				rest = m.id
			}
		}
		if members[0].grp != id {
			rest = members[0].grp
		}
		a.Subject, a.Before, a.After = id, members[0].grp, id
		for _, m := range members {
			to := rest
			if m.id == id {
				to = id
			}
			if _, err := tx.ExecContext(ctx, `UPDATE listing SET grp = $1, pinned = 1 WHERE id = $2`, to, m.id); err != nil {
				return err
			}
		}
		log.add(id)
		log.add(rest)
		return log.write(ctx)
	})
}

// MergeListings puts listings, with all that they are grouped with, into the
// group of the first of them, for good. ErrNotFound: one of them is not
// there; ErrNone: they are one group already.
func (s *Store) MergeListings(ctx context.Context, ids []string, a market.Audit) error {
	return s.change(ctx, "merge groups", a, func(tx *sql.Tx, a *market.Audit) error {
		log, err := beginChanges(ctx, tx)
		if err != nil {
			return err
		}
		var all []grouped
		groups := map[string]bool{}
		for _, id := range ids {
			members, err := membersOf(ctx, tx, id)
			if err != nil {
				return err
			}
			if !groups[members[0].grp] {
				groups[members[0].grp] = true
				all = append(all, members...)
			}
		}
		if len(groups) < 2 {
			return market.ErrNone
		}
		// The group's number is the least: what was told is not told again.
		into, born := all[0].grp, all[0].born
		for _, m := range all {
			born = min(born, m.born)
		}
		a.Subject, a.Before, a.After = into, strings.Join(ids, " "), into
		for _, m := range all {
			log.add(m.grp)
			if _, err := tx.ExecContext(ctx, `UPDATE listing SET grp = $1, born = $2, pinned = 1 WHERE id = $3`, into, born, m.id); err != nil {
				return err
			}
		}
		return log.write(ctx)
	})
}

// grouped is a listing of a group.
type grouped struct {
	id, grp string
	born    int64
}

// membersOf are the members of a listing's group, the oldest first.
func membersOf(ctx context.Context, tx *sql.Tx, id string) ([]grouped, error) {
	var out []grouped
	rows, err := tx.QueryContext(ctx, `
		SELECT id, grp, born FROM listing WHERE grp = (SELECT grp FROM listing WHERE id = $1) ORDER BY first_seen, id`, id)
	err = each(rows, err, func(rows *sql.Rows) error {
		var m grouped
		err := rows.Scan(&m.id, &m.grp, &m.born)
		out = append(out, m)
		return err
	})
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("listing %q: %w", id, market.ErrNotFound)
	}
	return out, err
}

// ofMany goes through ids in lists that a statement takes.
func ofMany(ids []string, fn func(ids []string) error) error {
	for len(ids) > 0 {
		n := min(len(ids), maxList)
		if err := fn(ids[:n]); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

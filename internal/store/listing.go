package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// page is how many groups Open and Browse read at a time.
const page = 256

// browseCap is how many groups Browse looks at.
const browseCap = 5000

// Listing is one listing, open or closed, with the other open ones of its
// group in AlsoOn. It fails with ErrNotFound.
func (s *Store) Listing(ctx context.Context, id string) (market.Listing, error) {
	rows, err := s.members(ctx, `id = $1 OR closed_at = 0 AND grp = (SELECT grp FROM listing WHERE id = $1)`, id)
	if err != nil {
		return market.Listing{}, doing("read a listing", err)
	}
	l, found := market.Listing{}, false
	var also []market.Copy
	for _, m := range rows {
		if m.ID == id {
			l, found = m, true
		} else {
			also = append(also, copyOf(m))
		}
	}
	if !found {
		return market.Listing{}, fmt.Errorf("listing %q: %w", id, market.ErrNotFound)
	}
	l.AlsoOn = also
	one := []market.Listing{l}
	if err := s.fill(ctx, one); err != nil {
		return market.Listing{}, doing("read a listing", err)
	}
	return one[0], nil
}

// Groups are the groups' representatives in the order asked: of each its
// oldest open listing, the other open ones in AlsoOn. Groups that are closed
// or unknown are left out.
func (s *Store) Groups(ctx context.Context, groups []string) ([]market.Listing, error) {
	out := make([]market.Listing, 0, len(groups))
	for len(groups) > 0 {
		n := min(len(groups), maxList)
		ls, err := s.groups(ctx, groups[:n])
		if err != nil {
			return nil, doing("read duplicate groups", err)
		}
		out = append(out, ls...)
		groups = groups[n:]
	}
	return out, nil
}

func (s *Store) groups(ctx context.Context, groups []string) ([]market.Listing, error) {
	list, args := in(1, groups)
	rows, err := s.members(ctx, `closed_at = 0 AND grp IN `+list, args...)
	if err != nil {
		return nil, err
	}
	byGroup := make(map[string]market.Listing, len(groups))
	for _, m := range rows {
		first, ok := byGroup[m.Group]
		if ok {
			first.AlsoOn = append(first.AlsoOn, copyOf(m))
		} else {
			first = m
		}
		byGroup[m.Group] = first
	}
	out := make([]market.Listing, 0, len(byGroup))
	for _, g := range groups {
		if l, ok := byGroup[g]; ok {
			out = append(out, l)
		}
	}
	return out, s.fill(ctx, out)
}

// members reads listings without their content, those of a group together
// and the oldest first.
func (s *Store) members(ctx context.Context, condition string, args ...any) ([]market.Listing, error) {
	var out []market.Listing
	rows, err := s.query(ctx, `
		SELECT id, source, url, grp, first_seen, last_seen, closed_at FROM listing
		WHERE `+condition+` ORDER BY grp, first_seen, id`, args...)
	err = each(rows, err, func(rows *sql.Rows) error {
		var l market.Listing
		var first, last, closed int64
		if err := rows.Scan(&l.ID, &l.Source, &l.URL, &l.Group, &first, &last, &closed); err != nil {
			return err
		}
		l.FirstSeenAt, l.LastSeenAt, l.ClosedAt = at(first), at(last), at(closed)
		out = append(out, l)
		return nil
	})
	return out, err
}

func copyOf(l market.Listing) market.Copy {
	return market.Copy{ID: l.ID, Source: l.Source, URL: l.URL}
}

// fill reads the content of at most maxList listings.
func (s *Store) fill(ctx context.Context, ls []market.Listing) error {
	if len(ls) == 0 {
		return nil
	}
	ids := make([]string, len(ls))
	place := make(map[string]*market.Listing, len(ls))
	for i := range ls {
		ids[i] = ls[i].ID
		place[ls[i].ID] = &ls[i]
	}
	list, args := in(1, ids)
	rows, err := s.query(ctx, `SELECT listing, doc, description FROM content WHERE listing IN `+list, args...)
	return each(rows, err, func(rows *sql.Rows) error {
		var id string
		var doc sql.RawBytes
		var description string
		if err := rows.Scan(&id, &doc, &description); err != nil {
			return err
		}
		l := place[id]
		if err := json.Unmarshal(doc, l); err != nil {
			return fmt.Errorf("content of listing %s: %w", id, err)
		}
		l.Description = description
		return nil
	})
}

// Open gives the representatives of all open groups as Groups does, in the
// order of their names. It reads them in pages: what changes meanwhile may
// come old or new, and stands in the change log after the Head that was read
// before.
func (s *Store) Open(ctx context.Context) iter.Seq2[market.Listing, error] {
	return func(yield func(market.Listing, error) bool) {
		last := ""
		for {
			var groups []string
			rows, err := s.query(ctx, `
				SELECT DISTINCT grp FROM listing WHERE closed_at = 0 AND grp > $1 ORDER BY grp LIMIT $2`, last, page)
			err = each(rows, err, func(rows *sql.Rows) error {
				var g string
				if err := rows.Scan(&g); err != nil {
					return err
				}
				groups = append(groups, g)
				return nil
			})
			if err == nil && len(groups) == 0 {
				return
			}
			var ls []market.Listing
			if err == nil {
				last = groups[len(groups)-1]
				ls, err = s.groups(ctx, groups)
			}
			if err != nil {
				yield(market.Listing{}, doing("read all open listings", err))
				return
			}
			for _, l := range ls {
				if !yield(l, nil) {
					return
				}
			}
		}
	}
}

// Browse filters the open groups' representatives, newest first by Date,
// without an index. It looks at the newest 5,000 groups and no more, so that
// its work is bounded: where there are more, total is a lower bound and old
// hits are missing.
func (s *Store) Browse(ctx context.Context, keep func(market.Listing) bool, offset, limit int) (hits []market.Listing, total int, err error) {
	type place struct {
		dated int64
		id    string
	}
	last := place{1<<63 - 1, ""}
	for looked := 0; looked < browseCap; {
		var groups []string
		rows, err := s.query(ctx, `
			SELECT dated_at, id, grp FROM listing AS l
			WHERE closed_at = 0 AND (dated_at, id) < ($1, $2)
				AND NOT EXISTS ( -- It is the representative: none is older.
					SELECT 1 FROM listing AS o
					WHERE o.grp = l.grp AND o.closed_at = 0 AND (o.first_seen, o.id) < (l.first_seen, l.id)
				)
			ORDER BY dated_at DESC, id DESC LIMIT $3`, last.dated, last.id, min(page, browseCap-looked))
		err = each(rows, err, func(rows *sql.Rows) error {
			var g string
			if err := rows.Scan(&last.dated, &last.id, &g); err != nil {
				return err
			}
			groups = append(groups, g)
			return nil
		})
		if err != nil {
			return nil, 0, doing("browse listings", err)
		}
		if len(groups) == 0 {
			break
		}
		looked += len(groups)
		ls, err := s.groups(ctx, groups)
		if err != nil {
			return nil, 0, doing("browse listings", err)
		}
		for _, l := range ls {
			if !keep(l) {
				continue
			}
			if total >= offset && len(hits) < limit {
				hits = append(hits, l)
			}
			total++
		}
	}
	return hits, total, nil
}

// CountOpen counts the open listings.
func (s *Store) CountOpen(ctx context.Context) (int, error) {
	var n int
	rows, err := s.query(ctx, `SELECT COUNT(*) FROM listing WHERE closed_at = 0`)
	err = each(rows, err, func(rows *sql.Rows) error { return rows.Scan(&n) })
	return n, doing("count open listings", err)
}

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// page is how many groups Open and Browse read at a time.
const page = 256

// What one Browse may cost: browseCap is how many groups it looks at,
// browseTexts how many texts it reads, browsers how many may run at a time.
const (
	browseCap   = 5000
	browseTexts = 1000
	browsers    = 2
)

// Listing is one listing, open or closed, with the other open ones of its
// group in AlsoOn. It fails with ErrNotFound.
func (s *Store) Listing(ctx context.Context, id string) (market.Listing, error) {
	rows, err := s.members(ctx, `id = $1 OR closed_at = 0 AND grp = (SELECT grp FROM listing WHERE id = $1)`, id)
	if err != nil {
		return market.Listing{}, doing("read a listing", err)
	}
	var one []member
	var also []market.Copy
	for _, m := range rows {
		if m.ID == id {
			one = append(one, m)
		} else {
			also = append(also, m.copy())
		}
	}
	if len(one) == 0 {
		return market.Listing{}, fmt.Errorf("listing %q: %w", id, market.ErrNotFound)
	}
	one[0].AlsoOn = also
	if err := s.fill(ctx, one); err != nil {
		return market.Listing{}, doing("read a listing", err)
	}
	return one[0].Listing, nil
}

// Groups are the groups' representatives in the order asked: of each its
// oldest open listing, the other open ones in AlsoOn. Groups that are closed
// or unknown are left out.
func (s *Store) Groups(ctx context.Context, groups []string) ([]market.Listing, error) {
	ls, err := s.representatives(ctx, groups, s.fill)
	return ls, doing("read duplicate groups", err)
}

// Hits are the groups' representatives as Groups gives them, but without
// their Description, which lists of hits do not show and which is most of
// what there is to read. They share memory with what others are given, and
// are not to be changed.
func (s *Store) Hits(ctx context.Context, groups []string) ([]market.Listing, error) {
	ls, err := s.representatives(ctx, groups, s.outline)
	return ls, doing("read hits", err)
}

// representatives are those of some groups; read fills in their contents, at
// most maxList at a time.
func (s *Store) representatives(ctx context.Context, groups []string, read func(context.Context, []member) error) ([]market.Listing, error) {
	out := make([]market.Listing, 0, len(groups))
	for len(groups) > 0 {
		some := groups[:min(len(groups), maxList)]
		groups = groups[len(some):]
		list, args := in(1, some)
		rows, err := s.members(ctx, `closed_at = 0 AND grp IN `+list, args...)
		if err != nil {
			return nil, err
		}
		byGroup := make(map[string]*member, len(some))
		for i := range rows {
			m := &rows[i]
			if first := byGroup[m.Group]; first != nil {
				first.AlsoOn = append(first.AlsoOn, m.copy())
			} else {
				byGroup[m.Group] = m
			}
		}
		ms := make([]member, 0, len(byGroup))
		for _, g := range some {
			if m := byGroup[g]; m != nil {
				ms = append(ms, *m)
			}
		}
		if err := read(ctx, ms); err != nil {
			return nil, err
		}
		for _, m := range ms {
			out = append(out, m.Listing)
		}
	}
	return out, nil
}

// member is a listing without its content, and the version of that.
type member struct {
	market.Listing
	version
}

// copy is how a member stands beside the group's representative.
func (m *member) copy() market.Copy {
	return market.Copy{ID: m.ID, Source: m.Source, URL: m.URL}
}

// of is the member with its content.
func (m *member) of(content market.Listing) market.Listing {
	content.Labelled, content.Group, content.AlsoOn = m.Labelled, m.Group, m.AlsoOn
	content.FirstSeenAt, content.LastSeenAt, content.ClosedAt = m.FirstSeenAt, m.LastSeenAt, m.ClosedAt
	return content
}

// members reads listings without their content, those of a group together
// and the oldest first.
func (s *Store) members(ctx context.Context, condition string, args ...any) ([]member, error) {
	var out []member
	rows, err := s.query(ctx, `
		SELECT id, source, url, grp, first_seen, last_seen, closed_at, labelled, hash, posted_at FROM listing
		WHERE `+condition+` ORDER BY grp, first_seen, id`, args...)
	err = each(rows, err, func(rows *sql.Rows) error {
		var m member
		var first, last, closed int64
		if err := rows.Scan(&m.ID, &m.Source, &m.URL, &m.Group, &first, &last, &closed, &m.Labelled, &m.hash, &m.posted); err != nil {
			return err
		}
		m.FirstSeenAt, m.LastSeenAt, m.ClosedAt = at(first), at(last), at(closed)
		out = append(out, m)
		return nil
	})
	return out, err
}

// fill reads the content of at most maxList listings, with their texts.
func (s *Store) fill(ctx context.Context, ms []member) error {
	if len(ms) == 0 {
		return nil
	}
	ids := make([]string, len(ms))
	place := make(map[string]*member, len(ms))
	for i := range ms {
		ids[i] = ms[i].ID
		place[ms[i].ID] = &ms[i]
	}
	list, args := in(1, ids)
	rows, err := s.query(ctx, `SELECT listing, doc, description FROM content WHERE listing IN `+list, args...)
	return each(rows, err, func(rows *sql.Rows) error {
		var id string
		var doc sql.RawBytes
		var content market.Listing
		if err := rows.Scan(&id, &doc, &content.Description); err != nil {
			return err
		}
		if err := json.Unmarshal(doc, &content); err != nil {
			return fmt.Errorf("content of listing %s: %w", id, err)
		}
		m := place[id]
		m.Listing = m.of(content)
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
				ls, err = s.representatives(ctx, groups, s.fill)
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
// without an index. filter is given listings without their Description; match,
// nil where there is nothing to match, is given those that pass whole. What
// comes back may lack its Description and is not to be changed.
//
// Its work is bounded: it looks no further than the page asked for needs, at
// the newest 5,000 groups at most, reads 1,000 texts at most, and waits while
// two others browse. Where it stopped before the end, more is true: total is a
// lower bound, and old hits may be missing.
func (s *Store) Browse(ctx context.Context, filter, match func(market.Listing) bool, offset, limit int) (hits []market.Listing, total int, more bool, err error) {
	select {
	case s.browsing <- struct{}{}:
		defer func() { <-s.browsing }()
	case <-ctx.Done():
		return nil, 0, false, doing("browse listings", ctx.Err())
	}
	type place struct {
		dated int64
		id    string
	}
	last := place{1<<63 - 1, ""}
	texts := 0
	for looked := 0; !more; {
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
			return nil, 0, false, doing("browse listings", err)
		}
		if len(groups) == 0 {
			break
		}
		looked += len(groups)
		more = looked >= browseCap
		ls, err := s.representatives(ctx, groups, s.outline)
		if err != nil {
			return nil, 0, false, doing("browse listings", err)
		}
		ls = slices.DeleteFunc(ls, func(l market.Listing) bool { return !filter(l) })
		if match != nil && len(ls) > 0 {
			groups = groups[:0]
			for _, l := range ls[:min(len(ls), browseTexts-texts)] {
				groups = append(groups, l.Group)
			}
			texts += len(groups)
			more = more || texts >= browseTexts
			if ls, err = s.representatives(ctx, groups, s.fill); err != nil {
				return nil, 0, false, doing("browse listings", err)
			}
			ls = slices.DeleteFunc(ls, func(l market.Listing) bool { return !match(l) })
		}
		for _, l := range ls {
			if total >= offset && len(hits) < limit {
				hits = append(hits, l)
			}
			total++
		}
		more = more || total > offset+limit
	}
	return hits, total, more, nil
}

// CountOpen counts the open listings.
func (s *Store) CountOpen(ctx context.Context) (int, error) {
	var n int
	rows, err := s.query(ctx, `SELECT COUNT(*) FROM listing WHERE closed_at = 0`)
	err = each(rows, err, func(rows *sql.Rows) error { return rows.Scan(&n) })
	return n, doing("count open listings", err)
}

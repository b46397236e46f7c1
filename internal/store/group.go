package store

import (
	"context"
	"database/sql"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// maxCandidates bounds how many listings of one title and company are
// compared with a new one, open ones first, the oldest first. What is beyond
// stays apart.
const maxCandidates = 100

// group gives the duplicate group that a new or changed listing belongs to.
// old is the group that it is in, empty for a new one.
//
//   - It stays where it is Same with another member.
//   - Otherwise it goes to the group of the oldest listing that it is Same
//     with; where there is none, it founds its own. In doubt it is apart.
//   - Groups are never merged, and members that stay behind never parted.
//
// Invariant: a group is named after one of its members. When that one
// leaves, the oldest of those left behind gives the group its name.
// The writers' queue (see changeLog) makes this hold under any number of
// processes.
func (b *saver) group(ctx context.Context, l market.Listing, old string) (string, error) {
	var fellows []market.Listing
	if old != "" {
		var err error
		if fellows, err = b.fellows(ctx, l.ID, old); err != nil {
			return "", err
		}
		for _, f := range fellows {
			if market.Same(l, f) {
				return old, nil
			}
		}
	}
	group, err := b.match(ctx, l)
	if err != nil {
		return "", err
	}
	if group == "" {
		group = l.ID
	}
	if old == l.ID && len(fellows) > 0 {
		heir := fellows[0].ID
		if _, err := b.tx.ExecContext(ctx, `UPDATE listing SET grp = $1 WHERE grp = $2 AND id <> $3`, heir, old, l.ID); err != nil {
			return "", doing("rename a group", err)
		}
		for _, f := range fellows {
			if k := b.stored[f.ID]; k != nil {
				k.grp = heir
			}
		}
		b.log.add(heir)
	}
	return group, nil
}

// fellows are the other members of a group, the oldest first.
func (b *saver) fellows(ctx context.Context, id, group string) ([]market.Listing, error) {
	rows, err := b.tx.QueryContext(ctx, `
		SELECT id, grp, key_title, key_link, key_text FROM listing
		WHERE grp = $1 AND id <> $2 ORDER BY first_seen, id`, group, id)
	return keyed(rows, err, "read a duplicate group")
}

// match is the group of the oldest listing that l is Same with, empty for none.
func (b *saver) match(ctx context.Context, l market.Listing) (string, error) {
	if l.Keys.Title == "" || l.Keys.Link == "" && l.Keys.Text == "" {
		return "", nil
	}
	var err error
	if b.candidates, err = b.prepare(ctx, b.candidates, `
		SELECT id, grp, key_title, key_link, key_text FROM (
			SELECT id, grp, key_title, key_link, key_text, first_seen FROM listing
			WHERE key_title = $1 AND id <> $2 ORDER BY closed_at, first_seen, id LIMIT $3
		) AS candidate ORDER BY first_seen, id`); err != nil {
		return "", err
	}
	rows, err := b.candidates.QueryContext(ctx, l.Keys.Title, l.ID, maxCandidates)
	candidates, err := keyed(rows, err, "look for duplicates")
	if err != nil {
		return "", err
	}
	for _, c := range candidates {
		if market.Same(l, c) {
			return c.Group, nil
		}
	}
	return "", nil
}

// keyed reads listings of which only ID, Group and Keys are filled in.
func keyed(rows *sql.Rows, err error, what string) ([]market.Listing, error) {
	var out []market.Listing
	err = each(rows, err, func(rows *sql.Rows) error {
		var l market.Listing
		if err := rows.Scan(&l.ID, &l.Group, &l.Keys.Title, &l.Keys.Link, &l.Keys.Text); err != nil {
			return err
		}
		out = append(out, l)
		return nil
	})
	return out, doing(what, err)
}

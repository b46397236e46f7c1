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

// founded is a duplicate group, and the number under which it was founded.
type founded struct {
	grp  string
	born int64
	// pinned says that an operator put the listing there.
	pinned bool
}

// group gives the duplicate group that a new or changed listing belongs to.
// old is the group that it is in; that of a new one has no name, and the
// number under which it may found its own.
//
//   - It stays where an operator put it (SplitListing, MergeListings).
//   - It stays where it is Same with another member.
//   - Otherwise it goes to the group of the oldest listing that it is Same
//     with; where there is none, it founds its own. In doubt it is apart.
//   - Groups are never merged, and members that stay behind never parted.
//
// Invariant: a group is named after one of its members. When that one
// leaves, the oldest of those left behind gives the group its name.
//
// Invariant: a group has one number, which all its members bear. Whoever joins
// takes it on, and it stays when members leave or are deleted, so that a group
// is news once. A listing that leaves keeps it for the group that it founds:
// it was told with the one that it left. A new group's number is greater than
// every number that was committed before, and not greater than the newest
// that its own transaction commits (see changeLog.next).
//
// The writers' queue (see changeLog) makes this hold under any number of
// processes.
func (b *saver) group(ctx context.Context, l market.Listing, old founded) (founded, error) {
	if old.pinned {
		return old, nil
	}
	var fellows []fellow
	if old.grp != "" {
		var err error
		if fellows, err = b.fellows(ctx, l.ID, old.grp); err != nil {
			return founded{}, err
		}
		for _, f := range fellows {
			if market.Same(l, f.Listing) {
				return old, nil
			}
		}
	}
	group, err := b.match(ctx, l)
	if err != nil {
		return founded{}, err
	}
	if group.grp == "" {
		group = founded{grp: l.ID, born: old.born}
	}
	if old.grp == l.ID && len(fellows) > 0 {
		heir := fellows[0].ID
		if _, err := b.tx.ExecContext(ctx, `UPDATE listing SET grp = $1 WHERE grp = $2 AND id <> $3`, heir, old.grp, l.ID); err != nil {
			return founded{}, doing("rename a group", err)
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
func (b *saver) fellows(ctx context.Context, id, group string) ([]fellow, error) {
	rows, err := b.tx.QueryContext(ctx, `
		SELECT id, grp, born, key_title, key_link, key_text FROM listing
		WHERE grp = $1 AND id <> $2 ORDER BY first_seen, id`, group, id)
	return keyed(rows, err, "read a duplicate group")
}

// match is the group of the oldest listing that l is Same with, the zero value
// for none.
func (b *saver) match(ctx context.Context, l market.Listing) (founded, error) {
	if l.Keys.Title == "" || l.Keys.Link == "" && l.Keys.Text == "" {
		return founded{}, nil
	}
	var err error
	if b.candidates, err = b.prepare(ctx, b.candidates, `
		SELECT id, grp, born, key_title, key_link, key_text FROM (
			SELECT id, grp, born, key_title, key_link, key_text, first_seen FROM listing
			WHERE key_title = $1 AND id <> $2 ORDER BY closed_at, first_seen, id LIMIT $3
		) AS candidate ORDER BY first_seen, id`); err != nil {
		return founded{}, err
	}
	rows, err := b.candidates.QueryContext(ctx, l.Keys.Title, l.ID, maxCandidates)
	candidates, err := keyed(rows, err, "look for duplicates")
	if err != nil {
		return founded{}, err
	}
	for _, c := range candidates {
		if market.Same(l, c.Listing) {
			return founded{grp: c.Group, born: c.born}, nil
		}
	}
	return founded{}, nil
}

// fellow is a listing of which only ID, Group and Keys are filled in, with its
// group's number.
type fellow struct {
	market.Listing
	born int64
}

func keyed(rows *sql.Rows, err error, what string) ([]fellow, error) {
	var out []fellow
	err = each(rows, err, func(rows *sql.Rows) error {
		var l fellow
		if err := rows.Scan(&l.ID, &l.Group, &l.born, &l.Keys.Title, &l.Keys.Link, &l.Keys.Text); err != nil {
			return err
		}
		out = append(out, l)
		return nil
	})
	return out, doing(what, err)
}

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Outdated counts the listings, open and closed, whose labels are of an
// older version than this one. Those that have lost their text are not
// counted.
func (s *Store) Outdated(ctx context.Context, version int) (n int, err error) {
	rows, err := s.query(ctx, `SELECT COUNT(*) FROM listing WHERE hash <> '' AND labelled < $1`, version)
	err = each(rows, err, func(rows *sql.Rows) error { return rows.Scan(&n) })
	return n, doing("count outdated labels", err)
}

// Relabel labels again up to limit listings whose labels are of an older
// version than this one, open ones first. Those that have lost their text (see
// Forget) keep the labels that it gave them. Of what label gives, Level, English
// and Warnings are taken. Those that differ from what is stored are written
// and told to the change log; all are marked with the version. That is no
// visit: the books of runs and the dates of sight stay as they are. ErrNone:
// there is none.
//
// The batch is one transaction, so that the process may die at any moment.
// label is called before it begins, and holds nobody up.
//
// Invariant: a label never replaces one that is newer. A listing whose
// content was saved, or which was labelled by another process, since it was
// read is left alone; where that was with an older version still, a later
// batch has it. So any number of processes may do this at once, and those of
// an older version do not undo it.
func (s *Store) Relabel(ctx context.Context, version, limit int, label func(market.Listing) market.Listing) (market.Relabelled, error) {
	batch, err := s.outdated(ctx, version, limit)
	if err == nil && len(batch) == 0 {
		return market.Relabelled{}, market.ErrNone
	}
	for i := 0; err == nil && i < len(batch); i++ {
		err = batch[i].label(label)
	}
	var done market.Relabelled
	if err == nil {
		err = s.write(ctx, func(tx *sql.Tx) error {
			log, err := beginChanges(ctx, tx)
			if err != nil {
				return err
			}
			if done, err = putLabels(ctx, tx, log, batch, version); err != nil {
				return err
			}
			return log.write(ctx)
		})
	}
	if err != nil {
		return market.Relabelled{}, doing("label listings again", err)
	}
	return done, nil
}

// outdatedListing is a listing that is labelled again: as it was read, with
// the hash that it had then, and as it is to be written.
type outdatedListing struct {
	market.Listing
	was      string
	doc, now string
	changed  bool
}

func (s *Store) outdated(ctx context.Context, version, limit int) ([]outdatedListing, error) {
	var out []outdatedListing
	rows, err := s.query(ctx, `
		SELECT l.id, l.hash, c.doc, c.description FROM listing AS l JOIN content AS c ON c.listing = l.id
		WHERE l.hash <> '' AND l.labelled < $1 ORDER BY l.labelled, l.closed_at, l.id LIMIT $2`, version, limit)
	err = each(rows, err, func(rows *sql.Rows) error {
		var o outdatedListing
		var id string
		var doc sql.RawBytes
		var description string
		if err := rows.Scan(&id, &o.was, &doc, &description); err != nil {
			return err
		}
		if err := json.Unmarshal(doc, &o.Listing); err != nil {
			return fmt.Errorf("content of listing %s: %w", id, err)
		}
		o.Description = description
		out = append(out, o)
		return nil
	})
	return out, err
}

func (o *outdatedListing) label(label func(market.Listing) market.Listing) error {
	before, _, err := encode(o.Listing)
	if err != nil {
		return err
	}
	o.Listing = withLabels(o.Listing, label(o.Listing))
	if o.doc, o.now, err = encode(o.Listing); err != nil {
		return err
	}
	o.changed = o.doc != before
	return nil
}

// withLabels is l with the labels of another.
func withLabels(l, labelled market.Listing) market.Listing {
	l.Level, l.English, l.Warnings = labelled.Level, labelled.English, labelled.Warnings
	return l
}

// putLabels writes what is still as it was read.
func putLabels(ctx context.Context, tx *sql.Tx, log *changeLog, batch []outdatedListing, version int) (done market.Relabelled, err error) {
	mark, err := tx.PrepareContext(ctx, `
		UPDATE listing SET hash = $1, labelled = $2 WHERE id = $3 AND hash = $4 AND labelled < $2 RETURNING grp, closed_at`)
	if err != nil {
		return done, err
	}
	defer mark.Close()
	var same []outdatedListing
	for _, o := range batch {
		if !o.changed {
			same = append(same, o)
			continue
		}
		var group string
		var closed int64
		err := mark.QueryRowContext(ctx, o.now, version, o.ID, o.was).Scan(&group, &closed)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return done, err
		}
		done.Labelled++
		done.Changed++
		if _, err := tx.ExecContext(ctx, `UPDATE content SET doc = $1 WHERE listing = $2`, o.doc, o.ID); err != nil {
			return done, err
		}
		if closed == 0 {
			log.add(group)
		}
	}
	n, err := markLabels(ctx, tx, same, version)
	done.Labelled += n
	return done, err
}

// markLabels marks listings whose labels stay as they are, and that are still
// as they were read, and counts them.
func markLabels(ctx context.Context, tx *sql.Tx, same []outdatedListing, version int) (marked int, err error) {
	for len(same) > 0 {
		some := same[:min(len(same), maxList/2)]
		same = same[len(some):]
		pairs := make([]string, len(some))
		args := []any{version}
		for i, o := range some {
			pairs[i] = fmt.Sprintf("($%d, $%d)", len(args)+1, len(args)+2)
			args = append(args, o.ID, o.was)
		}
		res, err := tx.ExecContext(ctx, `
			UPDATE listing SET labelled = $1 WHERE labelled < $1 AND (id, hash) IN (VALUES `+strings.Join(pairs, ", ")+`)`, args...)
		if err != nil {
			return marked, err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return marked, err
		}
		marked += int(n)
	}
	return marked, nil
}

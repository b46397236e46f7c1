package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// keptReports is how long a report is kept.
const keptReports = 365 * 24 * time.Hour

// Report keeps a reader's report with the label that the listing has now,
// and tells whether it is news: of one network's reports of one kind about
// one listing, one a day (UTC) is kept. It fails with ErrNotFound where there
// is no such listing.
//
// The network's address is not stored: what is, is its hash with a salt that
// was made for the day and goes with the first report of a later one.
func (s *Store) Report(ctx context.Context, r market.Report, network string) (news bool, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		var labelled int
		var doc []byte
		err := tx.QueryRowContext(ctx, `
			SELECT l.labelled, c.doc FROM listing AS l JOIN content AS c ON c.listing = l.id WHERE l.id = $1`, r.Listing).Scan(&labelled, &doc)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("listing %q: %w", r.Listing, market.ErrNotFound)
		}
		if err != nil {
			return err
		}
		var l market.Listing
		if err := json.Unmarshal(doc, &l); err != nil {
			return fmt.Errorf("content of listing %s: %w", r.Listing, err)
		}
		salt, err := saltOf(ctx, tx, r.At)
		if err != nil {
			return err
		}
		hash := hmac.New(sha256.New, []byte(salt))
		hash.Write([]byte(network))
		label, basis := r.Wrong.Label(l)
		res, err := tx.ExecContext(ctx, `
			INSERT INTO report (id, listing, wrong, at, label, basis, labelled, network)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (listing, wrong, network) DO NOTHING`,
			rand.Text(), r.Listing, r.Wrong, ms(r.At), label, basis, labelled, hex.EncodeToString(hash.Sum(nil)[:16]))
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		news = n == 1
		_, err = tx.ExecContext(ctx, `DELETE FROM report WHERE at < $1`, ms(r.At.Add(-keptReports)))
		return err
	})
	return news && err == nil, doing("keep a report", err)
}

// saltOf is the salt of a time's day, made where there is none yet. The
// salts of earlier days are deleted.
func saltOf(ctx context.Context, tx *sql.Tx, t time.Time) (salt string, err error) {
	day := ms(t) / (24 * time.Hour).Milliseconds()
	if _, err := tx.ExecContext(ctx, `DELETE FROM report_salt WHERE day < $1`, day); err != nil {
		return "", err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO report_salt (day, salt) VALUES ($1, $2) ON CONFLICT (day) DO NOTHING`, day, rand.Text()); err != nil {
		return "", err
	}
	err = tx.QueryRowContext(ctx, `SELECT salt FROM report_salt WHERE day = $1`, day).Scan(&salt)
	return salt, err
}

// Reports are the reports since a time, those of one kind about one listing
// and label as one, the newest first.
func (s *Store) Reports(ctx context.Context, since time.Time) ([]market.Reported, error) {
	return s.reports(ctx, `at >= $1`, ms(since))
}

// reports are those that a condition picks.
func (s *Store) reports(ctx context.Context, condition string, arg any) ([]market.Reported, error) {
	out, err := s.reported(ctx, condition, arg)
	ofListing := map[string]int{}
	var ids []string
	for _, r := range out {
		if ofListing[r.Listing.ID] == 0 {
			ids = append(ids, r.Listing.ID)
		}
		ofListing[r.Listing.ID] += r.Count
	}
	listings := make(map[string]market.Listing, len(ids))
	for len(ids) > 0 && err == nil {
		n := min(len(ids), maxList)
		err = s.readReported(ctx, ids[:n], listings)
		ids = ids[n:]
	}
	if err != nil {
		return nil, doing("read reports", err)
	}
	for i := range out {
		id := out[i].Listing.ID
		out[i].Listing, out[i].OfListing = listings[id], ofListing[id]
	}
	return out, nil
}

// reported are Reports of whose listings only the ID is filled in.
func (s *Store) reported(ctx context.Context, condition string, arg any) ([]market.Reported, error) {
	var out []market.Reported
	rows, err := s.query(ctx, `
		SELECT listing, wrong, label, basis, labelled, COUNT(*), MAX(at) FROM report WHERE `+condition+`
		GROUP BY listing, wrong, label, basis, labelled
		ORDER BY MAX(at) DESC, listing, wrong, labelled, label, basis`, arg)
	err = each(rows, err, func(rows *sql.Rows) error {
		var r market.Reported
		var last int64
		if err := rows.Scan(&r.Listing.ID, &r.Wrong, &r.Label, &r.Basis, &r.Labelled, &r.Count, &last); err != nil {
			return err
		}
		r.Last = at(last)
		out = append(out, r)
		return nil
	})
	return out, err
}

// readReported reads at most maxList listings, without their texts.
func (s *Store) readReported(ctx context.Context, ids []string, into map[string]market.Listing) error {
	list, args := in(1, ids)
	rows, err := s.query(ctx, `
		SELECT l.labelled, l.closed_at, c.doc FROM listing AS l JOIN content AS c ON c.listing = l.id WHERE l.id IN `+list, args...)
	return each(rows, err, func(rows *sql.Rows) error {
		var l market.Listing
		var closed int64
		var doc sql.RawBytes
		if err := rows.Scan(&l.Labelled, &closed, &doc); err != nil {
			return err
		}
		if err := json.Unmarshal(doc, &l); err != nil {
			return fmt.Errorf("content of a listing: %w", err)
		}
		l.ClosedAt = at(closed)
		into[l.ID] = l
		return nil
	})
}

package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Save upserts a batch of one run in one transaction. A listing counts as
//
//   - New when its ID was unknown;
//   - Changed when its content (everything but what the store itself keeps)
//     is not what it was;
//   - Closed when it was open and is said to be closed, or its own term has
//     passed: its content stays as it last stood open;
//   - Reopened when it was closed and is met open again;
//   - Seen otherwise. A closed listing that was never open is not kept.
//
// Labels that another version of the classifier gives to the same content
// are no news of the site's: those of a newer version are taken over, those of
// an older one are not, and the listing counts as Seen.
//
// The change log is told of every group that is not what it was. Of two
// listings with one ID the later counts. Saving a batch again changes nothing.
//
// ErrNone: the run's lease has passed to another; nothing is saved.
func (s *Store) Save(ctx context.Context, r market.Run, batch []market.Listing, now time.Time) (market.Saved, error) {
	var saved market.Saved
	batch, err := distinct(r, batch)
	if err != nil {
		return saved, doing("save listings of "+r.Source, err)
	}
	if len(batch) == 0 {
		return saved, nil
	}
	err = s.write(ctx, func(tx *sql.Tx) error {
		log, err := beginChanges(ctx, tx)
		if err != nil {
			return err
		}
		if err := own(ctx, tx, r); err != nil {
			return err
		}
		b := &saver{tx: tx, run: r, now: now, log: log}
		defer b.close()
		if err := b.save(ctx, batch); err != nil {
			return err
		}
		if err := log.write(ctx); err != nil {
			return err
		}
		saved = b.saved
		if err := s.growth.add(ctx, tx, saved.New); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			UPDATE run SET added = added + $1, changed = changed + $2, closed = closed + $3, reopened = reopened + $4
			WHERE id = $5`, saved.New, saved.Changed, saved.Closed, saved.Reopened, r.ID)
		return doing("count the batch", err)
	})
	if err != nil {
		return market.Saved{}, doing("save listings of "+r.Source, err)
	}
	return saved, nil
}

// distinct keeps the last of the listings with one ID, and refuses what is
// not of the run's source.
func distinct(r market.Run, batch []market.Listing) ([]market.Listing, error) {
	place := make(map[string]int, len(batch))
	out := make([]market.Listing, 0, len(batch))
	for _, l := range batch {
		if l.ID == "" || l.Source != r.Source {
			return nil, fmt.Errorf("listing %q of source %q in a run of %q: %w", l.ID, l.Source, r.Source, market.ErrInvalid)
		}
		if i, ok := place[l.ID]; ok {
			out[i] = l
			continue
		}
		place[l.ID] = len(out)
		out = append(out, l)
	}
	return out, nil
}

// saver saves one batch in one transaction.
type saver struct {
	tx    *sql.Tx
	run   market.Run
	now   time.Time
	log   *changeLog
	saved market.Saved
	// stored is what is known of the batch's listings, kept true as groups
	// are renamed.
	stored map[string]*known

	insertListing, insertContent, candidates *sql.Stmt
}

// known is what the store knows of a listing that it meets again.
type known struct {
	grp, hash                     string
	postedAt, firstSeen, closedAt int64
	born                          int64
	labelled                      int
	// pinned says that an operator chose its group, shut that one closed it.
	pinned, shut bool
}

func (b *saver) save(ctx context.Context, batch []market.Listing) error {
	if err := b.read(ctx, batch); err != nil {
		return err
	}
	var seen, reopened, closed []string
	for _, l := range batch {
		l = clean(l)
		old := b.stored[l.ID]
		over := !l.Open() || !l.ExpiresAt.IsZero() && !l.ExpiresAt.After(b.now)
		switch {
		case old == nil && over:
			b.saved.Seen++
			continue
		case old == nil:
			if err := b.insert(ctx, l); err != nil {
				return err
			}
			b.saved.New++
			continue
		case over && old.closedAt == 0:
			closed = append(closed, l.ID)
			b.log.add(old.grp)
			b.saved.Closed++
			continue
		case over:
			seen = append(seen, l.ID)
			b.saved.Seen++
			continue
		}
		if moved(at(old.postedAt), l.PostedAt, b.now) {
			old.hash = "" // The date is no part of the hash; here it is news.
		} else {
			l.PostedAt = at(old.postedAt)
		}
		doc, hash, err := encode(l)
		if err != nil {
			return err
		}
		news := hash != old.hash
		if l.Labelled != old.labelled {
			if news, err = b.relabel(ctx, l, old, doc, hash); err != nil {
				return err
			}
		}
		switch {
		case news:
			if err := b.update(ctx, l, old, doc, hash); err != nil {
				return err
			}
		case old.closedAt != 0 && !old.shut:
			reopened = append(reopened, l.ID)
			b.log.add(old.grp)
		default:
			seen = append(seen, l.ID)
			b.saved.Seen++
			continue
		}
		if old.closedAt != 0 {
			b.saved.Reopened++
		} else {
			b.saved.Changed++
		}
	}
	for _, set := range []struct {
		ids  []string
		what string
		args []any
	}{
		{seen, `last_seen = $1, last_run = $2, missed = 0`, nil},
		{reopened, `last_seen = $1, last_run = $2, missed = 0, closed_at = 0, changed_at = $1`, nil},
		{closed, `last_seen = $1, last_run = $2, missed = 0, closed_at = $3`, []any{ms(b.now)}},
	} {
		args := append([]any{ms(b.now), b.run.ID}, set.args...)
		if err := b.mark(ctx, set.what, args, set.ids); err != nil {
			return err
		}
	}
	return nil
}

// read reads what is known of a batch.
func (b *saver) read(ctx context.Context, batch []market.Listing) error {
	b.stored = make(map[string]*known, len(batch))
	for start := 0; start < len(batch); start += maxList {
		var ids []string
		for _, l := range batch[start:min(start+maxList, len(batch))] {
			ids = append(ids, l.ID)
		}
		list, args := in(1, ids)
		rows, err := b.tx.QueryContext(ctx, `SELECT id, grp, born, hash, posted_at, first_seen, closed_at, labelled, pinned, shut FROM listing WHERE id IN `+list, args...)
		err = each(rows, err, func(rows *sql.Rows) error {
			var id string
			var k known
			var pinned, shut int
			if err := rows.Scan(&id, &k.grp, &k.born, &k.hash, &k.postedAt, &k.firstSeen, &k.closedAt, &k.labelled, &pinned, &shut); err != nil {
				return err
			}
			k.pinned, k.shut = pinned == 1, shut == 1
			b.stored[id] = &k
			return nil
		})
		if err != nil {
			return doing("read the known listings", err)
		}
	}
	return nil
}

// mark updates many listings at once; set uses the placeholders of args.
func (b *saver) mark(ctx context.Context, set string, args []any, ids []string) error {
	for start := 0; start < len(ids); start += maxList {
		list, idArgs := in(len(args)+1, ids[start:min(start+maxList, len(ids))])
		all := append(append([]any{}, args...), idArgs...)
		if _, err := b.tx.ExecContext(ctx, `UPDATE listing SET `+set+` WHERE id IN `+list, all...); err != nil {
			return doing("mark listings", err)
		}
	}
	return nil
}

func (b *saver) insert(ctx context.Context, l market.Listing) error {
	l.FirstSeenAt = b.now
	doc, hash, err := encode(l)
	if err != nil {
		return err
	}
	g, err := b.group(ctx, l, founded{born: b.log.next()})
	if err != nil {
		return err
	}
	l.Group = g.grp
	if b.insertListing, err = b.prepare(ctx, b.insertListing, `
		INSERT INTO listing (id, source, url, grp, born, hash, key_title, key_link, key_text, posted_at, expires_at, dated_at,
			first_seen, last_seen, last_run, labelled, missed, closed_at, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, 0, $13)`); err != nil {
		return err
	}
	if _, err := b.insertListing.ExecContext(ctx, l.ID, l.Source, l.URL, g.grp, g.born, hash, l.Keys.Title, l.Keys.Link, l.Keys.Text,
		ms(l.PostedAt), ms(l.ExpiresAt), ms(l.Date()), ms(b.now), ms(b.now), b.run.ID, l.Labelled); err != nil {
		return doing("add a listing", err)
	}
	if b.insertContent, err = b.prepare(ctx, b.insertContent,
		`INSERT INTO content (listing, doc, description) VALUES ($1, $2, $3)`); err != nil {
		return err
	}
	if _, err := b.insertContent.ExecContext(ctx, l.ID, doc, l.Description); err != nil {
		return doing("add a listing's content", err)
	}
	b.log.add(l.Group)
	return nil
}

func (b *saver) update(ctx context.Context, l market.Listing, old *known, doc, hash string) error {
	l.FirstSeenAt = at(old.firstSeen)
	g, err := b.group(ctx, l, founded{old.grp, old.born, old.pinned})
	if err != nil {
		return err
	}
	l.Group = g.grp
	if _, err := b.tx.ExecContext(ctx, `
		UPDATE listing SET url = $1, grp = $2, born = $3, hash = $4, key_title = $5, key_link = $6, key_text = $7, posted_at = $8,
			expires_at = $9, dated_at = $10, last_seen = $11, last_run = $12, labelled = $13, missed = 0, closed_at = 0, changed_at = $11
		WHERE id = $14`,
		l.URL, g.grp, g.born, hash, l.Keys.Title, l.Keys.Link, l.Keys.Text, ms(l.PostedAt),
		ms(l.ExpiresAt), ms(l.Date()), ms(b.now), b.run.ID, l.Labelled, l.ID); err != nil {
		return doing("change a listing", err)
	}
	if _, err := b.tx.ExecContext(ctx, `UPDATE content SET doc = $1, description = $2 WHERE listing = $3`,
		doc, l.Description, l.ID); err != nil {
		return doing("change a listing's content", err)
	}
	b.log.add(old.grp)
	b.log.add(l.Group)
	return nil
}

// relabel reports whether anything but the labels of a known listing is news.
// Where nothing is, it takes the labels over if their classifier is the newer
// one.
func (b *saver) relabel(ctx context.Context, l market.Listing, old *known, doc, hash string) (news bool, err error) {
	if old.hash == "" {
		return true, nil
	}
	if hash != old.hash {
		stored := market.Listing{}
		var was []byte
		if err := b.tx.QueryRowContext(ctx, `SELECT doc, description FROM content WHERE listing = $1`, l.ID).Scan(&was, &stored.Description); err != nil {
			return false, doing("read a listing's content", err)
		}
		if err := json.Unmarshal(was, &stored); err != nil {
			return false, fmt.Errorf("content of listing %s: %w", l.ID, err)
		}
		_, same, err := encode(withLabels(stored, l))
		if err != nil || same != hash {
			return true, err
		}
	}
	if l.Labelled < old.labelled {
		return false, nil
	}
	if _, err := b.tx.ExecContext(ctx, `UPDATE listing SET hash = $1, labelled = $2 WHERE id = $3`, hash, l.Labelled, l.ID); err != nil {
		return false, doing("label a listing again", err)
	}
	if hash != old.hash {
		if _, err := b.tx.ExecContext(ctx, `UPDATE content SET doc = $1 WHERE listing = $2`, doc, l.ID); err != nil {
			return false, doing("label a listing again", err)
		}
		b.log.add(old.grp)
	}
	return false, nil
}

func (b *saver) prepare(ctx context.Context, st *sql.Stmt, text string) (*sql.Stmt, error) {
	if st != nil {
		return st, nil
	}
	st, err := b.tx.PrepareContext(ctx, text)
	return st, doing("prepare a statement", err)
}

// close gives the batch's statements back. Their errors say nothing that
// the transaction's own did not.
func (b *saver) close() {
	for _, st := range []*sql.Stmt{b.insertListing, b.insertContent, b.candidates} {
		if st != nil {
			st.Close()
		}
	}
}

// moved reports whether a site's date for an offer is really another one.
// Dates made of words such as "3 weeks ago" drift between visits by up to
// the unit that they are told in, which is never greater than the age told.
// So a date counts as another only when it lies further from the known one
// than a day and than the age that it tells. A date that is missing this
// time is no news.
func moved(old, stated, now time.Time) bool {
	if old.IsZero() || stated.IsZero() {
		return !stated.IsZero()
	}
	return stated.Sub(old).Abs() > max(24*time.Hour, now.Sub(stated))
}

// encode gives a listing's JSON and the hash of its content. The site's date
// is in the JSON but not in the hash: see moved.
func encode(l market.Listing) (doc, hash string, err error) {
	posted := l.PostedAt
	l.PostedAt = time.Time{}
	undated, err := json.Marshal(l)
	if err != nil {
		return "", "", fmt.Errorf("listing %s as JSON: %w", l.ID, errors.Join(market.ErrInvalid, err))
	}
	h := sha256.New()
	h.Write(undated)
	h.Write([]byte{0})
	h.Write([]byte(l.Description))
	l.PostedAt = posted
	dated, err := json.Marshal(l)
	return string(dated), hex.EncodeToString(h.Sum(nil)[:16]), err
}

// clean makes what goes into columns of its own storable; JSON takes care of
// the rest.
func clean(l market.Listing) market.Listing {
	for _, s := range []*string{&l.URL, &l.Description, &l.Keys.Title, &l.Keys.Link, &l.Keys.Text} {
		*s = text(*s)
	}
	return l
}

package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Since gives the open representatives of the groups founded after one number
// and up to another, with their Description, in the order of those numbers.
//
// Every group of a number up to Head is there for whoever asks after having
// read Head: see saver.group and changeLog.
func (s *Store) Since(ctx context.Context, after, upto int64) ([]market.Born, error) {
	var groups []string
	born := map[string]int64{}
	rows, err := s.query(ctx, `
		SELECT DISTINCT born, grp FROM listing WHERE closed_at = 0 AND born > $1 AND born <= $2 ORDER BY born, grp`, after, upto)
	err = each(rows, err, func(rows *sql.Rows) error {
		var g string
		var n int64
		if err := rows.Scan(&n, &g); err != nil {
			return err
		}
		groups, born[g] = append(groups, g), n
		return nil
	})
	if err != nil {
		return nil, doing("read new groups", err)
	}
	ls, err := s.representatives(ctx, groups, s.fill)
	if err != nil {
		return nil, doing("read new groups", err)
	}
	out := make([]market.Born, len(ls))
	for i, l := range ls {
		out[i] = market.Born{Seq: born[l.Group], Listing: l}
	}
	return out, nil
}

// Due claims at most limit people with searches that are on and due until
// now+lease, those who have been due longest first, each with all their due
// searches. ErrNone: there are none. A claim that has ended is free.
func (s *Store) Due(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]market.Due, error) {
	due := false
	rows, err := s.query(ctx, `SELECT 1 FROM subscriber WHERE due_at > 0 AND due_at <= $1 AND lease_until <= $1 LIMIT 1`, ms(now))
	err = each(rows, err, func(*sql.Rows) error { due = true; return nil })
	if err == nil && !due {
		return nil, market.ErrNone
	}
	var people []person
	found := map[string][]storedSearch{}
	if err == nil {
		err = s.write(ctx, func(tx *sql.Tx) error {
			if _, err := lockPeople(ctx, tx); err != nil {
				return err
			}
			if people, err = claimPeople(ctx, tx, now, lease, limit); err != nil {
				return err
			}
			return dueSearches(ctx, tx, people, now, found)
		})
	}
	if err != nil {
		return nil, doing("claim people", err)
	}
	out := make([]market.Due, 0, len(people))
	for _, p := range people {
		d := market.Due{Subscriber: p.Subscriber, Today: map[string]int{}}
		for _, q := range found[p.ID] {
			d.Searches = append(d.Searches, q.Search)
			d.Today[q.ID] = len(q.mailsSince(now.Add(-24 * time.Hour)))
		}
		out = append(out, d)
	}
	if len(out) == 0 {
		return nil, market.ErrNone
	}
	return out, nil
}

func claimPeople(ctx context.Context, tx *sql.Tx, now time.Time, lease time.Duration, limit int) ([]person, error) {
	var out []person
	// The condition is there twice, as in Claim: somebody may change what
	// their searches are while this waits for their row.
	rows, err := tx.QueryContext(ctx, `
		UPDATE subscriber SET lease_until = $1
		WHERE id IN (
			SELECT id FROM subscriber WHERE due_at > 0 AND due_at <= $2 AND lease_until <= $2 ORDER BY due_at, id LIMIT $3
		) AND due_at > 0 AND due_at <= $2 AND lease_until <= $2
		RETURNING `+personColumns, ms(now.Add(lease)), ms(now), limit)
	err = each(rows, err, func(rows *sql.Rows) error {
		p, err := scanPerson(rows.Scan)
		out = append(out, p)
		return err
	})
	slices.SortFunc(out, func(a, b person) int {
		return cmp.Or(cmp.Compare(a.dueAt, b.dueAt), strings.Compare(a.ID, b.ID))
	})
	return out, err
}

// dueSearches reads the due searches of people who are held, oldest first.
func dueSearches(ctx context.Context, tx *sql.Tx, people []person, now time.Time, into map[string][]storedSearch) error {
	for some := range slices.Chunk(people, maxList) {
		list, args := in(2, idsOf(some))
		rows, err := tx.QueryContext(ctx, `
			SELECT `+searchColumns+` FROM search WHERE state = 'on' AND due_at > 0 AND due_at <= $1 AND subscriber IN `+list+`
			ORDER BY created, id`, append([]any{ms(now)}, args...)...)
		found, err := searches(rows, err)
		if err != nil {
			return err
		}
		for _, q := range found {
			into[q.Subscriber] = append(into[q.Subscriber], q)
		}
	}
	return nil
}

func idsOf(people []person) []string {
	ids := make([]string, len(people))
	for i, p := range people {
		ids[i] = p.ID
	}
	return ids
}

// Tell takes each telling whole or not at all, and gives the claims back. told
// counts those that were taken. A telling is void where one of its searches is
// not on, is not where From says, or is gone, where its person is gone, and
// where a letter of its key was filed before. Of several tellings of one
// person the first that can be taken counts.
//
// A search that Hurry named for a number beyond Upto is due when Hurry said,
// where Next is later: it was named after what the telling was reckoned from,
// and is not left to its owner's hour. A search that is put off, so that Upto
// is From, is due at Next, unless Hurry named a time after now.
//
// Invariant: cursors, what was told, and the letter with its tokens change in
// one transaction, under the person's lock, by comparing the cursors with what
// they were. Of any number of tellings from one cursor one is taken.
//
// It fails, and takes nothing, with ErrInvalid where a telling contradicts
// itself: a cursor that falls, listings told without a letter, a letter to
// somebody else.
func (s *Store) Tell(ctx context.Context, ts []market.Telling, now time.Time) (told int, err error) {
	var ids []string
	for _, t := range ts {
		if err := checkTelling(t); err != nil {
			return 0, doing("tell people", err)
		}
		ids = append(ids, t.Subscriber)
	}
	if len(ts) == 0 {
		return 0, nil
	}
	err = s.write(ctx, func(tx *sql.Tx) error {
		if _, err := lockPeople(ctx, tx); err != nil {
			return err
		}
		t := &teller{tx: tx, now: now}
		if err := t.read(ctx, ids); err != nil {
			return err
		}
		if told, err = t.tell(ctx, ts); err != nil {
			return err
		}
		return t.giveBack(ctx, ids)
	})
	if err != nil {
		return 0, doing("tell people", err)
	}
	return told, nil
}

func checkTelling(t market.Telling) error {
	for _, s := range t.Steps {
		if s.Upto < s.From || s.Told < 0 || s.Told > 0 && t.Letter == nil {
			return fmt.Errorf("telling of search %q from %d to %d, %d listings: %w", s.Search, s.From, s.Upto, s.Told, market.ErrInvalid)
		}
	}
	return nil
}

// teller tells people within one transaction that holds them.
type teller struct {
	tx       *sql.Tx
	now      time.Time
	people   map[string]person
	searches map[string]*storedSearch
	// mailed are those who were told something.
	mailed []string
}

// read holds people and reads what they look for.
func (t *teller) read(ctx context.Context, ids []string) (err error) {
	if t.people, err = hold(ctx, t.tx, ids); err != nil {
		return err
	}
	t.searches = map[string]*storedSearch{}
	for some := range slices.Chunk(ids, maxList) {
		list, args := in(1, some)
		rows, err := t.tx.QueryContext(ctx, `SELECT `+searchColumns+` FROM search WHERE subscriber IN `+list, args...)
		found, err := searches(rows, err)
		if err != nil {
			return doing("read what people look for", err)
		}
		for _, q := range found {
			t.searches[q.ID] = &q
		}
	}
	return nil
}

// tell takes the tellings that can be: first it files their letters, and then
// it writes the rest for those whose letter is news.
func (t *teller) tell(ctx context.Context, ts []market.Telling) (told int, err error) {
	var able []market.Telling
	var ls []market.Letter
	people, keys := map[string]bool{}, map[string]bool{}
	for _, one := range ts {
		if people[one.Subscriber] || !t.stands(one) {
			continue
		}
		if one.Letter != nil {
			if err := checkTo(t.people[one.Subscriber], *one.Letter, one.Tokens); err != nil {
				return 0, err
			}
			if keys[one.Letter.Key] {
				continue
			}
			keys[one.Letter.Key] = true
			ls = append(ls, *one.Letter)
		}
		people[one.Subscriber] = true
		able = append(able, one)
	}
	filed, err := file(ctx, t.tx, ls...)
	if err != nil {
		return 0, err
	}
	var links []market.Token
	var moved []*storedSearch
	for _, one := range able {
		if one.Letter != nil {
			if !filed[one.Letter.Key] {
				continue
			}
			t.mailed = append(t.mailed, one.Subscriber)
			links = append(links, one.Tokens...)
		}
		for _, step := range one.Steps {
			q := t.searches[step.Search]
			q.tell(step, t.now)
			moved = append(moved, q)
		}
		told++
	}
	if err := insertTokens(ctx, t.tx, links); err != nil {
		return 0, err
	}
	return told, t.move(ctx, moved)
}

// stands reports whether a telling was reckoned from what is.
func (t *teller) stands(one market.Telling) bool {
	if _, ok := t.people[one.Subscriber]; !ok {
		return false
	}
	for _, step := range one.Steps {
		q := t.searches[step.Search]
		if q == nil || q.Subscriber != one.Subscriber || q.State != market.SearchOn || q.Cursor != step.From {
			return false
		}
	}
	return true
}

// move writes where searches are.
func (t *teller) move(ctx context.Context, moved []*storedSearch) error {
	for some := range slices.Chunk(moved, maxRows) {
		values := make([][]any, len(some))
		for i, q := range some {
			mails, err := json.Marshal(q.mails)
			if err != nil {
				return err
			}
			values[i] = []any{q.ID, string(mails), q.Cursor, ms(q.DueAt), ms(q.ToldAt), q.Told, q.Last}
		}
		list, args := tuples(values, func(column int, place string) string {
			if column < 2 {
				return "CAST(" + place + " AS TEXT)"
			}
			return "CAST(" + place + " AS BIGINT)"
		}, "")
		if _, err := t.tx.ExecContext(ctx, `
			WITH moved (id, mails, cursor, due_at, told_at, told, last) AS (VALUES `+list+`)
			UPDATE search SET mails = moved.mails, cursor = moved.cursor, due_at = moved.due_at, told_at = moved.told_at,
				told = moved.told, last = moved.last
			FROM moved WHERE search.id = moved.id`, args...); err != nil {
			return doing("move searches", err)
		}
	}
	return nil
}

// tell moves a search on.
func (s *storedSearch) tell(step market.Step, now time.Time) {
	s.Cursor, s.DueAt = step.Upto, step.Next
	if hurry := at(s.hurryAt); s.hurry > step.Upto && (step.Upto > step.From || hurry.After(now)) && hurry.Before(step.Next) {
		s.DueAt = hurry
	}
	s.mails = append([]int64{}, s.mailsSince(now.Add(-24*time.Hour))...)
	if step.Told > 0 {
		s.ToldAt, s.Last = now, step.Told
		s.Told += step.Told
		s.mails = append(s.mails, ms(now))
	}
}

// giveBack ends the claims, and says when people are due and were mailed.
func (t *teller) giveBack(ctx context.Context, ids []string) error {
	for some := range slices.Chunk(t.mailed, maxList) {
		list, args := in(2, some)
		if _, err := t.tx.ExecContext(ctx, `UPDATE subscriber SET mailed_at = $1 WHERE id IN `+list, append([]any{ms(t.now)}, args...)...); err != nil {
			return doing("note who was mailed", err)
		}
	}
	for some := range slices.Chunk(ids, maxList) {
		list, args := in(1, some)
		if _, err := t.tx.ExecContext(ctx, `UPDATE subscriber SET lease_until = 0 WHERE id IN `+list, args...); err != nil {
			return doing("give claims back", err)
		}
	}
	return reckonDue(ctx, t.tx, ids...)
}

// Watched is up to where Hurry has looked.
func (s *Store) Watched(ctx context.Context) (int64, error) { return s.counter(ctx, "watched") }

// InstantSearches are the searches that are on and told at once. It reads
// them in pages: what changes meanwhile may come old or new.
func (s *Store) InstantSearches(ctx context.Context) iter.Seq2[market.Search, error] {
	return func(yield func(market.Search, error) bool) {
		last := ""
		for {
			rows, err := s.query(ctx, `
				SELECT `+searchColumns+` FROM search WHERE state = 'on' AND freq = 'instant' AND id > $1 ORDER BY id LIMIT $2`, last, maxList)
			some, err := searches(rows, err)
			if err != nil {
				yield(market.Search{}, doing("read instant searches", err))
				return
			}
			for _, q := range some {
				if !yield(q.Search, nil) {
					return
				}
				last = q.ID
			}
			if len(some) < maxList {
				return
			}
		}
	}
}

// Hurry makes searches that are on due at a time, where they would be due
// later, and moves Watched from one number to another. ErrNone: Watched is no
// longer from; nothing is written.
func (s *Store) Hurry(ctx context.Context, from, upto int64, searches []string, at time.Time) error {
	return doing("hurry searches", s.write(ctx, func(tx *sql.Tx) error {
		watched, err := lockPeople(ctx, tx)
		if err != nil {
			return err
		}
		if watched != from {
			return market.ErrNone
		}
		if upto < from {
			return fmt.Errorf("from %d to %d: %w", from, upto, market.ErrInvalid)
		}
		if _, err := tx.ExecContext(ctx, `UPDATE counter SET value = $1 WHERE name = 'watched'`, upto); err != nil {
			return err
		}
		for some := range slices.Chunk(searches, maxList) {
			if err := hurry(ctx, tx, some, upto, ms(at)); err != nil {
				return err
			}
		}
		return nil
	}))
}

func hurry(ctx context.Context, tx *sql.Tx, searches []string, upto, at int64) error {
	list, args := in(1, searches)
	var owners []string
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT subscriber FROM search WHERE id IN `+list, args...)
	err = each(rows, err, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		owners = append(owners, id)
		return err
	})
	if err != nil || len(owners) == 0 {
		return err
	}
	if _, err := hold(ctx, tx, owners); err != nil {
		return err
	}
	list, args = in(3, searches)
	if _, err := tx.ExecContext(ctx, `
		UPDATE search SET hurry = $1, hurry_at = $2, due_at = CASE WHEN due_at > 0 AND due_at < $2 THEN due_at ELSE $2 END
		WHERE state = 'on' AND id IN `+list, append([]any{upto, at}, args...)...); err != nil {
		return err
	}
	return reckonDue(ctx, tx, owners...)
}

// Silent are at most limit people with searches that are on, whose owner last
// said at or before a time that they want them, and who were not asked since,
// with those searches; who was silent longest comes first. ErrNone: there are
// none.
func (s *Store) Silent(ctx context.Context, aliveBefore time.Time, limit int) ([]market.Due, error) {
	// Nobody has many more searches than MaxSearches: these are at least so
	// many people where there are.
	found, err := s.ids(ctx, `
		SELECT subscriber FROM search WHERE state = 'on' AND asked_at = 0 AND alive_at <= $1
		ORDER BY alive_at, id LIMIT $2`, ms(aliveBefore), limit*market.MaxSearches)
	if err != nil {
		return nil, doing("look for silent people", err)
	}
	var owners []string
	for _, id := range found {
		if len(owners) < limit && !slices.Contains(owners, id) {
			owners = append(owners, id)
		}
	}
	var out []market.Due
	for _, id := range owners {
		p, err := s.person(ctx, `id = $1`, id)
		if errors.Is(err, market.ErrNotFound) {
			continue // They went since.
		}
		if err != nil {
			return nil, doing("look for silent people", err)
		}
		rows, err := s.query(ctx, `
			SELECT `+searchColumns+` FROM search WHERE subscriber = $1 AND state = 'on' AND asked_at = 0 AND alive_at <= $2
			ORDER BY created, id`, id, ms(aliveBefore))
		found, err := searches(rows, err)
		if err != nil {
			return nil, doing("look for silent people", err)
		}
		d := market.Due{Subscriber: p.Subscriber}
		for _, q := range found {
			d.Searches = append(d.Searches, q.Search)
		}
		if len(d.Searches) > 0 {
			out = append(out, d)
		}
	}
	if len(out) == 0 {
		return nil, market.ErrNone
	}
	return out, nil
}

// Ask files the letter that asks, with its tokens, and notes the searches as
// asked. ErrNone: one of them is not on, was asked already or is gone, or a
// letter of the key was filed before; nothing is written.
func (s *Store) Ask(ctx context.Context, searches []string, letter market.Letter, tokens []market.Token, now time.Time) error {
	return doing("ask a person", s.write(ctx, func(tx *sql.Tx) error {
		people, err := hold(ctx, tx, []string{letter.Subscriber})
		if err != nil {
			return err
		}
		p, ok := people[letter.Subscriber]
		if !ok {
			return market.ErrNone
		}
		for _, id := range searches {
			if err := one(tx.ExecContext(ctx, `
				UPDATE search SET asked_at = $1 WHERE id = $2 AND subscriber = $3 AND state = 'on' AND asked_at = 0`, ms(now), id, p.ID)); err != nil {
				return err
			}
		}
		filed, err := fileTo(ctx, tx, p, letter, tokens)
		if err == nil && !filed {
			err = market.ErrNone
		}
		return err
	}))
}

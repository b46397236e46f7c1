package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// What is stored about people is written under two locks, in this order:
//
//  1. Whoever writes for several people first holds the counter "watched"
//     (see lockPeople). Such transactions follow one another.
//  2. Whoever writes a person's searches, tokens or letters first holds the
//     person's row (see hold), and reads what it decides by after that.
//
// A letter's sender holds nothing but the letter's row. So there is no
// deadlock, and what was read under a person's lock stays true until the
// commit.

// person is a subscriber as stored.
type person struct {
	market.Subscriber
	hash  string
	dueAt int64
}

const personColumns = `id, email, email_hash, lang, hour, zone, created, mailed_at, due_at`

func scanPerson(scan func(...any) error) (person, error) {
	var p person
	var created, mailed int64
	err := scan(&p.ID, &p.Email, &p.hash, &p.Lang, &p.Hour, &p.Zone, &created, &mailed, &p.dueAt)
	p.Created, p.MailedAt = at(created), at(mailed)
	return p, err
}

// storedSearch is a search as stored.
type storedSearch struct {
	market.Search
	// mails are when the mails of the last day with its listings were
	// composed, in milliseconds, ascending.
	mails []int64
	// hurry is up to where there was something to tell at once, hurryAt when
	// that is due.
	hurry, hurryAt int64
}

const searchColumns = `id, subscriber, query, freq, state, lang, hour, zone, created, confirmed, cursor, due_at,
	told_at, told, last, alive_at, asked_at, changed_at, mails, hurry, hurry_at`

func scanSearch(scan func(...any) error) (storedSearch, error) {
	var s storedSearch
	var created, confirmed, due, told, alive, asked, changed int64
	var mails string
	if err := scan(&s.ID, &s.Subscriber, &s.Query, &s.Freq, &s.State, &s.Lang, &s.Hour, &s.Zone, &created, &confirmed, &s.Cursor, &due,
		&told, &s.Told, &s.Last, &alive, &asked, &changed, &mails, &s.hurry, &s.hurryAt); err != nil {
		return s, err
	}
	s.Created, s.Confirmed, s.DueAt, s.ToldAt = at(created), at(confirmed), at(due), at(told)
	s.AliveAt, s.AskedAt, s.ChangedAt = at(alive), at(asked), at(changed)
	if err := json.Unmarshal([]byte(mails), &s.mails); err != nil {
		return s, fmt.Errorf("mails of search %s: %w", s.ID, err)
	}
	return s, nil
}

// mailsSince drops the mails that were composed at or before a time.
func (s *storedSearch) mailsSince(t time.Time) []int64 {
	i, _ := slices.BinarySearch(s.mails, ms(t)+1)
	return s.mails[i:]
}

func searches(rows *sql.Rows, err error) ([]storedSearch, error) {
	var out []storedSearch
	err = each(rows, err, func(rows *sql.Rows) error {
		s, err := scanSearch(rows.Scan)
		out = append(out, s)
		return err
	})
	return out, err
}

// searchesOf are a person's searches, oldest first.
func searchesOf(ctx context.Context, tx *sql.Tx, subscriber string) ([]storedSearch, error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+searchColumns+` FROM search WHERE subscriber = $1 ORDER BY created, id`, subscriber)
	out, err := searches(rows, err)
	return out, doing("read a person's searches", err)
}

// insertSearch adds a search that is new.
func insertSearch(ctx context.Context, tx *sql.Tx, s market.Search) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO search (`+searchColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, 0, $13, 0, $14, '[]', 0, 0)`,
		s.ID, s.Subscriber, s.Query, s.Freq, s.State, s.Lang, s.Hour, s.Zone, ms(s.Created), ms(s.Confirmed), s.Cursor, ms(s.DueAt),
		ms(s.AliveAt), ms(s.ChangedAt))
	return doing("add a search", err)
}

// update writes what a search's owner can change, and what follows from it.
func (s *storedSearch) update(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE search SET query = $1, freq = $2, state = $3, lang = $4, hour = $5, zone = $6, confirmed = $7, cursor = $8,
			due_at = $9, alive_at = $10, asked_at = $11, changed_at = $12, hurry = $13, hurry_at = $14
		WHERE id = $15`,
		s.Query, s.Freq, s.State, s.Lang, s.Hour, s.Zone, ms(s.Confirmed), s.Cursor,
		ms(s.DueAt), ms(s.AliveAt), ms(s.AskedAt), ms(s.ChangedAt), s.hurry, s.hurryAt, s.ID)
	return doing("change a search", err)
}

// deleteSearches deletes some of a person's searches with the tokens that
// would start them.
func deleteSearches(ctx context.Context, tx *sql.Tx, ids ...string) error {
	for some := range slices.Chunk(ids, maxList) {
		list, args := in(1, some)
		for _, statement := range []string{`DELETE FROM token WHERE search <> '' AND search IN `, `DELETE FROM search WHERE id IN `} {
			if _, err := tx.ExecContext(ctx, statement+list, args...); err != nil {
				return doing("delete searches", err)
			}
		}
	}
	return nil
}

// lockPeople lets one transaction at a time write for several people; it
// gives the counter's value.
func lockPeople(ctx context.Context, tx *sql.Tx) (watched int64, err error) {
	err = tx.QueryRowContext(ctx, `UPDATE counter SET value = value WHERE name = 'watched' RETURNING value`).Scan(&watched)
	return watched, doing("wait for others who write to people", err)
}

// hold holds people's rows until the commit; those that are not there are left out.
func hold(ctx context.Context, tx *sql.Tx, ids []string) (map[string]person, error) {
	out := make(map[string]person, len(ids))
	for some := range slices.Chunk(ids, maxList) {
		list, args := in(1, some)
		rows, err := tx.QueryContext(ctx, `UPDATE subscriber SET lease_until = lease_until WHERE id IN `+list+` RETURNING `+personColumns, args...)
		err = each(rows, err, func(rows *sql.Rows) error {
			p, err := scanPerson(rows.Scan)
			out[p.ID] = p
			return err
		})
		if err != nil {
			return nil, doing("hold people", err)
		}
	}
	return out, nil
}

// reckonDue makes people's due_at that of their searches.
//
// Invariant: it is called at the end of every transaction that changes the
// state or due_at of a search, under its owner's lock.
func reckonDue(ctx context.Context, tx *sql.Tx, ids ...string) error {
	for some := range slices.Chunk(ids, maxList) {
		list, args := in(1, some)
		if _, err := tx.ExecContext(ctx, `
			UPDATE subscriber SET due_at = COALESCE((
				SELECT MIN(search.due_at) FROM search
				WHERE search.subscriber = subscriber.id AND search.state = 'on' AND search.due_at > 0), 0)
			WHERE id IN `+list, args...); err != nil {
			return doing("reckon when people are due", err)
		}
	}
	return nil
}

// takesMail reports whether an address is not suppressed.
func takesMail(ctx context.Context, tx *sql.Tx, hash string) (bool, error) {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM suppressed WHERE hash = $1`, hash).Scan(&n)
	return n == 0, doing("look for a suppressed address", err)
}

// newest is the newest number of the change log.
func newest(ctx context.Context, tx *sql.Tx) (n int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT value FROM counter WHERE name = 'change'`).Scan(&n)
	return n, doing("read the change counter", err)
}

const tokenColumns = `selector, hash, scope, subscriber, search, created, expires, used_at`

// storedToken is a token, and whether it started its search.
type storedToken struct {
	market.Token
	used bool
}

func scanToken(scan func(...any) error) (storedToken, error) {
	var t storedToken
	var created, expires, used int64
	err := scan(&t.Selector, &t.Hash, &t.Scope, &t.Subscriber, &t.Search, &created, &expires, &used)
	t.Created, t.Expires, t.used = at(created), at(expires), used > 0
	return t, err
}

// errToken says nothing of what is wrong with a link.
var errToken = fmt.Errorf("link: %w", market.ErrNotFound)

// token is the stored token that a raw one opens; it fails with ErrNotFound.
func (s *Store) token(ctx context.Context, raw string, scope market.TokenScope, now time.Time) (storedToken, error) {
	var found storedToken
	selector, ok := market.Selector(raw)
	if !ok {
		return found, errToken
	}
	rows, err := s.query(ctx, `SELECT `+tokenColumns+` FROM token WHERE selector = $1`, selector)
	err = each(rows, err, func(rows *sql.Rows) error {
		var err error
		found, err = scanToken(rows.Scan)
		return err
	})
	switch {
	case err != nil:
		return found, doing("look for a link's token", err)
	case found.Selector == "" || !found.Opens(raw, scope, now):
		return storedToken{}, errToken
	}
	return found, nil
}

// owned runs fn in a transaction that holds the person whom a token is about.
// What is no token is refused before it begins.
func (s *Store) owned(ctx context.Context, raw string, scope market.TokenScope, now time.Time,
	fn func(tx *sql.Tx, p person, t storedToken) error,
) error {
	t, err := s.token(ctx, raw, scope, now)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx *sql.Tx) error {
		p, err := scanPerson(tx.QueryRowContext(ctx,
			`UPDATE subscriber SET seen_at = $1 WHERE id = $2 RETURNING `+personColumns, ms(now), t.Subscriber).Scan)
		if errors.Is(err, sql.ErrNoRows) {
			return errToken
		}
		if err != nil {
			return doing("hold a person", err)
		}
		// It may have been used or revoked while others held the person.
		t, err := scanToken(tx.QueryRowContext(ctx, `SELECT `+tokenColumns+` FROM token WHERE selector = $1`, t.Selector).Scan)
		if errors.Is(err, sql.ErrNoRows) {
			return errToken
		}
		if err != nil {
			return doing("look for a link's token", err)
		}
		return fn(tx, p, t)
	})
}

var tokens = insertion{before: `INSERT INTO token (` + tokenColumns + `)`, rest: `, 0`}

// insertTokens stores tokens.
func insertTokens(ctx context.Context, tx *sql.Tx, ts []market.Token) error {
	values := make([][]any, len(ts))
	for i, t := range ts {
		values[i] = []any{t.Selector, t.Hash, t.Scope, t.Subscriber, t.Search, ms(t.Created), ms(t.Expires)}
	}
	return doing("keep tokens", tokens.insert(ctx, tx, values, nil))
}

// newID names a person or a search.
func newID() string { return rand.Text() }

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// The callbacks of what the web asks for.
type (
	writeLetter = func(to market.Subscriber, s market.Search) (market.Letter, []market.Token, error)
	nextDue     = func(to market.Subscriber, s market.Search, after time.Time) time.Time
)

// errRefused undoes what was done for an address that gets no letter.
var errRefused = errors.New("refused")

// Subscribe files a pending search with the letter that asks to confirm it.
// A pending search of the same query is replaced, and the links that would
// have started that one start this one. filed is false, and nothing is stored,
// where the address is suppressed, has had market.MaxConfirm such letters in
// the 24 hours before now, or has market.MaxSearches searches.
//
// All of the work is done for every address, the letter's writing included,
// and what is refused is undone at the end: how long it takes tells nobody
// whether an address is known.
func (s *Store) Subscribe(ctx context.Context, email string, q market.Search, now time.Time, write writeLetter) (filed bool, err error) {
	return s.letterFor(ctx, email, market.LetterConfirm, q, now, func(tx *sql.Tx, p person) (market.Search, bool, error) {
		n := market.Search{
			ID: newID(), Subscriber: p.ID, Query: text(q.Query), Freq: q.Freq, State: market.SearchPending,
			Lang: q.Lang, Hour: q.Hour, Zone: q.Zone, Created: at(ms(now)), ChangedAt: at(ms(now)),
		}
		if !n.Freq.Valid() {
			return n, false, fmt.Errorf("frequency %q: %w", n.Freq, market.ErrInvalid)
		}
		if _, err := tx.ExecContext(ctx, `
			UPDATE token SET search = $1 WHERE search <> '' AND search IN (
				SELECT id FROM search WHERE subscriber = $2 AND state = 'pending' AND query = $3)`, n.ID, p.ID, n.Query); err != nil {
			return n, false, doing("replace a pending search", err)
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM search WHERE subscriber = $1 AND state = 'pending' AND query = $2`, p.ID, n.Query); err != nil {
			return n, false, doing("replace a pending search", err)
		}
		var had int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM search WHERE subscriber = $1`, p.ID).Scan(&had); err != nil {
			return n, false, doing("count a person's searches", err)
		}
		return n, had < market.MaxSearches, insertSearch(ctx, tx, n)
	}, write)
}

// SendManage files the letter with the link to a person's searches, for an
// address that has some. filed is false, and nothing is stored, where it has
// none, is suppressed, or has had market.MaxConfirm such letters in the 24
// hours before now. Here too all of the work is done for every address.
func (s *Store) SendManage(ctx context.Context, email string, now time.Time, write writeLetter) (filed bool, err error) {
	return s.letterFor(ctx, email, market.LetterManage, market.Search{}, now, func(tx *sql.Tx, p person) (market.Search, bool, error) {
		var has int
		err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM search WHERE subscriber = $1`, p.ID).Scan(&has)
		return market.Search{}, has > 0, doing("count a person's searches", err)
	}, write)
}

// letterFor files a letter that anybody can ask for, for the person of an
// address, who is made where there is none. prepare says what it is about, and
// whether it may be filed. chosen is what somebody new gets.
func (s *Store) letterFor(ctx context.Context, email string, kind market.LetterKind, chosen market.Search, now time.Time,
	prepare func(tx *sql.Tx, p person) (about market.Search, ok bool, err error), write writeLetter,
) (filed bool, err error) {
	if email, err = market.ParseEmail(email); err != nil {
		return false, err
	}
	if chosen.Zone == "" {
		chosen.Zone = market.DefaultZone
	}
	err = s.write(ctx, func(tx *sql.Tx) error {
		hash := market.HashEmail(email)
		p, err := scanPerson(tx.QueryRowContext(ctx, `
			INSERT INTO subscriber (id, email, email_hash, lang, hour, zone, created, seen_at, mailed_at, due_at, lease_until)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 0, 0, 0)
			ON CONFLICT (email_hash) DO UPDATE SET seen_at = excluded.seen_at
			RETURNING `+personColumns, newID(), email, hash, chosen.Lang, chosen.Hour, chosen.Zone, ms(now)).Scan)
		if err != nil {
			return doing("hold a person", err)
		}
		about, ok, err := prepare(tx, p)
		if err != nil {
			return err
		}
		takes, err := takesMail(ctx, tx, hash)
		if err != nil {
			return err
		}
		var had int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM letter WHERE email_hash = $1 AND created > $2 AND kind = $3`,
			hash, ms(now.Add(-24*time.Hour)), kind).Scan(&had); err != nil {
			return doing("count an address's letters", err)
		}
		l, ts, err := write(p.Subscriber, about)
		if err != nil {
			return doing("write a letter", err)
		}
		if l.Kind != kind {
			return fmt.Errorf("letter %q is of the kind %q, not %q: %w", l.Key, l.Kind, kind, market.ErrInvalid)
		}
		filed, err := fileTo(ctx, tx, p, l, ts)
		if err == nil && !(ok && takes && had < market.MaxConfirm && filed) {
			err = errRefused
		}
		return err
	})
	if errors.Is(err, errRefused) {
		return false, nil
	}
	return err == nil, doing("file a letter", err)
}

// Pending is the search that a token would start, and whether the token has.
func (s *Store) Pending(ctx context.Context, raw string, now time.Time) (to market.Subscriber, q market.Search, used bool, err error) {
	t, err := s.token(ctx, raw, market.TokenConfirm, now)
	if err != nil {
		return to, q, false, err
	}
	p, err := s.person(ctx, `id = $1`, t.Subscriber)
	if err != nil {
		return to, q, false, err
	}
	rows, err := s.query(ctx, `SELECT `+searchColumns+` FROM search WHERE id = $1 AND subscriber = $2`, t.Search, t.Subscriber)
	found, err := searches(rows, err)
	if err != nil {
		return to, q, false, doing("read a pending search", err)
	}
	if len(found) == 0 {
		return to, q, false, errToken
	}
	return p.Subscriber, found[0].Search, t.used, nil
}

// Confirm starts the search of a token, once. Where the owner has another
// search of the same query, that one takes its frequency and is on, the
// pending one goes, and its links lead to the other.
//
// Invariant: the token is marked in the transaction that starts the search,
// under the owner's lock; of two confirmations one starts it.
func (s *Store) Confirm(ctx context.Context, raw string, now time.Time, next nextDue) (started market.Search, used bool, err error) {
	err = s.owned(ctx, raw, market.TokenConfirm, now, func(tx *sql.Tx, p person, t storedToken) error {
		all, err := searchesOf(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		q := find(all, t.Search)
		if q == nil {
			return errToken
		}
		if used = t.used; used {
			started = q.Search
			return nil
		}
		if err := mustTakeMail(ctx, tx, p); err != nil {
			return err
		}
		if p.Lang, p.Hour, p.Zone = q.Lang, q.Hour, q.Zone; q.State == market.SearchPending {
			if q, err = confirm(ctx, tx, all, q); err != nil {
				return err
			}
		}
		if err := q.start(ctx, tx, p, now, next); err != nil {
			return err
		}
		if q.Confirmed.IsZero() {
			q.Confirmed = at(ms(now))
		}
		if err := q.update(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE token SET used_at = $1 WHERE selector = $2`, ms(now), t.Selector); err != nil {
			return doing("mark a token", err)
		}
		started = q.Search
		return changePerson(ctx, tx, p, now, next)
	})
	return started, used && err == nil, doing("confirm a search", err)
}

func find(all []storedSearch, id string) *storedSearch {
	for i := range all {
		if all[i].ID == id {
			return &all[i]
		}
	}
	return nil
}

// confirm is the search that a pending one becomes: itself, or its owner's
// other one of the same query.
func confirm(ctx context.Context, tx *sql.Tx, all []storedSearch, pending *storedSearch) (*storedSearch, error) {
	for i := range all {
		other := &all[i]
		if other.Query != pending.Query || other.State == market.SearchPending {
			continue
		}
		other.Freq, other.Lang, other.Hour, other.Zone = pending.Freq, pending.Lang, pending.Hour, pending.Zone
		if _, err := tx.ExecContext(ctx, `UPDATE token SET search = $1 WHERE search <> '' AND search = $2`, other.ID, pending.ID); err != nil {
			return nil, doing("lead links to another search", err)
		}
		return other, deleteSearches(ctx, tx, pending.ID)
	}
	return pending, nil
}

// start makes a search be on, as its owner wants it to be. One that was not
// begins anew, at the newest change; one that was, and is due already, stays
// due.
func (s *storedSearch) start(ctx context.Context, tx *sql.Tx, owner person, now time.Time, next nextDue) (err error) {
	if s.State != market.SearchOn {
		if s.Cursor, err = newest(ctx, tx); err != nil {
			return err
		}
		s.State, s.ChangedAt, s.DueAt = market.SearchOn, at(ms(now)), time.Time{}
	}
	if s.DueAt.IsZero() || s.DueAt.After(now) {
		s.DueAt = next(owner.Subscriber, s.Search, now)
	}
	s.AliveAt, s.AskedAt, s.hurry, s.hurryAt = at(ms(now)), time.Time{}, 0, 0
	return nil
}

func mustTakeMail(ctx context.Context, tx *sql.Tx, p person) error {
	takes, err := takesMail(ctx, tx, p.hash)
	if err == nil && !takes {
		err = fmt.Errorf("the address takes no mail: %w", market.ErrInvalid)
	}
	return err
}

// changePerson writes a person's choices, and when their searches are due by
// them. What is due already stays due.
func changePerson(ctx context.Context, tx *sql.Tx, p person, now time.Time, next nextDue) error {
	if _, err := tx.ExecContext(ctx, `UPDATE subscriber SET lang = $1, hour = $2, zone = $3 WHERE id = $4`, p.Lang, p.Hour, text(p.Zone), p.ID); err != nil {
		return doing("change a person", err)
	}
	all, err := searchesOf(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.State != market.SearchOn || !s.DueAt.After(now) {
			continue
		}
		s.DueAt = next(p.Subscriber, s.Search, now)
		if s.hurry > s.Cursor && at(s.hurryAt).Before(s.DueAt) {
			s.DueAt = at(s.hurryAt)
		}
		if err := s.update(ctx, tx); err != nil {
			return err
		}
	}
	return reckonDue(ctx, tx, p.ID)
}

// Manage is the person whom a token is about, with all their searches, oldest
// first.
func (s *Store) Manage(ctx context.Context, raw string, now time.Time) (market.Subscriber, []market.Search, error) {
	t, err := s.token(ctx, raw, market.TokenManage, now)
	if err != nil {
		return market.Subscriber{}, nil, err
	}
	p, err := s.person(ctx, `id = $1`, t.Subscriber)
	if err != nil {
		return market.Subscriber{}, nil, err
	}
	all, err := s.personSearches(ctx, p.ID)
	return p.Subscriber, all, doing("read a person's searches", err)
}

// person is the one that a condition picks; ErrNotFound: there is none.
func (s *Store) person(ctx context.Context, condition string, args ...any) (p person, err error) {
	rows, err := s.query(ctx, `SELECT `+personColumns+` FROM subscriber WHERE `+condition, args...)
	err = each(rows, err, func(rows *sql.Rows) error {
		var err error
		p, err = scanPerson(rows.Scan)
		return err
	})
	if err == nil && p.ID == "" {
		err = market.ErrNotFound
	}
	return p, doing("read a person", err)
}

func (s *Store) personSearches(ctx context.Context, id string) ([]market.Search, error) {
	rows, err := s.query(ctx, `SELECT `+searchColumns+` FROM search WHERE subscriber = $1 ORDER BY created, id`, id)
	all, err := searches(rows, err)
	var out []market.Search
	for _, s := range all {
		out = append(out, s.Search)
	}
	return out, err
}

// ChangeSearch has change edit the Query, Freq or State of one search of the
// token's person; what else change edits is not taken. It fails with
// ErrNotFound where the search is not theirs, with what change fails with, and
// with ErrInvalid where
//
//   - it waits for its confirmation: only Confirm starts it;
//   - the new state is none, or pending;
//   - it would be on, and the address is suppressed.
//
// Where another search of theirs has the new query, that one goes.
func (s *Store) ChangeSearch(ctx context.Context, raw, search string, now time.Time, next nextDue, change func(*market.Search) error) error {
	return doing("change a search", s.owned(ctx, raw, market.TokenManage, now, func(tx *sql.Tx, p person, _ storedToken) error {
		all, err := searchesOf(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		q := find(all, search)
		if q == nil {
			return fmt.Errorf("search %q: %w", search, market.ErrNotFound)
		}
		to := q.Search
		if err := change(&to); err != nil {
			return err
		}
		to.Query = text(to.Query)
		switch {
		case q.State == market.SearchPending:
			return fmt.Errorf("the search waits for its confirmation: %w", market.ErrInvalid)
		case to.State != market.SearchOn && to.State != market.SearchPaused && to.State != market.SearchStopped:
			return fmt.Errorf("state %q: %w", to.State, market.ErrInvalid)
		case !to.Freq.Valid():
			return fmt.Errorf("frequency %q: %w", to.Freq, market.ErrInvalid)
		}
		for _, other := range all {
			if to.Query != q.Query && other.ID != q.ID && other.Query == to.Query && other.State != market.SearchPending {
				if err := deleteSearches(ctx, tx, other.ID); err != nil {
					return err
				}
			}
		}
		anew := to.Query != q.Query
		q.Query, q.Freq = to.Query, to.Freq
		if to.State == market.SearchOn {
			if err := mustTakeMail(ctx, tx, p); err != nil {
				return err
			}
			if err := q.start(ctx, tx, p, now, next); err != nil {
				return err
			}
		} else {
			q.AliveAt, q.AskedAt = at(ms(now)), time.Time{}
			if q.State != to.State {
				q.State, q.ChangedAt = to.State, at(ms(now))
			}
		}
		if anew {
			if q.Cursor, err = newest(ctx, tx); err != nil {
				return err
			}
		}
		if err := q.update(ctx, tx); err != nil {
			return err
		}
		return reckonDue(ctx, tx, p.ID)
	}))
}

// DeleteSearch deletes one search of the token's person; ErrNotFound: it is
// not theirs.
func (s *Store) DeleteSearch(ctx context.Context, raw, search string, now time.Time) error {
	return doing("delete a search", s.owned(ctx, raw, market.TokenManage, now, func(tx *sql.Tx, p person, _ storedToken) error {
		all, err := searchesOf(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		if find(all, search) == nil {
			return fmt.Errorf("search %q: %w", search, market.ErrNotFound)
		}
		if err := deleteSearches(ctx, tx, search); err != nil {
			return err
		}
		return reckonDue(ctx, tx, p.ID)
	}))
}

// ChangeSubscriber has change edit the Lang, Hour or Zone of the token's
// person; what else it edits is not taken. Their searches are due by them, but
// what is due already stays due.
func (s *Store) ChangeSubscriber(ctx context.Context, raw string, now time.Time, next nextDue, change func(*market.Subscriber) error) error {
	return doing("change a person", s.owned(ctx, raw, market.TokenManage, now, func(tx *sql.Tx, p person, _ storedToken) error {
		to := p.Subscriber
		if err := change(&to); err != nil {
			return err
		}
		p.Lang, p.Hour, p.Zone = to.Lang, to.Hour, to.Zone
		return changePerson(ctx, tx, p, now, next)
	}))
}

// Stop ends all mails of the token's person: their searches are stopped,
// pending ones are deleted, their letters that wait are buried.
func (s *Store) Stop(ctx context.Context, raw string, now time.Time) error {
	return doing("stop a person's mails", s.owned(ctx, raw, market.TokenManage, now, func(tx *sql.Tx, p person, _ storedToken) error {
		if err := stopSearches(ctx, tx, p.ID, now); err != nil {
			return err
		}
		return buryWaiting(ctx, tx, p.hash, `kind <> 'operator'`, "stopped by its receiver", now)
	}))
}

// Alive notes that the token's person is still looking. Searches that were
// paused for want of an answer go on, and begin anew.
func (s *Store) Alive(ctx context.Context, raw string, now time.Time, next nextDue) error {
	return doing("note that a person is still looking", s.owned(ctx, raw, market.TokenManage, now, func(tx *sql.Tx, p person, _ storedToken) error {
		all, err := searchesOf(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		for _, q := range all {
			// Whoever pauses a search answers with that: see ChangeSearch.
			unanswered := q.State == market.SearchPaused && !q.AskedAt.IsZero()
			switch {
			case unanswered:
				if err := q.start(ctx, tx, p, now, next); err != nil {
					return err
				}
			case q.State == market.SearchOn:
				q.AliveAt, q.AskedAt = at(ms(now)), time.Time{}
			default:
				continue
			}
			if err := q.update(ctx, tx); err != nil {
				return err
			}
		}
		return reckonDue(ctx, tx, p.ID)
	}))
}

// Revoke makes every link of the token's person void. Letters that wait are
// buried: the links in them would lead nowhere.
func (s *Store) Revoke(ctx context.Context, raw string, now time.Time) error {
	return doing("revoke a person's links", s.owned(ctx, raw, market.TokenManage, now, func(tx *sql.Tx, p person, _ storedToken) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM token WHERE subscriber = $1`, p.ID); err != nil {
			return err
		}
		return buryWaiting(ctx, tx, p.hash, `kind <> 'operator'`, "its links were revoked", now)
	}))
}

// ForgetPerson deletes everything that is stored about the token's person. Of an
// address that is suppressed, the hash, the reason and the date are kept.
func (s *Store) ForgetPerson(ctx context.Context, raw string, now time.Time) error {
	return doing("forget a person", s.owned(ctx, raw, market.TokenManage, now, func(tx *sql.Tx, p person, _ storedToken) error {
		if err := deletePerson(ctx, tx, p.ID); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM letter WHERE email_hash = $1`, p.hash); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE suppressed SET masked = $1 WHERE hash = $2`, unknownLocal, p.hash)
		return err
	}))
}

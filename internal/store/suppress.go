package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// address is somebody's address, by hash, and who they are where they are
// subscribed.
type address struct {
	hash, masked string
	person       person
}

// addressOf is the address that a letter was to; ErrNotFound: there is no such
// letter.
func addressOf(ctx context.Context, tx *sql.Tx, key string) (address, error) {
	var a address
	var email, domain string
	err := tx.QueryRowContext(ctx, `SELECT email, email_hash, domain FROM letter WHERE key = $1`, key).Scan(&email, &a.hash, &domain)
	if errors.Is(err, sql.ErrNoRows) {
		return a, fmt.Errorf("letter %q: %w", key, market.ErrNotFound)
	}
	a.masked = unknownLocal + "@" + domain
	if email != "" {
		a.masked = market.MaskEmail(email)
	}
	return a, doing("read a letter's address", err)
}

// unknownLocal is what remains of an address where it is known by its hash only.
const unknownLocal = "•••"

// hold holds the person whose address it is, where there is one.
func (a *address) hold(ctx context.Context, tx *sql.Tx) error {
	p, err := scanPerson(tx.QueryRowContext(ctx,
		`UPDATE subscriber SET lease_until = lease_until WHERE email_hash = $1 RETURNING `+personColumns, a.hash).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		a.person, a.masked = p, market.MaskEmail(p.Email)
	}
	return doing("hold a person", err)
}

// suppress ends all mails to an address whose person is held. The first
// reason stands.
func (a *address) suppress(ctx context.Context, tx *sql.Tx, reason market.SuppressReason, now time.Time) error {
	if _, err := tx.ExecContext(ctx, `
		INSERT INTO suppressed (hash, masked, reason, at) VALUES ($1, $2, $3, $4) ON CONFLICT (hash) DO NOTHING`,
		a.hash, text(a.masked), reason, ms(now)); err != nil {
		return doing("suppress an address", err)
	}
	if err := buryWaiting(ctx, tx, a.hash, `1 = 1`, "its address takes no mail", now); err != nil {
		return err
	}
	if a.person.ID == "" {
		return nil
	}
	return stopSearches(ctx, tx, a.person.ID, now)
}

// stopSearches stops a person's searches and deletes those that wait for
// their confirmation. Tokens that did not start a search start none.
func stopSearches(ctx context.Context, tx *sql.Tx, subscriber string, now time.Time) error {
	for _, statement := range []struct {
		text string
		args []any
	}{
		{`DELETE FROM token WHERE subscriber = $1 AND search <> '' AND used_at = 0`, []any{subscriber}},
		{`DELETE FROM search WHERE subscriber = $1 AND state = 'pending'`, []any{subscriber}},
		{`UPDATE search SET state = 'stopped', changed_at = $1 WHERE subscriber = $2 AND state <> 'stopped'`, []any{ms(now), subscriber}},
	} {
		if _, err := tx.ExecContext(ctx, statement.text, statement.args...); err != nil {
			return doing("stop searches", err)
		}
	}
	return reckonDue(ctx, tx, subscriber)
}

// Suppress makes an address get no mail any more: its owner's searches are
// stopped, and their letters that wait are buried. Of one that gets none
// already the first reason stands.
func (s *Store) Suppress(ctx context.Context, email string, reason market.SuppressReason, now time.Time) error {
	return doing("suppress an address", s.write(ctx, func(tx *sql.Tx) error {
		a := address{hash: market.HashEmail(email), masked: market.MaskEmail(email)}
		if err := a.hold(ctx, tx); err != nil {
			return err
		}
		return a.suppress(ctx, tx, reason, now)
	}))
}

// Bounced suppresses the address of a letter that came back, or was called
// spam. ErrNotFound: there is no such letter.
func (s *Store) Bounced(ctx context.Context, key string, reason market.SuppressReason, now time.Time) error {
	return doing("note a bounce", s.write(ctx, func(tx *sql.Tx) error {
		a, err := addressOf(ctx, tx, key)
		if err != nil {
			return err
		}
		if err := a.hold(ctx, tx); err != nil {
			return err
		}
		return a.suppress(ctx, tx, reason, now)
	}))
}

// Unsuppress lets an address get mail again. Its owner's searches stay
// stopped. ErrNotFound: it is not suppressed.
func (s *Store) Unsuppress(ctx context.Context, email string) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		return one(tx.ExecContext(ctx, `DELETE FROM suppressed WHERE hash = $1`, market.HashEmail(email)))
	})
	if errors.Is(err, market.ErrNone) {
		return fmt.Errorf("suppressed address: %w", market.ErrNotFound)
	}
	return doing("let an address get mail again", err)
}

// Suppressed are the addresses that get no mail, the newest first.
func (s *Store) Suppressed(ctx context.Context) ([]market.Suppressed, error) {
	out, err := s.suppressed(ctx, `1 = 1`)
	return out, doing("read suppressed addresses", err)
}

func (s *Store) suppressed(ctx context.Context, condition string, args ...any) ([]market.Suppressed, error) {
	var out []market.Suppressed
	rows, err := s.query(ctx, `SELECT hash, masked, reason, at FROM suppressed WHERE `+condition+` ORDER BY at DESC, hash`, args...)
	err = each(rows, err, func(rows *sql.Rows) error {
		var p market.Suppressed
		var since int64
		if err := rows.Scan(&p.Hash, &p.Masked, &p.Reason, &since); err != nil {
			return err
		}
		p.At = at(since)
		out = append(out, p)
		return nil
	})
	return out, err
}

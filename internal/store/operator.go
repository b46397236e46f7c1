package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// keptAudit is how long a line of the audit log is kept.
const keptAudit = 2 * 365 * 24 * time.Hour

// change does something for an operator and writes its line of the audit log
// in the same transaction. What fn puts into the line is what stands there.
func (s *Store) change(ctx context.Context, what string, a market.Audit, fn func(tx *sql.Tx, a *market.Audit) error) error {
	return doing(what, s.write(ctx, func(tx *sql.Tx) error {
		if err := fn(tx, &a); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO audit (id, at, who, what, subject, was, became) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			rand.Text(), ms(a.At), text(a.Who), text(a.What), text(a.Subject), text(a.Before), text(a.After)); err != nil {
			return doing("write the audit log", err)
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM audit WHERE at < $1`, ms(a.At.Add(-keptAudit)))
		return doing("write the audit log", err)
	}))
}

// AuditLog are the newest lines of the audit log, newest first.
func (s *Store) AuditLog(ctx context.Context, limit int) ([]market.Audit, error) {
	var out []market.Audit
	rows, err := s.query(ctx, `SELECT at, who, what, subject, was, became FROM audit ORDER BY at DESC, id LIMIT $1`, limit)
	err = each(rows, err, func(rows *sql.Rows) error {
		var a market.Audit
		var when int64
		err := rows.Scan(&when, &a.Who, &a.What, &a.Subject, &a.Before, &a.After)
		a.At = at(when)
		out = append(out, a)
		return err
	})
	return out, doing("read the audit log", err)
}

// PutToken files an operator's token, with the letter that carries its secret
// where there is one. Tokens that have expired go.
func (s *Store) PutToken(ctx context.Context, t market.Token, letter *market.Letter) error {
	return doing("file an operator's token", s.write(ctx, func(tx *sql.Tx) error {
		if err := putToken(ctx, tx, t); err != nil || letter == nil {
			return err
		}
		_, err := file(ctx, tx, *letter)
		return err
	}))
}

func putToken(ctx context.Context, tx *sql.Tx, t market.Token) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM operator_token WHERE expires <= $1`, ms(t.Created)); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO operator_token (selector, hash, scope, who, created, expires) VALUES ($1, $2, $3, $4, $5, $6)`,
		t.Selector, t.Hash, t.Scope, text(t.Subscriber), ms(t.Created), ms(t.Expires))
	return err
}

const operatorTokens = `SELECT selector, hash, scope, who, created, expires FROM operator_token `

func scanOperatorToken(rows *sql.Rows) (t market.Token, err error) {
	var created, expires int64
	err = rows.Scan(&t.Selector, &t.Hash, &t.Scope, &t.Subscriber, &created, &expires)
	t.Created, t.Expires = at(created), at(expires)
	return t, err
}

// OperatorToken is the token of a raw one, compared in constant time. It
// fails with market.ErrNotFound where it is none, of another scope, has
// expired or was revoked.
func (s *Store) OperatorToken(ctx context.Context, raw string, scope market.TokenScope, now time.Time) (market.Token, error) {
	selector, ok := market.Selector(raw)
	if !ok {
		return market.Token{}, market.ErrNotFound
	}
	var t market.Token
	rows, err := s.query(ctx, operatorTokens+`WHERE selector = $1`, selector)
	err = each(rows, err, func(rows *sql.Rows) (err error) { t, err = scanOperatorToken(rows); return err })
	switch {
	case err != nil:
		return market.Token{}, doing("read an operator's token", err)
	case !t.Opens(raw, scope, now):
		return market.Token{}, market.ErrNotFound
	}
	return t, nil
}

// SignIn uses up a sign-in token and files the session in its place.
// ErrNotFound: it is none, or was used already.
func (s *Store) SignIn(ctx context.Context, raw string, session market.Token, now time.Time) error {
	t, err := s.OperatorToken(ctx, raw, market.TokenSignIn, now)
	if err != nil {
		return err
	}
	return s.change(ctx, "sign in", market.Audit{At: now, Who: t.Subscriber, What: "signin"}, func(tx *sql.Tx, _ *market.Audit) error {
		res, err := tx.ExecContext(ctx, `DELETE FROM operator_token WHERE selector = $1`, t.Selector)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, market.ErrNotFound)
		}
		session.Subscriber = t.Subscriber
		return putToken(ctx, tx, session)
	})
}

// OperatorTokens are the good ones of a scope, newest first.
func (s *Store) OperatorTokens(ctx context.Context, scope market.TokenScope, now time.Time) ([]market.Token, error) {
	var out []market.Token
	rows, err := s.query(ctx, operatorTokens+`WHERE scope = $1 AND expires > $2 ORDER BY created DESC, selector`, scope, ms(now))
	err = each(rows, err, func(rows *sql.Rows) error {
		t, err := scanOperatorToken(rows)
		out = append(out, t)
		return err
	})
	return out, doing("read operators' tokens", err)
}

// RevokeToken ends an operator's token. One that is gone already is no error.
func (s *Store) RevokeToken(ctx context.Context, selector string, a market.Audit) error {
	return s.change(ctx, "revoke an operator's token", a, func(tx *sql.Tx, _ *market.Audit) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM operator_token WHERE selector = $1`, selector)
		return err
	})
}

// PauseSource keeps a source from being visited until ResumeSource. A run
// under way goes on. ErrNotFound: there is no such source; ErrNone: it is
// paused already, and nothing is said in the audit log.
func (s *Store) PauseSource(ctx context.Context, name string, a market.Audit) error {
	return s.setSource(ctx, "pause a source", name, a, `paused_at = $1`, ms(a.At), `paused_at = 0`)
}

// ResumeSource lets a source be visited again, when it is due. ErrNone: it is
// not paused.
func (s *Store) ResumeSource(ctx context.Context, name string, a market.Audit) error {
	return s.setSource(ctx, "resume a source", name, a, `paused_at = $1`, 0, `paused_at > 0`)
}

// HurrySource makes a source due now; the poll floor of its terms still holds.
// ErrNone: it is paused, and does not run.
func (s *Store) HurrySource(ctx context.Context, name string, a market.Audit) error {
	return s.setSource(ctx, "make a source due", name, a, `next_at = CASE WHEN next_at > $1 THEN $1 ELSE next_at END`, ms(a.At), `paused_at = 0`)
}

func (s *Store) setSource(ctx context.Context, what, name string, a market.Audit, set string, arg int64, where string) error {
	return s.change(ctx, what, a, func(tx *sql.Tx, _ *market.Audit) error {
		res, err := tx.ExecContext(ctx, `UPDATE source SET `+set+` WHERE name = $2 AND `+where, arg, name)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n > 0 {
			return err
		}
		var known int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM source WHERE name = $1`, name).Scan(&known); err != nil {
			return err
		}
		if known == 0 {
			return fmt.Errorf("source %q: %w", name, market.ErrNotFound)
		}
		return market.ErrNone
	})
}

// Runs are a source's finished runs, newest first.
func (s *Store) Runs(ctx context.Context, source string, limit int) ([]market.RunRecord, error) {
	var out []market.RunRecord
	rows, err := s.query(ctx, `SELECT `+runColumns+` FROM run WHERE source = $1 AND finished > 0 ORDER BY finished DESC, started DESC, id LIMIT $2`, source, limit)
	err = each(rows, err, func(rows *sql.Rows) error {
		r, err := scanRun(rows)
		out = append(out, r)
		return err
	})
	return out, doing("read a source's runs", err)
}

// SearchLetters are the newest letters of a state, without their words and
// links.
func (s *Store) SearchLetters(ctx context.Context, state market.LetterState, limit int) ([]market.Letter, error) {
	var out []market.Letter
	rows, err := s.query(ctx, `
		SELECT key, kind, subscriber, lang, created, state, attempts, next_at, sent_at, cause FROM letter
		WHERE state = $1 ORDER BY created DESC, key LIMIT $2`, state, limit)
	err = each(rows, err, func(rows *sql.Rows) error {
		var l market.Letter
		var created, next, sent int64
		err := rows.Scan(&l.Key, &l.Kind, &l.Subscriber, &l.Lang, &created, &l.State, &l.Attempts, &next, &sent, &l.Cause)
		l.Created, l.NextAt, l.SentAt = at(created), at(next), at(sent)
		out = append(out, l)
		return err
	})
	return out, doing("read letters", err)
}

package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

const letterColumns = `key, kind, subscriber, email, lang, subject, text, html, stop, manage, created,
	state, attempts, lease, next_at, sent_at, cause`

func scanLetter(scan func(...any) error) (market.Letter, error) {
	var l market.Letter
	var created, next, sent int64
	err := scan(&l.Key, &l.Kind, &l.Subscriber, &l.To, &l.Lang, &l.Subject, &l.Text, &l.HTML, &l.Stop, &l.Manage, &created,
		&l.State, &l.Attempts, &l.Lease, &next, &sent, &l.Cause)
	l.Created, l.NextAt, l.SentAt = at(created), at(next), at(sent)
	return l, err
}

// letters is how letters are filed; a key is never filed twice, whatever
// became of its letter.
var letters = insertion{
	before: `INSERT INTO letter (key, kind, subscriber, email, email_hash, domain, lang, subject, text, html, stop, manage, created,
		next_at, state, attempts, lease, lease_until, sent_at, ended_at, cause)`,
	rest:  `, 'queued', 0, '', 0, 0, 0, ''`,
	after: ` ON CONFLICT (key) DO NOTHING RETURNING key`,
}

// file puts letters into the outbox. filed are the keys that were not there.
func file(ctx context.Context, tx *sql.Tx, ls ...market.Letter) (filed map[string]bool, err error) {
	values := make([][]any, len(ls))
	for i, l := range ls {
		if err := checkLetter(l); err != nil {
			return nil, err
		}
		next := l.NextAt
		if next.IsZero() {
			next = l.Created
		}
		values[i] = []any{
			l.Key, l.Kind, l.Subscriber, l.To, market.HashEmail(l.To), domain(l.To), l.Lang, text(l.Subject),
			text(l.Text), text(l.HTML), text(l.Stop), text(l.Manage), ms(l.Created), ms(next),
		}
	}
	filed = map[string]bool{}
	err = letters.insert(ctx, tx, values, func(rows *sql.Rows) error {
		var key string
		err := rows.Scan(&key)
		filed[key] = true
		return err
	})
	return filed, doing("file a letter", err)
}

func checkLetter(l market.Letter) error {
	bad := func(why string) error { return fmt.Errorf("letter %q: %s: %w", l.Key, why, market.ErrInvalid) }
	switch {
	case l.Key == "" || len(l.Key) > 40 || strings.ContainsFunc(l.Key, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	}):
		return bad("its key is not 1 to 40 letters and digits")
	case domain(l.To) == "":
		return bad("it is to nobody")
	case l.Created.IsZero():
		return bad("it has no date")
	}
	return nil
}

// fileTo files a person's letter with the tokens of its links; filed is false,
// and nothing is written, where its key is there.
func fileTo(ctx context.Context, tx *sql.Tx, p person, l market.Letter, ts []market.Token) (filed bool, err error) {
	if err := checkTo(p, l, ts); err != nil {
		return false, err
	}
	keys, err := file(ctx, tx, l)
	if err != nil || !keys[l.Key] {
		return false, err
	}
	return true, insertTokens(ctx, tx, ts)
}

// checkTo holds a letter and its tokens to being a person's.
func checkTo(p person, l market.Letter, ts []market.Token) error {
	if l.Subscriber != p.ID || market.HashEmail(l.To) != p.hash {
		return fmt.Errorf("letter %q is not to whom it is for: %w", l.Key, market.ErrInvalid)
	}
	for _, t := range ts {
		if t.Subscriber != p.ID {
			return fmt.Errorf("letter %q has the token of another person: %w", l.Key, market.ErrInvalid)
		}
	}
	return nil
}

// domain is the part of an address behind the @, in lower case.
func domain(email string) string { return strings.ToLower(market.EmailDomain(email)) }

// FileLetter files a letter to an operator. news is false where a letter of
// its key was filed before. It fails with ErrInvalid where the letter has no
// usable key, address or date, or its address is suppressed.
func (s *Store) FileLetter(ctx context.Context, l market.Letter) (news bool, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		takes, err := takesMail(ctx, tx, market.HashEmail(l.To))
		if err != nil {
			return err
		}
		if !takes {
			return fmt.Errorf("letter %q: its address is suppressed: %w", l.Key, market.ErrInvalid)
		}
		filed, err := file(ctx, tx, l)
		news = filed[l.Key]
		return err
	})
	return news && err == nil, doing("file a letter", err)
}

// Next leases the queued letter that has been due longest until now+lease,
// leaving out those to the domains of except, and counts the attempt. A lease
// that has ended is free. ErrNone: there is none.
func (s *Store) Next(ctx context.Context, now time.Time, lease time.Duration, except []string) (market.Letter, error) {
	if len(except) == 0 {
		except = []string{""} // Every letter has a domain.
	}
	for {
		free := `state = 'queued' AND next_at <= %[1]s AND lease_until <= %[1]s`
		list, args := in(2, except)
		waits := false
		rows, err := s.query(ctx, `SELECT 1 FROM letter WHERE `+fmt.Sprintf(free, "$1")+` AND domain NOT IN `+list+` LIMIT 1`,
			append([]any{ms(now)}, args...)...)
		err = each(rows, err, func(*sql.Rows) error { waits = true; return nil })
		if err != nil {
			return market.Letter{}, doing("look for a letter", err)
		}
		if !waits {
			return market.Letter{}, market.ErrNone
		}
		// The condition is there twice, as in Claim.
		list, args = in(4, except)
		free = fmt.Sprintf(free, "$3")
		var l market.Letter
		err = s.write(ctx, func(tx *sql.Tx) error {
			l, err = scanLetter(tx.QueryRowContext(ctx, `
				UPDATE letter SET lease = $1, lease_until = $2, attempts = attempts + 1
				WHERE key = (
					SELECT key FROM letter WHERE `+free+` AND domain NOT IN `+list+` ORDER BY next_at, key LIMIT 1
				) AND `+free+`
				RETURNING `+letterColumns, append([]any{rand.Text(), ms(now.Add(lease)), ms(now)}, args...)...).Scan)
			return err
		})
		if errors.Is(err, sql.ErrNoRows) {
			continue // Another sender took it; there may be more.
		}
		return l, doing("lease a letter", err)
	}
}

// wiped is what a letter loses when it has been sent or buried.
const wiped = `lease = '', lease_until = 0, email = '', text = '', html = '', stop = '', manage = ''`

// Sent notes that a server took a letter, and wipes its address, words and
// links. ErrNone: the lease has passed to another.
func (s *Store) Sent(ctx context.Context, key, lease string, now time.Time) error {
	return doing("note a letter as sent", s.write(ctx, func(tx *sql.Tx) error {
		return one(tx.ExecContext(ctx, `
			UPDATE letter SET state = 'sent', sent_at = $1, ended_at = $1, `+wiped+`
			WHERE key = $2 AND lease = $3 AND lease <> '' AND state = 'queued'`, ms(now), key, lease))
	}))
}

// Retry gives a letter's lease back; it is due again at a time. ErrNone: the
// lease has passed to another.
func (s *Store) Retry(ctx context.Context, key, lease string, at time.Time, cause string) error {
	return doing("put a letter back", s.write(ctx, func(tx *sql.Tx) error {
		return one(tx.ExecContext(ctx, `
			UPDATE letter SET next_at = $1, cause = $2, lease = '', lease_until = 0
			WHERE key = $3 AND lease = $4 AND lease <> '' AND state = 'queued'`, ms(at), text(cause), key, lease))
	}))
}

// Bury gives a letter up and wipes its address, words and links. Where
// suppress is not empty its address gets no mail any more (see Suppress).
// ErrNone: the lease has passed to another.
func (s *Store) Bury(ctx context.Context, key, lease, cause string, suppress market.SuppressReason, now time.Time) error {
	return doing("bury a letter", s.write(ctx, func(tx *sql.Tx) error {
		var a address
		if suppress != "" {
			var err error
			if a, err = addressOf(ctx, tx, key); errors.Is(err, market.ErrNotFound) {
				return market.ErrNone
			} else if err != nil {
				return err
			}
			if err := a.hold(ctx, tx); err != nil {
				return err
			}
		}
		if err := one(tx.ExecContext(ctx, `
			UPDATE letter SET state = 'buried', ended_at = $1, cause = $2, `+wiped+`
			WHERE key = $3 AND lease = $4 AND lease <> '' AND state = 'queued'`, ms(now), text(cause), key, lease)); err != nil {
			return err
		}
		if suppress == "" {
			return nil
		}
		return a.suppress(ctx, tx, suppress, now)
	}))
}

// buryWaiting buries the letters that wait for an address and meet a condition.
func buryWaiting(ctx context.Context, tx *sql.Tx, hash, condition, cause string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE letter SET state = 'buried', ended_at = $1, cause = $2, `+wiped+`
		WHERE email_hash = $3 AND state = 'queued' AND `+condition, ms(now), cause, hash)
	return doing("bury waiting letters", err)
}

// one fails with ErrNone unless a statement wrote a row.
func one(res sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		err = market.ErrNone
	}
	return err
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Dossier is everything that is stored about a token's person.
func (s *Store) Dossier(ctx context.Context, raw string, now time.Time) (market.Dossier, error) {
	t, err := s.token(ctx, raw, market.TokenManage, now)
	if err != nil {
		return market.Dossier{}, err
	}
	p, err := s.person(ctx, `id = $1`, t.Subscriber)
	if err != nil {
		return market.Dossier{}, err
	}
	d, err := s.dossier(ctx, p.hash)
	return d, doing("read what is stored about a person", err)
}

// Trail is everything that is stored about an address, without the words and
// links of letters that wait: what an operator may see. ErrNotFound: nothing
// is.
func (s *Store) Trail(ctx context.Context, email string) (market.Dossier, error) {
	d, err := s.dossier(ctx, market.HashEmail(email))
	if err == nil && d.Subscriber.ID == "" && len(d.Letters) == 0 && d.Suppressed == nil {
		err = market.ErrNotFound
	}
	for i := range d.Letters {
		l := &d.Letters[i]
		l.Text, l.HTML, l.Stop, l.Manage = "", "", "", ""
	}
	return d, doing("read what is stored about an address", err)
}

func (s *Store) dossier(ctx context.Context, hash string) (d market.Dossier, err error) {
	p, err := s.person(ctx, `email_hash = $1`, hash)
	if err != nil && !errors.Is(err, market.ErrNotFound) {
		return d, err
	}
	d.Subscriber = p.Subscriber
	if d.Searches, err = s.personSearches(ctx, p.ID); err != nil {
		return d, err
	}
	rows, err := s.query(ctx, `SELECT `+letterColumns+` FROM letter WHERE email_hash = $1 ORDER BY created, key`, hash)
	err = each(rows, err, func(rows *sql.Rows) error {
		l, err := scanLetter(rows.Scan)
		l.Lease = "" // It is its sender's.
		d.Letters = append(d.Letters, l)
		return err
	})
	if err != nil {
		return d, err
	}
	rows, err = s.query(ctx, `SELECT `+tokenColumns+` FROM token WHERE subscriber = $1 ORDER BY created, selector`, p.ID)
	err = each(rows, err, func(rows *sql.Rows) error {
		t, err := scanToken(rows.Scan)
		t.Hash = ""
		d.Tokens = append(d.Tokens, t.Token)
		return err
	})
	if err != nil {
		return d, err
	}
	suppressed, err := s.suppressed(ctx, `hash = $1`, hash)
	if len(suppressed) > 0 {
		d.Suppressed = &suppressed[0]
	}
	return d, err
}

// MailStats counts what operators and the status page watch; every state and
// reason has its count.
func (s *Store) MailStats(ctx context.Context, now time.Time) (market.MailStats, error) {
	st := market.MailStats{
		Searches: map[market.SearchState]int{}, Letters: map[market.LetterState]int{}, Suppressed: map[market.SuppressReason]int{},
	}
	for _, k := range market.SearchStates {
		st.Searches[k] = 0
	}
	for _, k := range market.LetterStates {
		st.Letters[k] = 0
	}
	for _, k := range market.SuppressReasons {
		st.Suppressed[k] = 0
	}
	count := func(text string, note func(kind string, n int)) func() error {
		return func() error {
			rows, err := s.query(ctx, text)
			return each(rows, err, func(rows *sql.Rows) error {
				var kind string
				var n int
				err := rows.Scan(&kind, &n)
				note(kind, n)
				return err
			})
		}
	}
	for _, step := range []func() error{
		count(`SELECT '', COUNT(*) FROM subscriber`, func(_ string, n int) { st.Subscribers = n }),
		count(`SELECT state, COUNT(*) FROM search GROUP BY state`, func(k string, n int) { st.Searches[market.SearchState(k)] = n }),
		count(`
			SELECT 'queued', COUNT(*) FROM letter WHERE state = 'queued'
			UNION ALL SELECT 'sent', COUNT(*) FROM letter WHERE state = 'sent'
			UNION ALL SELECT 'buried', COUNT(*) FROM letter WHERE state = 'buried'`, func(k string, n int) { st.Letters[market.LetterState(k)] = n }),
		count(`SELECT reason, COUNT(*) FROM suppressed GROUP BY reason`, func(k string, n int) { st.Suppressed[market.SuppressReason(k)] = n }),
		func() error {
			var queued, due int64
			rows, err := s.query(ctx, `SELECT
				(SELECT COALESCE(MIN(created), 0) FROM letter WHERE state = 'queued'),
				(SELECT COUNT(*) FROM search WHERE state = 'on' AND due_at > 0 AND due_at < $1),
				(SELECT COALESCE(MIN(due_at), 0) FROM search WHERE state = 'on' AND due_at > 0 AND due_at < $1)`, ms(now.Add(-market.MailOverdue)))
			err = each(rows, err, func(rows *sql.Rows) error { return rows.Scan(&queued, &st.Overdue, &due) })
			st.OldestQueued, st.OldestDue = at(queued), at(due)
			return err
		},
	} {
		if err := step(); err != nil {
			return market.MailStats{}, doing("count mails", err)
		}
	}
	return st, nil
}

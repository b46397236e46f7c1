package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

const (
	// keptLetters is how long a letter that was sent or buried is kept, so
	// that a bounce finds it.
	keptLetters = 90 * 24 * time.Hour
	// staleLetter is how old a letter may grow in the queue: offers of work
	// older than that are no news.
	staleLetter = 3 * 24 * time.Hour
	// keptIdle is how long a person without searches is kept, so that they can
	// look around on the page where they deleted the last one.
	keptIdle = 24 * time.Hour
)

// Expire ends what has had its time, at most limit rows of each kind:
//
//   - pending searches after market.PendingFor are deleted;
//   - searches whose owner was asked market.AnswerFor ago, and did not answer,
//     are paused;
//   - stopped searches after market.StoppedFor are deleted;
//   - people without searches and without letters that wait are deleted, a day
//     after they last did something;
//   - tokens that have expired are deleted;
//   - letters that have waited for three days are buried, and those that were
//     sent or buried 90 days ago are deleted.
//
// It counts what it did. Each of these is done in transactions of its own,
// and a process may die between them. Where nothing is to be done none is
// begun.
func (s *Store) Expire(ctx context.Context, now time.Time, limit int) (ended int, err error) {
	pause := func(ctx context.Context, tx *sql.Tx, ids ...string) error {
		for some := range slices.Chunk(ids, maxList) {
			list, args := in(2, some)
			if _, err := tx.ExecContext(ctx, `UPDATE search SET state = 'paused', changed_at = $1 WHERE id IN `+list,
				append([]any{ms(now)}, args...)...); err != nil {
				return err
			}
		}
		return nil
	}
	for _, step := range []func() (int, error){
		func() (int, error) {
			return s.endSearches(ctx, `state = 'pending' AND changed_at <= $1`, now.Add(-market.PendingFor), limit, deleteSearches)
		},
		func() (int, error) {
			return s.endSearches(ctx, `state = 'on' AND asked_at > 0 AND asked_at <= $1`, now.Add(-market.AnswerFor), limit, pause)
		},
		func() (int, error) {
			return s.endSearches(ctx, `state = 'stopped' AND changed_at <= $1`, now.Add(-market.StoppedFor), limit, deleteSearches)
		},
		func() (int, error) { return s.endPeople(ctx, now.Add(-keptIdle), limit) },
		func() (int, error) {
			return s.endEach(ctx, `SELECT selector FROM token WHERE expires <= $1 ORDER BY expires LIMIT $2`,
				`DELETE FROM token WHERE selector = $1 AND expires <= $2`, limit, ms(now))
		},
		func() (int, error) {
			return s.endEach(ctx, `SELECT key FROM letter WHERE state = 'queued' AND created <= $1 AND lease_until <= $2 ORDER BY created LIMIT $3`,
				`UPDATE letter SET state = 'buried', cause = 'it was not sent in time', ended_at = $3, `+wiped+`
				WHERE key = $1 AND state = 'queued' AND created <= $2 AND lease_until <= $3`, limit, ms(now.Add(-staleLetter)), ms(now))
		},
		func() (int, error) {
			return s.endEach(ctx, `SELECT key FROM letter WHERE state = 'sent' AND ended_at <= $1 ORDER BY ended_at LIMIT $2`,
				`DELETE FROM letter WHERE key = $1 AND state <> 'queued' AND ended_at <= $2`, limit, ms(now.Add(-keptLetters)))
		},
		func() (int, error) {
			return s.endEach(ctx, `SELECT key FROM letter WHERE state = 'buried' AND ended_at <= $1 ORDER BY ended_at LIMIT $2`,
				`DELETE FROM letter WHERE key = $1 AND state <> 'queued' AND ended_at <= $2`, limit, ms(now.Add(-keptLetters)))
		},
	} {
		n, err := step()
		ended += n
		if err != nil {
			return ended, doing("end what has had its time", err)
		}
	}
	return ended, nil
}

// endSearches ends the searches that meet a condition, which has met since at
// $1, under their owners' locks.
func (s *Store) endSearches(ctx context.Context, condition string, since time.Time, limit int,
	end func(ctx context.Context, tx *sql.Tx, ids ...string) error,
) (n int, err error) {
	owners, err := s.ids(ctx, `SELECT DISTINCT subscriber FROM search WHERE `+condition+` LIMIT $2`, ms(since), limit)
	if err != nil || len(owners) == 0 {
		return 0, err
	}
	err = s.write(ctx, func(tx *sql.Tx) error {
		if _, err := lockPeople(ctx, tx); err != nil {
			return err
		}
		if _, err := hold(ctx, tx, owners); err != nil {
			return err
		}
		var ids []string
		for some := range slices.Chunk(owners, maxList) {
			list, args := in(2, some)
			rows, err := tx.QueryContext(ctx, `SELECT id FROM search WHERE `+condition+` AND subscriber IN `+list, append([]any{ms(since)}, args...)...)
			err = each(rows, err, func(rows *sql.Rows) error {
				var id string
				err := rows.Scan(&id)
				ids = append(ids, id)
				return err
			})
			if err != nil {
				return err
			}
		}
		ids = ids[:min(len(ids), limit)]
		n = len(ids)
		if err := end(ctx, tx, ids...); err != nil {
			return err
		}
		return reckonDue(ctx, tx, owners...)
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// endPeople deletes people who have nothing here any more and did nothing
// since a time.
func (s *Store) endPeople(ctx context.Context, since time.Time, limit int) (n int, err error) {
	const idle = `seen_at <= $1
		AND NOT EXISTS (SELECT 1 FROM search WHERE search.subscriber = subscriber.id)
		AND NOT EXISTS (SELECT 1 FROM letter WHERE letter.email_hash = subscriber.email_hash AND letter.state = 'queued')`
	people, err := s.ids(ctx, `SELECT id FROM subscriber WHERE `+idle+` LIMIT $2`, ms(since), limit)
	if err != nil || len(people) == 0 {
		return 0, err
	}
	err = s.write(ctx, func(tx *sql.Tx) error {
		n = 0
		if _, err := lockPeople(ctx, tx); err != nil {
			return err
		}
		if _, err := hold(ctx, tx, people); err != nil {
			return err
		}
		for _, id := range people {
			var still int
			if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM subscriber WHERE `+idle+` AND id = $2`, ms(since), id).Scan(&still); err != nil {
				return err
			}
			if still == 0 {
				continue
			}
			if err := deletePerson(ctx, tx, id); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// deletePerson deletes a person who is held, with their tokens and searches.
func deletePerson(ctx context.Context, tx *sql.Tx, id string) error {
	for _, statement := range []string{
		`DELETE FROM token WHERE subscriber = $1`,
		`DELETE FROM search WHERE subscriber = $1`,
		`DELETE FROM subscriber WHERE id = $1`,
	} {
		if _, err := tx.ExecContext(ctx, statement, id); err != nil {
			return doing("delete a person", err)
		}
	}
	return nil
}

// endEach ends rows one by one, those that still are as they were when they
// were picked: pick has args and then the limit, end the row's key and then
// args. Each is a transaction of its own, so that nobody who waits for one row
// is waited for with another.
func (s *Store) endEach(ctx context.Context, pick, end string, limit int, args ...any) (n int, err error) {
	keys, err := s.ids(ctx, pick, append(slices.Clone(args), limit)...)
	if err != nil {
		return 0, err
	}
	for _, key := range keys {
		err := s.write(ctx, func(tx *sql.Tx) error { return one(tx.ExecContext(ctx, end, append([]any{key}, args...)...)) })
		switch {
		case err == nil:
			n++
		case !errors.Is(err, market.ErrNone):
			return n, err
		}
	}
	return n, nil
}

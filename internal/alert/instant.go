package alert

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

// DefaultDelay is how long news for an instant search waits for more.
const DefaultDelay = time.Minute

// slice is how many numbers of the change log are looked at in one go, which
// bounds how many listings are held at a time.
const slice = 2000

// lasts is how long what was asked of Options counts: they may follow the
// page's index.
const lasts = time.Hour

// Watcher makes instant searches due when there is something for them.
type Watcher struct {
	Store    Store
	Analyzer *search.Analyzer
	// Options are what the page's engine wants to be matched otherwise.
	Options []Option
	// Delay is how long news waits for more; 0 means DefaultDelay.
	Delay time.Duration
	// Metrics may be nil.
	Metrics *Metrics

	// matcher finds for the searches as they were last read, and print tells
	// whether they are the same still. It was made at a time.
	matcher Matcher
	print   uint64
	made    time.Time
}

// Pass looks at the groups founded since it last looked, and makes the
// instant searches that they answer due in a moment. It is a loop.Pass for one
// goroutine, and says how many numbers of the change log it went on by.
//
// Invariant: the searches are read after the head. A search that is not among
// them began later, and so has a cursor at or after it: the groups looked at
// are no news to it. How far was looked moves in the transaction that makes
// the searches due, so nothing is lost by dying in between.
func (w *Watcher) Pass(ctx context.Context, now time.Time) (did int, err error) {
	from, err := w.Store.Watched(ctx)
	if err != nil {
		return 0, fmt.Errorf("reading how far was watched: %w", err)
	}
	head, err := w.Store.Head(ctx)
	if err != nil {
		return 0, fmt.Errorf("reading the newest change: %w", err)
	}
	if head <= from {
		return 0, market.ErrNone
	}
	upto := min(head, from+slice)
	born, err := w.Store.Since(ctx, from, upto)
	if err != nil {
		return 0, fmt.Errorf("reading new groups: %w", err)
	}
	var ids []string
	if len(born) > 0 {
		if ids, err = w.answered(ctx, born, now); err != nil {
			return 0, fmt.Errorf("reading instant searches: %w", err)
		}
	}
	err = w.Store.Hurry(ctx, from, upto, ids, now.Add(orDefault(w.Delay, DefaultDelay)))
	if errors.Is(err, market.ErrNone) {
		return 0, err // another process looked at the same
	}
	if err != nil {
		return 0, fmt.Errorf("making instant searches due: %w", err)
	}
	w.Metrics.hurry(len(ids))
	return int(upto - from), nil
}

// answered are the instant searches, by ID, that some of the groups are news
// to. A search whose query cannot be read is left to its hour, when Digester
// reports it.
func (w *Watcher) answered(ctx context.Context, born []market.Born, now time.Time) ([]string, error) {
	var searches []market.Search
	var queries []market.Query
	var print maphash.Hash
	print.SetSeed(seed)
	for s, err := range w.Store.InstantSearches(ctx) {
		if err != nil {
			return nil, err
		}
		q, err := s.Parse(now)
		if err != nil {
			continue
		}
		searches, queries = append(searches, s), append(queries, q)
		print.WriteString(s.Query)
		print.WriteByte(0)
	}
	if sum := print.Sum64(); w.matcher == nil || sum != w.print || now.Sub(w.made) > lasts {
		w.matcher, w.print, w.made = File(w.Analyzer, queries, w.Options...), sum, now
	}
	var ids []string
	named := make([]bool, len(searches))
	for _, b := range born {
		for _, i := range w.matcher.Match(b.Listing, now) {
			if !named[i] && searches[i].Cursor < b.Seq {
				named[i] = true
				ids = append(ids, searches[i].ID)
			}
		}
	}
	return ids, nil
}

var seed = maphash.MakeSeed()

func orDefault(d, or time.Duration) time.Duration {
	if d == 0 {
		return or
	}
	return d
}

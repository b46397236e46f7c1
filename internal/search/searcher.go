package search

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Store is what search needs of the store.
type Store interface {
	// Groups gives the open representatives of duplicate groups with their
	// AlsoOn, in the order asked. Closed and unknown groups are left out.
	Groups(ctx context.Context, groups []string) ([]market.Listing, error)
	// Hits gives what Groups gives without Description; it is not to be changed.
	Hits(ctx context.Context, groups []string) ([]market.Listing, error)
	// Changes gives at most limit changes after a number, ascending.
	Changes(ctx context.Context, after int64, limit int) ([]market.Change, error)
	// Head is the newest change's number, 0 where there is none.
	Head(ctx context.Context) (int64, error)
	// Open gives all open representatives with their AlsoOn.
	Open(ctx context.Context) iter.Seq2[market.Listing, error]
	// Browse gives the open representatives that pass filter, which is given
	// them without Description, and match, which is given them whole and may be
	// nil; newest first. Its work is bounded: where there may be more than
	// total, more is true.
	Browse(ctx context.Context, filter, match func(market.Listing) bool, offset, limit int) (hits []market.Listing, total int, more bool, err error)
}

// Enough hits, and no word of the query is dropped.
const Enough = 3

// DefaultTimeout is how long an engine may take for a page.
const DefaultTimeout = 2 * time.Second

// Searcher answers queries: from the engine, with words dropped where all
// of them find too little, and from the store where the engine fails. An
// engine that failed is left alone for a while, so that one that hangs does
// not add its time-out to every search. It must not be copied.
type Searcher struct {
	Index    Index
	Store    Store
	Analyzer *Analyzer
	// Timeout is how long the engine may take, DefaultTimeout where it is 0.
	Timeout time.Duration
	// Log gets a line when the engine fails; nil is slog.Default.
	Log *slog.Logger

	rest rest
}

// Page is the answer to a query.
type Page struct {
	// Hits may lack their Description, and are not to be changed.
	Hits  []market.Listing
	Total int
	// Facets are nil when Degraded. When words were dropped they count by the
	// words that are left.
	Facets market.Facets
	// Dropped are the words, as typed, that hits on the page may lack.
	Dropped []string
	// Degraded says that the engine failed: hits are plainly filtered from
	// the store, newest first.
	Degraded bool
	// AtLeast says that there may be more than Total.
	AtLeast bool
	Took    time.Duration
	Words   Words
}

// Search answers a query. An engine that fails or takes too long makes the
// page Degraded; it is an error only when the store fails too, or ctx ends.
func (s *Searcher) Search(ctx context.Context, q market.Query) (Page, error) {
	begin := time.Now()
	page := Page{Words: s.Analyzer.Words(q.Text)}
	found, dropped, err := s.ask(ctx, q, page.Words)
	switch {
	case ctx.Err() != nil:
		return Page{}, ctx.Err()
	case err != nil:
		if !errors.Is(err, errResting) {
			s.log(ctx, err)
		}
		page.Degraded = true
		var match func(market.Listing) bool
		if !page.Words.Empty() {
			match = func(l market.Listing) bool { return page.Words.Match(s.Analyzer.Document(l)) }
		}
		if page.Hits, page.Total, page.AtLeast, err = s.Store.Browse(ctx, q.Filter, match, q.Offset(), market.PerPage); err != nil {
			return Page{}, fmt.Errorf("browsing the store: %w", err)
		}
	default:
		if page.Hits, err = s.Store.Hits(ctx, found.Groups); err != nil {
			return Page{}, fmt.Errorf("reading hits: %w", err)
		}
		page.Total, page.Facets, page.Dropped = found.Total, found.Facets, dropped
	}
	page.Took = time.Since(begin)
	return page, nil
}

// ask has the engine find within its time, unless it rests: errResting.
func (s *Searcher) ask(ctx context.Context, q market.Query, words Words) (found Result, dropped []string, err error) {
	probe, ok := s.rest.begin(time.Now())
	if !ok {
		return Result{}, nil, errResting
	}
	well := unsure // what an engine that panics leaves
	defer func() { s.rest.end(time.Now(), probe, well) }()
	timeout := s.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	found, dropped, err = s.find(limited, q, words)
	switch {
	case ctx.Err() != nil: // it may yet have answered
	case err == nil, errors.Is(err, ErrRebuild): // it says at once that it is being built
		well = sound
	default:
		well = failing
	}
	return found, dropped, err
}

func (s *Searcher) log(ctx context.Context, err error) {
	log := s.Log
	if log == nil {
		log = slog.Default()
	}
	// An index that is not there yet is being built: the follower speaks of it.
	if !errors.Is(err, ErrRebuild) {
		log.WarnContext(ctx, "search engine failed, answering from the store", "err", err)
	}
}

// find asks the engine, dropping words while there are not Enough hits. Hits
// that lack fewer words stand first: as each round but the last finds fewer
// than Enough, all of its hits fit on the first page, and the last round's
// hits follow without them.
func (s *Searcher) find(ctx context.Context, q market.Query, words Words) (found Result, dropped []string, err error) {
	found, err = s.Index.Find(ctx, q)
	if err != nil || found.Total >= Enough {
		return found, nil, err
	}
	loose := loosened(q.Text, words)
	if len(loose) == 0 {
		return found, nil, nil
	}
	first := q
	first.Page = 1
	before := found.Groups // what the rounds so far found
	if q.Page > 1 {
		all, err := s.Index.Find(ctx, first)
		if err != nil {
			return Result{}, nil, err
		}
		before = all.Groups
	}
	for _, l := range loose {
		first.Text = l.text
		more, err := s.Index.Find(ctx, first, before...)
		if err != nil {
			return Result{}, nil, err
		}
		if len(before)+more.Total < Enough {
			if more.Total > 0 {
				before = slices.Concat(before, more.Groups)
				found, dropped = Result{Total: len(before), Facets: more.Facets}, l.dropped
			}
			continue
		}
		// Of the joined list, this page is what stands from offset on.
		joined := slices.Concat(before, more.Groups)
		skip := 0 // how many of the joined list lie before what is in hand
		if q.Page > 1 {
			next := first
			// The hits in front push the last round's pages back by less than one.
			next.Page = q.Page - 1
			a, err := s.Index.Find(ctx, next, before...)
			if err != nil {
				return Result{}, nil, err
			}
			next.Page = q.Page
			b, err := s.Index.Find(ctx, next, before...)
			if err != nil {
				return Result{}, nil, err
			}
			joined = slices.Concat(a.Groups, b.Groups)
			skip = len(before) + (q.Page-2)*market.PerPage
		}
		from := min(max(q.Offset()-skip, 0), len(joined))
		to := min(from+market.PerPage, len(joined))
		return Result{Groups: joined[from:to], Total: len(before) + more.Total, Facets: more.Facets}, l.dropped, nil
	}
	if dropped != nil {
		found.Groups = nil
		if q.Page <= 1 {
			found.Groups = before
		}
	}
	return found, dropped, nil
}

// looser is a query's text with words dropped.
type looser struct {
	text    string
	dropped []string
}

// loosened are the texts that are left when words are dropped one at a time:
// first the words that may have been meant as a filter, then from the end.
// Something to find is always left.
func loosened(text string, w Words) []looser {
	// What one typed word stands for is dropped together.
	var typed []Term
	for _, t := range w.Must {
		if n := len(typed); n == 0 || typed[n-1].start != t.start {
			typed = append(typed, t)
		}
	}
	order := slices.Clone(typed)
	slices.Reverse(order)
	slices.SortStableFunc(order, func(a, b Term) int {
		switch {
		case a.hint == b.hint:
			return 0
		case a.hint:
			return -1
		}
		return 1
	})
	var out []looser
	var gone []Term
	for _, t := range order {
		if len(gone)+1 == len(typed) && len(w.Phrases) == 0 {
			break
		}
		gone = append(gone, t)
		slices.SortFunc(gone, func(a, b Term) int { return a.start - b.start })
		l := looser{text: text}
		for _, g := range slices.Backward(gone) {
			l.text = l.text[:g.start] + strings.Repeat(" ", g.end-g.start) + l.text[g.end:]
		}
		for _, g := range gone {
			l.dropped = append(l.dropped, g.Typed)
		}
		l.text = strings.Join(strings.Fields(l.text), " ")
		out = append(out, l)
	}
	return out
}

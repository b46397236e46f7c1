// Package search says what a search means, and what an engine must do. The
// meaning (Analyzer, Words, Match) is one for every engine and for alerts.
package search

import (
	"context"
	"errors"
	"iter"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Index is a search engine: a cache of the store's open listings, one
// document per duplicate group, keyed by market.Listing.Group. It knows how
// far in the change log it is.
type Index interface {
	// Find gives the groups that match all words and filters of q, in q's
	// order, at most market.PerPage from q.Offset, with the exact total and
	// all facets. The groups in without are left out of hits and total, and
	// counted in the facets all the same: they stand on the page already.
	// Words are not dropped here: see Searcher. It fails with ErrRebuild
	// where there is no usable index, and with ErrDown where the engine does
	// not answer.
	//
	// The orders: SortNew by Listing.Date, newest first; SortPay by Pay.USD,
	// highest first and what is not stated last, then by date; SortBest by
	// typos (fewer first), then by where the words stand (title, skills,
	// the rest), then by date; without words it is SortNew. Equals stand by
	// the group's key, so that pages neither overlap nor leave a gap.
	Find(ctx context.Context, q market.Query, without ...string) (Result, error)
	// Apply puts and deletes documents and moves the cursor to upto, all or
	// nothing; when it returns nil the change will be found, at the latest
	// after the engine's stated lag. Putting a document again replaces it.
	Apply(ctx context.Context, put []market.Listing, del []string, upto int64) error
	// Cursor is the change log's number that the index has reached. It fails
	// with ErrRebuild where there is no usable index: none yet, another
	// format, other settings, half-written.
	Cursor(ctx context.Context) (int64, error)
	// Rebuild makes a new index out of all documents and puts it in the old
	// one's place in one step, with its cursor at upto; the old one answers
	// until then.
	Rebuild(ctx context.Context, all iter.Seq2[market.Listing, error], upto int64) error
	// Stats tells how many documents there are and how much disk they take.
	Stats(ctx context.Context) (Stats, error)
	Close() error
}

// ErrRebuild says that an index must be rebuilt from the store.
var ErrRebuild = errors.New("the index must be rebuilt")

// ErrDown wraps the failure of an engine that does not answer.
var ErrDown = errors.New("the search engine does not answer")

// Result is what an engine finds.
type Result struct {
	// Groups are the keys of the hits, in order.
	Groups []string
	Total  int
	Facets market.Facets
}

// Stats is what an engine says of itself. Unknown numbers are -1.
type Stats struct {
	Documents int64
	DiskBytes int64
}

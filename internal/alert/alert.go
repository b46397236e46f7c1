// Package alert decides who is told what, and when: it matches new listings
// against saved searches by the page's own meaning, and files the letters.
//
// # What is new
//
// A duplicate group gets a number when it is founded (market.Born), from the
// counter of the change log, so that numbers rise in the order of commits. A
// saved search has a cursor: it was told, or shown to have nothing to do
// with, every group up to it. One mail covers what was founded after the
// cursor, up to the newest number. Telling moves the cursor and files the
// letter in one transaction, by compare-and-set: of two processes that reckon
// the same, one succeeds, and a group is told once to a search.
//
// Nothing is kept of hits. A process may die at any line; the next pass
// reckons again.
package alert

import (
	"context"
	"iter"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Store is what telling needs of the store.
type Store interface {
	// Head is the newest number of the change log.
	Head(ctx context.Context) (int64, error)
	// Since gives the open representatives of the groups founded after one
	// number and up to another, ascending, with their Description.
	Since(ctx context.Context, after, upto int64) ([]market.Born, error)

	// Due claims at most limit people with searches that are on and due, for
	// as long as lease; ErrNone where there are none. A person is claimed by
	// one process at a time.
	Due(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]market.Due, error)
	// Tell takes each telling whole or not at all: it moves the searches that
	// are still where From says, files the letter with its tokens, and gives
	// the claim back. told counts the tellings that were taken; one whose
	// search has moved, ended or was paused meanwhile is void and gives its
	// claim back too. A search that Hurry named during the claim, for a number
	// beyond Upto and a time after now, is due then where Next is later: what
	// was founded while its owner was being told is not left to their hour.
	Tell(ctx context.Context, ts []market.Telling, now time.Time) (told int, err error)

	// Watched is up to where Hurry has looked.
	Watched(ctx context.Context) (int64, error)
	// InstantSearches are the searches that are on and told at once.
	InstantSearches(ctx context.Context) iter.Seq2[market.Search, error]
	// Hurry makes searches due at a time, where they would be due later, and
	// moves Watched from one number to another, in one transaction; ErrNone
	// where Watched is no longer from.
	Hurry(ctx context.Context, from, upto int64, searches []string, at time.Time) error

	// Silent are at most limit people with searches that are on, whose owner
	// last said at or before a time that they want them, and who were not
	// asked since; with those searches. ErrNone where there are none.
	Silent(ctx context.Context, aliveBefore time.Time, limit int) ([]market.Due, error)
	// Ask files the letter that asks, with its tokens, and notes the searches
	// as asked, unless one of them has been meanwhile: ErrNone.
	Ask(ctx context.Context, searches []string, letter market.Letter, tokens []market.Token, now time.Time) error
	// Expire ends what has had its time, at most limit rows of each kind:
	// pending searches after PendingFor; searches asked AnswerFor ago are
	// paused; stopped ones go after StoppedFor; people without searches, dead
	// tokens, and letters 90 days after they ended. It counts what it did.
	Expire(ctx context.Context, now time.Time, limit int) (ended int, err error)
}

// Letters writes letters. Given the same, it writes the same. It is used by
// several goroutines at once.
type Letters interface {
	// Digest tells a person what is new, per search. Sections are not empty
	// and at most as many as the person's searches.
	Digest(to market.Subscriber, sections []Section, raw string, now time.Time) (market.Letter, error)
	// Ask asks a person whether they are still looking.
	Ask(to market.Subscriber, searches []market.Search, raw string, now time.Time) (market.Letter, error)
}

// Section is what one search found.
type Section struct {
	Search market.Search
	Query  market.Query
	// Hits are the newest, at most market.MaxTold, newest first.
	Hits []Hit
	// Total is how many there are, those beyond Hits included, and Oldest the
	// Date of the oldest of all these.
	Total  int
	Oldest time.Time
}

// Hit is a listing and why it is there.
type Hit struct {
	Listing market.Listing
	// Words are the words of the search that it holds, as they stand in the
	// search; empty for a search without words.
	Words []string
}

package search

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// followBatch is how many changes one pass takes.
const followBatch = 1000

// Follower keeps an index as the store is.
type Follower struct {
	Index Index
	Store Store
}

// Pass rebuilds an index that cannot be used, and otherwise brings the next
// changes into it. It is a loop.Pass and says how many listings or changes
// it took. It may be cut short anywhere: the index's cursor moves with its
// documents, so the next pass begins where this one did.
func (f *Follower) Pass(ctx context.Context, now time.Time) (did int, err error) {
	cursor, err := f.Index.Cursor(ctx)
	if errors.Is(err, ErrRebuild) {
		return f.Rebuild(ctx)
	}
	if err != nil {
		return 0, fmt.Errorf("reading the index's cursor: %w", err)
	}
	changes, err := f.Store.Changes(ctx, cursor, followBatch)
	if err != nil {
		return 0, fmt.Errorf("reading changes: %w", err)
	}
	if len(changes) == 0 {
		// A store that is behind its own index is another store, or one that
		// was restored from a backup.
		head, err := f.Store.Head(ctx)
		if err != nil {
			return 0, fmt.Errorf("reading the newest change: %w", err)
		}
		if head < cursor {
			return f.Rebuild(ctx)
		}
		return 0, market.ErrNone
	}
	var groups []string
	seen := map[string]bool{}
	for _, c := range changes {
		if !seen[c.Group] {
			seen[c.Group] = true
			groups = append(groups, c.Group)
		}
	}
	put, err := f.Store.Groups(ctx, groups)
	if err != nil {
		return 0, fmt.Errorf("reading changed listings: %w", err)
	}
	for _, l := range put {
		delete(seen, l.Group)
	}
	del := make([]string, 0, len(seen))
	for _, g := range groups {
		if seen[g] {
			del = append(del, g)
		}
	}
	if err := f.Index.Apply(ctx, put, del, changes[len(changes)-1].Seq); err != nil {
		return 0, fmt.Errorf("indexing: %w", err)
	}
	return len(changes), nil
}

// Rebuild makes the index anew from the store and says how many listings it
// holds. The change log's head is read first: what changes during the
// rebuilding is brought in once more after it, which does no harm.
func (f *Follower) Rebuild(ctx context.Context) (n int, err error) {
	head, err := f.Store.Head(ctx)
	if err != nil {
		return 0, fmt.Errorf("reading the newest change: %w", err)
	}
	counted := iter.Seq2[market.Listing, error](func(yield func(market.Listing, error) bool) {
		for l, err := range f.Store.Open(ctx) {
			if err == nil {
				n++
			}
			if !yield(l, err) {
				return
			}
		}
	})
	if err := f.Index.Rebuild(ctx, counted, head); err != nil {
		return 0, fmt.Errorf("rebuilding the index: %w", err)
	}
	return n, nil
}

// Behind is how many changes the index has yet to take; -1 means all of
// them, because it must be rebuilt.
func (f *Follower) Behind(ctx context.Context) (int64, error) {
	cursor, err := f.Index.Cursor(ctx)
	if errors.Is(err, ErrRebuild) {
		return -1, nil
	}
	if err != nil {
		return 0, err
	}
	head, err := f.Store.Head(ctx)
	if err != nil {
		return 0, err
	}
	return max(head-cursor, 0), nil
}

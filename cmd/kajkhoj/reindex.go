package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/loop"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
	"github.com/kajkhoj/kajkhoj/internal/search/local"
)

type reindexCmd struct{}

func (reindexCmd) Help() string {
	return `The old index answers until the new one is whole, and is then replaced in one step. Where a running process holds the embedded index, that process is asked to do it, and this command waits for it.

  kajkhoj reindex
  kajkhoj reindex --search meili --meili-url http://127.0.0.1:7700`
}

func (reindexCmd) Run(e *env) error {
	c, _, err := e.settings()
	if err != nil {
		return err
	}
	if err := hasData(c); err != nil {
		return err
	}
	a, err := newApp(e.ctx, c, logger(e.stderr, c.Log), nil, outside{})
	if err != nil {
		return err
	}
	defer a.close()
	began := time.Now()
	index, err := a.openIndex(e.ctx)
	if errors.Is(err, local.ErrInUse) {
		fmt.Fprintln(e.stdout, "The process that holds the index is asked to rebuild it.")
		n, err := a.store.RequestReindex(e.ctx)
		if err != nil {
			return err
		}
		return a.awaitReindex(e.ctx, n)
	}
	if err != nil {
		return err
	}
	f := &search.Follower{Index: index, Store: a.store}
	n, err := f.Rebuild(e.ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%d listings indexed in %.1f s\n", n, time.Since(began).Seconds())
	return nil
}

// awaitReindex waits until somebody has carried out request n.
func (a *app) awaitReindex(ctx context.Context, n int64) error {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		done, err := a.store.ReindexDone(ctx)
		if err != nil || done >= n {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// follow is the pass that keeps an index as the store is: it carries out a
// request to rebuild it first, and otherwise follows the change log.
// Requests from before this process began are done: an index that was
// opened is either whole or rebuilt anyway.
func (a *app) follow(f *search.Follower) loop.Pass {
	var served int64 = -1
	return func(ctx context.Context, now time.Time) (int, error) {
		asked, err := a.store.ReindexRequested(ctx)
		if err != nil {
			return 0, err
		}
		if served >= 0 && asked > served {
			n, err := f.Rebuild(ctx)
			if err != nil {
				return 0, err
			}
			if err := a.store.Reindexed(ctx, asked); err != nil {
				return 0, err
			}
			served = asked
			a.log.Info("search index rebuilt on request", "listings", n)
			return max(n, 1), nil
		}
		served = max(served, asked)
		did, err := f.Pass(ctx, now)
		if err != nil && !errors.Is(err, market.ErrNone) {
			return did, err
		}
		return did, nil
	}
}

package collect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

const (
	// batchSize is how many listings are saved in one transaction, and
	// batchTime how long one may wait for that.
	batchSize = 100
	batchTime = 5 * time.Second
	// maxRejects is how many rejected items of a run are kept; the others are
	// counted.
	maxRejects = 100
	// maxErr is how much of an error's text is kept, in bytes.
	maxErr = 1000
)

// run is one visit: the site's answers come out of the source as drafts, and
// go into the store in batches.
type run struct {
	c     *Collector
	store Store
	r     market.Run
	t     *taking
	began time.Time

	batch   []market.Listing
	saved   int
	flushed time.Time
	rejects []market.Reject
	// broken is the store's own error, which ends the run.
	broken error
}

// run visits a source under its lease and closes the books.
//
// The invariant: listings are closed for want of mention only when Complete
// goes to the store, and that needs all of: the source says that it saw all
// that the site offers; no error; the site does not show a mere window of its
// newest; and the answer was neither empty nor largely unreadable.
func (c *Collector) run(ctx context.Context, src source.Source, r market.Run, now time.Time) (market.Outcome, error) {
	spec := src.Spec()
	v := &run{c: c, store: c.Store, r: r, t: c.taking(spec, now), began: time.Now()}
	v.flushed = v.began
	v.t.listing = func(l market.Listing) error { return v.add(ctx, l) }
	v.t.rejected = func(j market.Reject) {
		if len(v.rejects) < maxRejects {
			v.rejects = append(v.rejects, j)
		}
	}

	session, res, err := v.ask(ctx, src)

	// A program that is being stopped still saves what it has in hand.
	stop := ctx.Err()
	if stop != nil {
		var end context.CancelFunc
		ctx, end = context.WithTimeout(context.WithoutCancel(ctx), closing)
		defer end()
		if errors.Is(v.broken, stop) {
			v.broken = nil
		}
		err = errors.New("the program was stopped")
	}
	if v.broken == nil {
		v.broken = v.flush(ctx)
	}
	if errors.Is(v.broken, market.ErrNone) {
		return market.Outcome{}, fmt.Errorf("%s: the lease passed to another process, which goes on", spec.Name)
	}
	if err == nil {
		err = v.t.unreadable()
	}
	if stop != nil && v.broken == nil && session.Status() == 0 {
		// The site was asked for nothing yet.
		return market.Outcome{}, errors.Join(err, c.Store.Release(ctx, r, time.Time{}))
	}
	if v.broken != nil {
		err = fmt.Errorf("saving: %w", v.broken)
	}

	state := stateOf(err, v.saved > 0)
	switch {
	case v.broken != nil:
		state = market.RunFailed
	case err == nil && res.Unchanged:
		state = market.RunUnchanged
	}
	o := v.outcome(session, state, err)
	if err == nil {
		o.Validator = res.Validator
		o.Complete = res.Complete && !res.Unchanged && !spec.Rolling && v.t.proves()
	}
	if rerr := c.Store.Rejected(ctx, r, v.rejects); rerr != nil && v.broken == nil {
		v.broken = rerr
	}
	o, err = c.Store.Finish(ctx, r, o, spec.MaxAge)
	if err = errors.Join(v.broken, err); err != nil {
		return o, fmt.Errorf("%s: %w", spec.Name, err)
	}
	c.finished(spec.Name, o, time.Since(v.began))
	v.progress(true)
	return o, nil
}

// ask visits the site and renews the lease meanwhile.
func (v *run) ask(ctx context.Context, src source.Source) (*fetch.Session, source.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, timeFor(v.t.spec))
	session := v.c.session(ctx, v.t.spec)
	beating := make(chan struct{})
	go func() { defer close(beating); v.beat(ctx, cancel) }()
	res, err := v.collect(ctx, src, session)
	cancel()
	<-beating
	return session, res, err
}

// outcome is what came of a visit that ended so, and when the source is due
// again.
func (v *run) outcome(s *fetch.Session, state market.RunState, err error) market.Outcome {
	spec := v.t.spec
	o := market.Outcome{
		State:      state,
		Finished:   v.now(),
		Status:     cmp.Or(s.Status(), s.RobotsStatus()),
		Bytes:      s.Bytes(),
		Pages:      s.Pages(),
		Found:      v.t.found,
		Skipped:    v.t.skipped,
		Rejected:   v.t.unread,
		Filled:     market.Completeness{Listings: v.t.accepted, Filled: v.t.filled},
		CloseAfter: spec.CloseAfter,
	}
	var retryAfter time.Duration
	if err != nil {
		o.Err = head(err.Error(), maxErr)
		if se, ok := errors.AsType[*fetch.StatusError](err); ok {
			retryAfter = se.RetryAfter
			o.Status = cmp.Or(o.Status, se.Status) // of an answer that another run got
		}
	}
	failures := 0
	if state.Failed() {
		failures = v.r.Failures + 1
	}
	if !o.Reached() {
		o.Next = spec.Again(o.Finished, failures)
		return o
	}
	if o.Next, err = spec.Next(v.r.Started, o.Finished, failures, retryAfter); err != nil {
		// Specs are checked when they are read; a day is what backoff ends at.
		o.State, o.Err, o.Next = market.RunFailed, err.Error(), o.Finished.Add(24*time.Hour)
	}
	return o
}

// beat renews the run's lease until ctx ends, and ends the run when the lease
// has passed to another. A store that fails for a moment is asked again.
func (v *run) beat(ctx context.Context, lost context.CancelFunc) {
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		switch err := v.store.Renew(ctx, v.r, v.now(), lease); {
		case errors.Is(err, market.ErrNone):
			lost()
			return
		case err != nil && ctx.Err() == nil:
			v.c.log().Warn("a lease could not be renewed", "source", v.r.Source, "err", err)
		}
	}
}

// collect runs the source.
func (v *run) collect(ctx context.Context, src source.Source, s *fetch.Session) (source.Result, error) {
	return v.c.guard(v.r.Source, func() (source.Result, error) { return src.Collect(ctx, v.t.input(s, v.r.Validator)) })
}

// guard makes a panic in a source's code that run's error.
func (c *Collector) guard(name string, ask func() (source.Result, error)) (res source.Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			c.log().Error("a source panicked", "source", name, "panic", p, "stack", string(debug.Stack()))
			err = &panicked{p}
		}
	}()
	return ask()
}

// panicked is the error of a source that panicked.
type panicked struct{ value any }

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// now is the run's own clock: it goes on from the instant that the run was
// given.
func (v *run) now() time.Time { return v.t.now.Add(time.Since(v.began)) }

func (v *run) add(ctx context.Context, l market.Listing) error {
	v.batch = append(v.batch, l)
	if len(v.batch) < batchSize && time.Since(v.flushed) < batchTime {
		return nil
	}
	v.broken = v.flush(ctx)
	return v.broken
}

func (v *run) flush(ctx context.Context) error {
	v.flushed = time.Now()
	if len(v.batch) == 0 {
		return nil
	}
	batch := v.batch
	_, err := v.store.Save(ctx, v.r, batch, v.now())
	if err != nil {
		return err
	}
	v.batch = nil
	v.saved += len(batch)
	v.progress(false)
	return nil
}

func (v *run) progress(done bool) {
	if v.c.Progress != nil {
		v.c.Progress(Progress{Source: v.r.Source, Found: v.t.found, Saved: v.saved, Done: done})
	}
}

// stateOf names how a run ended that ended with err. What was saved before an
// error stands, and the run is then a partial one, unless the source's own
// code failed.
func stateOf(err error, saved bool) market.RunState {
	if err == nil {
		return market.RunOK
	}
	if _, ok := errors.AsType[*panicked](err); ok {
		return market.RunFailed
	}
	if saved {
		return market.RunPartial
	}
	// A robots.txt that could not be had is unreachable, or lies at a refused
	// address; one that forbids blocks: what stands behind ErrRobots is looked
	// at first.
	if se, ok := errors.AsType[*fetch.StatusError](err); ok {
		switch {
		case se.Blocked():
			return market.RunBlocked
		case se.Status >= 500, se.Status == http.StatusRequestTimeout:
			return market.RunUnreachable
		}
		return market.RunChanged
	}
	switch {
	case errors.Is(err, source.ErrChallenge):
		return market.RunBlocked
	case errors.Is(err, fetch.ErrUnreachable):
		return market.RunUnreachable
	case errors.Is(err, fetch.ErrAddress):
		return market.RunRefused
	case errors.Is(err, fetch.ErrTooLarge):
		return market.RunTooLarge
	case errors.Is(err, fetch.ErrRobots):
		return market.RunBlocked
	case errors.Is(err, source.ErrFormat):
		return market.RunChanged
	case errors.Is(err, context.DeadlineExceeded):
		return market.RunUnreachable
	}
	return market.RunFailed
}

// head is the beginning of a text, at most n bytes and whole letters.
func head(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}

// finished tells the operator how a run ended.
func (c *Collector) finished(name string, o market.Outcome, took time.Duration) {
	c.Metrics.observe(name, o, took)
	level := c.log().Info
	if o.State.Failed() {
		level = c.log().Warn
	}
	args := []any{"source", name, "state", o.State, "found", o.Found, "new", o.New, "changed", o.Changed, "closed", o.Closed,
		"reopened", o.Reopened, "rejected", o.Rejected, "pages", o.Pages, "took", took.Round(time.Millisecond), "next", o.Next}
	if o.Err != "" {
		args = append(args, "why", o.Err)
	}
	level("run finished", args...)
}

// Package collect visits the source that is due.
package collect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// Store is what collecting needs of the store.
type Store interface {
	// Claim leases the most overdue enabled source until now+lease, in one
	// statement, so that any number of processes may ask. ErrNone: none is due.
	Claim(ctx context.Context, now time.Time, lease time.Duration) (market.Run, error)
	// ClaimNamed leases one source whether due or not. ErrNone: a run of it
	// is under way; ErrNotFound: there is no such source.
	ClaimNamed(ctx context.Context, name string, now time.Time, lease time.Duration) (market.Run, error)
	// Renew makes a run's lease last until now+lease. ErrNone: it has passed
	// to another.
	Renew(ctx context.Context, r market.Run, now time.Time, lease time.Duration) error
	// Release ends the lease of a run that asked its site for nothing, and
	// records no run. A next that is not zero is when the source is due.
	Release(ctx context.Context, r market.Run, next time.Time) error
	// Save upserts a batch in one transaction: the counter row, the listings,
	// their duplicate groups, and a change only where the content is new.
	// Drafts that the site calls closed come with ClosedAt set.
	Save(ctx context.Context, r market.Run, batch []market.Listing, now time.Time) (market.Saved, error)
	// Rejected keeps rejected items of a run for the operator.
	Rejected(ctx context.Context, r market.Run, rejects []market.Reject) error
	// Finish closes the run's books in one transaction: it closes the
	// listings that complete runs stopped mentioning, records the outcome,
	// sets when the source is due next, and ends the lease. maxAge closes
	// listings that were last seen longer ago; 0 means never.
	Finish(ctx context.Context, r market.Run, o market.Outcome, maxAge time.Duration) (market.Outcome, error)
}

// Collector visits sources. Its methods may be called from any number of
// goroutines, and by any number of processes over one store.
type Collector struct {
	Store Store
	// Sources are those that may run (see Runnable).
	Sources Sources
	Fetch   *fetch.Client
	// Normalize turns a draft into a listing; its errors wrap
	// market.ErrInvalid. Classify labels a listing.
	Normalize func(market.Draft, time.Time) (market.Listing, error)
	Classify  func(market.Listing) market.Listing

	// Progress, where it is set, is told of each batch that was saved.
	Progress func(Progress)
	// Metrics and Log may be nil.
	Metrics *Metrics
	Log     *slog.Logger
}

// Sources are the sources that may run. They may change while runs are under
// way.
type Sources interface {
	// Source is the one of a name, false where it does not run.
	Source(name string) (source.Source, bool)
	// Len counts them.
	Len() int
}

// Fixed are sources that do not change, by their names.
type Fixed map[string]source.Source

// Source is the one of a name.
func (f Fixed) Source(name string) (source.Source, bool) { s, ok := f[name]; return s, ok }

// Len counts them.
func (f Fixed) Len() int { return len(f) }

// Progress is how far a run has come.
type Progress struct {
	Source string
	// Found counts the run's drafts so far, Saved the listings among them
	// that are stored.
	Found, Saved int
	// Done says that the run has ended.
	Done bool
}

// ErrTooSoon: the source's terms do not allow a visit yet.
var ErrTooSoon = errors.New("its terms allow no visit yet")

const (
	// lease is how long a claim lasts, and heartbeat how often a run renews
	// it: a run whose process died is taken up again within a lease.
	lease     = time.Minute
	heartbeat = 15 * time.Second
	// closing is how long saving and closing the books may take when the
	// program is being stopped.
	closing = 3 * time.Second
)

// Pass visits the most overdue source. It is a loop.Pass: market.ErrNone says
// that no source is due. What goes wrong at a site is the run's outcome; the
// error is the store's.
//
// A run renews its lease for as long as it lasts, so that no two processes
// visit one source at a time; a run whose process was killed is taken up
// again when its lease has ended.
func (c *Collector) Pass(ctx context.Context, now time.Time) (did int, err error) {
	if c.Sources.Len() == 0 {
		return 0, market.ErrNone
	}
	r, err := c.Store.Claim(ctx, now, lease)
	if err != nil {
		return 0, err
	}
	src, ok := c.Sources.Source(r.Source)
	if !ok {
		// Another process may know it: give it back, but not at once.
		err := fmt.Errorf("source %s is due, but does not run in this process", r.Source)
		return 0, errors.Join(err, c.Store.Release(ctx, r, now.Add(time.Minute)))
	}
	if at := allowedAt(r, src.Spec()); at.After(now) {
		return 1, c.Store.Release(ctx, r, at)
	}
	_, err = c.run(ctx, src, r, now)
	return 1, err
}

// Once visits one source, due or not. It fails with market.ErrNotFound where
// there is no such source, with market.ErrNone where a run of it is under
// way, and with ErrTooSoon where its poll floor has not passed since the last
// run that reached it began.
func (c *Collector) Once(ctx context.Context, name string, now time.Time) (market.Outcome, error) {
	src, ok := c.Sources.Source(name)
	if !ok {
		return market.Outcome{}, fmt.Errorf("source %q: %w", name, market.ErrNotFound)
	}
	r, err := c.claim(ctx, src.Spec(), now)
	if err != nil {
		return market.Outcome{}, err
	}
	return c.run(ctx, src, r, now)
}

// claim leases a source, due or not, unless its terms allow no visit yet; it
// fails as Once does.
func (c *Collector) claim(ctx context.Context, spec source.Spec, now time.Time) (market.Run, error) {
	r, err := c.Store.ClaimNamed(ctx, spec.Name, now, lease)
	if errors.Is(err, market.ErrNone) {
		return r, fmt.Errorf("%s: a run is under way: %w", spec.Name, err)
	}
	if err != nil {
		return r, err
	}
	if at := allowedAt(r, spec); at.After(now) {
		err := fmt.Errorf("%s: %w: one in %v, again at %s", spec.Name, ErrTooSoon, spec.Terms.PollFloor, at.UTC().Format(time.RFC3339))
		return r, errors.Join(err, c.Store.Release(ctx, r, time.Time{}))
	}
	return r, nil
}

// Try puts a source through the code that a run uses, and saves no listing:
// the source's own extraction, normalising and labelling. With a page it reads
// that answer, as it was saved; without one it asks the live site. It fails
// as Source.Extract and Source.Collect do: with source.ErrFormat or
// source.ErrChallenge where the answer is not what the source sends.
//
// A visit to the live site is one like any other: where there is a Store, the
// source is leased meanwhile, Try fails as Once does, and the store keeps that
// the site was visited. Without one nothing is known of other visits.
//
// skip is told the reason of each item that the source leaves out by rule.
func (c *Collector) Try(ctx context.Context, src source.Source, page *fetch.Page, now time.Time, emit func(market.Listing), reject func(market.Reject), skip func(why string)) error {
	spec := src.Spec()
	t := c.taking(spec, now)
	t.left = skip
	t.listing = func(l market.Listing) error { emit(l); return nil }
	t.rejected = reject
	var err error
	switch {
	case page != nil:
		var p fetch.Page
		if p, err = fetch.Saved(page.URL, page.Header, page.Body, spec.Limits.Bytes); err == nil {
			_, err = c.guard(spec.Name, func() (source.Result, error) {
				return source.Result{}, src.Extract(ctx, p, t.input(nil, market.Validator{}))
			})
		}
	case c.Store != nil:
		return c.tryLeased(ctx, src, t)
	default:
		ctx, cancel := context.WithTimeout(ctx, timeFor(spec))
		defer cancel()
		_, err = c.guard(spec.Name, func() (source.Result, error) {
			return src.Collect(ctx, t.input(c.session(ctx, spec), market.Validator{}))
		})
	}
	if err == nil {
		err = t.unreadable()
	}
	return err
}

// tried is the reason why a visit of Try is a partial run.
const tried = "a trial: nothing was saved"

// tryLeased asks the live site under a lease. The store keeps the visit as a
// failed run where it failed, otherwise as a partial one, which closes
// nothing and leaves all to be asked for again; the source is then due as
// soon as its terms allow.
func (c *Collector) tryLeased(ctx context.Context, src source.Source, t *taking) error {
	r, err := c.claim(ctx, t.spec, t.now)
	if err != nil {
		return err
	}
	v := &run{c: c, store: c.Store, r: r, t: t, began: time.Now()}
	v.r.Validator = market.Validator{} // a 304 would show nothing
	session, _, err := v.ask(ctx, src)
	if err == nil {
		err = t.unreadable()
	}
	// The books are closed also when the program is being stopped.
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	if ctx.Err() != nil && session.Status() == 0 {
		return errors.Join(err, c.Store.Release(end, r, time.Time{}))
	}
	state := market.RunPartial
	if err != nil {
		state = stateOf(err, false)
	}
	o := v.outcome(session, state, err)
	if !state.Failed() {
		o.Err, o.Next = tried, r.Started.Add(t.spec.Terms.PollFloor)
	}
	_, ferr := c.Store.Finish(end, r, o, 0)
	return errors.Join(err, ferr)
}

// Runnable says what a source still needs before it may run, nil when that is
// nothing: the site's permission where its terms ask for it, and the
// variables that it cannot run without. permitted is the operator's word that
// the permission was given.
func Runnable(spec source.Spec, getenv func(string) string, permitted bool) error {
	if spec.Terms.Permission && !permitted {
		return fmt.Errorf("%s may be collected with the site's written permission only: ask for it, then set sources.%s.permission to true", spec.Title, spec.Name)
	}
	var missing []string
	for _, name := range spec.Env {
		if getenv(name) == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("%s cannot be collected without %s: %s", spec.Title, list(missing), spec.Needs)
	}
	return nil
}

func (c *Collector) session(ctx context.Context, spec source.Spec) *fetch.Session {
	return c.Fetch.Session(ctx, fetch.Options{Delay: spec.Terms.Delay, Pages: spec.Limits.Pages, Bytes: spec.Limits.Bytes})
}

// allowedAt is when the terms allow the run: the poll floor after the last
// run that reached the site began, whatever came of that.
func allowedAt(r market.Run, spec source.Spec) time.Time {
	if r.Previous.IsZero() {
		return time.Time{}
	}
	return r.Previous.Add(spec.Terms.PollFloor)
}

func timeFor(spec source.Spec) time.Duration {
	if spec.Limits.Time > 0 {
		return spec.Limits.Time
	}
	return source.DefaultTime
}

func (c *Collector) log() *slog.Logger {
	if c.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return c.Log
}

// list joins names as a sentence does.
func list(names []string) string {
	out := names[0]
	for i, n := range names[1:] {
		if i == len(names)-2 {
			out += " and " + n
		} else {
			out += ", " + n
		}
	}
	return out
}

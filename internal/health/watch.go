package health

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// Store is what watching needs of the store.
type Store interface {
	Sources(ctx context.Context) ([]market.SourceState, error)
	// OpenIncidents are those that last, one a source at most.
	OpenIncidents(ctx context.Context) ([]market.Incident, error)
	// Turn moves a source's incident on, in one transaction, with the letters
	// that tell of it: it begins the one given where was is nil, follows its
	// State and Why where it lasts, and ends it where Until is set. ErrNone:
	// another process has moved it meanwhile; nothing is filed.
	Turn(ctx context.Context, was *market.Incident, is market.Incident, letters []market.Letter) error
}

// Watcher notices what breaks and what heals.
type Watcher struct {
	Store Store
	// Specs are all sources that there are.
	Specs func() []source.Spec
	// Letters writes what operators are told when a source breaks (Until is
	// zero) or has healed, one letter for each of them; nil tells nobody.
	Letters func(sp source.Spec, in market.Incident, now time.Time) ([]market.Letter, error)
	Log     *slog.Logger
}

// Pass compares each source with its incident. It is a loop.Pass;
// market.ErrNone says that nothing turned.
//
// An incident begins with the first run that shows a fault, and ends with the
// first that shows none. Operators are told by the second such run, or when
// it has lasted for Grace, and again when it has healed, each time in the
// transaction that notes it, so that nobody is told twice; one run that went
// wrong by chance tells nobody. In between State and Why follow what is
// found, in silence. A source that is paused or switched off ends its
// incident in silence too.
func (w *Watcher) Pass(ctx context.Context, now time.Time) (did int, err error) {
	states, err := w.Store.Sources(ctx)
	if err != nil {
		return 0, err
	}
	open, err := w.Store.OpenIncidents(ctx)
	if err != nil {
		return 0, err
	}
	byName := map[string]*market.SourceState{}
	for i := range states {
		byName[states[i].Name] = &states[i]
	}
	lasting := map[string]*market.Incident{}
	for i := range open {
		lasting[open[i].Source] = &open[i]
	}
	var errs []error
	turn := func(sp source.Spec, was *market.Incident, is market.Incident, tell bool) {
		var letters []market.Letter
		if tell {
			is.Told = true
		}
		if tell && w.Letters != nil {
			var err error
			if letters, err = w.Letters(sp, is, now); err != nil {
				errs = append(errs, fmt.Errorf("%s: telling the operator: %w", sp.Name, err))
			}
		}
		switch err := w.Store.Turn(ctx, was, is, letters); {
		case errors.Is(err, market.ErrNone):
		case err != nil:
			errs = append(errs, fmt.Errorf("%s: %w", sp.Name, err))
		default:
			did++
			w.say(is)
		}
	}
	for _, sp := range w.Specs() {
		h, was := Judge(sp, byName[sp.Name], now), lasting[sp.Name]
		delete(lasting, sp.Name)
		switch {
		case h.State.Broken() && was == nil:
			turn(sp, nil, market.Incident{Source: sp.Name, State: h.State, Why: h.Why, Since: now}, false)
		case h.State.Broken():
			is := *was
			is.State, is.Why = h.State, h.Why
			tell := !was.Told && again(byName[sp.Name], *was, now)
			if tell || was.State != is.State || was.Why.Key != is.Why.Key {
				turn(sp, was, is, tell)
			}
		case was != nil && h.State.Kind() != market.HealthWait:
			is := *was
			is.Until = now
			turn(sp, was, is, was.Told && h.State.Kind() == market.HealthOK)
		}
	}
	// A source that is gone has no incident any more.
	for name, was := range lasting {
		is := *was
		is.Until = now
		turn(source.Spec{Name: name, Title: name}, was, is, false)
	}
	if did == 0 && len(errs) == 0 {
		return 0, market.ErrNone
	}
	return did, errors.Join(errs...)
}

// again reports whether a fault has shown again since its incident began.
func again(st *market.SourceState, in market.Incident, now time.Time) bool {
	return now.Sub(in.Since) >= Grace || st != nil && st.Last != nil && st.Last.Started.After(in.Since)
}

func (w *Watcher) say(in market.Incident) {
	if w.Log == nil {
		return
	}
	if in.Until.IsZero() {
		w.Log.Warn("a source needs a look", "source", in.Source, "state", in.State)
		return
	}
	w.Log.Info("a source has healed", "source", in.Source, "was", in.State, "after", in.Until.Sub(in.Since).Round(time.Second))
}

package main

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"

	"github.com/kajkhoj/kajkhoj/internal/collect"
	"github.com/kajkhoj/kajkhoj/internal/config"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/recipe"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// roster is the sources of a running process: those that come with the
// program, and those that operators made, which come and go while it runs.
type roster struct {
	cfg     config.Config
	shipped sources
	log     *slog.Logger
	now     atomic.Pointer[roll]
}

// roll is the roster at one moment. It is not changed.
type roll struct {
	all sources
	// made are the operators' own among them.
	made []market.StoredSource
	// why says why a source does not run, by its name.
	why map[string]string
}

func newRoster(c config.Config, shipped sources, log *slog.Logger) *roster {
	r := &roster{cfg: c, shipped: shipped, log: log}
	r.take(nil)
	return r
}

// take makes the roster anew with the operators' sources. One that cannot be
// read, or has the name of one that comes with the program, is left out and
// said.
func (r *roster) take(made []market.StoredSource) {
	l := &roll{all: slices.Clone(r.shipped), made: made, why: map[string]string{}}
	for _, s := range r.shipped {
		if why := off(s.Spec(), r.cfg); why != nil {
			l.why[s.Spec().Name] = why.Error()
		}
	}
	for _, m := range made {
		s, err := recipe.Parse([]byte(m.YAML), sourceEnv)
		switch {
		case err != nil:
		case s.Spec().Name != m.Name:
			err = fmt.Errorf("its recipe is named %q", s.Spec().Name)
		case r.shipped.known(m.Name):
			err = errors.New("a source that comes with the program has this name")
		}
		if err != nil {
			r.log.Error("a source made by an operator cannot run", "source", m.Name, "err", err)
			continue
		}
		l.all = append(l.all, s)
		if why := offMade(s.Spec(), m); why != nil {
			l.why[m.Name] = why.Error()
		}
	}
	r.now.Store(l)
}

// offMade says why an operator's source does not run, nil when it does.
func offMade(spec source.Spec, m market.StoredSource) error {
	if !m.Enabled {
		return errByOperator
	}
	return collect.Runnable(spec, sourceEnv, m.Permitted)
}

// all are all sources, those that do not run included.
func (r *roster) all() sources { return r.now.Load().all }

// off says why a source does not run; empty where it does.
func (r *roster) off(name string) string { return r.now.Load().why[name] }

// spec is what is known of a source; of an unknown one, that its title is its
// name.
func (r *roster) spec(name string) source.Spec {
	if s, ok := r.all().named(name); ok {
		return s.Spec()
	}
	return source.Spec{Name: name, Title: name}
}

// Source is a source that runs.
func (r *roster) Source(name string) (source.Source, bool) {
	l := r.now.Load()
	if l.why[name] != "" {
		return nil, false
	}
	return l.all.named(name)
}

// Len counts the sources that run.
func (r *roster) Len() int {
	l := r.now.Load()
	return len(l.all) - len(l.why)
}

// specs are all sources as the public sees them: one that is off says why,
// also where its own description has no reason.
func (r *roster) specs() []source.Spec {
	l := r.now.Load()
	specs := l.all.specs()
	for i := range specs {
		if specs[i].Why == "" {
			specs[i].Why = l.why[specs[i].Name]
		}
	}
	return specs
}

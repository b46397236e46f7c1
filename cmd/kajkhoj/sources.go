package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/kajkhoj/kajkhoj/internal/collect"
	"github.com/kajkhoj/kajkhoj/internal/config"
	"github.com/kajkhoj/kajkhoj/internal/source"
	"github.com/kajkhoj/kajkhoj/scrapers"
)

// sources are the sources of a process, by their order on the pages.
type sources []source.Source

// shipped are the sources that come with the program.
func shipped(getenv func(string) string) (sources, error) {
	all, err := scrapers.All(getenv)
	return sources(all), err
}

func (ss sources) named(name string) (source.Source, bool) {
	for _, s := range ss {
		if s.Spec().Name == name {
			return s, true
		}
	}
	return nil, false
}

func (ss sources) known(name string) bool {
	_, ok := ss.named(name)
	return ok
}

// terms are a source's terms, none where it is not known.
func (ss sources) terms(name string) source.Terms {
	if s, ok := ss.named(name); ok {
		return s.Spec().Terms
	}
	return source.Terms{}
}

func (ss sources) specs() []source.Spec {
	var out []source.Spec
	for _, s := range ss {
		out = append(out, s.Spec())
	}
	return out
}

// errByOperator is why a source is off that an operator switched off.
var errByOperator = errors.New("switched off by the operator")

// off says why a source does not run under a configuration, nil when it
// does: it is switched off, or lacks what its terms or its access need.
func off(spec source.Spec, c config.Config) error {
	o := c.Sources[spec.Name]
	enabled := spec.Enabled
	if o.Enabled != nil {
		enabled = *o.Enabled
	}
	switch {
	case !enabled && o.Enabled != nil:
		return errByOperator
	case !enabled:
		return fmt.Errorf("%s Needs: %s", spec.Why, spec.Needs)
	}
	return collect.Runnable(spec, os.Getenv, o.Permission)
}

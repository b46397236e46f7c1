package web

import (
	"time"

	"github.com/kajkhoj/kajkhoj/internal/source"
)

// sites are the sources at one moment. They are not changed.
type sites struct {
	specs  []source.Spec
	byName map[string]source.Spec
	// allowed are the names of those whose terms let their listings be handed
	// to other programs.
	allowed []string
}

// sitesFor is how long the sources are kept before they are asked for again:
// operators add some and take some away while the site is up.
const sitesFor = time.Second

// sites are the sources as they are now.
func (s *server) sites() *sites {
	now, _ := s.roll.get(sitesFor, func() (*sites, error) { return newSites(s.Specs()), nil })
	return now
}

func newSites(specs []source.Spec) *sites {
	out := &sites{specs: specs, byName: make(map[string]source.Spec, len(specs))}
	for _, sp := range specs {
		out.byName[sp.Name] = sp
		if sp.Terms.Syndicate {
			out.allowed = append(out.allowed, sp.Name)
		}
	}
	return out
}

// spec is what is known of a source; for one that is there no longer, that
// nothing is allowed.
func (s *sites) spec(name string) source.Spec {
	if sp, ok := s.byName[name]; ok {
		return sp
	}
	return source.Spec{Name: name, Title: name}
}

// title is a source's title; its name where it is not known.
func (s *sites) title(name string) string { return s.spec(name).Title }

func (s *server) spec(name string) source.Spec { return s.sites().spec(name) }

func (s *server) title(name string) string { return s.sites().title(name) }

// knownSource tells whether a source's name may stand in a query.
func (s *server) knownSource(name string) bool {
	_, ok := s.sites().byName[name]
	return ok
}

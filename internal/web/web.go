// Package web is the site: the pages for people, in Bengali and English, and
// the same searches for programs. Pages are plain HTML and one style sheet;
// nothing needs a script, and no request leaves for another host.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// Searcher finds listings. It answers in a degraded way (Page.Degraded)
// rather than fail when the engine is down.
type Searcher interface {
	Search(ctx context.Context, q market.Query) (Page, error)
}

// Store is what the pages read besides searches.
type Store interface {
	// Listing is one listing, open or closed, with AlsoOn filled; it fails
	// with market.ErrNotFound.
	Listing(ctx context.Context, id string) (market.Listing, error)
	// Sources are the states of all sources that the store knows.
	Sources(ctx context.Context) ([]market.SourceState, error)
}

// IndexState is how the search index stands to the store.
type IndexState struct {
	// Documents is how many groups it holds, -1 where the engine does not say.
	Documents int64
	// Behind is how many changes it has yet to take in.
	Behind int64
}

// Options are what the site is made of. All but Registry, Ready and Version
// are needed.
type Options struct {
	Search Searcher
	Store  Store
	// Index tells how the search index stands; it fails when the engine does
	// not answer or must be rebuilt.
	Index func(context.Context) (IndexState, error)
	// Specs are all sources that are shipped, in the order of the pages.
	Specs []source.Spec
	Rates market.Rates
	// SkillName turns a skill's slug into its name.
	SkillName func(slug string) string
	// BaseURL is the site's own address as the public sees it, without a
	// slash at the end.
	BaseURL string
	Now     func() time.Time
	Log     *slog.Logger

	// Registry holds the process's metrics for /metrics; nil means a new one.
	Registry *prometheus.Registry
	// Ready says why the process cannot serve yet; nil means always ready.
	Ready   func(context.Context) error
	Version string
}

type server struct {
	Options
	mux     *http.ServeMux
	machine *machine
}

// New is the whole site as one handler.
func New(o Options) (http.Handler, error) {
	if o.Search == nil || o.Store == nil || o.Index == nil || o.SkillName == nil || o.Now == nil || o.Log == nil || len(o.Specs) == 0 || o.BaseURL == "" {
		return nil, errors.New("web: an option is missing")
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	s := &server{Options: o, mux: http.NewServeMux()}
	s.machineRoutes(s.mux)
	return s.mux, nil
}

// knownSource tells whether a source's name may stand in a query.
func (s *server) knownSource(name string) bool {
	for _, sp := range s.Specs {
		if sp.Name == name {
			return true
		}
	}
	return false
}

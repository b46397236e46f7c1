// Package web is the site: the pages for people, in Bengali and English, and
// the same searches for programs and feed readers. Pages are plain HTML and
// one style sheet; nothing needs a script, and no request leaves for another
// host.
//
// # Saved searches
//
// There are no accounts. Who holds a link from a mail may do what the link is
// for: its token is a secret that the store knows the hash of. Looking never
// changes anything, since programs that look through mails follow links;
// buttons do. An address with a token is kept from caches, search engines,
// other sites and the log, and no e-mail address stands in any.
//
// # Operators
//
// The pages under /admin are for those who have signed in, by a token that is
// used up or a link that was mailed to them; a session's token is a cookie,
// and the store knows its hash. Everybody else is sent to the sign-in form,
// whether a page is there or not. Sources are made on a bench, which lives in
// memory until its operator saves it; what reads sites and recipes is a
// Workshop, so that this package knows neither.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// Searcher finds listings. It answers in a degraded way (Page.Degraded)
// rather than fail when the engine is down.
type Searcher interface {
	Search(ctx context.Context, q market.Query) (search.Page, error)
}

// Store is what the pages read besides searches.
type Store interface {
	// Listing is one listing, open or closed, with AlsoOn filled; it fails
	// with market.ErrNotFound.
	Listing(ctx context.Context, id string) (market.Listing, error)
	// Sources are the states of all sources that the store knows.
	Sources(ctx context.Context) ([]market.SourceState, error)
	// OpenIncidents are those that last, one a source at most; Incidents are
	// the newest, those that last included, newest first.
	OpenIncidents(ctx context.Context) ([]market.Incident, error)
	Incidents(ctx context.Context, limit int) ([]market.Incident, error)
	// OfferedParts counts the open listings of some sources by the first
	// digits of their IDs, without those that have none. Offered are at most
	// limit of them whose IDs begin with prefix and come after another, by ID.
	OfferedParts(ctx context.Context, sources []string, digits int) ([]market.OfferedPart, error)
	Offered(ctx context.Context, sources []string, prefix, after string, limit int) ([]market.Offered, error)
	// Report keeps a reader's report and tells whether it is news: of one
	// network's, one a day of a kind and a listing is kept. It fails with
	// market.ErrNotFound. The network's address is not stored.
	Report(ctx context.Context, r market.Report, network string) (news bool, err error)
}

// IndexState is how the search index stands to the store.
type IndexState struct {
	// Documents is how many groups it holds, -1 where the engine does not say.
	Documents int64
	// Behind is how many changes it has yet to take in.
	Behind int64
}

// Options are what the site is made of. All but Highlight, Registry, Ready,
// Version and what is about mails and feeds are needed.
type Options struct {
	Search Searcher
	Store  Store
	// Index tells how the search index stands; it fails when the engine does
	// not answer or must be rebuilt.
	Index func(context.Context) (IndexState, error)
	// Specs are all sources that there are now, in the order of the pages.
	Specs func() []source.Spec
	Rates market.Rates
	// SkillName turns a skill's slug into its name.
	SkillName func(slug string) string
	// Highlight parts a title where it answers a query's words; nil marks
	// nothing.
	Highlight func(text string, words search.Words) []search.Segment
	// BaseURL is the site's own address as the public sees it, without a
	// slash at the end.
	BaseURL string
	Now     func() time.Time
	Log     *slog.Logger

	// Subscriptions, Mails, Next and Refuse make the pages about mails; without
	// Subscriptions there are none, and the others are not needed. Refuse says
	// why a search may not be saved; its errors wrap market.ErrInvalid.
	Subscriptions Subscriptions
	Mails         Mails
	Next          NextDue
	Refuse        func(market.Query) error
	// MailReady says that letters can be sent: a mail server is configured.
	MailReady bool
	// BounceSecret opens POST /mail/bounce; without it there is none.
	// ParseBounce reads a message that came back: the letter's key and why; ok
	// is false for what is no report of a failure. It may be nil.
	BounceSecret string
	ParseBounce  func(message []byte) (key string, reason market.SuppressReason, ok bool)
	// Match reports whether a listing answers a query with all of its words.
	// Feeds ask it about hits of a search that dropped words; where it is nil
	// they leave such hits out.
	Match func(market.Query, market.Listing) bool

	// Admin makes the pages for operators; without it there are none.
	Admin *Admin

	// Uncollectable are the sites that cannot be read, for everybody to see.
	Uncollectable []Uncollectable

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
	views   map[locale.Lang]*view
	assets  *assets
	sources cached[map[string]*market.SourceState]
	lasting cached[map[string]*market.Incident]
	maps    sitemaps
	roll    cached[*sites]
	// reports holds each network to a rate of reports, and crossOrigin other
	// sites from making any.
	reports *limiter
	// signIns holds each network to a rate of attempts to sign in.
	signIns *limiter
	// benches are the sources that operators are making.
	benches     benches
	waits       cached[waiting]
	crossOrigin *http.CrossOriginProtection
	// asks holds each network to a rate of mails that it has sent to people,
	// boxes each mailbox to some of these, and answerAfter is how long the
	// answers to that are held.
	asks        *limiter
	boxes       *limiterOf[string]
	answerAfter time.Duration
	post        cached[market.MailStats]
	// host is the site's own, for the ids of feeds.
	host string
	// https says that the public reaches the site by TLS.
	https bool
	// plainFailure is the page for when no page can be made.
	plainFailure []byte
}

// New is the whole site as one handler.
func New(o Options) (http.Handler, error) {
	if o.Search == nil || o.Store == nil || o.Index == nil || o.SkillName == nil || o.Now == nil || o.Log == nil || o.Specs == nil || o.BaseURL == "" {
		return nil, errors.New("web: an option is missing")
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	base, err := url.Parse(o.BaseURL)
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, fmt.Errorf("web: %q is no address for a site", o.BaseURL)
	}
	if o.Subscriptions != nil && (o.Mails == nil || o.Next == nil || o.Refuse == nil) {
		return nil, errors.New("web: an option about mails is missing")
	}
	o.BaseURL = strings.TrimSuffix(o.BaseURL, "/")
	s := &server{Options: o, mux: http.NewServeMux(), views: map[locale.Lang]*view{}, https: base.Scheme == "https", host: base.Hostname(), answerAfter: answerAfter}
	s.reports, s.asks, s.boxes, s.signIns = newReportLimiter(), newAskLimiter(), newBoxLimiter(), newSignInLimiter()
	if s.crossOrigin, err = crossOrigin(base.Scheme + "://" + base.Host); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	if s.assets, err = loadAssets(staticFiles); err != nil {
		return nil, err
	}
	var apology strings.Builder
	apology.WriteString("<!doctype html><html lang=\"bn\"><meta charset=\"utf-8\"><title>500</title>")
	for _, l := range locale.Langs {
		v, err := newView(l, s.title)
		if err != nil {
			return nil, err
		}
		s.views[l] = v
		fmt.Fprintf(&apology, "<h1 lang=%q>%s</h1><p lang=%q>%s</p>", l, v.Text("fail.server"), l, v.Text("fail-text.server"))
	}
	s.plainFailure = []byte(apology.String())
	s.routes()
	s.machineRoutes(s.mux)
	return s, nil
}

// routes are the pages. What programs ask for is registered by machineRoutes.
func (s *server) routes() {
	s.mux.HandleFunc("GET /{$}", s.results)
	s.mux.HandleFunc("GET /listing/{id}", s.listing)
	s.mux.HandleFunc("/report", s.report)
	s.mux.HandleFunc("GET /status", s.status)
	s.mux.HandleFunc("GET /sites", s.sitesPage)
	s.mux.HandleFunc("GET /about", s.about)
	s.mux.HandleFunc("GET /static/{name}", s.static)
	s.mux.HandleFunc("GET /robots.txt", s.robots)
	s.mux.HandleFunc("GET /sitemap.xml", s.sitemap)
	s.mux.HandleFunc("GET /sitemap/{file}", s.sitemapPart)
	s.mailRoutes()
	s.adminRoutes()
	s.mux.HandleFunc("/", s.elsewhere)
}

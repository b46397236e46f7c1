// Package detect looks at an address and says what a collector could read
// there: a feed, JSON, postings in JSON-LD, a sitemap of their pages, or an
// HTML list. It proposes a recipe, in which it leaves blank what only an
// operator can say, and shows what comes of a recipe beside what the site
// sent.
package detect

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/recipe"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// Format is what is at an address.
type Format string

const (
	RSS      Format = "RSS"
	Atom     Format = "Atom"
	JSONFeed Format = "JSON Feed"
	JSON     Format = "JSON"
	Script   Format = "JSON in a script tag"
	JSONLD   Format = "JobPosting JSON-LD"
	Sitemap  Format = "sitemap"
	HTML     Format = "HTML list"
)

// ErrNothing: nothing at the address is known for a list of offers.
var ErrNothing = errors.New("no feed, no JSON, no JobPosting, no sitemap and no list was found")

// Link is a feed that a page advertises (RFC 4287 and the custom of
// <link rel="alternate">).
type Link struct {
	Format Format
	URL    string
	Title  string
}

// Found is what was found at an address.
type Found struct {
	// URL is what the recipe asks for: the address, where it led, or the feed
	// that it advertises.
	URL string
	// Page is the answer that the recipe was made from: its first fixture.
	Page   fetch.Page
	Robots fetch.Verdict
	// Format is set too where no offers were found in it.
	Format Format
	// Items is how many the recipe takes from Page.
	Items int
	// Advertised are the feeds that the page names.
	Advertised []Link
	// Recipe is the proposed source.yaml. recipe.ParseDraft takes it;
	// recipe.Parse does when its blanks are filled in.
	Recipe string
	// Notes say what was seen besides, and what to look at.
	Notes []string
}

const (
	// lookPages is how many pages Look asks for at most, lookDelay the time
	// between two, and lookTime how long it may take.
	lookPages = 6
	lookDelay = 2 * time.Second
	lookTime  = 2 * time.Minute
)

// Look asks for an address, and for a few more where they tell something: the
// feed that it advertises, the page behind its first offer, its second page.
// It fails as fetch.Session.Get does, with source.ErrChallenge where a
// challenge or a log-in page came, and with ErrNothing. What was learned
// until then stands in Found also beside an error.
func Look(ctx context.Context, client *fetch.Client, address string) (Found, error) {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	l := &looker{session: client.Session(ctx, fetch.Options{Delay: lookDelay, Pages: lookPages})}
	f := Found{URL: address}
	var err error
	if f.Robots, err = l.session.Robots(address); err != nil {
		return f, err
	}
	if !f.Robots.Allowed {
		return f, f.Robots.Err
	}
	if f.Page, err = l.session.Get(fetch.Request{URL: address}); err != nil {
		return f, err
	}
	p, err := l.find(&f)
	if err != nil {
		return f, err
	}
	p.finish(&f)
	return f, nil
}

// Read is Look for an answer that is at hand: it asks nobody.
func Read(page fetch.Page) (Found, error) {
	f := Found{URL: page.URL, Page: page, Robots: fetch.Verdict{Why: "not asked"}}
	p, err := (&looker{}).find(&f)
	if err != nil {
		return f, err
	}
	p.finish(&f)
	return f, nil
}

// looker asks for pages; without a session it asks for none.
type looker struct {
	session *fetch.Session
}

// get asks for a page, and notes what went wrong.
func (l *looker) get(f *Found, address, what string) (fetch.Page, bool) {
	if l.session == nil {
		return fetch.Page{}, false
	}
	page, err := l.session.Get(fetch.Request{URL: address})
	if err != nil {
		f.note("%s was not read: %v", what, err)
		return fetch.Page{}, false
	}
	return page, true
}

func (f *Found) note(format string, a ...any) { f.Notes = append(f.Notes, fmt.Sprintf(format, a...)) }

// find makes a proposal for f.Page.
func (l *looker) find(f *Found) (*proposal, error) {
	f.URL = f.Page.URL
	p, err := l.read(f)
	if err == nil {
		return p, nil
	}
	// The page itself has nothing: the feed that it names may.
	for _, link := range f.Advertised {
		page, ok := l.get(f, link.URL, "the advertised feed "+link.URL)
		if !ok {
			continue
		}
		g := Found{URL: page.URL, Page: page, Robots: f.Robots, Advertised: f.Advertised, Notes: f.Notes}
		g.note("the page itself has no list that was understood; this is the feed that it advertises")
		if p, ferr := l.read(&g); ferr == nil {
			*f = g
			return p, nil
		}
	}
	if len(f.Advertised) > 0 && errors.Is(err, ErrNothing) {
		err = fmt.Errorf("%w, but the page names a feed: %s", err, f.Advertised[0].URL)
	}
	return nil, recipe.Challenge(err, f.Page.Body)
}

// read makes a proposal for the page as it is.
func (l *looker) read(f *Found) (*proposal, error) {
	switch kindOf(f.Page.Body) {
	case "json":
		return l.readJSON(f)
	case "rss", "RDF":
		return readFeed(f, RSS)
	case "feed":
		return readFeed(f, Atom)
	case "urlset", "sitemapindex":
		return l.readSitemap(f)
	case "html":
		return l.readHTML(f)
	}
	return nil, ErrNothing
}

// works puts the page through the proposal, as a run would, and gives what
// came of it, without the detail pages.
func (p *proposal) works(page fetch.Page) (drafts []market.Draft, err error) {
	src, _, err := recipe.ParseDraft([]byte(p.yaml()), func(string) string { return "" })
	if err != nil {
		return nil, err
	}
	err = src.Extract(context.Background(), page, source.Input{
		Now:    time.Time{},
		Emit:   func(d market.Draft) error { drafts = append(drafts, d); return nil },
		Reject: func(market.Reject) {},
		Skip:   func(string) {},
	})
	return drafts, err
}

// finish writes the proposal into f.
func (p *proposal) finish(f *Found) {
	f.Format, f.Items = p.what, p.items
	if f.Robots.Delay > 0 {
		p.delay = max(p.delay, f.Robots.Delay)
	}
	f.Recipe = p.yaml()
	if p.detail != nil {
		return
	}
	var missing []string
	for _, name := range []string{"title", "url", "description", "posted"} {
		if !slices.ContainsFunc(p.fields, func(l fieldLine) bool { return l.name == name }) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		f.note("not found, to be filled in by hand if the site has it: %s", strings.Join(missing, ", "))
	}
}

// named is a source's name made of a host: its own part, without "www" and
// the top level.
func named(u *url.URL) string {
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	parts := strings.Split(host, ".")
	if last := parts[len(parts)-1]; len(parts) > 1 && strings.Trim(last, "0123456789") != "" {
		parts = parts[:len(parts)-1]
	}
	var b strings.Builder
	for _, r := range strings.Join(parts, "-") {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' && b.Len() > 0 {
			b.WriteRune(r)
		}
	}
	if name := b.String(); source.ValidName(name) {
		return name
	}
	return "new-source"
}

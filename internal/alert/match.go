package alert

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

// Matcher says which searches of a set find a listing. It is safe for
// concurrent use.
//
// A search finds what the page finds for it: q.Filter(l) as of now, and
// a.Words(q.Text).MatchTypos(a.Document(l)); see Mending for the one thing
// that an engine may do otherwise. Hits that lack a word, which the page adds
// where it finds little, are not matches; nor does anything match a search
// that Refuse refuses.
type Matcher interface {
	// Match gives the numbers of the searches that find a listing, ascending.
	Match(l market.Listing, now time.Time) []int
}

// Option is a choice of what matches.
type Option func(*lexicon)

// Mending has typos mended in those terms only that mends is true of; without
// it they are mended in all. The embedded engine leaves the words alone that
// many listings have as they are spelled: "react" is not found in "reach". It
// is asked once of a term, when the first search with it comes.
func Mending(mends func(search.Term) bool) Option { return func(x *lexicon) { x.mends = mends } }

// Scan is a Matcher that looks at every search for every listing. It is what
// other matchers are measured by.
type Scan struct {
	analyzer *search.Analyzer

	mu       sync.Mutex
	lexicon  *lexicon
	searches []scanned
	held     holding
}

// scanned is a search that is not refused.
type scanned struct {
	number    int
	query     market.Query
	need, not []uint32
}

// Compile makes a Scan of searches, which are numbered by their place.
func Compile(a *search.Analyzer, queries []market.Query, options ...Option) *Scan {
	s := &Scan{analyzer: a, lexicon: newLexicon(options)}
	for i, q := range queries {
		if Refuse(a, q) != nil {
			continue
		}
		need, not := features(a.Words(q.Text))
		s.searches = append(s.searches, scanned{
			number: i, query: q,
			need: s.lexicon.intern(nil, need), not: s.lexicon.intern(nil, not),
		})
	}
	return s
}

// Match looks at every search.
func (s *Scan) Match(l market.Listing, now time.Time) []int {
	d := s.analyzer.Document(l)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lexicon.hold(d, &s.held)
	missing := func(f uint32) bool { return !s.held.set.has(f) }
	var out []int
	for i := range s.searches {
		m := &s.searches[i]
		if slices.ContainsFunc(m.need, missing) || slices.ContainsFunc(m.not, s.held.set.has) {
			continue
		}
		q := m.query
		q.Now = now
		if q.Filter(l) {
			out = append(out, m.number)
		}
	}
	return out
}

// Words are the words and phrases of a search that a listing holds, each once
// in the order of the search: plain words as typed, phrases as they are
// spelled in listings. Of a listing that matches they are all there.
func Words(a *search.Analyzer, q market.Query, l market.Listing) []string {
	return heldWords(a.Words(q.Text), a.Document(l))
}

func heldWords(w search.Words, d search.Document) []string {
	var out []string
	add := func(s string) {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for _, t := range w.Must {
		if (search.Words{Must: []search.Term{t}}).MatchTypos(d) {
			add(t.Typed)
		}
	}
	for _, p := range w.Phrases {
		if d.Has(p) {
			add(strings.Join(p, " "))
		}
	}
	return out
}

package alert

import (
	"slices"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

// asked is what many searches ask, each thing once.
type asked struct {
	matcher Matcher
	// by are, for each thing that is asked, those who ask it.
	by [][]int
}

// ask brings together those of the queries, by index, that ask the same.
func ask(a *search.Analyzer, queries []market.Query) asked {
	var out asked
	var distinct []market.Query
	place := map[string]int{}
	for i, q := range queries {
		key := Canonical(a, q)
		k, ok := place[key]
		if !ok {
			k = len(distinct)
			place[key] = k
			distinct = append(distinct, q)
			out.by = append(out.by, nil)
		}
		out.by[k] = append(out.by[k], i)
	}
	out.matcher = Compile(a, distinct)
	return out
}

// each calls for every query, by index, that finds a listing.
func (s asked) each(l market.Listing, now time.Time, yield func(i int)) {
	for _, k := range s.matcher.Match(l, now) {
		for _, i := range s.by[k] {
			yield(i)
		}
	}
}

// allWords are what Words gives for each listing that a query finds, for that
// has them all: no listing is taken apart for it.
func allWords(a *search.Analyzer, q market.Query) []string {
	w := a.Words(q.Text)
	var out []string
	for _, t := range w.Must {
		out = append(out, t.Typed)
	}
	for _, p := range w.Phrases {
		out = append(out, strings.Join(p, " "))
	}
	var once []string
	for _, s := range out {
		if !slices.Contains(once, s) {
			once = append(once, s)
		}
	}
	return once
}

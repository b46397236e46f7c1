package search

import (
	"slices"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Match reports whether a listing passes a query's filters and has all its
// words, spelled right. It is the least that a search means: every engine and
// every alert finds what it finds, and besides at most what mended typos give
// (MatchTypos).
func (a *Analyzer) Match(q market.Query, l market.Listing) bool {
	if !q.Filter(l) {
		return false
	}
	w := a.Words(q.Text)
	return w.Empty() || w.Match(a.Document(l))
}

// Match reports whether a document has the words, spelled right.
func (w Words) Match(d Document) bool {
	return w.match(d, func(t Term, word string) bool { return t.exact(word) })
}

// MatchTypos reports whether a document has the words, typos mended.
func (w Words) MatchTypos(d Document) bool {
	return w.match(d, func(t Term, word string) bool { _, ok := t.Hit(word); return ok })
}

func (w Words) match(d Document, hit func(Term, string) bool) bool {
	for _, t := range w.Must {
		if !slices.ContainsFunc(d.Fields(), func(f *Field) bool {
			is := func(word string) bool { return hit(t, word) }
			return slices.ContainsFunc(f.Words, is) || slices.ContainsFunc(f.Extra, is)
		}) {
			return false
		}
	}
	for _, p := range w.Phrases {
		if !d.Has(p) {
			return false
		}
	}
	for _, p := range w.Not {
		if d.Has(p) {
			return false
		}
	}
	return true
}

// Has reports whether the words stand in a row. A single word may also be
// one that was rewritten.
func (d Document) Has(phrase []string) bool {
	return slices.ContainsFunc(d.Fields(), func(f *Field) bool {
		return row(f.Words, phrase) >= 0 || len(phrase) == 1 && slices.Contains(f.Extra, phrase[0])
	})
}

// row is where phrase begins in words, -1 when it does not occur.
func row(words, phrase []string) int {
	for i := 0; i+len(phrase) <= len(words); i++ {
		if words[i] == phrase[0] && slices.Equal(words[i:i+len(phrase)], phrase) {
			return i
		}
	}
	return -1
}

func (t Term) exact(word string) bool {
	return word == t.Word || t.Prefix && strings.HasPrefix(word, t.Word)
}

// Hit reports whether a word of a listing answers the term, and how many
// typos were mended. Typos are mended in whole words only, not in beginnings.
func (t Term) Hit(word string) (typos int, ok bool) {
	if t.exact(word) {
		return 0, true
	}
	if t.Typos == 0 {
		return 0, false
	}
	return Distance(t.Word, word, t.Typos)
}

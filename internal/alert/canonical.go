package alert

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

// Why a search cannot be saved. Both wrap market.ErrInvalid.
var (
	// ErrNothing: it has neither words nor filters, and would be told everything.
	ErrNothing = fmt.Errorf("%w: a search without words and without filters", market.ErrInvalid)
	// ErrNoWords: there is text, but no word of it counts, and there are no
	// filters either.
	ErrNoWords = fmt.Errorf("%w: a search whose text has no word that counts, without filters", market.ErrInvalid)
)

// Refuse says why a search cannot be saved, nil where it can. What is refused
// matches nothing: no search becomes one for everything because its words
// came to nothing.
func Refuse(a *search.Analyzer, q market.Query) error {
	switch {
	case q.Narrows() || !a.Words(q.Text).Empty():
		return nil
	case strings.TrimSpace(q.Text) == "":
		return ErrNothing
	}
	return ErrNoWords
}

// Canonical is the canonical form of a search: two searches with the same
// key match the same listings at any instant. The order of words does not
// count, but for the last word, which longer words may begin with; nor do
// repetitions, spellings that the analyzer makes one, or Sort, Page and Now.
func Canonical(a *search.Analyzer, q market.Query) (key string) {
	var b []byte
	need, not := features(a.Words(q.Text))
	for _, f := range need {
		b = append(append(b, f...), '\n')
	}
	for _, f := range not {
		b = append(append(append(b, '-'), f...), '\n')
	}
	return string(appendFilter(b, q))
}

// A feature is something textual that a listing has or has not, and that a
// search asks for: a sign and a word or words of the analyzer, which hold no
// white space.
type feature string

// The signs of features.
const (
	signWord   = '=' // the word, spelled right, rewritten ones included
	signMended = '~' // the word, typos mended
	signPrefix = '*' // the word, typos mended, or one that begins with it
	signRow    = '"' // several words in a row, joined by a space
)

func featureOf(t search.Term) feature {
	sign := signWord
	switch {
	case t.Prefix:
		sign = signPrefix
	case t.Typos > 0:
		sign = signMended
	}
	return feature(sign) + feature(t.Word)
}

func featureOfRow(words []string) feature {
	if len(words) == 1 {
		return feature(signWord) + feature(words[0])
	}
	return feature(signRow) + feature(strings.Join(words, " "))
}

func (f feature) text() string { return string(f[1:]) }

// term is what a feature of a single word means.
func (f feature) term() search.Term {
	t := search.Term{Word: f.text()}
	switch f[0] {
	case signMended, signPrefix:
		t.Typos = search.Typos(t.Word)
		t.Prefix = f[0] == signPrefix
	}
	return t
}

// features are what words ask for, sorted, each once: a document is found
// where it has all of need and none of not. This is search.Words.MatchTypos.
func features(w search.Words) (need, not []feature) {
	for _, t := range w.Must {
		need = append(need, featureOf(t))
	}
	for _, p := range w.Phrases {
		need = append(need, featureOfRow(p))
	}
	for _, p := range w.Not {
		not = append(not, featureOfRow(p))
	}
	slices.Sort(need)
	slices.Sort(not)
	return slices.Compact(need), slices.Compact(not)
}

// appendFilter appends the canonical form of everything but the words: two
// queries with the same pass the same listings by market.Query.Filter, given
// the same Now.
func appendFilter(b []byte, q market.Query) []byte {
	one := func(name byte, value string) {
		if value != "" {
			b = strconv.AppendQuote(append(b, name), value)
		}
	}
	one('l', string(q.Level))
	one('e', string(q.English))
	if q.Stated {
		b = append(b, 's')
	}
	appendSet(&b, 'c', q.Categories)
	appendSet(&b, 'o', q.Sources)
	appendSet(&b, 'p', q.Pays)
	if q.MinUSD > 0 {
		b = strconv.AppendInt(append(b, 'm'), q.MinUSD, 10)
	}
	if q.Days > 0 {
		b = strconv.AppendInt(append(b, 'd'), int64(q.Days), 10)
	}
	one('f', q.From)
	switch q.Warn {
	case market.WarnWithout, market.WarnOnly:
		one('w', string(q.Warn))
	}
	return b
}

func appendSet[S ~string](b *[]byte, name byte, values []S) {
	if len(values) == 0 {
		return
	}
	*b = append(*b, name)
	if len(values) > 1 {
		values = slices.Compact(slices.Sorted(slices.Values(values)))
	}
	for _, v := range values {
		*b = strconv.AppendQuote(*b, string(v))
	}
}

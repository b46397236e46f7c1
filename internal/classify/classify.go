// Package classify labels a listing with the skill level and the English
// that it asks for, whether the worker speaks with people, the other languages
// that it needs, and with the warning signs in it, each with the words that
// decided. It is pure and deterministic.
//
// What the site's own fields or the listing's own words state comes first.
// Where they say nothing, or contradict themselves, a label is estimated from
// the kind of work by a model that is learned from labelled listings (package
// learn); an estimate that is too unsure is kept as a guess only.
package classify

import (
	"slices"
	"sort"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

// Version changes whenever the same listing may get another label.
const Version = 9

// Listing gives l with its Level, English, Spoken, Tongues and Warnings set
// anew.
//
// The site's own field comes before the text. In the text the title comes
// before the description. Statements of the description that contradict each
// other by calling for beginners and for experience say nothing about the
// level; otherwise the more demanding one counts, as it does for English,
// where a named grade (CEFR, IELTS) comes before words.
func Listing(l market.Listing) market.Listing {
	d := read(l)
	e := d.heeded().estimates()
	l.Level = siteLevel(l.SiteLevel)
	if l.Level.Value == "" {
		l.Level = stated(d.levelSaid, &e.model.Level, slices.Index(market.Levels, d.levelSaid.Value))
	}
	if l.Level.Value == "" {
		l.Level = estimate(e, &e.model.Level, e.level, market.Levels)
	}
	l.English = siteEnglish(l.SiteEnglish)
	if l.English.Value == "" {
		l.English = stated(d.englishSaid, &e.model.English, min(2, d.englishSaid.Value.Rank()-1))
	}
	if l.English.Value == "" {
		l.English = estimate(e, &e.model.English, e.english, market.Englishes)
	}
	l.Spoken = d.spoken(e.spoken[1])
	if l.Spoken.Value == "" {
		l.Spoken = estimate(e, &e.model.Spoken, e.spoken, market.Spokens)
	}
	l.Tongues = d.tongues()
	l.Warnings = d.warnings()
	return l
}

// stated adds how often readers agree with statements of this kind.
func stated[V ~string](l market.Label[V], e *Estimator, class int) market.Label[V] {
	if l.Value != "" {
		l.Probability = round(float64(e.Said[class]))
	}
	return l
}

// document is a listing's texts with what was found in them.
type document struct {
	listing             market.Listing
	title, text, skills *phrase.Text
	skillCount          int
	titleHits, textHits []phrase.Match // of rules
	rejects             bool           // beginners are sent away
	levelSaid           market.Label[market.Level]
	englishSaid         market.Label[market.English]

	titleHints, textHints, skillHints []phrase.Match // of hints
	aside                             []bool         // by word of text: the client about itself
}

// read finds everything in a listing that labels are made from.
func read(l market.Listing) *document {
	title, text := phrase.Lex(l.Title), phrase.Lex(l.Description)
	skills := phrase.Lex(strings.Join(l.Skills, "\n"))
	d := &document{listing: l, title: &title, text: &text, skills: &skills, skillCount: len(l.Skills)}
	d.titleHits, d.titleHints = find(&title)
	d.textHits, d.textHints = find(&text)
	_, d.skillHints = find(&skills)
	d.aside = aside(&text)
	for _, m := range d.textHits {
		// A level that is the audience's or the client's says nothing either.
		if ofOther(&text, m) {
			for i := m.First; i <= m.Last; i++ {
				d.aside[i] = true
			}
		}
	}
	d.levelSaid, d.englishSaid = d.level(), d.english()
	return d
}

// heededAtMost is how many characters of a description estimates are made from:
// those that the readers of the labelled listings saw. Statements and warning
// signs count wherever they stand.
const heededAtMost = 2200

// beginningOf is the beginning of s, n characters long; blanks one behind the
// other count as one.
func beginningOf(s string, n int) string {
	if len(s) <= n {
		return s
	}
	blank := false
	for i, r := range s {
		if space := unicode.IsSpace(r); !space || !blank {
			if n == 0 {
				return s[:i]
			}
			n--
			blank = space
		}
	}
	return s
}

// heeded is the document that estimates are made from.
func (d *document) heeded() *document {
	first := beginningOf(d.text.Raw, heededAtMost)
	if len(first) == len(d.text.Raw) {
		return d
	}
	n := sort.Search(len(d.text.Words), func(i int) bool { return int(d.text.Words[i].End) > len(first) })
	text := *d.text
	text.Raw, text.Words = first, text.Words[:n]
	inside := func(ms []phrase.Match) (out []phrase.Match) {
		for _, m := range ms {
			if m.Last < n {
				out = append(out, m)
			}
		}
		return out
	}
	h := *d
	h.text, h.aside, h.textHits, h.textHints = &text, d.aside[:n], inside(d.textHits), inside(d.textHints)
	h.levelSaid, h.englishSaid = h.level(), h.english()
	h.rejects = d.rejects
	return &h
}

// evidence is the words from first to last, with the bracket that closes
// behind them one that opens among them.
func evidence(field string, t *phrase.Text, first, last int) market.Evidence {
	start, end := int(t.Words[first].Start), int(t.Words[last].End)
	if quote := t.Raw[start:end]; strings.Count(quote, "(") > strings.Count(quote, ")") && strings.HasPrefix(t.Raw[end:], ")") {
		end++
	}
	return market.Evidence{Field: field, Quote: t.Raw[start:end], Start: start, End: end}
}

// ofOther reports whether a word for a level is said of somebody else than the
// worker who is wanted.
func ofOther(t *phrase.Text, m phrase.Match) bool {
	switch m.ID {
	case entryWord, entryWanted, beginnersWelcome:
		return !sendsAway(t, m) && !ofBeginner("description", t, m)
	case senior, seniorWanted:
		return seniorNoun(t, m) || before(t, m.First, 4, growing)
	}
	return false
}

// set is a set of words, normalized as texts are (NFC).
type set map[string]bool

func words(list ...string) set {
	s := set{}
	for _, w := range list {
		s[norm.NFC.String(w)] = true
	}
	return s
}

// before reports whether one of the n words before word i, in the same
// sentence, is in s.
func before(t *phrase.Text, i, n int, s set) bool {
	for j := i; n > 0 && j > 0 && t.Words[j].Sep&phrase.SepEnd == 0; n-- {
		j--
		if s[t.Fold(j)] {
			return true
		}
	}
	return false
}

// after reports whether one of the n words after word i, in the same
// sentence, is in s.
func after(t *phrase.Text, i, n int, s set) bool {
	for j := i + 1; n > 0 && j < len(t.Words) && t.Words[j].Sep&phrase.SepEnd == 0; j, n = j+1, n-1 {
		if s[t.Fold(j)] {
			return true
		}
	}
	return false
}

// Said is what the listing's own words state, without an estimate.
func Said(l market.Listing) (market.Level, market.English) {
	d := read(l)
	return d.levelSaid.Value, d.englishSaid.Value
}

// Package classify labels a listing with the skill level and the English
// that it asks for, and with the warning signs in it, each with the words
// that decided. It is pure and deterministic. Only what the site's own
// fields or the listing's own words state is labelled; where they say
// nothing, or contradict themselves, the label stays empty.
package classify

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

// Version changes whenever the same listing may get another label.
const Version = 2

// Listing gives l with its Level, English and Warnings set anew.
//
// The site's own field comes before the text. In the text the title comes
// before the description. Statements of the description that contradict each
// other by calling for beginners and for experience say nothing about the
// level; otherwise the more demanding one counts, as it does for English,
// where a named grade (CEFR, IELTS) comes before words.
func Listing(l market.Listing) market.Listing {
	title, text := phrase.Lex(l.Title), phrase.Lex(l.Description)
	d := document{title: &title, text: &text}
	d.titleHits, d.textHits = rules.Find(&title), rules.Find(&text)

	l.Level = siteLevel(l.SiteLevel)
	if l.Level.Value == "" {
		l.Level = d.level()
	}
	l.English = siteEnglish(l.SiteEnglish)
	if l.English.Value == "" {
		l.English = d.english()
	}
	l.Warnings = d.warnings()
	return l
}

// document is a listing's two texts with what the rules found in them.
type document struct {
	title, text         *phrase.Text
	titleHits, textHits []phrase.Match
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

package classify

import (
	"slices"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

// levelWords are what sites call a level in their own fields. The empty
// value is a word that says nothing ("Any").
var levelWords = map[string]market.Level{
	"entry": market.Entry, "entry level": market.Entry, "entrylevel": market.Entry, "beginner": market.Entry,
	"junior": market.Entry, "intern": market.Entry, "internship": market.Entry, "trainee": market.Entry,
	"student": market.Entry, "fresher": market.Entry, "freshers": market.Entry, "graduate": market.Entry, "no experience": market.Entry,
	"no exp": market.Entry, "no experience required": market.Entry, "berufseinstieg": market.Entry, "berufseinsteiger": market.Entry,
	"apprentice": market.Entry, "working student": market.Entry, "werkstudent": market.Entry, "junior level": market.Entry,
	"praktikum": market.Entry, "এন্ট্রি লেভেল": market.Entry, "নতুন": market.Entry, "ফ্রেশার": market.Entry,

	"mid": market.Intermediate, "mid level": market.Intermediate, "midlevel": market.Intermediate, "midweight": market.Intermediate,
	"middle": market.Intermediate, "medior": market.Intermediate, "intermediate": market.Intermediate,
	"intermediatelevel": market.Intermediate, "intermediate level": market.Intermediate, "experienced": market.Intermediate,
	"professional experienced": market.Intermediate, "professional": market.Intermediate, "berufserfahren": market.Intermediate,
	"mid senior": market.Intermediate, "mid senior level": market.Intermediate, "মিড লেভেল": market.Intermediate, "অভিজ্ঞ": market.Intermediate,

	"senior": market.Expert, "senior level": market.Expert, "sr": market.Expert, "expert": market.Expert, "expertlevel": market.Expert,
	"expert level": market.Expert, "lead": market.Expert, "principal": market.Expert, "staff": market.Expert, "manager": market.Expert,
	"director": market.Expert, "executive": market.Expert, "head": market.Expert, "vp": market.Expert, "c level": market.Expert,
	"chief": market.Expert, "geschäftsleitung": market.Expert, "leadership": market.Expert, "সিনিয়র": market.Expert, "এক্সপার্ট": market.Expert,
}

// siteLevel reads the site's own field. Where it names more than one level
// ("Entry-level, Mid-level") the lowest counts: the site offers the work to
// it. Years ("1 to 3 years") count by the least: none is entry, five or more
// expert.
func siteLevel(e market.Evidence) market.Label[market.Level] {
	best := market.Level("")
	for part := range strings.FieldsFuncSeq(e.Quote, func(r rune) bool { return r == ',' || r == ';' || r == '|' || r == '(' || r == ')' }) {
		level := levelOf(part)
		if level != "" && (best == "" || slices.Index(market.Levels, level) < slices.Index(market.Levels, best)) {
			best = level
		}
	}
	if best == "" {
		return market.Label[market.Level]{}
	}
	return market.Label[market.Level]{Value: best, Basis: market.BasisSite, Evidence: []market.Evidence{e}}
}

func levelOf(s string) market.Level {
	t := phrase.Lex(s)
	name := make([]string, len(t.Words))
	for i := range t.Words {
		name[i] = t.Fold(i)
	}
	if level, ok := levelWords[strings.Join(name, " ")]; ok {
		return level
	}
	for i := range t.Words {
		n := t.Words[i].Num
		if after(&t, i, 1, monthWords) {
			n /= 12
		} else if !after(&t, i, 3, yearWords) {
			continue
		}
		if n < 0 || n > 40 {
			continue
		}
		if i > 1 && t.Fold(i-1) == "to" && t.Fold(i-2) == "up" {
			n = 0
		}
		switch {
		case n == 0:
			return market.Entry
		case n < 5:
			return market.Intermediate
		}
		return market.Expert
	}
	return ""
}

var monthWords = words("month", "months", "মাস", "মাসের")

var yearWords = words("year", "years", "yr", "yrs", "বছর", "বছরের", "bochor", "bochorer", "bosor", "bosorer", "bochhorer")

// englishWords are what sites call the English of the worker.
var englishWords = map[string]market.English{
	"none": market.Basic, "no english": market.Basic, "no": market.Basic, "not required": market.Basic, "basic": market.Basic, "beginner": market.Basic,
	"elementary": market.Basic, "pre": market.Basic, "pre intermediate": market.Basic, "a1": market.Basic, "a2": market.Basic,
	"beginner elementary": market.Basic, "বেসিক": market.Basic,

	"conversational": market.Conversational, "intermediate": market.Conversational, "b1": market.Conversational,
	"b2": market.Conversational, "upper": market.Conversational, "upper intermediate": market.Conversational, "good": market.Conversational,
	"working": market.Conversational, "limited working": market.Conversational, "conversational or better": market.Conversational,

	"fluent": market.Fluent, "advanced": market.Fluent, "advanced fluent": market.Fluent, "c1": market.Fluent, "proficient": market.Fluent,
	"professional": market.Fluent, "professional working": market.Fluent, "full professional": market.Fluent, "excellent": market.Fluent,
	"fluent or better": market.Fluent,

	"native": market.Native, "bilingual": market.Native, "native or bilingual": market.Native, "native bilingual": market.Native,
	"mother tongue": market.Native,
}

// siteEnglish reads the site's own field: a word, a CEFR grade (C2 is
// native by the scale of the labels when a site's field names it, B1 and B2
// are conversational), or Upwork's number from 1 to 4. "Any" and 0 say
// nothing.
func siteEnglish(e market.Evidence) market.Label[market.English] {
	t := phrase.Lex(e.Quote)
	var name []string
	for i := range t.Words {
		switch w := t.Fold(i); w {
		case "english", "level", "skills", "proficiency", "or":
			if w == "or" && i > 0 {
				name = append(name, w)
			}
		default:
			name = append(name, w)
		}
	}
	key := strings.Join(name, " ")
	value, ok := englishWords[key]
	switch {
	case ok:
	case key == "c2":
		value = market.Native
	case len(t.Words) == 1 && t.Words[0].Num >= 1 && t.Words[0].Num <= 4:
		value = market.Englishes[t.Words[0].Num-1]
	default:
		// "B2 (Upper-Intermediate)": the grade decides.
		for _, w := range name {
			if g, ok := englishWords[w]; ok && len(w) == 2 && (w[0] == 'a' || w[0] == 'b' || w[0] == 'c') {
				value = g
				break
			}
		}
	}
	if value == "" {
		return market.Label[market.English]{}
	}
	return market.Label[market.English]{Value: value, Basis: market.BasisSite, Evidence: []market.Evidence{e}}
}

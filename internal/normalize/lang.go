package normalize

import (
	"unicode"

	"github.com/abadojack/whatlanggo"

	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

// The bounds of a guess.
const (
	// bengaliShare is the share of Bengali letters that makes a text Bengali:
	// such texts are full of English terms.
	bengaliShare = 0.3
	// minLetters is the least number of letters of a text whose language is
	// guessed: romanised Bengali and short texts in Latin letters read as
	// anything.
	minLetters = 250
	// sampleRunes is how much of a text the trigrams are counted in.
	sampleRunes = 800
)

// functionWords are the commonest words of English; a text that has one in
// six words among them is English.
var functionWords = map[string]bool{
	"the": true, "and": true, "of": true, "to": true, "in": true, "for": true, "with": true, "is": true, "are": true,
	"you": true, "we": true, "our": true, "your": true, "this": true, "be": true, "will": true, "that": true, "on": true,
	"or": true, "have": true, "who": true, "from": true, "it": true, "can": true, "should": true, "must": true,
}

var likely = whatlanggo.Options{Whitelist: map[whatlanggo.Lang]bool{
	whatlanggo.Eng: true, whatlanggo.Deu: true, whatlanggo.Spa: true, whatlanggo.Fra: true, whatlanggo.Por: true,
	whatlanggo.Ita: true, whatlanggo.Nld: true, whatlanggo.Pol: true, whatlanggo.Rus: true, whatlanggo.Ukr: true,
	whatlanggo.Tur: true, whatlanggo.Arb: true, whatlanggo.Hin: true, whatlanggo.Cmn: true, whatlanggo.Jpn: true,
	whatlanggo.Ind: true, whatlanggo.Vie: true,
}}

// language is the language of a listing as a BCP 47 tag, empty where unsure.
func language(title, text string, words *phrase.Text) string {
	letters, bengali, runes, sampleEnd := 0, 0, 0, len(text)
	for _, r := range title {
		if unicode.IsLetter(r) {
			letters++
			if r >= 0x980 && r < 0xa00 {
				bengali++
			}
		}
	}
	for i, r := range text {
		switch {
		case r < 0x80:
			if r|0x20 >= 'a' && r|0x20 <= 'z' {
				letters++
			}
		case unicode.IsLetter(r):
			letters++
			if r >= 0x980 && r < 0xa00 {
				bengali++
			}
		}
		if runes++; runes == sampleRunes {
			sampleEnd = i
		}
	}
	if letters == 0 {
		return ""
	}
	if float64(bengali) >= bengaliShare*float64(letters) {
		return "bn"
	}
	if letters < minLetters {
		return ""
	}
	n, common := min(len(words.Words), 300), 0
	for i := range n {
		if functionWords[words.Fold(i)] {
			common++
		}
	}
	if common*6 >= n {
		return "en"
	}
	info := whatlanggo.DetectWithOptions(text[:sampleEnd], likely)
	if !info.IsReliable() {
		return ""
	}
	return info.Lang.Iso6391()
}

package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// maxWord is the longest word in bytes after folding; the rest is cut off on
// both sides, so that addresses and encoded data do not fill an index.
const maxWord = 64

// Characters that change how a word looks and not what it is.
const (
	softHyphen = '\u00AD'
	nonJoiner  = '\u200C'
	joiner     = '\u200D'
)

func invisible(r rune) bool {
	return r == softHyphen || r == nonJoiner || r == joiner || (r >= '\uFE00' && r <= '\uFE0F')
}

// inWord reports whether r is part of a word: letters, marks and numbers of
// any script. Go's own \w is ASCII, and would cut Bengali at each vowel sign.
func inWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.In(r, unicode.L, unicode.M, unicode.N) || invisible(r)
}

// bengali folds spellings that are heard alike: long and short i and u, the
// two n, the conjunct nt with and without its hasanta, and a at the
// beginning of loan words (অ্যানিমেশন, এনিমেশন).
var bengali = strings.NewReplacer(
	"ী", "ি", "ঈ", "ই",
	"ূ", "ু", "ঊ", "উ",
	"ণ্ট", "নট", "ন্ট", "নট",
	"ণ", "ন",
)

// letters that have no decomposition but are typed without their sign.
var plainLetters = strings.NewReplacer(
	"ø", "o", "đ", "d", "ł", "l", "ħ", "h", "ı", "i",
	"æ", "ae", "œ", "oe", "þ", "th", "ð", "d",
)

// fold gives the form in which words are compared: compatibility forms
// (full-width and mathematical letters), case, the diacritics of Latin,
// Greek and Cyrillic, joiners, Bengali digits and Bengali spellings are
// evened out, and what is left is NFC. It is empty for a word without a
// letter or a number. Folding twice changes nothing.
func fold(word string) string {
	ascii := true
	for i := range len(word) {
		if word[i] >= utf8.RuneSelf {
			ascii = false
			break
		}
	}
	if ascii {
		return cut(strings.ToLower(word))
	}
	// Case folding alone turns a Cherokee letter into its other case each time.
	word = strings.ToLower(cases.Fold().String(norm.NFKD.String(word)))
	var b strings.Builder
	said := false
	for _, r := range norm.NFKD.String(word) {
		switch {
		case invisible(r), unicode.Is(unicode.Me, r), r >= '\u0300' && r <= '\u036F', !inWord(r):
			continue
		case r >= '০' && r <= '৯':
			r = '0' + r - '০'
		}
		if !unicode.Is(unicode.M, r) {
			said = true
		}
		b.WriteRune(r)
	}
	if !said {
		return ""
	}
	word = norm.NFC.String(b.String())
	word = bengali.Replace(plainLetters.Replace(word))
	if rest, ok := strings.CutPrefix(word, "অ্যা"); ok {
		word = "এ" + rest
	}
	// A visarga that ends a word is a colon that was typed with the wrong key.
	return cut(strings.TrimRight(word, "ঃ"))
}

func cut(word string) string {
	if len(word) <= maxWord {
		return word
	}
	n := maxWord
	for !utf8.RuneStart(word[n]) {
		n--
	}
	return word[:n]
}

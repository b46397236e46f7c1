package locale

import (
	"strings"
	"unicode"
)

// Mark is the language to mark a text with: empty where it is the
// catalogue's own. known is the text's language where something says so.
func (c *Catalogue) Mark(text, known string) string {
	l := string(English)
	switch {
	case IsBengali(text):
		l = string(Bengali)
	case known != "" && known != string(Bengali):
		l = known
	}
	if l == string(c.Lang) {
		return ""
	}
	return l
}

// Cut shortens a text to at most n characters, at a space where there is
// one, and never inside a letter with its signs.
func Cut(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	end := n
	for i := n; i > n/2; i-- {
		if unicode.IsSpace(runes[i]) {
			end = i
			break
		}
	}
	for end > 0 && (unicode.Is(unicode.M, runes[end]) || joiner(runes[end]) || joiner(runes[end-1]) || runes[end-1] == virama) {
		end--
	}
	return strings.TrimRightFunc(string(runes[:end]), func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' }) + "…"
}

// virama joins the letter before it to the one behind it (U+09CD).
const virama = '্'

func joiner(r rune) bool { return r == '\u200c' || r == '\u200d' }

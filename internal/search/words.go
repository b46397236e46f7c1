package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// MaxWords is how many words and phrases of a query count; Meilisearch looks
// at no more, and so none does.
const MaxWords = 10

// Words is what the text of a query asks for.
type Words struct {
	// Must are the plain words in the order typed: each must be found.
	Must []Term
	// Phrases must be found with their words in a row, spelled as they are.
	Phrases [][]string
	// Not are words (or several words in a row) that may not be found.
	Not [][]string
	// Level and English are filters that the words may have meant. They are
	// for the page to offer and filter nothing.
	Level   market.Level
	English market.English
	// Ignored are words, as typed, that do not count: those that say nothing
	// beside others ("job") and those beyond MaxWords.
	Ignored []string
}

// Term is one plain word.
type Term struct {
	Word string
	// Prefix says that longer words which begin with it are hits too. The
	// last term is one, unless it is a single letter (C, R).
	Prefix bool
	// Typos is how many may be mended, see Typos.
	Typos int
	// Typed is how the person wrote it. Several terms share it where one
	// written word stands for several.
	Typed string

	start, end int  // of Typed in the query's text
	hint       bool // stands for a filter rather than a word of listings
}

// Empty reports whether the words ask for nothing.
func (w Words) Empty() bool { return len(w.Must)+len(w.Phrases)+len(w.Not) == 0 }

// Words reads the text of a query: plain words, "quoted phrases", and -word
// or -"phrase" for what may not be found. Nothing in it is an error.
func (a *Analyzer) Words(text string) Words {
	var w Words
	var plain []token
	for _, p := range pieces(text) {
		tokens := a.analyze(nil, text[p.start:p.end])
		for i := range tokens {
			tokens[i].start += p.start
			tokens[i].end += p.start
		}
		tokens = rewritten(tokens)
		switch {
		case len(tokens) == 0:
		case p.not:
			w.Not = append(w.Not, wordsOf(tokens))
		case p.quoted && len(w.Phrases) < MaxWords:
			w.Phrases = append(w.Phrases, wordsOf(tokens))
		case p.quoted:
			w.Ignored = append(w.Ignored, text[p.start:p.end])
		default:
			plain = append(plain, tokens...)
		}
	}
	var hint map[int]bool
	w.Level, w.English, hint = a.hints(plain)
	plain = a.quiet(&w, plain, text)
	for _, t := range plain {
		term := Term{Word: t.word, Typos: Typos(t.word), Typed: text[t.start:t.end], start: t.start, end: t.end, hint: hint[t.start]}
		switch {
		case slices.ContainsFunc(w.Must, func(o Term) bool { return o.Word == term.Word }):
		case len(w.Must)+len(w.Phrases) >= MaxWords:
			w.Ignored = append(w.Ignored, term.Typed)
		default:
			w.Must = append(w.Must, term)
		}
	}
	if n := len(w.Must); n > 0 {
		last := &w.Must[n-1]
		last.Prefix = utf8.RuneCountInString(last.Word) > 1
	}
	return w
}

// quiet leaves out the words that say nothing, but never the last one left.
func (a *Analyzer) quiet(w *Words, plain []token, text string) []token {
	noise := func(i int) bool {
		return a.noise[plain[i].word] && !(i+1 < len(plain) && a.keep[plain[i+1].word])
	}
	left := len(w.Phrases)
	for i := range plain {
		if !noise(i) {
			left++
		}
	}
	var out []token
	for i, t := range plain {
		if !noise(i) || left == 0 {
			out = append(out, t)
			left++
			continue
		}
		w.Ignored = append(w.Ignored, text[t.start:t.end])
	}
	return out
}

// hints finds the words that may have been meant as a filter, and says which
// they are by where they start.
func (a *Analyzer) hints(plain []token) (level market.Level, english market.English, at map[int]bool) {
	at = map[int]bool{}
	for i, t := range plain {
		if l, ok := a.levels[t.word]; ok {
			level = l
			at[t.start] = true
		}
		for k, e := range a.englishes {
			words := strings.Fields(k)
			if row(wordsOf(plain[i:min(i+len(words), len(plain))]), words) == 0 {
				english = e
				for _, t := range plain[i : i+len(words)] {
					at[t.start] = true
				}
			}
		}
	}
	return level, english, at
}

// piece is a part of a query's text.
type piece struct {
	start, end  int
	quoted, not bool
}

// pieces parts a query's text into plain text, phrases and exclusions. Plain
// words that stand side by side are one piece, so that synonyms of several
// words are seen.
func pieces(text string) []piece {
	var out []piece
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if unicode.IsSpace(r) {
			i += size
			continue
		}
		p := piece{start: i}
		if r == '-' && i+1 < len(text) {
			if next, _ := utf8.DecodeRuneInString(text[i+1:]); inWord(next) || quote(next) || next == '.' {
				p.not = true
				i++
				p.start = i
				r, size = utf8.DecodeRuneInString(text[i:])
			}
		}
		if quote(r) {
			p.quoted = true
			p.start = i + size
			n := strings.IndexFunc(text[p.start:], quote)
			if n < 0 {
				p.end = len(text)
				i = p.end
			} else {
				p.end = p.start + n
				_, size = utf8.DecodeRuneInString(text[p.end:])
				i = p.end + size
			}
			out = append(out, p)
			continue
		}
		n := strings.IndexFunc(text[i:], func(r rune) bool { return unicode.IsSpace(r) || quote(r) })
		if n < 0 {
			n = len(text) - i
		}
		i += n
		p.end = i
		if k := len(out) - 1; k >= 0 && !p.not && !out[k].not && !out[k].quoted {
			out[k].end = p.end
			continue
		}
		out = append(out, p)
	}
	return out
}

func quote(r rune) bool { return r == '"' || r == '“' || r == '”' || r == '„' }

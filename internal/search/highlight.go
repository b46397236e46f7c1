package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Segment is a stretch of text, marked where it answers the query's words.
type Segment struct {
	Text string
	Mark bool
}

// Highlight parts a text into segments, which joined give it back. Marked
// are whole words that answer a term, typos mended, and whole phrases.
func (a *Analyzer) Highlight(text string, w Words) []Segment {
	var out []Segment
	done := 0
	for _, m := range a.marks(text, w) {
		if m.start > done {
			out = append(out, Segment{Text: text[done:m.start]})
		}
		out = append(out, Segment{Text: text[m.start:m.end], Mark: true})
		done = m.end
	}
	if done < len(text) {
		out = append(out, Segment{Text: text[done:]})
	}
	return out
}

type mark struct{ start, end int }

// marks are the stretches that answer the words, in order and apart.
func (a *Analyzer) marks(text string, w Words) []mark {
	if len(w.Must)+len(w.Phrases) == 0 {
		return nil
	}
	tokens := a.analyze(nil, text)
	hit := make([]bool, len(tokens))
	var placed []int // tokens that have a place, as indexes
	for i, t := range tokens {
		for _, term := range w.Must {
			if _, ok := term.Hit(t.word); ok {
				hit[i] = true
				break
			}
		}
		if !t.original {
			placed = append(placed, i)
		}
	}
	for _, p := range w.Phrases {
		for i := 0; i+len(p) <= len(placed); i++ {
			same := true
			for j, word := range p {
				if tokens[placed[i+j]].word != word {
					same = false
					break
				}
			}
			if same {
				for j := range p {
					hit[placed[i+j]] = true
				}
			}
		}
	}
	var all []mark
	for i, t := range tokens {
		if hit[i] {
			all = append(all, mark{t.start, t.end})
		}
	}
	// Rewritten words come after those in their place, over the same stretch.
	slices.SortFunc(all, func(a, b mark) int { return a.start - b.start })
	var out []mark
	for _, m := range all {
		if n := len(out); n > 0 && m.start < out[n-1].end {
			out[n-1].end = max(out[n-1].end, m.end)
			continue
		}
		out = append(out, m)
	}
	return out
}

const ellipsis = "…"

// Crop gives about size characters of text around the first stretch that
// answers the words, or its beginning where none does. White space is
// evened out, words stay whole, and "…" stands where text was left out. A
// word longer than size is cut, but never between a letter and its signs.
func (a *Analyzer) Crop(text string, w Words, size int) string {
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= size {
		return text
	}
	from := 0
	if marks := a.marks(text, w); len(marks) > 0 {
		from = backwards(text, marks[0].start, size/4)
	}
	to := forwards(text, from, size)
	if to == len(text) && from > 0 {
		// The end is near: show more of what stands before it.
		from = min(from, backwards(text, len(text), size))
	}
	out := text[from:to]
	if from > 0 {
		out = ellipsis + out
	}
	if to < len(text) {
		out = strings.TrimRight(out, " ") + ellipsis
	}
	return out
}

// backwards goes at most n characters back from at, to the beginning of a word.
func backwards(text string, at, n int) int {
	i := at
	for range n {
		if i == 0 {
			return 0
		}
		_, size := utf8.DecodeLastRuneInString(text[:i])
		i -= size
	}
	if i == 0 || text[i-1] == ' ' {
		return i
	}
	if space := strings.IndexByte(text[i:at], ' '); space >= 0 {
		return i + space + 1
	}
	return at
}

// forwards goes at most n characters on from at, to the end of a word.
func forwards(text string, at, n int) int {
	i := at
	for range n {
		if i == len(text) {
			return i
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		i += size
	}
	if i == len(text) || text[i] == ' ' {
		return i
	}
	if space := strings.LastIndexByte(text[at:i], ' '); space > 0 {
		return at + space
	}
	for i > at && i < len(text) && !whole(text, i) {
		_, size := utf8.DecodeLastRuneInString(text[:i])
		i -= size
	}
	return i
}

// whole reports whether text may be cut before i: no mark follows that
// belongs to the letter before, and no joiner or hasanta ties the two.
func whole(text string, i int) bool {
	next, _ := utf8.DecodeRuneInString(text[i:])
	last, _ := utf8.DecodeLastRuneInString(text[:i])
	const hasanta = '\u09CD'
	return !unicode.Is(unicode.M, next) && !invisible(next) && last != hasanta && !invisible(last)
}

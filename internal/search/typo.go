package search

import (
	"unicode"
	"unicode/utf8"
)

// Typos is how many typos of a word may be mended: one from 5 letters, two
// from 9, none where a digit is in it. Letters are characters, so that a
// Bengali vowel sign counts as one.
func Typos(word string) int {
	for _, r := range word {
		if unicode.IsNumber(r) {
			return 0
		}
	}
	switch n := utf8.RuneCountInString(word); {
	case n >= 9:
		return 2
	case n >= 5:
		return 1
	}
	return 0
}

// Distance is how many typos lie between two words, at most limit; ok is
// false where there are more, or the first letters differ. A typo is a
// letter too many, too few, another one, or two neighbours exchanged, and no
// stretch is changed twice: the optimal string alignment distance (L. Boytsov,
// "Indexing methods for approximate dictionary searching", 2011, 2.2).
func Distance(a, b string, limit int) (n int, ok bool) {
	var bufA, bufB [maxWord]rune
	ra, rb := runes(bufA[:0], a), runes(bufB[:0], b)
	if len(ra) == 0 || len(rb) == 0 || ra[0] != rb[0] || len(ra)-len(rb) > limit || len(rb)-len(ra) > limit {
		return 0, false
	}
	// Rows i-2, i-1 and i of the usual table.
	var rows [3][maxWord + 1]int
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(rb) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(ra); i++ {
		row[0] = i
		best := i
		for j := 1; j <= len(rb); j++ {
			cost := 1
			if ra[i-1] == rb[j-1] {
				cost = 0
			}
			d := min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && ra[i-1] == rb[j-2] && ra[i-2] == rb[j-1] {
				d = min(d, before[j-2]+1)
			}
			row[j] = d
			best = min(best, d)
		}
		if best > limit {
			return 0, false
		}
		before, last, row = last, row, before
	}
	n = last[len(rb)]
	return n, n <= limit
}

// runes appends the characters of a word, at most maxWord of them.
func runes(dst []rune, s string) []rune {
	for _, r := range s {
		if len(dst) == maxWord {
			break
		}
		dst = append(dst, r)
	}
	return dst
}

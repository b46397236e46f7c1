package search

import (
	"testing"
	"unicode/utf8"
)

// Folding is idempotent for every letter that there is.
func TestFoldTwice(t *testing.T) {
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		once := fold(string(r))
		if twice := fold(once); twice != once {
			t.Errorf("%q (%U) folds to %q, and that to %q", r, r, once, twice)
		}
	}
}

package market

import (
	"math/bits"
	"strconv"
)

// sameText is the greatest Hamming distance of two text keys that still
// counts as the same text (Manku et al., "Detecting near-duplicates for web
// crawling", 2007, use 3 of 64 bits).
const sameText = 3

// Same reports whether two listings offer the same work: they lead to the
// same place and carry the same title, or carry the same title and company
// and the same text. In doubt they are apart: a title without a text that
// can be compared is not enough.
func Same(a, b Listing) bool {
	if a.Keys.Title == "" || a.Keys.Title != b.Keys.Title {
		return false
	}
	if a.Keys.Link != "" && a.Keys.Link == b.Keys.Link {
		return true
	}
	if a.Keys.Text == "" || b.Keys.Text == "" {
		return false
	}
	x, err1 := strconv.ParseUint(a.Keys.Text, 16, 64)
	y, err2 := strconv.ParseUint(b.Keys.Text, 16, 64)
	return err1 == nil && err2 == nil && bits.OnesCount64(x^y) <= sameText
}

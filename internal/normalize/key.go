package normalize

import (
	"fmt"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

// legalForms are words that end a company's name and do not tell it from
// another.
var legalForms = map[string]bool{
	"ltd": true, "limited": true, "inc": true, "incorporated": true, "llc": true, "llp": true, "gmbh": true, "ag": true,
	"corp": true, "corporation": true, "co": true, "company": true, "plc": true, "pvt": true, "private": true, "pte": true,
	"pty": true, "sa": true, "s.a": true, "sarl": true, "sas": true, "srl": true, "spa": true, "bv": true, "b.v": true,
	"nv": true, "oy": true, "ab": true, "as": true, "aps": true, "kg": true, "ug": true, "se": true, "sl": true, "kft": true,
	"ood": true, "ou": true, "লিমিটেড": true, "লি": true,
}

// titleKey is the title and the company, as words alone: without marks such
// as "[Hiring]" and "(m/f/d)" and without the company's legal form. It is
// empty for a title without words.
func titleKey(title *phrase.Text, company string) string {
	var b strings.Builder
	for i := 0; i < len(title.Words); i++ {
		w := title.Fold(i)
		if title.Words[i].Sep&phrase.SepOpen != 0 {
			if w == "hiring" || w == "task" || w == "remote" {
				continue
			}
			// (m/f/d), (f/m/x), (all genders): three letters after a bracket.
			if n := genders(title, i); n > 0 {
				i += n - 1
				continue
			}
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	if b.Len() == 0 {
		return ""
	}
	words := phrase.Lex(company)
	n := len(words.Words)
	for n > 1 && legalForms[words.Fold(n-1)] {
		n--
	}
	b.WriteByte('|')
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(words.Fold(i))
	}
	return b.String()
}

func genders(t *phrase.Text, i int) int {
	n := 0
	for i+n < len(t.Words) && n < 5 && (n == 0 || t.Words[i+n].Sep == phrase.SepSlash) && len(t.Fold(i+n)) == 1 && strings.Contains("mfwdxhi", t.Fold(i+n)) {
		n++
	}
	if n < 2 {
		return 0
	}
	return n
}

// minKeyWords is the least number of words that a text must have to be told
// from another.
const minKeyWords = 30

// textKey is the 64-bit similarity hash (Charikar 2002) of the text's rows of
// three words, as 16 hexadecimal digits; empty under minKeyWords words. Two
// texts that differ in a few words differ in a few bits.
func textKey(t *phrase.Text) string {
	n := len(t.Words)
	if n < minKeyWords {
		return ""
	}
	// count[k] holds bit k of each of 64 counters.
	var count [32]uint64
	a, b := hash(t.Fold(0)), hash(t.Fold(1))
	for i := 2; i < n; i++ {
		c := hash(t.Fold(i))
		carry := mix(a*3 + mix(b*5+mix(c*7)))
		for k := 0; carry != 0 && k < len(count); k++ {
			count[k], carry = count[k]^carry, count[k]&carry
		}
		a, b = b, c
	}
	var key uint64
	for bit := range 64 {
		ones := 0
		for k, plane := range count {
			ones |= int(plane>>bit&1) << k
		}
		if 2*ones > n-2 {
			key |= 1 << bit
		}
	}
	return fmt.Sprintf("%016x", key)
}

// hash is FNV-1a of 64 bits.
func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// mix spreads the bits of x (the finalizer of MurmurHash3).
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

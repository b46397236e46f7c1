package alert

import (
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kajkhoj/kajkhoj/internal/search"
)

// maxKnown is how many words of listings a lexicon remembers what they answer.
const maxKnown = 1 << 17

// Two features that every lexicon has.
const (
	always uint32 = iota // every listing has it
	never                // no listing has it
	firstFeature
)

// lexicon numbers the features that a set of searches asks for, and tells
// which of them a listing has.
//
// Invariant: known tells of each word in it all features that it answers. A
// feature that comes or goes makes the words be forgotten that might answer it.
type lexicon struct {
	numbers  map[feature]uint32
	features []interned
	free     []uint32 // numbers that may be given again

	// mends says of which terms typos are mended; nil says of all.
	mends func(search.Term) bool
	// mended are the terms that a misspelt word may answer.
	mended map[shape]*neighbours

	// rowWords numbers the words of rows from 1; rows are by their first two.
	rowWords map[string]*rowWord
	lastWord uint32
	rows     map[[2]uint32][]uint32

	// known are by first character, modulo their number: what a feature is
	// answered by begins with the feature's own first character.
	known [256]map[string]*knownWord
	size  int

	buf      []byte
	sequence []uint32
}

// interned is a feature that has a number.
type interned struct {
	feature feature
	uses    int
	row     []uint32
}

type rowWord struct {
	number uint32
	uses   int
}

// shape is what a term shares with the words within no typo's reach of its
// first letter and its length, see search.Distance.
type shape struct {
	first  rune
	length int
}

// neighbours has the terms of a shape. letters are those of each term; they stand
// apart because most terms are passed over by them alone.
type neighbours struct {
	letters []uint64
	terms   []mendable
}

// mendable is a term's word and the features that it is in, 0 where it is in
// none of that kind.
type mendable struct {
	term           search.Term // without Prefix: only misspelt words are asked about
	mended, prefix uint32
}

// knownWord is what a word of listings answers. It is nil for most.
type knownWord struct {
	features []uint32
	row      uint32 // its number in rows, 0 where it stands in none
}

func newLexicon(options []Option) *lexicon {
	x := &lexicon{
		numbers:  map[feature]uint32{},
		features: make([]interned, firstFeature),
		mended:   map[shape]*neighbours{},
		rowWords: map[string]*rowWord{},
		rows:     map[[2]uint32][]uint32{},
	}
	for _, o := range options {
		o(x)
	}
	return x
}

// intern appends the numbers of features. New ones get a number, and stay
// until they were kept and let go.
func (x *lexicon) intern(dst []uint32, fs []feature) []uint32 {
	for _, f := range fs {
		n, ok := x.numbers[f]
		if !ok {
			n = x.add(f)
		}
		dst = append(dst, n)
	}
	return dst
}

func (x *lexicon) add(f feature) uint32 {
	f = feature(strings.Clone(string(f)))
	n := uint32(len(x.features))
	if k := len(x.free); k > 0 {
		n, x.free = x.free[k-1], x.free[:k-1]
	} else {
		x.features = append(x.features, interned{})
	}
	in := interned{feature: f}
	if f[0] == signRow {
		for _, w := range strings.Split(f.text(), " ") {
			r := x.rowWords[w]
			if r == nil {
				x.lastWord++
				r = &rowWord{number: x.lastWord}
				x.rowWords[w] = r
			}
			r.uses++
			in.row = append(in.row, r.number)
		}
		k := [2]uint32{in.row[0], in.row[1]}
		x.rows[k] = append(x.rows[k], n)
	} else if t := f.term(); t.Typos > 0 && (x.mends == nil || x.mends(t)) {
		x.mend(t, func(m *mendable) { *m.of(t) = n })
	}
	x.features[n] = in
	x.numbers[f] = n
	x.forget(f)
	return n
}

// of is where the feature of a term stands.
func (m *mendable) of(t search.Term) *uint32 {
	if t.Prefix {
		return &m.prefix
	}
	return &m.mended
}

// mend changes the entry of a term's word. An entry without features is none.
func (x *lexicon) mend(t search.Term, change func(*mendable)) {
	s := shapeOf(t.Word)
	b := x.mended[s]
	if b == nil {
		b = &neighbours{}
		x.mended[s] = b
	}
	i := slices.IndexFunc(b.terms, func(m mendable) bool { return m.term.Word == t.Word })
	if i < 0 {
		i = len(b.terms)
		b.terms = append(b.terms, mendable{term: search.Term{Word: t.Word, Typos: t.Typos}})
		b.letters = append(b.letters, lettersOf(t.Word))
	}
	change(&b.terms[i])
	if b.terms[i].mended != 0 || b.terms[i].prefix != 0 {
		return
	}
	b.terms = slices.Delete(b.terms, i, i+1)
	b.letters = slices.Delete(b.letters, i, i+1)
	if len(b.terms) == 0 {
		delete(x.mended, s)
	}
}

// keep notes one more use of features.
func (x *lexicon) keep(ns []uint32) {
	for _, n := range ns {
		x.features[n].uses++
	}
}

// letGo takes one use of features back. What is used no more goes.
func (x *lexicon) letGo(ns []uint32) {
	for _, n := range ns {
		in := &x.features[n]
		if in.uses--; in.uses > 0 {
			continue
		}
		f := in.feature
		if f[0] == signRow {
			k := [2]uint32{in.row[0], in.row[1]}
			if x.rows[k] = without(x.rows[k], n); len(x.rows[k]) == 0 {
				delete(x.rows, k)
			}
			for _, w := range strings.Split(f.text(), " ") {
				if r := x.rowWords[w]; r.uses > 1 {
					r.uses--
				} else {
					delete(x.rowWords, w)
				}
			}
		} else if t := f.term(); t.Typos > 0 {
			x.mend(t, func(m *mendable) { *m.of(t) = 0 })
		}
		delete(x.numbers, f)
		*in = interned{}
		x.free = append(x.free, n)
		x.forget(f)
	}
}

func without(ns []uint32, n uint32) []uint32 {
	return slices.DeleteFunc(ns, func(o uint32) bool { return o == n })
}

// forget makes words be looked up anew that answer a feature, or may.
func (x *lexicon) forget(f feature) {
	if x.size == 0 {
		return
	}
	one := func(w string) {
		words := x.known[firstOf(w)%256]
		if _, ok := words[w]; ok {
			delete(words, w)
			x.size--
		}
	}
	switch f[0] {
	case signWord:
		one(f.text())
	case signRow:
		for _, w := range strings.Split(f.text(), " ") {
			one(w)
		}
	default:
		first := firstOf(f.text()) % 256
		x.size -= len(x.known[first])
		x.known[first] = nil
	}
}

func firstOf(word string) rune {
	r, _ := utf8.DecodeRuneInString(word)
	return r
}

func shapeOf(word string) shape { return shape{firstOf(word), utf8.RuneCountInString(word)} }

// lettersOf is the multiset of a word's characters modulo 32: the low half has
// those that occur, the high half those that occur more than once. A typo
// changes at most two of its bits, for at most one character goes and one comes.
func lettersOf(word string) (set uint64) {
	for _, r := range word {
		bit := uint64(1) << (uint32(r) % 32)
		set |= set&bit<<32 | bit
	}
	return set
}

// lookup tells what a word answers.
func (x *lexicon) lookup(word string) *knownWord {
	first := firstOf(word) % 256
	if k, ok := x.known[first][word]; ok {
		return k
	}
	if x.size >= maxKnown {
		clear(x.known[:])
		x.size = 0
	}
	k := x.resolve(word)
	words := x.known[first]
	if words == nil {
		words = map[string]*knownWord{}
		x.known[first] = words
	}
	words[strings.Clone(word)] = k
	x.size++
	return k
}

// resolve finds all features that a word answers.
func (x *lexicon) resolve(word string) *knownWord {
	var k knownWord
	add := func(sign byte, text string) {
		x.buf = append(append(x.buf[:0], sign), text...)
		if n, ok := x.numbers[feature(x.buf)]; ok {
			k.features = append(k.features, n)
		}
	}
	add(signWord, word)
	add(signMended, word)
	for i := range len(word) {
		add(signPrefix, word[:i+1])
	}
	letters, s := lettersOf(word), shapeOf(word)
	const most = 2 // see search.Typos
	for length := s.length - most; length <= s.length+most; length++ {
		b := x.mended[shape{s.first, length}]
		if b == nil {
			continue
		}
		for i, l := range b.letters {
			differ := bits.OnesCount64(letters ^ l)
			if differ > 2*most {
				continue
			}
			m := &b.terms[i]
			if differ > 2*m.term.Typos || m.term.Word == word {
				continue
			}
			if _, ok := m.term.Hit(word); !ok {
				continue
			}
			if m.mended != 0 {
				k.features = append(k.features, m.mended)
			}
			if m.prefix != 0 && !strings.HasPrefix(word, m.term.Word) { // else it is there
				k.features = append(k.features, m.prefix)
			}
		}
	}
	if r := x.rowWords[word]; r != nil {
		k.row = r.number
	}
	if k.features == nil && k.row == 0 {
		return nil
	}
	k.features = slices.Clip(k.features)
	return &k
}

// holding is what a listing has: the features as a set, and the same as a
// list in no order. The zero value may be used, again and again.
type holding struct {
	set  set
	list []uint32
}

func (h *holding) add(n uint32) {
	if !h.set.has(n) {
		h.set.add(n)
		h.list = append(h.list, n)
	}
}

// hold finds what a document has.
func (x *lexicon) hold(d search.Document, h *holding) {
	for _, n := range h.list {
		h.set.drop(n)
	}
	h.list = h.list[:0]
	h.set.grow(len(x.features))
	h.add(always)
	for _, f := range d.Fields() {
		x.sequence = x.sequence[:0]
		rows := false
		for _, w := range f.Words {
			row := uint32(0)
			if w != "" {
				if k := x.lookup(w); k != nil {
					for _, n := range k.features {
						h.add(n)
					}
					row = k.row
				}
			}
			rows = rows || row != 0
			x.sequence = append(x.sequence, row)
		}
		for _, w := range f.Extra {
			if k := x.lookup(w); k != nil {
				for _, n := range k.features {
					h.add(n)
				}
			}
		}
		if !rows {
			continue
		}
		for i := 1; i < len(x.sequence); i++ {
			if x.sequence[i-1] == 0 || x.sequence[i] == 0 {
				continue
			}
			for _, n := range x.rows[[2]uint32{x.sequence[i-1], x.sequence[i]}] {
				if row := x.features[n].row; len(x.sequence)-i+1 >= len(row) && slices.Equal(x.sequence[i-1:i-1+len(row)], row) {
					h.add(n)
				}
			}
		}
	}
}

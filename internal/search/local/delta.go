package local

import (
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kajkhoj/kajkhoj/internal/search"
)

// delta is a segment in memory that documents are added to. Adding and
// asking must not happen at once.
type delta struct {
	columns
	byGroup map[string]uint32
	rows    [][]byte
	forward [][]byte

	dict map[string]uint32 // word -> its place in list
	list []deltaWord       // [0] is none: it ends fields
	// initial are the words by their first letter, for beginnings and typos.
	initial map[rune][]uint32
}

type deltaWord struct {
	word  string
	posts []posting
}

func newDelta() *delta {
	return &delta{
		byGroup: map[string]uint32{},
		dict:    map[string]uint32{},
		list:    make([]deltaWord, 1),
		initial: map[rune][]uint32{},
	}
}

// put adds a document.
func (d *delta) put(r row, doc *search.Document) uint32 {
	r.id = strings.Clone(r.id)
	n := d.add(r)
	d.byGroup[r.id] = n
	d.rows = append(d.rows, r.encode(nil))
	text := make([]byte, 0, 2*len(doc.Text.Words))
	for i, f := range fieldsOf(doc) {
		if i > 0 {
			text = append(text, 0)
		}
		for _, w := range f.field.Words {
			if w == "" {
				text = append(text, 0)
				continue
			}
			text = binary.AppendUvarint(text, uint64(d.note(w, n, f.bit)))
		}
		for _, w := range f.field.Extra {
			d.note(w, n, f.bit)
		}
	}
	d.forward = append(d.forward, slices.Clip(text))
	return n
}

// note records that a document, the newest one, has a word in a field.
func (d *delta) note(w string, doc uint32, field posting) (number uint32) {
	i, ok := d.dict[w]
	if !ok {
		w = strings.Clone(w)
		i = uint32(len(d.list))
		d.dict[w] = i
		d.list = append(d.list, deltaWord{word: w})
		first, _ := utf8.DecodeRuneInString(w)
		d.initial[first] = append(d.initial[first], i)
	}
	e := &d.list[i]
	at := posting(doc)<<fieldBits | field
	if k := len(e.posts) - 1; k >= 0 && e.posts[k]>>fieldBits == posting(doc) {
		e.posts[k] |= at
	} else {
		e.posts = append(e.posts, at)
	}
	return i
}

func (d *delta) cols() *columns { return &d.columns }

func (d *delta) doc(id string) (uint32, bool) {
	n, ok := d.byGroup[id]
	return n, ok
}

func (d *delta) row(doc uint32) ([]byte, error) { return d.rows[doc], nil }

func (d *delta) word(w string) (ref, bool) {
	i, ok := d.dict[w]
	return ref(i), ok
}

func (d *delta) prefixed(prefix string, p *places) {
	first, _ := utf8.DecodeRuneInString(prefix)
	for _, i := range d.initial[first] {
		if strings.HasPrefix(d.list[i].word, prefix) {
			d.places(ref(i), p)
		}
	}
}

func (d *delta) similar(w string, typos int) []nearWord {
	var out []nearWord
	first, _ := utf8.DecodeRuneInString(w)
	for _, i := range d.initial[first] {
		if o := d.list[i].word; o != w {
			if n, ok := search.Distance(w, o, typos); ok {
				out = append(out, nearWord{ref(i), n})
			}
		}
	}
	return out
}

func (d *delta) count(r ref) int { return len(d.list[r].posts) }

func (d *delta) places(r ref, p *places) {
	for _, at := range d.list[r].posts {
		p.add(at)
	}
}

func (d *delta) postings(dst []posting, r ref) []posting { return append(dst, d.list[r].posts...) }

func (d *delta) number(r ref) uint32 { return uint32(r) }

func (d *delta) pair(first, second uint32, set bits) bool { return false }

func (d *delta) words() wordIterator {
	it := &deltaWords{d: d}
	for i := range d.list[1:] {
		it.order = append(it.order, uint32(i+1))
	}
	slices.SortFunc(it.order, func(a, b uint32) int { return strings.Compare(d.list[a].word, d.list[b].word) })
	return it
}

type deltaWords struct {
	d     *delta
	order []uint32
	word  []byte // of order[0]
}

func (it *deltaWords) current() ([]byte, ref, bool) {
	if len(it.order) == 0 {
		return nil, 0, false
	}
	if len(it.word) == 0 {
		it.word = append(it.word, it.d.list[it.order[0]].word...)
	}
	return it.word, ref(it.order[0]), true
}

func (it *deltaWords) next() error {
	it.order, it.word = it.order[1:], it.word[:0]
	return nil
}

func (d *delta) texts() texts { return deltaTexts{d} }

type deltaTexts struct{ d *delta }

func (t deltaTexts) text(doc uint32) ([]byte, error) { return t.d.forward[doc], nil }
func (t deltaTexts) dense()                          {}

package local

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"sync"
	"unicode/utf8"

	"github.com/blevesearch/mmap-go"
	"github.com/blevesearch/vellum"
	"github.com/blevesearch/vellum/levenshtein"

	"github.com/kajkhoj/kajkhoj/internal/search"
)

// base is a segment in a file: see file for its parts. What is asked for at
// random and often is mapped into memory; texts and rows are read.
type base struct {
	columns
	info file
	f    *os.File
	m    mmap.MMap
	fst  *vellum.FST

	refs, numbers, records, rowEnds, textEnds, pairs, pairEnds []byte
}

// file describes a base file. It has these parts, in this order:
//
//	records   where the words stand, see record
//	fst       word -> its place in the order of all words
//	refs      8 bytes for each word: where it stands, see refOf
//	numbers   4 bytes for each word: its number in texts, the smaller the more frequent
//	texts     each document's words as numbers, see texts
//	textEnds  8 bytes for each document: where its text ends
//	rows      each document's row
//	rowEnds   8 bytes for each document: where its row ends
//	pairs     where two frequent words stand in a row, see pairBlock
//	pairEnds  8 bytes for each block and frequent word: where its run ends
//
// Beside the words the fst has beginnings of words: a beginning of two or
// three letters that many words share, followed by the byte 0xFF, has a
// record of its own and the number 0.
type file struct {
	Name      string
	Size      int64
	Sum       uint32 // CRC-32C of the file
	Documents int
	Words     int // with the beginnings
	// Frequent is how many words have their pairs kept: the numbers from 1 to it.
	Frequent int
	Ends     [10]int64
}

const (
	partRecords = iota
	partFST
	partRefs
	partNumbers
	partTexts
	partTextEnds
	partRows
	partRowEnds
	partPairs
	partPairEnds
)

// beginning ends the key of a beginning of words.
const beginning = 0xFF

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// openBase opens a file and reads its columns. With check it is read whole
// and compared with its sum first.
func openBase(path string, info file, check bool) (_ *base, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	b := &base{info: info, f: f}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.close())
		}
	}()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if st.Size() != info.Size || info.Ends[partPairEnds] != info.Size {
		return nil, fmt.Errorf("%s has %d bytes, and should have %d", path, st.Size(), info.Size)
	}
	at := int64(0)
	for i, end := range info.Ends {
		if end < at || end > info.Size {
			return nil, fmt.Errorf("%s: part %d ends at %d", path, i, end)
		}
		at = end
	}
	if check {
		sum := crc32.New(castagnoli)
		if _, err := io.CopyBuffer(struct{ io.Writer }{sum}, io.NewSectionReader(f, 0, info.Size), make([]byte, 1<<18)); err != nil {
			return nil, err
		}
		if sum.Sum32() != info.Sum {
			return nil, fmt.Errorf("%s is not what was written", path)
		}
	}
	if b.m, err = mmap.Map(f, mmap.RDONLY, 0); err != nil {
		return nil, fmt.Errorf("mapping %s: %w", path, err)
	}
	part := func(i int) []byte { return b.m[b.start(i):info.Ends[i]] }
	if b.fst, err = vellum.Load(part(partFST)); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	b.records, b.refs, b.numbers = part(partRecords), part(partRefs), part(partNumbers)
	b.textEnds, b.rowEnds = part(partTextEnds), part(partRowEnds)
	b.pairs, b.pairEnds = part(partPairs), part(partPairEnds)
	if len(b.refs) != 8*info.Words || len(b.numbers) != 4*info.Words || b.fst.Len() != info.Words ||
		len(b.textEnds) != 8*info.Documents || len(b.rowEnds) != 8*info.Documents ||
		len(b.pairEnds) != 8*blocks(info.Documents)*info.Frequent {
		return nil, fmt.Errorf("%s: parts do not fit together", path)
	}
	// One string holds all rows, and the ids are parts of it.
	for doc := 0; doc < info.Documents; {
		first := doc
		from := b.rowStart(doc)
		for doc < info.Documents && (doc == first || b.rowEnd(doc)-from < 1<<16) {
			doc++
		}
		buf := make([]byte, b.rowEnd(doc-1)-from)
		if _, err := f.ReadAt(buf, b.start(partRows)+from); err != nil {
			return nil, err
		}
		rows := string(buf)
		ids := make([]byte, 0, 24*(doc-first))
		var lens []int
		for i := first; i < doc; i++ {
			r, err := decodeRow(rows[b.rowStart(i)-from : b.rowEnd(i)-from])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			b.add(r)
			ids = append(ids, r.id...)
			lens = append(lens, len(r.id))
		}
		kept := string(ids)
		for i, n := range lens {
			b.ids[first+i], kept = kept[:n], kept[n:]
		}
	}
	b.settle()
	return b, nil
}

func (b *base) start(part int) int64 {
	if part == 0 {
		return 0
	}
	return b.info.Ends[part-1]
}

func (b *base) close() error {
	var err error
	if b.m != nil {
		err = b.m.Unmap()
	}
	return errors.Join(err, b.f.Close())
}

func end(ends []byte, i int) int64 { return int64(binary.LittleEndian.Uint64(ends[8*i:])) }

func (b *base) rowEnd(doc int) int64 { return end(b.rowEnds, doc) }

func (b *base) rowStart(doc int) int64 {
	if doc == 0 {
		return 0
	}
	return end(b.rowEnds, doc-1)
}

func (b *base) cols() *columns { return &b.columns }

func (b *base) doc(id string) (uint32, bool) { return b.columns.number(id) }

func (b *base) row(doc uint32) ([]byte, error) {
	from := b.rowStart(int(doc))
	buf := make([]byte, b.rowEnd(int(doc))-from)
	_, err := b.f.ReadAt(buf, b.start(partRows)+from)
	return buf, err
}

func (b *base) word(w string) (ref, bool) {
	// The file was checked when it was opened: a word list that cannot be
	// read is a broken machine, and the word is not found.
	v, ok, err := b.fst.Get([]byte(w))
	return ref(v), ok && err == nil
}

// from is the place of the first word that is not less than key.
func (b *base) from(key []byte) ref {
	it, err := b.fst.Iterator(key, nil)
	if err != nil {
		return ref(b.info.Words)
	}
	_, v := it.Current()
	return ref(v)
}

// after is the least key above all that begin with prefix.
func after(prefix string) []byte {
	k := []byte(prefix)
	k[len(k)-1]++ // no byte of UTF-8 is 0xFF
	return k
}

func (b *base) prefixed(prefix string, p *places) {
	if r, ok := b.word(prefix + string([]byte{beginning})); ok {
		b.places(r, p)
		return
	}
	for r, to := b.from([]byte(prefix)), b.from(after(prefix)); r < to; r++ {
		if b.number(r) != 0 {
			b.places(r, p)
		}
	}
}

// The automata of one and two typos: the distance that search.Distance has.
var automata = sync.OnceValue(func() [2]*levenshtein.LevenshteinAutomatonBuilder {
	one, err1 := levenshtein.NewLevenshteinAutomatonBuilder(1, true)
	two, err2 := levenshtein.NewLevenshteinAutomatonBuilder(2, true)
	if err := errors.Join(err1, err2); err != nil {
		panic(err) // the arguments are constant
	}
	return [2]*levenshtein.LevenshteinAutomatonBuilder{one, two}
})

func (b *base) similar(w string, typos int) []nearWord {
	dfa, err := automata()[typos-1].BuildDfa(w, uint8(typos))
	if err != nil {
		return nil // the word is too long for an automaton
	}
	_, size := utf8.DecodeRuneInString(w)
	var out []nearWord
	it, err := b.fst.Search(dfa, []byte(w[:size]), after(w[:size]))
	for ; err == nil; err = it.Next() {
		key, v := it.Current()
		if n, ok := search.Distance(w, string(key), typos); ok && n > 0 {
			out = append(out, nearWord{ref(v), n})
		}
	}
	return out
}

// refOf is where a word stands: at offset>>1 in the records, or, where the
// lowest bit is set, the only posting itself.
func refOf(record int64) uint64   { return uint64(record) << 1 }
func refOnly(only posting) uint64 { return uint64(only)<<1 | 1 }

func (b *base) ref(r ref) (record []byte, only posting) {
	v := binary.LittleEndian.Uint64(b.refs[8*r:])
	if v&1 != 0 {
		return nil, posting(v >> 1)
	}
	return b.records[v>>1:], 0
}

func (b *base) count(r ref) int {
	rec, _ := b.ref(r)
	if rec == nil {
		return 1
	}
	head, _ := binary.Uvarint(rec)
	return int(head >> 1)
}

func (b *base) places(r ref, p *places) {
	rec, only := b.ref(r)
	if rec == nil {
		p.add(only)
		return
	}
	head, n := binary.Uvarint(rec)
	rec = rec[n:]
	if head&1 == 0 {
		at := posting(0)
		for range head >> 1 {
			var v posting
			v, rec = number(rec)
			at = (at&^(1<<fieldBits-1) + v&^(1<<fieldBits-1)) | v&(1<<fieldBits-1)
			p.add(at)
		}
		return
	}
	rec = orDense(p.any, rec, room(b.info.Documents))
	for _, set := range []bits{p.title, p.skills} {
		head, n := binary.Uvarint(rec)
		rec = rec[n:]
		if head&1 != 0 {
			rec = orDense(set, rec, room(b.info.Documents))
			continue
		}
		doc := uint32(0)
		for range head >> 1 {
			var v uint32
			v, rec = number(rec)
			doc += v
			set[doc/64] |= 1 << (doc % 64)
		}
	}
}

func (b *base) postings(dst []posting, r ref) []posting {
	rec, only := b.ref(r)
	if rec == nil {
		return append(dst, only)
	}
	head, n := binary.Uvarint(rec)
	if head&1 == 0 {
		rec = rec[n:]
		at := posting(0)
		for range head >> 1 {
			var v posting
			v, rec = number(rec)
			at = (at&^(1<<fieldBits-1) + v&^(1<<fieldBits-1)) | v&(1<<fieldBits-1)
			dst = append(dst, at)
		}
		return dst
	}
	k := room(b.info.Documents)
	p := &places{make(bits, k), make(bits, k), make(bits, k)}
	b.places(r, p)
	return p.postings(dst)
}

// postings appends what was added to p, in ascending order.
func (p *places) postings(dst []posting) []posting {
	p.any.each(func(doc uint32) bool {
		at := doc << fieldBits
		if p.title.has(doc) {
			at |= inTitle
		}
		if p.skills.has(doc) {
			at |= inSkills
		}
		dst = append(dst, at)
		return true
	})
	return dst
}

// number reads an unsigned varint.
func number(b []byte) (uint32, []byte) {
	if b[0] < 0x80 {
		return uint32(b[0]), b[1:]
	}
	if b[1] < 0x80 {
		return uint32(b[0]&0x7f) | uint32(b[1])<<7, b[2:]
	}
	v, n := binary.Uvarint(b)
	return uint32(v), b[n:]
}

func orDense(set bits, rec []byte, n int) []byte {
	for i := range n {
		set[i] |= binary.LittleEndian.Uint64(rec[8*i:])
	}
	return rec[8*n:]
}

func (b *base) number(r ref) uint32 { return binary.LittleEndian.Uint32(b.numbers[4*r:]) }

func (b *base) words() wordIterator {
	it, err := b.fst.Iterator(nil, nil)
	w := &baseWords{b: b, it: it, err: err}
	w.skip()
	return w
}

type baseWords struct {
	b   *base
	it  *vellum.FSTIterator
	err error
}

func (w *baseWords) current() ([]byte, ref, bool) {
	if w.err != nil {
		return nil, 0, false
	}
	k, v := w.it.Current()
	return k, ref(v), true
}

func (w *baseWords) next() error {
	if w.err == nil {
		w.err = w.it.Next()
		w.skip()
	}
	if errors.Is(w.err, vellum.ErrIteratorDone) {
		return nil
	}
	return w.err
}

// skip leaves out the beginnings.
func (w *baseWords) skip() {
	for w.err == nil {
		if k, _ := w.it.Current(); k[len(k)-1] != beginning {
			return
		}
		w.err = w.it.Next()
	}
}

func (b *base) texts() texts { return &baseTexts{b: b} }

// baseTexts reads texts by pread rather than through the map, so that they
// do not stay in the process's memory.
type baseTexts struct {
	b      *base
	buf    []byte
	at     int64 // where buf begins
	window int64
}

func (t *baseTexts) dense() { t.window = 1 << 16 }

func (t *baseTexts) text(doc uint32) ([]byte, error) {
	from, to := int64(0), end(t.b.textEnds, int(doc))
	if doc > 0 {
		from = end(t.b.textEnds, int(doc)-1)
	}
	if from < t.at || to > t.at+int64(len(t.buf)) {
		begin := t.b.start(partTexts)
		n := min(max(to-from, t.window), t.b.info.Ends[partTexts]-begin-from)
		if int64(cap(t.buf)) < n {
			t.buf = make([]byte, n)
		}
		t.buf, t.at = t.buf[:n], from
		if _, err := t.b.f.ReadAt(t.buf, begin+from); err != nil {
			t.buf = t.buf[:0]
			return nil, fmt.Errorf("reading a text: %w", err)
		}
	}
	return t.buf[from-t.at : to-t.at], nil
}

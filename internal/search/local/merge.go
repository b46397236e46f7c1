package local

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/vellum"
)

// live is a segment and what of it is deleted.
type live struct {
	segment
	dead bits
}

const gone = ^uint32(0)

// merge writes the documents of segments that are not deleted into one base
// file, numbered by date, newest first, with the pairs of so many frequent
// words. The file is complete on disk when it returns, and removed when it
// fails.
func merge(ctx context.Context, path string, parts []live, frequent int) (info file, err error) {
	f, err := os.Create(path)
	if err != nil {
		return file{}, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(path))
		}
	}()
	m := &merging{ctx: ctx, out: &counter{w: bufio.NewWriterSize(f, 1<<20)}, parts: parts}
	m.number()
	done := func(part int) { info.Ends[part] = m.out.n }
	if err := m.words(); err != nil {
		return file{}, err
	}
	done(partRecords)
	m.out.Write(m.fst.Bytes())
	done(partFST)
	for _, r := range m.refs {
		m.out.uint64(r)
	}
	done(partRefs)
	m.rank()
	for _, n := range m.numbers {
		m.out.uint32(n)
	}
	done(partNumbers)
	begin := m.out.n
	texts, err := m.texts()
	if err != nil {
		return file{}, err
	}
	done(partTexts)
	m.ends(texts)
	done(partTextEnds)
	ends, err := m.rows()
	if err != nil {
		return file{}, err
	}
	done(partRows)
	m.ends(ends)
	done(partRowEnds)
	info.Documents, info.Words, info.Frequent = len(m.order), len(m.refs), frequent
	// The words' part is done, and its memory may serve the pairs.
	m.fst, m.refs, m.counts, m.numbers, m.place = bytes.Buffer{}, nil, nil, nil, nil
	if ends, err = m.pairs(f, begin, texts, frequent); err != nil {
		return file{}, err
	}
	done(partPairs)
	m.ends(ends)
	done(partPairEnds)
	if err := errors.Join(m.out.err, m.out.w.Flush()); err != nil {
		return file{}, err
	}
	if err := f.Sync(); err != nil {
		return file{}, err
	}
	info.Name, info.Size, info.Sum = filepath.Base(path), m.out.n, m.out.sum
	return info, f.Close()
}

// counter counts and sums up what is written. Its first error sticks.
type counter struct {
	w   *bufio.Writer
	n   int64
	sum uint32
	err error
	buf [8]byte
}

func (c *counter) Write(b []byte) (int, error) {
	if c.err == nil {
		_, c.err = c.w.Write(b)
	}
	c.n += int64(len(b))
	c.sum = crc32.Update(c.sum, castagnoli, b)
	return len(b), c.err
}

func (c *counter) uint64(v uint64) {
	binary.LittleEndian.PutUint64(c.buf[:], v)
	c.Write(c.buf[:])
}

func (c *counter) uint32(v uint32) {
	binary.LittleEndian.PutUint32(c.buf[:4], v)
	c.Write(c.buf[:4])
}

type merging struct {
	ctx   context.Context
	out   *counter
	parts []live

	order []origin   // the new documents
	docs  [][]uint32 // part, old document -> new one or gone

	fst     bytes.Buffer
	refs    []uint64   // by place in the order of words
	counts  []uint32   // documents, 0 for a beginning
	numbers []uint32   // numbers in texts
	place   [][]uint32 // part, old number -> place
}

// origin is where a new document comes from.
type origin struct {
	part int
	doc  uint32
}

// number puts the documents in order.
func (m *merging) number() {
	for i, p := range m.parts {
		c := p.cols()
		for doc := range uint32(c.len()) {
			if !p.dead.has(doc) {
				m.order = append(m.order, origin{i, doc})
			}
		}
	}
	slices.SortFunc(m.order, func(a, b origin) int {
		x, y := m.parts[a.part].cols(), m.parts[b.part].cols()
		return cmp.Or(cmp.Compare(y.dates[b.doc], x.dates[a.doc]), strings.Compare(x.ids[a.doc], y.ids[b.doc]))
	})
	m.docs = make([][]uint32, len(m.parts))
	for i, p := range m.parts {
		m.docs[i] = slices.Repeat([]uint32{gone}, p.cols().len())
	}
	for n, o := range m.order {
		m.docs[o.part][o.doc] = uint32(n)
	}
}

// A beginning of words has a record where at least so many words share it.
const shared = 32

// collected is what the words with a beginning have so far.
type collected struct {
	letters int
	prefix  []byte
	words   int
	places  places
}

// words writes the records and makes the fst.
func (m *merging) words() error {
	fst, err := vellum.New(&m.fst, nil)
	if err != nil {
		return err
	}
	m.place = make([][]uint32, len(m.parts))
	its := make([]wordIterator, len(m.parts))
	for i, p := range m.parts {
		its[i] = p.words()
	}
	k := room(len(m.order))
	sets := func() places { return places{make(bits, k), make(bits, k), make(bits, k)} }
	dense := sets()
	begins := []*collected{{letters: 3, places: sets()}, {letters: 2, places: sets()}}
	insert := func(key []byte, r uint64, count int) error {
		if err := fst.Insert(key, uint64(len(m.refs))); err != nil {
			return err
		}
		m.refs = append(m.refs, r)
		m.counts = append(m.counts, uint32(count))
		return nil
	}
	// begin closes the beginnings that word does not share, the longer first.
	begin := func(word []byte) error {
		for _, c := range begins {
			if c.words > 0 && !bytes.HasPrefix(word, c.prefix) {
				if c.words >= shared {
					if err := insert(append(c.prefix, beginning), m.write(nil, &c.places), 0); err != nil {
						return err
					}
				}
				clear(c.places.any)
				clear(c.places.title)
				clear(c.places.skills)
				c.words = 0
			}
			if n := head(word, c.letters); n > 0 && c.words == 0 {
				c.prefix = append(c.prefix[:0], word[:n]...)
			}
		}
		return nil
	}
	var word []byte
	var posts, all []posting
	for n := 0; ; n++ {
		if n%4096 == 0 && m.ctx.Err() != nil {
			return m.ctx.Err()
		}
		found := false
		for _, it := range its {
			if w, _, ok := it.current(); ok && (!found || bytes.Compare(w, word) < 0) {
				word, found = append(word[:0], w...), true
			}
		}
		if !found {
			break
		}
		all = all[:0]
		here := uint32(len(m.refs)) // where the word will be, if it has documents left
		for i, it := range its {
			w, r, ok := it.current()
			if !ok || !bytes.Equal(w, word) {
				continue
			}
			posts = m.parts[i].postings(posts[:0], r)
			for _, at := range posts {
				if doc := m.docs[i][at>>fieldBits]; doc != gone {
					all = append(all, doc<<fieldBits|at&(1<<fieldBits-1))
				}
			}
		}
		if len(all) > 0 {
			if err := begin(word); err != nil {
				return err
			}
			here = uint32(len(m.refs))
			var r uint64
			switch {
			case len(all) == 1:
				r = refOnly(all[0])
			case isDense(len(all), len(m.order)):
				for _, at := range all {
					dense.add(at)
				}
				r = m.write(nil, &dense)
				clear(dense.any)
				clear(dense.title)
				clear(dense.skills)
			default:
				if !slices.IsSorted(all) {
					slices.Sort(all)
				}
				r = m.write(all, nil)
			}
			if err := insert(word, r, len(all)); err != nil {
				return err
			}
			for _, c := range begins {
				if head(word, c.letters) == 0 {
					continue
				}
				c.words++
				for _, at := range all {
					c.places.add(at)
				}
			}
		}
		for i, it := range its {
			w, r, ok := it.current()
			if !ok || !bytes.Equal(w, word) {
				continue
			}
			if len(all) > 0 {
				old := m.parts[i].number(r)
				if need := int(old) + 1 - len(m.place[i]); need > 0 {
					m.place[i] = append(m.place[i], make([]uint32, need)...)
				}
				m.place[i][old] = here
			}
			if err := it.next(); err != nil {
				return err
			}
		}
	}
	if err := begin(nil); err != nil {
		return err
	}
	return fst.Close()
}

// head is how many bytes the first letters of a word take, 0 where it is shorter.
func head(word []byte, letters int) int {
	n := 0
	for range letters {
		if n >= len(word) {
			return 0
		}
		_, size := utf8.DecodeRune(word[n:])
		n += size
	}
	return n
}

// isDense reports whether a set of bits takes no more room than a list.
func isDense(count, documents int) bool { return count > 8 && count >= documents/16 }

// write writes a record, of a sorted list or of sets, and gives its ref.
//
// It is a varint, twice the count of documents, and then either a list of
// postings, each less the document before it; or, where the lowest bit of
// the varint is set, the set of all documents as bits, and the documents
// with the word in the title and in the skills: for each twice their count
// and a list, or that plus one and a set as bits.
func (m *merging) write(list []posting, sets *places) uint64 {
	at := m.out.n
	if sets != nil {
		n := sets.any.count()
		if n == 1 || !isDense(n, len(m.order)) {
			list, sets = sets.postings(nil), nil
		}
	}
	var b []byte
	if sets == nil {
		b = binary.AppendUvarint(b, uint64(len(list))<<1)
		last := posting(0)
		for _, p := range list {
			doc := p &^ (1<<fieldBits - 1)
			b = binary.AppendUvarint(b, uint64(doc-last|p&(1<<fieldBits-1)))
			last = doc
		}
		m.out.Write(b)
		return refOf(at)
	}
	set := func(s bits, dense bool) {
		b = b[:0]
		n := s.count()
		b = binary.AppendUvarint(b, uint64(n)<<1)
		if dense {
			b[0] |= 1
			for _, w := range s {
				b = binary.LittleEndian.AppendUint64(b, w)
			}
		} else {
			last := uint32(0)
			s.each(func(doc uint32) bool {
				b = binary.AppendUvarint(b, uint64(doc-last))
				last = doc
				return true
			})
		}
		m.out.Write(b)
	}
	set(sets.any, true)
	set(sets.title, isDense(sets.title.count(), len(m.order)))
	set(sets.skills, isDense(sets.skills.count(), len(m.order)))
	return refOf(at)
}

// rank gives the words their numbers, the more frequent the smaller.
func (m *merging) rank() {
	order := make([]uint32, len(m.counts))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(m.counts[b], m.counts[a]), cmp.Compare(a, b))
	})
	m.numbers = make([]uint32, len(order))
	for i, place := range order {
		if m.counts[place] > 0 {
			m.numbers[place] = uint32(i + 1)
		}
	}
}

// texts writes the documents' texts in the new numbers and says where they end.
func (m *merging) texts() (ends []int64, err error) {
	readers := make([]texts, len(m.parts))
	for i, p := range m.parts {
		readers[i] = p.texts()
		readers[i].dense()
	}
	begin := m.out.n
	var b []byte
	for n, o := range m.order {
		if n%4096 == 0 && m.ctx.Err() != nil {
			return nil, m.ctx.Err()
		}
		text, err := readers[o.part].text(o.doc)
		if err != nil {
			return nil, err
		}
		b = b[:0]
		place := m.place[o.part]
		if err := eachNumber(text, func(n uint32) {
			if n > 0 {
				n = m.numbers[place[n]]
			}
			b = binary.AppendUvarint(b, uint64(n))
		}); err != nil {
			return nil, err
		}
		m.out.Write(b)
		ends = append(ends, m.out.n-begin)
	}
	return ends, nil
}

// rows writes the documents' rows and says where they end.
func (m *merging) rows() (ends []int64, err error) {
	begin := m.out.n
	for _, o := range m.order {
		r, err := m.parts[o.part].row(o.doc)
		if err != nil {
			return nil, err
		}
		m.out.Write(r)
		ends = append(ends, m.out.n-begin)
	}
	return ends, nil
}

func (m *merging) ends(ends []int64) {
	for _, e := range ends {
		m.out.uint64(uint64(e))
	}
}

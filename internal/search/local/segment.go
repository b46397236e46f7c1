package local

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"

	"github.com/kajkhoj/kajkhoj/internal/search"
)

// A segment is a part of the index: documents with their columns and words.
// There are two kinds: base, a file that never changes, and delta, in memory.
type segment interface {
	cols() *columns
	// doc finds the newest document of an id.
	doc(id string) (uint32, bool)
	// row is a document's encoded row.
	row(doc uint32) ([]byte, error)

	// word finds a word.
	word(w string) (ref, bool)
	// prefixed adds where words with a beginning stand.
	prefixed(prefix string, p *places)
	// similar gives the words within some typos of w, and not w itself.
	similar(w string, typos int) []nearWord
	// count is in how many documents a word is, deleted ones included.
	count(r ref) int
	// places adds where a word stands.
	places(r ref, p *places)
	// postings appends a word's documents in ascending order.
	postings(dst []posting, r ref) []posting
	// number is a word's number in texts, never 0.
	number(r ref) uint32
	// pair adds the documents with two words in a row, given as their
	// numbers, where it reports true; otherwise the texts must be asked.
	pair(first, second uint32, set bits) bool
	// words gives all words in ascending order.
	words() wordIterator
	// texts reads documents' texts; each reader is for one goroutine.
	texts() texts
}

// ref names a word of a segment.
type ref uint64

// wordIterator stands on a word while ok is true. The word is good until next.
type wordIterator interface {
	current() (word []byte, r ref, ok bool)
	next() error
}

// nearWord is a word and how many typos it is away.
type nearWord struct {
	ref   ref
	typos int
}

// texts gives a document's words in order as their numbers: unsigned
// varints (LEB128), 0 where a field or skill ends. The bytes are good until
// the next call.
type texts interface {
	text(doc uint32) ([]byte, error)
	// dense says that most documents will be asked for, in order.
	dense()
}

// posting is a document number, shifted by two bits that say whether the
// word stands in the title and in the skills.
type posting = uint32

const (
	inTitle posting = 1 << iota
	inSkills
	inText    = 0
	fieldBits = 2
)

// places are the documents that have a word: anywhere, in the title, in the skills.
type places struct{ any, title, skills bits }

func newPlaces(a *arena, n int) *places { return &places{a.get(n), a.get(n), a.get(n)} }

// add puts a posting into places that have room for it.
func (p *places) add(at posting) {
	w, bit := at>>fieldBits/64, uint64(1)<<(at>>fieldBits%64)
	p.any[w] |= bit
	if at&inTitle != 0 {
		p.title[w] |= bit
	}
	if at&inSkills != 0 {
		p.skills[w] |= bit
	}
}

// fieldsOf pairs a document's fields with their bits.
func fieldsOf(d *search.Document) [3]struct {
	field *search.Field
	bit   posting
} {
	return [3]struct {
		field *search.Field
		bit   posting
	}{{&d.Title, inTitle}, {&d.Skills, inSkills}, {&d.Text, inText}}
}

// phrase is words in a row as a text has them, parted at the rarest, which
// is what a text is searched for.
type phrase struct{ row, before, rarest []byte }

// newPhrase makes a phrase of words' numbers: the higher, the rarer.
func newPhrase(numbers []uint32) phrase {
	var p phrase
	rarest := slices.Max(numbers)
	for _, n := range numbers {
		at := len(p.row)
		p.row = binary.AppendUvarint(p.row, uint64(n))
		if n == rarest && p.rarest == nil {
			p.before, p.rarest = slices.Clone(p.row[:at]), slices.Clone(p.row[at:])
		}
	}
	return p
}

// in reports whether the phrase stands in a text.
func (p phrase) in(text []byte) bool {
	for from := len(p.before); ; {
		if from > len(text) {
			return false
		}
		i := bytes.Index(text[from:], p.rarest)
		if i < 0 {
			return false
		}
		from += i
		row := text[from-len(p.before):]
		// A number begins where the one before ended: after a byte below 0x80.
		if begin := from - len(p.before); bytes.HasPrefix(row, p.row) && (begin == 0 || text[begin-1] < 0x80) {
			return true
		}
		from++
	}
}

// errText is a text that breaks off within a number.
var errText = io.ErrUnexpectedEOF

// eachNumber calls do with the numbers of a text.
func eachNumber(text []byte, do func(n uint32)) error {
	for len(text) > 0 {
		if c := text[0]; c < 0x80 {
			do(uint32(c))
			text = text[1:]
			continue
		}
		v, n := binary.Uvarint(text)
		if n <= 0 {
			return errText
		}
		do(uint32(v))
		text = text[n:]
	}
	return nil
}

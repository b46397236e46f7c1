package local

import (
	"bufio"
	"encoding/binary"
	"io"
	mathbits "math/bits"
)

// Where two frequent words stand in a row is kept for each such pair: too
// many texts have both words for reading them all. What is rarer is looked
// for in the texts.
//
// Pairs are kept by blocks of documents, so that a merging holds one block in
// memory. In a block each frequent word has a run: a varint that is the size
// in bytes of its heads, the heads, and as many lists of documents of the
// block. A head is for a word that follows somewhere, by number in ascending
// order, two varints:
//
//	the word's number less the one before it
//	16 times the size in bytes of its list, plus the list's kind
//
// A list is in a Rice code or a set as bits. The kind is asBits, or the parameter k of the code. Of the difference d to
// the document before, less one, the code has d>>k zeros, a one, and the
// lowest k bits of d, all from the lowest bit of the first byte on. Zeros
// fill the last byte up. (R. F. Rice, Some Practical Universal Noiseless
// Coding Techniques, 1979.)
const pairBlock = 1 << 14

const asBits = 15

// frequent is how many words of a base are frequent, the most frequent first.
// A pair of them and a document of a block are one number of 32 bits.
const frequent = 256

// pair adds the documents to a set that have two words in a row, given as
// their numbers in texts, and reports whether the base keeps where that is.
func (b *base) pair(first, second uint32, set bits) bool {
	k := uint32(b.info.Frequent)
	if first-1 >= k || second-1 >= k {
		return false
	}
	for block := range blocks(b.info.Documents) {
		run := b.pairs
		i := block*int(k) + int(first-1)
		run = run[:end(b.pairEnds, i)]
		if i > 0 {
			run = run[end(b.pairEnds, i-1):]
		}
		size, run := number(run)
		heads, lists := run[:size], run[size:]
		for at := uint32(0); len(heads) > 0 && at < second; {
			var gap, head uint32
			gap, heads = number(heads)
			head, heads = number(heads)
			if at += gap; at == second {
				addBlock(set[block*pairBlock/64:], lists[:head>>4], head&15)
			}
			lists = lists[head>>4:]
		}
	}
	return true
}

func blocks(documents int) int { return (documents + pairBlock - 1) / pairBlock }

// addBlock adds the documents of a block to a set that begins with it.
func addBlock(set bits, list []byte, kind uint32) {
	if kind == asBits {
		orDense(set, list, len(list)/8)
		return
	}
	var ahead uint64 // bits that were read from list
	var n uint32     // how many
	doc := ^uint32(0)
	for {
		high := uint32(0)
		for ahead == 0 {
			high += n
			if len(list) == 0 {
				return
			}
			ahead, n, list = uint64(list[0]), 8, list[1:]
		}
		zeros := uint32(mathbits.TrailingZeros64(ahead))
		high += zeros
		ahead >>= zeros + 1
		n -= zeros + 1
		for n < kind {
			ahead |= uint64(list[0]) << n
			n += 8
			list = list[1:]
		}
		doc += high<<kind + uint32(ahead)&(1<<kind-1) + 1
		ahead >>= kind
		n -= kind
		set[doc/64] |= 1 << (doc % 64)
	}
}

// appendBlock appends ascending documents of a block of so many, and says in
// which kind.
func appendBlock(list []byte, docs []uint16, documents int) ([]byte, uint32) {
	// With 0.69 of the mean difference the code is the shortest that it can be.
	kind := uint32(mathbits.Len(uint(documents * 69 / 100 / len(docs))))
	if kind > 0 {
		kind--
	}
	from, size := len(list), 8*room(documents)
	var ahead uint64
	var n uint32
	doc := ^uint32(0)
	for _, d := range docs {
		v := uint32(d) - doc - 1
		doc = uint32(d)
		for n += v >> kind; n >= 8; n -= 8 {
			list = append(list, byte(ahead))
			ahead >>= 8
		}
		ahead |= (uint64(v)&(1<<kind-1)<<1 | 1) << n
		for n += kind + 1; n >= 8; n -= 8 {
			list = append(list, byte(ahead))
			ahead >>= 8
		}
		if len(list)-from >= size {
			list = append(list[:from], make([]byte, size)...)
			for _, d := range docs {
				list[from+int(d/8)] |= 1 << (d % 8)
			}
			return list, asBits
		}
	}
	if n > 0 {
		list = append(list, byte(ahead))
	}
	return list, kind
}

// pairs writes the pairs of the most frequent words, reading the texts that
// were written at a place of a file, with their ends. It says where the runs
// end.
func (m *merging) pairs(written io.ReaderAt, at int64, texts []int64, frequent int) (ends []int64, err error) {
	if frequent == 0 || len(texts) == 0 {
		return nil, nil
	}
	if err := m.out.w.Flush(); err != nil {
		return nil, err
	}
	begin := m.out.n
	r := bufio.NewReaderSize(io.NewSectionReader(written, at, texts[len(texts)-1]), 1<<16)
	p := &pairing{
		frequent: uint32(frequent),
		counts:   make([]uint32, frequent*frequent),
		last:     make([]uint16, frequent*frequent),
	}
	var text []byte
	read := int64(0)
	for n, to := range texts {
		if n%4096 == 0 && m.ctx.Err() != nil {
			return nil, m.ctx.Err()
		}
		text = append(text[:0], make([]byte, to-read)...)
		read = to
		if _, err := io.ReadFull(r, text); err != nil {
			return nil, err
		}
		doc := n % pairBlock
		if err := p.add(uint16(doc), text); err != nil {
			return nil, err
		}
		if doc == pairBlock-1 || n == len(texts)-1 {
			p.write(m.out, doc+1, func() { ends = append(ends, m.out.n-begin) })
		}
	}
	return ends, nil
}

// pairing collects the pairs of a block.
type pairing struct {
	frequent uint32
	counts   []uint32 // documents, by pair
	last     []uint16 // the last document, plus one, by pair
	found    []uint32 // pairs with their documents, in the documents' order
	docs     []uint16 // the same in the pairs' order, documents alone
}

// add notes the pairs of a document's text.
func (p *pairing) add(doc uint16, text []byte) error {
	first := uint32(0)
	return eachNumber(text, func(n uint32) {
		if n > p.frequent {
			n = 0
		}
		if first > 0 && n > 0 {
			pair := (first-1)*p.frequent + n - 1
			if p.last[pair] != doc+1 {
				p.last[pair] = doc + 1
				p.counts[pair]++
				p.found = append(p.found, pair*pairBlock+uint32(doc))
			}
		}
		first = n
	})
}

// write writes the runs of a block of so many documents, each followed by
// done, and leaves nothing noted.
func (p *pairing) write(out *counter, documents int, done func()) {
	p.docs = append(p.docs[:0], make([]uint16, len(p.found))...)
	ends := p.counts // first where a pair's documents begin, then where they end
	sum := uint32(0)
	for pair, n := range p.counts {
		ends[pair] = sum
		sum += n
	}
	for _, f := range p.found {
		pair := f / pairBlock
		p.docs[ends[pair]] = uint16(f % pairBlock)
		ends[pair]++
	}
	var size, heads, lists []byte
	from := uint32(0)
	for first := range p.frequent {
		heads, lists = heads[:0], lists[:0]
		before := uint32(0)
		for second := range p.frequent {
			to := ends[first*p.frequent+second]
			if from == to {
				continue
			}
			begin := len(lists)
			var kind uint32
			lists, kind = appendBlock(lists, p.docs[from:to], documents)
			from = to
			heads = binary.AppendUvarint(heads, uint64(second+1-before))
			heads = binary.AppendUvarint(heads, uint64(len(lists)-begin)<<4|uint64(kind))
			before = second + 1
		}
		size = binary.AppendUvarint(size[:0], uint64(len(heads)))
		out.Write(size)
		out.Write(heads)
		out.Write(lists)
		done()
	}
	clear(p.counts)
	clear(p.last)
	p.found = p.found[:0]
}

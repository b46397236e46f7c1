package local

import mathbits "math/bits"

// bits is a set of document numbers, 64 to a word. Words beyond its length
// are empty. On hundreds of thousands of documents every operation takes a
// few microseconds, however many of them are in the set.
type bits []uint64

// room is how many words n documents need.
func room(n int) int { return (n + 63) / 64 }

func (b *bits) set(i uint32) {
	w := int(i / 64)
	for w >= len(*b) {
		*b = append(*b, 0)
	}
	(*b)[w] |= 1 << (i % 64)
}

func (b bits) has(i uint32) bool {
	w := int(i / 64)
	return w < len(b) && b[w]&(1<<(i%64)) != 0
}

// fill puts the first n documents into a set that has room for them.
func (b bits) fill(n int) bits {
	for i := range n / 64 {
		b[i] = ^uint64(0)
	}
	if n%64 > 0 {
		b[n/64] |= 1<<(n%64) - 1
	}
	return b
}

// and keeps what is in o as well.
func (b bits) and(o bits) bits {
	n := min(len(b), len(o))
	x, y := b[:n], o[:n]
	for i := range x {
		x[i] &= y[i]
	}
	clear(b[n:])
	return b
}

// not leaves out what is in o.
func (b bits) not(o bits) bits {
	n := min(len(b), len(o))
	x, y := b[:n], o[:n]
	for i := range x {
		x[i] &^= y[i]
	}
	return b
}

// or adds o, as far as there is room.
func (b bits) or(o bits) bits {
	n := min(len(b), len(o))
	x, y := b[:n], o[:n]
	for i := range x {
		x[i] |= y[i]
	}
	return b
}

func (b bits) count() int {
	n := 0
	for _, w := range b {
		n += mathbits.OnesCount64(w)
	}
	return n
}

// countAnd counts what is in both.
func (b bits) countAnd(o bits) int {
	k := min(len(b), len(o))
	x, y := b[:k], o[:k]
	n := 0
	for i := range x {
		n += mathbits.OnesCount64(x[i] & y[i])
	}
	return n
}

func (b bits) empty() bool {
	for _, w := range b {
		if w != 0 {
			return false
		}
	}
	return true
}

// each calls do with every document in ascending order until it returns false.
func (b bits) each(do func(doc uint32) bool) {
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			if !do(uint32(i*64 + mathbits.TrailingZeros64(w))) {
				return
			}
		}
	}
}

// arena lends sets for the time of one search.
type arena struct {
	slabs []bits
	used  int // of the last slab
	last  int // slabs in use
}

const slab = 1 << 15 // words

// get lends an empty set with room for n documents.
func (a *arena) get(n int) bits {
	n = room(n)
	for {
		if a.last < len(a.slabs) {
			if s := a.slabs[a.last]; a.used+n <= len(s) {
				b := s[a.used : a.used+n : a.used+n]
				a.used += n
				clear(b)
				return b
			}
			a.last, a.used = a.last+1, 0
			continue
		}
		a.slabs = append(a.slabs, make(bits, max(slab, n)))
	}
}

// copy lends a set with room for n documents that begins as b.
func (a *arena) copy(b bits, n int) bits {
	out := a.get(n)
	copy(out, b)
	return out
}

// reset takes all sets back.
func (a *arena) reset() { a.used, a.last = 0, 0 }

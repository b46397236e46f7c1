package alert

import (
	"iter"
	"math/bits"
)

// set is a set of small numbers, as bits. What lies beyond its end is not in it.
type set []uint64

func (s set) has(n uint32) bool { return int(n/64) < len(s) && s[n/64]>>(n%64)&1 != 0 }

// bit is 1 if n, which must lie within s, is in it, else 0.
func (s set) bit(n uint32) uint64 { return s[n/64] >> (n % 64) & 1 }

// grow makes room for the numbers below n.
func (s *set) grow(n int) {
	if room := (n + 63) / 64; room > len(*s) {
		*s = append(*s, make(set, room-len(*s))...)
	}
}

func (s *set) add(n uint32) {
	s.grow(int(n) + 1)
	(*s)[n/64] |= 1 << (n % 64)
}

func (s set) drop(n uint32) {
	if int(n/64) < len(s) {
		s[n/64] &^= 1 << (n % 64)
	}
}

// or adds what is in o; s must have room.
func (s set) or(o set) {
	for i, w := range o {
		s[i] |= w
	}
}

// and leaves what is in o.
func (s set) and(o set) {
	n := min(len(s), len(o))
	clear(s[n:])
	s = s[:n]
	for i, w := range o[:len(s)] {
		s[i] &= w
	}
}

// not leaves what is not in o.
func (s set) not(o set) {
	s = s[:min(len(s), len(o))]
	for i, w := range o[:len(s)] {
		s[i] &^= w
	}
}

// all gives the numbers, ascending.
func (s set) all() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for i, w := range s {
			for ; w != 0; w &= w - 1 {
				if !yield(uint32(64*i + bits.TrailingZeros64(w))) {
					return
				}
			}
		}
	}
}

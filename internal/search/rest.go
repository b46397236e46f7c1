package search

import (
	"errors"
	"sync"
	"time"
)

// How long an engine that failed is left alone: after its first failure, and
// at most, when it failed each time that it was tried.
const (
	firstRest   = time.Second
	longestRest = 10 * time.Second
)

// errResting says that the engine failed lately and is not asked.
var errResting = errors.New("the search engine rests")

// verdict is how an engine that was asked did.
type verdict int

const (
	unsure verdict = iota
	sound
	failing
)

// rest says whether an engine is to be asked. The zero value asks.
//
// Invariant: while it rests nobody asks, and after that one at a time, each
// failure doubling the rest, until an answer ends it.
type rest struct {
	mu sync.Mutex
	// last is how long the present rest is, 0 where the engine is well.
	last    time.Duration
	until   time.Time
	probing bool
}

// begin tells whether the engine may be asked, and whether to see if it is
// well again. Whoever may must call end.
func (r *rest) begin(now time.Time) (probe, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.last == 0:
		return false, true
	case r.probing || now.Before(r.until):
		return false, false
	}
	r.probing = true
	return true, true
}

// end takes in how the engine did. Failures of those who asked before the
// rest began do not make it longer.
func (r *rest) end(now time.Time, probe bool, v verdict) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if probe {
		r.probing = false
	}
	switch {
	case v == sound:
		r.last = 0
	case v == failing && r.last == 0:
		r.last, r.until = firstRest, now.Add(firstRest)
	case v == failing && probe:
		r.last = min(2*r.last, longestRest)
		r.until = now.Add(r.last)
	}
}

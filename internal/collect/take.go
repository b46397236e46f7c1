package collect

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// maxItem is how much of a rejected item is kept, in bytes.
const maxItem = 2000

// taking takes what a source gives: drafts become listings, and everything is
// counted. It is the one way from a draft to a listing.
type taking struct {
	collector *Collector
	spec      source.Spec
	now       time.Time
	// listing takes each listing, rejected each item that could not be read,
	// and left, where it is set, the reason of each that is left out by rule.
	listing  func(market.Listing) error
	rejected func(market.Reject)
	left     func(why string)

	mu                     sync.Mutex // a source may emit from several goroutines
	found, skipped, unread int
	accepted               int
	filled                 map[string]int
	firstWhy               string
}

func (c *Collector) taking(spec source.Spec, now time.Time) *taking {
	return &taking{collector: c, spec: spec, now: now, filled: map[string]int{}}
}

// input is what the source is given.
func (t *taking) input(s *fetch.Session, v market.Validator) source.Input {
	return source.Input{
		Session:   s,
		Validator: v,
		Now:       t.now,
		Emit:      t.emit,
		Reject: func(r market.Reject) {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.reject(r)
		},
		Skip: func(why string) {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.skipped++
			if t.left != nil {
				t.left(why)
			}
		},
	}
}

// emit normalises and labels a draft. A draft that is invalid is a rejected
// item and no error.
func (t *taking) emit(d market.Draft) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.found++
	d.Source = t.spec.Name
	l, err := t.read(d)
	if errors.Is(err, market.ErrInvalid) {
		item, _ := json.Marshal(d) // a struct of strings cannot fail
		t.reject(market.Reject{Item: string(item), Why: err.Error()})
		return nil
	}
	if err != nil {
		return fmt.Errorf("normalising: %w", err)
	}
	t.accepted++
	for _, f := range d.FilledIn() {
		t.filled[f]++
	}
	return t.listing(l)
}

// read makes a listing of a draft. A draft that makes the code panic is an
// item that cannot be read: the others are not lost with it.
func (t *taking) read(d market.Draft) (l market.Listing, err error) {
	defer func() {
		if p := recover(); p != nil {
			t.collector.log().Error("a draft made normalising panic", "source", d.Source, "id", d.ExternalID, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: panic: %v", market.ErrInvalid, p)
		}
	}()
	if l, err = t.collector.Normalize(d, t.now); err != nil {
		return l, err
	}
	return t.collector.Classify(l), nil
}

func (t *taking) reject(r market.Reject) {
	t.unread++
	if t.firstWhy == "" {
		t.firstWhy = r.Why
	}
	r.Item = head(r.Item, maxItem)
	t.rejected(r)
}

// unreadable is the error of an answer that had items of which none could be
// read: then it is the format that has changed, not the items.
func (t *taking) unreadable() error {
	if t.unread == 0 || t.accepted > 0 || t.skipped > 0 {
		return nil
	}
	return fmt.Errorf("%w: none of its %d items could be read, the first because: %s", source.ErrFormat, t.unread, strings.TrimSpace(t.firstWhy))
}

// proves reports whether what was taken can prove that a listing is gone: an
// empty answer does not, and neither does one of which more than one item in
// ten could not be read.
func (t *taking) proves() bool {
	return t.accepted > 0 && t.unread*10 <= t.accepted+t.unread
}

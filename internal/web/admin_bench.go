package web

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// bench is a source in the making: what was found at its address, the recipe
// as it now is, and what came of trying it. Benches live in memory: nothing
// is saved until its operator saves it. One that is gone takes only what the
// form does not hold: the page is asked for again.
type bench struct {
	id string

	mu      sync.Mutex
	touched time.Time
	// url is the address that was looked at.
	url string
	// busy is closed when the work under way is done, nil where none is.
	busy chan struct{}
	// looked is what was found, where asked is set; page is the answer that
	// the recipe is tried on, nil where there is none yet.
	looked Looked
	asked  bool
	page   *market.SavedPage
	// yaml is the recipe as the operator last sent it, read what it says.
	yaml string
	read Recipe
	// tried is what came of it, where done is set; live says that the site was
	// asked for it.
	tried      Tried
	done, live bool
	// edits is the stored source that is being changed, nil for a new one, and
	// was what its recipe gives of the same page.
	edits *market.StoredSource
	was   Tried
	// permitted is the operator's word that there is a written permission.
	permitted bool
	// shown are the values of the form's fields as they were shown last: one
	// that comes back changed was typed, others follow the recipe.
	shown map[string]string
	// wrong are the errors of the fields, by name, and typed what was typed
	// there.
	wrong, typed map[string]string
	// note is said once: what was just done, or why it was not.
	note    string
	noteBad bool
}

// benches are all that there are.
type benches struct {
	mu  sync.Mutex
	all []*bench
}

const (
	// maxBenches bounds the memory: each holds an answer of at most a few MiB.
	maxBenches = 8
	// benchFor is how long one is kept that nobody touches.
	benchFor = market.SessionFor
	// lookedFor is how long an address that was looked at is not asked again
	// by opening its page again.
	lookedFor = 10 * time.Minute
	// workFor bounds looking and trying; awaitFor is how long a page waits for
	// it before it says that it is under way.
	workFor  = 3 * time.Minute
	awaitFor = 4 * time.Second
)

// open adds a bench, in the place of the one that was left alone longest
// where there are too many.
func (bs *benches) open(now time.Time, set func(*bench)) *bench {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	bs.all = slices.DeleteFunc(bs.all, func(b *bench) bool { return now.Sub(b.at()) > benchFor })
	for len(bs.all) >= maxBenches {
		oldest := 0
		for i, b := range bs.all {
			if b.at().Before(bs.all[oldest].at()) {
				oldest = i
			}
		}
		bs.all = slices.Delete(bs.all, oldest, oldest+1)
	}
	b := &bench{id: strings.ToLower(rand.Text()), touched: now}
	set(b)
	bs.all = append(bs.all, b)
	return b
}

// of is the bench of an id, nil where there is none.
func (bs *benches) of(id string, now time.Time) *bench {
	return bs.find(now, func(b *bench) bool { return b.id == id })
}

// lookedAt is the newest bench that has looked at an address lately.
func (bs *benches) lookedAt(url string, now time.Time) *bench {
	return bs.find(now, func(b *bench) bool { return b.url == url && b.edits == nil && now.Sub(b.touched) < lookedFor })
}

func (bs *benches) find(now time.Time, is func(*bench) bool) *bench {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	for _, b := range slices.Backward(bs.all) {
		b.mu.Lock()
		found := is(b)
		if found {
			b.touched = now
		}
		b.mu.Unlock()
		if found {
			return b
		}
	}
	return nil
}

// drop takes a bench away.
func (bs *benches) drop(b *bench) {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	bs.all = slices.DeleteFunc(bs.all, func(x *bench) bool { return x == b })
}

func (b *bench) at() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.touched
}

// begin starts work that may outlast the request, and reports whether it did:
// a bench does one thing at a time. The work's result is put in under the
// lock.
func (b *bench) begin(work func(ctx context.Context) (put func())) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.busy != nil {
		return false
	}
	done := make(chan struct{})
	b.busy = done
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), workFor)
		defer cancel()
		put := work(ctx)
		b.mu.Lock()
		defer b.mu.Unlock()
		put()
		b.busy = nil
		close(done)
	}()
	return true
}

// await waits for the work under way, and reports whether all is done.
func (b *bench) await(ctx context.Context) bool {
	b.mu.Lock()
	busy := b.busy
	b.mu.Unlock()
	if busy == nil {
		return true
	}
	t := time.NewTimer(awaitFor)
	defer t.Stop()
	select {
	case <-busy:
		return true
	case <-ctx.Done():
	case <-t.C:
	}
	return false
}

// look asks the bench's address and tries what is proposed.
func (b *bench) look(w Workshop) bool {
	return b.begin(func(ctx context.Context) func() {
		l := w.Look(ctx, b.url)
		var read Recipe
		var tried Tried
		if l.Recipe != "" {
			read, tried = w.Read(l.Recipe), w.Try(ctx, l.Recipe, &l.Page)
		}
		return func() {
			b.looked, b.asked, b.live = l, true, false
			if l.Page.URL != "" {
				b.page = &l.Page
			}
			if l.Recipe != "" {
				b.yaml, b.read, b.tried, b.done = l.Recipe, read, tried, true
			}
		}
	})
}

// try puts the page at hand through the recipe.
func (b *bench) try(w Workshop) bool {
	b.mu.Lock()
	yaml, page, edits := b.yaml, b.page, b.edits
	b.mu.Unlock()
	return b.begin(func(ctx context.Context) func() {
		read := w.Read(yaml)
		var tried, was Tried
		ok := len(read.Mistakes) == 0 && page != nil
		if ok {
			tried = w.Try(ctx, yaml, page)
		}
		if edits != nil && page != nil {
			was = w.Try(ctx, edits.YAML, page)
		}
		return func() {
			b.read, b.was = read, was
			b.tried, b.done, b.live = tried, ok, false
		}
	})
}

// ask has the recipe ask its site: for the page that it begins with, which is
// at hand from then on, and for what a trial shows.
func (b *bench) ask(w Workshop) bool {
	b.mu.Lock()
	yaml := b.yaml
	b.mu.Unlock()
	return b.begin(func(ctx context.Context) func() {
		read := w.Read(yaml)
		if len(read.Mistakes) > 0 {
			return func() { b.read, b.done = read, false }
		}
		l := w.Capture(ctx, yaml)
		var tried Tried
		if l.Wrong.Key == "" {
			tried = w.Try(ctx, yaml, nil)
		}
		return func() {
			b.read = read
			b.looked, b.asked = l, true
			if l.Page.URL != "" {
				b.page = &l.Page
			}
			b.tried, b.done, b.live = tried, l.Wrong.Key == "", true
		}
	})
}

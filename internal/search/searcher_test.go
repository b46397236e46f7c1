package search_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
	"github.com/kajkhoj/kajkhoj/internal/search/searchtest"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// shelf is a store in memory with a change log.
type shelf struct {
	ls      []market.Listing
	changes []market.Change
	err     error
	more    bool // there may be more than Browse looks at
}

func (s *shelf) put(ls ...market.Listing) {
	for _, l := range ls {
		s.ls = slices.DeleteFunc(s.ls, func(o market.Listing) bool { return o.Group == l.Group })
		s.ls = append(s.ls, l)
		s.changes = append(s.changes, market.Change{Seq: int64(len(s.changes) + 1), Group: l.Group})
	}
}

func (s *shelf) Groups(ctx context.Context, groups []string) (out []market.Listing, err error) {
	for _, g := range groups {
		for _, l := range s.ls {
			if l.Group == g && l.Open() {
				out = append(out, l)
			}
		}
	}
	return out, s.err
}

func (s *shelf) Hits(ctx context.Context, groups []string) ([]market.Listing, error) {
	hits, err := s.Groups(ctx, groups)
	for i := range hits {
		hits[i].Description = ""
	}
	return hits, err
}

func (s *shelf) Changes(ctx context.Context, after int64, limit int) (out []market.Change, err error) {
	for _, c := range s.changes {
		if c.Seq > after && len(out) < limit {
			out = append(out, c)
		}
	}
	return out, s.err
}

func (s *shelf) Head(ctx context.Context) (int64, error) { return int64(len(s.changes)), s.err }

func (s *shelf) Open(ctx context.Context) iter.Seq2[market.Listing, error] {
	return func(yield func(market.Listing, error) bool) {
		for _, l := range s.ls {
			if l.Open() && !yield(l, nil) {
				return
			}
		}
	}
}

func (s *shelf) Browse(ctx context.Context, filter, match func(market.Listing) bool, offset, limit int) (hits []market.Listing, total int, more bool, err error) {
	for _, l := range s.ls {
		if l.Open() && filter(l) && (match == nil || match(l)) {
			if total++; total > offset && len(hits) < limit {
				hits = append(hits, l)
			}
		}
	}
	return hits, total, s.more, s.err
}

func listing(id, title string) market.Listing {
	return market.Listing{ID: id, Group: id, Source: "remotive", Title: title, FirstSeenAt: now}
}

func analyzer(t testing.TB) *search.Analyzer {
	t.Helper()
	a, err := search.NewAnalyzer(config.Files)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func searcher(t testing.TB, ls ...market.Listing) (*search.Searcher, *shelf) {
	t.Helper()
	s := &shelf{}
	s.put(ls...)
	ix := searchtest.NewMemory(analyzer(t))
	f := &search.Follower{Index: ix, Store: s}
	if _, err := f.Pass(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	return &search.Searcher{Index: ix, Store: s, Analyzer: analyzer(t)}, s
}

func ids(p search.Page) string {
	var out []string
	for _, l := range p.Hits {
		out = append(out, l.ID)
	}
	return strings.Join(out, " ")
}

func TestWordsAreDropped(t *testing.T) {
	s, _ := searcher(t,
		listing("1", "Logo painter for cakes"), listing("2", "Logo painter"), listing("3", "Logo artist"),
		listing("4", "Logo maker"), listing("5", "নতুনদের Banner work"), listing("6", "Banner one"), listing("7", "Banner two"), listing("8", "Banner three"))
	for _, tt := range []struct{ query, hits, dropped string }{
		{"logo", "1 2 3 4", ""},
		{"logo painter", "1 2 3 4", "painter"}, // two are too few; those with both words stand first
		{"logo painter cakes", "1 2 3 4", "painter cakes"},
		{"logo zebra", "1 2 3 4", "zebra"},
		{"zebra logo", "", ""},        // dropping from the end does not help
		{"zebra", "", ""},             // the only word stays
		{`"logo painter"`, "1 2", ""}, // a phrase is meant as it is
		{`"logo" painter`, "1 2 3 4", "painter"},
		{"logo painter -artist", "1 2 4", "painter"},
		{"নতুন banner", "5 6 7 8", "নতুন"}, // what may have been meant as a filter gives way first
		{"logo va", "1 2 3 4", "va"},       // both words that "va" stands for
	} {
		p, err := s.Search(t.Context(), market.Query{Text: tt.query, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		if got := ids(p); got != tt.hits || strings.Join(p.Dropped, " ") != tt.dropped || p.Total != len(p.Hits) || p.Degraded {
			t.Errorf("%q: hits %q, total %d, dropped %q; want %q, dropped %q", tt.query, got, p.Total, p.Dropped, tt.hits, tt.dropped)
		}
	}
}

// Pages of a query with words dropped neither overlap nor leave a gap.
func TestPagesWithDroppedWords(t *testing.T) {
	var ls []market.Listing
	for i := range 70 {
		ls = append(ls, listing(fmt.Sprintf("%02d", i), "Logo artist"))
	}
	// Those that match all words, or more of them, lie deep among the rest.
	ls[33].Title, ls[64].Title = "Logo artist and painter", "Logo artist and painter of cakes"
	s, _ := searcher(t, ls...)
	var all []string
	for page := 1; page <= 5; page++ {
		p, err := s.Search(t.Context(), market.Query{Text: "logo painter cakes", Page: page, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		if p.Total != 70 || strings.Join(p.Dropped, " ") != "painter cakes" || p.Facets["source"]["remotive"] != 70 {
			t.Errorf("page %d: total %d, dropped %q, facets %v", page, p.Total, p.Dropped, p.Facets["source"])
		}
		for _, l := range p.Hits {
			all = append(all, l.ID)
		}
	}
	if len(all) != 70 || all[0] != "64" || all[1] != "33" {
		t.Errorf("%d hits, beginning with %v; want 70 beginning with 64 33", len(all), all[:3])
	}
	slices.Sort(all)
	if n := len(slices.Compact(all)); n != 70 {
		t.Errorf("%d different hits, want 70", n)
	}
}

// broken fails or hangs instead of finding.
type broken struct {
	search.Index
	find func(ctx context.Context) error
}

func (b broken) Find(ctx context.Context, q market.Query, without ...string) (search.Result, error) {
	return search.Result{}, b.find(ctx)
}

func TestEngineFails(t *testing.T) {
	ls := []market.Listing{listing("1", "Logo painter"), listing("2", "Banner painter"), listing("3", "Logo artist")}
	ls[2].Warnings = []market.Warning{{Kind: market.WarnFee}}
	q := market.Query{Text: "logo", Warn: market.WarnWithout, Now: now}
	for name, find := range map[string]func(context.Context) error{
		"down":    func(context.Context) error { return search.ErrDown },
		"rebuilt": func(context.Context) error { return search.ErrRebuild },
		"hangs":   func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, store := searcher(t, ls...)
				s.Index = broken{s.Index, find}
				begin := time.Now()
				p, err := s.Search(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				if ids(p) != "1" || p.Total != 1 || !p.Degraded || p.Facets != nil {
					t.Errorf("got %+v; want listing 1 from the store", p)
				}
				if took := time.Since(begin); took > search.DefaultTimeout {
					t.Errorf("took %s", took)
				}
				store.err = errors.New("the store is gone")
				if _, err := s.Search(t.Context(), q); !errors.Is(err, store.err) {
					t.Errorf("with the store gone too: %v", err)
				}
			})
		})
	}
	s, _ := searcher(t, ls...)
	s.Index = broken{s.Index, func(ctx context.Context) error { return ctx.Err() }}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Search(ctx, q); !errors.Is(err, context.Canceled) {
		t.Errorf("a search that was called off: %v", err)
	}
}

// TestEngineRests: an engine that fails is left alone for a second, twice as
// long after each further failure and ten seconds at most, and tried by one
// search at a time; one answer is enough for all to ask it again.
func TestEngineRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, store := searcher(t, listing("1", "Logo painter"))
		store.more = true
		var asked, at int
		state := search.ErrDown
		well := s.Index
		s.Index = broken{well, func(ctx context.Context) error {
			asked++
			if errors.Is(state, context.DeadlineExceeded) {
				at++
				defer func() { at-- }()
				if at > 1 {
					t.Error("two searches try the engine")
				}
				<-ctx.Done()
			}
			return state
		}}
		ask := func(want int, took time.Duration) {
			t.Helper()
			asked = 0
			begin := time.Now()
			p, err := s.Search(t.Context(), market.Query{Now: now})
			if err != nil || !p.Degraded || !p.AtLeast || ids(p) != "1" {
				t.Errorf("got %+v, %v", p, err)
			}
			if asked != want || time.Since(begin) != took {
				t.Errorf("asked the engine %d times in %v, want %d in %v", asked, time.Since(begin), want, took)
			}
		}
		ask(1, 0)
		for _, rest := range []time.Duration{1, 2, 4, 8, 10, 10} {
			ask(0, 0)
			time.Sleep(rest*time.Second - time.Nanosecond)
			ask(0, 0)
			time.Sleep(time.Nanosecond)
			ask(1, 0)
		}
		// An engine that hangs costs its time-out to one of many.
		state = context.DeadlineExceeded
		time.Sleep(10 * time.Second)
		var wg sync.WaitGroup
		begin, slow := time.Now(), 0
		var mu sync.Mutex
		for range 50 {
			wg.Go(func() {
				if _, err := s.Search(t.Context(), market.Query{Now: now}); err != nil {
					t.Error(err)
				}
				if time.Since(begin) > 0 {
					mu.Lock()
					slow++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if slow != 1 {
			t.Errorf("%d of 50 searches waited for an engine that hangs", slow)
		}
		// Who goes away while trying says nothing of the engine, and the next one tries.
		time.Sleep(10 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		if _, err := s.Search(ctx, market.Query{Now: now}); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		cancel()
		ask(1, search.DefaultTimeout)
		// One that is being built answers at once, and is asked each time.
		time.Sleep(10 * time.Second)
		state = search.ErrRebuild
		ask(1, 0)
		ask(1, 0)
		// An answer ends the rest.
		state = search.ErrDown
		ask(1, 0)
		s.Index = well
		time.Sleep(time.Second)
		for range 2 {
			if p, err := s.Search(t.Context(), market.Query{Now: now}); err != nil || p.Degraded || p.AtLeast {
				t.Errorf("a mended engine: %+v, %v", p, err)
			}
		}
	})
}

func TestFollower(t *testing.T) {
	store := &shelf{}
	ix := searchtest.NewMemory(analyzer(t))
	f := &search.Follower{Index: ix, Store: store}
	ctx := t.Context()
	check := func(did int, err error, want int, wantErr error, found int) {
		t.Helper()
		if did != want || !errors.Is(err, wantErr) {
			t.Fatalf("did %d, %v; want %d, %v", did, err, want, wantErr)
		}
		res, err := ix.Find(ctx, market.Query{Now: now})
		if err != nil || res.Total != found {
			t.Fatalf("finds %d, %v; want %d", res.Total, err, found)
		}
		if n, err := f.Behind(ctx); err != nil || n != 0 {
			t.Fatalf("behind %d, %v", n, err)
		}
	}
	store.put(listing("1", "One"), listing("2", "Two"))
	if n, err := f.Behind(ctx); err != nil || n != -1 {
		t.Fatalf("before the first pass it is behind %d, %v; want -1", n, err)
	}
	did, err := f.Pass(ctx, now)
	check(did, err, 2, nil, 2)
	did, err = f.Pass(ctx, now)
	check(did, err, 0, market.ErrNone, 2)

	closed := listing("1", "One")
	closed.ClosedAt = now
	store.put(listing("3", "Three"), closed, listing("3", "Three again"))
	if n, err := f.Behind(ctx); err != nil || n != 3 {
		t.Fatalf("behind %d, %v; want 3", n, err)
	}
	did, err = f.Pass(ctx, now)
	check(did, err, 3, nil, 2)

	// A log longer than one pass takes.
	for i := range 1500 {
		store.put(listing(fmt.Sprint("n", i%700), "Many"))
	}
	if did, err = f.Pass(ctx, now); did != 1000 || err != nil {
		t.Fatalf("did %d, %v", did, err)
	}
	did, err = f.Pass(ctx, now)
	check(did, err, 500, nil, 702)

	// Another store, whose log is shorter than what the index has seen.
	*store = shelf{}
	store.put(listing("9", "Nine"))
	did, err = f.Pass(ctx, now)
	check(did, err, 1, nil, 1)

	store.err = errors.New("the store is gone")
	if _, err := f.Pass(ctx, now); !errors.Is(err, store.err) {
		t.Errorf("a store that fails: %v", err)
	}
	store.err = nil
	store.put(listing("10", "Ten"))
	did, err = f.Pass(ctx, now)
	check(did, err, 1, nil, 2)
}

package searchtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// Run puts an engine through the contract. open gives an engine that has
// never been built, with the analyzer of the shipped synonyms; settle waits
// until what was applied can be found, and is nil where that is at once.
func Run(t *testing.T, open func(t *testing.T) search.Index, settle func()) {
	if settle == nil {
		settle = func() {}
	}
	a, err := search.NewAnalyzer(config.Files)
	if err != nil {
		t.Fatal(err)
	}
	c := &contract{open: open, settle: settle, analyzer: a}
	t.Run("what is found and counted", c.oracle)
	t.Run("changes", c.changes)
	t.Run("rebuilding", c.rebuilding)
	t.Run("order", c.order)
}

type contract struct {
	open     func(t *testing.T) search.Index
	settle   func()
	analyzer *search.Analyzer
}

func seq(ls []market.Listing) iter.Seq2[market.Listing, error] {
	return func(yield func(market.Listing, error) bool) {
		for _, l := range ls {
			if !yield(l, nil) {
				return
			}
		}
	}
}

func (c *contract) build(t *testing.T, ix search.Index, ls []market.Listing, upto int64) {
	t.Helper()
	if err := ix.Rebuild(t.Context(), seq(ls), upto); err != nil {
		t.Fatal(err)
	}
	c.settle()
}

// oracle compares hits, totals and facets of generated queries with Memory's,
// on an index of which a part was built and a part applied later.
func (c *contract) oracle(t *testing.T) {
	const documents, queries = 320, 150
	gen := &Generator{Seed: 1, Now: now, Small: true}
	ls := gen.Listings(0, documents)
	ix, want := c.open(t), NewMemory(c.analyzer)
	c.build(t, ix, ls[:220], 1)
	// Some of what was built is stale, some is no more.
	stale := slices.Clone(ls[220:])
	for i := range 20 {
		l := gen.Listing(1000 + i)
		l.ID, l.Group = ls[i].ID, ls[i].Group
		stale = append(stale, l)
	}
	gone := []string{ls[30].Group, ls[31].Group, "no such group"}
	if err := ix.Apply(t.Context(), stale, gone, 2); err != nil {
		t.Fatal(err)
	}
	c.settle()
	if err := want.Rebuild(t.Context(), seq(ls), 1); err != nil {
		t.Fatal(err)
	}
	if err := want.Apply(t.Context(), stale, gone, 2); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 5))
	some := 0
	for i := range queries {
		q := randomQuery(r, gen.Listing(r.IntN(documents)))
		if c.typosMatter(want, q) {
			t.Fatalf("query %d, %+v: the generated words are not apart", i, q)
		}
		some += c.compare(t, ix, want, q)
	}
	if some < queries/3 {
		t.Errorf("only %d of %d queries found anything: they test too little", some, queries)
	}
	for _, text := range []string{"", "-", `"`, `""`, "-\"", "()[]{}*?:~^\\", "NOT AND OR", "'; drop", strings.Repeat("x", market.MaxText), "\u200c", "-seo", `-"data logo"`, "\x00", "ক", "্"} {
		c.compare(t, ix, want, market.Query{Text: text, Now: now})
	}
}

func (c *contract) typosMatter(m *Memory, q market.Query) bool {
	words := c.analyzer.Words(q.Text)
	for _, d := range m.docs {
		if words.Match(d.d) != words.MatchTypos(d.d) {
			return true
		}
	}
	return false
}

// compare asks both for every page and returns 1 if anything was found.
func (c *contract) compare(t *testing.T, ix search.Index, want *Memory, q market.Query) (some int) {
	t.Helper()
	expected, facets := want.all(q, nil)
	var got []string
	for q.Page = 1; q.Page <= market.Depth/market.PerPage; q.Page++ {
		g, err := ix.Find(t.Context(), q)
		if err != nil {
			t.Fatalf("%s: %v", show(q), err)
		}
		if g.Total != len(expected) {
			t.Errorf("%s: total %d, want %d", show(q), g.Total, len(expected))
			return 1
		}
		if n := min(max(len(expected)-q.Offset(), 0), market.PerPage); len(g.Groups) != n {
			t.Errorf("%s: %d hits on the page, want %d", show(q), len(g.Groups), n)
		}
		if diff := gocmp.Diff(tidy(facets), tidy(g.Facets)); diff != "" {
			t.Errorf("%s: facets: -want +got\n%s", show(q), diff)
		}
		got = append(got, g.Groups...)
		if len(g.Groups) < market.PerPage {
			break
		}
	}
	c.inOrder(t, want, q, got)
	slices.Sort(got)
	slices.Sort(expected)
	if !slices.Equal(expected, got) {
		t.Errorf("%s: hits of all pages: -want +got\n%s", show(q), gocmp.Diff(expected, got))
	}
	return min(len(expected), 1)
}

// inOrder checks orders that leave no room for taste.
func (c *contract) inOrder(t *testing.T, want *Memory, q market.Query, got []string) {
	t.Helper()
	var by func(a, b market.Listing) int
	switch q.Order() {
	case market.SortNew:
		by = func(a, b market.Listing) int { return b.Date().Compare(a.Date()) }
	case market.SortPay:
		by = func(a, b market.Listing) int { return cmp.Compare(b.Pay.USD, a.Pay.USD) }
	default:
		if !c.analyzer.Words(q.Text).Empty() {
			return
		}
		by = func(a, b market.Listing) int { return b.Date().Compare(a.Date()) }
	}
	for i := 1; i < len(got); i++ {
		if a, b := want.docs[got[i-1]].l, want.docs[got[i]].l; by(a, b) > 0 {
			t.Errorf("%s: hit %d (%s, %d) stands before %d (%s, %d)", show(q), i-1, a.Date(), a.Pay.USD, i, b.Date(), b.Pay.USD)
			return
		}
	}
}

func show(q market.Query) string { return fmt.Sprintf("query %q %s", q.Text, q.Values().Encode()) }

// tidy leaves out counts of nothing where the list of values is open.
func tidy(f market.Facets) market.Facets {
	out := market.Facets{}
	for name, values := range f {
		out[name] = map[string]int{}
		for v, n := range values {
			if n == 0 && market.FacetValues(name) == nil {
				continue
			}
			out[name][v] = n
		}
	}
	return out
}

// randomQuery asks for something that l may or may not have.
func randomQuery(r *rand.Rand, l market.Listing) market.Query {
	q := market.Query{Now: now}
	some := func(n int) bool { return r.IntN(n) == 0 }
	all := safe()
	own := strings.FieldsFunc(l.Title+" "+l.Description, func(r rune) bool { return strings.ContainsRune(" ,.\n•", r) })
	own = slices.DeleteFunc(own, func(w string) bool {
		return !slices.ContainsFunc(all, func(s string) bool { return strings.EqualFold(s, w) })
	})
	word := func() string {
		if len(own) == 0 || some(8) {
			return all[r.IntN(len(all))]
		}
		return own[r.IntN(len(own))]
	}
	switch r.IntN(9) {
	case 0: // no words
	case 1, 2:
		q.Text = word()
	case 3:
		q.Text = word() + " " + word()
	case 4:
		q.Text = word() + " " + word() + "  " + word()
	case 5: // a beginning; Latin, because a Bengali one may end within a conjunct
		w := word()
		if n := 2 + r.IntN(3); n < len(w) && w[n-1] < 0x80 && w[n] < 0x80 && !strings.ContainsAny(w, ".+#-") {
			w = w[:n]
		}
		q.Text = w
	case 6: // a phrase
		if len(own) > 3 {
			i := r.IntN(len(own) - 2)
			q.Text = `"` + strings.Join(own[i:i+2+r.IntN(2)], " ") + `"`
		}
	case 7:
		q.Text = word() + " -" + word()
	case 8:
		q.Text = word()
		if len(own) > 3 {
			i := r.IntN(len(own) - 2)
			q.Text += ` -"` + strings.Join(own[i:i+2], " ") + `"`
		}
	}
	if some(3) {
		q.Level = market.Levels[r.IntN(3)]
	}
	if some(3) {
		q.English = market.Englishes[r.IntN(4)]
	}
	q.Stated = some(5)
	for range r.IntN(3) * r.IntN(2) {
		q.Categories = append(q.Categories, market.Categories[r.IntN(8)])
	}
	for range r.IntN(4) * r.IntN(2) {
		q.Sources = append(q.Sources, Sources[r.IntN(len(Sources))])
	}
	for range r.IntN(3) * r.IntN(2) {
		q.Pays = append(q.Pays, market.PayKinds[r.IntN(len(market.PayKinds))])
	}
	if some(5) {
		q.MinUSD = int64(r.IntN(1000))
	}
	if some(4) {
		q.Days = market.Days[r.IntN(len(market.Days))]
	}
	if some(2) {
		q.From = places[r.IntN(len(places))]
	}
	if some(4) {
		q.Warn = []market.Warn{market.WarnWithout, market.WarnOnly}[r.IntN(2)]
	}
	q.Sort = []market.Sort{"", "", market.SortNew, market.SortBest, market.SortPay}[r.IntN(5)]
	return q
}

// changes follows single listings through an index.
func (c *contract) changes(t *testing.T) {
	ctx := t.Context()
	ix := c.open(t)
	if _, err := ix.Cursor(ctx); !errors.Is(err, search.ErrRebuild) {
		t.Fatalf("the cursor of an index that was never built: %v, want ErrRebuild", err)
	}
	if _, err := ix.Find(ctx, market.Query{Now: now}); !errors.Is(err, search.ErrRebuild) {
		t.Errorf("a search in an index that was never built: %v, want ErrRebuild", err)
	}
	if err := ix.Apply(ctx, nil, nil, 1); !errors.Is(err, search.ErrRebuild) {
		t.Errorf("a change to an index that was never built: %v, want ErrRebuild", err)
	}
	c.build(t, ix, nil, 5)
	total := func(text string) int {
		t.Helper()
		res, err := ix.Find(ctx, market.Query{Text: text, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		return res.Total
	}
	cursor := func(want int64) {
		t.Helper()
		if got, err := ix.Cursor(ctx); err != nil || got != want {
			t.Errorf("cursor is %d, %v; want %d", got, err, want)
		}
	}
	cursor(5)
	if n := total(""); n != 0 {
		t.Fatalf("an empty index finds %d", n)
	}
	apply := func(put []market.Listing, del []string, upto int64) {
		t.Helper()
		if err := ix.Apply(ctx, put, del, upto); err != nil {
			t.Fatal(err)
		}
		c.settle()
		cursor(upto)
	}
	l := func(id, title string) market.Listing {
		return market.Listing{ID: id, Group: id, Source: "remotive", Title: title, FirstSeenAt: now.Add(-time.Hour)}
	}
	apply([]market.Listing{l("a", "Logo painter"), l("b", "Data typist")}, nil, 6)
	if a, b, all := total("logo"), total("typist"), total(""); a != 1 || b != 1 || all != 2 {
		t.Errorf("after two puts: %d, %d, %d; want 1, 1, 2", a, b, all)
	}
	apply([]market.Listing{l("a", "Banner painter")}, nil, 7)
	if a, b, all := total("logo"), total("banner"), total(""); a != 0 || b != 1 || all != 2 {
		t.Errorf("after a replacement: %d, %d, %d; want 0, 1, 2", a, b, all)
	}
	apply([]market.Listing{l("a", "Banner painter"), l("a", "Poster painter")}, nil, 8)
	if a, b, all := total("banner"), total("poster"), total(""); a != 0 || b != 1 || all != 2 {
		t.Errorf("of two of the same in one batch the last counts: %d, %d, %d; want 0, 1, 2", a, b, all)
	}
	apply(nil, []string{"a", "zz"}, 9)
	if a, all := total("poster"), total(""); a != 0 || all != 1 {
		t.Errorf("after a deletion: %d, %d; want 0, 1", a, all)
	}
	apply([]market.Listing{l("a", "Logo painter")}, nil, 10)
	if a, all := total("logo"), total(""); a != 1 || all != 2 {
		t.Errorf("put again after a deletion: %d, %d; want 1, 2", a, all)
	}
	apply(nil, nil, 12)
	st, err := ix.Stats(ctx)
	if err != nil || st.Documents != 2 {
		t.Errorf("stats %+v, %v; want 2 documents", st, err)
	}
	// What stands on a page already is left out of hits and total.
	res, err := ix.Find(ctx, market.Query{Now: now}, "a", "no such group")
	if err != nil || res.Total != 1 || !slices.Equal(res.Groups, []string{"b"}) || res.Facets["source"]["remotive"] != 2 {
		t.Errorf("without a: %+v, %v", res, err)
	}
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := ix.Find(canceled, market.Query{Now: now}); !errors.Is(err, context.Canceled) && !errors.Is(err, search.ErrDown) {
		t.Errorf("a search that was called off: %v", err)
	}
}

// rebuilding swaps an index while it is asked.
func (c *contract) rebuilding(t *testing.T) {
	gen := &Generator{Seed: 2, Now: now, Small: true}
	ix := c.open(t)
	c.build(t, ix, gen.Listings(0, 50), 1)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	asked := make(chan struct{})
	wg.Go(func() {
		var once sync.Once
		for {
			select {
			case <-stop:
				return
			default:
			}
			res, err := ix.Find(t.Context(), market.Query{Now: now})
			if err != nil || res.Total != 50 && res.Total != 80 {
				t.Errorf("while rebuilding: total %d, %v; want 50 or 80", res.Total, err)
			}
			once.Do(func() { close(asked) })
		}
	})
	<-asked
	err := ix.Rebuild(t.Context(), seq(gen.Listings(100, 180)), 7)
	close(stop)
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	c.settle()
	check := func() {
		t.Helper()
		res, err := ix.Find(t.Context(), market.Query{Now: now})
		if err != nil || res.Total != 80 {
			t.Errorf("after rebuilding: %d, %v; want 80", res.Total, err)
		}
		if n, err := ix.Cursor(t.Context()); err != nil || n != 7 {
			t.Errorf("after rebuilding the cursor is %d, %v; want 7", n, err)
		}
	}
	check()
	// A rebuilding that fails half-way leaves the index as it was.
	broken := errors.New("the store is gone")
	err = ix.Rebuild(t.Context(), func(yield func(market.Listing, error) bool) {
		for _, l := range gen.Listings(0, 30) {
			if !yield(l, nil) {
				return
			}
		}
		yield(market.Listing{}, broken)
	}, 9)
	if !errors.Is(err, broken) {
		t.Errorf("a rebuilding that fails gives %v, want its cause", err)
	}
	c.settle()
	check()
}

package searchtest

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

// Memory is the oracle: an engine that looks at every listing for every
// question. It is for tests, and for what needs some engine in a test.
type Memory struct {
	analyzer *search.Analyzer

	mu     sync.RWMutex
	built  bool
	cursor int64
	docs   map[string]memoryDoc
}

type memoryDoc struct {
	l market.Listing
	d search.Document
}

// NewMemory gives an oracle that has yet to be built.
func NewMemory(a *search.Analyzer) *Memory { return &Memory{analyzer: a} }

func (m *Memory) doc(l market.Listing) memoryDoc { return memoryDoc{l, m.analyzer.Document(l)} }

// Find answers by the meaning of Query and Words alone.
func (m *Memory) Find(ctx context.Context, q market.Query, without ...string) (search.Result, error) {
	if err := ctx.Err(); err != nil {
		return search.Result{}, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	if !m.built {
		return search.Result{}, search.ErrRebuild
	}
	groups, facets := m.all(q, without)
	res := search.Result{Total: len(groups), Facets: facets}
	from := min(q.Offset(), len(groups))
	res.Groups = groups[from:min(from+market.PerPage, len(groups))]
	return res, nil
}

// all gives all hits in order, and the facets. mu is held.
func (m *Memory) all(q market.Query, without []string) ([]string, market.Facets) {
	words := m.analyzer.Words(q.Text)
	var found []memoryDoc
	for _, d := range m.docs {
		if words.MatchTypos(d.d) {
			found = append(found, d)
		}
	}
	counts := facets(q, found)
	hits := slices.DeleteFunc(found, func(d memoryDoc) bool {
		return !q.Filter(d.l) || slices.Contains(without, d.l.Group)
	})
	order := map[string]int{}
	for _, d := range hits {
		switch q.Order() {
		case market.SortPay:
			order[d.l.Group] = -int(d.l.Pay.USD)
		case market.SortBest:
			order[d.l.Group] = cost(words, d.d)
		}
	}
	slices.SortFunc(hits, func(a, b memoryDoc) int {
		return cmp.Or(cmp.Compare(order[a.l.Group], order[b.l.Group]), b.l.Date().Compare(a.l.Date()), strings.Compare(a.l.Group, b.l.Group))
	})
	groups := make([]string, len(hits))
	for i, d := range hits {
		groups[i] = d.l.Group
	}
	return groups, counts
}

// cost is less for better hits: typos first, then where the words stand.
func cost(w search.Words, d search.Document) int {
	sum := 0
	for _, t := range w.Must {
		best := 1 << 20
		for i, f := range d.Fields() {
			for _, word := range slices.Concat(f.Words, f.Extra) {
				if typos, ok := t.Hit(word); ok {
					c := typos<<10 + i<<1
					if typos == 0 && word != t.Word {
						c++ // only the beginning
					}
					best = min(best, c)
				}
			}
		}
		sum += best
	}
	for _, p := range w.Phrases {
		for i, f := range d.Fields() {
			if (search.Document{Title: *f}).Has(p) {
				sum += i << 1
				break
			}
		}
	}
	return sum
}

// facets counts by asking each query that a facet stands for.
func facets(q market.Query, found []memoryDoc) market.Facets {
	out := market.Facets{}
	count := func(facet, value string, q market.Query) {
		if out[facet] == nil {
			out[facet] = map[string]int{}
		}
		out[facet][value] += 0
		for _, d := range found {
			if q.Filter(d.l) {
				out[facet][value]++
			}
		}
	}
	for _, facet := range market.FacetNames {
		values := market.FacetValues(facet)
		switch facet {
		case "kept":
			out[facet] = map[string]int{}
			for _, d := range found {
				if q.Filter(d.l) {
					out[facet][string(q.Standing(d.l))]++
				}
			}
			continue
		case "source", "category":
			occur := map[string]bool{}
			for _, d := range found {
				if facet == "category" && d.l.Category != "" {
					occur[string(d.l.Category)] = true
				}
				if facet == "source" {
					for _, s := range d.l.Sources() {
						occur[s] = true
					}
				}
			}
			values = slices.Sorted(maps.Keys(occur))
			out[facet] = map[string]int{}
		}
		for _, v := range values {
			count(facet, v, q.With(facet, v))
		}
	}
	return out
}

// Apply puts and deletes listings.
func (m *Memory) Apply(ctx context.Context, put []market.Listing, del []string, upto int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.built {
		return search.ErrRebuild
	}
	for _, g := range del {
		delete(m.docs, g)
	}
	for _, l := range put {
		m.docs[l.Group] = m.doc(l)
	}
	m.cursor = upto
	return nil
}

// Cursor is what the last change said.
func (m *Memory) Cursor(ctx context.Context) (int64, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if !m.built {
		return 0, search.ErrRebuild
	}
	return m.cursor, nil
}

// Rebuild takes all listings in place of those that it has.
func (m *Memory) Rebuild(ctx context.Context, all iter.Seq2[market.Listing, error], upto int64) error {
	docs := map[string]memoryDoc{}
	for l, err := range all {
		if err != nil {
			return err
		}
		docs[l.Group] = m.doc(l)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.docs, m.cursor, m.built = docs, upto, true
	return nil
}

// Stats counts the listings.
func (m *Memory) Stats(ctx context.Context) (search.Stats, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return search.Stats{Documents: int64(len(m.docs)), DiskBytes: 0}, nil
}

// Close does nothing.
func (m *Memory) Close() error { return nil }

package local

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

// maxTypos is how many misspelt words of a segment a term may stand for: the
// nearest, and of these the most frequent.
const maxTypos = 100

// rerank is how many of the best hits are put in order by how near the words
// stand to each other.
const rerank = 100

var arenas = sync.Pool{New: func() any { return new(arena) }}

// Find answers a query.
//
// Typos are mended where a term is rare as it is spelled: in fewer than 10
// documents and fewer than one in a thousand. A common word is meant as it
// is, and would only be watered down by its neighbours.
func (x *Index) Find(ctx context.Context, q market.Query, without ...string) (search.Result, error) {
	if err := ctx.Err(); err != nil {
		return search.Result{}, err
	}
	words := x.analyzer.Words(q.Text)
	a := arenas.Get().(*arena)
	defer func() { a.reset(); arenas.Put(a) }()

	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.unusable != nil {
		return search.Result{}, x.unusable
	}
	f := &finding{ctx: ctx, q: q, words: words, a: a, segments: x.segments()}
	f.terms()
	res := search.Result{Facets: noFacets()}
	need := q.Offset() + market.PerPage
	best := q.Order() == market.SortBest && len(words.Must)+len(words.Phrases) > 0
	if best && len(words.Must) > 1 && q.Offset() < rerank {
		need = max(need, rerank)
	}
	var hits []hit
	for i := range f.segments {
		found, err := f.found(i)
		if err != nil {
			return search.Result{}, err
		}
		if found == nil {
			continue
		}
		s := f.segments[i].cols()
		set := a.copy(found, s.len())
		var filter [filters]bits
		for k := range filter {
			if filter[k] = s.filter(a, q, k); filter[k] != nil {
				set.and(filter[k])
			}
		}
		s.count(a, q, res.Facets, found, set, &filter)
		if len(without) > 0 {
			set = a.copy(set, s.len())
			for _, id := range without {
				if doc, ok := f.segments[i].doc(id); ok {
					set[doc/64] &^= 1 << (doc % 64)
				}
			}
		}
		n := set.count()
		res.Total += n
		if n == 0 {
			continue
		}
		hits = f.top(hits, i, set, need, best)
	}
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(b.date, a.date), strings.Compare(a.id, b.id))
	})
	if best && len(words.Must) > 1 && q.Offset() < rerank {
		if err := f.nearest(hits[:min(len(hits), rerank)]); err != nil {
			return search.Result{}, err
		}
	}
	for i := q.Offset(); i < min(q.Offset()+market.PerPage, len(hits)); i++ {
		res.Groups = append(res.Groups, hits[i].id)
	}
	return res, nil
}

// finding is one query on its way through the segments.
type finding struct {
	ctx      context.Context
	q        market.Query
	words    search.Words
	a        *arena
	segments []live
	// hitsOf are by segment and term.
	hitsOf [][]termHits
}

// termHits is where a term stands in a segment: classes of documents in
// falling merit, each with its cost, and their union.
type termHits struct {
	any     bits
	classes []class
	// numbers are the term's words in texts, beginnings left out.
	numbers []uint32
}

type class struct {
	cost int
	docs bits
}

// The cost of a hit: typos weigh more than anything else, then where the
// word stands, then whether it is the word or only begins like it.
const (
	costTypo   = 1 << 10
	costSkills = 2
	costText   = 4
	costPrefix = 1
)

func (t *termHits) add(p *places, cost int) {
	t.any.or(p.any)
	t.classes = append(t.classes,
		class{cost, p.title}, class{cost + costSkills, p.skills}, class{cost + costText, p.any})
}

// terms looks all plain words up in all segments.
func (f *finding) terms() {
	f.hitsOf = make([][]termHits, len(f.segments))
	for i := range f.segments {
		f.hitsOf[i] = make([]termHits, len(f.words.Must))
	}
	for k, t := range f.words.Must {
		if !f.spelled(k, t) {
			continue
		}
		for i, s := range f.segments {
			f.typos(&f.hitsOf[i][k], s, t)
		}
	}
}

// spelled finds a term as it is spelled, and says whether its typos are to be
// mended too.
func (f *finding) spelled(k int, t search.Term) (mend bool) {
	documents, known := 0, 0
	for i, s := range f.segments {
		h := &f.hitsOf[i][k]
		n := s.cols().len()
		h.any = f.a.get(n)
		if r, ok := s.word(t.Word); ok {
			p := newPlaces(f.a, n)
			s.places(r, p)
			h.add(p, 0)
			h.numbers = append(h.numbers, s.number(r))
		}
		if t.Prefix {
			p := newPlaces(f.a, n)
			s.prefixed(t.Word, p)
			h.add(p, costPrefix)
		}
		known += h.any.count()
		documents += n
	}
	return t.Typos > 0 && known < max(10, documents/1000)
}

// Mends reports whether Find mends a term's typos at present. While the index
// must be rebuilt it says yes.
func (x *Index) Mends(t search.Term) bool {
	a := arenas.Get().(*arena)
	defer func() { a.reset(); arenas.Put(a) }()
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.unusable != nil {
		return t.Typos > 0
	}
	f := &finding{a: a, segments: x.segments()}
	f.hitsOf = make([][]termHits, len(f.segments))
	for i := range f.segments {
		f.hitsOf[i] = make([]termHits, 1)
	}
	return f.spelled(0, t)
}

func (f *finding) typos(h *termHits, s live, t search.Term) {
	near := s.similar(t.Word, t.Typos)
	if len(near) > maxTypos {
		slices.SortStableFunc(near, func(a, b nearWord) int {
			return cmp.Or(cmp.Compare(a.typos, b.typos), cmp.Compare(s.count(b.ref), s.count(a.ref)))
		})
		near = near[:maxTypos]
	}
	for typos := 1; typos <= t.Typos; typos++ {
		var p *places
		for _, w := range near {
			if w.typos != typos {
				continue
			}
			if p == nil {
				p = newPlaces(f.a, s.cols().len())
			}
			s.places(w.ref, p)
			h.numbers = append(h.numbers, s.number(w.ref))
		}
		if p != nil {
			h.add(p, typos*costTypo)
		}
	}
}

// found is the documents of a segment that have the query's words; nil where
// there are none.
func (f *finding) found(i int) (bits, error) {
	s := f.segments[i]
	n := s.cols().len()
	if n == 0 {
		return nil, nil
	}
	out := f.a.get(n).fill(n).not(s.dead)
	for k := range f.hitsOf[i] {
		out.and(f.hitsOf[i][k].any)
	}
	for _, p := range f.words.Phrases {
		row, err := f.phrase(i, p, out)
		if err != nil {
			return nil, err
		}
		if row == nil {
			return nil, nil
		}
		f.hitsOf[i] = append(f.hitsOf[i], *row)
		out.and(row.any)
	}
	for _, p := range f.words.Not {
		row, err := f.phrase(i, p, out)
		if err != nil {
			return nil, err
		}
		if row != nil {
			out.not(row.any)
		}
	}
	if out.empty() {
		return nil, nil
	}
	return out, nil
}

// phrase is where, among some documents, words stand in a row; nil where
// they do not. Where is reckoned by the words: in the title if all are there.
func (f *finding) phrase(i int, words []string, among bits) (*termHits, error) {
	s := f.segments[i]
	n := s.cols().len()
	var all *places
	var numbers []uint32
	for _, w := range words {
		r, ok := s.word(w)
		if !ok {
			return nil, nil
		}
		p := newPlaces(f.a, n)
		s.places(r, p)
		numbers = append(numbers, s.number(r))
		if all == nil {
			all = p
			continue
		}
		all.any.and(p.any)
		all.title.and(p.title)
		all.skills.and(p.skills)
	}
	all.any.and(among)
	read := len(words) > 2 // whether the texts must be read
	for k := 1; k < len(words); k++ {
		if row := f.a.get(n); s.pair(numbers[k-1], numbers[k], row) {
			all.any.and(row)
		} else {
			read = true
		}
	}
	if read {
		if err := f.inRow(s, newPhrase(numbers), all.any); err != nil {
			return nil, err
		}
	}
	h := &termHits{any: f.a.get(n)}
	h.add(all, 0)
	return h, nil
}

// many is how many documents are worth reading on all processors.
const many = 4096

// inRow leaves out of a set the documents whose text does not have a phrase.
func (f *finding) inRow(s segment, p phrase, set bits) error {
	count := set.count()
	parts := 1
	if count > many {
		parts = runtime.GOMAXPROCS(0)
	}
	var group errgroup.Group
	size := (len(set) + parts - 1) / parts
	for from := 0; from < len(set); from += size {
		group.Go(func() error {
			texts := s.texts()
			if count > s.cols().len()/16 {
				texts.dense()
			}
			part := set[from:min(from+size, len(set))]
			var err error
			looked := 0
			part.each(func(i uint32) bool {
				var text []byte
				if text, err = texts.text(uint32(from)*64 + i); err != nil {
					return false
				}
				if !p.in(text) {
					part[i/64] &^= 1 << (i % 64)
				}
				if looked++; looked%1024 == 0 {
					err = f.ctx.Err()
				}
				return err == nil
			})
			return err
		})
	}
	return group.Wait()
}

// hit is a document on its way to the page.
type hit struct {
	segment int
	doc     uint32
	cost    int64
	date    int64
	id      string
}

// top appends the hits of a segment that may stand among the first need.
func (f *finding) top(hits []hit, i int, set bits, need int, best bool) []hit {
	s := f.segments[i].cols()
	add := func(docs []uint32, cost func(doc uint32) int64) {
		for _, doc := range docs {
			hits = append(hits, hit{i, doc, cost(doc), s.dates[doc], s.ids[doc]})
		}
	}
	switch {
	case f.q.Order() == market.SortPay:
		add(s.best(nil, set, need), func(doc uint32) int64 { return -s.usd[doc] })
	case !best:
		add(s.first(nil, set, need), func(uint32) int64 { return 0 })
	default:
		left := need
		for _, c := range f.byCost(i, set) {
			if left <= 0 {
				break
			}
			docs := s.first(nil, c.docs, left)
			left -= len(docs)
			add(docs, func(uint32) int64 { return int64(c.cost) })
		}
	}
	return hits
}

// byCost parts a set into classes by the sum of the terms' costs, the least
// first. Each document counts with its best place for each term.
func (f *finding) byCost(i int, set bits) []class {
	n := f.segments[i].cols().len()
	levels := []class{{0, set}}
	for k := range f.hitsOf[i] {
		classes := f.hitsOf[i][k].classes
		slices.SortStableFunc(classes, func(a, b class) int { return cmp.Compare(a.cost, b.cost) })
		var next []class
		for _, l := range levels {
			rest := f.a.copy(l.docs, n)
			for _, c := range classes {
				here := f.a.copy(rest, n).and(c.docs)
				if here.empty() {
					continue
				}
				rest.not(here)
				cost := l.cost + c.cost
				if at := slices.IndexFunc(next, func(o class) bool { return o.cost == cost }); at >= 0 {
					next[at].docs.or(here)
				} else {
					next = append(next, class{cost, here})
				}
				if rest.empty() {
					break
				}
			}
		}
		levels = next
	}
	slices.SortFunc(levels, func(a, b class) int { return cmp.Compare(a.cost, b.cost) })
	return levels
}

// far is the distance from which on words are not near each other.
const far = 8

// nearest puts hits of equal cost in order by how near the words stand to
// each other in the order asked, and leaves equals in their order.
func (f *finding) nearest(hits []hit) error {
	readers := make([]texts, len(f.segments))
	apart := make([]int, len(hits))
	order := make([]int, len(hits))
	for n, h := range hits {
		order[n] = n
		if readers[h.segment] == nil {
			readers[h.segment] = f.segments[h.segment].texts()
		}
		text, err := readers[h.segment].text(h.doc)
		if err != nil {
			return err
		}
		if apart[n], err = distance(text, f.hitsOf[h.segment][:len(f.words.Must)]); err != nil {
			return err
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(hits[a].cost, hits[b].cost), cmp.Compare(apart[a], apart[b]))
	})
	sorted := make([]hit, len(hits))
	for n, o := range order {
		sorted[n] = hits[o]
	}
	copy(hits, sorted)
	return nil
}

// distance sums up how far each term stands from the one before it where
// they are nearest, one more where they stand the other way round, at most
// far for each.
func distance(text []byte, terms []termHits) (int, error) {
	var seen [search.MaxWords]int // where a term was last, from 1
	var near [search.MaxWords]int
	for i := range near {
		near[i] = far
	}
	// Most words of a text are none of the terms: their last six bits tell.
	var tails uint64
	for _, t := range terms {
		for _, n := range t.numbers {
			tails |= 1 << (n % 64)
		}
	}
	at := 0
	err := eachNumber(text, func(n uint32) {
		at++
		if n == 0 {
			at += far
			return
		}
		if tails>>(n%64)&1 == 0 {
			return
		}
		for k := range terms {
			if !slices.Contains(terms[k].numbers, n) {
				continue
			}
			seen[k] = at
			if k > 0 && seen[k-1] > 0 {
				near[k] = min(near[k], at-seen[k-1])
			}
			if k+1 < len(terms) && seen[k+1] > 0 {
				near[k+1] = min(near[k+1], at-seen[k+1]+1)
			}
		}
	})
	sum := 0
	for k := 1; k < len(terms); k++ {
		sum += near[k]
	}
	return sum, err
}

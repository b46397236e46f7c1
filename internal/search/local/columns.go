package local

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// columns are what the documents of a segment are filtered, counted and
// sorted by: a set of documents for each value, and arrays for what is
// compared. Documents are numbered from 0 in the order of their adding.
type columns struct {
	ids   []string
	dates []int64 // milliseconds since 1970
	usd   []int64 // cents, 0 where not stated

	level   [4]bits // not stated, then market.Levels
	english [5]bits // by rank
	// levelBy and englishBy are by standing: none, estimated, stated.
	levelBy   [3]bits
	englishBy [3]bits
	pay       [5]bits // as market.PayKinds
	category  named
	source    named
	// elsewhere are those that limit the countries, country those of them
	// that take one.
	elsewhere bits
	country   named
	warned    bits

	// newest says that the documents are numbered by date, newest first, and
	// by id where the dates are equal.
	newest bool
	// byPay are the document numbers by pay, highest first; only kept where
	// newest is true.
	byPay []uint32
	// byID are the document numbers by id; only kept where newest is true.
	byID []uint32
}

// named are sets by name, in the order of their first use.
type named struct {
	names []string
	sets  []bits
}

func (n *named) set(name string, doc uint32) {
	i := slices.Index(n.names, name)
	if i < 0 {
		i = len(n.names)
		n.names = append(n.names, strings.Clone(name))
		n.sets = append(n.sets, nil)
	}
	n.sets[i].set(doc)
}

func (n *named) get(name string) bits {
	if i := slices.Index(n.names, name); i >= 0 {
		return n.sets[i]
	}
	return nil
}

func (c *columns) len() int { return len(c.ids) }

// row is a listing as the index keeps it, beside its words.
type row struct {
	id                 string
	date, usd          int64
	level, english     byte
	levelBy, englishBy byte
	pay                byte
	limited, warned    bool
	category           string
	sources, countries []string
}

func standing[V ~string](l market.Label[V]) byte {
	switch {
	case l.Value == "":
		return 0
	case l.Basis.Stated():
		return 2
	}
	return 1
}

func rowOf(l market.Listing) row {
	r := row{
		id:        l.Group,
		date:      l.Date().UnixMilli(),
		usd:       l.Pay.USD,
		level:     byte(slices.Index(market.Levels, l.Level.Value) + 1),
		english:   byte(l.English.Value.Rank()),
		levelBy:   standing(l.Level),
		englishBy: standing(l.English),
		pay:       byte(max(slices.Index(market.PayKinds, l.Pay.Facet()), 0)),
		limited:   l.Apply.Where == market.WhereCountries,
		warned:    len(l.Warnings) > 0,
		category:  string(l.Category),
		sources:   l.Sources(),
	}
	if r.limited {
		r.countries = l.Apply.Countries
	}
	return r
}

// encode appends the row in the form that decode reads.
func (r row) encode(b []byte) []byte {
	text := func(s string) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	texts := func(list []string) {
		b = binary.AppendUvarint(b, uint64(len(list)))
		for _, s := range list {
			text(s)
		}
	}
	flags := byte(0)
	if r.limited {
		flags |= 1
	}
	if r.warned {
		flags |= 2
	}
	text(r.id)
	b = binary.AppendVarint(b, r.date)
	b = binary.AppendVarint(b, r.usd)
	b = append(b, r.level, r.english, r.levelBy, r.englishBy, r.pay, flags)
	text(r.category)
	texts(r.sources)
	texts(r.countries)
	return b
}

var errRow = errors.New("a document's row cannot be read")

// decodeRow reads a row; its strings are parts of s.
func decodeRow(s string) (r row, err error) {
	pos := 0
	defer func() {
		// What is out of range is a broken row, and there is no other cause.
		if recover() != nil {
			err = errRow
		}
	}()
	uvarint := func() uint64 {
		var v uint64
		for shift := 0; ; shift += 7 {
			c := s[pos]
			pos++
			v |= uint64(c&0x7f) << shift
			if c < 0x80 {
				return v
			}
		}
	}
	varint := func() int64 {
		v := uvarint()
		return int64(v>>1) ^ -int64(v&1)
	}
	text := func() string {
		n := int(uvarint())
		pos += n
		return s[pos-n : pos]
	}
	texts := func() []string {
		list := make([]string, min(uvarint(), 1000))
		for i := range list {
			list[i] = text()
		}
		return list
	}
	one := func(limit byte) byte {
		c := s[pos]
		pos++
		if c > limit {
			panic(errRow)
		}
		return c
	}
	r.id = text()
	r.date, r.usd = varint(), varint()
	r.level, r.english, r.levelBy, r.englishBy, r.pay = one(3), one(4), one(2), one(2), one(4)
	flags := one(3)
	r.limited, r.warned = flags&1 != 0, flags&2 != 0
	r.category = text()
	r.sources, r.countries = texts(), texts()
	return r, nil
}

// add gives a row the next document number.
func (c *columns) add(r row) uint32 {
	doc := uint32(len(c.ids))
	c.ids = append(c.ids, r.id)
	c.dates = append(c.dates, r.date)
	c.usd = append(c.usd, r.usd)
	c.level[r.level].set(doc)
	c.english[r.english].set(doc)
	c.levelBy[r.levelBy].set(doc)
	c.englishBy[r.englishBy].set(doc)
	c.pay[r.pay].set(doc)
	if r.category != "" {
		c.category.set(r.category, doc)
	}
	for _, s := range r.sources {
		c.source.set(s, doc)
	}
	if r.limited {
		c.elsewhere.set(doc)
		for _, s := range r.countries {
			c.country.set(s, doc)
		}
	}
	if r.warned {
		c.warned.set(doc)
	}
	return doc
}

// settle makes the arrays that need all documents to be there, in order.
func (c *columns) settle() {
	c.newest = true
	n := c.len()
	c.byPay, c.byID = make([]uint32, n), make([]uint32, n)
	for i := range n {
		c.byPay[i], c.byID[i] = uint32(i), uint32(i)
	}
	slices.SortFunc(c.byPay, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(c.usd[b], c.usd[a]), cmp.Compare(a, b))
	})
	slices.SortFunc(c.byID, func(a, b uint32) int { return strings.Compare(c.ids[a], c.ids[b]) })
}

// number finds the document of an id, where byID is kept.
func (c *columns) number(id string) (uint32, bool) {
	i, ok := slices.BinarySearchFunc(c.byID, id, func(doc uint32, id string) int { return strings.Compare(c.ids[doc], id) })
	if !ok {
		return 0, false
	}
	return c.byID[i], true
}

// The filters of a query that can be on or off by themselves.
const (
	byLevel = iota
	byEnglish
	byStated
	byCategory
	bySource
	byPayKind
	byMin
	byDays
	byFrom
	byWarn
	filters
)

// filter is the set that one filter of q lets pass; nil where it is off.
func (c *columns) filter(a *arena, q market.Query, which int) bits {
	n := c.len()
	any := func(sets ...bits) bits {
		out := a.get(n)
		for _, s := range sets {
			out.or(s)
		}
		return out
	}
	switch which {
	case byLevel:
		if q.Level != "" {
			return any(c.level[0], c.level[slices.Index(market.Levels, q.Level)+1])
		}
	case byEnglish:
		if q.English != "" {
			return any(c.english[:q.English.Rank()+1]...)
		}
	case byStated:
		if q.Stated {
			return c.standing(a, q, 2)
		}
	case byCategory:
		if len(q.Categories) > 0 {
			out := a.get(n)
			for _, v := range q.Categories {
				out.or(c.category.get(string(v)))
			}
			return out
		}
	case bySource:
		if len(q.Sources) > 0 {
			out := a.get(n)
			for _, v := range q.Sources {
				out.or(c.source.get(v))
			}
			return out
		}
	case byPayKind:
		if len(q.Pays) > 0 {
			out := a.get(n)
			for _, v := range q.Pays {
				if i := slices.Index(market.PayKinds, v); i >= 0 {
					out.or(c.pay[i])
				}
			}
			return out
		}
	case byMin:
		if q.MinUSD > 0 {
			return c.atLeast(a.get(n), q.MinUSD*100)
		}
	case byDays:
		if q.Days > 0 {
			return c.since(a.get(n), q.Since())
		}
	case byFrom:
		if q.From != "" {
			return c.openTo(a.get(n), q.From)
		}
	case byWarn:
		switch q.Warn {
		case market.WarnWithout:
			return a.get(n).fill(n).not(c.warned)
		case market.WarnOnly:
			return any(c.warned)
		}
	}
	return nil
}

// standing is where Query.Standing is none (0), estimate (1) or stated (2).
func (c *columns) standing(a *arena, q market.Query, want int) bits {
	n := c.len()
	switch {
	case q.Level != "" && q.English == "":
		return a.copy(c.levelBy[want], n)
	case q.Level == "" && q.English != "":
		return a.copy(c.englishBy[want], n)
	}
	// The weaker of both labels, or the stronger where neither is asked for:
	// those who have it in one of them, and nothing worse (better) in the other.
	out := a.copy(c.levelBy[want], n).or(c.englishBy[want])
	for s := range 3 {
		if q.Level != "" && s < want || q.Level == "" && s > want {
			out.not(c.levelBy[s]).not(c.englishBy[s])
		}
	}
	return out
}

// atLeast puts those into the empty set out that pay so many cents or more.
func (c *columns) atLeast(out bits, cents int64) bits {
	if c.newest {
		k, _ := slices.BinarySearchFunc(c.byPay, cents, func(doc uint32, cents int64) int {
			if c.usd[doc] >= cents {
				return -1
			}
			return 1
		})
		for _, doc := range c.byPay[:k] {
			out[doc/64] |= 1 << (doc % 64)
		}
		return out
	}
	for doc, v := range c.usd {
		if v >= cents {
			out[doc/64] |= 1 << (doc % 64)
		}
	}
	return out
}

// since puts those into the empty set out that are dated t or later.
func (c *columns) since(out bits, t time.Time) bits {
	ms := t.UnixMilli()
	if t.After(time.UnixMilli(ms)) {
		ms++
	}
	if c.newest {
		k, _ := slices.BinarySearchFunc(c.dates, ms, func(date, ms int64) int {
			if date >= ms {
				return -1
			}
			return 1
		})
		return out.fill(k)
	}
	for doc, v := range c.dates {
		if v >= ms {
			out[doc/64] |= 1 << (doc % 64)
		}
	}
	return out
}

// openTo puts those into the empty set out that do not say no to a country.
func (c *columns) openTo(out bits, country string) bits {
	return out.fill(c.len()).not(c.elsewhere).or(c.country.get(country))
}

// count adds this segment's counts of a query to f. found has the words of
// the query, hits its filters as well; sets are the filters by number.
func (c *columns) count(a *arena, q market.Query, f market.Facets, found, hits bits, sets *[filters]bits) {
	n := c.len()
	// but is what is left when some filters are taken off.
	but := func(off ...int) bits {
		if !slices.ContainsFunc(off, func(i int) bool { return sets[i] != nil }) {
			return hits
		}
		out := a.copy(found, n)
		for i, s := range sets {
			if s != nil && !slices.Contains(off, i) {
				out.and(s)
			}
		}
		return out
	}

	// Which labels a query asks about decides what "stated" means, so the
	// choice of a label takes that filter's set along.
	labels := func(facet string, which int, value func(i int) string, sets []bits, upward bool) {
		left := but(which, byStated)
		counts := func(x bits) (all int, each [5]int) {
			for i, s := range sets {
				each[i] = x.countAnd(s)
			}
			return x.count(), each
		}
		all, each := counts(left)
		for i := range sets {
			v := value(i)
			if q.Stated {
				all, each = counts(c.standing(a, q.With(facet, v), 2).and(left))
			}
			switch {
			case v == "":
				f[facet][v] += all
			case upward:
				for _, k := range each[:i+1] {
					f[facet][v] += k
				}
			default:
				f[facet][v] += each[0] + each[i]
			}
		}
	}
	labels("level", byLevel, func(i int) string {
		if i == 0 {
			return ""
		}
		return string(market.Levels[i-1])
	}, c.level[:], false)
	labels("english", byEnglish, func(i int) string {
		if i == 0 {
			return ""
		}
		return string(market.Englishes[i-1])
	}, c.english[:], true)

	f["stated"]["1"] += but(byStated).countAnd(c.standing(a, q, 2))
	for i, s := range []market.Standing{market.StandingNone, market.StandingEstimate, market.StandingStated} {
		if k := hits.countAnd(c.standing(a, q, i)); k > 0 {
			f["kept"][string(s)] += k
		}
	}
	x := but(byCategory)
	for i, v := range c.category.names {
		if k := x.countAnd(c.category.sets[i]); k > 0 {
			f["category"][v] += k
		}
	}
	x = but(bySource)
	for i, v := range c.source.names {
		if k := x.countAnd(c.source.sets[i]); k > 0 {
			f["source"][v] += k
		}
	}
	x = but(byPayKind)
	for i, v := range market.PayKinds {
		f["pay"][string(v)] += x.countAnd(c.pay[i])
	}
	x = but(byDays)
	for _, v := range market.FacetValues("days") {
		if d := q.With("days", v); d.Days == 0 {
			f["days"][v] += x.count()
		} else {
			f["days"][v] += x.countAnd(c.since(a.get(n), d.Since()))
		}
	}
	x = but(byFrom)
	all := x.count()
	anywhere := all - x.countAnd(c.elsewhere)
	for _, v := range market.FacetValues("from") {
		if v == "" {
			f["from"][v] += all
		} else {
			f["from"][v] += anywhere + x.countAnd(c.country.get(v)) // see openTo
		}
	}
	x = but(byWarn)
	all, warned := x.count(), x.countAnd(c.warned)
	f["warn"][""] += all
	f["warn"]["0"] += all - warned
	f["warn"]["1"] += warned
}

// noFacets are all facets with nothing counted.
func noFacets() market.Facets {
	f := market.Facets{}
	for _, name := range market.FacetNames {
		f[name] = map[string]int{}
		for _, v := range market.FacetValues(name) {
			f[name][v] = 0
		}
	}
	return f
}

// first appends the documents of a set to out, newest first, at most n.
func (c *columns) first(out []uint32, set bits, n int) []uint32 {
	if n <= 0 {
		return out
	}
	if c.newest {
		set.each(func(doc uint32) bool {
			out = append(out, doc)
			n--
			return n > 0
		})
		return out
	}
	from := len(out)
	set.each(func(doc uint32) bool { out = append(out, doc); return true })
	slices.SortFunc(out[from:], c.byDate)
	return out[:min(len(out), from+n)]
}

func (c *columns) byDate(a, b uint32) int {
	return cmp.Or(cmp.Compare(c.dates[b], c.dates[a]), strings.Compare(c.ids[a], c.ids[b]))
}

// best appends the documents of a set to out by pay, at most n.
func (c *columns) best(out []uint32, set bits, n int) []uint32 {
	if c.newest {
		left := set.count()
		for _, doc := range c.byPay {
			if left == 0 || len(out) >= n {
				break
			}
			if set.has(doc) {
				out = append(out, doc)
				left--
			}
		}
		return out
	}
	set.each(func(doc uint32) bool { out = append(out, doc); return true })
	slices.SortFunc(out, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(c.usd[b], c.usd[a]), c.byDate(a, b))
	})
	return out[:min(len(out), n)]
}

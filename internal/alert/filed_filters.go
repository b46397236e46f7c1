package alert

import (
	"math/bits"
	"slices"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// filters are the distinct filters of a set of searches, numbered, and tell
// which of them a listing passes. A listing passes a query's filter where it
// passes each of its conditions, so each condition is looked at once for all
// filters that have it.
type filters struct {
	numbers map[string]uint32 // by appendFilter
	list    []filter
	free    []uint32
	live    set
	// lone is the group that asks for a filter alone, by filter, none where
	// there is none. withLone are the filters that have one, withEntries those
	// with other groups that need no feature.
	lone                  []uint32
	withLone, withEntries set

	categories, sources, pays choices
	// conditions are those with few values: filters that share one.
	conditions map[condition]set
	least      least

	buf    []byte
	wanted set
}

// filter is a filter that has a number.
type filter struct {
	key string
	// uses is how many groups have it.
	uses int
	// cents are the least pay that it asks for, 0 for any.
	cents int64
	// entries are its groups that need no feature and may not have some.
	entries []entry
}

// condition is a part of a query's filter that has few values.
type condition struct {
	level   market.Level
	english market.English
	stated  standing
	days    int
	from    string
	warn    market.Warn
}

// standing is what is asked of a listing's Standing, which goes by what a
// query filters by and not by which values it wants.
type standing struct{ stated, level, english bool }

// conditionsOf are a query's conditions of this kind.
func conditionsOf(q market.Query) []condition {
	var stated standing
	if q.Stated {
		stated = standing{true, q.Level != "", q.English != ""}
	}
	return slices.DeleteFunc([]condition{
		{level: q.Level},
		{english: q.English},
		{stated: stated},
		{days: max(q.Days, 0)},
		{from: q.From},
		{warn: q.Warn},
	}, func(c condition) bool { return c == condition{} })
}

// passes judges the condition alone.
func (c condition) passes(l market.Listing, now time.Time) bool {
	q := market.Query{Level: c.level, English: c.english, Days: c.days, From: c.from, Warn: c.warn, Now: now}
	if c.stated.level {
		q.Level = market.Entry
	}
	if c.stated.english {
		q.English = market.Basic
	}
	if c.stated.stated {
		return q.Standing(l) == market.StandingStated
	}
	return q.Filter(l)
}

func newFilters() *filters {
	return &filters{
		numbers:    map[string]uint32{},
		categories: choices{of: map[string]set{}},
		sources:    choices{of: map[string]set{}},
		pays:       choices{of: map[string]set{}},
		conditions: map[condition]set{},
	}
}

// intern gives the number of a query's filter. A new one stays until it was
// kept and let go.
func (x *filters) intern(q market.Query) uint32 {
	x.buf = appendFilter(x.buf[:0], q)
	if n, ok := x.numbers[string(x.buf)]; ok {
		return n
	}
	n := uint32(len(x.list))
	if k := len(x.free); k > 0 {
		n, x.free = x.free[k-1], x.free[:k-1]
	} else {
		x.list = append(x.list, filter{})
		x.lone = append(x.lone, none)
	}
	key := string(x.buf)
	x.list[n].key = key
	x.numbers[key] = n
	x.live.add(n)
	choose(&x.categories, n, q.Categories)
	choose(&x.sources, n, q.Sources)
	choose(&x.pays, n, q.Pays)
	for _, c := range conditionsOf(q) {
		s := x.conditions[c]
		s.add(n)
		x.conditions[c] = s
	}
	// Beyond all reason the cents are negative, and Filter then asks for none.
	if cents := q.MinUSD * 100; q.MinUSD > 0 && cents > 0 {
		x.list[n].cents = cents
		x.least.add(n, cents)
	}
	return n
}

// keep notes one more use of a filter.
func (x *filters) keep(n uint32) { x.list[n].uses++ }

// letGo takes one use of a filter back. What is used no more goes.
func (x *filters) letGo(n uint32) {
	f := &x.list[n]
	if f.uses--; f.uses > 0 {
		return
	}
	delete(x.numbers, f.key)
	if f.cents > 0 {
		x.least.drop(n, f.cents)
	}
	*f = filter{}
	x.free = append(x.free, n)
	x.live.drop(n)
	for _, c := range []*choices{&x.categories, &x.sources, &x.pays} {
		c.drop(n)
	}
	for _, s := range x.conditions {
		s.drop(n)
	}
}

// pass makes out the set of the filters that a listing passes.
func (x *filters) pass(l market.Listing, now time.Time, out *set) {
	*out = append((*out)[:0], x.live...)
	x.categories.pass(*out, &x.wanted, string(l.Category))
	x.sources.pass(*out, &x.wanted, l.Sources()...)
	x.pays.pass(*out, &x.wanted, string(l.Pay.Facet()))
	for c, s := range x.conditions {
		if !c.passes(l, now) {
			out.not(s)
		}
	}
	x.least.pass(*out, l.Pay.USD)
}

// choices are a condition with many values: filters that take some of a
// facet's values, or any.
type choices struct {
	any set
	of  map[string]set // by value
}

func choose[S ~string](c *choices, n uint32, values []S) {
	if len(values) == 0 {
		c.any.add(n)
	}
	for _, v := range values {
		s := c.of[string(v)]
		s.add(n)
		c.of[string(v)] = s
	}
}

func (c *choices) drop(n uint32) {
	c.any.drop(n)
	for _, s := range c.of {
		s.drop(n)
	}
}

// pass leaves in out the filters that take one of the values.
func (c *choices) pass(out set, buf *set, values ...string) {
	*buf = append((*buf)[:0], c.any...)
	buf.grow(64 * len(out))
	for _, v := range values {
		buf.or(c.of[v])
	}
	out.and(*buf)
}

// least are the filters by the least pay that they ask for, in buckets.
type least struct {
	// beyond are the filters in the bucket with a number or a higher one, in
	// are those in it.
	beyond []set
	in     [][]amount
}

type amount struct {
	cents  int64
	filter uint32
}

// bucket is a number that rises with a positive amount, in eight steps from
// one power of two to the next.
func bucket(cents int64) int {
	n := bits.Len64(uint64(cents))
	if n <= 4 {
		return int(cents)
	}
	return n<<3 | int(cents>>(n-4))&7
}

func (x *least) add(n uint32, cents int64) {
	b := bucket(cents)
	for len(x.in) <= b {
		x.in = append(x.in, nil)
		x.beyond = append(x.beyond, nil)
	}
	x.in[b] = append(x.in[b], amount{cents, n})
	for i := range x.beyond[:b+1] {
		x.beyond[i].add(n)
	}
}

func (x *least) drop(n uint32, cents int64) {
	b := bucket(cents)
	x.in[b] = slices.DeleteFunc(x.in[b], func(a amount) bool { return a.filter == n })
	for i := range x.beyond[:b+1] {
		x.beyond[i].drop(n)
	}
}

// pass takes the filters out that ask for more.
func (x *least) pass(out set, cents int64) {
	b := bucket(max(cents, 0))
	if b+1 < len(x.beyond) {
		out.not(x.beyond[b+1])
	}
	if b < len(x.in) {
		for _, a := range x.in[b] {
			if a.cents > cents {
				out.drop(a.filter)
			}
		}
	}
}

package alert

import (
	"cmp"
	"encoding/binary"
	"hash/maphash"
	"slices"
	"sync"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

// Filed is a Matcher for many searches. Searches that are canonically the
// same are one group. A group is filed under one feature that it needs, the
// rarest, and is looked at only for listings that have it; filters are judged
// once per listing, all of them together.
//
// The numbers of searches are the caller's. They index a table: memory goes
// by the highest.
type Filed struct {
	analyzer *search.Analyzer
	seed     maphash.Seed

	mu      sync.Mutex
	lexicon *lexicon
	filters *filters
	files   []file // by feature

	groups []group
	free   []uint32 // numbers of groups that may be given again
	// byHash has the groups by what they ask for, each at its hash or, where
	// another has that, at one of those that follow.
	byHash map[uint64]uint32
	// more is what did not fit into entries, by group.
	more map[uint32]more
	// of is the group of each search, none where there is no such search. The
	// members of a group are linked in both directions by next and prev.
	of, next, prev []uint32

	// What follows is room to work in.
	held      holding
	pass      set
	both      set
	hits      []uint32
	found     set
	need, not []uint32
	buf       []byte
	touched   uint32 // keeps the compiler from leaving the touch out
}

// none stands for no group, no search, no feature.
const none = ^uint32(0)

// entry is a group at the place where it is filed. It holds what nearly all
// groups ask for, so that a look at it is a look at nothing else: the filter,
// three features beside the one that it is filed under, the rarest first, and
// one that may not be. Unused places hold always and never. What does not fit is in more, and
// the group's number then bears the flag.
type entry struct {
	group  uint32
	filter uint32
	need   [3]uint32
	not    uint32
}

// lone is a group that asks for nothing but a filter beside the feature that
// it is filed under, as four in ten do.
type lone struct{ group, filter uint32 }

// file is what is filed under a feature.
type file struct {
	lone    []lone
	entries []entry
	// seen is how many of the listings that were matched had the feature.
	seen uint32
}

// flag marks the group of an entry that has more, and a place among lone ones.
const flag = 1 << 31

func (e *entry) number() uint32 { return e.group &^ flag }

// more is the rest of what a group needs and may not have.
type more struct{ need, not []uint32 }

// group is a canonical search.
type group struct {
	// hash is where byHash has it.
	hash uint64
	// file is the feature that it is filed under, none where it needs no
	// feature and is filed with its filter; at is its place there, with the
	// flag where it is lone.
	file, filter, at uint32
	// first is one of its members.
	first uint32
}

// File makes a Filed of searches, which are numbered by their place.
func File(a *search.Analyzer, queries []market.Query, options ...Option) *Filed {
	f := &Filed{
		analyzer: a,
		seed:     maphash.MakeSeed(),
		lexicon:  newLexicon(options),
		filters:  newFilters(),
		byHash:   map[uint64]uint32{},
		more:     map[uint32]more{},
	}
	for i, q := range queries {
		f.Add(i, q)
	}
	f.Refile()
	return f
}

// Add adds a search, in place of the one that had its number. One that Refuse
// refuses is not taken.
func (f *Filed) Add(number int, q market.Query) {
	refused := Refuse(f.analyzer, q) != nil
	need, not := features(f.analyzer.Words(q.Text))

	f.mu.Lock()
	defer f.mu.Unlock()
	f.remove(number)
	if refused {
		return
	}
	f.need = f.lexicon.intern(f.need[:0], need)
	f.not = f.lexicon.intern(f.not[:0], not)
	slices.Sort(f.need)
	slices.Sort(f.not)
	filter := f.filters.intern(q)
	g, hash, ok := f.find(f.need, f.not, filter)
	if !ok {
		g = f.establish(f.need, f.not, filter, hash)
	}
	for len(f.of) <= number {
		f.of, f.next, f.prev = append(f.of, none), append(f.next, none), append(f.prev, none)
	}
	n := uint32(number)
	first := f.groups[g].first
	f.of[n], f.next[n], f.prev[n] = g, first, none
	if first != none {
		f.prev[first] = n
	}
	f.groups[g].first = n
}

// Remove takes a search away; where there is none with that number, it does
// nothing.
func (f *Filed) Remove(number int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.remove(number)
}

func (f *Filed) remove(number int) {
	if number >= len(f.of) || f.of[number] == none {
		return
	}
	g, next, prev := f.of[number], f.next[number], f.prev[number]
	f.of[number] = none
	if next != none {
		f.prev[next] = prev
	}
	if prev != none {
		f.next[prev] = next
		return
	}
	f.groups[g].first = next
	if next == none {
		f.dissolve(g)
	}
}

// find looks for the group that asks for features and a filter. Where there
// is none, hash is where byHash is to have it.
func (f *Filed) find(need, not []uint32, filter uint32) (g uint32, hash uint64, ok bool) {
	f.buf = binary.NativeEndian.AppendUint32(f.buf[:0], filter)
	f.buf = binary.NativeEndian.AppendUint32(f.buf, uint32(len(need)))
	for _, n := range need {
		f.buf = binary.NativeEndian.AppendUint32(f.buf, n)
	}
	for _, n := range not {
		f.buf = binary.NativeEndian.AppendUint32(f.buf, n)
	}
	for hash = maphash.Bytes(f.seed, f.buf); ; hash++ {
		g, ok := f.byHash[hash]
		if !ok {
			return none, hash, false
		}
		if f.groups[g].filter == filter {
			hasNeed, hasNot := f.asks(g)
			if slices.Equal(hasNeed, need) && slices.Equal(hasNot, not) {
				return g, hash, true
			}
		}
	}
}

// entries are those among which a group stands that is not lone.
func (f *Filed) entries(g *group) *[]entry {
	if g.file == none {
		return &f.filters.list[g.filter].entries
	}
	return &f.files[g.file].entries
}

// asks gives what a group needs and may not have, sorted.
func (f *Filed) asks(number uint32) (need, not []uint32) {
	g := &f.groups[number]
	switch {
	case g.at&flag != 0 && g.file == none:
		return nil, nil
	case g.at&flag != 0:
		return []uint32{g.file}, nil
	}
	need, not = f.needs(g.file, &(*f.entries(g))[g.at])
	slices.Sort(need)
	slices.Sort(not)
	return need, not
}

// needs gives what an entry that is filed under a feature, or none, needs and
// may not have.
func (f *Filed) needs(file uint32, e *entry) (need, not []uint32) {
	if file != none {
		need = append(need, file)
	}
	for _, n := range e.need {
		if n != always {
			need = append(need, n)
		}
	}
	if e.not != never {
		not = append(not, e.not)
	}
	if e.group&flag != 0 {
		m := f.more[e.number()]
		need, not = append(need, m.need...), append(not, m.not...)
	}
	return need, not
}

// establish makes a group without members.
func (f *Filed) establish(need, not []uint32, filter uint32, hash uint64) uint32 {
	f.room()
	f.lexicon.keep(need)
	f.lexicon.keep(not)
	f.filters.keep(filter)
	g := uint32(len(f.groups))
	if k := len(f.free); k > 0 {
		g, f.free = f.free[k-1], f.free[:k-1]
	} else {
		f.groups = append(f.groups, group{})
	}
	slices.SortFunc(need, f.rarer)
	f.groups[g] = group{hash: hash, filter: filter, first: none}
	f.byHash[hash] = g
	f.put(f.entry(g, need, not))
	return g
}

// entry makes the entry of a group and says what it is filed under, given
// what it needs, the rarest first, and may not have.
func (f *Filed) entry(number uint32, need, not []uint32) entry {
	g := &f.groups[number]
	e := entry{group: number, filter: g.filter, need: [3]uint32{always, always, always}, not: never}
	g.file = none
	if len(need) > 0 {
		g.file, need = need[0], need[copy(e.need[:], need[1:])+1:]
	}
	if len(not) > 0 {
		e.not, not = not[0], not[1:]
	}
	if len(need)+len(not) > 0 {
		f.more[number] = more{slices.Clone(need), slices.Clone(not)}
		e.group |= flag
	}
	return e
}

// room makes room for the features that there are.
func (f *Filed) room() {
	if more := len(f.lexicon.features) - len(f.files); more > 0 {
		f.files = append(f.files, make([]file, more)...)
	}
}

// put files a group.
func (f *Filed) put(e entry) {
	g := &f.groups[e.number()]
	alone := e.need[0] == always && e.not == never
	switch {
	case alone && g.file == none:
		f.filters.lone[g.filter] = e.group
		f.filters.withLone.add(g.filter)
		g.at = flag
		return
	case alone:
		list := &f.files[g.file].lone
		g.at = uint32(len(*list)) | flag
		*list = append(*list, lone{e.group, e.filter})
		return
	case g.file == none:
		f.filters.withEntries.add(g.filter)
	}
	list := f.entries(g)
	g.at = uint32(len(*list))
	*list = append(*list, e)
}

// rarer orders features: first those that fewer listings had, and of these
// those that fewer groups ask for.
func (f *Filed) rarer(a, b uint32) int {
	return cmp.Or(cmp.Compare(f.files[a].seen, f.files[b].seen), cmp.Compare(f.lexicon.features[a].uses, f.lexicon.features[b].uses))
}

// dissolve ends a group that has no members.
func (f *Filed) dissolve(number uint32) {
	need, not := f.asks(number)
	g := &f.groups[number]
	switch {
	case g.at&flag != 0 && g.file == none:
		f.filters.lone[g.filter] = none
		f.filters.withLone.drop(g.filter)
	case g.at&flag != 0:
		moved := take(&f.files[g.file].lone, g.at&^flag)
		f.groups[moved.group].at = g.at
	default:
		list := f.entries(g)
		moved := take(list, g.at)
		f.groups[moved.number()].at = g.at
		if g.file == none && len(*list) == 0 {
			f.filters.withEntries.drop(g.filter)
		}
	}
	// What stands at the hashes that follow may be there because of this one.
	delete(f.byHash, g.hash)
	for hash := g.hash + 1; ; hash++ {
		o, ok := f.byHash[hash]
		if !ok {
			break
		}
		delete(f.byHash, hash)
		needs, nots := f.asks(o)
		_, f.groups[o].hash, _ = f.find(needs, nots, f.groups[o].filter)
		f.byHash[f.groups[o].hash] = o
	}
	delete(f.more, number)
	filter := g.filter
	*g = group{first: none}
	f.free = append(f.free, number)
	f.filters.letGo(filter)
	f.lexicon.letGo(need)
	f.lexicon.letGo(not)
	for _, n := range slices.Concat(need, not) {
		if f.lexicon.features[n].uses == 0 {
			f.files[n].seen = 0
		}
	}
}

// take takes out of a list what stands at a place, puts the last in its
// place, and gives that.
func take[E any](list *[]E, at uint32) (moved E) {
	last := len(*list) - 1
	moved = (*list)[last]
	(*list)[at] = moved
	*list = (*list)[:last]
	if last == 0 {
		*list = nil
	}
	return moved
}

// Refile files every group anew under the feature that is the rarest now, by
// the listings matched so far. Matching is right without it, and slower where
// much has changed since; of a million searches it takes about a second.
func (f *Filed) Refile() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.room()
	sizes := make([]uint32, len(f.files))
	for i := range f.groups {
		if g := &f.groups[i]; g.first != none && g.file != none && g.at&flag == 0 {
			need, _ := f.asks(uint32(i))
			sizes[slices.MinFunc(need, f.rarer)]++
		}
	}
	old := make([][]entry, len(f.files))
	for n := range f.files {
		to := &f.files[n]
		to.lone = slices.Clip(slices.Clone(to.lone))
		old[n], to.entries = to.entries, nil
		if sizes[n] > 0 {
			to.entries = make([]entry, 0, sizes[n])
		}
	}
	for n, entries := range old {
		for _, e := range entries {
			need, not := f.needs(uint32(n), &e)
			slices.SortFunc(need, f.rarer)
			f.put(f.entry(e.number(), need, not))
		}
		old[n] = nil
	}
}

// Distinct is how many canonical searches there are.
func (f *Filed) Distinct() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.groups) - len(f.free)
}

// Match gives the numbers of the searches that find a listing, ascending.
func (f *Filed) Match(l market.Listing, now time.Time) []int {
	d := f.analyzer.Document(l)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.match(d, l, now)
	if len(f.hits) == 0 {
		return nil
	}
	var out []int
	if len(f.hits) > len(f.of)/128 {
		// To go through all searches in turn costs less than the links of so
		// many groups, which lead all over the memory.
		f.found.grow(len(f.groups))
		for _, g := range f.hits {
			f.found.add(g)
		}
		for m, g := range f.of {
			if f.found.has(g) {
				out = append(out, m)
			}
		}
	} else {
		// A set puts them in order at less cost than sorting does.
		f.found.grow(len(f.of))
		for _, g := range f.hits {
			for m := f.groups[g].first; m != none; m = f.next[m] {
				f.found.add(m)
			}
		}
		for m := range f.found.all() {
			out = append(out, int(m))
		}
	}
	clear(f.found)
	return out
}

// Groups gives the numbers of the groups that find a listing, whose words d
// are, in no order. They hold until the next Add or Remove.
func (f *Filed) Groups(d search.Document, l market.Listing, now time.Time) []uint32 {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.match(d, l, now)
	return slices.Clone(f.hits)
}

// Members gives the searches of a group, in no order.
func (f *Filed) Members(group uint32) []int {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []int
	for m := f.groups[group].first; m != none; m = f.next[m] {
		out = append(out, int(m))
	}
	return out
}

// match puts the groups that find a listing into hits.
func (f *Filed) match(d search.Document, l market.Listing, now time.Time) {
	f.room()
	f.lexicon.hold(d, &f.held)
	f.filters.pass(l, now, &f.pass)
	f.hits = f.hits[:0]
	// A first touch of all lists, so that the memory fetches them side by side
	// rather than each when its turn comes: a tenth of the time.
	for _, n := range f.held.list {
		if list := f.files[n].entries; len(list) > 0 {
			f.touched += list[0].group + list[len(list)-1].group
		}
	}
	for _, n := range f.held.list {
		file := &f.files[n]
		file.seen++
		f.lone(file.lone)
		f.look(file.entries)
	}
	f.both = append(f.both[:0], f.pass...)
	f.both.and(f.filters.withLone)
	for n := range f.both.all() {
		f.hits = append(f.hits, f.filters.lone[n])
	}
	f.both = append(f.both[:0], f.pass...)
	f.both.and(f.filters.withEntries)
	for n := range f.both.all() {
		f.look(f.filters.list[n].entries)
	}
	n := 0
	for _, g := range f.hits {
		if g&flag != 0 {
			if g &^= flag; !f.passesMore(g) {
				continue
			}
		}
		f.hits[n] = g
		n++
	}
	f.hits = f.hits[:n]
}

// lone adds the groups of a list that find the listing. Each is written, and
// kept by counting it: a branch would be guessed wrong too often.
func (f *Filed) lone(list []lone) {
	n := len(f.hits)
	hits := slices.Grow(f.hits, len(list))[:n+len(list)]
	for _, o := range list {
		hits[n] = o.group
		n += int(f.pass.bit(o.filter))
	}
	f.hits = hits[:n]
}

// look adds the groups of a list that find the listing, but for what is more,
// in the same manner, and first the places of those that pass the filter and
// have the second feature: of the others, which are most, no more is read.
func (f *Filed) look(list []entry) {
	held, pass := f.held.set, f.pass
	n := len(f.hits)
	hits := slices.Grow(f.hits, len(list))[:n+len(list)]
	k := n
	for i := range list {
		e := &list[i]
		hits[k] = uint32(i)
		k += int(pass.bit(e.filter) & held.bit(e.need[0]))
	}
	for _, i := range hits[n:k] {
		e := &list[i]
		hits[n] = e.group
		n += int(held.bit(e.need[1]) & held.bit(e.need[2]) &^ held.bit(e.not))
	}
	f.hits = hits[:n]
}

// passesMore judges what did not fit into an entry.
func (f *Filed) passesMore(group uint32) bool {
	m := f.more[group]
	return !slices.ContainsFunc(m.need, func(n uint32) bool { return !f.held.set.has(n) }) &&
		!slices.ContainsFunc(m.not, f.held.set.has)
}

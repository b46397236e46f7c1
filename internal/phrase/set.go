package phrase

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Rule is a phrase to look for. More rules may share an ID.
//
// A pattern is a row of words in lower case, each of which may be
//
//	word      itself
//	(a|b c)   one of these
//	x?        x or nothing, for a word or a group
//	@name     a word of the class of this name
//	#         a whole number
//	_3        at most three words, whatever they are
//	অভি*      a word in a script other than Latin that begins so
//
// A match never goes beyond the end of a sentence. The first element is
// neither optional nor a gap.
type Rule struct {
	ID      int
	Pattern string
}

// Match is one place where a rule holds: from word First to word Last.
type Match struct{ ID, First, Last int }

// Set is a number of rules in the form of a tree.
type Set struct {
	syms     map[string]int32
	prefixes []string  // sorted; each is a symbol too, with a "*" behind it
	begins   [][]int32 // by symbol: the prefixes, as symbols, that its word begins with
	classes  [][]uint64
	nodes    []node
	first    [][]begun // by symbol: the nodes after the root
	number   []begun   // the nodes after the root for "#"
}

// begun is a node after the root, with what tells most often that the next
// word goes no further, so that the node need not be looked at.
type begun struct {
	node int32
	ends bool // a rule ends here already
	next uint64
}

type node struct {
	edges []edge
	ids   []int32
	// next has bit sym%64 set for each symbol that an edge takes, and all bits
	// where an edge is no word: most words that go no further are known by it.
	next uint64
}

type atomKind uint8

const (
	atomWord atomKind = iota
	atomClass
	atomNumber
	atomGap
)

type atom struct {
	kind atomKind
	arg  int32
}

type edge struct {
	atom
	next int32
}

// Compile builds a set. Classes are lists of words.
func Compile(classes map[string][]string, rules []Rule) (*Set, error) {
	b := &builder{Set: &Set{syms: map[string]int32{}, nodes: make([]node, 1)}, named: map[string]int32{}, members: map[string]int32{}}
	names := make([]string, 0, len(classes))
	for name := range classes {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.named[name] = b.class(classes[name])
	}
	for _, r := range rules {
		seqs, err := b.parse(norm.NFC.String(r.Pattern))
		if err != nil {
			return nil, fmt.Errorf("phrase %q: %w", r.Pattern, err)
		}
		for _, seq := range seqs {
			if len(seq) == 0 || seq[0].kind == atomGap {
				return nil, fmt.Errorf("phrase %q: begins with nothing certain", r.Pattern)
			}
			b.insert(seq, int32(r.ID))
		}
	}
	b.finish()
	return b.Set, nil
}

// MustCompile is Compile for rules that are part of the program.
func MustCompile(classes map[string][]string, rules []Rule) *Set {
	s, err := Compile(classes, rules)
	if err != nil {
		panic(err)
	}
	return s
}

type builder struct {
	*Set
	named   map[string]int32
	members map[string]int32
	lists   [][]int32
}

// sym is a word's symbol, or, with a "*" behind it, that of what begins so: a
// word may be asked for whole in one rule, and as a beginning in another.
func (b *builder) sym(word string) int32 {
	word = norm.NFC.String(word)
	if p, ok := strings.CutSuffix(word, "*"); ok {
		if i, found := slices.BinarySearch(b.prefixes, p); !found {
			b.prefixes = slices.Insert(b.prefixes, i, p)
		}
	}
	s, ok := b.syms[word]
	if !ok {
		s = int32(len(b.syms) + 1)
		b.syms[word] = s
	}
	return s
}

func (b *builder) class(words []string) int32 {
	list := make([]int32, 0, len(words))
	for _, w := range words {
		list = append(list, b.sym(w))
	}
	slices.Sort(list)
	list = slices.Compact(list)
	key := fmt.Sprint(list)
	if c, ok := b.members[key]; ok {
		return c
	}
	c := int32(len(b.lists))
	b.lists = append(b.lists, list)
	b.members[key] = c
	return c
}

// parse turns a pattern into the rows of atoms that it stands for.
func (b *builder) parse(p string) ([][]atom, error) {
	seqs := [][]atom{nil}
	for p = strings.TrimSpace(p); p != ""; p = strings.TrimSpace(p) {
		var alts [][]atom
		if p[0] == '(' {
			end := strings.IndexByte(p, ')')
			if end < 0 {
				return nil, fmt.Errorf("a bracket is not closed")
			}
			group := p[1:end]
			p = p[end+1:]
			if !strings.ContainsAny(group, " #@_") {
				alts = [][]atom{{{atomClass, b.class(strings.Split(group, "|"))}}}
			} else {
				for _, alt := range strings.Split(group, "|") {
					seq, err := b.parse(alt)
					if err != nil {
						return nil, err
					}
					alts = append(alts, seq...)
				}
			}
		} else {
			word := p
			if i := strings.IndexByte(p, ' '); i >= 0 {
				word = p[:i]
			}
			word = strings.TrimSuffix(word, "?")
			p = p[len(word):]
			a, err := b.atom(word)
			if err != nil {
				return nil, err
			}
			alts = [][]atom{{a}}
		}
		optional := strings.HasPrefix(p, "?")
		p = strings.TrimPrefix(p, "?")
		if p != "" && p[0] != ' ' {
			return nil, fmt.Errorf("a blank is missing before %q", p)
		}
		if optional {
			alts = append(alts, nil)
		}
		var next [][]atom
		for _, s := range seqs {
			for _, a := range alts {
				next = append(next, slices.Concat(s, a))
			}
		}
		seqs = next
	}
	return seqs, nil
}

func (b *builder) atom(word string) (atom, error) {
	switch {
	case word == "#":
		return atom{kind: atomNumber}, nil
	case len(word) > 1 && word[0] == '@':
		c, ok := b.named[word[1:]]
		if !ok {
			return atom{}, fmt.Errorf("no class %s", word)
		}
		return atom{atomClass, c}, nil
	case len(word) == 2 && word[0] == '_' && word[1] >= '1' && word[1] <= '9':
		return atom{atomGap, int32(word[1] - '0')}, nil
	}
	if strings.ContainsAny(word, "()|@") {
		return atom{}, fmt.Errorf("%s: not a word", word)
	}
	if p, ok := strings.CutSuffix(word, "*"); ok && (p == "" || p[0] < utf8.RuneSelf) {
		return atom{}, fmt.Errorf("%s: the beginning of a Latin word", word)
	}
	return atom{atomWord, b.sym(word)}, nil
}

func (b *builder) insert(seq []atom, id int32) {
	at := int32(0)
	for _, a := range seq {
		i := slices.IndexFunc(b.nodes[at].edges, func(e edge) bool { return e.atom == a })
		if i < 0 {
			b.nodes = append(b.nodes, node{})
			b.nodes[at].edges = append(b.nodes[at].edges, edge{a, int32(len(b.nodes) - 1)})
			i = len(b.nodes[at].edges) - 1
		}
		at = b.nodes[at].edges[i].next
	}
	if !slices.Contains(b.nodes[at].ids, id) {
		b.nodes[at].ids = append(b.nodes[at].ids, id)
	}
}

func (b *builder) finish() {
	n := len(b.syms) + 1
	b.begins = make([][]int32, n)
	for word, sym := range b.syms {
		for _, p := range b.prefixes {
			if word != p+"*" && strings.HasPrefix(word, p) {
				b.begins[sym] = append(b.begins[sym], b.syms[p+"*"])
			}
		}
	}
	for _, list := range b.lists {
		bits := make([]uint64, n/64+1)
		for _, s := range list {
			bits[s/64] |= 1 << (s % 64)
		}
		for sym, begins := range b.begins {
			for _, p := range begins {
				if bits[p/64]>>(p%64)&1 != 0 {
					bits[sym/64] |= 1 << (sym % 64)
				}
			}
		}
		b.classes = append(b.classes, bits)
	}
	longer := make([][]int32, n) // by prefix: the words that begin with it
	for sym, begins := range b.begins {
		for _, p := range begins {
			longer[p] = append(longer[p], int32(sym))
		}
	}
	taken := make([]uint64, len(b.classes)) // by class: its symbols, as in node.next
	for c, bits := range b.classes {
		for _, w := range bits {
			taken[c] |= w
		}
	}
	for i := range b.nodes {
		n := &b.nodes[i]
		for _, e := range n.edges {
			switch e.kind {
			case atomWord:
				n.next |= 1 << (e.arg % 64)
				for _, sym := range longer[e.arg] {
					n.next |= 1 << (sym % 64)
				}
			case atomClass:
				n.next |= taken[e.arg]
			default:
				n.next = ^uint64(0)
			}
		}
	}
	b.first = make([][]begun, n)
	for _, e := range b.nodes[0].edges {
		at := begun{e.next, len(b.nodes[e.next].ids) > 0, b.nodes[e.next].next}
		switch e.kind {
		case atomWord:
			b.first[e.arg] = append(b.first[e.arg], at)
			for _, sym := range longer[e.arg] {
				b.first[sym] = append(b.first[sym], at)
			}
		case atomClass:
			for sym := range b.first {
				if b.is(int32(sym), e.atom) {
					b.first[sym] = append(b.first[sym], at)
				}
			}
		case atomNumber:
			b.number = append(b.number, at)
		}
	}
}

// Find gives every match in t, in the order of their first words; of the
// matches of one ID that begin at one word only the longest.
func (s *Set) Find(t *Text) []Match {
	syms := make([]int32, len(t.Words))
	for i := range t.Words {
		syms[i] = s.lookup(t.Fold(i))
	}
	var out []Match
	for i, sym := range syms {
		from, next := len(out), uint64(0)
		if i+1 < len(syms) && t.Words[i+1].Sep&SepEnd == 0 {
			next = 1 << (syms[i+1] % 64)
		}
		for _, b := range s.first[sym] {
			if b.ends || b.next&next != 0 {
				out = s.follow(t, syms, b.node, i, i+1, from, out)
			}
		}
		if t.Words[i].Num >= 0 {
			for _, b := range s.number {
				if b.ends || b.next&next != 0 {
					out = s.follow(t, syms, b.node, i, i+1, from, out)
				}
			}
		}
	}
	return out
}

// lookup is the symbol of a folded word, 0 where no rule knows it.
func (s *Set) lookup(word string) int32 {
	if sym, ok := s.syms[word]; ok {
		return sym
	}
	if word == "" || word[0] < utf8.RuneSelf || len(s.prefixes) == 0 {
		return 0
	}
	// The longest prefix sorts last among those not after the word.
	i, itself := slices.BinarySearch(s.prefixes, word)
	if itself {
		i++
	}
	for i--; i >= 0 && s.prefixes[i][0] == word[0]; i-- {
		if strings.HasPrefix(word, s.prefixes[i]) {
			return s.syms[s.prefixes[i]+"*"]
		}
	}
	return 0
}

// is reports whether a word with this symbol is what an atom asks for.
func (s *Set) is(sym int32, a atom) bool {
	if a.kind == atomClass {
		return s.classes[a.arg][sym/64]>>(sym%64)&1 != 0
	}
	return sym == a.arg || slices.Contains(s.begins[sym], a.arg)
}

// follow walks the tree from node n, reached before word at.
func (s *Set) follow(t *Text, syms []int32, n int32, first, at, from int, out []Match) []Match {
	node := &s.nodes[n]
next:
	for _, id := range node.ids {
		for i := from; i < len(out); i++ {
			if out[i].ID == int(id) {
				out[i].Last = max(out[i].Last, at-1)
				continue next
			}
		}
		out = append(out, Match{int(id), first, at - 1})
	}
	if at >= len(syms) || node.next>>(syms[at]%64)&1 == 0 || t.Words[at].Sep&SepEnd != 0 {
		return out
	}
	for _, e := range node.edges {
		switch e.kind {
		case atomWord, atomClass:
			if s.is(syms[at], e.atom) {
				out = s.follow(t, syms, e.next, first, at+1, from, out)
			}
		case atomNumber:
			if t.Words[at].Num >= 0 {
				out = s.follow(t, syms, e.next, first, at+1, from, out)
			}
		case atomGap:
			// Each length of the gap: the edges after it are tried from there.
			for skip := 0; skip <= int(e.arg) && at+skip < len(syms); skip++ {
				if t.Words[at+skip].Sep&SepEnd != 0 {
					break
				}
				if n := &s.nodes[e.next]; n.next>>(syms[at+skip]%64)&1 != 0 || len(n.ids) > 0 {
					out = s.follow(t, syms, e.next, first, at+skip, from, out)
				}
			}
		}
	}
	return out
}

package classify

import (
	"math"
	"slices"

	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

// The hashes of words begin with these by where a word stands.
const (
	textSalt  = 2166136261 // FNV-1a, 32 bits
	titleSalt = 0x5bd1e995
	skillSalt = 0x1b873593
	fnvPrime  = 16777619
)

func hash(h uint32, s string) uint32 {
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * fnvPrime
	}
	return h
}

// gram is a word, or a pair of neighbours, at a place of a listing.
type gram struct {
	hash uint32
	last int32 // the place of its last word in title or text
	pair bool
}

// grams are the words and the pairs of neighbours of title and text by
// sentence, then the title's once more as such, then the skills. Every number
// is the same word. What the client says about itself is left out.
type grams struct {
	list []gram
	// ends are where in list each sentence ends; the title is the first.
	ends []int32
}

func (d *document) grams() *grams {
	g := &grams{list: make([]gram, 0, 2*len(d.text.Words)+4*len(d.title.Words)+len(d.skills.Words)), ends: make([]int32, 0, 32)}
	g.add(d.title, nil, textSalt)
	g.ends = append(g.ends[:0], int32(len(g.list))) // the title is one
	g.add(d.text, d.aside, textSalt)
	ends := g.ends
	g.add(d.title, nil, titleSalt)
	g.ends = ends
	h := uint32(0)
	for i := range d.skills.Words {
		if d.skills.Words[i].Sep&phrase.SepEnd != 0 {
			if h != 0 {
				g.list = append(g.list, gram{hash: h})
			}
			h = skillSalt
		}
		h = hash((h^' ')*fnvPrime, d.skills.Fold(i))
	}
	if h != 0 {
		g.list = append(g.list, gram{hash: h})
	}
	return g
}

// add appends the grams of a text and the ends of its sentences.
func (g *grams) add(t *phrase.Text, skip []bool, salt uint32) {
	prev, from := uint32(0), len(g.list)
	for i := range t.Words {
		if skip != nil && skip[i] {
			prev = 0
			continue
		}
		if t.Words[i].Sep&phrase.SepEnd != 0 {
			prev = 0
			if len(g.list) > from {
				from = len(g.list)
				g.ends = append(g.ends, int32(from))
			}
		}
		w := t.Fold(i)
		if t.Words[i].Num >= 0 {
			w = "0"
		}
		h := hash(salt, w)
		g.list = append(g.list, gram{h, int32(i), false})
		if prev != 0 {
			g.list = append(g.list, gram{hash((prev^' ')*fnvPrime, w), int32(i), true})
		}
		prev = h
	}
	if len(g.list) > from {
		g.ends = append(g.ends, int32(len(g.list)))
	}
}

// Words are the hashes of the words of s, as in Sentence.
func Words(s string) []uint32 {
	t := phrase.Lex(s)
	var g grams
	g.add(&t, nil, textSalt)
	var out []uint32
	for _, gram := range g.list {
		if !gram.pair {
			out = append(out, gram.hash)
		}
	}
	return out
}

// Linear is a softmax regression on the presence of grams.
type Linear struct {
	Classes int
	// Grams are hashes in rising order, Weights their weights for each class
	// in a row, in units of Unit.
	Grams   []uint32
	Weights []int8
	Unit    float32
	Bias    []float32
}

// finish turns the sums of the weights of n grams into scores.
func (l *Linear) finish(sums []int32, n int32, scores []float32) {
	by := l.Unit / float32(math.Sqrt(float64(max(1, n))))
	for c := range l.Classes {
		scores[c] = l.Bias[c] + by*float32(sums[c])
	}
}

// Scores gives the function that reckons the score of each class from
// hashes.
func (l *Linear) Scores() func(hashes []uint32) []float32 {
	at := make(map[uint32]int, len(l.Grams))
	for i, h := range l.Grams {
		at[h] = i
	}
	return func(hashes []uint32) []float32 {
		sums, n := make([]int32, l.Classes), int32(0)
		for _, h := range hashes {
			if i, ok := at[h]; ok {
				n++
				for c := range sums {
					sums[c] += int32(l.Weights[i*l.Classes+c])
				}
			}
		}
		scores := make([]float32, l.Classes)
		l.finish(sums, n, scores)
		return scores
	}
}

// weigh adds what one sentence, by its scores, speaks for each class to the
// most that any speaks for it and to the sum of all. The last score is for a
// sentence that decides nothing.
func weigh(scores []float32, most, sum []float32) {
	top := scores[0]
	for _, s := range scores {
		top = max(top, s)
	}
	var p [maxClasses + 1]float64
	all := 0.0
	for c, s := range scores {
		p[c] = math.Exp(float64(s - top))
		all += p[c]
	}
	for c := range most {
		v := float32(p[c] / all)
		most[c] = max(most[c], v)
		sum[c] += v
	}
}

// table finds what belongs to hashes, by open addressing.
type table struct {
	slots []slot
	mask  uint32
}

type slot struct {
	hash uint32
	at   int32 // of the hashes put in, plus one
}

// tableFor has room for n hashes.
func tableFor(n int) table {
	size := 2
	for size < 2*n {
		size *= 2
	}
	return table{make([]slot, size), uint32(size - 1)}
}

// put gives a hash that is not there yet the place next. It returns the place
// of the hash.
func (t *table) put(h uint32, next int) int32 {
	at := h & t.mask
	for t.slots[at].at != 0 && t.slots[at].hash != h {
		at = (at + 1) & t.mask
	}
	if t.slots[at].at == 0 {
		t.slots[at] = slot{h, int32(next + 1)}
	}
	return t.slots[at].at - 1
}

// find is the place of a hash, or -1.
func (t *table) find(h uint32) int32 {
	for at := h & t.mask; ; at = (at + 1) & t.mask {
		if s := t.slots[at]; s.at == 0 || s.hash == h {
			return s.at - 1
		}
	}
}

// vocabulary finds the grams of all linear parts of a model at once.
type vocabulary struct {
	table
	rows []row
	// words and sentences are the linear parts with their first columns.
	words, sentences []column
}

type column struct {
	*Linear
	first int
	bit   uint8
	label int
}

// columns are at most: for three labels of at most three classes and two, and
// for two the same with one class more.
const columns = 16

// row is the weights of one gram, and in which parts it is.
type row struct {
	weights [columns]int8
	in      uint8
}

func vocabularyOf(m *Model) *vocabulary {
	v := &vocabulary{}
	n := 0
	part := func(to *[]column, label int, l *Linear) {
		if l.Classes > 0 {
			*to = append(*to, column{l, n, 1 << (len(v.words) + len(v.sentences)), label})
			n += l.Classes
		}
	}
	distinct := map[uint32]bool{}
	for i, e := range m.estimators() {
		part(&v.words, i, &e.Words)
	}
	for i, e := range m.estimators() {
		part(&v.sentences, i, &e.Sentences)
	}
	for _, p := range slices.Concat(v.words, v.sentences) {
		for _, h := range p.Grams {
			distinct[h] = true
		}
	}
	v.table = tableFor(len(distinct))
	for _, parts := range [][]column{v.words, v.sentences} {
		for _, p := range parts {
			for i, h := range p.Grams {
				at := v.put(h, len(v.rows))
				if int(at) == len(v.rows) {
					v.rows = append(v.rows, row{})
				}
				r := &v.rows[at]
				r.in |= p.bit
				copy(r.weights[p.first:], p.Weights[i*p.Classes:(i+1)*p.Classes])
			}
		}
	}
	return v
}

// read reckons the linear scores of a listing for each label: of its words,
// then what its sentences speak for at most and in sum.
func (v *vocabulary) read(g *grams, scores [][]float32) {
	seen := make([]uint64, len(v.rows)/64+1)
	var all, sentence [columns]int32
	var inAll, inSentence [8]int32
	first := columns
	if len(v.sentences) > 0 {
		first = v.sentences[0].first
	}
	count := func(id int32) {
		if seen[id/64]>>(id%64)&1 != 0 {
			return
		}
		seen[id/64] |= 1 << (id % 64)
		r := &v.rows[id]
		for c := range first {
			all[c] += int32(r.weights[c])
		}
		for i := range v.words {
			inAll[i] += int32(r.in >> i & 1)
		}
	}
	at := int32(0)
	for _, end := range g.ends {
		clear(sentence[:])
		clear(inSentence[:])
		for ; at < end; at++ {
			id := v.find(g.list[at].hash)
			if id < 0 {
				continue
			}
			count(id)
			r := &v.rows[id]
			for c := first; c < columns; c++ {
				sentence[c] += int32(r.weights[c])
			}
			for i := range v.sentences {
				inSentence[i] += int32(r.in >> (len(v.words) + i) & 1)
			}
		}
		for i, p := range v.sentences {
			var own [maxClasses + 1]float32
			p.finish(sentence[p.first:], inSentence[i], own[:p.Classes])
			k := p.Classes - 1
			weigh(own[:p.Classes], scores[p.label][k:2*k], scores[p.label][2*k:3*k])
		}
	}
	for ; int(at) < len(g.list); at++ {
		if id := v.find(g.list[at].hash); id >= 0 {
			count(id)
		}
	}
	for i, p := range v.words {
		p.finish(all[p.first:], inAll[i], scores[p.label])
	}
}

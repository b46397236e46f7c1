package classify

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"strings"
	"sync"
)

// Model is what is learned from labelled listings: an estimator for each
// label. It holds hashes and weights, and no text.
type Model struct {
	Level   Estimator // classes in the order of market.Levels
	English Estimator // basic, conversational, fluent or native
	Spoken  Estimator // no, yes
}

// Estimator reckons the probability of each class of one label.
//
// Words and pairs of words give a linear score for each class; these scores
// and Features.Values go through boosted regression trees (Friedman, "Greedy
// function approximation", 2001), whose sums are turned into probabilities
// by softmax and calibrated (Platt, 1999).
type Estimator struct {
	Classes int
	// Grams are hashes in rising order, GramWeights their weights for each
	// class in a row, in units of GramUnit.
	Grams       []uint32
	GramWeights []int8
	GramUnit    float32
	GramBias    []float32
	// Trees are in rounds, one tree for each class; Base is the score of
	// each class before the first.
	Base  []float32
	Trees []Tree
	// Slope and Shift calibrate: the score of class c is Slope·log p + Shift[c].
	Slope float32
	Shift []float32
	// Factors are multiplied with the calibrated probabilities before the
	// best class is chosen.
	Factors []float32
	// Show is the calibrated probability from which a class is shown.
	Show []float32
	// Said is the share of statements in the text, by the class that they
	// state, with which readers agree.
	Said []float32
}

// Tree is a regression tree; the first node is the root.
type Tree []Node

// Node is a branch or a leaf. Values at most Cut go to the node Left, others
// to the one after it.
type Node struct {
	Feature uint16 // leaf where there is none
	Left    uint16
	Cut     float32
	// Value is the mean below a branch, and what a leaf adds.
	Value float32
}

// Leaf is the Feature of a leaf.
const Leaf = math.MaxUint16

// index finds grams by their hash.
type index struct {
	slots []int32 // position + 1
	mask  uint32
}

func indexOf(grams []uint32) index {
	n := 1
	for n < 2*len(grams)+1 {
		n *= 2
	}
	x := index{make([]int32, n), uint32(n - 1)}
	for i, h := range grams {
		at := h & x.mask
		for x.slots[at] != 0 {
			at = (at + 1) & x.mask
		}
		x.slots[at] = int32(i + 1)
	}
	return x
}

func (x index) find(grams []uint32, h uint32) int32 {
	for at := h & x.mask; ; at = (at + 1) & x.mask {
		switch i := x.slots[at] - 1; {
		case i < 0:
			return -1
		case grams[i] == h:
			return i
		}
	}
}

// linear adds the weights of the grams, each once, into scores.
func (e *Estimator) linear(x index, grams []uint32, scores []float32) {
	seen := make([]uint64, len(e.Grams)/64+1)
	var sums [4]int32
	n := 0
	for _, h := range grams {
		i := x.find(e.Grams, h)
		if i < 0 || seen[i/64]>>(i%64)&1 != 0 {
			continue
		}
		seen[i/64] |= 1 << (i % 64)
		n++
		for c := range e.Classes {
			sums[c] += int32(e.GramWeights[int(i)*e.Classes+c])
		}
	}
	by := e.GramUnit / float32(math.Sqrt(float64(max(1, n))))
	for c := range e.Classes {
		scores[c] = e.GramBias[c] + by*float32(sums[c])
	}
}

// Linear gives the function that reckons the linear scores of a listing's
// grams.
func (e *Estimator) Linear() func(grams []uint32) []float32 {
	x := indexOf(e.Grams)
	return func(grams []uint32) []float32 {
		scores := make([]float32, e.Classes)
		e.linear(x, grams, scores)
		return scores
	}
}

// forest is the trees of an estimator in one piece, for speed.
type forest struct {
	nodes []step
	roots []int32
	// values are those of branches and leaves.
	values []float32
}

// step is a node: a branch on a feature, or a leaf that leads to itself.
type step struct {
	cut     float32
	feature uint16
	left    uint16 // counted from the node itself; 0 is a leaf
}

func forestOf(trees []Tree) forest {
	var f forest
	for _, t := range trees {
		f.roots = append(f.roots, int32(len(f.nodes)))
		for i, n := range t {
			s := step{cut: n.Cut, feature: n.Feature, left: n.Left - uint16(i)}
			if n.Feature == Leaf {
				s = step{}
			}
			f.nodes = append(f.nodes, s)
			f.values = append(f.values, n.Value)
		}
	}
	return f
}

// leaf is where values lead from a root.
func (f *forest) leaf(at int32, values []float32) int32 {
	for {
		n := &f.nodes[at]
		if n.left == 0 {
			return at
		}
		at += int32(n.left)
		if values[n.feature] > n.cut {
			at++
		}
	}
}

// boost is the trees' scores of values, which end in the linear scores.
func (e *Estimator) boost(f *forest, values, scores []float32) {
	copy(scores, e.Base)
	c := 0
	for _, root := range f.roots {
		scores[c] += f.values[f.leaf(root, values)]
		if c++; c == e.Classes {
			c = 0
		}
	}
}

// Raw gives the function that reckons the probabilities of values before
// they are calibrated; values end in the linear scores.
func (e *Estimator) Raw() func(values []float32) []float64 {
	f := forestOf(e.Trees)
	return func(values []float32) []float64 { return e.raw(&f, values) }
}

func (e *Estimator) raw(f *forest, values []float32) []float64 {
	scores := make([]float32, e.Classes)
	e.boost(f, values, scores)
	p := make([]float64, e.Classes)
	for c := range p {
		p[c] = float64(scores[c])
	}
	return Softmax(p)
}

// Calibrated turns raw probabilities into calibrated ones.
func (e *Estimator) Calibrated(raw []float64) []float64 {
	p := make([]float64, len(raw))
	for c := range p {
		p[c] = float64(e.Slope)*math.Log(max(raw[c], 1e-9)) + float64(e.Shift[c])
	}
	return Softmax(p)
}

// Choose is the class that calibrated probabilities speak for.
func (e *Estimator) Choose(p []float64) int {
	best := 0
	for c := range p {
		if p[c]*float64(e.Factors[c]) > p[best]*float64(e.Factors[best]) {
			best = c
		}
	}
	return best
}

// Softmax turns scores into probabilities, in place.
func Softmax(s []float64) []float64 {
	top, sum := math.Inf(-1), 0.0
	for _, v := range s {
		top = max(top, v)
	}
	for i, v := range s {
		s[i] = math.Exp(v - top)
		sum += s[i]
	}
	for i := range s {
		s[i] /= sum
	}
	return s
}

// reasons adds up, for each value, how far it moved the score of class c,
// along the paths through that class's trees.
func (e *Estimator) reasons(f *forest, values []float32, c int, by []float32) {
	for i := c; i < len(f.roots); i += e.Classes {
		at := f.roots[i]
		for {
			n := &f.nodes[at]
			if n.left == 0 {
				break
			}
			next := at + int32(n.left)
			if values[n.feature] > n.cut {
				next++
			}
			by[n.feature] += f.values[next] - f.values[at]
			at = next
		}
	}
}

const magic = "kajkhoj labels 1\n"

// fingerprint tells models of other features apart.
func fingerprint() uint64 {
	h := fnv.New64a()
	io.WriteString(h, strings.Join(FeatureNames, "\n"))
	return h.Sum64()
}

// Encode writes the model.
func (m *Model) Encode(w io.Writer) error {
	var b bytes.Buffer
	b.WriteString(magic)
	put := func(vs ...any) {
		for _, v := range vs {
			if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
				panic(err) // a buffer takes everything
			}
		}
	}
	put(fingerprint())
	for _, e := range m.estimators() {
		put(uint32(e.Classes), uint32(len(e.Grams)), uint32(len(e.Trees)))
		put(e.Grams, e.GramWeights, e.GramUnit, e.GramBias, e.Base)
		for _, t := range e.Trees {
			put(uint16(len(t)), []Node(t))
		}
		put(e.Slope, e.Shift, e.Factors, e.Show, e.Said)
	}
	_, err := w.Write(b.Bytes())
	return err
}

func (m *Model) estimators() []*Estimator {
	return []*Estimator{&m.Level, &m.English, &m.Spoken}
}

// Decode reads what Encode wrote.
func Decode(r io.Reader) (*Model, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	rest, ok := bytes.CutPrefix(data, []byte(magic))
	if !ok {
		return nil, errors.New("no model of labels")
	}
	b := bytes.NewReader(rest)
	get := func(vs ...any) {
		for _, v := range vs {
			if err == nil {
				err = binary.Read(b, binary.LittleEndian, v)
			}
		}
	}
	var print uint64
	if get(&print); err == nil && print != fingerprint() {
		return nil, errors.New("a model of other features: learn it again with go run ./cmd/learn")
	}
	m := &Model{}
	for _, e := range m.estimators() {
		var classes, grams, trees uint32
		if get(&classes, &grams, &trees); err != nil || classes < 2 || classes > 4 || grams > 1<<20 || trees > 1<<16 {
			return nil, fmt.Errorf("a damaged model: %w", errors.Join(err, errors.New("sizes out of range")))
		}
		e.Classes = int(classes)
		e.Grams, e.GramWeights = make([]uint32, grams), make([]int8, grams*classes)
		e.GramBias, e.Base = make([]float32, classes), make([]float32, classes)
		e.Shift, e.Factors, e.Show, e.Said = make([]float32, classes), make([]float32, classes), make([]float32, classes), make([]float32, classes)
		get(e.Grams, e.GramWeights, &e.GramUnit, e.GramBias, e.Base)
		e.Trees = make([]Tree, trees)
		for i := range e.Trees {
			var n uint16
			get(&n)
			t := make(Tree, n)
			get([]Node(t))
			if err == nil && !t.sound(len(FeatureNames)+e.Classes) {
				err = fmt.Errorf("tree %d leads nowhere", i)
			}
			e.Trees[i] = t
		}
		get(&e.Slope, e.Shift, e.Factors, e.Show, e.Said)
		if err != nil {
			return nil, fmt.Errorf("a damaged model: %w", err)
		}
	}
	if b.Len() > 0 {
		return nil, errors.New("a damaged model: too long")
	}
	return m, nil
}

// sound reports whether each path of the tree ends in a leaf.
func (t Tree) sound(features int) bool {
	for i, n := range t {
		if n.Feature == Leaf {
			continue
		}
		if int(n.Feature) >= features || int(n.Left) <= i || int(n.Left)+1 >= len(t) {
			return false
		}
	}
	return len(t) > 0
}

//go:embed model.bin
var embedded []byte

// learned is the model that is part of the program.
var learned = sync.OnceValue(func() *Model {
	m, err := Decode(bytes.NewReader(embedded))
	if err != nil {
		panic("internal/classify/model.bin: " + err.Error())
	}
	for i, e := range m.estimators() {
		indexes[i], forests[i] = indexOf(e.Grams), forestOf(e.Trees)
	}
	return m
})

// indexes and forests are the grams and trees of the learned model's
// estimators, ready for use.
var (
	indexes [3]index
	forests [3]forest
)

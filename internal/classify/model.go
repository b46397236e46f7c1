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
// The words of a listing give a linear score for each class; its sentences
// give what the strongest of them and what all together speak for each class.
// These scores and Features.Values go through boosted regression trees
// (Friedman, "Greedy function approximation", 2001), whose sums are turned
// into probabilities by softmax and calibrated (Platt, 1999).
type Estimator struct {
	Classes int
	Words   Linear
	// Sentences tells for a sentence which class readers would quote it for;
	// its last class is a sentence that decides nothing. Without classes
	// sentences are not asked.
	Sentences Linear
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

// maxClasses are the classes that a label may have.
const maxClasses = 4

// linear is how many linear scores the trees see.
func (e *Estimator) linear() int {
	if e.Sentences.Classes == 0 {
		return e.Classes
	}
	return 3 * e.Classes
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

// Inputs gives the function that reckons what the trees see of a listing:
// its values, then its linear scores.
func (e *Estimator) Inputs() func(f *Features) []float32 {
	words, sentences := e.Words.Scores(), e.Sentences.Scores()
	return func(f *Features) []float32 {
		in := make([]float32, len(f.Values)+e.linear())
		copy(in, f.Values)
		own := in[len(f.Values):]
		copy(own, words(f.Grams))
		if k := e.Classes; e.Sentences.Classes > 0 {
			for _, s := range f.Sentences {
				weigh(sentences(s.Grams), own[k:2*k], own[2*k:])
			}
		}
		return in
	}
}

// Raw gives the function that reckons the probabilities of inputs before they
// are calibrated.
func (e *Estimator) Raw() func(inputs []float32) []float64 {
	f := forestOf(e)
	return func(inputs []float32) []float64 { return raw(f.scores(f.leaves(inputs))) }
}

func raw(scores []float32) []float64 {
	p := make([]float64, len(scores))
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

const magic = "kajkhoj labels 2\n"

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
		put(uint32(e.Classes), uint32(len(e.Trees)), e.Base)
		for _, l := range []*Linear{&e.Words, &e.Sentences} {
			put(uint32(l.Classes), uint32(len(l.Grams)), l.Grams, l.Weights, l.Unit, l.Bias)
		}
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
	columnsLeft := columns
	for _, e := range m.estimators() {
		var classes, trees uint32
		if get(&classes, &trees); err != nil || classes < 2 || classes > maxClasses || trees > 1<<16 {
			return nil, fmt.Errorf("a damaged model: %w", errors.Join(err, errors.New("sizes out of range")))
		}
		e.Classes = int(classes)
		e.Base, e.Shift, e.Factors, e.Show, e.Said = make([]float32, classes), make([]float32, classes), make([]float32, classes), make([]float32, classes), make([]float32, classes)
		get(e.Base)
		for _, l := range []*Linear{&e.Words, &e.Sentences} {
			var own, grams uint32
			if get(&own, &grams); err != nil || own != classes && (l == &e.Words || own != 0 && own != classes+1) || grams > 1<<20 {
				return nil, fmt.Errorf("a damaged model: %w", errors.Join(err, errors.New("sizes out of range")))
			}
			l.Classes, l.Grams, l.Weights, l.Bias = int(own), make([]uint32, grams), make([]int8, grams*own), make([]float32, own)
			get(l.Grams, l.Weights, &l.Unit, l.Bias)
			columnsLeft -= l.Classes
		}
		if columnsLeft < 0 {
			return nil, errors.New("a damaged model: too many classes")
		}
		e.Trees = make([]Tree, trees)
		for i := range e.Trees {
			var n uint16
			get(&n)
			t := make(Tree, n)
			get([]Node(t))
			if err == nil && !t.sound(len(FeatureNames)+e.linear()) {
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

// sound reports whether it is a tree: each path ends in a leaf, each node but
// the root is reached once, and there are no more leaves than a forest takes.
func (t Tree) sound(features int) bool {
	reached := make([]bool, len(t))
	leaves := 0
	for i, n := range t {
		if n.Feature == Leaf {
			leaves++
			continue
		}
		left := int(n.Left)
		if int(n.Feature) >= features || left <= i || left+1 >= len(t) || reached[left] || reached[left+1] {
			return false
		}
		reached[left], reached[left+1] = true, true
	}
	return len(t) > 0 && len(t) == 2*leaves-1 && leaves <= maxLeaves
}

//go:embed model.bin
var embedded []byte

// learned is the model that is part of the program.
var learned = sync.OnceValue(func() *reader {
	m, err := Decode(bytes.NewReader(embedded))
	if err != nil {
		panic("internal/classify/model.bin: " + err.Error())
	}
	known := &reader{Model: m, vocabulary: vocabularyOf(m)}
	for i, e := range m.estimators() {
		known.forests[i] = forestOf(e)
	}
	return known
})

// reader is a model that is ready to be asked.
type reader struct {
	*Model
	*vocabulary
	forests [3]*forest
}

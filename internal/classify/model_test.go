package classify

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// walk is the leaf of a tree by the definition of Node.
func (t Tree) walk(values []float32) (leaf Node, path []int) {
	at := 0
	for t[at].Feature != Leaf {
		path = append(path, at)
		next := int(t[at].Left)
		if values[t[at].Feature] > t[at].Cut {
			next++
		}
		at = next
	}
	return t[at], append(path, at)
}

// made is a tree with so many leaves over so many features.
func made(rng *rand.Rand, leaves, features int) Tree {
	t := Tree{{Feature: Leaf}}
	for n := 1; n < leaves; n++ {
		at := rng.IntN(len(t))
		for t[at].Feature != Leaf {
			at = rng.IntN(len(t))
		}
		t[at].Feature, t[at].Cut, t[at].Left = uint16(rng.IntN(features)), float32(rng.IntN(7)-3), uint16(len(t))
		t = append(t, Node{Feature: Leaf}, Node{Feature: Leaf})
	}
	for i := range t {
		t[i].Value = float32(rng.NormFloat64())
	}
	return t
}

func TestForestLeadsWhereItsTreesLead(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	n := len(FeatureNames) + 3
	e := &Estimator{Classes: 3, Base: []float32{0.5, 0, -0.5}}
	for range 90 {
		tree := made(rng, 1+rng.IntN(maxLeaves), n)
		if !tree.sound(n) {
			t.Fatalf("not sound: %v", tree)
		}
		e.Trees = append(e.Trees, tree)
	}
	f := forestOf(e)
	for range 200 {
		values := make([]float32, n)
		for i := range values {
			values[i] = float32(rng.IntN(7) - 3)
		}
		left := f.leaves(values)
		want, moved := [3]float32{0.5, 0, -0.5}, make([]float32, n)
		for i, tree := range e.Trees {
			leaf, path := tree.walk(values)
			want[i%3] += leaf.Value
			for j := 0; i%3 == 1 && j+1 < len(path); j++ {
				moved[tree[path[j]].Feature] += tree[path[j+1]].Value - tree[path[j]].Value
			}
		}
		if got := f.scores(left); [3]float32(got) != want {
			t.Fatalf("scores %v, want %v", got, want)
		}
		by := make([]float32, n)
		f.moves(left, 1, by)
		for i := range by {
			if math.Abs(float64(by[i]-moved[i])) > 1e-4 {
				t.Fatalf("feature %d moved class 1 by %g, want %g", i, by[i], moved[i])
			}
		}
	}
}

func TestUnsoundTrees(t *testing.T) {
	leaf := Node{Feature: Leaf}
	for name, tree := range map[string]Tree{
		"empty":            {},
		"leads back":       {{Left: 1}, {Left: 0}, leaf},
		"leads out":        {{Left: 2}, leaf, leaf},
		"node reached two": {{Left: 1}, {Left: 3}, {Left: 3}, leaf, leaf},
		"not reached":      {leaf, leaf},
		"unknown feature":  {{Feature: 9, Left: 1}, leaf, leaf},
		"too many leaves":  made(rand.New(rand.NewPCG(1, 1)), maxLeaves+1, 5),
	} {
		if tree.sound(5) {
			t.Errorf("%s: taken", name)
		}
	}
}

// What the trees see at work is what they saw when they were learned.
func TestVocabularyReadsAsItsPartsDo(t *testing.T) {
	m := learned()
	see := [3]func(*Features) []float32{}
	for i, e := range m.estimators() {
		see[i] = e.Inputs()
	}
	for i := range 40 {
		l := market.Listing{
			Title:       fmt.Sprintf("Need %d product photos retouched, quick work", i),
			Description: fmt.Sprintf("We are a shop in Leeds. Please cut out %d photos. Please cut out the photos with care!\nYou have experience with Photoshop; good communication skills are needed.\n- simple work\n- WordPress theme, React and %d pages", i, i*3),
			Skills:      []string{"Photo Editing", "Adobe Photoshop", "WordPress"}[:i%4],
		}
		f, d := Extract(l), read(l)
		var scores [3][]float32
		for i, e := range m.estimators() {
			scores[i] = make([]float32, e.linear())
		}
		m.read(d.grams(), scores[:])
		for i := range scores {
			want := see[i](&f)[len(f.Values):]
			for c, v := range scores[i] {
				if v != want[c] {
					t.Fatalf("listing %q, label %d: scores %v, want %v", l.Title, i, scores[i], want)
				}
			}
		}
	}
}

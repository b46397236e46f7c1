package classify

import (
	"math/bits"
	"slices"
)

// maxLeaves are the leaves that a tree may have.
const maxLeaves = 16

// forest is the trees of an estimator, made ready to be asked quickly (Lucchese
// et al., "QuickScorer", SIGIR 2015): a value takes away, at each branch that
// sends it to the right, the leaves on the left of the branch, and the first
// leaf left over is the tree's. Most values are zero and reach no branch.
type forest struct {
	classes, trees int
	base           []float32
	from           []int32 // by feature: its first branch
	cuts           []float32
	branches       []branch // of each feature by rising cut
	values         []float32
	steps          [][]step // by tree and leaf: how each branch moves the mean
}

// branch takes leaves away from a tree.
type branch struct{ tree, keep uint16 }

type step struct {
	feature int32
	by      float32
}

// forestOf makes the trees of an estimator ready, of which each is sound.
func forestOf(e *Estimator) *forest {
	f := &forest{classes: e.Classes, trees: len(e.Trees), base: e.Base, values: make([]float32, maxLeaves*len(e.Trees)), steps: make([][]step, maxLeaves*len(e.Trees))}
	type cutAt struct {
		cut float32
		branch
	}
	byFeature := make([][]cutAt, len(FeatureNames)+e.linear())
	for i, t := range e.Trees {
		leaf := 0
		var walk func(node int, path []step)
		walk = func(node int, path []step) {
			n := t[node]
			if n.Feature == Leaf {
				f.values[i*maxLeaves+leaf] = n.Value
				f.steps[i*maxLeaves+leaf] = slices.Clone(path)
				leaf++
				return
			}
			down := func(to int) { walk(to, append(path, step{int32(n.Feature), t[to].Value - n.Value})) }
			first := leaf
			down(int(n.Left))
			gone := uint16(1<<leaf - 1<<first)
			byFeature[n.Feature] = append(byFeature[n.Feature], cutAt{n.Cut, branch{uint16(i), ^gone}})
			down(int(n.Left) + 1)
		}
		walk(0, nil)
	}
	for _, list := range byFeature {
		f.from = append(f.from, int32(len(f.cuts)))
		slices.SortStableFunc(list, func(a, b cutAt) int {
			switch {
			case a.cut < b.cut:
				return -1
			case a.cut > b.cut:
				return 1
			}
			return 0
		})
		for _, c := range list {
			f.cuts, f.branches = append(f.cuts, c.cut), append(f.branches, c.branch)
		}
	}
	f.from = append(f.from, int32(len(f.cuts)))
	return f
}

// leaves are the leaves left over of each tree, of which the first is the
// one that values lead to.
func (f *forest) leaves(values []float32) []uint16 {
	left := make([]uint16, f.trees)
	for i := range left {
		left[i] = 1<<maxLeaves - 1
	}
	for i, v := range values {
		from, to := f.from[i], f.from[i+1]
		cuts := f.cuts[from:to]
		for j, b := range f.branches[from:to] {
			if !(v > cuts[j]) {
				break
			}
			left[b.tree] &= b.keep
		}
	}
	return left
}

// scores are those of each class.
func (f *forest) scores(left []uint16) []float32 {
	scores := slices.Clone(f.base)
	c := 0
	for i, l := range left {
		scores[c] += f.values[i*maxLeaves+bits.TrailingZeros16(l)]
		if c++; c == f.classes {
			c = 0
		}
	}
	return scores
}

// moves adds up, for each value, how far it moved the score of class c, along
// the paths through that class's trees.
func (f *forest) moves(left []uint16, c int, by []float32) {
	for i := c; i < len(left); i += f.classes {
		for _, s := range f.steps[i*maxLeaves+bits.TrailingZeros16(left[i])] {
			by[s.feature] += s.by
		}
	}
}

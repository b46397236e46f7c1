package learn

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/kajkhoj/kajkhoj/internal/classify"
)

// How trees are grown.
type growth struct {
	Rounds  int
	Rate    float64
	Leaves  int
	Share   float64 // of the features, for each tree
	Rows    float64 // share of the rows, for each round
	Least   float64 // weight of the rows in a leaf
	Penalty float64 // on the square of a leaf's value
}

const maxBins = 64

// table is values cut into bins: bins[feature][row], and the upper bound of
// each bin.
type table struct {
	bins [][]uint8
	cuts [][]float32
}

// cut bins the values of rows.
func cut(values [][]float32) table {
	n := len(values[0])
	t := table{make([][]uint8, n), make([][]float32, n)}
	col := make([]float32, len(values))
	for f := range n {
		for i, v := range values {
			col[i] = v[f]
		}
		sorted := slices.Clone(col)
		slices.Sort(sorted)
		distinct := slices.Compact(slices.Clone(sorted))
		var cuts []float32
		if len(distinct) <= maxBins {
			for i := 0; i+1 < len(distinct); i++ {
				cuts = append(cuts, (distinct[i]+distinct[i+1])/2)
			}
		} else {
			for b := 1; b < maxBins; b++ {
				at := len(sorted) * b / maxBins
				if v := sorted[at]; v > sorted[0] {
					if c := (v + before(distinct, v)) / 2; len(cuts) == 0 || c > cuts[len(cuts)-1] {
						cuts = append(cuts, c)
					}
				}
			}
		}
		t.cuts[f] = cuts
		if len(cuts) == 0 {
			continue
		}
		bins := make([]uint8, len(col))
		for i, v := range col {
			b, _ := slices.BinarySearch(cuts, v)
			bins[i] = uint8(b)
		}
		t.bins[f] = bins
	}
	return t
}

// before is the largest of the distinct values under v.
func before(distinct []float32, v float32) float32 {
	i, _ := slices.BinarySearch(distinct, v)
	return distinct[max(0, i-1)]
}

// boost grows trees for softmax loss. classes[i] is the class of row i.
func boost(t table, classes []int, weights []float64, k int, g growth, seed uint64) (base []float32, trees []classify.Tree) {
	rng := rand.New(rand.NewPCG(seed, 1))
	n := len(classes)
	sum, total := make([]float64, k), 0.0
	for i, c := range classes {
		sum[c] += weights[i]
		total += weights[i]
	}
	base = make([]float32, k)
	for c := range k {
		base[c] = float32(math.Log((sum[c] + 1) / (total + float64(k))))
	}
	scores := make([][]float64, k)
	for c := range k {
		scores[c] = make([]float64, n)
		for i := range scores[c] {
			scores[c][i] = float64(base[c])
		}
	}
	var usable []int
	for f := range t.bins {
		if t.bins[f] != nil {
			usable = append(usable, f)
		}
	}
	p := make([][]float64, n)
	flat := make([]float64, n*k)
	for i := range p {
		p[i] = flat[i*k : (i+1)*k]
	}
	gr := &grower{table: t, grad: make([]float32, n), hess: make([]float32, n), growth: g}
	all := make([]int32, n)
	for range g.Rounds {
		for i := range p {
			for c := range k {
				p[i][c] = scores[c][i]
			}
			classify.Softmax(p[i])
		}
		all = all[:0]
		for i := range n {
			if g.Rows >= 1 || rng.Float64() < g.Rows {
				all = append(all, int32(i))
			}
		}
		for c := range k {
			for i := range n {
				y := 0.0
				if classes[i] == c {
					y = 1
				}
				gr.grad[i] = float32(weights[i] * (p[i][c] - y))
				gr.hess[i] = float32(weights[i] * max(1e-6, p[i][c]*(1-p[i][c])))
			}
			rng.Shuffle(len(usable), func(a, b int) { usable[a], usable[b] = usable[b], usable[a] })
			gr.features = usable[:max(1, int(float64(len(usable))*g.Share))]
			tree := gr.grow(slices.Clone(all))
			trees = append(trees, tree)
			for i := range n {
				scores[c][i] += float64(gr.value(tree, i))
			}
		}
	}
	return base, trees
}

// grower grows one tree at a time.
type grower struct {
	table
	growth
	grad, hess []float32
	features   []int
	spare      [][]float32 // histograms to be used again
	binCut     []uint8     // by node of the last tree: the bin of its cut
}

// leaf is a leaf that may be split.
type leaf struct {
	node       int
	rows       []int32
	hist       []float32 // features × maxBins × (gradient, hessian)
	sumG, sumH float64
	gain       float64
	feature    int
	bin        uint8
}

func (g *grower) grow(rows []int32) classify.Tree {
	root := &leaf{rows: rows, hist: g.histogram(rows)}
	for _, r := range rows {
		root.sumG += float64(g.grad[r])
		root.sumH += float64(g.hess[r])
	}
	g.find(root)
	tree := classify.Tree{g.node(root)}
	g.binCut = []uint8{0}
	open := []*leaf{root}
	for leaves := 1; leaves < g.Leaves; leaves++ {
		best := -1
		for i, l := range open {
			if l.gain > 0 && (best < 0 || l.gain > open[best].gain) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		l := open[best]
		left, right := &leaf{node: len(tree)}, &leaf{node: len(tree) + 1}
		bins := g.bins[l.feature]
		for _, r := range l.rows {
			to := left
			if bins[r] > l.bin {
				to = right
			}
			to.rows = append(to.rows, r)
			to.sumG += float64(g.grad[r])
			to.sumH += float64(g.hess[r])
		}
		small, large := left, right
		if len(small.rows) > len(large.rows) {
			small, large = large, small
		}
		small.hist = g.histogram(small.rows)
		large.hist = l.hist
		for i, v := range small.hist {
			large.hist[i] -= v
		}
		l.hist = nil
		tree[l.node].Feature, tree[l.node].Left, tree[l.node].Cut = uint16(l.feature), uint16(left.node), g.cuts[l.feature][l.bin]
		g.binCut[l.node] = l.bin
		tree = append(tree, g.node(left), g.node(right))
		g.binCut = append(g.binCut, 0, 0)
		g.find(left)
		g.find(right)
		open[best] = left
		open = append(open, right)
	}
	for _, l := range open {
		g.spare = append(g.spare, l.hist)
	}
	return tree
}

func (g *grower) node(l *leaf) classify.Node {
	return classify.Node{Feature: classify.Leaf, Value: float32(-g.Rate * l.sumG / (l.sumH + g.Penalty))}
}

func (g *grower) histogram(rows []int32) []float32 {
	n := len(g.features) * maxBins * 2
	var h []float32
	if last := len(g.spare) - 1; last >= 0 && len(g.spare[last]) == n {
		h, g.spare = g.spare[last], g.spare[:last]
		clear(h)
	} else {
		h = make([]float32, n)
	}
	for i, f := range g.features {
		bins, at := g.bins[f], h[i*maxBins*2:(i+1)*maxBins*2]
		for _, r := range rows {
			b := int(bins[r]) * 2
			at[b] += g.grad[r]
			at[b+1] += g.hess[r]
		}
	}
	return h
}

// find is the best split of a leaf.
func (g *grower) find(l *leaf) {
	score := func(sg, sh float64) float64 { return sg * sg / (sh + g.Penalty) }
	whole := score(l.sumG, l.sumH)
	l.gain = 0
	for i, f := range g.features {
		at := l.hist[i*maxBins*2:]
		sg, sh := 0.0, 0.0
		for b := range len(g.cuts[f]) {
			sg += float64(at[2*b])
			sh += float64(at[2*b+1])
			if sh < g.Least {
				continue
			}
			if l.sumH-sh < g.Least {
				break
			}
			if gain := score(sg, sh) + score(l.sumG-sg, l.sumH-sh) - whole; gain > l.gain+1e-6 {
				l.gain, l.feature, l.bin = gain, f, uint8(b)
			}
		}
	}
}

// value is the tree's value for row i of the table.
func (g *grower) value(t classify.Tree, i int) float32 {
	n := 0
	for t[n].Feature != classify.Leaf {
		next := int(t[n].Left)
		if g.bins[t[n].Feature][i] > g.binCut[n] {
			next++
		}
		n = next
	}
	return t[n].Value
}

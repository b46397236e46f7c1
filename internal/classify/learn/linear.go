package learn

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/kajkhoj/kajkhoj/internal/classify"
)

// Of the linear scores.
const (
	leastListings = 4     // that hold a gram
	mostGrams     = 20000 // that are kept
	passes        = 10
	rate          = 0.35
	decay         = 2e-4
)

// choose is the grams that tell the classes apart best, by the chi-square of
// their presence, in rising order of hash.
func choose(examples []Example, rows []int, label int, k int) []uint32 {
	counts := map[uint32]*[4]float32{}
	var classes [4]float64
	total := 0.0
	for _, r := range rows {
		e := &examples[r]
		c := e.Class[label]
		classes[c] += e.Weight
		total += e.Weight
		for _, h := range e.Features.Grams {
			n := counts[h]
			if n == nil {
				n = new([4]float32)
				counts[h] = n
			}
			n[c] += float32(e.Weight)
		}
	}
	type scored struct {
		hash  uint32
		value float64
	}
	var list []scored
	for h, n := range counts {
		sum := float64(n[0]) + float64(n[1]) + float64(n[2])
		if sum < leastListings {
			continue
		}
		chi := 0.0
		for c := range k {
			expected := sum * classes[c] / total
			d := float64(n[c]) - expected
			chi += d * d / (expected + 1)
		}
		list = append(list, scored{h, chi})
	}
	slices.SortFunc(list, func(a, b scored) int {
		if a.value != b.value {
			if a.value > b.value {
				return -1
			}
			return 1
		}
		return int(int64(a.hash) - int64(b.hash))
	})
	if len(list) > mostGrams {
		list = list[:mostGrams]
	}
	out := make([]uint32, len(list))
	for i, s := range list {
		out[i] = s.hash
	}
	slices.Sort(out)
	return out
}

// linear fits a softmax regression on the presence of grams by adaptive
// gradient descent, and rounds its weights to eight bits.
func linear(examples []Example, rows []int, label, k int, seed uint64) classify.Estimator {
	est := classify.Estimator{Classes: k, Grams: choose(examples, rows, label, k)}
	at := make(map[uint32]int32, len(est.Grams))
	for i, h := range est.Grams {
		at[h] = int32(i)
	}
	type sparse struct {
		grams []int32
		by    float64
	}
	data := make([]sparse, len(rows))
	for i, r := range rows {
		for _, h := range examples[r].Features.Grams {
			if j, ok := at[h]; ok {
				data[i].grams = append(data[i].grams, j)
			}
		}
		data[i].by = 1 / math.Sqrt(float64(max(1, len(data[i].grams))))
	}
	w := make([]float64, len(est.Grams)*k)
	sq := make([]float64, len(w))
	bias, biasSq := make([]float64, k), make([]float64, k)
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	rng := rand.New(rand.NewPCG(seed, 2))
	p := make([]float64, k)
	for range passes {
		rng.Shuffle(len(order), func(a, b int) { order[a], order[b] = order[b], order[a] })
		for _, i := range order {
			e, x := &examples[rows[i]], data[i]
			for c := range k {
				s := 0.0
				for _, j := range x.grams {
					s += w[int(j)*k+c]
				}
				p[c] = bias[c] + s*x.by
			}
			classify.Softmax(p)
			for c := range k {
				g := p[c]
				if c == e.Class[label] {
					g--
				}
				g *= e.Weight
				biasSq[c] += g * g
				bias[c] -= rate * g / math.Sqrt(biasSq[c]+1e-6)
				gx := g * x.by
				for _, j := range x.grams {
					at := int(j)*k + c
					d := gx + decay*w[at]
					sq[at] += d * d
					w[at] -= rate * d / math.Sqrt(sq[at]+1e-4)
				}
			}
		}
	}
	most := 0.0
	for _, v := range w {
		most = max(most, math.Abs(v))
	}
	est.GramUnit = float32(max(most, 1e-9) / 127)
	est.GramWeights = make([]int8, len(w))
	for i, v := range w {
		est.GramWeights[i] = int8(math.Round(v / float64(est.GramUnit)))
	}
	est.GramBias = make([]float32, k)
	for c := range k {
		est.GramBias[c] = float32(bias[c])
	}
	return est
}

package learn

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/classify"
)

// Of the linear scores.
const (
	leastRows = 4 // that hold a gram
	rate      = 0.35
	decay     = 2e-4
)

// sample is something with grams that a linear part learns a class of.
type sample struct {
	grams  []uint32
	class  int
	weight float64
}

// choose is the grams that tell the classes apart best, by the chi-square of
// their presence, in rising order of hash.
func choose(samples []sample, k, most int) []uint32 {
	counts := map[uint32]*[5]float32{}
	var classes [5]float64
	total := 0.0
	for _, s := range samples {
		classes[s.class] += s.weight
		total += s.weight
		for _, h := range s.grams {
			n := counts[h]
			if n == nil {
				n = new([5]float32)
				counts[h] = n
			}
			n[s.class] += float32(s.weight)
		}
	}
	type scored struct {
		hash  uint32
		value float64
	}
	var list []scored
	for h, n := range counts {
		sum := 0.0
		for c := range k {
			sum += float64(n[c])
		}
		if sum < leastRows {
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
		return cmp.Or(cmp.Compare(b.value, a.value), cmp.Compare(a.hash, b.hash))
	})
	list = list[:min(most, len(list))]
	out := make([]uint32, len(list))
	for i, s := range list {
		out[i] = s.hash
	}
	slices.Sort(out)
	return out
}

// linear fits a softmax regression of k classes on the presence of at most
// most grams by adaptive gradient descent, and rounds its weights to eight
// bits.
func linear(samples []sample, k, most, passes int, seed uint64) classify.Linear {
	l := classify.Linear{Classes: k, Grams: choose(samples, k, most)}
	at := make(map[uint32]int32, len(l.Grams))
	for i, h := range l.Grams {
		at[h] = int32(i)
	}
	type sparse struct {
		grams []int32
		by    float64
	}
	data := make([]sparse, len(samples))
	order := make([]int, len(samples))
	for i, s := range samples {
		order[i] = i
		for _, h := range s.grams {
			if j, ok := at[h]; ok {
				data[i].grams = append(data[i].grams, j)
			}
		}
		data[i].by = 1 / math.Sqrt(float64(max(1, len(data[i].grams))))
	}
	w := make([]float64, len(l.Grams)*k)
	sq := make([]float64, len(w))
	bias, biasSq := make([]float64, k), make([]float64, k)
	rng := rand.New(rand.NewPCG(seed, 2))
	p := make([]float64, k)
	for range passes {
		rng.Shuffle(len(order), func(a, b int) { order[a], order[b] = order[b], order[a] })
		for _, i := range order {
			s, x := &samples[i], data[i]
			copy(p, bias)
			for _, j := range x.grams {
				for c, v := range w[int(j)*k : int(j)*k+k] {
					p[c] += x.by * v
				}
			}
			classify.Softmax(p)
			for c := range k {
				g := p[c]
				if c == s.class {
					g--
				}
				g *= s.weight
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
	top := 0.0
	for _, v := range w {
		top = max(top, math.Abs(v))
	}
	l.Unit = float32(max(top, 1e-9) / 127)
	l.Weights = make([]int8, len(w))
	for i, v := range w {
		l.Weights[i] = int8(math.Round(v / float64(l.Unit)))
	}
	l.Bias = make([]float32, k)
	for c := range k {
		l.Bias[c] = float32(bias[c])
	}
	return l
}

// Of the two linear parts: how many grams are kept at most, and how often the
// samples are gone through.
const (
	mostWords, wordPasses         = 20000, 10
	mostSentences, sentencePasses = 20000, 5
)

// quiet is the share of the sentences that decide nothing that is learned
// from: there are many.
const quiet = 0.35

// linearParts learns the linear parts of one label.
func linearParts(examples []Example, rows []int, label int, seed uint64) (words, sentences classify.Linear) {
	var whole, parts []sample
	rng := rand.New(rand.NewPCG(seed, 4))
	k := Classes[label]
	for _, r := range rows {
		e := &examples[r]
		whole = append(whole, sample{e.Features.Grams, e.Class[label], e.Weight})
		for i, s := range e.Features.Sentences {
			switch {
			case e.Decides[label] == nil:
			case e.Decides[label][i]:
				parts = append(parts, sample{s.Grams, e.Class[label], e.Weight})
			case rng.Float64() < quiet:
				parts = append(parts, sample{s.Grams, k, e.Weight})
			}
		}
	}
	words = linear(whole, k, mostWords, wordPasses, seed)
	if len(parts) > 0 {
		sentences = linear(parts, k+1, mostSentences, sentencePasses, seed)
	}
	return words, sentences
}

// decides marks the sentences that hold words which readers quoted; several
// quotes of one reader are parted by semicolons.
func decides(sentences []classify.Sentence, quotes []string) []bool {
	out := make([]bool, len(sentences))
	for q := range strings.SplitSeq(strings.Join(quotes, ";"), ";") {
		words := classify.Words(q)
		if len(words) == 0 {
			continue
		}
		for i, s := range sentences {
			if holds(s.Words, words) || len(s.Words) >= 3 && holds(words, s.Words) {
				out[i] = true
			}
		}
	}
	return out
}

// holds reports whether part stands in whole.
func holds(whole, part []uint32) bool {
	for i := 0; i+len(part) <= len(whole); i++ {
		if slices.Equal(whole[i:i+len(part)], part) {
			return true
		}
	}
	return false
}

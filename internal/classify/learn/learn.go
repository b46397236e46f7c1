// Package learn makes a classify.Model from labelled listings, and measures
// it on listings held out. The same listings give the same model.
package learn

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/classify"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

// The labels that are learned.
const (
	Level = iota
	English
	Spoken
	Labels
)

// Classes is how many classes each label has.
var Classes = [Labels]int{3, 3, 2}

// Example is a labelled listing.
type Example struct {
	Features classify.Features
	// Class is the class of each label; Said the class that the text
	// states, -1 where it states none.
	Class, Said [Labels]int
	// Decides marks, for each label, the sentences of Features that hold words
	// for which a reader chose the class; nil where none was asked for such.
	Decides [Labels][]bool
	Stratum string
	// Written says that the listing was written to be learned from: nothing is
	// measured on it.
	Written bool
	// Gold says that more readers than one agreed on the labels.
	Gold bool
	// Group is the same for near-duplicates.
	Group int
	// Weight is how much the example counts in learning.
	Weight float64
}

// EnglishClass is the class of an ability: native counts as fluent.
func EnglishClass(e market.English) int { return min(e.Rank()-1, 2) }

// Options are how a model is learned.
type Options struct {
	Folds int
	Seed  uint64
	// Log is told what is being done; nil is silence.
	Log func(format string, args ...any)
}

// grown is how the trees are grown, chosen on folds.
var grown = [Labels]growth{
	Level:   {Rounds: 260, Rate: 0.04, Leaves: 12, Share: 0.25, Rows: 0.8, Least: 3, Penalty: 2},
	English: {Rounds: 260, Rate: 0.04, Leaves: 12, Share: 0.25, Rows: 0.8, Least: 3, Penalty: 2},
	Spoken:  {Rounds: 120, Rate: 0.05, Leaves: 8, Share: 0.25, Rows: 0.8, Least: 3, Penalty: 2},
}

// Foldings gives each example a fold, near-duplicates the same.
func Foldings(examples []Example, folds int, seed uint64) []int {
	rng := rand.New(rand.NewPCG(seed, 3))
	of := map[int]int{}
	out := make([]int, len(examples))
	for i, e := range examples {
		f, ok := of[e.Group]
		if !ok {
			f = rng.IntN(folds)
			of[e.Group] = f
		}
		out[i] = f
	}
	return out
}

// Groups gives near-duplicates the same number: texts that share a title of
// four words or more, or one of five bands of min-hashes of their runs of
// four words (Broder, "On the resemblance and containment of documents",
// 1997).
func Groups(listings []market.Listing) []int {
	parent := make([]int, len(listings))
	for i := range parent {
		parent[i] = i
	}
	var root func(int) int
	root = func(i int) int {
		if parent[i] != i {
			parent[i] = root(parent[i])
		}
		return parent[i]
	}
	first := map[string]int{}
	same := func(key string, i int) {
		if j, ok := first[key]; ok {
			parent[root(i)] = root(j)
		} else {
			first[key] = i
		}
	}
	const bands, rows, run = 5, 4, 4
	for i, l := range listings {
		title := phrase.Lex(l.Title)
		var b strings.Builder
		for j := range title.Words {
			b.WriteString(title.Fold(j) + " ")
		}
		if len(title.Words) >= 4 {
			same("t"+b.String(), i)
		}
		text := phrase.Lex(l.Description)
		if len(text.Words) < 8 {
			continue
		}
		var least [bands * rows]uint64
		for j := range least {
			least[j] = math.MaxUint64
		}
		for j := 0; j+run <= len(text.Words); j++ {
			h := fnv.New64a()
			for k := range run {
				h.Write([]byte(text.Fold(j + k)))
				h.Write([]byte{' '})
			}
			v := h.Sum64()
			for k := range least {
				x := (v ^ uint64(k+1)*0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9
				x ^= x >> 31
				least[k] = min(least[k], x*0x94d049bb133111eb)
			}
		}
		for k := range bands {
			key := []byte{'m', byte(k)}
			for _, v := range least[k*rows : (k+1)*rows] {
				for s := 0; s < 64; s += 8 {
					key = append(key, byte(v>>s))
				}
			}
			same(string(key), i)
		}
	}
	out := make([]int, len(listings))
	for i := range out {
		out[i] = root(i)
	}
	return out
}

// fit learns linear scores and trees from the rows of one label. The trees
// see linear scores of models that did not see the listing.
func fit(examples []Example, rows []int, label int, seed uint64) classify.Estimator {
	const inner = 5
	k := Classes[label]
	est := classify.Estimator{Classes: k}
	est.Words, est.Sentences = linearParts(examples, rows, label, seed)
	inputs := make([][]float32, len(rows))
	folds := Foldings(examples, inner, seed+100)
	for f := range inner {
		var train []int
		for _, r := range rows {
			if folds[r] != f {
				train = append(train, r)
			}
		}
		part := classify.Estimator{Classes: k}
		part.Words, part.Sentences = linearParts(examples, train, label, seed+uint64(f))
		see := part.Inputs()
		for i, r := range rows {
			if folds[r] == f {
				inputs[i] = see(&examples[r].Features)
			}
		}
	}
	classes, weights := make([]int, len(rows)), make([]float64, len(rows))
	for i, r := range rows {
		classes[i], weights[i] = examples[r].Class[label], examples[r].Weight
	}
	est.Base, est.Trees = boost(cut(inputs), classes, weights, k, grown[label], seed)
	return est
}

// Held are the probabilities of one label for each example from models that
// did not see it.
type Held struct {
	Raw, Calibrated [][]float64
	Guess           []int  // the class chosen; what the text states where it states one
	Shown           []bool // whether the guess is shown as the label
	Folds           []int
}

// CrossValidate learns one label on all folds but one, for each. Calibration,
// factors and thresholds are chosen on the other folds.
func CrossValidate(examples []Example, label int, o Options) (Held, classify.Estimator) {
	n := len(examples)
	h := Held{Raw: make([][]float64, n), Calibrated: make([][]float64, n), Guess: make([]int, n), Shown: make([]bool, n), Folds: Foldings(examples, o.Folds, o.Seed)}
	for f := range o.Folds {
		var train []int
		for i := range n {
			if h.Folds[i] != f || examples[i].Written {
				train = append(train, i)
			}
		}
		est := fit(examples, train, label, o.Seed+uint64(f)*1000)
		see, raw := est.Inputs(), est.Raw()
		for i := range n {
			if h.Folds[i] == f && !examples[i].Written {
				h.Raw[i] = raw(see(&examples[i].Features))
			}
		}
		if o.Log != nil {
			o.Log("label %d: fold %d of %d", label, f+1, o.Folds)
		}
	}
	for f := range o.Folds {
		var others []int
		for i := range n {
			if h.Folds[i] != f && !examples[i].Written {
				others = append(others, i)
			}
		}
		est := classify.Estimator{Classes: Classes[label]}
		adjust(&est, examples, others, label, h.Raw)
		for i := range n {
			if h.Folds[i] == f && !examples[i].Written {
				h.Calibrated[i] = est.Calibrated(h.Raw[i])
				h.Guess[i] = est.Choose(h.Calibrated[i])
				h.Shown[i] = h.Calibrated[i][h.Guess[i]] >= float64(est.Show[h.Guess[i]])
				if s := examples[i].Said[label]; s >= 0 {
					h.Guess[i], h.Shown[i] = s, true
				}
			}
		}
	}
	var last classify.Estimator
	last.Classes = Classes[label]
	var all []int
	for i := range n {
		if !examples[i].Written {
			all = append(all, i)
		}
	}
	adjust(&last, examples, all, label, h.Raw)
	return h, last
}

// Learn learns a model from all examples. Calibration, factors and
// thresholds come from folds held out. The second result is those folds, by label.
func Learn(examples []Example, o Options) (*classify.Model, [Labels]Held) {
	var m classify.Model
	var held [Labels]Held
	all := make([]int, len(examples))
	for i := range all {
		all[i] = i
	}
	for label, to := range []*classify.Estimator{&m.Level, &m.English, &m.Spoken} {
		h, tuned := CrossValidate(examples, label, o)
		held[label] = h
		*to = fit(examples, all, label, o.Seed+77)
		to.Slope, to.Shift, to.Factors, to.Show, to.Said = tuned.Slope, tuned.Shift, tuned.Factors, tuned.Show, tuned.Said
	}
	return &m, held
}

// adjust sets calibration, factors and thresholds from held-out
// probabilities of rows.
func adjust(est *classify.Estimator, examples []Example, rows []int, label int, raw [][]float64) {
	k := est.Classes
	mix := Mix(examples, rows)
	// Platt: minimise the log loss by Newton-free gradient descent.
	slope, shift := 1.0, make([]float64, k)
	for range 300 {
		gs, gc, total := 0.0, make([]float64, k), 0.0
		for j, r := range rows {
			if examples[r].Said[label] >= 0 {
				continue
			}
			w := mix[j]
			p := make([]float64, k)
			for c := range k {
				p[c] = slope*math.Log(max(raw[r][c], 1e-9)) + shift[c]
			}
			classify.Softmax(p)
			for c := range k {
				g := p[c]
				if c == examples[r].Class[label] {
					g--
				}
				gs += w * g * math.Log(max(raw[r][c], 1e-9))
				gc[c] += w * g
			}
			total += w
		}
		if total == 0 {
			break
		}
		slope -= 0.3 * gs / total
		for c := range k {
			shift[c] -= 0.6 * gc[c] / total
		}
	}
	est.Slope, est.Shift = float32(slope), make([]float32, k)
	for c := range k {
		est.Shift[c] = float32(shift[c])
	}
	est.Factors = factors(est, examples, rows, mix, label, raw)
	est.Show = thresholds(est, examples, rows, mix, label, raw)
	est.Said = make([]float32, k)
	right, said := make([]float64, k), make([]float64, k)
	for _, r := range rows {
		if s := examples[r].Said[label]; s >= 0 {
			said[s]++
			if s == examples[r].Class[label] {
				right[s]++
			}
		}
	}
	for c := range k {
		est.Said[c] = float32((right[c] + 2) / (said[c] + 2.2)) // towards 10 in 11 where few were seen
	}
}

// showRight is the share of the labels shown that shall be right, with a
// margin over the nine in ten that are promised. Entry is shown from a
// probability lower by entryEarlier, but not from less than leastEntry,
// because beginners live by it.
const (
	showRight    = 0.91
	entryEarlier = 0.20
	leastEntry   = 0.45
)

// thresholds are the lowest probabilities from which enough of the labels
// shown are right, of the rows as they are and by their mix alike.
func thresholds(est *classify.Estimator, examples []Example, rows []int, mix []float64, label int, raw [][]float64) []float32 {
	if label == Spoken {
		return []float32{0.80, 0.70}
	}
	show := make([]float32, est.Classes)
	for t := 0.50; t < 0.95; t += 0.01 {
		for c := range show {
			show[c] = float32(t)
			if label == Level && c == 0 {
				show[c] = float32(max(leastEntry, t-entryEarlier))
			}
		}
		var shown, right, shownMix, rightMix float64
		for j, r := range rows {
			p := est.Calibrated(raw[r])
			got := est.Choose(p)
			if s := examples[r].Said[label]; s >= 0 {
				got = s
			} else if p[got] < float64(show[got]) {
				continue
			}
			shown++
			shownMix += mix[j]
			if got == examples[r].Class[label] {
				right++
				rightMix += mix[j]
			}
		}
		if right >= showRight*shown && rightMix >= showRight*shownMix {
			break
		}
	}
	return show
}

// factors are those of which the best mean F1 of the classes is to be
// expected by the calibrated probabilities of the rows, which leave less to
// chance than their labels do; each from a grid, smoothed over its neighbours.
func factors(est *classify.Estimator, examples []Example, rows []int, mix []float64, label int, raw [][]float64) []float32 {
	k := est.Classes
	if k == 2 {
		return []float32{1, 1}
	}
	probabilities := make([][]float64, len(rows))
	for j, r := range rows {
		probabilities[j] = est.Calibrated(raw[r])
		if s := examples[r].Said[label]; s >= 0 {
			clear(probabilities[j])
			probabilities[j][s] = 1
		}
	}
	grid := []float64{0.7, 0.8, 0.9, 1, 1.15, 1.3, 1.5, 1.75, 2, 2.4, 2.8}
	score := func(fs []float64) float64 {
		m := NewMatrix(k)
		for j, p := range probabilities {
			best := 0
			for c := range k {
				if p[c]*fs[c] > p[best]*fs[best] {
					best = c
				}
			}
			for c := range k {
				m.Add(c, best, mix[j]*p[c])
			}
		}
		return m.MacroF1()
	}
	fixed := 0
	if label == Level {
		fixed = 1
	}
	var free []int
	for c := range k {
		if c != fixed {
			free = append(free, c)
		}
	}
	n := len(grid)
	table := make([][]float64, n)
	for a := range n {
		table[a] = make([]float64, n)
		for b := range n {
			fs := []float64{1, 1, 1}
			fs[free[0]], fs[free[1]] = grid[a], grid[b]
			table[a][b] = score(fs)
		}
	}
	bestA, bestB, best := 0, 0, -1.0
	for a := range n {
		for b := range n {
			sum, count := 0.0, 0.0
			for x := max(0, a-1); x <= min(n-1, a+1); x++ {
				for y := max(0, b-1); y <= min(n-1, b+1); y++ {
					sum += table[x][y]
					count++
				}
			}
			if v := sum / count; v > best {
				best, bestA, bestB = v, a, b
			}
		}
	}
	out := []float32{1, 1, 1}
	out[free[0]], out[free[1]] = float32(grid[bestA]), float32(grid[bestB])
	return out
}

// Mix is a weight for each row, by its stratum. Listings were chosen by cues
// more often than such listings occur; the weights turn the mix back towards
// six random listings in seven, without letting few listings decide.
func Mix(examples []Example, rows []int) []float64 {
	out := make([]float64, len(rows))
	for j, r := range rows {
		out[j] = strataWeight[examples[r].Stratum]
		if out[j] == 0 {
			out[j] = 0.5
		}
	}
	return out
}

var strataWeight = map[string]float64{"random": 2.5, "english-cue": 0.6, "entry-cue": 0.6, "expert-cue": 0.4, "uncertain": 0.4, "beginner-work": 0.4, "reddit": 0.5}

// Matrix counts by true class and chosen class.
type Matrix [][]float64

// NewMatrix has k classes.
func NewMatrix(k int) Matrix {
	m := make(Matrix, k)
	for i := range m {
		m[i] = make([]float64, k)
	}
	return m
}

// Add counts one listing.
func (m Matrix) Add(want, got int, weight float64) { m[want][got] += weight }

// F1 is the harmonic mean of precision and recall of a class.
func (m Matrix) F1(c int) float64 {
	row, col := 0.0, 0.0
	for i := range m {
		row += m[c][i]
		col += m[i][c]
	}
	if row+col == 0 {
		return 0
	}
	return 2 * m[c][c] / (row + col)
}

// MacroF1 is the mean F1 of the classes.
func (m Matrix) MacroF1() float64 {
	sum := 0.0
	for c := range m {
		sum += m.F1(c)
	}
	return sum / float64(len(m))
}

// Accuracy is the share of right choices.
func (m Matrix) Accuracy() float64 {
	right, all := 0.0, 0.0
	for i := range m {
		for j, v := range m[i] {
			all += v
			if i == j {
				right += v
			}
		}
	}
	return right / max(all, 1e-9)
}

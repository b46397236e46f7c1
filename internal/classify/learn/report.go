package learn

import (
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/kajkhoj/kajkhoj/internal/classify"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

// NewExample is a labelled listing with its features. The quotes are the
// words that decided a reader on the level and on English.
func NewExample(l market.Listing, level market.Level, english market.English, spoken bool, stratum string, levelQuotes, englishQuotes []string) Example {
	e := Example{Features: classify.Extract(l), Stratum: stratum, Weight: weight[stratum]}
	if e.Weight == 0 {
		e.Weight = 1
	}
	e.Class[Level], e.Class[English] = slices.Index(market.Levels, level), EnglishClass(english)
	if spoken {
		e.Class[Spoken] = 1
	}
	saidLevel, saidEnglish := classify.Said(l)
	e.Said = [Labels]int{slices.Index(market.Levels, saidLevel), EnglishClass(saidEnglish), -1}
	e.Decides[Level], e.Decides[English] = decides(e.Features.Sentences, levelQuotes), decides(e.Features.Sentences, englishQuotes)
	return e
}

// weight is how much a listing of a stratum counts in learning.
var weight = map[string]float64{"random": 1.5, "english-cue": 1, "entry-cue": 1, "expert-cue": 0.8, "uncertain": 0.8, "beginner-work": 0.8, "reddit": 0.8, "written": 0.3}

// names of the classes of each label.
var names = [Labels][]string{Level: {"entry", "intermediate", "expert"}, English: {"basic", "conversational", "fluent"}, Spoken: {"no", "yes"}}

var labelNames = [Labels]string{"level", "English", "spoken"}

// Report writes how one label does on the folds held out: all listings, each
// stratum, the mix of six random listings in seven, and the range of the
// folds.
func Report(w io.Writer, examples []Example, label int, h Held, tuned classify.Estimator) {
	k := Classes[label]
	fmt.Fprintf(w, "\n%s, %d folds held out; slope %.2f shift %.2f factors %.2f shown from %.2f stated right %.2f\n", labelNames[label], slices.Max(h.Folds)+1, tuned.Slope, tuned.Shift, tuned.Factors, tuned.Show, tuned.Said)
	fmt.Fprintf(w, "%-16s %6s %8s %8s  F1 by class (%v)   shown: share, right   log loss\n", "listings", "n", "macro-F1", "accuracy", names[label])
	line := func(name string, weight func(i int) float64) {
		m, shown, right, total, loss, n := NewMatrix(k), 0.0, 0.0, 0.0, 0.0, 0
		for i := range examples {
			v := weight(i)
			if v == 0 || examples[i].Written {
				continue
			}
			n++
			total += v
			want, got := examples[i].Class[label], h.Guess[i]
			m.Add(want, got, v)
			loss -= v * math.Log(max(h.Calibrated[i][want], 1e-9))
			if h.Shown[i] {
				shown += v
				if want == got {
					right += v
				}
			}
		}
		if n == 0 {
			return
		}
		fmt.Fprintf(w, "%-16s %6d %8.3f %8.3f ", name, n, m.MacroF1(), m.Accuracy())
		for c := range k {
			fmt.Fprintf(w, " %.3f", m.F1(c))
		}
		fmt.Fprintf(w, "   %.2f %.3f   %.4f\n", shown/total, right/max(shown, 1e-9), loss/total)
	}
	line("all", func(int) float64 { return 1 })
	line("mix", sealedMix(examples))
	strata := map[string]bool{}
	for _, e := range examples {
		strata[e.Stratum] = true
	}
	for _, s := range slices.Sorted(func(yield func(string) bool) {
		for s := range strata {
			if !yield(s) {
				return
			}
		}
	}) {
		line(s, func(i int) float64 { return one(examples[i].Stratum == s) })
	}
	line("gold", func(i int) float64 { return one(examples[i].Gold) })
	line("stated", func(i int) float64 { return one(examples[i].Said[label] >= 0) })
	for f := range slices.Max(h.Folds) + 1 {
		line(fmt.Sprintf("fold %d", f+1), func(i int) float64 { return one(h.Folds[i] == f) })
	}
	m := NewMatrix(k)
	for i, e := range examples {
		if !e.Written {
			m.Add(e.Class[label], h.Guess[i], 1)
		}
	}
	for c := range k {
		fmt.Fprintf(w, "  %-15s %v\n", names[label][c], m[c])
	}
}

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// sealedMix gives the weights that turn the mix of examples into 595 listings
// at random, 62 chosen by cues of English and 43 by cues of entry.
func sealedMix(examples []Example) func(i int) float64 {
	count := map[string]float64{}
	for _, e := range examples {
		count[e.Stratum]++
	}
	want := map[string]float64{"random": 595, "english-cue": 62, "entry-cue": 43}
	return func(i int) float64 { return want[examples[i].Stratum] / count[examples[i].Stratum] }
}

package learn

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/kajkhoj/kajkhoj/internal/classify"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

// made are listings whose words tell their labels.
func made(n int) (examples []Example, listings []market.Listing) {
	work := []struct {
		title, text string
		level       market.Level
		english     market.English
	}{
		{"Data entry of row %d", "Copy and paste records number %d into a spreadsheet. Simple typing, anyone can do it.", market.Entry, market.Basic},
		{"WordPress theme change %d", "Change the theme of shop %d and join our weekly meetings with the team.", market.Intermediate, market.Conversational},
		{"Architect for platform %d", "Deep expertise in distributed systems; write research articles about node %d for publication.", market.Expert, market.Fluent},
	}
	for i := range n {
		w := work[i%3]
		l := market.Listing{Title: fmt.Sprintf(w.title, i), Description: fmt.Sprintf(w.text, i*7919)}
		listings = append(listings, l)
		e := NewExample(l, w.level, w.english, i%3 == 1, "random", []string{""}, []string{strings.Fields(w.text)[0]})
		e.Group = i
		examples = append(examples, e)
	}
	return examples, listings
}

// growLittle makes learning quick for a test.
func growLittle(t *testing.T) {
	old := grown
	t.Cleanup(func() { grown = old })
	for i := range grown {
		grown[i].Rounds = 30
	}
}

func TestLearn(t *testing.T) {
	growLittle(t)
	examples, _ := made(150)
	o := Options{Folds: 3, Seed: 5}
	m, held := Learn(examples, o)
	for i, e := range examples {
		for label := range Labels {
			if held[label].Guess[i] != e.Class[label] {
				t.Fatalf("label %d of listing %d: %d, want %d", label, i, held[label].Guess[i], e.Class[label])
			}
			sum := 0.0
			for _, p := range held[label].Calibrated[i] {
				sum += p
			}
			if math.Abs(sum-1) > 1e-9 {
				t.Fatalf("probabilities add up to %g", sum)
			}
		}
	}
	var a, b bytes.Buffer
	if err := m.Encode(&a); err != nil {
		t.Fatal(err)
	}
	again, _ := Learn(examples, o)
	if err := again.Encode(&b); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("the same listings give another model")
	}
	if _, err := classify.Decode(&a); err != nil {
		t.Error(err)
	}
	if bytes.Contains(b.Bytes(), []byte("spreadsheet")) {
		t.Error("the model holds a word")
	}
}

func TestDecides(t *testing.T) {
	sentences := classify.Extract(market.Listing{
		Title:       "Logo for a bakery",
		Description: "Please draw 2 drafts. Speak good English! Thanks.\nGood work is paid well.",
	}).Sentences
	for _, tt := range []struct {
		quotes []string
		want   string
	}{
		{nil, "....."},
		{[]string{""}, "....."},
		{[]string{"good ENGLISH"}, "..x.."},
		{[]string{"draw 3 drafts; good work"}, ".x..x"}, // every number is the same
		{[]string{"Please speak good English! Thanks for reading"}, "..x.."},
		{[]string{"bakery", "English good"}, "x...."},
	} {
		got := ""
		for _, d := range decides(sentences, tt.quotes) {
			got += map[bool]string{true: "x", false: "."}[d]
		}
		if got != tt.want {
			t.Errorf("%q: %s, want %s", tt.quotes, got, tt.want)
		}
	}
}

func TestGroups(t *testing.T) {
	text := "We need a hundred product photos cut out on white, each with a soft shadow, in a folder by number and within three days from today please."
	groups := Groups([]market.Listing{
		{Title: "Photos", Description: text},
		{Title: "Cut out photos", Description: text + " Thanks."},
		{Title: "Something else", Description: "A logo for a bakery in two colours, with the source file and a mark for stamps."},
		{Title: "A title of many words", Description: "x"},
		{Title: "A  Title of many WORDS", Description: "y"},
	})
	if groups[0] != groups[1] || groups[0] == groups[2] || groups[3] != groups[4] || groups[3] == groups[2] {
		t.Errorf("groups %v", groups)
	}
	folds := Foldings([]Example{{Group: 1}, {Group: 2}, {Group: 1}, {Group: 1}}, 5, 9)
	if folds[0] != folds[2] || folds[0] != folds[3] {
		t.Errorf("near-duplicates in folds %v", folds)
	}
}

func TestMatrix(t *testing.T) {
	m := NewMatrix(2)
	m.Add(0, 0, 3)
	m.Add(0, 1, 1)
	m.Add(1, 1, 2)
	if a := m.Accuracy(); math.Abs(a-5.0/6) > 1e-9 {
		t.Errorf("accuracy %g", a)
	}
	if f := m.F1(0); math.Abs(f-6.0/7) > 1e-9 {
		t.Errorf("F1 %g", f)
	}
	if f := m.MacroF1(); math.Abs(f-(6.0/7+4.0/5)/2) > 1e-9 {
		t.Errorf("macro-F1 %g", f)
	}
}

// What was written to be learned from teaches every fold and is measured in
// none.
func TestWrittenListingsTeachAndAreNotMeasured(t *testing.T) {
	growLittle(t)
	examples, _ := made(120)
	// Real listings hold no expert work: only what was written tells of it.
	for i := range examples {
		examples[i].Written = examples[i].Class[Level] == 2 && i%6 == 5
	}
	var known []Example
	for _, e := range examples {
		if e.Class[Level] != 2 || e.Written {
			known = append(known, e)
		}
	}
	unknown := 0
	for _, e := range examples {
		if e.Class[Level] == 2 && !e.Written && unknown < 3 {
			known = append(known, e)
			unknown++
		}
	}
	held, _ := CrossValidate(known, Level, Options{Folds: 3, Seed: 5})
	right := 0
	for i, e := range known {
		switch {
		case e.Written && held.Raw[i] != nil:
			t.Fatal("a written listing was measured")
		case !e.Written && held.Raw[i] == nil:
			t.Fatal("a listing was not measured")
		case !e.Written && e.Class[Level] == 2 && held.Guess[i] == 2:
			right++
		}
	}
	if right != unknown {
		t.Errorf("%d of %d listings guessed by what was written", right, unknown)
	}
	var out bytes.Buffer
	Report(&out, known, Level, held, classify.Estimator{})
	written := 0
	for _, e := range known {
		if e.Written {
			written++
		}
	}
	if all := fmt.Sprintf("%-16s %6d ", "all", len(known)-written); !strings.Contains(out.String(), all) {
		t.Errorf("the report counts others than %q:\n%s", all, &out)
	}
}

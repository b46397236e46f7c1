package classify

import (
	"slices"
	"strings"
	"testing"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

// Every line of the table can be found in a text, tells something, and stands
// where the next author looks for it.
func TestRatingTable(t *testing.T) {
	last, n := "", 0
	for line := range strings.Lines(ratingTable) {
		n++
		term, digits, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok || len(digits) != ways || strings.Trim(digits, "0123456789") != "" {
			t.Errorf("line %d: %q: no word with four digits", n, line)
			continue
		}
		if term <= last {
			t.Errorf("line %d: %q stands behind %q", n, term, last)
		}
		if strings.Trim(digits, "4") == "" {
			t.Errorf("line %d: %q tells nothing", n, term)
		}
		text := phrase.Lex(term)
		var words []string
		for i := range text.Words {
			w := text.Fold(i)
			if text.Words[i].Num >= 0 {
				w = "0"
			}
			words = append(words, w)
		}
		if len(words) > 2 || strings.Join(words, " ") != term {
			t.Errorf("line %d: %q would be %q in a text", n, term, words)
		}
		last = term
	}
	if n < 1000 || n != len(rated.list) {
		t.Errorf("%d lines, %d ratings", n, len(rated.list))
	}
}

func ratingsOf(text string, once bool) (out []string) {
	lexed := phrase.Lex(text)
	var g grams
	g.add(&lexed, nil, textSalt)
	for _, r := range ratedIn(g.list, once) {
		out = append(out, string([]byte{byte('0' + usual + r[0]), byte('0' + usual + r[1]), byte('0' + usual + r[2]), byte('0' + usual + r[3])}))
	}
	return out
}

func lineOf(term string) string {
	_, rest, ok := strings.Cut("\n"+ratingTable, "\n"+term+"\t")
	if !ok {
		return "no line of " + term
	}
	return rest[:ways]
}

func TestTwoNeighboursCountInPlaceOfTheirWords(t *testing.T) {
	pair, data, invoices := lineOf("data entry"), lineOf("data"), lineOf("invoices")
	for text, want := range map[string][]string{
		"Data entry":                {pair},
		"invoices data entry":       {invoices, pair},
		"data, data entry invoices": {data, pair, invoices},
		"Data. Entry of invoices":   {data, lineOf("entry"), invoices}, // a sentence ends between
	} {
		if got := ratingsOf(text, false); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := ratingsOf("invoices data entry, invoices data entry", true); !slices.Equal(got, []string{invoices, pair}) {
		t.Errorf("each once: %q", got)
	}
}

func TestRatedPartsHaveTheirPlaces(t *testing.T) {
	at := func(name string) int {
		i := slices.Index(FeatureNames, name)
		if i < 0 {
			t.Fatalf("no feature %s", name)
		}
		return i
	}
	f := Extract(market.Listing{Title: "Data entry", Skills: []string{"Kubernetes"}, Description: strings.Repeat("so ", 60) + "proofreading"}).Values
	entry, expert := lineOf("data entry"), lineOf("kubernetes")
	for name, want := range map[string]float32{
		"rated-title-entry-most":         float32(entry[0]) - '4',
		"rated-skills-expert-most":       float32(expert[1]) - '4',
		"rated-title-expert-entry-least": float32(entry[1]) - float32(entry[0]),
		"rated-text-fluent-most":         float32(lineOf("proofreading")[3]) - '4',
		"rated-beginning-fluent-most":    0, // the word stands behind the beginning
		"rated-title-entry-mean":         (float32(entry[0]) - '4') / 4,
	} {
		if got := f[at(name)]; got != want {
			t.Errorf("%s: %g, want %g", name, got, want)
		}
	}
	if last := len(FeatureNames) - 1; at("rated-all-expert-entry-squares") != last {
		t.Errorf("the last feature is %s", FeatureNames[last])
	}
}

// What stands far behind moves no estimate; what is stated there counts.
func TestFarWordsStateButDoNotEstimate(t *testing.T) {
	l := market.Listing{Title: "Pages for a shop", Description: strings.Repeat("We sell soap and want new pages for the shop. ", 50)}
	far := len([]rune(l.Description))
	if far < heededAtMost {
		t.Fatal("too short to prove anything")
	}
	plain := Listing(l)
	l.Description += "Kubernetes, penetration tests, machine learning research, cold calls and proofreading."
	longer := Listing(l)
	if plain.Level.Probability != longer.Level.Probability || plain.English.Probability != longer.English.Probability || plain.Level.Best() != longer.Level.Best() {
		t.Errorf("estimates moved: %+v, %+v", plain.Level, longer.Level)
	}
	l.Description += " Fluent English is required. Pay a registration fee of 20 dollars first."
	stated := Listing(l)
	if stated.English.Basis != market.BasisText || stated.English.Value != market.Fluent || stated.English.Evidence[0].Start < far {
		t.Errorf("English: %+v", stated.English)
	}
	if len(stated.Warnings) == 0 {
		t.Error("no sign of the fee")
	}
}

// Who sends beginners away wants none, wherever it is said, and in Spanish.
func TestEntryIsNoGuessWhereBeginnersAreSentAway(t *testing.T) {
	l := market.Listing{Title: "Copy names into a sheet", Description: strings.Repeat("Copy and paste the names from the list into the sheet, it is simple data entry. ", 40)}
	if got := Listing(l).Level; got.Best() != market.Entry {
		t.Fatalf("%+v: nothing is proven", got)
	}
	for _, away := range []string{"Beginners need not apply.", "Abstenerse principiantes.", "No aceptamos principiantes."} {
		refusing := l
		refusing.Description += away
		if got := Listing(refusing).Level; got.Best() == market.Entry {
			t.Errorf("%s: %+v", away, got)
		}
	}
}

// Words for a level that are the audience's or the client's move no estimate
// towards it.
func TestLevelsOfOthersDoNotEstimate(t *testing.T) {
	for _, c := range []struct{ with, without string }{
		{"Edit the videos of a course for beginners, ten lessons of ten minutes.", "Edit the videos of a course, ten lessons of ten minutes."},
		{"Make a brochure for a senior living community, eight pages.", "Make a brochure for a living community, eight pages."},
	} {
		with, without := Listing(market.Listing{Title: "Some work", Description: c.with}).Level, Listing(market.Listing{Title: "Some work", Description: c.without}).Level
		if d := with.Probability - without.Probability; with.Best() == without.Best() && (d > 0.2 || d < -0.2) {
			t.Errorf("%q: %+v, without the word %+v", c.with, with, without)
		}
	}
}

func TestBeginningOf(t *testing.T) {
	for _, c := range []struct {
		s    string
		n    int
		want string
	}{{"কাজ", 1, "ক"}, {"কাজ", 3, "কাজ"}, {"কাজ", 9, "কাজ"}, {"abc", 2, "ab"}, {"", 2, ""}, {"abc", 0, ""}, {"a   b\n\n c", 4, "a   b\n\n "}, {"a b c d", 3, "a b"}} {
		if got := beginningOf(c.s, c.n); got != c.want {
			t.Errorf("first %d of %q: %q", c.n, c.s, got)
		}
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"hash/maphash"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/classify"
	"github.com/kajkhoj/kajkhoj/internal/classify/learn"
	"github.com/kajkhoj/kajkhoj/internal/gold"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/normalize"
)

func lines(t *testing.T) (out []gold.Line) {
	t.Helper()
	if err := gold.Read(bytes.NewReader(written), func(_ int, l gold.Line, err error) error {
		out = append(out, l)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// The written listings are whole: each can be read and learned from, none
// twice, and what decided its labels stands in it.
func TestWrittenListings(t *testing.T) {
	n, err := normalize.New(config.Files)
	if err != nil {
		t.Fatal(err)
	}
	var examples []learn.Example
	var listings []market.Listing
	if err := read(bytes.NewReader(written), n.Rates(), true, &examples, &listings); err != nil {
		t.Fatal(err)
	}
	ids, titles := map[string]bool{}, map[string]bool{}
	levels, englishes := [3]int{}, [3]int{}
	for i, l := range lines(t) {
		if l.ID == "" || ids[l.ID] || titles[strings.ToLower(l.Title)] {
			t.Errorf("%s %q is there twice", l.ID, l.Title)
		}
		ids[l.ID], titles[strings.ToLower(l.Title)] = true, true
		for _, quote := range append(l.LevelEvidence, l.EnglishEvidence...) {
			if !strings.Contains(l.Title+"\n"+l.Description, quote) {
				t.Errorf("%s: %q does not stand in it", l.ID, quote)
			}
		}
		e := examples[i]
		if !e.Written || e.Weight <= 0 || e.Weight >= 1 {
			t.Fatalf("%s: written %v, weight %g", l.ID, e.Written, e.Weight)
		}
		levels[e.Class[learn.Level]]++
		englishes[e.Class[learn.English]]++
	}
	for c := range 3 {
		if levels[c] < 300 || englishes[c] < 300 {
			t.Errorf("too few of a class: levels %v, English %v", levels, englishes)
		}
	}
}

// None of them is a listing that warns; few may look so, though many lie close
// by (a thesis to be formatted, a scraper of one's own shop).
func TestFewWrittenListingsAlarm(t *testing.T) {
	n, err := normalize.New(config.Files)
	if err != nil {
		t.Fatal(err)
	}
	alarms, all := 0, 0
	for _, line := range lines(t) {
		l, err := line.Listing(n.Rates())
		if err != nil {
			t.Fatal(err)
		}
		all++
		if w := classify.Listing(l).Warnings; len(w) > 0 {
			alarms++
			t.Logf("%s %q: %s %q", line.ID, line.Title, w[0].Kind, w[0].Evidence.Quote)
		}
	}
	if 50*alarms > all {
		t.Errorf("%d of %d honest listings alarm", alarms, all)
	}
}

// They are no copies: they share no run of words with the listings that
// readers labelled, where these lie beside the project.
func TestWrittenListingsCopyNothingThatReadersLabelled(t *testing.T) {
	const run = 12
	runs := func(text string, each func(key string)) {
		words := strings.Fields(strings.ToLower(text))
		for i := 0; i+run <= len(words); i++ {
			each(strings.Join(words[i:i+run], " "))
		}
	}
	seed := maphash.MakeSeed()
	own := map[uint64]string{}
	for _, l := range lines(t) {
		runs(l.Title+" "+l.Description, func(key string) { own[maphash.String(seed, key)] = l.ID })
	}
	found := false
	for _, name := range []string{"gold.jsonl", "train.jsonl.gz", "site-tiers.jsonl.gz"} {
		dir := os.Getenv("KAJKHOJ_SHARED")
		if dir == "" {
			dir = filepath.Join("..", "..", "..", "shared")
		}
		f, err := gold.Open(filepath.Join(dir, "labels", name))
		if err != nil {
			continue
		}
		found = true
		err = gold.Read(f, func(_ int, l gold.Line, err error) error {
			runs(l.Title+" "+l.Description, func(key string) {
				if id, ok := own[maphash.String(seed, key)]; ok {
					t.Errorf("%s shares %q with %s", id, key, l.ID)
				}
			})
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		f.Close()
	}
	if !found {
		t.Skip("no labelled listings of readers beside the project (KAJKHOJ_SHARED names where they lie)")
	}
}

// One line in the format that is read.
func TestWrittenListingsAreJSONLines(t *testing.T) {
	for i, line := range bytes.Split(bytes.TrimSpace(written), []byte("\n")) {
		var m map[string]any
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		if m["stratum"] != nil || m["warn"] != nil {
			t.Fatalf("line %d says what all lines are", i+1)
		}
	}
}

// No label changes with case, with blanks, or with what the client adds about
// itself.
func TestLabelsHoldWhateverTheClientSaysOfItself(t *testing.T) {
	type labels struct {
		level, levelShown     market.Level
		english, englishShown market.English
	}
	of := func(l market.Listing) labels {
		l = classify.Listing(l)
		return labels{l.Level.Best(), l.Level.Value, l.English.Best(), l.English.Value}
	}
	blanks := regexp.MustCompile(` +`)
	for i, line := range lines(t) {
		if testing.Short() && i%10 != 0 {
			continue
		}
		l, err := line.Listing(market.Rates{})
		if err != nil {
			t.Fatal(err)
		}
		want := of(l)
		for name, change := range map[string]func(l *market.Listing){
			"upper case": func(l *market.Listing) {
				l.Title, l.Description = strings.ToUpper(l.Title), strings.ToUpper(l.Description)
			},
			"doubled blanks": func(l *market.Listing) { l.Description = blanks.ReplaceAllString(l.Description, "  ") },
			"fixed blanks":   func(l *market.Listing) { l.Description = strings.ReplaceAll(l.Description, " ", "\u00a0") },
			"lines around":   func(l *market.Listing) { l.Description = " \n\n" + l.Description + "\n\n " },
			"a leader":       func(l *market.Listing) { l.Description += "\n\nOur company is a leading software agency in Dhaka." },
			"a seller":       func(l *market.Listing) { l.Description += "\n\nWe sell shoes in Ohio since 1998." },
			"employees": func(l *market.Listing) {
				l.Description += "\n\nAbout us: we have 40 employees and customers in 12 countries."
			},
			"its people": func(l *market.Listing) { l.Description += "\n\nOur senior experts speak fluent English." },
		} {
			changed := l
			change(&changed)
			if got := of(changed); got != want {
				t.Errorf("%s, %s: %v, want %v", line.ID, name, got, want)
			}
		}
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/classify"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/store"
)

// Operators see what was reported, under which label, and what it is now.
func TestReportList(t *testing.T) {
	dir := t.TempDir()
	command := func(code int, args ...string) (string, string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if got := run(t.Context(), append([]string{"report", "list", "--data", dir}, args...), &stdout, &stderr); got != code {
			t.Fatalf("%q: code %d: %s", args, got, stderr.String())
		}
		return stdout.String(), stderr.String()
	}
	command(exitError) // no store yet
	command(exitUsage, "--days", "0")
	command(exitUsage, "--days", "366")

	st, err := store.Open(t.Context(), filepath.Join(dir, "kajkhoj.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if got, _ := command(exitOK, "--json"); strings.TrimSpace(got) != "[]" {
		t.Errorf("no reports are %q", got)
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	if err := st.SyncSources(t.Context(), []store.SourceConfig{{Name: "site", Enabled: true}}, now); err != nil {
		t.Fatal(err)
	}
	r, err := st.Claim(t.Context(), now, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	offer := market.Listing{ID: market.ListingID("site", "1"), Source: "site", ExternalID: "1", URL: "https://site.example/1", Title: "Type forms",
		Level: market.Label[market.Level]{Value: market.Expert, Basis: market.BasisEstimate}, Labelled: classify.Version}
	save := func(l market.Listing) {
		t.Helper()
		if _, err := st.Save(t.Context(), r, []market.Listing{l}, now); err != nil {
			t.Fatal(err)
		}
	}
	report := func(wrong market.Wrong, ago time.Duration, network string) {
		t.Helper()
		if _, err := st.Report(t.Context(), market.Report{Listing: offer.ID, Wrong: wrong, At: now.Add(-ago)}, network); err != nil {
			t.Fatal(err)
		}
	}
	save(offer)
	report(market.WrongClosed, 9*24*time.Hour, "a")
	report(market.WrongLevel, time.Hour, "a")
	report(market.WrongLevel, 30*time.Minute, "b")
	offer.Level = market.Label[market.Level]{Value: market.Entry, Basis: market.BasisText}
	offer.Labelled++
	save(offer)

	got, _ := command(exitOK, "--json")
	var lines []reported
	if err := json.Unmarshal([]byte(got), &lines); err != nil {
		t.Fatal(err)
	}
	same := reported{OfListing: 3, Version: classify.Version, NowVersion: classify.Version + 1, Open: true, ID: offer.ID, Source: "site", Title: "Type forms", URL: offer.URL}
	level, closed := same, same
	level.Last, level.Wrong, level.Reports = now.Add(-30*time.Minute), market.WrongLevel, 2
	level.Label, level.Basis, level.Now, level.NowBasis = "expert", market.BasisEstimate, "entry", market.BasisText
	closed.Last, closed.Wrong, closed.Reports = now.Add(-9*24*time.Hour), market.WrongClosed, 1
	if !slices.Equal(lines, []reported{level, closed}) {
		t.Errorf("the list is %+v", lines)
	}

	got, _ = command(exitOK, "--days", "7")
	table := strings.Split(strings.TrimSpace(got), "\n")
	if len(table) != 2 {
		t.Fatalf("a week's list is\n%s", got)
	}
	if fields := strings.Join(strings.Fields(table[1]), " "); fields != fmt.Sprintf("30m level 2 2 ≈expert v%d entry v%d site Type forms ", classify.Version, classify.Version+1)+offer.ID+" https://site.example/1" {
		t.Errorf("the line is %q", fields)
	}
}

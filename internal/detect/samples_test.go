package detect

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// samples is the folder of real payloads beside the project, which need not
// be there. KAJKHOJ_SHARED names another place.
func samples(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("KAJKHOJ_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	dir = filepath.Join(dir, "samples")
	if _, err := os.Stat(filepath.Join(dir, "PROVENANCE.tsv")); err != nil {
		t.Skip("no real payloads beside the project")
	}
	return dir
}

// Every real payload is looked at as it is, and what it is found to be is
// right. Where it is a feed, JSON-LD or JSON, the proposed recipe finds title,
// address and date of its offers without a change by hand.
func TestSamples(t *testing.T) {
	dir := samples(t)
	type want struct {
		format Format
		items  int // that the recipe takes
		dated  int // of them with a date; -1: it has none
		err    error
		at     string // the address of pages that name themselves
	}
	wants := map[string]want{
		"arbeitnow/job-board-api.2026-08.json":           {format: JSON, items: 5, dated: 5},
		"ats/ashby-job-board.2026-08.json":               {format: JSON, items: 3, dated: 3},
		"bdjobs/homepage.2020-07-25.html":                {format: HTML, at: "https://www.bdjobs.com/"},
		"craigslist/craigslist.rss":                      {format: RSS, items: 25, dated: 25},
		"feeds-odd/encoding-iso8859-1.rss":               {format: RSS, items: 40, dated: 40},
		"feeds-odd/incomplete-fields.atom":               {format: Atom, err: source.ErrFormat}, // its one entry is empty
		"feeds-odd/unrecognized.rss":                     {err: ErrNothing},
		"freelancer/homepage.2023-10.html":               {err: ErrNothing, at: "https://www.freelancer.com/"},
		"freelancer/jobs-search-page.2023-10.html":       {format: HTML, items: 50, at: "https://www.freelancer.com/jobs/"},
		"freelancermap/listing-page.2026-07-30.html":     {format: HTML, items: 4, dated: 4},
		"hackernews/algolia-comments.2026-07.json":       {format: JSON, err: ErrNothing}, // comments have no title
		"himalayas/one-item.2026-07.json":                {format: JSON, items: 1, dated: 1},
		"jobicy/remote-jobs.2026-08.json":                {format: JSON, items: 5, dated: 5},
		"jsonld/didi_global_jobdetail.html":              {err: ErrNothing},
		"jsonld/jsonld_meta_software_engineer.html":      {format: JSONLD, items: 1, dated: 1},
		"landingjobs/one-item.2026-08.json":              {format: JSON, items: 1, dated: 1},
		"peopleperhour/pph-sample.2026-09-17.json":       {format: JSON},
		"reddit/reddit-atom.rss":                         {format: RSS, items: 24, dated: 24},
		"remoteok/api.2026-08.json":                      {format: JSON, items: 4, dated: 4},
		"remoteok/api-one-item-mojibake.2026-07-29.json": {format: JSON, items: 1, dated: 1},
		"remotive/remote-jobs.2026-08.json":              {format: JSON, items: 5, dated: 5},
		"upwork/cloudflare-challenge.2025-06.html":       {err: source.ErrChallenge},
		"weworkremotely/remote-jobs.2026-07.rss":         {format: RSS, items: 4, dated: 4},
		"workingnomads/exposed_jobs.2026-07-10.json":     {format: JSON, items: 4, dated: 4},
	}
	f, err := os.Open(filepath.Join(dir, "PROVENANCE.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '\t', true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		t.Run(row[0], func(t *testing.T) {
			w, ok := wants[row[0]]
			if !ok {
				t.Fatal("nothing is said of it")
			}
			body, err := os.ReadFile(filepath.Join(dir, row[0]))
			if err != nil {
				t.Fatal(err)
			}
			if w.at == "" {
				w.at = "https://site.example/" + row[0]
			}
			check(t, w.at, body, w.format, w.items, w.dated, w.err)
		})
	}
	// What those who kept it did to a payload is undone: PeoplePerHour's
	// script stood in a page.
	t.Run("peopleperhour's page", func(t *testing.T) {
		body, err := os.ReadFile(filepath.Join(dir, "peopleperhour/pph-sample.2026-09-17.json"))
		if err != nil {
			t.Fatal(err)
		}
		var kept struct{ Raw string }
		if err := json.Unmarshal(body, &kept); err != nil {
			t.Fatal(err)
		}
		page := "<!DOCTYPE html><html><head><title>Freelance Jobs | PeoplePerHour</title></head><body><script>" + kept.Raw + "</script></body></html>"
		check(t, "https://www.peopleperhour.com/freelance-jobs?page=1", []byte(page), Script, 10, 10, nil)
	})
}

func check(t *testing.T, at string, body []byte, format Format, items, dated int, fails error) {
	t.Helper()
	page, err := fetch.Saved(at, nil, body, 0)
	if err != nil {
		t.Fatal(err)
	}
	found, err := Read(page)
	if fails != nil {
		if !errors.Is(err, fails) || found.Format != format {
			t.Errorf("%v, want %v; %s, want %s; %s", err, fails, found.Format, format, found.Recipe)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %d items\n%s\n%q", found.Format, found.Items, found.Recipe, found.Notes)
	if found.Format != format {
		t.Fatalf("%s, want %s", found.Format, format)
	}
	if items == 0 {
		return
	}
	rows := previewOf(t, found)
	if len(rows) != items {
		t.Errorf("%d listings, want %d", len(rows), items)
	}
	withDate := 0
	for _, r := range rows {
		if r.Listing == nil || r.Listing.Title == "" || r.Listing.URL == "" {
			t.Errorf("%+v", r)
			continue
		}
		if !r.Listing.PostedAt.IsZero() {
			withDate++
		}
	}
	if dated >= 0 && withDate != dated {
		t.Errorf("%d listings have a date, want %d", withDate, dated)
	}
}

// now is after all that was captured.
var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

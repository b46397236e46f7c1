package scrapers_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/recipe"
	"github.com/kajkhoj/kajkhoj/internal/source"
	"github.com/kajkhoj/kajkhoj/scrapers"
)

func allWithout(env string) (map[string]source.Source, error) {
	all, err := scrapers.All(func(name string) string {
		if name == env {
			return ""
		}
		return getenv(name)
	})
	by := map[string]source.Source{}
	for _, s := range all {
		by[s.Spec().Name] = s
	}
	return by, err
}

// shared is the folder of real payloads beside the project, which need not
// be there. KAJKHOJ_SHARED names another place.
func shared() (string, bool) {
	dir := os.Getenv("KAJKHOJ_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared")
	}
	_, err := os.Stat(filepath.Join(dir, "samples", "PROVENANCE.tsv"))
	return dir, err == nil
}

// unwrap undoes what those who kept a payload did to it: a single object that
// was cut out of its list, a script inside a JSON text.
func unwrap(t testing.TB, path string, body []byte) []byte {
	t.Helper()
	must := func(v any) []byte {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	read := func(v any) {
		if err := json.Unmarshal(body, v); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	switch path {
	case "himalayas/one-item.2026-07.json":
		return must(map[string]any{"jobs": []json.RawMessage{body}})
	case "remoteok/api-one-item-mojibake.2026-07-29.json", "landingjobs/one-item.2026-08.json":
		return must([]json.RawMessage{body})
	case "peopleperhour/pph-sample.2026-09-17.json":
		var kept struct{ Raw string }
		read(&kept)
		return []byte("<!DOCTYPE html><html><head><title>Freelance Jobs</title></head><body><script>" + kept.Raw + "</script></body></html>")
	}
	return body
}

// Every real payload beside the project goes through its source, or through
// one of the templates, or a small recipe in testdata/generic, where the project
// has no source for it.
// The numbers are those that reading the payloads gives.
func TestSamples(t *testing.T) {
	dir, ok := shared()
	if !ok {
		t.Skip("no real payloads beside the project")
	}
	by := sources(t)
	generic := func(name string) source.Source {
		s, _, err := recipe.ParseDraft(readFile(t, name), getenv)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	type want struct {
		src              source.Source
		listings, others int // others: skipped by rule
		err              error
	}
	cases := map[string]want{
		"arbeitnow/job-board-api.2026-08.json":           {src: by["arbeitnow"], others: 5}, // none is remote
		"ats/ashby-job-board.2026-08.json":               {src: by["ashby"], listings: 3},
		"bdjobs/homepage.2020-07-25.html":                {src: by["freelancermap"], err: source.ErrFormat},
		"craigslist/craigslist.rss":                      {src: generic("templates/feed.yaml"), listings: 25},
		"feeds-odd/encoding-iso8859-1.rss":               {src: generic("templates/feed.yaml"), listings: 40},
		"feeds-odd/incomplete-fields.atom":               {src: generic("templates/feed.yaml"), err: source.ErrFormat}, // its one entry is empty
		"feeds-odd/unrecognized.rss":                     {src: generic("templates/feed.yaml"), err: source.ErrFormat},
		"freelancer/homepage.2023-10.html":               {src: by["freelancer"], err: source.ErrFormat},
		"freelancer/jobs-search-page.2023-10.html":       {src: generic("testdata/generic/freelancer-cards.yaml"), listings: 50},
		"freelancermap/listing-page.2026-07-30.html":     {src: by["freelancermap"], listings: 3, others: 1}, // one is on site
		"hackernews/algolia-comments.2026-07.json":       {src: by["hackernews"], listings: 5, others: 2},    // a reply, and one on site
		"himalayas/one-item.2026-07.json":                {src: by["himalayas"], listings: 1},
		"jobicy/remote-jobs.2026-08.json":                {src: by["jobicy"], listings: 5},
		"jsonld/didi_global_jobdetail.html":              {src: generic("templates/jsonld.yaml"), err: source.ErrFormat},
		"jsonld/jsonld_meta_software_engineer.html":      {src: generic("templates/jsonld.yaml"), listings: 1},
		"landingjobs/one-item.2026-08.json":              {src: by["landingjobs"], others: 1}, // it is not remote
		"peopleperhour/pph-sample.2026-09-17.json":       {src: by["peopleperhour"], listings: 10},
		"reddit/reddit-atom.rss":                         {src: by["reddit"], others: 24}, // the front page: nobody hires
		"remoteok/api.2026-08.json":                      {src: by["remoteok"], listings: 4},
		"remoteok/api-one-item-mojibake.2026-07-29.json": {src: by["remoteok"], listings: 1},
		"remotive/remote-jobs.2026-08.json":              {src: by["remotive"], listings: 5},
		"upwork/cloudflare-challenge.2025-06.html":       {src: by["peopleperhour"], err: source.ErrChallenge},
		"weworkremotely/remote-jobs.2026-07.rss":         {src: by["weworkremotely"], listings: 4},
		"workingnomads/exposed_jobs.2026-07-10.json":     {src: by["workingnomads"], listings: 4},
	}
	// The front page of Reddit hires nobody, but it is a feed.
	front, err := os.ReadFile(filepath.Join(dir, "samples", "reddit/reddit-atom.rss"))
	if err != nil {
		t.Fatal(err)
	}
	if k := extract(generic("templates/feed.yaml"), front); len(k.drafts) != 24 || k.Error != "" {
		t.Errorf("reddit as any feed: %d listings of 24: %s", len(k.drafts), k.Error)
	}
	f, err := os.Open(filepath.Join(dir, "samples", "PROVENANCE.tsv"))
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
	listings, of := 0, 0
	for _, row := range rows[1:] {
		path := row[0]
		w, ok := cases[path]
		if !ok {
			t.Errorf("%s: no source is told to read it", path)
			continue
		}
		body, err := os.ReadFile(filepath.Join(dir, "samples", path))
		if err != nil {
			t.Fatal(err)
		}
		kept, err := strconv.Atoi(row[6])
		if err != nil {
			t.Fatal(path, err)
		}
		var k taken
		err = w.src.Extract(context.Background(), fetch.Page{URL: w.src.Spec().Home + "/", Status: 200, Body: unwrap(t, path, body)}, k.input())
		if w.err != nil {
			if !errors.Is(err, w.err) || len(k.drafts) > 0 {
				t.Errorf("%s: %v and %d listings, want %v", path, err, len(k.drafts), w.err)
			}
			t.Logf("%s: %s: refused: %v", path, w.src.Spec().Name, err)
			continue
		}
		if err != nil || len(k.drafts) != w.listings || k.skipped() != w.others || len(k.rejects) > 0 {
			t.Errorf("%s: %v; %d listings, want %d; skipped %v, want %d; rejected %v", path, err, len(k.drafts), w.listings, k.Skipped, w.others, k.Rejected)
		}
		if len(k.drafts)+k.skipped() != kept {
			t.Errorf("%s: %d items, and %d were kept by those who found it", path, len(k.drafts)+k.skipped(), kept)
		}
		for _, d := range k.drafts {
			if text := d.Title + d.Company + d.Description; strings.Contains(text, "â€") || strings.Contains(text, "Ã©") || strings.Contains(text, "\u00e2\u0080") {
				t.Errorf("%s: %q is encoded twice", path, d.Title)
			}
		}
		t.Logf("%s: %s: %d listings of %d, skipped %v", path, w.src.Spec().Name, len(k.drafts), kept, k.Skipped)
		listings, of = listings+len(k.drafts), of+kept
	}
	t.Logf("%d listings of %d", listings, of)
}

package detect

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	files "github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/classify"
	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/fetch/fetchtest"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/normalize"
	"github.com/kajkhoj/kajkhoj/internal/recipe"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// draftOf is a proposal as a source.
func draftOf(t *testing.T, text string) source.Source {
	t.Helper()
	src, _, err := recipe.ParseDraft([]byte(text), func(string) string { return "" })
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return src
}

// trial is a trial of a proposal with the live code.
func trial(t *testing.T, text string) Trial {
	t.Helper()
	norm, err := normalize.New(files.Files)
	if err != nil {
		t.Fatal(err)
	}
	return Trial{Source: draftOf(t, text), Normalize: norm.Draft, Classify: classify.Listing, Now: now, Limit: 1000}
}

// previewOf shows the page that a proposal was made from.
func previewOf(t *testing.T, f Found) []Row {
	t.Helper()
	tr := trial(t, f.Recipe)
	tr.Page = &f.Page
	out, err := Preview(t.Context(), tr)
	if err != nil {
		t.Fatal(err)
	}
	return out.Rows
}

const previewRecipe = `
name: example
title: Example
home: https://jobs.example
schedule: "@every 6h"
enabled: false
why: It is tried.
needs: Nothing.
close_after: 1
terms: {poll_floor: 1h, attribution: Example}
request: {url: "https://jobs.example/api?page={page}"}
paging: {by: page}
format: json
items: .jobs
drop: [{why: closed, jq: .closed}]
fields:
  id: .id
  url: .url
  title: .title
  description: .text
  posted: .date
  pay_min: .pay
  pay_currency: {value: USD}
  pay_period: {value: hourly}
  locations: .where
  level: {jq: .rank, name: rank}
`

// A preview is a live run that saves nothing: the same pages are asked for,
// and beside each item stands what came of it, field by field.
func TestPreview(t *testing.T) {
	pages := map[string]string{
		"/api?page=1": `{"jobs":[{"id":1,"title":"Type data","url":"/1","text":"Typing in English.","date":"someday","pay":12,"where":"Bangladesh","rank":"Entry"},{"id":2,"closed":true},{"id":3,"url":"/3"}]}`,
		"/api?page=2": `{"jobs":[{"id":4,"title":"Write texts","url":"ftp://x"}]}`,
		"/api?page=3": `{"jobs":[]}`,
	}
	tr := fetchtest.New(t)
	for p, body := range pages {
		tr.Page(site+p, "application/json", body)
	}
	tl := trial(t, previewRecipe)
	tl.Client = tr.Client()
	out, err := Preview(t.Context(), tl)
	if err != nil || len(tr.Asked()) != 3 || len(out.Rows) != 4 || out.Listings != 1 || out.Skipped != 1 || out.Rejected != 2 {
		t.Fatalf("%v, %d requests, %+v", err, len(tr.Asked()), out)
	}
	row := out.Rows[0]
	if !strings.HasPrefix(row.Raw, `{"date":"someday"`) || row.Listing == nil {
		t.Errorf("%+v", row)
	}
	got := map[string]string{}
	for _, f := range row.Fields {
		switch {
		case f.Unread():
			got[f.Name] = "unread: " + f.Sent
		case f.Missing():
			got[f.Name] = "missing"
		default:
			got[f.Name] = f.Became
		}
	}
	want := map[string]string{
		"id": "1", "url": site + "/1", "title": "Type data", "company": "missing", "description": "Typing in English.", "skills": got["skills"], "category": got["category"],
		"pay": "from 12 USD, hourly", "posted": "unread: someday", "expires": "missing", "locations": "countries: BD", "level": "entry", "english": got["english"],
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if out.Filled["title"] != 1 || out.Filled["posted"] != 0 {
		t.Errorf("filled: %v", out.Filled)
	}
	for i, why := range []string{"", "closed", "no title", "no web address"} {
		if r := out.Rows[i]; !strings.Contains(r.Skipped+r.Rejected, why) || r.Raw == "" {
			t.Errorf("row %d: %+v, want %q", i, r, why)
		}
	}

	// As many rows as asked for, and no page more.
	tr = fetchtest.New(t)
	tr.Page(site+"/api?page=1", "application/json", pages["/api?page=1"])
	tl.Client, tl.Limit = tr.Client(), 2
	if out, err := Preview(t.Context(), tl); err != nil || len(out.Rows) != 2 || len(tr.Asked()) != 1 {
		t.Errorf("%v, %d rows by %d requests", err, len(out.Rows), len(tr.Asked()))
	}

	// Another answer than the recipe's is an error, and so is a panic.
	page := fetch.Page{URL: site, Body: []byte("<html>no JSON")}
	tl.Page = &page
	if _, err := Preview(t.Context(), tl); !errors.Is(err, source.ErrFormat) {
		t.Errorf("another format: %v", err)
	}
	page.Body = []byte(pages["/api?page=1"])
	tl.Classify = func(market.Listing) market.Listing { panic("oh") }
	if _, err := Preview(t.Context(), tl); err == nil || !strings.Contains(err.Error(), "panic: oh") {
		t.Errorf("a panic: %v", err)
	}
}

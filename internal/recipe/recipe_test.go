package recipe

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

const spec = `
name: example
title: Example
home: https://example.com
schedule: "@every 6h"
enabled: true
close_after: 1
terms: {poll_floor: 1h, attribution: Example}
`

const jsonRecipe = spec + `
request: {url: "https://example.com/api"}
format: json
expect: (.jobs | type) == "array"
items: .jobs
fields: {id: .id, url: .url, title: .title}
`

func parse(t testing.TB, text string) *recipe {
	t.Helper()
	s, err := Parse([]byte(text), func(name string) string { return "value of " + name })
	if err != nil {
		t.Fatal(err)
	}
	return s.(*recipe)
}

// catch keeps what a source gives.
type catch struct {
	drafts  []market.Draft
	rejects []market.Reject
	skips   map[string]int
}

func (c *catch) input() source.Input {
	c.skips = map[string]int{}
	return source.Input{
		Now:    time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC),
		Emit:   func(d market.Draft) error { c.drafts = append(c.drafts, d); return nil },
		Reject: func(r market.Reject) { c.rejects = append(c.rejects, r) },
		Skip:   func(why string) { c.skips[why]++ },
	}
}

func (c *catch) titles() (out []string) {
	for _, d := range c.drafts {
		out = append(out, d.Title)
	}
	return out
}

func (c *catch) whys() (out []string) {
	for _, r := range c.rejects {
		out = append(out, r.Why)
	}
	return out
}

// web answers by address; an address that it does not know is a 404, and an
// error in place of a body is that request's error.
type web struct {
	pages map[string]any
	asked []fetch.Request
}

func (w *web) get(q fetch.Request) (fetch.Page, error) {
	w.asked = append(w.asked, q)
	switch v := w.pages[q.URL].(type) {
	case string:
		return fetch.Page{URL: q.URL, Status: 200, Header: http.Header{"Etag": {`"1"`}}, Body: []byte(v)}, nil
	case fetch.Page:
		v.URL = q.URL
		return v, nil
	case error:
		return fetch.Page{}, v
	}
	return fetch.Page{}, &fetch.StatusError{Status: 404, URL: q.URL}
}

func (w *web) urls() (out []string) {
	for _, q := range w.asked {
		out = append(out, strings.TrimPrefix(q.URL, "https://example.com"))
	}
	return out
}

func extract(t testing.TB, r *recipe, body string) (*catch, error) {
	t.Helper()
	var c catch
	err := r.Extract(context.Background(), fetch.Page{URL: "https://example.com/list", Status: 200, Body: []byte(body)}, c.input())
	return &c, err
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// What is wrong with a recipe is said with its line.
func TestParseErrors(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":            {"", "empty"},
		"unknown key":      {jsonRecipe + "colour: red\n", "line 15: colour is no key that a recipe has"},
		"two documents":    {jsonRecipe + "---\nname: x\n", "one document"},
		"unknown field":    {strings.Replace(jsonRecipe, "{id: .id,", "{salary: .id,", 1), "line 14: fields.salary: there is no such field"},
		"jq":               {strings.Replace(jsonRecipe, "title: .title", "title: '.title |'", 1), "line 14: fields.title: jq:"},
		"jq function":      {strings.Replace(jsonRecipe, "items: .jobs", "items: .jobs | nosuch", 1), "line 13: items: jq: function not defined"},
		"key of a field":   {strings.Replace(jsonRecipe, "title: .title", "title: {jq: .t, colour: red}", 1), "line 14: field colour is none of"},
		"css in json":      {strings.Replace(jsonRecipe, "title: .title", "title: {css: b}", 1), "line 14: fields.title: css on a JSON value"},
		"no way":           {strings.Replace(jsonRecipe, "title: .title", "title: {regexp: x}", 1), "fields.title: one of jq, css and value"},
		"no title":         {strings.Replace(jsonRecipe, ", title: .title", "", 1), "line 14: fields: title is needed"},
		"no key":           {strings.Replace(jsonRecipe, "id: .id, url: .url, ", "", 1), "line 14: fields: id or url"},
		"level's name":     {strings.Replace(jsonRecipe, "id: .id,", "id: .id, level: .l,", 1), "fields.level: name"},
		"format":           {strings.Replace(jsonRecipe, "format: json", "format: csv", 1), `line 11: format: "csv" is none of`},
		"script":           {strings.Replace(jsonRecipe, "format: json", "format: script", 1), "script: either marker or css"},
		"html's expect":    {spec + "request: {url: 'https://example.com'}\nformat: html\nitems: li\nfields: {url: a, title: a}\n", "expect: html needs one"},
		"selector":         {spec + "request: {url: 'https://example.com'}\nformat: html\nexpect: ul\nitems: 'li['\nfields: {url: a, title: a}\n", "line 12: items:"},
		"address":          {strings.Replace(jsonRecipe, "https://example.com/api", "ftp://example.com/api", 1), "line 10: request.url:"},
		"braces":           {strings.Replace(jsonRecipe, "/api", "/api?p={pgae}", 1), "line 10: request.url: only"},
		"paging":           {jsonRecipe + "paging: {by: page}\n", "line 15: paging.by: paging by page needs {page}"},
		"no paging":        {strings.Replace(jsonRecipe, "/api", "/api?p={page}", 1), "by is missing"},
		"size":             {strings.Replace(jsonRecipe, "/api", "/api?p={offset}", 1) + "paging: {by: offset}\n", "paging by offset needs a size"},
		"variable":         {strings.Replace(jsonRecipe, "/api", "/api?k={env.EXAMPLE_KEY}", 1), "the request uses EXAMPLE_KEY"},
		"rule":             {jsonRecipe + "drop: [{why: x, jq: .a, field: title, regexp: y}]\n", "line 15: drop.0: either"},
		"rule's why":       {jsonRecipe + "drop: [{jq: .a}]\n", "drop.0: why is needed"},
		"rule's field":     {jsonRecipe + "keep: [{why: x, field: company, regexp: y}]\n", `keep.0: fields has no "company"`},
		"regexp":           {jsonRecipe + "clean: {strip: ['(']}\n", "line 15: clean.strip:"},
		"schedule":         {strings.Replace(jsonRecipe, `"@every 6h"`, `"* * *"`, 1), "line 5: schedule:"},
		"off without why":  {strings.Replace(jsonRecipe, "enabled: true", "enabled: false", 1), "a source that is off says why"},
		"attribution":      {strings.Replace(jsonRecipe, ", attribution: Example", "", 1), "line 8: terms.attribution: missing"},
		"detail of a feed": {jsonRecipe + "detail: {format: feed, fields: {title: .t}}\n", "detail.format: no detail page is a feed"},
		"as":               {strings.Replace(jsonRecipe, "title: .title", "title: {jq: .t, as: x}", 1), "as goes with regexp"},
		"two forms":        {strings.Replace(jsonRecipe, "/api", "/api?p={page}", 1) + "paging: {by: page, stop: .last}\notherwise: {format: feed, fields: {url: .link, title: .title}}\n", "they do not go with two"},
	} {
		_, err := Parse([]byte(c.text), func(string) string { return "" })
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	// All at once.
	_, err := Parse([]byte(strings.NewReplacer("items: .jobs", "items: '.jobs['", "format: json", "format: csv").Replace(jsonRecipe)), nil)
	if err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("two mistakes: %v", err)
	}
}

func TestSpec(t *testing.T) {
	r := parse(t, strings.Replace(jsonRecipe, "close_after: 1", `close_after: 2
rolling: true
max_age: 720h
limits: {pages: 3, bytes: 1000, time: 5m}
why: w
needs: n
env: [A]`, 1))
	s := r.Spec()
	same(t, "spec", s, source.Spec{
		Name: "example", Title: "Example", Home: "https://example.com", Schedule: "@every 6h", Enabled: true,
		Why: "w", Needs: "n", Env: []string{"A"}, CloseAfter: 2, Rolling: true, MaxAge: 720 * time.Hour,
		Limits: source.Limits{Pages: 3, Bytes: 1000, Time: 5 * time.Minute},
		Terms:  source.Terms{PollFloor: time.Hour, Attribution: "Example", Keep: source.DefaultKeep},
	})
	for text, want := range map[string]time.Duration{"keep: 0s": 0, "keep: 48h": 48 * time.Hour, "refresh: 24h": source.DefaultKeep} {
		terms := parse(t, strings.Replace(jsonRecipe, "attribution: Example", "attribution: Example, "+text, 1)).Spec().Terms
		if terms.Keep != want || (terms.Refresh == 24*time.Hour) != (text == "refresh: 24h") {
			t.Errorf("%s: %+v", text, terms)
		}
	}
}

const fullRecipe = spec + `
request: {url: "https://example.com/api"}
format: json
items: .
fields:
  id: .id
  url: .url
  title: [.title, .name]
  company: {value: Fixed}
  description: .text
  snippet: .short
  skills: .skills
  category: {jq: .kinds, join: " / "}
  pay_text: .pay
  pay_min: .min
  pay_max: .max
  pay_currency: .cur
  pay_period: .per
  posted: .at
  expires: .until
  locations: .from
  zones: .zones
  level: [{jq: .level, name: level}, {jq: .rank, name: rank}]
  english: {jq: .en, name: en}
  closed: .state == "closed"
`

func TestFields(t *testing.T) {
	r := parse(t, fullRecipe)
	c, err := extract(t, r, `[
	 {"id":9007199254740993,"url":"/job/1?a=1&b=2","title":"  Type  it ","text":"<p>a</p>","short":true,"skills":["Word",null,""," Excel "],
	  "kinds":["a","b"],"pay":"$5","min":12.50,"max":1e3,"cur":"USD","per":"hourly","at":1795390000,"until":"2026-12-01","from":"Bangladesh","zones":[5.5,6,-3],
	  "level":"","rank":"Junior","en":"B2","state":"closed"},
	 {"id":"x","name":"Only a name","skills":"one","short":false,"state":"open"},
	 {"url":"https://elsewhere.example/2","title":"Elsewhere"}]`)
	if err != nil || len(c.rejects) > 0 {
		t.Fatal(err, c.rejects)
	}
	same(t, "drafts", c.drafts, []market.Draft{
		{Source: "example", ExternalID: "9007199254740993", URL: "https://example.com/job/1?a=1&b=2", Title: "Type  it", Company: "Fixed",
			Description: "<p>a</p>", Snippet: true, Skills: []string{"Word", "Excel"}, Category: "a / b", PayText: "$5", PayMin: "12.50", PayMax: "1e3",
			PayCurrency: "USD", PayPeriod: "hourly", PostedAt: "1795390000", ExpiresAt: "2026-12-01", Locations: []string{"Bangladesh"},
			Zones: []string{"5.5", "6", "-3"}, Level: "Junior", LevelField: "rank", English: "B2", EnglishField: "en", Closed: true},
		{Source: "example", ExternalID: "x", Title: "Only a name", Company: "Fixed", Skills: []string{"one"}},
		{Source: "example", URL: "https://elsewhere.example/2", Title: "Elsewhere", Company: "Fixed"},
	})
}

// A bad item is rejected with its beginning and the reason; the others go on.
func TestRejects(t *testing.T) {
	r := parse(t, fullRecipe)
	c, err := extract(t, r, `[{"id":1,"title":"good"},{"id":2},{"title":"no key"},{"id":3,"title":["two","titles"]},
	 {"id":4,"title":"x","skills":[{"name":"a"}]},"text",null,[1],{"id":5,"title":"x","url":"javascript:alert(1)"},{"id":6,"title":"`+strings.Repeat("ক", 3000)+`","min":{}},{"id":7,"title":"good too"}]`)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "titles", c.titles(), []string{"good", "good too"})
	if len(c.rejects) != 9 {
		t.Fatalf("%d rejects: %q", len(c.rejects), c.whys())
	}
	for i, want := range []string{"no title", "neither an id nor an address", "title: 2 values", "skills: an object", "expected an object", "", "expected an object", "no web address", "pay_min: an object"} {
		if !strings.Contains(c.rejects[i].Why, want) {
			t.Errorf("reject %d: %q, want %q", i, c.rejects[i].Why, want)
		}
	}
	for _, r := range c.rejects {
		if len(r.Item) > 2000 || r.Item == "" {
			t.Errorf("a reject of %d bytes", len(r.Item))
		}
	}
	if !strings.Contains(c.rejects[1].Item, "no key") {
		t.Errorf("the item is not in its reject: %q", c.rejects[1].Item)
	}
	// Where none can be read the site has changed.
	_, err = extract(t, r, `[{"id":1},{"id":2}]`)
	if !errors.Is(err, source.ErrFormat) || !strings.Contains(err.Error(), "none of its 2 items") {
		t.Errorf("all rejected: %v", err)
	}
}

func TestWrongAnswers(t *testing.T) {
	r := parse(t, jsonRecipe+"challenge: please wave\n")
	for body, want := range map[string]error{
		``:                                source.ErrFormat,
		"  \n":                            source.ErrFormat,
		`{"jobs":`:                        source.ErrFormat,
		`{"jobs":[]} trailing`:            source.ErrFormat,
		`{"jobs":null}`:                   source.ErrFormat,
		`{"jobs":{"a":1}}`:                source.ErrFormat,
		`{"error":"please wave"}`:         source.ErrChallenge,
		`<!doctype html><title>x</title>`: source.ErrFormat,
		`<html><title>Just a moment...`:   source.ErrChallenge,
		"\ufeff" + `{"jobs":[]}`:          nil,
		`{"jobs":[{"id":1,"title":"<title>Just a moment: g-recaptcha and a log in form"}]}`: nil,
	} {
		_, err := extract(t, r, body)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", body, err, want)
		}
	}
	for items, body := range map[string]string{".a.b": `{"a":"text","jobs":[]}`, `error("x")`: `{"jobs":[]}`, ".n": `{"n":5,"jobs":[]}`} {
		if _, err := extract(t, parse(t, strings.Replace(jsonRecipe, "items: .jobs", "items: "+items, 1)), body); !errors.Is(err, source.ErrFormat) {
			t.Errorf("items %s: %v", items, err)
		}
	}
}

// jq reads nothing but its input, and ends with its context.
func TestJQIsShutIn(t *testing.T) {
	t.Setenv("KAJKHOJ_SECRET", "hunter2")
	for _, expr := range []string{"env | tostring", "$ENV | tostring"} {
		r := parse(t, strings.Replace(jsonRecipe, "title: .title", fmt.Sprintf("title: %q", expr), 1))
		c, err := extract(t, r, `{"jobs":[{"id":1}]}`)
		if err != nil || len(c.drafts) != 1 || strings.Contains(c.drafts[0].Title, "hunter2") {
			t.Errorf("%s: %v, %+v", expr, err, c.drafts)
		}
	}
	for _, expr := range []string{`import "a" as a; .`, "input", "inputs", "input_filename", "$__prog_args"} {
		if _, err := Parse([]byte(strings.Replace(jsonRecipe, "title: .title", "title: '"+expr+"'", 1)), nil); err == nil {
			t.Errorf("%s is taken", expr)
		}
	}
	r := parse(t, strings.Replace(jsonRecipe, "title: .title", "title: '[repeat(.)] | length | tostring'", 1))
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	var c catch
	err := r.Extract(ctx, fetch.Page{URL: "https://example.com", Body: []byte(`{"jobs":[{"id":1}]}`)}, c.input())
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("an endless expression: %v", err)
	}
}

func TestRules(t *testing.T) {
	r := parse(t, jsonRecipe+`
drop:
  - {why: secret, jq: .secret}
  - {why: offers, field: title, regexp: '(?i)^\[offer\]'}
keep:
  - {why: not remote, jq: .remote == true}
  - {why: no bangla, field: title, regexp: 'কাজ|work'}
`)
	c, err := extract(t, r, `{"jobs":[
	 {"id":1,"title":"work","remote":true},{"id":2,"secret":true,"title":{}},{"id":3,"title":"[Offer] work","remote":true},
	 {"id":4,"title":"work","remote":"true"},{"id":5,"title":"কাজ","remote":true},{"id":6,"title":"other","remote":true}]}`)
	if err != nil || len(c.rejects) > 0 {
		t.Fatal(err, c.rejects)
	}
	same(t, "titles", c.titles(), []string{"work", "কাজ"})
	same(t, "skips", c.skips, map[string]int{"secret": 1, "offers": 1, "not remote": 1, "no bangla": 1})
}

const htmlRecipe = spec + `
request: {url: "https://example.com/list"}
format: html
expect: ul.jobs
items: ul.jobs > li
fields:
  id: {css: "&", attr: data-id}
  url: {css: a.t, attr: href}
  title: a.t
  company: [.co, {css: "&", attr: data-co}]
  description: {css: .text, html: true}
  skills: .skill
  category: {css: .kind, join: ", "}
  pay_text: {css: .pay, regexp: 'Budget: (.+)'}
  posted: {css: .date, regexp: '(\d+)\.(\d+)\.(\d+)', as: '$3-$2-$1'}
  closed: .closed
  snippet: true
drop:
  - {why: local, css: '.local'}
  - {why: sponsored, css: '[data-ad]'}
`

func TestHTML(t *testing.T) {
	r := parse(t, htmlRecipe)
	c, err := extract(t, r, `<html><head><base href="https://example.com/base/"></head><ul class=jobs>
	<li data-id=1 data-co=Attr><a class=t href="../job/1">Type
	 &amp; tidy</a><div class=text><p>One</p><b>two</b></div><i class=skill>Word</i><i class=skill> </i><i class=skill>Excel</i><b class=kind>a</b><b class=kind>b</b><em class=pay>Budget: $30</em><u class=date>30.07.2026</u>
	<li data-id=2><a class=t href="/job/2">Closed one</a><b class=co>Co</b><b class=closed>Closed</b>
	<li data-id=3><a class=t href="/job/3">Local</a><b class=local></b>
	<li data-id=4 data-ad=1><a class=t href="/job/4">Ad</a>
	<li data-id=5><a class=t href="/job/5"></a>
	</ul>`)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "drafts", c.drafts, []market.Draft{
		{Source: "example", ExternalID: "1", URL: "https://example.com/job/1", Title: "Type & tidy", Company: "Attr", Description: "<p>One</p><b>two</b>",
			Skills: []string{"Word", "Excel"}, Category: "a, b", PayText: "$30", PostedAt: "2026-07-30", Snippet: true},
		{Source: "example", ExternalID: "2", URL: "https://example.com/job/2", Title: "Closed one", Company: "Co", Closed: true, Snippet: true},
	})
	same(t, "skips", c.skips, map[string]int{"local": 1, "sponsored": 1})
	same(t, "rejects", c.whys(), []string{"no title"})
	if _, err := extract(t, r, `<ul class=jobs></ul>`); err != nil {
		t.Errorf("an empty page: %v", err)
	}
	if _, err := extract(t, r, `<ul class=other></ul>`); !errors.Is(err, source.ErrFormat) {
		t.Errorf("another page: %v", err)
	}
	// The words of a challenge within a listing are no challenge.
	if _, err := extract(t, r, `<title>Log in</title><ul class=jobs><li><a class=t href=/1>Solve g-recaptcha</a></ul>`); err != nil {
		t.Errorf("a page of listings: %v", err)
	}
	// golang.org/x/net/html gives up beyond 512 open elements.
	deep := "<ul class=jobs><li>" + strings.Repeat("<div>", 600)
	if _, err := extract(t, r, deep); !errors.Is(err, source.ErrFormat) || !strings.Contains(err.Error(), "512") {
		t.Errorf("600 open elements: %v", err)
	}
}

func TestScript(t *testing.T) {
	marker := parse(t, spec+`
request: {url: "https://example.com/list"}
format: script
script: {marker: window.App.state}
items: .jobs
fields: {id: .id, title: .title}
`)
	for page, want := range map[string]string{
		`<script>window.App.state={"jobs":[{"id":1,"title":"brace } and \"quote\" </b>"}]};window.x={y:function(){}}</script>`: `brace } and "quote" </b>`,
		`<script>/* window.App.state is set below */ window.App.state = {"jobs":[{"id":1,"title":"spaced"}]}</script>`:         "spaced",
		`<script>window.App.state({"jobs":[{"id":1,"title":"called"}]})</script>`:                                              "called",
		`<script>window.App.state={broken};window.App.state={"jobs":[{"id":1,"title":"second"}]}</script>`:                     "second",
	} {
		c, err := extract(t, marker, "<html>"+page)
		if err != nil || len(c.drafts) != 1 || c.drafts[0].Title != want {
			t.Errorf("%s: %v, %q", page, err, c.titles())
		}
	}
	_, err := extract(t, marker, "<html><script>window.Other={}</script>")
	if !errors.Is(err, ErrMarker) || !errors.Is(err, source.ErrFormat) {
		t.Errorf("without the marker: %v", err)
	}
	if _, err = extract(t, marker, "<html><script>window.App.state={broken}</script>"); errors.Is(err, ErrMarker) || !errors.Is(err, source.ErrFormat) {
		t.Errorf("with broken JSON: %v", err)
	}
	if _, err = extract(t, marker, `<html><title>Just a moment...</title>`); !errors.Is(err, source.ErrChallenge) {
		t.Errorf("a challenge: %v", err)
	}

	tag := parse(t, spec+`
request: {url: "https://example.com/list"}
format: script
script: {css: 'script#data'}
items: .jobs
fields: {id: .id, title: .title}
`)
	c, err := extract(t, tag, `<html><script id=data type="application/json">{"jobs":[{"id":1,"title":"in a tag &amp; raw"}]}</script>`)
	if err != nil || c.drafts[0].Title != "in a tag &amp; raw" {
		t.Errorf("%v, %q", err, c.titles())
	}
	if _, err = extract(t, tag, `<html><script id=other>{}</script>`); !errors.Is(err, ErrMarker) {
		t.Errorf("without the tag: %v", err)
	}
}

func TestJSONLD(t *testing.T) {
	r := parse(t, spec+`
request: {url: "https://example.com/list"}
format: jsonld
fields: {url: [.url, '"/"'], title: .title, company: .hiringOrganization.name}
`)
	ld := func(s string) string { return `<html><script type="application/ld+json">` + s + `</script>` }
	for page, want := range map[string][]string{
		ld(`{"@context":"https://schema.org","@type":"JobPosting","title":"object","hiringOrganization":{"name":"Co"}}`):                                                       {"object"},
		ld(`[{"@type":"Organization"},{"@type":["JobPosting"],"title":"array"}]`):                                                                                              {"array"},
		ld(`{"@graph":[{"@type":"WebPage"},{"@type":"http://schema.org/JobPosting","title":"graph"}]}`):                                                                        {"graph"},
		ld(`{"@type":"ItemList","itemListElement":[{"@type":"ListItem","item":{"@type":"JobPosting","url":"/1","title":"a"}},{"@type":"JobPosting","url":"/2","title":"b"}]}`): {"a", "b"},
		ld(`{broken`) + ld(`{"@type":"JobPosting","title":"after a broken one"}`):                                                                                              {"after a broken one"},
	} {
		c, err := extract(t, r, page)
		if err != nil {
			t.Errorf("%s: %v", page, err)
		}
		same(t, page, c.titles(), want)
	}
	for _, page := range []string{ld(`{"@type":"WebSite"}`), ld(`{broken`), "<html>"} {
		if _, err := extract(t, r, page); !errors.Is(err, source.ErrFormat) {
			t.Errorf("%s: %v", page, err)
		}
	}
}

func TestOtherwise(t *testing.T) {
	r := parse(t, spec+`
request: {url: "https://example.com/list?p={page}"}
paging: {by: page}
format: script
script: {css: 'script#data'}
items: .jobs
fields: {id: .id, title: .title}
otherwise:
  format: html
  expect: ul
  items: li
  fields: {id: {css: "&", attr: id}, title: "&"}
`)
	for page, want := range map[string]string{
		`<html><script id=data>{"jobs":[{"id":1,"title":"script"}]}</script><ul><li id=2>card</ul>`: "script",
		`<html><ul><li id=2>card</ul>`: "card",
	} {
		c, err := extract(t, r, page)
		if err != nil || len(c.drafts) != 1 || c.drafts[0].Title != want {
			t.Errorf("%s: %v, %q", page, err, c.titles())
		}
	}
	if _, err := extract(t, r, "<html>"); !errors.Is(err, ErrMarker) {
		t.Errorf("neither: %v", err)
	}
}

// --- runs ---

func visit(t testing.TB, r *recipe, w *web, v market.Validator) (*catch, source.Result, error) {
	t.Helper()
	var c catch
	in := c.input()
	in.Validator = v
	res, err := r.collect(context.Background(), w.get, in)
	return &c, res, err
}

func jobs(extra string, ids ...string) string {
	var out []string
	for _, id := range ids {
		out = append(out, fmt.Sprintf(`{"id":%q,"title":"t%s"}`, id, id))
	}
	return `{"jobs":[` + strings.Join(out, ",") + `]` + extra + `}`
}

func paged(url, paging string) string {
	return strings.Replace(jsonRecipe, "https://example.com/api", "https://example.com"+url, 1) + "paging: " + paging + "\n"
}

func TestPaging(t *testing.T) {
	type pages = map[string]any
	for name, c := range map[string]struct {
		recipe   string
		pages    pages
		want     []string // addresses
		titles   int
		complete bool
		err      error
	}{
		"page until empty": {paged("/api?p={page}", "{by: page}"),
			pages{"/api?p=1": jobs("", "a", "b"), "/api?p=2": jobs("", "c"), "/api?p=3": jobs("")}, []string{"/api?p=1", "/api?p=2", "/api?p=3"}, 3, true, nil},
		"page from 0 with stop": {paged("/api?p={page}", "{by: page, first: 0, stop: .last}"),
			pages{"/api?p=0": jobs(`,"last":false`, "a"), "/api?p=1": jobs(`,"last":true`, "b")}, []string{"/api?p=0", "/api?p=1"}, 2, true, nil},
		"page that repeats": {paged("/api?p={page}", "{by: page}"),
			pages{"/api?p=1": jobs("", "a", "b"), "/api?p=2": jobs("", "b", "a")}, []string{"/api?p=1", "/api?p=2"}, 2, true, nil},
		"page of which all is left out": {paged("/api?p={page}", "{by: page}") + "drop: [{why: x, jq: .x}]\n",
			pages{"/api?p=1": jobs("", "a"), "/api?p=2": `{"jobs":[{"x":1}]}`, "/api?p=3": jobs("", "b"), "/api?p=4": `{"jobs":[{"x":1}]}`},
			[]string{"/api?p=1", "/api?p=2", "/api?p=3", "/api?p=4"}, 2, true, nil},
		"page with its own cap": {paged("/api?p={page}", "{by: page, pages: 2}"),
			pages{"/api?p=1": jobs("", "a"), "/api?p=2": jobs("", "b")}, []string{"/api?p=1", "/api?p=2"}, 2, false, nil},
		"offset": {paged("/api?o={offset}&n={size}", "{by: offset, size: 2}"),
			pages{"/api?o=0&n=2": jobs("", "a", "b"), "/api?o=2&n=2": jobs("", "c"), "/api?o=4&n=2": jobs("")}, []string{"/api?o=0&n=2", "/api?o=2&n=2", "/api?o=4&n=2"}, 3, true, nil},
		"cursor": {paged("/api?c={cursor}&n=1", "{by: cursor, cursor: .next}"),
			pages{"/api?n=1": jobs(`,"next":"x y"`, "a"), "/api?c=x+y&n=1": jobs(`,"next":null`, "b")}, []string{"/api?n=1", "/api?c=x+y&n=1"}, 2, true, nil},
		"cursor that stands": {paged("/api?c={cursor}", "{by: cursor, cursor: .next}"),
			pages{"/api": jobs(`,"next":"x"`, "a"), "/api?c=x": jobs(`,"next":"x"`, "b")}, []string{"/api", "/api?c=x"}, 2, false, source.ErrFormat},
		"cursor retyped": {paged("/api?c={cursor}", "{by: cursor, cursor: .next}"),
			pages{"/api": jobs(`,"next":{"x":1}`, "a")}, []string{"/api"}, 1, false, source.ErrFormat},
		"next": {paged("/api", "{by: next, next: .next}"),
			pages{"/api": jobs(`,"next":"?p=2"`, "a"), "/api?p=2": jobs(``, "b")}, []string{"/api", "/api?p=2"}, 2, true, nil},
		"next on another host": {paged("/api", "{by: next, next: .next}"),
			pages{"/api": jobs(`,"next":"https://other.example/"`, "a")}, []string{"/api"}, 1, false, source.ErrFormat},
		"next is here": {paged("/api", "{by: next, next: .next}"),
			pages{"/api": jobs(`,"next":"/api"`, "a")}, []string{"/api"}, 1, false, source.ErrFormat},
		"a later page fails": {paged("/api?p={page}", "{by: page}"),
			pages{"/api?p=1": jobs("", "a"), "/api?p=2": &fetch.StatusError{Status: 503}}, []string{"/api?p=1", "/api?p=2"}, 1, false, &fetch.StatusError{}},
		"a later page is another": {paged("/api?p={page}", "{by: page}"),
			pages{"/api?p=1": jobs("", "a"), "/api?p=2": "<html><title>Just a moment...</title>"}, []string{"/api?p=1", "/api?p=2"}, 1, false, source.ErrChallenge},
		"the session's cap": {paged("/api?p={page}", "{by: page}"),
			pages{"/api?p=1": jobs("", "a"), "/api?p=2": fetch.ErrTooManyPages}, []string{"/api?p=1", "/api?p=2"}, 1, false, fetch.ErrTooManyPages},
		"nothing at all": {jsonRecipe, pages{"/api": jobs("")}, []string{"/api"}, 0, true, nil},
	} {
		w := &web{pages: pages{}}
		for u, v := range c.pages {
			w.pages["https://example.com"+u] = v
		}
		got, res, err := visit(t, parse(t, c.recipe), w, market.Validator{})
		if _, ok := c.err.(*fetch.StatusError); ok {
			var status *fetch.StatusError
			if !errors.As(err, &status) {
				t.Errorf("%s: %v", name, err)
			}
		} else if !errors.Is(err, c.err) {
			t.Errorf("%s: %v, want %v", name, err, c.err)
		}
		if diff := cmp.Diff(c.want, w.urls()); diff != "" || len(got.drafts) != c.titles || res.Complete != c.complete {
			t.Errorf("%s: %d drafts, complete %v; %s", name, len(got.drafts), res.Complete, diff)
		}
		// The validator of a run that failed would hide from the next run
		// what this one did not see.
		if err != nil && res.Validator != (market.Validator{}) {
			t.Errorf("%s: failed with a validator", name)
		}
	}
}

func TestPagingHTML(t *testing.T) {
	r := parse(t, spec+`
request: {url: "https://example.com/list"}
paging: {by: next, next: {css: 'a[rel=next]', attr: href}, stop: .the-end}
format: html
expect: ul
items: li
fields: {id: {css: "&", attr: id}, title: "&"}
`)
	w := &web{pages: map[string]any{
		"https://example.com/list":   `<ul><li id=1>a</ul><a rel=next href="list/2">next</a>`,
		"https://example.com/list/2": `<ul><li id=2>b</ul><a rel=next href="/list/3">next</a><b class=the-end>that is all</b>`,
	}}
	c, res, err := visit(t, r, w, market.Validator{})
	if err != nil || !res.Complete {
		t.Fatal(err, res)
	}
	same(t, "titles", c.titles(), []string{"a", "b"})
	same(t, "addresses", w.urls(), []string{"/list", "/list/2"})
}

func TestPost(t *testing.T) {
	r := parse(t, strings.Replace(jsonRecipe, `request: {url: "https://example.com/api"}`, `
env: [KEY]
request:
  url: https://example.com/api
  method: POST
  header: {Content-Type: application/json, X-Key: "k {env.KEY}"}
  body: '{"page": {page}, "key": "{env.KEY}"}'
paging: {by: page, pages: 2}
`, 1))
	w := &web{pages: map[string]any{"https://example.com/api": jobs("", "a")}}
	if _, _, err := visit(t, r, w, market.Validator{}); err != nil {
		t.Fatal(err)
	}
	q := w.asked[1]
	if q.Method != "POST" || string(q.Body) != `{"page": 2, "key": "value of KEY"}` || q.Header.Get("X-Key") != "k value of KEY" {
		t.Errorf("%s %s %v", q.Method, q.Body, q.Header)
	}
}

func TestValidator(t *testing.T) {
	r := parse(t, strings.Replace(jsonRecipe, `request: {url: "https://example.com/api"}`, `
env: [KEY]
request: {url: "https://example.com/api?k={env.KEY}"}`, 1))
	const url = "https://example.com/api?k=value+of+KEY"
	w := &web{pages: map[string]any{url: jobs("", "a")}}
	_, res, err := visit(t, r, w, market.Validator{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "validator", res.Validator, market.Validator{URL: "https://example.com/api?k={env.KEY}", ETag: `"1"`})

	w = &web{pages: map[string]any{url: fetch.Page{Status: http.StatusNotModified}}}
	c, again, err := visit(t, r, w, res.Validator)
	if err != nil || !again.Unchanged || again.Complete || again.Validator != res.Validator || len(c.drafts) > 0 {
		t.Errorf("304: %+v, %v", again, err)
	}
	if w.asked[0].Validator.URL != url {
		t.Errorf("the request's validator is for %s", w.asked[0].Validator.URL)
	}
	// A validator of another address is not sent.
	w = &web{pages: map[string]any{url: jobs("", "a")}}
	if _, _, err := visit(t, r, w, market.Validator{URL: "https://example.com/old", ETag: "x"}); err != nil || w.asked[0].Validator.ETag != "" {
		t.Errorf("%v, %+v", err, w.asked[0].Validator)
	}
	// Errors keep the variables' values to themselves.
	w = &web{pages: map[string]any{url: fmt.Errorf("%w: GET %s", fetch.ErrUnreachable, url)}}
	_, _, err = visit(t, r, w, market.Validator{})
	if !errors.Is(err, fetch.ErrUnreachable) || strings.Contains(err.Error(), "value") {
		t.Errorf("%v", err)
	}
}

const detailRecipe = htmlRecipe + `
detail:
  format: html
  expect: article
  item: article
  fields:
    title: h1
    description: {css: .full, html: true}
    posted: time
`

func TestDetail(t *testing.T) {
	list := `<ul class=jobs><li data-id=1><a class=t href="/1">short 1</a><div class=text>beginning</div><li data-id=2><a class=t href="/2">short 2</a><li data-id=3><a class=t href="/3">short 3</a></ul>`
	w := &web{pages: map[string]any{
		"https://example.com/list": list,
		"https://example.com/1":    `<article><h1>Long 1</h1><div class=full><p>All of it</p></div><time>2026-11-01</time></article>`,
		"https://example.com/3":    `<article><div class=full>third</div></article>`,
	}}
	r := parse(t, detailRecipe)
	c, res, err := visit(t, r, w, market.Validator{})
	if err != nil || !res.Complete {
		t.Fatal(err, res)
	}
	same(t, "titles", c.titles(), []string{"Long 1", "short 3"})
	same(t, "skips", c.skips, map[string]int{"gone": 1})
	if d := c.drafts[0]; d.Description != "<p>All of it</p>" || d.PostedAt != "2026-11-01" || d.ExternalID != "1" {
		t.Errorf("%+v", d)
	}

	// A page that cannot be read rejects its item, and the run proves nothing.
	w.pages["https://example.com/2"] = `<h1>Something else</h1>`
	c, res, err = visit(t, r, w, market.Validator{})
	if err != nil || res.Complete || res.Validator != (market.Validator{}) || len(c.rejects) != 1 || len(c.drafts) != 2 {
		t.Errorf("%v, complete %v, rejects %q", err, res.Complete, c.whys())
	}
	// A challenge or a refusal ends the run.
	w.pages["https://example.com/2"] = `<title>Just a moment...</title>`
	if c, _, err = visit(t, r, w, market.Validator{}); !errors.Is(err, source.ErrChallenge) || len(c.drafts) != 1 {
		t.Errorf("%v, %q", err, c.titles())
	}
	w.pages["https://example.com/2"] = fetch.ErrRobots
	if _, _, err = visit(t, r, w, market.Validator{}); !errors.Is(err, fetch.ErrRobots) {
		t.Errorf("%v", err)
	}
	// Extract asks for none, and gives the list's fields.
	c, err = extract(t, r, list)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "extracted", c.titles(), []string{"short 1", "short 2", "short 3"})
}

func TestDetailJSONLD(t *testing.T) {
	r := parse(t, jsonRecipe+`
detail:
  url: '"/page/" + .id'
  format: jsonld
  fields: {description: .description, expires: .validThrough, skills: '.skills | split(", ")'}
`)
	w := &web{pages: map[string]any{
		"https://example.com/api":    jobs("", "a"),
		"https://example.com/page/a": `<script type="application/ld+json">{"@type":"JobPosting","description":"<p>Long</p>","validThrough":"2026-12-01","skills":"x, y"}</script>`,
	}}
	c, _, err := visit(t, r, w, market.Validator{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "draft", c.drafts, []market.Draft{{Source: "example", ExternalID: "a", Title: "ta", Description: "<p>Long</p>", ExpiresAt: "2026-12-01", Skills: []string{"x", "y"}}})
}

// An error of Emit ends the run and comes back as it is.
func TestEmitError(t *testing.T) {
	r := parse(t, jsonRecipe)
	full := errors.New("the disk is full")
	var c catch
	in := c.input()
	n := 0
	in.Emit = func(market.Draft) error { n++; return full }
	w := &web{pages: map[string]any{"https://example.com/api": jobs("", "a", "b")}}
	if _, err := r.collect(context.Background(), w.get, in); err != full || n != 1 {
		t.Errorf("%v after %d", err, n)
	}
}

func TestClean(t *testing.T) {
	double := func(s string) string { // as Latin-1
		var b strings.Builder
		for _, c := range []byte(s) {
			b.WriteRune(rune(c))
		}
		return b.String()
	}
	for _, s := range []string{"Café", "naïve — “quoted”…", "কাজ খুঁজি", "Zażółć gęślą jaźń", "Привет, мир", "price 5 €", "😀 fine"} {
		if got := repair(double(s)); got != s {
			t.Errorf("%q is repaired to %q", s, got)
		}
		if got := repair(s); got != s {
			t.Errorf("good text %q becomes %q", s, got)
		}
	}
	// As Windows-1252 shows it.
	for in, want := range map[string]string{"donâ€™t": "don’t", "â€œquotedâ€\u009d": "“quoted”", "50 â‚¬": "50 €"} {
		if got := repair(in); got != want {
			t.Errorf("%q is repaired to %q, want %q", in, got, want)
		}
	}
	for _, s := range []string{"CAFÉ® bar", "voilà\u00a0»", "« DÉJÀ VU »", "Ä", "10°–20°", "naïve café", "Ünïcödé", "São Tomé; ÉTÉ\u00a0»", ""} {
		if got := repair(s); got != s {
			t.Errorf("good text %q becomes %q", s, got)
		}
	}
	r := parse(t, strings.Replace(jsonRecipe, "title: .title", "title: .title, description: .text, skills: .skills, company: .co", 1)+`
clean: {mojibake: true, strip: ['(?s)<hr>.*$', 'noise ']}
`)
	c, err := extract(t, r, `{"jobs":[{"id":1,"title":"noise caf`+double("é")+`","co":"`+double("Ü")+`","skills":["`+double("é")+`"],"text":"noise good<hr>bad\nworse"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "draft", c.drafts, []market.Draft{{Source: "example", ExternalID: "1", Title: "noise café", Company: "Ü", Skills: []string{"é"}, Description: "good"}})
}

func TestFeeds(t *testing.T) {
	feedRecipe := spec + `
request: {url: "https://example.com/feed"}
format: feed
fields:
  id: [.guid, .link]
  url: .link
  title: .title
  company: .author
  description: [.content, .description]
  category: {jq: .categories, join: ", "}
  posted: [.published, .updated, '.ext["dc:date"]']
  expires: .ext.expires_at
  locations: .ext.region
  pay_text: .ext["job:pay"]
  level: {jq: '.elements["job:level"][0].attr.code', name: job:level}
`
	r := parse(t, feedRecipe)
	for name, c := range map[string]struct {
		body string
		want market.Draft
	}{
		"RSS 2.0": {`<?xml version="1.0"?><rss version="2.0" xmlns:job="https://example.com/job" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>f</title><item>
			<title>Q&amp;A &#x2013; help</title><link>https://example.com/1</link><guid isPermaLink="false">g1</guid><category>a</category><category>b</category>
			<description>short</description><content:encoded><![CDATA[<p>long & raw</p>]]></content:encoded><pubDate>Fri, 20 Nov 2026 10:00:00 +0000</pubDate>
			<region>Bangladesh</region><expires_at>Sun, 20 Dec 2026 10:00:00 +0000</expires_at><job:pay>৳৫০০</job:pay><job:level code="junior"/></item></channel></rss>`,
			market.Draft{ExternalID: "g1", URL: "https://example.com/1", Title: "Q&A – help", Description: "<p>long & raw</p>", Category: "a, b", PostedAt: "Fri, 20 Nov 2026 10:00:00 +0000",
				ExpiresAt: "Sun, 20 Dec 2026 10:00:00 +0000", Locations: []string{"Bangladesh"}, PayText: "৳৫০০", Level: "junior", LevelField: "job:level"}},
		"Atom": {`<feed xmlns="http://www.w3.org/2005/Atom"><title>f</title><entry><id>t3_1</id><title>Atom title</title><link href="/rel/1"/><author><name>Ann</name></author>
			<updated>2026-11-20T10:00:00Z</updated><content type="html">&lt;p&gt;x&lt;/p&gt;</content></entry></feed>`,
			market.Draft{ExternalID: "t3_1", URL: "https://example.com/rel/1", Title: "Atom title", Company: "Ann", Description: "<p>x</p>", PostedAt: "2026-11-20T10:00:00Z"}},
		"RDF": {`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>f</title></channel>
			<item rdf:about="https://example.com/3"><title>RDF title</title><link>https://example.com/3</link><description>d</description><dc:date>2026-11-20T10:00:00Z</dc:date></item></rdf:RDF>`,
			market.Draft{ExternalID: "https://example.com/3", URL: "https://example.com/3", Title: "RDF title", Description: "d", PostedAt: "2026-11-20T10:00:00Z"}},
		"a stray ampersand": {`<rss version="2.0"><channel><item><title>Copy & paste</title><link>https://example.com/4</link></item></channel></rss>`,
			market.Draft{ExternalID: "https://example.com/4", URL: "https://example.com/4", Title: "Copy & paste"}},
		"a declaration that is no longer true": {`<?xml version="1.0" encoding="ISO-8859-1"?><rss version="2.0"><channel><item><title>Café</title><link>https://example.com/5</link></item></channel></rss>`,
			market.Draft{ExternalID: "https://example.com/5", URL: "https://example.com/5", Title: "Café"}},
		"a declaration that is true": {"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><rss version=\"2.0\"><channel><item><title>Caf\xe9</title><link>https://example.com/6</link></item></channel></rss>",
			market.Draft{ExternalID: "https://example.com/6", URL: "https://example.com/6", Title: "Café"}},
	} {
		c.want.Source = "example"
		got, err := extract(t, r, c.body)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		same(t, name, got.drafts, []market.Draft{c.want})
	}
	if _, err := extract(t, r, `<rss version="2.0"><channel><title>f</title></channel></rss>`); err != nil {
		t.Errorf("an empty feed: %v", err)
	}
	// A feed's own links tell whose it is.
	whose := parse(t, strings.Replace(feedRecipe, "format: feed", `format: feed
expect: any(.links[]; startswith("https://example.com/"))`, 1))
	for body, want := range map[string]error{
		`<rss version="2.0"><channel><title>f</title><link>https://example.com/jobs</link></channel></rss>`:                                                  nil,
		`<rss version="2.0"><channel><title>f</title><link>https://example.org/jobs</link></channel></rss>`:                                                  source.ErrFormat,
		`<rss version="2.0"><channel><title>f</title></channel></rss>`:                                                                                       source.ErrFormat,
		`<feed xmlns="http://www.w3.org/2005/Atom"><title>f</title><link rel="self" href="https://example.com/f.atom"/></feed>`:                              nil,
		`<feed xmlns="http://www.w3.org/2005/Atom"><title>f</title><link rel="self" href="https://example.org/f.atom"/><id>https://example.com/</id></feed>`: source.ErrFormat,
	} {
		if _, err := extract(t, whose, body); !errors.Is(err, want) {
			t.Errorf("whose feed: %s: %v, want %v", body, err, want)
		}
	}
	for name, body := range map[string]string{
		"JSON feed": `{"version":"https://jsonfeed.org/version/1","items":[]}`,
		"cut short": `<rss version="2.0"><channel><item><title>x`,
		"sitemap":   `<urlset></urlset>`,
		"text":      `busy, come back later`,
	} {
		if _, err := extract(t, r, body); !errors.Is(err, source.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// targets and the fields of market.Draft must not drift apart.
func TestTargetsCoverTheDraft(t *testing.T) {
	d := market.Draft{}
	for _, name := range slices.Sorted(maps.Keys(targets)) {
		targets[name].set(&d, []string{"x"}, "n")
	}
	d.Source = "x"
	if diff := cmp.Diff(market.Draft{
		Source: "x", ExternalID: "x", URL: "x", Title: "x", Company: "x", Description: "x", Snippet: true, Skills: []string{"x"}, Category: "x",
		PayText: "x", PayMin: "x", PayMax: "x", PayCurrency: "x", PayPeriod: "x", PostedAt: "x", ExpiresAt: "x",
		Locations: []string{"x"}, Zones: []string{"x"}, Level: "x", LevelField: "n", English: "x", EnglishField: "n", Closed: true,
	}, d); diff != "" {
		t.Error(diff)
	}
}

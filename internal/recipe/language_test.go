package recipe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// loopback visits a site on this machine with a recipe, through a real
// session. {site} in the recipe is the site's address, and answer gives a
// body for what was asked for; an empty one is a 404.
func loopback(t *testing.T, text string, answer func(r *http.Request) string) (*catch, source.Result, error) {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := answer(r)
		if body == "" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, strings.ReplaceAll(body, "{site}", "http://"+r.Host))
	}))
	defer site.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := parse(t, spec+strings.ReplaceAll(text, "{site}", site.URL))
	var c catch
	in := c.input()
	in.Session = fetch.New(fetch.Config{AllowLoopback: true}, nil).Session(ctx, fetch.Options{})
	res, err := r.Collect(ctx, in)
	return &c, res, err
}

// pathAnd is what was asked for.
func pathAnd(r *http.Request) string { return r.URL.RequestURI() }

func TestLanguageOnLoopback(t *testing.T) {
	const plain = "format: json\nitems: .jobs\nfields: {id: .id, title: .title}\n"
	one := func(id string) string { return fmt.Sprintf(`{"jobs":[{"id":%q,"title":"job %s"}]}`, id, id) }
	pages := func(m map[string]string) func(*http.Request) string {
		return func(r *http.Request) string { return m[pathAnd(r)] }
	}
	for _, tt := range []struct {
		name, recipe string
		answer       func(*http.Request) string
		titles       string
		check        func(t *testing.T, c *catch)
	}{
		{
			name:   "paging by page number",
			recipe: "request: {url: '{site}/jobs?p={page}'}\npaging: {by: page}\n" + plain,
			answer: pages(map[string]string{"/jobs?p=1": one("a"), "/jobs?p=2": one("b"), "/jobs?p=3": `{"jobs":[]}`}),
			titles: "job a, job b",
		},
		{
			name:   "paging by offset",
			recipe: "request: {url: '{site}/jobs?from={offset}&n={size}'}\npaging: {by: offset, size: 2}\n" + plain,
			answer: pages(map[string]string{"/jobs?from=0&n=2": one("a"), "/jobs?from=2&n=2": one("b"), "/jobs?from=4&n=2": `{"jobs":[]}`}),
			titles: "job a, job b",
		},
		{
			name:   "paging by cursor",
			recipe: "request: {url: '{site}/jobs?c={cursor}'}\npaging: {by: cursor, cursor: .meta.next}\n" + plain,
			answer: pages(map[string]string{
				"/jobs":       `{"jobs":[{"id":1,"title":"one"}],"meta":{"next":"x y"}}`,
				"/jobs?c=x+y": `{"jobs":[{"id":2,"title":"two"}],"meta":{"next":null}}`,
			}),
			titles: "one, two",
		},
		{
			name:   "paging by the next page's link",
			recipe: "request: {url: '{site}/jobs'}\npaging: {by: next, next: {css: 'a[rel=next]', attr: href}}\nformat: html\nexpect: h1\nitems: li\nfields: {url: {css: a, attr: href}, title: a}\n",
			answer: pages(map[string]string{
				"/jobs":     `<h1>Jobs</h1><ul><li><a href=/1>one</a></ul><a rel=next href="?p=2">more</a>`,
				"/jobs?p=2": `<h1>Jobs</h1><ul><li><a href=/2>two</a></ul>`,
			}),
			titles: "one, two",
		},
		{
			name: "an HTML list with detail pages",
			recipe: `
request: {url: '{site}/jobs'}
format: html
expect: ul.jobs
items: ul.jobs > li
fields: {url: {css: a, attr: href}, title: a}
detail:
  format: html
  expect: article
  fields: {description: {css: article, html: true}, company: .by}
`,
			answer: pages(map[string]string{
				"/jobs": `<ul class=jobs><li><a href=/1>one</a><li><a href=/2>two</a></ul>`,
				"/1":    `<p class=by>Acme</p><article><p>The <b>first</b> text.</p></article>`,
			}),
			titles: "one",
			check: func(t *testing.T, c *catch) {
				same(t, "company and text", []string{c.drafts[0].Company, c.drafts[0].Description}, []string{"Acme", "<p>The <b>first</b> text.</p>"})
				same(t, "gone", c.skips, map[string]int{"gone": 1})
			},
		},
		{
			name:   "nested JSON with jq",
			recipe: "request: {url: '{site}/jobs'}\nformat: json\nexpect: .result.ok\nitems: '.result.groups[].jobs'\nfields: {id: .key.id, title: '.names[0].text', skills: '[.tags[]? | .name]'}\n",
			answer: pages(map[string]string{"/jobs": `{"result":{"ok":true,"groups":[{"jobs":[{"key":{"id":7},"names":[{"text":"seven"}],"tags":[{"name":"go"}]}]}]}}`}),
			titles: "seven",
			check:  func(t *testing.T, c *catch) { same(t, "skills", c.drafts[0].Skills, []string{"go"}) },
		},
		{
			name:   "JSON in a script tag",
			recipe: "request: {url: '{site}/jobs'}\nformat: script\nscript: {css: script#__NEXT_DATA__}\nitems: .props.jobs\nfields: {id: .id, title: .title}\n",
			answer: pages(map[string]string{"/jobs": `<title>Jobs</title><script id=__NEXT_DATA__ type=application/json>{"props":{"jobs":[{"id":1,"title":"a </b> c"}]}}</script>`}),
			titles: "a </b> c",
		},
		{
			name: "selectors with attribute, regexp and join; constants and fallbacks",
			recipe: `
request: {url: '{site}/jobs'}
format: html
expect: ul
items: li
fields:
  id: {css: "&", attr: data-id, regexp: 'job-(\d+)'}
  title: [h3, {css: a, attr: title}, a]
  category: {css: .tag, join: " / "}
  pay_min: {css: .pay, regexp: '(\d+)'}
  pay_currency: {value: BDT}
  pay_period: [{css: .pay, regexp: 'an? (hour|month)'}, {value: fixed}]
`,
			answer: pages(map[string]string{"/jobs": `<ul>
<li data-id=job-17><a title="From the link">x</a><i class=tag>Data</i><i class=tag>Entry</i><b class=pay>500 a month</b>
<li data-id=job-18><h3>From the heading</h3><b class=pay>900</b></ul>`}),
			titles: "From the link, From the heading",
			check: func(t *testing.T, c *catch) {
				a, b := c.drafts[0], c.drafts[1]
				same(t, "fields", []string{a.ExternalID, a.Category, a.PayMin, a.PayCurrency, a.PayPeriod, b.PayPeriod}, []string{"17", "Data / Entry", "500", "BDT", "month", "fixed"})
			},
		},
		{
			name: "dates with a form and a zone",
			recipe: `
request: {url: '{site}/jobs'}
format: json
items: .jobs
fields:
  id: .id
  title: .title
  posted: [{jq: .day, date: "DD/MM/YYYY HH:mm", zone: Asia/Dhaka}, {jq: .iso, zone: "+02:00"}]
  expires: {jq: .until, regexp: 'until (.*)', date: "D MMMM YYYY"}
`,
			answer: pages(map[string]string{"/jobs": `{"jobs":[
{"id":1,"title":"a","day":"05/11/2026 09:30","until":"open until 7 December 2026"},
{"id":2,"title":"b","day":"2026-11-05","iso":"2026-11-05 09:30"},
{"id":3,"title":"c","iso":"2026-11-05T09:30:00Z","until":"soon"}]}`}),
			titles: "a, b, c",
			check: func(t *testing.T, c *catch) {
				var got []string
				for _, d := range c.drafts {
					got = append(got, d.PostedAt, d.ExpiresAt)
				}
				same(t, "dates", got, []string{
					"2026-11-05T09:30:00+06:00", "2026-12-07T00:00:00Z",
					"2026-11-05T09:30:00+02:00", "",
					"2026-11-05T09:30:00Z", "",
				})
			},
		},
		{
			name: "filters that keep and drop",
			recipe: "request: {url: '{site}/jobs'}\n" + plain + `
keep: [{why: not remote, jq: .remote}]
drop: [{why: offers work, field: title, regexp: '(?i)^for hire'}]
`,
			answer: pages(map[string]string{"/jobs": `{"jobs":[{"id":1,"title":"a","remote":true},{"id":2,"title":"b"},{"id":3,"title":"For hire: me","remote":true}]}`}),
			titles: "a",
			check: func(t *testing.T, c *catch) {
				same(t, "left out", c.skips, map[string]int{"not remote": 1, "offers work": 1})
			},
		},
		{
			name:   "headers and keys from the environment",
			recipe: "env: [EXAMPLE_KEY]\nrequest: {url: '{site}/jobs?k={env.EXAMPLE_KEY}', header: {X-Key: 'Bearer {env.EXAMPLE_KEY}', Accept: application/json}}\n" + plain,
			answer: func(r *http.Request) string {
				if r.Header.Get("X-Key") != "Bearer value of EXAMPLE_KEY" || r.FormValue("k") != "value of EXAMPLE_KEY" || r.Header.Get("Accept") != "application/json" {
					return ""
				}
				return one("a")
			},
			titles: "job a",
		},
		{
			name: "several boards by one recipe",
			recipe: `
each: [acme, globex inc]
request: {url: '{site}/boards/{each}/jobs?page={page}'}
paging: {by: page}
format: json
items: .jobs
fields: {id: .id, title: .title, company: [.company, {value: "{each}"}]}
`,
			answer: pages(map[string]string{
				"/boards/acme/jobs?page=1":         `{"jobs":[{"id":1,"title":"one"}]}`,
				"/boards/acme/jobs?page=2":         `{"jobs":[{"id":2,"title":"two","company":"Acme Ltd"}]}`,
				"/boards/acme/jobs?page=3":         `{"jobs":[]}`,
				"/boards/globex%20inc/jobs?page=1": `{"jobs":[{"id":3,"title":"three"}]}`,
				"/boards/globex%20inc/jobs?page=2": `{"jobs":[]}`,
			}),
			titles: "one, two, three",
			check: func(t *testing.T, c *catch) {
				same(t, "companies", []string{c.drafts[0].Company, c.drafts[1].Company, c.drafts[2].Company}, []string{"acme", "Acme Ltd", "globex inc"})
			},
		},
		{
			name: "a sitemap of pages with JobPosting",
			recipe: `
request: {url: '{site}/sitemap.xml'}
format: sitemap
items: .urls | map(select(.loc | contains("/job/")))
fields: {url: .loc}
detail:
  format: jsonld
  fields: {title: .title, posted: .datePosted}
`,
			answer: pages(map[string]string{
				"/sitemap.xml": `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{site}/about</loc></url><url><loc>{site}/job/1</loc><lastmod>2026-11-01</lastmod></url></urlset>`,
				"/job/1":       `<script type="application/ld+json">{"@type":"JobPosting","title":"one","datePosted":"2026-11-02"}</script>`,
			}),
			titles: "one",
			check:  func(t *testing.T, c *catch) { same(t, "posted", c.drafts[0].PostedAt, "2026-11-02") },
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, res, err := loopback(t, tt.recipe, tt.answer)
			if err != nil || !res.Complete {
				t.Fatalf("%v, complete %v", err, res.Complete)
			}
			same(t, "titles", strings.Join(c.titles(), ", "), tt.titles)
			if len(c.rejects) > 0 {
				t.Errorf("rejected: %q", c.whys())
			}
			if tt.check != nil && !t.Failed() {
				tt.check(t, c)
			}
		})
	}
}

// A saved list whose titles stand on the offers' own pages is read as far as
// it goes.
func TestTitlesElsewhere(t *testing.T) {
	r := parse(t, spec+"request: {url: 'https://example.com/sitemap.xml'}\nformat: sitemap\nfields: {url: .loc}\ndetail: {format: jsonld, fields: {title: .title}}\n")
	c, err := extract(t, r, `<urlset><url><loc>https://example.com/1</loc></url></urlset>`)
	if err != nil || len(c.drafts) > 0 || c.skips["its title stands on its own page"] != 1 {
		t.Errorf("%v, %+v", err, c)
	}
}

// A board that is gone does not keep the others from being read, and its
// name stands in the error. Boards come from the environment too.
func TestEachFails(t *testing.T) {
	const text = "env: [BOARDS]\neach: {env: BOARDS}\nrequest: {url: '{site}/{each}'}\nformat: json\nitems: .jobs\nfields: {id: .id, title: .id}\n"
	c, res, err := loopback(t, text, func(r *http.Request) string {
		if r.URL.Path == "/value" || r.URL.Path == "/BOARDS" { // "value of BOARDS"
			return fmt.Sprintf(`{"jobs":[{"id":%q}]}`, r.URL.Path)
		}
		return ""
	})
	same(t, "titles", c.titles(), []string{"/value", "/BOARDS"})
	if status, ok := errors.AsType[*fetch.StatusError](err); !ok || status.Status != 404 || !strings.HasPrefix(err.Error(), "of: ") || res.Complete {
		t.Errorf("%v, %+v", err, res)
	}
}

// The greatest number of items ends a run as the greatest number of pages does.
func TestItemsCap(t *testing.T) {
	text := "limits: {items: 2}\nrequest: {url: '{site}/?p={page}'}\npaging: {by: page}\nformat: json\nitems: .jobs\nfields: {id: .id, title: .id}\n"
	asked := 0
	c, res, err := loopback(t, text, func(r *http.Request) string {
		if r.URL.Path != "/robots.txt" {
			asked++
		}
		return `{"jobs":[{"id":1},{"id":2},{"id":3}]}`
	})
	if !errors.Is(err, source.ErrTooManyItems) || res.Complete || len(c.drafts) != 2 || asked != 1 {
		t.Errorf("%d drafts by %d requests, %+v, %v", len(c.drafts), asked, res, err)
	}
}

// What is told of each item is what the site sent, before what came of it.
func TestRaw(t *testing.T) {
	r := parse(t, jsonRecipe+"drop: [{why: no, jq: .no}]\n")
	var told []string
	var c catch
	in := c.input()
	in.Raw = func(item string) { told = append(told, item) }
	in.Emit = func(d market.Draft) error { told = append(told, "emit"); return nil }
	in.Skip = func(string) { told = append(told, "skip") }
	in.Reject = func(market.Reject) { told = append(told, "reject") }
	if err := r.Extract(t.Context(), fetch.Page{URL: "https://example.com", Body: []byte(`{"jobs":[{"id":1,"title":"a"},{"id":2,"no":true},{"id":3}]}`)}, in); err != nil {
		t.Fatal(err)
	}
	same(t, "told", told, []string{`{"id":1,"title":"a"}`, "emit", `{"id":2,"no":true}`, "skip", `{"id":3}`, "reject"})
}

// Expressions that would take all the time or memory there is end soon, with
// an error that says so, and little is left of them.
func TestJQBombs(t *testing.T) {
	for _, tt := range []struct{ expr, want string }{
		{`"x" * 1e9`, "a text or a number"},
		{`"x" * 1e9 | length`, "a text or a number"},
		{`[range(1e10)] | length`, "jq: more than"},
		{`[repeat("x")] | length`, "jq: more than"},
		{`reduce range(100) as $i ("x"; . + .) | length`, "of memory"},
		{`reduce range(100) as $i ([1]; . + .) | length`, "of memory"},
		{`reduce range(100) as $i ([]; [., .]) | tojson`, "values in it"},
		{`reduce range(100) as $i ([]; [., .]) | "\(.)"`, "values in it"},
		{`reduce range(100) as $i ([]; [., .]) | @json`, "values in it"},
		{`reduce range(100) as $i ([]; [., .]) | flatten | length`, "values in it"},
		{`reduce range(100) as $i ([]; [., .])`, "values in it"},
		{`(reduce range(100) as $i ([]; [., .])) == (reduce range(100) as $i ([]; [., .]))`, "values in it"},
		{`reduce range(100) as $i (3; . * .) | tostring`, "a text or a number"},
		{`range(1e9)`, "values"},
		{`def f: f; f`, "steps"},
	} {
		t.Run(tt.expr, func(t *testing.T) {
			if testing.Short() && strings.HasPrefix(tt.expr, "[") {
				t.Skip("it takes a second or two to run into its bound")
			}
			code, err := compileJQ(tt.expr)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), pageTime)
			defer cancel()
			if _, err := evalJQ(ctx, code, nil); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
	for _, expr := range []string{".[1e8] = 1", ".a |= 1", ".[1e8] += 1", "setpath([1e8]; 1)", "[pick(.[1e8])]", strings.Repeat("(", maxExpr) + "1"} {
		if _, err := compileJQ(expr); err == nil {
			t.Errorf("%.40s is taken", expr)
		}
	}
}

// What the bounds were put in front of means what it means without them.
func TestBoundedJQIsJQ(t *testing.T) {
	in := map[string]any{"a": "x", "n": 3, "list": []any{3, 1, 2, 1}, "o": map[string]any{"k": []any{1}}}
	for expr, want := range map[string]string{
		`.n * 2`: "6", `"ab" * 2`: `"abab"`, `{a: {b: 1}} * {a: {c: 2}}`: `{"a":{"b":1,"c":2}}`, `(.n, 2) * 2`: "6 4",
		`.list | sort`: "[1,1,2,3]", `.list | unique`: "[1,2,3]", `.list | min, max, add`: "1 3 7", `.list | sort_by(-.)`: "[3,2,1,1]",
		`"\(.a)-\(.o)"`: `"x-{\"k\":[1]}"`, `"\("y")z"`: `"yz"`, `.o | tojson`: `"{\"k\":[1]}"`, `@uri "q=\(.a)&"`: `"q=x\u0026"`, `.list | @csv`: `"3,1,2,1"`,
		`.o == .o, .n < .n`: "true false", `[[1,[2]]] | flatten, flatten(1)`: "[1,2] [1,[2]]", `"foobar" | contains("bar"), index("b")`: "true 3",
		`["a","b"] | join("-")`: `"a-b"`, `[1,2] | contains([1])`: "true", `.list | group_by(.) | map(length)`: "[2,1,1]", `.list | map(. * .)`: "[9,1,4,1]",
	} {
		code, err := compileJQ(expr)
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		vs, err := evalJQ(t.Context(), code, in)
		var got []string
		for _, v := range vs {
			got = append(got, jsonText(v))
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: %s, %v, want %s", expr, got, err, want)
		}
	}
}

// Regular expressions are bounded in what they are and in what they are run
// on, because their time is the product of both.
func TestRegexpBombs(t *testing.T) {
	for _, expr := range []string{strings.Repeat("a", maxRegexp+1), "((a{50}){20}b{500}){2}", strings.Repeat(`\pL{1000}`, 10)} {
		if _, err := compileRegexp(expr); err == nil {
			t.Errorf("%.40s is taken", expr)
		}
	}
	start := time.Now()
	r := parse(t, strings.Replace(jsonRecipe, "title: .title", "title: [{jq: .title, regexp: '(x+x+)+y'}, {value: none}]", 1))
	c, err := extract(t, r, `{"jobs":[{"id":1,"title":"`+strings.Repeat("x", 4<<20)+`"}]}`)
	if err != nil || len(c.drafts) != 1 || c.drafts[0].Title != "none" {
		t.Errorf("%v %d", err, len(c.drafts))
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

// Reading a page of elements ends when its time does, as with jq.
func TestHTMLTakesTime(t *testing.T) {
	r := parse(t, htmlRecipe)
	body := `<ul class=jobs>` + strings.Repeat(`<li data-id=1><a class=t href="/1">t</a></li>`, 50_000) + `</ul>`
	ctx, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
	defer cancel()
	var c catch
	err := r.Extract(ctx, fetch.Page{URL: "https://example.com", Body: []byte(body)}, c.input())
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, %d drafts", err, len(c.drafts))
	}
}

// A recipe that grows without end when it is read is refused.
func TestYAMLBombs(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c <= 'k'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c,", c-1), 9), ","))
	}
	for name, text := range map[string]string{
		"aliases":     bomb,
		"fields":      jsonRecipe + "env: &a [A,A,A,A,A,A,A,A,A]\n" + bomb,
		"length":      jsonRecipe + "# " + strings.Repeat("x", maxRecipe),
		"depth":       "name: " + strings.Repeat("[", 20000),
		"own alias":   "fields: &f {title: *f}\n",
		"choice loop": "fields: {title: &t [*t]}\n",
	} {
		start := time.Now()
		if _, err := Parse([]byte(text), nil); err == nil {
			t.Errorf("%s: taken", name)
		}
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("%s: it took %v", name, took)
		}
	}
}

func TestDateForms(t *testing.T) {
	for form, text := range map[string]string{
		"DD.MM.YYYY": "05.11.2026", "D/M/YY": "5/11/26", "MMM D, YYYY [at] h:mm A": "Nov 5, 2026 at 12:00 AM",
		"dddd, D MMMM YYYY": "Thursday, 5 November 2026", "YYYYMMDD": "20261105",
	} {
		layout, err := layoutOf(form)
		if err != nil {
			t.Errorf("%s: %v", form, err)
			continue
		}
		if got, ok := (pick{layout: layout}).dated(text); !ok || got != "2026-11-05T00:00:00Z" {
			t.Errorf("%s: %q", form, got)
		}
	}
	for _, form := range []string{"DD.MM", "YYYY", "DD.MM.JJJJ", "[YYYY-MM-DD", "HH:mm", "02/01/2006"} {
		if layout, err := layoutOf(form); err == nil {
			t.Errorf("%s is taken for %s", form, layout)
		}
	}
	for _, zone := range []string{"", "Dhaka", "Local", "+6", "../../etc/passwd"} {
		if _, err := zoneOf(zone); err == nil {
			t.Errorf("zone %q is taken", zone)
		}
	}
}

// A recipe with blanks is tried with what is safe, and says what is blank.
func TestDraft(t *testing.T) {
	text := strings.Replace(jsonRecipe, "enabled: true", "enabled: false", 1)
	text = strings.Replace(text, "terms: {poll_floor: 1h, attribution: Example}", "terms:\n  url:\n  note: They allow it.\n  poll_floor:\n  full_text: false\n  attribution: ''\n", 1)
	s, blanks, err := ParseDraft([]byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	if sp := s.Spec(); sp.Enabled || sp.Terms.PollFloor != draftFloor || sp.Terms.Attribution != "Example" || sp.Terms.FullText {
		t.Errorf("%+v", sp)
	}
	var keys []string
	for _, b := range blanks {
		keys = append(keys, fmt.Sprintf("%d %s", b.Line, b.Key))
	}
	same(t, "blanks", keys, []string{"9 terms.url", "8 terms.read", "8 terms.allowed", "11 terms.poll_floor", "13 terms.attribution", "8 terms.syndicate", "8 terms.index", "8 terms.permission"})
	if _, err := Parse([]byte(text), nil); err == nil || !strings.Contains(err.Error(), "poll_floor") {
		t.Errorf("without blanks: %v", err)
	}
	if _, _, err := ParseDraft([]byte(text+"colour: red\n"), nil); err == nil || !strings.Contains(err.Error(), "colour") {
		t.Errorf("a draft with a mistake: %v", err)
	}
}

// Read gives the value that a recipe's jq is given.
func TestRead(t *testing.T) {
	page := func(body string) fetch.Page { return fetch.Page{URL: "https://example.com/", Body: []byte(body)} }
	v, err := Read(page(`<sitemapindex><sitemap><loc>https://example.com/a.xml</loc></sitemap></sitemapindex>`), "sitemap", "", "")
	if err != nil || jsonText(v) != `{"sitemaps":[{"lastmod":"","loc":"https://example.com/a.xml"}],"urls":[]}` {
		t.Errorf("%s %v", jsonText(v), err)
	}
	for _, kind := range []string{"json", "feed", "sitemap", "jsonld", "html"} {
		if _, err := Read(page(`<html><p>hello`), kind, "", ""); !errors.Is(err, source.ErrFormat) {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

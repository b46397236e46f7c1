package detect

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/fetch/fetchtest"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/recipe"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

const site = "https://jobs.example"

// look looks at an address of a site whose pages are given by path.
func look(t *testing.T, path string, pages map[string]string) (f Found, asked []string, err error) {
	t.Helper()
	tr := fetchtest.New(t)
	for p, body := range pages {
		tr.Page(site+p, "text/html; charset=utf-8", body)
	}
	synctest.Test(t, func(t *testing.T) {
		f, err = Look(t.Context(), tr.Client(), site+path)
	})
	for _, a := range tr.Asked() {
		asked = append(asked, strings.TrimPrefix(a.URL, site))
	}
	return f, asked, err
}

// run puts a recipe through a whole run against the same pages.
func run(t *testing.T, text string, pages map[string]string) (drafts []market.Draft) {
	t.Helper()
	tr := fetchtest.New(t)
	for p, body := range pages {
		tr.Page(site+p, "text/html; charset=utf-8", body)
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		_, err := draftOf(t, text).Collect(ctx, source.Input{
			Session: tr.Client().Session(ctx, fetch.Options{}),
			Now:     now,
			Emit:    func(d market.Draft) error { drafts = append(drafts, d); return nil },
			Reject:  func(r market.Reject) { t.Errorf("rejected: %s", r.Why) },
			Skip:    func(string) {},
		})
		if err != nil {
			t.Errorf("%v\n%s", err, text)
		}
	})
	return drafts
}

// briefly is what is looked at in the tests' drafts.
func briefly(ds []market.Draft) (out []string) {
	for _, d := range ds {
		out = append(out, strings.Join([]string{d.Title, strings.TrimPrefix(d.URL, site), d.PostedAt}, " | "))
	}
	return out
}

const (
	rssFeed  = `<?xml version="1.0"?><rss version="2.0" xmlns:j="https://x.example"><channel><title>Example Jobs</title><link>https://jobs.example/</link><item><title>Type data</title><link>https://jobs.example/1</link><guid>1</guid><pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate><description>Typing.</description><j:company>Acme</j:company></item></channel></rss>`
	atomFeed = `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Example Jobs</title><link href="https://jobs.example/"/><entry><id>tag:1</id><title>Type data</title><link href="https://jobs.example/1"/><updated>2026-11-20T10:00:00Z</updated><content type="html">Typing.</content></entry></feed>`
	posting  = `<html><head><title>Type data</title><script type="application/ld+json">{"@context":"https://schema.org","@type":"JobPosting","title":"Type data","datePosted":"2026-11-20","description":"<p>Typing all day, for weeks.</p>","hiringOrganization":{"@type":"Organization","name":"Acme"}}</script></head><body><h1>Type data</h1></body></html>`
)

// htmlList is a list with a navigation around it and a link to page.
func htmlList(next string, offers ...string) string {
	b := `<!DOCTYPE html><html><head><title>All jobs - Example Jobs</title></head><body><nav><ul><li><a href="/about-us">About our company</a></li><li><a href="/blog-posts">Read our blog</a></li><li><a href="/contact">Contact us today</a></li></ul></nav><main><div class="job-list">`
	for _, id := range offers {
		b += `<div class="job-card css-1x2y3z4"><h3><a href="/job/` + id + `">Work number ` + id + ` from home</a></h3><span class="company-name">Acme ` + id + `</span><span class="posted-on">05.11.2026</span><p class="excerpt">What is to be done for number ` + id + ` is told here in some words.</p><ul><li class="skill-tag">Excel</li><li class="skill-tag">Typing</li></ul></div>`
	}
	b += `</div>`
	if next != "" {
		b += `<a rel="next" href="` + next + `">Next</a>`
	}
	return b + `</main><footer><p><a href="/terms">Terms of use</a></p></footer></body></html>`
}

func TestLook(t *testing.T) {
	detail := func(id string) string {
		return `<html><body><nav>Menu</nav><h1>Work number ` + id + `</h1><div class="job-description"><p>` + strings.Repeat("All that is to be done. ", 10) + `</p></div></body></html>`
	}
	for _, tt := range []struct {
		name, path string
		pages      map[string]string
		format     Format
		items      int
		asked      []string
		has        []string // in the recipe
		drafts     []string // of a whole run
	}{
		{
			name: "RSS", path: "/feed", pages: map[string]string{"/feed": rssFeed}, format: RSS, items: 1, asked: []string{"/feed"},
			has:    []string{"name: jobs\n", "title: Example Jobs\n", "company: '.ext[\"j:company\"]'"},
			drafts: []string{"Type data | /1 | Fri, 20 Nov 2026 10:00:00 GMT"},
		},
		{
			name: "Atom", path: "/feed", pages: map[string]string{"/feed": atomFeed}, format: Atom, items: 1, asked: []string{"/feed"},
			drafts: []string{"Type data | /1 | 2026-11-20T10:00:00Z"},
		},
		{
			name: "JSON Feed", path: "/feed.json", format: JSONFeed, items: 1, asked: []string{"/feed.json"},
			pages:  map[string]string{"/feed.json": `{"version":"https://jsonfeed.org/version/1.1","title":"Example Jobs","items":[{"id":"1","url":"https://jobs.example/1","title":"Type data","content_html":"<p>x</p>","date_published":"2026-11-20T10:00:00Z"}]}`},
			has:    []string{"title: Example Jobs\n"},
			drafts: []string{"Type data | /1 | 2026-11-20T10:00:00Z"},
		},
		{
			name: "JSON with the next page's address", path: "/api", format: JSON, items: 1, asked: []string{"/api"},
			pages: map[string]string{
				"/api":        `{"meta":{"links":{"next":"https://jobs.example/api?page=2"}},"result":{"offers":[{"slug":"a","position":"First work","permalink":"/jobs/a","created_at":1795168800}]}}`,
				"/api?page=2": `{"meta":{"links":{"next":null}},"result":{"offers":[{"slug":"b","position":"Second work","permalink":"/jobs/b","created_at":1795168800}]}}`,
			},
			has:    []string{"items: .result.offers\n", "by: next"},
			drafts: []string{"First work | /jobs/a | 1795168800", "Second work | /jobs/b | 1795168800"},
		},
		{
			name: "JSON with a cursor, that is tried", path: "/api?limit=1", format: JSON, items: 1, asked: []string{"/api?limit=1", "/api?limit=1&cursor=c2", "/api?limit=1&after=c2"},
			pages: map[string]string{
				"/api?limit=1":           `{"nextCursor":"c2","jobs":[{"id":1,"title":"First work","url":"https://jobs.example/1","attributes":{"salary":{"min":10,"max":20}},"date":"20/11/2026"}]}`,
				"/api?limit=1&cursor=c2": `{"nextCursor":"c2","jobs":[{"id":1,"title":"First work","url":"https://jobs.example/1","date":"20/11/2026"}]}`,
				"/api?limit=1&after=c2":  `{"nextCursor":"","jobs":[{"id":2,"title":"Second work","url":"https://jobs.example/2","date":"19/11/2026"}]}`,
			},
			has:    []string{"limit=1&after={cursor}", "pay_min: .attributes.salary.min", "date: DD/MM/YYYY"},
			drafts: []string{"First work | /1 | 2026-11-20T00:00:00Z", "Second work | /2 | 2026-11-19T00:00:00Z"},
		},
		{
			name: "JSON whose offers are wrapped", path: "/gigs", format: JSON, items: 1, asked: []string{"/gigs"},
			pages:  map[string]string{"/gigs": `{"count":1,"payload":{"rows":[{"gig":{"uuid":"g1","headline":"Transcribe a tape","links":{"self":"/g/1"},"postedOn":"2026-11-20 08:00:00","tags":[{"name":"Audio"},{"name":"English"}],"reward":{"amount":{"min":5,"max":9},"currency":"USD"}}}]}}`},
			has:    []string{"id: .gig.uuid\n", "skills: '[.gig.tags[]? | .name]'\n", "pay_max: .gig.reward.amount.max\n", "pay_currency: .gig.reward.currency\n"},
			drafts: []string{"Transcribe a tape | /g/1 | 2026-11-20 08:00:00"},
		},
		{
			name: "JSON by page number", path: "/api?page=1", format: JSON, items: 1, asked: []string{"/api?page=1"},
			pages: map[string]string{
				"/api?page=1": `[{"id":1,"title":"First work","url":"/1"}]`,
				"/api?page=2": `[{"id":2,"title":"Second work","url":"/2"}]`,
				"/api?page=3": `[]`,
			},
			drafts: []string{"First work | /1 | ", "Second work | /2 | "},
		},
		{
			name: "JSON that tells how many pages there are", path: "/api", format: JSON, items: 1, asked: []string{"/api", "/api?page=2"},
			pages: map[string]string{
				"/api":        `{"page":1,"total_pages":2,"items":[{"id":1,"name":"First work","link":"/1"}]}`,
				"/api?page=1": `{"page":1,"total_pages":2,"items":[{"id":1,"name":"First work","link":"/1"}]}`,
				"/api?page=2": `{"page":2,"total_pages":2,"items":[{"id":2,"name":"Second work","link":"/2"}]}`,
				"/api?page=3": `{"page":3,"total_pages":2,"items":[]}`,
			},
			drafts: []string{"First work | /1 | ", "Second work | /2 | "},
		},
		{
			name: "JSON by ids, in a script", path: "/jobs", format: Script, items: 3, asked: []string{"/jobs"},
			pages:  map[string]string{"/jobs": `<!doctype html><title>Jobs</title><script>window.App={}; window.App.state = {"user":{"name":"you"},"entities":{"jobs":{"7":{"attributes":{"title":"Seven","url":"/7","posted_dt":"2026-11-20"}},"8":{"attributes":{"title":"Eight","url":"/8","posted_dt":"2026-11-20"}},"9":{"attributes":{"title":"Nine","url":"/9","posted_dt":"2026-11-20"}}}}};</script>`},
			has:    []string{"marker: window.App.state"},
			drafts: []string{"Seven | /7 | 2026-11-20", "Eight | /8 | 2026-11-20", "Nine | /9 | 2026-11-20"},
		},
		{
			name: "a page with a JobPosting", path: "/1", format: JSONLD, items: 1, asked: []string{"/1"}, pages: map[string]string{"/1": posting},
			drafts: []string{"Type data | /1 | 2026-11-20"},
		},
		{
			name: "an index of sitemaps", path: "/sitemap.xml", format: Sitemap, items: 1, asked: []string{"/sitemap.xml", "/sitemap-jobs.xml", "/job/1"},
			pages: map[string]string{
				"/sitemap.xml":      `<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>https://jobs.example/sitemap-pages.xml</loc></sitemap><sitemap><loc>https://jobs.example/sitemap-jobs.xml</loc></sitemap></sitemapindex>`,
				"/sitemap-jobs.xml": `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://jobs.example/about</loc></url><url><loc>https://jobs.example/job/1</loc><lastmod>2026-11-20</lastmod></url></urlset>`,
				"/job/1":            posting,
			},
			has:    []string{"format: sitemap", "url: https://jobs.example/sitemap-jobs.xml", "limits: {pages: 50, items: 45}"},
			drafts: []string{"Type data | /job/1 | 2026-11-20"},
		},
		{
			name: "an HTML list with detail pages", path: "/jobs", format: HTML, items: 3, asked: []string{"/jobs", "/job/1"},
			pages: map[string]string{
				"/jobs": htmlList("/jobs?p=2", "1", "2", "3"), "/jobs?p=2": htmlList("", "4"),
				"/job/1": detail("1"), "/job/2": detail("2"), "/job/3": detail("3"), "/job/4": detail("4"),
			},
			has:    []string{"title: Example Jobs\n", "items: div.job-card\n", "expect: div.job-list\n", "company: .company-name\n", "skills: .skill-tag\n", "description: {css: .job-description, html: true}\n"},
			drafts: []string{"Work number 1 from home | /job/1 | 2026-11-05T00:00:00Z", "Work number 2 from home | /job/2 | 2026-11-05T00:00:00Z", "Work number 3 from home | /job/3 | 2026-11-05T00:00:00Z", "Work number 4 from home | /job/4 | 2026-11-05T00:00:00Z"},
		},
		{
			name: "an HTML list whose pages hold JobPosting", path: "/jobs", format: HTML, items: 2, asked: []string{"/jobs", "/job/1"},
			pages:  map[string]string{"/jobs": htmlList("", "1", "2"), "/job/1": posting, "/job/2": posting},
			has:    []string{"  format: jsonld\n"},
			drafts: []string{"Work number 1 from home | /job/1 | 2026-11-20", "Work number 2 from home | /job/2 | 2026-11-20"},
		},
		{
			name: "a page that advertises a feed", path: "/", format: RSS, items: 1, asked: []string{"/", "/feed"},
			pages: map[string]string{
				"/":     `<!doctype html><html><head><title>Welcome</title><link rel="alternate" type="application/rss+xml" title="Jobs" href="/feed"></head><body><p>Hello</p></body></html>`,
				"/feed": rssFeed,
			},
			has:    []string{"url: https://jobs.example/feed\n"},
			drafts: []string{"Type data | /1 | Fri, 20 Nov 2026 10:00:00 GMT"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, asked, err := look(t, tt.path, tt.pages)
			if err != nil {
				t.Fatal(err)
			}
			if f.Format != tt.format || f.Items != tt.items || !f.Robots.Allowed {
				t.Errorf("%s with %d items, robots %+v; want %s with %d\n%s", f.Format, f.Items, f.Robots, tt.format, tt.items, f.Recipe)
			}
			if diff := cmp.Diff(tt.asked, asked); diff != "" {
				t.Errorf("asked for (-want +got):\n%s", diff)
			}
			for _, s := range tt.has {
				if !strings.Contains(f.Recipe, s) {
					t.Errorf("the recipe has no %q:\n%s", s, f.Recipe)
				}
			}
			if diff := cmp.Diff(tt.drafts, briefly(run(t, f.Recipe, tt.pages))); diff != "" {
				t.Errorf("a run gives (-want +got):\n%s\n%s", diff, f.Recipe)
			}
			blanksAndNoMore(t, f.Recipe)
		})
	}
}

// blanksAndNoMore holds a proposal to its word: all that an operator must say
// is blank, and with that filled in it is a recipe like any other.
func blanksAndNoMore(t *testing.T, text string) {
	t.Helper()
	blanks, err := recipe.Blanks([]byte(text))
	if err != nil || len(blanks) != 10 {
		t.Errorf("blank are %v, %v", blanks, err)
	}
	if _, err := recipe.Parse([]byte(text), nil); err == nil {
		t.Error("a proposal with blanks is taken for a recipe")
	}
	full := strings.NewReplacer(
		"  url:  ", "  url: https://jobs.example/terms ", "  read:  ", "  read: 2026-11-22 ", "  note:  ", "  note: They allow it. ",
		"  allowed:  ", "  allowed: They say so. ", "  poll_floor:  ", "  poll_floor: 6h ", "  attribution:  ", "  attribution: Example ",
		"  full_text:  ", "  full_text: false ", "  syndicate:  ", "  syndicate: false ", "  index:  ", "  index: false ", "  permission:  ", "  permission: false ",
		"enabled: false", "enabled: true",
	).Replace(text)
	if blanks, err := recipe.Blanks([]byte(full)); err != nil || len(blanks) > 0 {
		t.Errorf("filled in, still blank: %v, %v", blanks, err)
	}
	if src, err := recipe.Parse([]byte(full), nil); err != nil || !src.Spec().Enabled {
		t.Errorf("filled in: %v\n%s", err, full)
	}
}

// What may not or cannot be read is said, and nothing more is asked for.
func TestLookFails(t *testing.T) {
	nothing := `<!doctype html><html><head><title>About us</title></head><body><p>We are a <a href="/x">company</a>.</p></body></html>`
	for _, tt := range []struct {
		name  string
		pages map[string]string
		want  error
		asked int
	}{
		{"robots.txt forbids it", map[string]string{"/robots.txt": "User-agent: *\nDisallow: /jobs\n", "/jobs": rssFeed}, fetch.ErrRobots, 1},
		{"a challenge", map[string]string{"/jobs": `<!doctype html><title>Just a moment...</title><script>window._cf_chl_opt={}</script>`}, source.ErrChallenge, 1},
		{"nothing", map[string]string{"/jobs": nothing}, ErrNothing, 1},
		{"empty", map[string]string{"/jobs": ""}, ErrNothing, 1},
		{"JSON without offers", map[string]string{"/jobs": `{"status":"ok","count":3}`}, ErrNothing, 1},
		{"JSON that breaks off", map[string]string{"/jobs": `{"jobs":[{"title":"a"`}, source.ErrFormat, 1},
		{"a sitemap of other pages", map[string]string{"/jobs": `<urlset><url><loc>https://jobs.example/x</loc></url></urlset>`, "/x": nothing}, ErrNothing, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, asked, err := look(t, "/jobs", tt.pages)
			if !errors.Is(err, tt.want) || f.Recipe != "" || len(asked) != tt.asked {
				t.Errorf("%v, want %v; asked for %q; %s", err, tt.want, asked, f.Recipe)
			}
		})
	}
	for _, address := range []string{"http://169.254.169.254/latest", "http://[::ffff:10.0.0.1]/", "file:///etc/passwd", "gopher://x", "nonsense", "http://127.0.0.1:1/"} {
		f, err := Look(t.Context(), fetch.New(fetch.Config{}, nil), address)
		if !errors.Is(err, fetch.ErrAddress) || f.Recipe != "" {
			t.Errorf("%s: %v", address, err)
		}
	}
	tr := fetchtest.New(t)
	tr.Add(http.MethodGet, site+"/jobs", fetchtest.Answer{Status: 403})
	if _, err := Look(t.Context(), tr.Client(), site+"/jobs"); err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("403: %v", err)
	}
	// A site that is not there is not one whose robots.txt forbids.
	tr.Add(http.MethodGet, "https://gone.example/robots.txt", fetchtest.Answer{Status: 503})
	_, err := Look(t.Context(), tr.Client(), "https://gone.example/jobs")
	if status, ok := errors.AsType[*fetch.StatusError](err); !ok || status.Status != 503 || !errors.Is(err, fetch.ErrRobots) {
		t.Errorf("robots.txt answers 503: %v", err)
	}
}

// A site's own words cannot add keys to a proposal, or end a comment.
func TestHostileWords(t *testing.T) {
	for _, title := range []string{"a: b\nenabled: true", "x # y", `"'{}[]`, "- a", "true", "\u2028enabled: true", "{env.HOME}", "!!binary x", "&a *a", "FILL IN"} {
		f, _, err := look(t, "/feed", map[string]string{"/feed": strings.Replace(rssFeed, "Example Jobs", "<![CDATA["+title+"]]>", 1)})
		if err != nil {
			t.Errorf("%q: %v", title, err)
			continue
		}
		if got := draftOf(t, f.Recipe).Spec(); got.Enabled || got.Title != strings.Join(strings.Fields(title), " ") {
			t.Errorf("%q: enabled %v, title %q\n%s", title, got.Enabled, got.Title, f.Recipe)
		}
	}
	f, _, err := look(t, "/jobs", map[string]string{"/jobs": `{"jobs":[{"title":"Work one","ur\"l":"/1","id":"1","level\n\"] | halt":"x","seniority":"a: b"}]}`})
	if err != nil {
		t.Fatal(err)
	}
	draftOf(t, f.Recipe)
}

// Whatever a page is, it is read or refused, and a proposal reads its page.
func FuzzRead(f *testing.F) {
	for _, s := range []string{rssFeed, atomFeed, posting, htmlList("/2", "1", "2"), `{"a":{"b":[{"title":"xyz","url":"/1"}]}}`, `<urlset><url><loc>https://jobs.example/job/1</loc></url></urlset>`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		found, err := Read(fetch.Page{URL: site + "/jobs", Status: 200, Body: body})
		if err == nil {
			if _, _, err := recipe.ParseDraft([]byte(found.Recipe), nil); err != nil {
				t.Errorf("%v\n%s", err, found.Recipe)
			}
		}
	})
}

// Robots asks for the robots.txt of a source's first address alone.
func TestRobots(t *testing.T) {
	tr := fetchtest.New(t)
	tr.Page("https://jobs.example/robots.txt", "text/plain", "User-agent: *\nDisallow: /api?page=\n")
	address, v, err := Robots(t.Context(), tr.Client(), draftOf(t, previewRecipe))
	if err != nil || address != site+"/api?page=1" || v.Allowed || v.Failed || !errors.Is(v.Err, fetch.ErrRobots) || len(tr.Asked()) != 1 {
		t.Errorf("%s: %+v, %v, %d requests", address, v, err, len(tr.Asked()))
	}
	keyed := strings.Replace(previewRecipe, "request: {", "env: [KAJKHOJ_NO_SUCH_KEY]\nrequest: {header: {X-Key: '{env.KAJKHOJ_NO_SUCH_KEY}'}, ", 1)
	if _, _, err := Robots(t.Context(), tr.Client(), draftOf(t, keyed)); err == nil || !strings.Contains(err.Error(), "KAJKHOJ_NO_SUCH_KEY") {
		t.Errorf("without its key: %v", err)
	}
}

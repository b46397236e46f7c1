package scrapers_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	files "github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/classify"
	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/fetch/fetchtest"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/normalize"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// site answers each request for a page by its place in the order of asking,
// the last again and again; robots.txt answers 404.
type site struct {
	bodies [][]byte
	etag   string
	asked  []*http.Request
}

func (s *site) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := func(status int, body []byte) (*http.Response, error) {
		h := http.Header{"Content-Type": {"text/plain; charset=utf-8"}}
		if s.etag != "" {
			h.Set("ETag", s.etag)
		}
		return &http.Response{StatusCode: status, Header: h, Request: r, ProtoMajor: 1, ProtoMinor: 1,
			Body: io.NopCloser(strings.NewReader(string(body))), ContentLength: int64(len(body))}, nil
	}
	if r.URL.Path == "/robots.txt" {
		return answer(http.StatusNotFound, nil)
	}
	s.asked = append(s.asked, r)
	if s.etag != "" && r.Header.Get("If-None-Match") == s.etag {
		return answer(http.StatusNotModified, nil)
	}
	return answer(http.StatusOK, s.bodies[min(len(s.asked), len(s.bodies))-1])
}

func (s *site) urls() (out []string) {
	for _, r := range s.asked {
		out = append(out, r.URL.String())
	}
	return out
}

// visit runs a source against a site.
func visit(t *testing.T, src source.Source, rt http.RoundTripper, v market.Validator) (taken, source.Result, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var k taken
	in := k.input()
	in.Validator = v
	in.Session = fetch.New(fetch.Config{}, rt).Session(ctx, fetch.Options{Pages: 20})
	res, err := src.Collect(ctx, in)
	return k, res, err
}

// bodies are files of a source's testdata.
func bodies(t *testing.T, name string, files ...string) (out [][]byte) {
	t.Helper()
	for _, f := range files {
		out = append(out, readFile(t, filepath.Join(name, "testdata", f)))
	}
	return out
}

// firstPages are each recipe's listing pages in the order of paging, up to
// the end.
var firstPages = map[string][]string{
	"adzuna":               {"page-1.json", "empty.json"},
	"arbeitnow":            {"page-1.json", "page-2.json"},
	"ashby":                {"page.json"},
	"bdjobs":               {"page-1.json"},
	"djinni":               {"page.rss", "empty.rss", "empty.rss", "empty.rss", "empty.rss"},
	"getonboard":           {"page-1.json", "empty.json", "empty.json", "empty.json"},
	"greenhouse":           {"page.json"},
	"landingjobs":          {"page.json", "empty.json"},
	"lever":                {"page.json"},
	"nodesk":               {"page.rss"},
	"realworkfromanywhere": {"page.rss"},
	"truelancer":           {"page-1.html", "empty.html"},
	"workable":             {"page.json"},
	"wwr-categories":       {"page.rss"},
	"freelancer":           {"page-1.json", "empty.json"},
	"freelancermap":        {"page-1.html", "empty.html"},
	"himalayas":            {"page-1.json", "page-2.json"},
	"jobicy":               {"page.json"},
	"peopleperhour":        {"page-1.html", "page-2.html"},
	"reddit":               {"page.atom"},
	"remoteok":             {"page.json"},
	"remotive":             {"page.json"},
	"weworkremotely":       {"page.rss"},
	"workingnomads":        {"page.json"},
}

// several are the sources that ask for several addresses of which each has its
// own pages; they ask for none of them conditionally.
var several = []string{"djinni", "getonboard"}

// A run takes what its pages hold, and the next is answered 304 and takes
// nothing. A variable's value stands in no validator.
func TestRuns(t *testing.T) {
	for name, src := range sources(t) {
		if name == "hackernews" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			want := 0
			for _, b := range bodies(t, name, firstPages[name]...) {
				want += len(extract(src, b).drafts)
			}
			s := &site{bodies: bodies(t, name, firstPages[name]...), etag: `"v1"`}
			k, res, err := visit(t, src, s, market.Validator{})
			if err != nil {
				t.Fatal(err)
			}
			if len(k.drafts) != want || len(s.asked) != len(firstPages[name]) {
				t.Errorf("%d listings by %d requests, want %d by %d: %q", len(k.drafts), len(s.asked), want, len(firstPages[name]), s.urls())
			}
			for _, d := range k.drafts {
				if d.Source != name || d.Title == "" || d.URL == "" && d.ExternalID == "" {
					t.Errorf("%+v", d)
				}
			}
			if slices.Contains(several, name) {
				if res.Validator != (market.Validator{}) {
					t.Errorf("validator %+v", res.Validator)
				}
				return
			}
			if res.Validator.ETag != `"v1"` || strings.Contains(res.Validator.URL, "secret-of") {
				t.Errorf("validator %+v", res.Validator)
			}
			s.asked = nil
			k, res2, err := visit(t, src, s, res.Validator)
			if err != nil || !res2.Unchanged || res2.Validator != res.Validator || len(k.drafts) > 0 {
				t.Errorf("again: %+v, %v, %d listings", res2, err, len(k.drafts))
			}
		})
	}
}

// An answer with nothing in it is no error.
func TestEmpty(t *testing.T) {
	for name, src := range sources(t) {
		if name == "hackernews" {
			continue
		}
		var empty string
		for _, p := range pagesOf(t, name) {
			if strings.HasPrefix(filepath.Base(p), "empty.") {
				empty = filepath.Base(p)
			}
		}
		k, _, err := visit(t, src, &site{bodies: bodies(t, name, empty)}, market.Validator{})
		if err != nil || len(k.drafts)+len(k.rejects) > 0 {
			t.Errorf("%s: %v, %d listings", name, err, len(k.drafts))
		}
	}
}

func TestRequests(t *testing.T) {
	by := sources(t)
	asked := func(name string, files ...string) []*http.Request {
		t.Helper()
		s := &site{bodies: bodies(t, name, files...)}
		if _, _, err := visit(t, by[name], s, market.Validator{}); err != nil {
			t.Fatal(name, err)
		}
		return s.asked
	}
	urls := func(rs []*http.Request) (out []string) {
		for _, r := range rs {
			out = append(out, r.URL.String())
		}
		return out
	}
	same := func(name string, got, want []string) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	// The cursor is followed although the first page is far from full.
	same("himalayas", urls(asked("himalayas", "page-1.json", "page-2.json")), []string{
		"https://himalayas.app/jobs/api?limit=20",
		"https://himalayas.app/jobs/api?limit=20&cursor=eyJwIjoxNzk1Mzk5MDAwfQ%3D%3D",
	})
	// links.next, with its search, is not followed.
	same("arbeitnow", urls(asked("arbeitnow", "page-1.json", "page-2.json")), []string{
		"https://www.arbeitnow.com/api/job-board-api?page=1",
		"https://www.arbeitnow.com/api/job-board-api?page=2",
	})
	same("peopleperhour", urls(asked("peopleperhour", "page-1.html", "page-2.html")), []string{
		"https://www.peopleperhour.com/freelance-jobs?page=1",
		"https://www.peopleperhour.com/freelance-jobs?page=2",
	})
	fl := asked("freelancer", "page-1.json", "empty.json")
	for i, r := range fl {
		if got := r.Header.Get("freelancer-oauth-v1"); got != "secret-of-kajkhoj_freelancer_token" {
			t.Errorf("freelancer's token is %q", got)
		}
		if got, want := r.URL.Query().Get("offset"), []string{"0", "100"}[i]; got != want {
			t.Errorf("freelancer's offset is %s, want %s", got, want)
		}
	}
	rd := asked("reddit", "page.atom")
	if q := rd[0].URL.Query(); q.Get("feed") != "secret-of-kajkhoj_reddit_feed" || q.Get("user") != "secret-of-kajkhoj_reddit_user" {
		t.Errorf("reddit is asked with %v", q)
	}
	same("jobicy", urls(asked("jobicy", "page.json")), []string{"https://jobicy.com/api/v2/remote-jobs?count=100"})
}

// Secrets stay out of errors, which go to the log and to the status page.
func TestSecretsStayHidden(t *testing.T) {
	src := sources(t)["reddit"]
	refuse := roundTrip(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"120"}}, Body: http.NoBody, Request: r, ProtoMajor: 1}, nil
	})
	robots := roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/robots.txt" {
			return &http.Response{StatusCode: http.StatusNotFound, Header: http.Header{}, Body: http.NoBody, Request: r, ProtoMajor: 1}, nil
		}
		return refuse(r)
	})
	_, _, err := visit(t, src, robots, market.Validator{})
	var status *fetch.StatusError
	if !errors.As(err, &status) || !status.Blocked() || status.RetryAfter == 0 {
		t.Errorf("%v is no refusal", err)
	}
	if strings.Contains(err.Error()+status.URL, "secret-of") {
		t.Errorf("the error tells a secret: %v", err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A source whose variables are missing says which, and asks nobody.
func TestMissingVariable(t *testing.T) {
	for name, src := range sources(t) {
		if len(src.Spec().Env) == 0 {
			continue
		}
		all, err := allWithout(src.Spec().Env[0])
		if err != nil {
			t.Fatal(err)
		}
		s := &site{}
		_, _, err = visit(t, all[name], s, market.Validator{})
		if err == nil || !strings.Contains(err.Error(), src.Spec().Env[0]) || len(s.asked) > 0 {
			t.Errorf("%s without %s: %v, %d requests", name, src.Spec().Env[0], err, len(s.asked))
		}
	}
}

func TestHackerNews(t *testing.T) {
	src := sources(t)["hackernews"]
	tr := fetchtest.New(t)
	const json = "application/json"
	file := func(name string) string { return string(readFile(t, filepath.Join("hackernews", "testdata", name))) }
	tr.Page("https://hn.algolia.com/api/v1/search_by_date?tags=story,author_whoishiring&hitsPerPage=20", json, file("threads.json"))
	tr.Page("https://hn.algolia.com/api/v1/items/49900001", json, file("hiring.json"))
	tr.Page("https://hn.algolia.com/api/v1/items/49900002", json, file("freelancer.json"))
	k, res, err := visit(t, src, tr, market.Validator{})
	if err != nil {
		t.Fatal(err)
	}
	if !res.Complete {
		t.Error("both threads were read, and the run is not complete")
	}
	// The newest thread of each kind, not last month's, and not "Who wants to
	// be hired?".
	want := len(extract(src, []byte(file("hiring.json"))).drafts) + len(extract(src, []byte(file("freelancer.json"))).drafts)
	if len(tr.Asked()) != 3 || len(k.drafts) != want {
		t.Errorf("%d requests and %d listings, want 3 and %d", len(tr.Asked()), len(k.drafts), want)
	}
	if !slices.ContainsFunc(k.drafts, func(d market.Draft) bool { return d.ExternalID == "49900401" }) {
		t.Error("the freelancers' thread gave nothing")
	}

	// Imitations by others are not taken.
	tr = fetchtest.New(t)
	tr.Page("https://hn.algolia.com/api/v1/search_by_date?tags=story,author_whoishiring&hitsPerPage=20", json,
		`{"hits":[{"objectID":"1","author":"imitator","title":"Ask HN: Who is hiring? (November 2026)"}]}`)
	if _, _, err := visit(t, src, tr, market.Validator{}); !errors.Is(err, source.ErrFormat) {
		t.Errorf("without a thread: %v", err)
	}
}

// An offer's address is what the site's terms want: the site's own page.
func TestLinksLeadToTheSite(t *testing.T) {
	for name, src := range sources(t) {
		for _, p := range pagesOf(t, name) {
			for _, d := range extract(src, readFile(t, p)).drafts {
				host := strings.TrimPrefix(strings.TrimPrefix(src.Spec().Home, "https://"), "www.")
				if !strings.Contains(strings.ToLower(d.URL), host) {
					t.Errorf("%s: %s leads elsewhere", name, d.URL)
				}
			}
		}
	}
}

// The tag in Remote OK's texts tells who fetched them. None may pass.
func TestRemoteOKWatermark(t *testing.T) {
	src := sources(t)["remoteok"]
	body := readFile(t, "remoteok/testdata/page.json")
	const tag = "MTkyLjAuMi43Nw" // 192.0.2.77
	if n := strings.Count(string(body), tag); n < 3 {
		t.Fatalf("the page has the tag %d times: the test tells nothing", n)
	}
	k := extract(src, body)
	for _, d := range k.drafts {
		if strings.Contains(d.Description, tag) || strings.Contains(d.Description, "mention the word") {
			t.Errorf("%s: %q", d.Title, d.Description)
		}
	}
	for _, path := range []string{"remoteok/api.2026-08.json", "remoteok/api-one-item-mojibake.2026-07-29.json"} {
		dir, ok := shared()
		if !ok {
			break
		}
		body, err := os.ReadFile(filepath.Join(dir, "samples", path))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range extract(src, unwrap(t, path, body)).drafts {
			if strings.Contains(d.Description, "mention the word") || strings.Contains(d.Description, "Lj") && strings.Contains(d.Description, "#R") {
				t.Errorf("%s: %q", d.Title, d.Description)
			}
		}
	}
}

// Djinni's feeds are asked for by level and English, so that both are the
// site's own statement on each offer.
func TestDjinniStates(t *testing.T) {
	norm, err := normalize.New(files.Files)
	if err != nil {
		t.Fatal(err)
	}
	src := sources(t)["djinni"]
	for i, want := range []market.English{market.Basic, market.Basic, market.Basic, market.Conversational, market.Conversational} {
		feeds := []string{"empty.rss", "empty.rss", "empty.rss", "empty.rss", "empty.rss"}
		feeds[i] = "page.rss"
		s := &site{bodies: bodies(t, "djinni", feeds...)}
		k, _, err := visit(t, src, s, market.Validator{})
		if err != nil || len(k.drafts) != 2 {
			t.Fatal(err, len(k.drafts))
		}
		for _, d := range k.drafts {
			l, err := norm.Draft(d, now)
			if err != nil {
				t.Fatal(err)
			}
			l = classify.Listing(l)
			if l.English.Value != want || l.English.Basis != market.BasisSite || l.Level.Value != market.Entry || l.Level.Basis != market.BasisSite {
				t.Errorf("%s: %q is %+v, %+v, want %s", s.asked[i].URL, d.English, l.English, l.Level, want)
			}
		}
	}
}

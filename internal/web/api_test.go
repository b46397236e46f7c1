package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// shelf is a store and a searcher in memory: the plain meaning of a query,
// without an engine.
type shelf struct {
	now      time.Time
	listings []market.Listing
	states   []market.SourceState
	degraded bool
	searched market.Query
	searches time.Duration // no two take the same time

	searchErr, storeErr, indexErr, readyErr error
}

func (s *shelf) find(q market.Query) []market.Listing {
	var out []market.Listing
	for _, l := range s.listings {
		if l.Open() && l.ID == l.Group && q.Filter(l) && strings.Contains(strings.ToLower(l.Title), strings.ToLower(q.Text)) {
			out = append(out, l)
		}
	}
	return out
}

func (s *shelf) Search(_ context.Context, q market.Query) (search.Page, error) {
	if s.searchErr != nil {
		return search.Page{}, s.searchErr
	}
	s.searched = q
	s.searches++
	hits := s.find(q)
	p := search.Page{Total: len(hits), Facets: market.Facets{}, Degraded: s.degraded, Took: s.searches * 1500 * time.Microsecond, Dropped: []string{"zzz"}}
	p.Hits = hits[min(q.Offset(), len(hits)):min(q.Offset()+market.PerPage, len(hits))]
	for _, name := range market.FacetNames {
		p.Facets[name] = map[string]int{}
		values := market.FacetValues(name)
		switch name {
		case "kept":
			for _, l := range hits {
				p.Facets[name][string(q.Standing(l))]++
			}
			continue
		case "source":
			for _, l := range s.listings {
				values = append(values, l.Source)
			}
		case "category":
			for _, c := range market.Categories {
				values = append(values, string(c))
			}
		}
		for _, v := range values {
			if n := len(s.find(q.With(name, v))); n > 0 {
				p.Facets[name][v] = n
			}
		}
	}
	return p, nil
}

func (s *shelf) Listing(_ context.Context, id string) (market.Listing, error) {
	if s.storeErr != nil {
		return market.Listing{}, s.storeErr
	}
	for _, l := range s.listings {
		if l.ID == id {
			return l, nil
		}
	}
	return market.Listing{}, market.ErrNotFound
}

func (s *shelf) Sources(context.Context) ([]market.SourceState, error) { return s.states, s.storeErr }

func (s *shelf) OpenIncidents(context.Context) ([]market.Incident, error) { return nil, s.storeErr }

func (s *shelf) Incidents(context.Context, int) ([]market.Incident, error) { return nil, s.storeErr }

func (s *shelf) OfferedParts(_ context.Context, sources []string, digits int) ([]market.OfferedPart, error) {
	return offeredParts(s.listings, sources, digits), s.storeErr
}

func (s *shelf) Offered(_ context.Context, sources []string, prefix, after string, limit int) ([]market.Offered, error) {
	return offered(s.listings, sources, prefix, after, limit), s.storeErr
}

func (s *shelf) index(context.Context) (IndexState, error) {
	return IndexState{Documents: int64(len(s.listings)), Behind: 7}, s.indexErr
}

func (s *shelf) ready(context.Context) error { return s.readyErr }

var apiNow = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// spec is a source that may be handed on or not.
func spec(name string, syndicate bool) source.Spec {
	return source.Spec{
		Name: name, Title: strings.ToUpper(name), Home: "https://" + name + ".test", Schedule: "@every 1h", CloseAfter: 1,
		Terms: source.Terms{PollFloor: time.Hour, Attribution: "From " + name, Syndicate: syndicate, FullText: true, Follow: true, Keep: source.DefaultKeep},
	}
}

// newShelf has 30 open listings on "open", one that only "closedshop" has,
// one that both have (the oldest on "closedshop"), and one that is closed.
func newShelf() *shelf {
	s := &shelf{now: apiNow}
	add := func(src, id, title string, change func(*market.Listing)) market.Listing {
		l := market.Listing{
			Source: src, ExternalID: id, ID: market.ListingID(src, id), URL: "https://" + src + ".test/" + id, Title: title,
			FirstSeenAt: apiNow.Add(-2 * time.Hour), LastSeenAt: apiNow, PostedAt: apiNow.Add(-26 * time.Hour),
		}
		l.Group = l.ID
		change(&l)
		s.listings = append(s.listings, l)
		return l
	}
	for i := range 30 {
		add("open", strconv.Itoa(i), fmt.Sprintf("Data entry %d ডাটা", i), func(l *market.Listing) {
			l.Category = market.Categories[i%len(market.Categories)]
			switch i % 3 {
			case 0: // everything is said
				l.Company, l.Skills = "Acme & Sons", []string{"excel", "typing"}
				l.Pay = market.Pay{Kind: market.PayHourly, Min: 500, Max: 900, Currency: "USD", USD: 900, Text: "$5-9/h"}
				l.Level = market.Label[market.Level]{Value: market.Levels[i/3%3], Basis: market.BasisText, Evidence: []market.Evidence{{Field: "title", Quote: "entry", Start: 5, End: 10}}}
				l.English = market.Label[market.English]{Value: market.Englishes[i/3%4], Basis: market.BasisSite, Evidence: []market.Evidence{{Field: "language", Quote: "b2"}}}
				l.Apply = market.Apply{Where: market.WhereCountries, Countries: []string{"BD", "IN"}, Basis: market.BasisSite, Evidence: []market.Evidence{{Field: "region", Quote: "Asia"}}}
				l.Warnings = []market.Warning{{Kind: market.WarningKinds[i/3%10], Evidence: market.Evidence{Field: "description", Quote: "send a deposit"}}}
			case 1:
				l.Apply = market.Apply{Where: market.WhereWorldwide, Basis: market.BasisText}
				l.Level = market.Label[market.Level]{Value: market.Entry, Basis: market.BasisEstimate}
				l.Pay = market.Pay{Text: "negotiable"}
			case 2: // nothing is said
				l.PostedAt = time.Time{}
			}
		})
	}
	add("closedshop", "only", "Data entry forbidden", func(*market.Listing) {})
	both := add("closedshop", "both", "Data entry oldest copy", func(l *market.Listing) { l.Category = "legal" })
	copied := add("open", "both", "Data entry younger copy", func(l *market.Listing) {
		l.Group = both.ID
		l.AlsoOn = []market.Copy{{ID: both.ID, Source: "closedshop", URL: both.URL}}
	})
	for i := range s.listings {
		if s.listings[i].ID == both.ID {
			s.listings[i].AlsoOn = []market.Copy{{ID: copied.ID, Source: "open", URL: copied.URL}}
		}
	}
	add("open", "gone", "Data entry gone", func(l *market.Listing) { l.ClosedAt = apiNow.Add(-time.Hour) })
	s.states = []market.SourceState{
		{Name: "open", Enabled: true, Open: 31, NextAt: apiNow.Add(time.Hour),
			Last:   &market.RunRecord{Source: "open", Outcome: market.Outcome{State: market.RunOK, Finished: apiNow}},
			LastOK: &market.RunRecord{Source: "open", Outcome: market.Outcome{State: market.RunOK, Finished: apiNow}}},
		{Name: "closedshop", Failures: 3},
	}
	return s
}

// site serves a shelf over real HTTP.
type site struct {
	*shelf
	t    *testing.T
	url  string
	log  *bytes.Buffer
	opts Options
	h    http.Handler
}

func newSite(t *testing.T, specs ...source.Spec) *site {
	t.Helper()
	if specs == nil {
		specs = []source.Spec{spec("open", true), spec("closedshop", false)}
	}
	s := &site{shelf: newShelf(), t: t, log: &bytes.Buffer{}}
	s.opts = Options{
		Search: s.shelf, Store: s.shelf, Index: s.shelf.index, Ready: s.shelf.ready, Specs: func() []source.Spec { return specs },
		SkillName: func(slug string) string { return slug }, BaseURL: "https://kajkhoj.test",
		Now: func() time.Time { return s.now }, Log: slog.New(slog.NewTextHandler(s.log, nil)), Version: "v1.2.3",
		Registry: prometheus.NewRegistry(),
	}
	h, err := New(s.opts)
	if err != nil {
		t.Fatal(err)
	}
	s.h = h
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	s.url = srv.URL
	return s
}

// ask sends a request; header pairs follow the path.
func (s *site) ask(method, path string, header ...string) (*http.Response, []byte) {
	s.t.Helper()
	s.now = s.now.Add(time.Second) // so that the rate is never met by chance
	req, err := http.NewRequest(method, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := (&http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}).Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res, body
}

func (s *site) list(query string) answer {
	s.t.Helper()
	res, body := s.ask("GET", "/api/v1/listings"+query)
	if res.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %s: %s", query, res.Status, body)
	}
	return decode[answer](s.t, body)
}

func decode[T any](t *testing.T, body []byte) T {
	t.Helper()
	var v T
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return v
}

func TestAPIListings(t *testing.T) {
	s := newSite(t)
	a := s.list("")
	if a.Total != 31 || len(a.Listings) != market.PerPage || a.Page != 1 {
		t.Errorf("total %d, %d listings, page %d; want 31, %d, 1", a.Total, len(a.Listings), a.Page, market.PerPage)
	}
	if a.TookMS != 1.5 || !slices.Equal(a.Dropped, []string{"zzz"}) || a.Degraded {
		t.Errorf("took %v, dropped %v, degraded %v", a.TookMS, a.Dropped, a.Degraded)
	}
	l := a.Listings[0]
	if *l.Company != "Acme & Sons" || *l.Pay.Min != 500 || *l.Pay.Currency != "USD" || *l.Level.Value != "entry" || *l.Level.Basis != "text" ||
		l.Level.Evidence[0].Quote != "entry" || *l.English.Value != "basic" || l.ApplyFrom.Answer != "yes" || l.ApplyFrom.Country != "BD" ||
		l.Warnings[0].Kind != "fee" || l.Attribution != (apiAttribution{"From open", "https://open.test/0", true}) || !l.PostedAt.Equal(apiNow.Add(-26*time.Hour)) {
		t.Errorf("the first listing is %+v", l)
	}
	silent := a.Listings[2]
	if silent.Company != nil || silent.Pay != nil || silent.Level.Value != nil || silent.PostedAt != nil || silent.ApplyFrom.Answer != "unstated" {
		t.Errorf("a listing that says nothing is %+v", silent)
	}
	if a.Facets["level"]["entry"] == 0 || a.Facets["kept"]["stated"] != 10 {
		t.Errorf("facets %v", a.Facets)
	}
	if a := s.list("?page=2"); len(a.Listings) != 11 || a.Page != 2 {
		t.Errorf("the second page has %d listings and says %d", len(a.Listings), a.Page)
	}
	if s.list("?q=&level=&category=&page=&min=&stated="); !reflect.DeepEqual(s.searched.Values(), url.Values{"source": {"open"}}) {
		t.Errorf("empty values are not absent: %v", s.searched.Values())
	}
	s.list("?q=data&level=entry&english=fluent&stated=1&category=legal&category=hr&pay=hourly&min=5&days=7&from=IN&warn=0&sort=pay&page=2&source=open")
	want := "category=legal&category=hr&days=7&english=fluent&from=IN&level=entry&min=5&page=2&pay=hourly&q=data&sort=pay&source=open&stated=1&warn=0"
	if got := s.searched.Values().Encode(); got != want {
		t.Errorf("asked for %s, want %s", got, want)
	}
	if l := s.list("?from=DE&q=entry+1").Listings[0]; l.ApplyFrom.Country != "DE" || l.ApplyFrom.Answer != "yes" {
		t.Errorf("from Germany: %+v", l.ApplyFrom)
	}
	s.degraded = true
	if !s.list("").Degraded {
		t.Error("the answer hides that it is degraded")
	}
}

// TestAPITerms: what a source's terms forbid to be handed on is in no answer.
func TestAPITerms(t *testing.T) {
	s := newSite(t)
	a := s.list("?q=copy")
	if a.Total != 1 || len(a.Listings) != 1 {
		t.Fatalf("got %+v", a)
	}
	if l := a.Listings[0]; l.Source != "open" || l.Title != "Data entry younger copy" || len(l.AlsoOn) != 0 {
		t.Errorf("in place of the forbidden copy there stands %+v", l)
	}
	if n, there := a.Facets["source"]["closedshop"]; there {
		t.Errorf("the facet counts %d of a source that may not be handed on", n)
	}
	if a := s.list("?q=forbidden"); a.Total != 0 || len(a.Listings) != 0 {
		t.Errorf("forbidden: %+v", a)
	}
	if res, body := s.ask("GET", "/api/v1/listings?source=closedshop"); res.StatusCode != http.StatusBadRequest || decode[problem](t, body).Errors[0].Parameter != "source" {
		t.Errorf("asked for by name: %s: %s", res.Status, body)
	}
	if res, _ := s.ask("GET", "/api/v1/listings/"+market.ListingID("closedshop", "both")); res.StatusCode != http.StatusNotFound {
		t.Errorf("the listing itself: %s", res.Status)
	}
	_, body := s.ask("GET", "/api/v1/listings/"+market.ListingID("open", "both"))
	if l := decode[apiListing](t, body); len(l.AlsoOn) != 0 {
		t.Errorf("it names the copy that may not be handed on: %+v", l.AlsoOn)
	}
	none := newSite(t, spec("closedshop", false))
	if a := none.list(""); a.Total != 0 || len(a.Listings) != 0 || none.searched.Now != (time.Time{}) {
		t.Errorf("with nothing to hand on: %+v", a)
	}
	all := newSite(t, spec("open", true), spec("closedshop", true))
	if a := all.list(""); a.Total != 32 || all.searched.Sources != nil {
		t.Errorf("with everything allowed: total %d, sources %v", a.Total, all.searched.Sources)
	}
}

func TestAPIListing(t *testing.T) {
	s := newSite(t)
	res, body := s.ask("GET", "/api/v1/listings/"+market.ListingID("open", "1"))
	if l := decode[apiListing](t, body); res.StatusCode != http.StatusOK || l.Title != "Data entry 1 ডাটা" || l.ClosedAt != nil {
		t.Errorf("%s: %+v", res.Status, l)
	}
	res, body = s.ask("GET", "/api/v1/listings/"+market.ListingID("open", "gone"))
	if l := decode[apiListing](t, body); res.StatusCode != http.StatusGone || l.ClosedAt == nil || l.Title != "Data entry gone" {
		t.Errorf("closed: %s: %+v", res.Status, l)
	}
	_, body = s.ask("GET", "/api/v1/listings/"+market.ListingID("open", "0")+"?from=US")
	if l := decode[apiListing](t, body); l.ApplyFrom.Country != "US" || l.ApplyFrom.Answer != "no" {
		t.Errorf("from the US: %+v", l.ApplyFrom)
	}
	for path, want := range map[string]int{
		"/api/v1/listings/nosuch": 404, "/api/v1/listings/": 404, "/api/v1/nosuch": 404, "/api/v2/listings": 404, "/api/": 404,
		"/api/v1/listings/nosuch?x=1": 400, "/api/v1/listings/nosuch?from=bd": 400, "/api/v1/listings/nosuch?q=a": 400, "/api/v1/listings/%ff%00": 404,
	} {
		res, body := s.ask("GET", path)
		if p := decode[problem](t, body); res.StatusCode != want || p.Status != want {
			t.Errorf("%s: %s: %s", path, res.Status, body)
		}
	}
}

func TestAPIRefuses(t *testing.T) {
	s := newSite(t)
	for query, param := range map[string]string{
		"level=guru": "level", "english=perfect": "english", "stated=yes": "stated", "category=plumbing": "category", "source=nosuch": "source",
		"pay=weekly": "pay", "min=-1": "min", "min=1.5": "min", "min=99999999999999999999": "min", "days=2": "days", "from=XX": "from", "from=bd": "from",
		"warn=2": "warn", "sort=old": "sort", "page=0": "page", "page=51": "page", "page=x": "page", "q=" + strings.Repeat("a", 201): "q", "q=%ff": "q",
		"level=entry&level=expert": "level", "utm_source=x": "utm_source", "limit=5": "limit", "limit=": "limit", "Level=entry": "Level", "=x": "", "%E0%A6%95=1": "ক",
		"level=" + strings.Repeat("x", 3000): "level", "q=a%00b&min=x": "min",
	} {
		res, body := s.ask("GET", "/api/v1/listings?"+query)
		if res.StatusCode != http.StatusBadRequest {
			t.Errorf("%.60s: %s", query, res.Status)
			continue
		}
		if ct := res.Header.Get("Content-Type"); ct != "application/problem+json" {
			t.Errorf("%.60s: Content-Type %s", query, ct)
		}
		p := decode[problem](t, body)
		if len(p.Errors) != 1 || p.Errors[0].Parameter != param || p.Title != "Bad Request" || p.Errors[0].Detail == "" {
			t.Errorf("%.60s: got %.300s, want the parameter %q", query, body, param)
		}
		if len(body) > 2000 {
			t.Errorf("%.60s: the answer repeats %d bytes", query, len(body))
		}
	}
	if _, body := s.ask("GET", "/api/v1/listings?level=guru&days=2&x=1&y=2"); len(decode[problem](t, body).Errors) != 2 {
		t.Errorf("unknown names come first, all at once: %s", body)
	}
	if _, body := s.ask("GET", "/api/v1/listings?level=guru&days=2"); len(decode[problem](t, body).Errors) != 2 {
		t.Errorf("all that is wrong comes at once: %s", body)
	}
	for _, path := range []string{"/api", "/api/", "/api/v2", "/api?q=x"} {
		if res, body := s.ask("GET", path); res.StatusCode != http.StatusNotFound || res.Request.Response != nil || res.Header.Get("Content-Type") != "application/problem+json" || decode[problem](t, body).Status != 404 {
			t.Errorf("%s: %s %s", path, res.Status, body)
		}
	}
	for _, query := range []string{"q=%zz", "a;b=c"} {
		if res, body := s.ask("GET", "/api/v1/listings?"+query); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s %s", query, res.Status, body)
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH"} {
		for _, path := range []string{"/api/v1/listings", "/api/v1/listings/x", "/api/v1/openapi.yaml", "/healthz", "/readyz", "/metrics"} {
			res, body := s.ask(method, path)
			if res.StatusCode != http.StatusMethodNotAllowed || res.Header.Get("Allow") != allow || decode[problem](t, body).Status != 405 {
				t.Errorf("%s %s: %s, Allow %q: %s", method, path, res.Status, res.Header.Get("Allow"), body)
			}
		}
	}
}

func TestAPIHeaders(t *testing.T) {
	s := newSite(t)
	res, body := s.ask("GET", "/api/v1/listings")
	h := res.Header
	if h.Get("Content-Type") != "application/json" || h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Set-Cookie") != "" || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers %v", h)
	}
	if !bytes.Contains(body, []byte("ডাটা")) || !bytes.Contains(body, []byte("Acme & Sons")) {
		t.Error("text is escaped")
	}
	res, packed := s.ask("GET", "/api/v1/listings", "Accept-Encoding", "gzip")
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil || res.Header.Get("Content-Encoding") != "gzip" {
		t.Fatal(err, res.Header)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	a, b := decode[answer](t, body), decode[answer](t, plain)
	if a.TookMS, b.TookMS = 0, 0; !reflect.DeepEqual(a, b) {
		t.Error("the packed answer differs")
	}
	head, nothing := s.ask("HEAD", "/api/v1/listings")
	if head.StatusCode != 200 || len(nothing) != 0 || head.Header.Get("ETag") != h.Get("ETag") {
		t.Errorf("HEAD: %s with %d bytes", head.Status, len(nothing))
	}
	// The time that an answer took does not make it another answer.
	if res, body := s.ask("GET", "/api/v1/listings", "If-None-Match", h.Get("ETag")); res.StatusCode != http.StatusNotModified || len(body) != 0 {
		t.Errorf("with the ETag: %s", res.Status)
	}
	s.listings[0].Title = "Other"
	if res, _ := s.ask("GET", "/api/v1/listings", "If-None-Match", h.Get("ETag")); res.StatusCode != http.StatusOK {
		t.Errorf("after a change: %s", res.Status)
	}
	res, _ = s.ask("OPTIONS", "/api/v1/listings", "Origin", "https://other.test", "Access-Control-Request-Method", "GET")
	if res.StatusCode != http.StatusNoContent || res.Header.Get("Access-Control-Allow-Methods") != allow {
		t.Errorf("preflight: %s %v", res.Status, res.Header)
	}
	res, _ = s.ask("GET", "/api/v1/listings?x=1")
	if res.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Error("a page of another origin cannot read what is wrong")
	}
}

func TestAPITrouble(t *testing.T) {
	s := newSite(t)
	s.searchErr, s.storeErr = errors.New("secret host refused"), errors.New("secret disk gone")
	for _, path := range []string{"/api/v1/listings", "/api/v1/listings/x"} {
		res, body := s.ask("GET", path)
		if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" || bytes.Contains(body, []byte("secret")) {
			t.Errorf("%s: %s: %s", path, res.Status, body)
		}
	}
	if n := strings.Count(s.log.String(), "secret"); n != 2 {
		t.Errorf("logged %d times: %s", n, s.log)
	}
	// Out of time is an answer too; a client that went away gets none.
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	for ctx, want := range map[context.Context]int{ctx: http.StatusServiceUnavailable, gone(t): 499} {
		rec := httptest.NewRecorder()
		s.h.ServeHTTP(rec, httptest.NewRequestWithContext(ctx, "GET", "/api/v1/listings", nil))
		if rec.Code != want {
			t.Errorf("%v: %d, want %d", ctx.Err(), rec.Code, want)
		}
	}
	// What goes wrong outside of the endpoints is told in JSON as well.
	res, body := s.ask("GET", "/api/v1/listings?q="+strings.Repeat("x", 5000))
	if res.StatusCode != http.StatusRequestURITooLong || decode[problem](t, body).Status != res.StatusCode {
		t.Errorf("a long address: %s: %s", res.Status, body)
	}
	s.opts.Search = panicking{}
	s.opts.Registry = prometheus.NewRegistry()
	h, err := New(s.opts)
	if err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest("GET", "/api/v1/listings", nil))
	if decode[problem](t, rec.Body.Bytes()).Status != 500 || rec.Code != 500 {
		t.Errorf("a panic: %d %s", rec.Code, rec.Body)
	}
}

func gone(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

type panicking struct{}

func (panicking) Search(context.Context, market.Query) (search.Page, error) { panic("ouch") }

func TestAPIRate(t *testing.T) {
	s := newSite(t)
	get := func(from string) *http.Response {
		res, _ := s.ask("GET", "/api/v1/openapi.yaml", "X-Forwarded-For", from)
		s.now = s.now.Add(-time.Second) // time stands still
		return res
	}
	for i := range burst {
		if res := get("203.0.113.9"); res.StatusCode != 200 {
			t.Fatalf("request %d: %s", i, res.Status)
		}
	}
	res := get("203.0.113.9")
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") != "1" {
		t.Errorf("one too many: %s, Retry-After %q", res.Status, res.Header.Get("Retry-After"))
	}
	if res := get("203.0.113.10"); res.StatusCode != 200 {
		t.Errorf("another client: %s", res.Status)
	}
	if res := get("198.51.100.1, 203.0.113.9"); res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("an address that the client made up counts: %s", res.Status)
	}
	s.now = s.now.Add(time.Second)
	if res := get("203.0.113.9"); res.StatusCode != 200 {
		t.Errorf("a second later: %s", res.Status)
	}
	// Health is never refused.
	for range burst + 5 {
		res, _ := s.ask("GET", "/healthz", "X-Forwarded-For", "203.0.113.9")
		s.now = s.now.Add(-time.Second)
		if res.StatusCode != 200 {
			t.Fatal(res.Status)
		}
	}
}

func TestLimiterIsBounded(t *testing.T) {
	l := newLimiter(1, 1, 100)
	addr := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}) }
	for i := range 10_000 {
		if l.wait(addr(i), apiNow) != 0 {
			t.Fatal("a first request waits")
		}
		if n := len(l.young) + len(l.old); n > 100 {
			t.Fatalf("it remembers %d clients", n)
		}
	}
	if l.wait(addr(9_960), apiNow) == 0 {
		t.Error("a client of a moment ago is forgotten")
	}
	// What is refused costs nothing: asking all the time does not lock out.
	for range 10 {
		if l.wait(addr(9_999), apiNow) == 0 {
			t.Fatal("a client asks as often as it likes")
		}
	}
	if l.wait(addr(9_999), apiNow.Add(time.Second)) != 0 {
		t.Error("a client waits for longer than its rate")
	}
}

func TestClientAddr(t *testing.T) {
	for _, c := range []struct{ remote, forwarded, want string }{
		{"203.0.113.5:1000", "", "203.0.113.5"},
		{"203.0.113.5:1000", "198.51.100.1", "203.0.113.5"}, // not our proxy
		{"127.0.0.1:1000", "198.51.100.1", "198.51.100.1"},
		{"10.1.2.3:1000", "1.1.1.1, 198.51.100.1", "198.51.100.1"},
		{"[::1]:1000", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"},
		{"[2001:db8:1:2:9::1]:1000", "", "2001:db8:1:2::"},
		{"[::ffff:203.0.113.5]:1000", "", "203.0.113.5"},
		{"127.0.0.1:1000", "nonsense", "127.0.0.1"},
		{"@", "", "invalid IP"},
	} {
		r := &http.Request{RemoteAddr: c.remote, Header: http.Header{}}
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := clientAddr(r).String(); got != c.want {
			t.Errorf("%s forwarded for %q: %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
}

func TestHealth(t *testing.T) {
	s := newSite(t)
	get := func(path string) (int, readiness) {
		res, body := s.ask("GET", path)
		return res.StatusCode, decode[readiness](t, body)
	}
	s.indexErr, s.storeErr, s.readyErr = errors.New("secret"), errors.New("secret"), errors.New("secret")
	if code, h := get("/healthz"); code != 200 || h.Status != "ok" || h.Version != "v1.2.3" {
		t.Errorf("healthz: %d %+v", code, h)
	}
	code, h := get("/readyz")
	if code != http.StatusServiceUnavailable || len(h.Missing) != 3 || strings.Contains(fmt.Sprint(h), "secret") {
		t.Errorf("nothing is there: %d %+v", code, h)
	}
	s.storeErr, s.readyErr = nil, nil
	if code, h := get("/readyz"); code != 503 || len(h.Missing) != 1 || !strings.Contains(h.Missing[0], "index") {
		t.Errorf("no index yet: %d %+v", code, h)
	}
	s.indexErr = nil
	if code, h := get("/readyz"); code != 200 || h.Status != "ready" || len(h.Missing) != 0 {
		t.Errorf("all there: %d %+v", code, h)
	}
	s.indexErr = errors.New("engine down")
	if code, _ := get("/readyz"); code != 200 {
		t.Errorf("an engine that fails later: %d", code)
	}
	s.storeErr = errors.New("disk")
	if code, _ := get("/readyz"); code != 503 {
		t.Errorf("a store that fails later: %d", code)
	}
}

// TestReadyOnceIndexed: whoever first sees the index there, the process is
// ready from then on, whether or not anybody asked about that before.
func TestReadyOnceIndexed(t *testing.T) {
	for name, c := range map[string]struct {
		see  func(*site)
		want int
	}{
		"nobody":            {func(*site) {}, 503},
		"a search":          {func(s *site) { s.list("") }, 200},
		"a page":            {func(s *site) { s.ask("GET", "/") }, 200},
		"the status page":   {func(s *site) { s.ask("GET", "/status") }, 200},
		"the metrics":       {func(s *site) { s.ask("GET", "/metrics") }, 200},
		"a degraded search": {func(s *site) { s.degraded = true; s.list("") }, 503},
		"a failed search":   {func(s *site) { s.searchErr = errors.New("x"); s.ask("GET", "/"); s.searchErr = nil }, 503},
	} {
		s := newSite(t)
		c.see(s)
		s.indexErr = errors.New("engine down")
		if res, body := s.ask("GET", "/readyz"); res.StatusCode != c.want {
			t.Errorf("the index was seen by %s: %s %s", name, res.Status, body)
		}
	}
}

// TestAPITag: the tag is the hash of what was encoded, up to the time that it
// took, which stands last.
func TestAPITag(t *testing.T) {
	s := newSite(t)
	res, body := s.ask("GET", "/api/v1/listings")
	said, took, ok := bytes.Cut(body, []byte(`,"took_ms":`))
	if !ok || string(took) != fmt.Sprintf("%v}\n", decode[answer](t, body).TookMS) {
		t.Fatalf("the time that it took does not stand last: %s", took)
	}
	if got := res.Header.Get("ETag"); got != etag(said) {
		t.Errorf("the tag is %s, want %s", got, etag(said))
	}
	if res, _ := s.ask("GET", "/api/v1/listings"); res.Header.Get("ETag") != etag(said) {
		t.Error("an answer that took another time has another tag")
	}
}

func TestMetrics(t *testing.T) {
	s := newSite(t)
	s.list("?q=data")
	s.degraded = true
	s.list("")
	s.searchErr = errors.New("x")
	s.ask("GET", "/api/v1/listings")
	res, body := s.ask("GET", "/metrics")
	if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/plain") {
		t.Fatal(res.Status, res.Header)
	}
	for _, line := range []string{
		`kajkhoj_search_duration_seconds_count{words="true"} 1`, `kajkhoj_search_duration_seconds_count{words="false"} 2`,
		"kajkhoj_search_degraded_total 1", "kajkhoj_search_failed_total 1", "kajkhoj_index_up 1", "kajkhoj_index_behind_changes 7", "kajkhoj_store_up 1",
		`kajkhoj_sources{state="ok"} 1`, `kajkhoj_sources{state="blocked"} 0`, `kajkhoj_source_enabled{source="closedshop"} 0`,
		`kajkhoj_source_failures{source="closedshop"} 3`, `kajkhoj_source_open_listings{source="open"} 31`,
		fmt.Sprintf(`kajkhoj_source_last_success_timestamp_seconds{source="open"} %v`, float64(apiNow.Unix())), "go_goroutines ",
	} {
		if !strings.Contains(string(body), line) {
			t.Errorf("there is no %q", line)
		}
	}
	s.indexErr, s.storeErr = errors.New("x"), errors.New("x")
	if _, body := s.ask("GET", "/metrics"); !strings.Contains(string(body), "kajkhoj_index_up 0") || !strings.Contains(string(body), "kajkhoj_store_up 0") {
		t.Error("metrics do not tell that the store and the index are away")
	}
	if res, _ := s.ask("GET", "/metrics", "X-Forwarded-For", "203.0.113.9"); res.StatusCode != http.StatusForbidden {
		t.Errorf("from the public: %s", res.Status)
	}
	// A registry of the process's own may have its figures already.
	if _, err := New(Options{Search: s.shelf, Store: s.shelf, Index: s.shelf.index, Specs: s.opts.Specs, SkillName: s.opts.SkillName, BaseURL: "https://x.test", Now: s.opts.Now, Log: s.opts.Log}); err != nil {
		t.Error(err)
	}
}

// TestOpenAPI keeps the description true: routes, parameters, enumerations
// and fields are compared with the code, and live answers with the schemas.
func TestOpenAPI(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := newSite(t)

	t.Run("routes", func(t *testing.T) {
		var code []string
		for _, e := range (&server{}).apiEndpoints() {
			code = append(code, e.path)
		}
		slices.Sort(code)
		if written := slices.Sorted(maps.Keys(doc.Paths.Map())); !slices.Equal(written, code) {
			t.Errorf("described are %v, served are %v", written, code)
		}
		for path, item := range doc.Paths.Map() {
			if len(item.Operations()) != 1 || item.Get == nil {
				t.Errorf("%s: described with %d methods, served for GET", path, len(item.Operations()))
			}
		}
		if _, body := s.ask("GET", "/api/v1/openapi.yaml"); !bytes.Equal(body, openAPI) {
			t.Error("the description served is another")
		}
	})

	t.Run("parameters", func(t *testing.T) {
		strs := func(vs any) []string { return append([]string{""}, texts(vs)...) }
		want := map[string][]string{
			"q": nil, "level": strs(market.Levels), "english": strs(market.Englishes), "stated": {"", "0", "1"}, "category": strs(market.Categories),
			"source": nil, "pay": strs(market.PayKinds), "min": nil, "days": strs(market.Days), "from": nil, "warn": {"", "0", "1"}, "sort": {"", "new", "best", "pay"}, "page": nil,
		}
		if !slices.Equal(slices.Sorted(maps.Keys(want)), slices.Sorted(slices.Values(market.Params))) {
			t.Errorf("this test knows %v, the page takes %v", slices.Sorted(maps.Keys(want)), market.Params)
		}
		var names []string
		for _, p := range doc.Paths.Value("/api/v1/listings").Get.Parameters {
			name, schema := p.Value.Name, p.Value.Schema.Value
			names = append(names, name)
			if schema.Type.Is("array") {
				schema = schema.Items.Value
			}
			if got := texts(schema.Enum); !slices.Equal(got, want[name]) {
				t.Errorf("%s: described are %q, the code has %q", name, got, want[name])
			}
			for _, v := range schema.Enum {
				if res, body := s.ask("GET", "/api/v1/listings?"+url.Values{name: {v.(string)}}.Encode()); res.StatusCode != 200 {
					t.Errorf("%s=%s: %s: %s", name, v, res.Status, body)
				}
			}
			if schema.Min != nil {
				for v, status := range map[float64]int{*schema.Min - 1: 400, *schema.Min: 200, *schema.Max: 200, *schema.Max + 1: 400} {
					if res, _ := s.ask("GET", fmt.Sprintf("/api/v1/listings?%s=%.0f", name, v)); res.StatusCode != status {
						t.Errorf("%s=%.0f: %s, the description says %d", name, v, res.Status, status)
					}
				}
			}
			if n := schema.MaxLength; n != nil {
				for v, status := range map[int]int{int(*n): 200, int(*n) + 1: 400} {
					if res, _ := s.ask("GET", "/api/v1/listings?"+name+"="+url.QueryEscape(strings.Repeat("ক", v))); res.StatusCode != status {
						t.Errorf("%s of %d characters: %s, the description says %d", name, v, res.Status, status)
					}
				}
			}
		}
		slices.Sort(names)
		if !slices.Equal(names, slices.Sorted(slices.Values(market.Params))) {
			t.Errorf("described are %v, taken are %v", names, market.Params)
		}
	})

	t.Run("enumerations", func(t *testing.T) {
		prop := func(schema, name string) *openapi3.Schema {
			return doc.Components.Schemas[schema].Value.Properties[name].Value
		}
		for _, c := range []struct {
			schema *openapi3.Schema
			want   []string
		}{
			{prop("Level", "value"), texts(market.Levels)},
			{prop("English", "value"), texts(market.Englishes)},
			{prop("Listing", "category"), texts(market.Categories)},
			{prop("Warning", "kind"), texts(market.WarningKinds)},
			{prop("Pay", "kind"), texts(slices.DeleteFunc(slices.Clone(market.PayKinds), func(p market.PayKind) bool { return p == market.PayUnstated }))},
			{doc.Components.Schemas["Basis"].Value, texts([]market.Basis{market.BasisSite, market.BasisText, market.BasisEstimate})},
			{prop("ApplyFrom", "where"), texts([]string{unstated, string(market.WhereWorldwide), string(market.WhereCountries)})},
			{prop("ApplyFrom", "answer"), texts([]string{string(market.Yes), string(market.No), unstated})},
		} {
			got := slices.DeleteFunc(texts(c.schema.Enum), func(s string) bool { return s == "<nil>" })
			if !slices.Equal(got, c.want) {
				t.Errorf("described are %q, the code has %q", got, c.want)
			}
		}
		facets := slices.Sorted(maps.Keys(doc.Components.Schemas["Facets"].Value.Properties))
		if !slices.Equal(facets, slices.Sorted(slices.Values(market.FacetNames))) {
			t.Errorf("facets described are %v, counted are %v", facets, market.FacetNames)
		}
	})

	t.Run("fields", func(t *testing.T) {
		for name, v := range map[string]any{
			"Answer": answer{}, "Listing": apiListing{}, "Attribution": apiAttribution{}, "Pay": apiPay{}, "Level": apiLabel{}, "English": apiLabel{},
			"Evidence": apiEvidence{}, "ApplyFrom": apiApply{}, "Warning": apiWarning{}, "Copy": apiCopy{}, "Problem": problem{}, "ProblemField": problemField{}, "Health": readiness{},
		} {
			schema := doc.Components.Schemas[name].Value
			var code []string
			for f := range reflect.TypeOf(v).Fields() {
				tag := f.Tag.Get("json")
				code = append(code, tag)
				p := schema.Properties[tag]
				if p == nil {
					t.Errorf("%s.%s is not described", name, tag)
					continue
				}
				if pointer := f.Type.Kind() == reflect.Pointer; pointer != p.Value.Nullable {
					t.Errorf("%s.%s: may be null: %v, described as %v", name, tag, pointer, p.Value.Nullable)
				}
			}
			slices.Sort(code)
			if got := slices.Sorted(maps.Keys(schema.Properties)); !slices.Equal(got, code) {
				t.Errorf("%s: described are %v, given are %v", name, got, code)
			}
			if got := slices.Sorted(slices.Values(schema.Required)); !slices.Equal(got, code) {
				t.Errorf("%s: required are %v, given are %v", name, got, code)
			}
		}
	})

	t.Run("answers", func(t *testing.T) {
		seen := map[string]bool{}
		check := func(route, path string, header ...string) {
			t.Helper()
			res, body := s.ask("GET", path, header...)
			ref := doc.Paths.Value(route).Get.Responses.Value(strconv.Itoa(res.StatusCode))
			if ref == nil {
				t.Errorf("%.80s: the status %d is not described", path, res.StatusCode)
				return
			}
			seen[route+" "+strconv.Itoa(res.StatusCode)] = true
			if res.StatusCode == http.StatusNotModified {
				return
			}
			ct, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
			if err != nil {
				t.Fatal(err)
			}
			media := ref.Value.Content[ct]
			if media == nil {
				t.Errorf("%.80s: %d as %s is not described", path, res.StatusCode, ct)
				return
			}
			var v any = string(body)
			if strings.HasSuffix(ct, "json") {
				if err := json.Unmarshal(body, &v); err != nil {
					t.Fatal(err)
				}
			}
			if err := media.Schema.Value.VisitJSON(v); err != nil {
				t.Errorf("%.80s: the answer is not as described: %v", path, err)
			}
		}
		const one, many = "/api/v1/listings/{id}", "/api/v1/listings"
		check(many, many)
		res, _ := s.ask("GET", many)
		check(many, many, "If-None-Match", res.Header.Get("ETag"))
		check(many, many+"?page=2")
		check(many, many+"?q=nothing+like+it")
		check(many, many+"?level=guru")
		check(many, many+"?nosuch=1")
		check(many, many+"?q="+strings.Repeat("x", 5000))
		check(one, many+"/x?from="+strings.Repeat("x", 5000))
		for _, l := range s.listings {
			check(one, many+"/"+l.ID)
		}
		res, _ = s.ask("GET", many+"/"+s.listings[0].ID)
		check(one, many+"/"+s.listings[0].ID, "If-None-Match", res.Header.Get("ETag"))
		check(one, many+"/nosuch?from=xx")
		check("/api/v1/openapi.yaml", "/api/v1/openapi.yaml")
		res, _ = s.ask("GET", "/api/v1/openapi.yaml")
		check("/api/v1/openapi.yaml", "/api/v1/openapi.yaml", "If-None-Match", res.Header.Get("ETag"))
		check("/healthz", "/healthz")
		check("/readyz", "/readyz")
		check("/metrics", "/metrics")
		check("/metrics", "/metrics", "X-Forwarded-For", "203.0.113.9")
		s.searchErr, s.storeErr = errors.New("x"), errors.New("x")
		check(many, many)
		check(one, many+"/x")
		check("/readyz", "/readyz")
		for range burst + 1 {
			s.ask("GET", many, "X-Forwarded-For", "192.0.2.1")
			s.now = s.now.Add(-time.Second)
		}
		for _, c := range [][2]string{{many, many}, {one, many + "/x"}, {"/api/v1/openapi.yaml", "/api/v1/openapi.yaml"}} {
			s.now = s.now.Add(-time.Second)
			check(c[0], c[1], "X-Forwarded-For", "192.0.2.1")
		}
		// 405 is seen by TestAPIRefuses.
		for route, item := range doc.Paths.Map() {
			for status := range item.Get.Responses.Map() {
				if status != "405" && !seen[route+" "+status] {
					t.Errorf("%s: the status %s is described and was never seen", route, status)
				}
			}
		}
	})
}

// texts are the values of any slice as texts.
func texts(vs any) []string {
	var out []string
	v := reflect.ValueOf(vs)
	for i := range v.Len() {
		out = append(out, fmt.Sprint(v.Index(i).Interface()))
	}
	return out
}

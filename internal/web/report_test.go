package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/store"
)

func (s *shelf) Report(context.Context, market.Report, string) (bool, error) { return true, nil }

// Report keeps what was reported, as "kind of title from network", once each.
func (f *fair) Report(ctx context.Context, r market.Report, network string) (bool, error) {
	l, err := f.Listing(ctx, r.Listing)
	if err != nil {
		return false, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	said := fmt.Sprintf("%s of %s from %s", r.Wrong, l.ExternalID, network)
	for _, known := range f.reported {
		if known == said {
			return false, nil
		}
	}
	f.reported = append(f.reported, said)
	return true, nil
}

// reporter sends forms as a browser does that does not follow.
type reporter struct {
	t    *testing.T
	base string
}

func (p reporter) send(method, path, body string, header ...string) (*http.Response, string) {
	p.t.Helper()
	req, err := http.NewRequest(method, p.base+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept-Language", "en")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return res, string(got)
}

func (p reporter) report(id, wrong string, header ...string) (*http.Response, string) {
	p.t.Helper()
	return p.send("POST", "/report", url.Values{"id": {id}, "wrong": {wrong}}.Encode(), header...)
}

// The form stands on the page of each open listing; what it sends leads back
// to the page, which says thanks in the reader's language.
func TestReport(t *testing.T) {
	f := newFair()
	base := f.serve(t).URL
	p := reporter{t, base}
	l := f.listings[0]
	for lang, want := range map[string][]string{
		"en": {"See a mistake? Tell us in one tap", "No name or e-mail needed.", "Wrong level", "Wrong English", "Work is gone", "Suspicious"},
		"bn": {"ভুল মনে হচ্ছে? এক চাপে জানান", "নাম বা ইমেইল লাগে না।", "দক্ষতার পর্যায় ভুল", "ইংরেজি ভুল", "কাজটা আর নেই", "সন্দেহজনক"},
	} {
		doc := open(t, base+"/listing/"+l.ID, lang, 200)
		form := doc.Find("form")
		if form.Length() != 1 || attr(form, "action") != "/report" || attr(form, "method") != "post" || attr(form.Find("[name=id]"), "value") != l.ID {
			t.Fatalf("the form is %v", form)
		}
		if got := words(form); got != strings.Join(want, " ") {
			t.Errorf("the form says %q", got)
		}
		if doc.Find("#reported").Length() != 0 {
			t.Error("it says thanks for nothing")
		}
		for i, w := range market.Wrongs {
			b := form.Find("button").Eq(i)
			if attr(b, "name") != "wrong" || attr(b, "value") != string(w) {
				t.Errorf("button %d sends %s=%s", i, attr(b, "name"), attr(b, "value"))
			}
			res, _ := p.report(l.ID, string(w))
			to := res.Header.Get("Location")
			if res.StatusCode != http.StatusSeeOther || to != "/listing/"+l.ID+"?reported="+string(w)+"#reported" || res.Header.Get("Cache-Control") != "no-store" {
				t.Fatalf("reporting %s: %s to %q", w, res.Status, to)
			}
			said := open(t, base+to, lang, 200)
			if got := words(said.Find("#reported")); !strings.Contains(got, "“"+want[2+i]+"”") {
				t.Errorf("%s: the page says %q", w, got)
			}
			if attr(said.Find("meta[name=robots]"), "content") != "noindex" || said.Find("link[rel=canonical]").Length() != 0 {
				t.Error("the page that says thanks is for search engines too")
			}
			other := open(t, base+attr(said.Find(".top a[hreflang]"), "href"), map[string]string{"bn": "en", "en": "bn"}[lang], 200)
			if other.Find("#reported").Length() != 1 {
				t.Error("the other language says no thanks")
			}
		}
	}
	if len(f.reported) != len(market.Wrongs) || f.reported[0] != "level of 48213 from 127.0.0.1" {
		t.Errorf("reported was %q", f.reported)
	}
	gone := market.ListingID("gigboard", "gone")
	if doc := open(t, base+"/listing/"+gone, "en", 410); doc.Find("form").Length() != 0 {
		t.Error("a closed listing's page has the form")
	}
	if res, _ := p.report(gone, "closed"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("a page that was open when the listing closed: %s", res.Status)
	}
	if doc := open(t, base+"/listing/"+gone+"?reported=closed", "en", 410); doc.Find("#reported").Length() != 1 {
		t.Error("a closed listing's page says no thanks")
	}
}

func TestReportRefuses(t *testing.T) {
	f := newFair()
	srv := f.serve(t)
	p := reporter{t, srv.URL}
	id := f.listings[0].ID
	good := "wrong=level&id=" + id
	for name, c := range map[string]struct {
		method, path, body string
		header             []string
		status             int
		says               string
	}{
		"GET":                 {"GET", "/report?" + good, "", nil, 405, "button"},
		"PUT":                 {"PUT", "/report", good, nil, 405, "button"},
		"OPTIONS":             {"OPTIONS", "/report", "", nil, 405, "button"},
		"no listing":          {"POST", "/report", "wrong=level&id=" + market.ListingID("a", "b"), nil, 404, "Listing not found"},
		"bad id":              {"POST", "/report", "wrong=level&id=../x", nil, 404, "Listing not found"},
		"no id":               {"POST", "/report", "wrong=level", nil, 404, "Listing not found"},
		"bad wrong":           {"POST", "/report", "wrong=ugly%3Cb%3E&id=" + id, nil, 400, "“wrong” does not take “ugly&lt;b&gt;”. It takes: level, english, closed, suspicious."},
		"no wrong":            {"POST", "/report", "id=" + id, nil, 400, "“wrong” does not take “”"},
		"unknown field":       {"POST", "/report", good + "&name=x", nil, 400, "“name”"},
		"fields in the query": {"POST", "/report?" + good, "", nil, 400, "“id”"},
		"malformed":           {"POST", "/report", "id=%zz", nil, 400, "cannot be read"},
		"big":                 {"POST", "/report", good + "&x=" + strings.Repeat("x", largestReport), nil, 413, "cannot be read"},
		"JSON":                {"POST", "/report", `{}`, []string{"Content-Type", "application/json"}, 415, "cannot be read"},
		"no type":             {"POST", "/report", good, []string{"Content-Type", ""}, 415, "cannot be read"},
		"another site":        {"POST", "/report", good, []string{"Sec-Fetch-Site", "cross-site"}, 403, "another site"},
		"another subdomain":   {"POST", "/report", good, []string{"Sec-Fetch-Site", "same-site"}, 403, "another site"},
		"another origin":      {"POST", "/report", good, []string{"Origin", "https://evil.example"}, 403, "another site"},
		"a sandboxed frame":   {"POST", "/report", good, []string{"Origin", "null"}, 403, "another site"},
	} {
		res, body := p.send(c.method, c.path, c.body, append(c.header, "X-Forwarded-For", "203.0.113."+fmt.Sprint(len(name)))...)
		if res.StatusCode != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s: %s\n%s", name, res.Status, body)
		}
		if c.status == 405 && res.Header.Get("Allow") != "POST" {
			t.Errorf("%s: Allow is %q", name, res.Header.Get("Allow"))
		}
	}
	if len(f.reported) != 0 {
		t.Errorf("reported was %q", f.reported)
	}
	for name, header := range map[string][]string{
		"a browser": {"Sec-Fetch-Site", "same-origin", "Origin", srv.URL},
		"an old one behind a proxy that changes the host": {"Origin", "http://kajkhoj.test"},
		"no browser": nil,
	} {
		if res, body := p.report(id, "level", header...); res.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: %s\n%s", name, res.Status, body)
		}
	}
	for path, status := range map[string]int{"?reported=x": 400, "?reported=": 200, "?report=level": 400} {
		if res, _ := get(t, srv.URL+"/listing/"+id+path, "en"); res.StatusCode != status {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
	f.storeErr = errors.New("disk")
	if res, _ := p.report(id, "level"); res.StatusCode < 500 {
		t.Errorf("a store that fails: %s", res.Status)
	}
}

func TestReportRate(t *testing.T) {
	f := newFair()
	p := reporter{t, f.serve(t).URL}
	from := func(address, lang string) (*http.Response, string) {
		return p.report(f.listings[0].ID, "level", "X-Forwarded-For", address, "Accept-Language", lang)
	}
	for i := range reportBurst {
		if res, _ := from("203.0.113.9", "en"); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("report %d: %s", i, res.Status)
		}
	}
	for lang, want := range map[string]string{"en": "In a minute, go back to the listing and press again.", "bn": "এক মিনিট পরে"} {
		res, body := from("203.0.113.9", lang)
		if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") != "20" || !strings.Contains(body, want) {
			t.Errorf("one too many: %s, Retry-After %q:\n%s", res.Status, res.Header.Get("Retry-After"), body)
		}
	}
	if res, _ := from("2001:db8:1:2::7", "en"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("another network: %s", res.Status)
	}
	f.mu.Lock()
	f.now = f.now.Add(reportEvery)
	f.mu.Unlock()
	if res, _ := from("203.0.113.9", "en"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("later: %s", res.Status)
	}
	if len(f.reported) != 2 || f.reported[1] != "level of 48213 from 2001:db8:1:2::" {
		t.Errorf("reported was %q", f.reported)
	}
}

// No address gets into the log or the database, whatever goes well or wrong;
// the metrics count what is news.
func TestReportKeepsNoAddress(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kajkhoj.db")
	st, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	f := newFair()
	if err := st.SyncSources(t.Context(), []store.SourceConfig{{Name: "gigboard", Enabled: true}}, f.now); err != nil {
		t.Fatal(err)
	}
	r, err := st.Claim(t.Context(), f.now, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	l := f.listings[0]
	l.Labelled = 7
	if _, err := st.Save(t.Context(), r, []market.Listing{l}, f.now); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	o := f.options()
	o.Store, o.Registry = st, prometheus.NewRegistry()
	o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(nil)
	srv.Config = HTTPServer(h, o.Log)
	srv.Start()
	defer srv.Close()
	p := reporter{t, srv.URL}
	const address = "203.0.113.77"
	from := []string{"X-Forwarded-For", address}
	for range reportBurst + 3 { // more than the rate allows
		p.report(l.ID, "level", from...)
	}
	p.report(l.ID, "suspicious", "X-Forwarded-For", "203.0.113.78")
	p.report(market.ListingID("a", "b"), "level", "X-Forwarded-For", "203.0.113.79")
	_, metrics := p.send("GET", "/metrics", "")
	for _, want := range []string{`kajkhoj_reports_total{wrong="level"} 1`, `kajkhoj_reports_total{wrong="suspicious"} 1`, `kajkhoj_reports_total{wrong="closed"} 0`, `route="/report"`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics do not say %s", want)
		}
	}
	rs, err := st.Reports(t.Context(), f.now)
	if err != nil || len(rs) != 2 || rs[0].Count+rs[1].Count != 2 {
		t.Fatalf("reports %+v (%v)", rs, err)
	}
	for _, r := range rs {
		if r.Wrong == market.WrongLevel && (r.Label != "entry" || r.Basis != market.BasisText || r.Labelled != 7) || r.Wrong == market.WrongSuspicious && r.Label != "freetrial" {
			t.Errorf("the label is %+v", r)
		}
	}
	st.Close() // folds the log into the file
	p.report(l.ID, "english", from...)
	if res, _ := p.report(l.ID, "english", "X-Forwarded-For", "203.0.113.80"); res.StatusCode < 500 || !strings.Contains(log.String(), "a page failed") {
		t.Errorf("a store that is closed: %s, the log says %s", res.Status, log.String())
	}
	for name, text := range map[string]string{"log": log.String(), "database": fileText(t, path) + fileText(t, path+"-wal"), "metrics": metrics} {
		if strings.Contains(text, "203.0.113") {
			t.Errorf("an address is in the %s", name)
		}
	}
	if !strings.Contains(fileText(t, path), "report_once") {
		t.Error("the database was not read")
	}
}

// fileText is what is in a file, empty where there is none.
func fileText(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(raw)
}

package web

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

// get asks like a browser that speaks lang and follows nothing.
func get(t testing.TB, url, lang string, header ...string) (*http.Response, string) {
	t.Helper()
	return request(t, http.MethodGet, url, append([]string{"Accept-Language", lang}, header...)...)
}

func request(t testing.TB, method, url string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

// open gets a page, holds it to what every page must keep, and reads it.
func open(t testing.TB, url, lang string, status int) *goquery.Document {
	t.Helper()
	res, body := get(t, url, lang)
	if res.StatusCode != status {
		t.Fatalf("%s: status %d, want %d: %.300s", url, res.StatusCode, status, body)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	held(t, url, doc, lang)
	return doc
}

// held is what every page must keep: its language, ids that are there once,
// links to ids that are there, labels that name things, no script, no style
// of its own, nothing from elsewhere.
func held(t testing.TB, name string, doc *goquery.Document, lang string) {
	t.Helper()
	if got, _ := doc.Find("html").Attr("lang"); got != lang {
		t.Errorf("%s: the page is in %q, not in %q", name, got, lang)
	}
	if n := doc.Find("h1").Length(); n != 1 {
		t.Errorf("%s has %d h1", name, n)
	}
	if doc.Find("title").Text() == "" {
		t.Errorf("%s has no title", name)
	}
	ids := map[string]bool{}
	doc.Find("[id]").Each(func(_ int, e *goquery.Selection) {
		id, _ := e.Attr("id")
		if ids[id] {
			t.Errorf("%s has the id %s twice", name, id)
		}
		ids[id] = true
	})
	for _, attr := range []string{"aria-labelledby", "aria-describedby", "for"} {
		doc.Find("[" + attr + "]").Each(func(_ int, e *goquery.Selection) {
			v, _ := e.Attr(attr)
			for _, id := range strings.Fields(v) {
				if !ids[id] {
					t.Errorf("%s: %s names %q, which is not there", name, attr, id)
				}
			}
		})
	}
	doc.Find(`a[href^="#"]`).Each(func(_ int, e *goquery.Selection) {
		if h, _ := e.Attr("href"); !ids[h[1:]] {
			t.Errorf("%s links to %s, which is not there", name, h)
		}
	})
	if n := doc.Find(`script:not([type="application/ld+json"]), style, [style], iframe, object, embed, base, form[method=post]:not([action="/report"], [action="/subscribe"], [action="/confirm"], [action^="/manage"], [action^="/stop/"], [action^="/alive/"], [action^="/admin/"])`).Length(); n != 0 {
		t.Errorf("%s has %d elements that no page may have", name, n)
	}
	doc.Find("*").Each(func(_ int, e *goquery.Selection) {
		for _, a := range e.Nodes[0].Attr {
			if strings.HasPrefix(a.Key, "on") {
				t.Errorf("%s: <%s> has %s", name, e.Nodes[0].Data, a.Key)
			}
			if strings.Contains(a.Val, "ZgotmplZ") {
				t.Errorf("%s: %s was refused by the template", name, a.Key)
			}
		}
	})
	doc.Find("[src], link[href]").Each(func(_ int, e *goquery.Selection) {
		v, ok := e.Attr("src")
		if !ok {
			v, _ = e.Attr("href")
		}
		if rel, _ := e.Attr("rel"); rel != "canonical" && rel != "alternate" && !strings.HasPrefix(v, "/static/") {
			t.Errorf("%s loads %s", name, v)
		}
	})
	doc.Find("a[href]").Each(func(_ int, e *goquery.Selection) {
		h, _ := e.Attr("href")
		u, err := url.Parse(h)
		if err != nil || (u.Scheme != "" && u.Scheme != "https" && u.Scheme != "http") {
			t.Errorf("%s links to %q", name, h)
			return
		}
		if rel, _ := e.Attr("rel"); u.Host != "" && !strings.Contains(rel, "noopener") {
			t.Errorf("%s links to %s with rel=%q", name, h, rel)
		}
	})
}

func words(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }

func attr(s *goquery.Selection, name string) string {
	v, _ := s.Attr(name)
	return v
}

var bothLangs = []string{"bn", "en"}

func TestEachPageInBothLanguages(t *testing.T) {
	f := newFair()
	f.trouble()
	base := f.serve(t).URL
	for _, lang := range bothLangs {
		for path, status := range map[string]int{
			"/": 200, "/?q=type&level=entry&english=basic&stated=1&category=data-entry&pay=fixed&days=30&from=IN&source=gigboard&warn=1&sort=pay&min=10": 200,
			"/?page=2": 200, "/?page=50": 200, "/?q=nothing-has-this-word": 200, "/?from=": 200, "/?from=GB": 200,
			"/status": 200, "/sites": 200, "/about": 200, "/nothing": 404, "/listing/": 404, "/listing/xyz": 404,
			"/listing/" + f.listings[0].ID: 200, "/listing/" + f.listings[2].ID: 200, "/listing/" + market.ListingID("a", "b"): 404,
			"/listing/" + market.ListingID("gigboard", "gone"): 410,
			"/?level=guru":             400,
			"/status?x=1":              400,
			"/about?x=1":               400,
			"/static/style.css":        404,
			"/static/style.000000.css": 404,
		} {
			open(t, base+path, lang, status)
		}
		for i := range f.listings {
			status := 200
			if !f.listings[i].Open() {
				status = 410
			}
			if i < 14 || status == 410 {
				open(t, base+"/listing/"+f.listings[i].ID, lang, status)
			}
		}
	}
}

// TestNoDeadLinks follows each link of the site from the front page on, as
// far as three clicks lead.
func TestNoDeadLinks(t *testing.T) {
	f := newFair()
	base := f.serve(t).URL
	seen := map[string]bool{"/": true}
	todo := []string{"/"}
	for depth := 0; depth < 3 && len(seen) < 400; depth++ {
		var next []string
		for _, path := range todo {
			res, body := get(t, base+path, "en")
			if res.StatusCode != 200 {
				t.Errorf("a link leads to %s: status %d", path, res.StatusCode)
				continue
			}
			doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			doc.Find("a[href], link[href]").Each(func(_ int, e *goquery.Selection) {
				h := attr(e, "href")
				u, err := url.Parse(h)
				if err != nil || u.Host != "" || h == "" || strings.HasPrefix(h, "#") {
					return
				}
				u.Fragment = ""
				if to := u.String(); !seen[to] && len(seen) < 400 {
					seen[to] = true
					if strings.HasPrefix(to, "/static/") {
						if res, _ := get(t, base+to, "en"); res.StatusCode != 200 {
							t.Errorf("%s: status %d", to, res.StatusCode)
						}
						return
					}
					next = append(next, to)
				}
			})
		}
		todo = next
	}
	if len(seen) < 50 {
		t.Errorf("only %d addresses were reached", len(seen))
	}
}

func TestLanguage(t *testing.T) {
	base := newFair().serve(t).URL
	for _, c := range []struct{ accept, cookie, param, want string }{
		{"bn-BD,bn;q=0.9,en;q=0.8", "", "", "bn"}, {"en-US,en;q=0.9", "", "", "en"}, {"", "", "", "bn"},
		{"en", "lang=bn", "", "bn"}, {"bn", "lang=en", "", "en"}, {"bn", "lang=xx", "", "bn"},
		{"bn", "", "en", "en"}, {"en", "lang=en", "bn", "bn"},
	} {
		target := base + "/"
		if c.param != "" {
			target += "?lang=" + c.param
		}
		res, body := get(t, target, c.accept, "Cookie", c.cookie)
		if !strings.Contains(body, `<html lang="`+c.want+`">`) || res.Header.Get("Content-Language") != c.want {
			t.Errorf("%+v gives another language: %s", c, res.Header.Get("Content-Language"))
		}
		set := res.Header.Get("Set-Cookie")
		if (set != "") != (c.param != "") {
			t.Errorf("%+v sets the cookie %q", c, set)
		}
		if c.param != "" && (!strings.Contains(set, "lang="+c.param) || !strings.Contains(set, "HttpOnly") || !strings.Contains(set, "SameSite=Lax") || !strings.Contains(set, "Max-Age=31536000")) {
			t.Errorf("the cookie is %q", set)
		}
		if vary := strings.Join(res.Header.Values("Vary"), ", "); !strings.Contains(vary, "Accept-Language") || !strings.Contains(vary, "Cookie") || !strings.Contains(vary, "Accept-Encoding") {
			t.Errorf("Vary is %q", vary)
		}
	}
	doc := open(t, base+"/?q=type&level=entry&utm_source=x&page=1", "bn", 200)
	to := attr(doc.Find(".top a[hreflang]"), "href")
	if to != "/?lang=en&level=entry&page=1&q=type" {
		t.Errorf("the switch leads to %s", to)
	}
	for query, status := range map[string]int{"lang=fr": 400, "lang=bn&lang=en": 400, "lang=": 200, "lang=&lang=en": 200} {
		if res, _ := get(t, base+"/?"+query, "bn"); res.StatusCode != status {
			t.Errorf("%s: status %d, want %d", query, res.StatusCode, status)
		}
	}
}

func TestHeaders(t *testing.T) {
	f := newFair()
	plain := f.serve(t).URL
	secure := f.serve(t, func(o *Options) { o.BaseURL = "https://kajkhoj.test/" }).URL
	style := attr(open(t, plain+"/", "bn", 200).Find("link[rel=stylesheet]"), "href")
	for _, path := range []string{"/", "/status", "/sites", "/sitemap.xml", "/status.rss", "/about", "/listing/" + f.listings[0].ID, "/none", "/?x=1", style, "/robots.txt", "/healthz", "/api/v1/listings"} {
		res, _ := get(t, plain+path, "bn")
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
			"X-Content-Type-Options":  "nosniff", "Referrer-Policy": "strict-origin-when-cross-origin",
			"Cross-Origin-Opener-Policy": "same-origin", "Strict-Transport-Security": "",
		} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		if !strings.Contains(res.Header.Get("Permissions-Policy"), "camera=()") {
			t.Errorf("%s: Permissions-Policy is %q", path, res.Header.Get("Permissions-Policy"))
		}
		if res, _ := get(t, secure+path, "bn"); res.Header.Get("Strict-Transport-Security") != "max-age=31536000" {
			// Other hosts of the domain are not the site's to decide upon.
			t.Errorf("%s over https has Strict-Transport-Security %q", path, res.Header.Get("Strict-Transport-Security"))
		}
	}
	res, _ := get(t, secure+"/?lang=bn", "bn")
	if !strings.Contains(res.Header.Get("Set-Cookie"), "Secure") {
		t.Errorf("over https the cookie is %q", res.Header.Get("Set-Cookie"))
	}
	if got := attr(open(t, secure+"/", "bn", 200).Find("link[rel=canonical]"), "href"); got != "https://kajkhoj.test/?lang=bn" {
		t.Errorf("the front page's canonical address is %s", got)
	}
}

func TestCaching(t *testing.T) {
	f := newFair()
	base := f.serve(t).URL
	res, body := get(t, base+"/", "bn")
	tag := res.Header.Get("ETag")
	if !strings.HasPrefix(tag, `W/"`) || res.Header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("a page has ETag %q and Cache-Control %q", tag, res.Header.Get("Cache-Control"))
	}
	for _, given := range []string{tag, `"x", ` + tag, strings.TrimPrefix(tag, "W/"), "*"} {
		if res, body := get(t, base+"/", "bn", "If-None-Match", given); res.StatusCode != 304 || body != "" {
			t.Errorf("If-None-Match %s: status %d, %d bytes", given, res.StatusCode, len(body))
		}
	}
	if res, _ := get(t, base+"/", "en", "If-None-Match", tag); res.StatusCode != 200 {
		t.Errorf("the other language with this one's tag: status %d", res.StatusCode)
	}
	if res, _ := get(t, base+"/none", "bn"); res.Header.Get("Cache-Control") != "no-store" || res.Header.Get("ETag") != "" {
		t.Errorf("a 404 has Cache-Control %q and ETag %q", res.Header.Get("Cache-Control"), res.Header.Get("ETag"))
	}
	head, none := request(t, http.MethodHead, base+"/", "Accept-Language", "bn", "Accept-Encoding", "identity")
	if head.StatusCode != 200 || none != "" || head.Header.Get("Content-Length") != strconv.Itoa(len(body)) || head.Header.Get("ETag") != tag {
		t.Errorf("HEAD: status %d, %d bytes, length %s, tag %s", head.StatusCode, len(none), head.Header.Get("Content-Length"), head.Header.Get("ETag"))
	}

	style := attr(open(t, base+"/", "bn", 200).Find("link[rel=stylesheet]"), "href")
	res, css := get(t, base+style, "bn")
	if res.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/css") || !strings.Contains(css, ".hit") {
		t.Errorf("%s: %v", style, res.Header)
	}
	for accept, packed := range map[string]bool{"gzip": true, "br, gzip;q=0.5": true, "*": true, "identity": false, "gzip;q=0": false, "gzip; q=0.0": false, "": false, "deflate": false} {
		for _, path := range []string{"/", style} {
			res, body := get(t, base+path, "bn", "Accept-Encoding", accept)
			if got := res.Header.Get("Content-Encoding") == "gzip"; got != packed {
				t.Errorf("%s with Accept-Encoding %q: packed is %v", path, accept, got)
			}
			if packed {
				z, err := gzip.NewReader(strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				raw, err := io.ReadAll(z)
				if err != nil || len(raw) == 0 {
					t.Errorf("%s does not unpack: %v", path, err)
				}
			}
		}
	}
}

// TestWeight holds a page of 20 hits and its style to 30 KB on the wire.
func TestWeight(t *testing.T) {
	base := newFair().serve(t).URL
	size := func(path, lang string) int {
		_, body := get(t, base+path, lang, "Accept-Encoding", "gzip")
		return len(body)
	}
	style := attr(open(t, base+"/", "bn", 200).Find("link[rel=stylesheet]"), "href")
	for _, lang := range bothLangs {
		doc := open(t, base+"/?level=entry", lang, 200)
		if n := doc.Find(".hit").Length(); n != market.PerPage {
			t.Fatalf("%d hits", n)
		}
		page, css := size("/?level=entry", lang), size(style, lang)
		t.Logf("%s: page %d bytes, style %d", lang, page, css)
		if page+css > 30<<10 {
			t.Errorf("%s: page and style weigh %d bytes", lang, page+css)
		}
	}
}

func TestMethodsAndLimits(t *testing.T) {
	f := newFair()
	base := f.serve(t).URL
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch} {
		for _, path := range []string{"/", "/status", "/about", "/robots.txt", "/listing/" + f.listings[0].ID} {
			res, _ := request(t, method, base+path, "Accept-Language", "en")
			if res.StatusCode != 405 || res.Header.Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: status %d, Allow %q", method, path, res.StatusCode, res.Header.Get("Allow"))
			}
		}
		if res, _ := request(t, method, base+"/nothing"); res.StatusCode != 404 {
			t.Errorf("%s /nothing: status %d", method, res.StatusCode)
		}
	}
	if len(f.asked) != 0 {
		t.Error("a refused method was searched for")
	}
	if res, body := get(t, base+"/?q="+strings.Repeat("x", longestAddress), "bn"); res.StatusCode != 414 || !strings.Contains(body, "ঠিকানাটি খুব লম্বা") {
		t.Errorf("a long address: status %d", res.StatusCode)
	}
	// The longest text that a query may have, in Bengali, fits.
	if res, _ := get(t, base+"/?q="+url.QueryEscape(strings.Repeat("ক", market.MaxText)), "bn"); res.StatusCode != 200 {
		t.Errorf("the longest text: status %d", res.StatusCode)
	}
}

// TestRobots: search engines get the pages that stand for themselves, and none
// of the endless addresses with a query string.
func TestRobots(t *testing.T) {
	f := newFair()
	_, body := get(t, f.serve(t).URL+"/robots.txt", "bn")
	// RFC 9309, 2.2.2 and 2.2.3, for rules without an Allow.
	var barred []*regexp.Regexp
	for line := range strings.Lines(body) {
		if rule, ok := strings.CutPrefix(strings.TrimSpace(line), "Disallow: "); ok {
			barred = append(barred, regexp.MustCompile("^"+strings.ReplaceAll(regexp.QuoteMeta(rule), `\*`, ".*")))
		}
	}
	if !strings.HasPrefix(body, "User-agent: *\n") {
		t.Errorf("the rules are not for all: %s", body)
	}
	for path, want := range map[string]bool{
		"/": true, "/status": true, "/about": true, "/listing/" + f.listings[0].ID: true, "/static/style.css": true,
		"/?q=typing": false, "/?": false, "/?lang=en": false, "/status?lang=en": false, "/listing/" + f.listings[0].ID + "?from=IN": false, "/api/v1/listings": false,
	} {
		if got := !slices.ContainsFunc(barred, func(r *regexp.Regexp) bool { return r.MatchString(path) }); got != want {
			t.Errorf("%s is open to search engines: %v, want %v", path, got, want)
		}
	}
}

func TestBadQueries(t *testing.T) {
	f := newFair()
	base := f.serve(t).URL
	for query, want := range map[string]string{
		"level=guru": "level", "english=some": "english", "stated=maybe": "stated", "category=magic": "category", "source=nowhere": "source",
		"pay=daily": "pay", "min=lots": "min", "min=-1": "min", "days=2": "days", "from=Bangladesh": "from", "warn=2": "warn", "sort=random": "sort",
		"page=0": "page", "page=51": "page", "level=entry&level=expert": "level", "q=" + strings.Repeat("x", 201): "q", "q=%ff": "q",
		"colour=red": "colour", "utm": "utm", "Q=typing": "Q",
	} {
		for _, lang := range bothLangs {
			doc := open(t, base+"/?"+query, lang, 400)
			if text := words(doc.Find("[role=alert]")); !strings.Contains(text, "“"+want+"”") {
				t.Errorf("%s: the page says %q", query, text)
			}
			if doc.Find(".hit").Length() != 0 {
				t.Errorf("%s has hits", query)
			}
			if doc.Find("#find").Length() != 1 {
				t.Errorf("%s has no form to mend it in", query)
			}
		}
	}
	// A query string that cannot be read is not read as another one.
	for _, path := range []string{"/?q=%zz", "/?q=typing&level=%", "/?q=a;b", "/status?%zz", "/about?lang=%z", "/listing/" + f.listings[0].ID + "?%zz=1", "/none?%zz"} {
		for lang, want := range map[string]string{"bn": "ঠিকানাটি পড়া যায় না", "en": "The address cannot be read"} {
			if got := words(open(t, base+path, lang, 400).Find("h1")); got != want {
				t.Errorf("%s says %q", path, got)
			}
		}
	}
	for _, field := range []string{"q", "min", "from"} {
		query := map[string]string{"q": "q=" + strings.Repeat("x", 201), "min": "min=lots", "from": "from=XX"}[field]
		e := open(t, base+"/?"+query, "en", 400).Find("#" + field)
		if attr(e, "aria-invalid") != "true" || !strings.Contains(attr(e, "aria-describedby"), field+"-error") {
			t.Errorf("the field %s is not marked", field)
		}
	}
	if got := attr(open(t, base+"/?min=%E0%A7%AB%E0%A7%A6+%E0%A6%9F%E0%A6%BE%E0%A6%95%E0%A6%BE", "bn", 400).Find("#min"), "value"); got != "৫০ টাকা" {
		t.Errorf("a minimum that is none is shown back as %q", got)
	}
	doc := open(t, base+"/?level=guru&q=typing&english=basic", "en", 400)
	if attr(doc.Find("#q"), "value") != "typing" || doc.Find(`[name=english][value=basic][checked]`).Length() != 1 {
		t.Error("what was right in the query is gone from the form")
	}
	if len(f.asked) != 0 {
		t.Error("a bad query was searched for")
	}
	for _, query := range []string{"utm_source=x&utm_medium=y&fbclid=1&gclid=2", "q=&level=&english=&category=&source=&pay=&min=&days=&warn=&sort=&page=", "stated=0"} {
		open(t, base+"/?"+query, "bn", 200)
	}
	for _, q := range f.asked {
		if want := (market.Query{From: "BD", Now: f.now}); fmt.Sprint(q) != fmt.Sprint(want) {
			t.Errorf("empty fields ask for %+v", q)
		}
	}
}

// TestForm holds the form to the query and the counts to the facets.
func TestForm(t *testing.T) {
	f := newFair()
	base := f.serve(t).URL
	bn, err := locale.Load("bn")
	if err != nil {
		t.Fatal(err)
	}
	query := "q=menus&level=entry&english=conversational&days=30&category=data-entry&category=admin&pay=fixed&source=tasklantern&min=50&warn=0&sort=pay"
	doc := open(t, base+"/?"+query, "bn", 200)
	asked := f.asked[0]
	found, err := f.Search(t.Context(), asked)
	if err != nil {
		t.Fatal(err)
	}
	if words(doc.Find("#total")) != bn.Int(found.Total)+"টি কাজ" {
		t.Errorf("the total is %q, not %d", words(doc.Find("#total")), found.Total)
	}
	for name, values := range map[string][]string{
		"level": {"", "entry", "intermediate", "expert"}, "english": {"", "basic", "conversational", "fluent", "native"}, "stated": {"1"},
		"category": {"data-entry", "admin"}, "pay": {"fixed", "hourly", "monthly", "yearly", "unstated"}, "days": {"1", "3", "7", "30", ""},
		"source": {"tasklantern"}, "warn": {"", "0", "1"},
	} {
		for _, v := range values {
			e := doc.Find(fmt.Sprintf("input[name=%s][value=%q]", name, v))
			if e.Length() != 1 {
				t.Errorf("%s=%s stands in the form %d times", name, v, e.Length())
				continue
			}
			if got, want := words(e.Parent().Find("small")), bn.Int(found.Facets[name][v]); got != want {
				t.Errorf("beside %s=%s stands %q, not %s", name, v, got, want)
			}
			_, on := e.Attr("checked")
			wanted := slices.Contains(mustValues(t, query)[name], v) || v == "" && mustValues(t, query)[name] == nil
			if on != wanted {
				t.Errorf("%s=%s is chosen: %v", name, v, on)
			}
		}
	}
	if got := words(doc.Find("#from option[selected]")); got != "বাংলাদেশ ("+bn.Int(found.Facets["from"]["BD"])+")" {
		t.Errorf("the country is %q", got)
	}
	if attr(doc.Find("#min"), "value") != "৫০" || attr(doc.Find("#q"), "value") != "menus" {
		t.Error("the text or the minimum is gone from the form")
	}
	if min := doc.Find("#min"); attr(min, "type") != "text" || attr(min, "inputmode") != "numeric" {
		t.Error("the minimum does not take Bengali digits: a field of numbers drops them")
	}
	for lang, want := range map[string]string{"bn": "১৫,০০০", "en": "15,000"} {
		doc := open(t, base+"/?min=%E0%A7%A7%E0%A7%AB%E0%A7%A6%E0%A7%A6%E0%A7%A6", lang, 200)
		if got := attr(doc.Find("#min"), "value"); got != want {
			t.Errorf("the minimum is shown back as %q, want %q", got, want)
		}
		before := len(f.asked)
		open(t, base+"/?min="+url.QueryEscape(want), lang, 200)
		if q := f.asked[before]; q.MinUSD != 15_000 {
			t.Errorf("%s asks for %d", want, q.MinUSD)
		}
	}
	// Submitting the form as it stands asks the same question.
	again := url.Values{}
	doc.Find("#find input, #find select option").Each(func(_ int, e *goquery.Selection) {
		switch {
		case e.Is("option"):
			if _, on := e.Attr("selected"); on {
				again.Add("from", attr(e, "value"))
			}
		case attr(e, "type") == "radio" || attr(e, "type") == "checkbox":
			if _, on := e.Attr("checked"); on {
				again.Add(attr(e, "name"), attr(e, "value"))
			}
		default:
			again.Add(attr(e, "name"), attr(e, "value"))
		}
	})
	open(t, base+"/?"+again.Encode(), "bn", 200)
	if got := f.asked[len(f.asked)-1]; fmt.Sprint(got) != fmt.Sprint(asked) {
		t.Errorf("the form asks\n%+v\nwhere the page answered\n%+v", got, asked)
	}

	// Each chip takes one filter off.
	chips := doc.Find(".chips a:not(.all)")
	if chips.Length() != 10 {
		t.Errorf("%d chips: %s", chips.Length(), words(chips))
	}
	chips.Each(func(_ int, e *goquery.Selection) {
		u, err := url.Parse(attr(e, "href"))
		if err != nil {
			t.Fatal(err)
		}
		q, bad := market.ParseQuery(u.Query(), f.now, nil)
		if len(bad) > 0 {
			t.Errorf("the chip %q leads to %s", words(e), u)
		}
		if n, all := filters(q), filters(asked); n != all-1 {
			t.Errorf("the chip %q leads from %d filters to %d", words(e), all, n)
		}
	})
	if doc := open(t, base+"/", "bn", 200); doc.Find(".chips").Length() != 0 {
		t.Error("the front page has chips")
	}
}

func mustValues(t testing.TB, query string) url.Values {
	t.Helper()
	v, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// filters counts what narrows a query, words aside.
func filters(q market.Query) int {
	n := len(q.Categories) + len(q.Sources) + len(q.Pays)
	for _, on := range []bool{q.Level != "", q.English != "", q.Stated, q.MinUSD > 0, q.Days > 0, q.From != "", q.Warn != ""} {
		if on {
			n++
		}
	}
	return n
}

// TestSortThatComesByItself: a search for words that begins on a page sorted
// by age comes in the order of words, unless age was asked for.
func TestSortThatComesByItself(t *testing.T) {
	base := newFair().serve(t).URL
	for query, want := range map[string]string{"": "", "q=typing": "", "sort=new": "new", "q=typing&sort=new": "new", "q=typing&sort=pay": "pay"} {
		got := attr(open(t, base+"/?"+query, "en", 200).Find("[name=sort][checked]"), "value")
		if got != want {
			t.Errorf("%q sends sort=%q on", query, got)
		}
	}
}

func TestHit(t *testing.T) {
	f := newFair()
	f.listings[0].Title = "বাংলা শিরোনাম & <b>Google</b>"
	base := f.serve(t, func(o *Options) {
		o.Search = canned{search.Page{Hits: f.listings[:14], Total: 14}}
	}).URL
	bn := open(t, base+"/", "bn", 200)
	en := open(t, base+"/", "en", 200)
	for _, c := range []struct {
		doc  *goquery.Document
		hit  int
		want []string
		none []string
	}{
		{bn, 0, []string{"Gigboard", "৩ ঘণ্টা আগে", "৩টি সাইটে দেখা", "$60", "পুরো কাজ", "(প্রায় ৭,৩০০ টাকা)", "নতুন লেখা আছে No experience is needed", "অল্প অনুমান", "ফ্রি কাজ চাইছে – Do the first 50 forms as an unpaid test"}, nil},
		{en, 0, []string{"3 hours ago", "seen on 3 sites", "(about Tk 7,300)", "Entry stated No experience is needed", "Basic estimated", "asks for free trial work"}, nil},
		{bn, 2, []string{"৮,০০০ টাকা", "ইংরেজি লেখা নেই"}, []string{"প্রায়", "সাইটে দেখা"}},
		{en, 2, []string{"Tk 8,000 whole job", "English not stated"}, []string{"about"}},
		{en, 3, []string{"$8–12 an hour", "Level not stated"}, nil},
		{en, 7, []string{"pay not stated", "wants money before work: Pay the refundable ID fee of $12"}, nil},
		{en, 12, []string{"Pay as written: negotiable, tell us your rate"}, nil},
		{bn, 11, []string{"€15–25"}, nil},
	} {
		text := words(c.doc.Find(".hit").Eq(c.hit))
		for _, w := range c.want {
			if !strings.Contains(text, w) {
				t.Errorf("hit %d lacks %q: %s", c.hit, w, text)
			}
		}
		for _, w := range c.none {
			if strings.Contains(text, w) {
				t.Errorf("hit %d has %q: %s", c.hit, w, text)
			}
		}
	}
	for _, c := range []struct {
		doc  *goquery.Document
		sel  string
		hit  int
		want string
	}{
		{bn, "h2 a", 0, ""}, {en, "h2 a", 0, "bn"}, {bn, "h2 a", 1, "en"}, {en, "h2 a", 1, ""}, {en, "h2 a", 2, "bn"},
		{bn, ".said q", 0, "en"}, {en, ".said q", 2, "bn"}, {bn, ".said q", 2, ""}, {bn, ".meta span span", 1, "en"},
	} {
		if got := attr(c.doc.Find(".hit").Eq(c.hit).Find(c.sel).First(), "lang"); got != c.want {
			t.Errorf("%s of hit %d is marked as %q, want %q", c.sel, c.hit, got, c.want)
		}
	}
	if got := attr(en.Find(".hit").First().Find("time"), "datetime"); got != "2026-11-24T05:00Z" {
		t.Errorf("the first hit's time is %s", got)
	}
	if got := words(en.Find(".hit").First().Find("h2 a")); got != "বাংলা শিরোনাম & <b>Google</b>" {
		t.Errorf("the title reads %q", got)
	}
}

func TestHighlight(t *testing.T) {
	f := newFair()
	f.listings[0].Title = "Type <i> forms"
	mark := func(text string, w search.Words) []search.Segment {
		return []search.Segment{{Text: text[:5]}, {Text: text[5:], Mark: true}}
	}
	page := search.Page{Hits: f.listings[:1], Total: 1, Words: search.Words{Must: []search.Term{{Word: "forms"}}}}
	doc := open(t, f.serve(t, func(o *Options) { o.Search, o.Highlight = canned{page}, mark }).URL+"/?q=forms", "en", 200)
	if got, err := doc.Find(".hit h2 a").Html(); err != nil || got != "Type <mark>&lt;i&gt; forms</mark>" {
		t.Errorf("the title is %s, %v", got, err)
	}
}

// TestHostile puts markup and script addresses wherever a site's words go.
func TestHostile(t *testing.T) {
	f := newFair()
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)> {{.Q}} '`
	script := "javascript:alert(1)//https://x"
	for i := range f.specs {
		f.specs[i].Title = "S" + evil
		f.specs[i].Home = script
		f.specs[i].Why, f.specs[i].Needs = evil, evil
		f.specs[i].Terms.Attribution, f.specs[i].Terms.AttributionURL = evil, script
	}
	quote := market.Evidence{Field: "description", Quote: evil}
	l := &f.listings[0]
	*l = market.Listing{ID: l.ID, Group: l.ID, Source: l.Source, URL: script, Title: evil, Company: evil, Description: "Text " + evil + "\n• " + evil, Lang: `en" onload="x`,
		Skills: []string{evil}, Category: "design", FirstSeenAt: f.now, PostedAt: f.now,
		Pay:      market.Pay{Text: evil, Evidence: &quote},
		Level:    market.Label[market.Level]{Value: market.Entry, Basis: market.BasisSite, Evidence: []market.Evidence{{Field: evil, Quote: evil}, {Field: "title", Quote: evil}, {Field: "skills", Quote: evil}}},
		English:  market.Label[market.English]{Value: market.Basic, Basis: market.BasisEstimate, Evidence: []market.Evidence{quote}},
		Apply:    market.Apply{Where: market.WhereWorldwide, Basis: market.BasisText, Evidence: []market.Evidence{quote}},
		Warnings: []market.Warning{{Kind: market.WarnFee, Evidence: quote}},
		AlsoOn:   []market.Copy{{ID: "x", Source: evil, URL: script}},
	}
	f.dropped = []string{evil}
	base := f.serve(t, func(o *Options) { o.SkillName = func(s string) string { return s } }).URL
	closed := *l
	closed.ID, closed.ClosedAt = market.ListingID("a", "closed"), f.now
	f.listings = append(f.listings, closed)
	for _, lang := range bothLangs {
		for path, status := range map[string]int{
			"/": 200, "/?q=" + url.QueryEscape(evil): 200, "/listing/" + l.ID: 200, "/listing/" + closed.ID: 410, "/status": 200, "/?x" + url.QueryEscape(evil) + "=1": 400, "/?level=" + url.QueryEscape(evil): 400,
			"/" + url.PathEscape(evil): 404, "/about?" + url.QueryEscape(evil) + "=": 400,
		} {
			doc := open(t, base+path, lang, status)
			if n := doc.Find("script, img, [onerror], [onload], [src]").Length(); n != 0 {
				t.Errorf("%s: %d elements of the hostile text are alive", path, n)
			}
			raw, err := doc.Html()
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(raw, "href=\"javascript:") {
				t.Errorf("%s has a link to a script", path)
			}
		}
	}
	doc := open(t, base+"/listing/"+l.ID, "en", 200)
	if got := words(doc.Find("h1")); got != strings.Join(strings.Fields(evil), " ") {
		t.Errorf("the title reads %q", got)
	}
	if doc.Find("a.btn").Length() != 0 || !strings.Contains(words(doc.Find("main")), "cannot be opened") {
		t.Error("an original's address that is no web address is linked, or its lack not said")
	}
}

func TestListing(t *testing.T) {
	f := newFair()
	base := f.serve(t).URL
	doc := open(t, base+"/listing/"+f.listings[0].ID, "en", 200)
	for _, kind := range []string{"level", "from", "pay", "warn"} {
		mark, fact := doc.Find("mark#q-"+kind), doc.Find("#f-"+kind)
		if mark.Length() != 1 || fact.Length() != 1 {
			t.Errorf("%s: %d marks, %d facts", kind, mark.Length(), fact.Length())
			continue
		}
		if fact.Find(`a[href="#q-`+kind+`"] q`).Text() != mark.Text() {
			t.Errorf("the fact %s does not link to its words", kind)
		}
		if doc.Find(`.text a[href="#f-`+kind+`"]`).Length() != 1 {
			t.Errorf("the words of %s do not link to the fact", kind)
		}
	}
	if got := doc.Find("mark#q-level").Text(); got != "No experience is needed" {
		t.Errorf("marked is %q", got)
	}
	if doc.Find(".text p").Length() != 5 || doc.Find(".text li").Length() != 3 {
		t.Errorf("the text has %d paragraphs and %d items", doc.Find(".text p").Length(), doc.Find(".text li").Length())
	}
	for sel, want := range map[string]string{
		"#f-level": "Skill level Entry stated No experience is needed", "#f-english": "Required English Basic estimated You can read a brief",
		"#f-from": "Applying from Bangladesh Possible stated open to people in any country Worldwide: from any country.",
		"#f-pay":  "Pay $60 whole job stated $60 for the whole job That is about Tk 7,300 at the rate of 23 November 2026 ($1 = Tk 122.40).",
		"#also":   "The same work on 2 more sites Open Desk Remote Ferry", ".side a.btn": "Open the original on Gigboard",
		"#f-warn": "Take care: asks for free trial work Do the first 50 forms as an unpaid test Give a small sample only.",
	} {
		if got := words(doc.Find(sel)); !strings.HasPrefix(got, want) {
			t.Errorf("%s reads %q", sel, got)
		}
	}
	text := words(doc.Find("article"))
	for _, want := range []string{"Posted 24 November 2026, 11:00 3 hours ago", "First seen here 24 November 2026, 11:30", "Found on Gigboard"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q: %s", want, text)
		}
	}
	if got := words(doc.Find("#f-from + div")); !strings.HasPrefix(got, "Pay") {
		t.Errorf("after the country comes %q", got)
	}
	if n := doc.Find("#similar ~ .hits .hit").Length(); n != 3 {
		t.Errorf("%d similar listings", n)
	}
	doc.Find("#similar ~ .hits .hit h3 a").Each(func(_ int, e *goquery.Selection) {
		if attr(e, "href") == "/listing/"+f.listings[0].ID {
			t.Error("a listing is similar to itself")
		}
	})
	no := open(t, base+"/listing/"+f.listings[10].ID, "bn", 200)
	if got := words(no.Find("#f-from")); !strings.HasPrefix(got, "বাংলাদেশ থেকে আবেদন যাবে না লেখা আছে") || !strings.Contains(got, "আরও ৩টি দেশ") || !strings.Contains(got, "নেদারল্যান্ডস") {
		t.Errorf("a listing for Europe says %q", got)
	}
	unsaid := open(t, base+"/listing/"+f.listings[3].ID, "bn", 200)
	if got := words(unsaid.Find("#f-from")); got != "বাংলাদেশ থেকে আবেদন লেখা নেই" {
		t.Errorf("a listing without a country says %q", got)
	}
	if got := words(unsaid.Find("#f-level")); got != "দক্ষতার পর্যায় লেখা নেই" {
		t.Errorf("a listing without a level says %q", got)
	}
	site := open(t, base+"/listing/"+f.listings[5].ID, "en", 200)
	if got := words(site.Find("#f-level")); !strings.Contains(got, "The site’s field “seniority” says Entry level") {
		t.Errorf("a level from a site's field says %q", got)
	}
}

// TestListingForAnotherCountry: who searches from another country is told of
// that country on the listings' own pages too.
func TestListingForAnotherCountry(t *testing.T) {
	f := newFair()
	base := f.serve(t).URL
	europe := "/listing/" + f.listings[10].ID
	for query, want := range map[string]string{"": "Applying from Bangladesh Not possible stated", "?from=": "Applying from Bangladesh Not possible stated", "?from=DE": "Applying from Germany Possible stated", "?from=IN": "Applying from India Not possible stated"} {
		if got := words(open(t, base+europe+query, "en", 200).Find("#f-from")); !strings.HasPrefix(got, want) {
			t.Errorf("%q: it says %q", query, got)
		}
	}
	if got := words(open(t, base+europe+"?from=XX", "en", 400).Find("main")); !strings.Contains(got, "“from” does not take “XX”") {
		t.Errorf("a country that is none: %s", got)
	}
	for query, want := range map[string]string{"/?q=engineer&from=DE": "?from=DE", "/?q=engineer&from=": "", "/?from=BD": ""} {
		links := open(t, base+query, "en", 200).Find(".hit h2 a")
		if links.Length() == 0 {
			t.Errorf("%s finds nothing", query)
		}
		links.Each(func(_ int, e *goquery.Selection) {
			if u, err := url.Parse(attr(e, "href")); err != nil || strings.TrimPrefix(u.String(), u.Path) != want {
				t.Errorf("%s links to %s, want %q behind it", query, attr(e, "href"), want)
			}
		})
	}
	if got := attr(open(t, base+"/?from=IN", "en", 200).Find(`.hit .meta a[href*="#also"]`), "href"); !strings.HasSuffix(got, "?from=IN#also") {
		t.Errorf("the link to the copies leads to %s", got)
	}
	doc := open(t, base+"/listing/"+f.listings[0].ID+"?from=IN", "en", 200)
	if got := attr(doc.Find("#similar ~ .hits h3 a"), "href"); !strings.HasSuffix(got, "?from=IN") {
		t.Errorf("a similar listing stands at %s", got)
	}
	if got := attr(doc.Find(`dl.facts a[href^="/?"]`), "href"); !strings.Contains(got, "from=IN") {
		t.Errorf("the kind of work leads to %s", got)
	}
	if f.asked[len(f.asked)-1].From != "IN" {
		t.Errorf("similar ones are sought for %q", f.asked[len(f.asked)-1].From)
	}
	if got := attr(doc.Find("link[rel=canonical]"), "href"); got != "http://kajkhoj.test/listing/"+f.listings[0].ID {
		t.Errorf("the canonical address is %s", got)
	}
}

// TestTerms: what a site's terms ask for is what its listings' pages do.
func TestTerms(t *testing.T) {
	f := newFair()
	base := f.serve(t).URL
	gig, ferry, desk := &f.specs[1], &f.specs[3], &f.specs[2]
	if gig.Name != "gigboard" || ferry.Name != "remoteferry" || desk.Name != "opendesk" {
		t.Fatal("the fair has moved")
	}
	full := open(t, base+"/listing/"+f.listings[0].ID, "en", 200)
	if full.Find("meta[name=robots]").Length() != 0 || attr(full.Find("link[rel=canonical]"), "href") != "http://kajkhoj.test/listing/"+f.listings[0].ID {
		t.Error("a listing that may be indexed says not to, or has no canonical address")
	}
	if attr(full.Find(".side a.btn"), "rel") != "nofollow noopener" || attr(full.Find("a.go"), "rel") != "nofollow noopener" {
		t.Error("links to a site that does not ask for followed ones are followed")
	}
	part := open(t, base+"/listing/"+f.listings[1].ID, "en", 200)
	text := strings.TrimSpace(part.Find(".text").Text())
	if n := len([]rune(text)); n > excerptLength+60 || n < excerptLength/2 || !strings.Contains(text, "…") {
		t.Errorf("the excerpt has %d characters: %s", n, text)
	}
	if attr(part.Find("meta[name=robots]"), "content") != "noindex" || part.Find("link[rel=canonical]").Length() != 0 {
		t.Error("a listing that may not be indexed does not say so")
	}
	if !strings.Contains(words(part.Find("article")), "Only the beginning is shown, as the terms of Remote Ferry ask") {
		t.Error("an excerpt does not say that it is one")
	}
	followed := open(t, base+"/listing/"+f.listings[3].ID, "en", 200)
	if attr(followed.Find(".side a.btn"), "rel") != "noopener" || attr(followed.Find("a.go"), "rel") != "noopener" {
		t.Error("links to a site that asks for followed ones are not followed")
	}
	desk.Terms.AttributionURL = "https://opendesk.example/"
	base = f.serve(t).URL
	if got := attr(open(t, base+"/listing/"+f.listings[3].ID, "en", 200).Find("a.go"), "href"); got != "https://opendesk.example/" {
		t.Errorf("the attribution leads to %s", got)
	}
	// A listing of a source that is no longer known shows as little as can be.
	f.listings[0].Source = "gone"
	left := open(t, base+"/listing/"+f.listings[0].ID, "en", 200)
	if len([]rune(left.Find(".text").Text())) > excerptLength+100 || left.Find("meta[name=robots]").Length() != 1 {
		t.Error("a listing of an unknown source is shown whole or indexed")
	}
}

func TestClosed(t *testing.T) {
	f := newFair()
	base := f.serve(t).URL
	path := "/listing/" + market.ListingID("gigboard", "gone")
	doc := open(t, base+path, "en", 410)
	if attr(doc.Find("meta[name=robots]"), "content") != "noindex" {
		t.Error("a closed listing may be indexed")
	}
	if got := words(doc.Find("#closed ~ p")); got != "On 24 November 2026, 9:10 it was no longer offered on Gigboard. If it comes back, this page opens again." {
		t.Errorf("it says %q", got)
	}
	if n := doc.Find(".hits .hit").Length(); n != 3 {
		t.Errorf("it offers %d similar ones", n)
	}
	if doc.Find("a.btn").Length() != 0 {
		t.Error("it sends people to an original that is gone")
	}
	l := &f.listings[len(f.listings)-1]
	whole := *l
	if said := doc.Find("details dl.facts"); said.Length() == 0 {
		t.Error("what it said is kept, but not shown")
	}
	// When its text may be kept no longer, its title and similar ones are left.
	for lang, want := range map[string]string{"en": "What it said is no longer kept here.", "bn": "এতে কী লেখা ছিল, তা এখানে আর রাখা নেই।"} {
		*l = whole.WithoutText()
		doc = open(t, base+path, lang, 410)
		if got := words(doc.Find("#closed ~ p").Last()); got != want {
			t.Errorf("%s: it says %q", lang, got)
		}
		if doc.Find("main details, main dl.facts, main .text").Length() != 0 || doc.Find(".hits .hit").Length() != 3 || !strings.Contains(words(doc.Find("h1")), l.Title) {
			t.Errorf("%s: without its text it shows %s", lang, words(doc.Find("main")))
		}
	}
	*l = whole
	l.ClosedAt = time.Time{}
	open(t, base+path, "en", 200)
}

func TestBack(t *testing.T) {
	f := newFair()
	base := f.serve(t).URL
	host := strings.TrimPrefix(base, "http://")
	for referer, want := range map[string]string{
		"": "/", base + "/": "/", base + "/?q=typing&page=2": "/?page=2&q=typing", "https://elsewhere.example/?q=x": "/", base + "/status?x": "/",
		"javascript:alert(1)": "/", "http://" + host + "/?q=%22%3E%3Cscript%3E": "/?q=%22%3E%3Cscript%3E",
	} {
		_, body := get(t, base+"/listing/"+f.listings[0].ID, "en", "Referer", referer)
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if got := attr(doc.Find("main .links a").First(), "href"); got != want {
			t.Errorf("from %q the way back is %q, want %q", referer, got, want)
		}
	}
}

func TestKeptAndStated(t *testing.T) {
	f := newFair()
	base := f.serve(t).URL
	doc := open(t, base+"/?level=entry", "en", 200)
	found, err := f.Search(t.Context(), f.asked[0])
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("%d estimated, %d not stated: all kept.", found.Facets["kept"]["estimate"], found.Facets["kept"]["none"])
	if got := words(doc.Find("#kept")); got != want || found.Facets["kept"]["estimate"] == 0 || found.Facets["kept"]["none"] == 0 {
		t.Errorf("it says %q, want %q", got, want)
	}
	v, err := newView(locale.English, newSites(f.specs).title)
	if err != nil {
		t.Fatal(err)
	}
	bn, err := newView(locale.Bengali, newSites(f.specs).title)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		estimate, none int
		en, bn         string
	}{
		{3, 74, "3 estimated, 74 not stated: all kept.", "অনুমান ৩টি, লেখা নেই ৭৪টি: রাখা আছে।"},
		{0, 74, "74 not stated: kept too.", "লেখা নেই ৭৪টি: রাখা আছে।"},
		{3, 0, "3 estimated: kept too.", "অনুমান ৩টি: রাখা আছে।"},
		{0, 0, "", ""},
	} {
		p := search.Page{Facets: market.Facets{"kept": {"estimate": c.estimate, "none": c.none, "stated": 1}}}
		if got := [2]string{kept(v, market.Query{}, p), kept(bn, market.Query{}, p)}; got != [2]string{c.en, c.bn} {
			t.Errorf("%d estimated, %d not stated: %q", c.estimate, c.none, got)
		}
	}
	if attr(doc.Find("[name=stated]"), "aria-describedby") != "kept" {
		t.Error("the switch is not described by the line")
	}
	if got := words(open(t, base+"/?level=entry&stated=1", "en", 200).Find("#kept")); !strings.Contains(got, "Only what listings state") {
		t.Errorf("with stated=1 it says %q", got)
	}
}

func TestPaging(t *testing.T) {
	f := newFair()
	base := f.serve(t).URL
	for query, want := range map[string]string{
		"": "1 2 3 … 6 next", "page=1": "1 2 3 … 6 next", "page=2": "prev 1 2 3 … 6 next", "page=4": "prev 1 … 3 4 5 6 next", "page=6": "prev 1 … 5 6", "page=40": "1 … 6", "q=menus": "",
	} {
		doc := open(t, base+"/?"+query, "en", 200)
		var got []string
		doc.Find(".pages > *").Each(func(_ int, e *goquery.Selection) {
			switch {
			case attr(e, "rel") == "next":
				got = append(got, "next")
			case attr(e, "rel") == "prev":
				got = append(got, "prev")
			default:
				got = append(got, strings.TrimPrefix(words(e), "Page "))
			}
		})
		if strings.Join(got, " ") != want {
			t.Errorf("%q has the pages %q, want %q", query, strings.Join(got, " "), want)
		}
	}
	past := open(t, base+"/?page=40&level=entry", "en", 200)
	if words(past.Find("#total")) != "There is nothing on this page" || attr(past.Find("#nothing a.btn"), "href") != "/?level=entry" {
		t.Errorf("past the end it says %q", words(past.Find("#results")))
	}
	// The depth is stated where it ends.
	deep := f.serve(t, func(o *Options) { o.Search = canned{search.Page{Hits: f.listings[:20], Total: 12345}} }).URL
	last := open(t, deep+"/?page=50", "bn", 200)
	if !strings.Contains(words(last.Find("#results")), "প্রথম ১,০০০টি কাজ পর্যন্ত দেখা যায়") || last.Find("[rel=next]").Length() != 0 {
		t.Error("the last page that can be reached does not say so")
	}
	if strings.Contains(words(open(t, deep+"/?page=49", "bn", 200).Find("#results")), "প্রথম ১,০০০টি") {
		t.Error("a page before the last speaks of the depth")
	}
}

func TestNothingFound(t *testing.T) {
	f := newFair()
	base := f.serve(t).URL
	doc := open(t, base+"/?q=menus&pay=monthly&source=tasklantern", "en", 200)
	if words(doc.Find("#total")) != "Nothing found" {
		t.Errorf("it says %q", words(doc.Find("#total")))
	}
	loose := doc.Find("#nothing .btns a")
	if loose.Length() == 0 {
		t.Fatal("nothing is offered")
	}
	loose.Each(func(_ int, e *goquery.Selection) {
		there := open(t, base+attr(e, "href"), "en", 200)
		text := words(e)
		if n := text[strings.LastIndex(text, " ")+1:]; !strings.HasPrefix(words(there.Find("#total")), n+" listing") {
			t.Errorf("%q leads to %q", text, words(there.Find("#total")))
		}
	})
	if got := words(loose.First()); got != "Without “Monthly”: 9" {
		t.Errorf("offered first is %q", got)
	}
	asked := len(f.asked)
	several := open(t, base+"/?q=menus&pay=monthly&source=gigboard&level=expert&days=1&stated=1&category=legal&min=500&warn=1", "en", 200)
	if n := len(f.asked) - asked; n > 9 {
		t.Errorf("%d searches were made for hints", n)
	}
	if got := words(several.Find("#nothing .btns a")); got != "Without any filter: 9" {
		t.Errorf("where no single filter is to blame it offers %q", got)
	}
	if got := words(open(t, base+"/?days=1&category=translation", "bn", 200).Find("#nothing")); !strings.Contains(got, "গত ২৪ ঘণ্টা-এর বদলে গত ৩ দিন: ২টি") {
		t.Errorf("for age it offers %q", got)
	}
}

func TestDroppedAndOffered(t *testing.T) {
	f := newFair()
	page := search.Page{Hits: f.listings[:4], Total: 4, Facets: market.Facets{}, Dropped: []string{"zebra", "খাতা"}, Words: search.Words{Level: market.Entry, English: market.Basic}}
	base := f.serve(t, func(o *Options) { o.Search = canned{page} }).URL
	doc := open(t, base+"/?q=typing+zebra", "bn", 200)
	if got := words(doc.Find("#results .note")); got != "zebra ও খাতা মিলিয়ে যথেষ্ট কাজ নেই, তাই বাদ দিয়ে খোঁজা হয়েছে।" {
		t.Errorf("it says %q", got)
	}
	if doc.Find(`#results .links a[href="/?level=entry&q=typing+zebra"]`).Length() != 1 || doc.Find(`#results .links a[href="/?english=basic&q=typing+zebra"]`).Length() != 1 {
		t.Error("what the words may have meant is not offered")
	}
	if open(t, base+"/?q=typing&level=expert&english=native", "bn", 200).Find(`#results p.links:not(.small)`).Length() != 0 {
		t.Error("a filter is offered in place of the one chosen")
	}
}

func TestDegraded(t *testing.T) {
	f := newFair()
	f.degraded = true
	base := f.serve(t).URL
	for lang, want := range map[string]string{"bn": "সার্চে সমস্যা। এখন শুধু ফিল্টার চলবে।", "en": "Search trouble. Only filters work for now."} {
		doc := open(t, base+"/?level=entry", lang, 200)
		if got := words(doc.Find("[role=status] h2")); got != want {
			t.Errorf("it says %q", got)
		}
		if doc.Find(".hit").Length() == 0 || doc.Find("#find small").Length() != 0 {
			t.Error("without an engine there are no hits, or there are counts")
		}
		if doc.Find("[name=category]").Length() != len(market.Categories) || doc.Find("[name=source]").Length() != 6 {
			t.Error("without counts not all choices are offered")
		}
	}
	f.atLeast = true
	for lang, want := range map[string]string{"bn": "কমপক্ষে ১২০টি কাজ", "en": "At least 120 listings"} {
		if got := words(open(t, base+"/?from=", lang, 200).Find("#total")); got != want {
			t.Errorf("where the store stopped looking it says %q, want %q", got, want)
		}
	}
	before := len(f.asked)
	if got := words(open(t, base+"/?q=nosuchword&level=entry&days=1&warn=1", "en", 200).Find("#nothing")); len(f.asked) != before+1 || got == "" {
		t.Errorf("a page with no hits costs the store %d searches and says %q", len(f.asked)-before, got)
	}
}

func TestFirstRun(t *testing.T) {
	f := newFair()
	f.firstRun()
	base := f.serve(t).URL
	doc := open(t, base+"/", "bn", 200)
	if words(doc.Find("#total")) != "প্রথমবার কাজ আনা হচ্ছে" {
		t.Errorf("it says %q", words(doc.Find("#total")))
	}
	if p := doc.Find("progress"); attr(p, "value") != "2" || attr(p, "max") != "6" {
		t.Errorf("progress is %s of %s", attr(p, "value"), attr(p, "max"))
	}
	text := words(doc.Find("#results"))
	for _, want := range []string{"৬টি সাইটের ২টি শেষ, ০টি কাজ", "Kaaj Haat: ০টি", "Gigboard: চলছে", "Remote Ferry: এর পরে", "Founders Thread: সাড়া নেই, আবার দুপুর ২:৩০"} {
		if !strings.Contains(text, want) {
			t.Errorf("the first run lacks %q: %s", want, text)
		}
	}
	if strings.Contains(text, "Pixel") {
		t.Error("a site that is off is waited for")
	}

	// No network at all: nothing is coming, and the page says so.
	for i := range f.states {
		if st := &f.states[i]; st.Enabled {
			r := run(st.Name, market.RunUnreachable, 0, f.now)
			*st = market.SourceState{Name: st.Name, Enabled: true, Last: &r, Recent: []market.RunRecord{r}, NextAt: f.now.Add(time.Hour)}
		}
	}
	base = f.serve(t).URL
	if got := words(open(t, base+"/", "en", 200).Find("#total")); got != "No listings yet" {
		t.Errorf("without a network it says %q", got)
	}

	// Listings are there, the index is behind.
	whole := newFair()
	base = whole.serve(t, func(o *Options) { o.Search = canned{search.Page{Facets: market.Facets{}}} }).URL
	if got := words(open(t, base+"/", "en", 200).Find("#total")); got != "Listings are being made searchable" {
		t.Errorf("before indexing it says %q", got)
	}
	if got := words(open(t, base+"/?level=entry", "en", 200).Find("#total")); got != "Nothing found" {
		t.Errorf("with a filter it says %q", got)
	}

	// Some sites are done, some still to come: hits, with a note above.
	whole.states[1].Last, whole.states[1].LastOK, whole.states[1].Recent = nil, nil, nil
	whole.states[1].RunningSince = whole.now
	doc = open(t, whole.serve(t).URL+"/", "en", 200)
	if words(doc.Find("#h-first")) != "Collecting for the first time" || doc.Find(".hit").Length() != market.PerPage || attr(doc.Find("progress"), "value") != "5" {
		t.Error("while sites are still to come there are no hits or no note")
	}
	if open(t, newFair().serve(t).URL+"/", "en", 200).Find("progress").Length() != 0 {
		t.Error("after the first collection the note is still there")
	}
}

func TestStatus(t *testing.T) {
	f := newFair()
	f.trouble()
	f.index.Behind = 1700
	base := f.serve(t).URL
	doc := open(t, base+"/status", "en", 200)
	for name, want := range map[string][2]string{
		"kaajhaat": {"state", "Healthy"}, "gigboard": {"state slow", "Late"}, "opendesk": {"state slow", "Thin"}, "remoteferry": {"state", "Healthy"},
		"tasklantern": {"state down", "No answer"}, "foundersthread": {"state down", "Blocked"}, "pixelbazaar": {"state off", "Off by terms"}, "nightshift": {"state off", "Switched off"},
	} {
		row := doc.Find("#" + name).Closest("li")
		if got := row.Find(".state"); attr(got, "class") != want[0] || words(got) != want[1] {
			t.Errorf("%s is %q (%s), want %q", name, words(got), attr(got, "class"), want[1])
		}
	}
	text := words(doc.Find("main"))
	for _, want := range []string{"Sites: 8. Healthy 2; late, thin or changed 2; giving nothing 2; waiting for the first run 0; switched off 2.", "Was due: 12:40", "The site refuses to be read (403)", "12:10, answer 403",
		"Its terms ask for written permission.", "To run, it needs: KAJKHOJ_NIGHTSHIFT_KEY", "running now", "SearchLate121 listings, changes still to take in: 1,700", "24 November 2026, 14:10"} {
		if !strings.Contains(text, want) {
			t.Errorf("the status lacks %q: %s", want, text)
		}
	}
	spark := doc.Find("#foundersthread").Closest("li").Find("svg")
	if attr(spark, "role") != "img" || !strings.HasPrefix(attr(spark, "aria-label"), "Listings in the last 14 runs: least 0, most") || spark.Find("path.z").Length() != 1 {
		t.Errorf("the sparkline is %q", attr(spark, "aria-label"))
	}
	late := words(open(t, base+"/", "en", 200).Find("#results > p.small"))
	if !strings.Contains(late, "Listings from 4 sites are late") {
		t.Errorf("the results say %q", late)
	}
	one := newFair()
	one.states[1].NextAt = one.now.Add(-time.Hour)
	if got := words(open(t, one.serve(t).URL+"/", "bn", 200).Find("#results > p.small")); !strings.Contains(got, "Gigboard থেকে কাজ আসতে দেরি হচ্ছে") {
		t.Errorf("with one late site the results say %q", got)
	}
	f.indexErr = errors.New("gone")
	if got := words(open(t, base+"/status", "en", 200).Find("#self").Parent()); !strings.Contains(got, "Search trouble") {
		t.Errorf("without an index the status says %q", got)
	}
}

func TestFailures(t *testing.T) {
	f := newFair()
	base := f.serve(t).URL
	path := "/listing/" + f.listings[0].ID
	away := func(path string) {
		t.Helper()
		for lang, want := range map[string]string{"bn": "তথ্য এখন পড়া যাচ্ছে না", "en": "The listings cannot be read at the moment"} {
			res, _ := get(t, base+path, lang)
			if res.StatusCode != 503 || res.Header.Get("Retry-After") == "" || res.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s without a store: status %d, headers %v", path, res.StatusCode, res.Header)
			}
			if got := words(open(t, base+path, lang, 503).Find("h1")); got != want {
				t.Errorf("%s without a store says %q", path, got)
			}
		}
	}
	f.searchErr = errors.New("no disk")
	away("/")
	open(t, base+path, "bn", 200) // without similar listings
	f.searchErr = fmt.Errorf("asking: %w", context.DeadlineExceeded)
	if res, _ := get(t, base+"/", "bn"); res.StatusCode != 503 || res.Header.Get("Retry-After") == "" {
		t.Errorf("out of time: status %d, Retry-After %q", res.StatusCode, res.Header.Get("Retry-After"))
	}
	f.searchErr, f.panics = nil, true
	res, body := get(t, base+"/", "en")
	if res.StatusCode != 500 || !strings.Contains(body, "আমাদের দিকে সমস্যা হয়েছে") || !strings.Contains(body, "Something went wrong") || strings.Contains(body, "fell over") {
		t.Errorf("a panic: status %d: %s", res.StatusCode, body)
	}
	if res.Header.Get("Content-Security-Policy") == "" || res.Header.Get("Cache-Control") != "no-store" || res.Header.Get("ETag") != "" {
		t.Errorf("a panic's answer has the headers %v", res.Header)
	}
	f.panics, f.storeErr = false, errors.New("no store")
	time.Sleep(statesFor)
	open(t, base+"/", "en", 200) // without notes on the sites
	away(path)
	away("/status")
	f.storeErr = nil
	open(t, base+"/", "en", 200)
}

// TestGone: a client that goes away costs no page and no error.
func TestGone(t *testing.T) {
	f := newFair()
	h, err := New(f.options())
	if err != nil {
		t.Fatal(err)
	}
	f.searchErr = context.Canceled
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != 499 || w.Body.Len() != 0 {
		t.Errorf("status %d, %d bytes", w.Code, w.Body.Len())
	}
}

func TestStatesAreKeptForASecond(t *testing.T) {
	f := newFair()
	counting := &countingStore{Store: f}
	base := f.serve(t, func(o *Options) { o.Store = counting }).URL
	began := time.Now()
	for range 20 {
		open(t, base+"/", "bn", 200)
	}
	if most := int(time.Since(began)/statesFor) + 1; counting.n > most {
		t.Errorf("20 pages asked the store %d times, not %d", counting.n, most)
	}
}

// TestStatesKeepNobodyWaiting: while one page reads the states anew, others
// are served.
func TestStatesKeepNobodyWaiting(t *testing.T) {
	f := newFair()
	slow := &slowStore{Store: f, asked: make(chan struct{}), answer: make(chan struct{})}
	base := f.serve(t, func(o *Options) { o.Store = slow }).URL
	open(t, base+"/", "bn", 200)
	time.Sleep(statesFor)
	slow.slow.Store(true)
	first := make(chan int)
	go func() {
		res, err := http.Get(base + "/")
		if err != nil {
			t.Error(err)
			close(first)
			return
		}
		res.Body.Close()
		first <- res.StatusCode
	}()
	<-slow.asked
	if res, err := (&http.Client{Timeout: 5 * time.Second}).Get(base + "/"); err != nil || res.StatusCode != 200 {
		t.Errorf("another page meanwhile: %v, %v", res, err)
	} else {
		res.Body.Close()
	}
	select {
	case <-first:
		t.Error("the page that read the states did not wait for them: this proves nothing")
	default:
	}
	close(slow.answer)
	if status := <-first; status != 200 {
		t.Errorf("the page that read the states: status %d", status)
	}
}

// slowStore, once it is slow, says that it is asked and answers when told to.
type slowStore struct {
	Store
	slow          atomic.Bool
	asked, answer chan struct{}
}

func (s *slowStore) Sources(ctx context.Context) ([]market.SourceState, error) {
	if s.slow.Load() {
		s.asked <- struct{}{}
		<-s.answer
	}
	return s.Store.Sources(ctx)
}

type countingStore struct {
	Store
	n int
}

func (c *countingStore) Sources(ctx context.Context) ([]market.SourceState, error) {
	c.n++
	return c.Store.Sources(ctx)
}

func TestNewRefuses(t *testing.T) {
	for name, change := range map[string]func(*Options){
		"no search": func(o *Options) { o.Search = nil }, "no sources": func(o *Options) { o.Specs = nil }, "no base": func(o *Options) { o.BaseURL = "" },
		"a base without a host": func(o *Options) { o.BaseURL = "kajkhoj.test" }, "a base of another kind": func(o *Options) { o.BaseURL = "ftp://kajkhoj.test" },
	} {
		o := newFair().options()
		change(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{
		{"short", 10, "short"}, {"one two three four", 12, "one two…"}, {"one two three four", 13, "one two three…"}, {"onetwothreefour", 6, "onetwo…"},
		{"a, b, c", 4, "a, b…"}, {"ককককি", 4, "ককক…"}, {"কক্ককক", 4, "কক্ক…"}, {"কক্ককক", 3, "ক…"}, {"কর\u200d্যাককক", 4, "ক…"}, {"", 3, ""},
	} {
		if got := cut(c.in, c.n); got != c.want {
			t.Errorf("cut(%q, %d) = %q, want %q", c.in, c.n, got, c.want)
		}
	}
}

func TestMarks(t *testing.T) {
	v, err := newView("en", newSites(nil).title)
	if err != nil {
		t.Fatal(err)
	}
	text := "Hello <all>. English: basic, no experience needed.\nTwo lines\n• first\n• second one\n\nLast"
	ev := func(q string) market.Evidence { return market.Evidence{Field: "description", Quote: q} }
	at := func(q string) market.Evidence {
		e := ev(q)
		e.Start = strings.Index(text, q)
		e.End = e.Start + len(q)
		return e
	}
	l := market.Listing{Title: "An entry job", Description: text,
		Level:    market.Label[market.Level]{Value: market.Entry, Basis: market.BasisText, Evidence: []market.Evidence{at("no experience"), ev("second"), {Field: "title", Quote: "entry"}}},
		English:  market.Label[market.English]{Value: market.Basic, Basis: market.BasisText, Evidence: []market.Evidence{at("English: basic, no"), ev("not there at all")}},
		Warnings: []market.Warning{{Kind: market.WarnFee, Evidence: at("Two lines\n• first")}},
	}
	m := markListing(l, text)
	want := "<p>Hello &lt;all&gt;. <mark id=\"q-english\">English: basic, no experience</mark> <a class=\"hint\" lang=\"en\" href=\"#f-english\">[English]</a> <a class=\"hint\" lang=\"en\" href=\"#f-level\">[level]</a> needed.<br>\n" +
		"<mark id=\"q-warn\">Two lines</mark></p>\n<ul>\n<li><mark>first</mark> <a class=\"hint\" lang=\"en\" href=\"#f-warn\">[warning]</a></li>\n" +
		"<li><mark id=\"q-level-2\">second</mark> <a class=\"hint\" lang=\"en\" href=\"#f-level\">[level]</a> one</li>\n</ul>\n<p>Last</p>\n"
	if got := string(m.paragraphs(v, true)); got != want {
		t.Errorf("the text is\n%s\nwant\n%s", got, want)
	}
	if got := m.heading(); got != `An <mark id="q-level">entry</mark> job` {
		t.Errorf("the title is %s", got)
	}
	if strings.Contains(string(m.paragraphs(v, false)), "<a ") {
		t.Error("links where none are wanted")
	}
	for _, c := range []struct {
		e    market.Evidence
		want string
	}{
		{l.Level.Evidence[0], `<a href="#q-english"><q>no experience</q></a>`}, {l.English.Evidence[1], `<q>not there at all</q>`},
		{l.Level.Evidence[2], `The title says <a href="#q-level"><q>entry</q></a>`},
	} {
		if got := string(m.cite(v, c.e, "en")); got != c.want {
			t.Errorf("cite gives %s, want %s", got, c.want)
		}
	}
	// Evidence that lies behind the end of an excerpt is quoted without a link.
	short := markListing(l, cut(text, 20))
	if got := string(short.cite(v, l.Level.Evidence[0], "en")); got != `<q>no experience</q>` {
		t.Errorf("cite of an excerpt gives %s", got)
	}
}

func FuzzMarks(f *testing.F) {
	f.Add("a b\n• c\n\nd", "b", 2, 3)
	f.Add("• \n\n\n•", "•", 0, 3)
	f.Fuzz(func(t *testing.T, text, quote string, start, end int) {
		v := &view{}
		l := market.Listing{Title: text, Description: text, Level: market.Label[market.Level]{Evidence: []market.Evidence{{Field: "description", Quote: quote, Start: start, End: end}}}}
		out := string(markListing(l, text).paragraphs(v, false))
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(out, "<mark") != strings.Count(out, "</mark>") || strings.Count(out, "<p>") != strings.Count(out, "</p>") || strings.Count(out, "<ul>") != strings.Count(out, "</ul>") {
			t.Errorf("unbalanced: %s", out)
		}
		if doc.Find("script, a, img").Length() > 0 {
			t.Errorf("markup of the text is alive: %s", out)
		}
	})
}

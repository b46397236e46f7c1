package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gocolly/colly/v2"
	"go.uber.org/goleak"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// site is a server on loopback whose robots.txt answers 404 unless the
// handler is asked for it by name.
func site(t *testing.T, pages map[string]http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h := pages[r.URL.Path]; h != nil {
			h(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(srv.Close)
	return srv
}

func text(s string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		io.WriteString(w, s)
	}
}

func status(n int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(n) }
}

// onLoopback is a client of the real network that may ask loopback.
func onLoopback(t *testing.T) *Client {
	tr := network(true, nil).(*http.Transport)
	t.Cleanup(tr.CloseIdleConnections)
	return New(Config{UserAgent: "Kajkhoj/1 (+https://example.com/contact)", Product: "Kajkhoj", AllowLoopback: true}, tr)
}

func session(t *testing.T, c *Client, o Options) *Session {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)
	return c.Session(ctx, o)
}

func TestHonestName(t *testing.T) {
	var names []string
	note := func(w http.ResponseWriter, r *http.Request) { names = append(names, r.UserAgent()); w.WriteHeader(404) }
	srv := site(t, map[string]http.HandlerFunc{"/robots.txt": note, "/": func(w http.ResponseWriter, r *http.Request) {
		names = append(names, r.UserAgent())
	}})
	s := session(t, onLoopback(t), Options{})
	if _, err := s.Get(Request{URL: srv.URL + "/", Header: http.Header{"User-Agent": {"Mozilla/5.0"}}}); err != nil {
		t.Fatal(err)
	}
	c := s.Collector()
	c.UserAgent = "Mozilla/5.0"
	if err := c.Visit(srv.URL + "/"); err != nil {
		t.Fatal(err)
	}
	if len(names) != 3 {
		t.Fatalf("asked %d times", len(names))
	}
	for _, n := range names {
		if n != "Kajkhoj/1 (+https://example.com/contact)" {
			t.Errorf("asked as %q", n)
		}
	}
	if ua := New(Config{}, nil).cfg.UserAgent; !strings.Contains(ua, "https://") {
		t.Errorf("the default name %q has no contact", ua)
	}
}

func TestRobotsStatus(t *testing.T) {
	for _, tt := range []struct {
		status int
		open   bool
	}{{200, true}, {401, true}, {403, true}, {404, true}, {410, true}, {429, true}, {500, false}, {503, false}} {
		asked := 0
		srv := site(t, map[string]http.HandlerFunc{"/robots.txt": status(tt.status), "/a": func(http.ResponseWriter, *http.Request) { asked++ }})
		_, err := session(t, onLoopback(t), Options{}).Get(Request{URL: srv.URL + "/a"})
		if tt.open && (err != nil || asked != 1) {
			t.Errorf("%d: %v, asked %d times", tt.status, err, asked)
		}
		if !tt.open {
			se, ok := errors.AsType[*StatusError](err)
			if !errors.Is(err, ErrRobots) || asked != 0 || !ok || se.Status != tt.status {
				t.Errorf("%d: %v, asked %d times", tt.status, err, asked)
			}
		}
	}
}

func TestRobotsUnreachableIsClosed(t *testing.T) {
	asked := 0
	srv := site(t, map[string]http.HandlerFunc{
		"/robots.txt": func(w http.ResponseWriter, _ *http.Request) {
			c, _, _ := w.(http.Hijacker).Hijack()
			c.Close()
		},
		"/a": func(http.ResponseWriter, *http.Request) { asked++ },
	})
	_, err := session(t, onLoopback(t), Options{}).Get(Request{URL: srv.URL + "/a"})
	if !errors.Is(err, ErrRobots) || !errors.Is(err, ErrUnreachable) || asked != 0 {
		t.Errorf("%v, asked %d times", err, asked)
	}
}

func TestRobotsOnEveryHop(t *testing.T) {
	asked, sent := 0, 0
	srv := site(t, map[string]http.HandlerFunc{
		"/robots.txt": text("User-agent: kajkhoj\nDisallow: /private\n"),
		"/a": func(w http.ResponseWriter, r *http.Request) {
			sent++
			http.Redirect(w, r, "/private/x", http.StatusFound)
		},
		"/private/x": func(http.ResponseWriter, *http.Request) { asked++ },
	})
	s := session(t, onLoopback(t), Options{})
	if _, err := s.Get(Request{URL: srv.URL + "/a"}); !errors.Is(err, ErrRobots) || asked != 0 {
		t.Errorf("Get: %v, asked %d times", err, asked)
	}
	if err := s.Collector().Visit(srv.URL + "/a"); !errors.Is(err, ErrRobots) || asked != 0 {
		t.Errorf("Visit: %v, asked %d times", err, asked)
	}
	// Another host's robots.txt is that host's.
	other := site(t, map[string]http.HandlerFunc{"/a": func(w http.ResponseWriter, r *http.Request) {
		sent++
		http.Redirect(w, r, srv.URL+"/private/x", http.StatusFound)
	}})
	if _, err := s.Get(Request{URL: other.URL + "/a"}); !errors.Is(err, ErrRobots) || asked != 0 {
		t.Errorf("other host: %v, asked %d times", err, asked)
	}
	if sent != 3 {
		t.Errorf("the first hop was asked %d times", sent)
	}
}

func TestRobotsRedirects(t *testing.T) {
	real := site(t, map[string]http.HandlerFunc{"/real.txt": text("User-agent: *\nDisallow: /a\n")})
	hops := func(n int) *httptest.Server {
		return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var i int
			if r.URL.Path == "/a" {
				return
			}
			fmt.Sscanf(r.URL.RawQuery, "%d", &i)
			if i+1 == n {
				http.Redirect(w, r, real.URL+"/real.txt", http.StatusMovedPermanently)
				return
			}
			http.Redirect(w, r, fmt.Sprintf("/robots.txt?%d", i+1), http.StatusMovedPermanently)
		}))
	}
	five, six := hops(5), hops(6)
	defer five.Close()
	defer six.Close()
	s := session(t, onLoopback(t), Options{})
	if _, err := s.Get(Request{URL: five.URL + "/a"}); !errors.Is(err, ErrRobots) {
		t.Errorf("five redirects: %v", err)
	}
	if _, err := s.Get(Request{URL: six.URL + "/a"}); err != nil {
		t.Errorf("six redirects: %v", err)
	}
	inside := site(t, map[string]http.HandlerFunc{"/a": text(""), "/robots.txt": func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://10.0.0.1/robots.txt", http.StatusFound)
	}})
	if _, err := s.Get(Request{URL: inside.URL + "/a"}); !errors.Is(err, ErrRobots) || !errors.Is(err, ErrAddress) {
		t.Errorf("redirect inside: %v", err)
	}
}

// A large robots.txt counts up to its last whole line within 512 KiB.
func TestRobotsIsReadFar(t *testing.T) {
	filler := strings.Repeat("# "+strings.Repeat("x", 97)+"\n", 5150) // 515,000 bytes
	srv := site(t, map[string]http.HandlerFunc{
		"/robots.txt": text("User-agent: *\n" + filler + "Disallow: /a\n" + filler + "Disallow: /b\n"),
		"/b":          text("b"),
	})
	s := session(t, onLoopback(t), Options{})
	if _, err := s.Get(Request{URL: srv.URL + "/a"}); !errors.Is(err, ErrRobots) {
		t.Errorf("a: %v", err)
	}
	if _, err := s.Get(Request{URL: srv.URL + "/b"}); err != nil {
		t.Errorf("b: %v", err)
	}
}

func TestRedirects(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var i int
		if fmt.Sscanf(r.URL.Path, "/%d", &i); r.URL.Path == "/robots.txt" || i == 0 {
			return
		}
		http.Redirect(w, r, fmt.Sprintf("/%d", i-1), http.StatusFound)
	}))
	defer srv.Close()
	s := session(t, onLoopback(t), Options{})
	p, err := s.Get(Request{URL: srv.URL + "/5"})
	if err != nil || p.URL != srv.URL+"/0" {
		t.Errorf("five: %q %v", p.URL, err)
	}
	if _, err = s.Get(Request{URL: srv.URL + "/6"}); !errors.Is(err, ErrUnreachable) {
		t.Errorf("six: %v", err)
	}
	if s.Pages() != 1 {
		t.Errorf("%d pages", s.Pages())
	}
}

// fake is a transport for what needs no server.
type fake func(*http.Request) (*http.Response, error)

func (f fake) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func reply(status int, body string, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

func TestNoWayDownFromHTTPS(t *testing.T) {
	c := New(Config{}, fake(func(r *http.Request) (*http.Response, error) {
		switch {
		case r.URL.Path == "/robots.txt":
			return reply(404, ""), nil
		case r.URL.Scheme == "https":
			return reply(302, "", "Location", "http://example.com/b"), nil
		}
		t.Errorf("asked %s", r.URL)
		return reply(200, ""), nil
	}))
	if _, err := session(t, c, Options{}).Get(Request{URL: "https://example.com/a"}); !errors.Is(err, ErrAddress) {
		t.Errorf("got %v", err)
	}
	for _, u := range []string{"ftp://example.com/", "file:///etc/passwd"} {
		if _, err := session(t, c, Options{}).Get(Request{URL: u}); !errors.Is(err, ErrAddress) {
			t.Errorf("%s: %v", u, err)
		}
	}
}

// Whatever carries the requests, an address that is not public is not handed
// to it.
func TestLiteralAddress(t *testing.T) {
	c := New(Config{}, fake(func(r *http.Request) (*http.Response, error) {
		t.Errorf("asked %s", r.URL)
		return reply(200, ""), nil
	}))
	for _, u := range []string{"http://169.254.169.254/latest/", "http://[::1]:8080/", "http://0x7f.1/", "http://2130706433/"} {
		if _, err := session(t, c, Options{}).Get(Request{URL: u}); !errors.Is(err, ErrAddress) {
			t.Errorf("%s: %v", u, err)
		}
	}
}

// A redirect to such an address is refused as an address, and not because its
// robots.txt cannot be had.
func TestRedirectToLiteralAddress(t *testing.T) {
	c := New(Config{}, fake(func(r *http.Request) (*http.Response, error) {
		switch {
		case r.URL.Host != "example.com":
			t.Errorf("asked %s", r.URL)
		case r.URL.Path == "/robots.txt":
			return reply(404, ""), nil
		}
		return reply(302, "", "Location", "http://169.254.169.254/latest/"), nil
	}))
	_, err := session(t, c, Options{}).Get(Request{URL: "http://example.com/"})
	if !errors.Is(err, ErrAddress) || errors.Is(err, ErrRobots) || !strings.Contains(err.Error(), "169.254.169.254") {
		t.Error(err)
	}
}

func TestHostKey(t *testing.T) {
	for a, b := range map[string]string{
		"https://example.com/a": "http://EXAMPLE.com.:80/b",
		"http://example.com/":   "https://example.com:443/",
	} {
		u, _ := url.Parse(a)
		v, _ := url.Parse(b)
		if hostKey(u) != hostKey(v) {
			t.Errorf("%s and %s: %q, %q", a, b, hostKey(u), hostKey(v))
		}
	}
	u, _ := url.Parse("http://127.0.0.1:8080/")
	if hostKey(u) != "127.0.0.1:8080" {
		t.Errorf("%q", hostKey(u))
	}
}

// A key in a header, and a token in the address that would travel as Referer,
// stay with the host that they are for.
func TestSecretsStayWithTheirHost(t *testing.T) {
	var there http.Header
	c := New(Config{}, fake(func(r *http.Request) (*http.Response, error) {
		switch {
		case r.URL.Path == "/robots.txt":
			return reply(404, ""), nil
		case r.URL.Host == "example.com" && r.URL.Path == "/a":
			return reply(302, "", "Location", "/b"), nil
		case r.URL.Host == "example.com":
			if r.Header.Get("X-Key") != "secret" {
				t.Error("the key did not reach its own host")
			}
			return reply(302, "", "Location", "https://example.org/c"), nil
		}
		there = r.Header
		return reply(200, ""), nil
	}))
	_, err := session(t, c, Options{}).Get(Request{URL: "https://example.com/a?token=secret", Header: http.Header{"X-Key": {"secret"}, "Accept": {"application/json"}}})
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprint(there); strings.Contains(s, "secret") || there.Get("Accept") != "application/json" {
		t.Errorf("headers at the other host: %v", s)
	}
}

func TestConditionalGet(t *testing.T) {
	srv := site(t, map[string]http.HandlerFunc{
		"/feed": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"v1"`)
			if r.Header.Get("If-None-Match") == `"v1"` {
				w.WriteHeader(304)
				return
			}
			io.WriteString(w, "feed")
		},
		"/": func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("If-None-Match") == `"v1"` {
				w.WriteHeader(304)
			}
		},
		"/dated": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Last-Modified", "Sun, 22 Nov 2026 10:00:00 GMT")
			if r.Header.Get("If-Modified-Since") == "Sun, 22 Nov 2026 10:00:00 GMT" {
				w.WriteHeader(304)
			}
		},
		"/other": func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("If-None-Match") != "" {
				t.Error("a validator of another address was sent")
			}
		},
		"/moved": func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("If-None-Match") != "" {
				t.Error("the validator was sent to the address that redirects")
			}
			http.Redirect(w, r, "/feed", http.StatusFound)
		},
		"/rude": status(304),
	})
	s := session(t, onLoopback(t), Options{})
	p, err := s.Get(Request{URL: srv.URL + "/feed"})
	if err != nil {
		t.Fatal(err)
	}
	v := ValidatorOf(p)
	if v != (market.Validator{URL: srv.URL + "/feed", ETag: `"v1"`}) {
		t.Errorf("validator %+v", v)
	}
	if p, err = s.Get(Request{URL: srv.URL + "/feed", Validator: v}); err != nil || p.Status != 304 || len(p.Body) != 0 {
		t.Errorf("again: %+v %v", p, err)
	}
	if ValidatorOf(p) != v {
		t.Errorf("the validator is lost by 304: %+v", ValidatorOf(p))
	}
	if _, err = s.Get(Request{URL: srv.URL + "/other", Validator: v}); err != nil {
		t.Error(err)
	}
	if p, err = s.Get(Request{URL: srv.URL + "/moved", Validator: v}); err != nil || p.Status != 304 {
		t.Errorf("through a redirect: %+v %v", p, err)
	}
	// colly writes the address with a slash.
	if p, err = s.Get(Request{URL: srv.URL, Validator: market.Validator{URL: srv.URL, ETag: `"v1"`}}); err != nil || p.Status != 304 {
		t.Errorf("without a slash: %+v %v", p, err)
	}
	p, err = s.Get(Request{URL: srv.URL + "/dated"})
	if err != nil {
		t.Fatal(err)
	}
	if p, err = s.Get(Request{URL: srv.URL + "/dated", Validator: ValidatorOf(p)}); err != nil || p.Status != 304 {
		t.Errorf("by date: %+v %v", p, err)
	}
	var se *StatusError
	if _, err = s.Get(Request{URL: srv.URL + "/rude"}); !errors.As(err, &se) || se.Status != 304 {
		t.Errorf("304 that nobody asked for: %v", err)
	}
}

func TestStatusError(t *testing.T) {
	srv := site(t, map[string]http.HandlerFunc{
		"/wait": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(503)
		},
		"/shield": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Cf-Mitigated", "challenge")
			w.WriteHeader(503)
		},
		"/nowhere": status(302),
		"/empty":   status(204),
	})
	c := onLoopback(t)
	for path, want := range map[string]StatusError{
		"/gone":    {Status: 404},
		"/shield":  {Status: 503, Challenge: true},
		"/nowhere": {Status: 302},
	} {
		s := session(t, c, Options{})
		_, err := s.Get(Request{URL: srv.URL + path})
		se, ok := errors.AsType[*StatusError](err)
		if want.URL = srv.URL + path; !ok || *se != want || s.Status() != want.Status {
			t.Errorf("%s: %v, status %d", path, err, s.Status())
		}
		if err := s.Collector().Visit(srv.URL + path); !errors.As(err, &se) || se.Status != want.Status {
			t.Errorf("Visit %s: %v", path, err)
		}
	}
	if p, err := session(t, c, Options{}).Get(Request{URL: srv.URL + "/empty"}); err != nil || p.Status != 204 {
		t.Errorf("204: %+v %v", p, err)
	}
	// Last, because it closes the host for everybody.
	_, err := session(t, c, Options{}).Get(Request{URL: srv.URL + "/wait"})
	if se, ok := errors.AsType[*StatusError](err); !ok || se.RetryAfter != 2*time.Hour || se.Blocked() {
		t.Errorf("wait: %v", err)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for v, want := range map[string]time.Duration{
		"": 0, "120": 2 * time.Minute, " 5 ": 5 * time.Second, "-5": 0, "soon": 0, "1.5": 0, "99999999999999": 0,
		"Tue, 24 Nov 2026 12:30:00 GMT": 30 * time.Minute,
		"Tue, 24 Nov 2026 11:30:00 GMT": 0,
	} {
		if got := retryAfter(http.Header{"Retry-After": {v}}, now); got != want {
			t.Errorf("%q: %v, want %v", v, got, want)
		}
	}
}

// A site that asks to be left alone is left alone by every session.
func TestRetryAfterClosesTheHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		c := New(Config{}, fake(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/robots.txt" {
				return reply(404, ""), nil
			}
			if asked++; asked == 1 {
				return reply(429, "", "Retry-After", "300"), nil
			}
			return reply(200, ""), nil
		}))
		short, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for range 2 {
			_, err := c.Session(short, Options{}).Get(Request{URL: "https://example.com/a"})
			if se, ok := errors.AsType[*StatusError](err); !ok || se.Status != 429 || se.RetryAfter != 5*time.Minute || !se.Blocked() {
				t.Errorf("got %v", err)
			}
		}
		if asked != 1 {
			t.Errorf("asked %d times", asked)
		}
		long, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		start := time.Now()
		if _, err := c.Session(long, Options{}).Get(Request{URL: "https://example.com/a"}); err != nil || time.Since(start) != 5*time.Minute {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestCaps(t *testing.T) {
	big := strings.Repeat("x", 1<<20)
	srv := site(t, map[string]http.HandlerFunc{
		"/robots.txt": text(""),
		"/big":        text(big),
		"/zip": func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Accept-Encoding") != "gzip" {
				t.Errorf("Accept-Encoding %q", r.Header.Get("Accept-Encoding"))
			}
			w.Header().Set("Content-Type", "text/plain")
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(zip(t, []byte(big)))
		},
		"/feed.xml.gz": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/x-gzip")
			w.Write(zip(t, []byte("<rss>"+big+"</rss>")))
		},
		"/small.xml.gz": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/x-gzip")
			w.Write(zip(t, []byte("<rss/>")))
		},
	})
	c := onLoopback(t)
	for _, path := range []string{"/big", "/zip", "/feed.xml.gz"} {
		s := session(t, c, Options{Bytes: 1<<20 - 1})
		if _, err := s.Get(Request{URL: srv.URL + path}); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", path, err)
		}
		if err := s.Collector().Visit(srv.URL + path); !errors.Is(err, ErrTooLarge) {
			t.Errorf("Visit %s: %v", path, err)
		}
	}
	s := session(t, c, Options{Bytes: 1 << 20, Pages: 3})
	for _, path := range []string{"/big", "/zip"} {
		if p, err := s.Get(Request{URL: srv.URL + path}); err != nil || string(p.Body) != big {
			t.Errorf("%s: %d bytes, %v", path, len(p.Body), err)
		}
	}
	// colly would decompress what ends in .xml.gz once more.
	var got string
	col := s.Collector()
	col.OnResponse(func(r *colly.Response) { got = string(r.Body) })
	if err := col.Visit(srv.URL + "/small.xml.gz"); err != nil || got != "<rss/>" {
		t.Errorf("small: %q %v", got, err)
	}
	if _, err := s.Get(Request{URL: srv.URL + "/big"}); !errors.Is(err, ErrTooManyPages) {
		t.Errorf("fourth page: %v", err)
	}
	if err := s.Collector().Visit(srv.URL + "/big"); !errors.Is(err, ErrTooManyPages) {
		t.Errorf("Visit fourth page: %v", err)
	}
	if s.Pages() != 3 || s.Bytes() != 2<<20+6 || s.Status() != 200 {
		t.Errorf("%d pages, %d bytes, status %d", s.Pages(), s.Bytes(), s.Status())
	}
}

func TestCharset(t *testing.T) {
	srv := site(t, map[string]http.HandlerFunc{
		"/feed": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/rss+xml")
			io.WriteString(w, "<?xml version='1.0' encoding='iso-8859-1'?><a>caf\xe9</a>")
		},
		"/cut": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, "\xef\xbb\xbf<p>কাজ\xe0\xa6")
		},
	})
	s := session(t, onLoopback(t), Options{})
	for path, want := range map[string]string{"/feed": "<?xml version='1.0' encoding='utf-8'?><a>café</a>", "/cut": "<p>কাজ\uFFFD"} {
		if p, err := s.Get(Request{URL: srv.URL + path}); err != nil || string(p.Body) != want {
			t.Errorf("%s: %q %v", path, p.Body, err)
		}
	}
}

// A collector may ask for a page again, and what colly itself would decode
// from the charset of Content-Type is not decoded twice.
func TestCharsetThroughColly(t *testing.T) {
	srv := site(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=iso-8859-1")
		w.Write([]byte("<p>caf\xe9</p>"))
	}})
	c := session(t, onLoopback(t), Options{}).Collector()
	var got string
	c.OnHTML("p", func(e *colly.HTMLElement) { got = e.Text })
	for range 2 {
		got = ""
		if err := c.Visit(srv.URL + "/"); err != nil || got != "café" {
			t.Errorf("%q %v", got, err)
		}
	}
}

func TestPost(t *testing.T) {
	srv := site(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s", r.Method, r.Header.Get("Content-Type"), b)
	}})
	s := session(t, onLoopback(t), Options{})
	for range 2 { // the same request again is no visit that colly remembers
		p, err := s.Get(Request{URL: srv.URL + "/", Method: "POST", Body: []byte(`{"q":1}`), Header: http.Header{"Content-Type": {"application/json"}}})
		if err != nil || string(p.Body) != `POST application/json {"q":1}` {
			t.Errorf("%q %v", p.Body, err)
		}
	}
}

func TestUnreachable(t *testing.T) {
	srv := httptest.NewServer(nil)
	srv.Close()
	_, err := session(t, onLoopback(t), Options{}).Get(Request{URL: srv.URL})
	if !errors.Is(err, ErrUnreachable) {
		t.Errorf("no server: %v", err)
	}
	cut := site(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, "half")
	}})
	if _, err = session(t, onLoopback(t), Options{}).Get(Request{URL: cut.URL}); !errors.Is(err, ErrUnreachable) {
		t.Errorf("cut off: %v", err)
	}
}

// Cancellation ends what waits for an answer, for the middle of a body, for
// the host's turn and for its delay.
func TestCancel(t *testing.T) {
	started := make(chan struct{}, 1)
	hang := func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		started <- struct{}{}
		<-r.Context().Done()
	}
	silent := func(_ http.ResponseWriter, r *http.Request) { started <- struct{}{}; <-r.Context().Done() }
	srv := site(t, map[string]http.HandlerFunc{"/body": hang, "/silent": silent, "/robots.txt": text("User-agent: kajkhoj\nCrawl-delay: 0.01\n"), "/quick": func(http.ResponseWriter, *http.Request) { started <- struct{}{} }})
	for _, path := range []string{"/silent", "/body"} {
		ctx, cancel := context.WithCancel(context.Background())
		errs := make(chan error)
		s := onLoopback(t).Session(ctx, Options{})
		go func() { _, err := s.Get(Request{URL: srv.URL + path}); errs <- err }()
		<-started
		within(t, path, cancel, errs)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := onLoopback(t).Session(ctx, Options{Delay: time.Hour})
	errs := make(chan error)
	go func() { _, err := s.Get(Request{URL: srv.URL + "/quick"}); errs <- err }()
	time.Sleep(50 * time.Millisecond) // it now waits an hour after robots.txt
	within(t, "delay", cancel, errs)
}

func within(t *testing.T, what string, cancel func(), errs chan error) {
	t.Helper()
	start := time.Now()
	cancel()
	select {
	case err := <-errs:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", what, err)
		}
		if d := time.Since(start); d > time.Second {
			t.Errorf("%s: stopped after %v", what, d)
		}
	case <-time.After(5 * time.Second):
		t.Fatalf("%s: still running", what)
	}
}

// meter is a transport that notes when requests to a host begin and end.
type meter struct {
	mu     sync.Mutex
	now    map[string]int
	starts []time.Time
	ends   []time.Time
	most   int
	robots string
	takes  time.Duration
}

func (m *meter) RoundTrip(r *http.Request) (*http.Response, error) {
	m.mu.Lock()
	if m.now == nil {
		m.now = map[string]int{}
	}
	m.now[r.URL.Host]++
	m.most = max(m.most, m.now[r.URL.Host])
	if r.URL.Path != "/robots.txt" {
		m.starts = append(m.starts, time.Now())
	}
	m.mu.Unlock()
	time.Sleep(m.takes)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now[r.URL.Host]--
	if r.URL.Path == "/robots.txt" {
		if m.robots == "" {
			return reply(404, ""), nil
		}
		return reply(200, m.robots), nil
	}
	m.ends = append(m.ends, time.Now())
	return reply(200, "x"), nil
}

// Two sources of one host take turns, and the longer delay of the two counts
// while both are at it.
func TestOneAtATimeWithTheDelayOfAllSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &meter{takes: 2 * time.Second}
		c := New(Config{}, m)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		var wg sync.WaitGroup
		for i, d := range []time.Duration{time.Second, 5 * time.Second} {
			s := c.Session(ctx, Options{Delay: d})
			for j := range 3 {
				wg.Go(func() {
					if _, err := s.Get(Request{URL: fmt.Sprintf("https://Example.com/%d/%d", i, j)}); err != nil {
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		if m.most != 1 || len(m.starts) != 6 {
			t.Errorf("%d at a time, %d in all", m.most, len(m.starts))
		}
		for i := 1; i < len(m.starts); i++ {
			if gap := m.starts[i].Sub(m.ends[i-1]); gap != 5*time.Second {
				t.Errorf("request %d began %v after the one before", i, gap)
			}
		}
	})
}

// A session's delay goes with it, but not before it has passed once more.
func TestDelayEndsWithItsSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &meter{}
		c := New(Config{}, m)
		slow, end := context.WithCancel(t.Context())
		get := func(s *Session) {
			t.Helper()
			if _, err := s.Get(Request{URL: "https://example.com/"}); err != nil {
				t.Fatal(err)
			}
		}
		get(c.Session(slow, Options{Delay: time.Minute}))
		end()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		s := c.Session(ctx, Options{Delay: time.Second})
		get(s)
		get(s)
		if a, b := m.starts[1].Sub(m.ends[0]), m.starts[2].Sub(m.ends[1]); a != time.Minute || b != time.Second {
			t.Errorf("gaps %v, %v", a, b)
		}
		if len(c.hosts["example.com"].delays) != 1 {
			t.Errorf("delays kept: %v", c.hosts["example.com"].delays)
		}
	})
}

func TestHostsDoNotWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Config{}, &meter{takes: time.Second})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		start := time.Now()
		var wg sync.WaitGroup
		for i := range 4 {
			s := c.Session(ctx, Options{Delay: 10 * time.Second})
			wg.Go(func() { s.Get(Request{URL: fmt.Sprintf("https://%d.example.com/", i)}) })
		}
		wg.Wait()
		if d := time.Since(start); d != 12*time.Second { // robots.txt, delay, page
			t.Errorf("took %v", d)
		}
	})
}

func TestCrawlDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &meter{robots: "User-agent: *\nCrawl-delay: 30\n"}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		s := New(Config{}, m).Session(ctx, Options{Delay: time.Second})
		for range 3 {
			if _, err := s.Get(Request{URL: "https://example.com/"}); err != nil {
				t.Fatal(err)
			}
		}
		for i := 1; i < 3; i++ {
			if gap := m.starts[i].Sub(m.ends[i-1]); gap != 30*time.Second {
				t.Errorf("gap %v", gap)
			}
		}
	})
}

// A wait that would outlast the run is not begun.
func TestNoUselessWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		_, err := New(Config{}, &meter{}).Session(ctx, Options{Delay: time.Hour}).Get(Request{URL: "https://example.com/"})
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrUnreachable) || time.Since(start) != 0 {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

// An answer that drips is cut after a minute, whatever the run may take.
func TestSlowAnswerEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Config{}, fake(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/robots.txt" {
				return reply(404, ""), nil
			}
			<-r.Context().Done()
			return nil, r.Context().Err()
		}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		start := time.Now()
		_, err := c.Session(ctx, Options{}).Get(Request{URL: "https://example.com/"})
		if !errors.Is(err, ErrUnreachable) || time.Since(start) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestRobotsIsKeptADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		robots, status := 0, 404
		c := New(Config{}, fake(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/robots.txt" {
				robots++
				return reply(status, ""), nil
			}
			return reply(200, ""), nil
		}))
		s := c.Session(t.Context(), Options{})
		get := func() error { _, err := s.Get(Request{URL: "https://example.com/a"}); return err }
		for range 3 {
			if err := get(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(11*time.Hour + 59*time.Minute)
		}
		if robots != 1 {
			t.Errorf("asked %d times within a day", robots)
		}
		time.Sleep(time.Hour)
		status = 503
		for range 3 {
			if err := get(); !errors.Is(err, ErrRobots) {
				t.Errorf("after a day: %v", err)
			}
		}
		if robots != 2 {
			t.Errorf("asked %d times in all", robots)
		}
		status = 404
		time.Sleep(2 * time.Minute)
		if err := get(); err != nil || robots != 3 {
			t.Errorf("when it is back: %v, asked %d times", err, robots)
		}
	})
}

// Variables of colly's own must not change the manners.
func TestCollyEnvironment(t *testing.T) {
	for k, v := range map[string]string{"COLLY_CACHE_DIR": t.TempDir(), "COLLY_MAX_BODY_SIZE": "2", "COLLY_ALLOWED_DOMAINS": "nowhere", "COLLY_DISALLOWED_DOMAINS": "127.0.0.1", "COLLY_MAX_DEPTH": "1", "COLLY_USER_AGENT": "x", "COLLY_DETECT_CHARSET": "y"} {
		t.Setenv(k, v)
	}
	n := 0
	srv := site(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, _ *http.Request) { n++; fmt.Fprintf(w, "page %d", n) }})
	s := session(t, onLoopback(t), Options{})
	for i := 1; i < 3; i++ {
		if p, err := s.Get(Request{URL: srv.URL + "/"}); err != nil || string(p.Body) != fmt.Sprintf("page %d", i) {
			t.Errorf("%q %v", p.Body, err)
		}
	}
}

func TestSaved(t *testing.T) {
	p, err := Saved("https://example.com/", nil, zip(t, []byte("<?xml version='1.0' encoding='iso-8859-1'?><a>caf\xe9</a>")), 0)
	if err != nil || string(p.Body) != "<?xml version='1.0' encoding='utf-8'?><a>café</a>" || p.Status != 200 || p.URL != "https://example.com/" {
		t.Errorf("%+v %v", p, err)
	}
	if _, err := Saved("https://example.com/", nil, make([]byte, 11), 10); !errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v", err)
	}
}

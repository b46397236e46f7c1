package fetchtest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

// recorder is a test whose failures are looked at.
type recorder struct {
	testing.TB
	failed []string
}

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, a ...any) {
	r.failed = append(r.failed, fmt.Sprintf(format, a...))
}
func (r *recorder) Fatalf(format string, a ...any) {
	r.Errorf(format, a...)
	panic(r)
}

func TestFiles(t *testing.T) {
	tr := New(t)
	tr.Load(fstest.MapFS{
		"p/1.http": {Data: []byte("# first\nGET https://example.com/a?x=1\nHTTP/1.1 200 OK\nContent-Type: text/plain\nETag: \"v1\"\n\none\n\ntwo\n")},
		"p/2.http": {Data: []byte("GET https://example.com/b\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\nBody-File: b.json\r\n\r\n")},
		"p/3.http": {Data: []byte("GET https://example.com/b\nHTTP/1.1 503 Service Unavailable\nRetry-After: 7\n")},
		"p/b.json": {Data: []byte(`{"a":1}`)},
	}, "p")
	s := tr.Session()
	p, err := s.Get(fetch.Request{URL: "https://example.com/a?x=1"})
	if err != nil || string(p.Body) != "one\n\ntwo\n" || p.Status != 200 {
		t.Fatalf("a: %+v %v", p, err)
	}
	p, err = s.Get(fetch.Request{URL: "https://example.com/a?x=1", Validator: market.Validator{URL: "https://example.com/a?x=1", ETag: `"v1"`}})
	if err != nil || p.Status != 304 || len(p.Body) != 0 {
		t.Fatalf("a again: %+v %v", p, err)
	}
	p, err = s.Get(fetch.Request{URL: "https://example.com/b"})
	if err != nil || string(p.Body) != `{"a":1}` {
		t.Fatalf("b: %+v %v", p, err)
	}
	if _, err = s.Get(fetch.Request{URL: "https://example.com/b"}); !strings.Contains(fmt.Sprint(err), "503") {
		t.Fatalf("b again: %v", err)
	}
	if got := tr.Asked(); len(got) != 4 || got[1].Header.Get("If-None-Match") != `"v1"` {
		t.Fatalf("asked: %+v", got)
	}
}

func TestUnlistedAddressFails(t *testing.T) {
	r := &recorder{TB: t}
	tr := New(r)
	tr.Page("https://example.com/a", "text/plain", "a")
	if _, err := tr.Session().Get(fetch.Request{URL: "https://example.com/b"}); !errors.Is(err, fetch.ErrUnreachable) {
		t.Errorf("got %v", err)
	}
	if len(r.failed) != 1 || !strings.Contains(r.failed[0], "https://example.com/b is not listed") {
		t.Errorf("failed: %q", r.failed)
	}
}

func TestBadFiles(t *testing.T) {
	for name, file := range map[string]string{
		"empty":       "",
		"no address":  "GET /a\nHTTP/1.1 200 OK\n\n",
		"no status":   "GET https://example.com/\nContent-Type: text/plain\n\n",
		"two bodies":  "GET https://example.com/\nHTTP/1.1 200 OK\nBody-File: x\n\nbody",
		"file absent": "GET https://example.com/\nHTTP/1.1 200 OK\nBody-File: x\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			r := &recorder{TB: t}
			defer func() {
				if p := recover(); p != any(r) || len(r.failed) != 1 {
					t.Errorf("not refused: %v, %q", p, r.failed)
				}
			}()
			New(r).Load(fstest.MapFS{"1.http": {Data: []byte(file)}}, ".")
		})
	}
}

// Package fetchtest serves pages from text files in place of the network, and
// fails the test on any address that no file lists.
//
// A file is an HTTP exchange as text: the request line, the answer's status
// line, its headers, a blank line, and the body up to the end of the file:
//
//	GET https://example.com/api/jobs?page=1
//	HTTP/1.1 200 OK
//	Content-Type: application/json
//	ETag: "v1"
//
//	{"jobs": []}
//
// Lines of the head may end in LF or CRLF, and begin with "#" for a comment
// before the request line. The body is sent as it stands. In place of a body
// the header "Body-File: jobs.json" names a file beside this one, so that a
// payload can be kept as the site sends it.
//
// Several pages of one address are answered one after the other, the last
// again and again. A page with an ETag or Last-Modified answers 304 to a
// request that names it. An address's robots.txt that no file lists answers
// 404, which allows everything.
package fetchtest

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/textproto"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
)

// Transport is an http.RoundTripper that answers from its pages.
type Transport struct {
	t testing.TB

	mu    sync.Mutex
	pages map[string][]Answer
	asked []Asked
}

// Answer is what an address answers.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Asked is a request that came, in the order of coming. Requests for a
// robots.txt that no file lists are left out.
type Asked struct {
	Method string
	URL    string
	Header http.Header
	Body   string
}

// New makes a transport without pages.
func New(t testing.TB) *Transport { return &Transport{t: t, pages: map[string][]Answer{}} }

// Dir makes a transport with the pages of a directory: its files that end in
// ".http", in the order of their names.
func Dir(t testing.TB, dir string) *Transport {
	t.Helper()
	tr := New(t)
	tr.Load(os.DirFS(dir), ".")
	return tr
}

// Load adds the pages of a directory.
func (tr *Transport) Load(files fs.FS, dir string) {
	tr.t.Helper()
	names, err := fs.Glob(files, path.Join(dir, "*.http"))
	if err != nil || len(names) == 0 {
		tr.t.Fatalf("fetchtest: no .http file in %s (%v)", dir, err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			tr.t.Fatalf("fetchtest: %v", err)
		}
		method, url, a, err := parse(data, func(body string) ([]byte, error) {
			return fs.ReadFile(files, path.Join(path.Dir(name), body))
		})
		if err != nil {
			tr.t.Fatalf("fetchtest: %s: %v", name, err)
		}
		tr.Add(method, url, a)
	}
}

// Add adds one page of an address, after those that it has.
func (tr *Transport) Add(method, url string, a Answer) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.pages[method+" "+url] = append(tr.pages[method+" "+url], a)
}

// Page adds a page that is got with 200.
func (tr *Transport) Page(url, contentType, body string) {
	tr.Add(http.MethodGet, url, Answer{Status: http.StatusOK, Header: http.Header{"Content-Type": {contentType}}, Body: []byte(body)})
}

// Asked are the requests that came.
func (tr *Transport) Asked() []Asked {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return append([]Asked(nil), tr.asked...)
}

// Client is a real client over the pages.
func (tr *Transport) Client() *fetch.Client {
	return fetch.New(fetch.Config{UserAgent: "kajkhoj-test (+https://example.com)", Product: "kajkhoj"}, tr)
}

// Session is a run without a delay over the pages, of the test's length.
func (tr *Transport) Session() *fetch.Session {
	ctx, cancel := context.WithCancel(context.Background())
	tr.t.Cleanup(cancel)
	return tr.Client().Session(ctx, fetch.Options{})
}

// RoundTrip answers from the pages.
func (tr *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	asked := Asked{Method: req.Method, URL: req.URL.String(), Header: req.Header.Clone()}
	if req.Body != nil {
		b, err := io.ReadAll(req.Body)
		req.Body.Close()
		if err != nil {
			return nil, err
		}
		asked.Body = string(b)
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	key := asked.Method + " " + asked.URL
	rest := tr.pages[key]
	if len(rest) == 0 {
		if req.Method == http.MethodGet && req.URL.Path == "/robots.txt" && req.URL.RawQuery == "" {
			return respond(req, Answer{Status: http.StatusNotFound}), nil
		}
		tr.t.Errorf("fetchtest: %s is not listed", key)
		return nil, fmt.Errorf("fetchtest: %s is not listed", key)
	}
	tr.asked = append(tr.asked, asked)
	if len(rest) > 1 {
		tr.pages[key] = rest[1:]
	}
	a := rest[0]
	if etag := a.Header.Get("ETag"); etag != "" && req.Header.Get("If-None-Match") == etag {
		a = Answer{Status: http.StatusNotModified, Header: a.Header}
	} else if at := a.Header.Get("Last-Modified"); etag == "" && at != "" && req.Header.Get("If-Modified-Since") == at {
		a = Answer{Status: http.StatusNotModified, Header: a.Header}
	}
	return respond(req, a), nil
}

func respond(req *http.Request, a Answer) *http.Response {
	h := a.Header.Clone()
	if h == nil {
		h = http.Header{}
	}
	return &http.Response{
		Status:     fmt.Sprintf("%d %s", a.Status, http.StatusText(a.Status)),
		StatusCode: a.Status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        h,
		Body:          io.NopCloser(bytes.NewReader(a.Body)),
		ContentLength: int64(len(a.Body)),
		Request:       req,
	}
}

// parse reads one file.
func parse(data []byte, open func(string) ([]byte, error)) (method, url string, a Answer, err error) {
	r := bufio.NewReader(bytes.NewReader(data))
	head := textproto.NewReader(r)
	line, err := head.ReadLine()
	for err == nil && (strings.HasPrefix(line, "#") || line == "") {
		line, err = head.ReadLine()
	}
	if err != nil {
		return "", "", a, fmt.Errorf("no request line: %w", err)
	}
	method, url, ok := strings.Cut(line, " ")
	if !ok || !strings.Contains(url, "://") {
		return "", "", a, fmt.Errorf("%q is no request line such as GET https://example.com/", line)
	}
	if line, err = head.ReadLine(); err != nil {
		return "", "", a, fmt.Errorf("no status line: %w", err)
	}
	proto, status, ok := strings.Cut(line, " ")
	code, _, _ := strings.Cut(status, " ")
	if a.Status, err = strconv.Atoi(code); err != nil || !ok || !strings.HasPrefix(proto, "HTTP/") {
		return "", "", a, fmt.Errorf("%q is no status line such as HTTP/1.1 200 OK", line)
	}
	h, err := head.ReadMIMEHeader()
	if err != nil && err != io.EOF {
		return "", "", a, fmt.Errorf("headers: %w", err)
	}
	a.Header = http.Header(h)
	if a.Body, err = io.ReadAll(r); err != nil {
		return "", "", a, err
	}
	if name := a.Header.Get("Body-File"); name != "" {
		if len(a.Body) > 0 {
			return "", "", a, fmt.Errorf("both a body and Body-File")
		}
		a.Header.Del("Body-File")
		if a.Body, err = open(name); err != nil {
			return "", "", a, err
		}
	}
	return method, url, a, nil
}

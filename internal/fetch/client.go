package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gocolly/colly/v2"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// The limits of a session that names none, and those of every session.
const (
	defaultPages = 50
	defaultBytes = 8 << 20
	// maxRedirects is how many redirects in a row are followed.
	maxRedirects = 5
	// maxAnswer is how long one answer may take from the first byte of the
	// request to the last of the body.
	maxAnswer = time.Minute
)

// Config is what a process tells every site.
type Config struct {
	// UserAgent names the program, its version and an address where its
	// operator can be reached. Product is the token in it that robots.txt is
	// asked for (RFC 9309, 2.2.1). Where they are empty the project's own name
	// and address stand for the operator's.
	UserAgent string
	Product   string
	// AllowLoopback lets the demo and tests reach 127.0.0.0/8 and ::1.
	AllowLoopback bool
}

// Client is shared by all runs of a process: it keeps each host's turn and
// its robots.txt. Another process knows nothing of these turns: that no two
// processes ask one site at a time is for the leases of package collect.
type Client struct {
	cfg  Config
	base http.RoundTripper

	mu     sync.Mutex
	hosts  map[string]*host
	robots map[string]*robotsEntry
}

// New makes a client. base carries the requests; nil is the real network,
// with an address guard in its dialer.
func New(cfg Config, base http.RoundTripper) *Client {
	if cfg.Product == "" {
		cfg.Product = "kajkhoj"
	}
	if cfg.UserAgent == "" {
		cfg.UserAgent = cfg.Product + " (+https://github.com/kajkhoj/kajkhoj)"
	}
	if base == nil {
		base = network(cfg.AllowLoopback, nil)
	}
	return &Client{cfg: cfg, base: base, hosts: map[string]*host{}, robots: map[string]*robotsEntry{}}
}

// Options bound one run.
type Options struct {
	// Delay is the time between the end of one request to a host and the
	// start of the next, across all sessions; the longest that any session
	// now asks for a host counts.
	Delay time.Duration
	Pages int   // 0: 50
	Bytes int64 // of one body after decompression; 0: 8 MiB
}

// Session is one run's way to the network. It ends with its context.
type Session struct {
	client *Client
	ctx    context.Context
	delay  time.Duration
	limit  int64

	mu     sync.Mutex
	left   int // pages that may still be asked for
	pages  int
	bytes  int64
	status int
	robots int // the last status of a robots.txt
}

// Session begins a run. Its requests end when ctx does; ctx must end, because
// the session's delay holds for its hosts until then.
func (c *Client) Session(ctx context.Context, o Options) *Session {
	s := &Session{client: c, ctx: ctx, delay: o.Delay, limit: o.Bytes, left: o.Pages}
	if s.left == 0 {
		s.left = defaultPages
	}
	if s.limit == 0 {
		s.limit = defaultBytes
	}
	return s
}

// Request asks for one page.
type Request struct {
	URL    string
	Method string // GET where empty
	Header http.Header
	Body   []byte
	// Validator makes the request conditional where its URL is the same; the
	// answer may then be a Page with Status 304 and no body.
	Validator market.Validator
}

// Get sends a request through a fresh colly collector. The page's URL is the
// last one where redirects were followed. A status that is no success (and
// not 304) is a *StatusError.
func (s *Session) Get(r Request) (Page, error) {
	var page Page
	c := s.collector(r.Validator, r.URL)
	c.OnResponse(func(a *colly.Response) {
		page = Page{URL: a.Request.URL.String(), Status: a.StatusCode, Header: *a.Headers, Body: a.Body}
	})
	method := r.Method
	if method == "" {
		method = http.MethodGet
	}
	var body io.Reader
	if len(r.Body) > 0 {
		body = bytes.NewReader(r.Body)
	}
	header := r.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	if err := c.Request(method, r.URL, body, nil, header); err != nil {
		// The client's own wrapping names the method and the address; ours
		// names the address already.
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err
		}
		return Page{}, err
	}
	return page, nil
}

// Collector is a fresh colly collector over the session's transport, for
// sources that follow links by themselves.
func (s *Session) Collector() *colly.Collector { return s.collector(market.Validator{}, "") }

// collector switches off whatever colly would do by itself and the transport
// does: robots.txt, limits, caps, the refusal to visit an address again, the
// time limit of a request (which would count the wait for the host's turn),
// and what COLLY_* variables set. url is the address that will be asked for,
// where that is known.
func (s *Session) collector(v market.Validator, url string) *colly.Collector {
	c := colly.NewCollector(colly.StdlibContext(s.ctx))
	c.UserAgent = s.client.cfg.UserAgent
	c.Async = false
	c.CacheDir = ""
	c.MaxBodySize = 0
	c.MaxDepth = 0
	c.DetectCharset = false
	c.IgnoreRobotsTxt = true
	c.AllowURLRevisit = true
	// The transport turns statuses that are no success into errors; what is
	// left (such as 304) is an answer.
	c.ParseHTTPErrorResponse = true
	c.AllowedDomains, c.DisallowedDomains = nil, nil
	c.DisableCookies()
	c.SetRequestTimeout(0)
	c.WithTransport(&transport{session: s, validator: v, url: url})
	return c
}

// Pages counts the bodies that the session has read. A body of robots.txt or
// of a redirect is none.
func (s *Session) Pages() int { s.mu.Lock(); defer s.mu.Unlock(); return s.pages }

// Bytes is what those bodies held after decompression.
func (s *Session) Bytes() int64 { s.mu.Lock(); defer s.mu.Unlock(); return s.bytes }

// Status is the last status that a page answered, 0 before the first.
func (s *Session) Status() int { s.mu.Lock(); defer s.mu.Unlock(); return s.status }

// RobotsStatus is the last status that a robots.txt answered this session, 0
// where none was asked for or none came. Together with Status it tells
// whether the session reached any site.
func (s *Session) RobotsStatus() int { s.mu.Lock(); defer s.mu.Unlock(); return s.robots }

// take counts a page that is about to be asked for.
func (s *Session) take() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left <= 0 {
		return ErrTooManyPages
	}
	s.left--
	return nil
}

// transport is the manners of one collector: every hop of every request
// passes through RoundTrip.
type transport struct {
	session   *Session
	validator market.Validator
	// url is the first hop's address as the caller wrote it, which colly may
	// write otherwise ("https://example.com" gets a slash).
	url string
}

// conditional reports whether a hop is the address that the validator is for.
func (t *transport) conditional(req *http.Request) bool {
	return t.validator.URL == req.URL.String() || req.Response == nil && t.validator.URL != "" && t.validator.URL == t.url
}

// RoundTrip asks for one hop. In this order: may the address be asked at all
// (scheme, redirect, no private address, page cap), does robots.txt allow it,
// is it the host's turn. The body comes back whole, decompressed and in UTF-8; a status that
// is neither a success nor a redirect comes back as a *StatusError.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close()
	}
	s, c, ctx := t.session, t.session.client, req.Context()
	if err := checkHop(req); err != nil {
		return nil, err
	}
	// robots.txt of a refused address is not asked for: it is no site's
	// refusal.
	if err := c.checkLiteral(req.URL.Hostname()); err != nil {
		return nil, fmt.Errorf("%s: %w", req.URL, err)
	}
	if req.Response == nil {
		if err := s.take(); err != nil {
			return nil, err
		}
	}
	rules, err := c.rules(ctx, s, req.URL)
	if err != nil {
		return nil, err
	}
	if !rules.allow(pathOf(req.URL)) {
		return nil, fmt.Errorf("%w: %s", ErrRobots, req.URL)
	}
	r := req.Clone(ctx)
	if req.Response != nil {
		redirected(r)
	}
	if t.conditional(req) {
		if t.validator.ETag != "" {
			r.Header.Set("If-None-Match", t.validator.ETag)
		}
		if t.validator.LastModified != "" {
			r.Header.Set("If-Modified-Since", t.validator.LastModified)
		}
	}
	conditional := r.Header.Get("If-None-Match") != "" || r.Header.Get("If-Modified-Since") != ""
	res, err := c.ask(ctx, s, r, rules.delay, s.limit)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.status = res.status
	s.mu.Unlock()
	switch {
	case isRedirect(res.status) && res.header.Get("Location") != "":
	case res.status == http.StatusNotModified && conditional:
	case res.status >= 200 && res.status < 300:
		res.body = toUTF8(res.body, res.header)
		s.mu.Lock()
		s.pages++
		s.bytes += int64(len(res.body))
		s.mu.Unlock()
	default:
		return nil, res.refusal(req.URL)
	}
	return res.response(req), nil
}

// checkHop refuses schemes other than http and https, more than maxRedirects
// redirects, and redirects from https to http.
func checkHop(req *http.Request) error {
	if req.URL.Scheme != "https" && req.URL.Scheme != "http" {
		return fmt.Errorf("%w: %s: only http and https are asked", ErrAddress, req.URL)
	}
	if req.Response == nil || req.Response.Request == nil {
		return nil
	}
	if req.Response.Request.URL.Scheme == "https" && req.URL.Scheme == "http" {
		return fmt.Errorf("%w: a redirect from https to %s", ErrAddress, req.URL)
	}
	hops := 0
	for r := req.Response; r != nil && r.Request != nil; r = r.Request.Response {
		hops++
	}
	if hops > maxRedirects {
		return fmt.Errorf("%w, the last to %s", errRedirects, req.URL)
	}
	return nil
}

// errRedirects: a site that sends on and on.
var errRedirects = fmt.Errorf("%w: more than %d redirects in a row", ErrUnreachable, maxRedirects)

// redirected takes off a redirected request what belongs to the first one: a
// validator is for one address, and a key or an address with a token in it is
// for one host (net/http forwards all headers but its own few).
func redirected(r *http.Request) {
	r.Header.Del("If-None-Match")
	r.Header.Del("If-Modified-Since")
	if from := r.Response.Request; from != nil && hostKey(from.URL) == hostKey(r.URL) {
		return
	}
	kept := http.Header{}
	for _, k := range []string{"Accept", "Accept-Language", "Content-Type"} {
		if v := r.Header.Values(k); len(v) > 0 {
			kept[k] = v
		}
	}
	r.Header = kept
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// answer is a response that was read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// ask waits for the host's turn and sends one request with the program's
// name. The turn is kept until the body is read, so that a host never has two
// requests at a time. Bodies of answers that are no success are not read; with
// ErrTooLarge comes what fitted.
func (c *Client) ask(ctx context.Context, s *Session, req *http.Request, delay time.Duration, limit int64) (answer, error) {
	if err := c.checkLiteral(req.URL.Hostname()); err != nil {
		return answer{}, fmt.Errorf("%s: %w", req.URL, err)
	}
	h := c.host(req.URL)
	release, err := h.acquire(ctx, s, req.URL, delay)
	if err != nil {
		return answer{}, err
	}
	defer release()
	req.Header.Set("User-Agent", c.cfg.UserAgent)
	req.Header.Set("Accept-Encoding", "gzip")
	short, cancel := context.WithTimeout(ctx, maxAnswer)
	defer cancel()
	res, err := c.base.RoundTrip(req.WithContext(short))
	if err != nil {
		return answer{}, broken(ctx, req.URL, err)
	}
	defer res.Body.Close()
	a := answer{status: res.StatusCode, header: res.Header.Clone()}
	if a.header == nil {
		a.header = http.Header{}
	}
	if wait := retryAfter(a.header, time.Now()); wait > 0 && a.status >= 400 {
		h.pause(time.Now().Add(wait), a.status)
	}
	if a.status < 200 || a.status > 299 || req.Method == http.MethodHead {
		return a, nil
	}
	if a.body, err = readBody(res.Body, a.header, limit); err != nil {
		return a, broken(ctx, req.URL, err)
	}
	a.header.Del("Content-Encoding")
	a.header.Del("Content-Length")
	return a, nil
}

// broken names what an exchange failed of: the run's own end, a refusal of
// this package, or a site that cannot be reached.
func broken(ctx context.Context, u *url.URL, err error) error {
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", u, ctx.Err())
	case errors.Is(err, ErrAddress), errors.Is(err, ErrTooLarge), errors.Is(err, errEncoding):
		return fmt.Errorf("%s: %w", u, err)
	}
	return fmt.Errorf("%w: %s: %w", ErrUnreachable, u, err)
}

func (a answer) refusal(u *url.URL) *StatusError {
	return &StatusError{
		Status:     a.status,
		URL:        u.String(),
		RetryAfter: retryAfter(a.header, time.Now()),
		Challenge:  strings.EqualFold(a.header.Get("Cf-Mitigated"), "challenge"),
	}
}

// response hands the answer to net/http. Uncompressed keeps colly from
// decompressing what is plain already.
func (a answer) response(req *http.Request) *http.Response {
	return &http.Response{
		Status:     fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)),
		StatusCode: a.status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        a.header,
		Body:          io.NopCloser(bytes.NewReader(a.body)),
		ContentLength: int64(len(a.body)),
		Uncompressed:  true,
		Request:       req,
	}
}

// Saved makes a page of an answer that was saved to a file, as a session
// makes one of a body: decompressed, text in UTF-8, at most limit bytes (0:
// 8 MiB), otherwise ErrTooLarge. header may be nil.
func Saved(url string, header http.Header, body []byte, limit int64) (Page, error) {
	if limit == 0 {
		limit = defaultBytes
	}
	p := Page{URL: url, Status: http.StatusOK, Header: header.Clone()}
	if p.Header == nil {
		p.Header = http.Header{}
	}
	b, err := readBody(bytes.NewReader(body), p.Header, limit)
	if err != nil {
		return Page{}, fmt.Errorf("%s: %w", url, err)
	}
	p.Header.Del("Content-Encoding")
	p.Body = toUTF8(b, p.Header)
	return p, nil
}

// ValidatorOf is what a page may be asked for conditionally with next time.
func ValidatorOf(p Page) market.Validator {
	return market.Validator{URL: p.URL, ETag: p.Header.Get("ETag"), LastModified: p.Header.Get("Last-Modified")}
}

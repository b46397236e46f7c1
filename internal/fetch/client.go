package fetch

import (
	"context"
	"net/http"
	"time"

	"github.com/gocolly/colly/v2"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Config is what a process tells every site.
type Config struct {
	// UserAgent names the program, its version and an address where its
	// operator can be reached. Product is the token in it that robots.txt is
	// asked for (RFC 9309, 2.2.1).
	UserAgent string
	Product   string
	// AllowLoopback lets the demo and tests reach 127.0.0.0/8 and ::1.
	AllowLoopback bool
}

// Client is shared by all runs of a process: it keeps each host's turn and
// its robots.txt.
type Client struct {
	cfg  Config
	base http.RoundTripper
}

// New makes a client. base carries the requests; nil is the real network,
// with an address guard in its dialer.
func New(cfg Config, base http.RoundTripper) *Client { return &Client{cfg: cfg, base: base} }

// Options bound one run.
type Options struct {
	// Delay is the time between the end of one request to a host and the
	// start of the next, across all sessions; the longest that any session
	// now asks for a host counts.
	Delay time.Duration
	Pages int   // 0: 50
	Bytes int64 // of one body after decompression; 0: 8 MiB
}

// Session is one run's way to the network.
type Session struct{}

// Session begins a run. Its requests end when ctx does.
func (c *Client) Session(ctx context.Context, o Options) *Session { panic("to be built") }

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

// Get sends a request through a fresh colly collector. A status that is no
// success (and not 304) is a *StatusError.
func (s *Session) Get(r Request) (Page, error) { panic("to be built") }

// Collector is a fresh colly collector over the session's transport, for
// sources that follow links by themselves.
func (s *Session) Collector() *colly.Collector { panic("to be built") }

// Pages, Bytes and Status tell what the session has read so far.
func (s *Session) Pages() int   { panic("to be built") }
func (s *Session) Bytes() int64 { panic("to be built") }
func (s *Session) Status() int  { panic("to be built") }

// ValidatorOf is what a page may be asked for conditionally with next time.
func ValidatorOf(p Page) market.Validator {
	return market.Validator{URL: p.URL, ETag: p.Header.Get("ETag"), LastModified: p.Header.Get("Last-Modified")}
}

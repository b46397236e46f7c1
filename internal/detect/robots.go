package detect

import (
	"context"
	"errors"
	"net/http"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// Robots says what a site's robots.txt says of the first address that a source
// asks for, and asks for nothing else. Its error is the source's own where it
// does not get as far as to ask (a variable is not set), that of a refused
// address, or the context's.
func Robots(ctx context.Context, client *fetch.Client, src source.Source) (address string, v fetch.Verdict, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var c catcher
	_, err = src.Collect(ctx, source.Input{Session: fetch.New(fetch.Config{AllowLoopback: true}, &c).Session(ctx, fetch.Options{})})
	if c.first == "" {
		return "", v, err
	}
	v, err = client.Session(ctx, fetch.Options{}).Robots(c.first)
	return c.first, v, err
}

// catcher keeps the first address that is asked for, and lets nothing out.
type catcher struct{ first string }

var errCaught = errors.New("nothing is sent")

func (c *catcher) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/robots.txt" && r.URL.RawQuery == "" {
		return &http.Response{StatusCode: http.StatusNotFound, Body: http.NoBody, Header: http.Header{}, Request: r}, nil
	}
	if c.first == "" {
		c.first = r.URL.String()
	}
	return nil, errCaught
}

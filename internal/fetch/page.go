// Package fetch is the only way out to the network. One http.RoundTripper
// owns the manners: robots.txt, one request at a time per host with a delay,
// conditional GET, caps, and a guard against private addresses.
package fetch

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Page is one answer of a site.
type Page struct {
	URL    string
	Status int
	Header http.Header
	// Body is decompressed; HTML, XML and JSON bodies are in UTF-8.
	Body []byte
}

// What the transport refuses or reports. All survive errors.Is through colly.
var (
	// ErrRobots: robots.txt disallows the address, or could not be had (5xx).
	ErrRobots = errors.New("robots.txt disallows it")
	// ErrAddress: the address is private, loopback, link-local or otherwise
	// not of the public internet, or its scheme is not asked.
	ErrAddress = errors.New("refused address")
	// ErrTooLarge: the body is larger than the cap, after decompression.
	ErrTooLarge = errors.New("the answer is too large")
	// ErrTooManyPages: the run has asked for as many pages as it may.
	ErrTooManyPages = errors.New("the run has read as many pages as it may")
	// ErrUnreachable: no connection, no name, a time-out, a broken answer, too
	// many redirects.
	ErrUnreachable = errors.New("unreachable")
)

// StatusError is an HTTP status that is no success.
type StatusError struct {
	Status int
	URL    string
	// RetryAfter is what the site asked for (RFC 9110, 10.2.3), 0 for nothing.
	RetryAfter time.Duration
	// Challenge says that the site's shield answered with a challenge
	// ("Cf-Mitigated: challenge").
	Challenge bool
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s answered %d %s", e.URL, e.Status, http.StatusText(e.Status))
}

// Blocked reports whether the site refuses to be read.
func (e *StatusError) Blocked() bool {
	if e.Challenge {
		return true
	}
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests, http.StatusUnavailableForLegalReasons:
		return true
	}
	return false
}

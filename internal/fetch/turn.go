package fetch

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// host keeps one host's turn. The invariant: between the end of one request
// and the start of the next lies at least the longest delay that a session
// asked for at either moment.
type host struct {
	// turn holds a token while nobody talks to the host.
	turn chan struct{}

	mu     sync.Mutex
	delays map[*Session]time.Duration
	// last is when the last request ended; free is when the next may start by
	// the delays that held then.
	last, free time.Time
	// closed is until when the site asked to be left alone (Retry-After), and
	// status what it said.
	closed time.Time
	status int
}

// host finds the turn of an address's host. The default ports of http and
// https are one host; other ports are hosts of their own.
func (c *Client) host(u *url.URL) *host {
	key := hostKey(u)
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.hosts[key]
	if h == nil {
		h = &host{turn: make(chan struct{}, 1), delays: map[*Session]time.Duration{}}
		h.turn <- struct{}{}
		c.hosts[key] = h
	}
	return h
}

func hostKey(u *url.URL) string {
	name := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	switch port := u.Port(); port {
	case "", "80", "443":
		return name
	default:
		return name + ":" + port
	}
}

// acquire waits for the turn and for the delay, and gives what ends the turn.
// It fails at once where the wait would outlast ctx: with what the site said
// where the site asked for the wait, otherwise with the deadline's error.
func (h *host) acquire(ctx context.Context, s *Session, u *url.URL, delay time.Duration) (release func(), err error) {
	h.register(s, max(s.delay, delay))
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("%s: %w", u, ctx.Err())
	case <-h.turn:
	}
	defer func() {
		if err != nil {
			h.turn <- struct{}{}
		}
	}()
	at, refused := h.next()
	wait := time.Until(at)
	if end, ok := ctx.Deadline(); ok && at.After(end) {
		if refused != 0 {
			return nil, &StatusError{Status: refused, URL: u.String(), RetryAfter: wait}
		}
		return nil, fmt.Errorf("%s: the host's next turn comes after the run's end: %w", u, context.DeadlineExceeded)
	}
	if wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%s: %w", u, ctx.Err())
		case <-t.C:
		}
	}
	return h.release, nil
}

func (h *host) release() {
	h.mu.Lock()
	h.last = time.Now()
	h.free = h.last.Add(h.longest())
	h.mu.Unlock()
	h.turn <- struct{}{}
}

// register notes a session's delay for as long as the session lasts.
func (h *host) register(s *Session, delay time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.delays[s]; !ok {
		context.AfterFunc(s.ctx, func() {
			h.mu.Lock()
			defer h.mu.Unlock()
			delete(h.delays, s)
		})
	}
	h.delays[s] = max(h.delays[s], delay)
}

// next is when the host may be asked again, and, where the site itself asked
// for the wait, the status that it said so with.
func (h *host) next() (at time.Time, refused int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	at = h.free
	if !h.last.IsZero() {
		if t := h.last.Add(h.longest()); t.After(at) {
			at = t
		}
	}
	if h.closed.After(at) {
		return h.closed, h.status
	}
	return at, 0
}

func (h *host) longest() time.Duration {
	var d time.Duration
	for _, v := range h.delays {
		d = max(d, v)
	}
	return d
}

// pause keeps everybody from the host until the site wants to be asked again.
func (h *host) pause(until time.Time, status int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if until.After(h.closed) {
		h.closed, h.status = until, status
	}
}

// retryAfter reads Retry-After (RFC 9110, 10.2.3): seconds or a date. What
// cannot be read, or lies in the past, is 0.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseUint(v, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if t, err := http.ParseTime(v); err == nil {
		return max(t.Sub(now), 0)
	}
	return 0
}

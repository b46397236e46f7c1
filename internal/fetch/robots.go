package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	// robotsKept is how long a robots.txt is believed (RFC 9309, 2.4), and
	// robotsFailed how long it is not asked for again when it could not be had.
	robotsKept   = 24 * time.Hour
	robotsFailed = time.Minute
	// robotsBytes is how much of it is read (RFC 9309, 2.5: at least 500 KiB).
	robotsBytes = 512 << 10
)

// robotsEntry is what is known of one scheme, host and port. Whoever holds
// lock asks for it; the others wait for the answer.
type robotsEntry struct {
	lock  chan struct{}
	rules robotsRules
	err   error
	until time.Time
}

// rules gives the robots.txt that stands for an address. It fails with
// ErrRobots where that could not be had (RFC 9309, 2.3.1.4: then everything
// is disallowed), and wraps ErrUnreachable or a *StatusError with the cause.
//
// The holder of an entry's lock takes turns of hosts, one at a time; the
// holder of a turn takes no lock.
func (c *Client) rules(ctx context.Context, s *Session, u *url.URL) (robotsRules, error) {
	key := u.Scheme + "://" + hostKey(u)
	c.mu.Lock()
	e := c.robots[key]
	if e == nil {
		e = &robotsEntry{lock: make(chan struct{}, 1)}
		e.lock <- struct{}{}
		c.robots[key] = e
	}
	c.mu.Unlock()
	select {
	case <-ctx.Done():
		return robotsRules{}, ctx.Err()
	case <-e.lock:
	}
	defer func() { e.lock <- struct{}{} }()
	if time.Now().Before(e.until) {
		return e.rules, e.err
	}
	e.rules, e.err = c.askRobots(ctx, s, u)
	switch {
	case e.err == nil:
		e.until = time.Now().Add(robotsKept)
	case ctx.Err() != nil, errors.Is(e.err, context.DeadlineExceeded) && !errors.Is(e.err, ErrUnreachable):
		e.until = time.Time{} // this run's end says nothing about the site
	default:
		e.until = time.Now().Add(robotsFailed)
	}
	return e.rules, e.err
}

// askRobots gets robots.txt by RFC 9309, 2.3.1: 4xx allows everything, and so
// do more than five redirects; 5xx and silence allow nothing.
func (c *Client) askRobots(ctx context.Context, s *Session, u *url.URL) (robotsRules, error) {
	at := &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/robots.txt"}
	var via *http.Response
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
		if err != nil {
			return robotsRules{}, fmt.Errorf("%w: %w", ErrRobots, err)
		}
		req.Response = via
		if err := checkHop(req); errors.Is(err, errRedirects) {
			return robotsRules{}, nil
		} else if err != nil {
			return robotsRules{}, fmt.Errorf("%w, because it could not be had: %w", ErrRobots, err)
		}
		a, err := c.ask(ctx, s, req, 0, robotsBytes)
		if a.status != 0 {
			s.mu.Lock()
			s.robots = a.status
			s.mu.Unlock()
		}
		switch {
		case errors.Is(err, ErrTooLarge):
			// Read to the last whole line that fitted.
			return parseRobots(a.body[:bytes.LastIndexByte(a.body, '\n')+1], c.cfg.Product), nil
		case err != nil && ctx.Err() != nil:
			return robotsRules{}, err
		case err != nil:
			return robotsRules{}, fmt.Errorf("%w, because it could not be had: %w", ErrRobots, err)
		case a.status >= 200 && a.status < 300:
			return parseRobots(a.body, c.cfg.Product), nil
		case a.status >= 400 && a.status < 500:
			return robotsRules{}, nil
		case isRedirect(a.status) && a.header.Get("Location") != "":
			to, err := at.Parse(a.header.Get("Location"))
			if err != nil {
				return robotsRules{}, fmt.Errorf("%w, because it could not be had: %w", ErrRobots, err)
			}
			at, via = to, a.response(req)
		default:
			return robotsRules{}, fmt.Errorf("%w, because it could not be had: %w", ErrRobots, a.refusal(at))
		}
	}
}

// robotsRules are the rules of the group that speaks to this program. The
// zero value allows everything.
type robotsRules struct {
	rules []robotsRule
	delay time.Duration
}

type robotsRule struct {
	allow   bool
	pattern string
}

// parseRobots reads a robots.txt (RFC 9309, 2.2) for a product token. Groups
// of the same token are one; "*" speaks to those that no group names. What is
// no record is passed over. Crawl-delay, in seconds, is a custom that the RFC
// does not know and that is kept here.
func parseRobots(body []byte, product string) robotsRules {
	var ours, all robotsRules
	named, toUs, toAll, starting := false, false, false, false
	text := strings.TrimPrefix(string(body), "\ufeff")
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		line, _, _ = strings.Cut(line, "#")
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		add := func(change func(*robotsRules)) {
			starting = false
			if toUs {
				change(&ours)
			}
			if toAll {
				change(&all)
			}
		}
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "user-agent":
			if !starting {
				toUs, toAll, starting = false, false, true
			}
			if value == "*" {
				toAll = true
			} else if strings.EqualFold(productToken(value), product) {
				toUs, named = true, true
			}
		case "allow", "disallow":
			allow := strings.EqualFold(strings.TrimSpace(key), "allow")
			add(func(g *robotsRules) {
				if value != "" {
					g.rules = append(g.rules, robotsRule{allow: allow, pattern: octets(value)})
				}
			})
		case "crawl-delay":
			add(func(g *robotsRules) {
				if n, err := strconv.ParseFloat(value, 64); err == nil && n > 0 && n <= 24*60*60 {
					g.delay = max(g.delay, time.Duration(n*float64(time.Second)))
				}
			})
		}
	}
	if named {
		return ours
	}
	return all
}

// productToken is the beginning of a user-agent line that names a program:
// "Kajkhoj/1.0" names "Kajkhoj".
func productToken(s string) string {
	for i, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_' || r == '-') {
			return s[:i]
		}
	}
	return s
}

// allow reports whether a path with its query may be asked for: the longest
// matching pattern decides, and of two as long the one that allows (RFC 9309,
// 2.2.2). robots.txt itself may always be asked for.
func (g robotsRules) allow(path string) bool {
	path = octets(path)
	if path == "/robots.txt" {
		return true
	}
	longest, allowed := -1, true
	for _, r := range g.rules {
		if n := len(r.pattern); (n > longest || n == longest && r.allow) && robotsMatch(r.pattern, path) {
			longest, allowed = n, r.allow
		}
	}
	return allowed
}

// robotsMatch matches a pattern from the beginning of path; "*" stands for
// any octets and a "$" at the end for the end (RFC 9309, 2.2.3).
func robotsMatch(pattern, path string) bool {
	pattern, atEnd := strings.CutSuffix(pattern, "$")
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(path, parts[0])
	if !ok {
		return false
	}
	if len(parts) == 1 {
		return !atEnd || rest == ""
	}
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	last := parts[len(parts)-1]
	if atEnd {
		return strings.HasSuffix(rest, last)
	}
	return strings.Contains(rest, last)
}

// octets makes paths comparable (RFC 9309, 2.2.2): octets outside ASCII are
// percent-encoded, encoded octets that are unreserved characters (RFC 3986,
// 2.3) are not, and hexadecimal digits are upper case.
func octets(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				c = byte(n)
				i += 2
				if unreserved(c) {
					b.WriteByte(c)
				} else {
					b.WriteByte('%')
					b.WriteByte(hex[c>>4])
					b.WriteByte(hex[c&15])
				}
				continue
			}
		}
		if c >= 0x80 {
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

// pathOf is what robots.txt rules are compared with.
func pathOf(u *url.URL) string {
	p := u.EscapedPath()
	if p == "" {
		p = "/"
	}
	if u.RawQuery != "" || u.ForceQuery {
		p += "?" + u.RawQuery
	}
	return p
}

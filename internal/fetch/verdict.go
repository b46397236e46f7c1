package fetch

import (
	"errors"
	"fmt"
	"net/url"
	"time"
)

// Verdict is what a site's robots.txt says of one address.
type Verdict struct {
	Allowed bool
	// Delay is the time between two requests that it asks for (Crawl-delay).
	Delay time.Duration
	// Why says why the address may not be asked for; it is empty where it may.
	Why string
	// Failed says that it may not because robots.txt could not be had: ask
	// again later.
	Failed bool
	// Err is nil where it may, and else wraps ErrRobots, and what kept
	// robots.txt from being had.
	Err error
}

// Robots asks for the robots.txt that stands for an address, and for nothing
// else. A robots.txt that could not be had allows nothing (RFC 9309, 2.3.1.4);
// that is a verdict. The error is that of an address that is refused, or the
// session's end.
func (s *Session) Robots(address string) (Verdict, error) {
	u, err := url.Parse(address)
	if err != nil {
		return Verdict{}, fmt.Errorf("%w: %w", ErrAddress, err)
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" {
		return Verdict{}, fmt.Errorf("%w: %s: only http and https are asked", ErrAddress, address)
	}
	if err := s.client.checkLiteral(u.Hostname()); err != nil {
		return Verdict{}, fmt.Errorf("%s: %w", address, err)
	}
	rules, err := s.client.rules(s.ctx, s, u)
	switch {
	case errors.Is(err, ErrAddress):
		return Verdict{}, err
	case errors.Is(err, ErrRobots):
		return Verdict{Why: err.Error(), Failed: true, Err: err}, nil
	case err != nil:
		return Verdict{}, err
	case !rules.allow(pathOf(u)):
		err := fmt.Errorf("%w: %s", ErrRobots, pathOf(u))
		return Verdict{Delay: rules.delay, Why: err.Error(), Err: err}, nil
	}
	return Verdict{Allowed: true, Delay: rules.delay}, nil
}

package web

import (
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How often one client may ask the API.
const (
	perSecond         = 5
	burst             = 60
	rememberedClients = 20_000
)

// limiter holds each client to a rate, known by their address.
type limiter = limiterOf[netip.Addr]

// limiterOf holds each client to a rate. It remembers a bounded number of
// clients in two generations: when the young one is full the old one is
// forgotten, so that a client is forgotten only after as many others came.
type limiterOf[K comparable] struct {
	rate  rate.Limit
	burst int
	most  int // of one generation

	mu         sync.Mutex
	young, old map[K]*rate.Limiter
}

func newLimiter(perSecond rate.Limit, burst, clients int) *limiter {
	return newLimiterOf[netip.Addr](perSecond, burst, clients)
}

func newLimiterOf[K comparable](perSecond rate.Limit, burst, clients int) *limiterOf[K] {
	return &limiterOf[K]{rate: perSecond, burst: burst, most: max(clients/2, 1), young: map[K]*rate.Limiter{}}
}

// wait is how long a client must wait before it may ask; 0 takes one of its
// requests.
func (l *limiterOf[K]) wait(client K, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.young[client]
	if c == nil {
		if c = l.old[client]; c == nil {
			c = rate.NewLimiter(l.rate, l.burst)
		}
		if len(l.young) >= l.most {
			l.young, l.old = map[K]*rate.Limiter{}, l.young
		}
		l.young[client] = c
	}
	r := c.ReserveN(now, 1)
	d := r.DelayFrom(now)
	if d > 0 {
		r.CancelAt(now)
	}
	return d
}

// clientAddr is who asks: the peer, or, where the peer is on a loopback or
// private address and so is our own reverse proxy, the last address in
// X-Forwarded-For, which that proxy wrote. An IPv6 client is its /64 network,
// since one client has all of it.
func clientAddr(r *http.Request) netip.Addr {
	a := peer(r.RemoteAddr)
	if isPrivate(a) {
		if xff := r.Header.Values("X-Forwarded-For"); len(xff) > 0 {
			last := xff[len(xff)-1]
			last = strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
			if b, err := netip.ParseAddr(last); err == nil {
				a = b.Unmap()
			}
		}
	}
	if a.Is6() && !isPrivate(a) {
		if p, err := a.Prefix(64); err == nil {
			a = p.Addr()
		}
	}
	return a
}

// peer is the address of a connection's other end; the zero address where it
// has none (a Unix socket).
func peer(remote string) netip.Addr {
	ap, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap().WithZone("")
}

func isPrivate(a netip.Addr) bool {
	return !a.IsValid() || a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast()
}

package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Limits of sending.
const (
	// Lease is how long a sender has a letter for itself. It must be longer
	// than CarryFor, or two would carry one letter.
	Lease = 5 * time.Minute
	// CarryFor is how long handing one letter over may take: the most that a
	// server may need for its last answer is 10 minutes (RFC 5321, 4.5.3.2.6),
	// but one that letters are submitted to answers at once.
	CarryFor = 3 * time.Minute
	// GiveUpAfter is how long after it was composed a letter is still tried.
	GiveUpAfter = 3 * 24 * time.Hour
	// DefaultPerMinute is how many letters one receiving domain gets in a
	// minute from one process, unless an operator says otherwise.
	DefaultPerMinute = 60

	firstRetry = time.Minute
	lastRetry  = 4 * time.Hour
	// serverRetry is when a letter is tried again that the server did not even
	// get to see.
	serverRetry = time.Minute
	// grace is how long a letter that is being carried may take when the
	// process is told to stop.
	grace = 10 * time.Second
	// noteFor is how long noting what came of a letter may take.
	noteFor = 10 * time.Second
)

// SenderOptions are what a sender is made of. Outbox, Carrier and Composer
// are needed.
type SenderOptions struct {
	Outbox   Outbox
	Carrier  Carrier
	Composer *Composer
	// PerMinute is how many letters one receiving domain gets in a minute;
	// 0 means DefaultPerMinute. A sixth of them may go at once.
	PerMinute int
	// Lease and CarryFor are the constants of these names where they are 0.
	Lease, CarryFor time.Duration
	Log             *slog.Logger
	// Metrics may be nil.
	Metrics *Metrics
}

// Sender takes letters out of the outbox and hands them to a server. Its Pass
// may be run by several at once, in one process and in many.
type Sender struct {
	SenderOptions
	// leasing is held from asking paces which domains may have a letter until
	// one of them got it, so that senders in this process do not exceed the
	// rate together.
	leasing sync.Mutex
	paces   paces
}

// NewSender checks the options.
func NewSender(o SenderOptions) (*Sender, error) {
	if o.Outbox == nil || o.Carrier == nil || o.Composer == nil {
		return nil, errors.New("mail: a sender needs an outbox, a carrier and a composer")
	}
	if o.PerMinute == 0 {
		o.PerMinute = DefaultPerMinute
	}
	if o.Lease == 0 {
		o.Lease = Lease
	}
	if o.CarryFor == 0 {
		o.CarryFor = CarryFor
	}
	if o.PerMinute < 1 || o.CarryFor >= o.Lease {
		return nil, errors.New("mail: a letter must be carried in less time than its lease, and at least one in a minute")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Sender{SenderOptions: o, paces: newPaces(o.PerMinute)}, nil
}

// Pass sends one letter, or notes why not. It fails with market.ErrNone where
// no letter is due or may be sent yet, and with an error that wraps ErrServer
// where the server serves nobody, so that the loop waits before the next.
//
// The letter's end is noted after the server has answered. A process that
// dies between the two leaves the letter leased; when the lease has run out,
// it is carried again, with the same Message-ID.
func (s *Sender) Pass(ctx context.Context, now time.Time) (int, error) {
	l, err := s.lease(ctx, now)
	if err != nil {
		return 0, err
	}
	log := s.Log.With("letter", l.Key, "kind", l.Kind, "attempt", l.Attempts)
	if age := now.Sub(l.Created); age > GiveUpAfter {
		return s.bury(ctx, log, l, fmt.Sprintf("given up after %s", GiveUpAfter), "", now)
	}
	from, raw, err := s.Composer.Compose(l, now)
	if err != nil {
		return s.bury(ctx, log, l, err.Error(), "", now)
	}

	began := time.Now()
	err = s.carry(ctx, from, l.To, raw)
	s.Metrics.carried(time.Since(began))
	switch {
	case err == nil:
		return s.note(ctx, log, l, "sent", func(ctx context.Context) error {
			return s.Outbox.Sent(ctx, l.Key, l.Lease, now)
		})
	case errors.Is(err, ErrNoMailbox):
		return s.bury(ctx, log, l, err.Error(), market.SuppressBounce, now)
	case errors.Is(err, ErrRefused):
		return s.bury(ctx, log, l, err.Error(), "", now)
	}
	wait := backoff(l.Attempts)
	if errors.Is(err, ErrServer) {
		wait = serverRetry
	}
	did, noted := s.note(ctx, log, l, "retried", func(ctx context.Context) error {
		return s.Outbox.Retry(ctx, l.Key, l.Lease, now.Add(wait), err.Error())
	}, "cause", err.Error(), "again_in", wait)
	if noted == nil && errors.Is(err, ErrServer) {
		return did, err
	}
	return did, noted
}

// lease takes the letter that is next, of those whose domain may have one.
func (s *Sender) lease(ctx context.Context, now time.Time) (market.Letter, error) {
	s.leasing.Lock()
	defer s.leasing.Unlock()
	l, err := s.Outbox.Next(ctx, now, s.Lease, s.paces.full(now))
	if err != nil {
		return l, err
	}
	s.paces.take(strings.ToLower(market.EmailDomain(l.To)), now)
	return l, nil
}

// carry hands the letter over. When the process is told to stop, a letter
// that is on its way has a moment to arrive: cut off, it might arrive twice.
func (s *Sender) carry(ctx context.Context, from, to string, raw []byte) error {
	carrying, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.CarryFor)
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		t := time.NewTimer(grace)
		defer t.Stop()
		select {
		case <-t.C:
			cancel()
		case <-carrying.Done():
		}
	})
	defer stop()
	return s.Carrier.Carry(carrying, from, to, raw)
}

func (s *Sender) bury(ctx context.Context, log *slog.Logger, l market.Letter, cause string, suppress market.SuppressReason, now time.Time) (int, error) {
	return s.note(ctx, log, l, "buried", func(ctx context.Context) error {
		return s.Outbox.Bury(ctx, l.Key, l.Lease, cause, suppress, now)
	}, "cause", cause, "suppressed", suppress != "")
}

// note writes down what came of a letter, even when the process is told to
// stop: what is not noted is carried again.
func (s *Sender) note(ctx context.Context, log *slog.Logger, l market.Letter, what string, write func(context.Context) error, about ...any) (int, error) {
	noting, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteFor)
	defer cancel()
	switch err := write(noting); {
	case errors.Is(err, market.ErrNone):
		// It took longer than its lease, or its owner stopped the mails.
		log.Warn("a letter was taken over while it was carried", "ended", what)
		s.Metrics.count(l.Kind, "lost")
		return 1, nil
	case err != nil:
		return 0, fmt.Errorf("mail: letter %s was %s, which cannot be noted: %w", l.Key, what, err)
	}
	s.Metrics.count(l.Kind, what)
	level := slog.LevelInfo
	switch what {
	case "sent":
		level = slog.LevelDebug
	case "buried":
		level = slog.LevelWarn
	}
	log.Log(ctx, level, "letter "+what, about...)
	return 1, nil
}

// backoff is how long a letter waits that was tried attempts times: from
// firstRetry, doubling up to lastRetry, a fifth more or less so that not all
// come back at once.
func backoff(attempts int) time.Duration {
	d := min(firstRetry<<min(max(attempts-1, 0), 10), lastRetry)
	return time.Duration(float64(d) * (0.8 + 0.4*rand.Float64()))
}

// paces hold each receiving domain to a rate. They must not be shared.
type paces struct {
	limit rate.Limit
	burst int
	of    map[string]*rate.Limiter
}

func newPaces(perMinute int) paces {
	return paces{limit: rate.Limit(float64(perMinute) / 60), burst: max(1, perMinute/6), of: map[string]*rate.Limiter{}}
}

// take counts one letter to a domain.
func (p *paces) take(domain string, now time.Time) {
	l, ok := p.of[domain]
	if !ok {
		l = rate.NewLimiter(p.limit, p.burst)
		p.of[domain] = l
	}
	l.AllowN(now, 1)
}

// full are the domains that may not have a letter now. Domains that could
// have a whole burst are forgotten.
func (p *paces) full(now time.Time) []string {
	var out []string
	for domain, l := range p.of {
		switch tokens := l.TokensAt(now); {
		case tokens >= float64(p.burst):
			delete(p.of, domain)
		case tokens < 1:
			out = append(out, domain)
		}
	}
	return out
}

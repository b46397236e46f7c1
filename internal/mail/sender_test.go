package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kajkhoj/kajkhoj/internal/mail/mailbox"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

// outbox is an Outbox in memory.
type outbox struct {
	mu         sync.Mutex
	letters    []*market.Letter
	until      map[string]time.Time
	leases     int
	suppressed map[string]market.SuppressReason
	// fail makes each note fail.
	fail error
}

func newOutbox(ls ...market.Letter) *outbox {
	o := &outbox{until: map[string]time.Time{}, suppressed: map[string]market.SuppressReason{}}
	for _, l := range ls {
		o.letters = append(o.letters, &l)
	}
	return o
}

func (o *outbox) Next(_ context.Context, now time.Time, lease time.Duration, except []string) (market.Letter, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var next *market.Letter
	for _, l := range o.letters {
		if l.State == market.LetterQueued && !l.NextAt.After(now) && !o.until[l.Key].After(now) && !slices.Contains(except, market.EmailDomain(l.To)) &&
			(next == nil || l.NextAt.Before(next.NextAt)) {
			next = l
		}
	}
	if next == nil {
		return market.Letter{}, market.ErrNone
	}
	o.leases++
	next.Attempts++
	next.Lease = fmt.Sprint(o.leases)
	o.until[next.Key] = now.Add(lease)
	return *next, nil
}

func (o *outbox) note(key, lease string, change func(*market.Letter)) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.fail != nil {
		return o.fail
	}
	for _, l := range o.letters {
		if l.Key == key && l.Lease == lease && l.State == market.LetterQueued {
			l.Lease = ""
			delete(o.until, key)
			change(l)
			return nil
		}
	}
	return market.ErrNone
}

func (o *outbox) Sent(_ context.Context, key, lease string, now time.Time) error {
	return o.note(key, lease, func(l *market.Letter) { l.State, l.SentAt = market.LetterSent, now })
}

func (o *outbox) Retry(_ context.Context, key, lease string, at time.Time, cause string) error {
	return o.note(key, lease, func(l *market.Letter) { l.NextAt, l.Cause = at, cause })
}

func (o *outbox) Bury(_ context.Context, key, lease, cause string, suppress market.SuppressReason, _ time.Time) error {
	return o.note(key, lease, func(l *market.Letter) {
		l.State, l.Cause = market.LetterBuried, cause
		if suppress != "" {
			o.suppressed[l.To] = suppress
		}
	})
}

func (o *outbox) letter(key string) market.Letter {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, l := range o.letters {
		if l.Key == key {
			return *l
		}
	}
	return market.Letter{}
}

// letterTo is a letter to an address.
func letterTo(key, to string) market.Letter {
	return market.Letter{Key: key, Kind: market.LetterDigest, Subscriber: "s", To: to, Lang: "en", Subject: "10 new: secret search", Text: "the body\n", HTML: "<p>the body",
		Stop: "https://kaj.example/stop/" + token("a"), Manage: "https://kaj.example/manage/" + token("a"), Created: now, NextAt: now, State: market.LetterQueued}
}

func newSender(t testing.TB, o SenderOptions) *Sender {
	t.Helper()
	if o.Composer == nil {
		o.Composer = newComposer(t, origin())
	}
	s, err := NewSender(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// quiet holds a log that must tell no address, no token and no letter's words.
type quiet struct{ bytes.Buffer }

func (q *quiet) log() *slog.Logger {
	return slog.New(slog.NewTextHandler(q, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

var private = regexp.MustCompile(`(?i)@|nasreen|[a-z2-7]{48}|secret search|the body|/stop/`)

func (q *quiet) check(t testing.TB, say ...string) {
	t.Helper()
	if m := private.FindString(q.String()); m != "" {
		t.Errorf("the log tells %q:\n%s", m, q.String())
	}
	for _, s := range say {
		if !strings.Contains(q.String(), s) {
			t.Errorf("the log does not say %q:\n%s", s, q.String())
		}
	}
}

// One letter each of what may happen to a letter, over a real connection.
func TestSenderNotesWhatCameOfIt(t *testing.T) {
	box := startBox(t, mailbox.Config{})
	box.Fault(mailbox.Fault{Answers: map[string]mailbox.Answer{
		"nasreen.gone@example.com": {Code: 550, Enhanced: [3]int{5, 1, 1}, Text: "<nasreen.gone@example.com>: no nasreen.gone here"},
		"nasreen.full@example.com": {Code: 552, Enhanced: [3]int{5, 2, 2}, Text: "<nasreen.full@example.com> is full"},
		"nasreen.grey@example.com": {Code: 451, Enhanced: [3]int{4, 7, 1}, Text: "nasreen.grey@example.com is greylisted"},
	}})
	noWay := letterTo("noway", "nasreen@example.com")
	noWay.Stop = ""
	old := letterTo("old", "nasreen@example.com")
	old.Created = now.Add(-GiveUpAfter - time.Minute)
	ob := newOutbox(letterTo("good", "nasreen@example.com"), letterTo("gone", "nasreen.gone@example.com"), letterTo("full", "nasreen.full@example.com"),
		letterTo("grey", "nasreen.grey@example.com"), noWay, old)
	var log quiet
	reg := prometheus.NewRegistry()
	s := newSender(t, SenderOptions{Outbox: ob, Carrier: carrierTo(t, box, SMTPConfig{TLS: TLSNone}), Log: log.log(), Metrics: NewMetrics(reg)})
	for range 6 {
		if did, err := s.Pass(t.Context(), now); did != 1 || err != nil {
			t.Fatal(did, err)
		}
	}
	if _, err := s.Pass(t.Context(), now); !errors.Is(err, market.ErrNone) {
		t.Fatalf("after all: %v", err)
	}
	for key, want := range map[string]struct {
		state market.LetterState
		cause string
	}{
		"good":  {market.LetterSent, ""},
		"gone":  {market.LetterBuried, "recipient: 550 5.1.1 … no … here: no such mailbox: refused for good"},
		"full":  {market.LetterBuried, "recipient: 552 5.2.2 … is full: refused for good"},
		"grey":  {market.LetterQueued, "recipient: 451 4.7.1 … is greylisted"},
		"noway": {market.LetterBuried, "the letter has no way to stop it"},
		"old":   {market.LetterBuried, "given up after 72h0m0s"},
	} {
		if l := ob.letter(key); l.State != want.state || l.Cause != want.cause {
			t.Errorf("%s is %s: %q", key, l.State, l.Cause)
		}
	}
	if len(ob.suppressed) != 1 || ob.suppressed["nasreen.gone@example.com"] != market.SuppressBounce {
		t.Errorf("suppressed: %v", ob.suppressed)
	}
	if box.Taken() != 1 {
		t.Errorf("%d letters arrived", box.Taken())
	}
	if wait := ob.letter("grey").NextAt.Sub(now); wait < 48*time.Second || wait > 72*time.Second {
		t.Errorf("tried again after %v", wait)
	}
	got := figures(t, reg)
	for name, want := range map[string]float64{
		"kajkhoj_mail_letters_total end=sent kind=digest": 1, "kajkhoj_mail_letters_total end=retried kind=digest": 1,
		"kajkhoj_mail_letters_total end=buried kind=digest": 4, "kajkhoj_mail_letters_total end=lost kind=digest": 0,
		"kajkhoj_mail_carry_seconds": 4, // of six letters two were not carried
	} {
		if v, ok := got[name]; !ok || v != want {
			t.Errorf("%s is %v, %v, want %v", name, v, ok, want)
		}
	}
	log.check(t, "letter=gone", "level=WARN", "no such mailbox", "letter=noway")
}

// A server that loses connections and answers 451 at random gets each letter
// at last, each under one Message-ID, and once more only where its answer was
// lost.
func TestSenderIsPatient(t *testing.T) {
	box := startBox(t, mailbox.Config{})
	box.Fault(mailbox.Fault{Seed: 7, DropBefore: .2, DropAfter: .2, Later: .3})
	var ls []market.Letter
	for i := range 60 {
		ls = append(ls, letterTo(fmt.Sprintf("k%d", i), fmt.Sprintf("nasreen%d@d%d.example", i, i%7)))
	}
	ob := newOutbox(ls...)
	var log quiet
	carrier := carrierTo(t, box, SMTPConfig{TLS: TLSNone})
	s := newSender(t, SenderOptions{Outbox: ob, Carrier: carrier, Log: log.log(), PerMinute: 1000})
	clock, passes := now, 0
	for clock.Before(now.Add(GiveUpAfter)) {
		passes++
		switch _, err := s.Pass(t.Context(), clock); {
		case errors.Is(err, market.ErrNone):
			clock = clock.Add(30 * time.Second)
		case err != nil:
			t.Fatal(err)
		}
	}
	times := map[string]int{}
	for _, m := range box.Mails() {
		times[m.MessageID()]++
	}
	lost := 0
	for _, l := range ls {
		got := ob.letter(l.Key)
		if got.State != market.LetterSent || times[l.Key+"@kaj.example"] < 1 {
			t.Errorf("%s is %s after %d attempts, and arrived %d times", l.Key, got.State, got.Attempts, times[l.Key+"@kaj.example"])
		}
		lost += times[l.Key+"@kaj.example"] - 1
	}
	if len(times) != len(ls) || lost == 0 {
		t.Errorf("%d Message-IDs, %d doubles: this seed should lose some answers", len(times), lost)
	}
	t.Logf("%d letters in %d passes, %d arrived twice or more", len(ls), passes, lost)
	log.check(t)
}

// Where the server serves nobody, no letter is lost, and the loop is told to
// wait.
func TestSenderWaitsForTheServer(t *testing.T) {
	box := startBox(t, mailbox.Config{User: "kaj", Password: "s3cret"})
	ob := newOutbox(letterTo("one", "nasreen@example.com"))
	var log quiet
	s := newSender(t, SenderOptions{Outbox: ob, Carrier: carrierTo(t, box, SMTPConfig{TLS: TLSNone, User: "kaj", Password: "wrong"}), Log: log.log()})
	for i := range 5 {
		_, err := s.Pass(t.Context(), now.Add(time.Duration(i)*serverRetry))
		if !errors.Is(err, ErrServer) || private.MatchString(err.Error()) || strings.Contains(err.Error(), "wrong") {
			t.Errorf("%v", err)
		}
		if l := ob.letter("one"); l.State != market.LetterQueued || l.NextAt != now.Add(time.Duration(i+1)*serverRetry) {
			t.Errorf("%+v", l)
		}
	}
	log.check(t)
}

// slowCarrier carries until it is told to stop, or for a while.
type slowCarrier struct {
	takes time.Duration
	began chan struct{}
}

func (c slowCarrier) Carry(ctx context.Context, _, _ string, _ []byte) error {
	if c.began != nil {
		close(c.began)
	}
	select {
	case <-ctx.Done():
		return errors.New("no answer in time")
	case <-time.After(c.takes):
		return nil
	}
}

func TestSenderInTime(t *testing.T) {
	for name, c := range map[string]struct {
		takes time.Duration
		state market.LetterState
		wait  time.Duration
	}{
		"in time":  {CarryFor - time.Second, market.LetterSent, CarryFor - time.Second},
		"too slow": {time.Hour, market.LetterQueued, CarryFor},
	} {
		synctest.Test(t, func(t *testing.T) {
			ob := newOutbox(letterTo("one", "nasreen@example.com"))
			s := newSender(t, SenderOptions{Outbox: ob, Carrier: slowCarrier{takes: c.takes}})
			began := time.Now()
			if _, err := s.Pass(t.Context(), now); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took != c.wait || took >= Lease {
				t.Errorf("%s: %v", name, took)
			}
			if l := ob.letter("one"); l.State != c.state {
				t.Errorf("%s: %s", name, l.State)
			}
		})
	}
	// Told to stop, a letter on its way has a moment, and its end is noted.
	for _, takes := range []time.Duration{grace - time.Second, grace + time.Second} {
		synctest.Test(t, func(t *testing.T) {
			ob := newOutbox(letterTo("one", "nasreen@example.com"))
			began := make(chan struct{})
			s := newSender(t, SenderOptions{Outbox: ob, Carrier: slowCarrier{takes, began}})
			ctx, cancel := context.WithCancel(t.Context())
			go func() { <-began; cancel() }()
			start := time.Now()
			if _, err := s.Pass(ctx, now); err != nil {
				t.Fatal(err)
			}
			l := ob.letter("one")
			if want := map[bool]market.LetterState{true: market.LetterSent, false: market.LetterQueued}[takes < grace]; l.State != want || l.Lease != "" || time.Since(start) > grace {
				t.Errorf("%v: %+v after %v", takes, l.State, time.Since(start))
			}
		})
	}
	if _, err := NewSender(SenderOptions{Outbox: newOutbox(), Carrier: slowCarrier{}, Composer: newComposer(t, origin()), Lease: time.Minute, CarryFor: time.Minute}); err == nil {
		t.Error("a letter may be carried for as long as its lease")
	}
}

// arrived carries everything and remembers to which domain.
type arrived struct {
	mu sync.Mutex
	at map[string]int
}

func (a *arrived) Carry(_ context.Context, _, to string, _ []byte) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.at[market.EmailDomain(to)]++
	return nil
}

// Each domain is held to its rate, whatever the others do, by several senders
// together.
func TestRates(t *testing.T) {
	var ls []market.Letter
	for i := range 400 {
		ls = append(ls, letterTo(fmt.Sprintf("big%d", i), fmt.Sprintf("n%d@big.example", i)))
	}
	for i := range 30 {
		ls = append(ls, letterTo(fmt.Sprintf("small%d", i), fmt.Sprintf("n%d@small%d.example", i, i)))
	}
	ob := newOutbox(ls...)
	a := &arrived{at: map[string]int{}}
	s := newSender(t, SenderOptions{Outbox: ob, Carrier: a, PerMinute: 60})
	empty := func(at time.Time) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for {
					if _, err := s.Pass(t.Context(), at); errors.Is(err, market.ErrNone) {
						return
					} else if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
	}
	empty(now)
	if a.at["big.example"] != 10 {
		t.Errorf("%d at once to one domain, want a sixth of the minute's 60", a.at["big.example"])
	}
	for i := range 30 {
		if n := a.at[fmt.Sprintf("small%d.example", i)]; n != 1 {
			t.Errorf("small domain %d has %d letters: it waits for another", i, n)
		}
	}
	for sec := 1; sec <= 120; sec++ {
		empty(now.Add(time.Duration(sec) * time.Second))
	}
	if n := a.at["big.example"]; n != 10+120 {
		t.Errorf("%d letters in two minutes, want 130", n)
	}
	if n := len(s.paces.of); n != 1 {
		t.Errorf("%d domains are remembered, of which one is busy", n)
	}
}

// A letter whose end cannot be noted is carried again when its lease is over.
func TestSenderThatCannotNote(t *testing.T) {
	box := startBox(t, mailbox.Config{})
	ob := newOutbox(letterTo("one", "nasreen@example.com"))
	ob.fail = errors.New("no disk")
	var log quiet
	s := newSender(t, SenderOptions{Outbox: ob, Carrier: carrierTo(t, box, SMTPConfig{TLS: TLSNone}), Log: log.log()})
	if _, err := s.Pass(t.Context(), now); err == nil || private.MatchString(err.Error()) {
		t.Errorf("%v", err)
	}
	ob.fail = nil
	if _, err := s.Pass(t.Context(), now.Add(Lease-time.Second)); !errors.Is(err, market.ErrNone) {
		t.Errorf("within the lease: %v", err)
	}
	if _, err := s.Pass(t.Context(), now.Add(Lease)); err != nil {
		t.Error(err)
	}
	if ms := box.Mails(); len(ms) != 2 || ms[0].MessageID() != ms[1].MessageID() || ob.letter("one").State != market.LetterSent {
		t.Errorf("%d mails", len(ms))
	}
	// Taken over by another meanwhile.
	ob.letters[0].State, ob.letters[0].NextAt = market.LetterQueued, now
	s.Carrier = carrierFunc(func() { ob.letters[0].Lease = "another's" })
	if did, err := s.Pass(t.Context(), now.Add(2*Lease)); did != 1 || err != nil {
		t.Error(did, err)
	}
	log.check(t, "taken over")
}

type carrierFunc func()

func (f carrierFunc) Carry(context.Context, string, string, []byte) error { f(); return nil }

func TestBackoff(t *testing.T) {
	for attempts, want := range map[int]time.Duration{0: time.Minute, 1: time.Minute, 2: 2 * time.Minute, 8: 128 * time.Minute, 9: lastRetry, 1000: lastRetry} {
		for range 100 {
			if got := backoff(attempts); got < want*4/5 || got > want*6/5 {
				t.Errorf("after %d attempts: %v, want about %v", attempts, got, want)
			}
		}
	}
}

// figures are a registry's counters by name and labels, and how often its
// histograms were fed.
func figures(t testing.TB, reg *prometheus.Registry) map[string]float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			name := f.GetName()
			for _, l := range m.GetLabel() {
				name += " " + l.GetName() + "=" + l.GetValue()
			}
			out[name] = m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return out
}

package main

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/config"
	"github.com/kajkhoj/kajkhoj/internal/demo"
	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/health"
	"github.com/kajkhoj/kajkhoj/internal/loop"
	"github.com/kajkhoj/kajkhoj/internal/mail"
	"github.com/kajkhoj/kajkhoj/internal/mail/mailbox"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// hasty is a source whose run ends soon while its site hangs or has no end, so
// that the test need not wait.
type hasty struct {
	source.Source
	limit *atomic.Int64 // nanoseconds, 0 for the recipe's own
}

func (h hasty) Spec() source.Spec {
	s := h.Source.Spec()
	if d := time.Duration(h.limit.Load()); d > 0 {
		s.Limits.Time = d
	}
	return s
}

// within is how long a run may take with a fault, 0 for as long as ever.
var within = map[demo.Fault]time.Duration{demo.Hang: 2 * time.Second, demo.Endless: 5 * time.Second}

// named is what a fault is to be called: a state, and the key of its reason.
type named struct{ state, why string }

func (n named) String() string { return n.state + " " + n.why }

// faultRun is the town and the program, with a clock of their own.
type faultRun struct {
	t       *testing.T
	town    *demo.Town
	app     *app
	watch   loop.Pass
	box     *mailbox.Box
	sender  *mail.Sender
	now     time.Time
	names   []string
	limits  map[string]*atomic.Int64
	outcome map[string]market.Outcome
}

// startFaultRun begins with a town whose every marketplace has been read often
// enough for its baseline.
func startFaultRun(t *testing.T) *faultRun {
	t.Helper()
	town, err := demo.Start(demo.Options{Seed: 21, Listings: 600, Every: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { town.Close() })
	box, err := mailbox.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { box.Close() })
	var ss sources
	limits := map[string]*atomic.Int64{}
	for _, s := range town.Sources() {
		limit := new(atomic.Int64)
		limits[s.Spec().Name] = limit
		ss = append(ss, hasty{s, limit})
	}
	c := config.Default()
	c.Data, c.Operators = t.TempDir(), []string{"one@kaj.example", "two@kaj.example"}
	c.Mail.SMTP, c.Mail.From, c.Mail.PerMinute = "smtp://"+box.Addr(), "kajkhoj@kaj.example", 100_000
	a, err := newApp(t.Context(), c, slog.New(slog.DiscardHandler), ss, outside{loopback: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.close)
	f := &faultRun{t: t, town: town, app: a, box: box, limits: limits, now: time.Now().UTC().Truncate(time.Second)}
	for _, s := range ss {
		f.names = append(f.names, s.Spec().Name)
	}
	if err := a.syncSources(t.Context()); err != nil {
		t.Fatal(err)
	}
	if f.sender, err = a.sender(); err != nil {
		t.Fatal(err)
	}
	if f.watch, err = a.watch("https://kaj.example"); err != nil {
		t.Fatal(err)
	}
	for range 6 {
		town.Step(10)
		f.visit()
	}
	// What went in the last steps is closed by the second whole run without it.
	// An answer after another one is a whole one.
	for range 2 {
		for _, fault := range []demo.Fault{demo.Empty, demo.None} {
			for _, name := range f.names {
				f.fail(name, fault)
			}
			f.visit()
		}
	}
	if left := f.letters(); len(left) > 0 {
		t.Fatalf("letters about a healthy town: %v", left)
	}
	return f
}

// fail switches a marketplace's fault on, where it can have it.
func (f *faultRun) fail(name string, fault demo.Fault) bool {
	if f.town.Fail(name, fault) != nil {
		return false
	}
	f.limits[name].Store(int64(within[fault]))
	return true
}

// visit reads every marketplace an hour after the last time, and watches.
func (f *faultRun) visit() {
	f.t.Helper()
	f.now = f.now.Add(time.Hour)
	// A site that asked for a wait did so by the real clock.
	f.app.collector.Fetch = fetch.New(fetch.Config{UserAgent: "Kajkhoj/test (+https://kaj.example)", Product: "Kajkhoj", AllowLoopback: true}, nil)
	var wg sync.WaitGroup
	var mu sync.Mutex
	f.outcome = map[string]market.Outcome{}
	for _, name := range f.names {
		wg.Go(func() {
			o, err := f.app.collector.Once(f.t.Context(), name, f.now)
			if err != nil {
				f.t.Errorf("%s: %v", name, err)
			}
			mu.Lock()
			f.outcome[name] = o
			mu.Unlock()
		})
	}
	wg.Wait()
	f.now = f.now.Add(time.Minute)
	for range 2 { // the second finds nothing to do
		if _, err := f.watch(f.t.Context(), f.now); err != nil && !errors.Is(err, market.ErrNone) {
			f.t.Fatal(err)
		}
	}
}

// states are what is said of each source.
func (f *faultRun) states() map[string]market.Health {
	f.t.Helper()
	all, err := f.app.store.Sources(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	out := map[string]market.Health{}
	for _, st := range all {
		sp := f.app.roster.spec(st.Name)
		out[st.Name] = health.Judge(sp, &st, f.now)
	}
	return out
}

// open are the ids of the open listings, by source.
func (f *faultRun) open() map[string][]string {
	f.t.Helper()
	out := map[string][]string{}
	for _, name := range f.names {
		ls, err := f.app.store.Offered(f.t.Context(), []string{name}, "", "", 100_000)
		if err != nil {
			f.t.Fatal(err)
		}
		for _, l := range ls {
			out[name] = append(out[name], l.ID)
		}
	}
	return out
}

// letters hands all letters to the mail server, and gives what it got since
// the last time: how often each subject came to each operator.
func (f *faultRun) letters() map[string]int {
	f.t.Helper()
	var err error
	for err == nil {
		_, err = f.sender.Pass(f.t.Context(), f.now)
	}
	if !errors.Is(err, market.ErrNone) {
		f.t.Fatal(err)
	}
	out := map[string]int{}
	for _, m := range f.box.Mails() {
		out[strings.Join(m.To, " ")+": "+m.Subject]++
	}
	f.box.Clear()
	return out
}

// Each marketplace of the town in turn has each fault of real sites. Within two
// runs its state names the fault; nothing is closed by it; the other
// marketplaces go on as before; and each operator gets one mail about it, and
// one when it is well again.
func TestFaultRun(t *testing.T) {
	if testing.Short() {
		t.Skip("short: the fault run takes a minute")
	}
	t.Parallel()
	f := startFaultRun(t)
	began := time.Now()
	lost := named{"changed", "why.lost"}
	for _, c := range []struct {
		fault demo.Fault
		usual named
		// but are the marketplaces where it is another; with the zero value
		// the fault does no harm there.
		but map[string]named
	}{
		{demo.Empty, named{"empty", "why.empty"}, nil},
		{demo.Blank, named{"changed", "why.changed"}, nil},
		{demo.Forbidden, named{"blocked", "why.blocked-code"}, nil},
		{demo.TooMany, named{"blocked", "why.blocked-code"}, nil},
		{demo.Unavailable, named{"unreachable", "why.unreachable"}, nil},
		{demo.Challenge, named{"blocked", "why.blocked"}, nil},
		{demo.Renamed, named{"changed", "why.changed"}, nil},
		{demo.Huge, named{"failed", "why.too-large"}, nil},
		{demo.Hang, named{"unreachable", "why.unreachable"}, nil},
		{demo.Metadata, named{"failed", "why.refused"}, nil},
		// In windows-1252 every byte is a letter: nothing shows.
		{demo.Malformed, lost, map[string]named{"remote-ferry": {}}},
		// JSON is UTF-8 whatever its header says (RFC 8259, 8.1), and read so.
		{demo.WrongCharset, lost, map[string]named{"gigboard": {}, "open-desk": {}, "pixel-bazaar": {}}},
		{demo.Endless, named{"partial", "why.partial"}, nil},
	} {
		for half := range 2 {
			want := map[string]named{}
			for i, name := range f.names {
				if i%2 != half || !f.fail(name, c.fault) {
					continue // it stays well, or has no pages to be endless
				}
				want[name] = c.usual
				if n, ok := c.but[name]; ok {
					want[name] = n
				}
			}
			before := f.open()
			f.visit()
			f.visit()
			states, after := f.states(), f.open()
			letters := map[string]int{}
			for _, name := range f.names {
				got := named{string(states[name].State), states[name].Why.Key}
				switch n, sick := want[name]; {
				case sick && n != named{}:
					if got != n {
						t.Errorf("%s with %s is %s, want %s (%+v)", name, c.fault, got, n, f.outcome[name])
					}
					for _, to := range f.app.cfg.Operators {
						letters[fmt.Sprintf("%s: %s needs a look: %s", to, f.app.roster.spec(name).Title, stateWords[got.state])] = 1
					}
				default:
					if states[name].State != market.HealthHealthy {
						t.Errorf("%s is %s while others have %s (%+v)", name, got, c.fault, f.outcome[name])
					}
				}
				for _, id := range before[name] {
					if !slices.Contains(after[name], id) {
						t.Errorf("%s: %s closed a listing", name, c.fault)
						break
					}
				}
			}
			f.visit() // a third run with the fault tells nobody again
			if got := f.letters(); !maps.Equal(got, letters) {
				t.Errorf("%s: the operators got %v, want %v", c.fault, got, letters)
			}
			healed := map[string]int{}
			for name, n := range want {
				f.fail(name, demo.None)
				if n != (named{}) {
					for _, to := range f.app.cfg.Operators {
						healed[to+": "+f.app.roster.spec(name).Title+" is well again"] = 1
					}
				}
			}
			f.visit()
			if got := f.letters(); !maps.Equal(got, healed) {
				t.Errorf("after %s the operators got %v, want %v", c.fault, got, healed)
			}
			for name, h := range f.states() {
				if h.State != market.HealthHealthy {
					t.Errorf("%s is %s after %s (%+v)", name, h.State, c.fault, f.outcome[name])
				}
			}
			for name, ids := range f.open() {
				for _, id := range before[name] {
					if !slices.Contains(ids, id) {
						t.Errorf("%s: a listing is closed after %s", name, c.fault)
						break
					}
				}
			}
		}
	}
	t.Logf("the fault run took %.1f s", time.Since(began).Seconds())
}

var stateWords = map[string]string{"empty": "Empty", "changed": "Changed", "blocked": "Blocked", "unreachable": "No answer", "failed": "Failed", "partial": "Partial"}

package collect

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/fetch/fetchtest"
	"github.com/kajkhoj/kajkhoj/internal/loop"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
	"github.com/kajkhoj/kajkhoj/internal/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noon is when the tests' days begin.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

var (
	_ Store     = (*store.Store)(nil)
	_ loop.Pass = (*Collector)(nil).Pass
)

// site is a source whose visits are functions.
type site struct {
	spec  source.Spec
	visit func(ctx context.Context, in source.Input) (source.Result, error)
	runs  int
}

func (s *site) Spec() source.Spec { return s.spec }
func (s *site) Collect(ctx context.Context, in source.Input) (source.Result, error) {
	s.runs++
	return s.visit(ctx, in)
}
func (s *site) Extract(_ context.Context, p fetch.Page, in source.Input) error {
	if !strings.HasPrefix(string(p.Body), "jobs:") {
		return fmt.Errorf("%w: no jobs", source.ErrFormat)
	}
	for _, id := range strings.Fields(string(p.Body))[1:] {
		if err := in.Emit(draft(id)); err != nil {
			return err
		}
	}
	return nil
}

func newSite(name string) *site {
	return &site{spec: source.Spec{
		Name: name, Title: name, Home: "https://example.com", Schedule: "@every 1h", Enabled: true, CloseAfter: 1,
		Terms: source.Terms{PollFloor: 30 * time.Minute, Attribution: name},
	}}
}

// offers makes the site's next visits give these and end as res and err say.
func (s *site) offers(res source.Result, err error, ids ...string) {
	s.visit = func(_ context.Context, in source.Input) (source.Result, error) {
		for _, id := range ids {
			if err := in.Emit(draft(id)); err != nil {
				return source.Result{}, err
			}
		}
		return res, err
	}
}

var complete = source.Result{Complete: true}

// draft is an item; one whose id begins with "bad" cannot be read.
func draft(id string) market.Draft {
	return market.Draft{ExternalID: id, URL: "https://example.com/" + id, Title: "Job " + id}
}

// plain stands for normalising.
func plain(d market.Draft, now time.Time) (market.Listing, error) {
	switch {
	case strings.HasPrefix(d.ExternalID, "bad"):
		return market.Listing{}, fmt.Errorf("%w: no title", market.ErrInvalid)
	case strings.HasPrefix(d.ExternalID, "panic"):
		panic("a slip")
	}
	l := market.Listing{ID: market.ListingID(d.Source, d.ExternalID), Source: d.Source, ExternalID: d.ExternalID, URL: d.URL, Title: d.Title, Description: d.Description}
	if d.Closed {
		l.ClosedAt = now
	}
	return l, nil
}

// desk is a collector over a real store.
type desk struct {
	*Collector
	t     *testing.T
	store *store.Store
}

func open(t *testing.T, sites ...*site) *desk {
	t.Helper()
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "kajkhoj.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	d := &desk{t: t, store: st, Collector: &Collector{
		Store: st, Sources: Fixed{}, Fetch: fetchtest.New(t).Client(), Normalize: plain,
		Classify: func(l market.Listing) market.Listing { l.Level.Value = market.Entry; return l },
	}}
	var configs []store.SourceConfig
	for _, s := range sites {
		d.Sources.(Fixed)[s.spec.Name] = s
		configs = append(configs, store.SourceConfig{Name: s.spec.Name, Enabled: true})
	}
	if err := st.SyncSources(t.Context(), configs, noon); err != nil {
		t.Fatal(err)
	}
	return d
}

// once visits a source that must not be refused.
func (d *desk) once(name string, now time.Time) market.Outcome {
	d.t.Helper()
	o, err := d.Once(d.t.Context(), name, now)
	if err != nil {
		d.t.Fatal(err)
	}
	return o
}

// stand is a listing's state: "open", "closed" or "unknown".
func (d *desk) stand(name, id string) string {
	d.t.Helper()
	l, err := d.store.Listing(d.t.Context(), market.ListingID(name, id))
	switch {
	case errors.Is(err, market.ErrNotFound):
		return "unknown"
	case err != nil:
		d.t.Fatal(err)
	case l.Open():
		return "open"
	}
	return "closed"
}

func (d *desk) stands(name, want string, ids ...string) {
	d.t.Helper()
	for _, id := range ids {
		if got := d.stand(name, id); got != want {
			d.t.Errorf("%s is %s, want %s", id, got, want)
		}
	}
}

func (d *desk) state(name string) market.SourceState {
	d.t.Helper()
	states, err := d.store.Sources(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	for _, s := range states {
		if s.Name == name {
			return s
		}
	}
	d.t.Fatalf("no source %s", name)
	return market.SourceState{}
}

func hours(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }

func TestPass(t *testing.T) {
	a, b := newSite("a"), newSite("b")
	a.offers(complete, nil, "1", "2")
	b.offers(complete, nil, "3")
	d := open(t, a, b)
	for i := range 2 {
		if did, err := d.Pass(t.Context(), noon); did != 1 || err != nil {
			t.Fatalf("pass %d: %d, %v", i, did, err)
		}
	}
	if _, err := d.Pass(t.Context(), noon); !errors.Is(err, market.ErrNone) {
		t.Fatalf("nothing is due: %v", err)
	}
	d.stands("a", "open", "1", "2")
	d.stands("b", "open", "3")
	l, err := d.store.Listing(t.Context(), market.ListingID("a", "1"))
	if err != nil || l.Level.Value != market.Entry || l.FirstSeenAt.Before(noon) {
		t.Errorf("%+v, %v", l, err)
	}
	st := d.state("a")
	if st.Last == nil || st.Last.State != market.RunOK || !st.Last.Complete || st.Last.Found != 2 || st.Last.New != 2 || st.Failures != 0 {
		t.Errorf("last run: %+v", st.Last)
	}
	if st.NextAt.Before(hours(1)) || st.NextAt.After(hours(1).Add(time.Minute)) {
		t.Errorf("due at %v", st.NextAt)
	}
	if _, err := d.Pass(t.Context(), hours(1).Add(time.Minute)); err != nil || a.runs+b.runs != 3 {
		t.Errorf("an hour later: %v, %d and %d runs", err, a.runs, b.runs)
	}
}

// What came of runs by how their source ended, with nothing saved before and
// with something saved.
func TestStates(t *testing.T) {
	status := func(n int) error { return &fetch.StatusError{Status: n, URL: "https://example.com/"} }
	for _, tt := range []struct {
		name string
		err  error
		want market.RunState
	}{
		{"fine", nil, market.RunOK},
		{"401", status(401), market.RunBlocked},
		{"403", status(403), market.RunBlocked},
		{"429", status(429), market.RunBlocked},
		{"451", status(451), market.RunBlocked},
		{"challenge by status", &fetch.StatusError{Status: 503, Challenge: true}, market.RunBlocked},
		{"challenge", fmt.Errorf("x: %w", source.ErrChallenge), market.RunBlocked},
		{"robots", fmt.Errorf("%w: https://example.com/", fetch.ErrRobots), market.RunBlocked},
		{"robots 503", fmt.Errorf("%w: %w", fetch.ErrRobots, status(503)), market.RunUnreachable},
		{"robots unreachable", fmt.Errorf("%w: %w", fetch.ErrRobots, fetch.ErrUnreachable), market.RunUnreachable},
		{"500", status(500), market.RunUnreachable},
		{"408", status(408), market.RunUnreachable},
		{"unreachable", fmt.Errorf("%w: no route", fetch.ErrUnreachable), market.RunUnreachable},
		{"time", context.DeadlineExceeded, market.RunUnreachable},
		{"404", status(404), market.RunChanged},
		{"format", fmt.Errorf("%w: no jobs", source.ErrFormat), market.RunChanged},
		{"address", fetch.ErrAddress, market.RunRefused},
		{"robots at a refused address", fmt.Errorf("%w: %w", fetch.ErrRobots, fetch.ErrAddress), market.RunRefused},
		{"too large", fetch.ErrTooLarge, market.RunTooLarge},
		{"anything", errors.New("anything"), market.RunFailed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite("a")
			d := open(t, s)
			s.offers(complete, tt.err)
			o := d.once("a", noon)
			if o.State != tt.want || o.Complete || (o.Err == "") != (tt.err == nil) {
				t.Errorf("nothing saved: %+v", o)
			}
			if f := d.state("a").Failures; (f == 1) != tt.want.Failed() {
				t.Errorf("%d failures", f)
			}
			s.offers(complete, tt.err, "1")
			want := market.RunPartial
			if tt.err == nil {
				want = market.RunOK
			}
			if o = d.once("a", hours(1)); o.State != want || o.Complete != (tt.err == nil) || o.Found != 1 {
				t.Errorf("something saved: %+v", o)
			}
			d.stands("a", "open", "1")
		})
	}
}

func TestCapsMakeAPartialRun(t *testing.T) {
	s := newSite("a")
	s.offers(complete, fetch.ErrTooManyPages, "1")
	if o := open(t, s).once("a", noon); o.State != market.RunPartial || o.Err == "" {
		t.Errorf("%+v", o)
	}
}

func TestPanicIsThatRunsError(t *testing.T) {
	s, other := newSite("a"), newSite("b")
	s.visit = func(_ context.Context, in source.Input) (source.Result, error) {
		if err := in.Emit(draft("1")); err != nil {
			return source.Result{}, err
		}
		panic("a slip")
	}
	other.offers(complete, nil, "2")
	d := open(t, s, other)
	for range 2 {
		if _, err := d.Pass(t.Context(), noon); err != nil {
			t.Fatal(err)
		}
	}
	if st := d.state("a"); st.Last.State != market.RunFailed || !strings.Contains(st.Last.Err, "a slip") {
		t.Errorf("%+v", st.Last)
	}
	d.stands("a", "open", "1")
	d.stands("b", "open", "2")
	alone := &Collector{Sources: Fixed{"a": s}, Fetch: fetchtest.New(t).Client(), Normalize: plain, Classify: func(l market.Listing) market.Listing { return l }}
	err := alone.Try(t.Context(), s, nil, noon, func(market.Listing) {}, func(market.Reject) {}, nil)
	if err == nil || !strings.Contains(err.Error(), "a slip") {
		t.Errorf("a trial of it: %v", err)
	}
}

func TestRejects(t *testing.T) {
	s := newSite("a")
	d := open(t, s)
	s.visit = func(_ context.Context, in source.Input) (source.Result, error) {
		in.Reject(market.Reject{Item: strings.Repeat("ক", 1000), Why: "no title"})
		in.Skip("SEEKING WORK")
		for i := range 150 {
			if err := in.Emit(draft(fmt.Sprintf("bad%d", i))); err != nil {
				return source.Result{}, err
			}
		}
		for _, id := range []string{"panic", "1"} {
			if err := in.Emit(draft(id)); err != nil {
				return source.Result{}, err
			}
		}
		return complete, nil
	}
	o := d.once("a", noon)
	if o.State != market.RunOK || o.Found != 152 || o.Rejected != 152 || o.Skipped != 1 || o.New != 1 {
		t.Errorf("%+v", o)
	}
	if o.Complete {
		t.Error("a run that could read next to nothing counts as complete")
	}
	kept, err := d.store.Rejects(t.Context(), d.state("a").Last.ID)
	if err != nil || len(kept) != 100 {
		t.Fatalf("%d kept, %v", len(kept), err)
	}
	if n := len(kept[0].Item); n > 2000 || n%3 != 0 || kept[0].Why != "no title" {
		t.Errorf("%d bytes kept, why %q", n, kept[0].Why)
	}
	if !strings.Contains(kept[1].Item, "bad0") || !strings.Contains(kept[1].Why, "no title") {
		t.Errorf("%+v", kept[1])
	}

	// Where nothing at all can be read, it is the format.
	s.offers(complete, nil, "bad1", "bad2")
	if o = d.once("a", hours(1)); o.State != market.RunChanged || !strings.Contains(o.Err, "none of its 2 items") {
		t.Errorf("%+v", o)
	}
	d.stands("a", "open", "1")
}

func TestClosing(t *testing.T) {
	for _, closeAfter := range []int{1, 2} {
		t.Run(fmt.Sprintf("after %d", closeAfter), func(t *testing.T) {
			s := newSite("a")
			s.spec.CloseAfter = closeAfter
			d := open(t, s)
			hour := 0
			visit := func(res source.Result, err error, ids ...string) market.Outcome {
				t.Helper()
				s.offers(res, err, ids...)
				o := d.once("a", hours(hour))
				hour++
				return o
			}
			visit(complete, nil, "1", "2", "3")

			// None of these proves that a listing is gone.
			visit(complete, errors.New("broken"), "1")
			visit(complete, fetch.ErrUnreachable)
			visit(complete, fetch.ErrTooManyPages, "1")
			visit(source.Result{}, nil, "1")
			visit(source.Result{Unchanged: true, Complete: true}, nil)
			visit(complete, nil)
			visit(complete, nil, "1", "bad")
			d.stands("a", "open", "1", "2", "3")

			for i := 1; i < closeAfter; i++ {
				if o := visit(complete, nil, "1"); o.Closed != 0 {
					t.Errorf("closed too early: %+v", o)
				}
				d.stands("a", "open", "1", "2", "3")
			}
			if o := visit(complete, nil, "1"); o.Closed != 2 {
				t.Errorf("%+v", o)
			}
			d.stands("a", "open", "1")
			d.stands("a", "closed", "2", "3")

			if o := visit(complete, nil, "1", "2"); o.Reopened != 1 {
				t.Errorf("%+v", o)
			}
			d.stands("a", "open", "1", "2")
		})
	}
}

func TestTheSiteCloses(t *testing.T) {
	s := newSite("a")
	d := open(t, s)
	s.offers(complete, nil, "1", "2")
	d.once("a", noon)
	s.visit = func(_ context.Context, in source.Input) (source.Result, error) {
		gone := draft("1")
		gone.Closed = true
		return source.Result{}, in.Emit(gone)
	}
	if o := d.once("a", hours(1)); o.Closed != 1 {
		t.Errorf("%+v", o)
	}
	d.stands("a", "closed", "1")
	d.stands("a", "open", "2")
}

// A site that shows its newest only says nothing of the others: they are
// closed by age.
func TestRolling(t *testing.T) {
	s := newSite("a")
	s.spec.Rolling, s.spec.MaxAge = true, 48*time.Hour
	d := open(t, s)
	s.offers(complete, nil, "1")
	d.once("a", noon)
	s.offers(complete, nil, "2")
	for h := 24; h < 48; h += 23 {
		if o := d.once("a", hours(h)); o.Closed != 0 || o.Complete {
			t.Errorf("after %d hours: %+v", h, o)
		}
	}
	d.stands("a", "open", "1", "2")
	if o := d.once("a", hours(49)); o.Closed != 1 {
		t.Errorf("%+v", o)
	}
	d.stands("a", "closed", "1")
}

func TestUnchanged(t *testing.T) {
	s := newSite("a")
	tr := fetchtest.New(t)
	tr.Add("GET", "https://example.com/jobs", fetchtest.Answer{Status: 200, Header: http.Header{"Etag": {`"v1"`}, "Content-Type": {"text/plain"}}, Body: []byte("1 2")})
	s.visit = func(_ context.Context, in source.Input) (source.Result, error) {
		p, err := in.Session.Get(fetch.Request{URL: "https://example.com/jobs", Validator: in.Validator})
		if err != nil {
			return source.Result{}, err
		}
		if p.Status == http.StatusNotModified {
			return source.Result{Unchanged: true, Validator: in.Validator}, nil
		}
		for _, id := range strings.Fields(string(p.Body)) {
			if err := in.Emit(draft(id)); err != nil {
				return source.Result{}, err
			}
		}
		return source.Result{Complete: true, Validator: fetch.ValidatorOf(p)}, nil
	}
	d := open(t, s)
	d.Fetch = tr.Client()
	if o := d.once("a", noon); o.State != market.RunOK || o.Status != 200 || o.Pages != 1 || o.Bytes != 3 || o.New != 2 {
		t.Errorf("%+v", o)
	}
	for h := 1; h < 3; h++ {
		if o := d.once("a", hours(h)); o.State != market.RunUnchanged || o.Status != 304 || o.Complete || o.Closed != 0 || o.Validator.ETag != `"v1"` {
			t.Errorf("%+v", o)
		}
	}
	d.stands("a", "open", "1", "2")
}

// The spec's limits and delay hold for the session and the run.
func TestLimits(t *testing.T) {
	s := newSite("a")
	s.spec.Limits = source.Limits{Pages: 2, Bytes: 5, Time: 20 * time.Millisecond}
	tr := fetchtest.New(t)
	tr.Page("https://example.com/", "text/plain", "12345")
	tr.Page("https://example.com/large", "text/plain", "123456")
	d := open(t, s)
	d.Fetch = tr.Client()
	s.visit = func(ctx context.Context, in source.Input) (source.Result, error) {
		if _, err := in.Session.Get(fetch.Request{URL: "https://example.com/large"}); !errors.Is(err, fetch.ErrTooLarge) {
			t.Errorf("bytes: %v", err)
		}
		if _, err := in.Session.Get(fetch.Request{URL: "https://example.com/"}); err != nil {
			t.Errorf("within: %v", err)
		}
		if _, err := in.Session.Get(fetch.Request{URL: "https://example.com/"}); !errors.Is(err, fetch.ErrTooManyPages) {
			t.Errorf("pages: %v", err)
		}
		<-ctx.Done()
		return source.Result{}, ctx.Err()
	}
	if o := d.once("a", noon); o.State != market.RunUnreachable {
		t.Errorf("%+v", o)
	}
}

func TestBackoffAndRetryAfter(t *testing.T) {
	s := newSite("a")
	d := open(t, s)
	s.offers(source.Result{}, fmt.Errorf("page 1: %w", &fetch.StatusError{Status: 503}))
	at := noon
	for _, want := range []time.Duration{time.Hour, time.Hour, 2 * time.Hour, 4 * time.Hour} {
		o := d.once("a", at)
		// The first failure waits the floor, half an hour: the schedule is later.
		if got := o.Next.Sub(at); got < want || got > want+time.Minute {
			t.Errorf("next in %v, want %v", got, want)
		}
		at = o.Next
	}
	s.offers(source.Result{}, fmt.Errorf("page 1: %w", &fetch.StatusError{Status: 429, RetryAfter: 20 * time.Hour}))
	if o := d.once("a", at); o.Next.Before(at.Add(20*time.Hour)) || o.State != market.RunBlocked {
		t.Errorf("%+v", o)
	}
	// Also after a run of which some was saved.
	s.offers(source.Result{}, &fetch.StatusError{Status: 429, RetryAfter: 20 * time.Hour}, "1")
	at = at.Add(24 * time.Hour)
	if o := d.once("a", at); o.Next.Before(at.Add(20*time.Hour)) || o.State != market.RunPartial {
		t.Errorf("%+v", o)
	}
	s.offers(complete, nil, "1")
	at = at.Add(24 * time.Hour)
	d.once("a", at)
	if f := d.state("a").Failures; f != 0 {
		t.Errorf("%d failures", f)
	}
}

// A site that was not reached is tried again after a minute, two, four, …
// and then as often as its floor allows, which counts from the last run that
// reached it.
func TestUnreached(t *testing.T) {
	s := newSite("a")
	d := open(t, s)
	s.offers(source.Result{}, fmt.Errorf("%w: no route to host", fetch.ErrUnreachable))
	at := noon
	for _, want := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 30 * time.Minute, 30 * time.Minute} {
		o := d.once("a", at)
		if got := o.Next.Sub(at); got < want || got > want+10*time.Second || o.State != market.RunUnreachable || o.Status != 0 {
			t.Errorf("next in %v, want %v: %+v", got, want, o)
		}
		at = o.Next
	}
	s.offers(complete, nil, "1")
	d.once("a", at)
	reached := at
	s.offers(source.Result{}, fetch.ErrUnreachable)
	d.once("a", reached.Add(30*time.Minute))
	s.offers(complete, nil, "1")
	d.once("a", reached.Add(31*time.Minute))
	if _, err := d.Once(t.Context(), "a", reached.Add(32*time.Minute)); !errors.Is(err, ErrTooSoon) {
		t.Errorf("after a run that reached the site: %v", err)
	}
}

// A robots.txt that was answered is a visit, though no page came.
func TestRobotsReachesTheSite(t *testing.T) {
	s := newSite("a")
	d := open(t, s)
	d.Fetch = fetch.New(fetch.Config{}, transport(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/robots.txt" {
			return &http.Response{StatusCode: http.StatusNotFound, Body: http.NoBody, Request: r}, nil
		}
		return nil, errors.New("connection reset")
	}))
	s.visit = func(_ context.Context, in source.Input) (source.Result, error) {
		_, err := in.Session.Get(fetch.Request{URL: "https://example.com/"})
		return source.Result{}, err
	}
	if o := d.once("a", noon); o.State != market.RunUnreachable || o.Status != http.StatusNotFound || o.Next.Before(noon.Add(30*time.Minute)) {
		t.Errorf("%+v", o)
	}
	if _, err := d.Once(t.Context(), "a", noon.Add(5*time.Minute)); !errors.Is(err, ErrTooSoon) {
		t.Error(err)
	}
}

// transport is a network of one function.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestFloor(t *testing.T) {
	s := newSite("a")
	s.offers(complete, nil, "1")
	d := open(t, s)
	d.once("a", noon)
	due := d.state("a").NextAt
	_, err := d.Once(t.Context(), "a", noon.Add(29*time.Minute))
	if !errors.Is(err, ErrTooSoon) || !strings.Contains(err.Error(), "12:30:00Z") || s.runs != 1 {
		t.Errorf("%v, %d runs", err, s.runs)
	}
	if st := d.state("a"); !st.NextAt.Equal(due) || len(st.Recent) != 1 || !st.RunningSince.IsZero() {
		t.Errorf("the refusal left a trace: %+v", st)
	}
	d.once("a", noon.Add(30*time.Minute))
}

// A run whose process was killed keeps its lease until that ends; then the
// source is taken up again, but not before its floor has passed since.
func TestKilledRun(t *testing.T) {
	s := newSite("a")
	s.offers(complete, nil, "1")
	d := open(t, s)
	if _, err := d.store.Claim(t.Context(), noon, lease); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Once(t.Context(), "a", noon.Add(lease-time.Second)); !errors.Is(err, market.ErrNone) || !strings.Contains(err.Error(), "under way") {
		t.Errorf("under its lease: %v", err)
	}
	if _, err := d.Pass(t.Context(), noon.Add(lease-time.Second)); !errors.Is(err, market.ErrNone) {
		t.Errorf("under its lease: %v", err)
	}
	if did, err := d.Pass(t.Context(), noon.Add(lease)); did != 1 || err != nil || s.runs != 0 {
		t.Errorf("before its floor: %d, %v, %d runs", did, err, s.runs)
	}
	if _, err := d.Pass(t.Context(), noon.Add(29*time.Minute)); !errors.Is(err, market.ErrNone) {
		t.Errorf("before its floor: %v", err)
	}
	if did, err := d.Pass(t.Context(), noon.Add(30*time.Minute)); did != 1 || err != nil || s.runs != 1 {
		t.Errorf("after its floor: %d, %v, %d runs", did, err, s.runs)
	}
	d.stands("a", "open", "1")
}

// renewals is a store that counts renewals and, after some, has lost the lease.
type renewals struct {
	nothing
	n, lostAfter int
}

func (r *renewals) Renew(context.Context, market.Run, time.Time, time.Duration) error {
	r.n++
	if r.n > r.lostAfter {
		return market.ErrNone
	}
	return nil
}

// A run renews its lease for as long as it lasts, and ends when it is lost.
func TestRenewedLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite("a")
		var lasted time.Duration
		s.visit = func(ctx context.Context, in source.Input) (source.Result, error) {
			began := time.Now()
			select {
			case <-ctx.Done():
			case <-time.After(5 * time.Minute):
			}
			lasted = time.Since(began)
			return source.Result{}, ctx.Err()
		}
		kept := &renewals{lostAfter: 1000}
		c := Collector{Store: kept, Sources: Fixed{"a": s}, Fetch: fetch.New(fetch.Config{}, nil)}
		if _, err := c.Once(t.Context(), "a", time.Now()); err != nil {
			t.Error(err)
		}
		if lasted != 5*time.Minute || kept.n < int(lasted/lease) {
			t.Errorf("it lasted %v with %d renewals", lasted, kept.n)
		}
		lost := &renewals{lostAfter: 2}
		c.Store = lost
		if _, err := c.Once(t.Context(), "a", time.Now()); err != nil {
			t.Log(err)
		}
		if lasted != 3*heartbeat {
			t.Errorf("it went on for %v after the lease was lost", lasted-3*heartbeat)
		}
	})
}

// A run that overran its lease saves nothing over the one that took its place.
func TestLostLease(t *testing.T) {
	s := newSite("a")
	d := open(t, s)
	s.visit = func(ctx context.Context, in source.Input) (source.Result, error) {
		if _, err := d.store.Claim(ctx, noon.Add(time.Hour), time.Hour); err != nil {
			t.Error(err)
		}
		return complete, in.Emit(draft("1"))
	}
	if _, err := d.Pass(t.Context(), noon); err == nil || !strings.Contains(err.Error(), "lease passed") {
		t.Errorf("got %v", err)
	}
	d.stands("a", "unknown", "1")
}

func TestUnknownSources(t *testing.T) {
	s := newSite("a")
	d := open(t, s)
	if _, err := d.Once(t.Context(), "b", noon); !errors.Is(err, market.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	d.Sources = Fixed{"b": newSite("b")}
	if _, err := d.Pass(t.Context(), noon); err == nil || errors.Is(err, market.ErrNone) {
		t.Errorf("got %v", err)
	}
	if _, err := d.Pass(t.Context(), noon); !errors.Is(err, market.ErrNone) {
		t.Errorf("at once again: %v", err)
	}
	d.Sources = Fixed{}
	if _, err := d.Pass(t.Context(), hours(1)); !errors.Is(err, market.ErrNone) {
		t.Errorf("without sources: %v", err)
	}
}

// A program that is stopped saves what it has in hand and closes the books,
// at once.
func TestStopped(t *testing.T) {
	s := newSite("a")
	tr := fetchtest.New(t)
	tr.Page("https://example.com/", "text/plain", "x")
	d := open(t, s)
	d.Fetch = tr.Client()
	visit := func(ask, emit bool) (market.Outcome, error) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		s.visit = func(ctx context.Context, in source.Input) (source.Result, error) {
			if ask {
				if _, err := in.Session.Get(fetch.Request{URL: "https://example.com/"}); err != nil {
					t.Error(err)
				}
			}
			if emit {
				if err := in.Emit(draft("1")); err != nil {
					t.Error(err)
				}
			}
			stop()
			<-ctx.Done()
			return source.Result{}, ctx.Err()
		}
		start := time.Now()
		o, err := d.Once(ctx, "a", noon)
		if took := time.Since(start); took > time.Second {
			t.Errorf("stopped after %v", took)
		}
		return o, err
	}
	if _, err := visit(false, false); err == nil {
		t.Error("stopped before it asked: no error")
	}
	if st := d.state("a"); st.Last != nil || !st.RunningSince.IsZero() || !st.NextAt.Equal(noon) {
		t.Errorf("stopped before it asked: %+v", st)
	}
	o, err := visit(true, true)
	if err != nil || o.State != market.RunPartial || !strings.Contains(o.Err, "stopped") || o.New != 1 {
		t.Errorf("%+v, %v", o, err)
	}
	d.stands("a", "open", "1")
	if st := d.state("a"); !st.RunningSince.IsZero() || st.Failures != 0 {
		t.Errorf("%+v", st)
	}
}

// broken is a store that fails to save.
type broken struct{ Store }

func (broken) Save(context.Context, market.Run, []market.Listing, time.Time) (market.Saved, error) {
	return market.Saved{}, errors.New("disk full")
}

func TestStoreFails(t *testing.T) {
	s := newSite("a")
	d := open(t, s)
	s.offers(complete, nil, "1")
	d.once("a", noon)
	d.Store = broken{d.store}
	s.offers(complete, nil, "2")
	if _, err := d.Pass(t.Context(), hours(2)); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("got %v", err)
	}
	if st := d.state("a"); st.Last.State != market.RunFailed || st.Last.Complete {
		t.Errorf("%+v", st.Last)
	}
	d.stands("a", "open", "1")
}

// counter is a store that notes the batches.
type counter struct {
	Store
	sizes []int
}

func (c *counter) Save(ctx context.Context, r market.Run, batch []market.Listing, now time.Time) (market.Saved, error) {
	c.sizes = append(c.sizes, len(batch))
	return c.Store.Save(ctx, r, batch, now)
}

func TestBatchesAndProgress(t *testing.T) {
	s := newSite("a")
	d := open(t, s)
	var ids []string
	for i := range 250 {
		ids = append(ids, fmt.Sprint(i))
	}
	s.offers(complete, nil, ids...)
	c := &counter{Store: d.store}
	d.Store = c
	var told []Progress
	d.Progress = func(p Progress) { told = append(told, p) }
	if o := d.once("a", noon); o.New != 250 {
		t.Errorf("%+v", o)
	}
	if fmt.Sprint(c.sizes) != "[100 100 50]" {
		t.Errorf("batches of %v", c.sizes)
	}
	want := []Progress{{"a", 100, 100, false}, {"a", 200, 200, false}, {"a", 250, 250, false}, {"a", 250, 250, true}}
	if fmt.Sprint(told) != fmt.Sprint(want) {
		t.Errorf("told %v", told)
	}
}

// nothing is a store that takes everything.
type nothing struct{ Store }

func (nothing) ClaimNamed(_ context.Context, name string, now time.Time, _ time.Duration) (market.Run, error) {
	return market.Run{ID: "1", Source: name, Started: now, Lease: "1"}, nil
}
func (nothing) Renew(context.Context, market.Run, time.Time, time.Duration) error { return nil }
func (nothing) Save(context.Context, market.Run, []market.Listing, time.Time) (market.Saved, error) {
	return market.Saved{}, nil
}
func (nothing) Rejected(context.Context, market.Run, []market.Reject) error { return nil }
func (nothing) Finish(_ context.Context, _ market.Run, o market.Outcome, _ time.Duration) (market.Outcome, error) {
	return o, nil
}

// A slow source's listings do not wait for a full batch, and the run's clock
// goes on from the instant that it was given.
func TestSlowSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite("a")
		s.visit = func(_ context.Context, in source.Input) (source.Result, error) {
			for i := range 8 {
				if err := in.Emit(draft(fmt.Sprint(i))); err != nil {
					return source.Result{}, err
				}
				time.Sleep(2 * time.Second)
			}
			return complete, nil
		}
		store := &counter{Store: nothing{}}
		c := &Collector{Store: store, Sources: Fixed{"a": s}, Fetch: fetchtest.New(t).Client(), Normalize: plain, Classify: func(l market.Listing) market.Listing { return l }}
		o, err := c.Once(t.Context(), "a", noon)
		if err != nil || fmt.Sprint(store.sizes) != "[4 3 1]" || !o.Finished.Equal(noon.Add(16*time.Second)) {
			t.Errorf("batches of %v, %v, finished %v", store.sizes, err, o.Finished)
		}
	})
}

// Any number of goroutines may pass: each due source is visited once.
func TestPassTogether(t *testing.T) {
	var sites []*site
	for i := range 8 {
		s := newSite(fmt.Sprintf("s%d", i))
		s.offers(complete, nil, "1", "2")
		sites = append(sites, s)
	}
	d := open(t, sites...)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				if _, err := d.Pass(t.Context(), noon); errors.Is(err, market.ErrNone) {
					return
				} else if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	for _, s := range sites {
		if s.runs != 1 {
			t.Errorf("%s was visited %d times", s.spec.Name, s.runs)
		}
		d.stands(s.spec.Name, "open", "1", "2")
	}
}

func TestTry(t *testing.T) {
	s := newSite("a")
	c := &Collector{Normalize: plain, Classify: func(l market.Listing) market.Listing { l.Level.Value = market.Expert; return l }}
	var got []market.Listing
	var rejected []market.Reject
	var skipped []string
	try := func(page *fetch.Page) error {
		got, rejected, skipped = nil, nil, nil
		return c.Try(t.Context(), s, page, noon, func(l market.Listing) { got = append(got, l) }, func(r market.Reject) { rejected = append(rejected, r) }, func(why string) { skipped = append(skipped, why) })
	}
	// As a file is saved: with a byte order mark.
	err := try(&fetch.Page{URL: "https://example.com/", Body: []byte("\xef\xbb\xbfjobs: 1 bad 2")})
	if err != nil || len(got) != 2 || len(rejected) != 1 || got[0].Source != "a" || got[0].Level.Value != market.Expert {
		t.Errorf("%v, %+v, %+v", err, got, rejected)
	}
	for body, want := range map[string]error{"<html>login": source.ErrFormat, "jobs: bad": source.ErrFormat} {
		if err := try(&fetch.Page{Body: []byte(body)}); !errors.Is(err, want) {
			t.Errorf("%q: %v", body, err)
		}
	}
	if err := try(&fetch.Page{Body: []byte("jobs:")}); err != nil || len(got) != 0 {
		t.Errorf("empty: %v", err)
	}

	tr := fetchtest.New(t)
	tr.Page("https://example.com/", "text/plain", "jobs: 7")
	c.Fetch = tr.Client()
	s.visit = func(ctx context.Context, in source.Input) (source.Result, error) {
		p, err := in.Session.Get(fetch.Request{URL: "https://example.com/"})
		if err != nil {
			return source.Result{}, err
		}
		in.Skip("SEEKING WORK")
		return source.Result{}, s.Extract(ctx, p, in)
	}
	if err := try(nil); err != nil || len(got) != 1 || got[0].ExternalID != "7" || fmt.Sprint(skipped) != "[SEEKING WORK]" {
		t.Errorf("live: %v, %+v, skipped %q", err, got, skipped)
	}
}

// A trial of the live site is a visit: it needs the lease, obeys the floor,
// and is kept; what it finds is not.
func TestTryIsAVisit(t *testing.T) {
	s := newSite("a")
	d := open(t, s)
	tr := fetchtest.New(t)
	tr.Page("https://example.com/", "text/plain", "jobs: 7")
	d.Fetch = tr.Client()
	visit := func(ctx context.Context, in source.Input) (source.Result, error) {
		if in.Validator != (market.Validator{}) {
			t.Errorf("asked with %+v", in.Validator)
		}
		p, err := in.Session.Get(fetch.Request{URL: "https://example.com/"})
		if err != nil {
			return source.Result{}, err
		}
		return source.Result{Complete: true}, s.Extract(ctx, p, in)
	}
	got := 0
	try := func(now time.Time) error {
		t.Helper()
		got = 0
		return d.Try(t.Context(), s, nil, now, func(market.Listing) { got++ }, func(market.Reject) {}, nil)
	}
	s.offers(source.Result{Complete: true, Validator: market.Validator{URL: "https://example.com/", ETag: "1"}}, nil, "1")
	d.once("a", noon)

	s.visit = visit
	if err := try(noon.Add(29 * time.Minute)); !errors.Is(err, ErrTooSoon) || s.runs != 1 {
		t.Errorf("within the floor: %v, %d runs", err, s.runs)
	}
	s.visit = func(ctx context.Context, in source.Input) (source.Result, error) {
		if _, err := d.Once(t.Context(), "a", hours(2)); !errors.Is(err, market.ErrNone) {
			t.Errorf("a run beside it: %v", err)
		}
		return visit(ctx, in)
	}
	if err := try(hours(2)); err != nil || got != 1 {
		t.Errorf("%v, %d listings", err, got)
	}
	d.stands("a", "unknown", "7")
	d.stands("a", "open", "1")
	st := d.state("a")
	if st.Last.State != market.RunPartial || st.Last.Status != 200 || st.Last.Err != tried || st.Failures != 0 || !st.NextAt.Equal(hours(2).Add(30*time.Minute)) {
		t.Errorf("%+v, %+v", st, st.Last)
	}
	s.visit = visit
	if _, err := d.Once(t.Context(), "a", hours(2).Add(29*time.Minute)); !errors.Is(err, ErrTooSoon) {
		t.Errorf("a run after it: %v", err)
	}
	s.offers(source.Result{}, source.ErrChallenge)
	if err := try(hours(3)); !errors.Is(err, source.ErrChallenge) || d.state("a").Failures != 1 || d.state("a").Last.State != market.RunBlocked {
		t.Errorf("%v, %+v", err, d.state("a"))
	}
	// What the next run is asked with is as it was.
	s.visit = func(_ context.Context, in source.Input) (source.Result, error) {
		if in.Validator.ETag != "1" {
			t.Errorf("asked with %+v", in.Validator)
		}
		return source.Result{Unchanged: true}, nil
	}
	d.once("a", hours(30))
}

func TestRunnable(t *testing.T) {
	spec := newSite("a").spec
	spec.Title, spec.Needs = "Example", "A key from the site."
	env := func(string) string { return "" }
	if err := Runnable(spec, env, false); err != nil {
		t.Error(err)
	}
	spec.Env = []string{"A_KEY", "A_NAME", "A_CITY"}
	err := Runnable(spec, func(k string) string { return map[string]string{"A_NAME": "x"}[k] }, true)
	if err == nil || err.Error() != "Example cannot be collected without A_KEY and A_CITY: A key from the site." {
		t.Errorf("got %v", err)
	}
	spec.Terms.Permission = true
	if err := Runnable(spec, func(string) string { return "x" }, false); err == nil || !strings.Contains(err.Error(), "written permission") {
		t.Errorf("got %v", err)
	}
	if err := Runnable(spec, func(string) string { return "x" }, true); err != nil {
		t.Error(err)
	}
}

func TestMetrics(t *testing.T) {
	s := newSite("a")
	d := open(t, s)
	reg := prometheus.NewRegistry()
	d.Metrics = NewMetrics(reg)
	s.offers(complete, nil, "1", "2")
	d.once("a", noon)
	s.offers(complete, nil, "1", "3", "4", "5", "6", "7", "8", "9", "10", "bad")
	d.once("a", hours(1))
	s.offers(complete, fetch.ErrUnreachable)
	d.once("a", hours(2))
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		for _, m := range f.Metric {
			var labels []string
			for _, l := range m.Label {
				labels = append(labels, l.GetValue())
			}
			got[f.GetName()+" "+strings.Join(labels, " ")] = m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	for name, want := range map[string]float64{
		"kajkhoj_collect_listings_found_total a":    12,
		"kajkhoj_collect_listings_new_total a":      10,
		"kajkhoj_collect_listings_changed_total a":  0,
		"kajkhoj_collect_listings_closed_total a":   1,
		"kajkhoj_collect_listings_reopened_total a": 0,
		"kajkhoj_collect_listings_rejected_total a": 1,
		"kajkhoj_collect_runs_total a ok":           2,
		"kajkhoj_collect_runs_total a unreachable":  1,
		"kajkhoj_collect_run_seconds a":             3,
	} {
		if v, ok := got[name]; !ok || v != want {
			t.Errorf("%s is %v, want %v", name, v, want)
		}
	}
	if at := got["kajkhoj_collect_last_success_timestamp_seconds a"]; at < float64(hours(1).Unix()) || at >= float64(hours(2).Unix()) {
		t.Errorf("last success at %v", at)
	}
}

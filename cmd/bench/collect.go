package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/classify"
	"github.com/kajkhoj/kajkhoj/internal/collect"
	"github.com/kajkhoj/kajkhoj/internal/demo"
	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/normalize"
	"github.com/kajkhoj/kajkhoj/internal/search"
	"github.com/kajkhoj/kajkhoj/internal/search/local"
	"github.com/kajkhoj/kajkhoj/internal/store"
)

type collectCommand struct {
	Listings   int    `default:"20000" help:"How many listings the site holds."`
	Site       string `default:"gigboard" help:"The marketplace of the demo that is asked; it decides the format."`
	Seed       uint64 `default:"1" help:"Another seed makes other listings."`
	Dir        string `help:"Where to keep the store and the index meanwhile; a temporary directory by default." type:"path"`
	CPUProfile string `name:"cpuprofile" help:"Write a CPU profile to this file." type:"path"`
}

func (c *collectCommand) Help() string {
	return `One site on loopback, without delays: from the run's beginning until each of its listings is found by the embedded engine. The site, the collector, SQLite and the engine share this machine's cores; the parts are sums of time, and some of them pass side by side.

  bench collect --listings 50000
  bench collect --site kaaj-haat --listings 2000    (a page for each listing)`
}

// stopwatch sums the time of calls that may overlap.
type stopwatch struct{ sum, calls atomic.Int64 }

func (w *stopwatch) since(begin time.Time) {
	w.sum.Add(int64(time.Since(begin)))
	w.calls.Add(1)
}

// Run measures one whole collection.
func (c *collectCommand) Run(ctx context.Context) (err error) {
	if c.Listings < 1 || c.Listings > 1_000_000 {
		return errors.New("--listings: between 1 and 1,000,000")
	}
	dir := c.Dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "kajkhoj-bench-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	norm, err := normalize.New(config.Files)
	if err != nil {
		return err
	}
	analyzer, err := search.NewAnalyzer(config.Files)
	if err != nil {
		return err
	}
	st, err := store.Open(ctx, filepath.Join(dir, "kajkhoj.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	index, err := local.Open(filepath.Join(dir, "index"), analyzer)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, index.Close()) }()
	town, err := demo.Start(demo.Options{Seed: c.Seed, Listings: c.Listings, Only: []string{c.Site}, Every: -1})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, town.Close()) }()
	site := town.Sources()[0]
	if err := st.SyncSources(ctx, []store.SourceConfig{{Name: c.Site, Enabled: true}}, time.Now().UTC()); err != nil {
		return err
	}

	var answering, normalizing, classifying, saving, finishing, reading, indexing stopwatch
	collector := &collect.Collector{
		Store:   timedStore{st, &saving, &finishing},
		Sources: collect.Fixed{c.Site: site},
		Fetch: fetch.New(fetch.Config{UserAgent: "Kajkhoj-bench", Product: "Kajkhoj", AllowLoopback: true},
			timedTransport{http.DefaultTransport, &answering}),
		Normalize: func(d market.Draft, now time.Time) (market.Listing, error) {
			defer normalizing.since(time.Now())
			return norm.Draft(d, now)
		},
		Classify: func(l market.Listing) market.Listing {
			defer classifying.since(time.Now())
			return classify.Listing(l)
		},
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	follower := &search.Follower{Index: timedIndex{index, &indexing}, Store: timedReads{st, &reading}}
	for err == nil { // an empty index, as at the start of a process
		_, err = follower.Pass(ctx, time.Now().UTC())
	}
	if !errors.Is(err, market.ErrNone) {
		return err
	}

	if c.CPUProfile != "" {
		f, err := os.Create(c.CPUProfile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	begin := time.Now()
	following, collected := make(chan error, 1), make(chan struct{})
	go func() { following <- follow(ctx, follower, collected) }()
	outcome, err := collector.Once(ctx, c.Site, begin.UTC())
	ran := time.Since(begin)
	close(collected)
	if err := errors.Join(err, <-following); err != nil {
		return err
	}
	took := time.Since(begin)

	open, err := st.CountOpen(ctx)
	if err != nil {
		return err
	}
	found, err := index.Find(ctx, market.Query{Now: time.Now().UTC()})
	if err != nil {
		return err
	}
	if outcome.State != market.RunOK || outcome.New != c.Listings || open != c.Listings || found.Total < 1 {
		return fmt.Errorf("the run ended %q (%s) with %d of %d listings saved, %d open, %d groups found",
			outcome.State, outcome.Err, outcome.New, c.Listings, open, found.Total)
	}

	perSecond := float64(c.Listings) / took.Seconds()
	fmt.Printf("%s: %s listings in %s groups, from the run's beginning to searchable in %.2f s: %s listings a second\n",
		site.Spec().Title, humanize.Comma(int64(c.Listings)), humanize.Comma(int64(found.Total)), took.Seconds(), humanize.Comma(int64(perSecond)))
	peak := "unknown"
	if n := memory(os.Getpid(), "VmHWM"); n >= 0 {
		peak = humanize.IBytes(uint64(n))
	}
	fmt.Printf("%d pages, %s; the run itself took %.2f s, the index was %.0f ms behind its end; memory at most %s; %d cores\n\n",
		outcome.Pages, humanize.IBytes(uint64(outcome.Bytes)), ran.Seconds(), (took-ran).Seconds()*1000, peak, runtime.GOMAXPROCS(0))
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "part\tcalls\tin all, s\ta listing, µs\tof the whole\t")
	for _, part := range []struct {
		name string
		*stopwatch
	}{
		{"the site's answers", &answering}, {"normalising", &normalizing}, {"labelling", &classifying}, {"saving", &saving},
		{"finishing the run", &finishing}, {"reading for the index", &reading}, {"indexing", &indexing},
	} {
		sum := time.Duration(part.sum.Load())
		fmt.Fprintf(w, "%s\t%s\t%.2f\t%.0f\t%.0f %%\t\n", part.name, humanize.Comma(part.calls.Load()), sum.Seconds(),
			float64(sum.Microseconds())/float64(c.Listings), 100*sum.Seconds()/took.Seconds())
	}
	rest := ran - time.Duration(answering.sum.Load()+normalizing.sum.Load()+classifying.sum.Load()+saving.sum.Load()+finishing.sum.Load())
	fmt.Fprintf(w, "fetching, reading the format, the rest\t\t%.2f\t%.0f\t%.0f %%\t\n", rest.Seconds(),
		float64(rest.Microseconds())/float64(c.Listings), 100*rest.Seconds()/took.Seconds())
	return w.Flush()
}

// follow brings changes into the index as the program does, until the run is
// over and nothing is left.
func follow(ctx context.Context, f *search.Follower, collected <-chan struct{}) error {
	over := false
	for {
		_, err := f.Pass(ctx, time.Now().UTC())
		switch {
		case err == nil:
			continue
		case !errors.Is(err, market.ErrNone):
			return err
		case over:
			return nil
		}
		select {
		case <-collected:
			over = true
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

type timedTransport struct {
	http.RoundTripper
	watch *stopwatch
}

// RoundTrip ends when the headers are there; the town has its whole answer
// ready before it sends them.
func (t timedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	defer t.watch.since(time.Now())
	return t.RoundTripper.RoundTrip(r)
}

type timedStore struct {
	collect.Store
	saving, finishing *stopwatch
}

func (s timedStore) Save(ctx context.Context, r market.Run, batch []market.Listing, now time.Time) (market.Saved, error) {
	defer s.saving.since(time.Now())
	return s.Store.Save(ctx, r, batch, now)
}

func (s timedStore) Finish(ctx context.Context, r market.Run, o market.Outcome, maxAge time.Duration) (market.Outcome, error) {
	defer s.finishing.since(time.Now())
	return s.Store.Finish(ctx, r, o, maxAge)
}

type timedReads struct {
	search.Store
	watch *stopwatch
}

func (s timedReads) Groups(ctx context.Context, groups []string) ([]market.Listing, error) {
	defer s.watch.since(time.Now())
	return s.Store.Groups(ctx, groups)
}

type timedIndex struct {
	search.Index
	watch *stopwatch
}

func (i timedIndex) Apply(ctx context.Context, put []market.Listing, del []string, upto int64) error {
	defer i.watch.since(time.Now())
	return i.Index.Apply(ctx, put, del, upto)
}

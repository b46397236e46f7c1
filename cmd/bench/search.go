package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
	"github.com/kajkhoj/kajkhoj/internal/search/local"
	"github.com/kajkhoj/kajkhoj/internal/search/meili"
	"github.com/kajkhoj/kajkhoj/internal/search/meili/meilitest"
	"github.com/kajkhoj/kajkhoj/internal/search/searchtest"
)

type searchCommand struct {
	Listings int      `default:"200000" help:"How many listings to generate; a tenth of them is measured first, for the growth."`
	Engine   []string `default:"local,meili" enum:"local,meili" help:"The engines to measure, side by side."`
	Queries  int      `default:"300" help:"How many queries to ask of each class."`
	Seed     uint64   `default:"1" help:"Another seed makes other listings."`
	Dir      string   `help:"Where to keep the indexes meanwhile; a temporary directory by default." type:"path"`
}

// engine is one that is measured.
type engine struct {
	name  string
	index search.Index
	// pid is the process that does the work, 0 for a server out of reach.
	pid int
	// reopen starts the engine again, and is nil where that is not measured.
	reopen func() (search.Index, error)
	close  func() error
}

// measured is what came of one engine at one size.
type measured struct {
	build, start, change time.Duration
	stats                search.Stats
	memory, peak         int64
	took                 map[string][]time.Duration // by class, sorted
}

// Run measures a tenth and then all of the listings.
func (c *searchCommand) Run(ctx context.Context) (err error) {
	if c.Listings < 100 || c.Queries < 10 {
		return errors.New("too few listings or queries to measure anything: take at least 100 and 10")
	}
	dir := c.Dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "kajkhoj-bench-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	a, err := search.NewAnalyzer(config.Files)
	if err != nil {
		return err
	}
	var small, large map[string]*measured
	for i, n := range []int{c.Listings / 10, c.Listings} {
		m, err := c.measure(ctx, filepath.Join(dir, strconv.Itoa(n)), n, a)
		if err != nil {
			return err
		}
		if i == 0 {
			small = m
		} else {
			large = m
		}
	}
	fmt.Printf("\nGrowth from %s to %s listings, as factors\n", humanize.Comma(int64(c.Listings/10)), humanize.Comma(int64(c.Listings)))
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, name := range c.Engine {
		s, l := small[name], large[name]
		if s == nil || l == nil {
			continue
		}
		fmt.Fprintf(w, "%s\tdisk\t%.1f\tmemory\t%.1f\t", name, ratio(l.stats.DiskBytes, s.stats.DiskBytes), ratio(l.memory, s.memory))
		var p50, p95 []float64
		for _, k := range searchtest.Classes {
			p50 = append(p50, float64(quantile(l.took[k.Name], 50))/float64(quantile(s.took[k.Name], 50)))
			p95 = append(p95, float64(quantile(l.took[k.Name], 95))/float64(quantile(s.took[k.Name], 95)))
		}
		fmt.Fprintf(w, "p50\t%.1f to %.1f\tp95\t%.1f to %.1f\t\n", slices.Min(p50), slices.Max(p50), slices.Min(p95), slices.Max(p95))
	}
	return w.Flush()
}

func ratio(a, b int64) float64 { return float64(a) / float64(max(b, 1)) }

// measure builds each engine's index of n listings and asks all the same.
func (c *searchCommand) measure(ctx context.Context, dir string, n int, a *search.Analyzer) (out map[string]*measured, err error) {
	gen := &searchtest.Generator{Seed: c.Seed, Now: time.Now().UTC().Truncate(time.Second)}
	out = map[string]*measured{}
	var engines []*engine
	defer func() {
		for _, e := range engines {
			err = errors.Join(err, e.close())
		}
		err = errors.Join(err, os.RemoveAll(dir))
	}()
	for _, name := range c.Engine {
		e, err := open(ctx, name, filepath.Join(dir, name), a)
		if errors.Is(err, meilitest.ErrAbsent) {
			fmt.Fprintf(os.Stderr, "bench: %s is left out: %v\n", name, err)
			continue
		}
		if err != nil {
			return nil, err
		}
		engines = append(engines, e)
		m := &measured{took: map[string][]time.Duration{}}
		out[name] = m
		if m.build, err = build(ctx, e, gen, n); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		m.peak = memory(e.pid, "VmHWM")
		if e.reopen != nil {
			if err := e.index.Close(); err != nil {
				return nil, err
			}
			begin := time.Now()
			if e.index, err = e.reopen(); err != nil {
				return nil, err
			}
			if _, err := e.index.Find(ctx, market.Query{Now: gen.Now}); err != nil {
				return nil, err
			}
			m.start = time.Since(begin)
		}
	}
	for _, class := range searchtest.Classes {
		queries := gen.Questions(class, n, c.Queries)
		for _, e := range engines {
			if err := ask(ctx, e, queries[:c.Queries/10], nil); err != nil { // to warm up
				return nil, err
			}
			took := make([]time.Duration, 0, len(queries))
			if err := ask(ctx, e, queries, &took); err != nil {
				return nil, fmt.Errorf("%s, %s: %w", e.name, class.Name, err)
			}
			slices.Sort(took)
			out[e.name].took[class.Name] = took
		}
	}
	debug.FreeOSMemory()
	for _, e := range engines {
		m := out[e.name]
		m.memory = memory(e.pid, "VmRSS")
		if m.change, err = change(ctx, e, gen, n); err != nil {
			return nil, fmt.Errorf("%s: %w", e.name, err)
		}
		if m.stats, err = e.index.Stats(ctx); err != nil {
			return nil, err
		}
	}
	print(n, engines, out)
	return out, nil
}

func open(ctx context.Context, name, dir string, a *search.Analyzer) (*engine, error) {
	if name == "local" {
		reopen := func() (search.Index, error) { return local.Open(dir, a) }
		x, err := reopen()
		e := &engine{name: name, index: x, pid: os.Getpid(), reopen: reopen}
		e.close = func() error { return e.index.Close() }
		return e, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	s, err := meilitest.Start(ctx, dir)
	if err != nil {
		return nil, err
	}
	x, err := meili.Open(ctx, meili.Config{URL: s.URL, Key: s.Key, Index: "bench", Timeout: 10 * time.Minute}, a)
	if err != nil {
		s.Stop()
		return nil, err
	}
	return &engine{name: name, index: x, pid: s.Pid, close: func() error { defer s.Stop(); return x.Close() }}, nil
}

// build fills an index and says how long that took, the making of the
// listings not counted.
func build(ctx context.Context, e *engine, gen *searchtest.Generator, n int) (time.Duration, error) {
	var making time.Duration
	begin := time.Now()
	err := e.index.Rebuild(ctx, func(yield func(market.Listing, error) bool) {
		for i := range n {
			now := time.Now()
			l := gen.Listing(i)
			making += time.Since(now)
			if !yield(l, ctx.Err()) {
				return
			}
		}
	}, 1)
	return time.Since(begin) - making, err
}

func ask(ctx context.Context, e *engine, queries []market.Query, took *[]time.Duration) error {
	for _, q := range queries {
		begin := time.Now()
		if _, err := e.index.Find(ctx, q); err != nil {
			return fmt.Errorf("%q: %w", q.Text, err)
		}
		if took != nil {
			*took = append(*took, time.Since(begin))
		}
	}
	return nil
}

// change says how long it takes until a changed listing is found.
func change(ctx context.Context, e *engine, gen *searchtest.Generator, n int) (time.Duration, error) {
	l := gen.Listing(n - 1)
	l.Title = "Zyzzyva keeper"
	begin := time.Now()
	if err := e.index.Apply(ctx, []market.Listing{l}, nil, 2); err != nil {
		return 0, err
	}
	for {
		res, err := e.index.Find(ctx, market.Query{Text: "zyzzyva", Now: gen.Now})
		if err != nil || res.Total > 0 {
			return time.Since(begin), err
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// memory reads a process's memory in bytes from /proc, -1 where there is none.
func memory(pid int, field string) int64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if pid == 0 || err != nil {
		return -1
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err == nil {
				return kb << 10
			}
		}
	}
	return -1
}

func quantile(sorted []time.Duration, percent int) time.Duration {
	return sorted[min(len(sorted)*percent/100, len(sorted)-1)]
}

func print(n int, engines []*engine, out map[string]*measured) {
	mb := func(bytes int64) string {
		if bytes < 0 {
			return "unknown"
		}
		return fmt.Sprintf("%.0f MB", float64(bytes)/1e6)
	}
	fmt.Printf("\n%s listings\n", humanize.Comma(int64(n)))
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, e := range engines {
		m := out[e.name]
		start := "not measured"
		if m.start > 0 {
			start = m.start.Round(time.Millisecond).String()
		}
		whose := "of the server"
		if e.name == "local" {
			whose = "of this process, measuring included"
		}
		fmt.Fprintf(w, "%s\tindexing %.0f a second\tdisk %s\tmemory %s (%s; peak after building %s)\tstart %s\ta change found after %s\n",
			e.name, float64(n)/m.build.Seconds(), mb(m.stats.DiskBytes), mb(m.memory), whose, mb(m.peak), start, m.change.Round(time.Microsecond))
	}
	w.Flush()
	fmt.Println("\nMilliseconds at p50 / p95 / p99; each page has all facets")
	w = tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "class\t")
	for _, e := range engines {
		fmt.Fprintf(w, "%s\t", e.name)
	}
	if len(engines) == 2 {
		fmt.Fprintf(w, "%s/%s p50\tp95\t", engines[0].name, engines[1].name)
	}
	fmt.Fprintln(w)
	for _, class := range searchtest.Classes {
		fmt.Fprintf(w, "%s\t", class.Name)
		for _, e := range engines {
			t := out[e.name].took[class.Name]
			fmt.Fprintf(w, "%.2f / %.2f / %.2f\t", ms(quantile(t, 50)), ms(quantile(t, 95)), ms(quantile(t, 99)))
		}
		if len(engines) == 2 {
			a, b := out[engines[0].name].took[class.Name], out[engines[1].name].took[class.Name]
			fmt.Fprintf(w, "%.2f\t%.2f\t", ratio(int64(quantile(a, 50)), int64(quantile(b, 50))), ratio(int64(quantile(a, 95)), int64(quantile(b, 95))))
		}
		fmt.Fprintln(w)
	}
	w.Flush()
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

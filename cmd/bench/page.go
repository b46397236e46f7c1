package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/normalize"
	"github.com/kajkhoj/kajkhoj/internal/search"
	"github.com/kajkhoj/kajkhoj/internal/search/local"
	"github.com/kajkhoj/kajkhoj/internal/search/searchtest"
	"github.com/kajkhoj/kajkhoj/internal/source"
	"github.com/kajkhoj/kajkhoj/internal/store"
	"github.com/kajkhoj/kajkhoj/internal/web"
	"github.com/kajkhoj/kajkhoj/scrapers"
)

type pageCommand struct {
	Listings int           `default:"200000" help:"How many listings there are."`
	Lasting  time.Duration `default:"15s" help:"How long each load lasts."`
	Clients  int           `default:"8" help:"How many connections ask at a time."`
	Rate     int           `default:"500" help:"Pages a second of the steady load."`
	Seed     uint64        `default:"1" help:"Another seed makes other listings."`
	Dir      string        `help:"Where to keep the store and the index, also for the next time; a temporary directory by default." type:"path"`

	CPUProfile string `name:"cpuprofile" help:"Write a CPU profile of the page's server to this file." type:"path"`
}

func (c *pageCommand) Help() string {
	return `Result pages over loopback: first as many as the connections get, then at a steady rate, where a page's time counts from when it was due. The page's server is a process of its own, with the store and the embedded engine; the askers share the machine's cores with it.

  bench page --listings 200000`
}

// Run fills a store, starts the server and asks it for pages.
func (c *pageCommand) Run(ctx context.Context) (err error) {
	if c.Listings < 1000 || c.Listings > 5_000_000 || c.Clients < 1 || c.Rate < 1 {
		return errors.New("--listings: between 1,000 and 5,000,000; --clients and --rate: at least 1")
	}
	dir := c.Dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "kajkhoj-bench-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	gen := &searchtest.Generator{Seed: c.Seed, Now: time.Now().UTC()}
	if err := fill(ctx, dir, gen, c.Listings); err != nil {
		return err
	}

	self, err := os.Executable()
	if err != nil {
		return err
	}
	began := time.Now()
	args := []string{"page-server", dir}
	if c.CPUProfile != "" {
		args = append(args, "--cpuprofile", c.CPUProfile)
	}
	server := exec.CommandContext(ctx, self, args...)
	server.Stderr = os.Stderr
	out, err := server.StdoutPipe()
	if err != nil {
		return err
	}
	if err := server.Start(); err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, server.Process.Signal(os.Interrupt), server.Wait())
	}()
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return fmt.Errorf("the page's server ended: %w", err)
	}
	ready := time.Since(began)
	urls := pages(strings.TrimSpace(address), gen, c.Listings)
	fmt.Printf("%s listings; the server was ready after %.1f s\n\n", humanize.Comma(int64(c.Listings)), ready.Seconds())

	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: c.Clients, MaxConnsPerHost: c.Clients}, Timeout: 30 * time.Second}
	if _, err := c.load(ctx, client, urls, 0, 3*time.Second); err != nil { // warm
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "load\tpages\tpages/s\tp50 ms\tp95 ms\tp99 ms\tlongest ms\tKB a page\tserver's CPU ms a page\tserver MB\t")
	for _, rate := range []int{0, c.Rate} {
		worked := cpuTime(server.Process.Pid)
		l, err := c.load(ctx, client, urls, rate, c.Lasting)
		if err != nil {
			return err
		}
		worked = cpuTime(server.Process.Pid) - worked
		name := "as many as can be"
		if rate > 0 {
			name = fmt.Sprintf("%d a second", rate)
		}
		slices.Sort(l.took)
		fmt.Fprintf(w, "%s\t%d\t%.0f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.2f\t%d\t\n", name, len(l.took), float64(len(l.took))/l.lasted.Seconds(),
			ms(quantile(l.took, 50)), ms(quantile(l.took, 95)), ms(quantile(l.took, 99)), ms(l.took[len(l.took)-1]),
			float64(l.bytes)/float64(len(l.took))/1000, ms(worked)/float64(len(l.took)), memory(server.Process.Pid, "VmRSS")>>20)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Printf("the server held at most %d MB (%d MB of it its own, the rest is the index's file)\n", memory(server.Process.Pid, "VmHWM")>>20, memory(server.Process.Pid, "RssAnon")>>20)
	return nil
}

// pages are result pages as people ask for them: the kinds of questions that
// engines are measured by, in both languages, without the rare deep ones.
func pages(address string, gen *searchtest.Generator, listings int) []string {
	var urls []string
	for _, class := range searchtest.Classes {
		if strings.HasPrefix(class.Name, "deepest") {
			continue
		}
		for i, q := range gen.Questions(class, listings, 300) {
			v := q.Values()
			v.Set("lang", []string{"bn", "en"}[i%2])
			urls = append(urls, address+"/?"+v.Encode())
		}
	}
	rand.New(rand.NewPCG(gen.Seed, 7)).Shuffle(len(urls), func(i, j int) { urls[i], urls[j] = urls[j], urls[i] })
	return urls
}

// cpuTime is what a process has had of the processors, as far as the system
// tells (proc_pid_stat(5), utime and stime, in hundredths of a second).
func cpuTime(pid int) time.Duration {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(data[strings.LastIndexByte(string(data), ')')+1:])) // from the third on
	if len(fields) < 13 {
		return 0
	}
	var ticks int64
	for _, f := range fields[11:13] {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0
		}
		ticks += n
	}
	return time.Duration(ticks) * (time.Second / 100)
}

type loaded struct {
	took   []time.Duration
	bytes  int64
	lasted time.Duration
}

// load asks for pages until the time is over. With a rate, each page is due
// at its own instant and its time counts from then, so that a server that
// stalls is not spared the questions that it kept waiting.
func (c *pageCommand) load(ctx context.Context, client *http.Client, urls []string, rate int, lasts time.Duration) (loaded, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next, bytes atomic.Int64
	took := make([][]time.Duration, c.Clients)
	began := time.Now()
	var running sync.WaitGroup
	for k := range c.Clients {
		running.Go(func() {
			for ctx.Err() == nil {
				n := next.Add(1) - 1
				due := time.Now()
				if rate > 0 {
					due = began.Add(time.Duration(n) * time.Second / time.Duration(rate))
				}
				if due.Sub(began) > lasts {
					return
				}
				time.Sleep(time.Until(due))
				size, err := get(ctx, client, urls[int(n)%len(urls)])
				if err != nil {
					cancel(err)
					return
				}
				took[k] = append(took[k], time.Since(due))
				bytes.Add(size)
			}
		})
	}
	running.Wait()
	if err := context.Cause(ctx); err != nil {
		return loaded{}, err
	}
	return loaded{slices.Concat(took...), bytes.Load(), time.Since(began)}, nil
}

// get reads a page as a browser does, compressed, and gives its size.
func get(ctx context.Context, client *http.Client, url string) (int64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Accept-Encoding", "gzip") // set by hand, so that it is not unpacked
	res, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	n, err := io.Copy(io.Discard, res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", url, res.Status)
	}
	return n, err
}

// fill makes a store of generated listings and their index in dir, where
// they are not there yet.
func fill(ctx context.Context, dir string, gen *searchtest.Generator, n int) (err error) {
	analyzer, err := search.NewAnalyzer(config.Files)
	if err != nil {
		return err
	}
	st, err := store.Open(ctx, filepath.Join(dir, "kajkhoj.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	have, err := st.CountOpen(ctx)
	if err != nil {
		return err
	}
	if have < n {
		began := time.Now()
		if err := save(ctx, st, gen, n); err != nil {
			return err
		}
		fmt.Printf("filled in %.0f s\n", time.Since(began).Seconds())
	}
	index, err := local.Open(filepath.Join(dir, "index"), analyzer)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, index.Close()) }()
	began := time.Now()
	f := &search.Follower{Index: index, Store: st}
	did := 0
	for err == nil {
		var some int
		some, err = f.Pass(ctx, time.Now().UTC())
		did += some
	}
	if !errors.Is(err, market.ErrNone) {
		return err
	}
	if did > 0 {
		fmt.Printf("indexed in %.0f s\n", time.Since(began).Seconds())
	}
	return nil
}

// save puts n generated listings into a store.
func save(ctx context.Context, st *store.Store, gen *searchtest.Generator, n int) (err error) {
	began := time.Now()
	var configs []store.SourceConfig
	for _, name := range searchtest.Sources {
		configs = append(configs, store.SourceConfig{Name: name, Enabled: true})
	}
	if err := st.SyncSources(ctx, configs, began.UTC()); err != nil {
		return err
	}
	runs := map[string]market.Run{}
	for _, name := range searchtest.Sources {
		if runs[name], err = st.ClaimNamed(ctx, name, began.UTC(), 24*time.Hour); err != nil {
			return err
		}
	}
	batches, found := map[string][]market.Listing{}, map[string]int{}
	flush := func(name string) error {
		_, err := st.Save(ctx, runs[name], batches[name], began.UTC())
		batches[name] = batches[name][:0]
		return err
	}
	for i := range n {
		l := gen.Listing(i)
		found[l.Source]++
		if batches[l.Source] = append(batches[l.Source], l); len(batches[l.Source]) >= 500 {
			if err := flush(l.Source); err != nil {
				return err
			}
		}
	}
	for name := range batches {
		if err := flush(name); err != nil {
			return err
		}
		if _, err := st.Finish(ctx, runs[name], market.Outcome{State: market.RunOK, Finished: began.UTC(), Found: found[name], CloseAfter: 1, Next: began.Add(24 * time.Hour)}, 0); err != nil {
			return err
		}
	}
	return nil
}

type pageServerCommand struct {
	Dir        string `arg:"" help:"The folder that bench page filled."`
	CPUProfile string `name:"cpuprofile" help:"Write a CPU profile to this file." type:"path"`
}

// Run serves the page from a folder and prints its address.
func (c *pageServerCommand) Run(ctx context.Context) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(75) // as the command kajkhoj does
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
	analyzer, err := search.NewAnalyzer(config.Files)
	if err != nil {
		return err
	}
	norm, err := normalize.New(config.Files)
	if err != nil {
		return err
	}
	all, err := scrapers.All(os.Getenv)
	if err != nil {
		return err
	}
	var specs []source.Spec
	for _, s := range all {
		specs = append(specs, s.Spec())
	}
	st, err := store.Open(ctx, filepath.Join(c.Dir, "kajkhoj.db"))
	if err != nil {
		return err
	}
	defer st.Close()
	index, err := local.Open(filepath.Join(c.Dir, "index"), analyzer)
	if err != nil {
		return err
	}
	defer index.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	handler, err := web.New(web.Options{
		Search:    &search.Searcher{Index: index, Store: st, Analyzer: analyzer},
		Store:     st,
		Index:     func(context.Context) (web.IndexState, error) { return web.IndexState{Documents: -1}, nil },
		Specs:     func() []source.Spec { return specs },
		Rates:     norm.Rates(),
		SkillName: norm.SkillName,
		Highlight: analyzer.Highlight,
		BaseURL:   "http://" + l.Addr().String(),
		Now:       func() time.Time { return time.Now().UTC() },
		Log:       slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", l.Addr())
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	defer context.AfterFunc(ctx, func() { srv.Close() })()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

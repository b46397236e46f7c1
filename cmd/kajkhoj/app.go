package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	files "github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/alert"
	"github.com/kajkhoj/kajkhoj/internal/classify"
	"github.com/kajkhoj/kajkhoj/internal/collect"
	"github.com/kajkhoj/kajkhoj/internal/config"
	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/loop"
	"github.com/kajkhoj/kajkhoj/internal/mail"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/normalize"
	"github.com/kajkhoj/kajkhoj/internal/search"
	"github.com/kajkhoj/kajkhoj/internal/search/local"
	"github.com/kajkhoj/kajkhoj/internal/search/meili"
	"github.com/kajkhoj/kajkhoj/internal/store"
	"github.com/kajkhoj/kajkhoj/internal/web"
)

// collectors is how many sources are visited at a time by one process; each
// host still gets one request at a time.
const collectors = 4

// app is the program with its parts put together.
type app struct {
	cfg       config.Config
	log       *slog.Logger
	roster    *roster
	index     search.Index // nil until serve has opened it
	normalize *normalize.Normalizer
	analyzer  *search.Analyzer
	registry  *prometheus.Registry
	store     *store.Store
	collector *collect.Collector
	// next says when a saved search is due, delay how long news for one that
	// is told at once waits for more; 0 is the usual.
	next  web.NextDue
	delay time.Duration
	// around wraps the site, nil for nothing.
	around  func(http.Handler) http.Handler
	closers []func() error
}

// outside is how the collectors reach sites. Its zero value is the public
// network.
type outside struct {
	loopback  bool              // this machine may be reached, for the demo
	transport http.RoundTripper // in place of the network, for tests
	// soon says that mails go out soon, whatever hour was chosen, for the demo.
	soon bool
}

// newApp opens the store and puts the parts together; it starts nothing.
func newApp(ctx context.Context, c config.Config, log *slog.Logger, ss sources, out outside) (a *app, err error) {
	a = &app{cfg: c, log: log, roster: newRoster(c, ss, log), registry: prometheus.NewRegistry(), next: alert.Next}
	if out.soon {
		a.next, a.delay = soon, demoDelay
	}
	defer func() {
		if err != nil {
			a.close()
		}
	}()
	if a.normalize, err = normalize.New(files.Files); err != nil {
		return a, fmt.Errorf("the data files: %w", err)
	}
	if a.analyzer, err = search.NewAnalyzer(files.Files); err != nil {
		return a, fmt.Errorf("the data files: %w", err)
	}
	if err = os.MkdirAll(c.Data, 0o750); err != nil {
		return a, fmt.Errorf("the data folder: %w", err)
	}
	if a.store, err = store.Open(ctx, dsn(c)); err != nil {
		return a, fmt.Errorf("the database: %w", err)
	}
	a.closers = append(a.closers, a.store.Close)
	a.collector = &collect.Collector{
		Store:     a.store,
		Sources:   a.roster,
		Fetch:     fetch.New(fetch.Config{UserAgent: userAgent(c.Contact), Product: "Kajkhoj", AllowLoopback: out.loopback}, out.transport),
		Normalize: a.normalize.Draft,
		Classify:  label,
		Metrics:   collect.NewMetrics(a.registry),
		Log:       log,
	}
	return a, nil
}

// dsn is where the store is: a PostgreSQL URL, or SQLite's file.
func dsn(c config.Config) string {
	if c.DB != "" {
		return c.DB
	}
	return filepath.Join(c.Data, "kajkhoj.db")
}

// hasData fails where there is no store yet, for commands that would
// otherwise make an empty one.
func hasData(c config.Config) error {
	if c.DB != "" {
		return nil
	}
	if _, err := os.Stat(dsn(c)); err != nil {
		return fmt.Errorf("there is no data in %s yet: 'kajkhoj serve --data %s' collects some", c.Data, c.Data)
	}
	return nil
}

// label is the classifier, which leaves its version on what it labels.
func label(l market.Listing) market.Listing {
	l = classify.Listing(l)
	l.Labelled = classify.Version
	return l
}

// userAgent names the program and where its operator is reached.
func userAgent(contact string) string {
	return fmt.Sprintf("Kajkhoj/%s (+%s)", version(), contact)
}

func (a *app) close() {
	for i := len(a.closers) - 1; i >= 0; i-- {
		if err := a.closers[i](); err != nil {
			a.log.Error("closing", "err", err)
		}
	}
	a.closers = nil
}

// syncSources tells the store which sources there are and which of them run.
func (a *app) syncSources(ctx context.Context) error {
	var cs []store.SourceConfig
	for _, s := range a.roster.all() {
		name := s.Spec().Name
		cs = append(cs, store.SourceConfig{Name: name, Enabled: a.roster.off(name) == ""})
	}
	return a.store.SyncSources(ctx, cs, time.Now().UTC())
}

// openIndex opens the search engine that the configuration names.
func (a *app) openIndex(ctx context.Context) (search.Index, error) {
	var index search.Index
	var err error
	switch a.cfg.Search.Engine {
	case "meili":
		index, err = meili.Open(ctx, meili.Config{URL: a.cfg.Search.MeiliURL, Key: a.cfg.Search.MeiliKey}, a.analyzer)
	default:
		index, err = local.Open(filepath.Join(a.cfg.Data, "index"), a.analyzer)
	}
	if err != nil {
		return nil, fmt.Errorf("the search engine: %w", err)
	}
	a.closers = append(a.closers, index.Close)
	return index, nil
}

// searcher answers a command's query from the present index. An index that a
// running process holds is read beside it, in a folder of its own.
func (a *app) searcher(ctx context.Context) (*search.Searcher, error) {
	index, err := a.openIndex(ctx)
	if errors.Is(err, local.ErrInUse) {
		index, err = a.openSnapshot()
	}
	if err != nil {
		return nil, err
	}
	f := &search.Follower{Index: index, Store: a.store}
	for err == nil && a.cfg.Search.Engine == "local" {
		_, err = f.Pass(ctx, time.Now().UTC())
	}
	if err != nil && !errors.Is(err, market.ErrNone) {
		return nil, err
	}
	return &search.Searcher{Index: index, Store: a.store, Analyzer: a.analyzer, Timeout: a.cfg.Search.Timeout, Log: a.log}, nil
}

func (a *app) openSnapshot() (search.Index, error) {
	dir, err := os.MkdirTemp(a.cfg.Data, "index-reading-")
	if err != nil {
		return nil, err
	}
	a.closers = append(a.closers, func() error { return os.RemoveAll(dir) })
	if err := local.Snapshot(filepath.Join(a.cfg.Data, "index"), dir); err != nil && !errors.Is(err, search.ErrRebuild) {
		return nil, err
	}
	index, err := local.Open(dir, a.analyzer)
	if err != nil {
		return nil, err
	}
	a.closers = append(a.closers, index.Close)
	return index, nil
}

// listen opens the page's address before anything else is started, so that
// a taken port is said at once.
func listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%w\nChoose another address with --listen, for example --listen 127.0.0.1:8081", err)
	}
	return l, nil
}

// prepare tells the store which sources there are and opens the index, where
// this process needs one.
func (a *app) prepare(ctx context.Context) error {
	if err := a.enterSources(ctx); err != nil {
		return err
	}
	if !a.cfg.Has("web") && !a.follows() {
		return nil
	}
	var err error
	a.index, err = a.openIndex(ctx)
	return err
}

// follows reports whether this process keeps the index up to date: the
// embedded one belongs to the process that searches it, a search server has
// one follower for all.
func (a *app) follows() bool {
	if a.cfg.Search.Engine == "local" {
		return a.cfg.Has("web")
	}
	return a.cfg.Has("index")
}

// serve runs the roles until ctx ends or its server fails, after prepare. The
// server has the site in a process with the role web, and what operators watch
// in every process.
func (a *app) serve(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	start := func(name string, idle time.Duration, pass loop.Pass) {
		running.Go(func() { loop.Run(ctx, a.log, name, idle, pass) })
	}
	if a.follows() {
		start("index", 500*time.Millisecond, a.follow(&search.Follower{Index: a.index, Store: a.store}))
	}
	start("sources", followEvery, a.followStored)
	if a.cfg.Has("collect") {
		for range collectors {
			start("collect", time.Second, a.collector.Pass)
		}
		start("keep", time.Minute, (&collect.Keeper{Store: a.store, Specs: a.roster.specs}).Pass)
		base, _ := a.base(l) // without one a letter names no address
		watch, err := a.watch(base)
		if err != nil {
			return err
		}
		start("health", watchEvery, watch)
	}
	if a.cfg.Has("collect") || a.cfg.Has("index") {
		start("relabel", time.Minute, a.relabeller().Pass)
	}
	handler := web.Watched(a.registry, a.store.Ping, version())
	if a.cfg.Has("web") || a.cfg.Has("mail") {
		base, err := a.base(l)
		if err != nil {
			return err
		}
		writer, err := a.newWriter(base)
		if err != nil {
			return err
		}
		if a.cfg.Has("mail") {
			if err := a.tell(writer, start); err != nil {
				return err
			}
		}
		if a.cfg.Has("web") {
			if handler, err = a.page(base, writer); err != nil {
				return err
			}
		}
	}
	if a.around != nil {
		handler = a.around(handler)
	}
	srv := web.HTTPServer(handler, a.log)
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	grace, end := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer end()
	if err := srv.Shutdown(grace); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// relabeller labels the stored listings again after the classifier changed.
func (a *app) relabeller() *collect.Relabeller {
	return &collect.Relabeller{
		Store:    a.store,
		Classify: label,
		Version:  classify.Version,
		Metrics:  collect.NewLabelMetrics(a.registry),
		Log:      a.log,
	}
}

// page puts the site together.
func (a *app) page(base string, writer *mail.Writer) (http.Handler, error) {
	cannot, err := readUncollectable(files.Files)
	if err != nil {
		return nil, err
	}
	return web.New(web.Options{
		Search:    &search.Searcher{Index: a.index, Store: a.store, Analyzer: a.analyzer, Timeout: a.cfg.Search.Timeout, Log: a.log},
		Store:     a.store,
		Index:     a.indexState,
		Specs:     a.roster.specs,
		Rates:     a.normalize.Rates(),
		SkillName: a.normalize.SkillName,
		Highlight: a.analyzer.Highlight,
		BaseURL:   base,
		Now:       func() time.Time { return time.Now().UTC() },
		Log:       a.log,
		Registry:  a.registry,
		Ready:     a.store.Ping,
		Version:   version(),

		Uncollectable: notCollected(cannot),

		Subscriptions: a.store,
		Mails:         writer,
		Next:          a.next,
		Refuse:        func(q market.Query) error { return alert.Refuse(a.analyzer, q) },
		Match: func(q market.Query, l market.Listing) bool {
			return q.Filter(l) && a.analyzer.Words(q.Text).MatchTypos(a.analyzer.Document(l))
		},
		Admin:        a.admin(writer),
		MailReady:    a.cfg.Mail.SMTP != "",
		BounceSecret: a.cfg.Mail.BounceSecret,
		ParseBounce:  bounced,
	})
}

// indexState tells how many documents the index holds and how many changes
// it has yet to take in.
func (a *app) indexState(ctx context.Context) (web.IndexState, error) {
	cursor, err := a.index.Cursor(ctx)
	if err != nil {
		return web.IndexState{}, err
	}
	head, err := a.store.Head(ctx)
	if err != nil {
		return web.IndexState{}, err
	}
	st, err := a.index.Stats(ctx)
	return web.IndexState{Documents: st.Documents, Behind: max(head-cursor, 0)}, err
}

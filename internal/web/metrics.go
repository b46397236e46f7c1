package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

// metrics are what the site counts for operators. Labels have few values:
// routes, states and sources, never an address or a query.
type metrics struct {
	page     http.Handler
	requests *prometheus.HistogramVec
	searches *prometheus.HistogramVec
	degraded prometheus.Counter
	failed   prometheus.Counter
	reports  *prometheus.CounterVec
}

// newMetrics registers the site's metrics in its registry. A registry serves
// one site: a second one with the same registry panics.
func newMetrics(s *server) *metrics {
	fast := []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5}
	m := &metrics{
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "kajkhoj_http_request_duration_seconds", Help: "Time to answer a request, by the route that served it and the status.", Buckets: fast,
		}, []string{"route", "code"}),
		searches: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "kajkhoj_search_duration_seconds", Help: "Time to answer a search, by whether it had words.", Buckets: fast,
		}, []string{"words"}),
		degraded: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "kajkhoj_search_degraded_total", Help: "Searches answered from the store by plain filtering, because the engine was down or not built.",
		}),
		failed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "kajkhoj_search_failed_total", Help: "Searches that could not be answered at all.",
		}),
		reports: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kajkhoj_reports_total", Help: "Readers' reports that were kept, by what they say is wrong.",
		}, []string{"wrong"}),
	}
	s.Registry.MustRegister(m.requests, m.searches, m.degraded, m.failed, m.reports, gauges{s})
	if s.Subscriptions != nil {
		s.Registry.MustRegister(mailGauges{s})
	}
	for _, w := range market.Wrongs {
		m.reports.WithLabelValues(string(w))
	}
	m.page = registryPage(s.Registry)
	return m
}

// observe counts one answered request. route is the pattern that served it.
func (s *server) observe(route string, status int, took time.Duration) {
	s.machine.metrics.requests.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
}

// metricsPage is GET /metrics in Prometheus's text format. It is for the
// operator.
func (s *server) metricsPage(w http.ResponseWriter, r *http.Request) {
	forOperators(w, r, s.machine.metrics.page)
}

// timedSearch measures the searches of pages and programs alike, and notes
// when the index has answered one.
type timedSearch struct {
	Searcher
	machine *machine
}

func (t timedSearch) Search(ctx context.Context, q market.Query) (search.Page, error) {
	began := time.Now()
	p, err := t.Searcher.Search(ctx, q)
	t.machine.metrics.searches.WithLabelValues(strconv.FormatBool(q.Text != "")).Observe(time.Since(began).Seconds())
	switch {
	case err != nil && ctx.Err() == nil:
		t.machine.metrics.failed.Inc()
	case p.Degraded:
		t.machine.metrics.degraded.Inc()
	case err == nil:
		t.machine.indexed.Store(true)
	}
	return p, err
}

// gauges are read when they are asked for.
type gauges struct{ *server }

var (
	storeUp     = prometheus.NewDesc("kajkhoj_store_up", "1 when the store answers.", nil, nil)
	indexUp     = prometheus.NewDesc("kajkhoj_index_up", "1 when the search engine answers and has an index.", nil, nil)
	indexDocs   = prometheus.NewDesc("kajkhoj_index_documents", "Groups of listings in the search index.", nil, nil)
	indexBehind = prometheus.NewDesc("kajkhoj_index_behind_changes", "Changes that the search index has yet to take in.", nil, nil)
	sourceState = prometheus.NewDesc("kajkhoj_sources", "Enabled sources, by how their last run ended (never: none has).", []string{"state"}, nil)
	sourceOn    = prometheus.NewDesc("kajkhoj_source_enabled", "1 when the source is collected.", []string{"source"}, nil)
	sourceOpen  = prometheus.NewDesc("kajkhoj_source_open_listings", "Open listings of the source.", []string{"source"}, nil)
	sourceBad   = prometheus.NewDesc("kajkhoj_source_failures", "Failed runs in a row.", []string{"source"}, nil)
	sourceOK    = prometheus.NewDesc("kajkhoj_source_last_success_timestamp_seconds", "When the last run that did not fail ended.", []string{"source"}, nil)
	sourceNext  = prometheus.NewDesc("kajkhoj_source_next_run_timestamp_seconds", "When the source is due again.", []string{"source"}, nil)
)

func (g gauges) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{storeUp, indexUp, indexDocs, indexBehind, sourceState, sourceOn, sourceOpen, sourceBad, sourceOK, sourceNext} {
		ch <- d
	}
}

func (g gauges) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), probeWithin)
	defer cancel()
	set := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if st, err := g.Index(ctx); err != nil {
		set(indexUp, 0)
	} else {
		set(indexUp, 1)
		set(indexBehind, float64(st.Behind))
		if st.Documents >= 0 {
			set(indexDocs, float64(st.Documents))
		}
	}
	states, err := g.Store.Sources(ctx)
	if err != nil {
		set(storeUp, 0)
		return
	}
	set(storeUp, 1)
	count := map[market.RunState]int{
		"never": 0, market.RunOK: 0, market.RunUnchanged: 0, market.RunPartial: 0, market.RunBlocked: 0,
		market.RunChanged: 0, market.RunUnreachable: 0, market.RunTooLarge: 0, market.RunRefused: 0, market.RunFailed: 0,
	}
	for _, s := range states {
		on := 0.0
		if s.Enabled {
			on = 1
			if s.Last == nil {
				count["never"]++
			} else {
				count[s.Last.State]++
			}
		}
		set(sourceOn, on, s.Name)
		set(sourceOpen, float64(s.Open), s.Name)
		set(sourceBad, float64(s.Failures), s.Name)
		if s.LastOK != nil {
			set(sourceOK, seconds(s.LastOK.Finished), s.Name)
		}
		if !s.NextAt.IsZero() {
			set(sourceNext, seconds(s.NextAt), s.Name)
		}
	}
	for state, n := range count {
		set(sourceState, float64(n), string(state))
	}
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

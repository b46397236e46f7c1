package collect

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Metrics count what runs do, by source. A nil one counts nothing.
type Metrics struct {
	runs     *prometheus.CounterVec // by source and state
	listings map[string]*prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	success  *prometheus.GaugeVec
}

// NewMetrics makes the counters and enters them.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{
		runs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kajkhoj_collect_runs_total", Help: "Finished runs, by how they ended.",
		}, []string{"source", "state"}),
		listings: map[string]*prometheus.CounterVec{},
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "kajkhoj_collect_run_seconds", Help: "How long runs took.", Buckets: []float64{0.1, 0.5, 1, 5, 15, 60, 180, 600},
		}, []string{"source"}),
		success: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "kajkhoj_collect_last_success_timestamp_seconds", Help: "When a run last ended without failing.",
		}, []string{"source"}),
	}
	for what, help := range map[string]string{
		"found":    "Drafts that sources gave.",
		"new":      "Listings that were not known.",
		"changed":  "Listings whose content changed.",
		"closed":   "Listings that were closed.",
		"reopened": "Listings that reappeared.",
		"rejected": "Items that could not be read.",
	} {
		m.listings[what] = prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kajkhoj_collect_listings_" + what + "_total", Help: help,
		}, []string{"source"})
		reg.MustRegister(m.listings[what])
	}
	reg.MustRegister(m.runs, m.seconds, m.success)
	return m
}

func (m *Metrics) observe(name string, o market.Outcome, took time.Duration) {
	if m == nil {
		return
	}
	m.runs.WithLabelValues(name, string(o.State)).Inc()
	m.seconds.WithLabelValues(name).Observe(took.Seconds())
	for what, n := range map[string]int{"found": o.Found, "new": o.New, "changed": o.Changed, "closed": o.Closed, "reopened": o.Reopened, "rejected": o.Rejected} {
		m.listings[what].WithLabelValues(name).Add(float64(n))
	}
	if !o.State.Failed() {
		m.success.WithLabelValues(name).Set(float64(o.Finished.UnixMilli()) / 1000)
	}
}

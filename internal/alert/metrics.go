package alert

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Metrics count what telling does. A nil one counts nothing.
type Metrics struct {
	searches, digests, listings, void, held prometheus.Counter
	failures                                *prometheus.CounterVec // by what failed
	hurried, asked, ended                   prometheus.Counter
}

// What may fail for one person while it works for the others.
const (
	failQuery  = "query"  // a saved query that cannot be read
	failZone   = "zone"   // a time zone that is not known
	failLetter = "letter" // a letter that cannot be written
	failFile   = "file"   // a letter that the outbox does not take
)

// NewMetrics makes the counters and enters them, with gauges of what is due
// and was not told, for an alarm: stats is asked at each reading.
//
// An alarm is worth ringing when kajkhoj_alert_overdue_searches stays above 0,
// or when the gauge is missing because the store does not answer.
func NewMetrics(reg prometheus.Registerer, stats func(ctx context.Context, now time.Time) (market.MailStats, error)) *Metrics {
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: "kajkhoj_alert_" + name + "_total", Help: help})
		reg.MustRegister(c)
		return c
	}
	m := &Metrics{
		searches: counter("searches", "Due searches that were looked through for news."),
		digests:  counter("digests", "Mails with new listings that were composed."),
		listings: counter("listings", "Listings that these mails tell of."),
		void:     counter("void", "Reckonings thrown away, because the search had moved or ended meanwhile."),
		held:     counter("held", "Instant searches put off to their owner's hour, because they had sent the day's most."),
		hurried:  counter("hurried", "Instant searches that were made due by a new listing."),
		asked:    counter("asked", "People asked whether they are still looking."),
		ended:    counter("ended", "Searches, people, tokens and letters that had had their time."),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kajkhoj_alert_failures_total", Help: "What failed for one person and is tried again, by what it was.",
		}, []string{"what"}),
	}
	for _, what := range []string{failQuery, failZone, failLetter, failFile} {
		m.failures.WithLabelValues(what)
	}
	reg.MustRegister(m.failures, overdue{stats})
	return m
}

// overdue reads what is due and was not told when it is asked.
type overdue struct {
	stats func(ctx context.Context, now time.Time) (market.MailStats, error)
}

var (
	overdueSearches = prometheus.NewDesc("kajkhoj_alert_overdue_searches",
		"Saved searches that were due more than 15 minutes ago and have not been told.", nil, nil)
	overdueSeconds = prometheus.NewDesc("kajkhoj_alert_overdue_seconds",
		"For how long the first of them has been due; 0 where there is none.", nil, nil)
)

// readWithin is how long reading the gauges may take.
const readWithin = 2 * time.Second

func (overdue) Describe(ch chan<- *prometheus.Desc) {
	ch <- overdueSearches
	ch <- overdueSeconds
}

func (o overdue) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), readWithin)
	defer cancel()
	now := time.Now()
	st, err := o.stats(ctx, now)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(overdueSearches, err)
		return
	}
	var age time.Duration
	if !st.OldestDue.IsZero() {
		age = now.Sub(st.OldestDue)
	}
	ch <- prometheus.MustNewConstMetric(overdueSearches, prometheus.GaugeValue, float64(st.Overdue))
	ch <- prometheus.MustNewConstMetric(overdueSeconds, prometheus.GaugeValue, max(age, 0).Seconds())
}

func (m *Metrics) fail(what string) {
	if m != nil {
		m.failures.WithLabelValues(what).Inc()
	}
}

func (m *Metrics) hold() {
	if m != nil {
		m.held.Inc()
	}
}

func (m *Metrics) hurry(n int) {
	if m != nil {
		m.hurried.Add(float64(n))
	}
}

// tell counts what was told of what was filed.
func (m *Metrics) tell(searches, letters, listings, void int) {
	if m == nil {
		return
	}
	m.searches.Add(float64(searches))
	m.digests.Add(float64(letters))
	m.listings.Add(float64(listings))
	m.void.Add(float64(void))
}

func (m *Metrics) ask() {
	if m != nil {
		m.asked.Inc()
	}
}

func (m *Metrics) end(n int) {
	if m != nil {
		m.ended.Add(float64(n))
	}
}

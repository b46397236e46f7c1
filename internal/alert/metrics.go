package alert

import "github.com/prometheus/client_golang/prometheus"

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

// NewMetrics makes the counters and enters them. What is due and was not told
// is told by the pages' gauges, which are read from the store.
func NewMetrics(reg prometheus.Registerer) *Metrics {
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
	reg.MustRegister(m.failures)
	return m
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

package mail

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Metrics count what sending does. A nil one counts nothing.
type Metrics struct {
	letters *prometheus.CounterVec
	seconds prometheus.Histogram
}

// ends are what a letter's turn can end in: "lost" is one that was taken over
// by another while it was carried.
var ends = []string{"sent", "retried", "buried", "lost"}

// NewMetrics makes the counters and enters them, with gauges of what is
// queued, for an alarm: stats is asked at each reading. configured says
// whether there is a server to send by.
//
// An alarm is worth ringing when kajkhoj_mail_oldest_queued_seconds stays
// above 900, when kajkhoj_mail_configured is 0 while anything is queued, or
// when the gauges are missing because the store does not answer.
func NewMetrics(reg prometheus.Registerer, configured bool, stats func(ctx context.Context, now time.Time) (market.MailStats, error)) *Metrics {
	m := &Metrics{
		letters: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kajkhoj_mail_letters_total", Help: "Turns of letters, by what they are for and how the turn ended.",
		}, []string{"kind", "end"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "kajkhoj_mail_carry_seconds", Help: "How long handing a letter to the server took.", Buckets: []float64{.01, .05, .1, .5, 1, 5, 15, 60, 180},
		}),
	}
	for _, kind := range market.LetterKinds {
		for _, end := range ends {
			m.letters.WithLabelValues(string(kind), end)
		}
	}
	reg.MustRegister(m.letters, m.seconds, queue{configured, stats})
	return m
}

func (m *Metrics) count(kind market.LetterKind, end string) {
	if m != nil {
		m.letters.WithLabelValues(string(kind), end).Inc()
	}
}

func (m *Metrics) carried(took time.Duration) {
	if m != nil {
		m.seconds.Observe(took.Seconds())
	}
}

// queue reads the outbox's figures when it is asked.
type queue struct {
	configured bool
	stats      func(ctx context.Context, now time.Time) (market.MailStats, error)
}

var (
	mailConfigured = prometheus.NewDesc("kajkhoj_mail_configured",
		"1 where there is a server to send letters by, 0 where they stay queued.", nil, nil)
	mailLetters = prometheus.NewDesc("kajkhoj_mail_letters",
		"Letters in the store, by state.", []string{"state"}, nil)
	mailOldest = prometheus.NewDesc("kajkhoj_mail_oldest_queued_seconds",
		"For how long the letter that has waited longest has been due; 0 where none waits.", nil, nil)
	mailSubscribers = prometheus.NewDesc("kajkhoj_mail_subscribers", "People who get mail.", nil, nil)
	mailSearches    = prometheus.NewDesc("kajkhoj_mail_searches", "Saved searches, by state.", []string{"state"}, nil)
	mailSuppressed  = prometheus.NewDesc("kajkhoj_mail_suppressed",
		"Addresses that get no mail any more, by why.", []string{"reason"}, nil)
)

// readWithin is how long reading the gauges may take.
const readWithin = 2 * time.Second

func (queue) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{mailConfigured, mailLetters, mailOldest, mailSubscribers, mailSearches, mailSuppressed} {
		ch <- d
	}
}

func (q queue) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if q.configured {
		gauge(mailConfigured, 1)
	} else {
		gauge(mailConfigured, 0)
	}
	ctx, cancel := context.WithTimeout(context.Background(), readWithin)
	defer cancel()
	now := time.Now()
	st, err := q.stats(ctx, now)
	if err != nil {
		return
	}
	waited := 0.0
	if !st.OldestQueued.IsZero() {
		waited = max(0, now.Sub(st.OldestQueued).Seconds())
	}
	gauge(mailOldest, waited)
	gauge(mailSubscribers, float64(st.Subscribers))
	for _, s := range market.LetterStates {
		gauge(mailLetters, float64(st.Letters[s]), string(s))
	}
	for _, s := range market.SearchStates {
		gauge(mailSearches, float64(st.Searches[s]), string(s))
	}
	for _, r := range market.SuppressReasons {
		gauge(mailSuppressed, float64(st.Suppressed[r]), string(r))
	}
}

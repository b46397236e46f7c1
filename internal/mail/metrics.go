package mail

import (
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

// NewMetrics makes the counters and enters them. How the outbox stands is
// told by the pages' gauges.
func NewMetrics(reg prometheus.Registerer) *Metrics {
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
	reg.MustRegister(m.letters, m.seconds)
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

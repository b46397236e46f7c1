package collect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// LabelStore is what labelling again needs of the store.
type LabelStore interface {
	// Outdated counts the listings whose labels are of an older version.
	Outdated(ctx context.Context, version int) (int, error)
	// Relabel labels again up to limit listings whose labels are of an older
	// version, in one transaction, and marks them with this one. It takes
	// Level, English and Warnings of what label gives. ErrNone: there is none.
	Relabel(ctx context.Context, version, limit int, label func(market.Listing) market.Listing) (market.Relabelled, error)
}

const (
	// relabelBatch is how many listings are labelled again in one
	// transaction, for which other writers wait.
	relabelBatch = 100
	// relabelTell is how often the log is told how far it is.
	relabelTell = 10 * time.Second
)

// Relabeller labels the stored listings again when the classifier has
// changed, in the background. Any number of processes may do so at once: see
// the store's Relabel.
type Relabeller struct {
	Store LabelStore
	// Classify labels a listing; Version says by which rules.
	Classify func(market.Listing) market.Listing
	Version  int

	// Metrics and Log may be nil.
	Metrics *LabelMetrics
	Log     *slog.Logger

	// What this process has done since it last found nothing to do.
	done        market.Relabelled
	began, told time.Time
	left        int
}

// Pass labels one batch again. It is a loop.Pass, for one loop at a time:
// market.ErrNone says that all labels are of the version, or of a newer one.
func (r *Relabeller) Pass(ctx context.Context, now time.Time) (did int, err error) {
	done, err := r.Store.Relabel(ctx, r.Version, relabelBatch, r.label)
	if errors.Is(err, market.ErrNone) {
		r.Metrics.outdated(0)
		if !r.began.IsZero() {
			r.log().Info("all listings are labelled anew", "version", r.Version, "labelled", r.done.Labelled, "changed", r.done.Changed, "took", now.Sub(r.began).Round(time.Millisecond))
			r.done, r.began = market.Relabelled{}, time.Time{}
		}
		return 0, err
	}
	if err != nil {
		return 0, err
	}
	r.Metrics.labelled(done)
	r.done.Labelled += done.Labelled
	r.done.Changed += done.Changed
	if r.began.IsZero() {
		r.began, r.told = now, time.Time{}
	}
	if now.Sub(r.told) >= relabelTell {
		if r.left, err = r.Store.Outdated(ctx, r.Version); err != nil {
			return 0, err
		}
		r.told = now
		r.log().Info("listings are being labelled anew", "version", r.Version, "labelled", r.done.Labelled, "changed", r.done.Changed, "left", r.left)
		r.Metrics.outdated(r.left)
	}
	// A batch that others overtook did nothing, but there may be more.
	return max(done.Labelled, 1), nil
}

// label is Classify; a listing that makes it panic keeps its labels, and the
// others are not lost with it.
func (r *Relabeller) label(l market.Listing) (out market.Listing) {
	defer func() {
		if p := recover(); p != nil {
			r.log().Error("a listing made labelling panic", "listing", l.ID, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			r.Metrics.fail()
			out = l
		}
	}()
	return r.Classify(l)
}

func (r *Relabeller) log() *slog.Logger {
	if r.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return r.Log
}

// LabelMetrics count what labelling again does. A nil one counts nothing.
type LabelMetrics struct {
	left     atomic.Int64
	listings *prometheus.CounterVec
	failed   prometheus.Counter
}

// NewLabelMetrics makes the counters and enters them.
func NewLabelMetrics(reg prometheus.Registerer) *LabelMetrics {
	m := &LabelMetrics{
		listings: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kajkhoj_relabel_listings_total", Help: "Stored listings that were labelled again, by whether they got other labels.",
		}, []string{"changed"}),
		failed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "kajkhoj_relabel_failed_total", Help: "Stored listings that could not be labelled again and kept their labels.",
		}),
	}
	for _, changed := range []string{"true", "false"} {
		m.listings.WithLabelValues(changed)
	}
	reg.MustRegister(m.listings, m.failed, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "kajkhoj_relabel_outdated_listings", Help: "Stored listings whose labels are of an older version of the classifier, as this process last counted.",
	}, func() float64 { return float64(m.left.Load()) }))
	return m
}

func (m *LabelMetrics) labelled(done market.Relabelled) {
	if m != nil {
		m.listings.WithLabelValues("true").Add(float64(done.Changed))
		m.listings.WithLabelValues("false").Add(float64(done.Labelled - done.Changed))
		m.outdated(max(int(m.left.Load())-done.Labelled, 0))
	}
}

func (m *LabelMetrics) outdated(n int) {
	if m != nil {
		m.left.Store(int64(n))
	}
}

func (m *LabelMetrics) fail() {
	if m != nil {
		m.failed.Inc()
	}
}

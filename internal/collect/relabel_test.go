package collect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kajkhoj/kajkhoj/internal/loop"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
	"github.com/kajkhoj/kajkhoj/internal/store"
)

var (
	_ LabelStore = (*store.Store)(nil)
	_ loop.Pass  = (*Relabeller)(nil).Pass
)

// gathered is the value of a metric that has no labels, or the sum over them.
func gathered(t *testing.T, reg *prometheus.Registry, name string) (sum float64) {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			for _, m := range f.GetMetric() {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
			return sum
		}
	}
	t.Fatalf("there is no metric %s", name)
	return 0
}

// A new version of the classifier labels everything again, batch by batch,
// and says how far it is; a listing that it cannot read keeps its labels, and
// keeps nobody else from theirs.
func TestRelabel(t *testing.T) {
	s := newSite("site")
	const n = 450
	var ids []string
	for i := range n {
		ids = append(ids, fmt.Sprint(i))
	}
	s.offers(source.Result{Complete: true}, nil, ids...)
	d := open(t, s)
	if o := d.once("site", noon); o.New != n {
		t.Fatalf("%d listings are new", o.New)
	}
	stuck := market.ListingID("site", "7")
	var log bytes.Buffer
	reg := prometheus.NewRegistry()
	r := &Relabeller{Store: d.store, Version: 2, Metrics: NewLabelMetrics(reg), Log: slog.New(slog.NewTextHandler(&log, nil)), Classify: func(l market.Listing) market.Listing {
		if l.ID == stuck {
			panic("a slip")
		}
		if strings.HasSuffix(l.Title, "0") {
			l.Level.Value = market.Expert
		}
		return l
	}}
	now := noon
	for i := range 5 {
		if did, err := r.Pass(t.Context(), now); err != nil || did != min(relabelBatch, n-i*relabelBatch) {
			t.Fatalf("pass %d did %d: %v", i, did, err)
		}
		if left, want := gathered(t, reg, "kajkhoj_relabel_outdated_listings"), float64(max(n-(i+1)*relabelBatch, 0)); left != want {
			t.Errorf("after pass %d the metric says that %v are left, not %v", i, left, want)
		}
		now = now.Add(relabelTell)
	}
	if _, err := r.Pass(t.Context(), now); !errors.Is(err, market.ErrNone) {
		t.Fatalf("when all are labelled: %v", err)
	}
	if got := gathered(t, reg, "kajkhoj_relabel_listings_total"); got != n {
		t.Errorf("the metric counts %v listings", got)
	}
	if got := gathered(t, reg, "kajkhoj_relabel_failed_total"); got != 1 {
		t.Errorf("the metric counts %v failures", got)
	}
	for id, want := range map[string]market.Level{"10": market.Expert, "11": market.Entry, "7": market.Entry} {
		l, err := d.store.Listing(t.Context(), market.ListingID("site", id))
		if err != nil || l.Level.Value != want {
			t.Errorf("%s has the level %q, not %q (%v)", id, l.Level.Value, want, err)
		}
	}
	for _, want := range []string{
		`msg="listings are being labelled anew" version=2 labelled=100 changed=`, "left=350", "left=250", "left=150", "left=50",
		`msg="all listings are labelled anew" version=2 labelled=450 changed=45 took=50s`, stuck, "a slip",
	} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not say %q:\n%s", want, log.String())
		}
	}
	if n := strings.Count(log.String(), "all listings are labelled anew"); n != 1 {
		t.Errorf("it says %d times that it is done", n)
	}
}

type brokenLabels struct{}

func (brokenLabels) Outdated(context.Context, int) (int, error) { return 0, errors.New("no disk") }
func (brokenLabels) Relabel(context.Context, int, int, func(market.Listing) market.Listing) (market.Relabelled, error) {
	return market.Relabelled{}, errors.New("no disk")
}

func TestRelabelStoreFails(t *testing.T) {
	r := &Relabeller{Store: brokenLabels{}, Version: 2, Classify: func(l market.Listing) market.Listing { return l }}
	if did, err := r.Pass(t.Context(), time.Now()); did != 0 || err == nil || errors.Is(err, market.ErrNone) {
		t.Errorf("did %d, %v", did, err)
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/classify"
	"github.com/kajkhoj/kajkhoj/internal/config"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Listings that an older program has labelled are labelled again when this
// one runs: the pages answer all the while, and in the end find them by the
// new labels.
func TestServeWhileLabelling(t *testing.T) {
	const n = 3000
	ss, err := shipped(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.Data, c.Roles = t.TempDir(), []string{"web", "index"}
	l, err := listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	a, err := newApp(ctx, c, slog.New(slog.DiscardHandler), ss, outside{transport: noNetwork{}})
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	if err := a.prepare(ctx); err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	r, err := a.store.ClaimNamed(ctx, "jobicy", now, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	var old []market.Listing
	for i := range n {
		id := fmt.Sprint(i)
		old = append(old, market.Listing{
			ID: market.ListingID("jobicy", id), Source: "jobicy", ExternalID: id, URL: "https://jobicy.com/jobs/" + id, Lang: "en",
			Title: "Type survey forms, box " + id, Description: strings.Repeat("The forms are typed into a sheet that is set up already. ", 20) + "No experience is needed.",
			PostedAt: now.Add(-time.Duration(i) * time.Second),
		})
	}
	if _, err := a.store.Save(ctx, r, old, now); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- a.serve(ctx, l) }()

	var slowest time.Duration
	asked, want := 0, fmt.Sprintf(`id="total">%d,%03d listings`, n/1000, n%1000)
	for deadline := time.Now().Add(60 * time.Second); ; asked++ {
		began := time.Now()
		res, err := http.Get("http://" + l.Addr().String() + "/?lang=en&level=entry&stated=1")
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		slowest = max(slowest, time.Since(began))
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("while it labels: %s, %v", res.Status, err)
		}
		if strings.Contains(string(body), want) {
			break
		}
		if time.Now().After(deadline) {
			left, err := a.store.Outdated(ctx, classify.Version)
			t.Fatalf("after %d pages the listings are not found by their labels; %d are to be labelled (%v)", asked, left, err)
		}
	}
	t.Logf("%d listings: %d pages meanwhile, the slowest in %v", n, asked, slowest)
	if asked == 0 || slowest > 5*time.Second {
		t.Errorf("%d pages, the slowest in %v", asked, slowest)
	}
	if left, err := a.store.Outdated(ctx, classify.Version); err != nil || left != 0 {
		t.Errorf("%d labels are outdated (%v)", left, err)
	}
	got, err := a.store.Listing(ctx, old[0].ID)
	if err != nil || got.Level.Value != market.Entry || got.Labelled != classify.Version {
		t.Errorf("labelled as %+v by %d (%v)", got.Level, got.Labelled, err)
	}
	res, err := http.Get("http://" + l.Addr().String() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	metrics, _ := io.ReadAll(res.Body)
	if want := fmt.Sprintf(`kajkhoj_relabel_listings_total{changed="true"} %d`, n); !strings.Contains(string(metrics), want) {
		t.Errorf("the metrics do not say %s", want)
	}
	cancel()
	if err := <-served; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

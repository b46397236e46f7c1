package collect

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/loop"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
	"github.com/kajkhoj/kajkhoj/internal/store"
)

var (
	_ KeepStore = (*store.Store)(nil)
	_ loop.Pass = (*Keeper)(nil).Pass
)

// What is closed is kept as long as its source's terms say, also while the
// source cannot be reached or does not run.
func TestKeeper(t *testing.T) {
	a, b, cache := newSite("a"), newSite("b"), newSite("cache")
	a.spec.Terms.Keep = 48 * time.Hour
	cache.spec.Terms.Refresh = 24 * time.Hour
	d := open(t, a, b, cache)
	k := &Keeper{Store: d.store, Specs: func() []source.Spec { return []source.Spec{a.spec, b.spec, cache.spec} }}
	for _, s := range []*site{a, b, cache} {
		s.visit = func(_ context.Context, in source.Input) (source.Result, error) {
			item := draft("1")
			item.Description = "The site's words."
			return source.Result{}, in.Emit(item)
		}
		d.once(s.spec.Name, noon)
	}
	for _, s := range []*site{a, b} {
		s.offers(complete, nil, "2")
		d.once(s.spec.Name, hours(1))
	}
	forget := func(now time.Time) {
		t.Helper()
		for {
			if _, err := k.Pass(t.Context(), now); errors.Is(err, market.ErrNone) {
				return
			} else if err != nil {
				t.Fatal(err)
			}
		}
	}
	text := func(name, id string) string {
		t.Helper()
		l, err := d.store.Listing(t.Context(), market.ListingID(name, id))
		if err != nil {
			t.Fatal(err)
		}
		return l.Description
	}
	forget(hours(2))
	if text("a", "1") == "" || text("b", "1") != "" || text("cache", "1") == "" {
		t.Errorf("after two hours: %q, %q, %q", text("a", "1"), text("b", "1"), text("cache", "1"))
	}
	d.stands("cache", "open", "1")
	forget(hours(25))
	d.stands("cache", "closed", "1")
	if text("a", "1") == "" || text("cache", "1") != "" {
		t.Errorf("after a day: %q, %q", text("a", "1"), text("cache", "1"))
	}
	forget(hours(50))
	if text("a", "1") != "" {
		t.Errorf("after two days: %q", text("a", "1"))
	}
	forget(hours(24 * 92))
	d.stands("a", "unknown", "1")
	d.stands("a", "open", "2")
}

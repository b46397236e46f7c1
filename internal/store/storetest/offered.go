package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// What is offered are the open listings of the sources asked for, each with
// the time when what it says last changed: seeing it again is no change.
func testOffered(t *testing.T, dsn string) {
	d := with(t, dsn, "a", "b", "c")
	var as, bs []market.Listing
	for i := range 300 {
		as = append(as, posting("a", fmt.Sprint(i), fmt.Sprint("title ", i), 7))
		bs = append(bs, posting("b", fmt.Sprint(i), fmt.Sprint("other ", i), 7))
	}
	d.visit("a", noon, market.Outcome{}, as...)
	d.visit("b", noon, market.Outcome{}, bs...)
	d.visit("c", noon, market.Outcome{}, posting("c", "1", "title 1", 7))
	later := noon.Add(time.Hour)
	shut, changed := as[0], as[1]
	shut.ClosedAt = later
	changed.Title = "another title"
	d.visit("a", later, market.Outcome{}, append([]market.Listing{shut, changed}, as[2:]...)...)
	latest := later.Add(time.Hour)
	d.visit("a", latest, market.Outcome{}, as[0])

	sources := []string{"a", "c"}
	want := map[string]time.Time{market.ListingID("c", "1"): noon, as[0].ID: latest, as[1].ID: later}
	for _, l := range as[2:] {
		want[l.ID] = noon
	}
	got, n := map[string]time.Time{}, 0
	for _, digits := range []int{0, 1, 2} {
		parts, err := d.OfferedParts(d.ctx, sources, digits)
		d.ok(err)
		total := 0
		for _, p := range parts {
			total += p.Count
			var newest time.Time
			after, found := "", 0
			for {
				page, err := d.Offered(d.ctx, sources, p.Prefix, after, 7)
				d.ok(err)
				for _, o := range page {
					if !strings.HasPrefix(o.ID, p.Prefix) || o.ID <= after {
						t.Fatalf("%s comes after %q in part %q", o.ID, after, p.Prefix)
					}
					got[o.ID], after = o.ChangedAt, o.ID
					found++
					if o.ChangedAt.After(newest) {
						newest = o.ChangedAt
					}
				}
				if n++; len(page) < 7 {
					break
				}
			}
			if found != p.Count || !newest.Equal(p.ChangedAt) {
				t.Fatalf("part %q has %d, the newest of %v; it said %+v", p.Prefix, found, newest, p)
			}
		}
		d.same("how many there are", total, len(want))
		if !slices.IsSortedFunc(parts, func(a, b market.OfferedPart) int { return strings.Compare(a.Prefix, b.Prefix) }) {
			t.Errorf("parts: %+v", parts)
		}
	}
	d.same("what is offered", got, want)
	for _, none := range [][]string{nil, {"nobody"}} {
		parts, err := d.OfferedParts(d.ctx, none, 1)
		d.ok(err)
		page, err := d.Offered(d.ctx, none, "", "", 7)
		d.ok(err)
		if len(parts)+len(page) != 0 {
			t.Errorf("of %v: %+v, %+v", none, parts, page)
		}
	}
}

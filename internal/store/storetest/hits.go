package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// sameHits compares Hits with Groups, which reads everything each time.
func (d desk) sameHits(what string, groups ...string) {
	d.t.Helper()
	want, err := d.Groups(d.ctx, groups)
	d.ok(err)
	for i := range want {
		want[i].Description = ""
	}
	for _, time := range []string{"first", "second"} {
		got, err := d.Hits(d.ctx, groups)
		d.ok(err)
		d.same(what+", asked for the "+time+" time", got, want)
	}
}

// testHits: what Hits keeps in memory never grows old, whatever changes.
func testHits(t *testing.T, dsn string) {
	d, other := with(t, dsn, "a", "b"), open(t, dsn)
	l := posting("a", "1", "title", 7)
	l.PostedAt = noon.Add(-30 * 24 * time.Hour)
	d.sameHits("none yet", l.ID)
	now := noon
	step := func(what string, by desk, source string, ls ...market.Listing) {
		t.Helper()
		now = now.Add(time.Hour)
		by.visit(source, now, market.Outcome{}, ls...)
		d.sameHits(what, "none such", l.ID, offer("a", "2").ID)
	}
	step("new", d, "a", l, offer("a", "2"))
	step("seen again", d, "a", l)
	changed := l
	changed.Title, changed.Skills = "Write product texts and letters", []string{"writing"}
	step("changed by another process", other, "a", changed)
	step("as it was", other, "a", l)
	l.PostedAt = noon.Add(-10 * 24 * time.Hour)
	step("another date only", other, "a", l)
	l.Labelled, l.Level = l.Labelled+1, market.Label[market.Level]{Value: market.Entry, Basis: market.BasisEstimate}
	step("another label only", other, "a", l)
	step("a twin", other, "b", posting("b", "1", "title", 7))
	shut := l
	shut.ClosedAt = now.Add(time.Hour)
	step("closed, so that the twin stands for it", other, "a", shut)
	step("open again", other, "a", l)

	hits, err := d.Hits(d.ctx, []string{l.ID})
	d.ok(err)
	d.same("the hit", len(hits), 1)
	d.same("its title", hits[0].Title, l.Title)
	d.same("its label", hits[0].Level.Value, market.Entry)
	d.same("its date", hits[0].PostedAt, l.PostedAt)
	d.same("when it was seen", hits[0].LastSeenAt, now)
	d.same("beside it", len(hits[0].AlsoOn), 1)
	d.same("its text", hits[0].Description, "")
}

// testHitsMeanwhile: nor does it where listings change, and change back,
// while they are read.
func testHitsMeanwhile(t *testing.T, dsn string) {
	d := with(t, dsn, "a")
	var all []string
	for n := range 10 {
		all = append(all, offer("a", fmt.Sprint(n)).ID)
	}
	save := func(r market.Run, now time.Time, title string) {
		for n := range all {
			l := offer("a", fmt.Sprint(n))
			l.Title = title
			d.save(r, now, l)
		}
	}
	r := d.claim("a", noon)
	save(r, noon, "one")

	done := make(chan struct{})
	var reading sync.WaitGroup
	for range 3 {
		reading.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if _, err := d.Hits(d.ctx, all); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 8 {
		save(r, noon, "two")
		save(r, noon, "one")
	}
	close(done)
	reading.Wait()
	d.sameHits("one", all...)
	save(r, noon, "two")
	d.sameHits("two", all...)
}

package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

const day = 24 * time.Hour

// wordy is an offer that quotes the site's words wherever it can.
func wordy(source, externalID string) market.Listing {
	l := offer(source, externalID)
	l.Description = "Secret words of the site."
	quote := market.Evidence{Field: "description", Quote: "Secret words", Start: 0, End: 12}
	l.Pay = market.Pay{Kind: market.PayHourly, Min: 1500, Max: 1500, Currency: "USD", USD: 1500, Text: "Secret", Evidence: &quote}
	l.Level = market.Label[market.Level]{Value: market.Entry, Basis: market.BasisText, Evidence: []market.Evidence{quote}}
	l.English = market.Label[market.English]{Value: market.Basic, Basis: market.BasisText, Evidence: []market.Evidence{quote}}
	l.Warnings = []market.Warning{{Kind: market.WarnFee, Evidence: quote}}
	return l
}

func (d desk) forget(now time.Time, keeps ...market.Keeping) int {
	d.t.Helper()
	did := 0
	for {
		n, err := d.Forget(d.ctx, keeps, now, 2)
		if errors.Is(err, market.ErrNone) {
			return did
		}
		d.ok(err)
		if did += n; n == 0 || did > 1000 {
			d.t.Fatalf("forgetting has no end: %d", n)
		}
	}
}

// closed visits a source with these listings, and closes all but the last,
// which stays open.
func (d desk) closed(source string, now time.Time, ls ...market.Listing) {
	d.t.Helper()
	d.visit(source, now, market.Outcome{Complete: true, CloseAfter: 1}, ls...)
	d.visit(source, now, market.Outcome{Complete: true, CloseAfter: 1}, ls[len(ls)-1])
}

// The texts of closed listings go when their source's time has passed, in
// batches, and come back when the listing does.
func testForgetTexts(t *testing.T, dsn string) {
	d := with(t, dsn, "month", "once", "unknown")
	keeps := []market.Keeping{{Source: "month", Text: 30 * day}, {Source: "once"}}
	var gone []market.Listing
	for _, source := range []string{"month", "once", "unknown"} {
		ls := []market.Listing{wordy(source, "1"), wordy(source, "2"), wordy(source, "3"), wordy(source, "open")}
		d.closed(source, noon, ls...)
		gone = append(gone, ls[:3]...)
	}
	stands := func(what string, l market.Listing, text bool) {
		t.Helper()
		got := d.get(l.ID)
		want := l
		if !text {
			want = l.WithoutText()
		}
		want.Group, want.FirstSeenAt, want.LastSeenAt, want.ClosedAt, want.Labelled = got.Group, got.FirstSeenAt, got.LastSeenAt, got.ClosedAt, got.Labelled
		d.same(what+" of "+l.Source, got, want)
	}

	d.same("forgotten at once", d.forget(noon, keeps...), 6)
	for _, l := range gone {
		stands("closed at noon", l, l.Source == "month")
		stands("open", wordy(l.Source, "open"), true)
	}
	d.same("and no more", d.forget(noon.Add(30*day-time.Second), keeps...), 0)
	d.same("forgotten after a month", d.forget(noon.Add(30*day), keeps...), 3)
	for _, l := range gone {
		stands("after a month", l, false)
		stands("open", wordy(l.Source, "open"), true)
	}

	// Labelling again has nothing to go by, and does not take them up again.
	later := noon.Add(31 * day)
	for {
		_, err := d.Relabel(d.ctx, 7, 2, func(l market.Listing) market.Listing { l.Level.Value = market.Expert; return l })
		if errors.Is(err, market.ErrNone) {
			break
		}
		d.ok(err)
	}
	stands("labelled again", gone[0], false)
	d.same("after labelling again", d.forget(later, keeps...), 0)

	again := wordy("once", "1")
	again.Labelled = 7
	saved := d.visit("once", later, market.Outcome{}, again)
	d.same("met again", saved, market.Saved{Reopened: 1})
	stands("met again", again, true)
	if !d.get(again.ID).Open() {
		t.Error("it stays closed")
	}
}

// Terms that end with the day or with the listing's own term end there also
// when nobody can reach the site.
func testForgetOverdue(t *testing.T, dsn string) {
	d := with(t, dsn, "cache", "feed")
	keeps := []market.Keeping{{Source: "cache", Refresh: day}, {Source: "feed", Text: 30 * day}}
	ends := wordy("feed", "ends")
	ends.ExpiresAt = noon.Add(3 * time.Hour)
	d.visit("cache", noon, market.Outcome{}, wordy("cache", "1"), wordy("cache", "2"), wordy("cache", "3"))
	d.visit("feed", noon, market.Outcome{}, ends, wordy("feed", "stays"))
	_, head := d.news(0)

	d.same("nothing is over", d.forget(noon.Add(3*time.Hour-time.Second), keeps...), 0)
	d.same("its own term", d.forget(noon.Add(3*time.Hour), keeps...), 1)
	groups, head := d.news(head)
	d.same("told", groups, []string{ends.ID})
	d.same("closed at", d.get(ends.ID).ClosedAt, noon.Add(3*time.Hour))

	d.visit("cache", noon.Add(20*time.Hour), market.Outcome{}, wordy("cache", "2"))
	// Two are closed, and lose their texts.
	d.same("not refreshed", d.forget(noon.Add(day), keeps...), 4)
	for id, text := range map[string]string{"1": "", "2": wordy("", "").Description, "3": ""} {
		d.same("text of "+id, d.get(market.ListingID("cache", id)).Description, text)
	}
	groups, _ = d.news(head)
	d.same("told", len(groups), 2)
	d.same("open", d.openIDs(), ids(wordy("cache", "2"), wordy("feed", "stays")))
}

// Rejected items hold the site's words as well.
func testForgetRejects(t *testing.T, dsn string) {
	d := with(t, dsn, "month", "once")
	keeps := []market.Keeping{{Source: "month", Text: 30 * day}, {Source: "once"}}
	runs := map[string]string{}
	for _, source := range []string{"month", "once"} {
		r := d.claim(source, noon)
		d.ok(d.Rejected(d.ctx, r, []market.Reject{{Item: "Secret words", Why: "no title"}}))
		d.finish(r, noon, market.Outcome{})
		runs[source] = r.ID
	}
	kept := func(source string) int {
		rs, err := d.Rejects(d.ctx, runs[source])
		d.ok(err)
		return len(rs)
	}
	d.forget(noon.Add(day-time.Second), keeps...)
	d.same("within a day", []int{kept("month"), kept("once")}, []int{1, 1})
	d.same("after a day", d.forget(noon.Add(day), keeps...), 1)
	d.same("after a day", []int{kept("month"), kept("once")}, []int{1, 0})
	d.same("after a month", d.forget(noon.Add(30*day), keeps...), 1)
	d.same("after a month", kept("month"), 0)
	d.same("the runs", len(d.source("once").Recent), 1)
}

// Closed listings are deleted after 90 days. A group whose founder goes is
// named after the oldest that is left.
func testForgetClosed(t *testing.T, dsn string) {
	d := with(t, dsn, "a", "b")
	keeps := []market.Keeping{{Source: "a", Text: 90 * day}, {Source: "b", Text: 90 * day}}
	founder, copied := posting("a", "1", "the same", 1), posting("b", "1", "the same", 1)
	alone, reported := posting("a", "2", "alone", 2), posting("a", "3", "reported", 3)
	d.visit("a", noon, market.Outcome{}, founder, alone, reported, posting("a", "4", "another", 4))
	d.visit("b", noon.Add(time.Minute), market.Outcome{}, copied)
	d.same("one group", d.get(copied.ID).Group, founder.ID)
	_, err := d.Report(d.ctx, market.Report{Listing: reported.ID, Wrong: market.WrongLevel, At: noon}, "192.0.2.1")
	d.ok(err)
	d.closed("a", noon.Add(time.Hour), founder, alone, reported, posting("a", "4", "another", 4))
	closedAt := noon.Add(time.Hour)
	_, head := d.news(0)

	d.same("nothing", d.forget(closedAt.Add(90*day-time.Second), keeps...), 0)
	// Each loses its text and goes.
	d.same("deleted", d.forget(closedAt.Add(90*day), keeps...), 6)
	for _, l := range []market.Listing{founder, alone, reported} {
		_, err := d.Listing(d.ctx, l.ID)
		d.fails(err, market.ErrNotFound)
	}
	got := d.get(copied.ID)
	d.same("the copy's group", got.Group, copied.ID)
	d.same("the copy's others", len(got.AlsoOn), 0)
	groups, _ := d.news(head)
	d.same("told", groups, []string{founder.ID, copied.ID})
	d.same("open", d.openIDs(), ids(copied, posting("a", "4", "another", 4)))
	ls, err := d.Groups(d.ctx, []string{founder.ID, copied.ID, alone.ID})
	d.ok(err)
	d.same("groups", ids(ls...), ids(copied))
	reports, err := d.Reports(d.ctx, noon)
	d.ok(err)
	d.same("reports", len(reports), 0)
	all, _ := d.news(0)
	for _, l := range []market.Listing{founder, alone, reported} {
		found := false
		for _, g := range all {
			found = found || g == l.ID
		}
		if !found {
			t.Errorf("the change log does not know group %s", l.ID)
		}
	}
	// What is met again is new, and finds its group.
	d.same("met again", d.visit("a", closedAt.Add(91*day), market.Outcome{}, founder), market.Saved{New: 1})
	d.same("its group", d.get(founder.ID).Group, copied.ID)
}

// The poll floor counts from the last run that reached the site.
func testPrevious(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	now := noon
	for _, c := range []struct {
		o    market.Outcome
		want time.Time // what the next run is told
	}{
		{market.Outcome{State: market.RunUnreachable}, time.Time{}},
		{market.Outcome{State: market.RunOK, Status: 200}, noon.Add(time.Hour)},
		{market.Outcome{State: market.RunUnreachable}, noon.Add(time.Hour)},
		{market.Outcome{State: market.RunUnreachable, Status: 503}, noon.Add(3 * time.Hour)},
		{market.Outcome{State: market.RunUnreachable}, noon.Add(3 * time.Hour)},
		{market.Outcome{State: market.RunFailed}, noon.Add(5 * time.Hour)},
	} {
		d.finish(d.claim("site", now), now, c.o)
		now = now.Add(time.Hour)
		r := d.claim("site", now)
		d.same("previous", r.Previous, c.want)
		d.ok(d.Release(d.ctx, r, time.Time{}))
	}
	// Nobody knows of a run that was cut off how far it came.
	d.claim("site", now)
	d.same("after one that was cut off", d.claim("site", now.Add(time.Hour)).Previous, now)
}

// Two processes forget, and are cut off at any moment, while the source comes
// back with half of what was closed: what is open in the end is whole, the
// rest has lost its text, and what was closed long ago is gone, though its
// twins are open.
func testForgetTogether(t *testing.T, dsn string) {
	stores := []desk{with(t, dsn, "a", "b"), open(t, dsn)}
	d := stores[0]
	const pairs = 20
	var twins, back, news []market.Listing
	for i := range pairs {
		name := fmt.Sprint("work ", i)
		twins = append(twins, posting("a", fmt.Sprint(i), name, uint64(i)))
		back = append(back, posting("b", fmt.Sprint(i), name, uint64(i)))
		news = append(news, wordy("a", fmt.Sprint("new ", i)))
	}
	stays := wordy("a", "stays")
	d.visit("a", noon, market.Outcome{}, append(twins, stays)...)
	d.visit("b", noon.Add(time.Minute), market.Outcome{}, back...)
	d.visit("a", noon.Add(time.Hour), market.Outcome{Complete: true, CloseAfter: 1}, stays)
	now := noon.Add(100 * day)
	d.visit("a", now, market.Outcome{}, append(news, stays)...)
	d.visit("a", now, market.Outcome{Complete: true, CloseAfter: 1}, stays)

	run := d.claim("a", now)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			s := stores[i%len(stores)]
			for cut := 0; ; cut++ {
				ctx, cancel := context.WithCancel(s.ctx)
				if i > 0 { // One gets on, however slow the machine is.
					ctx, cancel = context.WithTimeout(ctx, time.Duration(1+cut*(2*i+1)%50)*time.Millisecond)
				}
				_, err := s.Forget(ctx, nil, now, 3)
				cancel()
				if errors.Is(err, market.ErrNone) {
					return
				}
				if err != nil && ctx.Err() == nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Go(func() {
		for i := 0; i < pairs; i += 2 {
			if _, err := d.Save(d.ctx, run, news[i:i+1], now); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
	d.forget(now)

	open := append(slices.Clone(back), stays)
	for i, l := range news {
		got := d.get(l.ID)
		if whole := got.Description == l.Description && len(got.Level.Evidence) == 1; got.Open() != (i%2 == 0) || whole != got.Open() {
			t.Errorf("listing %d: open is %v, its text %q", i, got.Open(), got.Description)
		}
		if got.Open() {
			open = append(open, l)
		}
	}
	d.same("open", d.openIDs(), ids(open...))
	for i, l := range twins {
		_, err := d.Listing(d.ctx, l.ID)
		d.fails(err, market.ErrNotFound)
		d.same("the group of what is left", d.get(back[i].ID).Group, back[i].ID)
	}
}

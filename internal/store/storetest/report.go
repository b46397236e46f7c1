package storetest

import (
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

func (d desk) report(l market.Listing, wrong market.Wrong, at time.Time, network string) bool {
	d.t.Helper()
	news, err := d.Report(d.ctx, market.Report{Listing: l.ID, Wrong: wrong, At: at}, network)
	d.ok(err)
	return news
}

func (d desk) reports(since time.Time) []market.Reported {
	d.t.Helper()
	rs, err := d.Reports(d.ctx, since)
	d.ok(err)
	return rs
}

func testReports(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	a, b := labelled(offer("site", "a"), 3, market.Expert), labelled(offer("site", "b"), 3, "")
	b.Warnings = []market.Warning{{Kind: market.WarnFee}, {Kind: market.WarnChat}}
	r := d.claim("site", noon)
	d.save(r, noon, a, b)
	d.same("none", d.reports(noon), []market.Reported(nil))

	hour := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }
	const one, two = "203.0.113.7", "2001:db8:1:2::"
	d.same("first", d.report(a, market.WrongLevel, hour(0), one), true)
	d.same("again", d.report(a, market.WrongLevel, hour(1), one), false)
	d.same("another kind", d.report(a, market.WrongEnglish, hour(1), one), true)
	d.same("another network", d.report(a, market.WrongLevel, hour(2), two), true)
	d.same("another listing", d.report(b, market.WrongSuspicious, hour(3), one), true)
	d.same("late that day", d.report(a, market.WrongLevel, hour(11), one), false)
	d.same("the next day", d.report(a, market.WrongLevel, hour(12), one), true)

	// It was labelled anew since: the reports of the old label stay apart.
	d.same("labelled again", d.relabelAll(4, 10, market.Intermediate), market.Relabelled{Labelled: 2, Changed: 2})
	d.same("under another label", d.report(a, market.WrongLevel, hour(36), two), true)

	nowA, nowB := labelled(a, 4, market.Intermediate), labelled(b, 4, market.Intermediate)
	nowA.Description, nowB.Description = "", ""
	d.same("all", d.reports(noon), []market.Reported{
		{Listing: nowA, Wrong: market.WrongLevel, Label: "intermediate", Basis: market.BasisText, Labelled: 4, Count: 1, OfListing: 5, Last: hour(36)},
		{Listing: nowA, Wrong: market.WrongLevel, Label: "expert", Basis: market.BasisText, Labelled: 3, Count: 3, OfListing: 5, Last: hour(12)},
		{Listing: nowB, Wrong: market.WrongSuspicious, Label: "fee,chat", Basis: market.BasisText, Labelled: 3, Count: 1, OfListing: 1, Last: hour(3)},
		{Listing: nowA, Wrong: market.WrongEnglish, Labelled: 3, Count: 1, OfListing: 5, Last: hour(1)},
	})
	since := d.reports(hour(12))
	if len(since) != 2 || since[0].Count != 1 || since[0].OfListing != 2 || since[1].Count != 1 {
		t.Errorf("since noon of the second night: %+v", since)
	}

	// A closed listing may be reported; one that never was may not.
	gone := nowA
	gone.Description, gone.ClosedAt = a.Description, noon
	d.save(r, noon, gone)
	d.same("closed", d.report(a, market.WrongClosed, hour(37), one), true)
	_, err := d.Report(d.ctx, market.Report{Listing: offer("site", "nothing").ID, Wrong: market.WrongLevel, At: noon}, one)
	d.fails(err, market.ErrNotFound)

	// A year later they are forgotten.
	d.report(b, market.WrongLevel, hour(37).Add(365*24*time.Hour), one)
	d.same("a year later", len(d.reports(noon)), 2)
}

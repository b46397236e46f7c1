package main

import (
	"strings"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// An operator's letter says which source, what, why, since when, what the site
// answered last, when it is tried next, and where to look.
func TestHealthWords(t *testing.T) {
	c, err := locale.Load(locale.English)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 24, 8, 30, 0, 0, time.UTC)
	sp := source.Spec{Name: "gigboard", Title: "Gigboard"}
	last := market.RunRecord{Outcome: market.Outcome{State: market.RunBlocked, Finished: now.Add(-time.Minute), Status: 403, Bytes: 1234, Err: "the site\nanswers 403 " + strings.Repeat("x", 400)}}
	st := market.SourceState{Name: "gigboard", NextAt: now.Add(10 * time.Minute), Last: &last}
	in := market.Incident{ID: "i", Source: "gigboard", State: market.HealthBlocked, Why: market.Reason{Key: "why.blocked-code", Args: map[string]string{"code": "403"}}, Since: now.Add(-20 * time.Minute)}
	subject, body := healthWords(c, sp, st, in, "https://kaj.example", now)
	want := `Gigboard needs a look.

State: Blocked
Why: The site refuses to be read (403)
Since: 24 November 2026, 14:10 (Dhaka time)
Last answer: 24 November 2026, 14:29 (Dhaka time), status 403, 1,234 bytes, 0 listings
What went wrong: the site answers 403 ` + strings.Repeat("x", 279) + `…
Next try: 24 November 2026, 14:40 (Dhaka time)

The other sources go on. You are told once more when this one is well again.

Its runs, and buttons to run or pause it:
https://kaj.example/admin/source/gigboard
`
	if subject != "Gigboard needs a look: Blocked" || body != want {
		t.Errorf("%s\n%s", subject, body)
	}
	in.Until = now.Add(2 * time.Hour)
	good := market.RunRecord{Outcome: market.Outcome{State: market.RunOK, Finished: now.Add(2 * time.Hour), Status: 200, Bytes: 5000, Found: 204}}
	st = market.SourceState{Name: "gigboard", RunningSince: now, Last: &good}
	subject, body = healthWords(c, sp, st, in, "", now)
	want = `Gigboard is well again, after 2 hours.

It was: Blocked
Why: The site refuses to be read (403)
Since: 24 November 2026, 14:10 (Dhaka time)
Until: 24 November 2026, 16:30 (Dhaka time)
Last answer: 24 November 2026, 16:30 (Dhaka time), status 200, 5,000 bytes, 204 listings
Next try: running now
`
	if subject != "Gigboard is well again" || body != want {
		t.Errorf("%s\n%s", subject, body)
	}
}

package web

import (
	"github.com/chromedp/chromedp"
	"strings"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

const sampleRecipe = `name: riverjobs
title: River Jobs
terms.url: https://riverjobs.example/terms
terms.poll_floor: 6h
terms.attribution: River Jobs
terms.full_text: true
`

// busy is an office in which everything has happened.
func busyOffice(t *testing.T) *office {
	o := newOffice(t)
	for range 6 {
		o.run("gigboard", market.Outcome{Status: 200, Bytes: 61_440, Found: 40, Filled: filledIn(40, "pay", "url", "description")}, nil)
	}
	a, b := offerOf("gigboard", "1", "Type letters from photographs of a village shop’s books"), offerOf("opendesk", "2", "নৌকা গুনে লিখতে হবে")
	a.Level = market.Label[market.Level]{Value: market.Entry, Basis: market.BasisEstimate}
	o.run("gigboard", market.Outcome{Status: 200, Bytes: 61_440, Found: 38, Rejected: 2, Filled: filledIn(38, "url", "description")}, []market.Reject{{Why: "no title", Item: `{"id": 7, "title": "", "body": "` + strings.Repeat("long ", 60) + `"}`}, {Why: "no id", Item: "{}"}}, a)
	o.run("opendesk", market.Outcome{Status: 200, Found: 1}, nil, b)
	o.run("remoteferry", market.Outcome{State: market.RunBlocked, Status: 403, Err: "https://remoteferry.example/jobs answered 403 Forbidden"}, nil)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := t.Context()
	check(o.st.Turn(ctx, nil, market.Incident{Source: "remoteferry", State: market.HealthBlocked, Why: market.Reason{Key: "why.blocked-code", Args: map[string]string{"code": "403"}}, Since: o.f.now.Add(-3 * time.Hour)}, nil))
	for i, r := range []market.Report{{Listing: a.ID, Wrong: market.WrongLevel}, {Listing: a.ID, Wrong: market.WrongSuspicious}, {Listing: b.ID, Wrong: market.WrongClosed}} {
		r.At = o.f.now
		_, err := o.st.Report(ctx, r, "net"+string(rune('a'+i)))
		check(err)
	}
	check(o.st.MergeListings(ctx, []string{a.ID, b.ID}, market.Audit{At: o.f.now, Who: "M•••@kaj.example", What: "group.merge", Subject: a.ID}))
	check(o.st.PauseSource(ctx, "opendesk", market.Audit{At: o.f.now, Who: "M•••@kaj.example", What: "source.pause", Subject: "opendesk", Before: "on", After: "paused"}))
	page := market.SavedPage{URL: "https://riverjobs.example/jobs.rss", Body: []byte("x"), At: o.f.now}
	check(o.st.SaveSource(ctx, market.StoredSource{Name: "riverjobs", YAML: sampleRecipe, By: "M•••@kaj.example", Fixture: page}, time.Time{}, market.Audit{At: o.f.now, Who: "M•••@kaj.example", What: "source.save", Subject: "riverjobs"}))
	check(o.st.Suppress(ctx, "gone@mail.example", market.SuppressBounce, o.f.now))
	l := a
	o.shop.looked = Looked{Format: "JSON", Recipe: strings.Replace(sampleRecipe, "riverjobs", "lanternworks", 1), Robots: true, Status: 200, Page: page, Notes: []string{"not found, to be filled in by hand if the site has it: posted"}}
	o.shop.tried = Tried{Listings: 1, Rejected: 1, Filled: map[string]int{"id": 1, "title": 1, "url": 1}, Items: []TriedItem{
		{Raw: `{"id":90412,"headline":"Rename 700 scanned invoices","body":"<p>Each file gets date and number in its name. Beginners welcome.</p>","reward":{"amount":45,"unit":"job"},"place":null}`, Listing: &l, Fields: []TriedField{
			{"id", "90412", "90412"}, {"title", "Rename 700 scanned invoices", "Rename 700 scanned invoices"}, {"url", "/w/90412", "https://riverjobs.example/w/90412"}, {"company", "", ""}, {"pay", "forty five", ""}, {"posted", "2026-11-24 06:12", "2026-11-24 06:12 UTC"},
		}},
		{Raw: `{"id":90413}`, Rejected: "no title", Fields: []TriedField{{"id", "90413", ""}}},
	}}
	return o
}

// TestBrowserAdmin looks at every page for operators, on a phone and a desk.
func TestBrowserAdmin(t *testing.T) {
	browser := chromium(t)
	axe := axe(t)
	for _, l := range some([]look{
		{"bn", 360, false, false}, {"en", 1280, true, false}, {"bn", 360, true, false},
		{"bn", 1280, true, true}, {"en", 360, true, true}, {"bn", 1280, true, false}, {"en", 360, true, false},
	}, 2) {
		t.Run(l.String(), func(t *testing.T) {
			o := busyOffice(t)
			raw := o.token()
			b := newTab(t, browser, o.base, l, axe)
			shown := func(name, path string) {
				t.Helper()
				b.open(path)
				b.check("admin-"+name, l)
			}
			shown("signin", "/admin")
			shown("link", "/admin/signin/"+raw)
			b.leads("form button")
			b.check("admin-sources", l)
			shown("source", "/admin/source/gigboard")
			b.leads("tbody a")
			b.check("admin-run", l)
			shown("reports", "/admin/reports")
			shown("group", "/admin/group/"+market.ListingID("gigboard", "1"))
			shown("mail", "/admin/mail")
			shown("log", "/admin/log")
			shown("sessions", "/admin/sessions")
			shown("start", "/admin/source/new")
			shown("made", "/admin/source/riverjobs")
			b.leads(`button[value="delete"]`)
			b.check("admin-delete", l)
			shown("edit", "/admin/source/new?edit=riverjobs")
			// A source of its own: looked at, its rejected item, and what is still to
			// be filled in before it goes live, in its place.
			b.open("/admin")
			b.do(chromedp.SendKeys(chromedp.CSS("#url"), "https://lanternworks.example/api/open"))
			b.leads(".row button")
			b.check("admin-bench", l)
			b.leads(".half .links a:last-child")
			b.check("admin-bench-rejected", l)
			b.leads(`button[value="enable"]`)
			b.check("admin-bench-wrong", l)
			b.do(chromedp.Clear(chromedp.CSS("#recipe")), chromedp.SendKeys(chromedp.CSS("#recipe"), "name: x\nmistake: y\n"))
			b.leads(`button[value="try"]`)
			b.check("admin-bench-mistake", l)
		})
	}
}

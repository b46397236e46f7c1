package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/store"
)

// Run holds an engine to the store's contract. fresh gives the DSN of a new,
// empty database each time.
func Run(t *testing.T, fresh func(testing.TB) string) {
	for _, c := range []struct {
		name string
		test func(*testing.T, string)
	}{
		{"sources", testSources},
		{"claim", testClaim},
		{"renew", testRenew},
		{"release", testRelease},
		{"cut off", testCutOff},
		{"ownership", testOwnership},
		{"save", testSave},
		{"content", testContent},
		{"batch", testBatch},
		{"own term", testOwnTerm},
		{"drifting date", testDriftingDate},
		{"duplicates", testDuplicates},
		{"leaving a group", testLeaving},
		{"many of one title", testManyOfOneTitle},
		{"representative", testRepresentative},
		{"complete runs", testCompleteRuns},
		{"incomplete runs", testIncompleteRuns},
		{"age", testAge},
		{"unchanged", testUnchanged},
		{"outcome", testOutcome},
		{"kept runs", testKeptRuns},
		{"rejects", testRejects},
		{"change log", testChangeLog},
		{"reindex requests", testReindexRequests},
		{"open", testOpen},
		{"browse", testBrowse},
		{"start together", testStartTogether},
		{"start again", testStartAgain},
		{"cancelled", testCancelled},
		{"claimers", testClaimers},
		{"follower", testFollower},
		{"previous", testPrevious},
		{"forget texts", testForgetTexts},
		{"forget overdue", testForgetOverdue},
		{"forget rejects", testForgetRejects},
		{"forget closed", testForgetClosed},
		{"forget together", testForgetTogether},
		{"relabel", testRelabel},
		{"label versions", testVersions},
		{"relabel overtaken", testRelabelOvertaken},
		{"relabellers", testRelabellers},
		{"reports", testReports},
		{"hits", testHits},
		{"hits meanwhile", testHitsMeanwhile},
		{"subscribe", testSubscribe},
		{"subscribe limits", testSubscribeLimits},
		{"pending replaced", testPendingReplaced},
		{"confirm merges", testConfirmMerges},
		{"tokens", testTokens},
		{"change search", testChangeSearch},
		{"change subscriber", testChangeSubscriber},
		{"stop", testStop},
		{"forget person", testForgetPerson},
		{"dossier", testDossier},
		{"suppress", testSuppress},
		{"together", testTogether},
		{"since", testSince},
		{"since meanwhile", testSinceMeanwhile},
		{"due", testDue},
		{"claim people", testClaimPeople},
		{"tell", testTell},
		{"today", testToday},
		{"tell together", testTellTogether},
		{"hurry", testHurry},
		{"instant searches", testInstantSearches},
		{"ask", testAsk},
		{"expire", testExpire},
		{"outbox", testOutbox},
		{"bury and suppress", testBurySuppress},
		{"senders", testSenders},
		{"mail stats", testMailStats},
		{"baseline", testBaseline},
		{"incidents", testIncidents},
		{"offered", testOffered},
		{"pause", testPause},
		{"operators' tokens", testOperatorTokens},
		{"made sources", testMadeSources},
		{"shut", testShut},
		{"split and merge", testSplitAndMerge},
		{"settle reports", testSettle},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, fresh(t))
		})
	}
}

// noon is when the contract's days begin.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// desk is a store with what tests do over and over.
type desk struct {
	*store.Store
	t   testing.TB
	ctx context.Context
}

func open(t testing.TB, dsn string) desk {
	t.Helper()
	s, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return desk{s, t, t.Context()}
}

// with opens a store that knows these sources, enabled and due at noon.
func with(t testing.TB, dsn string, sources ...string) desk {
	t.Helper()
	d := open(t, dsn)
	d.sync(sources...)
	return d
}

func (d desk) sync(sources ...string) {
	d.t.Helper()
	var cs []store.SourceConfig
	for _, name := range sources {
		cs = append(cs, store.SourceConfig{Name: name, Enabled: true})
	}
	d.ok(d.SyncSources(d.ctx, cs, noon))
}

func (d desk) ok(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d desk) fails(err, want error) {
	d.t.Helper()
	if !errors.Is(err, want) {
		d.t.Fatalf("error %v, want %v", err, want)
	}
}

func (d desk) same(what string, got, want any) {
	d.t.Helper()
	d.sameBut(what, got, want)
}

// sameBut is same where options make some differences none.
func (d desk) sameBut(what string, got, want any, opts ...cmp.Option) {
	d.t.Helper()
	if diff := cmp.Diff(want, got, opts...); diff != "" {
		d.t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

func (d desk) claim(source string, now time.Time) market.Run {
	d.t.Helper()
	r, err := d.ClaimNamed(d.ctx, source, now, time.Hour)
	d.ok(err)
	return r
}

func (d desk) save(r market.Run, now time.Time, ls ...market.Listing) market.Saved {
	d.t.Helper()
	saved, err := d.Save(d.ctx, r, ls, now)
	d.ok(err)
	return saved
}

// finish ends a run at now; the source is due an hour later.
func (d desk) finish(r market.Run, now time.Time, o market.Outcome) market.Outcome {
	d.t.Helper()
	return d.finishAged(r, now, o, 0)
}

func (d desk) finishAged(r market.Run, now time.Time, o market.Outcome, maxAge time.Duration) market.Outcome {
	d.t.Helper()
	if o.State == "" {
		o.State = market.RunOK
	}
	o.Finished, o.Next = now, now.Add(time.Hour)
	out, err := d.Finish(d.ctx, r, o, maxAge)
	d.ok(err)
	return out
}

// visit is a whole run that meets these listings.
func (d desk) visit(source string, now time.Time, o market.Outcome, ls ...market.Listing) market.Saved {
	d.t.Helper()
	r := d.claim(source, now)
	saved := d.save(r, now, ls...)
	d.finish(r, now, o)
	return saved
}

func (d desk) get(id string) market.Listing {
	d.t.Helper()
	l, err := d.Listing(d.ctx, id)
	d.ok(err)
	return l
}

// openIDs are the representatives of the open groups, sorted.
func (d desk) openIDs() []string {
	d.t.Helper()
	ids := []string{}
	for l, err := range d.Open(d.ctx) {
		d.ok(err)
		ids = append(ids, l.ID)
	}
	slices.Sort(ids)
	return ids
}

// news are the groups that the change log tells of after the number, and
// the newest number.
func (d desk) news(after int64) (groups []string, head int64) {
	d.t.Helper()
	groups = []string{}
	head = after
	changes, err := d.Changes(d.ctx, after, 1000)
	d.ok(err)
	for _, c := range changes {
		if c.Seq <= head {
			d.t.Fatalf("change log: %d after %d", c.Seq, head)
		}
		groups, head = append(groups, c.Group), c.Seq
	}
	h, err := d.Head(d.ctx)
	d.ok(err)
	d.same("head", h, head)
	slices.Sort(groups)
	return groups, head
}

func (d desk) source(name string) market.SourceState {
	d.t.Helper()
	all, err := d.Sources(d.ctx)
	d.ok(err)
	for _, s := range all {
		if s.Name == name {
			return s
		}
	}
	d.t.Fatalf("no source %s", name)
	return market.SourceState{}
}

// offer is a listing of a source that has no duplicate.
func offer(source, externalID string) market.Listing {
	return market.Listing{
		ID:         market.ListingID(source, externalID),
		Source:     source,
		ExternalID: externalID,
		URL:        "https://" + source + ".example/jobs/" + externalID,
		Title:      "Write product texts, no. " + externalID,
		Company:    "Padma Traders",
		Description: "We need somebody who writes short texts for our shop.\n\n" +
			"• twenty texts a week\n• plain English\n\nNumber " + externalID,
		Category: "writing",
		Keys:     market.Keys{Title: "write product texts " + source + " " + externalID, Link: source + ".example/jobs/" + externalID},
	}
}

// posting is an offer that several sources carry: same title, same text.
func posting(source, externalID, title string, text uint64) market.Listing {
	l := offer(source, externalID)
	l.Keys = market.Keys{Title: title, Text: fmt.Sprintf("%016x", text)}
	return l
}

func ids(ls ...market.Listing) []string {
	out := []string{}
	for _, l := range ls {
		out = append(out, l.ID)
	}
	slices.Sort(out)
	return out
}

func testSources(t *testing.T, dsn string) {
	d := open(t, dsn)
	due, err := d.NextDue(d.ctx)
	d.ok(err)
	d.same("next due without a source", due, time.Time{})
	d.ok(d.SyncSources(d.ctx, []store.SourceConfig{
		{Name: "later", Enabled: true, FirstDue: noon.Add(time.Minute)},
		{Name: "on", Enabled: true},
		{Name: "off"},
	}, noon))
	d.ok(d.Ping(d.ctx))
	all, err := d.Sources(d.ctx)
	d.ok(err)
	d.same("sources", all, []market.SourceState{
		{Name: "later", Enabled: true, NextAt: noon.Add(time.Minute)},
		{Name: "off"},
		{Name: "on", Enabled: true, NextAt: noon},
	})
	due, err = d.NextDue(d.ctx)
	d.ok(err)
	d.same("next due", due, noon)

	// What is under way is due when its lease ends, if it is not finished.
	r := d.claim("on", noon)
	due, err = d.NextDue(d.ctx)
	d.ok(err)
	d.same("next due while one runs", due, noon.Add(time.Minute))
	d.same("running since", d.source("on").RunningSince, noon)
	d.finish(r, noon, market.Outcome{})

	// Another start: dates and history stay, what is gone is off.
	d.ok(d.SyncSources(d.ctx, []store.SourceConfig{{Name: "on", Enabled: true}, {Name: "off", Enabled: true}}, noon.Add(time.Minute)))
	d.same("known source", d.source("on").NextAt, noon.Add(time.Hour))
	d.same("its history", len(d.source("on").Recent), 1)
	d.same("a source that was off", d.source("off").NextAt, noon)
	d.same("forgotten source", d.source("later"), market.SourceState{Name: "later"})
}

func testClaim(t *testing.T, dsn string) {
	d := open(t, dsn)
	d.ok(d.SyncSources(d.ctx, []store.SourceConfig{
		{Name: "second", Enabled: true, FirstDue: noon.Add(-time.Minute)},
		{Name: "first", Enabled: true, FirstDue: noon.Add(-time.Hour)},
		{Name: "not-yet", Enabled: true, FirstDue: noon.Add(time.Second)},
		{Name: "off", FirstDue: noon.Add(-24 * time.Hour)},
	}, noon))
	r, err := d.Claim(d.ctx, noon, 10*time.Minute)
	d.ok(err)
	d.same("most overdue", r.Source, "first")
	d.same("started", r.Started, noon)
	if r.ID == "" || r.Lease == "" {
		t.Fatalf("run without id or lease: %+v", r)
	}
	_, err = d.ClaimNamed(d.ctx, "first", noon, time.Minute)
	d.fails(err, market.ErrNone)
	r2, err := d.Claim(d.ctx, noon, 10*time.Minute)
	d.ok(err)
	d.same("next", r2.Source, "second")
	_, err = d.Claim(d.ctx, noon, time.Minute)
	d.fails(err, market.ErrNone)
	_, err = d.ClaimNamed(d.ctx, "none-such", noon, time.Minute)
	d.fails(err, market.ErrNotFound)
	r3, err := d.ClaimNamed(d.ctx, "off", noon, time.Minute)
	d.ok(err)
	d.same("claimed by name", r3.Source, "off")

	d.finish(r, noon.Add(time.Minute), market.Outcome{})
	_, err = d.Claim(d.ctx, noon.Add(time.Minute), time.Minute)
	d.ok(err) // "not-yet", whose time has come
	_, err = d.Claim(d.ctx, noon.Add(time.Minute), time.Minute)
	d.fails(err, market.ErrNone)
	r4, err := d.Claim(d.ctx, noon.Add(time.Minute+time.Hour), time.Minute)
	d.ok(err)
	d.same("due again", r4.Source, "second") // its lease ended, and it is the most overdue
}

// A run that is given back leaves no trace, and a run knows when the one
// before it began, also when that was cut off.
func testRenew(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	r, err := d.Claim(d.ctx, noon, time.Minute)
	d.ok(err)
	d.ok(d.Renew(d.ctx, r, noon.Add(59*time.Second), time.Minute))
	_, err = d.Claim(d.ctx, noon.Add(118*time.Second), time.Minute)
	d.fails(err, market.ErrNone)
	taken, err := d.Claim(d.ctx, noon.Add(2*time.Minute), time.Minute)
	d.ok(err)
	d.fails(d.Renew(d.ctx, r, noon.Add(2*time.Minute), time.Minute), market.ErrNone)
	d.ok(d.Renew(d.ctx, taken, noon.Add(2*time.Minute), time.Minute))
}

func testRelease(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	r := d.claim("site", noon)
	d.same("no run before", r.Previous, time.Time{})
	d.ok(d.Release(d.ctx, r, time.Time{}))
	d.fails(d.Release(d.ctx, r, time.Time{}), market.ErrNone)
	r = d.claim("site", noon.Add(time.Second))
	d.same("a run that was given back is none", r.Previous, time.Time{})
	d.finish(r, noon.Add(time.Minute), market.Outcome{State: market.RunOK})

	r = d.claim("site", noon.Add(2*time.Minute))
	d.same("before", r.Previous, noon.Add(time.Second))
	d.ok(d.Release(d.ctx, r, noon.Add(3*time.Minute)))
	r, err := d.Claim(d.ctx, noon.Add(3*time.Minute), time.Minute)
	d.ok(err)
	r, err = d.Claim(d.ctx, noon.Add(5*time.Minute), time.Minute) // the first was cut off
	d.ok(err)
	d.same("before, cut off", r.Previous, noon.Add(3*time.Minute))

	states, err := d.Sources(d.ctx)
	d.ok(err)
	d.same("runs", len(states[0].Recent), 2)
}

func testCutOff(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	r, err := d.Claim(d.ctx, noon, time.Minute)
	d.ok(err)
	d.save(r, noon, offer("site", "1"))
	_, err = d.Claim(d.ctx, noon.Add(59*time.Second), time.Minute)
	d.fails(err, market.ErrNone)
	r2, err := d.Claim(d.ctx, noon.Add(time.Minute), time.Minute)
	d.ok(err)
	d.same("failures", r2.Failures, 1)
	d.same("what was saved is there", d.openIDs(), ids(offer("site", "1")))
	last := d.source("site").Last
	if last == nil || last.ID != r.ID || last.State != market.RunFailed || last.Err == "" || last.New != 1 {
		t.Fatalf("the cut-off run stands as %+v", last)
	}
	d.finish(r2, noon.Add(time.Minute), market.Outcome{})
	d.same("failures after a good run", d.source("site").Failures, 0)
}

func testOwnership(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	old, err := d.Claim(d.ctx, noon, time.Minute)
	d.ok(err)
	// A lease that ended but that nobody took is still the run's.
	d.save(old, noon.Add(2*time.Minute), offer("site", "1"))
	now := noon.Add(2 * time.Minute)
	r, err := d.Claim(d.ctx, now, time.Minute)
	d.ok(err)

	_, before := d.news(0)
	_, err = d.Save(d.ctx, old, []market.Listing{offer("site", "2")}, now)
	d.fails(err, market.ErrNone)
	_, err = d.Finish(d.ctx, old, market.Outcome{State: market.RunOK, Finished: now, Complete: true, CloseAfter: 1, Next: now}, 0)
	d.fails(err, market.ErrNone)
	d.fails(d.Rejected(d.ctx, old, []market.Reject{{Item: "x", Why: "y"}}), market.ErrNone)
	_, err = d.Save(d.ctx, market.Run{ID: "x", Source: "site"}, []market.Listing{offer("site", "2")}, now)
	d.fails(err, market.ErrNone)

	_, after := d.news(0)
	d.same("change log", after, before)
	d.same("open", d.openIDs(), ids(offer("site", "1")))
	d.same("running since", d.source("site").RunningSince, now)

	d.save(r, now, offer("site", "1"))
	d.finish(r, now, market.Outcome{Complete: true, CloseAfter: 1})
	// A run that is finished has no lease any more.
	_, err = d.Save(d.ctx, r, []market.Listing{offer("site", "3")}, now)
	d.fails(err, market.ErrNone)
	_, err = d.Finish(d.ctx, r, market.Outcome{State: market.RunFailed, Finished: now, Next: now}, 0)
	d.fails(err, market.ErrNone)
	d.same("failures", d.source("site").Failures, 0)
}

func testSave(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	one, two := offer("site", "1"), offer("site", "2")
	gone := offer("site", "3")
	gone.ClosedAt = noon
	r := d.claim("site", noon)
	d.same("first batch", d.save(r, noon, one, two, gone), market.Saved{New: 2, Seen: 1})
	groups, head := d.news(0)
	d.same("news", groups, ids(one, two))
	_, err := d.Listing(d.ctx, gone.ID)
	d.fails(err, market.ErrNotFound) // closed before it was ever seen

	now := noon.Add(time.Minute)
	d.same("again", d.save(r, now, one, two), market.Saved{Seen: 2})
	groups, head = d.news(head)
	d.same("no news", groups, []string{})
	d.same("first seen", d.get(one.ID).FirstSeenAt, noon)
	d.same("last seen", d.get(one.ID).LastSeenAt, now)

	one.Title = "Write better product texts"
	d.same("changed", d.save(r, now, one, two), market.Saved{Changed: 1, Seen: 1})
	groups, head = d.news(head)
	d.same("news of the change", groups, ids(one))
	d.same("new title", d.get(one.ID).Title, one.Title)
	two.Description += "\n\nOne more line."
	d.same("changed text", d.save(r, now, two), market.Saved{Changed: 1})
	_, head = d.news(head)
	d.same("new text", d.get(two.ID).Description, two.Description)

	// The site calls it closed; what a closed page says is not taken over.
	shut := one
	shut.ClosedAt, shut.Title = now, "Job closed"
	d.same("closed", d.save(r, now, shut), market.Saved{Closed: 1})
	groups, head = d.news(head)
	d.same("news of the closing", groups, ids(one))
	d.same("closed at", d.get(one.ID).ClosedAt, now)
	d.same("title of the closed one", d.get(one.ID).Title, one.Title)
	d.same("open", d.openIDs(), ids(two))
	d.same("closed again", d.save(r, now, shut), market.Saved{Seen: 1})

	now = now.Add(time.Minute)
	d.same("reopened", d.save(r, now, one), market.Saved{Reopened: 1})
	groups, head = d.news(head)
	d.same("news of the reopening", groups, ids(one))
	d.same("open again", d.get(one.ID).Open(), true)
	d.save(r, now, shut)
	_, head = d.news(head)
	one.Title = "Write the best product texts"
	d.same("reopened with other words", d.save(r, now, one), market.Saved{Reopened: 1})
	groups, _ = d.news(head)
	d.same("news of it", groups, ids(one))
	d.same("title", d.get(one.ID).Title, one.Title)

	o := d.finish(r, now, market.Outcome{Found: 11, New: 99})
	d.same("counts of the run", []int{o.New, o.Changed, o.Closed, o.Reopened}, []int{2, 2, 2, 2})
	n, err := d.CountOpen(d.ctx)
	d.ok(err)
	d.same("open listings", n, 2)
}

func testContent(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	l := market.Listing{
		ID: market.ListingID("site", "ক-১"), Source: "site", ExternalID: "ক-১",
		URL: "https://site.example/কাজ?a=1&b=<2>", Title: "বাংলা অনুবাদক দরকার \"দ্রুত\" 🚀", Company: "O'Neil & Co",
		Description: "প্রথম লাইন\n\n• <b>not markup</b>\t%s $1\\", Snippet: true, Lang: "bn",
		Skills: []string{"translation", "c++"}, Category: "translation",
		Pay:      market.Pay{Kind: market.PayHourly, Min: 50000, Max: 90000, Currency: "BDT", USD: 740, Text: "৳৫০০-৯০০"},
		Apply:    market.Apply{Where: market.WhereCountries, Countries: []string{"BD", "IN"}, Basis: market.BasisSite, Evidence: []market.Evidence{{Field: "location", Quote: "BD"}}},
		PostedAt: noon.Add(-time.Hour), ExpiresAt: noon.Add(240 * time.Hour),
		SiteLevel:   market.Evidence{Field: "level", Quote: "Entry"},
		SiteEnglish: market.Evidence{Field: "english", Quote: "Fluent"},
		Level:       market.Label[market.Level]{Value: market.Entry, Basis: market.BasisSite, Evidence: []market.Evidence{{Field: "level", Quote: "Entry"}}},
		English:     market.Label[market.English]{Value: market.Fluent, Basis: market.BasisText, Evidence: []market.Evidence{{Field: "description", Quote: "প্রথম", Start: 0, End: 15}}},
		Warnings:    []market.Warning{{Kind: market.WarnFee, Evidence: market.Evidence{Field: "title", Quote: "fee", Start: 1, End: 4}}},
		Keys:        market.Keys{Link: "site.example/কাজ", Title: "বাংলা", Text: "00000000000000ff"},
	}
	r := d.claim("site", noon)
	d.save(r, noon, l)
	want := l
	want.Group, want.FirstSeenAt, want.LastSeenAt = l.ID, noon, noon
	d.same("listing", d.get(l.ID), want)
	gs, err := d.Groups(d.ctx, []string{l.ID})
	d.ok(err)
	d.same("group", gs, []market.Listing{want})
	for got, err := range d.Open(d.ctx) {
		d.ok(err)
		d.same("open", got, want)
	}

	// What PostgreSQL refuses and SQLite takes comes out the same of both.
	bad := offer("site", "bad")
	bad.Title = "a\x00b\xff"
	bad.Description = "c\x00d\xffe"
	bad.URL = "https://site.example/\x00\xfe"
	d.same("save", d.save(r, noon, bad), market.Saved{New: 1})
	got := d.get(bad.ID)
	d.same("description", got.Description, "cd\uFFFDe")
	d.same("url", got.URL, "https://site.example/\uFFFD")
	d.same("title", got.Title, "a\x00b\uFFFD")
	d.same("save again", d.save(r, noon, bad), market.Saved{Seen: 1})
}

func testBatch(t *testing.T, dsn string) {
	d := with(t, dsn, "site", "other")
	r := d.claim("site", noon)
	d.same("empty batch", d.save(r, noon), market.Saved{})
	first, second := offer("site", "1"), offer("site", "1")
	second.Title = "The later word"
	d.same("one ID twice", d.save(r, noon, first, second), market.Saved{New: 1})
	d.same("title", d.get(first.ID).Title, "The later word")
	_, err := d.Save(d.ctx, r, []market.Listing{offer("site", "2"), offer("other", "1")}, noon)
	d.fails(err, market.ErrInvalid)
	_, err = d.Listing(d.ctx, offer("site", "2").ID)
	d.fails(err, market.ErrNotFound)

	// More than one statement's list holds, met again and closed at once.
	var many []market.Listing
	for i := range 1300 {
		many = append(many, offer("site", fmt.Sprintf("many-%d", i)))
	}
	d.same("many", d.save(r, noon, many...), market.Saved{New: 1300})
	d.same("many again", d.save(r, noon, many...), market.Saved{Seen: 1300})
	for i := range many {
		many[i].ClosedAt = noon
	}
	d.same("many closed", d.save(r, noon, many...), market.Saved{Closed: 1300})
	n, err := d.CountOpen(d.ctx)
	d.ok(err)
	d.same("open", n, 1)
}

func testOwnTerm(t *testing.T, dsn string) {
	d := with(t, dsn, "site", "dead")
	l, dead := offer("site", "1"), offer("dead", "1")
	l.ExpiresAt, dead.ExpiresAt = noon.Add(time.Hour), noon.Add(time.Hour)
	d.visit("dead", noon, market.Outcome{}, dead)
	d.visit("site", noon, market.Outcome{Complete: true, CloseAfter: 1}, l)
	_, head := d.news(0)

	// A failed run closes nothing, whatever the time.
	now := noon.Add(2 * time.Hour)
	d.finish(d.claim("site", now), now, market.Outcome{State: market.RunUnreachable})
	d.same("after a failed run", d.openIDs(), ids(l, dead))

	// The site still shows it: it is closed once, and stays so.
	r := d.claim("site", now)
	d.same("still mentioned", d.save(r, now, l), market.Saved{Closed: 1})
	o := d.finish(r, now, market.Outcome{Complete: true, CloseAfter: 1})
	d.same("closed of its own source", o.Closed, 1)
	groups, head := d.news(head)
	d.same("news", groups, ids(l, dead)) // the other source's went with it
	d.same("open", d.openIDs(), []string{})
	d.same("mentioned again", d.visit("site", now, market.Outcome{Complete: true, CloseAfter: 1}, l), market.Saved{Seen: 1})
	groups, _ = d.news(head)
	d.same("no news", groups, []string{})

	l.ExpiresAt = now.Add(time.Hour)
	d.same("a longer term", d.visit("site", now, market.Outcome{}, l), market.Saved{Reopened: 1})

	// Not mentioned any more, by a site that shows a window only.
	now = now.Add(time.Hour)
	d.visit("site", now, market.Outcome{})
	d.same("open", d.openIDs(), []string{})
}

func testDriftingDate(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	r := d.claim("site", noon)
	l := offer("site", "1")
	l.PostedAt = noon.Add(-3 * time.Hour)
	d.save(r, noon, l)
	known := l.PostedAt
	for _, c := range []struct {
		what        string
		now, stated time.Duration // after noon
		want        market.Saved
		posted      time.Time
	}{
		{"'2 hours ago' for what was posted 3 hours ago", 0, -2 * time.Hour, market.Saved{Seen: 1}, known},
		{"no date this time", time.Hour, 0, market.Saved{Seen: 1}, known},
		{"'1 week ago' after 13 days", 13 * 24 * time.Hour, 6 * 24 * time.Hour, market.Saved{Seen: 1}, known},
		{"put up again", 13 * 24 * time.Hour, 12 * 24 * time.Hour, market.Saved{Changed: 1}, noon.Add(12 * 24 * time.Hour)},
	} {
		l.PostedAt = noon.Add(c.stated)
		if c.stated == 0 {
			l.PostedAt = time.Time{}
		}
		d.same(c.what, d.save(r, noon.Add(c.now), l), c.want)
		d.same(c.what, d.get(l.ID).PostedAt, c.posted)
	}
	// A date that moves along with other words does not get worse.
	l.PostedAt = noon.Add(12*24*time.Hour + time.Hour)
	l.Title += "!"
	d.same("other words", d.save(r, noon.Add(13*24*time.Hour), l), market.Saved{Changed: 1})
	d.same("date", d.get(l.ID).PostedAt, noon.Add(12*24*time.Hour))

	late := offer("site", "2")
	d.save(r, noon, late)
	late.PostedAt = noon.Add(-48 * time.Hour)
	d.same("a first date", d.save(r, noon, late), market.Saved{Changed: 1})
	d.same("its date", d.get(late.ID).Date(), late.PostedAt)
}

func testDuplicates(t *testing.T, dsn string) {
	d := with(t, dsn, "a", "b", "c")
	at := func(l market.Listing, after time.Duration) market.Listing {
		t.Helper()
		r := d.claim(l.Source, noon.Add(after))
		d.same("save", d.save(r, noon.Add(after), l), market.Saved{New: 1})
		d.finish(r, noon.Add(after), market.Outcome{})
		return d.get(l.ID)
	}
	// By text: three bits of difference are the same text, four are not.
	a := at(posting("a", "1", "editor padma", 0xff00), 0)
	b := at(posting("b", "1", "editor padma", 0xff07), 1*time.Minute)
	c := at(posting("c", "1", "editor padma", 0xff0f0), 2*time.Minute)
	d.same("founder", a.Group, a.ID)
	d.same("by text", b.Group, a.ID)
	d.same("other text", c.Group, c.ID)
	// By link and title.
	link := posting("a", "2", "painter meghna", 0)
	link.Keys.Text, link.Keys.Link = "", "apply.example/77"
	link2 := posting("b", "2", "painter meghna", 0)
	link2.Keys.Text, link2.Keys.Link = "", "apply.example/77"
	elsewhere := posting("c", "2", "a general form", 0)
	elsewhere.Keys.Text, elsewhere.Keys.Link = "", "apply.example/77"
	link, link2, elsewhere = at(link, 3*time.Minute), at(link2, 4*time.Minute), at(elsewhere, 5*time.Minute)
	d.same("by link", link2.Group, link.ID)
	d.same("same link, other title", elsewhere.Group, elsewhere.ID)
	// In doubt apart: nothing but the title.
	bare1, bare2 := posting("a", "3", "driver", 0), posting("b", "3", "driver", 0)
	bare1.Keys.Text, bare2.Keys.Text = "", ""
	bare1, bare2 = at(bare1, 6*time.Minute), at(bare2, 7*time.Minute)
	d.same("title alone", []string{bare1.Group, bare2.Group}, []string{bare1.ID, bare2.ID})
	// No title key: nothing is known by it.
	none1, none2 := offer("a", "4"), offer("b", "4")
	none1.Keys, none2.Keys = market.Keys{Link: "x.example"}, market.Keys{Link: "x.example"}
	none1, none2 = at(none1, 8*time.Minute), at(none2, 8*time.Minute)
	d.same("no title key", []string{none1.Group, none2.Group}, []string{none1.ID, none2.ID})
	// The oldest wins: as near to c as to a's group, it goes to a's, and the
	// two groups are not merged.
	between := at(posting("c", "5", "editor padma", 0xff00), 9*time.Minute)
	d.same("oldest group", between.Group, a.ID)
	d.same("no merging", d.get(c.ID).Group, c.ID)

	d.same("also on", d.get(a.ID).AlsoOn, []market.Copy{
		{ID: b.ID, Source: "b", URL: b.URL}, {ID: between.ID, Source: "c", URL: between.URL},
	})
	d.same("also on, of another member", d.get(b.ID).AlsoOn, []market.Copy{
		{ID: a.ID, Source: "a", URL: a.URL}, {ID: between.ID, Source: "c", URL: between.URL},
	})
	// Within one batch and one source too.
	r := d.claim("a", noon.Add(time.Hour))
	d.save(r, noon.Add(time.Hour), posting("a", "7", "clerk jamuna", 1), posting("a", "8", "clerk jamuna", 1), posting("a", "9", "clerk jamuna", 1))
	groups := map[string]bool{}
	for _, x := range []string{"7", "8", "9"} {
		groups[d.get(market.ListingID("a", x)).Group] = true
	}
	d.same("groups of one batch", len(groups), 1)
}

func testLeaving(t *testing.T, dsn string) {
	d := with(t, dsn, "a", "b", "c")
	one, two, three := posting("a", "1", "editor", 0xff), posting("b", "1", "editor", 0xff), posting("c", "1", "editor", 0xff)
	for i, l := range []market.Listing{one, two, three} {
		d.visit(l.Source, noon.Add(time.Duration(i)*time.Minute), market.Outcome{}, l)
	}
	d.same("one group", d.openIDs(), ids(one))
	_, head := d.news(0)
	now := noon.Add(time.Hour)

	// A change that leaves it Same with another member keeps it there.
	two.Description += " More."
	d.visit("b", now, market.Outcome{}, two)
	groups, head := d.news(head)
	d.same("news of a change inside", groups, ids(one))

	// The founder becomes another offer: it leaves, and the oldest of those
	// left behind gives the group its name.
	one.Keys.Title = "proofreader"
	d.visit("a", now, market.Outcome{}, one)
	groups, head = d.news(head)
	d.same("news of the founder's leaving", groups, ids(one, two))
	d.same("its own group", d.get(one.ID).Group, one.ID)
	d.same("the rest's group", []string{d.get(two.ID).Group, d.get(three.ID).Group}, []string{two.ID, two.ID})
	d.same("nothing in common", d.get(one.ID).AlsoOn, []market.Copy(nil))

	// Another follows it.
	three.Keys.Title = "proofreader"
	d.visit("c", now, market.Outcome{}, three)
	groups, head = d.news(head)
	d.same("news of the move", groups, ids(one, two))
	d.same("moved", d.get(three.ID).Group, one.ID)

	// And the founder comes back to where it was.
	one.Keys.Title = "editor"
	d.visit("a", now, market.Outcome{}, one)
	groups, head = d.news(head)
	d.same("news of the return", groups, ids(one, two, three))
	d.same("groups", []string{d.get(one.ID).Group, d.get(two.ID).Group, d.get(three.ID).Group}, []string{two.ID, two.ID, three.ID})
	// The oldest open one speaks for the group, whatever its name.
	d.same("open", d.openIDs(), ids(one, three))

	// In one batch the founder leaves, and then the heir that the group was
	// just named after follows it.
	batch := []market.Listing{posting("a", "7", "clerk", 1), posting("a", "8", "clerk", 1), posting("a", "9", "clerk", 1)}
	now = now.Add(time.Hour)
	for i, l := range batch {
		d.visit("a", now.Add(time.Duration(i)*time.Minute), market.Outcome{}, l)
	}
	d.same("one group", d.get(batch[2].ID).Group, batch[0].ID)
	_, head = d.news(head)
	batch[0].Keys.Title, batch[1].Keys.Title = "driver", "driver"
	d.visit("a", now.Add(time.Hour), market.Outcome{}, batch...)
	d.same("groups after the batch", []string{d.get(batch[0].ID).Group, d.get(batch[1].ID).Group, d.get(batch[2].ID).Group},
		[]string{batch[0].ID, batch[0].ID, batch[2].ID})
	groups, _ = d.news(head)
	d.same("news of the batch", groups, ids(batch...))
}

func testManyOfOneTitle(t *testing.T, dsn string) {
	d := with(t, dsn, "a", "b")
	r := d.claim("a", noon)
	var ls []market.Listing
	for i := range 250 {
		ls = append(ls, posting("a", fmt.Sprint(i), "data entry", uint64(i)*0x0101_0101_0101_0101))
	}
	d.save(r, noon, ls...)
	before := len(d.openIDs())
	for i := range ls[:200] {
		ls[i].ClosedAt = noon
	}
	d.save(r, noon, ls[:200]...)
	// Open ones are compared first, however many closed ones are older.
	last := d.get(ls[249].ID)
	twin := posting("b", "x", "data entry", 249*0x0101_0101_0101_0101)
	d.visit("b", noon.Add(time.Hour), market.Outcome{}, twin)
	d.same("twin's group", d.get(twin.ID).Group, last.Group)
	if before < 100 {
		t.Fatalf("only %d groups: the texts are too alike for this test", before)
	}
}

func testRepresentative(t *testing.T, dsn string) {
	d := with(t, dsn, "a", "b", "c")
	one, two, three := posting("a", "1", "editor", 1), posting("b", "1", "editor", 1), posting("c", "1", "editor", 1)
	for i, l := range []market.Listing{one, two, three} {
		d.visit(l.Source, noon.Add(time.Duration(i)*time.Minute), market.Outcome{}, l)
	}
	group := one.ID
	rep := func() (string, []string) {
		t.Helper()
		ls, err := d.Groups(d.ctx, []string{group})
		d.ok(err)
		if len(ls) == 0 {
			return "", nil
		}
		return ls[0].ID, ls[0].Sources()
	}
	id, sources := rep()
	d.same("oldest", id, one.ID)
	d.same("sources", sources, []string{"a", "b", "c"})
	shut := func(l market.Listing, now time.Time) {
		l.ClosedAt = now
		d.visit(l.Source, now, market.Outcome{}, l)
	}
	now := noon.Add(time.Hour)
	shut(one, now)
	id, sources = rep()
	d.same("next oldest", id, two.ID)
	d.same("sources", sources, []string{"b", "c"})
	d.same("a closed one's page names the open ones", len(d.get(one.ID).AlsoOn), 2)
	d.same("an open one's page does not name the closed one", len(d.get(two.ID).AlsoOn), 1)
	shut(two, now)
	shut(three, now)
	id, _ = rep()
	d.same("closed group", id, "")
	// A repost joins the closed group, so that the old page leads to it.
	again := posting("b", "2", "editor", 1)
	d.visit("b", now, market.Outcome{}, again)
	d.same("repost", d.get(again.ID).Group, group)
	id, _ = rep()
	d.same("it speaks for the group", id, again.ID)
	d.visit("a", now, market.Outcome{}, one)
	id, _ = rep()
	d.same("the oldest is back", id, one.ID)
}

func testCompleteRuns(t *testing.T, dsn string) {
	d := with(t, dsn, "site", "other")
	one, two, foreign := offer("site", "1"), offer("site", "2"), offer("other", "1")
	d.visit("other", noon, market.Outcome{}, foreign)
	whole := market.Outcome{Complete: true, CloseAfter: 2}
	d.visit("site", noon, whole, one, two)
	_, head := d.news(0)

	d.visit("site", noon.Add(1*time.Hour), whole, one)
	d.same("missed once", d.openIDs(), ids(one, two, foreign))
	d.visit("site", noon.Add(2*time.Hour), whole, one, two)
	d.visit("site", noon.Add(3*time.Hour), whole, one)
	d.same("missed once again: not in a row", d.openIDs(), ids(one, two, foreign))
	groups, head := d.news(head)
	d.same("no news", groups, []string{})

	r := d.claim("site", noon.Add(4*time.Hour))
	d.save(r, noon.Add(4*time.Hour), one)
	o := d.finish(r, noon.Add(4*time.Hour), whole)
	d.same("closed", o.Closed, 1)
	d.same("missed twice in a row", d.openIDs(), ids(one, foreign))
	d.same("closed at", d.get(two.ID).ClosedAt, noon.Add(4*time.Hour))
	groups, _ = d.news(head)
	d.same("news", groups, ids(two))

	d.same("it reappears", d.visit("site", noon.Add(5*time.Hour), whole, one, two), market.Saved{Seen: 1, Reopened: 1})
	d.visit("site", noon.Add(6*time.Hour), market.Outcome{Complete: true, CloseAfter: 1}, one)
	d.same("once is enough for an API", d.openIDs(), ids(one, foreign))
	d.visit("site", noon.Add(7*time.Hour), market.Outcome{Complete: true, CloseAfter: 1})
	d.same("an empty site", d.openIDs(), ids(foreign))
}

func testIncompleteRuns(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	one := offer("site", "1")
	d.visit("site", noon, market.Outcome{Complete: true, CloseAfter: 1}, one)
	for i, o := range []market.Outcome{
		{State: market.RunOK, CloseAfter: 1},
		{State: market.RunPartial, CloseAfter: 1},
		{State: market.RunUnchanged, Complete: true, CloseAfter: 1},
		{State: market.RunFailed, Complete: true, CloseAfter: 1},
		{State: market.RunBlocked, Complete: true, CloseAfter: 1},
		{State: market.RunChanged, Complete: true, CloseAfter: 1},
		{State: market.RunUnreachable, Complete: true, CloseAfter: 1},
	} {
		now := noon.Add(time.Duration(i+1) * time.Hour)
		d.finishAged(d.claim("site", now), now, o, 0)
		d.same("open after "+string(o.State), d.openIDs(), ids(one))
	}
	// None of them counted as a run that did not mention it.
	d.visit("site", noon.Add(24*time.Hour), market.Outcome{Complete: true, CloseAfter: 2})
	d.same("open after one complete run of two", d.openIDs(), ids(one))
}

func testAge(t *testing.T, dsn string) {
	d := with(t, dsn, "site", "other")
	old, young, foreign := offer("site", "old"), offer("site", "young"), offer("other", "1")
	d.visit("other", noon, market.Outcome{}, foreign)
	d.visit("site", noon, market.Outcome{}, old)
	d.visit("site", noon.Add(24*time.Hour), market.Outcome{}, young)
	now := noon.Add(30*24*time.Hour + time.Minute)
	d.finishAged(d.claim("site", now), now, market.Outcome{State: market.RunBlocked}, 30*24*time.Hour)
	d.same("a failed run closes nothing", d.openIDs(), ids(old, young, foreign))
	o := d.finishAged(d.claim("site", now), now, market.Outcome{}, 30*24*time.Hour)
	d.same("closed", o.Closed, 1)
	d.same("open", d.openIDs(), ids(young, foreign))
}

func testUnchanged(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	left, stays := offer("site", "left"), offer("site", "stays")
	v := market.Validator{URL: "https://site.example/", ETag: `"1"`, LastModified: "Sun, 01 Mar 2026 12:00:00 GMT"}
	d.visit("site", noon, market.Outcome{Validator: market.Validator{ETag: "0"}}, left, stays)
	d.visit("site", noon.Add(time.Hour), market.Outcome{Validator: v}, stays)

	now := noon.Add(2 * time.Hour)
	r := d.claim("site", now)
	d.same("validator", r.Validator, v)
	d.finish(r, now, market.Outcome{State: market.RunUnchanged})
	d.same("what stood there was seen", d.get(stays.ID).LastSeenAt, now)
	d.same("what had left was not", d.get(left.ID).LastSeenAt, noon)
	groups, _ := d.news(0)
	d.same("news", groups, ids(left, stays))

	// It ages although the site never changes again; the other does not.
	for i := range 3 {
		now = noon.Add(time.Duration(i+1) * 24 * time.Hour)
		r = d.claim("site", now)
		d.same("validator stays", r.Validator, v)
		d.finishAged(r, now, market.Outcome{State: market.RunUnchanged}, 48*time.Hour)
	}
	d.same("open", d.openIDs(), ids(stays))

	// Failed and partial runs keep it, so that what they missed is asked for.
	now = now.Add(time.Hour)
	for _, state := range []market.RunState{market.RunFailed, market.RunBlocked, market.RunPartial} {
		d.finish(d.claim("site", now), now, market.Outcome{State: state, Validator: market.Validator{ETag: "wrong"}})
	}
	r = d.claim("site", now)
	d.same("validator after failures", r.Validator, v)
	d.finish(r, now, market.Outcome{State: market.RunUnchanged, Validator: market.Validator{ETag: "2"}})
	r = d.claim("site", now)
	d.same("a 304 may bring a new one", r.Validator, market.Validator{ETag: "2"})
	d.finish(r, now, market.Outcome{})
	d.same("none any more", d.claim("site", now).Validator, market.Validator{})
}

func testOutcome(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	r := d.claim("site", noon)
	d.save(r, noon, offer("site", "1"), offer("site", "2"))
	ok := d.finish(r, noon.Add(time.Minute), market.Outcome{State: market.RunPartial, Err: "page 2: 500", Status: 500, Bytes: 1 << 40, Pages: 2,
		Found: 7, Skipped: 2, Rejected: 3, Complete: true})
	d.same("new", ok.New, 2)
	now := noon.Add(time.Hour)
	for i := range 20 {
		r = d.claim("site", now)
		d.same("failures before", r.Failures, i)
		d.finish(r, now, market.Outcome{State: market.RunBlocked, Err: "403\x00\xff", Status: 403})
		now = now.Add(time.Hour)
	}
	s := d.source("site")
	d.same("failures", s.Failures, 20)
	d.same("next", s.NextAt, now)
	d.same("running since", s.RunningSince, time.Time{})
	d.same("open", s.Open, 2)
	d.same("recent", len(s.Recent), 14)
	d.same("last", *s.Last, s.Recent[0])
	d.same("newest first", s.Recent[0].Started.After(s.Recent[13].Started), true)
	d.same("error", s.Last.Err, "403\uFFFD")
	ok.CloseAfter, ok.Next, ok.Validator = 0, time.Time{}, market.Validator{}
	if s.LastOK == nil {
		t.Fatal("the last good run is forgotten")
	}
	d.same("last good one", s.LastOK.Outcome, ok)
	d.same("started", s.LastOK.Started, noon)
}

func testKeptRuns(t *testing.T, dsn string) {
	d := with(t, dsn, "site", "other")
	good := d.claim("site", noon)
	d.ok(d.Rejected(d.ctx, good, []market.Reject{{Item: "good", Why: "w"}}))
	d.finish(good, noon, market.Outcome{})
	var first, last market.Run
	for i := range 105 {
		now := noon.Add(time.Duration(i+1) * time.Hour)
		r := d.claim("site", now)
		d.ok(d.Rejected(d.ctx, r, []market.Reject{{Item: "i", Why: "w"}}))
		d.finish(r, now, market.Outcome{State: market.RunUnreachable})
		if i == 0 {
			first = r
		}
		last = r
	}
	for _, c := range []struct {
		what string
		run  market.Run
		kept int
	}{{"last good", good, 1}, {"oldest", first, 0}, {"newest", last, 1}} {
		js, err := d.Rejects(d.ctx, c.run.ID)
		d.ok(err)
		d.same(c.what, len(js), c.kept)
	}
	d.same("last good run", d.source("site").LastOK.ID, good.ID)
}

func testRejects(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	r := d.claim("site", noon)
	d.ok(d.Rejected(d.ctx, r, nil))
	long := strings.Repeat("ক", 1000)
	d.ok(d.Rejected(d.ctx, r, []market.Reject{{Item: `{"title":""}`, Why: "no title"}, {Item: "a\x00\xff", Why: "broken\x00"}}))
	d.ok(d.Rejected(d.ctx, r, []market.Reject{{Item: long, Why: "long"}}))
	js, err := d.Rejects(d.ctx, r.ID)
	d.ok(err)
	d.same("rejects", js[:2], []market.Reject{{Item: `{"title":""}`, Why: "no title"}, {Item: "a\uFFFD", Why: "broken"}})
	if n := len(js[2].Item); n > 2003 || n < 1998 {
		t.Fatalf("a long item is kept with %d bytes", n)
	}
	var many []market.Reject
	for range 150 {
		many = append(many, market.Reject{Item: "x", Why: "y"})
	}
	d.ok(d.Rejected(d.ctx, r, many))
	d.ok(d.Rejected(d.ctx, r, many))
	js, err = d.Rejects(d.ctx, r.ID)
	d.ok(err)
	d.same("kept", len(js), 100)
	none, err := d.Rejects(d.ctx, "none such")
	d.ok(err)
	d.same("of an unknown run", len(none), 0)
}

func testChangeLog(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	head, err := d.Head(d.ctx)
	d.ok(err)
	d.same("head of nothing", head, int64(0))
	r := d.claim("site", noon)
	var ls []market.Listing
	for i := range 10 {
		ls = append(ls, offer("site", fmt.Sprint(i)))
	}
	d.save(r, noon, ls...)
	cs, err := d.Changes(d.ctx, 0, 4)
	d.ok(err)
	var groups []string
	for _, c := range cs {
		groups = append(groups, c.Group)
	}
	d.same("the first four, in order", groups, []string{ls[0].ID, ls[1].ID, ls[2].ID, ls[3].ID})
	cs, err = d.Changes(d.ctx, cs[3].Seq, 100)
	d.ok(err)
	d.same("the rest", len(cs), 6)
	// It grows with the groups, not with the changes.
	for i := range 5 {
		ls[0].Title = fmt.Sprint("Version ", i)
		d.save(r, noon, ls[0])
	}
	cs, err = d.Changes(d.ctx, 0, 100)
	d.ok(err)
	d.same("entries", len(cs), 10)
	d.same("the newest", cs[9].Group, ls[0].ID)
	head, err = d.Head(d.ctx)
	d.ok(err)
	d.same("head", head, cs[9].Seq)
	d.same("head", head, int64(15))
}

func testReindexRequests(t *testing.T, dsn string) {
	d := open(t, dsn)
	numbers := func(requested, done int64) {
		t.Helper()
		r, err := d.ReindexRequested(d.ctx)
		d.ok(err)
		n, err := d.ReindexDone(d.ctx)
		d.ok(err)
		d.same("requested and done", []int64{r, n}, []int64{requested, done})
	}
	numbers(0, 0)
	for want := range int64(2) {
		n, err := d.RequestReindex(d.ctx)
		d.ok(err)
		d.same("request", n, want+1)
	}
	numbers(2, 0)
	d.ok(d.Reindexed(d.ctx, 2))
	d.ok(d.Reindexed(d.ctx, 1)) // a slower one's word, which is old
	numbers(2, 2)
	head, err := d.Head(d.ctx)
	d.ok(err)
	d.same("head of the change log", head, int64(0))
}

func testOpen(t *testing.T, dsn string) {
	d := with(t, dsn, "a", "b")
	var want []string
	var as, bs []market.Listing
	for i := range 600 { // more than two pages
		a, b := posting("a", fmt.Sprint(i), fmt.Sprint("title ", i), 7), posting("b", fmt.Sprint(i), fmt.Sprint("title ", i), 7)
		if i%3 == 0 {
			b.Keys.Title += " of another"
			want = append(want, b.ID)
		}
		as, bs, want = append(as, a), append(bs, b), append(want, a.ID)
	}
	d.visit("a", noon, market.Outcome{}, as...)
	d.visit("b", noon.Add(time.Minute), market.Outcome{}, bs...)
	slices.Sort(want)
	d.same("open", d.openIDs(), want)
	n := 0
	for range d.Open(d.ctx) {
		if n++; n == 300 {
			break
		}
	}
	// Asked for: order kept, what is not there left out, more than one list.
	asked := []string{"none such"}
	for _, a := range as {
		asked = append(asked, a.ID)
	}
	slices.Reverse(asked)
	got, err := d.Groups(d.ctx, asked)
	d.ok(err)
	d.same("groups", len(got), 600)
	for i, l := range got {
		if l.ID != as[599-i].ID {
			t.Fatalf("group %d is %s, want %s", i, l.ID, as[599-i].ID)
		}
	}
	got, err = d.Groups(d.ctx, nil)
	d.ok(err)
	d.same("no groups", len(got), 0)
	ctx, cancel := context.WithCancel(d.ctx)
	cancel()
	for _, err := range d.Open(ctx) {
		if err == nil {
			t.Fatal("a cancelled reading goes on")
		}
	}
}

func testBrowse(t *testing.T, dsn string) {
	d := with(t, dsn, "a", "b")
	var as, bs []market.Listing
	for i := range 700 {
		a := posting("a", fmt.Sprint(i), fmt.Sprint("title ", i), 7)
		a.PostedAt = noon.Add(-time.Duration(i) * time.Minute)
		as = append(as, a)
	}
	for i := range 50 {
		bs = append(bs, posting("b", fmt.Sprint(i), fmt.Sprint("title ", i), 7))
	}
	d.visit("a", noon, market.Outcome{}, as...)
	d.visit("b", noon.Add(time.Minute), market.Outcome{}, bs...)
	shut := as[1]
	shut.ClosedAt = noon.Add(time.Minute)
	d.visit("a", noon.Add(time.Minute), market.Outcome{}, shut)

	single := func(l market.Listing) bool { return len(l.AlsoOn) == 0 }
	_, total, more, err := d.Browse(d.ctx, single, nil, 0, 3)
	d.ok(err)
	d.same("stopped early", more && total > 3 && total < 651, true)
	hits, total, more, err := d.Browse(d.ctx, single, nil, 0, 1000)
	d.ok(err)
	d.same("the end was reached", more, false)
	// Of title 1 the younger copy is left; being dated by its first sight, it
	// is the newest of all.
	d.same("total", total, 651)
	d.same("newest first", []string{hits[0].ID, hits[1].ID, hits[2].ID}, []string{bs[1].ID, as[50].ID, as[51].ID})
	hits, total, _, err = d.Browse(d.ctx, func(l market.Listing) bool { return slices.Contains(l.Sources(), "b") }, func(market.Listing) bool { return true }, 49, 20)
	d.ok(err)
	d.same("total of b", total, 50)
	d.same("last page", len(hits), 1)
	d.same("the oldest of b", hits[0].ID, as[49].ID)
	d.same("with its text", hits[0].Description, as[49].Description)
	hits, total, _, err = d.Browse(d.ctx, func(market.Listing) bool { return true }, nil, 1000, 20)
	d.ok(err)
	d.same("beyond the end", len(hits), 0)
	d.same("total of all", total, 700)
}

func testStartAgain(t *testing.T, dsn string) {
	s, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	d := desk{s, t, t.Context()}
	d.sync("site")
	d.visit("site", noon, market.Outcome{}, offer("site", "1"))
	d.ok(s.Close())
	again := open(t, dsn)
	d.same("open", again.openIDs(), ids(offer("site", "1")))
	_, head := again.news(0)
	d.same("head", head, int64(1))
}

func testCancelled(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	r := d.claim("site", noon)
	ctx, cancel := context.WithCancel(d.ctx)
	cancel()
	_, err := d.Save(ctx, r, []market.Listing{offer("site", "1")}, noon)
	d.fails(err, context.Canceled)
	_, err = d.Finish(ctx, r, market.Outcome{State: market.RunOK, Finished: noon, Next: noon}, 0)
	d.fails(err, context.Canceled)
	d.same("open", d.openIDs(), []string{})
	d.same("the run goes on", d.save(r, noon, offer("site", "1")), market.Saved{New: 1})
}

package storetest

import (
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/store"
)

func audit(what string, minutes int) market.Audit {
	return market.Audit{At: noon.Add(time.Duration(minutes) * time.Minute), Who: "console", What: what, Subject: "site"}
}

// filled is an outcome of n listings that all have these fields.
func filled(n int, fields ...string) market.Outcome {
	c := market.Completeness{Listings: n, Filled: map[string]int{}}
	for _, f := range fields {
		c.Filled[f] = n
	}
	return market.Outcome{Found: n, Filled: c}
}

// A source's usual is learned from usual runs, and forgotten after 30 days.
func testBaseline(t *testing.T, dsn string) {
	d := with(t, dsn, "site", "other")
	now := noon
	run := func(o market.Outcome) market.Baseline {
		t.Helper()
		now = now.Add(time.Hour)
		d.finish(d.claim("site", now), now, o)
		states, err := d.Sources(d.ctx)
		d.ok(err)
		d.same("what the last run filled", states[1].Last.Filled, o.Filled)
		return states[1].Baseline
	}
	for range 4 {
		run(filled(40, "pay", "company"))
	}
	usual := run(filled(40, "pay", "company"))
	if usual.Runs != 5 || usual.Found != 200 || usual.Listings != 200 || usual.Filled["pay"] != 200 || usual.Usual() != 40 {
		t.Fatalf("after five runs of 40: %+v", usual)
	}
	for name, o := range map[string]market.Outcome{"a field is lost": filled(40, "company"), "thin": filled(9, "pay", "company"), "empty": {}, "failed": {State: market.RunBlocked}} {
		if got := run(o); got.Runs != 5 || got.Filled["pay"] != 200 {
			t.Errorf("%s: the usual became %+v", name, got)
		}
	}
	now = now.Add(market.BaselineFor + 48*time.Hour)
	if got := run(filled(9, "company")); got.Runs != 1 || got.Filled["company"] != 9 || got.Filled["pay"] != 0 {
		t.Errorf("a month later what was usual then is forgotten: %+v", got)
	}
}

// A source has one incident at a time, which two watchers move on once, with
// the letters that tell of it.
func testIncidents(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	begun := market.Incident{Source: "site", State: market.HealthBlocked, Why: market.Reason{Key: "why.blocked-code", Args: map[string]string{"code": "403"}}, Since: noon}
	letter := market.Letter{Key: "broke1", Kind: market.LetterOperator, To: "op@example.com", Subject: "s", Text: "t", Created: noon}
	d.ok(d.Turn(d.ctx, nil, begun, nil))
	d.fails(d.Turn(d.ctx, nil, begun, []market.Letter{letter}), market.ErrNone)
	open, err := d.OpenIncidents(d.ctx)
	d.ok(err)
	if len(open) != 1 || open[0].ID == "" {
		t.Fatalf("open incidents: %+v", open)
	}
	was := open[0]
	begun.ID = was.ID
	d.same("the incident", was, begun)
	told := was
	told.Told, told.State = true, market.HealthEmpty
	d.ok(d.Turn(d.ctx, &was, told, []market.Letter{letter}))
	d.fails(d.Turn(d.ctx, &was, told, []market.Letter{letter}), market.ErrNone)
	ended := told
	ended.Until = noon.Add(time.Hour)
	d.ok(d.Turn(d.ctx, &told, ended, nil))
	d.fails(d.Turn(d.ctx, &told, ended, nil), market.ErrNone)
	open, err = d.OpenIncidents(d.ctx)
	d.ok(err)
	all, err2 := d.Incidents(d.ctx, 10)
	d.ok(err2)
	d.same("what is left", len(open), 0)
	d.same("all incidents", all, []market.Incident{ended})
	st, err := d.MailStats(d.ctx, noon)
	d.ok(err)
	d.same("letters", st.Letters[market.LetterQueued], 1)
	d.ok(d.Turn(d.ctx, nil, market.Incident{Source: "site", State: market.HealthLate, Since: noon.Add(2 * time.Hour)}, nil))
}

// A paused source is not due; a hurried one is. Each change is in the log, and
// what changes nothing is not.
func testPause(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	d.ok(d.PauseSource(d.ctx, "site", audit("source.pause", 1)))
	_, err := d.Claim(d.ctx, noon.Add(time.Hour), time.Hour)
	d.fails(err, market.ErrNone)
	states, err := d.Sources(d.ctx)
	d.ok(err)
	if !states[0].PausedAt.Equal(noon.Add(time.Minute)) || !states[0].NextAt.IsZero() {
		t.Errorf("a paused source: %+v", states[0])
	}
	d.fails(d.PauseSource(d.ctx, "site", audit("source.pause", 2)), market.ErrNone)
	d.fails(d.HurrySource(d.ctx, "site", audit("source.run", 2)), market.ErrNone)
	d.ok(d.ResumeSource(d.ctx, "site", audit("source.resume", 2)))
	d.fails(d.ResumeSource(d.ctx, "site", audit("source.resume", 3)), market.ErrNone)
	d.finish(d.claim("site", noon), noon, market.Outcome{}) // due at one
	_, err = d.Claim(d.ctx, noon.Add(5*time.Minute), time.Hour)
	d.fails(err, market.ErrNone)
	d.ok(d.HurrySource(d.ctx, "site", audit("source.run", 4)))
	_, err = d.Claim(d.ctx, noon.Add(5*time.Minute), time.Hour)
	d.ok(err)
	d.fails(d.PauseSource(d.ctx, "nowhere", audit("source.pause", 5)), market.ErrNotFound)
	log, err := d.AuditLog(d.ctx, 10)
	d.ok(err)
	var what []string
	for _, a := range log {
		what = append(what, a.What)
	}
	d.same("the log", what, []string{"source.run", "source.resume", "source.pause"})
}

// Operators' tokens: a sign-in link opens one session, once.
func testOperatorTokens(t *testing.T, dsn string) {
	d := open(t, dsn)
	raw, link := market.NewToken(market.TokenSignIn, "o•••@example.com", "", noon, market.SignInFor)
	letter := market.Letter{Key: "signin1", Kind: market.LetterOperator, To: "op@example.com", Subject: "s", Text: "t", Created: noon}
	d.ok(d.PutToken(d.ctx, link, &letter))
	got, err := d.OperatorToken(d.ctx, raw, market.TokenSignIn, noon)
	d.ok(err)
	d.same("the token", got, link)
	for _, bad := range []struct {
		raw   string
		scope market.TokenScope
		at    time.Time
	}{
		{raw, market.TokenSession, noon}, {raw, market.TokenSignIn, noon.Add(market.SignInFor)},
		{raw[:47] + "a", market.TokenSignIn, noon}, {"", market.TokenSignIn, noon},
	} {
		if bad.raw == raw && bad.at.Equal(noon) && bad.scope == market.TokenSignIn {
			continue // the last letter was an a
		}
		_, err := d.OperatorToken(d.ctx, bad.raw, bad.scope, bad.at)
		d.fails(err, market.ErrNotFound)
	}
	cookie, session := market.NewToken(market.TokenSession, "", "", noon, market.SessionFor)
	d.ok(d.SignIn(d.ctx, raw, session, noon))
	_, second := market.NewToken(market.TokenSession, "", "", noon, market.SessionFor)
	d.fails(d.SignIn(d.ctx, raw, second, noon), market.ErrNotFound)
	got, err = d.OperatorToken(d.ctx, cookie, market.TokenSession, noon)
	d.ok(err)
	d.same("whose session", got.Subscriber, "o•••@example.com")
	all, err := d.OperatorTokens(d.ctx, market.TokenSession, noon)
	d.ok(err)
	d.same("sessions", len(all), 1)
	d.ok(d.RevokeToken(d.ctx, session.Selector, audit("session.end", 1)))
	_, err = d.OperatorToken(d.ctx, cookie, market.TokenSession, noon)
	d.fails(err, market.ErrNotFound)
}

// Sources made by operators are changed by compare-and-set.
func testMadeSources(t *testing.T, dsn string) {
	d := open(t, dsn)
	m := market.StoredSource{Name: "made", YAML: "name: made", Enabled: true, Allowed: "They said so.", By: "console",
		Fixture: market.SavedPage{URL: "https://made.example/", Body: []byte("\x00\xff page"), Header: map[string][]string{"Content-Type": {"text/html"}}, At: noon}}
	d.ok(d.SaveSource(d.ctx, m, time.Time{}, audit("source.save", 0)))
	d.fails(d.SaveSource(d.ctx, m, time.Time{}, audit("source.save", 1)), market.ErrNone)
	got, err := d.StoredSources(d.ctx)
	d.ok(err)
	m.Created, m.Changed = noon, noon
	d.same("as saved", got, []market.StoredSource{m})
	was := m.Changed
	m.YAML, m.Enabled = "name: made\ntitle: Made", false
	d.ok(d.SaveSource(d.ctx, m, was, audit("source.save", 2)))
	d.fails(d.SaveSource(d.ctx, m, was, audit("source.save", 3)), market.ErrNone)
	log, err := d.AuditLog(d.ctx, 1)
	d.ok(err)
	d.same("before and after", [2]string{log[0].Before, log[0].After}, [2]string{"name: made", m.YAML})
	d.ok(d.SyncSources(d.ctx, []store.SourceConfig{{Name: "made", Enabled: true}}, noon))
	l := offer("made", "1")
	d.visit("made", noon, market.Outcome{}, l)
	d.ok(d.DeleteSource(d.ctx, "made", audit("source.delete", 4)))
	d.fails(d.DeleteSource(d.ctx, "made", audit("source.delete", 5)), market.ErrNotFound)
	closed, err := d.Listing(d.ctx, l.ID)
	d.ok(err)
	d.same("its listings are open", closed.Open(), false)
}

// What an operator closed stays closed until its site changes it.
func testShut(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	l := offer("site", "1")
	d.visit("site", noon, market.Outcome{}, l)
	d.ok(d.CloseListings(d.ctx, []string{l.ID}, audit("listing.close", 1)))
	d.same("met again", d.visit("site", noon.Add(time.Hour), market.Outcome{}, l), market.Saved{Seen: 1})
	got, err := d.Listing(d.ctx, l.ID)
	d.ok(err)
	d.same("open", got.Open(), false)
	l.Title += ", now with pay"
	d.same("changed", d.visit("site", noon.Add(2*time.Hour), market.Outcome{}, l), market.Saved{Reopened: 1})
}

// Splitting and merging by hand sticks, whatever is collected later.
func testSplitAndMerge(t *testing.T, dsn string) {
	d := with(t, dsn, "a", "b", "c")
	same := func(source string) market.Listing {
		l := offer(source, "1")
		l.Keys = market.Keys{Title: "one work", Link: "one.example/work"}
		return l
	}
	a, b, c := same("a"), same("b"), offer("c", "1")
	for _, l := range []market.Listing{a, b, c} {
		d.visit(l.Source, noon, market.Outcome{}, l)
	}
	group := func(l market.Listing) string {
		t.Helper()
		got, err := d.Listing(d.ctx, l.ID)
		d.ok(err)
		return got.Group
	}
	again := func(ls ...market.Listing) {
		t.Helper()
		for _, l := range ls {
			l.Company += " Ltd"
			d.visit(l.Source, noon.Add(time.Hour), market.Outcome{}, l)
		}
	}
	if group(a) != group(b) || group(a) == group(c) {
		t.Fatal("a and b are one work, c another")
	}
	d.ok(d.SplitListing(d.ctx, a.ID, audit("group.split", 1))) // the one that the group is named after
	d.fails(d.SplitListing(d.ctx, a.ID, audit("group.split", 2)), market.ErrNone)
	d.fails(d.SplitListing(d.ctx, "nothing", audit("group.split", 2)), market.ErrNotFound)
	again(a, b)
	if group(a) != a.ID || group(b) != b.ID {
		t.Errorf("split, and met again with news: groups %s and %s", group(a), group(b))
	}
	d.ok(d.MergeListings(d.ctx, []string{b.ID, c.ID}, audit("group.merge", 3)))
	d.fails(d.MergeListings(d.ctx, []string{b.ID, c.ID}, audit("group.merge", 4)), market.ErrNone)
	again(b, c)
	if group(b) != b.ID || group(c) != b.ID || group(a) != a.ID {
		t.Errorf("merged, and met again with news: groups %s, %s, %s", group(a), group(b), group(c))
	}
	head, err := d.Head(d.ctx)
	d.ok(err)
	born, err := d.Since(d.ctx, 0, head)
	d.ok(err)
	d.same("groups that were founded", len(born), 2)
}

// Reports are settled together.
func testSettle(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	l := offer("site", "1")
	d.visit("site", noon, market.Outcome{}, l)
	_, err := d.Report(d.ctx, market.Report{Listing: l.ID, Wrong: market.WrongClosed, At: noon}, "192.0.2.1")
	d.ok(err)
	open, err := d.OpenReports(d.ctx, 10)
	d.ok(err)
	d.same("open reports", len(open), 1)
	d.ok(d.SettleReports(d.ctx, []string{l.ID}, market.ReportDone, audit("report.done", 1)))
	open, err = d.OpenReports(d.ctx, 10)
	d.ok(err)
	d.same("open reports", len(open), 0)
	all, err := d.Reports(d.ctx, noon.Add(-time.Hour))
	d.ok(err)
	d.same("all reports", len(all), 1)
}

package storetest

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// raw asks the database behind the store's back.
func raw(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	driver := "sqlite"
	if strings.HasPrefix(dsn, "postgres") {
		driver = "pgx"
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// mailTables are the tables that hold what is stored about people.
var mailTables = []string{"subscriber", "search", "token", "letter", "suppressed"}

// rows counts the rows of each of mailTables.
func rows(t testing.TB, dsn string) map[string]int {
	t.Helper()
	db := raw(t, dsn)
	defer db.Close()
	out := map[string]int{}
	for _, table := range mailTables {
		var n int
		if err := db.QueryRow(`SELECT COUNT(*) FROM ` + table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		out[table] = n
	}
	return out
}

// tablesWith are the tables of the database that hold one of some texts
// anywhere, in capitals or small letters.
func tablesWith(t testing.TB, dsn string, texts ...string) []string {
	t.Helper()
	db := raw(t, dsn)
	defer db.Close()
	list := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if strings.HasPrefix(dsn, "postgres") {
		list = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`
	}
	out := []string{}
	for _, table := range column(t, db, list) {
		found := false
		rows, err := db.Query(`SELECT * FROM ` + table)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			if err := rows.Scan(values...); err != nil {
				t.Fatal(err)
			}
			for _, v := range values {
				held := strings.ToLower(fmt.Sprintf("%s", *v.(*any)))
				for _, text := range texts {
					found = found || strings.Contains(held, strings.ToLower(text))
				}
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		if found {
			out = append(out, table)
		}
	}
	slices.Sort(out)
	return out
}

func column(t testing.TB, db *sql.DB, query string) []string {
	t.Helper()
	var out []string
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// daily is when searches are due: at the person's hour, UTC; weekly ones on
// Sundays.
func daily(to market.Subscriber, s market.Search, after time.Time) time.Time {
	at := after.Truncate(day).Add(time.Duration(to.Hour) * time.Hour)
	for !at.After(after) || s.Freq == market.Weekly && at.Weekday() != time.Sunday {
		at = at.Add(day)
	}
	return at
}

// links are what a letter leads to.
type links struct {
	key, confirm, manage string
	to                   market.Subscriber
	about                market.Search
	written              int
}

// write writes letters and keeps their links.
func (l *links) write(kind market.LetterKind, now time.Time) func(market.Subscriber, market.Search) (market.Letter, []market.Token, error) {
	return func(to market.Subscriber, s market.Search) (market.Letter, []market.Token, error) {
		l.written++
		l.to, l.about = to, s
		letter, tokens, manage := compose(to, kind, now)
		l.key, l.manage = letter.Key, manage
		if kind == market.LetterConfirm {
			confirm, t := market.NewToken(market.TokenConfirm, to.ID, s.ID, now, market.ConfirmTokenFor)
			l.confirm, tokens = confirm, append(tokens, t)
			letter.Text += " https://kajkhoj.example/confirm/" + confirm
		}
		return letter, tokens, nil
	}
}

// compose writes a letter with a link to manage.
func compose(to market.Subscriber, kind market.LetterKind, now time.Time) (l market.Letter, tokens []market.Token, manage string) {
	manage, t := market.NewToken(market.TokenManage, to.ID, "", now, market.ManageTokenFor)
	link := "https://kajkhoj.example/manage/" + manage
	return market.Letter{
		Key: rand.Text(), Kind: kind, Subscriber: to.ID, To: to.Email, Lang: to.Lang, Subject: "কাজ " + string(kind),
		Text: "words " + link, HTML: "<p>words " + link, Stop: "https://kajkhoj.example/stop/" + manage, Manage: link, Created: now,
	}, []market.Token{t}, manage
}

// wish is a search that somebody saves.
func wish(query string, f market.Frequency) market.Search {
	return market.Search{Query: query, Freq: f, Lang: "bn", Hour: 8, Zone: "Asia/Dhaka"}
}

// subscribe saves a search; filed says whether the letter was filed.
func (d desk) subscribe(email string, s market.Search, now time.Time) (l *links, filed bool) {
	d.t.Helper()
	l = &links{}
	filed, err := d.Subscribe(d.ctx, email, s, now, l.write(market.LetterConfirm, now))
	d.ok(err)
	d.same("letters written, whoever it is for", l.written, 1)
	return l, filed
}

// subscribed saves a search and confirms it.
func (d desk) subscribed(email string, s market.Search, now time.Time) (*links, market.Search) {
	d.t.Helper()
	l, filed := d.subscribe(email, s, now)
	d.same("filed", filed, true)
	on, used, err := d.Confirm(d.ctx, l.confirm, now, daily)
	d.ok(err)
	d.same("used before", used, false)
	return l, on
}

func (d desk) managed(raw string, now time.Time) (market.Subscriber, []market.Search) {
	d.t.Helper()
	p, searches, err := d.Manage(d.ctx, raw, now)
	d.ok(err)
	return p, searches
}

func (d desk) searchOf(raw, id string, now time.Time) market.Search {
	d.t.Helper()
	_, all := d.managed(raw, now)
	for _, s := range all {
		if s.ID == id {
			return s
		}
	}
	d.t.Fatalf("no search %s", id)
	return market.Search{}
}

func testSubscribe(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	d.visit("site", noon, market.Outcome{}, offer("site", "1"))
	s := market.Search{Query: "q=seo&level=entry", Freq: market.Weekly, Lang: "en", Hour: 17, Zone: "Europe/Rome"}
	l, filed := d.subscribe("Some.One+jobs@Mail.Example", s, noon)
	d.same("filed", filed, true)
	want := s
	want.ID, want.Subscriber, want.State, want.Created, want.ChangedAt = l.about.ID, l.to.ID, market.SearchPending, noon, noon
	d.same("what the letter is about", l.about, want)
	d.same("whom it is to", l.to, market.Subscriber{
		ID: l.to.ID, Email: "Some.One+jobs@mail.example", Lang: "en", Hour: 17, Zone: "Europe/Rome", Created: noon,
	})

	to, pending, used, err := d.Pending(d.ctx, l.confirm, noon)
	d.ok(err)
	d.same("used", used, false)
	d.same("pending", pending, want)
	d.same("its owner", to, l.to)
	_, err = d.Due(d.ctx, noon.Add(30*day), time.Minute, 10)
	d.fails(err, market.ErrNone)

	// Asking changes nothing: mail scanners open links.
	_, all := d.managed(l.manage, noon)
	d.same("searches", all, []market.Search{want})

	head, err := d.Head(d.ctx)
	d.ok(err)
	later := noon.Add(time.Hour)
	on, used, err := d.Confirm(d.ctx, l.confirm, later, daily)
	d.ok(err)
	d.same("used", used, false)
	want.State, want.Confirmed, want.AliveAt, want.ChangedAt, want.Cursor = market.SearchOn, later, later, later, head
	want.DueAt = daily(l.to, want, later)
	d.same("confirmed", on, want)
	d.same("cursor", head > 0, true)

	// What the owner does meanwhile stands, however often the link is used.
	d.ok(d.ChangeSearch(d.ctx, l.manage, on.ID, later, daily, func(s *market.Search) error { s.State = market.SearchPaused; return nil }))
	paused := d.searchOf(l.manage, on.ID, later)
	for range 3 {
		again, used, err := d.Confirm(d.ctx, l.confirm, later.Add(time.Hour), daily)
		d.ok(err)
		d.same("used", used, true)
		d.same("replayed", again, paused)
	}
	_, _, used, err = d.Pending(d.ctx, l.confirm, later)
	d.ok(err)
	d.same("used", used, true)
	d.same("stored", d.searchOf(l.manage, on.ID, later), paused)

	// An address is one in capitals and small letters; what was chosen becomes
	// the owner's when it is confirmed, not before.
	second := wish("q=data", market.Daily)
	l2, filed := d.subscribe("some.one+JOBS@mail.example", second, later)
	d.same("filed", filed, true)
	p, all := d.managed(l2.manage, later)
	d.same("one person", []any{p.ID, p.Hour, len(all)}, []any{l.to.ID, 17, 2})
	_, _, err = d.Confirm(d.ctx, l2.confirm, later, daily)
	d.ok(err)
	p, _ = d.managed(l.manage, later)
	d.same("taken over", p, market.Subscriber{ID: l.to.ID, Email: l.to.Email, Lang: "bn", Hour: 8, Zone: "Asia/Dhaka", Created: noon})

	for _, bad := range []string{"", "nobody", "a@b", "Name <a@mail.example>", "a@mail.example\r\nBcc: b@mail.example", strings.Repeat("a", 250) + "@mail.example"} {
		_, err := d.Subscribe(d.ctx, bad, s, noon, l.write(market.LetterConfirm, noon))
		d.fails(err, market.ErrInvalid)
		if bad != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("an error holds the address: %v", err)
		}
	}
	bad := wish("q=x", "hourly")
	_, err = d.Subscribe(d.ctx, "a@mail.example", bad, noon, l.write(market.LetterConfirm, noon))
	d.fails(err, market.ErrInvalid)
	broken := errors.New("no ink")
	_, err = d.Subscribe(d.ctx, "new@mail.example", s, noon, func(market.Subscriber, market.Search) (market.Letter, []market.Token, error) {
		return market.Letter{}, nil, broken
	})
	d.fails(err, broken)
	_, err = d.Trail(d.ctx, "new@mail.example")
	d.fails(err, market.ErrNotFound)
}

// What is refused leaves nothing behind, and costs what is filed costs.
func testSubscribeLimits(t *testing.T, dsn string) {
	d := open(t, dsn)
	d.same("filed: first", must(d.subscribe("busy@mail.example", wish("q=a", market.Daily), noon)), true)
	d.same("filed: second", must(d.subscribe("busy@mail.example", wish("q=b", market.Daily), noon.Add(time.Hour))), true)
	d.same("filed: third", must(d.subscribe("BUSY@mail.example", wish("q=c", market.Daily), noon.Add(2*time.Hour))), true)
	refused := func(what string, email string, s market.Search, now time.Time) {
		t.Helper()
		before := rows(t, dsn)
		l, filed := d.subscribe(email, s, now)
		d.same(what+": filed", filed, false)
		d.same(what+": rows", rows(t, dsn), before)
		_, _, _, err := d.Pending(d.ctx, l.confirm, now)
		d.fails(err, market.ErrNotFound)
		_, _, err = d.Confirm(d.ctx, l.confirm, now, daily)
		d.fails(err, market.ErrNotFound)
	}
	refused("fourth in a day", "busy@mail.example", wish("q=d", market.Daily), noon.Add(23*time.Hour))
	refused("fourth in a day, replacing", "busy@mail.example", wish("q=a", market.Daily), noon.Add(23*time.Hour))
	d.same("another address", must(d.subscribe("calm@mail.example", wish("q=d", market.Daily), noon.Add(23*time.Hour))), true)
	d.same("a day after the first", must(d.subscribe("busy@mail.example", wish("q=d", market.Daily), noon.Add(day))), true)
	refused("and no more", "busy@mail.example", wish("q=e", market.Daily), noon.Add(day))

	var last *links
	for i := range market.MaxSearches {
		last, _ = d.subscribed("many@mail.example", wish(fmt.Sprint("q=w", i), market.Daily), noon.Add(time.Duration(i)*day))
	}
	long := noon.Add(100 * day)
	refused("the 21st search", "many@mail.example", wish("q=more", market.Daily), long)
	refused("one that they have", "many@mail.example", wish("q=w1", market.Daily), long)
	d.ok(d.DeleteSearch(d.ctx, last.manage, last.about.ID, long))
	d.same("in the place of another", must(d.subscribe("many@mail.example", wish("q=more", market.Daily), long)), true)
	d.same("replacing a pending one", must(d.subscribe("many@mail.example", wish("q=more", market.Weekly), long)), true)

	d.ok(d.Suppress(d.ctx, "gone@mail.example", market.SuppressBounce, noon))
	refused("suppressed", "Gone@mail.example", wish("q=a", market.Daily), long)

	ask := func(email string, now time.Time) bool {
		t.Helper()
		before := rows(t, dsn)
		l := &links{}
		filed, err := d.SendManage(d.ctx, email, now, l.write(market.LetterManage, now))
		d.ok(err)
		d.same("letters written, whoever it is for", l.written, 1)
		if _, _, err := d.Manage(d.ctx, l.manage, now); (err == nil) != filed {
			t.Fatalf("filed %v, and its link gives %v", filed, err)
		}
		if filed {
			before["letter"]++
			before["token"]++
		}
		d.same("rows", rows(t, dsn), before)
		return filed
	}
	for i := range market.MaxConfirm {
		d.same("manage", ask("many@mail.example", long.Add(time.Duration(i)*time.Minute)), true)
	}
	d.same("manage: too often", ask("MANY@mail.example", long.Add(time.Hour)), false)
	d.same("manage: a day later", ask("many@mail.example", long.Add(day)), true)
	d.same("manage: unknown", ask("nobody@mail.example", long), false)
	d.same("manage: suppressed", ask("gone@mail.example", long), false)

	// Two letters of one key are one.
	same := func(to market.Subscriber, s market.Search) (market.Letter, []market.Token, error) {
		l, tokens, _ := compose(to, market.LetterManage, long.Add(3*day))
		l.Key = "thesame"
		return l, tokens, nil
	}
	for _, want := range []bool{true, false} {
		filed, err := d.SendManage(d.ctx, "many@mail.example", long.Add(3*day), same)
		d.ok(err)
		d.same("of one key", filed, want)
	}
	stranger := func(to market.Subscriber, s market.Search) (market.Letter, []market.Token, error) {
		l, tokens, _ := compose(to, market.LetterManage, long.Add(4*day))
		l.To = "other@mail.example"
		return l, tokens, nil
	}
	_, err := d.SendManage(d.ctx, "many@mail.example", long.Add(4*day), stranger)
	d.fails(err, market.ErrInvalid)
}

func must(_ *links, filed bool) bool { return filed }

func testPendingReplaced(t *testing.T, dsn string) {
	d := open(t, dsn)
	first, _ := d.subscribe("a@mail.example", wish("q=seo", market.Daily), noon)
	other, _ := d.subscribe("a@mail.example", wish("q=data", market.Daily), noon)
	second, _ := d.subscribe("a@mail.example", wish("q=seo", market.Weekly), noon.Add(time.Hour))
	stranger, _ := d.subscribe("b@mail.example", wish("q=seo", market.Daily), noon)
	_, all := d.managed(first.manage, noon)
	d.same("pending", searchIDs(all), []string{other.about.ID, second.about.ID})
	for _, l := range []*links{first, second} {
		_, s, _, err := d.Pending(d.ctx, l.confirm, noon)
		d.ok(err)
		d.same("what both links would start", []any{s.ID, s.Freq}, []any{second.about.ID, market.Weekly})
	}
	_, s, _, err := d.Pending(d.ctx, stranger.confirm, noon)
	d.ok(err)
	d.same("another person's", s.ID, stranger.about.ID)
	for _, l := range []*links{first, second} {
		s, used, err := d.Confirm(d.ctx, l.confirm, noon.Add(2*time.Hour), daily)
		d.ok(err)
		d.same("started", []any{s.ID, s.State, used, s.Confirmed}, []any{second.about.ID, market.SearchOn, false, noon.Add(2 * time.Hour)})
	}

	// An old link that was not used yet starts nothing after all was stopped.
	unused, _ := d.subscribe("a@mail.example", wish("q=data", market.Daily), noon.Add(day))
	_, _, err = d.Confirm(d.ctx, unused.confirm, noon.Add(day), daily)
	d.ok(err)
	d.ok(d.Stop(d.ctx, first.manage, noon.Add(day)))
	_, _, err = d.Confirm(d.ctx, other.confirm, noon.Add(day), daily)
	d.fails(err, market.ErrNotFound)
	_, used, err := d.Confirm(d.ctx, unused.confirm, noon.Add(day), daily)
	d.ok(err)
	d.same("the used one", used, true)
	d.same("stays stopped", d.searchOf(first.manage, unused.about.ID, noon).State, market.SearchStopped)
}

func searchIDs(all []market.Search) []string {
	out := []string{}
	for _, s := range all {
		out = append(out, s.ID)
	}
	return out
}

// A search that its owner has already takes the new one's frequency.
func testConfirmMerges(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	l, on := d.subscribed("a@mail.example", wish("q=seo", market.Daily), noon)
	d.subscribed("b@mail.example", wish("q=seo", market.Daily), noon)
	d.visit("site", noon, market.Outcome{}, offer("site", "1"))
	again := wish("q=seo", market.Weekly)
	again.Hour = 6
	l2, got := d.subscribed("a@mail.example", again, noon.Add(time.Hour))
	want := on
	want.Freq, want.Hour, want.AliveAt, want.DueAt = market.Weekly, 6, noon.Add(time.Hour), noon.Add(7*day-6*time.Hour)
	d.same("the one that they had, with its cursor", got, want)
	_, all := d.managed(l.manage, noon)
	d.same("no other", all, []market.Search{want})
	_, s, used, err := d.Pending(d.ctx, l2.confirm, noon)
	d.ok(err)
	d.same("its link", []any{s.ID, used}, []any{on.ID, true})

	// One that was stopped begins anew.
	d.ok(d.Stop(d.ctx, l.manage, noon.Add(2*time.Hour)))
	_, got = d.subscribed("a@mail.example", wish("q=seo", market.Daily), noon.Add(3*time.Hour))
	head, err := d.Head(d.ctx)
	d.ok(err)
	d.same("begun anew", []any{got.ID, got.State, got.Cursor > on.Cursor, got.Cursor, got.ChangedAt}, []any{on.ID, market.SearchOn, true, head, noon.Add(3 * time.Hour)})
}

// calls are all methods that take a token, with the scope that they ask for.
func (d desk) calls(search string) map[string]struct {
	scope market.TokenScope
	call  func(raw string, now time.Time) error
} {
	manage := func(call func(raw string, now time.Time) error) struct {
		scope market.TokenScope
		call  func(raw string, now time.Time) error
	} {
		return struct {
			scope market.TokenScope
			call  func(raw string, now time.Time) error
		}{market.TokenManage, call}
	}
	confirm := func(call func(raw string, now time.Time) error) struct {
		scope market.TokenScope
		call  func(raw string, now time.Time) error
	} {
		m := manage(call)
		m.scope = market.TokenConfirm
		return m
	}
	return map[string]struct {
		scope market.TokenScope
		call  func(raw string, now time.Time) error
	}{
		"Pending": confirm(func(raw string, now time.Time) error { _, _, _, err := d.Pending(d.ctx, raw, now); return err }),
		"Confirm": confirm(func(raw string, now time.Time) error { _, _, err := d.Confirm(d.ctx, raw, now, daily); return err }),
		"Manage":  manage(func(raw string, now time.Time) error { _, _, err := d.Manage(d.ctx, raw, now); return err }),
		"ChangeSearch": manage(func(raw string, now time.Time) error {
			return d.ChangeSearch(d.ctx, raw, search, now, daily, func(*market.Search) error { return nil })
		}),
		"ChangeSubscriber": manage(func(raw string, now time.Time) error {
			return d.ChangeSubscriber(d.ctx, raw, now, daily, func(*market.Subscriber) error { return nil })
		}),
		"Alive":        manage(func(raw string, now time.Time) error { return d.Alive(d.ctx, raw, now, daily) }),
		"Dossier":      manage(func(raw string, now time.Time) error { _, err := d.Dossier(d.ctx, raw, now); return err }),
		"DeleteSearch": manage(func(raw string, now time.Time) error { return d.DeleteSearch(d.ctx, raw, search, now) }),
		"Stop":         manage(func(raw string, now time.Time) error { return d.Stop(d.ctx, raw, now) }),
		"Revoke":       manage(func(raw string, now time.Time) error { return d.Revoke(d.ctx, raw, now) }),
		"ForgetPerson": manage(func(raw string, now time.Time) error { return d.ForgetPerson(d.ctx, raw, now) }),
	}
}

// Links that are forged, of another scope, late or another person's do nothing.
func testTokens(t *testing.T, dsn string) {
	d := open(t, dsn)
	l, on := d.subscribed("a@mail.example", wish("q=seo", market.Daily), noon)
	fresh, _ := d.subscribe("a@mail.example", wish("q=data", market.Daily), noon)
	other, theirs := d.subscribed("b@mail.example", wish("q=seo", market.Daily), noon)
	state := func() any {
		t.Helper()
		a, err := d.Trail(d.ctx, "a@mail.example")
		d.ok(err)
		b, err := d.Trail(d.ctx, "b@mail.example")
		d.ok(err)
		return []market.Dossier{a, b}
	}
	before := state()
	refused := func(what, name string, call func(string, time.Time) error, raw string, now time.Time) {
		t.Helper()
		err := call(raw, now)
		if !errors.Is(err, market.ErrNotFound) {
			t.Fatalf("%s with a token that is %s: %v", name, what, err)
		}
		if len(raw) > 8 && strings.Contains(err.Error(), raw[:8]) {
			t.Fatalf("%s: the error tells of the token: %v", name, err)
		}
	}
	flip := func(raw string, i int) string {
		c := byte('a')
		if raw[i] == c {
			c = 'b'
		}
		return raw[:i] + string(c) + raw[i+1:]
	}
	for name, c := range d.calls(on.ID) {
		good, wrong := l.manage, fresh.confirm
		lasts := market.ManageTokenFor
		if c.scope == market.TokenConfirm {
			good, wrong, lasts = fresh.confirm, l.manage, market.ConfirmTokenFor
		}
		for i := range good {
			refused("forged", name, c.call, flip(good, i), noon)
		}
		refused("another's secret", name, c.call, good[:16]+other.manage[16:], noon)
		for _, bad := range []string{"", "x", good[:47], good + "a", strings.ToUpper(good), good[:16], "' OR 1=1 --", strings.Repeat("a", 48), strings.Repeat("\x00", 48)} {
			refused("none", name, c.call, bad, noon)
		}
		refused("of another scope", name, c.call, wrong, noon)
		refused("late", name, c.call, good, noon.Add(lasts))
	}
	// Another person's search is none of theirs.
	for _, name := range []string{"ChangeSearch", "DeleteSearch"} {
		refused("another's search", name, d.calls(theirs.ID)[name].call, l.manage, noon)
		refused("of no search", name, d.calls("")[name].call, l.manage, noon)
	}
	d.same("nothing changed", state(), before)

	// All of them work with the right one; those that end it come last.
	calls := d.calls(on.ID)
	for _, name := range []string{"Pending", "Confirm", "Manage", "ChangeSearch", "ChangeSubscriber", "Alive", "Dossier", "DeleteSearch", "Stop", "Revoke"} {
		raw := l.manage
		if calls[name].scope == market.TokenConfirm {
			raw = fresh.confirm
		}
		if err := calls[name].call(raw, noon.Add(market.ConfirmTokenFor-time.Second)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, c := range calls { // revoked
		for _, raw := range []string{l.manage, l.confirm, fresh.manage, fresh.confirm} {
			refused("revoked", name, c.call, raw, noon)
		}
	}
	d.same("the other person's link", d.searchOf(other.manage, theirs.ID, noon).State, market.SearchOn)

	// Secrets are nowhere in the database but in letters that wait.
	d.same("tables with a selector and its secret", tablesWith(t, dsn, other.manage, other.confirm), []string{"letter"})
	d.same("tables with a secret", tablesWith(t, dsn, other.manage[16:], other.confirm[16:]), []string{"letter"})
}

func testChangeSearch(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	l, on := d.subscribed("a@mail.example", wish("q=seo", market.Daily), noon)
	l2, two := d.subscribed("a@mail.example", wish("q=data", market.Daily), noon.Add(time.Second))
	pending, _ := d.subscribe("a@mail.example", wish("q=later", market.Daily), noon.Add(2*time.Second))
	_, all := d.managed(l2.manage, noon)
	d.same("oldest first", searchIDs(all), []string{on.ID, two.ID, pending.about.ID})
	d.visit("site", noon, market.Outcome{}, offer("site", "1"))
	head, err := d.Head(d.ctx)
	d.ok(err)
	if on.Cursor >= head {
		t.Fatalf("cursor %d, head %d: this proves nothing", on.Cursor, head)
	}
	change := func(id string, now time.Time, fn func(*market.Search)) market.Search {
		t.Helper()
		d.ok(d.ChangeSearch(d.ctx, l.manage, id, now, daily, func(s *market.Search) error { fn(s); return nil }))
		return d.searchOf(l.manage, id, now)
	}

	// Its frequency: it goes on from where it was.
	now := noon.Add(time.Hour)
	want := on
	want.Freq, want.AliveAt, want.DueAt = market.Weekly, now, noon.Add(7*day-4*time.Hour)
	d.same("weekly", change(on.ID, now, func(s *market.Search) { s.Freq = market.Weekly }), want)
	// Its query: it begins anew.
	now = now.Add(time.Hour)
	want.Query, want.Cursor, want.AliveAt = "q=seo+writer", head, now
	d.same("edited", change(on.ID, now, func(s *market.Search) { s.Query = "q=seo+writer" }), want)
	// What is not its owner's to change is not taken.
	d.same("more than may be", change(on.ID, now, func(s *market.Search) {
		s.ID, s.Subscriber, s.Cursor, s.DueAt, s.Told, s.Lang, s.Hour, s.Created = "x", "y", 99, noon, 7, "en", 1, noon.Add(day)
	}), want)
	// Paused, and going on: what was meanwhile is not told.
	now = now.Add(time.Hour)
	want.State, want.AliveAt, want.ChangedAt = market.SearchPaused, now, now
	d.same("paused", change(on.ID, now, func(s *market.Search) { s.State = market.SearchPaused }), want)
	_, err = d.Due(d.ctx, noon.Add(365*day), time.Minute, 1)
	d.ok(err) // the other one
	d.visit("site", noon.Add(time.Hour), market.Outcome{}, offer("site", "2"))
	head, err = d.Head(d.ctx)
	d.ok(err)
	now = noon.Add(30 * day)
	want.State, want.AliveAt, want.ChangedAt, want.Cursor, want.DueAt = market.SearchOn, now, now, head, noon.Add(34*day+20*time.Hour)
	if want.DueAt.Weekday() != time.Sunday {
		want.DueAt = daily(market.Subscriber{Hour: 8}, want, now)
	}
	d.same("resumed", change(on.ID, now, func(s *market.Search) { s.State = market.SearchOn }), want)
	// What is due already stays due.
	due := want.DueAt
	d.same("overdue", change(on.ID, due.Add(time.Minute), func(s *market.Search) { s.Freq = market.Daily }).DueAt, due)

	no := errors.New("no")
	for name, c := range map[string]struct {
		id   string
		fn   func(*market.Search) error
		want error
	}{
		"change's own":     {on.ID, func(s *market.Search) error { s.Query = "q=z"; return no }, no},
		"a pending one":    {pending.about.ID, func(s *market.Search) error { s.State = market.SearchOn; return nil }, market.ErrInvalid},
		"to pending":       {on.ID, func(s *market.Search) error { s.State = market.SearchPending; return nil }, market.ErrInvalid},
		"to no state":      {on.ID, func(s *market.Search) error { s.State = ""; return nil }, market.ErrInvalid},
		"to no frequency":  {on.ID, func(s *market.Search) error { s.Freq = "hourly"; return nil }, market.ErrInvalid},
		"one that is none": {"none", func(s *market.Search) error { return nil }, market.ErrNotFound},
	} {
		_, before := d.managed(l.manage, now)
		if err := d.ChangeSearch(d.ctx, l.manage, c.id, now, daily, c.fn); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		_, after := d.managed(l.manage, now)
		d.same(name, after, before)
	}

	// There are not two of one query.
	change(on.ID, now, func(s *market.Search) { s.Query = "q=data" })
	_, all = d.managed(l.manage, now)
	d.same("the other one went", searchIDs(all), []string{on.ID, pending.about.ID})

	d.ok(d.DeleteSearch(d.ctx, l.manage, pending.about.ID, now))
	_, _, _, err = d.Pending(d.ctx, pending.confirm, noon)
	d.fails(err, market.ErrNotFound)
	d.fails(d.DeleteSearch(d.ctx, l.manage, pending.about.ID, now), market.ErrNotFound)
	d.ok(d.DeleteSearch(d.ctx, l.manage, on.ID, now))
	p, all := d.managed(l.manage, now)
	d.same("none left", []any{p.ID, len(all)}, []any{on.Subscriber, 0})
	_, err = d.Due(d.ctx, noon.Add(365*day), time.Minute, 10)
	d.fails(err, market.ErrNone)
}

func testChangeSubscriber(t *testing.T, dsn string) {
	d := open(t, dsn)
	l, on := d.subscribed("a@mail.example", wish("q=seo", market.Daily), noon)
	_, weekly := d.subscribed("a@mail.example", wish("q=data", market.Weekly), noon)
	now := noon.Add(time.Hour)
	d.ok(d.ChangeSubscriber(d.ctx, l.manage, now, daily, func(p *market.Subscriber) error {
		p.Lang, p.Hour, p.Zone = "en", 15, "Europe/Berlin"
		p.Email, p.ID = "evil@mail.example", "x"
		return nil
	}))
	p, all := d.managed(l.manage, now)
	d.same("changed", p, market.Subscriber{ID: l.to.ID, Email: "a@mail.example", Lang: "en", Hour: 15, Zone: "Europe/Berlin", Created: noon})
	on.DueAt, weekly.DueAt = noon.Add(3*time.Hour), noon.Add(3*time.Hour) // noon is a Sunday's
	byID := cmpopts.SortSlices(func(a, b market.Search) bool { return a.ID < b.ID })
	d.sameBut("due by it", all, []market.Search{on, weekly}, byID)
	// The claim goes by it, too; what is due stays due.
	_, err := d.Due(d.ctx, on.DueAt.Add(-time.Second), time.Minute, 1)
	d.fails(err, market.ErrNone)
	d.ok(d.ChangeSubscriber(d.ctx, l.manage, on.DueAt.Add(time.Second), daily, func(p *market.Subscriber) error { p.Hour = 20; return nil }))
	due, err := d.Due(d.ctx, on.DueAt.Add(time.Second), time.Minute, 1)
	d.ok(err)
	got := searchIDs(due[0].Searches)
	slices.Sort(got)
	want := []string{on.ID, weekly.ID}
	slices.Sort(want)
	d.same("due", got, want)
	no := errors.New("no")
	d.fails(d.ChangeSubscriber(d.ctx, l.manage, now, daily, func(*market.Subscriber) error { return no }), no)
}

func testStop(t *testing.T, dsn string) {
	d := open(t, dsn)
	l, on := d.subscribed("a@mail.example", wish("q=seo", market.Daily), noon)
	_, paused := d.subscribed("a@mail.example", wish("q=data", market.Daily), noon)
	d.ok(d.ChangeSearch(d.ctx, l.manage, paused.ID, noon, daily, func(s *market.Search) error { s.State = market.SearchPaused; return nil }))
	pending, _ := d.subscribe("a@mail.example", wish("q=later", market.Daily), noon)
	other, theirs := d.subscribed("b@mail.example", wish("q=seo", market.Daily), noon)
	operator := market.Letter{Key: "broken1", Kind: market.LetterOperator, To: "a@mail.example", Created: noon, Text: "a source broke"}
	_, err := d.FileLetter(d.ctx, operator)
	d.ok(err)
	for range 2 { // again: it stays so
		d.ok(d.Stop(d.ctx, l.manage, noon.Add(time.Hour)))
		_, all := d.managed(l.manage, noon)
		got := map[string]market.SearchState{}
		for _, s := range all {
			got[s.ID] = s.State
			d.same("stopped at", s.ChangedAt, noon.Add(time.Hour))
		}
		d.same("searches", got, map[string]market.SearchState{on.ID: market.SearchStopped, paused.ID: market.SearchStopped})
	}
	_, _, err = d.Confirm(d.ctx, pending.confirm, noon, daily)
	d.fails(err, market.ErrNotFound)
	d.same("the other person's", d.searchOf(other.manage, theirs.ID, noon).State, market.SearchOn)
	due, err := d.Due(d.ctx, noon.Add(day), time.Minute, 10)
	d.ok(err)
	d.same("due", []any{len(due), due[0].Subscriber.ID}, []any{1, theirs.Subscriber})
	trail, err := d.Trail(d.ctx, "a@mail.example")
	d.ok(err)
	states := map[market.LetterState]int{}
	for _, letter := range trail.Letters {
		states[letter.State]++
		if letter.State == market.LetterQueued && letter.Key != operator.Key {
			t.Errorf("a %s letter still waits", letter.Kind)
		}
	}
	d.same("letters", states, map[market.LetterState]int{market.LetterBuried: 3, market.LetterQueued: 1})
	// It can be started again.
	d.ok(d.ChangeSearch(d.ctx, l.manage, on.ID, noon.Add(2*time.Hour), daily, func(s *market.Search) error { s.State = market.SearchOn; return nil }))
	d.same("started again", d.searchOf(l.manage, on.ID, noon).State, market.SearchOn)
}

// Forgetting leaves no row with the address or its hash, but the hash of one
// that takes no mail.
func testForgetPerson(t *testing.T, dsn string) {
	d := open(t, dsn)
	const email = "Forget.Me@mail.example"
	l, _ := d.subscribed(email, wish("q=seo", market.Daily), noon)
	sent, err := d.Next(d.ctx, noon, time.Minute, nil)
	d.ok(err)
	d.ok(d.Sent(d.ctx, sent.Key, sent.Lease, noon))
	d.subscribe(email, wish("q=data", market.Daily), noon)
	other, theirs := d.subscribed("stays@mail.example", wish("q=seo", market.Daily), noon)
	gone := []string{email, market.HashEmail(email), l.to.ID, "forget"}
	d.same("before", tablesWith(t, dsn, gone...), []string{"letter", "search", "subscriber", "token"})
	d.ok(d.ForgetPerson(d.ctx, l.manage, noon))
	d.same("after", tablesWith(t, dsn, gone...), []string{})
	_, err = d.Trail(d.ctx, email)
	d.fails(err, market.ErrNotFound)
	d.same("the other person's", d.searchOf(other.manage, theirs.ID, noon).State, market.SearchOn)
	d.fails(d.Bounced(d.ctx, sent.Key, market.SuppressBounce, noon), market.ErrNotFound)
	d.same("a new beginning", must(d.subscribe(email, wish("q=seo", market.Daily), noon)), true)

	l, _ = d.subscribed("f@mail.example", wish("q=seo", market.Daily), noon)
	d.ok(d.Suppress(d.ctx, "f@mail.example", market.SuppressComplaint, noon))
	d.ok(d.ForgetPerson(d.ctx, l.manage, noon))
	d.same("suppressed", tablesWith(t, dsn, "f@mail.example", "f•••@", l.to.ID), []string{})
	d.same("its hash", tablesWith(t, dsn, market.HashEmail("f@mail.example")), []string{"suppressed"})
	d.same("and still no mail", must(d.subscribe("F@mail.example", wish("q=seo", market.Daily), noon)), false)
}

func testDossier(t *testing.T, dsn string) {
	d := open(t, dsn)
	l, on := d.subscribed("a@mail.example", wish("q=seo", market.Daily), noon)
	d.subscribed("b@mail.example", wish("q=other", market.Daily), noon)
	sent, err := d.Next(d.ctx, noon, time.Minute, nil)
	d.ok(err)
	for sent.Key != l.key {
		sent, err = d.Next(d.ctx, noon, time.Minute, nil)
		d.ok(err)
	}
	d.ok(d.Sent(d.ctx, sent.Key, sent.Lease, noon.Add(time.Minute)))
	l2, _ := d.subscribe("A@mail.example", wish("q=data", market.Daily), noon.Add(time.Hour))
	got, err := d.Dossier(d.ctx, l.manage, noon)
	d.ok(err)
	p, all := d.managed(l.manage, noon)
	d.same("person", got.Subscriber, p)
	d.same("searches", got.Searches, all)
	d.same("their state", all[0], on)
	d.same("letters", len(got.Letters), 2)
	d.same("sent", got.Letters[0], market.Letter{
		Key: l.key, Kind: market.LetterConfirm, Subscriber: p.ID, Lang: "bn", Subject: "কাজ confirm", Created: noon,
		State: market.LetterSent, Attempts: 1, NextAt: noon, SentAt: noon.Add(time.Minute),
	})
	waits := got.Letters[1]
	d.same("waiting", []any{waits.Key, waits.State, strings.Contains(waits.Text, l2.confirm)}, []any{l2.key, market.LetterQueued, true})
	d.same("tokens", len(got.Tokens), 4)
	for _, token := range got.Tokens {
		if token.Hash != "" || token.Selector == "" || token.Subscriber != p.ID || token.Expires.IsZero() {
			t.Errorf("token %+v", token)
		}
	}
	if got.Suppressed != nil {
		t.Error("suppressed")
	}
	d.ok(d.Suppress(d.ctx, "a@mail.example", market.SuppressOperator, noon))
	trail, err := d.Trail(d.ctx, "A@mail.EXAMPLE")
	d.ok(err)
	d.same("why", trail.Suppressed, &market.Suppressed{Hash: market.HashEmail("a@mail.example"), Masked: "a•••@mail.example", Reason: market.SuppressOperator, At: noon})
	d.same("of the same person", trail.Subscriber, p)
	d.subscribe("b@mail.example", wish("q=data", market.Daily), noon)
	trail, err = d.Trail(d.ctx, "b@mail.example")
	d.ok(err)
	for _, letter := range trail.Letters {
		if letter.Text+letter.HTML+letter.Stop+letter.Manage != "" {
			t.Errorf("an operator can read %+v", letter)
		}
	}
	d.same("letters", len(trail.Letters), 2)
	_, err = d.Trail(d.ctx, "nobody@mail.example")
	d.fails(err, market.ErrNotFound)
	if strings.Contains(err.Error(), "nobody") {
		t.Errorf("an error holds the address: %v", err)
	}
}

func testSuppress(t *testing.T, dsn string) {
	d := open(t, dsn)
	l, on := d.subscribed("a@mail.example", wish("q=seo", market.Daily), noon)
	l2, _ := d.subscribe("a@mail.example", wish("q=data", market.Daily), noon)
	other, theirs := d.subscribed("b@mail.example", wish("q=seo", market.Daily), noon)
	d.ok(d.Suppress(d.ctx, "A@mail.example", market.SuppressComplaint, noon.Add(time.Hour)))
	d.ok(d.Suppress(d.ctx, "a@mail.example", market.SuppressBounce, noon.Add(2*time.Hour)))
	all, err := d.Suppressed(d.ctx)
	d.ok(err)
	d.same("the first reason stands", all, []market.Suppressed{
		{Hash: market.HashEmail("a@mail.example"), Masked: "a•••@mail.example", Reason: market.SuppressComplaint, At: noon.Add(time.Hour)},
	})
	_, searches := d.managed(l.manage, noon)
	d.same("stopped", []any{len(searches), searches[0].ID, searches[0].State}, []any{1, on.ID, market.SearchStopped})
	_, _, err = d.Confirm(d.ctx, l2.confirm, noon, daily)
	d.fails(err, market.ErrNotFound)
	letter, err := d.Next(d.ctx, noon.Add(time.Hour), time.Minute, nil)
	d.ok(err)
	d.same("the letter that still waits", letter.To, "b@mail.example")
	_, err = d.Next(d.ctx, noon.Add(time.Hour), time.Minute, nil)
	d.fails(err, market.ErrNone)

	// Its owner cannot have it go on; when it is lifted, they can.
	resume := func() error {
		return d.ChangeSearch(d.ctx, l.manage, on.ID, noon.Add(3*time.Hour), daily, func(s *market.Search) error { s.State = market.SearchOn; return nil })
	}
	d.fails(resume(), market.ErrInvalid)
	d.ok(d.Alive(d.ctx, l.manage, noon.Add(3*time.Hour), daily))
	d.same("stopped", d.searchOf(l.manage, on.ID, noon).State, market.SearchStopped)
	d.ok(d.Unsuppress(d.ctx, "A@MAIL.example"))
	d.fails(d.Unsuppress(d.ctx, "a@mail.example"), market.ErrNotFound)
	d.same("not by itself", d.searchOf(l.manage, on.ID, noon).State, market.SearchStopped)
	d.ok(resume())
	d.same("resumed", d.searchOf(l.manage, on.ID, noon).State, market.SearchOn)

	// A letter that came back, when its address is known by its hash only.
	d.ok(d.Sent(d.ctx, letter.Key, letter.Lease, noon))
	d.ok(d.Bounced(d.ctx, letter.Key, market.SuppressBounce, noon.Add(4*time.Hour)))
	d.ok(d.Bounced(d.ctx, letter.Key, market.SuppressBounce, noon.Add(5*time.Hour)))
	d.fails(d.Bounced(d.ctx, "nothing", market.SuppressBounce, noon), market.ErrNotFound)
	d.same("stopped", d.searchOf(other.manage, theirs.ID, noon).State, market.SearchStopped)
	_, err = d.FileLetter(d.ctx, market.Letter{Key: "op1", Kind: market.LetterOperator, To: "ops@mail.example", Created: noon})
	d.ok(err)
	op, err := d.Next(d.ctx, noon, time.Minute, nil)
	d.ok(err)
	d.ok(d.Sent(d.ctx, op.Key, op.Lease, noon))
	d.ok(d.Bounced(d.ctx, "op1", market.SuppressBounce, noon.Add(6*time.Hour)))
	all, err = d.Suppressed(d.ctx)
	d.ok(err)
	d.same("newest first", all, []market.Suppressed{
		{Hash: market.HashEmail("ops@mail.example"), Masked: "•••@mail.example", Reason: market.SuppressBounce, At: noon.Add(6 * time.Hour)},
		{Hash: market.HashEmail("b@mail.example"), Masked: "b•••@mail.example", Reason: market.SuppressBounce, At: noon.Add(4 * time.Hour)},
	})
	_, err = d.FileLetter(d.ctx, market.Letter{Key: "op2", Kind: market.LetterOperator, To: "ops@mail.example", Created: noon})
	d.fails(err, market.ErrInvalid)
	// One who was never here can be suppressed too.
	d.ok(d.Suppress(d.ctx, "stranger@mail.example", market.SuppressOperator, noon))
	trail, err := d.Trail(d.ctx, "stranger@mail.example")
	d.ok(err)
	d.same("stranger", trail, market.Dossier{Suppressed: &market.Suppressed{
		Hash: market.HashEmail("stranger@mail.example"), Masked: "s•••@mail.example", Reason: market.SuppressOperator, At: noon,
	}})
}

// Of many who use a link at once, one starts the search; of many who save one
// search at once, as many get a letter as may.
func testTogether(t *testing.T, dsn string) {
	stores := []desk{open(t, dsn), open(t, dsn)}
	d := stores[0]
	l, filed := d.subscribe("a@mail.example", wish("q=seo", market.Daily), noon)
	d.same("filed", filed, true)
	var started, letters atomic.Int32
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			s := stores[i%2]
			if _, used, err := s.Confirm(s.ctx, l.confirm, noon, daily); err != nil {
				t.Error(err)
			} else if !used {
				started.Add(1)
			}
			mine := &links{}
			filed, err := s.Subscribe(s.ctx, "new@mail.example", wish(fmt.Sprint("q=", i%4), market.Daily), noon, mine.write(market.LetterConfirm, noon))
			if err != nil {
				t.Error(err)
			} else if filed {
				letters.Add(1)
			}
		})
	}
	wg.Wait()
	d.same("started", started.Load(), int32(1))
	d.same("letters", letters.Load(), int32(market.MaxConfirm))
	want := map[string]int{"subscriber": 2, "search": rows(t, dsn)["search"], "token": 2 + 2*market.MaxConfirm, "letter": 1 + market.MaxConfirm, "suppressed": 0}
	d.same("rows", rows(t, dsn), want)
	trail, err := d.Trail(d.ctx, "new@mail.example")
	d.ok(err)
	queries := map[string]bool{}
	for _, s := range trail.Searches {
		queries[s.Query] = true
	}
	d.same("one pending search a query", len(trail.Searches), len(queries))
}

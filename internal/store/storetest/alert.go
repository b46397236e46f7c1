package storetest

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Subscribers fills a database with people and their searches, which are on,
// due at a time and told up to a number of the change log. The first search of
// each is told at once, the others daily.
func Subscribers(t testing.TB, dsn string, people, searches int, dueAt time.Time, cursor int64) {
	t.Helper()
	tx, err := raw(t, dsn).Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	for p := range people {
		id := fmt.Sprintf("person%06d", p)
		email := id + "@mail.example"
		if _, err := tx.Exec(`INSERT INTO subscriber (id, email, email_hash, lang, hour, zone, created, seen_at, mailed_at, due_at, lease_until)
			VALUES ($1, $2, $3, 'bn', 8, 'Asia/Dhaka', $4, $4, 0, $5, 0)`,
			id, email, market.HashEmail(email), noon.UnixMilli(), dueAt.UnixMilli()); err != nil {
			t.Fatal(err)
		}
		for n := p * searches / people; n < (p+1)*searches/people; n++ {
			freq := market.Daily
			if n == p*searches/people {
				freq = market.Instant
			}
			if _, err := tx.Exec(`INSERT INTO search (id, subscriber, query, freq, state, lang, hour, zone, created, confirmed, cursor, due_at,
					told_at, told, last, alive_at, asked_at, changed_at, mails, hurry, hurry_at)
				VALUES ($1, $2, $3, $4, 'on', 'bn', 8, 'Asia/Dhaka', $5, $5, $6, $7, 0, 0, 0, $5, 0, $5, '[]', 0, 0)`,
				fmt.Sprintf("search%06d", n), id, fmt.Sprintf("q=word%d", n), freq, noon.UnixMilli(), cursor, dueAt.UnixMilli()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// Telling tells all due searches of a person of n listings each, up to a
// number; they are due again at a time.
func Telling(d market.Due, upto int64, n int, now, next time.Time) market.Telling {
	t := market.Telling{Subscriber: d.Subscriber.ID}
	for _, s := range d.Searches {
		t.Steps = append(t.Steps, market.Step{Search: s.ID, From: s.Cursor, Upto: upto, Told: n, Next: next})
	}
	if n > 0 {
		l, tokens, _ := compose(d.Subscriber, market.LetterDigest, now)
		t.Letter, t.Tokens = &l, tokens
	}
	return t
}

func (d desk) head() int64 {
	d.t.Helper()
	head, err := d.Head(d.ctx)
	d.ok(err)
	return head
}

// born are the representatives of the groups founded in a range.
func (d desk) born(after, upto int64) []string {
	d.t.Helper()
	bs, err := d.Since(d.ctx, after, upto)
	d.ok(err)
	out := []string{}
	last := after
	for _, b := range bs {
		if b.Seq < last || b.Seq <= after || b.Seq > upto {
			d.t.Fatalf("number %d after %d, from %d to %d", b.Seq, last, after, upto)
		}
		last = b.Seq
		out = append(out, b.Listing.ID)
	}
	slices.Sort(out)
	return out
}

// A group is news once, from its first member on, whatever becomes of it.
func testSince(t *testing.T, dsn string) {
	d := with(t, dsn, "a", "b", "c")
	d.same("nothing", d.born(0, 1<<40), []string{})
	one, two := posting("a", "1", "one", 0), posting("a", "2", "two", 0xffff)
	one.Description = "All of the text."
	d.visit("a", noon, market.Outcome{}, one, two)
	h1 := d.head()
	d.same("both", d.born(0, h1), ids(one, two))
	d.same("and not again", d.born(h1, h1+100), []string{})
	bs, err := d.Since(d.ctx, 0, h1)
	d.ok(err)
	for _, b := range bs {
		d.same("whole", b.Listing, d.get(b.Listing.ID))
	}
	d.same("before it", d.born(0, 0), []string{})

	// A duplicate, a change, a label, a closing, a reopening are no news.
	copied := posting("b", "1", "one", 0)
	d.visit("b", noon, market.Outcome{}, copied)
	changed := two
	changed.Title = "Another title of the same work"
	d.visit("a", noon.Add(time.Minute), market.Outcome{}, one, changed)
	gone := one
	gone.ClosedAt = noon
	d.visit("a", noon.Add(2*time.Minute), market.Outcome{}, gone, changed)
	d.same("no news", d.born(h1, d.head()), []string{})
	d.same("the copy stands for the closed one", d.born(0, h1), ids(copied, two))
	bs, err = d.Since(d.ctx, 0, d.head())
	d.ok(err)
	for _, b := range bs {
		d.same("of the first", b.Seq <= h1, true)
	}
	d.visit("a", noon.Add(3*time.Minute), market.Outcome{}, one, changed)
	d.same("reopened", d.born(h1, d.head()), []string{})
	bs, err = d.Since(d.ctx, 0, h1)
	d.ok(err)
	for _, b := range bs {
		if b.Listing.ID == one.ID {
			d.same("also on", b.Listing.AlsoOn, []market.Copy{{ID: copied.ID, Source: "b", URL: copied.URL}})
		}
	}

	// Who leaves a group, and who stays, was told with it.
	left := posting("a", "1", "one, but something else", 0xffff)
	d.visit("a", noon.Add(4*time.Minute), market.Outcome{}, left, changed)
	d.same("two groups", d.openIDs(), ids(left, copied, two))
	d.same("are no news", d.born(h1, d.head()), []string{})
	// Who joins a group that is news is told with it.
	h2 := d.head()
	fresh := posting("c", "9", "new", 0xff)
	d.visit("c", noon.Add(4*time.Minute), market.Outcome{}, fresh)
	joined := posting("a", "2", "new", 0xff)
	d.visit("a", noon.Add(5*time.Minute), market.Outcome{}, left, joined)
	d.same("the group that is news", d.born(h2, d.head()), ids(joined)) // its oldest
	d.same("and stands once", d.born(0, h2), ids(left, copied))

	// The first member's end makes the others no news.
	h3 := d.head()
	old, young := posting("a", "7", "seven", 0xff00), posting("b", "7", "seven", 0xff00)
	d.visit("a", noon.Add(6*time.Minute), market.Outcome{}, left, joined, old)
	h4 := d.head()
	d.visit("a", noon.Add(7*time.Minute), market.Outcome{Complete: true, CloseAfter: 1}, left, joined)
	d.visit("b", noon.Add(100*day), market.Outcome{}, copied, young)
	d.forget(noon.Add(100 * day))
	_, err = d.Listing(d.ctx, old.ID)
	d.fails(err, market.ErrNotFound)
	d.same("the heir", d.born(h3, h4), ids(young))
	d.same("is no news", d.born(h4, d.head()), []string{})

	// What was there before anybody was told is never told, nor its copies.
	if _, err := raw(t, dsn).Exec(`UPDATE listing SET born = 0`); err != nil {
		t.Fatal(err)
	}
	d.visit("c", noon.Add(100*day), market.Outcome{}, posting("c", "7", "seven", 0xff00))
	d.same("never", d.born(0, d.head()), []string{})
}

// Several processes save at once while another asks, time and again, for what
// is new up to the head: each group that was founded is met once.
func testSinceMeanwhile(t *testing.T, dsn string) {
	sources := []string{"a", "b", "c"}
	stores := []desk{with(t, dsn, sources...), open(t, dsn), open(t, dsn)}
	d := stores[0]
	var wg sync.WaitGroup
	done := make(chan struct{})
	for i, name := range sources {
		wg.Go(func() {
			s := stores[i%len(stores)]
			rnd := rand.New(rand.NewPCG(2, uint64(i)))
			r, err := s.ClaimNamed(s.ctx, name, noon, time.Hour)
			if err != nil {
				t.Error(err)
				return
			}
			for n := range 40 {
				var ls []market.Listing
				for k := range 1 + rnd.IntN(4) {
					ls = append(ls, offer(name, fmt.Sprint(n, "-", k)))
				}
				// Of some of these, another source has a copy.
				ls = append(ls, posting(name, fmt.Sprint("copy", n), fmt.Sprint("shared ", n), 0))
				if _, err := s.Save(s.ctx, r, ls, noon.Add(time.Duration(n)*time.Second)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	go func() { wg.Wait(); close(done) }()
	met := map[string]int{}
	var cursor int64
	look := func() {
		head, err := d.Head(d.ctx)
		if err != nil {
			t.Error(err)
			return
		}
		bs, err := d.Since(d.ctx, cursor, head)
		if err != nil {
			t.Error(err)
			return
		}
		for _, b := range bs {
			met[b.Listing.Group]++
		}
		cursor = head
	}
	for saving := true; saving && !t.Failed(); {
		select {
		case <-done:
			saving = false
		default:
			look()
		}
	}
	look()
	want := map[string]int{}
	for l, err := range d.Open(d.ctx) {
		d.ok(err)
		want[l.Group] = 1
	}
	d.same("each group is met once", met, want)
	if len(want) < 40*3 {
		t.Fatalf("only %d groups: this proves little", len(want))
	}
}

func testDue(t *testing.T, dsn string) {
	d := open(t, dsn)
	_, err := d.Due(d.ctx, noon, time.Minute, 10)
	d.fails(err, market.ErrNone)
	at := func(hour int) market.Search { s := wish("q=seo", market.Daily); s.Hour = hour; return s }
	_, late := d.subscribed("late@mail.example", at(20), noon)
	l, early := d.subscribed("early@mail.example", at(14), noon)
	_, second := d.subscribed("early@mail.example", func() market.Search { s := at(14); s.Query = "q=two"; return s }(), noon.Add(time.Second))
	_, middle := d.subscribed("middle@mail.example", at(17), noon)
	paused, off := d.subscribed("paused@mail.example", at(13), noon)
	d.ok(d.ChangeSearch(d.ctx, paused.manage, off.ID, noon, daily, func(s *market.Search) error { s.State = market.SearchPaused; return nil }))
	d.subscribe("pending@mail.example", at(13), noon)

	_, err = d.Due(d.ctx, early.DueAt.Add(-time.Millisecond), time.Minute, 10)
	d.fails(err, market.ErrNone)
	evening := noon.Add(9 * time.Hour)
	due, err := d.Due(d.ctx, evening, time.Minute, 2)
	d.ok(err)
	d.same("who has waited longest", []string{due[0].Subscriber.Email, due[1].Subscriber.Email}, []string{"early@mail.example", "middle@mail.example"})
	p, _ := d.managed(l.manage, noon)
	d.same("person", due[0].Subscriber, p)
	d.same("all their due searches, oldest first", due[0].Searches, []market.Search{early, second})
	d.same("today", due[0].Today, map[string]int{early.ID: 0, second.ID: 0})
	d.same("one", due[1].Searches, []market.Search{middle})
	due, err = d.Due(d.ctx, evening, time.Minute, 2)
	d.ok(err)
	d.same("the next", []any{len(due), due[0].Subscriber.ID}, []any{1, late.Subscriber})
	_, err = d.Due(d.ctx, evening.Add(time.Minute-time.Millisecond), time.Minute, 10)
	d.fails(err, market.ErrNone)
	due, err = d.Due(d.ctx, evening.Add(time.Minute), time.Minute, 10)
	d.ok(err)
	d.same("claims that ended are free", len(due), 3)
}

// Of many claimers in two processes never two hold one person, and nobody is
// left over.
func testClaimPeople(t *testing.T, dsn string) {
	stores := []desk{open(t, dsn), open(t, dsn)}
	d := stores[0]
	const people = 150
	Subscribers(t, dsn, people, 2*people, noon, 0)
	for round := range 3 {
		now := noon.Add(time.Duration(round) * time.Hour)
		var mu sync.Mutex
		held := map[string]int{}
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				s := stores[i%len(stores)]
				for {
					due, err := s.Due(s.ctx, now, time.Hour, 7)
					if errors.Is(err, market.ErrNone) {
						return
					}
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					for _, p := range due {
						held[p.Subscriber.ID]++
						if len(p.Searches) != 2 {
							t.Errorf("%d searches", len(p.Searches))
						}
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		for id, n := range held {
			if n != 1 {
				t.Errorf("round %d: %s was claimed %d times", round, id, n)
			}
		}
		d.same("claimed", len(held), people)
	}
}

func testTell(t *testing.T, dsn string) {
	d := open(t, dsn)
	l, on := d.subscribed("a@mail.example", wish("q=seo", market.Daily), noon)
	_, two := d.subscribed("a@mail.example", wish("q=data", market.Daily), noon.Add(time.Second))
	morning := noon.Add(20 * time.Hour)
	claim := func(now time.Time) market.Due {
		t.Helper()
		due, err := d.Due(d.ctx, now, time.Minute, 10)
		d.ok(err)
		d.same("people", len(due), 1)
		return due[0]
	}
	tell := func(now time.Time, want int, ts ...market.Telling) {
		t.Helper()
		told, err := d.Tell(d.ctx, ts, now)
		d.ok(err)
		d.same("told", told, want)
	}
	before := rows(t, dsn)
	first := Telling(claim(morning), 70, 3, morning, morning.Add(day))
	first.Steps[1].Told = 0
	tell(morning, 1, first)
	on.Cursor, on.ToldAt, on.Told, on.Last, on.DueAt = 70, morning, 3, 3, morning.Add(day)
	two.Cursor, two.DueAt = 70, morning.Add(day)
	p, all := d.managed(l.manage, morning)
	d.same("the searches have moved", all, []market.Search{on, two})
	d.same("when they were mailed", p.MailedAt, morning)
	before["letter"]++
	before["token"]++
	d.same("rows", rows(t, dsn), before)
	letter, err := d.Next(d.ctx, morning, time.Minute, nil)
	d.ok(err)
	for letter.Kind != market.LetterDigest {
		letter, err = d.Next(d.ctx, morning, time.Minute, nil)
		d.ok(err)
	}
	want := *first.Letter
	want.State, want.Attempts, want.Lease, want.NextAt = market.LetterQueued, 1, letter.Lease, morning
	d.same("the letter", letter, want)
	_, _, err = d.Manage(d.ctx, strings.TrimPrefix(letter.Manage, "https://kajkhoj.example/manage/"), morning)
	d.ok(err)

	// Told once: the same again, or another one from the same cursor, is void.
	void := func(what string, t2 market.Telling, now time.Time) {
		t.Helper()
		before := rows(t, dsn)
		_, all := d.managed(l.manage, now)
		tell(now, 0, t2)
		_, after := d.managed(l.manage, now)
		d.same(what+": searches", after, all)
		d.same(what+": rows", rows(t, dsn), before)
	}
	void("again", first, morning)
	rival := Telling(market.Due{Subscriber: p, Searches: []market.Search{on, two}}, 80, 1, morning, morning.Add(day))
	rival.Steps[1].From = 60 // the other one has moved
	void("one has moved", rival, morning)

	// Nothing new: no letter, the cursor moves.
	next := morning.Add(day)
	tell(next, 1, Telling(claim(next), 90, 0, next, next.Add(day)))
	on.Cursor, two.Cursor, on.DueAt, two.DueAt = 90, 90, next.Add(day), next.Add(day)
	p2, all := d.managed(l.manage, next)
	d.same("moved", all, []market.Search{on, two})
	d.same("not mailed", p2.MailedAt, morning)

	// Void ones give the claim back.
	third := next.Add(day)
	due := claim(third)
	for what, spoil := range map[string]func(*market.Telling){
		"a search that is none": func(t *market.Telling) { t.Steps[0].Search = "none" },
		"no such person":        func(t *market.Telling) { t.Subscriber = "none" },
		"a letter filed before": func(t *market.Telling) { t.Letter.Key = first.Letter.Key },
	} {
		one := Telling(due, 100, 2, third, third.Add(day))
		spoil(&one)
		void(what, one, third)
	}
	stale := Telling(due, 100, 2, third, third.Add(day))
	d.ok(d.ChangeSearch(d.ctx, l.manage, two.ID, third, daily, func(s *market.Search) error { s.State = market.SearchPaused; return nil }))
	void("paused meanwhile", stale, third)
	due = claim(third)
	d.same("the claim was given back", searchIDs(due.Searches), []string{on.ID})
	d.same("mails in the day before", due.Today, map[string]int{on.ID: 0})
	stale = Telling(due, 100, 2, third, third.Add(day))
	d.ok(d.DeleteSearch(d.ctx, l.manage, on.ID, third))
	void("deleted meanwhile", stale, third)

	// Contradictions are refused as a whole.
	_, more := d.subscribed("b@mail.example", wish("q=seo", market.Daily), third)
	owner := market.Due{Subscriber: market.Subscriber{ID: more.Subscriber, Email: "b@mail.example"}, Searches: []market.Search{more}}
	good := Telling(owner, 100, 1, third, third.Add(day))
	for what, spoil := range map[string]func(*market.Telling){
		"a cursor that falls": func(t *market.Telling) { t.Steps[0].Upto = more.Cursor - 1 },
		"without a letter":    func(t *market.Telling) { t.Letter = nil },
		"to somebody else":    func(t *market.Telling) { t.Letter.To = "a@mail.example" },
		"another's token":     func(t *market.Telling) { t.Tokens[0].Subscriber = on.Subscriber },
		"a key of signs":      func(t *market.Telling) { t.Letter.Key = "a-b" },
	} {
		one := Telling(owner, 100, 1, third, third.Add(day))
		spoil(&one)
		before := rows(t, dsn)
		if _, err := d.Tell(d.ctx, []market.Telling{one}, third); !errors.Is(err, market.ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
		d.same(what+": rows", rows(t, dsn), before)
	}
	tell(third, 1, stale, good, good) // of several, those that can be
	tell(third, 0)
	due2, err := d.Due(d.ctx, third.Add(day), time.Minute, 10)
	d.ok(err)
	d.same("today", due2[0].Today, map[string]int{more.ID: 0})
	due2, err = d.Due(d.ctx, third.Add(day-time.Millisecond), time.Minute, 10)
	d.fails(err, market.ErrNone)
	d.same("due", len(due2), 0)
}

// Today counts the mails of the 24 hours before, whatever was told between.
func testToday(t *testing.T, dsn string) {
	d := open(t, dsn)
	_, on := d.subscribed("a@mail.example", wish("q=seo", market.Instant), noon)
	now := on.DueAt
	var want []int
	var got []int
	for i := range 40 {
		due, err := d.Due(d.ctx, now, time.Minute, 1)
		d.ok(err)
		got = append(got, due[0].Today[on.ID])
		n := i % 3 // every third has nothing new
		told, err := d.Tell(d.ctx, []market.Telling{Telling(due[0], due[0].Searches[0].Cursor+1, n, now, now.Add(time.Hour))}, now)
		d.ok(err)
		d.same("told", told, 1)
		count := 0
		for j := max(0, i-23); j < i; j++ {
			if j%3 > 0 {
				count++
			}
		}
		want = append(want, count)
		now = now.Add(time.Hour)
	}
	d.same("mails in 24 hours", got, want)
}

// Of many who tell one person from one cursor at once, one does.
func testTellTogether(t *testing.T, dsn string) {
	stores := []desk{open(t, dsn), open(t, dsn), open(t, dsn)}
	d := stores[0]
	const people = 60
	Subscribers(t, dsn, people, 2*people, noon, 0)
	due, err := d.Due(d.ctx, noon, time.Hour, 2*people)
	d.ok(err)
	var told atomic.Int32
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			s := stores[i%len(stores)]
			mine := slices.Clone(due)
			rand.Shuffle(len(mine), func(a, b int) { mine[a], mine[b] = mine[b], mine[a] })
			for some := range slices.Chunk(mine, 25) {
				var ts []market.Telling
				for _, p := range some {
					ts = append(ts, Telling(p, int64(10+i), 1, noon, noon.Add(day)))
				}
				n, err := s.Tell(s.ctx, ts, noon)
				if err != nil {
					t.Error(err)
				}
				told.Add(int32(n))
			}
		})
		// Meanwhile searches are hurried, and what is over goes.
		wg.Go(func() {
			s := stores[(i+1)%len(stores)]
			if err := s.Hurry(s.ctx, int64(i), int64(i+1), []string{"search000001", "search000050", "search000007"}, noon); err != nil && !errors.Is(err, market.ErrNone) {
				t.Error(err)
			}
			if _, err := s.Expire(s.ctx, noon, 100); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	d.same("told", told.Load(), int32(people))
	d.same("rows", rows(t, dsn), map[string]int{"subscriber": people, "search": 2 * people, "token": people, "letter": people, "suppressed": 0})
	for _, p := range due {
		trail, err := d.Trail(d.ctx, p.Subscriber.Email)
		d.ok(err)
		d.same("letters", len(trail.Letters), 1)
		for _, s := range trail.Searches {
			d.same("told once", []int{s.Told, s.Last}, []int{1, 1})
			d.same("by one", s.Cursor, trail.Searches[0].Cursor)
		}
	}
}

func testHurry(t *testing.T, dsn string) {
	d := open(t, dsn)
	n, err := d.Watched(d.ctx)
	d.ok(err)
	d.same("watched", n, int64(0))
	l, on := d.subscribed("a@mail.example", wish("q=seo", market.Instant), noon)
	lp, paused := d.subscribed("b@mail.example", wish("q=seo", market.Instant), noon)
	d.ok(d.ChangeSearch(d.ctx, lp.manage, paused.ID, noon, daily, func(s *market.Search) error { s.State = market.SearchPaused; return nil }))
	all := []string{on.ID, paused.ID, "none"}
	soon := noon.Add(time.Minute)
	d.ok(d.Hurry(d.ctx, 0, 5, all, soon))
	n, err = d.Watched(d.ctx)
	d.ok(err)
	d.same("watched", n, int64(5))
	d.same("due", d.searchOf(l.manage, on.ID, noon).DueAt, soon)
	d.same("paused", d.searchOf(lp.manage, paused.ID, noon).DueAt, paused.DueAt)
	d.fails(d.Hurry(d.ctx, 0, 9, all, noon), market.ErrNone)
	d.same("not again", d.searchOf(l.manage, on.ID, noon).DueAt, soon)
	d.ok(d.Hurry(d.ctx, 5, 6, all, soon.Add(time.Hour)))
	d.same("not later", d.searchOf(l.manage, on.ID, noon).DueAt, soon)
	d.ok(d.Hurry(d.ctx, 6, 7, nil, soon))
	d.fails(d.Hurry(d.ctx, 7, 6, nil, soon), market.ErrInvalid)
	n, err = d.Watched(d.ctx)
	d.ok(err)
	d.same("watched", n, int64(7))

	// What is named while its owner is being told is due when it was said.
	due, err := d.Due(d.ctx, soon, time.Hour, 10)
	d.ok(err)
	d.same("due", len(due), 1)
	telling := Telling(due[0], 7, 1, soon, noon.Add(day))
	d.ok(d.Hurry(d.ctx, 7, 8, all, soon.Add(time.Minute)))
	told, err := d.Tell(d.ctx, []market.Telling{telling}, soon)
	d.ok(err)
	d.same("told", told, 1)
	got := d.searchOf(l.manage, on.ID, noon)
	d.same("due soon", []any{got.Cursor, got.DueAt}, []any{int64(7), soon.Add(time.Minute)})
	due, err = d.Due(d.ctx, soon.Add(time.Minute), time.Hour, 10)
	d.ok(err)
	d.same("today", due[0].Today, map[string]int{on.ID: 1})
	told, err = d.Tell(d.ctx, []market.Telling{Telling(due[0], 8, 1, soon, noon.Add(day))}, soon.Add(time.Minute))
	d.ok(err)
	d.same("told", told, 1)
	d.same("what was told is over", d.searchOf(l.manage, on.ID, noon).DueAt, noon.Add(day))

	// So is what was named during a telling that took long; but a search that
	// is put off waits.
	evening := noon.Add(day)
	for i, c := range []struct {
		what string
		upto int64
		due  time.Time
	}{
		{"put off", 8, evening.Add(day)},
		{"told, after the time that was named", 9, evening.Add(day + time.Minute)},
	} {
		now := evening.Add(time.Duration(i) * day)
		due, err = d.Due(d.ctx, now, time.Hour, 10)
		d.ok(err)
		d.ok(d.Hurry(d.ctx, int64(8+2*i), int64(10+2*i), all, now.Add(time.Minute)))
		told, err = d.Tell(d.ctx, []market.Telling{Telling(due[0], c.upto, 0, now, now.Add(day))}, now.Add(2*time.Minute))
		d.ok(err)
		d.same("told", told, 1)
		d.same(c.what, d.searchOf(l.manage, on.ID, noon).DueAt, c.due)
	}
}

func testInstantSearches(t *testing.T, dsn string) {
	d := open(t, dsn)
	for range d.InstantSearches(d.ctx) {
		t.Fatal("there is none")
	}
	const people = 1100 // more than two pages
	Subscribers(t, dsn, people, people+50, noon, 3)
	l, _ := d.subscribed("a@mail.example", wish("q=seo", market.Instant), noon)
	d.ok(d.Stop(d.ctx, l.manage, noon))
	met := map[string]int{}
	for s, err := range d.InstantSearches(d.ctx) {
		d.ok(err)
		if s.Freq != market.Instant || s.State != market.SearchOn || s.Cursor != 3 || s.Query == "" {
			t.Fatalf("%+v", s)
		}
		met[s.ID]++
	}
	d.same("all", len(met), people)
	d.same("once", slices.Max(slices.Collect(maps.Values(met))), 1)
	n := 0
	for range d.InstantSearches(d.ctx) {
		if n++; n == 3 {
			break
		}
	}
}

func testAsk(t *testing.T, dsn string) {
	d := open(t, dsn)
	_, err := d.Silent(d.ctx, noon.Add(day), 10)
	d.fails(err, market.ErrNone)
	l, one := d.subscribed("a@mail.example", wish("q=seo", market.Daily), noon.Add(time.Hour))
	_, two := d.subscribed("a@mail.example", wish("q=data", market.Daily), noon.Add(day))
	lb, theirs := d.subscribed("b@mail.example", wish("q=seo", market.Daily), noon)
	paused, off := d.subscribed("c@mail.example", wish("q=seo", market.Daily), noon)
	d.ok(d.ChangeSearch(d.ctx, paused.manage, off.ID, noon, daily, func(s *market.Search) error { s.State = market.SearchPaused; return nil }))
	silent := func(before time.Time, limit int) map[string][]string {
		t.Helper()
		due, err := d.Silent(d.ctx, before, limit)
		if errors.Is(err, market.ErrNone) {
			return nil
		}
		d.ok(err)
		out := map[string][]string{}
		for _, p := range due {
			out[p.Subscriber.Email] = searchIDs(p.Searches)
		}
		return out
	}
	d.same("who was silent longest", silent(noon.Add(time.Hour), 1), map[string][]string{"b@mail.example": {theirs.ID}})
	d.same("all silent ones", silent(noon.Add(time.Hour), 10), map[string][]string{"a@mail.example": {one.ID}, "b@mail.example": {theirs.ID}})
	d.same("later", silent(noon.Add(day), 10), map[string][]string{"a@mail.example": {one.ID, two.ID}, "b@mail.example": {theirs.ID}})

	now := noon.Add(90 * day)
	ask := func(searches ...string) (market.Letter, error) {
		letter, tokens, _ := compose(l.to, market.LetterAsk, now)
		return letter, d.Ask(d.ctx, searches, letter, tokens, now)
	}
	before := rows(t, dsn)
	for what, searches := range map[string][]string{"another's": {one.ID, theirs.ID}, "none": {"none"}, "paused": {off.ID}} {
		_, err = ask(searches...)
		if !errors.Is(err, market.ErrNone) {
			t.Errorf("%s: %v", what, err)
		}
	}
	d.same("rows", rows(t, dsn), before)
	letter, err := ask(one.ID)
	d.ok(err)
	before["letter"]++
	before["token"]++
	d.same("rows", rows(t, dsn), before)
	d.same("asked", d.searchOf(l.manage, one.ID, now).AskedAt, now)
	_, err = ask(one.ID, two.ID)
	d.fails(err, market.ErrNone)
	d.same("rows", rows(t, dsn), before)
	again, tokens, _ := compose(l.to, market.LetterAsk, now)
	again.Key = letter.Key
	d.fails(d.Ask(d.ctx, []string{two.ID}, again, tokens, now), market.ErrNone)
	d.same("not asked", d.searchOf(l.manage, two.ID, now).AskedAt, time.Time{})
	d.same("who is left", silent(now, 10), map[string][]string{"a@mail.example": {two.ID}, "b@mail.example": {theirs.ID}})

	// No answer: it is paused. An answer: it goes on, and begins anew.
	if _, err := d.Expire(d.ctx, now.Add(market.AnswerFor-time.Second), 10); err != nil {
		t.Fatal(err)
	}
	d.same("in time", d.searchOf(l.manage, one.ID, now).State, market.SearchOn)
	late := now.Add(market.AnswerFor)
	_, err = d.Expire(d.ctx, late, 10)
	d.ok(err)
	got := d.searchOf(l.manage, one.ID, now)
	d.same("paused", []any{got.State, got.ChangedAt}, []any{market.SearchPaused, late})
	d.same("the one that was not asked for", d.searchOf(l.manage, two.ID, now).State, market.SearchOn)
	d.ok(d.ChangeSearch(d.ctx, l.manage, two.ID, now, daily, func(s *market.Search) error { s.State = market.SearchPaused; return nil }))
	answer := late.Add(day)
	d.ok(d.Alive(d.ctx, l.manage, answer, daily))
	got = d.searchOf(l.manage, one.ID, now)
	d.same("on", []any{got.State, got.AliveAt, got.AskedAt, got.DueAt, got.ChangedAt}, []any{market.SearchOn, answer, time.Time{}, daily(l.to, got, answer), answer})
	d.same("their owner paused it", d.searchOf(l.manage, two.ID, now).State, market.SearchPaused)
	d.same("the other person's", d.searchOf(lb.manage, theirs.ID, now).AliveAt, noon)

	// Whoever pauses a search after having been asked has answered.
	_, err = ask(one.ID)
	d.ok(err)
	d.ok(d.ChangeSearch(d.ctx, l.manage, one.ID, answer, daily, func(s *market.Search) error { s.State = market.SearchPaused; return nil }))
	d.ok(d.Alive(d.ctx, l.manage, answer, daily))
	d.same("stays paused", d.searchOf(l.manage, one.ID, now).State, market.SearchPaused)
}

func testExpire(t *testing.T, dsn string) {
	d := open(t, dsn)
	expire := func(now time.Time, limit int) int {
		t.Helper()
		n, err := d.Expire(d.ctx, now, limit)
		d.ok(err)
		return n
	}
	state := func(want map[string]int) {
		t.Helper()
		got := rows(t, dsn)
		delete(got, "suppressed")
		d.same("rows", got, want)
	}
	d.same("nothing", expire(noon, 10), 0)
	var last *links
	for i := range 3 {
		last, _ = d.subscribe(fmt.Sprint("p", i, "@mail.example"), wish("q=seo", market.Daily), noon)
		letter, err := d.Next(d.ctx, noon, time.Minute, nil)
		d.ok(err)
		if i == 0 {
			d.ok(d.Bury(d.ctx, letter.Key, letter.Lease, "550 no", "", noon))
		} else {
			d.ok(d.Sent(d.ctx, letter.Key, letter.Lease, noon))
		}
	}
	week := noon.Add(market.PendingFor)
	d.same("too early", expire(week.Add(-time.Second), 10), 0)
	state(map[string]int{"subscriber": 3, "search": 3, "token": 6, "letter": 3})
	_, _, _, err := d.Pending(d.ctx, last.confirm, week.Add(-time.Second))
	d.ok(err)
	d.same("two of three, with their owners", expire(week, 2) > 2, true)
	for expire(week, 2) > 0 {
	}
	// Links of letters that were sent are void when their person is gone.
	state(map[string]int{"subscriber": 0, "search": 0, "token": 0, "letter": 3})
	_, _, _, err = d.Pending(d.ctx, last.confirm, week)
	d.fails(err, market.ErrNotFound)
	for expire(noon.Add(90*day-time.Second), 10) > 0 {
	}
	state(map[string]int{"subscriber": 0, "search": 0, "token": 0, "letter": 3})
	for expire(noon.Add(90*day), 10) > 0 {
	}
	state(map[string]int{"subscriber": 0, "search": 0, "token": 0, "letter": 0})

	// Stopped searches go after 30 days; who has none goes after a day.
	l, on := d.subscribed("a@mail.example", wish("q=seo", market.Daily), noon)
	letter, err := d.Next(d.ctx, noon, time.Minute, nil)
	d.ok(err)
	d.ok(d.Sent(d.ctx, letter.Key, letter.Lease, noon))
	d.ok(d.Stop(d.ctx, l.manage, noon))
	d.same("tokens that did not start anything", expire(noon.Add(market.StoppedFor-time.Second), 10), 1) // the used link's token
	d.same("stopped", d.searchOf(l.manage, on.ID, noon).State, market.SearchStopped)
	d.same("searches, person", expire(noon.Add(market.StoppedFor), 10), 2)
	state(map[string]int{"subscriber": 0, "search": 0, "token": 0, "letter": 1})

	l, on = d.subscribed("a@mail.example", wish("q=seo", market.Daily), noon)
	d.ok(d.DeleteSearch(d.ctx, l.manage, on.ID, noon.Add(time.Hour)))
	d.same("looking around", expire(noon.Add(day), 10), 0)
	d.managed(l.manage, noon.Add(day))
	// A letter to them waits still: it must lead somewhere.
	d.same("waiting for a letter", expire(noon.Add(day+time.Hour), 10), 0)
	// It is buried when it is old.
	d.same("too early", expire(noon.Add(3*day-time.Second), 10), 0)
	d.same("an old letter", expire(noon.Add(3*day), 10), 1)
	d.same("and then the person", expire(noon.Add(3*day), 10), 1)
	trail, err := d.Trail(d.ctx, "a@mail.example")
	d.ok(err)
	buried := trail.Letters[len(trail.Letters)-1]
	if trail.Letters[0].State == market.LetterBuried {
		buried = trail.Letters[0]
	}
	d.same("buried", []any{buried.State, buried.To, buried.Text, buried.Cause != ""}, []any{market.LetterBuried, "", "", true})
	_, err = d.Next(d.ctx, noon.Add(3*day), time.Minute, nil)
	d.fails(err, market.ErrNone)

	// A letter that is being sent is not buried under its sender's hands.
	_, err = d.FileLetter(d.ctx, market.Letter{Key: "op1", Kind: market.LetterOperator, To: "ops@mail.example", Created: noon})
	d.ok(err)
	letter, err = d.Next(d.ctx, noon.Add(3*day), time.Minute, nil)
	d.ok(err)
	d.same("leased", expire(noon.Add(3*day), 10), 0)
	d.ok(d.Sent(d.ctx, letter.Key, letter.Lease, noon.Add(3*day)))

	// A person who is on stays, and their tokens go when they have expired.
	l, on = d.subscribed("b@mail.example", wish("q=seo", market.Daily), noon)
	for expire(noon.Add(market.ManageTokenFor), 100) > 0 {
	}
	_, _, err = d.Manage(d.ctx, l.manage, noon)
	d.fails(err, market.ErrNotFound)
	trail, err = d.Trail(d.ctx, "b@mail.example")
	d.ok(err)
	d.same("stays", []any{trail.Searches[0].ID, trail.Searches[0].State, len(trail.Tokens)}, []any{on.ID, market.SearchOn, 0})
}

package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// operators files a letter to an operator, due at a time.
func (d desk) operators(key, to string, at time.Time) market.Letter {
	d.t.Helper()
	l := market.Letter{Key: key, Kind: market.LetterOperator, To: to, Lang: "en", Subject: "A source broke", Text: "words", HTML: "<p>words", Created: at}
	news, err := d.FileLetter(d.ctx, l)
	d.ok(err)
	d.same("news", news, true)
	return l
}

func (d desk) next(now time.Time, except ...string) market.Letter {
	d.t.Helper()
	l, err := d.Next(d.ctx, now, time.Minute, except)
	d.ok(err)
	return l
}

func testOutbox(t *testing.T, dsn string) {
	d := open(t, dsn)
	_, err := d.Next(d.ctx, noon, time.Minute, nil)
	d.fails(err, market.ErrNone)
	d.operators("young", "ops@one.example", noon.Add(time.Minute))
	old := d.operators("old", "ops@Two.example", noon)
	d.operators("middle", "OPS@one.example", noon.Add(30*time.Second))
	_, err = d.Next(d.ctx, noon.Add(-time.Second), time.Minute, nil)
	d.fails(err, market.ErrNone)

	now := noon.Add(time.Hour)
	got := d.next(now)
	want := old
	want.State, want.Attempts, want.Lease, want.NextAt = market.LetterQueued, 1, got.Lease, noon
	d.same("who has waited longest", got, want)
	if got.Lease == "" {
		t.Fatal("no lease")
	}
	d.same("of another domain", d.next(now, "two.example", "three.example").Key, "middle")
	_, err = d.Next(d.ctx, now, time.Minute, []string{"one.example"})
	d.fails(err, market.ErrNone)
	third := d.next(now)
	d.same("the last", third.Key, "young")
	_, err = d.Next(d.ctx, now.Add(time.Minute-time.Millisecond), time.Minute, nil)
	d.fails(err, market.ErrNone)

	// A lease that has ended is free, and its holder has lost it.
	again := d.next(now.Add(time.Minute))
	d.same("again", []any{again.Key, again.Attempts, again.Lease != got.Lease}, []any{"old", 2, true})
	for _, lease := range []string{got.Lease, "", "x"} {
		d.fails(d.Sent(d.ctx, "old", lease, now), market.ErrNone)
		d.fails(d.Retry(d.ctx, "old", lease, now, "late"), market.ErrNone)
		d.fails(d.Bury(d.ctx, "old", lease, "late", "", now), market.ErrNone)
		d.fails(d.Bury(d.ctx, "old", lease, "late", market.SuppressBounce, now), market.ErrNone)
		d.fails(d.Bury(d.ctx, "none", lease, "late", market.SuppressBounce, now), market.ErrNone)
	}
	all, err := d.Suppressed(d.ctx)
	d.ok(err)
	d.same("suppressed by a lost lease", len(all), 0)

	// A lease that ended, but that nobody has taken, is still its holder's.
	d.ok(d.Retry(d.ctx, "old", again.Lease, now.Add(2*time.Hour), "451 later"))
	d.fails(d.Sent(d.ctx, "old", again.Lease, now), market.ErrNone)
	d.fails(d.Sent(d.ctx, "old", "", now), market.ErrNone)
	stored := func(email, key string) market.Letter {
		t.Helper()
		trail, err := d.Trail(d.ctx, email)
		d.ok(err)
		for _, l := range trail.Letters {
			if l.Key == key {
				return l
			}
		}
		t.Fatalf("no letter %s", key)
		return market.Letter{}
	}
	l := stored("ops@two.example", "old")
	d.same("put back", []any{l.State, l.NextAt, l.Cause, l.Attempts, l.To}, []any{market.LetterQueued, now.Add(2 * time.Hour), "451 later", 2, "ops@Two.example"})
	for key := range map[string]bool{"middle": true, "young": true} {
		l := d.next(now.Add(90 * time.Minute))
		d.ok(d.Bury(d.ctx, l.Key, l.Lease, "550 no", "", now))
		b := stored("ops@one.example", l.Key)
		d.same("buried "+key, []any{b.State, b.To, b.Cause, b.SentAt}, []any{market.LetterBuried, "", "550 no", time.Time{}})
	}
	_, err = d.Next(d.ctx, now.Add(2*time.Hour-time.Millisecond), time.Minute, nil)
	d.fails(err, market.ErrNone)
	l = d.next(now.Add(2 * time.Hour))
	d.same("whole", []any{l.Key, l.Attempts, l.Text, l.HTML, l.To}, []any{"old", 3, "words", "<p>words", "ops@Two.example"})
	d.ok(d.Sent(d.ctx, "old", l.Lease, now.Add(3*time.Hour)))
	d.fails(d.Sent(d.ctx, "old", l.Lease, now), market.ErrNone)
	l = stored("ops@two.example", "old")
	d.same("sent", []any{l.State, l.SentAt, l.To}, []any{market.LetterSent, now.Add(3 * time.Hour), ""})
	d.same("addresses and words that remain", tablesWith(t, dsn, "ops@", "words"), []string{})
	_, err = d.Next(d.ctx, now.Add(365*day), time.Minute, nil)
	d.fails(err, market.ErrNone)

	// A key is filed once, whatever became of its letter.
	for _, key := range []string{"old", "young"} {
		news, err := d.FileLetter(d.ctx, market.Letter{Key: key, Kind: market.LetterOperator, To: "ops@one.example", Created: now})
		d.ok(err)
		d.same("filed again", news, false)
	}
	for _, bad := range []market.Letter{
		{Key: "", To: "a@mail.example", Created: now},
		{Key: "with space", To: "a@mail.example", Created: now},
		{Key: "কাজ", To: "a@mail.example", Created: now},
		{Key: strings.Repeat("a", 41), To: "a@mail.example", Created: now},
		{Key: "nobody", Created: now},
		{Key: "undated", To: "a@mail.example"},
	} {
		_, err := d.FileLetter(d.ctx, bad)
		d.fails(err, market.ErrInvalid)
	}
	odd := market.Letter{Key: "odd", Kind: market.LetterOperator, To: "ops@one.example", Created: now, Subject: "a\x00b", Text: "\xff", NextAt: now.Add(time.Hour)}
	_, err = d.FileLetter(d.ctx, odd)
	d.ok(err)
	_, err = d.Next(d.ctx, now, time.Minute, nil)
	d.fails(err, market.ErrNone)
	l = d.next(now.Add(time.Hour))
	d.same("what no engine stores", []string{l.Subject, l.Text}, []string{"ab", "\uFFFD"})
}

// A bounce while sending ends all mails to the address.
func testBurySuppress(t *testing.T, dsn string) {
	d := open(t, dsn)
	l, on := d.subscribed("a@mail.example", wish("q=seo", market.Daily), noon)
	d.subscribe("a@mail.example", wish("q=data", market.Daily), noon.Add(time.Minute))
	d.operators("op1", "A@mail.example", noon.Add(2*time.Minute))
	letter := d.next(noon)
	d.same("the first", letter.Key, l.key)
	d.ok(d.Bury(d.ctx, letter.Key, letter.Lease, "550 5.1.1", market.SuppressBounce, noon))
	_, all := d.managed(l.manage, noon)
	d.same("stopped", []any{len(all), all[0].ID, all[0].State}, []any{1, on.ID, market.SearchStopped})
	_, err := d.Next(d.ctx, noon.Add(time.Hour), time.Minute, nil)
	d.fails(err, market.ErrNone)
	trail, err := d.Trail(d.ctx, "a@mail.example")
	d.ok(err)
	causes := map[string]string{}
	for _, l := range trail.Letters {
		d.same("state", l.State, market.LetterBuried)
		causes[l.Key] = l.Cause
	}
	d.same("cause", []any{len(causes), causes[letter.Key]}, []any{3, "550 5.1.1"})
	d.same("suppressed", *trail.Suppressed, market.Suppressed{Hash: market.HashEmail("a@mail.example"), Masked: "a•••@mail.example", Reason: market.SuppressBounce, At: noon})

	// A letter that was buried under its sender's hands is no longer theirs.
	l2, _ := d.subscribed("b@mail.example", wish("q=seo", market.Daily), noon)
	letter = d.next(noon)
	d.ok(d.Revoke(d.ctx, l2.manage, noon))
	d.fails(d.Sent(d.ctx, letter.Key, letter.Lease, noon), market.ErrNone)
}

// Of many senders in two processes never two hold one letter, and none is
// left over.
func testSenders(t *testing.T, dsn string) {
	stores := []desk{open(t, dsn), open(t, dsn)}
	d := stores[0]
	const letters = 120
	for i := range letters {
		d.operators(fmt.Sprint("letter", i), fmt.Sprintf("ops@d%d.example", i%5), noon.Add(time.Duration(i%7)*time.Second))
	}
	now := noon.Add(time.Minute)
	var mu sync.Mutex
	held := map[string]int{}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			s := stores[i%len(stores)]
			for {
				l, err := s.Next(s.ctx, now, time.Hour, nil)
				if errors.Is(err, market.ErrNone) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				held[l.Key]++
				n := held[l.Key]
				mu.Unlock()
				if n > 1 {
					t.Errorf("%s is held by %d", l.Key, n)
				}
				if err := s.Sent(s.ctx, l.Key, l.Lease, now); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	d.same("sent", len(held), letters)
	st, err := d.MailStats(d.ctx, now)
	d.ok(err)
	d.same("sent", st.Letters, map[market.LetterState]int{market.LetterQueued: 0, market.LetterSent: letters, market.LetterBuried: 0})
}

func testMailStats(t *testing.T, dsn string) {
	d := open(t, dsn)
	zero := market.MailStats{
		Searches:   map[market.SearchState]int{market.SearchPending: 0, market.SearchOn: 0, market.SearchPaused: 0, market.SearchStopped: 0},
		Letters:    map[market.LetterState]int{market.LetterQueued: 0, market.LetterSent: 0, market.LetterBuried: 0},
		Suppressed: map[market.SuppressReason]int{market.SuppressBounce: 0, market.SuppressComplaint: 0, market.SuppressOperator: 0},
	}
	st, err := d.MailStats(d.ctx, noon)
	d.ok(err)
	d.same("empty", st, zero)
	l, on := d.subscribed("a@mail.example", wish("q=seo", market.Daily), noon)
	_, late := d.subscribed("b@mail.example", func() market.Search { s := wish("q=seo", market.Daily); s.Hour = 9; return s }(), noon.Add(time.Minute))
	_, paused := d.subscribed("a@mail.example", wish("q=data", market.Daily), noon.Add(2*time.Minute))
	d.ok(d.ChangeSearch(d.ctx, l.manage, paused.ID, noon, daily, func(s *market.Search) error { s.State = market.SearchPaused; return nil }))
	d.subscribe("c@mail.example", wish("q=seo", market.Daily), noon.Add(3*time.Minute))
	d.subscribe("d@mail.example", wish("q=seo", market.Daily), noon.Add(4*time.Minute))
	d.ok(d.Suppress(d.ctx, "d@mail.example", market.SuppressComplaint, noon))
	letter := d.next(noon)
	d.ok(d.Sent(d.ctx, letter.Key, letter.Lease, noon))
	letter = d.next(noon.Add(time.Minute))
	d.ok(d.Retry(d.ctx, letter.Key, letter.Lease, noon.Add(time.Hour), "451"))

	want := market.MailStats{
		Subscribers:  4,
		Searches:     map[market.SearchState]int{market.SearchPending: 1, market.SearchOn: 2, market.SearchPaused: 1, market.SearchStopped: 0},
		Letters:      map[market.LetterState]int{market.LetterQueued: 3, market.LetterSent: 1, market.LetterBuried: 1},
		Suppressed:   map[market.SuppressReason]int{market.SuppressBounce: 0, market.SuppressComplaint: 1, market.SuppressOperator: 0},
		OldestQueued: noon.Add(time.Minute),
	}
	stats := func(now time.Time) market.MailStats {
		t.Helper()
		st, err := d.MailStats(d.ctx, now)
		d.ok(err)
		return st
	}
	d.same("in time", stats(on.DueAt.Add(market.MailOverdue)), want)
	want.Overdue, want.OldestDue = 1, on.DueAt
	d.same("one is late", stats(on.DueAt.Add(market.MailOverdue+time.Millisecond)), want)
	want.Overdue = 2
	d.same("both are", stats(late.DueAt.Add(market.MailOverdue+time.Millisecond)), want)
}

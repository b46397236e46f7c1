package storetest

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/store"
)

// testStartTogether: processes that start on an empty database all succeed.
func testStartTogether(t *testing.T, dsn string) {
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			s, err := store.Open(t.Context(), dsn)
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			if err := s.SyncSources(t.Context(), []store.SourceConfig{{Name: "a", Enabled: true}, {Name: "b", Enabled: true}}, noon); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// testClaimers: of many claimers in two processes never two hold one source,
// and no claimer goes away empty while a source is due.
func testClaimers(t *testing.T, dsn string) {
	var names []string
	for i := range 5 {
		names = append(names, fmt.Sprint("site-", i))
	}
	stores := []desk{with(t, dsn, names...), open(t, dsn)}
	d := stores[0]

	const rounds = 12
	held := map[string]*atomic.Int32{}
	for _, n := range names {
		held[n] = new(atomic.Int32)
	}
	for round := range rounds {
		now := noon.Add(time.Duration(round) * time.Minute)
		var claimed atomic.Int32
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				s := stores[i%len(stores)]
				r, err := s.Claim(s.ctx, now, time.Hour)
				if errors.Is(err, market.ErrNone) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				claimed.Add(1)
				if n := held[r.Source].Add(1); n != 1 {
					t.Errorf("round %d: %s is held by %d", round, r.Source, n)
				}
				if _, err := s.Save(s.ctx, r, []market.Listing{offer(r.Source, fmt.Sprint(round))}, now); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := int(claimed.Load()); n != len(names) {
			t.Fatalf("round %d: %d of %d due sources were claimed by 12 claimers", round, n, len(names))
		}
		// The leases end; the next round takes the sources over.
		for _, n := range names {
			held[n].Store(0)
		}
		d.ok(release(d, names, now))
	}
	n, err := d.CountOpen(d.ctx)
	d.ok(err)
	d.same("listings", n, rounds*len(names))
}

// release ends the runs under way by taking them over when their leases
// have ended, and makes the sources due a minute later.
func release(d desk, names []string, now time.Time) error {
	for _, name := range names {
		r, err := d.ClaimNamed(d.ctx, name, now.Add(time.Hour), time.Hour)
		if err != nil {
			return err
		}
		if _, err := d.Finish(d.ctx, r, market.Outcome{State: market.RunOK, Finished: now, Next: now.Add(time.Minute)}, 0); err != nil {
			return err
		}
	}
	return nil
}

// testFollower: several processes save at once, with duplicates, changes,
// closings and reopenings; a follower that only ever asks for what comes
// after its cursor ends with exactly what the store holds.
func testFollower(t *testing.T, dsn string) {
	sources := []string{"a", "b", "c", "d"}
	stores := []desk{with(t, dsn, sources...), open(t, dsn), open(t, dsn)}
	d := stores[0]

	var wg sync.WaitGroup
	done := make(chan struct{})
	for i, name := range sources {
		wg.Go(func() {
			s := stores[i%len(stores)]
			rnd := rand.New(rand.NewPCG(1, uint64(i)))
			if err := saveAtRandom(s, name, rnd); err != nil {
				t.Error(err)
			}
		})
	}
	go func() { wg.Wait(); close(done) }()

	// The follower's own copy: what a search index would hold.
	index := map[string]market.Listing{}
	var cursor int64
	follow := func(limit int) int {
		changes, err := d.Changes(d.ctx, cursor, limit)
		if err != nil {
			t.Error(err)
			return 0
		}
		var groups []string
		for _, c := range changes {
			if c.Seq <= cursor {
				t.Errorf("number %d comes after %d", c.Seq, cursor)
			}
			cursor = c.Seq
			groups = append(groups, c.Group)
		}
		ls, err := d.Groups(d.ctx, groups)
		if err != nil {
			t.Error(err)
			return 0
		}
		for _, g := range groups {
			delete(index, g)
		}
		for _, l := range ls {
			index[l.Group] = l
		}
		return len(changes)
	}
	for saving := true; saving && !t.Failed(); {
		select {
		case <-done:
			saving = false
		default:
			follow(7)
			if _, err := d.Sources(d.ctx); err != nil { // what it remembers is held to the truth below
				t.Error(err)
			}
		}
	}
	for !t.Failed() && follow(50) > 0 {
	}
	<-done
	if t.Failed() {
		return
	}

	want := map[string]market.Listing{}
	for l, err := range d.Open(d.ctx) {
		d.ok(err)
		want[l.Group] = l
	}
	for _, m := range []map[string]market.Listing{index, want} {
		for g, l := range m {
			l.LastSeenAt = time.Time{} // being seen again is no change
			m[g] = l
		}
	}
	if diff := cmp.Diff(want, index); diff != "" {
		t.Fatalf("the follower's copy differs from the store (-store +copy):\n%.4000s", diff)
	}
	head, err := d.Head(d.ctx)
	d.ok(err)
	d.same("cursor", cursor, head)
	if len(want) < 20 {
		t.Fatalf("only %d groups at the end: this proves little", len(want))
	}

	var all []string
	for _, name := range sources {
		open := 0
		for n := range offersPerSource {
			id := market.ListingID(name, fmt.Sprint(n))
			all = append(all, id)
			l, err := d.Listing(d.ctx, id)
			if err == nil && l.Open() {
				open++
			}
		}
		d.same("open listings of "+name, d.source(name).Open, open)
	}
	checkGroups(d, all)
}

const offersPerSource = 40

// saveAtRandom makes runs of random batches of a source: titles and texts
// come from a small stock, so that they are duplicates of one another, and
// change.
func saveAtRandom(s desk, name string, rnd *rand.Rand) error {
	for run := range 6 {
		now := noon.Add(time.Duration(run) * time.Minute)
		r, err := s.ClaimNamed(s.ctx, name, now, time.Hour)
		if err != nil {
			return err
		}
		for batch := range 5 {
			var ls []market.Listing
			for range 10 {
				l := posting(name, fmt.Sprint(rnd.IntN(offersPerSource)), fmt.Sprint("title ", rnd.IntN(12)), uint64(rnd.IntN(3))*0xffff)
				l.Title = fmt.Sprintf("Offer %d", rnd.IntN(100))
				if rnd.IntN(5) == 0 {
					l.ClosedAt = now
				}
				ls = append(ls, l)
			}
			if _, err := s.Save(s.ctx, r, ls, now.Add(time.Duration(batch)*time.Second)); err != nil {
				return err
			}
		}
		o := market.Outcome{State: market.RunOK, Finished: now.Add(30 * time.Second), Next: now, Complete: run%2 == 1, CloseAfter: 2}
		if _, err := s.Finish(s.ctx, r, o, 0); err != nil {
			return err
		}
	}
	return nil
}

// checkGroups holds the store to the rules of duplicate groups: a group is
// named after one of its members.
func checkGroups(d desk, ids []string) {
	d.t.Helper()
	members := map[string][]string{}
	for _, id := range ids {
		l, err := d.Listing(d.ctx, id)
		if errors.Is(err, market.ErrNotFound) {
			continue
		}
		d.ok(err)
		members[l.Group] = append(members[l.Group], l.ID)
	}
	shared := 0
	for _, g := range slices.Sorted(maps.Keys(members)) {
		if !slices.Contains(members[g], g) {
			d.t.Errorf("group %s has members %v", g, members[g])
		}
		if len(members[g]) > 1 {
			shared++
		}
	}
	if shared == 0 {
		d.t.Error("no duplicates at all: this proves little")
	}
}

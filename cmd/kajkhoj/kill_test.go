package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/store"
)

// The program is killed twenty times at random moments of its collections,
// on one folder. What was saved stays, each offer stands once, and the next
// start goes on by itself.
func TestKillDuringCollection(t *testing.T) {
	if testing.Short() {
		t.Skip("kills the program for half a minute: not in short mode")
	}
	t.Parallel()
	const listings = 800
	dir := t.TempDir()
	args := []string{"demo", "--data", dir, "--listen", "127.0.0.1:0", "--listings", "800", "--every", "1h"}
	seed := time.Now().UnixNano()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(uint64(seed), 0))
	stood := map[string]string{}
	for i := range 20 {
		hourPasses(t, dir)
		p := start(t, args...)
		time.Sleep(time.Duration(rnd.IntN(1200)) * time.Millisecond)
		p.kill()
		now := stored(t, dir)
		for id := range stood {
			if _, ok := now[id]; !ok {
				t.Fatalf("kill %d: listing %s was saved and is gone", i, id)
			}
		}
		t.Logf("kill %d: %d listings saved", i, len(now))
		stood = now
	}
	hourPasses(t, dir)
	began := time.Now()
	p := start(t, args...)
	for len(stored(t, dir)) != listings || !everySourceRead(t, dir) {
		if time.Since(began) > 3*time.Minute {
			t.Fatalf("%d listings after three minutes:\n%s", len(stored(t, dir)), p.output())
		}
		time.Sleep(500 * time.Millisecond)
	}
	t.Logf("the town is read whole %.0f s after the last start", time.Since(began).Seconds())
	p.stop(t, syscall.SIGINT)

	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"search", "--data", dir, "--from", "any", "--json"}, &out, &errs); code != 0 {
		t.Fatalf("search: %d: %s", code, errs.String())
	}
	var page struct{ Total int }
	if err := json.Unmarshal(out.Bytes(), &page); err != nil {
		t.Fatal(err)
	}
	groups := map[string]bool{}
	for _, l := range stored(t, dir) {
		groups[l] = true
	}
	if page.Total != len(groups) {
		t.Errorf("%d listings found, %d stored", page.Total, len(groups))
	}
}

// hourPasses moves everything that is stored an hour into the past, so that
// leases have ended and sources are due.
func hourPasses(t *testing.T, dir string) {
	t.Helper()
	path := filepath.Join(dir, "kajkhoj.db")
	if _, err := os.Stat(path); err != nil {
		return // the first start makes it
	}
	db, err := sql.Open("sqlite", path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, q := range []string{
		"UPDATE source SET lease_until = lease_until - 3600000 WHERE lease_until > 0",
		"UPDATE source SET next_at = next_at - 3600000 WHERE next_at > 0",
		"UPDATE source SET running_since = running_since - 3600000 WHERE running_since > 0",
		"UPDATE run SET started = started - 3600000",
		"UPDATE run SET finished = finished - 3600000 WHERE finished > 0",
	} {
		if _, err := db.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
}

// stored are the open listings in a folder's database and their groups.
func stored(t *testing.T, dir string) map[string]string {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(dir, "kajkhoj.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	out := map[string]string{}
	for l, err := range s.Open(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		out[l.ID] = l.Group
		for _, c := range l.AlsoOn {
			out[c.ID] = l.Group
		}
	}
	return out
}

// everySourceRead reports whether the newest run of each source is whole.
func everySourceRead(t *testing.T, dir string) bool {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(dir, "kajkhoj.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	states, err := s.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range states {
		if st.Last == nil || st.Last.State.Failed() || st.Last.State == market.RunPartial {
			return false
		}
	}
	return len(states) > 0
}

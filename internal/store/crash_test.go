package store_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/store"
	"github.com/kajkhoj/kajkhoj/internal/store/storetest"
)

const (
	// crashDSN makes this test binary a process that saves until it is killed.
	crashDSN = "KAJKHOJ_TEST_CRASH_DSN"
	// crashLife numbers such processes.
	crashLife = "KAJKHOJ_TEST_CRASH_LIFE"
	// crashRelabel makes them label again instead.
	crashRelabel = "KAJKHOJ_TEST_CRASH_RELABEL"
	crashLease   = 200 * time.Millisecond
	kills        = 20
)

func TestMain(m *testing.M) {
	if dsn := os.Getenv(crashDSN); dsn != "" {
		work := saveUntilKilled
		if os.Getenv(crashRelabel) != "" {
			work = relabelUntilKilled
		}
		if os.Getenv(crashTell) != "" {
			work = tellUntilKilled
		}
		if err := work(context.Background(), dsn, os.Getenv(crashLife)); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1) // It ends by being killed, or wrongly.
	}
	os.Exit(m.Run())
}

// pair are two listings of the same work; a batch holds both or neither.
func pair(name string, version int) []market.Listing {
	var out []market.Listing
	for _, half := range []string{"a", "b"} {
		id := name + half
		out = append(out, market.Listing{
			ID: market.ListingID("site", id), Source: "site", ExternalID: id, URL: "https://site.example/" + id,
			Title:       fmt.Sprintf("%s %d", name, version),
			Description: strings.Repeat("All that the offer says. ", 40),
			Keys:        market.Keys{Title: name, Text: "0123456789abcdef"},
		})
	}
	return out
}

// saveUntilKilled visits a source for ever. It says on standard output what
// the store acknowledged, after it did: "name version", a pair a line.
func saveUntilKilled(ctx context.Context, dsn, life string) error {
	s, err := store.Open(ctx, dsn)
	if err != nil {
		return err
	}
	if err := s.SyncSources(ctx, []store.SourceConfig{{Name: "site", Enabled: true}}, time.Now()); err != nil {
		return err
	}
	for n := 0; ; {
		r, err := s.Claim(ctx, time.Now(), crashLease)
		if errors.Is(err, market.ErrNone) { // the killed one's lease
			time.Sleep(5 * time.Millisecond)
			continue
		}
		if err != nil {
			return err
		}
		for range 20 {
			var batch []market.Listing
			var said strings.Builder
			for range 5 {
				name := fmt.Sprintf("life-%s-%d", life, n)
				batch = append(batch, pair(name, 1)...)
				fmt.Fprintln(&said, name, 1)
				n++
			}
			changed := fmt.Sprintf("life-%s-%d", life, n-5-n%7)
			if n >= 15 {
				batch = append(batch, pair(changed, n)...)
				fmt.Fprintln(&said, changed, n)
			}
			if _, err := s.Save(ctx, r, batch, time.Now()); err != nil {
				return err
			}
			if _, err := os.Stdout.WriteString(said.String()); err != nil {
				return err
			}
		}
		now := time.Now()
		if _, err := s.Finish(ctx, r, market.Outcome{State: market.RunOK, Finished: now, Next: now}, 0); err != nil {
			return err
		}
	}
}

// The death of the process at any moment loses nothing that was
// acknowledged, leaves nothing half done or done twice, and the next process
// goes on by itself.
func TestKilled(t *testing.T) {
	for engine, fresh := range map[string]func(testing.TB) string{"sqlite": sqliteFile, "postgres": storetest.Postgres} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			dsn := fresh(t)
			saved := map[string]int{}
			for life := range kills {
				killOnce(t, dsn, life, saved)
			}
			checkAfterKills(t, dsn, saved)
			if engine == "sqlite" {
				checkFile(t, dsn)
			}
		})
	}
}

// killOnce starts a process, kills it at a random moment while it saves, and
// notes what it said was saved.
func killOnce(t *testing.T, dsn string, life int, saved map[string]int) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), crashDSN+"="+dsn, fmt.Sprintf("%s=%d", crashLife, life))
	var complaint strings.Builder
	child.Stderr = &complaint
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	hang := time.AfterFunc(30*time.Second, func() { child.Process.Kill() })
	defer hang.Stop()
	killSoon := func() {
		time.AfterFunc(time.Duration(rand.IntN(100_000))*time.Microsecond, func() { child.Process.Kill() })
	}
	early := life%4 == 0 // Possibly before it has a schema or a lease.
	if early {
		killSoon()
	}
	lines := bufio.NewScanner(out)
	n := 0
	for lines.Scan() {
		if n == 0 && !early {
			killSoon()
		}
		n++
		var name string
		var version int
		if _, err := fmt.Sscan(lines.Text(), &name, &version); err != nil {
			continue // The last line may be cut.
		}
		saved[name] = version
	}
	err = child.Wait()
	if complaint.Len() > 0 || n == 0 && !early {
		t.Fatalf("process %d said %d lines and ended with %v: %s", life, n, err, complaint.String())
	}
}

func checkAfterKills(t *testing.T, dsn string, saved map[string]int) {
	t.Helper()
	ctx := t.Context()
	s, err := store.Open(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, version := range saved {
		for _, l := range pair(name, version) {
			got, err := s.Listing(ctx, l.ID)
			if err != nil {
				t.Fatalf("%s was acknowledged: %v", l.ExternalID, err)
			}
			var v int
			if _, err := fmt.Sscanf(got.Title, name+" %d", &v); err != nil || v < version {
				t.Fatalf("%s was acknowledged as %q, and is %q", l.ExternalID, l.Title, got.Title)
			}
		}
	}
	groups := map[string]bool{}
	for l, err := range s.Open(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimRight(l.ExternalID, "ab")
		if groups[l.Group] = true; len(l.AlsoOn) != 1 {
			t.Fatalf("%s has %d others in its group, not 1", name, len(l.AlsoOn))
		}
		other, err := s.Listing(ctx, l.AlsoOn[0].ID)
		if err != nil || other.Title != l.Title {
			t.Fatalf("half a batch: %q and %q (%v)", l.Title, other.Title, err)
		}
	}
	n, err := s.CountOpen(ctx)
	if err != nil || n != 2*len(groups) || len(groups) < len(saved) {
		t.Fatalf("%d listings in %d groups, %d acknowledged (%v)", n, len(groups), len(saved), err)
	}
	t.Logf("%d kills: %d pairs acknowledged, %d stored", kills, len(saved), len(groups))

	changes, err := s.Changes(ctx, 0, 1<<30)
	if err != nil || len(changes) != len(groups) {
		t.Fatalf("%d entries in the change log for %d groups (%v)", len(changes), len(groups), err)
	}
	head, err := s.Head(ctx)
	if err != nil || head != changes[len(changes)-1].Seq {
		t.Fatalf("head %d, newest change %+v (%v)", head, changes[len(changes)-1], err)
	}

	// The next process needs no hand: the lease ends, the cut-off run is
	// written down, the books agree with what is there.
	r, err := s.Claim(ctx, time.Now().Add(crashLease), time.Minute)
	if err != nil {
		t.Fatalf("claim after the kills: %v", err)
	}
	now := time.Now()
	if _, err := s.Finish(ctx, r, market.Outcome{State: market.RunOK, Finished: now, Next: now}, 0); err != nil {
		t.Fatal(err)
	}
	if added := number(t, dsn, `SELECT SUM(added) FROM run`); added != n {
		t.Errorf("the runs' books say %d new listings, there are %d", added, n)
	}
	if cut := number(t, dsn, `SELECT COUNT(*) FROM run WHERE state = 'failed'`); cut < 1 || cut > kills {
		t.Errorf("%d runs were cut off by %d kills", cut, kills)
	}
	if open := number(t, dsn, `SELECT COUNT(*) FROM run WHERE finished = 0`); open != 0 {
		t.Errorf("%d runs are still open", open)
	}
}

// raw asks the database behind the store's back.
func raw(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	driver := "sqlite"
	if strings.HasPrefix(dsn, "postgres://") {
		driver = "pgx"
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func number(t testing.TB, dsn, query string) (n int) {
	t.Helper()
	if err := raw(t, dsn).QueryRow(query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func checkFile(t *testing.T, dsn string) {
	t.Helper()
	var verdict string
	if err := raw(t, dsn).QueryRow(`PRAGMA integrity_check`).Scan(&verdict); err != nil || verdict != "ok" {
		t.Fatalf("integrity check: %s %v", verdict, err)
	}
}

package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/alert"
	"github.com/kajkhoj/kajkhoj/internal/collect"
	"github.com/kajkhoj/kajkhoj/internal/mail"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
	"github.com/kajkhoj/kajkhoj/internal/store"
	"github.com/kajkhoj/kajkhoj/internal/store/storetest"
	"github.com/kajkhoj/kajkhoj/internal/web"
)

// What the store is asked for by those who may not import it.
var (
	_ collect.Store = (*store.Store)(nil)
	_ search.Store  = (*store.Store)(nil)

	_ alert.Store       = (*store.Store)(nil)
	_ mail.Outbox       = (*store.Store)(nil)
	_ web.Subscriptions = (*store.Store)(nil)
)

func sqliteFile(t testing.TB) string { return filepath.Join(t.TempDir(), "kajkhoj.db") }

func TestSQLite(t *testing.T) { storetest.Run(t, sqliteFile) }

func TestPostgres(t *testing.T) {
	storetest.Postgres(t) // skips as a whole where there is no server
	storetest.Run(t, storetest.Postgres)
}

// A file's name is no URL: what means something in one is taken as it is.
func TestSQLiteFileName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data of 100% ক?#&x=1", "kaj khoj.db")
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
}

func TestRefusedDSN(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("not a database, but long enough to look like one: "+string(make([]byte, 4096))), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dsn := range []string{"", ":memory:", "mysql://localhost/x", filepath.Join(file, "below"), file, "postgres://%zz"} {
		if s, err := store.Open(t.Context(), dsn); err == nil {
			s.Close()
			t.Errorf("%q was opened", dsn)
		}
	}
}

// Browse's work is bounded: beyond its cap the total is a lower bound.
func TestBrowseCap(t *testing.T) {
	s, err := store.Open(t.Context(), sqliteFile(t))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	if err := s.SyncSources(t.Context(), []store.SourceConfig{{Name: "site", Enabled: true}}, now); err != nil {
		t.Fatal(err)
	}
	r, err := s.Claim(t.Context(), now, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	var ls []market.Listing
	for i := range 5100 {
		id := strconv.Itoa(i)
		ls = append(ls, market.Listing{ID: market.ListingID("site", id), Source: "site", ExternalID: id, Title: id, Description: "text " + id, PostedAt: now.Add(-time.Duration(i) * time.Second)})
	}
	if _, err := s.Save(t.Context(), r, ls, now); err != nil {
		t.Fatal(err)
	}
	looked := 0
	filter := func(market.Listing) bool { looked++; return true }
	hits, total, more, err := s.Browse(t.Context(), filter, nil, 4990, 20)
	if err != nil || looked != 5000 || total != 5000 || !more || len(hits) != 10 || hits[9].ID != ls[4999].ID {
		t.Fatalf("looked at %d, total %d, more %v, %d hits (%v)", looked, total, more, len(hits), err)
	}
	looked = 0
	if hits, total, more, err = s.Browse(t.Context(), filter, nil, 20, 20); err != nil || looked > 300 || total <= 40 || !more || len(hits) != 20 || hits[0].ID != ls[20].ID {
		t.Fatalf("for the second page: looked at %d, total %d, more %v, %d hits (%v)", looked, total, more, len(hits), err)
	}
	// Texts are read for what passes the filter, and so many at most.
	odd := func(l market.Listing) bool {
		if l.Description != "" {
			t.Error("the filter costs a text")
		}
		n, err := strconv.Atoi(l.Title)
		return err == nil && n%2 == 1
	}
	read := 0
	match := func(l market.Listing) bool {
		read++
		if l.Description != "text "+l.Title || !odd(market.Listing{Title: l.Title}) {
			t.Errorf("asked to match %s with the text %q", l.Title, l.Description)
		}
		return l.Title == "1" || l.Title == "1001"
	}
	if hits, total, more, err = s.Browse(t.Context(), odd, match, 0, 20); err != nil || read != 1000 || total != 2 || !more || hits[1].ID != ls[1001].ID {
		t.Fatalf("with words: read %d texts, total %d, more %v, %d hits (%v)", read, total, more, len(hits), err)
	}
}

// Not more than two browse at a time: others wait as long as they may.
func TestBrowsersTakeTurns(t *testing.T) {
	s, err := store.Open(t.Context(), sqliteFile(t))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	if err := s.SyncSources(t.Context(), []store.SourceConfig{{Name: "site", Enabled: true}}, now); err != nil {
		t.Fatal(err)
	}
	r, err := s.Claim(t.Context(), now, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Save(t.Context(), r, []market.Listing{{ID: market.ListingID("site", "1"), Source: "site", ExternalID: "1", Title: "1", PostedAt: now}}, now); err != nil {
		t.Fatal(err)
	}
	in, leave := make(chan struct{}), make(chan struct{})
	busy := func(market.Listing) bool { in <- struct{}{}; <-leave; return true }
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			if _, total, _, err := s.Browse(t.Context(), busy, nil, 0, 20); err != nil || total != 1 {
				t.Errorf("total %d (%v)", total, err)
			}
		})
		<-in
	}
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	free := func(market.Listing) bool { return true }
	if _, _, _, err := s.Browse(short, free, nil, 0, 20); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a third one beside two: %v", err)
	}
	close(leave)
	wg.Wait()
	if _, total, more, err := s.Browse(t.Context(), free, nil, 0, 20); err != nil || total != 1 || more {
		t.Errorf("after them: total %d, more %v (%v)", total, more, err)
	}
}

package store_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/collect"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
	"github.com/kajkhoj/kajkhoj/internal/store"
	"github.com/kajkhoj/kajkhoj/internal/store/storetest"
)

// What the store is asked for by those who may not import it.
var (
	_ collect.Store = (*store.Store)(nil)
	_ search.Store  = (*store.Store)(nil)
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
		ls = append(ls, market.Listing{ID: market.ListingID("site", id), Source: "site", ExternalID: id, Title: id, PostedAt: now.Add(-time.Duration(i) * time.Second)})
	}
	if _, err := s.Save(t.Context(), r, ls, now); err != nil {
		t.Fatal(err)
	}
	looked := 0
	hits, total, err := s.Browse(t.Context(), func(market.Listing) bool { looked++; return true }, 4990, 20)
	if err != nil || looked != 5000 || total != 5000 || len(hits) != 10 || hits[9].ID != ls[4999].ID {
		t.Fatalf("looked at %d, total %d, %d hits (%v)", looked, total, len(hits), err)
	}
}

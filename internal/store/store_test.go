package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/kajkhoj/kajkhoj/internal/store"
	"github.com/kajkhoj/kajkhoj/internal/store/storetest"
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

// Package storetest holds what tests of the store need: the contract that
// every engine keeps, and a PostgreSQL server to keep it on.
package storetest

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// PostgresURL is the environment variable that names a running server. The
// role must be allowed to create databases.
const PostgresURL = "KAJKHOJ_TEST_PG_URL"

// errNoPostgres says that there is neither a running server nor its programs.
var errNoPostgres = errors.New("no PostgreSQL: " + PostgresURL + " is not set, and initdb and postgres are neither on the PATH nor in /usr/lib/postgresql/*/bin")

// Postgres gives the URL of a fresh, empty database, which is dropped when
// the test ends. It lies on the server that KAJKHOJ_TEST_PG_URL names, or on
// one that the test binary starts for itself from its programs (as an
// unprivileged user when it runs as root), listening on a Unix socket only.
// The test is skipped where there is neither.
func Postgres(t testing.TB) (dsn string) {
	t.Helper()
	base, err := server()
	if errors.Is(err, errNoPostgres) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(base)
	if err != nil {
		t.Fatalf("%s: %v", PostgresURL, err)
	}
	admin, err := sql.Open("pgx", base)
	if err != nil {
		t.Fatal(err)
	}
	name := "kajkhoj_test_" + strings.ToLower(rand.Text())
	if _, err := admin.Exec("CREATE DATABASE " + name); err != nil {
		admin.Close()
		t.Fatalf("create a database: %v", err)
	}
	t.Cleanup(func() {
		defer admin.Close()
		if _, err := admin.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("drop the database: %v", err)
		}
	})
	u.Path = "/" + name
	return u.String()
}

// server is the URL of the one server of this test binary.
var server = sync.OnceValues(func() (string, error) {
	if u := os.Getenv(PostgresURL); u != "" {
		return u, nil
	}
	return start()
})

// Package store keeps everything that must outlive the process: listings,
// their duplicate groups, the change log, sources with their leases, runs,
// people with their saved searches, and the letters to them. It holds all SQL.
//
// One SQL text serves SQLite and PostgreSQL: placeholders $1, $2, … first
// appear in ascending order, times are milliseconds since 1970 UTC that are
// passed in (never the database's clock), ids are text made in Go, and
// structures are JSON in TEXT.
//
// # Order of writes
//
// Every transaction that writes listings locks the change counter's row
// first and its source's row second. Such transactions therefore follow one
// another: the change log's numbers rise in the order of commits, no two
// writers can found two groups for the same work, and there is no deadlock.
//
// What is written about people has its own order: first the counter
// "watched", where it is for several of them (see lockPeople), then the
// person's row (see hold), then their searches, tokens and letters. No
// transaction of the one kind holds a lock of the other.
//
// # Durability
//
// What Save acknowledged survives the death of the process at any moment,
// kill -9 included. On SQLite (write-ahead log, synchronous=NORMAL) a power
// cut or a crash of the operating system may lose the last transactions, but
// never leaves a damaged or half-written database (sqlite.org/pragma.html,
// synchronous); the next visit to the source saves them again. PostgreSQL
// syncs each commit unless its operator says otherwise.
//
// A run whose process died is over when its lease ends: the next claim of
// the source records it as failed and begins anew.
//
// # Backup
//
// SQLite: sqlite3 kajkhoj.db "VACUUM INTO 'backup.db'" gives a whole copy
// while the program runs; copying the file alone misses what is still in
// kajkhoj.db-wal. To restore, stop the program, put the copy in the file's
// place and delete kajkhoj.db-wal and kajkhoj.db-shm. PostgreSQL: pg_dump and
// pg_restore. A search index is no part of a backup; after a restore it must
// be rebuilt, because its cursor may be ahead of the restored change log.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store is a database. Its methods may be called by any number of
// goroutines, and any number of processes may share one database.
type Store struct {
	// On SQLite w has one connection and r several, which cannot write; on
	// PostgreSQL they are one pool.
	w, r *sql.DB
	// reads are the prepared statements of r, which are few: see query.
	reads statements
	// outlines are what Hits has read lately.
	outlines outlines
	// open is what Sources has counted last.
	open openCounts
	// browsing has room for those who Browse.
	browsing chan struct{}
	// growth is nil on SQLite.
	growth *growth
}

// Open opens a database and brings its schema up to date. dsn is a
// postgres:// URL, or the path of an SQLite file, which is made with its
// folder where there is none.
func Open(ctx context.Context, dsn string) (*Store, error) {
	scheme, _, isURL := strings.Cut(dsn, "://")
	switch {
	case scheme == "postgres" || scheme == "postgresql":
		return openPostgres(ctx, dsn)
	case isURL:
		return nil, fmt.Errorf("database %s://…: a postgres:// URL or the path of an SQLite file is needed", scheme)
	case dsn == "" || strings.Contains(dsn, ":memory:"):
		return nil, fmt.Errorf("database %q: the path of an SQLite file is needed", dsn)
	}
	return openSQLite(ctx, dsn)
}

// Close closes the database.
func (s *Store) Close() error {
	if s.w == s.r {
		return s.w.Close()
	}
	// The writer last: as the last connection it folds the log into the file.
	return errors.Join(s.r.Close(), s.w.Close())
}

// Ping asks the database for a row.
func (s *Store) Ping(ctx context.Context) error {
	_, err := s.Head(ctx)
	return err
}

func openPostgres(ctx context.Context, dsn string) (*Store, error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, fmt.Errorf("open PostgreSQL: %w", err)
	}
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(8)
	// Replicas that start together queue here: without the lock some fail.
	queue, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
	if err == nil {
		err = migrate(ctx, db, goose.DialectPostgres, goose.WithSessionLocker(queue))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open PostgreSQL: %w", err), db.Close())
	}
	return &Store{w: db, r: db, browsing: make(chan struct{}, browsers), growth: newGrowth()}, nil
}

// Pragmas are part of the DSN: set by a statement they would reach one
// connection of the pool only. Writers of several processes wait for each
// other without an order, so the time that one may wait is long; a context
// ends it sooner.
//
// The driver's SQLite is built to keep all connections' pages in one pool
// (SQLITE_ENABLE_MEMORY_MANAGEMENT): any of them may come to use all that the
// cache sizes add up to, and a page of 4 KiB takes 8. Larger ones were not
// found to be faster: the operating system has the file's pages at hand.
const (
	sqlitePragmas = "?_pragma=busy_timeout(30000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(1)"
	sqliteWriter  = sqlitePragmas + "&_txlock=immediate&_pragma=cache_size(-4096)&_pragma=journal_size_limit(67108864)"
	sqliteReader  = sqlitePragmas + "&_pragma=query_only(1)&_pragma=cache_size(-1024)"
)

func openSQLite(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err != nil {
		return nil, fmt.Errorf("open SQLite file: %w", err)
	}
	file := "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()
	w, err := sql.Open("sqlite", file+sqliteWriter)
	if err != nil {
		return nil, fmt.Errorf("open SQLite file %s: %w", path, err)
	}
	w.SetMaxOpenConns(1)
	// Two processes that start on a new file may both find no schema; the
	// slower one fails, and finds it made when it looks again.
	for range 5 {
		if err = migrate(ctx, w, goose.DialectSQLite3); err == nil || ctx.Err() != nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open SQLite file %s: %w", path, err), w.Close())
	}
	r, err := sql.Open("sqlite", file+sqliteReader)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open SQLite file %s: %w", path, err), w.Close())
	}
	readers := max(4, runtime.GOMAXPROCS(0))
	r.SetMaxOpenConns(readers)
	r.SetMaxIdleConns(readers)
	return &Store{w: w, r: r, browsing: make(chan struct{}, browsers)}, nil
}

func migrate(ctx context.Context, db *sql.DB, dialect goose.Dialect, opts ...goose.ProviderOption) error {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(dialect, db, dir, append(opts, goose.WithDisableGlobalRegistry(true))...)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("bring the schema up to date: %w", err)
	}
	return nil
}

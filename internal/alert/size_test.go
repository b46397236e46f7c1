//go:build unix

package alert_test

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/alert"
	"github.com/kajkhoj/kajkhoj/internal/mail"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
	"github.com/kajkhoj/kajkhoj/internal/search/searchtest"
	"github.com/kajkhoj/kajkhoj/internal/store"
	"github.com/kajkhoj/kajkhoj/internal/store/storetest"
)

// town is how many people have how many searches, and how much is new.
type town struct{ people, searches, listings int }

// TestDigestsOfATown has a town's digests composed by the real writer and
// filed in the real store. KAJKHOJ_TOWN=full takes 10,000 people with 25,000
// searches and 1,000 new listings, for which a minute is given.
func TestDigestsOfATown(t *testing.T) {
	size, within := town{500, 1250, 200}, 30*time.Second
	switch {
	case os.Getenv("KAJKHOJ_TOWN") == "full":
		size, within = town{10_000, 25_000, 1000}, time.Minute
	case testing.Short():
		size = town{100, 250, 100}
	}
	t.Run("SQLite", func(t *testing.T) { size.test(t, filepath.Join(t.TempDir(), "kajkhoj.db"), within) })
	t.Run("PostgreSQL", func(t *testing.T) { size.test(t, storetest.Postgres(t), within) })
}

func (size town) test(t *testing.T, dsn string, within time.Duration) {
	ctx := t.Context()
	begin := time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)
	s, err := store.Open(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var sources []store.SourceConfig
	for _, name := range searchtest.Sources {
		sources = append(sources, store.SourceConfig{Name: name, Enabled: true})
	}
	if err := s.SyncSources(ctx, sources, begin); err != nil {
		t.Fatal(err)
	}
	g := &searchtest.Generator{Seed: 1, Now: begin.Add(time.Hour)}
	listings := g.Listings(0, size.listings)
	size.enrol(t, dsn, listings, begin)

	bySource := map[string][]market.Listing{}
	for _, l := range listings {
		bySource[l.Source] = append(bySource[l.Source], l)
	}
	for name, ls := range bySource {
		run, err := s.ClaimNamed(ctx, name, begin.Add(time.Hour), time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Save(ctx, run, ls, begin.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}

	analyzer, err := search.NewAnalyzer(config.Files)
	if err != nil {
		t.Fatal(err)
	}
	writer, err := mail.NewWriter(mail.Site{BaseURL: "https://kaj.example", Contact: "help@kaj.example",
		Rates: market.Rates{AsOf: begin, PerUSD: map[string]float64{"USD": 1, "BDT": 122.4}}})
	if err != nil {
		t.Fatal(err)
	}
	d := &alert.Digester{Store: s, Letters: writer, Analyzer: analyzer}
	now := begin.AddDate(0, 0, 1) // everybody's hour has come
	people, passes := 0, 0
	started, cpu := time.Now(), processTime(t)
	for {
		did, err := d.Pass(ctx, now)
		if errors.Is(err, market.ErrNone) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		people += did
		passes++
	}
	took := time.Since(started)
	cpu = processTime(t) - cpu

	stats, err := s.MailStats(ctx, now)
	if err != nil {
		t.Fatal(err)
	}
	letters := stats.Letters[market.LetterQueued]
	t.Logf("%d people with %d searches, %d new listings: %d digests composed and filed in %v (%v of processor time in this process), %d passes",
		people, size.searches, size.listings, letters, took.Round(time.Millisecond), cpu.Round(time.Millisecond), passes)
	if people != size.people || letters < size.people/2 || letters > size.people {
		t.Errorf("%d letters to %d people", letters, people)
	}
	if took > within {
		t.Errorf("it took %v, wanted %v", took, within)
	}
}

// processTime is how long this process has had a processor.
func processTime(t *testing.T) time.Duration {
	t.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// enrol has the town's people ask for what the listings hold: of ten searches
// nine have words, mostly one or two; half of them have filters too. It writes
// the rows itself, for confirming them one by one takes far longer than what
// is measured.
func (size town) enrol(t *testing.T, dsn string, listings []market.Listing, now time.Time) {
	t.Helper()
	driver, source := "sqlite", "file:"+dsn+"?_pragma=busy_timeout(30000)"
	if strings.HasPrefix(dsn, "postgres://") {
		driver, source = "pgx", dsn
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	put := func(statement string, args ...any) {
		t.Helper()
		if _, err := tx.ExecContext(t.Context(), statement, args...); err != nil {
			t.Fatal(err)
		}
	}
	due := make([]int64, size.people)
	for i := range size.people {
		p := market.Subscriber{ID: fmt.Sprintf("person%05d", i), Email: fmt.Sprintf("person%d@example.org", i),
			Lang: []string{"bn", "en"}[i%2], Hour: market.DefaultHour, Zone: market.DefaultZone}
		due[i] = alert.Next(p, market.Search{Freq: market.Daily}, now).UnixMilli()
		put(`INSERT INTO subscriber (id, email, email_hash, lang, hour, zone, created, seen_at, mailed_at, due_at, lease_until)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 0, $8, 0)`,
			p.ID, p.Email, market.HashEmail(p.Email), p.Lang, p.Hour, p.Zone, now.UnixMilli(), due[i])
	}
	r := rand.New(rand.NewPCG(7, 7))
	for i := range size.searches {
		p := i % size.people
		put(`INSERT INTO search (id, subscriber, query, freq, state, lang, hour, zone, created, confirmed, cursor, due_at,
				told_at, told, last, alive_at, asked_at, changed_at, mails, hurry, hurry_at)
			VALUES ($1, $2, $3, 'daily', 'on', 'bn', 8, 'Asia/Dhaka', $4, $4, 0, $5, 0, 0, 0, $4, 0, $4, '[]', 0, 0)`,
			fmt.Sprintf("search%05d", i), fmt.Sprintf("person%05d", p), ask(r, listings).Values().Encode(), now.UnixMilli()+int64(i), due[p])
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

func ask(r *rand.Rand, listings []market.Listing) market.Query {
	q := market.Query{From: market.DefaultFrom}
	if r.IntN(10) > 0 {
		l := listings[r.IntN(len(listings))]
		words := append(strings.Fields(l.Title), l.Skills...)
		for range []int{1, 1, 1, 1, 2, 2, 2, 2, 3, 4}[r.IntN(10)] {
			q.Text += " " + words[r.IntN(len(words))]
		}
		q.Text = strings.TrimSpace(q.Text)
	}
	if q.Text == "" || r.IntN(2) == 0 {
		switch r.IntN(4) {
		case 0:
			q.Level = market.Levels[r.IntN(len(market.Levels))]
		case 1:
			q.English = market.Englishes[r.IntN(len(market.Englishes))]
		case 2:
			q.Categories = []market.Category{market.Categories[r.IntN(len(market.Categories))]}
		default:
			q.Level, q.English = market.Entry, market.Basic
		}
	}
	return q
}

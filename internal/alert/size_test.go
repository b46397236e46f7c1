package alert_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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
	size.enrol(t, s, listings, begin)

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
	started := time.Now()
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

	stats, err := s.MailStats(ctx, now)
	if err != nil {
		t.Fatal(err)
	}
	letters := stats.Letters[market.LetterQueued] - size.searches // those that asked to confirm
	t.Logf("%d people with %d searches, %d new listings: %d digests composed and filed in %v, %d passes", people, size.searches, size.listings, letters, took.Round(time.Millisecond), passes)
	if people != size.people || letters < size.people/2 || letters > size.people {
		t.Errorf("%d letters to %d people", letters, people)
	}
	if took > within {
		t.Errorf("it took %v, wanted %v", took, within)
	}
}

// enrol has the town's people ask for what the listings hold: of ten searches
// nine have words, mostly one or two; half of them have filters too.
func (size town) enrol(t *testing.T, s *store.Store, listings []market.Listing, now time.Time) {
	r := rand.New(rand.NewPCG(7, 7))
	asked := map[string]bool{}
	for i := 0; i < size.searches; {
		email := fmt.Sprintf("person%d@example.org", i%size.people)
		query := ask(r, listings).Values().Encode()
		if asked[email+query] {
			continue // it would be the same search
		}
		asked[email+query] = true
		size.subscribe(t, s, email, query, now.Add(time.Duration(i)*time.Millisecond), i)
		i++
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

func (size town) subscribe(t *testing.T, s *store.Store, email string, query string, now time.Time, i int) {
	t.Helper()
	var raw string
	lang := []string{"bn", "en"}[i%size.people%2]
	filed, err := s.Subscribe(t.Context(), email, market.Search{Query: query, Freq: market.Daily, Lang: lang, Hour: market.DefaultHour, Zone: market.DefaultZone}, now,
		func(p market.Subscriber, q market.Search) (market.Letter, []market.Token, error) {
			var token market.Token
			raw, token = market.NewToken(market.TokenConfirm, p.ID, q.ID, now, market.ConfirmTokenFor)
			return market.Letter{Key: fmt.Sprint("confirm", i), Kind: market.LetterConfirm, Subscriber: p.ID, To: p.Email, Lang: lang, Created: now}, []market.Token{token}, nil
		})
	if err != nil || !filed {
		t.Fatalf("subscribing: filed %v, %v", filed, err)
	}
	if _, _, err := s.Confirm(t.Context(), raw, now, alert.Next); err != nil {
		t.Fatal(err)
	}
}

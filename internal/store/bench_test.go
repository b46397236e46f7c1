package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/store"
	"github.com/kajkhoj/kajkhoj/internal/store/storetest"
)

// benchListings says how many listings the read benchmarks' database holds,
// benchPostgres puts it on PostgreSQL.
const (
	benchListings = "KAJKHOJ_BENCH_LISTINGS"
	benchPostgres = "KAJKHOJ_BENCH_POSTGRES"
)

func benchStore(b *testing.B) *store.Store {
	b.Helper()
	s, _ := benchDatabase(b)
	return s
}

func benchDatabase(b *testing.B) (s *store.Store, dsn string) {
	b.Helper()
	if os.Getenv(benchPostgres) != "" {
		dsn = storetest.Postgres(b)
	} else {
		dsn = sqliteFile(b)
	}
	s, err := store.Open(b.Context(), dsn)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	if err := s.SyncSources(b.Context(), []store.SourceConfig{{Name: "site", Enabled: true}}, time.Now()); err != nil {
		b.Fatal(err)
	}
	return s, dsn
}

// benchOffer is about as long as real listings are; one in eight has a twin.
func benchOffer(n int) market.Listing {
	id := strconv.Itoa(n)
	twin := n - btoi(n%8 == 7)
	rnd := rand.New(rand.NewPCG(7, uint64(n)))
	var text strings.Builder
	for text.Len() < 2200 {
		fmt.Fprintf(&text, "word%d ", rnd.IntN(20000))
	}
	return market.Listing{
		ID: market.ListingID("site", id), Source: "site", ExternalID: id, URL: "https://site.example/jobs/" + id + "-a-title",
		Title: "Senior data person for project " + id, Company: "Company " + strconv.Itoa(n%900), Description: text.String(),
		Skills: []string{"sql", "python", "writing"}, Category: "data", Lang: "en",
		Pay:      market.Pay{Kind: market.PayHourly, Min: 2000, Max: 4000, Currency: "USD", USD: 4000},
		Apply:    market.Apply{Where: market.WhereWorldwide, Basis: market.BasisText, Evidence: []market.Evidence{{Field: "description", Quote: "anywhere in the world", Start: 10, End: 31}}},
		PostedAt: time.Date(2026, 1, 1, 0, n%500_000, 0, 0, time.UTC),
		Level:    market.Label[market.Level]{Value: market.Expert, Basis: market.BasisText, Evidence: []market.Evidence{{Field: "title", Quote: "Senior", End: 6}}},
		English:  market.Label[market.English]{Value: market.Fluent, Basis: market.BasisEstimate},
		Keys:     market.Keys{Title: "senior data person for project " + strconv.Itoa(twin), Text: fmt.Sprintf("%016x", uint64(twin)*0x9e3779b97f4a7c15), Link: "site.example/jobs/" + id},
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func benchBatch(from, n int) []market.Listing {
	out := make([]market.Listing, n)
	for i := range out {
		out[i] = benchOffer(from + i)
	}
	return out
}

func benchRun(b *testing.B, s *store.Store) market.Run {
	b.Helper()
	r, err := s.ClaimNamed(b.Context(), "site", time.Now(), time.Hour)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

func perListing(b *testing.B, batch int) {
	b.ReportMetric(float64(b.N*batch)/b.Elapsed().Seconds(), "listings/s")
}

func BenchmarkSave(b *testing.B) {
	for _, size := range []int{100, 500} {
		b.Run(fmt.Sprint("new/", size), func(b *testing.B) {
			s := benchStore(b)
			r := benchRun(b, s)
			n := 0
			for b.Loop() {
				b.StopTimer()
				batch := benchBatch(n, size)
				n += size
				b.StartTimer()
				if saved, err := s.Save(b.Context(), r, batch, time.Now()); err != nil || saved.New != size {
					b.Fatal(saved, err)
				}
			}
			perListing(b, size)
		})
		b.Run(fmt.Sprint("seen/", size), func(b *testing.B) {
			s := benchStore(b)
			r := benchRun(b, s)
			batch := benchBatch(0, size)
			if _, err := s.Save(b.Context(), r, batch, time.Now()); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if saved, err := s.Save(b.Context(), r, batch, time.Now()); err != nil || saved.Seen != size {
					b.Fatal(saved, err)
				}
			}
			perListing(b, size)
		})
		b.Run(fmt.Sprint("changed/", size), func(b *testing.B) {
			s := benchStore(b)
			r := benchRun(b, s)
			batch := benchBatch(0, size)
			if _, err := s.Save(b.Context(), r, batch, time.Now()); err != nil {
				b.Fatal(err)
			}
			n := 0
			for b.Loop() {
				n++
				for i := range batch {
					batch[i].Company = strconv.Itoa(n)
				}
				if saved, err := s.Save(b.Context(), r, batch, time.Now()); err != nil || saved.Changed != size {
					b.Fatal(saved, err)
				}
			}
			perListing(b, size)
		})
	}
}

func BenchmarkRead(b *testing.B) {
	total := 20_000
	if v := os.Getenv(benchListings); v != "" {
		var err error
		if total, err = strconv.Atoi(v); err != nil {
			b.Fatal(err)
		}
	}
	ctx := context.Background()
	s := benchStore(b)
	r := benchRun(b, s)
	var groups []string
	start := time.Now()
	for n := 0; n < total; n += 500 {
		batch := benchBatch(n, 500)
		if _, err := s.Save(ctx, r, batch, time.Now()); err != nil {
			b.Fatal(err)
		}
		for _, l := range batch {
			groups = append(groups, l.ID)
		}
	}
	b.Logf("%d listings filled in %v", total, time.Since(start))

	page := func(rnd *rand.Rand) []string {
		out := make([]string, 20)
		for i := range out {
			n := rnd.IntN(total)
			out[i] = groups[n-btoi(n%8 == 7)]
		}
		return out
	}
	b.Run("groups of a page", func(b *testing.B) {
		rnd := rand.New(rand.NewPCG(1, 2))
		for b.Loop() {
			if ls, err := s.Groups(ctx, page(rnd)); err != nil || len(ls) < 15 {
				b.Fatal(len(ls), err)
			}
		}
	})
	b.Run("groups of a page, parallel", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			rnd := rand.New(rand.NewPCG(rand.Uint64(), 2))
			for pb.Next() {
				if _, err := s.Groups(ctx, page(rnd)); err != nil {
					b.Error(err)
				}
			}
		})
	})
	b.Run("listing", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Listing(ctx, groups[rand.IntN(total)]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("browse", func(b *testing.B) {
		for b.Loop() {
			if _, _, _, err := s.Browse(ctx, func(market.Listing) bool { return true }, nil, 0, 20); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("open, all", func(b *testing.B) {
		for b.Loop() {
			for _, err := range s.Open(ctx) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
		perListing(b, total)
	})
	b.Run("sources", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Sources(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("count open", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.CountOpen(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("finish a complete run", func(b *testing.B) {
		for b.Loop() {
			now := time.Now()
			o := market.Outcome{State: market.RunOK, Finished: now, Next: now, Complete: true, CloseAfter: 1 << 30}
			if _, err := s.Finish(ctx, r, o, 0); err != nil {
				b.Fatal(err)
			}
			r = benchRun(b, s)
		}
	})
}

// Everybody is due in one hour: 10,000 people with 25,000 searches are claimed
// and told, in batches, of a letter of 20 KB each; then the letters are sent.
func BenchmarkTell(b *testing.B) {
	const people, searches, batch = 10_000, 25_000, 256
	ctx := b.Context()
	words := strings.Repeat("words of a letter in both languages ", 20_000/36)
	for b.Loop() {
		b.StopTimer()
		s, dsn := benchDatabase(b)
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		storetest.Subscribers(b, dsn, people, searches, now, 0)
		b.StartTimer()
		start := time.Now()
		for {
			due, err := s.Due(ctx, now, time.Hour, batch)
			if errors.Is(err, market.ErrNone) {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			ts := make([]market.Telling, len(due))
			for i, p := range due {
				ts[i] = storetest.Telling(p, 10, 3, now, now.Add(24*time.Hour))
				ts[i].Letter.Text, ts[i].Letter.HTML = words[:5_000], words[5_000:]
			}
			if n, err := s.Tell(ctx, ts, now); err != nil || n != len(ts) {
				b.Fatal(n, err)
			}
		}
		told := time.Now()
		b.ReportMetric(told.Sub(start).Seconds(), "s-to-tell")
		sent := 0
		for ; ; sent++ {
			l, err := s.Next(ctx, now, time.Minute, nil)
			if errors.Is(err, market.ErrNone) {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			if err := s.Sent(ctx, l.Key, l.Lease, now); err != nil {
				b.Fatal(err)
			}
		}
		if sent != people {
			b.Fatal(sent, "letters")
		}
		b.ReportMetric(time.Since(told).Seconds(), "s-to-send")
		stats := time.Now()
		if st, err := s.MailStats(ctx, now); err != nil || st.Letters[market.LetterSent] != people {
			b.Fatal(st, err)
		}
		b.ReportMetric(float64(time.Since(stats).Microseconds())/1000, "ms-to-count")
	}
}

package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/store"
	"github.com/kajkhoj/kajkhoj/internal/store/storetest"
)

// Of a reporter's network only a hash is stored, another one each day, and
// the salt of a day is gone when a later day's has been made.
func TestReportSalt(t *testing.T) {
	for engine, fresh := range map[string]func(testing.TB) string{"sqlite": sqliteFile, "postgres": storetest.Postgres} {
		t.Run(engine, func(t *testing.T) {
			dsn := fresh(t)
			s, err := store.Open(t.Context(), dsn)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
			if err := s.SyncSources(t.Context(), []store.SourceConfig{{Name: "site", Enabled: true}}, day); err != nil {
				t.Fatal(err)
			}
			r, err := s.Claim(t.Context(), day, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			ls := pair("reported", 1)
			if _, err := s.Save(t.Context(), r, ls, day); err != nil {
				t.Fatal(err)
			}
			const network = "203.0.113.7"
			for i := range 3 {
				for _, l := range ls {
					at := day.Add(time.Duration(24*i) * time.Hour)
					if news, err := s.Report(t.Context(), market.Report{Listing: l.ID, Wrong: market.WrongLevel, At: at}, network); err != nil || !news {
						t.Fatalf("news %v (%v)", news, err)
					}
				}
				if n := number(t, dsn, `SELECT COUNT(*) FROM report_salt`); n != 1 {
					t.Errorf("on day %d there are %d salts", i, n)
				}
			}
			for query, want := range map[string]int{
				`SELECT COUNT(*) FROM report`:                                                   6,
				`SELECT COUNT(DISTINCT network) FROM report`:                                    3,
				fmt.Sprintf(`SELECT COUNT(*) FROM report WHERE network LIKE '%%%s%%'`, network): 0,
			} {
				if n := number(t, dsn, query); n != want {
					t.Errorf("%s: %d, want %d", query, n, want)
				}
			}
		})
	}
}

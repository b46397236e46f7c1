package alert

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/store/storetest"
)

// TestStillLooking lives through eight months, day by day: people are asked 90
// days after they last said that they are looking, with the searches of each
// in one letter; whoever does not answer is told nothing from two weeks later
// on, and goes on where they answer in the end.
func TestStillLooking(t *testing.T) {
	if testing.Short() {
		t.Skip("lives through eight months: not in short mode")
	}
	t.Run("SQLite", func(t *testing.T) { stillLooking(t, openBase(t, filepath.Join(t.TempDir(), "kajkhoj.db"))) })
	t.Run("PostgreSQL", func(t *testing.T) { stillLooking(t, openBase(t, storetest.Postgres(t))) })
}

func stillLooking(t *testing.T, b *base) {
	const days = 240
	ctx := t.Context()
	people := map[string]market.Subscriber{}
	for _, name := range []string{"answers", "silent", "late", "busy", "stopped"} {
		for _, word := range []string{"welding", "quilting"} {
			people[name], _ = b.enrol(t, name+"@example.org", market.Search{Query: "q=" + word, Freq: market.Daily, Hour: 8, Zone: market.DefaultZone, Lang: "en"}, noon)
		}
	}
	digest := &Digester{Store: b, Letters: pen{}, Analyzer: analyzer()}
	asker := &Asker{Store: b, Letters: pen{}}
	expirer := &Expirer{Store: b}
	asked, told, link := map[string][]int{}, map[string][]int{}, map[string]string{}
	news := map[string]string{} // what the last digest told, by person
	for day := 1; day <= days; day++ {
		now := noon.AddDate(0, 0, day)
		id := market.ListingID("hall", fmt.Sprint(day))
		b.publish(t, now, offer(id, "welding of "+id, now))
		for _, pass := range []func() (int, error){
			func() (int, error) { return digest.Pass(ctx, now) },
			func() (int, error) { return asker.Pass(ctx, now) },
			func() (int, error) { return expirer.Pass(ctx, now) },
		} {
			for {
				if _, err := pass(); errors.Is(err, market.ErrNone) {
					break
				} else if err != nil {
					t.Fatalf("day %d: %v", day, err)
				}
			}
		}
		for {
			l, err := b.Next(ctx, now.Add(time.Minute), time.Hour, nil)
			if errors.Is(err, market.ErrNone) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			name := strings.TrimSuffix(l.To, "@example.org")
			switch l.Kind {
			case market.LetterAsk:
				asked[name] = append(asked[name], day)
				if l.Text != "2" {
					t.Errorf("day %d: %s is asked about %s of two searches", day, name, l.Text)
				}
			case market.LetterDigest:
				told[name] = append(told[name], day)
				news[name] = l.Text
			}
			link[name] = strings.TrimPrefix(l.Manage, "https://kaj.example/manage/")
			if err := b.Sent(ctx, l.Key, l.Lease, now); err != nil {
				t.Fatal(err)
			}
		}
		alive := func(name string) {
			t.Helper()
			if err := b.Alive(ctx, link[name], now, Next); err != nil {
				t.Fatalf("day %d: %s: %v", day, name, err)
			}
		}
		if last := asked["answers"]; len(last) > 0 && last[len(last)-1] == day-1 {
			alive("answers")
		}
		switch day {
		case 60:
			_, all, err := b.Manage(ctx, link["busy"], now)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range all {
				if err := b.ChangeSearch(ctx, link["busy"], s.ID, now, Next, func(s *market.Search) error {
					s.Freq = market.Weekly
					return nil
				}); err != nil {
					t.Fatal(err)
				}
			}
			if err := b.Stop(ctx, link["stopped"], now); err != nil {
				t.Fatal(err)
			}
		case 130:
			alive("late")
		case 131:
			if pages := read(t, market.Letter{Text: news["late"]}); len(pages) != 1 || !slices.Equal(pages[0].IDs, []string{id}) {
				t.Errorf("who comes back is told %s, want the news of that day alone", news["late"])
			}
		}
	}
	answer := int(market.AnswerFor / (24 * time.Hour))
	if diff := cmp.Diff(map[string][]int{"answers": {90, 181}, "silent": {90}, "late": {90, 220}, "busy": {150}}, asked); diff != "" {
		t.Errorf("asked on the days (-want +got):\n%s", diff)
	}
	between := func(name string, from, to int) (n int) {
		return len(slices.DeleteFunc(slices.Clone(told[name]), func(day int) bool { return day < from || day > to }))
	}
	for _, c := range []struct {
		name               string
		from, to, min, max int
	}{
		{"answers", 1, days, days - 2, days},
		{"silent", 1, 90 + answer, 90 + answer - 2, 90 + answer},
		{"silent", 91 + answer, days, 0, 0},
		{"late", 91 + answer, 130, 0, 0},
		{"late", 131, 219 + answer, 85 + answer, 89 + answer},
		{"busy", 61, 150 + answer, 12, 16},
		{"busy", 151 + answer, days, 0, 0},
		{"stopped", 61, days, 0, 0},
	} {
		if n := between(c.name, c.from, c.to); n < c.min || n > c.max {
			t.Errorf("%s is told on %d days from %d to %d, want %d to %d", c.name, n, c.from, c.to, c.min, c.max)
		}
	}
	end := noon.AddDate(0, 0, days)
	for name, state := range map[string]market.SearchState{"answers": market.SearchOn, "late": market.SearchPaused} {
		_, all, err := b.Manage(ctx, link[name], end)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range all {
			if s.State != state {
				t.Errorf("a search of %s is %s, want %s", name, s.State, state)
			}
		}
	}
	if _, err := b.Trail(ctx, "stopped@example.org"); !errors.Is(err, market.ErrNotFound) {
		t.Errorf("of who stopped half a year ago: %v", err)
	}
}

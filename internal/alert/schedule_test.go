package alert

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// soon is a subscriber whose mails go out on the second of the hour.
func soon(t testing.TB, hour int, zone string) market.Subscriber {
	t.Helper()
	for i := range 10_000 {
		if id := fmt.Sprint("soon", i); lateness(id) == 0 {
			return market.Subscriber{ID: id, Hour: hour, Zone: zone}
		}
	}
	t.Fatal("nobody is told on the hour")
	panic("unreachable")
}

func TestNext(t *testing.T) {
	for _, tt := range []struct {
		name  string
		zone  string
		hour  int
		freq  market.Frequency
		after string
		want  string
	}{
		{"later today", "Asia/Dhaka", 8, market.Daily, "2026-11-24T01:59:59Z", "2026-11-24T02:00:00Z"},
		{"at the hour itself, the next day's", "Asia/Dhaka", 8, market.Daily, "2026-11-24T02:00:00Z", "2026-11-25T02:00:00Z"},
		{"a quarter hour's zone", "Asia/Kathmandu", 8, market.Daily, "2026-11-24T12:00:00Z", "2026-11-25T02:15:00Z"},
		{"an instant search is swept daily", "Asia/Dhaka", 8, market.Instant, "2026-11-24T12:00:00Z", "2026-11-25T02:00:00Z"},
		{"weekly on Sunday", "Asia/Dhaka", 8, market.Weekly, "2026-11-24T12:00:00Z", "2026-11-29T02:00:00Z"},
		{"weekly after Sunday's hour", "Asia/Dhaka", 8, market.Weekly, "2026-11-29T02:00:00Z", "2026-12-06T02:00:00Z"},
		{"Sunday there, Saturday in UTC", "Asia/Dhaka", 3, market.Weekly, "2026-11-24T12:00:00Z", "2026-11-28T21:00:00Z"},
		{"Sunday there, Monday in UTC", "America/New_York", 23, market.Weekly, "2026-11-24T12:00:00Z", "2026-11-30T04:00:00Z"},
		{"midnight", "Asia/Dhaka", 0, market.Daily, "2026-11-24T17:59:00Z", "2026-11-24T18:00:00Z"},

		{"Berlin skips 2: at 3", "Europe/Berlin", 2, market.Daily, "2027-03-27T12:00:00Z", "2027-03-28T01:00:00Z"},
		{"Berlin the day after", "Europe/Berlin", 2, market.Daily, "2027-03-28T01:00:00Z", "2027-03-29T00:00:00Z"},
		{"Berlin has 2 twice: the first", "Europe/Berlin", 2, market.Daily, "2027-10-30T12:00:00Z", "2027-10-31T00:00:00Z"},
		{"Berlin not at the second 2", "Europe/Berlin", 2, market.Daily, "2027-10-31T00:00:00Z", "2027-11-01T01:00:00Z"},
		{"Berlin at 8 that day", "Europe/Berlin", 8, market.Daily, "2027-10-30T12:00:00Z", "2027-10-31T07:00:00Z"},
		{"New York skips 2: at 3", "America/New_York", 2, market.Daily, "2027-03-13T12:00:00Z", "2027-03-14T07:00:00Z"},
		{"New York has 1 twice: the first", "America/New_York", 1, market.Daily, "2027-11-06T12:00:00Z", "2027-11-07T05:00:00Z"},
		{"weekly in the gap", "America/New_York", 2, market.Weekly, "2027-03-08T12:00:00Z", "2027-03-14T07:00:00Z"},
		{"Lord Howe skips half of 2: at half past", "Australia/Lord_Howe", 2, market.Daily, "2027-10-02T12:00:00Z", "2027-10-02T15:30:00Z"},
		{"Lord Howe goes from 2 back to half past 1: 2 comes once", "Australia/Lord_Howe", 2, market.Daily, "2027-04-03T12:00:00Z", "2027-04-03T15:30:00Z"},
		{"Lord Howe at 1 that day", "Australia/Lord_Howe", 1, market.Daily, "2027-04-03T12:00:00Z", "2027-04-03T14:00:00Z"},
		{"Cairo has no midnight: at 1", "Africa/Cairo", 0, market.Daily, "2027-04-29T12:00:00Z", "2027-04-29T22:00:00Z"},

		{"an unknown zone is the default one", "Mars/Olympus", 8, market.Daily, "2026-11-24T12:00:00Z", "2026-11-25T02:00:00Z"},
		{"the machine's own zone is none", "Local", 8, market.Daily, "2026-11-24T12:00:00Z", "2026-11-25T02:00:00Z"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			after, err := time.Parse(time.RFC3339, tt.after)
			if err != nil {
				t.Fatal(err)
			}
			to := soon(t, tt.hour, tt.zone)
			got := Next(to, market.Search{Freq: tt.freq}, after)
			if got.Format(time.RFC3339) != tt.want {
				t.Errorf("after %s at %s, want %s", tt.after, got.Format(time.RFC3339), tt.want)
			}
		})
	}
}

// TestNextOfYears walks through years of clocks, minute by minute where it
// matters, and holds Next to what the clocks show: for each day, the first
// instant at which the clock shows the hour or has passed it.
func TestNextOfYears(t *testing.T) {
	const step = 15 * time.Minute // no clock is changed at another minute
	begin := time.Date(2026, 12, 20, 0, 0, 0, 0, time.UTC)
	for _, name := range []string{"Asia/Dhaka", "Asia/Kathmandu", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago", "Pacific/Chatham", "America/St_Johns"} {
		zone, err := Zone(name)
		if err != nil {
			t.Fatal(err)
		}
		for hour := range 24 {
			to := soon(t, hour, name)
			due := Next(to, market.Search{Freq: market.Daily}, begin)
			wall := func(u time.Time) time.Time {
				u = u.In(zone)
				return time.Date(u.Year(), u.Month(), u.Day(), u.Hour(), u.Minute(), 0, 0, time.UTC)
			}
			want := wall(begin) // what the clock shows when it is due
			want = time.Date(want.Year(), want.Month(), want.Day(), hour, 0, 0, 0, time.UTC)
			if !want.After(wall(begin)) {
				want = want.AddDate(0, 0, 1)
			}
			for u := begin.Add(step); u.Before(begin.AddDate(1, 0, 0)); u = u.Add(step) {
				if wall(u).Before(want) {
					continue
				}
				if !due.Equal(u) {
					t.Fatalf("%s at %d: due %v, the clock shows it at %v", name, hour, due, u)
				}
				due = Next(to, market.Search{Freq: market.Daily}, due)
				want = want.AddDate(0, 0, 1)
			}
		}
	}
}

func TestLateness(t *testing.T) {
	on := map[time.Duration]bool{}
	after := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for i := range 1000 {
		to := market.Subscriber{ID: fmt.Sprint(i), Hour: 8, Zone: "Asia/Dhaka"}
		at := Next(to, market.Search{Freq: market.Daily}, after)
		late := at.Sub(time.Date(2026, 11, 25, 2, 0, 0, 0, time.UTC))
		if late < 0 || late >= spread {
			t.Fatalf("%v after the hour", late)
		}
		if w := Next(to, market.Search{Freq: market.Weekly}, after); w.Sub(at) != 4*24*time.Hour {
			t.Fatalf("weekly at %v, daily at %v: not the same second", w, at)
		}
		on[late] = true
		if last := lastHour(to, at); !last.Equal(at) {
			t.Fatalf("the last hour at %v is %v", at, last)
		}
		if last := lastHour(to, at.Add(-1)); !last.Equal(at.AddDate(0, 0, -1)) {
			t.Fatalf("the last hour before %v is %v", at, last)
		}
	}
	if len(on) < 200 {
		t.Errorf("1000 people begin in %d different seconds of 300", len(on))
	}
}

func TestZone(t *testing.T) {
	for _, name := range []string{"", "Local", "Mars/Olympus", "../etc/passwd"} {
		z, err := Zone(name)
		if !errors.Is(err, market.ErrInvalid) || z.String() != market.DefaultZone {
			t.Errorf("%q: %v, %v", name, z, err)
		}
	}
	if z, err := Zone("Europe/Berlin"); err != nil || z.String() != "Europe/Berlin" {
		t.Errorf("Berlin: %v, %v", z, err)
	}
}

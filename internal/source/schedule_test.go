package source

import (
	"strings"
	"testing"
	"time"
)

func TestParseSchedule(t *testing.T) {
	for _, expr := range []string{"0 * * * *", "*/15 * * * *", "30 2 * * 1-5", "@hourly", "@every 1h30m", "0 0 29 2 *"} {
		if _, err := ParseSchedule(expr); err != nil {
			t.Errorf("%q: %v", expr, err)
		}
	}
	for expr, want := range map[string]string{
		"":                     "no schedule",
		"* * * *":              "no schedule",
		"61 * * * *":           "no schedule",
		"0 0 0 * * *":          "no schedule",
		"TZ=":                  "no zone",
		"TZ=UTC":               "no zone",
		"CRON_TZ=Asia/Dhaka 0": "no zone",
		"0 0 31 2 *":           "never comes",
		"@every 0s":            "a second or more",
		"@every -1h":           "a second or more",
		"@every soon":          "a second or more",
		"@reboot":              "no schedule",
	} {
		if _, err := ParseSchedule(expr); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", expr, err, want)
		}
	}
}

func FuzzParseSchedule(f *testing.F) {
	f.Add("TZ=UTC")
	f.Add("0 0 31 2 *")
	f.Add("@every 1h")
	f.Fuzz(func(t *testing.T, expr string) {
		if s, err := ParseSchedule(expr); (s == nil) == (err == nil) {
			t.Errorf("%q: %v, %v", expr, s, err)
		}
	})
}

func clock(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", "2026-11-"+s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestNext(t *testing.T) {
	every := func(floor string) Spec {
		d, _ := time.ParseDuration(floor)
		return Spec{Name: "a", Schedule: "@every 1h", Terms: Terms{PollFloor: d}}
	}
	// cron has a floor so small that its own offset is none.
	cron := func(expr string) Spec { return Spec{Name: "a", Schedule: expr, Terms: Terms{PollFloor: 1}} }
	for _, tt := range []struct {
		name              string
		spec              Spec
		started, finished string
		failures          int
		retryAfter        time.Duration
		want              string
	}{
		{"interval counts from the start", every("1m"), "24 10:00:00", "24 10:05:00", 0, 0, "24 11:00:00"},
		{"a longer floor wins", every("6h"), "24 10:00:00", "24 10:05:00", 0, 0, "24 16:00:00"},
		{"a run longer than the interval", every("1m"), "24 10:00:00", "24 11:30:00", 0, 0, "24 11:30:00"},
		{"cron", cron("0 12 * * *"), "24 10:00:00", "24 10:05:00", 0, 0, "24 12:00:00"},
		{"cron on the minute itself", cron("0 12 * * *"), "24 12:00:00", "24 12:00:00", 0, 0, "25 12:00:00"},
		{"first failure waits a minute at least", cron("* * * * *"), "24 10:00:00", "24 10:00:05", 1, 0, "24 10:01:05"},
		{"second", cron("* * * * *"), "24 10:00:00", "24 10:00:05", 2, 0, "24 10:02:05"},
		{"fifth", cron("* * * * *"), "24 10:00:00", "24 10:00:05", 5, 0, "24 10:16:05"},
		{"backoff ends at a day", cron("* * * * *"), "24 10:00:00", "24 10:00:05", 500, 0, "25 10:00:05"},
		{"backoff begins at the floor", every("30m"), "24 10:00:00", "24 10:00:05", 3, 0, "24 12:00:05"},
		{"a schedule later than the backoff", cron("0 12 * * *"), "24 10:00:00", "24 10:05:00", 1, 0, "24 12:00:00"},
		{"the site's own wait", every("1m"), "24 10:00:00", "24 10:05:00", 1, 3 * time.Hour, "24 13:05:00"},
		{"the site's own wait has a cap", every("1m"), "20 10:00:00", "20 10:00:00", 1, 1000 * time.Hour, "27 10:00:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.spec.Next(clock(tt.started), clock(tt.finished), tt.failures, tt.retryAfter)
			if err != nil || !got.Equal(clock(tt.want)) {
				t.Errorf("%v, %v, want %v", got, err, clock(tt.want))
			}
		})
	}
	if _, err := cron("nonsense").Next(clock("24 10:00:00"), clock("24 10:00:00"), 0, 0); err == nil {
		t.Error("a bad schedule has a next time")
	}
}

// A site that was not reached is tried again soon, whatever its schedule.
func TestAgain(t *testing.T) {
	finished := clock("24 10:00:00")
	for _, tt := range []struct {
		floor    time.Duration
		failures int
		want     time.Duration
	}{
		{6 * time.Hour, 1, time.Minute},
		{6 * time.Hour, 2, 2 * time.Minute},
		{6 * time.Hour, 5, 16 * time.Minute},
		{6 * time.Hour, 7, time.Hour},
		{6 * time.Hour, 500, time.Hour},
		{15 * time.Minute, 4, 8 * time.Minute},
		{15 * time.Minute, 5, 15 * time.Minute},
		{5 * time.Second, 1, time.Minute},
		{5 * time.Second, 9, time.Minute},
	} {
		s := Spec{Name: "a", Schedule: "0 12 * * *", Terms: Terms{PollFloor: tt.floor}}
		if got := s.Again(finished, tt.failures).Sub(finished); got != tt.want {
			t.Errorf("floor %v, failure %d: %v, want %v", tt.floor, tt.failures, got, tt.want)
		}
	}
}

// The schedule is in UTC whatever zone the times come in.
func TestNextIsUTC(t *testing.T) {
	dhaka := time.FixedZone("+06", 6*60*60)
	at := time.Date(2026, 11, 24, 10, 0, 0, 0, dhaka) // 04:00 UTC
	s := Spec{Name: "a", Schedule: "0 5 * * *", Terms: Terms{PollFloor: 1}}
	if got, err := s.Next(at, at, 0, 0); err != nil || !got.Equal(clock("24 05:00:00")) {
		t.Errorf("%v %v", got, err)
	}
}

// Sources with the same schedule do not start together: their offsets fill
// a tenth of the floor, at most five minutes.
func TestOffset(t *testing.T) {
	spread := func(floor time.Duration) (least, most time.Duration) {
		least = time.Hour
		for _, name := range []string{"himalayas", "jobicy", "remotive", "remoteok", "workingnomads", "hackernews", "reddit", "arbeitnow", "freelancermap", "weworkremotely", "peopleperhour", "freelancer"} {
			d := Spec{Name: name, Terms: Terms{PollFloor: floor}}.offset()
			if d != (Spec{Name: name, Terms: Terms{PollFloor: floor}}).offset() {
				t.Errorf("%s: the offset changes", name)
			}
			least, most = min(least, d), max(most, d)
		}
		return least, most
	}
	if a, b := spread(6 * time.Hour); a < 0 || b >= 5*time.Minute || b-a < 2*time.Minute {
		t.Errorf("from %v to %v", a, b)
	}
	if a, b := spread(10 * time.Minute); a < 0 || b >= time.Minute || b-a < 20*time.Second {
		t.Errorf("from %v to %v", a, b)
	}
}

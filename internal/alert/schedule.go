package alert

import (
	"fmt"
	"hash/fnv"
	"sync"
	"time"
	_ "time/tzdata" // people's zones must be known on a machine without a zone database

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// spread is over how much of the hour's beginning people's mails are spread,
// so that not all of them start in one second.
const spread = 5 * time.Minute

// Next is when a search of a person is due, after an instant: daily and
// weekly (Sunday) searches at the person's hour in their zone, and instant
// ones at that hour every day too, as a sweep; Watcher makes these due
// earlier when there is something.
//
// A person's mails go out a fixed number of seconds after the hour, less than
// five minutes, which their ID decides; never before it. All of a person's
// searches therefore are due at one instant, and are told in one mail.
//
// Where the clock skips the hour, the first instant after the gap stands for
// it; where it strikes twice, the first counts. A zone that is not known
// counts as market.DefaultZone: Zone says so, and Digester.Pass reports it.
func Next(to market.Subscriber, s market.Search, after time.Time) time.Time {
	zone, _ := Zone(to.Zone)
	late := lateness(to.ID)
	y, m, d := after.In(zone).Date()
	// A day earlier, because the hour may be late enough to fall on the next.
	for day := d - 1; ; day++ {
		if s.Freq == market.Weekly && time.Date(y, m, day, 0, 0, 0, 0, time.UTC).Weekday() != time.Sunday {
			continue
		}
		if at := strike(zone, y, m, day, to.Hour).Add(late); at.After(after) {
			return at.UTC()
		}
	}
}

// lastHour is when the person's hour last came, at or before an instant.
func lastHour(to market.Subscriber, now time.Time) time.Time {
	daily := market.Search{Freq: market.Daily}
	at := Next(to, daily, now.Add(-50*time.Hour))
	for {
		next := Next(to, daily, at)
		if next.After(now) {
			return at
		}
		at = next
	}
}

// lateness is how long after the hour a person's mails go out, in whole seconds.
func lateness(subscriber string) time.Duration {
	h := fnv.New64a()
	h.Write([]byte(subscriber))
	return time.Duration(h.Sum64()%uint64(spread/time.Second)) * time.Second
}

// strike is the first instant at which a clock in the zone shows the hour of
// a day; where none does, the first instant after the gap.
func strike(zone *time.Location, y int, m time.Month, day, hour int) time.Time {
	wall := time.Date(y, m, day, hour, 0, 0, 0, time.UTC)
	// What the clock shows is told apart from UTC by the offset before a
	// change or by the one after it. The one before gives the first of two.
	_, before := wall.Add(-26 * time.Hour).In(zone).Zone()
	_, after := wall.Add(26 * time.Hour).In(zone).Zone()
	first := wall.Add(-time.Duration(before) * time.Second).In(zone)
	for _, t := range []time.Time{first, wall.Add(-time.Duration(after) * time.Second).In(zone)} {
		if _, offset := t.Zone(); t.Add(time.Duration(offset) * time.Second).Equal(wall) {
			return t
		}
	}
	end, _ := first.ZoneBounds()
	return end
}

var zones sync.Map // name -> *time.Location, of those that are known

// Zone is an IANA time zone. Where there is none of that name it gives
// market.DefaultZone's, and an error.
func Zone(name string) (*time.Location, error) {
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location), nil
	}
	// "" and "Local" are Go's own names, and no place.
	if name != "" && name != "Local" {
		if z, err := time.LoadLocation(name); err == nil {
			zones.Store(name, z)
			return z, nil
		}
	}
	return defaultZone(), fmt.Errorf("time zone %q is not known: %w", name, market.ErrInvalid)
}

var defaultZone = sync.OnceValue(func() *time.Location {
	z, err := time.LoadLocation(market.DefaultZone)
	if err != nil {
		panic("alert: " + err.Error())
	}
	return z
})

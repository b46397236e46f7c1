package source

import (
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// ParseSchedule reads a cron expression of five fields or a descriptor such
// as "@every 1h". It refuses what the parser accepts or chokes on without
// use: zones inside the expression, days that never come, and intervals
// below a second.
func ParseSchedule(expr string) (s cron.Schedule, err error) {
	if strings.HasPrefix(expr, "TZ=") || strings.HasPrefix(expr, "CRON_TZ=") {
		return nil, errors.New("no zone in the expression: schedules are in UTC")
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%q is no schedule: %v", expr, p)
		}
	}()
	if rest, ok := strings.CutPrefix(expr, "@every "); ok {
		if d, err := time.ParseDuration(rest); err != nil || d < time.Second {
			return nil, fmt.Errorf("%q: an interval of a second or more is needed", expr)
		}
	}
	s, err = cron.ParseStandard(expr)
	if err != nil {
		return nil, fmt.Errorf("%q is no schedule: %w", expr, err)
	}
	if s.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, fmt.Errorf("%q never comes", expr)
	}
	return s, nil
}

// Next is when a source is due after a run that began at started and ended
// at finished: the schedule's next time plus the source's own offset (so
// that not all sources start on the minute), never earlier than its poll
// floor after the start, and after failures in a row with a backoff that
// doubles from the floor (at least a minute) up to a day.
func (s Spec) Next(started, finished time.Time, failures int, retryAfter time.Duration) (time.Time, error) {
	sched, err := ParseSchedule(s.Schedule)
	if err != nil {
		return time.Time{}, err
	}
	var next time.Time
	if every, ok := sched.(cron.ConstantDelaySchedule); ok {
		next = started.Add(every.Delay)
	} else if next = sched.Next(finished.UTC()); next.IsZero() {
		return time.Time{}, fmt.Errorf("%q never comes after %s", s.Schedule, finished.UTC().Format(time.DateOnly))
	} else {
		next = next.Add(s.offset())
	}
	if floor := started.Add(s.Terms.PollFloor); next.Before(floor) {
		next = floor
	}
	if failures > 0 {
		wait := max(s.Terms.PollFloor, time.Minute)
		for range min(failures-1, 20) {
			wait = min(wait*2, 24*time.Hour)
		}
		if at := finished.Add(wait); next.Before(at) {
			next = at
		}
	}
	if at := finished.Add(min(retryAfter, 7*24*time.Hour)); next.Before(at) {
		next = at
	}
	if next.Before(finished) {
		next = finished
	}
	return next, nil
}

// Again is when a source is due after a run that did not reach it, which
// cost the site nothing: a minute after the first such failure in a row, then
// with a backoff that doubles up to the poll floor or an hour, whichever is
// less (at least a minute).
func (s Spec) Again(finished time.Time, failures int) time.Time {
	longest := max(min(s.Terms.PollFloor, time.Hour), time.Minute)
	wait := time.Minute
	for range min(failures-1, 20) {
		wait = min(wait*2, longest)
	}
	return finished.Add(wait)
}

// offset spreads sources over a tenth of their poll floor, at most five minutes.
func (s Spec) offset() time.Duration {
	span := min(s.Terms.PollFloor/10, 5*time.Minute)
	if span <= 0 {
		return 0
	}
	h := fnv.New64a() // 32 bits of nanoseconds would be four seconds
	h.Write([]byte(s.Name))
	return time.Duration(h.Sum64() % uint64(span))
}

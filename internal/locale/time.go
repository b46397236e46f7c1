package locale

import (
	"fmt"
	"strconv"
	"time"
	_ "time/tzdata" // Dhaka's offset must be known on a machine without a zone database
)

// Dhaka is the zone of all dates and clocks that people see.
var Dhaka = func() *time.Location {
	l, err := time.LoadLocation("Asia/Dhaka")
	if err != nil {
		panic(err)
	}
	return l
}()

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// Date is a day: "২৪ নভেম্বর ২০২৬", "24 November 2026".
func (c *Catalogue) Date(t time.Time) string {
	t = t.In(Dhaka)
	return c.Text("time.date",
		"day", c.Digits(strconv.Itoa(t.Day())),
		"month", c.Text("month."+strconv.Itoa(int(t.Month()))),
		"year", c.Digits(strconv.Itoa(t.Year())))
}

// DateClock is a day and a time of day: "২৪ নভেম্বর ২০২৬, সকাল ১১:১০".
func (c *Catalogue) DateClock(t time.Time) string {
	return c.Text("time.date-clock", "date", c.Date(t), "clock", c.Clock(t))
}

// Clock is a time of day: the part of the day and twelve hours in Bengali,
// twenty-four hours in English.
func (c *Catalogue) Clock(t time.Time) string {
	t = t.In(Dhaka)
	h := t.Hour()
	part := "night"
	switch {
	case h >= 20 || h < 4:
	case h < 6:
		part = "dawn"
	case h < 12:
		part = "morning"
	case h < 15:
		part = "noon"
	case h < 18:
		part = "afternoon"
	default:
		part = "evening"
	}
	clock := fmt.Sprintf("%d:%02d", h, t.Minute())
	if c.Lang == Bengali {
		clock = fmt.Sprintf("%d:%02d", (h+11)%12+1, t.Minute())
	}
	return c.Text("clock."+part, "time", c.Digits(clock))
}

// Moment is the clock alone on now's day, and the day and clock on others.
func (c *Catalogue) Moment(t, now time.Time) string {
	if days(t, now) == 0 {
		return c.Clock(t)
	}
	return c.DateClock(t)
}

// Age is how long ago t was: whole minutes, hours or days that have passed,
// and the date after thirty days.
func (c *Catalogue) Age(t, now time.Time) string {
	switch d := now.Sub(t); {
	case d < time.Minute:
		return c.Text("time.now")
	case d < 2*time.Minute:
		return c.Text("time.minute")
	case d < time.Hour:
		return c.Text("time.minutes", "n", c.Int(int(d/time.Minute)))
	case d < 2*time.Hour:
		return c.Text("time.hour")
	case d < 24*time.Hour:
		return c.Text("time.hours", "n", c.Int(int(d/time.Hour)))
	case d < 48*time.Hour:
		return c.Text("time.day")
	case d < 31*24*time.Hour:
		return c.Text("time.days", "n", c.Int(int(d/(24*time.Hour))))
	}
	return c.Date(t)
}

// days counts the midnights in Dhaka between t and now.
func days(t, now time.Time) int {
	midnight := func(t time.Time) time.Time {
		y, m, d := t.In(Dhaka).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(midnight(now).Sub(midnight(t)) / (24 * time.Hour))
}

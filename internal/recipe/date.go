package recipe

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // zones are known on a machine without a database of them
)

// dateParts are the letters of a date's form and what package time calls
// them; of two that begin alike the longer one comes first.
var dateParts = [][2]string{
	{"YYYY", "2006"}, {"YY", "06"},
	{"MMMM", "January"}, {"MMM", "Jan"}, {"MM", "01"}, {"M", "1"},
	{"dddd", "Monday"}, {"ddd", "Mon"}, {"DD", "02"}, {"D", "2"},
	{"HH", "15"}, {"hh", "03"}, {"h", "3"},
	{"mm", "04"}, {"m", "4"}, {"ss", "05"}, {"s", "5"},
	{"A", "PM"}, {"a", "pm"}, {"Z", "-07:00"},
}

// layoutOf turns a form such as "DD.MM.YYYY HH:mm" into a layout of package
// time. Words in square brackets stand for themselves.
func layoutOf(form string) (string, error) {
	var b strings.Builder
next:
	for rest := form; rest != ""; {
		if after, ok := strings.CutPrefix(rest, "["); ok {
			word, after, ok := strings.Cut(after, "]")
			if !ok {
				return "", fmt.Errorf("date %q: a ] is missing", form)
			}
			b.WriteString(word)
			rest = after
			continue
		}
		for _, p := range dateParts {
			if after, ok := strings.CutPrefix(rest, p[0]); ok {
				b.WriteString(p[1])
				rest = after
				continue next
			}
		}
		c := rest[0]
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			return "", fmt.Errorf("date %q: %q is no part of a date: YYYY, MM, DD, HH, mm, ss and the like, and words in [brackets]", form, c)
		}
		b.WriteByte(c)
		rest = rest[1:]
	}
	layout := b.String()
	// What a form cannot read back is no form of a date: "DD.MM", or a word in
	// brackets that package time takes for a part.
	day := time.Date(2011, 10, 29, 0, 0, 0, 0, time.UTC)
	if got, err := time.Parse(layout, day.Format(layout)); err != nil || got.Year() != 2011 || got.YearDay() != day.YearDay() {
		return "", fmt.Errorf("date %q: a form that tells year, month and day is needed, such as DD.MM.YYYY HH:mm", form)
	}
	return layout, nil
}

// zoneOf reads a zone: a name of the IANA database, or an offset.
func zoneOf(name string) (*time.Location, error) {
	for _, layout := range []string{"-07:00", "-0700", "-07"} {
		if t, err := time.Parse(layout, name); err == nil {
			_, offset := t.Zone()
			return time.FixedZone(name, offset), nil
		}
	}
	if loc, err := time.LoadLocation(name); err == nil && name != "" && name != "Local" {
		return loc, nil
	}
	return nil, fmt.Errorf("zone %q: a name such as Asia/Dhaka or an offset such as +06:00 is needed", name)
}

// bare are the forms of ISO 8601 without a zone.
var bare = []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly}

// dated reads a text by a pick's date and zone, as RFC 3339. ok is false
// where it has another form. With a zone alone, a date that has no zone of its
// own is in that one, and every other text stays as it is.
func (p pick) dated(s string) (string, bool) {
	s = strings.Join(strings.Fields(s), " ")
	loc := p.zone
	if loc == nil {
		loc = time.UTC
	}
	if p.layout != "" {
		t, err := time.ParseInLocation(p.layout, s, loc)
		if err != nil {
			return "", false
		}
		return t.Format(time.RFC3339), true
	}
	if p.zone != nil {
		for _, layout := range bare {
			if t, err := time.ParseInLocation(layout, s, loc); err == nil {
				return t.Format(time.RFC3339), true
			}
		}
	}
	return s, true
}

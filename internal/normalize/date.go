package normalize

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

// layouts are the written forms of a date. A time without zone is UTC: sites
// that leave the zone out and say which one they mean, mean UTC. Forms in
// which day and month could be taken for one another ("05/11/2026") are not
// read.
var layouts = []string{
	time.RFC3339Nano,
	"2006-01-02T15:04:05.999999999",
	"2006-01-02T15:04:05Z0700",
	"2006-01-02T15:04",
	"2006-01-02 15:04:05.999999999",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05 Z07:00",
	"2006-01-02 15:04:05 -0700",
	"2006-01-02 15:04:05 -0700 MST",
	"2006-01-02 15:04:05 UTC",
	"2006-01-02 15:04 UTC",
	"2006-01-02 15:04",
	time.DateOnly,
	"2006/01/02",
	time.RFC1123Z,
	time.RFC1123,
	"Mon, 2 Jan 2006 15:04:05 -0700",
	"Mon, 2 Jan 2006 15:04:05 MST",
	"Mon, 2 Jan 2006 15:04 -0700",
	"2 Jan 2006 15:04:05 -0700",
	"2 Jan 2006 15:04:05 MST",
	"Jan 2, 2006 15:04",
	"Jan 2, 2006 3:04 PM",
	"January 2, 2006 15:04 UTC",
	"Jan 2, 2006",
	"January 2, 2006",
	"Jan 2 2006",
	"January 2 2006",
	"2 Jan 2006",
	"2 January 2006",
	"2 Jan, 2006",
	"2 January, 2006",
	"Mon Jan 2 15:04:05 2006",
	"Monday, January 2, 2006",
}

// The oldest date that is believed, and how far the two dates may lie ahead.
var oldest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

const (
	aheadPosted  = 24 * time.Hour
	aheadExpires = 5 * 366 * 24 * time.Hour
)

// posted is the date of offering, zero where it cannot be read or believed:
// before 2000 or more than a day after now.
func posted(s string, now time.Time) time.Time { return believed(s, now, aheadPosted) }

// expires is the closing date, zero where it cannot be read or believed.
func expires(s string, now time.Time) time.Time { return believed(s, now, aheadExpires) }

func believed(s string, now time.Time, ahead time.Duration) time.Time {
	t, ok := Date(s, now)
	if !ok || t.Before(oldest) || t.After(now.Add(ahead)) {
		return time.Time{}
	}
	return t
}

var months = strings.NewReplacer(
	"জানুয়ারি", "January", "জানুয়ারী", "January", "জানুয়ারি", "January", "জানুয়ারী", "January",
	"ফেব্রুয়ারি", "February", "ফেব্রুয়ারী", "February", "ফেব্রুয়ারি", "February", "ফেব্রুয়ারী", "February",
	"মার্চ", "March", "এপ্রিল", "April", "মে", "May", "জুন", "June", "জুলাই", "July", "আগস্ট", "August",
	"সেপ্টেম্বর", "September", "অক্টোবর", "October", "নভেম্বর", "November", "ডিসেম্বর", "December",
	"Sept ", "Sep ", "Sept. ", "Sep ",
	"০", "0", "১", "1", "২", "2", "৩", "3", "৪", "4", "৫", "5", "৬", "6", "৭", "7", "৮", "8", "৯", "9",
)

// Date reads a date in any form that sites write: RFC 3339, RFC 1123, with
// and without zone (then UTC), Unix seconds and milliseconds, "Nov 5, 2026",
// "৫ নভেম্বর ২০২৬", and distances from now such as "3 hours ago",
// "yesterday", "৩ দিন আগে". A distance is cut down to its unit (hours for
// "3 hours ago", days in UTC for all longer ones), because it says no more.
// The result is in UTC. ok is false for anything else.
func Date(s string, now time.Time) (t time.Time, ok bool) {
	if len(s) > 120 {
		return time.Time{}, false
	}
	s = norm.NFC.String(strings.TrimSpace(strings.ToValidUTF8(s, "")))
	if s == "" {
		return time.Time{}, false
	}
	now = now.UTC()
	if t, ok := epoch(s); ok {
		return t, true
	}
	written := strings.Join(strings.Fields(months.Replace(s)), " ")
	if c := written[0]; c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
		for _, layout := range layouts {
			if t, err := time.Parse(layout, written); err == nil && known(t) {
				return t.UTC(), true
			}
		}
	}
	return ago(s, now)
}

// known reports whether t's zone was understood: time.Parse gives an unknown
// abbreviation such as "BST" the offset 0, which would be a guess.
func known(t time.Time) bool {
	name, offset := t.Zone()
	return offset != 0 || name == "" || name == "UTC" || name == "GMT"
}

// epoch reads Unix time: nine or ten digits are seconds, twelve or thirteen
// milliseconds; a fraction is left out.
func epoch(s string) (time.Time, bool) {
	if whole, fraction, found := strings.Cut(s, "."); found && fraction != "" && strings.Trim(fraction, "0123456789") == "" {
		s = whole
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 || s[0] == '+' {
		return time.Time{}, false
	}
	switch len(s) {
	case 9, 10:
		return time.Unix(n, 0).UTC(), true
	case 12, 13:
		return time.UnixMilli(n).UTC(), true
	}
	return time.Time{}, false
}

// The units of a distance.
const (
	unitSecond = iota
	unitMinute
	unitHour
	unitDay
	unitWeek
	unitMonth
	unitYear
	unitNow
	unitToday
	unitYesterday
)

var distances = func() *phrase.Set {
	var rules []phrase.Rule
	for unit, words := range map[int]string{
		unitSecond: "second|seconds|sec|secs|s|সেকেন্ড", unitMinute: "minute|minutes|min|mins|m|মিনিট",
		unitHour: "hour|hours|hr|hrs|h|ঘণ্টা|ঘন্টা", unitDay: "day|days|d|দিন", unitWeek: "week|weeks|wk|wks|w|সপ্তাহ",
		unitMonth: "month|months|mo|mos|মাস", unitYear: "year|years|yr|yrs|বছর",
	} {
		rules = append(rules, phrase.Rule{ID: unit, Pattern: "(#|a|an|one|এক) (" + words + ") (ago|আগে|পূর্বে)"})
	}
	rules = append(rules,
		phrase.Rule{ID: unitNow, Pattern: "just now"}, phrase.Rule{ID: unitNow, Pattern: "(moments|seconds) ago"},
		phrase.Rule{ID: unitNow, Pattern: "(এইমাত্র|এখনই)"}, phrase.Rule{ID: unitNow, Pattern: "now"},
		phrase.Rule{ID: unitToday, Pattern: "(today|আজ|আজকে)"}, phrase.Rule{ID: unitYesterday, Pattern: "(yesterday|গতকাল)"},
	)
	return phrase.MustCompile(nil, rules)
}()

// spelled are the short forms that hold number and unit in one word ("3d ago").
var spelled = regexp.MustCompile(`\b(\d{1,3})(h|d|w|m|mo|min|hr|y) ago\b`)

// ago reads a distance from now. Words before it ("Posted") are allowed, a
// bound ("30+ days ago", "over a month ago") is not a date.
func ago(s string, now time.Time) (time.Time, bool) {
	s = spelled.ReplaceAllString(strings.ToLower(s), "$1 $2 ago")
	t := phrase.Lex(s)
	ms := longest(distances.Find(&t))
	if len(ms) != 1 || len(t.Words) > 8 || ms[0].Last != len(t.Words)-1 || strings.Contains(s, "+") {
		return time.Time{}, false
	}
	for i := range ms[0].First {
		switch t.Fold(i) {
		case "over", "more", "than", "least", "about", "under", "less":
			return time.Time{}, false
		}
	}
	n := 1
	if v := t.Words[ms[0].First].Num; v >= 0 {
		n = int(v)
	}
	if n > 1000 {
		return time.Time{}, false
	}
	switch ms[0].ID {
	case unitNow:
		return now.Truncate(time.Minute), true
	case unitSecond:
		return now.Add(-time.Duration(n) * time.Second).Truncate(time.Minute), true
	case unitMinute:
		return now.Add(-time.Duration(n) * time.Minute).Truncate(time.Minute), true
	case unitHour:
		return now.Add(-time.Duration(n) * time.Hour).Truncate(time.Hour), true
	}
	day := now.Truncate(24 * time.Hour)
	switch ms[0].ID {
	case unitDay:
		day = day.AddDate(0, 0, -n)
	case unitWeek:
		day = day.AddDate(0, 0, -7*n)
	case unitMonth:
		day = day.AddDate(0, -n, 0)
	case unitYear:
		day = day.AddDate(-n, 0, 0)
	case unitYesterday:
		day = day.AddDate(0, 0, -1)
	}
	return day, true
}

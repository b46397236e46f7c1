package normalize

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 24, 12, 34, 56, 0, time.UTC)

func TestDate(t *testing.T) {
	for in, want := range map[string]string{
		"2026-11-05T10:20:30Z":            "2026-11-05T10:20:30Z",
		"2026-11-05T10:20:30+06:00":       "2026-11-05T04:20:30Z",
		"2026-11-05T10:20:30.123Z":        "2026-11-05T10:20:30.123Z",
		"2026-11-05T10:20:30":             "2026-11-05T10:20:30Z",
		"2026-11-05T10:20:30+0600":        "2026-11-05T04:20:30Z",
		"2026-11-05 10:20:30":             "2026-11-05T10:20:30Z",
		"2026-11-05 10:20":                "2026-11-05T10:20:00Z",
		"2026-11-05 10:20:30 UTC":         "2026-11-05T10:20:30Z",
		"2026-11-05 10:20:30 -0500":       "2026-11-05T15:20:30Z",
		" 2026-11-05 ":                    "2026-11-05T00:00:00Z",
		"2026/11/05":                      "2026-11-05T00:00:00Z",
		"Thu, 05 Nov 2026 10:20:30 +0000": "2026-11-05T10:20:30Z",
		"Thu, 5 Nov 2026 10:20:30 GMT":    "2026-11-05T10:20:30Z",
		"Thu, 05 Nov 2026 10:20:30 -0400": "2026-11-05T14:20:30Z",
		"5 Nov 2026 10:20:30 +0100":       "2026-11-05T09:20:30Z",
		"Nov 5, 2026":                     "2026-11-05T00:00:00Z",
		"November 5, 2026":                "2026-11-05T00:00:00Z",
		"5 November 2026":                 "2026-11-05T00:00:00Z",
		"Sept 5, 2026":                    "2026-09-05T00:00:00Z",
		"November 5, 2026 10:20 UTC":      "2026-11-05T10:20:00Z",
		"৫ নভেম্বর ২০২৬":                  "2026-11-05T00:00:00Z",
		"১৮ জানুয়ারি ২০২৬":               "2026-01-18T00:00:00Z",
		"১৮ জানুয়ারী, ২০২৬":              "2026-01-18T00:00:00Z",
		"১৮ ফেব্রুয়ারি ২০২৬":             "2026-02-18T00:00:00Z",
		"1785704722":                      "2026-08-02T21:05:22Z",
		"1785704722000":                   "2026-08-02T21:05:22Z",
		"1785704722123.0":                 "2026-08-02T21:05:22.123Z",
		"1785704722.5":                    "2026-08-02T21:05:22Z",
		"just now":                        "2026-11-24T12:34:00Z",
		"এইমাত্র":                         "2026-11-24T12:34:00Z",
		"5 minutes ago":                   "2026-11-24T12:29:00Z",
		"৫ মিনিট আগে":                     "2026-11-24T12:29:00Z",
		"3 hours ago":                     "2026-11-24T09:00:00Z",
		"an hour ago":                     "2026-11-24T11:00:00Z",
		"২ ঘণ্টা আগে":                     "2026-11-24T10:00:00Z",
		"২ ঘন্টা আগে":                     "2026-11-24T10:00:00Z",
		"3h ago":                          "2026-11-24T09:00:00Z",
		"2d ago":                          "2026-11-22T00:00:00Z",
		"today":                           "2026-11-24T00:00:00Z",
		"আজ":                              "2026-11-24T00:00:00Z",
		"yesterday":                       "2026-11-23T00:00:00Z",
		"গতকাল":                           "2026-11-23T00:00:00Z",
		"2 days ago":                      "2026-11-22T00:00:00Z",
		"Posted 2 days ago":               "2026-11-22T00:00:00Z",
		"৩ দিন আগে":                       "2026-11-21T00:00:00Z",
		"a week ago":                      "2026-11-17T00:00:00Z",
		"১ সপ্তাহ আগে":                    "2026-11-17T00:00:00Z",
		"2 months ago":                    "2026-09-24T00:00:00Z",
		"১ বছর আগে":                       "2025-11-24T00:00:00Z",

		"": "", "soon": "", "05/11/2026": "", "11/05/2026": "", "2026-13-45": "", "30+ days ago": "", "over a month ago": "",
		"6 days left": "", "in 3 days": "", "12345": "", "-1785704722": "", "0": "", "99999999999999999999": "", "5000 days ago": "",
		"Thu, 05 Nov 2026 10:20:30 BST": "", "2 days": "", "ago": "", "updated 2 days ago, posted 3 days ago": "",
	} {
		got, ok := Date(in, noon)
		if want == "" {
			if ok {
				t.Errorf("%q: %v, want none", in, got)
			}
			continue
		}
		if !ok || got.Format(time.RFC3339Nano) != want {
			t.Errorf("%q: %v %v, want %s", in, got, ok, want)
		}
	}
}

func TestDatesThatAreNotBelieved(t *testing.T) {
	for _, tt := range []struct {
		in      string
		posted  bool
		expires bool
	}{
		{"2026-11-25T12:00:00Z", true, true},  // within a day: another clock
		{"2026-11-26T12:00:00Z", false, true}, // not posted yet
		{"2030-01-01", false, true},
		{"2036-01-01", false, false},
		{"1999-12-31", false, false},
		{"1970-01-01", false, false},
		{"0001-01-01T00:00:00Z", false, false},
	} {
		if got := posted(tt.in, noon); got.IsZero() == tt.posted {
			t.Errorf("posted %s: %v", tt.in, got)
		}
		if got := expires(tt.in, noon); got.IsZero() == tt.expires {
			t.Errorf("expires %s: %v", tt.in, got)
		}
	}
}

// Whatever form a date is written in, the same instant comes back.
func TestDateRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(oldest.Unix(), noon.Unix()).Draw(t, "at"), 0).UTC()
		zone := time.FixedZone("", 3600*rapid.IntRange(-11, 13).Draw(t, "zone"))
		layout := rapid.SampledFrom([]string{time.RFC3339, time.RFC1123Z, "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05 -0700"}).Draw(t, "layout")
		in := at.In(zone).Format(layout)
		if got := posted(in, noon); !got.Equal(at) {
			t.Fatalf("%q: %v, want %v", in, got, at)
		}
	})
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"2026-11-05T10:20:30Z", "Nov 5, 2026", "৩ দিন আগে", "2 days ago", "1785704722", "গতকাল", "2h ago", "Thu, 05 Nov 2026 10:20:30 BST", "\xff", "999 years ago"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, ok := Date(s, noon)
		if !ok && !at.IsZero() {
			t.Errorf("%q: %v and not ok", s, at)
		}
		if ok && at.Location() != time.UTC {
			t.Errorf("%q: in %v", s, at.Location())
		}
		if p := posted(s, noon); !p.IsZero() && (p.Before(oldest) || p.After(noon.Add(aheadPosted))) {
			t.Errorf("%q: posted %v", s, p)
		}
		if again, ok2 := Date(s, noon); ok != ok2 || !again.Equal(at) {
			t.Errorf("%q: %v and %v", s, at, again)
		}
	})
}

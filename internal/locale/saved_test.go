package locale

import (
	"testing"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

func TestSearch(t *testing.T) {
	bn, en := load(t, Bengali), load(t, English)
	title := func(source string) string { return "The " + source }
	for _, c := range []struct {
		q      market.Query
		bn, en string
	}{
		{market.Query{From: "BD"}, "", ""},
		{market.Query{From: "BD", Text: "logo, banner"}, "logo, banner", "logo, banner"},
		{market.Query{}, "যেকোনো দেশ", "Any country"},
		{market.Query{From: "BD", Text: "লোগো", Level: market.Entry, Sources: []string{"gigboard"}, Days: 7},
			"লোগো, দক্ষতা: নতুন, কবে: গত ৭ দিন, সাইট: The gigboard, বাংলাদেশ থেকে", "লোগো, level: Entry, age: Last 7 days, site: The gigboard, From Bangladesh"},
	} {
		if got := bn.Search(c.q, title); got != c.bn {
			t.Errorf("in Bengali: %q, want %q", got, c.bn)
		}
		if got := en.Search(c.q, title); got != c.en {
			t.Errorf("in English: %q, want %q", got, c.en)
		}
	}
}

func TestTold(t *testing.T) {
	bn, en := load(t, Bengali), load(t, English)
	for _, c := range []struct {
		s      market.Search
		bn, en string
	}{
		{market.Search{Freq: market.Daily, Hour: 8, Zone: market.DefaultZone, Lang: "bn"}, "দিনে একবার, সকাল ৮:০০ (ঢাকা সময়), বাংলায়", "Once a day, 8:00 (Dhaka time), in Bengali"},
		{market.Search{Freq: market.Weekly, Hour: 21, Zone: "America/New_York", Lang: "en"}, "সপ্তাহে একবার, রবিবার, রাত ৯:০০ (New York), ইংরেজিতে", "Once a week, on Sunday, 21:00 (New York), in English"},
		{market.Search{Freq: market.Instant, Hour: 8, Zone: market.DefaultZone, Lang: "en"}, "সঙ্গে সঙ্গে, ইংরেজিতে", "At once, in English"},
	} {
		if got := bn.Told(c.s); got != c.bn {
			t.Errorf("in Bengali: %q, want %q", got, c.bn)
		}
		if got := en.Told(c.s); got != c.en {
			t.Errorf("in English: %q, want %q", got, c.en)
		}
	}
}

func TestMark(t *testing.T) {
	bn, en := load(t, Bengali), load(t, English)
	for _, c := range []struct{ text, known, bn, en string }{
		{"data entry", "", "en", ""},
		{"data entry", "bn", "en", ""}, // Bengali in Latin letters is read as it is written
		{"ডাটা entry", "en", "", "bn"},
		{"Datenerfassung", "de", "de", "de"},
		{"", "", "en", ""},
	} {
		if got := bn.Mark(c.text, c.known); got != c.bn {
			t.Errorf("%q in Bengali: %q, want %q", c.text, got, c.bn)
		}
		if got := en.Mark(c.text, c.known); got != c.en {
			t.Errorf("%q in English: %q, want %q", c.text, got, c.en)
		}
	}
}

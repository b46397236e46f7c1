package locale

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/kajkhoj/kajkhoj/internal/classify"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

func load(t testing.TB, l Lang) *Catalogue {
	t.Helper()
	c, err := Load(l)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func names[V ~string](vs []V) []string {
	var out []string
	for _, v := range vs {
		out = append(out, string(v))
	}
	return out
}

// families are the groups whose keys are put together by the program: each
// has exactly these names.
var families = map[string][]string{
	"level":         names(market.Levels),
	"level-means":   names(market.Levels),
	"english":       names(market.Englishes),
	"english-pill":  names(market.Englishes),
	"english-means": names(market.Englishes),
	"category":      names(market.Categories),
	"pay":           names(market.PayKinds),
	"pay-per":       names(market.PayKinds[:4]),
	"days":          {"1", "3", "7", "30", "any"},
	"sign":          names(market.WarningKinds),
	"advice":        names(market.WarningKinds),
	"reason":        classify.ReasonKeys,
	"kind":          classify.Kinds,
	"want":          market.Params,
	"spoken":        names(market.Spokens),
	"mark":          {"spoken", "tongue", "level", "english", "from", "pay", "warn"},
	"sort":          {"new", "best", "pay"},
	"state":         {"healthy", "late", "partial", "thin", "changed", "empty", "blocked", "unreachable", "failed", "running", "waiting", "terms", "paused", "off"},
	"cannot":        {"terms", "blocked", "private", "script"},
	"fail":          {"not-found", "no-listing", "method", "long", "query", "server", "store", "busy", "often", "report", "cross", "form"},
	"fail-text":     {"not-found", "no-listing", "method", "long", "query", "server", "store", "busy", "often", "report", "cross", "form"},
	"wrong":         names(market.Wrongs),
	"why":           {"late", "stuck", "partial", "thin", "changed", "lost", "empty", "blocked", "blocked-code", "unreachable", "failed"},
	"run":           {"ok", "unchanged", "partial", "blocked", "changed", "unreachable", "failed"},
	"field":         market.FilledFields,
	"admin-did":     {"out", "ended", "run", "paused", "resumed", "no-change", "saved", "enabled", "disabled", "deleted", "no-blanks", "settled", "dropped", "closed", "no-choice", "split", "merged"},
	"admin-what":    {"signin", "session-out", "session-end", "source-run", "source-pause", "source-resume", "source-save", "source-enable", "source-disable", "source-delete", "report-done", "report-dropped", "listing-close", "group-split", "group-merge"},
	"bench-field":   {"terms", "read", "note", "floor", "credit", "text", "feed", "index", "permission", "why"},
	"bench-hint":    {"terms", "read", "note", "floor", "credit", "text", "feed", "index", "permission", "why"},
	"look":          {"address", "robots", "challenge", "blocked", "status", "large", "time", "unreachable", "nothing", "format", "failed"},
	"letter":        names(market.LetterKinds),
	"letter-state":  names(market.LetterStates),
	"suppress":      names(market.SuppressReasons),
	"search-state":  names(market.SearchStates),
	"clock":         {"dawn", "morning", "noon", "afternoon", "evening", "night"},
	"month":         {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"},
}

// Each reason can be said in both languages, with what it may fill in.
func TestReasons(t *testing.T) {
	for _, l := range Langs {
		c := load(t, l)
		for _, key := range classify.ReasonKeys {
			args := map[string]string{"usd": "50", "n": "3", "words": "copy paste", "kind": classify.Kinds[0]}
			if c.Reason(market.Reason{Key: key, Args: args}) == "" {
				t.Errorf("%s: %s says nothing", l, key)
			}
		}
	}
	if got := load(t, Bengali).Reason(market.Reason{Key: "fixed-under", Args: map[string]string{"usd": "50"}}); got != "পুরো কাজের দাম ৫০ ডলার বা কম" {
		t.Errorf("in Bengali: %s", got)
	}
	for words, want := range map[string][2]string{
		"menu":       {"the word “menu”", "“menu” শব্দটি"},
		"copy paste": {"the words “copy paste”", "“copy paste” শব্দগুলো"},
	} {
		r := market.Reason{Key: market.ReasonWords, Args: map[string]string{"words": words}}
		if en, bn := load(t, English).Reason(r), load(t, Bengali).Reason(r); en != want[0] || bn != want[1] {
			t.Errorf("%s: %s, %s", words, en, bn)
		}
	}
}

// An advice accuses nobody, and says what to do.
func TestAdvices(t *testing.T) {
	for _, l := range Langs {
		c := load(t, l)
		for _, k := range market.WarningKinds {
			if got := c.Text("advice." + string(k)); strings.Contains(got, "cheating") || strings.Contains(got, "নকল") {
				t.Errorf("%s: %s accuses: %s", l, k, got)
			}
		}
		for _, k := range []string{"pay", "forward", "cheat"} {
			if got := c.Text("advice." + k); len([]rune(got)) < 40 {
				t.Errorf("%s: %s says too little: %s", l, k, got)
			}
		}
	}
}

// TestEachMessageIsUsedAndThere reads the program's own sources: a key that
// a page or a letter names must exist in both languages, and a message that
// nobody names must go.
func TestEachMessageIsUsedAndThere(t *testing.T) {
	bn, en := load(t, Bengali), load(t, English)
	groups := map[string]bool{}
	for _, k := range en.Keys() {
		g, _, _ := strings.Cut(k, ".")
		groups[g] = true
	}
	literal := regexp.MustCompile(`"([a-z][a-z-]*)\.([a-z0-9-]*)"`)
	used, families := map[string]bool{}, families
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() || strings.HasSuffix(path, "_test.go") || !(strings.HasSuffix(path, ".go") || strings.HasSuffix(path, ".html")) {
			return nil
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.HasSuffix(path, ".go") && !strings.HasPrefix(path, "../locale/") && !strings.Contains(string(raw), "locale") && !strings.HasPrefix(path, "../web/") {
			return nil
		}
		for _, m := range literal.FindAllStringSubmatch(string(raw), -1) {
			switch {
			case !groups[m[1]] || m[2] == "html" || m[2] == "json":
			case m[2] == "":
				if families[m[1]] == nil {
					t.Errorf("%s puts keys of %q together, which is no family", path, m[1])
				}
				for _, n := range families[m[1]] {
					used[m[1]+"."+n] = true
				}
			default:
				used[m[1]+"."+m[2]] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []*Catalogue{bn, en} {
		for k := range used {
			if !c.Has(k) {
				t.Errorf("%s: %s is used but not there", c.Lang, k)
			}
		}
		for _, k := range c.Keys() {
			if !used[k] {
				t.Errorf("%s: %s is there but not used", c.Lang, k)
			}
		}
	}
	for _, k := range en.Keys() {
		if bn.Has(k) && !slices.Equal(fields(bn, k), fields(en, k)) {
			t.Errorf("%s fills in %v in Bengali and %v in English", k, fields(bn, k), fields(en, k))
		}
	}
}

// fields are the names that a message fills in.
func fields(c *Catalogue, key string) []string {
	var out []string
	for _, p := range c.Parts(key) {
		if p.Name != "" {
			out = append(out, p.Name)
		}
	}
	slices.Sort(out)
	return out
}

func TestMessagesAreWellFormed(t *testing.T) {
	for _, l := range Langs {
		c := load(t, l)
		for _, k := range c.Keys() {
			for _, p := range c.Parts(k) {
				if !norm.NFC.IsNormalString(p.Text) {
					t.Errorf("%s %s is not in NFC", l, k)
				}
				if l == Bengali && strings.Contains(p.Text, " ।") {
					t.Errorf("%s %s has a space before the danda", l, k)
				}
				if l == English && IsBengali(p.Text) {
					t.Errorf("%s %s has Bengali letters", l, k)
				}
			}
		}
	}
	for _, bad := range []string{"", "{", "}", "a {b", "a {} c", "a } b", "{a b}"} {
		if _, err := parse(bad); err == nil {
			t.Errorf("%q passes as a message", bad)
		}
	}
}

func TestMatch(t *testing.T) {
	for header, want := range map[string]Lang{
		"":                             Bengali,
		"bn":                           Bengali,
		"bn-BD,bn;q=0.9,en;q=0.8":      Bengali,
		"en-US,en;q=0.9":               English,
		"en-US,en;q=0.9,bn;q=0.8":      English,
		"bn;q=0.2, en;q=0.9":           English,
		"en-GB":                        English,
		"fr, en;q=0.5":                 English,
		"bn-IN":                        Bengali,
		"*":                            Bengali,
		"nonsense;;;q=x":               Bengali,
		strings.Repeat("en,", 100_000): English,
	} {
		if got := Match(header); got != want {
			if len(header) > 40 {
				header = header[:40]
			}
			t.Errorf("Match(%q) = %s, want %s", header, got, want)
		}
	}
}

func TestNumbersAndMoney(t *testing.T) {
	bn, en := load(t, Bengali), load(t, English)
	rates := market.Rates{AsOf: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), PerUSD: map[string]float64{"USD": 1, "BDT": 122.40, "EUR": 0.9, "JPY": 150}}
	usd := func(kind market.PayKind, lo, hi int64) market.Pay {
		return market.Pay{Kind: kind, Min: lo, Max: hi, Currency: "USD"}
	}
	for _, c := range []struct {
		pay            market.Pay
		bn, en         string
		bnTaka, enTaka string
		withoutTaka    bool
	}{
		{pay: usd("fixed", 6000, 6000), bn: "$60", en: "$60", bnTaka: "প্রায় ৭,৩০০ টাকা", enTaka: "about Tk 7,300"},
		{pay: usd("fixed", 12000, 15000), bn: "$120–150", en: "$120–150", bnTaka: "প্রায় ১৪,৭০০–১৮,৪০০ টাকা", enTaka: "about Tk 14,700–18,400"},
		{pay: usd("hourly", 800, 1200), bn: "$8–12", en: "$8–12", bnTaka: "প্রায় ৯৮০–১,৫০০ টাকা", enTaka: "about Tk 980–1,500"},
		{pay: usd("hourly", 850, 1250), bn: "$8.50–12.50", en: "$8.50–12.50", bnTaka: "প্রায় ১,০০০–১,৫০০ টাকা", enTaka: "about Tk 1,000–1,500"},
		{pay: usd("monthly", 35000, 35000), bn: "$350", en: "$350", bnTaka: "প্রায় ৪৩,০০০ টাকা", enTaka: "about Tk 43,000"},
		{pay: usd("yearly", 2500000, 12000000), bn: "$25,000–120,000", en: "$25,000–120,000", bnTaka: "প্রায় ০.৩১–১.৪৭ কোটি টাকা", enTaka: "about Tk 0.31–1.47 crore"},
		{pay: usd("yearly", 0, 150000), bn: "$1,500 পর্যন্ত", en: "up to $1,500", bnTaka: "প্রায় ১.৮৪ লাখ টাকা পর্যন্ত", enTaka: "up to about Tk 1.84 lakh"},
		{pay: usd("fixed", 10000, 0), bn: "$100 থেকে", en: "from $100", bnTaka: "প্রায় ১২,২০০ টাকা থেকে", enTaka: "from about Tk 12,200"},
		{pay: market.Pay{Kind: "fixed", Min: 50000_00, Max: 125000_00, Currency: "BDT"}, bn: "৫০,০০০–১,২৫,০০০ টাকা", en: "Tk 50,000–1,25,000", withoutTaka: true},
		{pay: market.Pay{Kind: "fixed", Min: 8000_00, Max: 8000_00, Currency: "BDT"}, bn: "৮,০০০ টাকা", en: "Tk 8,000", withoutTaka: true},
		{pay: market.Pay{Kind: "fixed", Min: 15000, Max: 15000, Currency: "JPY"}, bn: "¥15,000", en: "¥15,000", bnTaka: "প্রায় ১২,২০০ টাকা", enTaka: "about Tk 12,200"},
		{pay: market.Pay{Kind: "fixed", Min: 5000, Max: 5000, Currency: "CHF"}, bn: "CHF 50", en: "CHF 50", withoutTaka: true},
	} {
		if got := bn.Pay(c.pay); got != c.bn {
			t.Errorf("Pay in Bengali: %q, want %q", got, c.bn)
		}
		if got := en.Pay(c.pay); got != c.en {
			t.Errorf("Pay in English: %q, want %q", got, c.en)
		}
		got, ok := bn.PayTaka(c.pay, rates)
		if got != c.bnTaka || ok == c.withoutTaka {
			t.Errorf("PayTaka in Bengali of %s: %q, %v, want %q", c.en, got, ok, c.bnTaka)
		}
		if got, _ := en.PayTaka(c.pay, rates); got != c.enTaka {
			t.Errorf("PayTaka in English: %q, want %q", got, c.enTaka)
		}
	}
	if got := bn.Int(1234567); got != "১২,৩৪,৫৬৭" {
		t.Errorf("Int in Bengali: %s", got)
	}
	if got := en.Int(1234567); got != "1,234,567" {
		t.Errorf("Int in English: %s", got)
	}
	if unit, taka, ok := bn.Rate("USD", rates); unit != "$1" || taka != "১২২.৪০ টাকা" || !ok {
		t.Errorf("Rate: %s = %s", unit, taka)
	}
	if got := bn.Taka(12345); got != "১২৩.৪৫ টাকা" {
		t.Errorf("Taka: %s", got)
	}
}

func TestRound(t *testing.T) {
	for in, want := range map[int64]int64{0: 0, 3: 3, 14: 10, 979: 980, 1101: 1100, 7344: 7300, 18360: 18400, 24480: 24000, 61200: 61000, 183600: 184000, 12240000: 12200000} {
		if got := round(in); got != want {
			t.Errorf("round(%d) = %d, want %d", in, got, want)
		}
	}
}

func TestDatesAndAges(t *testing.T) {
	bn, en := load(t, Bengali), load(t, English)
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	posted := at("2026-11-24T05:10:00Z")
	if got := bn.DateClock(posted); got != "২৪ নভেম্বর ২০২৬, সকাল ১১:১০" {
		t.Error(got)
	}
	if got := en.DateClock(posted); got != "24 November 2026, 11:10" {
		t.Error(got)
	}
	if got := bn.Date(at("2026-01-17T19:00:00Z")); got != "১৮ জানুয়ারি ২০২৬" {
		t.Errorf("a day in Dhaka: %s", got)
	}
	for hour, want := range []string{"রাত ১২:০০", "রাত ১:০০", "রাত ২:০০", "রাত ৩:০০", "ভোর ৪:০০", "ভোর ৫:০০", "সকাল ৬:০০", "সকাল ৭:০০", "সকাল ৮:০০", "সকাল ৯:০০", "সকাল ১০:০০", "সকাল ১১:০০",
		"দুপুর ১২:০০", "দুপুর ১:০০", "দুপুর ২:০০", "বিকেল ৩:০০", "বিকেল ৪:০০", "বিকেল ৫:০০", "সন্ধ্যা ৬:০০", "সন্ধ্যা ৭:০০", "রাত ৮:০০", "রাত ৯:০০", "রাত ১০:০০", "রাত ১১:০০"} {
		if got := bn.Clock(time.Date(2026, 1, 1, hour, 0, 0, 0, Dhaka)); got != want {
			t.Errorf("%d:00 is %s, want %s", hour, got, want)
		}
	}
	now := at("2026-11-24T08:10:00Z") // 14:10 in Dhaka
	for before, want := range map[time.Duration][2]string{
		-time.Hour:                      {"এইমাত্র", "just now"},
		30 * time.Second:                {"এইমাত্র", "just now"},
		time.Minute:                     {"১ মিনিট আগে", "1 minute ago"},
		5 * time.Minute:                 {"৫ মিনিট আগে", "5 minutes ago"},
		time.Hour:                       {"১ ঘণ্টা আগে", "1 hour ago"},
		23 * time.Hour:                  {"২৩ ঘণ্টা আগে", "23 hours ago"},
		24*time.Hour - time.Nanosecond:  {"২৩ ঘণ্টা আগে", "23 hours ago"},
		24 * time.Hour:                  {"গতকাল", "1 day ago"},
		27 * time.Hour:                  {"গতকাল", "1 day ago"},
		(24 + 14) * time.Hour:           {"গতকাল", "1 day ago"},
		(24 + 15) * time.Hour:           {"গতকাল", "1 day ago"}, // two midnights lie between
		48*time.Hour - time.Nanosecond:  {"গতকাল", "1 day ago"},
		48 * time.Hour:                  {"২ দিন আগে", "2 days ago"},
		72*time.Hour - time.Nanosecond:  {"২ দিন আগে", "2 days ago"},
		31*24*time.Hour - 1:             {"৩০ দিন আগে", "30 days ago"},
		30 * 24 * time.Hour:             {"৩০ দিন আগে", "30 days ago"},
		31 * 24 * time.Hour:             {"২৪ অক্টোবর ২০২৬", "24 October 2026"},
		400 * 24 * time.Hour:            {"২০ অক্টোবর ২০২৫", "20 October 2025"},
		29*24*time.Hour + 59*60e9:       {"২৯ দিন আগে", "29 days ago"},
		2*time.Minute - time.Nanosecond: {"১ মিনিট আগে", "1 minute ago"},
	} {
		if got := bn.Age(now.Add(-before), now); got != want[0] {
			t.Errorf("%v ago in Bengali: %s, want %s", before, got, want[0])
		}
		if got := en.Age(now.Add(-before), now); got != want[1] {
			t.Errorf("%v ago in English: %s, want %s", before, got, want[1])
		}
	}
	if got := bn.Moment(at("2026-11-24T06:40:00Z"), now); got != "দুপুর ১২:৪০" {
		t.Error(got)
	}
	if got := bn.Moment(at("2026-11-20T06:40:00Z"), now); got != "২০ নভেম্বর ২০২৬, দুপুর ১২:৪০" {
		t.Error(got)
	}
}

func TestCountries(t *testing.T) {
	bn, en := load(t, Bengali), load(t, English)
	if bn.Country("BD") != "বাংলাদেশ" || en.Country("BD") != "Bangladesh" || en.Country("??") != "??" {
		t.Error(bn.Country("BD"), en.Country("BD"), en.Country("??"))
	}
	for _, code := range market.Countries {
		for _, c := range []*Catalogue{bn, en} {
			if c.Country(code) == code {
				t.Errorf("%s has no name for %s", c.Lang, code)
			}
		}
	}
}

// TestTogether finds a catalogue that two readers may not share.
func TestTogether(t *testing.T) {
	c := load(t, Bengali)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for n := range 200 {
				if got := c.Int(n); got != c.Digits(strconv.Itoa(n)) {
					t.Errorf("%d: %s", i, got)
				}
			}
		})
	}
	wg.Wait()
}

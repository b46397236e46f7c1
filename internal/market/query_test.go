package market

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func TestParseQuery(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want Query
		bad  string // the parameter that is refused
	}{
		{"", Query{From: "BD"}, ""},
		{"from=", Query{}, ""},
		{"q=&level=&english=&stated=&category=&pay=&min=&days=&source=&warn=&sort=&page=", Query{From: "BD"}, ""},
		{"q=+data+entry+&level=entry&english=conversational&stated=1", Query{Text: "data entry", Level: Entry, English: Conversational, Stated: true, From: "BD"}, ""},
		{"category=admin&category=admin&category=data-entry&pay=fixed&pay=unstated&source=jobicy", Query{Categories: []Category{"admin", "data-entry"}, Pays: []PayKind{PayFixed, PayUnstated}, Sources: []string{"jobicy"}, From: "BD"}, ""},
		{"min=50&days=7&from=IN&warn=0&sort=pay&page=3", Query{MinUSD: 50, Days: 7, From: "IN", Warn: WarnWithout, Sort: SortPay, Page: 3}, ""},
		{"min=%E0%A7%AB%E0%A7%A6&days=%E0%A7%AD&page=%E0%A7%A9", Query{MinUSD: 50, Days: 7, Page: 3, From: "BD"}, ""}, // ৫০, ৭, ৩
		{"min=%E0%A7%A7,%E0%A7%A8%E0%A7%AB,%E0%A7%A6%E0%A7%A6%E0%A7%A6", Query{MinUSD: 125_000, From: "BD"}, ""},      // ১,২৫,০০০
		{"min=1,500&page=007", Query{MinUSD: 1500, Page: 7, From: "BD"}, ""},
		{"min=+1,234,567+", Query{MinUSD: 1_234_567, From: "BD"}, ""},
		{"min=1,50", Query{From: "BD"}, "min"}, // a comma that stands for a point
		{"min=15,00,", Query{From: "BD"}, "min"},
		{"min=,500", Query{From: "BD"}, "min"},
		{"min=1,,500", Query{From: "BD"}, "min"},
		{"min=1234,567", Query{From: "BD"}, "min"},
		{"min=%2B5", Query{From: "BD"}, "min"},
		{"min=%E0%A5%AB", Query{From: "BD"}, "min"}, // a Devanagari 5
		{"min=99999999999999999999", Query{From: "BD"}, "min"},
		{"level=guru", Query{From: "BD"}, "level"},
		{"english=good", Query{From: "BD"}, "english"},
		{"stated=yes", Query{From: "BD"}, "stated"},
		{"category=magic", Query{From: "BD"}, "category"},
		{"pay=weekly", Query{From: "BD"}, "pay"},
		{"min=-1", Query{From: "BD"}, "min"},
		{"min=1e9", Query{From: "BD"}, "min"},
		{"days=2", Query{From: "BD"}, "days"},
		{"from=bd", Query{From: "BD"}, "from"},
		{"from=ZZ", Query{From: "BD"}, "from"},
		{"source=nowhere", Query{From: "BD"}, "source"},
		{"warn=2", Query{From: "BD"}, "warn"},
		{"sort=old", Query{From: "BD"}, "sort"},
		{"page=0", Query{From: "BD"}, "page"},
		{"page=51", Query{From: "BD"}, "page"},
		{"level=entry&level=expert", Query{Level: Entry, From: "BD"}, "level"},
		{"q=" + strings.Repeat("x", 201), Query{From: "BD"}, "q"},
		{"q=" + strings.Repeat("%E0%A6%95", 200), Query{Text: strings.Repeat("ক", 200), From: "BD"}, ""},
		{"q=%ff", Query{From: "BD"}, "q"},
	} {
		v, err := url.ParseQuery(tt.in)
		if err != nil {
			t.Fatal(err)
		}
		got, bad := ParseQuery(v, time.Time{}, func(s string) bool { return s == "jobicy" })
		if d := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.in, d)
		}
		var names []string
		for _, e := range bad {
			names = append(names, e.Param)
			if !errors.Is(e, ErrInvalid) {
				t.Errorf("%s: the error is no ErrInvalid", tt.in)
			}
		}
		if got := strings.Join(names, ","); got != tt.bad {
			t.Errorf("%s: refused %q, want %q", tt.in, got, tt.bad)
		}
	}
}

func genQuery(t *rapid.T) Query {
	maybe := func(label string) bool { return rapid.Bool().Draw(t, label) }
	var q Query
	if maybe("text") {
		q.Text = strings.TrimSpace(rapid.StringMatching(`[a-zক-হ+#" -]{1,30}`).Draw(t, "q"))
	}
	q.Level = rapid.SampledFrom(append([]Level{""}, Levels...)).Draw(t, "level")
	q.English = rapid.SampledFrom(append([]English{""}, Englishes...)).Draw(t, "english")
	q.Stated = maybe("stated")
	q.Categories = rapid.SliceOfNDistinct(rapid.SampledFrom(Categories), 0, 3, rapid.ID).Draw(t, "category")
	q.Sources = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c-d"}), 0, 2, rapid.ID).Draw(t, "source")
	q.Pays = rapid.SliceOfNDistinct(rapid.SampledFrom(PayKinds), 0, 2, rapid.ID).Draw(t, "pay")
	q.MinUSD = rapid.Int64Range(0, 1000).Draw(t, "min")
	q.Days = rapid.SampledFrom(append([]int{0}, Days...)).Draw(t, "days")
	q.From = rapid.SampledFrom([]string{"", "BD", "IN", "US"}).Draw(t, "from")
	q.Warn = rapid.SampledFrom([]Warn{"", "0", "1"}).Draw(t, "warn")
	q.Sort = rapid.SampledFrom([]Sort{"", SortNew, SortBest, SortPay}).Draw(t, "sort")
	q.Page = rapid.SampledFrom([]int{0, 2, 50}).Draw(t, "page")
	return q
}

func TestValuesReadBackToTheSameQuery(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := genQuery(t)
		got, bad := ParseQuery(q.Values(), time.Time{}, nil)
		if len(bad) > 0 {
			t.Fatalf("%v: %v", q.Values(), bad)
		}
		if d := cmp.Diff(q, got, cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("%v (-want +got):\n%s", q.Values(), d)
		}
	})
}

func label[V ~string](v V, b Basis) Label[V] { return Label[V]{Value: v, Basis: b} }

func TestFilter(t *testing.T) {
	base := Listing{Source: "a", AlsoOn: []Copy{{Source: "b"}}, Category: "admin", FirstSeenAt: noon.Add(-48 * time.Hour),
		Pay: Pay{Kind: PayFixed, Min: 5000, Max: 8000, Currency: "USD", USD: 8000}, Apply: Apply{Where: WhereCountries, Countries: []string{"BD", "IN"}}}
	with := func(f func(*Listing)) Listing { l := base; f(&l); return l }
	entry := with(func(l *Listing) { l.Level = label(Entry, BasisText); l.English = label(Fluent, BasisEstimate) })
	warned := with(func(l *Listing) { l.Warnings = []Warning{{Kind: WarnFee}} })
	for _, tt := range []struct {
		name string
		q    Query
		l    Listing
		want bool
	}{
		{"nothing asked", Query{}, base, true},
		{"unstated level is kept", Query{Level: Expert}, base, true},
		{"other level", Query{Level: Expert}, entry, false},
		{"same level", Query{Level: Entry}, entry, true},
		{"unstated English is kept", Query{English: Basic}, base, true},
		{"more English than mine", Query{English: Conversational}, entry, false},
		{"as much English as mine", Query{English: Fluent}, entry, true},
		{"less English than mine", Query{English: Native}, entry, true},
		{"stated level", Query{Level: Entry, Stated: true}, entry, true},
		{"one of two only estimated", Query{Level: Entry, English: Fluent, Stated: true}, entry, false},
		{"either will do when none is asked", Query{Stated: true}, entry, true},
		{"none stated", Query{Stated: true}, base, false},
		{"category", Query{Categories: []Category{"web", "admin"}}, base, true},
		{"other category", Query{Categories: []Category{"web"}}, base, false},
		{"source of a copy", Query{Sources: []string{"b"}}, base, true},
		{"other source", Query{Sources: []string{"c"}}, base, false},
		{"pay kind", Query{Pays: []PayKind{PayFixed}}, base, true},
		{"pay unstated asked", Query{Pays: []PayKind{PayUnstated}}, base, false},
		{"upper end counts", Query{MinUSD: 80}, base, true},
		{"too little", Query{MinUSD: 81}, base, false},
		{"young enough", Query{Days: 3, Now: noon}, base, true},
		{"at the edge", Query{Days: 1, Now: noon.Add(-24 * time.Hour)}, base, true},
		{"too old", Query{Days: 1, Now: noon}, base, false},
		{"country yes", Query{From: "BD"}, base, true},
		{"country no", Query{From: "US"}, base, false},
		{"country unknown is kept", Query{From: "US"}, with(func(l *Listing) { l.Apply = Apply{} }), true},
		{"worldwide", Query{From: "US"}, with(func(l *Listing) { l.Apply = Apply{Where: WhereWorldwide} }), true},
		{"without signs", Query{Warn: WarnWithout}, warned, false},
		{"only with signs", Query{Warn: WarnOnly}, warned, true},
		{"only with signs, none there", Query{Warn: WarnOnly}, base, false},
	} {
		if got := tt.q.Filter(tt.l); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestDateDoesNotBelieveTheFuture(t *testing.T) {
	l := Listing{PostedAt: noon.Add(time.Hour), FirstSeenAt: noon}
	if got := l.Date(); !got.Equal(noon) {
		t.Errorf("%v", got)
	}
	l.PostedAt = noon.Add(-time.Hour)
	if got := l.Date(); !got.Equal(l.PostedAt) {
		t.Errorf("%v", got)
	}
	l.PostedAt = time.Time{}
	if got := l.Date(); !got.Equal(noon) {
		t.Errorf("%v", got)
	}
}

func TestSameWhenInDoubtApart(t *testing.T) {
	a := Listing{Keys: Keys{Title: "data entry|acme", Text: "00000000000000ff"}}
	for _, tt := range []struct {
		name string
		b    Keys
		want bool
	}{
		{"same text", Keys{Title: "data entry|acme", Text: "00000000000000ff"}, true},
		{"three bits off", Keys{Title: "data entry|acme", Text: "00000000000000f8"}, true},
		{"four bits off", Keys{Title: "data entry|acme", Text: "00000000000000f0"}, false},
		{"other title", Keys{Title: "data entry|other", Text: "00000000000000ff"}, false},
		{"no text to compare", Keys{Title: "data entry|acme"}, false},
		{"nothing", Keys{}, false},
	} {
		if got := Same(a, Listing{Keys: tt.b}); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	x, y := Keys{Title: "t", Link: "https://a.example/1"}, Keys{Title: "t", Link: "https://a.example/1"}
	if !Same(Listing{Keys: x}, Listing{Keys: y}) {
		t.Error("same link and title")
	}
	y.Title = "u"
	if Same(Listing{Keys: x}, Listing{Keys: y}) {
		t.Error("one link may hold several offers: other titles stay apart")
	}
}

func TestRates(t *testing.T) {
	r := Rates{PerUSD: map[string]float64{"USD": 1, "BDT": 122.4, "JPY": 150, "KWD": 0.3}}
	for _, tt := range []struct {
		amount   int64
		from, to string
		want     int64
		ok       bool
	}{
		{6000, "USD", "BDT", 734400, true},
		{15000, "JPY", "USD", 10000, true},
		{3000, "KWD", "USD", 1000, true},
		{5, "XXX", "XXX", 5, true},
		{5, "XXX", "USD", 0, false},
	} {
		got, ok := r.Convert(tt.amount, tt.from, tt.to)
		if got != tt.want || ok != tt.ok {
			t.Errorf("%d %s in %s: %d %v, want %d %v", tt.amount, tt.from, tt.to, got, ok, tt.want, tt.ok)
		}
	}
}

func TestCountries(t *testing.T) {
	if n := len(Countries); n < 249 || n > 251 {
		t.Errorf("%d countries", n)
	}
	six := CountriesInZones([]float64{6})
	if d := cmp.Diff([]string{"BD", "BT", "IO", "KG", "RU"}, six); d != "" {
		t.Errorf("UTC+6: %s", d)
	}
	if KnownCountry("bd") || !KnownCountry("BD") {
		t.Error("codes are upper case")
	}
}

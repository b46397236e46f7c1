package normalize

import (
	"strings"
	"testing"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// from tells an Apply by the answers for a few countries.
func from(a market.Apply) string {
	if a.Where != market.WhereCountries {
		return string(a.Where)
	}
	var yes []string
	for _, c := range []string{"BD", "IN", "US", "CA", "GB", "DE", "BR", "AE", "AU", "NG"} {
		if a.From(c) == market.Yes {
			yes = append(yes, c)
		}
	}
	return strings.Join(yes, " ")
}

func TestApplyFromSite(t *testing.T) {
	n := testNormalizer(t)
	for _, tt := range []struct{ locations, zones, want string }{
		{"Worldwide", "", "worldwide"},
		{"Anywhere in the World", "", "worldwide"},
		{"Global", "", "worldwide"},
		{"Remote - Worldwide", "", "worldwide"},
		{"ALL", "", "worldwide"},
		{"USA", "", "US"},
		{"United States", "", "US"},
		{"U.S.", "", "US"},
		{"US only", "", "US"},
		{"Remote - US", "", "US"},
		{"Anywhere in the US", "", "US"},
		{"UK", "", "GB"},
		{"GB", "", "GB"},
		{"United Kingdom (Remote)", "", "GB"},
		{"UAE", "", "AE"},
		{"Bangladesh", "", "BD"},
		{"বাংলাদেশ", "", "BD"},
		{"Dhaka, Bangladesh", "", "BD"},
		{"BD", "", "BD"},
		{"Canada;United States", "", "US CA"},
		{"US or Canada", "", "US CA"},
		{"EMEA,  LATAM,  Canada", "", "CA GB DE BR AE NG"},
		{"Northern America, Europe, UK, France, European timezones", "", "US CA GB DE"},
		{"Americas, Europe, Asia, Africa, Oceania", "", "BD IN US CA GB DE BR AE AU NG"},
		{"Europe", "", "GB DE"},
		{"EU", "", "DE"},
		{"European Union", "", "DE"},
		{"APAC", "", "BD IN AU"},
		{"South Asia", "", "BD IN"},
		{"Asia", "", "BD IN AE"},
		{"Africa", "", "NG"},
		{"North America", "", "US CA"},
		{"MENA", "", "AE"},
		{"ANZ", "", "AU"},
		{"🇺🇸 United States of America, 🇨🇦 Canada", "", "US CA"},
		{"🇧🇩", "", "BD"},
		{"Japan - Remote", "", ""},

		// Says nothing.
		{"", "", ""}, {"Remote", "", ""}, {"Munich", "", ""}, {"Hamburg, Berlin", "", ""}, {"San Francisco, CA", "", ""},
		{"How, ", "", ""}, {"Worldwide except the US", "", ""}, {"Not in Europe", "", ""}, {"outside the EU", "", ""},

		// Zones.
		{"", "6", "BD"},
		{"", "5.5;6", "BD IN"},
		{"", "UTC+5:30", "IN"},
		{"Worldwide", "6", "BD"},
		{"India;Bangladesh", "6", "BD"},
		{"United States", "-10;-9;-8;-7;-6;-5;14", "US"},
		{"United States", "6", ""},
		{"", "99", ""}, {"", "x", ""},
		{"Worldwide", "-12;-11;-10;-9.5;-9;-8;-7;-6;-5;-4;-3.5;-3;-2;-1;0;1;2;3;3.5;4;4.5;5;5.5;5.75;6;6.5;7;8;9;9.5;10;11;12;12.75;13;14", "worldwide"},
	} {
		d := market.Draft{Source: "s", ExternalID: "1", Title: "Some work"}
		if tt.locations != "" {
			d.Locations = strings.Split(tt.locations, ";")
		}
		if tt.zones != "" {
			d.Zones = strings.Split(tt.zones, ";")
		}
		l, err := n.Draft(d, noon)
		if err != nil {
			t.Fatal(err)
		}
		if got := from(l.Apply); got != tt.want {
			t.Errorf("%q %q: %q, want %q (%v)", tt.locations, tt.zones, got, tt.want, l.Apply.Countries)
		}
		if l.Apply.Where != "" && (l.Apply.Basis != market.BasisSite || len(l.Apply.Evidence) == 0) {
			t.Errorf("%q: %+v", tt.locations, l.Apply)
		}
	}
}

func TestApplyFromText(t *testing.T) {
	n := testNormalizer(t)
	for _, tt := range []struct{ title, text, want, quote string }{
		{"", "We are open to people in any country.", "worldwide", "open to people in any country"},
		{"", "Freelancers from anywhere are welcome.", "worldwide", "Freelancers from anywhere are welcome"},
		{"", "You can work from anywhere in the world.", "worldwide", ""},
		{"", "Location: Worldwide", "worldwide", "Location: Worldwide"},
		{"", "There are no location restrictions.", "worldwide", "no location restrictions"},
		{"Acme | Engineer | REMOTE (Worldwide)", "", "worldwide", "REMOTE (Worldwide)"},
		{"", "বিশ্বের যেকোনো দেশ থেকে আবেদন করা যাবে।", "worldwide", ""},
		{"", "US only.", "US", "US only"},
		{"", "Remote, but US residents only.", "US", "US residents only"},
		{"", "Open to candidates from the UK and the EU only.", "GB DE", ""},
		{"", "You must be based in the UK.", "GB", "must be based in the UK"},
		{"", "Candidates must reside in the United States or Canada.", "US CA", "must reside in the United States or Canada"},
		{"", "You must be authorized to work in the US.", "US", ""},
		{"", "We only accept freelancers from India, Bangladesh and Nigeria.", "BD IN NG", "only accept freelancers from India, Bangladesh and Nigeria"},
		{"", "Only candidates from Europe.", "GB DE", "Only candidates from Europe"},
		{"", "Location: Bangladesh", "BD", "Location: Bangladesh"},
		{"Designer (Remote - LATAM)", "", "BR", ""},
		{"Acme | SRE | Remote (EMEA) | Full-time", "", "GB DE AE NG", ""},
		{"Writer, US only", "", "US", "US only"},
		{"", "বাংলাদেশ থেকে আবেদন করতে পারবেন।", "BD", "বাংলাদেশ থেকে আবেদন"},
		{"", "শুধু বাংলাদেশ থেকে আবেদন করা যাবে।", "BD", ""},
		{"", "Open to candidates from Europe. You must be based in Germany.", "DE", "must be based in Germany"},

		{"", "Our company is based in the UK.", "", ""},
		{"", "Our customers are US only.", "", ""},
		{"", "Shipping is US only.", "", ""},
		{"", "We have clients anywhere in the world.", "", ""},
		{"", "You do not need to be based in the UK.", "", ""},
		{"", "It is not open to candidates from Europe.", "", ""},
		{"", "Contact us only by mail.", "", ""},
		{"", "Join us and help people in Germany.", "", ""},
		{"", "You must be based in the UK or Springfield.", "", ""},
		{"", "We have three main locations: France, UAE, Hong Kong.", "", ""},
		{"", "The servers must be in Canada.", "", ""},
		{"", "You must be based in Springfield.", "", ""},
		{"", "Must be based in the UK. Must be based in India.", "", ""},
		{"Remote designer", "Work remotely.", "", ""},
		{"", "Data about the United States.", "", ""},
	} {
		if tt.title == "" {
			tt.title = "Some work"
		}
		l, err := n.Draft(market.Draft{Source: "s", ExternalID: "1", Title: tt.title, Description: tt.text}, noon)
		if err != nil {
			t.Fatal(err)
		}
		if got := from(l.Apply); got != tt.want {
			t.Errorf("%q %q: %q, want %q (%+v)", tt.title, tt.text, got, tt.want, l.Apply.Evidence)
			continue
		}
		if tt.want == "" {
			continue
		}
		if l.Apply.Basis != market.BasisText || len(l.Apply.Evidence) != 1 {
			t.Errorf("%q: %+v", tt.text, l.Apply)
			continue
		}
		e := l.Apply.Evidence[0]
		in := map[string]string{"title": l.Title, "description": l.Description}[e.Field]
		if in[e.Start:e.End] != e.Quote || tt.quote != "" && e.Quote != tt.quote {
			t.Errorf("%q: evidence %+v, want %q", tt.text, e, tt.quote)
		}
	}
}

func TestApplySiteAndText(t *testing.T) {
	n := testNormalizer(t)
	for _, tt := range []struct {
		locations, text, want string
		basis                 market.Basis
	}{
		{"Worldwide", "You must be based in the UK.", "GB", market.BasisText},
		{"Europe", "You must be based in the UK.", "GB", market.BasisText},
		{"Europe", "We hire from anywhere.", "GB DE", market.BasisSite},
		{"UK", "You must be based in the UK.", "GB", market.BasisSite},
		{"India", "You must be based in the UK.", "IN", market.BasisSite},
		{"Munich", "You must be based in the UK.", "GB", market.BasisText},
	} {
		l, err := n.Draft(market.Draft{Source: "s", ExternalID: "1", Title: "t", Locations: []string{tt.locations}, Description: tt.text}, noon)
		if err != nil {
			t.Fatal(err)
		}
		if got := from(l.Apply); got != tt.want || l.Apply.Basis != tt.basis {
			t.Errorf("%q %q: %q by %q, want %q by %q", tt.locations, tt.text, got, l.Apply.Basis, tt.want, tt.basis)
		}
	}
}

package normalize

import (
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/classify"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

func TestDraft(t *testing.T) {
	n := testNormalizer(t)
	got, err := n.Draft(market.Draft{
		Source: "someboard", ExternalID: " 4711 ", URL: "https://www.example.com/jobs/4711/?utm_source=x#apply",
		Title: " Product photo cut-outs &amp; \u202eretouching\u0000 ", Company: "Pixel &amp; Co. Ltd",
		Description: "<p>Cut out 20 photos.</p><ul><li>White background</li></ul>",
		Skills:      []string{"Photoshop", "clipping path", "Photo  Shop", "adobe-photoshop"},
		Category:    "Design", PayMin: "60", PayMax: "60", PayCurrency: "USD", PayPeriod: "fixed",
		PostedAt: "2026-11-20 08:00:00", ExpiresAt: "2026-12-20", Locations: []string{"Worldwide"},
		Level: "Entry level", LevelField: "tier", English: "Basic",
	}, noon)
	if err != nil {
		t.Fatal(err)
	}
	want := market.Listing{
		ID: market.ListingID("someboard", "4711"), Source: "someboard", ExternalID: "4711",
		URL:   "https://www.example.com/jobs/4711/?utm_source=x#apply",
		Title: "Product photo cut-outs & retouching", Company: "Pixel & Co. Ltd",
		Description: "Cut out 20 photos.\n\n• White background",
		Skills:      []string{"adobe-photoshop", "background-removal"}, Category: "design",
		Pay: market.Pay{Kind: market.PayFixed, Min: 6000, Max: 6000, Currency: "USD", USD: 6000},
		Apply: market.Apply{Where: market.WhereWorldwide, Basis: market.BasisSite,
			Evidence: []market.Evidence{{Field: "locations", Quote: "Worldwide"}}},
		PostedAt: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC), ExpiresAt: time.Date(2026, 12, 20, 0, 0, 0, 0, time.UTC),
		SiteLevel: market.Evidence{Field: "tier", Quote: "Entry level"}, SiteEnglish: market.Evidence{Field: "english", Quote: "Basic"},
		Keys: market.Keys{Link: "example.com/jobs/4711", Title: "product photo cut outs retouching|pixel"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDraftIdentity(t *testing.T) {
	n := testNormalizer(t)
	draft := func(source, id, url string) market.Listing {
		l, err := n.Draft(market.Draft{Source: source, ExternalID: id, URL: url, Title: "Work"}, noon)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	if draft("a", "1", "").ID == draft("b", "1", "").ID || draft("a", "1", "").ID == draft("a", "2", "").ID {
		t.Error("two identities are one")
	}
	if draft("a", "1", "https://x.example/1").ID != draft("a", "1", "https://x.example/2").ID {
		t.Error("the address changes the identity")
	}
	if draft("a", "", "https://x.example/1?utm_medium=rss").ID != draft("a", "", "http://www.x.example/1/").ID {
		t.Error("without an id the canonical address is the identity")
	}
}

func TestDraftIsRefused(t *testing.T) {
	n := testNormalizer(t)
	for _, tt := range []struct {
		draft market.Draft
		want  string
	}{
		{market.Draft{ExternalID: "1", Title: "Work"}, "invalid listing: it names no source"},
		{market.Draft{Source: "s", ExternalID: "1"}, "invalid listing: it has no title"},
		{market.Draft{Source: "s", ExternalID: "1", Title: " <b> \u200b</b>\n"}, "invalid listing: it has no title"},
		{market.Draft{Source: "s", Title: "Work"}, "invalid listing: it has neither an id nor an address"},
		{market.Draft{Source: "s", ExternalID: "1", Title: "Work", URL: "javascript:alert(1)"}, `invalid listing: its address "javascript:alert(1)" is not an http or https address`},
		{market.Draft{Source: "s", ExternalID: "1", Title: "Work", URL: "/jobs/1"}, `invalid listing: its address "/jobs/1" is not an http or https address`},
		{market.Draft{Source: "s", ExternalID: "1", Title: "Work", URL: "https://a b/"}, `invalid listing: its address "https://a b/" cannot be read: invalid character " " in host name`},
		{market.Draft{Source: "s", ExternalID: "1", Title: "Work", URL: "https://u:p@x.example/"}, "invalid listing: its address holds a user name"},
		{market.Draft{Source: "s", ExternalID: "1", Title: "Work", URL: "https://x.example/" + strings.Repeat("a", 3000)}, "invalid listing: its address is longer than 2048 bytes"},
	} {
		_, err := n.Draft(tt.draft, noon)
		if !errors.Is(err, market.ErrInvalid) || err.Error() != tt.want {
			t.Errorf("%+v: %v, want %s", tt.draft, err, tt.want)
		}
	}
}

func TestClosedDraft(t *testing.T) {
	n := testNormalizer(t)
	l, err := n.Draft(market.Draft{Source: "s", ExternalID: "1", Title: "Work", Closed: true}, noon)
	if err != nil || !l.ClosedAt.Equal(noon) {
		t.Errorf("%v, closed at %v", err, l.ClosedAt)
	}
}

func TestTitleIsCapped(t *testing.T) {
	n := testNormalizer(t)
	l, err := n.Draft(market.Draft{Source: "s", ExternalID: "1", Title: strings.Repeat("ক্ষ ", 500), Company: strings.Repeat("x", 500)}, noon)
	if err != nil {
		t.Fatal(err)
	}
	if n := utf8.RuneCountInString(l.Title); n > maxTitle || !strings.HasSuffix(l.Title, "…") {
		t.Errorf("a title of %d characters: %q", n, l.Title)
	}
	if utf8.RuneCountInString(l.Company) != maxCompany {
		t.Errorf("a company of %d characters", utf8.RuneCountInString(l.Company))
	}
}

func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{
		"https://www.Example.com/Jobs/1/":                              "example.com/Jobs/1",
		"http://example.com:80/a":                                      "example.com/a",
		"https://example.com:8443/a":                                   "example.com:8443/a",
		"https://example.com/a?b=2&a=1":                                "example.com/a?a=1&b=2",
		"https://example.com/a?utm_source=x&utm_campaign=y&id=7":       "example.com/a?id=7",
		"https://example.com/a?fbclid=x&gclid=y&ref=z&source=rss#frag": "example.com/a",
		"https://example.com/a?UTM_Source=x":                           "example.com/a",
		"https://example.com/a%2Fb":                                    "example.com/a%2Fb",
		"https://example.com?":                                         "example.com",
		"https://example.com/%E0%A6%95":                                "example.com/%E0%A6%95",
		"https://example.com/কাজ":                                      "example.com/%E0%A6%95%E0%A6%BE%E0%A6%9C",
		"https://example.com/a?reference=1":                            "example.com/a?reference=1",
	} {
		got, err := canonical(in)
		if err != nil || got != want {
			t.Errorf("%s: %s %v, want %s", in, got, err, want)
		}
	}
}

func TestSkills(t *testing.T) {
	n := testNormalizer(t)
	for _, tt := range []struct {
		tags  string
		title string
		want  string
	}{
		{"C++,c#,.NET,C", "", "cpp csharp dotnet c"},
		{"Node JS,node.js,NodeJS", "", "nodejs"},
		{"React Native,React.js", "", "react-native react"},
		{"ডাটা এন্ট্রি,ভিডিও এডিটিং", "", "data-entry video-editing"},
		{"MS-Excel,Microsoft Excel", "", "excel"},
		{"No such thing,,😀", "", ""},
		{"UI/UX", "", "ui-ux"},
		{"Adobe-Photoshop", "", "adobe-photoshop"},
		{"", "Senior C++ and C# developer", "cpp csharp"},
		{"", ".NET developer", "dotnet"},
		{"", "React Native developer", "react-native"},
		{"", "WordPress and SEO work", "wordpress seo"},
		{"", "Express your ideas in a swift sketch", ""},
		{"", "Make a C level training for teachers", ""},
		{"", "ফেসবুক মার্কেটিং", "facebook-ads"},
		{"python", "Python developer", "python"},
	} {
		l, err := n.Draft(market.Draft{Source: "s", ExternalID: "1", Title: "x " + tt.title, Skills: strings.Split(tt.tags, ",")}, noon)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(l.Skills, " "); got != tt.want {
			t.Errorf("%q %q: %q, want %q", tt.tags, tt.title, got, tt.want)
		}
	}
	if n.SkillName("cpp") != "C++" || n.SkillName("unknown") != "unknown" {
		t.Error("names of skills")
	}
}

func TestCategory(t *testing.T) {
	n := testNormalizer(t)
	for _, tt := range []struct {
		site, title, skills string
		want                market.Category
	}{
		{"", "Data entry from PDF files", "", "data-entry"},
		{"", "Virtual assistant for a shop", "", "admin"},
		{"", "Search quality rater", "", "annotation"},
		{"", "Translate a leaflet into Bengali", "", "translation"},
		{"", "Logo for a bakery", "", "design"},
		{"", "ভিডিও এডিটর", "", "video"},
		{"", "Voice-over for a video ad", "", "audio"},
		{"", "WordPress site for a clinic", "", "web"},
		{"", "Flutter app", "", "mobile"},
		{"", "Senior Go developer", "Golang", "software"},
		{"", "Data analyst", "", "data"},
		{"", "DevOps engineer", "", "devops"},
		{"", "QA tester", "", "qa"},
		{"", "SEO for a shop", "", "marketing"},
		{"", "Cold calling", "", "sales"},
		{"", "Customer support agent", "", "support"},
		{"", "Maths tutor", "", "teaching"},
		{"", "Bookkeeper", "", "finance"},
		{"", "Recruiter", "", "hr"},
		{"", "Contract review by a lawyer", "", "legal"},
		{"", "Product manager", "", "product"},
		{"", "Mechanical engineer, SolidWorks", "", "engineering"},
		{"", "Nurse", "", "health"},
		{"", "Senior product engineer", "", "software"},
		{"", "Sales engineer", "", "sales"},
		{"", "Something else", "", "other"},
		{"Customer Support", "Team member", "", "support"},
		{"Graphic Design", "Help wanted", "", "design"},
		{"Software Development", "Help wanted", "WordPress,PHP,CSS", "web"},
		{"Software Development", "Help wanted", "", "software"},
		{"Development", "Data analyst (English)", "", "data"},
		{"", "Help wanted", "SEO,Link building,Google Ads", "marketing"},
		{"All others", "Help wanted", "", "other"},
	} {
		l, err := n.Draft(market.Draft{Source: "s", ExternalID: "1", Title: tt.title, Category: tt.site, Skills: strings.Split(tt.skills, ",")}, noon)
		if err != nil {
			t.Fatal(err)
		}
		if l.Category != tt.want {
			t.Errorf("%q %q %q: %s, want %s", tt.site, tt.title, tt.skills, l.Category, tt.want)
		}
	}
}

func TestLanguage(t *testing.T) {
	n := testNormalizer(t)
	long := func(s string) string { return strings.Repeat(s+" ", 12) }
	for _, tt := range []struct{ text, want string }{
		{"আমাদের একজন ডাটা এন্ট্রি অপারেটর দরকার। Excel জানা থাকতে হবে।", "bn"},
		{"We need a writer.", ""},
		{long("We are looking for a writer who will work with our team on the texts of the shop."), "en"},
		{long("Wir suchen einen erfahrenen Entwickler für unser Team und freuen uns auf die Bewerbung."), "de"},
		{long("Buscamos una persona con experiencia para trabajar con nuestro equipo en proyectos nuevos."), "es"},
		{"kaj ta ghore bose korte hobe, taka bikash e deya hobe", ""},
	} {
		l, err := n.Draft(market.Draft{Source: "s", ExternalID: "1", Title: "x", Description: tt.text}, noon)
		if err != nil {
			t.Fatal(err)
		}
		if l.Lang != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, l.Lang, tt.want)
		}
	}
}

// A text of some length in which one word may be another.
func offer(word string) string {
	return "We need somebody who cuts out product photos for our web shop. There are two hundred pictures of shoes and bags on a grey ground. " +
		"Each one must stand on white with a soft shadow, 1200 pixels wide, saved as JPEG. We send the first ten today and the rest on " + word + ". " +
		"Please name your price for the whole lot and show three pictures that you have done before. We answer every proposal within two days."
}

func TestDuplicates(t *testing.T) {
	n := testNormalizer(t)
	draft := func(source, id, url, title, company, text string) market.Listing {
		l, err := n.Draft(market.Draft{Source: source, ExternalID: id, URL: url, Title: title, Company: company, Description: text}, noon)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	base := draft("a", "1", "https://a.example/1", "Photo cut-outs", "Shoe Shop Ltd", offer("Monday"))
	for _, tt := range []struct {
		name  string
		other market.Listing
		same  bool
	}{
		{"posted twice on one site", draft("a", "2", "https://a.example/2", "Photo cut-outs", "Shoe Shop Ltd", offer("Monday")), true},
		{"on another site, as HTML", draft("b", "9", "https://b.example/9", "Photo Cut-Outs", "Shoe Shop", "<p>"+strings.ReplaceAll(offer("Monday"), ". ", ".</p><p>")+"</p>"), true},
		{"company with another legal form", draft("b", "9", "https://b.example/9", "Photo cut-outs (m/f/d)", "Shoe Shop GmbH", offer("Monday")), true},
		{"same link with a tracking parameter", draft("b", "9", "https://www.a.example/1/?utm_source=b", "Photo cut-outs", "Shoe Shop", "Short."), true},
		{"another title", draft("b", "9", "https://b.example/9", "Photo retouching", "Shoe Shop Ltd", offer("Monday")), false},
		{"another company", draft("b", "9", "https://b.example/9", "Photo cut-outs", "Bag Shop Ltd", offer("Monday")), false},
		{"no company", draft("b", "9", "https://b.example/9", "Photo cut-outs", "", offer("Monday")), false},
		{"same title and company, another text", draft("b", "9", "https://b.example/9", "Photo cut-outs", "Shoe Shop Ltd",
			"A different offer: paint the shadows of two pairs of boots by hand for our printed catalogue, which comes out in the spring. It should take a day or two, and we pay when the proofs are back from the printer."), false},
		{"same title and company, texts too short to tell", draft("b", "9", "https://b.example/9", "Photo cut-outs", "Shoe Shop Ltd", "Cut out photos."), false},
		{"a page of many offers, another title", draft("a", "3", "https://a.example/1", "Banner design", "Shoe Shop Ltd", "Short."), false},
	} {
		if got := market.Same(base, tt.other); got != tt.same {
			t.Errorf("%s: %v, want %v\n%+v\n%+v", tt.name, got, tt.same, base.Keys, tt.other.Keys)
		}
		if market.Same(base, tt.other) != market.Same(tt.other, base) {
			t.Errorf("%s: not the same both ways", tt.name)
		}
	}
}

// A change of one word moves few bits of the text's key, and another text
// many.
func TestTextKeyDistance(t *testing.T) {
	a, b := hex(t, offer("Monday")+offer("Tuesday")), hex(t, offer("Monday")+offer("Friday"))
	other := hex(t, strings.Repeat("The cook of a small restaurant by the river looks for a person who answers the phone in the evening. ", 3))
	if d := distance(a, b); d > 12 {
		t.Errorf("one word more: %d bits", d)
	}
	if d := distance(a, other); d < 15 {
		t.Errorf("another text: %d bits", d)
	}
}

func hex(t *testing.T, text string) uint64 {
	t.Helper()
	words := phrase.Lex(Text(text))
	v, err := strconv.ParseUint(textKey(&words), 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func distance(a, b uint64) int { return bits.OnesCount64(a ^ b) }

func TestBadData(t *testing.T) {
	for name, data := range map[string]string{
		"rates.yaml":      "as_of: yesterday\nsource: x\nper_usd: {USD: 1}\n",
		"skills.yaml":     "- {slug: a, name: A}\n- {slug: b, name: B, aliases: [a]}\n",
		"categories.yaml": "weights: {title: 1, word: 1, site: 1, wide: 1, skills: 1}\nkinds: [{slug: nonsense}]\n",
		"regions.yaml":    "countries: {ZZ: [Nowhere]}\nregions: []\nworldwide: []\n",
	} {
		files := fstest.MapFS{}
		for _, f := range []string{"rates.yaml", "skills.yaml", "categories.yaml", "regions.yaml"} {
			b, err := config.Files.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			files[f] = &fstest.MapFile{Data: b}
		}
		files[name] = &fstest.MapFile{Data: []byte(data)}
		if _, err := New(files); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		files[name] = &fstest.MapFile{Data: []byte("unknown_key: 1\n")}
		if _, err := New(files); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s with an unknown key: %v", name, err)
		}
	}
}

// Whatever a site sends, a draft is refused in words or gives a listing that
// is whole.
func TestDraftProperties(t *testing.T) {
	n := testNormalizer(t)
	rapid.Check(t, func(t *rapid.T) {
		bytes := func(name string) string { return string(rapid.SliceOfN(rapid.Byte(), 0, 60).Draw(t, name)) }
		text := func(name string) string {
			if rapid.Bool().Draw(t, name+" bytes") {
				return bytes(name)
			}
			return rapid.String().Draw(t, name)
		}
		d := market.Draft{
			Source: "s", ExternalID: text("id"), URL: rapid.SampledFrom([]string{"", "https://x.example/1", "https://x.example/?a=" + "\xff"}).Draw(t, "url"),
			Title: text("title"), Company: text("company"), Description: text("description"), Skills: []string{text("skill")}, Category: text("category"),
			PayText: text("pay"), PayMin: text("min"), PayMax: text("max"), PayCurrency: text("currency"), PayPeriod: text("period"),
			PostedAt: text("posted"), ExpiresAt: text("expires"), Locations: []string{text("location")}, Zones: []string{text("zone")},
			Level: text("level"), English: text("english"),
		}
		l, err := n.Draft(d, noon)
		if err != nil {
			if !errors.Is(err, market.ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		for _, s := range []string{l.ExternalID, l.Title, l.Company, l.Description, l.Pay.Text, l.Keys.Title, l.Keys.Link, l.SiteLevel.Quote, l.SiteEnglish.Quote} {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
				t.Fatalf("%q in %+v", s, l)
			}
		}
		if l.ID == "" || l.Title == "" || !l.Category.Valid() || l.Apply.Where == market.WhereCountries && len(l.Apply.Countries) == 0 {
			t.Fatalf("%+v", l)
		}
		checkPay(t, l.Pay, d.PayText)
		if again, err := n.Draft(d, noon); err != nil || !cmp.Equal(l, again) {
			t.Fatalf("another listing the second time: %v", cmp.Diff(l, again))
		}
	})
}

// benchDraft is a draft of the size of real ones: a description of 2.6 KB.
func benchDraft() market.Draft {
	var b strings.Builder
	for i := 0; b.Len() < 2600; i++ {
		fmt.Fprintf(&b, "<p>%s</p><ul><li>You have 3+ years of experience with web shops</li><li>Fluent English, written and spoken</li></ul>", offer("Monday"))
	}
	return market.Draft{
		Source: "s", ExternalID: "1", URL: "https://example.com/jobs/1?utm_source=x", Title: "Senior product photo editor (m/f/d)", Company: "Shoe Shop Ltd",
		Description: b.String()[:2600], Skills: []string{"Photoshop", "photo editing", "Clipping path", "Lightroom"}, Category: "Design",
		PayText: "$18 - $22/hr", PostedAt: "2026-11-20T10:00:00Z", Locations: []string{"EMEA, LATAM, Canada"}, Level: "Senior",
	}
}

func BenchmarkDraftAndClassify(b *testing.B) {
	n := testNormalizer(b)
	d := benchDraft()
	b.ReportAllocs()
	for b.Loop() {
		l, err := n.Draft(d, noon)
		if err != nil {
			b.Fatal(err)
		}
		l = classify.Listing(l)
		if l.Level.Value == "" {
			b.Fatal("no label")
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "listings/s")
}

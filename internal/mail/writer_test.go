package mail

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/kajkhoj/kajkhoj/internal/alert"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

// letters are one of each kind in a language, by name. KAJKHOJ_LETTERS names
// a folder into which they are written, to be looked at.
func letters(t testing.TB, lang string) map[string]market.Letter {
	t.Helper()
	w := newWriter(t)
	out := map[string]market.Letter{}
	add := func(name string, l market.Letter, err error) {
		if err != nil {
			t.Fatal(name, err)
		}
		out[name] = l
		if dir := os.Getenv("KAJKHOJ_LETTERS"); dir != "" {
			for ext, s := range map[string]string{"html": l.HTML, "txt": l.Text} {
				if err := os.WriteFile(filepath.Join(dir, name+"."+lang+"."+ext), []byte(s), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	to := nasreen(lang)
	s := section1().Search
	s.Lang = lang
	l, err := w.Digest(to, []alert.Section{section1()}, token("a"), now)
	add("digest", l, err)
	l, err = w.Digest(to, []alert.Section{section1(), section2(), section3()}, token("a"), now)
	add("several", l, err)
	l, err = w.Confirm(to, s, token("b"), token("a"), now)
	add("confirm", l, err)
	l, err = w.Manage(to, token("a"), now)
	add("manage", l, err)
	l, err = w.Ask(to, []market.Search{s, section2().Search}, token("a"), now)
	add("ask", l, err)
	return out
}

// hitTitle finds the titles of a digest's hits.
const hitTitle = `h2:has(a), h3:has(a)`

func parse(t testing.TB, l market.Letter) *goquery.Document {
	t.Helper()
	d, err := goquery.NewDocumentFromReader(strings.NewReader(l.HTML))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func words(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }

// What a digest says, word for word, in the text and in the HTML.
func TestDigest(t *testing.T) {
	for lang, want := range map[string]struct {
		subject, title, search string
		hits                   map[int]string // the text of some hits
		more, legend           string
	}{
		"en": {
			"23 new: data entry, level: Entry, English: Up to…", "23 new listings",
			"Your search: data entry, level: Entry, English: Up to Conversational, From Bangladesh\n23 are new; here are the newest 10.",
			map[int]string{
				0: "1. Type 300 handwritten survey forms into Google Sheets\n   Gigboard · 3 hours ago · seen on 3 sites\n   $60 whole job (about Tk 7,300)\n   Level: Entry, stated: “No experience is needed”\n   English: Basic, estimated\n   Matched: data entry; level: Entry, English: Up to Conversational\n   ! Take care: asks for free trial work: “Do the first 50 forms as an unpaid test”\n   https://kaj.example/listing/00000000000000000001?lang=en\n",
				3: "4. Clean up 2,000 contacts in a CRM export\n   opendesk · 9 hours ago\n   $8–12 an hour (about Tk 980–1,500)\n   Level: not stated\n   English: Conversational, estimated\n   Matched: level: not stated, English: Up to Conversational\n   https://kaj.example/listing/00000000000000000004?lang=en\n",
				7: "8. Simple ad posting and form filling from home, paid daily\n   tasklantern · 17 hours ago\n   Pay as written: “good money every day”\n   Level: Entry, stated: “anyone with a phone can do it”\n   English: not stated\n   Matched: level: Entry, English: not stated\n   ! Take care: wants money before work: “Pay the refundable ID fee of $12”\n   ! Take care: pay too high for the work\n",
			},
			"See 13 more: https://kaj.example/?days=3&english=conversational&lang=en&level=entry&q=data+entry&sort=new",
			"Stated: the site’s own words. Estimated: our reckoning from the work.\nTaka at 1 US dollar = Tk 122.40, the rate of 23 November 2026, before any fee of a bank or site.",
		},
		"bn": {
			"২৩টি নতুন কাজ: data entry, দক্ষতা: নতুন, ইংরেজি: চলনসই…", "২৩টি নতুন কাজ",
			"আপনার সার্চ: data entry, দক্ষতা: নতুন, ইংরেজি: চলনসই পর্যন্ত, বাংলাদেশ থেকে\n২৩টি নতুন এসেছে; এখানে সবচেয়ে নতুন ১০টি।",
			map[int]string{
				0: "১. Type 300 handwritten survey forms into Google Sheets\n   Gigboard · ৩ ঘণ্টা আগে · ৩টি সাইটে দেখা\n   $60 পুরো কাজ (প্রায় ৭,৩০০ টাকা)\n   দক্ষতা: নতুন, লেখা আছে: “No experience is needed”\n   ইংরেজি: অল্প, অনুমান\n   মিলেছে: data entry; দক্ষতা: নতুন, ইংরেজি: চলনসই পর্যন্ত\n   ! সাবধান: ফ্রি কাজ চাইছে: “Do the first 50 forms as an unpaid test”\n   https://kaj.example/listing/00000000000000000001?lang=bn\n",
				2: "৩. পুরোনো রসিদ থেকে এক্সেলে হিসাব তোলা (২ বছরের)\n   Kaaj Haat · ৭ ঘণ্টা আগে\n   ৮,০০০ টাকা পুরো কাজ\n   দক্ষতা: নতুন, লেখা আছে: “নতুনরা আবেদন করতে পারেন”\n   ইংরেজি: লেখা নেই\n",
			},
			"আরও ১৩টি দেখুন: https://kaj.example/?days=3&english=conversational&lang=bn&level=entry&q=data+entry&sort=new",
			"লেখা আছে: সাইট নিজে লিখেছে। অনুমান: কাজ দেখে আমরা ধরেছি।",
		},
	} {
		l := letters(t, lang)["digest"]
		if l.Subject != want.subject {
			t.Errorf("%s: subject %q", lang, l.Subject)
		}
		said := []string{want.title, want.search, want.more, want.legend}
		for _, h := range want.hits {
			said = append(said, h)
		}
		for _, s := range said {
			if !strings.Contains(l.Text, nfc(s)) {
				t.Errorf("%s: the text does not say\n%s\nbut\n%s", lang, s, l.Text)
			}
		}
		// The HTML says the same words.
		d := parse(t, l)
		if got := words(d.Find("h1")); got != nfc(want.title) || d.Find("h1").Length() != 1 {
			t.Errorf("%s: h1 %q", lang, got)
		}
		if d.Find(hitTitle).Length() != 10 {
			t.Errorf("%s: %d hits", lang, d.Find(hitTitle).Length())
		}
		for i, h := range want.hits {
			html := words(d.Find(hitTitle).Eq(i).Closest("td"))
			for _, line := range strings.Split(strings.TrimSpace(nfc(h)), "\n") {
				line = strings.TrimPrefix(strings.TrimSpace(line), "! ")
				if m := regexp.MustCompile(`^\S+\. `).FindString(line); m != "" && line != "" && strings.HasSuffix(m, ". ") {
					line = strings.TrimPrefix(line, m)
				}
				if strings.HasPrefix(line, "https://") {
					if href, _ := d.Find(hitTitle).Eq(i).Find("a").Attr("href"); href != line {
						t.Errorf("%s: hit %d leads to %s", lang, i, href)
					}
					continue
				}
				// Value, mark and word stand in this order; only their marks differ.
				line = regexp.MustCompile(`^([^:]+: [^,]+), (লেখা আছে|stated): `).ReplaceAllString(line, "$1 “ $2 ")
				line = regexp.MustCompile(`^([^:]+: [^,]+), (অনুমান|estimated)$`).ReplaceAllString(line, "$1 ≈ $2")
				if !strings.Contains(html, line) {
					t.Errorf("%s: hit %d in HTML does not say %q: %s", lang, i, line, html)
				}
			}
		}
		button := d.Find("a.btn")
		if href, _ := button.Attr("href"); button.Length() != 1 || nfc(want.more) != words(button)+": "+href {
			t.Errorf("%s: button %q to %s", lang, words(button), href)
		}
	}
}

// Texts in the other language are marked as such.
func TestLanguagesAreMarked(t *testing.T) {
	for lang, want := range map[string][]string{"bn": {"en", "en", ""}, "en": {"", "", "bn"}} {
		d := parse(t, letters(t, lang)["digest"])
		if got, _ := d.Find("html").Attr("lang"); got != lang {
			t.Errorf("in %s", got)
		}
		for i, w := range want {
			if got, _ := d.Find(hitTitle).Eq(i).Attr("lang"); got != w {
				t.Errorf("%s: title %d is marked %q, want %q", lang, i, got, w)
			}
		}
		marked := ""
		d.Find("span[lang]").Each(func(_ int, s *goquery.Selection) {
			if v, _ := s.Attr("lang"); v == lang {
				t.Errorf("%s: %q is marked as the letter's own", lang, s.Text())
			}
			marked += s.Text()
		})
		for _, quote := range map[string][]string{"bn": {"No experience is needed", "Gigboard", "an unpaid test"}, "en": {"নতুনরা আবেদন করতে পারেন"}}[lang] {
			if !strings.Contains(marked, quote) {
				t.Errorf("%s: %q is not marked", lang, quote)
			}
		}
	}
}

// Nothing is loaded, nothing tells that a letter was opened, and each link
// leads to this site.
func TestLettersAskNobody(t *testing.T) {
	for _, lang := range []string{"bn", "en"} {
		for name, l := range letters(t, lang) {
			if len(l.HTML) > MaxHTML {
				t.Errorf("%s %s: %d bytes", lang, name, len(l.HTML))
			}
			d := parse(t, l)
			if n := d.Find("img, script, link, iframe, object, embed, form, input, video, audio, svg, base, [src], [srcset], [background], [onclick]").Length(); n != 0 {
				t.Errorf("%s %s: %d elements that load or act", lang, name, n)
			}
			if strings.Contains(l.HTML, "url(") || strings.Contains(l.HTML, "@import") || strings.Contains(l.HTML, "@font-face") {
				t.Errorf("%s %s: the style loads something", lang, name)
			}
			d.Find("a").Each(func(_ int, a *goquery.Selection) {
				href, _ := a.Attr("href")
				if !strings.HasPrefix(href, site.BaseURL+"/") && href != "mailto:"+site.Contact {
					t.Errorf("%s %s: a link to %q", lang, name, href)
				}
			})
			for _, link := range regexp.MustCompile(`https?://\S+`).FindAllString(l.Text, -1) {
				if !strings.HasPrefix(link, site.BaseURL+"/") {
					t.Errorf("%s %s: the text leads to %q", lang, name, link)
				}
			}
			if l.Kind != market.LetterKind(name) && name != "several" || l.Lang != lang || l.To != "nasreen@example.com" || l.Subscriber != "sub1" || l.State != market.LetterQueued || !l.Created.Equal(now) || !l.NextAt.Equal(now) {
				t.Errorf("%s %s: %+v", lang, name, l)
			}
		}
	}
}

// The links of the other letters lead where the pages are.
func TestAskingLetters(t *testing.T) {
	for _, lang := range []string{"bn", "en"} {
		ls := letters(t, lang)
		for name, want := range map[string]string{
			"confirm": "/confirm/" + token("b"), "manage": "/manage/" + token("a"), "ask": "/alive/" + token("a"),
		} {
			l := ls[name]
			d := parse(t, l)
			if href, _ := d.Find("a.btn").Attr("href"); href != site.BaseURL+want {
				t.Errorf("%s: the button leads to %s", name, href)
			}
			for _, s := range []string{site.BaseURL + want, l.Stop, l.Manage} {
				if !strings.Contains(l.Text, s+"\n") {
					t.Errorf("%s: the text has no %s", name, s)
				}
			}
			if l.Stop != site.BaseURL+"/stop/"+token("a") || l.Manage != site.BaseURL+"/manage/"+token("a") {
				t.Errorf("%s: %s, %s", name, l.Stop, l.Manage)
			}
		}
		for _, s := range map[string][]string{
			"bn": {"data entry, দক্ষতা: নতুন, ইংরেজি: চলনসই পর্যন্ত, বাংলাদেশ থেকে\nদিনে একবার, সকাল ৮:০০ (ঢাকা সময়), বাংলায়", "লিংকটি ৭ দিন চলবে।", "আপনি না চাইলে কিছু করবেন না।"},
			"en": {"data entry, level: Entry, English: Up to Conversational, From Bangladesh\nOnce a day, 8:00 (Dhaka time), in English", "The link works for 7 days.", "Was it not you? Do nothing"},
		}[lang] {
			if !strings.Contains(ls["confirm"].Text, nfc(s)) {
				t.Errorf("the confirmation does not say %q:\n%s", s, ls["confirm"].Text)
			}
		}
		for _, s := range map[string][]string{
			"bn": {"data entry, দক্ষতা", "ভারত থেকে", "৯০ দিন আগে", "১৪ দিনের মধ্যে"},
			"en": {"data entry, level", "From India", "90 days ago", "within 14 days"},
		}[lang] {
			if !strings.Contains(ls["ask"].Text, nfc(s)) {
				t.Errorf("the question does not say %q:\n%s", s, ls["ask"].Text)
			}
		}
	}
}

// Why a listing is there: its words, and the filters that it meets.
func TestMatched(t *testing.T) {
	w := newWriter(t)
	s := section2()
	s.Hits[0].Listing.Category = "design"
	s.Query.Sources = []string{"remoteferry", "tasklantern", "kaajhaat"}
	l, err := w.Digest(nasreen("en"), []alert.Section{s}, token("a"), now)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Matched: data entry; type: Design, pay: Fixed price, At least $50, site: Remote Ferry, site: tasklantern, From India\n",
		"Matched: type: Data entry, pay: Fixed price, At least $50, site: Remote Ferry, From India\n",
		"?lang=en&from=IN\n",
	} {
		if !strings.Contains(l.Text, want) {
			t.Errorf("no %q in\n%s", want, l.Text)
		}
	}
	if strings.Contains(l.Text, "here are the newest") || strings.Contains(l.Text, "more:") {
		t.Errorf("all are shown, and there is a word of more:\n%s", l.Text)
	}
}

func TestAttribution(t *testing.T) {
	s := site
	s.Attribution = func(source string) string { return map[string]string{"gigboard": "Jobs by Gigboard"}[source] }
	w, err := NewWriter(s)
	if err != nil {
		t.Fatal(err)
	}
	l, err := w.Digest(nasreen("en"), []alert.Section{section1()}, token("a"), now)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"   Jobs by Gigboard · ", "   Remote Ferry · "} {
		if !strings.Contains(l.Text, want) {
			t.Errorf("no %q", want)
		}
	}
}

// The link to the rest asks for no less than the mail tells of, for a reader
// of the next day too, and for no more than the search does.
func TestPageLink(t *testing.T) {
	w := newWriter(t)
	for name, c := range map[string]struct {
		oldest time.Duration // ago
		days   int
		want   string
	}{
		"found just now":                   {time.Minute, 0, "3"},
		"since yesterday":                  {24 * time.Hour, 0, "3"},
		"by dates without an hour":         {32 * time.Hour, 0, "3"},
		"two days and a minute":            {48*time.Hour + time.Minute, 0, "7"},
		"a week":                           {7 * 24 * time.Hour, 0, "30"},
		"an older listing was found late":  {10 * 24 * time.Hour, 0, "30"},
		"an ancient one":                   {100 * 24 * time.Hour, 0, ""},
		"an ancient one in a search of 30": {100 * 24 * time.Hour, 30, "30"},
		"the search is of three days":      {60 * time.Hour, 3, "3"},
		"the search is of a week, a day's": {24 * time.Hour, 7, "3"},
		"the search is of a day":           {time.Hour, 1, "1"},
	} {
		s := section1()
		s.Query.Days, s.Oldest = c.days, now.Add(-c.oldest)
		u, err := url.Parse(w.page(w.tongue("en"), s, now))
		if err != nil {
			t.Fatal(err)
		}
		if got := u.Query(); got.Get("days") != c.want || got.Get("sort") != "new" || got.Get("q") != "data entry" {
			t.Errorf("%s: %s", name, u)
		}
		// The page takes it.
		v := u.Query()
		v.Del("lang")
		if _, bad := market.ParseQuery(v, now, nil); len(bad) > 0 {
			t.Errorf("%s: the page refuses %s: %v", name, u, bad)
		}
	}
}

// long is a listing in which everything is as long as it may be.
func long(i int) alert.Hit {
	// The widest letters in HTML: "&" and quotes are escaped.
	text := func(n int) string { return strings.Repeat(`ক্ষ্ম"&<`, n/8+1) }
	l := market.Listing{ID: fmt.Sprintf("%020x", i), Source: text(100), Title: text(400), Lang: "bn", Pay: market.Pay{Text: text(400)},
		Level: said(market.Intermediate, text(400)), English: said(market.Conversational, text(400)), Category: "data-entry", FirstSeenAt: now.Add(-time.Duration(i) * time.Minute)}
	for range 6 {
		l.Warnings = append(l.Warnings, market.Warning{Kind: market.WarnIllegal, Evidence: market.Evidence{Quote: text(400)}})
	}
	return alert.Hit{Listing: l, Words: []string{text(40), text(40), text(40)}}
}

// A letter stays within MaxHTML whatever listings say and however many
// searches there are: it shows fewer of them, the newest of each search.
func TestSize(t *testing.T) {
	w := newWriter(t)
	for name, c := range map[string]struct {
		sections, hits int
		hit            func(int) alert.Hit
		least          int // how many are shown at least
	}{
		"one search, ordinary listings": {1, 10, func(i int) alert.Hit { return offers()[i%10] }, 10},
		"one search, long listings":     {1, 10, long, 4},
		"twenty, ordinary":              {market.MaxSearches, 10, func(i int) alert.Hit { return offers()[i%10] }, 4},
		"twenty, long":                  {market.MaxSearches, 10, long, 1},
		"two, one hit each":             {2, 1, long, 2},
	} {
		for _, lang := range []string{"bn", "en"} {
			var ss []alert.Section
			for i := range c.sections {
				q := market.Query{Text: "ডাটা এন্ট্রি", From: "BD", Level: market.Entry}
				s := alert.Section{Search: saved(fmt.Sprint("s", i), q), Query: q, Total: c.hits + 7}
				for n := range c.hits {
					s.Hits = append(s.Hits, c.hit(n))
				}
				ss = append(ss, s)
			}
			l, err := w.Digest(nasreen(lang), ss, token("a"), now)
			if err != nil {
				t.Fatal(err)
			}
			d := parse(t, l)
			shown := d.Find(hitTitle).Length()
			if len(l.HTML) > MaxHTML || shown < c.least || shown > c.sections*c.hits {
				t.Errorf("%s, %s: %d bytes, %d hits shown", name, lang, len(l.HTML), shown)
			}
			if n := strings.Count(l.Text, "/listing/"); n != shown {
				t.Errorf("%s, %s: the text shows %d, the HTML %d", name, lang, n, shown)
			}
			if n := d.Find("a.btn").Length(); n != c.sections {
				t.Errorf("%s, %s: %d links to the rest of %d searches", name, lang, n, c.sections)
			}
			// Each search shows its newest, none two more than another.
			var per []int
			for _, s := range strings.Split(l.Text, w.tongue(lang).Text("mail.search"))[1:] {
				per = append(per, strings.Count(s, "/listing/"))
				for n := range per[len(per)-1] {
					if want := ss[0].Hits[n].Listing.ID; !strings.Contains(s, want) {
						t.Errorf("%s, %s: the %d newest of a search are not shown", name, lang, n)
					}
				}
			}
			if slices.Max(per)-slices.Min(per) > 1 {
				t.Errorf("%s, %s: shown per search: %v", name, lang, per)
			}
			t.Logf("%s, %s: %d bytes of HTML, %d of text, %d shown", name, lang, len(l.HTML), len(l.Text), shown)
		}
	}
}

// A letter's key says what it is, and the same again is the same letter.
func TestKeys(t *testing.T) {
	w := newWriter(t)
	seen := map[string]string{}
	add := func(name string, l market.Letter, err error) {
		t.Helper()
		if err != nil || !validKey(l.Key) {
			t.Fatalf("%s: %q, %v", name, l.Key, err)
		}
		if other, ok := seen[l.Key]; ok {
			t.Errorf("%s has the key of %s", name, other)
		}
		seen[l.Key] = name
	}
	to, other := nasreen("bn"), nasreen("bn")
	other.ID = "sub2"
	s, moved := section1(), section1()
	moved.Search.Cursor++
	digest := func(to market.Subscriber, raw string, ss ...alert.Section) (market.Letter, error) {
		return w.Digest(to, ss, raw, now)
	}
	first, err := digest(to, token("a"), s)
	add("a digest", first, err)
	if again, _ := digest(to, token("c"), s); again.Key != first.Key {
		t.Error("the same news with another link is another letter")
	}
	l, err := digest(other, token("a"), s)
	add("another's digest", l, err)
	l, err = digest(to, token("a"), moved)
	add("the next digest", l, err)
	l, err = digest(to, token("a"), s, section2())
	add("a digest of two", l, err)
	l, err = w.Confirm(to, s.Search, token("b"), token("a"), now)
	add("a confirmation", l, err)
	l, err = w.Confirm(to, s.Search, token("d"), token("a"), now)
	add("asked once more", l, err)
	l, err = w.Manage(to, token("a"), now)
	add("the link", l, err)
	l, err = w.Manage(to, token("b"), now)
	add("another link", l, err)
	l, err = w.Ask(to, []market.Search{s.Search}, token("a"), now)
	add("a question", l, err)
	add("an operator's", w.Operator("ops@kaj.example", "x broke", "x", "y", now), nil)
	add("another of the operator's", w.Operator("ops@kaj.example", "x healed", "x", "y", now), nil)
	for key := range seen {
		if strings.Contains(key, token("a")[:16]) {
			t.Error("a key tells a token")
		}
	}
}

func TestWriterRefuses(t *testing.T) {
	for name, s := range map[string]Site{
		"no address": {Contact: "x"}, "no contact": {BaseURL: "https://kaj.example"}, "a path": {BaseURL: "kaj.example", Contact: "x"}, "another scheme": {BaseURL: "ftp://kaj.example", Contact: "x"},
	} {
		if _, err := NewWriter(s); err == nil {
			t.Errorf("%s passes", name)
		}
	}
	w := newWriter(t)
	to, s := nasreen("en"), section1()
	empty, odd := section1(), section1()
	empty.Hits, odd.Total = nil, 3
	broken := s.Search
	broken.Query = "level=%zz"
	for name, write := range map[string]func() (market.Letter, error){
		"no token":                 func() (market.Letter, error) { return w.Digest(to, []alert.Section{s}, "", now) },
		"a token with a line":      func() (market.Letter, error) { return w.Manage(to, "a\r\nb"+token("a")[4:], now) },
		"no token to confirm with": func() (market.Letter, error) { return w.Confirm(to, s.Search, "", token("a"), now) },
		"no sections":              func() (market.Letter, error) { return w.Digest(to, nil, token("a"), now) },
		"a section without hits":   func() (market.Letter, error) { return w.Digest(to, []alert.Section{empty}, token("a"), now) },
		"fewer than are shown":     func() (market.Letter, error) { return w.Digest(to, []alert.Section{odd}, token("a"), now) },
		"a query that is none":     func() (market.Letter, error) { return w.Confirm(to, broken, token("b"), token("a"), now) },
		"a query to ask about":     func() (market.Letter, error) { return w.Ask(to, []market.Search{broken}, token("a"), now) },
	} {
		if l, err := write(); err == nil {
			t.Errorf("%s: %+v", name, l)
		}
	}
	// A language that is not spoken is the default.
	to.Lang = "fr"
	if l, err := w.Manage(to, token("a"), now); err != nil || l.Lang != "bn" {
		t.Errorf("%q, %v", l.Lang, err)
	}
}

func TestContact(t *testing.T) {
	for in, want := range map[string]string{
		"help@kaj.example":             `<a class="a" href="mailto:help@kaj.example" style="color:#00614a">help@kaj.example</a>`,
		"https://kaj.example/help?a=b": `<a class="a" href="https://kaj.example/help?a=b" style="color:#00614a">https://kaj.example/help?a=b</a>`,
		"Write to Box 7, <Dhaka>":      "Questions? Write to Box 7, &lt;Dhaka&gt;</p>",
		"javascript:alert(1)":          "Questions? javascript:alert(1)</p>",
	} {
		s := site
		s.Contact = in
		w, err := NewWriter(s)
		if err != nil {
			t.Fatal(err)
		}
		l, err := w.Manage(nasreen("en"), token("a"), now)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(l.HTML, want) || !strings.Contains(l.Text, "\nQuestions? "+in+"\n") {
			t.Errorf("%s: %s", in, l.HTML[strings.Index(l.HTML, "Questions?"):])
		}
	}
}

func TestOneLine(t *testing.T) {
	for in, want := range map[string]string{
		"":                            "",
		" a \t b\r\nc\u0085d\u2028e ": "a b c d e",
		"x\u202egpj.exe\u2066y\u200e": "xgpj.exey",
		"a\x00b\x7fc\ufeff\ufffd":     "a b c",
		"র\u200d্যাংক ক্\u200cষ": "র\u200d্যাংক ক্\u200cষ", // joiners stay
		"👩🏽\u200d💻":              "👩🏽\u200d💻",
	} {
		if got := oneLine(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func BenchmarkDigest(b *testing.B) {
	w := newWriter(b)
	ss := []alert.Section{section1(), section2(), section3()}
	for _, lang := range []string{"bn", "en"} {
		b.Run(lang, func(b *testing.B) {
			for b.Loop() {
				if _, err := w.Digest(nasreen(lang), ss, token("a"), now); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

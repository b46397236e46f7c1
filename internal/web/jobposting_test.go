package web

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// markedUp is a listing that has all that mark-up needs.
func (f *fair) markedUp() *market.Listing {
	l := &f.listings[10]
	l.ExpiresAt = fairNow.AddDate(0, 0, 9)
	l.Description += "\n\n• Reviews of <b>code</b> & plans\n• Calls"
	return l
}

// markUp is the mark-up of a page, nil where there is none.
func markUp(t *testing.T, doc *goquery.Document) map[string]any {
	t.Helper()
	e := doc.Find(`script[type="application/ld+json"]`)
	if e.Length() == 0 {
		return nil
	}
	var out map[string]any
	if err := json.Unmarshal([]byte(e.Text()), &out); err != nil || e.Length() > 1 {
		t.Fatalf("%d elements: %v: %s", e.Length(), err, e.Text())
	}
	return out
}

func TestJobPosting(t *testing.T) {
	f := newFair()
	l := f.markedUp()
	base := f.serve(t).URL
	for _, lang := range bothLangs {
		doc := open(t, base+"/listing/"+l.ID, lang, 200)
		got := markUp(t, doc)
		for name, want := range map[string]any{
			"@context": "https://schema.org", "@type": "JobPosting", "title": "Senior Go engineer for a payments start-up", "url": "http://kajkhoj.test/listing/" + l.ID,
			"datePosted": "2026-11-23T04:00:00Z", "validThrough": "2026-12-03T08:10:00Z", "jobLocationType": "TELECOMMUTE", "directApply": false,
			"hiringOrganization": map[string]any{"@type": "Organization", "name": "Ledgerly"},
			"identifier":         map[string]any{"@type": "PropertyValue", "name": "Founders Thread", "value": "48223"},
			"baseSalary": map[string]any{"@type": "MonetaryAmount", "currency": "USD", "value": map[string]any{
				"@type": "QuantitativeValue", "minValue": 110000.0, "maxValue": 140000.0, "unitText": "YEAR"}},
		} {
			a, _ := json.Marshal(got[name])
			b, _ := json.Marshal(want)
			if string(a) != string(b) {
				t.Errorf("%s is %s, want %s", name, a, b)
			}
		}
		places := got["applicantLocationRequirements"].([]any)
		if len(places) != 11 || places[7].(map[string]any)["name"] != "United Kingdom" || places[7].(map[string]any)["@type"] != "Country" {
			t.Errorf("places: %v", places)
		}
		// All that it says stands on the page.
		page := words(doc.Find("main"))
		said := []string{got["title"].(string), "Ledgerly", "48223", "Founders Thread"}
		text, err := goquery.NewDocumentFromReader(strings.NewReader(got["description"].(string)))
		if err != nil {
			t.Fatal(err)
		}
		if got := words(text.Selection); len(got) < len(l.Description)-20 || !strings.HasPrefix(got, "10+ years of experience. You write") || !strings.Contains(got, "Reviews of <b>code</b> & plans") {
			t.Errorf("the text is %q", got)
		}
		for sentence := range strings.SplitSeq(words(text.Selection), ". ") {
			if !strings.Contains(strings.Join(strings.Fields(doc.Find(".text").Clone().Find("a.hint").Remove().End().Text()), " "), sentence) {
				t.Errorf("%q is not on the page", sentence)
			}
		}
		if lang == "en" {
			said = append(said, "110,000–140,000", "23 November 2026, 10:00", "3 December 2026")
			for _, p := range places {
				said = append(said, p.(map[string]any)["name"].(string))
			}
		}
		for _, s := range said {
			if !strings.Contains(page, s) {
				t.Errorf("%s: %q is in the mark-up and not on the page: %s", lang, s, page)
			}
		}
	}
	// Nowhere but on a listing's own page, as it stands for itself.
	for _, path := range []string{"/", "/?q=engineer", "/status", "/sites", "/about", "/listing/" + l.ID + "?reported=level"} {
		if markUp(t, open(t, base+path, "en", 200)) != nil {
			t.Errorf("%s has mark-up", path)
		}
	}
}

func TestNoJobPosting(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*market.Listing, *source.Terms)
		status int
	}{
		"not to be indexed":   {func(_ *market.Listing, s *source.Terms) { s.Index = false }, 200},
		"no full text":        {func(_ *market.Listing, s *source.Terms) { s.FullText = false }, 200},
		"closed":              {func(l *market.Listing, _ *source.Terms) { l.ClosedAt = fairNow.Add(-time.Hour) }, 410},
		"expired":             {func(l *market.Listing, _ *source.Terms) { l.ExpiresAt = fairNow }, 200},
		"a snippet":           {func(l *market.Listing, _ *source.Terms) { l.Snippet = true }, 200},
		"no text":             {func(l *market.Listing, _ *source.Terms) { l.Description = "" }, 200},
		"no day":              {func(l *market.Listing, _ *source.Terms) { l.PostedAt = time.Time{} }, 200},
		"no company":          {func(l *market.Listing, _ *source.Terms) { l.Company = "" }, 200},
		"no word on where":    {func(l *market.Listing, _ *source.Terms) { l.Apply = market.Apply{} }, 200},
		"where is a guess":    {func(l *market.Listing, _ *source.Terms) { l.Apply.Basis = market.BasisEstimate }, 200},
		"a warning":           {func(l *market.Listing, _ *source.Terms) { l.Warnings = []market.Warning{{Kind: market.WarnFee}} }, 200},
		"a site that is gone": {func(l *market.Listing, _ *source.Terms) { l.Source = "nobody" }, 200},
	} {
		f := newFair()
		l := f.markedUp()
		for i := range f.specs {
			if f.specs[i].Name == l.Source {
				c.change(l, &f.specs[i].Terms)
			}
		}
		if got := markUp(t, open(t, f.serve(t).URL+"/listing/"+l.ID, "en", c.status)); got != nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Whatever a listing says, the mark-up is one JSON text in one element.
func TestJobPostingIsSafe(t *testing.T) {
	const evil = `</script><script>alert(1)</script><!-- <script> ]]> \u003c "quoted" & 'single' ` + "\u2028\u2029\x00\ufffd"
	f := newFair()
	l := f.markedUp()
	l.Title, l.Company, l.Description, l.ExternalID = evil, evil, evil+"\n\n"+evil, "</script>"
	res, body := get(t, f.serve(t).URL+"/listing/"+l.ID, "en")
	if n := strings.Count(body, "<script"); n != 1 || strings.Count(body, "</script") != 1 || res.StatusCode != 200 {
		t.Errorf("%d script elements begin", n)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	got := markUp(t, doc)
	if got["title"] != evil || !strings.Contains(got["description"].(string), "&lt;script&gt;alert(1)&lt;/script&gt;") || strings.Contains(got["description"].(string), "<script") {
		t.Errorf("the mark-up is %v", got)
	}
	held(t, "an evil listing", doc, "en")
}

func TestMajor(t *testing.T) {
	for _, c := range []struct {
		minor    int64
		currency string
		want     json.Number
	}{{0, "USD", ""}, {1500, "USD", "15"}, {1550, "USD", "15.5"}, {5, "USD", "0.05"}, {1234567, "BDT", "12345.67"}, {800, "JPY", "800"}, {1, "KWD", "0.001"}} {
		if got := major(c.minor, c.currency); got != c.want {
			t.Errorf("%d %s is %s, want %s", c.minor, c.currency, got, c.want)
		}
	}
	f := newFair()
	l := f.markedUp()
	l.Apply = market.Apply{Where: market.WhereWorldwide, Basis: market.BasisText}
	for _, c := range []struct {
		pay  market.Pay
		want string
	}{
		{market.Pay{Kind: market.PayHourly, Min: 1550, Max: 1550, Currency: "EUR"}, `{"@type":"MonetaryAmount","currency":"EUR","value":{"@type":"QuantitativeValue","value":15.5,"unitText":"HOUR"}}`},
		{market.Pay{Kind: market.PayMonthly, Min: 35000, Currency: "USD"}, `{"@type":"MonetaryAmount","currency":"USD","value":{"@type":"QuantitativeValue","minValue":350,"unitText":"MONTH"}}`},
		{market.Pay{Kind: market.PayFixed, Min: 35000, Max: 35000, Currency: "USD"}, ""},
		{market.Pay{Text: "negotiable"}, ""},
	} {
		l.Pay = c.pay
		doc := open(t, f.serve(t).URL+"/listing/"+l.ID, "en", 200)
		raw := doc.Find(`script[type="application/ld+json"]`).Text()
		if _, salary, ok := strings.Cut(raw, `"baseSalary":`); ok != (c.want != "") || !strings.HasPrefix(salary, c.want) {
			t.Errorf("%+v: %s", c.pay, raw)
		}
		if !strings.Contains(raw, `"applicantLocationRequirements":[{"@type":"AdministrativeArea","name":"Worldwide"}]`) || !strings.Contains(words(doc.Find("#f-from")), "Worldwide") {
			t.Errorf("worldwide: %s", raw)
		}
	}
}

// Of a closed listing nothing of the site's is shown, or told to programs,
// once its terms let nobody keep it, whether or not the store has forgotten.
func TestKept(t *testing.T) {
	f := newFair()
	for i := range f.specs {
		f.specs[i].Terms.Keep, f.specs[i].Terms.Syndicate = 5*time.Hour+time.Second, true
	}
	path := "/listing/" + market.ListingID("gigboard", "gone")
	base := f.serve(t).URL
	const words = "household survey"
	for _, kept := range []bool{true, false} {
		_, body := get(t, base+path, "en")
		_, api := get(t, base+"/api/v1"+strings.Replace(path, "listing", "listings", 1), "en")
		if strings.Contains(body, words) != kept || strings.Contains(api, "No experience is needed") != kept {
			t.Errorf("kept: %v; the page has it: %v, the API: %v", kept, strings.Contains(body, words), strings.Contains(api, "No experience is needed"))
		}
		if !strings.Contains(body, "Type 300 handwritten survey forms") {
			t.Error("the title is gone")
		}
		f.now = f.now.Add(time.Second)
	}
}

// A short text that may not be shown whole is not.
func TestExcerpt(t *testing.T) {
	for text, want := range map[string]string{"": "", "Type the forms into a sheet, please.": "Type the forms…", strings.Repeat("word ", 1000): strings.TrimSpace(strings.Repeat("word ", 60)) + "…"} {
		if got := excerpt(text, source.Terms{}); got != want {
			t.Errorf("%.40q is cut to %q", text, got)
		}
		if got := excerpt(text, source.Terms{FullText: true}); got != text {
			t.Errorf("all of it is %q", got)
		}
	}
}

package mail

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/kajkhoj/kajkhoj/internal/alert"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

var (
	now   = time.Date(2026, 11, 24, 8, 10, 0, 0, time.UTC) // 14:10 in Dhaka
	rates = market.Rates{AsOf: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), PerUSD: map[string]float64{"USD": 1, "BDT": 122.40}}
	site  = Site{BaseURL: "https://kaj.example", Contact: "help@kaj.example", Rates: rates, SourceTitle: sourceTitle}
)

func sourceTitle(name string) string {
	if t, ok := map[string]string{"gigboard": "Gigboard", "remoteferry": "Remote Ferry", "kaajhaat": "Kaaj Haat"}[name]; ok {
		return t
	}
	return name
}

func newWriter(t testing.TB) *Writer {
	t.Helper()
	w, err := NewWriter(site)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// token is a raw token of one letter of the alphabet.
func token(letter string) string { return strings.Repeat(letter, 48) }

func nasreen(lang string) market.Subscriber {
	return market.Subscriber{ID: "sub1", Email: "nasreen@example.com", Lang: lang, Hour: 8, Zone: market.DefaultZone}
}

func said[V ~string](v V, quote string) market.Label[V] {
	return market.Label[V]{Value: v, Basis: market.BasisText, Evidence: []market.Evidence{{Field: "description", Quote: quote}}}
}

func guessed[V ~string](v V) market.Label[V] {
	return market.Label[V]{Value: v, Basis: market.BasisEstimate, Probability: 0.8}
}

func usd(kind market.PayKind, lo, hi int64) market.Pay {
	return market.Pay{Kind: kind, Min: lo * 100, Max: hi * 100, Currency: "USD", USD: max(lo, hi) * 100}
}

// offers are ten listings, the newest first, of every kind that a letter
// tells apart.
func offers() []alert.Hit {
	ls := []market.Listing{
		{Source: "gigboard", Title: "Type 300 handwritten survey forms into Google Sheets", Pay: usd(market.PayFixed, 60, 60),
			Level: said(market.Entry, "No experience is needed"), English: guessed(market.Basic),
			AlsoOn:   []market.Copy{{Source: "remoteferry"}, {Source: "tasklantern"}},
			Warnings: []market.Warning{{Kind: market.WarnFreeTrial, Evidence: market.Evidence{Quote: "Do the first 50 forms as an unpaid test"}}}},
		{Source: "remoteferry", Title: "Add 450 products to an online shop (photos and text supplied)", Pay: usd(market.PayFixed, 120, 150),
			Level: guessed(market.Entry), English: said(market.Basic, "Simple written English is enough")},
		{Source: "kaajhaat", Lang: "bn", Title: "পুরোনো রসিদ থেকে এক্সেলে হিসাব তোলা (২ বছরের)", Pay: market.Pay{Kind: market.PayFixed, Min: 8000_00, Max: 8000_00, Currency: "BDT"},
			Level: said(market.Entry, "নতুনরা আবেদন করতে পারেন")},
		{Source: "opendesk", Title: "Clean up 2,000 contacts in a CRM export", Pay: usd(market.PayHourly, 8, 12), English: guessed(market.Conversational)},
		{Source: "tasklantern", Title: "Copy the menus of 40 restaurants into our app", Pay: usd(market.PayFixed, 90, 90),
			Level: said(market.Entry, "Perfect for someone starting out"), English: guessed(market.Basic)},
		{Source: "remoteferry", Title: "Data entry operator, part time, 20 hours a week", Pay: usd(market.PayMonthly, 350, 350),
			Level: said(market.Entry, "Entry level"), English: said(market.Conversational, "able to chat in English with the team")},
		{Source: "foundersthread", Title: "Draw boxes around fruit in 5,000 orchard photos", Pay: usd(market.PayFixed, 200, 200),
			Level: guessed(market.Entry), English: guessed(market.Basic)},
		{Source: "tasklantern", Title: "Simple ad posting and form filling from home, paid daily", Level: said(market.Entry, "anyone with a phone can do it"),
			Pay:      market.Pay{Text: "good money every day"},
			Warnings: []market.Warning{{Kind: market.WarnFee, Evidence: market.Evidence{Quote: "Pay the refundable ID fee of $12"}}, {Kind: market.WarnPay}}},
		{Source: "gigboard", Title: "Find e-mail addresses of 600 dental clinics in Canada", Pay: usd(market.PayFixed, 75, 75),
			Level: guessed(market.Entry), English: guessed(market.Conversational)},
		{Source: "opendesk", Title: "Turn 90 PDF price lists into one spreadsheet", Pay: usd(market.PayFixed, 140, 140), English: guessed(market.Basic)},
	}
	var out []alert.Hit
	for i, l := range ls {
		l.ID = fmt.Sprintf("%020x", i+1)
		l.Category = "data-entry"
		l.FirstSeenAt = now.Add(-time.Duration(3+2*i) * time.Hour)
		l.PostedAt = l.FirstSeenAt
		h := alert.Hit{Listing: l}
		if i%2 == 0 {
			h.Words = []string{"data entry"}
		}
		out = append(out, h)
	}
	return out
}

func saved(id string, q market.Query) market.Search {
	return market.Search{ID: id, Subscriber: "sub1", Query: q.Saved().Values().Encode(), Freq: market.Daily, State: market.SearchOn,
		Hour: 8, Zone: market.DefaultZone, Created: now.Add(-50 * time.Hour), Confirmed: now.Add(-49 * time.Hour), ToldAt: now.Add(-24 * time.Hour), Cursor: 7}
}

func dataEntry() market.Query {
	return market.Query{Text: "data entry", Level: market.Entry, English: market.Conversational, From: "BD"}
}

func section1() alert.Section {
	q := dataEntry()
	return alert.Section{Search: saved("s1", q), Query: q, Hits: offers(), Total: 23, Oldest: now.Add(-40 * time.Hour)}
}

func section2() alert.Section {
	q := market.Query{Categories: []market.Category{"design", "data-entry"}, Pays: []market.PayKind{market.PayFixed}, MinUSD: 50, From: "IN"}
	return alert.Section{Search: saved("s2", q), Query: q, Hits: offers()[:2], Total: 2, Oldest: offers()[1].Listing.Date()}
}

func section3() alert.Section {
	q := market.Query{Text: "লোগো ডিজাইন", From: "BD"}
	return alert.Section{Search: saved("s3", q), Query: q, Hits: offers()[2:3], Total: 1, Oldest: offers()[2].Listing.Date()}
}

// nfc is a text of this file as the catalogue has it.
func nfc(s string) string { return norm.NFC.String(s) }

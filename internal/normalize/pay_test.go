package normalize

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

// brief is a pay in one line: kind, ends, currency.
func brief(p market.Pay) string {
	if p.Currency == "" {
		return ""
	}
	return strings.TrimSpace(fmt.Sprintf("%s %d-%d %s", p.Kind, p.Min, p.Max, p.Currency))
}

func TestPayFromWords(t *testing.T) {
	n := testNormalizer(t)
	for _, tt := range []struct{ in, want string }{
		{"OTE $25k - $35k", "2500000-3500000 USD"},
		{"$45-$120/Hour", "hourly 4500-12000 USD"},
		{"$18 - $22/hr", "hourly 1800-2200 USD"},
		{"$54/hr", "hourly 5400-5400 USD"},
		{"$20+/hr", "hourly 2000-0 USD"},
		{"£40 per hour", "hourly 4000-4000 GBP"},
		{"US$ 15 an hour", "hourly 1500-1500 USD"},
		{"15 USD hourly", "hourly 1500-1500 USD"},
		{"$7.50/h", "hourly 750-750 USD"},
		{"€8–30", "800-3000 EUR"},
		{"USD 500", "50000-50000 USD"},
		{"$500", "50000-50000 USD"},
		{"$500 fixed price", "fixed 50000-50000 USD"},
		{"Fixed: $500", "fixed 50000-50000 USD"},
		{"$60 for the whole job", "fixed 6000-6000 USD"},
		{"$60 in total", "fixed 6000-6000 USD"},
		{"$300 per project", "fixed 30000-30000 USD"},
		{"Budget: $30-$250 USD, Jobs: PHP, HTML", "3000-25000 USD"},
		{"$80,000 per annum", "yearly 8000000-8000000 USD"},
		{"$45,000 - $50,000 yearly", "yearly 4500000-5000000 USD"},
		{"$45,000 - $50,000", "4500000-5000000 USD"},
		{"€60k-75k p.a.", "yearly 6000000-7500000 EUR"},
		{"50k p.a. EUR", "yearly 5000000-5000000 EUR"},
		{"25-35k USD a year", "yearly 2500000-3500000 USD"},
		{"up to $185,500 a year", "yearly 0-18550000 USD"},
		{"Salary up to $185,500 + equity", "0-18550000 USD"},
		{"$20 + bonus", "2000-2000 USD"},
		{"$500+", "50000-0 USD"},
		{"from $2,000/month", "monthly 200000-0 USD"},
		{"between $5 and $8 per hour", "hourly 500-800 USD"},
		{"$8 to $5 per hour", "hourly 500-800 USD"},
		{"1.500,50 € monatlich", "150050-150050 EUR"},
		{"20 000 € per year", "yearly 2000000-2000000 EUR"},
		{"CHF 120'000 yearly", "yearly 12000000-12000000 CHF"},
		{"¥500 per hour", ""},
		{"JPY 500 per hour", "hourly 500-500 JPY"},
		{"KWD 1.5 per hour", "hourly 1500-1500 KWD"},

		{"A$50/hr", "hourly 5000-5000 AUD"},
		{"AU$50/hr", "hourly 5000-5000 AUD"},
		{"C$50/hr", "hourly 5000-5000 CAD"},
		{"CA$50/hr", "hourly 5000-5000 CAD"},
		{"S$50/hr", "hourly 5000-5000 SGD"},
		{"HK$50/hr", "hourly 5000-5000 HKD"},
		{"NZ$50/hr", "hourly 5000-5000 NZD"},
		{"R$50/hr", "hourly 5000-5000 BRL"},
		{"Q$50/hr", ""},
		{"$50/hr (CAD)", "hourly 5000-5000 CAD"},
		{"$100-200 CAD", "10000-20000 CAD"},
		{"50 Canadian dollars per hour", "hourly 5000-5000 CAD"},

		{"Tk 20,000", "2000000-2000000 BDT"},
		{"Tk. 20,000 monthly", "monthly 2000000-2000000 BDT"},
		{"20,000 tk", "2000000-2000000 BDT"},
		{"BDT 1,25,000 / month", "monthly 12500000-12500000 BDT"},
		{"15,000 taka per month", "monthly 1500000-1500000 BDT"},
		{"৳500", "50000-50000 BDT"},
		{"৳৫০০", "50000-50000 BDT"},
		{"৫০০৳", "50000-50000 BDT"},
		{"৫০০/-", "50000-50000 BDT"},
		{"500/-", ""},
		{"Tk 500/-", "50000-50000 BDT"},
		{"৳20k/month", "monthly 2000000-2000000 BDT"},
		{"৫ হাজার টাকা", "500000-500000 BDT"},
		{"১.৫ লাখ টাকা", "15000000-15000000 BDT"},
		{"২-৩ লক্ষ টাকা", "20000000-30000000 BDT"},
		{"2 lakh taka", "20000000-20000000 BDT"},
		{"3 lac BDT", "30000000-30000000 BDT"},
		{"১ কোটি টাকা", "1000000000-1000000000 BDT"},
		{"১ লাখ ২০ হাজার টাকা মাসিক", "monthly 12000000-12000000 BDT"},
		{"মাসিক বেতন ১৫,০০০ টাকা", "monthly 1500000-1500000 BDT"},
		{"১৫,০০০ থেকে ২০,০০০ টাকা মাসিক", "monthly 1500000-2000000 BDT"},
		{"ঘণ্টায় ৫০০ টাকা", "hourly 50000-50000 BDT"},
		{"বার্ষিক ৩ লাখ টাকা", "yearly 30000000-30000000 BDT"},
		{"₹1,25,000", "12500000-12500000 INR"},
		{"₹12 LPA", "yearly 120000000-120000000 INR"},
		{"Rs 500", ""},
		{"500 kr per hour", ""},

		// Other units have no kind of their own: the words alone are kept.
		{"$300/week", ""},
		{"$100 per day", ""},
		{"$5 per article", ""},
		{"$0.05/word", ""},
		{"$0.05 per word", ""},
		{"দৈনিক ৫০০ টাকা", ""},

		// Below zero.
		{"-$5", ""}, {"-$5/hr", ""}, {"−$5/hr", ""}, {"$-5/hr", ""}, {"-5 USD", ""}, {"Pay (-$5)", ""}, {"A change of -$5/hr", ""},
		{"$5 -$8 per hour", "hourly 500-800 USD"},
		{"$5-$8 per hour", "hourly 500-800 USD"},
		{"Budget-$500", "50000-50000 USD"},
		{"Pay - $5/hr", "hourly 500-500 USD"},
		{"$20/hr or $3,000 monthly", "hourly 2000-2000 USD"},

		// No pay.
		{"500", ""}, {"Negotiable", ""}, {"Competitive", ""}, {"আলোচনা সাপেক্ষে", ""}, {"$", ""}, {"$0", ""}, {"0", ""},
		{"10% commission", ""}, {"50-60", ""}, {"TRY 500 new ideas", ""}, {"ALL 500", ""}, {"500 USDT", ""},
		{"call 01711000000", ""}, {"$1,2,3", ""}, {"$99999999999999", ""},

		// Not believed: the kind is dropped with the amounts.
		{"$90000/hr", ""}, {"$20 per year", ""},
	} {
		p := n.sitePay(market.Draft{PayText: tt.in})
		if got := brief(p); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.in, got, tt.want)
		}
		if p.Text != tt.in {
			t.Errorf("%q: text %q", tt.in, p.Text)
		}
		if !p.Stated() && p.USD != 0 {
			t.Errorf("%q: %d USD without a kind", tt.in, p.USD)
		}
	}
}

func TestPayFromFields(t *testing.T) {
	n := testNormalizer(t)
	for _, tt := range []struct {
		min, max, currency, period, text string
		want, wantText                   string
	}{
		{"85000", "95000", "USD", "annual", "", "yearly 8500000-9500000 USD", ""},
		{"122600", "204400", "USD", "yearly", "", "yearly 12260000-20440000 USD", ""},
		{"200", "200", "GBP", "fixed", "", "fixed 20000-20000 GBP", ""},
		{"40", "", "GBP", "hourly", "", "hourly 4000-0 GBP", ""},
		{"", "40", "GBP", "HOUR", "", "hourly 0-4000 GBP", ""},
		{"30", "20", "EUR", "hour", "", "hourly 2000-3000 EUR", ""},
		{"0", "30", "EUR", "hour", "", "hourly 0-3000 EUR", ""},
		{"12.5", "20.75", "usd", "hour", "", "hourly 1250-2075 USD", ""},
		{"20000", "30000", "৳", "monthly", "", "monthly 2000000-3000000 BDT", ""},
		{"৳২০,০০০", "৳৩০,০০০", "", "monthly", "", "monthly 2000000-3000000 BDT", ""},
		{"20k", "30k", "Tk", "month", "", "monthly 2000000-3000000 BDT", ""},
		{"15", "25", "$", "hourly", "", "hourly 1500-2500 USD", ""},
		{"0", "0", "", "", "", "", ""},
		{"0", "0", "USD", "yearly", "$5/hr", "hourly 500-500 USD", "$5/hr"},
		{"50000", "70000", "", "", "", "", "50000 – 70000"},
		{"50000", "70000", "USD", "", "", "5000000-7000000 USD", "50000 – 70000 USD"},
		{"50000", "70000", "", "year", "", "", "50000 – 70000 year"},
		{"500", "700", "USD", "week", "", "", "500 – 700 USD week"},
		{"-$5", "", "", "hourly", "", "", ""},
		{"500", "700", "Rs", "month", "", "", "500 – 700 Rs month"},
		{"60000", "70000", "USD", "hourly", "", "", "60000 – 70000 USD hourly"},
		{"1e300", "2", "USD", "hourly", "", "hourly 0-200 USD", ""},
		{"-5", "-1", "USD", "hourly", "", "", ""},
		{"NaN", "Inf", "USD", "hourly", "", "", ""},
		{"", "", "CAD", "hourly", "$20-25", "hourly 2000-2500 CAD", "$20-25"},
		{"", "", "EUR", "hourly", "$20-25", "", "$20-25"},
		{"", "", "USD", "fixed", "100", "fixed 10000-10000 USD", "100"},
		{"", "", "", "fixed", "$5 per article", "", "$5 per article"},
		{"", "", "USD", "hourly", "-5", "", "-5"},
		{"15", "25", "USD", "", "hourly", "hourly 1500-2500 USD", ""},
	} {
		d := market.Draft{PayMin: tt.min, PayMax: tt.max, PayCurrency: tt.currency, PayPeriod: tt.period, PayText: tt.text}
		p := n.sitePay(d)
		if got := brief(p); got != tt.want || p.Text != tt.wantText {
			t.Errorf("%+v: %q, text %q; want %q, text %q", tt, got, p.Text, tt.want, tt.wantText)
		}
	}
}

func TestPaySaidInText(t *testing.T) {
	n := testNormalizer(t)
	for _, tt := range []struct{ title, text, want, quote string }{
		{"", "Cut out 20 photos. $60 for the whole job.", "fixed 6000-6000 USD", "$60 for the whole job"},
		{"", "About us.\n\nPay: $15/hour", "hourly 1500-1500 USD", "Pay: $15/hour"},
		{"", "We pay $15-20 per hour, weekly.", "hourly 1500-2000 USD", "pay $15-20 per hour"},
		{"", "Salary: €2,500 per month.", "monthly 250000-250000 EUR", "Salary: €2,500 per month"},
		{"", "Hourly rate: $12", "hourly 1200-1200 USD", "Hourly rate: $12"},
		{"", "Fixed budget of $200.", "fixed 20000-20000 USD", "Fixed budget of $200"},
		{"", "বেতন ১৫,০০০ টাকা মাসিক", "monthly 1500000-1500000 BDT", "বেতন ১৫,০০০ টাকা মাসিক"},
		{"", "মাসিক বেতন ১৫,০০০ টাকা।", "monthly 1500000-1500000 BDT", "মাসিক বেতন ১৫,০০০ টাকা"},
		{"", "পুরো সময়ের কাজ। বেতন: ৳20,000 per month", "monthly 2000000-2000000 BDT", "বেতন: ৳20,000 per month"},
		{"[Hiring] Writer, $20/hr", "", "hourly 2000-2000 USD", "$20/hr"},
		{"Logo for $50 fixed", "", "fixed 5000-5000 USD", "$50 fixed"},

		{"-$5/hour", "", "", ""},
		{"", "A paid community ($50–$75/month).", "", ""},
		{"Earn $650-$3500 monthly in commissions", "", "", ""},
		{"", "It will amount to $800 in total.", "", ""},
		{"", "Budget: $500", "", ""},
		{"", "Our product costs $15/month.", "", ""},
		{"", "Clients pay $90 per hour for this.", "", ""},
		{"", "The app shows $15/hour.", "", ""},
		{"", "You pay a fee of $15 per month.", "", ""},
		{"", "We raised $5M and pay well.", "", ""},
		{"", "Pay: $15/hour for writers.\nPay: $25/hour for editors.", "", ""},
		{"", "Pay: $15 per article", "", ""},
		{"", "The pay is good. $15/hour is what the tool costs.", "", ""},
	} {
		if tt.title == "" {
			tt.title = "Some work"
		}
		l, err := n.Draft(market.Draft{Source: "s", ExternalID: "1", Title: tt.title, Description: tt.text}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if got := brief(l.Pay); got != tt.want {
			t.Errorf("%q %q: %q, want %q", tt.title, tt.text, got, tt.want)
			continue
		}
		if tt.want == "" {
			continue
		}
		e := l.Pay.Evidence
		in := map[string]string{"title": l.Title, "description": l.Description}[e.Field]
		if e.Quote != tt.quote || in[e.Start:e.End] != e.Quote || l.Pay.Text != e.Quote {
			t.Errorf("%q: evidence %+v, want %q", tt.text, *e, tt.quote)
		}
	}

	// The site's own amount is not overruled; the text may add the kind.
	for _, tt := range []struct{ pay, text, want string }{
		{"$500", "Pay: $15/hour", "50000-50000 USD"},
		{"$500", "$500 for the whole job", "fixed 50000-50000 USD"},
		{"$9/hr", "Pay: $15/hour", "hourly 900-900 USD"},
	} {
		l, _ := n.Draft(market.Draft{Source: "s", ExternalID: "1", Title: "t", PayText: tt.pay, Description: tt.text}, time.Now())
		if got := brief(l.Pay); got != tt.want {
			t.Errorf("%q, %q: %q, want %q", tt.pay, tt.text, got, tt.want)
		}
	}
}

func TestPayInUSD(t *testing.T) {
	n := testNormalizer(t)
	p := n.sitePay(market.Draft{PayText: "Tk 12,240 - 24,480 monthly"})
	if p.USD != 20_000 {
		t.Errorf("%+v: want 200.00 USD at 122.40", p)
	}
	if p = n.sitePay(market.Draft{PayText: "from $7/hr"}); p.USD != 700 {
		t.Errorf("%+v: the lower end where there is no upper", p)
	}
}

func checkPay(t interface{ Errorf(string, ...any) }, p market.Pay, in string) {
	if p.Min < 0 || p.Max < 0 || p.Min > 0 && p.Max > 0 && p.Min > p.Max {
		t.Errorf("%q: min %d, max %d", in, p.Min, p.Max)
	}
	if (p.Min != 0 || p.Max != 0) && !isoCodes[p.Currency] {
		t.Errorf("%q: currency %q", in, p.Currency)
	}
	if p.Kind != "" && !p.Stated() || !p.Stated() && p.USD != 0 || p.USD < 0 {
		t.Errorf("%q: %+v", in, p)
	}
}

func FuzzPay(f *testing.F) {
	n := testNormalizer(f)
	for _, s := range []string{"OTE $25k - $35k", "$45-$120/Hour", "৳৫০০", "১ লাখ ২০ হাজার টাকা মাসিক", "৫০০/-", "C$ 1.234,56 p.a.", "Pay: $15/hour", "$60 for the whole job", "\xff$5", "$$$5--6//hr", "5 5 5 5 5 5", "$1'000'000", "between $5 and"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, d := range []market.Draft{{PayText: s}, {PayMin: s, PayMax: s, PayCurrency: "USD", PayPeriod: "hour"}, {PayMin: "5", PayMax: "9", PayCurrency: s, PayPeriod: s}} {
			checkPay(t, n.sitePay(d), s)
		}
		text := phrase.Lex(Text(s))
		if p, ok := n.saidPay("description", &text); ok {
			checkPay(t, p, s)
			e := p.Evidence
			if e.Start < 0 || e.End > len(text.Raw) || text.Raw[e.Start:e.End] != e.Quote || e.Quote == "" {
				t.Errorf("%q: evidence %+v", s, e)
			}
		}
		toks := lexPay(s)
		at := 0
		for _, x := range toks {
			if x.start < at || x.end <= x.start || x.end > len(s) {
				t.Fatalf("%q: token %+v after %d", s, x, at)
			}
			at = x.end
		}
	})
}

// Time must grow in line with length, whatever the text.
func TestPayIsLinear(t *testing.T) {
	n := testNormalizer(t)
	for _, unit := range []string{"$", "$5 ", "5 ", "1 000 ", "pay $5 ", "৳৫", "5-5-", "k", "/", "5,", "1'", "$5/hr "} {
		in := strings.Repeat(unit, 200_000/len(unit))
		start := time.Now()
		n.sitePay(market.Draft{PayText: in, PayMin: in, PayMax: in, PayCurrency: in, PayPeriod: in})
		text := phrase.Lex(in)
		n.saidPay("description", &text)
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("%q: %v for %d bytes", unit, took, len(in))
		}
	}
}

// An amount written in any of the usual ways is read as it was meant.
func TestPayRoundTrip(t *testing.T) {
	n := testNormalizer(t)
	rapid.Check(t, func(t *rapid.T) {
		lo := rapid.Int64Range(1, 999_999).Draw(t, "lo")
		hi := rapid.Int64Range(lo, 999_999).Draw(t, "hi")
		digits := rapid.SampledFrom([]func(int64) string{plainDigits, grouped, lakh, bengali}).Draw(t, "digits")
		form := rapid.SampledFrom([]string{"৳%s - ৳%s", "%s - %s টাকা", "Tk %s–%s", "BDT %s to %s", "%s-%s BDT", "%s থেকে %s টাকা"}).Draw(t, "form")
		in := fmt.Sprintf(form, digits(lo), digits(hi))
		p := n.sitePay(market.Draft{PayText: in})
		if p.Min != lo*100 || p.Max != hi*100 || p.Currency != "BDT" || p.Kind != "" {
			t.Fatalf("%q: %+v", in, p)
		}
	})
}

func plainDigits(n int64) string { return fmt.Sprint(n) }

func grouped(n int64) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}

func lakh(n int64) string {
	if n < 100_000 {
		return grouped(n)
	}
	return fmt.Sprintf("%d,%02d,%03d", n/100_000, n/1000%100, n%1000)
}

func bengali(n int64) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + '০'
		}
		return r
	}, lakh(n))
}

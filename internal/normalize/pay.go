package normalize

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

// How pay is read.
//
// Amount and currency: a number is pay only with a currency, from a sign, a
// code, a word or the site's field, and one below zero ("-$5") never is. A
// plain "$" is the field's dollar where
// the field names one and otherwise the US dollar, which is its common
// reading; "C$", "A$", "S$" and the like mean their own. Signs and words that
// several countries share ("¥", "Rs", "kr", "pesos") count only with the
// field. "৳", "Tk", "taka", "টাকা" and Bengali digits before "/-" are taka.
//
// Kind: said by the words ("/hr", "per annum", "মাসিক", "for the whole job")
// or by the site's field. A bare "$500" has no kind, nor has "OTE $25k -
// $35k": no size of an amount makes it yearly. Pay by the day, the week, the
// word or the piece has no kind of its own and stays as text.
//
// Range: a zero is an unknown end; swapped ends are put in order; "up to"
// and "from" leave one end open. Amounts that no work is paid with are not
// believed.

// maxPayText is the longest pay text that is kept, in characters.
const maxPayText = 300

// bounds are the amounts in US dollars that are believed for each kind.
var bounds = map[market.PayKind][2]float64{
	market.PayFixed:   {0.01, 10_000_000},
	market.PayHourly:  {0.05, 5_000},
	market.PayMonthly: {1, 500_000},
	market.PayYearly:  {100, 10_000_000},
}

// maxAmount is the greatest amount in major units that is read at all.
const maxAmount = 1e12

// pay reads a draft's pay: the fields, then the site's words, and where these
// state none, the title and the text.
func (n *Normalizer) pay(d market.Draft, title, words *phrase.Text) market.Pay {
	p := n.sitePay(d)
	if p.Stated() {
		return p
	}
	for _, at := range []struct {
		field string
		text  *phrase.Text
	}{{"title", title}, {"description", words}} {
		said, ok := n.saidPay(at.field, at.text)
		if !ok {
			continue
		}
		if p.Currency != "" && (p.Currency != said.Currency || p.Min != said.Min && p.Max != said.Max) {
			return p // the site's own field says otherwise
		}
		return said
	}
	return p
}

// sitePay reads the fields and the words of the site.
func (n *Normalizer) sitePay(d market.Draft) market.Pay {
	text := line(d.PayText, maxPayText)
	context := currencyField(d.PayCurrency)
	kind, other := periodField(d.PayPeriod)
	lo, loCur, loOK := amountField(d.PayMin)
	hi, hiCur, hiOK := amountField(d.PayMax)

	if (loOK || hiOK) && (lo > 0 || hi > 0) {
		q := quantity{lo: lo, hi: hi, currency: context}
		for _, c := range []string{loCur, hiCur} {
			if q.currency == "" {
				q.currency = c
			}
		}
		if said := readPay(lexPay(text), context); text != "" {
			if q.currency == "" {
				q.currency = said.currency
			}
			if kind == "" && !other {
				kind, other = said.kind, said.other
			}
		}
		q.kind, q.other = kind, other
		p := n.settle(q)
		if !p.Stated() {
			p.Text = text
			if text == "" {
				p.Text = line(composed(d), maxPayText)
			}
		}
		return p
	}
	if text == "" {
		return market.Pay{}
	}
	q := readPay(lexPay(text), context)
	if q.kind == "" && !q.other {
		q.kind, q.other = kind, other
	}
	p := n.settle(q)
	p.Text = text
	return p
}

// composed is what the fields say, in the site's own words.
func composed(d market.Draft) string {
	amounts := strings.TrimSpace(d.PayMin)
	if hi := strings.TrimSpace(d.PayMax); hi != "" && hi != amounts {
		if amounts != "" {
			amounts += " – "
		}
		amounts += hi
	}
	return strings.Join(strings.Fields(amounts+" "+d.PayCurrency+" "+d.PayPeriod), " ")
}

// quantity is pay as it was read, in major units.
type quantity struct {
	lo, hi   float64
	currency string
	kind     market.PayKind
	// other says that it is paid by another unit, such as a day or a word.
	other bool
	// first and last are the tokens of the amounts, end that of the unit.
	first, last, end int
}

// settle turns a quantity into pay: the ends in order, in minor units. It is
// empty where the amounts are not believed for their kind, and where they are
// paid by another unit: without it they would say something else. Min <= Max
// unless one is open.
func (n *Normalizer) settle(q quantity) market.Pay {
	if q.currency == "" || q.lo <= 0 && q.hi <= 0 || q.lo > maxAmount || q.hi > maxAmount {
		return market.Pay{}
	}
	if q.lo > 0 && q.hi > 0 && q.lo > q.hi {
		q.lo, q.hi = q.hi, q.lo
	}
	minor := math.Pow10(market.MinorDigits(q.currency))
	p := market.Pay{Currency: q.currency}
	p.Min, p.Max = int64(math.Round(max(0, q.lo)*minor)), int64(math.Round(max(0, q.hi)*minor))
	if p.Min == 0 && p.Max == 0 || q.other {
		return market.Pay{}
	}
	if q.kind == "" {
		return p
	}
	rate, rated := n.rates.PerUSD[q.currency]
	if rated {
		b := bounds[q.kind]
		for _, v := range []float64{q.lo, q.hi} {
			if v > 0 && (v/rate < b[0] || v/rate > b[1]) {
				return market.Pay{}
			}
		}
	}
	p.Kind = q.kind
	end := p.Max
	if end == 0 {
		end = p.Min
	}
	if usd, ok := n.rates.Convert(end, q.currency, "USD"); ok {
		p.USD = usd
	}
	return p
}

// amountField reads one structured amount: a plain number with a decimal
// point as machines write it, or the words of a page ("৳৫০০", "85k").
func amountField(s string) (v float64, currency string, ok bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 60 {
		return 0, "", false
	}
	if v, err := strconv.ParseFloat(s, 64); err == nil {
		if math.IsNaN(v) || v < 0 || v > maxAmount {
			return 0, "", false
		}
		return v, "", true
	}
	toks := lexPay(s)
	for i := range toks {
		if v, cur, next, ok := readAmount(toks, i, ""); ok && next > i {
			return v, cur, v <= maxAmount && !belowZero(toks, i)
		}
	}
	return 0, "", false
}

// currencyField reads a structured currency: an ISO code, a sign or a word,
// empty where it is none or several countries share it.
func currencyField(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 40 {
		return ""
	}
	if up := strings.ToUpper(s); isCode(up) && isoCodes[up] {
		return up
	}
	for _, t := range lexPay(s) {
		if t.kind == tokCurrency {
			if t.code == plainDollar {
				return "USD"
			}
			return t.code
		}
	}
	return ""
}

// periodField reads a structured period.
func periodField(s string) (kind market.PayKind, other bool) {
	s = strings.ToLower(line(s, 60))
	switch s {
	case "":
		return "", false
	case "hour", "hourly", "hours", "hr", "per hour", "per-hour", "per_hour", "an hour", "/hr", "/hour", "h":
		return market.PayHourly, false
	case "month", "monthly", "months", "mo", "per month", "per-month", "per_month", "a month", "/mo", "/month":
		return market.PayMonthly, false
	case "year", "yearly", "years", "yr", "annual", "annually", "annum", "per year", "per-year", "per_year", "per annum", "p.a.", "pa", "a year", "/yr", "/year":
		return market.PayYearly, false
	case "fixed", "fixed_price", "fixed-price", "fixed price", "project", "per project", "per_project", "per-project", "one-time", "one time", "once", "total", "budget", "job", "flat":
		return market.PayFixed, false
	case "day", "daily", "days", "week", "weekly", "weeks", "bi-weekly", "biweekly", "per day", "per week", "per-week", "per-day", "per_week", "per_day", "fortnight", "word", "piece", "task":
		return "", true
	}
	toks := lexPay(s)
	return kindWords(toks, 0, len(toks))
}

func isCode(s string) bool {
	return len(s) == 3 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z' && s[2] >= 'A' && s[2] <= 'Z'
}

// isoCodes are the active codes of ISO 4217 for money that is spent.
var isoCodes = func() map[string]bool {
	m := map[string]bool{}
	for _, c := range strings.Fields(`AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN
		BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
		GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR
		LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP
		PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP
		TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG`) {
		m[c] = true
	}
	return m
}()

// wordCodes are the codes that count in running text in capitals; codes
// that are English words (ALL, TOP, TRY, PEN, MOP) are left out.
var wordCodes = func() map[string]bool {
	m := map[string]bool{}
	for c := range isoCodes {
		m[c] = true
	}
	for _, c := range []string{"ALL", "TOP", "TRY", "PEN", "MOP", "LAK", "GEL", "BAM", "CUP", "SOS", "BOB", "MAD", "MUR", "STN", "ERN", "RON", "NAD", "LSL"} {
		delete(m, c)
	}
	return m
}()

// lowCodes are the codes that count in small letters, too.
var lowCodes = map[string]string{
	"usd": "USD", "eur": "EUR", "gbp": "GBP", "bdt": "BDT", "inr": "INR", "cad": "CAD", "aud": "AUD", "sgd": "SGD",
	"aed": "AED", "pkr": "PKR", "npr": "NPR", "lkr": "LKR", "nzd": "NZD", "chf": "CHF", "jpy": "JPY",
}

// currencyWords are words and short forms; the empty code is one that
// several countries share.
var currencyWords = map[string]string{
	"dollar": plainDollar, "dollars": plainDollar, "euro": "EUR", "euros": "EUR", "pound": "GBP", "pounds": "GBP",
	"sterling": "GBP", "taka": "BDT", "tk": "BDT", "টাকা": "BDT", "টাকার": "BDT", "টাকায়": "BDT",
	"ডলার": plainDollar, "ইউরো": "EUR", "rs": "", "rupee": "", "rupees": "", "রুপি": "", "kr": "", "peso": "", "pesos": "",
	"yen": "JPY", "rmb": "CNY", "yuan": "CNY", "zł": "PLN", "zl": "PLN", "kč": "CZK", "ft": "", "rm": "MYR", "rp": "IDR",
	"dhs": "AED", "naira": "NGN", "ringgit": "MYR", "rupiah": "IDR", "usdt": "", "usdc": "", "btc": "", "eth": "",
}

// plainDollar stands for "$" until the context has said which.
const plainDollar = "$"

// dollars are the dollars with a prefix of their own.
var dollars = map[string]string{
	"us": "USD", "u.s": "USD", "au": "AUD", "a": "AUD", "ca": "CAD", "c": "CAD", "cad": "CAD", "cdn": "CAD", "nz": "NZD",
	"hk": "HKD", "s": "SGD", "sg": "SGD", "nt": "TWD", "r": "BRL", "mx": "MXN", "mex": "MXN", "j": "JMD", "tt": "TTD",
	"usd": "USD", "aud": "AUD", "sgd": "SGD", "nzd": "NZD", "hkd": "HKD", "bz": "BZD", "fj": "FJD", "b": "BND",
}

var nations = map[string]string{
	"us": "USD", "american": "USD", "canadian": "CAD", "australian": "AUD", "singapore": "SGD", "kong": "HKD", "zealand": "NZD",
}

// signs are currency signs; "¥" is shared by Japan and China.
var signs = map[rune]string{
	'$': plainDollar, '＄': plainDollar, '€': "EUR", '£': "GBP", '৳': "BDT", '₹': "INR", '¥': "", '￥': "", '₦': "NGN",
	'₱': "PHP", '₩': "KRW", '₫': "VND", '฿': "THB", '₽': "RUB", '₴': "UAH", '₺': "TRY", '₪': "ILS", '₸': "KZT", '₵': "GHS",
	'₼': "AZN", '₾': "GEL", '₲': "PYG", '₡': "CRC", '₿': "", '円': "JPY", '元': "CNY", '원': "KRW",
}

// multipliers are words after a number.
var multipliers = map[string]float64{
	"k": 1e3, "thousand": 1e3, "হাজার": 1e3, "hajar": 1e3, "hazar": 1e3, "lakh": 1e5, "lakhs": 1e5, "lac": 1e5, "lacs": 1e5,
	"লাখ": 1e5, "লক্ষ": 1e5, "crore": 1e7, "crores": 1e7, "cr": 1e7, "কোটি": 1e7, "million": 1e6, "mn": 1e6, "m": 1e6, "mm": 1e6,
	"lpa": 1e5,
}

// units are words after "per", "a" or a slash; the empty kind is one of no
// kind of its own.
var units = map[string]market.PayKind{
	"hour": market.PayHourly, "hours": market.PayHourly, "hr": market.PayHourly, "hrs": market.PayHourly, "h": market.PayHourly,
	"ঘণ্টা": market.PayHourly, "ঘন্টা": market.PayHourly, "ঘণ্টায়": market.PayHourly, "ঘন্টায়": market.PayHourly,
	"month": market.PayMonthly, "mo": market.PayMonthly, "mth": market.PayMonthly, "mon": market.PayMonthly,
	"মাস": market.PayMonthly, "মাসে": market.PayMonthly,
	"year": market.PayYearly, "yr": market.PayYearly, "y": market.PayYearly, "annum": market.PayYearly, "বছর": market.PayYearly, "বছরে": market.PayYearly,
	"project": market.PayFixed, "job": market.PayFixed, "gig": market.PayFixed, "প্রজেক্ট": market.PayFixed, "প্রজেক্টে": market.PayFixed,
}

// periods are words that say the kind by themselves; the empty kind is one
// of no kind of its own.
var periods = map[string]market.PayKind{
	"hourly": market.PayHourly, "ph": market.PayHourly, "ঘণ্টাপ্রতি": market.PayHourly, "ঘন্টাপ্রতি": market.PayHourly, "ঘণ্টায়": market.PayHourly, "ঘন্টায়": market.PayHourly,
	"monthly": market.PayMonthly, "pcm": market.PayMonthly, "মাসিক": market.PayMonthly, "মাসে": market.PayMonthly,
	"yearly": market.PayYearly, "annual": market.PayYearly, "annually": market.PayYearly, "p.a": market.PayYearly,
	"pa": market.PayYearly, "lpa": market.PayYearly, "বার্ষিক": market.PayYearly, "বছরে": market.PayYearly,
	"fixed": market.PayFixed, "fixed-price": market.PayFixed, "flat": market.PayFixed, "lump": market.PayFixed, "চুক্তিভিত্তিক": market.PayFixed, "এককালীন": market.PayFixed,
	"daily": "", "weekly": "", "biweekly": "", "fortnightly": "", "দৈনিক": "", "সাপ্তাহিক": "", "প্রতিদিন": "", "দিনে": "", "each": "", "দিনপ্রতি": "", "সপ্তাহে": "",
}

type tokKind uint8

const (
	tokWord     tokKind = iota
	tokNumber           // val
	tokCurrency         // code
	tokDash
	tokSlash
	tokPlus
	tokPercent
	tokMark // "/-"
	tokOther
)

type payTok struct {
	kind       tokKind
	text       string // in small letters
	code       string
	val        float64
	bengali    bool // the number's digits
	start, end int
}

// lexPay cuts a text into what pay is made of.
func lexPay(s string) []payTok {
	var out []payTok
	rs := []rune(s)
	offsets := make([]int, len(rs)+1)
	at := 0
	for i, r := range rs {
		offsets[i] = at
		if r == '\uFFFD' && strings.HasPrefix(s[at:], "\xef\xbf\xbd") || r != '\uFFFD' {
			at += len(string(r))
		} else {
			at++
		}
	}
	offsets[len(rs)] = len(s)
	isDigit := func(r rune) bool { return r >= '0' && r <= '9' || r >= '০' && r <= '৯' }
	isLetter := func(r rune) bool {
		return wordRune(r) && !isDigit(r) && signs[r] == "" && r != '¥' && r != '￥' && r != '₿'
	}
	for i := 0; i < len(rs); {
		r, from := rs[i], i
		t := payTok{kind: tokOther}
		switch {
		case r == ' ' || r == '\u00a0' || r == '\t' || r == '\u202f' || r == '\u2009':
			i++
			continue
		case isDigit(r):
			var digits []byte
			for i < len(rs) {
				c := rs[i]
				switch {
				case c >= '০' && c <= '৯':
					digits = append(digits, byte('0'+c-'০'))
					t.bengali = true
				case isDigit(c):
					digits = append(digits, byte(c))
				case (c == ',' || c == '.' || c == '\'' || c == '’') && i+1 < len(rs) && isDigit(rs[i+1]):
					if c != ',' && c != '.' {
						c = '\''
					}
					digits = append(digits, byte(c))
				case (c == ' ' || c == '\u00a0' || c == '\u202f' || c == '\u2009') && groupOf3(rs, i+1, isDigit) && shortGroup(digits):
					digits = append(digits, '\'')
				default:
					goto number
				}
				i++
			}
		number:
			if v, ok := number(string(digits)); ok {
				t.kind, t.val = tokNumber, v
			}
		case isLetter(r):
			for i < len(rs) && (isLetter(rs[i]) || rs[i] == '.' && i-from <= 4 && i+1 < len(rs) && isLetter(rs[i+1]) && (i-from == 1 || i-from > 1 && rs[i-2] == '.')) {
				i++
			}
			word := strings.ToLower(string(rs[from:i]))
			t.kind, t.text = tokWord, word
			exact := string(rs[from:i])
			if i < len(rs) && (rs[i] == '$' || rs[i] == '＄') {
				i++
				t.kind, t.code = tokCurrency, dollars[word] // an unknown dollar has no code
			} else if code, ok := currencyWords[word]; ok {
				t.kind, t.code = tokCurrency, code
				if n := len(out); code == plainDollar && n > 0 && out[n-1].kind == tokWord && nations[out[n-1].text] != "" {
					t.code = nations[out[n-1].text]
				}
				if i < len(rs) && rs[i] == '.' && (word == "tk" || word == "rs") {
					i++
				}
			} else if wordCodes[exact] {
				t.kind, t.code = tokCurrency, exact
			} else if code, ok := lowCodes[word]; ok && code != "" {
				t.kind, t.code = tokCurrency, code
			}
		case r == '/' && i+1 < len(rs) && (rs[i+1] == '-' || rs[i+1] == '='):
			t.kind = tokMark
			i += 2
		default:
			i++
			code, sign := signs[r]
			switch {
			case sign:
				t.kind, t.code = tokCurrency, code
			case r == '-' || r == '–' || r == '—' || r == '~' || r == '−':
				t.kind, t.text = tokDash, string(r)
			case r == '/' || r == '|':
				t.kind = tokSlash
			case r == '+':
				t.kind = tokPlus
			case r == '%':
				t.kind = tokPercent
			default:
				t.text = string(r)
			}
		}
		t.start, t.end = offsets[from], offsets[i]
		out = append(out, t)
	}
	return out
}

func wordRune(r rune) bool {
	if r < 0x80 {
		return r|0x20 >= 'a' && r|0x20 <= 'z'
	}
	return r != '৳' && r != '৲' && isWord(r)
}

func groupOf3(rs []rune, i int, isDigit func(rune) bool) bool {
	return i+2 < len(rs) && isDigit(rs[i]) && isDigit(rs[i+1]) && isDigit(rs[i+2]) && (i+3 == len(rs) || !isDigit(rs[i+3]))
}

// shortGroup reports whether the digits so far end in a group of one to
// three, as before a blank that parts thousands.
func shortGroup(digits []byte) bool {
	n := len(digits)
	if i := slices.Index(digits, '\''); i >= 0 {
		n -= lastIndex(digits, '\'') + 1
		return n == 3
	}
	return n >= 1 && n <= 3 && !slices.Contains(digits, '.') && !slices.Contains(digits, ',')
}

func lastIndex(b []byte, c byte) int {
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] == c {
			return i
		}
	}
	return -1
}

// number reads digits with separators: groups of three, or of two before
// the last three (1,25,000), are thousands; otherwise a last separator
// before one or two digits, or any number of digits after "0.", is the
// decimal point. A single stop or comma before exactly three digits parts
// thousands, because no currency's prices have three decimals here.
func number(s string) (float64, bool) {
	if len(s) > 24 {
		return 0, false
	}
	last := strings.LastIndexAny(s, ".,")
	whole, fraction := s, ""
	if last >= 0 {
		tail := s[last+1:]
		head := s[:last]
		// One kind of separator, or the last one differs from those before.
		single := !strings.ContainsAny(head, ".,'")
		switch {
		case single && len(tail) != 3, single && head == "0":
			whole, fraction = head, tail
		case !single && !strings.ContainsRune(head, rune(s[last])):
			whole, fraction = head, tail
		}
		if len(fraction) > 4 {
			return 0, false
		}
	}
	groups := strings.FieldsFunc(whole, func(r rune) bool { return r == ',' || r == '.' || r == '\'' })
	for i, g := range groups {
		if i > 0 && len(groups) > 1 {
			if i == len(groups)-1 && len(g) != 3 || i < len(groups)-1 && len(g) != 2 && len(g) != 3 {
				return 0, false
			}
		}
	}
	v, err := strconv.ParseFloat(strings.Join(groups, "")+"."+fraction+"0", 64)
	return v, err == nil && len(groups) > 0
}

// readAmount reads one amount with its currency at token i: the currency
// before or behind, a multiplier, a sum of two ("১ লাখ ২০ হাজার").
func readAmount(t []payTok, i int, context string) (v float64, currency string, next int, ok bool) {
	merge := func(code string) bool {
		switch {
		case currency == "" || currency == code:
			currency = code
		case currency == plainDollar && strings.HasSuffix(code, "D") && isCode(code):
			currency = code
		case code == plainDollar && strings.HasSuffix(currency, "D"):
		default:
			return false
		}
		return true
	}
	shared := false // a currency that several countries share
	for n := 0; i < len(t) && t[i].kind == tokCurrency && n < 2; n++ {
		if t[i].code == "" {
			shared = true
		} else if !merge(t[i].code) {
			return 0, "", i, false
		}
		i++
	}
	if i >= len(t) || t[i].kind != tokNumber {
		return 0, "", i, false
	}
	bengali := t[i].bengali
	v = t[i].val
	i++
	if i < len(t) && t[i].kind == tokPercent {
		return 0, "", i, false
	}
	if i < len(t) && t[i].kind == tokWord && multipliers[t[i].text] > 0 {
		by := multipliers[t[i].text]
		v *= by
		i++
		for i+1 < len(t) && t[i].kind == tokNumber && t[i+1].kind == tokWord && multipliers[t[i+1].text] > 0 && multipliers[t[i+1].text] < by {
			by = multipliers[t[i+1].text]
			v += t[i].val * by
			i += 2
		}
	}
	if i < len(t) && t[i].kind == tokMark {
		if bengali && currency == "" {
			currency = "BDT"
		}
		i++
	}
	// A currency behind belongs here unless an amount follows that has none
	// other ("$20 $30").
	for n := 0; n < 2; n++ {
		j := i
		if j < len(t) && t[j].kind == tokWord && nations[t[j].text] != "" {
			j++
		}
		if j >= len(t) || t[j].kind != tokCurrency || j+1 < len(t) && t[j+1].kind == tokNumber && currency != "" {
			break
		}
		if t[j].code == "" {
			shared = true
		} else if !merge(t[j].code) {
			return 0, "", i, false
		}
		i = j + 1
	}
	if currency == plainDollar || currency == "" && (shared || context != "") {
		switch {
		case context != "" && (currency == "" || strings.HasSuffix(context, "D") || context == "MXN" || context == "ARS" || context == "CLP" || context == "COP"):
			currency = context
		case currency == plainDollar && context == "":
			currency = "USD"
		case currency == plainDollar:
			return 0, "", i, false // the field names a currency that is no dollar
		}
	}
	return v, currency, i, true
}

// belowZero reports whether a minus sign stands before the amount at token i:
// right before it and at the beginning, after a blank, a bracket or the
// amount's currency. Other dashes part words ("Budget-$500").
func belowZero(t []payTok, i int) bool {
	if i == 0 || t[i-1].kind != tokDash || t[i-1].text != "-" && t[i-1].text != "−" || t[i-1].end != t[i].start {
		return false
	}
	return i == 1 || t[i-2].end < t[i-1].start || t[i-2].kind == tokCurrency || t[i-2].text == "("
}

// readRange reads an amount or a range at token i.
func readRange(t []payTok, i int, context string) (q quantity, ok bool) {
	lo, cur, next, ok := readAmount(t, i, context)
	if !ok || belowZero(t, i) {
		return quantity{}, false
	}
	q = quantity{lo: lo, hi: lo, currency: cur, first: i, last: next - 1}
	before := func(n int) string {
		if j := i - n; j >= 0 && t[j].kind == tokWord {
			return t[j].text
		}
		return ""
	}
	j := next
	if j < len(t) && t[j].kind == tokPlus && t[j].start == t[j-1].end {
		j++ // "$20+", but not "$20 + bonus"
		q.hi, q.last = 0, j-1
	}
	dash := j < len(t) && (t[j].kind == tokDash || t[j].kind == tokWord && (t[j].text == "to" || t[j].text == "থেকে" || t[j].text == "হতে" || (t[j].text == "and" || t[j].text == "&") && (before(1) == "between" || before(1) == "from")))
	if dash && j+1 < len(t) {
		k := j + 1
		if hi, hiCur, end, ok := readAmount(t, k, context); ok {
			switch {
			case q.currency == "":
				q.currency = hiCur
			case hiCur != "" && hiCur != q.currency:
				if strings.HasSuffix(q.currency, "D") && bare(t[i:next]) {
					q.currency = hiCur
				} else if !(strings.HasSuffix(hiCur, "D") && bare(t[k:end])) {
					return quantity{}, false
				}
			}
			// "25-35k": the multiplier is that of both.
			if m := multiplier(t[k:end]); m > 0 && multiplier(t[i:next]) == 0 && lo < hi/m {
				q.lo = lo * m
			}
			q.hi, q.last = hi, end-1
			if end < len(t) && t[end].kind == tokPlus && t[end].start == t[end-1].end {
				q.last = end
			}
			q.end = q.last
			return q, true
		}
	}
	switch {
	case before(1) == "to" && before(2) == "up", before(1) == "upto", before(1) == "max", before(1) == "maximum", before(1) == "under", before(1) == "below", before(1) == "most" && before(2) == "at", before(1) == "than" && before(2) == "less", before(1) == "সর্বোচ্চ":
		q.lo = 0
	case before(1) == "from", before(1) == "at" && before(2) == "starting", before(1) == "least" && before(2) == "at", before(1) == "min", before(1) == "minimum", before(1) == "over", before(1) == "than" && before(2) == "more", before(1) == "সর্বনিম্ন", before(1) == "above":
		q.hi = 0
	}
	q.end = q.last
	return q, true
}

// bare reports whether the only currency among t is a plain dollar sign.
func bare(t []payTok) bool {
	for _, x := range t {
		if x.kind == tokCurrency && x.code != plainDollar {
			return false
		}
	}
	return true
}

func multiplier(t []payTok) float64 {
	for _, x := range t {
		if x.kind == tokWord && multipliers[x.text] > 0 {
			return multipliers[x.text]
		}
	}
	return 0
}

// unitAfter reads the unit that stands right behind an amount, at token i.
func unitAfter(t []payTok, i int) (kind market.PayKind, other bool, end int) {
	if i > 0 && t[i-1].kind == tokWord && t[i-1].text == "lpa" {
		return market.PayYearly, false, i - 1
	}
	for i < len(t) && t[i].kind == tokOther && (t[i].text == "(" || t[i].text == ",") {
		i++
	}
	if i >= len(t) {
		return "", false, i - 1
	}
	word := func(j int) string {
		if j < len(t) && t[j].kind == tokWord {
			return t[j].text
		}
		return ""
	}
	if k, ok := periods[word(i)]; ok && t[i].kind == tokWord {
		end = i
		if w := word(i + 1); w == "price" || w == "rate" || w == "fee" || w == "sum" {
			end++
		}
		return k, k == "", end
	}
	per := t[i].kind == tokSlash
	switch word(i) {
	case "per", "a", "an", "each", "every", "p", "প্রতি", "one":
		per = true
	}
	if !per {
		return "", false, i - 1
	}
	if w := word(i + 1); w != "" {
		if k, ok := units[w]; ok {
			return k, false, i + 1
		}
		if w == "m" && t[i].kind == tokSlash {
			return "", true, i + 1 // minute, month or million
		}
		return "", true, i + 1 // a day, a week, a word, a piece
	}
	return "", false, i - 1
}

// kindWords reads what tokens from to end say about the kind: one kind, or
// none where there is none or more than one.
func kindWords(t []payTok, from, end int) (kind market.PayKind, other bool) {
	add := func(k market.PayKind) {
		switch {
		case k == "":
			other = true
		case kind == "":
			kind = k
		case kind != k:
			other = true
		}
	}
	for i := max(0, from); i < end && i < len(t); i++ {
		if t[i].kind == tokSlash || t[i].kind == tokWord && (t[i].text == "per" || t[i].text == "প্রতি" || t[i].text == "an" || t[i].text == "a") {
			if i+1 < end && t[i+1].kind == tokWord {
				if k, ok := units[t[i+1].text]; ok {
					add(k)
					i++
				} else if w := t[i+1].text; t[i].text != "a" && t[i].text != "an" && (w == "day" || w == "week" || w == "word" || w == "article" || w == "image" || w == "piece" || w == "page" || w == "video" || w == "task" || w == "দিন" || w == "সপ্তাহ") {
					add("")
				}
			}
			continue
		}
		if t[i].kind == tokWord {
			if k, ok := periods[t[i].text]; ok && t[i].text != "each" {
				add(k)
			}
		}
	}
	if other {
		return "", true
	}
	return kind, false
}

// readPay reads the first amount of a text that has a currency; where
// several have one, the first that has a kind. Without context the one
// currency that the text names anywhere is the currency of its amounts
// ("50k p.a. EUR") and of its plain dollar signs ("$50 (CAD)").
func readPay(t []payTok, context string) quantity {
	if context == "" {
		plain, named := false, map[string]bool{}
		for _, x := range t {
			if x.kind == tokCurrency && x.code == plainDollar {
				plain = true
			} else if x.kind == tokCurrency {
				named[x.code] = true
			}
		}
		if len(named) == 1 {
			for code := range named {
				if !plain || strings.HasSuffix(code, "D") {
					context = code
				}
			}
		}
	}
	var found quantity
	amounts := 0
	for i := 0; i < len(t); i++ {
		q, ok := readRange(t, i, context)
		if !ok && t[i].kind == tokCurrency && i+1 < len(t) && t[i+1].kind == tokNumber {
			return quantity{} // its currencies contradict each other
		}
		if !ok || q.currency == "" || i > 0 && (t[i-1].kind == tokNumber || t[i-1].kind == tokCurrency) {
			continue
		}
		amounts++
		q.kind, q.other, _ = unitAfter(t, q.last+1)
		if amounts == 1 || found.kind == "" && !found.other && q.kind != "" {
			found = q
		}
		i = q.last
	}
	if found.kind == "" && !found.other {
		found.kind, found.other = kindWords(t, 0, len(t))
		if amounts > 0 && found.kind == "" && !found.other && forTheWhole(t, found.last+1) > 0 {
			found.kind = market.PayFixed
		}
	}
	return found
}

// forTheWhole is the number of tokens of "for the whole job" at i.
func forTheWhole(t []payTok, i int) int {
	word := func(j int) string {
		if j < len(t) && t[j].kind == tokWord {
			return t[j].text
		}
		return ""
	}
	switch word(i) {
	case "for":
		j := i + 1
		switch word(j) {
		case "the", "this":
			j++
		default:
			return 0
		}
		switch word(j) {
		case "whole", "entire", "complete", "full":
			j++
		}
		switch word(j) {
		case "job", "project", "gig", "thing", "work", "lot":
			return j + 1 - i
		}
	case "in":
		if word(i+1) == "total" {
			return 2
		}
	case "total", "মোট":
		return 1
	case "পুরো":
		if w := word(i + 1); w == "কাজের" || w == "কাজে" || w == "প্রজেক্টের" {
			return 2
		}
	}
	return 0
}

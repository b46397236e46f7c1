package normalize

import (
	"strings"
	"unicode"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) }

// payCues are words before an amount that make it the worker's pay.
var payCues = map[string]bool{
	"pay": true, "pays": true, "paying": true, "paid": true, "rate": true, "rates": true, "salary": true, "compensation": true,
	"budget": true, "offer": true, "offering": true, "stipend": true, "remuneration": true, "wage": true, "price": true,
	"বেতন": true, "সম্মানী": true, "পারিশ্রমিক": true, "মজুরি": true, "স্যালারি": true, "সেলারি": true, "বাজেট": true, "beton": true, "betan": true,
}

// notPay are words before an amount that make it somebody else's money.
var notPay = map[string]bool{
	"charge": true, "charges": true, "charging": true, "cost": true, "costs": true, "revenue": true, "arr": true, "mrr": true,
	"fee": true, "fees": true, "plan": true, "subscription": true, "raised": true, "save": true, "saves": true, "worth": true,
	"spend": true, "sells": true, "sell": true, "sold": true, "selling": true, "deposit": true, "bonus": true, "commission": true,
	"allowance": true, "reimbursement": true, "customers": true, "clients": true, "users": true, "invoices": true, "products": true,
	"product": true, "valued": true, "sales": true, "profit": true, "loan": true, "refund": true, "ad": true, "ads": true, "shipping": true,
	"members": true, "community": true, "subscriptions": true, "agencies": true, "earn": true, "increase": true, "raise": true, "premium": true, "commissions": true, "students": true, "not": true, "never": true, "previously": true, "ফি": true, "জামানত": true, "বোনাস": true,
}

// saidWindow is how far around a currency pay is read, in bytes.
const saidWindow = 110

// saidPay reads pay that the title or the text states in so many words: an
// amount with its currency and its kind close to it, after a word such as
// "pay" or "salary" (in the title and with "for the whole job" also without
// one). Where the text states more than one pay it says nothing.
func (n *Normalizer) saidPay(field string, t *phrase.Text) (market.Pay, bool) {
	var found market.Pay
	for _, at := range currencies(t) {
		if found.Evidence != nil && at < found.Evidence.End {
			continue
		}
		from, to := window(t.Raw, at)
		toks := lexPay(t.Raw[from:to])
		q, start, ok := said(toks, at-from, field == "title")
		if !ok {
			continue
		}
		p := n.settle(q)
		if !p.Stated() {
			continue
		}
		start, end := from+toks[start].start, from+toks[q.end].end
		if found.Evidence != nil {
			if p.Kind != found.Kind || p.Min != found.Min || p.Max != found.Max || p.Currency != found.Currency {
				return market.Pay{}, false
			}
			continue
		}
		found = p
		found.Text = t.Raw[start:end]
		found.Evidence = &market.Evidence{Field: field, Quote: t.Raw[start:end], Start: start, End: end}
	}
	return found, found.Evidence != nil
}

// currencies are the byte offsets of currencies in the text, rising.
func currencies(t *phrase.Text) []int {
	var out []int
	raw := t.Raw
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '$':
			out = append(out, i)
		case 0xc2, 0xe2, 0xe0:
			if strings.HasPrefix(raw[i:], "£") || strings.HasPrefix(raw[i:], "€") || strings.HasPrefix(raw[i:], "₹") || strings.HasPrefix(raw[i:], "৳") || strings.HasPrefix(raw[i:], "টাকা") {
				out = append(out, i)
			}
		case 'u', 'U', 'e', 'E', 'g', 'G', 'b', 'B', 't', 'T', 'i', 'I', 'c', 'C', 'a', 'A', 'd':
			if i > 0 && isASCIILetter(raw[i-1]) {
				continue
			}
			end := i
			for end < len(raw) && end < i+8 && isASCIILetter(raw[end]) {
				end++
			}
			switch raw[i:end] {
			case "USD", "usd", "EUR", "eur", "GBP", "gbp", "BDT", "bdt", "INR", "CAD", "AUD", "Tk", "TK", "tk", "taka", "Taka", "dollars", "euros":
				out = append(out, i)
			}
		}
		if len(out) > 40 {
			return nil // a price list
		}
	}
	return out
}

func isASCIILetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// window is the part of the line around byte at, cut at blanks.
func window(s string, at int) (from, to int) {
	from, to = max(0, at-saidWindow), min(len(s), at+saidWindow)
	if i := strings.LastIndexByte(s[from:at], '\n'); i >= 0 {
		from += i + 1
	} else if from > 0 {
		if i := strings.IndexByte(s[from:at], ' '); i >= 0 {
			from += i + 1
		} else {
			from = at
		}
	}
	if i := strings.IndexByte(s[at:to], '\n'); i >= 0 {
		to = at + i
	} else if to < len(s) {
		if i := strings.LastIndexByte(s[at:to], ' '); i > 0 {
			to = at + i
		} else {
			for to > at && s[to]&0xc0 == 0x80 {
				to--
			}
		}
	}
	return from, to
}

// said reads the statement around the currency at byte at; start is its
// first token.
func said(t []payTok, at int, title bool) (q quantity, start int, ok bool) {
	// The amount whose tokens take in the currency.
	for i := range t {
		if t[i].start > at {
			break
		}
		if t[i].kind != tokCurrency && t[i].kind != tokNumber || i > 0 && t[i].kind == tokNumber && t[i-1].kind == tokCurrency {
			continue
		}
		r, good := readRange(t, i, "")
		if good && r.currency != "" && t[r.last].end > at {
			q, ok = r, true
			break
		}
	}
	if !ok {
		return q, 0, false
	}
	// Back to the beginning of the sentence, at most ten tokens.
	back := q.first
	cue, against := -1, false
	kindFrom := q.first
	for back > 0 && q.first-back < 10 {
		x := t[back-1]
		if x.kind == tokOther && (x.text == "." || x.text == "!" || x.text == "?" || x.text == ";" || x.text == "।" || x.text == "•") {
			break
		}
		back--
		if x.kind == tokWord || x.kind == tokCurrency {
			if payCues[x.text] && q.first-back <= 7 && cue < 0 {
				cue = back
			}
			if notPay[x.text] && q.first-back <= 8 {
				against = true
			}
		}
		if q.first-back <= 5 {
			kindFrom = back
		}
	}
	if against {
		return q, 0, false
	}
	start = q.first
	kind, other, end := unitAfter(t, q.last+1)
	q.kind, q.other, q.end = kind, other, max(end, q.last)
	whole := forTheWhole(t, q.last+1)
	for i := q.end + 1; i < len(t) && i <= q.end+3; i++ {
		switch t[i].text {
		case "commission", "commissions", "subscription", "subscriptions", "membership", "revenue", "plan":
			return q, 0, false
		}
	}
	switch {
	case q.other:
		return q, 0, false
	case q.kind == "" && (whole > 2 || whole > 0 && cue >= 0):
		q.kind, q.end = market.PayFixed, q.last+whole
		if cue >= 0 {
			start = cue
		}
		return q, start, true
	case q.kind == "":
		// "hourly rate: $15", "মাসিক বেতন ১৫,০০০ টাকা"
		q.kind, q.other = kindWords(t, kindFrom, q.first)
		if q.kind == "" || q.other {
			return q, 0, false
		}
		if cue < 0 {
			return q, 0, false
		}
		start = min(cue, q.first)
		for i := kindFrom; i < q.first; i++ {
			if t[i].kind == tokWord {
				if _, period := periods[t[i].text]; period {
					start = min(start, i)
				}
			}
		}
		return q, start, true
	}
	if cue < 0 && !title {
		return q, 0, false
	}
	if cue >= 0 {
		start = cue
	}
	return q, start, true
}

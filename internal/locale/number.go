package locale

import (
	"math"
	"strings"

	"golang.org/x/text/number"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Int is a whole number.
func (c *Catalogue) Int(n int) string {
	if n >= 0 && n < len(c.small) {
		return c.small[n]
	}
	return c.counts.Sprint(number.Decimal(n))
}

// Digits writes the digits of a text in the language's own.
func (c *Catalogue) Digits(s string) string {
	if c.Lang != Bengali {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '০' + r - '0'
		}
		return r
	}, s)
}

// Taka is an amount of whole taka and, where there are any, poisha, exactly.
// minor counts poisha.
func (c *Catalogue) Taka(minor int64) string { return c.Text("money.taka", "n", c.takaNumber(minor)) }

func (c *Catalogue) takaNumber(minor int64) string {
	if minor%100 == 0 {
		return c.taka.Sprint(number.Decimal(minor / 100))
	}
	return c.taka.Sprint(number.Decimal(float64(minor)/100, number.Scale(2)))
}

// symbols are the signs that stand for a currency without being mistaken for
// another's. ৳ is not used: at small sizes it reads as the digit ৮.
var symbols = map[string]string{"USD": "$", "EUR": "€", "GBP": "£", "INR": "₹", "AUD": "A$", "CAD": "CA$", "NZD": "NZ$", "SGD": "S$", "JPY": "¥", "BRL": "R$"}

// Pay is the amount that a stated pay names, in the listing's own currency.
// Foreign money stands in Latin digits in either language, so that it reads
// as on the original page; taka stands in words.
func (c *Catalogue) Pay(p market.Pay) string {
	if p.Currency == "BDT" {
		return c.span(p.Min, p.Max, c.takaNumber, func(n string) string { return c.Text("money.taka", "n", n) })
	}
	digits := market.MinorDigits(p.Currency)
	return c.span(p.Min, p.Max,
		func(minor int64) string { return latinNumber(minor, digits) },
		func(n string) string { return foreign(n, p.Currency) })
}

// span writes one amount, "120–150", "from 60" or "up to 60", with the unit
// once. 0 is an open end.
func (c *Catalogue) span(lo, hi int64, num func(int64) string, unit func(string) string) string {
	switch {
	case hi == 0:
		return c.Text("money.at-least", "amount", unit(num(lo)))
	case lo == 0:
		return c.Text("money.at-most", "amount", unit(num(hi)))
	case lo == hi:
		return unit(num(lo))
	}
	return unit(num(lo) + "–" + num(hi))
}

func foreign(n, currency string) string {
	if s, ok := symbols[currency]; ok {
		return s + n
	}
	return currency + " " + n
}

// latinNumber writes minor units in Latin digits with groups of three, and
// decimals only where they are not zero.
func latinNumber(minor int64, digits int) string {
	unit := int64(math.Pow10(digits))
	whole, rest := minor/unit, minor%unit
	var groups []byte
	s := itoa(whole)
	for i := range len(s) {
		if i > 0 && (len(s)-i)%3 == 0 {
			groups = append(groups, ',')
		}
		groups = append(groups, s[i])
	}
	if rest != 0 {
		f := itoa(rest)
		groups = append(groups, '.')
		for range digits - len(f) {
			groups = append(groups, '0')
		}
		groups = append(groups, f...)
	}
	return string(groups)
}

// PayTaka is a foreign pay in taka by the rates, rounded as a price is said
// aloud; ok is false for pay in taka and where a rate is missing.
func (c *Catalogue) PayTaka(p market.Pay, rates market.Rates) (text string, ok bool) {
	if !p.Stated() || p.Currency == "BDT" {
		return "", false
	}
	lo, ok1 := rates.Convert(p.Min, p.Currency, "BDT")
	hi, ok2 := rates.Convert(p.Max, p.Currency, "BDT")
	if !ok1 || !ok2 {
		return "", false
	}
	lo, hi = round(lo/100), round(hi/100)
	// Both ends stand in the unit of the upper one: "0.9–1.4 lakh".
	word, size := "money.taka", int64(1)
	switch top := max(lo, hi); {
	case top >= 1_00_00_000:
		word, size = "money.crore", 1_00_00_000
	case top >= 1_00_000:
		word, size = "money.lakh", 1_00_000
	}
	return c.span(lo, hi,
		func(taka int64) string {
			return c.taka.Sprint(number.Decimal(float64(taka)/float64(size), number.MaxFractionDigits(2)))
		},
		func(n string) string { return c.Text("money.about", "amount", c.Text(word, "n", n)) }), true
}

// round drops what a dated rate cannot promise: tens below a thousand,
// hundreds below 20,000, then thousands, and three figures from a lakh on.
func round(taka int64) int64 {
	step := int64(10)
	switch {
	case taka >= 1_00_000:
		for taka/step >= 1000 {
			step *= 10
		}
	case taka >= 20_000:
		step = 1000
	case taka >= 1000:
		step = 100
	}
	if r := (taka + step/2) / step * step; r > 0 || taka == 0 {
		return r
	}
	return taka
}

// Rate is one unit of a currency, and its worth in taka by the rates.
func (c *Catalogue) Rate(currency string, rates market.Rates) (unit, taka string, ok bool) {
	digits := market.MinorDigits(currency)
	one := int64(math.Pow10(digits))
	t, ok := rates.Convert(one, currency, "BDT")
	if !ok {
		return "", "", false
	}
	return foreign(latinNumber(one, digits), currency), c.Text("money.taka", "n", c.taka.Sprint(number.Decimal(float64(t)/100, number.Scale(2)))), true
}

package market

// PayKind says what a pay is paid for. The empty value means not stated.
type PayKind string

// The kinds of pay.
const (
	PayFixed   PayKind = "fixed"   // the whole job
	PayHourly  PayKind = "hourly"  // an hour
	PayMonthly PayKind = "monthly" // a month
	PayYearly  PayKind = "yearly"  // a year
	// PayUnstated is the name of the missing value in queries and facets; a
	// Pay itself has the empty Kind.
	PayUnstated PayKind = "unstated"
)

// PayKinds are the kinds that a query may ask for.
var PayKinds = []PayKind{PayFixed, PayHourly, PayMonthly, PayYearly, PayUnstated}

// Pay is what a listing pays. The zero value means not stated. Amounts are
// never guessed: a listing whose words give no kind or no currency has no
// Kind, and keeps its words in Text.
type Pay struct {
	Kind PayKind `json:"kind,omitempty"`
	// Min and Max are in minor units of Currency (ISO 4217: cents, poisha;
	// whole yen). 0 means that this end is open. Where one amount is named
	// both are equal.
	Min      int64  `json:"min,omitempty"`
	Max      int64  `json:"max,omitempty"`
	Currency string `json:"currency,omitempty"`
	// USD is the upper end (the lower where there is no upper) in US cents
	// by the dated rates of normalising, and 0 where there is none.
	USD int64 `json:"usd,omitempty"`
	// Text is the site's own words where pay was read from words or could
	// not be read at all.
	Text string `json:"text,omitempty"`
	// Evidence is where in the title or the description the words stand.
	Evidence *Evidence `json:"evidence,omitempty"`
}

// Stated reports whether the pay has a kind and an amount.
func (p Pay) Stated() bool { return p.Kind != "" && p.Currency != "" && (p.Min > 0 || p.Max > 0) }

// Facet is the kind as queries and facets name it.
func (p Pay) Facet() PayKind {
	if !p.Stated() {
		return PayUnstated
	}
	return p.Kind
}

// MinorDigits is the number of decimal places of a currency's minor unit,
// by ISO 4217: 2 for most, 0 and 3 for the ones listed here.
func MinorDigits(currency string) int {
	switch currency {
	case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	}
	return 2
}

package market

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// PerPage is how many hits a page has, Depth how many hits can be paged to.
const (
	PerPage = 20
	Depth   = 1000
	// MaxText is the longest text of a query, in characters.
	MaxText = 200
)

// Sort is an order of hits.
type Sort string

const (
	// SortDefault is SortBest with words and SortNew without.
	SortDefault Sort = ""
	SortNew     Sort = "new"
	SortBest    Sort = "best"
	SortPay     Sort = "pay"
)

// Warn says what to do with listings that have a warning sign.
type Warn string

// What to do with listings that have a warning sign.
const (
	WarnAll     Warn = ""
	WarnWithout Warn = "0"
	WarnOnly    Warn = "1"
)

// Days are the ages that a query may ask for.
var Days = []int{1, 3, 7, 30}

// FromChoices are the countries whose count stands beside the choice.
var FromChoices = []string{"BD", "IN", "PK", "NP", "LK", "PH", "ID", "VN", "NG", "KE", "EG"}

// Query is a search as a person set it up. The zero value finds everything.
type Query struct {
	// Text is the words as typed, at most MaxText characters.
	Text string
	// Level is the person's level: it keeps listings of that level and those
	// that do not state one.
	Level Level
	// English is the person's ability: it keeps listings that ask for as much
	// or less and those that do not state any.
	English English
	// Stated keeps only listings whose Standing is StandingStated.
	Stated     bool
	Categories []Category
	Sources    []string
	Pays       []PayKind
	// MinUSD is the least pay in whole US dollars, compared with Pay.USD;
	// it leaves out listings whose pay is not stated.
	MinUSD int64
	// Days is the greatest age, one of Days, or 0 for any.
	Days int
	// From is the ISO 3166-1 alpha-2 code of the person's country: it leaves
	// out listings that say no to it. Empty means any country.
	From string
	Warn Warn
	Sort Sort
	// Page counts from 1; 0 means 1.
	Page int
	// Now is the instant that ages are reckoned at.
	Now time.Time
}

// Order is Sort with its default filled in.
func (q Query) Order() Sort {
	if q.Sort == SortDefault {
		if q.Text == "" {
			return SortNew
		}
		return SortBest
	}
	return q.Sort
}

// Offset is how many hits stand before the page.
func (q Query) Offset() int { return max(q.Page-1, 0) * PerPage }

// Since is the instant that Date must not lie before, zero for any.
func (q Query) Since() time.Time {
	if q.Days == 0 {
		return time.Time{}
	}
	return q.Now.Add(-time.Duration(q.Days) * 24 * time.Hour)
}

// Standing tells how far the labels that a query asks about are stated.
type Standing string

// The standings.
const (
	StandingStated   Standing = "stated"
	StandingEstimate Standing = "estimate"
	StandingNone     Standing = "none"
)

func standing[V ~string](l Label[V]) int {
	switch {
	case l.Value == "":
		return 0
	case l.Basis.Stated():
		return 2
	}
	return 1
}

// Standing is the weakest among the labels that the query filters by; where
// it filters by neither, the stronger of the two.
func (q Query) Standing(l Listing) Standing {
	lv, en := standing(l.Level), standing(l.English)
	n := max(lv, en)
	switch {
	case q.Level != "" && q.English != "":
		n = min(lv, en)
	case q.Level != "":
		n = lv
	case q.English != "":
		n = en
	}
	return [...]Standing{StandingNone, StandingEstimate, StandingStated}[n]
}

// Filter reports whether a listing passes everything but the words. It is
// the meaning of the filters; each engine must agree with it.
func (q Query) Filter(l Listing) bool {
	if q.Level != "" && l.Level.Value != "" && l.Level.Value != q.Level {
		return false
	}
	if q.English != "" && l.English.Value.Rank() > q.English.Rank() {
		return false
	}
	if q.Stated && q.Standing(l) != StandingStated {
		return false
	}
	if len(q.Categories) > 0 && !slices.Contains(q.Categories, l.Category) {
		return false
	}
	if len(q.Sources) > 0 && !slices.ContainsFunc(l.Sources(), func(s string) bool { return slices.Contains(q.Sources, s) }) {
		return false
	}
	if len(q.Pays) > 0 && !slices.Contains(q.Pays, l.Pay.Facet()) {
		return false
	}
	if q.MinUSD > 0 && l.Pay.USD < q.MinUSD*100 {
		return false
	}
	if q.Days > 0 && l.Date().Before(q.Since()) {
		return false
	}
	if q.From != "" && l.Apply.From(q.From) == No {
		return false
	}
	switch q.Warn {
	case WarnWithout:
		return len(l.Warnings) == 0
	case WarnOnly:
		return len(l.Warnings) > 0
	}
	return true
}

// Facets are counts: facet name, value, number of hits.
//
// For each facet but "kept" the count is the total that the query would have
// with that value alone chosen in this facet and everything else as it is
// (Query.With). The empty value is "any". "kept" counts this query's own
// hits by Standing.
type Facets map[string]map[string]int

// FacetNames are the facets that every engine counts. "source" and
// "category" list the values that occur; the others list FacetValues.
var FacetNames = []string{"level", "english", "stated", "category", "pay", "days", "from", "source", "warn", "kept"}

// FacetValues are the values of a facet that has a fixed list, nil for
// "source", "category" and "kept".
func FacetValues(facet string) []string {
	var out []string
	switch facet {
	case "level":
		out = append(out, "")
		for _, v := range Levels {
			out = append(out, string(v))
		}
	case "english":
		out = append(out, "")
		for _, v := range Englishes {
			out = append(out, string(v))
		}
	case "stated":
		out = append(out, "1")
	case "pay":
		for _, v := range PayKinds {
			out = append(out, string(v))
		}
	case "days":
		out = append(out, "")
		for _, v := range Days {
			out = append(out, strconv.Itoa(v))
		}
	case "from":
		out = append([]string{""}, FromChoices...)
	case "warn":
		out = append(out, "", "0", "1")
	}
	return out
}

// With is the query with value alone chosen in facet; the empty value
// chooses none. The page goes back to the first. It panics on an unknown
// facet, which is a programmer's slip.
func (q Query) With(facet, value string) Query {
	q.Page = 0
	switch facet {
	case "q":
		q.Text = value
	case "level":
		q.Level = Level(value)
	case "english":
		q.English = English(value)
	case "stated":
		q.Stated = value != ""
	case "category":
		q.Categories = nil
		if value != "" {
			q.Categories = []Category{Category(value)}
		}
	case "source":
		q.Sources = nil
		if value != "" {
			q.Sources = []string{value}
		}
	case "pay":
		q.Pays = nil
		if value != "" {
			q.Pays = []PayKind{PayKind(value)}
		}
	case "min":
		q.MinUSD, _ = strconv.ParseInt(value, 10, 64)
	case "days":
		q.Days, _ = strconv.Atoi(value)
	case "from":
		q.From = value
	case "warn":
		q.Warn = Warn(value)
	case "sort":
		q.Sort = Sort(value)
	default:
		panic("market: no facet " + facet)
	}
	return q
}

// Drop is the query without one value of a facet. Without its country it
// asks for any, and a query for any country goes back to the default one. The
// page goes back to the first. It panics on an unknown facet, as With does.
func (q Query) Drop(facet, value string) Query {
	switch facet {
	case "category":
		q.Categories = slices.DeleteFunc(slices.Clone(q.Categories), func(c Category) bool { return string(c) == value })
	case "source":
		q.Sources = slices.DeleteFunc(slices.Clone(q.Sources), func(s string) bool { return s == value })
	case "pay":
		q.Pays = slices.DeleteFunc(slices.Clone(q.Pays), func(p PayKind) bool { return string(p) == value })
	case "from":
		if q.From != "" {
			return q.With(facet, "")
		}
		return q.With(facet, DefaultFrom)
	default:
		return q.With(facet, "")
	}
	q.Page = 0
	return q
}

// wholeNumber is digits alone, or digits in groups: of three, or as in
// Bengali (1,25,000) of two before the last three.
var wholeNumber = regexp.MustCompile(`^([0-9]+|[0-9]{1,3}(,[0-9]{3})+|[0-9]{1,2}(,[0-9]{2})*,[0-9]{3})$`)

// parseWhole reads a whole number as people type it: Latin or Bengali digits
// (U+09E6 to U+09EF), with or without commas between groups of them.
func parseWhole(s string) (n int64, ok bool) {
	s = strings.Map(func(r rune) rune {
		if r >= '০' && r <= '৯' {
			return '0' + r - '০'
		}
		return r
	}, strings.TrimSpace(s))
	if !wholeNumber.MatchString(s) {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(s, ",", ""), 10, 64)
	return n, err == nil
}

// DefaultFrom is the country of a query that names none.
const DefaultFrom = "BD"

// Params are the parameters of a query string that ParseQuery reads.
var Params = []string{"q", "level", "english", "stated", "category", "source", "pay", "min", "days", "from", "warn", "sort", "page"}

// FieldError is what is wrong with one parameter.
type FieldError struct {
	// Param is the parameter's name, Value what was given, Want what it takes.
	Param, Value, Want string
}

func (e FieldError) Error() string {
	return fmt.Sprintf("%s: %q is not %s", e.Param, e.Value, e.Want)
}

// Unwrap makes a FieldError an ErrInvalid.
func (e FieldError) Unwrap() error { return ErrInvalid }

// ParseQuery reads the page's own query string: q, level, english, stated,
// category*, source*, pay*, min, days, from, warn, sort, page (* may
// repeat). An empty value means absent, but for "from": absent it is
// DefaultFrom, empty it is any country. Numbers are taken in Latin and in
// Bengali digits, grouped with commas or not. Parameters that are none of Params
// are the caller's to judge. knownSource tells whether a source exists; nil
// takes any. What is wrong comes back all at once; the query holds the rest.
func ParseQuery(v url.Values, now time.Time, knownSource func(string) bool) (Query, []FieldError) {
	q := Query{Now: now, From: DefaultFrom}
	var errs []FieldError
	bad := func(param, value, want string) { errs = append(errs, FieldError{param, value, want}) }
	one := func(param string) string {
		var vals []string
		for _, s := range v[param] {
			if s != "" {
				vals = append(vals, s)
			}
		}
		if len(vals) > 1 {
			bad(param, strings.Join(vals, ", "), "a single value")
		}
		if len(vals) == 0 {
			return ""
		}
		return vals[0]
	}
	number := func(param string, lo, hi int64) int64 {
		s := one(param)
		if s == "" {
			return 0
		}
		n, ok := parseWhole(s)
		if !ok || n < lo || n > hi {
			bad(param, s, fmt.Sprintf("a whole number from %d to %d", lo, hi))
			return 0
		}
		return n
	}
	q.Text = strings.TrimSpace(one("q"))
	switch {
	case !utf8.ValidString(q.Text):
		bad("q", strings.ToValidUTF8(q.Text, "?"), "valid UTF-8")
		q.Text = ""
	case utf8.RuneCountInString(q.Text) > MaxText:
		bad("q", string([]rune(q.Text)[:40])+"…", fmt.Sprintf("at most %d characters", MaxText))
		q.Text = ""
	}
	if s := one("level"); s != "" {
		if q.Level = Level(s); !q.Level.Valid() {
			bad("level", s, "entry, intermediate or expert")
			q.Level = ""
		}
	}
	if s := one("english"); s != "" {
		if q.English = English(s); !q.English.Valid() {
			bad("english", s, "basic, conversational, fluent or native")
			q.English = ""
		}
	}
	switch s := one("stated"); s {
	case "", "0":
	case "1":
		q.Stated = true
	default:
		bad("stated", s, "0 or 1")
	}
	for _, s := range v["category"] {
		if s == "" {
			continue
		}
		if c := Category(s); !c.Valid() {
			bad("category", s, "a known kind of work")
		} else if !slices.Contains(q.Categories, c) {
			q.Categories = append(q.Categories, c)
		}
	}
	for _, s := range v["source"] {
		if s == "" {
			continue
		}
		if knownSource != nil && !knownSource(s) {
			bad("source", s, "a known source")
		} else if !slices.Contains(q.Sources, s) {
			q.Sources = append(q.Sources, s)
		}
	}
	for _, s := range v["pay"] {
		if s == "" {
			continue
		}
		if p := PayKind(s); !slices.Contains(PayKinds, p) {
			bad("pay", s, "fixed, hourly, monthly, yearly or unstated")
		} else if !slices.Contains(q.Pays, p) {
			q.Pays = append(q.Pays, p)
		}
	}
	q.MinUSD = number("min", 0, 10_000_000)
	if s := one("days"); s != "" {
		n, ok := parseWhole(s)
		if !ok || !slices.Contains(Days, int(n)) {
			bad("days", s, "1, 3, 7 or 30")
		} else {
			q.Days = int(n)
		}
	}
	if vals, ok := v["from"]; ok && len(vals) > 0 {
		q.From = one("from")
		if q.From != "" && !KnownCountry(q.From) {
			bad("from", q.From, "an ISO 3166-1 country code such as BD")
			q.From = DefaultFrom
		}
	}
	switch s := Warn(one("warn")); s {
	case WarnAll, WarnWithout, WarnOnly:
		q.Warn = s
	default:
		bad("warn", string(s), "0 or 1")
	}
	switch s := Sort(one("sort")); s {
	case SortDefault, SortNew, SortBest, SortPay:
		q.Sort = s
	default:
		bad("sort", string(s), "new, best or pay")
	}
	q.Page = int(number("page", 1, Depth/PerPage))
	return q, errs
}

// Values is the query as its shortest query string: what ParseQuery reads
// back to the same query.
func (q Query) Values() url.Values {
	v := url.Values{}
	set := func(k, s string) {
		if s != "" {
			v.Set(k, s)
		}
	}
	set("q", q.Text)
	set("level", string(q.Level))
	set("english", string(q.English))
	if q.Stated {
		v.Set("stated", "1")
	}
	for _, c := range q.Categories {
		v.Add("category", string(c))
	}
	for _, s := range q.Sources {
		v.Add("source", s)
	}
	for _, p := range q.Pays {
		v.Add("pay", string(p))
	}
	if q.MinUSD > 0 {
		v.Set("min", strconv.FormatInt(q.MinUSD, 10))
	}
	if q.Days > 0 {
		v.Set("days", strconv.Itoa(q.Days))
	}
	if q.From != DefaultFrom {
		v.Set("from", q.From)
	}
	set("warn", string(q.Warn))
	set("sort", string(q.Sort))
	if q.Page > 1 {
		v.Set("page", strconv.Itoa(q.Page))
	}
	return v
}

package web

import (
	"maps"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// The shapes of the answers for programs. Every field is always there: what
// is not known is null, and a list may be empty. openapi.yaml says what they
// mean; a test compares the two.

// answer is what GET /api/v1/listings gives.
type answer struct {
	Total    int           `json:"total"`
	Page     int           `json:"page"`
	PerPage  int           `json:"per_page"`
	Listings []apiListing  `json:"listings"`
	Facets   market.Facets `json:"facets"`
	Dropped  []string      `json:"dropped"`
	Degraded bool          `json:"degraded"`
	TookMS   float64       `json:"took_ms"`
}

type apiListing struct {
	ID          string         `json:"id"`
	URL         string         `json:"url"`
	Title       string         `json:"title"`
	Source      string         `json:"source"`
	Attribution apiAttribution `json:"attribution"`
	Company     *string        `json:"company"`
	Category    *string        `json:"category"`
	Skills      []string       `json:"skills"`
	Pay         *apiPay        `json:"pay"`
	PostedAt    *time.Time     `json:"posted_at"`
	FirstSeenAt *time.Time     `json:"first_seen_at"`
	ClosedAt    *time.Time     `json:"closed_at"`
	Level       apiLabel       `json:"level"`
	English     apiLabel       `json:"english"`
	ApplyFrom   apiApply       `json:"apply_from"`
	Warnings    []apiWarning   `json:"warnings"`
	AlsoOn      []apiCopy      `json:"also_on"`
}

type apiAttribution struct {
	Text   string `json:"text"`
	URL    string `json:"url"`
	Follow bool   `json:"follow"`
}

type apiPay struct {
	Kind     *string `json:"kind"`
	Min      *int64  `json:"min"`
	Max      *int64  `json:"max"`
	Currency *string `json:"currency"`
	USD      *int64  `json:"usd"`
	Text     *string `json:"text"`
}

type apiLabel struct {
	Value    *string       `json:"value"`
	Basis    *string       `json:"basis"`
	Evidence []apiEvidence `json:"evidence"`
}

type apiEvidence struct {
	Field string `json:"field"`
	Quote string `json:"quote"`
}

type apiApply struct {
	Where     string        `json:"where"`
	Countries []string      `json:"countries"`
	Basis     *string       `json:"basis"`
	Evidence  []apiEvidence `json:"evidence"`
	Country   string        `json:"country"`
	Answer    string        `json:"answer"`
}

type apiWarning struct {
	Kind     string      `json:"kind"`
	Evidence apiEvidence `json:"evidence"`
}

type apiCopy struct {
	ID     string `json:"id"`
	Source string `json:"source"`
	URL    string `json:"url"`
}

// unstated is the name of what a listing does not say, where a value must
// stand.
const unstated = "unstated"

// Answer is a page of a search in the shape of GET /api/v1/listings, for
// encoding as JSON. terms gives each source's terms, for the attribution; it
// leaves nothing out.
func Answer(q market.Query, p search.Page, terms func(source string) source.Terms) any {
	a := answerOf(q, p)
	for _, l := range p.Hits {
		a.Listings = append(a.Listings, apiListingOf(l, terms(l.Source), q.From))
	}
	return a
}

// answerOf is an answer without its listings.
func answerOf(q market.Query, p search.Page) answer {
	a := answer{
		Total: p.Total, Page: max(q.Page, 1), PerPage: market.PerPage,
		Listings: []apiListing{}, Facets: market.Facets{}, Dropped: append([]string{}, p.Dropped...),
		Degraded: p.Degraded, TookMS: milliseconds(p.Took),
	}
	maps.Copy(a.Facets, p.Facets)
	return a
}

// apiListingOf is a listing for programs. from is the country that was asked
// about; where none was, it is Bangladesh.
func apiListingOf(l market.Listing, terms source.Terms, from string) apiListing {
	if from == "" {
		from = market.DefaultFrom
	}
	out := apiListing{
		ID: l.ID, URL: l.URL, Title: l.Title, Source: l.Source,
		Attribution: apiAttribution{terms.Attribution, orElse(terms.AttributionURL, l.URL), terms.Follow},
		Company:     known(l.Company),
		Category:    known(string(l.Category)),
		Skills:      append([]string{}, l.Skills...),
		Pay:         apiPayOf(l.Pay),
		PostedAt:    instant(l.PostedAt), FirstSeenAt: instant(l.FirstSeenAt), ClosedAt: instant(l.ClosedAt),
		Level:   apiLabelOf(l.Level),
		English: apiLabelOf(l.English),
		ApplyFrom: apiApply{
			Where:     orElse(string(l.Apply.Where), unstated),
			Countries: append([]string{}, l.Apply.Countries...),
			Basis:     known(string(l.Apply.Basis)),
			Evidence:  apiEvidenceOf(l.Apply.Evidence),
			Country:   from,
			Answer:    orElse(string(l.Apply.From(from)), unstated),
		},
		Warnings: []apiWarning{},
		AlsoOn:   []apiCopy{},
	}
	for _, w := range l.Warnings {
		out.Warnings = append(out.Warnings, apiWarning{string(w.Kind), apiEvidence{w.Evidence.Field, w.Evidence.Quote}})
	}
	for _, c := range l.AlsoOn {
		out.AlsoOn = append(out.AlsoOn, apiCopy(c))
	}
	return out
}

func apiPayOf(p market.Pay) *apiPay {
	if !p.Stated() && p.Text == "" {
		return nil
	}
	return &apiPay{Kind: known(string(p.Kind)), Min: known(p.Min), Max: known(p.Max), Currency: known(p.Currency), USD: known(p.USD), Text: known(p.Text)}
}

func apiLabelOf[V ~string](l market.Label[V]) apiLabel {
	return apiLabel{known(string(l.Value)), known(string(l.Basis)), apiEvidenceOf(l.Evidence)}
}

func apiEvidenceOf(es []market.Evidence) []apiEvidence {
	out := []apiEvidence{}
	for _, e := range es {
		out = append(out, apiEvidence{e.Field, e.Quote})
	}
	return out
}

// known is nil for the zero value, which means "not known" in a listing.
func known[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

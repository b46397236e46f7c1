package web

import (
	"encoding/json"
	"html/template"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// The mark-up of schema.org/JobPosting, as search engines read it
// (developers.google.com/search/docs/appearance/structured-data/job-posting).
type (
	jobPosting struct {
		Context        string        `json:"@context"`
		Type           string        `json:"@type"`
		URL            string        `json:"url"`
		Title          string        `json:"title"`
		Description    string        `json:"description"`
		DatePosted     string        `json:"datePosted"`
		ValidThrough   string        `json:"validThrough,omitempty"`
		Organization   ldNamed       `json:"hiringOrganization"`
		LocationType   string        `json:"jobLocationType"`
		ApplicantPlace []ldNamed     `json:"applicantLocationRequirements"`
		BaseSalary     *ldAmount     `json:"baseSalary,omitempty"`
		Identifier     *ldIdentifier `json:"identifier,omitempty"`
		DirectApply    bool          `json:"directApply"`
	}
	ldNamed struct {
		Type string `json:"@type"`
		Name string `json:"name"`
	}
	ldAmount struct {
		Type     string  `json:"@type"`
		Currency string  `json:"currency"`
		Value    ldValue `json:"value"`
	}
	ldValue struct {
		Type  string      `json:"@type"`
		Min   json.Number `json:"minValue,omitempty"`
		Max   json.Number `json:"maxValue,omitempty"`
		Value json.Number `json:"value,omitempty"`
		Unit  string      `json:"unitText"`
	}
	ldIdentifier struct {
		Type  string `json:"@type"`
		Name  string `json:"name"`
		Value string `json:"value"`
	}
)

// payUnits are the periods that pay may be for. What is paid for a whole job
// is no salary.
var payUnits = map[market.PayKind]string{market.PayHourly: "HOUR", market.PayMonthly: "MONTH", market.PayYearly: "YEAR"}

// posting is the mark-up of a listing's page, empty where there must be none.
//
// The invariant: there is mark-up only where the source's terms let search
// engines index the page and let all of the text be shown; only while the
// listing stands open; only of what the listing itself states, all of which
// the page shows; and only where what is required is there: a text, the day,
// who offers the work, and where one may apply from. Of a listing with a
// warning sign there is none: what readers are told to look at twice is not
// put forward elsewhere.
func (s *server) posting(v *view, l market.Listing, sp source.Spec, now time.Time) template.JS {
	switch {
	case !sp.Terms.Index || !sp.Terms.FullText || !l.Open(), !l.ExpiresAt.IsZero() && !l.ExpiresAt.After(now):
		return ""
	case l.Description == "" || l.Snippet || l.PostedAt.IsZero() || l.Company == "" || len(l.Warnings) > 0:
		return ""
	case l.Apply.Where == market.WhereUnstated || !l.Apply.Basis.Stated():
		return ""
	}
	text := marked{text: stretch{shown: l.Description}}
	p := jobPosting{
		Context: "https://schema.org", Type: "JobPosting", URL: s.listingAddress(l),
		Title: l.Title, Description: string(text.paragraphs(v, false)), DatePosted: l.Date().UTC().Format(time.RFC3339),
		Organization: ldNamed{"Organization", l.Company}, LocationType: "TELECOMMUTE",
	}
	// The names are English on either page: that is what the readers of the
	// mark-up know.
	if l.Apply.Where == market.WhereWorldwide {
		p.ApplicantPlace = []ldNamed{{"AdministrativeArea", "Worldwide"}}
	}
	for _, code := range l.Apply.Countries {
		p.ApplicantPlace = append(p.ApplicantPlace, ldNamed{"Country", s.views[locale.English].Country(code)})
	}
	if !l.ExpiresAt.IsZero() {
		p.ValidThrough = l.ExpiresAt.UTC().Format(time.RFC3339)
	}
	if unit := payUnits[l.Pay.Kind]; unit != "" && l.Pay.Stated() {
		value := ldValue{Type: "QuantitativeValue", Unit: unit, Min: major(l.Pay.Min, l.Pay.Currency), Max: major(l.Pay.Max, l.Pay.Currency)}
		if l.Pay.Min == l.Pay.Max {
			value.Value, value.Min, value.Max = value.Min, "", ""
		}
		p.BaseSalary = &ldAmount{"MonetaryAmount", l.Pay.Currency, value}
	}
	if ref := reference(l); ref != "" {
		p.Identifier = &ldIdentifier{"PropertyValue", sp.Title, ref}
	}
	raw, err := json.Marshal(p)
	if err != nil {
		s.Log.Error("a listing cannot be marked up", "listing", l.ID, "err", err)
		return ""
	}
	// json.Marshal writes <, > and & as escapes, so that nothing in a listing
	// can end the element that holds this.
	return template.JS(raw)
}

func (s *server) listingAddress(l market.Listing) string { return s.BaseURL + "/listing/" + l.ID }

// major is an amount of minor units in major ones, exactly; empty for an open
// end.
func major(minor int64, currency string) json.Number {
	if minor == 0 {
		return ""
	}
	text := strconv.FormatInt(minor, 10)
	digits := market.MinorDigits(currency)
	if digits == 0 {
		return json.Number(text)
	}
	if len(text) <= digits {
		text = strings.Repeat("0", digits+1-len(text)) + text
	}
	whole, rest := text[:len(text)-digits], strings.TrimRight(text[len(text)-digits:], "0")
	if rest == "" {
		return json.Number(whole)
	}
	return json.Number(whole + "." + rest)
}

// longestReference is the longest of a site's own numbers that is shown, in
// characters: longer ones are addresses and hashes, which tell a reader nothing.
const longestReference = 24

// reference is the site's own number or name of a listing, where it is fit to
// be read.
func reference(l market.Listing) string {
	if id := l.ExternalID; utf8.RuneCountInString(id) <= longestReference && !strings.ContainsAny(id, "/:?#% ") {
		return id
	}
	return ""
}

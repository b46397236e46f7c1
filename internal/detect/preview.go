package detect

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// Trial is what a preview runs.
type Trial struct {
	Source source.Source
	// Page is a saved answer to read in place of asking the site; nil asks it,
	// through Client.
	Page   *fetch.Page
	Client *fetch.Client
	// Normalize and Classify are those of the live code.
	Normalize func(market.Draft, time.Time) (market.Listing, error)
	Classify  func(market.Listing) market.Listing
	Now       time.Time
	// Limit is how many items are shown; 0: 20.
	Limit int
}

// Previewed is what came of a trial.
type Previewed struct {
	Rows []Row
	// Filled says of each field in how many of the listings it is filled.
	Filled map[string]int
	// Listings, Rejected and Skipped count the rows.
	Listings, Rejected, Skipped int
}

// Row is one item: what the site sent, and what came of it.
type Row struct {
	// Raw is the item as the site sent it, JSON or HTML, at most 64 KiB.
	Raw string
	// Listing is nil where the item is none; then Rejected or Skipped says why.
	Listing  *market.Listing
	Rejected string
	Skipped  string
	// Fields are the listing's fields in the order of reading.
	Fields []Field
}

// Field is one field of a listing beside the site's words for it.
type Field struct {
	Name string // as in a recipe
	// Sent is what the recipe took out of the item, Became what the listing
	// has of it.
	Sent, Became string
}

// Missing reports whether the listing does not have the field.
func (f Field) Missing() bool { return f.Became == "" }

// Unread reports whether the site said something that was not understood.
func (f Field) Unread() bool { return f.Became == "" && f.Sent != "" }

var errEnough = errors.New("enough items were seen")

// Preview runs a source by the code that a live run uses, to the first items,
// and saves nothing. Its error is that of the run: source.ErrFormat where the
// answer is not what the recipe says, and so on; rows that came before stand
// beside it. A panic is an error too.
func Preview(ctx context.Context, t Trial) (out Previewed, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	if t.Limit == 0 {
		t.Limit = 20
	}
	spec := t.Source.Spec()
	out.Filled = map[string]int{}
	raw := ""
	add := func(r Row) error {
		r.Raw = raw
		out.Rows = append(out.Rows, r)
		if len(out.Rows) >= t.Limit {
			return errEnough
		}
		return nil
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	in := source.Input{
		Now: t.Now,
		Raw: func(item string) { raw = item },
		Emit: func(d market.Draft) error {
			l, err := t.Normalize(d, t.Now)
			if err != nil {
				out.Rejected++
				return add(Row{Rejected: err.Error(), Fields: fields(d, market.Listing{})})
			}
			l = t.Classify(l)
			out.Listings++
			fs := fields(d, l)
			for _, f := range fs {
				if !f.Missing() {
					out.Filled[f.Name]++
				}
			}
			return add(Row{Listing: &l, Fields: fs})
		},
		Reject: func(r market.Reject) {
			out.Rejected++
			if add(Row{Rejected: r.Why}) != nil {
				stop(errEnough)
			}
		},
		Skip: func(why string) {
			out.Skipped++
			if add(Row{Skipped: why}) != nil {
				stop(errEnough)
			}
		},
	}
	if t.Page != nil {
		err = t.Source.Extract(ctx, *t.Page, in)
	} else {
		timed, cancel := context.WithTimeout(ctx, previewTime)
		defer cancel()
		in.Session = t.Client.Session(timed, fetch.Options{Delay: spec.Terms.Delay, Pages: spec.Limits.Pages, Bytes: spec.Limits.Bytes})
		_, err = t.Source.Collect(timed, in)
	}
	if errors.Is(err, errEnough) || errors.Is(context.Cause(ctx), errEnough) {
		err = nil
	}
	return out, err
}

// previewTime is how long a preview may ask a site.
const previewTime = 2 * time.Minute

// fields sets a listing beside its draft.
func fields(d market.Draft, l market.Listing) []Field {
	day := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format("2006-01-02 15:04 UTC")
	}
	join := func(ss []string) string { return strings.Join(ss, ", ") }
	pay := strings.TrimSpace(strings.Join([]string{d.PayText, join(filled(d.PayMin, d.PayMax)), d.PayCurrency, d.PayPeriod}, " "))
	return []Field{
		{"id", d.ExternalID, l.ExternalID},
		{"url", d.URL, l.URL},
		{"title", d.Title, l.Title},
		{"company", d.Company, l.Company},
		{"description", d.Description, l.Description},
		{"skills", join(d.Skills), join(l.Skills)},
		{"category", d.Category, string(l.Category)},
		{"pay", strings.Join(strings.Fields(pay), " "), payText(l.Pay)},
		{"posted", d.PostedAt, day(l.PostedAt)},
		{"expires", d.ExpiresAt, day(l.ExpiresAt)},
		{"locations", join(append(append([]string(nil), d.Locations...), d.Zones...)), applyText(l.Apply)},
		{"level", d.Level, string(l.Level.Value)},
		{"english", d.English, string(l.English.Value)},
	}
}

func filled(ss ...string) (out []string) {
	for _, s := range ss {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// payText is a pay in plain digits.
func payText(p market.Pay) string {
	if !p.Stated() {
		return ""
	}
	unit := p.Currency
	div := int64(1)
	for range market.MinorDigits(p.Currency) {
		div *= 10
	}
	amount := func(v int64) string {
		if v%div == 0 {
			return fmt.Sprintf("%d", v/div)
		}
		return fmt.Sprintf("%d.%0*d", v/div, market.MinorDigits(p.Currency), v%div)
	}
	s := amount(max(p.Min, p.Max))
	switch {
	case p.Min > 0 && p.Max > 0 && p.Min != p.Max:
		s = amount(p.Min) + " to " + amount(p.Max)
	case p.Min > 0 && p.Max == 0:
		s = "from " + amount(p.Min)
	case p.Min == 0:
		s = "up to " + amount(p.Max)
	}
	return fmt.Sprintf("%s %s, %s", s, unit, p.Kind)
}

func applyText(a market.Apply) string {
	if len(a.Countries) > 0 {
		return string(a.Where) + ": " + strings.Join(a.Countries, ", ")
	}
	return string(a.Where)
}

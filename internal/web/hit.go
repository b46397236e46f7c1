package web

import (
	"html"
	"html/template"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

// hit is a listing in a list.
type hit struct {
	URL     string
	Title   template.HTML
	Lang    string // of the title, where it is not the page's
	Source  template.HTML
	At, Age string
	Sites   string // "seen on 3 sites", empty for one
	pay
	Level, English label
	Warning        template.HTML
}

// pay is what a listing pays, in words.
type pay struct {
	Amount, Per, Taka string
	// Words is what stands where there is no amount, empty for "not stated".
	Words template.HTML
}

// label is a value, the word that says how we know it, and the words that
// say so.
type label struct {
	Class, Value, Word string
	Quote              template.HTML
}

// hits are listings as a list shows them, with the words marked that they
// answer.
func (s *server) hits(v *view, ls []market.Listing, words search.Words, now time.Time) []hit {
	out := make([]hit, len(ls))
	for i, l := range ls {
		out[i] = s.hit(v, l, now)
		if s.Highlight != nil && !words.Empty() {
			out[i].Title = highlighted(s.Highlight(l.Title, words))
		}
	}
	return out
}

func (s *server) hit(v *view, l market.Listing, now time.Time) hit {
	h := hit{
		URL:     "/listing/" + l.ID,
		Title:   template.HTML(html.EscapeString(l.Title)),
		Lang:    v.lang(l.Title, l.Lang),
		Source:  v.site(l.Source),
		At:      stamp(l.Date()),
		Age:     v.Age(l.Date(), now),
		pay:     s.pay(v, l),
		Level:   labelOf(v, "level.", l.Level, l.Lang),
		English: labelOf(v, "english.", l.English, l.Lang),
	}
	if n := len(l.Sources()); n > 1 {
		h.Sites = v.Text("hit.sites", "n", v.Int(n))
	}
	if len(l.Warnings) > 0 {
		h.Warning = v.warning(l.Warnings[0], l.Lang)
	}
	return h
}

func highlighted(segments []search.Segment) template.HTML {
	var b strings.Builder
	for _, g := range segments {
		if g.Mark {
			b.WriteString("<mark>" + html.EscapeString(g.Text) + "</mark>")
		} else {
			b.WriteString(html.EscapeString(g.Text))
		}
	}
	return template.HTML(b.String())
}

func (s *server) pay(v *view, l market.Listing) pay {
	if !l.Pay.Stated() {
		if l.Pay.Text == "" {
			return pay{}
		}
		return pay{Words: v.markup("listing.pay-unread", "quote", v.quote(l.Pay.Text, l.Lang))}
	}
	p := pay{Amount: v.Pay(l.Pay), Per: v.Text("pay-per." + string(l.Pay.Kind))}
	p.Taka, _ = v.PayTaka(l.Pay, s.Rates)
	return p
}

// labelOf marks a statement, an estimate and a missing value apart. Words are
// quoted for statements only: they prove them.
func labelOf[V ~string](v *view, group string, l market.Label[V], lang string) label {
	switch {
	case l.Value == "":
		return label{Word: v.Text("hit.unstated")}
	case !l.Stated():
		return label{Class: "calc", Value: v.Text(group + string(l.Value)), Word: v.Text("hit.estimated")}
	}
	out := label{Class: "said", Value: v.Text(group + string(l.Value)), Word: v.Text("hit.stated")}
	if len(l.Evidence) > 0 {
		out.Quote = v.quote(l.Evidence[0].Quote, lang)
	}
	return out
}

// warning says what the sign is, and the words that gave it.
func (v *view) warning(w market.Warning, lang string) template.HTML {
	sign := v.Text("sign." + string(w.Kind))
	if w.Evidence.Quote == "" {
		return template.HTML(html.EscapeString(sign))
	}
	return v.markup("site.dash", "what", sign, "quote", v.quote(w.Evidence.Quote, lang))
}

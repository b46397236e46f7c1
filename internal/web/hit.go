package web

import (
	"html"
	"html/template"
	"net/url"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

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

// warnIcon is the triangle before a warning.
const warnIcon = `<svg class="i" viewBox="0 0 20 20" aria-hidden="true"><path d="M10 1 20 19H0zM9 7v6h2V7zm0 7.5v2h2v-2z"/></svg>`

// hits are listings as the items of a list, with the words marked that they
// answer; heading is "h2" or "h3", from the country that their own pages are
// to answer for, empty for the default.
func (s *server) hits(v *view, heading string, ls []market.Listing, words search.Words, from string, now time.Time) template.HTML {
	country := ""
	if from != "" && from != market.DefaultFrom {
		country = "?from=" + url.QueryEscape(from)
	}
	var b strings.Builder
	b.Grow(1200 * len(ls))
	for _, l := range ls {
		title := html.EscapeString(l.Title)
		if s.Highlight != nil && !words.Empty() {
			title = string(highlighted(s.Highlight(l.Title, words)))
		}
		address := "/listing/" + url.PathEscape(l.ID) + country
		b.WriteString("\n<li class=\"hit\">\n<" + heading + `><a href="` + address + `"` + langAttr(v.lang(l.Title, l.Lang)) + ">" + title + "</a></" + heading + ">")
		b.WriteString("\n<p class=\"meta\"><span>" + string(s.credit(v, l.Source)) + `</span> <span><time datetime="` + stamp(l.Date()) + `">` + html.EscapeString(v.Age(l.Date(), now)) + "</time></span>")
		if n := len(l.Sources()); n > 1 {
			b.WriteString(` <span><a href="` + address + `#also">` + html.EscapeString(v.Text("hit.sites", "n", v.Int(n))) + "</a></span>")
		}
		b.WriteString("</p>\n<p class=\"pay\">")
		s.pay(v, l).write(&b, v)
		b.WriteString("</p>\n<dl class=\"ev\">")
		labelOf(v, "level.", l.Level, l.Lang).write(&b, v.Text("hit.level"))
		labelOf(v, "english.", l.English, l.Lang).write(&b, v.Text("hit.english"))
		b.WriteString("\n</dl>")
		if len(l.Warnings) > 0 {
			b.WriteString("\n<p class=\"warn\">" + warnIcon + "<span><b>" + html.EscapeString(v.Text("hit.care")) + "</b> " + string(v.warning(l.Warnings[0], l.Lang)) + "</span></p>")
		}
		b.WriteString("\n</li>")
	}
	return template.HTML(b.String())
}

// credit is the words that a source's terms want beside its listings, its
// title where they want none.
func (s *server) credit(v *view, name string) template.HTML {
	return v.named(orElse(s.spec(name).Terms.Attribution, s.title(name)))
}

func (p pay) write(b *strings.Builder, v *view) {
	switch {
	case p.Amount != "":
		b.WriteString("<b>" + html.EscapeString(p.Amount) + "</b> <span>" + html.EscapeString(p.Per) + "</span>")
		if p.Taka != "" {
			b.WriteString(" <span>(" + html.EscapeString(p.Taka) + ")</span>")
		}
	case p.Words != "":
		b.WriteString("<span>" + string(p.Words) + "</span>")
	default:
		b.WriteString("<span>" + html.EscapeString(v.Text("money.none")) + "</span>")
	}
}

func (l label) write(b *strings.Builder, name string) {
	b.WriteString("\n<div")
	if l.Class != "" {
		b.WriteString(` class="` + l.Class + `"`)
	}
	b.WriteString("><dt>" + html.EscapeString(name) + "</dt> <dd>")
	if l.Value != "" {
		b.WriteString("<b>" + html.EscapeString(l.Value) + "</b> ")
	}
	b.WriteString(`<span class="m">` + html.EscapeString(l.Word) + "</span>")
	if l.Quote != "" {
		b.WriteString(" " + string(l.Quote))
	}
	b.WriteString("</dd></div>")
}

func langAttr(lang string) string {
	if lang == "" {
		return ""
	}
	return ` lang="` + html.EscapeString(lang) + `"`
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

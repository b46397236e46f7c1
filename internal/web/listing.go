package web

import (
	"context"
	"errors"
	"fmt"
	"html"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

type listingPage struct {
	frame
	Back     string
	Heading  template.HTML
	TextLang string // of title and text, where it is not the page's
	Source   template.HTML
	At, Age  string
	Sites    string
	Warnings []warningNote
	Facts    []fact
	// Guessed reports whether an estimate is among the facts.
	Guessed bool
	// Original is the listing's own page, empty where its address is unfit.
	Original, OriginalRel string
	OriginalText          template.HTML
	Full                  bool
	Text                  template.HTML
	Note                  template.HTML
	PostedAt, Posted      string
	SeenAt, Seen          string
	ExpiresAt, Expires    string
	// Reference is the site's own number of it, empty where it is none to read.
	Reference string
	// Posting is the mark-up for search engines, empty for none.
	Posting        template.JS
	AlsoTitle      string
	Also           []otherSite
	Rights         template.HTML
	Attribution    template.HTML
	AttributionURL string
	// Closed says when and where it was found gone; empty while it is open.
	Closed template.HTML
	// Said reports whether what a closed listing said is still kept.
	Said bool
	// ID and Wrongs are the form's, Thanks is for who has just used it.
	ID           string
	Wrongs       []reportButton
	Thanks       template.HTML
	SimilarTitle string
	Similar      template.HTML
}

// warningNote is a warning sign with its words and what to do.
type warningNote struct {
	// ID is "f-warn" for the first.
	ID, Title, Advice string
	Quote             template.HTML
}

// fact is one thing that we know of a listing, and how.
type fact struct {
	// ID is what the mark in the text links to, empty for facts without.
	ID, Class, Name string
	Value           template.HTML
	Word            string
	Quotes          []template.HTML
	Why             []template.HTML
	// More is what Rest, shown on request, is; both empty for none.
	More, Rest string
}

type otherSite struct {
	Name     template.HTML
	URL, Rel string
}

var listingID = regexp.MustCompile(`^[0-9a-f]{20}$`)

// excerptLength is how much of a text is shown where its terms do not allow
// all of it, in characters.
const excerptLength = 300

func (s *server) listing(w http.ResponseWriter, r *http.Request) {
	v := s.view(w, r)
	bad, reported := unknown(r.URL.Query(), "from", "reported"), market.Wrong(r.URL.Query().Get("reported"))
	if reported != "" && !reported.Valid() {
		bad = append(bad, "reported")
	}
	if len(bad) > 0 {
		s.badParameter(w, r, v, bad)
		return
	}
	// The country that the page answers for: the reader's, where a search for
	// another one than the default led here.
	q, wrong := market.ParseQuery(url.Values{"from": r.URL.Query()["from"]}, s.Now(), nil)
	if len(wrong) > 0 {
		s.badField(w, r, v, wrong[0])
		return
	}
	from := orElse(q.From, market.DefaultFrom)
	id := r.PathValue("id")
	if !listingID.MatchString(id) {
		s.fail(w, r, http.StatusNotFound, "no-listing")
		return
	}
	l, err := s.Store.Listing(r.Context(), id)
	switch {
	case errors.Is(err, market.ErrNotFound):
		s.fail(w, r, http.StatusNotFound, "no-listing")
		return
	case err != nil:
		s.failed(w, r, fmt.Errorf("reading a listing: %w", err))
		return
	}
	p := s.listingPage(v, r, l, from)
	if p.Thanks = thanks(v, reported); p.Thanks != "" {
		p.NoIndex, p.Canonical, p.Posting = true, "", ""
	}
	status := http.StatusOK
	if !l.Open() {
		status = http.StatusGone
	}
	s.show(w, r, v, "listing", status, p)
}

func (s *server) listingPage(v *view, r *http.Request, l market.Listing, from string) *listingPage {
	now := s.Now()
	l = s.kept(l, now)
	sp := s.spec(l.Source)
	text := excerpt(l.Description, sp.Terms)
	whole := text == l.Description
	m := markListing(l, text)
	p := &listingPage{
		Back:     s.back(r),
		Heading:  m.heading(),
		TextLang: v.lang(l.Title, l.Lang),
		Source:   v.site(l.Source),
		At:       stamp(l.Date()), Age: v.Age(l.Date(), now),
		Full:   whole && !l.Snippet,
		Text:   m.paragraphs(v, l.Open()),
		Seen:   v.DateClock(l.FirstSeenAt),
		SeenAt: stamp(l.FirstSeenAt),
		ID:     l.ID,
		Wrongs: reportButtons(v),
	}
	title := l.Title
	if !l.Open() {
		title = v.Text("listing.closed-title", "title", l.Title)
		p.Said = l.Description != ""
		p.Closed = v.markup("listing.closed-when", "time", v.DateClock(l.ClosedAt), "site", p.Source)
	}
	p.frame = s.frame(v, r, title)
	p.NoIndex = !sp.Terms.Index || !l.Open()
	if !p.NoIndex {
		p.Canonical = s.listingAddress(l)
	}
	p.Posting = s.posting(v, l, sp, now)
	p.Reference = reference(l)
	pay := s.pay(v, l)
	p.Description = v.Text("listing.description", "title", l.Title,
		"level", orElse(labelOf(v, "level.", l.Level, "").Value, v.Text("hit.unstated")),
		"english", orElse(labelOf(v, "english.", l.English, "").Value, v.Text("hit.unstated")),
		"pay", orElse(pay.Amount, v.Text("money.none")))
	if n := len(l.Sources()); n > 1 {
		p.Sites = v.Text("hit.sites", "n", v.Int(n))
	}
	for i, w := range l.Warnings {
		note := warningNote{Title: v.Text("listing.care", "sign", v.Text("sign."+string(w.Kind))), Advice: v.Text("advice." + string(w.Kind))}
		if note.ID = "f-warn"; i > 0 {
			note.ID = fmt.Sprintf("f-warn-%d", i+1)
		}
		if w.Evidence.Quote != "" {
			note.Quote = m.cite(v, w.Evidence, l.Lang)
		}
		p.Warnings = append(p.Warnings, note)
	}
	p.Facts = s.facts(v, l, m, pay, from)
	p.Guessed = slices.ContainsFunc(p.Facts, func(f fact) bool { return f.Class == "calc" })
	p.Original = safeURL(l.URL)
	p.OriginalRel = rel(sp)
	p.OriginalText = v.markup("listing.original", "site", p.Source)
	switch {
	case l.Description == "":
		p.Text = v.markup("listing.no-text")
	case !whole:
		p.Note = v.markup("listing.excerpt-note", "site", p.Source)
	case l.Snippet:
		p.Note = v.markup("listing.snippet-note")
	}
	if !l.PostedAt.IsZero() {
		p.PostedAt, p.Posted = stamp(l.PostedAt), v.DateClock(l.PostedAt)
	}
	if !l.ExpiresAt.IsZero() {
		p.ExpiresAt, p.Expires = stamp(l.ExpiresAt), v.DateClock(l.ExpiresAt)
	}
	for _, c := range l.AlsoOn {
		p.Also = append(p.Also, otherSite{v.site(c.Source), safeURL(c.URL), rel(s.spec(c.Source))})
	}
	p.AlsoTitle = v.Text("listing.also", "n", v.Int(len(l.Sources())-1))
	p.Rights = v.markup("listing.rights", "site", p.Source)
	p.AttributionURL = safeURL(orElse(sp.Terms.AttributionURL, l.URL))
	p.Attribution = v.named(orElse(sp.Terms.Attribution, sp.Title))
	p.SimilarTitle = v.Text("listing.similar")
	if !l.Open() {
		p.SimilarTitle = v.Text("listing.similar-open")
	}
	p.Similar = s.hits(v, "h3", s.similar(r.Context(), l, from, now), search.Words{}, from, now)
	return p
}

// kept is a listing as it may still be shown: of a closed one only what was
// read out of it, once its source's terms let nobody keep its words any more.
func (s *server) kept(l market.Listing, now time.Time) market.Listing {
	if !l.Open() && now.Sub(l.ClosedAt) >= s.spec(l.Source).Terms.Keep {
		return l.WithoutText()
	}
	return l
}

// excerpt is as much of a text as its terms let be shown: where that is not
// all, its beginning, which is never more than half of it.
func excerpt(text string, terms source.Terms) string {
	if terms.FullText {
		return text
	}
	return cut(text, min(excerptLength, utf8.RuneCountInString(text)/2))
}

// rel is how links to a source are made: sites that want links to count for
// search engines say so in their terms.
func rel(sp source.Spec) string {
	if sp.Terms.Follow {
		return "noopener"
	}
	return "nofollow noopener"
}

// safeURL is an address that a link may lead to, empty for anything but http
// and https.
func safeURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return ""
	}
	return u.String()
}

// back is the list that the reader came from, where the browser says so.
func (s *server) back(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host || u.Path != "/" || u.RawQuery == "" {
		return "/"
	}
	return "/?" + u.Query().Encode()
}

func (s *server) facts(v *view, l market.Listing, m *marked, pay pay, from string) []fact {
	out := []fact{
		labelFact(v, m, "level.", v.Text("listing.level"), l.Level, l.Lang),
		labelFact(v, m, "english.", v.Text("listing.english"), l.English, l.Lang),
		labelFact(v, m, "spoken.", v.Text("listing.spoken"), l.Spoken, l.Lang),
	}
	if len(l.Tongues) > 0 {
		out = append(out, tongueFact(v, m, l))
	}
	out = append(out,
		s.fromFact(v, m, l, from),
		s.payFact(v, m, l, pay),
	)
	plain := func(name string, value template.HTML) {
		if value != "" {
			out = append(out, fact{Name: v.Text(name), Value: value})
		}
	}
	if l.Category.Valid() {
		plain("listing.category", link(market.Query{From: from, Categories: []market.Category{l.Category}}, v.Text("category."+string(l.Category))))
	}
	var skills []string
	for _, slug := range l.Skills {
		name := orElse(s.SkillName(slug), slug)
		skills = append(skills, string(link(market.Query{From: from, Text: name}, name)))
	}
	plain("listing.skills", template.HTML(strings.Join(skills, " · ")))
	plain("listing.company", v.named(l.Company))
	return out
}

func link(q market.Query, text string) template.HTML {
	return template.HTML(`<a href="` + html.EscapeString(address(q, func(*market.Query) {})) + `">` + html.EscapeString(text) + `</a>`)
}

// maxQuotes is how many quotes stand beside a fact.
const maxQuotes = 3

// labelFact is a label with all its reasons; group is its messages: "level.",
// "english." or "spoken.".
func labelFact[V ~string](v *view, m *marked, group, name string, l market.Label[V], lang string) fact {
	kind := strings.TrimSuffix(group, ".")
	lb := labelOf(v, group, l, lang)
	f := fact{ID: "f-" + kind, Class: lb.Class, Name: name, Value: template.HTML(html.EscapeString(lb.Value)), Word: lb.Word}
	if l.Value == "" {
		return f
	}
	if l.Stated() {
		for _, e := range l.Evidence[:min(len(l.Evidence), maxQuotes)] {
			f.Quotes = append(f.Quotes, m.cite(v, e, lang))
		}
	} else {
		if len(l.Reasons) > 0 {
			var because []string
			for _, r := range l.Reasons {
				because = append(because, v.Reason(r))
			}
			f.Why = append(f.Why, v.markup("listing.because", "reasons", strings.Join(because, "; ")))
		}
	}
	if kind == "spoken" {
		return f
	}
	f.Why = append(f.Why, v.markup(kind+"-means."+string(l.Value)))
	return f
}

// tongueFact is the languages beside English that the work needs.
func tongueFact(v *view, m *marked, l market.Listing) fact {
	f := fact{ID: "f-tongue", Class: "said", Name: v.Text("listing.tongues"), Word: v.Text("hit.stated")}
	var names []string
	for _, t := range l.Tongues {
		names = append(names, v.Language(t.Lang))
		if len(f.Quotes) < maxQuotes {
			f.Quotes = append(f.Quotes, m.cite(v, t.Evidence, l.Lang))
		}
	}
	f.Value = template.HTML(html.EscapeString(strings.Join(names, v.Text("listing.country-next"))))
	return f
}

func (s *server) fromFact(v *view, m *marked, l market.Listing, from string) fact {
	f := fact{ID: "f-from", Name: v.Text("listing.from", "country", v.Country(from))}
	switch l.Apply.From(from) {
	case market.Unknown:
		f.Word = v.Text("hit.unstated")
		return f
	case market.Yes:
		f.Value = v.markup("listing.yes")
	case market.No:
		f.Value = v.markup("listing.no")
	}
	f.Class, f.Word = "said", v.Text("hit.stated")
	if !l.Apply.Basis.Stated() {
		f.Class, f.Word = "calc", v.Text("hit.estimated")
	}
	for _, e := range l.Apply.Evidence[:min(len(l.Apply.Evidence), maxQuotes)] {
		f.Quotes = append(f.Quotes, m.cite(v, e, l.Lang))
	}
	if l.Apply.Where == market.WhereWorldwide {
		f.Why = append(f.Why, v.markup("listing.worldwide"))
		return f
	}
	const named = 8
	var names []string
	for _, code := range l.Apply.Countries[:min(len(l.Apply.Countries), named)] {
		names = append(names, v.Country(code))
	}
	list := strings.Join(names, v.Text("listing.country-next"))
	f.Why = append(f.Why, v.markup("listing.countries", "countries", list))
	if more := len(l.Apply.Countries) - named; more > 0 {
		f.More = v.Text("listing.countries-more", "n", v.Int(more))
		names = names[:0]
		for _, code := range l.Apply.Countries[named:] {
			names = append(names, v.Country(code))
		}
		f.Rest = strings.Join(names, v.Text("listing.country-next"))
	}
	return f
}

func (s *server) payFact(v *view, m *marked, l market.Listing, pay pay) fact {
	f := fact{ID: "f-pay", Name: v.Text("listing.pay")}
	if pay.Amount == "" {
		f.Word = v.Text("hit.unstated")
		if pay.Words != "" {
			f.Why = append(f.Why, pay.Words)
		}
		return f
	}
	f.Class, f.Word = "said", v.Text("hit.stated")
	f.Value = template.HTML(html.EscapeString(pay.Amount + " " + pay.Per))
	switch {
	case l.Pay.Evidence != nil:
		f.Quotes = append(f.Quotes, m.cite(v, *l.Pay.Evidence, l.Lang))
	case l.Pay.Text != "":
		f.Quotes = append(f.Quotes, v.quote(l.Pay.Text, l.Lang))
	}
	if unit, taka, ok := v.Rate(l.Pay.Currency, s.Rates); ok && pay.Taka != "" {
		f.Why = append(f.Why, v.markup("money.rate", "amount", pay.Taka, "day", v.Date(s.Rates.AsOf), "unit", unit, "taka", taka))
	}
	return f
}

// similarCount is how many similar listings stand below one.
const similarCount = 3

// similar finds open listings of the same kind: by skills first, then by
// kind of work alone, then by the title's words. A search that fails is
// logged and leaves the page without.
func (s *server) similar(ctx context.Context, l market.Listing, from string, now time.Time) []market.Listing {
	base := market.Query{From: from, Now: now}
	var tries []market.Query
	if l.Category.Valid() && l.Category != "other" {
		kind := base
		kind.Categories = []market.Category{l.Category}
		if len(l.Skills) > 0 {
			skilled := kind
			skilled.Text = orElse(s.SkillName(l.Skills[0]), l.Skills[0])
			tries = append(tries, skilled)
		}
		tries = append(tries, kind)
	} else {
		words := base
		words.Text = cut(l.Title, 60)
		tries = append(tries, words)
	}
	var out []market.Listing
	seen := map[string]bool{l.ID: true, l.Group: true}
	for _, q := range tries {
		found, err := s.Search.Search(ctx, q)
		if err != nil {
			s.Log.Warn("similar listings cannot be found", "err", err)
			return out
		}
		for _, hit := range found.Hits {
			if seen[hit.ID] || seen[hit.Group] {
				continue
			}
			seen[hit.ID] = true
			out = append(out, hit)
			if len(out) == similarCount {
				return out
			}
		}
	}
	return out
}

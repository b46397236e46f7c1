package mail

import (
	"bytes"
	"fmt"
	html "html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/alert"
	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

// How much of a listing's own words a letter shows, in characters.
const (
	titleLength = 120
	quoteLength = 80
	// signs is how many warning signs of one listing are told.
	signs = 2
)

// Digest tells a person what is new, per search. It shows as many hits as
// MaxHTML has room for, the newest of each search in turn; what is beyond
// them is a link to the page. Only a person whose searches alone fill MaxHTML
// gets a longer letter.
func (w *Writer) Digest(to market.Subscriber, sections []alert.Section, raw string, now time.Time) (market.Letter, error) {
	if err := checkTokens(raw); err != nil {
		return market.Letter{}, err
	}
	if len(sections) == 0 {
		return market.Letter{}, fmt.Errorf("mail: a digest of nothing: %w", market.ErrInvalid)
	}
	t := w.tongue(to.Lang)
	d := digest{frame: w.frame(t, raw)}
	total, about := 0, []string{"digest", to.ID}
	for _, s := range sections {
		if len(s.Hits) == 0 || s.Total < len(s.Hits) {
			return market.Letter{}, fmt.Errorf("mail: search %s has %d hits of %d: %w", s.Search.ID, len(s.Hits), s.Total, market.ErrInvalid)
		}
		total += s.Total
		about = append(about, s.Search.ID, strconv.FormatInt(s.Search.Cursor, 10))
		sec := section{Search: w.search(t, s.Query), Total: s.Total, Link: w.page(t, s, now)}
		if s.Total == 1 {
			sec.Title = t.Text("mail.digest-title-one")
		} else {
			sec.Title = t.Text("mail.digest-title", "n", t.Int(s.Total))
		}
		d.Sections = append(d.Sections, sec)
	}
	d.Title = d.Sections[0].Title
	subject := "mail.digest-subject"
	if d.Several = len(sections) > 1; d.Several {
		d.Title = t.Text("mail.digest-title", "n", t.Int(total))
		subject = "mail.digest-subject-more"
	}
	d.Subject = t.Text(subject, "n", t.Int(total), "search", locale.Cut(d.Sections[0].Search.String(), subjectLength))
	d.Preview = t.Text("mail.newest", "title", title(sections[0].Hits[0].Listing))
	d.Why = t.Text("mail.why-digest")
	d.Legend, d.LegendText = t.Text("mail.legend"), t.Text("mail.legend-text")
	if _, taka, ok := t.Rate("USD", w.site.Rates); ok {
		d.Rates = t.Text("money.rates", "taka", taka, "day", t.Date(w.site.Rates.AsOf))
	}

	if err := w.fill(t, &d, sections, now); err != nil {
		return market.Letter{}, err
	}
	for i := range d.Sections {
		d.Sections[i].count(t)
	}
	return t.letter(market.LetterDigest, to, key(about...), d.frame, d, now)
}

// subjectLength is how much of a search a subject shows, in characters.
const subjectLength = 40

// fill puts hits into the sections, the first of each in turn, then the
// second of each, until a round in which one has no room.
func (w *Writer) fill(t *tongue, d *digest, sections []alert.Section, now time.Time) error {
	// What the letter weighs without hits.
	for i := range d.Sections {
		d.Sections[i].count(t)
	}
	var b bytes.Buffer
	if err := t.html.ExecuteTemplate(&b, "digest.html", d); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	room, full := MaxHTML-b.Len(), false
	for n := 0; n < market.MaxTold && !full; n++ {
		for i, s := range sections {
			sec := &d.Sections[i]
			if n >= len(s.Hits) {
				continue
			}
			b.Reset()
			h := w.hit(t, s.Query, s.Hits[n], now)
			h.Under = d.Several
			if err := t.html.ExecuteTemplate(&b, "hit.html", h); err != nil {
				return fmt.Errorf("mail: %w", err)
			}
			size := b.Len()
			if n == 0 {
				size += cameLength
			}
			if size > room {
				full = true
				continue
			}
			room -= size
			h.HTML = html.HTML(b.String())
			h.Number = t.Int(n + 1)
			sec.Hits = append(sec.Hits, h)
		}
	}
	return nil
}

// cameLength is how many bytes longer a section's own words may get when it
// has hits: "23 are new; here are the newest 10."
const cameLength = 200

// digest is the letter with what is new.
type digest struct {
	frame
	Sections []section
	// Several says that there is more than one.
	Several bool
}

// section is one search.
type section struct {
	Search searchWords
	// Title says how many are new.
	Title string
	Total int
	Hits  []hit
	// Came says how many of them are shown, empty where all are.
	Came string
	// More is the words of the link to the rest, empty where there is none.
	More string
	Link string
}

// count puts into words how many hits are shown and how many are not.
func (s *section) count(t *tongue) {
	s.Came, s.More = "", ""
	rest := s.Total - len(s.Hits)
	switch {
	case rest == 0:
		return
	case len(s.Hits) == 0 && rest == 1:
		s.More = t.Text("mail.all-one")
		return
	case len(s.Hits) == 0:
		s.More = t.Text("mail.all", "n", t.Int(rest))
		return
	case rest == 1:
		s.More = t.Text("mail.more-one")
	default:
		s.More = t.Text("mail.more", "n", t.Int(rest))
	}
	s.Came = t.Text("mail.came", "n", t.Int(s.Total), "shown", t.Int(len(s.Hits)))
}

// hit is one listing.
type hit struct {
	Number string
	// Under says that it stands under a heading of its search.
	Under bool
	Title string
	// Lang marks Title where it is in another language; Bengali says that it
	// has Bengali letters, which need higher lines.
	Lang    string
	Bengali bool
	Link    string
	Site    string
	// SiteLang marks Site where it is in another language.
	SiteLang string
	// SiteLink is where Site leads: the original, unless its source's terms
	// name another address; empty where that is no address.
	SiteLink string
	Age      string
	Date     string
	Sites    string
	Pay      payWords
	Labels   []labelWords
	// Words are those of the search that it holds, Filters the conditions
	// that it meets.
	Words    string
	WordLang string
	Filters  string
	Warnings []quoted
	// HTML is the hit as it stands in the mail.
	HTML html.HTML
}

// payWords is what a listing pays, in words.
type payWords struct {
	Amount, Per, Taka string
	// Words stand where there is no amount.
	Words string
}

// labelWords is a value, the word that says how we know it, and the words
// that say so.
type labelWords struct {
	Name, Value string
	// Stated says that Value is stated, and not our estimate.
	Stated bool
	Word   string
	Quote  quoted
}

// quoted is words of a listing; What is what they are a sign of.
type quoted struct {
	What, Text, Lang string
}

func (w *Writer) hit(t *tongue, q market.Query, a alert.Hit, now time.Time) hit {
	l := a.Listing
	h := hit{Title: title(l), Age: t.Age(l.Date(), now), Date: l.Date().UTC().Format("2006-01-02T15:04Z")}
	h.Lang, h.Bengali = t.Mark(h.Title, l.Lang), locale.IsBengali(h.Title)
	h.Link = w.site.BaseURL + "/listing/" + url.PathEscape(l.ID) + "?lang=" + string(t.Lang)
	if q.From != "" && q.From != market.DefaultFrom {
		h.Link += "&from=" + url.QueryEscape(q.From)
	}
	if h.Site = oneLine(w.site.Attribution(l.Source)); h.Site == "" {
		h.Site = oneLine(w.site.SourceTitle(l.Source))
	}
	h.SiteLang = t.Mark(h.Site, "")
	if h.SiteLink = safeURL(w.site.AttributionURL(l.Source)); h.SiteLink == "" {
		h.SiteLink = safeURL(l.URL)
	}
	if n := len(l.Sources()); n > 1 {
		h.Sites = t.Text("hit.sites", "n", t.Int(n))
	}
	h.Pay = w.pay(t, l)
	h.Labels = []labelWords{
		labelOf(t, t.Text("hit.level"), "level.", l.Level, l.Lang),
		labelOf(t, t.Text("hit.english"), "english.", l.English, l.Lang),
	}
	h.Words = oneLine(strings.Join(a.Words, ", "))
	h.WordLang = t.Mark(h.Words, "")
	h.Filters = w.filters(t, q, l)
	for _, s := range l.Warnings[:min(len(l.Warnings), signs)] {
		h.Warnings = append(h.Warnings, quote(t, t.Text("sign."+string(s.Kind)), s.Evidence.Quote, l.Lang))
	}
	return h
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

func title(l market.Listing) string { return locale.Cut(oneLine(l.Title), titleLength) }

func quote(t *tongue, what, text, lang string) quoted {
	text = oneLine(text)
	return quoted{What: what, Text: locale.Cut(text, quoteLength), Lang: t.Mark(text, lang)}
}

func (w *Writer) pay(t *tongue, l market.Listing) payWords {
	switch {
	case l.Pay.Stated():
		p := payWords{Amount: t.Pay(l.Pay), Per: t.Text("pay-per." + string(l.Pay.Kind))}
		p.Taka, _ = t.PayTaka(l.Pay, w.site.Rates)
		return p
	case oneLine(l.Pay.Text) != "":
		return payWords{Words: t.Text("listing.pay-unread", "quote", "“"+locale.Cut(oneLine(l.Pay.Text), quoteLength)+"”")}
	}
	return payWords{Words: t.Text("money.none")}
}

// labelOf marks a statement, an estimate and a missing value apart. Words are
// quoted for statements only: they prove them.
func labelOf[V ~string](t *tongue, name, group string, l market.Label[V], lang string) labelWords {
	switch {
	case l.Value == "":
		return labelWords{Name: name, Word: t.Text("hit.unstated")}
	case !l.Stated():
		return labelWords{Name: name, Value: t.Text(group + string(l.Value)), Word: t.Text("hit.estimated")}
	}
	out := labelWords{Name: name, Value: t.Text(group + string(l.Value)), Stated: true, Word: t.Text("hit.stated")}
	if len(l.Evidence) > 0 {
		out.Quote = quote(t, "", l.Evidence[0].Quote, lang)
	}
	return out
}

// filters are the conditions of a query that a listing meets by what is known
// of it, in words; that it does not state what a condition asks for is said
// too, since that is why it passes. The country of most people is left out.
func (w *Writer) filters(t *tongue, q market.Query, l market.Listing) string {
	var out []string
	met := market.Query{From: market.DefaultFrom, Stated: q.Stated, MinUSD: q.MinUSD, Days: q.Days, Warn: q.Warn}
	label := func(kind, known, value string) {
		if known == "" {
			value = t.Text("hit.unstated")
		}
		out = append(out, t.Text(kind)+value)
	}
	if q.Level != "" {
		label("chip.level", string(l.Level.Value), t.Text("level."+string(q.Level)))
	}
	if q.English != "" {
		label("chip.english", string(l.English.Value), t.UpTo(q.English))
	}
	if q.From != "" && q.From != market.DefaultFrom {
		met.From = q.From
	}
	if slices.Contains(q.Categories, l.Category) {
		met.Categories = []market.Category{l.Category}
	}
	for _, s := range l.Sources() {
		if slices.Contains(q.Sources, s) {
			met.Sources = append(met.Sources, s)
		}
	}
	if slices.Contains(q.Pays, l.Pay.Facet()) {
		met.Pays = []market.PayKind{l.Pay.Facet()}
	}
	for _, c := range t.Conditions(met, w.site.SourceTitle) {
		if c.Facet != "from" || met.From != market.DefaultFrom {
			out = append(out, c.Kind+c.Text)
		}
	}
	return oneLine(strings.Join(out, ", "))
}

// openedAfter is how long after a letter was written the page that it leads to
// still shows all that it tells of.
const openedAfter = 24 * time.Hour

// page is the address of a search's hits, newest first. It asks for the least
// age on the page that reaches back to the oldest of those that the letter
// tells of, whether it shows them or not, and never for more than the search
// itself does.
func (w *Writer) page(t *tongue, s alert.Section, now time.Time) string {
	q := s.Query.Saved()
	q.Sort = market.SortNew
	for _, days := range market.Days {
		if q.Days != 0 && days >= q.Days {
			break
		}
		if !now.Add(openedAfter).Add(-time.Duration(days) * 24 * time.Hour).After(s.Oldest) {
			q.Days = days
			break
		}
	}
	v := q.Values()
	v.Set("lang", string(t.Lang))
	return w.site.BaseURL + "/?" + v.Encode()
}

package web

import (
	"context"
	"fmt"
	"html"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

type resultsPage struct {
	frame
	Q                             string
	Levels, Englishes             template.HTML // choices, as are the others
	LevelMeans, EnglishMeans      string
	Meanings                      []meaning // of all levels and abilities
	Stated                        choice
	Categories, Pays, Days, Sites template.HTML
	From                          template.HTML
	Min                           string
	Warns, Sorts                  template.HTML
	// Errors are what is wrong with the query; then there are no results.
	Errors []fieldError
	Wrong  map[string]string // parameter -> its error

	Total   string
	Kept    string
	Dropped template.HTML
	Offers  []loosen
	Chips   []chip
	// Collecting stands above the hits, or in their place, while the first
	// runs are under way.
	Collecting *collecting
	Empty      *empty
	Degraded   bool
	Hits       template.HTML
	Pages      []pageLink
	Depth      string
	Rates      string
	Late       template.HTML
	// Save is where the search can be saved, empty where none can; Lately says
	// what that would bring.
	Save, Lately string
}

// chip is a filter in use, with the address of the same search without it.
type chip struct {
	Kind, Text string
	Lang       string
	URL        string
}

type pageLink struct {
	// Kind is "here", "page", "gap", "previous" or "next".
	Kind, Number, URL string
}

type fieldError struct {
	Param, Text string
	// Anchor is where the field is, empty for a parameter that is none.
	Anchor string
}

// empty is what to do where nothing was found.
type empty struct {
	// Hint says what Loosen is.
	Hint string
	// Loosen are searches that find something, with fewer filters.
	Loosen []loosen
	// First is the first page's address where there are hits on earlier
	// pages, and empty where there are none at all.
	First string
}

// loosen is another search to offer.
type loosen struct{ Text, URL string }

func (s *server) results(w http.ResponseWriter, r *http.Request) {
	v := s.view(w, r)
	params := r.URL.Query()
	now := s.Now()
	q, wrong := market.ParseQuery(params, now, s.knownSource)
	p := &resultsPage{Wrong: map[string]string{}}
	for _, e := range wrong {
		p.wrong(e.Param, v.Text("bad.field", "param", e.Param, "value", cut(e.Value, 40), "want", v.Text("want."+e.Param)))
	}
	for _, name := range unknown(params, market.Params...) {
		p.wrong("", v.Text("bad.unknown", "param", cut(name, 40)))
	}
	if l := nonEmpty(params["lang"]); len(l) > 1 || len(l) == 1 && !locale.Lang(l[0]).Valid() {
		p.wrong("", v.Text("bad.field", "param", "lang", "value", cut(strings.Join(l, ", "), 40), "want", "bn, en"))
	}
	if len(p.Errors) > 0 {
		s.begin(p, v, r, q, nil)
		if p.Wrong["min"] != "" {
			p.Min = cut(strings.Join(nonEmpty(params["min"]), ", "), 40)
		}
		p.Total = v.Text("bad.title")
		p.Title = v.Text("site.title", "page", p.Total)
		p.NoIndex = true
		w.Header().Set("Cache-Control", "no-store")
		s.show(w, r, v, "results", http.StatusBadRequest, p)
		return
	}
	found, err := s.Search.Search(r.Context(), q)
	if err != nil {
		s.failed(w, r, fmt.Errorf("searching: %w", err))
		return
	}
	states := s.states(r.Context())
	s.begin(p, v, r, q, found.Facets)
	p.NoIndex = len(q.Values()) > 0
	if !p.NoIndex {
		p.Canonical = s.ownPage(v, "/")
	}
	p.Total = total(v, found)
	title := headline(v, q, p.Chips)
	if title == "" {
		title = v.Text("results.title")
	}
	if q.Page > 1 {
		title = v.Text("results.page", "total", title, "page", v.Int(q.Page))
	}
	p.Title = v.Text("site.title", "page", title)
	p.Degraded = found.Degraded
	p.Dropped = dropped(v, found.Dropped)
	p.Offers = offers(v, q, found.Words)
	p.Hits = s.hits(v, "h2", found.Hits, found.Words, q.From, now)
	p.Late = s.late(v, states, now)
	p.Feeds = s.feedLinks(v, q)
	if s.Subscriptions != nil {
		p.Save = "/subscribe"
		if enc := q.Saved().Values().Encode(); enc != "" {
			p.Save += "?" + enc
		}
	}
	if n := found.Facets["days"][strconv.Itoa(lateDays)]; n > 0 && len(found.Dropped) == 0 {
		p.Lately = v.Text("save.found", "n", v.Int(n))
	}
	p.Collecting = s.collecting(v, states, q, found, now)
	switch {
	case p.Collecting != nil && p.Collecting.Alone:
		p.Total = p.Collecting.Title
		p.Late = "" // each site's state stands there
	case len(found.Hits) == 0 && found.Total > 0 && q.Page > 1:
		p.Total = v.Text("empty.nowhere")
		p.Empty = &empty{First: address(q, func(q *market.Query) { q.Page = 0 })}
	case len(found.Hits) == 0:
		p.Empty = s.loosen(r.Context(), v, q, found)
	default:
		p.Kept = kept(v, q, found)
		if _, taka, ok := v.Rate("USD", s.Rates); ok {
			p.Rates = v.Text("money.rates", "taka", taka, "day", v.Date(s.Rates.AsOf))
		}
	}
	p.Pages = pageLinks(v, q, found.Total)
	if found.Total > market.Depth && q.Page == market.Depth/market.PerPage {
		p.Depth = v.Text("results.depth", "n", v.Int(market.Depth))
	}
	s.show(w, r, v, "results", http.StatusOK, p)
}

// nonEmpty are a parameter's values: an empty one means absent.
func nonEmpty(values []string) []string { return without(values, "") }

func (p *resultsPage) wrong(param, text string) {
	anchor := ""
	if param != "" && param != "page" {
		anchor = "by-" + param
		p.Wrong[param] = text
	}
	p.Errors = append(p.Errors, fieldError{param, text, anchor})
}

// begin fills in the form and the chips.
func (s *server) begin(p *resultsPage, v *view, r *http.Request, q market.Query, facets market.Facets) {
	p.frame = s.frame(v, r, v.Text("results.title"))
	p.Skip = "results"
	p.Description = v.Text("site.front")
	p.Q = q.Text
	count := func(facet, value string) string {
		n, ok := facets[facet][value]
		if !ok {
			if facets == nil || facets[facet] == nil {
				return ""
			}
			n = 0
		}
		return v.Int(n)
	}
	text := func(key string) template.HTML { return template.HTML(html.EscapeString(v.Text(key))) }

	levels := []choice{{"", text("find.any"), count("level", ""), q.Level == ""}}
	for _, l := range market.Levels {
		levels = append(levels, choice{string(l), text("level." + string(l)), count("level", string(l)), q.Level == l})
	}
	p.Levels = pills("level", levels)
	englishes := []choice{{"", text("find.any"), count("english", ""), q.English == ""}}
	for _, e := range market.Englishes {
		englishes = append(englishes, choice{string(e), text("english-pill." + string(e)), count("english", string(e)), q.English == e})
	}
	p.Englishes = pills("english", englishes)
	p.Meanings = append(levelMeanings(v), englishMeanings(v)...)
	if q.Level != "" {
		p.LevelMeans = v.Text("level-means." + string(q.Level))
	}
	if q.English != "" {
		p.EnglishMeans = v.Text("english-means." + string(q.English))
	}
	p.Stated = choice{"1", text("find.stated"), count("stated", "1"), q.Stated}
	var categories []choice
	for _, c := range market.Categories {
		// Without counts all are offered; with them those that would give
		// something, and those chosen.
		on := slices.Contains(q.Categories, c)
		if facets["category"] != nil && facets["category"][string(c)] == 0 && !on {
			continue
		}
		categories = append(categories, choice{string(c), text("category." + string(c)), count("category", string(c)), on})
	}
	p.Categories = options("checkbox", "category", categories...)
	var pays []choice
	for _, k := range market.PayKinds {
		pays = append(pays, choice{string(k), text("pay." + string(k)), count("pay", string(k)), slices.Contains(q.Pays, k)})
	}
	p.Pays = options("checkbox", "pay", pays...)
	if q.MinUSD > 0 {
		p.Min = v.Int(int(q.MinUSD))
	}
	var days []choice
	for _, d := range market.Days {
		n := strconv.Itoa(d)
		days = append(days, choice{n, text("days." + n), count("days", n), q.Days == d})
	}
	p.Days = options("radio", "days", append(days, choice{"", text("days.any"), count("days", ""), q.Days == 0})...)
	p.From = selection(s.countries(v, q, facets))
	var sites []choice
	for _, sp := range s.sites().specs {
		on := slices.Contains(q.Sources, sp.Name)
		if !on && facets["source"][sp.Name] == 0 && (facets["source"] != nil || !sp.Enabled) {
			continue
		}
		sites = append(sites, choice{sp.Name, v.site(sp.Name), count("source", sp.Name), on})
	}
	p.Sites = options("checkbox", "source", sites...)
	p.Warns = options("radio", "warn",
		choice{"", text("warn.all"), count("warn", ""), q.Warn == market.WarnAll},
		choice{"0", text("warn.without"), count("warn", "0"), q.Warn == market.WarnWithout},
		choice{"1", text("warn.only"), count("warn", "1"), q.Warn == market.WarnOnly})
	var sorts []choice
	for _, o := range []market.Sort{market.SortNew, market.SortBest, market.SortPay} {
		// The order that comes by itself is sent empty, so that a search for
		// words that begins here comes in the order of words.
		value := string(o)
		if q.Sort == market.SortDefault && q.Order() == o {
			value = ""
		}
		sorts = append(sorts, choice{Value: value, Label: text("sort." + string(o)), On: q.Order() == o})
	}
	p.Sorts = options("radio", "sort", sorts...)
	p.Chips = s.chips(v, q)
}

// countries are the usual choices of "I would apply from", and the one chosen.
func (s *server) countries(v *view, q market.Query, facets market.Facets) []choice {
	codes := market.FromChoices
	if q.From != "" && !slices.Contains(codes, q.From) {
		codes = append([]string{q.From}, codes...)
	}
	out := make([]choice, 0, len(codes)+1)
	for _, code := range append(slices.Clip(codes), "") {
		name := v.Text("from.any")
		if code != "" {
			name = v.Country(code)
		}
		c := choice{Value: code, Label: template.HTML(html.EscapeString(name)), On: q.From == code}
		if n, ok := facets["from"][code]; ok {
			c.Label = v.markup("find.from-count", "country", name, "n", v.Int(n))
		}
		out = append(out, c)
	}
	return out
}

// address is a search's address after a change.
func address(q market.Query, change func(*market.Query)) string {
	change(&q)
	if enc := q.Values().Encode(); enc != "" {
		return "/?" + enc
	}
	return "/"
}

func without[T comparable](vs []T, v T) []T {
	return slices.DeleteFunc(slices.Clone(vs), func(x T) bool { return x == v })
}

// chips are the filters in use, each with the address without it.
func (s *server) chips(v *view, q market.Query) []chip {
	var out []chip
	for _, c := range v.Conditions(q, s.title) {
		ch := chip{Kind: c.Kind, Text: c.Text, URL: address(q, func(q *market.Query) { *q = q.Drop(c.Facet, c.Value) })}
		if c.Facet == "source" { // A site's name may be in another language.
			ch.Lang = v.lang(c.Text, "")
		}
		out = append(out, ch)
	}
	return out
}

func total(v *view, found search.Page) string {
	switch n := found.Total; {
	case n == 0:
		return v.Text("empty.title")
	case found.AtLeast:
		return v.Text("results.at-least", "n", v.Int(n))
	case n == 1:
		return v.Text("results.one")
	default:
		return v.Text("results.total", "n", v.Int(n))
	}
}

// headline is the search in a few words, for the title.
func headline(v *view, q market.Query, chips []chip) string {
	text := q.Text
	for _, c := range chips[:min(len(chips), 2)] {
		if text != "" {
			text += ", "
		}
		text += c.Text
	}
	return text
}

// kept says what became of listings that do not state what is asked; it is
// empty where all do.
func kept(v *view, q market.Query, found search.Page) string {
	if q.Stated {
		return v.Text("results.kept-stated")
	}
	n := found.Facets["kept"]
	if n == nil {
		return v.Text("results.kept-unknown")
	}
	switch estimate, none := n[string(market.StandingEstimate)], n[string(market.StandingNone)]; {
	case estimate > 0 && none > 0:
		return v.Text("results.kept", "estimate", v.Int(estimate), "none", v.Int(none))
	case estimate > 0:
		return v.Text("results.kept-estimate", "n", v.Int(estimate))
	case none > 0:
		return v.Text("results.kept-none", "n", v.Int(none))
	}
	return ""
}

// dropped says which words the search left out because too little has them.
func dropped(v *view, words []string) template.HTML {
	if len(words) == 0 {
		return ""
	}
	return v.markup("results.dropped", "words", v.words(words))
}

// words puts some words in quotation marks, each in its language.
func (v *view) words(words []string) template.HTML {
	var all template.HTML
	for i, w := range words {
		if i > 0 {
			all += v.markup("site.quote-next")
		}
		all += v.quote(w, "")
	}
	return all
}

// pageLinks are the pages around the present one, the first and the last.
func pageLinks(v *view, q market.Query, total int) []pageLink {
	last := (min(total, market.Depth) + market.PerPage - 1) / market.PerPage
	if last < 2 {
		return nil
	}
	here := max(q.Page, 1)
	to := func(n int) string { return address(q, func(q *market.Query) { q.Page = n }) }
	var out []pageLink
	if here > 1 && here <= last {
		out = append(out, pageLink{"previous", "", to(here - 1)})
	}
	before := 0
	for n := 1; n <= last; n++ {
		if n != 1 && n != last && (n < here-1 || n > here+1) && !(here == 1 && n == 3) {
			continue
		}
		if n > before+1 {
			out = append(out, pageLink{Kind: "gap"})
		}
		before = n
		kind := "page"
		if n == here {
			kind = "here"
		}
		out = append(out, pageLink{kind, v.Int(n), to(n)})
	}
	if here < last {
		out = append(out, pageLink{"next", "", to(here + 1)})
	}
	return out
}

// looserSearches is how many searches a page may spend on hints.
const looserSearches = 5

// loosen finds what would find something: for each filter the same search
// without it. Facets answer for most; a few are asked for.
func (s *server) loosen(ctx context.Context, v *view, q market.Query, found search.Page) *empty {
	e := &empty{}
	offer := func(n int, text string, q market.Query) {
		if n > 0 {
			e.Loosen = append(e.Loosen, loosen{text, address(q, func(q *market.Query) { q.Page = 0 })})
		}
	}
	asked := 0
	// count is the facet's own count of a query where there is one, and a
	// search's total else.
	count := func(facet, value string, q market.Query) int {
		if n, ok := found.Facets[facet][value]; ok {
			return n
		}
		// Without the engine a search costs the store too much for a hint.
		if found.Degraded || asked >= looserSearches {
			return 0
		}
		asked++
		p, err := s.Search.Search(ctx, q)
		if err != nil {
			s.Log.Warn("a looser search failed", "err", err)
			return 0
		}
		if len(p.Dropped) > 0 {
			return 0
		}
		return p.Total
	}
	remove := func(facet, label string) {
		less := q.With(facet, "")
		n := count(facet, "", less)
		offer(n, v.Text("empty.without", "filter", label, "n", v.Int(n)), less)
	}
	if q.Level != "" {
		remove("level", v.Text("level."+string(q.Level)))
	}
	if q.English != "" {
		remove("english", v.UpTo(q.English))
	}
	if q.Stated {
		less := q.With("stated", "")
		n := count("stated", "", less)
		offer(n, v.Text("empty.estimates", "n", v.Int(n)), less)
	}
	if q.Days > 0 {
		longer := 0
		for _, d := range market.Days {
			if d > q.Days && found.Facets["days"][strconv.Itoa(d)] > 0 {
				longer = d
				break
			}
		}
		if longer > 0 {
			n := found.Facets["days"][strconv.Itoa(longer)]
			offer(n, v.Text("empty.instead", "old", v.Text("days."+strconv.Itoa(q.Days)), "new", v.Text("days."+strconv.Itoa(longer)), "n", v.Int(n)), q.With("days", strconv.Itoa(longer)))
		} else {
			remove("days", v.Text("days."+strconv.Itoa(q.Days)))
		}
	}
	if len(q.Categories) > 0 {
		remove("category", v.Text("category."+string(q.Categories[0])))
	}
	if len(q.Pays) > 0 {
		remove("pay", v.Text("pay."+string(q.Pays[0])))
	}
	if q.MinUSD > 0 {
		remove("min", v.AtLeast(q.MinUSD))
	}
	if len(q.Sources) > 0 {
		remove("source", s.title(q.Sources[0]))
	}
	if q.From != "" {
		remove("from", v.Text("from.chip", "country", v.Country(q.From)))
	}
	if q.Warn != market.WarnAll {
		remove("warn", v.Text(map[market.Warn]string{market.WarnWithout: "warn.without", market.WarnOnly: "warn.only"}[q.Warn]))
	}
	if q.Text != "" {
		remove("q", cut(q.Text, 40))
	}
	e.Hint = v.Text("empty.loosen")
	if len(e.Loosen) == 0 {
		// No single filter is to blame.
		e.Hint = v.Text("empty.several")
		words := market.Query{Text: q.Text, Now: q.Now}
		asked = 0
		n := count("", "", words)
		offer(n, v.Text("empty.all", "n", v.Int(n)), words)
	}
	if len(e.Loosen) == 0 {
		e.Hint = ""
	}
	return e
}

// offers are filters that the words may have meant.
func offers(v *view, q market.Query, w search.Words) []loosen {
	var out []loosen
	if w.Level != "" && q.Level == "" {
		out = append(out, loosen{v.Text("results.offer", "level", v.Text("level."+string(w.Level))), address(q.With("level", string(w.Level)), func(*market.Query) {})})
	}
	if w.English != "" && q.English == "" {
		out = append(out, loosen{v.Text("results.offer-english", "ability", v.Text("english."+string(w.English))), address(q.With("english", string(w.English)), func(*market.Query) {})})
	}
	return out
}

package detect

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
)

// repeated are elements of a page that are made alike.
type repeated struct {
	css   string
	items []*goquery.Selection
	score float64
}

// stable reports whether a person has named a class: those that tools make
// ("sc-hKgILt", "css-1x2y3z") change with every release of a site.
func stable(class string) bool {
	if len(class) > 50 {
		return false
	}
	for _, part := range strings.FieldsFunc(class, func(r rune) bool { return r == '-' || r == '_' }) {
		if !namedPart.MatchString(part) {
			return false
		}
	}
	return class != "" && (class[0] >= 'a' && class[0] <= 'z' || class[0] >= 'A' && class[0] <= 'Z')
}

var namedPart = regexp.MustCompile(`^[A-Z]{0,4}[a-z]*([A-Z]{1,4}[a-z]{2,})*[0-9]?$`)

// built is a class that a tool made of a person's name for it and a hash, as
// "JobCard_title__9ZzQ1": the name stays.
var built = regexp.MustCompile(`^([A-Za-z][A-Za-z-]*(?:_[A-Za-z-]+)*__?)[A-Za-z0-9_-]{4,8}$`)

// classes are selectors of an element's classes that can be expected to stay.
func classes(n *html.Node) (out []string) {
	for _, a := range n.Attr {
		if a.Key != "class" {
			continue
		}
		for _, c := range strings.Fields(a.Val) {
			if stable(c) {
				out = append(out, "."+c)
			} else if m := built.FindStringSubmatch(c); m != nil {
				out = append(out, `[class*="`+m[1]+`"]`)
			}
		}
	}
	return out
}

var (
	// offerWord are words in the names of a list's elements; navigation are
	// those of what is no list of offers.
	offerWord  = regexp.MustCompile(`(?i)job|project|listing|vacanc|position|gig|offer|opening|posting|result|card|item|row|entry`)
	strongWord = regexp.MustCompile(`(?i)job|project|vacanc|gig|opening|posting`)
	navigation = regexp.MustCompile(`(?i)^(nav|menu|footer|header|breadcrumbs?|pagination|pager|sidebar|social|tabs?|filters?|facets?|cookie|language)s?([-_]|$)`)
)

// readList proposes a list of links: elements made alike, each with a link of
// its own.
func (l *looker) readList(f *Found, doc *goquery.Document, base *url.URL) (*proposal, error) {
	var best *proposal
	var why error
	for _, r := range repeats(doc, base) {
		p, err := newProposal(f, HTML)
		if err != nil {
			return nil, err
		}
		p.format, p.html, p.rolling = "html", true, true
		if !r.write(p, f) {
			continue
		}
		if err := p.check(f); err != nil {
			why = err
			continue
		}
		if p.items >= 2 {
			best = p
			break
		}
	}
	if best == nil {
		if why != nil {
			return nil, fmt.Errorf("%w: %w", ErrNothing, why)
		}
		return nil, ErrNothing
	}
	if !best.pageByQuery(best.items) {
		if next := nextPage(doc); next != "" {
			best.paging = "{by: next, next: " + mapping("css", next, "attr", "href") + ", pages: 10}"
		}
	}
	l.detail(f, best)
	return best, nil
}

// repeats finds elements made alike, the likeliest first.
func repeats(doc *goquery.Document, base *url.URL) []repeated {
	groups := map[string]*repeated{}
	var order []string
	var walk func(n *html.Node, skip bool)
	walk = func(n *html.Node, skip bool) {
		if n.Type == html.ElementNode {
			switch n.Data {
			case "nav", "footer", "script", "style", "noscript", "select", "form", "head", "svg":
				if n.Data != "form" {
					skip = true
				}
			}
			for _, a := range n.Attr {
				if a.Key == "class" || a.Key == "id" || a.Key == "role" {
					for _, c := range strings.Fields(a.Val) {
						if navigation.MatchString(c) && n.Data != "body" && n.Data != "html" {
							skip = true
						}
					}
				}
			}
			if !skip {
				for _, css := range selectors(n) {
					g := groups[css]
					if g == nil {
						g = &repeated{css: css}
						groups[css] = g
						order = append(order, css)
					}
					if len(g.items) < maxLook {
						g.items = append(g.items, goquery.NewDocumentFromNode(n).Selection)
					}
				}
			}
		}
		if skip {
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, skip)
		}
	}
	for _, n := range doc.Nodes {
		walk(n, false)
	}
	var out []repeated
	for _, css := range order {
		if g := groups[css]; len(g.items) >= 2 {
			g.rate(base)
			if g.score > 0 {
				out = append(out, *g)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b repeated) int { return cmp.Compare(b.score, a.score) })
	return out[:min(len(out), 8)]
}

// selectors are those by which an element may be one of a list.
func selectors(n *html.Node) (out []string) {
	switch n.Data {
	case "li", "tr", "article", "div", "section", "a", "dd", "td", "p":
	default:
		return nil
	}
	own := classes(n)
	for _, c := range own {
		out = append(out, n.Data+c)
	}
	parent := n.Parent
	if parent == nil || parent.Type != html.ElementNode {
		return out
	}
	if n.Data == "li" || n.Data == "tr" || n.Data == "article" {
		for _, c := range classes(parent) {
			out = append(out, parent.Data+c+" > "+n.Data)
		}
		for _, a := range parent.Attr {
			if a.Key == "id" && stable(a.Val) {
				out = append(out, "#"+a.Val+" > "+n.Data)
			}
		}
		if len(own) == 0 {
			out = append(out, parent.Data+" > "+n.Data)
		}
	}
	return out
}

// rate says how likely the elements are offers: several, each with a link of
// its own and a text of a sentence or a few, named like offers.
func (r *repeated) rate(base *url.URL) {
	linked, letters, titles := 0, 0, 0
	hrefs, named := map[string]bool{}, map[string]bool{}
	for _, s := range r.items {
		a := titleLink(s)
		if a == nil {
			continue
		}
		u, err := base.Parse(a.AttrOr("href", ""))
		if err != nil || u.Host != base.Host && !strings.HasSuffix(u.Hostname(), strings.TrimPrefix(base.Hostname(), "www.")) {
			continue
		}
		u.Fragment = ""
		if u.String() == base.String() {
			continue
		}
		linked++
		hrefs[u.String()] = true
		letters += min(len([]rune(words(s))), 2000)
		titles += min(len([]rune(titleText(s, a))), 120)
		named[titleText(s, a)] = true
	}
	n := len(r.items)
	if linked*5 < n*4 || len(hrefs)*5 < n*4 || len(named)*5 < n*4 || linked < 2 {
		return
	}
	mean, title := letters/linked, titles/linked
	if title < 6 || mean < 12 {
		return
	}
	r.score = math.Log2(float64(n)+1) * (1 + min(float64(mean), 600)/200) * min(float64(title), 40) / 40
	name := r.css
	switch {
	case strongWord.MatchString(name):
		r.score *= 2
	case offerWord.MatchString(name):
		r.score *= 1.4
	}
	if companyClass.MatchString(name) || tagClass.MatchString(name) {
		r.score /= 5
	}
	// An element of a list holds one offer, not several.
	inner := 0
	for _, s := range r.items {
		if s.Find(r.css).Length() > 0 {
			inner++
		}
	}
	if inner > 0 {
		r.score = 0
	}
}

// titleLink is the link of an element that leads to its offer: the one in a
// heading, else the one with the longest text.
func titleLink(s *goquery.Selection) *goquery.Selection {
	if goquery.NodeName(s) == "a" && s.AttrOr("href", "") != "" {
		return s
	}
	if a := s.Find("h1 a[href], h2 a[href], h3 a[href], h4 a[href], h5 a[href]").First(); a.Length() > 0 {
		return a
	}
	var best *goquery.Selection
	most := 0
	s.Find("a[href]").Each(func(_ int, a *goquery.Selection) {
		n := min(len(words(a)), 100)
		if href := a.AttrOr("href", ""); n == 0 || strings.HasPrefix(href, "#") || strings.HasPrefix(href, "javascript:") {
			return
		}
		// Its name, and its parent's, tell more than its length.
		name := a.AttrOr("class", "") + " " + a.Parent().AttrOr("class", "")
		switch {
		case companyClass.MatchString(name), tagClass.MatchString(name):
		case titleClass.MatchString(name):
			n += 200
		default:
			n += 100
		}
		if n > most {
			best, most = a, n
		}
	})
	return best
}

func words(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }

// titleText is an offer's title: the element's heading, else its link's text.
func titleText(s, a *goquery.Selection) string {
	if h := s.Find("h1, h2, h3, h4, h5").First(); h.Length() > 0 && len(words(h)) >= 4 {
		return words(h)
	}
	return words(a)
}

// part finds a selector within the items by which most of them have an
// element that want holds for; the first of the candidates counts.
func (r *repeated) part(least float64, candidates []string, want func(*goquery.Selection) bool) string {
	for _, css := range candidates {
		n := 0
		for _, s := range r.items {
			e := s
			if css != "&" {
				e = s.Find(css).First()
			}
			if e.Length() > 0 && want(e) {
				n++
			}
		}
		if n > 0 && float64(n) >= least*float64(len(r.items)) {
			return css
		}
	}
	return ""
}

// count is how many elements of the items a selector finds.
func (r *repeated) count(css string) (n int) {
	for _, s := range r.items {
		n += s.Find(css).Length()
	}
	return n
}

// classed are selectors of the classes within the first items that a pattern
// matches.
func (r *repeated) classed(pattern *regexp.Regexp) (out []string) {
	for _, s := range r.items[:min(len(r.items), 5)] {
		s.Find("[class]").Each(func(_ int, e *goquery.Selection) {
			for _, css := range classes(e.Nodes[0]) {
				if pattern.MatchString(strings.TrimPrefix(css, "[class")) && !slices.Contains(out, css) {
					out = append(out, css)
				}
			}
		})
	}
	return out
}

var (
	titleClass   = regexp.MustCompile(`(?i)title|heading|position|role|name`)
	companyClass = regexp.MustCompile(`(?i)company|employer|client|organi[sz]ation`)
	dateClass    = regexp.MustCompile(`(?i)date|posted|published|created|time|ago|days`)
	textClass    = regexp.MustCompile(`(?i)desc|summary|excerpt|snippet|teaser|details|text|body`)
	tagClass     = regexp.MustCompile(`(?i)tag|skill|keyword|technolog`)
	payClass     = regexp.MustCompile(`(?i)salary|budget|price|pay|rate|compensation`)
	placeClass   = regexp.MustCompile(`(?i)location|country|region|place|geo`)
)

// write puts the list into a proposal; false where it has no titles.
func (r repeated) write(p *proposal, f *Found) bool {
	p.list = r.css
	// The page without an offer has the list's surroundings still.
	p.expect = around(r.items[0].Nodes[0].Parent, r.css)
	hasLink := func(e *goquery.Selection) bool { return e.Is("a") && e.AttrOr("href", "") != "" && words(e) != "" }
	isHead := func(e *goquery.Selection) bool { n := len([]rune(words(e))); return n >= 4 && n <= 200 }
	links := []string{"&", "h1 a", "h2 a", "h3 a", "h4 a", "h5 a"}
	if a := titleLink(r.items[0]); a != nil {
		for _, c := range classes(a.Nodes[0]) {
			links = append(links, "a"+c)
		}
		for _, c := range classes(a.Nodes[0].Parent) {
			links = append(links, c+" > a")
		}
	}
	link := r.part(0.8, append(links, "a[href]"), hasLink)
	if link == "" {
		return false
	}
	heads := []string{"h1", "h2", "h3", "h4", "h5"}
	if link == "&" { // a link around all of it: its text is more than the title
		heads = append(append(heads, r.classed(titleClass)...), link)
	} else {
		heads = append(append(heads, link), r.classed(titleClass)...)
	}
	title := r.part(0.8, heads, isHead)
	if title == "" {
		return false
	}
	p.add("url", mapping("css", link, "attr", "href"), "")
	p.add("title", scalar(title), "")
	taken := []string{title, link}
	pick := func(pattern *regexp.Regexp, least float64, want func(string) bool) string {
		var cs []string
		for _, css := range r.classed(pattern) {
			if !slices.Contains(taken, css) {
				cs = append(cs, css)
			}
		}
		css := r.part(least, cs, func(e *goquery.Selection) bool { return want(words(e)) })
		if css != "" {
			taken = append(taken, css)
		}
		return css
	}
	short := func(s string) bool { return s != "" && len([]rune(s)) <= 100 }
	if css := pick(companyClass, 0.3, short); css != "" {
		p.add("company", scalar(css), "")
	}
	if css := r.part(0.3, []string{"time[datetime]"}, func(e *goquery.Selection) bool { return isDate(e.AttrOr("datetime", "")) }); css != "" {
		p.add("posted", mapping("css", css, "attr", "datetime"), "")
		taken = append(taken, ".time")
	} else {
		form := func(css string) string {
			var texts []string
			for _, s := range r.items {
				texts = append(texts, words(s.Find(css).First()))
			}
			return formOf(texts)
		}
		cs := append([]string{"time"}, r.classed(dateClass)...)
		cs = append(cs, "span", "small", "td:nth-child(1)", "td:nth-child(2)", "td:nth-child(3)", "td:nth-child(4)", "td:nth-child(5)", "td:nth-child(6)")
		css := r.part(0.3, cs, func(e *goquery.Selection) bool { return isDate(words(e)) || dayFirst.MatchString(words(e)) })
		switch {
		case css == "":
		case form(css) != "":
			p.add("posted", mapping("css", css, "date", form(css)), "")
		default:
			p.add("posted", scalar(css), "")
		}
		if css != "" {
			taken = append(taken, css)
		}
	}
	// Of a list of skills each is an element of its own.
	several := r.classed(tagClass)
	slices.SortStableFunc(several, func(a, b string) int { return cmp.Compare(r.count(b), r.count(a)) })
	if css := r.part(0.3, several, func(e *goquery.Selection) bool { return words(e) != "" && len(words(e)) <= 60 }); css != "" {
		taken = append(taken, css)
		p.add("skills", scalar(css), "")
	}
	if css := pick(payClass, 0.2, func(s string) bool { return short(s) && digit.MatchString(s) }); css != "" {
		p.add("pay_text", scalar(css), "")
	}
	if css := pick(placeClass, 0.3, short); css != "" {
		p.add("locations", scalar(css), "")
	}
	long := func(s string) bool { return len([]rune(s)) >= 40 }
	if css := pick(textClass, 0.5, long); css != "" {
		p.add("description", scalar(css), "")
		p.add("snippet", "true", "")
	} else if css := r.part(0.5, []string{"p"}, func(e *goquery.Selection) bool { return long(words(e)) }); css != "" {
		p.add("description", "p", "")
		p.add("snippet", "true", "")
	}
	f.note("the list was taken to be %q; look at what comes of it", r.css)
	return true
}

// around is a selector of what a list stands in; own where that has no name.
func around(n *html.Node, own string) string {
	for ; n != nil && n.Type == html.ElementNode && n.Data != "body" && n.Data != "html"; n = n.Parent {
		for _, a := range n.Attr {
			if a.Key == "id" && stable(a.Val) {
				return "#" + a.Val
			}
		}
		if cs := classes(n); len(cs) > 0 {
			return n.Data + cs[0]
		}
		if n.Data == "main" {
			return "main"
		}
	}
	return own
}

// detail reads the page behind the first offer and says how to read such
// pages, where they tell more than the list.
func (l *looker) detail(f *Found, p *proposal) {
	drafts, err := p.works(f.Page)
	if l.session == nil || err != nil || len(drafts) == 0 {
		return
	}
	page, ok := l.get(f, drafts[0].URL, "the page of the first offer")
	if !ok {
		return
	}
	bound := func() {
		p.pages, p.most = 50, 40
		f.note("each offer's own page is read too: %d offers in a run at most", p.most)
	}
	if hasPosting(page) {
		p.detail = &detailOf{format: "jsonld"}
		for _, fl := range ldFields {
			if fl.name != "title" {
				p.detail.fields = append(p.detail.fields, fl)
			}
		}
		f.note("the page of the first offer holds a JobPosting, and is read by it")
		bound()
		return
	}
	d, err := readDetail(page)
	if err != nil {
		f.note("the page of the first offer has no text that was understood: %v", err)
		return
	}
	p.detail = d
	p.fields = slices.DeleteFunc(p.fields, func(fl fieldLine) bool { return fl.name == "snippet" })
	bound()
}

// readDetail finds the text of an offer in its own page: the smallest element
// that holds most of it.
func readDetail(page fetch.Page) (*detailOf, error) {
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(page.Body)))
	if err != nil {
		return nil, err
	}
	doc.Find("script, style, nav, header, footer, noscript").Remove()
	var candidates []string
	doc.Find("article[class], div[class], section[class], div[id], section[id]").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if stable(id) && textClass.MatchString(id) {
			candidates = append(candidates, "#"+id)
		}
		for _, c := range classes(s.Nodes[0]) {
			if textClass.MatchString(c) && c != ".body" {
				candidates = append(candidates, c)
			}
		}
	})
	candidates = append(candidates, "article", "main", "[role=main]")
	whole := len([]rune(words(doc.Find("body"))))
	best, most := "", 0
	for _, css := range candidates {
		e := doc.Find(css)
		n := len([]rune(words(e.First())))
		// The first that holds a good part of the page is taken; article and
		// main only where no element is named for it.
		if n >= 80 && n > most && (best == "" || n*2 > whole && most*3 < n && !strings.ContainsAny(best, "#.")) {
			best, most = css, n
		}
	}
	if best == "" {
		return nil, errors.New("no element is named for it, and there is no article or main element")
	}
	d := &detailOf{format: "html", expect: best}
	d.fields = append(d.fields, fieldLine{"description", "{css: " + scalar(best) + ", html: true}", ""})
	if e := doc.Find("time[datetime]").First(); e.Length() > 0 && isDate(e.AttrOr("datetime", "")) {
		d.fields = append(d.fields, fieldLine{"posted", "{css: 'time[datetime]', attr: datetime}", ""})
	}
	return d, nil
}

package detect

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/recipe"
)

// readHTML proposes what an HTML page holds: postings in JSON-LD, else JSON
// in a script tag, else a list of links.
func (l *looker) readHTML(f *Found) (*proposal, error) {
	root, err := html.Parse(bytes.NewReader(f.Page.Body))
	if err != nil {
		return nil, fmt.Errorf("%w: HTML: %w", ErrNothing, err)
	}
	doc := goquery.NewDocumentFromNode(root)
	base, err := url.Parse(f.URL)
	if err != nil {
		return nil, err
	}
	if href, ok := doc.Find("base[href]").First().Attr("href"); ok {
		if u, err := base.Parse(href); err == nil {
			base = u
		}
	}
	f.Advertised = advertised(doc, base)
	title := strings.Join(strings.Fields(doc.Find("title").First().Text()), " ")
	for _, read := range []func() (*proposal, error){
		func() (*proposal, error) { return readJSONLD(f) },
		func() (*proposal, error) { return readScript(f, doc) },
		func() (*proposal, error) { return l.readList(f, doc, base) },
	} {
		p, err := read()
		if err == nil {
			if site, ok := doc.Find(`meta[property="og:site_name"]`).First().Attr("content"); ok && strings.TrimSpace(site) != "" {
				p.title = strings.TrimSpace(site)
			} else if title != "" {
				p.title = siteOf(title)
			}
			return p, nil
		}
		if !errors.Is(err, ErrNothing) {
			return nil, err
		}
	}
	return nil, ErrNothing
}

var titleParts = regexp.MustCompile(`\s+[|–—·•-]\s+`)

// siteOf is the site's name in a page's title, which stands at its end by
// custom.
func siteOf(title string) string {
	parts := titleParts.Split(title, -1)
	return cmp.Or(strings.TrimSpace(parts[len(parts)-1]), title)
}

// advertised are the feeds that a page names.
func advertised(doc *goquery.Document, base *url.URL) (out []Link) {
	doc.Find(`link[rel~="alternate"][href]`).Each(func(_ int, s *goquery.Selection) {
		kind, _, _ := strings.Cut(strings.ToLower(s.AttrOr("type", "")), ";")
		format := map[string]Format{"application/rss+xml": RSS, "application/atom+xml": Atom, "application/feed+json": JSONFeed, "application/json": JSON}[strings.TrimSpace(kind)]
		u, err := base.Parse(strings.TrimSpace(s.AttrOr("href", "")))
		if format == "" || err != nil || u.Scheme != "https" && u.Scheme != "http" || len(out) >= 20 {
			return
		}
		out = append(out, Link{Format: format, URL: u.String(), Title: strings.TrimSpace(s.AttrOr("title", ""))})
	})
	return out
}

// ldFields are the fields of a JobPosting (https://schema.org/JobPosting).
var ldFields = []fieldLine{
	{"title", ".title", ""},
	{"company", scalar(`.hiringOrganization | if type == "object" then .name else . end`), ""},
	{"description", ".description", ""},
	{"category", scalar(`.occupationalCategory | if type == "array" then .[0] else . end | if type == "object" then .name else . end`), ""},
	{"skills", scalar(`.skills | if type == "string" then split(",") else . end`), ""},
	{"pay_min", scalar(`.baseSalary | objects | .value | if type == "object" then .minValue // .value else . end`), ""},
	{"pay_max", scalar(`.baseSalary | objects | .value | if type == "object" then .maxValue // .value else . end`), ""},
	{"pay_currency", scalar(`.baseSalary | objects | .currency`), ""},
	{"pay_period", scalar(`.baseSalary | objects | .value | objects | .unitText`), ""},
	{"posted", ".datePosted", ""},
	{"expires", ".validThrough", ""},
	{"locations", scalar(`if .jobLocationType == "TELECOMMUTE" then [.applicantLocationRequirements | .. | objects | .name | .. | strings] else [.jobLocation | .. | objects | .addressCountry | if type == "object" then .name else . end | .. | strings] end`), ""},
}

// readJSONLD proposes a page that holds postings.
func readJSONLD(f *Found) (*proposal, error) {
	v, err := recipe.Read(f.Page, "jsonld", "", "")
	if err != nil {
		return nil, ErrNothing
	}
	p, err := newProposal(f, JSONLD)
	if err != nil {
		return nil, err
	}
	p.format, p.html = "jsonld", true
	p.add("id", scalar(`.identifier | if type == "object" then .value else . end`), "")
	p.add("url", choices(".url", scalar(fmt.Sprintf("%q", f.URL))), "where a posting names no address, it is this page's")
	p.fields = append(p.fields, ldFields...)
	if list, _ := v.([]any); len(list) == 1 {
		f.note("the page is one offer's own: a list of such pages, or their sitemap, brings them all")
	}
	return p, p.check(f)
}

// assigned finds JSON that a script assigns to a name.
var assigned = regexp.MustCompile(`\b((?:window|self|globalThis)\.[A-Za-z_$][\w$.]*|__[A-Z_]+__)\s*=\s*[{\[]`)

// readScript proposes JSON inside a page: a script tag of that type, or a
// value that a script assigns.
func readScript(f *Found, doc *goquery.Document) (*proposal, error) {
	type place struct{ marker, css string }
	var places []place
	doc.Find(`script[type="application/json"], script[data-component-name]`).Each(func(_ int, s *goquery.Selection) {
		for _, attr := range []string{"id", "data-component-name", "data-hypernova-key", "data-state", "class"} {
			if v := strings.TrimSpace(s.AttrOr(attr, "")); v != "" && !strings.ContainsAny(v, "\"\\\n") {
				places = append(places, place{css: fmt.Sprintf(`script[%s="%s"]`, attr, v)})
				return
			}
		}
	})
	for i, m := range assigned.FindAllSubmatch(f.Page.Body, 50) {
		if i < 20 {
			places = append(places, place{marker: string(m[1])})
		}
	}
	var best foundList
	var at place
	for _, pl := range places {
		v, err := recipe.Read(f.Page, "script", pl.marker, pl.css)
		if err != nil {
			continue
		}
		list, ok := bestList(v)
		if ok && !list.single && len(list.elements) >= 2 && list.score > max(best.score, 10) {
			best, at = list, pl
		}
	}
	if best.score == 0 {
		return nil, ErrNothing
	}
	p, err := newProposal(f, Script)
	if err != nil {
		return nil, err
	}
	p.format, p.html = "script", true
	p.script = mapping("marker", at.marker, "css", at.css)
	p.list, p.expect = best.items, best.guard
	best.write(p, f)
	if !p.pageByQuery(len(best.elements)) {
		if next := nextPage(doc); next != "" {
			f.note("the page has a link to the next one (%s), which JSON in a script tag cannot follow: page by number if the address takes one", next)
		}
	}
	return p, p.check(f)
}

// readSitemap proposes a sitemap whose pages hold postings.
func (l *looker) readSitemap(f *Found) (*proposal, error) {
	v, err := recipe.Read(f.Page, "sitemap", "", "")
	if err != nil {
		return nil, err
	}
	f.Format = Sitemap
	m, _ := v.(map[string]any)
	urls := locs(m["urls"])
	if children := locs(m["sitemaps"]); len(urls) == 0 && len(children) > 0 {
		child := children[0]
		for _, c := range children {
			if offerMap.MatchString(c) {
				child = c
				break
			}
		}
		f.note("this is an index of %d sitemaps; the recipe reads one of them, %s", len(children), child)
		page, ok := l.get(f, child, "the sitemap "+child)
		if !ok {
			return nil, fmt.Errorf("%w: an index of sitemaps: give the address of the one that lists the offers, such as %s", ErrNothing, child)
		}
		f.Page, f.URL = page, page.URL
		return l.readSitemap(f)
	}
	if len(urls) == 0 {
		return nil, fmt.Errorf("%w: the sitemap is empty", ErrNothing)
	}
	p, err := newProposal(f, Sitemap)
	if err != nil {
		return nil, err
	}
	p.format, p.html, p.rolling = "sitemap", true, true
	p.pages, p.most = 50, 45
	first := urls[0]
	p.list = ".urls | sort_by(.lastmod) | reverse"
	for _, u := range urls {
		if offerPath.MatchString(u) {
			first = u
			p.list = fmt.Sprintf(".urls | map(select(.loc | test(%q))) | sort_by(.lastmod) | reverse", offerPath.String())
			break
		}
	}
	p.add("url", ".loc", "")
	p.detail = &detailOf{format: "jsonld", fields: ldFields}
	page, ok := l.get(f, first, "the page "+first)
	switch {
	case !ok:
		f.note("whether the pages hold JobPosting JSON-LD was not seen")
	case !hasPosting(page):
		return nil, fmt.Errorf("%w: a sitemap, but %s holds no JobPosting", ErrNothing, first)
	default:
		f.note("%s holds a JobPosting", first)
	}
	for _, u := range urls {
		if p.list == ".urls | sort_by(.lastmod) | reverse" || offerPath.MatchString(u) {
			p.items++
		}
	}
	p.items = min(p.items, p.most)
	if _, err := p.works(f.Page); err != nil {
		return nil, err
	}
	return p, nil
}

// offerPath is an address whose path leads to one offer, and offerMap that of
// a sitemap of such.
var (
	offerPath = regexp.MustCompile(`(?i)^https?://[^/]+/(.*/)?[^/]*(job|career|vacanc|position|project|gig|opening|posting|opportunit)[^/]*/[^/]+`)
	offerMap  = regexp.MustCompile(`(?i)^https?://[^/]+/.*(job|career|vacanc|position|project|gig|opening|posting|opportunit)`)
)

func locs(v any) (out []string) {
	list, _ := v.([]any)
	for _, e := range list {
		m, _ := e.(map[string]any)
		if s := text(m["loc"]); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func hasPosting(page fetch.Page) bool {
	v, err := recipe.Read(page, "jsonld", "", "")
	list, _ := v.([]any)
	return err == nil && len(list) > 0
}

// nextPage is the selector of a page's link to the next one.
func nextPage(doc *goquery.Document) string {
	for _, css := range []string{`a[rel~="next"]`, `link[rel~="next"]`, `a.next`, `.next > a`, `.pagination-next a`, `a.pagination-next`, `a[aria-label^="Next"]`, `a[aria-label^="next"]`} {
		if doc.Find(css).FilterFunction(func(_ int, s *goquery.Selection) bool { return s.AttrOr("href", "") != "" }).Length() > 0 {
			return css
		}
	}
	for _, word := range []string{"Next", "next", "›", "»", "পরবর্তী", "Older"} {
		found := false
		doc.Find("a[href]").EachWithBreak(func(_ int, s *goquery.Selection) bool {
			t := strings.Join(strings.Fields(s.Text()), " ")
			found = strings.Contains(t, word) && len([]rune(t)) <= 20
			return !found
		})
		if found {
			return fmt.Sprintf(`a[href]:contains("%s")`, word)
		}
	}
	return ""
}

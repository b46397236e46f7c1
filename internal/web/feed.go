package web

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

// feedLength is how many listings a feed holds, the newest.
const feedLength = 50

// tagDate is the day from which ids are named (RFC 4151). It never changes:
// with another one every reader would show every listing again.
const tagDate = "2026-01-01"

// feedKinds are the formats: the path's ending, the name that people read,
// and the media type.
var feedKinds = []struct {
	path, name, media string
	render            func(feed) []byte
}{
	{"/feed.atom", "Atom", "application/atom+xml", feed.atom},
	{"/feed.rss", "RSS", "application/rss+xml", feed.rss},
	{"/feed.json", "JSON Feed", "application/feed+json", feed.json},
}

// feed is a search as a feed, in whatever format.
type feed struct {
	ID, Title, Description string
	// Page is the search's page, Self the feed's own address.
	Page, Self string
	Lang       locale.Lang
	// Updated is when the newest entry was; tagDate where there is none.
	Updated time.Time
	Entries []entry
}

// entry is one duplicate group. Its ID is the group's for good, whichever of
// its listings stands for it. Updated is when that listing was first seen:
// another one in its place is a change, another look at it is none.
type entry struct {
	ID, Title, Lang    string
	URL, Original      string
	Site               string
	Published, Updated time.Time
	HTML               string
	Tags               []string
}

// feedLink is a feed of the present page.
type feedLink struct{ Name, Media, URL string }

// feedLinks are the feeds of a search; none where the terms of the sources
// asked for let no feed have their listings.
func (s *server) feedLinks(v *view, q market.Query) []feedLink {
	if len(s.sites().allowed) == 0 || slices.ContainsFunc(q.Sources, func(name string) bool { return !slices.Contains(s.sites().allowed, name) }) {
		return nil
	}
	var out []feedLink
	for _, k := range feedKinds {
		out = append(out, feedLink{k.name, k.media, withLang(k.path, q.Saved(), v.Lang)})
	}
	return out
}

// feedOf serves a search as a feed: the page's query string, of which page
// and sort do not matter, and lang. Listings of sources whose terms forbid
// handing them on are left out, as in the API, and no text is passed on but
// the title, the labels and the attribution.
func (s *server) feedOf(media string, render func(feed) []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		params, bad := params(r, append([]string{"lang"}, market.Params...))
		if bad != nil {
			refuse(w, r, *bad)
			return
		}
		now := s.Now()
		q, errs := market.ParseQuery(params, now, s.knownSource)
		for _, name := range q.Sources {
			if !slices.Contains(s.sites().allowed, name) {
				errs = append(errs, market.FieldError{Param: "source", Value: name, Want: "a source whose terms let its listings be handed on"})
			}
		}
		lang, wrong := feedLang(params, r)
		if errs = append(errs, wrong...); len(errs) > 0 {
			refuse(w, r, badFields(errs))
			return
		}
		h := w.Header()
		h.Add("Vary", "Accept-Language")
		v := s.views[lang]
		ls, err := s.newest(r.Context(), q)
		if err != nil {
			s.unavailable(w, r, err)
			return
		}
		f := s.feed(v, q.Saved(), r.URL.Path, ls)
		h.Set("Cache-Control", "public, max-age=300")
		// Not every source lets search engines index its listings.
		h.Set("X-Robots-Tag", "noindex")
		h.Set("Last-Modified", f.Updated.UTC().Format(http.TimeFormat))
		body := render(f)
		h.Set("ETag", etag(body))
		// Without a tag the client goes by the time (RFC 9110, 13.1.3).
		if since, err := http.ParseTime(r.Header.Get("If-Modified-Since")); err == nil && r.Header.Get("If-None-Match") == "" && !f.Updated.Truncate(time.Second).After(since) {
			h.Add("Vary", "Accept-Encoding")
			w.WriteHeader(http.StatusNotModified)
			return
		}
		write(w, r, http.StatusOK, media+"; charset=utf-8", body)
	}
}

// newest are a search's newest listings that may be handed on, each as it may
// be. What the page shows in want of better, with words dropped, is no answer
// to the search: of such hits only those stay that have all the words.
func (s *server) newest(ctx context.Context, q market.Query) ([]market.Listing, error) {
	if len(s.sites().allowed) == 0 {
		return nil, nil
	}
	now := q.Now
	q = q.Saved()
	q.Now, q.Sort = now, market.SortNew
	asked := q
	if len(q.Sources) == 0 && len(s.sites().allowed) < len(s.sites().specs) {
		q.Sources = s.sites().allowed
	}
	var out []market.Listing
	seen := map[string]bool{}
	for q.Page = 1; q.Page <= (feedLength+market.PerPage-1)/market.PerPage; q.Page++ {
		p, err := s.Search.Search(ctx, q)
		if err != nil {
			return nil, err
		}
		hits := p.Hits
		if len(p.Dropped) > 0 {
			hits = hits[:min(len(hits), search.Enough-1)]
		}
		for _, l := range hits {
			group := l.Group
			if len(p.Dropped) > 0 {
				whole, err := s.Store.Listing(ctx, l.ID)
				if errors.Is(err, market.ErrNotFound) || err == nil && (s.Match == nil || !s.Match(asked, whole)) {
					continue
				} else if err != nil {
					return nil, err
				}
			}
			if l, err = s.handed(ctx, l); errors.Is(err, market.ErrNotFound) {
				continue // it was closed since the search
			} else if err != nil {
				return nil, err
			}
			if l.Group = group; !seen[group] && len(out) < feedLength {
				seen[group] = true
				out = append(out, l)
			}
		}
		if len(p.Dropped) > 0 || q.Page*market.PerPage >= p.Total {
			break
		}
	}
	return out, nil
}

func (s *server) feed(v *view, q market.Query, path string, ls []market.Listing) feed {
	// What two searches share would make one feed of them to a reader.
	values := q.Values()
	values.Set("lang", string(v.Lang))
	f := feed{
		ID: s.tag("search?" + values.Encode()), Description: v.Text("site.front"), Lang: v.Lang, Updated: feedsBegan(),
		Page: s.BaseURL + withLang("/", q, v.Lang), Self: s.BaseURL + withLang(path, q, v.Lang),
	}
	title := headline(v, q, s.chips(v, q))
	f.Title = v.Text("site.title", "page", orElse(title, v.Text("results.title")))
	country := ""
	if q.From != "" && q.From != market.DefaultFrom {
		country = "?from=" + url.QueryEscape(q.From)
	}
	for _, l := range ls {
		e := entry{
			ID: s.tag("group/" + l.Group), Title: l.Title, Lang: v.lang(l.Title, l.Lang), Site: s.title(l.Source),
			URL: s.BaseURL + "/listing/" + url.PathEscape(l.ID) + country, Original: safeURL(l.URL),
			Published: l.Date().UTC(), Updated: l.FirstSeenAt.UTC(), HTML: s.entryHTML(v, l),
		}
		if e.Updated.Before(e.Published) {
			e.Updated = e.Published
		}
		if l.Category != "" {
			e.Tags = append(e.Tags, v.Text("category."+string(l.Category)))
		}
		if e.Updated.After(f.Updated) {
			f.Updated = e.Updated
		}
		f.Entries = append(f.Entries, e)
	}
	return f
}

// tag is a name for good (RFC 4151), made of the site's host.
func (s *server) tag(specific string) string {
	return "tag:" + s.host + "," + tagDate + ":" + specific
}

// entryHTML is what a listing pays, its labels with how we know them, its
// warning, and the attribution with the link that its source's terms want.
func (s *server) entryHTML(v *view, l market.Listing) string {
	var b strings.Builder
	b.WriteString("<p>")
	s.pay(v, l).write(&b, v)
	b.WriteString("</p>")
	b.WriteString("<p>" + labelOf(v, "level.", l.Level, l.Lang).line(v, v.Text("hit.level")) + "<br>" + labelOf(v, "english.", l.English, l.Lang).line(v, v.Text("hit.english")) + "</p>")
	if len(l.Warnings) > 0 {
		b.WriteString("<p><b>" + html.EscapeString(v.Text("hit.care")) + "</b> " + string(v.warning(l.Warnings[0], l.Lang)) + "</p>")
	}
	terms := s.spec(l.Source).Terms
	text := html.EscapeString(orElse(terms.Attribution, s.title(l.Source)))
	if to := safeURL(orElse(terms.AttributionURL, l.URL)); to != "" {
		text = `<a href="` + html.EscapeString(to) + `">` + text + "</a>"
	}
	b.WriteString("<p>" + text + "</p>")
	return b.String()
}

// line is a label without the page's marks: the words say it all.
func (l label) line(v *view, name string) string {
	out := html.EscapeString(name) + ": "
	if l.Value == "" {
		return out + html.EscapeString(l.Word)
	}
	out += "<b>" + html.EscapeString(l.Value) + "</b> (" + html.EscapeString(l.Word) + ")"
	if l.Quote != "" {
		out += " " + string(l.Quote)
	}
	return out
}

// Atom, RFC 4287.
type (
	atomFeed struct {
		XMLName   xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Lang      string      `xml:"xml:lang,attr"`
		ID        string      `xml:"id"`
		Title     string      `xml:"title"`
		Subtitle  string      `xml:"subtitle"`
		Updated   string      `xml:"updated"`
		Links     []atomLink  `xml:"link"`
		Generator string      `xml:"generator"`
		Entries   []atomEntry `xml:"entry"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr,omitempty"`
		Href string `xml:"href,attr"`
	}
	atomEntry struct {
		ID         string         `xml:"id"`
		Title      atomText       `xml:"title"`
		Published  string         `xml:"published"`
		Updated    string         `xml:"updated"`
		Author     string         `xml:"author>name"`
		Links      []atomLink     `xml:"link"`
		Categories []atomCategory `xml:"category"`
		Content    atomText       `xml:"content"`
	}
	atomCategory struct {
		Term string `xml:"term,attr"`
	}
	atomText struct {
		Lang string `xml:"xml:lang,attr,omitempty"`
		Type string `xml:"type,attr"`
		Text string `xml:",chardata"`
	}
)

func (f feed) atom() []byte {
	out := atomFeed{
		Lang: string(f.Lang), ID: f.ID, Title: f.Title, Subtitle: f.Description, Updated: f.Updated.Format(time.RFC3339), Generator: "Kajkhoj",
		Links: []atomLink{{"self", "application/atom+xml", f.Self}, {"alternate", "text/html", f.Page}},
	}
	for _, e := range f.Entries {
		a := atomEntry{
			ID: e.ID, Title: atomText{e.Lang, "text", e.Title}, Published: e.Published.Format(time.RFC3339), Updated: e.Updated.Format(time.RFC3339),
			Author: e.Site, Links: []atomLink{{"alternate", "text/html", e.URL}}, Content: atomText{"", "html", e.HTML},
		}
		if e.Original != "" {
			a.Links = append(a.Links, atomLink{"via", "text/html", e.Original})
		}
		for _, t := range e.Tags {
			a.Categories = append(a.Categories, atomCategory{t})
		}
		out.Entries = append(out.Entries, a)
	}
	return encodeXML(out)
}

// RSS 2.0 (rssboard.org/rss-specification), with Atom's link to itself and
// Dublin Core's creator, because its own author must be an e-mail address.
type (
	rssFeed struct {
		XMLName xml.Name   `xml:"rss"`
		Version string     `xml:"version,attr"`
		Atom    string     `xml:"xmlns:atom,attr"`
		DC      string     `xml:"xmlns:dc,attr"`
		Channel rssChannel `xml:"channel"`
	}
	rssChannel struct {
		Title         string    `xml:"title"`
		Link          string    `xml:"link"`
		Self          atomLink  `xml:"atom:link"`
		Description   string    `xml:"description"`
		Language      string    `xml:"language"`
		LastBuildDate string    `xml:"lastBuildDate"`
		Generator     string    `xml:"generator"`
		TTL           int       `xml:"ttl"`
		Items         []rssItem `xml:"item"`
	}
	rssItem struct {
		Title       string   `xml:"title"`
		Link        string   `xml:"link"`
		GUID        rssGUID  `xml:"guid"`
		PubDate     string   `xml:"pubDate"`
		Creator     string   `xml:"dc:creator"`
		Categories  []string `xml:"category"`
		Description string   `xml:"description"`
	}
	rssGUID struct {
		Permalink bool   `xml:"isPermaLink,attr"`
		Text      string `xml:",chardata"`
	}
)

func (f feed) rss() []byte {
	out := rssFeed{Version: "2.0", Atom: "http://www.w3.org/2005/Atom", DC: "http://purl.org/dc/elements/1.1/", Channel: rssChannel{
		Title: f.Title, Link: f.Page, Self: atomLink{"self", "application/rss+xml", f.Self}, Description: f.Description, Language: string(f.Lang),
		LastBuildDate: f.Updated.Format(time.RFC1123Z), Generator: "Kajkhoj", TTL: 60,
	}}
	for _, e := range f.Entries {
		out.Channel.Items = append(out.Channel.Items, rssItem{
			Title: e.Title, Link: e.URL, GUID: rssGUID{false, e.ID}, PubDate: e.Published.Format(time.RFC1123Z),
			Creator: e.Site, Categories: e.Tags, Description: e.HTML,
		})
	}
	return encodeXML(out)
}

// encodeXML turns one of this package's own shapes into XML, which cannot fail.
func encodeXML(v any) []byte {
	var buf bytes.Buffer
	buf.WriteString(xml.Header)
	if err := xml.NewEncoder(&buf).Encode(v); err != nil {
		panic("web: " + err.Error())
	}
	return buf.Bytes()
}

// JSON Feed 1.1 (jsonfeed.org/version/1.1).
type (
	jsonFeed struct {
		Version     string     `json:"version"`
		Title       string     `json:"title"`
		Description string     `json:"description"`
		HomePageURL string     `json:"home_page_url"`
		FeedURL     string     `json:"feed_url"`
		Language    string     `json:"language"`
		Items       []jsonItem `json:"items"`
	}
	jsonItem struct {
		ID            string       `json:"id"`
		URL           string       `json:"url"`
		ExternalURL   string       `json:"external_url,omitempty"`
		Title         string       `json:"title"`
		ContentHTML   string       `json:"content_html"`
		DatePublished time.Time    `json:"date_published"`
		DateModified  time.Time    `json:"date_modified"`
		Authors       []jsonAuthor `json:"authors"`
		Tags          []string     `json:"tags,omitempty"`
		Language      string       `json:"language,omitempty"`
	}
	jsonAuthor struct {
		Name string `json:"name"`
	}
)

func (f feed) json() []byte {
	out := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: f.Title, Description: f.Description,
		HomePageURL: f.Page, FeedURL: f.Self, Language: string(f.Lang), Items: []jsonItem{},
	}
	for _, e := range f.Entries {
		out.Items = append(out.Items, jsonItem{
			ID: e.ID, URL: e.URL, ExternalURL: e.Original, Title: e.Title, ContentHTML: e.HTML,
			DatePublished: e.Published.Truncate(time.Second), DateModified: e.Updated.Truncate(time.Second),
			Authors: []jsonAuthor{{e.Site}}, Tags: e.Tags, Language: e.Lang,
		})
	}
	return encode(out)
}

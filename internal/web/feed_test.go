package web

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mmcdole/gofeed"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// syndicate lets listings be handed on, but for those of some sites.
func (f *fair) syndicate(but ...string) {
	for i := range f.specs {
		f.specs[i].Terms.Syndicate = !slices.Contains(but, f.specs[i].Name)
	}
}

var feedPaths = []string{"/feed.atom", "/feed.rss", "/feed.json"}

// fetchFeed reads a feed as a reader does.
func fetchFeed(t *testing.T, url string) *gofeed.Feed {
	t.Helper()
	res, body := get(t, url, "en")
	if res.StatusCode != 200 {
		t.Fatalf("%s: %s\n%s", url, res.Status, body)
	}
	f, err := gofeed.NewParser().ParseString(body)
	if err != nil {
		t.Fatalf("%s: %v\n%s", url, err, body)
	}
	return f
}

// All three formats say the same: the newest listings of the search, each with
// its group's id, its labels, and the attribution that its source wants.
func TestFeeds(t *testing.T) {
	f := newFair()
	f.syndicate()
	f.listings[3].Title = "Clean & <b>up</b> \x01 \"2,000\" contacts ]]>"
	base := f.serve(t).URL
	const query = "?level=entry&q=o&lang=en"
	var want []market.Listing
	for page := 1; page <= 3; page++ {
		p, err := f.Search(t.Context(), market.Query{Level: market.Entry, Text: "o", From: "BD", Sort: market.SortNew, Page: page, Now: f.now})
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, p.Hits...)
	}
	want = want[:feedLength]
	var first *gofeed.Feed
	for i, path := range feedPaths {
		res, body := get(t, base+path+query, "bn")
		kind := feedKinds[i].media + "; charset=utf-8"
		if got := res.Header.Get("Content-Type"); got != kind {
			t.Errorf("%s is %q", path, got)
		}
		if got := res.Header.Get("Cache-Control"); got != "public, max-age=300" || res.Header.Get("Access-Control-Allow-Origin") != "*" || res.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: headers are %v", path, res.Header)
		}
		if vary := strings.Join(res.Header.Values("Vary"), ", "); !strings.Contains(vary, "Accept-Language") || !strings.Contains(vary, "Accept-Encoding") || strings.Contains(vary, "Cookie") {
			t.Errorf("%s: Vary is %q", path, vary)
		}
		got, err := gofeed.NewParser().ParseString(body)
		if err != nil {
			t.Fatalf("%s: %v\n%.2000s", path, err, body)
		}
		if got.Title != "o, Entry, From Bangladesh – Kajkhoj" && got.Title != "o, Entry – Kajkhoj" {
			t.Errorf("%s is called %q", path, got.Title)
		}
		if got.Link != "http://kajkhoj.test/?lang=en&level=entry&q=o" || got.Language != "en" {
			t.Errorf("%s is of %s in %q", path, got.Link, got.Language)
		}
		if path != "/feed.rss" && got.FeedLink != "http://kajkhoj.test"+path+"?lang=en&level=entry&q=o" {
			t.Errorf("%s says that it is at %s", path, got.FeedLink)
		}
		if len(got.Items) != len(want) {
			t.Fatalf("%s has %d entries, want %d", path, len(got.Items), len(want))
		}
		for n, item := range got.Items {
			l := want[n]
			if item.GUID != "tag:kajkhoj.test,2026-01-01:group/"+l.Group || item.Link != "http://kajkhoj.test/listing/"+l.ID {
				t.Errorf("%s: entry %d is %s at %s", path, n, item.GUID, item.Link)
			}
			if title := strings.ReplaceAll(l.Title, "\x01", "\uFFFD"); item.Title != title && item.Title != l.Title {
				t.Errorf("%s: entry %d is called %q, want %q", path, n, item.Title, title)
			}
			if item.PublishedParsed == nil || !item.PublishedParsed.Equal(l.Date().Truncate(time.Second)) {
				t.Errorf("%s: entry %d was published %v, want %v", path, n, item.PublishedParsed, l.Date())
			}
			if path != "/feed.rss" && (item.UpdatedParsed == nil || !item.UpdatedParsed.Equal(l.FirstSeenAt.Truncate(time.Second))) {
				t.Errorf("%s: entry %d was updated %v, want %v", path, n, item.UpdatedParsed, l.FirstSeenAt)
			}
			html := item.Content
			if path == "/feed.rss" {
				html = item.Description
			}
			if !strings.Contains(html, `<a href="`+l.URL+`">Found on `) {
				t.Errorf("%s: entry %d has no attribution: %s", path, n, html)
			}
			if strings.Contains(html, l.Description[:min(len(l.Description), 60)]) {
				t.Errorf("%s: entry %d has the text: %s", path, n, html)
			}
			if len(item.Authors) != 1 || item.Authors[0].Name == "" {
				t.Errorf("%s: entry %d is by %v", path, n, item.Authors)
			}
			if first != nil && path != "/feed.rss" && html != first.Items[n].Content {
				t.Errorf("%s: entry %d says something else than in Atom", path, n)
			}
		}
		if i == 0 {
			first = got
		}
	}
	if html := first.Items[0].Content; !strings.Contains(html, "<b>$60</b>") || !strings.Contains(html, "Level: <b>Entry</b> (stated) <q>No experience is needed</q>") || !strings.Contains(html, "English: <b>Basic</b> (estimated)") || !strings.Contains(html, "asks for free trial work") {
		t.Errorf("an entry says %s", html)
	}
	// Bengali is the language where nothing is asked for.
	for _, path := range feedPaths {
		res, body := get(t, base+path, "")
		if !strings.Contains(body, "সব কাজ") && !strings.Contains(body, "কাজ খোঁজ") {
			t.Errorf("%s is not in Bengali: %s", path, res.Status)
		}
		if res, _ := request(t, "HEAD", base+path); res.StatusCode != 200 || res.ContentLength <= 0 {
			t.Errorf("HEAD %s: %s", path, res.Status)
		}
		if res, _ := request(t, "POST", base+path); res.StatusCode != 405 {
			t.Errorf("POST %s: %s", path, res.Status)
		}
	}
}

// An Atom feed has what RFC 4287 asks for, each thing as often as it may be.
func TestAtomIsWhole(t *testing.T) {
	f := newFair()
	f.syndicate()
	base := f.serve(t).URL
	for _, query := range []string{"?lang=en", "?q=nothing-has-this-word&lang=bn"} {
		_, body := get(t, base+"/feed.atom"+query, "en")
		d := xml.NewDecoder(strings.NewReader(body))
		var path []string
		var counts []map[string]int // of the children of what is open
		once := func(where string, have map[string]int, names ...string) {
			for _, n := range names {
				if have[n] != 1 {
					t.Errorf("%s%s has %d %s", where, query, have[n], n)
				}
			}
		}
		entries := 0
		for {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%v\n%s", err, body)
			}
			switch e := token.(type) {
			case xml.StartElement:
				if e.Name.Space != "http://www.w3.org/2005/Atom" {
					t.Errorf("an element of %q: %s", e.Name.Space, e.Name.Local)
				}
				if len(counts) > 0 {
					name := e.Name.Local
					for _, a := range e.Attr {
						if a.Name.Local == "rel" {
							name += "." + a.Value
						}
					}
					counts[len(counts)-1][name]++
				}
				path, counts = append(path, e.Name.Local), append(counts, map[string]int{})
			case xml.EndElement:
				have := counts[len(counts)-1]
				switch len(path) {
				case 1:
					once("the feed", have, "id", "title", "updated", "link.self", "link.alternate", "subtitle")
				case 2:
					if path[1] == "entry" {
						entries++
						once("an entry", have, "id", "title", "updated", "published", "author", "link.alternate", "link.via", "content")
					}
				}
				path, counts = path[:len(path)-1], counts[:len(counts)-1]
			}
		}
		if (entries == 0) != strings.Contains(query, "nothing") {
			t.Errorf("%s has %d entries", query, entries)
		}
	}
}

// Listings of sites that forbid to hand them on are in no feed, nor asked for;
// of one that is on several sites, a site's that allows it stands there.
func TestFeedsObeyTerms(t *testing.T) {
	f := newFair()
	f.syndicate("gigboard", "kaajhaat")
	for i := range f.listings[1:] {
		f.listings[1+i].AlsoOn = nil // what the fair says there is the first one's
	}
	copyOf := f.listings[0]
	copyOf.ID, copyOf.Source, copyOf.URL = f.listings[0].AlsoOn[0].ID, "opendesk", f.listings[0].AlsoOn[0].URL
	copyOf.AlsoOn = []market.Copy{{ID: f.listings[0].ID, Source: "gigboard", URL: f.listings[0].URL}}
	f.listings = append(f.listings, copyOf) // its group is founded by the other
	base := f.serve(t).URL
	for _, path := range feedPaths {
		got := fetchFeed(t, base+path+"?lang=en")
		if len(got.Items) < 20 {
			t.Fatalf("%s has %d entries", path, len(got.Items))
		}
		found := false
		for _, item := range got.Items {
			for _, l := range f.listings {
				if item.Link != "http://kajkhoj.test/listing/"+l.ID {
					continue
				}
				if l.Source == "gigboard" || l.Source == "kaajhaat" {
					t.Errorf("%s has a listing of %s", path, l.Source)
				}
				if l.ID == copyOf.ID {
					found = true
					if item.GUID != "tag:kajkhoj.test,2026-01-01:group/"+f.listings[0].Group {
						t.Errorf("%s: the group is called %s", path, item.GUID)
					}
				}
			}
			if s := fmt.Sprint(item); strings.Contains(s, "gigboard.example") || strings.Contains(s, "kaajhaat.example") {
				t.Errorf("%s links to a site that forbids it: %s", path, s)
			}
		}
		if !found {
			t.Errorf("%s has no copy that may be handed on", path)
		}
		if res, body := get(t, base+path+"?source=gigboard", "en"); res.StatusCode != 400 || !strings.Contains(body, "whose terms let its listings be handed on") {
			t.Errorf("%s of a site that forbids it: %s", path, res.Status)
		}
	}
	for query, want := range map[string]int{"": 3, "?source=opendesk": 3, "?source=gigboard": 0, "?source=opendesk&source=gigboard": 0} {
		doc := open(t, base+"/"+query, "en", 200)
		if n := doc.Find("link[rel=alternate]").Length(); n != want {
			t.Errorf("/%s has %d feeds, want %d", query, n, want)
		}
		if n := doc.Find(`a[href^="/feed."]`).Length(); n != want {
			t.Errorf("/%s shows %d feeds, want %d", query, n, want)
		}
	}
	f = newFair() // nothing may be handed on
	base = f.serve(t).URL
	for _, path := range feedPaths {
		if got := fetchFeed(t, base+path); len(got.Items) != 0 {
			t.Errorf("%s has %d entries", path, len(got.Items))
		}
	}
	if n := open(t, base+"/", "en", 200).Find("link[rel=alternate]").Length(); n != 0 {
		t.Errorf("empty feeds are offered: %d", n)
	}
}

// The page leads to its own search's feeds, and a feed's reader is told what
// has not changed.
func TestFeedAddressesAndCaching(t *testing.T) {
	f := newFair()
	f.syndicate()
	base := f.serve(t).URL
	doc := open(t, base+"/?q=type&level=entry&page=2&sort=pay&utm_source=x", "bn", 200)
	for i, path := range feedPaths {
		want := path + "?lang=bn&level=entry&q=type"
		link := doc.Find("link[rel=alternate]").Eq(i)
		if attr(link, "href") != want || attr(link, "type") != feedKinds[i].media || attr(doc.Find(`a[href^="/feed."]`).Eq(i), "href") != want {
			t.Errorf("the page leads to %s", attr(link, "href"))
		}
		address := base + want
		res, body := get(t, address, "en")
		tag, modified := res.Header.Get("ETag"), res.Header.Get("Last-Modified")
		at, err := http.ParseTime(modified)
		if tag == "" || err != nil || !at.Equal(f.listings[0].FirstSeenAt.Truncate(time.Second)) {
			t.Errorf("%s: ETag %q, Last-Modified %q", path, tag, modified)
		}
		if got := res.Header.Get("X-Robots-Tag"); got != "noindex" {
			t.Errorf("%s lets search engines index what sources may forbid: %q", path, got)
		}
		// Another look at the same listings changes nothing.
		f.now = f.now.Add(5 * time.Hour)
		for n := range f.listings {
			f.listings[n].LastSeenAt = f.now
		}
		for name, c := range map[string]struct {
			header []string
			status int
		}{
			"the tag":              {[]string{"If-None-Match", tag}, 304},
			"the time":             {[]string{"If-Modified-Since", modified}, 304},
			"both":                 {[]string{"If-None-Match", tag, "If-Modified-Since", modified}, 304},
			"another tag":          {[]string{"If-None-Match", `W/"x"`, "If-Modified-Since", modified}, 200},
			"an earlier time":      {[]string{"If-Modified-Since", at.Add(-time.Second).Format(http.TimeFormat)}, 200},
			"no time":              {[]string{"If-Modified-Since", "yesterday"}, 200},
			"nothing":              {nil, 200},
			"the tag, as Bengali":  {[]string{"If-None-Match", tag, "Cookie", "lang=bn"}, 304},
			"the tag, from a page": {[]string{"If-None-Match", tag, "Origin", "https://reader.example"}, 304},
		} {
			res, again := get(t, address, "en", c.header...)
			if res.StatusCode != c.status || c.status == 200 && again != body || res.Header.Get("ETag") != tag {
				t.Errorf("%s with %s: %s", path, name, res.Status)
			}
			if c.status == 304 && (again != "" || res.Header.Get("Cache-Control") == "" || res.Header.Get("Last-Modified") != modified) {
				t.Errorf("%s with %s: %v", path, name, res.Header)
			}
		}
		// A listing that comes, goes or changes is told.
		kept := slices.Clone(f.listings)
		fresh := f.listings[0]
		fresh.ID = market.ListingID("gigboard", "fresh"+path)
		fresh.Group, fresh.FirstSeenAt, fresh.PostedAt = fresh.ID, f.now, f.now
		for name, change := range map[string]func(){
			"come":   func() { f.listings = append(f.listings, fresh) },
			"gone":   func() { f.listings[0].ClosedAt = f.now },
			"dearer": func() { f.listings[0].Pay = dollars("fixed", 70, 70) },
		} {
			change()
			if res, _ := get(t, address, "en", "If-None-Match", tag); res.StatusCode != 200 {
				t.Errorf("%s: what has %s is not told: %s", path, name, res.Status)
			}
			f.listings = slices.Clone(kept)
		}
		f.listings, f.now = kept, fairNow
	}
}

// What is wrong with a feed's address is said, and nothing else served.
func TestFeedRefuses(t *testing.T) {
	f := newFair()
	f.syndicate()
	base := f.serve(t).URL
	for _, path := range feedPaths {
		for query, want := range map[string]string{
			"?level=guru": "entry, intermediate or expert", "?colour=red": "no such parameter", "?lang=fr": "bn or en", "?lang=bn&lang=en": "bn or en",
			"?page=0": "page", "?source=nowhere": "a known source", "?q=%zz": "malformed", "?q=" + strings.Repeat("x", 201): "at most 200",
		} {
			res, body := get(t, base+path+query, "en")
			var p problem
			if err := json.Unmarshal([]byte(body), &p); err != nil && res.StatusCode == 400 && !strings.Contains(query, "%zz") {
				t.Errorf("%s%s: %v", path, query, err)
			}
			if res.StatusCode != 400 || !strings.Contains(body, want) && !strings.Contains(query, "%zz") {
				t.Errorf("%s%.20s: %s %s", path, query, res.Status, body)
			}
		}
	}
	if len(f.asked) != 0 {
		t.Error("a bad query was searched for")
	}
	f.searchErr = io.ErrUnexpectedEOF
	if res, body := get(t, base+"/feed.atom", "en"); res.StatusCode != 503 || res.Header.Get("Retry-After") == "" || strings.Contains(body, "unexpected") {
		t.Errorf("a search that fails: %s %s", res.Status, body)
	}
	f.searchErr = nil
	for i := range burst + 1 {
		res, _ := get(t, base+"/feed.atom?q=nothing-has-this-word", "en", "X-Forwarded-For", "203.0.113.9")
		if (res.StatusCode == 429) != (i == burst) {
			t.Fatalf("request %d: %s", i, res.Status)
		}
	}
}

// What the page shows in want of better is no news for a feed: of a search
// that dropped words only what has them all stays.
func TestFeedDropsNoWords(t *testing.T) {
	f := newFair()
	f.syndicate()
	f.dropped = []string{"qwertz"}
	match := func(q market.Query, l market.Listing) bool { return l.ID == f.listings[0].ID }
	for _, path := range feedPaths {
		if got := fetchFeed(t, f.serve(t).URL+path+"?q=type"); len(got.Items) != 0 {
			t.Errorf("%s has %d entries", path, len(got.Items))
		}
		got := fetchFeed(t, f.serve(t, func(o *Options) { o.Match = match }).URL+path+"?q=type")
		if len(got.Items) != 1 || !strings.HasSuffix(got.Items[0].GUID, f.listings[0].Group) {
			t.Errorf("%s has %v", path, got.Items)
		}
	}
}

// A feed is named for its search and language, in whatever order that stands.
func TestFeedID(t *testing.T) {
	f := newFair()
	f.syndicate()
	base := f.serve(t).URL
	id := func(query string) string {
		_, body := get(t, base+"/feed.atom?"+query, "en")
		_, rest, _ := strings.Cut(body, "<id>")
		id, _, _ := strings.Cut(rest, "</id>")
		if _, err := url.Parse(id); err != nil || !strings.HasPrefix(id, "tag:kajkhoj.test,2026-01-01:search?") {
			t.Errorf("the id is %s (%v)", id, err)
		}
		return id
	}
	if diff := cmp.Diff(id("q=data+entry&level=entry&lang=bn&page=2&sort=new"), id("lang=bn&level=entry&q=data+entry&from=")); diff == "" {
		t.Error("any country is Bangladesh")
	}
	if a, b := id("q=data+entry&level=entry&lang=bn&page=2&sort=new"), id("lang=bn&level=entry&from=BD&q=data+entry&warn="); a != b {
		t.Errorf("one search is called %s and %s", a, b)
	}
}

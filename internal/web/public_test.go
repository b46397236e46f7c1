package web

import (
	"compress/gzip"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/mmcdole/gofeed"

	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// The feed of incidents is one that readers take, says when each began and was
// over, and never names one twice; a single bad run is none.
func TestIncidentFeed(t *testing.T) {
	f := newFair()
	f.trouble()
	base := f.serve(t).URL
	read := func(lang string) *gofeed.Feed {
		t.Helper()
		res, body := get(t, base+"/status.rss?lang="+lang, "fr")
		if res.StatusCode != 200 || res.Header.Get("Content-Type") != "application/rss+xml; charset=utf-8" || res.Header.Get("Set-Cookie") != "" {
			t.Fatalf("status %d, %v", res.StatusCode, res.Header)
		}
		feed, err := gofeed.NewParser().ParseString(body)
		if err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		if feed.Language != lang || feed.Link != "http://kajkhoj.test/status?lang="+lang || feed.FeedLink != "http://kajkhoj.test/status.rss?lang="+lang {
			t.Errorf("language %s, link %s, itself %s", feed.Language, feed.Link, feed.FeedLink)
		}
		return feed
	}
	en := read("en")
	if len(en.Items) != 2 {
		t.Fatalf("%d incidents, of which two were shown by a second run", len(en.Items))
	}
	for i, want := range []struct{ title, guid, link, began, says string }{
		{"Founders Thread: Blocked", "tag:kajkhoj.test,2026-01-01:incident/i2", "http://kajkhoj.test/status?lang=en#foundersthread", "2026-11-24T04:10:00Z",
			"<p>The site refuses to be read (403)</p><p>Since 24 November 2026, 10:10 (Dhaka time)</p><p>It lasts.</p>"},
		{"Remote Ferry: Empty (over)", "tag:kajkhoj.test,2026-01-01:incident/i1", "http://kajkhoj.test/status?lang=en#remoteferry", "2026-11-23T02:10:00Z",
			"<p>The last run brought nothing</p><p>Since 23 November 2026, 8:10 (Dhaka time)</p><p>Over since 23 November 2026, 18:10 (Dhaka time)</p>"},
	} {
		got := en.Items[i]
		if got.Title != want.title || got.GUID != want.guid || got.Link != want.link || got.PublishedParsed.UTC().Format(time.RFC3339) != want.began || got.Description != want.says {
			t.Errorf("incident %d is %+v", i, got)
		}
	}
	if bn := read("bn"); bn.Items[0].Title != "Founders Thread: ব্লক" || !strings.Contains(bn.Items[0].Description, "(৪০৩)") || bn.Items[0].GUID != en.Items[0].GUID {
		t.Errorf("in Bengali: %+v", bn.Items[0])
	}
	// Time alone changes nothing in it.
	res, _ := get(t, base+"/status.rss?lang=en", "en")
	f.now = f.now.Add(3 * time.Hour)
	if again, body := get(t, base+"/status.rss?lang=en", "en", "If-None-Match", res.Header.Get("ETag")); again.StatusCode != 304 || body != "" {
		t.Errorf("what is unchanged is sent again: %d", again.StatusCode)
	}
	f.incidents[1].Until = f.now
	again, body := get(t, base+"/status.rss?lang=en", "en", "If-None-Match", res.Header.Get("ETag"))
	if again.StatusCode != 200 || !strings.Contains(body, "Founders Thread: Blocked (over)") || !strings.Contains(body, en.Items[0].GUID) {
		t.Errorf("when it was over: %d %s", again.StatusCode, body)
	}
	for path, status := range map[string]int{"/status.rss": 200, "/status.rss?lang=": 200, "/status.rss?lang=fr": 400, "/status.rss?x=1": 400} {
		if res, _ := get(t, base+path, "bn"); res.StatusCode != status {
			t.Errorf("%s: %d, want %d", path, res.StatusCode, status)
		}
	}
	f.incidents = nil
	if _, err := gofeed.NewParser().ParseString(func() string { _, b := get(t, base+"/status.rss", "bn"); return b }()); err != nil {
		t.Errorf("without incidents: %v", err)
	}
	for _, lang := range bothLangs {
		doc := open(t, base+"/status", lang, 200)
		if doc.Find(`link[rel=alternate][type="application/rss+xml"][href="/status.rss?lang=`+lang+`"]`).Length() != 1 || doc.Find(`main a[href="/status.rss?lang=`+lang+`"]`).Length() != 1 {
			t.Errorf("%s: the status page does not name its feed", lang)
		}
	}
}

// What the page says of a site is health.Judge's word, in words.
func TestStatusSaysWhyAndSince(t *testing.T) {
	f := newFair()
	f.trouble()
	state := func(name string) *market.SourceState {
		return &f.states[slices.IndexFunc(f.states, func(s market.SourceState) bool { return s.Name == name })]
	}
	state("kaajhaat").PausedAt = fairNow.AddDate(0, 0, -4)
	lost := state("remoteferry")
	lost.RunningSince = time.Time{}
	lost.Baseline.Completeness = market.Completeness{Listings: 100, Filled: map[string]int{"pay": 94}}
	lost.Recent[0].Filled = market.Completeness{Listings: 100, Filled: map[string]int{"pay": 3}}
	base := f.serve(t).URL
	for name, want := range map[string]struct{ en, bn, class string }{
		"kaajhaat":       {"Paused | By the operator, since 20 November 2026, 14:10", "থামানো | ২০ নভেম্বর ২০২৬, দুপুর ২:১০ থেকে পরিচালক থামিয়ে রেখেছেন", "state off"},
		"remoteferry":    {"Changed | Pay was filled in 94%, now in 3%", "বদলে গেছে | “টাকা” ঘরটি আগে ৯৪%-এ থাকত, এখন ৩%-এ", "state slow"},
		"foundersthread": {"Blocked | The site refuses to be read (403) | Trouble since 10:10", "ব্লক | সাইট এখন পড়তে দিচ্ছে না (৪০৩) | সমস্যার শুরু: সকাল ১০:১০", "state down"},
	} {
		for lang, words := range map[string]string{"en": want.en, "bn": want.bn} {
			row := open(t, base+"/status", lang, 200).Find("#" + name).Closest("li")
			says := []string{row.Find(".state").Text()}
			row.Find("div > p.hint").Each(func(_ int, p *goquery.Selection) { says = append(says, p.Text()) })
			if got := strings.Join(says, " | "); got != words || attr(row.Find(".state"), "class") != want.class {
				t.Errorf("%s says %q (%s), want %q", name, got, attr(row.Find(".state"), "class"), words)
			}
		}
	}
}

var fairCannot = []Uncollectable{{Name: "fenced", Title: "Fenced Jobs", Home: "https://fenced.example", Kind: "blocked", Checked: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), Source: "https://fenced.example/robots.txt",
	Why:     map[locale.Lang]string{"en": "It turns programs <away>.", "bn": "প্রোগ্রামকে ফিরিয়ে দেয়।"},
	Instead: map[locale.Lang]string{"en": "Look there yourself.", "bn": "নিজে সেখানে দেখুন।"}}}

func TestSitesPage(t *testing.T) {
	f := newFair()
	base := f.serve(t, func(o *Options) { o.Uncollectable = fairCannot }).URL
	for lang, want := range map[string][]string{
		"en": {"Fenced Jobs", "It turns programs away", "It turns programs <away>.", "What you can do: Look there yourself.", "22 November 2026"},
		"bn": {"Fenced Jobs", "প্রোগ্রামকে ঢুকতে দেয় না", "প্রোগ্রামকে ফিরিয়ে দেয়।", "আপনি যা করতে পারেন: নিজে সেখানে দেখুন।", "২২ নভেম্বর ২০২৬"},
	} {
		doc := open(t, base+"/sites", lang, 200)
		row := words(doc.Find("#fenced").Closest("li"))
		for _, w := range want {
			if !strings.Contains(row, w) {
				t.Errorf("%s: %q lacks %q", lang, row, w)
			}
		}
		read, off := words(doc.Find("section[aria-labelledby=read]")), words(doc.Find("section[aria-labelledby=off]"))
		if !strings.Contains(read, "Gigboard") || strings.Contains(read, "Night Shift") || !strings.Contains(off, "Night Shift") {
			t.Errorf("read: %q, off: %q", read, off)
		}
		for _, from := range []string{"/", "/status", "/about"} {
			if open(t, base+from, lang, 200).Find(`a[href^="/sites"]`).Length() == 0 {
				t.Errorf("%s does not lead to the page of sites", from)
			}
		}
	}
	open(t, base+"/sites?x=1", "en", 400)
}

// sitemap reads a file of the sitemap, as packed as the client asks.
func sitemapFile(t *testing.T, base, path string) (locs map[string]string) {
	t.Helper()
	var bodies []string
	for _, encoding := range []string{"identity", "gzip"} {
		req, err := http.NewRequest("GET", base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Encoding", encoding)
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var body io.Reader = res.Body
		if encoding == "gzip" {
			if body, err = gzip.NewReader(res.Body); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
		}
		raw, err := io.ReadAll(body)
		if err != nil || res.StatusCode != 200 || res.Header.Get("Content-Type") != "application/xml; charset=utf-8" || res.Header.Get("Cache-Control") != "public, max-age=600" {
			t.Fatalf("%s: %d %v %v: %.300s", path, res.StatusCode, res.Header, err, raw)
		}
		if again, _ := get(t, base+path, "bn", "If-None-Match", res.Header.Get("ETag")); again.StatusCode != 304 {
			t.Errorf("%s: with its tag %d", path, again.StatusCode)
		}
		bodies = append(bodies, string(raw))
	}
	if bodies[0] != bodies[1] {
		t.Errorf("%s is another when it is packed", path)
	}
	var doc struct {
		XMLName xml.Name
		Entries []struct {
			XMLName xml.Name
			Loc     string `xml:"loc"`
			Lastmod string `xml:"lastmod"`
		} `xml:",any"`
	}
	if err := xml.Unmarshal([]byte(bodies[0]), &doc); err != nil {
		t.Fatalf("%s: %v: %.300s", path, err, bodies[0])
	}
	if want := map[string]string{"sitemapindex": "sitemap", "urlset": "url"}[doc.XMLName.Local]; want == "" || doc.XMLName.Space != sitemapSpace {
		t.Fatalf("%s is a %v", path, doc.XMLName)
	} else {
		for _, e := range doc.Entries {
			if e.XMLName.Local != want {
				t.Errorf("%s holds a %s", path, e.XMLName.Local)
			}
		}
	}
	locs = map[string]string{}
	for _, e := range doc.Entries {
		if _, twice := locs[e.Loc]; twice {
			t.Errorf("%s names %s twice", path, e.Loc)
		}
		locs[e.Loc] = e.Lastmod
	}
	return locs
}

func TestSitemap(t *testing.T) {
	f := newFair()
	base := f.serve(t).URL
	const site = "http://kajkhoj.test"
	index := sitemapFile(t, base, "/sitemap.xml")
	if len(index) != 2 {
		t.Fatalf("the index is %v", index)
	}
	if _, ok := index[site+"/sitemap/pages.xml"]; !ok {
		t.Errorf("the index is %v", index)
	}
	pages := sitemapFile(t, base, "/sitemap/pages.xml")
	for _, path := range []string{"/", "/status", "/sites", "/about"} {
		for _, lang := range bothLangs {
			loc := site + path + "?lang=" + lang
			if _, ok := pages[loc]; !ok {
				t.Errorf("the site's own page %s is missing", loc)
			}
			// It is what the page itself says that it is.
			doc := open(t, base+strings.TrimPrefix(loc, site), lang, 200)
			if got := attr(doc.Find("link[rel=canonical]"), "href"); got != loc || doc.Find("meta[name=robots]").Length() > 0 {
				t.Errorf("%s calls itself %s", loc, got)
			}
		}
	}
	if len(pages) != 8 {
		t.Errorf("%d pages", len(pages))
	}
	listings := sitemapFile(t, base, "/sitemap/listings.xml")
	newest, n := "", 0
	for _, l := range f.listings {
		lastmod, there := listings[site+"/listing/"+l.ID]
		if want := l.Open() && f.specs[slices.IndexFunc(f.specs, func(s source.Spec) bool { return s.Name == l.Source })].Terms.Index; there != want {
			t.Errorf("%s of %s, open %v, is in the sitemap: %v", l.ID, l.Source, l.Open(), there)
		} else if want {
			n++
			if lastmod != l.FirstSeenAt.UTC().Format(time.RFC3339) {
				t.Errorf("%s changed %s", l.ID, lastmod)
			}
			newest = max(newest, lastmod)
		}
	}
	if len(listings) != n || n < 50 || index[site+"/sitemap/listings.xml"] != newest {
		t.Errorf("%d listings of %d, the newest %s, by the index %s", len(listings), n, newest, index[site+"/sitemap/listings.xml"])
	}
	for _, path := range []string{"/sitemap/", "/sitemap/listings", "/sitemap/listings-.xml", "/sitemap/listings-g.xml", "/sitemap/listings-abcd.xml", "/sitemap/listingsa.xml", "/sitemap/..xml"} {
		if res, _ := get(t, base+path, "en"); res.StatusCode != 404 {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	if res, _ := get(t, base+"/sitemap.xml?x=1", "en"); res.StatusCode != 400 {
		t.Errorf("a parameter: %d", res.StatusCode)
	}
	_, robots := get(t, base+"/robots.txt", "en")
	for _, line := range []string{"Sitemap: " + site + "/sitemap.xml\n", "Allow: /?lang=bn$\n", "Allow: /sites?lang=en$\n", "Disallow: /*?\n"} {
		if !strings.Contains(robots, line) {
			t.Errorf("robots.txt lacks %q: %s", line, robots)
		}
	}
	away := newFair()
	away.storeErr = io.ErrUnexpectedEOF
	if res, _ := get(t, away.serve(t).URL+"/sitemap.xml", "en"); res.StatusCode != 503 {
		t.Errorf("without a store: %d", res.StatusCode)
	}
}

// A sitemap of many listings is split, each file within the protocol's limit.
func TestSitemapOfMany(t *testing.T) {
	f := newFair()
	f.listings = nil
	const many = 100_003
	for i := range many {
		f.listings = append(f.listings, market.Listing{ID: market.ListingID("gigboard", fmt.Sprint(i)), Source: "gigboard", FirstSeenAt: fairNow})
	}
	st := &sortedStore{fair: f}
	base := f.serve(t, func(o *Options) { o.Store = st }).URL
	seen := map[string]bool{}
	for loc := range sitemapFile(t, base, "/sitemap.xml") {
		if strings.HasSuffix(loc, "/pages.xml") {
			continue
		}
		file := sitemapFile(t, base, strings.TrimPrefix(loc, "http://kajkhoj.test"))
		if len(file) > 50_000 || len(file) == 0 {
			t.Errorf("%s has %d", loc, len(file))
		}
		for l := range file {
			if seen[l] {
				t.Errorf("%s stands in two files", l)
			}
			seen[l] = true
		}
	}
	if len(seen) != many {
		t.Errorf("%d of %d listings", len(seen), many)
	}
	if st.most > sitemapPage {
		t.Errorf("%d listings were read at a time", st.most)
	}
}

// sortedStore is the fair's store with its listings of one source in order, as
// an index would have them.
type sortedStore struct {
	*fair
	once   sync.Once
	sorted []market.Offered
	most   int
}

func (s *sortedStore) Offered(_ context.Context, sources []string, prefix, after string, limit int) ([]market.Offered, error) {
	s.once.Do(func() { s.sorted = offered(s.listings, sources, "", "", len(s.listings)) })
	s.most = max(s.most, limit)
	from := max(prefix, after)
	i, _ := slices.BinarySearchFunc(s.sorted, from, func(o market.Offered, id string) int { return strings.Compare(o.ID, id) })
	var out []market.Offered
	for ; i < len(s.sorted) && len(out) < limit && strings.HasPrefix(s.sorted[i].ID, prefix); i++ {
		if s.sorted[i].ID > after {
			out = append(out, s.sorted[i])
		}
	}
	return out, nil
}

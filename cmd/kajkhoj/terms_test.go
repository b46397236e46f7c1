package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/kajkhoj/kajkhoj/internal/alert"
	"github.com/kajkhoj/kajkhoj/internal/collect"
	"github.com/kajkhoj/kajkhoj/internal/config"
	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// stall is a site with these offers.
type stall struct {
	spec   source.Spec
	drafts []market.Draft
}

func (s *stall) Spec() source.Spec { return s.spec }

func (s *stall) Collect(_ context.Context, in source.Input) (source.Result, error) {
	for _, d := range s.drafts {
		if err := in.Emit(d); err != nil {
			return source.Result{}, err
		}
	}
	return source.Result{Complete: true}, nil
}

func (s *stall) Extract(context.Context, fetch.Page, source.Input) error { return nil }

// The two sites of the terms' test. The first is the one whose terms change;
// the second allows everything.
const (
	first, second = "first", "second"
	lastWords     = "the blue gate behind the old customs house"
)

// offerOf is an offer with all that its mark-up needs, whose text ends in
// lastWords.
func offerOf(site, id, title string, now time.Time) market.Draft {
	return market.Draft{
		ExternalID: id, URL: "https://" + site + ".example/jobs/" + id, Title: title, Company: "Harbour Ltd",
		Description: strings.Repeat("We have the paper forms of "+title+" and need them typed into a sheet that is set up already. ", 6) + "Bring them back to " + lastWords + ".",
		PostedAt:    now.Add(-6 * time.Hour).Format(time.RFC3339), Locations: []string{"Worldwide"},
		PayMin: "8", PayMax: "12", PayCurrency: "USD", PayPeriod: "hourly",
	}
}

// everything is terms that allow everything.
func everything(site string) source.Terms {
	return source.Terms{URL: "https://" + site + ".example/terms", PollFloor: time.Minute, Attribution: "Jobs of " + site,
		Follow: true, FullText: true, Syndicate: true, Index: true, Keep: source.DefaultKeep}
}

// termsWorld is the whole program over the two sites: its store, its engine,
// its site and its letters.
type termsWorld struct {
	t             *testing.T
	app           *app
	sites         map[string]*stall
	now           time.Time
	base          string
	alone, shared string // listings of the first site; shared is on the second too
	copy          string // the second's copy of shared
}

func newTermsWorld(t *testing.T, terms source.Terms, change func(*config.Config)) *termsWorld {
	t.Helper()
	w := &termsWorld{t: t, now: time.Now().UTC().Truncate(time.Second), sites: map[string]*stall{}}
	began := w.now.Add(-4 * time.Hour)
	var ss sources
	for _, name := range []string{first, second} {
		sp := source.Spec{Name: name, Title: "Site " + name, Home: "https://" + name + ".example", Schedule: "@every 1h", Enabled: true, CloseAfter: 1, Terms: everything(name)}
		if name == first {
			sp.Terms = terms
		}
		w.sites[name] = &stall{spec: sp, drafts: []market.Draft{offerOf(name, "7", "harbour ledgers of 1912", began)}}
		ss = append(ss, w.sites[name])
	}
	w.sites[first].drafts = append(w.sites[first].drafts, offerOf(first, "8", "lighthouse journals", began))
	w.alone, w.shared, w.copy = market.ListingID(first, "8"), market.ListingID(first, "7"), market.ListingID(second, "7")
	c := config.Default()
	c.Data, c.BaseURL = t.TempDir(), "https://kaj.example"
	if change != nil {
		change(&c)
	}
	a, err := newApp(t.Context(), c, slog.New(slog.DiscardHandler), ss, outside{transport: http.NewFileTransport(http.Dir(t.TempDir()))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.close)
	w.app = a
	if err := a.prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.subscribe(began.Add(-time.Hour))
	for i, name := range []string{first, second} {
		if err := w.collect(name, began.Add(time.Duration(i)*time.Minute)); err != nil && !errors.Is(err, market.ErrNotFound) {
			t.Fatal(err)
		}
	}
	writer, err := a.newWriter(c.BaseURL)
	if err != nil {
		t.Fatal(err)
	}
	site, err := a.page(c.BaseURL, writer)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(site)
	t.Cleanup(srv.Close)
	w.base = srv.URL
	w.index()
	return w
}

func (w *termsWorld) collect(site string, at time.Time) error {
	_, err := w.app.collector.Once(w.t.Context(), site, at)
	return err
}

// index has the engine take in what is new.
func (w *termsWorld) index() {
	w.t.Helper()
	w.until(&search.Follower{Index: w.app.index, Store: w.app.store})
}

// until passes until there is nothing to do.
func (w *termsWorld) until(p interface {
	Pass(context.Context, time.Time) (int, error)
}) {
	w.t.Helper()
	for {
		if _, err := p.Pass(w.t.Context(), w.now); errors.Is(err, market.ErrNone) {
			return
		} else if err != nil {
			w.t.Fatal(err)
		}
	}
}

// keep forgets what may not be kept.
func (w *termsWorld) keep() {
	w.t.Helper()
	w.until(&collect.Keeper{Store: w.app.store, Specs: w.app.roster.specs})
	w.index()
}

// subscribe saves a search that every offer answers.
func (w *termsWorld) subscribe(at time.Time) {
	w.t.Helper()
	var raw string
	_, err := w.app.store.Subscribe(w.t.Context(), "reader@example.com", market.Search{Query: "q=paper+forms", Freq: market.Daily, Lang: "en", Hour: 8, Zone: market.DefaultZone}, at,
		func(to market.Subscriber, s market.Search) (market.Letter, []market.Token, error) {
			confirm, tc := market.NewToken(market.TokenConfirm, to.ID, s.ID, at, time.Hour)
			raw = confirm
			return market.Letter{Key: "confirm", Kind: market.LetterConfirm, Subscriber: to.ID, To: to.Email, Lang: "en", Subject: "s", Text: "t", HTML: "h", Stop: "https://kaj.example/stop/x", Created: at}, []market.Token{tc}, nil
		})
	if err == nil {
		_, _, err = w.app.store.Confirm(w.t.Context(), raw, at, soon)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// digest is the mail that the reader gets, "" for none.
func (w *termsWorld) digest() string {
	w.t.Helper()
	writer, err := w.app.newWriter(w.app.cfg.BaseURL)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := (&alert.Digester{Store: w.app.store, Letters: writer, Analyzer: w.app.analyzer, Next: alert.Next}).Pass(w.t.Context(), w.now); err != nil && !errors.Is(err, market.ErrNone) {
		w.t.Fatal(err)
	}
	for {
		l, err := w.app.store.Next(w.t.Context(), w.now, time.Minute, nil)
		if errors.Is(err, market.ErrNone) {
			return ""
		} else if err != nil {
			w.t.Fatal(err)
		}
		if l.Kind == market.LetterDigest {
			return l.HTML + l.Text
		}
	}
}

func (w *termsWorld) get(path string) (status int, body string) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), "GET", w.base+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Accept-Language", "en")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return res.StatusCode, string(raw)
}

func (w *termsWorld) doc(path string) *goquery.Document {
	w.t.Helper()
	_, body := w.get(path)
	d, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// feeds are the three feeds of all that there is.
func (w *termsWorld) feeds() (all []string) {
	for _, path := range []string{"/feed.atom", "/feed.rss", "/feed.json"} {
		status, body := w.get(path + "?lang=en&from=")
		if status != 200 {
			w.t.Errorf("%s: %d", path, status)
		}
		all = append(all, body)
	}
	return all
}

// places are where a listing shows, by name.
func (w *termsWorld) places(id, mail string) (out []string) {
	w.t.Helper()
	is := func(name string, is bool) {
		if is {
			out = append(out, name)
		}
	}
	status, body := w.get("/listing/" + id)
	d := w.doc("/listing/" + id)
	is("open", status == 200)
	text := d.Find(".text")
	text.Find("a.hint").Remove() // the marks' links
	is("whole", strings.Contains(strings.Join(strings.Fields(text.Text()), " "), lastWords))
	is("indexed", status == 200 && d.Find("meta[name=robots]").Length() == 0 && d.Find("link[rel=canonical]").Length() == 1)
	is("marked up", strings.Contains(body, `"JobPosting"`))
	original := d.Find(".btns a.btn")
	rel, _ := original.Attr("rel")
	is("followed", status == 200 && original.Length() == 1 && !strings.Contains(rel, "nofollow"))
	// A link to it on its copy's page is made by its own site's terms.
	_, results := w.get("/?from=&q=paper+forms")
	is("list", strings.Contains(results, "/listing/"+id+`"`))
	_, sitemap := w.get("/sitemap/listings.xml")
	is("sitemap", strings.Contains(sitemap, "/listing/"+id+"<"))
	_, api := w.get("/api/v1/listings?from=")
	one, _ := w.get("/api/v1/listings/" + id)
	is("api", strings.Contains(api, `{"id":"`+id+`","url"`))
	is("api alone", one == 200)
	feeds := w.feeds()
	n := 0
	for _, f := range feeds {
		if strings.Contains(f, "/listing/"+id) {
			n++
		}
	}
	is("feeds", n == len(feeds))
	if n != 0 && n != len(feeds) {
		w.t.Errorf("%s is in %d of the feeds", id, n)
	}
	is("mail", strings.Contains(mail, "/listing/"+id))
	for name, text := range map[string]string{"the list": results, "the API": api, "a feed": strings.Join(feeds, ""), "a mail": mail} {
		if strings.Contains(text, lastWords) {
			w.t.Errorf("%s hands the whole text on", name)
		}
	}
	return out
}

// Each permission of a site's terms is obeyed on the page, in the lists, the
// API, the feeds, the mails, the mark-up and the sitemap: of a listing that one
// site alone has, and of one that a site with other terms has too.
func TestTermsAreObeyed(t *testing.T) {
	all := []string{"open", "whole", "indexed", "marked up", "followed", "list", "sitemap", "api", "api alone", "feeds", "mail"}
	without := func(less ...string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(p string) bool { return slices.Contains(less, p) })
	}
	// The copy of a listing that stands for both is behind it in lists.
	behind := without("list", "api", "feeds", "mail")
	for _, c := range []struct {
		name                string
		change              func(*source.Terms)
		alone, shared, copy []string
	}{
		{"everything allowed", func(*source.Terms) {}, all, all, behind},
		{"no full text", func(s *source.Terms) { s.FullText = false }, without("whole", "marked up"), without("whole", "marked up"), behind},
		// The copy stands for the work where the listing may not.
		{"no syndication", func(s *source.Terms) { s.Syndicate = false }, without("api", "api alone", "feeds"), without("api", "api alone", "feeds"), without("list", "mail")},
		{"no index", func(s *source.Terms) { s.Index = false }, without("indexed", "marked up", "sitemap"), without("indexed", "marked up", "sitemap"), behind},
		{"no followed links", func(s *source.Terms) { s.Follow = false }, without("followed"), without("followed"), behind},
		{"nothing allowed", func(s *source.Terms) { *s = source.Terms{PollFloor: time.Minute} },
			[]string{"open", "list", "mail"}, []string{"open", "list", "mail"}, without("list", "mail")},
	} {
		t.Run(c.name, func(t *testing.T) {
			terms := everything(first)
			c.change(&terms)
			w := newTermsWorld(t, terms, nil)
			mail := w.digest()
			for _, l := range []struct {
				name, id string
				want     []string
			}{{"alone", w.alone, c.alone}, {"shared", w.shared, c.shared}, {"the copy", w.copy, c.copy}} {
				if got := w.places(l.id, mail); !slices.Equal(got, l.want) {
					t.Errorf("%s is in\n%v, want\n%v", l.name, got, l.want)
				}
			}
			// Links to the first site from the second's page go by the first's terms.
			rel, _ := w.doc("/listing/" + w.copy).Find("#also a").Attr("rel")
			if strings.Contains(rel, "nofollow") == terms.Follow {
				t.Errorf("the copy's page links to the first site with rel=%q", rel)
			}
			// What may not be handed on is not named to programs at all.
			_, api := w.get("/api/v1/listings?from=")
			_, one := w.get("/api/v1/listings/" + w.copy)
			handed := strings.Join(append(w.feeds(), api, one), "")
			if strings.Contains(handed, "first.example") != terms.Syndicate {
				t.Errorf("programs are told of the first site: %v", !terms.Syndicate)
			}
			if status, _ := w.get("/api/v1/listings?source=first"); (status == 200) != terms.Syndicate {
				t.Errorf("programs may ask for the first site: %d", status)
			}
		})
	}
}

// The words and the address of a site's attribution stand beside its listings
// wherever these show.
func TestAttributionIsObeyed(t *testing.T) {
	for _, address := range []string{"", "https://first.example/partners"} {
		terms := everything(first)
		terms.Attribution, terms.AttributionURL = "Offers by First & Sons", address
		w := newTermsWorld(t, terms, nil)
		original := "https://first.example/jobs/8"
		to := address
		if to == "" {
			to = original
		}
		escaped := "Offers by First &amp; Sons"
		link := func(html string) bool {
			d, err := goquery.NewDocumentFromReader(strings.NewReader(html))
			if err != nil {
				t.Fatal(err)
			}
			return d.Find("a").FilterFunction(func(_ int, a *goquery.Selection) bool {
				href, _ := a.Attr("href")
				return href == to && a.Text() == terms.Attribution
			}).Length() > 0
		}
		_, page := w.get("/listing/" + w.alone)
		mail := w.digest()
		for name, html := range map[string]string{"the page": page, "a mail": mail} {
			if !link(html) {
				t.Errorf("%s does not lead to %s by the site's words", name, to)
			}
		}
		if !strings.Contains(mail, terms.Attribution+" <"+to+">") {
			t.Errorf("a mail's text does not lead to %s", to)
		}
		if _, list := w.get("/?from=&q=paper+forms"); strings.Count(list, escaped) < 2 || strings.Contains(list, "Jobs of first") {
			t.Error("the list does not have the words beside each listing")
		}
		var one struct {
			Attribution struct {
				Text, URL string
				Follow    bool
			}
		}
		_, api := w.get("/api/v1/listings/" + w.alone)
		if err := json.Unmarshal([]byte(api), &one); err != nil || one.Attribution.Text != terms.Attribution || one.Attribution.URL != to || !one.Attribution.Follow {
			t.Errorf("the API says %+v: %v", one.Attribution, err)
		}
		var feed struct {
			Items []struct {
				URL  string
				HTML string `json:"content_html"`
			}
		}
		if err := json.Unmarshal([]byte(w.feeds()[2]), &feed); err != nil {
			t.Fatal(err)
		}
		found := false
		for _, i := range feed.Items {
			if strings.Contains(i.URL, w.alone) {
				found = link(i.HTML)
			}
		}
		if !found {
			t.Errorf("the feed does not lead to %s", to)
		}
	}
}

// A site whose terms ask for permission is not asked without it, and nothing of
// it shows.
func TestPermissionIsObeyed(t *testing.T) {
	for _, given := range []bool{false, true} {
		terms := everything(first)
		terms.Permission = true
		w := newTermsWorld(t, terms, func(c *config.Config) { c.Sources = map[string]config.Source{first: {Permission: given}} })
		if err := w.collect(first, w.now); errors.Is(err, market.ErrNotFound) == given {
			t.Errorf("given: %v; it was collected: %v", given, err)
		}
		if mail := w.digest(); (len(w.places(w.alone, mail)) > 0) != given {
			t.Errorf("given: %v; its listing is in %v", given, w.places(w.alone, mail))
		}
		row := w.doc("/status").Find("#first").Closest("li").Find(".state").Text()
		if (row == "Off by terms") == given {
			t.Errorf("given: %v; the status says %q", given, row)
		}
	}
}

// A closed listing's words go when its site's terms say so, and one that was
// not seen in time is not offered any more, though the site did not answer.
func TestKeepAndRefreshAreObeyed(t *testing.T) {
	for _, c := range []struct {
		name     string
		keep     time.Duration
		refresh  time.Duration
		withdraw bool // the site stops offering it two hours ago
		places   []string
		words    bool // its page still has some of the site's words
	}{
		{"kept", 3 * time.Hour, 0, true, []string{"whole", "api alone"}, true},
		{"kept no longer", time.Hour, 0, true, []string{"api alone"}, false},
		{"not kept at all", 0, 0, true, []string{"api alone"}, false},
		{"refreshed in time", time.Hour, 5 * time.Hour, false, []string{"open", "whole", "indexed", "marked up", "followed", "list", "sitemap", "api", "api alone", "feeds", "mail"}, true},
		{"not refreshed", 0, 3 * time.Hour, false, []string{"api alone"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			terms := everything(first)
			terms.Keep, terms.Refresh = c.keep, c.refresh
			w := newTermsWorld(t, terms, nil)
			if c.withdraw {
				w.sites[first].drafts = w.sites[first].drafts[:1]
				if err := w.collect(first, w.now.Add(-2*time.Hour)); err != nil {
					t.Fatal(err)
				}
			}
			w.keep()
			places := w.places(w.alone, w.digest())
			// One that answers "gone" answers for itself alone.
			if status, _ := w.get("/api/v1/listings/" + w.alone); status == http.StatusGone {
				places = append(places, "api alone")
			}
			if fmt.Sprint(places) != fmt.Sprint(c.places) {
				t.Errorf("it is in %v, want %v", places, c.places)
			}
			_, page := w.get("/listing/" + w.alone)
			_, api := w.get("/api/v1/listings/" + w.alone)
			if got := strings.Contains(page+api, "need them typed into a sheet"); got != c.words {
				t.Errorf("the site's words are there: %v", got)
			}
		})
	}
}

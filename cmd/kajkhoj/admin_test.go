package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/kajkhoj/kajkhoj/internal/config"
	"github.com/kajkhoj/kajkhoj/internal/demo"
	"github.com/kajkhoj/kajkhoj/internal/detect"
	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// desk is an operator before the pages of a running program.
type desk struct {
	t    *testing.T
	a    *app
	base string
	web  *http.Client
}

// newDesk runs the program with one marketplace, and signs in with the token
// that the console prints.
func newDesk(t *testing.T, out outside) *desk {
	t.Helper()
	town, err := demo.Start(demo.Options{Listings: 10, Every: -1, Only: []string{"gigboard"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { town.Close() })
	c := config.Default()
	c.Data = t.TempDir()
	l, err := listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	a, err := newApp(ctx, c, slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})), sources(town.Sources()), out)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.prepare(ctx); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- a.serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		<-served
		a.close()
	})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, a: a, base: "http://" + l.Addr().String(), web: &http.Client{Jar: jar, Timeout: 30 * time.Second}}
	var printed strings.Builder
	if err := a.invite(ctx, &printed, d.base); err != nil {
		t.Fatal(err)
	}
	_, link, ok := strings.Cut(strings.TrimSpace(printed.String()), d.base+"/admin/signin/")
	if !ok {
		t.Fatalf("nothing is printed that lets anybody in: %q", printed.String())
	}
	if doc := d.post("/admin/signin", url.Values{"token": {link}}); doc.Find("#sources").Length() != 1 {
		t.Fatalf("signing in shows %s", doc.Find("h1").Text())
	}
	printed.Reset()
	if err := a.invite(ctx, &printed, d.base); err != nil || printed.Len() > 0 {
		t.Errorf("with somebody signed in a token is printed again: %q, %v", printed.String(), err)
	}
	return d
}

func (d *desk) do(req *http.Request) *goquery.Document {
	d.t.Helper()
	req.Header.Set("Accept-Language", "en")
	res, err := d.web.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	if res.StatusCode >= 500 {
		d.t.Fatalf("%s %s: %s\n%s", req.Method, req.URL, res.Status, body)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(body)))
	if err != nil {
		d.t.Fatal(err)
	}
	doc.Url = res.Request.URL
	if res.Header.Get("Refresh") != "" { // it is still being looked at
		time.Sleep(100 * time.Millisecond)
		return d.get(res.Request.URL.RequestURI())
	}
	return doc
}

func (d *desk) get(path string) *goquery.Document {
	d.t.Helper()
	req, err := http.NewRequest("GET", d.base+path, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	return d.do(req)
}

func (d *desk) post(path string, form url.Values) *goquery.Document {
	d.t.Helper()
	req, err := http.NewRequest("POST", d.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return d.do(req)
}

// form are the fields of the form that holds the recipe, as a browser would
// send them, with a button.
func form(doc *goquery.Document, do string) url.Values {
	out := url.Values{"do": {do}}
	f := doc.Find("#recipe").Closest("form")
	f.Find("input[name], textarea[name]").Each(func(_ int, s *goquery.Selection) {
		name, _ := s.Attr("name")
		value, _ := s.Attr("value")
		if s.Is("textarea") {
			value = strings.ReplaceAll(s.Text(), "\n", "\r\n")
		}
		if _, checked := s.Attr("checked"); s.Is("[type=checkbox]") && !checked {
			return
		}
		out.Set(name, value)
	})
	f.Find("select").Each(func(_ int, s *goquery.Selection) {
		name, _ := s.Attr("name")
		value, _ := s.Find("[selected]").Attr("value")
		out.Set(name, value)
	})
	return out
}

func text(doc *goquery.Document, selector string) string {
	return strings.Join(strings.Fields(doc.Find(selector).Text()), " ")
}

// Three sources that the program has never seen are added on the page alone:
// looked at, named, their terms filled in, and switched on; their listings
// are found by a search within seconds.
func TestAddSourcesOnThePage(t *testing.T) {
	if testing.Short() {
		t.Skip("it keeps the delays between requests")
	}
	srv := board(t)
	d := newDesk(t, outside{loopback: true})
	for _, tt := range []struct{ name, path, found, title, live string }{
		{"riverfeed", "/jobs.rss", "Found: RSS. Items: 2. Listings: 2", "River Jobs", ""},
		{"riverapi", "/api", "Found: JSON. Items: 1. Listings: 1", "127.0.0.1", ""},
		{"riverlist", "/list", "Found: HTML list. Items: 2. Listings: 2", "River Jobs", "Count all the boats"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := &desk{t: t, a: d.a, base: d.base, web: d.web}
			doc := d.get("/admin/source/new?url=" + url.QueryEscape(srv.URL+tt.path))
			if got := text(doc, "main > .note"); !strings.HasPrefix(got, tt.found) {
				t.Fatalf("found: %s", got)
			}
			if got := text(doc, "#became ~ dl"); !strings.Contains(got, "Count boats") || !strings.Contains(got, "missing") {
				t.Errorf("the listing: %s", got)
			}
			if got := doc.Find("#sent ~ pre").Text(); !strings.Contains(got, "Count boats") {
				t.Errorf("what the site sent: %s", got)
			}
			if got := text(doc, "#terms-h ~ p .state"); got != "robots.txt allows this address" {
				t.Errorf("robots.txt: %s", got)
			}

			// A mistake is shown at its line, and nothing typed is lost.
			f := form(doc, "try")
			f.Set("recipe", strings.Replace(f.Get("recipe"), "name: 127-0-0-1", "name: "+tt.name, 1))
			good := strings.Replace(f.Get("recipe"), "delay: 5s ", "delay: 10ms ", 1)
			f.Set("recipe", strings.Replace(good, "fields:\r\n", "fields:\r\n  salary: .x\r\n", 1))
			f.Set("credit", "River Jobs")
			doc = d.post("/admin/source/new", f)
			want := strings.Count(good[:strings.Index(good, "fields:\r\n")], "\n") + 2
			if got := text(doc, "#recipe-error"); !strings.Contains(got, fmt.Sprintf("Line %d: fields.salary: there is no such field", want)) {
				t.Errorf("the mistake (line %d): %s", want, got)
			}
			f = form(doc, "enable")
			if f.Get("credit") != "River Jobs" || !strings.Contains(f.Get("recipe"), "attribution: River Jobs") {
				t.Error("what was typed is lost")
			}
			doc = d.post("/admin/source/new", f)
			if got := text(doc, "[role=status]"); !strings.Contains(got, "the recipe has mistakes") {
				t.Errorf("a recipe with mistakes is switched on: %s", got)
			}

			// Not before everything is filled in, each with its error.
			f = form(doc, "enable")
			f.Set("recipe", strings.Replace(f.Get("recipe"), "  salary: .x\r\n", "", 1))
			doc = d.post("/admin/source/new", f)
			var missing []string
			doc.Find("#terms-h ~ p .err").Each(func(_ int, s *goquery.Selection) {
				id, _ := s.Attr("id")
				missing = append(missing, strings.TrimSuffix(strings.TrimPrefix(id, "b-"), "-error"))
			})
			if got := strings.Join(missing, " "); got != "terms read note floor text feed index permission why" {
				t.Errorf("errors at %s; %s", got, text(doc, "[role=status]"))
			}
			if all, err := d.a.store.StoredSources(t.Context()); err != nil || len(all) > 0 && all[len(all)-1].Name == tt.name {
				t.Fatalf("it is stored: %v", err)
			}
			f = form(doc, "enable")
			for name, v := range map[string]string{"terms": srv.URL + "/terms", "read": "2026-11-24", "note": "All may be shown: with a link", "floor": "60", "text": "true", "feed": "true", "index": "false", "permission": "true", "why": "The site offers it for that."} {
				f.Set(name, v)
			}
			doc = d.post("/admin/source/new", f)
			if got := text(doc, "#permitted-error"); !strings.Contains(got, "written permission") {
				t.Errorf("without the permission: %q, %s", got, text(doc, "[role=status]"))
			}
			f = form(doc, "ask")
			f.Set("permission", "false")
			if tt.live != "" { // the detail pages come when the site is asked
				doc = d.post("/admin/source/new", f)
				if got := text(doc, "#became ~ dl"); !strings.Contains(got, tt.live) {
					t.Errorf("asked live: %s; %s", text(doc, "main > .note"), got)
				}
				f = form(doc, "enable")
			}
			f.Set("do", "enable")
			doc = d.post("/admin/source/new", f)
			if doc.Url.Path != "/admin/source/"+tt.name || !strings.Contains(text(doc, "[role=status]"), "Saved") {
				t.Fatalf("not saved: %s: %s %s", doc.Url, text(doc, "[role=status]"), text(doc, ".err"))
			}
			deadline := time.Now().Add(40 * time.Second)
			for {
				doc = d.get("/?q=boats&source=" + tt.name)
				if strings.Contains(text(doc, ".hits"), "Count boats") {
					break
				}
				if time.Now().After(deadline) {
					t.Fatalf("no listing after 40 s: %s\n%s", text(doc, "main"), text(d.get("/admin/source/"+tt.name), "main"))
				}
				time.Sleep(200 * time.Millisecond)
			}
			if got := text(d.get("/admin/source/"+tt.name), "main"); !strings.Contains(got, "Healthy") || !strings.Contains(got, "The site offers it for that.") {
				t.Errorf("its page: %s", got)
			}
			if got := text(d.get("/status"), "#"+tt.name); got != tt.title {
				t.Errorf("the public status page calls it %q", got)
			}
		})
	}

	// The same name again is refused, and so is that of a shipped one.
	doc := d.get("/admin/source/new?url=" + url.QueryEscape(srv.URL+"/jobs.rss"))
	for _, taken := range []string{"riverfeed", "gigboard", "new"} {
		f := form(doc, "save")
		f.Set("recipe", strings.Replace(f.Get("recipe"), "name: 127-0-0-1", "name: "+taken, 1))
		if got := text(d.post("/admin/source/new", f), "[role=status]"); !strings.Contains(got, "there is a source named "+taken+" already") {
			t.Errorf("the name %s: %s", taken, got)
		}
	}

	// A change is tried on the page that was kept, before it is saved.
	doc = d.get("/admin/source/new?edit=riverfeed")
	f := form(doc, "try")
	f.Set("recipe", strings.Replace(f.Get("recipe"), "title: .title", "title: .nothing", 1))
	doc = d.post("/admin/source/new", f)
	changes := map[string]string{}
	doc.Find("#changes ~ table tbody tr").Each(func(_ int, tr *goquery.Selection) {
		changes[strings.TrimSpace(tr.Find("th").Text())] = strings.TrimSpace(tr.Find("td").First().Text()) + "→" + strings.TrimSpace(tr.Find("td").Last().Text())
	})
	if changes["Listings"] != "2→0" || changes["Rejected"] != "0→2" || changes["title"] != "2→0" {
		t.Errorf("what the change does: %v", changes)
	}
	if got := text(d.get(doc.Url.RequestURI()+"&show=rejected"), "#became ~ .bad"); !strings.Contains(got, "title") {
		t.Errorf("the rejected ones: %s", got)
	}
	f = form(doc, "save")
	f.Set("recipe", strings.Replace(f.Get("recipe"), "title: .nothing", "title: .title", 1))
	f.Set("credit", "River Jobs, with thanks")
	doc = d.post("/admin/source/new", f)
	if got := doc.Url.Path; got != "/admin/source/riverfeed" {
		t.Fatalf("the change is not saved: %s %s", text(doc, "[role=status]"), text(doc, ".err"))
	}
	if got := text(d.get("/admin/log"), "ul.rows li:first-child pre"); !strings.Contains(got, "attribution: River Jobs attribution: River Jobs, with thanks") {
		t.Errorf("the log says: %s", got)
	}
	if got := text(d.post("/admin/source/riverfeed", url.Values{"do": {"delete"}}), "h1"); got != "Delete" {
		t.Errorf("deleting asks %q", got)
	}
	doc = d.post("/admin/source/riverfeed", url.Values{"do": {"delete"}, "sure": {"1"}})
	if !strings.Contains(text(doc, "[role=status]"), "Deleted") {
		t.Errorf("deleted: %s", text(doc, "main"))
	}
	states, err := d.a.store.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range states {
		if st.Name == "riverfeed" && (st.Open != 0 || st.Enabled) {
			t.Errorf("a deleted source: %+v", st)
		}
	}
}

// An address that leads to a private network, to this machine, or is none of
// the web is refused and says so; nothing is asked.
func TestAddressesThatAreRefused(t *testing.T) {
	asked := 0
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked++ }))
	defer inside.Close()
	_, port, err := net.SplitHostPort(strings.TrimPrefix(inside.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, outside{})
	for _, address := range []string{
		inside.URL, "http://127.0.0.1:" + port, "http://localhost:" + port + "/", // a name that resolves to an address inside
		"http://[::1]:" + port + "/", "http://[::ffff:127.0.0.1]:" + port, "http://10.0.0.1/", "http://192.168.1.1/admin", "http://172.16.0.1/", "http://100.64.0.1/",
		"http://169.254.169.254/latest/meta-data/", "http://[::ffff:a9fe:a9fe]/", "http://[fd00::1]/", "http://[fe80::1]/", "http://0.0.0.0:" + port, "http://[64:ff9b::a00:1]/", "http://[2002:a00:1::]/",
	} {
		doc := d.get("/admin/source/new?url=" + url.QueryEscape(address))
		if got := text(doc, ".note.bad b"); !strings.HasPrefix(got, "This address is refused") {
			t.Errorf("%s: %q %s", address, got, text(doc, "h1"))
		}
	}
	for _, address := range []string{"file:///etc/passwd", "gopher://x.example/", "ftp://x.example/", "javascript:alert(1)", "//x.example/", "/etc/passwd", "http://", "https://user:pass@x.example/", "http://" + strings.Repeat("a", 2000) + ".example/"} {
		doc := d.get("/admin/source/new?url=" + url.QueryEscape(address))
		if got := text(doc, "#url-error"); !strings.HasPrefix(got, "A web address is needed") {
			t.Errorf("%.40s: %q", address, got)
		}
	}
	// A recipe of one's own is refused the same.
	yaml := "name: inside\ntitle: Inside\nhome: https://x.example\nschedule: \"@every 6h\"\nclose_after: 1\nrequest:\n  url: http://169.254.169.254/latest/meta-data/\nformat: feed\nfields: {id: .guid, title: .title}\n"
	doc := d.post("/admin/source/new/import", url.Values{"recipe": {yaml}})
	if doc.Find("#recipe").Length() != 1 || doc.Find("#recipe-error").Length() != 0 {
		t.Fatalf("the recipe: %s %s", text(doc, "h1"), text(doc, "#recipe-error"))
	}
	if got := text(d.post("/admin/source/new", form(doc, "ask")), ".note.bad b"); !strings.HasPrefix(got, "This address is refused") {
		t.Errorf("a recipe that asks inside: %q", got)
	}
	if asked != 0 {
		t.Errorf("%d requests went inside", asked)
	}
}

// Where this machine may be asked, redirects inside are still refused.
func TestRedirectsThatAreRefused(t *testing.T) {
	if testing.Short() {
		t.Skip("it keeps the delays between requests")
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/robots.txt":
			http.NotFound(w, r)
		case "/meta":
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
		case "/file":
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(http.StatusFound)
		}
	}))
	defer srv.Close()
	d := newDesk(t, outside{loopback: true})
	for _, path := range []string{"/meta", "/file"} {
		doc := d.get("/admin/source/new?url=" + url.QueryEscape(srv.URL+path))
		if got := text(doc, ".note.bad b"); !strings.HasPrefix(got, "This address is refused") {
			t.Errorf("%s: %q, %s", path, got, text(doc, ".note.bad"))
		}
	}
}

// A command that tells the store which sources there are leaves those on that
// operators made, and visits them by name.
func TestCollectMadeSource(t *testing.T) {
	if testing.Short() {
		t.Skip("it keeps the delays between requests")
	}
	srv := board(t)
	c := config.Default()
	c.Data = t.TempDir()
	newOne := func() *app {
		t.Helper()
		a, err := newApp(t.Context(), c, slog.New(slog.DiscardHandler), nil, outside{loopback: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(a.close)
		return a
	}
	a := newOne()
	yaml := "name: river\ntitle: River\nhome: " + srv.URL + "\nschedule: \"@every 6h\"\nenabled: true\nclose_after: 1\nterms: {url: " + srv.URL + ", read: 2026-11-24, note: All., allowed: Offered for it., poll_floor: 1h, attribution: River, full_text: true, syndicate: true, index: true, permission: false}\nrequest:\n  url: " + srv.URL + "/jobs.rss\nformat: feed\nfields: {id: .guid, title: .title, url: .link}\n"
	m := market.StoredSource{Name: "river", YAML: yaml, Enabled: true, Allowed: "Offered for it.", By: market.OperatorConsole}
	if err := a.store.SaveSource(t.Context(), m, time.Time{}, market.Audit{At: time.Now(), Who: "x", What: "source.save", Subject: "river"}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // each is a process of its own
		b := newOne()
		if err := b.enterSources(t.Context()); err != nil {
			t.Fatal(err)
		}
		states, err := b.store.Sources(t.Context())
		if err != nil || len(states) != 1 || !states[0].Enabled {
			t.Fatalf("the source is %+v, %v", states, err)
		}
	}
	b := newOne()
	if err := b.enterSources(t.Context()); err != nil {
		t.Fatal(err)
	}
	if o, err := b.collector.Once(t.Context(), "river", time.Now().UTC()); err != nil || o.Found != 2 || o.New != 2 {
		t.Errorf("visited: %+v, %v", o, err)
	}
}

// Hostile recipes end in a message, and the page goes on answering.
func TestBombsOnThePage(t *testing.T) {
	if testing.Short() {
		t.Skip("it keeps the delays between requests")
	}
	t.Parallel()
	srv := board(t)
	d := newDesk(t, outside{loopback: true})
	doc := d.get("/admin/source/new?url=" + url.QueryEscape(srv.URL+"/jobs.rss"))
	head := "name: bomb\ntitle: B\nhome: " + srv.URL + "\nschedule: \"@every 6h\"\nclose_after: 1\nrequest:\n  url: " + srv.URL + "/jobs.rss\nformat: feed\nfields:\n  id: .guid\n  title: "
	laughs := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c <= 'j'; c++ {
		laughs += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 10), ","))
	}
	for name, yaml := range map[string]string{
		"aliases":        laughs,
		"jq in memory":   head + "'[range(1e9)] | length | tostring'\n",
		"jq in time":     head + "'def f: f; f'\n",
		"jq text":        head + "'\"x\" * 1e9'\n",
		"a regexp":       head + "{jq: .title, regexp: '((((((((((a{1,100}){1,100}){1,100}){1,100}){1,100}))))))'}\n",
		"deep nesting":   strings.Repeat("a:\n ", 5000),
		"deep brackets":  "a: " + strings.Repeat("[", 20000),
		"a long recipe":  head + "'" + strings.Repeat("x", 300<<10) + "'\n",
		"nothing at all": " ",
	} {
		f := form(doc, "try")
		f.Set("recipe", yaml)
		began := time.Now()
		got := d.post("/admin/source/new", f)
		if took := time.Since(began); took > time.Minute {
			t.Errorf("%s: the page came after %v", name, took)
		}
		if text(got, "#recipe-error")+text(got, ".note.bad b")+text(got, "#became ~ .bad") == "" {
			t.Errorf("%s: no word of it: %s", name, text(got, "main > .note"))
		}
	}
	if got := text(d.get("/admin"), "h1"); got != "Sources" {
		t.Errorf("afterwards: %s", got)
	}
}

// Recipes that operators make know no secret of the program's.
func TestSourceEnv(t *testing.T) {
	for _, name := range []string{"KAJKHOJ_SMTP_PASSWORD", "KAJKHOJ_DB", "KAJKHOJ_MEILI_KEY", "KAJKHOJ_BOUNCE_SECRET", "KAJKHOJ_SMTP", "AWS_SECRET_ACCESS_KEY", "PATH"} {
		t.Setenv(name, "s3cret")
		if got := sourceEnv(name); got != "" {
			t.Errorf("%s is %q", name, got)
		}
	}
	t.Setenv("KAJKHOJ_RIVER_KEY", "k")
	if got := sourceEnv("KAJKHOJ_RIVER_KEY"); got != "k" {
		t.Errorf("a source's own key is %q", got)
	}
}

// Every reason that the workshop gives is a message.
func TestLookReasons(t *testing.T) {
	c, err := locale.Load(locale.English)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		fetch.ErrAddress, fetch.ErrRobots, fetch.ErrTooLarge, fetch.ErrUnreachable, fetch.ErrTooManyPages, source.ErrChallenge, source.ErrFormat, detect.ErrNothing,
		context.DeadlineExceeded, errors.New("another"), &fetch.StatusError{Status: 403}, &fetch.StatusError{Status: 500},
	} {
		if r := reasonOf(err); !c.Has("look." + r.Key) {
			t.Errorf("%v is %q, which no message says", err, r.Key)
		}
	}
	// What kept robots.txt is told, not that it forbids.
	if r := reasonOf(fmt.Errorf("%w, because it could not be had: %w", fetch.ErrRobots, fetch.ErrUnreachable)); r.Key != "unreachable" {
		t.Errorf("a site that is not there is %q", r.Key)
	}
}

// The command line puts a recipe into the database, prints it, and lets an
// operator in.
func TestSourceImport(t *testing.T) {
	data := t.TempDir()
	yaml := filepath.Join(t.TempDir(), "river.yaml")
	text := "name: river\ntitle: River\nhome: https://river.example\nschedule: \"@every 6h\"\nenabled: false\nwhy: Not yet.\nneeds: A reader.\nclose_after: 1\nterms:\n  url: https://river.example/terms\n  read: 2026-11-24\n  note: All.\n  allowed: Offered for it.\n  poll_floor: 6h\n  attribution: River\n  full_text: true\n  syndicate: true\n  index: true\n  permission:\nrequest:\n  url: https://river.example/rss\nformat: feed\nfields: {id: .guid, title: .title, url: .link}\n"
	write := func(s string) {
		t.Helper()
		if err := os.WriteFile(yaml, []byte(s), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write(text)
	if code, _, said := kajkhoj(t, "admin", "token", "--data", data); code != exitError || !strings.Contains(said, "no data") {
		t.Errorf("a token without data: %d %s", code, said)
	}
	if code, _, said := kajkhoj(t, "source", "import", yaml, "--data", data, "--enable"); code != exitError || !strings.Contains(said, "terms.permission") {
		t.Errorf("with a blank: %d %s", code, said)
	}
	if code, out, said := kajkhoj(t, "source", "import", yaml, "--data", data); code != exitOK || out != "river is stored, switched off\n" {
		t.Fatalf("%d %s%s", code, out, said)
	}
	if code, out, _ := kajkhoj(t, "source", "export", "river", "--data", data); code != exitOK || out != text {
		t.Errorf("export: %d %s", code, out)
	}
	if code, _, said := kajkhoj(t, "source", "import", yaml, "--data", data); code != exitError || !strings.Contains(said, "--replace") {
		t.Errorf("again: %d %s", code, said)
	}
	write(strings.Replace(text, "permission:\n", "permission: false\n", 1))
	if code, out, said := kajkhoj(t, "source", "import", yaml, "--data", data, "--replace", "--enable"); code != exitOK || out != "river is stored, switched on\n" {
		t.Errorf("switched on: %d %s%s", code, out, said)
	}
	if code, out, _ := kajkhoj(t, "source", "export", "river", "--data", data); code != exitOK || !strings.Contains(out, "enabled: true\n") || strings.Contains(out, "why:") {
		t.Errorf("export: %d %s", code, out)
	}
	if code, out, _ := kajkhoj(t, "source", "list", "--data", data); code != exitOK || !strings.Contains(out, "river ") || !strings.Contains(out, "jobicy ") {
		t.Errorf("list: %d %s", code, out)
	}
	if code, _, said := kajkhoj(t, "collect", "nosuch", "--data", data); code != exitUsage || !strings.Contains(said, "there is no source") {
		t.Errorf("collect of an unknown one: %d %s", code, said)
	}
	write(strings.Replace(text, "name: river", "name: jobicy", 1))
	if code, _, said := kajkhoj(t, "source", "import", yaml, "--data", data); code != exitError || !strings.Contains(said, "comes with the program") {
		t.Errorf("a shipped one's name: %d %s", code, said)
	}
	write("name: [")
	if code, _, said := kajkhoj(t, "source", "import", yaml, "--data", data); code != exitError || !strings.Contains(said, "line 1") {
		t.Errorf("no YAML: %d %s", code, said)
	}
	if code, out, _ := kajkhoj(t, "source", "export", "jobicy", "--data", data); code != exitOK || !strings.HasPrefix(out, "name: jobicy\n") {
		t.Errorf("a shipped one: %d %.100s", code, out)
	}
	if code, _, _ := kajkhoj(t, "source", "export", "nosuch", "--data", data); code != exitUsage {
		t.Errorf("an unknown one: %d", code)
	}
	code, out, said := kajkhoj(t, "admin", "token", "--data", data)
	if _, ok := market.Selector(strings.TrimSpace(out)); code != exitOK || !ok {
		t.Errorf("the token: %d %q %s", code, out, said)
	}
	a, err := newApp(t.Context(), func() config.Config { c := config.Default(); c.Data = data; return c }(), slog.New(slog.DiscardHandler), nil, outside{})
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	lines, err := a.store.AuditLog(t.Context(), 10)
	if err != nil || len(lines) != 2 || lines[0].Who != market.OperatorConsole || lines[0].What != "source.save" || lines[0].Subject != "river" {
		t.Errorf("the log: %+v, %v", lines, err)
	}
}

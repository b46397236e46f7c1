package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"github.com/kajkhoj/kajkhoj/internal/alert"
	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/mail"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/store"
)

// post is the site with a store of saved searches and a writer of letters.
type post struct {
	t      *testing.T
	f      *fair
	st     *store.Store
	scribe *scribe
	base   string
	log    bytes.Buffer
	net    int // of who asks next
}

// scribe writes letters and keeps the links' secrets.
type scribe struct {
	*mail.Writer
	mu      sync.Mutex
	letters []secrets
}

type secrets struct {
	to              market.Subscriber
	search          market.Search
	confirm, manage string
	key             string
}

func (s *scribe) Confirm(to market.Subscriber, q market.Search, confirm, manage string, now time.Time) (market.Letter, error) {
	l, err := s.Writer.Confirm(to, q, confirm, manage, now)
	s.note(secrets{to, q, confirm, manage, l.Key})
	return l, err
}

func (s *scribe) Manage(to market.Subscriber, manage string, now time.Time) (market.Letter, error) {
	l, err := s.Writer.Manage(to, manage, now)
	s.note(secrets{to, market.Search{}, "", manage, l.Key})
	return l, err
}

func (s *scribe) note(n secrets) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.letters = append(s.letters, n)
}

func (s *scribe) last() secrets {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.letters[len(s.letters)-1]
}

// mails gives options the store and the writer, without the time that answers
// are held.
func (p *post) mails(o *Options) {
	o.Subscriptions, o.Mails, o.Next, o.MailReady = p.st, p.scribe, alert.Next, true
	o.Refuse = func(q market.Query) error {
		if q.Text == "" && !q.Narrows() || q.Text == "job" && !q.Narrows() {
			return market.ErrInvalid
		}
		return nil
	}
	o.BounceSecret = "a secret for bounces"
	o.Log = slog.New(slog.NewTextHandler(&p.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func newPost(t *testing.T, change ...func(*Options)) *post {
	t.Helper()
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "kajkhoj.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	w, err := mail.NewWriter(mail.Site{BaseURL: "http://kajkhoj.test", Contact: "help@kajkhoj.test"})
	if err != nil {
		t.Fatal(err)
	}
	p := &post{t: t, f: newFair(), st: st, scribe: &scribe{Writer: w}}
	o := p.f.options()
	p.mails(&o)
	for _, c := range change {
		c(&o)
	}
	h, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	h.(*server).answerAfter = 0
	srv := httptest.NewUnstartedServer(nil)
	srv.Config = HTTPServer(h, o.Log)
	srv.Start()
	t.Cleanup(srv.Close)
	p.base = srv.URL
	return p
}

// send sends a form, as a browser does that follows nothing, each time from
// another network.
func (p *post) send(path string, form url.Values, header ...string) (*http.Response, string) {
	p.t.Helper()
	p.net++
	return reporter{p.t, p.base}.send("POST", path, form.Encode(), append([]string{"X-Forwarded-For", fmt.Sprintf("203.0.%d.%d", p.net/250+1, p.net%250+1)}, header...)...)
}

func asked(email string) url.Values {
	return url.Values{"search": {"q=typing&level=entry"}, "email": {email}, "freq": {"daily"}, "hour": {"8"}, "lang": {"en"}}
}

// subscribe saves a search and gives the secrets of its letter.
func (p *post) subscribe(email string) secrets {
	p.t.Helper()
	before := len(p.scribe.letters)
	if res, body := p.send("/subscribe", asked(email)); res.StatusCode != http.StatusSeeOther {
		p.t.Fatalf("subscribing: %s\n%s", res.Status, body)
	}
	if len(p.scribe.letters) == before {
		p.t.Fatal("no letter was written")
	}
	return p.scribe.last()
}

// confirmed is a person with a search that is on.
func (p *post) confirmed(email string) secrets {
	p.t.Helper()
	s := p.subscribe(email)
	if res, body := p.send("/confirm", url.Values{"token": {s.confirm}}); res.StatusCode != 200 {
		p.t.Fatalf("confirming: %s\n%s", res.Status, body)
	}
	return s
}

func (p *post) searches(s secrets) []market.Search {
	p.t.Helper()
	_, all, err := p.st.Manage(p.t.Context(), s.manage, p.f.now)
	if err != nil {
		p.t.Fatal(err)
	}
	return all
}

func read(t *testing.T, body string) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// A person's whole way: save, confirm, look, pause, edit, download, stop,
// start again, delete.
func TestSavedSearch(t *testing.T) {
	p := newPost(t)
	results := open(t, p.base+"/?q=type&level=entry&page=1&sort=new", "en", 200)
	save := attr(results.Find("#save").Parent().Find("a.btn"), "href")
	if save != "/subscribe?level=entry&q=type" {
		t.Fatalf("the page leads to %s", save)
	}
	if n := results.Find(`.foot a[href="/manage"]`).Length(); n != 1 {
		t.Errorf("the foot has %d links to saved searches", n)
	}
	for _, lang := range bothLangs {
		open(t, p.base+save, lang, 200)
	}
	doc := open(t, p.base+save, "en", 200)
	if got := words(doc.Find(".note").First()); !strings.HasPrefix(got, "Search: type, level: Entry, From Bangladesh") {
		t.Errorf("the search is told as %q", got)
	}
	form := url.Values{"email": {"Nasrin+kaj@Example.COM"}, "freq": {"weekly"}, "hour": {"21"}, "lang": {"bn"}, "search": {attr(doc.Find("[name=search]"), "value")}}
	res, body := p.send("/subscribe", form)
	to := res.Header.Get("Location")
	if res.StatusCode != http.StatusSeeOther || to != "/subscribe/sent?level=entry&q=type" || strings.Contains(strings.ToLower(body), "nasrin") {
		t.Fatalf("saving: %s to %s\n%s", res.Status, to, body)
	}
	for _, lang := range bothLangs {
		open(t, p.base+to, lang, 200)
	}
	if got := attr(open(t, p.base+to, "en", 200).Find(".text a"), "href"); got != save {
		t.Errorf("who wrote a wrong address is led to %s", got)
	}
	s := p.scribe.last()
	if s.to.Email != "Nasrin+kaj@example.com" || s.search.Query != "level=entry&q=type" || s.search.Freq != market.Weekly || s.search.Hour != 21 || s.search.Lang != "bn" || s.search.State != market.SearchPending {
		t.Errorf("saved was %+v for %+v", s.search, s.to)
	}

	// Looking at the link, however often, starts nothing.
	for range 3 {
		doc = open(t, p.base+"/confirm/"+s.confirm, "bn", 200)
		request(t, "HEAD", p.base+"/confirm/"+s.confirm)
	}
	if all := p.searches(s); len(all) != 1 || all[0].State != market.SearchPending {
		t.Fatalf("looking at the link made it %+v", all)
	}
	if got := words(doc.Find(".note")); !strings.Contains(got, "type") || !strings.Contains(got, "রাত ৯:০০ (ঢাকা সময়)") {
		t.Errorf("the page says %q", got)
	}
	// A mail in Bengali leads to a page in Bengali, whatever the browser likes.
	if _, body := get(t, p.base+"/confirm/"+s.confirm, "en"); !strings.Contains(body, `<html lang="bn">`) {
		t.Error("the mail's language is not the page's")
	}
	if _, body := get(t, p.base+"/confirm/"+s.confirm, "bn", "Cookie", "lang=en"); !strings.Contains(body, `<html lang="en">`) {
		t.Error("the language that was chosen on the page counts less than the mail's")
	}
	token := attr(doc.Find("form [name=token]"), "value")
	res, body = p.send("/confirm", url.Values{"token": {token}}, "Cookie", "lang=en")
	if res.StatusCode != 200 || !strings.Contains(body, "Mails for this search are on") || !strings.Contains(body, "29 November 2026, 21:") {
		t.Fatalf("confirming: %s\n%s", res.Status, body)
	}
	held(t, "confirmed", read(t, body), "en")
	all := p.searches(s)
	if len(all) != 1 || all[0].State != market.SearchOn || all[0].Confirmed.IsZero() {
		t.Fatalf("confirming made it %+v", all)
	}
	// Again it changes nothing, and says so.
	for _, lang := range bothLangs {
		open(t, p.base+"/confirm/"+s.confirm+"?lang="+lang, lang, 410)
	}
	if res, body := p.send("/confirm", url.Values{"token": {token}}, "Cookie", "lang=en"); res.StatusCode != 410 || !strings.Contains(body, "This link has been used") {
		t.Errorf("confirming twice: %s\n%s", res.Status, body)
	}
	if diff := cmp.Diff(all, p.searches(s)); diff != "" {
		t.Errorf("confirming twice changed it: %s", diff)
	}

	manage := "/manage/" + s.manage
	id := all[0].ID
	do := func(want string, fields ...string) *goquery.Document {
		t.Helper()
		form := url.Values{}
		for i := 0; i < len(fields); i += 2 {
			form.Add(fields[i], fields[i+1])
		}
		res, body := p.send(manage, form, "Sec-Fetch-Site", "same-origin")
		to := res.Header.Get("Location")
		if res.StatusCode != http.StatusSeeOther || to != manage+"?done="+want {
			t.Fatalf("%v: %s to %q\n%s", fields, res.Status, to, body)
		}
		open(t, p.base+to+"&lang=bn", "bn", 200)
		return open(t, p.base+to+"&lang=en", "en", 200)
	}
	doc = open(t, p.base+manage+"?lang=en", "en", 200)
	if got := words(doc.Find("main > .hint")); got != "Address: N•••@example.com" {
		t.Errorf("the address stands as %q", got)
	}
	if got := words(doc.Find(".rows li")); !strings.Contains(got, "type") || !strings.Contains(got, "Once a week, on Sunday On No mail yet Pause Edit Delete") {
		t.Errorf("the search stands as %q", got)
	}
	if got := attr(doc.Find(".rows h3 a"), "href"); got != "/?level=entry&q=type" {
		t.Errorf("the search opens at %s", got)
	}
	if got := words(do("paused", "do", "pause", "id", id).Find("[role=status], .rows .state")); got != "Paused. It sends nothing until you resume it.Paused" && !strings.Contains(got, "Paused") {
		t.Errorf("paused, the page says %q", got)
	}
	if all := p.searches(s); all[0].State != market.SearchPaused {
		t.Errorf("pausing made it %s", all[0].State)
	}
	do("resumed", "do", "resume", "id", id)
	if all := p.searches(s); all[0].State != market.SearchOn {
		t.Errorf("resuming made it %s", all[0].State)
	}
	do("saved", "do", "save", "hour", "6", "zone", "Asia/Dubai", "lang", "en")
	if who, _, err := p.st.Manage(t.Context(), s.manage, p.f.now); err != nil || who.Hour != 6 || who.Zone != "Asia/Dubai" || who.Lang != "en" {
		t.Errorf("saving made them %+v (%v)", who, err)
	}
	doc = open(t, p.base+manage, "en", 200)
	if attr(doc.Find("#zone option[selected]"), "value") != "Asia/Dubai" || words(doc.Find("#zone option[selected]")) != "Dubai (UTC+04:00)" || attr(doc.Find("#hour option[selected]"), "value") != "6" {
		t.Error("the page does not show what was saved")
	}

	// The edit page holds the search; what it sends is the search.
	edit := attr(doc.Find(`.rows a.btn`), "href")
	for _, lang := range bothLangs {
		open(t, p.base+edit+"?lang="+lang, lang, 200)
	}
	doc = open(t, p.base+edit, "en", 200)
	if attr(doc.Find("#q"), "value") != "type" || doc.Find(`[name=level][value=entry][checked]`).Length() != 1 || doc.Find(`[name=freq][value=weekly][checked]`).Length() != 1 || doc.Find("[name=sort]").Length() != 0 {
		t.Error("the edit page does not hold the search")
	}
	do("changed", "do", "edit", "id", id, "q", "data entry", "english", "conversational", "category", "data-entry", "category", "admin", "min", "৫০", "level", "", "from", "BD", "freq", "daily")
	if got := p.searches(s)[0]; got.Query != "category=data-entry&category=admin&english=conversational&min=50&q=data+entry" || got.Freq != market.Daily {
		t.Errorf("editing made it %+v", got)
	}

	res, body = p.send(manage, url.Values{"do": {"download"}})
	var got dossier
	if err := json.Unmarshal([]byte(body), &got); err != nil || res.StatusCode != 200 || res.Header.Get("Content-Type") != "application/json" || res.Header.Get("Content-Disposition") != `attachment; filename="kajkhoj.json"` {
		t.Fatalf("the download: %s %v\n%s", res.Status, err, body)
	}
	if got.Email != "Nasrin+kaj@example.com" || len(got.Searches) != 1 || got.Searches[0].Query != p.searches(s)[0].Query || len(got.Letters) != 1 || len(got.Links) == 0 || got.Hour != 6 {
		t.Errorf("downloaded was %+v", got)
	}
	for _, secret := range []string{s.manage, s.confirm, s.manage[16:], s.confirm[16:]} {
		if strings.Contains(body, secret) {
			t.Error("the download holds a link's secret")
		}
	}

	// One click stops it; the page offers the way back.
	res, body = p.send("/stop/"+s.manage, url.Values{"List-Unsubscribe": {"One-Click"}})
	if res.StatusCode != 200 || p.searches(s)[0].State != market.SearchStopped {
		t.Fatalf("stopping: %s, %+v", res.Status, p.searches(s))
	}
	doc = read(t, body)
	held(t, "stopped", doc, "en")
	if doc.Find("form").Length() != 2 || attr(doc.Find("form").First(), "action") != manage || attr(doc.Find("form [name=do]").First(), "value") != "resume-all" {
		t.Errorf("the page says %q", words(doc.Find("main")))
	}
	do("resumed", "do", "resume-all")
	if all := p.searches(s); all[0].State != market.SearchOn {
		t.Errorf("starting again made it %s", all[0].State)
	}
	do("stopped", "do", "stop-all")

	// Deleting everything wants a second press; after it nothing is left.
	res, body = p.send(manage, url.Values{"do": {"forget"}})
	if doc := read(t, body); res.StatusCode != 200 || attr(doc.Find("[name=sure]"), "value") != "1" || len(p.searches(s)) != 1 {
		t.Fatalf("the first press: %s\n%s", res.Status, body)
	}
	res, body = p.send(manage, url.Values{"do": {"forget"}, "sure": {"1"}})
	if res.StatusCode != 200 || !strings.Contains(body, "Everything is deleted") {
		t.Fatalf("the second press: %s\n%s", res.Status, body)
	}
	for _, path := range []string{manage, "/stop/" + s.manage, "/alive/" + s.manage, "/confirm/" + s.confirm, edit} {
		for _, lang := range bothLangs {
			open(t, p.base+path, lang, 410)
		}
	}
	if st, err := p.st.MailStats(t.Context(), p.f.now); err != nil || st.Subscribers != 0 || st.Searches[market.SearchStopped] != 0 {
		t.Errorf("left is %+v (%v)", st, err)
	}
}

// What is wrong with a form is said in its place, in both languages; what was
// typed stays, and the address gets into no address.
func TestSubscribeForm(t *testing.T) {
	p := newPost(t)
	for name, c := range map[string]struct{ field, value, en, bn string }{
		"nothing":        {"email", "", "The e-mail address is missing", "ইমেইল ঠিকানা লেখা হয়নি"},
		"no @":           {"email", "name.example.com", "has no @", "@ নেই"},
		"no domain":      {"email", "name@", "no mail server’s name", "মেইল সার্ভারের নাম নয়"},
		"no local part":  {"email", "@example.com", "No mail can be sent", "পাঠানো যায় না"},
		"no dot":         {"email", "name@localhost", "no mail server’s name", "মেইল সার্ভারের নাম নয়"},
		"an IP address":  {"email", "name@[127.0.0.1]", "no mail server’s name", "মেইল সার্ভারের নাম নয়"},
		"digits only":    {"email", "name@127.0.0.1", "No mail can be sent", "পাঠানো যায় না"},
		"two":            {"email", "a@example.com, b@example.com", "No mail can be sent", "পাঠানো যায় না"},
		"with a name":    {"email", "Nasrin <nasrin@example.com>", "no mail server’s name", "মেইল সার্ভারের নাম নয়"},
		"quoted":         {"email", `"nasrin kaj"@example.com`, "No mail can be sent", "পাঠানো যায় না"},
		"a new line":     {"email", "nasrin@example.com\r\nBcc: all@example.com", "No mail can be sent", "পাঠানো যায় না"},
		"a new line too": {"email", "nasrin\nBcc:x@example.com", "No mail can be sent", "পাঠানো যায় না"},
		"a zero":         {"email", "nasrin\x00@example.com", "No mail can be sent", "পাঠানো যায় না"},
		"Bengali":        {"email", "নাসরিন@example.com", "Before the @ only Latin letters", "ইংরেজি অক্ষর"},
		"not UTF-8":      {"email", "nasrin\xff@example.com", "Before the @ only Latin letters", "ইংরেজি অক্ষর"},
		"too long":       {"email", strings.Repeat("a", 64) + "@" + strings.Repeat("b.", 100) + "example.com", "too long: 254", "খুব লম্বা"},
		"much too long":  {"email", strings.Repeat("a", 3000) + "@example.com", "too long", "খুব লম্বা"},
		"long local":     {"email", strings.Repeat("a", 65) + "@example.com", "No mail can be sent", "পাঠানো যায় না"},
		"space in it":    {"email", "nas rin@example.com", "No mail can be sent", "পাঠানো যায় না"},
		"two dots":       {"email", "nas..rin@example.com", "No mail can be sent", "পাঠানো যায় না"},
		"bad punycode":   {"email", "nasrin@xn--a.example", "no mail server’s name", "মেইল সার্ভারের নাম নয়"},
		"underscore":     {"email", "nasrin@exa_mple.com", "no mail server’s name", "মেইল সার্ভারের নাম নয়"},
		"frequency":      {"freq", "hourly", "Choose how often", "কত ঘন ঘন"},
		"no frequency":   {"freq", "", "Choose how often", "কত ঘন ঘন"},
		"hour":           {"hour", "24", "Choose an hour", "সময় বেছে নিন"},
		"no hour":        {"hour", "eight", "Choose an hour", "সময় বেছে নিন"},
		"language":       {"lang", "fr", "Choose one of the two", "দুই ভাষার একটি"},
	} {
		form := asked("nasrin@example.com")
		form.Set("hour", "13")
		form.Set("freq", "weekly")
		form.Set(c.field, c.value)
		for lang, want := range map[string]string{"en": c.en, "bn": c.bn} {
			res, body := p.send("/subscribe", form, "Cookie", "lang="+lang)
			if res.StatusCode != 400 || res.Header.Get("Cache-Control") != "no-store" || res.Header.Get("Location") != "" {
				t.Errorf("%s: %s", name, res.Status)
				continue
			}
			doc := read(t, body)
			held(t, name, doc, lang)
			if got := words(doc.Find("[role=alert]")); !strings.Contains(got, want) || attr(doc.Find("[role=alert] a"), "href") != "#"+c.field {
				t.Errorf("%s: the page says %q, want %q", name, got, want)
			}
			if got := words(doc.Find("#" + c.field + "-error")); !strings.Contains(got, want) {
				t.Errorf("%s: beside the field stands %q", name, got)
			}
			if c.field == "email" {
				e := doc.Find("#email")
				if attr(e, "aria-invalid") != "true" || attr(e, "aria-describedby") != "email-error email-hint" {
					t.Errorf("%s: the field is not marked", name)
				}
				if clean := strings.ToValidUTF8(strings.NewReplacer("\x00", "\uFFFD", "\r\n", "\n").Replace(c.value), "\uFFFD"); attr(e, "value") != clean {
					t.Errorf("%s: what was typed is shown as %q", name, attr(e, "value"))
				}
				if attr(doc.Find("#hour option[selected]"), "value") != "13" || doc.Find("[value=weekly][checked]").Length() != 1 || doc.Find("[name=lang][value=en][checked]").Length() != 1 {
					t.Errorf("%s: what else was chosen is gone", name)
				}
			} else if attr(doc.Find("#email"), "value") != "nasrin@example.com" {
				t.Errorf("%s: the address is gone", name)
			}
			if got := attr(doc.Find("[name=search]"), "value"); got != "level=entry&q=typing" {
				t.Errorf("%s: the search is %q", name, got)
			}
			doc.Find("a[href]").Each(func(_ int, e *goquery.Selection) {
				if strings.Contains(attr(e, "href"), "nasrin") {
					t.Errorf("%s: the address is in the link %s", name, attr(e, "href"))
				}
			})
		}
	}
	for name, c := range map[string]struct {
		form   url.Values
		status int
		says   string
	}{
		"a search that is none":       {url.Values{"search": {"level=guru"}}, 400, "“level”"},
		"an unknown filter":           {url.Values{"search": {"colour=red"}}, 400, "“colour”"},
		"malformed":                   {url.Values{"search": {"q=%zz"}}, 400, "cannot be read"},
		"nothing to search":           {url.Values{"search": {""}}, 400, "no words and no filters"},
		"only a page":                 {url.Values{"search": {"page=3&sort=new"}}, 400, "no words and no filters"},
		"a word that says nothing":    {url.Values{"search": {"q=job"}}, 400, "its words alone say too little"},
		"a field that is not there":   {url.Values{"search": {"q=typing"}, "name": {"x"}}, 400, "“name”"},
		"a form that is far too long": {url.Values{"search": {"q=typing"}, "email": {strings.Repeat("x", largestForm)}}, 413, "cannot be read"},
	} {
		form := asked("nasrin@example.com")
		for k, v := range c.form {
			form[k] = v
		}
		if res, body := p.send("/subscribe", form); res.StatusCode != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s: %s\n%s", name, res.Status, body)
		}
	}
	for path, status := range map[string]int{"/subscribe?level=guru": 400, "/subscribe?colour=red": 400, "/subscribe?utm_source=x&q=typing": 200, "/subscribe?q=%zz": 400, "/subscribe": 200, "/subscribe/sent?level=guru": 400, "/manage?x=1": 400} {
		for _, lang := range bothLangs {
			open(t, p.base+path, lang, status)
		}
	}
	if doc := open(t, p.base+"/subscribe", "en", 200); doc.Find("form").Length() != 0 || !strings.Contains(words(doc.Find("main")), "no words and no filters") {
		t.Error("a search for everything is offered")
	}
	if len(p.scribe.letters) != 0 {
		t.Errorf("letters were written: %+v", p.scribe.letters)
	}
	for typed, want := range map[string]string{
		" nasrin@example.com\u00a0":            "nasrin@example.com",
		"\u200bnasrin@EXAMPLE.com":             "nasrin@example.com",
		"Nas.Rin+kaj@example.com":              "Nas.Rin+kaj@example.com",
		"o'hara/x=y@example.com":               "o'hara/x=y@example.com",
		"nasrin@bücher.example":                "nasrin@xn--bcher-kva.example",
		"nasrin@কাজ.বাংলা":                     "nasrin@xn--p5bo5h.xn--54b7fta0cc",
		strings.Repeat("a", 64) + "@b.example": strings.Repeat("a", 64) + "@b.example",
	} {
		if got := p.subscribe(typed).to.Email; got != want {
			t.Errorf("%q is taken as %q, want %q", typed, got, want)
		}
	}
}

// Before they decide, a person sees how much there would be; what would be too
// many mails is not offered, and not taken either.
func TestHowMuchAndHowOften(t *testing.T) {
	p := newPost(t)
	base := p.f.listings[0]
	for i := range 141 {
		l := base
		l.ID = market.ListingID("gigboard", fmt.Sprint("many", i))
		l.Group, l.Title, l.AlsoOn = l.ID, "Plenty of plenty", nil
		p.f.listings = append(p.f.listings, l)
	}
	doc := open(t, p.base+"/subscribe?q=plenty", "en", 200)
	if got := words(doc.Find(".note .hint")); got != "141 new listings in the last 7 days. Daily, that is about 20; a mail holds 10 and links to the rest. Change the search" {
		t.Errorf("it says %q", got)
	}
	if e := doc.Find("[value=instant]"); attr(e, "aria-describedby") != "no-instant" || e.Filter("[disabled]").Length() != 1 {
		t.Error("at once is offered")
	}
	if got := words(doc.Find("#no-instant")); !strings.Contains(got, "more than 20 mails a day") {
		t.Errorf("why not: %q", got)
	}
	form := asked("nasrin@example.com")
	form.Set("search", "q=plenty")
	form.Set("freq", "instant")
	if res, body := p.send("/subscribe", form); res.StatusCode != 400 || !strings.Contains(words(read(t, body).Find("#freq-error")), "more than 20 mails a day") {
		t.Errorf("it is taken: %s", res.Status)
	}
	p.f.listings = p.f.listings[:len(p.f.listings)-1] // 140 is 20 a day
	if e := open(t, p.base+"/subscribe?q=plenty", "en", 200).Find("[value=instant]"); e.Filter("[disabled]").Length() != 0 {
		t.Error("20 a day are refused")
	}
	if res, _ := p.send("/subscribe", form); res.StatusCode != http.StatusSeeOther || p.scribe.last().search.Freq != market.Instant {
		t.Errorf("20 a day: %s", res.Status)
	}
	week := len(p.f.matching(market.Query{Text: "subtitle", From: "BD", Days: 7, Now: p.f.now}))
	if all := len(p.f.matching(market.Query{Text: "subtitle", From: "BD", Now: p.f.now})); week == 0 || week >= 7 || week == all {
		t.Fatalf("of %d there are %d new", all, week)
	}
	for query, want := range map[string]string{
		"?q=subtitle": fmt.Sprintf("New in the last 7 days: %d. A mail comes only when there is something new. Change the search", week),
		"?q=qwertz":   "Hardly anything new in the last 7 days. A mail comes as soon as there is something. Change the search",
	} {
		if got := words(open(t, p.base+"/subscribe"+query, "en", 200).Find(".note .hint")); got != want {
			t.Errorf("%s says %q", query, got)
		}
		open(t, p.base+"/subscribe"+query, "bn", 200)
	}
	// What hits without all words is no news for the search.
	p.f.dropped = []string{"qwertz"}
	if got := words(open(t, p.base+"/subscribe?q=plenty", "en", 200).Find(".note .hint")); !strings.HasPrefix(got, "Hardly anything new") {
		t.Errorf("with words dropped it says %q", got)
	}
	p.f.dropped, p.f.degraded = nil, true
	doc = open(t, p.base+"/subscribe?q=plenty", "en", 200)
	if got := words(doc.Find(".note .hint")); !strings.HasPrefix(got, "How much is new cannot be counted") || doc.Find("[value=instant][disabled]").Length() != 1 {
		t.Errorf("without the engine it says %q", got)
	}
	if res, _ := p.send("/subscribe", form); res.StatusCode != 400 {
		t.Errorf("at once, uncounted: %s", res.Status)
	}
	form.Set("freq", "daily")
	if res, _ := p.send("/subscribe", form); res.StatusCode != http.StatusSeeOther {
		t.Errorf("daily, uncounted: %s", res.Status)
	}
	p.f.searchErr = errors.New("all is broken")
	if res, _ := get(t, p.base+"/subscribe?q=plenty", "en"); res.StatusCode != 503 {
		t.Errorf("a search that fails: %s", res.Status)
	}
}

// same is all that an answer tells, but for the time.
func same(res *http.Response, body string) string {
	h := res.Header.Clone()
	h.Del("Date")
	var b strings.Builder
	fmt.Fprintln(&b, res.Status)
	h.Write(&b)
	return b.String() + body
}

// Nobody learns by asking whether an address is known, takes no mail, or has
// had its share: the answers are the same byte for byte.
func TestAnswersDoNotTellAddressesApart(t *testing.T) {
	p := newPost(t)
	known := p.confirmed("known@example.com")
	p.subscribe("pending@example.com")
	bounced := p.confirmed("bounced@example.com")
	if err := p.st.Bounced(t.Context(), bounced.key, market.SuppressBounce, p.f.now); err != nil {
		t.Fatal(err)
	}
	for range market.MaxConfirm {
		p.subscribe("often@example.com")
	}
	stopped := p.confirmed("stopped@example.com")
	p.send("/stop/"+stopped.manage, nil)
	for _, ask := range []struct {
		path string
		form func(string) url.Values
	}{
		{"/subscribe", asked},
		{"/manage", func(email string) url.Values { return url.Values{"email": {email}} }},
	} {
		first := ""
		for _, email := range []string{"nobody@example.com", "known@example.com", "pending@example.com", "bounced@example.com", "often@example.com", "stopped@example.com", "KNOWN@EXAMPLE.com"} {
			res, body := p.send(ask.path, ask.form(email))
			got := same(res, body)
			if first == "" {
				first = got
			}
			if got != first || res.StatusCode != http.StatusSeeOther {
				t.Errorf("%s: %s is told apart:\n%s\n%s", ask.path, email, first, got)
			}
		}
	}
	// The mails do tell: those that have searches get their link.
	var got []string
	for _, l := range p.scribe.letters {
		if l.confirm == "" {
			got = append(got, l.to.Email)
		}
	}
	if !slices.Contains(got, "known@example.com") {
		t.Errorf("links were written for %v", got)
	}
	if st, err := p.st.MailStats(t.Context(), p.f.now); err != nil || st.Suppressed[market.SuppressBounce] != 1 {
		t.Errorf("%+v (%v)", st, err)
	}
	if len(p.searches(known)) == 0 {
		t.Error("the known one's searches are gone")
	}
	// An address on its own way through the confirmation of one that takes no
	// mail is told plainly.
	s := p.subscribe("later@example.com")
	if err := p.st.Suppress(t.Context(), "later@example.com", market.SuppressComplaint, p.f.now); err != nil {
		t.Fatal(err)
	}
	if res, body := p.send("/confirm", url.Values{"token": {s.confirm}}); res.StatusCode != 409 && res.StatusCode != 410 {
		t.Errorf("confirming for an address that takes no mail: %s\n%s", res.Status, body)
	}
}

// The time of an answer does not tell either: it is held until a while has
// passed.
func TestAnswersAreHeld(t *testing.T) {
	p := newPost(t)
	o := p.f.options()
	p.mails(&o)
	h, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	defer srv.Close()
	for _, email := range []string{"new@example.com", "new@example.com"} {
		for path, form := range map[string]url.Values{"/subscribe": asked(email), "/manage": {"email": {email}}} {
			began := time.Now()
			if res, _ := (reporter{t, srv.URL}).send("POST", path, form.Encode()); res.StatusCode != 303 {
				t.Fatal(res.Status)
			}
			if took := time.Since(began); took < answerAfter {
				t.Errorf("%s answers after %v", path, took)
			}
		}
	}
}

// Links that were cut, forged, have run out or are of another kind change
// nothing and are told what to do, in both languages.
func TestForgedAndDeadLinks(t *testing.T) {
	p := newPost(t)
	s, other := p.confirmed("nasrin@example.com"), p.subscribe("other@example.com")
	before := p.searches(s)
	forged := s.manage[:16] + other.manage[16:]
	flipped := s.manage[:47] + map[bool]string{true: "b", false: "a"}[s.manage[47] == 'a']
	for name, c := range map[string]struct {
		token  string
		status int
	}{
		"cut":                   {s.manage[:40], 404},
		"too long":              {s.manage + "a", 404},
		"capitals":              {strings.ToUpper(s.manage), 404},
		"another secret":        {forged, 410},
		"one letter wrong":      {flipped, 410},
		"the search's selector": {s.confirm[:16] + s.manage[16:], 410},
		"nothing":               {strings.Repeat("a", 48), 410},
		"markup":                {url.PathEscape(`"><script>alert(1)</script>`), 404},
		"dots":                  {"%2e%2e%2fetc", 404},
		"of another kind":       {s.confirm, 410},
	} {
		for _, path := range []string{"/manage/", "/stop/", "/alive/"} {
			for _, lang := range bothLangs {
				doc := open(t, p.base+path+c.token, lang, c.status)
				if doc.Find(`a[href="/manage"]`).Length() == 0 {
					t.Errorf("%s%s: no way out", path, name)
				}
			}
			res, body := p.send(path+c.token, url.Values{"do": {"forget"}, "sure": {"1"}})
			if res.StatusCode != c.status || strings.Contains(body, "<script>") {
				t.Errorf("POST %s%s: %s", path, name, res.Status)
			}
		}
		if c.token == s.confirm {
			continue
		}
		for _, lang := range bothLangs {
			open(t, p.base+"/confirm/"+c.token, lang, c.status)
		}
		plain, _ := url.PathUnescape(c.token)
		if res, _ := p.send("/confirm", url.Values{"token": {plain}}); res.StatusCode != c.status {
			t.Errorf("confirming with %s: %s", name, res.Status)
		}
	}
	if res, _ := p.send("/confirm", url.Values{"token": {s.manage}}); res.StatusCode != 410 {
		t.Errorf("confirming with a link to the searches: %s", res.Status)
	}
	if res, _ := p.send("/confirm", nil); res.StatusCode != 404 {
		t.Errorf("confirming with nothing: %s", res.Status)
	}
	if diff := cmp.Diff(before, p.searches(s)); diff != "" {
		t.Errorf("a forged link changed something: %s", diff)
	}
	// One person's link does nothing to another's search.
	for _, do := range []string{"pause", "delete"} {
		id := p.searches(other)[0].ID
		if res, _ := p.send("/manage/"+s.manage, url.Values{"do": {do}, "id": {id}}); res.Header.Get("Location") != "/manage/"+s.manage+"?done=gone" {
			t.Errorf("%s of another's search: %s to %s", do, res.Status, res.Header.Get("Location"))
		}
		open(t, p.base+"/manage/"+s.manage+"/"+id, "en", 404)
	}
	// One that waits for its confirmation is not started in another way.
	id := p.searches(other)[0].ID
	for _, form := range []url.Values{{"do": {"resume"}, "id": {id}}, {"do": {"resume-all"}}, {"do": {"edit"}, "id": {id}, "q": {"x"}, "freq": {"daily"}}} {
		p.send("/manage/"+other.manage, form)
	}
	if got := p.searches(other); len(got) != 1 || got[0].State != market.SearchPending {
		t.Errorf("what waits became %+v", got)
	}
	open(t, p.base+"/manage/"+other.manage+"?lang=en", "en", 200)
	for name, c := range map[string]struct {
		path   string
		form   url.Values
		status int
	}{
		"no button":        {"/manage/" + s.manage, url.Values{}, 400},
		"a strange one":    {"/manage/" + s.manage, url.Values{"do": {"explode"}}, 400},
		"a strange field":  {"/manage/" + s.manage, url.Values{"do": {"pause"}, "id": {"x"}, "y": {"z"}}, 400},
		"a strange zone":   {"/manage/" + s.manage, url.Values{"do": {"save"}, "hour": {"8"}, "lang": {"bn"}, "zone": {"../../etc/passwd"}}, 400},
		"the own zone":     {"/manage/" + s.manage, url.Values{"do": {"save"}, "hour": {"8"}, "lang": {"bn"}, "zone": {"Local"}}, 400},
		"a strange hour":   {"/manage/" + s.manage, url.Values{"do": {"save"}, "hour": {"-1"}, "lang": {"bn"}, "zone": {"UTC"}}, 400},
		"a strange done":   {"/manage/" + s.manage + "?done=all", nil, 0},
		"a bad edit":       {"/manage/" + s.manage, url.Values{"do": {"edit"}, "id": {before[0].ID}, "level": {"guru"}, "min": {"lots"}, "freq": {"never"}, "q": {"x"}}, 400},
		"an edit to all":   {"/manage/" + s.manage, url.Values{"do": {"edit"}, "id": {before[0].ID}, "q": {""}, "freq": {"daily"}}, 400},
		"an edit of none":  {"/manage/" + s.manage, url.Values{"do": {"edit"}, "id": {"x"}, "q": {"a"}, "freq": {"daily"}}, 404},
		"a strange search": {"/manage/" + s.manage + "/x", nil, 0},
	} {
		if c.status == 0 {
			if res, _ := get(t, p.base+c.path, "en"); res.StatusCode/100 != 4 {
				t.Errorf("%s: %s", name, res.Status)
			}
			continue
		}
		if res, body := p.send(c.path, c.form, "Cookie", "lang=en"); res.StatusCode != c.status {
			t.Errorf("%s: %s\n%s", name, res.Status, body)
		} else {
			held(t, name, read(t, body), "en")
		}
	}
	for _, query := range []string{"?do=forget&sure=1", "?do=stop-all", "?do=delete&id=" + before[0].ID, "?List-Unsubscribe=One-Click"} {
		for _, path := range []string{"/manage/", "/stop/", "/alive/"} {
			if res, _ := get(t, p.base+path+s.manage+query, "en"); res.StatusCode != 400 {
				t.Errorf("GET %s with %s: %s", path, query, res.Status)
			}
		}
	}
	if diff := cmp.Diff(before, p.searches(s)); diff != "" {
		t.Errorf("a bad form changed something: %s", diff)
	}
	// Expired: a week for the confirmation, half a year for the others.
	p.f.now = p.f.now.Add(market.ConfirmTokenFor)
	open(t, p.base+"/confirm/"+other.confirm, "en", 410)
	if res, _ := p.send("/confirm", url.Values{"token": {other.confirm}}); res.StatusCode != 410 {
		t.Errorf("confirming after a week: %s", res.Status)
	}
	open(t, p.base+"/manage/"+s.manage+"?lang=en", "en", 200)
	p.f.now = p.f.now.Add(market.ManageTokenFor)
	open(t, p.base+"/manage/"+s.manage, "en", 410)
	if res, _ := p.send("/stop/"+s.manage, url.Values{"List-Unsubscribe": {"One-Click"}}); res.StatusCode != 410 {
		t.Errorf("stopping after half a year: %s", res.Status)
	}
}

// Revoked links are dead, the one that revoked them too; a new one can be had.
func TestRevoke(t *testing.T) {
	p := newPost(t)
	s := p.confirmed("nasrin@example.com")
	res, body := p.send("/manage/"+s.manage, url.Values{"do": {"revoke"}})
	if doc := read(t, body); res.StatusCode != 200 || attr(doc.Find("[name=sure]"), "value") != "1" || attr(doc.Find("[name=do]"), "value") != "revoke" {
		t.Fatalf("the first press: %s\n%s", res.Status, body)
	}
	open(t, p.base+"/manage/"+s.manage, "en", 200)
	if res, body = p.send("/manage/"+s.manage, url.Values{"do": {"revoke"}, "sure": {"1"}}); res.StatusCode != 200 {
		t.Fatalf("the second press: %s\n%s", res.Status, body)
	}
	open(t, p.base+"/manage/"+s.manage, "en", 410)
	for _, lang := range bothLangs {
		open(t, p.base+"/manage", lang, 200)
		open(t, p.base+"/manage/sent", lang, 200)
	}
	if res, _ := p.send("/manage", url.Values{"email": {"nasrin@example.com"}}); res.Header.Get("Location") != "/manage/sent" {
		t.Fatalf("asking for a link: %s to %s", res.Status, res.Header.Get("Location"))
	}
	open(t, p.base+"/manage/"+p.scribe.last().manage, "en", 200)
	res, body = p.send("/manage", url.Values{"email": {"nasrin"}})
	doc := read(t, body)
	held(t, "asking with a bad address", doc, "en")
	if res.StatusCode != 400 || attr(doc.Find("#email"), "aria-invalid") != "true" || attr(doc.Find("#email"), "value") != "nasrin" || !strings.Contains(words(doc.Find("#email-error")), "no @") {
		t.Errorf("asking with a bad address: %s\n%s", res.Status, body)
	}
}

// Mail programs stop the mails with a POST that has neither cookie nor origin
// (RFC 8058); looking never does. The confirmation mail's link does too.
func TestOneClick(t *testing.T) {
	send := func(p *post, path, contentType, body string, header ...string) int {
		t.Helper()
		req, err := http.NewRequest("POST", p.base+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if req.Header["User-Agent"] = nil; contentType != "" {
			req.Header.Set("Content-Type", contentType)
		}
		for i := 0; i < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		io.Copy(io.Discard, res.Body)
		if res.Header.Get("Location") != "" || res.Header.Get("Set-Cookie") != "" {
			t.Errorf("it leads to %q and sets %q", res.Header.Get("Location"), res.Header.Get("Set-Cookie"))
		}
		return res.StatusCode
	}
	const click = "List-Unsubscribe=One-Click"
	multi := "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n"
	p := newPost(t)
	for name, c := range map[string][]string{
		"a form":               {"application/x-www-form-urlencoded", click},
		"no type":              {"", click},
		"parts":                {"multipart/form-data; boundary=x", multi},
		"no body":              {"", ""},
		"from another site":    {"application/x-www-form-urlencoded", click, "Origin", "https://mail.example", "Sec-Fetch-Site", "cross-site"},
		"from a sandbox":       {"application/x-www-form-urlencoded", click, "Origin", "null"},
		"with another's words": {"application/x-www-form-urlencoded", click, "Accept-Language", "xx", "Cookie", "lang=zz"},
	} {
		s := p.confirmed(strings.ReplaceAll(name, " ", "")[:4] + fmt.Sprint(len(name)) + strings.ReplaceAll(strings.ReplaceAll(name, "'", ""), " ", "-") + "@example.com")
		for _, method := range []string{"GET", "HEAD"} {
			if res, _ := request(t, method, p.base+"/stop/"+s.manage); res.StatusCode != 200 {
				t.Errorf("%s: %s", method, res.Status)
			}
		}
		if got := p.searches(s)[0].State; got != market.SearchOn {
			t.Fatalf("looking made it %s", got)
		}
		for range 2 { // a second time does no harm
			if status := send(p, "/stop/"+s.manage, c[0], c[1], c[2:]...); status != 200 {
				t.Errorf("%s: %d", name, status)
			}
			if got := p.searches(s)[0].State; got != market.SearchStopped {
				t.Errorf("%s: it is %s", name, got)
			}
		}
	}
	// What waits for its confirmation goes, and cannot be confirmed after that.
	s := p.subscribe("pending@example.com")
	if status := send(p, "/stop/"+s.manage, "", click); status != 200 {
		t.Errorf("from the confirmation mail: %d", status)
	}
	if res, _ := p.send("/confirm", url.Values{"token": {s.confirm}}); res.StatusCode != 410 {
		t.Errorf("confirming what was stopped: %s", res.Status)
	}
}

// "Still looking?" is answered by a button.
func TestAlive(t *testing.T) {
	p := newPost(t)
	s := p.confirmed("nasrin@example.com")
	p.f.now = p.f.now.Add(100 * 24 * time.Hour)
	was := p.searches(s)[0].AliveAt
	for _, lang := range bothLangs {
		doc := open(t, p.base+"/alive/"+s.manage+"?lang="+lang, lang, 200)
		if !strings.Contains(words(doc.Find(".note")), "typing") {
			t.Errorf("the page says %q", words(doc.Selection))
		}
	}
	if got := p.searches(s)[0].AliveAt; !got.Equal(was) {
		t.Error("looking at the page is an answer")
	}
	if res, body := p.send("/alive/"+s.manage, nil, "Cookie", "lang=en"); res.StatusCode != 200 || !strings.Contains(body, "The mails go on") {
		t.Fatalf("%s\n%s", res.Status, body)
	}
	if got := p.searches(s)[0].AliveAt; !got.Equal(p.f.now) {
		t.Errorf("they were last alive at %v", got)
	}
}

// Other sites cannot make a browser save, confirm, change or ask anything.
func TestCrossSite(t *testing.T) {
	p := newPost(t)
	s, pending := p.confirmed("nasrin@example.com"), p.subscribe("other@example.com")
	n := len(p.scribe.letters)
	before := p.searches(s)
	for path, form := range map[string]url.Values{
		"/subscribe": asked("x@example.com"), "/manage": {"email": {"nasrin@example.com"}}, "/confirm": {"token": {pending.confirm}},
		"/manage/" + s.manage: {"do": {"forget"}, "sure": {"1"}}, "/alive/" + s.manage: {},
	} {
		for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null", "Sec-Fetch-Site", "cross-site"}} {
			if res, body := p.send(path, form, append(header, "Cookie", "lang=en")...); res.StatusCode != 403 || !strings.Contains(body, "another site") {
				t.Errorf("POST %s with %v: %s", path, header, res.Status)
			}
		}
		// Pages with a token tell no referrer, so that an old browser's own form
		// comes from nowhere: the token is what allows it.
		want := map[bool]int{true: 403, false: 200}[path == "/subscribe" || path == "/manage"]
		if path != "/manage/"+s.manage {
			if res, _ := p.send(path, form, "Origin", "null"); res.StatusCode != want {
				t.Errorf("POST %s from nowhere: %s", path, res.Status)
			}
		}
	}
	if len(p.scribe.letters) != n || !cmp.Equal(before[0].Query, p.searches(s)[0].Query) {
		t.Error("something was done")
	}
	for path, allow := range map[string]string{"/confirm": "POST", "/subscribe": "GET, HEAD, POST", "/manage/" + s.manage: "GET, HEAD, POST", "/stop/" + s.manage: "GET, HEAD, POST", "/subscribe/sent": "GET, HEAD"} {
		for _, method := range []string{"PUT", "DELETE", "PATCH"} {
			if res, _ := request(t, method, p.base+path); res.StatusCode != 405 || res.Header.Get("Allow") != allow {
				t.Errorf("%s %s: %s, Allow %q", method, path, res.Status, res.Header.Get("Allow"))
			}
		}
	}
	if res, _ := get(t, p.base+"/confirm", "en"); res.StatusCode != 405 {
		t.Errorf("GET /confirm: %s", res.Status)
	}
	for _, path := range []string{"/stop", "/stop/", "/alive", "/alive/", "/manage/", "/confirm/", "/manage/" + s.manage + "/", "/manage/" + s.manage + "/a/b", "/stop/" + s.manage + "/x"} {
		open(t, p.base+path, "en", 404)
	}
	for _, body := range []string{"", "{}", "do=%zz"} {
		for _, kind := range []string{"application/json", "text/plain", ""} {
			res, _ := reporter{t, p.base}.send("POST", "/manage/"+s.manage, body, "Content-Type", kind)
			if res.StatusCode != 415 {
				t.Errorf("%q as %q: %s", body, kind, res.Status)
			}
		}
	}
}

// One network may ask for some mails, and then for one now and then.
func TestAskRate(t *testing.T) {
	p := newPost(t)
	from := func(network, email, lang string) (*http.Response, string) {
		return reporter{t, p.base}.send("POST", "/subscribe", asked(email).Encode(), "X-Forwarded-For", network, "Accept-Language", lang)
	}
	for i := range askBurst {
		if res, _ := from("203.0.113.5", fmt.Sprintf("a%d@example.com", i), "en"); res.StatusCode != 303 {
			t.Fatalf("request %d: %s", i, res.Status)
		}
	}
	for lang, want := range map[string]string{"en": "Too many requests at once", "bn": "একসঙ্গে অনেকবার"} {
		res, body := from("203.0.113.5", "b@example.com", lang)
		if res.StatusCode != 429 || res.Header.Get("Retry-After") != "30" || !strings.Contains(body, want) {
			t.Errorf("one too many: %s, Retry-After %q", res.Status, res.Header.Get("Retry-After"))
		}
	}
	if res, _ := (reporter{t, p.base}).send("POST", "/manage", "email=b@example.com", "X-Forwarded-For", "203.0.113.5"); res.StatusCode != 429 {
		t.Errorf("asking for a link: %s", res.Status)
	}
	if res, _ := from("203.0.113.6", "b@example.com", "en"); res.StatusCode != 303 {
		t.Errorf("another network: %s", res.Status)
	}
	p.f.now = p.f.now.Add(askEvery)
	if res, _ := from("203.0.113.5", "b@example.com", "en"); res.StatusCode != 303 {
		t.Errorf("later: %s", res.Status)
	}
}

// One mailbox has many addresses, and gets no more mails for that; who asks
// is told nothing of it.
func TestOneMailboxOfManyAddresses(t *testing.T) {
	p := newPost(t)
	ask := func(email string) (filed int) {
		t.Helper()
		before := len(p.scribe.letters)
		if res, body := p.send("/subscribe", asked(email)); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s\n%s", res.Status, body)
		}
		return len(p.scribe.letters) - before
	}
	filed := 0
	for i := range 2 * boxDaily {
		filed += ask(fmt.Sprintf("nas.rin+%d@gmail.com", i)) + ask(fmt.Sprintf("N.asrin+%d@GoogleMail.com", i))
	}
	if filed != boxDaily {
		t.Errorf("one mailbox gets %d mails, want %d", filed, boxDaily)
	}
	if res, _ := p.send("/manage", url.Values{"email": {"nasrin+0@gmail.com"}}); res.StatusCode != http.StatusSeeOther {
		t.Errorf("asking for the link tells: %s", res.Status)
	}
	if ask("nasrin@example.com") != 1 || ask("nas.rin@example.com") != 1 {
		t.Error("another mailbox gets none")
	}
	p.f.now = p.f.now.Add(24 * time.Hour)
	if ask("nasrin+new@gmail.com") != 1 {
		t.Error("the next day it gets none")
	}
}

// What is one person's is kept from caches, search engines and other sites.
func TestPrivatePages(t *testing.T) {
	p := newPost(t)
	s, pending := p.confirmed("nasrin@example.com"), p.subscribe("other@example.com")
	for _, path := range []string{"/subscribe?q=typing", "/subscribe/sent?q=typing", "/manage", "/manage/sent", "/manage/" + s.manage, "/manage/" + s.manage + "/" + p.searches(s)[0].ID,
		"/stop/" + s.manage, "/alive/" + s.manage, "/confirm/" + pending.confirm, "/confirm/" + s.confirm, "/confirm/x", "/manage/x", "/manage/" + strings.Repeat("a", 48)} {
		res, body := get(t, p.base+path, "en")
		referrer := "no-referrer"
		if strings.HasPrefix(path, "/subscribe") || path == "/manage" || path == "/manage/sent" {
			referrer = "strict-origin-when-cross-origin" // so that its form tells its origin
		}
		for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": referrer, "X-Robots-Tag": "noindex", "Content-Security-Policy": policy} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		doc := read(t, body)
		if attr(doc.Find("meta[name=robots]"), "content") != "noindex" || doc.Find("link[rel=canonical], link[rel=alternate]").Length() != 0 {
			t.Errorf("%s is for search engines", path)
		}
		if strings.Contains(body, "nasrin@") || strings.Contains(body, "other@") {
			t.Errorf("%s shows the address", path)
		}
	}
	_, robots := get(t, p.base+"/robots.txt", "en")
	for _, path := range []string{"/subscribe", "/confirm", "/manage", "/stop/", "/alive/"} {
		if !strings.Contains(robots, "\nDisallow: "+path+"\n") {
			t.Errorf("robots.txt lets search engines at %s", path)
		}
	}
}

// Without a store of saved searches there is nothing about mails.
func TestNoMails(t *testing.T) {
	f := newFair()
	base := f.serve(t).URL
	for _, path := range []string{"/subscribe?q=x", "/subscribe/sent", "/manage", "/manage/" + strings.Repeat("a", 48), "/confirm/x", "/stop/x", "/alive/x", "/mail/bounce"} {
		if res, _ := get(t, base+path, "en"); res.StatusCode != 404 {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
	for _, path := range []string{"/", "/?q=nothing-has-this-word", "/status", "/about"} {
		if _, body := get(t, base+path, "en"); strings.Contains(body, "/subscribe") || strings.Contains(body, "/manage") {
			t.Errorf("%s speaks of saved searches", path)
		}
	}
	if _, body := get(t, base+"/metrics", "en"); strings.Contains(body, "kajkhoj_mail") {
		t.Error("the metrics speak of mails")
	}
	p := newPost(t)
	if doc := open(t, p.base+"/?q=nothing-has-this-word", "en", 200); attr(doc.Find("#nothing .links a").First(), "href") != "/subscribe?q=nothing-has-this-word" {
		t.Error("where nothing is found, no mail is offered")
	}
	o := p.f.options()
	p.mails(&o)
	o.Refuse = nil
	if _, err := New(o); err == nil {
		t.Error("a site without Refuse is made")
	}
}

// What came back makes an address get no mail any more, where who tells it
// has the secret.
func TestBounce(t *testing.T) {
	p := newPost(t, func(o *Options) {
		o.ParseBounce = func(raw []byte) (string, market.SuppressReason, bool) {
			key, ok := strings.CutPrefix(string(raw), "failed: ")
			return strings.TrimSpace(key), market.SuppressBounce, ok
		}
	})
	s, other := p.confirmed("nasrin@example.com"), p.confirmed("other@example.com")
	const bearer = "Bearer a secret for bounces"
	report := func(auth, kind, body string) (int, string) {
		res, got := reporter{t, p.base}.send("POST", bouncePath, body, "Authorization", auth, "Content-Type", kind)
		return res.StatusCode, got
	}
	good := `{"key":"` + s.key + `","reason":"bounce"}`
	for name, c := range map[string]struct {
		auth, kind, body string
		status           int
	}{
		"no secret":         {"", "application/json", good, 401},
		"another secret":    {"Bearer x", "application/json", good, 401},
		"not bearing it":    {"a secret for bounces", "application/json", good, 401},
		"basic":             {"Basic a secret for bounces", "application/json", good, 401},
		"no JSON":           {bearer, "application/json", "{", 400},
		"another field":     {bearer, "application/json", `{"key":"a","reason":"bounce","x":1}`, 400},
		"another reason":    {bearer, "application/json", `{"key":"` + s.key + `","reason":"operator"}`, 400},
		"no key":            {bearer, "application/json", `{"reason":"bounce"}`, 400},
		"a strange key":     {bearer, "application/json", `{"key":"../x","reason":"bounce"}`, 400},
		"unknown":           {bearer, "application/json", `{"key":"nosuchletter","reason":"bounce"}`, 404},
		"a form":            {bearer, "application/x-www-form-urlencoded", "key=" + s.key, 415},
		"no type":           {bearer, "", good, 415},
		"too big":           {bearer, "message/rfc822", strings.Repeat("x", largestBounce+1), 413},
		"an ordinary mail":  {bearer, "message/rfc822", "Subject: I am away\r\n\r\nBack on Sunday.\r\n", 200},
		"an unknown letter": {bearer, "message/rfc822", "failed: nosuchletter", 404},
	} {
		if status, body := report(c.auth, c.kind, c.body); status != c.status || status == 200 && !strings.Contains(body, `"noted":false`) {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if res, _ := request(t, "GET", p.base+bouncePath); res.StatusCode != 405 {
		t.Errorf("GET: %s", res.Status)
	}
	if p.searches(s)[0].State != market.SearchOn {
		t.Fatal("a bad report did something")
	}
	if status, body := report(bearer, "application/json; charset=utf-8", good); status != 200 || !strings.Contains(body, `"noted":true`) {
		t.Errorf("a report: %d %s", status, body)
	}
	if status, body := report(bearer, "message/rfc822", "failed: "+other.key+"\r\n"+strings.Repeat(" ", 200<<10)); status != 200 || !strings.Contains(body, `"noted":true`) {
		t.Errorf("a message: %d %s", status, body)
	}
	for _, s := range []secrets{s, other} {
		if got := p.searches(s)[0].State; got != market.SearchStopped {
			t.Errorf("the search is %s", got)
		}
	}
	if res, _ := request(t, "POST", newPost(t, func(o *Options) { o.BounceSecret = "" }).base+bouncePath); res.StatusCode != 404 {
		t.Errorf("without a secret: %s", res.Status)
	}
}

// Operators and everybody see when mails do not go.
func TestMailsOnStatus(t *testing.T) {
	p := newPost(t, func(o *Options) { o.MailReady = false })
	see := func(p *post, want string, metrics ...string) {
		t.Helper()
		for _, lang := range bothLangs {
			open(t, p.base+"/status", lang, 200)
		}
		if got := words(open(t, p.base+"/status", "en", 200).Find("main [role=alert]")); got != want {
			t.Errorf("the page says %q, want %q", got, want)
		}
		_, body := get(t, p.base+"/metrics", "en")
		for _, m := range metrics {
			if !strings.Contains(body, m+"\n") {
				t.Errorf("the metrics do not say %s", m)
			}
		}
	}
	see(p, "", "kajkhoj_mail_ready 0", `kajkhoj_mail_letters{state="queued"} 0`, `kajkhoj_mail_searches{state="on"} 0`, "kajkhoj_mail_oldest_queued_seconds 0")

	p = newPost(t, func(o *Options) { o.MailReady = false })
	p.confirmed("nasrin@example.com")
	see(p, "Mails are not being sent: no mail server is configured. Letters waiting: 1", "kajkhoj_mail_ready 0", `kajkhoj_mail_letters{state="queued"} 1`, `kajkhoj_mail_alarm{alarm="unready"} 1`, `kajkhoj_mail_alarm{alarm="stuck"} 0`,
		`kajkhoj_mail_searches{state="on"} 1`, `kajkhoj_mail_searches{state="pending"} 0`, "kajkhoj_mail_subscribers 1", "kajkhoj_mail_overdue_searches 0", `kajkhoj_mail_suppressed{reason="bounce"} 0`)

	p = newPost(t)
	p.confirmed("nasrin@example.com")
	p.f.now = p.f.now.Add(20 * time.Minute)
	see(p, "Mails are late. Letters waiting: 1, the first since 14:10", "kajkhoj_mail_ready 1", "kajkhoj_mail_oldest_queued_seconds 1200", `kajkhoj_mail_alarm{alarm="stuck"} 1`)

	p = newPost(t)
	due := p.searches(p.confirmed("nasrin@example.com"))[0].DueAt // some minutes after 8
	l, err := p.st.Next(t.Context(), p.f.now, time.Minute, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.st.Sent(t.Context(), l.Key, l.Lease, p.f.now); err != nil {
		t.Fatal(err)
	}
	p.f.now = p.f.now.Add(48 * time.Hour)
	see(p, "Mails are late. Searches that were due: 1, the first 25 November 2026, "+due.In(locale.Dhaka).Format("15:04")[1:], `kajkhoj_mail_letters{state="sent"} 1`, "kajkhoj_mail_overdue_searches 1", `kajkhoj_mail_alarm{alarm="overdue"} 1`)
}

// No address, and nothing that opens a link, gets into the log or the
// metrics, whatever goes well or wrong.
func TestLogsHoldNoSecret(t *testing.T) {
	p := newPost(t)
	s, pending := p.confirmed("nasrin.sultana@example.com"), p.subscribe("other.person@example.com")
	paths := []string{"/manage/" + s.manage, "/manage/" + s.manage + "/" + p.searches(s)[0].ID, "/stop/" + s.manage, "/alive/" + s.manage, "/confirm/" + pending.confirm, "/stop/" + s.manage + "/nowhere", "/Stop/" + s.manage}
	everything := func() {
		for _, path := range paths {
			get(t, p.base+path, "en")
			for _, do := range []string{"pause", "edit", "download", "save", "revoke", "explode"} {
				p.send(path, url.Values{"do": {do}, "id": {"x"}, "freq": {"daily"}, "q": {"x"}, "hour": {"8"}, "zone": {"UTC"}, "lang": {"en"}})
			}
		}
		p.send("/subscribe", asked("nasrin.sultana@example.com"))
		p.send("/subscribe", asked("nasrin.sultana@@example.com"))
		p.send("/manage", url.Values{"email": {"nasrin.sultana@example.com"}})
		p.send("/confirm", url.Values{"token": {pending.confirm}})
		get(t, p.base+"/manage/"+s.manage+"?done="+s.manage, "en")
	}
	everything()
	p.st.Close() // now everything fails
	everything()
	p.f.panics = true
	p.send("/subscribe", asked("nasrin.sultana@example.com"))
	log := p.log.String()
	if !strings.Contains(log, "a page failed") || !strings.Contains(log, "panicked") || !strings.Contains(log, "GET /manage/{token}") {
		t.Errorf("the log does not tell what failed:\n%s", log)
	}
	_, metrics := get(t, p.base+"/metrics", "en")
	if !strings.Contains(metrics, `route="GET /manage/{token}"`) {
		t.Error("the metrics do not count the pages")
	}
	for name, text := range map[string]string{"log": log, "metrics": metrics} {
		for _, secret := range []string{s.manage, s.manage[:16], s.manage[16:], pending.confirm[:16], pending.confirm[16:], pending.manage[16:], "nasrin", "sultana", "other.person", "203.0."} {
			if strings.Contains(text, secret) {
				t.Errorf("the %s holds %q:\n%s", name, secret, text)
			}
		}
	}
}

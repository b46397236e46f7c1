package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/kajkhoj/kajkhoj/internal/mail"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
	"github.com/kajkhoj/kajkhoj/internal/store"
)

// office is the site on a real store, with its operators' pages.
type office struct {
	t       *testing.T
	f       *fair
	st      *store.Store
	shop    *bookshop
	h       *server
	base    string
	log     lockedBuffer
	cookies []*http.Cookie
	net     int // of who asks next
	letters []market.Letter
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

const operatorAddress = "Mitu.Rahman@kaj.example"

func newOffice(t *testing.T, change ...func(*Options)) *office {
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
	f := &office{t: t, f: newFair(), st: st, shop: &bookshop{}}
	var cs []store.SourceConfig
	for _, sp := range f.f.specs {
		cs = append(cs, store.SourceConfig{Name: sp.Name, Enabled: sp.Enabled})
	}
	if err := st.SyncSources(t.Context(), cs, f.f.now); err != nil {
		t.Fatal(err)
	}
	o := f.f.options()
	o.Store, o.Subscriptions, o.Mails, o.MailReady = st, st, w, true
	o.Next = func(market.Subscriber, market.Search, time.Time) time.Time { return f.f.now }
	o.Refuse = func(market.Query) error { return nil }
	o.Log = slog.New(slog.NewTextHandler(&f.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	o.Admin = &Admin{Store: st, Addresses: []string{operatorAddress}, Workshop: f.shop, Letter: func(to, about, subject, body string, now time.Time) market.Letter {
		l := w.Operator(to, about, subject, body, now)
		f.letters = append(f.letters, l)
		return l
	}}
	for _, c := range change {
		c(&o)
	}
	h, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	f.h = h.(*server)
	f.h.answerAfter = 0
	srv := httptest.NewUnstartedServer(nil)
	srv.Config = HTTPServer(h, o.Log)
	srv.Start()
	t.Cleanup(srv.Close)
	f.base = srv.URL
	return f
}

// send asks as a browser does that follows nothing, each time from another
// network.
func (o *office) send(method, path string, form url.Values, header ...string) (*http.Response, string) {
	o.t.Helper()
	o.net++
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequest(method, o.base+path, body)
	if err != nil {
		o.t.Fatal(err)
	}
	req.Header.Set("X-Forwarded-For", fmt.Sprintf("203.0.%d.%d", o.net/250+1, o.net%250+1))
	req.Header.Set("Accept-Language", "en")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range o.cookies {
		req.AddCookie(c)
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
			continue
		}
		req.Header.Set(header[i], header[i+1])
	}
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.Do(req)
	if err != nil {
		o.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	return res, string(text)
}

// token is a sign-in token as the console prints it.
func (o *office) token() string {
	o.t.Helper()
	raw, t := market.NewToken(market.TokenSignIn, market.OperatorConsole, "", o.f.now, time.Hour)
	if err := o.st.PutToken(o.t.Context(), t, nil); err != nil {
		o.t.Fatal(err)
	}
	return raw
}

// enter signs in.
func (o *office) enter() *office {
	o.t.Helper()
	res, body := o.send("POST", "/admin/signin", url.Values{"token": {o.token()}})
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/admin" || len(res.Cookies()) != 1 {
		o.t.Fatalf("signing in: %s %v\n%s", res.Status, res.Header, body)
	}
	o.cookies = res.Cookies()
	return o
}

// page opens a page of /admin and holds it to what every page must keep.
func (o *office) page(path string) *goquery.Document {
	o.t.Helper()
	res, body := o.send("GET", path, nil)
	if res.StatusCode != 200 {
		o.t.Fatalf("%s: %s\n%.500s\n%s", path, res.Status, body, o.log.String())
	}
	return o.read(path, body)
}

func (o *office) read(name, body string) *goquery.Document {
	o.t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		o.t.Fatal(err)
	}
	held(o.t, name, doc, "en")
	return doc
}

// posts sends a form that leads to another page, and opens that.
func (o *office) posts(path string, form url.Values) *goquery.Document {
	o.t.Helper()
	res, body := o.send("POST", path, form)
	if res.StatusCode != http.StatusSeeOther {
		o.t.Fatalf("POST %s: %s\n%s", path, res.Status, body)
	}
	return o.page(res.Header.Get("Location"))
}

// bookshop is a workshop that knows one recipe: lines "key: value".
type bookshop struct {
	looked Looked
	tried  Tried
	wait   chan struct{}
}

func (b *bookshop) Look(ctx context.Context, address string) Looked {
	if b.wait != nil {
		select {
		case <-b.wait:
		case <-ctx.Done():
		}
	}
	return b.looked
}
func (b *bookshop) Capture(context.Context, string) Looked               { return b.looked }
func (b *bookshop) Try(context.Context, string, *market.SavedPage) Tried { return b.tried }
func (b *bookshop) Shipped(name string) bool                             { return name == "gigboard" }
func (b *bookshop) Value(yaml, key string) string {
	for line := range strings.Lines(yaml) {
		if k, v, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && k == key {
			return v
		}
	}
	return ""
}

func (b *bookshop) Fill(yaml string, values []Filling) (string, error) {
	for _, v := range values {
		var out strings.Builder
		for line := range strings.Lines(yaml) {
			if k, _, _ := strings.Cut(line, ": "); k != v.Key {
				out.WriteString(line)
			}
		}
		if !v.Drop {
			fmt.Fprintf(&out, "%s: %s\n", v.Key, v.Value)
		}
		yaml = out.String()
	}
	return yaml, nil
}

func (b *bookshop) Read(yaml string) Recipe {
	var out Recipe
	if strings.Contains(yaml, "mistake") {
		out.Mistakes = []Mistake{{2, "a mistake <script>alert(1)</script>"}}
		return out
	}
	for _, f := range termFields {
		if b.Value(yaml, f.key) == "" {
			out.Blanks = append(out.Blanks, f.key)
		}
	}
	out.Spec = source.Spec{Name: b.Value(yaml, "name"), Title: b.Value(yaml, "title")}
	out.Spec.Terms = source.Terms{URL: b.Value(yaml, "terms.url"), Allowed: b.Value(yaml, "terms.allowed"), Permission: b.Value(yaml, "terms.permission") == "true"}
	return out
}

// paths are the addresses of all pages of /admin, with their methods; whoever
// adds a page adds it here by adding it there.
func (o *office) paths() (out [][2]string) {
	fill := strings.NewReplacer("{name}", "gigboard", "{run}", "r1", "{listing}", "0123456789abcdef0123", "{token}", strings.Repeat("a", 48))
	for _, p := range o.h.adminPages() {
		method, path, ok := strings.Cut(p.pattern, " ")
		if !ok {
			method, path = "GET", p.pattern+"nowhere"
		}
		out = append(out, [2]string{method, fill.Replace(path)})
	}
	return append(out, [2]string{"GET", "/admin/source/new?url=http://127.0.0.1:1/"}, [2]string{"GET", "/admin/source/new?edit=x"}, [2]string{"GET", "/admin/"}, [2]string{"PUT", "/admin/log"}, [2]string{"DELETE", "/admin/source/gigboard"}, [2]string{"POST", "/admin/nowhere"})
}

// Without a session no page of /admin is reachable: each leads to the sign-in
// form, is kept out of caches and search engines, and says nothing. The site
// itself nowhere says that they are there.
func TestAdminIsShut(t *testing.T) {
	o := newOffice(t)
	var expired, revoked http.Cookie
	{
		o.enter()
		expired = *o.cookies[0]
		o.f.now = o.f.now.Add(market.SessionFor)
		o.enter()
		revoked = *o.cookies[0]
		o.posts2("/admin/signout", url.Values{})
	}
	signIn := o.token()
	for name, cookies := range map[string][]*http.Cookie{
		"no cookie": nil, "an expired session": {&expired}, "a revoked session": {&revoked},
		"a forged cookie":           {{Name: expired.Name, Value: strings.Repeat("a", 48)}},
		"a sign-in token as cookie": {{Name: expired.Name, Value: signIn}},
		"a session by another name": {{Name: "__Host-kajkhoj", Value: revoked.Value}},
		"nonsense":                  {{Name: expired.Name, Value: "x"}},
	} {
		o.cookies = cookies
		for _, p := range o.paths() {
			methods := []string{p[0]}
			if p[0] == "GET" {
				methods = append(methods, "HEAD")
			}
			for _, method := range methods {
				var form url.Values
				if method != "GET" && method != "HEAD" {
					form = url.Values{"do": {"run"}, "end": {"x"}, "email": {"a@b.example"}, "id": {"0123456789abcdef0123"}, "recipe": {"name: x"}}
				}
				res, body := o.send(method, p[1], form)
				if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/admin/signin" {
					t.Errorf("%s: %s %s answers %s to %q", name, method, p[1], res.Status, res.Header.Get("Location"))
				}
				if len(body) > 100 || strings.Contains(body, "gigboard") {
					t.Errorf("%s: %s %s says %s", name, method, p[1], body)
				}
				o.hidden(method+" "+p[1], res)
			}
		}
	}
	for _, path := range []string{"/admin/signin", "/admin/signin/sent", "/admin/signin/" + strings.Repeat("a", 48)} {
		res, _ := o.send("GET", path, nil)
		o.hidden(path, res)
	}
	if lines, err := o.st.AuditLog(t.Context(), 10); err != nil || len(lines) != 3 {
		t.Errorf("what nobody may do was done: %+v, %v", lines, err)
	}
	o.cookies = nil
	for _, path := range []string{"/", "/status", "/about", "/robots.txt", "/sitemap.xml", "/subscribe?q=typing", "/manage", "/api/v1/openapi.yaml", "/status.rss", "/nowhere"} {
		if _, body := o.send("GET", path, nil); strings.Contains(strings.ReplaceAll(body, "/administration", ""), "/admin") {
			t.Errorf("%s speaks of /admin", path)
		}
	}
}

// posts2 sends a form that leads to a page that is not opened.
func (o *office) posts2(path string, form url.Values) *http.Response {
	o.t.Helper()
	res, body := o.send("POST", path, form)
	if res.StatusCode != http.StatusSeeOther {
		o.t.Fatalf("POST %s: %s\n%s", path, res.Status, body)
	}
	return res
}

// hidden holds an answer to what keeps it from caches, search engines and
// other sites.
func (o *office) hidden(name string, res *http.Response) {
	o.t.Helper()
	for header, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow", "X-Content-Type-Options": "nosniff"} {
		if got := res.Header.Get(header); got != want {
			o.t.Errorf("%s: %s is %q", name, header, got)
		}
	}
	if csp := res.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "script-src") {
		o.t.Errorf("%s: the policy is %q", name, csp)
	}
}

// With a session every page is there, keeps what pages keep, and stays out of
// caches; what another site makes the browser send is refused.
func TestAdminIsOpen(t *testing.T) {
	o := newOffice(t).enter()
	for _, p := range o.paths() {
		switch {
		case p[0] == "GET":
			res, body := o.send("GET", p[1], nil)
			o.hidden(p[1], res)
			if res.StatusCode == 200 && strings.Contains(res.Header.Get("Content-Type"), "html") {
				doc := o.read(p[1], body)
				if attr(doc.Find("meta[name=robots]"), "content") != "noindex" {
					t.Errorf("%s may be indexed", p[1])
				}
			} else if strings.Contains(res.Header.Get("Location"), "signin") || res.StatusCode >= 500 {
				t.Errorf("%s: %s", p[1], res.Status)
			}
		case p[0] == "POST":
			for _, header := range [][]string{{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}} {
				res, _ := o.send("POST", p[1], url.Values{"do": {"run"}}, header...)
				if res.StatusCode != http.StatusForbidden {
					t.Errorf("POST %s from another site (%v): %s", p[1], header, res.Status)
				}
				o.hidden(p[1], res)
			}
		}
	}
	if lines, err := o.st.AuditLog(t.Context(), 10); err != nil || len(lines) != 1 {
		t.Errorf("another site has done something: %+v, %v", lines, err)
	}
	if res, _ := o.send("GET", "/admin/signin", nil); res.Header.Get("Location") != "/admin" {
		t.Errorf("whoever is signed in is asked to: %s", res.Status)
	}
}

func TestSignIn(t *testing.T) {
	o := newOffice(t)
	raw := o.token()
	link := "/admin/signin/" + raw
	for range 2 { // looking uses nothing up
		res, body := o.send("GET", link, nil)
		doc := o.read("the link", body)
		if res.StatusCode != 200 || doc.Find(`form[action="/admin/signin"] input[name=token]`).Length() != 1 || doc.Find("form button").Length() != 1 {
			t.Fatalf("the link shows %s\n%s", res.Status, body)
		}
	}
	if res, _ := o.send("POST", "/admin/signin", url.Values{"token": {raw}}, "Origin", "https://evil.example"); res.StatusCode != http.StatusForbidden {
		t.Errorf("another site signs in: %s", res.Status)
	}
	res, _ := o.send("POST", "/admin/signin", url.Values{"token": {" " + strings.ToUpper(raw) + "\n"}})
	if len(res.Cookies()) != 1 {
		t.Fatalf("no cookie: %s", res.Status)
	}
	if got := regexp.MustCompile(`=[a-z2-7]{48};`).ReplaceAllString(res.Header.Get("Set-Cookie"), "=…;"); got != "kajkhoj-operator=…; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict" {
		t.Errorf("the cookie over plain HTTP on loopback: %s", got)
	}
	for _, again := range []func() *http.Response{
		func() *http.Response { r, _ := o.send("POST", "/admin/signin", url.Values{"token": {raw}}); return r },
		func() *http.Response { r, _ := o.send("GET", link, nil); return r },
		func() *http.Response {
			r, _ := o.send("POST", "/admin/signin", url.Values{"token": {res.Cookies()[0].Value}})
			return r
		},
	} {
		if r := again(); r.StatusCode != http.StatusForbidden && r.StatusCode != http.StatusGone || len(r.Cookies()) != 0 {
			t.Errorf("a token that was used, or a session's, signs in: %s", r.Status)
		}
	}
	o.cookies = res.Cookies()
	o.page("/admin")
	o.f.now = o.f.now.Add(market.SessionFor - time.Second)
	o.page("/admin")
	o.f.now = o.f.now.Add(time.Second)
	if r, _ := o.send("GET", "/admin", nil); r.StatusCode != http.StatusSeeOther {
		t.Errorf("a session of %s is still good", market.SessionFor)
	}
	late := o.token()
	o.f.now = o.f.now.Add(time.Hour)
	if r, _ := o.send("POST", "/admin/signin", url.Values{"token": {late}}); r.StatusCode != http.StatusForbidden {
		t.Errorf("a token that has expired signs in: %s", r.Status)
	}
	if strings.Contains(o.log.String(), raw) || strings.Contains(o.log.String(), o.cookies[0].Value) {
		t.Error("a token is in the log")
	}
}

// Over TLS the cookie is one that browsers keep to this very host; in the
// clear nobody signs in but on the machine itself.
func TestSessionCookie(t *testing.T) {
	o := newOffice(t, func(o *Options) { o.BaseURL = "https://kajkhoj.test" })
	res, _ := o.send("POST", "/admin/signin", url.Values{"token": {o.token()}})
	if got := regexp.MustCompile(`=[a-z2-7]{48};`).ReplaceAllString(res.Header.Get("Set-Cookie"), "=…;"); got != "__Host-kajkhoj=…; Path=/; Max-Age=43200; HttpOnly; Secure; SameSite=Strict" {
		t.Errorf("the cookie over TLS: %s", got)
	}
	o = newOffice(t)
	raw := o.token()
	for _, host := range []string{"kajkhoj.test", "kajkhoj.test:80", "10.0.0.1", "evil.example:8080", "127.0.0.1.evil.example"} {
		for _, ask := range [][2]string{{"GET", "/admin/signin"}, {"POST", "/admin/signin"}, {"GET", "/admin/signin/" + raw}} {
			res, _ := o.send(ask[0], ask[1], url.Values{"token": {raw}}, "Host", host)
			if res.StatusCode != http.StatusForbidden || len(res.Cookies()) != 0 {
				t.Errorf("%s %s in the clear at %s: %s", ask[0], ask[1][:13], host, res.Status)
			}
		}
	}
	for _, host := range []string{"localhost:8080", "localhost", "[::1]:8080", "127.0.0.2"} {
		if res, _ := o.send("GET", "/admin/signin", nil, "Host", host); res.StatusCode != 200 {
			t.Errorf("on %s: %s", host, res.Status)
		}
	}
}

// A link is mailed to an operator's address, and to no other; the answers do
// not tell which is one.
func TestSignInByMail(t *testing.T) {
	o := newOffice(t)
	doc := o.read("the form", func() string { _, b := o.send("GET", "/admin/signin", nil); return b }())
	if doc.Find("input[type=email]").Length() != 1 {
		t.Fatal("no field for an address")
	}
	ask := func(email string) string {
		res, body := o.send("POST", "/admin/signin", url.Values{"email": {email}})
		return same(res, body)
	}
	stranger := ask("somebody@else.example")
	if len(o.letters) != 0 {
		t.Fatal("a stranger got a letter")
	}
	if got := ask(strings.ToLower(operatorAddress)); got != stranger {
		t.Errorf("an operator's address is answered\n%s\nanother\n%s", got, stranger)
	}
	if len(o.letters) != 1 || o.letters[0].To != operatorAddress {
		t.Fatalf("letters: %+v", o.letters)
	}
	link := regexp.MustCompile(`http://kajkhoj\.test(/admin/signin/([a-z2-7]{48}))\n`).FindStringSubmatch(o.letters[0].Text)
	if link == nil {
		t.Fatalf("no link in\n%s", o.letters[0].Text)
	}
	if _, body := o.send("GET", link[1], nil); !strings.Contains(body, link[2]) {
		t.Error("the link shows no button")
	}
	for range 5 {
		if got := ask(operatorAddress); got != stranger {
			t.Errorf("asked again: %s", got)
		}
	}
	if len(o.letters) != maxSignInLinks {
		t.Errorf("%d letters went out", len(o.letters))
	}
	res, _ := o.send("POST", "/admin/signin", url.Values{"token": {link[2]}})
	o.cookies = res.Cookies()
	rows := o.page("/admin/sessions").Find("ul.rows li")
	if !strings.Contains(words(rows.First()), "M•••@kaj.example") || rows.Length() != maxSignInLinks {
		t.Errorf("sessions: %s", words(rows))
	}
	if got := words(o.page("/admin/log").Find("ul.rows li").First()); !strings.Contains(got, "Signed in") || !strings.Contains(got, "M•••@kaj.example") {
		t.Errorf("the log says %s", got)
	}
	if strings.Contains(strings.ToLower(o.log.String()), strings.ToLower(operatorAddress)) || strings.Contains(o.log.String(), link[2]) {
		t.Error("the log holds an address or a token")
	}
	res, body := o.send("POST", "/admin/signin", url.Values{"email": {"nonsense"}})
	if res.StatusCode != 400 || !strings.Contains(body, "email-error") {
		t.Errorf("nonsense: %s", res.Status)
	}
	// Where nobody's address is known, or no mail goes out, there is no field.
	for name, change := range map[string]func(*Options){"no addresses": func(o *Options) { o.Admin.Addresses = nil }, "no mail": func(o *Options) { o.MailReady = false }} {
		o := newOffice(t, change)
		if _, body := o.send("GET", "/admin/signin", nil); strings.Contains(body, `type="email"`) {
			t.Errorf("%s: there is a field for an address", name)
		}
		if res, _ := o.send("POST", "/admin/signin", url.Values{"email": {operatorAddress}}); res.StatusCode != 400 || len(o.letters) != 0 {
			t.Errorf("%s: %s, letters %d", name, res.Status, len(o.letters))
		}
	}
}

// A network that tries tokens is told to wait, also when it comes with a good
// one; others are not.
func TestSignInRate(t *testing.T) {
	o := newOffice(t)
	raw := o.token()
	try := func(token, from string) int {
		res, _ := o.send("POST", "/admin/signin", url.Values{"token": {token}}, "X-Forwarded-For", from)
		return res.StatusCode
	}
	for i := range signInBurst {
		if got := try(strings.Repeat("a", 48), "198.51.100.7"); got != http.StatusForbidden {
			t.Fatalf("attempt %d: %d", i, got)
		}
	}
	if got := try(raw, "198.51.100.7"); got != http.StatusTooManyRequests {
		t.Errorf("attempt %d: %d", signInBurst+1, got)
	}
	if res, _ := o.send("GET", "/admin/signin/"+raw, nil, "X-Forwarded-For", "198.51.100.7"); res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" {
		t.Errorf("the link: %s", res.Status)
	}
	if got := try(raw, "198.51.100.8"); got != http.StatusSeeOther {
		t.Errorf("another network: %d", got)
	}
	o.f.now = o.f.now.Add(signInEvery)
	if got := try(o.token(), "198.51.100.7"); got != http.StatusSeeOther {
		t.Errorf("after a while: %d", got)
	}
}

// Sessions are listed, and can be ended one by one.
func TestSessions(t *testing.T) {
	o := newOffice(t).enter()
	first := o.cookies
	o.enter()
	second := o.cookies
	unused := o.token()
	doc := o.page("/admin/sessions")
	if n := doc.Find("ul.rows li").Length(); n != 3 {
		t.Fatalf("%d rows: %s", n, words(doc.Find("ul.rows")))
	}
	if strings.Contains(doc.Text(), first[0].Value) || strings.Contains(doc.Text(), unused) {
		t.Error("the page tells a secret")
	}
	other := ""
	doc.Find("ul.rows li").Each(func(_ int, li *goquery.Selection) {
		sel := attr(li.Find("button"), "value")
		switch {
		case strings.Contains(words(li), "nobody has used"):
			o.posts("/admin/sessions", url.Values{"end": {sel}})
		case !strings.Contains(words(li), "This is you"):
			other = sel
		}
	})
	if res, _ := o.send("POST", "/admin/signin", url.Values{"token": {unused}}); res.StatusCode != http.StatusForbidden {
		t.Errorf("a token that was made void signs in: %s", res.Status)
	}
	o.f.now = o.f.now.Add(time.Second)
	o.posts("/admin/sessions", url.Values{"end": {other}})
	o.cookies = first
	if res, _ := o.send("GET", "/admin", nil); res.StatusCode != http.StatusSeeOther {
		t.Errorf("a session that was ended: %s", res.Status)
	}
	o.cookies = second
	o.f.now = o.f.now.Add(time.Second)
	res := o.posts2("/admin/signout", url.Values{})
	if c := res.Cookies(); len(c) != 1 || c[0].MaxAge >= 0 || c[0].Value != "" {
		t.Errorf("signing out leaves %v", c)
	}
	if res, _ := o.send("GET", "/admin", nil); res.StatusCode != http.StatusSeeOther {
		t.Errorf("after signing out: %s", res.Status)
	}
	lines, err := o.st.AuditLog(t.Context(), 10)
	if err != nil || len(lines) != 5 || lines[0].What != "session.out" || lines[1].What != "session.end" {
		t.Errorf("the log: %+v, %v", lines, err)
	}
}

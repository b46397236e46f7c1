package web

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Admin is what the pages under /admin are made of.
type Admin struct {
	Store Operators
	// Addresses are the e-mail addresses that may sign in by a mailed link, and
	// Letter writes a plain letter to one of them (mail.Writer.Operator).
	// Without addresses, or where no mail server is configured, only a token
	// signs in.
	Addresses []string
	Letter    func(to, about, subject, body string, now time.Time) market.Letter
	// Workshop is where recipes are made and tried.
	Workshop Workshop
}

// How often one network may try to sign in or ask for a link.
const (
	signInEvery = 30 * time.Second
	signInBurst = 10
)

// largestRecipe bounds a form with a recipe, in bytes: the longest recipe,
// each byte of it written as three.
const largestRecipe = 1 << 20

// importPath takes a recipe's file.
const importPath = "/admin/source/new/import"

// operator is who asks for a page of /admin, and how it is said to them.
type operator struct {
	*view
	// who is a masked address or market.OperatorConsole, session the selector
	// of their session's token.
	who, session string
	now          time.Time
}

// audit is a line of the audit log in the operator's name.
func (o *operator) audit(of, did, subject string) market.Audit {
	return market.Audit{At: o.now, Who: o.who, What: of + "." + did, Subject: subject}
}

// adminTemplates are those of the pages under /admin.
var adminTemplates = []string{
	"admin-signin", "admin-sources", "admin-source", "admin-run", "admin-sessions", "admin-log",
	"admin-start", "admin-bench", "admin-reports", "admin-group", "admin-mail",
}

// adminRoute is a page that is there for those who have signed in.
type adminRoute struct {
	pattern string
	serve   func(w http.ResponseWriter, r *http.Request, op *operator)
}

// adminPages are all pages that need a session.
func (s *server) adminPages() []adminRoute {
	return []adminRoute{
		{"GET /admin", s.adminSources},
		{"GET /admin/source/{name}", s.adminSource},
		{"POST /admin/source/{name}", s.adminSourceDo},
		{"GET /admin/source/{name}/run/{run}", s.adminRun},
		{"GET /admin/source/{name}/source.yaml", s.adminExport},
		{"GET /admin/source/new", s.adminNew},
		{"POST /admin/source/new", s.adminNewDo},
		{"POST " + importPath, s.adminImport},
		{"GET /admin/reports", s.adminReports},
		{"POST /admin/reports", s.adminReportsDo},
		{"GET /admin/group/{listing}", s.adminGroup},
		{"POST /admin/group/{listing}", s.adminGroupDo},
		{"GET /admin/mail", s.adminMail},
		{"POST /admin/mail", s.adminMailDo},
		{"GET /admin/sessions", s.adminSessions},
		{"POST /admin/sessions", s.adminSessionsDo},
		{"POST /admin/signout", s.adminSignOut},
		{"GET /admin/log", s.adminLog},
		{"/admin/", func(w http.ResponseWriter, r *http.Request, _ *operator) { s.notFound(w, r) }},
	}
}

// adminRoutes registers the pages under /admin. There are none without Admin.
func (s *server) adminRoutes() {
	if s.Admin == nil {
		return
	}
	for _, p := range s.adminPages() {
		s.mux.HandleFunc(p.pattern, secluded(s.forOperators(p.serve)))
	}
	for pattern, serve := range map[string]http.HandlerFunc{
		"GET /admin/signin":         s.signInForm,
		"POST /admin/signin":        s.signIn,
		"GET /admin/signin/sent":    s.signInSent,
		"GET /admin/signin/{token}": s.signInLink,
	} {
		s.mux.HandleFunc(pattern, secluded(serve))
	}
}

// secluded keeps an answer from caches and search engines, and its address
// from wherever a link leads.
func secluded(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("Referrer-Policy", "no-referrer")
		serve(w, r)
	}
}

// sessionCookie is the name of the session's cookie where a request came, and
// whether it goes over TLS only. A name that begins with __Host- is taken by
// browsers with Secure, without Domain and for the whole host alone (RFC
// 6265bis, 4.1.3.2); over plain HTTP they do not take it, so that on this
// very machine (the demo, a test) the cookie goes without both. ok is false
// where a session would travel in the clear.
func (s *server) sessionCookie(r *http.Request) (name string, secure, ok bool) {
	if s.https {
		return "__Host-kajkhoj", true, true
	}
	return "kajkhoj-operator", false, onLoopback(r.Host)
}

// onLoopback reports whether a Host header names this machine.
func onLoopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && a.IsLoopback()
}

func (s *server) setSession(w http.ResponseWriter, name string, secure bool, raw string, lasts time.Duration) {
	c := &http.Cookie{Name: name, Value: raw, Path: "/", HttpOnly: true, Secure: secure, SameSite: http.SameSiteStrictMode, MaxAge: int(lasts / time.Second)}
	if raw == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// signedIn is who has the session that a request's cookie names. ErrNotFound:
// nobody.
func (s *server) signedIn(r *http.Request, now time.Time) (market.Token, error) {
	name, _, ok := s.sessionCookie(r)
	if !ok {
		return market.Token{}, market.ErrNotFound
	}
	c, err := r.Cookie(name)
	if err != nil {
		return market.Token{}, market.ErrNotFound
	}
	return s.Admin.Store.OperatorToken(r.Context(), c.Value, market.TokenSession, now)
}

// forOperators lets through who has signed in, and sends everybody else to
// the sign-in form, whether there is such a page or not. Of a POST it reads
// the form, which another site cannot have made a browser send.
func (s *server) forOperators(serve func(http.ResponseWriter, *http.Request, *operator)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		now := s.Now()
		t, err := s.signedIn(r, now)
		switch {
		case errors.Is(err, market.ErrNotFound):
			http.Redirect(w, r, "/admin/signin", http.StatusSeeOther)
			return
		case err != nil:
			s.failed(w, r, fmt.Errorf("reading an operator's session: %w", err))
			return
		}
		op := &operator{view: s.view(w, r), who: t.Subscriber, session: t.Selector, now: now}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			if s.crossOrigin.Check(r) != nil {
				s.sayCross(w, r, op.view)
				return
			}
			read := func() int { return readForm(w, r, largestRecipe) }
			if r.URL.Path == importPath {
				read = func() int { return readUpload(w, r) }
			}
			if status := read(); status != 0 {
				s.sayForm(w, r, op.view, status)
				return
			}
		}
		serve(w, r, op)
	}
}

func newSignInLimiter() *limiter {
	return newLimiter(rate.Every(signInEvery), signInBurst, rememberedClients)
}

// adminFrame is what each page of /admin has around it.
type adminFrame struct {
	frame
	Nav []navLink
	Who string
	// Done says what was just done; Bad that it was not.
	Done string
	Bad  bool
}

type navLink struct {
	URL, Text string
	Here      bool
}

// adminFrame begins a page of /admin. Its address may say what was done; the
// word stands in the group admin-did, and did-not ones begin with "no-".
func (s *server) adminFrame(r *http.Request, op *operator, title string) adminFrame {
	f := adminFrame{frame: s.frame(op.view, r, title), Who: op.who}
	f.NoIndex = true
	q := r.URL.Query()
	if done := q.Get("done"); done != "" && op.Has("admin-did."+done) {
		f.Done, f.Bad = op.Text("admin-did."+done), strings.HasPrefix(done, "no-")
	}
	// What was done is said once.
	q.Del("done")
	q.Set("lang", string(f.Other))
	f.Switch = r.URL.Path + "?" + q.Encode()
	link := func(url, text string) {
		here := r.URL.Path == url
		f.Nav = append(f.Nav, navLink{url, text, here})
	}
	counts := s.waiting(r)
	link("/admin", op.Text("admin.sources"))
	link("/admin/reports", op.Text("reports.nav", "n", op.Int(counts.reports)))
	link("/admin/mail", op.Text("post.nav", "n", op.Int(counts.letters)))
	link("/admin/log", op.Text("admin.log"))
	link("/admin/sessions", op.Text("admin.sessions"))
	return f
}

// waiting is what waits for operators, for the links to it.
type waiting struct{ reports, letters int }

// waitingFor is how long these counts are kept.
const waitingFor = 3 * time.Second

func (s *server) waiting(r *http.Request) waiting {
	n, err := s.waits.get(waitingFor, func() (n waiting, err error) {
		open, err := s.Admin.Store.OpenReports(r.Context(), shownReports)
		if err != nil {
			return n, err
		}
		listings := map[string]bool{}
		for _, one := range open {
			listings[one.Listing.ID] = true
		}
		st, err := s.Admin.Store.MailStats(r.Context(), s.Now())
		return waiting{len(listings), st.Letters[market.LetterQueued]}, err
	})
	if err != nil {
		s.Log.Error("what waits for operators cannot be counted", "err", err)
	}
	return n
}

// back leads to a page of /admin that says what was done.
func back(w http.ResponseWriter, r *http.Request, path, done string) {
	if done != "" {
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		path += sep + "done=" + done
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
}

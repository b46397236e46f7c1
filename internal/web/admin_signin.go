package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

// maxSignInLinks is how many links that still work one operator has at most:
// further ones are not mailed.
const maxSignInLinks = 3

type signInPage struct {
	frame
	// Mail says that links can be mailed.
	Mail         bool
	Typed, Wrong string
	// WrongToken is the error of the token's field.
	WrongToken string
	Done       string
}

// mailsLinks reports whether operators can have a link mailed.
func (s *server) mailsLinks() bool {
	return len(s.Admin.Addresses) > 0 && s.Admin.Letter != nil && s.MailReady
}

func (s *server) showSignIn(w http.ResponseWriter, r *http.Request, v *view, status int, p signInPage) {
	p.frame = s.frame(v, r, v.Text("admin.signin"))
	p.NoIndex, p.Mail, p.Switch = true, s.mailsLinks(), "/admin/signin?lang="+string(v.Lang.Other())
	s.show(w, r, v, "admin-signin", status, p)
}

// inTheClear refuses to sign anybody in where the session would travel
// unencrypted.
func (s *server) inTheClear(w http.ResponseWriter, r *http.Request, v *view) bool {
	if _, _, ok := s.sessionCookie(r); ok {
		return false
	}
	s.say(w, r, v, http.StatusForbidden, notice{Heading: v.Text("admin.clear"), Text: []string{v.Text("admin.clear-text")}})
	return true
}

// signInForm is GET /admin/signin.
func (s *server) signInForm(w http.ResponseWriter, r *http.Request) {
	v := s.view(w, r)
	if s.inTheClear(w, r, v) {
		return
	}
	if _, err := s.signedIn(r, s.Now()); err == nil {
		http.Redirect(w, r, "/admin", http.StatusSeeOther)
		return
	}
	p := signInPage{}
	if r.URL.Query().Get("done") == "out" {
		p.Done = v.Text("admin-did.out")
	}
	s.showSignIn(w, r, v, http.StatusOK, p)
}

// signInLink is GET /admin/signin/{token}: one button. Programs that look
// through mails follow links, so that looking uses nothing up.
func (s *server) signInLink(w http.ResponseWriter, r *http.Request) {
	v := s.view(w, r)
	if s.inTheClear(w, r, v) || s.tooManySignIns(w, r, v) {
		return
	}
	raw := r.PathValue("token")
	switch _, err := s.Admin.Store.OperatorToken(r.Context(), raw, market.TokenSignIn, s.Now()); {
	case errors.Is(err, market.ErrNotFound):
		s.say(w, r, v, http.StatusGone, notice{
			Heading: v.Text("link.old"), Text: []string{v.Text("admin.link-old")},
			Links: []loosen{{v.Text("admin.signin"), "/admin/signin"}},
		})
		return
	case err != nil:
		s.failed(w, r, fmt.Errorf("reading a sign-in link: %w", err))
		return
	}
	s.say(w, r, v, http.StatusOK, notice{
		Heading: v.Text("admin.signin"),
		Text:    []string{v.Text("admin.once", "n", v.Int(int(market.SessionFor/time.Hour)))},
		Forms:   []noticeForm{{Action: "/admin/signin", Fields: []field{{"token", raw}}, Button: v.Text("admin.signin-button")}},
	})
}

// signInSent is GET /admin/signin/sent.
func (s *server) signInSent(w http.ResponseWriter, r *http.Request) {
	v := s.view(w, r)
	s.say(w, r, v, http.StatusOK, notice{
		Heading: v.Text("admin.sent"), Text: []string{v.Text("admin.sent-text", "n", v.Int(int(market.SignInFor/time.Minute)))},
		Links: []loosen{{v.Text("admin.signin"), "/admin/signin"}},
	})
}

// signIn is POST /admin/signin with a token, which opens a session, or an
// email, which is mailed one where it is an operator's. What is answered to
// an address, and when, does not tell whether it is.
func (s *server) signIn(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	v := s.view(w, r)
	if s.inTheClear(w, r, v) {
		return
	}
	if s.crossOrigin.Check(r) != nil {
		s.sayCross(w, r, v)
		return
	}
	if status := readForm(w, r, largestForm); status != 0 {
		s.sayForm(w, r, v, status)
		return
	}
	if bad := append(unknown(r.URL.Query()), unknown(r.PostForm, "email", "token")...); len(bad) > 0 {
		s.badParameter(w, r, v, bad)
		return
	}
	if s.tooManySignIns(w, r, v) {
		return
	}
	if r.PostForm.Has("token") {
		s.openSession(w, r, v, strings.ToLower(strings.TrimSpace(r.PostForm.Get("token"))))
		return
	}
	if !s.mailsLinks() {
		s.showSignIn(w, r, v, http.StatusBadRequest, signInPage{WrongToken: v.Text("admin.need-token")})
		return
	}
	typed := strings.ToValidUTF8(r.PostForm.Get("email"), "\uFFFD")
	email, why := readAddress(v, typed)
	if why != "" {
		s.showSignIn(w, r, v, http.StatusBadRequest, signInPage{Typed: typed, Wrong: why})
		return
	}
	if err := s.mailSignIn(r, email); err != nil {
		s.failed(w, r, fmt.Errorf("mailing a sign-in link: %w", err))
		return
	}
	s.evenly(r.Context(), began)
	http.Redirect(w, r, "/admin/signin/sent", http.StatusSeeOther)
}

// mailSignIn files the letter with a link, where the address is an operator's
// and few such links are out. Operators' letters are in English.
func (s *server) mailSignIn(r *http.Request, email string) error {
	i := slices.IndexFunc(s.Admin.Addresses, func(a string) bool { return strings.EqualFold(a, email) })
	if i < 0 {
		return nil
	}
	to, now := s.Admin.Addresses[i], s.Now()
	out, err := s.Admin.Store.OperatorTokens(r.Context(), market.TokenSignIn, now)
	if err != nil {
		return err
	}
	who, n := market.MaskEmail(to), 0
	for _, t := range out {
		if t.Subscriber == who {
			n++
		}
	}
	if n >= maxSignInLinks {
		return nil
	}
	raw, t := market.NewToken(market.TokenSignIn, who, "", now, market.SignInFor)
	en := s.views[locale.English]
	letter := s.Admin.Letter(to, t.Selector, en.Text("admin.letter-subject"),
		en.Text("admin.letter", "link", s.BaseURL+"/admin/signin/"+raw, "n", en.Int(int(market.SignInFor/time.Minute))), now)
	return s.Admin.Store.PutToken(r.Context(), t, &letter)
}

// openSession uses up a sign-in token.
func (s *server) openSession(w http.ResponseWriter, r *http.Request, v *view, token string) {
	now := s.Now()
	raw, session := market.NewToken(market.TokenSession, "", "", now, market.SessionFor)
	switch err := s.Admin.Store.SignIn(r.Context(), token, session, now); {
	case errors.Is(err, market.ErrNotFound):
		s.showSignIn(w, r, v, http.StatusForbidden, signInPage{WrongToken: v.Text("admin.bad-token")})
		return
	case err != nil:
		s.failed(w, r, fmt.Errorf("signing an operator in: %w", err))
		return
	}
	name, secure, _ := s.sessionCookie(r)
	s.setSession(w, name, secure, raw, market.SessionFor)
	http.Redirect(w, r, "/admin", http.StatusSeeOther)
}

// tooManySignIns answers a network that tries too often.
func (s *server) tooManySignIns(w http.ResponseWriter, r *http.Request, v *view) bool {
	wait := s.signIns.wait(clientAddr(r), s.Now())
	if wait == 0 {
		return false
	}
	w.Header().Set("Retry-After", retryAfter(wait))
	s.say(w, r, v, http.StatusTooManyRequests, notice{Heading: v.Text("admin.often"), Text: []string{v.Text("admin.often-text")}})
	return true
}

// adminSignOut is POST /admin/signout.
func (s *server) adminSignOut(w http.ResponseWriter, r *http.Request, op *operator) {
	if err := s.Admin.Store.RevokeToken(r.Context(), op.session, op.audit("session", "out", "")); err != nil {
		s.failed(w, r, fmt.Errorf("signing an operator out: %w", err))
		return
	}
	name, secure, _ := s.sessionCookie(r)
	s.setSession(w, name, secure, "", 0)
	back(w, r, "/admin/signin", "out")
}

type sessionsPage struct {
	adminFrame
	Rows []sessionRow
}

type sessionRow struct {
	Selector, Who, Since, Until string
	// Own marks the session that asks, Link a link that nobody has used yet.
	Own, Link bool
}

// adminSessions is GET /admin/sessions: who is signed in, and which links
// still work.
func (s *server) adminSessions(w http.ResponseWriter, r *http.Request, op *operator) {
	p := &sessionsPage{adminFrame: s.adminFrame(r, op, op.Text("admin.sessions"))}
	for _, scope := range []market.TokenScope{market.TokenSession, market.TokenSignIn} {
		ts, err := s.Admin.Store.OperatorTokens(r.Context(), scope, op.now)
		if err != nil {
			s.failed(w, r, err)
			return
		}
		for _, t := range ts {
			p.Rows = append(p.Rows, sessionRow{
				Selector: t.Selector, Who: op.person(t.Subscriber), Since: op.Moment(t.Created, op.now), Until: op.Moment(t.Expires, op.now),
				Own: t.Selector == op.session, Link: scope == market.TokenSignIn,
			})
		}
	}
	s.show(w, r, op.view, "admin-sessions", http.StatusOK, p)
}

// person is an operator as the pages name them.
func (o *operator) person(who string) string {
	if who == market.OperatorConsole {
		return o.Text("admin.console")
	}
	return who
}

// adminSessionsDo is POST /admin/sessions with the field end, a selector.
func (s *server) adminSessionsDo(w http.ResponseWriter, r *http.Request, op *operator) {
	selector := r.PostForm.Get("end")
	if selector == op.session {
		s.adminSignOut(w, r, op)
		return
	}
	for _, scope := range []market.TokenScope{market.TokenSession, market.TokenSignIn} {
		ts, err := s.Admin.Store.OperatorTokens(r.Context(), scope, op.now)
		if i := slices.IndexFunc(ts, func(t market.Token) bool { return t.Selector == selector }); err == nil && i >= 0 {
			err = s.Admin.Store.RevokeToken(r.Context(), selector, op.audit("session", "end", ts[i].Subscriber))
		}
		if err != nil {
			s.failed(w, r, fmt.Errorf("ending an operator's session: %w", err))
			return
		}
	}
	back(w, r, "/admin/sessions", "ended")
}

type logPage struct {
	adminFrame
	Rows []logRow
}

type logRow struct {
	At, Stamp, Who, What, Subject string
	Before, After                 string
}

// logLines is how many lines of the audit log are shown.
const logLines = 200

// adminLog is GET /admin/log: who did what, when, and how it was before.
func (s *server) adminLog(w http.ResponseWriter, r *http.Request, op *operator) {
	lines, err := s.Admin.Store.AuditLog(r.Context(), logLines)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	p := &logPage{adminFrame: s.adminFrame(r, op, op.Text("admin.log"))}
	for _, a := range lines {
		what := a.What
		if key := "admin-what." + strings.ReplaceAll(a.What, ".", "-"); op.Has(key) {
			what = op.Text(key)
		}
		before, after := differing(a.Before, a.After)
		p.Rows = append(p.Rows, logRow{op.DateClock(a.At), stamp(a.At), op.person(a.Who), what, a.Subject, before, after})
	}
	s.show(w, r, op.view, "admin-log", http.StatusOK, p)
}

// differing are the lines of two texts without those that both begin and end
// with; of two that are equal nothing is left.
func differing(before, after string) (string, string) {
	if before == "" || after == "" {
		return before, after
	}
	b, a := strings.Split(before, "\n"), strings.Split(after, "\n")
	for len(b) > 0 && len(a) > 0 && b[0] == a[0] {
		b, a = b[1:], a[1:]
	}
	for len(b) > 0 && len(a) > 0 && b[len(b)-1] == a[len(a)-1] {
		b, a = b[:len(b)-1], a[:len(a)-1]
	}
	return strings.Join(b, "\n"), strings.Join(a, "\n")
}

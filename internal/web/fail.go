package web

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

type failPage struct {
	frame
	Heading, Text string
}

// fail answers with a page that says what is wrong; kind is the name of its
// messages. A program gets a problem in JSON.
func (s *server) fail(w http.ResponseWriter, r *http.Request, status int, kind string) {
	if isAPI(r) {
		refuse(w, r, problem{Status: status, Detail: s.views[locale.English].Text("fail." + kind)})
		return
	}
	v := s.view(w, r)
	p := failPage{Heading: v.Text("fail." + kind), Text: v.Text("fail-text." + kind)}
	p.frame = s.frame(v, r, p.Heading)
	p.NoIndex = true
	s.showFail(w, r, v, status, p)
}

func (s *server) notFound(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, http.StatusNotFound, "not-found")
}

// failed logs what kept a page from being made and says so with a 503: the
// store did not answer, or not in time, and may well answer again. A client
// that went away is told nothing. The log names the route and never the
// address, which may hold a token.
func (s *server) failed(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, context.Canceled):
		// Nobody is waiting for the answer; the status is for the count only.
		w.WriteHeader(499)
	case errors.Is(err, context.DeadlineExceeded):
		s.Log.Warn("a page took too long", "route", r.Pattern, "err", err)
		w.Header().Set("Retry-After", "5")
		s.fail(w, r, http.StatusServiceUnavailable, "busy")
	default:
		s.Log.Error("a page failed", "route", r.Pattern, "err", err)
		w.Header().Set("Retry-After", "10")
		s.fail(w, r, http.StatusServiceUnavailable, "store")
	}
}

// failPlain is the answer when not even a page can be made: both languages,
// no template.
func (s *server) failPlain(w http.ResponseWriter, r *http.Request) {
	if isAPI(r) {
		refuse(w, r, problem{Status: http.StatusInternalServerError, Detail: "Something is broken here, and has been noted."})
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	write(w, r, http.StatusInternalServerError, "text/html; charset=utf-8", s.plainFailure)
}

func sorted(names []string) []string {
	slices.Sort(names)
	return names
}

// badParameter refuses parameters that a page does not know, by name.
func (s *server) badParameter(w http.ResponseWriter, r *http.Request, v *view, names []string) {
	s.bad(w, r, v, v.Text("bad.unknown", "param", cut(names[0], 40)))
}

// badField refuses a value that a page's parameter does not take.
func (s *server) badField(w http.ResponseWriter, r *http.Request, v *view, e market.FieldError) {
	s.bad(w, r, v, v.Text("bad.field", "param", e.Param, "value", cut(e.Value, 40), "want", v.Text("want."+e.Param)))
}

// bad says what is wrong with what was sent.
func (s *server) bad(w http.ResponseWriter, r *http.Request, v *view, text string) {
	p := failPage{Heading: v.Text("bad.title"), Text: text}
	p.frame = s.frame(v, r, p.Heading)
	p.NoIndex = true
	s.showFail(w, r, v, http.StatusBadRequest, p)
}

func (s *server) showFail(w http.ResponseWriter, r *http.Request, v *view, status int, p failPage) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		p.Switch = "/?lang=" + string(p.Other) // a link cannot send again what was sent
	}
	w.Header().Set("Cache-Control", "no-store")
	s.show(w, r, v, "fail", status, p)
}

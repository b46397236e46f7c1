package web

import (
	"html/template"
	"net/http"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// notice is a short page about mails: what is so, and one thing to do.
type notice struct {
	frame
	Heading string
	// Searches are what it is about.
	Searches []searchLine
	Text     []string
	// Forms are the buttons, each with what it sends.
	Forms []noticeForm
	Hint  string
	// About is the heading of List.
	About string
	List  []template.HTML
	Links []loosen
	// Email asks for an address in the first form; Wrong is its error.
	Email        bool
	Typed, Wrong string
}

type searchLine struct {
	Words template.HTML
	Hint  string
}

type noticeForm struct {
	Action string
	Fields []field
	Button string
	// Class is "" for the thing to do, "plain" for another, "stop" for one
	// that ends something.
	Class string
}

type field struct{ Name, Value string }

// say shows a notice.
func (s *server) say(w http.ResponseWriter, r *http.Request, v *view, status int, n notice) {
	n.frame = s.frame(v, r, n.Heading)
	n.NoIndex = true
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		n.Switch = "/?lang=" + string(n.Other) // a link cannot send again what was sent
	}
	w.Header().Set("Cache-Control", "no-store")
	s.show(w, r, v, "notice", status, n)
}

// deadLink says that a link does nothing: it was cut by a mail program (404),
// or it has expired, was made void, or never was (410).
func (s *server) deadLink(w http.ResponseWriter, r *http.Request, v *view, token string) {
	n := notice{Links: []loosen{{v.Text("manage.ask"), "/manage"}, {v.Text("site.home"), "/"}}}
	if _, whole := market.Selector(token); !whole {
		n.Heading, n.Text = v.Text("link.cut"), []string{v.Text("link.cut-text")}
		s.say(w, r, v, http.StatusNotFound, n)
		return
	}
	n.Heading, n.Text = v.Text("link.old"), []string{v.Text("link.old-text")}
	s.say(w, r, v, http.StatusGone, n)
}

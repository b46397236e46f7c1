package web

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// stop is GET /stop/{token}: one button. Programs that look through mails
// follow links, so that looking changes nothing.
func (s *server) stop(w http.ResponseWriter, r *http.Request) {
	v, who, _, ok := s.owner(w, r)
	if !ok {
		return
	}
	if bad := unknown(r.URL.Query()); len(bad) > 0 {
		s.badParameter(w, r, v, bad)
		return
	}
	token := r.PathValue("token")
	s.say(w, r, v, http.StatusOK, notice{
		Heading: v.Text("stop.title"), Text: []string{v.Text("stop.text", "address", market.MaskEmail(who.Email))},
		Forms: []noticeForm{{Action: "/stop/" + token, Fields: []field{{"List-Unsubscribe", "One-Click"}}, Button: v.Text("stop.button"), Class: "stop"}},
		Hint:  v.Text("stop.hint"),
		Links: []loosen{{v.Text("manage.instead"), "/manage/" + token}},
	})
}

// stopped is POST /stop/{token}: it stops all mails at once, whoever sends it
// and whatever it holds. Mail programs send List-Unsubscribe=One-Click
// without cookies, origin or a person (RFC 8058, 3.2); the token is what
// allows it, and no answer leads elsewhere.
func (s *server) stopped(w http.ResponseWriter, r *http.Request) {
	token, now := r.PathValue("token"), s.Now()
	who, _, err := s.Subscriptions.Manage(r.Context(), token, now)
	v := s.viewFor(w, r, who.Lang)
	if err == nil {
		err = s.Subscriptions.Stop(r.Context(), token, now)
	}
	switch {
	case errors.Is(err, market.ErrNotFound):
		s.deadLink(w, r, v, token)
		return
	case err != nil:
		s.failed(w, r, fmt.Errorf("stopping mails: %w", err))
		return
	}
	n := notice{Heading: v.Text("stop.done"), Text: []string{v.Text("stop.done-text", "address", market.MaskEmail(who.Email))}}
	forget := noticeForm{Action: "/manage/" + token, Fields: []field{{"do", "forget"}}, Button: v.Text("manage.forget"), Class: "stop"}
	again := noticeForm{Action: "/manage/" + token, Fields: []field{{"do", "resume-all"}}, Button: v.Text("stop.again"), Class: "plain"}
	// A person whose searches were all unconfirmed may be gone by now.
	switch _, saved, err := s.Subscriptions.Manage(r.Context(), token, now); {
	case err != nil:
		n.Links = []loosen{{v.Text("site.home"), "/"}}
	case len(saved) == 0:
		n.Forms = []noticeForm{forget}
		n.Links = []loosen{{v.Text("site.home"), "/"}}
	default:
		n.Forms = []noticeForm{again, forget}
		n.Links = []loosen{{v.Text("manage.back"), "/manage/" + token}}
	}
	s.say(w, r, v, http.StatusOK, n)
}

// alive is GET /alive/{token}: the searches, and the button "still looking".
func (s *server) alive(w http.ResponseWriter, r *http.Request) {
	v, who, saved, ok := s.owner(w, r)
	if !ok {
		return
	}
	if bad := unknown(r.URL.Query()); len(bad) > 0 {
		s.badParameter(w, r, v, bad)
		return
	}
	token := r.PathValue("token")
	n := notice{
		Heading: v.Text("alive.title"),
		Forms:   []noticeForm{{Action: "/alive/" + token, Fields: []field{{"alive", "1"}}, Button: v.Text("alive.button")}},
		Hint:    v.Text("alive.hint"),
		Links:   []loosen{{v.Text("manage.instead"), "/manage/" + token}},
	}
	for _, one := range saved {
		if one.State == market.SearchOn || one.State == market.SearchPaused {
			one.Lang, one.Hour, one.Zone = who.Lang, who.Hour, who.Zone // it goes by these
			n.Searches = append(n.Searches, s.searchLine(v, one))
		}
	}
	s.say(w, r, v, http.StatusOK, n)
}

// answered is POST /alive/{token}: the mails go on.
func (s *server) answered(w http.ResponseWriter, r *http.Request) {
	v, _, _, ok := s.owner(w, r)
	if !ok {
		return
	}
	if s.foreign(r) {
		s.sayCross(w, r, v)
		return
	}
	token := r.PathValue("token")
	switch err := s.Subscriptions.Alive(r.Context(), token, s.Now(), s.Next); {
	case errors.Is(err, market.ErrNotFound):
		s.deadLink(w, r, v, token)
		return
	case err != nil:
		s.failed(w, r, fmt.Errorf("noting that a person is still looking: %w", err))
		return
	}
	s.say(w, r, v, http.StatusOK, notice{
		Heading: v.Text("alive.done"), Text: []string{v.Text("alive.done-text")},
		Links: []loosen{{v.Text("manage.instead"), "/manage/" + token}, {v.Text("site.home"), "/"}},
	})
}

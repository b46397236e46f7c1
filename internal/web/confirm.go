package web

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// confirm is GET /confirm/{token}: the search and one button. Programs that
// look through mails follow links, so that looking changes nothing.
func (s *server) confirm(w http.ResponseWriter, r *http.Request) {
	token := r.PathValue("token")
	_, found, used, err := s.Subscriptions.Pending(r.Context(), token, s.Now())
	v := s.viewFor(w, r, found.Lang)
	switch {
	case errors.Is(err, market.ErrNotFound):
		s.deadLink(w, r, v, token)
		return
	case err != nil:
		s.failed(w, r, fmt.Errorf("reading a pending search: %w", err))
		return
	case used:
		s.usedLink(w, r, v)
		return
	}
	if bad := unknown(r.URL.Query()); len(bad) > 0 {
		s.badParameter(w, r, v, bad)
		return
	}
	s.say(w, r, v, http.StatusOK, notice{
		Heading:  v.Text("confirm.title"),
		Searches: []searchLine{s.searchLine(v, found)},
		Forms:    []noticeForm{{Action: "/confirm", Fields: []field{{"token", token}}, Button: v.Text("confirm.button")}},
		Hint:     v.Text("confirm.not-you", "n", v.Int(int(market.PendingFor/(24*time.Hour)))),
	})
}

// confirmed is POST /confirm with the field token: it starts the search.
func (s *server) confirmed(w http.ResponseWriter, r *http.Request) {
	v := s.view(w, r)
	if s.foreign(r) {
		s.sayCross(w, r, v)
		return
	}
	if status := readForm(w, r, largestForm); status != 0 {
		s.sayForm(w, r, v, status)
		return
	}
	if bad := append(unknown(r.URL.Query()), unknown(r.PostForm, "token")...); len(bad) > 0 {
		s.badParameter(w, r, v, bad)
		return
	}
	token, now := r.PostForm.Get("token"), s.Now()
	started, used, err := s.Subscriptions.Confirm(r.Context(), token, now, s.Next)
	v = s.viewFor(w, r, started.Lang)
	switch {
	case errors.Is(err, market.ErrNotFound):
		s.deadLink(w, r, v, token)
		return
	case errors.Is(err, market.ErrInvalid): // the address takes no mail any more
		s.say(w, r, v, http.StatusConflict, notice{
			Heading: v.Text("confirm.refused"), Text: []string{v.Text("confirm.refused-text")}, Links: []loosen{{v.Text("site.home"), "/"}},
		})
		return
	case err != nil:
		s.failed(w, r, fmt.Errorf("confirming a search: %w", err))
		return
	case used:
		s.usedLink(w, r, v)
		return
	}
	n := notice{
		Heading:  v.Text("confirm.on"),
		Searches: []searchLine{s.searchLine(v, started)},
		Hint:     v.Text("save.way-out"),
		Links:    []loosen{{v.Text("manage.ask"), "/manage"}, {v.Text("site.home"), "/"}},
	}
	if started.Freq == market.Instant {
		n.Text = []string{v.Text("confirm.first-instant")}
	} else {
		n.Text = []string{v.Text("confirm.first", "time", dateClockIn(v, started.DueAt, started.Zone))}
	}
	s.say(w, r, v, http.StatusOK, n)
}

// usedLink says that a link has started its search before.
func (s *server) usedLink(w http.ResponseWriter, r *http.Request, v *view) {
	s.say(w, r, v, http.StatusGone, notice{
		Heading: v.Text("confirm.used"), Text: []string{v.Text("confirm.used-text")},
		Links: []loosen{{v.Text("manage.ask"), "/manage"}, {v.Text("site.home"), "/"}},
	})
}

// searchLine is a saved search in words, with how it is told.
func (s *server) searchLine(v *view, saved market.Search) searchLine {
	q, _ := saved.Parse(s.Now()) // what cannot be read any more is left out
	return searchLine{Words: s.inWords(v, q), Hint: v.Told(saved)}
}

package web

import (
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// editPage is the search's form as on the page of results, with how often it
// is told.
type editPage struct {
	resultsPage
	Action, ID, Back string
	// Words is the search in words: the form's folds hide most of it.
	Words template.HTML
	Freq  market.Frequency
}

// edit is GET /manage/{token}/{search}.
func (s *server) edit(w http.ResponseWriter, r *http.Request) {
	v, _, saved, ok := s.owner(w, r)
	if !ok {
		return
	}
	if bad := unknown(r.URL.Query()); len(bad) > 0 {
		s.badParameter(w, r, v, bad)
		return
	}
	one, ok := editable(saved, r.PathValue("search"))
	if !ok {
		s.noSearch(w, r, v)
		return
	}
	q, err := one.Parse(s.Now())
	if err != nil {
		s.noSearch(w, r, v)
		return
	}
	s.show(w, r, v, "edit", http.StatusOK, s.editPage(v, r, one.ID, q, one.Freq))
}

func editable(saved []market.Search, id string) (market.Search, bool) {
	i := slices.IndexFunc(saved, func(one market.Search) bool { return one.ID == id && one.State != market.SearchPending })
	if i < 0 {
		return market.Search{}, false
	}
	return saved[i], true
}

// noSearch says that a person has no such search, or not any more.
func (s *server) noSearch(w http.ResponseWriter, r *http.Request, v *view) {
	s.say(w, r, v, http.StatusNotFound, notice{
		Heading: v.Text("manage.no-search"), Text: []string{v.Text("manage.did-nothing")},
		Links: []loosen{{v.Text("manage.back"), "/manage/" + r.PathValue("token")}},
	})
}

func (s *server) editPage(v *view, r *http.Request, id string, q market.Query, f market.Frequency) *editPage {
	p := &editPage{ID: id, Back: "/manage/" + r.PathValue("token"), Words: s.inWords(v, q), Freq: f}
	p.Wrong = map[string]string{}
	s.begin(&p.resultsPage, v, r, q, nil)
	p.Action, p.Skip, p.NoIndex, p.Sorts = p.Back, "main", true, ""
	p.Description = ""
	p.Title = v.Text("site.title", "page", v.Text("manage.edit-title"))
	p.Switch = p.Back + "/" + url.PathEscape(id) + "?lang=" + string(p.Other)
	return p
}

// edited is what the button "edit" of POST /manage/{token} does: the fields
// of a search, with id and freq.
func (s *server) edited(w http.ResponseWriter, r *http.Request, v *view, saved []market.Search) {
	form, now, token := r.PostForm, s.Now(), r.PathValue("token")
	one, ok := editable(saved, form.Get("id"))
	if !ok {
		s.noSearch(w, r, v)
		return
	}
	params := url.Values{}
	for _, name := range market.Params {
		params[name] = form[name]
	}
	q, wrong := s.searchOf(params, now)
	f := market.Frequency(form.Get("freq"))
	p := s.editPage(v, r, one.ID, q, f)
	for _, e := range wrong {
		p.wrong(e.Param, v.Text("bad.field", "param", e.Param, "value", cut(e.Value, 40), "want", v.Text("want."+e.Param)))
		if e.Param == "min" {
			p.Min = cut(form.Get("min"), 40)
		}
	}
	if len(wrong) == 0 {
		if why := s.refusal(v, q); why != "" {
			p.wrong("q", why)
		}
	}
	noInstant := ""
	if f == market.Instant && len(p.Errors) == 0 {
		switch n, known, err := s.lately(r.Context(), q); {
		case err != nil:
			s.failed(w, r, err)
			return
		case !known && one.Freq != market.Instant:
			noInstant = v.Text("save.instant-unknown")
		case n > market.MaxInstant*lateDays:
			noInstant = v.Text("save.instant-many", "n", v.Int(market.MaxInstant))
		}
	}
	if _, why := readFreq(v, string(f), noInstant); why != "" {
		p.wrong("freq", why)
	}
	if len(p.Errors) > 0 {
		s.show(w, r, v, "edit", http.StatusBadRequest, p)
		return
	}
	err := s.Subscriptions.ChangeSearch(r.Context(), token, one.ID, now, s.Next, func(one *market.Search) error {
		one.Query, one.Freq = q.Values().Encode(), f
		return nil
	})
	switch {
	case errors.Is(err, market.ErrNotFound):
		s.noSearch(w, r, v)
	case errors.Is(err, market.ErrInvalid):
		http.Redirect(w, r, "/manage/"+token+"?done=gone", http.StatusSeeOther)
	case err != nil:
		s.failed(w, r, fmt.Errorf("editing a saved search: %w", err))
	default:
		http.Redirect(w, r, "/manage/"+token+"?done=changed", http.StatusSeeOther)
	}
}

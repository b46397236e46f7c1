package web

import (
	"errors"
	"net/http"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

type adminMailPage struct {
	adminFrame
	Post       *postRow
	Counts     []factLine
	Queued     []letterRow
	Buried     []letterRow
	Suppressed []suppressedRow
	Typed      string
	Wrong      string
	// Trail is what is stored about one address, nil where none was asked for.
	Trail *trail
}

type letterRow struct {
	Key, Kind, State string
	At, Stamp        string
	Next, Attempts   string
	Cause            string
}

type suppressedRow struct{ Masked, Reason, At string }

type trail struct {
	Masked     string
	Suppressed string
	Lines      []factLine
	Searches   []searchLine
	Letters    []letterRow
}

// shownLetters is how many letters of a state are shown.
const shownLetters = 50

// adminMail is GET /admin/mail.
func (s *server) adminMail(w http.ResponseWriter, r *http.Request, op *operator) {
	s.showMail(w, r, op, http.StatusOK, "", "", nil)
}

// adminMailDo is POST /admin/mail with the field email: one person's trail. An
// address stands in no other address and in no log.
func (s *server) adminMailDo(w http.ResponseWriter, r *http.Request, op *operator) {
	email, why := readAddress(op.view, r.PostForm.Get("email"))
	if why != "" {
		s.showMail(w, r, op, http.StatusBadRequest, r.PostForm.Get("email"), why, nil)
		return
	}
	d, err := s.Admin.Store.Trail(r.Context(), email)
	switch {
	case errors.Is(err, market.ErrNotFound):
		s.showMail(w, r, op, http.StatusOK, email, op.Text("post.nobody"), nil)
		return
	case err != nil:
		s.failed(w, r, errors.New("reading what is stored about an address"))
		return
	}
	t := &trail{Masked: market.MaskEmail(email)}
	if d.Suppressed != nil {
		t.Suppressed = op.Text("post.suppressed-since", "why", op.Text("suppress."+string(d.Suppressed.Reason)), "time", op.DateClock(d.Suppressed.At))
	}
	for _, one := range d.Searches {
		line := s.searchLine(op.view, one)
		line.Hint += "; " + op.Text("search-state."+string(one.State)) + ", " + op.DateClock(one.ChangedAt)
		t.Searches = append(t.Searches, line)
	}
	for _, l := range d.Letters {
		t.Letters = append(t.Letters, op.letterRow(l))
	}
	s.showMail(w, r, op, http.StatusOK, "", "", t)
}

func (op *operator) letterRow(l market.Letter) letterRow {
	row := letterRow{
		Key: l.Key, Kind: op.Text("letter." + string(l.Kind)), State: op.Text("letter-state." + string(l.State)),
		At: op.DateClock(l.Created), Stamp: stamp(l.Created), Attempts: op.Int(l.Attempts), Cause: l.Cause,
	}
	switch {
	case l.State == market.LetterQueued:
		row.Next = op.Text("post.next", "time", op.Moment(l.NextAt, op.now))
	case l.State == market.LetterSent:
		row.Next = op.Text("post.sent", "time", op.Moment(l.SentAt, op.now))
	}
	return row
}

func (s *server) showMail(w http.ResponseWriter, r *http.Request, op *operator, status int, typed, wrong string, t *trail) {
	ctx, st := r.Context(), s.Admin.Store
	p := &adminMailPage{adminFrame: s.adminFrame(r, op, op.Text("post.title")), Typed: typed, Wrong: wrong, Trail: t}
	if r.Method == http.MethodPost {
		p.Switch = "/admin/mail?lang=" + string(p.Other)
	}
	stats, err := st.MailStats(ctx, op.now)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	count := func(name string, n int) {
		p.Counts = append(p.Counts, factLine{Name: name, Value: op.markup("status.open-n", "n", op.Int(n))})
	}
	count(op.Text("post.people"), stats.Subscribers)
	for _, state := range market.SearchStates {
		count(op.Text("post.searches", "state", op.Text("search-state."+string(state))), stats.Searches[state])
	}
	for _, state := range market.LetterStates {
		count(op.Text("post.letters", "state", op.Text("letter-state."+string(state))), stats.Letters[state])
	}
	if s.Subscriptions != nil {
		p.Post = s.postRow(ctx, op.view, op.now)
	}
	for _, of := range []struct {
		state market.LetterState
		rows  *[]letterRow
	}{{market.LetterQueued, &p.Queued}, {market.LetterBuried, &p.Buried}} {
		letters, err := st.SearchLetters(ctx, of.state, shownLetters)
		if err != nil {
			s.failed(w, r, err)
			return
		}
		for _, l := range letters {
			*of.rows = append(*of.rows, op.letterRow(l))
		}
	}
	all, err := st.Suppressed(ctx)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	for _, one := range all {
		p.Suppressed = append(p.Suppressed, suppressedRow{one.Masked, op.Text("suppress." + string(one.Reason)), op.DateClock(one.At)})
	}
	s.show(w, r, op.view, "admin-mail", status, p)
}

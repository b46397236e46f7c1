package web

import (
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

type managePage struct {
	frame
	// Action is where the page's forms are sent: its own address.
	Action string
	Masked string
	// Done says what was just done, Bad that it was not.
	Done  string
	Bad   bool
	Total string
	Rows  []savedRow
	// Stoppable says that a search is on.
	Stoppable bool
	Hours     template.HTML
	Zones     template.HTML
	MailLang  locale.Lang
}

type savedRow struct {
	ID, Anchor string
	Heading    template.HTML
	// Open is where the page shows the search.
	Open, Edit   string
	Rest         template.HTML
	Often        string
	Class, State string
	Last         string
	// CanPause, CanResume and CanEdit are what its state allows.
	CanPause, CanResume, CanEdit bool
}

// zones are the IANA names offered, from Dhaka outwards: where people from
// Bangladesh and those whose country the page offers live.
var zones = []string{
	"Asia/Dhaka", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Colombo", "Asia/Karachi", "Asia/Dubai", "Asia/Riyadh", "Asia/Qatar",
	"Asia/Kuala_Lumpur", "Asia/Singapore", "Asia/Jakarta", "Asia/Ho_Chi_Minh", "Asia/Manila", "Asia/Tokyo", "Australia/Sydney",
	"Africa/Nairobi", "Africa/Cairo", "Africa/Lagos", "Europe/Istanbul", "Europe/Rome", "Europe/Berlin", "Europe/London",
	"America/Sao_Paulo", "America/New_York", "America/Toronto", "America/Chicago", "America/Los_Angeles", "UTC",
}

// dateClockIn is an instant by the clocks of a zone.
func dateClockIn(v *view, t time.Time, zone string) string {
	if l, err := time.LoadLocation(zone); err == nil {
		t = t.In(l)
		t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, locale.Dhaka)
	}
	return v.Text("save.clock-zone", "time", v.DateClock(t), "zone", v.Zone(zone))
}

// askManage is GET /manage: who has no link at hand asks for one.
func (s *server) askManage(w http.ResponseWriter, r *http.Request) {
	v := s.view(w, r)
	if bad := unknown(r.URL.Query()); len(bad) > 0 {
		s.badParameter(w, r, v, bad)
		return
	}
	s.say(w, r, v, http.StatusOK, askNotice(v, "", ""))
}

func askNotice(v *view, typed, wrong string) notice {
	return notice{
		Heading: v.Text("manage.ask"), Text: []string{v.Text("manage.ask-text")},
		Email: true, Typed: typed, Wrong: wrong,
		Forms: []noticeForm{{Action: "/manage", Button: v.Text("manage.ask-button")}},
	}
}

// askedManage is POST /manage with the field email: it mails the link. What it
// answers does not tell whether the address has searches.
func (s *server) askedManage(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	v := s.view(w, r)
	if s.crossOrigin.Check(r) != nil {
		s.sayCross(w, r, v)
		return
	}
	if status := readForm(w, r, largestForm); status != 0 {
		s.sayForm(w, r, v, status)
		return
	}
	if bad := append(unknown(r.URL.Query()), unknown(r.PostForm, "email")...); len(bad) > 0 {
		s.badParameter(w, r, v, bad)
		return
	}
	typed := strings.ToValidUTF8(r.PostForm.Get("email"), "\uFFFD")
	email, why := readAddress(v, typed)
	if why != "" {
		s.say(w, r, v, http.StatusBadRequest, askNotice(v, typed, why))
		return
	}
	if s.tooOften(w, r, v) {
		return
	}
	now := s.Now()
	if s.mayWrite(email) {
		_, err := s.Subscriptions.SendManage(r.Context(), email, now, func(to market.Subscriber, _ market.Search) (market.Letter, []market.Token, error) {
			raw, t := market.NewToken(market.TokenManage, to.ID, "", now, market.ManageTokenFor)
			l, err := s.Mails.Manage(to, raw, now)
			return l, []market.Token{t}, err
		})
		if err != nil {
			s.failed(w, r, fmt.Errorf("mailing the link to the searches: %w", err))
			return
		}
	}
	s.evenly(r.Context(), began)
	http.Redirect(w, r, "/manage/sent", http.StatusSeeOther)
}

// manageSent is GET /manage/sent.
func (s *server) manageSent(w http.ResponseWriter, r *http.Request) {
	v := s.view(w, r)
	if bad := unknown(r.URL.Query()); len(bad) > 0 {
		s.badParameter(w, r, v, bad)
		return
	}
	n := s.sent(v, "/manage")
	n.Text = []string{v.Text("sent.manage")}
	n.Links = []loosen{{v.Text("site.home"), "/"}}
	s.say(w, r, v, http.StatusOK, n)
}

// owner finds whom a token of the scope manage is about; it answers itself
// where that is nobody.
func (s *server) owner(w http.ResponseWriter, r *http.Request) (v *view, who market.Subscriber, saved []market.Search, ok bool) {
	token := r.PathValue("token")
	who, saved, err := s.Subscriptions.Manage(r.Context(), token, s.Now())
	v = s.viewFor(w, r, who.Lang)
	switch {
	case errors.Is(err, market.ErrNotFound):
		s.deadLink(w, r, v, token)
		return v, who, nil, false
	case err != nil:
		s.failed(w, r, fmt.Errorf("reading a person's searches: %w", err))
		return v, who, nil, false
	}
	return v, who, saved, true
}

// manage is GET /manage/{token}: a person's searches and what can be done.
func (s *server) manage(w http.ResponseWriter, r *http.Request) {
	v, who, saved, ok := s.owner(w, r)
	if !ok {
		return
	}
	done := r.URL.Query().Get("done")
	said, known := doneText(v, done)
	bad := unknown(r.URL.Query(), "done")
	if done != "" && !known {
		bad = append(bad, "done")
	}
	if len(bad) > 0 {
		s.badParameter(w, r, v, bad)
		return
	}
	p := &managePage{
		Action: "/manage/" + r.PathValue("token"), Masked: market.MaskEmail(who.Email), Done: said, Bad: done == "gone",
		Hours: hours(v, who.Hour), Zones: zoneChoices(v, who.Zone, s.Now()), MailLang: locale.Lang(who.Lang),
	}
	p.frame = s.frame(v, r, v.Text("manage.title"))
	p.NoIndex = true
	p.Switch = p.Action + "?lang=" + string(p.Other) // what was done is said once
	switch len(saved) {
	case 0:
		p.Total = v.Text("manage.none")
	case 1:
		p.Total = v.Text("manage.one")
	default:
		p.Total = v.Text("manage.total", "n", v.Int(len(saved)))
	}
	for i, one := range saved {
		p.Rows = append(p.Rows, s.savedRow(v, p.Action, strconv.Itoa(i+1), one))
		p.Stoppable = p.Stoppable || one.State == market.SearchOn || one.State == market.SearchPending
	}
	s.show(w, r, v, "manage", http.StatusOK, p)
}

// doneText says what was done; the word stands in the address of the page.
func doneText(v *view, done string) (string, bool) {
	switch done {
	case "paused":
		return v.Text("manage.did-pause"), true
	case "resumed":
		return v.Text("manage.did-resume"), true
	case "deleted":
		return v.Text("manage.did-delete"), true
	case "changed":
		return v.Text("manage.did-change"), true
	case "saved":
		return v.Text("manage.did-save"), true
	case "stopped":
		return v.Text("manage.did-stop"), true
	case "gone":
		return v.Text("manage.did-nothing"), true
	}
	return "", false
}

func (s *server) savedRow(v *view, action, anchor string, saved market.Search) savedRow {
	q, err := saved.Parse(s.Now())
	row := savedRow{
		ID: saved.ID, Anchor: "s" + anchor, Often: v.Often(saved.Freq),
		Open: address(q, func(*market.Query) {}), Edit: action + "/" + url.PathEscape(saved.ID),
	}
	var rest []template.HTML
	for _, c := range v.Conditions(q, s.title) {
		rest = append(rest, template.HTML(template.HTMLEscapeString(c.Kind))+v.named(c.Text))
	}
	switch {
	case q.Text != "":
		row.Heading = v.named(q.Text)
	case len(rest) > 0:
		row.Heading, rest = rest[0], rest[1:]
	default:
		row.Heading = v.markup("save.everything")
	}
	row.Rest = joined(v, rest)
	switch saved.State {
	case market.SearchOn:
		row.State, row.CanPause = v.Text("manage.on"), true
	case market.SearchPaused:
		row.Class, row.State, row.CanResume = "off", v.Text("manage.paused"), true
	case market.SearchStopped:
		row.Class, row.State, row.CanResume = "off", v.Text("manage.stopped"), true
	default:
		row.Class, row.State = "slow", v.Text("manage.pending")
	}
	row.CanEdit = saved.State != market.SearchPending && err == nil
	switch {
	case err != nil:
		row.Last = v.Text("manage.unreadable")
	case saved.ToldAt.IsZero():
		row.Last = v.Text("manage.never")
	default:
		row.Last = v.Text("manage.last", "date", v.Date(saved.ToldAt), "n", v.Int(saved.Last))
	}
	return row
}

// zoneChoices are the zones with their present distance from UTC.
func zoneChoices(v *view, chosen string, now time.Time) template.HTML {
	names := zones
	if !slices.Contains(names, chosen) {
		names = append([]string{chosen}, names...)
	}
	var out []choice
	for _, name := range names {
		label := v.Zone(name)
		if l, err := time.LoadLocation(name); err == nil && name != "UTC" {
			label += " (UTC" + now.In(l).Format("-07:00") + ")"
		}
		out = append(out, choice{Value: name, Label: template.HTML(template.HTMLEscapeString(label)), On: name == chosen})
	}
	return selection(out)
}

// validZone reports whether a name is a zone's in the IANA database.
func validZone(name string) bool {
	if name == "" || name == "Local" || len(name) > 64 {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

// managed is POST /manage/{token} with the field do and what that needs. What
// is done and leaves something to see leads back to the page.
func (s *server) managed(w http.ResponseWriter, r *http.Request) {
	v, who, saved, ok := s.owner(w, r)
	if !ok {
		return
	}
	if s.foreign(r) {
		s.sayCross(w, r, v)
		return
	}
	if status := readForm(w, r, largestForm); status != 0 {
		s.sayForm(w, r, v, status)
		return
	}
	ctx, token, form, now := r.Context(), r.PathValue("token"), r.PostForm, s.Now()
	do, id := form.Get("do"), form.Get("id")
	known := map[string][]string{
		"pause": {"id"}, "resume": {"id"}, "delete": {"id"}, "edit": append([]string{"id", "freq"}, market.Params...),
		"save": {"hour", "zone"}, "resume-all": nil, "stop-all": nil, "download": nil, "forget": {"sure"}, "revoke": {"sure"},
	}
	fields, there := known[do]
	if !there {
		s.bad(w, r, v, v.Text("bad.field", "param", "do", "value", cut(do, 40), "want", v.Text("manage.buttons")))
		return
	}
	if bad := append(unknown(r.URL.Query()), unknown(form, append(fields, "do")...)...); len(bad) > 0 {
		s.badParameter(w, r, v, bad)
		return
	}
	done, err := "", error(nil)
	switch do {
	case "pause":
		done, err = "paused", s.setState(r, id, market.SearchPaused)
	case "resume":
		done, err = "resumed", s.setState(r, id, market.SearchOn)
	case "resume-all":
		done = "resumed"
		for _, one := range saved {
			if one.State == market.SearchStopped && err == nil {
				err = s.setState(r, one.ID, market.SearchOn)
			}
		}
	case "delete":
		done, err = "deleted", s.Subscriptions.DeleteSearch(ctx, token, id, now)
	case "stop-all":
		done, err = "stopped", s.Subscriptions.Stop(ctx, token, now)
	case "save":
		h, why := readHour(v, form.Get("hour"))
		lang, why2 := readLang(v, form.Get("lang"))
		zone := form.Get("zone")
		if why = orElse(why, why2); why == "" && !validZone(zone) {
			why = v.Text("save.bad-zone")
		}
		if why != "" {
			s.bad(w, r, v, why)
			return
		}
		done, err = "saved", s.Subscriptions.ChangeSubscriber(ctx, token, now, s.Next, func(who *market.Subscriber) error {
			who.Lang, who.Hour, who.Zone = lang, h, zone
			return nil
		})
	case "edit":
		s.edited(w, r, v, saved)
		return
	case "download":
		s.download(w, r, token, now)
		return
	case "forget", "revoke":
		s.sure(w, r, v, who, do)
		return
	}
	if errors.Is(err, market.ErrNotFound) || errors.Is(err, market.ErrInvalid) {
		done, err = "gone", nil // it was deleted meanwhile, never theirs, or its state does not allow it
	}
	if err != nil {
		s.failed(w, r, fmt.Errorf("changing a saved search (%s): %w", do, err))
		return
	}
	http.Redirect(w, r, "/manage/"+token+"?done="+done, http.StatusSeeOther)
}

// setState pauses a search or has it go on. What is stopped is not paused:
// its state says more.
func (s *server) setState(r *http.Request, id string, state market.SearchState) error {
	return s.Subscriptions.ChangeSearch(r.Context(), r.PathValue("token"), id, s.Now(), s.Next, func(one *market.Search) error {
		if state == market.SearchPaused && one.State == market.SearchStopped {
			return market.ErrInvalid
		}
		one.State = state
		return nil
	})
}

// sure asks once more before what cannot be undone, and then does it.
func (s *server) sure(w http.ResponseWriter, r *http.Request, v *view, who market.Subscriber, do string) {
	token, now := r.PathValue("token"), s.Now()
	forget := do == "forget"
	if r.PostForm.Get("sure") != "1" {
		n := notice{
			Heading: v.Text("manage.revoke"), Text: []string{v.Text("manage.revoke-text")},
			Forms: []noticeForm{{Action: "/manage/" + token, Fields: []field{{"do", do}, {"sure", "1"}}, Button: v.Text("manage.revoke-sure"), Class: "stop"}},
			Links: []loosen{{v.Text("manage.back"), "/manage/" + token}},
		}
		if forget {
			n.Heading, n.Text = v.Text("manage.forget"), []string{v.Text("manage.forget-text", "address", market.MaskEmail(who.Email))}
			n.Forms[0].Button = v.Text("manage.forget-sure")
		}
		s.say(w, r, v, http.StatusOK, n)
		return
	}
	n := notice{Heading: v.Text("manage.revoked"), Text: []string{v.Text("manage.revoked-text")}, Links: []loosen{{v.Text("manage.ask"), "/manage"}, {v.Text("site.home"), "/"}}}
	var err error
	if forget {
		n = notice{Heading: v.Text("manage.forgotten"), Text: []string{v.Text("manage.forgotten-text")}, Links: []loosen{{v.Text("site.home"), "/"}}}
		err = s.Subscriptions.ForgetPerson(r.Context(), token, now)
	} else {
		err = s.Subscriptions.Revoke(r.Context(), token, now)
	}
	switch {
	case errors.Is(err, market.ErrNotFound):
		s.deadLink(w, r, v, token)
	case err != nil:
		s.failed(w, r, fmt.Errorf("deleting what is stored about a person (%s): %w", do, err))
	default:
		s.say(w, r, v, http.StatusOK, n)
	}
}

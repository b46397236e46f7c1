package web

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

// How often one network may ask for a mail to be sent, and how many of these
// one mailbox gets in a day, under all of its addresses. Many people stand
// behind one address of a phone network. What one address gets is limited by
// Subscriptions.
const (
	askEvery = 30 * time.Second
	askBurst = 20
	boxDaily = 2 * market.MaxConfirm
)

// answerAfter is how long an answer about an address is held, so that its
// time does not tell what was done.
const answerAfter = 150 * time.Millisecond

type subscribePage struct {
	frame
	// Words is the search in words, Back its address on the page.
	Words template.HTML
	Back  string
	Count string
	// Refused says why the search cannot be saved; then there is no form.
	Refused string

	Search string
	Errors []fieldError
	Wrong  map[string]string // field -> its error
	Email  string
	Freq   market.Frequency
	// NoInstant says why mails at once are not offered.
	NoInstant string
	Hours     template.HTML
	MailLang  locale.Lang
}

// wrong notes what is wrong with a field of a form; its id is its name.
func (p *subscribePage) wrong(field, text string) {
	p.Errors = append(p.Errors, fieldError{field, text, field})
	p.Wrong[field] = text
}

// searchOf reads a search that is to be saved from a query string.
func (s *server) searchOf(params url.Values, now time.Time) (market.Query, []market.FieldError) {
	q, wrong := market.ParseQuery(params, now, s.knownSource)
	for _, name := range unknown(params, market.Params...) {
		wrong = append(wrong, market.FieldError{Param: name})
	}
	q = q.Saved()
	q.Now = now
	return q, wrong
}

// badSearch refuses a search that cannot be read.
func (s *server) badSearch(w http.ResponseWriter, r *http.Request, v *view, e market.FieldError) {
	if !slices.Contains(market.Params, e.Param) {
		s.badParameter(w, r, v, []string{e.Param})
		return
	}
	s.badField(w, r, v, e)
}

// subscribe is GET /subscribe with a search's query string: what saving it
// would send, and the form.
func (s *server) subscribe(w http.ResponseWriter, r *http.Request) {
	v := s.view(w, r)
	q, wrong := s.searchOf(r.URL.Query(), s.Now())
	if len(wrong) > 0 {
		s.badSearch(w, r, v, wrong[0])
		return
	}
	p, err := s.subscribePage(v, r, q)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.show(w, r, v, "subscribe", http.StatusOK, p)
}

// subscribePage is the form as it is before anybody has filled it in.
func (s *server) subscribePage(v *view, r *http.Request, q market.Query) (*subscribePage, error) {
	p := &subscribePage{
		Words: s.inWords(v, q), Back: address(q, func(*market.Query) {}), Refused: s.refusal(v, q),
		Search: q.Values().Encode(), Wrong: map[string]string{},
		Freq: market.Daily, Hours: hours(v, market.DefaultHour), MailLang: v.Lang,
	}
	p.frame = s.frame(v, r, v.Text("save.title"))
	p.Switch = withLang("/subscribe", q, v.Lang.Other())
	p.NoIndex = true
	if p.Refused != "" {
		return p, nil
	}
	n, known, err := s.lately(r.Context(), q)
	if err != nil {
		return nil, err
	}
	switch {
	case !known:
		p.Count = v.Text("save.count-unknown")
		p.NoInstant = v.Text("save.instant-unknown")
	case n == 0:
		p.Count = v.Text("save.count-none")
	case n < lateDays:
		p.Count = v.Text("save.count-few", "n", v.Int(n))
	default:
		p.Count = v.Text("save.count", "n", v.Int(n), "day", v.Int((n+lateDays/2)/lateDays), "most", v.Int(market.MaxTold))
	}
	if n > market.MaxInstant*lateDays {
		p.NoInstant = v.Text("save.instant-many", "n", v.Int(market.MaxInstant))
	}
	return p, nil
}

// lateDays are the days by which the mails to come are reckoned.
const lateDays = 7

// lately counts what a search has found in the last lateDays; known is false
// while that cannot be counted. A search whose words are dropped because
// hardly anything has them all counts as 0: mails hold to all of them.
func (s *server) lately(ctx context.Context, q market.Query) (n int, known bool, err error) {
	p, err := s.Search.Search(ctx, q.With("days", strconv.Itoa(lateDays)))
	switch {
	case err != nil:
		return 0, false, fmt.Errorf("counting what is new: %w", err)
	case p.Degraded:
		return 0, false, nil
	case len(p.Dropped) > 0:
		return 0, true, nil
	}
	return p.Total, true, nil
}

// refusal says why a search cannot be saved, empty where it can.
func (s *server) refusal(v *view, q market.Query) string {
	switch err := s.Refuse(q); {
	case err == nil:
		return ""
	case q.Text == "" && !q.Narrows():
		return v.Text("save.refused-all")
	default:
		return v.Text("save.refused-words")
	}
}

// inWords is a search in words, marked up.
func (s *server) inWords(v *view, q market.Query) template.HTML {
	var parts []template.HTML
	if q.Text != "" {
		parts = append(parts, "<b>"+v.named(q.Text)+"</b>")
	}
	for _, c := range v.Conditions(q, s.title) {
		parts = append(parts, template.HTML(template.HTMLEscapeString(c.Kind))+v.named(c.Text))
	}
	if len(parts) == 0 {
		return v.markup("save.everything")
	}
	return joined(v, parts)
}

func joined(v *view, parts []template.HTML) template.HTML {
	var out template.HTML
	for i, p := range parts {
		if i > 0 {
			out += v.markup("listing.country-next")
		}
		out += p
	}
	return out
}

// withLang is the address of a page about a search in a language.
func withLang(path string, q market.Query, l locale.Lang) string {
	v := q.Values()
	v.Set("lang", string(l))
	return path + "?" + v.Encode()
}

// hours are the hours of a day as the content of a select.
func hours(v *view, chosen int) template.HTML {
	var out []choice
	for h := range 24 {
		out = append(out, choice{Value: strconv.Itoa(h), Label: template.HTML(template.HTMLEscapeString(v.Hour(h))), On: h == chosen})
	}
	return selection(out)
}

// subscribed is POST /subscribe with the fields search, email, freq, hour and
// lang. What it answers does not tell whether the address is known, takes no
// mail, or has had its share.
func (s *server) subscribed(w http.ResponseWriter, r *http.Request) {
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
	if bad := append(unknown(r.URL.Query()), unknown(r.PostForm, "search", "email", "freq", "hour")...); len(bad) > 0 {
		s.badParameter(w, r, v, bad)
		return
	}
	params, err := url.ParseQuery(r.PostForm.Get("search"))
	if err != nil {
		s.sayForm(w, r, v, http.StatusBadRequest)
		return
	}
	now := s.Now()
	q, wrong := s.searchOf(params, now)
	if len(wrong) > 0 {
		s.badSearch(w, r, v, wrong[0])
		return
	}
	p, err := s.subscribePage(v, r, q)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	if p.Refused != "" {
		s.show(w, r, v, "subscribe", http.StatusBadRequest, p)
		return
	}
	form := r.PostForm
	p.Email = strings.ToValidUTF8(form.Get("email"), "\uFFFD")
	email, why := readAddress(v, p.Email)
	if why != "" {
		p.wrong("email", why)
	}
	asked := market.Search{Query: p.Search, State: market.SearchPending, Zone: market.DefaultZone}
	asked.Freq, why = readFreq(v, form.Get("freq"), p.NoInstant)
	if why != "" {
		p.wrong("freq", why)
	} else {
		p.Freq = asked.Freq
	}
	if asked.Hour, why = readHour(v, form.Get("hour")); why != "" {
		p.wrong("hour", why)
	} else {
		p.Hours = hours(v, asked.Hour)
	}
	if asked.Lang, why = readLang(v, form.Get("lang")); why != "" {
		p.wrong("lang", why)
	} else {
		p.MailLang = locale.Lang(asked.Lang)
	}
	if len(p.Errors) > 0 {
		p.Title = v.Text("site.title", "page", v.Text("save.error-title"))
		s.show(w, r, v, "subscribe", http.StatusBadRequest, p)
		return
	}
	if s.tooOften(w, r, v) {
		return
	}
	if s.mayWrite(email) {
		if _, err := s.Subscriptions.Subscribe(r.Context(), email, asked, now, s.writeConfirm(now)); err != nil {
			s.failed(w, r, fmt.Errorf("saving a search: %w", err))
			return
		}
	}
	s.evenly(r.Context(), began)
	to := "/subscribe/sent"
	if p.Search != "" {
		to += "?" + p.Search
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// writeConfirm writes the letter that asks to confirm a search.
func (s *server) writeConfirm(now time.Time) WriteLetter {
	return func(to market.Subscriber, q market.Search) (market.Letter, []market.Token, error) {
		confirm, c := market.NewToken(market.TokenConfirm, to.ID, q.ID, now, market.ConfirmTokenFor)
		manage, m := market.NewToken(market.TokenManage, to.ID, "", now, market.ManageTokenFor)
		l, err := s.Mails.Confirm(to, q, confirm, manage, now)
		return l, []market.Token{c, m}, err
	}
}

// evenly holds an answer until answerAfter has passed since began.
func (s *server) evenly(ctx context.Context, began time.Time) {
	select {
	case <-time.After(time.Until(began.Add(s.answerAfter))):
	case <-ctx.Done():
	}
}

// tooOften refuses a network that asks for too many mails.
func (s *server) tooOften(w http.ResponseWriter, r *http.Request, v *view) bool {
	wait := s.asks.wait(clientAddr(r), s.Now())
	if wait <= 0 {
		return false
	}
	w.Header().Set("Retry-After", retryAfter(wait))
	s.say(w, r, v, http.StatusTooManyRequests, notice{Heading: v.Text("save.often"), Text: []string{v.Text("save.often-text")}})
	return true
}

// mayWrite reports whether the mailbox of an address has not had its share of
// mails that anybody can ask for. Who asks is not told.
func (s *server) mayWrite(email string) bool { return s.boxes.wait(boxOf(email), s.Now()) <= 0 }

func newBoxLimiter() *limiterOf[string] {
	return newLimiterOf[string](rate.Every(24*time.Hour/boxDaily), boxDaily, rememberedClients)
}

// boxOf names the mailbox that an address most likely leads to: what stands
// behind a plus (RFC 5233), and dots at Gmail, make another address of it
// without end.
func boxOf(email string) string {
	local, domain, _ := strings.Cut(strings.ToLower(email), "@")
	local, _, _ = strings.Cut(local, "+")
	if domain == "gmail.com" || domain == "googlemail.com" {
		local, domain = strings.ReplaceAll(local, ".", ""), "gmail.com"
	}
	return market.HashEmail(local + "@" + domain)
}

func newAskLimiter() *limiter { return newLimiter(rate.Every(askEvery), askBurst, rememberedClients) }

// subscribeSent is GET /subscribe/sent with the search's query string.
func (s *server) subscribeSent(w http.ResponseWriter, r *http.Request) {
	v := s.view(w, r)
	q, wrong := s.searchOf(r.URL.Query(), s.Now())
	if len(wrong) > 0 {
		s.badSearch(w, r, v, wrong[0])
		return
	}
	again := "/subscribe"
	if enc := q.Values().Encode(); enc != "" {
		again += "?" + enc
	}
	n := s.sent(v, again)
	n.Text = []string{v.Text("sent.confirm")}
	n.Hint = v.Text("sent.confirm-days", "n", v.Int(int(market.PendingFor/(24*time.Hour))))
	n.Links = []loosen{{v.Text("listing.back"), address(q, func(*market.Query) {})}}
	s.say(w, r, v, http.StatusOK, n)
}

// sent says that a mail is on its way, and what to do where none comes. again
// is where the address can be written again.
func (s *server) sent(v *view, again string) notice {
	return notice{
		Heading: v.Text("sent.title"),
		About:   v.Text("sent.none"),
		List: []template.HTML{
			v.markup("sent.spam"), v.markup("sent.wait"),
			v.markup("sent.wrong", "again", template.HTML(`<a href="`+template.HTMLEscapeString(again)+`">`)+v.markup("sent.again")+"</a>"),
			v.markup("sent.limit"),
		},
	}
}

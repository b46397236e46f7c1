package mail

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	html "html/template"
	"net/url"
	"strings"
	text "text/template"
	"time"
	"unicode"

	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Site is what letters say of the site that they come from.
type Site struct {
	// BaseURL is the site's own address as the public sees it, without a
	// slash at the end.
	BaseURL string
	// Contact is the line that says how its people are reached: an e-mail or
	// web address, which becomes a link, or words.
	Contact string
	Rates   market.Rates
	// SourceTitle gives a source's title.
	SourceTitle func(source string) string
	// Attribution gives the words that a source's terms want beside its
	// listings, in the place of its title; nil or "" where they want none.
	Attribution func(source string) string
	// AttributionURL gives the address that a source's terms want these words
	// to lead to; nil or "" where they lead to the original.
	AttributionURL func(source string) string
}

// MaxHTML is how many bytes a letter's HTML has at most: far below the size
// at which Gmail cuts a mail off (102 KB), and quick on a slow network.
const MaxHTML = 30_000

// Writer writes letters, in the language of each. It implements
// alert.Letters and web.Mails, and may be shared.
type Writer struct {
	site    Site
	tongues map[locale.Lang]*tongue
}

// tongue is all that is written in one language.
type tongue struct {
	*locale.Catalogue
	html *html.Template
	text *text.Template
}

//go:embed templates
var templateFiles embed.FS

// NewWriter makes a writer. It fails where the site's address is none, and
// where a template cannot be read.
func NewWriter(site Site) (*Writer, error) {
	u, err := url.Parse(site.BaseURL)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, fmt.Errorf("mail: %q is no address for a site", site.BaseURL)
	}
	if strings.TrimSpace(site.Contact) == "" {
		return nil, errors.New("mail: letters need a line that says how their sender is reached")
	}
	site.BaseURL = strings.TrimSuffix(site.BaseURL, "/")
	site.Contact = oneLine(site.Contact)
	if site.SourceTitle == nil {
		site.SourceTitle = func(source string) string { return source }
	}
	if site.Attribution == nil {
		site.Attribution = func(string) string { return "" }
	}
	if site.AttributionURL == nil {
		site.AttributionURL = func(string) string { return "" }
	}
	w := &Writer{site: site, tongues: map[locale.Lang]*tongue{}}
	for _, l := range locale.Langs {
		c, err := locale.Load(l)
		if err != nil {
			return nil, err
		}
		t := &tongue{Catalogue: c}
		funcs := map[string]any{
			"t": c.Text,
			// html/template drops comments, and Outlook for Windows reads
			// its width from one.
			"mso": func(s string) html.HTML { return html.HTML("<!--[if mso]>" + s + "<![endif]-->") },
		}
		if t.html, err = html.New("").Funcs(funcs).Option("missingkey=error").ParseFS(templateFiles, "templates/*.html"); err != nil {
			return nil, fmt.Errorf("mail: %w", err)
		}
		if t.text, err = text.New("").Funcs(funcs).Option("missingkey=error").ParseFS(templateFiles, "templates/*.txt"); err != nil {
			return nil, fmt.Errorf("mail: %w", err)
		}
		w.tongues[l] = t
	}
	return w, nil
}

// tongue is that of a language, the default's for one that is not spoken.
func (w *Writer) tongue(lang string) *tongue {
	if t, ok := w.tongues[locale.Lang(lang)]; ok {
		return t
	}
	return w.tongues[locale.Langs[0]]
}

// frame is what every letter has around it.
type frame struct {
	Lang    locale.Lang
	Subject string
	// Preview is what the list of mails shows behind the subject.
	Preview string
	Title   string
	// Stop and Manage are links.
	Stop, Manage string
	// Why says why one gets this.
	Why     string
	Contact contact
	// Legend explains the marks, empty where there are none.
	Legend, LegendText, Rates string
}

// contact is how the site's people are reached.
type contact struct {
	Text string
	// Href is empty where Text is no address.
	Href html.URL
}

func newContact(s string) contact {
	if e, err := market.ParseEmail(s); err == nil {
		return contact{Text: e, Href: html.URL("mailto:" + e)}
	}
	if u, err := url.Parse(s); err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http") {
		return contact{Text: s, Href: html.URL(s)}
	}
	return contact{Text: s}
}

func (w *Writer) frame(t *tongue, manage string) frame {
	return frame{
		Lang:    t.Lang,
		Stop:    w.site.BaseURL + "/stop/" + manage,
		Manage:  w.site.BaseURL + "/manage/" + manage,
		Contact: newContact(w.site.Contact),
	}
}

// letter fills in a frame's letter from the templates of a name.
func (t *tongue) letter(kind market.LetterKind, to market.Subscriber, key string, f frame, data any, now time.Time) (market.Letter, error) {
	l := market.Letter{
		Key: key, Kind: kind, Subscriber: to.ID, To: to.Email, Lang: string(t.Lang), Subject: f.Subject,
		Stop: f.Stop, Manage: f.Manage, Created: now, State: market.LetterQueued, NextAt: now,
	}
	var b bytes.Buffer
	if err := t.html.ExecuteTemplate(&b, string(kind)+".html", data); err != nil {
		return market.Letter{}, fmt.Errorf("mail: %w", err)
	}
	l.HTML = b.String()
	b.Reset()
	if err := t.text.ExecuteTemplate(&b, string(kind)+".txt", data); err != nil {
		return market.Letter{}, fmt.Errorf("mail: %w", err)
	}
	l.Text = strings.TrimSpace(b.String()) + "\n"
	return l, nil
}

// key names a letter by what it is: the same parts give the same key.
func key(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:20])
}

// selector is the part of a raw token that says nothing; all of it where it
// is no token.
func selector(raw string) string {
	if s, ok := market.Selector(raw); ok {
		return s
	}
	return raw
}

// errToken says that a letter was to be written without a link that works.
var errToken = errors.New("mail: a letter needs the token of its links")

func checkTokens(raws ...string) error {
	for _, raw := range raws {
		if _, ok := market.Selector(raw); !ok {
			return errToken
		}
	}
	return nil
}

// asking is a letter with one question and one button.
type asking struct {
	frame
	// Searches are in words.
	Searches []searchWords
	// Often says how often mails would come, empty where it does not matter.
	Often  string
	Text   string
	Button string
	Link   string
	NotYou string
}

// Confirm asks whether mails for a search are to start.
func (w *Writer) Confirm(to market.Subscriber, s market.Search, confirm, manage string, now time.Time) (market.Letter, error) {
	if err := checkTokens(confirm, manage); err != nil {
		return market.Letter{}, err
	}
	q, err := s.Parse(now)
	if err != nil {
		return market.Letter{}, err
	}
	t := w.tongue(s.Lang)
	days := t.Int(int(market.PendingFor / (24 * time.Hour)))
	a := asking{frame: w.frame(t, manage), Searches: []searchWords{w.search(t, q)}, Often: oneLine(t.Told(s)), Link: w.site.BaseURL + "/confirm/" + confirm}
	a.Subject = t.Text("mail.confirm-subject")
	a.Title = t.Text("mail.confirm-title")
	a.Preview = a.Searches[0].String()
	a.Text = t.Text("mail.confirm-text", "n", days)
	a.Button = t.Text("mail.confirm-button")
	a.NotYou = t.Text("mail.confirm-not-you", "n", days)
	a.Why = t.Text("mail.why-confirm")
	return t.letter(market.LetterConfirm, to, key("confirm", s.ID, selector(confirm)), a.frame, a, now)
}

// Manage sends the link to a person's searches, for which somebody asked.
func (w *Writer) Manage(to market.Subscriber, manage string, now time.Time) (market.Letter, error) {
	if err := checkTokens(manage); err != nil {
		return market.Letter{}, err
	}
	t := w.tongue(to.Lang)
	a := asking{frame: w.frame(t, manage)}
	a.Link = a.frame.Manage
	a.Subject = t.Text("mail.manage-subject")
	a.Title = t.Text("mail.manage-title")
	a.Text = t.Text("mail.manage-text")
	a.Preview = a.Text
	a.Button = t.Text("mail.manage-button")
	a.NotYou = t.Text("mail.manage-not-you")
	a.Why = t.Text("mail.why-manage")
	return t.letter(market.LetterManage, to, key("manage", to.ID, selector(manage)), a.frame, a, now)
}

// Ask asks a person whether they are still looking.
func (w *Writer) Ask(to market.Subscriber, searches []market.Search, raw string, now time.Time) (market.Letter, error) {
	if err := checkTokens(raw); err != nil {
		return market.Letter{}, err
	}
	t := w.tongue(to.Lang)
	a := asking{frame: w.frame(t, raw), Link: w.site.BaseURL + "/alive/" + raw}
	for _, s := range searches {
		q, err := s.Parse(now)
		if err != nil {
			return market.Letter{}, err
		}
		a.Searches = append(a.Searches, w.search(t, q))
	}
	days := func(d time.Duration) string { return t.Int(int(d / (24 * time.Hour))) }
	a.Subject = t.Text("mail.ask-subject")
	a.Title = t.Text("mail.ask-title")
	a.Text = t.Text("mail.ask-text", "asked", days(market.AskAfter), "n", days(market.AnswerFor))
	a.Preview = a.Text
	a.Button = t.Text("mail.ask-button")
	a.Why = t.Text("mail.why-digest")
	return t.letter(market.LetterAsk, to, key("ask", to.ID, selector(raw)), a.frame, a, now)
}

// Operator is a plain letter to whoever runs the site. key names what it is
// about: the same key is the same letter.
func (w *Writer) Operator(to, about, subject, body string, now time.Time) market.Letter {
	return market.Letter{
		Key: key("operator", to, about), Kind: market.LetterOperator, To: to, Lang: string(locale.English),
		Subject: oneLine(subject), Text: strings.TrimSpace(strings.ReplaceAll(body, "\r", "")) + "\n",
		Created: now, State: market.LetterQueued, NextAt: now,
	}
}

// searchWords is a search in words: what was typed, and its conditions.
type searchWords struct {
	Text string
	// Lang marks Text where it is in another language.
	Lang       string
	Conditions string
}

func (s searchWords) String() string {
	if s.Text == "" || s.Conditions == "" {
		return s.Text + s.Conditions
	}
	return s.Text + ", " + s.Conditions
}

func (w *Writer) search(t *tongue, q market.Query) searchWords {
	text := oneLine(q.Text)
	q.Text = ""
	return searchWords{Text: text, Lang: t.Mark(text, ""), Conditions: oneLine(t.Search(q, w.site.SourceTitle))}
}

// oneLine makes a text that came from outside fit for one line: no control
// characters, nothing that turns the direction of writing (Unicode Bidi
// classes LRE to PDF, LRI to PDI), single spaces.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == '\u200e', r == '\u200f', r == '\ufeff', r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

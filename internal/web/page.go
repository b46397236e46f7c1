package web

import (
	"bytes"
	"embed"
	"fmt"
	"html"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

//go:embed templates
var templateFiles embed.FS

// view is the site in one language: its words, its templates, and what does
// not change from page to page.
type view struct {
	*locale.Catalogue
	templates map[string]*template.Template // by page
	title     func(source string) string
	countries map[string]string // of FromChoices
}

// pages are the templates that stand for a page of their own; layout.html and
// filters.html are part of each.
var pages = slices.Concat([]string{"results", "listing", "status", "sites", "about", "fail", "subscribe", "notice", "manage", "edit"}, adminTemplates)

// spoken finds the messages in a template: {{t "group.name"}}. They are put
// in when the template is read, so that they cost a page nothing, and a
// missing one is found at the start.
var spoken = regexp.MustCompile(`\{\{t "([^"]+)"\}\}`)

// newView is the site in a language; title gives the title of a source.
func newView(l locale.Lang, title func(source string) string) (*view, error) {
	c, err := locale.Load(l)
	if err != nil {
		return nil, err
	}
	v := &view{Catalogue: c, templates: map[string]*template.Template{}, title: title, countries: map[string]string{}}
	for _, page := range pages {
		t := template.New("").Option("missingkey=error")
		if _, err := t.New("warn-icon").Parse(warnIcon); err != nil {
			return nil, err
		}
		for _, name := range []string{"layout", "filters", "admin", page} {
			text, err := fs.ReadFile(templateFiles, path.Join("templates", name+".html"))
			if err != nil {
				return nil, err
			}
			said := spoken.ReplaceAllStringFunc(string(text), func(m string) string {
				key := spoken.FindStringSubmatch(m)[1]
				if !c.Has(key) {
					err = fmt.Errorf("web: %s.html wants the message %q, which %s does not have", name, key, l)
					return m
				}
				return html.EscapeString(c.Text(key))
			})
			if err != nil {
				return nil, err
			}
			if _, err := t.New(name).Parse(said); err != nil {
				return nil, fmt.Errorf("web: %w", err)
			}
		}
		v.templates[page] = t
	}
	for _, code := range market.FromChoices {
		v.countries[code] = c.Country(code)
	}
	return v, nil
}

// Country is Catalogue.Country with the usual ones at hand.
func (v *view) Country(code string) string {
	if name, ok := v.countries[code]; ok {
		return name
	}
	return v.Catalogue.Country(code)
}

// site is a source's title, marked up.
func (v *view) site(name string) template.HTML { return v.named(v.title(name)) }

// lang is the language to mark a text with: empty where it is the page's own.
// known is the text's language where something says so.
func (v *view) lang(text, known string) string { return v.Mark(text, known) }

// named marks a name up with its language.
func (v *view) named(text string) template.HTML {
	if l := v.lang(text, ""); l != "" && text != "" {
		return template.HTML("<span" + langAttr(l) + ">" + html.EscapeString(text) + "</span>")
	}
	return template.HTML(html.EscapeString(text))
}

// quote marks words of a listing up as a quotation in their language.
func (v *view) quote(text, known string) template.HTML {
	return template.HTML("<q" + langAttr(v.lang(text, known)) + ">" + html.EscapeString(cut(text, 120)) + "</q>")
}

// markup is a message with its names filled in; args are names and values in
// turn. Values of type template.HTML stand as they are, strings are escaped.
func (v *view) markup(key string, args ...any) template.HTML {
	var b strings.Builder
next:
	for _, p := range v.Parts(key) {
		if p.Name == "" {
			b.WriteString(html.EscapeString(p.Text))
			continue
		}
		for i := 0; i+1 < len(args); i += 2 {
			if args[i] != p.Name {
				continue
			}
			switch a := args[i+1].(type) {
			case template.HTML:
				b.WriteString(string(a))
			case string:
				b.WriteString(html.EscapeString(a))
			default:
				panic(fmt.Sprintf("web: message %q is given a %T", key, a))
			}
			continue next
		}
		panic(fmt.Sprintf("web: message %q wants {%s}", key, p.Name))
	}
	return template.HTML(b.String())
}

// frame is what every page has around it.
type frame struct {
	Lang        locale.Lang
	Other       locale.Lang
	Title       string // the whole <title>
	Description string
	// NoIndex keeps search engines from the page.
	NoIndex bool
	// Canonical is the page's address for search engines, empty for none.
	Canonical string
	// Switch is this page in the other language.
	Switch string
	CSS    string
	Icon   string
	// Skip is where the skip link goes: "results" or "main".
	Skip string
	// Feeds are the page as a feed. Mails says that searches can be saved.
	Feeds []feedLink
	Mails bool
}

// frame begins a page; title is without the site's name.
func (s *server) frame(v *view, r *http.Request, title string) frame {
	q := url.Values{}
	for k, vals := range r.URL.Query() {
		if k != "lang" && !tracking(k) {
			q[k] = vals
		}
	}
	q.Set("lang", string(v.Lang.Other()))
	return frame{
		Lang:   v.Lang,
		Other:  v.Lang.Other(),
		Title:  v.Text("site.title", "page", title),
		Switch: (&url.URL{Path: r.URL.Path, RawQuery: q.Encode()}).String(),
		CSS:    s.assets.address["style.css"],
		Icon:   s.assets.address["icon.svg"],
		Skip:   "main",
		Mails:  s.Subscriptions != nil,
	}
}

const langCookie = "lang"

// view picks the language of an answer: the one asked for in the address,
// which is then remembered, the remembered one, or the browser's.
func (s *server) view(w http.ResponseWriter, r *http.Request) *view { return s.viewFor(w, r, "") }

// viewFor is view for somebody whose mails are in a language, which stands
// before the browser's; empty where that is not known.
func (s *server) viewFor(w http.ResponseWriter, r *http.Request, mails string) *view {
	h := w.Header()
	h.Add("Vary", "Accept-Language, Cookie")
	if l := locale.Lang(r.URL.Query().Get("lang")); l.Valid() {
		http.SetCookie(w, &http.Cookie{Name: langCookie, Value: string(l), Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, Secure: s.https, SameSite: http.SameSiteLaxMode})
		return s.views[l]
	}
	if c, err := r.Cookie(langCookie); err == nil && locale.Lang(c.Value).Valid() {
		return s.views[locale.Lang(c.Value)]
	}
	if l := locale.Lang(mails); l.Valid() {
		return s.views[l]
	}
	return s.views[locale.Match(r.Header.Get("Accept-Language"))]
}

// unknown are the parameters that a page does not know, in their order.
func unknown(q url.Values, known ...string) []string {
	var out []string
next:
	for k := range q {
		if k == "lang" || tracking(k) {
			continue
		}
		for _, n := range known {
			if k == n {
				continue next
			}
		}
		out = append(out, k)
	}
	return sorted(out)
}

// show renders a page whole before the first byte goes out, so that a
// failing template gives a proper 500.
func (s *server) show(w http.ResponseWriter, r *http.Request, v *view, page string, status int, data any) {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	if err := v.templates[page].ExecuteTemplate(buf, page, data); err != nil {
		s.Log.Error("a page cannot be rendered", "page", page, "lang", v.Lang, "err", err)
		s.failPlain(w, r)
		return
	}
	w.Header().Set("Content-Language", string(v.Lang))
	write(w, r, status, "text/html; charset=utf-8", bytes.TrimSpace(buf.Bytes()))
}

func cut(text string, n int) string { return locale.Cut(text, n) }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04Z") }

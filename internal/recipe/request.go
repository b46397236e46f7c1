package recipe

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
)

var placeholder = regexp.MustCompile(`\{(page|offset|cursor|size|each|env\.[A-Za-z0-9_]+)\}`)

// cursorParam is a query parameter that is a cursor alone.
var cursorParam = regexp.MustCompile(`([?&])[^?&=#]+=\{cursor\}&?`)

// maxEach is how many values {each} may stand for.
const maxEach = 200

// request is what is asked for, with placeholders.
type request struct {
	url, method, body string
	header            map[string]string
}

func compileRequest(f file, m *mistakes) request {
	q := request{url: f.Request.URL, method: f.Request.Method, body: f.Request.Body, header: f.Request.Header}
	bare := placeholder.ReplaceAllString(q.url, "x")
	if u, err := url.Parse(bare); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		m.add(fmt.Errorf("%q is no web address", q.url), "request", "url")
	} else if strings.ContainsAny(bare, "{}") {
		m.add(errors.New("only {page}, {offset}, {cursor}, {size}, {each} and {env.NAME} may stand in braces"), "request", "url")
	}
	switch q.method {
	case "", http.MethodGet, http.MethodPost:
	default:
		m.add(fmt.Errorf("%q is neither GET nor POST", q.method), "request", "method")
	}
	if hasEach := len(f.Each.Values) > 0 || f.Each.Env != ""; q.has("each") != hasEach {
		m.add(errors.New("each goes with {each} in the request"), "each")
	}
	if len(f.Each.Values) > maxEach {
		m.add(fmt.Errorf("more than %d values", maxEach), "each")
	}
	if f.Each.Env != "" && !slices.Contains(f.Env, f.Each.Env) {
		m.add(fmt.Errorf("each uses %s", f.Each.Env), "env")
	}
	for _, name := range q.envNames() {
		if !slices.Contains(f.Env, name) {
			m.add(fmt.Errorf("the request uses %s", name), "env")
		}
	}
	return q
}

// texts are all texts that may hold placeholders.
func (q request) texts() []string {
	out := []string{q.url, q.body}
	for _, k := range slices.Sorted(maps.Keys(q.header)) {
		out = append(out, q.header[k])
	}
	return out
}

func (q request) has(name string) bool {
	return slices.ContainsFunc(q.texts(), func(s string) bool { return strings.Contains(s, "{"+name+"}") })
}

func (q request) envNames() (out []string) {
	for _, s := range q.texts() {
		for _, m := range placeholder.FindAllStringSubmatch(s, -1) {
			if name, ok := strings.CutPrefix(m[1], "env."); ok {
				out = append(out, name)
			}
		}
	}
	return out
}

// at is the request for a place in the paging.
func (q request) at(p place, env environment) fetch.Request {
	fill := func(s string, escape func(string) string) string {
		return placeholder.ReplaceAllStringFunc(s, func(m string) string {
			name := m[1 : len(m)-1]
			var v string
			switch name {
			case "page":
				v = strconv.Itoa(p.page)
			case "offset":
				v = strconv.Itoa(p.offset)
			case "cursor":
				v = p.cursor
			case "size":
				v = strconv.Itoa(p.size)
			case "each":
				v = p.each
			default:
				v = env[strings.TrimPrefix(name, "env.")]
			}
			return escape(v)
		})
	}
	plain := func(s string) string { return s }
	r := fetch.Request{URL: p.url, Method: q.method, Header: http.Header{}}
	if r.URL == "" {
		u := q.url
		if p.cursor == "" {
			u = cursorParam.ReplaceAllString(u, "$1")
		}
		// A value in the path is escaped as one: a blank is no "+" there.
		path, query, cut := strings.Cut(u, "?")
		r.URL = fill(path, url.PathEscape)
		if cut {
			r.URL += "?" + fill(query, url.QueryEscape)
		}
		r.URL = strings.TrimRight(r.URL, "?&")
	}
	if q.body != "" {
		r.Body = []byte(fill(q.body, plain))
	}
	for k, v := range q.header {
		r.Header.Set(k, fill(v, plain))
	}
	return r
}

// environment holds the variables of a recipe that its request uses. They are
// kept out of what others read.
type environment map[string]string

// env asks for the recipe's variables; none may be missing. list is that of
// {each}, whose values are no secret: the operator has to see which one failed.
func (r *recipe) env() (env environment, list string, err error) {
	env = environment{}
	used := r.request.envNames()
	for _, name := range r.spec.Env {
		v := r.getenv(name)
		if v == "" {
			return nil, "", fmt.Errorf("the environment variable %s is not set", name)
		}
		if name == r.each.Env {
			list = v
		}
		if name != r.each.Env || slices.Contains(used, name) {
			env[name] = v
		}
	}
	return env, list, nil
}

// hideText puts the variables' names where their values stand.
func (e environment) hideText(s string) string {
	for name, v := range e {
		s = strings.ReplaceAll(s, url.QueryEscape(v), "{env."+name+"}")
		s = strings.ReplaceAll(s, v, "{env."+name+"}")
	}
	return s
}

// hide keeps the variables' values out of an error's words, because these go
// to the log and to the status page.
func (e environment) hide(err error) error {
	if err == nil || e.hideText(err.Error()) == err.Error() {
		return err
	}
	var status *fetch.StatusError
	if errors.As(err, &status) {
		c := *status
		c.URL = e.hideText(c.URL)
		return &c
	}
	return hidden{err, e.hideText(err.Error())}
}

type hidden struct {
	err  error
	text string
}

func (h hidden) Error() string { return h.text }
func (h hidden) Unwrap() error { return h.err }

// place is where the paging stands.
type place struct {
	page, offset, size int
	cursor, each       string
	url                string // by next: the page's address, empty for the first
}

// paging is how to come from one page to the next.
type paging struct {
	by    string // empty: there is one page
	first int
	size  int
	token *field // cursor or next
	stop  *field
	pages int
}

func compilePaging(f file, html bool, m *mistakes) paging {
	pf := f.Paging
	p := paging{by: pf.By, size: pf.Size, pages: pf.Pages}
	q := request{url: f.Request.URL, body: f.Request.Body, header: f.Request.Header}
	needs := func(name string) {
		if !q.has(name) {
			m.add(fmt.Errorf("paging by %s needs {%s} in the request", pf.By, name), "paging", "by")
		}
	}
	token := func(l choiceList) {
		c, err := compileField(pf.By, single, l, html)
		m.add(err, "paging", pf.By)
		p.token = &c
	}
	switch pf.By {
	case "":
		if q.has("page") || q.has("offset") || q.has("cursor") {
			m.add(errors.New("the request has a place for it, by is missing"), "paging")
		}
	case "page":
		p.first = 1
		needs("page")
	case "offset":
		needs("offset")
		if pf.Size <= 0 {
			m.add(errors.New("paging by offset needs a size"), "paging", "size")
		}
	case "cursor":
		needs("cursor")
		token(pf.Cursor)
	case "next":
		token(pf.Next)
	default:
		m.add(fmt.Errorf("%q is none of page, offset, cursor, next", pf.By), "paging", "by")
	}
	if len(pf.Cursor) > 0 && pf.By != "cursor" || len(pf.Next) > 0 && pf.By != "next" {
		m.add(errors.New("cursor goes with by: cursor, next with by: next"), "paging")
	}
	if q.has("size") && pf.Size <= 0 {
		m.add(errors.New("{size} stands in the request"), "paging", "size")
	}
	if pf.First != nil {
		p.first = *pf.First
	}
	if len(pf.Stop) > 0 {
		c, err := compileField("stop", flag, pf.Stop, html)
		m.add(err, "paging", "stop")
		p.stop = &c
	}
	return p
}

func (p paging) start(each string) place {
	return place{page: p.first, offset: p.first, size: p.size, each: each}
}

// next is the place after at, or the end. A cursor or an address that leads
// to where it stands is an error: what lies behind stays unseen.
func (p paging) next(ctx context.Context, at place, d document) (place, bool, error) {
	if p.by == "" {
		return at, true, nil
	}
	jq, cancel := context.WithTimeout(ctx, pageTime)
	defer cancel()
	one := func(f *field) (string, error) {
		got, err := f.of(jq, d.node)
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if err != nil {
			return "", formatError("%w", err)
		}
		if len(got.texts) == 0 {
			return "", nil
		}
		return got.texts[0], nil
	}
	if p.stop != nil {
		s, err := one(p.stop)
		if err != nil {
			return at, false, err
		}
		if s != "" && s != "false" {
			return at, true, nil
		}
	}
	switch p.by {
	case "page":
		at.page++
		return at, false, nil
	case "offset":
		at.offset += p.size
		return at, false, nil
	}
	s, err := one(p.token)
	if err != nil || s == "" {
		return at, true, err
	}
	if p.by == "cursor" {
		if s == at.cursor {
			return at, false, formatError("the cursor does not move on from %q", quote(s, 40))
		}
		at.cursor = s
		return at, false, nil
	}
	u, err := d.url.Parse(s)
	if err != nil {
		return at, false, formatError("next: %w", err)
	}
	if u.Host != d.page.Host {
		return at, false, formatError("the next page is on another host, %q", u.Host)
	}
	if u.String() == d.page.String() {
		return at, false, formatError("the next page is this page")
	}
	at.url = u.String()
	return at, false, nil
}

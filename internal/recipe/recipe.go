package recipe

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/cascadia"
	"github.com/itchyny/gojq"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// recipe is a compiled recipe. It is not changed after Parse, and safe for
// concurrent use.
type recipe struct {
	spec     source.Spec
	getenv   func(string) string
	request  request
	each     eachFile
	paging   paging
	lists    []*reader // one, or two where the site has two forms
	mojibake bool
	strip    []*regexp.Regexp

	detail *reader
}

// reader is how one kind of page is read.
type reader struct {
	format    format
	expect    []condition
	itemJQ    *gojq.Code
	itemCSS   goquery.Matcher
	challenge []*regexp.Regexp
	fields    []field
	drop      []rule
	keep      []rule
	detailURL *field // nil: the field url
}

// condition holds or does not, of a whole page or an item.
type condition struct {
	text string
	jq   *gojq.Code
	css  goquery.Matcher
}

func (c condition) holds(ctx context.Context, node any) (bool, error) {
	if c.css != nil {
		s := node.(*goquery.Selection)
		return s.IsMatcher(c.css) || s.FindMatcher(c.css).Length() > 0, nil
	}
	return truth(ctx, c.jq, node)
}

// rule leaves items out.
type rule struct {
	why   string
	cond  *condition
	field string
	re    *regexp.Regexp
}

// Parse reads a recipe. getenv is asked for the recipe's variables whenever
// the source collects. All that is wrong with a recipe comes back at once,
// each with its line.
func Parse(data []byte, getenv func(string) string) (source.Source, error) {
	return compile(data, getenv, func(*source.Spec) {})
}

// compile is Parse; fill may change the spec before it is checked.
func compile(data []byte, getenv func(string) string, fill func(*source.Spec)) (source.Source, error) {
	f, root, err := read(data)
	if err != nil {
		return nil, err
	}
	m := &mistakes{root: root}
	r := &recipe{spec: specOf(f), getenv: getenv}
	fill(&r.spec)
	m.spec(r.spec.Check())
	r.request = compileRequest(f, m)
	r.each = f.Each
	challenge := compileRegexps(f.Challenge, m, "challenge")
	r.lists = append(r.lists, compileList(f, f.pageFile, challenge, m))
	if f.Otherwise != nil {
		r.lists = append(r.lists, compileList(f, *f.Otherwise, challenge, m, "otherwise"))
		if len(f.Paging.Cursor)+len(f.Paging.Next)+len(f.Paging.Stop) > 0 {
			m.add(errors.New("cursor, next and stop are in one format's language: they do not go with two"), "otherwise")
		}
	}
	r.paging = compilePaging(f, r.lists[0].format.isHTML(), m)
	r.mojibake = f.Clean.Mojibake
	r.strip = compileRegexps(f.Clean.Strip, m, "clean", "strip")
	compileDetail(r, f, m)
	if err := errors.Join(m.errs...); err != nil {
		return nil, err
	}
	return r, nil
}

func specOf(f file) source.Spec {
	keep := source.DefaultKeep
	if f.Terms.Keep != nil {
		keep = *f.Terms.Keep
	}
	return source.Spec{
		Name: f.Name, Title: f.Title, Home: f.Home, Schedule: f.Schedule,
		Enabled: f.Enabled, Why: f.Why, Needs: f.Needs, Env: f.Env,
		CloseAfter: f.CloseAfter, Rolling: f.Rolling, MaxAge: f.MaxAge,
		Limits: source.Limits{Pages: f.Limits.Pages, Bytes: f.Limits.Bytes, Items: f.Limits.Items, Time: f.Limits.Time},
		Terms: source.Terms{
			URL: f.Terms.URL, Read: f.Terms.Read, Note: f.Terms.Note, Allowed: f.Terms.Allowed,
			PollFloor: f.Terms.PollFloor, Delay: f.Terms.Delay,
			Attribution: f.Terms.Attribution, AttributionURL: f.Terms.AttributionURL,
			Follow: f.Terms.Follow, FullText: f.Terms.FullText,
			Syndicate: f.Terms.Syndicate, Index: f.Terms.Index, Permission: f.Terms.Permission,
			Keep: keep, Refresh: f.Terms.Refresh,
		},
	}
}

func compileFormat(kind string, s scriptFile, m *mistakes, path ...string) format {
	f := format{kind: kind, marker: s.Marker}
	under := func(keys ...string) []string { return append(slices.Clone(path), keys...) }
	switch kind {
	case "json", "feed", "sitemap", "html", "jsonld":
		if s != (scriptFile{}) {
			m.add(errors.New("goes with format: script"), under("script")...)
		}
	case "script":
		if (s.Marker == "") == (s.CSS == "") {
			m.add(errors.New("either marker or css is needed"), under("script")...)
		}
		if s.CSS != "" {
			sel, err := cascadia.Compile(s.CSS)
			m.add(err, under("script", "css")...)
			f.script = sel
		}
	default:
		m.add(fmt.Errorf("%q is none of json, feed, sitemap, html, script, jsonld", kind), under("format")...)
	}
	return f
}

func compileCondition(expr string, html bool) (condition, error) {
	c := condition{text: expr}
	var err error
	if html {
		var sel cascadia.Selector
		if sel, err = cascadia.Compile(expr); err == nil {
			c.css = sel
		}
	} else {
		c.jq, err = compileJQ(expr)
	}
	return c, err
}

func compileConditions(exprs []string, html bool, m *mistakes, path ...string) (out []condition) {
	for _, e := range exprs {
		c, err := compileCondition(e, html)
		m.add(err, path...)
		out = append(out, c)
	}
	return out
}

func compileRegexps(exprs []string, m *mistakes, path ...string) (out []*regexp.Regexp) {
	for _, e := range exprs {
		re, err := compileRegexp(e)
		m.add(err, path...)
		out = append(out, re)
	}
	return out
}

func compileFields(fs map[string]choiceList, html bool, m *mistakes, path ...string) (out []field) {
	for _, name := range slices.Sorted(maps.Keys(fs)) {
		at := append(slices.Clone(path), name)
		t, ok := targets[name]
		if !ok {
			m.add(errors.New("there is no such field"), at...)
			continue
		}
		f, err := compileField(name, t.kind, fs[name], html)
		m.add(err, at...)
		for _, p := range f.picks {
			if t.named != (p.name != "") {
				m.add(errors.New("name, what the site calls it, goes with level and english, and with these always"), at...)
				break
			}
			if (p.layout != "" || p.zone != nil) && name != "posted" && name != "expires" {
				m.add(errors.New("date and zone go with posted and expires"), at...)
			}
		}
		out = append(out, f)
	}
	return out
}

func compileList(f file, p pageFile, challenge []*regexp.Regexp, m *mistakes, path ...string) *reader {
	at := func(keys ...string) []string { return append(slices.Clone(path), keys...) }
	r := &reader{format: compileFormat(p.Format, p.Script, m, path...), challenge: challenge}
	html := r.format.isHTML()
	r.expect = compileConditions(p.Expect, html, m, at("expect")...)
	switch {
	case p.Items == "" && p.Format != "feed" && p.Format != "sitemap" && p.Format != "jsonld":
		m.add(errors.New("missing"), at("items")...)
	case html:
		sel, err := cascadia.Compile(p.Items)
		m.add(err, at("items")...)
		r.itemCSS = sel
		if len(p.Expect) == 0 {
			m.add(errors.New("html needs one, to tell a page without items from a wrong page"), at("expect")...)
		}
	case p.Items != "":
		code, err := compileJQ(p.Items)
		m.add(err, at("items")...)
		r.itemJQ = code
	}
	r.fields = compileFields(p.Fields, html, m, at("fields")...)
	if p.Fields["title"] == nil && (f.Detail == nil || f.Detail.Fields["title"] == nil) {
		m.add(errors.New("title is needed"), at("fields")...)
	}
	if p.Fields["id"] == nil && p.Fields["url"] == nil {
		m.add(errors.New("id or url is needed"), at("fields")...)
	}
	r.drop = compileRules(p.Drop, p, m, at("drop")...)
	r.keep = compileRules(p.Keep, p, m, at("keep")...)
	if f.Detail != nil {
		if len(f.Detail.URL) > 0 {
			u, err := compileField("url", single, f.Detail.URL, html)
			m.add(err, "detail", "url")
			r.detailURL = &u
		} else if p.Fields["url"] == nil {
			m.add(errors.New("url is needed for detail pages"), at("fields")...)
		}
	}
	return r
}

func compileRules(rules []ruleFile, p pageFile, m *mistakes, path ...string) (out []rule) {
	for i, rf := range rules {
		at := append(slices.Clone(path), strconv.Itoa(i))
		r := rule{why: rf.Why, field: rf.Field}
		if rf.Why == "" {
			m.add(errors.New("why is needed"), at...)
		}
		html := p.Format == "html"
		expr := rf.JQ
		if html {
			expr = rf.CSS
		}
		switch {
		case rf.JQ != "" && html || rf.CSS != "" && !html:
			m.add(errors.New("css goes with html, jq with the other formats"), at...)
		case (expr != "") == (rf.Field != "" || rf.Regexp != ""):
			m.add(errors.New("either an expression, or a field and a regexp"), at...)
		case expr != "":
			c, err := compileCondition(expr, html)
			m.add(err, at...)
			r.cond = &c
		default:
			if p.Fields[rf.Field] == nil {
				m.add(fmt.Errorf("fields has no %q", rf.Field), at...)
			}
			if rf.Regexp == "" {
				m.add(errors.New("regexp is needed"), at...)
			}
			re, err := compileRegexp(rf.Regexp)
			m.add(err, at...)
			r.re = re
		}
		out = append(out, r)
	}
	return out
}

func compileDetail(r *recipe, f file, m *mistakes) {
	if f.Detail == nil {
		return
	}
	d := f.Detail
	if d.Format == "feed" || d.Format == "sitemap" {
		m.add(errors.New("no detail page is a feed or a sitemap"), "detail", "format")
		return
	}
	rd := &reader{format: compileFormat(d.Format, d.Script, m, "detail"), challenge: r.lists[0].challenge}
	html := rd.format.isHTML()
	rd.expect = compileConditions(d.Expect, html, m, "detail", "expect")
	if html && len(d.Expect) == 0 {
		m.add(errors.New("html needs one"), "detail", "expect")
	}
	if d.Item != "" {
		if html {
			sel, err := cascadia.Compile(d.Item)
			m.add(err, "detail", "item")
			rd.itemCSS = sel
		} else {
			code, err := compileJQ(d.Item)
			m.add(err, "detail", "item")
			rd.itemJQ = code
		}
	}
	rd.fields = compileFields(d.Fields, html, m, "detail", "fields")
	if len(d.Fields) == 0 {
		m.add(errors.New("missing"), "detail", "fields")
	}
	r.detail = rd
}

// Spec implements source.Source.
func (r *recipe) Spec() source.Spec { return r.spec }

// Extract implements source.Source: it reads the first listing page as
// Collect does, without detail pages.
func (r *recipe) Extract(ctx context.Context, page fetch.Page, in source.Input) error {
	each := ""
	if len(r.each.Values) > 0 {
		each = r.each.Values[0]
	}
	p, err := r.read(ctx, page, each)
	if err != nil {
		return err
	}
	run := newRun(r, nil, in)
	if _, err := run.items(ctx, p.items); err != nil {
		return err
	}
	return run.unreadable()
}

// Collect implements source.Source.
func (r *recipe) Collect(ctx context.Context, in source.Input) (source.Result, error) {
	return r.collect(ctx, in.Session.Get, in)
}

// collect is Collect with its way to the network.
//
// Where {each} stands for several values, each has its own pages. One whose
// pages fail does not keep the others from being read; its error is the
// run's, which then is not complete.
func (r *recipe) collect(ctx context.Context, get func(fetch.Request) (fetch.Page, error), in source.Input) (source.Result, error) {
	var res source.Result
	env, list, err := r.env()
	if err != nil {
		return res, err
	}
	run := newRun(r, func(q fetch.Request) (fetch.Page, error) {
		p, err := get(q)
		return p, env.hide(err)
	}, in)
	each := r.eachOf(list)
	// A 304 for one of several addresses would say nothing of the others.
	run.conditional = len(each) == 1
	complete := true
	var errs []error
	for _, value := range each {
		whole, err := r.pages(ctx, run, env, value)
		if errors.Is(err, errUnchanged) {
			return source.Result{Unchanged: true, Validator: in.Validator}, nil
		}
		switch {
		case err == nil:
		case run.broken, len(each) == 1, ctx.Err() != nil:
			return res, err
		case errors.Is(err, fetch.ErrTooManyPages), errors.Is(err, source.ErrTooManyItems):
			return res, errors.Join(append(errs, err)...)
		default:
			errs = append(errs, fmt.Errorf("%s: %w", value, err))
		}
		complete = complete && whole
	}
	if len(errs) > 0 {
		return res, errors.Join(errs...)
	}
	// Where a detail page was not what it should be, its item was not seen,
	// and a 304 would hide it from the next run too.
	if run.lost == 0 {
		res.Validator = run.validator
		res.Complete = complete
	}
	return res, nil
}

// errUnchanged: the first page answered 304.
var errUnchanged = errors.New("unchanged")

// pages reads the listing pages for one value of {each}; complete says that
// no cap cut them.
func (r *recipe) pages(ctx context.Context, run *run, env environment, each string) (complete bool, err error) {
	at := r.paging.start(each)
	first := len(run.seen) == 0
	for n := 1; ; n++ {
		q := r.request.at(at, env)
		hidden := env.hideText(q.URL)
		if n == 1 && run.conditional && run.in.Validator.URL == hidden {
			q.Validator = run.in.Validator
			q.Validator.URL = q.URL
		}
		page, err := run.get(q)
		if err != nil {
			return false, err
		}
		if n == 1 && run.conditional {
			if page.Status == http.StatusNotModified {
				return false, errUnchanged
			}
			run.validator = fetch.ValidatorOf(page)
			run.validator.URL = hidden
		}
		p, err := r.read(ctx, page, each)
		if err != nil {
			return false, err
		}
		before := len(run.seen)
		full, err := run.items(ctx, p.items)
		if err != nil {
			return false, err
		}
		if n == 1 && first {
			if err := run.unreadable(); err != nil {
				return false, err
			}
		}
		if full {
			return false, source.ErrTooManyItems
		}
		if len(p.items) == 0 || len(run.seen) == before && n > 1 {
			return true, nil
		}
		next, end, err := r.paging.next(ctx, at, p.document)
		if err != nil {
			return false, err
		}
		if end {
			return true, nil
		}
		if r.paging.pages > 0 && n >= r.paging.pages {
			return false, nil
		}
		at = next
	}
}

// eachOf are the values of {each}: one that is empty where the recipe has
// none. list is that of the environment.
func (r *recipe) eachOf(list string) []string {
	switch {
	case r.each.Env != "":
		list := strings.FieldsFunc(list, func(c rune) bool { return c == ',' || unicode.IsSpace(c) })
		return list[:min(len(list), maxEach)]
	case len(r.each.Values) > 0:
		return r.each.Values
	}
	return []string{""}
}

// pageItems is a page that has been read.
type pageItems struct {
	document
	items []item
}

// item is one item of a page: its fields, or why it is not taken.
type item struct {
	node   any
	values values
	skip   string
	err    error
	detail string // the detail page's address
}

// read reads a listing page and the fields of all its items, in the first of
// the site's forms that it has. Its errors wrap source.ErrFormat or
// source.ErrChallenge, or are the context's.
func (r *recipe) read(ctx context.Context, page fetch.Page, each string) (p pageItems, err error) {
	var first error
	for _, rd := range r.lists {
		p, err = rd.page(ctx, page, each)
		if !errors.Is(err, source.ErrFormat) {
			return p, err
		}
		if first == nil {
			first = err
		}
	}
	return p, first
}

func (rd *reader) page(ctx context.Context, page fetch.Page, each string) (p pageItems, err error) {
	err = rd.open(ctx, page, func(jq context.Context, d document) error {
		d.each = each
		nodes, err := rd.items(jq, d)
		if err != nil {
			return err
		}
		p.document = d
		for _, n := range nodes {
			it := rd.item(jq, d, n)
			if jq.Err() != nil {
				return it.err
			}
			p.items = append(p.items, it)
		}
		return nil
	})
	return p, err
}

// open reads a page, holds it to expect, and calls use with a context that
// bounds the reading.
func (rd *reader) open(ctx context.Context, page fetch.Page, use func(jq context.Context, d document) error) error {
	jq, cancel := context.WithTimeout(ctx, pageTime)
	defer cancel()
	d, err := rd.format.read(page)
	if err == nil {
		err = rd.meets(jq, d)
	}
	if err == nil {
		err = use(jq, d)
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case jq.Err() != nil:
		return formatError("reading it took longer than %s", pageTime)
	case errors.Is(err, source.ErrFormat):
		return Challenge(challenge(err, page.Body, rd.challenge), page.Body)
	}
	return err
}

func (rd *reader) meets(ctx context.Context, d document) error {
	for _, c := range rd.expect {
		ok, err := c.holds(ctx, d.node)
		if err != nil {
			return formatError("expected %s: %w", c.text, err)
		}
		if !ok {
			return formatError("expected %s", c.text)
		}
	}
	return nil
}

// item reads one item. Conditions on the item come before its fields, so
// that what is left out need not be readable.
func (rd *reader) item(ctx context.Context, d document, node any) item {
	it := item{node: node}
	if it.skip, it.err = rd.leave(ctx, node, nil); it.skip != "" || it.err != nil {
		return it
	}
	if it.values, it.err = rd.values(ctx, d, node); it.err != nil {
		return it
	}
	if it.skip, it.err = rd.leave(ctx, node, it.values); it.skip != "" || it.err != nil {
		return it
	}
	if rd.detailURL == nil {
		if t := it.values["url"].texts; len(t) > 0 {
			it.detail = t[0]
		}
		return it
	}
	got, err := rd.detailURL.of(ctx, node)
	if err == nil && len(got.texts) > 0 {
		it.detail, err = resolve(d.url, got.texts[0])
	}
	it.err = err
	return it
}

// leave names the rule by which an item is left out: with vs nil by the rules
// on the item, else by those on its fields.
func (rd *reader) leave(ctx context.Context, node any, vs values) (string, error) {
	for _, set := range []struct {
		rules []rule
		out   bool
	}{{rd.drop, true}, {rd.keep, false}} {
		for _, rule := range set.rules {
			var holds bool
			switch {
			case (rule.cond != nil) != (vs == nil):
				continue
			case rule.cond != nil:
				var err error
				if holds, err = rule.cond.holds(ctx, node); err != nil {
					return "", fmt.Errorf("%s: %w", rule.why, err)
				}
			default:
				holds = rule.re.MatchString(strings.Join(vs[rule.field].texts, ", "))
			}
			if holds == set.out {
				return rule.why, nil
			}
		}
	}
	return "", nil
}

// maxReject is the greatest length of market.Reject.Item in bytes.
const maxReject = 2000

func rejectOf(it item, err error) market.Reject {
	return market.Reject{Item: quote(it.text(), maxReject-len("…")), Why: err.Error()}
}

// text is the item as the site sent it.
func (it item) text() string {
	if s, ok := it.node.(*goquery.Selection); ok {
		html, _ := goquery.OuterHtml(s) // rendering into a buffer does not fail
		return html
	}
	return jsonText(it.node)
}

// key is what the item is known by within a run: its id, its address, or,
// where it was left out before these were read, its whole text.
func (it item) key() string {
	if k := it.values.key(); k != "" {
		return k
	}
	sum := sha256.Sum256([]byte(it.text()))
	return "text " + string(sum[:])
}

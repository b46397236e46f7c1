package recipe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/cascadia"
	"github.com/itchyny/gojq"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// kind is what a field of a draft takes.
type kind int

const (
	single kind = iota
	list
	flag
)

// target is one field of a draft.
type target struct {
	kind kind
	// named says that the site's own name of the field is kept with it.
	named bool
	set   func(d *market.Draft, vs []string, name string)
}

func text(at func(*market.Draft) *string) target {
	return target{set: func(d *market.Draft, vs []string, _ string) { *at(d) = vs[0] }}
}

func texts(at func(*market.Draft) *[]string) target {
	return target{kind: list, set: func(d *market.Draft, vs []string, _ string) { *at(d) = vs }}
}

func truthOf(at func(*market.Draft) *bool) target {
	return target{kind: flag, set: func(d *market.Draft, vs []string, _ string) { *at(d) = vs[0] != "false" }}
}

// targets are the fields that a recipe may fill.
var targets = map[string]target{
	"id":           text(func(d *market.Draft) *string { return &d.ExternalID }),
	"url":          text(func(d *market.Draft) *string { return &d.URL }),
	"title":        text(func(d *market.Draft) *string { return &d.Title }),
	"company":      text(func(d *market.Draft) *string { return &d.Company }),
	"description":  text(func(d *market.Draft) *string { return &d.Description }),
	"snippet":      truthOf(func(d *market.Draft) *bool { return &d.Snippet }),
	"skills":       texts(func(d *market.Draft) *[]string { return &d.Skills }),
	"category":     text(func(d *market.Draft) *string { return &d.Category }),
	"pay_text":     text(func(d *market.Draft) *string { return &d.PayText }),
	"pay_min":      text(func(d *market.Draft) *string { return &d.PayMin }),
	"pay_max":      text(func(d *market.Draft) *string { return &d.PayMax }),
	"pay_currency": text(func(d *market.Draft) *string { return &d.PayCurrency }),
	"pay_period":   text(func(d *market.Draft) *string { return &d.PayPeriod }),
	"posted":       text(func(d *market.Draft) *string { return &d.PostedAt }),
	"expires":      text(func(d *market.Draft) *string { return &d.ExpiresAt }),
	"locations":    texts(func(d *market.Draft) *[]string { return &d.Locations }),
	"zones":        texts(func(d *market.Draft) *[]string { return &d.Zones }),
	"closed":       truthOf(func(d *market.Draft) *bool { return &d.Closed }),
	"level": {named: true, set: func(d *market.Draft, vs []string, name string) {
		d.Level, d.LevelField = vs[0], name
	}},
	"english": {named: true, set: func(d *market.Draft, vs []string, name string) {
		d.English, d.EnglishField = vs[0], name
	}},
}

// field is how one field of a draft is found; the first pick that gives
// something counts.
type field struct {
	name  string
	kind  kind
	picks []pick
}

// pick is one way to a value.
type pick struct {
	value  *string
	jq     *gojq.Code
	css    goquery.Matcher // nil with jq: the item itself
	isCSS  bool
	attr   string
	html   bool
	regexp *regexp.Regexp
	as     string
	join   *string
	name   string
	layout string         // of a date, as package time has it
	zone   *time.Location // of a date that tells none
}

// found is what a field gave: its texts and the site's name for it.
type found struct {
	texts []string
	name  string
	// fixed says that the text is the recipe's own, in which {each} stands
	// for a value.
	fixed bool
}

const (
	// maxText is how much of one text is read, in bytes, and maxRegexp the
	// greatest length of a regular expression. A run of one takes time
	// proportional to the product of both (package regexp), and cannot be
	// interrupted.
	maxText   = 256 << 10
	maxRegexp = 1000
	// maxRegexpSize bounds a compiled one: "(x{1000})" is short and large.
	maxRegexpSize = 2000
)

// compileRegexp compiles an expression within the bounds.
func compileRegexp(expr string) (*regexp.Regexp, error) {
	if len(expr) > maxRegexp {
		return nil, fmt.Errorf("regexp: longer than %d bytes", maxRegexp)
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil, err
	}
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, err
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, err
	}
	if len(prog.Inst) > maxRegexpSize {
		return nil, fmt.Errorf("regexp: it becomes %d instructions, at most %d are run", len(prog.Inst), maxRegexpSize)
	}
	return re, nil
}

// head is at most n bytes of a text, and whole letters.
func head(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}

// compileField compiles the choices for one field. In html a bare
// expression is a selector, elsewhere jq.
func compileField(name string, k kind, l choiceList, html bool) (field, error) {
	f := field{name: name, kind: k}
	if len(l) == 0 {
		return f, errors.New("no expression")
	}
	for _, c := range l {
		p, err := compilePick(c, html)
		if err != nil {
			return f, err
		}
		f.picks = append(f.picks, p)
	}
	return f, nil
}

func compilePick(c choice, html bool) (p pick, err error) {
	p = pick{value: c.Value, attr: c.Attr, html: c.HTML, as: c.As, join: c.Join, name: c.Name}
	if c.Expr != "" {
		if html {
			c.CSS = c.Expr
		} else {
			c.JQ = c.Expr
		}
	}
	ways := 0
	for _, b := range []bool{c.JQ != "", c.CSS != "", c.Value != nil} {
		if b {
			ways++
		}
	}
	if ways != 1 {
		return p, errors.New("one of jq, css and value is needed")
	}
	if c.JQ != "" {
		if html {
			return p, errors.New("jq on an HTML element: use css")
		}
		if p.jq, err = compileJQ(c.JQ); err != nil {
			return p, err
		}
	}
	if c.CSS != "" {
		if !html {
			return p, errors.New("css on a JSON value: use jq")
		}
		p.isCSS = true
		if c.CSS != "&" {
			if p.css, err = cascadia.Compile(c.CSS); err != nil {
				return p, fmt.Errorf("css %q: %w", c.CSS, err)
			}
		}
	}
	if !p.isCSS && (c.Attr != "" || c.HTML) {
		return p, errors.New("attr and html go with css")
	}
	if c.As != "" && c.Regexp == "" {
		return p, errors.New("as goes with regexp")
	}
	if c.Regexp != "" {
		if p.regexp, err = compileRegexp(c.Regexp); err != nil {
			return p, err
		}
	}
	if c.Date != "" {
		if p.layout, err = layoutOf(c.Date); err != nil {
			return p, err
		}
	}
	if c.Zone != "" {
		if p.zone, err = zoneOf(c.Zone); err != nil {
			return p, err
		}
	}
	return p, nil
}

// of gives the field's texts within an item, nothing where it has none.
func (f field) of(ctx context.Context, node any) (found, error) {
	for _, p := range f.picks {
		vs, err := p.texts(ctx, node)
		if err != nil {
			return found{}, fmt.Errorf("%s: %w", f.name, err)
		}
		if len(vs) == 0 {
			continue
		}
		if f.kind != list && len(vs) > 1 {
			if !p.isCSS {
				return found{}, fmt.Errorf("%s: %d values where one belongs", f.name, len(vs))
			}
			vs = vs[:1]
		}
		return found{vs, p.name, p.value != nil}, nil
	}
	return found{}, nil
}

func (p pick) texts(ctx context.Context, node any) ([]string, error) {
	if p.value != nil {
		return []string{*p.value}, nil
	}
	var raw []string
	if p.isCSS {
		raw = p.elements(node.(*goquery.Selection))
	} else {
		vs, err := evalJQ(ctx, p.jq, node)
		if err != nil {
			return nil, err
		}
		if raw, err = scalars(vs); err != nil {
			return nil, err
		}
	}
	var out []string
	for _, s := range raw {
		s = head(s, maxText)
		if p.regexp != nil {
			at := p.regexp.FindStringSubmatchIndex(s)
			switch {
			case at == nil:
				continue
			case p.as != "":
				s = string(p.regexp.ExpandString(nil, p.as, s, at))
			case len(at) > 2 && at[2] >= 0:
				s = s[at[2]:at[3]]
			case len(at) > 2:
				s = ""
			default:
				s = s[at[0]:at[1]]
			}
		}
		if p.layout != "" || p.zone != nil {
			var ok bool
			if s, ok = p.dated(s); !ok {
				continue
			}
		}
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	if p.join != nil && len(out) > 1 {
		out = []string{strings.Join(out, *p.join)}
	}
	return out, nil
}

func (p pick) elements(s *goquery.Selection) (out []string) {
	if p.css != nil {
		s = s.FindMatcher(p.css)
	}
	s.Each(func(_ int, e *goquery.Selection) {
		switch {
		case p.attr != "":
			if v, ok := e.Attr(p.attr); ok {
				out = append(out, v)
			}
		case p.html:
			if h, err := e.Html(); err == nil {
				out = append(out, h)
			}
		default:
			out = append(out, strings.Join(strings.Fields(e.Text()), " "))
		}
	})
	return out
}

// scalars turns values into texts. Arrays are opened once; null is nothing;
// an object has no text.
func scalars(vs []any) (out []string, err error) {
	for _, v := range vs {
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		for _, v := range list {
			switch v := v.(type) {
			case nil:
			case string:
				out = append(out, v)
			case bool:
				out = append(out, strconv.FormatBool(v))
			case map[string]any, []any:
				return nil, fmt.Errorf("%s where a text belongs: %s", kindOf(v), quote(jsonText(v), 60))
			case json.Number:
				out = append(out, v.String())
			case float64:
				out = append(out, strconv.FormatFloat(v, 'f', -1, 64))
			default: // int, *big.Int
				out = append(out, fmt.Sprint(v))
			}
		}
	}
	return out, nil
}

// values are an item's fields by name.
type values map[string]found

// values gives all fields of an item.
func (r *reader) values(ctx context.Context, d document, node any) (values, error) {
	vs := values{}
	for _, f := range r.fields {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		got, err := f.of(ctx, node)
		if err != nil {
			return nil, err
		}
		if len(got.texts) == 0 {
			continue
		}
		if got.fixed {
			got.texts = []string{strings.ReplaceAll(got.texts[0], "{each}", d.each)}
		}
		if f.name == "url" {
			if got.texts[0], err = resolve(d.url, got.texts[0]); err != nil {
				return nil, err
			}
		}
		vs[f.name] = got
	}
	return vs, nil
}

// over lays the fields of other over these.
func (vs values) over(other values) values {
	out := maps.Clone(vs)
	maps.Copy(out, other)
	return out
}

// key is what the item is known by within a run.
func (vs values) key() string {
	for _, name := range []string{"id", "url"} {
		if t := vs[name].texts; len(t) > 0 {
			return name + " " + t[0]
		}
	}
	return ""
}

// draft fills a draft. A draft needs a title, and an id or an address.
func (r *recipe) draft(vs values) (market.Draft, error) {
	d := market.Draft{Source: r.spec.Name}
	for _, name := range slices.Sorted(maps.Keys(vs)) {
		texts := slices.Clone(vs[name].texts)
		if name != "url" && name != "id" {
			for i, s := range texts {
				if r.mojibake {
					s = repair(s)
				}
				if name == "description" {
					for _, re := range r.strip {
						s = re.ReplaceAllString(s, "")
					}
				}
				texts[i] = strings.TrimSpace(s)
			}
		}
		targets[name].set(&d, texts, vs[name].name)
	}
	if d.Title == "" {
		return d, errors.New("no title")
	}
	if vs.key() == "" {
		return d, errors.New("neither an id nor an address")
	}
	return d, nil
}

func resolve(base *url.URL, ref string) (string, error) {
	u, err := base.Parse(ref)
	if err != nil {
		return "", fmt.Errorf("url: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("url: %q is no web address", quote(ref, 60))
	}
	return u.String(), nil
}

// quote cuts a text to n bytes at a rune's border, with its white space
// collapsed.
func quote(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n] + "…"
}

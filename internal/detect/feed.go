package detect

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/recipe"
)

var htmlStart = regexp.MustCompile(`(?is)^\s*(<!--.*?-->\s*)*<(!doctype html|html|head|body|title|div|ul|main|script|meta|h1)`)

// kindOf is what a body is: "json", "html", or the name of its XML root.
// Empty: none of these.
func kindOf(body []byte) string {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	switch {
	case len(body) == 0:
		return ""
	case body[0] == '{' || body[0] == '[':
		return "json"
	case htmlStart.Match(body[:min(len(body), 4096)]):
		return "html"
	}
	d := xml.NewDecoder(bytes.NewReader(body[:min(len(body), 64<<10)]))
	d.Strict = false
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	for {
		t, err := d.Token()
		if err != nil {
			break
		}
		if e, ok := t.(xml.StartElement); ok {
			if strings.EqualFold(e.Name.Local, "html") {
				return "html"
			}
			return e.Name.Local
		}
	}
	if bytes.Contains(bytes.ToLower(body[:min(len(body), 64<<10)]), []byte("<body")) {
		return "html"
	}
	return ""
}

// readFeed proposes a feed.
func readFeed(f *Found, what Format) (*proposal, error) {
	f.Format = what
	v, err := recipe.Read(f.Page, "feed", "", "")
	if err != nil {
		return nil, err
	}
	feed, _ := v.(map[string]any)
	p, err := newProposal(f, what)
	if err != nil {
		return nil, err
	}
	p.format = "feed"
	p.rolling = true
	if s, _ := feed["title"].(string); strings.TrimSpace(s) != "" {
		p.title = s
	}
	// Any feed is a feed: its own link tells whose it is.
	if link, err := url.Parse(text(feed["link"])); err == nil && link.Host != "" {
		p.expect = fmt.Sprintf(".link | startswith(%q)", link.Scheme+"://"+link.Host)
	}
	items, _ := feed["items"].([]any)
	has := func(name string) bool {
		return slices.ContainsFunc(items, func(it any) bool { m, _ := it.(map[string]any); return text(m[name]) != "" })
	}
	p.add("id", choices(".guid", ".link"), "")
	p.add("url", ".link", "")
	p.add("title", ".title", "")
	p.add("description", choices(".content", ".description"), "")
	if !has("content") {
		p.add("snippet", "true", "feeds often send only the beginning; take this line out if this one sends all")
	}
	p.add("category", scalar(".categories[0]"), "")
	p.add("posted", choices(".published", ".updated", scalar(`.ext["dc:date"]`)), "")
	// Elements that no feed's own format knows: job boards put much there.
	texts := map[string][]any{}
	for _, it := range items {
		m, _ := it.(map[string]any)
		ext, _ := m["ext"].(map[string]any)
		for k, v := range ext {
			texts[k] = append(texts[k], v)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(texts)) {
		local := k[strings.LastIndex(k, ":")+1:]
		for _, want := range []string{"company", "locations", "skills", "pay_text", "expires", "level", "english"} {
			if p.has(want) || !slices.Contains(keysOf[want], plainKey(local)) || !fits(want, texts[k]) {
				continue
			}
			p.add(want, extra(want, fmt.Sprintf(".ext[%q]", k), k, texts[k]), "")
			break
		}
	}
	drafts, err := p.works(f.Page)
	if err != nil {
		return nil, err
	}
	p.items = len(drafts)
	if len(items) == 0 {
		f.note("the feed is empty now: try again when it has entries")
	}
	return p, nil
}

// extra is the expression of a field that lies in one text.
func extra(field, path, name string, values []any) string {
	switch field {
	case "skills", "locations":
		for _, v := range values {
			if strings.Contains(text(v), ",") {
				return scalar(path + ` // "" | split(",")`)
			}
		}
	case "level", "english":
		return mapping("jq", path, "name", name)
	}
	return scalar(path)
}

func (p *proposal) has(name string) bool {
	return slices.ContainsFunc(p.fields, func(l fieldLine) bool { return l.name == name })
}

// newProposal begins a proposal for the page.
func newProposal(f *Found, what Format) (*proposal, error) {
	u, err := url.Parse(f.URL)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%q is no web address", f.URL)
	}
	clean := *u
	clean.Fragment = ""
	return &proposal{what: what, home: u, title: strings.TrimPrefix(u.Hostname(), "www."), url: escapeBraces(clean.String())}, nil
}

// escapeBraces keeps braces of an address from being taken for placeholders.
func escapeBraces(s string) string {
	return strings.NewReplacer("{", "%7B", "}", "%7D").Replace(s)
}

func text(v any) string { s, _ := v.(string); return strings.TrimSpace(s) }

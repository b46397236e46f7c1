package detect

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// proposal is a recipe in the making.
type proposal struct {
	what Format
	// items is how many the page has.
	items int

	title   string // the site's
	home    *url.URL
	url     string // with placeholders
	accept  string
	paging  string // YAML in braces; empty: one page
	pagesOf string // a remark on the paging
	format  string // the recipe's
	script  string // YAML in braces
	expect  string
	list    string // items
	fields  []fieldLine
	detail  *detailOf
	rolling bool
	html    bool
	delay   time.Duration
	// pages and most bound a run whose items each cost a page; 0: as usual.
	pages, most int
}

// fieldLine is one field with its expression as YAML.
type fieldLine struct {
	name, yaml, remark string
}

// detailOf says how an item's own page is read.
type detailOf struct {
	format, expect string
	fields         []fieldLine
}

func (p *proposal) add(name, yaml, remark string) {
	p.fields = append(p.fields, fieldLine{name, yaml, remark})
}

// scalar writes a text as one line of YAML, quoted where it has to be.
func scalar(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	b, err := yaml.Marshal(s)
	if out := strings.TrimSuffix(string(b), "\n"); err == nil && !strings.Contains(out, "\n") && !strings.ContainsAny(out, "{}[],#") {
		return out
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

// mapping writes pairs as one line of YAML; empty values are left out.
func mapping(pairs ...string) string {
	var out []string
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, pairs[i]+": "+scalar(pairs[i+1]))
		}
	}
	return "{" + strings.Join(out, ", ") + "}"
}

// choices writes expressions as one, or as a list of fallbacks.
func choices(exprs ...string) string {
	if len(exprs) == 1 {
		return exprs[0]
	}
	return "[" + strings.Join(exprs, ", ") + "]"
}

// yaml writes the recipe. What an operator must fill in is blank and says so.
func (p *proposal) yaml() string {
	var b strings.Builder
	w := func(format string, a ...any) { fmt.Fprintf(&b, format+"\n", a...) }
	home := p.home.Scheme + "://" + p.home.Host
	w("# Proposed from %s", strings.Join(strings.Fields(p.home.String()), "%20"))
	w("# What stands behind FILL IN is for you to say: nobody else can read the site's")
	w("# terms for you. Then set enabled to true, and take why and needs out.")
	w("name: %s", named(p.home))
	w("title: %s", scalar(p.title))
	w("home: %s", scalar(home))
	w(`schedule: "@every 6h"        # in UTC; never more often than terms.poll_floor`)
	w("enabled: false")
	w("why: Its terms have not been read yet.")
	w("needs: An operator who has read the site's terms and filled in what is blank here.")
	after := 1
	if p.html {
		after = 2
	}
	w("close_after: %d               # complete runs without an offer that close it", after)
	if p.rolling {
		w("rolling: true                # the site shows its newest offers only")
	}
	w("max_age: 720h                # what was not seen for so long is closed")
	if p.pages > 0 {
		w("limits: {pages: %d, items: %d} # each offer costs a page", p.pages, p.most)
	}
	w("terms:")
	w("  url:                       # FILL IN: the address of the site's terms")
	w("  read:                      # FILL IN: the day that you read them, such as 2026-11-22")
	w("  note:                      # FILL IN: what they say, in a sentence")
	w("  allowed:                   # FILL IN: why the site may be collected, in a sentence")
	w("  poll_floor:                # FILL IN: the least time between two visits, such as 6h")
	w("  attribution:               # FILL IN: how the site wants to be named")
	w("  full_text:                 # FILL IN: true or false: may its whole texts be shown?")
	w("  syndicate:                 # FILL IN: true or false: may its listings go into feeds and the API?")
	w("  index:                     # FILL IN: true or false: may search engines index its listings' pages here?")
	w("  permission:                # FILL IN: true or false: do they ask for written permission?")
	delay := max(p.delay, 5*time.Second)
	w("  delay: %-19s # between two requests", delay)
	w("")
	w("request:")
	w("  url: %s", scalar(p.url))
	if p.accept != "" {
		w("  header: {Accept: %s}", p.accept)
	}
	if p.pagesOf != "" {
		w("# %s", p.pagesOf)
	}
	if p.paging != "" {
		// A run that a cap cuts closes nothing, and is none that failed.
		paging := p.paging
		if !strings.Contains(paging, "pages: ") {
			paging = strings.TrimSuffix(paging, "}") + ", pages: 20}"
		}
		w("paging: %s", paging)
	}
	w("")
	w("format: %s", p.format)
	if p.script != "" {
		w("script: %s", p.script)
	}
	if p.expect != "" {
		w("expect: %s", scalar(p.expect))
	}
	if p.list != "" {
		w("items: %s", scalar(p.list))
	}
	w("fields:")
	writeFields(&b, "  ", p.fields)
	if d := p.detail; d != nil {
		w("detail:")
		w("  format: %s", d.format)
		if d.expect != "" {
			w("  expect: %s", scalar(d.expect))
		}
		w("  fields:")
		writeFields(&b, "    ", d.fields)
	}
	return b.String()
}

func writeFields(b *strings.Builder, indent string, fs []fieldLine) {
	for _, f := range fs {
		remark := ""
		if f.remark != "" {
			remark = " # " + f.remark
		}
		fmt.Fprintf(b, "%s%s: %s%s\n", indent, f.name, f.yaml, remark)
	}
}

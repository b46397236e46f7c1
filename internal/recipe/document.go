package recipe

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// pageTime bounds the reading of one page: its items, its fields, its jq.
const pageTime = 30 * time.Second

// ErrMarker is an ErrFormat: the page came, but the script that holds its
// data is not in it.
var ErrMarker = fmt.Errorf("%w: the script with its data is missing", source.ErrFormat)

// format is how a body is read.
type format struct {
	kind   string // json, feed, sitemap, html, script, jsonld
	marker string
	script goquery.Matcher
}

// isHTML reports whether expressions are CSS selectors on elements.
func (f format) isHTML() bool { return f.kind == "html" }

// document is a body that has been read: a JSON value, or for html the
// page's root.
type document struct {
	page *url.URL // its address
	url  *url.URL // what its relative addresses are resolved against
	node any      // a JSON value or a *goquery.Selection
	each string   // the value of {each} that the page was asked for with
}

// formatError makes err an ErrFormat with its own words.
func formatError(format string, a ...any) error {
	return fmt.Errorf("%w: %w", source.ErrFormat, fmt.Errorf(format, a...))
}

// read parses a body. Its errors wrap source.ErrFormat.
func (f format) read(page fetch.Page) (document, error) {
	d := document{}
	var err error
	if d.page, err = url.Parse(page.URL); err != nil {
		return d, formatError("the page's address: %w", err)
	}
	d.url = d.page
	body := bytes.TrimPrefix(page.Body, []byte("\ufeff"))
	if len(bytes.TrimSpace(body)) == 0 {
		return d, formatError("the answer is empty")
	}
	switch f.kind {
	case "json":
		d.node, err = readJSON(bytes.NewReader(body), true)
		if err != nil && looksLikeHTML(body) {
			err = errors.New("an HTML page instead of JSON")
		}
	case "feed":
		d.node, err = readFeed(body)
		if err != nil && looksLikeHTML(body) {
			err = errors.New("an HTML page instead of a feed")
		}
	case "sitemap":
		d.node, err = readSitemap(body)
		if err != nil && looksLikeHTML(body) {
			err = errors.New("an HTML page instead of a sitemap")
		}
	default:
		var doc *goquery.Document
		if doc, err = readHTML(body); err != nil {
			break
		}
		if href, ok := doc.Find("base[href]").First().Attr("href"); ok {
			if u, err := d.url.Parse(href); err == nil {
				d.url = u
			}
		}
		switch f.kind {
		case "script":
			d.node, err = f.readScript(body, doc)
		case "jsonld":
			d.node, err = readJSONLD(doc)
		default:
			d.node = doc.Selection
		}
	}
	if err != nil && !errors.Is(err, source.ErrFormat) {
		err = formatError("%w", err)
	}
	return d, err
}

// readHTML parses a page. golang.org/x/net/html refuses more than 512 open
// elements; that is reported like any other broken page.
func readHTML(body []byte) (*goquery.Document, error) {
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("HTML: %w", err)
	}
	return goquery.NewDocumentFromNode(root), nil
}

// readJSON decodes one JSON value, numbers as they are written; with whole,
// nothing may follow it.
func readJSON(r io.Reader, whole bool) (any, error) {
	dec := json.NewDecoder(r)
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			return nil, errors.New("JSON: it breaks off")
		}
		return nil, fmt.Errorf("JSON: %w", err)
	}
	if whole {
		if _, err := dec.Token(); !errors.Is(err, io.EOF) {
			return nil, errors.New("JSON: more follows after the value")
		}
	}
	return v, nil
}

var afterMarker = regexp.MustCompile(`^[\s=:(]*[{\[]`)

// readScript finds the JSON inside a page. Where it ends is for a decoder to
// say: braces occur within texts, and what follows need not be JSON.
func (f format) readScript(body []byte, doc *goquery.Document) (any, error) {
	if f.script != nil {
		tags := doc.FindMatcher(f.script)
		if tags.Length() == 0 {
			return nil, ErrMarker
		}
		return readJSON(strings.NewReader(tags.First().Text()), true)
	}
	rest, found := body, false
	for {
		_, after, ok := bytes.Cut(rest, []byte(f.marker))
		if !ok {
			break
		}
		rest = after
		if at := afterMarker.FindIndex(after); at != nil {
			found = true
			v, err := readJSON(bytes.NewReader(after[at[1]-1:]), false)
			if err == nil {
				return v, nil
			}
		}
	}
	if found {
		return nil, fmt.Errorf("what follows %q is no JSON", f.marker)
	}
	return nil, fmt.Errorf("%w (%q)", ErrMarker, f.marker)
}

// readJSONLD gives the JobPosting objects of a page (schema.org, and JSON-LD
// 1.1 section 7.3 for the script tag) as an array. Tags whose JSON is broken
// count only where nothing else is found.
func readJSONLD(doc *goquery.Document) (any, error) {
	out := []any{}
	var broken error
	doc.Find(`script[type^="application/ld+json"]`).Each(func(_ int, s *goquery.Selection) {
		v, err := readJSON(strings.NewReader(s.Text()), true)
		if err != nil {
			broken = err
			return
		}
		out = postings(v, out)
	})
	if len(out) == 0 {
		if broken != nil {
			return nil, broken
		}
		return nil, errors.New("the page holds no JobPosting")
	}
	return out, nil
}

// postings walks arrays, @graph, ItemList and ListItem.
func postings(v any, out []any) []any {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			out = postings(e, out)
		}
	case map[string]any:
		if isType(v["@type"], "JobPosting") {
			return append(out, v)
		}
		for _, k := range []string{"@graph", "itemListElement", "item", "mainEntity"} {
			out = postings(v[k], out)
		}
	}
	return out
}

// isType takes a type alone, in an array, and as an address.
func isType(v any, name string) bool {
	switch v := v.(type) {
	case string:
		return v == name || strings.HasSuffix(v, "schema.org/"+name)
	case []any:
		for _, e := range v {
			if isType(e, name) {
				return true
			}
		}
	}
	return false
}

var htmlStart = regexp.MustCompile(`(?is)^\s*(<!--.*?-->\s*)*(<!doctype html|<html|<head|<body)`)

func looksLikeHTML(body []byte) bool { return htmlStart.Match(body[:min(len(body), 4096)]) }

// items are the page's items: JSON values or elements.
func (r *reader) items(ctx context.Context, d document) ([]any, error) {
	if r.format.isHTML() {
		var out []any
		d.node.(*goquery.Selection).FindMatcher(r.itemCSS).Each(func(_ int, s *goquery.Selection) { out = append(out, s) })
		return out, nil
	}
	if r.itemJQ == nil {
		switch v := d.node.(type) {
		case []any: // jsonld
			return v, nil
		case map[string]any: // feed, sitemap
			if urls, ok := v["urls"].([]any); ok {
				return urls, nil
			}
			items, _ := v["items"].([]any)
			return items, nil
		}
	}
	vs, err := evalJQ(ctx, r.itemJQ, d.node)
	if err != nil {
		return nil, formatError("items: %w", err)
	}
	if len(vs) == 1 {
		if list, ok := vs[0].([]any); ok {
			return list, nil
		}
		if _, ok := vs[0].(map[string]any); !ok {
			return nil, formatError("items: an array is needed, here is %s", kindOf(vs[0]))
		}
	}
	return vs, nil
}

// readSitemap reads a sitemap or an index of sitemaps (sitemaps.org, protocol
// 0.9) into the JSON that doc.go shows.
func readSitemap(body []byte) (any, error) {
	type entry struct {
		Loc     string `xml:"loc"`
		LastMod string `xml:"lastmod"`
	}
	var x struct {
		XMLName  xml.Name
		URLs     []entry `xml:"url"`
		Sitemaps []entry `xml:"sitemap"`
	}
	if utf8.Valid(body) {
		body = encodingDecl.ReplaceAll(body, []byte("${1}utf-8${3}"))
	}
	if err := xml.Unmarshal(body, &x); err != nil {
		return nil, fmt.Errorf("sitemap: %w", err)
	}
	if x.XMLName.Local != "urlset" && x.XMLName.Local != "sitemapindex" {
		return nil, fmt.Errorf("neither a sitemap nor an index of sitemaps, but <%s>", x.XMLName.Local)
	}
	of := func(es []entry) []any {
		out := []any{}
		for _, e := range es {
			out = append(out, map[string]any{"loc": strings.TrimSpace(e.Loc), "lastmod": strings.TrimSpace(e.LastMod)})
		}
		return out
	}
	return map[string]any{"urls": of(x.URLs), "sitemaps": of(x.Sitemaps)}, nil
}

// Read reads a page in one of the formats json, feed, sitemap, jsonld and
// script as doc.go describes, into the JSON value that a recipe's jq is given.
// For script, marker or css says where the JSON is. Its errors wrap
// source.ErrFormat.
func Read(page fetch.Page, kind, marker, css string) (any, error) {
	f := format{kind: kind, marker: marker}
	if css != "" {
		var err error
		if f.script, err = cascadia.Compile(css); err != nil {
			return nil, formatError("css: %w", err)
		}
	}
	if f.isHTML() {
		return nil, formatError("html has no JSON value")
	}
	d, err := f.read(page)
	return d.node, err
}

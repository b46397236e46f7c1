package recipe

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"unicode/utf8"

	"github.com/mmcdole/gofeed"
	ext "github.com/mmcdole/gofeed/extensions"
)

// encodingDecl is the encoding in an XML declaration.
var encodingDecl = regexp.MustCompile(`^(\s*<\?xml[^>]*?encoding=["'])([^"']*)(["'])`)

// readFeed reads RSS, RDF or Atom into the JSON that doc.go shows.
//
// Bodies come in UTF-8 whatever their XML declaration still says, so a
// declaration is believed only where the bytes are no UTF-8.
func readFeed(body []byte) (any, error) {
	if utf8.Valid(body) {
		body = encodingDecl.ReplaceAll(body, []byte("${1}utf-8${3}"))
	}
	switch gofeed.DetectFeedType(bytes.NewReader(body)) {
	case gofeed.FeedTypeRSS, gofeed.FeedTypeAtom:
	default:
		return nil, errors.New("neither RSS nor Atom")
	}
	feed, err := gofeed.NewParser().Parse(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	items := []any{}
	for _, it := range feed.Items {
		items = append(items, feedItem(it))
	}
	return map[string]any{"title": feed.Title, "link": feed.Link, "links": anys(feed.Links), "items": items}, nil
}

func feedItem(it *gofeed.Item) any {
	author := ""
	if len(it.Authors) > 0 && it.Authors[0] != nil {
		author = it.Authors[0].Name
	}
	texts, elements := map[string]any{}, map[string]any{}
	for prefix, byName := range it.Extensions {
		for name, es := range byName {
			key := prefix + ":" + name
			if len(es) > 0 {
				texts[key] = es[0].Value
			}
			elements[key] = extensions(es)
		}
	}
	for name, text := range it.Custom {
		texts[name] = text
		elements[name] = []any{map[string]any{"text": text, "attr": map[string]any{}, "elements": map[string]any{}}}
	}
	return map[string]any{
		"title": it.Title, "link": it.Link, "links": anys(it.Links), "guid": it.GUID,
		"description": it.Description, "content": it.Content,
		"published": it.Published, "updated": it.Updated,
		"author": author, "categories": anys(it.Categories),
		"ext": texts, "elements": elements,
	}
}

func extensions(es []ext.Extension) []any {
	out := []any{}
	for _, e := range es {
		attr, children := map[string]any{}, map[string]any{}
		for k, v := range e.Attrs {
			attr[k] = v
		}
		for k, v := range e.Children {
			children[k] = extensions(v)
		}
		out = append(out, map[string]any{"text": e.Value, "attr": attr, "elements": children})
	}
	return out
}

func anys(ss []string) []any {
	out := []any{}
	for _, s := range ss {
		out = append(out, s)
	}
	return out
}

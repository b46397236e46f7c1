// Package hackernews reads Hacker News' monthly threads "Who is hiring?" and
// "Freelancer? Seeking freelancer?" through the search API of Algolia.
//
// It is code and not a recipe because the threads have to be found first, and
// because an offer is a comment whose first line says the rest by custom.
package hackernews

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/recipe"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

const name = "hackernews"

// api is where the threads are found and read.
const api = "https://hn.algolia.com/api/v1"

type hackerNews struct{}

// New is the source.
func New() source.Source { return hackerNews{} }

// Spec implements source.Source.
func (hackerNews) Spec() source.Spec {
	return source.Spec{
		Name:       name,
		Title:      "Hacker News",
		Home:       "https://news.ycombinator.com",
		Schedule:   "37 */3 * * *",
		Enabled:    true,
		CloseAfter: 1,
		// A new month's threads take the place of the old ones, whose offers
		// still stand for a while.
		Rolling: true,
		MaxAge:  14 * 24 * time.Hour,
		Limits:  source.Limits{Pages: 5, Bytes: 16 << 20},
		Terms: source.Terms{
			URL:         "https://hn.algolia.com/api",
			Read:        "2026-11-22",
			Note:        "An open API without a restriction that was found. The comments are their authors' own words.",
			Allowed:     "The API is open to all, and each offer names its author and links to their comment.",
			PollFloor:   time.Hour,
			Delay:       2 * time.Second,
			Attribution: "Hacker News",
			FullText:    true,
			Syndicate:   true,
			Index:       true,
			Keep:        source.DefaultKeep,
		},
	}
}

// threadKind is one of the two threads that hold offers.
type threadKind struct {
	title *regexp.Regexp
	// freelance: comments begin with SEEKING FREELANCER or SEEKING WORK.
	freelance bool
}

// kinds leaves out "Who wants to be hired?", which the same author opens.
var kinds = []threadKind{
	{title: regexp.MustCompile(`(?i)^Ask HN:\s*Who is hiring\?`)},
	{title: regexp.MustCompile(`(?i)^Ask HN:\s*Freelancer\?\s*Seeking freelancer\?`), freelance: true},
}

func kindOf(title string) (threadKind, bool) {
	for _, k := range kinds {
		if k.title.MatchString(title) {
			return k, true
		}
	}
	return threadKind{}, false
}

// found is the answer of the search for threads, newest first.
type found struct {
	Hits []struct {
		ObjectID string `json:"objectID"`
		Title    string `json:"title"`
		Author   string `json:"author"`
	} `json:"hits"`
}

// thread is a story with its comments, in either of the API's forms: a tree
// (/items/{id}), or hits (/search_by_date?tags=comment,story_{id}), which are
// all comments with their replies. Comments stay raw, so that one odd comment
// spoils only itself.
type thread struct {
	ID         int64             `json:"id"`
	Title      string            `json:"title"`
	Children   []json.RawMessage `json:"children"`
	StoryID    int64             `json:"story_id"`
	StoryTitle string            `json:"story_title"`
	Hits       []json.RawMessage `json:"hits"`
}

// comment is one comment in either form; a hit has objectID and
// comment_text, and names its story.
type comment struct {
	ID          int64  `json:"id"`
	ObjectID    string `json:"objectID"`
	ParentID    int64  `json:"parent_id"`
	StoryID     int64  `json:"story_id"`
	StoryTitle  string `json:"story_title"`
	Author      string `json:"author"`
	Text        string `json:"text"`
	CommentText string `json:"comment_text"`
	CreatedAt   string `json:"created_at"`
}

// readThread decodes a thread. Of hits it makes what a tree would have been.
func readThread(page fetch.Page) (t thread, err error) {
	if err := decode(page, &t); err != nil {
		return t, err
	}
	if t.Hits != nil {
		if stories(t.Hits) {
			return t, formatError("the answer is a list of threads, not a thread: a thread is at %s/items/ and its id", api)
		}
		t.ID, t.Title, t.Children = t.StoryID, t.StoryTitle, t.Hits
		for _, raw := range t.Hits {
			var c comment
			if t.ID == 0 && json.Unmarshal(raw, &c) == nil {
				t.ID, t.Title = c.StoryID, c.StoryTitle
			}
		}
	}
	if t.ID == 0 || t.Children == nil {
		return t, formatError("the answer is no story with comments")
	}
	return t, nil
}

// stories reports whether hits are stories, as in the answer of the search
// for threads, and not the comments of one.
func stories(hits []json.RawMessage) bool {
	for _, raw := range hits {
		var hit struct {
			Title       string `json:"title"`
			StoryTitle  string `json:"story_title"`
			CommentText string `json:"comment_text"`
		}
		if json.Unmarshal(raw, &hit) == nil && hit.Title != "" && hit.StoryTitle == "" && hit.CommentText == "" {
			return true
		}
	}
	return false
}

// Collect implements source.Source: the newest thread of each kind. Threads
// are found by their author, because a search for their titles finds
// imitations first.
func (h hackerNews) Collect(ctx context.Context, in source.Input) (source.Result, error) {
	return h.collect(ctx, in.Session.Get, in)
}

func (hackerNews) collect(ctx context.Context, get func(fetch.Request) (fetch.Page, error), in source.Input) (source.Result, error) {
	var res source.Result
	// No request is conditional: the list of threads stays the same all
	// month while comments come in.
	page, err := get(fetch.Request{URL: api + "/search_by_date?tags=story,author_whoishiring&hitsPerPage=20", Header: accept()})
	if err != nil {
		return res, err
	}
	var f found
	if err := decode(page, &f); err != nil {
		return res, err
	}
	have := map[bool]bool{}
	for _, hit := range f.Hits {
		k, ok := kindOf(hit.Title)
		if !ok || have[k.freelance] || hit.Author != "whoishiring" {
			continue
		}
		if _, err := strconv.ParseUint(hit.ObjectID, 10, 64); err != nil {
			return res, formatError("a thread's id is %q", hit.ObjectID)
		}
		have[k.freelance] = true
		page, err := get(fetch.Request{URL: api + "/items/" + hit.ObjectID, Header: accept()})
		if err != nil {
			return res, err
		}
		if err := read(ctx, page, in); err != nil {
			return res, err
		}
	}
	if len(have) == 0 {
		return res, formatError("none of %d stories is one of the threads", len(f.Hits))
	}
	res.Complete = len(have) == len(kinds)
	return res, nil
}

func accept() http.Header { return http.Header{"Accept": {"application/json"}} }

// Extract implements source.Source. The page is a thread with its comments.
func (hackerNews) Extract(ctx context.Context, page fetch.Page, in source.Input) error {
	return read(ctx, page, in)
}

// read reads a thread.
func read(ctx context.Context, page fetch.Page, in source.Input) error {
	t, err := readThread(page)
	if err != nil {
		return err
	}
	k, ok := kindOf(t.Title)
	if !ok {
		return formatError("%q is none of the threads", t.Title)
	}
	given, rejected := 0, 0
	var first error
	for _, raw := range t.Children {
		if err := ctx.Err(); err != nil {
			return err
		}
		d, skip, err := draft(raw, t, k)
		switch {
		case err != nil:
			rejected++
			if first == nil {
				first = err
			}
			in.Reject(market.Reject{Item: cut(string(raw), 2000), Why: err.Error()})
			continue
		case skip != "":
			in.Skip(skip)
		default:
			if err := in.Emit(d); err != nil {
				return err
			}
		}
		given++
	}
	if given == 0 && rejected > 0 {
		return formatError("none of %d comments could be read: %w", rejected, first)
	}
	return nil
}

// draft reads one comment; skip says why it is no offer.
func draft(raw json.RawMessage, t thread, k threadKind) (d market.Draft, skip string, err error) {
	var c comment
	if err := json.Unmarshal(raw, &c); err != nil {
		return d, "", err
	}
	if c.ID == 0 {
		c.ID, _ = strconv.ParseInt(c.ObjectID, 10, 64)
	}
	if c.Text == "" {
		c.Text = c.CommentText
	}
	switch {
	case c.ID == 0:
		return d, "", errors.New("a comment without an id")
	case c.ParentID != t.ID:
		return d, "a reply", nil
	case strings.TrimSpace(c.Text) == "" || c.Author == "":
		return d, "deleted", nil
	}
	line := firstLine(c.Text)
	if k.freelance {
		switch {
		case seekingWork.MatchString(line):
			return d, "seeks work", nil
		case !seekingFreelancer.MatchString(line):
			return d, "does not begin with SEEKING FREELANCER", nil
		}
		line = strings.TrimLeft(seekingFreelancer.ReplaceAllString(line, ""), " |:;,.–—-")
	}
	h := readHead(line, k.freelance)
	if h.onSite {
		return d, "on site only", nil
	}
	id := strconv.FormatInt(c.ID, 10)
	return market.Draft{
		Source:     name,
		ExternalID: id,
		URL:        "https://news.ycombinator.com/item?id=" + id,
		Title:      h.title,
		Company:    h.company,
		// The author is named with the words.
		Description: c.Text + "<p>Posted by " + html.EscapeString(c.Author) + " on Hacker News.",
		PayText:     h.pay,
		PostedAt:    c.CreatedAt,
		Locations:   h.locations,
		Zones:       h.zones,
	}, "", nil
}

// decode reads an answer of the API.
func decode(page fetch.Page, v any) error {
	dec := json.NewDecoder(bytes.NewReader(page.Body))
	err := dec.Decode(v)
	if err == nil {
		if _, err := dec.Token(); !errors.Is(err, io.EOF) {
			return formatError("more follows after the JSON")
		}
		return nil
	}
	return recipe.Challenge(formatError("JSON: %w", err), page.Body)
}

func formatError(format string, a ...any) error {
	return fmt.Errorf("%w: %w", source.ErrFormat, fmt.Errorf(format, a...))
}

// cut shortens a text to n bytes at a rune's border.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/detect"
	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/normalize"
	"github.com/kajkhoj/kajkhoj/internal/recipe"
	"github.com/kajkhoj/kajkhoj/internal/source"
	"github.com/kajkhoj/kajkhoj/internal/web"
)

// workshop is where the pages for operators make and try recipes: with the
// transport, the extraction, the normalising and the labelling of live runs.
type workshop struct {
	client    *fetch.Client
	normalize *normalize.Normalizer
	shipped   sources
}

// How many items a trial shows: of a saved answer, and of a site, which is
// asked for no more than that needs.
const (
	savedItems = 100
	askedItems = 20
)

// reasonOf says why a site gave nothing, by a message of the group "look". A
// robots.txt that could not be had is told by what kept it: what stands behind
// ErrRobots is looked at first.
func reasonOf(err error) market.Reason {
	why := func(name string, args ...string) market.Reason {
		r := market.Reason{Key: name}
		if len(args) > 0 {
			r.Args = map[string]string{args[0]: args[1]}
		}
		return r
	}
	var status *fetch.StatusError
	switch {
	case err == nil:
		return market.Reason{}
	case errors.Is(err, fetch.ErrAddress):
		return why("address")
	case errors.Is(err, source.ErrChallenge):
		return why("challenge")
	case errors.As(err, &status) && status.Blocked():
		return why("blocked", "code", strconv.Itoa(status.Status))
	case errors.As(err, &status):
		return why("status", "code", strconv.Itoa(status.Status))
	case errors.Is(err, fetch.ErrTooLarge):
		return why("large")
	case errors.Is(err, context.DeadlineExceeded):
		return why("time")
	case errors.Is(err, fetch.ErrUnreachable):
		return why("unreachable")
	case errors.Is(err, fetch.ErrRobots):
		return why("robots")
	case errors.Is(err, detect.ErrNothing):
		return why("nothing")
	case errors.Is(err, source.ErrFormat):
		return why("format")
	}
	return why("failed")
}

// Look implements web.Workshop.
func (w *workshop) Look(ctx context.Context, address string) web.Looked {
	f, err := detect.Look(ctx, w.client, address)
	out := web.Looked{
		Wrong: reasonOf(err), Robots: f.Robots.Allowed, RobotsWhy: f.Robots.Why, Format: string(f.Format),
		Recipe: f.Recipe, Notes: f.Notes, Page: saved(f.Page, time.Now().UTC()), Status: f.Page.Status,
	}
	if err != nil {
		out.Detail = err.Error()
	}
	for _, l := range f.Advertised {
		out.Notes = append(out.Notes, fmt.Sprintf("the page names a feed (%s): %s", l.Format, l.URL))
	}
	return out
}

func saved(p fetch.Page, now time.Time) market.SavedPage {
	if p.Status == 0 {
		return market.SavedPage{}
	}
	header := map[string][]string{}
	for _, name := range []string{"Content-Type"} {
		if v := p.Header.Values(name); len(v) > 0 {
			header[name] = v
		}
	}
	return market.SavedPage{URL: p.URL, Header: header, Body: p.Body, At: now}
}

// Capture implements web.Workshop: it sends the first request of a recipe.
func (w *workshop) Capture(ctx context.Context, yaml string) web.Looked {
	src, _, err := recipe.ParseDraft([]byte(yaml), sourceEnv)
	if err != nil {
		return web.Looked{Wrong: reasonOf(err), Detail: err.Error()}
	}
	spec := src.Spec()
	req, err := firstRequest(ctx, src)
	if err != nil {
		return web.Looked{Wrong: reasonOf(err), Detail: err.Error()}
	}
	s := w.client.Session(ctx, fetch.Options{Delay: spec.Terms.Delay, Pages: 2, Bytes: spec.Limits.Bytes})
	verdict, err := s.Robots(req.URL)
	out := web.Looked{Robots: verdict.Allowed, RobotsWhy: verdict.Why}
	if err == nil && !verdict.Allowed {
		err = verdict.Err
	}
	var page fetch.Page
	if err == nil {
		page, err = s.Get(req)
	}
	if err != nil {
		out.Wrong, out.Detail = reasonOf(err), hideEnv(err.Error(), spec.Env)
		return out
	}
	if len(spec.Env) > 0 {
		page.URL = spec.Home // the address may hold a key
	}
	out.Page, out.Status = saved(page, time.Now().UTC()), page.Status
	return out
}

// hideEnv takes the values of environment variables out of a text.
func hideEnv(text string, env []string) string {
	for _, name := range env {
		if v := sourceEnv(name); v != "" {
			text = strings.ReplaceAll(text, v, "{env."+name+"}")
		}
	}
	return text
}

// firstRequest catches the first request of a source and sends none.
func firstRequest(ctx context.Context, src source.Source) (fetch.Request, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var c requestCatcher
	in := source.Input{
		Session: fetch.New(fetch.Config{AllowLoopback: true}, &c).Session(ctx, fetch.Options{}),
		Emit:    func(market.Draft) error { return nil }, Reject: func(market.Reject) {}, Skip: func(string) {},
	}
	_, err := src.Collect(ctx, in)
	if c.first != nil {
		return *c.first, nil
	}
	if err == nil {
		err = errors.New("the recipe asks for nothing")
	}
	return fetch.Request{}, err
}

var errNotSent = errors.New("nothing is sent")

type requestCatcher struct{ first *fetch.Request }

func (c *requestCatcher) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/robots.txt" && r.URL.RawQuery == "" {
		return &http.Response{StatusCode: http.StatusNotFound, Body: http.NoBody, Header: http.Header{}, Request: r}, nil
	}
	if c.first == nil {
		c.first = &fetch.Request{URL: r.URL.String(), Method: r.Method, Header: r.Header.Clone()}
		for _, ours := range []string{"User-Agent", "Accept-Encoding"} {
			c.first.Header.Del(ours)
		}
		if r.Body != nil {
			var err error
			if c.first.Body, err = io.ReadAll(io.LimitReader(r.Body, 1<<20)); err != nil {
				return nil, err
			}
		}
	}
	return nil, errNotSent
}

var mistakeLine = regexp.MustCompile(`^(?:yaml: )?(?:unmarshal errors: )?line (\d+): (.*)$`)

// Read implements web.Workshop.
func (w *workshop) Read(yaml string) web.Recipe {
	src, blanks, err := recipe.ParseDraft([]byte(yaml), sourceEnv)
	var out web.Recipe
	for _, b := range blanks {
		out.Blanks = append(out.Blanks, b.Key)
	}
	if err != nil {
		for line := range strings.Lines(err.Error()) {
			if line = strings.TrimSpace(line); line == "" || line == "yaml: unmarshal errors:" {
				continue
			}
			m := web.Mistake{Text: line}
			if at := mistakeLine.FindStringSubmatch(line); at != nil {
				m.Line, _ = strconv.Atoi(at[1]) // digits
				m.Text = at[2]
			}
			out.Mistakes = append(out.Mistakes, m)
		}
		return out
	}
	out.Spec, out.Detail = src.Spec(), recipe.Detailed([]byte(yaml))
	return out
}

// Value implements web.Workshop.
func (w *workshop) Value(yaml, key string) string { return recipe.Filled([]byte(yaml), key) }

// Fill implements web.Workshop.
func (w *workshop) Fill(yaml string, values []web.Filling) (string, error) {
	var vs []recipe.Value
	for _, v := range values {
		vs = append(vs, recipe.Value{Key: v.Key, Text: v.Value, Drop: v.Drop})
	}
	out, err := recipe.Fill([]byte(yaml), vs)
	return string(out), err
}

// Shipped implements web.Workshop.
func (w *workshop) Shipped(name string) bool { return w.shipped.known(name) }

// Try implements web.Workshop.
func (w *workshop) Try(ctx context.Context, yaml string, page *market.SavedPage) web.Tried {
	src, _, err := recipe.ParseDraft([]byte(yaml), sourceEnv)
	if err != nil {
		return web.Tried{Wrong: reasonOf(err), Detail: err.Error()}
	}
	t := detect.Trial{Source: src, Client: w.client, Normalize: w.normalize.Draft, Classify: label, Now: time.Now().UTC(), Limit: askedItems}
	if page != nil {
		p, err := fetch.Saved(page.URL, http.Header(page.Header), bytes.Clone(page.Body), src.Spec().Limits.Bytes)
		if err != nil {
			return web.Tried{Wrong: reasonOf(err), Detail: err.Error()}
		}
		t.Page, t.Now, t.Limit = &p, page.At, savedItems
	}
	got, err := detect.Preview(ctx, t)
	out := web.Tried{
		Wrong: reasonOf(err), Filled: got.Filled, Listings: got.Listings, Rejected: got.Rejected, Skipped: got.Skipped,
	}
	if err != nil {
		out.Detail = hideEnv(err.Error(), src.Spec().Env)
	}
	for _, r := range got.Rows {
		it := web.TriedItem{Raw: r.Raw, Rejected: r.Rejected, Skipped: r.Skipped, Listing: r.Listing}
		for _, f := range r.Fields {
			it.Fields = append(it.Fields, web.TriedField{Name: f.Name, Sent: f.Sent, Became: f.Became})
		}
		out.Items = append(out.Items, it)
	}
	return out
}

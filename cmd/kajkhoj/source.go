package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/classify"
	"github.com/kajkhoj/kajkhoj/internal/collect"
	"github.com/kajkhoj/kajkhoj/internal/config"
	"github.com/kajkhoj/kajkhoj/internal/detect"
	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/normalize"
	"github.com/kajkhoj/kajkhoj/internal/source"
	"github.com/kajkhoj/kajkhoj/internal/store"

	files "github.com/kajkhoj/kajkhoj/config"
)

type sourceListCmd struct {
	JSON bool `name:"json" help:"Print JSON."`
}

func (sourceListCmd) Help() string {
	return `What a source that is off needs stands beside it. Sites that none can be made for come last, with what one can do instead.

  kajkhoj source list`
}

func (cmd sourceListCmd) Run(e *env) error {
	c, ss, err := e.settings()
	if err != nil {
		return err
	}
	type row struct {
		Name     string `json:"name"`
		Title    string `json:"title"`
		On       bool   `json:"on"`
		Why      string `json:"why_off,omitempty"`
		Schedule string `json:"schedule"`
		Floor    string `json:"poll_floor"`
		Terms    string `json:"terms,omitempty"`
	}
	roster := newRoster(c, ss, logger(e.stderr, c.Log))
	if hasData(c) == nil { // operators may have made some
		st, err := store.Open(e.ctx, dsn(c))
		if err != nil {
			return fmt.Errorf("the database: %w", err)
		}
		made, err := st.StoredSources(e.ctx)
		if err := errors.Join(err, st.Close()); err != nil {
			return err
		}
		roster.take(made)
	}
	var rows []row
	for _, s := range roster.all() {
		spec := s.Spec()
		why := roster.off(spec.Name)
		r := row{Name: spec.Name, Title: spec.Title, On: why == "", Why: why, Schedule: spec.Schedule, Floor: spec.Terms.PollFloor.String(), Terms: spec.Terms.URL}
		rows = append(rows, r)
	}
	if cmd.JSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(rows)
	}
	w := tabwriter.NewWriter(e.stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tON\tSCHEDULE (UTC)\tAT MOST EVERY\tSITE\tWHY OFF")
	for _, r := range rows {
		on := "yes"
		if !r.On {
			on = "no"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.Name, on, r.Schedule, r.Floor, r.Title, r.Why)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	sites, err := readUncollectable(files.Files)
	if err != nil {
		return err
	}
	fmt.Fprintln(e.stdout, "\nThese cannot be collected:")
	for _, s := range sites {
		fmt.Fprintf(e.stdout, "  %s: %s Instead: %s\n", s.Title, s.Why["en"], s.Instead["en"])
	}
	return nil
}

type sourceTryCmd struct {
	reach
	Name   string `arg:"" help:"The source's name, or a file with a recipe, which may still have blanks."`
	File   string `help:"A saved response body to read instead of asking the site." type:"path" placeholder:"PATH"`
	Fields bool   `help:"Show beside each other what the site sent and what came of it, field by field (with --file, or a recipe's file)."`
}

func (sourceTryCmd) Help() string {
	return `Puts an answer of the site through the source's own extraction, normalising and labelling, and prints one JSON object per listing; what was rejected, and why, goes to stderr. The exit code is 1 when the answer is not what the source sends: a challenge page, a login page, another format.

Without --file the site is asked. With the data of 'serve' (--data, --db) that is a visit like any other: never more often than the site's terms allow, and not beside a run that is under way.

  kajkhoj source try jobicy --file answer.json
  kajkhoj source try hackernews
  kajkhoj source try scrapers/example/source.yaml --fields`
}

func (cmd sourceTryCmd) Run(e *env) error {
	c, ss, err := e.settings()
	if err != nil {
		return err
	}
	var src source.Source
	if isFile(cmd.Name) {
		r, err := readRecipe(cmd.Name)
		if err != nil {
			return err
		}
		for _, b := range r.blanks {
			fmt.Fprintf(e.stderr, "still blank: %s\n", b)
		}
		src = r.source
	} else if s, ok := ss.named(cmd.Name); ok {
		src = s
	} else {
		return usageError{fmt.Errorf("there is no source %q; 'kajkhoj source list' shows them", cmd.Name)}
	}
	if cmd.Fields && cmd.File == "" && !isFile(cmd.Name) {
		return usageError{errors.New("--fields shows a saved answer (--file) or a recipe's file")}
	}
	norm, err := normalize.New(files.Files)
	if err != nil {
		return err
	}
	collector := &collect.Collector{
		Normalize: norm.Draft,
		Classify:  classify.Listing,
		Log:       logger(e.stderr, c.Log),
	}
	var page *fetch.Page
	if cmd.File != "" {
		body, err := os.ReadFile(cmd.File)
		if err != nil {
			return err
		}
		page = &fetch.Page{URL: src.Spec().Home, Status: 200, Body: body}
		if cmd.Fields {
			return showFields(e, collector, src, page)
		}
	} else {
		if why := collect.Runnable(src.Spec(), os.Getenv, c.Sources[src.Spec().Name].Permission); why != nil {
			return fmt.Errorf("%s is not asked: %w", cmd.Name, why)
		}
		collector.Fetch = cmd.client(c)
		if cmd.Fields {
			return showFields(e, collector, src, nil)
		}
		st, err := visits(e, c, src.Spec())
		if err != nil {
			return err
		}
		if st != nil {
			defer st.Close()
			collector.Store = st
		}
	}
	enc := json.NewEncoder(e.stdout)
	enc.SetEscapeHTML(false)
	n, rejected, left := 0, 0, map[string]int{}
	var failed error
	err = collector.Try(e.ctx, src, page, time.Now().UTC(), func(l market.Listing) {
		n++
		if err := enc.Encode(tried{l, l.Description}); err != nil && failed == nil {
			failed = err
		}
	}, func(r market.Reject) {
		rejected++
		fmt.Fprintf(e.stderr, "rejected: %s: %s\n", r.Why, r.Item)
	}, func(why string) { left[why]++ })
	fmt.Fprintf(e.stderr, "%d listings, %d rejected", n, rejected)
	for _, why := range slices.Sorted(maps.Keys(left)) {
		fmt.Fprintf(e.stderr, ", %d left out: %s", left[why], why)
	}
	fmt.Fprintln(e.stderr)
	return errors.Join(err, failed)
}

// visits is the store that keeps when a source was visited. It is nil, and
// stderr says so, where there is none or where it does not know the source:
// trying one needs no store, and makes none.
func visits(e *env, c config.Config, spec source.Spec) (*store.Store, error) {
	if hasData(c) == nil {
		st, err := store.Open(e.ctx, dsn(c))
		if err != nil {
			return nil, fmt.Errorf("the database: %w", err)
		}
		states, err := st.Sources(e.ctx)
		if err != nil {
			return nil, errors.Join(err, st.Close())
		}
		if slices.ContainsFunc(states, func(s market.SourceState) bool { return s.Name == spec.Name }) {
			return st, nil
		}
		if err := st.Close(); err != nil {
			return nil, err
		}
	}
	fmt.Fprintf(e.stderr, "no data here tells of earlier visits: %s may be asked once in %v, in all\n", spec.Name, spec.Terms.PollFloor)
	return nil, nil
}

// tried is a listing as 'source try' prints it, with its text.
type tried struct {
	market.Listing
	Description string `json:"description"`
}

// showFields prints each item as the site sent it, and beside each field of
// its listing the site's words for it.
func showFields(e *env, c *collect.Collector, src source.Source, page *fetch.Page) error {
	if page != nil {
		p, err := fetch.Saved(page.URL, page.Header, page.Body, src.Spec().Limits.Bytes)
		if err != nil {
			return err
		}
		page = &p
	}
	out, err := detect.Preview(e.ctx, detect.Trial{
		Source: src, Page: page, Client: c.Fetch, Normalize: c.Normalize, Classify: c.Classify, Now: time.Now().UTC(),
	})
	one := func(s string, n int) string {
		s = strings.Join(strings.Fields(s), " ")
		if r := []rune(s); len(r) > n {
			return string(r[:n]) + "…"
		}
		return s
	}
	for i, r := range out.Rows {
		fmt.Fprintf(e.stdout, "%d. %s\n", i+1, one(r.Raw, 300))
		switch {
		case r.Skipped != "":
			fmt.Fprintf(e.stdout, "   left out: %s\n", r.Skipped)
		case r.Rejected != "":
			fmt.Fprintf(e.stdout, "   rejected: %s\n", r.Rejected)
		}
		if r.Listing == nil {
			continue
		}
		w := tabwriter.NewWriter(e.stdout, 0, 4, 2, ' ', 0)
		for _, f := range r.Fields {
			became := one(f.Became, 60)
			switch {
			case f.Unread():
				became = "(not understood)"
			case f.Missing():
				became = "(missing)"
			}
			fmt.Fprintf(w, "   %s\t%s\t%s\n", f.Name, one(f.Sent, 50), became)
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	fmt.Fprintf(e.stderr, "%d listings, %d rejected, %d left out\n", out.Listings, out.Rejected, out.Skipped)
	return err
}

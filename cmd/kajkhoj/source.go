package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/classify"
	"github.com/kajkhoj/kajkhoj/internal/collect"
	"github.com/kajkhoj/kajkhoj/internal/config"
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
	return `What a source that is off needs stands beside it.

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
	var rows []row
	for _, s := range ss {
		spec := s.Spec()
		r := row{Name: spec.Name, Title: spec.Title, On: true, Schedule: spec.Schedule, Floor: spec.Terms.PollFloor.String(), Terms: spec.Terms.URL}
		if why := off(spec, c); why != nil {
			r.On, r.Why = false, why.Error()
		}
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
	return w.Flush()
}

type sourceTryCmd struct {
	Name string `arg:"" help:"The source's name."`
	File string `help:"A saved response body to read instead of asking the site." type:"path" placeholder:"PATH"`
}

func (sourceTryCmd) Help() string {
	return `Puts an answer of the site through the source's own extraction, normalising and labelling, and prints one JSON object per listing; what was rejected, and why, goes to stderr. The exit code is 1 when the answer is not what the source sends: a challenge page, a login page, another format.

Without --file the site is asked. With the data of 'serve' (--data, --db) that is a visit like any other: never more often than the site's terms allow, and not beside a run that is under way.

  kajkhoj source try jobicy --file answer.json
  kajkhoj source try hackernews`
}

func (cmd sourceTryCmd) Run(e *env) error {
	c, ss, err := e.settings()
	if err != nil {
		return err
	}
	src, ok := ss.named(cmd.Name)
	if !ok {
		return usageError{fmt.Errorf("there is no source %q; 'kajkhoj source list' shows them", cmd.Name)}
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
	} else {
		if why := collect.Runnable(src.Spec(), os.Getenv, c.Sources[cmd.Name].Permission); why != nil {
			return fmt.Errorf("%s is not asked: %w", cmd.Name, why)
		}
		collector.Fetch = fetch.New(fetch.Config{UserAgent: userAgent(c.Contact), Product: "Kajkhoj"}, nil)
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

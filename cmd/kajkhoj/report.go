package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

type reportListCmd struct {
	Days int  `help:"How many days back." default:"30"`
	JSON bool `name:"json" help:"Print JSON."`
}

func (reportListCmd) Help() string {
	return `What readers said is wrong, the newest first. Reports of one kind about one listing under one label are one line: REPORTS counts them, OF ALL counts all that the listing has. LABEL is what they saw, with the version of the classifier that set it; NOW is what the label is today. ≈ marks an estimate.

  kajkhoj report list
  kajkhoj report list --days 7 --json`
}

// reported is a line of the list.
type reported struct {
	Last       time.Time    `json:"last"`
	Wrong      market.Wrong `json:"wrong"`
	Reports    int          `json:"reports"`
	OfListing  int          `json:"reports_of_listing"`
	Label      string       `json:"label"`
	Basis      market.Basis `json:"basis,omitempty"`
	Version    int          `json:"classifier"`
	Now        string       `json:"label_now"`
	NowBasis   market.Basis `json:"basis_now,omitempty"`
	NowVersion int          `json:"classifier_now"`
	Open       bool         `json:"open"`
	ID         string       `json:"listing"`
	Source     string       `json:"source"`
	Title      string       `json:"title"`
	URL        string       `json:"url"`
}

func (cmd reportListCmd) Run(e *env) error {
	c, _, err := e.settings()
	if err != nil {
		return err
	}
	if cmd.Days < 1 || cmd.Days > 365 {
		return usageError{fmt.Errorf("--days %d: between 1 and 365", cmd.Days)}
	}
	if err := hasData(c); err != nil {
		return err
	}
	a, err := newApp(e.ctx, c, logger(e.stderr, c.Log), nil, outside{})
	if err != nil {
		return err
	}
	defer a.close()
	now := time.Now().UTC()
	rs, err := a.store.Reports(e.ctx, now.AddDate(0, 0, -cmd.Days))
	if err != nil {
		return err
	}
	lines := make([]reported, 0, len(rs))
	for _, r := range rs {
		l := reported{
			Last: r.Last, Wrong: r.Wrong, Reports: r.Count, OfListing: r.OfListing,
			Label: r.Label, Basis: r.Basis, Version: r.Labelled, NowVersion: r.Listing.Labelled,
			Open: r.Listing.Open(), ID: r.Listing.ID, Source: r.Listing.Source, Title: r.Listing.Title, URL: r.Listing.URL,
		}
		l.Now, l.NowBasis = r.Wrong.Label(r.Listing)
		lines = append(lines, l)
	}
	if cmd.JSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(lines)
	}
	w := tabwriter.NewWriter(e.stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "AGE\tWRONG\tREPORTS\tOF ALL\tLABEL\tNOW\tSITE\tTITLE\tLISTING\tADDRESS")
	for _, l := range lines {
		state := ""
		if !l.Open {
			state = " (closed)"
		}
		was, is := "-", "-" // whether it is closed is no label
		if l.Wrong != market.WrongClosed {
			was, is = shown(l.Label, l.Basis, l.Version), shown(l.Now, l.NowBasis, l.NowVersion)
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\t%s\t%s\t%s%s\t%s\t%s\n", age(now.Sub(l.Last)), l.Wrong, l.Reports, l.OfListing, was, is,
			l.Source, l.Title, state, l.ID, l.URL)
	}
	return w.Flush()
}

// shown is a label as the lists of the terminal show it.
func shown(value string, basis market.Basis, version int) string {
	return fmt.Sprintf("%s v%d", mark(market.Label[market.Level]{Value: market.Level(value), Basis: basis}), version)
}

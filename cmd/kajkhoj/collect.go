package main

import (
	"errors"
	"fmt"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

type collectCmd struct {
	Sources []string `arg:"" optional:"" help:"The sources to visit; without names, all that are switched on."`
}

func (collectCmd) Help() string {
	return `Visits sources once, now, and saves what they offer. A source is not visited more often than its terms allow. The search index follows when a server runs, or at the next start.

  kajkhoj collect
  kajkhoj collect jobicy hackernews`
}

func (cmd collectCmd) Run(e *env) error {
	c, ss, err := e.settings()
	if err != nil {
		return err
	}
	unknown := func(known sources) error {
		for _, name := range cmd.Sources {
			if !known.known(name) {
				return usageError{fmt.Errorf("there is no source %q; 'kajkhoj source list' shows them", name)}
			}
		}
		return nil
	}
	// Without data there are only those that come with the program.
	if err := unknown(ss); err != nil && hasData(c) != nil {
		return err
	}
	a, err := newApp(e.ctx, c, logger(e.stderr, c.Log), ss, outside{})
	if err != nil {
		return err
	}
	defer a.close()
	if err := a.enterSources(e.ctx); err != nil {
		return err
	}
	if err := unknown(a.roster.all()); err != nil {
		return err
	}
	names := cmd.Sources
	for _, name := range names {
		if why := a.roster.off(name); why != "" {
			return fmt.Errorf("%s does not run: %s", name, why)
		}
	}
	if len(names) == 0 {
		for _, s := range a.roster.all() {
			if name := s.Spec().Name; a.roster.off(name) == "" {
				names = append(names, name)
			}
		}
	}
	outcomes := make([]market.Outcome, len(names))
	errs := make([]error, len(names))
	var running sync.WaitGroup
	turns := make(chan struct{}, collectors)
	for i, name := range names {
		running.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			outcomes[i], errs[i] = a.collector.Once(e.ctx, name, time.Now().UTC())
		})
	}
	running.Wait()
	w := tabwriter.NewWriter(e.stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "SOURCE\tSTATE\tFOUND\tNEW\tCHANGED\tCLOSED\tREJECTED\tNEXT\tWHY")
	failed := 0
	for i, name := range names {
		o := outcomes[i]
		if errs[i] != nil {
			fmt.Fprintf(w, "%s\tnot visited\t\t\t\t\t\t\t%v\n", name, errs[i])
			failed++
			continue
		}
		if o.State.Failed() {
			failed++
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%s\t%s\n", name, o.State, o.Found, o.New, o.Changed, o.Closed, o.Rejected, o.Next.Format(time.RFC3339), o.Err)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if failed > 0 {
		return errors.New("not every source could be read")
	}
	return nil
}

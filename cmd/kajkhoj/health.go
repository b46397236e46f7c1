package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/health"
	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/loop"
	"github.com/kajkhoj/kajkhoj/internal/mail"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// watchEvery is how often it is looked whether a source broke or healed.
const watchEvery = 10 * time.Second

// watch notices what breaks and heals, and tells the operators. base is the
// address under which people reach the site, empty where this process does not
// know it.
func (a *app) watch(base string) (loop.Pass, error) {
	words, err := locale.Load(locale.English)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, now time.Time) (int, error) {
		w := health.Watcher{Store: a.store, Specs: a.roster.specs, Log: a.log, Letters: func(sp source.Spec, in market.Incident, now time.Time) ([]market.Letter, error) {
			if len(a.cfg.Operators) == 0 {
				return nil, nil
			}
			st, err := a.sourceState(ctx, sp.Name)
			if err != nil {
				return nil, err
			}
			subject, body := healthWords(words, sp, st, in, base, now)
			about := "broke " + in.ID
			if !in.Until.IsZero() {
				about = "healed " + in.ID
			}
			var out []market.Letter
			for _, to := range a.cfg.Operators {
				// Operators' letters hold nothing of the site's.
				out = append(out, new(mail.Writer).Operator(to, about, subject, body, now))
			}
			return out, nil
		}}
		return w.Pass(ctx, now)
	}, nil
}

// sourceState is what the store knows of a source, nothing where it knows
// none.
func (a *app) sourceState(ctx context.Context, name string) (market.SourceState, error) {
	all, err := a.store.Sources(ctx)
	for _, st := range all {
		if st.Name == name {
			return st, nil
		}
	}
	return market.SourceState{Name: name}, err
}

// longestError is how much of an error a letter tells, in characters.
const longestError = 300

// healthWords is what an operator is told when a source broke, or has healed.
func healthWords(c *locale.Catalogue, sp source.Spec, st market.SourceState, in market.Incident, base string, now time.Time) (subject, body string) {
	when := func(t time.Time) string { return c.DateClock(t) + " (Dhaka time)" }
	state := c.Text("state." + string(in.State))
	var b strings.Builder
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, text)
		}
	}
	over := !in.Until.IsZero()
	if over {
		subject = sp.Title + " is well again"
		fmt.Fprintf(&b, "%s is well again, after %s.\n\n", sp.Title, lasted(in.Until.Sub(in.Since)))
		line("It was", state)
	} else {
		subject = sp.Title + " needs a look: " + state
		fmt.Fprintf(&b, "%s needs a look.\n\n", sp.Title)
		line("State", state)
	}
	line("Why", c.Why(in.Why, time.Time{}))
	line("Since", when(in.Since))
	if over {
		line("Until", when(in.Until))
	}
	if l := st.Last; l != nil {
		answer := when(l.Finished)
		if l.Status > 0 {
			answer += fmt.Sprintf(", status %d", l.Status)
		}
		answer += fmt.Sprintf(", %s bytes, %s listings", c.Int(int(l.Bytes)), c.Int(l.Found))
		line("Last answer", answer)
		if l.State.Failed() || l.State == market.RunPartial {
			line("What went wrong", locale.Cut(strings.Join(strings.Fields(l.Err), " "), longestError))
		}
	}
	switch {
	case !st.RunningSince.IsZero():
		line("Next try", "running now")
	case st.NextAt.After(now):
		line("Next try", when(st.NextAt))
	case !st.NextAt.IsZero():
		line("Next try", "in a moment")
	}
	if !over {
		b.WriteString("\nThe other sources go on. You are told once more when this one is well again.\n")
	}
	if base != "" {
		fmt.Fprintf(&b, "\nIts runs, and buttons to run or pause it:\n%s/admin/source/%s\n", base, sp.Name)
	}
	return subject, b.String()
}

// lasted is a time in whole units.
func lasted(d time.Duration) string {
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		switch n := int(d / u.unit); {
		case n == 1:
			return "1 " + u.name
		case n > 1:
			return fmt.Sprintf("%d %ss", n, u.name)
		}
	}
	return "less than a minute"
}

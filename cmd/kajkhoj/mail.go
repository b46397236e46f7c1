package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// mailCmd are an operator's commands about mails.
type mailCmd struct {
	Status     mailStatusCmd     `cmd:"" help:"Count subscribers, searches and letters by state, and what is late."`
	Trail      mailTrailCmd      `cmd:"" help:"Show what is stored about one address: searches, letters, links."`
	Suppressed mailSuppressedCmd `cmd:"" help:"List the addresses that get no mail, masked, and why."`
	Suppress   mailSuppressCmd   `cmd:"" help:"Send an address no mail any more."`
	Unsuppress mailUnsuppressCmd `cmd:"" help:"Let an address have mail again."`
}

// mailStore opens the program for a command that only needs the store.
func (e *env) mailStore() (*app, error) {
	c, _, err := e.settings()
	if err != nil {
		return nil, err
	}
	if err := hasData(c); err != nil {
		return nil, err
	}
	return newApp(e.ctx, c, logger(e.stderr, c.Log), nil, outside{})
}

func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

type mailStatusCmd struct {
	JSON bool `name:"json" help:"Print JSON."`
}

func (cmd mailStatusCmd) Run(e *env) error {
	a, err := e.mailStore()
	if err != nil {
		return err
	}
	defer a.close()
	now := time.Now().UTC()
	st, err := a.store.MailStats(e.ctx, now)
	if err != nil {
		return err
	}
	if cmd.JSON {
		return printJSON(e.stdout, st)
	}
	w := tabwriter.NewWriter(e.stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintf(w, "subscribers\t%d\n", st.Subscribers)
	for _, s := range market.SearchStates {
		fmt.Fprintf(w, "searches %s\t%d\n", s, st.Searches[s])
	}
	for _, s := range market.LetterStates {
		fmt.Fprintf(w, "letters %s\t%d\n", s, st.Letters[s])
	}
	for _, r := range market.SuppressReasons {
		fmt.Fprintf(w, "suppressed by %s\t%d\n", r, st.Suppressed[r])
	}
	if a.cfg.Mail.SMTP == "" {
		fmt.Fprintln(w, "SMTP\tnot set: letters stay queued")
	}
	if !st.OldestQueued.IsZero() {
		fmt.Fprintf(w, "oldest queued letter\t%s\n", age(now.Sub(st.OldestQueued)))
	}
	if st.Overdue > 0 {
		fmt.Fprintf(w, "searches due and not told\t%d, since %s\n", st.Overdue, age(now.Sub(st.OldestDue)))
	}
	return w.Flush()
}

type mailTrailCmd struct {
	Address string `arg:"" help:"The address."`
	JSON    bool   `name:"json" help:"Print JSON."`
}

func (cmd mailTrailCmd) Run(e *env) error {
	a, err := e.mailStore()
	if err != nil {
		return err
	}
	defer a.close()
	d, err := a.store.Trail(e.ctx, cmd.Address)
	if errors.Is(err, market.ErrNotFound) {
		return errors.New("nothing is stored about this address")
	}
	if err != nil {
		return err
	}
	if cmd.JSON {
		return printJSON(e.stdout, d)
	}
	w := tabwriter.NewWriter(e.stdout, 0, 4, 2, ' ', 0)
	if d.Suppressed != nil {
		fmt.Fprintf(w, "gets no mail\t%s\t%s\n", d.Suppressed.Reason, when(d.Suppressed.At))
	}
	if s := d.Subscriber; s.ID != "" {
		fmt.Fprintf(w, "subscriber\t%s\tsince %s, %s, %d:00 %s\n", s.ID, when(s.Created), s.Lang, s.Hour, s.Zone)
	}
	for _, s := range d.Searches {
		fmt.Fprintf(w, "search\t%s\t%s since %s, %s, ?%s, due %s, told %d, last %s\n", s.ID, s.State, when(s.ChangedAt), s.Freq, s.Query, when(s.DueAt), s.Told, when(s.ToldAt))
	}
	for _, l := range d.Letters {
		fmt.Fprintf(w, "letter\t%s\t%s, composed %s, %s", l.Key, l.Kind, when(l.Created), l.State)
		switch {
		case !l.SentAt.IsZero():
			fmt.Fprintf(w, " %s", when(l.SentAt))
		case l.State == market.LetterQueued:
			fmt.Fprintf(w, ", next try %s", when(l.NextAt))
		}
		if l.Attempts > 0 {
			fmt.Fprintf(w, ", tries %d", l.Attempts)
		}
		if l.Cause != "" {
			fmt.Fprintf(w, ": %s", l.Cause)
		}
		fmt.Fprintln(w)
	}
	for _, t := range d.Tokens {
		fmt.Fprintf(w, "link\t%s\tmade %s, good until %s\n", t.Scope, when(t.Created), when(t.Expires))
	}
	return w.Flush()
}

// when is an instant as the lists of the terminal show it.
func when(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("2006-01-02 15:04Z")
}

type mailSuppressedCmd struct {
	JSON bool `name:"json" help:"Print JSON."`
}

func (cmd mailSuppressedCmd) Run(e *env) error {
	a, err := e.mailStore()
	if err != nil {
		return err
	}
	defer a.close()
	all, err := a.store.Suppressed(e.ctx)
	if err != nil {
		return err
	}
	if cmd.JSON {
		return printJSON(e.stdout, all)
	}
	w := tabwriter.NewWriter(e.stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ADDRESS\tREASON\tSINCE")
	for _, s := range all {
		fmt.Fprintf(w, "%s\t%s\t%s\n", s.Masked, s.Reason, when(s.At))
	}
	return w.Flush()
}

type mailSuppressCmd struct {
	Address string `arg:"" help:"The address."`
}

func (cmd mailSuppressCmd) Run(e *env) error {
	a, err := e.mailStore()
	if err != nil {
		return err
	}
	defer a.close()
	email, err := market.ParseEmail(cmd.Address)
	if err != nil {
		return usageError{err}
	}
	return a.store.Suppress(e.ctx, email, market.SuppressOperator, time.Now().UTC())
}

type mailUnsuppressCmd struct {
	Address string `arg:"" help:"The address."`
}

func (cmd mailUnsuppressCmd) Run(e *env) error {
	a, err := e.mailStore()
	if err != nil {
		return err
	}
	defer a.close()
	err = a.store.Unsuppress(e.ctx, cmd.Address)
	if errors.Is(err, market.ErrNotFound) {
		return errors.New("this address is not suppressed")
	}
	return err
}

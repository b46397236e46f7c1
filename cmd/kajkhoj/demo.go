package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/demo"
	"github.com/kajkhoj/kajkhoj/internal/mail/mailbox"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

type demoCmd struct {
	Listings int           `help:"How many listings the marketplaces hold at first." default:"2000"`
	Every    time.Duration `help:"How often new, changed and closed listings arrive." default:"20s"`
	Seed     uint64        `help:"Another number gives another town." default:"1"`
	Fault    []string      `help:"What is wrong with a marketplace from the beginning, for example gigboard=429." placeholder:"SITE=FAULT"`
}

func (demoCmd) Help() string {
	return `Small marketplaces on this machine speak every wire format that Kajkhoj collects; the real scheduler, collectors, store, search engine and page work on them. Stopping it leaves nothing behind, unless --data names a folder.

  kajkhoj demo
  kajkhoj demo --listen 127.0.0.1:9000 --every 5s
  kajkhoj demo --fault gigboard=challenge --fault open-desk=hang`
}

func (d demoCmd) Run(e *env) error {
	began := time.Now()
	c, err := e.g.load()
	if err != nil {
		return err
	}
	if d.Listings < 1 || d.Listings > 200_000 {
		return usageError{fmt.Errorf("--listings %d: between 1 and 200000", d.Listings)}
	}
	if d.Every < time.Second {
		return usageError{fmt.Errorf("--every %s: a second or more", d.Every)}
	}
	faults := map[string]demo.Fault{}
	for _, f := range d.Fault {
		site, name, _ := strings.Cut(f, "=")
		if faults[site], err = demo.ParseFault(name); err != nil {
			return usageError{fmt.Errorf("--fault %s: %w", f, err)}
		}
	}
	if e.g.LogLevel == "" && e.g.Config == "" {
		c.Log.Level = "warn"
	}
	if err := c.Check(nil); err != nil {
		return usageError{err}
	}
	if e.g.Data == "" {
		dir, err := os.MkdirTemp("", "kajkhoj-demo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		c.Data = dir
	}
	l, err := listen(c.Listen)
	if errors.Is(err, syscall.EADDRINUSE) && e.g.Listen == "" && e.g.Config == "" {
		fmt.Fprintf(e.stderr, "%s is taken; another port is used.\n", c.Listen)
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return err
	}
	defer l.Close()
	town, err := demo.Start(demo.Options{Listings: d.Listings, Every: d.Every, Seed: d.Seed, Faults: faults})
	if errors.Is(err, market.ErrInvalid) {
		return usageError{err}
	}
	if err != nil {
		return fmt.Errorf("the marketplaces: %w", err)
	}
	defer town.Close()
	box, err := mailbox.Start("127.0.0.1:0")
	if err != nil {
		return err
	}
	defer box.Close()
	c.Mail.SMTP, c.Mail.From = "smtp://"+box.Addr(), demoFrom
	if len(c.Operators) == 0 {
		c.Operators = []string{demoOperator}
	}
	a, err := newApp(e.ctx, c, logger(e.stderr, c.Log), sources(town.Sources()), outside{loopback: true, soon: true})
	if err != nil {
		return err
	}
	defer a.close()
	a.around = func(site http.Handler) http.Handler { return catching(box, site) }
	if err := a.prepare(e.ctx); err != nil {
		return err
	}

	fmt.Fprintf(e.stdout, "Look at http://%s/ (stop with Ctrl-C)\nMails are caught: http://%s/demo/mail\n", l.Addr(), l.Addr())
	base, err := a.base(l)
	if err != nil {
		return err
	}
	if err := a.invite(e.ctx, e.stdout, base); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(e.ctx)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		progress{out: e.stdout, began: began}.first(ctx, a)
	}()
	err = a.serve(ctx, l)
	cancel()
	<-done
	return err
}

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// progress tells how a first collection goes: a bar on a terminal, a line
// now and then otherwise.
type progress struct {
	out   io.Writer
	began time.Time
}

// first reports until each source has been visited once and all that was
// saved can be found, or ctx ends.
func (p progress) first(ctx context.Context, a *app) {
	f, isFile := p.out.(*os.File)
	bar := isFile && term.IsTerminal(int(f.Fd()))
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	var told time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		states, err := a.store.Sources(ctx)
		if err != nil {
			continue
		}
		all, visited, open := 0, 0, 0
		for _, s := range states {
			if !s.Enabled {
				continue
			}
			all++
			open += s.Open
			if s.Last != nil {
				visited++
			}
		}
		index, err := a.indexState(ctx)
		complete := all > 0 && visited == all && err == nil && index.Behind == 0
		line := fmt.Sprintf("%d of %d sites read, %d listings collected, %d searchable, %.1f s", visited, all, open, max(index.Documents, 0), time.Since(p.began).Seconds())
		switch {
		case bar:
			const width = 24
			n := 0
			if all > 0 {
				n = width * visited / all
			}
			fmt.Fprintf(p.out, "\r\x1b[K[%s%s] %s", strings.Repeat("█", n), strings.Repeat("░", width-n), line)
			if complete {
				fmt.Fprintln(p.out)
			}
		case complete, time.Since(told) >= 2*time.Second:
			told = time.Now()
			fmt.Fprintln(p.out, line)
		}
		if complete {
			return
		}
	}
}

package main

import (
	"fmt"
	"strings"
)

type serveCmd struct{}

func (serveCmd) Help() string {
	return `Everything in one process, with SQLite and the embedded search engine in ./data:
  kajkhoj serve

Behind a web server, told where people reach it:
  kajkhoj serve --data /var/lib/kajkhoj --base-url https://kaj.example

Two processes on one PostgreSQL and one Meilisearch:
  kajkhoj serve --db postgres://… --search meili --meili-url http://… --roles web
  kajkhoj serve --db postgres://… --search meili --meili-url http://… --roles collect,index,mail \
    --listen 127.0.0.1:8081 --base-url https://kaj.example

Without the role web it listens all the same, for /healthz, /readyz and /metrics.`
}

func (serveCmd) Run(e *env) error {
	c, ss, err := e.settings()
	if err != nil {
		return err
	}
	log := logger(e.stderr, c.Log)
	l, err := listen(c.Listen)
	if err != nil {
		return err
	}
	defer l.Close()
	a, err := newApp(e.ctx, c, log, ss, outside{})
	if err != nil {
		return err
	}
	defer a.close()
	if err := a.prepare(e.ctx); err != nil {
		return err
	}
	a.tellOff()
	serves := "the page"
	if !c.Has("web") {
		serves = "its metrics"
	}
	fmt.Fprintf(e.stdout, "Kajkhoj runs: %s, data in %s, %s at http://%s/\n", strings.Join(c.Roles, ", "), c.Data, serves, l.Addr())
	if c.Has("web") {
		base, err := a.base(l)
		if err != nil {
			return err
		}
		if err := a.invite(e.ctx, e.stdout, base); err != nil {
			return err
		}
	}
	return a.serve(e.ctx, l)
}

// tellOff says which sources do not run. One that the operator switched on
// and that cannot run is a fault of the set-up, and is said aloud.
func (a *app) tellOff() {
	for _, s := range a.roster.all() {
		name := s.Spec().Name
		why := a.roster.off(name)
		if why == "" {
			continue
		}
		if on := a.cfg.Sources[name].Enabled; on != nil && *on {
			a.log.Warn("a source that is switched on cannot run", "source", name, "why", why)
		} else {
			a.log.Debug("source is off", "source", name, "why", why)
		}
	}
}

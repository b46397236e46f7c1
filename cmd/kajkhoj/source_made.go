package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/recipe"
	"github.com/kajkhoj/kajkhoj/scrapers"
)

type sourceExportCmd struct {
	Name string `arg:"" help:"The source's name."`
}

func (sourceExportCmd) Help() string {
	return `Prints the source.yaml of a source: of one that was made at /admin or imported, or of one that comes with the program.

  kajkhoj source export riverjobs > riverjobs.yaml`
}

func (cmd sourceExportCmd) Run(e *env) error {
	c, _, err := e.settings()
	if err != nil {
		return err
	}
	if data, ok := scrapers.Recipe(cmd.Name); ok {
		_, err := e.stdout.Write(data)
		return err
	}
	if hasData(c) == nil {
		a, err := newApp(e.ctx, c, logger(e.stderr, c.Log), nil, outside{})
		if err != nil {
			return err
		}
		defer a.close()
		m, ok, err := a.made(e, cmd.Name)
		if err != nil {
			return err
		}
		if ok {
			_, err := io.WriteString(e.stdout, m.YAML)
			return err
		}
	}
	return usageError{fmt.Errorf("there is no source %q with a recipe; 'kajkhoj source list' shows them", cmd.Name)}
}

// made is the source that an operator made under a name.
func (a *app) made(e *env, name string) (market.StoredSource, bool, error) {
	all, err := a.store.StoredSources(e.ctx)
	if i := slices.IndexFunc(all, func(m market.StoredSource) bool { return m.Name == name }); err == nil && i >= 0 {
		return all[i], true, nil
	}
	return market.StoredSource{}, false, err
}

type sourceImportCmd struct {
	File    string `arg:"" help:"A source.yaml; - reads from the standard input."`
	Page    string `help:"A saved page of the site, on which later changes are tried." type:"path" placeholder:"PATH"`
	Replace bool   `help:"Take the place of the stored source of the same name."`
	Enable  bool   `help:"Switch it on. Nothing may be left blank then."`
	// Permitted is the operator's word.
	Permitted bool `help:"Say that the site's written permission was obtained."`
}

func (sourceImportCmd) Help() string {
	return `Puts a recipe into the database, where a running Kajkhoj takes it up within seconds and /admin shows it. A name that a source which comes with the program has is refused.

  kajkhoj source import riverjobs.yaml
  kajkhoj source import riverjobs.yaml --page page.rss --enable`
}

func (cmd sourceImportCmd) Run(e *env) error {
	c, ss, err := e.settings()
	if err != nil {
		return err
	}
	var data []byte
	if cmd.File == "-" {
		data, err = io.ReadAll(io.LimitReader(os.Stdin, 1<<20))
	} else {
		data, err = os.ReadFile(cmd.File)
	}
	if err != nil {
		return err
	}
	src, blanks, err := recipe.ParseDraft(data, sourceEnv)
	if err != nil {
		return fmt.Errorf("%s: %w", cmd.File, err)
	}
	spec := src.Spec()
	switch {
	case ss.known(spec.Name) || spec.Name == "new":
		return fmt.Errorf("a source that comes with the program is named %s: choose another name", spec.Name)
	case cmd.Enable && len(blanks) > 0:
		var names []string
		for _, b := range blanks {
			names = append(names, b.Key)
		}
		return fmt.Errorf("it cannot be switched on while these are blank: %s", strings.Join(names, ", "))
	case cmd.Enable && spec.Terms.Permission && !cmd.Permitted:
		return errors.New("its terms ask for a written permission: say --permitted where you have it")
	}
	now := time.Now().UTC()
	m := market.StoredSource{Name: spec.Name, YAML: string(data), Enabled: cmd.Enable, Permitted: cmd.Permitted, Allowed: spec.Terms.Allowed, By: market.OperatorConsole}
	if cmd.Enable {
		on, err := recipe.Fill(data, []recipe.Value{{Key: "enabled", Text: "true"}, {Key: "why", Drop: true}, {Key: "needs", Drop: true}})
		if err != nil {
			return err
		}
		m.YAML = string(on)
	}
	if cmd.Page != "" {
		body, err := os.ReadFile(cmd.Page)
		if err != nil {
			return err
		}
		m.Fixture = market.SavedPage{URL: cmp.Or(spec.Home, "https://example.invalid") + "/", Body: body, At: now}
	}
	a, err := newApp(e.ctx, c, logger(e.stderr, c.Log), nil, outside{})
	if err != nil {
		return err
	}
	defer a.close()
	old, there, err := a.made(e, m.Name)
	if err != nil {
		return err
	}
	if there && !cmd.Replace {
		return fmt.Errorf("there is a source %s already; --replace takes its place", m.Name)
	}
	if there && m.Fixture.URL == "" {
		m.Fixture = old.Fixture
	}
	err = a.store.SaveSource(e.ctx, m, old.Changed, market.Audit{At: now, Who: market.OperatorConsole, What: "source.save", Subject: m.Name})
	if errors.Is(err, market.ErrNone) {
		return fmt.Errorf("%s was changed by somebody else this moment; look, and try again", m.Name)
	}
	if err != nil {
		return err
	}
	on := "switched off"
	if m.Enabled {
		on = "switched on"
	}
	_, err = fmt.Fprintf(e.stdout, "%s is stored, %s\n", m.Name, on)
	return err
}

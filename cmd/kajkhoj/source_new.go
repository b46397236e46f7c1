package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/config"
	"github.com/kajkhoj/kajkhoj/internal/detect"
	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/recipe"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// sourceCmd are the commands about sources.
type sourceCmd struct {
	List   sourceListCmd   `cmd:"" help:"List the sources: their schedule, whether they run, and why not."`
	New    sourceNewCmd    `cmd:"" help:"Look at an address and propose a source.yaml for what is there."`
	Try    sourceTryCmd    `cmd:"" help:"Read a source, or a saved answer of it, and print what comes of it. Nothing is saved."`
	Check  sourceCheckCmd  `cmd:"" help:"Read recipes, replay their saved pages, and say what they still need."`
	Export sourceExportCmd `cmd:"" help:"Print a source's source.yaml."`
	Import sourceImportCmd `cmd:"" help:"Put a source.yaml into the database, as /admin does."`
}

// reach says how the commands about sources reach sites.
type reach struct {
	Loopback bool `help:"Let sites on this machine be asked, to try things out."`
}

func (r reach) client(c config.Config) *fetch.Client {
	return fetch.New(fetch.Config{UserAgent: userAgent(c.Contact), Product: "Kajkhoj", AllowLoopback: r.Loopback}, nil)
}

type sourceNewCmd struct {
	reach
	URL string `arg:"" name:"url" help:"The address of a feed, an API, a sitemap or a page with a list of offers."`
	Out string `help:"A folder for source.yaml and the page that it was made from (default: print source.yaml)." type:"path" placeholder:"DIR"`
}

func (sourceNewCmd) Help() string {
	return `Asks for the address, and for a few pages more where they tell something, by the manners that every visit has. What was found goes to stderr. What only you can say is left blank in the proposal and marked FILL IN.

  kajkhoj source new https://example.com/jobs.rss
  kajkhoj source new https://example.com/jobs --out scrapers/example`
}

func (cmd sourceNewCmd) Run(e *env) error {
	c, _, err := e.settings()
	if err != nil {
		return err
	}
	found, err := detect.Look(e.ctx, cmd.client(c), cmd.URL)
	said := func(format string, a ...any) { fmt.Fprintf(e.stderr, format+"\n", a...) }
	switch {
	case found.Robots.Allowed:
		said("robots.txt allows it")
	case found.Robots.Why != "":
		said("%s", found.Robots.Why)
	}
	for _, l := range found.Advertised {
		said("the page names a feed (%s): %s", l.Format, l.URL)
	}
	for _, n := range found.Notes {
		said("%s", n)
	}
	if err != nil {
		return err
	}
	said("%s with %d offers", found.Format, found.Items)
	if cmd.Out == "" {
		_, err := fmt.Fprint(e.stdout, found.Recipe)
		return err
	}
	yaml := filepath.Join(cmd.Out, "source.yaml")
	page := filepath.Join(cmd.Out, "testdata", "page"+extension(found.Page))
	for _, file := range []string{yaml, page} {
		if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("%s is there already", file)
		}
	}
	if err := os.MkdirAll(filepath.Dir(page), 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(page, found.Page.Body, 0o666); err != nil {
		return err
	}
	if err := os.WriteFile(yaml, []byte(found.Recipe), 0o666); err != nil {
		return err
	}
	said("wrote %s and %s; next: fill it in, then 'kajkhoj source try %s' and 'kajkhoj source check %s'", yaml, page, yaml, yaml)
	return nil
}

// extension is that of a saved page.
func extension(p fetch.Page) string {
	if u, err := url.Parse(p.URL); err == nil {
		switch ext := path.Ext(u.Path); ext {
		case ".json", ".xml", ".rss", ".atom", ".rdf", ".html":
			return ext
		}
	}
	head := strings.TrimSpace(string(p.Body[:min(len(p.Body), 512)]))
	switch {
	case strings.HasPrefix(head, "{"), strings.HasPrefix(head, "["):
		return ".json"
	case strings.HasPrefix(head, "<?xml"), strings.HasPrefix(head, "<rss"), strings.HasPrefix(head, "<feed"):
		return ".xml"
	}
	return ".html"
}

// recipeFile is a recipe in a file, which may still have blanks.
type recipeFile struct {
	source source.Source
	blanks []recipe.Blank
	on     bool // it says enabled: true
}

// isFile reports whether an argument names a file and not a source: names
// have neither stops nor slashes.
func isFile(arg string) bool { return !source.ValidName(arg) }

func readRecipe(file string) (recipeFile, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return recipeFile{}, err
	}
	src, blanks, err := recipe.ParseDraft(data, os.Getenv)
	if err != nil {
		return recipeFile{}, fmt.Errorf("%s: %w", file, err)
	}
	return recipeFile{src, blanks, recipe.SwitchedOn(data)}, nil
}

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/source"
	"github.com/kajkhoj/kajkhoj/internal/web"
)

// uncollectable is a site that cannot be collected from.
type uncollectable struct {
	Name  string `yaml:"name" json:"name"`
	Title string `yaml:"title" json:"title"`
	Home  string `yaml:"home" json:"home"`
	// Kind is why in a word: terms, blocked, private or script.
	Kind string `yaml:"kind" json:"kind"`
	// Checked is the day (YYYY-MM-DD) of the reading, Source the page that it
	// was read from.
	Checked string `yaml:"checked" json:"checked"`
	Source  string `yaml:"source" json:"source"`
	// Why and Instead are sentences by language: why not, and what a person
	// can do instead.
	Why     map[string]string `yaml:"why" json:"why"`
	Instead map[string]string `yaml:"instead" json:"instead"`
}

// readUncollectable reads uncollectable.yaml. What is wrong with it comes back
// at once.
func readUncollectable(files fs.FS) ([]uncollectable, error) {
	const name = "uncollectable.yaml"
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var y struct {
		Sites []uncollectable `yaml:"sites"`
	}
	d := yaml.NewDecoder(f)
	d.KnownFields(true)
	if err := d.Decode(&y); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var errs []error
	seen := map[string]bool{}
	for _, s := range y.Sites {
		bad := func(format string, a ...any) {
			errs = append(errs, fmt.Errorf("%s: %s: %s", name, s.Name, fmt.Sprintf(format, a...)))
		}
		if !source.ValidName(s.Name) || seen[s.Name] {
			bad("a name of its own is needed: lower-case letters, digits and hyphens")
		}
		seen[s.Name] = true
		if s.Title == "" || !strings.HasPrefix(s.Home, "https://") || !strings.HasPrefix(s.Source, "https://") {
			bad("title, and https addresses for home and source, are needed")
		}
		if !slices.Contains([]string{"terms", "blocked", "private", "script"}, s.Kind) {
			bad("kind %q is none of terms, blocked, private, script", s.Kind)
		}
		if _, err := time.Parse(time.DateOnly, s.Checked); err != nil {
			bad("checked %q: a day such as 2026-11-22", s.Checked)
		}
		for _, lang := range []string{"bn", "en"} {
			if s.Why[lang] == "" || s.Instead[lang] == "" {
				bad("why and instead are needed in %s", lang)
			}
		}
	}
	return y.Sites, errors.Join(errs...)
}

// notCollected are these sites for the page.
func notCollected(sites []uncollectable) []web.Uncollectable {
	var out []web.Uncollectable
	for _, s := range sites {
		u := web.Uncollectable{Name: s.Name, Title: s.Title, Home: s.Home, Kind: s.Kind, Source: s.Source, Why: map[locale.Lang]string{}, Instead: map[locale.Lang]string{}}
		u.Checked, _ = time.Parse(time.DateOnly, s.Checked) // checked when it was read
		for _, l := range locale.Langs {
			u.Why[l], u.Instead[l] = strings.TrimSpace(s.Why[string(l)]), strings.TrimSpace(s.Instead[string(l)])
		}
		out = append(out, u)
	}
	return out
}

// Package scrapers holds the sources: one directory each, with a source.yaml
// that package recipe reads, or Go code where YAML does not reach, and with
// pages in the site's wire format and the drafts that they must give.
package scrapers

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/recipe"
	"github.com/kajkhoj/kajkhoj/internal/source"
	"github.com/kajkhoj/kajkhoj/scrapers/hackernews"
)

//go:embed */source.yaml
var recipes embed.FS

// coded are the sources that are written in Go.
func coded() []source.Source { return []source.Source{hackernews.New()} }

// Recipe is the source.yaml of a source; ok is false for one that is written
// in Go.
func Recipe(name string) (text []byte, ok bool) {
	text, err := recipes.ReadFile(name + "/source.yaml")
	return text, err == nil
}

// All are the sources, by name. getenv is asked for a source's variables
// whenever it collects; os.Getenv serves.
func All(getenv func(string) string) ([]source.Source, error) {
	out := coded()
	files, err := fs.Glob(recipes, "*/source.yaml")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		data, err := recipes.ReadFile(file)
		if err != nil {
			return nil, err
		}
		s, err := recipe.Parse(data, getenv)
		if err != nil {
			return nil, fmt.Errorf("scrapers/%s: %w", file, err)
		}
		if dir := path.Dir(file); s.Spec().Name != dir {
			return nil, fmt.Errorf("scrapers/%s: the name is %q", file, s.Spec().Name)
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b source.Source) int { return strings.Compare(a.Spec().Name, b.Spec().Name) })
	return out, nil
}

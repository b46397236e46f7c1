package normalize

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

// maxSkills is how many skills of a listing are kept.
const maxSkills = 30

// skills is the canonical list.
type skills struct {
	names   map[string]string // slug to name
	aliases map[string]string // key to slug
	slugs   []string
	titles  *phrase.Set // IDs are indexes of slugs
}

// key is a name as its words alone: "C/C++" and "c c++" are one.
func key(s string) string {
	t := phrase.Lex(s)
	out := make([]string, len(t.Words))
	for i := range t.Words {
		out[i] = t.Fold(i)
	}
	return strings.Join(out, " ")
}

func readSkills(files fs.FS) (*skills, error) {
	var list []struct {
		Slug    string   `yaml:"slug"`
		Name    string   `yaml:"name"`
		Aliases []string `yaml:"aliases"`
		Plain   *bool    `yaml:"plain"`
	}
	if err := readYAML(files, "skills.yaml", &list); err != nil {
		return nil, err
	}
	s := &skills{names: map[string]string{}, aliases: map[string]string{}}
	var rules []phrase.Rule
	for i, e := range list {
		if e.Slug == "" || e.Name == "" {
			return nil, fmt.Errorf("skills.yaml: entry %d: slug and name are needed", i+1)
		}
		if _, twice := s.names[e.Slug]; twice {
			return nil, fmt.Errorf("skills.yaml: %s: twice", e.Slug)
		}
		s.names[e.Slug] = e.Name
		s.slugs = append(s.slugs, e.Slug)
		for j, name := range append([]string{e.Name, e.Slug}, e.Aliases...) {
			k := key(name)
			if k == "" {
				return nil, fmt.Errorf("skills.yaml: %s: %q has no word", e.Slug, name)
			}
			if other, taken := s.aliases[k]; taken && other != e.Slug {
				return nil, fmt.Errorf("skills.yaml: %s: %q is %s already", e.Slug, name, other)
			}
			s.aliases[k] = e.Slug
			if (j == 0 || strings.Contains(k, " ")) && (e.Plain == nil || *e.Plain) {
				rules = append(rules, phrase.Rule{ID: i, Pattern: k})
			}
		}
	}
	var err error
	if s.titles, err = phrase.Compile(nil, rules); err != nil {
		return nil, fmt.Errorf("skills.yaml: %w", err)
	}
	return s, nil
}

// of gives the slugs of the site's tags that are on the list, in the site's
// order, and then those that the title names; each once.
func (s *skills) of(tags []string, title *phrase.Text) []string {
	var out []string
	add := func(slug string) {
		if len(out) < maxSkills && !slices.Contains(out, slug) {
			out = append(out, slug)
		}
	}
	for _, tag := range tags {
		if len(tag) > maxCompany {
			continue
		}
		if slug, ok := s.aliases[key(line(tag, maxCompany))]; ok {
			add(slug)
		}
	}
	for _, m := range longest(s.titles.Find(title)) {
		add(s.slugs[m.ID])
	}
	return out
}

// longest leaves out matches that lie within a longer one.
func longest(ms []phrase.Match) []phrase.Match {
	var out []phrase.Match
	for i, m := range ms {
		inside := false
		for j, o := range ms {
			if i != j && o.First <= m.First && o.Last >= m.Last && o.Last-o.First > m.Last-m.First {
				inside = true
				break
			}
		}
		if !inside {
			out = append(out, m)
		}
	}
	return out
}

// weights are what each sign of a kind of work weighs.
type weights struct {
	Title  float64 `yaml:"title"`
	Word   float64 `yaml:"word"`
	Site   float64 `yaml:"site"`
	Wide   float64 `yaml:"wide"`
	Skills float64 `yaml:"skills"`
}

// kinds are the rules that tell the kind of work.
type kinds struct {
	weights weights
	list    []market.Category
	sites   map[string]int // key to index of list
	wide    map[string]int
	skills  map[string]int // slug to index of list
	titles  *phrase.Set
}

func readKinds(files fs.FS, sk *skills) (*kinds, error) {
	k := &kinds{sites: map[string]int{}, wide: map[string]int{}, skills: map[string]int{}}
	var y struct {
		Weights weights `yaml:"weights"`
		Kinds   []struct {
			Slug   market.Category `yaml:"slug"`
			Sites  []string        `yaml:"sites"`
			Wide   []string        `yaml:"wide"`
			Titles []string        `yaml:"titles"`
			Skills []string        `yaml:"skills"`
		} `yaml:"kinds"`
	}
	if err := readYAML(files, "categories.yaml", &y); err != nil {
		return nil, err
	}
	k.weights = y.Weights
	if w := k.weights; min(w.Title, w.Word, w.Site, w.Wide, w.Skills) <= 0 {
		return nil, fmt.Errorf("categories.yaml: weights: each must be above 0")
	}
	var rules []phrase.Rule
	for i, e := range y.Kinds {
		if !e.Slug.Valid() || slices.Contains(k.list, e.Slug) {
			return nil, fmt.Errorf("categories.yaml: %q: unknown or twice", e.Slug)
		}
		k.list = append(k.list, e.Slug)
		for _, names := range []struct {
			list []string
			into map[string]int
		}{{e.Sites, k.sites}, {e.Wide, k.wide}} {
			for _, name := range names.list {
				if other, taken := names.into[key(name)]; taken && other != i {
					return nil, fmt.Errorf("categories.yaml: %s: %q is %s already", e.Slug, name, k.list[other])
				}
				names.into[key(name)] = i
			}
		}
		for _, title := range e.Titles {
			rules = append(rules, phrase.Rule{ID: i, Pattern: key(title)})
		}
		for _, slug := range e.Skills {
			if _, ok := sk.names[slug]; !ok {
				return nil, fmt.Errorf("categories.yaml: %s: no skill %q", e.Slug, slug)
			}
			if other, taken := k.skills[slug]; taken {
				return nil, fmt.Errorf("categories.yaml: %s: skill %q is %s already", e.Slug, slug, k.list[other])
			}
			k.skills[slug] = i
		}
	}
	if len(k.list) != len(market.Categories) {
		return nil, fmt.Errorf("categories.yaml: %d of %d kinds of work", len(k.list), len(market.Categories))
	}
	var err error
	if k.titles, err = phrase.Compile(nil, rules); err != nil {
		return nil, fmt.Errorf("categories.yaml: %w", err)
	}
	return k, nil
}

// of tells the kind of work: the one with the greatest weight.
func (k *kinds) of(site string, skills []string, title *phrase.Text) market.Category {
	weight := make([]float64, len(k.list))
	for part := range strings.SplitSeq(site, ";") {
		name := key(part)
		if i, ok := k.sites[name]; ok {
			weight[i] += k.weights.Site
		} else if i, ok := k.wide[name]; ok {
			weight[i] += k.weights.Wide
		}
	}
	// The best phrase of each kind counts, once.
	best := make([]float64, len(k.list))
	for _, m := range longest(k.titles.Find(title)) {
		best[m.ID] = max(best[m.ID], k.weights.Title+k.weights.Word*float64(m.Last-m.First))
	}
	known := 0
	for _, s := range skills {
		if _, ok := k.skills[s]; ok {
			known++
		}
	}
	for _, s := range skills {
		if i, ok := k.skills[s]; ok {
			weight[i] += k.weights.Skills / float64(known)
		}
	}
	top, at := 0.0, -1
	for i := range weight {
		if w := weight[i] + best[i]; w > top {
			top, at = w, i
		}
	}
	if at < 0 {
		return "other"
	}
	return k.list[at]
}

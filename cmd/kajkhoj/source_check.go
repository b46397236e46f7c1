package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/detect"
	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/recipe"
	"github.com/kajkhoj/kajkhoj/internal/source"
	"github.com/kajkhoj/kajkhoj/scrapers"
)

type sourceCheckCmd struct {
	reach
	Names   []string `arg:"" optional:"" name:"source" help:"Names of sources, or files with recipes (default: all sources)."`
	Offline bool     `help:"Ask no site for its robots.txt."`
}

func (sourceCheckCmd) Help() string {
	return `Says of each source: what is wrong with its recipe, each mistake with its line; what its saved pages (testdata beside its source.yaml) give, held to what stands beside them in .golden; what its site's robots.txt says of the address that it asks for; and what an operator has still to fill in. Saved pages whose names begin with empty., challenge- or format- must give nothing, and the error that they are named for.

The exit code is 1 where something is wrong: a mistake, a saved page that gives something else, a robots.txt that forbids, or a source that is on and has blanks.

  kajkhoj source check scrapers/example/source.yaml
  kajkhoj source check --offline`
}

func (cmd sourceCheckCmd) Run(e *env) error {
	c, ss, err := e.settings()
	if err != nil {
		return err
	}
	names := cmd.Names
	if len(names) == 0 {
		for _, s := range ss {
			names = append(names, s.Spec().Name)
		}
	}
	client := cmd.client(c)
	wrong := 0
	for _, name := range names {
		k := check{w: e.stdout}
		if isFile(name) {
			k.file(name)
		} else if src, ok := ss.named(name); ok {
			k.shipped(src)
		} else {
			return usageError{fmt.Errorf("there is no source %q; 'kajkhoj source list' shows them", name)}
		}
		if k.src != nil && !cmd.Offline {
			k.robots(e.ctx, client)
		}
		if k.wrong {
			wrong++
		}
		if err := e.ctx.Err(); err != nil {
			return err
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %d sources have something wrong", wrong, len(names))
	}
	return nil
}

// check looks at one source and says what it finds.
type check struct {
	w     io.Writer
	src   source.Source
	wrong bool
}

func (k *check) say(format string, a ...any) { fmt.Fprintf(k.w, "  "+format+"\n", a...) }

func (k *check) fail(format string, a ...any) {
	k.wrong = true
	k.say("WRONG: "+format, a...)
}

// file checks a recipe in a file, with the saved pages beside it.
func (k *check) file(name string) {
	fmt.Fprintln(k.w, name)
	r, err := readRecipe(name)
	if err != nil {
		for line := range strings.Lines(err.Error()) {
			k.fail("%s", strings.TrimSpace(line))
		}
		return
	}
	k.src = r.source
	// A recipe that says enabled: true and has blanks is wrong, also where they
	// keep it from being read whole.
	k.blanks(r.blanks, r.on)
	k.pages(filepath.Join(filepath.Dir(name), "testdata"))
}

// shipped checks a source that comes with the program. Its saved pages are in
// the source tree, if that is here.
func (k *check) shipped(src source.Source) {
	spec := src.Spec()
	fmt.Fprintln(k.w, spec.Name)
	k.src = src
	if data, ok := scrapers.Recipe(spec.Name); ok {
		blanks, err := recipe.Blanks(data)
		if err != nil {
			k.fail("%v", err)
		}
		k.blanks(blanks, spec.Enabled)
	}
	k.pages(filepath.Join("scrapers", spec.Name, "testdata"))
}

func (k *check) blanks(blanks []recipe.Blank, on bool) {
	for _, b := range blanks {
		if on {
			k.fail("it is on, and blank is %s", b)
		} else {
			k.say("to be filled in before it is switched on: %s", b)
		}
	}
}

func (k *check) robots(ctx context.Context, client *fetch.Client) {
	_, v, err := detect.Robots(ctx, client, k.src)
	switch {
	case errors.Is(err, fetch.ErrAddress):
		k.fail("%v", err)
	case err != nil:
		k.say("robots.txt was not asked: %v", err)
	case v.Allowed && v.Delay > 0:
		k.say("robots.txt allows it, %v between requests", v.Delay)
	case v.Allowed:
		k.say("robots.txt allows it")
	case v.Failed:
		k.say("%s", v.Why)
	default:
		k.fail("%s", v.Why)
	}
}

// pages replays the saved pages of a folder.
func (k *check) pages(dir string) {
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		k.fail("%v", err)
		return
	}
	seen := 0
	for _, file := range files {
		if strings.HasSuffix(file, ".golden") {
			continue
		}
		seen++
		k.page(file)
	}
	if seen == 0 {
		k.say("no saved pages in %s", dir)
	}
}

// replayed is what a saved page gives, and what its .golden says.
type replayed struct {
	Drafts   []market.Draft `json:"drafts"`
	Skipped  map[string]int `json:"skipped"`
	Rejected []string       `json:"rejected"`
	Error    string         `json:"error"`
}

func (k *check) page(file string) {
	body, err := os.ReadFile(file)
	if err != nil {
		k.fail("%v", err)
		return
	}
	got := replayed{Skipped: map[string]int{}}
	page, err := fetch.Saved(k.src.Spec().Home+"/", nil, body, k.src.Spec().Limits.Bytes)
	if err == nil {
		err = k.src.Extract(context.Background(), page, source.Input{
			// The instant that distances such as "3 days ago" are kept from: the
			// drafts hold the site's own words.
			Now:    time.Now().UTC(),
			Emit:   func(d market.Draft) error { got.Drafts = append(got.Drafts, d); return nil },
			Reject: func(r market.Reject) { got.Rejected = append(got.Rejected, r.Why) },
			Skip:   func(why string) { got.Skipped[why]++ },
		})
	}
	base := filepath.Base(file)
	var want error
	switch {
	case strings.HasPrefix(base, "challenge-"):
		want = source.ErrChallenge
	case strings.HasPrefix(base, "format-"), strings.HasPrefix(base, "marker-"), strings.HasPrefix(base, "threads."):
		want = source.ErrFormat
	}
	switch {
	case want != nil && !errors.Is(err, want):
		k.fail("%s: %v, want %q", base, err, want)
		return
	case want == nil && err != nil:
		k.fail("%s: %v", base, err)
		return
	case strings.HasPrefix(base, "empty.") && len(got.Drafts)+len(got.Rejected) > 0:
		k.fail("%s: %d listings, and it should be empty", base, len(got.Drafts))
		return
	}
	if err != nil {
		got.Error = err.Error()
	}
	skipped := 0
	for _, n := range got.Skipped {
		skipped += n
	}
	result := fmt.Sprintf("%s: %d listings, %d left out, %d rejected", base, len(got.Drafts), skipped, len(got.Rejected))
	if want != nil {
		result = fmt.Sprintf("%s: refused, as it should be", base)
	}
	rejected := ""
	for i, why := range got.Rejected {
		if i < 3 {
			rejected += "\n    rejected: " + why
		}
	}
	golden, err := os.ReadFile(file + ".golden")
	if errors.Is(err, os.ErrNotExist) {
		k.say("%s%s%s", result, rejected, fieldsFilled(got.Drafts))
		return
	}
	if err == nil {
		err = got.same(golden)
	}
	if err != nil {
		k.fail("%s; %s.golden: %v%s", result, base, err, rejected)
		return
	}
	k.say("%s, as in %s.golden%s", result, base, rejected)
}

// same compares what came with what a .golden file says.
func (r replayed) same(golden []byte) error {
	var want replayed
	d := json.NewDecoder(bytes.NewReader(golden))
	d.DisallowUnknownFields()
	if err := d.Decode(&want); err != nil {
		return err
	}
	if len(want.Drafts) != len(r.Drafts) {
		return fmt.Errorf("it has %d listings", len(want.Drafts))
	}
	for i := range want.Drafts {
		if !reflect.DeepEqual(want.Drafts[i], r.Drafts[i]) {
			return fmt.Errorf("listing %d, %q, differs", i+1, r.Drafts[i].Title)
		}
	}
	if !slices.Equal(want.Rejected, r.Rejected) || want.Error != r.Error {
		return errors.New("what is rejected, or the error, differs")
	}
	if len(want.Skipped) != len(r.Skipped) {
		return errors.New("what is left out differs")
	}
	for why, n := range want.Skipped {
		if r.Skipped[why] != n {
			return fmt.Errorf("left out as %s: %d, not %d", why, r.Skipped[why], n)
		}
	}
	return nil
}

// fieldsFilled says which fields how many of the drafts fill.
func fieldsFilled(ds []market.Draft) string {
	if len(ds) == 0 {
		return ""
	}
	count := func(has func(market.Draft) bool) (n int) {
		for _, d := range ds {
			if has(d) {
				n++
			}
		}
		return n
	}
	var out []string
	for _, f := range []struct {
		name string
		has  func(market.Draft) bool
	}{
		{"url", func(d market.Draft) bool { return d.URL != "" }},
		{"company", func(d market.Draft) bool { return d.Company != "" }},
		{"description", func(d market.Draft) bool { return d.Description != "" }},
		{"skills", func(d market.Draft) bool { return len(d.Skills) > 0 }},
		{"pay", func(d market.Draft) bool { return d.PayText+d.PayMin+d.PayMax != "" }},
		{"posted", func(d market.Draft) bool { return d.PostedAt != "" }},
		{"expires", func(d market.Draft) bool { return d.ExpiresAt != "" }},
		{"locations", func(d market.Draft) bool { return len(d.Locations) > 0 }},
	} {
		out = append(out, fmt.Sprintf("%s %d", f.name, count(f.has)))
	}
	return "\n    filled: " + strings.Join(out, ", ")
}

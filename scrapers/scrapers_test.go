package scrapers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/recipe"
	"github.com/kajkhoj/kajkhoj/internal/source"
	"github.com/kajkhoj/kajkhoj/scrapers"
)

var update = flag.Bool("update", false, "write what the pages give as what they must give")

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// getenv has a value for every variable: a list of one for those that are
// lists, which are no secret.
func getenv(name string) string {
	for _, list := range []string{"_BOARDS", "_CATEGORIES", "_COUNTRIES"} {
		if strings.HasSuffix(name, list) {
			return "us"
		}
	}
	return "secret-of-" + strings.ToLower(name)
}

// sources are all sources by name.
func sources(t testing.TB) map[string]source.Source {
	t.Helper()
	all, err := scrapers.All(getenv)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]source.Source{}
	for _, s := range all {
		by[s.Spec().Name] = s
	}
	return by
}

// taken is all that a source gave.
type taken struct {
	Drafts   []map[string]any `json:"drafts,omitempty"`
	Skipped  map[string]int   `json:"skipped,omitempty"`
	Rejected []string         `json:"rejected,omitempty"`
	Error    string           `json:"error,omitempty"`

	drafts  []market.Draft
	rejects []market.Reject
}

// input collects into k.
func (k *taken) input() source.Input {
	k.Skipped = map[string]int{}
	return source.Input{
		Now: now,
		Emit: func(d market.Draft) error {
			k.drafts = append(k.drafts, d)
			k.Drafts = append(k.Drafts, filled(d))
			return nil
		},
		Reject: func(r market.Reject) {
			k.rejects = append(k.rejects, r)
			k.Rejected = append(k.Rejected, r.Why)
		},
		Skip: func(why string) { k.Skipped[why]++ },
	}
}

func (k taken) skipped() (n int) {
	for _, c := range k.Skipped {
		n += c
	}
	return n
}

// filled are the fields of a draft that hold something.
func filled(d market.Draft) map[string]any {
	b, err := json.Marshal(d)
	if err != nil {
		panic(err)
	}
	m := map[string]any{}
	if err := json.Unmarshal(b, &m); err != nil {
		panic(err)
	}
	maps.DeleteFunc(m, func(_ string, v any) bool { return v == nil || v == "" || v == false })
	return m
}

// extract puts a saved body through a source.
func extract(s source.Source, body []byte) taken {
	var k taken
	if err := s.Extract(context.Background(), fetch.Page{URL: s.Spec().Home + "/", Status: 200, Body: body}, k.input()); err != nil {
		k.Error = err.Error()
		if !errors.Is(err, source.ErrFormat) && !errors.Is(err, source.ErrChallenge) {
			k.Error = "an error of no known kind: " + k.Error
		}
	}
	return k
}

func TestSpecs(t *testing.T) {
	by := sources(t)
	dirs, err := filepath.Glob("*/testdata")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range dirs {
		names = append(names, filepath.Dir(d))
	}
	if diff := cmp.Diff(names, slices.Sorted(maps.Keys(by))); diff != "" {
		t.Errorf("the sources are not the directories (-directories +sources):\n%s", diff)
	}
	var enabled []string
	for name, s := range by {
		spec := s.Spec()
		if err := spec.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if spec.Enabled {
			enabled = append(enabled, name)
			if spec.Terms.Read == "" || spec.Terms.Allowed == "" || spec.Terms.Permission || len(spec.Env) > 0 {
				t.Errorf("%s is on by default, but its terms are unread or it needs something", name)
			}
		}
		if spec.Rolling && spec.MaxAge == 0 {
			t.Errorf("%s shows a window only, and nothing ever closes its offers", name)
		}
		if spec.Terms.Note == "" || spec.Terms.URL == "" {
			t.Errorf("%s: no note on its terms", name)
		}
	}
	slices.Sort(enabled)
	want := []string{"hackernews", "himalayas", "jobicy", "remoteok", "remotive", "workingnomads"}
	if diff := cmp.Diff(want, enabled); diff != "" {
		t.Errorf("enabled (-want +got):\n%s", diff)
	}
}

// A source that is on has no blanks, and the templates are drafts with all of
// them.
func TestBlanks(t *testing.T) {
	for name, s := range sources(t) {
		text, ok := scrapers.Recipe(name)
		if !ok || !s.Spec().Enabled {
			continue
		}
		if blanks, err := recipe.Blanks(text); err != nil || len(blanks) > 0 {
			t.Errorf("%s is on: %v, %v", name, blanks, err)
		}
	}
	templates, err := filepath.Glob("templates/*.yaml")
	if err != nil || len(templates) != 2 {
		t.Fatal(err, templates)
	}
	for _, file := range templates {
		if _, blanks, err := recipe.ParseDraft(readFile(t, file), getenv); err != nil || len(blanks) != 10 {
			t.Errorf("%s: %v, %v", file, blanks, err)
		}
	}
}

// The clauses of the sites' terms that the program has to obey.
func TestTerms(t *testing.T) {
	by := sources(t)
	for _, name := range []string{"himalayas", "jobicy", "remotive", "workingnomads", "freelancer", "peopleperhour", "weworkremotely", "reddit", "arbeitnow", "freelancermap"} {
		if terms := by[name].Spec().Terms; terms.Syndicate || terms.Index {
			t.Errorf("%s: its offers must not go to others", name)
		}
	}
	floors := map[string]time.Duration{"remotive": 6 * time.Hour, "jobicy": time.Hour, "remoteok": 4 * time.Hour, "weworkremotely": time.Hour, "himalayas": time.Hour}
	for name, floor := range floors {
		if got := by[name].Spec().Terms.PollFloor; got < floor {
			t.Errorf("%s: polled every %s, its terms allow every %s", name, got, floor)
		}
	}
	if d := by["remotive"].Spec().Terms.Delay; d < 30*time.Second {
		t.Errorf("remotive blocks more than two requests a minute, the delay is %s", d)
	}
	if !by["remoteok"].Spec().Terms.Follow {
		t.Error("remoteok wants links without nofollow")
	}
	for _, name := range []string{"freelancer", "peopleperhour", "weworkremotely", "freelancermap"} {
		if spec := by[name].Spec(); !spec.Terms.Permission || spec.Terms.FullText {
			t.Errorf("%s: permission is needed, and whole texts are not to be shown", name)
		}
	}
	for _, name := range []string{"freelancer", "weworkremotely"} {
		if keep := by[name].Spec().Terms.Keep; keep != 0 {
			t.Errorf("%s: nothing may be stored, and texts are kept for %s", name, keep)
		}
	}
	if terms := by["freelancer"].Spec().Terms; terms.Refresh == 0 || terms.Refresh > 24*time.Hour {
		t.Errorf("freelancer: what is cached is to be refreshed every day, not every %s", terms.Refresh)
	}
	for name, s := range by {
		if keep := s.Spec().Terms.Keep; keep > source.DefaultKeep {
			t.Errorf("%s: texts are kept for %s", name, keep)
		}
	}
	if age := by["freelancer"].Spec().MaxAge; age > 24*time.Hour {
		t.Errorf("freelancer: nothing may be kept longer than a day, max_age is %s", age)
	}
}

// Each page in a source's testdata gives what stands beside it in .golden.
// go test ./scrapers -update writes these files: read them before you commit.
func TestPages(t *testing.T) {
	for name, s := range sources(t) {
		t.Run(name, func(t *testing.T) {
			pages := pagesOf(t, name)
			if len(pages) < 2 {
				t.Fatalf("%d pages; a page with listings and an empty one are needed", len(pages))
			}
			for _, page := range pages {
				got := extract(s, readFile(t, page))
				var buf bytes.Buffer
				enc := json.NewEncoder(&buf)
				enc.SetEscapeHTML(false)
				enc.SetIndent("", "  ")
				if err := enc.Encode(got); err != nil {
					t.Fatal(err)
				}
				golden := page + ".golden"
				if *update {
					if err := os.WriteFile(golden, buf.Bytes(), 0o666); err != nil {
						t.Fatal(err)
					}
				}
				if diff := cmp.Diff(string(readFile(t, golden)), buf.String()); diff != "" {
					t.Errorf("%s (-want +got):\n%s", page, diff)
				}
				base := filepath.Base(page)
				switch {
				case strings.HasPrefix(base, "empty."):
					if got.Error != "" || len(got.drafts)+len(got.rejects) > 0 {
						t.Errorf("%s: %+v", page, got)
					}
				case strings.HasPrefix(base, "challenge-"):
					if !strings.Contains(got.Error, source.ErrChallenge.Error()) {
						t.Errorf("%s: %q", page, got.Error)
					}
				case strings.HasPrefix(base, "format-"), strings.HasPrefix(base, "marker-"):
					if !strings.Contains(got.Error, source.ErrFormat.Error()) {
						t.Errorf("%s: %q", page, got.Error)
					}
				case strings.HasPrefix(base, "threads."):
					if !strings.Contains(got.Error, "a list of threads, not a thread") {
						t.Errorf("%s: %q", page, got.Error)
					}
				case len(got.drafts) == 0:
					t.Errorf("%s gives nothing", page)
				}
			}
		})
	}
}

// pagesOf are the saved bodies of a source.
func pagesOf(t testing.TB, name string) (out []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(name, "testdata", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f, ".golden") {
			out = append(out, f)
		}
	}
	return out
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What no source sends is refused by every source, and gives nothing; so is
// what another site sends, be it empty. An empty array alone tells nothing of
// whose it is.
func TestWrongPages(t *testing.T) {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil || len(files) == 0 {
		t.Fatal(err, len(files))
	}
	all := sources(t)
	for name, s := range all {
		wrong := files
		for other, o := range all {
			if o.Spec().Home == s.Spec().Home {
				continue
			}
			for _, page := range pagesOf(t, other) {
				if strings.TrimSpace(string(readFile(t, page))) != "[]" {
					wrong = append(slices.Clip(wrong), page)
				}
			}
		}
		for _, file := range wrong {
			var k taken
			err := s.Extract(t.Context(), fetch.Page{URL: s.Spec().Home + "/", Status: 200, Body: readFile(t, file)}, k.input())
			want := source.ErrFormat
			if strings.HasPrefix(filepath.Base(file), "challenge-") {
				want = source.ErrChallenge
			}
			if !errors.Is(err, want) {
				t.Errorf("%s, %s: %v, want %v", name, file, err, want)
			}
			if len(k.drafts) > 0 {
				t.Errorf("%s takes %s for %d listings", name, file, len(k.drafts))
			}
		}
	}
}

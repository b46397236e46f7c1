package recipe

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const unfilled = `# A remark on top.
name: x
enabled: false
why: Its terms have not been read yet.
needs: An operator.
terms:
  url:                       # FILL IN: the address
  note: >-
    Two lines
    of words.
  delay: 5s                  # between two requests
  # A remark below.

request:
  url: https://x.example/ # kept
`

func TestFill(t *testing.T) {
	got, err := Fill([]byte(unfilled), []Value{
		{Key: "enabled", Text: "true"}, {Key: "why", Drop: true}, {Key: "needs", Drop: true}, {Key: "absent", Drop: true},
		{Key: "terms.url", Text: "https://x.example/terms"},
		{Key: "terms.note", Text: "All: may # be\n shown"},
		{Key: "terms.delay", Text: "7s"},
		{Key: "terms.full_text", Text: "false"},
		{Key: "terms.attribution", Text: "null"},
		{Key: "request.url", Text: "https://x.example/b"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `# A remark on top.
name: x
enabled: true
terms:
  attribution: "null"
  full_text: false
  url: https://x.example/terms
  note: 'All: may # be shown'
  delay: 7s # between two requests
  # A remark below.

request:
  url: https://x.example/b # kept
`
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	for key, want := range map[string]string{"terms.url": "https://x.example/terms", "terms.attribution": "null", "terms.full_text": "false", "terms.none": "", "request": ""} {
		if v := Filled(got, key); v != want {
			t.Errorf("%s is %q, not %q", key, v, want)
		}
	}
}

// However a recipe is written, what is filled in stands in it, and all else
// means what it meant.
func TestFillOtherForms(t *testing.T) {
	for _, text := range []string{
		"name: x\nterms: {url: a, note: b} # braces\n", "name: x\n", "name: x\nterms:\n", "name: x", "{name: x, terms: {note: b}}", "name: x\nterms:\n    note: |\n        b\n    delay: 5s\n",
		"name: x\nterms:\n  url: |\n    a\n\n    b\n  note: b\n",
	} {
		out, err := Fill([]byte(text), []Value{{Key: "terms.url", Text: "https://x.example/'\"#: "}, {Key: "terms.index", Text: "true"}})
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if Filled(out, "terms.url") != `https://x.example/'"#:` || Filled(out, "terms.index") != "true" || Filled(out, "name") != "x" {
			t.Errorf("%q became\n%s", text, out)
		}
		if note := Filled([]byte(text), "terms.note"); Filled(out, "terms.note") != note {
			t.Errorf("%q: the note is %q", text, Filled(out, "terms.note"))
		}
	}
	for _, text := range []string{"", "- a\n", "a: [", "x"} {
		if out, err := Fill([]byte(text), []Value{{Key: "terms.url", Text: "a"}}); err == nil {
			t.Errorf("%q became %q", text, out)
		}
	}
}

// Every recipe that comes with the program can be filled in, and reads as
// before in all else.
func TestFillShipped(t *testing.T) {
	files, err := filepath.Glob("../../scrapers/*/source.yaml")
	if err != nil || len(files) < 10 {
		t.Fatal(len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out, err := Fill(data, []Value{{Key: "terms.note", Text: "Words."}, {Key: "terms.allowed", Text: "More words."}})
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		before, err := Parse(data, func(string) string { return "k" })
		if err != nil {
			t.Fatal(err)
		}
		after, err := Parse(out, func(string) string { return "k" })
		if err != nil {
			t.Errorf("%s: %v\n%s", file, err, out)
			continue
		}
		want := before.Spec()
		want.Terms.Note, want.Terms.Allowed = "Words.", "More words."
		if d := cmp.Diff(want, after.Spec()); d != "" {
			t.Errorf("%s: %s", file, d)
		}
		if n, m := strings.Count(string(data), "#"), strings.Count(string(out), "#"); m < n-1 {
			t.Errorf("%s: %d of %d remarks are left", file, m, n)
		}
	}
}

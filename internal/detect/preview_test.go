package detect

import (
	"testing"

	files "github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/classify"
	"github.com/kajkhoj/kajkhoj/internal/normalize"
	"github.com/kajkhoj/kajkhoj/internal/recipe"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// draftOf is a proposal as a source.
func draftOf(t *testing.T, text string) source.Source {
	t.Helper()
	src, _, err := recipe.ParseDraft([]byte(text), func(string) string { return "" })
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return src
}

// trial is a trial of a proposal with the live code.
func trial(t *testing.T, text string) Trial {
	t.Helper()
	norm, err := normalize.New(files.Files)
	if err != nil {
		t.Fatal(err)
	}
	return Trial{Source: draftOf(t, text), Normalize: norm.Draft, Classify: classify.Listing, Now: now, Limit: 1000}
}

// previewOf shows the page that a proposal was made from.
func previewOf(t *testing.T, f Found) []Row {
	t.Helper()
	tr := trial(t, f.Recipe)
	tr.Page = &f.Page
	out, err := Preview(t.Context(), tr)
	if err != nil {
		t.Fatal(err)
	}
	return out.Rows
}

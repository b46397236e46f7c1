package local

import (
	"testing"

	"github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/search"
	"github.com/kajkhoj/kajkhoj/internal/search/searchtest"
)

func analyzer(t testing.TB) *search.Analyzer {
	t.Helper()
	a, err := search.NewAnalyzer(config.Files)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func open(t testing.TB, dir string) *Index {
	t.Helper()
	x, err := Open(dir, analyzer(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

func TestContract(t *testing.T) {
	searchtest.Run(t, func(t *testing.T) search.Index { return open(t, t.TempDir()) }, nil)
}

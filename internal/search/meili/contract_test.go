package meili

import (
	"testing"

	"github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/search"
	"github.com/kajkhoj/kajkhoj/internal/search/meili/meilitest"
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

// open gives an index of its own on a server, dropped at the end.
func open(t testing.TB, s *meilitest.Server, name string) *Index {
	t.Helper()
	x, err := Open(t.Context(), Config{URL: s.URL, Key: s.Key, Index: name}, analyzer(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

func TestContract(t *testing.T) {
	s := meilitest.New(t)
	searchtest.Run(t, func(t *testing.T) search.Index { return open(t, s, fresh(t, s)) }, nil)
}

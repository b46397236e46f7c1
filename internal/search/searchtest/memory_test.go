package searchtest

import (
	"testing"

	"github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

// The oracle passes what it is the measure of, and so do the hand-written
// cases, which it does not decide.
func TestMemory(t *testing.T) {
	a, err := search.NewAnalyzer(config.Files)
	if err != nil {
		t.Fatal(err)
	}
	Run(t, func(t *testing.T) search.Index { return NewMemory(a) }, nil)
}

package meili

import (
	"testing"

	"github.com/kajkhoj/kajkhoj/internal/search"
	"github.com/kajkhoj/kajkhoj/internal/search/meili/meilitest"
	"github.com/kajkhoj/kajkhoj/internal/search/searchtest"
)

func TestMeiliContract(t *testing.T) {
	if testing.Short() {
		t.Skip("some thousand searches on a real server")
	}
	s := meilitest.New(t)
	searchtest.Run(t, func(t *testing.T) search.Index { return open(t, s, fresh(t, s)) }, nil)
}

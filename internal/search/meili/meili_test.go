package meili

import (
	"crypto/rand"
	"strings"
	"testing"

	"github.com/kajkhoj/kajkhoj/internal/search/meili/meilitest"
)

// fresh is the name of an index that the server does not have; what comes of
// it is deleted at the end.
func fresh(t testing.TB, s *meilitest.Server) string {
	return "test-" + strings.ToLower(rand.Text()[:8])
}

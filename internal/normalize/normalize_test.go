package normalize

import (
	"testing"

	"github.com/kajkhoj/kajkhoj/config"
)

func testNormalizer(t testing.TB) *Normalizer {
	t.Helper()
	n, err := New(config.Files)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

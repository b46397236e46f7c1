package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

// canned answers every search with the same page, so that a measurement is
// of the page alone.
type canned struct{ page search.Page }

func (c canned) Search(context.Context, market.Query) (search.Page, error) { return c.page, nil }

func BenchmarkResults(b *testing.B) {
	f := newFair()
	page, err := f.Search(b.Context(), market.Query{Level: market.Entry, From: "BD", Now: f.now})
	if err != nil {
		b.Fatal(err)
	}
	o := f.options()
	o.Search = canned{page}
	h, err := New(o)
	if err != nil {
		b.Fatal(err)
	}
	for _, packed := range []string{"gzip", "identity"} {
		b.Run(packed, func(b *testing.B) {
			b.ReportAllocs()
			size := 0
			for b.Loop() {
				r := httptest.NewRequest(http.MethodGet, "/?level=entry", nil)
				r.Header.Set("Accept-Encoding", packed)
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				if w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
				size = w.Body.Len()
			}
			b.ReportMetric(float64(size), "B/page")
		})
	}
}

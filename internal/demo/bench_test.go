package demo

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func BenchmarkOffer(b *testing.B) {
	town := start(b, Options{Seed: 1, Listings: 8})
	st := &town.named("gigboard").style
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		if town.offer(uint64(n), st, 0).title == "" {
			b.Fatal("no title")
		}
	}
}

// BenchmarkPage answers one page of each marketplace's list, compressed.
func BenchmarkPage(b *testing.B) {
	town := start(b, Options{Seed: 1})
	for _, s := range town.sites {
		for what, path := range map[string]string{"list": lists[s.name], "detail": details[s.name]} {
			if path == "" {
				continue
			}
			b.Run(s.name+"/"+what, func(b *testing.B) {
				for b.Loop() {
					r := httptest.NewRequest(http.MethodGet, path, nil)
					r.Header.Set("Accept-Encoding", "gzip")
					w := httptest.NewRecorder()
					s.handle(w, r)
					if w.Code != http.StatusOK {
						b.Fatal(w.Code)
					}
				}
			})
		}
	}
}

var details = map[string]string{"kaaj-haat": "/kaj/11040", "harbour-tasks": "/openings/x-2041"}

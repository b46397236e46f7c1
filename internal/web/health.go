package web

import (
	"context"
	"net/http"
	"time"
)

// probeWithin bounds each question that readiness and metrics ask.
const probeWithin = 3 * time.Second

// readiness is what the two health addresses answer. Missing says in sentences
// what is not there yet.
type readiness struct {
	Status  string   `json:"status"`
	Version string   `json:"version"`
	Missing []string `json:"missing"`
}

// healthz is GET /healthz: the process lives and serves.
func (s *server) healthz(w http.ResponseWriter, r *http.Request) { alive(w, r, s.Version) }

func alive(w http.ResponseWriter, r *http.Request, version string) {
	w.Header().Set("Cache-Control", "no-store")
	send(w, r, http.StatusOK, readiness{Status: "ok", Version: version, Missing: []string{}})
}

// readyz is GET /readyz: 200 when requests can be served well, otherwise 503
// with what is missing. An engine that fails later does not make the process
// unready: searches are then answered from the store.
func (s *server) readyz(w http.ResponseWriter, r *http.Request) {
	readyOrNot(w, r, s.Version, s.missing(r.Context()))
}

func readyOrNot(w http.ResponseWriter, r *http.Request, version string, missing []string) {
	w.Header().Set("Cache-Control", "no-store")
	if len(missing) == 0 {
		send(w, r, http.StatusOK, readiness{Status: "ready", Version: version, Missing: missing})
		return
	}
	w.Header().Set("Retry-After", "5")
	send(w, r, http.StatusServiceUnavailable, readiness{Status: "not ready", Version: version, Missing: missing})
}

// missing says what keeps the process from serving, in words that are fit
// for anybody's eyes: the errors themselves may name hosts and files.
func (s *server) missing(ctx context.Context) []string {
	ctx, cancel := context.WithTimeout(ctx, probeWithin)
	defer cancel()
	out := []string{}
	if _, err := s.Store.Sources(ctx); err != nil {
		out = append(out, "The store does not answer.")
	}
	if !s.machine.indexed.Load() {
		if _, err := s.Index(ctx); err != nil {
			out = append(out, "The search index has not been built yet, or its engine does not answer.")
		}
	}
	if s.Ready != nil {
		if err := s.Ready(ctx); err != nil {
			out = append(out, "The process is not ready to serve.")
		}
	}
	return out
}

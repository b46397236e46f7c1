package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Watched is what a process without the site serves, for those who watch it:
// /healthz, /readyz and /metrics, as the site does. ready says why the process
// cannot do its work; its errors are shown to nobody.
func Watched(reg *prometheus.Registry, ready func(context.Context) error, version string) http.Handler {
	page := registryPage(reg)
	mux := http.NewServeMux()
	for path, serve := range map[string]http.HandlerFunc{
		"/healthz": func(w http.ResponseWriter, r *http.Request) { alive(w, r, version) },
		"/readyz": func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), probeWithin)
			defer cancel()
			missing := []string{}
			if ready(ctx) != nil {
				missing = append(missing, "The store does not answer.")
			}
			readyOrNot(w, r, version, missing)
		},
		"/metrics": func(w http.ResponseWriter, r *http.Request) { forOperators(w, r, page) },
		"/": func(w http.ResponseWriter, r *http.Request) {
			refuse(w, r, problem{Status: http.StatusNotFound, Detail: "This process does not serve the site. It has /healthz, /readyz and /metrics."})
		},
	} {
		mux.HandleFunc(path, only(serve))
	}
	return mux
}

// registryPage serves a registry's metrics, with the process's own figures.
func registryPage(reg *prometheus.Registry) http.Handler {
	for _, c := range []prometheus.Collector{collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})} {
		// They may be there already.
		if err := reg.Register(c); err != nil && !errors.As(err, new(prometheus.AlreadyRegisteredError)) {
			panic("web: " + err.Error())
		}
	}
	return promhttp.HandlerFor(reg, promhttp.HandlerOpts{MaxRequestsInFlight: 2, Timeout: 3 * probeWithin})
}

// forOperators lets only loopback and private addresses see a page (see
// clientAddr).
func forOperators(w http.ResponseWriter, r *http.Request, page http.Handler) {
	if !isPrivate(clientAddr(r)) {
		refuse(w, r, problem{Status: http.StatusForbidden, Detail: "Metrics are for loopback and private addresses."})
		return
	}
	page.ServeHTTP(w, r)
}

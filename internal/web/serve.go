package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"
)

const (
	// answerWithin bounds one answer, search and all.
	answerWithin = 10 * time.Second
	// longestAddress bounds path and query string together, in bytes: the
	// longest text of a query in Bengali takes 1,800.
	longestAddress = 4096
	// largestBody bounds what a client may send, in bytes.
	largestBody = 64 << 10
)

// HTTPServer is a server with the time-outs and limits that the site wants.
func HTTPServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      answerWithin + 20*time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// policy lets a page load its own style and pictures and nothing else: no
// script, no frame, no font, no other host.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// ServeHTTP puts what every answer needs around the routes: headers, limits,
// a time to be done by, and a face for a panic. It is the one place that
// counts answers.
func (s *server) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
	defer cancel()
	r = r.WithContext(ctx)
	w := &recorder{ResponseWriter: rw}
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if s.https {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			s.Log.Error("a request panicked", "route", r.Pattern, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			if w.status == 0 {
				clear(h) // what the handler had set belongs to another answer
				h.Set("Content-Security-Policy", policy)
				h.Set("X-Content-Type-Options", "nosniff")
				s.failPlain(w, r)
			}
		}
		s.observe(r.Pattern, w.status, time.Since(start))
	}()
	if r.Body != nil {
		most := int64(largestBody)
		switch {
		case r.URL.Path == bouncePath:
			most = largestBounce
		case strings.HasPrefix(r.URL.Path, "/admin/source/"):
			most = largestRecipe
		}
		r.Body = http.MaxBytesReader(w, r.Body, most)
	}
	if len(r.URL.Path)+len(r.URL.RawQuery) > longestAddress {
		s.fail(w, r, http.StatusRequestURITooLong, "long")
		return
	}
	// A query string is read whole or not at all; programs are told what is
	// wrong with it (see params).
	if _, err := url.ParseQuery(r.URL.RawQuery); err != nil && !isAPI(r) {
		s.fail(w, r, http.StatusBadRequest, "query")
		return
	}
	s.mux.ServeHTTP(w, r)
}

// elsewhere answers what no route takes: 405 where another method would be
// served, 404 else.
func (s *server) elsewhere(w http.ResponseWriter, r *http.Request) {
	var served []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		probe := r.Clone(r.Context())
		probe.Method = method
		if _, pattern := s.mux.Handler(probe); pattern != "/" {
			served = append(served, method)
		}
	}
	switch {
	case len(served) == 0:
		s.notFound(w, r)
	default:
		w.Header().Set("Allow", strings.Join(served, ", "))
		s.fail(w, r, http.StatusMethodNotAllowed, "method")
	}
}

// tracking are parameters that other sites hang on a link; pages ignore them.
func tracking(param string) bool {
	return strings.HasPrefix(param, "utm_") || param == "fbclid" || param == "gclid"
}

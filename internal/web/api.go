package web

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

// openAPI describes the answers for programs.
//
//go:embed openapi.yaml
var openAPI []byte

// machine is the part of the site that programs ask.
type machine struct {
	metrics *metrics
	limit   *limiter
	// indexed is set for good by whoever first sees the index there: a search
	// that it answered, or a question how it stands.
	indexed atomic.Bool
}

// endpoint is one path for programs. Each answers GET and HEAD.
type endpoint struct {
	path  string
	serve http.HandlerFunc
}

// apiEndpoints are the paths that openapi.yaml describes.
func (s *server) apiEndpoints() []endpoint {
	return []endpoint{
		{"/api/v1/listings", s.apiListings},
		{"/api/v1/listings/{id}", s.apiListing},
		{"/api/v1/openapi.yaml", s.apiDescription},
		{"/healthz", s.healthz},
		{"/readyz", s.readyz},
		{"/metrics", s.metricsPage},
	}
}

// machineRoutes registers what programs ask for, and has every search of the
// site measured.
func (s *server) machineRoutes(mux *http.ServeMux) {
	m := &machine{
		metrics: newMetrics(s),
		limit:   newLimiter(perSecond, burst, rememberedClients),
	}
	s.machine = m
	s.Search = timedSearch{s.Search, m}
	index := s.Index
	s.Index = func(ctx context.Context) (IndexState, error) {
		at, err := index(ctx)
		if err == nil {
			m.indexed.Store(true)
		}
		return at, err
	}
	for _, e := range s.apiEndpoints() {
		serve := only(e.serve)
		if strings.HasPrefix(e.path, "/api/") {
			serve = s.public(serve)
		}
		mux.HandleFunc(e.path, serve)
	}
	for _, k := range feedKinds {
		mux.HandleFunc(k.path, s.public(only(s.feedOf(k.media, k.render))))
	}
	mux.HandleFunc(incidentPath, s.public(only(s.incidents)))
	for _, rest := range []string{"/api", "/api/"} {
		mux.HandleFunc(rest, s.public(func(w http.ResponseWriter, r *http.Request) {
			refuse(w, r, problem{Status: http.StatusNotFound, Detail: "There is no such address here. /api/v1/openapi.yaml lists them all."})
		}))
	}
}

// isAPI reports whether a program asks, which is told of errors in JSON.
func isAPI(r *http.Request) bool {
	return r.URL.Path == "/api" || strings.HasPrefix(r.URL.Path, "/api/")
}

// only lets GET and HEAD through.
func only(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodGet, http.MethodHead:
			serve(w, r)
		case http.MethodOptions:
			w.Header().Set("Allow", allow)
			w.WriteHeader(http.StatusNoContent)
		default:
			w.Header().Set("Allow", allow)
			refuse(w, r, problem{Status: http.StatusMethodNotAllowed, Detail: r.Method + " is not among " + allow + "."})
		}
	}
}

const allow = "GET, HEAD, OPTIONS"

// public opens an address to pages of any origin (it knows no cookies and
// tells nobody's secrets) and holds each client to its rate.
func (s *server) public(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Expose-Headers", "ETag, Retry-After")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		if r.Method == http.MethodOptions {
			h.Set("Access-Control-Allow-Methods", allow)
			h.Set("Access-Control-Max-Age", "86400")
		}
		if wait := s.machine.limit.wait(clientAddr(r), s.Now()); wait > 0 {
			h.Set("Retry-After", retryAfter(wait))
			refuse(w, r, problem{Status: http.StatusTooManyRequests, Detail: "Too many requests. Retry-After says in how many seconds to come again."})
			return
		}
		serve(w, r)
	}
}

// retryAfter is a time to wait as the header Retry-After tells it.
func retryAfter(wait time.Duration) string { return strconv.Itoa(int(math.Ceil(wait.Seconds()))) }

// apiDescription is GET /api/v1/openapi.yaml.
func (s *server) apiDescription(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=3600")
	write(w, r, http.StatusOK, "application/yaml; charset=utf-8", openAPI) // RFC 9512
}

// apiListings is GET /api/v1/listings: the page's own query string, held to
// the sources that may be handed on.
func (s *server) apiListings(w http.ResponseWriter, r *http.Request) {
	v, bad := params(r, market.Params)
	if bad != nil {
		refuse(w, r, *bad)
		return
	}
	q, errs := market.ParseQuery(v, s.Now(), s.knownSource)
	for _, name := range q.Sources {
		if !slices.Contains(s.sites().allowed, name) {
			errs = append(errs, market.FieldError{Param: "source", Value: name, Want: "a source whose terms let its listings be handed on"})
		}
	}
	if len(errs) > 0 {
		refuse(w, r, badFields(errs))
		return
	}
	a := answerOf(q, search.Page{})
	if len(s.sites().allowed) > 0 {
		if err := s.find(r.Context(), q, &a); err != nil {
			s.unavailable(w, r, err)
			return
		}
	}
	body := encode(a)
	// The time it took, which stands last, is no part of what the answer says.
	w.Header().Set("ETag", etag(body[:bytes.LastIndex(body, []byte(`,"took_ms":`))]))
	write(w, r, http.StatusOK, "application/json", body)
}

// find fills an answer. The query is held to the sources that may be handed
// on, so that total, facets and listings speak of the same.
func (s *server) find(ctx context.Context, q market.Query, a *answer) error {
	if len(q.Sources) == 0 && len(s.sites().allowed) < len(s.sites().specs) {
		q.Sources = s.sites().allowed
	}
	p, err := s.Search.Search(ctx, q)
	if err != nil {
		return err
	}
	*a = answerOf(q, p)
	for _, l := range p.Hits {
		if l, err = s.handed(ctx, l); errors.Is(err, market.ErrNotFound) {
			continue // it was closed since the search
		} else if err != nil {
			return err
		}
		a.Listings = append(a.Listings, apiListingOf(l, s.spec(l.Source).Terms, q.From))
	}
	if counts := a.Facets["source"]; counts != nil {
		counts = maps.Clone(counts)
		maps.DeleteFunc(counts, func(v string, _ int) bool { return !slices.Contains(s.sites().allowed, v) })
		a.Facets["source"] = counts
	}
	return nil
}

// handed is the listing as it may be handed on: itself, or, where its own
// source's terms forbid that, its copy on a source that allows it. Copies on
// sources that forbid it are left out. It fails with market.ErrNotFound where
// nothing remains.
func (s *server) handed(ctx context.Context, l market.Listing) (market.Listing, error) {
	forbidden := func(c market.Copy) bool { return !slices.Contains(s.sites().allowed, c.Source) }
	if !slices.Contains(s.sites().allowed, l.Source) {
		i := slices.IndexFunc(l.AlsoOn, func(c market.Copy) bool { return !forbidden(c) })
		if i < 0 {
			return l, market.ErrNotFound
		}
		var err error
		if l, err = s.Store.Listing(ctx, l.AlsoOn[i].ID); err != nil {
			return l, err
		}
		if !l.Open() {
			return l, market.ErrNotFound
		}
	}
	l.AlsoOn = slices.DeleteFunc(slices.Clone(l.AlsoOn), forbidden)
	return l, nil
}

// apiListing is GET /api/v1/listings/{id}. A closed listing answers 410 with
// itself; one of a source that forbids handing it on is not there.
func (s *server) apiListing(w http.ResponseWriter, r *http.Request) {
	v, bad := params(r, []string{"from"})
	if bad != nil {
		refuse(w, r, *bad)
		return
	}
	q, errs := market.ParseQuery(v, s.Now(), nil)
	if len(errs) > 0 {
		refuse(w, r, badFields(errs))
		return
	}
	l, err := s.Store.Listing(r.Context(), r.PathValue("id"))
	if err == nil && !slices.Contains(s.sites().allowed, l.Source) {
		err = market.ErrNotFound
	}
	if errors.Is(err, market.ErrNotFound) {
		refuse(w, r, problem{Status: http.StatusNotFound, Detail: "There is no such listing, or its source does not let it be handed on."})
		return
	}
	if err != nil {
		s.unavailable(w, r, err)
		return
	}
	l.AlsoOn = slices.DeleteFunc(slices.Clone(l.AlsoOn), func(c market.Copy) bool { return !slices.Contains(s.sites().allowed, c.Source) })
	l = s.kept(l, s.Now())
	status := http.StatusOK
	if !l.Open() {
		status = http.StatusGone
	}
	send(w, r, status, apiListingOf(l, s.spec(l.Source).Terms, q.From))
}

// unavailable answers what is no fault of the client's.
func (s *server) unavailable(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(r.Context().Err(), context.Canceled) {
		w.WriteHeader(499) // nobody is waiting any more; the status is for the count only
		return
	}
	s.Log.Error("an answer for a program failed", "route", r.Pattern, "err", err)
	w.Header().Set("Retry-After", "10")
	refuse(w, r, problem{Status: http.StatusServiceUnavailable, Detail: "The listings cannot be read at the moment."})
}

// params reads a query string strictly: what is malformed, and what is not
// among known, is a problem.
func params(r *http.Request, known []string) (url.Values, *problem) {
	v, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, &problem{Status: http.StatusBadRequest, Detail: "The query string is malformed: " + clip(err.Error())}
	}
	var errs []problemField
	for _, name := range slices.Sorted(maps.Keys(v)) {
		if !slices.Contains(known, name) {
			errs = append(errs, problemField{clip(name), "There is no such parameter; there are: " + strings.Join(known, ", ") + "."})
		}
	}
	if len(errs) > 0 {
		return nil, &problem{Status: http.StatusBadRequest, Detail: "A parameter is unknown.", Errors: errs}
	}
	return v, nil
}

// problem is an error in the words of RFC 9457, with one more member: errors
// names the parameters at fault.
type problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail"`
	Errors []problemField `json:"errors"`
}

// problemField is what is wrong with one parameter.
type problemField struct {
	Parameter string `json:"parameter"`
	Detail    string `json:"detail"`
}

func badFields(errs []market.FieldError) problem {
	p := problem{Status: http.StatusBadRequest, Detail: "A parameter has a value that it does not take."}
	for _, e := range errs {
		e.Value = clip(e.Value)
		p.Errors = append(p.Errors, problemField{e.Param, e.Error()})
	}
	return p
}

// refuse answers with a problem.
func refuse(w http.ResponseWriter, r *http.Request, p problem) {
	p.Type, p.Title = "about:blank", http.StatusText(p.Status)
	if p.Errors == nil {
		p.Errors = []problemField{}
	}
	w.Header().Set("Cache-Control", "no-store")
	write(w, r, p.Status, "application/problem+json", encode(p))
}

// send answers with JSON (RFC 8259: always UTF-8).
func send(w http.ResponseWriter, r *http.Request, status int, v any) {
	write(w, r, status, "application/json", encode(v))
}

// encode turns one of this package's own shapes into JSON, which cannot fail.
func encode(v any) []byte {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("web: " + err.Error())
	}
	return buf.Bytes()
}

// clip shortens what a client sent, before it is repeated.
func clip(s string) string {
	const most = 80
	r := []rune(strings.ToValidUTF8(s, "�"))
	if len(r) <= most {
		return string(r)
	}
	return string(r[:most]) + "…"
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

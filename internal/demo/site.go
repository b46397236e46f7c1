package demo

import (
	"bytes"
	"compress/gzip"
	"context"
	"embed"
	"fmt"
	"hash/fnv"
	"html"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/recipe"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// kind is what sets a marketplace apart from the others.
type kind struct {
	name, title string
	// share is how many of the usual 2,000 offers it holds.
	share int
	style style
	// firstID is the number of its first offer, per the length of its pages.
	firstID, per int
	// dated is the share of offers with a date.
	dated float64
	// lingers says that closed offers stand for a while, marked as closed.
	lingers bool
	// robots is its robots.txt; without one there is none (404).
	robots string
	// routes adds what it answers.
	routes func(s *site, mux *http.ServeMux)
	// field is where an item's title stands on its pages, and what stands
	// there after a rebuild of the site (the fault Renamed).
	field [2]string
}

// kinds are the marketplaces in the order of opening. Later ones repost
// offers of earlier ones.
var kinds = []*kind{gigboard, openDesk, kaajHaat, remoteFerry, taskLantern, foundersThread, harbourTasks, pixelBazaar}

//go:embed recipes
var recipeFiles embed.FS

// site is a marketplace that is open.
type site struct {
	*kind
	town   *Town
	ctx    context.Context // ends with the town
	base   string          // its address, without a slash at the end
	server *http.Server
	mux    *http.ServeMux
	fault  atomic.Int32

	mu       sync.RWMutex
	postings []posting // oldest first
	next     int       // the next offer's number
	revision int       // counts what changed
	changed  time.Time
}

func (s *site) open() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	s.base = "http://" + l.Addr().String()
	s.mux = http.NewServeMux()
	s.mux.HandleFunc("GET /{$}", s.front)
	s.routes(s, s.mux)
	s.server = &http.Server{Handler: http.HandlerFunc(s.handle), ReadHeaderTimeout: 10 * time.Second}
	s.town.done.Go(func() { s.server.Serve(l) })
	return nil
}

func (s *site) close() {
	if s.server != nil {
		s.server.Close()
	}
}

// source is the marketplace as its recipe describes it. $BASE stands for its
// address and $PAGES for how many pages a run may need.
func (s *site) source() (source.Source, error) {
	text, err := recipeFiles.ReadFile("recipes/" + s.name + ".yaml")
	if err != nil {
		return nil, err
	}
	pages := 30 + 2*s.count()
	text = []byte(strings.NewReplacer("$BASE", s.base, "$PAGES", strconv.Itoa(pages)).Replace(string(text)))
	src, err := recipe.Parse(text, func(string) string { return "" })
	if err != nil {
		return nil, fmt.Errorf("recipes/%s.yaml: %w", s.name, err)
	}
	return src, nil
}

// add puts an offer up at an instant.
func (s *site) add(t *Town, rng *rand.Rand, p posting, at time.Time) {
	p.id = s.next
	s.next += 1 + rng.IntN(5)
	if rng.Float64() < s.dated {
		p.posted = at.Unix()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.postings = append(s.postings, p)
	s.touch(at)
}

func (s *site) touch(at time.Time) {
	s.revision++
	if at.After(s.changed) {
		s.changed = at
	}
}

func (s *site) holds(text uint64) bool {
	return slices.ContainsFunc(s.postings, func(p posting) bool { return p.text == text })
}

// edit changes the text and the pay of one open offer.
func (s *site) edit(rng *rand.Rand) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.postings) == 0 {
		return
	}
	if p := &s.postings[rng.IntN(len(s.postings))]; p.closed == 0 {
		p.edits++
		s.touch(s.changed.Add(time.Second))
	}
}

// lingering is for how many steps a closed offer still stands.
const lingering = 10

// closeOne closes one open offer and takes away those that were closed long ago.
func (s *site) closeOne(rng *rand.Rand, step int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.postings) == 0 {
		return
	}
	if p := &s.postings[rng.IntN(len(s.postings))]; p.closed == 0 {
		p.closed = step
	}
	s.postings = slices.DeleteFunc(s.postings, func(p posting) bool {
		return p.closed != 0 && (!s.lingers || p.closed+lingering <= step)
	})
	s.touch(s.changed.Add(time.Second))
}

func (s *site) count() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	n := 0
	for _, p := range s.postings {
		if p.closed == 0 {
			n++
		}
	}
	return n
}

// page gives at most n postings from offset on, newest first, and how many
// there are in all.
func (s *site) page(offset, n int) ([]posting, int) {
	switch Fault(s.fault.Load()) {
	case Empty:
		return nil, 0
	case Endless:
		var out []posting
		for i := range n {
			out = append(out, s.endless(offset+i))
		}
		return out, offset + 2*n
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	total := len(s.postings)
	if offset < 0 || offset >= total {
		return nil, total
	}
	out := slices.Clone(s.postings[max(0, total-offset-n) : total-offset])
	slices.Reverse(out)
	return out, total
}

// endless is one of the offers of an endless chain of pages: like the others
// to look at, so that the chain alone is what is wrong.
func (s *site) endless(n int) posting {
	p := posting{id: s.firstID + 1_000_000 + n, text: 1<<40 + uint64(n), style: &s.style}
	if s.states(p, "posted", s.dated) {
		p.posted = s.town.start.Add(-time.Duration(n) * time.Minute).Unix()
	}
	return p
}

// find gives the posting with a number.
func (s *site) find(id int) (posting, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	i, ok := slices.BinarySearchFunc(s.postings, id, func(p posting, id int) int { return p.id - id })
	if !ok {
		if Fault(s.fault.Load()) == Endless && id >= s.firstID+1_000_000 {
			return s.endless(id - s.firstID - 1_000_000), true
		}
		return posting{}, false
	}
	return s.postings[i], true
}

func (s *site) offer(p posting) *offer { return s.town.offer(p.text, p.style, p.edits) }

// states decides whether this marketplace's field about something is filled
// for an offer: it is for the given share of offers.
func (s *site) states(p posting, field string, share float64) bool {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s %d %s", s.town.seed, s.name, p.id, field)
	return rand.New(rand.NewPCG(h.Sum64(), 0)).Float64() < share
}

// pageNumber reads ?page=, which counts from 1; 0 is no page.
func pageNumber(r *http.Request) int {
	v := r.URL.Query().Get("page")
	if v == "" {
		return 1
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > 1_000_000 {
		return 0
	}
	return n
}

// handle answers robots.txt itself and everything else through the fault
// that is switched on.
func (s *site) handle(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/robots.txt" {
		if s.robots == "" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		io.WriteString(w, s.robots)
		return
	}
	if s.broken(w, r) {
		return
	}
	s.mux.ServeHTTP(w, r)
}

// front is the home page, which no recipe reads.
func (s *site) front(w http.ResponseWriter, r *http.Request) {
	s.answer(w, r, "text/html; charset=utf-8", []byte(s.document("en", s.title,
		"<p>"+html.EscapeString(s.title)+" is a made-up marketplace of the Kajkhoj demo. Nobody offers this work.</p>")))
}

func (s *site) document(lang, title, body string) string {
	return `<!DOCTYPE html>
<html lang="` + lang + `">
<head><meta charset="utf-8"><title>` + html.EscapeString(title) + `</title></head>
<body>
<header><a href="/">` + html.EscapeString(s.title) + `</a></header>
` + body + `
</body>
</html>
`
}

// listing is an offer's page for people, on marketplaces whose recipe does
// not read it.
func (s *site) listing(w http.ResponseWriter, r *http.Request, id int) {
	p, ok := s.find(id)
	if !ok {
		s.gone(w, r)
		return
	}
	o := s.offer(p)
	body := "<main>\n<h1>" + html.EscapeString(o.title) + "</h1>\n<p>" + html.EscapeString(o.company) + "</p>\n" + o.html() + "</main>"
	s.answer(w, r, "text/html; charset=utf-8", []byte(s.document(o.lang, o.title, body)))
}

func (s *site) gone(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusGone)
	io.WriteString(w, s.document("en", "Gone", "<p>This offer is closed.</p>"))
}

var gzips = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	return z
}}

// answer sends a body with its validators, or 304 where the asker has it
// already, compressed where the asker reads gzip (RFC 9110, 8.8 and 13).
func (s *site) answer(w http.ResponseWriter, r *http.Request, contentType string, body []byte) {
	fault := Fault(s.fault.Load())
	s.mu.RLock()
	tag := fmt.Sprintf(`"%d-%d"`, s.revision, fault)
	changed := s.changed
	s.mu.RUnlock()
	contentType, body = s.damage(fault, contentType, body)
	h := w.Header()
	h.Set("ETag", tag)
	h.Set("Last-Modified", changed.UTC().Format(http.TimeFormat))
	h.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", contentType)
	if len(body) < 1000 || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Length", strconv.Itoa(len(body)))
		w.Write(body)
		return
	}
	h.Set("Content-Encoding", "gzip")
	z := gzips.Get().(*gzip.Writer)
	defer gzips.Put(z)
	var out bytes.Buffer
	z.Reset(&out)
	z.Write(body)
	z.Close()
	h.Set("Content-Length", strconv.Itoa(out.Len()))
	w.Write(out.Bytes())
}

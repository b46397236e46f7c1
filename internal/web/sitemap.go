package web

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/kajkhoj/kajkhoj/internal/locale"
)

// Sitemaps by sitemaps.org's protocol 0.9: /sitemap.xml lists files, of which
// one holds the site's own pages and the others the open listings that search
// engines may index, by the first digits of their IDs. So a listing stays in
// its file whatever comes and goes, and no file is longer than the protocol
// allows.
const (
	sitemapSpace = "http://www.sitemaps.org/schemas/sitemap/0.9"
	xhtmlSpace   = "http://www.w3.org/1999/xhtml"
	// sitemapMost is how many addresses the protocol lets one file hold.
	sitemapMost = 50_000
	// sitemapUsual is how many listings a file holds at most on average: IDs
	// are spread so evenly that none then comes near sitemapMost.
	sitemapUsual = 40_000
	// sitemapPage is how many listings are read at a time.
	sitemapPage = 1000
	// sitemapFor is how long a file is kept.
	sitemapFor = 10 * time.Minute
)

// sitemaps are the files as they were last made, packed: a listing takes some
// 20 bytes of memory in them.
type sitemaps struct {
	mu    sync.Mutex
	files map[string]*cached[[]byte]
}

func (m *sitemaps) file(name string) *cached[[]byte] {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.files == nil {
		m.files = map[string]*cached[[]byte]{}
	}
	if m.files[name] == nil {
		m.files[name] = &cached[[]byte]{}
	}
	return m.files[name]
}

// sitemapOf serves a file that is made by write, packed while it is written.
func (s *server) sitemapOf(w http.ResponseWriter, r *http.Request, name string, write func(ctx context.Context, out io.Writer) error) {
	packed, err := s.maps.file(name).get(sitemapFor, func() ([]byte, error) {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		io.WriteString(z, xml.Header) // a bytes.Buffer does not fail
		if err := write(r.Context(), z); err != nil {
			return nil, err
		}
		if err := z.Close(); err != nil {
			return nil, err
		}
		return bytes.Clone(b.Bytes()), nil
	})
	if err != nil {
		s.failed(w, r, fmt.Errorf("making a sitemap: %w", err))
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/xml; charset=utf-8")
	h.Set("Cache-Control", "public, max-age=600")
	h.Set("Vary", "Accept-Encoding")
	tag := etag(packed)
	h.Set("ETag", tag)
	if matches(r.Header.Get("If-None-Match"), tag) {
		h.Del("Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if takesGzip(r) {
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(packed)))
		w.WriteHeader(http.StatusOK)
		if r.Method != http.MethodHead {
			w.Write(packed) // a client that has gone is nobody's error
		}
		return
	}
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic("web: " + err.Error()) // it was packed here
	}
	io.Copy(w, z)
}

// indexable are the sources whose terms let search engines index their
// listings' pages.
func (s *server) indexable() []string {
	var out []string
	for _, sp := range s.sites().specs {
		if sp.Terms.Index {
			out = append(out, sp.Name)
		}
	}
	return out
}

// sitemap is GET /sitemap.xml, the list of files.
func (s *server) sitemap(w http.ResponseWriter, r *http.Request) {
	if bad := unknown(r.URL.Query()); len(bad) > 0 {
		s.badParameter(w, r, s.view(w, r), bad)
		return
	}
	s.sitemapOf(w, r, "", func(ctx context.Context, out io.Writer) error {
		sources := s.indexable()
		parts, err := s.Store.OfferedParts(ctx, sources, 0)
		if err != nil {
			return err
		}
		digits := 0
		for most := sitemapUsual; len(parts) > 0 && parts[0].Count > most; most *= 16 {
			digits++
		}
		if digits > 0 {
			if parts, err = s.Store.OfferedParts(ctx, sources, digits); err != nil {
				return err
			}
		}
		file := func(name string, changed time.Time) {
			fmt.Fprintf(out, "<sitemap><loc>%s/sitemap/%s.xml</loc>", escaped(s.BaseURL), name)
			lastmod(out, changed)
			io.WriteString(out, "</sitemap>\n")
		}
		io.WriteString(out, `<sitemapindex xmlns="`+sitemapSpace+"\">\n")
		file("pages", time.Time{})
		for _, p := range parts {
			file("listings"+dash(p.Prefix), p.ChangedAt)
		}
		_, err = io.WriteString(out, "</sitemapindex>\n")
		return err
	})
}

func dash(prefix string) string {
	if prefix == "" {
		return ""
	}
	return "-" + prefix
}

// sitemapPart is GET /sitemap/{file}: "pages.xml", "listings.xml" or, of the
// listings whose IDs begin so, "listings-a.xml".
func (s *server) sitemapPart(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutSuffix(r.PathValue("file"), ".xml")
	prefix, listings := strings.CutPrefix(name, "listings")
	prefix, dashed := strings.CutPrefix(prefix, "-")
	switch {
	case ok && name == "pages":
		s.sitemapOf(w, r, name, func(_ context.Context, out io.Writer) error { return s.writePages(out) })
	case ok && listings && dashed == (prefix != "") && len(prefix) <= 3 && strings.Trim(prefix, "0123456789abcdef") == "":
		s.sitemapOf(w, r, name, func(ctx context.Context, out io.Writer) error { return s.writeListings(ctx, out, prefix) })
	default:
		s.notFound(w, r)
	}
}

// ownPages are the site's pages that stand for themselves.
var ownPages = []string{"/", "/status", "/sites", "/about"}

// ownPage is the address of one of them in a language, for search engines.
func (s *server) ownPage(v *view, path string) string {
	return s.BaseURL + path + "?lang=" + string(v.Lang)
}

// writePages writes the site's own pages in both languages. They have no
// date: what they show is of the moment.
func (s *server) writePages(out io.Writer) error {
	io.WriteString(out, `<urlset xmlns="`+sitemapSpace+`" xmlns:xhtml="`+xhtmlSpace+"\">\n")
	for _, path := range ownPages {
		for _, l := range locale.Langs {
			fmt.Fprintf(out, "<url><loc>%s</loc>", escaped(s.ownPage(s.views[l], path)))
			for _, other := range locale.Langs {
				fmt.Fprintf(out, `<xhtml:link rel="alternate" hreflang="%s" href="%s"/>`, other, escaped(s.ownPage(s.views[other], path)))
			}
			io.WriteString(out, "</url>\n")
		}
	}
	_, err := io.WriteString(out, "</urlset>\n")
	return err
}

// writeListings writes the open listings that may be indexed and whose IDs
// begin with prefix, one page of them in memory at a time.
func (s *server) writeListings(ctx context.Context, out io.Writer, prefix string) error {
	io.WriteString(out, `<urlset xmlns="`+sitemapSpace+"\">\n")
	sources, base := s.indexable(), escaped(s.BaseURL)
	for after, n := "", 0; n < sitemapMost; {
		ls, err := s.Store.Offered(ctx, sources, prefix, after, min(sitemapPage, sitemapMost-n))
		if err != nil {
			return err
		}
		for _, l := range ls {
			fmt.Fprintf(out, "<url><loc>%s/listing/%s</loc>", base, l.ID)
			lastmod(out, l.ChangedAt)
			io.WriteString(out, "</url>\n")
			after = l.ID
		}
		if n += len(ls); len(ls) < sitemapPage {
			break
		}
	}
	_, err := io.WriteString(out, "</urlset>\n")
	return err
}

// lastmod writes when something changed, as a W3C date and time; nothing
// where that is not known.
func lastmod(out io.Writer, t time.Time) {
	if !t.IsZero() {
		io.WriteString(out, "<lastmod>"+t.UTC().Format(time.RFC3339)+"</lastmod>")
	}
}

func escaped(text string) string {
	var b bytes.Buffer
	xml.EscapeText(&b, []byte(text)) // a bytes.Buffer does not fail
	return b.String()
}

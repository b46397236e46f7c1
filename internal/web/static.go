package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/locale"
)

//go:embed static
var staticFiles embed.FS

// asset is a file of the site, packed once.
type asset struct {
	contentType  string
	body, packed []byte
}

// assets are the files by the last part of their address, which holds a hash
// of their content: an address never changes its meaning, so browsers keep
// it for good.
type assets struct {
	byAddress map[string]asset
	address   map[string]string // file name -> address
}

func loadAssets(files fs.FS) (*assets, error) {
	a := &assets{byAddress: map[string]asset{}, address: map[string]string{}}
	names, err := fs.Glob(files, "static/*")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		ext := path.Ext(name)
		contentType := mime.TypeByExtension(ext)
		if contentType == "" {
			return nil, fmt.Errorf("web: no content type for %s", name)
		}
		var packed bytes.Buffer
		z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		if err != nil {
			return nil, err
		}
		if _, err := z.Write(body); err != nil {
			return nil, err
		}
		if err := z.Close(); err != nil {
			return nil, err
		}
		sum := sha256.Sum256(body)
		base := path.Base(name)
		last := strings.TrimSuffix(base, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		a.byAddress[last] = asset{contentType, body, packed.Bytes()}
		a.address[base] = "/static/" + last
	}
	return a, nil
}

func (s *server) static(w http.ResponseWriter, r *http.Request) {
	f, ok := s.assets.byAddress[r.PathValue("name")]
	if !ok {
		s.notFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := f.body
	if takesGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = f.packed
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		w.Write(body) // a client that has gone is nobody's error
	}
}

// robots lets search engines at the pages that stand for themselves, in either
// language, and keeps them from all others that have a query string: there is
// no end to those. Listings say themselves whether their source's terms let
// them be indexed.
func (s *server) robots(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=86400")
	var own strings.Builder
	for _, path := range ownPages {
		for _, l := range locale.Langs {
			own.WriteString("Allow: " + path + "?lang=" + string(l) + "$\n")
		}
	}
	write(w, r, http.StatusOK, "text/plain; charset=utf-8", []byte("User-agent: *\nDisallow: /api/\nDisallow: /*?\n"+own.String()+"Disallow: /subscribe\nDisallow: /confirm\nDisallow: /manage\nDisallow: /stop/\nDisallow: /alive/\nDisallow: /mail/\n\nSitemap: "+s.BaseURL+"/sitemap.xml\n"))
}

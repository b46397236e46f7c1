package demo

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// Fault is what is wrong with a marketplace.
type Fault int32

// The faults of real sites.
const (
	None         Fault = iota
	Empty              // the right format with nothing in it
	Blank              // 200 with no body at all
	Forbidden          // 403
	TooMany            // 429 with Retry-After: 120
	Unavailable        // 503
	Challenge          // 200 with a page that asks to prove a person
	Renamed            // the field of the title has another name
	Huge               // 50 MB, a few kB of them on the wire where gzip is read
	Hang               // no answer until the asker or the town goes away
	Metadata           // a redirect to a cloud's metadata address
	Malformed          // bytes that are no UTF-8 inside the texts
	WrongCharset       // a charset in Content-Type that the bytes are not in
	Endless            // each page has new offers and a next page
)

var faultNames = [...]string{"none", "empty", "blank", "403", "429", "503", "challenge", "renamed", "huge", "hang", "metadata", "malformed", "charset", "endless"}

func (f Fault) String() string {
	if f < 0 || int(f) >= len(faultNames) {
		return fmt.Sprintf("Fault(%d)", int32(f))
	}
	return faultNames[f]
}

// ParseFault reads a fault's name, such as "429" or "hang".
func ParseFault(name string) (Fault, error) {
	for f, n := range faultNames {
		if n == name {
			return Fault(f), nil
		}
	}
	return None, fmt.Errorf("%q is no fault: there are %s", name, strings.Join(faultNames[:], ", "))
}

const (
	hugeBytes       = 50 << 20
	metadataAddress = "http://169.254.169.254/latest/meta-data/"
)

// fail switches a fault on. A marketplace with a single page has no chain of
// pages that could be endless.
func (s *site) fail(f Fault) error {
	if f < 0 || int(f) >= len(faultNames) {
		return fmt.Errorf("%s is no fault", f)
	}
	if f == Endless && s.per == 0 {
		return fmt.Errorf("%s has one page: it cannot be endless", s.name)
	}
	s.fault.Store(int32(f))
	return nil
}

// broken answers in the marketplace's place where its fault takes the whole
// answer.
func (s *site) broken(w http.ResponseWriter, r *http.Request) bool {
	switch Fault(s.fault.Load()) {
	case Blank:
		w.Header().Set("Content-Length", "0")
	case Forbidden:
		http.Error(w, "Access denied", http.StatusForbidden)
	case TooMany:
		w.Header().Set("Retry-After", "120")
		http.Error(w, "Slow down", http.StatusTooManyRequests)
	case Unavailable:
		http.Error(w, "Down for maintenance", http.StatusServiceUnavailable)
	case Challenge:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, challengePage)
	case Huge:
		huge(w, r)
	case Hang:
		select {
		case <-r.Context().Done():
		case <-s.ctx.Done():
		}
		panic(http.ErrAbortHandler) // without an answer
	case Metadata:
		http.Redirect(w, r, metadataAddress, http.StatusFound)
	default:
		return false
	}
	return true
}

const challengePage = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Just a moment...</title><meta http-equiv="refresh" content="30"></head>
<body>
<h1>Checking your browser before you go on</h1>
<p>Please enable JavaScript and cookies, and verify you are human.</p>
<form id="challenge-form" action="/challenge" method="POST"></form>
</body>
</html>
`

func huge(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(hugePacked())
		return
	}
	writeHuge(w)
}

func writeHuge(w io.Writer) {
	chunk := bytes.Repeat([]byte(" "), 1<<16)
	for range hugeBytes / len(chunk) {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

var hugePacked = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	writeHuge(z)
	z.Close()
	return b.Bytes()
})

// damage changes an answer for the faults that leave its shape alone.
func (s *site) damage(f Fault, contentType string, body []byte) (string, []byte) {
	switch f {
	case Renamed:
		body = bytes.ReplaceAll(body, []byte(s.field[0]), []byte(s.field[1]))
	case Malformed:
		body = bytes.ReplaceAll(body, []byte(" the "), []byte(" th\xe9 "))
		body = bytes.ReplaceAll(body, []byte("কর"), []byte("\xe0\xa6র"))
	case WrongCharset:
		kind, charset, _ := strings.Cut(contentType, "; charset=")
		wrong := "windows-1252"
		if strings.EqualFold(charset, wrong) {
			wrong = "utf-8"
			body = bytes.Replace(body, []byte(`encoding="windows-1252"`), []byte(`encoding="utf-8"`), 1)
		}
		contentType = kind + "; charset=" + wrong
	}
	return contentType, body
}

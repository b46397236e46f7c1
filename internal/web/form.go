package web

import (
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

// largestForm bounds a form's body, in bytes: the longest query and an
// address.
const largestForm = 16 << 10

// readForm reads a form's body of at most some bytes into r.PostForm; the
// status says what is wrong with it, 0 where nothing is.
func readForm(w http.ResponseWriter, r *http.Request, most int64) (status int) {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/x-www-form-urlencoded" {
		return http.StatusUnsupportedMediaType
	}
	r.Body = http.MaxBytesReader(w, r.Body, most)
	if err := r.ParseForm(); err != nil {
		if _, big := errors.AsType[*http.MaxBytesError](err); big {
			return http.StatusRequestEntityTooLarge
		}
		return http.StatusBadRequest
	}
	return 0
}

// sayCross refuses what another site made a browser send.
func (s *server) sayCross(w http.ResponseWriter, r *http.Request, v *view) {
	s.say(w, r, v, http.StatusForbidden, notice{Heading: v.Text("fail.cross"), Text: []string{v.Text("save.cross-text")}})
}

// sayForm refuses a form that cannot be read.
func (s *server) sayForm(w http.ResponseWriter, r *http.Request, v *view, status int) {
	s.say(w, r, v, status, notice{Heading: v.Text("fail.form"), Text: []string{v.Text("save.form-text")}})
}

// foreign reports whether another site made a browser send a form that holds
// a token. The token is what allows it, so that a browser which does not say
// where a form came from is believed: pages with a token tell no referrer,
// and old browsers then send the origin "null" (Fetch, 3.2).
func (s *server) foreign(r *http.Request) bool {
	if r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "null" {
		return false
	}
	return s.crossOrigin.Check(r) != nil
}

// readFreq reads how often a search is to be told; noInstant is why it may not be
// told at once.
func readFreq(v *view, text, noInstant string) (f market.Frequency, why string) {
	f = market.Frequency(text)
	switch {
	case !f.Valid():
		return f, v.Text("save.bad-freq")
	case f == market.Instant && noInstant != "":
		return f, noInstant
	}
	return f, ""
}

func readHour(v *view, text string) (h int, why string) {
	h, err := strconv.Atoi(text)
	if err != nil || h < 0 || h > 23 {
		return 0, v.Text("save.bad-hour")
	}
	return h, ""
}

func readLang(v *view, text string) (lang, why string) {
	if !locale.Lang(text).Valid() {
		return "", v.Text("save.bad-lang")
	}
	return text, ""
}

// readAddress reads an e-mail address as a person types or pastes it. why
// says what is wrong with it, empty where nothing is. The domain's own
// letters become ASCII (RFC 5891); those before the @ cannot.
func readAddress(v *view, typed string) (email, why string) {
	typed = strings.TrimFunc(typed, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
	at := strings.LastIndexByte(typed, '@')
	switch {
	case typed == "":
		return "", v.Text("save.email-empty")
	case len(typed) > 4*market.MaxEmail:
		return "", v.Text("save.email-long", "n", v.Int(market.MaxEmail))
	case at < 0:
		return "", v.Text("save.email-at")
	}
	local, domain := typed[:at], typed[at+1:]
	if strings.ContainsFunc(local, func(r rune) bool { return r > unicode.MaxASCII }) {
		return "", v.Text("save.email-local")
	}
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil || !strings.Contains(ascii, ".") {
		return "", v.Text("save.email-domain")
	}
	if len(local)+1+len(ascii) > market.MaxEmail {
		return "", v.Text("save.email-long", "n", v.Int(market.MaxEmail))
	}
	email, err = market.ParseEmail(local + "@" + ascii)
	if err != nil {
		return "", v.Text("save.email-form")
	}
	return email, ""
}

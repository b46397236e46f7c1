package web

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

const (
	bouncePath = "/mail/bounce"
	// largestBounce bounds what may be sent there, in bytes: a report of a
	// failed delivery may hold the whole mail.
	largestBounce = 1 << 20
)

// letterKey is what market.Letter.Key may be.
var letterKey = regexp.MustCompile(`^[0-9A-Za-z]{1,40}$`)

// bounce is POST /mail/bounce, for the mail server that gets our bounces: a
// message as it came (message/rfc822), or JSON with key, a letter's, and
// reason, "bounce" or "complaint". It wants the secret as a bearer token (RFC
// 6750). What is no report of a failure is left alone, and the answer says so.
func (s *server) bounce(w http.ResponseWriter, r *http.Request) {
	no := func(status int, detail string) { refuse(w, r, problem{Status: status, Detail: detail}) }
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		no(http.StatusMethodNotAllowed, "Reports are sent by POST.")
		return
	}
	given, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(s.BounceSecret))
	if subtle.ConstantTimeCompare(a[:], b[:]) != 1 || !bearer {
		w.Header().Set("WWW-Authenticate", "Bearer")
		no(http.StatusUnauthorized, "The secret is missing or another one.")
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		if _, big := errors.AsType[*http.MaxBytesError](err); big {
			no(http.StatusRequestEntityTooLarge, "A report may have at most 1 MiB.")
			return
		}
		no(http.StatusBadRequest, "The report did not come whole.")
		return
	}
	var report struct {
		Key    string                `json:"key"`
		Reason market.SuppressReason `json:"reason"`
	}
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case media == "application/json":
		d := json.NewDecoder(bytes.NewReader(body))
		d.DisallowUnknownFields()
		if err := d.Decode(&report); err != nil {
			no(http.StatusBadRequest, "The report is not JSON with key and reason.")
			return
		}
		if !letterKey.MatchString(report.Key) || report.Reason != market.SuppressBounce && report.Reason != market.SuppressComplaint {
			no(http.StatusBadRequest, `key is a letter's key, and reason is "bounce" or "complaint".`)
			return
		}
	case media == "message/rfc822" && s.ParseBounce != nil:
		var ok bool
		if report.Key, report.Reason, ok = s.ParseBounce(body); !ok {
			s.noted(w, r, false)
			return
		}
	default:
		no(http.StatusUnsupportedMediaType, "A report is application/json or message/rfc822.")
		return
	}
	switch err := s.Subscriptions.Bounced(r.Context(), report.Key, report.Reason, s.Now()); {
	case errors.Is(err, market.ErrNotFound):
		no(http.StatusNotFound, "There is no such letter.")
	case err != nil:
		s.unavailable(w, r, err)
	default:
		s.noted(w, r, true)
	}
}

func (s *server) noted(w http.ResponseWriter, r *http.Request, noted bool) {
	w.Header().Set("Cache-Control", "no-store")
	send(w, r, http.StatusOK, struct {
		Noted bool `json:"noted"`
	}{noted})
}

package web

import (
	"errors"
	"html/template"
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// How often one network may report: many people may stand behind one
// address, but none of them presses ten buttons in a breath.
const (
	reportEvery = 20 * time.Second
	reportBurst = 10
)

// largestReport bounds a report's body, in bytes; a browser sends some 40.
const largestReport = 4 << 10

// crossOrigin refuses what another site makes a browser send (Fetch Metadata
// and Origin). A proxy may change the Host, so the site's own origin is named.
func crossOrigin(ownOrigin string) (*http.CrossOriginProtection, error) {
	p := http.NewCrossOriginProtection()
	return p, p.AddTrustedOrigin(ownOrigin)
}

func newReportLimiter() *limiter {
	return newLimiter(rate.Every(reportEvery), reportBurst, rememberedClients)
}

// report is POST /report with the fields id, a listing's, and wrong, one of
// market.Wrongs. It leads back to the listing's page, which says thanks. Who
// reports is asked for nothing, and no address is stored or logged.
func (s *server) report(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		s.fail(w, r, http.StatusMethodNotAllowed, "report")
		return
	}
	if s.crossOrigin.Check(r) != nil {
		s.fail(w, r, http.StatusForbidden, "cross")
		return
	}
	network := clientAddr(r)
	if wait := s.reports.wait(network, s.Now()); wait > 0 {
		w.Header().Set("Retry-After", retryAfter(wait))
		s.fail(w, r, http.StatusTooManyRequests, "often")
		return
	}
	if status := readForm(w, r, largestReport); status != 0 {
		s.fail(w, r, status, "form")
		return
	}
	if bad := append(unknown(r.URL.Query()), unknown(r.PostForm, "id", "wrong")...); len(bad) > 0 {
		s.badParameter(w, r, s.view(w, r), bad)
		return
	}
	id, wrong := r.PostForm.Get("id"), market.Wrong(r.PostForm.Get("wrong"))
	if !listingID.MatchString(id) {
		s.fail(w, r, http.StatusNotFound, "no-listing")
		return
	}
	if !wrong.Valid() {
		var want []string
		for _, v := range market.Wrongs {
			want = append(want, string(v))
		}
		v := s.view(w, r)
		s.bad(w, r, v, v.Text("bad.field", "param", "wrong", "value", clip(string(wrong)), "want", strings.Join(want, ", ")))
		return
	}
	news, err := s.Store.Report(r.Context(), market.Report{Listing: id, Wrong: wrong, At: s.Now()}, network.String())
	switch {
	case errors.Is(err, market.ErrNotFound):
		s.fail(w, r, http.StatusNotFound, "no-listing")
		return
	case err != nil:
		s.failed(w, r, err)
		return
	}
	if news {
		s.machine.metrics.reports.WithLabelValues(string(wrong)).Inc()
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/listing/"+id+"?reported="+string(wrong)+"#reported", http.StatusSeeOther)
}

// reportButton is one way to say what is wrong.
type reportButton struct {
	Wrong market.Wrong
	Text  string
}

func reportButtons(v *view) []reportButton {
	var out []reportButton
	for _, w := range market.Wrongs {
		out = append(out, reportButton{w, v.Text("wrong." + string(w))})
	}
	return out
}

// thanks is what a listing's page says to who has just reported it; empty
// for everybody else.
func thanks(v *view, wrong market.Wrong) template.HTML {
	if wrong == "" {
		return ""
	}
	return v.markup("report.thanks", "wrong", v.Text("wrong."+string(wrong)))
}

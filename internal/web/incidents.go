package web

import (
	"fmt"
	"html"
	"net/http"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

const (
	incidentPath  = "/status.rss"
	incidentMedia = "application/rss+xml"
	// incidentLength is how many incidents the feed holds, the newest of the
	// incidentsRead that are read.
	incidentLength, incidentsRead = 50, 200
)

// incidents is GET /status.rss: what was wrong with which site, when it began
// and when it was over. An incident keeps its id while it lasts and after; one
// that a single run showed is none (see health.Watcher).
func (s *server) incidents(w http.ResponseWriter, r *http.Request) {
	params, bad := params(r, []string{"lang"})
	if bad != nil {
		refuse(w, r, *bad)
		return
	}
	w.Header().Add("Vary", "Accept-Language")
	lang, errs := feedLang(params, r)
	if len(errs) > 0 {
		refuse(w, r, badFields(errs))
		return
	}
	all, err := s.Store.Incidents(r.Context(), incidentsRead)
	if err != nil {
		s.unavailable(w, r, fmt.Errorf("reading the incidents: %w", err))
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=300")
	write(w, r, http.StatusOK, incidentMedia+"; charset=utf-8", s.incidentFeed(s.views[lang], all).rss())
}

func (s *server) incidentFeed(v *view, all []market.Incident) feed {
	at := "?lang=" + string(v.Lang)
	f := feed{
		ID: s.tag("incidents" + at), Title: v.Text("site.title", "page", v.Text("incident.feed")), Description: v.Text("incident.description"),
		Lang: v.Lang, Updated: feedsBegan(), Page: s.BaseURL + "/status" + at, Self: s.BaseURL + incidentPath + at,
	}
	for _, in := range all {
		if !in.Told || len(f.Entries) == incidentLength {
			continue
		}
		e := entry{
			ID: s.tag("incident/" + in.ID), Title: v.Text("incident.title", "site", s.title(in.Source), "state", v.stateText(in.State)),
			Site: s.title(in.Source), URL: s.BaseURL + "/status" + at + "#" + in.Source, Published: in.Since.UTC(), HTML: v.incidentHTML(in),
		}
		if e.Updated = e.Published; !in.Until.IsZero() {
			e.Updated = in.Until.UTC()
			e.Title = v.Text("incident.over", "title", e.Title)
		}
		if e.Updated.After(f.Updated) {
			f.Updated = e.Updated
		}
		f.Entries = append(f.Entries, e)
	}
	return f
}

// stateText is a state in words; its own name for one that another version of
// the program noted.
func (v *view) stateText(state market.HealthState) string {
	if key := "state." + string(state); v.Has(key) {
		return v.Text(key)
	}
	return string(state)
}

// incidentHTML is why, since when, and until when. Nothing in it changes by
// itself as time goes by.
func (v *view) incidentHTML(in market.Incident) string {
	var lines []string
	if why := v.Why(in.Why, time.Time{}); why != "" {
		lines = append(lines, why)
	}
	lines = append(lines, v.Text("incident.began", "time", v.DateClock(in.Since)))
	if in.Until.IsZero() {
		lines = append(lines, v.Text("incident.lasts"))
	} else {
		lines = append(lines, v.Text("incident.ended", "time", v.DateClock(in.Until)))
	}
	var b strings.Builder
	for _, l := range lines {
		b.WriteString("<p>" + html.EscapeString(l) + "</p>")
	}
	return b.String()
}

// feedLang is the language of a feed: the one asked for, else the reader's.
func feedLang(params map[string][]string, r *http.Request) (locale.Lang, []market.FieldError) {
	switch langs := nonEmpty(params["lang"]); {
	case len(langs) == 0:
		return locale.Match(r.Header.Get("Accept-Language")), nil
	case len(langs) == 1 && locale.Lang(langs[0]).Valid():
		return locale.Lang(langs[0]), nil
	default:
		return "", []market.FieldError{{Param: "lang", Value: strings.Join(langs, ", "), Want: "bn or en"}}
	}
}

// feedsBegan is when a feed without entries was.
func feedsBegan() time.Time {
	start, err := time.Parse(time.DateOnly, tagDate)
	if err != nil {
		panic(err)
	}
	return start
}

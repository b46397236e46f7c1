package demo

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// harbourTasks is a list that leads to pages with a schema.org JobPosting.
var harbourTasks = &kind{
	name: "harbour-tasks", title: "Harbour Tasks", share: 160,
	style:   style{named: 1, jobs: true, noFixed: true, noZones: true},
	firstID: 2_041, per: 50, dated: 1,
	robots: "User-agent: *\nDisallow: /internal/\nAllow: /internal/about\n",
	field:  [2]string{`"title":`, `"jobTitle":`},
	routes: func(s *site, mux *http.ServeMux) {
		mux.HandleFunc("GET /openings", s.harbourList)
		mux.HandleFunc("GET /openings/{slug}", s.harbourPage)
	},
}

func (s *site) harbourList(w http.ResponseWriter, r *http.Request) {
	n := pageNumber(r)
	if n == 0 {
		http.NotFound(w, r)
		return
	}
	ps, total := s.page((n-1)*s.per, s.per)
	var b strings.Builder
	b.WriteString("<main>\n<h1>Openings</h1>\n<ol class=\"openings\">\n")
	for _, p := range ps {
		o := s.offer(p)
		fmt.Fprintf(&b, "<li class=\"opening\" id=\"o%d\"><a href=\"/openings/%s\">%s</a> <span>%s</span></li>\n",
			p.id, slug(o.title, p.id), html.EscapeString(o.title), html.EscapeString(o.company))
	}
	b.WriteString("</ol>\n")
	if n*s.per < total {
		fmt.Fprintf(&b, "<a class=\"next\" href=\"/openings?page=%d\">Older</a>\n", n+1)
	}
	b.WriteString("</main>")
	s.answer(w, r, "text/html; charset=utf-8", []byte(s.document("en", "Openings", b.String())))
}

var (
	harbourLevels = map[market.Level]string{market.Entry: "Entry level", market.Intermediate: "Mid level", market.Expert: "Senior level"}
	harbourUnits  = map[market.PayKind]string{market.PayHourly: "HOUR", market.PayMonthly: "MONTH", market.PayYearly: "YEAR"}
	harbourTypes  = map[market.PayKind]string{market.PayMonthly: "FULL_TIME", market.PayYearly: "FULL_TIME"}
)

func (s *site) harbourPage(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("slug")
	id, err := strconv.Atoi(name[strings.LastIndexByte(name, '-')+1:])
	if err != nil {
		http.NotFound(w, r)
		return
	}
	p, ok := s.find(id)
	if !ok {
		s.gone(w, r)
		return
	}
	o := s.offer(p)
	posted := time.Unix(p.posted, 0).UTC()
	job := map[string]any{
		"@type": "JobPosting", "title": o.title, "description": o.html(),
		"identifier":         map[string]any{"@type": "PropertyValue", "name": "Harbour Tasks", "value": p.id},
		"datePosted":         posted.Format(time.RFC3339),
		"validThrough":       posted.Add(60 * 24 * time.Hour).Format(time.DateOnly),
		"hiringOrganization": map[string]any{"@type": "Organization", "name": o.company},
		"jobLocationType":    "TELECOMMUTE",
		"skills":             strings.Join(o.skills, ", "),
		"industry":           sections[o.category],
	}
	if t := harbourTypes[o.pay.kind]; t != "" {
		job["employmentType"] = []string{t}
	} else {
		job["employmentType"] = "CONTRACTOR"
	}
	var where []map[string]any
	for _, name := range o.apply.regions {
		where = append(where, map[string]any{"@type": "Country", "name": name})
	}
	if where != nil {
		job["applicantLocationRequirements"] = where
	}
	if unit := harbourUnits[o.pay.kind]; unit != "" {
		job["baseSalary"] = map[string]any{
			"@type": "MonetaryAmount", "currency": o.pay.currency,
			"value": map[string]any{"@type": "QuantitativeValue", "minValue": o.pay.low, "maxValue": o.pay.top, "unitText": unit},
		}
	}
	if s.states(p, "experience", 0.3) {
		job["experienceRequirements"] = harbourLevels[o.level]
	}
	graph := map[string]any{"@context": "https://schema.org", "@graph": []any{
		map[string]any{"@type": "BreadcrumbList", "name": "Openings"}, job,
	}}
	text, err := json.Marshal(graph)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	body := "<main>\n<h1>" + html.EscapeString(o.title) + "</h1>\n" + o.html() + "</main>\n<script type=\"application/ld+json\">" + string(text) + "</script>"
	s.answer(w, r, "text/html; charset=utf-8", []byte(s.document(o.lang, o.title, body)))
}

package demo

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// gigboard is a JSON API that pages by number and has a field for most
// things, but none for English.
var gigboard = &kind{
	name: "gigboard", title: "Gigboard", share: 420,
	style:   style{bengali: 0.03, named: 0.5, noZones: true},
	firstID: 480_211, per: 100, dated: 1,
	robots: "User-agent: *\nDisallow: /account\nDisallow: /jobs/*/apply\nCrawl-delay: 0\n",
	field:  [2]string{`"title":`, `"headline":`},
	routes: func(s *site, mux *http.ServeMux) {
		mux.HandleFunc("GET /api/v1/jobs", s.gigboardJobs)
		mux.HandleFunc("GET /jobs/{id}", s.byNumber)
	},
}

type gigboardJob struct {
	ID       int              `json:"id"`
	URL      string           `json:"url"`
	Title    string           `json:"title"`
	Body     string           `json:"body_html"`
	Company  *gigboardCompany `json:"company"`
	Category string           `json:"category"`
	Tags     []string         `json:"tags"`
	Budget   *gigboardBudget  `json:"budget"`
	Level    *string          `json:"experience_level"`
	OpenTo   []string         `json:"open_to"`
	PostedAt string           `json:"posted_at"`
}

type gigboardCompany struct {
	Name string `json:"name"`
}

type gigboardBudget struct {
	Type     string `json:"type"`
	Min      int    `json:"min"`
	Max      int    `json:"max"`
	Currency string `json:"currency"`
}

var gigboardLevels = map[market.Level]string{market.Entry: "Beginner", market.Intermediate: "Intermediate", market.Expert: "Expert"}

func (s *site) gigboardJobs(w http.ResponseWriter, r *http.Request) {
	n := pageNumber(r)
	if n == 0 {
		http.Error(w, `{"error":"page: a number from 1"}`, http.StatusBadRequest)
		return
	}
	ps, total := s.page((n-1)*s.per, s.per)
	jobs := make([]gigboardJob, 0, len(ps))
	for _, p := range ps {
		o := s.offer(p)
		j := gigboardJob{
			ID: p.id, URL: s.base + "/jobs/" + strconv.Itoa(p.id), Title: o.title, Body: o.html(),
			Category: sections[o.category], Tags: o.skills, PostedAt: time.Unix(p.posted, 0).UTC().Format(time.RFC3339),
		}
		if o.company != "" {
			j.Company = &gigboardCompany{o.company}
		}
		if o.pay.kind != "" {
			j.Budget = &gigboardBudget{string(o.pay.kind), o.pay.low, o.pay.top, o.pay.currency}
		}
		if s.states(p, "level", 0.55) {
			level := gigboardLevels[o.level]
			j.Level = &level
		}
		if o.apply.worldwide {
			j.OpenTo = []string{"Worldwide"}
		} else {
			j.OpenTo = o.apply.regions
		}
		jobs = append(jobs, j)
	}
	s.answerJSON(w, r, map[string]any{"jobs": jobs, "page": n, "pages": (total + s.per - 1) / s.per, "total": total})
}

func (s *site) answerJSON(w http.ResponseWriter, r *http.Request, v any) {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	s.answer(w, r, "application/json; charset=utf-8", body.Bytes())
}

// byNumber is an offer's page for people under /…/{id}.
func (s *site) byNumber(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	s.listing(w, r, id)
}

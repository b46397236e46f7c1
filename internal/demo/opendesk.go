package demo

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// openDesk is a JSON API that pages by a cursor, states English and time
// zones, and shows closed offers for a while.
var openDesk = &kind{
	name: "open-desk", title: "Open Desk", share: 360,
	style:   style{named: 0.9, jobs: true},
	firstID: 7_003, per: 80, dated: 0.95, lingers: true,
	robots: "User-agent: *\nAllow: /\n\nUser-agent: WholeSiteCopier\nDisallow: /\n",
	field:  [2]string{`"position":`, `"role":`},
	routes: func(s *site, mux *http.ServeMux) {
		mux.HandleFunc("GET /v2/listings", s.openDeskListings)
		mux.HandleFunc("GET /listings/{id}", func(w http.ResponseWriter, r *http.Request) {
			id, err := strconv.ParseInt(strings.TrimPrefix(r.PathValue("id"), "od"), 36, 64)
			if err != nil {
				http.NotFound(w, r)
				return
			}
			s.listing(w, r, int(id))
		})
	},
}

type openDeskListing struct {
	Key          string            `json:"key"`
	Position     string            `json:"position"`
	Employer     string            `json:"employer,omitempty"`
	Summary      string            `json:"summary"`
	Stack        []string          `json:"stack"`
	Area         string            `json:"area"`
	Compensation map[string]string `json:"compensation"`
	Seniority    string            `json:"seniority,omitempty"`
	English      string            `json:"english,omitempty"`
	Countries    []string          `json:"countries"`
	UTCOffsets   []float64         `json:"utc_offsets"`
	Published    int64             `json:"published,omitempty"`
	State        string            `json:"state"`
	Links        map[string]string `json:"links"`
}

var (
	openDeskLevels    = map[market.Level]string{market.Entry: "Entry-level", market.Intermediate: "Mid-level", market.Expert: "Senior"}
	openDeskEnglishes = map[market.English]string{
		market.Basic: "Basic", market.Conversational: "Conversational", market.Fluent: "Fluent", market.Native: "Native or bilingual",
	}
	openDeskPeriods = map[market.PayKind]string{
		market.PayFixed: "project", market.PayHourly: "hour", market.PayMonthly: "month", market.PayYearly: "year",
	}
)

func (s *site) openDeskListings(w http.ResponseWriter, r *http.Request) {
	offset := 0
	if c := r.URL.Query().Get("after"); c != "" {
		text, err := base64.RawURLEncoding.DecodeString(c)
		if err == nil {
			offset, err = strconv.Atoi(strings.TrimPrefix(string(text), "after:"))
		}
		if err != nil || offset < 0 {
			http.Error(w, `{"error":"after: no such cursor"}`, http.StatusBadRequest)
			return
		}
	}
	ps, total := s.page(offset, s.per)
	data := make([]openDeskListing, 0, len(ps))
	for _, p := range ps {
		o := s.offer(p)
		key := "od" + strconv.FormatInt(int64(p.id), 36)
		l := openDeskListing{
			Key: key, Position: o.title, Employer: o.company, Summary: o.html(), Stack: o.skills, Area: sections[o.category],
			Countries: o.apply.regions, UTCOffsets: o.apply.zones, Published: p.posted, State: "open",
			Links: map[string]string{"self": "/listings/" + key},
		}
		if o.apply.worldwide {
			l.Countries = []string{"Anywhere"}
		}
		if p.closed != 0 {
			l.State = "closed"
		}
		if o.pay.kind != "" {
			l.Compensation = map[string]string{
				"from": strconv.Itoa(o.pay.low) + ".00", "to": strconv.Itoa(o.pay.top) + ".00",
				"currency": o.pay.currency, "per": openDeskPeriods[o.pay.kind],
			}
		}
		if s.states(p, "seniority", 0.5) {
			l.Seniority = openDeskLevels[o.level]
		}
		if s.states(p, "english", 0.35) {
			l.English = openDeskEnglishes[o.english]
		}
		data = append(data, l)
	}
	meta := map[string]any{"count": len(data)}
	if next := offset + len(ps); next < total {
		meta["next"] = base64.RawURLEncoding.EncodeToString([]byte("after:" + strconv.Itoa(next)))
	}
	s.answerJSON(w, r, map[string]any{"data": data, "meta": meta})
}

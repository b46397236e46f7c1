package demo

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// pixelBazaar is a JSON API that pages by offset; it writes money with signs
// and time in milliseconds.
var pixelBazaar = &kind{
	name: "pixel-bazaar", title: "Pixel Bazaar", share: 180,
	style:   style{bengali: 0.02, named: 0.3, noRegions: true, noZones: true, kinds: []market.Category{"design", "video", "audio", "web", "marketing", "engineering"}},
	firstID: 60_007, per: 60, dated: 0.85,
	robots: "User-agent: *\nDisallow: /*/bids\nDisallow: /messages$\nCrawl-delay: 0\n",
	field:  [2]string{`"title":`, `"caption":`},
	routes: func(s *site, mux *http.ServeMux) {
		mux.HandleFunc("GET /api/projects", s.pixelBazaarProjects)
		mux.HandleFunc("GET /projects/{id}", s.byNumber)
	},
}

type pixelBazaarProject struct {
	ID          int            `json:"id"`
	Title       string         `json:"title"`
	SeoURL      string         `json:"seo_url"`
	Owner       map[string]any `json:"owner"`
	Description string         `json:"description"`
	Jobs        []nameOnly     `json:"jobs"`
	Department  nameOnly       `json:"department"`
	Type        string         `json:"type"`
	Budget      map[string]any `json:"budget"`
	SubmitMS    int64          `json:"submit_ms"`
	Bids        map[string]any `json:"bid_stats"`
}

type nameOnly struct {
	Name string `json:"name"`
}

func (s *site) pixelBazaarProjects(w http.ResponseWriter, r *http.Request) {
	offset := 0
	if v := r.URL.Query().Get("offset"); v != "" {
		var err error
		if offset, err = strconv.Atoi(v); err != nil || offset < 0 {
			http.Error(w, `{"status":"error","message":"offset"}`, http.StatusBadRequest)
			return
		}
	}
	ps, total := s.page(offset, s.per)
	projects := make([]pixelBazaarProject, 0, len(ps))
	for _, p := range ps {
		o := s.offer(p)
		v := pixelBazaarProject{
			ID: p.id, Title: o.title, SeoURL: "/projects/" + strconv.Itoa(p.id), Description: o.plain(),
			Owner: map[string]any{"display_name": nil}, Department: nameOnly{sections[o.category]}, Type: string(o.pay.kind),
			SubmitMS: p.posted * 1000, Bids: map[string]any{"bid_count": p.id % 23},
		}
		if o.company != "" {
			v.Owner["display_name"] = o.company
		}
		for _, sk := range o.skills {
			v.Jobs = append(v.Jobs, nameOnly{sk})
		}
		if o.pay.kind != "" {
			v.Budget = map[string]any{"minimum": o.pay.low, "maximum": o.pay.top, "sign": strings.TrimSpace(signs[o.pay.currency])}
		}
		projects = append(projects, v)
	}
	s.answerJSON(w, r, map[string]any{"status": "success", "result": map[string]any{"projects": projects, "total_count": total}})
}

package demo

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// taskLantern is a page that a script builds: its offers are JSON in a
// script tag.
var taskLantern = &kind{
	name: "task-lantern", title: "Task Lantern", share: 240,
	style: style{bengali: 0.06, named: 0.35, noRegions: true, noZones: true, kinds: []market.Category{
		"data-entry", "annotation", "research", "design", "writing", "translation", "qa", "other", "audio", "video",
	}},
	firstID: 3_300, per: 60, dated: 0.8,
	field: [2]string{`"name":`, `"label":`},
	routes: func(s *site, mux *http.ServeMux) {
		mux.HandleFunc("GET /tasks", s.taskLanternTasks)
		mux.HandleFunc("GET /tasks/{id}", s.byNumber)
	},
}

type taskLanternTask struct {
	ID     int      `json:"id"`
	Name   string   `json:"name"`
	Path   string   `json:"path"`
	By     string   `json:"by"`
	Brief  string   `json:"brief"`
	Pay    string   `json:"pay"`
	Badge  string   `json:"badge"`
	Topics []string `json:"topics"`
	Kind   string   `json:"kind"`
	Added  string   `json:"added"`
}

var taskLanternBadges = map[market.Level]string{market.Entry: "entry level", market.Intermediate: "intermediate", market.Expert: "expert"}

func (s *site) taskLanternTasks(w http.ResponseWriter, r *http.Request) {
	n := pageNumber(r)
	if n == 0 {
		http.NotFound(w, r)
		return
	}
	ps, total := s.page((n-1)*s.per, s.per)
	tasks := make([]taskLanternTask, 0, len(ps))
	for _, p := range ps {
		o := s.offer(p)
		t := taskLanternTask{
			ID: p.id, Name: o.title, Path: "/tasks/" + strconv.Itoa(p.id), By: o.company, Brief: o.plain(),
			Pay: payPhrase(o.pay), Topics: o.skills, Kind: sections[o.category],
		}
		if s.states(p, "badge", 0.4) {
			t.Badge = taskLanternBadges[o.level]
		}
		if p.posted != 0 {
			t.Added = time.Unix(p.posted, 0).UTC().Format("2006-01-02 15:04:05")
		}
		tasks = append(tasks, t)
	}
	state, err := json.Marshal(map[string]any{
		"route": "tasks", "user": nil,
		"list": map[string]any{"tasks": tasks, "page": n, "last": n*s.per >= total},
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	body := "<div id=\"app\"></div>\n<script>window.__LANTERN__ = " + string(state) + ";\nwindow.__LANTERN_BUILD__ = \"2026.47\";</script>"
	s.answer(w, r, "text/html; charset=utf-8", []byte(s.document("en", "Tasks", body)))
}

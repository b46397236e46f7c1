package web

import (
	"net/http"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

type aboutPage struct {
	frame
	Levels, Englishes, Signs []meaning
}

// meaning is a word of the site and what it stands for.
type meaning struct{ Word, Means string }

func levelMeanings(v *view) []meaning {
	var out []meaning
	for _, l := range market.Levels {
		out = append(out, meaning{v.Text("level." + string(l)), v.Text("level-means." + string(l))})
	}
	return out
}

func englishMeanings(v *view) []meaning {
	var out []meaning
	for _, e := range market.Englishes {
		out = append(out, meaning{v.Text("english." + string(e)), v.Text("english-means." + string(e))})
	}
	return out
}

func (s *server) about(w http.ResponseWriter, r *http.Request) {
	v := s.view(w, r)
	if bad := unknown(r.URL.Query()); len(bad) > 0 {
		s.badParameter(w, r, v, bad)
		return
	}
	p := &aboutPage{}
	p.frame = s.frame(v, r, v.Text("about.title"))
	p.Description = v.Text("about.description")
	p.Canonical = s.ownPage(v, "/about")
	p.Levels, p.Englishes = levelMeanings(v), englishMeanings(v)
	for _, k := range market.WarningKinds {
		p.Signs = append(p.Signs, meaning{v.Text("sign." + string(k)), v.Text("advice." + string(k))})
	}
	s.show(w, r, v, "about", http.StatusOK, p)
}

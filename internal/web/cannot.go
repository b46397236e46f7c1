package web

import (
	"html/template"
	"net/http"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/locale"
)

// Uncollectable is a site that cannot be read.
type Uncollectable struct {
	Name, Title, Home string
	// Kind is why in a word: "terms", "blocked", "private" or "script".
	Kind string
	// Checked is the day when somebody looked, Source the page that they read.
	Checked time.Time
	Source  string
	// Why and Instead are sentences: why not, and what a person can do.
	Why, Instead map[locale.Lang]string
}

type sitesPage struct {
	frame
	Read, Off []readSite
	Cannot    []closedSite
}

// readSite is a site that is read, or could be.
type readSite struct {
	Title            template.HTML
	Home, Terms, Rel string
	// About is its place on the page about states.
	About string
}

type closedSite struct {
	Name, Home, Source    string
	Title                 template.HTML
	Kind, Why, Instead    string
	CheckedAt, CheckedDay string
}

// sitesPage is GET /sites: which sites are read, and which cannot be, why, and
// what a person can do instead.
func (s *server) sitesPage(w http.ResponseWriter, r *http.Request) {
	v := s.view(w, r)
	if bad := unknown(r.URL.Query()); len(bad) > 0 {
		s.badParameter(w, r, v, bad)
		return
	}
	p := &sitesPage{}
	p.frame = s.frame(v, r, v.Text("site.origin"))
	p.Description = v.Text("sites.description")
	p.Canonical = s.ownPage(v, "/sites")
	states := s.states(r.Context())
	for _, sp := range s.sites().specs {
		on := sp.Enabled
		if st := states[sp.Name]; st != nil {
			on = st.Enabled
		}
		site := readSite{Title: v.site(sp.Name), Home: safeURL(sp.Home), Terms: safeURL(sp.Terms.URL), Rel: rel(sp), About: "/status#" + sp.Name}
		if on {
			p.Read = append(p.Read, site)
		} else {
			p.Off = append(p.Off, site)
		}
	}
	for _, u := range s.Uncollectable {
		p.Cannot = append(p.Cannot, closedSite{
			Name: u.Name, Home: safeURL(u.Home), Source: safeURL(u.Source), Title: v.named(u.Title),
			Kind: v.Text("cannot." + u.Kind), Why: u.Why[v.Lang], Instead: u.Instead[v.Lang],
			CheckedAt: u.Checked.Format(time.DateOnly), CheckedDay: v.Date(u.Checked),
		})
	}
	s.show(w, r, v, "sites", http.StatusOK, p)
}

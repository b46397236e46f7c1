package demo

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// foundersThread is a forum's Atom feed: all is said in words, and people
// who look for work post there too.
var foundersThread = &kind{
	name: "founders-thread", title: "Founders Thread", share: 120,
	style: style{named: 0.7, noPay: true, noRegions: true, noZones: true, kinds: []market.Category{
		"web", "mobile", "software", "design", "marketing", "product", "sales", "data", "writing", "video",
	}},
	firstID: 56_000, dated: 1,
	robots: "User-agent: *\nDisallow: /*?\nAllow: /\n",
	field:  [2]string{"title>", "headline>"},
	routes: func(s *site, mux *http.ServeMux) {
		mux.HandleFunc("GET /hiring.atom", s.foundersThreadFeed)
		mux.HandleFunc("GET /t/{id}", func(w http.ResponseWriter, r *http.Request) {
			id, err := strconv.ParseInt(r.PathValue("id"), 36, 64)
			if err != nil {
				http.NotFound(w, r)
				return
			}
			s.listing(w, r, int(id))
		})
	},
}

// seeking is how many offers stand between two posts by people who look for
// work.
const seeking = 9

var seekers = [...]string{
	"[For Hire] Virtual assistant, 20 hours a week", "[For Hire] Logo and brand designer", "[For Hire] Full-stack developer (Vue, Django)",
	"[For Hire] Bookkeeper with evening hours", "[For Hire] Video editor, first clip free of charge",
}

func (s *site) foundersThreadFeed(w http.ResponseWriter, r *http.Request) {
	ps, _ := s.page(0, 1<<30)
	s.mu.RLock()
	changed := s.changed
	s.mu.RUnlock()
	var b bytes.Buffer
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<title>Founders Thread: hiring</title>
<id>%s/hiring</id>
<link rel="self" href="%s/hiring.atom"/>
<updated>%s</updated>
`, s.base, s.base, changed.UTC().Format(time.RFC3339))
	entry := func(id, title, author, category, content string, at int64) {
		when := time.Unix(at, 0).UTC().Format(time.RFC3339)
		fmt.Fprintf(&b, "<entry>\n<id>%s</id>\n<title>", id)
		xml.EscapeText(&b, []byte(title))
		fmt.Fprintf(&b, "</title>\n<link href=\"%s/t/%s\"/>\n<author><name>", s.base, id[3:])
		xml.EscapeText(&b, []byte(author))
		fmt.Fprintf(&b, "</name></author>\n<published>%s</published>\n<updated>%s</updated>\n<category term=\"", when, when)
		xml.EscapeText(&b, []byte(category))
		b.WriteString("\"/>\n<content type=\"html\">")
		xml.EscapeText(&b, []byte(content))
		b.WriteString("</content>\n</entry>\n")
	}
	for i, p := range ps {
		o := s.offer(p)
		author := o.company
		if author == "" {
			author = "u/founder" + strconv.Itoa(p.id%7919)
		}
		content := o.html()
		if o.company != "" {
			content = "<p><strong>" + html.EscapeString(o.company) + "</strong></p>\n" + content
		}
		entry("t3_"+strconv.FormatInt(int64(p.id), 36), "[Hiring] "+o.title, author, sections[o.category], content, p.posted)
		if i%seeking == seeking-1 {
			n := i / seeking
			entry("t3_zz"+strconv.Itoa(n), seekers[n%len(seekers)], "u/seeker"+strconv.Itoa(n), "For hire",
				"<p>I have time from next week on. Write to me here.</p>", p.posted)
		}
	}
	b.WriteString("</feed>\n")
	s.answer(w, r, "application/atom+xml; charset=utf-8", b.Bytes())
}

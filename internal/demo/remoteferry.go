package demo

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// remoteFerry is one RSS 2.0 feed in windows-1252, with elements of its own.
var remoteFerry = &kind{
	name: "remote-ferry", title: "Remote Ferry", share: 280,
	style: style{named: 1, jobs: true, noZones: true, kinds: []market.Category{
		"web", "software", "data", "devops", "marketing", "sales", "support", "product", "hr", "finance", "admin", "data-entry",
	}},
	firstID: 91_500, dated: 1,
	robots: "# Remote Ferry\nUser-agent: *\nDisallow: /search\nAllow: /\n",
	field:  [2]string{"title>", "headline>"},
	routes: func(s *site, mux *http.ServeMux) {
		mux.HandleFunc("GET /remote-jobs.rss", s.remoteFerryFeed)
		mux.HandleFunc("GET /jobs/{id}", s.byNumber)
	},
}

func (s *site) remoteFerryFeed(w http.ResponseWriter, r *http.Request) {
	ps, _ := s.page(0, 1<<30)
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="windows-1252"?>
<rss version="2.0" xmlns:ferry="https://remote-ferry.example/ns">
<channel>
<title>Remote Ferry</title>
<link>` + s.base + `/</link>
<description>Remote jobs, fresh off the boat</description>
<ttl>60</ttl>
`)
	el := func(name, value string) {
		if value != "" {
			b.WriteString("<" + name + ">")
			xml.EscapeText(&b, []byte(value))
			b.WriteString("</" + name + ">\n")
		}
	}
	for _, p := range ps {
		o := s.offer(p)
		b.WriteString("<item>\n")
		title := o.title
		if o.company != "" {
			title = o.company + ": " + title
		}
		el("title", title)
		el("link", s.base+"/jobs/"+strconv.Itoa(p.id))
		fmt.Fprintf(&b, "<guid isPermaLink=\"false\">ferry-%d</guid>\n", p.id)
		el("pubDate", time.Unix(p.posted, 0).UTC().Format(time.RFC1123Z))
		el("category", sections[o.category])
		el("ferry:company", o.company)
		el("ferry:salary", payPhrase(o.pay))
		el("ferry:skills", strings.Join(o.skills, ", "))
		if o.apply.worldwide {
			el("ferry:region", "Anywhere in the World")
		}
		for _, name := range o.apply.regions {
			el("ferry:region", name)
		}
		el("description", o.html())
		b.WriteString("</item>\n")
	}
	b.WriteString("</channel>\n</rss>\n")
	// What the charset lacks goes as a numeric reference, as XML has it.
	body, err := encoding.HTMLEscapeUnsupported(charmap.Windows1252.NewEncoder()).Bytes(b.Bytes())
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	s.answer(w, r, "application/rss+xml; charset=windows-1252", body)
}

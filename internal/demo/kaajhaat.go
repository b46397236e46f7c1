package demo

import (
	"fmt"
	"html"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// kaajHaat is HTML: cards that lead to a page for each offer, mostly in
// Bengali.
var kaajHaat = &kind{
	name: "kaaj-haat", title: "Kaaj Haat", share: 240,
	style:   style{bengali: 0.92, named: 0.45, noRegions: true, noZones: true},
	firstID: 11_040, per: 40, dated: 0.9,
	robots: "User-agent: *\nDisallow: /login\nDisallow: /kaj/*/abedon\n",
	field:  [2]string{`class="shironam"`, `class="naam"`},
	routes: func(s *site, mux *http.ServeMux) {
		mux.HandleFunc("GET /kaj", s.kaajHaatList)
		mux.HandleFunc("GET /kaj/{id}", s.kaajHaatPage)
	},
}

var (
	kaajHaatLevels    = map[market.Level]string{market.Entry: "নতুন", market.Intermediate: "মিড লেভেল", market.Expert: "অভিজ্ঞ"}
	kaajHaatEnglishes = map[market.English]string{
		market.Basic: "বেসিক", market.Conversational: "কথা বলার মতো", market.Fluent: "সাবলীল", market.Native: "মাতৃভাষার মতো",
	}
)

func (s *site) kaajHaatList(w http.ResponseWriter, r *http.Request) {
	n := pageNumber(r)
	if n == 0 {
		http.NotFound(w, r)
		return
	}
	ps, total := s.page((n-1)*s.per, s.per)
	var b strings.Builder
	b.WriteString("<main id=\"kajer-talika\">\n<h1>নতুন কাজ</h1>\n")
	for _, p := range ps {
		o := s.offer(p)
		fmt.Fprintf(&b, "<article class=\"kaj\" data-id=\"%d\">\n<h2 class=\"shironam\"><a href=\"/kaj/%d\">%s</a></h2>\n<p class=\"taka\">%s</p>\n<p class=\"dhoron\">%s</p>\n</article>\n",
			p.id, p.id, html.EscapeString(o.title), html.EscapeString(payPhraseBengali(o.pay)), sectionsBengali[o.category])
	}
	if n*s.per < total {
		fmt.Fprintf(&b, "<nav><a class=\"porer-pata\" rel=\"next\" href=\"/kaj?page=%d\">পরের পাতা</a></nav>\n", n+1)
	}
	b.WriteString("</main>")
	s.answer(w, r, "text/html; charset=utf-8", []byte(s.document("bn", "Kaaj Haat: নতুন কাজ", b.String())))
}

func (s *site) kaajHaatPage(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
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
	var b strings.Builder
	fmt.Fprintf(&b, "<main class=\"kajer-pata\">\n<h1 class=\"shironam\">%s</h1>\n<dl class=\"totho\">\n", html.EscapeString(o.title))
	row := func(class, name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "<dt>%s</dt><dd class=\"%s\">%s</dd>\n", name, class, html.EscapeString(value))
		}
	}
	row("protishthan", "প্রতিষ্ঠান", o.company)
	row("taka", "পারিশ্রমিক", payPhraseBengali(o.pay))
	if s.states(p, "level", 0.35) {
		row("ovigyota", "অভিজ্ঞতা", kaajHaatLevels[o.level])
	}
	if s.states(p, "english", 0.25) {
		row("ingreji", "ইংরেজি", kaajHaatEnglishes[o.english])
	}
	if p.posted != 0 {
		at := time.Unix(p.posted, 0).UTC()
		fmt.Fprintf(&b, "<dt>তারিখ</dt><dd><time datetime=\"%s\">%s</time></dd>\n", at.Format(time.RFC3339), dateBengali(at))
	}
	b.WriteString("</dl>\n<ul class=\"dokkhota\">\n")
	for _, sk := range o.skills {
		fmt.Fprintf(&b, "<li>%s</li>\n", html.EscapeString(sk))
	}
	fmt.Fprintf(&b, "</ul>\n<div class=\"biboron\">\n%s</div>\n<p><a href=\"/kaj/%d/abedon\">আবেদন করুন</a></p>\n</main>", o.html(), p.id)
	s.answer(w, r, "text/html; charset=utf-8", []byte(s.document(o.lang, o.title, b.String())))
}

var monthsBengali = [...]string{"জানুয়ারি", "ফেব্রুয়ারি", "মার্চ", "এপ্রিল", "মে", "জুন", "জুলাই", "আগস্ট", "সেপ্টেম্বর", "অক্টোবর", "নভেম্বর", "ডিসেম্বর"}

func dateBengali(t time.Time) string {
	return number("bn", t.Day()) + " " + monthsBengali[t.Month()-1] + " " + strings.ReplaceAll(number("bn", t.Year()), ",", "")
}

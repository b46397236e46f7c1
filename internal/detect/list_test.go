package detect

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
)

// Lists are made in many ways; in each the offers, their titles and their
// dates are found, and not what stands around them.
func TestLists(t *testing.T) {
	rows := func(row string, n int) (out string) {
		for i := 1; i <= n; i++ {
			out += strings.ReplaceAll(row, "#", fmt.Sprint(i))
		}
		return out
	}
	for _, tt := range []struct {
		name, body string
		items      int
		list       string   // the recipe's items
		has        []string // in its fields
	}{
		{
			name: "without a class", items: 6, list: "ul > li", has: []string{"title: 'a[href]'", "posted: span"},
			body: `<h1>Jobs</h1><ul>` + rows(`<li><a href="/jobs/#">Assistant number # wanted</a> <span>Nov #, 2026</span></li>`, 6) + `</ul>`,
		},
		{
			name: "cards that are links", items: 5, list: "a.block", has: []string{"url: {css: '&', attr: href}", "title: h3", "posted: {css: 'time[datetime]', attr: datetime}"},
			body: `<header><a href="/">Home</a><a href="/pricing">Pricing page</a></header><div class="grid gap-4 md:grid-cols-2">` + rows(`<a href="/job/#" class="block rounded-lg border p-4 hover:shadow"><h3 class="text-lg font-semibold">Writer number #</h3><p class="text-sm">Company #</p><time datetime="2026-11-0#">x</time></a>`, 5) + `</div><footer><a href="/privacy">Privacy policy</a></footer>`,
		},
		{
			name: "a table", items: 7, list: "tbody > tr", has: []string{"posted: td:nth-child(3)"},
			body: `<table><thead><tr><th>Title</th></tr></thead><tbody>` + rows(`<tr><td><a href="view.php?id=#">Clerk for office #</a></td><td>Org #</td><td>2026-11-0#</td></tr>`, 7) + `</tbody></table>`,
		},
		{
			name: "links to companies too", items: 4, list: "div.result", has: []string{"title: .result-title > a", "company: .employer-name", "pay_text: .price"},
			body: `<div id="results">` + rows(`<div class="result"><a class="logo" href="/company/#"><img src="x.png"></a><div class="result-title"><a href="/gig/#">Gig about number #</a></div><a class="employer-name" href="/company/#">Employer # and sons of the long name</a><div class="price">$#0 - $#5</div></div>`, 4) + `</div>`,
		},
		{
			name: "classes that a tool made", items: 4, list: `'div[class*="JobCard_root__"]'`, has: []string{"date: DD.MM.YYYY"},
			body: `<main>` + rows(`<div class="JobCard_root__3xK2a"><a class="JobCard_title__9ZzQ1" href="/j/#">Translator number #</a><span class="JobCard_date__aa11B">0#.11.2026</span></div>`, 4) + `</main>`,
		},
		{
			name: "headings within", items: 3, list: "ol > li", has: []string{"url: {css: h2 a, attr: href}", "title: h2"},
			body: `<section><ol>` + rows(`<li><div><div><h2><a href="https://jobs.example/p/#">Helper for house #</a></h2></div><div>Dhaka</div></div></li>`, 3) + `</ol></section>`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Read(fetch.Page{URL: site + "/list", Status: 200, Body: []byte(`<html><head><title>Jobs</title></head><body>` + tt.body + `</body></html>`)})
			if err != nil || f.Format != HTML || f.Items != tt.items {
				t.Fatalf("%v, %s, %d items", err, f.Format, f.Items)
			}
			for _, s := range append(tt.has, "items: "+tt.list+"\n") {
				if !strings.Contains(f.Recipe, s) {
					t.Errorf("no %q in\n%s", s, f.Recipe[strings.Index(f.Recipe, "format:"):])
				}
			}
		})
	}
	for name, body := range map[string]string{
		"a navigation": `<nav class="menu"><ul>` + rows(`<li><a href="/section/#">Section number # of ours</a></li>`, 8) + `</ul></nav>`,
		"one link":     `<div class="card"><a href="/x">The one thing there is</a></div>`,
		"same words":   `<div>` + rows(`<div class="card"><a href="/x/#">Read more of it</a></div>`, 6) + `</div>`,
		"other sites":  `<div>` + rows(`<div class="card"><a href="https://other#.example/">A partner of ours, number #</a></div>`, 6) + `</div>`,
	} {
		if f, err := Read(fetch.Page{URL: site + "/list", Status: 200, Body: []byte(`<html><body>` + body + `</body></html>`)}); err == nil {
			t.Errorf("%s is taken for offers:\n%s", name, f.Recipe)
		}
	}
}

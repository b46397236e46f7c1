package recipe

import (
	"context"
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// Whatever a site answers, reading it ends in drafts or in one of the two
// errors.
func FuzzExtract(f *testing.F) {
	const fields = "\nfields: {id: .id, url: .url, title: .title, description: .description, skills: .skills}\n"
	const request = "\nrequest: {url: 'https://example.com'}\n"
	var rs []*recipe
	for _, text := range []string{
		fullRecipe,
		htmlRecipe,
		spec + request + "format: feed\nfields: {id: .guid, url: .link, title: .title, description: .content}\n",
		spec + request + "format: jsonld" + fields,
		spec + request + "format: sitemap\nfields: {url: .loc, title: .loc, posted: {jq: .lastmod, date: DD/MM/YYYY}}\n",
		spec + request + "format: script\nscript: {marker: state}\nitems: .jobs" + fields,
	} {
		rs = append(rs, parse(f, text))
	}
	for _, seed := range []string{
		`[{"id":1,"title":"t","skills":["a"]}]`,
		`<ul class=jobs><li data-id=1><a class=t href="/1">t</a></ul>`,
		`<rss version="2.0"><channel><item><title>t</title><link>https://example.com/1</link><a:b xmlns:a="x">c</a:b></item></channel></rss>`,
		`<script type="application/ld+json">{"@graph":[{"@type":"JobPosting","title":"t","url":"/1"}]}</script>`,
		`<urlset><url><loc>https://example.com/1</loc><lastmod>05/11/2026</lastmod></url></urlset>`,
		`<script>state = {"jobs":[{"id":1,"title":"t"}]}</script>`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, r := range rs {
			var c catch
			err := r.Extract(context.Background(), fetch.Page{URL: "https://example.com", Body: body}, c.input())
			if err != nil && !errors.Is(err, source.ErrFormat) && !errors.Is(err, source.ErrChallenge) {
				t.Errorf("%v", err)
			}
			for _, d := range c.drafts {
				if d.Title == "" || d.ExternalID == "" && d.URL == "" {
					t.Errorf("%+v", d)
				}
			}
			for _, r := range c.rejects {
				if len(r.Item) > maxReject || r.Why == "" {
					t.Errorf("a reject of %d bytes for %q", len(r.Item), r.Why)
				}
			}
		}
	})
}

func FuzzRepair(f *testing.F) {
	for _, s := range []string{"donâ€™t", "CafÃ©", "কাজ", "voilà\u00a0»"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := repair(s); utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Errorf("%q becomes %q", s, got)
		}
	})
}

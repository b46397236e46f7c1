package web

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

// What each level and ability means is said where it is chosen, with a link
// to the page that explains them all, in both languages.
func TestMeanings(t *testing.T) {
	f := newFair()
	base := f.serve(t).URL
	for _, lang := range locale.Langs {
		c, err := locale.Load(lang)
		if err != nil {
			t.Fatal(err)
		}
		about := open(t, base+"/about", string(lang), 200)
		explained := func(group, section, value string) {
			t.Helper()
			word, means := c.Text(group+"."+value), c.Text(group+"-means."+value)
			if got := words(about.Find("section[aria-labelledby=" + section + "] dl")); !strings.Contains(got, word+" "+means) && !strings.Contains(got, word+means) {
				t.Errorf("%s: the page about labels does not explain %s: %s", lang, word, got)
			}
			hint := open(t, base+"/?"+group+"="+value, string(lang), 200).Find("#" + group + "-means")
			if !strings.HasPrefix(words(hint), means) || attr(hint.Find("a"), "href") != "/about#"+section {
				t.Errorf("%s: beside the choice %s stands %q", lang, word, words(hint))
			}
			if about.Find("#"+section).Length() != 1 {
				t.Errorf("there is no /about#%s", section)
			}
		}
		for _, l := range market.Levels {
			explained("level", "levels", string(l))
		}
		for _, e := range market.Englishes {
			explained("english", "englishes", string(e))
		}
		// Who has chosen nothing yet finds all of it beside the choices,
		// folded, and from the foot of the page.
		var all []string
		for _, l := range market.Levels {
			all = append(all, c.Text("level."+string(l)), c.Text("level-means."+string(l)))
		}
		for _, e := range market.Englishes {
			all = append(all, c.Text("english."+string(e)), c.Text("english-means."+string(e)))
		}
		folded := open(t, base+"/", string(lang), 200).Find("form details#meanings:not([open])")
		if got, want := words(folded), c.Text("find.meanings")+" "+strings.Join(all, " "); got != want {
			t.Errorf("%s: beside the choices stands %q, want %q", lang, got, want)
		}
		if open(t, base+"/", string(lang), 200).Find(`.foot a[href="/about"]`).Length() != 1 {
			t.Errorf("%s: the front page does not lead to the explanations", lang)
		}
	}
}

// What is stated, estimated and not stated is told apart by words, which a
// screen reader reads and nothing hides; the signs before them are style.
func TestMarksAreWords(t *testing.T) {
	f := newFair()
	base := f.serve(t).URL
	paths := []string{"/", "/?level=entry"}
	for i := range 14 {
		paths = append(paths, "/listing/"+f.listings[i].ID)
	}
	for _, lang := range locale.Langs {
		c, err := locale.Load(lang)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]int{}
		for _, path := range paths {
			doc := open(t, base+path, string(lang), 200)
			doc.Find(".ev > div, .facts > div[id^=f-]").Each(func(_ int, e *goquery.Selection) {
				want := c.Text("hit.unstated")
				switch {
				case e.HasClass("said"):
					want = c.Text("hit.stated")
				case e.HasClass("calc"):
					want = c.Text("hit.estimated")
				}
				mark := e.Find("dd > .m")
				if mark.Length() != 1 || words(mark) != want || mark.Closest("[aria-hidden], [hidden]").Length() != 0 {
					t.Errorf("%s %s: %q is marked by the words %q, not %q", lang, path, words(e), words(mark), want)
				}
				if value := e.Find("dd > b").Length(); (value == 1) != (want != c.Text("hit.unstated")) {
					t.Errorf("%s %s: %q has %d values", lang, path, words(e), value)
				}
				seen[want]++
			})
		}
		if len(seen) != 3 {
			t.Errorf("%s: only %v was seen", lang, seen)
		}
	}
}

package demo

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

func TestGenitive(t *testing.T) {
	for word, want := range map[string]string{
		"দোকান": "দোকানের", "এজেন্সি": "এজেন্সির", "চশমা": "চশমার", "এনজিও": "এনজিওর", "রেস্তোরাঁ": "রেস্তোরাঁর", "QuickBooks": "QuickBooks-এর",
	} {
		if got := genitive("bn", word); got != want {
			t.Errorf("of %s: %s, wanted %s", word, got, want)
		}
	}
}

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		lang string
		n    int
		want string
	}{
		{"en", 7, "7"}, {"en", 1200, "1,200"}, {"en", 1234567, "1,234,567"},
		{"bn", 500, "৫০০"}, {"bn", 12000, "১২,০০০"}, {"bn", 125000, "১,২৫,০০০"}, {"bn", 12345678, "১,২৩,৪৫,৬৭৮"},
	} {
		if got := number(c.lang, c.n); got != c.want {
			t.Errorf("%d in %s: %s, wanted %s", c.n, c.lang, got, c.want)
		}
	}
}

func TestSlotsKeepTheirValue(t *testing.T) {
	g := &grammar{lang: "en", slots: map[string]slot{}, lists: map[string][]phrase{}}
	j := &job{slots: map[string]slot{}}
	for name, text := range map[string]string{"thing": "a lamp | a chair | a {wood} table", "wood": "oak | pine", "n": "1000..5000/500"} {
		s, err := readSlot(text)
		if err != nil {
			t.Fatal(err)
		}
		j.slots[name] = s
	}
	p, err := readPhrase("{thing} and {n}. {thing} again, {thing}, {n}.")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for i := range uint64(200) {
		v := &voice{g: g, job: j, rng: rand.New(rand.NewPCG(1, i)), said: map[string]string{}}
		text := v.say(p)
		said[text] = true
		thing, n := v.said["thing"], v.said["n"]
		if want := capital(thing) + " and " + n + ". " + capital(thing) + " again, " + thing + ", " + n + "."; text != want {
			t.Fatalf("%q, wanted %q", text, want)
		}
		if !strings.HasSuffix(n, "00") || !strings.Contains(n, ",") {
			t.Fatalf("the number is %s", n)
		}
	}
	if len(said) != 4*9 {
		t.Errorf("%d different texts of 36", len(said))
	}
}

func TestPhraseFilesAreStrict(t *testing.T) {
	for _, bad := range []string{"", "a {slot is open", "an empty {} slot"} {
		if _, err := readPhrase(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	for _, bad := range []string{"9..3", "1..x", "1..9/0"} {
		if _, err := readSlot(bad); err == nil {
			t.Errorf("%q was taken for a range", bad)
		}
	}
	for _, bad := range []string{"data-entry entry", "cooking entry basic", "design master basic", "design entry basic fee more"} {
		if _, err := readJob(bad); err == nil {
			t.Errorf("%q was taken for a job", bad)
		}
	}
	g := &grammar{lang: "en", jobs: []job{{category: "design", title: []phrase{{}, {}}, open: []phrase{{{slot: "nothing"}}}, do: []phrase{{}}, want: []phrase{{}}, skills: []phrase{{}}, pays: []payRange{{}}}}}
	if err := g.check(); err == nil || !strings.Contains(err.Error(), "{nothing}") {
		t.Errorf("a slot that nothing fills: %v", err)
	}
}

// TestEveryPhraseIsSaid holds the files to use: no list that nobody says.
func TestEveryPhraseIsSaid(t *testing.T) {
	town := start(t, Options{Listings: 8})
	used := []string{"head.do", "pay.open", "time.short", "time.long", "how", "extra", "about", "who", "from.worldwide", "from.countries", "from.zones"}
	for _, l := range market.Levels {
		used = append(used, "level."+string(l))
	}
	for _, e := range market.Englishes {
		used = append(used, "english."+string(e))
	}
	for _, p := range market.PayKinds {
		if p != market.PayUnstated {
			used = append(used, "pay."+string(p))
		}
	}
	for _, g := range []*grammar{town.english, town.bengali} {
		for _, name := range used {
			if len(g.lists[name]) == 0 {
				t.Errorf("%s: nothing to say for %s", g.lang, name)
			}
		}
		for name := range g.lists {
			if !slices.Contains(used, name) && !g.mentions(name) {
				t.Errorf("%s: nobody says %s", g.lang, name)
			}
		}
		kinds := map[market.WarningKind]bool{}
		for _, j := range g.dubious {
			kinds[j.warning] = true
		}
		for _, k := range market.WarningKinds {
			if !kinds[k] && !(g.lang == "bn" && slices.Contains([]market.WarningKind{market.WarnPay, market.WarnUnpaid, market.WarnIllegal}, k)) {
				t.Errorf("%s: no dubious offer of the kind %s", g.lang, k)
			}
		}
	}
}

// mentions reports whether a slot of that name stands in a shared phrase.
func (g *grammar) mentions(name string) bool {
	for _, ps := range g.lists {
		for _, p := range ps {
			if slices.ContainsFunc(p, func(pc piece) bool { return pc.slot == name }) {
				return true
			}
		}
	}
	return false
}

package alert

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
	"github.com/kajkhoj/kajkhoj/internal/search/local"
	"github.com/kajkhoj/kajkhoj/internal/search/searchtest"
)

var matchNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func matchAnalyzer(t testing.TB) *search.Analyzer {
	t.Helper()
	a, err := search.NewAnalyzer(config.Files)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// reference is what Matcher promises, word by word.
func reference(a *search.Analyzer, q market.Query, l market.Listing, now time.Time) bool {
	if strings.TrimSpace(q.Text) == "" && !q.Narrows() || a.Words(q.Text).Empty() && !q.Narrows() {
		return false
	}
	q.Now = now
	return q.Filter(l) && a.Words(q.Text).MatchTypos(a.Document(l))
}

// nasty are words that are near each other, spelled in several ways, signs,
// and what scraped texts hold between words.
var nasty = strings.Fields(`c++ c# C c .NET asp.net node.js nodejs node js javascript java Java. t-shirt tshirt
	logo logos Logo, lego design designs designer desinger desing re-design react reach reactjs data ডাটা ডেটা এন্ট্রি entry
	data-entry ডিজাইন লোগো va virtual assistant assistants অভিজ্ঞ কাজ job jobs kaj ৫০০ 500 3d seo SEO এসইও café cafe naïve
	marketing marketting markering e-commerce ecommerce ecommerc photoshop fotoshop photoshp photo ছবি ফটো অ্যাপ এপ a b
	transcription transcriptions transcripton translation translator 日本語 ሰላም`)

var between = []string{" ", " ", " ", " ", "\u00a0", "\u2009", "\n", ", ", " - ", "/", "\u200b", "\u0001", "\u200c"}

type source interface{ IntN(n int) int }

func join(r source, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(between[r.IntN(len(between))])
		}
		b.WriteString(nasty[r.IntN(len(nasty))])
	}
	return b.String()
}

// nastyText is a query's text with every operator there is.
func nastyText(r source) string {
	var b strings.Builder
	for range r.IntN(5) {
		switch r.IntN(8) {
		case 0:
			fmt.Fprintf(&b, `"%s"`, join(r, 1+r.IntN(4)))
		case 1:
			b.WriteString("-" + nasty[r.IntN(len(nasty))])
		case 2:
			fmt.Fprintf(&b, `-"%s"`, join(r, 1+r.IntN(3)))
		case 3:
			w := []rune(nasty[r.IntN(len(nasty))])
			b.WriteString(string(w[:1+r.IntN(len(w))]))
		case 4:
			b.WriteString([]string{"!", `"`, "-", "।", "\x00", "্", "\u200c", "--", "“”"}[r.IntN(9)])
		default:
			b.WriteString(nasty[r.IntN(len(nasty))])
		}
		b.WriteString(between[r.IntN(5)])
	}
	return b.String()
}

func filtered(r source, q market.Query) market.Query {
	some := func(n int) bool { return r.IntN(n) == 0 }
	if some(3) {
		q.Level = market.Levels[r.IntN(3)]
	}
	if some(3) {
		q.English = market.Englishes[r.IntN(4)]
	}
	q.Stated = some(6)
	for some(4) {
		q.Categories = append(q.Categories, market.Categories[r.IntN(5)])
	}
	for some(4) {
		q.Sources = append(q.Sources, searchtest.Sources[r.IntN(4)])
	}
	for some(4) {
		q.Pays = append(q.Pays, market.PayKinds[r.IntN(5)])
	}
	if some(4) {
		q.MinUSD = int64([]int{1, 5, 10, 16, 17, 500, 999, 1000, 1001, 1_000_000}[r.IntN(10)])
	}
	if some(5) {
		q.Days = market.Days[r.IntN(4)]
	}
	switch r.IntN(4) {
	case 0:
		q.From = "BD"
	case 1:
		q.From = "DE"
	}
	q.Warn = []market.Warn{market.WarnAll, market.WarnAll, market.WarnOnly, market.WarnWithout}[r.IntN(4)]
	return q
}

func nastyQuery(r source) market.Query {
	var q market.Query
	if r.IntN(10) > 0 {
		q.Text = nastyText(r)
	}
	if r.IntN(2) == 0 {
		q = filtered(r, q)
	}
	return q
}

func nastyListing(r source, gen *searchtest.Generator) market.Listing {
	l := gen.Listing(r.IntN(1 << 20))
	l.Category = market.Categories[r.IntN(6)]
	l.Source = searchtest.Sources[r.IntN(4)]
	l.AlsoOn = nil
	if r.IntN(4) == 0 {
		l.AlsoOn = []market.Copy{{Source: searchtest.Sources[r.IntN(4)]}, {Source: searchtest.Sources[r.IntN(4)]}}
	}
	if l.Pay.USD > 0 {
		l.Pay.USD = int64([]int{1, 99, 100, 500, 1599, 1600, 1700, 50000, 99900, 100000, 100100}[r.IntN(11)])
	}
	l.Title = join(r, 1+r.IntN(5))
	l.Skills = nil
	for range r.IntN(3) {
		l.Skills = append(l.Skills, join(r, 1+r.IntN(2)))
	}
	l.Company = join(r, r.IntN(2))
	l.Description = join(r, r.IntN(12))
	if r.IntN(4) == 0 {
		// Ages on the very edge of what may be asked.
		l.PostedAt = matchNow.Add(-time.Duration(market.Days[r.IntN(4)])*24*time.Hour + time.Duration(r.IntN(3)-1)*time.Nanosecond)
		l.FirstSeenAt = l.PostedAt
	}
	return l
}

// Scan and Filed find what the reference finds, also while searches come,
// change and go, with the same matcher for listing after listing.
func TestMatchersAgree(t *testing.T) {
	a := matchAnalyzer(t)
	rounds, pairs, hits := 12, 0, 0
	if testing.Short() {
		rounds = 3
	}
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(seed, 1))
		gen := &searchtest.Generator{Seed: seed, Now: matchNow, Small: true}
		var queries []market.Query
		for range 300 {
			queries = append(queries, nastyQuery(r))
		}
		filed := File(a, queries)
		have := map[int]market.Query{}
		for i, q := range queries {
			have[i] = q
		}
		for range 8 {
			scan := Compile(a, queries)
			for range 12 {
				l := nastyListing(r, gen)
				now := matchNow.Add(time.Duration(r.IntN(48)) * time.Hour)
				var want []int
				for i, q := range queries {
					if _, ok := have[i]; ok && reference(a, q, l, now) {
						want = append(want, i)
					}
				}
				pairs += len(have)
				hits += len(want)
				all := slices.DeleteFunc(scan.Match(l, now), func(i int) bool { _, ok := have[i]; return !ok })
				same(t, "Scan", a, queries, l, want, all)
				same(t, "Filed", a, queries, l, want, filed.Match(l, now))
				var members []int
				for _, g := range filed.Groups(a.Document(l), l, now) {
					members = append(members, filed.Members(g)...)
				}
				slices.Sort(members)
				same(t, "Groups", a, queries, l, want, members)
				if t.Failed() {
					return
				}
			}
			for range 60 {
				i := r.IntN(len(queries) + 20)
				switch {
				case r.IntN(2) == 0:
					filed.Remove(i)
					delete(have, i)
				default:
					q := nastyQuery(r)
					for len(queries) <= i {
						queries = append(queries, market.Query{})
					}
					queries[i] = q
					have[i] = q
					filed.Add(i, q)
				}
			}
			if r.IntN(3) == 0 {
				filed.Refile()
			}
			keys := map[string]bool{}
			for _, q := range have {
				if Refuse(a, q) == nil {
					keys[Canonical(a, q)] = true
				}
			}
			if filed.Distinct() != len(keys) {
				t.Errorf("%d groups, want as many as canonical searches: %d", filed.Distinct(), len(keys))
			}
		}
		for i := range queries {
			filed.Remove(i)
		}
		empty(t, filed)
	}
	t.Logf("%d pairs, %d of them matches", pairs, hits)
	if hits < pairs/200 {
		t.Errorf("only %d matches in %d pairs: they test too little", hits, pairs)
	}
}

func same(t *testing.T, name string, a *search.Analyzer, queries []market.Query, l market.Listing, want, got []int) {
	t.Helper()
	if slices.Equal(want, got) {
		return
	}
	for _, i := range want {
		if !slices.Contains(got, i) {
			t.Errorf("%s misses search %d %+v\nwords %+v\nlisting %+v\ndocument %q", name, i, queries[i], a.Words(queries[i].Text), l, a.Document(l))
			return
		}
	}
	for _, i := range got {
		if !slices.Contains(want, i) {
			t.Errorf("%s finds with search %d %+v\nwords %+v\nlisting %+v\ndocument %q", name, i, queries[i], a.Words(queries[i].Text), l, a.Document(l))
			return
		}
	}
	t.Errorf("%s: got %v, want %v", name, got, want)
}

// empty checks that nothing of searches that are gone is left.
func empty(t *testing.T, f *Filed) {
	t.Helper()
	x := f.lexicon
	if n := f.Distinct() + len(f.byHash) + len(f.more) + len(x.numbers) + len(x.mended) + len(x.rows) + len(x.rowWords) + len(f.filters.numbers); n > 0 {
		t.Errorf("%d things are left when all searches are gone", n)
	}
	for n, file := range f.files {
		if len(file.lone)+len(file.entries) > 0 {
			t.Errorf("groups are left under feature %d", n)
		}
	}
}

// What differs in a way that does not matter has one key, and what has one
// key matches alike.
func TestCanonical(t *testing.T) {
	a := matchAnalyzer(t)
	type Q = market.Query
	for _, same := range [][]Q{
		{{Text: "logo design seo"}, {Text: "design LOGO  seo"}, {Text: "লোগো ডিজাইন এসইও"}, {Text: "logo logo design\u00a0seo"}, {Text: "logo design seo", Sort: market.SortPay, Page: 3, Now: matchNow}},
		{{Text: `"logo design" -seo -free`}, {Text: `-free "Logo Design" -SEO "logo-design"`}},
		{{Text: "c++ -java"}, {Text: "-java cplusplus"}},
		{{Text: `3d "seo" x`}, {Text: `seo 3d x`}, {Text: `"3d" seo x`}},
		{{Categories: []market.Category{"web", "design"}, Sources: []string{"b", "a"}, Pays: []market.PayKind{"hourly", "fixed"}},
			{Categories: []market.Category{"design", "web", "web"}, Sources: []string{"a", "b", "a"}, Pays: []market.PayKind{"fixed", "hourly"}}},
	} {
		for _, q := range same[1:] {
			if x, y := Canonical(a, same[0]), Canonical(a, q); x != y {
				t.Errorf("%+v has %q, %+v has %q", same[0], x, q, y)
			}
		}
	}
	seen := map[string]Q{}
	for _, q := range []Q{
		{Text: "logo design seo"}, {Text: "logo seo design"}, {Text: `"logo design" seo`}, {Text: "logo -design seo"}, {Text: `-"logo design" seo`}, {Text: "logo seo"},
		{Text: "react"}, {Text: `"react"`}, {Text: "react x"}, {Text: `"react" x`},
		{From: "BD"}, {From: ""}, {Level: market.Entry}, {Level: market.Entry, Stated: true}, {English: market.Basic}, {Stated: true},
		{Categories: []market.Category{"web"}}, {Sources: []string{"web"}}, {Pays: []market.PayKind{"web"}}, {Sources: []string{"a", "b"}}, {Sources: []string{`a"o"b`}}, {Sources: []string{"a\nb"}},
		{MinUSD: 7}, {Days: 7}, {MinUSD: 70}, {Warn: market.WarnOnly}, {Warn: market.WarnWithout},
	} {
		k := Canonical(a, q)
		if o, ok := seen[k]; ok {
			t.Errorf("%+v and %+v have the same key %q", o, q, k)
		}
		seen[k] = q
	}
}

func TestCanonicalMatchesAlike(t *testing.T) {
	a := matchAnalyzer(t)
	gen := &searchtest.Generator{Seed: 5, Now: matchNow, Small: true}
	shared := 0
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		q := nastyQuery(r)
		// The same words in another order, but for the last piece.
		o := q
		if words := strings.Fields(q.Text); len(words) > 2 && !strings.ContainsAny(q.Text, `"“”-`) {
			head := words[:len(words)-1]
			r.Shuffle(len(head), func(i, j int) { head[i], head[j] = head[j], head[i] })
			o.Text = strings.Join(words, " ")
		}
		slices.Reverse(o.Sources)
		if Canonical(a, q) != Canonical(a, o) {
			return // words that belong together were parted, or typed twice
		}
		shared++
		for range 10 {
			l := nastyListing(r, gen)
			if x, y := reference(a, q, l, matchNow), reference(a, o, l, matchNow); x != y {
				t.Fatalf("%+v: %v, %+v: %v", q, x, o, y)
			}
		}
	})
	if shared < 10 {
		t.Errorf("only %d pairs had a key in common", shared)
	}
}

func TestRefuse(t *testing.T) {
	a := matchAnalyzer(t)
	everything := nastyListing(rand.New(rand.NewPCG(1, 1)), &searchtest.Generator{Now: matchNow, Small: true})
	for text, want := range map[string]error{
		"": ErrNothing, " \t": ErrNothing, "!!!": ErrNoWords, `""`: ErrNoWords, `-""`: ErrNoWords, "।": ErrNoWords, "্": ErrNoWords,
		"logo": nil, "কাজ": nil, "-logo": nil, "job": nil,
	} {
		q := market.Query{Text: text, From: market.DefaultFrom}
		if got := Refuse(a, q); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
		if want == nil {
			continue
		}
		for _, m := range []Matcher{Compile(a, []market.Query{q}), File(a, []market.Query{q})} {
			if got := m.Match(everything, matchNow); len(got) > 0 {
				t.Errorf("%q, which is refused, matches by %T", text, m)
			}
		}
		q.Level = market.Entry
		if err := Refuse(a, q); err != nil {
			t.Errorf("%q with a filter: %v", text, err)
		}
	}
}

func TestHeldWords(t *testing.T) {
	a := matchAnalyzer(t)
	l := market.Listing{Title: "Logo designer", Skills: []string{"Data Entry"}, Description: "We use Photoshop and C++."}
	for text, want := range map[string][]string{
		"":                                    nil,
		"লোগো   PHOTOSHP nurse":               {"লোগো", "PHOTOSHP"},
		`c++ "Data Entry" "entry data" -java`: {"c++", "data entry"},
		"desig":                               {"desig"},
		"design":                              {"design"},
		"desig logo":                          {"logo"},
	} {
		if got := Words(a, market.Query{Text: text}, l); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// The page and the mail agree: what an engine finds for a search is what
// the matcher finds it with.
func TestPageAndMailAgree(t *testing.T) {
	a := matchAnalyzer(t)
	const documents = 300
	gen := &searchtest.Generator{Seed: 4, Now: matchNow, Small: true}
	ls := gen.Listings(0, documents)
	var queries []market.Query
	for _, c := range searchtest.Classes {
		for _, q := range gen.Questions(c, documents, 12) {
			queries = append(queries, q.Saved())
		}
	}
	engine, err := local.Open(t.TempDir(), a)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	memory := searchtest.NewMemory(a)
	all := func(yield func(market.Listing, error) bool) {
		for _, l := range ls {
			if !yield(l, nil) {
				return
			}
		}
	}
	for _, e := range []search.Index{engine, memory} {
		if err := e.Rebuild(t.Context(), all, 1); err != nil {
			t.Fatal(err)
		}
	}
	found := map[string][]int{} // searches, by listing
	filed, scan := File(a, queries), Compile(a, queries)
	for _, l := range ls {
		found[l.Group] = filed.Match(l, matchNow)
		if !slices.Equal(found[l.Group], scan.Match(l, matchNow)) {
			t.Errorf("Scan and Filed differ about %s", l.Group)
		}
	}
	some := 0
	for i, q := range queries {
		if Refuse(a, q) != nil {
			continue
		}
		var mail []string
		for _, l := range ls {
			if slices.Contains(found[l.Group], i) {
				mail = append(mail, l.Group)
			}
		}
		slices.Sort(mail)
		some += min(len(mail), 1)
		for name, e := range map[string]search.Index{"local": engine, "memory": memory} {
			page := pages(t, e, q)
			if !slices.Equal(page, mail) {
				t.Errorf("%q %s: %s shows %d listings, the mail holds %d", q.Text, q.Values().Encode(), name, len(page), len(mail))
			}
		}
	}
	if some < len(queries)/3 {
		t.Errorf("only %d of %d searches found anything: they test too little", some, len(queries))
	}
}

// Typos are the one thing that page and mail may differ in: the embedded
// engine does not mend a word that is common as it is spelled. What it finds
// in real texts lies between the words spelled right and what a mail would hold
// that mended all; asked which words it mends, Scan and Filed find the same.
func TestTyposInMailOnReadersTexts(t *testing.T) {
	a := matchAnalyzer(t)
	ls := realListings(t, 200)
	engine, err := local.Open(t.TempDir(), a)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	err = engine.Rebuild(t.Context(), func(yield func(market.Listing, error) bool) {
		for _, l := range ls {
			if !yield(l, nil) {
				return
			}
		}
	}, 1)
	if err != nil {
		t.Fatal(err)
	}
	var queries []market.Query
	r := rand.New(rand.NewPCG(9, 9))
	for range 200 {
		if title := strings.Fields(ls[r.IntN(len(ls))].Title); len(title) > 0 {
			queries = append(queries, market.Query{Text: title[r.IntN(len(title))], Now: matchNow})
		}
	}
	words := make([]search.Words, len(queries))
	for i, q := range queries {
		words[i] = a.Words(q.Text)
	}
	docs := make([]search.Document, len(ls))
	for i, l := range ls {
		docs[i] = a.Document(l)
	}
	rare := Mending(engine.Mends)
	filed := File(a, queries)
	mail, right := make([][]string, len(queries)), make([][]string, len(queries))
	told := map[string][][]string{"Scan": make([][]string, len(queries)), "Filed": make([][]string, len(queries))}
	matchers := map[string]Matcher{"Scan": Compile(a, queries, rare), "Filed": File(a, queries, rare)}
	for j, l := range ls {
		for name, m := range matchers {
			for _, i := range m.Match(l, matchNow) {
				told[name][i] = append(told[name][i], l.Group)
			}
		}
		for _, i := range filed.Match(l, matchNow) {
			mail[i] = append(mail[i], l.Group)
		}
		for i, w := range words {
			if w.Match(docs[j]) {
				right[i] = append(right[i], l.Group)
			}
		}
	}
	shown, beyond, differ := 0, 0, 0
	for i, q := range queries {
		if Refuse(a, q) != nil {
			continue
		}
		page := pages(t, engine, q)
		shown += len(page)
		beyond += len(mail[i]) - len(page)
		if len(mail[i]) > len(page) {
			differ++
		}
		within := func(name string, of, in []string) {
			for _, g := range of {
				if !slices.Contains(in, g) {
					t.Errorf("%q: %s lacks %s", q.Text, name, g)
				}
			}
		}
		within("the page", right[i], page)
		within("the mail", page, mail[i])
		for name, found := range told {
			slices.Sort(found[i])
			if !slices.Equal(found[i], page) {
				t.Errorf("%q: the page shows %d, %s that knows the common words finds %d", q.Text, len(page), name, len(found[i]))
			}
		}
	}
	if differ == 0 {
		t.Error("no search in which typos matter: the test shows nothing")
	}
	t.Logf("%d searches: the page shows %d hits; a mail that mended common words too would hold %d more, in %d of the searches", len(queries), shown, beyond, differ)
}

// Of a word that many listings have neither page nor mail mends typos, of a
// rare one both do.
func TestMendingFollowsThePage(t *testing.T) {
	a := matchAnalyzer(t)
	var ls []market.Listing
	for i := range 14 {
		title := "React developer"
		if i >= 12 {
			title = "Reach people by letters"
		}
		id := fmt.Sprintf("%020x", i)
		ls = append(ls, market.Listing{ID: id, Group: id, Source: "site", Title: title, FirstSeenAt: matchNow})
	}
	engine, err := local.Open(t.TempDir(), a)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	err = engine.Rebuild(t.Context(), func(yield func(market.Listing, error) bool) {
		for _, l := range ls {
			if !yield(l, nil) {
				return
			}
		}
	}, 1)
	if err != nil {
		t.Fatal(err)
	}
	queries := []market.Query{{Text: "react"}, {Text: "leters"}}
	for name, m := range map[string]Matcher{"Scan": Compile(a, queries, Mending(engine.Mends)), "Filed": File(a, queries, Mending(engine.Mends))} {
		found := make([][]string, len(queries))
		for _, l := range ls {
			for _, i := range m.Match(l, matchNow) {
				found[i] = append(found[i], l.Group)
			}
		}
		for i, want := range []int{12, 2} {
			page := pages(t, engine, queries[i])
			if len(page) != want || !slices.Equal(found[i], page) {
				t.Errorf("%q: the page shows %d, %s finds %d, want %d", queries[i].Text, len(page), name, len(found[i]), want)
			}
		}
	}
	if all := File(a, queries).Match(ls[13], matchNow); !slices.Equal(all, []int{0, 1}) {
		t.Errorf("mending all finds %v in %q: the test shows nothing", all, ls[13].Title)
	}
}

// pages are all that an engine finds, sorted.
func pages(t *testing.T, e search.Index, q market.Query) []string {
	t.Helper()
	q.Now = matchNow
	var out []string
	for q.Page = 1; ; q.Page++ {
		res, err := e.Find(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, res.Groups...)
		if len(res.Groups) < market.PerPage {
			slices.Sort(out)
			return out
		}
	}
}

// textsOfSites is the folder of texts that sites really sent, empty where it is
// not there.
func textsOfSites(t *testing.T) string {
	if dir := os.Getenv("KAJKHOJ_SHARED"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			s := filepath.Join(filepath.Dir(dir), "shared")
			if _, err := os.Stat(s); err == nil {
				return s
			}
		}
	}
	return ""
}

// realListings are listings with texts that sites sent.
func realListings(t *testing.T, most int) []market.Listing {
	dir := textsOfSites(t)
	if dir == "" {
		t.Skip("no labelled listings of readers beside the project")
	}
	f, err := os.Open(filepath.Join(dir, "labels", "gold.jsonl"))
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	var out []market.Listing
	gen := &searchtest.Generator{Seed: 6, Now: matchNow, Small: true}
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<24)
	for sc.Scan() && len(out) < most {
		var text struct{ Title, Description string }
		if err := json.Unmarshal(sc.Bytes(), &text); err != nil {
			t.Fatal(err)
		}
		l := gen.Listing(len(out))
		l.Title, l.Description, l.Skills, l.Company = text.Title, text.Description, nil, ""
		out = append(out, l)
	}
	if err := sc.Err(); err != nil && err != fs.ErrClosed {
		t.Fatal(err)
	}
	return out
}

// Real texts hold what nobody thinks of when making some up.
func TestMatchersAgreeOnReadersTexts(t *testing.T) {
	a := matchAnalyzer(t)
	ls := realListings(t, 60)
	r := rand.New(rand.NewPCG(8, 8))
	var queries []market.Query
	for range 1500 {
		l := ls[r.IntN(len(ls))]
		words := strings.FieldsFunc(l.Title+" "+l.Description, func(r rune) bool { return r == ' ' || r == '\n' })
		if len(words) == 0 {
			continue
		}
		i := r.IntN(len(words))
		run := strings.Join(words[i:min(i+1+r.IntN(3), len(words))], " ")
		var q market.Query
		switch r.IntN(4) {
		case 0:
			q.Text = `"` + run + `"`
		case 1:
			q.Text = run + " -" + words[r.IntN(len(words))]
		case 2:
			w := []rune(run)
			q.Text = string(w[:1+r.IntN(len(w))])
		default:
			q.Text = run
		}
		if r.IntN(3) == 0 {
			q = filtered(r, q)
		}
		queries = append(queries, q)
	}
	scan, filed := Compile(a, queries), File(a, queries)
	hits := 0
	for _, l := range ls {
		d := a.Document(l)
		var want []int
		for i, q := range queries {
			if Refuse(a, q) == nil {
				w := a.Words(q.Text)
				q.Now = matchNow
				if q.Filter(l) && w.MatchTypos(d) {
					want = append(want, i)
				}
			}
		}
		hits += len(want)
		same(t, "Scan", a, queries, l, want, scan.Match(l, matchNow))
		same(t, "Filed", a, queries, l, want, filed.Match(l, matchNow))
		if t.Failed() {
			return
		}
	}
	t.Logf("%d listings, %d searches, %d matches", len(ls), len(queries), hits)
}

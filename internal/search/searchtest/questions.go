package searchtest

import (
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Class is a kind of query that engines are measured by.
type Class struct {
	Name string
	ask  func(q *questions) market.Query
}

// Classes are the kinds of queries. Each asks for a page with all facets.
var Classes = []Class{
	{"one word", func(q *questions) market.Query { return q.text(q.word(1)) }},
	{"three words", func(q *questions) market.Query { return q.text(q.word(1) + " " + q.word(1) + " " + q.word(1)) }},
	{"prefix", func(q *questions) market.Query { return q.text(q.prefix()) }},
	{"typo", func(q *questions) market.Query { return q.text(q.typo()) }},
	{"Bengali", func(q *questions) market.Query {
		return q.text(pick(q.r, bengalis[:16]...) + " " + pick(q.r, bengalis[:16]...))
	}},
	{"phrase", func(q *questions) market.Query { return q.text(q.phrase()) }},
	{"a word but another", func(q *questions) market.Query { return q.text(q.word(1) + " -" + q.word(1)) }},
	{"filters, newest first", func(q *questions) market.Query { return q.filtered("") }},
	{"filters, best pay", func(q *questions) market.Query {
		f := q.filtered("")
		f.Sort = market.SortPay
		return f
	}},
	{"words and filters", func(q *questions) market.Query { return q.filtered(q.word(1)) }},
	{"no words, no filters", func(q *questions) market.Query { return q.text("") }},
	{"typo, prefix, filters", func(q *questions) market.Query { return q.filtered(q.typo() + " " + q.prefix()) }},
	{"deepest page, no words", func(q *questions) market.Query {
		f := q.text("")
		f.Page = market.Depth / market.PerPage
		return f
	}},
	{"deepest page, one word", func(q *questions) market.Query {
		f := q.text(strings.ReplaceAll(pick(q.r, skills[:20]...), "-", " "))
		f.Page = market.Depth / market.PerPage
		return f
	}},
}

// Questions makes n queries of a class about the listings up to number documents.
func (g *Generator) Questions(c Class, documents, n int) []market.Query {
	r := rand.New(rand.NewPCG(g.Seed, 99))
	out := make([]market.Query, n)
	for i := range out {
		out[i] = c.ask(&questions{r, g, g.Listing(r.IntN(documents))})
	}
	return out
}

// questions ask about one listing, which is thereby found.
type questions struct {
	r *rand.Rand
	g *Generator
	l market.Listing
}

func (q *questions) text(s string) market.Query { return market.Query{Text: s, Now: q.g.Now} }

// word is a word of so many letters or more: of the title, the skills or the
// text in equal shares, so that the frequent ones are asked for more often.
func (q *questions) word(letters int) string {
	of := []string{q.l.Title, strings.Join(q.l.Skills, " "), q.l.Description}[q.r.IntN(3)]
	words := strings.FieldsFunc(of, func(r rune) bool { return strings.ContainsRune(" ,.\n•-", r) })
	words = slices.DeleteFunc(words, func(w string) bool {
		return utf8.RuneCountInString(w) < letters || strings.ContainsAny(w, "0123456789+#")
	})
	if len(words) == 0 {
		return roles[q.r.IntN(len(roles))]
	}
	return strings.ToLower(words[q.r.IntN(len(words))])
}

func (q *questions) prefix() string {
	w := []rune(q.word(3))
	return string(w[:min(len(w), 2+q.r.IntN(4))])
}

// typo is a word of five letters or more with one spoilt, not the first.
func (q *questions) typo() string {
	w := []rune(q.word(5))
	i := 1 + q.r.IntN(len(w)-2)
	switch q.r.IntN(4) {
	case 0:
		w[i], w[i+1] = w[i+1], w[i]
	case 1:
		w = slices.Delete(w, i, i+1)
	case 2:
		w = slices.Insert(w, i, 'x')
	default:
		w[i] = 'x'
	}
	return string(w)
}

func (q *questions) phrase() string {
	words := strings.FieldsFunc(q.l.Title, func(r rune) bool { return r == ' ' })
	i := q.r.IntN(len(words) - 1)
	return `"` + strings.Join(words[i:i+2], " ") + `"`
}

func (q *questions) filtered(text string) market.Query {
	f := q.text(text)
	f.From = "BD"
	f.Level = market.Levels[q.r.IntN(3)]
	f.English = market.Englishes[q.r.IntN(4)]
	switch q.r.IntN(4) {
	case 0:
		f.Categories = []market.Category{market.Categories[q.r.IntN(10)]}
	case 1:
		f.Days = market.Days[q.r.IntN(4)]
	case 2:
		f.Pays = []market.PayKind{market.PayHourly, market.PayFixed}
		f.MinUSD = int64(10 * q.r.IntN(50))
	}
	return f
}

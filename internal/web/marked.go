package web

import (
	"fmt"
	"html"
	"html/template"
	"slices"
	"strings"
	"unicode"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// marked is a listing's title and text with the words behind its labels.
// Passages that overlap are one mark with several reasons; what a statement
// says is never part of an estimate's mark.
type marked struct {
	title, text stretch
}

// stretch is a text as it is shown, with its passages.
type stretch struct {
	shown    string
	passages []passage
	// guess are the kinds whose words speak for an estimate only.
	guess map[string]bool
}

// passage is a marked stretch of a title or text, in bytes.
type passage struct {
	start, end int
	// id is what facts link to.
	id string
	// kinds are what it speaks for: "level", "english", "spoken",
	// "tongue", "from", "pay", "warn".
	kinds []string
	// guess is whether it speaks for estimates alone.
	guess bool
}

// markListing places each label's evidence in the title and in the shown
// text. Evidence that is not there, word for word, is left out, and so is
// that of a label without a value: the page makes no estimate then.
func markListing(l market.Listing, shown string) *marked {
	guess := map[string]bool{}
	m := &marked{title: stretch{shown: l.Title, guess: guess}, text: stretch{shown: shown, guess: guess}}
	add := func(kind string, es ...market.Evidence) {
		for _, e := range es {
			switch e.Field {
			case "title":
				m.title.add(kind, e)
			case "description":
				m.text.add(kind, e)
			}
		}
	}
	label := func(kind string, has, stated bool, es []market.Evidence) {
		if has {
			guess[kind] = !stated
			add(kind, es...)
		}
	}
	label("level", l.Level.Value != "", l.Level.Stated(), l.Level.Evidence)
	label("english", l.English.Value != "", l.English.Stated(), l.English.Evidence)
	label("spoken", l.Spoken.Value != "", l.Spoken.Stated(), l.Spoken.Evidence)
	for _, t := range l.Tongues {
		add("tongue", t.Evidence)
	}
	label("from", true, l.Apply.Basis.Stated(), l.Apply.Evidence)
	if l.Pay.Evidence != nil {
		add("pay", *l.Pay.Evidence)
	}
	for _, w := range l.Warnings {
		add("warn", w.Evidence)
	}
	used := map[string]int{}
	m.title.arrange(used)
	m.text.arrange(used)
	return m
}

func (s *stretch) add(kind string, e market.Evidence) {
	if start, end, ok := place(s.shown, e); ok {
		s.passages = append(s.passages, passage{start: start, end: end, kinds: []string{kind}, guess: s.guess[kind]})
	}
}

// place is where a quote stands in a text: where the evidence says, or, if
// that has moved, where the words first occur.
func place(text string, e market.Evidence) (start, end int, ok bool) {
	if e.Quote == "" {
		return 0, 0, false
	}
	if e.Start >= 0 && e.Start < e.End && e.End <= len(text) && text[e.Start:e.End] == e.Quote {
		return e.Start, e.End, true
	}
	if i := strings.Index(text, e.Quote); i >= 0 {
		return i, i + len(e.Quote), true
	}
	return 0, 0, false
}

// arrange puts the passages in order, gives them their ids and lets none
// overlap. Where words of an estimate overlap a statement's, the statement's
// mark is as long as the statement, and speaks for the estimate too if nothing
// is left beside it.
func (s *stretch) arrange(used map[string]int) {
	var said, guessed []passage
	for _, p := range s.passages {
		if p.guess {
			guessed = append(guessed, p)
		} else {
			said = append(said, p)
		}
	}
	said = merge(said)
	out := said
	for _, p := range merge(guessed) {
		rest := p.without(said, s.shown)
		if len(rest) > 0 {
			out = append(out[:len(out):len(out)], rest...)
			continue
		}
		i := slices.IndexFunc(said, func(q passage) bool { return q.start < p.end && p.start < q.end })
		for _, kind := range p.kinds {
			if !slices.Contains(out[i].kinds, kind) {
				out[i].kinds = append(out[i].kinds, kind)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b passage) int { return a.start - b.start })
	for i := range out {
		kind := out[i].kinds[0]
		used[kind]++
		out[i].id = "q-" + kind
		if used[kind] > 1 {
			out[i].id = fmt.Sprintf("q-%s-%d", kind, used[kind])
		}
	}
	s.passages = out
}

// merge makes passages that overlap one.
func merge(ps []passage) []passage {
	slices.SortStableFunc(ps, func(a, b passage) int { return a.start - b.start })
	var out []passage
	for _, p := range ps {
		if n := len(out); n > 0 && p.start < out[n-1].end {
			last := &out[n-1]
			last.end = max(last.end, p.end)
			if !slices.Contains(last.kinds, p.kinds[0]) {
				last.kinds = append(last.kinds, p.kinds[0])
			}
			continue
		}
		out = append(out, p)
	}
	return out
}

func letter(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// without is what of a passage in a text has words and lies outside others,
// which are in order.
func (p passage) without(others []passage, text string) []passage {
	var out []passage
	piece := func(start, end int) {
		if start >= end || strings.IndexFunc(text[start:end], letter) < 0 {
			return
		}
		start += strings.IndexFunc(text[start:end], letter)
		q := p
		q.start, q.end = start, start+len(strings.TrimRightFunc(text[start:end], unicode.IsSpace))
		out = append(out, q)
	}
	at, crossed := p.start, false
	for _, o := range others {
		if o.end <= p.start || o.start >= p.end {
			continue
		}
		crossed = true
		piece(at, o.start)
		at = max(at, o.end)
	}
	if !crossed {
		return []passage{p}
	}
	piece(at, p.end)
	return out
}

// cite quotes evidence beside a fact: as a link to its mark where it has
// one, with the place's name where it stands elsewhere.
func (m *marked) cite(v *view, e market.Evidence, lang string) template.HTML {
	q := v.quote(e.Quote, lang)
	in := m.text
	switch e.Field {
	case "description":
	case "title":
		in = m.title
	case "skills":
		return v.markup("listing.in-skills", "quote", q)
	default:
		return v.markup("listing.site-field", "field", v.named(e.Field), "quote", q)
	}
	if start, end, ok := place(in.shown, e); ok {
		for _, p := range in.passages {
			if p.start <= start && end <= p.end {
				q = template.HTML(`<a href="#` + p.id + `">` + string(q) + `</a>`)
			}
		}
	}
	if e.Field == "title" {
		return v.markup("listing.in-title", "quote", q)
	}
	return q
}

// heading is the title with its marks.
func (m *marked) heading() template.HTML {
	var b strings.Builder
	m.title.write(&b, nil, false, 0, len(m.title.shown))
	return template.HTML(b.String())
}

// paragraphs is the text as HTML: blank lines part paragraphs, "• " begins
// an item of a list. links says whether each mark has links to its facts.
func (m *marked) paragraphs(v *view, links bool) template.HTML {
	text := m.text.shown
	var b strings.Builder
	const none, paragraph, list = 0, 1, 2
	open := none
	begin := func(kind int) {
		if open == kind {
			return
		}
		b.WriteString([...]string{none: "", paragraph: "</p>\n", list: "</ul>\n"}[open])
		b.WriteString([...]string{none: "", paragraph: "<p>", list: "<ul>\n"}[kind])
		open = kind
	}
	for start := 0; start < len(text); {
		end := start + strings.IndexByte(text[start:]+"\n", '\n')
		line := text[start:end]
		switch {
		case strings.TrimSpace(line) == "":
			if open == paragraph {
				begin(none)
			}
		case strings.HasPrefix(line, "• "):
			begin(list)
			b.WriteString("<li>")
			m.text.write(&b, v, links, start+len("• "), end)
			b.WriteString("</li>\n")
		default:
			if open == paragraph {
				b.WriteString("<br>\n")
			}
			begin(paragraph)
			m.text.write(&b, v, links, start, end)
		}
		start = end + 1
	}
	begin(none)
	return template.HTML(b.String())
}

// write writes the stretch between two bytes with its marks. A mark that goes on in the next
// line is one there too; its id stands at its first stretch and its links
// behind its last, or, without links, the words for who does not see that it
// is an estimate's. v is nil for marks alone.
func (s stretch) write(b *strings.Builder, v *view, links bool, from, to int) {
	text, at := s.shown, from
	for _, p := range s.passages {
		start, end := max(p.start, from), min(p.end, to)
		if start >= end {
			continue
		}
		b.WriteString(html.EscapeString(text[at:start]))
		b.WriteString("<mark")
		if p.guess {
			b.WriteString(` class="guess"`)
		}
		if p.start >= from {
			b.WriteString(` id="` + p.id + `"`)
		}
		b.WriteString(">" + html.EscapeString(text[start:end]) + "</mark>")
		switch {
		case v == nil || p.end > to:
		case links:
			for _, kind := range p.kinds {
				b.WriteString(` <a class="hint" lang="` + string(v.Lang) + `" href="#f-` + kind + `">[` + html.EscapeString(v.Text("mark."+kind)))
				if s.guess[kind] {
					b.WriteString(`<span class="vh">, ` + html.EscapeString(v.Text("mark.guess")) + `</span>`)
				}
				b.WriteString(`]</a>`)
			}
		case p.guess:
			b.WriteString(` <span class="vh" lang="` + string(v.Lang) + `">[` + html.EscapeString(v.Text("mark.guess")) + `]</span>`)
		}
		at = end
	}
	b.WriteString(html.EscapeString(text[at:to]))
}

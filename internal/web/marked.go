package web

import (
	"fmt"
	"html"
	"html/template"
	"slices"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// marked is a listing's title and text with the words behind its labels.
// Passages that overlap are one mark with several reasons.
type marked struct {
	title, text stretch
}

// stretch is a text as it is shown, with its passages.
type stretch struct {
	shown    string
	passages []passage
}

// passage is a marked stretch of a title or text, in bytes.
type passage struct {
	start, end int
	// id is what facts link to.
	id string
	// kinds are what it speaks for: "level", "english", "spoken",
	// "tongue", "from", "pay", "warn".
	kinds []string
	// guesses are those of kinds that are estimated and not stated.
	guesses []string
}

// markListing places each label's evidence in the title and in the shown
// text. Evidence that is not there, word for word, is left out.
func markListing(l market.Listing, shown string) *marked {
	m := &marked{title: stretch{shown: l.Title}, text: stretch{shown: shown}}
	place := func(kind string, guess bool, es []market.Evidence) {
		for _, e := range es {
			switch e.Field {
			case "title":
				m.title.add(kind, guess, e)
			case "description":
				m.text.add(kind, guess, e)
			}
		}
	}
	add := func(kind string, es ...market.Evidence) { place(kind, false, es) }
	place("level", l.Level.Basis == market.BasisEstimate, l.Level.Evidence)
	place("english", l.English.Basis == market.BasisEstimate, l.English.Evidence)
	place("spoken", l.Spoken.Basis == market.BasisEstimate, l.Spoken.Evidence)
	for _, t := range l.Tongues {
		add("tongue", t.Evidence)
	}
	add("from", l.Apply.Evidence...)
	if l.Pay.Evidence != nil {
		add("pay", *l.Pay.Evidence)
	}
	for _, w := range l.Warnings {
		add("warn", w.Evidence)
	}
	used := map[string]int{}
	m.title.passages = merge(m.title.passages, used)
	m.text.passages = merge(m.text.passages, used)
	return m
}

func (s *stretch) add(kind string, guess bool, e market.Evidence) {
	if start, end, ok := place(s.shown, e); ok {
		p := passage{start: start, end: end, kinds: []string{kind}}
		if guess {
			p.guesses = p.kinds
		}
		s.passages = append(s.passages, p)
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

func merge(ps []passage, used map[string]int) []passage {
	slices.SortStableFunc(ps, func(a, b passage) int { return a.start - b.start })
	var out []passage
	for _, p := range ps {
		if n := len(out); n > 0 && p.start < out[n-1].end {
			last := &out[n-1]
			last.end = max(last.end, p.end)
			if !slices.Contains(last.kinds, p.kinds[0]) {
				last.kinds = append(last.kinds, p.kinds[0])
				last.guesses = slices.Concat(last.guesses, p.guesses)
			}
			continue
		}
		out = append(out, p)
	}
	for i := range out {
		kind := out[i].kinds[0]
		used[kind]++
		out[i].id = "q-" + kind
		if used[kind] > 1 {
			out[i].id = fmt.Sprintf("q-%s-%d", kind, used[kind])
		}
	}
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
	m.title.write(&b, nil, 0, len(m.title.shown))
	return template.HTML(b.String())
}

// paragraphs is the text as HTML: blank lines part paragraphs, "• " begins
// an item of a list. links says whether each mark has links to its facts.
func (m *marked) paragraphs(v *view, links bool) template.HTML {
	text := m.text.shown
	var b strings.Builder
	to := v
	if !links {
		to = nil
	}
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
			m.text.write(&b, to, start+len("• "), end)
			b.WriteString("</li>\n")
		default:
			if open == paragraph {
				b.WriteString("<br>\n")
			}
			begin(paragraph)
			m.text.write(&b, to, start, end)
		}
		start = end + 1
	}
	begin(none)
	return template.HTML(b.String())
}

// write writes the stretch between two bytes with its marks. A mark that goes on in the next
// line is one there too; its id stands at its first stretch and its links
// behind its last. v is nil for no links.
func (s stretch) write(b *strings.Builder, v *view, from, to int) {
	text, at := s.shown, from
	for _, p := range s.passages {
		start, end := max(p.start, from), min(p.end, to)
		if start >= end {
			continue
		}
		b.WriteString(html.EscapeString(text[at:start]))
		b.WriteString("<mark")
		if p.start >= from {
			b.WriteString(` id="` + p.id + `"`)
		}
		if len(p.guesses) == len(p.kinds) {
			b.WriteString(` class="guess"`)
		}
		b.WriteString(">" + html.EscapeString(text[start:end]) + "</mark>")
		if v != nil && p.end <= to {
			for _, kind := range p.kinds {
				words := v.Text("mark." + kind)
				if slices.Contains(p.guesses, kind) {
					words = v.Text("mark.guess", "of", words)
				}
				b.WriteString(` <a class="hint" lang="` + string(v.Lang) + `" href="#f-` + kind + `">[` + html.EscapeString(words) + `]</a>`)
			}
		}
		at = end
	}
	b.WriteString(html.EscapeString(text[at:to]))
}

package locale

import (
	"fmt"
	"html"
	"html/template"
	"strings"
	"unicode"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Mark is the language to mark a text with: empty where it is the
// catalogue's own. known is the text's language where something says so.
func (c *Catalogue) Mark(text, known string) string {
	l := string(English)
	switch {
	case IsBengali(text):
		l = string(Bengali)
	case known != "" && known != string(Bengali):
		l = known
	}
	if l == string(c.Lang) {
		return ""
	}
	return l
}

// Markup is a message with its names filled in; args are names and values in
// turn. Values of type template.HTML stand as they are, strings are escaped.
func (c *Catalogue) Markup(key string, args ...any) template.HTML {
	var b strings.Builder
next:
	for _, p := range c.Parts(key) {
		if p.Name == "" {
			b.WriteString(html.EscapeString(p.Text))
			continue
		}
		for i := 0; i+1 < len(args); i += 2 {
			if args[i] != p.Name {
				continue
			}
			switch a := args[i+1].(type) {
			case template.HTML:
				b.WriteString(string(a))
			case string:
				b.WriteString(html.EscapeString(a))
			default:
				panic(fmt.Sprintf("locale: message %q is given a %T", key, a))
			}
			continue next
		}
		panic(fmt.Sprintf("locale: message %q wants {%s}", key, p.Name))
	}
	return template.HTML(b.String())
}

// Search is a query in words on one line: its text, then its conditions.
// Empty for a query that asks for nothing.
func (c *Catalogue) Search(q market.Query, title func(source string) string) string {
	var parts []string
	if q.Text != "" {
		parts = append(parts, q.Text)
	}
	for _, cond := range c.Conditions(q, title) {
		parts = append(parts, cond.Kind+cond.Text)
	}
	return strings.Join(parts, ", ")
}

// Cut shortens a text to at most n characters, at a space where there is
// one, and never inside a letter with its signs.
func Cut(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	end := n
	for i := n; i > n/2; i-- {
		if unicode.IsSpace(runes[i]) {
			end = i
			break
		}
	}
	for end > 0 && (unicode.Is(unicode.M, runes[end]) || joiner(runes[end]) || joiner(runes[end-1]) || runes[end-1] == virama) {
		end--
	}
	return strings.TrimRightFunc(string(runes[:end]), func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' }) + "…"
}

// virama joins the letter before it to the one behind it (U+09CD).
const virama = '্'

func joiner(r rune) bool { return r == '\u200c' || r == '\u200d' }

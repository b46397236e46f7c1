package web

import (
	"html"
	"html/template"
	"strings"
)

// choice is a value of a filter with the number of listings it would give.
type choice struct {
	Value string
	Label template.HTML
	Count string
	On    bool
}

// The form has some eighty choices and a list twenty hits: both are written
// here and in hit.go rather than by a template, which took more time than all
// else of a page.

// pills are choices of one question that stand side by side.
func pills(name string, choices []choice) template.HTML {
	var b strings.Builder
	for _, c := range choices {
		b.WriteString("\n<label>")
		c.input(&b, "radio", name)
		b.WriteString("<span>" + string(c.Label))
		c.count(&b)
		b.WriteString("</span></label>")
	}
	return template.HTML(b.String())
}

// options are choices one below the other; kind is "radio" where only one can
// be chosen and "checkbox" else.
func options(kind, name string, choices ...choice) template.HTML {
	var b strings.Builder
	for _, c := range choices {
		b.WriteString("\n<label class=\"opt\">")
		c.input(&b, kind, name)
		b.WriteString(" " + string(c.Label))
		c.count(&b)
		b.WriteString("</label>")
	}
	return template.HTML(b.String())
}

func (c choice) input(b *strings.Builder, kind, name string) {
	b.WriteString(`<input type="` + kind + `" name="` + name + `" value="` + html.EscapeString(c.Value) + `"`)
	if c.On {
		b.WriteString(" checked")
	}
	b.WriteString(">")
}

func (c choice) count(b *strings.Builder) {
	if c.Count != "" {
		b.WriteString(" <small>" + html.EscapeString(c.Count) + "</small>")
	}
}

// selection is choices as the content of a select; their labels hold the
// counts.
func selection(choices []choice) template.HTML {
	var b strings.Builder
	for _, c := range choices {
		b.WriteString("\n<option value=\"" + html.EscapeString(c.Value) + `"`)
		if c.On {
			b.WriteString(" selected")
		}
		b.WriteString(">" + string(c.Label) + "</option>")
	}
	return template.HTML(b.String())
}

package locale

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/number"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Why is why a source is not well, in words; empty where its state says all.
// Instants are told as Moment tells them.
func (c *Catalogue) Why(r market.Reason, now time.Time) string {
	switch r.Key {
	case "why.late", "why.stuck":
		at, err := time.Parse(time.RFC3339, r.Args["at"])
		if err != nil {
			return ""
		}
		return c.Text(r.Key, "time", c.Moment(at, now))
	case "why.blocked-code":
		return c.Text(r.Key, "code", c.Digits(r.Args["code"]))
	case "why.thin":
		return c.Text(r.Key, "usual", c.count(r.Args["usual"]), "last", c.count(r.Args["last"]))
	case market.WhyLost:
		before, after := c.count(r.Args["before"]), c.count(r.Args["after"])
		var names []string
		for _, f := range strings.Split(r.Args["fields"], ",") {
			if f == "letters" {
				return c.Text("why.garbled", "before", before, "after", after)
			}
			if c.Has("field." + f) {
				names = append(names, c.Text("field."+f))
			}
		}
		if len(names) == 0 {
			return ""
		}
		first := c.Text("why.lost", "field", capital(names[0]), "before", before, "after", after)
		if len(names) == 1 {
			return first
		}
		return c.Text("why.lost-more", "first", first, "fields", strings.Join(names[1:], c.Text("listing.country-next")))
	case "why.partial", "why.changed", "why.empty", "why.blocked", "why.unreachable", "why.too-large", "why.refused", "why.failed":
		return c.Text(r.Key)
	}
	return ""
}

// count is a number that stands in a text of its own.
func (c *Catalogue) count(text string) string {
	n, err := strconv.Atoi(text)
	if err != nil {
		return text
	}
	return c.counts.Sprint(number.Decimal(n))
}

// capital is a text that begins a sentence.
func capital(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[n:]
}

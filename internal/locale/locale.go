// Package locale speaks Bengali and English: messages, numbers, money, dates
// and the names of countries, for pages and letters.
package locale

import (
	"embed"
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
	"golang.org/x/text/unicode/norm"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Lang is a language that the site speaks, as a BCP 47 tag.
type Lang string

// The languages. Bengali comes first: it is the default.
const (
	Bengali Lang = "bn"
	English Lang = "en"
)

// Langs are all languages, the default first.
var Langs = []Lang{Bengali, English}

// Valid reports whether l is one of Langs.
func (l Lang) Valid() bool { return l == Bengali || l == English }

// Other is the other language.
func (l Lang) Other() Lang {
	if l == Bengali {
		return English
	}
	return Bengali
}

var matcher = language.NewMatcher([]language.Tag{language.Bengali, language.English})

// Match picks the language that an Accept-Language header (RFC 9110, 12.5.4)
// likes best; the default where it likes neither or cannot be read.
func Match(accept string) Lang {
	_, i := language.MatchStrings(matcher, accept)
	return Langs[i]
}

//go:embed bn.json en.json
var catalogues embed.FS

// Part is a piece of a message: words, or the name of what stands there.
type Part struct {
	Text string
	Name string
}

// Catalogue is all that is said in one language.
type Catalogue struct {
	Lang      Lang
	messages  map[string][]Part
	counts    *message.Printer // numbers of things
	small     [1000]string     // the most usual ones, ready
	taka      *message.Printer // taka, grouped 3,2,2 in either language
	regions   display.Namer
	languages display.Namer
}

// Load reads the catalogue of a language. It fails where a message is no
// valid message.
func Load(l Lang) (*Catalogue, error) {
	raw, err := catalogues.ReadFile(string(l) + ".json")
	if err != nil {
		return nil, fmt.Errorf("locale: no catalogue for %q: %w", l, err)
	}
	var groups map[string]map[string]string
	if err := json.Unmarshal(raw, &groups); err != nil {
		return nil, fmt.Errorf("locale: %s.json: %w", l, err)
	}
	c := &Catalogue{Lang: l, messages: map[string][]Part{}}
	for group, ms := range groups {
		for name, text := range ms {
			key := group + "." + name
			parts, err := parse(norm.NFC.String(text))
			if err != nil {
				return nil, fmt.Errorf("locale: %s.json: %s: %w", l, key, err)
			}
			c.messages[key] = parts
		}
	}
	// The tag bn gives Bengali digits and groups of 3,2,2; bn-BD would give
	// Latin digits. English counts stand in groups of three, taka do not.
	switch l {
	case Bengali:
		c.counts = message.NewPrinter(language.Bengali)
		c.taka = c.counts
		c.regions = display.Regions(language.Bengali)
		c.languages = display.Languages(language.Bengali)
	default:
		c.counts = message.NewPrinter(language.English)
		c.taka = message.NewPrinter(language.MustParse("en-IN"))
		c.regions = display.Regions(language.English)
		c.languages = display.Languages(language.English)
	}
	for n := range c.small {
		c.small[n] = c.counts.Sprint(number.Decimal(n))
	}
	return c, nil
}

// parse cuts a message at its {names}.
func parse(text string) ([]Part, error) {
	if text == "" {
		return nil, fmt.Errorf("empty message")
	}
	var parts []Part
	for text != "" {
		before, rest, ok := strings.Cut(text, "{")
		if strings.Contains(before, "}") {
			return nil, fmt.Errorf("a } without its {")
		}
		if before != "" {
			parts = append(parts, Part{Text: before})
		}
		if !ok {
			break
		}
		name, after, ok := strings.Cut(rest, "}")
		if !ok || name == "" || strings.ContainsAny(name, "{ ") {
			return nil, fmt.Errorf("a { without its }")
		}
		parts = append(parts, Part{Name: name})
		text = after
	}
	return parts, nil
}

// Has reports whether there is such a message.
func (c *Catalogue) Has(key string) bool { _, ok := c.messages[key]; return ok }

// Keys are the keys of all messages, sorted.
func (c *Catalogue) Keys() []string {
	keys := make([]string, 0, len(c.messages))
	for k := range c.messages {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// Parts is a message in pieces, for those who mark up what stands in it. It
// panics where there is no such message: that is a programmer's slip, which
// the tests look for.
func (c *Catalogue) Parts(key string) []Part {
	parts, ok := c.messages[key]
	if !ok {
		panic(fmt.Sprintf("locale: no message %q in %s", key, c.Lang))
	}
	return parts
}

// Text is a message with its names filled in; args are names and values in
// turn. It panics on an unknown message and on a name that args do not give.
func (c *Catalogue) Text(key string, args ...string) string {
	parts := c.Parts(key)
	if len(parts) == 1 && parts[0].Name == "" {
		return parts[0].Text
	}
	var b strings.Builder
next:
	for _, p := range parts {
		if p.Name == "" {
			b.WriteString(p.Text)
			continue
		}
		for i := 0; i+1 < len(args); i += 2 {
			if args[i] == p.Name {
				b.WriteString(args[i+1])
				continue next
			}
		}
		panic(fmt.Sprintf("locale: message %q wants {%s}", key, p.Name))
	}
	return b.String()
}

// Reason is a reason in words. Numbers in it are in the digits of the
// language.
func (c *Catalogue) Reason(r market.Reason) string {
	args := make([]string, 0, 2*len(r.Args))
	for name, value := range r.Args {
		if n, err := strconv.Atoi(value); err == nil {
			value = c.counts.Sprint(number.Decimal(n))
		} else if name == "kind" {
			value = c.Text("kind." + value)
		}
		args = append(args, name, value)
	}
	if r.Key == market.ReasonWords && len(strings.Fields(r.Args["words"])) == 1 {
		return c.Text("reason.word", args...)
	}
	return c.Text("reason."+r.Key, args...)
}

// Country is the name of a country by its ISO 3166-1 alpha-2 code, by CLDR,
// and the code itself where CLDR has no name.
func (c *Catalogue) Country(code string) string {
	r, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	if name := c.regions.Name(r); name != "" {
		return norm.NFC.String(name)
	}
	return code
}

// Language is the name of a language by its BCP 47 tag, by CLDR, and the tag
// itself where CLDR has no name.
func (c *Catalogue) Language(tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		return tag
	}
	if name := c.languages.Name(t); name != "" {
		return norm.NFC.String(name)
	}
	return tag
}

// IsBengali reports whether a text has Bengali letters: it is then marked as
// Bengali on an English page, and only a text without any is marked as
// English on a Bengali one.
func IsBengali(text string) bool {
	for _, r := range text {
		if r >= 0x0980 && r <= 0x09FF {
			return true
		}
	}
	return false
}

package normalize

import (
	"errors"
	"fmt"
	"io/fs"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

// places knows what the names of places take in.
type places struct {
	names map[string]place // by key
	// said finds the statements of running text and the names in them.
	said *phrase.Set
	list []place
}

// place is a name's countries; worldwide takes in all.
type place struct {
	countries countries
	worldwide bool
	// code says that the name is a bare country code.
	code bool
	// capitals says that in running text the name counts in capitals only.
	capitals bool
}

// countries is a set of market.Countries, by their index there.
type countries [4]uint64

var countryIndex = func() map[string]int {
	m := map[string]int{}
	for i, code := range market.Countries {
		m[code] = i
	}
	if len(m) > 64*len(countries{}) {
		panic("normalize: more countries than the set holds")
	}
	return m
}()

func setOf(codes ...string) (c countries) {
	for _, code := range codes {
		i := countryIndex[code]
		c[i/64] |= 1 << (i % 64)
	}
	return c
}

func (c countries) or(d countries) countries {
	for i := range c {
		c[i] |= d[i]
	}
	return c
}

func (c countries) and(d countries) countries {
	for i := range c {
		c[i] &= d[i]
	}
	return c
}

// within reports whether all of c are in d.
func (c countries) within(d countries) bool { return c.and(d) == c }

// list is the codes, sorted.
func (c countries) list() []string {
	n := 0
	for _, word := range c {
		n += bits.OnesCount64(word)
	}
	out := make([]string, 0, n)
	for i, code := range market.Countries {
		if c[i/64]>>(i%64)&1 != 0 {
			out = append(out, code)
		}
	}
	return out
}

// The IDs of what apply.go looks for in running text; names of places follow
// from sayPlace.
const (
	sayWorldwide = iota // a whole statement that anyone may apply
	sayMust             // "must be based in", before a place
	sayOpenTo           // "candidates from", before a place
	sayOnlyFrom         // "only from", before a place
	sayRemote           // "remote", before a place in brackets
	sayLocation         // "location:", before a place
	sayOnlyAfter        // "only", "residents only", behind a place
	sayMayApply         // "থেকে আবেদন করতে পারবেন", behind a place
	sayPlace
)

var applyRules = func() []phrase.Rule {
	patterns := map[int][]string{
		sayWorldwide: {
			"(open|available) to (anyone|everyone|people|candidates|applicants|freelancers|talent|all) _3 (worldwide|globally)",
			"(open|available) to (anyone|everyone|people|candidates|applicants|freelancers|talent) _2 (in|from) (any country|all countries|anywhere|any location|all over the world|around the world|every country)",
			"open to (applicants|candidates|applications|freelancers)? (worldwide|globally)",
			"(anyone|everyone|people|freelancers|candidates|applicants) (from|in) (any country|anywhere in the world|all over the world|around the world|all countries) (can|may|is|are)",
			"(candidates|applicants|freelancers|applications) (from|in) (anywhere|any country|all countries|any location|all over the world|around the world) (are|is)? (welcome|accepted|considered|encouraged)",
			"(you|we|freelancer|candidate|applicant|worker) (can|may|could) (be|live|work|apply|hire) (based|located|remotely)? (from|in)? (anywhere in the world|any country|anywhere on earth)",
			"work from anywhere in the world", "work remotely from anywhere in the world", "be based anywhere in the world",
			"(hire|hiring|recruit) (people|talent|candidates|freelancers|remotely|contractors)? (worldwide|globally|from anywhere|from any country|from all over the world)",
			"(no|without) (location|geographic|geographical|country) (restriction|restrictions|limit|limits|requirement|requirements)",
			"your? location (does not|doesn't|doesnt) matter", "location is not important", "(any|all) (nationality|nationalities|countries|country) (welcome|accepted)",
			"remote worldwide", "worldwide remote", "remote global", "remote anywhere in the world", "fully remote worldwide",
			"location (worldwide|anywhere|global|any)", "locations (worldwide|anywhere|global|any)",
			"(বিশ্বের)? (যেকোনো|যেকোন|যে কোনো|যে কোন) (দেশ|জায়গা|স্থান) থেকে _2 (আবেদন|কাজ)",
		},
		sayMust: {
			"(must|should|need to|needs to|have to|has to|required to) be? currently? physically? (based|located|reside|residing|live|living|resident|residents|citizen|citizens) (in|of|within|from)",
			"must be (a|an) (resident|citizen) of", "(must|should) be from", "must currently? (reside|live|work) (in|within|from)",
			"(authorized|authorised|eligible|legally authorized|legally able) to work in", "right to work in", "work authorization in",
		},
		sayOpenTo: {
			"(open|limited|restricted|available) only? to (candidates|applicants|people|freelancers|residents|individuals|those|citizens|contractors|talent) (based|located|living|residing|who are based|who live|who reside)? (in|from|of|within)",
			"(open|limited|restricted) only? to", "(hiring|accepting|considering) (applicants|candidates|freelancers|people|applications)? only? (in|from)",
			"only (open|available) to (candidates|applicants|people|freelancers|residents|individuals|those|citizens) (based|located|living|residing)? (in|from|of)",
		},
		sayOnlyFrom: {
			"only (candidates|applicants|freelancers|people|residents|applications|individuals|bidders|those|contractors) (based|located|living|residing|who live|who are)? (in|from|of)",
			"only (accepting|considering|hiring|accept|consider|hire) (candidates|applicants|freelancers|people|applications)? (based|located|living|residing)? (in|from)",
			"only from", "only (based|located|residing|living) in", "only in", "(শুধু|শুধুমাত্র|কেবল)",
		},
		sayRemote:   {"(remote|remotely|anywhere)"},
		sayLocation: {"(location|locations)", "(eligible|allowed|accepted) (countries|locations|country)", "(candidate|applicant) location"},
		sayOnlyAfter: {
			"only", "(residents|citizens|candidates|applicants|freelancers|people|nationals|workers|talent) only", "based (candidates|applicants|freelancers|people|talent|workers)? only",
			"(residents|citizens|timezones|timezone) only",
		},
		sayMayApply: {"থেকে _2 আবেদন", "থেকে (কাজ|যোগ) _2 (করা|করতে|দিতে) (যাবে|পারবেন|পারবে)"},
	}
	var rules []phrase.Rule
	for id, list := range patterns {
		for _, p := range list {
			rules = append(rules, phrase.Rule{ID: id, Pattern: p})
		}
	}
	return rules
}()

func readPlaces(files fs.FS) (*places, error) {
	var y struct {
		Countries map[string][]string `yaml:"countries"`
		Regions   []struct {
			Name      string   `yaml:"name"`
			Aliases   []string `yaml:"aliases"`
			Countries []string `yaml:"countries"`
		} `yaml:"regions"`
		Worldwide []string `yaml:"worldwide"`
		// Ambiguous names are not taken from running text.
		Ambiguous []string `yaml:"ambiguous"`
	}
	if err := readYAML(files, "regions.yaml", &y); err != nil {
		return nil, err
	}
	p := &places{names: map[string]place{}}
	var errs []error
	rules := slices.Clone(applyRules)
	add := func(name string, pl place) {
		k := key(name)
		if k == "" {
			errs = append(errs, fmt.Errorf("regions.yaml: %q has no word", name))
			return
		}
		if other, taken := p.names[k]; taken && other.countries != pl.countries {
			errs = append(errs, fmt.Errorf("regions.yaml: %q is %v already", name, other.countries.list()))
			return
		}
		pl.capitals = len(name) <= 4 && name == strings.ToUpper(name) && name[0] < utf8.RuneSelf
		p.names[k] = pl
		if !pl.code && !pl.worldwide && !slices.Contains(y.Ambiguous, name) {
			p.list = append(p.list, pl)
			rules = append(rules, phrase.Rule{ID: sayPlace + len(p.list) - 1, Pattern: k})
		}
	}
	for _, code := range market.Countries {
		if len(y.Countries[code]) == 0 {
			errs = append(errs, fmt.Errorf("regions.yaml: countries: %s is missing", code))
		}
		for _, name := range y.Countries[code] {
			add(name, place{countries: setOf(code)})
		}
		if _, taken := p.names[strings.ToLower(code)]; !taken {
			add(code, place{countries: setOf(code), code: true})
		}
	}
	for code := range y.Countries {
		if !market.KnownCountry(code) {
			errs = append(errs, fmt.Errorf("regions.yaml: countries: %q is no ISO 3166-1 code", code))
		}
	}
	for _, r := range y.Regions {
		for _, code := range r.Countries {
			if !market.KnownCountry(code) {
				errs = append(errs, fmt.Errorf("regions.yaml: %s: %q is no ISO 3166-1 code", r.Name, code))
			}
		}
		for _, name := range append([]string{r.Name}, r.Aliases...) {
			add(name, place{countries: setOf(r.Countries...)})
		}
	}
	for _, name := range y.Worldwide {
		add(name, place{worldwide: true})
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	var err error
	if p.said, err = phrase.Compile(nil, rules); err != nil {
		return nil, fmt.Errorf("regions.yaml: %w", err)
	}
	return p, nil
}

// apply tells where one may apply from. The site's locations and time zones
// come first, by their intersection; the text's plain statements fill in
// where the site says nothing, and narrow what it says when they name a part
// of it. In doubt nothing is stated.
func (p *places) apply(d market.Draft, title, words *phrase.Text) market.Apply {
	site := p.fromSite(d)
	text := p.fromText(title, words)
	switch {
	case site.Where == market.WhereUnstated:
		return text
	case text.Where != market.WhereCountries:
		return site
	}
	if in, all := setOf(text.Countries...), setOf(site.Countries...); site.Where == market.WhereWorldwide || in != all && in.within(all) {
		return text
	}
	return site
}

func (p *places) fromSite(d market.Draft) market.Apply {
	a := market.Apply{}
	set, worldwide := p.locations(d.Locations)
	switch {
	case worldwide:
		a.Where = market.WhereWorldwide
	case set != countries{}:
		a.Where = market.WhereCountries
	}
	if a.Where != "" {
		a.Basis = market.BasisSite
		a.Evidence = []market.Evidence{{Field: "locations", Quote: line(strings.Join(d.Locations, ", "), maxTitle)}}
	}
	if offsets, ok := zones(d.Zones); ok && len(offsets) > 0 {
		if in := setOf(market.CountriesInZones(offsets)...); in != setOf(market.Countries...) {
			if a.Where == market.WhereCountries {
				set = set.and(in)
			} else {
				a.Where, set = market.WhereCountries, in
			}
			if set == (countries{}) {
				return market.Apply{} // the two contradict each other
			}
			a.Basis = market.BasisSite
			a.Evidence = append(a.Evidence, market.Evidence{Field: "zones", Quote: line(strings.Join(d.Zones, ", "), maxTitle)})
		}
	}
	if a.Where == market.WhereCountries {
		a.Countries = set.list()
	}
	return a
}

// zones reads UTC offsets in hours: "6", "-3.5", "UTC+5:30".
func zones(list []string) ([]float64, bool) {
	var out []float64
	for _, s := range list {
		s = strings.ToUpper(strings.TrimSpace(s))
		switch s {
		case "":
			continue
		case "UTC", "GMT":
			s = "0"
		}
		s = strings.TrimPrefix(strings.TrimPrefix(s, "UTC"), "GMT")
		s = strings.Replace(s, "−", "-", 1)
		hours, minutes, split := strings.Cut(s, ":")
		h, err := strconv.ParseFloat(strings.TrimPrefix(hours, "+"), 64)
		if err != nil || h < -12 || h > 14 {
			return nil, false
		}
		if split {
			m, err := strconv.Atoi(minutes)
			if err != nil || m < 0 || m > 59 {
				return nil, false
			}
			if strings.HasPrefix(hours, "-") {
				m = -m
			}
			h += float64(m) / 60
		}
		out = append(out, h)
	}
	return out, true
}

// locations reads what the site calls the applicant's location. Names that
// are no country and no region (a city, "Remote") say nothing; a bare
// two-letter code counts only where nothing unknown stands beside it,
// because "San Francisco, CA" is not Canada. An exception ("except", "not")
// makes the whole unreadable.
func (p *places) locations(list []string) (set countries, worldwide bool) {
	var found []place
	unknown := false
	for _, entry := range list {
		if len(entry) > 20_000 {
			continue
		}
		for code := range flags(entry) {
			found = append(found, place{countries: setOf(code)})
		}
		for _, part := range strings.FieldsFunc(withoutFlags(entry), func(r rune) bool {
			return r == ',' || r == ';' || r == '|' || r == '/' || r == '\n' || r == '(' || r == ')' || r == '•'
		}) {
			pls, all, refuse := p.part(part)
			if refuse {
				return countries{}, false
			}
			found = append(found, pls...)
			unknown = unknown || !all
		}
	}
	for _, pl := range found {
		if pl.worldwide {
			return countries{}, true
		}
		if !pl.code || !unknown {
			set = set.or(pl.countries)
		}
	}
	return set, false
}

// noise are words of a location that say nothing by themselves.
var noise = map[string]bool{
	"remote": true, "only": true, "based": true, "home": true, "office": true, "hybrid": true, "from": true, "in": true, "the": true,
	"time": true, "zone": true, "zones": true, "timezone": true, "timezones": true, "candidates": true, "residents": true, "fully": true,
	"100": true, "work": true, "preferred": true, "countries": true, "location": true, "region": true, "any": true,
}

// part reads one part of a location; all is false where something in it is
// unknown, refuse where it makes an exception.
func (p *places) part(s string) (found []place, all, refuse bool) {
	words := strings.Fields(key(s))
	all = true
	for i := 0; i < len(words); {
		w := words[i]
		if w == "except" || w == "excluding" || w == "exclude" || w == "not" || w == "no" || w == "non" || w == "outside" {
			return nil, false, true
		}
		matched := 0
		for n := min(8, len(words)-i); n > 0 && matched == 0; n-- {
			pl, ok := p.names[strings.Join(words[i:i+n], " ")]
			if !ok || pl.code && len(words) > 1 && !(i == 0 && n == len(words)) && !pl.worldwide {
				continue
			}
			// "anywhere in Europe" is Europe: a narrower name decides.
			if pl.worldwide && i+n < len(words) {
				rest, _, no := p.part(strings.Join(words[i+n:], " "))
				if no {
					return nil, false, true
				}
				if len(rest) > 0 {
					return rest, true, false
				}
			}
			found = append(found, pl)
			matched = n
		}
		if matched == 0 {
			if !noise[w] && w != "and" && w != "or" {
				all = false
			}
			matched = 1
		}
		i += matched
	}
	return found, all, false
}

// flags gives the country codes of the flags in s.
func flags(s string) map[string]bool {
	if !strings.Contains(s, "\xf0\x9f\x87") {
		return nil
	}
	out := map[string]bool{}
	var first rune
	for _, r := range s {
		if r < 0x1f1e6 || r > 0x1f1ff {
			first = 0
			continue
		}
		if first == 0 {
			first = r
			continue
		}
		code := string([]rune{first - 0x1f1e6 + 'A', r - 0x1f1e6 + 'A'})
		if market.KnownCountry(code) {
			out[code] = true
		}
		first = 0
	}
	return out
}

func withoutFlags(s string) string {
	if !strings.Contains(s, "\xf0\x9f\x87") {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r >= 0x1f1e6 && r <= 0x1f1ff {
			return ' '
		}
		return r
	}, s)
}

// statement is one statement about where one may apply from.
type statement struct {
	countries   countries // none: worldwide
	field       string
	text        *phrase.Text
	first, last int
}

// fromText reads plain statements. Statements that agree, or of which one is
// part of another, give the narrowest; others contradict each other and give
// nothing.
func (p *places) fromText(title, words *phrase.Text) market.Apply {
	said := p.statements("title", title)
	said = append(said, p.statements("description", words)...)
	if len(said) == 0 {
		return market.Apply{}
	}
	best, worldwide := said[0], countries{}
	for _, s := range said[1:] {
		switch {
		case s.countries == worldwide || s.countries == best.countries:
		case best.countries == worldwide || s.countries.within(best.countries):
			best = s
		case best.countries.within(s.countries):
		default:
			return market.Apply{}
		}
	}
	raw, start, end := best.text.Raw, int(best.text.Words[best.first].Start), int(best.text.Words[best.last].End)
	if strings.HasPrefix(raw[end:], ")") && strings.Count(raw[start:end], "(") > strings.Count(raw[start:end], ")") {
		end++
	}
	a := market.Apply{Where: market.WhereWorldwide, Basis: market.BasisText,
		Evidence: []market.Evidence{{Field: best.field, Quote: raw[start:end], Start: start, End: end}}}
	if best.countries != worldwide {
		a.Where, a.Countries = market.WhereCountries, best.countries.list()
	}
	return a
}

// negative are words shortly before a statement that turn it round.
var negative = map[string]bool{
	"not": true, "no": true, "don't": true, "doesn't": true, "isn't": true, "aren't": true, "never": true, "needn't": true, "without": true,
	"nor": true, "if": true, "unless": true, "clients": true, "customers": true, "users": true, "company": true, "client": true,
	"shipping": true, "audience": true, "leads": true, "market": true, "website": true, "product": true, "products": true, "data": true,
}

// jobs are words before "location:" that make it the job's.
var jobs = map[string]bool{"job": true, "work": true, "candidate": true, "applicant": true, "your": true}

// around are words close to "US only" that make it a statement about the
// applicant.
var around = map[string]bool{
	"remote": true, "candidates": true, "applicants": true, "freelancers": true, "residents": true, "citizens": true, "apply": true,
	"location": true, "locations": true, "hiring": true, "based": true, "role": true, "position": true, "job": true, "people": true, "open": true,
}

func isCapital(b byte) bool { return b >= 'A' && b <= 'Z' }

func (p *places) statements(field string, t *phrase.Text) []statement {
	ms := p.said.Find(t)
	if len(ms) == 0 {
		return nil
	}
	// The longest place that begins at each word.
	at := map[int]phrase.Match{}
	for _, m := range ms {
		if m.ID < sayPlace {
			continue
		}
		pl := p.list[m.ID-sayPlace]
		if pl.capitals {
			if q := t.Quote(m.First, m.Last); q != strings.ToUpper(q) {
				continue
			}
		} else if q := t.Quote(m.First, m.First); q[0] >= 'a' && q[0] <= 'z' && q != "the" {
			continue // names are written with a capital
		}
		if o, ok := at[m.First]; !ok || o.Last < m.Last {
			at[m.First] = m
		}
	}
	// list reads places in a row from word i: "the US, Canada or the UK". A row
	// that ends in a name that is not known is not read at all.
	list := func(i int) (set countries, last int) {
		last = -1
		for i < len(t.Words) {
			for t.Fold(i) == "the" && at[i].Last == 0 && t.Words[i].Sep&phrase.SepEnd == 0 {
				i++
			}
			m, ok := at[i]
			if !ok && last >= 0 && i == last+2 && isCapital(t.Raw[t.Words[i].Start]) && t.Fold(i-1) == "or" {
				return countries{}, -1
			}
			if !ok || last >= 0 && t.Words[i].Sep&phrase.SepEnd != 0 {
				break
			}
			set = set.or(p.list[m.ID-sayPlace].countries)
			last = m.Last
			i = m.Last + 1
			if i < len(t.Words) && t.Words[i].Sep&phrase.SepEnd == 0 && (t.Fold(i) == "or" || t.Fold(i) == "and" || t.Fold(i) == "অথবা" || t.Fold(i) == "ও") {
				i++
			} else if i < len(t.Words) && t.Words[i].Sep&(phrase.SepComma|phrase.SepSlash) == 0 {
				break
			}
		}
		return set, last
	}
	before := func(first int, set map[string]bool, n int) bool {
		start := t.SentenceStart(first)
		for i := first - 1; i >= start && i >= first-n; i-- {
			if set[t.Fold(i)] {
				return true
			}
		}
		return false
	}
	closes := func(last int) bool {
		return last+1 >= len(t.Words) || t.Words[last+1].Sep&(phrase.SepEnd|phrase.SepClose|phrase.SepSlash|phrase.SepComma) != 0
	}
	var out []statement
	say := func(set countries, first, last int) {
		out = append(out, statement{set, field, t, first, last})
	}
	follows := func(m phrase.Match) bool { return m.Last+1 < len(t.Words) && t.Words[m.Last+1].Sep&phrase.SepEnd == 0 }
	for _, m := range ms {
		if m.ID >= sayPlace {
			continue
		}
		switch m.ID {
		case sayWorldwide:
			if !before(m.First, negative, 4) {
				say(countries{}, m.First, m.Last)
			}
		case sayMust, sayOpenTo, sayOnlyFrom:
			if !follows(m) || before(m.First, negative, 3) {
				continue
			}
			set, last := list(m.Last + 1)
			if last < 0 {
				continue
			}
			say(set, m.First, last)
		case sayRemote:
			// "Remote (US)", "REMOTE | EMEA", "Remote - Europe"
			if !follows(m) || t.Words[m.Last+1].Sep&(phrase.SepOpen|phrase.SepDash|phrase.SepColon) == 0 && !(field == "title" && t.Words[m.Last+1].Sep&phrase.SepSlash != 0) {
				continue
			}
			if f := t.Fold(m.Last + 1); (f == "worldwide" || f == "global" || f == "globally" || f == "anywhere") && closes(m.Last+1) {
				say(countries{}, m.First, m.Last+1)
				continue
			}
			set, last := list(m.Last + 1)
			if last >= 0 && (closes(last) || t.Fold(last+1) == "only" || t.Fold(last+1) == "based") {
				say(set, m.First, last)
			}
		case sayLocation:
			if !follows(m) || t.Words[m.Last+1].Sep&phrase.SepColon == 0 || m.First != t.SentenceStart(m.First) && !before(m.First, jobs, 1) {
				continue
			}
			i := m.Last + 1
			if t.Fold(i) == "remote" && i+1 < len(t.Words) && t.Words[i+1].Sep&phrase.SepEnd == 0 {
				i++
			}
			set, last := list(i)
			if last >= 0 && closes(last) {
				say(set, m.First, last)
			}
		case sayOnlyAfter:
			// "US only", "UK and EU residents only": the places stand before.
			end := m.First - 1
			if end < 0 || t.Words[m.First].Sep&phrase.SepEnd != 0 {
				continue
			}
			first, start := -1, t.SentenceStart(m.First)
			var set countries
			for i := end; i >= start && i >= end-12; i-- {
				if cs, last := list(i); last == end {
					first, set = i, cs
				}
			}
			if first < 0 || before(first, negative, 5) {
				continue
			}
			short := m.Last-start < 5 && t.SentenceEnd(m.Last) == m.Last
			bracket := t.Words[first].Sep&phrase.SepOpen != 0 && m.Last+1 < len(t.Words) && t.Words[m.Last+1].Sep&phrase.SepClose != 0
			if field == "title" || short || m.Last > m.First || before(first, around, 6) && (bracket || closes(m.Last)) {
				say(set, first, m.Last)
			}
		case sayMayApply:
			end := m.First - 1
			if end < 0 {
				continue
			}
			for i := end; i >= 0 && i >= end-8; i-- {
				if cs, last := list(i); last == end {
					say(cs, i, m.Last)
					break
				}
			}
		}
	}
	return out
}

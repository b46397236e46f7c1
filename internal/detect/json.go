package detect

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/recipe"
)

const (
	// maxDepth is how deep lists are looked for, and maxLook how many of a
	// list's elements are looked at.
	maxDepth = 8
	maxLook  = 100
)

// found is a list of objects somewhere in a JSON value.
type foundList struct {
	items    string // jq
	guard    string // jq: what the page must hold
	elements []map[string]any
	fields   map[string]guess
	score    float64
	mixed    bool // not all elements are offers
	single   bool // the value itself is the one offer
}

// guess is where a field lies within an element.
type guess struct {
	path   string // jq
	key    string
	values []any
}

// readJSON proposes a body of JSON.
func (l *looker) readJSON(f *Found) (*proposal, error) {
	v, err := recipe.Read(f.Page, "json", "", "")
	if err != nil {
		return nil, err
	}
	what := JSON
	if m, ok := v.(map[string]any); ok && strings.Contains(text(m["version"]), "jsonfeed.org/version") {
		what = JSONFeed
	}
	f.Format = what
	best, ok := bestList(v)
	if !ok {
		return nil, fmt.Errorf("%w: the JSON holds no list of objects with a title and an address or an id", ErrNothing)
	}
	p, err := newProposal(f, what)
	if err != nil {
		return nil, err
	}
	p.format, p.accept = "json", "application/json"
	if m, ok := v.(map[string]any); ok && what == JSONFeed {
		p.title = cmp.Or(text(m["title"]), p.title)
		p.rolling = true
	}
	p.list, p.expect = best.items, best.guard
	best.write(p, f)
	if err := p.check(f); err != nil {
		return nil, err
	}
	l.pageJSON(f, p, v, best)
	return p, nil
}

// check puts the page through the proposal and counts its items.
func (p *proposal) check(f *Found) error {
	drafts, err := p.works(f.Page)
	if err != nil {
		return fmt.Errorf("the proposed recipe does not read its own page: %w", err)
	}
	p.items = len(drafts)
	return nil
}

// bestList is the likeliest list of offers in a JSON value.
func bestList(v any) (best foundList, ok bool) {
	for _, c := range lists(v) {
		c.guessFields()
		if c.score > best.score {
			best, ok = c, true
		}
	}
	return best, ok
}

// lists are all lists of objects within a value: arrays, objects whose values
// are objects of one kind (offers by their ids), and the value itself.
func lists(v any) (out []foundList) {
	if m, ok := v.(map[string]any); ok {
		out = append(out, foundList{items: ".", elements: []map[string]any{m}, guard: `type == "object"`, single: true})
	}
	type at struct {
		path  string // of the values, as a stream
		whole string // of the one array, empty where it is within others
		guard string
	}
	var walk func(values []any, a at, depth int)
	walk = func(values []any, a at, depth int) {
		if depth > maxDepth || len(values) == 0 {
			return
		}
		// All arrays that lie at this path are one list.
		var elements []any
		for _, v := range values {
			if list, ok := v.([]any); ok {
				elements = append(elements, list[:min(len(list), maxLook)]...)
			}
			if len(elements) >= maxLook {
				break
			}
		}
		if objects := objectsOf(elements); len(objects) > 0 {
			l := foundList{elements: objects, items: "[" + a.path + "[]]", guard: a.guard}
			if a.whole != "" {
				l.items = a.whole
				l.guard = fmt.Sprintf("(%s | type) == \"array\"", a.whole)
				if a.whole == "." {
					l.guard = `type == "array"`
				}
			}
			out = append(out, l)
			below(objects, func(k string, vs []any) {
				walk(vs, at{path: step(a.path+"[]", k), guard: l.guard}, depth+1)
			})
		}
		objects := objectsOf(values)
		if len(objects) == 0 {
			return
		}
		if len(objects) == 1 && sameKind(objects[0]) {
			l := foundList{items: "[" + strings.TrimSuffix(a.path, ".") + "[]]", guard: fmt.Sprintf("(%s | type) == \"object\"", a.path)}
			for _, k := range slices.Sorted(maps.Keys(objects[0])) {
				l.elements = append(l.elements, objects[0][k].(map[string]any))
				if len(l.elements) == maxLook {
					break
				}
			}
			if l.items == "[[]]" {
				l.items = "[.[]]"
			}
			out = append(out, l)
		}
		below(objects, func(k string, vs []any) {
			next := at{path: step(a.path, k), guard: a.guard}
			if a.whole != "" {
				next.whole = next.path
			}
			walk(vs, next, depth+1)
		})
	}
	walk([]any{v}, at{path: ".", whole: "."}, 0)
	return out
}

func objectsOf(vs []any) (out []map[string]any) {
	for _, v := range vs {
		if m, ok := v.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// below calls walk for each key of the objects, with the values under it.
func below(objects []map[string]any, walk func(key string, values []any)) {
	keys := map[string][]any{}
	for _, m := range objects {
		for k, v := range m {
			switch v.(type) {
			case map[string]any, []any:
				keys[k] = append(keys[k], v)
			}
		}
	}
	if len(keys) > 500 {
		return // an object by ids, which is a list by itself
	}
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		walk(k, keys[k])
	}
}

// sameKind reports whether an object is a list by ids: three values or more,
// all objects with mostly the same keys.
func sameKind(m map[string]any) bool {
	if len(m) < 3 {
		return false
	}
	var first map[string]any
	for _, v := range m {
		o, ok := v.(map[string]any)
		if !ok || len(o) == 0 {
			return false
		}
		if first == nil {
			first = o
			continue
		}
		shared := 0
		for k := range o {
			if _, ok := first[k]; ok {
				shared++
			}
		}
		if shared*2 < len(o) {
			return false
		}
	}
	return true
}

var bareKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// step is the jq path of a key under a path.
func step(path, key string) string {
	switch {
	case bareKey.MatchString(key) && path == ".":
		return "." + key
	case bareKey.MatchString(key):
		return path + "." + key
	case path == ".":
		return ".[" + strconv.Quote(key) + "]"
	}
	return path + "[" + strconv.Quote(key) + "]"
}

// guessFields finds where the fields lie within the elements.
func (l *foundList) guessFields() {
	flat := map[string]guess{}
	names := map[string][]string{} // of a path: its key, and with its parents' before it
	var walk func(m map[string]any, path string, parents []string, depth int)
	walk = func(m map[string]any, path string, parents []string, depth int) {
		for k, v := range m {
			at := step(path, k)
			g := flat[at]
			g.path, g.key, g.values = at, k, append(g.values, v)
			flat[at] = g
			key := plainKey(k)
			if names[at] == nil {
				names[at] = []string{strings.Join(parents, "") + key}
				if n := len(parents); n > 1 {
					names[at] = append(names[at], parents[n-1]+key)
				}
			}
			if inner, ok := v.(map[string]any); ok && depth < 4 {
				next := append(slices.Clone(parents), key)
				// "attributes" and the like are wrappers, and so is what stands
				// alone: their keys are the element's own.
				if len(parents) == 0 && (wrapper(key) || depth == 0 && len(m) == 1) {
					next = nil
				}
				walk(inner, at, next, depth+1)
			}
		}
	}
	for _, e := range l.elements {
		walk(e, ".", nil, 0)
	}
	l.fields = map[string]guess{}
	for field := range keysOf {
		type candidate struct {
			guess
			order float64
		}
		var cs []candidate
		for at, g := range flat {
			r := -1
			own := names[at]
			if field == "pay_currency" || field == "english" {
				own = append(slices.Clone(own), plainKey(g.key))
			}
			for _, n := range own {
				if i := rank(field, n); i >= 0 && (r < 0 || i < r) {
					r = i
				}
			}
			if r < 0 || !fits(field, g.values) {
				continue
			}
			filled := 0
			for _, v := range g.values {
				if v != nil && v != "" {
					filled++
				}
			}
			order := float64(r) + 3*float64(strings.Count(at, ".")-1)
			order += 20 * (1 - float64(filled)/float64(len(l.elements)))
			if (field == "pay_min" || field == "pay_max" || field == "pay_text") && filled > 0 {
				order = float64(r) // most offers name no pay
			}
			cs = append(cs, candidate{g, order})
		}
		slices.SortFunc(cs, func(a, b candidate) int {
			return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.path, b.path))
		})
		if len(cs) > 0 {
			l.fields[field] = cs[0].guess
		}
	}
	l.scoreIt()
}

func wrapper(name string) bool {
	switch name {
	case "attributes", "job", "node", "data", "item", "fields", "posting", "project", "source":
		return true
	}
	return false
}

// scoreIt says how likely the list is one of offers. A title is needed, and
// an address or an id.
func (l *foundList) scoreIt() {
	l.score = 0
	title, ok := l.fields["title"]
	_, hasURL := l.fields["url"]
	_, hasID := l.fields["id"]
	if !ok || !hasURL && !hasID {
		return
	}
	if l.single && (!hasURL || l.fields["posted"].path == "" && l.fields["description"].path == "") {
		return // an envelope with a title
	}
	weights := map[string]float64{"url": 4, "id": 1, "posted": 3, "description": 3, "company": 2, "skills": 1, "pay_min": 1, "pay_text": 1, "locations": 1, "category": 1, "expires": 1, "level": 1}
	l.score = 3
	if rank("title", plainKey(title.key)) < rank("title", "name") {
		l.score += 2
	}
	for _, field := range slices.Sorted(maps.Keys(weights)) {
		if _, ok := l.fields[field]; ok {
			l.score += weights[field]
		}
	}
	l.score += math.Log2(float64(min(len(l.elements), 64))) / 2
	if l.single {
		l.score -= 1 // a list, where there is one, is likelier
	}
	with := 0
	for _, v := range title.values {
		if v != nil && v != "" {
			with++
		}
	}
	l.mixed = with < len(l.elements)
}

// write puts the fields into a proposal.
func (l foundList) write(p *proposal, f *Found) {
	title := l.fields["title"].path
	if l.mixed {
		p.list = fmt.Sprintf("%s | map(select(type == \"object\" and %s != null))", l.items, title)
	}
	one := func(name string) {
		g, ok := l.fields[name]
		if !ok {
			return
		}
		expr, remark := l.express(name, g)
		p.add(name, expr, remark)
	}
	one("id")
	if g, ok := l.fields["url"]; ok {
		p.add("url", scalar(g.path), "")
	} else {
		f.note("no address was found: each offer needs one, made of its id perhaps, as in '\"/jobs/\" + (.id | tostring)'")
	}
	one("title")
	one("company")
	l.description(p)
	for _, name := range []string{"skills", "category", "pay_text", "pay_min", "pay_max", "pay_currency", "pay_period"} {
		if name == "pay_text" && l.fields["pay_min"].path != "" {
			continue
		}
		one(name)
	}
	one("posted")
	one("expires")
	one("locations")
	one("level")
	one("english")
}

// express is a field's expression.
func (l foundList) express(name string, g guess) (expr, remark string) {
	lists, objects, commas := 0, "", 0
	for _, v := range g.values {
		switch v := v.(type) {
		case []any:
			lists++
			for _, e := range v {
				if m, ok := e.(map[string]any); ok && objects == "" {
					objects = nameKey(m)
				}
			}
		case string:
			if strings.Contains(v, ",") {
				commas++
			}
		}
	}
	path := g.path
	switch name {
	case "pay_min", "pay_max":
		if shares(g.values, func(v any) bool { s, _ := scalarText(v); return s == "0" }) > 0 {
			return scalar(path + " | select(. != 0)"), "0 is taken for unknown"
		}
	case "posted", "expires":
		var texts []string
		for _, v := range g.values {
			if s, ok := scalarText(v); ok && s != "" {
				texts = append(texts, s)
			}
		}
		if form := formOf(texts); form != "" {
			return mapping("jq", path, "date", form), ""
		}
	case "skills", "locations":
		switch {
		case lists > 0 && objects != "":
			return scalar(fmt.Sprintf("[%s[]? | .%s]", path, objects)), ""
		case lists == 0 && commas > 0:
			return scalar(fmt.Sprintf(`%s | if type == "string" then split(",") else . end`, path)), ""
		}
	case "level", "english":
		if lists > 0 {
			return "{jq: " + scalar(path) + ", join: ', ', name: " + scalar(g.key) + "}", ""
		}
		return mapping("jq", path, "name", g.key), ""
	default:
		if lists > 0 && objects != "" {
			return scalar(fmt.Sprintf("%s[0]?.%s", path, objects)), ""
		}
		if lists > 0 {
			return scalar(path + "[0]?"), ""
		}
	}
	return scalar(path), ""
}

// description takes all texts that may be one, the longest first.
func (l foundList) description(p *proposal) {
	best, ok := l.fields["description"]
	if !ok {
		return
	}
	p.add("description", scalar(best.path), "")
	if slices.Contains(briefs, plainKey(best.key)) {
		p.add("snippet", "true", "it seems to be the beginning only")
	}
}

// The names of what tells the next page, in small letters without signs.
var (
	nextKeys   = []string{"next", "nexturl", "nextpage", "nextpageurl", "nextlink", "linksnext", "paginationnext", "pagingnext", "metanext"}
	cursorKeys = map[string][]string{ // and the parameters that they may go into
		"nextcursor": {"cursor", "after", "starting_after"}, "cursor": {"cursor"}, "nextpagetoken": {"pageToken", "page_token"}, "endcursor": {"after", "cursor"},
		"after": {"after"}, "nexttoken": {"nextToken", "token"}, "continuation": {"continuation"}, "scrollid": {"scroll_id"},
	}
	lastKeys    = []string{"totalpages", "lastpage", "pagecount", "totalpagescount", "numpages", "pages", "nbpages", "last"}
	pageParams  = []string{"page", "p", "pg", "paged", "pageNumber", "page_number", "pageno"}
	offsetParam = []string{"offset", "skip", "start", "from"}
	sizeParams  = []string{"limit", "per_page", "page_size", "pageSize", "size", "count", "rpp", "hitsPerPage", "perPage", "n"}
)

// envelope are the scalars of a value outside its lists, by their jq paths.
func envelope(v any) map[string]any {
	out := map[string]any{}
	var walk func(m map[string]any, path string, depth int)
	walk = func(m map[string]any, path string, depth int) {
		for k, v := range m {
			at := step(path, k)
			switch v := v.(type) {
			case map[string]any:
				if depth < 4 && len(m) < 100 {
					walk(v, at, depth+1)
				}
			case []any:
			default:
				out[at] = v
			}
		}
	}
	if m, ok := v.(map[string]any); ok {
		walk(m, ".", 0)
	}
	return out
}

func lastKey(path string) string {
	return plainKey(path[strings.LastIndexAny(strings.TrimSuffix(path, `"]`), `."`)+1:])
}

// pageJSON guesses how to come to the next page, and tries the guess where it
// may ask.
func (l *looker) pageJSON(f *Found, p *proposal, v any, best foundList) {
	if best.single {
		return
	}
	env := envelope(v)
	paths := slices.Sorted(maps.Keys(env))
	for _, at := range paths {
		s, isText := env[at].(string)
		key := lastKey(at)
		if !slices.Contains(nextKeys, key) && !(isText && isURL(s) && strings.Contains(key, "next")) {
			continue
		}
		switch {
		case isText && (isURL(s) || strings.HasPrefix(s, "?")):
			if u, err := p.home.Parse(s); err == nil && u.Host == p.home.Host {
				p.paging = mapping("by", "next", "next", at)
				return
			}
			f.note("the next page that the answer names is on another host, and is not followed: %s", s)
		case env[at] == nil:
			// The last page, or the only one.
			p.paging = mapping("by", "next", "next", at)
			p.pagesOf = "Here the next page was empty: look at an answer with more pages."
			return
		}
	}
	for _, at := range paths {
		params, ok := cursorKeys[lastKey(at)]
		cursor, has := scalarText(env[at])
		if !ok || !has || cursor == "" || cursor == "false" {
			continue
		}
		for _, param := range params {
			if l.session == nil {
				break
			}
			u := withPlaceholder(p.home, param, "{cursor}")
			page, ok := l.get(f, strings.Replace(u, "{cursor}", url.QueryEscape(cursor), 1), "the second page")
			if ok && p.differs(page, f.Page) {
				p.url = u
				p.paging = mapping("by", "cursor", "cursor", at)
				p.pagesOf = "The second page was asked for with " + param + ", and brought other offers."
				return
			}
		}
		p.url = withPlaceholder(p.home, params[0], "{cursor}")
		p.paging = mapping("by", "cursor", "cursor", at)
		p.pagesOf = "A guess: that the cursor goes into the parameter " + params[0] + "."
		f.note("%s looks like a cursor; that it goes into the parameter %q is a guess", at, params[0])
		return
	}
	if p.pageByQuery(len(best.elements)) {
		return
	}
	for _, at := range paths {
		if n, err := strconv.Atoi(textOf(env[at])); err != nil || n < 2 || !slices.Contains(lastKeys, lastKey(at)) {
			continue
		}
		if l.session != nil {
			page, ok := l.get(f, strings.Replace(withPlaceholder(p.home, "page", "{page}"), "{page}", "2", 1), "the second page")
			if !ok || !p.differs(page, f.Page) {
				continue
			}
			p.pagesOf = "The second page was asked for with page=2, and brought other offers."
		} else {
			p.pagesOf = "A guess: that the page number goes into the parameter page."
		}
		p.url = withPlaceholder(p.home, "page", "{page}")
		p.paging = "{by: page}"
		return
	}
}

func textOf(v any) string { s, _ := scalarText(v); return s }

// pageByQuery takes a page number or an offset that stands in the address.
func (p *proposal) pageByQuery(seen int) bool {
	q := p.home.Query()
	for _, name := range pageParams {
		if n, err := strconv.Atoi(q.Get(name)); err == nil && n <= 1 {
			p.url = withPlaceholder(p.home, name, "{page}")
			p.paging = "{by: page}"
			if n == 0 {
				p.paging = "{by: page, first: 0}"
			}
			return true
		}
	}
	for _, name := range offsetParam {
		if n, err := strconv.Atoi(q.Get(name)); err == nil && n == 0 {
			size := seen
			for _, s := range sizeParams {
				if n, err := strconv.Atoi(q.Get(s)); err == nil && n > 0 {
					size = n
				}
			}
			p.url = withPlaceholder(p.home, name, "{offset}")
			p.paging = fmt.Sprintf("{by: offset, size: %d}", size)
			return true
		}
	}
	return false
}

// differs reports whether a second page is of the first's kind and has other
// offers.
func (p *proposal) differs(second, first fetch.Page) bool {
	a, err := p.works(first)
	if err != nil {
		return false
	}
	b, err := p.works(second)
	if err != nil {
		return false
	}
	key := func(d market.Draft) string { return d.ExternalID + " " + d.URL }
	return slices.ContainsFunc(b, func(d market.Draft) bool {
		return !slices.ContainsFunc(a, func(e market.Draft) bool { return key(e) == key(d) })
	})
}

// withPlaceholder sets a parameter to a placeholder, which is not escaped.
func withPlaceholder(u *url.URL, name, placeholder string) string {
	c := *u
	c.Fragment = ""
	q := c.Query()
	q.Del(name)
	c.RawQuery = q.Encode()
	sep := "?"
	if c.RawQuery != "" {
		sep = "&"
	}
	return escapeBraces(c.String()) + sep + url.QueryEscape(name) + "=" + placeholder
}

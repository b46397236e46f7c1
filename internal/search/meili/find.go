package meili

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/meilisearch/meilisearch-go"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

// labels are what a listing says of level and English, as far as filters
// look at it. There are 63 of them, so what a query keeps and what its facets
// count is asked of market.Query itself, label by label.
type labels struct {
	level         market.Level
	levelStated   bool
	english       market.English
	englishStated bool
}

func (l labels) String() string {
	one := func(value string, stated bool) string {
		switch {
		case value == "":
			return "none"
		case stated:
			return value + ".stated"
		}
		return value + ".estimate"
	}
	return one(string(l.level), l.levelStated) + "." + one(string(l.english), l.englishStated)
}

// listing is a listing with these labels and nothing else.
func (l labels) listing() market.Listing {
	basis := func(stated bool) market.Basis {
		if stated {
			return market.BasisText
		}
		return market.BasisEstimate
	}
	return market.Listing{
		Level:   market.Label[market.Level]{Value: l.level, Basis: basis(l.levelStated)},
		English: market.Label[market.English]{Value: l.english, Basis: basis(l.englishStated)},
	}
}

// allLabels are all that may occur, by their String.
var allLabels = func() map[string]market.Listing {
	out := map[string]market.Listing{}
	for _, level := range append([]market.Level{""}, market.Levels...) {
		for _, english := range append([]market.English{""}, market.Englishes...) {
			for i := range 4 {
				l := labels{level, i&1 > 0, english, i&2 > 0}
				out[l.String()] = l.listing()
			}
		}
	}
	return out
}()

// onlyLabels is what a query asks of the labels and nothing else.
func onlyLabels(q market.Query) market.Query {
	return market.Query{Level: q.Level, English: q.English, Stated: q.Stated}
}

// clauses are the filters of a query, by what they look at; an absent one
// keeps everything.
func clauses(q market.Query) map[string]string {
	c := map[string]string{}
	if lq := onlyLabels(q); lq.Level != "" || lq.English != "" || lq.Stated {
		var keep []string
		for name, l := range allLabels {
			if lq.Filter(l) {
				keep = append(keep, name)
			}
		}
		slices.Sort(keep)
		c["labels"] = in("labels", keep)
	}
	if len(q.Categories) > 0 {
		c["category"] = in("category", q.Categories)
	}
	if len(q.Sources) > 0 {
		c["source"] = in("sources", q.Sources)
	}
	if len(q.Pays) > 0 {
		c["pay"] = in("pay", q.Pays)
	}
	if q.MinUSD > 0 {
		c["min"] = "usd >= " + strconv.FormatInt(q.MinUSD*100, 10)
	}
	if q.Days > 0 {
		c["days"] = since(q)
	}
	if q.From != "" {
		c["from"] = in("from", []string{anywhere, q.From})
	}
	switch q.Warn {
	case market.WarnWithout:
		c["warn"] = "warned = false"
	case market.WarnOnly:
		c["warn"] = "warned = true"
	}
	return c
}

// since keeps what is no older than the query's age. Dates are kept in whole
// milliseconds.
func since(q market.Query) string {
	t := q.Since()
	ms := t.UnixMilli()
	if t.Nanosecond()%1e6 != 0 {
		ms++
	}
	return "date >= " + strconv.FormatInt(ms, 10)
}

func in[S ~string](attribute string, values []S) string {
	var b strings.Builder
	b.WriteString(attribute + " IN [")
	for i, v := range values {
		if i > 0 {
			b.WriteString(", ")
		}
		// Values come from fixed lists, source names and country codes, but a
		// quote in one must not become part of the filter.
		b.WriteString(strconv.Quote(string(v)))
	}
	return b.String() + "]"
}

// terms are the words of a query in the server's own syntax. What may not be
// found stands first, because the server counts words and stops reading at
// its tenth; the term that may go on stands last, because the server takes
// only the last one for a beginning. A word in which no typo may be mended
// is quoted, which also keeps the server from joining it with its neighbour
// or cutting it in two.
func terms(w search.Words) string {
	var b strings.Builder
	quoted := func(sign string, words ...string) {
		b.WriteString(sign + `"` + strings.Join(words, " ") + `" `)
	}
	for _, p := range w.Not {
		quoted("-", p...)
	}
	for _, p := range w.Phrases {
		quoted("", p...)
	}
	for _, t := range w.Must {
		if t.Typos == 0 && !t.Prefix {
			quoted("", t.Word)
		} else {
			b.WriteString(t.Word + " ")
		}
	}
	return whole.Replace(strings.TrimSuffix(b.String(), " "))
}

// part is one question of a multi-search.
type part struct {
	request *meilisearch.SearchRequest
	// read takes what was asked for: how many listings match, and how many of
	// them have which value of which attribute.
	read func(total int, counts map[string]map[string]int)
}

// Find asks all in one request: the hits; for each facet whose own filter
// must be lifted, its counts without it; for each age, how many; and the
// state of the index, so that one which was built with other settings is not
// taken for a good one.
func (x *Index) Find(ctx context.Context, q market.Query, without ...string) (search.Result, error) {
	k, err := x.connect(ctx)
	if err != nil {
		return search.Result{}, err
	}
	out := search.Result{Facets: market.Facets{}}
	parts := x.parts(q, without, &out)
	request := &meilisearch.MultiSearchRequest{Queries: []*meilisearch.SearchRequest{{IndexUID: x.metaIndex(), Limit: 1}}}
	for _, p := range parts {
		request.Queries = append(request.Queries, p.request)
	}
	response, err := call(ctx, func() (*meilisearch.MultiSearchResponse, error) { return k.reader.MultiSearchWithContext(ctx, request) })
	if err != nil {
		return search.Result{}, err
	}
	if len(response.Results) != len(request.Queries) {
		return search.Result{}, fmt.Errorf("the server answered %d of %d searches", len(response.Results), len(request.Queries))
	}
	state, err := stateOf(response)
	if err != nil {
		return search.Result{}, err
	}
	if _, err := x.cursor(state); err != nil {
		return search.Result{}, err
	}
	for i, p := range parts {
		res := response.Results[i+1]
		counts := map[string]map[string]int{}
		if len(res.FacetDistribution) > 0 {
			if err := json.Unmarshal(res.FacetDistribution, &counts); err != nil {
				return search.Result{}, err
			}
		}
		p.read(int(res.TotalHits), counts)
	}
	var hits []struct {
		Group string `json:"group"`
	}
	if err := response.Results[1].Hits.DecodeInto(&hits); err != nil {
		return search.Result{}, err
	}
	for _, h := range hits {
		out.Groups = append(out.Groups, h.Group)
	}
	return out, nil
}

// counted are the attributes whose values are counted, by the clause that
// must be lifted for it.
var counted = map[string]string{"labels": "labels", "category": "category", "source": "sources", "pay": "pay", "from": "from", "warn": "warned"}

// parts are the questions of a query; the first is for the hits. Their
// answers go to out.
func (x *Index) parts(q market.Query, without []string, out *search.Result) []part {
	text := terms(x.analyzer.Words(q.Text))
	request := func(filters []string, facets ...string) *meilisearch.SearchRequest {
		none := int64(0)
		r := &meilisearch.SearchRequest{IndexUID: x.cfg.Index, Query: text, MatchingStrategy: meilisearch.All, HitsPerPage: &none, Facets: facets}
		if len(filters) > 0 {
			r.Filter = filters
		}
		return r
	}
	filters := clauses(q)
	all := slices.Sorted(maps.Values(filters))
	// lifted are all filters but one.
	lifted := func(name string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(f string) bool { return f == filters[name] })
	}

	// What is counted among the query's own hits, since no filter hides any
	// of it, and what is counted with its filter lifted.
	var own []string
	var apart []part
	for _, name := range slices.Sorted(maps.Keys(counted)) {
		if filters[name] == "" {
			own = append(own, name)
			continue
		}
		apart = append(apart, part{request(lifted(name), counted[name]), func(total int, counts map[string]map[string]int) {
			count(out.Facets, q, name, total, counts[counted[name]])
		}})
	}
	out.Facets["days"] = map[string]int{}
	for _, value := range market.FacetValues("days") {
		other := q.With("days", value)
		if other.Days == q.Days {
			continue
		}
		young := lifted("days")
		if other.Days > 0 {
			young = append(young, since(other))
		}
		apart = append(apart, part{request(young), func(total int, _ map[string]map[string]int) { out.Facets["days"][value] = total }})
	}
	readOwn := func(total int, counts map[string]map[string]int) {
		for _, name := range own {
			count(out.Facets, q, name, total, counts[counted[name]])
		}
		out.Facets["days"][dayValue(q)] = total
	}
	var attributes []string
	for _, name := range own {
		attributes = append(attributes, counted[name])
	}

	hits := part{request: request(all), read: func(total int, counts map[string]map[string]int) { out.Total = total }}
	if len(without) > 0 {
		// What is left out of the hits is counted all the same.
		hits.request = request(append(slices.Clone(all), "NOT "+in("group", without)))
		apart = append(apart, part{request(all, attributes...), readOwn})
	} else {
		hits.request.Facets = attributes
		hits.read = func(total int, counts map[string]map[string]int) {
			out.Total = total
			readOwn(total, counts)
		}
	}
	perPage := int64(market.PerPage)
	hits.request.HitsPerPage, hits.request.Page = &perPage, int64(max(q.Page, 1))
	switch q.Order() {
	case market.SortNew:
		hits.request.Sort = []string{"date:desc", "group:asc"}
	case market.SortPay:
		hits.request.Sort = []string{"usd:desc", "date:desc", "group:asc"}
	}
	return append([]part{hits}, apart...)
}

// dayValue is the query's own choice in the facet "days".
func dayValue(q market.Query) string {
	if q.Days == 0 {
		return ""
	}
	return strconv.Itoa(q.Days)
}

// count turns the counts of an attribute's values, made with the filter by
// it lifted, into the facets that they speak of. total is how many listings
// were counted.
func count(facets market.Facets, q market.Query, name string, total int, values map[string]int) {
	switch name {
	case "labels":
		for _, facet := range []string{"level", "english", "stated"} {
			facets[facet] = map[string]int{}
			for _, v := range market.FacetValues(facet) {
				facets[facet][v] = 0
				would := onlyLabels(q.With(facet, v))
				for label, n := range values {
					if would.Filter(allLabels[label]) {
						facets[facet][v] += n
					}
				}
			}
		}
		facets["kept"] = map[string]int{}
		is := onlyLabels(q)
		for label, n := range values {
			if l := allLabels[label]; is.Filter(l) {
				facets["kept"][string(is.Standing(l))] += n
			}
		}
	case "category", "source":
		facets[name] = map[string]int{}
		maps.Copy(facets[name], values)
	case "pay":
		facets[name] = map[string]int{}
		for _, v := range market.FacetValues(name) {
			facets[name][v] = values[v]
		}
	case "from":
		facets[name] = map[string]int{"": total}
		for _, v := range market.FromChoices {
			facets[name][v] = values[anywhere] + values[v]
		}
	case "warn":
		facets[name] = map[string]int{"": total, string(market.WarnWithout): values["false"], string(market.WarnOnly): values["true"]}
	}
}

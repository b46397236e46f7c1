package locale

import (
	"strconv"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Condition is one thing that a query asks for beside its words.
type Condition struct {
	// Facet and Value are what Query.Drop takes it off by.
	Facet, Value string
	// Kind says what the condition is about ("Level"), Text what it asks
	// ("Entry"). Kind is empty where Text says both.
	Kind, Text string
}

// Conditions are what a query asks for beside its words, in the order of the
// page. The country that is asked for by default is one beside others only:
// a query that nobody has narrowed has none. title gives a source's title.
func (c *Catalogue) Conditions(q market.Query, title func(source string) string) []Condition {
	var out []Condition
	add := func(facet, value, kind, text string) { out = append(out, Condition{facet, value, kind, text}) }
	if q.Level != "" {
		add("level", string(q.Level), c.Text("chip.level"), c.Text("level."+string(q.Level)))
	}
	if q.English != "" {
		add("english", string(q.English), c.Text("chip.english"), c.UpTo(q.English))
	}
	if q.Stated {
		add("stated", "1", "", c.Text("find.stated"))
	}
	for _, v := range q.Categories {
		add("category", string(v), c.Text("chip.category"), c.Text("category."+string(v)))
	}
	for _, v := range q.Pays {
		add("pay", string(v), c.Text("chip.pay"), c.Text("pay."+string(v)))
	}
	if q.MinUSD > 0 {
		add("min", strconv.FormatInt(q.MinUSD, 10), "", c.AtLeast(q.MinUSD))
	}
	if q.Days > 0 {
		n := strconv.Itoa(q.Days)
		add("days", n, c.Text("chip.days"), c.Text("days."+n))
	}
	for _, v := range q.Sources {
		add("source", v, c.Text("chip.source"), title(v))
	}
	switch q.Warn {
	case market.WarnWithout:
		add("warn", string(q.Warn), "", c.Text("warn.without"))
	case market.WarnOnly:
		add("warn", string(q.Warn), "", c.Text("warn.only"))
	}
	switch {
	case q.From == "":
		add("from", "", "", c.Text("from.any"))
	case len(out) > 0 || q.From != market.DefaultFrom:
		add("from", q.From, "", c.Text("from.chip", "country", c.Country(q.From)))
	}
	return out
}

// UpTo is an ability as the most that a query asks for.
func (c *Catalogue) UpTo(e market.English) string {
	return c.Text("chip.upto", "ability", c.Text("english."+string(e)))
}

// AtLeast is an amount of whole US dollars as the least that a query asks for.
func (c *Catalogue) AtLeast(usd int64) string {
	return c.Text("chip.min", "amount", c.Pay(market.Pay{Kind: market.PayFixed, Min: usd * 100, Max: usd * 100, Currency: "USD"}))
}

package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/web"
)

type searchCmd struct {
	Words    []string `arg:"" optional:"" help:"Words, \"quoted phrases\" and -excluded words."`
	Level    string   `help:"My level: entry, intermediate or expert." placeholder:"LEVEL"`
	English  string   `help:"My English, at most: basic, conversational, fluent or native." placeholder:"ABILITY"`
	Stated   bool     `help:"Only what sites state."`
	Category []string `help:"Kinds of work." placeholder:"KIND"`
	Pay      []string `help:"Kinds of pay: fixed, hourly, monthly, yearly, unstated." placeholder:"KIND"`
	Min      int      `help:"At least so many US dollars." placeholder:"USD"`
	Days     int      `help:"At most so many days old: 1, 3, 7 or 30." placeholder:"N"`
	From     string   `help:"The country to apply from, or 'any'." default:"BD" placeholder:"CODE"`
	Site     []string `help:"Only these sources." placeholder:"NAME"`
	Sort     string   `help:"new, best or pay." placeholder:"ORDER"`
	Page     int      `help:"The page, from 1." placeholder:"N"`
	JSON     bool     `name:"json" help:"Print JSON, in the shape of the API's answers."`
}

func (searchCmd) Help() string {
	return `Searches the listings that a server has stored, also while it runs.

  kajkhoj search data entry --level entry --english basic
  kajkhoj search 'ডাটা এন্ট্রি' --days 7 --json`
}

// query reads the flags as the page's own query string.
func (cmd searchCmd) query(now time.Time) (market.Query, error) {
	v := url.Values{"category": cmd.Category, "pay": cmd.Pay, "source": cmd.Site}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	number := func(name string, n int) {
		if n != 0 {
			v.Set(name, strconv.Itoa(n))
		}
	}
	set("q", strings.Join(cmd.Words, " "))
	set("level", cmd.Level)
	set("english", cmd.English)
	set("sort", cmd.Sort)
	number("min", cmd.Min)
	number("days", cmd.Days)
	number("page", cmd.Page)
	if cmd.Stated {
		v.Set("stated", "1")
	}
	v.Set("from", cmd.From)
	if cmd.From == "any" {
		v.Set("from", "")
	}
	q, bad := market.ParseQuery(v, now, nil)
	if len(bad) > 0 {
		return q, usageError{fmt.Errorf("--%w", bad[0])}
	}
	return q, nil
}

func (cmd searchCmd) Run(e *env) error {
	c, ss, err := e.settings()
	if err != nil {
		return err
	}
	q, err := cmd.query(time.Now().UTC())
	if err != nil {
		return err
	}
	if err := hasData(c); err != nil {
		return err
	}
	a, err := newApp(e.ctx, c, logger(e.stderr, c.Log), nil, outside{})
	if err != nil {
		return err
	}
	defer a.close()
	searcher, err := a.searcher(e.ctx)
	if err != nil {
		return err
	}
	page, err := searcher.Search(e.ctx, q)
	if err != nil {
		return err
	}
	if page.Degraded {
		fmt.Fprintln(e.stderr, "The search engine does not answer: plain filtering, newest first; there may be more listings than are counted.")
	}
	if len(page.Dropped) > 0 {
		fmt.Fprintf(e.stderr, "Few listings have all words; without: %s\n", strings.Join(page.Dropped, " "))
	}
	if cmd.JSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(web.Answer(q, page, ss.terms))
	}
	fmt.Fprintf(e.stdout, "%d listings\n", page.Total)
	if len(page.Hits) == 0 {
		return nil
	}
	w := tabwriter.NewWriter(e.stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "AGE\tLEVEL\tENGLISH\tPAY\tSITE\tTITLE\tADDRESS")
	for _, l := range page.Hits {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", age(q.Now.Sub(l.Date())), mark(l.Level), mark(l.English), pay(l.Pay), strings.Join(l.Sources(), ","), l.Title, l.URL)
	}
	return w.Flush()
}

// mark is a label's value; ≈ says that it is an estimate, ? that nothing is stated.
func mark[V ~string](l market.Label[V]) string {
	switch {
	case l.Value == "":
		return "?"
	case l.Stated():
		return string(l.Value)
	}
	return "≈" + string(l.Value)
}

func age(d time.Duration) string {
	switch {
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}

func pay(p market.Pay) string {
	if !p.Stated() {
		return "?"
	}
	amount := func(n int64) string {
		unit := int64(1)
		for range market.MinorDigits(p.Currency) {
			unit *= 10
		}
		return strconv.FormatInt(n/unit, 10)
	}
	var s string
	switch {
	case p.Min == p.Max:
		s = amount(p.Max)
	case p.Min == 0:
		s = "up to " + amount(p.Max)
	case p.Max == 0:
		s = "from " + amount(p.Min)
	default:
		s = amount(p.Min) + "–" + amount(p.Max)
	}
	return p.Currency + " " + s + map[market.PayKind]string{market.PayHourly: "/h", market.PayMonthly: "/month", market.PayYearly: "/year"}[p.Kind]
}

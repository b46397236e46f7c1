package demo

import (
	"fmt"
	"html"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// offer is one made-up offer of work. It is a pure function of the town's
// seed, the number of its text, the marketplace whose style it has and how
// often it was edited; what does not depend on these belongs to posting.
type offer struct {
	lang     string
	title    string
	company  string // empty: a private person
	category market.Category
	skills   []string
	blocks   []block
	pay      pay
	apply    apply
	// level and english are what the work asks; the text states them or not.
	level   market.Level
	english market.English
	dubious bool
}

// block is a paragraph, or the items of a list.
type block struct {
	text  string
	items []string
}

// pay is in whole units of a currency; the zero value is not stated.
type pay struct {
	kind     market.PayKind
	low, top int
	currency string
}

// apply is where one may apply from; the zero value is not stated.
type apply struct {
	worldwide bool
	regions   []string
	zones     []float64
}

// style is how a marketplace's own offers read.
type style struct {
	// kinds are the kinds of work that three of four offers are of; empty
	// means all.
	kinds []market.Category
	// bengali is the share of offers in Bengali.
	bengali float64
	// named is the share of offers with a company's name.
	named float64
	// jobs prefers pay by the month or year where the work has it.
	jobs bool
	// noPay, noFixed (pay for the whole job), noRegions and noZones say that
	// the marketplace has no field for these, so that the text has to say it.
	noPay, noFixed, noRegions, noZones bool
}

// dubiousShare is the share of offers with a sign of warning.
const dubiousShare = 0.03

func (t *Town) offer(text uint64, st *style, edits int) *offer {
	rng := rand.New(rand.NewPCG(t.seed, text))
	g := t.english
	if rng.Float64() < st.bengali {
		g = t.bengali
	}
	o := &offer{lang: g.lang, dubious: rng.Float64() < dubiousShare}
	var j *job
	switch {
	case o.dubious:
		j = &g.dubious[rng.IntN(len(g.dubious))]
	case len(st.kinds) > 0 && rng.Float64() < 0.75:
		j = pick(rng, t.byKind[g.lang][pick(rng, st.kinds)])
	default:
		j = &g.jobs[rng.IntN(len(g.jobs))]
	}
	o.category, o.level, o.english = j.category, j.level, j.english

	where := pick(rng, places)
	if g.lang == "bn" {
		where = place{pick(rng, citiesBengali), "BDT"}
	}
	if rng.Float64() < st.named {
		o.company = companyName(rng, g.lang)
	}
	v := &voice{g: g, job: j, rng: rng, said: map[string]string{"company": o.company, "city": where.city}}
	o.title = capital(v.one(j.title))
	for _, p := range j.skills {
		o.skills = append(o.skills, v.say(p))
	}
	o.skills = o.skills[:len(o.skills)-rng.IntN(len(o.skills))]
	o.pay = t.pay(rng, j, st, g.lang, where.currency, edits)
	from := o.chooseApply(v, st)
	o.write(v, st, from, edits)
	return o
}

func (t *Town) pay(rng *rand.Rand, j *job, st *style, lang, currency string, edits int) pay {
	stated := rng.Float64() < 0.85
	r := pick(rng, j.pays)
	if st.jobs {
		if i := slices.IndexFunc(j.pays, func(r payRange) bool {
			return r.kind == market.PayMonthly || r.kind == market.PayYearly
		}); i >= 0 {
			r = j.pays[i]
		}
	}
	factor := 1.0
	if lang != "bn" {
		factor = scale[currency]
	}
	low := (float64(r.low) + rng.Float64()*float64(r.top-r.low)*0.8) * factor
	top := low * (1.1 + 0.5*rng.Float64())
	raise := math.Pow(1.15, float64(edits))
	p := pay{kind: r.kind, low: round(low * raise), top: round(top * raise), currency: currency}
	if rng.Float64() < 0.5 {
		p.top = p.low
	}
	if !stated {
		return pay{}
	}
	return p
}

// round leaves two figures, as people do who name a price.
func round(x float64) int {
	unit := 1.0
	for x/unit >= 100 {
		unit *= 10
	}
	if x/unit >= 25 && unit > 1 {
		unit *= 5
	}
	return max(1, int(math.Round(x/unit)*unit))
}

// chooseApply decides where one may apply from and gives the sentence that
// says so, where one does.
func (o *offer) chooseApply(v *voice, st *style) string {
	r, inWords := v.rng.Float64(), v.rng.Float64() < 0.4
	place, zone := pick(v.rng, regions), pick(v.rng, timeZones)
	if o.lang == "bn" {
		place, zone = region{"", []string{"Bangladesh"}}, timeZone{"", 6}
	}
	list := ""
	switch {
	case r < 0.20:
		o.apply.worldwide = true
		list, inWords = "from.worldwide", inWords || st.noRegions
	case r < 0.38:
		o.apply.regions = place.names
		v.said["countries"] = place.words
		list, inWords = "from.countries", inWords || st.noRegions
	case r < 0.46:
		for d := -2.0; d <= 2; d++ {
			o.apply.zones = append(o.apply.zones, zone.offset+d)
		}
		v.said["zone"] = zone.words
		list, inWords = "from.zones", inWords || st.noZones
	}
	if list == "" || !inWords {
		return ""
	}
	return v.any(list)
}

func (o *offer) write(v *voice, st *style, from string, edits int) {
	j, rng := v.job, v.rng
	para := func(sentences ...string) {
		sentences = slices.DeleteFunc(sentences, func(s string) bool { return s == "" })
		if len(sentences) > 0 {
			o.blocks = append(o.blocks, block{text: strings.Join(sentences, " ")})
		}
	}
	maybe := func(share float64, list string) string {
		if rng.Float64() < share {
			return capital(v.any(list))
		}
		return ""
	}

	open := capital(v.one(j.open))
	if o.company != "" && rng.Float64() < 0.45 {
		if about := v.any("about"); rng.Float64() < 0.4 {
			para(about)
			para(open)
		} else {
			para(open)
			para(about)
		}
	} else {
		para(open)
	}

	tasks := v.some(j.do, 3+rng.IntN(3))
	for i := range tasks {
		tasks[i] = capital(tasks[i])
	}
	if rng.Float64() < 0.82 {
		para(v.any("head.do"))
		o.blocks = append(o.blocks, block{items: tasks})
	} else {
		para(tasks...)
	}

	var wants []string
	if len(j.want) > 0 {
		wants = v.some(j.want, 1+rng.IntN(2))
	}
	level, english := 0.2, 0.15
	if o.dubious {
		level, english = 0.3, 0.05
	}
	wants = append(wants, maybe(level, "level."+string(o.level)), maybe(english, "english."+string(o.english)))
	para(wants...)
	if o.dubious {
		para(v.one(j.bait))
	}

	time := "time.short"
	if o.pay.kind == market.PayMonthly || o.pay.kind == market.PayYearly {
		time = "time.long"
	}
	money := ""
	switch {
	case o.pay.kind == "":
		money = maybe(0.5, "pay.open")
	case st.noPay, st.noFixed && o.pay.kind == market.PayFixed, rng.Float64() < 0.4:
		v.said["pay"] = o.pay.words(o.lang)
		money = v.any("pay." + string(o.pay.kind))
	}
	para(maybe(0.6, time), money, maybe(0.4, "extra"))
	hows := []string{from}
	if n := rng.IntN(8); n > 1 && !o.dubious {
		for _, how := range v.some(v.g.lists["how"], 1+n/7) {
			hows = append(hows, capital(how))
		}
	}
	para(hows...)
	if edits > 0 {
		list := updates[o.lang]
		if o.pay.kind == "" {
			list = list[1:]
		}
		para(list[(edits-1)%len(list)])
	}
}

// What the poster adds when an offer is edited; the first is about the pay.
var updates = map[string][]string{
	"en": {"Update: we have raised the pay a little.", "Edited: a second person can join, so please keep applying.", "Edited: the start has moved by a week."},
	"bn": {"আপডেট: পারিশ্রমিক একটু বাড়ানো হয়েছে।", "আপডেট: আরও একজন নেওয়া হবে।", "আপডেট: শুরু এক সপ্তাহ পিছিয়েছে।"},
}

var signs = map[string]string{"USD": "$", "EUR": "€", "GBP": "£", "INR": "₹", "BDT": "Tk "}

// words is the amount as a person writes it: "$120–150", "৮,০০০ টাকা".
func (p pay) words(lang string) string {
	amount := number(lang, p.low)
	if p.top > p.low {
		amount += "–" + number(lang, p.top)
	}
	if lang == "bn" {
		return amount + " টাকা"
	}
	return signs[p.currency] + amount
}

// html is the text as most sites keep it.
func (o *offer) html() string {
	var b strings.Builder
	for _, bl := range o.blocks {
		if bl.items == nil {
			b.WriteString("<p>" + html.EscapeString(bl.text) + "</p>\n")
			continue
		}
		b.WriteString("<ul>\n")
		for _, it := range bl.items {
			b.WriteString("<li>" + html.EscapeString(it) + "</li>\n")
		}
		b.WriteString("</ul>\n")
	}
	return b.String()
}

// plain is the text without markup.
func (o *offer) plain() string {
	var b strings.Builder
	for i, bl := range o.blocks {
		if i > 0 {
			b.WriteString("\n\n")
		}
		b.WriteString(bl.text)
		for k, it := range bl.items {
			if k > 0 {
				b.WriteByte('\n')
			}
			b.WriteString("- " + it)
		}
	}
	return b.String()
}

// slug is a title as a part of an address.
func slug(title string, id int) string {
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() > 60 {
			break
		}
	}
	return fmt.Sprintf("%s-%d", strings.Trim(b.String(), "-"), id)
}

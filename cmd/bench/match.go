package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/dustin/go-humanize"
	"go.yaml.in/yaml/v3"
	"golang.org/x/sys/unix"

	"github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/alert"
	"github.com/kajkhoj/kajkhoj/internal/gold"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
	"github.com/kajkhoj/kajkhoj/internal/search/searchtest"
)

type matchCommand struct {
	Searches int    `default:"1000000" help:"How many saved searches to generate."`
	Listings int    `default:"10000" help:"How many listings to match with them, one after the other."`
	Check    int    `default:"20" help:"How many of the listings are also matched by looking at every search, and by the meaning itself for a sample of the searches."`
	Sample   int    `default:"20000" help:"How many searches are in that sample."`
	Texts    string `help:"Take the listings' texts from labelled listings as JSON lines, also packed (.gz), and the searches' words from these texts." placeholder:"FILE" type:"existingfile"`
	Seed     uint64 `default:"1" help:"Another seed makes other searches and listings."`
}

func (matchCommand) Help() string {
	return `Times are of the processor that the measuring thread had, and of the clock on the wall; others may use the machine meanwhile. A difference between the matchers ends the command with an error.`
}

// Run builds the matcher, matches, and compares.
func (c *matchCommand) Run(ctx context.Context) error {
	if c.Searches < 1000 || c.Listings < 100 || c.Check < 1 || c.Check > c.Listings || c.Sample > c.Searches {
		return errors.New("too few searches or listings to measure anything: take at least 1,000 and 100, and check one or more of them")
	}
	a, err := search.NewAnalyzer(config.Files)
	if err != nil {
		return err
	}
	m, err := c.market()
	if err != nil {
		return err
	}
	queries := make([]market.Query, c.Searches)
	r := rand.New(rand.NewPCG(c.Seed, 1))
	withWords := 0
	for i := range queries {
		for {
			queries[i] = m.query(r)
			if alert.Refuse(a, queries[i]) == nil {
				break
			}
		}
		if queries[i].Text != "" {
			withWords++
		}
	}
	listings := make([]market.Listing, c.Listings)
	words := 0
	for i := range listings {
		listings[i] = m.listing(i)
		d := a.Document(listings[i])
		for _, f := range d.Fields() {
			words += len(f.Words)
		}
	}
	fmt.Printf("%s searches, %d in 100 with words; %s listings of %d words in the mean\n",
		humanize.Comma(int64(c.Searches)), 100*withWords/c.Searches, humanize.Comma(int64(c.Listings)), words/c.Listings)
	if err := ctx.Err(); err != nil {
		return err
	}

	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := inUse()
	begin := start()
	filed := alert.File(a, queries)
	build := begin.took()
	after := inUse()

	// The first tenth of the listings is not counted: from it the matcher
	// learns which words are rare, as it does in the first hours of a process.
	var refile spent
	var text, match, both, wall []time.Duration
	groups := 0
	for i, l := range listings {
		if err := ctx.Err(); err != nil {
			return err
		}
		begin := start()
		d := a.Document(l)
		prepared := begin.took()
		found := filed.Groups(d, l, m.now)
		done := begin.took()
		if i < len(listings)/10 {
			continue
		}
		if i == len(listings)/10 {
			begin := start()
			filed.Refile()
			refile = begin.took()
			continue
		}
		text = append(text, prepared.cpu)
		match = append(match, done.cpu-prepared.cpu)
		both = append(both, done.cpu)
		wall = append(wall, done.wall)
		groups += len(found)
	}
	warm := inUse()

	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "canonical searches\t%s\tof %s\n", humanize.Comma(int64(filed.Distinct())), humanize.Comma(int64(c.Searches)))
	fmt.Fprintf(w, "building\t%.1f s\tprocessor time; %.1f s on the wall\n", build.cpu.Seconds(), build.wall.Seconds())
	fmt.Fprintf(w, "filing anew\t%.1f s\tprocessor time, once, after the first tenth of the listings\n", refile.cpu.Seconds())
	fmt.Fprintf(w, "memory\t%.0f bytes a search\t%.0f MB in use after collecting garbage\n", ratio(after-before, int64(c.Searches)), float64(after-before)/1e6)
	fmt.Fprintf(w, "\t%.0f bytes a search\twith the listings' words that it remembers after matching\n", ratio(warm-before, int64(c.Searches)))
	fmt.Fprintf(w, "canonical searches that match a listing\t%s\tin the mean\n", humanize.Comma(int64(groups/len(match))))
	w.Flush()
	fmt.Printf("\nMilliseconds a listing at p50 / p99 / most; load average %s\n", loadAverage())
	w = tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, row := range []struct {
		name string
		took []time.Duration
	}{
		{"text into words, processor time", text},
		{"matching words and filters, processor time", match},
		{"both, processor time", both},
		{"both, on the wall", wall},
	} {
		slices.Sort(row.took)
		fmt.Fprintf(w, "%s\t%.3f / %.3f / %.3f\n", row.name, ms(quantile(row.took, 50)), ms(quantile(row.took, 99)), ms(row.took[len(row.took)-1]))
	}
	w.Flush()
	return c.compare(ctx, a, m, filed, queries, listings)
}

// compare matches some of the listings in other ways too.
func (c *matchCommand) compare(ctx context.Context, a *search.Analyzer, m *matchMarket, filed *alert.Filed, queries []market.Query, listings []market.Listing) error {
	begin := start()
	scan := alert.Compile(a, queries)
	fmt.Printf("\nCompiling the scan took %.1f s\n", begin.took().cpu.Seconds())
	r := rand.New(rand.NewPCG(c.Seed, 3))
	sample := r.Perm(len(queries))[:c.Sample]
	words := make([]search.Words, len(sample))
	for i, n := range sample {
		words[i] = a.Words(queries[n].Text)
	}
	var scanning, filing time.Duration
	pairs, matches, sampled := 0, 0, 0
	for _, n := range r.Perm(len(listings))[:c.Check] {
		if err := ctx.Err(); err != nil {
			return err
		}
		l := listings[n]
		begin := start()
		want := scan.Match(l, m.now)
		scanning += begin.took().cpu
		begin = start()
		got := filed.Match(l, m.now)
		filing += begin.took().cpu
		if !slices.Equal(got, want) {
			return fmt.Errorf("listing %d: of the filed searches %d match, and others or more or fewer, %d, by looking at every search", n, len(got), len(want))
		}
		pairs += len(queries)
		matches += len(got)
		d := a.Document(l)
		for i, n := range sample {
			q := queries[n]
			q.Now = m.now
			means := q.Filter(l) && words[i].MatchTypos(d)
			if _, is := slices.BinarySearch(got, n); is != means {
				return fmt.Errorf("search %q and listing %q: matched %v, by the meaning %v", q.Values().Encode(), l.Title, is, means)
			}
			if means {
				sampled++
			}
		}
	}
	fmt.Printf("%d listings compared: %s pairs with %s matches the same as by looking at every search, %s pairs with %s matches the same as by the meaning itself\n",
		c.Check, humanize.Comma(int64(pairs)), humanize.Comma(int64(matches)), humanize.Comma(int64(c.Check*len(sample))), humanize.Comma(int64(sampled)))
	if sampled == 0 {
		return errors.New("the sample has no match: it shows nothing")
	}
	fmt.Printf("With every search written out, %s in the mean: looking at every search %.2f ms a listing, filed %.2f ms (processor time, mean)\n",
		humanize.Comma(int64(matches/c.Check)), ms(scanning)/float64(c.Check), ms(filing)/float64(c.Check))
	return nil
}

// inUse is the memory in use when garbage was collected, in bytes.
func inUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// loadAverage is how many wanted a processor in the last 1, 5 and 15 minutes.
func loadAverage() string {
	data, err := os.ReadFile("/proc/loadavg")
	if f := strings.Fields(string(data)); err == nil && len(f) >= 3 {
		return strings.Join(f[:3], " ")
	}
	return "unknown"
}

// instant is when something began; spent is what it took. The processor's
// time is the thread's, which must be locked.
type (
	instant struct {
		cpu  unix.Timespec
		wall time.Time
	}
	spent struct{ cpu, wall time.Duration }
)

func threadTime() unix.Timespec {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		panic(fmt.Sprintf("bench: the thread's time: %v", err))
	}
	return t
}

func start() instant { return instant{threadTime(), time.Now()} }

func (i instant) took() spent {
	now := threadTime()
	return spent{time.Duration(now.Nano() - i.cpu.Nano()), time.Since(i.wall)}
}

// matchMarket makes saved searches, and listings that they are about. Both
// draw on the same words, as unevenly frequent as those of a language, which
// is the hard case: what many look for stands in many listings.
type matchMarket struct {
	gen *searchtest.Generator
	now time.Time
	// Words are by rank, the most frequent first. A kind of work has a profile,
	// which is some of the skills in an order of its own.
	skills, general []string
	profiles        [][]string
	// texts, where there are any, are what listings and words are taken from,
	// often how many of them have a word.
	texts []market.Listing
	often map[string]int
}

const (
	matchSkills  = 4000
	matchGeneral = 3000
	matchProfile = 200
)

// everyday are the most frequent words of any offer.
var everyday = strings.Fields(`the and to of a you for in with we our is will be your on are or work as an from that have
	this team at experience can us who by please all need new looking must time it good their help project skills not able any more
	also if using well required role join business based company clients including day per build make other support quality
	great strong knowledge ability daily tasks full remote send about what they content people ensure working within create
	manage provide related similar years plus best every detail long term start simple high online weekly hours rate share
	apply want know should only next first several small large website page order list check report update review deadline`)

// market makes the words.
func (c *matchCommand) market() (*matchMarket, error) {
	now := time.Now().UTC().Truncate(time.Second)
	m := &matchMarket{gen: &searchtest.Generator{Seed: c.Seed, Now: now, Small: true}, now: now}
	if c.Texts != "" {
		var err error
		if m.texts, err = textsOf(c.Texts); err != nil {
			return nil, err
		}
		m.often = map[string]int{}
		for _, t := range m.texts {
			words := plainWords(t)
			slices.Sort(words)
			for _, w := range slices.Compact(words) {
				m.often[w]++
			}
		}
		return m, nil
	}
	data, err := fs.ReadFile(config.Files, "skills.yaml")
	if err != nil {
		return nil, err
	}
	var list []struct {
		Name    string
		Aliases []string
	}
	if err := yaml.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("skills.yaml: %w", err)
	}
	r := rand.New(rand.NewPCG(c.Seed, 2))
	seen := map[string]bool{}
	add := func(to *[]string, words ...string) {
		for _, w := range words {
			if w = strings.ToLower(w); !seen[w] {
				seen[w] = true
				*to = append(*to, w)
			}
		}
	}
	add(&m.general, everyday...)
	for _, s := range list {
		add(&m.skills, strings.Fields(s.Name)...)
		for _, alias := range s.Aliases {
			add(&m.skills, strings.Fields(alias)...)
		}
	}
	r.Shuffle(len(m.skills), func(i, j int) { m.skills[i], m.skills[j] = m.skills[j], m.skills[i] })
	for len(m.skills) < matchSkills {
		add(&m.skills, madeUp(r))
	}
	for len(m.general) < matchGeneral {
		add(&m.general, madeUp(r))
	}
	for range market.Categories {
		var profile []string
		for range matchProfile {
			profile = append(profile, zipf(r, m.skills))
		}
		m.profiles = append(m.profiles, profile)
	}
	return m, nil
}

// textsOf reads the texts of labelled listings.
func textsOf(path string) ([]market.Listing, error) {
	f, err := gold.Open(path)
	if err != nil {
		return nil, err
	}
	var out []market.Listing
	err = gold.Read(f, func(n int, line gold.Line, err error) error {
		l := market.Listing{Title: line.Title, Description: line.Description, Skills: line.Skills}
		if err == nil && len(plainWords(l)) > 0 {
			out = append(out, l)
		}
		return err
	})
	err = errors.Join(err, f.Close())
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("%s: no listing", path)
	}
	return out, err
}

func plainWords(t market.Listing) []string {
	return strings.FieldsFunc(strings.ToLower(t.Title+" "+t.Description), func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(`"“”„-,;:()!?`, r)
	})
}

// run takes n words in a row out of a text. The first is one that not more
// than one in seven texts have: nobody looks for "the".
func (m *matchMarket) run(r *rand.Rand, t market.Listing, n int) string {
	all := plainWords(t)
	for range 20 {
		if from := r.IntN(len(all)); m.often[all[from]] <= len(m.texts)/7 {
			return strings.Join(all[from:min(from+n, len(all))], " ")
		}
	}
	return all[0]
}

// zipf draws a word whose frequency goes by 1/rank: the logarithm of the rank
// is evenly spread.
func zipf(r *rand.Rand, words []string) string {
	rank := math.Exp(r.Float64()*math.Log(float64(len(words)+1))) - 1
	return words[min(int(rank), len(words)-1)]
}

// madeUp is a word of two to four syllables.
func madeUp(r *rand.Rand) string {
	const first, vowels, last = "bcdfghjklmnprstvwz", "aeiou", "nrlstmdk"
	var b []byte
	for range 2 + r.IntN(3) {
		b = append(b, first[r.IntN(len(first))], vowels[r.IntN(len(vowels))])
		if r.IntN(2) == 0 {
			b = append(b, last[r.IntN(len(last))])
		}
	}
	return string(b)
}

// skill is a word of a kind of work.
func (m *matchMarket) skill(r *rand.Rand, kind int) string {
	if r.IntN(10) < 7 {
		return zipf(r, m.profiles[kind])
	}
	return zipf(r, m.skills)
}

// listing makes listing number i: its facets are the generator's.
func (m *matchMarket) listing(i int) market.Listing {
	l := m.gen.Listing(i)
	if m.texts != nil {
		t := m.texts[i%len(m.texts)]
		l.Title, l.Description, l.Skills, l.Company = t.Title, t.Description, t.Skills, ""
		return l
	}
	r := rand.New(rand.NewPCG(m.gen.Seed, uint64(i)))
	kind := slices.Index(market.Categories, l.Category)
	var b strings.Builder
	sentence := func(n int) string {
		b.Reset()
		for i := range n {
			if i > 0 {
				b.WriteString([]string{" ", " ", " ", " ", " ", " ", ", ", ". ", "\n", "\u00a0"}[r.IntN(10)])
			}
			if r.IntN(8) == 0 {
				b.WriteString(m.skill(r, kind))
			} else {
				b.WriteString(zipf(r, m.general))
			}
		}
		return b.String()
	}
	l.Title = m.skill(r, kind) + " " + m.skill(r, kind) + " " + sentence(1+r.IntN(4))
	l.Company = sentence(2)
	l.Skills = nil
	for range r.IntN(7) {
		l.Skills = append(l.Skills, m.skill(r, kind))
	}
	l.Description = sentence(150 + r.IntN(251))
	return l
}

// query makes a saved search. Nine in ten have words: one to four, one in ten
// with its last word unfinished, one in twenty a phrase, one in twelve words
// that may not be there; half of them have filters, and so has the tenth,
// which has nothing else, three in ten of these the same as many others.
func (m *matchMarket) query(r *rand.Rand) market.Query {
	in := func(percent int) bool { return r.IntN(100) < percent }
	kind := min(r.IntN(len(market.Categories)), r.IntN(len(market.Categories)))
	q := market.Query{From: market.DefaultFrom, Now: m.now}
	if in(10) {
		if in(30) {
			q.Level, q.English = market.Entry, market.Englishes[r.IntN(2)]
			q.Stated = in(30)
			return q
		}
		m.filter(r, kind, &q)
		return q
	}
	draw := func(n int) string {
		words := make([]string, n)
		for i := range words {
			if in(8) {
				words[i] = zipf(r, m.general[len(everyday):]) // nobody looks for "the"
			} else {
				words[i] = m.skill(r, kind)
			}
		}
		return strings.Join(words, " ")
	}
	if m.texts != nil {
		t := m.texts[r.IntN(len(m.texts))]
		draw = func(n int) string { return m.run(r, t, n) }
	}
	n := 1
	for _, p := range []int{58, 34, 25} { // of those that have so many, how many have more
		if !in(p) {
			break
		}
		n++
	}
	q.Text = draw(n)
	if m.texts != nil { // words that stand apart
		words := make([]string, n)
		for i := range words {
			words[i] = draw(1)
		}
		q.Text = strings.Join(words, " ")
	}
	if in(10) {
		w := []rune(q.Text)
		if last := len(w) - strings.LastIndexByte(q.Text, ' ') - 1; last > 2 {
			w = w[:len(w)-1-r.IntN(last-2)]
		}
		q.Text = string(w)
	}
	if in(3) { // a slip
		w := []rune(q.Text)
		if i := r.IntN(len(w)); i > 0 && w[i] != ' ' {
			w[i] = 'x'
		}
		q.Text = string(w)
	}
	if in(5) {
		q.Text = `"` + draw(2+r.IntN(2)) + `" ` + q.Text
	}
	for range 2 {
		if in(4) {
			q.Text += " -" + draw(1)
		}
	}
	if in(20) {
		q.Text = strings.ToUpper(q.Text[:1]) + q.Text[1:]
	}
	if in(50) {
		m.filter(r, kind, &q)
	}
	return q
}

// filter sets some filters.
func (m *matchMarket) filter(r *rand.Rand, kind int, q *market.Query) {
	in := func(percent int) bool { return r.IntN(100) < percent }
	if in(40) {
		q.Level = market.Levels[min(r.IntN(3), r.IntN(3))]
	}
	if in(40) {
		q.English = market.Englishes[min(r.IntN(4), r.IntN(4))]
	}
	q.Stated = in(10)
	for in(50) && len(q.Categories) < 3 {
		q.Categories = append(q.Categories, market.Categories[(kind+len(q.Categories)*r.IntN(5))%len(market.Categories)])
	}
	for in(12) {
		q.Sources = append(q.Sources, searchtest.Sources[r.IntN(len(searchtest.Sources))])
	}
	for in(15) {
		q.Pays = append(q.Pays, market.PayKinds[r.IntN(len(market.PayKinds))])
	}
	switch {
	case in(20):
		q.MinUSD = []int64{5, 10, 15, 20, 25, 50, 100, 200, 250, 500, 1000, 1500}[r.IntN(12)]
	case in(10):
		q.MinUSD = 1 + r.Int64N(2000)
	}
	if in(10) {
		q.Days = market.Days[r.IntN(len(market.Days))]
	}
	switch {
	case in(5):
		q.From = ""
	case in(10):
		q.From = market.FromChoices[r.IntN(len(market.FromChoices))]
	}
	if in(20) {
		q.Warn = market.WarnWithout
	}
}

// Package demo is a town of small made-up marketplaces on loopback. Together
// they speak every wire format that Kajkhoj collects; each has its own port,
// robots.txt, terms and habits. What they offer is invented, is the same for
// the same seed, and changes step by step: new offers, edited, reposted and
// closed ones. Faults of real sites can be switched on one by one.
package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// Options say what the town is like. The zero value is the usual one.
type Options struct {
	// Seed chooses the town; the same seed gives the same offers.
	Seed uint64
	// Start is the instant of the town's beginning, now where it is zero:
	// offers are dated within the 40 days before.
	Start time.Time
	// Every is the time between two steps, 20 seconds where it is zero. A
	// negative one leaves steps to Step.
	Every time.Duration
	// Listings is how many offers stand open at first, 2,000 where it is 0.
	Listings int
	// Only names the marketplaces to open, all where it is empty. Listings
	// is then shared among these.
	Only []string
	// Faults are switched on from the beginning, by marketplace.
	Faults map[string]Fault
}

const (
	usualListings = 2000
	usualEvery    = 20 * time.Second
	// oldest is the age of the oldest dated offers at the start.
	oldest = 40 * 24 * time.Hour
	// copied is the share of a marketplace's offers that an earlier one has too.
	copied = 0.09
)

// Town is a running town.
type Town struct {
	seed    uint64
	start   time.Time
	every   time.Duration
	scale   int // how many times the usual number of offers, at least 1
	english *grammar
	bengali *grammar
	// byKind are the jobs by language and kind of work.
	byKind  map[string]map[market.Category][]*job
	sites   []*site
	sources []source.Source

	mu    sync.Mutex // held by a step
	steps int
	texts uint64

	stop context.CancelFunc
	done sync.WaitGroup
}

// Start opens the town's marketplaces on free ports of 127.0.0.1.
func Start(o Options) (*Town, error) {
	if o.Start.IsZero() {
		o.Start = time.Now()
	}
	if o.Every == 0 {
		o.Every = usualEvery
	}
	if o.Listings == 0 {
		o.Listings = usualListings
	}
	t := &Town{seed: o.Seed, start: o.Start.UTC().Truncate(time.Second), every: o.Every, scale: max(1, o.Listings/usualListings)}
	if t.every < 0 {
		t.every = usualEvery
	}
	if err := t.learn(); err != nil {
		return nil, err
	}
	chosen, err := choose(o.Only)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	t.stop = stop
	shares := 0
	for _, k := range chosen {
		shares += k.share
	}
	left := o.Listings
	for i, k := range chosen {
		n := o.Listings * k.share / shares
		if i == len(chosen)-1 {
			n = left
		}
		left -= n
		s := &site{kind: k, town: t, ctx: ctx}
		t.sites = append(t.sites, s)
		t.fill(s, n)
		if err := s.open(); err != nil {
			t.Close()
			return nil, err
		}
		src, err := s.source()
		if err != nil {
			t.Close()
			return nil, err
		}
		t.sources = append(t.sources, src)
	}
	for name, f := range o.Faults {
		if err := t.Fail(name, f); err != nil {
			t.Close()
			return nil, err
		}
	}
	if o.Every > 0 {
		t.done.Go(func() { t.live(ctx) })
	}
	return t, nil
}

// learn reads the phrases.
func (t *Town) learn() (err error) {
	if t.english, err = loadGrammar("en", []string{"en-office", "en-making", "en-people"}, "shared-en", "dubious"); err != nil {
		return err
	}
	if t.bengali, err = loadGrammar("bn", []string{"bn"}, "shared-bn", "dubious-bn"); err != nil {
		return err
	}
	t.byKind = map[string]map[market.Category][]*job{}
	for _, g := range []*grammar{t.english, t.bengali} {
		m := map[market.Category][]*job{}
		for i := range g.jobs {
			m[g.jobs[i].category] = append(m[g.jobs[i].category], &g.jobs[i])
		}
		t.byKind[g.lang] = m
	}
	return nil
}

func choose(only []string) ([]*kind, error) {
	if len(only) == 0 {
		return kinds, nil
	}
	var out []*kind
	for _, name := range only {
		i := slices.IndexFunc(kinds, func(k *kind) bool { return k.name == name })
		if i < 0 {
			return nil, fmt.Errorf("the town has no marketplace %q: %w", name, market.ErrInvalid)
		}
		out = append(out, kinds[i])
	}
	return out, nil
}

// Sources are the marketplaces as sources, with their addresses of this run.
func (t *Town) Sources() []source.Source { return slices.Clone(t.sources) }

// Open counts the open offers of each marketplace.
func (t *Town) Open() map[string]int {
	out := map[string]int{}
	for _, s := range t.sites {
		out[s.name] = s.count()
	}
	return out
}

// Fail switches a marketplace's fault on, and off with None.
func (t *Town) Fail(name string, f Fault) error {
	for _, s := range t.sites {
		if s.name == name {
			return s.fail(f)
		}
	}
	return fmt.Errorf("the town has no marketplace %q: %w", name, market.ErrInvalid)
}

// Close ends all servers, and the answers that they are in the middle of.
func (t *Town) Close() error {
	t.stop()
	for _, s := range t.sites {
		s.close()
	}
	t.done.Wait()
	return nil
}

func (t *Town) live(ctx context.Context) {
	tick := time.NewTicker(t.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			t.Step(1)
		}
	}
}

// posting is an offer as it stands on a marketplace.
type posting struct {
	// id is the marketplace's own number, which rises by time.
	id   int
	text uint64
	// style is that of the marketplace whose text it is.
	style *style
	edits int
	// posted is in Unix seconds, 0 where the marketplace gives no date.
	posted int64
	// closed is the step at which it was closed, 0 while it is open.
	closed int
}

// fill gives a marketplace its first offers, the oldest first.
func (t *Town) fill(s *site, n int) {
	rng := rand.New(rand.NewPCG(t.seed, uint64(len(t.sites))<<32))
	s.next = s.firstID
	for i := range n {
		age := float64(n-i) - rng.Float64()
		age = age / float64(n)
		posted := t.start.Add(-time.Duration(age * age * float64(oldest)))
		p, ok := posting{}, false
		if rng.Float64() < copied {
			p, ok = t.copy(rng, s)
		}
		if !ok {
			p = t.fresh(s)
		}
		s.add(t, rng, p, posted)
	}
}

func (t *Town) fresh(s *site) posting {
	t.texts++
	return posting{text: t.texts, style: &s.style}
}

// copy takes over the text of an offer that an earlier marketplace holds.
func (t *Town) copy(rng *rand.Rand, to *site) (posting, bool) {
	i := slices.Index(t.sites, to)
	if i == 0 {
		return posting{}, false
	}
	from := t.sites[rng.IntN(i)]
	if len(from.postings) == 0 {
		return posting{}, false
	}
	p := from.postings[rng.IntN(len(from.postings))]
	o := t.offer(p.text, p.style, 0)
	if o.dubious || p.closed != 0 || o.lang == "bn" && to.style.bengali == 0 || to.holds(p.text) {
		return posting{}, false
	}
	return posting{text: p.text, style: p.style}, true
}

// Step lets time go on by n steps of Options.Every: on each, some offers
// come, some are reposted elsewhere, some are edited and some are closed.
func (t *Town) Step(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for range n {
		t.step()
	}
}

func (t *Town) step() {
	t.steps++
	rng := rand.New(rand.NewPCG(t.seed, 1<<63|uint64(t.steps)))
	now := t.start.Add(time.Duration(t.steps) * t.every)
	for range 4 * t.scale {
		s := t.anySite(rng)
		s.add(t, rng, t.fresh(s), now)
	}
	for range 2 * t.scale {
		s := t.anySite(rng)
		if p, ok := t.copy(rng, s); ok {
			s.add(t, rng, p, now)
		}
	}
	for range 3 * t.scale {
		t.anySite(rng).edit(rng)
	}
	for range 5 * t.scale {
		t.anySite(rng).closeOne(rng, t.steps)
	}
}

// anySite chooses by the marketplaces' size.
func (t *Town) anySite(rng *rand.Rand) *site {
	all := 0
	for _, s := range t.sites {
		all += s.share
	}
	n := rng.IntN(all)
	for _, s := range t.sites {
		if n -= s.share; n < 0 {
			return s
		}
	}
	panic("demo: shares do not add up")
}

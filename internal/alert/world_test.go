package alert

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/store"
	"github.com/kajkhoj/kajkhoj/internal/store/storetest"
)

// A world is a Store in which people search and listings come and go.
type world interface {
	Store
	// enrol starts a search of an address; the person is told at its hour.
	enrol(t testing.TB, email string, s market.Search, now time.Time) (market.Subscriber, market.Search)
	// publish saves listings, those with ClosedAt set as closed.
	publish(t testing.TB, now time.Time, ls ...market.Listing)
	// digests are the letters of that kind in the outbox.
	digests(t testing.TB) []market.Letter
}

func (s *shelf) enrol(_ testing.TB, email string, q market.Search, now time.Time) (market.Subscriber, market.Search) {
	p := s.people[email]
	if p == nil {
		p = &market.Subscriber{ID: email, Email: email, Lang: "en"}
		s.people[email] = p
	}
	p.Hour, p.Zone = q.Hour, q.Zone
	h := s.add(email, fmt.Sprint("s", len(s.searches)), q.Query, q.Freq, now)
	for _, h := range s.searches {
		if h.Subscriber == email {
			h.DueAt = Next(*p, h.shelvedSearch, now)
		}
	}
	return *p, h.shelvedSearch
}

// publish founds the groups of a batch under one number, as the store does.
func (s *shelf) publish(_ testing.TB, now time.Time, ls ...market.Listing) {
	seq := s.head + 1
	for _, l := range ls {
		if !l.ClosedAt.IsZero() {
			s.close(l.ID)
			continue
		}
		s.head++
		l.FirstSeenAt = now
		s.born = append(s.born, market.Born{Seq: seq, Listing: l})
	}
}

func (s *shelf) digests(testing.TB) []market.Letter { return s.mails() }

// base is the real store.
type base struct {
	*store.Store
	runs map[string]market.Run
}

func openBase(t testing.TB, dsn string) *base {
	s, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	b := &base{s, map[string]market.Run{}}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := s.SyncSources(t.Context(), []store.SourceConfig{{Name: "hall", Enabled: true}, {Name: "mirror", Enabled: true}}, now); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"hall", "mirror"} {
		if b.runs[name], err = s.ClaimNamed(t.Context(), name, now, 10*365*24*time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func (b *base) enrol(t testing.TB, email string, s market.Search, now time.Time) (to market.Subscriber, on market.Search) {
	t.Helper()
	var raw string
	filed, err := b.Subscribe(t.Context(), email, s, now, func(p market.Subscriber, s market.Search) (market.Letter, []market.Token, error) {
		var token market.Token
		raw, token = market.NewToken(market.TokenConfirm, p.ID, s.ID, now, market.ConfirmTokenFor)
		l := pen{}.letter(market.LetterConfirm, p, "", raw, now)
		l.Key = key("confirm", s.ID)
		to = p
		return l, []market.Token{token}, nil
	})
	if err != nil || !filed {
		t.Fatalf("subscribing: filed %v, %v", filed, err)
	}
	if on, _, err = b.Confirm(t.Context(), raw, now, Next); err != nil {
		t.Fatal(err)
	}
	to.Hour, to.Zone = s.Hour, s.Zone
	return to, on
}

func (b *base) publish(t testing.TB, now time.Time, ls ...market.Listing) {
	t.Helper()
	for name, run := range b.runs {
		batch := slices.DeleteFunc(slices.Clone(ls), func(l market.Listing) bool { return l.Source != name })
		if len(batch) == 0 {
			continue
		}
		if _, err := b.Save(t.Context(), run, batch, now); err != nil {
			t.Fatal(err)
		}
	}
}

func (b *base) digests(t testing.TB) []market.Letter {
	t.Helper()
	var out []market.Letter
	late := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	for {
		l, err := b.Next(t.Context(), late, time.Hour, nil)
		if errors.Is(err, market.ErrNone) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if l.Kind == market.LetterDigest {
			out = append(out, l)
		}
	}
}

// everywhere runs a test on a shelf, on SQLite and on PostgreSQL.
func everywhere(t *testing.T, test func(t *testing.T, w world)) {
	t.Run("memory", func(t *testing.T) { test(t, newShelf()) })
	t.Run("SQLite", func(t *testing.T) { test(t, openBase(t, filepath.Join(t.TempDir(), "kajkhoj.db"))) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, openBase(t, storetest.Postgres(t))) })
}

// ledger notes what each letter that was offered to the store was reckoned from.
type ledger struct {
	Store
	mu    sync.Mutex
	steps map[string][]market.Step // by the letter's key
}

func (g *ledger) Tell(ctx context.Context, ts []market.Telling, now time.Time) (int, error) {
	g.mu.Lock()
	for _, t := range ts {
		if t.Letter != nil {
			g.steps[t.Letter.Key] = t.Steps
		}
	}
	g.mu.Unlock()
	return g.Store.Tell(ctx, ts, now)
}

// frail is a Store for one process, which may fail at any call, before or
// after it was done, or be the last that the process asked for.
type frail struct {
	Store
	rand   *rand.Rand
	often  float64 // how often a call fails
	cancel context.CancelFunc
	dead   bool
}

var errFrail = errors.New("it broke here")

// call does something on the store, or not, and fails, or not.
func (f *frail) call(ctx context.Context, do func(context.Context) error) error {
	if f.dead {
		return errFrail
	}
	if f.rand.Float64() >= f.often {
		return do(ctx)
	}
	switch f.rand.IntN(5) {
	case 0: // an error, and nothing done
		return errFrail
	case 1: // an error after it was done
		do(ctx)
		return errFrail
	case 2: // killed before
		f.dead = true
		return errFrail
	case 3: // killed after
		f.dead = true
		do(ctx)
		return errFrail
	default: // stopped
		f.cancel()
		return do(ctx)
	}
}

func (f *frail) Head(ctx context.Context) (n int64, err error) {
	err = f.call(ctx, func(ctx context.Context) (err error) { n, err = f.Store.Head(ctx); return err })
	return n, err
}

func (f *frail) Since(ctx context.Context, after, upto int64) (bs []market.Born, err error) {
	err = f.call(ctx, func(ctx context.Context) (err error) { bs, err = f.Store.Since(ctx, after, upto); return err })
	return bs, err
}

func (f *frail) Due(ctx context.Context, now time.Time, lease time.Duration, limit int) (ds []market.Due, err error) {
	err = f.call(ctx, func(ctx context.Context) (err error) { ds, err = f.Store.Due(ctx, now, lease, limit); return err })
	return ds, err
}

func (f *frail) Tell(ctx context.Context, ts []market.Telling, now time.Time) (n int, err error) {
	err = f.call(ctx, func(ctx context.Context) (err error) { n, err = f.Store.Tell(ctx, ts, now); return err })
	return n, err
}

func (f *frail) Watched(ctx context.Context) (n int64, err error) {
	err = f.call(ctx, func(ctx context.Context) (err error) { n, err = f.Store.Watched(ctx); return err })
	return n, err
}

func (f *frail) InstantSearches(ctx context.Context) iter.Seq2[market.Search, error] {
	if f.dead || f.rand.Float64() < f.often {
		return func(yield func(market.Search, error) bool) { yield(market.Search{}, errFrail) }
	}
	return f.Store.InstantSearches(ctx)
}

func (f *frail) Hurry(ctx context.Context, from, upto int64, searches []string, at time.Time) error {
	return f.call(ctx, func(ctx context.Context) error { return f.Store.Hurry(ctx, from, upto, searches, at) })
}

// topics are words that are not mended into one another.
var topics = strings.Fields(`accounting animation bookkeeping calligraphy carpentry chemistry copywriting drone embroidery
	fundraising gardening geology hydraulics illustration journalism kickboxing laravel logistics magento mathematics
	nursing optometry painting philosophy photography plumbing podcast puppetry quilting robotics salesforce sculpture
	spanish subtitles taxation ukulele veterinary welding woodwork zoology`)

// trial is 48 hours with people of several zones and listings that trickle in.
type trial struct {
	begin time.Time
	tick  time.Duration
	// often is how often a call of the store fails.
	often float64
	// digesters is how many work at once.
	digesters int
	// asleep is when nothing works: from one time after begin to another.
	asleep [2]time.Duration
	people int
	seed   uint64
}

type published struct {
	listing market.Listing
	seq     int64
	closed  time.Time
}

type enrolled struct {
	to       market.Subscriber
	searches []market.Search
	instant  bool
}

// run lives through the trial and then a week, for weekly searches, and holds
// what was told against what was to be told.
func (tr trial) run(t *testing.T, w world) {
	ctx := t.Context()
	r := rand.New(rand.NewPCG(tr.seed, 1))
	book := &ledger{Store: w, steps: map[string][]market.Step{}}

	zones := []string{"Europe/Berlin", "America/New_York", "Asia/Dhaka", "Asia/Kathmandu", "Australia/Lord_Howe"}
	var people []*enrolled
	for i := range tr.people {
		e := &enrolled{}
		q := market.Search{Lang: "en", Hour: (i*7 + i/5) % 24, Zone: zones[i%len(zones)]}
		var asked []string
		for n := range 1 + i%3 {
			query := "from=&q=" + topics[r.IntN(len(topics))]
			switch r.IntN(4) {
			case 0:
				query = "from=&q=" + topics[r.IntN(len(topics))] + "+" + topics[r.IntN(len(topics))]
			case 1:
				query += "&level=entry"
			}
			if slices.Contains(asked, query) {
				continue // it would be the same search
			}
			asked = append(asked, query)
			q.Query, q.Freq = query, market.Frequencies[r.IntN(3)]
			if q.Freq == market.Instant {
				e.instant = true
			}
			to, s := w.enrol(t, fmt.Sprintf("p%d@example.org", i), q, tr.begin.Add(time.Duration(n)*time.Second))
			e.to = to
			e.searches = append(e.searches, s)
		}
		people = append(people, e)
	}

	var all []*published
	// publish founds some groups in one go, which may bear one number, and
	// closes one at times.
	publish := func(now time.Time) {
		before, err := w.Head(ctx)
		if err != nil {
			t.Fatal(err)
		}
		fresh := map[string]*published{}
		var batch []market.Listing
		for range 1 + r.IntN(3) {
			id := market.ListingID("hall", fmt.Sprint("x", len(all)))
			about := topics[r.IntN(len(topics))]
			for range r.IntN(3) {
				about += " " + topics[r.IntN(len(topics))]
			}
			l := offer(id, about, now.Add(-time.Duration(r.IntN(1000))*time.Minute))
			l.ExternalID = fmt.Sprint("x", len(all))
			l.Title += " " + id
			if r.IntN(3) == 0 {
				l.Level = market.Label[market.Level]{Value: market.Expert, Basis: market.BasisSite}
			}
			p := &published{listing: l}
			fresh[id], all, batch = p, append(all, p), append(batch, l)
		}
		w.publish(t, now, batch...)
		head, err := w.Head(ctx)
		if err != nil {
			t.Fatal(err)
		}
		born, err := w.Since(ctx, before, head)
		if err != nil || len(born) != len(batch) {
			t.Fatalf("%d new listings gave %d groups, %v", len(batch), len(born), err)
		}
		for _, b := range born {
			fresh[b.Listing.ID].seq = b.Seq
		}
		if p := all[r.IntN(len(all))]; r.IntN(4) == 0 && p.closed.IsZero() {
			p.closed = now
			l := p.listing
			l.ClosedAt = now
			w.publish(t, now, l)
		}
	}

	step := func(now time.Time, often float64) {
		var wg sync.WaitGroup
		for i := range tr.digesters {
			rnd := rand.New(rand.NewPCG(r.Uint64(), uint64(i)))
			wg.Go(func() {
				// Each process is a new one, and dies at its first failure.
				for _, what := range []string{"watch", "digest"} {
					for n := 0; ; n++ {
						ctx, cancel := context.WithCancel(ctx)
						s := &frail{Store: book, rand: rnd, often: often, cancel: cancel}
						var err error
						if what == "watch" {
							_, err = (&Watcher{Store: s, Analyzer: analyzer()}).Pass(ctx, now)
						} else {
							_, err = (&Digester{Store: s, Letters: pen{}, Analyzer: analyzer(), People: 7}).Pass(ctx, now)
						}
						cancel()
						if errors.Is(err, market.ErrNone) || errors.Is(err, errFrail) || errors.Is(err, context.Canceled) {
							break
						}
						if err != nil {
							t.Errorf("%s at %v: %v", what, now, err)
							break
						}
						if n > 100+tr.people {
							t.Errorf("%s at %v: no end of what is due", what, now)
							break
						}
					}
				}
			})
		}
		wg.Wait()
	}

	end := tr.begin.Add(48 * time.Hour)
	for now := tr.begin.Add(tr.tick); now.Before(end) && !t.Failed(); now = now.Add(tr.tick) {
		for r.Float64() < tr.tick.Minutes()/60 {
			publish(now)
		}
		if at := now.Sub(tr.begin); at < tr.asleep[0] || at >= tr.asleep[1] {
			step(now, tr.often)
		}
	}
	for now := end; now.Before(end.AddDate(0, 0, 8)) && !t.Failed(); now = now.Add(20 * time.Minute) {
		step(now, 0)
	}
	tr.check(t, people, all, w.digests(t), book.steps)
}

// check holds the letters against what they should be.
func (tr trial) check(t *testing.T, people []*enrolled, all []*published, letters []market.Letter, steps map[string][]market.Step) {
	letterOf := map[string][]market.Letter{}
	for _, l := range letters {
		letterOf[l.Subscriber] = append(letterOf[l.Subscriber], l)
	}
	wants, told, gone := 0, 0, 0
	for _, e := range people {
		mails := letterOf[e.to.ID]
		slices.SortFunc(mails, func(a, b market.Letter) int { return a.Created.Compare(b.Created) })
		delete(letterOf, e.to.ID)
		shown := map[string]map[string]string{} // letter -> listing -> search
		for i, m := range mails {
			shown[m.Key] = map[string]string{}
			for _, p := range read(t, m) {
				if p.Total != len(p.IDs) {
					t.Fatalf("%d of %d shown: this test is for fewer", len(p.IDs), p.Total)
				}
				for _, id := range p.IDs {
					if shown[m.Key][id] != "" {
						t.Errorf("listing %s stands twice in one letter", id)
					}
					shown[m.Key][id] = p.Search
					told++
				}
			}
			if i > 0 && m.Created.Sub(mails[i-1].Created) < DefaultGap {
				t.Errorf("two letters to one person at %v and %v", mails[i-1].Created, m.Created)
			}
			if e.instant || tr.often > 0 && m.Created.Before(tr.begin.Add(48*time.Hour)) {
				continue
			}
			late := m.Created.Sub(lastHour(e.to, m.Created))
			awake := tr.begin.Add(tr.asleep[1])
			if late > 20*time.Minute && !m.Created.Equal(awake) {
				t.Errorf("told at %v: %v after the hour", m.Created, late)
			}
		}
		for i, s := range e.searches {
			q, err := s.Parse(tr.begin)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range all {
				if p.seq <= s.Cursor || !finds(q, p.listing) {
					continue
				}
				wants++
				covered := 0
				for _, m := range mails {
					var in *market.Step
					first := s.ID
					for _, st := range steps[m.Key] {
						if st.From >= p.seq || st.Upto < p.seq {
							continue
						}
						k := slices.IndexFunc(e.searches, func(s market.Search) bool { return s.ID == st.Search })
						if st.Search == s.ID {
							in = &st
						} else if k < i && first == s.ID {
							if q, err := e.searches[k].Parse(tr.begin); err == nil && finds(q, p.listing) {
								first = st.Search
							}
						}
					}
					if in == nil {
						if by := shown[m.Key][p.listing.ID]; by == s.ID {
							t.Errorf("listing %d is told to search %s, which had %v", p.seq, s.ID, steps[m.Key])
						}
						continue
					}
					covered++
					switch by := shown[m.Key][p.listing.ID]; {
					case by == "" && !p.closed.IsZero() && !p.closed.After(m.Created):
						gone++
					case by == "":
						t.Errorf("listing %d is missing in the letter of %v to search %s", p.seq, m.Created, s.ID)
					case !p.closed.IsZero() && !p.closed.After(m.Created):
						t.Errorf("listing %d is told though it was closed", p.seq)
					case by != first:
						t.Errorf("listing %d is told under search %s, not %s", p.seq, by, first)
					}
				}
				switch {
				case covered > 1:
					t.Errorf("listing %d is told %d times to search %s", p.seq, covered, s.ID)
				case covered == 0 && p.closed.IsZero():
					t.Errorf("listing %d is never told to search %s (%s)", p.seq, s.ID, s.Freq)
				case covered == 0:
					gone++
				}
			}
		}
	}
	for id := range letterOf {
		t.Errorf("letters to %s, who is not known", id)
	}
	t.Logf("%d people, %d listings, %d letters: %d listings told, %d pairs to tell, %d of them closed before", len(people), len(all), len(letters), told, wants, gone)
	if told < 20 || gone == 0 || len(letters) < len(people)/2 {
		t.Error("too little happened")
	}
}

func finds(q market.Query, l market.Listing) bool {
	return q.Filter(l) && analyzer().Words(q.Text).MatchTypos(analyzer().Document(l))
}

// The days on which zones of the trial change their clocks.
var (
	berlin   = time.Date(2027, 3, 27, 12, 0, 0, 0, time.UTC) // skips an hour on Sunday the 28th
	newYork  = time.Date(2027, 11, 6, 12, 0, 0, 0, time.UTC) // repeats an hour on Sunday the 7th
	lordHowe = time.Date(2027, 4, 3, 6, 0, 0, 0, time.UTC)   // repeats half an hour on Sunday the 4th
)

func TestTwoDays(t *testing.T) {
	for name, begin := range map[string]time.Time{"Berlin": berlin, "New York": newYork, "Lord Howe": lordHowe} {
		t.Run(name, func(t *testing.T) {
			trial{begin: begin, tick: time.Minute, digesters: 1, people: 100, seed: 1}.run(t, newShelf())
		})
	}
	t.Run("asleep for a day", func(t *testing.T) {
		trial{begin: berlin, tick: time.Minute, digesters: 1, people: 100, seed: 2, asleep: [2]time.Duration{6 * time.Hour, 30 * time.Hour}}.run(t, newShelf())
	})
	seeds := uint64(5)
	if testing.Short() {
		seeds = 1
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("dying, seed ", seed), func(t *testing.T) {
			trial{begin: newYork, tick: time.Minute, digesters: 1, people: 60, seed: seed, often: 0.2}.run(t, newShelf())
		})
		t.Run(fmt.Sprint("three at once, dying, seed ", seed), func(t *testing.T) {
			trial{begin: lordHowe, tick: time.Minute, digesters: 3, people: 60, seed: seed, often: 0.1}.run(t, newShelf())
		})
	}
}

func TestTwoDaysOnSQLite(t *testing.T) {
	w := openBase(t, filepath.Join(t.TempDir(), "kajkhoj.db"))
	trial{begin: berlin, tick: 2 * time.Minute, digesters: 2, people: 40, seed: 3, often: 0.1}.run(t, w)
}

func TestTwoDaysOnPostgreSQL(t *testing.T) {
	w := openBase(t, storetest.Postgres(t))
	trial{begin: newYork, tick: 2 * time.Minute, digesters: 3, people: 40, seed: 4, often: 0.1}.run(t, w)
}

// TestWaiting has instant searches wait for the gap between mails, and for
// their owner's hour: what was hurried before does not make them due at once.
func TestWaiting(t *testing.T) {
	everywhere(t, func(t *testing.T, w world) {
		ctx := t.Context()
		watch := &Watcher{Store: w, Analyzer: analyzer()}
		digest := &Digester{Store: w, Letters: pen{}, Analyzer: analyzer()}
		pass := func(now time.Time) (n int) {
			t.Helper()
			if _, err := watch.Pass(ctx, now); err != nil && !errors.Is(err, market.ErrNone) {
				t.Fatal(err)
			}
			for {
				_, err := digest.Pass(ctx, now)
				if errors.Is(err, market.ErrNone) {
					return n
				}
				if n++; err != nil || n > 10 {
					t.Fatalf("at %v: %d passes, %v", now, n, err)
				}
			}
		}
		w.enrol(t, "rina@example.org", market.Search{Query: "q=welding", Freq: market.Instant, Hour: 8, Zone: market.DefaultZone, Lang: "en"}, noon)
		n := 0
		publish := func(now time.Time) {
			id := market.ListingID("hall", fmt.Sprint(n))
			l := offer(id, "welding "+id, now)
			w.publish(t, now, l)
			n++
		}
		publish(noon)
		pass(noon)
		if n := pass(noon.Add(time.Minute)); n != 1 {
			t.Fatalf("told in %d passes", n)
		}
		publish(noon)
		pass(noon.Add(2 * time.Minute))
		if n := pass(noon.Add(3 * time.Minute)); n != 1 {
			t.Errorf("put off in %d passes", n)
		}
		for _, d := range []time.Duration{4 * time.Minute, 5 * time.Minute} {
			if n := pass(noon.Add(d)); n != 0 {
				t.Errorf("in the gap, %d passes", n)
			}
		}
		if n := pass(noon.Add(6 * time.Minute)); n != 1 {
			t.Errorf("after the gap, %d passes", n)
		}
		now := noon.Add(6 * time.Minute)
		for range market.MaxInstant - 2 {
			publish(now)
			pass(now)
			now = now.Add(10 * time.Minute)
			if n := pass(now); n != 1 {
				t.Fatalf("%d passes", n)
			}
		}
		publish(now)
		pass(now)
		now = now.Add(10 * time.Minute)
		if n := pass(now); n != 1 {
			t.Errorf("held in %d passes", n)
		}
		if n := pass(now.Add(10 * time.Minute)); n != 0 {
			t.Errorf("then %d passes", n)
		}
		if n := pass(hour(1)); n != 1 {
			t.Errorf("at the hour, %d passes", n)
		}
		var at []time.Time
		for _, l := range w.digests(t) {
			at = append(at, l.Created)
		}
		slices.SortFunc(at, time.Time.Compare)
		if len(at) != market.MaxInstant+1 || !at[len(at)-1].Equal(hour(1)) || at[len(at)-2].After(now) {
			t.Errorf("letters at %v", at)
		}
	})
}

package alert

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

const (
	// DefaultGap is the least time between two mails with listings to one person.
	DefaultGap = 5 * time.Minute
	// DefaultPeople is how many people one pass tells at most.
	DefaultPeople = 1000

	// lease is how long a claim of people lasts: those whom a process that
	// was killed had claimed are told by the next one after it.
	lease = 2 * time.Minute
	// tellAtOnce is how many people are told in one transaction.
	tellAtOnce = 100
	// closing is how long giving people back may take when the program is
	// being stopped.
	closing = 3 * time.Second
)

// Digester tells people what is new.
//
// # Who is told when
//
//   - All searches of a person that are due are told in one mail. As they are
//     due at the same instant (see Next), that is one mail per hour.
//   - A person gets no mail with listings within Gap of the one before: what
//     is due earlier waits. So several hurried instant searches, and an
//     instant one shortly before the hour, come together.
//   - An instant search that was in market.MaxInstant mails within 24 hours
//     waits for its owner's hour, and is told once then.
//   - A listing that several of a person's due searches found is told under
//     the first (the oldest) of them alone.
//   - Nothing new, no mail; the cursor moves on.
//   - Whatever was missed, because the machine slept or because a process
//     died, is told in one mail.
type Digester struct {
	Store    Store
	Letters  Letters
	Analyzer *search.Analyzer
	// Options are what the page's engine wants to be matched otherwise.
	Options []Option
	// Next says when a search is due again; nil is Next of this package.
	Next func(to market.Subscriber, s market.Search, after time.Time) time.Time
	// Gap is the least time between two mails with listings to one person; 0
	// means DefaultGap.
	Gap time.Duration
	// People is how many people one pass tells at most; 0 means DefaultPeople.
	People int
	// Metrics and Log may be nil.
	Metrics *Metrics
	Log     *slog.Logger
}

// Pass tells the people who are due, and says how many these were. It is a
// loop.Pass. A letter that cannot be written stops no other: its person stays
// due, and is tried again when the claim has run out.
//
// Invariant: the head is read after the claim, so that no cursor is beyond
// it, and each cursor moves to it only in the transaction that files the
// letter about all that lies between, by compare-and-set. Until then nothing
// is changed, and after it nothing is left to do: dying anywhere loses nothing
// and tells nothing twice.
func (d *Digester) Pass(ctx context.Context, now time.Time) (did int, err error) {
	due, err := d.Store.Due(ctx, now, lease, cmp.Or(d.People, DefaultPeople))
	if errors.Is(err, market.ErrNone) {
		return 0, err
	}
	if err != nil {
		return 0, fmt.Errorf("claiming who is due: %w", err)
	}
	left := due
	defer func() {
		if err != nil {
			err = errors.Join(err, d.giveBack(ctx, left, now))
		}
	}()
	head, err := d.Store.Head(ctx)
	if err != nil {
		return 0, fmt.Errorf("reading the newest change: %w", err)
	}
	r := d.plan(ctx, due, head, now)
	if err := r.read(ctx); err != nil {
		return 0, fmt.Errorf("reading new groups: %w", err)
	}
	for len(left) > 0 {
		n := min(tellAtOnce, len(left))
		if err := r.tell(ctx, r.people[did:did+n]); err != nil {
			return did, err
		}
		left = left[n:]
		did += n
	}
	return did, nil
}

func (d *Digester) nextDue(to market.Subscriber, s market.Search, after time.Time) time.Time {
	if d.Next == nil {
		return Next(to, s, after)
	}
	return d.Next(to, s, after)
}

// giveBack leaves people due as they were, for the next pass. Where that
// fails too, the claim runs out.
func (d *Digester) giveBack(ctx context.Context, due []market.Due, now time.Time) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	var ts []market.Telling
	for _, p := range due {
		t := market.Telling{Subscriber: p.Subscriber.ID}
		for _, s := range p.Searches {
			t.Steps = append(t.Steps, market.Step{Search: s.ID, From: s.Cursor, Upto: s.Cursor, Next: s.DueAt})
		}
		ts = append(ts, t)
	}
	if _, err := d.Store.Tell(ctx, ts, now); err != nil {
		return fmt.Errorf("giving claims back: %w", err)
	}
	return nil
}

// round is one pass: some people, and what is new to them.
type round struct {
	*Digester
	now    time.Time
	head   int64
	people []*person
	// turns are the searches to be told, over all people, and matcher finds
	// for them, by their place among these.
	turns   []turn
	matcher Matcher
}

// turn is a search to be told: a person's, by its place among theirs.
type turn struct {
	who   *person
	place int
}

// person is somebody who is due.
type person struct {
	to       market.Subscriber
	searches []*due
	// seen says which listing of the round they saw last, counted from 1, and
	// first is the place of the first search that found it.
	seen, first int
}

// due is a search that is due.
type due struct {
	search market.Search
	query  market.Query
	// told says that it is told this time; where it is not, its cursor stays.
	told bool
	next time.Time
	// hits are what it found, the newest market.MaxTold of total, newest
	// first; oldest is the date of the oldest of all.
	hits   []*market.Born
	total  int
	oldest time.Time
}

// plan decides which searches are told this time, and when all are due again.
func (d *Digester) plan(ctx context.Context, claimed []market.Due, head int64, now time.Time) *round {
	r := &round{Digester: d, now: now, head: head}
	var queries []market.Query
	for _, c := range claimed {
		p := &person{to: c.Subscriber}
		r.people = append(r.people, p)
		if _, err := Zone(p.to.Zone); err != nil {
			d.Metrics.fail(failZone)
			d.log().WarnContext(ctx, "telling at the default zone's hour", "subscriber", p.to.ID, "err", err)
		}
		wait := time.Duration(0)
		if since := now.Sub(p.to.MailedAt); since >= 0 {
			wait = orDefault(d.Gap, DefaultGap) - since
		}
		for i, s := range c.Searches {
			u := &due{search: s, next: r.nextDue(p.to, s, now)}
			p.searches = append(p.searches, u)
			var err error
			switch u.query, err = s.Parse(now); {
			case err != nil:
				d.Metrics.fail(failQuery)
				d.log().ErrorContext(ctx, "a saved query cannot be read", "search", s.ID, "err", err)
			case wait > 0:
				u.next = now.Add(wait)
			case s.Freq == market.Instant && c.Today[s.ID] >= market.MaxInstant && !s.ToldAt.Before(lastHour(p.to, now)):
				d.Metrics.hold()
			default:
				u.told = true
				r.turns = append(r.turns, turn{p, i})
				queries = append(queries, u.query)
			}
		}
	}
	r.matcher = File(d.Analyzer, queries, d.Options...)
	return r
}

// read goes through the groups that are new to anybody, a slice at a time, and
// keeps for each search its newest hits.
func (r *round) read(ctx context.Context) error {
	from := r.head
	for _, t := range r.turns {
		from = min(from, t.who.searches[t.place].search.Cursor)
	}
	nth := 0 // counts listings: several may have been founded under one number
	for ; from < r.head; from += slice {
		born, err := r.Store.Since(ctx, from, min(r.head, from+slice))
		if err != nil {
			return err
		}
		var found []*person
		for _, b := range born { // each its own, so that the others can go
			found = found[:0]
			nth++
			for _, i := range r.matcher.Match(b.Listing, r.now) {
				t := r.turns[i]
				switch p := t.who; {
				case p.searches[t.place].search.Cursor >= b.Seq:
				case p.seen != nth:
					p.seen, p.first = nth, t.place
					found = append(found, p)
				default:
					p.first = min(p.first, t.place)
				}
			}
			for _, p := range found {
				p.searches[p.first].add(&b)
			}
		}
	}
	return nil
}

// add takes a hit in, where it is among the newest.
func (u *due) add(b *market.Born) {
	u.total++
	if date := b.Listing.Date(); u.total == 1 || date.Before(u.oldest) {
		u.oldest = date
	}
	at, _ := slices.BinarySearchFunc(u.hits, b, newestFirst)
	if at == market.MaxTold {
		return
	}
	if len(u.hits) == market.MaxTold {
		u.hits = u.hits[:market.MaxTold-1]
	}
	u.hits = slices.Insert(u.hits, at, b)
}

// newestFirst is the page's order of new ones; of a day's, those found last
// stand first.
func newestFirst(a, b *market.Born) int {
	return cmp.Or(b.Listing.Date().Compare(a.Listing.Date()), cmp.Compare(b.Seq, a.Seq), cmp.Compare(a.Listing.ID, b.Listing.ID))
}

// tell writes the letters of some people, and files them.
func (r *round) tell(ctx context.Context, people []*person) error {
	// Writing is most of the work: all cores do it.
	written := make([]market.Telling, len(people))
	failed := make([]error, len(people))
	var writing errgroup.Group
	writing.SetLimit(runtime.GOMAXPROCS(0))
	for i, p := range people {
		writing.Go(func() error { written[i], failed[i] = r.telling(p); return nil })
	}
	writing.Wait()
	var ts []market.Telling
	searches, letters, listings := 0, 0, 0
	for i, p := range people {
		if err := failed[i]; err != nil {
			r.Metrics.fail(failLetter)
			r.log().ErrorContext(ctx, "a digest cannot be written", "subscriber", p.to.ID, "err", err, "again_in", lease)
			continue
		}
		t := written[i]
		ts = append(ts, t)
		if t.Letter != nil {
			letters++
		}
		for _, u := range p.searches {
			if u.told {
				searches++
				listings += u.total
			}
		}
	}
	told, err := r.file(ctx, ts)
	if err != nil {
		return fmt.Errorf("filing digests: %w", err)
	}
	r.Metrics.tell(searches, letters, listings, len(ts)-told)
	return nil
}

// file files tellings together, or, where one of them cannot be filed, each on
// its own: the others are not to wait for it. It fails where none can be.
func (r *round) file(ctx context.Context, ts []market.Telling) (told int, err error) {
	told, err = r.Store.Tell(ctx, ts, r.now)
	if err == nil || len(ts) < 2 {
		return told, err
	}
	alone := map[string]error{}
	for _, t := range ts {
		n, err := r.Store.Tell(ctx, []market.Telling{t}, r.now)
		if ctx.Err() != nil {
			return told, ctx.Err()
		}
		if err != nil {
			alone[t.Subscriber] = err
		}
		told += n
	}
	if len(alone) == len(ts) {
		return 0, err
	}
	for subscriber, err := range alone {
		r.Metrics.fail(failFile)
		r.log().ErrorContext(ctx, "a digest cannot be filed", "subscriber", subscriber, "err", err, "again_in", lease)
	}
	return told, nil
}

// telling is what becomes of one person's searches.
func (r *round) telling(p *person) (market.Telling, error) {
	t := market.Telling{Subscriber: p.to.ID}
	var sections []Section
	about := []string{string(market.LetterDigest), p.to.ID}
	for _, u := range p.searches {
		step := market.Step{Search: u.search.ID, From: u.search.Cursor, Upto: u.search.Cursor, Next: u.next}
		if u.told {
			step.Upto, step.Told = max(step.From, r.head), u.total
		}
		t.Steps = append(t.Steps, step)
		about = append(about, step.Search, strconv.FormatInt(step.From, 10), strconv.FormatInt(step.Upto, 10))
		if u.total == 0 {
			continue
		}
		section := Section{Search: u.search, Query: u.query, Total: u.total, Oldest: u.oldest}
		words := allWords(r.Analyzer, u.query)
		for _, b := range u.hits {
			section.Hits = append(section.Hits, Hit{Listing: b.Listing, Words: words})
		}
		sections = append(sections, section)
	}
	if len(sections) == 0 {
		return t, nil
	}
	raw, token := market.NewToken(market.TokenManage, p.to.ID, "", r.now, market.ManageTokenFor)
	letter, err := written(func() (market.Letter, error) { return r.Letters.Digest(p.to, sections, raw, r.now) })
	if err != nil {
		return t, err
	}
	letter.Key = key(about...)
	t.Letter, t.Tokens = &letter, []market.Token{token}
	return t, nil
}

// written writes a letter; a panic is that letter's failure.
func written(write func() (market.Letter, error)) (l market.Letter, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return write()
}

// key names a letter by what it is about: composed again it has the same.
func key(about ...string) string {
	h := sha256.New()
	for _, s := range about {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:20])
}

// allWords are what Words gives for each listing that a query finds, for that
// has them all: no listing is taken apart for it.
func allWords(a *search.Analyzer, q market.Query) []string {
	w := a.Words(q.Text)
	var out []string
	for _, t := range w.Must {
		out = append(out, t.Typed)
	}
	for _, p := range w.Phrases {
		out = append(out, strings.Join(p, " "))
	}
	var once []string
	for _, s := range out {
		if !slices.Contains(once, s) {
			once = append(once, s)
		}
	}
	return once
}

func (d *Digester) log() *slog.Logger {
	if d.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return d.Log
}

package alert

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

var analyzer = sync.OnceValue(func() *search.Analyzer {
	a, err := search.NewAnalyzer(config.Files)
	if err != nil {
		panic(err)
	}
	return a
})

// shelf is a Store in memory, for tests of what is told.
type shelf struct {
	mu       sync.Mutex
	head     int64
	watched  int64
	born     []market.Born
	people   map[string]*market.Subscriber
	searches []*shelved
	claims   map[string]time.Time
	letters  map[string]market.Letter
	tokens   []market.Token
	reads    int // calls of Since
}

type shelvedSearch = market.Search

type shelved struct {
	shelvedSearch
	mails   []time.Time
	hurry   int64
	hurryAt time.Time
}

func newShelf() *shelf {
	return &shelf{people: map[string]*market.Subscriber{}, claims: map[string]time.Time{}, letters: map[string]market.Letter{}}
}

// person adds one who is told at 8 in Dhaka, in English.
func (s *shelf) person(id string) *market.Subscriber {
	p := &market.Subscriber{ID: id, Email: id + "@example.org", Lang: "en", Hour: market.DefaultHour, Zone: market.DefaultZone}
	s.people[id] = p
	return p
}

// add adds a search that is on and due, as if confirmed at now.
func (s *shelf) add(person, id, query string, freq market.Frequency, now time.Time) *shelved {
	h := &shelved{shelvedSearch: market.Search{ID: id, Subscriber: person, Query: query, Freq: freq, State: market.SearchOn,
		Created: now, Confirmed: now, AliveAt: now, ChangedAt: now, Cursor: s.head}}
	h.DueAt = Next(*s.people[person], h.shelvedSearch, now)
	s.searches = append(s.searches, h)
	return h
}

// found founds a group.
func (s *shelf) found(l market.Listing) market.Born {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.head++
	b := market.Born{Seq: s.head, Listing: l}
	s.born = append(s.born, b)
	return b
}

func (s *shelf) close(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.head++
	s.born = slices.DeleteFunc(s.born, func(b market.Born) bool { return b.Listing.ID == id })
}

func (s *shelf) Head(ctx context.Context) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.head, ctx.Err()
}

func (s *shelf) Since(ctx context.Context, after, upto int64) ([]market.Born, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	var out []market.Born
	for _, b := range s.born {
		if b.Seq > after && b.Seq <= upto {
			out = append(out, b)
		}
	}
	return out, ctx.Err()
}

func (s *shelf) Due(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]market.Due, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	by := map[string]*market.Due{}
	var order []string
	for _, h := range s.searches {
		if h.State != market.SearchOn || h.DueAt.After(now) || s.claims[h.Subscriber].After(now) {
			continue
		}
		d, ok := by[h.Subscriber]
		if !ok {
			if len(order) == limit {
				continue
			}
			d = &market.Due{Subscriber: *s.people[h.Subscriber], Today: map[string]int{}}
			by[h.Subscriber] = d
			order = append(order, h.Subscriber)
		}
		d.Searches = append(d.Searches, h.shelvedSearch)
		for _, at := range h.mails {
			if at.After(now.Add(-24 * time.Hour)) {
				d.Today[h.ID]++
			}
		}
	}
	if len(order) == 0 {
		return nil, market.ErrNone
	}
	var out []market.Due
	for _, id := range order {
		s.claims[id] = now.Add(lease)
		out = append(out, *by[id])
	}
	return out, nil
}

func (s *shelf) get(id string) *shelved {
	for _, h := range s.searches {
		if h.ID == id {
			return h
		}
	}
	return nil
}

func (s *shelf) Tell(ctx context.Context, ts []market.Telling, now time.Time) (told int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	for _, t := range ts {
		delete(s.claims, t.Subscriber)
		if slices.ContainsFunc(t.Steps, func(step market.Step) bool {
			h := s.get(step.Search)
			return h == nil || h.State != market.SearchOn || h.Cursor != step.From
		}) {
			continue
		}
		told++
		for _, step := range t.Steps {
			h := s.get(step.Search)
			if step.Upto < step.From {
				return 0, fmt.Errorf("a cursor goes back from %d to %d", step.From, step.Upto)
			}
			h.Cursor, h.DueAt = step.Upto, step.Next
			if h.hurry > step.Upto && h.hurryAt.After(now) && h.hurryAt.Before(h.DueAt) {
				h.DueAt = h.hurryAt
			}
			if step.Told > 0 {
				h.ToldAt, h.Told, h.Last = now, h.Told+step.Told, step.Told
				h.mails = append(h.mails, now)
			}
		}
		if t.Letter != nil {
			if _, ok := s.letters[t.Letter.Key]; ok {
				return 0, fmt.Errorf("two letters of one key")
			}
			s.letters[t.Letter.Key] = *t.Letter
			s.tokens = append(s.tokens, t.Tokens...)
			s.people[t.Subscriber].MailedAt = now
		}
	}
	return told, nil
}

func (s *shelf) Watched(ctx context.Context) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.watched, ctx.Err()
}

func (s *shelf) InstantSearches(ctx context.Context) iter.Seq2[market.Search, error] {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []market.Search
	for _, h := range s.searches {
		if h.State == market.SearchOn && h.Freq == market.Instant {
			out = append(out, h.shelvedSearch)
		}
	}
	return func(yield func(market.Search, error) bool) {
		for _, x := range out {
			if !yield(x, nil) {
				return
			}
		}
	}
}

func (s *shelf) Hurry(ctx context.Context, from, upto int64, searches []string, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if s.watched != from {
		return market.ErrNone
	}
	s.watched = upto
	for _, id := range searches {
		h := s.get(id)
		h.hurry, h.hurryAt = upto, at
		if h.DueAt.After(at) {
			h.DueAt = at
		}
	}
	return nil
}

func (s *shelf) Silent(ctx context.Context, aliveBefore time.Time, limit int) ([]market.Due, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	by := map[string]*market.Due{}
	for _, h := range s.searches {
		if h.State == market.SearchOn && h.AskedAt.IsZero() && !h.AliveAt.After(aliveBefore) {
			if by[h.Subscriber] == nil {
				if len(by) == limit {
					continue
				}
				by[h.Subscriber] = &market.Due{Subscriber: *s.people[h.Subscriber]}
			}
			by[h.Subscriber].Searches = append(by[h.Subscriber].Searches, h.shelvedSearch)
		}
	}
	if len(by) == 0 {
		return nil, market.ErrNone
	}
	var out []market.Due
	for _, id := range slices.Sorted(maps.Keys(by)) {
		out = append(out, *by[id])
	}
	return out, ctx.Err()
}

func (s *shelf) Ask(ctx context.Context, searches []string, letter market.Letter, tokens []market.Token, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range searches {
		if !s.get(id).AskedAt.IsZero() {
			return market.ErrNone
		}
	}
	for _, id := range searches {
		s.get(id).AskedAt = now
	}
	s.letters[letter.Key] = letter
	s.tokens = append(s.tokens, tokens...)
	return ctx.Err()
}

func (s *shelf) Expire(ctx context.Context, now time.Time, limit int) (ended int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.searches {
		if ended < limit && h.State == market.SearchOn && !h.AskedAt.IsZero() && !h.AskedAt.After(now.Add(-market.AnswerFor)) {
			h.State = market.SearchPaused
			ended++
		}
	}
	return ended, ctx.Err()
}

// mails are the letters, oldest first.
func (s *shelf) mails() []market.Letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.letters), func(a, b market.Letter) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.Key, b.Key))
	})
}

// pen writes letters whose text is what they say, as JSON.
type pen struct {
	// fails names the people to whom it cannot write, and panics those at
	// whom it breaks.
	fails, panics map[string]bool
}

// page is what one search found, as the pen writes it.
type page struct {
	Search string
	IDs    []string
	Words  []string
	Total  int
}

var errPen = errors.New("the pen is dry")

func (p pen) Digest(to market.Subscriber, sections []Section, raw string, now time.Time) (market.Letter, error) {
	if p.fails[to.ID] {
		return market.Letter{}, errPen
	}
	if p.panics[to.ID] {
		panic("the nib broke")
	}
	var pages []page
	for _, s := range sections {
		g := page{Search: s.Search.ID, Total: s.Total}
		for _, h := range s.Hits {
			g.IDs = append(g.IDs, h.Listing.ID)
			g.Words = h.Words
		}
		pages = append(pages, g)
	}
	text, err := json.Marshal(pages)
	return p.letter(market.LetterDigest, to, string(text), raw, now), err
}

func (p pen) Ask(to market.Subscriber, searches []market.Search, raw string, now time.Time) (market.Letter, error) {
	if p.fails[to.ID] {
		return market.Letter{}, errPen
	}
	return p.letter(market.LetterAsk, to, fmt.Sprint(len(searches)), raw, now), nil
}

func (pen) letter(kind market.LetterKind, to market.Subscriber, text, raw string, now time.Time) market.Letter {
	return market.Letter{Kind: kind, Subscriber: to.ID, To: to.Email, Lang: to.Lang, Subject: string(kind), Text: text, HTML: "<p>",
		Stop: "https://kaj.example/stop/" + raw, Manage: "https://kaj.example/manage/" + raw,
		Created: now, State: market.LetterQueued, NextAt: now}
}

// read is what a letter of the pen's says.
func read(t testing.TB, l market.Letter) []page {
	t.Helper()
	var out []page
	if err := json.Unmarshal([]byte(l.Text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// offer is a listing about something.
func offer(id, about string, posted time.Time) market.Listing {
	return market.Listing{ID: id, Group: id, Source: "hall", ExternalID: id, URL: "https://hall.example/" + id,
		Title: strings.ToUpper(about[:1]) + about[1:], Description: "Somebody is needed for " + about + ".",
		PostedAt: posted, FirstSeenAt: posted, LastSeenAt: posted}
}

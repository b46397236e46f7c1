package web

import (
	"context"
	"fmt"
	"html"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/health"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

type statusPage struct {
	frame
	Summary, AsOf string
	Sites         []siteRow
	// SearchClass and SearchState are how the engine is, SearchText how far.
	SearchClass, SearchState, SearchText string
	// Post is how the mails are, nil where none are sent.
	Post *postRow
}

type siteRow struct {
	Name, Home   string
	Title        template.HTML
	Class, State string
	Why          []template.HTML
	Spark        *spark
	Last, Next   string
	Open         string
}

// spark is the newest runs as bars, the oldest first.
type spark struct {
	Bars, Zero string // SVG paths
	Label      string
}

func (s *server) status(w http.ResponseWriter, r *http.Request) {
	v := s.view(w, r)
	if bad := unknown(r.URL.Query()); len(bad) > 0 {
		s.badParameter(w, r, v, bad)
		return
	}
	now := s.Now()
	states, err := s.fresh(r.Context())
	if err != nil {
		s.failed(w, r, fmt.Errorf("reading the sources' states: %w", err))
		return
	}
	p := &statusPage{AsOf: v.Text("status.as-of", "time", v.DateClock(now))}
	p.frame = s.frame(v, r, v.Text("status.title"))
	p.Description = v.Text("status.description")
	p.Canonical = s.ownPage(v, "/status")
	troubles, err := s.troubles(r.Context())
	if err != nil {
		s.failed(w, r, fmt.Errorf("reading the incidents: %w", err))
		return
	}
	p.Feeds = []feedLink{{v.Text("incident.feed"), incidentMedia, incidentPath + "?lang=" + string(v.Lang)}}
	counts := map[market.HealthKind]int{}
	for _, sp := range s.sites().specs {
		row := s.siteRow(v, sp, states[sp.Name], troubles[sp.Name], now)
		p.Sites = append(p.Sites, row.siteRow)
		counts[row.kind]++
	}
	p.Summary = v.Text("status.summary", "all", v.Int(len(s.sites().specs)), "ok", v.Int(counts[market.HealthOK]), "slow", v.Int(counts[market.HealthSlow]),
		"down", v.Int(counts[market.HealthDown]), "wait", v.Int(counts[market.HealthWait]), "off", v.Int(counts[market.HealthNone]))
	switch at, err := s.Index(r.Context()); {
	case err != nil:
		s.Log.Warn("the search index does not say how it stands", "err", err)
		p.SearchClass, p.SearchState, p.SearchText = "down", v.Text("state.failed"), v.Text("status.search-down")
	default:
		p.SearchState = v.Text("state.healthy")
		if at.Behind > usualLag {
			p.SearchClass, p.SearchState = "slow", v.Text("state.late")
		}
		n := v.Int(int(max(at.Documents, 0)))
		p.SearchText = v.Text("status.search-ok", "n", n)
		if at.Behind > 0 {
			p.SearchText = v.Text("status.search-behind", "n", n, "behind", v.Int(int(at.Behind)))
		}
	}
	if s.Subscriptions != nil {
		p.Post = s.postRow(r.Context(), v, now)
	}
	s.show(w, r, v, "status", http.StatusOK, p)
}

// usualLag is how many changes an index may be behind while it keeps up: an
// index takes them in batches.
const usualLag = 1000

// judged is a source's row and how it does at a glance.
type judged struct {
	siteRow
	kind market.HealthKind
}

// stateClass is the mark of a state, by its kind.
var stateClass = map[market.HealthKind]string{market.HealthOK: "", market.HealthSlow: "slow", market.HealthDown: "down", market.HealthWait: "off", market.HealthNone: "off"}

// siteRow is how a source does. trouble is its incident that lasts, nil
// without one.
func (s *server) siteRow(v *view, sp source.Spec, st *market.SourceState, trouble *market.Incident, now time.Time) judged {
	h := health.Judge(sp, st, now)
	row := siteRow{
		Name: sp.Name, Home: safeURL(sp.Home), Title: v.site(sp.Name),
		Class: stateClass[h.Kind()],
		State: v.Text("state." + string(h.State)),
		Last:  v.Text("status.none"), Next: v.Text("status.none"), Open: v.Text("status.none"),
	}
	say := func(text string) {
		if text != "" {
			row.Why = append(row.Why, template.HTML(html.EscapeString(text)))
		}
	}
	say(v.Why(h.Why, now))
	switch {
	case h.State == market.HealthPaused:
		say(v.Text("why.paused", "time", v.Moment(st.PausedAt, now)))
	case h.State.Broken() && trouble != nil:
		say(v.Text("status.since", "time", v.Moment(trouble.Since, now)))
	}
	if h.State == market.HealthTerms || h.State == market.HealthOff {
		// What a source's own description says stands in English.
		if sp.Why != "" {
			row.Why = append(row.Why, v.named(sp.Why))
		}
		if sp.Needs != "" {
			row.Why = append(row.Why, v.markup("status.needs", "needs", v.named(sp.Needs)))
		}
	}
	if st == nil {
		return judged{row, h.Kind()}
	}
	row.Open = v.Text("status.open-n", "n", v.Int(st.Open))
	if st.Last != nil {
		at := v.Moment(st.Last.Finished, now)
		switch l := st.Last; {
		case l.State == market.RunUnchanged:
			row.Last = v.Text("status.last-unchanged", "time", at)
		case !l.State.Failed():
			row.Last = v.Text("status.last-ok", "time", at, "n", v.Int(l.Found))
		case l.Status >= 400 && (l.State != market.RunUnreachable || l.Status >= 500 || l.Status == http.StatusRequestTimeout):
			// Where no page was answered the status is that of robots.txt, which
			// need not be there.
			row.Last = v.Text("status.last-code", "time", at, "code", v.Digits(strconv.Itoa(l.Status)))
		default:
			row.Last = v.Text("status.last-failed", "time", at)
		}
	}
	switch {
	case h.Kind() == market.HealthNone:
	case !st.RunningSince.IsZero():
		row.Next = v.Text("status.now")
	case st.NextAt.IsZero():
	case st.NextAt.After(now):
		row.Next = v.Moment(st.NextAt, now)
	default:
		row.Next = v.Text("status.soon")
	}
	row.Spark = sparkOf(v, st.Recent)
	return judged{row, h.Kind()}
}

// sparkRuns is how many runs a sparkline shows.
const sparkRuns = 14

// sparkOf draws the newest runs. A run that the site answered with
// "unchanged" stands as high as the one before it.
func sparkOf(v *view, recent []market.RunRecord) *spark {
	runs := slices.Clone(recent[:min(len(recent), sparkRuns)])
	if len(runs) == 0 {
		return nil
	}
	slices.Reverse(runs)
	var found []int
	for _, r := range runs {
		n := r.Found
		switch {
		case r.State.Failed():
			n = 0
		case r.State == market.RunUnchanged && len(found) > 0:
			n = found[len(found)-1]
		}
		found = append(found, n)
	}
	most, least := slices.Max(found), slices.Min(found)
	var bars, zero strings.Builder
	for i, n := range found {
		x := 4 + 8*(sparkRuns-len(found)+i)
		if n == 0 {
			fmt.Fprintf(&zero, "M%d 32v-4", x)
			continue
		}
		fmt.Fprintf(&bars, "M%d 32v-%d", x, max(2, n*30/most))
	}
	return &spark{
		Bars: bars.String(), Zero: zero.String(),
		Label: v.Text("status.spark", "runs", v.Int(len(found)), "least", v.Int(least), "most", v.Int(most), "last", v.Int(found[len(found)-1])),
	}
}

// collecting is the first collection under way.
type collecting struct {
	Title, Text string
	Done, All   int
	Sites       []siteLine
	// Alone says that there is nothing else to show yet.
	Alone bool
}

type siteLine struct {
	Class string
	Text  template.HTML
}

// collecting tells how the first runs go: with each site while there is
// nothing else to show, in short while some sites are still to come, and not
// at all after that.
func (s *server) collecting(v *view, states map[string]*market.SourceState, q market.Query, found search.Page, now time.Time) *collecting {
	if states == nil {
		return nil
	}
	c := &collecting{}
	open, coming := 0, 0
	for _, sp := range s.sites().specs {
		st := states[sp.Name]
		h := health.Judge(sp, st, now)
		if h.Kind() == market.HealthNone {
			continue
		}
		c.All++
		line := siteLine{Class: "off", Text: v.markup("first.next", "site", v.site(sp.Name))}
		if st != nil {
			open += st.Open
			n := v.Int(st.Open)
			switch {
			case st.LastOK != nil:
				c.Done++
				line = siteLine{"", v.markup("first.count", "site", v.site(sp.Name), "n", n)}
			case !st.RunningSince.IsZero():
				coming++
				line = siteLine{"off", v.markup("first.running", "site", v.site(sp.Name), "n", n)}
			case st.Last != nil:
				at := v.Text("status.soon")
				if st.NextAt.After(now) {
					at = v.Moment(st.NextAt, now)
				}
				line = siteLine{"down", v.markup("first.failed", "site", v.site(sp.Name), "state", v.Text("state."+string(h.State)), "time", at)}
			default:
				coming++
			}
		} else {
			coming++
		}
		c.Sites = append(c.Sites, line)
	}
	c.Title, c.Text = v.Text("first.title"), v.Text("first.done", "all", v.Int(c.All), "done", v.Int(c.Done), "n", v.Int(open))
	switch {
	case c.All == 0:
		return nil
	case open == 0 && found.Total == 0:
		c.Alone = true
		if coming == 0 {
			c.Title, c.Text = v.Text("first.stuck"), v.Text("first.stuck-text")
		}
	case found.Total == 0 && !found.Degraded && len(q.Values()) == 0:
		c.Alone, c.All, c.Sites = true, 0, nil
		c.Title, c.Text = v.Text("first.indexing"), v.Text("first.indexing-text", "n", v.Int(open))
	case coming == 0:
		return nil
	default:
		c.Sites = nil
	}
	return c
}

// late names the sites whose offers may be missing: none come, or few, or not
// when they should.
func (s *server) late(v *view, states map[string]*market.SourceState, now time.Time) template.HTML {
	var names []template.HTML
	for _, sp := range s.sites().specs {
		if states[sp.Name] == nil {
			continue
		}
		h := health.Judge(sp, states[sp.Name], now)
		if h.Kind() == market.HealthDown || h.State == market.HealthLate || h.State == market.HealthThin {
			names = append(names, v.site(sp.Name))
		}
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return v.markup("results.late", "site", names[0])
	}
	return v.markup("results.late-many", "n", v.Int(len(names)))
}

// cached keeps what was last read for a while, so that pages do not each ask
// the store. While one asks, the others go on with what is known: nobody
// waits but those for whom nothing is known yet.
type cached[T any] struct {
	asking sync.Mutex
	known  atomic.Pointer[reading[T]]
}

type reading[T any] struct {
	at    time.Time
	value T
}

// get gives what was read at most so long ago, and the time that reading it
// takes.
func (c *cached[T]) get(atMost time.Duration, read func() (T, error)) (T, error) {
	known := c.known.Load()
	switch {
	case known == nil:
		c.asking.Lock()
	case time.Since(known.at) < atMost || !c.asking.TryLock():
		return known.value, nil
	}
	defer c.asking.Unlock()
	if known = c.known.Load(); known != nil && time.Since(known.at) < atMost {
		return known.value, nil
	}
	value, err := read()
	if err != nil {
		return value, err
	}
	c.known.Store(&reading[T]{time.Now(), value})
	return value, nil
}

const statesFor = time.Second

// fresh reads the sources' states, not older than a second and the time that
// it takes to read them.
func (s *server) fresh(ctx context.Context) (map[string]*market.SourceState, error) {
	return s.sources.get(statesFor, func() (map[string]*market.SourceState, error) {
		all, err := s.Store.Sources(ctx)
		if err != nil {
			return nil, err
		}
		states := make(map[string]*market.SourceState, len(all))
		for i := range all {
			states[all[i].Name] = &all[i]
		}
		return states, nil
	})
}

// states are fresh states, or nil where they cannot be read: a list of hits
// is still worth showing without its notes on the sites.
func (s *server) states(ctx context.Context) map[string]*market.SourceState {
	states, err := s.fresh(ctx)
	if err != nil {
		s.Log.Error("the sources' states cannot be read", "err", err)
		return nil
	}
	return states
}

// troubles are the incidents that last, by source, as fresh as the states.
func (s *server) troubles(ctx context.Context) (map[string]*market.Incident, error) {
	return s.lasting.get(statesFor, func() (map[string]*market.Incident, error) {
		all, err := s.Store.OpenIncidents(ctx)
		if err != nil {
			return nil, err
		}
		out := make(map[string]*market.Incident, len(all))
		for i := range all {
			out[all[i].Source] = &all[i]
		}
		return out, nil
	})
}

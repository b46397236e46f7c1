package health

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func run(ago time.Duration, state market.RunState, found int, filled ...string) market.RunRecord {
	c := market.Completeness{Listings: found, Filled: map[string]int{"letters": found}}
	for _, f := range filled {
		c.Filled[f] = found
	}
	return market.RunRecord{Started: noon.Add(-ago - time.Minute), Outcome: market.Outcome{State: state, Finished: noon.Add(-ago), Found: found, Filled: c}}
}

// garbled is a run in which the letters of some listings can be read.
func garbled(r market.RunRecord, readable int) market.RunRecord {
	r.Filled.Filled["letters"] = readable
	return r
}

// usual is a baseline of ten runs of a hundred listings each.
func usual(filled ...string) market.Baseline {
	b := market.Baseline{Runs: 10, Found: 1000}
	b.Listings, b.Filled = 1000, map[string]int{"letters": 1000}
	for _, f := range filled {
		b.Filled[f] = 900
	}
	return b
}

func state(runs ...market.RunRecord) *market.SourceState {
	st := &market.SourceState{Enabled: true, NextAt: noon.Add(time.Hour), Recent: runs, Baseline: usual("pay", "company")}
	if len(runs) > 0 {
		st.Last = &runs[0]
	}
	return st
}

func TestJudge(t *testing.T) {
	on := source.Spec{Name: "site", Enabled: true}
	good := run(time.Hour, market.RunOK, 100, "pay", "company")
	blocked := run(0, market.RunBlocked, 0)
	blocked.Status = 403
	for name, c := range map[string]struct {
		spec source.Spec
		st   *market.SourceState
		want market.HealthState
		why  string
	}{
		"healthy":        {on, state(good), market.HealthHealthy, ""},
		"unchanged":      {on, state(run(0, market.RunUnchanged, 0), good), market.HealthHealthy, ""},
		"unknown":        {on, nil, market.HealthWaiting, ""},
		"off":            {source.Spec{}, nil, market.HealthOff, ""},
		"off by terms":   {source.Spec{Terms: source.Terms{Permission: true}}, nil, market.HealthTerms, ""},
		"first run":      {on, func() *market.SourceState { s := state(); s.RunningSince = noon; return s }(), market.HealthRunning, ""},
		"first run late": {on, func() *market.SourceState { s := state(); s.NextAt = noon.Add(-time.Hour); return s }(), market.HealthLate, "why.late"},
		"not late yet":   {on, func() *market.SourceState { s := state(good); s.NextAt = noon.Add(-Grace); return s }(), market.HealthHealthy, ""},
		"late but running": {on, func() *market.SourceState {
			s := state(good)
			s.NextAt, s.RunningSince = noon.Add(-time.Hour), noon
			return s
		}(), market.HealthHealthy, ""},
		"thin, little known": {on, func() *market.SourceState {
			s := state(run(0, market.RunOK, 1))
			s.Baseline = market.Baseline{Runs: 4, Found: 400}
			return s
		}(), market.HealthHealthy, ""},
		"late":                {on, func() *market.SourceState { s := state(good); s.NextAt = noon.Add(-time.Hour); return s }(), market.HealthLate, "why.late"},
		"stuck":               {on, func() *market.SourceState { s := state(good); s.RunningSince = noon.Add(-time.Hour); return s }(), market.HealthLate, "why.stuck"},
		"paused":              {on, func() *market.SourceState { s := state(good); s.PausedAt = noon; return s }(), market.HealthPaused, ""},
		"blocked":             {on, state(blocked, good), market.HealthBlocked, "why.blocked-code"},
		"challenged":          {on, state(run(0, market.RunBlocked, 0), good), market.HealthBlocked, "why.blocked"},
		"another format":      {on, state(run(0, market.RunChanged, 0), good), market.HealthChanged, "why.changed"},
		"no answer":           {on, state(run(0, market.RunUnreachable, 0), good), market.HealthUnreachable, "why.unreachable"},
		"too large":           {on, state(run(0, market.RunTooLarge, 0), good), market.HealthFailed, "why.too-large"},
		"led astray":          {on, state(run(0, market.RunRefused, 0), good), market.HealthFailed, "why.refused"},
		"broke off":           {on, state(run(0, market.RunFailed, 0), good), market.HealthFailed, "why.failed"},
		"some pages":          {on, state(run(0, market.RunPartial, 80, "pay", "company"), good), market.HealthPartial, "why.partial"},
		"empty":               {on, state(run(0, market.RunOK, 0), good), market.HealthEmpty, "why.empty"},
		"still empty":         {on, state(run(0, market.RunUnchanged, 0), run(time.Hour, market.RunOK, 0), good), market.HealthEmpty, "why.empty"},
		"as before the cut":   {on, state(run(0, market.RunUnchanged, 0), run(time.Hour, market.RunPartial, 100, "company"), good), market.HealthHealthy, ""},
		"a third":             {on, state(run(0, market.RunOK, 34, "pay", "company"), good), market.HealthHealthy, ""},
		"less than a third":   {on, state(run(0, market.RunOK, 33, "pay", "company"), good), market.HealthThin, "why.thin"},
		"thin for long":       {on, state(slices.Repeat([]market.RunRecord{run(0, market.RunOK, 20, "pay", "company")}, 14)...), market.HealthThin, "why.thin"},
		"a field is lost":     {on, state(run(0, market.RunOK, 100, "company"), good), market.HealthChanged, "why.lost"},
		"lost, some pages":    {on, state(run(0, market.RunPartial, 100, "company"), good), market.HealthChanged, "why.lost"},
		"too few to tell":     {on, state(run(0, market.RunPartial, 4), good), market.HealthPartial, "why.partial"},
		"letters":             {on, state(garbled(run(0, market.RunOK, 100, "pay", "company"), 75), good), market.HealthChanged, "why.lost"},
		"a few letters":       {on, state(garbled(run(0, market.RunOK, 100, "pay", "company"), 92), good), market.HealthHealthy, ""},
		"two odd listings":    {on, state(garbled(run(0, market.RunOK, 5, "pay", "company"), 3), run(0, market.RunOK, 5), good), market.HealthThin, "why.thin"},
		"a field never there": {on, state(run(0, market.RunOK, 100, "pay", "company"), good), market.HealthHealthy, ""},
	} {
		got := Judge(c.spec, c.st, noon)
		if got.State != c.want || got.Why.Key != c.why {
			t.Errorf("%s: %+v, want %s %s", name, got, c.want, c.why)
		}
	}
	lost := Judge(on, state(run(0, market.RunOK, 100, "company"), good), noon)
	if a := lost.Why.Args; a["fields"] != "pay" || a["before"] != "90" || a["after"] != "0" {
		t.Errorf("a lost field: %v", a)
	}
}

// At a glance a source whose fields alone are lost still brings listings.
func TestKind(t *testing.T) {
	for _, c := range []struct {
		h    market.Health
		want market.HealthKind
	}{
		{market.Health{State: market.HealthHealthy}, market.HealthOK},
		{market.Health{State: market.HealthThin}, market.HealthSlow},
		{market.Health{State: market.HealthEmpty}, market.HealthDown},
		{market.Health{State: market.HealthChanged, Why: market.Reason{Key: "why.changed"}}, market.HealthDown},
		{market.Health{State: market.HealthChanged, Why: market.Reason{Key: market.WhyLost}}, market.HealthSlow},
		{market.Health{State: market.HealthWaiting}, market.HealthWait},
		{market.Health{State: market.HealthPaused}, market.HealthNone},
	} {
		if got := c.h.Kind(); got != c.want {
			t.Errorf("%+v is %s, want %s", c.h, got, c.want)
		}
	}
}

// Letters that went through the wrong encoding are told from others.
func TestReadableLetters(t *testing.T) {
	for text, want := range map[string]bool{
		"Type 300 forms – café, Zoë's “CAFÉ” × 2":   true,
		"পুরোনো রসিদ থেকে এক্সেলে হিসাব তোলা":       true,
		"Łódź, Škoda, ½ ¿Qué?":                      true,
		"Zo\u00c3\u00ab\u2019s caf\u00c3\u00a9":     false, // UTF-8 read as windows-1252
		"\u00e0\u00a6\u2022\u00e0\u00a6\u00be work": false,
		"th\ufffd forms":                       false,
		"forms \u00e2\u20ac\u201c 300 of them": false,
	} {
		if got := slices.Contains(market.Draft{Title: "x", Description: text}.FilledIn(), "letters"); got != want {
			t.Errorf("%q is readable: %v", text, got)
		}
	}
}

// A run that shows a fault does not become what is usual.
func TestBaselineTakesTheUsualOnly(t *testing.T) {
	b := usual("pay")
	for _, c := range []struct {
		name string
		r    market.RunRecord
		want bool
	}{
		{"usual", run(0, market.RunOK, 90, "pay"), true},
		{"empty", run(0, market.RunOK, 0), false},
		{"thin", run(0, market.RunOK, 20, "pay"), false},
		{"a field lost", run(0, market.RunOK, 100), false},
		{"partial", run(0, market.RunPartial, 100, "pay"), false},
	} {
		if got := b.Takes(c.r.Outcome); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	if !(market.Baseline{}).Takes(run(0, market.RunOK, 3).Outcome) {
		t.Error("a new source has no baseline yet and takes what comes")
	}
}

// desk is a store that keeps incidents in memory.
type desk struct {
	states  []market.SourceState
	open    map[string]market.Incident
	letters []string
}

func (d *desk) Sources(context.Context) ([]market.SourceState, error) { return d.states, nil }

func (d *desk) OpenIncidents(context.Context) ([]market.Incident, error) {
	var out []market.Incident
	for _, in := range d.open {
		out = append(out, in)
	}
	return out, nil
}

func (d *desk) Turn(_ context.Context, was *market.Incident, is market.Incident, letters []market.Letter) error {
	now, lasts := d.open[is.Source]
	if lasts != (was != nil) || was != nil && (now.State != was.State || now.Told != was.Told) {
		return market.ErrNone
	}
	if d.open[is.Source] = is; !is.Until.IsZero() {
		delete(d.open, is.Source)
	}
	for _, l := range letters {
		d.letters = append(d.letters, l.Key)
	}
	return nil
}

// Operators are told once of what breaks, when a second run shows it, and
// once that it has healed; one bad run tells nobody.
func TestWatcherTellsOnce(t *testing.T) {
	d := &desk{open: map[string]market.Incident{}}
	w := &Watcher{Store: d, Specs: func() []source.Spec { return []source.Spec{{Name: "site", Enabled: true}} },
		Letters: func(_ source.Spec, in market.Incident, _ time.Time) ([]market.Letter, error) {
			what := "broke"
			if !in.Until.IsZero() {
				what = "healed"
			}
			return []market.Letter{{Key: what + " " + string(in.State)}}, nil
		}}
	now := noon
	visit := func(s market.RunState, found int) {
		t.Helper()
		r := run(0, s, found, "pay", "company")
		r.Started, r.Finished = now, now
		d.states = []market.SourceState{*state(r)}
		d.states[0].Name = "site"
		d.states[0].NextAt = now.Add(time.Hour)
		for range 3 { // each pass but the first finds nothing to do
			if _, err := w.Pass(t.Context(), now.Add(time.Second)); err != nil && !errors.Is(err, market.ErrNone) {
				t.Fatal(err)
			}
		}
		now = now.Add(time.Minute)
	}
	want := func(what string, letters ...string) {
		t.Helper()
		if !slices.Equal(d.letters, letters) {
			t.Errorf("%s: letters %q, want %q", what, d.letters, letters)
		}
		d.letters = nil
	}
	visit(market.RunOK, 100)
	visit(market.RunUnreachable, 0)
	visit(market.RunOK, 100)
	want("one bad run")
	visit(market.RunBlocked, 0)
	visit(market.RunBlocked, 0)
	want("blocked twice", "broke blocked")
	visit(market.RunBlocked, 0)
	visit(market.RunOK, 0)
	visit(market.RunOK, 0)
	want("blocked, then empty, is one breakage")
	if in := d.open["site"]; in.State != market.HealthEmpty {
		t.Errorf("the incident follows what is found: %+v", in)
	}
	visit(market.RunOK, 100)
	want("healed", "healed empty")
	visit(market.RunOK, 0)
	visit(market.RunOK, 0)
	want("broken again", "broke empty")
	d.states[0].PausedAt = now
	if _, err := w.Pass(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	want("paused: ended in silence")
	if len(d.open) > 0 {
		t.Errorf("a paused source has no incident: %v", d.open)
	}
}

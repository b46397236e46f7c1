// Package health judges how sources do, and keeps the incidents: a source
// that breaks is noticed within two runs, told to the operator once, and told
// again when it has healed.
package health

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// Grace is how late a run may begin, or end beyond its limit, before its
// source is late.
const Grace = 15 * time.Minute

// Judge says how a source does by its newest runs. st is nil for a source
// that the store does not know yet. The keys of Why are messages; their args
// are: "at", an instant in RFC 3339; "code", an HTTP status; "usual" and
// "last", numbers; "fields", names of fields parted by ","; "before" and
// "after", percentages of the first of these fields.
func Judge(sp source.Spec, st *market.SourceState, now time.Time) market.Health {
	enabled := sp.Enabled
	if st != nil {
		enabled = st.Enabled
	}
	switch {
	case !enabled && sp.Terms.Permission:
		return of(market.HealthTerms, "")
	case !enabled:
		return of(market.HealthOff, "")
	case st == nil:
		return of(market.HealthWaiting, "")
	case !st.PausedAt.IsZero():
		return of(market.HealthPaused, "")
	}
	running := !st.RunningSince.IsZero()
	limit := sp.Limits.Time
	if limit == 0 {
		limit = source.DefaultTime
	}
	if running && now.Sub(st.RunningSince) > limit+Grace {
		return of(market.HealthLate, "why.stuck", "at", instant(st.RunningSince))
	}
	late := !running && !st.NextAt.IsZero() && now.Sub(st.NextAt) > Grace
	if st.Last == nil {
		switch {
		case running:
			return of(market.HealthRunning, "")
		case late:
			return of(market.HealthLate, "why.late", "at", instant(st.NextAt))
		}
		return of(market.HealthWaiting, "")
	}
	switch last := st.Last; last.State {
	case market.RunBlocked:
		if last.Status >= 400 {
			return of(market.HealthBlocked, "why.blocked-code", "code", strconv.Itoa(last.Status))
		}
		return of(market.HealthBlocked, "why.blocked")
	case market.RunChanged:
		return of(market.HealthChanged, "why.changed")
	case market.RunUnreachable:
		return of(market.HealthUnreachable, "why.unreachable")
	case market.RunTooLarge:
		return of(market.HealthFailed, "why.too-large")
	case market.RunRefused:
		return of(market.HealthFailed, "why.refused")
	case market.RunFailed:
		return of(market.HealthFailed, "why.failed")
	}
	if late {
		return of(market.HealthLate, "why.late", "at", instant(st.NextAt))
	}
	// What is unchanged is what the newest run brought that had no error: its
	// answer alone is asked with.
	whole := st.Last
	if whole.State == market.RunUnchanged {
		if whole = newest(st.Recent, func(r market.RunRecord) bool { return r.State == market.RunOK }); whole == nil {
			return of(market.HealthHealthy, "")
		}
	}
	if lost := st.Baseline.Lost(whole.Filled); len(lost) > 0 {
		percent := func(c market.Completeness) string { return strconv.Itoa(int(c.Share(lost[0])*100 + 0.5)) }
		return of(market.HealthChanged, market.WhyLost, "fields", strings.Join(lost, ","), "before", percent(st.Baseline.Completeness), "after", percent(whole.Filled))
	}
	switch {
	case st.Last.State == market.RunPartial:
		return of(market.HealthPartial, "why.partial")
	case whole.State == market.RunOK && whole.Found == 0:
		return of(market.HealthEmpty, "why.empty")
	case whole.State == market.RunOK:
		if st.Baseline.Thin(whole.Found) {
			return of(market.HealthThin, "why.thin", "usual", strconv.Itoa(st.Baseline.Usual()), "last", strconv.Itoa(whole.Found))
		}
	}
	return of(market.HealthHealthy, "")
}

func of(s market.HealthState, key string, args ...string) market.Health {
	h := market.Health{State: s}
	if key == "" {
		return h
	}
	h.Why.Key = key
	for i := 0; i+1 < len(args); i += 2 {
		if h.Why.Args == nil {
			h.Why.Args = map[string]string{}
		}
		h.Why.Args[args[i]] = args[i+1]
	}
	return h
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// newest is the newest of some runs, which are newest first, nil for none.
func newest(runs []market.RunRecord, is func(market.RunRecord) bool) *market.RunRecord {
	if i := slices.IndexFunc(runs, is); i >= 0 {
		return &runs[i]
	}
	return nil
}

package market

import (
	"slices"
	"strings"
	"time"
)

// HealthState is how a source does.
type HealthState string

// The states of a source.
const (
	HealthHealthy     HealthState = "healthy"
	HealthLate        HealthState = "late"        // its run is overdue, or does not end
	HealthPartial     HealthState = "partial"     // the last run could not get every page
	HealthThin        HealthState = "thin"        // well below its own usual number
	HealthEmpty       HealthState = "empty"       // nothing came
	HealthBlocked     HealthState = "blocked"     // 401, 403, 429, robots.txt, a challenge page
	HealthChanged     HealthState = "changed"     // another format, or fields that used to be filled are not
	HealthUnreachable HealthState = "unreachable" // no answer
	HealthFailed      HealthState = "failed"      // the run broke off for another reason
	HealthWaiting     HealthState = "waiting"     // for its first run
	HealthRunning     HealthState = "running"     // its first run is under way
	HealthPaused      HealthState = "paused"      // by an operator
	HealthTerms       HealthState = "terms"       // off until its permission is there
	HealthOff         HealthState = "off"
)

// HealthKind is a state at a glance.
type HealthKind string

// The kinds of states.
const (
	HealthOK   HealthKind = "ok"
	HealthSlow HealthKind = "slow" // listings come, but not as they should
	HealthDown HealthKind = "down" // none come
	HealthWait HealthKind = "wait" // for its first run
	HealthNone HealthKind = "off"  // none are wanted
)

// Kind is the state at a glance.
func (s HealthState) Kind() HealthKind {
	switch s {
	case HealthHealthy:
		return HealthOK
	case HealthLate, HealthPartial, HealthThin:
		return HealthSlow
	case HealthEmpty, HealthBlocked, HealthChanged, HealthUnreachable, HealthFailed:
		return HealthDown
	case HealthWaiting, HealthRunning:
		return HealthWait
	}
	return HealthNone
}

// Broken reports whether an operator must look.
func (s HealthState) Broken() bool { return s.Kind() == HealthSlow || s.Kind() == HealthDown }

// Health is how a source does, and why.
type Health struct {
	State HealthState
	// Why is a key and what stands in it; empty where the state says all.
	Why Reason
}

// Kind is how a source does at a glance: one whose fields alone are lost
// still brings its listings.
func (h Health) Kind() HealthKind {
	if h.State == HealthChanged && h.Why.Key == WhyLost {
		return HealthSlow
	}
	return h.State.Kind()
}

// WhyLost is the reason that fields which used to be filled are not.
const WhyLost = "why.lost"

// Incident is a time during which a source was broken. While it lasts, State
// and Why follow what is found.
type Incident struct {
	ID     string
	Source string
	State  HealthState
	Why    Reason
	Since  time.Time
	// Until is zero while it lasts.
	Until time.Time
	// Told says that operators were told of it.
	Told bool
}

// FilledFields are the fields of a draft whose filling is watched. "letters"
// is no field: it is filled where title and text can be read (see garbled).
var FilledFields = []string{"letters", "url", "description", "company", "skills", "category", "pay", "posted_at", "locations", "level", "english"}

// FilledIn are the FilledFields that a draft fills in.
func (d Draft) FilledIn() []string {
	var out []string
	for _, f := range FilledFields {
		var is bool
		switch f {
		case "letters":
			is = !garbled(d.Title) && !garbled(d.Description)
		case "url":
			is = d.URL != ""
		case "description":
			is = d.Description != ""
		case "company":
			is = d.Company != ""
		case "skills":
			is = len(d.Skills) > 0
		case "category":
			is = d.Category != ""
		case "pay":
			is = d.PayText != "" || d.PayMin != "" || d.PayMax != ""
		case "posted_at":
			is = d.PostedAt != ""
		case "locations":
			is = len(d.Locations) > 0
		case "level":
			is = d.Level != ""
		case "english":
			is = d.English != ""
		}
		if is {
			out = append(out, f)
		}
	}
	return out
}

// garbled reports whether a text went through the wrong encoding: it holds
// U+FFFD, which stands for bytes that could not be read, or the bytes of
// letters in UTF-8, each read as a letter of windows-1252 ("Ã©" for "é"). One
// letter of two bytes is no proof: “CAFÉ” in quotation marks looks like one.
func garbled(s string) bool {
	more, long, short := 0, false, 0 // bytes of the letter that are still to come
	for _, r := range s {
		switch {
		case r == '\uFFFD':
			return true
		case more > 0 && continues(r):
			if more--; more > 0 {
				continue
			}
			if short++; long || short > 1 {
				return true
			}
			continue
		}
		switch {
		case r >= 0xC2 && r <= 0xDF:
			more, long = 1, false
		case r >= 0xE0 && r <= 0xEF:
			more, long = 2, true
		case r >= 0xF0 && r <= 0xF4:
			more, long = 3, true
		default:
			more = 0
		}
	}
	return false
}

// continues reports whether a letter of windows-1252 has the byte of one that
// goes on in UTF-8, 0x80 to 0xBF.
func continues(r rune) bool {
	return r >= 0x80 && r <= 0xBF || strings.ContainsRune("€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ", r)
}

// Completeness is how many of a number of listings had each field filled.
type Completeness struct {
	Listings int            `json:"listings"`
	Filled   map[string]int `json:"filled,omitempty"`
}

// Share is the share of listings with a field, 0 to 1; 0 of none.
func (c Completeness) Share(field string) float64 {
	if c.Listings == 0 {
		return 0
	}
	return float64(c.Filled[field]) / float64(c.Listings)
}

// Add counts another's listings too.
func (c *Completeness) Add(o Completeness) {
	if c.Filled == nil {
		c.Filled = map[string]int{}
	}
	c.Listings += o.Listings
	for f, n := range o.Filled {
		c.Filled[f] += n
	}
}

// When a field counts as lost.
const (
	lostListings = 20  // the baseline knows at least as many listings
	lostOf       = 5   // and the run at least as many
	lostUsual    = 0.5 // the field used to be filled at least so often
	lostShare    = 0.4 // and is now less than this share of that
	// Letters are lost sooner: an encoding spoils only the listings that have
	// letters beyond ASCII.
	lostLetters = 0.9
	lostGarbled = 3 // listings at least
)

// Baseline is what a source's whole runs used to bring.
type Baseline struct {
	Completeness
	// Runs are the runs that are counted, Found the drafts in them.
	Runs, Found int
}

// When a run is thin.
const (
	thinRuns  = 5 // the baseline knows at least as many runs
	thinShare = 3 // and the run found less than one in so many of the usual
)

// Usual is how much a run usually finds, 0 where too few are known.
func (b Baseline) Usual() int {
	if b.Runs < thinRuns {
		return 0
	}
	return b.Found / b.Runs
}

// Thin reports whether a run that found so many is well below the usual.
func (b Baseline) Thin(found int) bool { return found*thinShare < b.Usual() }

// Takes reports whether a run belongs into the baseline: a whole one that
// found something, as much as usual, with no field lost. A source that has
// changed for good is judged by its old baseline until that has aged out.
func (b Baseline) Takes(o Outcome) bool {
	return o.State == RunOK && o.Found > 0 && !b.Thin(o.Found) && len(b.Lost(o.Filled)) == 0
}

// BaselineFor is how far back a source's own completeness is looked at.
const BaselineFor = 30 * 24 * time.Hour

// Lost are the fields that used to be filled, by the baseline c, and are not
// in a run: one that stood in half of all listings or more now stands in
// less than two fifths of as many. Few listings tell nothing. Letters count as
// lost where three listings or more, and more than a tenth, cannot be read.
func (c Completeness) Lost(run Completeness) []string {
	if c.Listings < lostListings || run.Listings < lostOf {
		return nil
	}
	var out []string
	for _, f := range FilledFields {
		share := lostShare
		if f == "letters" && run.Listings-run.Filled[f] >= lostGarbled {
			share = lostLetters
		}
		if usual := c.Share(f); usual >= lostUsual && run.Share(f) < usual*share {
			out = append(out, f)
		}
	}
	return slices.Clip(out)
}

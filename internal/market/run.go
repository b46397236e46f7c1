package market

import "time"

// Run is one visit to a source, claimed by one process for as long as its
// lease lasts.
type Run struct {
	ID      string
	Source  string
	Started time.Time
	// Lease is the claim's token: Save and Finish of a run whose lease has
	// passed to another fail with ErrNone.
	Lease string
	// Validators are what the last finished run's first page was sent with.
	Validator Validator
	// Failures are the failed runs in a row before this one.
	Failures int
	// Previous is when the newest earlier run that reached the site began,
	// zero when there is none: what the poll floor counts from. A run that
	// was cut off counts.
	Previous time.Time
}

// Validator is what makes the next request conditional (RFC 9110, 13.1).
type Validator struct {
	URL          string `json:"url,omitempty"`
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
}

// RunState is how a run ended.
type RunState string

// How a run ended.
const (
	RunOK          RunState = "ok"
	RunUnchanged   RunState = "unchanged"   // the site answered 304
	RunPartial     RunState = "partial"     // a cap or a page's error cut it short: some was saved
	RunBlocked     RunState = "blocked"     // 401, 403, 429, robots.txt, a challenge or login page
	RunChanged     RunState = "changed"     // the format is not what the source knows
	RunUnreachable RunState = "unreachable" // no connection, a time-out, 5xx
	RunTooLarge    RunState = "too-large"   // an answer beyond the cap
	RunRefused     RunState = "refused"     // it led to an address that must not be asked
	RunFailed      RunState = "failed"      // anything else
)

// Failed reports whether the run must be tried again with backoff.
func (s RunState) Failed() bool {
	switch s {
	case RunBlocked, RunChanged, RunUnreachable, RunTooLarge, RunRefused, RunFailed:
		return true
	}
	return false
}

// Reached reports whether the run may have reached the site. Only one that
// found no answer at all did not.
func (o Outcome) Reached() bool { return o.Status > 0 || o.State != RunUnreachable }

// Outcome is what came of a run.
type Outcome struct {
	State    RunState
	Finished time.Time
	// Err is the error in words, empty when there was none.
	Err string
	// Status is the last HTTP status, that of robots.txt where no page was
	// answered, and 0 where the site was not reached. Bytes is what the bodies
	// held after decompression, Pages how many there were.
	Status int
	Bytes  int64
	Pages  int
	// Found counts drafts, Skipped those that the source leaves out by rule,
	// Rejected those that could not be read.
	Found, Skipped, Rejected int
	// Filled counts the listings that were taken, and the fields that the site
	// filled in.
	Filled Completeness
	// New, Changed, Closed and Reopened are the store's counts.
	New, Changed, Closed, Reopened int
	// Complete says that the run saw everything that the site now offers:
	// only then may listings that it did not mention be closed, after
	// CloseAfter complete runs in a row without mention.
	Complete   bool
	CloseAfter int
	// Next is when the source is due again.
	Next      time.Time
	Validator Validator
}

// Reject is an item that could not be read, kept for the operator.
type Reject struct {
	// Item is the beginning of what the site sent, at most 2,000 bytes.
	Item string
	Why  string
}

// Saved counts what a batch did.
type Saved struct{ New, Changed, Seen, Closed, Reopened int }

// Relabelled counts what a batch of labelling again did: the listings that
// were labelled, and those among them that got other labels.
type Relabelled struct{ Labelled, Changed int }

// Change is one entry of the change log: this group of duplicates is not
// what it was. Seq rises in commit order; a group stands in the log once, at
// its newest change, so that there are gaps.
type Change struct {
	Seq   int64
	Group string
}

// SourceState is a source as the store knows it.
type SourceState struct {
	Name    string
	Enabled bool
	// NextAt is when it is due, zero when it never is.
	NextAt time.Time
	// RunningSince is when the run now under way began, zero without one.
	RunningSince time.Time
	Failures     int
	// Open counts its open listings.
	Open int
	// Last is the newest finished run, LastOK the newest that did not fail.
	Last, LastOK *RunRecord
	// Recent are the newest finished runs, newest first.
	Recent []RunRecord
	// Baseline is what it used to bring in the BaselineFor before now.
	Baseline Baseline
	// PausedAt is when an operator paused it, zero where none did.
	PausedAt time.Time
}

// RunRecord is a finished run.
type RunRecord struct {
	ID      string
	Source  string
	Started time.Time
	Outcome
}

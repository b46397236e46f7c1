package market

import (
	"net/url"
	"time"
)

// Frequency is how often a saved search is told.
type Frequency string

// How often a saved search is told.
const (
	Instant Frequency = "instant" // within minutes of the listing
	Daily   Frequency = "daily"
	Weekly  Frequency = "weekly" // on Sunday, the first day of Bangladesh's week
)

// Frequencies are all of them, in the order of the page.
var Frequencies = []Frequency{Daily, Weekly, Instant}

// Valid reports whether f is one of Frequencies.
func (f Frequency) Valid() bool { return f == Instant || f == Daily || f == Weekly }

// SearchState is whether a saved search is told.
type SearchState string

// The states of a saved search.
const (
	SearchPending SearchState = "pending" // its address is not confirmed yet
	SearchOn      SearchState = "on"
	SearchPaused  SearchState = "paused"  // by its owner, or because "still looking?" had no answer
	SearchStopped SearchState = "stopped" // unsubscribed, or its address takes no mail
)

// SearchStates are all states.
var SearchStates = []SearchState{SearchPending, SearchOn, SearchPaused, SearchStopped}

// Limits of saved searches.
const (
	// PendingFor is how long a search may wait for its confirmation.
	PendingFor = 7 * 24 * time.Hour
	// AskAfter is how long a search is told before its owner is asked whether
	// they are still looking, AnswerFor how long they may take to answer.
	AskAfter  = 90 * 24 * time.Hour
	AnswerFor = 14 * 24 * time.Hour
	// StoppedFor is how long a stopped search is kept, so that it can be
	// started again.
	StoppedFor = 30 * 24 * time.Hour
	// MaxInstant is how many mails a day a search that is told at once may
	// send: where it would be more, it is not offered; beyond it, the rest
	// waits for the person's hour.
	MaxInstant = 20
	// MaxSearches is how many searches one address may have.
	MaxSearches = 20
	// MaxConfirm is how many confirmation mails one address gets in a day,
	// over all networks.
	MaxConfirm = 3
	// MaxTold is how many listings of one search a mail shows.
	MaxTold = 10
)

// DefaultHour and DefaultZone are when a digest goes out unless its owner
// says otherwise.
const (
	DefaultHour = 8
	DefaultZone = "Asia/Dhaka"
)

// Subscriber is a person who gets mail.
type Subscriber struct {
	ID string
	// Email is the address as it was typed, the domain in lower-case ASCII
	// (see ParseEmail).
	Email string
	// Lang is "bn" or "en".
	Lang string
	// Hour is when digests go out, 0 to 23 in Zone, an IANA name.
	Hour    int
	Zone    string
	Created time.Time
	// MailedAt is when the newest mail with listings was composed.
	MailedAt time.Time
}

// Search is a saved search.
type Search struct {
	ID         string
	Subscriber string
	// Query is the search as its query string, without page, sort and lang:
	// what Query.Saved().Values().Encode() gives.
	Query string
	Freq  Frequency
	State SearchState
	// Lang, Hour and Zone are what was chosen with it; they become the
	// subscriber's when it is confirmed.
	Lang string
	Hour int
	Zone string

	Created   time.Time
	Confirmed time.Time
	// Cursor is what was told: every group founded at or before it. It only
	// rises, by compare-and-set.
	Cursor int64
	// DueAt is when it is told next.
	DueAt time.Time
	// ToldAt is when it was last told something, Told how many listings it
	// was told in all, Last how many in the last mail.
	ToldAt time.Time
	Told   int
	Last   int
	// AliveAt is when its owner last said that they want it: confirmed,
	// edited, resumed or answered. AskedAt is when they were asked since,
	// zero where they were not.
	AliveAt time.Time
	AskedAt time.Time
	// ChangedAt is when State last changed.
	ChangedAt time.Time
}

// Parse reads the search's query for an instant.
func (s Search) Parse(now time.Time) (Query, error) {
	v, err := url.ParseQuery(s.Query)
	if err != nil {
		return Query{}, err
	}
	q, bad := ParseQuery(v, now, nil)
	if len(bad) > 0 {
		return q, bad[0]
	}
	return q, nil
}

// Saved is the query as it is saved: its order and page go, everything else
// stays as it was set up.
func (q Query) Saved() Query {
	q.Sort, q.Page, q.Now = SortDefault, 0, time.Time{}
	return q
}

// Narrows reports whether anything but the country is filtered by.
func (q Query) Narrows() bool {
	q = q.Saved()
	q.Text, q.From = "", DefaultFrom
	return len(q.Values()) > 0
}

// Born is the representative of a duplicate group, open, with AlsoOn, and
// the number under which the group was founded: a number of the change log.
type Born struct {
	Seq     int64
	Listing Listing
}

// Due is a person with the searches that are due, claimed by one process for
// as long as the lease lasts.
type Due struct {
	Subscriber Subscriber
	// Searches are all of the person's due searches, oldest first.
	Searches []Search
	// Today counts the mails with listings composed for each search, by ID,
	// in the 24 hours before now.
	Today map[string]int
}

// Telling is what became of one person's due searches: a letter, or none
// where nothing is new.
type Telling struct {
	Subscriber string
	Steps      []Step
	// Letter is nil where nothing is new. Tokens are those in its links.
	Letter *Letter
	Tokens []Token
}

// Step moves one search on.
type Step struct {
	Search string
	// From is the cursor that the step was reckoned from: where the stored
	// one is another, the whole telling is void.
	From, Upto int64
	// Told is how many listings the letter tells of.
	Told int
	// Next is when the search is due again.
	Next time.Time
}

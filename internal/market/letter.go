package market

import "time"

// LetterKind is what a letter is for.
type LetterKind string

// The kinds of letters.
const (
	LetterConfirm  LetterKind = "confirm"  // "start mails for this search?"
	LetterDigest   LetterKind = "digest"   // new listings
	LetterAsk      LetterKind = "ask"      // "still looking?"
	LetterManage   LetterKind = "manage"   // the link to one's searches, asked for on the page
	LetterOperator LetterKind = "operator" // to the operator: a source broke or healed, a sign-in
)

// LetterKinds are all kinds.
var LetterKinds = []LetterKind{LetterConfirm, LetterDigest, LetterAsk, LetterManage, LetterOperator}

// LetterState is where a letter stands.
type LetterState string

// The states of a letter.
const (
	LetterQueued LetterState = "queued"
	LetterSent   LetterState = "sent"   // a server took it
	LetterBuried LetterState = "buried" // given up: refused for good, too old, or its address takes no mail
)

// LetterStates are all states.
var LetterStates = []LetterState{LetterQueued, LetterSent, LetterBuried}

// Letter is one mail to one person, as composed. Text, HTML, Stop and Manage
// hold live links: they are wiped when the letter is sent or buried.
type Letter struct {
	// Key names the letter and is the local part of its Message-ID: letters
	// and digits, at most 40. Composing the same letter again gives the same
	// key, so that no letter is filed twice.
	Key  string
	Kind LetterKind
	// Subscriber is empty for operators' letters.
	Subscriber string
	To         string
	Lang       string
	Subject    string
	Text, HTML string
	// Stop is the address whose POST stops the mails (RFC 8058), Manage the
	// one where everything can be changed. Both are absolute. The sender
	// refuses a letter without Stop, but for operators'.
	Stop, Manage string
	Created      time.Time

	State    LetterState
	Attempts int
	// Lease is the claim's token.
	Lease string
	// NextAt is when it is tried next, SentAt when it was taken, Cause what
	// the last failure said, without addresses.
	NextAt time.Time
	SentAt time.Time
	Cause  string
}

// SuppressReason is why an address gets no mail any more.
type SuppressReason string

// Why an address gets no mail.
const (
	SuppressBounce    SuppressReason = "bounce"    // its server said that it does not exist
	SuppressComplaint SuppressReason = "complaint" // its owner called our mail spam
	SuppressOperator  SuppressReason = "operator"
)

// SuppressReasons are all reasons.
var SuppressReasons = []SuppressReason{SuppressBounce, SuppressComplaint, SuppressOperator}

// Suppressed is an address that gets no mail. The address itself is not
// kept: Hash is HashEmail of it, Masked what a person can recognise it by.
type Suppressed struct {
	Hash   string
	Masked string
	Reason SuppressReason
	At     time.Time
}

// Dossier is everything that is stored about one address. Letters have no
// words and links any more, or not yet been sent; Tokens have no secret.
type Dossier struct {
	Subscriber Subscriber
	Searches   []Search
	Letters    []Letter
	Tokens     []Token
	// Suppressed is nil where the address takes mail.
	Suppressed *Suppressed
}

// MailStats is what an operator watches of the mails.
type MailStats struct {
	Subscribers int
	Searches    map[SearchState]int
	Letters     map[LetterState]int
	Suppressed  map[SuppressReason]int
	// OldestQueued is when the longest waiting letter was due first, zero
	// where none waits.
	OldestQueued time.Time
	// Overdue counts the searches that are on and were due more than
	// MailOverdue ago; OldestDue is since when the first of them is.
	Overdue   int
	OldestDue time.Time
}

// MailOverdue is how late a search or a letter may be before an operator is
// to know.
const MailOverdue = 15 * time.Minute

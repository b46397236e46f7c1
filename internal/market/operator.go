package market

import "time"

// The scopes of operators' tokens. Their Subscriber is who they are for: a
// masked address, or OperatorConsole.
const (
	// TokenSignIn opens a session, once.
	TokenSignIn TokenScope = "signin"
	// TokenSession is a session's cookie.
	TokenSession TokenScope = "session"
)

// OperatorConsole is who signs in with the token that was printed at the
// first start.
const OperatorConsole = "console"

// How long operators' tokens live.
const (
	SignInFor  = 15 * time.Minute
	SessionFor = 12 * time.Hour
)

// Audit is a line of the audit log: who did what to what, and how it stood
// before and after.
type Audit struct {
	At   time.Time
	Who  string
	What string // "source.pause", "source.save", "report.done", "group.split", …
	// Subject is a source, a listing or a group.
	Subject string
	// Before and After are short texts: a state, a recipe. Secrets and
	// addresses stand in neither.
	Before, After string
}

// StoredSource is a source that an operator made on the page. It lives beside
// those that come with the program; no two have one name.
type StoredSource struct {
	Name string
	// YAML is its source.yaml.
	YAML string
	// Enabled is the operator's word. Permitted says that the site's written
	// permission was obtained.
	Enabled, Permitted bool
	// Allowed is a sentence on why it may be collected, in the operator's words.
	Allowed string
	// Fixture is the answer that the recipe was made from; later recipes are
	// tried on it.
	Fixture SavedPage
	Created time.Time
	Changed time.Time
	By      string
}

// SavedPage is an answer of a site as it was captured.
type SavedPage struct {
	URL    string
	Header map[string][]string
	Body   []byte
	At     time.Time
}

// ReportState is what became of readers' reports.
type ReportState string

// The states of reports.
const (
	ReportOpen    ReportState = "open"
	ReportDone    ReportState = "done"    // seen to
	ReportDropped ReportState = "dropped" // nothing was wrong
)

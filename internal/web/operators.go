package web

import (
	"context"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Operators is what the pages under /admin need of the store. Each change
// goes with its line of the audit log, in one transaction.
type Operators interface {
	// PutToken files an operator's token, with the letter that carries its
	// secret where there is one.
	PutToken(ctx context.Context, t market.Token, letter *market.Letter) error
	// OperatorToken is the token of a raw one, compared in constant time. It
	// fails with market.ErrNotFound where it is none, of another scope, has
	// expired or was revoked.
	OperatorToken(ctx context.Context, raw string, scope market.TokenScope, now time.Time) (market.Token, error)
	// SignIn uses up a sign-in token and files the session in its place.
	// ErrNotFound: it was used already.
	SignIn(ctx context.Context, raw string, session market.Token, now time.Time) error
	// OperatorTokens are those of a scope that are good, newest first.
	OperatorTokens(ctx context.Context, scope market.TokenScope, now time.Time) ([]market.Token, error)
	// Revoke ends a token by its selector.
	RevokeToken(ctx context.Context, selector string, a market.Audit) error

	// AuditLog are the newest lines.
	AuditLog(ctx context.Context, limit int) ([]market.Audit, error)

	// PauseSource and ResumeSource fail with ErrNone where the source is paused,
	// or not paused, already; HurrySource where it is paused.
	PauseSource(ctx context.Context, name string, a market.Audit) error
	ResumeSource(ctx context.Context, name string, a market.Audit) error
	// HurrySource makes a source due now; the poll floor of its terms holds.
	HurrySource(ctx context.Context, name string, a market.Audit) error
	// Runs are a source's finished runs, newest first.
	Runs(ctx context.Context, source string, limit int) ([]market.RunRecord, error)
	// Rejects are what a run rejected.
	Rejects(ctx context.Context, run string) ([]market.Reject, error)
	Incidents(ctx context.Context, limit int) ([]market.Incident, error)

	// StoredSources are the sources made on the page, by name.
	StoredSources(ctx context.Context) ([]market.StoredSource, error)
	// SaveSource puts a source in the place of the one of its name whose
	// Changed is was (zero for a new one). ErrNone: it was changed meanwhile,
	// or there is one already.
	SaveSource(ctx context.Context, s market.StoredSource, was time.Time, a market.Audit) error
	// DeleteSource removes one; its open listings are closed.
	DeleteSource(ctx context.Context, name string, a market.Audit) error

	// OpenReports are the reports that nobody has seen to, as Reports gives
	// them.
	OpenReports(ctx context.Context, limit int) ([]market.Reported, error)
	// SettleReports settles all open reports about listings.
	SettleReports(ctx context.Context, listings []string, state market.ReportState, a market.Audit) error
	// CloseListings closes listings by hand; they stay closed until their
	// site changes them.
	CloseListings(ctx context.Context, ids []string, a market.Audit) error
	// SplitListing takes a listing out of its duplicate group for good,
	// MergeListings puts listings into one for good: collecting does not undo
	// it.
	SplitListing(ctx context.Context, id string, a market.Audit) error
	MergeListings(ctx context.Context, ids []string, a market.Audit) error

	// SearchLetters finds the newest letters by state, without their words.
	SearchLetters(ctx context.Context, state market.LetterState, limit int) ([]market.Letter, error)
	// MailStats counts the mails, Suppressed are the addresses that get none,
	// and Trail is what is stored about one; ErrNotFound: nothing.
	MailStats(ctx context.Context, now time.Time) (market.MailStats, error)
	Suppressed(ctx context.Context) ([]market.Suppressed, error)
	Trail(ctx context.Context, email string) (market.Dossier, error)
}

// Package collect visits the source that is due.
package collect

import (
	"context"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Store is what collecting needs of the store.
type Store interface {
	// Claim leases the most overdue enabled source until now+lease, in one
	// statement, so that any number of processes may ask. ErrNone: none is due.
	Claim(ctx context.Context, now time.Time, lease time.Duration) (market.Run, error)
	// ClaimNamed leases one source whether due or not. ErrNone: a run of it
	// is under way; ErrNotFound: there is no such source.
	ClaimNamed(ctx context.Context, name string, now time.Time, lease time.Duration) (market.Run, error)
	// Save upserts a batch in one transaction: the counter row, the listings,
	// their duplicate groups, and a change only where the content is new.
	// Drafts that the site calls closed come with ClosedAt set.
	Save(ctx context.Context, r market.Run, batch []market.Listing, now time.Time) (market.Saved, error)
	// Rejected keeps rejected items of a run for the operator.
	Rejected(ctx context.Context, r market.Run, rejects []market.Reject) error
	// Finish closes the run's books in one transaction: it closes the
	// listings that complete runs stopped mentioning, records the outcome,
	// sets when the source is due next, and ends the lease. maxAge closes
	// listings that were last seen longer ago; 0 means never.
	Finish(ctx context.Context, r market.Run, o market.Outcome, maxAge time.Duration) (market.Outcome, error)
}

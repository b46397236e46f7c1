package collect

import (
	"context"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// KeepStore is what obeying the terms of keeping needs of the store.
type KeepStore interface {
	// Forget closes what was not refreshed in time, takes the site's words
	// off listings that are closed for too long and deletes those closed long
	// ago, at most limit of each. Of a source that keeps does not name,
	// nothing may be kept. ErrNone: there was nothing to do.
	Forget(ctx context.Context, keeps []market.Keeping, now time.Time, limit int) (int, error)
}

// keepBatch is how many listings are forgotten in one transaction.
const keepBatch = 200

// Keeper gives up what the sources' terms let nobody keep. Any number of
// processes may do so at once.
type Keeper struct {
	Store KeepStore
	// Specs are all sources, also those that do not run: what was collected
	// while they did is still theirs.
	Specs func() []source.Spec
}

// Pass forgets one batch. It is a loop.Pass: market.ErrNone says that all
// that is kept may be kept.
func (k *Keeper) Pass(ctx context.Context, now time.Time) (did int, err error) {
	var keeps []market.Keeping
	for _, s := range k.Specs() {
		keeps = append(keeps, market.Keeping{Source: s.Name, Text: s.Terms.Keep, Refresh: s.Terms.Refresh})
	}
	return k.Store.Forget(ctx, keeps, now, keepBatch)
}

package store

import (
	"context"
	"database/sql"
	"sync/atomic"
)

// growth tells PostgreSQL about new tables in time. Until it has statistics
// it takes index conditions for far more selective than they are, and reads
// whole indexes (a page's 20 groups took 26 ms instead of 1 ms of 20,000
// listings); autovacuum gathers them once a minute, while a first collection
// takes seconds. So they are gathered whenever this process has doubled what
// it added.
type growth struct {
	added, next atomic.Int64
}

func newGrowth() *growth {
	g := new(growth)
	g.next.Store(1000)
	return g
}

// add counts new listings, in the transaction that adds them. The writers'
// queue (see changeLog) lets one in at a time.
func (g *growth) add(ctx context.Context, tx *sql.Tx, n int) error {
	if g == nil {
		return nil
	}
	added := g.added.Add(int64(n))
	if added < g.next.Load() {
		return nil
	}
	g.next.Store(2 * added)
	_, err := tx.ExecContext(ctx, `ANALYZE listing, content, change`)
	return doing("gather statistics", err)
}

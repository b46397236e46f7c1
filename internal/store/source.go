package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// SourceConfig is a source as it is configured at start.
type SourceConfig struct {
	Name    string
	Enabled bool
	// FirstDue is when a source that the store does not know yet is due; the
	// zero time means at once.
	FirstDue time.Time
}

// SyncSources makes the store's sources those of the configuration. New ones
// become due, known ones keep their dates and their history, and those that
// are configured no more are kept but off. A source that is off is never due.
func (s *Store) SyncSources(ctx context.Context, sources []SourceConfig, now time.Time) error {
	// In one order, so that two processes that start together do not lock
	// each other out.
	sources = slices.SortedFunc(slices.Values(sources), func(a, b SourceConfig) int { return strings.Compare(a.Name, b.Name) })
	err := s.write(ctx, func(tx *sql.Tx) error {
		if _, err := beginChanges(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE source SET enabled = 0 WHERE enabled = 1`); err != nil {
			return err
		}
		for _, c := range sources {
			first := c.FirstDue
			if first.IsZero() {
				first = now
			}
			if _, err := tx.ExecContext(ctx, `
				INSERT INTO source (name, enabled, next_at, lease, lease_until, running_since, failures, last_ok, validator, content_since)
				VALUES ($1, $2, $3, '', 0, 0, 0, '', '{}', 0)
				ON CONFLICT (name) DO UPDATE SET enabled = excluded.enabled`, c.Name, btoi(c.Enabled), ms(first)); err != nil {
				return err
			}
		}
		return nil
	})
	return doing("enter the sources", err)
}

// NextDue is when the next enabled source can be claimed, possibly in the
// past; zero when there is none.
func (s *Store) NextDue(ctx context.Context) (time.Time, error) {
	var next sql.NullInt64
	rows, err := s.query(ctx, `
		SELECT MIN(CASE WHEN lease_until > next_at THEN lease_until ELSE next_at END) FROM source WHERE enabled = 1 AND paused_at = 0`)
	err = each(rows, err, func(rows *sql.Rows) error { return rows.Scan(&next) })
	return at(next.Int64), doing("read when a source is due", err)
}

// recent is how many of a source's runs Sources tells, keptRuns how many are
// kept besides the last one that did not fail.
const (
	recent   = 14
	keptRuns = 100
)

// Sources are all sources by name, each with its open listings counted, its
// last run, the last that did not fail, and the newest 14 runs. Of a run's
// outcome, CloseAfter, Next and Validator are not kept.
func (s *Store) Sources(ctx context.Context) ([]market.SourceState, error) {
	out, err := s.sources(ctx)
	return out, doing("read the sources", err)
}

// openCounts are the open listings of each source as they were counted last.
type openCounts struct {
	mu       sync.Mutex
	head     int64
	bySource map[string]int // not to be changed
}

// openBySource counts the open listings of each source. It counts anew only
// when the change log has grown, for nothing opens or closes without an
// entry there; the number is read before the counting, so that what changes
// meanwhile is counted the next time.
func (s *Store) openBySource(ctx context.Context) (map[string]int, error) {
	head, err := s.Head(ctx)
	if err != nil {
		return nil, err
	}
	c := &s.open
	c.mu.Lock()
	known, counted := c.bySource, c.head
	c.mu.Unlock()
	if known != nil && counted == head {
		return known, nil
	}
	counts := map[string]int{}
	rows, err := s.query(ctx, `SELECT source, COUNT(*) FROM listing WHERE closed_at = 0 GROUP BY source`)
	err = each(rows, err, func(rows *sql.Rows) error {
		var name string
		var n int
		if err := rows.Scan(&name, &n); err != nil {
			return err
		}
		counts[name] = n
		return nil
	})
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bySource == nil || head >= c.head {
		c.bySource, c.head = counts, head
	}
	return counts, nil
}

func (s *Store) sources(ctx context.Context) ([]market.SourceState, error) {
	var out []*market.SourceState
	byName := map[string]*market.SourceState{}
	lastOK := map[string]string{}
	rows, err := s.query(ctx, `SELECT name, enabled, next_at, running_since, failures, last_ok, paused_at FROM source`)
	err = each(rows, err, func(rows *sql.Rows) error {
		var st market.SourceState
		var enabled, next, running, paused int64
		var last string
		if err := rows.Scan(&st.Name, &enabled, &next, &running, &st.Failures, &last, &paused); err != nil {
			return err
		}
		st.Enabled = enabled == 1
		st.RunningSince, st.PausedAt = at(running), at(paused)
		if st.Enabled && paused == 0 {
			st.NextAt = at(next)
		}
		out = append(out, &st)
		byName[st.Name], lastOK[st.Name] = &st, last
		return nil
	})
	if err != nil {
		return nil, err
	}
	open, err := s.openBySource(ctx)
	if err != nil {
		return nil, err
	}
	for _, st := range out {
		st.Open = open[st.Name]
	}
	rows, err = s.query(ctx, `
		SELECT `+runColumns+` FROM (
			SELECT run.*, ROW_NUMBER() OVER (PARTITION BY source ORDER BY finished DESC, started DESC, id) AS n
			FROM run WHERE finished > 0
		) AS ranked
		WHERE n <= $1 OR id IN (SELECT last_ok FROM source)
		ORDER BY source, n`, recent)
	err = each(rows, err, func(rows *sql.Rows) error {
		r, err := scanRun(rows)
		if err != nil {
			return err
		}
		st := byName[r.Source]
		if st == nil {
			return nil
		}
		if len(st.Recent) < recent {
			st.Recent = append(st.Recent, r)
		}
		if r.ID == lastOK[r.Source] {
			st.LastOK = &r
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	rows, err = s.query(ctx, `
		SELECT source, runs, found, filled FROM baseline
		WHERE day >= (SELECT COALESCE(MAX(day), 0) FROM baseline) - $1`, int64(market.BaselineFor/(24*time.Hour)))
	err = each(rows, err, func(rows *sql.Rows) error {
		name, b, err := scanBaseline(rows)
		if st := byName[name]; err == nil && st != nil {
			st.Baseline.Runs, st.Baseline.Found = st.Baseline.Runs+b.Runs, st.Baseline.Found+b.Found
			st.Baseline.Add(b.Completeness)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	states := make([]market.SourceState, 0, len(out))
	for _, st := range out {
		if len(st.Recent) > 0 {
			last := st.Recent[0]
			st.Last = &last
		}
		states = append(states, *st)
	}
	slices.SortFunc(states, func(a, b market.SourceState) int { return strings.Compare(a.Name, b.Name) })
	return states, nil
}

const runColumns = `id, source, started, finished, state, err, status, bytes, pages, found, skipped, rejected, complete,
	added, changed, closed, reopened, filled`

func scanRun(rows *sql.Rows) (r market.RunRecord, err error) {
	var started, finished, complete int64
	var filled []byte
	if err := rows.Scan(&r.ID, &r.Source, &started, &finished, &r.State, &r.Err, &r.Status, &r.Bytes, &r.Pages,
		&r.Found, &r.Skipped, &r.Rejected, &complete, &r.New, &r.Changed, &r.Closed, &r.Reopened, &filled); err != nil {
		return r, err
	}
	if err := json.Unmarshal(filled, &r.Filled); err != nil {
		return r, fmt.Errorf("what run %s filled: %w", r.ID, err)
	}
	r.Started, r.Finished, r.Complete = at(started), at(finished), complete == 1
	return r, nil
}

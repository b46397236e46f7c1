package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// write runs fn in a transaction that may write. Exported methods open it;
// what they call takes the tx.
func (s *Store) write(ctx context.Context, fn func(tx *sql.Tx) error) error {
	tx, err := s.w.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		if rerr := tx.Rollback(); rerr != nil && !errors.Is(rerr, sql.ErrTxDone) {
			err = errors.Join(err, rerr)
		}
		return err
	}
	return tx.Commit()
}

// statements are the prepared statements of a pool, by their text.
type statements struct {
	mu     sync.Mutex
	byText map[string]*sql.Stmt
}

// query runs a statement of the read pool and prepares it the first time.
// The texts must be few: lists in them are padded (see in).
func (s *Store) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	s.reads.mu.Lock()
	st := s.reads.byText[text]
	s.reads.mu.Unlock()
	if st == nil {
		var err error
		if st, err = s.r.PrepareContext(ctx, text); err != nil {
			return nil, err
		}
		s.reads.mu.Lock()
		if s.reads.byText == nil {
			s.reads.byText = map[string]*sql.Stmt{}
		}
		if first := s.reads.byText[text]; first != nil {
			st.Close()
			st = first
		}
		s.reads.byText[text] = st
		s.reads.mu.Unlock()
	}
	return st.QueryContext(ctx, args...)
}

// each scans every row with scan and closes them.
func each(rows *sql.Rows, err error, scan func(rows *sql.Rows) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// maxList is the longest list of one statement; longer ones are cut up.
const maxList = 512

// in is the list "($from, …)" and its arguments for up to maxList ids. It is
// padded with the last id to a power of two, so that few texts are needed.
func in(from int, ids []string) (list string, args []any) {
	n := 1
	for n < len(ids) {
		n *= 2
	}
	places := make([]string, n)
	args = make([]any, n)
	for i := range n {
		places[i] = "$" + strconv.Itoa(from+i)
		args[i] = ids[min(i, len(ids)-1)]
	}
	return "(" + strings.Join(places, ", ") + ")", args
}

// maxRows is how many rows one statement writes.
const maxRows = 64

// insertion is the text of a statement around the rows that it inserts: before
// names the columns, rest are the last values of each row, which are the same
// for all, with a comma before them.
type insertion struct{ before, rest, after string }

// insert inserts rows of values, which all have one length; scan, which may be
// nil, is given what the statement returns.
func (i insertion) insert(ctx context.Context, tx *sql.Tx, values [][]any, scan func(rows *sql.Rows) error) error {
	for some := range slices.Chunk(values, maxRows) {
		list, args := tuples(some, func(_ int, place string) string { return place }, i.rest)
		text := i.before + ` VALUES ` + list + i.after
		if scan == nil {
			if _, err := tx.ExecContext(ctx, text, args...); err != nil {
				return err
			}
			continue
		}
		rows, err := tx.QueryContext(ctx, text, args...)
		if err := each(rows, err, scan); err != nil {
			return err
		}
	}
	return nil
}

// tuples is the list "($1, … rest), …" of rows of values, and its arguments;
// as says how the placeholder of a column is written.
func tuples(values [][]any, as func(column int, place string) string, rest string) (list string, args []any) {
	var b strings.Builder
	for r, row := range values {
		if r > 0 {
			b.WriteString(", ")
		}
		for c, v := range row {
			b.WriteString([]string{"(", ", "}[min(c, 1)])
			args = append(args, v)
			b.WriteString(as(c, "$"+strconv.Itoa(len(args))))
		}
		b.WriteString(rest + ")")
	}
	return b.String(), args
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// ms and at turn times into milliseconds and back; the zero time is 0.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// text is s as both engines take it: PostgreSQL refuses NUL and broken UTF-8.
func text(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// doing puts what was tried before an error.
func doing(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

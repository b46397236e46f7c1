package store

import (
	"container/list"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// version tells the contents that a listing has had apart: by the hash, and
// by the site's date, which is not part of it (see encode).
type version struct {
	hash   string
	posted int64
}

// maxOutlines is how many outlines are kept: some 20 MB.
const maxOutlines = 8192

// outlines are the contents, without their texts, that were read lately.
//
// Invariant: what is kept for a listing and a version was read together with
// that version, by one statement, so it never is another version's.
type outlines struct {
	mu sync.Mutex
	// places are the elements of order by the listing's ID, order are
	// *outline, what was asked for last in front.
	places map[string]*list.Element
	order  list.List
}

type outline struct {
	id string
	version
	content market.Listing
}

// get is the content of a listing's version where it is kept.
func (o *outlines) get(id string, v version) (market.Listing, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	e := o.places[id]
	if e == nil || e.Value.(*outline).version != v {
		return market.Listing{}, false
	}
	o.order.MoveToFront(e)
	return e.Value.(*outline).content, true
}

// put keeps a content, in the place of the listing's other versions, or else
// of what nobody has asked for the longest.
func (o *outlines) put(id string, v version, content market.Listing) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if e := o.places[id]; e != nil {
		e.Value = &outline{id, v, content}
		o.order.MoveToFront(e)
		return
	}
	if o.places == nil {
		o.places = map[string]*list.Element{}
	}
	o.places[id] = o.order.PushFront(&outline{id, v, content})
	if o.order.Len() > maxOutlines {
		last := o.order.Back()
		delete(o.places, last.Value.(*outline).id)
		o.order.Remove(last)
	}
}

// outline reads the content of at most maxList listings without their texts.
func (s *Store) outline(ctx context.Context, ms []member) error {
	var missing []string
	place := map[string]*member{}
	for i := range ms {
		m := &ms[i]
		if content, ok := s.outlines.get(m.ID, m.version); ok {
			m.Listing = m.of(content)
			continue
		}
		missing = append(missing, m.ID)
		place[m.ID] = m
	}
	if len(missing) == 0 {
		return nil
	}
	ids, args := in(1, missing)
	rows, err := s.query(ctx, `
		SELECT c.listing, c.doc, l.hash, l.posted_at FROM content AS c JOIN listing AS l ON l.id = c.listing
		WHERE c.listing IN `+ids, args...)
	return each(rows, err, func(rows *sql.Rows) error {
		var id string
		var doc sql.RawBytes
		var v version
		if err := rows.Scan(&id, &doc, &v.hash, &v.posted); err != nil {
			return err
		}
		var content market.Listing
		if err := json.Unmarshal(doc, &content); err != nil {
			return fmt.Errorf("content of listing %s: %w", id, err)
		}
		s.outlines.put(id, v, content)
		m := place[id]
		m.Listing = m.of(content)
		return nil
	})
}

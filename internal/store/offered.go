package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// ofSource is the source as no index has it: listing_open_id holds all that is
// asked for, in the order that it is asked for, and is to be gone through.
const ofSource = `(source || '')`

// OfferedParts counts the open listings of some sources by the first digits
// of their IDs, which are spread evenly. Parts without any are left out.
func (s *Store) OfferedParts(ctx context.Context, sources []string, digits int) ([]market.OfferedPart, error) {
	if len(sources) == 0 {
		return nil, nil
	}
	list, args := in(2, sources)
	var out []market.OfferedPart
	rows, err := s.query(ctx, `
		SELECT substr(id, 1, $1) AS part, COUNT(*), MAX(changed_at) FROM listing
		WHERE closed_at = 0 AND `+ofSource+` IN `+list+` GROUP BY part ORDER BY part`, append([]any{digits}, args...)...)
	err = each(rows, err, func(rows *sql.Rows) error {
		var p market.OfferedPart
		var changed int64
		err := rows.Scan(&p.Prefix, &p.Count, &changed)
		p.ChangedAt = at(changed)
		out = append(out, p)
		return err
	})
	return out, doing("count the open listings", err)
}

// Offered are at most limit open listings of some sources, by ID: those whose
// IDs begin with prefix and come after another.
func (s *Store) Offered(ctx context.Context, sources []string, prefix, after string, limit int) ([]market.Offered, error) {
	if len(sources) == 0 {
		return nil, nil
	}
	// IDs are hexadecimal: "g" comes after all that begin with a prefix.
	list, args := in(3, sources)
	args = append([]any{max(prefix, after), prefix + "g"}, append(args, limit)...)
	var out []market.Offered
	rows, err := s.query(ctx, fmt.Sprintf(`
		SELECT id, changed_at FROM listing
		WHERE id > $1 AND id < $2 AND closed_at = 0 AND %s IN %s ORDER BY id LIMIT $%d`, ofSource, list, len(args)), args...)
	err = each(rows, err, func(rows *sql.Rows) error {
		var o market.Offered
		var changed int64
		err := rows.Scan(&o.ID, &changed)
		o.ChangedAt = at(changed)
		out = append(out, o)
		return err
	})
	return out, doing("read the open listings", err)
}

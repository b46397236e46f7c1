package recipe

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// run is one visit under way, or one saved page being read.
type run struct {
	r         *recipe
	get       func(fetch.Request) (fetch.Page, error) // nil: no detail pages
	in        source.Input
	validator market.Validator
	// conditional says that the first page is asked for conditionally.
	conditional bool
	// broken says that Emit failed, which ends the run.
	broken bool
	seen   map[string]bool // by item.key
	// given counts items that were emitted or skipped, rejected those that
	// could not be read, and lost those among them whose detail page failed.
	given, rejected, lost int
	firstReject           error
}

func newRun(r *recipe, get func(fetch.Request) (fetch.Page, error), in source.Input) *run {
	return &run{r: r, get: get, in: in, seen: map[string]bool{}}
}

// maxItems is how many items a run reads whose limits say nothing, and maxRaw
// how much of one Input.Raw is told, in bytes.
const (
	maxItems = 10_000
	maxRaw   = 64 << 10
)

// items hands on the items of a page, each once in a run. full says that the
// run has read as many as it may.
func (u *run) items(ctx context.Context, items []item) (full bool, err error) {
	for _, it := range items {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		if len(u.seen) >= cmp.Or(u.r.spec.Limits.Items, maxItems) {
			return true, nil
		}
		if u.in.Raw != nil {
			u.in.Raw(head(it.text(), maxRaw))
		}
		key := it.key()
		if u.seen[key] {
			u.skip("seen before in this run")
			continue
		}
		u.seen[key] = true
		switch {
		case it.err != nil:
			u.reject(it, it.err)
			continue
		case it.skip != "":
			u.skip(it.skip)
			continue
		}
		if u.get != nil && u.r.detail != nil {
			if it.detail == "" {
				u.reject(it, errors.New("no address of its detail page"))
				continue
			}
			vs, err := u.detail(ctx, it.detail)
			var status *fetch.StatusError
			switch {
			case errors.As(err, &status) && (status.Status == http.StatusNotFound || status.Status == http.StatusGone):
				u.skip("gone")
				continue
			case errors.Is(err, source.ErrFormat):
				u.lost++
				u.reject(it, err)
				continue
			case err != nil:
				return false, err
			}
			it.values = it.values.over(vs)
		}
		if u.get == nil && u.r.detail != nil && len(it.values["title"].texts) == 0 {
			u.skip("its title stands on its own page")
			continue
		}
		d, err := u.r.draft(it.values)
		if err != nil {
			u.reject(it, err)
			continue
		}
		u.given++
		if err := u.in.Emit(d); err != nil {
			u.broken = true
			return false, err
		}
	}
	return false, nil
}

func (u *run) skip(why string) {
	u.given++
	u.in.Skip(why)
}

func (u *run) reject(it item, err error) {
	u.rejected++
	if u.firstReject == nil {
		u.firstReject = err
	}
	u.in.Reject(rejectOf(it, err))
}

// detail reads an item's own page.
func (u *run) detail(ctx context.Context, url string) (values, error) {
	page, err := u.get(fetch.Request{URL: url})
	if err != nil {
		return nil, err
	}
	var vs values
	rd := u.r.detail
	err = rd.open(ctx, page, func(jq context.Context, d document) error {
		node, err := rd.one(jq, d)
		if err != nil {
			return err
		}
		if vs, err = rd.values(jq, d, node); err != nil {
			return formatError("%w", err)
		}
		return nil
	})
	return vs, err
}

// unreadable is the error of a page that had items of which none could be
// read: the site has changed its format.
func (u *run) unreadable() error {
	if u.rejected == 0 || u.given > 0 {
		return nil
	}
	return formatError("none of its %d items could be read: %w", u.rejected, u.firstReject)
}

// one is the one item of a detail page: the page itself, the first element
// or value of item, or the first posting.
func (rd *reader) one(ctx context.Context, d document) (any, error) {
	var nodes []any
	switch {
	case rd.itemCSS == nil && rd.itemJQ == nil && rd.format.kind != "jsonld":
		return d.node, nil
	default:
		var err error
		if nodes, err = rd.items(ctx, d); err != nil {
			return nil, err
		}
	}
	if len(nodes) == 0 {
		return nil, formatError("the detail page has no item")
	}
	return nodes[0], nil
}

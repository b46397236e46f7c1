package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// fold merges what is frozen into a new base.
func (x *Index) fold() {
	x.building.Lock()
	defer x.building.Unlock()
	x.mu.Lock()
	var parts []live
	if x.frozen != nil { // otherwise a rebuilding came first
		for _, s := range []*live{x.base, x.frozen} {
			parts = append(parts, live{s.segment, slices.Clone(s.dead)})
		}
	}
	reached := x.reached
	x.deaths = nil
	x.mu.Unlock()

	var err error
	if parts != nil {
		err = x.replace(x.running, parts, reached, func(b *live) {
			for _, id := range x.deaths {
				if doc, ok := b.doc(id); ok {
					b.dead.set(doc)
				}
			}
			x.frozen = nil
		})
	}
	x.mu.Lock()
	if err != nil && x.running.Err() == nil {
		x.failed = fmt.Errorf("merging changes into the index: %w", err)
	}
	x.deaths = nil
	close(x.folded)
	x.folded = nil
	x.mu.Unlock()
	// What was merged is garbage now, and would stay with the process for minutes.
	debug.FreeOSMemory()
}

// Rebuild makes a new base of all listings. The old index answers until it
// is there, and stays where the listings cannot be read to their end. Of
// listings with the same group the first counts.
func (x *Index) Rebuild(ctx context.Context, all iter.Seq2[market.Listing, error], upto int64) (err error) {
	x.building.Lock()
	defer x.building.Unlock()
	var parts []live
	defer func() {
		for _, p := range parts {
			if b, ok := p.segment.(*base); ok {
				err = errors.Join(err, b.close(), os.Remove(filepath.Join(x.dir, b.info.Name)))
			}
		}
		parts = nil
		debug.FreeOSMemory()
	}()
	d := newDelta()
	seen := map[string]bool{}
	var batch []market.Listing
	put := func() error {
		docs := x.documents(batch)
		batch = batch[:0]
		for i := range docs {
			if !seen[docs[i].row.id] {
				d.put(docs[i].row, &docs[i].doc)
				seen[d.ids[d.len()-1]] = true
			}
		}
		if d.len() < x.foldAt {
			return ctx.Err()
		}
		// What has been read so far goes to disk, so that the memory that a
		// rebuilding takes does not grow with the index.
		path := filepath.Join(x.dir, fmt.Sprintf("%s%d", partPrefix, len(parts)))
		info, err := merge(ctx, path, []live{*newLive(d)}, 0)
		if err != nil {
			return err
		}
		b, err := openBase(path, info, false)
		if err != nil {
			return errors.Join(err, os.Remove(path))
		}
		parts, d = append(parts, *newLive(b)), newDelta()
		return nil
	}
	for l, err := range all {
		if err != nil {
			return err
		}
		if batch = append(batch, l); len(batch) == 512 {
			if err := put(); err != nil {
				return err
			}
		}
	}
	if err := put(); err != nil {
		return err
	}
	seen = nil
	parts = append(parts, *newLive(d))
	x.writing.Lock()
	defer x.writing.Unlock()
	return x.replace(ctx, parts, upto, func(*live) {
		x.fresh()
		x.cursor, x.unusable, x.failed = upto, nil, nil
	})
}

// replace merges parts into a new base and puts it in the old one's place;
// adjust is called as that happens, with mu held. The order keeps the index
// whole at every moment: the base is on disk before the manifest names it,
// and the manifest names it before the old base goes.
func (x *Index) replace(ctx context.Context, parts []live, cursor int64, adjust func(*live)) error {
	m := manifest{Format: format, Settings: x.analyzer.Settings(), Cursor: cursor, Serial: x.manifest.Serial + 1}
	path := filepath.Join(x.dir, fmt.Sprintf("%s%d", basePrefix, m.Serial))
	var err error
	if m.Base, err = merge(ctx, path, parts, x.frequent); err != nil {
		return err
	}
	b, err := openBase(path, m.Base, false)
	if err != nil {
		return errors.Join(err, os.Remove(path))
	}
	if err := x.writeManifest(m); err != nil {
		return errors.Join(err, b.close(), os.Remove(path))
	}
	s := newLive(b)
	x.mu.Lock()
	old := x.base
	x.base, x.manifest = s, m
	adjust(s)
	x.mu.Unlock()
	if old == nil {
		return nil
	}
	o := old.segment.(*base)
	return errors.Join(o.close(), os.Remove(filepath.Join(x.dir, o.info.Name)))
}

func (x *Index) writeManifest(m manifest) error {
	data, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return err
	}
	path := filepath.Join(x.dir, manifestName)
	f, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	return syncDir(x.dir)
}

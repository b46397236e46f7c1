// Package local is the embedded search engine: an index in one directory,
// asked in the process.
//
// An index is a base, one file that never changes, and what has changed
// since, in memory. When enough has changed, both are merged into a new base
// in the background, which takes the old one's place in one step. What is in
// memory only is lost with the process, and that is no loss: the manifest
// says how far in the change log the base is, and what follows is brought in
// again. There is no other log.
//
// All answers are exact: totals and facet counts look at every document,
// as sets of bits. It is meant for up to some two million listings.
package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

// format is raised when the files change their form.
const format = 2

const (
	manifestName = "manifest.json"
	lockName     = "lock"
	basePrefix   = "base-"
	partPrefix   = "part-"
)

// manifest says what the index is. It is the last to be written, and by
// being renamed: what it names is whole.
type manifest struct {
	Format   int
	Settings string
	// Cursor is the change log's number that the base has reached.
	Cursor int64
	// Serial numbers the base files.
	Serial int
	Base   file
}

// foldAt is how many documents in memory are merged into a new base. Twice
// as many, and changes wait for the merging.
const foldAt = 8192

// Index is an index in a directory. It is safe for concurrent use.
type Index struct {
	dir      string
	analyzer *search.Analyzer
	lock     *os.File
	foldAt   int // see the constants of these names
	frequent int

	// writing is held by Apply, and by Rebuild when it puts its base in
	// place, so that no change falls between the two.
	writing sync.Mutex
	// building is held by a merging from beginning to end.
	building sync.Mutex
	// background counts the mergings that Apply has begun, until Close.
	background sync.WaitGroup
	stop       context.CancelFunc
	running    context.Context
	folded     chan struct{} // closed when the merging under way is done; nil without one

	// mu guards what follows. Find holds it for reading all the time, so a
	// base is closed only when nobody reads it.
	mu       sync.RWMutex
	unusable error // why the index must be rebuilt
	manifest manifest
	cursor   int64
	base     *live    // of kind *base
	frozen   *live    // of kind *delta: what is being merged
	reached  int64    // the cursor when frozen was frozen
	active   *live    // of kind *delta: what changes go to
	failed   error    // of the last merging in the background
	deaths   []string // ids deleted or replaced since the merging began
}

// Open opens the index in a directory, which it creates. An index that is
// not there, of another format or made with other synonyms, or damaged, is
// not an error: Cursor and Find say ErrRebuild. One directory serves one
// process at a time.
func Open(dir string, a *search.Analyzer) (*Index, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	lock, err := lockFile(filepath.Join(dir, lockName))
	if err != nil {
		return nil, fmt.Errorf("the search index in %s: %w", dir, err)
	}
	x := &Index{dir: dir, analyzer: a, lock: lock, foldAt: foldAt, frequent: frequent}
	x.running, x.stop = context.WithCancel(context.Background())
	x.fresh()
	if err := x.load(); err != nil {
		x.unusable = fmt.Errorf("%w: %w", search.ErrRebuild, err)
		x.manifest.Base = file{}
	}
	if err := x.sweep(); err != nil {
		return nil, errors.Join(err, x.Close())
	}
	return x, nil
}

// load reads the manifest and opens its base.
func (x *Index) load() error {
	data, err := os.ReadFile(filepath.Join(x.dir, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New("there is none yet")
	}
	if err != nil {
		return err
	}
	var m manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return fmt.Errorf("%s: %w", manifestName, err)
	}
	x.manifest.Serial = m.Serial
	switch {
	case m.Format != format:
		return fmt.Errorf("it has format %d, and this program writes %d", m.Format, format)
	case m.Settings != x.analyzer.Settings():
		return errors.New("the synonyms have changed")
	case m.Base.Name != filepath.Base(m.Base.Name):
		return fmt.Errorf("%s names %q", manifestName, m.Base.Name)
	}
	b, err := openBase(filepath.Join(x.dir, m.Base.Name), m.Base, true)
	if err != nil {
		return err
	}
	x.manifest, x.cursor, x.base = m, m.Cursor, newLive(b)
	return nil
}

// sweep removes files that the manifest does not name: of a merging that was
// broken off, or an old base.
func (x *Index) sweep() error {
	entries, err := os.ReadDir(x.dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		if name := e.Name(); (strings.HasPrefix(name, basePrefix) || strings.HasPrefix(name, partPrefix)) && name != x.manifest.Base.Name {
			errs = append(errs, os.Remove(filepath.Join(x.dir, name)))
		}
	}
	return errors.Join(errs...)
}

func newLive(s segment) *live { return &live{segment: s, dead: make(bits, room(s.cols().len()))} }

// fresh begins with nothing in memory.
func (x *Index) fresh() {
	x.frozen, x.active, x.deaths = nil, newLive(newDelta()), nil
}

// segments are those that there are, the newest documents last.
func (x *Index) segments() []live {
	var out []live
	for _, s := range []*live{x.base, x.frozen, x.active} {
		if s != nil {
			out = append(out, *s)
		}
	}
	return out
}

// kill marks the document of an id as deleted wherever it is.
func (x *Index) kill(id string) {
	for _, s := range []*live{x.base, x.frozen, x.active} {
		if s == nil {
			continue
		}
		if doc, ok := s.doc(id); ok && !s.dead.has(doc) {
			s.dead.set(doc)
			if x.folded != nil && s != x.active {
				x.deaths = append(x.deaths, id)
			}
		}
	}
}

// document is a listing that is ready to be put.
type document struct {
	row row
	doc search.Document
}

// documents reads listings on all processors.
func (x *Index) documents(ls []market.Listing) []document {
	out := make([]document, len(ls))
	var wg sync.WaitGroup
	k := min(runtime.GOMAXPROCS(0), len(ls))
	for w := range k {
		wg.Go(func() {
			for i := w; i < len(ls); i += k {
				out[i] = document{rowOf(ls[i]), x.analyzer.Document(ls[i])}
			}
		})
	}
	wg.Wait()
	return out
}

// Apply puts and deletes documents. They are found when it returns. It is
// done in memory, and fails only where there is nothing to change, where ctx
// ends while it waits for a merging to catch up, or where the last merging
// failed; nothing is changed then.
func (x *Index) Apply(ctx context.Context, put []market.Listing, del []string, upto int64) error {
	if err := x.throttle(ctx); err != nil {
		return err
	}
	docs := x.documents(put)
	x.writing.Lock()
	defer x.writing.Unlock()
	x.mu.Lock()
	if err := errors.Join(x.unusable, x.failed); err != nil {
		x.failed = nil // it is tried again with the next change
		x.mu.Unlock()
		return err
	}
	for _, id := range del {
		x.kill(id)
	}
	for i := range docs {
		x.kill(docs[i].row.id)
		d := x.active.segment.(*delta)
		d.put(docs[i].row, &docs[i].doc)
		if i%64 == 63 {
			// Let those read who wait.
			x.mu.Unlock()
			x.mu.Lock()
		}
	}
	x.cursor = upto
	n := x.active.cols().len()
	fold := (n >= x.foldAt || x.frozen != nil) && x.folded == nil
	if fold {
		x.folded = make(chan struct{})
		if x.frozen == nil {
			x.frozen, x.reached = x.active, x.cursor
			x.active = newLive(newDelta())
		}
	}
	x.mu.Unlock()
	if fold {
		x.background.Go(x.fold)
	}
	return nil
}

// throttle waits while a merging lies too far behind.
func (x *Index) throttle(ctx context.Context) error {
	x.mu.RLock()
	folded, n := x.folded, x.active.cols().len()
	x.mu.RUnlock()
	if folded == nil || n < 2*x.foldAt {
		return ctx.Err()
	}
	select {
	case <-folded:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Cursor is the change log's number that the index, with what is in memory,
// has reached.
func (x *Index) Cursor(ctx context.Context) (int64, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.cursor, x.unusable
}

// Stats counts the documents and the bytes of the directory's files.
func (x *Index) Stats(ctx context.Context) (search.Stats, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var st search.Stats
	for _, s := range x.segments() {
		st.Documents += int64(s.cols().len() - s.dead.count())
	}
	entries, err := os.ReadDir(x.dir)
	if err != nil {
		return st, err
	}
	for _, e := range entries {
		// A file that is gone by now takes no room.
		if info, err := e.Info(); err == nil {
			st.DiskBytes += info.Size()
		}
	}
	return st, nil
}

// Close breaks a merging off and lets the directory go.
func (x *Index) Close() error {
	x.stop()
	x.background.Wait()
	x.building.Lock()
	defer x.building.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	var err error
	if x.base != nil {
		err = x.base.segment.(*base).close()
	}
	x.base = nil
	x.unusable = errors.New("the index is closed")
	return errors.Join(err, x.lock.Close())
}

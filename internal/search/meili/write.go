package meili

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/meilisearch/meilisearch-go"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

// A batch of documents is sent when it is this large; the server takes up to
// 100 MB in one request.
const (
	batchBytes     = 16 << 20
	batchDocuments = 20_000
)

// underway is how many batches the server may have waiting for it.
const underway = 4

// document is a listing as the server keeps it.
type document struct {
	Group string `json:"group"`
	// Title, Skills and Text are words as joined makes them.
	Title  string `json:"title"`
	Skills string `json:"skills"`
	Text   string `json:"text"`
	// Labels is labels.String.
	Labels   string          `json:"labels"`
	Category market.Category `json:"category,omitempty"`
	Sources  []string        `json:"sources"`
	Pay      market.PayKind  `json:"pay"`
	// USD is Pay.USD, Date epoch milliseconds.
	USD  int64 `json:"usd"`
	Date int64 `json:"date"`
	// From are the countries that may apply, or anywhere alone.
	From   []string `json:"from"`
	Warned bool     `json:"warned"`
}

// anywhere stands in From for listings that refuse no country.
const anywhere = "*"

func (x *Index) document(l market.Listing) document {
	words := x.analyzer.Document(l)
	d := document{
		Group: l.Group, Title: joined(words.Title), Skills: joined(words.Skills), Text: joined(words.Text),
		Labels:   labels{l.Level.Value, l.Level.Basis.Stated(), l.English.Value, l.English.Basis.Stated()}.String(),
		Category: l.Category, Sources: l.Sources(), Pay: l.Pay.Facet(), USD: l.Pay.USD,
		Date: l.Date().UnixMilli(), From: []string{anywhere}, Warned: len(l.Warnings) > 0,
	}
	if l.Apply.Where == market.WhereCountries {
		d.From = append([]string{}, l.Apply.Countries...)
	}
	return d
}

const (
	// barrier parts words for the server: no phrase bridges it.
	barrier = ". "
	// lead stands before the words of a field. Otherwise the server would put
	// a listing whose title begins with the words asked for before all newer
	// ones. Folding leaves no such letter, so no query has it.
	lead = "ø"
)

// whole replaces the Bengali vowel signs that the server would take apart (its
// NFKD makes ো of ে and া): otherwise বে would be a beginning of বোর্ড. The two
// letters in their place stand in no word of today's Bengali.
var whole = strings.NewReplacer("\u09cb", "\u09e0", "\u09cc", "\u09e1")

func joined(f search.Field) string {
	var b strings.Builder
	b.WriteString(lead)
	space := barrier
	for _, w := range f.Words {
		if w == "" {
			space = barrier
			continue
		}
		b.WriteString(space + w)
		space = " "
	}
	for _, w := range f.Extra {
		b.WriteString(barrier + w)
	}
	return whole.Replace(b.String())
}

// Apply sends the documents and the deletions together, and moves the cursor
// only when the server has done both: cut short before that, the same
// changes come again. An index that cannot be used gets none.
func (x *Index) Apply(ctx context.Context, put []market.Listing, del []string, upto int64) error {
	k, err := x.connect(ctx)
	if err != nil {
		return err
	}
	w := k.writer
	state, err := x.state(ctx, w)
	if err != nil {
		return err
	}
	if _, err := x.cursor(state); err != nil {
		return err
	}
	s := sender{x: x, w: w, index: x.cfg.Index}
	for _, l := range put {
		if err := s.add(ctx, l); err != nil {
			return err
		}
	}
	if err := s.flush(ctx); err != nil {
		return err
	}
	if len(del) > 0 {
		t, err := call(ctx, func() (*meilisearch.TaskInfo, error) {
			return w.Index(x.cfg.Index).DeleteDocumentsWithContext(ctx, del, nil)
		})
		if err != nil {
			return err
		}
		s.tasks = append(s.tasks, t)
	}
	if err := wait(ctx, w, s.tasks...); err != nil {
		return err
	}
	return x.move(ctx, w, state.Built, upto)
}

// move sets the cursor of the index that was built then. Where another took
// its place meanwhile, what was sent went to one of the two: the state then
// belongs to neither, and the index is rebuilt.
func (x *Index) move(ctx context.Context, w meilisearch.ServiceManager, built time.Time, upto int64) error {
	b, err := json.Marshal(meta{ID: metaID, Settings: x.settings, Built: built, Cursor: strconv.FormatInt(upto, 10)})
	if err != nil {
		return err
	}
	t, err := put(ctx, w, x.metaIndex(), "id", b)
	if err != nil {
		return err
	}
	return wait(ctx, w, t)
}

func put(ctx context.Context, w meilisearch.ServiceManager, index, key string, ndjson []byte) (*meilisearch.TaskInfo, error) {
	return call(ctx, func() (*meilisearch.TaskInfo, error) {
		return w.Index(index).AddDocumentsNdjsonWithContext(ctx, ndjson, &meilisearch.DocumentOptions{PrimaryKey: &key})
	})
}

// sender puts documents into an index in batches.
type sender struct {
	x     *Index
	w     meilisearch.ServiceManager
	index string

	buf   bytes.Buffer
	count int
	tasks []*meilisearch.TaskInfo
}

// add puts one document, and waits while the server has too much to do.
func (s *sender) add(ctx context.Context, l market.Listing) error {
	e := json.NewEncoder(&s.buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(s.x.document(l)); err != nil {
		return err
	}
	s.count++
	if s.buf.Len() < batchBytes && s.count < batchDocuments {
		return nil
	}
	return s.flush(ctx)
}

func (s *sender) flush(ctx context.Context) error {
	if s.count == 0 {
		return nil
	}
	for len(s.tasks) >= underway {
		if err := wait(ctx, s.w, s.tasks[0]); err != nil {
			return err
		}
		s.tasks = s.tasks[1:]
	}
	t, err := put(ctx, s.w, s.index, "group", s.buf.Bytes())
	if err != nil {
		return err
	}
	s.tasks = append(s.tasks, t)
	s.buf.Reset()
	s.count = 0
	return nil
}

// Rebuild fills a second index and swaps it with the one that serves, which
// is dropped then. The cursor is set last: until it is, the state belongs to
// the index that is no more, and so the new one counts as to be rebuilt.
func (x *Index) Rebuild(ctx context.Context, all iter.Seq2[market.Listing, error], upto int64) error {
	k, err := x.connect(ctx)
	if err != nil {
		return err
	}
	w := k.writer
	if err := x.drop(ctx, w); err != nil {
		return err
	}
	next := x.rebuildPrefix() + strconv.FormatInt(time.Now().UnixMilli(), 10)
	if err := x.fill(ctx, w, next, all); err != nil {
		// What ctx ended must be dropped all the same; what cannot be dropped
		// now is an orphan for the next start.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		return errors.Join(err, x.drop(ctx, w))
	}
	built, err := x.swap(ctx, w, next)
	if err != nil {
		return err
	}
	return x.move(ctx, w, built, upto)
}

// fill makes an index with all documents.
func (x *Index) fill(ctx context.Context, w meilisearch.ServiceManager, name string, all iter.Seq2[market.Listing, error]) error {
	if err := x.create(ctx, w, name); err != nil {
		return err
	}
	// Settings before documents: after them, everything is indexed twice.
	for _, set := range []func() (*meilisearch.TaskInfo, error){
		func() (*meilisearch.TaskInfo, error) { return w.Index(name).UpdateSettingsWithContext(ctx, settings()) },
		// The client's Settings cannot say no to this one.
		func() (*meilisearch.TaskInfo, error) { return w.Index(name).UpdateFacetSearchWithContext(ctx, false) },
	} {
		t, err := call(ctx, set)
		if err != nil {
			return err
		}
		if err := wait(ctx, w, t); err != nil {
			return err
		}
	}
	s := sender{x: x, w: w, index: name}
	for l, err := range all {
		if err != nil {
			return err
		}
		if err := s.add(ctx, l); err != nil {
			return err
		}
	}
	if err := s.flush(ctx); err != nil {
		return err
	}
	return wait(ctx, w, s.tasks...)
}

func (x *Index) create(ctx context.Context, w meilisearch.ServiceManager, name string) error {
	t, err := call(ctx, func() (*meilisearch.TaskInfo, error) {
		return w.CreateIndexWithContext(ctx, &meilisearch.IndexConfig{Uid: name, PrimaryKey: "group"})
	})
	if err != nil {
		return err
	}
	return wait(ctx, w, t)
}

// swap puts the new index in the place of the old one in one step, and drops
// the old one. The server shows the task of a swap only to keys for all
// indexes, so the dropping, which comes after it, is waited for, and what
// came of the swap is seen at the index.
func (x *Index) swap(ctx context.Context, w meilisearch.ServiceManager, next string) (built time.Time, err error) {
	if built, err = x.built(ctx, w, next); err != nil {
		return built, err
	}
	// A swap needs two.
	if _, err := x.built(ctx, w, x.cfg.Index); errors.Is(err, search.ErrRebuild) {
		if err := x.create(ctx, w, x.cfg.Index); err != nil {
			return built, err
		}
	} else if err != nil {
		return built, err
	}
	if _, err := call(ctx, func() (*meilisearch.TaskInfo, error) {
		return w.SwapIndexesWithContext(ctx, []*meilisearch.SwapIndexesParams{{Indexes: []string{x.cfg.Index, next}}})
	}); err != nil {
		return built, err
	}
	if err := x.drop(ctx, w); err != nil {
		return built, err
	}
	now, err := x.built(ctx, w, x.cfg.Index)
	if err == nil && !now.Equal(built) {
		err = fmt.Errorf("the server did not swap %s with %s", x.cfg.Index, next)
	}
	return built, err
}

func (x *Index) rebuildPrefix() string { return x.cfg.Index + "_rebuild_" }

// drop deletes the indexes of rebuildings: after the swap that is the old
// one, and else what a crash has left.
func (x *Index) drop(ctx context.Context, w meilisearch.ServiceManager) error {
	list, err := call(ctx, func() (*meilisearch.IndexesResults, error) {
		return w.ListIndexesWithContext(ctx, &meilisearch.IndexesQuery{Limit: 1000})
	})
	if err != nil {
		return err
	}
	for _, i := range list.Results {
		if !strings.HasPrefix(i.UID, x.rebuildPrefix()) {
			continue
		}
		t, err := call(ctx, func() (*meilisearch.TaskInfo, error) { return w.DeleteIndexWithContext(ctx, i.UID) })
		if err != nil {
			return err
		}
		if err := wait(ctx, w, t); err != nil {
			return fmt.Errorf("dropping %s: %w", i.UID, err)
		}
	}
	return nil
}

package local

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
	"github.com/kajkhoj/kajkhoj/internal/search/searchtest"
)

func analyzer(t testing.TB) *search.Analyzer {
	t.Helper()
	a, err := search.NewAnalyzer(config.Files)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func open(t testing.TB, dir string) *Index {
	t.Helper()
	x, err := Open(dir, analyzer(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

func TestContract(t *testing.T) {
	searchtest.Run(t, func(t *testing.T) search.Index { return open(t, t.TempDir()) }, nil)
}

// The same with a merging every few documents, so that each answer comes out
// of several segments, some of them being merged.
func TestContractWhileMerging(t *testing.T) {
	searchtest.Run(t, func(t *testing.T) search.Index {
		x := open(t, t.TempDir())
		x.foldAt = 16
		return x
	}, nil)
}

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func seq(ls []market.Listing) iter.Seq2[market.Listing, error] {
	return func(yield func(market.Listing, error) bool) {
		for _, l := range ls {
			if !yield(l, nil) {
				return
			}
		}
	}
}

func total(t testing.TB, x *Index, text string) int {
	t.Helper()
	res, err := x.Find(t.Context(), market.Query{Text: text, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return res.Total
}

// quiet waits until no merging is under way.
func quiet(t testing.TB, x *Index) {
	t.Helper()
	for {
		x.mu.RLock()
		folded := x.folded
		x.mu.RUnlock()
		if folded == nil {
			return
		}
		<-folded
	}
}

// With long texts and words that lie near each other, typos included: what
// is found agrees with the oracle as long as no limit cuts it short.
func TestTyposAgainstOracle(t *testing.T) {
	a := analyzer(t)
	gen := &searchtest.Generator{Seed: 5, Now: now}
	ls := gen.Listings(0, 60)
	x, want := open(t, t.TempDir()), searchtest.NewMemory(a)
	if err := x.Rebuild(t.Context(), seq(ls[:40]), 1); err != nil {
		t.Fatal(err)
	}
	if err := x.Apply(t.Context(), ls[40:], nil, 2); err != nil {
		t.Fatal(err)
	}
	if err := want.Rebuild(t.Context(), seq(ls), 2); err != nil {
		t.Fatal(err)
	}
	var docs []search.Document
	for _, l := range ls {
		docs = append(docs, a.Document(l))
	}
	mended := 0
	for _, class := range searchtest.Classes {
		for _, q := range gen.Questions(class, len(ls), 8) {
			got, err := x.Find(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			w, err := want.Find(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			// A word that is not rare is taken as it is spelled; the oracle
			// mends it all the same.
			spelled := 0
			words := a.Words(q.Text)
			for i, l := range ls {
				if q.Filter(l) && words.Match(docs[i]) {
					spelled++
				}
			}
			if got.Total != w.Total && got.Total < spelled || got.Total > w.Total {
				t.Errorf("%s %q: total %d, want %d (%d of them spelled right)", class.Name, q.Text, got.Total, w.Total, spelled)
			}
			if class.Name == "typo" && spelled == 0 && w.Total > 0 {
				mended++
				if got.Total != w.Total {
					t.Errorf("%q: total %d, want %d", q.Text, got.Total, w.Total)
				}
			}
		}
	}
	if mended < 3 {
		t.Errorf("only %d queries needed their typos mended: they test too little", mended)
	}
}

func TestReopen(t *testing.T) {
	dir := t.TempDir()
	gen := &searchtest.Generator{Seed: 3, Now: now, Small: true}
	x, err := Open(dir, analyzer(t))
	if err != nil {
		t.Fatal(err)
	}
	x.foldAt = 30
	if err := x.Rebuild(t.Context(), seq(gen.Listings(0, 100)), 5); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, analyzer(t)); !errors.Is(err, ErrInUse) {
		t.Errorf("opening the same index twice: %v, want ErrInUse", err)
	}
	// 30 documents are merged and stay; 10 are in memory only.
	if err := x.Apply(t.Context(), gen.Listings(100, 130), []string{gen.Listing(0).Group}, 6); err != nil {
		t.Fatal(err)
	}
	quiet(t, x)
	if err := x.Apply(t.Context(), gen.Listings(130, 140), []string{gen.Listing(1).Group}, 7); err != nil {
		t.Fatal(err)
	}
	if n := total(t, x, ""); n != 138 {
		t.Errorf("before closing: %d listings, want 138", n)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	x = open(t, dir)
	if n := total(t, x, ""); n != 129 {
		t.Errorf("after opening again: %d listings, want 129", n)
	}
	// The change log is followed from where the base is, and no change is lost.
	cursor, err := x.Cursor(t.Context())
	if err != nil || cursor != 6 {
		t.Errorf("after opening again: cursor %d, %v; want 6", cursor, err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*-*"))
	if err != nil || len(files) != 1 {
		t.Errorf("files %v, %v; want one base", files, err)
	}
}

// Whatever is broken leads to ErrRebuild, and rebuilding mends it.
func TestDamage(t *testing.T) {
	gen := &searchtest.Generator{Seed: 3, Now: now, Small: true}
	base := func(t *testing.T, dir string) string {
		files, err := filepath.Glob(filepath.Join(dir, basePrefix+"*"))
		if err != nil || len(files) != 1 {
			t.Fatalf("base files %v, %v", files, err)
		}
		return files[0]
	}
	edit := func(t *testing.T, path string, change func([]byte) []byte) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, change(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, damage := range map[string]func(t *testing.T, dir string){
		"no manifest": func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, manifestName)) },
		"empty manifest": func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, manifestName), func([]byte) []byte { return nil })
		},
		"another format": func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, manifestName), func(b []byte) []byte {
				return bytes.Replace(b, fmt.Appendf(nil, `"Format": %d`, format), []byte(`"Format": 999`), 1)
			})
		},
		"other synonyms": func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, manifestName), func(b []byte) []byte {
				return bytes.Replace(b, []byte(analyzer(t).Settings()), []byte("0123456789abcdef"), 1)
			})
		},
		"another file": func(t *testing.T, dir string) {
			edit(t, filepath.Join(dir, manifestName), func(b []byte) []byte {
				return bytes.Replace(b, []byte(`"base-`), []byte(`"../base-`), 1)
			})
		},
		"no base":     func(t *testing.T, dir string) { os.Remove(base(t, dir)) },
		"half a base": func(t *testing.T, dir string) { edit(t, base(t, dir), func(b []byte) []byte { return b[:len(b)/2] }) },
		"a flipped bit": func(t *testing.T, dir string) {
			edit(t, base(t, dir), func(b []byte) []byte { b[len(b)/3] ^= 4; return b })
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			x, err := Open(dir, analyzer(t))
			if err != nil {
				t.Fatal(err)
			}
			if err := x.Rebuild(t.Context(), seq(gen.Listings(0, 40)), 5); err != nil {
				t.Fatal(err)
			}
			if err := x.Close(); err != nil {
				t.Fatal(err)
			}
			damage(t, dir)
			x = open(t, dir)
			if _, err := x.Cursor(t.Context()); !errors.Is(err, search.ErrRebuild) {
				t.Fatalf("cursor: %v, want ErrRebuild", err)
			}
			if err := x.Rebuild(t.Context(), seq(gen.Listings(0, 50)), 8); err != nil {
				t.Fatal(err)
			}
			if n := total(t, x, ""); n != 50 {
				t.Errorf("after rebuilding: %d listings, want 50", n)
			}
			if cursor, err := x.Cursor(t.Context()); err != nil || cursor != 8 {
				t.Errorf("after rebuilding: cursor %d, %v; want 8", cursor, err)
			}
			base(t, dir)
		})
	}
}

// A merging that fails is told by the next change, loses nothing, and is
// tried again.
func TestMergingFails(t *testing.T) {
	gen := &searchtest.Generator{Seed: 3, Now: now, Small: true}
	dir := t.TempDir()
	x := open(t, dir)
	x.foldAt = 20
	if err := x.Rebuild(t.Context(), seq(gen.Listings(0, 10)), 1); err != nil {
		t.Fatal(err)
	}
	// A directory in the file's place stops everybody.
	obstacle := filepath.Join(dir, basePrefix+"2")
	if err := os.Mkdir(obstacle, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := x.Apply(t.Context(), gen.Listings(10, 40), nil, 2); err != nil {
		t.Fatal(err)
	}
	quiet(t, x)
	if n := total(t, x, ""); n != 40 {
		t.Errorf("after a merging that failed: %d listings, want 40", n)
	}
	if err := x.Apply(t.Context(), gen.Listings(40, 45), nil, 3); err == nil {
		t.Error("the change after a merging that failed does not tell of it")
	}
	if err := os.Remove(obstacle); err != nil {
		t.Fatal(err)
	}
	if err := x.Apply(t.Context(), gen.Listings(40, 70), []string{gen.Listing(12).Group}, 3); err != nil {
		t.Fatal(err)
	}
	quiet(t, x)
	if n := total(t, x, ""); n != 69 {
		t.Errorf("after the merging was tried again: %d listings, want 69", n)
	}
	if x.manifest.Base.Documents < 39 {
		t.Errorf("the base has %d documents: nothing was merged", x.manifest.Base.Documents)
	}
}

// Asking goes on while documents come and go and are merged.
func TestReadersAndWriters(t *testing.T) {
	gen := &searchtest.Generator{Seed: 4, Now: now, Small: true}
	x := open(t, t.TempDir())
	x.foldAt = 64
	const kept, coming = 200, 400
	if err := x.Rebuild(t.Context(), seq(gen.Listings(0, kept)), 1); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				q := market.Query{Now: now, Page: 1 + i%5}
				res, err := x.Find(context.Background(), q)
				if err != nil || res.Total < kept || res.Total > kept+1 {
					t.Errorf("total %d, %v; want %d or one more", res.Total, err, kept)
					return
				}
				seen := map[string]bool{}
				for _, g := range res.Groups {
					if seen[g] {
						t.Errorf("%s stands twice on a page", g)
					}
					seen[g] = true
				}
			}
		})
	}
	// One listing more, and it goes again; each is put twice meanwhile.
	for i := range coming {
		l := gen.Listing(kept + i)
		for _, del := range [][]string{nil, nil, {l.Group}} {
			put := []market.Listing{l}
			if del != nil {
				put = nil
			}
			if err := x.Apply(t.Context(), put, del, int64(2+i)); err != nil {
				t.Fatal(err)
			}
		}
	}
	close(stop)
	readers.Wait()
	quiet(t, x)
	if n := total(t, x, ""); n != kept {
		t.Errorf("%d listings at the end, want %d", n, kept)
	}
	if x.manifest.Serial < 3 {
		t.Errorf("only %d bases were made: nothing was merged while reading", x.manifest.Serial)
	}
}

// Near each other and in the order asked stands first among equals.
func TestNearWordsFirst(t *testing.T) {
	x := open(t, t.TempDir())
	l := func(id string, days int, title, text string) market.Listing {
		return market.Listing{ID: id, Group: id, Source: "remotive", Title: title, Description: text, FirstSeenAt: now.Add(-time.Duration(days) * 24 * time.Hour)}
	}
	far := "One of many entries in the list of things that we keep here as"
	if err := x.Rebuild(t.Context(), seq([]market.Listing{
		l("apart", 1, "Clerk", "Type each entry of our data."),
		l("far", 2, "Clerk", "We have data. "+far+" an entry."),
		l("row", 9, "Clerk", "Some data entry for us."),
		l("title", 20, "Data entry", "Nothing."),
	}), 1); err != nil {
		t.Fatal(err)
	}
	res, err := x.Find(t.Context(), market.Query{Text: "data entry", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"title", "row", "apart", "far"}; !slices.Equal(res.Groups, want) {
		t.Errorf("order %v, want %v", res.Groups, want)
	}
}

// A snapshot is the index as it was last written, and stays when that goes on.
func TestSnapshot(t *testing.T) {
	gen := &searchtest.Generator{Seed: 3, Now: now, Small: true}
	dir, to := t.TempDir(), t.TempDir()
	if err := Snapshot(dir, to); !errors.Is(err, search.ErrRebuild) {
		t.Errorf("a snapshot of nothing: %v, want ErrRebuild", err)
	}
	x := open(t, dir)
	if err := x.Rebuild(t.Context(), seq(gen.Listings(0, 20)), 5); err != nil {
		t.Fatal(err)
	}
	if err := x.Apply(t.Context(), gen.Listings(20, 25), nil, 6); err != nil {
		t.Fatal(err)
	}
	if err := Snapshot(dir, to); err != nil {
		t.Fatal(err)
	}
	if err := x.Rebuild(t.Context(), seq(nil), 7); err != nil {
		t.Fatal(err)
	}
	y := open(t, to)
	if cursor, err := y.Cursor(t.Context()); err != nil || cursor != 5 {
		t.Errorf("the snapshot's cursor is %d, %v; want 5", cursor, err)
	}
	if n := total(t, y, ""); n != 20 {
		t.Errorf("the snapshot has %d listings, want 20", n)
	}
}

// A phrase is found by whole numbers only, wherever its rarest word stands.
func TestPhrase(t *testing.T) {
	text := func(numbers ...uint32) (b []byte) {
		for _, n := range numbers {
			b = binary.AppendUvarint(b, uint64(n))
		}
		return b
	}
	for _, tt := range []struct {
		phrase, text []uint32
		want         bool
	}{
		{[]uint32{1, 2}, []uint32{1, 2}, true},
		{[]uint32{1, 2}, []uint32{2, 1, 1, 3, 1, 2}, true},
		{[]uint32{2, 1}, []uint32{2, 2, 1}, true},
		{[]uint32{1, 2}, []uint32{1, 0, 2}, false},
		{[]uint32{1, 2}, []uint32{2}, false},
		{[]uint32{1, 2}, nil, false},
		{[]uint32{300, 1}, []uint32{5, 300, 1}, true},
		{[]uint32{1, 300, 70000}, []uint32{1, 300, 1, 300, 70000}, true},
		{[]uint32{7, 7}, []uint32{7, 8, 7, 7}, true},
		// 300 is the bytes 0xAC 0x02: its end is not the number 2.
		{[]uint32{2, 1}, []uint32{300, 1}, false},
		{[]uint32{2, 1}, []uint32{300, 1, 2, 1}, true},
		{[]uint32{2, 300}, []uint32{300, 300}, false},
	} {
		if got := newPhrase(tt.phrase).in(text(tt.text...)); got != tt.want {
			t.Errorf("%v in %v: %v, want %v", tt.phrase, tt.text, got, tt.want)
		}
	}
}

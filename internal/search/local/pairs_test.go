package local

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search/searchtest"
)

// What is written of a block is read again, whatever its documents.
func TestBlock(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	kinds := map[uint32]bool{}
	check := func(documents int, docs []uint16) {
		t.Helper()
		list, kind := appendBlock([]byte("before"), docs, documents)
		kinds[kind] = true
		set := make(bits, room(documents))
		addBlock(set, list[len("before"):], kind)
		var got []uint16
		set.each(func(doc uint32) bool { got = append(got, uint16(doc)); return true })
		if !slices.Equal(got, docs) {
			t.Errorf("%d of %d documents come back as %d, kind %d", len(docs), documents, len(got), kind)
		}
		if size := len(list) - len("before"); size > 8*room(documents)+1 {
			t.Errorf("%d of %d documents take %d bytes", len(docs), documents, size)
		}
	}
	for _, documents := range []int{1, 2, 63, 64, 65, 1000, pairBlock} {
		check(documents, []uint16{0})
		check(documents, []uint16{uint16(documents - 1)})
		var all []uint16
		for doc := range documents {
			all = append(all, uint16(doc))
		}
		check(documents, all)
		check(documents, all[:(documents+1)/2])
		check(documents, all[documents/2:])
		for one := 2; one <= documents; one *= 2 {
			var some []uint16
			for _, doc := range all {
				if r.IntN(one) == 0 {
					some = append(some, doc)
				}
			}
			if len(some) > 0 {
				check(documents, some)
			}
		}
	}
	if len(kinds) < 12 || !kinds[asBits] {
		t.Errorf("only the kinds %v were written", kinds)
	}
}

// The pairs of several blocks of texts are those that the texts have.
func TestPairs(t *testing.T) {
	const words, frequent = 60, 40
	r := rand.New(rand.NewPCG(1, 2))
	var all []byte
	var texts [][]byte
	var ends []int64
	for doc := range 2*pairBlock + 100 {
		from := len(all)
		for range r.IntN(12) {
			n := min(r.IntN(words), r.IntN(words))
			if n == frequent {
				continue
			}
			all = binary.AppendUvarint(all, uint64(n))
			if r.IntN(5) == 0 {
				all = binary.AppendUvarint(all, uint64(n)) // twice in a row
			}
		}
		if doc%pairBlock == 7 {
			// The last document of a block with a pair, and the first of the next.
			all = append(all, frequent, frequent)
		}
		ends = append(ends, int64(len(all)))
		texts = append(texts, all[from:len(all):len(all)])
	}
	var out bytes.Buffer
	m := &merging{ctx: t.Context(), out: &counter{w: bufio.NewWriter(&out)}}
	runs, err := m.pairs(bytes.NewReader(append([]byte("before"), all...)), int64(len("before")), ends, frequent)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.out.w.Flush(); err != nil {
		t.Fatal(err)
	}
	b := &base{info: file{Documents: len(texts), Frequent: frequent}, pairs: out.Bytes()}
	for _, to := range runs {
		b.pairEnds = binary.LittleEndian.AppendUint64(b.pairEnds, uint64(to))
	}
	for n := range 300 {
		first, second := uint32(1+r.IntN(words)), uint32(1+r.IntN(words))
		if n == 0 {
			first, second = frequent, frequent
		}
		got := make(bits, room(len(texts)))
		known := b.pair(first, second, got)
		if known != (first <= frequent && second <= frequent) {
			t.Fatalf("%d %d: known %v", first, second, known)
		}
		if !known {
			continue
		}
		p := newPhrase([]uint32{first, second})
		for doc, text := range texts {
			if want := p.in(text); got.has(uint32(doc)) != want {
				t.Fatalf("%d %d in document %d: %v, want %v", first, second, doc, !want, want)
			}
		}
	}
}

// Phrases of frequent words find what the oracle finds: in a base, in memory,
// and after mergings that make other words the frequent ones.
func TestFrequentPhrases(t *testing.T) {
	a := analyzer(t)
	gen := &searchtest.Generator{Seed: 7, Now: now, Small: true}
	x, want := open(t, t.TempDir()), searchtest.NewMemory(a)
	x.foldAt, x.frequent = 100, 80
	ls := gen.Listings(0, 150)
	// Skills stand side by side, and no phrase goes from one to the next.
	for i := range 20 {
		ls[i].Skills = []string{"photoshop", "figma", "logo design"}
		ls[i].Title = "Photoshop photoshop figma"
		ls[50+i].Skills = []string{"photoshop", "figma", "logo design"}
	}
	if err := x.Rebuild(t.Context(), seq(ls), 1); err != nil {
		t.Fatal(err)
	}
	if err := want.Rebuild(t.Context(), seq(ls), 1); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	check := func(when string) {
		t.Helper()
		var pairs, others, found int
		ask := func(text string) {
			q := market.Query{Text: text, Sort: market.SortNew, Now: now}
			got, err := x.Find(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			w, err := want.Find(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			if got.Total != w.Total || !slices.Equal(got.Groups, w.Groups) {
				t.Errorf("%s, %s: %d %v, want %d %v", when, text, got.Total, got.Groups, w.Total, w.Groups)
			}
			found += min(got.Total, 1)
		}
		phrase := func(words ...string) {
			if slices.Contains(words, "") {
				return
			}
			b := x.base.segment.(*base)
			first, ok1 := b.word(words[0])
			second, ok2 := b.word(words[1])
			if ok1 && ok2 && b.pair(b.number(first), b.number(second), make(bits, room(b.len()))) {
				pairs++
			} else {
				others++
			}
			quoted := `"` + strings.Join(words, " ") + `"`
			ask(quoted)
			ask("-" + quoted)
			ask(words[0] + " -" + quoted)
		}
		for range 40 {
			words := a.Document(ls[r.IntN(len(ls))]).Text.Words
			n := 2 + r.IntN(2)
			i := r.IntN(len(words) - n)
			phrase(words[i : i+n]...)
			phrase(words[i], words[r.IntN(len(words))])
			phrase(words[i+1], words[i])
		}
		for _, words := range []string{"photoshop figma", "photoshop photoshop", "photoshop photoshop figma", "photoshop photoshop photoshop", "figma logo", "figma photoshop", "logo design"} {
			phrase(strings.Fields(words)...)
		}
		if pairs < 20 || others < 20 || found < 100 {
			t.Errorf("%s: %d phrases of frequent words, %d others, %d queries that find something: they test too little", when, pairs, others, found)
		}
	}
	check("in a base")
	change := func(put []market.Listing, del []string, upto int64) {
		t.Helper()
		if err := x.Apply(t.Context(), put, del, upto); err != nil {
			t.Fatal(err)
		}
		if err := want.Apply(t.Context(), put, del, upto); err != nil {
			t.Fatal(err)
		}
		quiet(t, x)
	}
	var gone []string
	for _, l := range ls[40:60] {
		gone = append(gone, l.Group)
	}
	few := gen.Listings(150, 200)
	change(few, gone, 2)
	ls = append(ls, few...)
	check("in a base and in memory")
	// Words that were rare become frequent, and others rare.
	more := gen.Listings(200, 300)
	for i := range more {
		more[i].Description = "wordpress plugins and " + more[i].Title + " wordpress plugins"
	}
	serial := x.manifest.Serial
	change(more, nil, 3)
	if x.manifest.Serial == serial {
		t.Fatal("nothing was merged")
	}
	ls = more
	check("after a merging")
	change(gen.Listings(300, 310), gone[:1], 4)
	check("after a merging, with more in memory")
}

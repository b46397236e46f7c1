package search

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// analysis is raised when the same words come out otherwise than before, so
// that indexes are rebuilt.
const analysis = 1

// maxDescription is how much of a description is searched, in characters.
const maxDescription = 8000

// Analyzer turns listings and queries into words. Both go the same way:
// folded, spelled in one manner, synonyms rewritten. It is safe for
// concurrent use.
type Analyzer struct {
	spellings map[byte][]spelling // by first byte, longest first
	synonyms  map[string][]string // words joined by a space -> words
	longest   map[string]int      // first word -> most words of a synonym
	noise     map[string]bool
	keep      map[string]bool // words before which noise means something
	levels    map[string]market.Level
	englishes map[string]market.English // words joined by a space
	settings  string
}

type spelling struct {
	written string
	words   []string
}

type synonymFile struct {
	Spellings      map[string]string           `yaml:"spellings"`
	Synonyms       map[string][]string         `yaml:"synonyms"`
	Noise          []string                    `yaml:"noise"`
	NoiseButBefore []string                    `yaml:"noise_but_before"`
	Levels         map[market.Level][]string   `yaml:"levels"`
	English        map[market.English][]string `yaml:"english"`
}

// NewAnalyzer reads synonyms.yaml. Its errors name what is wrong there.
func NewAnalyzer(files fs.FS) (*Analyzer, error) {
	data, err := fs.ReadFile(files, "synonyms.yaml")
	if err != nil {
		return nil, err
	}
	var f synonymFile
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		return nil, fmt.Errorf("synonyms.yaml: %w", err)
	}
	a := &Analyzer{
		spellings: map[byte][]spelling{},
		synonyms:  map[string][]string{},
		longest:   map[string]int{},
		noise:     map[string]bool{},
		keep:      map[string]bool{},
		levels:    map[string]market.Level{},
		englishes: map[string]market.English{},
	}
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("synonyms.yaml: "+format, args...))
	}
	for written, to := range f.Spellings {
		written = strings.ToLower(written)
		if written == "" || to == "" {
			bad("spelling %q stands for %q", written, to)
			continue
		}
		a.spellings[written[0]] = append(a.spellings[written[0]], spelling{written, strings.Fields(to)})
	}
	for _, s := range a.spellings {
		slices.SortFunc(s, func(x, y spelling) int { return len(y.written) - len(x.written) })
	}
	// Keys are words as they are before synonyms are rewritten; a spelling
	// such as node.js may be a synonym in turn.
	key := func(s string) []string { return wordsOf(a.split(nil, s)) }
	add := func(from string, to []string) {
		words := key(from)
		k := strings.Join(words, " ")
		if old, ok := a.synonyms[k]; ok && !slices.Equal(old, to) {
			bad("%q stands for both %q and %q", from, strings.Join(old, " "), strings.Join(to, " "))
		}
		if len(words) == 0 {
			bad("%q has no words", from)
			return
		}
		a.synonyms[k] = to
		a.longest[words[0]] = max(a.longest[words[0]], len(words))
	}
	for _, to := range slices.Sorted(maps.Keys(f.Synonyms)) {
		target := key(to)
		for _, from := range f.Synonyms[to] {
			if slices.Equal(key(from), target) {
				continue // the folding alone makes them equal
			}
			add(from, target)
		}
	}
	// One rewriting is enough: what a rewriting gives must stay as it is.
	for k, to := range a.synonyms {
		if got := wordsOf(rewritten(a.analyze(nil, strings.Join(to, " ")))); !slices.Equal(got, to) {
			bad("%q is rewritten to %q, which is itself rewritten to %q", k, strings.Join(to, " "), strings.Join(got, " "))
		}
	}
	canonical := func(s string) string { return strings.Join(wordsOf(rewritten(a.analyze(nil, s))), " ") }
	for _, s := range f.Noise {
		a.noise[canonical(s)] = true
	}
	for _, s := range f.NoiseButBefore {
		a.keep[canonical(s)] = true
	}
	for level, words := range f.Levels {
		if !level.Valid() {
			bad("levels: %q is not a level", level)
		}
		for _, s := range words {
			a.levels[canonical(s)] = level
		}
	}
	for english, words := range f.English {
		if !english.Valid() {
			bad("english: %q is not an ability", english)
		}
		for _, s := range words {
			a.englishes[canonical(s)] = english
		}
	}
	sum := sha256.Sum256(fmt.Appendf(data, "\x00%d", analysis))
	a.settings = hex.EncodeToString(sum[:8])
	return a, errors.Join(errs...)
}

// Settings names what the analyzer does: an index that was made under
// another name must be rebuilt.
func (a *Analyzer) Settings() string { return a.settings }

// token is a word and where it stands in the text.
type token struct {
	word       string
	start, end int
	// original marks a word that was rewritten: it follows the words that
	// took its place, and has no place of its own.
	original bool
}

// Tokens are the words of a text in order, folded and rewritten.
func (a *Analyzer) Tokens(text string) []string {
	return wordsOf(rewritten(a.analyze(nil, text)))
}

// analyze appends the words of text: split and rewritten.
func (a *Analyzer) analyze(dst []token, text string) []token {
	from := len(dst)
	dst = a.split(dst, text)
	// Most texts hold no synonym: nothing is copied until the first.
	for i := from; i < len(dst); i++ {
		if a.longest[dst[i].word] > 0 {
			if _, n := a.synonym(dst[i:]); n > 0 {
				return a.rewrite(dst[:i], slices.Clone(dst[i:]))
			}
		}
	}
	return dst
}

// synonym finds the longest synonym that tokens begin with, and how many
// tokens it takes; 0 when there is none.
func (a *Analyzer) synonym(tokens []token) (to []string, n int) {
	for n := min(a.longest[tokens[0].word], len(tokens)); n > 0; n-- {
		k := tokens[0].word
		for _, t := range tokens[1:n] {
			k += " " + t.word
		}
		if to, ok := a.synonyms[k]; ok {
			return to, n
		}
	}
	return nil, 0
}

func (a *Analyzer) rewrite(dst, tokens []token) []token {
	for i := 0; i < len(tokens); {
		to, n := a.synonym(tokens[i:])
		if n == 0 {
			dst = append(dst, tokens[i])
			i++
			continue
		}
		was := tokens[i : i+n]
		for j, w := range to {
			t := token{word: w, start: was[0].start, end: was[n-1].end}
			if len(to) == n {
				t.start, t.end = was[j].start, was[j].end
			}
			dst = append(dst, t)
		}
		for _, t := range was {
			t.original = true
			dst = append(dst, t)
		}
		i += n
	}
	return dst
}

// split appends the words of text, folded, with special spellings as one
// word and synonyms as they are written.
func (a *Analyzer) split(dst []token, text string) []token {
	low := lower(text)
	before := ' ' // the character before i
	for i := 0; i < len(low); {
		if s, ok := a.spelled(low[i:], before); ok {
			for _, w := range s.words {
				dst = append(dst, token{word: w, start: i, end: i + len(s.written)})
			}
			i += len(s.written)
			before = ' '
			continue
		}
		r, size := rune(low[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(low[i:])
		}
		if !inWord(r) {
			i += size
			before = r
			continue
		}
		start, ascii := i, r < utf8.RuneSelf
		for i += size; i < len(low); i += size {
			if r, size = rune(low[i]), 1; r >= utf8.RuneSelf {
				r, size = utf8.DecodeRuneInString(low[i:])
				ascii = false
			}
			if !inWord(r) {
				break
			}
		}
		w := low[start:i]
		if ascii {
			w = cut(w)
		} else {
			w = fold(text[start:i])
		}
		if w != "" {
			dst = append(dst, token{word: w, start: start, end: i})
		}
		before = 'a'
	}
	return dst
}

// spelled finds a special spelling at the beginning of low. It must stand
// alone: a letter may not touch it on a side where it has a letter itself,
// nor stand before its first sign.
func (a *Analyzer) spelled(low string, before rune) (spelling, bool) {
	list := a.spellings[low[0]]
	if len(list) == 0 || inWord(before) {
		return spelling{}, false
	}
	for _, s := range list {
		if !strings.HasPrefix(low, s.written) {
			continue
		}
		if last, _ := utf8.DecodeLastRuneInString(s.written); inWord(last) {
			if next, _ := utf8.DecodeRuneInString(low[len(s.written):]); len(low) > len(s.written) && inWord(next) {
				continue
			}
		}
		return s, true
	}
	return spelling{}, false
}

// lower turns ASCII capitals into small letters, so that every offset stays
// what it was.
func lower(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if 'A' <= b[i] && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

func wordsOf(tokens []token) []string {
	out := make([]string, len(tokens))
	for i, t := range tokens {
		out[i] = t.word
	}
	return out
}

// rewritten leaves out the words that synonyms took the place of.
func rewritten(tokens []token) []token {
	return slices.DeleteFunc(slices.Clone(tokens), func(t token) bool { return t.original })
}

// Field is the words of one part of a listing.
type Field struct {
	// Words are in order. An empty word parts what a phrase may not bridge:
	// one skill from the next.
	Words []string
	// Extra are words as written where synonyms were rewritten. They have no
	// place; they let the beginning of such a word still find it.
	Extra []string
}

// Document is a listing in words, in the order in which a hit counts.
type Document struct {
	Title  Field
	Skills Field
	// Text is company, category, and the first 8,000 characters of the description.
	Text Field
}

// Fields are the document's fields, the one that counts most first.
func (d *Document) Fields() []*Field { return []*Field{&d.Title, &d.Skills, &d.Text} }

// Document gives the words of a listing.
func (a *Analyzer) Document(l market.Listing) Document {
	var d Document
	var tokens []token
	add := func(f *Field, text string) {
		tokens = a.analyze(tokens[:0], text)
		if len(tokens) == 0 {
			return
		}
		if len(f.Words) > 0 {
			f.Words = append(f.Words, "")
		}
		f.Words = slices.Grow(f.Words, len(tokens))
		for _, t := range tokens {
			if t.original {
				f.Extra = append(f.Extra, t.word)
			} else {
				f.Words = append(f.Words, t.word)
			}
		}
	}
	add(&d.Title, l.Title)
	for _, s := range l.Skills {
		add(&d.Skills, s)
	}
	add(&d.Text, l.Company)
	add(&d.Text, string(l.Category))
	add(&d.Text, firstRunes(l.Description, maxDescription))
	return d
}

func firstRunes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

package classify

import (
	_ "embed"
	"strings"
)

// ratingTable are words, and pairs of neighbours, with what a reader who
// knows freelance work takes each for, when nothing else is known: after a
// tab four digits, how much likelier than usual (4) a listing that holds it
// asks for a beginner, for an expert, for talk in English, and for fluent
// English. Nine says it almost by itself, zero almost denies it. The words are
// folded as package phrase folds them, a number is 0, and lines are in rising
// order. The words are those of listings and of the trades that they come from;
// they were rated by what they mean, without a look at any listing's label. A
// word may be added or mended by hand; the model is then learned again.
//
//go:embed ratings.tsv
var ratingTable string

// The ways in which a word is rated.
const (
	toEntry = iota
	toExpert
	toTalk
	toFluent
	ways
)

// rating is how far a word is from usual, each way.
type rating [ways]int8

const usual = 4

// rated are the ratings, found by the hash of a word or pair in a text.
var rated = func() (r struct {
	table
	list []rating
}) {
	n := strings.Count(ratingTable, "\n")
	r.table, r.list = tableFor(n), make([]rating, 0, n)
	for line := range strings.Lines(ratingTable) {
		term, digits, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok || len(digits) != ways {
			panic("internal/classify/ratings.tsv: no word with four digits: " + line)
		}
		var v rating
		for i := range v {
			v[i] = int8(digits[i]-'0') - usual
		}
		first, second, pair := strings.Cut(term, " ")
		h := hash(textSalt, first)
		if pair {
			h = hash((h^' ')*fnvPrime, second)
		}
		if int(r.put(h, len(r.list))) == len(r.list) {
			r.list = append(r.list, v)
		}
	}
	return r
}()

// What is reckoned of the ratings of some words, for each way and for expert
// against entry; the last three of whole texts only.
const (
	sMean    = iota // drawn to the usual by three words
	sMost           // of one word
	sLeast          // of one word
	sSquares        // their mean, signed and drawn likewise
	sMuch           // the number of words with at least two, as a logarithm
	sLittle         // and of those with at most minus two
	sTop            // the mean of the three words with the most
	briefly  = sMuch
	fully    = sTop + 1
	axes     = ways + 1
)

// The parts of a listing whose words are rated.
var ratedParts = [...]struct {
	name  string
	stats int
}{{"title", fully}, {"skills", fully}, {"text", fully}, {"beginning", briefly}, {"all", briefly}}

// beginning is how many words of a text are its beginning.
const beginning = 50

// titleCounts is how often a title's words count among all.
const titleCounts = 3

var (
	axisNames = strings.Fields("entry expert talk fluent expert-entry")
	statNames = strings.Fields("mean most least squares much little top")
)

func ratingNames() (names []string) {
	for _, p := range ratedParts {
		for _, axis := range axisNames {
			for _, stat := range statNames[:p.stats] {
				names = append(names, "rated-"+p.name+"-"+axis+"-"+stat)
			}
		}
	}
	return names
}

// rate reckons the ratings of a listing's words into f, which has a place for
// each of ratingNames.
func (d *document) rate(g *grams, f []float32) {
	title := ratedIn(g.list[:g.ends[0]], false)
	var skillGrams grams
	skillGrams.add(d.skills, nil, textSalt)
	skills := ratedIn(skillGrams.list, false)
	whole := g.list[g.ends[0]:g.ends[len(g.ends)-1]]
	n := 0
	for n < len(whole) && whole[n].last < beginning {
		n++
	}
	text, start := ratedIn(whole, true), ratedIn(whole[:n], false)
	parts := [...][]rating{title, skills, text, start}
	var known [len(parts)][axes]sums
	for i, words := range parts {
		for axis := range axes {
			of := &known[i][axis]
			of.add(words, axis)
			of.into(f[:ratedParts[i].stats])
			f = f[ratedParts[i].stats:]
		}
	}
	for axis := range axes {
		all := known[0][axis]
		all.n, all.sum, all.squares = titleCounts*all.n, titleCounts*all.sum, titleCounts*all.squares
		all.join(&known[1][axis])
		all.join(&known[2][axis])
		all.into(f[:briefly])
		f = f[briefly:]
	}
}

// ratedIn are the ratings of the words of list, each word's once if once is
// set; where two neighbours have one together, it counts in place of theirs.
func ratedIn(list []gram, once bool) (out []rating) {
	var seen []uint64
	if once {
		seen = make([]uint64, len(rated.list)/64+1)
	}
	take := func(h uint32) bool {
		at := rated.find(h)
		if at < 0 {
			return false
		}
		if once {
			if seen[at/64]>>(at%64)&1 != 0 {
				return true
			}
			seen[at/64] |= 1 << (at % 64)
		}
		out = append(out, rated.list[at])
		return true
	}
	for i := 0; i < len(list); i++ {
		// A word is followed by the next, and that by the pair of both.
		if list[i].pair {
			continue
		}
		if i+2 < len(list) && list[i+2].pair && !list[i+1].pair && take(list[i+2].hash) {
			i += 2
			continue
		}
		if i+3 < len(list) && list[i+1].pair && list[i+3].pair && take(list[i+3].hash) {
			i += 3
			continue
		}
		take(list[i].hash)
	}
	return out
}

// sums are what the statistics of some ratings are reckoned from.
type sums struct {
	n, sum, squares, much, little int32
	most, least                   int32
	top                           [3]int32
}

// add takes in the ratings of words along one axis.
func (s *sums) add(words []rating, axis int) {
	s.most, s.least, s.top = -none, none, [3]int32{-none, -none, -none}
	s.n = int32(len(words))
	for _, r := range words {
		v := int32(r[toExpert]) - int32(r[toEntry])
		if axis < ways {
			v = int32(r[axis])
		}
		s.sum += v
		s.squares += v * max(v, -v)
		s.most, s.least = max(s.most, v), min(s.least, v)
		if v >= 2 {
			s.much++
		}
		if v <= -2 {
			s.little++
		}
		if v > s.top[2] {
			for i := range s.top {
				if v > s.top[i] {
					v, s.top[i] = s.top[i], v
				}
			}
		}
	}
}

// none is beyond all ratings.
const none = 100

// join takes in what another has, but for what whole texts alone are asked.
func (s *sums) join(o *sums) {
	s.n, s.sum, s.squares = s.n+o.n, s.sum+o.sum, s.squares+o.squares
	s.most, s.least = max(s.most, o.most), min(s.least, o.least)
}

// into writes the first statistics, as many as out has places.
func (s *sums) into(out []float32) {
	if s.n == 0 {
		return
	}
	drawn := float32(s.n + 3)
	out[sMean], out[sMost], out[sLeast], out[sSquares] = float32(s.sum)/drawn, float32(s.most), float32(s.least), float32(s.squares)/drawn
	if len(out) == briefly {
		return
	}
	out[sMuch], out[sLittle] = log1p(int(s.much)), log1p(int(s.little))
	n := min(int32(len(s.top)), s.n)
	for _, v := range s.top[:n] {
		out[sTop] += float32(v) / float32(n)
	}
}

package classify

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// reckoning is what the learned model says about one listing.
type reckoning struct {
	*document
	model                  *reader
	values                 []float32   // features
	level, english, spoken []float64   // calibrated probabilities
	left                   [3][]uint16 // leaves of the trees of each label
	grams                  *grams
}

// estimates asks the learned model.
func (d *document) estimates() *reckoning {
	g := d.grams()
	r := &reckoning{document: d, model: learned(), grams: g, values: d.features(g)}
	n := len(r.values)
	var inputs, linear [3][]float32
	for i, e := range r.model.estimators() {
		inputs[i] = make([]float32, n+e.linear())
		copy(inputs[i], r.values)
		linear[i] = inputs[i][n:]
	}
	r.model.read(g, linear[:])
	for i, e := range r.model.estimators() {
		f := r.model.forests[i]
		r.left[i] = f.leaves(inputs[i])
		p := e.Calibrated(raw(f.scores(r.left[i])))
		switch e {
		case &r.model.Level:
			if r.level = p; d.rejects {
				// Whatever the work, it is not for beginners.
				rest := 1 - p[0]
				p[0] = 0
				for c := range p {
					p[c] /= max(rest, 1e-9)
				}
			}
		case &r.model.English:
			r.english = p
		case &r.model.Spoken:
			r.spoken = p
		}
	}
	return r
}

// estimate is the label that probabilities speak for: a value where they are
// sure enough, else a guess.
func estimate[V ~string](r *reckoning, e *Estimator, p []float64, values []V) market.Label[V] {
	c := e.Choose(p)
	l := market.Label[V]{Probability: round(p[c])}
	if p[c] < float64(e.Show[c]) {
		l.Guess = values[c]
		return l
	}
	l.Value, l.Basis = values[c], market.BasisEstimate
	if e != &r.model.Spoken {
		l.Reasons, l.Evidence = r.reasons(e, c)
	}
	return l
}

// round keeps three places: more are not known.
func round(p float64) float64 { return math.Round(p*1000) / 1000 }

// family groups: a reason's key for the families that it stands for.
var familyReasons = func() map[string]string {
	m := map[string]string{}
	for key, list := range map[string]string{
		"entry-words":    "entrylevel junior intern fresher student beginner beginnerok noexp training anyone basicknow",
		"simple-work":    "simple simplejob quick onepage justneed",
		"expert-words":   "groundup senior lead architect architecture expertwant expertany specialist expertise deep extensive highly strong own",
		"experience":     "proven experienced expwith mustexp proficient midlevel portfolio skilled",
		"degree":         "degree phd",
		"routine":        "dataentry lookup convert testers perunit",
		"design":         "logo",
		"video":          "video",
		"changes":        "fix edits",
		"website":        "wordpress",
		"whole-app":      "fullapp mobile likebig",
		"ai":             "aiml ai",
		"trading":        "quant",
		"infrastructure": "infra scale secure",
		"hardware":       "lowlevel",
		"science":        "science scarce",
		"strategy":       "biz",
		"finance":        "legal",
		"systems":        "erp",
		"advertising":    "ads",
		"team":           "reportto teamneed ourteam collab growteam pm",
		"long-term":      "longterm longspan",
		"calls":          "handoff calls coldcall meetings timezone",
		"communication":  "commskills commhigh commmid commany both",
		"presenting":     "presents stakeholder clientfacing",
		"customers":      "support sales va",
		"writing":        "published article copy write report document",
		"translation":    "translate transcribe",
		"voice":          "voice",
		"teaching":       "teach homework",
		"english":        "eng enghigh engmid engnative englow cefr",
		"other-language": "worklang olang olangreq bilingual",
		"brief":          "brief provided",
	} {
		for _, f := range strings.Fields(list) {
			m[f] = key
		}
	}
	return m
}()

// reasonOf is the reason's key of each family by its number, empty for those
// that stand for none.
var reasonOf = func() []string {
	keys := make([]string, len(families))
	for i, f := range families {
		keys[i] = familyReasons[f]
	}
	return keys
}()

// absent are the groups whose absence is a reason too.
var absent = words("calls", "communication", "team", "english", "expert-words")

// ReasonKeys are all keys that reasons may have.
var ReasonKeys = func() []string {
	keys := []string{"fixed-under", "fixed-over", "fixed-about", "hourly-under", "hourly-over", "hourly-about", "no-budget", "years", "no-years", "kind", market.ReasonWords, "short", "long", "ordinary"}
	seen := map[string]bool{}
	for _, key := range familyReasons {
		if !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	for key := range absent {
		keys = append(keys, "no-"+key)
	}
	slices.Sort(keys)
	return keys
}()

// Kinds are the names of the kinds of work that a reason of the key "kind"
// may name.
var Kinds = func() []string {
	var out []string
	for _, k := range kinds {
		out = append(out, k.name)
	}
	return out
}()

// reasons are the two or three strongest of the choice of class c, and the
// words behind them.
func (r *reckoning) reasons(e *Estimator, c int) ([]market.Reason, []market.Evidence) {
	at := slices.Index(r.model.estimators(), e)
	by := make([]float32, len(r.values)+e.linear())
	r.model.forests[at].moves(r.left[at], c, by)
	sums := make([]float32, len(groups))
	for i, v := range by {
		if v != 0 {
			if g := r.group(i); g >= 0 {
				sums[g] += v
			}
		}
	}
	type scored struct {
		key string
		by  float32
	}
	var list []scored
	for g, v := range sums {
		if v > 0.02 {
			list = append(list, scored{groups[g], v})
		}
	}
	slices.SortFunc(list, func(a, b scored) int { return cmp.Or(cmp.Compare(b.by, a.by), cmp.Compare(a.key, b.key)) })
	var out []market.Reason
	var proof []market.Evidence
	for _, s := range list {
		if len(out) == 3 || len(out) == 2 && s.by < list[0].by/4 {
			break
		}
		reason, ev, ok := r.reason(s.key, e, c)
		if !ok {
			continue
		}
		out = append(out, reason)
		if ev.Quote != "" && !slices.Contains(proof, ev) {
			proof = append(proof, ev)
		}
	}
	if len(out) == 0 {
		out = []market.Reason{{Key: "ordinary"}}
	}
	return out, proof
}

// groups are the groups of features that reasons tell apart; present and
// missing are those of each feature, by whether there is any of it: -1 where
// a reader would learn nothing from it.
var groups, present, missing = func() (names []string, p, m []int) {
	p, m = make([]int, len(FeatureNames)), make([]int, len(FeatureNames))
	group := func(name string) int {
		if name == "" {
			return -1
		}
		i := slices.Index(names, name)
		if i < 0 {
			i = len(names)
			names = append(names, name)
		}
		return i
	}
	group(market.ReasonWords)
	for i := range p {
		name := ""
		switch {
		case i >= fFixed && i <= fHourlyLeast:
			name = "budget"
		case i == fYears || i == fYearsMost || i == fRules+years:
			name = "years"
		case i == fWords || i == fLines || i == fBullets || i == fSentences:
			name = "length"
		case i >= fRated:
			name = market.ReasonWords
		case i >= fKinds:
			name = "kind"
		case i >= fFamilies:
			name = reasonOf[(i-fFamilies)%len(families)]
			p[i], m[i] = group(name), -1
			if absent[name] {
				m[i] = group("no-" + name)
			}
			continue
		}
		p[i] = group(name)
		m[i] = p[i]
	}
	return names, p, m
}()

// group is the group of a feature or, behind the features, of the words.
func (r *reckoning) group(i int) int {
	switch {
	case i >= len(r.values):
		return 0
	case r.values[i] > 0:
		return present[i]
	}
	return missing[i]
}

// reason puts a group in words; ok is false where there is nothing to say.
func (r *reckoning) reason(key string, e *Estimator, c int) (out market.Reason, proof market.Evidence, ok bool) {
	out.Key = key
	switch key {
	case "budget":
		out, ok = r.budget()
		return out, proof, ok
	case "years":
		if n := r.values[fYearsMost]; n > 0 {
			out.Args = map[string]string{"n": strconv.Itoa(int(n))}
			return out, r.ruleProof(years), true
		}
		out.Key = "no-years"
		return out, proof, r.values[fYears] == 0
	case "length":
		switch n := math.Expm1(float64(r.values[fWords])); {
		case n < 60:
			out.Key = "short"
		case n > 250:
			out.Key = "long"
		default:
			return out, proof, false
		}
		return out, proof, true
	case "kind":
		best := -1
		for i := range kinds {
			if v := r.values[fKinds+i]; v > 0 && (best < 0 || v > r.values[fKinds+best]) {
				best = i
			}
		}
		if best < 0 {
			return out, proof, false
		}
		out.Args = map[string]string{"kind": kinds[best].name}
		return out, r.hintProof(func(id int) bool { return id == len(families)+best }), true
	case market.ReasonWords:
		proof, ok = r.tellingWords(e, c)
		if ok {
			out.Args = map[string]string{"words": proof.Quote}
		}
		return out, proof, ok
	}
	if group, no := cutNo(key); no {
		// Nothing of the group may stand anywhere.
		for i, key := range reasonOf {
			if key != group {
				continue
			}
			for s := range sources {
				if r.values[fFamilies+s*len(families)+i] > 0 {
					return out, proof, false
				}
			}
		}
		return out, proof, true
	}
	return out, r.hintProof(func(id int) bool { return id < len(families) && reasonOf[id] == key }), true
}

// budget says how large it is.
func (r *reckoning) budget() (market.Reason, bool) {
	about := func(usd float64) string { return strconv.FormatFloat(usd, 'f', -1, 64) }
	size := func(kind string, usd float64, small, large []float64) market.Reason {
		for _, s := range small {
			if usd <= s {
				return market.Reason{Key: kind + "-under", Args: map[string]string{"usd": about(s)}}
			}
		}
		for _, s := range slices.Backward(large) {
			if usd >= s {
				return market.Reason{Key: kind + "-over", Args: map[string]string{"usd": about(s)}}
			}
		}
		return market.Reason{Key: kind + "-about", Args: map[string]string{"usd": about(math.Round(usd))}}
	}
	switch {
	case r.listing.Pay.Kind == market.PayMonthly || r.listing.Pay.Kind == market.PayYearly:
		return market.Reason{}, false // reckoned by the hour, which nobody named
	case r.values[fFixed] > 0:
		return size("fixed", math.Exp(float64(r.values[fFixedUSD])), []float64{10, 20, 50, 100}, []float64{500, 1000, 2000, 5000}), true
	case r.values[fHourly] > 0:
		return size("hourly", math.Exp(float64(r.values[fHourlyUSD])), []float64{5, 10, 15, 20}, []float64{40, 60, 80, 100}), true
	}
	return market.Reason{Key: "no-budget"}, true
}

// hintProof is the first words, in the title or else in the text, of a hint.
func (r *reckoning) hintProof(is func(id int) bool) market.Evidence {
	for _, m := range r.titleHints {
		if is(m.ID) {
			return evidence("title", r.title, m.First, m.Last)
		}
	}
	for _, m := range r.textHints {
		if is(m.ID) && !r.aside[m.First] {
			return evidence("description", r.text, m.First, m.Last)
		}
	}
	return market.Evidence{}
}

func (r *reckoning) ruleProof(id int) market.Evidence {
	for _, m := range r.titleHits {
		if m.ID == id && yearsNamed(r.title, m) >= 0 {
			return evidence("title", r.title, m.First, m.Last)
		}
	}
	for _, m := range r.textHits {
		if m.ID == id && yearsNamed(r.text, m) >= 0 {
			return evidence("description", r.text, m.First, m.Last)
		}
	}
	return market.Evidence{}
}

// plain are words that tell a reader nothing by themselves, so that none is
// quoted as a reason.
var plain = words(
	"a", "about", "after", "all", "also", "an", "and", "any", "are", "as", "at", "be", "been", "before", "both", "but", "by", "can", "could",
	"do", "does", "each", "for", "from", "get", "has", "have", "here", "how", "if", "in", "into", "is", "it", "its", "just", "like", "make",
	"many", "may", "more", "most", "must", "need", "needs", "no", "not", "of", "on", "one", "only", "or", "other", "our", "out", "over",
	"should", "so", "some", "such", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "to", "up",
	"use", "very", "want", "was", "we", "were", "what", "when", "where", "which", "while", "who", "will", "with", "would", "you", "your",
)

// byRating is how much a step of a rating counts for a word to be telling,
// beside the weight that is learned, which is at most 127. What stands in the
// title counts half as much again.
const byRating = 14

// leastLean is the least that the rating of a word must speak for a class for
// a reader to see why it is quoted.
const leastLean = 2

// lean is how far a rating speaks for class c of a label.
func (r rating) lean(label, c int) int {
	entry, expert, talk, fluent := int(r[toEntry]), int(r[toExpert]), int(r[toTalk]), int(r[toFluent])
	switch {
	case label == 0 && c == 0:
		return entry - expert
	case label == 0 && c == 1:
		return 0 // what is ordinary has no word of its own
	case label == 0:
		return expert - entry
	case c == 0:
		return -max(talk, fluent) - 1
	case c == 1:
		return talk - max(fluent, 0)/2
	}
	return fluent
}

// tellingWords are the word or two neighbours that speak for class c most, of
// those that a reader would take for it too.
func (r *reckoning) tellingWords(e *Estimator, c int) (best market.Evidence, ok bool) {
	label := slices.Index(r.model.estimators(), e)
	col := r.model.words[label].first + c
	top := 0
	for i, g := range r.grams.list[:r.grams.ends[len(r.grams.ends)-1]] {
		at := rated.find(g.hash)
		if at < 0 {
			continue
		}
		lean := rated.list[at].lean(label, c)
		if lean < leastLean {
			continue
		}
		weight := byRating * lean
		if row := r.model.find(g.hash); row >= 0 {
			weight += int(r.model.rows[row].weights[col])
		}
		field, t := "description", r.text
		if i < int(r.grams.ends[0]) {
			field, t, weight = "title", r.title, weight*3/2
		}
		if weight <= top {
			continue
		}
		first, last := int(g.last), int(g.last)
		if g.pair {
			first--
			if t.Words[last].Sep != 0 || t.Words[first].Num >= 0 || plain[t.Fold(first)] {
				continue
			}
		}
		if w := t.Fold(last); t.Words[last].Num >= 0 || len(w) <= 3 || plain[w] {
			continue
		}
		top, best, ok = weight, evidence(field, t, first, last), true
	}
	return best, ok
}

// cutNo takes the "no-" off a key of absence.
func cutNo(key string) (group string, ok bool) {
	group, ok = strings.CutPrefix(key, "no-")
	return group, ok && absent[group]
}

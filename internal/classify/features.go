package classify

import (
	"math"
	"slices"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

// Features are what an estimate is made from.
type Features struct {
	// Values are in the order of FeatureNames.
	Values []float32
	// Grams are the hashes of the words and pairs of words of the listing,
	// each once, in rising order.
	Grams []uint32
	// Sentences are the title and the sentences of the text.
	Sentences []Sentence
}

// Sentence is the hashes of the words of a sentence in order, and those of
// its words and pairs of words.
type Sentence struct{ Words, Grams []uint32 }

// Extract is the features of a listing.
func Extract(l market.Listing) Features {
	d := read(l).heeded()
	g := d.grams()
	f := Features{Values: d.features(g)}
	for i, from := 0, int32(0); i < len(g.ends); i++ {
		var s Sentence
		for _, gram := range g.list[from:g.ends[i]] {
			s.Grams = append(s.Grams, gram.hash)
			if !gram.pair {
				s.Words = append(s.Words, gram.hash)
			}
		}
		f.Sentences = append(f.Sentences, s)
		from = g.ends[i]
	}
	for _, gram := range g.list {
		f.Grams = append(f.Grams, gram.hash)
	}
	slices.Sort(f.Grams)
	f.Grams = slices.Compact(f.Grams)
	return f
}

// The features that are no count of phrases.
const (
	fWords = iota
	fTitleWords
	fCut
	fLines
	fBullets
	fSentences
	fQuestions
	fNumbers
	fLinks
	fWordLength
	fLongWords
	fI
	fWe
	fYou
	fEnglishWords
	fOtherWords
	fForeign
	fSkills
	fTools
	fSkillTools
	fAskWords
	fFixed
	fHourly
	fNoPay
	fFixedUSD
	fHourlyUSD
	fHourlyLeast
	fYears
	fYearsMost
	fLevelSaid
	fEnglishSaid
	fRules // one for each rule of level and English
)

const (
	fFamilies = fRules + warnFee // in the text, then the title, then the skills
	sources   = 3
)

var (
	fKinds  = fFamilies + sources*len(families)
	fRating = fKinds + len(kinds)
	fRated  = fRating + sources*ratings + 2
)

// The ratings by kinds of work: for title, skills and text each the mean and
// extremes of level and English and how many kinds, then the means of all.
const (
	rLevel = iota
	rEnglish
	rLevelMost
	rLevelLeast
	rEnglishMost
	rKinds
	ratings
)

// FeatureNames name Features.Values.
var FeatureNames = func() []string {
	names := strings.Fields("words title-words cut lines bullets sentences questions numbers links word-length long-words i we you english-words other-words foreign skills tools skill-tools ask-words fixed hourly no-pay fixed-usd hourly-usd hourly-least years years-most level-said english-said")
	for _, n := range ruleNames {
		names = append(names, "rule-"+n)
	}
	for _, in := range []string{"", "title-", "skills-"} {
		for _, n := range families {
			names = append(names, in+n)
		}
	}
	for _, k := range kinds {
		names = append(names, "kind-"+k.name)
	}
	for _, in := range []string{"title", "skills", "text"} {
		for _, n := range []string{"level", "english", "level-most", "level-least", "english-most", "kinds"} {
			names = append(names, in+"-"+n)
		}
	}
	return append(append(names, "all-level", "all-english"), ratingNames()...)
}()

var ruleNames = strings.Fields("no-experience years-zero years entry-word entry-wanted beginners-welcome newcomers mid-level senior senior-wanted leader native accent high-english english-high grade conversational good-english speak-english english-must basic-english no-english")

// What a word is, for form.
const (
	isMine = 1 << iota
	isOurs
	isYours
	isTool
	isAsk
	isGlue // of English
	isSpanish
	isPortuguese
	isFrench
	isGerman
)

// wordClass is what words are, by a sum of the above.
var wordClass = func() map[string]uint16 {
	m := map[string]uint16{}
	for bit, list := range map[uint16]string{
		isMine: "i my i'm me i've i'll", isOurs: "we our us we're we've we'll", isYours: "you your you're you'll yours",
		isTool:       "python java javascript typescript php laravel django flask fastapi node nodejs node.js react react.js angular vue vue.js nextjs next.js express html css bootstrap tailwind sql mysql postgresql postgres mongodb redis firebase supabase aws azure gcp docker kubernetes terraform flutter dart swift kotlin android ios unity unreal c# .net asp.net c++ rust go golang ruby rails scala spark kafka airflow snowflake databricks tableau powerbi excel wordpress shopify woocommerce elementor webflow wix figma photoshop illustrator premiere blender maya solidworks autocad revit matlab r stata spss sas tensorflow pytorch opencv langchain openai gpt llm selenium scrapy playwright puppeteer api rest graphql stripe paypal twilio salesforce hubspot zapier n8n make airtable notion jira git github linux nginx solidity ethereum web3 arduino esp32 raspberry verilog fpga pcb seo ppc klaviyo mailchimp canva capcut",
		isAsk:        "experience experienced experiences knowledge skills skill skilled proficient proficiency familiar familiarity",
		isGlue:       "the and of to a in for with is are we you our i this be will that on my",
		isSpanish:    "el la los las de que en una para con por se del al es como necesito más",
		isPortuguese: "o os as de que em uma para com por se do da não é como preciso mais",
		isFrench:     "le la les des que en une pour avec par se du au est je nous vous dans",
		isGerman:     "der die das und ist ein eine für mit von zu den dem ich wir nicht auf",
	} {
		for _, w := range strings.Fields(list) {
			m[w] |= bit
		}
	}
	return m
}()

// features reads everything but the words one by one.
func (d *document) features(g *grams) []float32 {
	f := make([]float32, len(FeatureNames))
	d.form(f)
	d.pay(f)
	d.said(f)
	d.phrases(f)
	d.rate(g, f[fRated:])
	return f
}

func log1p(n int) float32 { return float32(math.Log1p(float64(n))) }

// form is length and style. The client's sentences about itself count
// nowhere.
func (d *document) form(f []float32) {
	var n, letters, long, lines, sentences, numbers, i1, we, you, glue, tool, asked int
	var foreign [4]int
	seen := map[string]bool{}
	each := func(t *phrase.Text, skip []bool) {
		for i := range t.Words {
			if skip != nil && skip[i] {
				continue
			}
			w := t.Fold(i)
			n++
			letters += len(w)
			if len(w) > 9 {
				long++
			}
			if c := wordClass[w]; c != 0 {
				switch {
				case c&isMine != 0:
					i1++
				case c&isOurs != 0:
					we++
				case c&isYours != 0:
					you++
				case c&isAsk != 0:
					asked++
				}
				if c&isTool != 0 && !seen[w] {
					seen[w] = true
					tool++
				}
				if c&isGlue != 0 {
					glue++
				}
				for k := range foreign {
					if c&(isSpanish<<k) != 0 {
						foreign[k]++
					}
				}
			}
			if t.Words[i].Num >= 0 {
				numbers++
			}
			if sep := t.Words[i].Sep; sep&phrase.SepEnd != 0 {
				sentences++
				if sep&phrase.SepLine != 0 && i > 0 {
					lines++
				}
			}
		}
	}
	each(d.title, nil)
	each(d.text, d.aside)
	share := func(k int) float32 { return float32(k) / float32(max(1, n)) }
	most := slices.Max(foreign[:])
	f[fWords], f[fTitleWords] = log1p(n), float32(len(d.title.Words))
	text := strings.TrimRight(d.text.Raw, " \t\r\n")
	if d.cutShort() {
		f[fCut] = 1
	}
	f[fLines], f[fBullets] = log1p(lines), log1p(bullets(text))
	f[fSentences], f[fQuestions] = log1p(sentences), float32(min(3, strings.Count(text, "?")+strings.Count(d.title.Raw, "?")))
	f[fNumbers], f[fLinks] = log1p(numbers), float32(min(2, strings.Count(text, "://")))
	f[fWordLength], f[fLongWords] = share(letters), share(long)
	f[fI], f[fWe], f[fYou] = share(i1), share(we), share(you)
	f[fEnglishWords], f[fOtherWords] = share(glue), share(most)
	if most > glue && share(most) > 0.12 {
		f[fForeign] = 1
	}
	skillTools := 0
	for i := range d.skills.Words {
		if wordClass[d.skills.Fold(i)]&isTool != 0 {
			skillTools++
		}
	}
	f[fSkills], f[fTools], f[fSkillTools], f[fAskWords] = float32(d.skillCount), log1p(tool), log1p(skillTools), log1p(asked)
}

// cutShort reports whether the text ends in dots, but for what the client says
// about itself.
func (d *document) cutShort() bool {
	end := len(d.text.Raw)
	for i := len(d.aside) - 1; i >= 0 && d.aside[i]; i-- {
		end = int(d.text.Words[i].Start)
	}
	text := strings.TrimRight(d.text.Raw[:end], " \t\r\n")
	return strings.HasSuffix(text, "...") || strings.HasSuffix(text, "…")
}

// bullets counts the lines that begin as items of a list.
func bullets(s string) int {
	n := 0
	for line := range strings.Lines(s) {
		line = strings.TrimLeft(line, " \t")
		if line == "" {
			continue
		}
		switch line[0] {
		case '-', '*':
			n++
			continue
		}
		if strings.HasPrefix(line, "•") || strings.HasPrefix(line, "✅") || strings.HasPrefix(line, "✔") || strings.HasPrefix(line, "–") {
			n++
		} else if i := strings.IndexAny(line, ".)"); i > 0 && i <= 2 && line[0] >= '0' && line[0] <= '9' {
			n++
		}
	}
	return n
}

// Months and years of work are turned into hours: 160 and 1,920.
const monthHours, yearHours = 160, 1920

// pay is the budget in US dollars.
func (d *document) pay(f []float32) {
	p := d.listing.Pay
	usd := float64(p.USD) / 100
	least := usd
	if p.Min > 0 && p.Max > 0 {
		least = usd * float64(p.Min) / float64(p.Max)
	}
	f[fFixedUSD], f[fHourlyUSD], f[fHourlyLeast] = -1, -1, -1
	ln := func(v float64) float32 { return float32(math.Log(max(1, v))) }
	switch {
	case usd <= 0 || p.Kind == "":
		f[fNoPay] = 1
	case p.Kind == market.PayFixed:
		f[fFixed], f[fFixedUSD] = 1, ln(usd)
	default:
		hours := 1.0
		switch p.Kind {
		case market.PayMonthly:
			hours = monthHours
		case market.PayYearly:
			hours = yearHours
		}
		f[fHourly], f[fHourlyUSD], f[fHourlyLeast] = 1, ln(usd/hours), ln(least/hours)
	}
}

// said is what the rules for statements found, and the years asked.
func (d *document) said(f []float32) {
	most := -1
	for _, in := range []struct {
		field string
		*phrase.Text
		hits []phrase.Match
	}{{"title", d.title, d.titleHits}, {"description", d.text, d.textHits}} {
		hits, rejects := levelHits(in.field, in.Text, in.hits)
		for _, h := range hits {
			f[fRules+h.rule]++
		}
		if rejects {
			f[fRules+newcomers]++
		}
	}
	for _, hits := range [][]found[market.English]{englishHits("title", d.title, d.titleHits), englishHits("description", d.text, d.textHits)} {
		for _, h := range hits {
			f[fRules+h.rule]++
		}
	}
	for _, t := range []struct {
		*phrase.Text
		hits []phrase.Match
	}{{d.title, d.titleHits}, {d.text, d.textHits}} {
		for _, m := range t.hits {
			if m.ID == years {
				if n := yearsNamed(t.Text, m); n >= 0 {
					most = max(most, int(n))
				}
			}
		}
	}
	f[fYearsMost] = float32(min(most, 12))
	if most >= 0 {
		f[fYears] = 1
	}
	f[fLevelSaid] = float32(slices.Index(market.Levels, d.levelSaid.Value) + 1)
	f[fEnglishSaid] = float32(d.englishSaid.Value.Rank())
}

// mostKinds are more than there are kinds of work.
const mostKinds = 128

// phrases counts families and kinds of work.
func (d *document) phrases(f []float32) {
	var titleKinds, skillKinds [mostKinds]bool
	var textKinds, early [mostKinds]int
	nf := len(families)
	for _, m := range d.textHints {
		if d.aside[m.First] {
			continue
		}
		if m.ID < nf {
			f[fFamilies+m.ID]++
			continue
		}
		textKinds[m.ID-nf]++
		if m.First < 45 {
			early[m.ID-nf]++
		}
	}
	for i := range nf {
		f[fFamilies+i] = log1p(min(8, int(f[fFamilies+i])))
	}
	for _, m := range d.titleHints {
		if m.ID < nf {
			f[fFamilies+nf+m.ID] = 1
		} else {
			titleKinds[m.ID-nf] = true
		}
	}
	for _, m := range d.skillHints {
		if m.ID < nf {
			f[fFamilies+2*nf+m.ID] = 1
		} else {
			skillKinds[m.ID-nf] = true
		}
	}
	var sums [sources]struct{ weight, level, english float32 }
	r := f[fRating:]
	for s := range sources {
		r[s*ratings+rLevelMost], r[s*ratings+rLevelLeast], r[s*ratings+rEnglishMost] = -1, 3, -1
	}
	add := func(s int, k kind, weight float32) {
		sums[s].weight += weight
		sums[s].level += weight * k.level
		sums[s].english += weight * k.english
		at := r[s*ratings:]
		at[rLevelMost], at[rLevelLeast], at[rEnglishMost] = max(at[rLevelMost], k.level), min(at[rLevelLeast], k.level), max(at[rEnglishMost], k.english)
		at[rKinds]++
	}
	for i, k := range kinds {
		v := float32(0)
		if titleKinds[i] {
			v += 2
			add(0, k, 1)
		}
		if skillKinds[i] {
			v += 0.7
			add(1, k, 1)
		}
		if n := min(4, textKinds[i]); n > 0 {
			v += 0.6 * float32(n)
			if early[i] > 0 {
				v += 0.5
			}
			add(2, k, float32(n))
		}
		f[fKinds+i] = v
	}
	// Towards the middle where little is known.
	const level, english = 1, 0.7
	all := sums[0]
	all.weight, all.level, all.english = 0, 0, 0
	for s, by := range [sources]float32{3, 0.7, 0.6} {
		r[s*ratings+rLevel] = (level + sums[s].level) / (1 + sums[s].weight)
		r[s*ratings+rEnglish] = (english + sums[s].english) / (1 + sums[s].weight)
		all.weight += by * sums[s].weight
		all.level += by * sums[s].level
		all.english += by * sums[s].english
	}
	r[sources*ratings] = (level + all.level) / (1 + all.weight)
	r[sources*ratings+1] = (english + all.english) / (1 + all.weight)
}

var (
	aboutOurs = words("company", "agency", "firm", "business", "startup", "store", "shop", "brand", "organization", "organisation", "clients", "customers", "mission", "studio", "office", "family", "founder", "founders")
	aboutTeam = words("team", "staff", "people", "experts", "expert", "developers", "engineers", "designers", "writers", "specialists", "members", "employees", "professionals")
	aboutIs   = words("a", "an", "based", "located", "proud", "one", "the", "known", "headquartered", "family", "senior", "experienced", "experts", "professionals", "people", "growing", "leading")
	aboutHave = words("been", "offices", "over", "more", "many", "customers", "clients", "employees")
	aboutDo   = words("sell", "specialize", "specialise", "serve", "operate", "manufacture", "export", "import")
	// aboutAsks are words by which a sentence asks for something, and aboutSeeks
	// those by which it may.
	aboutAsks  = words("looking", "need", "needs", "needed", "seeking", "hire", "hiring", "require", "required", "requires", "you", "your", "you'll", "you're", "must", "should", "candidate", "candidates", "freelancer", "freelancers", "someone", "want", "wants", "searching", "help", "join", "who", "role", "position", "will", "project", "please", "task", "job", "work", "applicants", "person", "would", "like")
	aboutSeeks = words("developer", "designer", "writer", "expert", "experts", "specialist", "engineer", "assistant")
)

// aside marks the sentences in which the client speaks about itself and asks
// for nothing: they say nothing about the worker.
func aside(t *phrase.Text) []bool {
	skip := make([]bool, len(t.Words))
	for from := 0; from < len(t.Words); {
		to := t.SentenceEnd(from)
		if about(t, from, to) {
			for i := from; i <= to; i++ {
				skip[i] = true
			}
		}
		from = to + 1
	}
	return skip
}

func about(t *phrase.Text, from, to int) bool {
	if to-from < 2 {
		return false
	}
	if t.Fold(from) == "about" && t.Fold(from+1) == "us" && to-from > 3 {
		from += 2
	}
	second, third := t.Fold(from+1), t.Fold(from+2)
	ok, ours := false, false
	switch t.Fold(from) {
	case "our", "my":
		ok = aboutOurs[second] || aboutOurs[third]
		ours = aboutTeam[second] || aboutTeam[third]
	case "we":
		ok = second == "are" && aboutIs[third] || second == "have" && (aboutHave[third] || t.Words[from+2].Num >= 0) || second == "were" || aboutDo[second]
		ours = second == "are" && ok
	case "we're":
		ok = aboutIs[second]
	case "we've":
		ok = second == "been"
	case "i":
		ok = second == "am" && (third == "a" || third == "an" || third == "the") || second == "own" || second == "run"
	case "i'm":
		ok = second == "a" || second == "an" || second == "the"
	case "the":
		ok = (second == "company" || second == "client") && (third == "is" || third == "was" || third == "has")
	case "founded", "established":
		ok = second == "in"
	}
	if !ok && !ours {
		return false
	}
	for i := from; i <= to; i++ {
		if w := t.Fold(i); aboutAsks[w] || !ours && aboutSeeks[w] {
			return false
		}
	}
	return true
}

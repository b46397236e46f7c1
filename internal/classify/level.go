package classify

import (
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

// Words around a hit that take its meaning away.
var (
	negations = words("no", "not", "isn't", "don't", "aren't", "never", "without", "rather", "instead", "beyond", "non", "than", "neither", "nor", "না", "নয়")
	// rejected are words behind "beginners" that send them away.
	rejected = words("refrain", "skip", "excuse", "avoid", "not", "don't", "unwelcome", "away", "নয়", "না")
	// notWorker are words by which a level belongs to somebody else: the
	// audience, the client, the juniors to be led.
	notWorker = words("mentor", "mentoring", "mentors", "train", "training", "teach", "teaching", "guide", "coach", "coaching", "lessons", "lesson",
		"course", "courses", "kids", "audience", "users", "traders", "supervise", "supervising", "manage", "managing", "lead", "leading", "support",
		"supporting", "develop", "tutorial", "book", "ebook", "videos", "help", "helping", "players", "learners",
		"students", "oversee", "overseeing", "review", "students'", "lectures", "curriculum", "workshop", "grow", "delegate")
	// behindWorker are words behind "junior" or "senior" that make it a name.
	behindWorker = words("achievement", "high", "school", "college", "league", "championship", "golf", "team", "staff", "engineers", "developers", "designers", "members", "colleagues",
		"living", "care", "citizen", "citizens", "home", "homes", "housing", "center", "centre", "community", "communities", "adults", "people", "leadership", "management", "executives", "stakeholders", "tennis", "football", "soccer", "cricket", "hockey", "swimming", "sports", "design", "look")
	iAm = words("am", "i'm")
	// client are words before years that are the client's own.
	client     = words("we", "our", "i", "i've", "i'm", "we've", "my", "us", "past", "last", "founded", "since", "established", "mission", "each")
	askedYears = words("minimum", "least", "min", "must", "requires", "require", "required", "requirements", "need", "needs", "with", "have", "looking", "having", "bring", "has", "should", "seeking", "you", "possess", "who", "experience", "exp", "candidate", "কমপক্ষে", "ন্যূনতম", "অন্তত")
	experience = words("experience", "experiences", "exp", "experienced", "background", "working", "proven", "hands", "practice", "industry", "professional", "expertise", "অভিজ্ঞতা", "অভিজ্ঞতার", "এক্সপেরিয়েন্স", "obhiggota", "track", "relevant")
	notYears   = words("old", "age", "ago", "warranty", "history", "contract", "plan", "lease", "data", "growth", "olds", "support", "license", "subscription", "guarantee", "anniversary", "budget", "term")
	optional   = words("preferred", "plus", "bonus", "nice", "ideally", "optional", "preferable", "advantage", "desirable", "অগ্রাধিকার", "অতিরিক্ত", "preferably")
)

// found is one statement.
type found[V ~string] struct {
	value V
	rule  int
	field string
	text  *phrase.Text
	first int
	last  int
}

func (f found[V]) label() market.Label[V] {
	return market.Label[V]{Value: f.value, Basis: market.BasisText, Evidence: []market.Evidence{evidence(f.field, f.text, f.first, f.last)}}
}

// level reads the title and the description.
func (d *document) level() market.Label[market.Level] {
	title := levelHits("title", d.title, d.titleHits)
	if f, ok := oneLevel(title); ok {
		return f.label()
	}
	if len(title) > 0 {
		return market.Label[market.Level]{} // "Junior to senior developer"
	}
	if f, ok := oneLevel(levelHits("description", d.text, d.textHits)); ok {
		return f.label()
	}
	return market.Label[market.Level]{}
}

// oneLevel is the statement that counts among those of one text. Entry
// beside anything else is a contradiction and gives none.
func oneLevel(hits []found[market.Level]) (best found[market.Level], ok bool) {
	entry, more := false, false
	for _, f := range hits {
		if f.value == market.Entry {
			entry = true
		} else {
			more = true
		}
		if !ok || f.value == market.Expert && best.value != market.Expert {
			best, ok = f, true
		}
	}
	return best, ok && !(entry && more)
}

// levelHits are the statements about the wanted level in one text.
func levelHits(field string, t *phrase.Text, ms []phrase.Match) []found[market.Level] {
	var out []found[market.Level]
	turned := false // "no beginners": nothing about entry counts in this text
	for _, m := range ms {
		if m.ID > leader {
			continue
		}
		value := market.Level("")
		switch m.ID {
		case noExperience:
			value = wantsNone(field, t, m)
		case yearsZero:
			if !before(t, m.First, 5, client) && !after(t, m.Last, 3, notYears) && (after(t, m.Last, 4, experience) || before(t, m.First, 5, experience)) && !after(t, m.Last, 6, optional) {
				value = market.Entry
			}
		case years:
			value = yearsAsked(t, m)
		case entryWord, entryWanted, beginnersWelcome:
			if before(t, m.First, 4, negations) || after(t, m.Last, 4, rejected) {
				turned = true
				continue
			}
			if (m.ID == entryWord) != (field == "title") && m.ID == entryWord {
				continue // in the text the word alone is not enough
			}
			if before(t, m.First, 4, notWorker) || m.ID != entryWanted && before(t, m.First, 3, iAm) || m.ID == entryWanted && bracketInside(t, m) || after(t, m.Last, 1, behindWorker) {
				continue
			}
			value = market.Entry
		case midLevel:
			if !before(t, m.First, 3, negations) && !after(t, m.Last, 2, words("senior")) && !before(t, m.First, 2, words("senior", "junior", "entry")) {
				value = market.Intermediate
			}
		case senior:
			if field == "title" && !after(t, m.First, 1, behindWorker) && !before(t, m.First, 3, words("to", "for", "assist", "assistant", "mid", "junior", "under", "not")) {
				value = market.Expert
			}
		case seniorWanted:
			if !bracketInside(t, m) && !before(t, m.First, 3, negations) && !before(t, m.First, 3, words("if", "junior", "mid")) {
				value = market.Expert
			}
		case leader:
			if field == "title" && leads(t, m) {
				value = market.Expert
			}
		}
		if value != "" {
			out = append(out, found[market.Level]{value, m.ID, field, t, m.First, m.Last})
		}
	}
	if turned {
		kept := out[:0]
		for _, f := range out {
			if f.value != market.Entry {
				kept = append(kept, f)
			}
		}
		out = kept
	}
	return out
}

// bracketInside reports whether a bracket stands between the words of a
// match: "[Hiring] Junior developer" does not say "hiring junior".
func bracketInside(t *phrase.Text, m phrase.Match) bool {
	for i := m.First + 1; i <= m.Last; i++ {
		if t.Words[i].Sep&(phrase.SepOpen|phrase.SepClose) != 0 {
			return true
		}
	}
	return false
}

// wantsNone reads "no experience needed". "No experience" alone counts in a
// title in brackets or before "needed".
func wantsNone(field string, t *phrase.Text, m phrase.Match) market.Level {
	bare := true
	for i := m.First; i <= m.Last; i++ {
		switch t.Fold(i) {
		case "needed", "required", "necessary", "essential", "mandatory", "important", "must", "need", "require", "problem", "লাগবে", "প্রয়োজন", "দরকার", "ছাড়াই", "ছাড়া", "lagbe", "lage", "dorkar", "chara", "charai", "sara", "আবশ্যক":
			bare = false
		}
	}
	if bare {
		return ""
	}
	if after(t, m.Last, 3, rejected) || before(t, m.First, 3, words("if", "with", "have", "has", "customers", "users", "clients", "i", "requires", "mean")) {
		return ""
	}
	// "no experience with X needed" speaks of one tool only.
	if t.Fold(m.Last+1) == "with" || before(t, m.First, 1, optional) {
		return ""
	}
	return market.Entry
}

// yearsAsked reads years of experience that are asked of the worker: three
// and four are intermediate, five and more expert. The client's own years
// are not. Two years are intermediate in Bengali; in English readers take
// them for another level too often (37 of 44 agreed).
func yearsAsked(t *phrase.Text, m phrase.Match) market.Level {
	n := int32(-1)
	for i := m.First; i <= m.Last && n < 0; i++ {
		if t.Words[i].Num >= 0 {
			n = t.Words[i].Num
		} else if v, ok := numbers[t.Fold(i)]; ok {
			n = v
		}
	}
	least := int32(3)
	if t.Raw[t.Words[m.Last].Start] >= 0x80 {
		least = 2
	}
	if n < least || n > 20 || after(t, m.Last, 2, notYears) || before(t, m.First, 3, notYears) || before(t, m.First, 10, client) || after(t, m.Last, 8, optional) || before(t, m.First, 6, optional) {
		return ""
	}
	if before(t, m.First, 3, words("up", "under", "less", "within", "every", "next", "for")) {
		return ""
	}
	// "2-5 years", "between 3 and 5 years": the lower bound counts, and the
	// match that begins at it holds it.
	if p := m.First - 1; p >= 0 && (t.Words[p].Num >= 0 && t.Words[m.First].Sep&phrase.SepDash != 0 || p > 0 && t.Words[p-1].Num >= 0 && (t.Fold(p) == "to" || t.Fold(p) == "and")) {
		return ""
	}
	inside := false
	for i := m.First; i <= m.Last; i++ {
		inside = inside || experience[t.Fold(i)]
	}
	if !inside && !after(t, m.Last, 6, experience) && !(before(t, m.First, 6, askedYears) && before(t, m.First, 6, experience)) {
		return ""
	}
	if n >= 5 {
		return market.Expert
	}
	return market.Intermediate
}

var numbers = map[string]int32{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}

// leads reads a leading post in a title.
func leads(t *phrase.Text, m phrase.Match) bool {
	if before(t, m.First, 3, words("to", "for", "assistant", "assist", "with", "support", "the")) ||
		before(t, m.First, 1, words("art", "creative", "music", "casting")) || after(t, m.Last, 1, words("support", "assistant")) {
		return false
	}
	// "Lead generation specialist" leads nobody.
	for i := m.First; i <= m.Last+1; i++ {
		switch t.Fold(i) {
		case "agent", "agents", "generation", "gen", "generator", "research", "researcher", "magnet", "list":
			return false
		}
	}
	return true
}

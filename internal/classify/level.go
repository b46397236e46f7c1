package classify

import (
	"slices"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

// Words around a hit that take its meaning away.
var (
	// rejected are words behind "beginners" that send them away.
	rejected = words("refrain", "skip", "excuse", "avoid", "unwelcome", "away", "rejected", "abstenerse", "absténganse", "absténgase", "ignored", "excluded", "declined", "ineligible", "unsuitable", "unsuited", "নিষেধ", "বাদ")
	// notWorker are words by which a level belongs to somebody else: the
	// audience, the client, the juniors to be led.
	notWorker = words("mentor", "mentoring", "mentors", "train", "training", "teach", "teaching", "guide", "coach", "coaching", "lessons", "lesson",
		"course", "courses", "kids", "audience", "users", "traders", "supervise", "supervising", "manage", "managing", "lead", "leading", "support",
		"supporting", "develop", "tutorial", "book", "ebook", "videos", "help", "helping", "players", "learners",
		"students", "oversee", "overseeing", "review", "students'", "lectures", "curriculum", "workshop", "grow", "delegate")
	// behindWorker are words behind "junior" or "senior" that make it a name.
	behindWorker = words("portal", "software", "platform", "handbook", "program", "programme", "programs", "website", "site", "app", "application", "manual", "brochure", "magazine", "encyclopedia", "clothing", "apparel", "wear", "fashion", "shoes", "shirt", "dating", "fitness", "health", "wellness", "travel", "yoga", "exercise", "nutrition", "discount", "discounts", "moving", "meals", "residents", "safety", "day", "prom", "portraits", "photos", "thesis", "year", "admin", "management", "dashboard", "system", "laptop", "laptops", "bible", "league", "academy", "camp", "cup", "kids", "science", "chef", "masterchef", "friendly", "nursing", "memory", "report", "logo",
		"achievement", "high", "school", "college", "championship", "golf", "team", "staff", "engineers", "developers", "designers", "members", "colleagues",
		"living", "care", "citizen", "citizens", "home", "homes", "housing", "center", "centre", "community", "communities", "adults", "people", "leadership", "executives", "stakeholders", "tennis", "football", "soccer", "cricket", "hockey", "swimming", "sports", "design", "look")
	iAm = words("am", "i'm")
	// pastTime are words before years that are no experience.
	pastTime = words("took", "past", "last", "founded", "since", "established", "mission", "each")
	// seeks are words behind years of the client's own: "a studio with ten
	// years of experience is looking for …".
	seeks = words("seeks", "seeking", "looking", "hiring", "hires", "needs", "wants", "recruits", "recruiting", "searching", "offers", "each", "apiece", "প্রতিষ্ঠান", "কোম্পানি", "এজেন্সি", "busca", "buscamos", "necesita", "necesitamos", "somos", "ofrecemos", "combined", "together", "between")
	// joins are words by which the years are those of people around the worker.
	joins      = words("alongside", "under", "report", "reporting", "join", "joining", "led", "mentored", "trained", "guided", "taught", "supervised", "assist", "assisting", "support", "supporting", "replace", "replacing", "interview", "interviewing", "hired", "trains", "teaches", "helps", "serves", "targets", "resume", "cv", "bio", "biography")
	askedYears = words("minimum", "least", "min", "must", "requires", "require", "required", "requirements", "need", "needs", "with", "have", "looking", "having", "bring", "has", "should", "seeking", "you", "possess", "who", "experience", "exp", "candidate", "কমপক্ষে", "ন্যূনতম", "অন্তত")
	experience = words("experience", "experiences", "exp", "experienced", "background", "working", "proven", "hands", "practice", "industry", "professional", "expertise", "অভিজ্ঞতা", "অভিজ্ঞতার", "এক্সপেরিয়েন্স", "obhiggota", "oviggota", "obhiggotha", "track", "relevant", "experiencia", "trayectoria")
	notYears   = words("old", "age", "ago", "warranty", "history", "contract", "plan", "lease", "data", "growth", "olds", "support", "license", "subscription", "guarantee", "anniversary", "budget", "term", "market", "existence", "operation", "warranties", "sentence", "mortgage")
	optional   = words("preferred", "plus", "bonus", "nice", "ideally", "optional", "preferable", "advantage", "desirable", "অগ্রাধিকার", "অতিরিক্ত", "preferably")
)

// The neighbours that single rules look for.
var (
	applying       = words("apply", "bid", "send", "contact", "submit", "propose", "try", "work", "join", "us", "the")
	questions      = words("কি", "কী", "কীভাবে", "কিভাবে")
	fits           = words("suitable", "perfect", "ideal", "great", "good")
	work           = words("this", "it", "it's", "job", "jobs", "role", "work", "task", "tasks", "project", "position", "gig", "opportunity", "internship", "also", "entry")
	opening        = words("with", "having", "after", "given", "backed")
	seniors        = words("senior")
	otherLevels    = words("senior", "junior", "entry")
	besideSenior   = words("to", "for", "assist", "assistant", "mid", "junior", "under", "not", "non", "no")
	noSeniorWanted = words("if", "junior", "mid", "previously")
	growing        = words("grow", "growing", "advance", "progress", "promotion", "promoted", "path", "into", "towards", "toward", "become") // what the worker may become
	comparing      = words("unlike", "abstenerse", "abstenganse", "absténganse", "than")
	however        = words("but")
	theExperience  = words("experience")
	upTo           = words("up", "under", "less", "within", "every", "next", "for")
	arts           = words("art", "creative", "music", "casting")
	helpers        = words("support", "assistant")
	meantFor       = words("for")
	notJobs        = words("scholarship", "scholarships", "course", "courses", "page", "form", "guide", "loan", "loans", "visa", "grant", "grants", "filters", "discount", "through", "who", "buy", "download", "channel", "class", "classes", "club")
	seekingFor     = words("looking", "searching", "search", "opportunity", "opportunities", "role", "job", "position", "opening", "hunting", "work", "task", "open", "ideal", "perfect", "suitable", "project", "need", "call")
	skillBefore    = words("english", "excel", "course", "at", "language", "spanish", "students", "learners")
	usage          = words("use", "play", "operate", "install", "view", "enjoy", "users", "customers", "clients", "buyers", "students", "players")
	hasNone        = words("if", "with", "have", "has", "customers", "users", "clients", "i", "requires", "mean")
	besideLeader   = words("to", "for", "assistant", "assist", "with", "support", "the")
	noDepartment   = words("a", "an", "the", "my", "his", "her", "household", "school", "hair", "lettuce", "state")
	chiefsThings   = words("headshot", "headshots", "portrait", "interview", "interviews", "speech", "profile", "linkedin", "bio", "ghostwriter", "ghostwriting", "newsletter", "podcast", "video", "photo", "message", "letter", "reel", "list", "email", "emails", "contact", "contacts", "leads", "outreach")
	skillTools     = words("english", "excel", "proficiency", "office", "language", "spanish", "german", "french", "arabic", "knowledge", "skills", "skill", "understanding", "sheets", "powerpoint", "word")
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

// level is what the title or the description states.
func (d *document) level() market.Label[market.Level] {
	if f, ok := d.levelFound(); ok {
		return f.label()
	}
	return market.Label[market.Level]{}
}

// A text that sends beginners away is not for them: it is noted in d.
func (d *document) levelFound() (found[market.Level], bool) {
	title, titleRejects := levelHits("title", d.title, d.titleHits)
	text, textRejects := levelHits("description", d.text, d.textHits)
	d.rejects = titleRejects || textRejects
	hits := title
	if len(title) == 0 { // "Junior to senior developer" in the title says nothing, and ends it
		hits = text
	}
	f, ok := oneLevel(hits)
	if !ok || f.value == market.Entry && d.rejects {
		return f, false
	}
	// Three or four years of a scarce skill make an expert as often as not.
	if f.rule == years && f.value == market.Intermediate && d.scarce() {
		return f, false
	}
	// A senior of whom three years are asked is none.
	if f.field == "title" && f.rule == senior {
		asks := func(v market.Level) bool {
			return slices.ContainsFunc(text, func(h found[market.Level]) bool { return h.rule == years && h.value == v })
		}
		if asks(market.Intermediate) && !asks(market.Expert) {
			return f, false
		}
	}
	return f, true
}

// scarceSkill is the level that a kind of work asks for (kindTable) from which
// its skill is scarce.
const scarceSkill = 1.6

// scarce reports whether the title or the skills name work that asks for a
// scarce skill.
func (d *document) scarce() bool {
	named := func(m phrase.Match) bool {
		return m.ID >= len(families) && kinds[m.ID-len(families)].level >= scarceSkill
	}
	return slices.ContainsFunc(d.titleHints, named) || slices.ContainsFunc(d.skillHints, named)
}

// iHave begin a sentence about the client, asksWorker make it one about the
// worker again.
var (
	iHave      = words("i", "i'm", "i've")
	asksWorker = words("you", "your", "looking", "need", "seeking", "who", "must", "want", "hire", "minimum", "least", "candidate")
)

// eachOf are words behind years by which they are those of people around.
var eachOf = words("each")

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

// levelHits are the statements about the wanted level in one text, and
// whether it sends beginners away: then nothing about entry counts.
//
// A phrase with a denial before, inside or behind it states nothing.
func levelHits(field string, t *phrase.Text, ms []phrase.Match) (out []found[market.Level], rejects bool) {
	for _, m := range ms {
		if m.ID > leader {
			continue
		}
		value := market.Level("")
		switch m.ID {
		case noExperience:
			value = wantsNone(t, m)
		case yearsZero:
			if !before(t, m.First, 10, pastTime) && ofWorker(t, m.First, 10) && !after(t, m.Last, 3, notYears) && !after(t, m.Last, 8, seeks) &&
				(after(t, m.Last, 4, experience) || before(t, m.First, 5, experience)) && !after(t, m.Last, 6, optional) &&
				!deniedBefore(t, m.First, 8) && !before(t, m.First, 8, conditions) && !deniedAfter(t, m.Last, 8) && !after(t, m.Last, 8, rejected) {
				value = market.Entry
			}
		case years:
			value = yearsAsked(t, m)
		case newcomers:
			rejects = rejects || sendsAway(t, m)
		case entryWord, entryWanted, beginnersWelcome:
			if sendsAway(t, m) {
				rejects = true
				continue
			}
			if (m.ID == entryWord) != (field == "title") && m.ID == entryWord {
				continue // in the text the word alone is not enough
			}
			if ofBeginner(field, t, m) {
				value = market.Entry
			}
		case midLevel:
			if lookers[t.Fold(m.First)] { // "we look for somebody at a mid level"
				if !deniedBefore(t, m.First, 4) && !after(t, m.Last, 3, skillTools) && !after(t, m.Last, 2, inSkill) && !before(t, m.First, 3, notLooking) && !before(t, m.First, 4, conditions) {
					value = market.Intermediate
				}
			} else if !deniedBefore(t, m.First, 4) && !after(t, m.Last, 2, seniors) && !before(t, m.First, 2, otherLevels) && !ofSkill(t, m) && ofWorker(t, m.First, 8) {
				value = market.Intermediate
			}
		case senior:
			if field == "title" && !names(t, m.First) && !before(t, m.First, 3, besideSenior) && !deniedAfter(t, m.Last, 4) {
				value = market.Expert
			}
		case seniorWanted:
			if !bracketInside(t, m) && !deniedBefore(t, m.First, 4) && !deniedInside(t, m.First, m.Last) && !deniedAfter(t, m.Last, 3) && !before(t, m.First, 3, noSeniorWanted) && !before(t, m.First, 4, growing) && !seniorNoun(t, m) && expertWanted(t, m) {
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
	return out, rejects
}

var (
	conditions = words("if", "either", "whether", "would", "were", "although", "imagine", "suppose")
	// hopes are words before "entry-level job" of somebody who is to find one.
	hopes = words("poster", "ad", "banner", "flyer", "post", "advert", "template", "obtain", "land", "find", "finding", "getting", "resume", "resumes", "cv", "letter", "letters", "board", "prepares", "individuals", "graduates", "listings", "salary", "salaries", "recruit", "recruits", "website", "app", "previously", "formerly", "hired", "was", "were", "had")
	// demanding are words behind "freshers welcome but" that take it back.
	demanding = words("expert", "experts", "experienced", "skilled", "professional", "senior", "years", "advanced")
)

// sendsAway reports whether beginners are refused: "no beginners", "juniors
// need not apply", "beginners will not be considered".
func sendsAway(t *phrase.Text, m phrase.Match) bool {
	if deniedBefore(t, m.First, 4) || before(t, m.First, 3, comparing) || deniedInside(t, m.First, m.Last) || deniedAfter(t, m.Last, 5) || after(t, m.Last, 5, rejected) {
		return true
	}
	if before(t, m.First, 4, rejectedBefore) {
		return true
	}
	return after(t, m.Last, 4, however) && after(t, m.Last, 10, demanding)
}

var (
	// rejectedBefore are words before "principiantes" that send them away.
	rejectedBefore = words("abstenerse", "absténganse", "absténgase")
	// lookers begin "looking for somebody at a mid level", notLooking before
	// them make it somebody else who looks.
	lookers    = words("look", "looking", "search", "searching", "need", "want", "seek", "seeking", "hiring")
	notLooking = words("you", "they", "users", "customers", "clients", "that", "which", "were", "was")
	inSkill    = words("in", "of")
	// ofSkills are words before or behind "expert level" by which it is that of
	// a skill or of a thing.
	ofSkills = words("de", "en", "del", "in", "of", "with", "at", "for", "to", "para", "con")
)

// expertWanted reports whether "expert level only" and "nivel experto" are
// said of the worker: they stand alone, and no skill or audience is named
// beside them. Other phrases are passed.
func expertWanted(t *phrase.Text, m phrase.Match) bool {
	switch first := t.Fold(m.First); {
	case first == "nivel":
		return clauseStart(t, m.First) && !ofSkills[t.Fold(m.Last+1)] && !before(t, m.First, 6, spanishClient)
	case first == "expert" && t.Fold(m.First+1) == "level":
		return clauseStart(t, m.First) && t.Fold(m.Last+1) != "in" && t.Fold(m.Last+1) != "mode" && !after(t, m.Last, 3, skillTools)
	case first == "expert" || first == "এক্সপার্ট":
		return !before(t, m.First, 3, ours) && !before(t, m.First, 6, thirds) && !after(t, m.Last, 3, denying)
	}
	return true
}

// clauseStart reports whether word i begins a sentence or stands behind a
// comma, a bracket or a dash.
func clauseStart(t *phrase.Text, i int) bool {
	return i == 0 || t.Words[i].Sep&(phrase.SepEnd|phrase.SepComma|phrase.SepOpen|phrase.SepClose|phrase.SepDash) != 0
}

// spanishClient are words by which Spanish years are the client's own,
// spanishAsks those that make them the worker's again.
var (
	spanishClient = words("somos", "soy", "empresa", "agencia", "estudio", "compañía", "tenemos", "contamos", "equipo", "nuestra", "nuestro", "firma", "negocio", "startup", "tengo", "consultora", "fundador", "clientes", "usuarios")
	spanishAsks   = words("busco", "buscamos", "busca", "necesito", "necesitamos", "necesita", "requiere", "requieren", "requerimos", "solicitamos", "candidato", "candidata", "profesional", "alguien")
)

// ownYearsSpanish reports whether the sentence up to word i is about the
// client, in Spanish.
func ownYearsSpanish(t *phrase.Text, i int) bool {
	for j := i; j > 0 && t.Words[j].Sep&phrase.SepEnd == 0; {
		j--
		switch w := t.Fold(j); {
		case spanishAsks[w]:
			return false
		case spanishClient[w]:
			return true
		}
	}
	return false
}

// ofBeginner reports whether a word for beginners is about the worker who is
// wanted, and not about the audience, the client or a name.
func ofBeginner(field string, t *phrase.Text, m phrase.Match) bool {
	if before(t, m.First, 4, notWorker) || before(t, m.First, 6, hopes) || m.ID == beginnersWelcome && before(t, m.First, 1, ours) || names(t, m.Last) || before(t, m.First, 4, conditions) {
		return false
	}
	if m.ID == entryWanted {
		return !bracketInside(t, m) && !before(t, m.First, 6, thirds)
	}
	if before(t, m.First, 3, iAm) || field != "title" && before(t, m.First, 6, thirds) {
		return false
	}
	if m.ID == beginnersWelcome {
		if t.Fold(m.Last+1) == "to" && !after(t, m.Last, 3, applying) { // "welcome to read our blog"
			return false
		}
		if after(t, m.Last, 4, questions) || fits[t.Fold(m.First)] && !ofWork(t, m) {
			return false
		}
		for i := m.First; i <= m.Last; i++ {
			if questions[t.Fold(i)] {
				return false
			}
		}
		return !after(t, m.Last, 6, notJobs)
	}
	// "Website for interns"; "Looking for interns".
	if before(t, m.First, 2, meantFor) && !before(t, m.First, 4, seekingFor) {
		return false
	}
	return true
}

// ofWork reports whether "suitable for beginners" is said of the work: it
// stands alone, or the work is named before it.
func ofWork(t *phrase.Text, m phrase.Match) bool {
	start := t.SentenceStart(m.First)
	alone := m.First == start && (m.Last+1 >= len(t.Words) || t.Words[m.Last+1].Sep&(phrase.SepEnd|phrase.SepClose|phrase.SepComma) != 0)
	return alone || before(t, m.First, 8, work) || after(t, m.Last, 3, work)
}

// ofSkill reports whether "intermediate" is said of a language or a program:
// "intermediate to advanced Excel".
func ofSkill(t *phrase.Text, m phrase.Match) bool {
	return after(t, m.Last, 3, skillTools) && !after(t, m.Last, 1, theExperience) || before(t, m.First, 4, skillBefore)
}

// names reports whether the word behind word i makes it part of a name, as
// in "Junior Achievement", "senior living" or "intern portal", but not in
// "senior software engineer".
func names(t *phrase.Text, i int) bool {
	if i+1 >= len(t.Words) || t.Words[i+1].Sep&phrase.SepEnd != 0 || !behindWorker[t.Fold(i+1)] {
		return false
	}
	return !crafts[t.Fold(i+1)] || !after(t, i+1, 3, roles)
}

// crafts are words behind "senior" that may name the worker's craft.
var crafts = words("software", "platform", "website", "site", "app", "application", "system", "management", "admin", "dashboard", "program", "design", "fashion", "apparel", "brochure", "portal", "report", "logo")

// plural are words behind "senior" that are the workers themselves when
// somebody is looked for.
var plural = words("engineers", "developers", "designers", "team", "design", "staff")

// seniorNoun reports whether "senior" is said of old people or another name.
func seniorNoun(t *phrase.Text, m phrase.Match) bool {
	for i := m.First; i <= m.Last; i++ {
		if f := t.Fold(i); (f == "senior" || f == "sr") && names(t, i) && !plural[t.Fold(i+1)] {
			return true
		}
	}
	return false
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
func wantsNone(t *phrase.Text, m phrase.Match) market.Level {
	bare := true
	for i := m.First; i <= m.Last; i++ {
		switch t.Fold(i) {
		case "needed", "required", "necessary", "essential", "mandatory", "important", "must", "need", "require", "problem", "লাগবে", "প্রয়োজন", "দরকার", "ছাড়াই", "ছাড়া", "lagbe", "lage", "dorkar", "chara", "charai", "sara", "আবশ্যক", "necesaria", "requerida", "requiere", "necesita", "necesitas", "necesario", "falta", "obligatorio", "obligatoria", "indispensable", "imprescindible", "requisito", "previa":
			bare = false
		}
	}
	// "Five years of experience are not required" asks for some.
	if bare || before(t, m.First, 2, yearWords) {
		return ""
	}
	// Said of a thing that is made or used, or denied.
	if !ofWorker(t, m.First, 6) && !before(t, m.First, 4, theClient) || after(t, m.Last, 3, usage) {
		return ""
	}
	if deniedBefore(t, m.First, 5) || after(t, m.Last, 3, rejected) || deniedAfter(t, m.Last, 3) || before(t, m.First, 3, hasNone) {
		return ""
	}
	// "no experience with X needed" speaks of one tool only.
	if t.Fold(m.Last+1) == "with" || t.Fold(m.Last+1) == "con" || t.Fold(m.First) == "sin" && (before(t, m.First, 6, withoutAny) || after(t, m.Last, 4, withoutAny)) || before(t, m.First, 1, optional) {
		return ""
	}
	return market.Entry
}

// yearsAsked reads years of experience that are asked of the worker: three
// and four are intermediate, five and more expert. The client's own years
// are not. Two years are intermediate in Bengali, in either script, and in
// Spanish; in English readers take them for another level too often (37 of 44
// agreed).
func yearsAsked(t *phrase.Text, m phrase.Match) market.Level {
	n := yearsNamed(t, m)
	least := int32(3)
	if t.Raw[t.Words[m.Last].Start] >= 0x80 {
		least = 2
	}
	for i := m.First; i <= m.Last; i++ {
		if twoEnough[t.Fold(i)] {
			least = 2
		}
	}
	switch {
	case n < least:
		return ""
	case n >= 5:
		return market.Expert
	}
	return market.Intermediate
}

var twoEnough = words("años", "bochor", "bochorer", "bosor", "bosorer", "bochhorer")

// withoutAny are words by which "sin experiencia" is no offer.
var withoutAny = words("si", "abstenerse", "absténganse", "absténgase", "usuarios", "clientes", "tampoco", "ni", "aunque", "rechazamos", "no")

// yearsNamed is the years of experience that a hit asks of the worker, -1
// where it asks for none.
func yearsNamed(t *phrase.Text, m phrase.Match) int32 {
	n := int32(-1)
	for i := m.First; i <= m.Last && n < 0; i++ {
		if t.Words[i].Num >= 0 {
			n = t.Words[i].Num
		} else if v, ok := numbers[t.Fold(i)]; ok {
			n = v
		}
	}
	if n < 0 || n > 20 || after(t, m.Last, 2, notYears) || before(t, m.First, 3, notYears) || before(t, m.First, 10, pastTime) || ownYears(t, m.First) || ownYearsSpanish(t, m.First) || after(t, m.Last, 2, eachOf) || !after(t, m.Last, 4, demands) && !ofWorker(t, m.First, 16) || after(t, m.Last, 8, seeks) || after(t, m.Last, 8, optional) || before(t, m.First, 6, optional) {
		return -1
	}
	if before(t, m.First, 3, upTo) || before(t, m.First, 6, joins) || before(t, m.First, 5, conditions) {
		return -1
	}
	// "You work for a lawyer with ten years of experience."
	for j := m.First - 1; j > m.First-8 && j > t.SentenceStart(m.First); j-- {
		if t.Fold(j) == "for" && (t.Fold(j-1) == "work" || t.Fold(j-1) == "working") {
			return -1
		}
	}
	// "With ten years of experience, we …"
	if opening[t.Fold(t.SentenceStart(m.First))] && after(t, m.Last, 10, theClient) {
		return -1
	}
	if deniedBefore(t, m.First, 6) || deniedAfter(t, m.Last, 6) {
		return -1
	}
	// "2-5 years", "between 3 and 5 years": the lower bound counts, and the
	// match that begins at it holds it.
	if p := m.First - 1; p >= 0 && (t.Words[p].Num >= 0 && t.Words[m.First].Sep&phrase.SepDash != 0 || p > 0 && t.Words[p-1].Num >= 0 && (t.Fold(p) == "to" || t.Fold(p) == "and")) {
		return -1
	}
	inside := false
	for i := m.First; i <= m.Last; i++ {
		inside = inside || experience[t.Fold(i)]
	}
	if !inside && !after(t, m.Last, 6, experience) && !(before(t, m.First, 6, askedYears) && before(t, m.First, 6, experience)) {
		return -1
	}
	return n
}

// ownYears reports whether the sentence up to word i is about the client: "I
// am the founder, with 13 years of experience".
func ownYears(t *phrase.Text, i int) bool {
	from := t.SentenceStart(i)
	return before(t, i, i-from, iHave) && !before(t, i, i-from, asksWorker)
}

var numbers = map[string]int32{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}

// leads reads a leading post in a title.
func leads(t *phrase.Text, m phrase.Match) bool {
	if before(t, m.First, 3, besideLeader) ||
		before(t, m.First, 1, arts) || after(t, m.Last, 1, helpers) {
		return false
	}
	// "Head of a lion", "CEO headshot retouching".
	switch next := t.Fold(m.Last + 1); {
	case t.Fold(m.First) == "head" && noDepartment[next]:
		return false
	case m.First == m.Last && chiefsThings[next]:
		return false
	}
	// "Lead generation specialist" leads nobody.
	for i := m.First; i <= m.Last+1; i++ {
		switch t.Fold(i) {
		case "capture", "form", "forms", "qualification", "scraping", "scraper", "nurturing", "tracking", "finder", "funnel", "page", "enrichment", "data", "conversion", "sourcing", "scoring", "collection", "database", "import", "crm", "sheet", "guitar", "singer", "vocals", "photography":
			if t.Fold(m.First) == "lead" {
				return false
			}
		case "agent", "agents", "generation", "gen", "generator", "research", "researcher", "magnet", "list":
			return false
		}
	}
	return true
}

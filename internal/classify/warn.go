package classify

import (
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

var warningKinds = map[int]market.WarningKind{
	warnFee: market.WarnFee, warnID: market.WarnID, warnChat: market.WarnChat, warnRent: market.WarnRent, warnReviews: market.WarnReviews,
	warnFree: market.WarnFreeTrial, warnForward: market.WarnForward, warnCheat: market.WarnCheat, warnCard: market.WarnCard, warnPay: market.WarnPay,
	cheatTitle: market.WarnCheat, warnUnpaid: market.WarnUnpaid, warnIllegal: market.WarnIllegal,
	plainID: market.WarnID, plainChat: market.WarnChat, plainReviews: market.WarnReviews, plainFree: market.WarnFreeTrial,
}

var (
	// denied are words that turn a sign round: "no registration fee", "never
	// pay", "কোনো ফি লাগবে না".
	denied = words("no", "not", "never", "don't", "doesn't", "without", "sin", "nunca", "won't", "needn't", "isn't", "nobody", "না", "নেই", "নাই", "কোনো", "ছাড়া", "na", "nai", "beware", "avoid", "zero", "cannot", "can't")
	// others are subjects by which the words are about the thing to be built
	// or about people other than the worker.
	others = words("users", "user", "customers", "customer", "clients", "members", "member", "visitors", "buyers", "sellers", "students", "patients", "guests", "they", "who", "people",
		"app", "application", "website", "site", "system", "platform", "bot", "button", "feature", "page", "form", "script", "tool", "software", "chatbot", "i", "i'll", "we", "we'll", "will", "should", "can", "could", "admin", "admins", "would", "he", "she", "it", "plugin", "automatically", "automation", "tenants", "tenant", "drivers", "vendors", "vendor", "applicants'", "option", "ability", "allow", "allows", "able", "integration", "via", "api", "that", "helps", "help", "when", "if", "agent", "agents", "leads", "prospects")
	// product are those of the subjects that are never the one who asks.
	product = words("users", "user", "customers", "customer", "clients", "members", "member", "visitors", "buyers", "sellers", "students", "patients", "guests",
		"app", "application", "website", "site", "system", "platform", "bot", "button", "feature", "page", "form", "script", "tool", "software", "plugin", "tenants",
		"drivers", "vendors", "they", "who", "people", "allow", "allows", "api", "property", "car", "apartment", "chatbot", "chatbots", "ai", "integration", "viewers", "players",
		"cliente", "clientes", "usuario", "usuarios", "huésped", "huéspedes", "alumnos", "pacientes", "botón", "página")
	// fighting are words before a fraud by which the work is against it, and
	// fought those behind it: "detect fake profiles", "deepfake detection".
	fighting = words("delete", "deletes", "deleting", "block", "blocks", "blocking", "detect", "detects", "detecting", "detection", "prevent", "prevents", "preventing", "identify", "identifies", "identifying", "against", "stop", "stopping", "fight", "fighting", "combat", "filter", "filtering", "report", "reporting", "flag", "flags", "flagging", "eliminate", "protect", "protects", "protecting")
	fought   = words("detection", "detector", "prevention", "classifier", "protection", "monitoring", "awareness")
	// payers are words before "pay the fee" by which it is not the worker who
	// pays.
	payers = words("we", "i", "we'll", "i'll", "company", "client", "clients", "employer", "firm", "agency", "us", "gladly", "platform")
	// paidBy are words behind "the fee is paid" that take it from the worker.
	paidBy    = words("us", "ourselves", "company", "client", "employer", "me", "participant", "participants", "student", "students", "member", "members", "player", "team", "attendee", "attendees", "customer", "customers", "user", "users", "event", "stripe", "paypal", "database", "api", "table", "endpoint", "json")
	paid      = words("paid")
	addressed = words("you")
	crowd     = words("voters", "people", "fans", "users", "customers", "clients", "members", "visitors", "guests", "patients", "buyers", "shoppers", "listeners", "readers", "tenants")
	// sourcesOfData are words behind "the freelancer ID" that make it a field.
	sourcesOfData = words("api", "database", "table", "endpoint", "json", "field")
	// statement are words that begin a sign which is no imperative.
	statement = words("trial", "test", "first", "unpaid", "free", "small", "short", "quick", "this", "it")
	// learning are words behind homework in a title that make it a product.
	learning = words("app", "apps", "tool", "website", "site", "platform", "system", "portal", "generator", "checker", "software", "module", "bot", "solver", "maker", "builder", "management", "prep", "preparation", "plugin", "game", "feature", "creator", "editor", "design", "template", "questions", "grader", "grading", "tracker", "generation", "automation")
	// aiding are words in a title by which work on a thesis or an essay is not
	// done in the student's place.
	aiding = words("format", "formatting", "template", "proofread", "proofreading", "proofreader", "typing", "retype", "corrections", "figures", "graphs", "tutor", "tutors", "tutoring", "mentor", "contest", "contests", "upload", "record", "marks", "gradebook", "scoring", "video", "videos", "script", "scripts", "survey", "summary", "references", "explain", "explained", "sheets",
		"eyes", "subtitles", "subtitle", "subtitling", "captions", "captioning", "transcribe", "transcription", "transcriber", "transcripts")
	// correcting are words before a thesis by which it is mended, not written,
	// and mended those behind it, unless a topical word says that it is about
	// them.
	correcting = words("proofread", "proofreading", "proofreader", "proof", "copyedit", "copyediting", "edit", "editing", "eyes", "typeset", "typesetting", "spellcheck")
	mended     = words("typos", "grammar", "spelling", "punctuation", "typo", "reading", "proofreading")
	topical    = words("on", "about", "of", "in", "topic", "regarding")
	// composing are words by which it is written after all.
	composing = words("write", "writes", "writing", "writer", "writers", "rewrite", "rewriting", "complete", "completing", "finish", "do", "doing", "prepare", "paraphrase", "develop", "help", "ghostwrite", "plagiarism", "turnitin", "ai")
	// built are words before an exam in a title that make it what the program
	// is for.
	built = words("platform", "app", "apps", "website", "site", "system", "portal", "plugin", "module", "dashboard")
	// readership are words behind a review of literature or a summary of a paper
	// by which it is for those who read or pay for it, not for a grade; so is an
	// article in a journal.
	readership = words("grant", "policy", "ngo", "charity", "foundation", "company", "blog", "newsletter", "magazine", "podcast", "ministry", "startup")
	journal    = words("journal")
	article    = words("article")
	summing    = words("summary", "summaries", "digest", "explainer")
	// harmless are words behind a lack in an offer of earnings that is part of
	// the lure: "no skill needed".
	harmless = words("skill", "skills", "experience", "experienced", "investment", "interview", "degree", "qualification", "qualifications", "training", "boss", "limit", "limits", "knowledge", "effort", "risk", "matter")
	// money are words beside a number that make it a price.
	money = words("usd", "dollars", "dollar", "taka", "bdt", "tk")
	// publishing are the verbs of bringing an app into a store, and shutOut
	// words by which the worker's account stands in for a lost one, or is rented.
	publishing = words("publish", "upload", "release")
	shutOut    = words("ours", "banned", "suspended", "closed", "terminated", "blocked", "removed", "rent", "monthly", "fee", "keep")
	// news is what a group is joined for by those who are hired.
	news  = words("news", "announcements", "changelog")
	since = words("after", "once", "when")
	hired = words("hiring", "hired", "hire", "start", "award")
	// doneBefore are words in or behind a sample by which it is of earlier work,
	// which costs the worker nothing.
	doneBefore = words("previous", "previously", "past", "portfolio", "portfolios", "earlier", "similar", "relevant", "related", "existing", "recent", "old", "older", "written", "published")
	// asks are words right before an imperative.
	asks = words("please", "kindly", "must", "to", "just", "then", "interested", "directly", "and", "or", "so", "you", "candidates", "now", "immediately", "plz", "pls", "have", "need", "apply", "only")
)

// warnings are the signs of both texts, one for each kind, in the order of
// market.WarningKinds. A bare word is no sign: the words must bid the worker
// do something, and not be denied.
func (d *document) warnings() []market.Warning {
	first := map[market.WarningKind]market.Warning{}
	look := func(field string, t *phrase.Text, ms []phrase.Match) {
		for _, m := range ms {
			kind, ok := warningKinds[m.ID]
			if _, seen := first[kind]; !ok || seen || m.ID == cheatTitle && (field != "title" || holds(t, aiding) || after(t, m.Last, 3, learning) || before(t, m.First, 4, built)) || !bids(t, m) {
				continue
			}
			first[kind] = market.Warning{Kind: kind, Evidence: evidence(field, t, m.First, m.Last)}
		}
	}
	look("title", d.title, d.titleHits)
	look("description", d.text, d.textHits)
	if m, ok := d.lavish(); ok && first[market.WarnPay].Kind == "" {
		first[market.WarnPay] = market.Warning{Kind: market.WarnPay, Evidence: evidence("title", d.title, m.First, m.Last)}
	}
	illegal := first[market.WarnIllegal].Evidence
	for kind, w := range first {
		// The general sign says nothing more of words that are a sign of their own.
		if e := w.Evidence; kind != market.WarnIllegal && e.Field == illegal.Field && e.Start < illegal.End && illegal.Start < e.End {
			delete(first, market.WarnIllegal)
		}
	}
	var out []market.Warning
	for _, kind := range market.WarningKinds {
		if w, ok := first[kind]; ok {
			out = append(out, w)
		}
	}
	return out
}

// The least prices in US cents that are far above simple work, and the most
// that a kind of work asks of the worker (kindTable) to be simple; the least
// that are far above whatever one freelancer does; the least that are far above
// work of the hands alone, which asks neither skill nor language, unless there
// is a heap of it; and the least price of a job that so few words do not tell,
// by their number.
const (
	lavishPrice = 20_000 * 100
	lavishHour  = 150 * 100
	simpleWork  = 0.7
	absurdPrice = 250_000 * 100
	absurdHour  = 500 * 100
	handsPrice  = 2_500 * 100
	handsHour   = 60 * 100
	handsWork   = 0.1
	handsWords  = 0.2
	untoldPrice = 80_000 * 100
	untoldWords = 60
	heap        = 1_000
)

// lavish is the simple work that the title names where a fixed price or the
// pay of an hour is far above it, or all of the title where nobody pays so
// much for a job.
func (d *document) lavish() (m phrase.Match, ok bool) {
	p := d.listing.Pay
	price, hour := int64(0), int64(0)
	switch p.Kind {
	case market.PayFixed:
		price = p.USD
	case market.PayHourly:
		hour = p.USD
	}
	if len(d.title.Words) > 0 && (price >= absurdPrice || hour >= absurdHour || price >= untoldPrice && d.told() < untoldWords) {
		return phrase.Match{Last: len(d.title.Words) - 1}, true
	}
	most, hands := float32(simpleWork), false
	if price < lavishPrice && hour < lavishHour {
		if price < handsPrice && hour < handsHour || price > 0 && (heaps(d.title) || heaps(d.text)) || holds(d.title, learning) || holds(d.title, built) {
			return m, false
		}
		most, hands = handsWork, true
	}
	for _, h := range d.titleHints {
		if h.ID < len(families) {
			continue
		}
		if k := kinds[h.ID-len(families)]; k.level > most || hands && k.english > handsWords {
			return m, false
		}
		m, ok = h, true
	}
	return m, ok
}

// heaps reports whether t tells a number of things, not a price or a year, that
// takes weeks to do.
func heaps(t *phrase.Text) bool {
	for i, w := range t.Words {
		year := 1900 <= w.Num && w.Num < 2100
		if w.Num >= heap && !year && !strings.HasSuffix(t.Raw[:w.Start], "$") && !after(t, i, 1, money) && !before(t, i, 1, money) {
			return true
		}
	}
	return false
}

// told is how many words of the text are about the work.
func (d *document) told() (n int) {
	for _, aside := range d.aside {
		if !aside {
			n++
		}
	}
	return n
}

// holds reports whether a word of t is in s.
func holds(t *phrase.Text, s set) bool {
	for i := range t.Words {
		if s[t.Fold(i)] {
			return true
		}
	}
	return false
}

// bids reports whether a hit is said to the worker.
func bids(t *phrase.Text, m phrase.Match) bool {
	if before(t, m.First, 4, denied) {
		return false
	}
	switch m.ID {
	case warnCheat, cheatTitle, warnUnpaid, warnIllegal, plainFree, plainReviews:
		// Their phrases deny and avoid by themselves ("without getting banned",
		// "no money until"), and more of it may follow.
		if m.ID != warnUnpaid && deniedAfter(t, m.Last, 2) {
			return false
		}
		if m.ID == plainReviews && before(t, m.First, 4, crowd) {
			return false
		}
		if m.ID == plainFree && (after(t, m.First, m.Last-m.First, doneBefore) || after(t, m.Last, 4, doneBefore)) {
			return false
		}
		if before(t, m.First, 7, fighting) || after(t, m.Last, 1, fought) {
			return false
		}
	case warnFree: // "the first articles are not paid"
		if after(t, m.Last, 3, denied) && !after(t, m.Last, 5, paid) {
			return false
		}
	default:
		if after(t, m.Last, 3, denied) && m.ID != warnCard && !(m.ID == warnPay && lures(t, m.Last)) {
			return false
		}
		for i := m.First; i <= m.Last; i++ {
			if denied[t.Fold(i)] && !(m.ID == warnPay && after(t, i, 2, harmless)) {
				return false
			}
		}
	}
	if t.Words[m.First].Start < t.Words[m.Last].Start && t.Raw[t.Words[m.First].Start] >= 0x80 {
		return true // Bengali words say by their endings whom they bid
	}
	switch m.ID {
	case warnID:
		// "Send $50 for your ID card" asks for money.
		for i := m.First; i <= m.Last; i++ {
			if t.Words[i].Num >= 0 {
				return false
			}
		}
	case warnCheat:
		return !after(t, m.Last, 1, learning) && !honest(t, m)
	case cheatTitle:
		return !honest(t, m)
	case warnPay:
		return !before(t, m.First, 4, product)
	case warnReviews:
		if t.Fold(m.First) == "paid" || t.Words[m.First].Num >= 0 {
			return !before(t, m.First, 4, product)
		}
	}
	switch m.ID {
	case warnFee:
		return !before(t, m.First, 4, product) && !after(t, m.Last, 4, paidBy) && (before(t, m.First, 2, addressed) || !before(t, m.First, 3, payers))
	case warnCard:
		return !before(t, m.First, 4, product) && !before(t, m.First, 3, payers) && !after(t, m.Last, 4, sourcesOfData)
	case warnRent:
		// The developer of an app may well publish it, unless the reason is
		// that the client is not let to.
		if publishing[t.Fold(m.First)] && t.Fold(m.Last) == "account" && t.Fold(m.Last-1) == "developer" && t.Fold(m.Last-2) == "your" && !after(t, m.Last, 8, shutOut) {
			return false
		}
		return !before(t, m.First, 4, product)
	case warnForward:
		return !before(t, m.First, 4, product) && !before(t, m.First, 2, crowd)
	case plainID, plainChat, plainFree:
		return !before(t, m.First, 4, product)
	case warnChat, warnReviews, warnID, warnFree:
		if m.ID == warnChat && hiredFirst(t, m) {
			return false
		}
		if statement[t.Fold(m.First)] {
			return !before(t, m.First, 4, product)
		}
		// An imperative begins its sentence or follows a word that asks.
		if t.Words[m.First].Sep&(phrase.SepEnd|phrase.SepColon|phrase.SepOpen|phrase.SepComma|phrase.SepDash) != 0 {
			return !before(t, m.First, 6, crowd)
		}
		return before(t, m.First, 1, asks) && !before(t, m.First, 4, others)
	}
	return true
}

// honest reports whether a sign of cheating is about correcting what a student
// wrote, or about reading that is for others than an examiner.
func honest(t *phrase.Text, m phrase.Match) bool {
	written := before(t, m.First, 6, composing)
	mend := before(t, m.First, 8, correcting) || after(t, m.Last, 7, mended) && !after(t, m.Last, 1, topical)
	for i := m.First; i <= m.Last; i++ {
		written = written || composing[t.Fold(i)]
		mend = mend || correcting[t.Fold(i)]
	}
	if mend && !written {
		return true
	}
	for i := m.First; i <= m.Last; i++ {
		if f := t.Fold(i); f == "literature" || f == "paper" && after(t, m.Last, 1, summing) {
			return after(t, m.Last, 12, readership) || after(t, m.Last, 12, journal) && after(t, m.Last, 12, article)
		}
	}
	return false
}

// lures reports whether what is denied right behind word i is what the worker
// would otherwise need: "no skill needed".
func lures(t *phrase.Text, i int) bool {
	for j := i + 1; j <= i+3 && j < len(t.Words) && t.Words[j].Sep&phrase.SepEnd == 0; j++ {
		if denied[t.Fold(j)] {
			return after(t, j, 2, harmless)
		}
	}
	return false
}

// hiredFirst reports whether words about a messenger are for the time after
// the hire, or for news.
func hiredFirst(t *phrase.Text, m phrase.Match) bool {
	if t.Fold(m.First) != "join" {
		return false
	}
	if after(t, m.Last, 6, news) {
		return true
	}
	for j := m.Last + 1; j <= m.Last+7 && j < len(t.Words) && t.Words[j].Sep&phrase.SepEnd == 0; j++ {
		if since[t.Fold(j)] && after(t, j, 3, hired) {
			return true
		}
	}
	return false
}

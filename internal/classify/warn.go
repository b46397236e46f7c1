package classify

import (
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
	denied = words("no", "not", "never", "don't", "doesn't", "without", "won't", "needn't", "isn't", "nobody", "না", "নেই", "নাই", "কোনো", "ছাড়া", "na", "nai", "beware", "avoid", "zero", "cannot", "can't")
	// others are subjects by which the words are about the thing to be built
	// or about people other than the worker.
	others = words("users", "user", "customers", "customer", "clients", "members", "member", "visitors", "buyers", "sellers", "students", "patients", "guests", "they", "who", "people",
		"app", "application", "website", "site", "system", "platform", "bot", "button", "feature", "page", "form", "script", "tool", "software", "chatbot", "i", "i'll", "we", "we'll", "will", "should", "can", "could", "admin", "admins", "would", "he", "she", "it", "plugin", "automatically", "automation", "tenants", "tenant", "drivers", "vendors", "vendor", "applicants'", "option", "ability", "allow", "allows", "able", "integration", "via", "api", "that", "helps", "help", "when", "if", "agent", "agents", "leads", "prospects")
	// product are those of the subjects that are never the one who asks.
	product = words("users", "user", "customers", "customer", "clients", "members", "member", "visitors", "buyers", "sellers", "students", "patients", "guests",
		"app", "application", "website", "site", "system", "platform", "bot", "button", "feature", "page", "form", "script", "tool", "software", "plugin", "tenants",
		"drivers", "vendors", "they", "who", "people", "allow", "allows", "api", "property", "car", "apartment", "chatbot", "chatbots", "ai", "integration")
	// fighting are words before a fraud by which the work is against it, and
	// fought those behind it: "detect fake profiles", "deepfake detection".
	fighting = words("detect", "detects", "detecting", "detection", "prevent", "prevents", "preventing", "identify", "identifies", "identifying", "against", "stop", "stopping", "fight", "fighting", "combat", "filter", "filtering", "report", "reporting", "flag", "flags", "flagging", "eliminate", "protect", "protects", "protecting")
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
	aiding = words("format", "formatting", "template", "proofread", "proofreading", "proofreader", "typing", "retype", "corrections", "figures", "graphs", "tutor", "tutors", "tutoring", "buddy", "mentor", "contest", "contests", "upload", "record", "marks", "gradebook", "scoring", "specification", "museum", "video", "videos", "script", "scripts", "survey", "nonprofit", "summary", "references", "methodologist", "psychometrician", "consortium", "horizon", "explain", "explained", "sheets")
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
			if _, seen := first[kind]; !ok || seen || kind == market.WarnCheat && holds(d.title, aiding) || m.ID == cheatTitle && (field != "title" || after(t, m.Last, 3, learning)) || !bids(t, m) {
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
// that are far above whatever one freelancer does; and the least price of a
// job that so few words do not tell, by their number.
const (
	lavishPrice = 20_000 * 100
	lavishHour  = 150 * 100
	simpleWork  = 0.7
	absurdPrice = 250_000 * 100
	absurdHour  = 500 * 100
	untoldPrice = 80_000 * 100
	untoldWords = 60
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
	if len(d.title.Words) > 0 && (price >= absurdPrice || hour >= absurdHour || price >= untoldPrice && len(d.text.Words) < untoldWords) {
		return phrase.Match{Last: len(d.title.Words) - 1}, true
	}
	if price < lavishPrice && hour < lavishHour {
		return m, false
	}
	for _, h := range d.titleHints {
		if h.ID < len(families) {
			continue
		}
		if kinds[h.ID-len(families)].level > simpleWork {
			return m, false
		}
		m, ok = h, true
	}
	return m, ok
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
		if after(t, m.Last, 3, denied) && m.ID != warnCard {
			return false
		}
		for i := m.First; i <= m.Last; i++ {
			if denied[t.Fold(i)] {
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
		return !after(t, m.Last, 1, learning)
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
	case warnForward, warnRent, plainID, plainChat, plainFree:
		return !before(t, m.First, 4, product)
	case warnChat, warnReviews, warnID, warnFree:
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

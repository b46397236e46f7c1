package classify

import (
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

// What stands around a phrase: whether it is denied, and of whom it is said.

var (
	// denying are words that turn round what is said, wherever they stand.
	denying = words("not", "never", "cannot", "dont", "doesnt", "isnt", "arent", "wont", "cant", "neednt", "unnecessary", "irrelevant", "না", "নয়", "নেই", "নাই", "নহে", "na", "nai", "nei", "noy")
	// denyingBefore turn round only what follows them.
	denyingBefore = words("no", "without", "rather", "instead", "beyond", "non", "neither", "nor", "nobody", "none")
	// undo are words after which an earlier denial holds no longer: "do not
	// apply unless you are fluent".
	undo = words("unless", "but", "except")
)

func denies(w string) bool { return denying[w] || strings.HasSuffix(w, "n't") }

// deniedBefore reports whether a denial stands among the n words before word
// i, in the same sentence, with no "unless" after it.
func deniedBefore(t *phrase.Text, i, n int) bool {
	for j := i; n > 0 && j > 0 && t.Words[j].Sep&phrase.SepEnd == 0; n-- {
		j--
		w := t.Fold(j)
		if undo[w] || w == "only" && (t.Fold(j-1) == "not" || t.Fold(j-1) == "no") {
			return false // "not only fluent English"
		}
		if denies(w) || denyingBefore[w] {
			return true
		}
	}
	return false
}

// deniedAfter reports whether a denial stands among the n words after word
// i, in the same sentence. A Bengali one behind a comma belongs to what
// follows ("না হলে …").
func deniedAfter(t *phrase.Text, i, n int) bool {
	comma := false
	for j := i + 1; n > 0 && j < len(t.Words) && t.Words[j].Sep&phrase.SepEnd == 0; j, n = j+1, n-1 {
		comma = comma || t.Words[j].Sep&phrase.SepComma != 0
		if w := t.Fold(j); (denies(w) || (w == "means" || w == "longer") && t.Fold(j-1) == "no") && !(comma && w[0] >= 0x80) {
			return true
		}
	}
	return false
}

// deniedInside reports whether a denial stands between the first and the
// last word.
func deniedInside(t *phrase.Text, first, last int) bool {
	for i := first; i <= last; i++ {
		if denies(t.Fold(i)) {
			return true
		}
	}
	return false
}

var (
	// asking are words with which a client asks for something.
	asking = words("need", "needs", "want", "wants", "require", "requires", "required", "looking", "seeking", "seek", "seeks", "hiring", "hire", "hires", "recruiting", "expect", "expects", "ask", "demand", "searching", "search", "love", "like", "wanted", "must", "requirement", "requirements", "দরকার", "প্রয়োজন", "চাই", "খুঁজছি", "লাগবে")
	// theWorker are words for the one who is asked.
	theWorker = words("you", "you'll", "you're", "your", "you've", "candidate", "candidates", "applicant", "applicants", "someone", "somebody", "anyone", "person", "freelancer", "freelancers", "qualifications", "minimum")
	// theClient are words for the one who asks.
	theClient = words("we", "i", "our", "my", "i'm", "we're", "i've", "we've", "im", "he", "she", "his", "her", "their", "they", "they're", "who've", "he's", "she's", "আমাদের", "আমার", "আমি", "আমরা", "প্রতিষ্ঠানের", "টিম")
	ours      = words("our", "my", "his", "her", "their")
	// houses are what a client may be; a worker may be one too.
	houses = words("company", "product", "studio", "agency", "firm", "startup", "team", "business", "brand", "shop", "store", "founder", "founders", "co-founder", "cofounder", "ceo", "boss", "owner", "owners", "organisation", "organization", "school", "clinic", "office",
		"bureau", "lab", "publisher", "consultancy", "client", "client's", "manufacturer", "bank", "practice", "colleagues", "staff", "employer", "restaurant", "hotel", "house", "family")
	// thirds are people whom the work is for, or the thing that is made.
	thirds = words("audience", "readers", "reader", "users", "user", "customers", "customer", "clients", "visitors", "viewers", "listeners", "guests", "students", "learners", "participants", "patients", "players", "respondents", "characters", "character", "personas", "persona", "interviewees", "buyers",
		"bot", "chatbot", "app", "system", "model", "software", "tool", "website", "site", "avatar", "robot", "assistant's", "course", "voicebot", "plugin", "tenants", "members", "guide", "children", "pupils", "audio", "game", "callers", "hero", "narrator's", "recording", "recordings")
)

var (
	roles = words(classes["role"]...)
	// demands are words behind a phrase that ask it of the worker.
	demands = words("required", "needed", "essential", "must", "mandatory", "necessary", "expected", "চাই", "লাগবে", "থাকতে", "দরকার", "প্রয়োজন", "আবশ্যক", "জানতে", "হবে", "পারতে")
)

// ofWorker reports whether what stands at word i is said of the worker: the
// nearest of the n words before it that tells decides, and where none does
// it is the worker. "We have ten years of experience" is said of the client,
// "we need ten years of experience" is not.
func ofWorker(t *phrase.Text, i, n int) bool {
	asked, part := false, true
	for j := i; n > 0 && j > 0 && t.Words[j].Sep&phrase.SepEnd == 0; n-- {
		part = part && t.Words[j].Sep&(phrase.SepComma|phrase.SepColon|phrase.SepOpen|phrase.SepClose|phrase.SepDash) == 0
		j--
		switch w := t.Fold(j); {
		case asking[w]:
			asked = true
		case theWorker[w]:
			return true
		case theClient[w]:
			return asked
		case houses[w]:
			if !asked && (before(t, j, 2, ours) || !before(t, j, 6, asking)) {
				return false
			}
		case part && thirds[w] && !roles[t.Fold(j+1)]: // but "app developer"
			return false
		}
	}
	return true
}

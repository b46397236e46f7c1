package classify

import (
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

var (
	// topic are words by which English is the matter and not the worker's
	// ability.
	topic = words("proofread", "translate", "translated", "translating", "translation", "translations", "translator", "translators", "subtitle", "subtitles", "plain", "version",
		"website", "websites", "site", "menu", "my", "customers", "audience", "breakfast", "teacher", "teachers", "tutor", "tutors", "lesson", "lessons", "course", "teach",
		"teaching", "learn", "learning", "students", "clients", "market", "markets", "subtitled", "interface", "app", "dubbed", "ui", "convert", "rewrite", "into", "from", "transcripts", "books", "literature", "keywords", "prompts")
	// behindNative are words behind "native English" that make it somebody
	// else's: the audience's, the reader's.
	behindNative = words("ear", "ears", "audience", "audiences", "readers", "reader", "readership", "listeners", "viewers", "market", "markets", "customers", "clients", "countries", "country", "users", "crowd", "visitors", "buyers", "public", "people", "students", "patients", "guests", "proofread", "proofreads", "reviews", "review", "corrects", "checks", "edits")
	// amid are words before "native English speaker" by which the speaker is
	// somebody around the work.
	amid     = words("for", "by", "with", "to", "from", "of", "among", "between", "targeting", "target", "like", "teach", "teaches", "help", "helps", "interview", "record", "recording", "hired", "replace", "replacing", "meet", "find")
	searches = words("looking", "searching", "search", "seeking", "open", "hunting", "only", "job", "role", "position", "opportunity", "ideal", "suitable", "perfect", "work", "task", "need", "needs", "accept", "want", "must", "be", "hiring", "hire", "call", "limited", "paid", "restricted", "preference", "opening")
	// degrees are words by which "English is not required" denies no more
	// than a degree of it.
	degrees = words("fluent", "perfect", "native", "excellent", "good", "advanced", "strong", "proficient", "spoken", "written", "flawless", "professional", "business", "conversational", "great", "speaking", "level", "american", "british", "accent", "b2", "c1", "c2", "সাবলীল", "ভালো", "ভাল", "নেটিভ", "নেটিভের", "মতো", "খুব", "স্পোকেন", "শুদ্ধ", "fluency", "of", "in", "knowing", "valo", "bhalo", "khub", "suddho")
	// things are words behind "English is required" by which it is that of a
	// thing that is made.
	things      = words("site", "website", "page", "pages", "subtitles", "menu", "interface", "version", "ui", "labels", "buttons", "text", "texts", "content", "app", "field", "fields", "setting", "settings", "option", "user", "users", "audience", "customers", "students", "visa", "output", "screen", "throughout", "files", "documents", "titles", "captions", "module", "class", "exam", "clients", "readers", "school", "admission", "file", "default", "packaging", "box", "product", "products")
	formerly    = words("previous", "last", "former", "previously", "formerly", "hired", "used", "once", "tried", "was", "were", "had", "although", "though", "whether")
	behindTopic = words("tests", "certificate", "dialogue", "garden", "tea", "cottage", "countryside", "pub", "rose", "wedding", "papers", "football", "premier", "bulldog", "version", "website", "websites", "site", "subtitles", "subtitle", "content", "articles", "article", "text", "texts", "translation", "translations", "translator",
		"translators", "teacher", "teachers", "tutor", "tutors", "course", "courses", "lessons", "class", "classes", "book", "books", "language's", "test", "exam", "literature", "learning", "learners",
		"audience", "market", "customers", "breakfast", "transcripts", "script", "scripts", "to", "into", "dictionary", "prompts", "app", "keyword", "keywords", "reviews", "blog", "blogs")
	wish    = words("preferred", "plus", "bonus", "nice", "ideally", "optional", "preferable", "advantage", "desirable", "preferably", "অগ্রাধিকার", "অতিরিক্ত", "asset", "helpful", "welcome", "appreciated", "desired", "beneficial", "benefit", "overkill", "welcomed", "favourable", "useful", "help", "helps", "perk", "impress", "prefer", "optionally", "bonuses")
	either  = words("or", "অথবা", "বা")
	tongues = words("spanish", "german", "french", "arabic", "hindi", "urdu", "italian", "portuguese", "japanese", "korean", "chinese", "mandarin", "cantonese", "russian", "turkish", "dutch", "polish", "thai", "vietnamese", "indonesian", "tagalog", "hebrew", "greek", "swedish", "norwegian", "danish", "finnish", "bengali", "bangla", "tamil", "telugu", "punjabi", "romanian", "hungarian", "czech", "ukrainian", "bulgarian", "serbian", "croatian", "persian", "farsi", "malay", "swahili")
	// enough are words by which no more than basic English is asked.
	enough         = words("enough", "sufficient", "suffices", "suffice", "fine", "ok", "okay", "do", "হবে", "চলবে", "যথেষ্ট", "cholbe", "hobe", "suficiente")
	spanishDegrees = words("avanzado", "perfecto", "fluido", "nativo", "técnico", "bilingüe", "alto", "intermedio", "excelente", "conversacional")
	merely         = words("only", "just", "শুধু", "shudhu")
	supposing      = words("if")
	partsOfText    = words("subtitles", "version", "translation", "skills")
	non            = words("non", "not", "no")
	nearly         = words("near")
	fluency        = words("fluent", "fluency")
	otherVoices    = words("ai", "tts", "synthetic", "generated", "belgian", "swiss", "voices", "transcribe", "transcribing", "audio", "recordings", "data", "speech", "hero", "character")
	passive        = words("to", "by")
	very           = words("very", "really")
	maybe          = words("preferably", "ideally", "prefer", "plus", "optionally", "bonus", "optional")
	fluently       = words("fluent", "fluency", "fluently", "proficient", "proficiency", "excellent", "near")
)

// english is what the title or the description states.
func (d *document) english() market.Label[market.English] {
	if f, ok := d.englishFound(); ok {
		return f.label()
	}
	return market.Label[market.English]{}
}

func (d *document) englishFound() (found[market.English], bool) {
	hits := englishHits("title", d.title, d.titleHits)
	if len(hits) == 0 {
		hits = englishHits("description", d.text, d.textHits)
	}
	return oneEnglish(hits)
}

// oneEnglish is the statement that counts: a grade before words, then the
// most demanding.
func oneEnglish(hits []found[market.English]) (best found[market.English], ok bool) {
	for _, f := range hits {
		switch {
		case !ok:
			best, ok = f, true
		case vague(f) != vague(best):
			if vague(best) {
				best = f
			}
		case (f.rule == gradeEnglish) != (best.rule == gradeEnglish):
			grade, other := f, best
			if best.rule == gradeEnglish {
				grade, other = best, f
			}
			// "Near-native (C2)" asks for the more.
			if best = grade; other.value == market.Native && grade.value == market.Fluent {
				best = other
			}
		case f.value.Rank() > best.value.Rank():
			best = f
		}
	}
	return best, ok
}

// vague reports whether a statement asks for English and does not say how
// much: it counts where nothing else is said.
func vague(f found[market.English]) bool { return f.rule == englishMust || f.rule == speakEnglish }

// englishHits are the statements about the worker's English in one text.
func englishHits(field string, t *phrase.Text, ms []phrase.Match) []found[market.English] {
	var out []found[market.English]
	for _, m := range ms {
		if m.ID < nativeEnglish || m.ID > noEnglish {
			continue
		}
		if value := englishOf(t, m); value != "" {
			out = append(out, found[market.English]{value, m.ID, field, t, m.First, m.Last})
		}
	}
	return out
}

// englishOf is what one hit says, empty where the words around it make it
// something else.
func englishOf(t *phrase.Text, m phrase.Match) market.English {
	switch m.ID {
	case noEnglish:
		if after(t, m.Last, 2, spanishDegrees) { // "no hace falta inglés perfecto"
			return ""
		}
		// "Fluent English is not required" does not say that none is, and "no
		// English version is required" says nothing about the worker.
		if before(t, m.First, 2, degrees) || !ofWorker(t, m.First, 6) || before(t, m.First, 4, topic) || after(t, m.Last, 4, things) || deniedBefore(t, m.First, 4) ||
			before(t, m.First, 3, supposing) || t.Fold(m.Last) == "english" && after(t, m.Last, 1, behindTopic) || after(t, m.Last, 1, partsOfText) && t.Fold(m.Last) == "english" {
			return ""
		}
		return market.Basic
	case basicEnglish:
		if before(t, m.First, 4, topic) || after(t, m.Last, 2, behindTopic) || !ofWorker(t, m.First, 8) || deniedBefore(t, m.First, 6) || deniedAfter(t, m.Last, 5) || deniedInside(t, m.First, m.Last) ||
			after(t, m.Last, 5, wish) || before(t, m.First, 5, conditions) || before(t, m.First, 5, formerly) {
			return ""
		}
		// "Basic English is enough" asks for little; who needs basic English
		// means to talk with the worker.
		if asked := t.Fold(m.First) == "basic" || t.Fold(m.First) == "বেসিক" || t.Fold(m.Last) == "basic"; asked && !enough[t.Fold(m.Last)] && !after(t, m.Last, 3, enough) && !before(t, m.First, 1, merely) {
			return market.Conversational
		}
		return market.Basic
	}
	if before(t, m.First, 5, topic) || after(t, m.Last, 1, behindTopic) || after(t, m.Last, 5, wish) || before(t, m.First, 5, conditions) || before(t, m.First, 3, maybe) || before(t, m.First, 6, formerly) {
		return ""
	}
	if t.Fold(m.Last+1) == "for" && (after(t, m.Last, 4, thirds) || after(t, m.Last, 3, notWorker)) {
		return ""
	}
	if deniedBefore(t, m.First, 8) || m.ID != gradeEnglish && deniedInside(t, m.First, m.Last) || deniedAfter(t, m.Last, 5) || !after(t, m.Last, 4, demands) && !ofWorker(t, m.First, 10) {
		return ""
	}
	// A comma inside parts a list; "fluent in French or English" leaves the
	// choice.
	for i := m.First + 1; i <= m.Last; i++ {
		if t.Words[i].Sep&phrase.SepComma != 0 {
			return ""
		}
	}
	if (either[t.Fold(m.Last+1)] && tongues[t.Fold(m.Last+2)]) || (t.Fold(m.Last) == "english" && either[t.Fold(m.Last-1)] && tongues[t.Fold(m.Last-2)]) {
		return ""
	}
	switch m.ID {
	case nativeEnglish:
		if nativeOther(t, m) {
			return ""
		}
		if before(t, m.First, 1, non) || before(t, m.First, 3, iAm) || before(t, m.First, 2, tongues) || after(t, m.First, 1, tongues) || after(t, m.Last, 3, tongues) {
			return ""
		}
		// "native speaker" needs English near it.
		if t.Fold(m.Last) == "speaker" || t.Fold(m.Last) == "speakers" {
			named := false
			for i := max(0, m.First-6); i <= m.Last+6 && i < len(t.Words); i++ {
				named = named || t.Fold(i) == "english"
			}
			if !named {
				return ""
			}
		}
		// "native or fluent": the lower bar.
		if before(t, m.First, 3, fluently) && !before(t, m.First, 1, nearly) {
			return market.Fluent
		}
		if after(t, m.First, 4, fluency) && after(t, m.First, 3, either) {
			return market.Fluent
		}
		return market.Native
	case accent:
		// "Neutral accent" of a voice in another language, or of a machine.
		if before(t, m.First, 6, tongues) || before(t, m.First, 6, otherVoices) {
			return ""
		}
		return market.Native
	case highEnglish, englishHigh:
		return market.Fluent
	case gradeEnglish:
		for i := m.First; i <= m.Last; i++ {
			switch t.Fold(i) {
			case "c1", "c2", "6.5", "7.5", "8.5":
				return market.Fluent
			case "b1", "b2", "4.5", "5.5":
				return market.Conversational
			case "a1", "a2":
				return market.Basic
			}
			if n := t.Words[i].Num; n >= 4 && n <= 9 {
				if n >= 7 {
					return market.Fluent
				}
				return market.Conversational
			}
		}
		return ""
	case englishMust:
		if after(t, m.Last, 6, things) || t.Fold(m.Last) == "must" && !ends(t, m.Last) || after(t, m.Last, 1, passive) {
			return "" // "English must be used on the site"
		}
		return market.Fluent
	case goodEnglish:
		if before(t, m.First, 1, very) {
			return market.Fluent
		}
		return market.Conversational
	case conversational, speakEnglish:
		return market.Conversational
	}
	return ""
}

// nativeOther reports whether native English is that of people around the
// work: "you write for native English speakers".
func nativeOther(t *phrase.Text, m phrase.Match) bool {
	if after(t, m.Last, 3, behindNative) {
		return true
	}
	for j, n := m.First, 3; n > 0 && j > 0 && t.Words[j].Sep&phrase.SepEnd == 0; n-- {
		j--
		if amid[t.Fold(j)] {
			w := t.Fold(j)
			return w != "for" && w != "to" || !before(t, j, 3, searches)
		}
	}
	return false
}

// ends reports whether a statement ends at word i: at the end of the
// sentence, of a bracket or before a comma or a dash; "have" belongs to it.
func ends(t *phrase.Text, i int) bool {
	if t.Fold(i+1) == "have" && i+1 < len(t.Words) && t.Words[i+1].Sep&phrase.SepEnd == 0 {
		i++
	}
	return i+1 >= len(t.Words) || t.Words[i+1].Sep&(phrase.SepEnd|phrase.SepComma|phrase.SepClose|phrase.SepOpen) != 0
}

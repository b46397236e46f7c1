package classify

import (
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

// product words before a call make it a part of what is to be built.
var callProduct = words("app", "application", "platform", "feature", "features", "website", "software", "system", "bot", "agent", "ai", "api", "users", "user", "build", "integrate", "integration", "module", "function", "automated", "automate", "develop", "zoom's", "button", "video", "upwork", "pay", "recorded", "script")

var recorded = words("voice", "voiceover", "narration", "narrator")

// likely is how likely the work must need speaking for words about calls to
// be a statement: calls are often a part of what is to be built.
const likely = 0.3

// spoken is what the words state about speaking with people; p is how likely
// the kind of work needs it.
func (d *document) spoken(p float64) market.Label[market.Spoken] {
	var yes *market.Evidence
	plain := false // it says in so many words that the worker must speak
	for _, in := range []struct {
		field string
		text  *phrase.Text
		hits  []phrase.Match
	}{{"title", d.title, d.titleHits}, {"description", d.text, d.textHits}} {
		for _, m := range in.hits {
			switch {
			case m.ID == speaksNot:
				return market.Label[market.Spoken]{Value: market.SpokenNo, Basis: market.BasisText, Evidence: []market.Evidence{evidence(in.field, in.text, m.First, m.Last)}}
			case m.ID == speaks && in.field != "title" && recorded[in.text.Fold(m.First)]:
				// A voice-over in the text is mostly one that is there already.
			case m.ID == speaks && yes == nil && !deniedBefore(in.text, m.First, 4) && !before(in.text, m.First, 5, callProduct) && !after(in.text, m.Last, 3, callProduct) && !after(in.text, m.Last, 4, optional):
				e := evidence(in.field, in.text, m.First, m.Last)
				yes = &e
				plain = mustSpeak[in.text.Fold(m.Last)] && !deniedAfter(in.text, m.Last, 3) && ofWorker(in.text, m.First, 6)
			}
		}
	}
	if yes == nil || p < likely && !plain {
		return market.Label[market.Spoken]{}
	}
	return market.Label[market.Spoken]{Value: market.SpokenYes, Basis: market.BasisText, Evidence: []market.Evidence{*yes}}
}

// mustSpeak end "must be able to speak English" in Bengali.
var mustSpeak = words("hobe", "hbe", "হবে")

// tags are the BCP 47 tags of languages by their English names.
var tags = map[string]string{"spanish": "es", "german": "de", "french": "fr", "arabic": "ar", "hindi": "hi", "urdu": "ur", "italian": "it", "portuguese": "pt", "japanese": "ja", "korean": "ko",
	"chinese": "zh", "mandarin": "zh", "cantonese": "yue", "russian": "ru", "turkish": "tr", "dutch": "nl", "polish": "pl", "thai": "th", "vietnamese": "vi", "indonesian": "id", "tagalog": "tl",
	"hebrew": "he", "greek": "el", "swedish": "sv", "norwegian": "no", "danish": "da", "finnish": "fi", "bengali": "bn", "bangla": "bn", "tamil": "ta", "telugu": "te", "kannada": "kn", "malayalam": "ml",
	"punjabi": "pa", "marathi": "mr", "gujarati": "gu", "romanian": "ro", "hungarian": "hu", "czech": "cs", "ukrainian": "uk", "swahili": "sw", "persian": "fa", "farsi": "fa", "malay": "ms",
	"bulgarian": "bg", "serbian": "sr", "croatian": "hr", "বাংলা": "bn", "বাংলায়": "bn"}

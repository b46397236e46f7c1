package web

import (
	"strings"
	"testing"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// An estimate says why, in the reader's language, and that it is one; what
// the text says of speaking and of other languages is quoted and marked.
func TestListingSaysWhy(t *testing.T) {
	f := newFair()
	l := &f.listings[0]
	l.Title, l.Description = "Answer calls", "You answer calls from our guests. Spanish is needed."
	l.Level = market.Label[market.Level]{Value: market.Entry, Basis: market.BasisEstimate, Probability: 0.8, Reasons: []market.Reason{
		{Key: "fixed-under", Args: map[string]string{"usd": "50"}},
		{Key: "words", Args: map[string]string{"words": "<b>copy paste"}},
	}}
	l.English = market.Label[market.English]{Guess: market.Fluent, Probability: 0.4}
	l.Spoken = market.Label[market.Spoken]{Value: market.SpokenYes, Basis: market.BasisText, Evidence: []market.Evidence{{Field: "description", Quote: "answer calls", Start: 4, End: 16}}}
	l.Tongues = []market.Tongue{{Lang: "es", Evidence: market.Evidence{Field: "description", Quote: "Spanish is needed", Start: 34, End: 51}}}
	l.Pay, l.Apply, l.Warnings = market.Pay{}, market.Apply{}, nil
	base := f.serve(t).URL
	for lang, want := range map[string]map[string]string{
		"en": {
			"#f-level":   "Skill level Entry estimated Because: fixed price of at most 50 USD; the words “<b>copy paste”. Not stated; our estimate, which may be wrong.",
			"#f-english": "Required English not stated",
			"#f-spoken":  "Speaking English Needed stated answer calls",
			"#f-tongue":  "Other languages Spanish stated Spanish is needed",
		},
		"bn": {
			"#f-level":  "কারণ: পুরো কাজের দাম ৫০ ডলার বা কম",
			"#f-spoken": "লাগবে",
			"#f-tongue": "স্প্যানিশ",
		},
	} {
		doc := open(t, base+"/listing/"+l.ID, lang, 200)
		for sel, says := range want {
			if got := words(doc.Find(sel)); !strings.Contains(got, says) {
				t.Errorf("%s: %s says %q, want %q", lang, sel, got, says)
			}
		}
		for _, kind := range []string{"spoken", "tongue"} {
			if doc.Find("mark#q-"+kind).Length() != 1 || doc.Find(`.text a[href="#f-`+kind+`"]`).Length() != 1 {
				t.Errorf("%s: the words of %s are not marked and linked", lang, kind)
			}
		}
		if got := doc.Find("#f-level b b").Length(); got != 0 {
			t.Error("a reason's words became markup")
		}
	}
}

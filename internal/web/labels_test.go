package web

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

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
			"#f-level":   "Skill level Entry estimated Because: fixed price of at most 50 USD; the words “<b>copy paste”. No experience, or less than a year",
			"#guessed":   "estimated: Not stated; our estimate, which may be wrong. Read the original.",
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

// The words behind an estimate have a plainer mark than a statement's quote,
// and say what they are to who does not see it; where the two overlap, the
// statement's mark is just the statement.
func TestEstimatesAreMarkedApart(t *testing.T) {
	f := newFair()
	l := &f.listings[0]
	l.Title, l.Description = "Simple typing", "Copy some forms. Simple work, basic English is enough for all of it."
	at := func(field, quote string) market.Evidence {
		i := strings.Index(l.Description, quote)
		if field == "title" {
			i = strings.Index(l.Title, quote)
		}
		return market.Evidence{Field: field, Quote: quote, Start: i, End: i + len(quote)}
	}
	l.Level = market.Label[market.Level]{Value: market.Entry, Basis: market.BasisEstimate, Probability: 0.8, Evidence: []market.Evidence{
		at("title", "Simple"), at("description", "Copy some forms"), at("description", "Simple work, basic"), at("description", "enough"),
	}}
	l.English = market.Label[market.English]{Value: market.Basic, Basis: market.BasisText, Evidence: []market.Evidence{at("description", "basic English is enough")}}
	l.Spoken = market.Label[market.Spoken]{Guess: market.SpokenNo, Evidence: []market.Evidence{at("description", "all of it")}}
	l.Tongues, l.Pay, l.Apply, l.Warnings = nil, market.Pay{}, market.Apply{}, nil
	base := f.serve(t).URL
	for lang, says := range map[string]string{"en": "[level, speaks for the estimate]", "bn": "[দক্ষতা, অনুমানের পক্ষে যায়]"} {
		doc := open(t, base+"/listing/"+l.ID, lang, 200)
		var guessed, said []string
		doc.Find("main mark").Each(func(_ int, e *goquery.Selection) {
			if e.HasClass("guess") {
				guessed = append(guessed, e.Text())
				if hint := e.Next(); e.Closest("h1").Length() == 0 && words(hint) != says {
					t.Errorf("%s: beside %q stands %q, want %q", lang, e.Text(), words(hint), says)
				}
			} else {
				said = append(said, e.Text())
				if hint := e.Next(); hint.Find(".vh").Length() != 0 {
					t.Errorf("%s: beside the statement %q stands %q", lang, e.Text(), words(hint))
				}
			}
		})
		if got := strings.Join(guessed, "|"); got != "Simple|Copy some forms|Simple work," {
			t.Errorf("%s: marked as an estimate's is %s", lang, got)
		}
		if got := strings.Join(said, "|"); got != "basic English is enough" {
			t.Errorf("%s: marked as stated is %s", lang, got)
		}
	}
	// Words of an estimate inside a statement's give its mark a second reason.
	l.Level.Evidence = []market.Evidence{at("description", "enough")}
	doc := open(t, f.serve(t).URL+"/listing/"+l.ID, "en", 200)
	if got := words(doc.Find(".text")); !strings.Contains(got, "basic English is enough [English] [level, speaks for the estimate] for all of it.") || doc.Find("mark.guess").Length() != 0 {
		t.Errorf("the text reads %q", got)
	}
	// A closed listing has no links in its text; the words stand there alone.
	l.Level.Evidence, l.ClosedAt = []market.Evidence{at("description", "Copy some forms")}, f.now
	doc = open(t, f.serve(t).URL+"/listing/"+l.ID, "en", 410)
	if got := words(doc.Find(".text")); !strings.HasPrefix(got, "Copy some forms [speaks for the estimate].") {
		t.Errorf("a closed listing's text reads %q", got)
	}
}

// That an estimate may be wrong is said once in a box of facts, and not where
// nothing in it is estimated.
func TestEstimateIsExplainedOnce(t *testing.T) {
	f := newFair()
	l := &f.listings[0]
	l.Level = market.Label[market.Level]{Value: market.Entry, Basis: market.BasisEstimate}
	l.English = market.Label[market.English]{Value: market.Basic, Basis: market.BasisEstimate}
	l.Spoken = market.Label[market.Spoken]{Value: market.SpokenNo, Basis: market.BasisEstimate}
	for lang, says := range map[string]string{"en": "our estimate, which may be wrong", "bn": "এটি আমাদের অনুমান, ভুল হতে পারে"} {
		doc := open(t, f.serve(t).URL+"/listing/"+l.ID, lang, 200)
		if n := strings.Count(words(doc.Find("main")), says); n != 1 || doc.Find(".facts .calc").Length() != 3 {
			t.Errorf("%s: said %d times of %d estimates", lang, n, doc.Find(".facts .calc").Length())
		}
	}
	l.Level, l.English, l.Spoken = market.Label[market.Level]{}, market.Label[market.English]{}, market.Label[market.Spoken]{}
	if doc := open(t, f.serve(t).URL+"/listing/"+l.ID, "en", 200); doc.Find("#guessed").Length() != 0 {
		t.Error("an estimate is explained where there is none")
	}
}

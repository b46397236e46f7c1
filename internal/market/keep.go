package market

import "time"

// Keeping is how long a source's terms let its listings be kept.
type Keeping struct {
	Source string
	// Text is how long the site's words may be kept when their listing is
	// closed; 0 means not at all.
	Text time.Duration
	// Refresh is how long a listing may be kept that was not seen again: it is
	// closed then, whether or not the site can be reached. 0 means no limit.
	Refresh time.Duration
}

// WithoutText is the listing without the site's words but those of its title:
// no description, no quotes, no pay in words. What was read out of them stays.
func (l Listing) WithoutText() Listing {
	l.Description = ""
	l.Pay.Text, l.Pay.Evidence = "", nil
	l.Apply.Evidence = nil
	l.SiteLevel, l.SiteEnglish = Evidence{}, Evidence{}
	l.Level.Evidence, l.English.Evidence, l.Spoken.Evidence = nil, nil, nil
	l.Level.Reasons, l.English.Reasons, l.Spoken.Reasons = withoutWords(l.Level.Reasons), withoutWords(l.English.Reasons), withoutWords(l.Spoken.Reasons)
	var tongues []Tongue
	for _, t := range l.Tongues {
		tongues = append(tongues, Tongue{Lang: t.Lang})
	}
	l.Tongues = tongues
	var warnings []Warning
	for _, w := range l.Warnings {
		warnings = append(warnings, Warning{Kind: w.Kind})
	}
	l.Warnings = warnings
	return l
}

// withoutWords leaves out the reasons that quote the site's words.
func withoutWords(rs []Reason) []Reason {
	var out []Reason
	for _, r := range rs {
		if r.Key != ReasonWords {
			out = append(out, r)
		}
	}
	return out
}

package market

import "time"

// Wrong is what a reader says is wrong with a listing.
type Wrong string

// What may be wrong.
const (
	WrongLevel      Wrong = "level"      // its skill level
	WrongEnglish    Wrong = "english"    // the English that it asks for
	WrongClosed     Wrong = "closed"     // it stands as open and is gone
	WrongSuspicious Wrong = "suspicious" // it looks like a fraud
)

// Wrongs are all of them, in the order of the page.
var Wrongs = []Wrong{WrongLevel, WrongEnglish, WrongClosed, WrongSuspicious}

// Valid reports whether w is one of Wrongs.
func (w Wrong) Valid() bool {
	for _, v := range Wrongs {
		if w == v {
			return true
		}
	}
	return false
}

// Label is what l was labelled with in the matter that w names, and on what
// basis: the level, the English, or, for what is suspicious, the kinds of its
// warning signs with commas between. Both are empty where there was no label,
// and for WrongClosed.
func (w Wrong) Label(l Listing) (value string, basis Basis) {
	switch w {
	case WrongLevel:
		return string(l.Level.Value), l.Level.Basis
	case WrongEnglish:
		return string(l.English.Value), l.English.Basis
	case WrongSuspicious:
		for i, sign := range l.Warnings {
			if i > 0 {
				value += ","
			}
			value += string(sign.Kind)
		}
		if value != "" {
			basis = BasisText
		}
	}
	return value, basis
}

// Report is a reader's word that something is wrong with a listing.
type Report struct {
	Listing string // its ID
	Wrong   Wrong
	At      time.Time
}

// Reported are the reports of one kind about one listing that were made
// under one label.
type Reported struct {
	// Listing is as it is now, without its text, group and copies.
	Listing Listing
	Wrong   Wrong
	// Label and Basis are what the reporters saw (see Wrong.Label), Labelled
	// the version of the classifier that set it.
	Label    string
	Basis    Basis
	Labelled int
	// Count is how many these are, OfListing how many of all kinds the
	// listing has in the same time; Last is when the newest came.
	Count, OfListing int
	Last             time.Time
}

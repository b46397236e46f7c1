package market

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Draft is one item in a site's own words: nothing is parsed yet. Only
// Source, ExternalID (or URL) and Title are needed.
type Draft struct {
	Source     string
	ExternalID string
	URL        string
	Title      string
	Company    string
	// Description is HTML or plain text as the site sent it.
	Description string
	// Snippet says that the site sent only the beginning of its text.
	Snippet bool
	Skills  []string
	// Category is the site's own name for the kind of work.
	Category string

	// PayText is pay in words. PayMin to PayPeriod are structured fields, as
	// the site wrote them: amounts in major units, an ISO code or a symbol,
	// and a word such as "hourly" or "annual".
	PayText     string
	PayMin      string
	PayMax      string
	PayCurrency string
	PayPeriod   string

	// PostedAt and ExpiresAt are dates in any of the forms that normalising
	// reads: RFC 3339, RFC 1123, epoch seconds or milliseconds, "3 hours ago".
	PostedAt  string
	ExpiresAt string

	// Locations are where applicants may live: countries, regions,
	// "Worldwide". Zones are UTC offsets in hours ("6", "5.5").
	Locations []string
	Zones     []string

	// Level and English are the site's own fields about the worker, LevelField
	// and EnglishField their names there.
	Level        string
	LevelField   string
	English      string
	EnglishField string

	// Closed says that the site itself calls the item closed.
	Closed bool
}

// Listing is one offer of work, normalised and labelled.
type Listing struct {
	// ID is ListingID(Source, ExternalID).
	ID         string `json:"id"`
	Source     string `json:"source"`
	ExternalID string `json:"external_id"`
	// URL is the original's address.
	URL     string `json:"url"`
	Title   string `json:"title"`
	Company string `json:"company,omitempty"`
	// Description is plain text; paragraphs are parted by a blank line, list
	// items begin with "• ".
	Description string `json:"-"`
	Snippet     bool   `json:"snippet,omitempty"`
	// Lang is the language of the text as a BCP 47 tag, empty where unsure.
	Lang     string   `json:"lang,omitempty"`
	Skills   []string `json:"skills,omitempty"`
	Category Category `json:"category,omitempty"`
	Pay      Pay      `json:"pay"`
	Apply    Apply    `json:"apply"`
	// PostedAt is the site's own date; zero where it gives none.
	PostedAt  time.Time `json:"posted_at,omitzero"`
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	// SiteLevel and SiteEnglish keep the site's own fields for labelling.
	SiteLevel   Evidence `json:"site_level,omitzero"`
	SiteEnglish Evidence `json:"site_english,omitzero"`

	Level    Label[Level]   `json:"level"`
	English  Label[English] `json:"english"`
	Spoken   Label[Spoken]  `json:"spoken,omitzero"`
	Tongues  []Tongue       `json:"tongues,omitempty"`
	Warnings []Warning      `json:"warnings,omitempty"`

	// Keys are what duplicates are known by.
	Keys Keys `json:"keys"`

	// What follows is not part of the content.

	// Labelled is the version of the classifier that set Level, English and
	// Warnings; 0 where that is not known.
	Labelled int `json:"-"`

	// What follows is the store's.

	// Group is the ID of the duplicate group, which is the ID of the listing
	// that founded it.
	Group string `json:"-"`
	// FirstSeenAt and LastSeenAt are when a run first and last met it.
	FirstSeenAt time.Time `json:"-"`
	LastSeenAt  time.Time `json:"-"`
	// ClosedAt is zero while the listing is open.
	ClosedAt time.Time `json:"-"`
	// AlsoOn are the other open listings of the group.
	AlsoOn []Copy `json:"-"`
}

// Copy is another listing of the same work.
type Copy struct {
	ID     string `json:"id"`
	Source string `json:"source"`
	URL    string `json:"url"`
}

// Keys are what duplicates are known by; an empty key is never equal.
type Keys struct {
	// Link is the canonical address that the work is applied for at.
	Link string `json:"link,omitempty"`
	// Title is the normalised title and company.
	Title string `json:"title,omitempty"`
	// Text is a 64-bit similarity hash of the description's words (Charikar,
	// "Similarity estimation techniques from rounding algorithms", 2002), as
	// 16 hexadecimal digits; empty for texts too short to tell.
	Text string `json:"text,omitempty"`
}

// ListingID names a listing by its source and the site's own id: 20
// hexadecimal digits of a SHA-256.
func ListingID(source, externalID string) string {
	sum := sha256.Sum256([]byte(source + "\x00" + externalID))
	return hex.EncodeToString(sum[:10])
}

// Date is when the work was offered: the site's date, or, where it gives
// none, when it was first seen. A date after first sight is not believed.
func (l Listing) Date() time.Time {
	if l.PostedAt.IsZero() || (!l.FirstSeenAt.IsZero() && l.PostedAt.After(l.FirstSeenAt)) {
		return l.FirstSeenAt
	}
	return l.PostedAt
}

// Open reports whether the listing still stands.
func (l Listing) Open() bool { return l.ClosedAt.IsZero() }

// Sources are the sites of the group, the listing's own first, each once.
func (l Listing) Sources() []string {
	out := []string{l.Source}
next:
	for _, c := range l.AlsoOn {
		for _, s := range out {
			if s == c.Source {
				continue next
			}
		}
		out = append(out, c.Source)
	}
	return out
}

// Category is a kind of work from a fixed list.
type Category string

// Categories are the kinds of work, in the order of the page.
var Categories = []Category{
	"data-entry", "admin", "annotation", "research", "translation", "writing", "design", "video", "audio",
	"web", "mobile", "software", "data", "devops", "qa", "marketing", "sales", "support", "teaching",
	"finance", "hr", "legal", "product", "engineering", "health", "other",
}

// Valid reports whether c is one of Categories.
func (c Category) Valid() bool {
	for _, v := range Categories {
		if c == v {
			return true
		}
	}
	return false
}

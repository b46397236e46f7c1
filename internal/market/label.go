package market

// Level is the skill that a listing asks of the worker. The empty value
// means that it is not stated.
type Level string

// The three levels, in rising order.
const (
	Entry        Level = "entry"
	Intermediate Level = "intermediate"
	Expert       Level = "expert"
)

// Levels are all levels in rising order.
var Levels = []Level{Entry, Intermediate, Expert}

// Valid reports whether l is one of Levels.
func (l Level) Valid() bool { return l == Entry || l == Intermediate || l == Expert }

// English is the English that a listing asks of the worker. The empty value
// means that it is not stated.
type English string

// The four abilities, in rising order.
const (
	Basic          English = "basic"
	Conversational English = "conversational"
	Fluent         English = "fluent"
	Native         English = "native"
)

// Englishes are all abilities in rising order.
var Englishes = []English{Basic, Conversational, Fluent, Native}

// Rank is 1 for Basic to 4 for Native, and 0 for anything else.
func (e English) Rank() int {
	for i, v := range Englishes {
		if e == v {
			return i + 1
		}
	}
	return 0
}

// Valid reports whether e is one of Englishes.
func (e English) Valid() bool { return e.Rank() > 0 }

// Spoken is whether the worker must speak with people: calls, meetings,
// teaching, voice work. The empty value means that it is not stated.
type Spoken string

// Whether the worker must speak.
const (
	SpokenYes Spoken = "yes"
	SpokenNo  Spoken = "no"
)

// Spokens are both.
var Spokens = []Spoken{SpokenNo, SpokenYes}

// Tongue is a language beside English that the work needs, with the words
// that say so.
type Tongue struct {
	Lang     string   `json:"lang"` // a BCP 47 tag
	Evidence Evidence `json:"evidence"`
}

// Basis says where a value comes from.
type Basis string

const (
	// BasisSite is a field of the source: the site states the value.
	BasisSite Basis = "site"
	// BasisText is a statement in the listing's own words.
	BasisText Basis = "text"
	// BasisEstimate is reckoned from the kind of work. It is never shown as
	// a statement.
	BasisEstimate Basis = "estimate"
)

// Stated reports whether the site or the text says so.
func (b Basis) Stated() bool { return b == BasisSite || b == BasisText }

// Evidence is the words behind a value and where they stand.
type Evidence struct {
	// Field is "title", "description", "skills", or, with BasisSite, the
	// name of the site's own field.
	Field string `json:"field"`
	Quote string `json:"quote"`
	// Start and End are byte offsets of Quote in the listing's Title or
	// Description; both are 0 where the field is not one of these.
	Start int `json:"start,omitempty"`
	End   int `json:"end,omitempty"`
}

// Reason is why an estimate says what it says: a key that package locale
// turns into words, and what stands in them.
type Reason struct {
	Key  string            `json:"key"`
	Args map[string]string `json:"args,omitempty"`
}

// ReasonWords is the key of the reason that quotes words of the listing.
const ReasonWords = "words"

// Label is a value with its basis and what speaks for it. Without a value
// the basis is empty too.
type Label[V ~string] struct {
	Value    V          `json:"value"`
	Basis    Basis      `json:"basis,omitempty"`
	Evidence []Evidence `json:"evidence,omitempty"`
	// Probability is how likely Value, or Guess, is right: of a hundred labels
	// at 0.8 about eighty are. It is 0 where it is not known.
	Probability float64 `json:"probability,omitempty"`
	// Guess is the best estimate where it is too unsure to be a Value.
	Guess V `json:"guess,omitempty"`
	// Reasons are the two or three strongest of an estimate, the strongest
	// first.
	Reasons []Reason `json:"reasons,omitempty"`
}

// Best is the value, or the guess where there is none.
func (l Label[V]) Best() V {
	if l.Value != "" {
		return l.Value
	}
	return l.Guess
}

// Stated reports whether the label has a value that the site or the text states.
func (l Label[V]) Stated() bool { return l.Value != "" && l.Basis.Stated() }

// WarningKind names a sign that a beginner should look at twice.
type WarningKind string

// The kinds of warning signs.
const (
	WarnFee       WarningKind = "fee"       // money or a deposit asked before work
	WarnID        WarningKind = "id"        // identity, bank data or one-time codes asked
	WarnChat      WarningKind = "chat"      // Telegram or WhatsApp as the only way to apply
	WarnRent      WarningKind = "rent"      // renting the worker's account
	WarnReviews   WarningKind = "reviews"   // paid likes or reviews
	WarnFreeTrial WarningKind = "freetrial" // free trial work of real value
	WarnPay       WarningKind = "pay"       // pay far above the work
	WarnForward   WarningKind = "forward"   // passing on cheques or crypto
	WarnCheat     WarningKind = "cheat"     // academic cheating
	WarnCard      WarningKind = "card"      // selling a freelancer identity card
	WarnUnpaid    WarningKind = "unpaid"    // shares, commission or later profit instead of pay
	WarnIllegal   WarningKind = "illegal"   // work that breaks the law or the rules of other sites
)

// WarningKinds are all kinds.
var WarningKinds = []WarningKind{WarnFee, WarnID, WarnChat, WarnRent, WarnReviews, WarnFreeTrial, WarnPay, WarnForward, WarnCheat, WarnCard, WarnUnpaid, WarnIllegal}

// Warning is one sign with the words that gave it.
type Warning struct {
	Kind     WarningKind `json:"kind"`
	Evidence Evidence    `json:"evidence"`
}

package market

import "time"

// Offered is an open listing's name, and when what it says last changed.
type Offered struct {
	ID        string
	ChangedAt time.Time
}

// OfferedPart counts the open listings whose IDs begin with Prefix.
type OfferedPart struct {
	Prefix string
	Count  int
	// ChangedAt is the newest change of what one of them says.
	ChangedAt time.Time
}

// Package market holds the words of Kajkhoj: what a listing is, what may be
// asked of many of them, and what happened to a source. It imports the
// standard library only and is imported by everyone.
package market

import "errors"

// The errors that cross package borders. Callers test them with errors.Is.
var (
	// ErrNone says that there was nothing to do: no source is due, no change
	// is waiting, a row has moved on under somebody else's hand.
	ErrNone = errors.New("nothing to do")
	// ErrNotFound says that no such listing, source or run is stored.
	ErrNotFound = errors.New("not found")
	// ErrInvalid wraps what is wrong with something that came from outside.
	ErrInvalid = errors.New("invalid")
)

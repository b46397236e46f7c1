// Package mail writes letters and carries them: the words and look of each
// mail in both languages, the outbox's sender, SMTP, DKIM, and what comes
// back.
//
// A letter is a row of the outbox. Sending leases it, hands it to the server,
// and then notes what came of it. A process that dies between the server's
// "taken" and the note leaves a lease that runs out; the letter is then
// handed over again with the same Message-ID, so that at worst one mail
// arrives twice and its receiver can tell.
package mail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// The errors of a Carrier that decide what becomes of a letter. Everything
// else is tried again.
var (
	// ErrRefused says that the letter will never be taken (5xx).
	ErrRefused = errors.New("refused for good")
	// ErrNoMailbox is an ErrRefused that says that the address does not exist
	// (RFC 3463: 5.1.1, 5.1.2, 5.1.3, 5.1.6, 5.1.10, 5.2.1).
	ErrNoMailbox = fmt.Errorf("no such mailbox: %w", ErrRefused)
	// ErrServer says that the server does not serve us at all: it cannot be
	// reached, has the wrong certificate, or takes neither our password nor
	// our sender's address. It says nothing about the letter.
	ErrServer = errors.New("the mail server does not serve us")
)

// Outbox is the queue of letters. Each note fails with market.ErrNone where
// the lease has passed to another.
type Outbox interface {
	// Next leases the queued letter that has waited longest and is due,
	// leaving out those to the domains of except; ErrNone where there is none.
	Next(ctx context.Context, now time.Time, lease time.Duration, except []string) (market.Letter, error)
	// Sent notes that a server took it, and wipes its words and links.
	Sent(ctx context.Context, key, lease string, now time.Time) error
	// Retry puts it back until a time.
	Retry(ctx context.Context, key, lease string, at time.Time, cause string) error
	// Bury gives it up and wipes its words and links; where suppress is not
	// empty its address gets no mail any more, its owner's searches are
	// stopped and their other letters buried.
	Bury(ctx context.Context, key, lease, cause string, suppress market.SuppressReason, now time.Time) error
}

// Carrier hands one letter to a server. raw is the whole message with CRLF
// line ends, from the envelope's sender. Errors hold no address.
type Carrier interface {
	Carry(ctx context.Context, from, to string, raw []byte) error
}

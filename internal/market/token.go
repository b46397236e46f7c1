package market

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"strings"
	"time"
)

// TokenScope is what a token lets its holder do.
type TokenScope string

// The scopes.
const (
	// TokenConfirm starts one search.
	TokenConfirm TokenScope = "confirm"
	// TokenManage sees, changes, stops and deletes a subscriber's searches.
	TokenManage TokenScope = "manage"
)

// How long tokens live.
const (
	ConfirmTokenFor = PendingFor
	ManageTokenFor  = 180 * 24 * time.Hour
)

// Token is a secret link's secret as it is stored: its hash. Selector finds
// it, and says nothing.
type Token struct {
	Selector string
	// Hash is the SHA-256 of the secret, in hexadecimal digits.
	Hash       string
	Scope      TokenScope
	Subscriber string
	Search     string // of TokenConfirm
	Created    time.Time
	Expires    time.Time
}

var tokenCoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// The lengths of a token's two parts, in characters: 80 and 160 bits.
const (
	selectorLen = 16
	secretLen   = 32
)

// NewToken makes a token; raw is what goes into the link, and exists nowhere
// else: 48 letters and digits.
func NewToken(scope TokenScope, subscriber, search string, now time.Time, lasts time.Duration) (raw string, t Token) {
	var b [(selectorLen + secretLen) * 5 / 8]byte
	rand.Read(b[:])
	raw = strings.ToLower(tokenCoding.EncodeToString(b[:]))
	return raw, Token{
		Selector: raw[:selectorLen], Hash: hashSecret(raw[selectorLen:]),
		Scope: scope, Subscriber: subscriber, Search: search, Created: now, Expires: now.Add(lasts),
	}
}

// Selector is the part of a raw token that finds it; ok is false for what
// cannot be a token.
func Selector(raw string) (selector string, ok bool) {
	if len(raw) != selectorLen+secretLen || strings.ContainsFunc(raw, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '2' || r > '7')
	}) {
		return "", false
	}
	return raw[:selectorLen], true
}

// Opens reports, in constant time, whether raw is this token, and whether it
// is still good for scope.
func (t Token) Opens(raw string, scope TokenScope, now time.Time) bool {
	if _, ok := Selector(raw); !ok {
		return false
	}
	same := subtle.ConstantTimeCompare([]byte(hashSecret(raw[selectorLen:])), []byte(t.Hash)) == 1
	return same && t.Scope == scope && now.Before(t.Expires)
}

func hashSecret(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

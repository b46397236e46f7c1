package market

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/mail"
	"strings"
	"unicode/utf8"
)

// MaxEmail is the longest address in bytes (RFC 5321, 4.5.3.1.3, less the
// angle brackets).
const MaxEmail = 254

// ParseEmail reads one bare address as a person types it: surrounding space
// goes, the domain becomes lower case, the local part stays as it is. It
// refuses names and comments around the address, quoted local parts, address
// literals, domains without a dot, anything that is not printable ASCII, and
// more than MaxEmail bytes. An internationalised domain is to be given in
// its ASCII form (the page turns it into that first). Errors wrap ErrInvalid
// and do not contain the address.
func ParseEmail(s string) (string, error) {
	bad := func(why string) (string, error) { return "", fmt.Errorf("e-mail address: %s: %w", why, ErrInvalid) }
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return bad("empty")
	case len(s) > MaxEmail:
		return bad("too long")
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return bad("a character that addresses do not have")
	}
	local, domain, ok := cutLast(s, '@')
	if !ok || local == "" || domain == "" {
		return bad("no @ with something on both sides")
	}
	if strings.ContainsAny(s, `"<>()[]\,;:`) || len(local) > 64 {
		return bad("a form that is not taken")
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" {
		return bad("not well formed")
	}
	domain = strings.ToLower(domain)
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return bad("a domain without a dot")
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.ContainsFunc(l, func(r rune) bool {
			return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
		}) {
			return bad("a domain that cannot be")
		}
	}
	if last := labels[len(labels)-1]; len(last) < 2 || !strings.ContainsFunc(last, func(r rune) bool { return r >= 'a' && r <= 'z' }) {
		return bad("a domain that cannot be")
	}
	return local + "@" + domain, nil
}

func cutLast(s string, sep byte) (before, after string, ok bool) {
	if i := strings.LastIndexByte(s, sep); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// HashEmail names an address without telling it: the SHA-256 of the address
// in lower case, in hexadecimal digits. Addresses that differ in case alone
// are one.
func HashEmail(email string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(email)))
	return hex.EncodeToString(sum[:])
}

// MaskEmail is an address that its owner recognises and nobody else reads:
// its first letter and its domain.
func MaskEmail(email string) string {
	local, domain, ok := cutLast(email, '@')
	if !ok || local == "" {
		return "•••"
	}
	return local[:1] + "•••@" + domain
}

// EmailDomain is the part behind the @.
func EmailDomain(email string) string {
	_, domain, _ := cutLast(email, '@')
	return domain
}

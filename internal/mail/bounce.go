package mail

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"net/textproto"
	"regexp"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Bounce is what a mail that came back says of the letter that it is about.
type Bounce struct {
	// Key is the letter's.
	Key string
	// Reason is why the address is to get no mail any more.
	Reason market.SuppressReason
	// Hard says that it is to get none: the address does not exist, or its
	// owner called the letter spam. A full mailbox, a delay, a refusal for
	// policy and an absence note are not hard.
	Hard bool
	// Status is the enhanced code that was told (RFC 3463), empty for none.
	Status string
}

// The most of a bounce that is read, and how deep parts may lie in it.
const (
	maxBounce = 1 << 20
	maxDepth  = 5
	maxParts  = 20
)

// ParseBounce reads a mail that arrived at the address of Origin.Bounce: a
// delivery status notification (RFC 3464) or a complaint (RFC 5965). The
// letter is known by the address that the mail came to, by the original's
// return path, or by its Message-ID; whoever can name a letter's key has had
// that letter, so that nobody can stop another's mails. It fails with
// market.ErrInvalid where no letter is named.
func ParseBounce(raw []byte) (Bounce, error) {
	if len(raw) > maxBounce {
		raw = raw[:maxBounce]
	}
	msg, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Bounce{}, fmt.Errorf("mail: a bounce that is no message: %w", market.ErrInvalid)
	}
	p := &report{}
	// The address that it came to, as servers note it.
	for _, f := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "To"} {
		for _, v := range msg.Header[textproto.CanonicalMIMEHeaderKey(f)] {
			p.find(returned, v)
		}
	}
	p.read(textproto.MIMEHeader(msg.Header), msg.Body, 0)
	for _, f := range []string{"In-Reply-To", "References"} {
		p.find(named, msg.Header.Get(f))
	}
	if p.key == "" {
		return Bounce{}, fmt.Errorf("mail: a bounce that names no letter: %w", market.ErrInvalid)
	}
	b := Bounce{Key: p.key, Status: p.status}
	switch {
	case p.complaint:
		b.Reason, b.Hard = market.SuppressComplaint, true
	case p.failed && noMailbox.MatchString(p.status):
		b.Reason, b.Hard = market.SuppressBounce, true
	}
	return b, nil
}

var (
	// returned is a return path with a letter's key, as in bounce+KEY@….
	returned = regexp.MustCompile(`\+([0-9a-f]{40})@`)
	// named is a Message-ID with one.
	named = regexp.MustCompile(`<\s*([0-9a-f]{40})@`)
	// enhanced is an enhanced code in a server's words, behind the basic one.
	enhanced = regexp.MustCompile(`\b5\d\d[ -]#?(5\.\d{1,3}\.\d{1,3})\b`)
)

// report is what has been understood of a bounce.
type report struct {
	key       string
	parts     int
	complaint bool
	// failed says that the letter will not be delivered, status why.
	failed bool
	status string
}

func (p *report) find(where *regexp.Regexp, text string) {
	if p.key != "" {
		return
	}
	if m := where.FindStringSubmatch(strings.ToLower(text)); m != nil {
		p.key = m[1]
	}
}

// read reads one part of the message. What cannot be read is left out: the
// rest may be enough.
func (p *report) read(h textproto.MIMEHeader, body io.Reader, depth int) {
	if p.parts++; p.parts > maxParts || depth > maxDepth {
		return
	}
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return
	}
	switch strings.ToLower(h.Get("Content-Transfer-Encoding")) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		if params["boundary"] == "" {
			return
		}
		parts := multipart.NewReader(body, params["boundary"])
		for {
			part, err := parts.NextRawPart()
			if err != nil {
				return
			}
			p.read(part.Header, part, depth+1)
		}
	case kind == "message/delivery-status", kind == "message/global-delivery-status":
		for _, f := range groups(body, maxParts) {
			p.delivery(f)
		}
	case kind == "message/feedback-report":
		for _, f := range groups(body, 1) {
			p.feedback(f)
		}
	case kind == "message/rfc822", kind == "message/rfc822-headers", kind == "text/rfc822-headers", kind == "message/global", kind == "message/global-headers":
		for _, f := range groups(body, 1) {
			p.find(named, f.Get("Message-Id"))
			p.find(returned, f.Get("Return-Path"))
		}
	}
}

// delivery reads what a notification says of a message or one recipient (RFC
// 3464, 2.2 and 2.3).
func (p *report) delivery(f textproto.MIMEHeader) {
	p.find(named, f.Get("Original-Envelope-Id"))
	if !strings.EqualFold(strings.TrimSpace(f.Get("Action")), "failed") {
		return
	}
	p.failed = true
	status, _, _ := strings.Cut(strings.TrimSpace(f.Get("Status")), " ")
	// Relays often write 5.0.0 and repeat what the server said.
	if m := enhanced.FindStringSubmatch(f.Get("Diagnostic-Code")); m != nil && (status == "" || strings.HasPrefix(status, "5.0.") || strings.HasPrefix(status, "5.5.")) {
		status = m[1]
	}
	if codeLike.MatchString(status) {
		p.status = status
	}
}

var codeLike = regexp.MustCompile(`^[245]\.\d{1,3}\.\d{1,3}$`)

// feedback reads a complaint (RFC 5965, 3). "not-spam" is the opposite of one,
// and "virus" and "other" are not its owner's wish.
func (p *report) feedback(f textproto.MIMEHeader) {
	switch strings.ToLower(strings.TrimSpace(f.Get("Feedback-Type"))) {
	case "abuse", "fraud", "opt-out", "opt-out-list":
		p.complaint = true
	}
	p.find(returned, f.Get("Original-Mail-From"))
}

// groups are the first n blocks of fields of a part, parted by blank lines.
func groups(body io.Reader, n int) []textproto.MIMEHeader {
	r := textproto.NewReader(bufio.NewReader(body))
	var out []textproto.MIMEHeader
	for len(out) < n {
		h, err := r.ReadMIMEHeader()
		if len(h) > 0 {
			out = append(out, h)
		}
		if err != nil {
			break
		}
	}
	return out
}

package mailbox

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"strings"
	"time"
)

// Mail is one that was taken.
type Mail struct {
	// Number counts from 1.
	Number int
	// From and To are the envelope's.
	From string
	To   []string
	At   time.Time
	// Raw is the message as it came, with CRLF line ends.
	Raw []byte
	// Header are its fields, encoded words not decoded.
	Header mail.Header
	// Subject, Text and HTML are decoded; a missing part is empty.
	Subject    string
	Text, HTML string
}

// MessageID is the mail's Message-ID without its brackets.
func (m Mail) MessageID() string {
	return strings.Trim(m.Header.Get("Message-Id"), "<> \t")
}

var links = regexp.MustCompile(`https?://[^\s<>"]+`)

// Links are the addresses in the mail's text, in their order.
func (m Mail) Links() []string { return links.FindAllString(m.Text, -1) }

// Link is the first of Links that contains a part; empty where none does.
func (m Mail) Link(part string) string {
	for _, l := range m.Links() {
		if strings.Contains(l, part) {
			return l
		}
	}
	return ""
}

// Parse reads a message: plain text, HTML, or alternatives of both.
func Parse(raw []byte) (Mail, error) {
	m := Mail{Raw: raw}
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return m, fmt.Errorf("mailbox: no message: %w", err)
	}
	m.Header = msg.Header
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject")); err != nil {
		return m, fmt.Errorf("mailbox: subject: %w", err)
	}
	err = m.part(msg.Header.Get("Content-Type"), msg.Header.Get("Content-Transfer-Encoding"), msg.Body)
	return m, err
}

func (m *Mail) part(contentType, encoding string, body io.Reader) error {
	kind, params := "text/plain", map[string]string{}
	if contentType != "" {
		var err error
		if kind, params, err = mime.ParseMediaType(contentType); err != nil {
			return fmt.Errorf("mailbox: content type: %w", err)
		}
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			// Raw: NextPart would decode quoted-printable in silence.
			p, err := parts.NextRawPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("mailbox: parts: %w", err)
			}
			if err := m.part(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p); err != nil {
				return err
			}
		}
	}
	switch strings.ToLower(encoding) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return fmt.Errorf("mailbox: %s: %w", kind, err)
	}
	switch kind {
	case "text/plain":
		m.Text += string(text)
	case "text/html":
		m.HTML += string(text)
	}
	return nil
}

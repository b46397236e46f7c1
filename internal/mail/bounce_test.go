package mail

import (
	"errors"
	"strings"
	"testing"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

const bouncedKey = "0123456789abcdef0123456789abcdef01234567"

// crlfs turns a text of this file into a message.
func crlfs(s string) []byte {
	return []byte(strings.ReplaceAll(strings.ReplaceAll(strings.TrimPrefix(s, "\n"), "KEY", bouncedKey), "\n", "\r\n"))
}

// statusReport is a notification as Postfix words it.
func statusReport(to, action, status, diagnostic, original string) string {
	return `
From: MAILER-DAEMON@mx.example
To: ` + to + `
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

This is a MIME-encapsulated message.

--B
Content-Type: text/plain; charset=us-ascii

I could not deliver your message.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Tue, 24 Nov 2026 08:00:00 +0000

Final-Recipient: rfc822; nobody@example.com
Original-Recipient: rfc822;nobody@example.com
Action: ` + action + `
Status: ` + status + `
Diagnostic-Code: ` + diagnostic + `

--B
Content-Type: text/rfc822-headers

` + original + `

--B--
`
}

func complaint(kind, fields string) string {
	return `
From: feedback@isp.example
To: fbl@kaj.example
Subject: FW: 10 new
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="F"

--F
Content-Type: text/plain

This is an email abuse report.

--F
Content-Type: message/feedback-report

Feedback-Type: ` + kind + `
User-Agent: SomeGenerator/1.0
Version: 1
` + fields + `
--F
Content-Type: message/rfc822

From: Kajkhoj <alerts@kaj.example>
Received: from mx.example by mx2.example
Message-ID:
 <KEY@kaj.example>
Subject: 10 new

gone
--F--
`
}

const (
	verp = "bounce+KEY@kaj.example"
	gone = "smtp; 550 5.1.1 <nobody@example.com>: user unknown"
)

func TestParseBounce(t *testing.T) {
	bounce := func(status string) Bounce {
		return Bounce{bouncedKey, market.SuppressBounce, true, status}
	}
	soft := func(status string) Bounce { return Bounce{Key: bouncedKey, Status: status} }
	for name, c := range map[string]struct {
		raw  string
		want Bounce
	}{
		"known by the return path":         {statusReport(verp, "failed", "5.1.1", gone, "Subject: x"), bounce("5.1.1")},
		"known by the Message-ID":          {statusReport("bounce@kaj.example", "failed", "5.1.1", gone, "Message-ID: <KEY@kaj.example>"), bounce("5.1.1")},
		"in capitals, folded":              {statusReport("bounce@kaj.example", "Failed", "5.1.1", gone, "Message-Id:\n <"+strings.ToUpper(bouncedKey)+"@kaj.example>"), bounce("5.1.1")},
		"a status with a comment":          {statusReport(verp, "failed", "5.1.1 (bad destination)", gone, ""), bounce("5.1.1")},
		"a relay that knows no code":       {statusReport(verp, "failed", "5.0.0", "smtp; 550-5.1.1 no such user", ""), bounce("5.1.1")},
		"an account that is switched off":  {statusReport(verp, "failed", "5.2.1", "smtp; 550 5.2.1 disabled", ""), bounce("5.2.1")},
		"a null MX":                        {statusReport(verp, "failed", "5.1.10", "smtp; 556 5.1.10 null MX", ""), bounce("5.1.10")},
		"a full mailbox is not gone":       {statusReport(verp, "failed", "5.2.2", "smtp; 552 5.2.2 over quota", ""), soft("5.2.2")},
		"policy is not the address":        {statusReport(verp, "failed", "5.7.1", "smtp; 554 5.7.1 blocked", ""), soft("5.7.1")},
		"a delay is not a failure":         {statusReport(verp, "delayed", "4.4.1", "smtp; 421 try later", ""), soft("")},
		"a delivery is not a failure":      {statusReport(verp, "delivered", "2.0.0", "smtp; 250 ok", ""), soft("")},
		"gave up after temporary failures": {statusReport(verp, "failed", "4.4.7", "smtp; 451 4.4.7 expired", ""), soft("4.4.7")},
		"a complaint":                      {complaint("abuse", "Original-Mail-From: <someone@else.example>\n"), Bounce{bouncedKey, market.SuppressComplaint, true, ""}},
		"a complaint without the original": {strings.Replace(complaint("abuse", "Original-Mail-From: <bounce+KEY@kaj.example>\n"), "<KEY@", "<x@", 1), Bounce{bouncedKey, market.SuppressComplaint, true, ""}},
		"not spam":                         {complaint("not-spam", ""), soft("")},
		"an absence note": {`
From: nasreen@example.com
To: bounce+KEY@kaj.example
Subject: Out of office
Auto-Submitted: auto-replied
In-Reply-To: <KEY@kaj.example>
Content-Type: text/plain

I am away. My old address said 550 5.1.1 user unknown.
`, soft("")},
		"an absence note that quotes a code in its subject": {`
From: nasreen@example.com
To: help@kaj.example
Subject: 550 5.1.1 Action: failed
References: <KEY@kaj.example>

Status: 5.1.1
`, soft("")},
		"a bounce in words alone": {`
Return-Path: <>
Delivered-To: bounce+KEY@kaj.example
From: MAILER-DAEMON@old.example
To: somebody@else.example
Subject: failure notice

Hi. This is the qmail-send program. <nobody@example.com>: no mailbox here by that name.
`, soft("")},
	} {
		got, err := ParseBounce(crlfs(c.raw))
		if err != nil || got != c.want {
			t.Errorf("%s: %+v, %v, want %+v", name, got, err, c.want)
		}
		// With bare LF as well, as some pipes give it.
		got, err = ParseBounce([]byte(strings.ReplaceAll(string(crlfs(c.raw)), "\r\n", "\n")))
		if err != nil || got != c.want {
			t.Errorf("%s, with LF: %+v, %v, want %+v", name, got, err, c.want)
		}
	}
}

func TestParseBounceOfNoLetter(t *testing.T) {
	for name, raw := range map[string]string{
		"nothing":            "",
		"no message":         "\x00\x01\x02",
		"an ordinary mail":   "From: a@b.example\nTo: help@kaj.example\nSubject: hi\n\nhello\n",
		"a key too short":    statusReport("bounce+0123@kaj.example", "failed", "5.1.1", gone, ""),
		"another's mail":     statusReport("bounce@kaj.example", "failed", "5.1.1", gone, "Message-ID: <CAF=xyz@mail.example>"),
		"parts without end":  "Content-Type: multipart/report; boundary=B\n\n--B\nContent-Type: multipart/mixed; boundary=B\n\n--B\n",
		"no boundary at all": "Content-Type: multipart/report\n\n--B\n",
	} {
		if got, err := ParseBounce(crlfs(raw)); !errors.Is(err, market.ErrInvalid) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func FuzzParseBounce(f *testing.F) {
	f.Add(crlfs(statusReport(verp, "failed", "5.1.1", gone, "Message-ID: <KEY@kaj.example>")))
	f.Add(crlfs(complaint("abuse", "")))
	f.Add([]byte("Content-Type: multipart/report; boundary=B\r\nTo: x+" + bouncedKey + "@y\r\n\r\n--B\r\nContent-Transfer-Encoding: base64\r\nContent-Type: message/delivery-status\r\n\r\nQWN0aW9uOiBmYWlsZWQ=\r\n--B--\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, err := ParseBounce(raw)
		if err != nil {
			if !errors.Is(err, market.ErrInvalid) || b != (Bounce{}) {
				t.Fatalf("%+v, %v", b, err)
			}
			return
		}
		if !validKey(b.Key) || len(b.Key) != 40 {
			t.Fatalf("the key %q", b.Key)
		}
		if b.Hard != (b.Reason != "") || b.Reason == market.SuppressBounce && !noMailbox.MatchString(b.Status) {
			t.Fatalf("%+v", b)
		}
	})
}

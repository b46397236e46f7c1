package mailbox

import (
	"fmt"
	"net"
	"net/smtp"
	"slices"
	"strings"
	"testing"
	"time"
)

func start(t *testing.T, c Config) *Box {
	t.Helper()
	c.Addr = "127.0.0.1:0"
	b, err := c.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// send is the standard library's client.
func send(b *Box, to, raw string) error {
	return smtp.SendMail(b.Addr(), nil, "from@kaj.example", []string{to}, []byte(strings.ReplaceAll(raw, "\n", "\r\n")))
}

const alternatives = `From: a@kaj.example
Subject: =?UTF-8?b?4Ka44KaV4Ka+4Kay?= again
Message-ID:
 <k1@kaj.example>
Content-Type: multipart/alternative; boundary=B

--B
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

4KaV4Ka+4KacIGh0dHBzOi8va2FqLmV4YW1wbGUvY29uZmlybS9hIDxodHRwczovL2thai5leGFt
cGxlL3N0b3AvYj4K
--B
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<p class=3D"x">=E0=A6=95</p>
--B--
`

func TestBoxKeepsWhatItIsSent(t *testing.T) {
	b := start(t, Config{Keep: 3})
	if err := send(b, "n@example.com", alternatives); err != nil {
		t.Fatal(err)
	}
	m := b.Mails()[0]
	if m.Number != 1 || m.From != "from@kaj.example" || !slices.Equal(m.To, []string{"n@example.com"}) || time.Since(m.At) > time.Minute {
		t.Errorf("%+v", m)
	}
	if m.Subject != "সকাল again" || m.HTML != `<p class="x">ক</p>` || m.MessageID() != "k1@kaj.example" {
		t.Errorf("%q, %q, %q", m.Subject, m.HTML, m.MessageID())
	}
	if string(m.Raw) != strings.ReplaceAll(alternatives, "\n", "\r\n") {
		t.Errorf("the raw mail is another: %q", m.Raw)
	}
	if got := m.Links(); !slices.Equal(got, []string{"https://kaj.example/confirm/a", "https://kaj.example/stop/b"}) || m.Link("/stop/") != got[1] || m.Link("/x/") != "" {
		t.Errorf("links %q", got)
	}
	for i := range 5 {
		if err := send(b, "n@example.com", fmt.Sprintf("Subject: %d\n\nplain\n", i)); err != nil {
			t.Fatal(err)
		}
	}
	if ms := b.Mails(); len(ms) != 3 || ms[2].Subject != "4" || ms[2].Text != "plain\r\n" || ms[0].Subject != "2" || b.Taken() != 6 {
		t.Errorf("%d kept, %d taken", len(ms), b.Taken())
	}
	if b.Clear(); len(b.Mails()) != 0 {
		t.Error("not cleared")
	}
	b.mu.Lock()
	b.bytes += maxKept // as if they were large
	b.mu.Unlock()
	if err := send(b, "n@example.com", "Subject: last\n\nplain\n"); err != nil || len(b.Mails()) != 0 || b.bytes != maxKept {
		t.Errorf("%d kept beside 64 MB", len(b.Mails()))
	}
	b.Clear()
	if err := send(b, "n@example.com", "no message\n"); err == nil {
		t.Error("what is no message is taken")
	}
	if err := send(b, "n@example.com", "Subject: big\n\n"+strings.Repeat(strings.Repeat("x", 70)+"\n", 20_000)); err == nil || b.Taken() != 7 {
		t.Error("a mail of more than a megabyte is taken")
	}
}

func TestFaults(t *testing.T) {
	b := start(t, Config{})
	mail := "Subject: x\n\nx\n"
	said := func(err error) string {
		if err == nil {
			return "250"
		}
		return strings.ReplaceAll(err.Error(), `"`, "")
	}
	for name, c := range map[string]struct {
		fault Fault
		say   string
		kept  int
	}{
		"none":            {Fault{}, "250", 1},
		"later":           {Fault{Later: 1}, "451 4.3.0", 0},
		"dropped before":  {Fault{DropBefore: 1}, "", 0},
		"dropped after":   {Fault{DropAfter: 1}, "", 1},
		"nobody":          {Fault{Answers: map[string]Answer{"n@example.com": NoSuchUser}}, "550 5.1.1 no such user", 0},
		"somebody else":   {Fault{Answers: map[string]Answer{"x@example.com": NoSuchUser}}, "250", 1},
		"content":         {Fault{Content: &Answer{554, [3]int{5, 7, 1}, "spam"}}, "554 5.7.1 spam", 0},
		"at the greeting": {Fault{Greeting: &Answer{Code: 421, Text: "busy"}}, "421 busy", 0},
		"slow":            {Fault{Slow: 50 * time.Millisecond}, "250", 1},
	} {
		b.Fault(c.fault)
		before, began := b.Taken(), time.Now()
		got := said(send(b, "n@example.com", mail))
		if !strings.HasPrefix(got, c.say) || c.say == "" && got == "250" || b.Taken()-before != c.kept {
			t.Errorf("%s: %s, %d kept", name, got, b.Taken()-before)
		}
		if took := time.Since(began); took < c.fault.Slow {
			t.Errorf("%s: %v", name, took)
		}
	}
	// The same seed fails the same mails.
	draw := func() (out string) {
		b.Fault(Fault{Seed: 3, Later: .5})
		for range 20 {
			out += said(send(b, "n@example.com", mail))[:1]
		}
		return out
	}
	if one, two := draw(), draw(); one != two || !strings.Contains(one, "2") || !strings.Contains(one, "4") {
		t.Errorf("%s, then %s", one, two)
	}
}

func TestClose(t *testing.T) {
	b := start(t, Config{})
	if err := send(b, "n@example.com", "Subject: x\n\nx\n"); err != nil {
		t.Fatal(err)
	}
	b.Close()
	b.Close()
	if c, err := net.Dial("tcp", b.Addr()); err == nil {
		c.Close()
		t.Error("a closed box still listens")
	}
	if len(b.Mails()) != 1 {
		t.Error("the mails are gone")
	}
	if _, err := Start("nowhere:x"); err == nil {
		t.Error("listens nowhere")
	}
}

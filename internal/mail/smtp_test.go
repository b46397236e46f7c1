package mail

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/mail/mailbox"
)

func startBox(t testing.TB, c mailbox.Config) *mailbox.Box {
	t.Helper()
	c.Addr = "127.0.0.1:0"
	b, err := c.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// carrierTo is a carrier to a box.
func carrierTo(t testing.TB, b *mailbox.Box, c SMTPConfig) *SMTP {
	t.Helper()
	host, port, err := net.SplitHostPort(b.Addr())
	if err != nil {
		t.Fatal(err)
	}
	c.Host, c.Roots = host, b.Roots()
	if c.Port, err = strconv.Atoi(port); err != nil {
		t.Fatal(err)
	}
	s, err := NewSMTP(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

const note = "From: a@kaj.example\r\nSubject: x\r\n\r\n.a line with a dot\r\n"

func (s *SMTP) try(t testing.TB, to string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	return s.Carry(ctx, "bounce+k@kaj.example", to, []byte(note))
}

func TestParseSMTP(t *testing.T) {
	for in, want := range map[string]SMTPConfig{
		"smtp://kaj@mail.example":              {Host: "mail.example", Port: 587, User: "kaj", Password: "p", TLS: TLSStart},
		"smtp://mail.example:2525/":            {Host: "mail.example", Port: 2525, Password: "p", TLS: TLSStart},
		"smtps://kaj%40x.example@mail.example": {Host: "mail.example", Port: 465, User: "kaj@x.example", Password: "p", TLS: TLSAlways},
		"smtp://127.0.0.1:1025":                {Host: "127.0.0.1", Port: 1025, Password: "p", TLS: TLSNone},
		"smtp://[::1]:1025":                    {Host: "::1", Port: 1025, Password: "p", TLS: TLSNone},
		"smtp://localhost:25?tls=starttls":     {Host: "localhost", Port: 25, Password: "p", TLS: TLSStart},
		"smtps://localhost":                    {Host: "localhost", Port: 465, Password: "p", TLS: TLSAlways},
	} {
		if got, err := ParseSMTP(in, "p"); err != nil || got != want {
			t.Errorf("%s: %+v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "mail.example", "http://mail.example", "smtp://", "smtp://u:s3cret@mail.example?tls=none", "smtp://u:s3cret@10.0.0.1?tls=none",
		"smtp://u:s3cret@mail.example/x", "smtp://u:s3cret@mail.example?x=y", "smtps://u:s3cret@mail.example?tls=none", "smtp://u:s3cret@mail.example:99999", "smtp://u:s3cret@mail.example:x"} {
		if _, err := ParseSMTP(in, ""); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", in, err)
		}
	}
	if _, err := NewSMTP(SMTPConfig{Host: "mail.example", Port: 25, TLS: TLSNone}); err == nil {
		t.Error("plain mail to another machine")
	}
}

// Every way to be let in, and every way not to be.
func TestLetIn(t *testing.T) {
	for _, m := range []string{"PLAIN", "LOGIN", "CRAM-MD5"} {
		for _, mode := range []TLS{TLSNone, TLSStart, TLSAlways} {
			b := startBox(t, mailbox.Config{TLS: mode == TLSAlways, StartTLS: mode == TLSStart, User: "kaj", Password: "s3cret", Mechanisms: []string{m}})
			if err := carrierTo(t, b, SMTPConfig{TLS: mode, User: "kaj", Password: "s3cret"}).try(t, "n@example.com"); err != nil {
				t.Errorf("%s by %s: %v", m, mode, err)
			}
			if got := b.Mails(); len(got) != 1 || string(got[0].Raw) != note || got[0].From != "bounce+k@kaj.example" || got[0].To[0] != "n@example.com" {
				t.Errorf("%s by %s: %+v", m, mode, got)
			}
			err := carrierTo(t, b, SMTPConfig{TLS: mode, User: "kaj", Password: "wr0ng"}).try(t, "n@example.com")
			if !errors.Is(err, ErrServer) || errors.Is(err, ErrRefused) || strings.Contains(err.Error(), "wr0ng") {
				t.Errorf("%s by %s with a wrong password: %v", m, mode, err)
			}
			if err := carrierTo(t, b, SMTPConfig{TLS: mode}).try(t, "n@example.com"); !errors.Is(err, ErrServer) || errors.Is(err, ErrRefused) {
				t.Errorf("%s by %s without a password: %v", m, mode, err)
			}
		}
	}
	plain := startBox(t, mailbox.Config{})
	starttls := startBox(t, mailbox.Config{StartTLS: true})
	stranger := carrierTo(t, starttls, SMTPConfig{TLS: TLSStart})
	stranger.config.Roots = startBox(t, mailbox.Config{TLS: true}).Roots()
	misnamed := carrierTo(t, starttls, SMTPConfig{TLS: TLSStart})
	misnamed.config.Host = "127.0.0.2"
	refusing := startBox(t, mailbox.Config{})
	refusing.Fault(mailbox.Fault{Greeting: &mailbox.Answer{Code: 554, Text: "no service for you"}})
	ended := startBox(t, mailbox.Config{})
	ended.Close()
	for name, s := range map[string]*SMTP{
		"no STARTTLS where it is wanted":  carrierTo(t, plain, SMTPConfig{TLS: TLSStart}),
		"a certificate that nobody knows": stranger,
		"a certificate of another name":   misnamed,
		"no TLS where it is wanted":       carrierTo(t, starttls, SMTPConfig{TLS: TLSNone}),
		"TLS where there is none":         carrierTo(t, plain, SMTPConfig{TLS: TLSAlways}),
		"a password where none is taken":  carrierTo(t, plain, SMTPConfig{TLS: TLSNone, User: "kaj"}),
		"a server that greets with 554":   carrierTo(t, refusing, SMTPConfig{TLS: TLSNone}),
		"a server that is not there":      carrierTo(t, ended, SMTPConfig{TLS: TLSNone}),
	} {
		if err := s.try(t, "n@example.com"); !errors.Is(err, ErrServer) || errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := plain.Taken() + starttls.Taken(); n != 0 {
		t.Errorf("%d letters went out unprotected", n)
	}
}

// What a server answers decides what becomes of a letter, and is told without
// addresses or links.
func TestAnswers(t *testing.T) {
	const to = "nasreen.akter@example.com"
	answer := func(code int, enhanced [3]int, text string) mailbox.Answer {
		return mailbox.Answer{Code: code, Enhanced: enhanced, Text: text}
	}
	for _, c := range []struct {
		answer mailbox.Answer
		want   error // nil: try again
	}{
		{answer(550, [3]int{5, 1, 1}, "<nasreen.akter@example.com>: user nasreen.akter unknown"), ErrNoMailbox},
		{answer(550, [3]int{5, 1, 10}, "null MX"), ErrNoMailbox},
		{answer(550, [3]int{5, 2, 1}, "account disabled"), ErrNoMailbox},
		{answer(553, [3]int{5, 1, 3}, "bad syntax"), ErrNoMailbox},
		{answer(552, [3]int{5, 2, 2}, "mailbox full"), ErrRefused},
		{answer(550, [3]int{5, 7, 1}, "policy, see https://mx.example/why?to=nasreen.akter@example.com"), ErrRefused},
		{answer(550, [3]int{5, 1, 100}, "no such code"), ErrRefused},
		{answer(530, [3]int{5, 7, 0}, "authenticate first"), ErrServer},
		{answer(450, [3]int{4, 2, 0}, "greylisted nasreen.akter@example.com"), nil},
		{answer(421, [3]int{4, 7, 0}, "too many"), nil},
		{answer(450, [3]int{4, 1, 1}, "not sure about 5.1.1"), nil},
	} {
		b := startBox(t, mailbox.Config{})
		s := carrierTo(t, b, SMTPConfig{TLS: TLSNone})
		for stage, f := range map[string]mailbox.Fault{
			"recipient": {Answers: map[string]mailbox.Answer{to: c.answer}},
			"message":   {Content: &c.answer},
		} {
			b.Fault(f)
			err := s.try(t, to)
			for _, kind := range []error{ErrRefused, ErrNoMailbox, ErrServer} {
				if is := errors.Is(err, kind); is != (c.want != nil && errors.Is(c.want, kind)) {
					t.Errorf("%d %v at the %s: %v", c.answer.Code, c.answer.Enhanced, stage, err)
				}
			}
			if err == nil || strings.Contains(strings.ToLower(err.Error()), "nasreen") || strings.Contains(err.Error(), "/") || !strings.Contains(err.Error(), strconv.Itoa(c.answer.Code)) {
				t.Errorf("%d at the %s is told as %v", c.answer.Code, stage, err)
			}
		}
		b.Fault(mailbox.Fault{})
		if err := s.try(t, to); err != nil {
			t.Errorf("after %d: %v", c.answer.Code, err)
		}
	}
}

func TestScrub(t *testing.T) {
	for in, want := range map[string]string{
		"5.1.1 <Na.S@example.com>: unknown":               "5.1.1 … unknown",
		"user na.s is unknown (na.s)":                     "user … is unknown …",
		"no recipient:na.s, user=NA.S; at example.com":    "no … … at example.com",
		"see https://x.example/?a=b or\r\nask\x00help":    "see … or ask help",
		"seen /stop/" + token("a") + " and " + token("b"): "seen … and …",
		"dial tcp 127.0.0.1:25: connection refused":       "dial tcp 127.0.0.1:25: connection refused",
	} {
		if got := scrub(in, "na.s@example.com"); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := scrub(strings.Repeat("many words ", 100), ""); len([]rune(got)) != 161 {
		t.Errorf("%d characters", len([]rune(got)))
	}
}

// One connection carries many letters; one that the server has ended is
// replaced without a word.
func TestConnectionsAreKept(t *testing.T) {
	b := startBox(t, mailbox.Config{})
	s := carrierTo(t, b, SMTPConfig{TLS: TLSNone})
	for range 5 {
		if err := s.try(t, "n@example.com"); err != nil {
			t.Fatal(err)
		}
	}
	b.Fault(mailbox.Fault{Answers: map[string]mailbox.Answer{"x@example.com": mailbox.NoSuchUser}})
	if err := s.try(t, "x@example.com"); !errors.Is(err, ErrNoMailbox) {
		t.Fatal(err)
	}
	if err := s.try(t, "n@example.com"); err != nil || b.Connections() != 1 {
		t.Errorf("%v, %d connections", err, b.Connections())
	}
	// The server ends the connection while it is idle.
	s.idle[0].net.Close()
	if err := s.try(t, "n@example.com"); err != nil || b.Connections() != 2 {
		t.Errorf("%v, %d connections", err, b.Connections())
	}
	for range maxUses + 1 {
		if err := s.try(t, "n@example.com"); err != nil {
			t.Fatal(err)
		}
	}
	if b.Connections() != 3 {
		t.Errorf("%d connections: one is used for ever", b.Connections())
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				if err := s.try(t, "n@example.com"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := b.Connections(); n > 3+8 {
		t.Errorf("%d connections for 8 at once", n)
	}
	if want := 5 + 1 + 1 + maxUses + 1 + 80; b.Taken() != want {
		t.Errorf("%d taken, want %d", b.Taken(), want)
	}
	s.Close()
	if len(s.idle) != 0 {
		t.Error("connections are left open")
	}
}

// A connection that is lost on the way may or may not have brought the
// letter: it is tried again, and not at once by the carrier itself.
func TestLostConnections(t *testing.T) {
	b := startBox(t, mailbox.Config{})
	s := carrierTo(t, b, SMTPConfig{TLS: TLSNone})
	for name, f := range map[string]mailbox.Fault{"before": {DropBefore: 1}, "after": {DropAfter: 1}} {
		b.Fault(f)
		before := b.Taken()
		err := s.try(t, "n@example.com")
		if err == nil || errors.Is(err, ErrRefused) || errors.Is(err, ErrServer) {
			t.Errorf("lost %s the letter was read: %v", name, err)
		}
		if n := b.Taken() - before; n > 1 || (name == "after") != (n == 1) {
			t.Errorf("lost %s: carried %d times", name, n)
		}
	}
}

// A server that does not answer is not waited for.
func TestSlowServers(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	// Silent from a word on: before the greeting, or after a command.
	for stage, greet := range map[string]func(net.Conn){
		"connecting": func(net.Conn) {},
		"sender": func(c net.Conn) {
			fmt.Fprint(c, "220 hi\r\n")
			bufio.NewReader(c).ReadString('\n')
			fmt.Fprint(c, "250 hello\r\n")
		},
	} {
		go func() {
			c, err := silent.Accept()
			if err != nil {
				return
			}
			greet(c)
			time.AfterFunc(3*time.Second, func() { c.Close() })
		}()
		s, err := NewSMTP(SMTPConfig{Host: "127.0.0.1", Port: silent.Addr().(*net.TCPAddr).Port, TLS: TLSNone})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		err = s.Carry(ctx, "a@kaj.example", "n@example.com", []byte(note))
		cancel()
		if err == nil || errors.Is(err, ErrRefused) || !strings.HasPrefix(err.Error(), stage) || time.Since(began) > 2*time.Second {
			t.Errorf("silent at %s: %v after %v", stage, err, time.Since(began))
		}
	}
}

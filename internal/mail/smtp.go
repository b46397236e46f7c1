package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/textproto"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/wneessen/go-mail/smtp"
)

// SMTPConfig says which server letters leave by.
type SMTPConfig struct {
	Host string
	Port int
	// User and Password are given where User is not empty.
	User, Password string
	TLS            TLS
	// Roots are who is trusted to certify the server; nil means the system's.
	Roots *x509.CertPool
	// Hello is the name that we greet with, empty for "localhost".
	Hello string
}

// TLS says how a connection is kept private.
type TLS string

// How a connection is kept private.
const (
	TLSAlways TLS = "tls"      // from the first byte (RFC 8314)
	TLSStart  TLS = "starttls" // by STARTTLS, without which nothing is sent (RFC 3207)
	TLSNone   TLS = "none"     // not at all: to this machine only
)

// ParseSMTP reads a server's address: smtps://user@host:465 speaks TLS,
// smtp://user@host:587 STARTTLS. To this machine itself smtp:// is plain,
// unless it ends in ?tls=starttls. Errors do not repeat the address, which may
// hold a password.
func ParseSMTP(address, password string) (SMTPConfig, error) {
	bad := func(why string) (SMTPConfig, error) {
		return SMTPConfig{}, fmt.Errorf("mail: the SMTP address %s", why)
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" {
		return bad("is not of the form smtp://user@host:587 or smtps://user@host:465")
	}
	c := SMTPConfig{Host: u.Hostname(), User: u.User.Username(), Password: password}
	if p, ok := u.User.Password(); ok && password == "" {
		c.Password = p
	}
	switch u.Scheme {
	case "smtps":
		c.TLS, c.Port = TLSAlways, 465
	case "smtp":
		c.TLS, c.Port = TLSStart, 587
		if loopback(c.Host) {
			c.TLS = TLSNone
		}
	default:
		return bad("begins with neither smtp:// nor smtps://")
	}
	for k, v := range u.Query() {
		switch {
		case k == "tls" && len(v) == 1 && u.Scheme == "smtp" && (TLS(v[0]) == TLSStart || TLS(v[0]) == TLSNone):
			c.TLS = TLS(v[0])
		default:
			return bad("takes ?tls=starttls or ?tls=none behind smtp://, and nothing else")
		}
	}
	if p := u.Port(); p != "" {
		if c.Port, err = strconv.Atoi(p); err != nil || c.Port < 1 || c.Port > 65535 {
			return bad("has no port between 1 and 65535")
		}
	}
	if c.TLS == TLSNone && !loopback(c.Host) {
		return bad("is of another machine, to which nothing is sent without TLS")
	}
	return c, nil
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// SMTP carries letters to one server. It keeps connections for a while, as
// many as are used at once. It may be shared.
type SMTP struct {
	config SMTPConfig

	mu     sync.Mutex
	idle   []*connection
	closed bool
}

// NewSMTP makes a carrier; nothing is sent yet.
func NewSMTP(c SMTPConfig) (*SMTP, error) {
	if c.Host == "" || c.Port < 1 || c.Port > 65535 {
		return nil, errors.New("mail: an SMTP server needs a host and a port")
	}
	switch c.TLS {
	case TLSAlways, TLSStart:
	case TLSNone:
		if !loopback(c.Host) {
			return nil, errors.New("mail: nothing is sent without TLS to another machine")
		}
	default:
		return nil, fmt.Errorf("mail: no such TLS mode: %q", c.TLS)
	}
	if c.Hello == "" {
		c.Hello = "localhost"
	}
	return &SMTP{config: c}, nil
}

const (
	// idleFor is how long an unused connection is kept.
	idleFor = 15 * time.Second
	// maxUses is how many letters one connection carries at most: servers end
	// a connection after some hundred.
	maxUses = 100
)

// connection is one to the server, greeted and let in.
type connection struct {
	*smtp.Client
	net  net.Conn
	uses int
	// expiry closes it when it was idle for too long.
	expiry *time.Timer
}

// Carry hands one letter over. A connection that the server has closed
// meanwhile is replaced, as long as nothing of the letter was sent.
func (s *SMTP) Carry(ctx context.Context, from, to string, raw []byte) error {
	for {
		c, err := s.connection(ctx)
		if err != nil {
			return refusal("connecting", err, to)
		}
		old := c.uses > 0
		stage, alive, err := c.carry(ctx, from, to, raw)
		if alive && ctx.Err() == nil {
			s.keep(c)
		} else {
			c.net.Close()
		}
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("%s: no answer in time", stage)
		case old && stage == stageMail && !answered(err):
			continue
		}
		return refusal(stage, err, to)
	}
}

// Close ends the idle connections; those in use end when their letter is
// carried.
func (s *SMTP) Close() error {
	s.mu.Lock()
	idle := s.idle
	s.idle, s.closed = nil, true
	s.mu.Unlock()
	for _, c := range idle {
		c.expiry.Stop()
		c.end()
	}
	return nil
}

func (c *connection) end() {
	c.net.SetDeadline(time.Now().Add(2 * time.Second))
	c.Quit()
	c.net.Close()
}

func (s *SMTP) connection(ctx context.Context) (*connection, error) {
	s.mu.Lock()
	if n := len(s.idle); n > 0 {
		c := s.idle[n-1]
		s.idle = s.idle[:n-1]
		s.mu.Unlock()
		c.expiry.Stop()
		return c, nil
	}
	s.mu.Unlock()
	return s.connect(ctx)
}

func (s *SMTP) keep(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || c.uses >= maxUses {
		go c.end()
		return
	}
	c.expiry = time.AfterFunc(idleFor, func() {
		s.mu.Lock()
		i := slices.Index(s.idle, c)
		if i >= 0 {
			s.idle = slices.Delete(s.idle, i, i+1)
		}
		s.mu.Unlock()
		if i >= 0 {
			c.end()
		}
	})
	s.idle = append(s.idle, c)
}

// until ends what a connection waits for when ctx ends. The caller calls
// stop when it waits no more.
func until(ctx context.Context, c net.Conn) (stop func()) {
	c.SetDeadline(time.Time{})
	end := context.AfterFunc(ctx, func() { c.SetDeadline(time.Unix(1, 0)) })
	return func() { end() }
}

func (s *SMTP) connect(ctx context.Context) (*connection, error) {
	d := net.Dialer{Timeout: 30 * time.Second}
	raw, err := d.DialContext(ctx, "tcp", net.JoinHostPort(s.config.Host, strconv.Itoa(s.config.Port)))
	if err != nil {
		return nil, outside{err}
	}
	c, err := s.enter(ctx, raw)
	if err != nil {
		raw.Close()
		return nil, outside{err}
	}
	return c, nil
}

// outside is an error that kept us from being let in: an ErrServer.
type outside struct{ error }

func (o outside) Unwrap() error        { return o.error }
func (o outside) Is(target error) bool { return target == ErrServer }

// enter greets the server and is let in.
func (s *SMTP) enter(ctx context.Context, raw net.Conn) (*connection, error) {
	defer until(ctx, raw)()
	if a, ok := raw.RemoteAddr().(*net.TCPAddr); s.config.TLS == TLSNone && (!ok || !a.IP.IsLoopback()) {
		return nil, errors.New("nothing is sent without TLS to another machine")
	}
	secure := &tls.Config{ServerName: s.config.Host, RootCAs: s.config.Roots, MinVersion: tls.VersionTLS12}
	conn := raw
	if s.config.TLS == TLSAlways {
		t := tls.Client(raw, secure)
		if err := t.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		conn = t
	}
	client, err := smtp.NewClient(conn, s.config.Host)
	if err != nil {
		return nil, err
	}
	// Addresses are ASCII: a server need not promise to understand more.
	client.SkipSMTPUTF8(true)
	if err := client.Hello(s.config.Hello); err != nil {
		return nil, err
	}
	if s.config.TLS == TLSStart {
		if ok, _ := client.Extension("STARTTLS"); !ok {
			return nil, errors.New("the server offers no STARTTLS")
		}
		if err := client.StartTLS(secure); err != nil {
			return nil, err
		}
	}
	if s.config.User != "" {
		auth, err := s.auth(client)
		if err != nil {
			return nil, err
		}
		if err := client.Auth(auth); err != nil {
			return nil, fmt.Errorf("authentication: %w", err)
		}
	}
	return &connection{Client: client, net: raw}, nil
}

// auth picks how the password is given: as it is where TLS hides it, by a
// proof of it (RFC 2195) where that is offered and nothing does.
func (s *SMTP) auth(client *smtp.Client) (smtp.Auth, error) {
	_, offered := client.Extension("AUTH")
	mechanisms := []string{"PLAIN", "LOGIN", "CRAM-MD5"}
	if s.config.TLS == TLSNone {
		mechanisms = []string{"CRAM-MD5", "PLAIN", "LOGIN"}
	}
	for _, m := range mechanisms {
		if !slices.Contains(strings.Fields(strings.ToUpper(offered)), m) {
			continue
		}
		switch m {
		case "PLAIN":
			return smtp.PlainAuth("", s.config.User, s.config.Password, s.config.Host, s.config.TLS == TLSNone), nil
		case "LOGIN":
			return smtp.LoginAuth(s.config.User, s.config.Password, s.config.Host, s.config.TLS == TLSNone), nil
		case "CRAM-MD5":
			return smtp.CRAMMD5Auth(s.config.User, s.config.Password), nil
		}
	}
	return nil, errors.New("the server offers none of PLAIN, LOGIN and CRAM-MD5")
}

// The stages of handing a letter over, as errors name them.
const (
	stageMail = "sender"
	stageRcpt = "recipient"
	stageData = "message"
)

// carry hands a letter over. alive says that the connection can be used again.
func (c *connection) carry(ctx context.Context, from, to string, raw []byte) (stage string, alive bool, err error) {
	defer until(ctx, c.net)()
	c.uses++
	if stage, err = c.transaction(from, to, raw); err == nil {
		return stage, true, nil
	}
	return stage, answered(err) && c.Reset() == nil, err
}

func (c *connection) transaction(from, to string, raw []byte) (stage string, err error) {
	if err := c.Mail("<" + from + ">"); err != nil {
		return stageMail, err
	}
	if err := c.Rcpt("<" + to + ">"); err != nil {
		return stageRcpt, err
	}
	w, err := c.Data()
	if err != nil {
		return stageData, err
	}
	if _, err := w.Write(raw); err != nil {
		return stageData, err
	}
	return stageData, w.Close()
}

// answered reports whether the server said no, and goes on listening.
func answered(err error) bool {
	var e *textproto.Error
	return errors.As(err, &e) && e.Code != 421
}

// refusal says what became of a letter: an error that wraps ErrServer,
// ErrNoMailbox or ErrRefused, or none of them where it is to be tried again.
//
// A 5xx answer is about the letter where it answers the recipient or the
// message. One to our greeting, password or sender would meet every letter
// alike: burying them for it would lose them all.
func refusal(stage string, err error, to string) error {
	var e *textproto.Error
	if !errors.As(err, &e) {
		text := fmt.Sprintf("%s: %s", stage, scrub(err.Error(), to))
		if errors.Is(err, ErrServer) {
			return fmt.Errorf("%s: %w", text, ErrServer)
		}
		return errors.New(text)
	}
	text := fmt.Sprintf("%s: %d %s", stage, e.Code, scrub(e.Msg, to))
	switch {
	case errors.Is(err, ErrServer), e.Code/100 == 5 && (stage == stageMail || aboutUs(e.Code)):
		return fmt.Errorf("%s: %w", text, ErrServer)
	case e.Code/100 != 5:
		return errors.New(text)
	case noMailbox.MatchString(e.Msg):
		return fmt.Errorf("%s: %w", text, ErrNoMailbox)
	}
	return fmt.Errorf("%s: %w", text, ErrRefused)
}

// aboutUs reports whether a code asks for a password or TLS (RFC 4954, 6;
// RFC 3207, 4).
func aboutUs(code int) bool { return code == 530 || code == 534 || code == 535 || code == 538 }

// noMailbox are the enhanced codes of an address that does not exist, with
// which the answer then begins (RFC 2034, 4).
var noMailbox = regexp.MustCompile(`^5\.(1\.(1|2|3|6|10)|2\.1)(\s|$)`)

// scrub makes a server's words fit for a log: servers repeat addresses, and
// links of the letter with their tokens. Every word with an @ or a slash,
// every long one, and the address's own local part go.
func scrub(s, to string) string {
	local, _, _ := strings.Cut(strings.ToLower(to), "@")
	var out []string
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		bare := strings.ToLower(strings.TrimFunc(w, func(r rune) bool { return strings.ContainsRune(`<>"'()[]{}.,;:!`, r) }))
		if strings.ContainsAny(w, "@/") || len(w) > 40 || local != "" && bare == local || len(local) > 2 && strings.Contains(bare, local) {
			w = "…"
		}
		out = append(out, w)
	}
	text := []rune(strings.Join(out, " "))
	if len(text) > 160 {
		text = append(text[:160], '…')
	}
	return string(text)
}

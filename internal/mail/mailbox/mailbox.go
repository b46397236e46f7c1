// Package mailbox is an SMTP server in the process that keeps what it is
// sent: the demo shows its mails, and tests read them. It can be told to fail
// as real servers do.
package mailbox

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Config says what kind of server a Box is. The zero value takes mail from
// anybody, without TLS.
type Config struct {
	// Addr is where it listens, "127.0.0.1:0" for a free port.
	Addr string
	// TLS speaks TLS from the first byte, StartTLS offers it and takes no mail
	// without. The certificate is made for the occasion: see Box.Roots.
	TLS, StartTLS bool
	// User and Password must be given before a mail is taken, where User is
	// not empty; by one of Mechanisms (PLAIN, LOGIN, CRAM-MD5; empty means all).
	User, Password string
	Mechanisms     []string
	// Keep is how many mails are kept, the newest; 0 means 1,000. They are
	// fewer where they have more than 64 MB together.
	Keep int
}

// maxMail is the most bytes that a mail may have, maxKept those of all that
// are kept.
const (
	maxMail = 1 << 20
	maxKept = 64 << 20
)

// Answer is what is said in the place of "taken".
type Answer struct {
	Code     int    // 451, 550
	Enhanced [3]int // 5.1.1
	Text     string
}

func (a Answer) error() error {
	return &smtp.SMTPError{Code: a.Code, EnhancedCode: a.Enhanced, Message: a.Text}
}

// NoSuchUser is the answer to an address that does not exist.
var NoSuchUser = Answer{550, [3]int{5, 1, 1}, "no such user here"}

// Fault is how the server fails. Shares are from 0, never, to 1, always, and
// are drawn by Seed.
type Fault struct {
	Seed uint64
	// Slow is how long each mail takes.
	Slow time.Duration
	// DropBefore is the share of mails where the connection is lost before the
	// mail is read, DropAfter where it is lost after the mail is kept and before
	// that is said.
	DropBefore, DropAfter float64
	// Later is the share of mails that are answered with 451.
	Later float64
	// Answers are what certain addresses are answered, by address.
	Answers map[string]Answer
	// Content is what every mail is answered when it has been read, nil for
	// nothing special.
	Content *Answer
	// Greeting refuses each connection at once.
	Greeting *Answer
}

// Box is a running server.
type Box struct {
	config   Config
	server   *smtp.Server
	listener net.Listener
	roots    *x509.CertPool
	stop     chan struct{}
	ending   sync.Once

	mu          sync.Mutex
	fault       Fault
	rand        *rand.Rand
	mails       []Mail
	bytes       int // of mails
	taken       int
	connections int
}

// Start runs a server that takes mail from anybody; addr may end in ":0".
func Start(addr string) (*Box, error) { return Config{Addr: addr}.Start() }

// Start runs the server.
func (c Config) Start() (*Box, error) {
	if c.Keep == 0 {
		c.Keep = 1000
	}
	if len(c.Mechanisms) == 0 {
		c.Mechanisms = []string{sasl.Plain, "LOGIN", "CRAM-MD5"}
	}
	b := &Box{config: c, stop: make(chan struct{})}
	b.Fault(Fault{})
	b.server = smtp.NewServer(smtp.BackendFunc(b.session))
	b.server.Domain = "mailbox.invalid"
	b.server.MaxMessageBytes = maxMail
	b.server.MaxRecipients = 10
	b.server.ReadTimeout = time.Minute
	b.server.WriteTimeout = time.Minute
	b.server.ErrorLog = log.New(io.Discard, "", 0)
	b.server.AllowInsecureAuth = !c.TLS && !c.StartTLS
	var err error
	if b.listener, err = net.Listen("tcp", c.Addr); err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	l := net.Listener(gate{b.listener, b})
	if c.TLS || c.StartTLS {
		cert, roots, err := certificate()
		if err != nil {
			return nil, errors.Join(fmt.Errorf("mailbox: %w", err), b.listener.Close())
		}
		b.roots = roots
		b.server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
		if c.TLS {
			l = tls.NewListener(l, b.server.TLSConfig)
		}
	}
	go b.server.Serve(l)
	return b, nil
}

// Close ends the server and its connections. The mails stay readable.
func (b *Box) Close() error {
	b.ending.Do(func() {
		close(b.stop)
		// The server closes what it serves already; it may not have begun to.
		b.server.Close()
		b.listener.Close()
	})
	return nil
}

// Addr is where it listens: host and port.
func (b *Box) Addr() string { return b.listener.Addr().String() }

// Roots hold the server's certificate, nil where it has none. It is made out
// to 127.0.0.1, ::1 and localhost.
func (b *Box) Roots() *x509.CertPool { return b.roots }

// Fault changes how the server fails from now on; the zero Fault ends it.
func (b *Box) Fault(f Fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fault = f
	b.rand = rand.New(rand.NewPCG(f.Seed, 1))
}

// Mails are those that are kept, the oldest first.
func (b *Box) Mails() []Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.mails)
}

// Taken counts the mails that were kept since the start, those included that
// have been dropped since, and whose sender was not told.
func (b *Box) Taken() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.taken
}

// Connections counts the connections since the start.
func (b *Box) Connections() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.connections
}

// Clear forgets the mails.
func (b *Box) Clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mails, b.bytes = nil, 0
}

func (b *Box) keep(m Mail) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taken++
	m.Number = b.taken
	b.mails = append(b.mails, m)
	b.bytes += len(m.Raw)
	drop := 0
	for len(b.mails)-drop > b.config.Keep || b.bytes > maxKept {
		b.bytes -= len(b.mails[drop].Raw)
		drop++
	}
	b.mails = slices.Delete(b.mails, 0, drop)
}

// drawn is one mail's fate.
type drawn struct {
	Fault
	before, after, later bool
}

func (b *Box) draw() drawn {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.fault
	return drawn{f, b.rand.Float64() < f.DropBefore, b.rand.Float64() < f.DropAfter, b.rand.Float64() < f.Later}
}

// gate counts connections and refuses them where it is told to.
type gate struct {
	net.Listener
	box *Box
}

func (g gate) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		g.box.mu.Lock()
		g.box.connections++
		refusal := g.box.fault.Greeting
		g.box.mu.Unlock()
		if refusal == nil {
			return c, nil
		}
		fmt.Fprintf(c, "%d %s\r\n", refusal.Code, refusal.Text)
		c.Close()
	}
}

func (b *Box) session(c *smtp.Conn) (smtp.Session, error) {
	s := &session{box: b, conn: c}
	if b.config.User != "" {
		return &authSession{session: s}, nil
	}
	return s, nil
}

// session is one connection's.
type session struct {
	box      *Box
	conn     *smtp.Conn
	needAuth bool
	from     string
	to       []string
	fate     drawn
}

func (s *session) Reset()        { s.from, s.to = "", nil }
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if _, secure := s.conn.TLSConnectionState(); s.box.config.StartTLS && !secure {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Must issue a STARTTLS command first"}
	}
	if s.needAuth {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required"}
	}
	s.from, s.fate = from, s.box.draw()
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if a, ok := s.fate.Answers[to]; ok {
		return a.error()
	}
	s.to = append(s.to, to)
	return nil
}

var errDropped = errors.New("the connection is dropped")

func (s *session) Data(r io.Reader) error {
	if s.fate.Slow > 0 {
		t := time.NewTimer(s.fate.Slow)
		defer t.Stop()
		select {
		case <-s.box.stop:
		case <-t.C:
		}
	}
	if s.fate.before {
		s.conn.Close()
		return errDropped
	}
	if s.fate.later {
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Try again later"}
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if a := s.fate.Content; a != nil {
		return a.error()
	}
	m, err := Parse(raw)
	if err != nil {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: strings.NewReplacer("\r", " ", "\n", " ").Replace(err.Error())}
	}
	m.From, m.To, m.At = s.from, s.to, time.Now().UTC()
	s.box.keep(m)
	if s.fate.after {
		s.conn.Close()
		return errDropped
	}
	return nil
}

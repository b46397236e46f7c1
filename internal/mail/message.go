package mail

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"
	netmail "net/mail"
	"net/url"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Origin says whom letters come from, and where what is wrong with them goes.
type Origin struct {
	// From is the address that letters come from. Its domain is that of their
	// Message-ID and List-Id.
	From string
	// ReplyTo is where answers go, empty for From.
	ReplyTo string
	// Bounce is the address that failures are returned to, as bounce+KEY@…
	// with the letter's key (VERP), so that a failure names its letter
	// whatever it looks like. Empty means From, as it is.
	Bounce string
	// DKIM signs letters, nil for none.
	DKIM *DKIM
	// HTTPS says that the site is reached by https: a letter whose way out is
	// another address, because it was written before that was configured,
	// cannot be stopped by one tap (RFC 8058, 3.1), and is refused.
	HTTPS bool
}

// DKIM is what letters are signed with (RFC 6376).
type DKIM struct {
	Domain, Selector string
	// Key is an *rsa.PrivateKey of 2048 bits or more, which every receiver
	// can check, or an ed25519.PrivateKey (RFC 8463), which not all can.
	Key crypto.Signer
}

// minRSA is the shortest RSA key that receivers must take and signers should
// use, in bits (RFC 8301, 3.2).
const minRSA = 2048

// NewDKIM reads a private key in PEM: PKCS #1 or PKCS #8.
func NewDKIM(domain, selector string, pem []byte) (*DKIM, error) {
	key, err := gomail.PrivKeyFromPEM(pem)
	if err != nil {
		return nil, fmt.Errorf("mail: DKIM key: %w", err)
	}
	d := &DKIM{Domain: domain, Selector: selector, Key: key}
	if err := d.check(); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *DKIM) check() error {
	if !domainLike(d.Domain) || !domainLike(d.Selector) {
		return fmt.Errorf("mail: DKIM: %q and %q are no domain and selector", d.Domain, d.Selector)
	}
	switch key := d.Key.(type) {
	case *rsa.PrivateKey:
		if key.N.BitLen() < minRSA {
			return fmt.Errorf("mail: DKIM key of %d bits: at least %d are needed", key.N.BitLen(), minRSA)
		}
	case ed25519.PrivateKey:
	default:
		return fmt.Errorf("mail: DKIM key: %T is neither RSA nor Ed25519", d.Key)
	}
	return nil
}

func domainLike(s string) bool {
	return s != "" && len(s) <= 253 && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && r != '.' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}

// signed are the fields that the signature covers: those that RFC 6376, 5.4.1
// names, and the two of RFC 8058, which receivers want signed. Those in
// sealed are named once more, so that no second one can be put in.
var (
	signed = []string{"From", "To", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"}
	sealed = []string{"From", "Subject"}
)

// The faults of a letter that no server would mend: it is buried.
var (
	// ErrNoWayOut says that a letter to a person has no link that stops it.
	ErrNoWayOut = errors.New("the letter has no way to stop it")
	// ErrLetter says that a letter cannot be written as a message.
	ErrLetter = errors.New("the letter cannot be written")
)

// Composer turns letters into messages. It may be shared.
type Composer struct {
	origin Origin
	domain string
	names  map[string]string // by language
}

// NewComposer checks an origin.
func NewComposer(o Origin) (*Composer, error) {
	c := &Composer{origin: o, names: map[string]string{}}
	for _, a := range []*string{&c.origin.From, &c.origin.ReplyTo, &c.origin.Bounce} {
		if *a == "" && a != &c.origin.From {
			continue
		}
		if !bareAddress(*a) {
			return nil, fmt.Errorf("mail: %q is no bare address", *a)
		}
	}
	c.domain = market.EmailDomain(o.From)
	if o.DKIM != nil {
		if err := o.DKIM.check(); err != nil {
			return nil, err
		}
	}
	for _, l := range locale.Langs {
		cat, err := locale.Load(l)
		if err != nil {
			return nil, err
		}
		c.names[string(l)] = cat.Text("site.name")
	}
	return c, nil
}

// maxSubject is the longest subject, in characters. A word of it is not broken,
// and a line may have 998.
const maxSubject = 200

// Compose makes the message of a letter, with CRLF line ends, and says whom
// the envelope is from. The same letter gives the same message, but for the
// signature's time. It fails with ErrNoWayOut or ErrLetter; errors hold no
// address.
func (c *Composer) Compose(l market.Letter, now time.Time) (from string, raw []byte, err error) {
	if l.Kind != market.LetterOperator && (!webAddress(l.Stop) || c.origin.HTTPS && !strings.HasPrefix(l.Stop, "https://")) {
		return "", nil, ErrNoWayOut
	}
	if !validKey(l.Key) {
		return "", nil, fmt.Errorf("%w: its key is none", ErrLetter)
	}
	if !bareAddress(l.To) {
		return "", nil, fmt.Errorf("%w: its address is none", ErrLetter)
	}

	name, ok := c.names[l.Lang]
	if !ok {
		name = c.names[string(locale.Langs[0])]
	}
	encoding := gomail.EncodingQP
	if l.Lang == string(locale.Bengali) {
		encoding = gomail.EncodingB64 // a third of the length of quoted-printable
	}
	// "=_" stands in neither encoding, so that no text can end its part (RFC
	// 2045, 6.7).
	boundary := "=_" + l.Key
	m := gomail.NewMsg(gomail.WithEncoding(encoding), gomail.WithBoundary(boundary), gomail.WithNoDefaultUserAgent())
	m.SetMessageIDWithValue(l.Key + "@" + c.domain)
	m.SetDateWithValue(l.Created.UTC())
	m.Subject(locale.Cut(oneLine(l.Subject), maxSubject))
	m.SetGenHeader("Content-Language", l.Lang)
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834
	if l.Kind != market.LetterOperator {
		m.SetGenHeader("Precedence", "bulk")
		m.SetGenHeader("List-Id", "<alerts."+c.domain+">")                    // RFC 2919
		m.SetGenHeader("List-Unsubscribe", "<"+l.Stop+">")                    // RFC 2369
		m.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click") // RFC 8058
	}
	for _, set := range []func() error{
		func() error { return m.From((&netmail.Address{Name: name, Address: c.origin.From}).String()) },
		func() error { return m.To(l.To) },
		func() error {
			if c.origin.ReplyTo == "" {
				return nil
			}
			return m.ReplyTo(c.origin.ReplyTo)
		},
	} {
		if set() != nil { // the library's errors repeat the address
			return "", nil, fmt.Errorf("%w: an address is none", ErrLetter)
		}
	}
	// Text in MIME has CRLF line ends before it is encoded (RFC 2046, 4.1.1).
	m.SetBodyString(gomail.TypeTextPlain, crlf(l.Text))
	if l.HTML != "" {
		m.SetGenHeader(gomail.HeaderContentType, `multipart/alternative; boundary="`+boundary+`"`)
		m.AddAlternativeString(gomail.TypeTextHTML, crlf(l.HTML))
	}
	if d := c.origin.DKIM; d != nil {
		s := gomail.NewDKIMSigner(d.Domain, d.Selector, d.Key)
		s.NowFunc = func() time.Time { return now }
		s.SignHeaders(signed...)
		s.OversignHeaders(sealed...)
		m.SetDKIM(s)
	}
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		return "", nil, fmt.Errorf("%w: %w", ErrLetter, err)
	}
	raw = b.Bytes()
	if c.origin.DKIM != nil {
		raw = refold(raw)
	}
	return c.returnPath(l.Key), raw, nil
}

// returnPath is the envelope's sender.
func (c *Composer) returnPath(key string) string {
	if c.origin.Bounce == "" {
		return c.origin.From
	}
	local, domain, _ := strings.Cut(c.origin.Bounce, "@")
	return local + "+" + key + "@" + domain
}

// refold folds the signature, which is the message's first field, anew. The
// library folds it after 76 characters even inside a word, and a list of
// signed fields that is broken so names fields that are not there. A fold in
// the place of a space between two tags, or inside b=, changes nothing that
// is checked (RFC 6376, 3.2, 3.4.2 and 3.5).
func refold(raw []byte) []byte {
	end := 0
	for {
		i := bytes.Index(raw[end:], []byte("\r\n"))
		if i < 0 {
			return raw
		}
		end += i + 2
		if end >= len(raw) || raw[end] != ' ' && raw[end] != '\t' {
			break
		}
	}
	field := strings.ReplaceAll(string(raw[:end-2]), "\r\n ", "")
	tags := strings.Split(field, "; ")
	last := len(tags) - 1
	signature, ok := strings.CutPrefix(tags[last], "b=")
	if !ok {
		return raw
	}
	const width = 72
	var b strings.Builder
	b.WriteString("b=")
	for len(signature) > width {
		b.WriteString(signature[:width] + "\r\n ")
		signature = signature[width:]
	}
	tags[last] = b.String() + signature
	return append([]byte(strings.Join(tags, ";\r\n ")+"\r\n"), raw[end:]...)
}

// crlf ends each line with CRLF, however it ended.
func crlf(s string) string { return lineEnds.Replace(s) }

var lineEnds = strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n")

// bareAddress reports whether s is an address and nothing else, in ASCII.
// People's are held to market.ParseEmail before; an operator may choose one
// such as kajkhoj@localhost.
func bareAddress(s string) bool {
	a, err := netmail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= market.MaxEmail && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '<' || r == '>' })
}

// webAddress reports whether s can stand as an address between angle brackets.
func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http") && len(s) <= 900 &&
		!strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '<' || r == '>' || r == ',' })
}

// validKey reports whether s may be a letter's key.
func validKey(s string) bool {
	return s != "" && len(s) <= 40 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}

package mail

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/kajkhoj/kajkhoj/internal/alert"
	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/mail/mailbox"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

func origin() Origin {
	return Origin{From: "alerts@kaj.example", ReplyTo: "help@kaj.example", Bounce: "bounce@kaj.example",
		DKIM: &DKIM{Domain: "kaj.example", Selector: "s2026", Key: rsaKey()}}
}

func newComposer(t testing.TB, o Origin) *Composer {
	t.Helper()
	c, err := NewComposer(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// post sends letters to a real server and gives what it received, in order.
func post(t testing.TB, c *Composer, ls ...market.Letter) []mailbox.Mail {
	t.Helper()
	box := startBox(t, mailbox.Config{})
	carrier := carrierTo(t, box, SMTPConfig{TLS: TLSNone})
	for _, l := range ls {
		from, raw, err := c.Compose(l, now)
		if err != nil {
			t.Fatal(err)
		}
		if err := carrier.Carry(t.Context(), from, l.To, raw); err != nil {
			t.Fatal(err)
		}
	}
	mails := box.Mails()
	if len(mails) != len(ls) {
		t.Fatalf("%d of %d letters arrived", len(mails), len(ls))
	}
	return mails
}

// dnsKey is the record under which receivers look for a key (RFC 6376, 3.6.1;
// RFC 8463, 4).
func dnsKey(t testing.TB, d *DKIM) func(string) ([]string, error) {
	t.Helper()
	var record string
	switch key := d.Key.Public().(type) {
	case *rsa.PublicKey:
		der, err := x509.MarshalPKIXPublicKey(key)
		if err != nil {
			t.Fatal(err)
		}
		record = "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der)
	case ed25519.PublicKey:
		record = "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(key)
	}
	return func(name string) ([]string, error) {
		if want := d.Selector + "._domainkey." + d.Domain; name != want {
			return nil, fmt.Errorf("asked for %s", name)
		}
		return []string{record}, nil
	}
}

func verify(t testing.TB, raw []byte, d *DKIM) (*dkim.Verification, error) {
	t.Helper()
	vs, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: dnsKey(t, d)})
	if err != nil {
		t.Fatal(err)
	}
	if len(vs) != 1 {
		t.Fatalf("%d signatures", len(vs))
	}
	return vs[0], vs[0].Err
}

// TestSignature has another implementation check what a server received, for
// each kind of letter, in both languages, with both kinds of key; and change
// it in each field that receivers rely on.
func TestSignature(t *testing.T) {
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]crypto.Signer{"rsa": rsaKey(), "ed25519": edKey} {
		o := origin()
		o.DKIM.Key = key
		o.DKIM.Domain = strings.Repeat("long.", 30) + "kaj.example" // folds fall elsewhere
		for _, d := range []string{"kaj.example", o.DKIM.Domain} {
			o.DKIM.Domain = d
			c := newComposer(t, o)
			var ls []market.Letter
			for _, lang := range []string{"bn", "en"} {
				for _, l := range letters(t, lang) {
					ls = append(ls, l)
				}
			}
			ls = append(ls, newWriter(t).Operator("ops@kaj.example", "broke", "A source broke", "It is down.\n", now))
			for _, m := range post(t, c, ls...) {
				v, err := verify(t, m.Raw, o.DKIM)
				if err != nil {
					t.Errorf("%s: %s: %v\n%s", name, m.Subject, err, m.Raw[:1200])
					continue
				}
				if v.Domain != d || !v.Time.Equal(now) {
					t.Errorf("signed by %s at %v", v.Domain, v.Time)
				}
				for _, f := range []string{"From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "List-Unsubscribe", "List-Unsubscribe-Post"} {
					if !slices.ContainsFunc(v.HeaderKeys, func(k string) bool { return strings.EqualFold(k, f) }) {
						t.Errorf("%s is not signed: %v", f, v.HeaderKeys)
					}
				}
			}
		}
	}

	o := origin()
	m := post(t, newComposer(t, o), letters(t, "en")["digest"])[0]
	for field, changed := range map[string][2]string{
		"the text":              {"handwritten", "handwriten"},
		"List-Unsubscribe":      {"/stop/", "/steal/"},
		"List-Unsubscribe-Post": {"=One-Click", "=Two-Click"},
		"Message-ID":            {"Message-ID: <", "Message-ID: <0"},
		"Content-Type":          {"multipart/alternative", "multipart/mixed"},
		"a second From":         {"\r\nFrom: ", "\r\nFrom: x@evil.example\r\nFrom: "},
		"a second Subject":      {"\r\nSubject:", "\r\nSubject: You won\r\nSubject:"},
	} {
		raw := bytes.Replace(m.Raw, []byte(changed[0]), []byte(changed[1]), 1)
		if bytes.Equal(raw, m.Raw) {
			t.Errorf("%s: nothing was changed", field)
		}
		if _, err := verify(t, raw, o.DKIM); err == nil {
			t.Errorf("%s was changed and the signature still holds", field)
		}
	}
	// A relay may fold fields anew.
	raw := bytes.Replace(m.Raw, []byte("List-Unsubscribe-Post: "), []byte("List-Unsubscribe-Post:\r\n\t "), 1)
	if _, err := verify(t, raw, o.DKIM); err != nil {
		t.Errorf("folded anew: %v", err)
	}
}

func TestNewDKIM(t *testing.T) {
	encode := func(kind string, der []byte, err error) []byte {
		if err != nil {
			t.Fatal(err)
		}
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	}
	_, edKey, _ := ed25519.GenerateKey(rand.Reader)
	pkcs8 := func(key any) []byte {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		return encode("PRIVATE KEY", der, err)
	}
	for name, p := range map[string][]byte{
		"PKCS #1": encode("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey()), nil), "PKCS #8": pkcs8(rsaKey()), "Ed25519": pkcs8(edKey),
	} {
		if _, err := NewDKIM("kaj.example", "s1", p); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	t.Setenv("GODEBUG", "rsa1024min=0")
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]struct {
		domain, selector string
		pem              []byte
	}{
		"no PEM": {"kaj.example", "s1", []byte("x")}, "short": {"kaj.example", "s1", pkcs8(short)},
		"no domain": {"", "s1", pkcs8(rsaKey())}, "a selector with a line": {"kaj.example", "s1\r\nX: y", pkcs8(rsaKey())},
	} {
		if _, err := NewDKIM(d.domain, d.selector, d.pem); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}

// TestMessageForm holds what a server received to RFC 5322, 2045, 2369, 2919,
// 3834 and 8058.
func TestMessageForm(t *testing.T) {
	for _, lang := range []string{"bn", "en"} {
		for name, l := range letters(t, lang) {
			m := post(t, newComposer(t, origin()), l)[0]
			checkForm(t, lang+" "+name, m.Raw)
			head := m.Header
			for field, want := range map[string]string{
				"Message-Id":            "<" + l.Key + "@kaj.example>",
				"Date":                  "Tue, 24 Nov 2026 08:10:00 +0000",
				"To":                    "<nasreen@example.com>",
				"Reply-To":              "<help@kaj.example>",
				"List-Id":               "<alerts.kaj.example>",
				"List-Unsubscribe":      "<https://kaj.example/stop/" + token("a") + ">",
				"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
				"Auto-Submitted":        "auto-generated",
				"Precedence":            "bulk",
				"Content-Language":      lang,
				"Mime-Version":          "1.0",
				"User-Agent":            "",
				"X-Mailer":              "",
			} {
				if got := head.Get(field); got != want {
					t.Errorf("%s %s: %s is %q, want %q", lang, name, field, got, want)
				}
			}
			if from, err := head.AddressList("From"); err != nil || len(from) != 1 || from[0].Address != "alerts@kaj.example" || from[0].Name != map[string]string{"bn": "কাজ খোঁজ", "en": "Kajkhoj"}[lang] {
				t.Errorf("From: %v, %v", from, err)
			}
			if m.From != "bounce+"+l.Key+"@kaj.example" || !slices.Equal(m.To, []string{"nasreen@example.com"}) {
				t.Errorf("envelope from %s to %v", m.From, m.To)
			}
			if m.Subject != l.Subject || m.Text != crlf(l.Text) || m.HTML != crlf(l.HTML) {
				t.Errorf("%s %s: what arrived is not what was written", lang, name)
			}
			if !strings.Contains(m.Text, l.Stop) || !strings.Contains(m.HTML, `href="`+l.Stop+`"`) || !strings.Contains(m.Text, site.Contact) || !strings.Contains(m.HTML, site.Contact) {
				t.Errorf("%s %s: no visible way out, or no word of who sends it", lang, name)
			}
		}
	}
	op := newWriter(t).Operator("Ops.Team+kaj@kaj.example", "broke", "A source\r\nBcc: x@y.example", "It is down.\n", now)
	m := post(t, newComposer(t, origin()), op)[0]
	checkForm(t, "operator", m.Raw)
	if m.HTML != "" || m.Text != "It is down.\r\n" || m.Header.Get("List-Unsubscribe") != "" || m.Header.Get("Bcc") != "" || m.Subject != "A source Bcc: x@y.example" {
		t.Errorf("an operator's letter: %+v", m.Header)
	}
}

// checkForm checks line ends and lengths, characters, and the parts'
// encodings.
func checkForm(t testing.TB, name string, raw []byte) {
	t.Helper()
	if !bytes.HasSuffix(raw, []byte("\r\n")) {
		t.Errorf("%s: does not end with a line", name)
	}
	for i, line := range bytes.Split(bytes.TrimSuffix(raw, []byte("\r\n")), []byte("\r\n")) {
		if len(line) > 998 {
			t.Errorf("%s: line %d has %d characters: %.80s…", name, i, len(line), line)
		}
		if j := bytes.IndexFunc(line, func(r rune) bool { return r == '\r' || r == '\n' || r == 0 || r >= 0x7f || r < ' ' && r != '\t' }); j >= 0 {
			t.Errorf("%s: line %d has the byte %#x", name, i, line[j])
		}
	}
	msg, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	for field, n := range map[string]int{"From": 1, "To": 1, "Subject": 1, "Date": 1, "Message-Id": 1, "Mime-Version": 1, "Content-Type": 1} {
		if len(msg.Header[field]) != n {
			t.Errorf("%s: %d times %s", name, len(msg.Header[field]), field)
		}
	}
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	for _, line := range strings.Split(string(head), "\r\n") {
		if strings.TrimSpace(line) == "" {
			t.Errorf("%s: a field has a line of white space", name)
		}
		// RFC 2047, 2: a line with an encoded word has at most 76 characters.
		if strings.Contains(line, "=?") && len(line) > 76 {
			t.Errorf("%s: %d characters with an encoded word: %.100s", name, len(line), line)
		}
	}
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if kind != "multipart/alternative" {
		return
	}
	var kinds []string
	parts := multipart.NewReader(msg.Body, params["boundary"])
	for {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		kinds = append(kinds, p.Header.Get("Content-Type"))
		if e := p.Header.Get("Content-Transfer-Encoding"); e != "base64" && e != "quoted-printable" {
			t.Errorf("%s: a part is encoded as %q", name, e)
		}
		body, err := io.ReadAll(p)
		if err != nil {
			t.Error(err)
		}
		for _, line := range bytes.Split(body, []byte("\r\n")) {
			if len(line) > 76 {
				t.Errorf("%s: an encoded line of %d characters (RFC 2045, 6.7 and 6.8)", name, len(line))
			}
		}
	}
	// The last alternative is the best (RFC 2046, 5.1.4).
	if !slices.Equal(kinds, []string{"text/plain; charset=UTF-8", "text/html; charset=UTF-8"}) {
		t.Errorf("%s: parts %v", name, kinds)
	}
}

// The same letter is the same message, whoever composes it, but for the
// signature.
func TestComposeIsStable(t *testing.T) {
	o := origin()
	o.DKIM = nil
	l := letters(t, "bn")["digest"]
	_, a, err := newComposer(t, o).Compose(l, now)
	if err != nil {
		t.Fatal(err)
	}
	_, b, err := newComposer(t, o).Compose(l, now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Error("composed again, the letter is another message")
	}
	if l2 := letters(t, "bn")["digest"]; l2 != l {
		t.Error("written again, the letter is another")
	}
}

func TestComposeRefuses(t *testing.T) {
	good := letters(t, "en")["digest"]
	for name, c := range map[string]struct {
		change func(*market.Letter)
		want   error
	}{
		"no way out":                  {func(l *market.Letter) { l.Stop = "" }, ErrNoWayOut},
		"a way out that is none":      {func(l *market.Letter) { l.Stop = "/stop/x" }, ErrNoWayOut},
		"a way out by mail alone":     {func(l *market.Letter) { l.Stop = "mailto:stop@kaj.example" }, ErrNoWayOut},
		"a way out with a line break": {func(l *market.Letter) { l.Stop += "\r\nBcc: x@y.example" }, ErrNoWayOut},
		"a way out with a bracket":    {func(l *market.Letter) { l.Stop += ">,<https://evil.example" }, ErrNoWayOut},
		"a way out without end":       {func(l *market.Letter) { l.Stop += strings.Repeat("a", 1000) }, ErrNoWayOut},
		"a way out not by https":      {func(l *market.Letter) { l.Stop = "http://127.0.0.1:8080/stop/x" }, ErrNoWayOut},
		"a confirmation too":          {func(l *market.Letter) { l.Kind, l.Stop = market.LetterConfirm, "" }, ErrNoWayOut},
		"a kind that is none":         {func(l *market.Letter) { l.Kind, l.Stop = "", "" }, ErrNoWayOut},
		"no key":                      {func(l *market.Letter) { l.Key = "" }, ErrLetter},
		"a key with a line break":     {func(l *market.Letter) { l.Key = "a\r\nBcc: x" }, ErrLetter},
		"no address":                  {func(l *market.Letter) { l.To = "" }, ErrLetter},
		"two addresses":               {func(l *market.Letter) { l.To = "a@b.example, c@d.example" }, ErrLetter},
		"an address with a line":      {func(l *market.Letter) { l.To = "a@b.example\r\nBcc: c@d.example" }, ErrLetter},
		"an address without end":      {func(l *market.Letter) { l.To = strings.Repeat("a", 300) + "@b.example" }, ErrLetter},
		"an address with a name":      {func(l *market.Letter) { l.To = "Nas <a@b.example>" }, ErrLetter},
	} {
		l := good
		c.change(&l)
		o := origin()
		o.HTTPS = true
		_, _, err := newComposer(t, o).Compose(l, now)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		} else if strings.Contains(err.Error(), "@") {
			t.Errorf("%s: the error tells an address: %v", name, err)
		}
	}
	for name, o := range map[string]Origin{
		"nobody": {}, "a name": {From: "K <a@b.example>"}, "a line": {From: "a@b.example\r\nX: y"},
		"a bad bounce": {From: "a@b.example", Bounce: "x"}, "a bad key": {From: "a@b.example", DKIM: &DKIM{Domain: "b.example", Selector: "s"}},
	} {
		if _, err := NewComposer(o); err == nil {
			t.Errorf("%s may send", name)
		}
	}
}

// What listings and people wrote stays where it was put.
func TestNothingIsInjected(t *testing.T) {
	const evil = "x\r\nBcc: victim@example.net\r\n\r\n<script>alert(1)</script>\u202egnp.exe \x00\x1b[31m\u2028--part-"
	w := newWriter(t)
	s := section1()
	s.Query.Text = evil
	s.Search.Query = s.Query.Saved().Values().Encode()
	for i := range s.Hits {
		l := &s.Hits[i].Listing
		l.Title, l.Source, l.Pay = evil, evil, market.Pay{Text: evil}
		l.Level, l.English = said(market.Entry, evil), said(market.Basic, evil)
		l.Warnings = []market.Warning{{Kind: market.WarnFee, Evidence: market.Evidence{Quote: evil}}}
		s.Hits[i].Words = []string{evil}
	}
	var ls []market.Letter
	for _, lang := range []string{"bn", "en"} {
		to := nasreen(lang)
		to.ID = evil
		l, err := w.Digest(to, []alert.Section{s}, token("a"), now)
		if err != nil {
			t.Fatal(err)
		}
		s.Search.Zone = evil
		c, err := w.Confirm(to, s.Search, token("b"), token("a"), now)
		if err != nil {
			t.Fatal(err)
		}
		ls = append(ls, l, c)
	}
	for i, m := range post(t, newComposer(t, origin()), ls...) {
		checkForm(t, "evil", m.Raw)
		if m.Header.Get("Bcc") != "" {
			t.Error("a field was put in")
		}
		for what, s := range map[string]string{"subject": m.Subject, "text": m.Text, "HTML": m.HTML} {
			if strings.ContainsAny(s, "\u202e\x00\x1b\u2028") {
				t.Errorf("%s: control characters", what)
			}
		}
		if strings.ContainsAny(m.Subject, "\r\n") || strings.Contains(m.HTML, "<script") {
			t.Errorf("letter %d: injected: %q", i, m.Subject)
		}
		for _, line := range strings.Split(m.Text, "\n") {
			if strings.HasPrefix(line, "Bcc:") {
				t.Errorf("a listing's words begin a line of their own: %q", line)
			}
		}
	}
}

// Addresses that look absurd and are good arrive as they are.
func TestOddAddresses(t *testing.T) {
	long := strings.Repeat("a", 64) + "@" + strings.Repeat(strings.Repeat("d", 60)+".", 3) + "bd"
	var ls []market.Letter
	var want []string
	for i, to := range []string{"a!#$%&'*+/=?^_`{|}~-z@example.com", "nasreen+kaj=1@xn--54b7fta0cc.xn--54b7fta0cc", "-x@example.com", "%s%d@example.com", "a@b.co", long} {
		if got, err := market.ParseEmail(to); err != nil || got != to {
			t.Fatalf("%s is not taken: %v", to, err)
		}
		ls = append(ls, letterTo(fmt.Sprint("k", i), to))
		want = append(want, to)
	}
	for i, m := range post(t, newComposer(t, origin()), ls...) {
		checkForm(t, want[i], m.Raw)
		a, err := m.Header.AddressList("To")
		if err != nil || len(a) != 1 || a[0].Address != want[i] || m.To[0] != want[i] {
			t.Errorf("%s: %v, %v", want[i], a, err)
		}
		if _, err := verify(t, m.Raw, origin().DKIM); err != nil {
			t.Errorf("%s: %v", want[i], err)
		}
	}
}

func FuzzCompose(f *testing.F) {
	o := origin()
	o.DKIM = nil
	c, err := NewComposer(o)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("10 new: data entry", "text\n", "<p>text", "n@example.com", true)
	f.Add("১০টি নতুন কাজ: ডাটা এন্ট্রি, দক্ষতা: নতুন, ইংরেজি: চলনসই পর্যন্ত\r\nBcc: x@y.example", "\r\n.\r\nQUIT\n", "--part-k\r\n", "\"a b\"@example.com", false)
	f.Add(strings.Repeat("a", 2000), "--=_k1--\r\n", "\r\n--=_k1\r\n\r\nx", "n@example.com", true)
	f.Add(strings.Repeat("=?utf-8?q?x?= ", 20), "\x00\xff", "\u2028", "a@b.c, d@e.f", true)
	f.Fuzz(func(t *testing.T, subject, text, html, to string, english bool) {
		l := letterTo("k1", to)
		l.Subject, l.Text, l.HTML = subject, text, html
		if !english {
			l.Lang = "bn"
		}
		_, raw, err := c.Compose(l, now)
		if err != nil {
			if !errors.Is(err, ErrLetter) {
				t.Fatal(err)
			}
			return
		}
		checkForm(t, "fuzz", raw)
		m, err := mailbox.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		a, err := m.Header.AddressList("To")
		if err != nil || len(a) != 1 || a[0].Address != to {
			t.Fatalf("to %v, %v", a, err)
		}
		if m.Header.Get("Bcc") != "" || m.Header.Get("List-Unsubscribe") != "<"+l.Stop+">" {
			t.Fatalf("%+v", m.Header)
		}
		if want := locale.Cut(oneLine(subject), maxSubject); utf8.ValidString(subject) && m.Subject != want && !strings.Contains(subject, "=?") {
			t.Fatalf("subject %q became %q", want, m.Subject)
		}
		if m.Text != crlf(text) || html != "" && m.HTML != crlf(html) {
			t.Fatalf("%q became %q, %q became %q", text, m.Text, html, m.HTML)
		}
	})
}

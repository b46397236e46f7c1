package main

import (
	"cmp"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/alert"
	"github.com/kajkhoj/kajkhoj/internal/loop"
	"github.com/kajkhoj/kajkhoj/internal/mail"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

// senders is how many letters one process hands to the server at a time. With
// one, at most one mail is doubled when the process is killed.
const senders = 1

// In the demo mails go out soon, whatever hour was chosen.
const (
	demoDue   = 15 * time.Second
	demoDelay = 3 * time.Second
)

// soon is when a search of the demo is due.
func soon(_ market.Subscriber, _ market.Search, after time.Time) time.Time { return after.Add(demoDue) }

// newWriter writes the letters. base is the address under which people reach
// the page.
func (a *app) newWriter(base string) (*mail.Writer, error) {
	return mail.NewWriter(mail.Site{
		BaseURL:        base,
		Contact:        cmp.Or(a.cfg.Mail.Help, a.cfg.Contact),
		Rates:          a.normalize.Rates(),
		SourceTitle:    func(name string) string { return a.roster.spec(name).Title },
		Attribution:    func(name string) string { return a.roster.spec(name).Terms.Attribution },
		AttributionURL: func(name string) string { return a.roster.spec(name).Terms.AttributionURL },
	})
}

// base is the address under which people reach the page: what the operator
// says, else where the page listens.
func (a *app) base(l net.Listener) (string, error) {
	switch {
	case a.cfg.BaseURL != "":
		return a.cfg.BaseURL, nil
	case a.cfg.Has("web"):
		return "http://" + l.Addr().String(), nil
	}
	return "", fmt.Errorf("base_url: mails need the address under which people reach the page")
}

// tell starts what tells people of new listings and sends their letters.
func (a *app) tell(w *mail.Writer, start func(name string, idle time.Duration, pass loop.Pass)) error {
	m := alert.NewMetrics(a.registry)
	start("alert", 2*time.Second, (&alert.Watcher{Store: a.store, Analyzer: a.analyzer, Delay: a.delay, Options: a.matching(), Metrics: m}).Pass)
	start("digest", 2*time.Second, (&alert.Digester{Store: a.store, Letters: w, Analyzer: a.analyzer, Next: a.next, Gap: a.delay, Options: a.matching(), Metrics: m, Log: a.log}).Pass)
	start("ask", 10*time.Minute, (&alert.Asker{Store: a.store, Letters: w, Metrics: m}).Pass)
	start("expire", 10*time.Minute, (&alert.Expirer{Store: a.store, Metrics: m}).Pass)
	if a.cfg.Mail.SMTP == "" {
		a.log.Warn("no SMTP server is set: mails stay queued")
		return nil
	}
	s, err := a.sender()
	if err != nil {
		return err
	}
	for range senders {
		start("mail", time.Second, s.Pass)
	}
	return nil
}

// matching is what the page's engine does otherwise than the plain meaning of
// a search: the embedded one mends no typos of words that many listings have.
// A process without it goes by the plain meaning.
func (a *app) matching() []alert.Option {
	if engine, ok := a.index.(interface{ Mends(search.Term) bool }); ok {
		return []alert.Option{alert.Mending(engine.Mends)}
	}
	return nil
}

// sender hands letters to the server that the configuration names.
func (a *app) sender() (*mail.Sender, error) {
	c := a.cfg.Mail
	server, err := mail.ParseSMTP(c.SMTP, c.Password)
	if err != nil {
		return nil, err
	}
	server.Hello = market.EmailDomain(c.From)
	carrier, err := mail.NewSMTP(server)
	if err != nil {
		return nil, err
	}
	a.closers = append(a.closers, carrier.Close)
	origin := mail.Origin{From: c.From, Bounce: c.Bounce, HTTPS: strings.HasPrefix(a.cfg.BaseURL, "https://")}
	if help, err := market.ParseEmail(c.Help); err == nil {
		origin.ReplyTo = help
	}
	if d := c.DKIM; d.KeyFile != "" {
		pem, err := os.ReadFile(d.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("the DKIM key: %w", err)
		}
		if origin.DKIM, err = mail.NewDKIM(d.Domain, d.Selector, pem); err != nil {
			return nil, err
		}
	}
	composer, err := mail.NewComposer(origin)
	if err != nil {
		return nil, err
	}
	return mail.NewSender(mail.SenderOptions{
		Outbox: a.store, Carrier: carrier, Composer: composer,
		PerMinute: c.PerMinute,
		Log:       a.log, Metrics: mail.NewMetrics(a.registry),
	})
}

// bounced reads a mail that came back: the letter, and why its address is to
// get no mail any more.
func bounced(message []byte) (key string, reason market.SuppressReason, ok bool) {
	b, err := mail.ParseBounce(message)
	return b.Key, b.Reason, err == nil && b.Hard
}

// Package config reads what an operator set up: one strict YAML file into
// one struct. Only cmd reads it.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/mail"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Config is everything that can be set. Its zero value is of no use: begin
// with Default.
type Config struct {
	Listen  string   `yaml:"listen" json:"listen"`
	BaseURL string   `yaml:"base_url" json:"base_url"`
	Data    string   `yaml:"data" json:"data"`
	DB      string   `yaml:"db" json:"db"`
	Search  Search   `yaml:"search" json:"search"`
	Roles   []string `yaml:"roles" json:"roles"`
	Contact string   `yaml:"contact" json:"contact"`
	Log     Log      `yaml:"log" json:"log"`
	Mail    Mail     `yaml:"mail" json:"mail"`
	// Operators are the addresses that may sign in at /admin by a mailed link,
	// and that are told when a source breaks.
	Operators []string          `yaml:"operators" json:"operators"`
	Sources   map[string]Source `yaml:"sources" json:"sources"`
}

// Mail says how mails leave, and what comes back.
type Mail struct {
	// SMTP is the server: smtp://user@host:587 (STARTTLS) or
	// smtps://user@host:465 (TLS from the start). Without one mails stay queued.
	SMTP     string `yaml:"smtp" json:"smtp"`
	Password string `yaml:"password" json:"password"`
	// From is the address that mails come from.
	From string `yaml:"from" json:"from"`
	// Help is the line under each mail that says how its sender is reached;
	// empty means Contact.
	Help string `yaml:"help" json:"help"`
	// Bounce is the address that failures are returned to; the letter's key
	// is put behind its local part (bounce+KEY@host).
	Bounce string `yaml:"bounce" json:"bounce"`
	// BounceSecret lets whoever knows it tell of bounces at /mail/bounce.
	BounceSecret string `yaml:"bounce_secret" json:"bounce_secret"`
	// PerMinute is how many mails one receiving domain gets in a minute.
	PerMinute int  `yaml:"per_minute" json:"per_minute"`
	DKIM      DKIM `yaml:"dkim" json:"dkim"`
}

// DKIM is what mails are signed with (RFC 6376); without a key they are not.
type DKIM struct {
	Domain   string `yaml:"domain" json:"domain"`
	Selector string `yaml:"selector" json:"selector"`
	// KeyFile holds an RSA or Ed25519 private key, PEM.
	KeyFile string `yaml:"key_file" json:"key_file"`
}

// Search chooses the engine.
type Search struct {
	// Engine is "local" or "meili".
	Engine   string        `yaml:"engine" json:"engine"`
	MeiliURL string        `yaml:"meili_url" json:"meili_url"`
	MeiliKey string        `yaml:"meili_key" json:"meili_key"`
	Timeout  time.Duration `yaml:"timeout" json:"timeout"`
}

// Log says how much is logged, and how.
type Log struct {
	Level  string `yaml:"level" json:"level"`
	Format string `yaml:"format" json:"format"`
}

// Source is what an operator says of one source.
type Source struct {
	// Enabled overrides the source's own default; nil leaves it.
	Enabled *bool `yaml:"enabled" json:"enabled"`
	// Permission says that the site's written permission was obtained.
	Permission bool `yaml:"permission" json:"permission"`
}

// Roles are the parts that a process may play.
var Roles = []string{"web", "collect", "index", "mail"}

// Default is what runs when nothing is said.
func Default() Config {
	return Config{
		Listen:    "127.0.0.1:8080",
		Data:      "data",
		Search:    Search{Engine: "local", Timeout: 2 * time.Second},
		Roles:     slices.Clone(Roles),
		Contact:   "https://github.com/kajkhoj/kajkhoj",
		Log:       Log{Level: "info", Format: "text"},
		Mail:      Mail{PerMinute: 60},
		Operators: []string{},
		Sources:   map[string]Source{},
	}
}

// Load reads a file over the defaults. Unknown keys are refused, with their
// line.
func Load(path string) (Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Config{}, err
	}
	c, err := Parse(data)
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// Parse reads YAML over the defaults.
func Parse(data []byte) (Config, error) {
	c := Default()
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return Config{}, err
	}
	return c, nil
}

// Check reports what is wrong, all at once, each with its key. known tells
// whether a source exists; nil takes any.
func (c Config) Check(known func(source string) bool) error {
	var errs []error
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		bad("listen %q: an address such as 127.0.0.1:8080 is needed", c.Listen)
	}
	if c.BaseURL != "" {
		if u, err := url.Parse(c.BaseURL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || strings.Trim(u.Path, "/") != "" {
			bad("base_url %q: an address such as https://kaj.example is needed, without a path", c.BaseURL)
		}
	}
	if c.DB != "" {
		if u, err := url.Parse(c.DB); err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
			bad("db: a PostgreSQL URL (postgres://…) is needed; leave it empty for SQLite")
		}
	}
	switch c.Search.Engine {
	case "local":
	case "meili":
		if u, err := url.Parse(c.Search.MeiliURL); err != nil || u.Host == "" {
			bad("search.meili_url %q: the engine meili needs its server's address (KAJKHOJ_MEILI_URL)", c.Search.MeiliURL)
		}
	default:
		bad("search.engine %q: local or meili", c.Search.Engine)
	}
	if c.Search.Timeout < 10*time.Millisecond || c.Search.Timeout > time.Minute {
		bad("search.timeout %s: between 10ms and 1m", c.Search.Timeout)
	}
	if len(c.Roles) == 0 {
		bad("roles: at least one of %s", strings.Join(Roles, ", "))
	}
	for _, r := range c.Roles {
		if !slices.Contains(Roles, r) {
			bad("roles: no role %q; there are %s", r, strings.Join(Roles, ", "))
		}
	}
	if strings.ContainsAny(c.Contact, "\r\n()") || (!strings.HasPrefix(c.Contact, "https://") && !strings.HasPrefix(c.Contact, "http://") && !strings.Contains(c.Contact, "@")) {
		bad("contact %q: a web or e-mail address at which sites can reach the operator", c.Contact)
	}
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, c.Log.Level) {
		bad("log.level %q: debug, info, warn or error", c.Log.Level)
	}
	if c.Log.Format != "text" && c.Log.Format != "json" {
		bad("log.format %q: text or json", c.Log.Format)
	}
	c.Mail.check(c.BaseURL, bad)
	for i, s := range c.Operators {
		if _, err := market.ParseEmail(s); err != nil {
			bad("operators, number %d: a bare address such as you@kaj.example is needed", i+1)
		}
	}
	if known != nil {
		for name := range c.Sources {
			if !known(name) {
				bad("sources: there is no source %q (see 'kajkhoj source list')", name)
			}
		}
	}
	return errors.Join(errs...)
}

// check reports what is wrong with the mails' settings. Links in mails must
// lead somewhere: with a server base_url is needed.
func (m Mail) check(baseURL string, bad func(format string, a ...any)) {
	address := func(key, s string) {
		if a, err := mail.ParseAddress(s); err != nil || a.Name != "" || a.Address != s {
			bad("mail.%s %q: a bare address such as kajkhoj@kaj.example is needed", key, s)
		}
	}
	if m.SMTP != "" {
		// The URL may hold a password: it is not said again.
		u, err := url.Parse(m.SMTP)
		if err != nil || u.Hostname() == "" || (u.Scheme != "smtp" && u.Scheme != "smtps") || strings.Trim(u.Path, "/") != "" {
			bad("mail.smtp: an address such as smtp://user@host:587 or smtps://user@host:465 is needed")
		} else if _, set := u.User.Password(); set {
			bad("mail.smtp: the password belongs into KAJKHOJ_SMTP_PASSWORD")
		}
		address("from", m.From)
		// One tap stops the mails over https only (RFC 8058, 3.1), but on one's
		// own machine.
		switch u, err := url.Parse(baseURL); {
		case baseURL == "":
			bad("base_url: mails need the address under which people reach the page")
		case err == nil && u.Scheme != "https" && !loopback(u.Hostname()):
			bad("base_url %q: mails need an https address, or one tap would not stop them", baseURL)
		}
	}
	if strings.ContainsAny(m.Help, "\r\n") {
		bad("mail.help: one line")
	}
	if m.Bounce != "" {
		address("bounce", m.Bounce)
	}
	if m.BounceSecret != "" && len(m.BounceSecret) < 16 {
		bad("mail.bounce_secret: at least 16 characters")
	}
	if m.PerMinute < 1 || m.PerMinute > 100_000 {
		bad("mail.per_minute %d: between 1 and 100000", m.PerMinute)
	}
	if d := m.DKIM; d != (DKIM{}) && (d.Domain == "" || d.Selector == "" || d.KeyFile == "") {
		bad("mail.dkim: domain, selector and key_file belong together")
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Has reports whether the process plays a role.
func (c Config) Has(role string) bool { return slices.Contains(c.Roles, role) }

// Redacted is the configuration with its secrets hidden, for showing.
func (c Config) Redacted() Config {
	for _, secret := range []*string{&c.Search.MeiliKey, &c.Mail.Password, &c.Mail.BounceSecret} {
		if *secret != "" {
			*secret = "(set, hidden)"
		}
	}
	if u, err := url.Parse(c.DB); err == nil && c.DB != "" {
		c.DB = u.Redacted()
		if q := u.Query(); q.Has("password") {
			q.Set("password", "xxxxx")
			u.RawQuery = q.Encode()
			c.DB = u.Redacted()
		}
	}
	return c
}

// YAML is the configuration as a file that Load takes.
func (c Config) YAML() ([]byte, error) {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(c); err != nil {
		return nil, err
	}
	return b.Bytes(), enc.Close()
}

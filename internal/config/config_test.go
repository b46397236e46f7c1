package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	files "github.com/kajkhoj/kajkhoj/config"
)

func TestShippedFileEqualsDefaults(t *testing.T) {
	data, err := files.Files.ReadFile("kajkhoj.yaml")
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(Default(), got); d != "" {
		t.Errorf("config/kajkhoj.yaml is not the defaults (-default +file):\n%s", d)
	}
	for _, key := range []string{"listen:", "base_url:", "data:", "db:", "search:", "engine:", "meili_url:", "meili_key:", "timeout:", "roles:", "contact:", "log:", "level:", "format:", "mail:", "smtp:", "password:", "from:", "help:", "bounce:", "bounce_secret:", "per_minute:", "dkim:", "domain:", "selector:", "key_file:", "operators:", "sources:"} {
		if !strings.Contains(string(data), key) {
			t.Errorf("config/kajkhoj.yaml does not show %s", key)
		}
	}
	if err := Default().Check(nil); err != nil {
		t.Errorf("the defaults do not pass their own check: %v", err)
	}
}

func TestUnknownKeyIsRefusedWithItsLine(t *testing.T) {
	_, err := Parse([]byte("listen: 127.0.0.1:1\nlistne: x\n"))
	if err == nil || !strings.Contains(err.Error(), "line 2") || !strings.Contains(err.Error(), "listne") {
		t.Errorf("got %v, want an error that names line 2 and listne", err)
	}
}

func TestCheckNamesEachFault(t *testing.T) {
	c := Default()
	c.Listen = "8080"
	c.BaseURL = "kaj.example"
	c.DB = "mysql://x"
	c.Search = Search{Engine: "meili"}
	c.Roles = []string{"cook"}
	c.Contact = "nobody"
	c.Log = Log{Level: "loud", Format: "xml"}
	c.Mail = Mail{SMTP: "smtp://u:s3cret@mail.example", From: "Kaj <a@b.example>", Help: "a\nb", Bounce: "x", BounceSecret: "short", DKIM: DKIM{Domain: "d"}}
	c.Operators = []string{"ops@kaj.example", "Kaj <ops@kaj.example>"}
	c.Sources = map[string]Source{"nowhere": {}}
	err := c.Check(func(string) bool { return false })
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"listen", "base_url", "db:", "search.meili_url", "search.timeout", `"cook"`, "contact", "log.level", "log.format", "mail.smtp", "mail.from", "mail.help", "mail.bounce ", "mail.bounce_secret", "mail.per_minute", "mail.dkim", "operators, number 2", `"nowhere"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "s3cret") {
		t.Errorf("the error tells a password: %v", err)
	}
}

func TestRedactedHidesSecrets(t *testing.T) {
	c := Default()
	c.DB = "postgres://kaj:s3cret@db/kaj?password=s3cret2"
	c.Search.MeiliKey = "s3cret3"
	c.Mail.Password, c.Mail.BounceSecret = "s3cret4", "s3cret5"
	out, err := c.Redacted().YAML()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), "s3cret") {
		t.Errorf("a secret shows:\n%s", out)
	}
	if !strings.Contains(string(out), "postgres://kaj:") {
		t.Errorf("the database is not named any more:\n%s", out)
	}
	back, err := Parse(out)
	if err != nil {
		t.Fatalf("what config prints is not a configuration: %v", err)
	}
	if back.Listen != c.Listen {
		t.Errorf("listen: %q", back.Listen)
	}
}

// Mails with links that do not stop them are not sent.
func TestMailsNeedHTTPS(t *testing.T) {
	for base, ok := range map[string]bool{"https://kaj.example": true, "http://127.0.0.1:8080": true, "http://localhost:8080": true, "http://kaj.example": false, "": false} {
		c := Default()
		c.BaseURL = base
		c.Mail.SMTP, c.Mail.From = "smtp://mail.example:587", "kajkhoj@kaj.example"
		if err := c.Check(nil); (err == nil) != ok {
			t.Errorf("base_url %q: %v", base, err)
		}
	}
}

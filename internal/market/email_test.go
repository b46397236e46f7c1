package market

import (
	"errors"
	"strings"
	"testing"
)

func TestParseEmail(t *testing.T) {
	long := strings.Repeat("d", 61) + "." + strings.Repeat("d", 61) + "." + strings.Repeat("d", 61) + ".example" // 193
	for in, want := range map[string]string{
		"a@mail.example":                               "a@mail.example",
		"  Some.One@Mail.EXAMPLE\t\r\n":                "Some.One@mail.example",
		"some.one+jobs@mail.example":                   "some.one+jobs@mail.example",
		"a_b-c=d&e'f{g}|h~i^j`k*l!m#n$o%p?/@m.example": "a_b-c=d&e'f{g}|h~i^j`k*l!m#n$o%p?/@m.example",
		"0@1.example":                                  "0@1.example",
		"a@xn--b5b9a4c.xn--54b7fta0cc":                 "a@xn--b5b9a4c.xn--54b7fta0cc",
		"a@a-b.c--d.example":                           "a@a-b.c--d.example",
		strings.Repeat("l", 64) + "@a.example":         strings.Repeat("l", 64) + "@a.example",
		strings.Repeat("l", 60) + "@" + long:           strings.Repeat("l", 60) + "@" + long, // 254
		"a@" + strings.Repeat("d", 63) + ".example":    "a@" + strings.Repeat("d", 63) + ".example",
	} {
		got, err := ParseEmail(in)
		if err != nil || got != want {
			t.Errorf("%q: %q (%v)", in, got, err)
		}
		if again, err := ParseEmail(got); err != nil || again != got {
			t.Errorf("%q again: %q (%v)", got, again, err)
		}
	}
	if n := len(strings.Repeat("l", 60) + "@" + long); n != MaxEmail {
		t.Fatalf("the longest address of this test has %d bytes", n)
	}
	for _, in := range []string{
		"", " ", "@", "a", "a@", "@mail.example", "mail.example", "a@localhost", "a@mail", "a@mail.", "a@.example", "a@mail..example", "a@mail.example.",
		"a@b@mail.example", "a @mail.example", "a@ mail.example", "a@mail .example", ".a@mail.example", "a.@mail.example", "a..b@mail.example",
		`"a b"@mail.example`, `"a"@mail.example`, `a\b@mail.example`, "(x)a@mail.example", "a@mail.example(x)", "A <a@mail.example>", "<a@mail.example>",
		"a@mail.example, b@mail.example", "a@mail.example;b@mail.example", "list:a@mail.example;", "mailto:a@mail.example",
		"a@[192.0.2.1]", "a@[IPv6:2001:db8::1]", "a@192.0.2.1", "a@1.2", "a@mail.e", "a@mail.42",
		"a@-mail.example", "a@mail-.example", "a@ma_il.example", "a@mail.exa!mple", "a@mail/.example",
		"a@mail.example\r\nBcc: b@mail.example", "a\r\n@mail.example", "a\x00@mail.example", "a\x7f@mail.example", "a@mail.example\nb",
		"a%0d%0a@mail.example\n.", "কাজ@mail.example", "a@কাজ.বাংলা", "a@münchen.example", "a\u00a0b@mail.example", "a\u200b@mail.example", "\xff@mail.example",
		"a@mail\u3002example", "＠mail.example", "a＠mail.example",
		strings.Repeat("l", 65) + "@mail.example", "a@" + strings.Repeat("d", 64) + ".example",
		strings.Repeat("l", 61) + "@" + long, strings.Repeat("a", 1<<16) + "@mail.example", strings.Repeat("@", 100), "a@" + strings.Repeat("b.", 130) + "example",
	} {
		got, err := ParseEmail(in)
		if !errors.Is(err, ErrInvalid) || got != "" {
			t.Errorf("%q was taken as %q (%v)", in, got, err)
			continue
		}
		if s := strings.TrimSpace(in); len(s) > 1 && strings.Contains(err.Error(), s) {
			t.Errorf("the error for %q tells it: %v", in, err)
		}
	}
}

// What was taken can stand in a header and an envelope as it is.
func FuzzParseEmail(f *testing.F) {
	for _, s := range []string{"a@mail.example", `"a"@b.example`, "a+b@xn--54b7fta0cc.example", "a@b@c.example", "a\r\n@b.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseEmail(s)
		if err != nil {
			if !errors.Is(err, ErrInvalid) {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		if len(got) > MaxEmail || strings.Count(got, "@") != 1 || strings.ContainsAny(got, "\r\n \t\"<>(),;:\\[]\x00") {
			t.Errorf("%q was taken as %q", s, got)
		}
		if !strings.EqualFold(got, strings.TrimSpace(s)) {
			t.Errorf("%q became another address, %q", s, got)
		}
		if d := EmailDomain(got); d != strings.ToLower(d) || !strings.Contains(d, ".") {
			t.Errorf("domain %q of %q", d, got)
		}
		if again, err := ParseEmail(got); err != nil || again != got {
			t.Errorf("%q again: %q (%v)", got, again, err)
		}
	})
}

func TestHashEmail(t *testing.T) {
	h := HashEmail("a@mail.example")
	if len(h) != 64 || h != HashEmail("A@Mail.Example") {
		t.Errorf("capitals: %s", h)
	}
	for _, other := range []string{"b@mail.example", "a@mail.exampl", "a+b@mail.example", "a.@mail.example", ""} {
		if HashEmail(other) == h {
			t.Errorf("%q has the hash of another", other)
		}
	}
}

func TestMaskEmail(t *testing.T) {
	for in, want := range map[string]string{
		"someone@mail.example": "s•••@mail.example",
		"a@mail.example":       "a•••@mail.example",
		"@mail.example":        "•••",
		"nothing":              "•••",
		"":                     "•••",
	} {
		if got := MaskEmail(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
	if d := EmailDomain("a@mail.example"); d != "mail.example" {
		t.Error(d)
	}
	if d := EmailDomain("nothing"); d != "" {
		t.Error(d)
	}
}

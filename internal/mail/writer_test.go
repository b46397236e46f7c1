package mail

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/kajkhoj/kajkhoj/internal/alert"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

// letters are one of each kind in a language, by name.
func letters(t testing.TB, lang string) map[string]market.Letter {
	t.Helper()
	w := newWriter(t)
	out := map[string]market.Letter{}
	add := func(name string, l market.Letter, err error) {
		if err != nil {
			t.Fatal(name, err)
		}
		out[name] = l
	}
	to := nasreen(lang)
	s := section1().Search
	s.Lang = lang
	l, err := w.Digest(to, []alert.Section{section1()}, token("a"), now)
	add("digest", l, err)
	l, err = w.Digest(to, []alert.Section{section1(), section2(), section3()}, token("a"), now)
	add("several", l, err)
	l, err = w.Confirm(to, s, token("b"), token("a"), now)
	add("confirm", l, err)
	l, err = w.Manage(to, token("a"), now)
	add("manage", l, err)
	l, err = w.Ask(to, []market.Search{s, section2().Search}, token("a"), now)
	add("ask", l, err)
	return out
}

// TestWriteLetters writes one letter of each kind into the folder that
// KAJKHOJ_LETTERS names, to be looked at.
func TestWriteLetters(t *testing.T) {
	dir := os.Getenv("KAJKHOJ_LETTERS")
	for _, lang := range []string{"bn", "en"} {
		for name, l := range letters(t, lang) {
			t.Logf("%s %s: %d bytes of HTML, %d of text: %s", lang, name, len(l.HTML), len(l.Text), l.Subject)
			if dir == "" {
				continue
			}
			for ext, s := range map[string]string{"html": l.HTML, "txt": l.Text} {
				if err := os.WriteFile(filepath.Join(dir, name+"."+lang+"."+ext), []byte(s), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

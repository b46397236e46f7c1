package market

import (
	"strings"
	"testing"
	"time"
)

func TestToken(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	raw, token := NewToken(TokenManage, "person", "", now, time.Hour)
	if token.Scope != TokenManage || token.Subscriber != "person" || token.Search != "" || token.Created != now || token.Expires != now.Add(time.Hour) {
		t.Errorf("%+v", token)
	}
	selector, ok := Selector(raw)
	if !ok || selector != token.Selector || !strings.HasPrefix(raw, selector) {
		t.Errorf("selector %q of %q", selector, raw)
	}
	if secret := raw[len(selector):]; strings.Contains(token.Hash, secret) || len(token.Hash) != 64 || len(secret) != 32 {
		t.Errorf("hash %q of %q", token.Hash, secret)
	}
	for what, c := range map[string]struct {
		raw   string
		scope TokenScope
		at    time.Time
		want  bool
	}{
		"good":              {raw, TokenManage, now, true},
		"to the end":        {raw, TokenManage, now.Add(time.Hour - time.Nanosecond), true},
		"late":              {raw, TokenManage, now.Add(time.Hour), false},
		"another scope":     {raw, TokenConfirm, now, false},
		"no scope":          {raw, "", now, false},
		"in capitals":       {strings.ToUpper(raw), TokenManage, now, false},
		"shorter":           {raw[:47], TokenManage, now, false},
		"longer":            {raw + "a", TokenManage, now, false},
		"the selector only": {raw[:16], TokenManage, now, false},
		"empty":             {"", TokenManage, now, false},
	} {
		if got := token.Opens(c.raw, c.scope, c.at); got != c.want {
			t.Errorf("%s: %v", what, got)
		}
	}
	// Each character of the secret counts.
	for i := len(selector); i < len(raw); i++ {
		c := byte('a')
		if raw[i] == c {
			c = 'b'
		}
		if token.Opens(raw[:i]+string(c)+raw[i+1:], TokenManage, now) {
			t.Errorf("opened with another character at %d", i)
		}
	}
	if (Token{}).Opens(raw, "", time.Time{}.Add(-1)) {
		t.Error("no token was opened")
	}
}

func TestSelector(t *testing.T) {
	good := strings.Repeat("a2z7", 12)
	if s, ok := Selector(good); !ok || s != good[:16] {
		t.Errorf("%q %v", s, ok)
	}
	for _, bad := range []string{"", good[:47], good + "a", strings.Repeat("A", 48), strings.Repeat("1", 48), strings.Repeat("ক", 16), good[:47] + "\x00", good[:47] + "-", good[:47] + "/", good[:47] + "'"} {
		if s, ok := Selector(bad); ok || s != "" {
			t.Errorf("%q gives %q", bad, s)
		}
	}
}

// Two tokens share nothing.
func TestTokensDiffer(t *testing.T) {
	now := time.Now()
	selectors, secrets := map[string]bool{}, map[string]bool{}
	var first Token
	for i := range 1000 {
		raw, token := NewToken(TokenConfirm, "person", "search", now, time.Hour)
		selectors[token.Selector], secrets[raw[16:]] = true, true
		if i == 0 {
			first = token
		} else if first.Opens(raw, TokenConfirm, now) {
			t.Fatal("a token opens another")
		}
	}
	if len(selectors) != 1000 || len(secrets) != 1000 {
		t.Errorf("%d selectors, %d secrets of 1000", len(selectors), len(secrets))
	}
}

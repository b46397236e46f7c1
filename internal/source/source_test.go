package source

import (
	"strings"
	"testing"
	"time"
)

func good() Spec {
	return Spec{
		Name: "example", Title: "Example", Home: "https://example.com/", Schedule: "@every 1h", Enabled: true, CloseAfter: 1,
		Terms: Terms{Read: "2026-11-22", PollFloor: time.Hour, Attribution: "Example"},
	}
}

func TestCheck(t *testing.T) {
	if err := good().Check(); err != nil {
		t.Error(err)
	}
	for want, spoil := range map[string]func(*Spec){
		`name "Ex ample"`:           func(s *Spec) { s.Name = "Ex ample" },
		"title: missing":            func(s *Spec) { s.Title = "" },
		`home "http://example.com"`: func(s *Spec) { s.Home = "http://example.com" },
		"schedule: missing":         func(s *Spec) { s.Schedule = "" },
		"never comes":               func(s *Spec) { s.Schedule = "0 0 31 2 *" },
		"says why":                  func(s *Spec) { s.Enabled = false; s.Why = "Terms." },
		"close_after":               func(s *Spec) { s.CloseAfter = 0 },
		"terms.read":                func(s *Spec) { s.Terms.Read = "yesterday" },
		"terms.keep":                func(s *Spec) { s.Terms.Keep = -1 },
		"terms.refresh":             func(s *Spec) { s.Terms.Refresh = time.Minute },
		"terms.attribution":         func(s *Spec) { s.Terms.Attribution = "" },
		"terms.poll_floor":          func(s *Spec) { s.Terms.PollFloor = 0 },
	} {
		s := good()
		spoil(&s)
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if err := (Spec{}).Check(); err == nil || strings.Count(err.Error(), "\n") < 5 {
		t.Errorf("not all at once: %v", err)
	}
}

func TestValidName(t *testing.T) {
	for name, want := range map[string]bool{"remoteok": true, "a-1": true, "9": true, "": false, "-a": false, "A": false, "a_b": false, "কাজ": false, strings.Repeat("a", 41): false} {
		if ValidName(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}

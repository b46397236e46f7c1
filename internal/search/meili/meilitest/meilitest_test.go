package meilitest

import (
	"errors"
	"os"
	"syscall"
	"testing"
)

func TestMeiliComesAndGoes(t *testing.T) {
	t.Setenv(EnvURL, "")
	s, err := Start(t.Context(), t.TempDir())
	if errors.Is(err, ErrAbsent) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	if !healthy(t.Context(), s.URL) {
		t.Error("a started server is not healthy")
	}
	s.Stop()
	if healthy(t.Context(), s.URL) {
		t.Error("a stopped server answers")
	}
	if err := syscall.Kill(s.Pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("its process is still there: %v", err)
	}
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !healthy(t.Context(), s.URL) {
		t.Error("a restarted server is not healthy")
	}
}

func TestWithoutAServer(t *testing.T) {
	t.Setenv(EnvURL, "")
	t.Setenv("PATH", t.TempDir())
	if _, err := Start(t.Context(), t.TempDir()); !errors.Is(err, ErrAbsent) {
		t.Errorf("got %v, want ErrAbsent", err)
	}
}

func TestServerOfTheEnvironment(t *testing.T) {
	t.Setenv(EnvURL, "http://127.0.0.1:7700")
	t.Setenv(EnvKey, "secret")
	s, err := Start(t.Context(), os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	if s.URL != "http://127.0.0.1:7700" || s.Key != "secret" || s.Pid != 0 {
		t.Errorf("got %+v", s)
	}
	s.Stop()
}

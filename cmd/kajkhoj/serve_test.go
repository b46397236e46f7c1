package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/config"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

// noNetwork is a machine without one.
type noNetwork struct{}

func (noNetwork) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ENETUNREACH)}
}

// With no network it starts, serves, and shows each source as unreachable,
// with the next try.
func TestServeWithoutNetwork(t *testing.T) {
	ss, err := shipped(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.Data = t.TempDir()
	l, err := listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	a, err := newApp(ctx, c, slog.New(slog.DiscardHandler), ss, outside{transport: noNetwork{}})
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	if err := a.prepare(ctx); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- a.serve(ctx, l) }()

	enabled := 0
	for _, s := range ss {
		if off(s.Spec(), c) == nil {
			enabled++
		}
	}
	if enabled != 6 {
		t.Errorf("%d sources are on by default, want 6", enabled)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		states, err := a.store.Sources(ctx)
		if err != nil {
			t.Fatal(err)
		}
		unreachable := 0
		for _, st := range states {
			if st.Last != nil && st.Last.State == market.RunUnreachable && st.NextAt.After(st.Last.Finished) {
				unreachable++
			}
		}
		if unreachable == enabled {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d sources are unreachable with a next try", unreachable, enabled)
		}
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		res, err := http.Get("http://" + l.Addr().String() + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode == http.StatusOK {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("/readyz: %s after 20 s", res.Status)
		}
	}
	for path, want := range map[string]string{
		"/?lang=en":       "<html lang=\"en\"",
		"/?lang=bn":       "<html lang=\"bn\"",
		"/status?lang=en": "No answer",
		"/healthz":        "ok",
	} {
		res, err := http.Get("http://" + l.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != 200 || !strings.Contains(string(body), want) {
			t.Errorf("%s: %s, without %q", path, res.Status, want)
		}
	}
	cancel()
	if err := <-served; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// A source that is off is never off in silence: one that was switched on and
// cannot run is in the log, one that was switched off says so on the page.
func TestSourcesThatAreOffSayWhy(t *testing.T) {
	ss, err := shipped(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	yes, no := true, false
	c := config.Default()
	c.Data = t.TempDir()
	c.Sources = map[string]config.Source{"freelancer": {Enabled: &yes}, "remotive": {Enabled: &no}}
	var log strings.Builder
	a, err := newApp(t.Context(), c, slog.New(slog.NewTextHandler(&log, nil)), ss, outside{transport: noNetwork{}})
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	a.tellOff()
	if !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), "source=freelancer") || !strings.Contains(log.String(), "written permission") {
		t.Errorf("the log does not say that freelancer cannot run: %s", log.String())
	}
	if strings.Contains(log.String(), "source=peopleperhour") {
		t.Errorf("the log speaks of a source that nobody switched on: %s", log.String())
	}
	if err := a.prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	writer, err := a.newWriter("http://127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	handler, err := a.page("http://127.0.0.1", writer)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/status?lang=en", nil))
	if w.Code != 200 || !strings.Contains(w.Body.String(), "switched off by the operator") {
		t.Errorf("/status: %d, and it does not say that remotive was switched off", w.Code)
	}
}

// A process without the site says how it is all the same: its counters are
// nobody else's.
func TestServeWithoutTheSite(t *testing.T) {
	c := config.Default()
	c.Data, c.Roles, c.BaseURL = t.TempDir(), []string{"mail"}, "https://kaj.example"
	l, err := listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	a, err := newApp(ctx, c, slog.New(slog.DiscardHandler), nil, outside{transport: noNetwork{}})
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	if err := a.prepare(ctx); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- a.serve(ctx, l) }()
	see := func(path string, status int, want string) {
		t.Helper()
		res, err := http.Get("http://" + l.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != status || !strings.Contains(string(body), want) {
			t.Errorf("%s: %s, without %q: %.300s", path, res.Status, want, body)
		}
	}
	see("/healthz", 200, `"ok"`)
	see("/readyz", 200, `"ready"`)
	see("/metrics", 200, "kajkhoj_alert_digests_total 0")
	see("/metrics", 200, "go_goroutines")
	see("/", 404, "does not serve the site")
	req, err := http.NewRequest(http.MethodGet, "http://"+l.Addr().String()+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Forwarded-For", "203.0.113.7")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("/metrics to a public address: %s", res.Status)
	}
	a.store.Close()
	see("/readyz", 503, "The store does not answer.")
	cancel()
	if err := <-served; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

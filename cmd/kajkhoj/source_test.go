package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/store"
)

// Trying a live source obeys what the data folder knows of its visits, and
// makes no data folder. Nothing here gets as far as the network.
func TestTryObeysTheFloor(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	try := func(ctx context.Context) (int, string) {
		var out, stderr bytes.Buffer
		code := run(ctx, []string{"source", "try", "jobicy", "--data", dir}, &out, &stderr)
		return code, stderr.String()
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, said := try(stopped); !strings.Contains(said, "jobicy may be asked once in 1h0m0s") {
		t.Errorf("without data: %s", said)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("it made a data folder")
	}

	s, err := store.Open(t.Context(), filepath.Join(dir, "kajkhoj.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Now()
	if err := s.SyncSources(t.Context(), []store.SourceConfig{{Name: "jobicy", Enabled: true}}, now); err != nil {
		t.Fatal(err)
	}
	r, err := s.ClaimNamed(t.Context(), "jobicy", now, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if code, said := try(t.Context()); code != exitError || !strings.Contains(said, "a run is under way") {
		t.Errorf("beside a run: %d, %s", code, said)
	}
	if _, err := s.Finish(t.Context(), r, market.Outcome{State: market.RunOK, Status: 200, Finished: now, Next: now}, 0); err != nil {
		t.Fatal(err)
	}
	if code, said := try(t.Context()); code != exitError || !strings.Contains(said, "its terms allow no visit yet: one in 1h0m0s") {
		t.Errorf("after a run: %d, %s", code, said)
	}
}

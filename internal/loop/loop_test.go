package loop

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var log bytes.Buffer
		begin := time.Now()
		var at []time.Duration
		steps := []func() (int, error){
			func() (int, error) { return 3, nil },                   // work: at once again
			func() (int, error) { return 0, market.ErrNone },        // idle
			func() (int, error) { return 0, nil },                   // idle
			func() (int, error) { return 0, errors.New("no disk") }, // waits 1 s
			func() (int, error) { panic("ouch") },                   // waits 2 s
			func() (int, error) { return 1, nil },
			func() (int, error) { cancel(); return 0, ctx.Err() },
		}
		Run(ctx, slog.New(slog.NewTextHandler(&log, nil)), "test", time.Second, func(context.Context, time.Time) (int, error) {
			at = append(at, time.Since(begin))
			step := steps[0]
			steps = steps[1:]
			return step()
		})
		want := []time.Duration{0, 0, time.Second, 2 * time.Second, 3 * time.Second, 5 * time.Second, 5 * time.Second}
		if len(at) != len(want) {
			t.Fatalf("passes at %v, want %v", at, want)
		}
		for i := range want {
			if at[i] != want[i] {
				t.Errorf("pass %d at %v, want %v", i, at[i], want[i])
			}
		}
		for _, s := range []string{"no disk", "panic: ouch"} {
			if !strings.Contains(log.String(), s) {
				t.Errorf("the log does not say %q", s)
			}
		}
	})
}

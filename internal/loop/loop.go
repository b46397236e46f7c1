// Package loop is the only place that waits for the next piece of work.
package loop

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// A Pass does one unit of work as of now and says how much it did.
// market.ErrNone says that there was nothing to do.
type Pass func(ctx context.Context, now time.Time) (did int, err error)

// Run repeats a pass until ctx ends: at once after one that did something,
// after idle when there was nothing to do, and after a failure with a wait
// that doubles from idle up to a minute. A panic is that pass's failure.
func Run(ctx context.Context, log *slog.Logger, name string, idle time.Duration, pass Pass) {
	wait := idle
	for ctx.Err() == nil {
		did, err := safely(ctx, pass)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, market.ErrNone), err == nil && did == 0:
			wait = idle
		case err != nil:
			log.Error("pass failed", "pass", name, "err", err, "again_in", wait)
			sleep(ctx, wait)
			wait = min(wait*2, max(time.Minute, idle))
			continue
		default:
			wait = idle
			continue
		}
		sleep(ctx, wait)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

package loop

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"
)

func safely(ctx context.Context, pass Pass) (did int, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return pass(ctx, time.Now().UTC())
}

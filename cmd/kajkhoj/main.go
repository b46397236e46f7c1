// Command kajkhoj finds freelance work for beginners: it collects public
// listings, labels them, and serves the page that a person searches.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		<-ctx.Done()
		// Signals often come in pairs, to the process and to its group. A
		// later one is a person who will not wait.
		time.Sleep(2 * time.Second)
		stop()
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

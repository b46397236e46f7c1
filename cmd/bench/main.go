// Command bench measures Kajkhoj on this machine.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands is what can be measured: one file each.
type commands struct {
	Search   searchCommand   `cmd:"" help:"Ask the search engines generated questions over generated listings."`
	Collect  collectCommand  `cmd:"" help:"Collect a loopback site until its listings can be searched."`
	Classify classifyCommand `cmd:"" help:"Compare labels with those of careful readers."`
	Page     pageCommand     `cmd:"" help:"Ask the page's server for result pages over loopback."`
	Match    matchCommand    `cmd:"" help:"Match generated listings with generated saved searches."`

	PageServer pageServerCommand `cmd:"" hidden:"" help:"What bench page asks."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c commands
	k := kong.Parse(&c, kong.Name("bench"), kong.Description("Measures Kajkhoj on this machine."), kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)))
	err := k.Run()
	stop()
	k.FatalIfErrorf(err)
}

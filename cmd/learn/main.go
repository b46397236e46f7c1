// Command learn makes the learned part of the classifier from labelled
// listings, and says how well it does on listings held out.
package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/alecthomas/kong"

	"github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/classify"
	"github.com/kajkhoj/kajkhoj/internal/classify/learn"
	"github.com/kajkhoj/kajkhoj/internal/gold"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/normalize"
)

// written are listings that were written to be learned from, labelled as
// readers label: of each kind of work some on both sides of the borders that
// real listings with their labels leave unclear. They measure nothing.
//
//go:embed written.jsonl
var written []byte

type command struct {
	Train   []string `required:"" help:"Labelled listings as JSON lines, also packed (.gz)." placeholder:"FILE" type:"existingfile"`
	Out     string   `help:"Where the model is written; without it only figures are." placeholder:"FILE" type:"path"`
	Folds   int      `default:"5" help:"How many folds are held out in turn."`
	Seed    uint64   `default:"1" help:"Another seed deals other folds."`
	Written bool     `default:"true" negatable:"" help:"Learn also from the listings that were written for it; nothing is measured on them."`
	Only    string   `help:"Only cross-validate level, english or spoken." enum:",level,english,spoken" default:""`
}

func main() {
	var c command
	k := kong.Parse(&c, kong.Name("learn"), kong.Description("Makes the learned part of the classifier from labelled listings. The same files give the same bytes."), kong.UsageOnError())
	k.FatalIfErrorf(c.Run())
}

// Run reads, learns, reports and writes.
func (c *command) Run() error {
	if c.Folds < 2 || c.Folds > 20 {
		return errors.New("--folds: between 2 and 20")
	}
	n, err := normalize.New(config.Files)
	if err != nil {
		return err
	}
	var examples []learn.Example
	var listings []market.Listing
	began := time.Now()
	take := func(name string, f io.Reader, own bool) error {
		err := read(f, n.Rates(), own, &examples, &listings)
		if err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
		return err
	}
	for _, path := range c.Train {
		f, err := gold.Open(path)
		if err != nil {
			return err
		}
		if err := errors.Join(take(path, f, false), f.Close()); err != nil {
			return err
		}
	}
	if c.Written {
		if err := take("written.jsonl", bytes.NewReader(written), true); err != nil {
			return err
		}
	}
	for i, g := range learn.Groups(listings) {
		examples[i].Group = g
	}
	logf := func(format string, args ...any) {
		fmt.Fprintf(os.Stderr, "%6.0fs "+format+"\n", append([]any{time.Since(began).Seconds()}, args...)...)
	}
	logf("%d listings read", len(examples))
	o := learn.Options{Folds: c.Folds, Seed: c.Seed, Log: logf}
	if c.Only != "" {
		label := map[string]int{"level": learn.Level, "english": learn.English, "spoken": learn.Spoken}[c.Only]
		held, tuned := learn.CrossValidate(examples, label, o)
		learn.Report(os.Stdout, examples, label, held, tuned)
		return nil
	}
	m, held := learn.Learn(examples, o)
	for label, est := range []classify.Estimator{m.Level, m.English, m.Spoken} {
		learn.Report(os.Stdout, examples, label, held[label], est)
	}
	if c.Out == "" {
		return nil
	}
	f, err := os.CreateTemp(".", "model-*.bin")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := errors.Join(m.Encode(f), f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), c.Out)
}

func read(f io.Reader, rates market.Rates, written bool, examples *[]learn.Example, listings *[]market.Listing) error {
	return gold.Read(f, func(n int, line gold.Line, err error) error {
		if err != nil {
			return err
		}
		if written {
			line.Stratum = "written"
		} else {
			line.Description = line.Seen()
		}
		l, err := line.Listing(rates)
		if err != nil {
			return &gold.LineError{Line: n, Err: err}
		}
		if !line.Level.Valid() || !line.English.Valid() || line.Spoken == nil {
			return &gold.LineError{Line: n, Err: errors.New("a label is missing: level, english or spoken")}
		}
		e := learn.NewExample(l, line.Level, line.English, *line.Spoken, line.Stratum, line.LevelEvidence, line.EnglishEvidence)
		e.Gold, e.Written = len(line.LevelVotes) > 1, written
		*examples, *listings = append(*examples, e), append(*listings, l)
		return nil
	})
}

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/classify"
	"github.com/kajkhoj/kajkhoj/internal/gold"
	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/normalize"
)

type classifyCmd struct {
	File string `arg:"" optional:"" help:"Listings as JSON lines, also packed (.gz); stdin by default." placeholder:"FILE"`
	Lang string `help:"The language of the reasons and advice: en or bn." enum:"en,bn" default:"en"`
}

func (classifyCmd) Help() string {
	return `One JSON object a line: id, title, description, skills, budget_type (fixed, hourly, monthly or yearly), budget_min, budget_max, currency. Only a title or a description is needed. One line comes out for each; a line that cannot be read is named on stderr and the rest goes on (the exit code is then 1).

  kajkhoj classify listings.jsonl
  echo '{"id":"1","title":"Type 40 scanned pages","budget_type":"fixed","budget_max":15,"currency":"USD"}' | kajkhoj classify --lang bn`
}

// labelled is one line that comes out.
type labelled struct {
	ID      string   `json:"id"`
	Level   labelOut `json:"level"`
	English labelOut `json:"english"`
	// Spoken is yes, no or empty for "not stated".
	Spoken         string       `json:"spoken"`
	SpokenEvidence []quoteOut   `json:"spoken_evidence"`
	Tongues        []tongueOut  `json:"languages"`
	Warnings       []warningOut `json:"warnings"`
}

// labelOut is one label. Value is empty for "not stated"; Guess is then the
// best estimate.
type labelOut struct {
	Value       string     `json:"value"`
	Basis       string     `json:"basis"`
	Probability float64    `json:"probability"`
	Guess       string     `json:"guess,omitempty"`
	Evidence    []quoteOut `json:"evidence"`
	Reasons     []string   `json:"reasons"`
}

// quoteOut is words of the listing and where they stand: byte offsets in the
// title or the description.
type quoteOut struct {
	Field string `json:"field"`
	Quote string `json:"quote"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

func quotesOf(es []market.Evidence) []quoteOut {
	out := make([]quoteOut, 0, len(es))
	for _, e := range es {
		out = append(out, quoteOut(e))
	}
	return out
}

type tongueOut struct {
	Lang  string `json:"lang"`
	Quote string `json:"quote"`
}

type warningOut struct {
	Kind   string `json:"kind"`
	Quote  string `json:"quote"`
	Advice string `json:"advice"`
}

func (cmd classifyCmd) Run(e *env) (err error) {
	in := io.Reader(os.Stdin)
	if cmd.File != "" {
		f, err := gold.Open(cmd.File)
		if err != nil {
			return usageError{err}
		}
		defer f.Close()
		in = f
	}
	n, err := normalize.New(config.Files)
	if err != nil {
		return err
	}
	c, err := locale.Load(locale.Lang(cmd.Lang))
	if err != nil {
		return err
	}
	out := bufio.NewWriter(e.stdout)
	defer func() { err = errors.Join(err, out.Flush()) }()
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	bad := 0
	err = gold.Read(in, func(number int, line gold.Line, err error) error {
		if err := e.ctx.Err(); err != nil {
			return err
		}
		var l market.Listing
		if err == nil {
			if l, err = line.Listing(n.Rates()); err != nil {
				err = &gold.LineError{Line: number, Err: err}
			}
		}
		if err != nil {
			bad++
			fmt.Fprintln(e.stderr, "kajkhoj:", err)
			return nil
		}
		return enc.Encode(labelledOf(classify.Listing(l), c))
	})
	if err == nil && bad > 0 {
		err = fmt.Errorf("lines that could not be read: %d", bad)
	}
	return err
}

func labelledOf(l market.Listing, c *locale.Catalogue) labelled {
	out := labelled{ID: l.ID, Level: labelOutOf(l.Level, c), English: labelOutOf(l.English, c), Spoken: string(l.Spoken.Value), SpokenEvidence: quotesOf(l.Spoken.Evidence), Tongues: []tongueOut{}, Warnings: []warningOut{}}
	for _, t := range l.Tongues {
		out.Tongues = append(out.Tongues, tongueOut{t.Lang, t.Evidence.Quote})
	}
	for _, w := range l.Warnings {
		out.Warnings = append(out.Warnings, warningOut{string(w.Kind), w.Evidence.Quote, c.Text("advice." + string(w.Kind))})
	}
	return out
}

func labelOutOf[V ~string](l market.Label[V], c *locale.Catalogue) labelOut {
	out := labelOut{Value: string(l.Value), Basis: string(l.Basis), Probability: l.Probability, Guess: string(l.Guess), Evidence: quotesOf(l.Evidence), Reasons: []string{}}
	for _, r := range l.Reasons {
		out.Reasons = append(out.Reasons, c.Reason(r))
	}
	return out
}

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/classify"
	"github.com/kajkhoj/kajkhoj/internal/classify/learn"
	"github.com/kajkhoj/kajkhoj/internal/gold"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/normalize"
)

type classifyCommand struct {
	Gold    []string      `required:"" help:"Labelled listings as JSON lines, also packed (.gz)." placeholder:"FILE" type:"existingfile"`
	Errors  int           `default:"10" help:"How many of the worst errors are shown."`
	Lasting time.Duration `default:"3s" help:"How long the speed is measured."`
}

func (classifyCommand) Help() string {
	return `How labels agree with careful readers: confusion matrices, F1, statements, calibration, warning signs, speed and the worst errors. The model that comes with the program was learned from labelled listings: only files that it was not learned from give honest figures (go run ./cmd/learn reports folds held out).

  bench classify --gold labelled.jsonl`
}

// judged is a listing with a reader's labels and the classifier's.
type judged struct {
	gold.Line
	in, out market.Listing
}

// Run reads, labels and reports.
func (c *classifyCommand) Run(ctx context.Context) error {
	n, err := normalize.New(config.Files)
	if err != nil {
		return err
	}
	var all []judged
	for _, path := range c.Gold {
		f, err := gold.Open(path)
		if err != nil {
			return err
		}
		err = gold.Read(f, func(number int, line gold.Line, err error) error {
			if err != nil {
				return err
			}
			l, err := line.Listing(n.Rates())
			if err == nil && (!line.Level.Valid() || !line.English.Valid()) {
				err = errors.New("level or english: no label")
			}
			if err != nil {
				return &gold.LineError{Line: number, Err: err}
			}
			all = append(all, judged{Line: line, in: l, out: classify.Listing(l)})
			return ctx.Err()
		})
		if err := errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	if len(all) == 0 {
		return errors.New("no listings")
	}
	w := os.Stdout
	fmt.Fprintf(w, "%d listings, classifier version %d; of listings that its model was learned from, the estimates' figures are no measure\n", len(all), classify.Version)
	level, english := levelOfLines, englishOfLines
	level.report(w, all)
	english.report(w, all)
	spoken(w, all)
	warnings(w, all)
	if err := speed(ctx, w, all, c.Lasting); err != nil {
		return err
	}
	worst(w, all, c.Errors)
	return nil
}

// behind reports whether words of the description stand behind what the
// readers of the line were shown of it.
func (j judged) behind(words []market.Evidence) bool {
	shown := len(j.Seen())
	return slices.ContainsFunc(words, func(e market.Evidence) bool { return e.Field == "description" && e.End > shown })
}

// labelOfLines is one label of the lines, as classes.
type labelOfLines struct {
	name    string
	classes []string
	want    func(judged) int
	// got is the class of the value, or of the guess, with its basis; a guess
	// has none.
	got func(judged) (class int, basis market.Basis, p float64)
	// quoted are the words of a statement.
	quoted func(judged) []market.Evidence
	// stated reports whether the reader found the words for it.
	stated  func(judged) bool
	keyword func(text string) int
}

var levelOfLines = labelOfLines{
	name: "level", classes: []string{"entry", "intermediate", "expert"},
	want: func(j judged) int { return slices.Index(market.Levels, j.Level) },
	got: func(j judged) (int, market.Basis, float64) {
		l := j.out.Level
		return slices.Index(market.Levels, l.Best()), l.Basis, l.Probability
	},
	quoted: func(j judged) []market.Evidence { return j.out.Level.Evidence },
	stated: func(j judged) bool { return j.LevelBasis == "stated" },
	keyword: func(text string) int {
		low, high := count(text, "entry level", "entry-level", "junior", "beginner", "intern ", "simple", "easy", "no experience"), count(text, "expert", "senior", "lead ", "advanced", "extensive", "architect", "5+ years")
		switch {
		case low > high:
			return 0
		case high > low+1:
			return 2
		}
		return 1
	},
}

var englishOfLines = labelOfLines{
	name: "English", classes: []string{"basic", "conversational", "fluent or native"},
	want: func(j judged) int { return learn.EnglishClass(j.English) },
	got: func(j judged) (int, market.Basis, float64) {
		l := j.out.English
		return learn.EnglishClass(l.Best()), l.Basis, l.Probability
	},
	quoted: func(j judged) []market.Evidence { return j.out.English.Evidence },
	stated: func(j judged) bool { return j.EnglishBasis == "stated" },
	keyword: func(text string) int {
		high, mid := count(text, "fluent", "native", "excellent english", "proofread", "copywrit", "article", "customer support", "cold call"), count(text, "communicat", "meeting", "english", "collaborat", "our team")
		switch {
		case high > 0:
			return 2
		case mid > 1:
			return 1
		}
		return 0
	},
}

func count(text string, words ...string) int {
	n := 0
	for _, w := range words {
		n += strings.Count(text, w)
	}
	return n
}

func (l labelOfLines) report(w io.Writer, all []judged) {
	k := len(l.classes)
	ours, common, keywords, shown := learn.NewMatrix(k), learn.NewMatrix(k), learn.NewMatrix(k), learn.NewMatrix(k)
	totals := make([]int, k)
	for _, j := range all {
		totals[l.want(j)]++
	}
	most := slices.Index(totals, slices.Max(totals))
	type bin struct{ n, right, p float64 }
	bins := make([]bin, 10)
	var brier, estimated, visible float64
	var said, saidRight, saidBehind, rightBehind, readSaid, readFound float64
	for _, j := range all {
		want := l.want(j)
		got, basis, p := l.got(j)
		right := 0.0
		if want == got {
			right = 1
		}
		ours.Add(want, got, 1)
		common.Add(want, most, 1)
		keywords.Add(want, l.keyword(strings.ToLower(j.Title+"\n"+j.Description)), 1)
		if basis != "" {
			shown.Add(want, got, 1)
			visible++
		}
		if l.stated(j) {
			readSaid++
		}
		if basis == market.BasisText {
			said++
			saidRight += right
			if j.behind(l.quoted(j)) {
				saidBehind++
				rightBehind += right
			}
			if l.stated(j) {
				readFound += right
			}
			continue
		}
		estimated++
		brier += (p - right) * (p - right)
		b := &bins[min(9, int(p*10))]
		b.n++
		b.right += right
		b.p += p
	}
	fmt.Fprintf(w, "\n%s\n", strings.ToUpper(l.name[:1])+l.name[1:])
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "\tmacro-F1\taccuracy\tF1 %s\t\n", strings.Join(l.classes, "\t"))
	for _, m := range []struct {
		name string
		learn.Matrix
	}{{"classifier, all guesses", ours}, {"labels shown", shown}, {"keyword counts", keywords}, {"always " + l.classes[most], common}} {
		fmt.Fprintf(t, "%s\t%.3f\t%.3f", m.name, m.MacroF1(), m.Accuracy())
		for c := range k {
			fmt.Fprintf(t, "\t%.3f", m.F1(c))
		}
		fmt.Fprint(t, "\t\n")
	}
	t.Flush()
	fmt.Fprintf(w, "shown: %.1f %% of the listings, %.1f %% of them right\n", 100*visible/float64(len(all)), 100*shown.Accuracy())
	fmt.Fprintf(w, "statements in the text: %.0f, precision %.3f; of the %.0f that readers found stated, %.3f are quoted and right\n", said, saidRight/max(1, said), readSaid, readFound/max(1, readSaid))
	if saidBehind > 0 {
		fmt.Fprintf(w, "%.0f of them stand behind what their readers were shown of the description; precision of the others %.3f\n", saidBehind, (saidRight-rightBehind)/max(1, said-saidBehind))
	}
	fmt.Fprintln(w, "confusion (row: reader, column: classifier)")
	t = tabwriter.NewWriter(w, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "\t%s\t\n", strings.Join(l.classes, "\t"))
	for c, row := range ours {
		fmt.Fprint(t, l.classes[c])
		for _, v := range row {
			fmt.Fprintf(t, "\t%.0f", v)
		}
		fmt.Fprint(t, "\t\n")
	}
	t.Flush()
	fmt.Fprintf(w, "calibration of %.0f estimates and guesses: Brier score %.4f\n", estimated, brier/max(1, estimated))
	t = tabwriter.NewWriter(w, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "probability\tlistings\tmean\tright\t")
	for i, b := range bins {
		if b.n > 0 {
			fmt.Fprintf(t, "%.1f–%.1f\t%.0f\t%.3f\t%.3f\t\n", float64(i)/10, float64(i+1)/10, b.n, b.p/b.n, b.right/b.n)
		}
	}
	t.Flush()
}

func spoken(w io.Writer, all []judged) {
	m := learn.NewMatrix(2)
	n, shown, right, said, saidRight := 0, 0, 0, 0, 0
	for _, j := range all {
		if j.Spoken == nil {
			continue
		}
		n++
		want, got := 0, 0
		if *j.Spoken {
			want = 1
		}
		s := j.out.Spoken
		if s.Best() == market.SpokenYes {
			got = 1
		}
		m.Add(want, got, 1)
		if s.Value != "" {
			shown++
			if want == got {
				right++
			}
		}
		if s.Basis == market.BasisText {
			said++
			if want == got {
				saidRight++
			}
		}
	}
	if n == 0 {
		return
	}
	fmt.Fprintf(w, "\nSpoken: F1 of yes %.3f, accuracy %.3f over %d; shown %.1f %%, of them right %.1f %%; statements %d, right %d\n", m.F1(1), m.Accuracy(), n, 100*float64(shown)/float64(n), 100*float64(right)/float64(max(1, shown)), said, saidRight)
}

func warnings(w io.Writer, all []judged) {
	var honest, alarms, warned, caught int
	kinds := map[market.WarningKind][2]int{}
	for _, j := range all {
		if j.Warn == nil {
			continue
		}
		hit := len(j.out.Warnings) > 0
		switch {
		case *j.Warn:
			warned++
			if hit {
				caught++
			}
		default:
			honest++
			if hit {
				alarms++
			}
		}
		for _, s := range j.out.Warnings {
			k := kinds[s.Kind]
			k[0]++
			if *j.Warn {
				k[1]++
			}
			kinds[s.Kind] = k
		}
	}
	fmt.Fprintf(w, "\nWarning signs: %d of %d warned listings caught (recall %.3f); %d of %d honest ones alarmed (%.2f %%); precision %.3f\n", caught, warned, float64(caught)/float64(max(1, warned)), alarms, honest, 100*float64(alarms)/float64(max(1, honest)), float64(caught)/float64(max(1, caught+alarms)))
	for _, k := range market.WarningKinds {
		if n := kinds[k]; n[0] > 0 {
			fmt.Fprintf(w, "  %-10s %d signs, %d on warned listings\n", k, n[0], n[1])
		}
	}
}

// speed labels the listings again and again, and counts the processor's time
// for it, so that other work on the machine changes little.
func speed(ctx context.Context, w io.Writer, all []judged, lasting time.Duration) error {
	from, err := processorTime()
	if err != nil {
		return err
	}
	began, n := time.Now(), 0
	for time.Since(began) < lasting && ctx.Err() == nil {
		for range 100 {
			classify.Listing(all[n%len(all)].in)
			n++
		}
	}
	took := time.Since(began)
	to, err := processorTime()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\nSpeed: %.0f listings in a second of one core; %.0f a second by the clock, where %.0f %% of a core was to be had\n", float64(n)/(to-from).Seconds(), float64(n)/took.Seconds(), 100*(to-from).Seconds()/took.Seconds())
	return nil
}

// processorTime is what this process has used.
func processorTime() (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, fmt.Errorf("processor time: %w", err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}

// worst are the errors of which the classifier was surest.
func worst(w io.Writer, all []judged, most int) {
	type slip struct {
		judged
		name, want, got string
		basis           market.Basis
		p               float64
		why             string
	}
	var slips []slip
	for _, j := range all {
		for _, l := range []labelOfLines{levelOfLines, englishOfLines} {
			want := l.want(j)
			got, basis, p := l.got(j)
			if want != got {
				why := quotes(j.out.Level)
				if l.name == "English" {
					why = quotes(j.out.English)
				}
				slips = append(slips, slip{j, l.name, l.classes[want], l.classes[got], basis, p, why})
			}
		}
	}
	slices.SortFunc(slips, func(a, b slip) int {
		return cmp.Or(cmp.Compare(b.p, a.p), cmp.Compare(a.ID, b.ID), cmp.Compare(a.name, b.name))
	})
	fmt.Fprintf(w, "\nThe worst of %d errors\n", len(slips))
	for _, s := range slips[:min(most, len(slips))] {
		text := []rune(strings.Join(strings.Fields(s.Description), " "))
		fmt.Fprintf(w, "\n%s: %s %q, reader says %q (%.2f, %s; %s)\n  %s\n  %s\n", s.ID, s.name, s.got, s.want, s.p, cmp.Or(string(s.basis), "guess"), s.why, s.Title, string(text[:min(300, len(text))]))
	}
}

func quotes[V ~string](l market.Label[V]) string {
	var parts []string
	for _, r := range l.Reasons {
		parts = append(parts, r.Key)
	}
	for _, e := range l.Evidence {
		parts = append(parts, fmt.Sprintf("%q", e.Quote))
	}
	return strings.Join(parts, ", ")
}

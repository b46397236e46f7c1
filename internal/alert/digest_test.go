package alert

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// noon is in Dhaka: 6 in UTC, four hours after everybody's hour.
var noon = time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)

// hour is when people told at 8 in Dhaka have all come due, days after noon.
func hour(days int) time.Time { return noon.AddDate(0, 0, days).Add(-4*time.Hour + spread) }

// office is a shelf with those who work at it.
type office struct {
	*shelf
	t       *testing.T
	pen     pen
	reg     *prometheus.Registry
	metrics *Metrics
	log     bytes.Buffer
	watch   *Watcher
}

func newOffice(t *testing.T) *office {
	o := &office{shelf: newShelf(), t: t, pen: pen{fails: map[string]bool{}, panics: map[string]bool{}}, reg: prometheus.NewRegistry()}
	o.metrics = NewMetrics(o.reg)
	o.watch = &Watcher{Store: o, Analyzer: analyzer(), Metrics: o.metrics}
	return o
}

func (o *office) digester() *Digester {
	return &Digester{Store: o, Letters: o.pen, Analyzer: analyzer(), Metrics: o.metrics, Log: slog.New(slog.NewTextHandler(&o.log, nil))}
}

// tell has everybody told who is due, and gives what each new letter says.
func (o *office) tell(now time.Time) [][]page {
	o.t.Helper()
	before := len(o.mails())
	d := o.digester()
	for i := 0; ; i++ {
		if _, err := d.Pass(o.t.Context(), now); errors.Is(err, market.ErrNone) {
			break
		} else if err != nil {
			o.t.Fatal(err)
		}
		if i > 100 {
			o.t.Fatal("there is no end of people who are due")
		}
	}
	var out [][]page
	for _, l := range o.mails()[before:] {
		out = append(out, read(o.t, l))
	}
	return out
}

// look has the watcher look at everything.
func (o *office) look(now time.Time) {
	o.t.Helper()
	for {
		if _, err := o.watch.Pass(o.t.Context(), now); errors.Is(err, market.ErrNone) {
			return
		} else if err != nil {
			o.t.Fatal(err)
		}
	}
}

// count is what a metric stands at; label is the value of its label, if any.
func (o *office) count(name, label string) float64 {
	o.t.Helper()
	all, err := o.reg.Gather()
	if err != nil {
		o.t.Fatal(err)
	}
	for _, f := range all {
		if f.GetName() != "kajkhoj_alert_"+name+"_total" {
			continue
		}
		for _, m := range f.GetMetric() {
			if label == "" || m.GetLabel()[0].GetValue() == label {
				return m.GetCounter().GetValue()
			}
		}
	}
	o.t.Fatalf("no metric %s of %q", name, label)
	return 0
}

func (o *office) same(what string, got, want any) {
	o.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		o.t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

func TestDigest(t *testing.T) {
	o := newOffice(t)
	o.person("rina")
	o.found(offer("old", "excel work", noon.Add(-time.Hour)))
	o.add("rina", "excel", "q=Excel", market.Daily, noon)
	o.found(offer("a", "excel work", noon))
	o.found(offer("b", "painting", noon))
	o.found(offer("c", "excel tables", noon.Add(time.Hour)))

	o.same("before the hour", o.tell(hour(1).Add(-2*spread)), [][]page(nil))
	o.same("at the hour", o.tell(hour(1)), [][]page{{{Search: "excel", IDs: []string{"c", "a"}, Words: []string{"Excel"}, Total: 2}}})
	s := o.get("excel")
	o.same("its search", []any{s.Cursor, s.Told, s.Last, s.ToldAt, s.DueAt}, []any{o.head, 2, 2, hour(1), Next(*o.people["rina"], s.shelvedSearch, hour(1))})

	l := o.mails()[0]
	if l.Kind != market.LetterDigest || l.Subscriber != "rina" || l.To != "rina@example.org" || l.Lang != "en" || !l.Created.Equal(hour(1)) || len(l.Key) != 40 {
		t.Errorf("the letter is %+v", l)
	}
	token := o.tokens[0]
	if raw := l.Manage[strings.LastIndexByte(l.Manage, '/')+1:]; !token.Opens(raw, market.TokenManage, hour(1)) || token.Subscriber != "rina" {
		t.Error("the link in the letter opens nothing")
	}

	o.found(offer("d", "painting", noon))
	o.same("the next day, nothing new", o.tell(hour(2)), [][]page(nil))
	o.same("its cursor", o.get("excel").Cursor, o.head)
	o.same("what was counted", []float64{o.count("digests", ""), o.count("listings", ""), o.count("searches", "")}, []float64{1, 2, 2})
}

func TestClosedMeanwhile(t *testing.T) {
	o := newOffice(t)
	o.person("rina")
	o.add("rina", "excel", "q=excel", market.Daily, noon)
	o.found(offer("a", "excel work", noon))
	o.found(offer("b", "excel work", noon))
	o.close("a")
	o.same("told", o.tell(hour(1)), [][]page{{{Search: "excel", IDs: []string{"b"}, Words: []string{"excel"}, Total: 1}}})
}

func TestNewestTen(t *testing.T) {
	o := newOffice(t)
	o.person("rina")
	o.add("rina", "excel", "q=excel", market.Daily, noon)
	// A feed gives the newest first; so they are founded in that order. There
	// are more than one slice of numbers holds.
	const n = slice + 500
	var want []string
	for i := range n {
		id := fmt.Sprint("n", i)
		o.found(offer(id, "excel work", noon.Add(-time.Duration(i)*time.Minute)))
		if i < market.MaxTold {
			want = append(want, id)
		}
	}
	o.same("told", o.tell(hour(1)), [][]page{{{Search: "excel", IDs: want, Words: []string{"excel"}, Total: n}}})
	o.same("listings told", o.get("excel").Last, n)
	if o.reads != 2 {
		t.Errorf("read %d slices, want 2", o.reads)
	}
}

// sections has the sections of the last letter.
type sections struct {
	pen
	last []Section
}

func (s *sections) Digest(to market.Subscriber, ss []Section, raw string, now time.Time) (market.Letter, error) {
	s.last = ss
	return s.pen.Digest(to, ss, raw, now)
}

// The link to the rest reaches back to the oldest of all that is told.
func TestOldest(t *testing.T) {
	o := newOffice(t)
	o.person("rina")
	o.add("rina", "excel", "q=excel", market.Daily, noon)
	o.add("rina", "work", "q=work", market.Daily, noon)
	ancient := noon.AddDate(0, 0, -40)
	for i := range market.MaxTold + 5 {
		posted := noon.Add(-time.Duration(i) * time.Minute)
		if i == 7 {
			posted = ancient
		}
		o.found(offer(fmt.Sprint("n", i), "excel work", posted))
	}
	o.found(offer("last", "work", noon.Add(-time.Hour)))
	d, s := o.digester(), &sections{}
	d.Letters = s
	if _, err := d.Pass(t.Context(), hour(1)); err != nil {
		t.Fatal(err)
	}
	if len(s.last) != 2 || !s.last[0].Oldest.Equal(ancient) || !s.last[1].Oldest.Equal(noon.Add(-time.Hour)) {
		t.Errorf("sections of %+v", s.last)
	}
}

func TestOneMailForAllSearches(t *testing.T) {
	o := newOffice(t)
	o.person("rina")
	// 24 November 2026 is a Tuesday: everything comes together on Sunday.
	o.add("rina", "first", "q=excel", market.Daily, noon)
	o.add("rina", "second", "q=work", market.Weekly, noon)
	o.add("rina", "third", "q=tables", market.Instant, noon)
	o.add("rina", "fourth", "q=gardening", market.Daily, noon)
	for d := 1; d < 5; d++ {
		o.tell(hour(d))
	}
	o.found(offer("a", "excel work", noon))
	o.found(offer("b", "excel tables", noon))
	o.found(offer("c", "tables", noon))
	got := o.tell(hour(5))
	o.same("told", got, [][]page{{
		{Search: "first", IDs: []string{"b", "a"}, Words: []string{"excel"}, Total: 2},
		{Search: "third", IDs: []string{"c"}, Words: []string{"tables"}, Total: 1},
	}})
	for _, s := range o.searches {
		if s.Cursor != o.head {
			t.Errorf("search %s stands at %d of %d", s.ID, s.Cursor, o.head)
		}
	}
}

func TestAllWords(t *testing.T) {
	a := analyzer()
	for _, text := range []string{"excel", "Excel TYPING excel", `"data entry" typing`, "MS Excel data-entry", `typing "data entry" -python`, "টাইপিং", "job", "work typing", "typign exel"} {
		l := offer("a", "MS Excel, data entry, typing job work টাইপিং", noon)
		q := market.Query{Text: text, Now: noon}
		if len(Compile(a, []market.Query{q}).Match(l, noon)) == 0 {
			t.Errorf("%q does not find the listing", text)
		}
		if diff := cmp.Diff(Words(a, q, l), allWords(a, q)); diff != "" {
			t.Errorf("%q (-Words +allWords):\n%s", text, diff)
		}
	}
}

func TestAsleep(t *testing.T) {
	o := newOffice(t)
	o.person("rina")
	o.add("rina", "excel", "q=excel", market.Daily, noon)
	o.add("rina", "word", "q=word", market.Instant, noon)
	for i := range 5 {
		o.found(offer(fmt.Sprint("a", i), "excel work", noon.Add(time.Duration(i)*time.Hour)))
		o.found(offer(fmt.Sprint("b", i), "word work", noon.Add(time.Duration(i)*time.Hour)))
	}
	late := noon.AddDate(0, 0, 9).Add(time.Hour)
	o.look(late)
	got := o.tell(late)
	if len(got) != 1 || len(got[0]) != 2 || got[0][0].Total+got[0][1].Total != 10 {
		t.Fatalf("told %v", got)
	}
	for m := range 24 * 60 {
		now := late.Add(time.Duration(m) * time.Minute)
		o.look(now)
		if got := o.tell(now); len(got) > 0 {
			t.Fatalf("told again at %v: %v", now, got)
		}
	}
}

func TestInstant(t *testing.T) {
	o := newOffice(t)
	o.person("rina")
	o.add("rina", "excel", "q=excel", market.Instant, noon)
	o.add("rina", "word", "q=word", market.Instant, noon)
	now := noon
	step := func(d time.Duration) [][]page {
		now = now.Add(d)
		o.look(now)
		return o.tell(now)
	}
	o.found(offer("a", "excel", noon))
	o.found(offer("b", "word", noon))
	o.found(offer("x", "painting", noon))
	o.same("at once", step(time.Second), [][]page(nil))
	o.same("before the minute is over", step(DefaultDelay-time.Second), [][]page(nil))
	o.same("after a minute", step(time.Second), [][]page{{
		{Search: "excel", IDs: []string{"a"}, Words: []string{"excel"}, Total: 1},
		{Search: "word", IDs: []string{"b"}, Words: []string{"word"}, Total: 1},
	}})
	o.found(offer("c", "excel", noon))
	told := now
	for now.Before(told.Add(DefaultGap - 10*time.Second)) {
		o.same("within the gap", step(10*time.Second), [][]page(nil))
	}
	o.found(offer("d", "excel", noon))
	o.same("after the gap", step(10*time.Second), [][]page{{{Search: "excel", IDs: []string{"d", "c"}, Words: []string{"excel"}, Total: 2}}})
	o.same("hurried", o.count("hurried", ""), 4.0)
}

// TestWatcherKeepsUp changes the searches between two looks.
func TestWatcherKeepsUp(t *testing.T) {
	o := newOffice(t)
	o.person("rina")
	o.person("mina")
	o.add("rina", "excel", "q=excel", market.Instant, noon)
	o.found(offer("a", "excel", noon))
	o.look(noon)
	compiled := o.watch.matcher
	o.found(offer("b", "painting", noon))
	o.look(noon)
	if o.watch.matcher != compiled {
		t.Error("compiled again though nothing changed")
	}
	o.found(offer("b2", "painting", noon))
	o.look(noon.Add(lasts + 1))
	if o.watch.matcher == compiled {
		t.Error("an hour later, not compiled again")
	}
	s := o.add("mina", "word", "q=word", market.Instant, noon)
	o.found(offer("c", "word", noon))
	o.look(noon)
	o.same("the new search is due", s.DueAt, noon.Add(DefaultDelay))
	o.get("excel").Query = "q=painting"
	o.get("excel").DueAt = hour(1)
	o.found(offer("d", "painting", noon))
	o.look(noon)
	o.same("the changed search is due", o.get("excel").DueAt, noon.Add(DefaultDelay))

	// What was founded before a search began is no news to it.
	o.found(offer("e", "gardening", noon))
	late := o.add("mina", "garden", "q=gardening", market.Instant, noon)
	o.look(noon)
	o.same("the late search is due", late.DueAt, Next(*o.people["mina"], late.shelvedSearch, noon))

	other := &Watcher{Store: o, Analyzer: analyzer()}
	if _, err := other.Pass(t.Context(), noon); !errors.Is(err, market.ErrNone) {
		t.Errorf("nothing to look at: %v", err)
	}
}

func TestMostInstant(t *testing.T) {
	o := newOffice(t)
	o.person("rina")
	s := o.add("rina", "excel", "q=excel", market.Instant, noon)
	n, mails, told := 0, map[time.Duration]int{}, 0
	// A listing every ten minutes, for four days.
	for now := noon; now.Before(noon.AddDate(0, 0, 4)); now = now.Add(time.Minute) {
		if now.Minute()%10 == 0 {
			o.found(offer(fmt.Sprint(n), "excel", now))
			n++
		}
		o.look(now)
		for _, pages := range o.tell(now) {
			day := now.Sub(noon) / (24 * time.Hour)
			mails[day]++
			told += pages[0].Total
		}
		within := 0
		for _, at := range s.mails {
			if at.After(now.Add(-24 * time.Hour)) {
				within++
			}
		}
		if within > market.MaxInstant+1 {
			t.Fatalf("%d mails within a day", within)
		}
	}
	for day, k := range mails {
		if k > market.MaxInstant+1 || k < market.MaxInstant {
			t.Errorf("%d mails on day %d", k, day)
		}
	}
	if s.Cursor == o.head {
		t.Error("everything was told at once: nothing was held")
	}
	hours := 0
	for _, at := range s.mails {
		if lastHour(*o.people["rina"], at).After(at.Add(-2 * time.Minute)) {
			hours++
		}
	}
	if hours != 4 {
		t.Errorf("told at %d of 4 hours", hours)
	}
	o.tell(hour(5))
	told = s.Told
	if told != n {
		t.Errorf("told %d of %d", told, n)
	}
}

// TestFoundWhileTelling has the watcher look between the digester's reading
// and its telling: the search was due then already.
func TestFoundWhileTelling(t *testing.T) {
	o := newOffice(t)
	o.person("rina")
	o.add("rina", "excel", "q=excel", market.Instant, noon)
	o.found(offer("a", "excel", noon))
	o.look(noon)
	d := o.digester()
	now := noon.Add(time.Minute)
	d.Letters = meanwhile{o.pen, func() {
		o.found(offer("b", "excel", now))
		o.look(now.Add(time.Second))
	}}
	if _, err := d.Pass(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	o.same("due again", o.get("excel").DueAt, now.Add(time.Second+DefaultDelay))
	o.same("told", o.tell(now.Add(DefaultGap)), [][]page{{{Search: "excel", IDs: []string{"b"}, Words: []string{"excel"}, Total: 1}}})
}

// meanwhile does something while a letter is written.
type meanwhile struct {
	pen
	do func()
}

var oneAtATime sync.Mutex

func (m meanwhile) Digest(to market.Subscriber, sections []Section, raw string, now time.Time) (market.Letter, error) {
	oneAtATime.Lock()
	m.do()
	oneAtATime.Unlock()
	return m.pen.Digest(to, sections, raw, now)
}

func TestBeforeTheHour(t *testing.T) {
	o := newOffice(t)
	p := o.person("rina")
	o.add("rina", "excel", "q=excel", market.Instant, noon)
	o.add("rina", "word", "q=word", market.Daily, noon)
	at := Next(*p, market.Search{Freq: market.Daily}, noon)
	o.found(offer("a", "excel", noon))
	o.look(at.Add(-3 * time.Minute))
	if got := o.tell(at.Add(-2 * time.Minute)); len(got) != 1 {
		t.Fatalf("the instant search: %v", got)
	}
	o.found(offer("b", "word", noon))
	o.same("at the hour, two minutes after a mail", o.tell(at), [][]page(nil))
	o.same("when the gap is over", o.tell(at.Add(3*time.Minute)), [][]page{{{Search: "word", IDs: []string{"b"}, Words: []string{"word"}, Total: 1}}})
}

func TestOneFailsAlone(t *testing.T) {
	o := newOffice(t)
	for _, id := range []string{"rina", "mina", "lina", "tina"} {
		o.person(id)
		o.add(id, "s-"+id, "q=excel", market.Daily, noon)
	}
	o.people["tina"].Zone = "Mars/Olympus"
	broken := o.add("rina", "broken", "min=lots", market.Daily, noon)
	o.found(offer("a", "excel", noon))
	o.pen.fails["mina"] = true
	o.pen.panics["lina"] = true
	if got := o.tell(hour(1)); len(got) != 2 {
		t.Fatalf("told %v", got)
	}
	o.same("what cannot be read stays where it is", []any{broken.Cursor, broken.DueAt}, []any{int64(0), Next(*o.people["rina"], broken.shelvedSearch, hour(1))})
	for what, want := range map[string]float64{failQuery: 1, failZone: 1, failLetter: 2} {
		if n := o.count("failures", what); n != want {
			t.Errorf("%v failures of %s counted", n, what)
		}
	}
	for _, s := range []string{"subscriber=mina", "the pen is dry", "subscriber=lina", "the nib broke", "search=broken", "Mars/Olympus"} {
		if !strings.Contains(o.log.String(), s) {
			t.Errorf("the log does not say %q:\n%s", s, &o.log)
		}
	}
	if strings.Contains(o.log.String(), "@") {
		t.Errorf("an address in the log:\n%s", &o.log)
	}
	if s := o.get("s-mina"); s.DueAt.After(hour(1)) {
		t.Error("who was not told is not due any more, and nobody rings the alarm")
	}
	o.same("while the claim lasts", o.tell(hour(1).Add(lease-time.Second)), [][]page(nil))
	delete(o.pen.fails, "mina")
	o.same("when it can be written", o.tell(hour(1).Add(lease)), [][]page{{{Search: "s-mina", IDs: []string{"a"}, Words: []string{"excel"}, Total: 1}}})
}

// picky is a Store that does not take tellings about one person.
type picky struct {
	Store
	refused string
}

var errPicky = errors.New("not this one")

func (p picky) Tell(ctx context.Context, ts []market.Telling, now time.Time) (int, error) {
	for _, t := range ts {
		if t.Subscriber == p.refused || p.refused == "" {
			return 0, errPicky
		}
	}
	return p.Store.Tell(ctx, ts, now)
}

func TestOneIsNotFiled(t *testing.T) {
	o := newOffice(t)
	for i := range 5 {
		id := fmt.Sprint("p", i)
		o.person(id)
		o.add(id, "s"+id, "q=excel", market.Daily, noon)
	}
	o.found(offer("a", "excel", noon))
	d := o.digester()
	d.Store = picky{o, "p2"}
	if did, err := d.Pass(t.Context(), hour(1)); did != 5 || err != nil {
		t.Fatal(did, err)
	}
	o.same("filed", len(o.mails()), 4)
	o.same("failures", o.count("failures", failFile), 1.0)

	o = newOffice(t)
	o.person("rina")
	o.add("rina", "excel", "q=excel", market.Daily, noon)
	o.found(offer("a", "excel", noon))
	d = o.digester()
	d.Store = picky{Store: o}
	if did, err := d.Pass(t.Context(), hour(1)); did != 0 || !errors.Is(err, errPicky) {
		t.Fatal(did, err)
	}
}

// TestGivenBack stops the program in the middle: those who were not told are
// claimed at once by the next.
func TestGivenBack(t *testing.T) {
	o := newOffice(t)
	for i := range 2*tellAtOnce + 10 {
		id := fmt.Sprint("p", i)
		o.person(id)
		o.add(id, "s"+id, "q=excel", market.Daily, noon)
	}
	o.found(offer("a", "excel", noon))
	ctx, cancel := context.WithCancel(t.Context())
	d := o.digester()
	n := 0
	d.Letters = meanwhile{o.pen, func() {
		if n++; n == tellAtOnce+1 {
			cancel()
		}
	}}
	did, err := d.Pass(ctx, hour(1))
	if did != tellAtOnce || !errors.Is(err, context.Canceled) {
		t.Fatal(did, err)
	}
	if got := o.tell(hour(1)); len(got) != tellAtOnce+10 {
		t.Errorf("then told %d", len(got))
	}
}

func TestKeys(t *testing.T) {
	compose := func(change func(*office)) string {
		o := newOffice(t)
		o.person("rina")
		o.add("rina", "excel", "q=excel", market.Daily, noon)
		o.found(offer("a", "excel", noon))
		change(o)
		if got := o.tell(hour(1)); len(got) != 1 {
			t.Fatalf("told %v", got)
		}
		return o.mails()[0].Key
	}
	key := compose(func(*office) {})
	if again := compose(func(*office) {}); again != key {
		t.Errorf("composed again it is %s, not %s", again, key)
	}
	for name, change := range map[string]func(*office){
		"another head":   func(o *office) { o.found(offer("b", "excel", noon)) },
		"another cursor": func(o *office) { o.get("excel").Cursor = -1 },
		"another search": func(o *office) { o.get("excel").ID = "other" },
	} {
		if compose(change) == key {
			t.Errorf("%s has the same key", name)
		}
	}
}

func TestAskAndExpire(t *testing.T) {
	o := newOffice(t)
	for _, id := range []string{"rina", "mina"} {
		o.person(id)
		o.add(id, "1-"+id, "q=excel", market.Daily, noon)
		o.add(id, "2-"+id, "q=word", market.Daily, noon)
	}
	o.person("tina")
	o.add("tina", "t", "q=word", market.Daily, noon.AddDate(0, 0, 1))
	asker := &Asker{Store: o, Letters: o.pen, Metrics: o.metrics}
	if _, err := asker.Pass(t.Context(), noon.Add(market.AskAfter-1)); !errors.Is(err, market.ErrNone) {
		t.Fatalf("too early: %v", err)
	}
	o.pen.fails["mina"] = true
	if did, err := asker.Pass(t.Context(), noon.Add(market.AskAfter)); did != 1 || !errors.Is(err, errPen) || strings.Contains(err.Error(), "@") {
		t.Fatal(did, err)
	}
	delete(o.pen.fails, "mina")
	if did, err := asker.Pass(t.Context(), noon.Add(market.AskAfter)); did != 1 || err != nil {
		t.Fatal(did, err)
	}
	if _, err := asker.Pass(t.Context(), noon.Add(market.AskAfter)); !errors.Is(err, market.ErrNone) {
		t.Fatalf("asked again: %v", err)
	}
	letters := o.mails()
	if len(letters) != 2 || letters[0].Kind != market.LetterAsk || letters[0].Text != "2" || letters[0].Key == letters[1].Key || len(o.tokens) != 2 {
		t.Fatalf("%d letters, %d tokens: %+v", len(letters), len(o.tokens), letters)
	}
	e := &Expirer{Store: o, Metrics: o.metrics}
	asked := noon.Add(market.AskAfter)
	if did, err := e.Pass(t.Context(), asked.Add(market.AnswerFor-1)); did != 0 || !errors.Is(err, market.ErrNone) {
		t.Fatal(did, err)
	}
	if did, err := e.Pass(t.Context(), asked.Add(market.AnswerFor)); did != 4 || err != nil {
		t.Fatal(did, err)
	}
	o.same("counted", []float64{o.count("asked", ""), o.count("ended", "")}, []float64{2, 4})
}

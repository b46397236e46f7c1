package demo

import (
	"embed"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// The phrase files hold all words of the made-up offers. A line that begins
// with "job" opens a kind of job and the lines up to the next one are its
// own:
//
//	job CATEGORY LEVEL ENGLISH [WARNING]
//	skills A, B, {slot}
//	pay fixed 40-150, hourly 3-7    ranges in US dollars, or in taka in Bengali files
//	title, open, do, want, bait     one phrase each, as many as there are
//	:slot one | another | third     what {slot} may stand for, or a range 10..50/5
//
// A line that begins with "@" opens a list that all jobs of the language
// share, one phrase to a line.
//
//go:embed phrases
var phraseFiles embed.FS

// grammar is all that can be said in one language.
type grammar struct {
	lang    string
	jobs    []job
	dubious []job
	lists   map[string][]phrase
	slots   map[string]slot
}

// job is a kind of job: the work, what it asks and what it pays.
type job struct {
	category market.Category
	level    market.Level
	english  market.English
	warning  market.WarningKind
	skills   []phrase
	pays     []payRange

	title, open, do, want, bait []phrase
	slots                       map[string]slot
}

type payRange struct {
	kind     market.PayKind
	low, top int
}

// phrase is text with slots in it. {name's} is the genitive of {name}.
type phrase []piece

type piece struct {
	text string
	slot string
	// first says that the slot begins a sentence, own that it is a genitive.
	first, own bool
}

// slot is what a name may stand for: alternatives, or whole numbers from low
// to top that step divides.
type slot struct {
	words          []phrase
	low, top, step int
}

func loadGrammar(lang string, jobs []string, shared, dubious string) (*grammar, error) {
	g := &grammar{lang: lang, lists: map[string][]phrase{}, slots: map[string]slot{}}
	for _, name := range append(jobs, shared, dubious) {
		if err := g.load(name); err != nil {
			return nil, err
		}
	}
	return g, g.check()
}

func (g *grammar) load(name string) error {
	text, err := fs.ReadFile(phraseFiles, "phrases/"+name+".txt")
	if err != nil {
		return err
	}
	var current *job
	list := ""
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line = strings.TrimSpace(line)
		key, rest, _ := strings.Cut(line, " ")
		var err error
		switch {
		case line == "" || line[0] == '#':
		case key == "job":
			var j job
			if j, err = readJob(rest); err != nil {
				break
			}
			jobs := &g.jobs
			if j.warning != "" {
				jobs = &g.dubious
			}
			*jobs = append(*jobs, j)
			current, list = &(*jobs)[len(*jobs)-1], ""
		case line[0] == '@':
			list, current = line[1:], nil
		case line[0] == ':':
			var s slot
			if s, err = readSlot(rest); err != nil {
				break
			}
			if current != nil {
				current.slots[key[1:]] = s
			} else {
				g.slots[key[1:]] = s
			}
		case current != nil:
			err = current.add(key, rest)
		case list != "":
			var p phrase
			if p, err = readPhrase(line); err == nil {
				g.lists[list] = append(g.lists[list], p)
			}
		default:
			err = fmt.Errorf("%q belongs to no job and no list", line)
		}
		if err != nil {
			return fmt.Errorf("phrases/%s.txt:%d: %w", name, n, err)
		}
	}
	return nil
}

func readJob(line string) (job, error) {
	words := strings.Fields(line)
	if len(words) < 3 || len(words) > 4 {
		return job{}, fmt.Errorf("job %s: a category, a level, an ability and at most a warning are needed", line)
	}
	j := job{
		category: market.Category(words[0]), level: market.Level(words[1]), english: market.English(words[2]),
		slots: map[string]slot{},
	}
	if len(words) == 4 {
		j.warning = market.WarningKind(words[3])
	}
	if !j.category.Valid() || !j.level.Valid() || !j.english.Valid() {
		return job{}, fmt.Errorf("job %s: an unknown category, level or ability", line)
	}
	return j, nil
}

func (j *job) add(key, rest string) error {
	p, err := readPhrase(rest)
	if err != nil {
		return err
	}
	switch key {
	case "title":
		j.title = append(j.title, p)
	case "open":
		j.open = append(j.open, p)
	case "do":
		j.do = append(j.do, p)
	case "want":
		j.want = append(j.want, p)
	case "bait":
		j.bait = append(j.bait, p)
	case "skills":
		for _, s := range strings.Split(rest, ",") {
			p, err := readPhrase(strings.TrimSpace(s))
			if err != nil {
				return err
			}
			j.skills = append(j.skills, p)
		}
	case "pay":
		for _, s := range strings.Split(rest, ",") {
			var r payRange
			if _, err := fmt.Sscanf(strings.ReplaceAll(s, "-", " "), "%s %d %d", &r.kind, &r.low, &r.top); err != nil || r.low <= 0 || r.low > r.top {
				return fmt.Errorf("pay %s: such as fixed 40-150", s)
			}
			j.pays = append(j.pays, r)
		}
	default:
		return fmt.Errorf("a job has no %q", key)
	}
	return nil
}

func readSlot(text string) (slot, error) {
	if low, rest, ok := strings.Cut(text, ".."); ok {
		top, step, stepped := strings.Cut(rest, "/")
		s := slot{step: 1}
		var errs [3]error
		s.low, errs[0] = strconv.Atoi(low)
		s.top, errs[1] = strconv.Atoi(top)
		if stepped {
			s.step, errs[2] = strconv.Atoi(step)
		}
		if errs != [3]error{} || s.low > s.top || s.step < 1 {
			return slot{}, fmt.Errorf("%q is no range such as 10..50/5", text)
		}
		return s, nil
	}
	var s slot
	for _, word := range strings.Split(text, "|") {
		p, err := readPhrase(strings.TrimSpace(word))
		if err != nil {
			return slot{}, err
		}
		s.words = append(s.words, p)
	}
	return s, nil
}

func readPhrase(text string) (phrase, error) {
	if text == "" {
		return nil, fmt.Errorf("an empty phrase")
	}
	var p phrase
	before := ""
	for text != "" {
		i := strings.IndexByte(text, '{')
		if i < 0 {
			return append(p, piece{text: text}), nil
		}
		if i > 0 {
			p = append(p, piece{text: text[:i]})
			before = text[:i]
		}
		name, rest, ok := strings.Cut(text[i+1:], "}")
		if !ok || name == "" {
			return nil, fmt.Errorf("%q: a slot is not closed", text)
		}
		first := len(p) == 0 || strings.HasSuffix(before, ". ") || strings.HasSuffix(before, "? ")
		name, own := strings.CutSuffix(name, "'s")
		p = append(p, piece{slot: name, first: first, own: own})
		before, text = "", rest
	}
	return p, nil
}

// given are the slots that an offer fills in by itself.
var given = map[string]bool{"company": true, "city": true, "pay": true, "countries": true, "zone": true}

// check reports jobs that lack a part and slots that nothing fills.
func (g *grammar) check() error {
	known := func(j *job, p phrase) error {
		for _, pc := range p {
			if pc.slot == "" || given[pc.slot] {
				continue
			}
			_, shared := g.slots[pc.slot]
			own := false
			if j != nil {
				_, own = j.slots[pc.slot]
			}
			if !own && !shared && g.lists[pc.slot] == nil {
				return fmt.Errorf("%s phrases: nothing fills {%s}", g.lang, pc.slot)
			}
		}
		return nil
	}
	for _, jobs := range [][]job{g.jobs, g.dubious} {
		for i := range jobs {
			j := &jobs[i]
			enough := len(j.title) >= 2 && len(j.open) >= 1 && len(j.do) >= 1 && len(j.pays) >= 1 && len(j.skills) >= 1
			if !enough || (len(j.bait) > 0) != (j.warning != "") || j.warning == "" && len(j.want) == 0 {
				return fmt.Errorf("%s phrases: a %s job lacks a part", g.lang, j.category)
			}
			for _, ps := range [][]phrase{j.title, j.open, j.do, j.want, j.bait, j.skills} {
				for _, p := range ps {
					if err := known(j, p); err != nil {
						return err
					}
				}
			}
		}
	}
	for _, ps := range g.lists {
		for _, p := range ps {
			if err := known(nil, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// voice says phrases for one offer: a slot keeps its value throughout.
type voice struct {
	g    *grammar
	job  *job
	rng  *rand.Rand
	said map[string]string
}

func (v *voice) say(p phrase) string {
	if len(p) == 1 && p[0].slot == "" {
		return p[0].text
	}
	var b strings.Builder
	for _, pc := range p {
		if pc.slot == "" {
			b.WriteString(pc.text)
			continue
		}
		value := v.fill(pc.slot)
		if pc.first {
			value = capital(value)
		}
		if pc.own {
			value = genitive(v.g.lang, value)
		}
		b.WriteString(value)
	}
	return b.String()
}

func (v *voice) fill(name string) string {
	if s, ok := v.said[name]; ok {
		return s
	}
	s, ok := v.job.slots[name]
	if !ok {
		s, ok = v.g.slots[name]
	}
	var value string
	switch {
	case !ok:
		value = v.any(name)
	case len(s.words) > 0:
		value = v.say(s.words[v.rng.IntN(len(s.words))])
	default:
		value = number(v.g.lang, (s.low+s.step*v.rng.IntN((s.top-s.low)/s.step+1))/s.step*s.step)
	}
	v.said[name] = value
	return value
}

// any says one phrase of a shared list.
func (v *voice) any(list string) string {
	ps := v.g.lists[list]
	return v.say(ps[v.rng.IntN(len(ps))])
}

// one says one of several phrases.
func (v *voice) one(ps []phrase) string { return v.say(ps[v.rng.IntN(len(ps))]) }

// some says n of several phrases, or all, in their own order.
func (v *voice) some(ps []phrase, n int) []string {
	var out []string
	for i, p := range ps {
		left, need := len(ps)-i, n-len(out)
		if need > 0 && v.rng.IntN(left) < need {
			out = append(out, v.say(p))
		}
	}
	return out
}

// number writes a whole number as people do: grouped by thousands in
// English from 1,000 on, by lakhs and in Bengali digits in Bengali.
func number(lang string, n int) string {
	s := strconv.Itoa(n)
	if lang != "bn" {
		for i := len(s) - 3; i > 0; i -= 3 {
			s = s[:i] + "," + s[i:]
		}
		return s
	}
	for i := len(s) - 3; i > 0; i -= 2 {
		s = s[:i] + "," + s[i:]
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '০' + r - '0'
		}
		return r
	}, s)
}

// capital begins a text with a capital, but for names such as iOS.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	next, _ := utf8.DecodeRuneInString(s[n:])
	if up := unicode.ToUpper(r); up != r && !unicode.IsUpper(next) {
		return string(up) + s[n:]
	}
	return s
}

// genitive adds the ending of possession. Bengali has র after a vowel and
// ের after a consonant.
func genitive(lang, s string) string {
	if lang != "bn" {
		return s + "'s"
	}
	r, _ := utf8.DecodeLastRuneInString(strings.TrimSuffix(s, "ঁ"))
	switch {
	case r < 0x0980 || r > 0x09ff:
		return s + "-এর"
	case strings.ContainsRune("অআইঈউঊএঐওঔািীুূেৈোৌ", r):
		return s + "র"
	}
	return s + "ের"
}

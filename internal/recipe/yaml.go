package recipe

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// maxRecipe is the greatest length of a recipe in bytes.
const maxRecipe = 256 << 10

// file is a recipe as it is written; doc.go explains each key.
type file struct {
	Name       string        `yaml:"name"`
	Title      string        `yaml:"title"`
	Home       string        `yaml:"home"`
	Schedule   string        `yaml:"schedule"`
	Enabled    bool          `yaml:"enabled"`
	Why        string        `yaml:"why"`
	Needs      string        `yaml:"needs"`
	Env        []string      `yaml:"env"`
	CloseAfter int           `yaml:"close_after"`
	Rolling    bool          `yaml:"rolling"`
	MaxAge     time.Duration `yaml:"max_age"`
	Limits     struct {
		Pages int           `yaml:"pages"`
		Bytes int64         `yaml:"bytes"`
		Items int           `yaml:"items"`
		Time  time.Duration `yaml:"time"`
	} `yaml:"limits"`
	Terms struct {
		URL            string        `yaml:"url"`
		Read           string        `yaml:"read"`
		Note           string        `yaml:"note"`
		Allowed        string        `yaml:"allowed"`
		PollFloor      time.Duration `yaml:"poll_floor"`
		Delay          time.Duration `yaml:"delay"`
		Attribution    string        `yaml:"attribution"`
		AttributionURL string        `yaml:"attribution_url"`
		Follow         bool          `yaml:"follow"`
		FullText       bool          `yaml:"full_text"`
		Syndicate      bool          `yaml:"syndicate"`
		Index          bool          `yaml:"index"`
		Permission     bool          `yaml:"permission"`
		// Keep is nil where the recipe is silent: 0 is a term.
		Keep    *time.Duration `yaml:"keep"`
		Refresh time.Duration  `yaml:"refresh"`
	} `yaml:"terms"`

	Each    eachFile `yaml:"each"`
	Request struct {
		URL    string            `yaml:"url"`
		Method string            `yaml:"method"`
		Header map[string]string `yaml:"header"`
		Body   string            `yaml:"body"`
	} `yaml:"request"`
	Paging struct {
		By     string     `yaml:"by"`
		First  *int       `yaml:"first"`
		Size   int        `yaml:"size"`
		Cursor choiceList `yaml:"cursor"`
		Next   choiceList `yaml:"next"`
		Stop   choiceList `yaml:"stop"`
		Pages  int        `yaml:"pages"`
	} `yaml:"paging"`

	pageFile  `yaml:",inline"`
	Otherwise *pageFile `yaml:"otherwise"`
	Challenge textList  `yaml:"challenge"`
	Clean     struct {
		Mojibake bool     `yaml:"mojibake"`
		Strip    []string `yaml:"strip"`
	} `yaml:"clean"`
	Detail *struct {
		URL    choiceList            `yaml:"url"`
		Format string                `yaml:"format"`
		Script scriptFile            `yaml:"script"`
		Item   string                `yaml:"item"`
		Expect textList              `yaml:"expect"`
		Fields map[string]choiceList `yaml:"fields"`
	} `yaml:"detail"`
}

// eachFile are the values that {each} stands for: a list, or the
// environment variable that holds one.
type eachFile struct {
	Values []string
	Env    string
}

func (e *eachFile) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.SequenceNode {
		return n.Decode(&e.Values)
	}
	if n.Kind == yaml.MappingNode && len(n.Content) == 2 && n.Content[0].Value == "env" {
		return n.Content[1].Decode(&e.Env)
	}
	return fmt.Errorf("line %d: each: a list of values, or {env: NAME} is needed", n.Line)
}

// pageFile says how a listing page is read.
type pageFile struct {
	Format string                `yaml:"format"`
	Script scriptFile            `yaml:"script"`
	Expect textList              `yaml:"expect"`
	Items  string                `yaml:"items"`
	Fields map[string]choiceList `yaml:"fields"`
	Drop   []ruleFile            `yaml:"drop"`
	Keep   []ruleFile            `yaml:"keep"`
}

type scriptFile struct {
	Marker string `yaml:"marker"`
	CSS    string `yaml:"css"`
}

type ruleFile struct {
	Why    string `yaml:"why"`
	JQ     string `yaml:"jq"`
	CSS    string `yaml:"css"`
	Field  string `yaml:"field"`
	Regexp string `yaml:"regexp"`
}

// choice is one way to a field's value: an expression in the format's own
// language, or one that says which.
type choice struct {
	Expr   string // a bare scalar
	JQ     string
	CSS    string
	Attr   string
	HTML   bool
	Regexp string
	As     string
	Join   *string
	Value  *string
	Name   string
	Date   string
	Zone   string
}

// choiceList is one choice or a list of them.
type choiceList []choice

func (l *choiceList) UnmarshalYAML(n *yaml.Node) error {
	nodes := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		nodes = n.Content
	}
	for _, n := range nodes {
		c, err := readChoice(n)
		if err != nil {
			return err
		}
		*l = append(*l, c)
	}
	return nil
}

// readChoice decodes by hand, because a decoder's strictness about unknown
// keys does not reach into UnmarshalYAML.
func readChoice(n *yaml.Node) (c choice, err error) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch n.Kind {
	case yaml.ScalarNode:
		if n.Tag == "!!bool" {
			c.Value = &n.Value
		} else {
			c.Expr = n.Value
		}
		return c, nil
	case yaml.MappingNode:
	default:
		return c, fmt.Errorf("line %d: an expression or a mapping is needed", n.Line)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if v.Kind != yaml.ScalarNode {
			return c, fmt.Errorf("line %d: %s: a scalar is needed", v.Line, k.Value)
		}
		switch k.Value {
		case "jq":
			c.JQ = v.Value
		case "css":
			c.CSS = v.Value
		case "attr":
			c.Attr = v.Value
		case "html":
			if err := v.Decode(&c.HTML); err != nil {
				return c, fmt.Errorf("line %d: html: true or false", v.Line)
			}
		case "regexp":
			c.Regexp = v.Value
		case "as":
			c.As = v.Value
		case "join":
			c.Join = &v.Value
		case "value":
			c.Value = &v.Value
		case "name":
			c.Name = v.Value
		case "date":
			c.Date = v.Value
		case "zone":
			c.Zone = v.Value
		default:
			return c, fmt.Errorf("line %d: field %s is none of jq, css, attr, html, regexp, as, join, value, name, date, zone", k.Line, k.Value)
		}
	}
	return c, nil
}

// textList is one text or a list of them.
type textList []string

func (l *textList) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.SequenceNode {
		return n.Decode((*[]string)(l))
	}
	var s string
	if err := n.Decode(&s); err != nil {
		return err
	}
	*l = textList{s}
	return nil
}

// read decodes a recipe strictly: unknown and repeated keys, and a second
// document, are errors. The node tree is for finding lines.
func read(data []byte) (f file, root *yaml.Node, err error) {
	if len(data) > maxRecipe {
		return f, nil, fmt.Errorf("the recipe is longer than %d KiB", maxRecipe>>10)
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		if errors.Is(err, io.EOF) {
			return f, nil, errors.New("the recipe is empty")
		}
		return f, nil, plain(err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return f, nil, errors.New("one document is needed, there are more")
	}
	root = new(yaml.Node)
	if err := yaml.Unmarshal(data, root); err != nil {
		return f, nil, err
	}
	return f, root, nil
}

var unknownKey = regexp.MustCompile(`field (.+) not found in type .+`)

// plain says what a decoder found wrong without the names of Go types.
func plain(err error) error {
	var te *yaml.TypeError
	if !errors.As(err, &te) {
		return err
	}
	var errs []error
	for _, s := range te.Errors {
		errs = append(errs, errors.New(unknownKey.ReplaceAllString(s, "$1 is no key that a recipe has")))
	}
	return errors.Join(errs...)
}

// line is where a path of keys (or of indexes, as "0") stands, or the
// nearest of its parents; 0 where not even the first is there.
func line(root *yaml.Node, path ...string) int {
	n, at := root, 0
	if n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		n = n.Content[0]
	}
	for _, p := range path {
		var next *yaml.Node
		switch n.Kind {
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				if n.Content[i].Value == p {
					at, next = n.Content[i].Line, n.Content[i+1]
					break
				}
			}
		case yaml.SequenceNode:
			var i int
			if _, err := fmt.Sscanf(p, "%d", &i); err == nil && i < len(n.Content) {
				next = n.Content[i]
				at = next.Line
			}
		}
		if next == nil {
			return at
		}
		n = next
	}
	return at
}

// mistakes gathers what is wrong with a recipe, each with its line.
type mistakes struct {
	root *yaml.Node
	errs []error
}

func (m *mistakes) add(err error, path ...string) {
	if err == nil {
		return
	}
	where := strings.Join(path, ".")
	if n := line(m.root, path...); n > 0 {
		where = fmt.Sprintf("line %d: %s", n, where)
	}
	m.errs = append(m.errs, fmt.Errorf("%s: %w", where, err))
}

// spec adds what source.Spec.Check found, whose errors begin with a key.
func (m *mistakes) spec(err error) {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return
	}
	for _, e := range joined.Unwrap() {
		key, _, _ := strings.Cut(e.Error(), " ")
		if n := line(m.root, strings.Split(strings.TrimSuffix(key, ":"), ".")...); n > 0 {
			e = fmt.Errorf("line %d: %w", n, e)
		}
		m.errs = append(m.errs, e)
	}
}

package recipe

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/kajkhoj/kajkhoj/internal/source"
)

// Blank is a key of a recipe that its operator has still to fill in.
type Blank struct {
	Key  string // for example "terms.poll_floor"
	Line int    // where it stands, or its parent; 0 where neither does
	Want string // what belongs there
}

func (b Blank) String() string {
	if b.Line > 0 {
		return fmt.Sprintf("line %d: %s: %s", b.Line, b.Key, b.Want)
	}
	return b.Key + ": " + b.Want
}

// asked are the keys that nobody but an operator can fill in, because they
// are a reading of the site's terms.
var asked = []struct{ key, want string }{
	{"terms.url", "the address of the site's terms"},
	{"terms.read", "the day that you read them, such as 2026-11-22"},
	{"terms.note", "what they say, in a sentence"},
	{"terms.allowed", "why the site may be collected, in a sentence"},
	{"terms.poll_floor", "the least time between two visits that they allow, such as 6h"},
	{"terms.attribution", "how the site wants to be named"},
	{"terms.full_text", "true or false: may its whole texts be shown?"},
	{"terms.syndicate", "true or false: may its listings go into feeds and the API?"},
	{"terms.index", "true or false: may search engines index its listings' pages here?"},
	{"terms.permission", "true or false: do the terms ask for the site's written permission?"},
}

// Blanks are the keys that an operator has still to fill in before a source
// of their own may be switched on, in the order of asking. Its error is that
// of YAML that cannot be read.
func Blanks(data []byte) ([]Blank, error) {
	_, root, err := read(data)
	if err != nil {
		return nil, err
	}
	var out []Blank
	for _, a := range asked {
		path := strings.Split(a.key, ".")
		if n := nodeAt(root, path...); n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" || strings.TrimSpace(n.Value) == "" {
			out = append(out, Blank{Key: a.key, Line: line(root, path...), Want: a.want})
		}
	}
	return out, nil
}

// nodeAt is the node under a path of keys, nil where there is none.
func nodeAt(root *yaml.Node, path ...string) *yaml.Node {
	n := root
	if n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		n = n.Content[0]
	}
next:
	for _, p := range path {
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == p {
				n = n.Content[i+1]
				continue next
			}
		}
		return nil
	}
	return n
}

// draftFloor is the poll floor of a recipe that has none yet.
const draftFloor = 24 * time.Hour

// ParseDraft reads a recipe that may still have blanks, for trying it: the
// source is off, says of its blanks what is safe (a visit a day, excerpts
// only, nothing handed on), and is like Parse in all else, its errors
// included.
func ParseDraft(data []byte, getenv func(string) string) (source.Source, []Blank, error) {
	blanks, err := Blanks(data)
	if err != nil {
		return nil, nil, err
	}
	s, err := compile(data, getenv, func(spec *source.Spec) {
		spec.Enabled = false
		spec.Why = cmp.Or(spec.Why, "It is still being written.")
		spec.Needs = cmp.Or(spec.Needs, "An operator who fills in what is blank.")
		spec.Terms.Attribution = cmp.Or(spec.Terms.Attribution, spec.Title)
		if spec.Terms.PollFloor == 0 {
			spec.Terms.PollFloor = draftFloor
		}
	})
	return s, blanks, err
}

// SwitchedOn reports whether a recipe says enabled: true, whatever else may
// be wrong with it.
func SwitchedOn(data []byte) bool {
	f, _, err := read(data)
	return err == nil && f.Enabled
}

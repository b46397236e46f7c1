package recipe

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Value is a value for a key of a recipe, such as "terms.url".
type Value struct {
	Key string
	// Text is the value; it becomes one line. Drop takes the key out instead.
	Text string
	Drop bool
}

// truths are the keys whose values are true or false.
var truths = map[string]bool{
	"enabled": true, "terms.full_text": true, "terms.syndicate": true, "terms.index": true, "terms.permission": true,
}

// Fill writes values into a recipe's text, each in its line, and leaves all
// other lines as they are; a remark that asked for the value goes. Where a
// mapping stands in braces, the whole text is written anew, with its remarks.
func Fill(data []byte, values []Value) ([]byte, error) {
	for _, v := range values {
		var err error
		if data, err = fill(data, v); err != nil {
			return nil, err
		}
	}
	return data, nil
}

func fill(data []byte, v Value) ([]byte, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, err
	}
	if len(root.Content) != 1 || root.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("a mapping of keys is needed")
	}
	path := strings.Split(v.Key, ".")
	if v.Drop && nodeAt(&root, path...) == nil {
		return data, nil
	}
	want := strings.Join(strings.Fields(v.Text), " ")
	if out, ok := fillLine(data, root.Content[0], path, want, v); ok {
		var now yaml.Node
		if err := yaml.Unmarshal(out, &now); err == nil {
			n := nodeAt(&now, path...)
			if v.Drop && n == nil || !v.Drop && n != nil && n.Kind == yaml.ScalarNode && n.Value == want {
				return out, nil
			}
		}
	}
	setNode(root.Content[0], path, scalarNode(v.Key, want), v.Drop)
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(&root); err != nil {
		return nil, err
	}
	return b.Bytes(), enc.Close()
}

func scalarNode(key, value string) *yaml.Node {
	if truths[key] && (value == "true" || value == "false") {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: value}
	}
	n := new(yaml.Node)
	n.SetString(value)
	return n
}

// fillLine replaces the lines of one key, or adds one where the key is not
// there. ok is false where the text is not written that way.
func fillLine(data []byte, top *yaml.Node, path []string, value string, v Value) (out []byte, ok bool) {
	text, err := yaml.Marshal(scalarNode(v.Key, value))
	if err != nil || bytes.Count(text, []byte("\n")) > 1 {
		return nil, false
	}
	value = strings.TrimSpace(string(text))
	lines := strings.SplitAfter(string(data), "\n")
	parent, indent := top, 0
	for _, p := range path[:len(path)-1] {
		at := keyAt(parent, p)
		if at < 0 {
			// The parent is not there either: both come last.
			if len(path) != 2 || parent.Style&yaml.FlowStyle != 0 {
				return nil, false
			}
			all := strings.Join(lines, "")
			if !strings.HasSuffix(all, "\n") {
				all += "\n"
			}
			return []byte(all + path[0] + ":\n  " + path[1] + ": " + value + "\n"), true
		}
		parent = parent.Content[at+1]
	}
	if parent.Kind != yaml.MappingNode || parent.Style&yaml.FlowStyle != 0 || len(parent.Content) == 0 {
		return nil, false
	}
	indent = parent.Content[0].Column - 1
	pad := strings.Repeat(" ", indent)
	key := path[len(path)-1]
	at := keyAt(parent, key)
	if at < 0 {
		first := parent.Content[0].Line - 1
		lines = append(lines[:first], append([]string{pad + key + ": " + value + "\n"}, lines[first:]...)...)
		return []byte(strings.Join(lines, "")), true
	}
	from := parent.Content[at].Line - 1
	to := from + 1
	for to < len(lines) && strings.TrimSpace(lines[to]) != "" && indentOf(lines[to]) > indent {
		to++
	}
	remark := ""
	if c := parent.Content[at+1].LineComment; c != "" && to == from+1 && !strings.Contains(c, "FILL IN") {
		remark = " " + c
	} else if c := parent.Content[at].LineComment; c != "" && to == from+1 && !strings.Contains(c, "FILL IN") {
		remark = " " + c
	}
	var put []string
	if !v.Drop {
		put = []string{pad + key + ": " + value + remark + "\n"}
	}
	lines = append(lines[:from], append(put, lines[to:]...)...)
	return []byte(strings.Join(lines, "")), true
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// keyAt is where a key stands in a mapping's content, -1 where it does not.
func keyAt(n *yaml.Node, key string) int {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return i
		}
	}
	return -1
}

// setNode sets, adds or drops what stands under a path.
func setNode(n *yaml.Node, path []string, value *yaml.Node, drop bool) {
	at := keyAt(n, path[0])
	switch {
	case at < 0 && drop:
	case at < 0 && len(path) > 1:
		sub := &yaml.Node{Kind: yaml.MappingNode}
		setNode(sub, path[1:], value, drop)
		n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: path[0]}, sub)
	case at < 0:
		n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: path[0]}, value)
	case len(path) > 1:
		if n.Content[at+1].Kind != yaml.MappingNode {
			n.Content[at+1] = &yaml.Node{Kind: yaml.MappingNode}
		}
		setNode(n.Content[at+1], path[1:], value, drop)
	case drop:
		n.Content = append(n.Content[:at], n.Content[at+2:]...)
	default:
		n.Content[at+1] = value
	}
}

// Filled is what stands under a key of a recipe, "" for nothing.
func Filled(data []byte, key string) string {
	var root yaml.Node
	if yaml.Unmarshal(data, &root) != nil {
		return ""
	}
	if n := nodeAt(&root, strings.Split(key, ".")...); n != nil && n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
		return strings.TrimSpace(n.Value)
	}
	return ""
}

// Detailed reports whether a recipe reads a page of its own for each offer.
func Detailed(data []byte) bool {
	f, _, err := read(data)
	return err == nil && f.Detail != nil
}

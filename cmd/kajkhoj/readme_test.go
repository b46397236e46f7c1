package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// The README names every command and flag, and what it links to is there.
func TestREADME(t *testing.T) {
	root := filepath.Join("..", "..")
	data, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	readme := string(data)
	anchors := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(readme, -1) {
		a := regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(m[1]), "")
		anchors[strings.ReplaceAll(a, " ", "-")] = true
	}
	for _, m := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(readme, -1) {
		link := m[1]
		switch {
		case strings.HasPrefix(link, "http"):
		case strings.HasPrefix(link, "#"):
			if !anchors[link[1:]] {
				t.Errorf("README links to %s, and has no such heading", link)
			}
		default:
			if _, err := os.Stat(filepath.Join(root, link)); err != nil {
				t.Errorf("README links to %s: %v", link, err)
			}
		}
	}
	var c cli
	k, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range k.Model.Flags {
		if f.Name == "help" {
			continue
		}
		if !strings.Contains(readme, "`--"+f.Name+" ") {
			t.Errorf("README does not name --%s", f.Name)
		}
		for _, env := range f.Envs {
			if !strings.Contains(readme, "`"+env+"`") {
				t.Errorf("README does not name %s", env)
			}
		}
	}
	for _, leaf := range k.Model.Leaves(true) {
		name := strings.TrimPrefix(leaf.FullPath(), k.Model.Name+" ")
		if !strings.Contains(readme, "`"+name) {
			t.Errorf("README does not name the command %s", name)
		}
		if leaf.Parent != k.Model.Node {
			continue // flags of commands in groups are in their --help
		}
		for _, f := range leaf.Flags {
			if !strings.Contains(readme, "--"+f.Name) {
				t.Errorf("README does not name --%s of %s", f.Name, name)
			}
		}
	}
	for _, s := range []string{"go run ./cmd/kajkhoj demo", "go test ./..."} {
		if !strings.Contains(readme, s) {
			t.Errorf("README does not give the command %s", s)
		}
	}
}

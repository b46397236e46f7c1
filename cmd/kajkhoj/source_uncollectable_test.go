package main

import (
	"strings"
	"testing"
	"testing/fstest"

	files "github.com/kajkhoj/kajkhoj/config"
)

func TestUncollectable(t *testing.T) {
	sites, err := readUncollectable(files.Files)
	if err != nil {
		t.Fatal(err)
	}
	ss, err := shipped(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, s := range sites {
		names[s.Name] = true
		if ss.known(s.Name) {
			t.Errorf("%s cannot be collected, and there is a source for it", s.Name)
		}
		for _, text := range []string{s.Why["bn"], s.Instead["bn"]} {
			if strings.IndexFunc(text, func(r rune) bool { return r >= 0x0980 && r <= 0x09FF }) < 0 {
				t.Errorf("%s: %q is not Bengali", s.Name, text)
			}
		}
	}
	for _, name := range []string{"upwork", "guru", "workana", "fiverr", "twine", "microworkers", "sproutgigs"} {
		if !names[name] {
			t.Errorf("nothing is said of %s", name)
		}
	}
	for _, text := range []string{
		"sites: [{name: x}]",
		"sites: [{name: x, colour: red}]",
		"sites: [{name: x, title: X, home: 'https://x.example', source: 'https://x.example', kind: dull, checked: 2026-11-22, why: {bn: ক, en: a}, instead: {bn: ক, en: a}}]",
		"sites: [{name: x, title: X, home: 'https://x.example', source: 'https://x.example', kind: terms, checked: 2026-11-22, why: {en: a}, instead: {bn: ক, en: a}}]",
	} {
		if _, err := readUncollectable(fstest.MapFS{"uncollectable.yaml": {Data: []byte(text)}}); err == nil {
			t.Errorf("%s is taken", text)
		}
	}
}

// The list of sources ends with the sites that none can be made for.
func TestListTellsOfUncollectable(t *testing.T) {
	code, out, _ := kajkhoj(t, "source", "list")
	if code != exitOK || !strings.Contains(out, "cannot be collected") || !strings.Contains(out, "Upwork") {
		t.Errorf("%d: %s", code, out)
	}
}

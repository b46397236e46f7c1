package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestClassify(t *testing.T) {
	in := filepath.Join(t.TempDir(), "in.jsonl")
	lines := []string{
		`{"id":"a","title":"Senior React developer","description":"Fluent English. Pay a registration fee of $5 to start.","skills":["React"],"budget_type":"hourly","budget_min":20,"budget_max":40,"currency":"USD"}`,
		`this is no listing`,
		``,
		`{"id":"b","title":"Type 40 scanned pages into Word","description":"Simple typing work.","skills":"Data Entry, Word","budget_type":"fixed","budget_max":15,"currency":null}`,
		`{"id":"c","title":"","description":""}`,
		`{"id":"d","title":"Logo","budget_type":"weekly"}`,
		`{"id":"e","title":"Logo","budget_min":-1}`,
		`{"id":"f","title":"ডাটা এন্ট্রি","description":"অভিজ্ঞতা লাগবে না। ইংরেজি লাগবে না।"}`,
	}
	if err := os.WriteFile(in, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr strings.Builder
	if code := run(context.Background(), []string{"classify", in}, &stdout, &stderr); code != exitError {
		t.Errorf("exit code %d, want %d\n%s", code, exitError, stderr.String())
	}
	for _, want := range []string{"line 2:", "line 5: title", "line 6: budget_type", "line 7: budget_min", "could not be read: 4"} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("stderr lacks %q:\n%s", want, stderr.String())
		}
	}
	got := map[string]labelled{}
	for line := range strings.Lines(stdout.String()) {
		var l labelled
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		got[l.ID] = l
	}
	if len(got) != 3 {
		t.Fatalf("%d lines came out:\n%s", len(got), stdout.String())
	}
	a := got["a"]
	if a.Level.Value != "expert" || a.Level.Basis != "text" || a.Level.Evidence[0] != (quoteOut{"title", "Senior React developer", 0, 22}) {
		t.Errorf("a: %+v", a.Level)
	}
	if a.English.Value != "fluent" || len(a.Warnings) != 1 || a.Warnings[0].Kind != "fee" || a.Warnings[0].Quote == "" || a.Warnings[0].Advice == "" {
		t.Errorf("a: %+v %+v", a.English, a.Warnings)
	}
	b := got["b"]
	if b.Level.Value != "entry" || b.Level.Basis != "estimate" || b.Level.Probability < 0.5 || len(b.Level.Reasons) == 0 {
		t.Errorf("b: %+v", b.Level)
	}
	if f := got["f"]; f.Level.Value != "entry" || f.English.Value != "basic" || f.English.Basis != "text" {
		t.Errorf("f: %+v %+v", f.Level, f.English)
	}

	stdout.Reset()
	if code := run(context.Background(), []string{"classify", in, "--lang", "bn"}, &stdout, &stderr); code != exitError || !strings.Contains(stdout.String(), "ডলার") && !strings.Contains(stdout.String(), "কাজের ধরন") {
		t.Errorf("reasons are not in Bengali: %s", stdout.String())
	}
	if code := run(context.Background(), []string{"classify", filepath.Join(t.TempDir(), "none")}, &stdout, &stderr); code != exitUsage {
		t.Errorf("a missing file: exit code %d", code)
	}
}

package hackernews

import (
	"reflect"
	"strings"
	"testing"
)

func TestReadHead(t *testing.T) {
	for _, c := range []struct {
		line      string
		freelance bool
		want      head
	}{
		{line: "Acme (https://acme.example) | Backend Engineer | Berlin, Germany | REMOTE (EU only) | Full-time | €70k–90k",
			want: head{title: "Backend Engineer", company: "Acme", pay: "€70k–90k", locations: []string{"EU"}}},
		{line: "Acme | Remote | QA Tester | Contract", want: head{title: "QA Tester", company: "Acme"}},
		{line: "Acme | Designer | Fully remote (Worldwide)", want: head{title: "Designer", company: "Acme", locations: []string{"Worldwide"}}},
		{line: "Acme | Designer | Remote within Europe or Canada", want: head{title: "Designer", company: "Acme", locations: []string{"Europe", "Canada"}}},
		{line: "Acme | Engineer | Remote (US or Canada)", want: head{title: "Engineer", company: "Acme", locations: []string{"US", "Canada"}}},
		{line: "Acme | Engineer | Remote (UTC+6)", want: head{title: "Engineer", company: "Acme", zones: []string{"6"}}},
		{line: "Acme | Engineer | Remote (UTC+5 to UTC+6)", want: head{title: "Engineer", company: "Acme", zones: []string{"5", "5.5", "5.75", "6"}}},
		{line: "Acme | Engineer | Remote (UTC-3:30)", want: head{title: "Engineer", company: "Acme", zones: []string{"-3.5"}}},
		{line: "Acme | Engineer | Remote (UTC+1 ± 3 h)", want: head{title: "Engineer", company: "Acme", locations: nil}},
		{line: "Acme | Remote Support Engineer | Dhaka", want: head{title: "Remote Support Engineer", company: "Acme"}},
		{line: "Acme | Engineer | Hybrid, London", want: head{title: "Engineer", company: "Acme", onSite: true}},
		{line: "Acme | Engineer | On-site or remote", want: head{title: "Engineer", company: "Acme"}},
		{line: "Acme | Engineer | Onsite, no remote", want: head{title: "Engineer", company: "Acme", onSite: true}},
		{line: "We are looking for help", want: head{title: "We are looking for help"}},
		{line: "", want: head{}},
		{line: "| | |", want: head{title: "| | |"}},
		{line: "Remote | Python developer | $40/hr", freelance: true, want: head{title: "Python developer", pay: "$40/hr"}},
		{line: "Somebody to draw maps", freelance: true, want: head{title: "Somebody to draw maps"}},
	} {
		if got := readHead(c.line, c.freelance); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q:\n got %+v\nwant %+v", c.line, got, c.want)
		}
	}
}

func TestLongTitle(t *testing.T) {
	got := readHead(strings.Repeat("ভাল কাজ ", 60), false).title
	if n := len([]rune(got)); n > maxTitle+1 || !strings.HasSuffix(got, "কাজ…") && !strings.HasSuffix(got, "ভাল…") {
		t.Errorf("%d characters: %q", n, got)
	}
}

func TestFirstLine(t *testing.T) {
	for text, want := range map[string]string{
		"Acme &amp; Co | R&amp;D engineer<p>More":                 "Acme & Co | R&D engineer",
		"<p>Acme | <a href=\"https:&#x2F;&#x2F;a.b\">a.b</a><p>x": "Acme | a.b",
		"Acme\nRoles: many": "Acme",
		"  \n ":             "",
	} {
		if got := firstLine(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

package phrase

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestLex(t *testing.T) {
	for in, want := range map[string]string{
		"":                            "",
		"Senior C++/C# and .NET dev":  "senior c++ c# and .net dev",
		"node.js, Next.js. Then rest": "node.js next.js then rest",
		"End.Start of the next":       "end start of the next",
		"Don’t say \"don't\"":         "don't say don't",
		"5+ years, 2.5 or 3-5":        "5+ years 2.5 or 3 5",
		"entry-level / mid-level":     "entry level mid level",
		"৫ বছরের অভিজ্ঞতা": "5 বছরের অভিজ্ঞতা",
		"র\u200d্যাংক":     "র্যাংক",
		"a...b":            "a b",
		"ASP.NET":          "asp.net",
		"asp.net":          "asp.net",
		"ÉCOLE":            "école",
		"৳৫০০":             "500",
		"R&D":              "r d",
	} {
		text := Lex(in)
		var got []string
		for i := range text.Words {
			got = append(got, text.Fold(i))
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
}

func TestSeparators(t *testing.T) {
	text := Lex("One two. Three, (four)\nfive: six! সাত। আট Sr. Dev e.g. this")
	ends := ""
	for i, w := range text.Words {
		if w.Sep&SepEnd != 0 {
			ends += text.Fold(i) + " "
		}
	}
	if ends != "one three five সাত আট " {
		t.Errorf("sentences begin at %q", ends)
	}
	for i, want := range map[int]Sep{3: SepComma | SepOpen, 4: SepClose | SepEnd | SepLine, 5: SepColon} {
		if got := text.Words[i].Sep; got != want {
			t.Errorf("before %q: %b, want %b", text.Fold(i), got, want)
		}
	}
	if text.SentenceStart(3) != 2 || text.SentenceEnd(2) != 3 {
		t.Errorf("the sentence of %q goes from %d to %d", text.Fold(3), text.SentenceStart(3), text.SentenceEnd(2))
	}
}

func TestFind(t *testing.T) {
	set := MustCompile(map[string][]string{"role": {"developer", "writer"}}, []Rule{
		{0, "no (prior|previous)? experience _2 (needed|required)"},
		{1, "senior @role"},
		{2, "senior _2 @role"},
		{3, "# (plus)? (year|years)"},
		{4, "অভিজ্ঞতা* লাগবে না"},
		{5, "(in the uk|in uk)"},
		{6, "(নেটিভের|নেটিভ) ভাষা"},
		{7, "নেটিভ* মতো*"},
	})
	for _, tt := range []struct{ in, want string }{
		{"No experience needed", "0:No experience needed"},
		{"no previous experience is really needed", "0:no previous experience is really needed"},
		{"no previous experience is not really needed", ""},
		{"No experience. Needed", ""},
		{"Senior developer", "1:Senior developer 2:Senior developer"},
		{"senior web shop developer", "2:senior web shop developer"},
		{"Senior developer writer", "1:Senior developer 2:Senior developer writer"},
		{"5+ years, ৩ years", "3:5+ years 3:৩ years"},
		{"কোনো অভিজ্ঞতার লাগবে না", "4:অভিজ্ঞতার লাগবে না"},
		{"live in the UK", "5:in the UK"},
		{"live in UK", "5:in UK"},
		{"নেটিভের মতোই", "7:নেটিভের মতোই"},
		{"নেটিভের ভাষা", "6:নেটিভের ভাষা"},
	} {
		text := Lex(tt.in)
		var got []string
		for _, m := range set.Find(&text) {
			got = append(got, string(rune('0'+m.ID))+":"+text.Quote(m.First, m.Last))
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%q: %s", tt.in, diff)
		}
	}
}

func TestBadPatterns(t *testing.T) {
	for _, p := range []string{"", "x? y", "_3 x", "(a|b", "@nobody x", "lat*", "a(b) c", "(a)b"} {
		if _, err := Compile(nil, []Rule{{0, p}}); err == nil && p != "x? y" {
			t.Errorf("%q was taken", p)
		}
	}
}

func TestLexProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "in")
		text := Lex(in)
		at := int32(0)
		for i, w := range text.Words {
			if w.Start < at || w.End <= w.Start || int(w.End) > len(in) {
				t.Fatalf("word %d of %q goes from %d to %d after %d", i, in, w.Start, w.End, at)
			}
			if utf8.ValidString(in) && !utf8.ValidString(text.Quote(i, i)) {
				t.Fatalf("word %d of %q cuts a character", i, in)
			}
			at = w.End
		}
		if len(text.Words) > 0 && text.Words[0].Sep&SepEnd == 0 {
			t.Fatal("the first word begins no sentence")
		}
	})
}

func TestFindIsLinear(t *testing.T) {
	set := MustCompile(nil, []Rule{{0, "a _9 a _9 b"}, {1, "a a? a? a? c"}})
	text := Lex(strings.Repeat("a ", 50_000))
	start := time.Now()
	set.Find(&text)
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("%v for 50,000 words", took)
	}
}

// A word that one rule asks for whole stays whole where another rule takes it
// as a beginning.
func TestWholeAndBeginning(t *testing.T) {
	s := MustCompile(nil, []Rule{{1, "# টাকা ফি"}, {2, "ভর্তি ফি*"}, {3, "ভর্তি ফিক*"}, {4, "জামানত* দিন"}})
	for text, want := range map[string][]int{
		"৫০০ টাকা ফি": {1}, "২২০০০ টাকা (ফিক্সড)": nil, "৫০০ টাকা ফিস": nil,
		"ভর্তি ফি": {2}, "ভর্তি ফিস": {2}, "ভর্তি ফিক্সড": {2, 3},
		"জামানত দিন": {4}, "জামানতের দিন": {4}, "জামান দিন": nil,
	} {
		var got []int
		words := Lex(text)
		for _, m := range s.Find(&words) {
			got = append(got, m.ID)
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

package search

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

func analyzer(t testing.TB) *Analyzer {
	t.Helper()
	a, err := NewAnalyzer(config.Files)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestTokens(t *testing.T) {
	a := analyzer(t)
	for _, tt := range []struct{ text, want string }{
		{"Senior Go Developer (Remote)", "senior go developer remote"},
		{"C++ and C# or F#, C/C++", "cplusplus and csharp or fsharp c cplusplus"},
		{"c++17", "cplusplus 17"},
		{"ASP.NET, .NET 8; example.net", "asp dotnet dotnet 8 example net"},
		{"Node.js and Vue.JS; node.jsx", "node and vue node jsx"},
		{"Café Müller søker façade", "cafe muller soker facade"},
		{"STRASSE straße", "strasse strasse"},
		{"𝗛𝗶𝗿𝗶𝗻𝗴 ＦＵＬＬ", "hiring full"},
		{"❤️ 1️⃣ ok", "1 ok"},
		{"soft\u00adhyphen", "softhyphen"},
		{"don't", "don t"},
		// Bengali: synonyms, digits, joiners, composition, spellings.
		{"ডাটা এন্ট্রি", "data entry"},
		{"ডেটা entri", "data entry"},
		{"৫০০ টাকা", "500 টাকা"},
		{"র\u200d্যাংক", "র্যাংক"},
		{"নদী নদি", "নদি নদি"},
		{"কন্টেন্ট রাইটিং", "content writing"},
		{"কনটেন্ট", "content"},
		{"এনিমেশন অ্যানিমেশন", "animation animation"},
		{"কারণঃ ভাল", "কারন ভাল"},
		{norm.NFD.String("পড়ানো") + " " + norm.NFC.String("পড়ানো"), "teaching teaching"},
		{"হ্যাঁ।না", "হ্যাঁ না"},
		// Several words on either side, the longest first.
		{"VA needed", "virtual assistant needed"},
		{"ভার্চুয়াল অ্যাসিস্ট্যান্ট", "virtual assistant"},
		{"T-shirt, tshirt, টি-শার্ট", "tshirt tshirt tshirt"},
		{"front-end e-commerce E-mail", "frontend ecommerce email"},
		{"ভয়েস ওভার voice-over", "voiceover voiceover"},
		{strings.Repeat("x", 100), strings.Repeat("x", maxWord)},
	} {
		if got := strings.Join(a.Tokens(tt.text), " "); got != tt.want {
			t.Errorf("Tokens(%q)\n got %q\nwant %q", tt.text, got, tt.want)
		}
	}
}

// Column by column of the synonym list, each left word means its right one.
func TestSynonymsHold(t *testing.T) {
	a := analyzer(t)
	for from, to := range map[string]string{
		"গ্রাফিক্স ডিজাইন": "graphic design", "grafics dijain": "graphic design",
		"গুগল শিট": "google sheets", "ক্লিপিং পাথ": "clipping path", "ঘরে বসে": "remote", "ghore bose": "remote",
		"biodata": "cv", "resume": "cv", "হিসাব": "accounting", "js": "javascript", "fb": "facebook",
	} {
		if got, want := a.Tokens(from), a.Tokens(to); !cmp.Equal(got, want) {
			t.Errorf("%q gives %q, %q gives %q", from, got, to, want)
		}
	}
}

func TestSynonymFileIsChecked(t *testing.T) {
	for _, tt := range []struct{ file, want string }{
		{"synonyms: {a: [b], c: [b]}", `"b" stands for both`},
		{"synonyms: {a: [b], c: [a]}", "itself rewritten"},
		{"synonyms: {a: ['!']}", "no words"},
		{"levels: {guru: [x]}", "not a level"},
		{"english: {perfect: [x]}", "not an ability"},
		{"spelling: {}", "not found"},
	} {
		_, err := NewAnalyzer(fstest.MapFS{"synonyms.yaml": {Data: []byte(tt.file)}})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want an error with %q", tt.file, err, tt.want)
		}
	}
	one, err := NewAnalyzer(fstest.MapFS{"synonyms.yaml": {Data: []byte("synonyms: {a: [b]}")}})
	if err != nil {
		t.Fatal(err)
	}
	two, err := NewAnalyzer(fstest.MapFS{"synonyms.yaml": {Data: []byte("synonyms: {a: [c]}")}})
	if err != nil {
		t.Fatal(err)
	}
	if one.Settings() == two.Settings() {
		t.Error("another list, the same settings: an old index would be used")
	}
}

// Offsets lie within the text, and what is analysed twice stays as it is.
func TestAnalyzeAnyText(t *testing.T) {
	a := analyzer(t)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching("([ক-৯]{1,4}[ \u200c\u200d্]?|c\\+\\+|\\.net|va |js|E-mail){0,8}")).Draw(t, "text")
		for _, tok := range a.analyze(nil, text) {
			if tok.start < 0 || tok.end > len(text) || tok.start >= tok.end {
				t.Fatalf("token %+v lies outside of %q", tok, text)
			}
			if again := fold(tok.word); again != tok.word {
				t.Fatalf("folding %q again gives %q", tok.word, again)
			}
		}
		words := a.Words(text)
		joined := ""
		for _, s := range a.Highlight(text, words) {
			joined += s.Text
		}
		if joined != text {
			t.Fatalf("highlighting %q gives %q", text, joined)
		}
	})
}

func TestWords(t *testing.T) {
	a := analyzer(t)
	type want struct {
		must, phrases, not, ignored string
		level                       market.Level
		english                     market.English
	}
	for text, w := range map[string]want{
		"":                          {},
		"data entry":                {must: "data entry*"},
		"Data  ENTRY data":          {must: "data entry*"},
		"ডাটা এন্ট্রি":              {must: "data entry*"},
		`"data entry" remote`:       {must: "remote*", phrases: "data entry"},
		`“data entry`:               {phrases: "data entry"},
		"react -native":             {must: "react*", not: "native"},
		`react -"react native" -go`: {must: "react*", not: "react native|go"},
		"-sales":                    {not: "sales"},
		"front-end - developer":     {must: "frontend developer*"},
		"-t-shirt logo":             {must: "logo*", not: "tshirt"},
		"-.net":                     {not: "dotnet"},
		"c++":                       {must: "cplusplus*"},
		"va":                        {must: "virtual assistant*"},
		"R":                         {must: "r"},
		"c programming":             {must: "c programming*"},
		"logo কাজ":                  {must: "logo*", ignored: "কাজ"},
		"কাজ":                       {must: "কাজ*"},
		"কাজ চাই":                   {must: "কাজ*", ignored: "চাই"},
		"job logo project":          {must: "logo*", ignored: "job|project"},
		"নতুন কাজ":                  {must: "নতুন*", ignored: "কাজ", level: market.Entry},
		"ডাটা এন্ট্রি ইংরেজি ছাড়া": {must: "data entry ইংরেজি ছাড়া*", english: market.Basic},
		"english lagbe na":         {must: "english lagbe na*", english: market.Basic},
		"এক্সপার্ট":                {must: "এক্সপার্ট*", level: market.Expert},
		"a b c d e f g h i j kk l": {must: "a b c d e f g h i j", ignored: "kk|l"},
	} {
		got := a.Words(text)
		var must, phrases, not []string
		for _, m := range got.Must {
			s := m.Word
			if m.Prefix {
				s += "*"
			}
			must = append(must, s)
		}
		for _, p := range got.Phrases {
			phrases = append(phrases, strings.Join(p, " "))
		}
		for _, p := range got.Not {
			not = append(not, strings.Join(p, " "))
		}
		folded := want{
			must: strings.Join(a.foldAll(strings.Fields(w.must)), " "), phrases: w.phrases, not: w.not, ignored: w.ignored,
			level: w.level, english: w.english,
		}
		g := want{strings.Join(must, " "), strings.Join(phrases, "|"), strings.Join(not, "|"), strings.Join(got.Ignored, "|"), got.Level, got.English}
		if diff := cmp.Diff(folded, g, cmp.AllowUnexported(want{})); diff != "" {
			t.Errorf("Words(%q): -want +got\n%s", text, diff)
		}
	}
}

// foldAll folds what a test writes, so that it may write as people do.
func (a *Analyzer) foldAll(words []string) []string {
	for i, w := range words {
		star := ""
		if s, ok := strings.CutSuffix(w, "*"); ok {
			w, star = s, "*"
		}
		words[i] = fold(w) + star
	}
	return words
}

func TestTypos(t *testing.T) {
	for word, want := range map[string]int{"java": 0, "react": 1, "designer": 1, "developer": 2, "web3js": 0, "এনিমেশন": 1} {
		if got := Typos(word); got != want {
			t.Errorf("Typos(%q) is %d, want %d", word, got, want)
		}
	}
	for _, tt := range []struct {
		a, b  string
		limit int
		n     int
		ok    bool
	}{
		{"react", "react", 1, 0, true},
		{"react", "raect", 1, 1, true},  // exchanged
		{"react", "reactt", 1, 1, true}, // too many
		{"react", "rect", 1, 1, true},   // too few
		{"react", "reaft", 1, 1, true},  // another
		{"react", "eract", 2, 0, false}, // first letter
		{"developer", "devloepr", 2, 2, true},
		{"developer", "dvelopr", 2, 2, true},
		{"developer", "dvlopr", 2, 0, false},
		{"abcde", "ab", 2, 0, false},
	} {
		if n, ok := Distance(tt.a, tt.b, tt.limit); ok != tt.ok || ok && n != tt.n {
			t.Errorf("Distance(%q, %q, %d) is %d, %v", tt.a, tt.b, tt.limit, n, ok)
		}
	}
}

func TestMatch(t *testing.T) {
	a := analyzer(t)
	l := market.Listing{
		Title:       "ডাটা এন্ট্রি অপারেটর for a T-shirt shop",
		Company:     "Acme Ltd",
		Skills:      []string{"excel", "google-sheets"},
		Category:    "data-entry",
		Description: "We need a careful typist. Work from home in Node.js or C++.\n\nNo fee.",
	}
	for text, want := range map[string]bool{
		"data entry":             true,
		`"data entry"`:           true,
		`"entry data"`:           false,
		"ডাটা এন্ট":              true, // the beginning of the word as the listing has it
		"এক্সেল":                 true,
		"acme":                   true,
		"typ":                    true,
		"typ careful":            false, // only the last word may be a beginning
		"typist careful":         true,
		"typisst":                false, // typos are the engines' affair
		"c++":                    true,
		"c":                      false,
		"tshirt -excel":          false,
		"tshirt -word":           true,
		`tshirt -"careful need"`: true,
		`"excel google"`:         false, // two skills
		`"google sheets"`:        true,
		`"home in node"`:         true,
		`"no fee"`:               true,
		"-fee":                   false,
		"-php":                   true,
	} {
		if got := a.Match(market.Query{Text: text}, l); got != want {
			t.Errorf("Match(%q) is %v, want %v", text, got, want)
		}
	}
	if a.Match(market.Query{Text: "data", Warn: market.WarnOnly}, l) {
		t.Error("Match leaves out the filter")
	}
	if !a.Words("typisst").MatchTypos(a.Document(l)) {
		t.Error("MatchTypos does not mend a typo")
	}
	l.Description = strings.Repeat("x ", maxDescription/2) + "beyond"
	if a.Match(market.Query{Text: "beyond"}, l) {
		t.Error("Match reads beyond the part of a description that is searched")
	}
}

func TestHighlight(t *testing.T) {
	a := analyzer(t)
	for _, tt := range []struct{ text, query, want string }{
		{"Data entry clerk", "data ent", "[Data] [entry] clerk"},
		{"Senior React developer, React Native", "raect", "Senior [React] developer, [React] Native"},
		{"আমাদের ডাটা এন্ট্রি অপারেটর চাই", "data entry", "আমাদের [ডাটা] [এন্ট্রি] অপারেটর চাই"},
		{"A VA for a shop", "virtual assistant", "A [VA] for a shop"},
		{"A VA for a shop", "va", "A [VA] for a shop"},
		{"Entry of data; data entry", `"data entry"`, "Entry of data; [data] [entry]"},
		{"C++ and C", "c++", "[C++] and C"},
		{"nothing here", "", "nothing here"},
		{"<b>data</b>", "data", "<b>[data]</b>"},
	} {
		got := ""
		for _, s := range a.Highlight(tt.text, a.Words(tt.query)) {
			if s.Mark {
				got += "[" + s.Text + "]"
			} else {
				got += s.Text
			}
		}
		if got != tt.want {
			t.Errorf("Highlight(%q, %q)\n got %s\nwant %s", tt.text, tt.query, got, tt.want)
		}
	}
}

func TestCrop(t *testing.T) {
	a := analyzer(t)
	text := "One two three four five six seven eight nine ten eleven twelve."
	for _, tt := range []struct {
		query string
		size  int
		want  string
	}{
		{"", 20, "One two three four…"},
		{"zebra", 20, "One two three four…"},
		{"seven", 20, "…six seven eight nine…"},
		{"twelve", 20, "…ten eleven twelve."},
		{"seven", 500, text},
	} {
		if got := a.Crop(text, a.Words(tt.query), tt.size); got != tt.want {
			t.Errorf("Crop(%q, %d) is %q, want %q", tt.query, tt.size, got, tt.want)
		}
	}
	// A long Bengali word is not cut between a letter and its vowel sign.
	long := strings.Repeat("ক্ষি", 20)
	for size := 1; size < 20; size++ {
		got := strings.TrimSuffix(a.Crop(long, Words{}, size), ellipsis)
		if !strings.HasPrefix(long, got) || len(got)%len("ক্ষি") != 0 {
			t.Errorf("Crop to %d cuts a letter from its signs: %q", size, got)
		}
	}
}

package searchtest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// The listings for the order of hits: id, days of age, title, skills, text.
var ordered = []struct {
	id    string
	days  int
	title string
	skill string
	text  string
}{
	{"react-title", 20, "React developer for a dashboard", "javascript", "Build pages with us."},
	{"react-skill", 5, "Frontend developer", "react", "Build pages with us."},
	{"react-text", 1, "Frontend engineer", "typescript", "Some React is needed."},
	{"react-new", 2, "React developer for a shop", "javascript", "Build pages with us."},
	{"reach", 1, "Outreach manager", "email", "Help us reach clients in Europe."},
	{"cpp", 3, "C++ engineer", "c++", "Audio plugins."},
	{"csharp", 3, "C# engineer", "c#", "Desktop tools on .NET."},
	{"bn-entry", 4, "ডাটা এন্ট্রি অপারেটর", "excel", "প্রতিদিন ৫০০ লাইন লিখতে হবে।"},
	{"en-entry", 6, "Data entry clerk", "excel", "Type 500 lines a day."},
	{"entry-text", 1, "Office helper", "word", "Some data entry on Fridays."},
	{"bn-graphic", 3, "গ্রাফিক্স ডিজাইনার দরকার", "photoshop", "লোগো আর ব্যানার।"},
	{"en-graphic", 8, "Graphic designer", "photoshop", "Logo and banner."},
	{"anim", 3, "এনিমেশন ভিডিও", "blender", "ছোট ভিডিও বানাতে হবে।"},
	{"rank", 3, "র\u200d্যাংক বাড়াতে হবে", "seo", "ওয়েবসাইটের জন্য।"},
	{"va", 2, "VA for an online shop", "email", "Answer customers."},
	{"va-full", 3, "Virtual assistant", "email", "Answer customers."},
	{"translate", 3, "Translation from English", "bengali", "Letters and manuals."},
	{"content", 2, "কন্টেন্ট রাইটিং", "seo", "ব্লগের জন্য।"},
	{"subtitle", 2, "Subtitles for Café Müller", "video", "Short films."},
	{"board", 7, "বোর্ড গেমের নকশা", "illustration", "খেলার ছবি।"},
	{"java", 9, "Java engineer", "java", "Server work."},
	{"javascript", 1, "Javascript engineer", "web", "Browser work."},
}

// order asks hand-written queries. Want are ids that must stand in front in
// this order, a|b in any; not are ids that may not be found.
var orders = []struct{ query, want, not string }{
	// Title before skills before text, newer before older.
	{"react", "react-new react-title react-skill react-text", ""},
	{"react developer", "react-new react-title react-skill", "cpp"},
	{"data entry", "bn-entry en-entry entry-text", "bn-graphic"},
	// Each word must match, the last may be a beginning.
	{"graph", "bn-graphic en-graphic", ""},
	{"react devel", "react-new", "react-text"},
	{"graph designer", "", "bn-graphic en-graphic"},
	{"java", "java javascript", ""},
	// One typo from five letters, two from nine; the first letter right.
	{"raect", "react-new react-title react-skill react-text", ""},
	{"transltion", "translate", ""},
	{"trnsltion", "translate", ""},
	{"tanslatoin", "translate", ""},
	{"jeact", "", "react-new react-title"},
	{"jaba", "java", ""},
	// Signs are part of a word.
	{"c++", "cpp", "csharp"},
	{"C#", "csharp", "cpp"},
	{".net", "csharp", "cpp"},
	// Phrases and exclusions.
	{`"data entry"`, "bn-entry en-entry entry-text", ""},
	{`"entry data"`, "", "bn-entry en-entry entry-text"},
	{`"react developer"`, "react-new react-title", "react-skill react-text"},
	{"react -dashboard", "react-new react-skill react-text", "react-title"},
	{`developer -"react developer"`, "react-skill", "react-new react-title"},
	// Bengali, romanised Bengali and English mean the same.
	{"ডাটা এন্ট্রি", "bn-entry en-entry entry-text", "bn-graphic"},
	{"data entri", "bn-entry en-entry entry-text", ""},
	{"গ্রাফিক ডিজাইন", "bn-graphic|en-graphic", "react-title"},
	{"grafics designer", "bn-graphic en-graphic", ""},
	{"virtual assistant", "va|va-full", ""},
	{"ভার্চুয়াল অ্যাসিস্ট্যান্ট", "va|va-full", ""},
	{"va", "va|va-full", "java"},
	{"ডাটা এন্ট্রি কাজ চাই", "bn-entry en-entry entry-text", ""},
	// Digits, joiners, spellings, typos in Bengali.
	{"500", "bn-entry|en-entry", ""},
	{"৫০০", "bn-entry|en-entry", ""},
	{"র্যাংক", "rank", ""},
	{"র\u200d্যাংক", "rank", ""},
	{"অ্যানিমেশন", "anim", ""},
	{"animation", "anim", ""},
	{"এনিমেশান", "anim", ""},
	{"কনটেন্ট রাইটিং", "content", ""},
	{"content writing", "content", ""},
	{"অপারটর", "bn-entry", ""},
	// A vowel sign of two parts is one letter.
	{"বোর্ড", "board", ""},
	{"বো", "board", ""},
	{"বে", "", "board"},
	// Diacritics.
	{"cafe muller", "subtitle", ""},
	{"CAFÉ MÜLLER", "subtitle", ""},
}

func (c *contract) order(t *testing.T) {
	ix := c.open(t)
	var ls []market.Listing
	for _, o := range ordered {
		ls = append(ls, market.Listing{
			ID: o.id, Group: o.id, Source: "jobicy", Title: o.title, Skills: []string{o.skill}, Description: o.text,
			FirstSeenAt: now.Add(-time.Duration(o.days) * 24 * time.Hour),
		})
	}
	c.build(t, ix, ls, 1)
	for _, o := range orders {
		res, err := ix.Find(t.Context(), market.Query{Text: o.query, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		rest := res.Groups
		for _, want := range strings.Fields(o.want) {
			either := strings.Split(want, "|")
			n := min(len(either), len(rest))
			front := slices.Sorted(slices.Values(rest[:n]))
			slices.Sort(either)
			if !slices.Equal(front, either) {
				t.Errorf("%q finds %v, want %s in front", o.query, res.Groups, o.want)
				break
			}
			rest = rest[n:]
		}
		for _, not := range strings.Fields(o.not) {
			if slices.Contains(res.Groups, not) {
				t.Errorf("%q finds %v, and %s should not be there", o.query, res.Groups, not)
			}
		}
	}
}

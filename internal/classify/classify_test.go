package classify

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// A case is a title, a text, and the label that they state with its quote.
type textCase struct{ title, text, want, quote string }

func TestLevelFromText(t *testing.T) {
	const none = ""
	cases := []textCase{
		// Entry.
		{"Diseñador", "Sin experiencia previa, te enseñamos.", "entry", "Sin experiencia previa"},
		{"Diseñador", "No es necesario tener experiencia.", "entry", "No es necesario tener experiencia"},
		{"লোগো", "ফ্রেশারদের অগ্রাধিকার দেওয়া হবে।", "entry", "ফ্রেশারদের অগ্রাধিকার"},
		{"Junior web developer", "", "entry", "Junior"},
		{"[Hiring] Junior remote bookkeeper", "", "entry", "Junior"},
		{"Marketing intern", "", "entry", "intern"},
		{"Entry-level data annotator", "", "entry", "Entry-level"},
		{"Entry Level Sales Associate", "", "entry", "Entry Level"},
		{"Map evaluator (No Experience Required)", "", "entry", "No Experience Required"},
		{"Typing work", "No experience needed, we show you how.", "entry", "No experience needed"},
		{"Typing work", "No prior work experience is required.", "entry", "No prior work experience is required"},
		{"Typing work", "Experience is not required.", "entry", "Experience is not required"},
		{"Typing work", "You don’t need any experience to start.", "entry", "don’t need any experience"},
		{"Cut-outs", "The work does not require any prior experience.", "entry", "does not require any prior experience"},
		{"Cut-outs", "Beginners are welcome to apply.", "entry", "Beginners are welcome"},
		{"Cut-outs", "Freshers can also apply.", "entry", "Freshers can also apply"},
		{"Cut-outs", "This job is suitable for beginners.", "entry", "suitable for beginners"},
		{"Cut-outs", "0-2 years of experience.", "entry", "0-2 years"},
		{"Cut-outs", "Candidates with up to 1 year of experience.", "entry", "up to 1 year"},
		{"Cut-outs", "We are looking for a junior designer.", "entry", "looking for a junior"},
		{"Cut-outs", "I'm looking for an entry level editor.", "entry", "looking for an entry level"},
		{"Cut-outs", "This is an entry-level position.", "entry", "This is an entry-level position"},
		{"ডাটা এন্ট্রি", "কোনো অভিজ্ঞতা লাগবে না।", "entry", "অভিজ্ঞতা লাগবে না"},
		{"ডাটা এন্ট্রি", "অভিজ্ঞতা ছাড়াই শুরু করা যাবে।", "entry", "অভিজ্ঞতা ছাড়াই"},
		{"ডাটা এন্ট্রি", "নতুনরাও আবেদন করতে পারবেন।", "entry", "নতুনরাও আবেদন করতে পারবেন"},
		{"ডাটা এন্ট্রি", "notunra apply korte parben", "entry", "notunra apply korte parben"},
		{"ডাটা এন্ট্রি", "kono experience lagbe na", "entry", "experience lagbe na"},
		{"গ্রাফিক ডিজাইন ইন্টার্নশিপ", "", "entry", "ইন্টার্নশিপ"},
		{"এন্ট্রি লেভেল ডিজাইনার", "", "entry", "এন্ট্রি লেভেল"},

		{"Cut-outs", "Perfect for someone starting out.", "entry", "Perfect for someone starting out"},
		{"ডিজাইন", "এটি এন্ট্রি লেভেলের কাজ।", "entry", "এন্ট্রি লেভেলের কাজ"},
		{"Diseño", "Sin experiencia necesaria.", "entry", "Sin experiencia necesaria"},

		// Intermediate.
		{"Shop designer", "You have 3+ years of experience with shops.", "intermediate", "3+ years"},
		{"Shop designer", "At least three years of experience.", "intermediate", "three years"},
		{"Shop designer", "2-5 years of experience", none, ""},
		{"Shop designer", "3 to 5 years of experience", "intermediate", "3 to 5 years"},
		{"Shop designer", "between 3 and 6 years of experience", "intermediate", "between 3 and 6 years"},
		{"Mid-level Go developer", "", "intermediate", "Mid-level"},
		{"Go developer", "Level: Intermediate", "intermediate", "Level: Intermediate"},
		{"Go developer", "We want an intermediate developer.", "intermediate", "intermediate developer"},
		{"মিড লেভেল ডেভেলপার", "", "intermediate", "মিড লেভেল"},
		{"ডেভেলপার", "৩ বছরের অভিজ্ঞতা চাই।", "intermediate", "৩ বছরের অভিজ্ঞতা"},

		{"ডেভেলপার", "২ বছরের অভিজ্ঞতা", "intermediate", "২ বছরের অভিজ্ঞতা"},
		{"Go developer", "2 years of experience", none, ""},

		// Expert.
		{"Senior React developer", "", "expert", "Senior React developer"},
		{"Sr. Data Engineer", "", "expert", "Sr. Data Engineer"},
		{"Lead engineer, payments", "", "expert", "Lead engineer"},
		{"Head of finance", "", "expert", "Head of"},
		{"Go developer", "5+ years of experience in Go.", "expert", "5+ years"},
		{"Go developer", "Minimum 7 years experience", "expert", "7 years"},
		{"Go developer", "We are looking for a senior developer.", "expert", "looking for a senior developer"},
		{"ডেভেলপার", "১০ বছরের অভিজ্ঞতা থাকতে হবে।", "expert", "১০ বছরের অভিজ্ঞতা"},
		{"সিনিয়র ডেভেলপার", "", "expert", "সিনিয়র"},
		{"Go developer", "3+ years of SQL experience and 6+ years of Go experience.", "expert", "6+ years"},

		{"Go developer", "This is a senior position.", "expert", "This is a senior position"},
		{"ডিজাইন", "সিনিয়র কাউকে খুঁজছি।", "expert", "সিনিয়র কাউকে"},
		{"ডিজাইন", "সিনিয়র কাউকে খুঁজছি।", "expert", "সিনিয়র কাউকে"},
		{"ডিজাইন", "অন্তত ২ বছরের অভিজ্ঞতা থাকতে হবে।", "intermediate", ""},

		// Negation.
		{"Cut-outs", "This is not a job for beginners.", none, ""},
		{"Cut-outs", "Not an entry-level role; a job for seasoned people.", none, ""},
		{"Senior Go developer", "3+ years of experience in Go.", none, ""},
		{"Help me", "I am the founder of a shop, with 13 years of experience in retail.", none, ""},
		{"Help me", "We are a team of two (with 12 years of experience each).", none, ""},
		{"School app", "It prepares people with little practice to obtain an entry-level role.", none, ""},
		{"Cut-outs", "Beginners need not apply.", none, ""},
		{"Cut-outs", "No beginners please.", none, ""},
		{"Cut-outs", "Junior and entry-level applicants, please refrain.", none, ""},
		{"Cut-outs", "This is not a beginner role.", none, ""},
		{"Cut-outs", "This is NOT an entry level job.", none, ""},
		{"Cut-outs", "Not suitable for beginners.", none, ""},
		{"Cut-outs", "We are not looking for a senior developer.", none, ""},

		// Somebody else's level.
		{"Writer", "Mentor junior engineers and review their work.", none, ""},
		{"Writer", "You will train junior staff.", none, ""},
		{"Chess course for beginners", "Our audience are beginners.", none, ""},
		{"Expert Advisor for MT5", "Code an Expert Advisor.", none, ""},
		{"Website for Junior Achievement", "", none, ""},
		{"Flyers for a senior living home", "", none, ""},
		{"App for senior citizens", "", none, ""},
		{"Junior tennis club website", "", none, ""},
		{"Help me", "I am a complete beginner and need a site.", none, ""},
		{"Help me", "I have 15 years of experience in trade.", none, ""},
		{"Help me", "Our company has over 10 years of experience.", none, ""},
		{"Help me", "We have been in the market for 12 years.", none, ""},
		{"Help me", "The warranty runs for 5 years.", none, ""},
		{"Help me", "Children of 5 years and older.", none, ""},
		{"Help me", "Expert in Excel wanted.", none, ""},
		{"Lead generation specialist", "", none, ""},
		{"Help me", "5 years of experience preferred.", none, ""},
		{"Help me", "অভিজ্ঞতা অগ্রাধিকার পাবে।", none, ""},

		// Contradictions; the title comes first.
		{"Help me", "Freshers are welcome. 5+ years of experience required.", none, ""},
		{"Senior designer", "Beginners are welcome to apply.", "expert", "Senior designer"},
		{"Junior designer", "3+ years of experience", "entry", "Junior"},
		{"Nothing", "A plain sentence about work.", none, ""},
	}
	for _, c := range cases {
		l := Listing(market.Listing{Title: c.title, Description: c.text})
		checkLabel(t, c, saidOnly(l.Level))
	}
}

func TestEnglishFromText(t *testing.T) {
	const none = ""
	cases := []textCase{
		{"", "Fluent English is needed.", "fluent", "Fluent English"},
		{"", "You are fluent in English.", "fluent", "fluent in English"},
		{"", "I need someone fluent in English.", "fluent", "fluent in English"},
		{"", "Excellent written and spoken English", "fluent", "Excellent written and spoken English"},
		{"", "Excellent communication skills in English.", "fluent", "Excellent communication skills in English"},
		{"", "Strong command of English", "fluent", "Strong command of English"},
		{"", "English: fluent", "fluent", "English: fluent"},
		{"", "English must be perfect.", "fluent", "English must be perfect"},
		{"", "Must be fluent in Russian and English", "fluent", "fluent in Russian and English"},
		{"", "English level C1 or higher", "fluent", "English level C1"},
		{"", "C1 or C2 level English", "fluent", "C1 or C2 level English"},
		{"", "IELTS 7", "fluent", "IELTS 7"},
		{"", "IELTS 6.5", "fluent", "IELTS 6.5"},
		{"", "English is a must.", "fluent", "English is a must"},
		{"", "Excellent communication skills (English) for calls", "fluent", "Excellent communication skills (English)"},
		{"", "English (must have)", "fluent", "English (must have)"},
		{"", "সাবলীল ইংরেজি জানতে হবে", "fluent", "সাবলীল ইংরেজি"},
		{"Support agent, fluent English", "", "fluent", "fluent English"},

		{"", "Native English speaker wanted.", "native", "Native English speaker"},
		{"", "English (native level) please", "native", ""},
		{"", "American accent needed", "native", "American accent"},
		{"", "You have a neutral accent.", "native", "neutral accent"},
		{"", "Native or fluent English", "fluent", ""},
		{"", "Fluent or native English", "fluent", ""},

		{"", "Native or near-native English (C2).", "native", ""},
		{"", "English must be your mother tongue.", "native", "English must be your mother tongue"},
		{"", "Your English should be at B1 or B2.", "conversational", ""},
		{"", "স্পোকেন ইংরেজি জানতে হবে।", "conversational", "স্পোকেন ইংরেজি"},
		{"", "Simple written English is enough.", "basic", ""},
		{"", "I'm a native English speaker and need a site.", none, ""},
		{"", "French voice, neutral accent.", none, ""},
		{"", "Inglés avanzado", "fluent", "Inglés avanzado"},
		{"", "Good English is enough.", "conversational", "Good English"},
		{"", "Conversational English is a must.", "conversational", "Conversational English"},
		{"", "English level: B2", "conversational", "English level: B2"},
		{"", "IELTS score 5.5", "conversational", "IELTS score 5.5"},
		{"", "Spoken English required", "conversational", "Spoken English required"},
		{"", "ইংরেজিতে কমিউনিকেশন", "conversational", "ইংরেজিতে কমিউনিকেশন"},
		{"", "B1 English", "conversational", "B1 English"},
		{"", "Fluent English (English level B2)", "conversational", "English level B2"},
		{"", "Working knowledge of English", "conversational", "Working knowledge of English"},
		{"", "You must speak English.", "conversational", "must speak English"},
		{"", "ইংরেজিতে কথা বলতে পারতে হবে।", "conversational", "ইংরেজিতে কথা বলতে পারতে"},
		{"", "ভালো ইংরেজি জানা চাই", "conversational", "ভালো ইংরেজি"},

		{"", "Basic English is enough.", "basic", "Basic English is enough"},
		{"", "English is not required.", "basic", "English is not required"},
		{"", "You don't need to know English.", "basic", "don't need to know English"},
		{"", "English lagbe na", "basic", "English lagbe na"},
		{"", "প্রাথমিক ইংরেজি", "basic", "প্রাথমিক ইংরেজি"},
		{"", "ইংরেজি পড়ে বুঝলেই হবে", "basic", ""},
		{"", "ইংরেজি নেটিভের মতো", "native", ""},
		{"", "ইংরেজি লাগবে না", "basic", "ইংরেজি লাগবে না"},
		{"", "বেসিক ইংরেজি জানলেই হবে", "basic", "বেসিক ইংরেজি"},

		// English as the matter, or somebody else's.
		{"", "Broken down in plain English.", none, ""},
		{"", "My English is not very good.", none, ""},
		{"", "Translate the page into excellent English.", none, ""},
		{"Translation from Bengali to English", "", none, ""},
		{"", "The English version of the website is ready.", none, ""},
		{"English teacher for kids", "", none, ""},
		{"", "Our English-speaking customers buy tea.", none, ""},
		{"React Native developer", "React Native and native apps.", none, ""},
		{"", "A native Swedish speaker", none, ""},
		{"", "Native German speaker; English website", none, ""},
		{"", "Non-native English speakers test the app.", none, ""},
		{"", "An English breakfast menu.", none, ""},
		{"", "Accent colour: blue.", none, ""},
		{"", "Fluent in Python.", none, ""},
		{"", "Excellent communication skills.", none, ""},
		{"", "Fluent English preferred.", none, ""},
		{"", "Fluent English is a plus.", none, ""},
		{"", "Fluent in French or English.", none, ""},
		{"", "ইংরেজি অতিরিক্ত যোগ্যতা।", none, ""},
	}
	for _, c := range cases {
		if c.title == "" {
			c.title = "Some work"
		}
		l := Listing(market.Listing{Title: c.title, Description: c.text})
		checkLabel(t, c, saidOnly(l.English))
	}
}

// statements is a listing with the labels that the site or its words state,
// and no estimates.
func statements(l market.Listing) market.Listing {
	l = Listing(l)
	if !l.Level.Stated() {
		l.Level = market.Label[market.Level]{}
	}
	if !l.English.Stated() {
		l.English = market.Label[market.English]{}
	}
	return l
}

// saidOnly is a label that the text states, otherwise nothing.
func saidOnly[V ~string](l market.Label[V]) market.Label[string] {
	if !l.Stated() {
		return market.Label[string]{}
	}
	return market.Label[string]{Value: string(l.Value), Basis: l.Basis, Evidence: l.Evidence}
}

func checkLabel(t *testing.T, c textCase, l market.Label[string]) {
	t.Helper()
	value, basis, evidence := l.Value, l.Basis, l.Evidence
	if value != c.want {
		t.Errorf("%q / %q: %q, want %q (%v)", c.title, c.text, value, c.want, evidence)
		return
	}
	if value == "" {
		if basis != "" || evidence != nil {
			t.Errorf("%q / %q: basis %q and evidence %v without a value", c.title, c.text, basis, evidence)
		}
		return
	}
	if basis != market.BasisText || len(evidence) != 1 {
		t.Errorf("%q / %q: basis %q, evidence %v", c.title, c.text, basis, evidence)
		return
	}
	if c.quote != "" && evidence[0].Quote != c.quote {
		t.Errorf("%q / %q: quote %q, want %q", c.title, c.text, evidence[0].Quote, c.quote)
	}
	checkEvidence(t, c.title, c.text, evidence[0])
}

func checkEvidence(t interface{ Errorf(string, ...any) }, title, text string, e market.Evidence) {
	in := map[string]string{"title": title, "description": text}[e.Field]
	if e.Start < 0 || e.End > len(in) || e.Start >= e.End || in[e.Start:e.End] != e.Quote {
		t.Errorf("evidence %+v is not in %q", e, in)
	}
}

func TestLevelFromSite(t *testing.T) {
	for in, want := range map[string]market.Level{
		"Entry-level": market.Entry, "EntryLevel": market.Entry, "Entry level ($)": market.Entry, "Junior": market.Entry, "Intern": market.Entry,
		"no_exp": market.Entry, "Berufseinstieg": market.Entry, "Freshers": market.Entry, "Up to 1 year": market.Entry, "0-1 years": market.Entry,
		"Mid-level": market.Intermediate, "Midweight": market.Intermediate, "Intermediate ($$)": market.Intermediate, "IntermediateLevel": market.Intermediate,
		"professional / experienced": market.Intermediate, "1 to 3 years": market.Intermediate, "3y": "", "At least 2 year(s)": market.Intermediate,
		"Senior": market.Expert, "Senior-level": market.Expert, "Lead": market.Expert, "Director": market.Expert, "Executive": market.Expert,
		"EXPERT": market.Expert, "geschäftsleitung": market.Expert, "Manager": market.Expert, "5 to 8 years": market.Expert, "60 months": market.Expert, "6 months": market.Entry, "24 months of experience": market.Intermediate, "Expert ($$$)": market.Expert,
		"Entry-level, Mid-level": market.Entry, "Mid-level, Senior": market.Intermediate, "Director, Executive": market.Expert,
		"Any": "", "": "", "N/A": "", "full_time": "", "Whatever": "",
	} {
		e := market.Evidence{Field: "seniority", Quote: in}
		got := saidOnly(Listing(market.Listing{Title: "Work", SiteLevel: e}).Level)
		if got.Value != string(want) {
			t.Errorf("%q: %q, want %q", in, got.Value, want)
		}
		if want != "" && (got.Basis != market.BasisSite || len(got.Evidence) != 1 || got.Evidence[0] != e) {
			t.Errorf("%q: %+v", in, got)
		}
	}
}

func TestEnglishFromSite(t *testing.T) {
	for in, want := range map[string]market.English{
		"Basic": market.Basic, "No English": market.Basic, "pre": market.Basic, "A2": market.Basic, "1": market.Basic,
		"Conversational or better": market.Conversational, "Intermediate": market.Conversational, "upper": market.Conversational,
		"Upper-Intermediate": market.Conversational, "B2": market.Conversational, "B2 (Upper-Intermediate)": market.Conversational, "2": market.Conversational,
		"Fluent": market.Fluent, "fluent English": market.Fluent, "Advanced/Fluent": market.Fluent, "C1": market.Fluent, "3": market.Fluent,
		"Native or bilingual": market.Native, "C2": market.Native, "4": market.Native,
		"Any": "", "0": "", "5": "", "": "", "ANY": "", "Spanish": "",
	} {
		e := market.Evidence{Field: "prefEnglishSkill", Quote: in}
		got := saidOnly(Listing(market.Listing{Title: "Work", SiteEnglish: e}).English)
		if got.Value != string(want) {
			t.Errorf("%q: %q, want %q", in, got.Value, want)
		}
		if want != "" && (got.Basis != market.BasisSite || got.Evidence[0] != e) {
			t.Errorf("%q: %+v", in, got)
		}
	}
}

func TestSiteComesBeforeText(t *testing.T) {
	l := Listing(market.Listing{
		Title: "Senior designer", Description: "Fluent English.",
		SiteLevel: market.Evidence{Field: "tier", Quote: "Entry level"}, SiteEnglish: market.Evidence{Field: "english", Quote: "Any"},
	})
	if l.Level.Value != market.Entry || l.Level.Basis != market.BasisSite {
		t.Errorf("level %+v", l.Level)
	}
	if l.English.Value != market.Fluent || l.English.Basis != market.BasisText {
		t.Errorf("English %+v: a site's Any says nothing", l.English)
	}
}

func TestWarnings(t *testing.T) {
	cases := []struct {
		text string
		want string // kinds
	}{
		{"Pay a registration fee of 500 taka to start.", "fee"},
		{"Please send the refundable security deposit first.", "fee"},
		{"A training fee is required before you begin.", "fee"},
		{"You must pay a small joining fee.", "fee"},
		{"রেজিস্ট্রেশন ফি ৫০০ টাকা দিতে হবে।", "fee"},
		{"কাজ শুরুর আগে বিকাশে টাকা পাঠান।", "fee"},
		{"জামানত হিসেবে টাকা জমা দিতে হবে", "fee"},
		{"registration fee pathan", "fee"},
		{"Send me a photo of your passport.", "id"},
		{"Please share your bank details with us.", "id"},
		{"ওটিপি দিন, তারপর কাজ শুরু।", "id"},
		{"এনআইডির ছবি পাঠান", "id"},
		{"Message me on Telegram @someone.", "chat"},
		{"To apply, contact us via WhatsApp.", "chat"},
		{"হোয়াটসঅ্যাপে যোগাযোগ করুন", "chat"},
		{"telegram e join korun", "chat"},
		{"Rent us your Upwork account.", "rent"},
		{"We want to rent a freelancer account.", "rent"},
		{"আপনার অ্যাকাউন্ট ভাড়া দিন", "rent"},
		{"Leave a 5 star review for our shop.", "reviews"},
		{"Write fake reviews every day.", "reviews"},
		{"লাইক ও সাবস্ক্রাইব করে টাকা আয় করুন", "reviews"},
		{"Please complete an unpaid test project.", "freetrial"},
		{"The trial task is unpaid.", "freetrial"},
		{"ফ্রি কাজ করে দেখান", "freetrial"},
		{"You receive payments into your bank account and forward them.", "forward"},
		{"টাকা এলে পাঠিয়ে দেবেন", "forward"},
		{"I need somebody to take my online exam.", "cheat"},
		{"Write my thesis for me.", "cheat"},
		{"অ্যাসাইনমেন্ট লিখে দাও", "cheat"},
		{"মাত্র ৫০০ টাকায় ফ্রিল্যান্সার আইডি", "card"},
		{"Earn 500 dollars daily from home.", "pay"},
		{"দৈনিক নিশ্চিত আয়", "pay"},
		{"প্রতিদিন ৫০০-১০০০ টাকা", "pay"},
		{"invite korun taka paben", "pay"},
		{"ভেরিফিকেশন ফি জমা দিন", "fee"},
		{"join করতে ফি লাগবে", "fee"},
		{"like sell kore income", "reviews"},
		{"আইডি ভাড়া দিন", "rent"},
		{"Pay a registration fee. Message me on Telegram.", "fee chat"},
		{"Please send $50 for your ID card and the software; after that your seat is confirmed.", "fee"},
		{"Send 500 taka for the training kit.", "fee"},
		{"You only pay $20 for the software.", "fee"},
		{"Pay 1000 tk as a security deposit.", "fee"},
		{"A joining fee of 300 taka applies.", "fee"},
		{"Do the first 70 pictures as an unpaid test, so that we can see your speed.", "freetrial"},
		{"As a trial, please edit 40 pictures for free.", "freetrial"},
		{"Please write the article as an unpaid trial.", "freetrial"},
		{"The first two articles are a free test and are not paid.", "freetrial"},
		{"The first 5 pages are unpaid.", "freetrial"},
		{"Contact us only on WhatsApp, the number is in the picture.", "chat"},
		{"Message only via Telegram.", "chat"},
		{"Please apply only through WhatsApp.", "chat"},
		{"শুধু হোয়াটসঅ্যাপে যোগাযোগ করুন।", "chat"},
		{"Buy the freelancer ID from us for $30; no income needs to be shown.", "card"},
		{"Order your freelancer card today.", "card"},
		{"Get a freelancer ID from us.", "card"},
		{"The freelancer ID card costs $25, paid in advance.", "card"},

		{"The freelancer ID card costs $20.", "card"},
		{"Buy the freelancer ID from us.", "card"},
		{"Contact us only on WhatsApp, the number is in the picture.", "chat"},
		{"You write the assignment for me and I hand it in under my name.", "cheat"},
		{"There is an online exam next week, which you would take for me.", "cheat"},
		{"৫০০ টাকা জামানত দিলে কাজ শুরু করতে পারবেন।", "fee"},
		{"Please send $50 for your ID card and the software.", "fee"},
		{"You deposit the cheque and send the rest to our partner.", "forward"},
		{"Receive the wire in your account and forward it, keep 5 percent.", "forward"},
		{"Do the first 70 pictures as an unpaid test.", "freetrial"},
		{"The first week is unpaid.", "freetrial"},
		{"You can make $800 a day or more.", "pay"},
		{"We need remote desktop access to your Upwork account.", "rent"},
		{"You are paid 2 taka per like.", "reviews"},
		{"This is commission only.", "unpaid"},
		{"Write a script to bypass captcha on the site.", "illegal"},

		// Denied.
		{"কোনো ফি লাগবে না।", ""},
		{"বাজেট: ২২,০০০ টাকা (ফিক্সড)।", ""},
		{"রেজিস্ট্রেশন ফি লাগবে না", ""},
		{"There is no registration fee.", ""},
		{"We never ask you to pay a registration fee.", ""},
		{"Never share your bank details with strangers.", ""},
		{"Do not message me on Telegram.", ""},
		// The thing to be built.
		{"Build a Telegram bot that sends alerts.", ""},
		{"Users pay a registration fee by card.", ""},
		{"Customers contact us on WhatsApp.", ""},
		{"The app should let members submit their bank details.", ""},
		{"Users can leave a five star review.", ""},
		{"Add a button so that buyers can message us on WhatsApp.", ""},
		{"Sign up for a 7-day free trial page.", ""},
		{"A dashboard for rental accounts.", ""},
		{"Teach students how to write essays.", ""},
		{"The fee for the course is shown on the page.", ""},
		{"Integrate WhatsApp and Telegram.", ""},
		{"Your account manager will guide you.", ""},
		{"OTP login for the app", ""},
		{"Build a Telegram bot to which users send photos.", ""},
		{"A Telegram bot that answers only on Telegram.", ""},
		{"We pay the registration fee.", ""},
		{"We pay the registration fee for you.", ""},
		{"The company will pay the registration fee of the course.", ""},
		{"The registration fee is paid by us.", ""},
		{"I pay $50 for the software.", ""},
		{"We will send $20 for the materials.", ""},
		{"Members pay $20 for the course access.", ""},
		{"You do not pay a registration fee.", ""},
		{"You must pay no registration fee.", ""},
		{"You have to pay no fee at all.", ""},
		{"You get $50 for the training video.", ""},
		{"The test is paid.", ""},
		{"The first two articles are paid.", ""},
		{"The app offers the first 7 days as a free trial.", ""},
		{"Design a page for our free trial.", ""},
		{"Users contact us only on WhatsApp.", ""},
		{"Do not contact us on WhatsApp.", ""},
		{"The form saves the freelancer ID from the API.", ""},
		{"Get the freelancer ID from the database.", ""},
		{"We buy the freelancer ID card for you.", ""},

		// Pay that depends on luck.
		{"No payment will be made if you cannot solve it.", "unpaid"},
		{"There is no money until the whole site is finished.", "unpaid"},
		{"We will not be releasing any money until the end.", "unpaid"},
		{"I am looking for a business partner who can code.", "unpaid"},
		{"You would join us for equity.", "unpaid"},
		{"We offer equity in this company to the right coder.", "unpaid"},
		{"You get paid $80 for every client that signs.", "unpaid"},
		{"All I ask for is an honest testimonial afterwards.", "unpaid"},
		{"We don't have any funding yet.", "unpaid"},
		{"If your draft helps us win the client, we pay well.", "unpaid"},
		{"শুধু কমিশনের ভিত্তিতে কাজ।", "unpaid"},
		{"No payment is due before you approve our plan.", ""},
		{"Write about private equity funds.", ""},
		{"A page where charities find volunteer work.", ""},
		{"Salary plus a commission.", ""},
		// Chat.
		{"You must be able to work through WhatsApp.", "chat"},
		{"You will use Telegram to communicate with the team.", "chat"},
		{"If interested, WhatsApp me at the number in my profile.", "chat"},
		{"You can talk to me on Instagram instead.", "chat"},
		{"Please drop your WhatsApp number in the proposal.", "chat"},
		{"escríbeme por WhatsApp", "chat"},
		{"আমাকে হোয়াটসঅ্যাপে নক দিন", "chat"},
		{"The chatbot must communicate through WhatsApp.", ""},
		{"Users can contact us on Instagram.", ""},
		// Free work.
		{"Applicants must provide a sample design before the interview.", "freetrial"},
		{"Please send us a sketch of the home page with your bid.", "freetrial"},
		{"Send me a mockup of how you would lay it out.", "freetrial"},
		{"First make me a short sample reel, then we talk.", "freetrial"},
		{"I send you questions and see if you can solve them.", "freetrial"},
		{"Send samples of your previous designs.", ""},
		{"Show a demo of the finished plug-in at the end.", ""},
		{"Customers order a free sample of the cloth.", ""},
		// Identity.
		{"We need five selfie videos with different clothes.", "id"},
		{"Add one passport style photo from your childhood.", "id"},
		{"Open a wallet with your own name and ID.", "id"},
		{"Users complete KYC in the app.", ""},
		{"envía una foto de tu pasaporte", "id"},
		// Accounts.
		{"You must have a Top Rated account.", "rent"},
		{"You attend the interviews on our behalf.", "cheat"},
		{"Buying a verified Upwork account.", "rent"},
		{"We bid on jobs using your profile.", "rent"},
		{"tomar upwork account ta lagbe", "rent"},
		{"You attend meetings on behalf of the sales team.", ""},
		{"We sell handbags on an Amazon account.", ""},
		// Reviews and votes.
		{"App reviewers wanted, five minutes each.", "reviews"},
		{"A script that casts votes for my photo.", "reviews"},
		{"Vote for us in the contest.", "reviews"},
		{"I want to sell Instagram followers on a web shop.", "reviews"},
		{"Your task is to remove negative reviews from Google.", "reviews"},
		{"আমাদের অ্যাপে ফাইভ স্টার রেটিং দিন", "reviews"},
		{"Build a tool that detects fake reviews.", ""},
		{"We want to grow our audience on Instagram.", ""},
		{"Automatic follow-ups for new leads.", ""},
		// Money without work.
		{"Get paid for talking with friends.", "pay"},
		{"Join using my referral link.", "pay"},
		{"It takes 2 hours work, 300 USD.", "pay"},
		{"ঘরে বসে সহজে আয় করুন", "pay"},
		{"ghore bose income korun", "pay"},
		{"A referral link for every customer of the shop.", ""},
		{"Cash out service for our partners.", "forward"},
		{"Use your bank account to receive our transfers.", "rent forward"},
		{"আপনার বিকাশে টাকা আসবে", "forward"},
		// Study.
		{"It must pass Turnitin.", "cheat"},
		{"Humanize the text of my essays.", "cheat"},
		{"I am a research scholar and two papers need to be written.", "cheat"},
		{"A conference style report is to be handed in.", "cheat"},
		{"It is based on the methods learned in this course.", "cheat"},
		{"hago la tarea de matemáticas, haz mi tarea", "cheat"},
		{"আমার থিসিস লিখে দিতে হবে", "cheat"},
		{"amar assignment ta likhe den", "cheat"},
		{"Build a homework help app.", ""},
		{"A quiz app for our training courses.", ""},
		// Against the law or the rules of others.
		{"The bot must work without getting our accounts flagged.", "illegal"},
		{"Rotate the IP often to avoid detection.", "illegal"},
		{"Build a color prediction game with an admin panel.", "illegal"},
		{"The admin can decide the winner.", "illegal"},
		{"I need somebody who reverse engineers, to reverse engineer an Android app.", "illegal"},
		{"Get around SSL pinning.", "illegal"},
		{"Decompile and change the app without the source code.", "illegal"},
		{"We need a GPS spoofer.", "illegal"},
		{"I have 200 Discord user tokens.", "illegal"},
		{"Write recoil scripts for a shooter.", "illegal"},
		{"A poker bot for an online casino.", "illegal"},
		{"Make him appear to say my words.", "illegal"},
		{"Edit a bank statement for me.", "illegal"},
		{"We send 2 million emails per day.", "illegal"},
		{"Call my boss and say this.", "illegal"},
		{"Download songs from a streaming service.", "illegal"},
		{"ক্যাপচা বাইপাস করার স্ক্রিপ্ট চাই", "illegal"},
		{"ফেক আইডি খুলতে হবে", "illegal"},
		{"We need perfiles falsas for a site.", "illegal"},
		{"Detect fake accounts with machine learning.", ""},
		{"A model for deepfake detection.", ""},
		{"Hand over the source code of the app at the end.", ""},
		{"The shop needs account registration and checkout.", ""},
		{"Log-in by OTP flow.", ""},
		{"Create 5 user accounts for our staff.", ""},
		{"Our shop's fake plants need a page.", ""},
		{"Generate a license key for each customer.", ""},
		{"Please send me your email so that I can write.", "chat"},
		{"Customers send us their email.", ""},
		{"A chart for my assignment in statistics.", "cheat"},
		{"I have a test tomorrow.", "cheat"},
		{"An A/B test next to the old page.", ""},
		{"Send a screenshot of your Play Console.", "rent"},
		{"A screenshot of your finished page.", ""},
		{"This is a revenue share role.", "unpaid"},
		{"A web site with a revenue model.", ""},
		{"We don't have the biggest budget right now.", ""},
		{"The script logs into 50 accounts, must log out and take the next account.", "illegal"},
		{"Users log in to their account.", ""},
		{"The tool must automatically comment on new posts in groups.", "illegal"},
		{"Speed up our ticket buying script.", "illegal"},
		{"Sell tickets for our concerts.", ""},
		{"I must get into her Facebook account.", "illegal"},
		{"A user can access his account.", ""},
		{"An investment thesis for a fund.", ""},
		{"Photos with good exposure and colours.", ""},
		{"An AI appointment bot for our clinic.", ""},
		{"The teacher will see the results.", ""},
		{"Twenty dollars per post for our blog.", ""},
		{"Our product has a free trial period.", ""},
		{"Voters cast votes in the app.", ""},
		{"Please take down this website.", "illegal"},
		{"An AI generated video of my boss who congratulates.", "illegal"},
		{"Our extension protects from phishing pages.", ""},
		{"An app reviewer for our Go code.", ""},
		// Study, by other roads.
		{"Please solve my two physics labs by Monday.", "cheat"},
		{"Someone has to take my online class until the term ends.", "cheat"},
		{"I am stuck, so help me with my econometrics homework.", "cheat"},
		{"A short matlab assignment with four parts.", "cheat"},
		{"The essay is due next Tuesday.", "cheat"},
		{"Use only what was taught in class.", "cheat"},
		{"My professor wants a second version.", "cheat"},
		{"It is a chart for my master's.", "cheat"},
		{"This is a university project about bridges.", "cheat"},
		{"Reduce the plagiarism of my text.", "cheat"},
		{"The text has to pass AI detection.", "cheat"},
		{"Give me answers during my exam.", "cheat"},
		{"I will send you the questions and you answer them at once.", "cheat"},
		{"There is a proctored exam: it is an open book exam.", "cheat"},
		{"I need a class taker: an online class taker.", "cheat"},
		{"I am behind in WebAssign.", "cheat"},
		{"Finish a Coursera course with its quizzes.", "cheat"},
		{"Log in to my student portal and do the rest.", "cheat"},
		{"We look for a proxy candidate.", "cheat"},
		{"Attend a technical interview in place of me.", "cheat"},
		{"Help our candidates clear their interviews.", "cheat"},
		{"Daily job support, two hours.", "cheat"},
		{"Help me with a Codility challenge.", "cheat"},
		{"Solve the coding test for me.", "cheat"},
		{"My PMP exam is in March.", "cheat"},
		{"We need publication in Scopus.", "cheat"},
		{"There are second author positions.", "cheat"},
		{"We look for academic writers.", "cheat"},
		{"Harvard referencing throughout.", "cheat"},
		{"Critically evaluate two theories.", "cheat"},
		{"A 1500 word essay on trade.", "cheat"},
		{"I want to get a good grade.", "cheat"},
		{"The thesis has a data chapter, in short the thesis data.", "cheat"},
		{"Run SPSS on the numbers of a dissertation.", "cheat"},
		{"Hand in matlab code and a short report.", "cheat"},
		{"Write my daughter's school project.", "cheat"},
		{"I must pass this module.", "cheat"},
		{"It is a CIPD level 5 assignment.", "cheat"},
		{"Pass the Toptal screening.", "cheat"},
		{"Two problem sets in algebra.", "cheat"},
		{"I need a personal statement.", "cheat"},
		{"necesito resolver un examen", "cheat"},
		{"es mi trabajo final de grado", "cheat"},
		{"থিসিসের কাজ করে দিতে হবে", "cheat"},
		{"ekta lab report likhe dite hobe", "cheat"},
		{"varsity er project ta", "cheat"},
		{"Build an app in which teachers set exams.", ""},
		{"An essay contest website for schools.", ""},
		{"We design an LMS where pupils upload their homework.", ""},
		{"Teach our staff SQL with exercises.", ""},
		{"The technical interview takes half an hour.", ""},
		{"Candidates take a HackerRank test first.", ""},
		{"The report is due on Friday.", ""},
		{"Write unit tests for my module.", ""},
		{"Topics covered in the course are listed below.", ""},
		{"Provide at least 2 references of former clients.", ""},
		{"A white paper of 10 pages.", ""},
		{"The articles have to be original.", ""},
		// Reviews, by other roads.
		{"Write a genuine review on Google for us.", "reviews"},
		{"Amazon reviews needed every week.", "reviews"},
		{"We need 40 positive Trustpilot reviews.", "reviews"},
		{"I need people to upvote my post.", "reviews"},
		{"Install the game and give it five stars: install our game and then rate it.", "reviews"},
		{"Product reviewers wanted.", "reviews"},
		{"Please upvote our post.", "reviews"},
		{"Deliver 2000 real subscribers.", "reviews"},
		{"I lack 3000 watch hours.", "reviews"},
		{"Boost my ratings.", "reviews"},
		{"Invented testimonials for the front page.", "reviews"},
		{"We look for testimonial actors.", "reviews"},
		{"You would pose as a happy customer.", "reviews"},
		{"Comment as a normal user.", "reviews"},
		{"Natural looking comments on threads.", "reviews"},
		{"Get me some votes in a contest.", "reviews"},
		{"Vote for my dog in a photo contest.", "reviews"},
		{"Order our product and leave a kind review.", "reviews"},
		{"Write 20 realistic customer reviews.", "reviews"},
		{"Send bot traffic to my page.", "reviews"},
		{"রিভিউ দিলেই টাকা পাবেন", "reviews"},
		{"like korlei taka", "reviews"},
		{"Patients leave a review on Google after the visit.", ""},
		{"Show our Google reviews in a slider.", ""},
		{"Guests rate the hotel in the app.", ""},
		{"I will leave you a good review at the end.", ""},
		{"Edit video testimonials of our customers.", ""},
		{"A site that looks like this page.", ""},
		{"Our page has 5000 followers.", ""},
		{"Find someone to review the code.", ""},
		{"Detect bot traffic on our server.", ""},
		{"Stop fake clicks on our ads.", ""},
		// Accounts, by other roads.
		{"We are looking for a partner in the US for client calls.", "rent"},
		{"A US citizen for a partnership.", "rent"},
		{"You attend the client calls while we write the code.", "rent"},
		{"We work by using your Upwork account.", "rent"},
		{"We would borrow your freelancing profile.", "rent"},
		{"Keep a laptop at your home.", "rent"},
		{"We connect to your laptop.", "rent"},
		{"We need an Upwork bidder.", "rent"},
		{"Write proposals from our account.", "rent"},
		{"Work under my profile.", "rent"},
		{"Open a bank account in your name.", "id rent"},
		{"You earn 200 dollars a month for using your account.", "rent"},
		{"Payoneer accounts wanted.", "rent"},
		{"Buy aged LinkedIn accounts.", "rent"},
		{"I want to outsource my remote job.", "rent"},
		{"Join the daily standups as me.", "rent"},
		{"The applicants should have an old play console.", "rent"},
		{"পেপাল একাউন্ট কিনতে চাই", "rent"},
		{"payoneer account kinbo", "rent"},
		{"Set up a Stripe account for our shop.", ""},
		{"We pay to your Payoneer account.", ""},
		{"A VA who can work from your own computer.", ""},
		{"Write our firm's proposals.", ""},
		{"Car rental: users rent a car after sign-up.", ""},
		{"Publish the app in our Play Console.", ""},
		{"A US person may read the data.", ""},
		// Identity, chat, fee, forwarding and cards, by other roads.
		{"We need your utility bill.", "id"},
		{"Pass the KYC for our accounts: complete the KYC check for us.", "id"},
		{"It is a selfie collection project.", "id"},
		{"Take a screenshot of your wallet.", "id"},
		{"পাসপোর্টের কপি পাঠাতে হবে", "id"},
		{"An app with KYC and OTP login.", ""},
		{"Users scan their passport.", ""},
		{"Let's continue on Telegram.", "chat"},
		{"We pay outside of Upwork.", "chat"},
		{"Text me at this number.", "chat"},
		{"Send your short portfolio to WhatsApp.", "chat"},
		{"The interview will be held on WhatsApp.", "chat"},
		{"ইনবক্সে নক দিন", "chat"},
		{"inbox korun", "chat"},
		{"The shop sends the order to WhatsApp.", ""},
		{"A WhatsApp button next to the phone number.", ""},
		{"You have to pay a small admission charge.", "fee"},
		{"It is deducted from your first salary.", "fee"},
		{"Recharge to unlock your tasks: you must deposit 20 dollars.", "fee"},
		{"ডিপোজিট করলে কাজ পাবেন", "fee"},
		{"You should pay attention to details.", ""},
		{"The page shows the admission fee of the course.", ""},
		{"Accept transfers on our behalf.", "forward"},
		{"Convert my PayPal balance to bitcoin.", "forward"},
		{"Parcels come to you and you reship them.", "forward"},
		{"Buy Steam gift cards and send us the codes.", "forward"},
		{"পেপাল ডলার কিনতে চাই", "forward"},
		{"A checkout that accepts cards and PayPal.", ""},
		{"A warehouse system for parcels.", ""},
		{"ফ্রিল্যান্সার আইডি কার্ড করে দিচ্ছি", "card"},
		{"freelancer id card baniye dibo", "card"},
		{"Design an ID card for our staff.", ""},

		// Pay in something else than money, or only with luck.
		{"There is no base salary, but you keep what you sell.", "unpaid"},
		{"You receive a percentage of every deal you close.", "unpaid"},
		{"Payment is purely commission, weekly.", "unpaid"},
		{"You are paid for each booked appointment.", "unpaid"},
		{"No ranking, no fee.", "unpaid"},
		{"Technical co-founder wanted.", "unpaid"},
		{"I want a partner, not an employee.", "unpaid"},
		{"Profit sharing partner needed for my shop.", "unpaid"},
		{"You will get shares instead of a salary.", "unpaid"},
		{"You are paid in equity at first.", "unpaid"},
		{"I pay once the app is funded.", "unpaid"},
		{"The money comes after my client pays.", "unpaid"},
		{"We are recruiting volunteers.", "unpaid"},
		{"Sadly this is currently unpaid.", "unpaid"},
		{"You would do it in return for exposure.", "unpaid"},
		{"This gives great exposure for your studio.", "unpaid"},
		{"We split the profits evenly.", "unpaid"},
		{"I will only pay if it works.", "unpaid"},
		{"Your pay is based on results.", "unpaid"},
		{"Payment depends: the pay is tied to app downloads.", "unpaid"},
		{"Is there somebody who could do this for free?", "unpaid"},
		{"I have no budget to pay, sorry.", "unpaid"},
		{"I do not have money to pay right now.", "unpaid"},
		{"I will not release any milestone before the end.", "unpaid"},
		{"I won't create a milestone until it is done.", "unpaid"},
		{"Se busca socio programador.", "unpaid"},
		{"লাভের অংশ পাবেন", "unpaid"},
		{"We want a booking page where agents see their commission for every sale.", ""},
		{"The dashboard shows profit and revenue sharing by partner.", ""},
		{"We are a delivery partner of two shops.", ""},
		{"An equity research report with charts.", ""},
		{"A volunteer sign-up form for our charity.", ""},
		{"Photos of products in low exposure.", ""},
		{"Salary plus bonus for good results.", ""},
		{"Payment is released when a milestone is complete.", ""},
		{"Stripe takes the payment after the customer confirms.", ""},
		{"Only apply with a good portfolio.", ""},
		// Samples that are work.
		{"Send a mock-up together with your bid.", "freetrial"},
		{"Please include a rough mockup with your proposal.", "freetrial"},
		{"Make a short sample of one scene before we hire.", "freetrial"},
		{"Before hiring I need a small demo.", "freetrial"},
		{"Show me a working demo first.", "freetrial"},
		{"The best design wins.", "freetrial"},
		{"Whoever makes the best logo wins the job.", "freetrial"},
		{"An unpaid assessment is part of it.", "freetrial"},
		{"The training is not paid.", "freetrial"},
		{"The training week is unpaid.", "freetrial"},
		{"There is no pay during the trial.", "freetrial"},
		{"We do not pay for tests.", "freetrial"},
		{"We only pay for the design we like.", "freetrial"},
		{"If I like the sample, I will hire you for the rest.", "freetrial"},
		{"You need to draw a small fox to be considered.", "freetrial"},
		{"Draw a small fox to be considered.", "freetrial"},
		{"The first one who fixes it gets paid.", "freetrial"},
		{"ফ্রি স্যাম্পল দেখান", "freetrial"},
		{"Send a sample of your previous work with your proposal.", ""},
		{"Include a demo of a similar app with your bid.", ""},
		{"A page for our logo contest app with entries and votes.", ""},
		{"Users start a free trial before payment.", ""},
		{"We award points for the best quiz answers.", ""},
		{"The trial week is paid.", ""},
		{"Prepare a draft, then we discuss it.", ""},
		// Lures.
		{"Earn money in your pauses.", "pay"},
		{"Make easy money with two clicks.", "pay"},
		{"Anyone can earn.", "pay"},
		{"Here you get financial freedom.", "pay"},
		{"Join my downline.", "pay"},
		{"We need 20 people to sign up on a site.", "pay"},
		{"You get $5 for every sign-up.", "pay"},
		{"Watch videos and earn.", "pay"},
		{"Take surveys and get paid.", "pay"},
		{"Looking for people with verified PayPal accounts.", "pay"},
		{"Simple job, contact me.", ""},
		{"Easy task, message me.", ""},
		{"দিনে ৫০০ টাকা আয় হবে", "pay"},
		{"মাসে ৯০০০ টাকা ইনকাম", "pay"},
		{"রেফার করলে টাকা পাবেন", "pay"},
		{"Invest only $100 and get it back with more.", "fee"},
		{"I am looking for an investor for my shop.", "fee"},
		{"I need an investor.", "fee"},
		{"I need an urgent loan of 500 dollars.", "fee"},
		{"Enroll in our course.", "fee"},
		{"I am selling my website.", "fee"},
		{"Users earn money by answering.", ""},
		{"An app by which customers earn points.", ""},
		{"The site shows loans and investors.", ""},
		{"Build a survey site for students.", ""},
		{"A tool that helps members double their reach.", ""},
		{"We sell our courses on this website.", ""},
		{"Members enroll in our course on the page.", ""},
		{"A referral page for our customers.", ""},
		{"You make the whole banner at no cost as a test.", "freetrial"},
		{"First draw the complete poster for free as a sample.", "freetrial"},
		{"First make the checkout show that delivery is free of charge.", ""},
		{"Make $300 a day, no experience required.", "pay"},
		{"Earn $400 per day, no degree needed.", "pay"},
		{"The best plan lets nobody earn $400 per day.", ""},
		{"Earn $1500 a week by copy and paste.", "pay"},
		{"Earn $900 weekly just by clicking.", "pay"},
		{"Members earn $20 weekly by sharing links.", ""},
		{"Earn $1500 weekly by building our backend.", ""},
		{"We mail you a cheque to purchase a laptop from our supplier.", "forward"},
		{"We will send you a check list to order the equipment.", ""},
		{"Get some gift cards for our clients and text me the codes.", "forward"},
		{"Shoppers buy gift cards and we send the codes by mail.", ""},
		{"Design gift cards for our staff and send us the files.", ""},
		{"Review our game with five stars in the store.", "reviews"},
		{"Rate our shop and get paid today.", "reviews"},
		{"We need reviews from many accounts.", "reviews"},
		{"Show the reviews from different accounts side by side.", ""},
		{"Review the menu of our five star hotel.", ""},
		{"Review our app for bugs and get paid by the hour.", ""},
		{"Every candidate translates two pages for free first.", "freetrial"},
		{"Candidates translate for free trade magazines.", ""},
		{"Earn by watching ads.", "pay"},
		{"Viewers earn by watching ads in our app.", ""},
		{"A screen where users rate our app with 5 stars.", ""},
		{"Tienes que abonar una fianza antes de comenzar.", "fee"},
		{"No debes pagar ninguna cuota, nunca.", ""},
		{"Los huéspedes deben pagar un depósito antes de llegar.", ""},
		{"Únicamente escríbenos por Telegram.", "chat"},
		{"Postula por WhatsApp.", "chat"},
		{"Un botón para que los clientes escriban por WhatsApp.", ""},
		{"Copyeditor: proofread my master's thesis for spelling.", ""},
		{"Edit my dissertation for punctuation.", ""},
		{"The last chapters of a doctoral thesis need a careful reading.", ""},
		{"Somebody for my doctoral thesis on grammar.", "cheat"},
		{"Write my thesis and proofread it.", "cheat"},
		{"Edit and complete my dissertation.", "cheat"},
		{"Prepare a research paper digest for our magazine.", ""},
		{"Write a research paper summary for my class.", "cheat"},
		{"Write a research paper for our company.", "cheat"},
		{"Prepare a literature review for a charity.", ""},
		{"Prepare a literature review for my degree.", "cheat"},
		{"Join our Telegram channel for announcements once you are hired.", ""},
		{"Join our WhatsApp group after you are hired.", ""},
		{"Join our Telegram group and ask the admin for work.", "chat"},
		{"You release the app using your developer account.", ""},
		{"Publish the game through your developer account, ours was banned.", "rent"},
		{"Upload the app to your own developer console.", "rent"},
	}
	for _, c := range cases {
		l := Listing(market.Listing{Title: "Some work", Description: c.text})
		var kinds []string
		for _, w := range l.Warnings {
			kinds = append(kinds, string(w.Kind))
			checkEvidence(t, l.Title, l.Description, w.Evidence)
		}
		if diff := cmp.Diff(c.want, strings.Join(kinds, " ")); diff != "" {
			t.Errorf("%q: %v (-want +got)\n%s", c.text, l.Warnings, diff)
		}
	}
}

// Titles name work on theses, exams and interviews that is done for nobody's
// grade.
func TestWarningsOfTitles(t *testing.T) {
	for _, c := range []struct{ title, want string }{
		{"Literature review on soil salt for a journal article", ""},
		{"Literature review on bee decline for a policy brief", ""},
		{"Extensive literature review, 30 pages", "Literature review"},
		{"Literature review for my journal club class", "Literature review"},
		{"Backend engineer for a platform for school exams", ""},
		{"Somebody for the online exams", "exams"},
		{"Captions for interviews with nurses", ""},
		{"Java developer for interviews with clients", "for interviews"},
		{"A pair of fresh eyes for the last chapters of a doctoral thesis", ""},
		{"A fresh start for the last chapters of a doctoral thesis", "doctoral thesis"},
		{"Edit my thesis for commas", ""},
		{"Edit and rewrite my thesis", "rewrite my thesis"},
	} {
		got := ""
		for _, w := range Listing(market.Listing{Title: c.title, Description: "See the title."}).Warnings {
			if w.Kind == market.WarnCheat {
				got = w.Evidence.Quote
			}
		}
		if !strings.EqualFold(got, c.want) {
			t.Errorf("%s: %q, want %q", c.title, got, c.want)
		}
	}
}

// A price far above simple work is a sign; the quote is the work.
func TestPayFarAboveTheWork(t *testing.T) {
	for _, c := range []struct {
		title string
		pay   market.Pay
		want  string // quote
	}{
		{"A logo for our bakery", market.Pay{Kind: market.PayFixed, USD: 40_000_00}, "logo"},
		{"A logo for our bakery", market.Pay{Kind: market.PayFixed, USD: 400_00}, ""},
		{"A logo for our bakery", market.Pay{Kind: market.PayYearly, USD: 40_000_00}, ""},
		{"A logo for our bakery", market.Pay{}, ""},
		{"Payment system in Go", market.Pay{Kind: market.PayFixed, USD: 40_000_00}, ""},
		{"Machine learning platform and its logo", market.Pay{Kind: market.PayFixed, USD: 40_000_00}, ""},
		{"Logo for our bakery", market.Pay{Kind: market.PayHourly, USD: 160_00}, "Logo"},
		{"Payment system in Go", market.Pay{Kind: market.PayHourly, USD: 160_00}, ""},
		{"Payment system in Go", market.Pay{Kind: market.PayHourly, USD: 700_00}, "Payment system in Go"},
		{"Payment system in Go", market.Pay{Kind: market.PayFixed, USD: 90_000_00}, "Payment system in Go"},
		{"Payment system in Go", market.Pay{Kind: market.PayFixed, USD: 999_999_00}, "Payment system in Go"},
		{"Payment system in Go", market.Pay{Kind: market.PayYearly, USD: 300_000_00}, ""},
		{"!", market.Pay{Kind: market.PayFixed, USD: 999_999_00}, ""},
		{"Typing from scans, 7 pages", market.Pay{Kind: market.PayFixed, USD: 3_200_00}, "Typing"},
		{"Typing from scans, 7 pages", market.Pay{Kind: market.PayFixed, USD: 300_00}, ""},
		{"Typing from scans, 9000 pages", market.Pay{Kind: market.PayFixed, USD: 3_200_00}, ""},
		{"Data entry", market.Pay{Kind: market.PayHourly, USD: 90_00}, "Data entry"},
		{"Data entry", market.Pay{Kind: market.PayHourly, USD: 25_00}, ""},
		{"Data entry app", market.Pay{Kind: market.PayHourly, USD: 90_00}, ""},
		{"Usability test participants", market.Pay{Kind: market.PayHourly, USD: 90_00}, ""},
	} {
		got := ""
		for _, w := range Listing(market.Listing{Title: c.title, Description: "See the title.", Pay: c.pay}).Warnings {
			if w.Kind == market.WarnPay {
				got = w.Evidence.Quote
				checkEvidence(t, c.title, "See the title.", w.Evidence)
			}
		}
		if got != c.want {
			t.Errorf("%s for %v: %q, want %q", c.title, c.pay, got, c.want)
		}
	}
}

// Whatever the text, labels have a basis and evidence that stands where it
// says, and the same listing gets the same labels.
func TestListingProperties(t *testing.T) {
	words := []string{"junior", "senior", "developer", "no", "experience", "needed", "5+", "years", "of", "fluent", "English", "native", "or", "Bengali",
		"beginners", "welcome", "not", "C1", "IELTS", "7", "registration", "fee", "send", "your", "passport", "Telegram", "অভিজ্ঞতা", "লাগবে", "না", "ইংরেজি", "।", ".", ",", "\n\n", "•", "(", ")", "mid-level", "for", "\u200d", "é"}
	rapid.Check(t, func(t *rapid.T) {
		text := func(name string) string {
			if rapid.Bool().Draw(t, name+" free") {
				return rapid.String().Draw(t, name)
			}
			return strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 40).Draw(t, name), " ")
		}
		l := market.Listing{Title: text("title"), Description: text("text"), SiteLevel: market.Evidence{Field: "f", Quote: text("level")}, SiteEnglish: market.Evidence{Field: "g", Quote: text("english")}}
		got := Listing(l)
		if diff := cmp.Diff(got, Listing(got)); diff != "" {
			t.Fatalf("labels differ the second time: %s", diff)
		}
		if got.Level.Best() == "" || got.English.Best() == "" {
			t.Fatalf("neither a value nor a guess: %+v %+v", got.Level, got.English)
		}
		if got.Level.Value != "" && !got.Level.Value.Valid() || got.English.Value != "" && !got.English.Value.Valid() {
			t.Fatalf("%+v %+v", got.Level, got.English)
		}
		check := func(value string, basis market.Basis, evidence []market.Evidence) {
			if (value != "") != (basis != "") || basis.Stated() && len(evidence) == 0 {
				t.Fatalf("value %q, basis %q, evidence %v", value, basis, evidence)
			}
			for _, e := range evidence {
				if basis != market.BasisSite {
					checkEvidence(t, l.Title, l.Description, e)
				}
			}
		}
		check(string(got.Level.Value), got.Level.Basis, got.Level.Evidence)
		check(string(got.English.Value), got.English.Basis, got.English.Evidence)
		for _, w := range got.Warnings {
			checkEvidence(t, l.Title, l.Description, w.Evidence)
		}
	})
}

// A sentence in which the client speaks about itself, capitals and blanks
// change nothing.
func TestLabelsHoldStill(t *testing.T) {
	listings := []market.Listing{
		{Title: "Type 40 scanned pages", Description: "I have 40 scanned pages and need them typed into Word. It is simple work.\nPlease send a price.", Skills: []string{"Data Entry"}},
		{Title: "Build a trading platform", Description: "We need a low-latency matching engine in C++.\n• Deep knowledge of lock-free code\n• Weekly calls with our team", Skills: []string{"C++", "Linux"}},
		{Title: "Blog articles about gardening", Description: "Ten articles of 1,000 words.Each must read well. Node.js is not needed!", Skills: []string{"Content Writing"}},
		{Title: "ডাটা এন্ট্রি", Description: "কোনো অভিজ্ঞতা লাগবে না। ইংরেজি লাগবে না।"},
		{Title: "Logo for a bakery", Description: "Junior designers may apply. Fluent English. Pay a registration fee of $5."},
	}
	clients := []string{"Our company was founded in 1998 and sells garden tools.", "We are a family bakery in Lyon.", "I am the owner of two shops.", "The company has offices in Oslo and Rome.", "Our clients come from eleven countries."}
	same := func(name string, a, b market.Listing) {
		t.Helper()
		type labels struct {
			Level, LevelGuess     market.Level
			English, EnglishGuess market.English
			Basis, EnglishBasis   market.Basis
			Spoken                market.Spoken
			Kinds                 []market.WarningKind
		}
		of := func(l market.Listing) labels {
			out := labels{l.Level.Value, l.Level.Guess, l.English.Value, l.English.Guess, l.Level.Basis, l.English.Basis, l.Spoken.Value, nil}
			for _, w := range l.Warnings {
				out.Kinds = append(out.Kinds, w.Kind)
			}
			return out
		}
		if diff := cmp.Diff(of(a), of(b)); diff != "" {
			t.Errorf("%s changes %q: %s", name, a.Title, diff)
		}
	}
	for _, l := range listings {
		want := Listing(l)
		change := func(name string, f func(string) string) {
			m := l
			m.Title, m.Description, m.Skills = f(l.Title), f(l.Description), nil
			for _, s := range l.Skills {
				m.Skills = append(m.Skills, f(s))
			}
			same(name, want, Listing(m))
		}
		change("upper case", strings.ToUpper)
		change("lower case", strings.ToLower)
		change("white space", func(s string) string {
			return " " + strings.ReplaceAll(strings.ReplaceAll(s, " ", " \t "), "\n", " \n\n ") + " \n"
		})
		for _, c := range clients {
			m := l
			m.Description += "\n\n" + c
			same(c, want, Listing(m))
		}
	}
}

// Each estimate gives reasons, and says nothing of a listing that is empty.
func TestEstimates(t *testing.T) {
	typing := Listing(market.Listing{Title: "Simple data entry: copy 100 rows into Excel", Description: "Easy copy and paste work, anyone can do it. I will provide the file.", Skills: []string{"Data Entry", "Excel"}, Pay: market.Pay{Kind: market.PayFixed, Min: 1000, Max: 1000, Currency: "USD", USD: 1000}})
	if typing.Level.Value != market.Entry || typing.English.Value != market.Basic || typing.Level.Basis != market.BasisEstimate {
		t.Errorf("typing: %+v, %+v", typing.Level, typing.English)
	}
	if n := len(typing.Level.Reasons); n < 1 || n > 3 {
		t.Errorf("%d reasons: %+v", n, typing.Level.Reasons)
	}
	for _, e := range typing.Level.Evidence {
		checkEvidence(t, typing.Title, typing.Description, e)
	}
	if p := typing.Level.Probability; p < 0.5 || p > 1 {
		t.Errorf("probability %g", p)
	}
	engine := Listing(market.Listing{Title: "Architect for a distributed trading engine in Rust and C++", Description: "Deep expertise in low latency systems, kernel bypass and FPGA. You lead the design of the architecture and own the platform end to end.", Skills: []string{"Rust", "C++", "FPGA"}})
	if engine.Level.Best() != market.Expert {
		t.Errorf("engine: %+v", engine.Level)
	}
	articles := Listing(market.Listing{Title: "Copywriter for sales pages", Description: "Write persuasive sales copy and blog articles for publication on our site."})
	if articles.English.Best() != market.Fluent {
		t.Errorf("articles: %+v", articles.English)
	}
}

func TestSpoken(t *testing.T) {
	for text, want := range map[string]market.Spoken{
		"You make cold calls to shops.":               market.SpokenYes,
		"Weekly video call with our team.":            market.SpokenYes,
		"No calls, chat only.":                        market.SpokenNo,
		"Build an app with video calls between users": "",
	} {
		if got := saidOnly(Listing(market.Listing{Title: "Some work", Description: text}).Spoken); got.Value != string(want) {
			t.Errorf("%q: %+v, want %q", text, got, want)
		}
	}
}

func TestTongues(t *testing.T) {
	for text, want := range map[string]string{
		"You speak Spanish and German.":      "es",
		"Native French speaker wanted.":      "fr",
		"Must be fluent in Arabic.":          "ar",
		"Arabic is a plus.":                  "",
		"Translate the site into Spanish.":   "",
		"Our German speaking customers wait": "",
	} {
		var got []string
		for _, s := range Listing(market.Listing{Title: "Some work", Description: text}).Tongues {
			got = append(got, s.Lang)
			checkEvidence(t, "Some work", text, s.Evidence)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %v, want %q", text, got, want)
		}
	}
}

func FuzzListing(f *testing.F) {
	f.Add("Junior developer", "5+ years. Native English. Pay a fee of $5.", "C++, Go")
	f.Add("ডাটা এন্ট্রি", "অভিজ্ঞতা লাগবে না।", "")
	f.Add("\xff\x00", "a.b.C.D\u200d’'#", "x")
	f.Fuzz(func(t *testing.T, title, text, skills string) {
		l := Listing(market.Listing{Title: title, Description: text, Skills: strings.Split(skills, ",")})
		for _, es := range [][]market.Evidence{l.Level.Evidence, l.English.Evidence, l.Spoken.Evidence} {
			for _, e := range es {
				checkEvidence(t, title, text, e)
			}
		}
		for _, w := range l.Warnings {
			checkEvidence(t, title, text, w.Evidence)
		}
		if l.Level.Best() == "" || l.English.Best() == "" {
			t.Fatalf("no guess: %+v %+v", l.Level, l.English)
		}
	})
}

// What Encode writes Decode reads; damage is an error and no panic.
func TestModelFile(t *testing.T) {
	var b bytes.Buffer
	if err := learned().Encode(&b); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), embedded) {
		t.Error("the model changes when it is written again")
	}
	if n := len(embedded); n > 2<<20 {
		t.Errorf("model.bin has %d bytes", n)
	}
	for _, n := range []int{0, 5, 20, 30, 1000, len(embedded) / 2, len(embedded) - 1} {
		if _, err := Decode(bytes.NewReader(embedded[:n])); err == nil {
			t.Errorf("the first %d bytes are no model", n)
		}
	}
}

// Offers of illegal or deceiving work, each with honest work that sounds like
// it.
func TestIllegalOffers(t *testing.T) {
	for _, c := range []struct{ kind, caught, honest string }{
		{"captcha", "The script has to handle captchas by itself.", "Add reCAPTCHA to our contact form."},
		{"captcha services", "We have a balance at 2captcha, please connect it.", "Connect our shop to Stripe."},
		{"bot walls", "A crawler that bypasses Cloudflare is needed.", "Set up Cloudflare for our domain."},
		{"human mimicry", "Clicks should mimic human mouse moves so that nothing is detected.", "A robot arm that mimics human gestures."},
		{"bans", "Posting must go on without being banned.", "Admins ban rude users."},
		{"mass accounts", "We want to create hundreds of Gmail accounts.", "Create a Gmail account for our office."},
		{"account makers", "A tool for automatic account creation is needed.", "Account creation must be simple for our customers."},
		{"aged accounts", "We buy aged Instagram accounts.", "Customers have accounts in our shop."},
		{"farms", "Set up a phone farm with 20 devices.", "A website for a dairy farm."},
		{"platform bots", "An Instagram bot for our page.", "A Telegram bot for our bakery's orders."},
		{"spam filters", "Our mailing must bypass Gmail spam filters.", "Build a spam filter for our mail server."},
		{"bulk senders", "A bulk WhatsApp sender is needed.", "Send an SMS to each customer after the purchase."},
		{"robocalls", "Program press 1 campaigns with robocalls.", "Answer calls of our customers."},
		{"members' data", "Extract phone numbers from WhatsApp groups.", "Extract prices from PDF invoices."},
		{"altered papers", "Edit my bank statement, two lines only.", "Parse bank statements into a spreadsheet."},
		{"altered dates", "Change the dates on a scanned receipt.", "Change the date format on the page."},
		{"templates of papers", "Make a passport PSD template for me.", "Make a PSD template for a flyer."},
		{"fake papers", "I need fake employment references.", "A model that detects fake documents."},
		{"fake logins", "Build a phishing page for a mail provider.", "Build a login page for our club."},
		{"identity", "Applicants work under a fake name.", "Anonymise the names in our data."},
		{"device marks", "A tool that changes the IMEI.", "Show the IMEI of each phone in stock."},
		{"cracks", "A software crack for our CAD program.", "Detect cracks in concrete on photos."},
		{"dongles", "We need a USB key emulator for this program.", "A 3D model of a USB key."},
		{"licence", "Please remove the license activation of this plugin.", "Add license activation to our plugin."},
		{"premium", "A version with unlocked premium membership.", "Sell premium memberships on our site."},
		{"game cheats", "An aimbot for a shooter, or other game hacks.", "Programme the enemies of our shooter game."},
		{"game bots", "A Runescape bot that mines all night.", "A game of mining for children."},
		{"copied shops", "Copy all products from a competitor.", "Compare our prices with those of competitors."},
		{"malware", "Write a crypter for my tools.", "Remove malware from our WordPress site."},
		{"attacks", "Carry out a DDoS attack tonight.", "Protect our server from DDoS attacks."},
		{"antivirus", "The program must be hidden from Windows Defender.", "Our installer triggers a Windows Defender warning, sign it."},
		{"secret recording", "An app that secretly records calls.", "An app that records lectures."},
		{"stolen accounts", "Get a stolen Facebook account back for me.", "Let users reset the password of their account."},
		{"lost coins", "Someone who can recover stolen crypto.", "A wallet with a backup of its keys."},
		{"takedowns", "Get his account removed.", "Let users remove their account."},
		{"tracking people", "Track my wife with her phone.", "Track our delivery vans on a map."},
		{"unmasking", "Find out who is behind this Instagram account.", "Find the owner of each task in our board."},
		{"other's messages", "I want to read my husband's messages.", "Users read their messages in the inbox."},
		{"impersonation", "You pretend to be a customer and ask for prices.", "You answer customers."},
		{"references", "Act as my former employer on the phone.", "Act as the contact of our clients."},
		{"voices", "Clone the voice of a singer.", "Record a warm voice for our advert."},
		{"adult", "Write for an NSFW chat.", "Write for an adult education centre."},
		{"intimate pages", "Run the Onlyfans of our model.", "Run the Facebook page of our dance school."},
		{"dating chats", "Dating operators wanted.", "A dating advice blog."},
		{"dating messages", "Text women on my behalf.", "Text customers about their orders."},
		{"casino predictors", "Predict the next roulette number.", "Predict the sales of next week."},
		{"bonus abuse", "Help with casino bonus hunting.", "Explain the bonus scheme to our staff."},
		{"token frauds", "Deploy a honeypot token.", "Deploy a token with an audit."},
		{"pumps", "We want to pump the price of our coin.", "Pump stations need a control panel."},
		{"flash coins", "A USDT flasher is needed.", "Accept USDT in our shop."},
		{"rigged", "The owner must be able to control each outcome.", "The owner must be able to see each order."},
		{"sure profit", "A bot with guaranteed profits.", "Our supplier sells guaranteed parts."},
		{"ad clicks", "Click the ads daily.", "Design banner ads for our shop."},
		{"ad accounts", "We sell adsense accounts.", "Place AdSense on our blog."},
		{"cloaking", "Set up a cloaker with a safe page.", "A landing page for our vitamin shop."},
		{"fake traffic", "A website traffic bot.", "Measure our website traffic with Google Analytics."},
		{"fake figures", "A bot that boosts our views.", "Plot views and clicks in a dashboard."},
		{"streams", "A Spotify streams generator.", "Upload our songs to Spotify."},
		{"rank fraud", "CTR manipulation for our shop.", "Raise the click rate of our newsletter by better headlines."},
		{"smear", "Write negative articles about a rival.", "Answer negative reviews politely."},
		{"piracy", "A movie download site.", "A film festival's site."},
		{"course ripping", "A Udemy downloader.", "Edit videos for my Udemy course."},
		{"re-uploads", "Reposting viral videos on our channel.", "Post our own videos on our channel."},
		{"copies of brands", "Photos of luxury replicas for a shop.", "Photos of luxury watches for a shop."},
		{"payment for banned trades", "A payment gateway for casino sites is wanted.", "A payment gateway for our bakery."},
		{"identity checks", "KYC bypass for an exchange.", "Add KYC to our exchange."},
		{"site fees", "Let us avoid Upwork fees.", "Calculate the fees of Upwork in a sheet."},
		{"off the site", "We can pay outside of the platform.", "Never pay outside of the platform."},
		{"survey fraud", "Answer surveys with fake data, again and again.", "Design a survey of our customers."},
		{"slots", "A visa bot that takes the first slot.", "A calendar where patients book a slot."},
		{"odometers", "Software for mileage correction.", "Log the mileage of our vans."},
		{"cards", "Clone a hotel key fob.", "A page for guests to ask for a key."},
		{"passwords", "A WiFi cracker for Android.", "Write how to choose a strong password."},
		{"stealers", "A cookie stealer with a panel.", "A cookie banner for our site."},
		{"leaks", "Find leaked exam papers.", "Fix a memory leak."},
		{"paid channels", "Forward messages from a private Telegram channel of others.", "Forward new orders to our Telegram channel."},
		{"attendance", "An app for proxy attendance.", "An attendance system for our school."},
		{"payment proofs", "A PayPal screenshot maker.", "Show the PayPal receipt after the payment."},
		{"popups", "We sell popup calls.", "A popup with opening hours."},
		{"jua", "বেটিং সাইট বানাতে হবে", "বেকারির সাইট বানাতে হবে"},
		{"jal", "জাল সার্টিফিকেট বানাতে হবে", "সার্টিফিকেট ডিজাইন করতে হবে"},
		{"nid", "nid edit korte parle inbox", "logo edit korte hobe"},
		{"saltar", "Un script para saltar el captcha.", "Poner un captcha en el formulario."},
		{"cuentas", "Crear muchas cuentas de Gmail.", "Crear una página para mi tienda."},
		{"comprobantes", "Editar un comprobante de pago.", "Editar un video de boda."},
	} {
		for text, want := range map[string]bool{c.caught: true, c.honest: false} {
			l := Listing(market.Listing{Title: "Some work", Description: text})
			for _, w := range l.Warnings {
				checkEvidence(t, l.Title, l.Description, w.Evidence)
			}
			// Where the words are a sign of their own too, that one is given.
			if got := len(l.Warnings) > 0; got != want {
				t.Errorf("%s: %q: %v, want a sign: %v", c.kind, text, l.Warnings, want)
			}
		}
	}
}

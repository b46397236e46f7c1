package classify

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// A label is shown as a statement of the listing, so nothing that is denied,
// supposed, past, or said of the client, the audience or the product may
// become one. Each line is a description, a title where it begins with "#".
func TestStatesNothing(t *testing.T) {
	for _, line := range strings.Split(strings.TrimSpace(`
Beginners will not be considered.
Beginners are not accepted.
Freshers will not be entertained
No beginners
No beginners or interns, please.
juniors need not apply
Freshers should not apply.
Beginners can't apply.
Interns may not apply.
New freelancers are not welcome.
Students won't be considered for this.
Beginners are kindly asked not to apply.
This is not open to beginners.
Not the right job for an entry-level candidate, entry level candidates are rejected.
We are not hiring freshers.
We do not want a junior developer.
We never hire interns.
We are looking for more than a junior.
Beginners, please skip this one.
Freshers are welcome but only experts with ten projects get the job.
নতুনরা আবেদন করবেন না।
নতুনরা আবেদন করতে পারবেন না।
ফ্রেশাররা আবেদন করতে পারবেন না।
কাজটি নতুনদের জন্য নয়, এন্ট্রি লেভেল নয়।
ফ্রেশারদের আবেদন করার সুযোগ নেই।
#ফ্রেশার নয়, দক্ষ ডিজাইনার চাই
#জুনিয়র ডেভেলপার আবেদন করবেন না
#No juniors: bookkeeper wanted
#Designer (freshers, do not apply)
#Website for interns
#Intern management software
#Junior Bible coloring book
#Senior dating app
#Senior fitness website designer
#Lead capture form developer
#Head of a lion, vector drawing
#CEO headshot retouching
The app must be usable with no experience needed to play.
Our customers need no experience, no experience is needed to use the tool.
Do not apply with no experience.
If you have no experience, no problem for others, but here it matters.
No prior experience is required to use our software.
অভিজ্ঞতা ছাড়া আবেদন করবেন না।
People with less than 1 year of experience need not apply.
Do not apply if you have less than 2 years of experience.
A studio with over 10 years of experience is looking for an assistant.
Company of 5+ years of experience seeks a VA.
We are an agency with 12 years in the market.
A family firm with 25 years of experience, 12 years of experience online, needs a helper.
Small bakery, 10 years of experience, is hiring a photographer.
Our founders have 15 years of experience.
The founder brings 10 years of experience in finance.
I run a shop and have 7 years of experience in it.
My team has 6 years of working experience.
You will join a team with 8 years of experience.
You will report to a designer with 9 years of experience.
You will be trained by an accountant with 6 years of experience.
The course is for developers with 5+ years of experience.
Interview people with 5+ years of experience in sales.
Our users have 3+ years of trading experience.
You do not need 5 years of experience.
5+ years of experience is not required.
No need for 5 years of experience here.
Ten years of experience isn't necessary.
If you had 5 years of experience, the pay would be higher.
The previous freelancer, whom we hired, had 6 years of experience; he was previously a teacher. We hired someone with 6 years of experience.
We are a startup with more than 8 years of industry experience.
Our tool is for accountants at an intermediate level.
Intermediate to advanced Excel.
A course for an intermediate level of Spanish.
You do not need to be fluent in English.
You don't need to be fluent in English.
You need not be fluent in English.
No need to be fluent in English.
Fluent English is not required.
Fluent English isn't needed.
Excellent English is not necessary.
Perfect English is by no means required.
Native English is not required.
You don't have to be a native speaker of English.
You don't have to be a native English speaker.
We do not expect perfect English.
We are not looking for a native English speaker.
You can work without fluent English.
Spoken English is not required.
You don't need perfect English.
Fluent English would be helpful.
Fluent English is welcome.
If you were fluent in English, we could talk.
সাবলীল ইংরেজি লাগবে না।
সাবলীল ইংরেজি জানার দরকার নেই।
ভালো ইংরেজি জানা জরুরি নয়।
Written English must be friendly and short.
English must be used on the site.
English must be the default language of the app.
English is required on all pages.
English is required for the menu texts.
English is mandatory in the settings of the shop.
You write for native English speakers.
You edit text by native English speakers.
You edit texts written by native English speakers.
Articles for a native English audience.
The text is for native English readers.
You will work with native English speakers.
The course is taught by a native English speaker.
Our native English speakers will check the text.
We are native English speakers.
I am a native English speaker and need a web site.
My team speaks fluent English.
I speak fluent English and German.
We are fluent in English.
Our founder speaks excellent English.
Our support agents are fluent in English.
The chatbot must answer in fluent English.
The bot needs to speak perfect English.
The app should understand spoken English, it is conversational English for kids.
The AI voice has an American accent.
Voices in French with a neutral accent.
The last freelancer was fluent in English.
Previously we hired someone fluent in English.
He speaks good English.
The readers have good English.
Users with basic English can follow it.
Our staff has conversational English.
Our interns are welcome to join the call.
Create a poster: interns wanted.
Design an ad: "Freshers welcome".
You'd work for a lawyer with 14 years of experience.
It took us 6 years of experience to learn this.
English proficiency tests must be typed.
The game has fluent English dialogue.
Callers speak fluent English.
English is required as the file language.
Must sound natural to a native English ear.
Sorry, entry-level applicants won't be hired.
Interns are not what we are looking for.
Backed by 8 years of experience, our brand needs a designer.
Fluent English is great but not required.
আমাদের গ্রাহকরা সাবলীল ইংরেজি বলেন।
নতুনদের নেওয়া হবে না।
Beginners? No, thank you.
Absolutely no freshers or interns.
Beginners will be rejected.
Juniors: this is not for you.
Unfortunately we cannot accept beginners.
Beginners are welcome to read our blog.
The site teaches beginners to code.
Perfect for beginners: our new e-book.
The guide is perfect for beginners.
We design toys suitable for beginners.
A guitar suitable for beginners must be photographed.
Beginners can apply filters in the app.
Students can apply for the grant on the portal.
Our last intern left, so we are looking for an intern no longer.
We were looking for a junior developer last year.
We no longer hire interns.
Write a job post: we are looking for a junior developer.
He is a senior developer.
Our senior developer will guide you.
Looking for seniors over 60 for a survey.
You will assist a senior developer.
We are hiring a senior living photographer.
You may grow into a more senior role later.
There is a path towards a senior position.
Our company, with 12 years of experience in export, needs a translator.
With 12 years of experience, we are the leader.
With 10+ years of experience our agency knows the trade.
Having 15 years of experience, I need a helper.
Founded by engineers with 20 years of experience.
The product has 5 years of experience behind it.
10 years of combined experience in the team.
Experience: our shop has 8 years.
Children from 5 years gain experience.
No more than 4 years of experience.
Nobody needs five years of experience for this.
You won't need 3 years of experience.
3 years of experience would be nice.
Whether you have 3 years of experience or none, apply.
Either 5 years of experience or a good portfolio.
I would pay more for 5 years of experience.
The report covers 5 years of experience with solar power.
Rewrite my CV: 8 years of experience in banking.
My CV says 6 years of experience.
Resume for a nurse with 7 years of experience.
Write a bio of a lawyer with 20 years of experience.
Customers with 5+ years of experience in trading buy it.
#Resume for senior engineer
#Senior portrait retouching
#Director's cut trailer
#Logo for a team lead school
#Interview with a CTO
#Video editor for a junior football club
#Junior tennis academy website developer
#Senior care website developer
#Principal's letter to parents, typing
#English for beginners: voice-over
English is the language of the site.
The manual must be in English.
Your English does not matter.
Your English does not have to be perfect.
English must not be perfect.
English need not be fluent.
English fluency is a bonus.
English fluency is not a must.
I don't care whether your English is fluent.
Nobody expects fluent English.
Nobody here speaks fluent English.
Neither fluent English nor a degree is needed.
You needn't be fluent in English.
It is not necessary to be fluent in English.
It isn't important that you speak fluent English.
Being fluent in English is optional.
Even without being fluent in English you can do it.
Not fluent in English? No problem.
Are you not a native English speaker? Fine.
Non-native English speakers are welcome.
Native English speakers need not apply.
No native English speakers.
Native English speakers are our readers.
The readers are native English speakers.
It should sound natural to native English speakers.
Translate so that a native English speaker understands it.
It should sound like a native English speaker wrote it.
The app helps people become fluent in English.
An app for people who want to be fluent in English.
Teach our staff to be fluent in English.
We teach good English.
Our school offers excellent English lessons.
Excellent English breakfast photos.
Perfect English garden design.
Good English tea shop.
An old English sheepdog with excellent English papers.
The audio is in perfect English.
The speakers in the audio have an American accent.
Transcribe calls with a strong British accent.
Speech data with American accent is needed.
The hero of the book speaks with a British accent.
Proofread an article in good English.
Fix my bad English into excellent English.
My English is good.
The client speaks basic English.
The lessons are in basic English.
Children learn basic English.
Basic English is not enough.
Basic English will not do.
English is not required on the packaging.
English subtitles are not required.
English is not required for the labels.
You don't need English keywords.
No English text is required.
আমাদের টিম সাবলীল ইংরেজি বলে।
আমাদের প্রতিষ্ঠানের ১০ বছরের অভিজ্ঞতা আছে।
আমার ৫ বছরের অভিজ্ঞতা আছে।
৫ বছরের অভিজ্ঞতা লাগবে না।
১০ বছরের অভিজ্ঞতা সম্পন্ন প্রতিষ্ঠান একজন সহকারী খুঁজছে।
আমি নতুন, নতুনরা কীভাবে আবেদন করে জানতে চাই।
নতুনরা আবেদন করতে পারবেন কি?
নতুনরা আবেদন করে লাভ নেই।
ইংরেজি সাবলীল না হলেও চলবে।
ইংরেজি ভালো জানা বাধ্যতামূলক নয়।
নেটিভের মতো ইংরেজি জানার প্রয়োজন নেই।
valo english lagbe na
fresher der jonno noy
obhiggota chara apply korben na
ইংরেজিতে ভালো হতে হবে এমন নয়।
No se requiere buen nivel de inglés.
Somos una empresa con 10 años de experiencia.
no buscamos un programador junior
amader client valo english bole
ফ্রেশারদের অগ্রাধিকার দেওয়া হবে না।
আমাদের এক্সপার্ট ডিজাইনার আপনাকে সাহায্য করবেন।
এক্সপার্ট ডিজাইনার লাগবে না।
expert designer lagbe na
amader expert designer apnake help korbe
2 bochorer obhiggota lagbe na
1 bochorer obhiggota thaka lagbe
english e valo hote hobe emon noy
ingreji te fluently kotha bolte hobe na
Personas sin experiencia previa, abstenerse.
Usuarios sin experiencia previa deben entender la web.
No se aceptan candidatos sin experiencia previa.
No es necesario tener experiencia con Excel.
Abstenerse principiantes.
No aceptamos principiantes.
No es para principiantes.
Empresa con 8 años de trayectoria busca redactor.
Somos una agencia con 12 años de experiencia.
Con 10 años de trayectoria, somos líderes.
No se requieren 2 años de experiencia.
Se requieren 2 años de contrato.
No buscamos un perfil senior.
Nivel experto en Excel.
Nuestra empresa ofrece nivel experto.
No hace falta inglés perfecto.
No hace falta saber inglés avanzado.
We look for a course for somebody at a mid level.
You look for somebody at a mid level.
We need somebody at an intermediate level of Spanish.
We do not need somebody at a mid level.
A forum for expert level only.
Excel at expert level only.
Our course has an expert level only for members.
No junior developer wanted.
Create a flyer: junior developer wanted.
`), "\n") {
		l := market.Listing{Title: "Some work", Description: norm.NFC.String(line)}
		if title, ok := strings.CutPrefix(l.Description, "#"); ok {
			l.Title, l.Description = title, ""
		}
		l = statements(l)
		if l.Level.Value != "" || l.English.Value != "" {
			t.Errorf("%q: level %q %v, English %q %v", line, l.Level.Value, l.Level.Evidence, l.English.Value, l.English.Evidence)
		}
	}
}

// What denies and what others are near must not take a true statement away.
func TestStates(t *testing.T) {
	for _, line := range strings.Split(strings.TrimSpace(`
entry: Beginners are welcome.
entry: Beginners are welcome, and the pay is fair.
entry: Freshers will be considered.
entry: Freshers may apply.
entry: New freelancers are welcome.
entry: Students are also welcome.
entry: The job is ideal for beginners.
entry: This task is open to beginners.
entry: We are looking for an intern.
entry: We need a junior designer.
entry: Our studio is hiring a trainee.
entry: You don't need any experience.
entry: No experience is required.
entry: No experience needed, you will be trained by our team.
entry: This is an entry-level role.
entry: 0-1 year of experience is enough.
entry: #Junior software developer
entry: #Software internship
entry: #Hiring a junior bookkeeper
entry: #Intern for our design team
entry: নতুনরা আবেদন করতে পারবেন।
entry: ফ্রেশাররা আবেদন করতে পারবেন।
entry: কাজটিতে কোনো অভিজ্ঞতা লাগবে না।
entry: #শিক্ষানবিশ ডিজাইনার
intermediate: We need someone with 3 years of experience.
intermediate: We require at least 4 years of experience in sales.
intermediate: Our company is looking for a writer with 3+ years of experience.
intermediate: I am looking for an editor who has 4 years of experience.
intermediate: More than 3 years of experience with shops.
intermediate: 3+ years of experience required.
intermediate: We want an intermediate developer.
intermediate: You have 3+ years of experience with app design.
expert: We need an agency with 5+ years of experience.
expert: Our client needs a nurse with 6 years of experience.
expert: You must have 5+ years of experience in law.
expert: Candidates need 8 years of experience.
expert: Our team seeks a tester with over 10 years of experience.
expert: We are looking for a senior software developer.
expert: We need a senior mobile app designer.
expert: #Senior software engineer
expert: #Senior app developer
expert: #Lead developer for our shop
expert: #Head of marketing
fluent: Fluent English speakers only.
native: We need a native English speaker who can edit.
entry: This job is also suitable for beginners.
entry: Beginners are welcome to apply.
expert: #Senior photo editor
expert: You have five years of experience, and we pay well.
expert: আমাদের একজন ডিজাইনার দরকার, ৫ বছরের অভিজ্ঞতা থাকতে হবে।
expert: ৫ বছরের অভিজ্ঞতা সম্পন্ন ডিজাইনার খুঁজছি।
fluent: আমাদের এমন একজন চাই যার সাবলীল ইংরেজি আছে।
fluent: You are fluent in English.
fluent: We need a fluent English speaker.
fluent: Our company requires excellent written English.
fluent: We are looking for someone with excellent English.
fluent: Your English must be fluent.
fluent: Fluent English is required.
fluent: Not only fluent English, also patience is needed.
fluent: Please do not apply unless you are fluent in English.
fluent: English (must have)
fluent: English is a must.
fluent: English is mandatory.
fluent: English must be flawless.
fluent: You have an excellent command of English.
fluent: আপনাকে সাবলীল ইংরেজি জানতে হবে।
native: We need a native English speaker.
native: Looking for a native English speaker.
native: This job is for native English speakers only.
native: Open to native English speakers.
native: You are a native English speaker.
native: You must be a native speaker of English.
native: We want a voice with an American accent.
conversational: Good English is needed.
conversational: You speak good English.
conversational: Conversational English is enough.
conversational: English level not lower than B2.
conversational: Our team needs someone who can speak English.
conversational: ভালো ইংরেজি জানতে হবে, না হলে আবেদন করবেন না।
basic: Basic English is enough.
basic: Only basic English is needed.
basic: Basic English will be fine.
basic: Simple English will do for the chat.
basic: basic English hole cholbe
conversational: You need basic English.
conversational: Basic English skills are required.
basic: English is not required.
basic: No English needed.
basic: ইংরেজি লাগবে না।
basic: english jana lagbe na
basic: english janar dorkar nai
fluent: english e fluent hote hobe
fluent: englishe dokkho hote hobe
fluent: ইংরেজি জানা আবশ্যক।
conversational: valo english jante hobe
conversational: english e kotha bolte hobe
conversational: ইংরেজিতে ভালো হতে হবে।
conversational: buen nivel de inglés
native: নেটিভ ইংরেজি স্পিকার চাই।
entry: obhiggota chara apply kora jabe
entry: fresher der jonno kaj
entry: Busco un programador junior.
expert: Buscamos un desarrollador senior.
expert: mínimo 5 años de experiencia
intermediate: al menos 3 años de experiencia en ventas
entry: ফ্রেশারদের অগ্রাধিকার।
entry: এই কাজে নতুনদের অগ্রাধিকার দেওয়া হবে।
expert: শুধুমাত্র এক্সপার্ট ডিজাইনার আবেদন করুন।
expert: একজন এক্সপার্ট ভিডিও এডিটর লাগবে।
expert: amader ekjon expert designer lagbe
intermediate: kajtir jonno 2 bochorer obhiggota thaka lagbe
expert: 5 bochorer obhiggota lagbe
conversational: English e valo hote hobe
conversational: ingrejite bhalo hote hobe
fluent: ingreji te fluently kotha bolte parte hobe
entry: Sin experiencia previa.
entry: Trabajo fácil, sin experiencia previa necesaria.
entry: No es necesario tener experiencia.
entry: No hace falta experiencia, te enseñamos.
expert: Se requiere desarrollador senior con más de 6 años.
expert: Nivel experto, con 8 años de trayectoria.
expert: Buscamos redactor con 8 años de trayectoria.
intermediate: Se requieren 2 años de experiencia.
basic: No hace falta saber inglés.
basic: No es necesario hablar inglés.
intermediate: We look for somebody at a mid level.
intermediate: We are looking for a designer at an intermediate level.
expert: Expert level only.
expert: Logo for a bank, expert level only.
entry: Junior developer wanted.
entry: Junior web designer needed for small fixes.
`), "\n") {
		want, text, _ := strings.Cut(line, ": ")
		l := market.Listing{Title: "Some work", Description: norm.NFC.String(text)}
		if title, ok := strings.CutPrefix(l.Description, "#"); ok {
			l.Title, l.Description = title, ""
		}
		l = statements(l)
		if got := string(l.Level.Value) + string(l.English.Value); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// Words in the rules are compared with texts in NFC, in which য় is two
// characters.
func TestDenialInBengaliIsNormalized(t *testing.T) {
	for _, w := range []string{"নয়", "ন\u09df"} {
		if !denies(norm.NFC.String(w)) {
			t.Errorf("%q denies nothing", w)
		}
	}
}

func TestRejectionInTheTextVoidsTheTitle(t *testing.T) {
	l := statements(market.Listing{Title: "Junior designer", Description: "Beginners need not apply."})
	if l.Level.Value != "" {
		t.Errorf("%+v", l.Level)
	}
}

func TestRejectionInSpanishVoidsTheTitle(t *testing.T) {
	for text, want := range map[string]market.Level{
		"No aceptamos principiantes.": "",
		"Abstenerse principiantes.":   "",
		"Principiantes, abstenerse.":  "",
		"Principiantes bienvenidos.":  market.Entry,
	} {
		if l := statements(market.Listing{Title: "Junior designer", Description: text}); l.Level.Value != want {
			t.Errorf("%q: %+v", text, l.Level)
		}
	}
}

// The worker must speak where the words say so, whatever the kind of work.
func TestSpeaksInBengali(t *testing.T) {
	for text, want := range map[string]market.Spoken{
		"ingreji te fluently kotha bolte parte hobe":  market.SpokenYes,
		"ইংরেজিতে কথা বলতে পারতে হবে।":                market.SpokenYes,
		"ingreji te kotha bolte hobe na":              "",
		"amader user ra english e kotha bolte parben": "",
	} {
		if got := saidOnly(Listing(market.Listing{Title: "Data entry", Description: norm.NFC.String(text)}).Spoken); got.Value != string(want) {
			t.Errorf("%q: %+v, want %q", text, got, want)
		}
	}
}

// A listing in another language needs that language, and one that asks for a
// language in its own words needs it too; names and works of translation do
// not.
func TestTonguesOfOthers(t *testing.T) {
	for text, want := range map[string]string{
		"Deutsch auf muttersprachlichem Niveau ist Voraussetzung": "de",
		"Fließendes Deutsch erforderlich":                         "de",
		"Deutsch ist nicht erforderlich":                          "",
		"Deutsch wäre von Vorteil":                                "",
		"El trabajo es en español":                                "es",
		"No es necesario hablar español":                          "",
		"Português fluente":                                       "pt",
		"Sem português fluente":                                   "",
		"Français courant exigé":                                  "fr",
		"Italiano madrelingua":                                    "it",
		"বাংলা ভাষায় সাবলীল হতে হবে": "bn",
		"bangla te likhte hobe": "bn",
		"Wir suchen einen Texter für unsere Seite und freuen uns auf Ihre Bewerbung mit Preis.": "de",
		"Busco una persona que pueda diseñar el logo de mi tienda para este mes.":               "es",
		"Preciso de uma pessoa para fazer o logo da minha loja e também o site.":                "pt",
		"Nous cherchons une personne pour traduire les textes de notre site dans deux langues.": "fr",
		"Cerco una persona per fare il logo del mio negozio e anche il sito.":                   "it",
		"amar ekta logo lagbe, ekjon designer er sathe kaj korte chai":                          "bn",
		"আমার দোকানের জন্য একটি লোগো দরকার।":                                                    "bn",
		"Нужен дизайнер для сайта, работы на месяц.":                                            "ru",
		"Потрібен дизайнер для її сайту.":                                                       "uk",
		"مطلوب مصمم شعار لمتجر صغير":                                                            "ar",
		"需要一名设计师制作公司标志":                                                                         "zh",
		"ロゴのデザインをお願いします":                                                                        "ja",
		"로고 디자인을 부탁드립니다":                                                                        "ko",
		"मुझे अपनी दुकान के लिए लोगो चाहिए":                                                     "hi",
		"Logo for Casa de la Luna and El Toro de las Rosas, please.":                            "",
		"Menus for Casa de la Luna, El Toro, Los Amigos.":                                       "",
		"The logo says 株式会社 and the name of the shop.":                                          "",
		"Translate ten pages. The first is: Wir suchen einen Texter für unsere Seite.":          "",
		"Die casting expert to design an mould for us.":                                         "",
	} {
		text = norm.NFC.String(text)
		var got []string
		for _, s := range Listing(market.Listing{Title: "Logo", Description: text}).Tongues {
			got = append(got, s.Lang)
			checkEvidence(t, "Logo", text, s.Evidence)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %v, want %q", text, got, want)
		}
	}
}

// The listings are 2.6 KB long, as real ones are on average.
func BenchmarkListing(b *testing.B) {
	text := strings.Repeat("We are a small studio with ten years of experience and need somebody for our shop. You have 3+ years of experience with web design and are fluent in English. Beginners need not apply. Please send your price and two examples of your work, and do not message us on Telegram. ", 10)
	l := market.Listing{Title: "Designer for a web shop, long-term work", Description: text[:2600]}
	b.SetBytes(int64(len(l.Description)))
	for b.Loop() {
		Listing(l)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "listings/s")
}

package classify

import (
	"maps"
	"slices"

	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

// The IDs of the rules.
const (
	// Level.
	noExperience = iota
	yearsZero
	years
	entryWord
	entryWanted
	beginnersWelcome
	newcomers
	midLevel
	senior
	seniorWanted
	leader
	// English.
	nativeEnglish
	accent
	highEnglish
	englishHigh
	gradeEnglish
	conversational
	goodEnglish
	speakEnglish
	englishMust
	basicEnglish
	noEnglish
	// Warnings.
	warnFee
	warnID
	warnChat
	warnRent
	warnReviews
	warnFree
	warnForward
	warnCheat
	warnCard
	warnPay
	warnUnpaid
	warnIllegal
	cheatTitle // counts in a title only
	plainID    // the plain ones need no imperative
	plainChat
	plainReviews
	plainFree
	// Whether the worker speaks.
	speaks
	speaksNot
	tongueAsked
	tongueOwn // in the words of that language or of another beside English

	ruleCount // how many rules there are
)

var classes = map[string][]string{
	"role": {
		"developer", "developers", "engineer", "engineers", "designer", "designers", "programmer", "programmers", "writer", "writers",
		"editor", "editors", "analyst", "analysts", "consultant", "consultants", "specialist", "specialists", "expert", "experts",
		"freelancer", "freelancers", "professional", "professionals", "manager", "managers", "scientist", "scientists", "architect",
		"architects", "marketer", "marketers", "coder", "coders", "administrator", "administrators", "assistant", "assistants", "dev",
		"devs", "artist", "artists", "animator", "animators", "translator", "translators", "person", "candidate", "candidates",
		"strategist", "copywriter", "copywriters", "accountant", "accountants", "researcher", "researchers", "tutor", "tutors",
		"executive", "associate", "associates", "technician", "tester", "testers", "recruiter", "representative", "agent", "bookkeeper",
		"modeler", "illustrator", "videographer", "producer", "director", "lead", "teacher", "coordinator", "officer", "counsel",
		"mathematician", "auditor", "backend", "frontend", "fullstack", "talent", "member", "ডেভেলপার", "ডিজাইনার", "এডিটর",
	},
	"adj":    {"prior", "previous", "specific", "special", "formal", "work", "working", "professional", "technical", "relevant", "past", "such", "min", "minimum", "actual", "real", "particular"},
	"need":   {"needed", "required", "necessary", "essential", "mandatory"},
	"year":   {"year", "years", "yr", "yrs", "years'", "year's"},
	"number": {"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"},
	"newbie": {"beginners", "beginner", "freshers", "fresher", "newbies", "newbie", "juniors", "newcomers", "newcomer", "interns", "students", "graduates", "rookies"},
	"want":   {"seeking", "need", "needs", "hiring", "hire", "want", "require", "looking", "searching", "recruiting"},
	"high":   {"fluent", "fluency", "fluently", "excellent", "perfect", "flawless", "strong", "advanced", "proficient", "proficiency", "impeccable", "exceptional", "superb", "outstanding", "mastery", "great"},
	"skill": {"written", "spoken", "verbal", "oral", "writing", "speaking", "communication", "skills", "language", "and", "&", "in", "of", "or", "professional", "command", "the", "business", "level", "conversational", "with", "knowledge", "grammar", "reading", "comprehension", "both", "at", "a", "speaker", "user", "us", "uk", "american", "british", "have", "has", "ability", "abilities", "to", "communicate", "speak", "write",
		"russian", "french", "german", "spanish", "arabic", "hindi", "greek", "bengali", "bangla", "urdu", "portuguese", "italian", "chinese", "mandarin", "japanese", "ukrainian", "polish", "dutch", "turkish"},
	"skills":  {"skills", "skill", "language", "communication", "proficiency", "level", "speaking", "writing", "written", "spoken"},
	"opinion": {"good", "decent", "fair", "reasonable", "adequate"},
	"nat":     {"american", "british", "australian", "us", "u.s", "uk", "canadian", "neutral", "usa", "north"},
	"tongue":  tongueNames,
	"own":     slices.Sorted(maps.Keys(ownNames)),
	"lagbe":   {"lagbe", "chai", "dorkar", "proyojon", "khujchi", "khujtesi", "khujtechi"},
	"rolebn":  {"ডেভেলপার", "ডিজাইনার", "এডিটর", "রাইটার", "প্রোগ্রামার", "ফ্রিল্যান্সার", "ইঞ্জিনিয়ার", "মার্কেটার", "অনুবাদক"},
	"worker":  {"somebody", "someone", "person", "candidate", "freelancer", "developer", "designer", "engineer", "writer", "editor", "assistant"},
	"cefr":    {"b1", "b2", "c1", "c2", "a1", "a2"},
	"apps":    {"telegram", "whatsapp", "whats", "wechat", "signal", "viber"},
}

// patterns are the phrases of the rules that are in force; most need a look
// at what stands around them before they count.
var patterns = map[int][]string{
	noExperience: {
		"sin experiencia (necesaria|requerida|previa)?", "no (se)? (requiere|necesita|necesitas) experiencia",
		"no (es|será) (necesario|necesaria|obligatorio|obligatoria|indispensable|imprescindible|requisito) (tener|contar con|la)? experiencia", "no hace falta (tener|contar con|la)? experiencia", "no (se)? (requiere|necesita|necesitas) tener experiencia",
		"no @adj? @adj? (experience|exp) (is|are)? @need", "no @adj? @adj? (experience|background) (or|and) _3 (is|are)? @need",
		"no (experience|exp)", "no experience no problem",
		"(experience|exp) (is|are)? (not|isn't|isnt) (needed|required|necessary|essential|mandatory|a must|important)",
		"(don't|dont|do not|needn't) (need|require) (any|prior|to have|to have any)? @adj? experience",
		"without (any)? @adj? experience", "(does not|doesn't) require (any)? @adj? experience", "zero experience (needed|required)", "0 experience (needed|required)?",
		"অভিজ্ঞতা* (লাগবে|প্রয়োজন|দরকার|আবশ্যক) (না|নাই|নেই|নয়)", "অভিজ্ঞতা* ছাড়াই", "অভিজ্ঞতা* ছাড়া আবেদন", "অভিজ্ঞতার (প্রয়োজন|দরকার) (নেই|নাই)",
		"(experience|oviggota|obhiggota) (lagbe|lage|dorkar) (na|nai|nei)", "experience (chara|charai|sara)",
		"(obhiggota|oviggota|obhiggotha) (chara|charai|sara|charao)",
	},
	yearsZero: {
		"0 (to|or)? (1|2) @year", "(up to|less than|under) (1|2|one|two) @year", "0 @year (of)? experience",
	},
	years: {
		"# (to|or)? # @year", "between # and # @year", "# (plus|or more|or)? @year", "# @year", "@number (plus|or more|to)? @year", "@number # (plus)? @year",
		"# বছরের (বেশি|অধিক)? অভিজ্ঞতা*", "# (থেকে)? # বছরের অভিজ্ঞতা*", "# বছর অভিজ্ঞতা*", "(কমপক্ষে|ন্যূনতম|অন্তত) # বছর*",
		"# (বছর|bochorer|bosorer|bochor) (experience|এক্সপেরিয়েন্স|obhiggota)",
		"# (bosor|bosorer|bochor|bochorer|bochhorer) (er)? (obhiggota|oviggota|obhiggotha|experience)", "(requieren|requiere|requerimos|exigen|exige|piden|pide|necesitan) (mínimo|minimo|al menos|más de)? # años", "con (mínimo|minimo|al menos|más de)? # años de (experiencia|trayectoria)", "(mínimo|minimo|menos) (de)? # años", "# años de experiencia (mínima|mínimo|minima|minimo|requerida|requeridos|comprobable|demostrable)",
	},
	entryWord: {
		"(junior|jr|intern|interns|internship|internships|trainee|trainees|fresher|freshers|apprentice|werkstudent)", "entry level", "entrylevel",
		"fresh (graduate|graduates)", "new (freelancer|freelancers)", "working student",
		"(ফ্রেশার|ফ্রেশাররা|ফ্রেশারদের|ইন্টার্ন|ইন্টার্নশিপ|ইন্টার্নশীপ|শিক্ষানবিশ|জুনিয়র)", "এন্ট্রি লেভেল*",
	},
	entryWanted: {
		"এন্ট্রি লেভেল* _1 কাজ*", "(ফ্রেশার|ফ্রেশারদের|ইন্টার্ন|শিক্ষানবিশ|জুনিয়র) _2 (খুঁজছি|চাই|প্রয়োজন|দরকার|নিচ্ছি|নেওয়া)",
		"@want (for|to hire)? (an|a|some|our|one|the|motivated|talented)? (motivated|talented|enthusiastic|young|passionate|dedicated)? (junior|intern|interns|freshers|trainee|beginner|newbie|juniors|beginners)",
		"@want (for)? (an|a|some)? (motivated|talented|enthusiastic)? (entry level|entry-level)",
		"(this|it) is (an|a)? (entry level|beginner|junior) (role|position|job|task|project|opportunity|friendly)?", "entry level (position|role|job|freelancer|freelancers|opportunity|work|task|project|candidate|candidates|applicants|pay|budget)",
		"(level|experience level|experience) entry", "level entry level", "(prefer|preferred|preferably) (a|an)? (new|newbie|beginner|junior) (freelancer|freelancers|upwork)?",
		"(hire|hiring|want|give|for|prefer) new (freelancer|freelancers)", "fresher @role",
		"(is|job|work|task|project) for (a)? new (freelancer|freelancers)", "@role (intern|interns)", "(intern|interns) (needed|wanted|required)", "(junior|jr|entry level|beginner|trainee) _1 @role (wanted|needed|required)", "internship (opportunity|position|program|role)", "is (a|an) _2 internship",
		"(busco|buscamos|necesito|necesitamos|requerimos|solicitamos|se busca|se necesita|se requiere|se solicita) (a|un|una)? _2 (junior|becario|becaria|practicante|principiante)",
	},
	beginnersWelcome: {
		"(perfect|great|ideal|good|suitable|suited|fine) for (someone|anyone|somebody|people|those|freelancers|a person) (who is|who are|who's|that is|that's)? (just|only)? (starting|beginning|getting started|new|starting out)", "(perfect|great|ideal|good|suitable|suited) for (a|an)? (beginner|beginners|newcomer|newcomers|starters|starter)", "(নতুনদের|ফ্রেশারদের|নতুনরাও|নতুনরা) _2 (স্বাগত|সুযোগ|স্বাগতম|উপযোগী|উপযুক্ত)", "নতুনদের জন্য* _2 (কাজ|সুযোগ|উপযোগী|উপযুক্ত|ভালো)", "(principiantes|junior|juniors) bienvenidos",
		"@newbie _4 (welcome|ok|okay|encouraged|accepted|considered)", "@newbie (can|may|should) (also)? apply",
		"new (freelancers|freelancer|sellers|talent) (are|is|also)? (also|very|most)? (welcome|ok|okay|encouraged|accepted|considered)",
		"new (freelancers|talent) (can|may) apply", "(open|suitable|perfect|ideal|great|good) (to|for) (a|an|all|new|total|complete)? @newbie",
		"(open|suitable|perfect|ideal|great) (to|for) new (freelancers|freelancer)", "welcome @newbie", "(freshers|beginners|newbies|newcomers|students) (are|is)? (also|most|very)? welcome",
		"নতুনরা (ও)? _1 আবেদন", "নতুনরাও _2 (আবেদন|পারবেন|পারবে)", "নতুনরা (করতে|কাজ) _2 (পারবেন|পারবে)", "(notunra|notunrao|notun ra|fresher ra) _2 (apply|korte|parbe|parben)", "(ফ্রেশাররাও|ফ্রেশাররা) _2 (আবেদন|পারবেন)",
		"(fresherder|fresher der|notunder|notun der) jonno", "(ফ্রেশারদের|নতুনদের) আবেদন (করার|করতে) (অনুরোধ|আহ্বান|বলা)", "(ফ্রেশারদের|নতুনদের|ফ্রেশারদেরকে|নতুনদেরকে|ফ্রেশার) (জন্য)? অগ্রাধিকার", "(fresherder|fresher der|notunder|notun der) (ke)? (ogradhikar|priority)",
	},
	newcomers: {
		"@newbie", "(new|inexperienced) (freelancer|freelancers|applicants|sellers)", "(entry level|entrylevel|entry) (applicants|candidates|people|freelancers)?", "(inexperienced|amateurs|newbs|noobs)", "(নতুন|নতুনরা|নতুনদের|নতুনেরা|ফ্রেশার|ফ্রেশাররা|ফ্রেশারদের|জুনিয়র|জুনিয়ররা|শিক্ষানবিশ*|ইন্টার্ন*)", "(notun|notunra|notunder|fresher ra)", "(principiante|principiantes|novatos|becarios)",
	},
	midLevel: {
		"nivel (intermedio|medio)",
		"(look|looking|search|searching) for (a|an)? @worker (at|of|with) (a|an|the)? (mid|intermediate|middle) level", "(need|want|seek|seeking|hiring) (a|an)? @worker (at|of|with) (a|an|the)? (mid|intermediate|middle) level",
		"mid level", "midlevel", "mid weight", "intermediate level", "intermediate @role", "intermediate (to|or) (advanced|expert|senior)", "level (mid|intermediate)", "মিড লেভেল*", "মিড-লেভেল*",
	},
	senior: {
		"(senior|sr) @role", "(senior|sr) _3 @role", "(senior|sr) level", "(সিনিয়র|সিনিয়র)",
	},
	seniorWanted: {
		"(this|it) is (a|an)? senior (position|role|job|level|post|opportunity|opening)", "senior (position|role|post)", "(সিনিয়র|সিনিয়র) (কাউকে|একজন|কেউ|লেভেল|পদ|ডেভেলপার|ডিজাইনার|ইঞ্জিনিয়ার|ফ্রিল্যান্সার)",
		"@want (for|to hire)? (an|a|our|the|one|some|two)? (highly|very)? (experienced|skilled|talented)? (senior|sr) _3 @role", "senior level @role", "seniority senior",
		"@want (for)? (a|an)? senior level",
		"(busco|buscamos|necesito|necesitamos|requerimos|solicitamos|se busca|se necesita|se requiere|se solicita) (a|un|una)? _2 (senior|sénior)", "nivel (experto|senior|sénior)",
		"expert level only", "expert level @role (only|needed|wanted|required)",
		"(শুধুমাত্র|শুধু|কেবল|কেবলমাত্র) (এক্সপার্ট|সিনিয়র) _1 @rolebn", "এক্সপার্ট _1 @rolebn (লাগবে|চাই|দরকার|প্রয়োজন|খুঁজছি|আবশ্যক)", "(expert|senior) _1 @role @lagbe",
	},
	leader: {
		"(lead|principal|chief|founding) @role", "(lead|principal|chief) _2 (developer|engineer|designer|architect|scientist|officer)", "staff (software|engineer|data|product|machine|security) _2", "head of", "director of", "(cto|vp|ceo|cfo)", "vice president", "director",
		"(tech|technical|team|engineering|project|design) lead", "(solutions|software|enterprise|cloud|data) architect",
	},

	nativeEnglish: {
		"native (or|and)? (near|close to)? native english", "native english (or near native)?", "english (must|should|has to|needs to) be (your|a|the)? (mother tongue|first language|native language|native)", "(must|should|has to) be your (mother tongue|first language|native language)", "native or near native english", "inglés nativo", "near native (english|fluency|level|proficiency)",
		"native (us|uk|american|british|level|like|fluency in|speaking|or fluent|or bilingual|bilingual)? english", "native (in)? english", "native (level|like)? (fluency|proficiency|command|speaker|speakers|writer) (in|of|level)? (the)? english",
		"english (native|natively)", "english (as|is)? (a|your|their|my)? (native|first|mother) (language|tongue)", "english native (speaker|speakers|level)", "english _2 native (level|speaker|speakers|like)", "english mother tongue",
		"native english (speaker|speakers|writer|writers|level|speaking|copywriter|editor|proofreader|fluency|proficiency)",
		"native (speaker|speakers)", "(speak|speaks|write|writes) english natively", "speak english _2 natively",
		"(নেটিভের|নেটিভ) মতো* _2 ইংরেজি*", "ইংরেজি* _2 নেটিভ* মতো*",
		"(নেটিভ|native) (ইংরেজি|ইংলিশ) (স্পিকার|ভাষী|ভাষাভাষী)",
	},
	accent: {
		"@nat (english)? (accent|accents)", "@nat (american)? english accent", "no accent", "without (an|any|a)? (strong|heavy|thick)? accent", "accent free", "accentless",
	},
	highEnglish: {
		"inglés (fluido|avanzado)", "(excelente|dominio del|dominio de) inglés", "ইংরেজিতে (দক্ষ|পারদর্শী|সাবলীল)", "spoken and written english (fluency|fluently)", "proper (written|spoken)? (american|british)? english", "(speak|write|speaks|writes|converse|communicate) (english)? fluently (in)? english",
		"@high @skill? @skill? @skill? @skill? english", "very good @skill? @skill? @skill? english", "(excellent|strong|perfect) command of (the)? (written|spoken)? english",
		"high (level|proficiency|quality) (of|in) @skill? english", "professional (level|proficiency) @skill? english", "speak english fluently",
		"সাবলীল* _2 ইংরেজি*", "ইংরেজি* _2 সাবলীল*", "ইংরেজিতে (ভালো|খুব) দক্ষ*", "ইংরেজিতে (কথা|বলা) _3 সাবলীল*", "fluent english",
		"(english|ingreji|ingrezi) (e|te)? (fluently|fluent|sabolil|shabolil) (vabe|bhabe)? kotha (bolte|bola)", "(englishe|ingrejite|ingrezite) (fluently|fluent|sabolil|shabolil) (vabe|bhabe)? kotha (bolte|bola)",
		"(english|ingreji|ingrezi) (e|te) (fluent|dokkho|expert|parodorshi)", "(englishe|ingrejite|ingrezite) (fluent|dokkho|expert|parodorshi)",
	},
	englishHigh: {
		"english @skills? @skills? (fluency|fluent|fluently|excellent|flawless|perfect|proficiency|proficient|advanced)", "english (must|should|has to|needs to) be (fluent|excellent|perfect|flawless|impeccable|very good|strong|outstanding|great|advanced)",
		"english @skills? (is|are)? (excellent|fluent|perfect|flawless)", "english _2 (written|spoken|verbal) (fluency|fluent|proficiency)",
	},
	gradeEnglish: {
		"english (level)? (should|must|needs to|has to) be (at|at least|around|about|minimum|a|level)? (least|level)? @cefr", "@cefr (or|to) @cefr (level)? english",
		"@cefr (level|or higher|or above|or better|minimum|upper|intermediate|advanced|plus)? (of|in)? english", "english @skills? (at|of|is|minimum|min|a|level|proficiency|not lower than|not less than|at least|upper intermediate|advanced|intermediate|least)? (level|least|minimum|from|of|at)? @cefr", "english (level)? not lower than @cefr",
		"ielts _2 #", "ielts _2 (4.5|5.5|6.5|7.5|8.5)", "@cefr (level)? (english|ইংরেজি)",
	},
	conversational: {
		"স্পোকেন ইংরেজি*", "inglés (intermedio|conversacional)", "conversational (in)? english",
		"conversational @skill? english", "(intermediate|upper intermediate) @skill? english", "english @skills? (conversational|intermediate)", "working (knowledge|proficiency|level) (of|in) english", "working english", "conversational (level|fluency|proficiency) _2 english",
		"spoken english (required|needed|is|skill|skills|must|lagbe)", "ইংরেজিতে কথা বলতে (পারতে|পারা|পারেন|পারলে)", "ইংরেজিতে (কমিউনিকেশন|যোগাযোগ|কমিউনিকেট)", "স্পোকেন ইংলিশ",
	},
	goodEnglish: {
		"@opinion @skill? @skill? @skill? english", "english @skills? @skills? (good|decent)", "(good|decent) command of (the)? english", "english (must|should) be (good|decent|clear|understandable)", "(ভালো|ভাল) ইংরেজি*", "ইংরেজি* (ভালো|ভাল) (জানতে|জানা|পারতে|বলতে)",
		"ইংরেজিতে (ভালো|ভাল) (হতে|দখল|দক্ষতা|দক্ষ)", "(valo|bhalo) (english|ingreji|ingrezi)", "(english|ingreji|ingrezi) (e|te)? (valo|bhalo) (hote|hoite|jante|parte|bolte|likhte) (hobe|hbe|lagbe|parte)", "(englishe|ingrejite|ingrezite) (valo|bhalo) (hote|hoite|jante|parte|bolte|likhte) (hobe|hbe|lagbe|parte)", "buen (nivel de|dominio de|manejo de)? inglés",
	},
	speakEnglish: {
		"(must|should|can|able to|need to|needs to|have to|ability to) (be able to)? (speak|communicate|converse|understand|write|read|talk) (and|in|or|well|fluently|clearly)? (speak|write|understand|communicate|read)? (in)? english", "english speaking (freelancer|freelancers|developer|candidate|candidates|person|only|required|is)",
		"(must|should) (know|speak|understand) english", "speaks english", "knowledge of english",
		"(english|ingreji|ingrezi) (e|te)? (kotha)? (bolte|jante) (hobe|para|parte|parben)", "(englishe|ingrejite) kotha (bolte|bola)",
	},
	englishMust: {
		"english @skills? (is|are) (a|an absolute|absolutely)? (must|required|mandatory|essential|requirement)", "english @skills? (a)? (must|must have|mandatory)", "english @skills? required",
		"ইংরেজি* (জানা|জানাটা) (আবশ্যক|বাধ্যতামূলক|জরুরি)", "(english|ingreji|ingrezi) jana (lagbei|abossok|abosshok|must)",
	},
	basicEnglish: {
		"simple @skill? @skill? english", "english (can be|is) (simple|basic)", "inglés (básico|basico)",
		"basic @skill? @skill? english", "(minimal|simple|elementary) english", "english @skills? (basic|basics)", "(বেসিক|প্রাথমিক|সাধারণ) ইংলিশ", "(বেসিক|প্রাথমিক) ইংরেজি*", "বেসিক ইংলিশ", "ইংরেজি* পড়ে বুঝ*", "basic english (is)? (enough|fine|ok|okay|sufficient)",
	},
	noEnglish: {
		"(no) (se requiere|es necesario) (saber|hablar|tener|el)? inglés", "no hace falta (saber|hablar|tener|el)? inglés", "no (necesitas|necesita) (saber|hablar)? inglés", "no es (obligatorio|imprescindible|indispensable) (saber|hablar|tener|el)? inglés", "english (is)? no problem", "without english", "no english speaking",
		"english @skills? (is|are)? (not|isn't|isnt|not at all) (needed|required|necessary|important|mandatory|essential|a must|relevant)", "no english (needed|required|necessary|is required|is needed|skills required|knowledge)", "(don't|dont|do not) need (to)? (know|speak|understand)? (any)? english",
		"english (lagbe|dorkar) (na|nai|nei)", "english na janleo", "ইংরেজি* (লাগবে|প্রয়োজন|দরকার) (না|নেই|নাই)", "ইংরেজি* না জানলেও", "ইংরেজি* ছাড়াই", "ইংলিশ (লাগবে|প্রয়োজন|দরকার) (না|নেই|নাই)", "ইংরেজি জানা (লাগবে|আবশ্যক|জরুরি) (না|নয়)",
		"(english|ingreji|ingrezi) (jana|janar|janata) (lagbe|dorkar|proyojon|joruri) (na|nai|nei|noy)",
	},

	speaks: {
		"cold (call|calls|calling|caller|callers)", "(make|making|take|answer|answering|handle|handling|receive) (outbound|inbound|phone|sales|customer|the|our)? _1 (calls|call)", "(phone|telephone) (calls|support|sales|skills|manner|etiquette|interviews|interview)", "(video|voice|zoom|skype|audio|discovery|client|weekly|daily|regular|strategy) (call|calls|meeting|meetings|conference)", "(attend|join|participate in|lead|run|host|schedule) _3 (meetings|meeting|calls|call|standups|standup)", "(available|availability) for (a|regular|weekly|daily|occasional)? _1 (calls|call|meetings|meeting)", "(telemarketer|telemarketing|telesales|appointment setter|appointment setting|call center|call centre)", "spoken english", "(speak|speaks|speaking|converse) _2 english", "(voice over|voiceover|voice actor|voice actress|voice artist|narrator|narration)", "(teach|tutor) _4 (online|students|live|class|english|lessons)", "(live|online) (class|classes|lessons|tutoring|sessions|session)", "(hop|jump|get) on (a|the)? (quick|short)? _1 call", "ইংরেজিতে কথা", "ইংরেজিতে _2 কথা বলতে (পারতে)? হবে", "(english|ingreji|ingrezi|englishe|ingrejite|ingrezite) (e|te)? (fluently|fluent|sabolil|shabolil|valo)? (vabe|bhabe)? kotha bolte (parte)? (hobe|hbe)", "(ফোনে|কলে) কথা", "স্পোকেন ইংরেজি*", "(discuss|talk|speak) _4 (on|over|via|by) (a|the)? (zoom|call|phone|skype|meet)",
	},
	tongueAsked: {
		"(fluent|fluency|fluently|native|proficient|proficiency|bilingual) (in|level|speaker|of)? (both)? _1 @tongue", "(speak|speaks|speaking|know|knows) (fluent|native|good|and write|and read)? @tongue", "@tongue (speaking|speaker|speakers|native|only)", "@tongue (is|are)? (required|a must|mandatory|needed|must)", "(native|fluent) @tongue (speaker|speakers)?", "(read|write|understand) (in)? @tongue", "(শুধু|ভালো) (বাংলা|বাংলায়) _2 (জানতে|লিখতে|বলতে)",
	},
	tongueOwn: {
		"(trabajo|puesto|proyecto|comunicación|empleo|atención) (es|será) (completamente|íntegramente|totalmente|todo)? en @own", "@own (nativo|fluido|perfecto|avanzado|obligatorio|imprescindible|requerido|necesario|indispensable)",
		"(hablar|hables|hablen|hable|habla|dominar|domine|dominio del|dominio de|manejo del|nativo de|nativo en|nivel de|excelente|fluido en) (fluidamente|bien|perfectamente|perfecto)? @own", "hispanohablante",
		"(trabalho|projeto|projecto|vaga|comunicação|atendimento) (é|será) (totalmente|todo|toda)? em @own", "@own (fluente|nativo|obrigatório|avançado|perfeito)", "(falar|fale|fala|falante de|fluente em|domínio do|domínio de|nativo em|fluência em) (bem|fluentemente)? @own",
		"(travail|poste|projet|mission|emploi|communication) (est|sera) (entièrement|uniquement)? en @own", "@own (courant|natif|natif|obligatoire|exigé|impeccable|requis|parfait|maternel|indispensable)", "(parler|parlez|parlant|parle|maîtrise du|maîtriser le|maîtrisez le|maîtrise parfaite du|niveau natif en) (bien|couramment|parfaitement|le)? @own", "langue maternelle (française|allemande|espagnole|italienne|portugaise)", "francophone",
		"@own (ist|wird|sind)? _3 (voraussetzung|erforderlich|notwendig|vorausgesetzt|pflicht|zwingend)", "@own (auf|in)? (muttersprachlichem|verhandlungssicher|fließend|muttersprachler|muttersprache)", "(fließend|fließendes|fließende|fließendem|gutes|gute|perfektes|verhandlungssicheres|sicheres|muttersprache|ausgezeichnete|einwandfreies) @own", "(deutscher|deutsche) (muttersprachler|muttersprachlerin)",
		"(lavoro|progetto|incarico|comunicazione) (è|sarà) (interamente|completamente)? in @own", "@own (madrelingua|fluente|perfetto|obbligatorio|ottimo)", "(madrelingua|parlare|parli|parla|ottimo|conoscenza) (bene|fluentemente)? @own",
		"(বাংলা|বাংলায়|বাংলাতে|বাংলায়) (ভাষায়|ভাষাতে|ভাষা)? (সাবলীল*|দক্ষ*|পারদর্শী|ভালো) (হতে|জানতে|লিখতে|বলতে|হওয়া|কথা|ভাবে|দক্ষতা)", "(সাবলীল|শুদ্ধ|সাবলীলভাবে) (বাংলা|বাংলায়)", "(বাংলা|বাংলায়) (ভাষা|ভাষায়)? (কথা)? (জানতে|লিখতে|বলতে|পড়তে) (পারতে)? হবে", "(কাজটি|কাজটা|কাজ) (হবে)? (বাংলায়|বাংলাতে)",
		"(bangla|banglay|banglate) (te|y|e)? (vashay|bhashay)? (valo|bhalo|fluent|dokkho|sabolil)? (kotha)? (hote|jante|likhte|bolte) (parte)? (hobe|hbe)",
	},
	speaksNot: {
		"no (phone|voice|video|zoom)? (calls|call|meetings|meeting|talking)", "(without|not any|never any) (calls|phone calls|meetings)", "(text|chat|email|message|messages|written) (communication)? only", "only (by|via|through|in|over)? (text|chat|email|messages|message|writing)", "(no need|not required|don't need|not necessary) to (speak|talk|call)", "কল (লাগবে|করতে হবে|করা) (না|লাগবে না)", "(কোনো|কোন) কল (নেই|লাগবে না)", "কথা বলতে (হবে|লাগবে) না",
	},
}

// phrases are the rules, and the hints with their IDs after those of the
// rules: one set, so that a text is gone through once.
var phrases = func() *phrase.Set {
	var list []phrase.Rule
	for _, table := range []map[int][]string{patterns, signs} {
		for _, id := range slices.Sorted(maps.Keys(table)) { // in order, so that every process finds the same
			for _, p := range table[id] {
				list = append(list, phrase.Rule{ID: id, Pattern: latinStars(p)})
			}
		}
	}
	for _, r := range hintRules() {
		list = append(list, phrase.Rule{ID: ruleCount + r.ID, Pattern: r.Pattern})
	}
	return phrase.MustCompile(classes, list)
}()

// find is what rules and hints find in t, with their own IDs.
func find(t *phrase.Text) (hits, hinted []phrase.Match) {
	all := phrases.Find(t)
	n := 0
	for _, m := range all {
		if m.ID < ruleCount {
			n++
		}
	}
	hits, hinted = make([]phrase.Match, 0, n), make([]phrase.Match, 0, len(all)-n)
	for _, m := range all {
		if m.ID < ruleCount {
			hits = append(hits, m)
		} else {
			m.ID -= ruleCount
			hinted = append(hinted, m)
		}
	}
	return hits, hinted
}

package classify

import "github.com/kajkhoj/kajkhoj/internal/phrase"

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
	// Whether the worker speaks.
	speaks
	speaksNot
	tongueAsked
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
	"cefr":    {"b1", "b2", "c1", "c2", "a1", "a2"},
	"apps":    {"telegram", "whatsapp", "whats", "wechat", "signal", "viber"},
}

// patterns are the phrases of the rules that are in force; most need a look
// at what stands around them before they count.
var patterns = map[int][]string{
	noExperience: {
		"sin experiencia (necesaria|requerida|previa)?", "no (se)? (requiere|necesita|necesitas) experiencia",
		"no @adj? @adj? (experience|exp) (is|are)? @need", "no @adj? @adj? (experience|background) (or|and) _3 (is|are)? @need",
		"no (experience|exp)", "no experience no problem",
		"(experience|exp) (is|are)? (not|isn't|isnt) (needed|required|necessary|essential|mandatory|a must|important)",
		"(don't|dont|do not|needn't) (need|require) (any|prior|to have|to have any)? @adj? experience",
		"without (any)? @adj? experience", "(does not|doesn't) require (any)? @adj? experience", "zero experience (needed|required)", "0 experience (needed|required)?",
		"অভিজ্ঞতা* (লাগবে|প্রয়োজন|দরকার|আবশ্যক) (না|নাই|নেই|নয়)", "অভিজ্ঞতা* ছাড়াই", "অভিজ্ঞতা* ছাড়া আবেদন", "অভিজ্ঞতার (প্রয়োজন|দরকার) (নেই|নাই)",
		"(experience|oviggota|obhiggota) (lagbe|lage|dorkar) (na|nai|nei)", "experience (chara|charai|sara)",
	},
	yearsZero: {
		"0 (to|or)? (1|2) @year", "(up to|less than|under) (1|2|one|two) @year", "0 @year (of)? experience",
	},
	years: {
		"# (to|or)? # @year", "between # and # @year", "# (plus|or more|or)? @year", "# @year", "@number (plus|or more|to)? @year", "@number # (plus)? @year",
		"# বছরের (বেশি|অধিক)? অভিজ্ঞতা*", "# (থেকে)? # বছরের অভিজ্ঞতা*", "# বছর অভিজ্ঞতা*", "(কমপক্ষে|ন্যূনতম|অন্তত) # বছর*",
		"# (বছর|bochorer|bosorer|bochor) (experience|এক্সপেরিয়েন্স|obhiggota)",
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
		"(is|job|work|task|project) for (a)? new (freelancer|freelancers)", "@role (intern|interns)", "(intern|interns) (needed|wanted|required)", "internship (opportunity|position|program|role)", "is (a|an) _2 internship",
	},
	beginnersWelcome: {
		"(perfect|great|ideal|good|suitable|suited|fine) for (someone|anyone|somebody|people|those|freelancers|a person) (who is|who are|who's|that is|that's)? (just|only)? (starting|beginning|getting started|new|starting out)", "(perfect|great|ideal|good|suitable|suited) for (a|an)? (beginner|beginners|newcomer|newcomers|starters|starter)", "(নতুনদের|ফ্রেশারদের|নতুনরাও|নতুনরা) _2 (স্বাগত|সুযোগ|স্বাগতম|উপযোগী|উপযুক্ত)", "নতুনদের জন্য* _2 (কাজ|সুযোগ|উপযোগী|উপযুক্ত|ভালো)", "(principiantes|junior|juniors) bienvenidos",
		"@newbie _4 (welcome|ok|okay|encouraged|accepted|considered)", "@newbie (can|may|should) (also)? apply",
		"new (freelancers|freelancer|sellers|talent) (are|is|also)? (also|very|most)? (welcome|ok|okay|encouraged|accepted|considered)",
		"new (freelancers|talent) (can|may) apply", "(open|suitable|perfect|ideal|great|good) (to|for) (a|an|all|new|total|complete)? @newbie",
		"(open|suitable|perfect|ideal|great) (to|for) new (freelancers|freelancer)", "welcome @newbie", "(freshers|beginners|newbies|newcomers|students) (are|is)? (also|most|very)? welcome",
		"নতুনরা (ও)? _1 আবেদন", "নতুনরাও _2 (আবেদন|পারবেন|পারবে)", "নতুনরা (করতে|কাজ) _2 (পারবেন|পারবে)", "(notunra|notunrao|notun ra|fresher ra) _2 (apply|korte|parbe|parben)", "(ফ্রেশাররাও|ফ্রেশাররা) _2 (আবেদন|পারবেন)",
	},
	newcomers: {
		"@newbie", "(new|inexperienced) (freelancer|freelancers|applicants|sellers)", "(entry level|entrylevel|entry) (applicants|candidates|people|freelancers)?", "(inexperienced|amateurs|newbs|noobs)", "(নতুন|নতুনরা|নতুনদের|নতুনেরা|ফ্রেশার|ফ্রেশাররা|ফ্রেশারদের|জুনিয়র|জুনিয়ররা|শিক্ষানবিশ*|ইন্টার্ন*)", "(notun|notunra|notunder|fresher ra)",
	},
	midLevel: {
		"nivel (intermedio|medio)",
		"mid level", "midlevel", "mid weight", "intermediate level", "intermediate @role", "intermediate (to|or) (advanced|expert|senior)", "level (mid|intermediate)", "মিড লেভেল*", "মিড-লেভেল*",
	},
	senior: {
		"(senior|sr) @role", "(senior|sr) _3 @role", "(senior|sr) level", "(সিনিয়র|সিনিয়র)",
	},
	seniorWanted: {
		"(this|it) is (a|an)? senior (position|role|job|level|post|opportunity|opening)", "senior (position|role|post)", "(সিনিয়র|সিনিয়র) (কাউকে|একজন|কেউ|লেভেল|পদ|ডেভেলপার|ডিজাইনার|ইঞ্জিনিয়ার|ফ্রিল্যান্সার)",
		"@want (for|to hire)? (an|a|our|the|one|some|two)? (highly|very)? (experienced|skilled|talented)? (senior|sr) _3 @role", "senior level @role", "seniority senior",
		"@want (for)? (a|an)? senior level",
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
	},
	accent: {
		"@nat (english)? (accent|accents)", "@nat (american)? english accent", "no accent", "without (an|any|a)? (strong|heavy|thick)? accent", "accent free", "accentless",
	},
	highEnglish: {
		"inglés (fluido|avanzado)", "(excelente|dominio del|dominio de) inglés", "ইংরেজিতে (দক্ষ|পারদর্শী|সাবলীল)", "spoken and written english (fluency|fluently)", "proper (written|spoken)? (american|british)? english", "(speak|write|speaks|writes|converse|communicate) (english)? fluently (in)? english",
		"@high @skill? @skill? @skill? @skill? english", "very good @skill? @skill? @skill? english", "(excellent|strong|perfect) command of (the)? (written|spoken)? english",
		"high (level|proficiency|quality) (of|in) @skill? english", "professional (level|proficiency) @skill? english", "speak english fluently",
		"সাবলীল* _2 ইংরেজি*", "ইংরেজি* _2 সাবলীল*", "ইংরেজিতে (ভালো|খুব) দক্ষ*", "ইংরেজিতে (কথা|বলা) _3 সাবলীল*", "fluent english",
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
	},
	speakEnglish: {
		"(must|should|can|able to|need to|needs to|have to|ability to) (be able to)? (speak|communicate|converse|understand|write|read|talk) (and|in|or|well|fluently|clearly)? (speak|write|understand|communicate|read)? (in)? english", "english speaking (freelancer|freelancers|developer|candidate|candidates|person|only|required|is)",
		"(must|should) (know|speak|understand) english", "speaks english", "knowledge of english",
	},
	englishMust: {
		"english @skills? (is|are) (a|an absolute|absolutely)? (must|required|mandatory|essential|requirement)", "english @skills? (a)? (must|must have|mandatory)", "english @skills? required",
	},
	basicEnglish: {
		"simple @skill? @skill? english", "english (can be|is) (simple|basic)", "inglés (básico|basico)",
		"basic @skill? @skill? english", "(minimal|simple|elementary) english", "english @skills? (basic|basics)", "(বেসিক|প্রাথমিক|সাধারণ) ইংলিশ", "(বেসিক|প্রাথমিক) ইংরেজি*", "বেসিক ইংলিশ", "ইংরেজি* পড়ে বুঝ*", "basic english (is)? (enough|fine|ok|okay|sufficient)",
	},
	noEnglish: {
		"(no) (se requiere|es necesario) inglés", "english (is)? no problem", "without english", "no english speaking",
		"english @skills? (is|are)? (not|isn't|isnt|not at all) (needed|required|necessary|important|mandatory|essential|a must|relevant)", "no english (needed|required|necessary|is required|is needed|skills required|knowledge)", "(don't|dont|do not) need (to)? (know|speak|understand)? (any)? english",
		"english (lagbe|dorkar) (na|nai|nei)", "english na janleo", "ইংরেজি* (লাগবে|প্রয়োজন|দরকার) (না|নেই|নাই)", "ইংরেজি* না জানলেও", "ইংরেজি* ছাড়াই", "ইংলিশ (লাগবে|প্রয়োজন|দরকার) (না|নেই|নাই)", "ইংরেজি জানা (লাগবে|আবশ্যক|জরুরি) (না|নয়)",
	},

	warnFee: {
		"(pay|send|transfer|deposit|give) (me|us)? # (dollars|usd|taka|tk|bdt|টাকা)? (for|to) (your|get|receive|activate|join|register|unlock) _5",
		"(pay|send|transfer|deposit) _3 (fee|deposit|money|payment) (first|upfront|up front|in advance|before)", "(you|freelancer|worker|candidate) (pay|pays) _2 # (dollars|usd|taka)? _2 (fee|deposit|first|for)", "(buy|purchase) (the|our|your|a)? (starter kit|training kit|training package|kit|membership|software|course) (from us|to start|to begin|first|before)", "# টাকা* _2 (জামানত*|ফি|রেজিস্ট্রেশন)", "জামানত* _3 (দিলে|দিয়ে|দেওয়ার|দেয়ার|পাঠালে)", "(ফি|টাকা) (জমা|পেমেন্ট|বিকাশ) (দিলে|করলে|দিয়ে|করে) _3 (কাজ|শুরু)", "(tarifa|cuota) de (registro|inscripción)", "paypal account _3 has balance",
		"(pay|send|deposit|transfer|submit) (a|an|the|your|us)? _3 (registration|joining|security|refundable|training|processing|verification|activation|membership|application|enrollment|enrolment|onboarding|starter) _1 (fee|fees|deposit|charge|charges|money)",
		"(registration|joining|security|verification|activation|training|enrollment|enrolment) (fee|fees|deposit|charge) (is|of|must|needs|will be|has to be|to be)? _3 (required|paid|mandatory|applicable|payable|refunded|refundable)",
		"(send|pay|deposit|transfer) (us|me|just|only)? (usd|tk|taka|rs|bdt)? # (usd|dollars|dollar|taka|tk|rs|bdt|টাকা)? (for|to get|to receive) (your|the|a|an)? _2 (id|card|software|kit|training|registration|verification|security|materials|account|form|access|license|licence|seat)",
		"(send|pay|deposit|transfer) (us|me|just|only)? (usd|tk|taka|rs|bdt)? # (usd|dollars|dollar|taka|tk|rs|bdt|টাকা)? as (a|the|your)? _1 (fee|deposit|registration|security|charge)",
		"(joining|registration|verification|activation|security|training) (fee|deposit|charge) of _1 # (usd|dollars|dollar|taka|tk|bdt|rs)? (applies|is needed|is required|needed|required|before|to start|to join|must)",
		"(refundable|security) (deposit|fee) (of|is|required)", "you (must|need to|have to|will need to|should) (first)? (pay|deposit|invest) (a|an|the|us)? _3 (fee|deposit|money|amount|registration|joining)",
		"(রেজিস্ট্রেশন|ভেরিফিকেশন|জয়েনিং|ভর্তি|রেজিষ্ট্রেশন|ট্রেনিং) ফি* _4 (দিতে|পাঠান|পাঠাতে|জমা|লাগবে|দিয়ে|প্রযোজ্য|দিন|টাকা)", "জামানত* _3 (দিতে|লাগবে|জমা|দিন|রাখতে)", "(বিকাশে|নগদে|রকেটে) _3 (পাঠান|পাঠাতে|পাঠিয়ে|দিন|সেন্ড|দিতে)", "জয়েন করতে ফি*", "join (করতে|korte) (ফি|fee)",
		"(registration|joining|verification|join|reg) fee _3 (pathan|pathate|dite|diye|lagbe|din|den)", "bkash (e)? _2 (pathan|pathate|korun|send|den)",
	},
	warnID: {
		"(send|share|provide|submit|upload|need|require|give) _3 (selfie|photo|picture|scan|copy|front and back) _2 (of|holding|with) your _3 (id|nid|passport|license|licence|card)", "(your|তোমার|আপনার) (এনআইডি*|জাতীয় পরিচয়পত্র*) _3 (দিন|পাঠান|দিতে|ছবি|পাঠাতে)", "(passport|selfie) (photo|picture|scan)? (is|are)? (required|needed) to (apply|start|join)",
		"(send|share|provide|submit|upload|give|email|attach) (me|us)? _3 your (national|government|photo|valid)? (nid|passport|ssn|otp|pin|selfie)", "(send|share|provide|submit|upload|give|email|attach) (me|us)? _4 your (national|government|photo|valid|government issued) id",
		"(send|share|provide|submit|upload|give) (me|us)? _3 your (id card|bank details|bank login|bank account|bank|credit card|debit card|card number|card details|social security|driving licence|driver's license|drivers license|date of birth)",
		"(photo|picture|copy|scan) of your _2 (id|nid|passport|license|licence|card)", "your (bank|online banking) (login|password|credentials|pin)", "(otp|pin) (share|send) (korun|koren|den)",
		"(ওটিপি|পিন|otp|pin) (দিন|দিতে|পাঠান|শেয়ার|den|din|pathan)", "(এনআইডি*|nid) _3 (দিন|পাঠান|দিতে|pathan|den|লাগবে)", "(ব্যাংক|বিকাশ) (একাউন্টের|অ্যাকাউন্টের|পিন) _2 (দিন|পাঠান|দিতে)",
	},
	warnChat: {
		"(contact|message|text|reach|apply|write|reply|dm|talk) (to)? (me|us)? (only|directly|just) (on|via|through|by|in|at|over|to) _1 @apps", "(contact|apply|reply|message) (only)? (on|via|through|by) (my|our|the)? @apps", "(যোগাযোগ|মেসেজ|আবেদন) (শুধু|কেবল) _1 (হোয়াটসঅ্যাপে|টেলিগ্রামে)", "(শুধু|কেবল) (হোয়াটসঅ্যাপে|টেলিগ্রামে)", "interested _2 (whatsapp|telegram)", "(dm|message|contact|add) (me|us)? (on|at|in) (dc|discord)", "join (our|the|this)? (discord|telegram|whatsapp) (server|group|channel) _3 (apply|start|link|earn)",
		"(contact|message|text|dm|reach|add|ping|write|msg|inbox|join|apply|knock|hmu) (me|us|out|to|our|my|directly|the|now|hr|manager)? (me|us|our|hr|directly|to|manager|admin)? (on|via|through|in|at|by|over|using)? _1 @apps",
		"(contact|message|text|reach|dm|msg|inbox|ping|apply|knock|write) (me|us|to me|to us|our manager|our hr)? (only|just|directly|exclusively) (on|via|through|by|over|using) @apps",
		"(contact|message|text|reach|apply) (only)? (on|via|through|by) @apps", "@apps (me|us) (at|on|now|directly)", "@apps only", "only (on|via|through) @apps",
		"(হোয়াটসঅ্যাপে|হোয়াটসঅ্যাপ|হোয়াটসএপে|হোয়াটসঅ্যাপে) _2 (যোগাযোগ|মেসেজ|নক|করুন)", "টেলিগ্রামে _2 (জয়েন|যোগাযোগ|নক|মেসেজ|করুন)", "@apps (e|a|এ) (join|jogajog|knock|msg|message|নক|জয়েন|যোগাযোগ)",
	},
	warnRent: {
		"remote (desktop|access|control) _5 your _2 (account|accounts|upwork|profile|computer|pc|laptop)", "(anydesk|teamviewer|rdp|ultraviewer) _4 your _3 (account|accounts|upwork|profile|computer|pc|laptop)", "access to your _2 (account|accounts|upwork|profile|computer|pc|laptop|paypal)", "log (into|in to) your _2 (account|upwork|profile)", "(use|using|manage|operate|run) your _1 (upwork|fiverr|freelancer|linkedin|bank|paypal|etsy|ebay|amazon) (account|profile)", "your account (must|needs|has) _2 (testing|verified|closed)", "(verified|top rated|aged|old) (upwork|fiverr|paypal|stripe|etsy|google play|play console|developer) (account|accounts|console|profile)", "you (must|need|should) _2 have (a|your|own)? _2 (google|play|developer|developer's) console", "(publish|upload|release) _4 (your|developer's|freelancer's) _2 (console|account|developer account)", "your own (google play|play) (console|account|developer)", "have (a|an) (google play|play|google) console", "need your _2 to verif* _3 (store|account)", "register your store",
		"(rent|lend|borrow|lease|sell) (me|us|out)? (your|ur) _2 (account|accounts|profile)", "(rent|buy|lease|borrow) (a|an|your|some)? _1 (upwork|fiverr|freelancer|linkedin|paypal|payoneer|stripe|airbnb) (account|accounts|profile)",
		"your (upwork|fiverr|freelancer|linkedin|facebook) (account|profile) (for|on|to) rent", "(use|access|using|access to) (to)? your (upwork|fiverr|freelancer|paypal|payoneer|linkedin|toptal) (account|profile)", "account (for|on|to) rent", "rent (out)? your account", "account (vara|bhara|varay|bharay)",
		"(অ্যাকাউন্ট|একাউন্ট|আইডি|এ্যাকাউন্ট) ভাড়া*",
	},
	warnReviews: {
		"(paid|pay|get paid|earn|taka|usd|cents) (per|for|for each|for every) (each|every)? (like|likes|review|reviews|follow|follower|followers|subscribe|subscription|comment|rating|vote|upvote)", "# (dollars|usd|taka|cents|tk)? (per|for each|for every) (like|review|follow|follower|subscribe|subscription|comment|rating|vote|upvote)", "(buy|purchase|order|need|want) # _3 reviews", "# (google|trustpilot|amazon|yelp|positive|5 star) reviews", "(add|write|post|create) _3 (positive|5 star|five star|fake) reviews", "(boost|improve|increase) (our|my|the) _2 (ratings|reviews)", "vote* for my", "repeatedly (cast|casts|casting) votes", "প্রতি (লাইকে|লাইক|রিভিউতে|রিভিউ|ফলোতে|সাবস্ক্রাইবে) _2 টাকা", "smm panel", "(selling|sell|sells) _2 (likes|followers|views)", "(fake|bot|automated) (likes|followers|views|engagement|reviews|votes|comments)",
		"(leave|write|post|give|submit|drop) (a|us|me|an|our|some|positive|good|the|honest|your)? (a|an|positive|good|great|fake)? (5|five) (star|stars) (review|reviews|rating|ratings)", "(write|post|leave) (fake|positive|paid) _2 (review|reviews)", "(buy|purchase|sell) _3 (reviews|likes|followers|subscribers|upvotes)",
		"(need|want|require|looking for|needed) (some|a few|#|real|positive|good|5|genuine)? (star|real|positive|genuine)? (google|amazon|trustpilot|glassdoor|yelp|tripadvisor|play store|app store|app) (maps)? reviews", "(like|subscribe|follow) (and|&) (like|subscribe|comment|share|follow) _5 (earn|paid|taka|income)",
		"লাইক (ও|এবং|আর)? সাবস্ক্রাইব* _5 (টাকা|আয়|ইনকাম|পাবেন)", "(like|লাইক) sell", "(paid|fake) (reviews|likes|followers)", "(google play|app store|play store|google maps) (app)? reviews (for|from|by|needed)", "improve our (product|app)? ratings", "get paid to (like|review|subscribe|follow)",
	},
	warnFree: {
		"(do|complete|edit|make|process|write|translate|design|retouch|finish|label|type) (the|your|our)? first # _3 _1 (free|unpaid|for free|without pay|as a test|as a trial|as a sample)", "first # _4 (free|unpaid|free of charge)", "as (an|a) (unpaid|free) (test|trial|sample|task)", "(unpaid|without pay|not paid) _2 (test|trial|week|days|day|sample|period|internship|first)", "(test|trial|sample|first) _3 (is|are|will be|would be|goes) (unpaid|free|not paid|without pay|free of charge)", "(free|unpaid) (sample|samples|test|trial|demo) (before|first|to prove|to show|is required|required|of your work|work)", "(must|please|should|to) (first)? (create|submit|make|do|provide|send) (me|us)? _2 (sample|demo|mockup) _6 (before|hire|apply|applying)", "to apply _2 (submit|create|make|design|send) _6 (animation|design|logo|video|mockup|demo|article) of", "(no|without) (payment|pay) (for|during) (the)? (test|trial|first|sample|training)", "you will not be paid (for|during|until)", "টাকা ছাড়া _2 (কাজ|স্যাম্পল)", "(প্রথম|প্রথমে) # _3 (ফ্রি|বিনা পয়সায়|বিনামূল্যে)", "(work|working) (for)? free (for)? (first|until)",
		"(do|complete|submit|make|create|deliver|write|design|provide|prepare) (a|an|one|the|some|us|me)? _2 (free|unpaid) (sample|test|task|work|project|article|design|demo|mockup|trial)", "(unpaid|free) (trial|test) (task|project|work|period|week|assignment|article|shift)", "(trial|test) (task|period|project|work|week|assignment) (is|will be|are) (unpaid|free|not paid|without pay)",
		"first (task|article|video|project|design|job|sample|week|month|post|page) (is|will be|must be|should be) (free|unpaid|for free|free of charge|free of cost)", "(small|short|quick) (free|unpaid) (task|test|sample|project)", "(this|it) is (a|an)? unpaid (project|work|task|job|internship)", "work for free (for|at|in)", "ফ্রি (কাজ|স্যাম্পল) করে (দেখান|দেখাতে|দিতে)", "ফ্রিতে _2 (কাজ|স্যাম্পল|করে) (দেখান|দেখাতে|দিতে|করতে)", "free te kaj kore",
		"(do|edit|complete|make|write|design|type|translate|retouch|process|deliver|prepare) _6 (as|for) (a|an|your)? unpaid (test|trial|sample|task|work)", "(do|edit|complete|make|write|design|type|translate|retouch|process|deliver|prepare) _6 as (a|your)? free (test|trial)",
		"(do|edit|complete|make|write|design|type|translate|retouch|process|deliver) (the|your|our)? (first)? # _2 (for free|without pay|without payment|free of charge|unpaid)", "first # (tasks|articles|videos|designs|pictures|images|photos|posts|pages|hours|days) (is|are|will be|must be) (a free test|free|unpaid|for free|not paid)",
		"first @number (tasks|articles|videos|designs|pictures|images|photos|posts|pages|hours|days) (is|are|will be|must be) (a free test|free|unpaid|for free|not paid)",
	},
	warnForward: {
		"(cash|deposit|receive|accept) _2 (cheque|check|cheques|checks|wire|transfer) _6 (send|forward|wire|transfer|pass|keep)", "(receive|get) _3 (money|payment|payments|funds|packages|parcels|package|usdt|crypto|bitcoin) _6 (forward|resend|wire|transfer it|send it|pass it|send the rest)", "(wire|forward|send) (us|me|the)? (the)? (rest|remainder|remaining|balance) (back|to|by|of|on)?", "(keep|keeping) # (percent|dollars|usd)? _5 (send|forward|wire|transfer)", "(reshipping|reship|re ship)", "money mule", "mail up to another",
		"(receive|accept|receiving) _3 (payments|payment|money|funds|cheques|checks|transfers|deposits) (in|into|to|on|through|via) your _3 (account|wallet|paypal|bank)", "(cash|deposit) (the|a|our)? (cheque|check|cheques|checks) and", "(forward|resend|transfer|send|wire) (the)? (rest|remaining|balance) (of)? (the)? _1 (money|funds|amount|payment|balance) to", "keep (a|your|#)? _2 (commission|percent) and (send|forward|transfer|wire)",
		"buy (gift cards|gift card|bitcoin|crypto|usdt) _2 (and|then) (send|forward|transfer)", "(টাকা|টাকাটা) এলে _3 (পাঠিয়ে|পাঠাবেন|পাঠাতে)", "taka (ele|asle) _2 (pathiye|pathaben|forward)", "your bank account to receive",
	},
	warnCheat: {
		"research paper writer", "(scientific|academic) writer (with|who|for|in)", "(conduct|give|attend|take) _2 (interview|interviews) on (our|my) behalf", "(interview|interviews) on (our|my) behalf", "give interview support", "co author* _4 (publication|publications|paper|papers)", "(my|our) (thesis|dissertation|coursework)",
		"(write|do|complete|finish|solve|type) (the|this|an|a|my|our)? _2 (assignment|assignments|homework|essay|thesis|coursework|exam|report) for me _4", "under my name", "(hand|turn|submit) it in (under|as|with|for)", "(exam|exams|test|quiz|class|course) _6 (take|sit|attend|do|write) (it|this|that)? (for|instead of) me", "(take|sit|attend|do) (it|this|that)? for me _3 (exam|test|quiz|class)", "(university|uni|college|course|academic|lab|individual|school|hnd|mba|masters|master's) (assignment|assignments|coursework|homework)", "(assignment|homework|coursework|thesis|dissertation|essay) (help|helper|assistance|solution|solutions|solver|writing|writer)", "(write|writing|complete|need|prepare|rewrite|publish|publishing) _3 (research|scientific|conference|ieee|scopus|academic|journal|review) (paper|papers|article|articles)", "(scopus|sci|web of science|ugc) (publication|publications|indexed|journal|journals|paper)", "(write|complete|need|want) (my|the|a|an)? _1 (dissertation|thesis)", "(phd|mtech|m tech|btech|b tech|bba|mba|hnd|final year|academic|college|university|student|semester|masters) (project|thesis|dissertation)", "ieee format", "apa (format|style|referencing|7th)", "(harvard|apa) referenc*", "during interviews to clear", "extended essay",
		"(do|complete|finish|write|solve|take|attend|sit) my _2 (assignment|assignments|homework|exam|exams|coursework|essay|thesis|dissertation|quiz|quizzes|class|classes)", "(help|helping|assist|assistance) (me)? (with|in|on|for) my _3 (assignment|assignments|homework|exam|exams|coursework|thesis|dissertation|quiz)", "(someone|who can|expert|person|tutor) to (take|do|write|complete|sit|solve) (my|an|a|the|our)? _2 (exam|exams|assignment|assignments|homework|quiz|coursework|dissertation|thesis|online class)",
		"my (homework|assignment|coursework|dissertation) (is)? due", "my _1 (university|uni|college|course|academic) assignment", "(assignment|homework|coursework|exam) (writing)? help", "with (a|an|my)? _4 (university|uni|college|course|individual) assignment",
		"(clear|pass) (a|an|the|my|qualification|certification)? (online|qualification|certification|final)? (exam|exams)", "part of my (university|uni|college) assignment", "proxy (interview|exam)", "(take|attend) (the)? (exam|interview|test) (on|in) (my|our) (behalf|place)", "(অ্যাসাইনমেন্ট|এসাইনমেন্ট|থিসিস) (লিখে|করে) (দাও|দিন|দিতে|দেন)", "(assignment|exam) (likhe|kore|diye) (den|dao|dite|din)",
	},
	warnCard: {
		"টাকায় (ফ্রিল্যান্সার|ফ্রিল্যান্সিং) (আইডি*|কার্ড*)", "(ফ্রিল্যান্সার|ফ্রিল্যান্সিং) (আইডি|কার্ড|আইডি কার্ড) _3 (মাত্র|কিনুন|টাকায়|টাকা|করে দিচ্ছি|করে দেওয়া)", "(freelancer|freelancing) id card _4 (taka|tk|price|kinun|banay|banate|sell|sale)", "(buy|purchase|order|get) (your|a|the|our|this) (freelancer|freelancing|freelance) (id card|card)", "(buy|purchase|order) (your|a|the|our|this)? _1 (freelancer|freelancing|freelance) id",
		"(get|take|collect) (your|a|the|our)? (freelancer|freelancing|freelance) id (card)? _1 (from us|from me|for # taka|for # tk)", "(freelancer|freelancing) id (card)? costs _1 #",
		"(freelancer|freelancing) (id card|id|card|identity card) _2 (costs|cost|price|fee|is|for) _2 #", "(freelancer|freelancing) id card (costs|cost|price)", "(buy|get|order|purchase|collect) (the|your|a|our|an)? (freelancer|freelancing) (id card|id|card|identity card) (from|for|at|with|here)?",
	},
	warnUnpaid: {
		"(not|isn't) a paid (role|position|job|project|gig)", "(without|no) _2 paying (initially|upfront|at first)", "percentage (earnings|of the profit|of profits|basis)", "(once|after) _1 client pays (me|us)", "equity partner", "get paid in # # months", "not paid initially",
		"unpaid (project|internship|position|role|volunteer)", "equity based", "equity only",
		"commission (only|based only)", "(only|purely|strictly) (on)? commission", "100 commission", "commission based (role|position|job|work|telemarketing|sales)", "(no|without) (upfront|up front|salary|base|initial|immediate) (pay|payment|salary|fee|money|compensation)", "(paid|pay you|payment) (once|after|when) (the|we|our|it|i|my) _3 (revenue|profit|money|popular|popularity|launch|launched|funding|earning|earn|sales|sells|pays)", "(this|it) is (an|a)? unpaid", "(willing|able) to pay _3 (after|once|when) _4 (gains|earns|makes|launches|sells)", "do not (yet)? have funding", "(don't|not) have (a|any|the) (budget|funds|funding|money) (yet|now|right now|to pay)", "in exchange for (equity|exposure|shares)", "join as (a|an)? (partner|co founder|cofounder) _3 equity",
	},
	warnIllegal: {
		"decompile an existing", "(remove|bypass|unlock|modify|patch) _4 (license|licence|activation) (check|routine|key|protection)?", "cronus zen", "humaniz* _3 (ai|text|texts|gptzero|detection)", "(handle|bypass|avoid) _2 (detection|ban|bans) _2", "(download|downloading) _3 (music|movies|mp3) _3 (streaming|from)", "auto dm", "(account|accounts) automation", "sms bomber", "fake profiles", "defending techniques",
		"(account|accounts) (creation|creator|generator|farming|warmup|warm up) (bot|bots|script|scripts|tool|automation|software)", "(account|accounts) (creator|generator|farming)", "(automate|automates|automated|automatic|automatically|bot for|bot that) _3 (account|accounts) creation", "automatically (create|creates|register) _3 accounts", "(bulk|mass) (dm|dms|account|accounts|whatsapp|unfollow|report)", "(human like|realistic) (traffic|visits|clicks)", "(sandwich|front running|frontrunning|rug pull|drainer) (bot|contract|attack)", "(sneaker|scalper|tatkal|copping) (bot|bots|sniper)", "(hack|hacking) (into|my|someone|account|accounts|instagram|facebook|snapchat|whatsapp|phone)", "(aviator|casino|crash game|stake|slot) (predictor|prediction|hack|bot)",
		"(bypass|bypasses|bypassing|evade|avoid|circumvent|defeat|beat|beating) (the|a|any|all|their|its)? _2 (captcha|captchas|detection|recaptcha|cloudflare|datadome|ban|bans|verification|kyc|paywall|otp|protection|anti bot|bot protection|security|restrictions|limits|incapsula|turnstile|drm|blocking)", "(captcha|recaptcha|turnstile|hcaptcha) (solver|solving|bypass|bypassing|breaker)", "undetected (chromedriver|webdriver|browser|chrome)", "(anti|avoid|without) (detection|detect|detected|being detected|getting banned|bans)", "(antidetect|anti detect|multilogin|dolphin anty|octo browser|gologin|adspower)", "(spoof|spoofing|spoofed|fake) _2 (location|gps|fingerprint|id|ids|documents|document|account|accounts|traffic|identity|views|clicks|number|numbers|email|caller)", "(fingerprint|browser) spoof*", "(whatsapp|telegram|instagram) (bulk|mass|blast) (sender|message|messages|messaging)", "(traffic|view|views|click|clicks|vote|voting|like|follow|visitor|engagement|comment) (bot|bots|generator|generation)", "(game|roblox|fivem|fortnite|valorant|cs2|pubg|minecraft) (cheat|cheats|hack|hacks|exploit|executor|script hub)", "(aimbot|wallhack|esp hack|keylogger|key logger|stalkerware|stealer|carding|fullz|cloaking|cloacking|nulled|keygen)", "(crack|cracking|decompile|deobfuscate|pirate) (a|an|the|this|and|my)? _2 (app|apk|software|game|license|licence|code|script|android|strategy|indicator)", "(iptv) (service|reseller|platform|panel|restream|streaming)", "downloading (youtube|videos from)", "(auto|automated|automatic) (checkout|booking|buy|purchase) (bot|script|tool)", "(cloud mining|hyip|ponzi|matrix mlm|money doubling)", "without (their|his|her|its|the owner's) (permission|consent|knowledge)", "(volume|wash|pump) (bot|trading bot|script)", "(increase|increases|boost|generate|fake) (trading)? volume", "(copy|clone|scrape|extract) (protected|copyrighted|paid) (content|videos|books|courses|scripts|ebook)", "remove (the)? (watermark|copyright|drm)", "invisible (to)? (pinescript|script)", "multiple (accounts|profiles) _4 (proxy|proxies|ban|banned|different)", "(grey|gray|black) hat", "blackhat", "automat* _4 (tinder|bumble|dating) _3", "(dating) (bot|automation)", "(paypal|stripe|bank) account _4 (limitation|limited|hold)", "run silently", "(imitate|fake|mimic) _3 (request|requests|fingerprint|device)",
	},
	cheatTitle: {
		"(assignment|assignments|homework|thesis|dissertation|essay|esay|coursework|exam|exams)", "(research|scientific|conference|review|ieee|term|academic) (paper|papers)", "(research|dissertation|thesis) proposal", "(exercise|exercises) solver", "literature review", "(academic|paper|thesis) (writer|writing)", "(interview|interviews) (support|help|proxy)", "for technical interviews",
	},
	speaks: {
		"cold (call|calls|calling|caller|callers)", "(make|making|take|answer|answering|handle|handling|receive) (outbound|inbound|phone|sales|customer|the|our)? _1 (calls|call)", "(phone|telephone) (calls|support|sales|skills|manner|etiquette|interviews|interview)", "(video|voice|zoom|skype|audio|discovery|client|weekly|daily|regular|strategy) (call|calls|meeting|meetings|conference)", "(attend|join|participate in|lead|run|host|schedule) _3 (meetings|meeting|calls|call|standups|standup)", "(available|availability) for (a|regular|weekly|daily|occasional)? _1 (calls|call|meetings|meeting)", "(telemarketer|telemarketing|telesales|appointment setter|appointment setting|call center|call centre)", "spoken english", "(speak|speaks|speaking|converse) _2 english", "(voice over|voiceover|voice actor|voice actress|voice artist|narrator|narration)", "(teach|tutor) _4 (online|students|live|class|english|lessons)", "(live|online) (class|classes|lessons|tutoring|sessions|session)", "(hop|jump|get) on (a|the)? (quick|short)? _1 call", "ইংরেজিতে কথা", "(ফোনে|কলে) কথা", "স্পোকেন ইংরেজি*", "(discuss|talk|speak) _4 (on|over|via|by) (a|the)? (zoom|call|phone|skype|meet)",
	},
	tongueAsked: {
		"(fluent|fluency|fluently|native|proficient|proficiency|bilingual) (in|level|speaker|of)? (both)? _1 @tongue", "(speak|speaks|speaking|know|knows) (fluent|native|good|and write|and read)? @tongue", "@tongue (speaking|speaker|speakers|native|only)", "@tongue (is|are)? (required|a must|mandatory|needed|must)", "(native|fluent) @tongue (speaker|speakers)?", "(read|write|understand) (in)? @tongue", "(শুধু|ভালো) (বাংলা|বাংলায়) _2 (জানতে|লিখতে|বলতে)",
	},
	speaksNot: {
		"no (phone|voice|video|zoom)? (calls|call|meetings|meeting|talking)", "(without|not any|never any) (calls|phone calls|meetings)", "(text|chat|email|message|messages|written) (communication)? only", "only (by|via|through|in|over)? (text|chat|email|messages|message|writing)", "(no need|not required|don't need|not necessary) to (speak|talk|call)", "কল (লাগবে|করতে হবে|করা) (না|লাগবে না)", "(কোনো|কোন) কল (নেই|লাগবে না)", "কথা বলতে (হবে|লাগবে) না",
	},
	warnPay: {
		"(earn|make|earning|making) (up to|over|at least|more than|around|about)? # (usd|dollars)? (to|or)? #? (a|per|every|each) (day|hour)", "(earn|make) (up to|over|at least|more than)? # (usd|dollars)? (a|per|every|each) (week|month) _2 (easy|easily|home|simple|phone)", "# (usd|dollars)? (daily|a day|per day) _4 (part time|easy|no experience|simple|home)", "no limit (on|to) (your)? (earning|earnings|income)", "(easy|side) (money|hustle|income|earning)", "million dollar opportunity", "# (usd|dollars)? per # views",
		"(earn|make) (up to)? # (to)? #? (usd|dollars|taka|tk|bdt|টাকা)? (daily|everyday|a day|per day|every day|each day)", "(earn|make) (easy|quick|fast) (money|cash)", "দৈনিক নিশ্চিত (আয়|ইনকাম)", "নিশ্চিত (আয়|ইনকাম)", "(প্রতিদিন|দৈনিক|দিনে) # (থেকে)? # টাকা", "(প্রতিদিন|দৈনিক) # টাকা (আয়|ইনকাম)", "(protidin|doinik|daily) # (to|theke)? # taka", "invite (korun|koren) taka paben", "(guaranteed|fixed) daily income",
	},
}

var rules = func() *phrase.Set {
	var list []phrase.Rule
	for id, ps := range patterns {
		for _, p := range ps {
			list = append(list, phrase.Rule{ID: id, Pattern: latinStars(p)})
		}
	}
	return phrase.MustCompile(classes, list)
}()

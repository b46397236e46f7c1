package classify

import (
	"strings"
	"unicode/utf8"

	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

// familyTable are groups of phrases that readers take for a hint on level or
// English without deciding by them alone; how much each weighs is learned.
// One family a line: its name, then patterns of package phrase parted by ";".
// A star ends a word in any of the English endings.
const familyTable = `
entrylevel: entry level; level entry; entrylevel
junior: junior; juniors; jr
intern: intern; interns; internship; internships; trainee; trainees; apprentice; apprenticeship
fresher: fresher; freshers; fresh graduate*; newbie; newbies; newcomer*; new freelancer*; new to (upwork|freelancing|fiverr); new seller*; new talent
student: (student|students) (is|are)? (welcome|ok|wanted|needed|who|looking); (college|university|engineering|undergraduate) student*
beginner: beginner; beginners; novice; novices
beginnerok: @newbie _3 (welcome|ok|okay|fine|suitable|preferred|considered|encouraged); @newbie (can|may) (also)? apply; (welcome|open to|perfect for|ideal for|great for|good for|suitable for|even) (a|an|any|all)? @newbie
noexp: no @adj? @adj? (experience|skills|skill|expertise|knowledge|background) _2 (needed|required|necessary|essential); experience (is)? (not|isn't) (needed|required|necessary|essential|mandatory|important); (don't|not) need (any|prior|to have)? experience; without (any)? experience
training: (training|coaching|guidance) (will be|is)? (provided|given|offered|available); (provide|offer|give) _2 training; will (train|teach) you; willing* to (learn|be trained); eager to learn; ready to learn; opportunity to (learn|grow); quick learner; able to learn; we'll train; willing to train; learn on the job; step by step; training provided; full training; detailed instruction*; clear instruction*; follow instruction*
anyone: anyone (can|who|with|comfortable); anybody; everyone can; no expert*; (don't|not) need (a|an)? expert; nothing (fancy|complicated|complex); not (complicated|complex|difficult)
basicknow: (basic|minimum|minimal|fundamental|some|foundational) _1 (knowledge|understanding|skills|experience|familiarity|editing|computer)
cheap: (low|small|tight|limited|minimal) budget; cheap; low cost; budget is (low|tight|small|limited); affordable; (lowest|cheapest) (bid|price|bidder)
neglow: (no|not|isn't|never) _3 @newbie; @newbie _3 (refrain|skip|avoid|excuse); (not|isn't) _2 (entry level|beginner|junior)
senior: senior; seniors; sr; seniority
seniornot: senior (living|care|citizen*|home*|center|centre|housing|people|adults|management|leadership|executives|stakeholders|community)
lead: (tech|technical|team|project|engineering|design|development) lead*; lead (the|our|a|an|and|all); (lead|principal|staff|chief) (developer|engineer|designer|architect|scientist|analyst|ai|data|software); cto; head of; (take|full) ownership; own the; leadership; cofounder; co founder; vp
architect: architect; architects
architecture: architecture; architectures; architectural (decisions|design|pattern*); system design; architecting
expertwant: expert* (in|with|at|on|who|to|needed|required|for|level|knowledge); (looking for|need|seeking|hire|want|hiring|find|require) _4 (expert|specialist|guru|ninja|wizard|rockstar|genius|experts|specialists); subject matter expert*; must be (a|an) _2 expert
expertany: expert; experts
experttrap: expert advisor*; our _2 experts; industry experts; health experts; expert system*; team of experts
specialist: specialist; specialists; guru; ninja; wizard; rockstar
expertise: expertise
deep: (deep|deeper) _1 (understanding|knowledge|expertise|experience|technical); in depth (knowledge|understanding|expertise|experience); deeply; advanced (knowledge|skills|understanding|expertise|experience|level|proficiency|excel|sql); mastery; thorough (understanding|knowledge)
extensive: extensive _2 (experience|knowledge|background|expertise); vast experience; many years; years of experience; several years; significant experience; substantial experience; very experienced; heavily experienced; multiple years
proven: proven; track record; demonstrated (experience|expertise|ability|success); demonstrable; demonstrate (experience|expertise|ability)
highly: highly (skilled|experienced|qualified|talented|motivated|proficient|capable|competent); seasoned; top (tier|notch|talent|rated); world class; elite; best of the best; veteran
strong: strong _3 (experience|background|knowledge|understanding|expertise|skills|proficiency|command|portfolio|foundation); solid _3 (experience|background|knowledge|understanding|skills)
experienced: experienced
skilled: skilled; talented; creative
proficient: proficien*; familiarity; familiar with; knowledge of; understanding of; knowledgeable
expwith: experience (with|in|using|of|on|working|building|developing|designing|creating|managing); (prior|previous|past|relevant) experience; hands on; have experience; (work|working) experience; who has (done|built|worked)
mustexp: must have (experience|worked|done|a|strong|proven|at least); experience _3 (required|a must|must|essential|mandatory|needed)
portfolio: portfolio; portfolios; past work; previous (work|projects|works); sample; samples; examples of; similar project*; relevant project*; past projects
degree: phd; ph.d; degree; bachelor's; bachelors; bachelor; master's; masters; certif*; licensed; cpa; attorney; lawyer; qualified; chartered; doctor; doctorate
phd: phd; ph.d; attorney; lawyer; cpa; chartered; licensed; medical doctor; board certified; professional engineer; postdoc; doctorate
midlevel: mid level; midlevel; intermediate; mid weight
simple: simple; easy; straightforward; straight forward; basic; minor; simply; easily
simplejob: (simple|easy|small|quick|basic|minor|tiny) (job|task|project|fix|change|edit|script|work|changes|edits|fixes|tasks|design|website|site|app|tool|page|logo|video|gig|request|adjustments|tweaks); very (simple|easy|basic|small|quick|short)
quick: quick; quickly; short (job|task|project|term); one time; few (hours|minutes|changes|edits|fixes|tweaks); urgent*; asap; tweak*; one off; (1|2|one|two) (hour|hours|day|days); within (24|48|an|one|a) (hours|hour|day)
dataentry: data entry; copy past*; copy and paste; typing; typist; retyp*; manual* (entry|enter|copy|input|collect|extract|entering); fill* (forms|spreadsheets|in|out); enter* (the)? (data|information|products); data (collection|mining); list (building|of); spreadsheet*; google sheet*; upload* (products|images|photos|listings|product)
lookup: (web|internet|online) research; find _2 (emails|contacts|companies|leads|email); email address*; contact (info|details|information|list|lists); lead list*; scrap*; crawl*; research and (compile|list)
convert: convert*; pdf; pdfs; word document*; excel; powerpoint; resiz*; crop*; background removal; remove (the)? background*; retouch*; photoshop; trace; vectori*
testers: tester*; survey*; participant*; review* (on|for); follower*; sign up*; captcha*; download (the|our|an)? app; likes; share your (screen|experience); record (yourself|your); label*; annotat*; tagging; recording* of
logo: logo*; flyer*; banner*; business card*; poster*; brochure*; thumbnail*; sticker*; tshirt*; t shirt*; icon*; mockup*; social media post*; canva
video: video edit*; video; videos; reels; reel; tiktok; youtube; shorts; premiere; after effects; capcut; animation*
fix: fix*; bug*; error*; issue*; troubleshoot*; update; change; changes; modif*; install*; set up; setup; configur*; add; tweak*
wordpress: wordpress; elementor; wix; squarespace; shopify; woocommerce; webflow; divi; landing page*
fullapp: full stack; fullstack; backend; back end; mobile app*; web app*; saas; marketplace; platform*; mvp; end to end; from scratch; complete (app|website|system|solution|platform); clone
mobile: android; ios; flutter; react native; swift; kotlin; app store
aiml: machine learning; deep learning; neural; llm; llms; gpt; rag; computer vision; nlp; pytorch; tensorflow; artificial intelligence; fine tun*; finetun*; reinforcement; data scien*; predictive; langchain; embeddings; generative
ai: ai; chatbot*; chatgpt; automation*; n8n; zapier; make.com; automate*
quant: trading; forex; crypto*; blockchain; solidity; smart contract*; defi; web3; nft; nfts; hft; backtest*; derivative*; quant*; solana
infra: devops; kubernetes; terraform; aws; azure; gcp; ci cd; docker; microservice*; serverless; cloud; distributed; infrastructure; kafka; spark; snowflake; databricks; etl; data (warehouse|pipeline*|engineer*|lake)
scale: scalab*; scale; scaling; high (performance|availability|traffic|frequency|volume); low latency; real time; enterprise; production (grade|ready|level); robust; performance optimi*; optimi*; complex; sophisticated; cutting edge; advanced; mission critical
secure: security; penetration; cyber*; hipaa; gdpr; soc 2; pci; complian*; encrypt*; audit*; regulat*; fintech; banking; payment; payments
lowlevel: embedded; firmware; fpga; pcb; c++; rust; kernel; cuda; gpu; robot*; ros; simulation*; matlab; finite element; fea; cfd; ansys; solidworks; cad; driver; drivers; reverse engineer*; vhdl; verilog; plc; circuit*
science: statistic*; econometric*; bioinformatic*; clinical; pharma*; medical; mathemat*; algorithm*; research paper*; thesis; dissertation; journal; physics; chemi*; geospatial; gis; stata; spss; regression
biz: strateg*; consult*; financial model*; business plan*; pitch deck*; go to market; advis*; mentor*; market research; roadmap; stakeholder*; fundrais*; investor*
legal: legal; contract; contracts; patent*; trademark*; tax; accounting; accountant*; bookkeep*; quickbooks; payroll
erp: salesforce; sap; odoo; netsuite; dynamics; servicenow; hubspot; crm; erp; power bi; powerbi; tableau; looker
ads: google ads; facebook ads; meta ads; ppc; seo; media buy*; campaign*; growth; funnel*; klaviyo; conversion*; analytics
teamneed: your team; agency; agencies; team of; small team; cross functional; agile; scrum; sprint*
longterm: long term; ongoing; full time; part time; per week; hours (a|per) (week|day); monthly; permanent; 40 hours; retainer
resp: responsibilit*; requirement*; qualification*; deliverable*; scope; milestone*; ideal (candidate|skills|freelancer); key (features|skills|responsibilities); must have*; nice to have; preferred; bonus; plus
screening: when applying; to apply; in your (proposal|application|bid|cover); please (include|provide|share|send|answer); start your (proposal|bid); interview*; test (task|project)
equity: equity; startup*; start up; founder*; founding; nda; confidential*
perunit: per (article|image|photo|video|page|word|item|listing|post|review|lead|contact|record|call|design|piece); # (images|photos|products|records|pages|entries|rows|listings|contacts|leads|companies|words|slides|videos|pictures|posts|articles); each
homework: homework; assignment*; class; classes; course*; tutor*; exam; exams; university; college; teach*; lesson*
personal: for my (wife|husband|son|daughter|friend|mother|mom|dad|family|school|class|dog|cat|wedding|birthday|hobby); just (need|want|a); my (small|little|own) (business|shop|website|site|project); for fun; personal (project|use|website)
own: your own (work|judgement|ideas); independent*; autonomous*; (end to end|full) (responsibility|ownership); minimal supervision; self starter; self motivated; decision*; ownership
growteam: join (our|the|a) _2 team; growing (team|company|agency|business|startup); fast growing; expanding
multi: ability to; able to; responsible for; you will; the candidate; the ideal; we are looking for; you have; you are

eng: english
enghigh: @high _4 english; english _3 (fluent|fluency|fluently|excellent|perfect|flawless|proficient|proficiency|strong|advanced|native|impeccable)
engmid: (good|decent|clear|basic|working|conversational|intermediate|understand|understands|speak|speaks|speaking|communicate|knowledge|write|read|talk) _4 english; english _3 (good|decent|conversational|required|must|mandatory|speaking|speaker)
engnative: native _1 (english|speaker|speakers|level); english native; mother tongue; @nat (english)? accent; accent; no accent; native fluency
englow: basic _1 english; english (is)? (not|optional) (needed|required|necessary|important)?; no english; english (is)? a plus; (or|and) english
engtopic: (in|to|from|into|of) english; plain english; english (version|site|website|text|language|subtitles|translation|articles|content|speaking|lessons|teacher|tutor|class|course); my english
bilingual: bilingual*; multilingual; multi language; multi lingual
cefr: @cefr; ielts; toefl
commskills: communication (skill|skills|ability|abilities); interpersonal; people skills; communicator
commhigh: (excellent|strong|great|exceptional|outstanding|superb|solid|effective|top|impeccable|fluent) _3 communicat*; communicate* (effectively|fluently|confidently)
commmid: (good|clear|regular|proactive|open|prompt|responsive|timely|frequent|constant) _3 communicat*; communicate (clearly|well|regularly)
commany: communicat*
both: (written|writing) (and|or)? _1 (verbal|oral|spoken|speaking|verbally); (verbal|oral|spoken|speaking|verbally) (and|or)? _1 (written|writing)
presents: present* _4 (findings|insights|results|skills|stakeholders|client|clients|management|ideas|team|recommendations); presentation skills; public speaking; storytelling; convey*; articulat*; non technical; explain*; clearly
stakeholder: stakeholder*; (client|customer) facing; clients; discovery call*; liais*; negotiat*
collab: collaborat*; work (closely|with) (with|our|the|us|my|a)?; team player; teamwork; join our; work alongside; coordinate; part of (our|a) team; working closely
ourteam: our team; our _1 team; the team; team; teams
calls: call; calls; phone; zoom; video (chat|conference*); calling; skype; google meet; voice; talk; speak; speaking; microsoft teams; ms teams; teams meeting*
nocalls: no (phone)? (calls|call|meetings|meeting|talking|phone); (text|chat|email|message|messages) only; only (chat|text|email); without (calls|meetings)
coldcall: cold call*; telemarket*; telesales; appointment set*; dialer*; outbound; inbound; call (center|centre); caller; callers; closer; closers; sdr; bdr; setter; setters
meetings: meeting*; weekly; daily (updates|update|standup*|check*|meeting*|report*|call*); standup*; stand up*; check in*; slack; updates; progress (report*|update*); feedback; status; sync
timezone: time zone*; timezone*; est; pst; cst; gmt; utc; cet; overlap; us hours; business hours; availab*; working hours; shift; shifts
support: customer (support|service|success|care); support (agent*|ticket*|rep*); help desk; helpdesk; customer (inquir*|quer*|question*); respond* to (customer*|client*|inquir*|email*|message*|quer*); inquiries; live chat
sales: sales; business develop*; selling; commission*; partnership*; outreach; prospect*; lead generation; b2b; pitch*; recruit*
va: virtual assistant*; (personal|executive|administrative|admin) assistant*; scheduling; calendar; email management; inbox; correspondence; (admin|administrative) (tasks|support|work); community manag*; moderat*
article: article*; blog; blogs; blog post*; content writ*; writer*; ghost writ*; ghostwrit*; ebook*; e book*; novel*; story; stories; script writ*; scriptwrit*; scripts for; essay*; press release*; newsletter*; white paper*; case stud*; biograph*
copy: copywrit*; copy; proofread*; proof read*; grammar; grammatical*; spelling; editing; editor*; rewrit*; rephras*; resume; cv; cover letter*; linkedin; tone
write: write; writing; written; writer; draft*; publish*; content; caption*; descriptions; documentation; proposal*; grant*
report: report; reports; report writing; research report*; literature review*; summar*; analyze; analyse; research; dissertation; thesis; manuscript*; academic; business plan*
transcribe: transcri*; subtitl*; captioning; interpreter*; interpreting; interpretation
translate: translat*; localisation; localization; proofread*
voice: voice over*; voiceover*; voice (actor*|artist*|talent|acting|actress); narrat*; podcast*; host; on camera; ugc; actor*; actress; spokesperson; presenter*
teach: teach*; tutor*; mentor*; coach*; instructor*; trainer*; lesson*; online class*; webinar*; workshop*; course (content|creat*|develop*); consultation*; one on one; 1 on 1; interview*; guide me; teach me; screen shar*; screenshare; teamviewer; anydesk; walk me through; show me how; help me (understand|learn)
pm: project manag*; product manag*; manage (the|our|a); coordinat*; oversee*; supervis*; lead (the|a|our)
olang: @tongue
olangreq: (fluent|native|speak|speaks|speaking|fluency|proficient|proficiency|bilingual|know|knows|speaker|speakers) _3 @tongue; @tongue (speaking|native|fluent|only|required|speaker|speakers)
usbased: us based; (us|usa|u.s) (only|based|resident*|citizen*); based in the (us|uk|united); united states; uk based; located in; india; indian; pakistan; philippines; filipino; latin america; eastern europe
discuss: discuss*; chat; question; questions; let me know; message me; contact me; details will be; more details; brief; idea; ideas; suggest*; advice; requirements gathering
attention: attention to detail; detail oriented; self motivated; independent*; reliable; meet deadlines; professional; problem solving
document: document*; documentation; handover; hand over; walkthrough; walk through; readme; user guide*
brief: (attached|following|provided|below|enclosed) (file|files|document|pdf|brief|instructions|list|link|template|design|mockup|reference|references); see attach*; i will (provide|send|give|supply); we will (provide|send|give|supply); will be provided; as (attached|described|shown)
social: social media; instagram; facebook; linkedin; twitter; community; discord; engagement
clientfacing: (with|to) (our|the|my) (client|clients|customer|customers); (client|customer) (communication|meetings|calls|relationship*|interaction*); directly with (clients|customers|client)
edits: (update|change|edit|replace|swap|modify|correct|adjust) (the|a|an|my|our|some|existing)? (text|texts|content|image|images|photo|photos|picture|pictures|logo|font|fonts|color|colors|colour|colours|header|footer|title|titles|page|pages|menu|links|link|wording|banner|headline|layout|code|file|size|prices); add (a|an|the|some|my|our|new)? _1 (text|image|images|photo|photos|button|buttons|page|pages|form|link|links|logo|popup|field|fields|section|banner|video|tab|icon|icons|column|columns|font|fonts|menu|name|names); (text|content|website|page|minor|small) (changes|updates|edits)
provided: (content|contents|text|texts|image|images|script|copy|format|template|templates|design|designs|files|footage|photos|assets|data|list|everything|materials|material|logo|wireframe|mockup|mockups|info|information|instructions|guidelines) _2 (provided|supplied|given|ready|attached|sent); (i|we) (can|will|would|have|already)? (provide|supply|send|give|share|already)* (you)? (the|all|a|my|our) _1 (content|text|images|script|copy|format|template|design|files|footage|photos|assets|data|list|logo|mockup|wireframe*|info|information|instructions); i'll (provide|supply|send|give|share); we'll (provide|supply|send|give|share); provided by (us|me); follow (the|a|our|my)? (script|template|steps|guidelines|instructions|format|checklist)
similar: similar to (this|my|the|these|what); (site|website|page|app|something|one|look|looks|design|style) (just)? like (this|the|these|one|my); just like; exactly like; exact (copy|replica|match|same); replica*; duplicate; recreate; re create; copy (of|the|this) (a|this|website|site|page|design|existing)?; clone; same (as|style|design|layout|format)
onepage: (one|single|1) page*; onepager; (few|couple|two|three|four|five|2|3|4|5) (of)? (pages|page|sections|screens|slides|images|photos|videos|posts|changes|edits|things|items); small (business|site|website|app|shop|store|company|team|game|script|tool|program|video|logo); mini; tiny; (basic|simple|small|clean|nice|minimal) _1 (website|site|app|page|logo|form|script|tool|program|game|store|shop|design|video|plugin|bot)
justneed: just (need|want|looking|have|a|some|to|something); only (need|want|a|requires|requirement|thing); all i need; all you (need|have); all that is needed; nothing (fancy|crazy|special|complicated|complex|too); (should|would|will|must) be (a|an|pretty|very|fairly|relatively|really|quite)? (easy|quick|simple|straightforward|fast); (shouldn't|won't|doesn't|not) take (you)? (too|very|much|more|long); (take|takes|require|requires) (no|not|only|less|little|a|about|around) _1 (time|hour|hours|minutes|effort|few); less than; no frills; few minutes; half (an|a)? hour; pretty (easy|simple|basic|straightforward)
ownbusiness: my (own|new|small|local)? (business|shop|restaurant|company|salon|store|church|blog|band|brand|website|site|channel|cafe|clinic|practice|studio|podcast|book|page|wife|husband|daughter|son|dad|mom|club); local (business|company|shop|restaurant); family (owned|business); non profit; nonprofit; charity; side (business|hustle|project)
beginclient: (not|isn't|am not|i'm not) _1 (tech|technical|computer) (savvy|person|literate)?; (i|we) (don't|do not) know _1 (how|much|anything); i (tried|am trying|was trying|have tried|started|can't|cannot|am stuck|need help); i'm (stuck|trying|having|struggling|new|not|unable); help me; help with (my|a|an|the|some|setting|fixing|installing); (show|teach|guide|explain) me; stuck; struggling
groundup: (design|architect) and (implement|build|develop|deploy|maintain|optimi*); ground up; (production|enterprise|commercial|industry) (grade|ready|level|quality|system|environment|deployment); state of the art; proprietary; novel; bespoke; innovative; (long|deep|proven) _1 expertise; (fully|highly) (customi*|custom|automated|functional|optimized|scalable|secure); custom (built|made|software|solution|solutions|development|algorithm|model|platform|crm|erp); (multi|cross) (platform|tenant|agent|region|vendor|chain|currency); technical (leadership|strategy|direction|vision|design|specification|challenges); best practices; code (review|reviews|quality); unit test*; test coverage; mentoring
demands: (proficien*|experience|experienced|expertise|knowledge|familiar|familiarity|understanding|background|skilled) (in|with|of)
deliver: deliverable*; milestone*; phase (1|2|one|two|i|ii); timeline; acceptance criteria; source code; specification*; requirements document; user stor*; wireframe*; admin panel*; dashboard*; user (roles|accounts|authentication|login|management|profiles); login; database; payment*; notifications; api*
tellus: tell (us|me) about; cover letter; introduce yourself; (your|a) (rate|availability|experience|background|approach|availability|timezone|location|proposal); (why|how) (you|are you|do you|would you); (start|begin) (your|the) (proposal|application|message|response|bid) with; loom; short (video|intro*)
published: publish*; publication*; readers; audience; seo (friendly|optimized|optimised|writing|content); engaging; storytelling; (tone|voice|style) of; words; word count; plagiarism*; original content; ai generated content; well researched; research and write
worklang: (website|site|app|content|text|texts|video|voice|document|documents|book|game) _1 (in|into) @tongue; @tongue (language|version|text|content|translation|translator*|voice|audience|market|speaking); in @tongue
internals: pull request*; github issue*; open source; library; libraries; sdk; ndk; framework; protocol*; socket*; websocket*; multithread*; memory leak*; race condition*; root cause*; refactor*; legacy (code|system|app|application|codebase); codebase; code base; concurren*; parser*; compiler*; native (module|code|library); hook*; emulator*; rooted; reverse; obfuscat*; decompil*; algorithm*
scarce: geolog*; polymer*; metallurg*; actuar*; radiolog*; epidemiolog*; neuroscien*; aerospace; aviation; semiconductor*; oil and gas; nuclear; biotech*; genomic*; patholog*; toxicolog*; optic*; photonic*; acoustic*; radar; lidar; slam; kinematic*; thermodynamic*; quantum; meta analysis; causal; bayesian; stochastic; optimization (model|problem|algorithm)*; operations research; underwrit*; transfer pricing; ifrs; gaap; securities; hedge fund; private equity; venture capital
likebig: (like|clone|similar to|version of|alternative to) _2 (uber|airbnb|fiverr|upwork|tinder|instagram|facebook|amazon|ebay|etsy|tiktok|netflix|spotify|typeform|doordash|craigslist|youtube|linkedin|twitter|discord|whatsapp|shopify|zillow|booking)
shortspan: (1|2|3|one|two|few|couple|single) (of)? (minute|minutes|hour|hours); (today|tonight|tomorrow); (one|1) day; same day; this weekend; (quick|short) turnaround
longspan: (3|4|6|9|12|three|four|six|nine|twelve|several|multiple) _1 (month|months); (per|a) (month|year); (1|2|one|two) year*; months
handoff: (handoff|handover|kickoff|kick off|hand off|hand over|discovery|onboarding|demo|review|intro|introductory|consultation|strategy|working|training) (session|call|meeting|sessions|calls|meetings); screen share; screen sharing; let's (meet|talk|chat|discuss|connect); (hop|jump) on; meet (to|with|on|via|over); interview; interviews; walk (me|us) through
reportto: report* (to|directly); work* (directly|closely) (with|under); under (the)? (supervision|direction|guidance); communicate* (with|to); coordinat* with; liais*; keep (me|us) (updated|informed|posted); respons* (time|quickly|within|fast); respond (quickly|promptly|within|fast); available (during|for|on|from); daily (scrum|standup|call|report*)
`

// tongues are the languages beside English that listings name.
var tongueNames = strings.Fields("spanish german french arabic hindi urdu italian portuguese japanese korean chinese mandarin cantonese russian turkish dutch polish thai vietnamese indonesian tagalog hebrew greek swedish norwegian danish finnish bengali bangla tamil telugu kannada malayalam punjabi marathi gujarati romanian hungarian czech ukrainian swahili persian farsi malay bulgarian serbian croatian")

// endings are what a star in a table stands for.
var endings = strings.Fields("s es ed d er ers r rs ing ings ion ions or ors ation ations al ally ly y ies ence ency ent ant ance e en es able ability ility ity ative ive ian ist ists ic ics ical ment ments ship ships t ted ting um ure ures ance ances ating ate ates ated ator ators ization isation ize ise ized ised izing ising ized izer matic matics matical metrics ceutical ceuticals chat currency security start")

// families are the names of the families in order, and their patterns.
var families, familyPatterns = readTable(familyTable, ":", ";")

// readTable reads lines of a name and patterns; without patterns in the
// line it is an error of the program.
func readTable(table, colon, semicolon string) (names []string, patterns [][]string) {
	for line := range strings.Lines(table) {
		name, rest, ok := strings.Cut(strings.TrimSpace(line), colon)
		if !ok {
			continue
		}
		names = append(names, name)
		var ps []string
		for p := range strings.SplitSeq(rest, semicolon) {
			ps = append(ps, inflect(strings.TrimSpace(p)))
		}
		patterns = append(patterns, ps)
	}
	return names, patterns
}

// inflect writes out the stars of a pattern: "scal*" and "(scal* up|x)".
func inflect(p string) string {
	if !strings.Contains(p, "*") {
		return p
	}
	forms := func(alt string) []string {
		out := []string{""}
		for i, w := range strings.Fields(alt) {
			ways := []string{w}
			if stem, ok := strings.CutSuffix(w, "*"); ok {
				ways = []string{stem}
				for _, e := range endings {
					ways = append(ways, stem+e)
				}
			}
			var next []string
			for _, o := range out {
				for _, way := range ways {
					if i > 0 {
						next = append(next, o+" "+way)
					} else {
						next = append(next, way)
					}
				}
			}
			out = next
		}
		return out
	}
	var b strings.Builder
	for p != "" {
		open := strings.IndexByte(p, '(')
		plain := p
		if open >= 0 {
			plain = p[:open]
		}
		for _, w := range strings.Fields(plain) {
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			if strings.HasSuffix(w, "*") {
				w = "(" + strings.Join(forms(w), "|") + ")"
			}
			b.WriteString(w)
		}
		if open < 0 {
			break
		}
		end := open + strings.IndexByte(p[open:], ')')
		var alts []string
		for alt := range strings.SplitSeq(p[open+1:end], "|") {
			alts = append(alts, forms(alt)...)
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString("(" + strings.Join(alts, "|") + ")")
		p = p[end+1:]
		if strings.HasPrefix(p, "?") {
			b.WriteByte('?')
			p = p[1:]
		}
	}
	return b.String()
}

// hintRules are the families (their index) and the kinds of work (their index
// after the families).
func hintRules() (list []phrase.Rule) {
	for id, ps := range familyPatterns {
		for _, p := range ps {
			list = append(list, phrase.Rule{ID: id, Pattern: p})
		}
	}
	for i, k := range kinds {
		for _, p := range k.patterns {
			list = append(list, phrase.Rule{ID: len(families) + i, Pattern: p})
		}
	}
	return list
}

// latinStars writes out the stars behind Latin letters; those behind others
// are package phrase's own.
func latinStars(p string) string {
	for i := 1; i < len(p); i++ {
		if p[i] == '*' && p[i-1] < utf8.RuneSelf {
			return inflect(p)
		}
	}
	return p
}

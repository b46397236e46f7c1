package classify

import (
	"strconv"
	"strings"
)

// kindTable are kinds of work: a name; what work of the kind asks of the
// worker when nothing else is known, by a reader's judgement, as a level from
// 0 (entry) to 2 (expert) and an English from 0 (basic) to 2 (fluent); and
// the phrases that name it. Work of one kind that asks for less or for more
// than the rest has a line of its own.
const kindTable = `
dataentry|0.1|0.1|data entry; copy paste; copy and paste; typing; typist; retype; form filling; fill forms; encode data; manual entry; data entry operator; product entry; entering data
listbuild|0.3|0.3|list building; contact list; email list; find emails; email addresses; lead list; company list; collect contacts; web research; internet research; online research; data collection; data mining; data gathering; prospect list; compile a list; directory
upload|0.2|0.2|product upload*; upload products; product listing*; listing products; listings; catalog upload; bulk upload; add products
annot|0.2|0.6|data label*; annotation; annotat*; image tagging; labeling; search quality rater; ai trainer; content evaluator; rater
survey|0.0|0.6|survey*; questionnaire respond*; participant*; user testing; usability test participant; focus group; product tester; app tester; beta test*; test my app; test our app; interviewee
reviews|0.1|0.4|google reviews; app reviews; write reviews; leave a review; product review*; trustpilot; 5 star; upvot*; followers; likes and; subscribers
click|0.0|0.2|captcha; sign up for; create accounts; account creation; referral; micro task*; microtask*; download the app; ad posting; post ads; classified ads; craigslist
convert|0.2|0.1|pdf to word; pdf to excel; word to pdf; excel to; convert pdf; format conversion; document conversion; file conversion; reformat; format a document; formatting; document formatting
bgremove|0.1|0.0|background removal; remove background; clipping path; cut out; cutout; image resiz*; resize images; crop images; photo crop*; watermark removal
retouch|0.5|0.1|photo edit*; photo retouch*; retouching; image edit*; photoshop edit*; photo manipulation; restore photo; colour correction; color correction
logo|0.7|0.1|logo; logos; logo design*
print|0.6|0.1|flyer*; business card*; brochure*; poster*; banner*; leaflet*; menu design; invitation*; label design; packaging; t shirt*; tshirt*; sticker*; postcard; signage; book cover*; album cover
brand|1.0|0.4|brand identity; branding; brand guide*; style guide; visual identity
social_d|0.6|0.4|social media post*; instagram post*; social media graphic*; thumbnail*; canva; carousel
illus|0.9|0.1|illustrat*; character design; cartoon*; comic*; drawing*; concept art; tattoo; coloring book; children's book illustration*
threed|1.1|0.1|3d model*; 3d render*; rendering*; blender; sketchup; 3d design*; maya; zbrush; 3d animation; interior design; architectural visual*; floor plan*; lumion
cad|1.2|0.1|autocad; solidworks; cad draw*; cad design*; revit; bim; technical drawing*; product design; industrial design; mechanical design; fusion 360; inventor; shop drawings
vidsimple|0.6|0.1|video edit*; reels; tiktok video*; short videos; youtube video*; youtube shorts; vlog*; subtitl*; captions; trim; capcut
vidpro|1.0|0.2|motion graphic*; after effects; explainer video*; 2d animation; animation; animator; video production; vfx; davinci; commercial video; promo video
audio|0.9|0.2|audio edit*; mixing; mastering; music produc*; sound design; beat; jingle; podcast edit*
voice|0.6|1.9|voice over*; voiceover*; voice actor*; voice actress; voice talent; narrat*; audiobook narrat*; voice record*
oncam|0.4|1.4|ugc; on camera; actor; actress; spokesperson; presenter; testimonial video*; content creator
transcr|0.3|1.6|transcri*; captioning
translat|0.9|1.7|translat*; locali*; interpreter; interpreting
proof|0.8|2.0|proofread*; copy edit*; copyedit*; editing a book; book edit*; manuscript edit*; grammar
article|0.8|2.0|article*; blog post*; blog writ*; blogger; content writ*; guest post*; seo content; web content; website content; product description*; writing articles; write articles
copyw|1.1|2.0|copywrit*; sales copy; ad copy; email copy; landing page copy; sales page; script writ*; scriptwrit*; screenplay; video script*; press release; white paper*; whitepaper*; case stud*
ebook|0.9|2.0|ebook*; e book*; ghostwrit*; ghost writ*; book writ*; novel; short stor*; fiction; story writ*; memoir; poem*; lyrics
resume|0.9|1.8|resume*; cover letter*; cv writ*; linkedin profile; biography; bio
tech_write|1.3|2.0|technical writ*; documentation writ*; user manual*; api documentation; grant writ*; grant proposal*; proposal writ*; rfp; business plan*; white paper
academic|1.2|1.7|dissertation; thesis; literature review; research paper*; academic writ*; research proposal; journal article; systematic review; manuscript
essay|0.7|1.7|essay*; assignment help; homework; coursework
report|1.0|1.4|research report*; market research; market analysis; industry report; competitor analysis; competitive analysis; feasibility; report writ*
va|0.4|1.5|virtual assistant*; personal assistant; executive assistant; administrative assistant; admin assistant; office assistant; admin support; calendar management; email management; inbox management
cs|0.4|1.9|customer service; customer support; customer care; chat support; live chat; support agent*; support representative; help desk; helpdesk; call center; call centre; technical support
coldcall|0.6|2.0|cold call*; telemarket*; telesales; appointment sett*; outbound call*; phone sales; caller*; dialer; setter*; closer*
sales|1.0|2.0|sales rep*; sales agent*; sales executive; business development; sales manager; account executive; sales development; commission only; commission based; sdr; bdr; lead qualif*
leadgen|0.7|1.0|lead generation; lead gen; linkedin outreach; email outreach; cold email*; outreach; prospecting
recruit|0.9|1.7|recruit*; talent acquisition; headhunt*; hr manager; human resources; sourcing candidates
moder|0.4|1.5|moderator*; moderation; community manage*; discord mod*; chat moderat*; chatter*; onlyfans; engagement
smm|0.9|1.4|social media manag*; social media market*; social media specialist; social media strateg*; instagram manag*; instagram growth; facebook page; influencer*; content calendar; content strateg*
seo|1.0|0.8|seo; search engine optimi*; link build*; backlink*; keyword research; on page; off page; local seo
ads|1.2|0.9|google ads; facebook ads; meta ads; ppc; paid ads; paid media; media buy*; tiktok ads; adwords; ad campaign*; advertising
emailm|1.0|0.9|email market*; klaviyo; mailchimp; newsletter*; email campaign*; email template*; email design
mkt_str|1.5|1.5|marketing strateg*; growth market*; marketing manager; digital market*; marketing consult*; cmo; go to market; growth hack*; marketing plan
pr|1.2|1.9|public relations; publicist; pr specialist; media relations
wp_small|0.8|0.2|wordpress fix; wordpress issue*; wordpress edit*; elementor; wordpress theme*; wordpress update*; divi; website update*; website edit*; small changes; landing page; wix; squarespace; godaddy; weebly; google sites
wordpress|1.0|0.3|wordpress; webflow; framer; website design; web design*; website redesign; build a website; create a website; website developer; business website
ecom|1.0|0.3|shopify; woocommerce; magento; bigcommerce; opencart; prestashop; ecommerce; e commerce; online store; amazon fba; etsy; ebay; dropship*; amazon listing*; amazon seller
frontend|1.0|0.2|html; css; javascript; jquery; bootstrap; psd to html; figma to html; frontend; front end; react; vue; angular; next.js; tailwind
uiux|1.1|0.4|ui ux; ux ui; ui design*; ux design*; figma; wireframe*; prototype*; app design; mobile app design; user interface; user experience; product designer
fullstack|1.3|0.4|full stack; fullstack; laravel; django; node.js; nodejs; mern; mean stack; ruby on rails; asp.net; spring boot; php developer; backend; back end; codeigniter; php; c#; .net; java
saas|1.6|0.5|saas; marketplace; web app*; web application*; platform development; multi tenant; mvp; crm development; erp development; social network; booking system; management system
mobile|1.4|0.3|mobile app*; android app*; ios app*; flutter; react native; swift; kotlin; app developer; app development; android developer; ios developer; iphone app
game|1.4|0.3|unity; unreal; game develop*; game design*; roblox; godot; vr; ar app; augmented reality; virtual reality; metaverse
nocode|1.0|0.3|bubble.io; bubble; flutterflow; glide; airtable; no code; softr; adalo; zapier; make.com; n8n; integromat; gohighlevel; go high level; ghl; highlevel; automation
excel|0.7|0.2|excel; google sheets; spreadsheet*; vba; macro*; pivot; google forms; apps script; formula*
scrape|0.9|0.1|scrap*; crawler*; web crawling; data extraction; extract data; selenium; puppeteer; beautifulsoup; octoparse
script|0.8|0.1|python script; small script; simple script; bash script; script; bot; telegram bot; discord bot; chrome extension; browser extension
wpplugin|1.1|0.1|plugin; api integration; integrate; integration; payment gateway; stripe; paypal; webhook; custom plugin
fix|0.8|0.2|bug fix*; fix bug*; fix error; fix issue*; debug*; troubleshoot*; error fix; not working; broken
bi|1.2|0.7|power bi; powerbi; tableau; looker; data studio; dashboard*; data visuali*; business intelligence; reporting
danal|1.1|0.6|data analysis; data analyst; analyze data; data cleaning; statistical analysis; spss; stata; sas; r programming; statistics; survey analysis; data processing
dsci|1.6|0.5|data scien*; machine learning; deep learning; predictive model*; tensorflow; pytorch; neural network*; computer vision; nlp; natural language processing; time series; forecasting; recommendation system; model training; yolo; object detection; image recognition
llm|1.6|0.5|llm*; rag; langchain; openai; gpt; fine tun*; generative ai; ai agent*; agentic; ai develop*; ai engineer*; voice agent*; vector database*; stable diffusion; hugging face
chatbot|1.2|0.3|chatbot*; chat bot*; ai assistant; manychat; voiceflow; dialogflow; whatsapp bot
dataeng|1.7|0.5|data engineer*; etl; data pipeline*; airflow; snowflake; databricks; spark; kafka; data warehouse; bigquery; redshift; dbt; data architect*
devops|1.6|0.4|devops; kubernetes; terraform; ci cd; docker; aws; azure; gcp; cloud; jenkins; site reliability; sre; infrastructure
sysadmin|1.2|0.4|server admin*; linux admin*; system admin*; cpanel; vps; server setup; migration; hosting; dns; network admin*; it support; office 365; sharepoint; vmware; firewall; cisco; network engineer*
security|1.7|0.5|security audit; penetration test*; pentest*; cybersecurity; cyber security; ethical hack*; vulnerability; malware; soc analyst; infosec; compliance
blockchain|1.7|0.3|blockchain; smart contract*; solidity; web3; defi; nft; token development; crypto exchange; dapp; solana; ethereum; bitcoin
quant|1.7|0.3|trading bot*; algorithmic trading; algo trading; trading strateg*; metatrader; mql4; mql5; mt4; mt5; expert advisor; pine script; pinescript; tradingview; backtest*; forex; quant*; hft; arbitrage bot
embed|1.7|0.2|embedded; firmware; fpga; verilog; vhdl; stm32; microcontroller*; rtos; pcb; circuit design; electronics; altium; hardware design; iot; esp32; arduino; raspberry pi; plc; labview; robot*
eng|1.7|0.3|finite element; fea; cfd; ansys; abaqus; structural engineer*; civil engineer*; mechanical engineer*; electrical engineer*; chemical engineer*; simulation; matlab; simulink; comsol; openfoam; hvac; geotech*
lowlevel|1.8|0.3|c++; rust; kernel; driver development; cuda; gpu; reverse engineer*; assembly; compiler; low latency; high performance; webrtc; video streaming; ffmpeg; blender add on
math|1.6|0.5|mathemat*; optimization model*; operations research; econometric*; actuar*; bioinformatic*; genom*; physics; chemist*; geospatial; gis; remote sensing; algorithm*; cryptograph*
crm|1.3|0.7|salesforce; hubspot; zoho; odoo; netsuite; sap; dynamics 365; servicenow; erp; workday; quickbase; ms dynamics; oracle
qa|0.9|0.6|qa tester; qa engineer; quality assurance; manual testing; test automation; automation testing; test cases; software test*
pm|1.3|1.6|project manag*; product manag*; scrum master; product owner; program manager; operations manager; coordinator; business analyst
account|1.1|0.9|bookkeep*; accounting; accountant; quickbooks; xero; payroll; tax return*; reconcil*; accounts payable
finance|1.5|1.0|financial model*; financial analy*; valuation; cfo; investment analy*; financial plan*; m a; due diligence; equity research; budgeting; fp a
legal|1.7|1.6|lawyer; attorney; legal; contract draft*; patent*; trademark*; paralegal; terms of service; privacy policy; gdpr
medical|1.6|1.3|medical writ*; doctor; physician; nurse; clinical; pharma*; medical bill*; healthcare; nutrition*; dietit*; psycholog*; therap*
consult|1.7|1.6|consultant; consulting; consultation; advisor; adviser; advisory; strategist; mentor*; coach*; guidance; expert advice; fractional
tutor|1.2|1.7|tutor*; teach*; instructor; trainer; lesson*; course creat*; course develop*; training material*; workshop*; webinar*; curriculum; instructional design*; e learning
pitch|1.2|1.0|pitch deck*; powerpoint; presentation*; slide*; google slides; infographic*
interview|0.8|1.6|interview*; podcast host; user interview*; user research*; moderated
lead|1.9|1.3|cto; tech lead; technical lead; team lead; lead developer; lead engineer; principal; architect; head of; technical co founder; cofounder; co founder
event|0.7|1.1|event*; travel; booking; concierge; errand*; local; in person; onsite; on site; photograph*; videograph*; site visit
wp_small|0.4|0.1|one page website; single page website; one page site; one pager; landing page design; simple landing page; coming soon page; memorial page; contact form
wp_small|0.3|0.1|update website; edit website; website changes; website content; update content; content update*; upload content; content upload*; change text; edit text; edit pages; update pages; site updates; small website; minor changes; image swap; replace image*; data migration from; transfer content; copy content
wordpress|0.6|0.2|simple website; basic website; website for my; website for a small; small business website; personal website; portfolio website; blog site; blog website; church website; restaurant website; wedding website; site vitrine
sysadmin|0.5|0.2|set up my; setup my; install plugin; install wordpress; install theme; domain setup; email setup; connect domain; google analytics setup; pixel setup; printer; set up email; ssl certificate; dns record*
social_d|0.3|0.1|pinterest; pins; memes; quote images; stock photos; gif; gifs; collage; wallpaper*
survey|0.1|0.4|closed test*; closed testing; 12 testers; 20 testers; test accounts; google play testers; install app; app review; survey taker*; study participant*; paid study; user study
vidsimple|0.4|0.1|invitation video; birthday; wedding invitation; greeting card*; slideshow; photo video; lyric video*
vidsimple|0.4|0.1|video trimming; trimming; cut video; cut videos; cutting; add captions; add subtitles; text overlay*; short form videos; talking head
pitch|0.6|0.4|ppt; slides from; google slides; powerpoint slides; format slides
sysadmin|1.2|0.3|page speed; website speed; speed optimi*; core web vitals; performance optimi*; load time
sysadmin|1.1|0.3|website migration; migrate website; server migration; database migration; migrate from; cloud migration
saas|1.5|0.4|payment system; payment processing; wallet app; fintech app; banking app; escrow; kyc; trading platform; exchange platform
lowlevel|1.6|0.3|real time; websocket*; streaming platform; video call*; live stream*; multiplayer; peer to peer; webrtc
scrape|0.9|0.1|scraping bot; automation bot; browser automation; captcha bypass; proxy; proxies; anti bot
bi|1.1|0.8|market analysis; data modeling; kpi; kpis; forecasting model; pricing model; a b testing; attribution
consult|1.5|0.7|code review; security review; technical audit; architecture review; due diligence; code audit; technical advisor
`

// kind is one kind of work.
type kind struct {
	name           string
	level, english float32
	patterns       []string
}

var kinds = func() (list []kind) {
	for line := range strings.Lines(kindTable) {
		f := strings.Split(strings.TrimSpace(line), "|")
		if len(f) < 4 {
			continue
		}
		k := kind{name: f[0]}
		for i, to := range []*float32{&k.level, &k.english} {
			v, err := strconv.ParseFloat(f[i+1], 32)
			if err != nil {
				panic("kind of work " + f[0] + ": " + err.Error())
			}
			*to = float32(v)
		}
		for p := range strings.SplitSeq(f[3], ";") {
			k.patterns = append(k.patterns, inflect(strings.TrimSpace(p)))
		}
		list = append(list, k)
	}
	return list
}()

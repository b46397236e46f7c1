package web

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// fair is a small marketplace in memory behind the pages: a store and a
// searcher that reckons hits and facets by market.Query's own meaning.
type fair struct {
	mu       sync.Mutex
	now      time.Time
	specs    []source.Spec
	listings []market.Listing
	states   []market.SourceState
	rates    market.Rates
	dropped  []string
	degraded bool
	atLeast  bool
	asked    []market.Query
	index    IndexState
	reported []string

	incidents                     []market.Incident
	searchErr, storeErr, indexErr error
	panics                        bool
	hook                          func(market.Query) // called by each search
}

func (f *fair) Search(ctx context.Context, q market.Query) (search.Page, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, q)
	if f.hook != nil {
		f.hook(q)
	}
	if f.panics {
		panic("the searcher fell over")
	}
	if f.searchErr != nil {
		return search.Page{}, f.searchErr
	}
	hits := f.matching(q)
	slices.SortStableFunc(hits, func(a, b market.Listing) int { return b.Date().Compare(a.Date()) })
	if q.Order() == market.SortPay {
		slices.SortStableFunc(hits, func(a, b market.Listing) int { return int(b.Pay.USD - a.Pay.USD) })
	}
	p := search.Page{Total: len(hits), Dropped: f.dropped, Degraded: f.degraded, AtLeast: f.atLeast}
	p.Hits = hits[min(q.Offset(), len(hits)):min(q.Offset()+market.PerPage, len(hits))]
	if f.degraded {
		return p, nil
	}
	p.Facets = market.Facets{"kept": {}}
	for _, name := range market.FacetNames {
		if name == "kept" {
			continue
		}
		counts := map[string]int{}
		values := market.FacetValues(name)
		switch name {
		case "category":
			for _, c := range market.Categories {
				values = append(values, string(c))
			}
		case "source":
			for _, sp := range f.specs {
				values = append(values, sp.Name)
			}
		}
		for _, v := range values {
			if n := len(f.matching(q.With(name, v))); n > 0 || market.FacetValues(name) != nil {
				counts[v] = n
			}
		}
		p.Facets[name] = counts
	}
	for _, l := range hits {
		p.Facets["kept"][string(q.Standing(l))]++
	}
	return p, nil
}

func (f *fair) matching(q market.Query) []market.Listing {
	var out []market.Listing
next:
	for _, l := range f.listings {
		if !l.Open() || l.Group != l.ID || !q.Filter(l) {
			continue
		}
		all := strings.ToLower(l.Title + " " + strings.Join(l.Skills, " ") + " " + l.Company + " " + l.Description)
		for _, w := range strings.Fields(strings.ToLower(q.Text)) {
			if !strings.Contains(all, w) {
				continue next
			}
		}
		out = append(out, l)
	}
	return out
}

func (f *fair) Listing(_ context.Context, id string) (market.Listing, error) {
	if f.storeErr != nil {
		return market.Listing{}, f.storeErr
	}
	for _, l := range f.listings {
		if l.ID == id {
			return l, nil
		}
	}
	return market.Listing{}, market.ErrNotFound
}

func (f *fair) Sources(context.Context) ([]market.SourceState, error) { return f.states, f.storeErr }

func (f *fair) OpenIncidents(ctx context.Context) ([]market.Incident, error) {
	all, err := f.Incidents(ctx, len(f.incidents))
	return slices.DeleteFunc(all, func(in market.Incident) bool { return !in.Until.IsZero() }), err
}

func (f *fair) Incidents(_ context.Context, limit int) ([]market.Incident, error) {
	return slices.Clone(f.incidents[:min(limit, len(f.incidents))]), f.storeErr
}

func (f *fair) OfferedParts(_ context.Context, sources []string, digits int) ([]market.OfferedPart, error) {
	return offeredParts(f.listings, sources, digits), f.storeErr
}

func (f *fair) Offered(_ context.Context, sources []string, prefix, after string, limit int) ([]market.Offered, error) {
	return offered(f.listings, sources, prefix, after, limit), f.storeErr
}

func (f *fair) Index(context.Context) (IndexState, error) { return f.index, f.indexErr }

func (f *fair) options() Options {
	return Options{
		Search: f, Store: f, Index: f.Index, Specs: func() []source.Spec { return f.specs }, Rates: f.rates,
		SkillName: func(slug string) string {
			return map[string]string{"google-sheets": "Google Sheets", "excel": "Excel", "typing": "Typing"}[slug]
		},
		BaseURL: "http://kajkhoj.test", Now: func() time.Time { return f.now }, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
}

func (f *fair) serve(t testing.TB, change ...func(*Options)) *httptest.Server {
	t.Helper()
	o := f.options()
	o.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	for _, c := range change {
		c(&o)
	}
	h, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(nil)
	srv.Config = HTTPServer(h, o.Log)
	srv.Start()
	t.Cleanup(srv.Close)
	return srv
}

var fairNow = time.Date(2026, 11, 24, 8, 10, 0, 0, time.UTC) // 14:10 in Dhaka

// offer is a listing as the fair's table writes it.
type offer struct {
	source, title, text string
	pay                 market.Pay
	level               market.Label[market.Level]
	english             market.Label[market.English]
	category            market.Category
	hours               int // ago
	change              func(*market.Listing)
}

func stated[V ~string](v V, quote string) market.Label[V] {
	return market.Label[V]{Value: v, Basis: market.BasisText, Evidence: []market.Evidence{{Field: "description", Quote: quote}}}
}

func guessed[V ~string](v V) market.Label[V] {
	return market.Label[V]{Value: v, Basis: market.BasisEstimate}
}

func dollars(kind market.PayKind, lo, hi int64) market.Pay {
	return market.Pay{Kind: kind, Min: lo * 100, Max: hi * 100, Currency: "USD", USD: hi * 100}
}

func taka(lo int64) market.Pay {
	return market.Pay{Kind: market.PayFixed, Min: lo * 100, Max: lo * 100, Currency: "BDT", USD: lo * 100 / 122}
}

// newFair has six sites that run, one that needs permission and one that an
// operator must supply a key for; and 120 listings, some of them on several
// sites, some dubious, one closed.
func newFair() *fair {
	f := &fair{now: fairNow, rates: market.Rates{AsOf: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), Source: "test", PerUSD: map[string]float64{"USD": 1, "BDT": 122.40, "EUR": 0.92}}}
	for _, s := range []struct {
		name, title string
		full        bool
	}{{"kaajhaat", "Kaaj Haat", true}, {"gigboard", "Gigboard", true}, {"opendesk", "Open Desk", true}, {"remoteferry", "Remote Ferry", false}, {"tasklantern", "Task Lantern", true}, {"foundersthread", "Founders Thread", true}, {"pixelbazaar", "Pixel Bazaar", false}, {"nightshift", "Night Shift Jobs", true}} {
		sp := source.Spec{Name: s.name, Title: s.title, Home: "https://" + s.name + ".example", Schedule: "@every 1h", Enabled: true, CloseAfter: 1,
			Terms: source.Terms{Attribution: "Found on " + s.title, FullText: s.full, Index: s.full, PollFloor: time.Hour, Keep: source.DefaultKeep, Follow: s.name == "opendesk"}}
		switch s.name {
		case "pixelbazaar":
			sp.Enabled, sp.Terms.Permission = false, true
			sp.Why, sp.Needs = "Its terms ask for written permission.", "the site's permission"
		case "nightshift":
			sp.Enabled = false
			sp.Why, sp.Needs = "Its API wants a key.", "KAJKHOJ_NIGHTSHIFT_KEY"
		}
		f.specs = append(f.specs, sp)
	}
	survey := "We ran a household survey on water use and have 300 filled-in paper forms, photographed one by one. Each form has 22 answers: most are numbers and tick boxes, and one is a line of handwriting.\n\n" +
		"We need them typed into a Google Sheet that is already set up. The columns are locked, so little can go wrong. No experience is needed: if you can read neat handwriting and use Google Sheets on a phone or a computer, you can do this.\n\n" +
		"What you will do:\n• Open each photo and type its answers into one row.\n• Mark a cell yellow when you cannot read it.\n• Finish about 60 forms a day, five days in all.\n\n" +
		"We pay $60 for the whole job after the last form is checked. Do the first 50 forms as an unpaid test, so that we can see your speed. The project lead answers questions in the comments of the sheet, in short simple messages.\n\n" +
		"The work is open to people in any country. Please apply on Gigboard with a line on when you could start."
	fee := market.Warning{Kind: market.WarnFee, Evidence: market.Evidence{Field: "description", Quote: "Pay the refundable ID fee of $12"}}
	table := []offer{
		{"gigboard", "Type 300 handwritten survey forms into Google Sheets", survey, dollars("fixed", 60, 60), stated(market.Entry, "No experience is needed"), guessed(market.Basic), "data-entry", 3, func(l *market.Listing) {
			l.Skills = []string{"google-sheets", "typing"}
			l.Warnings = []market.Warning{{Kind: market.WarnFreeTrial, Evidence: market.Evidence{Field: "description", Quote: "Do the first 50 forms as an unpaid test"}}}
			l.Apply = market.Apply{Where: market.WhereWorldwide, Basis: market.BasisText, Evidence: []market.Evidence{{Field: "description", Quote: "open to people in any country"}}}
			l.Pay.Text = "$60 for the whole job"
			l.Pay.Evidence = &market.Evidence{Field: "description", Quote: "$60 for the whole job"}
			l.AlsoOn = []market.Copy{{ID: market.ListingID("opendesk", "7731"), Source: "opendesk", URL: "https://opendesk.example/jobs/7731"}, {ID: market.ListingID("remoteferry", "x"), Source: "remoteferry", URL: "https://remoteferry.example/j/type-survey-forms"}}
		}},
		{"remoteferry", "Add 450 products to an online shop (photos and text supplied)", "Simple written English is enough. " + strings.Repeat("You copy the name, the price and two photos of each product into our shop. ", 12), dollars("fixed", 120, 150), guessed(market.Entry), stated(market.Basic, "Simple written English is enough"), "data-entry", 5, nil},
		{"kaajhaat", "পুরোনো রসিদ থেকে এক্সেলে হিসাব তোলা (২ বছরের)", "আমাদের দোকানের দুই বছরের রসিদ স্ক্যান করা আছে। সেগুলো দেখে এক্সেলে হিসাব তুলতে হবে।\n\nনতুনরা আবেদন করতে পারেন। কাজ ঘরে বসে, প্রতিদিন দুই-তিন ঘণ্টা দিলেই হবে।\n\n• তারিখ, টাকার অঙ্ক আর দোকানের নাম লিখবেন\n• প্রতি সপ্তাহে একটি ফাইল পাঠাবেন", taka(8000), stated(market.Entry, "নতুনরা আবেদন করতে পারেন"), market.Label[market.English]{}, "data-entry", 6, func(l *market.Listing) {
			l.Lang = "bn"
			l.Skills = []string{"excel"}
			l.Apply = market.Apply{Where: market.WhereCountries, Countries: []string{"BD"}, Basis: market.BasisSite, Evidence: []market.Evidence{{Field: "country", Quote: "Bangladesh"}}}
		}},
		{"opendesk", "Clean up 2,000 contacts in a CRM export", "Remove duplicates, fix the phone numbers and fill in the missing cities. You talk to us in chat twice a week.", dollars("hourly", 8, 12), market.Label[market.Level]{}, guessed(market.Conversational), "admin", 8, nil},
		{"tasklantern", "Copy the menus of 40 restaurants into our app", "Perfect for someone starting out. Each menu has about 60 dishes with prices.", dollars("fixed", 90, 90), stated(market.Entry, "Perfect for someone starting out"), guessed(market.Basic), "data-entry", 9, nil},
		{"remoteferry", "Data entry operator, part time, 20 hours a week", "Entry level. You are able to chat in English with the team.", dollars("monthly", 350, 350), market.Label[market.Level]{Value: market.Entry, Basis: market.BasisSite, Evidence: []market.Evidence{{Field: "seniority", Quote: "Entry level"}}}, stated(market.Conversational, "able to chat in English with the team"), "data-entry", 11, func(l *market.Listing) {
			l.AlsoOn = []market.Copy{{ID: market.ListingID("gigboard", "55"), Source: "gigboard", URL: "https://gigboard.example/55"}}
		}},
		{"foundersthread", "Draw boxes around fruit in 5,000 orchard photos", "Label each apple and pear in our browser tool.", dollars("fixed", 200, 200), guessed(market.Entry), guessed(market.Basic), "annotation", 14, nil},
		{"tasklantern", "Simple ad posting and form filling from home, paid daily", "anyone with a phone can do it. Pay the refundable ID fee of $12 to begin.", market.Pay{}, stated(market.Entry, "anyone with a phone can do it"), market.Label[market.English]{}, "marketing", 16, func(l *market.Listing) { l.Warnings = []market.Warning{fee} }},
		{"gigboard", "Find e-mail addresses of 600 dental clinics in Canada", "A spreadsheet of clinics is given. You look up each address on the web.", dollars("fixed", 75, 75), guessed(market.Entry), guessed(market.Conversational), "research", 18, nil},
		{"kaajhaat", "ফেসবুক পেজের জন্য ২০টি পোস্ট ডিজাইন (ক্যানভা)", "২ বছরের অভিজ্ঞতা থাকলে ভালো। বেসিক ইংরেজি জানলেই হবে।", taka(12000), stated(market.Intermediate, "২ বছরের অভিজ্ঞতা"), stated(market.Basic, "বেসিক ইংরেজি"), "design", 26, func(l *market.Listing) { l.Lang = "bn" }},
		{"foundersthread", "Senior Go engineer for a payments start-up", "10+ years of experience. You write and speak fluent English with customers in London. Only people living in the EU or the UK.", dollars("yearly", 110000, 140000), stated(market.Expert, "10+ years of experience"), stated(market.Fluent, "fluent English"), "software", 28, func(l *market.Listing) {
			l.Apply = market.Apply{Where: market.WhereCountries, Countries: []string{"AT", "BE", "DE", "DK", "ES", "FI", "FR", "GB", "IE", "IT", "NL"}, Basis: market.BasisText, Evidence: []market.Evidence{{Field: "description", Quote: "Only people living in the EU or the UK"}}}
			l.Company = "Ledgerly"
		}},
		{"opendesk", "Edit weekly podcast episodes (English, 40 minutes each)", "Cut pauses, level the sound, write show notes. A native ear for English helps: native English required.", market.Pay{Kind: "hourly", Min: 1500, Max: 2500, Currency: "EUR", USD: 2700}, guessed(market.Intermediate), stated(market.Native, "native English required"), "audio", 30, nil},
		{"gigboard", "Subtitle 12 cooking videos from Bengali to English", "You know both languages well.", market.Pay{Text: "negotiable, tell us your rate"}, guessed(market.Intermediate), guessed(market.Fluent), "translation", 33, nil},
		{"tasklantern", "Typing job, high pay, start today", "Apply on Telegram only, no messages here.", dollars("fixed", 500, 500), guessed(market.Entry), market.Label[market.English]{}, "data-entry", 99, func(l *market.Listing) {
			l.Warnings = []market.Warning{{Kind: market.WarnChat, Evidence: market.Evidence{Field: "description", Quote: "Apply on Telegram only, no messages here"}}, {Kind: market.WarnPay, Evidence: market.Evidence{Field: "title", Quote: "high pay"}}}
		}},
	}
	for i := range 120 {
		o := table[i%len(table)]
		if round := i / len(table); round > 0 {
			o.title = fmt.Sprintf("%s, part %d", o.title, round+1)
			o.hours += 37 * round
		}
		id := fmt.Sprint(48213 + i)
		l := market.Listing{ID: market.ListingID(o.source, id), Source: o.source, ExternalID: id, URL: "https://" + o.source + ".example/p/" + id,
			Title: o.title, Description: o.text, Lang: "en", Category: o.category, Pay: o.pay, Level: o.level, English: o.english,
			PostedAt: fairNow.Add(-time.Duration(o.hours)*time.Hour - 10*time.Minute), FirstSeenAt: fairNow.Add(-time.Duration(o.hours)*time.Hour + 20*time.Minute), LastSeenAt: fairNow}
		l.Group = l.ID
		if o.change != nil {
			o.change(&l)
		}
		f.listings = append(f.listings, l)
	}
	gone := f.listings[0]
	gone.ExternalID, gone.ID = "gone", market.ListingID("gigboard", "gone")
	gone.Group, gone.ClosedAt, gone.AlsoOn = gone.ID, fairNow.Add(-5*time.Hour), nil
	gone.PostedAt, gone.FirstSeenAt = fairNow.AddDate(0, 0, -4), fairNow.AddDate(0, 0, -4)
	f.listings = append(f.listings, gone)

	for i, sp := range f.specs {
		st := market.SourceState{Name: sp.Name, Enabled: sp.Enabled}
		if sp.Enabled {
			for _, l := range f.listings {
				if l.Source == sp.Name && l.Open() {
					st.Open++
				}
			}
			st.NextAt = fairNow.Add(time.Duration(20+i*7) * time.Minute)
			for n := range 14 {
				st.Recent = append(st.Recent, run(sp.Name, market.RunOK, st.Open+n%4, fairNow.Add(-time.Duration(n)*time.Hour-12*time.Minute)))
			}
			st.Last, st.LastOK = &st.Recent[0], &st.Recent[0]
			st.Baseline = market.Baseline{Runs: 14, Found: 14 * (st.Open + 1)}
		}
		f.states = append(f.states, st)
	}
	f.index = IndexState{Documents: int64(len(f.listings))}
	return f
}

func run(src string, state market.RunState, found int, at time.Time) market.RunRecord {
	return market.RunRecord{Source: src, Started: at.Add(-time.Minute), Outcome: market.Outcome{State: state, Found: found, Finished: at, Status: http.StatusOK}}
}

// trouble gives the fair's sites every fault that a source can have.
func (f *fair) trouble() {
	at := func(name string) *market.SourceState {
		for i := range f.states {
			if f.states[i].Name == name {
				return &f.states[i]
			}
		}
		panic(name)
	}
	at("gigboard").NextAt = fairNow.Add(-90 * time.Minute)
	thin := at("opendesk")
	thin.Recent[0].Found = 1
	blocked := at("foundersthread")
	blocked.Recent[0] = run("foundersthread", market.RunBlocked, 0, fairNow.Add(-2*time.Hour))
	blocked.Recent[0].Status = http.StatusForbidden
	blocked.Recent[1] = run("foundersthread", market.RunBlocked, 0, fairNow.Add(-4*time.Hour))
	unreachable := at("tasklantern")
	unreachable.Recent[0] = run("tasklantern", market.RunUnreachable, 0, fairNow.Add(-time.Hour))
	unreachable.Recent[0].Status = 0
	f.incidents = []market.Incident{
		{ID: "i3", Source: "opendesk", State: market.HealthThin, Why: market.Reason{Key: "why.thin", Args: map[string]string{"usual": "20", "last": "1"}}, Since: fairNow.Add(-12 * time.Minute)},
		{ID: "i2", Source: "foundersthread", State: market.HealthBlocked, Why: market.Reason{Key: "why.blocked-code", Args: map[string]string{"code": "403"}}, Since: fairNow.Add(-4 * time.Hour), Told: true},
		{ID: "i1", Source: "remoteferry", State: market.HealthEmpty, Why: market.Reason{Key: "why.empty"}, Since: fairNow.Add(-30 * time.Hour), Until: fairNow.Add(-20 * time.Hour), Told: true},
	}
	at("remoteferry").RunningSince = fairNow.Add(-time.Minute)
}

// firstRun empties the fair and begins its first collection.
func (f *fair) firstRun() {
	f.listings = nil
	open := map[string]int{"kaajhaat": 0, "opendesk": 0}
	for i := range f.states {
		st := &f.states[i]
		_, done := open[st.Name]
		*st = market.SourceState{Name: st.Name, Enabled: st.Enabled, NextAt: fairNow}
		switch {
		case done:
			r := run(st.Name, market.RunOK, 0, fairNow)
			st.Last, st.LastOK, st.Recent = &r, &r, []market.RunRecord{r}
		case st.Name == "gigboard":
			st.RunningSince = fairNow.Add(-time.Minute)
		case st.Name == "foundersthread":
			r := run(st.Name, market.RunUnreachable, 0, fairNow)
			st.Last, st.Recent, st.NextAt = &r, []market.RunRecord{r}, fairNow.Add(20*time.Minute)
		}
	}
}

// offeredParts and offered are a store's, of listings in memory; what they
// say last changed when they were first seen.
func offeredParts(ls []market.Listing, sources []string, digits int) []market.OfferedPart {
	var out []market.OfferedPart
	for _, o := range offered(ls, sources, "", "", len(ls)) {
		if n := len(out); n == 0 || out[n-1].Prefix != o.ID[:digits] {
			out = append(out, market.OfferedPart{Prefix: o.ID[:digits]})
		}
		p := &out[len(out)-1]
		if p.Count++; o.ChangedAt.After(p.ChangedAt) {
			p.ChangedAt = o.ChangedAt
		}
	}
	return out
}

func offered(ls []market.Listing, sources []string, prefix, after string, limit int) []market.Offered {
	var out []market.Offered
	for _, l := range ls {
		if l.Open() && slices.Contains(sources, l.Source) && strings.HasPrefix(l.ID, prefix) && l.ID > after {
			out = append(out, market.Offered{ID: l.ID, ChangedAt: l.FirstSeenAt})
		}
	}
	slices.SortFunc(out, func(a, b market.Offered) int { return strings.Compare(a.ID, b.ID) })
	return out[:min(limit, len(out))]
}

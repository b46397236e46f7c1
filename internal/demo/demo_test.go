package demo

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

var began = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

func start(t testing.TB, o Options) *Town {
	t.Helper()
	if o.Every == 0 {
		o.Every = -1
	}
	if o.Start.IsZero() {
		o.Start = began
	}
	town, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { town.Close() })
	return town
}

func (t *Town) named(name string) *site {
	return t.sites[slices.IndexFunc(t.sites, func(s *site) bool { return s.name == name })]
}

// collected is what a run through a marketplace's own recipe brought.
type collected struct {
	drafts   map[string]market.Draft
	rejects  []market.Reject
	skipped  map[string]int
	result   source.Result
	requests int
}

// collect visits a marketplace as the program does, over loopback.
func collect(t testing.TB, town *Town, name string, v market.Validator) (collected, error) {
	t.Helper()
	return collectPages(t, town, name, v, 0)
}

// collectPages reads no more pages than that; 0 is what the recipe allows.
func collectPages(t testing.TB, town *Town, name string, v market.Validator, pages int) (collected, error) {
	t.Helper()
	src := town.Sources()[slices.IndexFunc(town.sites, func(s *site) bool { return s.name == name })]
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	client := fetch.New(fetch.Config{UserAgent: "kajkhoj-test (test@example.org)", Product: "kajkhoj", AllowLoopback: true}, nil)
	limits := src.Spec().Limits
	if pages == 0 {
		pages = limits.Pages
	}
	sess := client.Session(ctx, fetch.Options{Pages: pages, Bytes: limits.Bytes})
	got := collected{drafts: map[string]market.Draft{}, skipped: map[string]int{}}
	var err error
	got.result, err = src.Collect(ctx, source.Input{
		Session: sess, Validator: v, Now: began,
		Emit: func(d market.Draft) error {
			if _, ok := got.drafts[d.ExternalID]; ok {
				t.Errorf("%s: %s came twice", name, d.ExternalID)
			}
			got.drafts[d.ExternalID] = d
			return nil
		},
		Reject: func(r market.Reject) { got.rejects = append(got.rejects, r) },
		Skip:   func(why string) { got.skipped[why]++ },
	})
	got.requests = sess.Pages()
	return got, err
}

// externalID is a posting's id as the marketplace's recipe gives it.
func externalID(s *site, p posting) string {
	switch s.name {
	case "open-desk":
		return "od" + strconv.FormatInt(int64(p.id), 36)
	case "remote-ferry":
		return "ferry-" + strconv.Itoa(p.id)
	case "founders-thread":
		return "t3_" + strconv.FormatInt(int64(p.id), 36)
	}
	return strconv.Itoa(p.id)
}

// check compares what a run brought with what the marketplace holds.
func check(t *testing.T, s *site, got collected) {
	t.Helper()
	if len(got.rejects) > 0 {
		t.Fatalf("%s: %d rejected, the first because %s: %.300s", s.name, len(got.rejects), got.rejects[0].Why, got.rejects[0].Item)
	}
	if !got.result.Complete {
		t.Errorf("%s: the run was not complete", s.name)
	}
	if len(got.drafts) != len(s.postings) {
		t.Errorf("%s: %d drafts, %d postings", s.name, len(got.drafts), len(s.postings))
	}
	for _, p := range s.postings {
		o := s.offer(p)
		d, ok := got.drafts[externalID(s, p)]
		if !ok {
			t.Errorf("%s: %d (%s) was not found", s.name, p.id, o.title)
			continue
		}
		if d.Title != o.title || d.Company != o.company || d.Closed != (p.closed != 0) {
			t.Errorf("%s: %d is %q by %q, closed %v; it holds %q by %q, closed %v", s.name, p.id, d.Title, d.Company, d.Closed, o.title, o.company, p.closed != 0)
		}
		if !strings.HasPrefix(d.URL, s.base+"/") {
			t.Errorf("%s: %d has the address %q", s.name, p.id, d.URL)
		}
		if (d.PostedAt != "") != (p.posted != 0) {
			t.Errorf("%s: %d was posted at %q; it holds %d", s.name, p.id, d.PostedAt, p.posted)
		}
		for _, b := range o.blocks {
			for _, text := range append(slices.Clone(b.items), b.text) {
				if !strings.Contains(d.Description, text) && !strings.Contains(d.Description, strings.NewReplacer("&", "&amp;", `"`, "&#34;", "'", "&#39;").Replace(text)) {
					t.Errorf("%s: %d lacks %q in %q", s.name, p.id, text, d.Description)
				}
			}
		}
		if diff := cmp.Diff(o.skills, d.Skills); diff != "" && s.name != "founders-thread" {
			t.Errorf("%s: %d: skills (-held +found): %s", s.name, p.id, diff)
		}
		paid := d.PayText != "" && d.PayText != "আলোচনা সাপেক্ষে" || d.PayMin != "" && d.PayMax != "" && d.PayCurrency != "" && d.PayPeriod != ""
		unpayable := s.name == "founders-thread" || s.name == "harbour-tasks" && o.pay.kind == market.PayFixed
		if !unpayable && paid != (o.pay.kind != "") {
			t.Errorf("%s: %d pays %q %q-%q %q %q; it holds %+v", s.name, p.id, d.PayText, d.PayMin, d.PayMax, d.PayCurrency, d.PayPeriod, o.pay)
		}
	}
}

func TestEachMarketplaceIsReadWhole(t *testing.T) {
	town := start(t, Options{Seed: 7, Listings: 700})
	for _, s := range town.sites {
		got, err := collect(t, town, s.name, market.Validator{})
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		check(t, s, got)

		again, err := collect(t, town, s.name, got.result.Validator)
		if err != nil || !again.result.Unchanged || again.requests > 1 {
			t.Errorf("%s: asked again it gave %+v after %d pages, %v; wanted 304", s.name, again.result, again.requests, err)
		}
	}
	town.Step(25)
	for _, s := range town.sites {
		got, err := collect(t, town, s.name, market.Validator{})
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		check(t, s, got)
	}
	if got, _ := collect(t, town, "founders-thread", market.Validator{}); got.skipped["offers work"] == 0 {
		t.Error("Founders Thread: nobody who looks for work was skipped")
	}
}

func TestFieldsOfEachMarketplace(t *testing.T) {
	town := start(t, Options{Seed: 7, Listings: 700})
	for name, want := range map[string][]string{
		"gigboard":        {"level", "locations"},
		"open-desk":       {"level", "english", "locations", "zones"},
		"kaaj-haat":       {"level", "english"},
		"remote-ferry":    {"locations"},
		"task-lantern":    {"level"},
		"founders-thread": nil,
		"harbour-tasks":   {"level", "locations", "expires"},
		"pixel-bazaar":    nil,
	} {
		got, err := collect(t, town, name, market.Validator{})
		if err != nil {
			t.Fatal(err)
		}
		n := map[string]int{}
		for _, d := range got.drafts {
			for field, has := range map[string]bool{
				"level": d.Level != "" && d.LevelField != "", "english": d.English != "" && d.EnglishField != "",
				"locations": len(d.Locations) > 0, "zones": len(d.Zones) > 0, "expires": d.ExpiresAt != "",
			} {
				if has {
					n[field]++
				}
			}
		}
		for _, field := range []string{"level", "english", "locations", "zones", "expires"} {
			if (n[field] > 0) != slices.Contains(want, field) {
				t.Errorf("%s: %d of %d drafts have %s", name, n[field], len(got.drafts), field)
			}
			if n[field] == len(got.drafts) && field != "expires" {
				t.Errorf("%s: each draft states %s, and no site is so good", name, field)
			}
		}
	}
}

func TestSameSeedSameTown(t *testing.T) {
	tell := func(seed uint64) (out []string) {
		town := start(t, Options{Seed: seed, Listings: 300})
		town.Step(5)
		for _, s := range town.sites {
			for _, p := range s.postings {
				o := s.offer(p)
				out = append(out, strings.Join([]string{s.name, externalID(s, p), strconv.FormatInt(p.posted, 10), o.title, o.company, o.plain()}, "|"))
			}
		}
		return out
	}
	a, b, c := tell(3), tell(3), tell(4)
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(a, c) {
		t.Error("another seed gave the same town")
	}
}

func TestTownIsBelievable(t *testing.T) {
	town := start(t, Options{Seed: 1})
	kinds, currencies, pays, langs := map[market.Category]int{}, map[string]int{}, map[market.PayKind]int{}, map[string]int{}
	levels, englishes := map[market.Level]int{}, map[market.English]int{}
	titles, texts := map[string]int{}, map[string]bool{}
	all, open, dubious, copies, undated := 0, 0, 0, 0, 0
	seen := map[uint64]bool{}
	for _, s := range town.sites {
		open += s.count()
		for _, p := range s.postings {
			o := s.offer(p)
			all++
			kinds[o.category]++
			currencies[o.pay.currency]++
			pays[o.pay.kind]++
			langs[o.lang]++
			levels[o.level]++
			englishes[o.english]++
			if o.dubious {
				dubious++
			}
			if p.posted == 0 {
				undated++
			} else if at := time.Unix(p.posted, 0); at.After(began) || at.Before(began.Add(-oldest)) {
				t.Errorf("%s: %d is dated %v", s.name, p.id, at)
			}
			if strings.ContainsAny(o.title+o.plain(), "{}") {
				t.Errorf("a slot is open in %q", o.title)
			}
			if n := len([]rune(o.title)); n < 10 || n > 110 {
				t.Errorf("a title of %d characters: %q", n, o.title)
			}
			if paragraphs := len(o.blocks); paragraphs < 3 || paragraphs > 9 {
				t.Errorf("%d blocks in %q", paragraphs, o.title)
			}
			if seen[p.text] {
				copies++
				continue
			}
			seen[p.text] = true
			titles[o.title]++
			if texts[o.plain()] {
				t.Errorf("two offers have the text of %q", o.title)
			}
			texts[o.plain()] = true
		}
	}
	if all != 2000 || open != 2000 {
		t.Errorf("%d offers, %d open; wanted 2,000", all, open)
	}
	for _, c := range market.Categories {
		if kinds[c] < 5 {
			t.Errorf("%d offers of %s", kinds[c], c)
		}
	}
	for _, c := range []string{"USD", "EUR", "GBP", "INR", "BDT"} {
		if currencies[c] < 50 {
			t.Errorf("%d offers pay in %s", currencies[c], c)
		}
	}
	for _, k := range []market.PayKind{market.PayFixed, market.PayHourly, market.PayMonthly, market.PayYearly, ""} {
		if pays[k] < 30 {
			t.Errorf("%d offers pay %q", pays[k], k)
		}
	}
	for _, l := range market.Levels {
		if levels[l] < 200 {
			t.Errorf("%d offers of level %s", levels[l], l)
		}
	}
	for _, e := range market.Englishes {
		if englishes[e] < 50 {
			t.Errorf("%d offers ask for %s English", englishes[e], e)
		}
	}
	within := func(what string, n, low, high int) {
		if n < low || n > high {
			t.Errorf("%d %s, wanted %d to %d", n, what, low, high)
		}
	}
	within("dubious offers", dubious, 40, 80)
	within("copies", copies, 80, 220)
	within("undated offers", undated, 40, 300)
	within("offers in Bengali", langs["bn"], 180, 350)
	within("different titles", len(titles), 1400, 2000)
	if n := len(town.english.jobs) + len(town.bengali.jobs); n < 120 {
		t.Errorf("%d kinds of job, wanted 120", n)
	}
}

func TestStepsChangeTheTown(t *testing.T) {
	town := start(t, Options{Seed: 2})
	type key struct {
		site string
		id   int
	}
	snapshot := func() map[key]posting {
		m := map[key]posting{}
		for _, s := range town.sites {
			for _, p := range s.postings {
				m[key{s.name, p.id}] = p
			}
		}
		return m
	}
	before := snapshot()
	texts := map[uint64]bool{}
	for _, p := range before {
		texts[p.text] = true
	}
	town.Step(30)
	fresh, reposted, edited, closed, gone := 0, 0, 0, 0, 0
	after := snapshot()
	for k, p := range after {
		old, was := before[k]
		switch {
		case !was && texts[p.text]:
			reposted++
		case !was:
			fresh++
		case p.edits > old.edits:
			edited++
		}
		if p.closed != 0 {
			closed++
		}
		if !was && p.posted != 0 {
			if at := time.Unix(p.posted, 0); at.Before(began) || at.After(began.Add(30*usualEvery)) {
				t.Errorf("%v came at %v", k, at)
			}
		}
	}
	for k := range before {
		if _, ok := after[k]; !ok {
			gone++
		}
	}
	for what, n := range map[string]int{"fresh": fresh, "reposted": reposted, "edited": edited, "closed": closed, "gone": gone} {
		if n < 5 {
			t.Errorf("%d %s after 30 steps", n, what)
		}
	}
	if n := len(after); n < 1900 || n > 2150 {
		t.Errorf("%d offers after 30 steps", n)
	}

	s := town.named("kaaj-haat")
	for k := range before {
		if _, ok := after[k]; !ok && k.site == s.name {
			if r, _ := get(t, s.base+"/kaj/"+strconv.Itoa(k.id), nil); r.StatusCode != http.StatusGone {
				t.Errorf("the page of a closed offer answers %d", r.StatusCode)
			}
		}
	}
}

func TestTownLivesByItself(t *testing.T) {
	town := start(t, Options{Seed: 5, Listings: 100, Every: 5 * time.Millisecond})
	for range 400 {
		town.mu.Lock()
		n := town.steps
		town.mu.Unlock()
		if n >= 3 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Error("no steps within two seconds")
}

func TestOnlySomeMarketplaces(t *testing.T) {
	town := start(t, Options{Seed: 9, Only: []string{"gigboard", "remote-ferry"}, Listings: 70})
	open := town.Open()
	if open["gigboard"]+open["remote-ferry"] != 70 || len(open) != 2 || len(town.Sources()) != 2 {
		t.Errorf("open: %v", open)
	}
	if _, err := Start(Options{Only: []string{"nowhere"}}); err == nil {
		t.Error("a marketplace that does not exist was opened")
	}
}

func TestManyListings(t *testing.T) {
	town := start(t, Options{Seed: 9, Only: []string{"gigboard"}, Listings: 200_000})
	s := town.named("gigboard")
	if s.count() != 200_000 {
		t.Fatalf("%d offers", s.count())
	}
	for _, page := range []string{"1", "1000", "2000"} {
		r, body := get(t, s.base+"/api/v1/jobs?per_page=100&page="+page, nil)
		if r.StatusCode != http.StatusOK || strings.Count(body, `"posted_at"`) != 100 {
			t.Errorf("page %s: %d with %d jobs", page, r.StatusCode, strings.Count(body, `"posted_at"`))
		}
	}
	if _, body := get(t, s.base+"/api/v1/jobs?per_page=100&page=2001", nil); !strings.Contains(body, `"jobs":[]`) {
		t.Errorf("after the last page came %.200s", body)
	}
}

func TestTermsDiffer(t *testing.T) {
	town := start(t, Options{Listings: 8})
	var excerpt, closed, hidden, followed []string
	for _, src := range town.Sources() {
		sp := src.Spec()
		if err := sp.Check(); err != nil {
			t.Errorf("%s: %v", sp.Name, err)
		}
		if sp.Terms.Delay != 0 || sp.Terms.PollFloor > 15*time.Second {
			t.Errorf("%s waits %v, %v", sp.Name, sp.Terms.Delay, sp.Terms.PollFloor)
		}
		for list, in := range map[*[]string]bool{&excerpt: !sp.Terms.FullText, &closed: !sp.Terms.Syndicate, &hidden: !sp.Terms.Index, &followed: sp.Terms.Follow} {
			if in {
				*list = append(*list, sp.Name)
			}
		}
	}
	got := [][]string{excerpt, closed, hidden, followed}
	if diff := cmp.Diff([][]string{{"open-desk"}, {"remote-ferry"}, {"task-lantern"}, {"kaaj-haat"}}, got); diff != "" {
		t.Error(diff)
	}
}

func get(t testing.TB, url string, header map[string]string) (*http.Response, string) {
	t.Helper()
	r, body, err := ask(t.Context(), url, header)
	if err != nil {
		t.Fatal(err)
	}
	return r, body
}

// ask sends one request without redirects and without asking for gzip by itself.
func ask(ctx context.Context, url string, header map[string]string) (*http.Response, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, "", err
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	tr := &http.Transport{DisableCompression: true, DisableKeepAlives: true}
	r, err := tr.RoundTrip(req)
	if err != nil {
		return nil, "", err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	return r, string(body), err
}

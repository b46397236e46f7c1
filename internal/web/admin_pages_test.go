package web

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// run has a source's run end with an outcome, listings and rejects.
func (o *office) run(name string, out market.Outcome, rejects []market.Reject, ls ...market.Listing) market.Run {
	o.t.Helper()
	ctx := o.t.Context()
	r, err := o.st.ClaimNamed(ctx, name, o.f.now, time.Hour)
	if err != nil {
		o.t.Fatal(err)
	}
	if len(ls) > 0 {
		if _, err := o.st.Save(ctx, r, ls, o.f.now); err != nil {
			o.t.Fatal(err)
		}
	}
	if err := o.st.Rejected(ctx, r, rejects); err != nil {
		o.t.Fatal(err)
	}
	o.f.now = o.f.now.Add(time.Minute)
	out.Finished, out.Next, out.CloseAfter = o.f.now, o.f.now.Add(time.Hour), 1
	if out.State == "" {
		out.State = market.RunOK
	}
	if _, err := o.st.Finish(ctx, r, out, 0); err != nil {
		o.t.Fatal(err)
	}
	return r
}

// cells are the texts of a table's row.
func cells(tr *goquery.Selection) string {
	return strings.Join(tr.Find("th, td").Map(func(_ int, c *goquery.Selection) string { return words(c) }), "|")
}

func offerOf(src, id, title string) market.Listing {
	return market.Listing{ID: market.ListingID(src, id), Source: src, ExternalID: id, URL: "https://" + src + ".example/" + id, Title: title, Description: "The text of " + title + "."}
}

func filledIn(n int, fields ...string) market.Completeness {
	c := market.Completeness{Listings: n, Filled: map[string]int{}}
	for _, f := range fields {
		c.Filled[f] = n
	}
	return c
}

// fresh makes the pages read the store anew: they keep what they read for
// some seconds.
func (o *office) fresh() { time.Sleep(statesFor + 20*time.Millisecond) }

func TestAdminSources(t *testing.T) {
	o := newOffice(t)
	for range 6 {
		o.run("gigboard", market.Outcome{Status: 200, Bytes: 61_440, Found: 40, Filled: filledIn(40, "pay", "url", "description")}, nil)
	}
	bad := o.run("gigboard", market.Outcome{Status: 200, Bytes: 61_440, Found: 38, Rejected: 2, Filled: filledIn(38, "url", "description")}, []market.Reject{{Why: "no title", Item: `{"id": 7, "title": "<script>alert(1)</script>"}`}, {Why: "no id", Item: "{}"}})
	o.run("remoteferry", market.Outcome{State: market.RunBlocked, Status: 403, Err: "https://remoteferry.example answered 403 Forbidden"}, nil)
	in := market.Incident{Source: "remoteferry", State: market.HealthBlocked, Why: market.Reason{Key: "why.blocked-code", Args: map[string]string{"code": "403"}}, Since: o.f.now.Add(-3 * time.Hour)}
	if err := o.st.Turn(t.Context(), nil, in, nil); err != nil {
		t.Fatal(err)
	}
	o.enter()
	doc := o.page("/admin")
	var order []string
	doc.Find("ul.rows h3").Each(func(_ int, h *goquery.Selection) { order = append(order, attr(h, "id")) })
	if len(order) != len(o.f.specs) || order[0] != "remoteferry" || order[1] != "gigboard" {
		t.Errorf("the order is %v", order)
	}
	if got := words(doc.Find("#sources")); !strings.HasSuffix(got, "need a look: 2") {
		t.Errorf("the heading is %q", got)
	}
	row := func(doc *goquery.Document, name string) *goquery.Selection { return doc.Find("#" + name).Closest("li") }
	for name, wants := range map[string][]string{
		"remoteferry": {"Blocked", "The site refuses to be read (403)", "answer 403", "11:18"},
		"gigboard":    {"Changed", "100%", "0%", "found 38"},
	} {
		for _, want := range wants {
			if got := words(row(doc, name)); !strings.Contains(got, want) {
				t.Errorf("%s does not say %q: %s", name, want, got)
			}
		}
	}
	if row(doc, "gigboard").Find("svg.spark[role=img]").Length() != 1 {
		t.Error("there is no sparkline")
	}

	// Pause, run now, and on again; each is in the log, with what was before.
	o.f.now = o.f.now.Add(time.Second)
	o.posts("/admin/source/gigboard", url.Values{"do": {"pause"}, "from": {"list"}})
	o.fresh()
	doc = o.page("/admin?done=paused")
	if got := words(row(doc, "gigboard")); !strings.Contains(got, "Paused") || row(doc, "gigboard").Find("button[value=resume]").Length() != 1 || row(doc, "gigboard").Find("button[value=pause], button[value=run]").Length() != 0 {
		t.Errorf("paused: %s", got)
	}
	if !strings.Contains(words(doc.Find("[role=status]")), "Paused.") {
		t.Error("the page does not say what was done")
	}
	if _, err := o.st.Claim(t.Context(), o.f.now.Add(48*time.Hour), time.Minute); err != nil {
		t.Fatal(err) // another source is due
	}
	o.f.now = o.f.now.Add(time.Second)
	o.posts("/admin/source/gigboard", url.Values{"do": {"resume"}})
	o.f.now = o.f.now.Add(time.Second)
	o.fresh()
	o.posts("/admin/source/gigboard", url.Values{"do": {"run"}})
	states, err := o.st.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(states, func(s market.SourceState) bool { return s.Name == "gigboard" })
	if st := states[i]; st.NextAt.After(o.f.now) || !st.PausedAt.IsZero() {
		t.Errorf("it is due at %v, paused at %v", st.NextAt, st.PausedAt)
	}
	lines, err := o.st.AuditLog(t.Context(), 10)
	if err != nil || len(lines) != 4 || lines[0].What != "source.run" || lines[1].What != "source.resume" || lines[2].What != "source.pause" || lines[2].Subject != "gigboard" || lines[2].Who != market.OperatorConsole ||
		lines[2].Before != "on" || lines[2].After != "paused" || lines[1].Before != "paused" || lines[1].After != "on" || lines[0].After != "due at once" || !strings.HasPrefix(lines[0].Before, "due 2026-11-24T") {
		t.Errorf("the log: %+v, %v", lines, err)
	}
	log := words(o.page("/admin/log").Find("ul.rows"))
	for _, want := range []string{"Run now: gigboard", "Paused gigboard", "console"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log's page does not say %q: %s", want, log)
		}
	}

	// One source: its runs, its fields against the usual, what was rejected.
	doc = o.page("/admin/source/gigboard")
	if n := doc.Find("#runs ~ * tbody tr").Length(); n != 7 {
		t.Errorf("%d runs are shown", n)
	}
	if got := cells(doc.Find("#runs ~ * tbody tr").First()); got != "14:17|ok|200|60 KB|38|0|0|0|0|2" {
		t.Errorf("the newest run: %s", got)
	}
	pay := doc.Find("#fields ~ table tr").FilterFunction(func(_ int, tr *goquery.Selection) bool { return words(tr.Find("th")) == "pay" })
	if got := cells(pay); got != "pay|100%|0% lost" {
		t.Errorf("pay: %q", got)
	}
	link := attr(doc.Find("#runs ~ * tbody tr").First().Find("a"), "href")
	if link != "/admin/source/gigboard/run/"+bad.ID {
		t.Fatalf("the rejected items are at %q", link)
	}
	doc = o.page(link)
	if got := words(doc.Find("pre").First()); got != `{"id": 7, "title": "<script>alert(1)</script>"}` && got != "{}" || doc.Find("pre").Length() != 2 {
		t.Errorf("rejected: %s", words(doc.Find("main")))
	}
	if got := words(o.page("/admin/source/remoteferry").Find("#incidents").Parent()); !strings.Contains(got, "still going on") || !strings.Contains(got, "403") {
		t.Errorf("incidents: %s", got)
	}
	for _, path := range []string{"/admin/source/nowhere", "/admin/source/gigboard/run/x", "/admin/source/gigboard/source.yaml", "/admin/source/new?edit=gigboard", "/admin/nowhere"} {
		if res, _ := o.send("GET", path, nil); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
	for path, form := range map[string]url.Values{"/admin/source/nowhere": {"do": {"pause"}}, "/admin/source/nowhere2": {"do": {"delete"}, "sure": {"1"}}} {
		if res, _ := o.send("POST", path, form); res.StatusCode != http.StatusNotFound {
			t.Errorf("POST %s: %s", path, res.Status)
		}
	}
	if res, _ := o.send("POST", "/admin/source/gigboard", url.Values{"do": {"explode"}}); res.StatusCode != 400 {
		t.Errorf("an unknown button: %s", res.Status)
	}

	// A recipe whose name a source of the program has does not run, which is
	// not kept silent.
	const doubled = "now comes with the program"
	if got := words(o.page("/admin/source/gigboard").Find("main")); strings.Contains(got, doubled) {
		t.Error("a source of the program alone is said to be doubled")
	}
	if err := o.st.SaveSource(t.Context(), market.StoredSource{Name: "gigboard", YAML: sampleRecipe, Enabled: true}, time.Time{}, market.Audit{At: o.f.now, Who: "console", What: "source.save", Subject: "gigboard"}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/admin", "/admin/source/gigboard"} {
		if got := words(o.page(path).Find("main")); !strings.Contains(got, doubled) {
			t.Errorf("%s does not say that gigboard is there twice: %s", path, got)
		}
	}
}

func TestAdminReports(t *testing.T) {
	o := newOffice(t)
	a, b, c := offerOf("gigboard", "1", "Type letters"), offerOf("gigboard", "2", "Count boats"), offerOf("opendesk", "3", "Count boats, again")
	a.Level = market.Label[market.Level]{Value: market.Entry, Basis: market.BasisEstimate}
	a.Labelled = 7
	b.English = market.Label[market.English]{Value: market.Basic, Basis: market.BasisText}
	o.run("gigboard", market.Outcome{Status: 200, Found: 2}, nil, a, b)
	o.run("opendesk", market.Outcome{Status: 200, Found: 1}, nil, c)
	for i, r := range []market.Report{{Listing: a.ID, Wrong: market.WrongLevel}, {Listing: a.ID, Wrong: market.WrongLevel}, {Listing: a.ID, Wrong: market.WrongSuspicious}, {Listing: b.ID, Wrong: market.WrongClosed}, {Listing: c.ID, Wrong: market.WrongClosed}, {Listing: b.ID, Wrong: market.WrongEnglish}, {Listing: b.ID, Wrong: market.WrongLevel}} {
		r.At = o.f.now.Add(time.Duration(i) * time.Second)
		if _, err := o.st.Report(t.Context(), r, "net"+string(rune('a'+i))); err != nil {
			t.Fatal(err)
		}
	}
	o.enter()
	doc := o.page("/admin/reports")
	if n := doc.Find("form ul.rows > li").Length(); n != 3 {
		t.Fatalf("%d listings: %s", n, words(doc.Find("main")))
	}
	row := doc.Find(`input[value="` + a.ID + `"]`).Closest("li")
	if got := words(row); !strings.Contains(got, "Wrong level × 2 (Entry, estimated, classifier 7)") || !strings.Contains(got, "Suspicious × 1 (classifier 7)") {
		t.Errorf("the reports about one: %s", got)
	}
	row = doc.Find(`input[value="` + b.ID + `"]`).Closest("li")
	if got := words(row); !strings.Contains(got, "Wrong English × 1 (Basic, stated)") || !strings.Contains(got, "Wrong level × 1 (not stated)") || strings.Contains(got, "Work is gone × 1 (") {
		t.Errorf("the reports about another: %s", got)
	}
	if got := words(doc.Find("nav a[aria-current]")); got != "Reports (3)" {
		t.Errorf("the navigation says %q", got)
	}
	open := func() (out []string) {
		all, err := o.st.OpenReports(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			out = append(out, r.Listing.ID)
		}
		return out
	}
	if got := words(o.posts("/admin/reports", url.Values{"do": {"done"}}).Find("[role=status]")); !strings.Contains(got, "Nothing was chosen") || len(open()) != 6 {
		t.Errorf("none chosen: %q, open %v", got, open())
	}
	o.posts("/admin/reports", url.Values{"do": {"dropped"}, "id": {a.ID}})
	o.posts("/admin/reports", url.Values{"do": {"close"}, "id": {b.ID, c.ID}})
	if got := open(); len(got) != 0 {
		t.Errorf("still open: %v", got)
	}
	for _, l := range []market.Listing{b, c} {
		if got, err := o.st.Listing(t.Context(), l.ID); err != nil || got.Open() {
			t.Errorf("%s is open, %v", l.Title, err)
		}
	}
	if got, err := o.st.Listing(t.Context(), a.ID); err != nil || !got.Open() {
		t.Errorf("%s is closed, %v", a.Title, err)
	}
	if got := words(o.page("/admin/reports").Find(".note")); !strings.Contains(got, "Nobody has reported") {
		t.Errorf("afterwards: %s", got)
	}
	for _, form := range []url.Values{{"do": {"explode"}, "id": {a.ID}}, {"do": {"done"}, "id": {"' OR 1=1"}}} {
		if res, _ := o.send("POST", "/admin/reports", form); res.StatusCode != 400 && res.StatusCode != 404 {
			t.Errorf("%v: %s", form, res.Status)
		}
	}
}

// Duplicates are merged and split by hand, by the other one's number or
// address, and that sticks.
func TestAdminGroup(t *testing.T) {
	o := newOffice(t)
	a, b := offerOf("gigboard", "1", "Type letters"), offerOf("opendesk", "2", "Write with a machine")
	o.run("gigboard", market.Outcome{Status: 200, Found: 1}, nil, a)
	o.run("opendesk", market.Outcome{Status: 200, Found: 1}, nil, b)
	o.enter()
	path := "/admin/group/" + a.ID
	if doc := o.page(path); doc.Find("#members ~ ul > li").Length() != 1 || doc.Find("button[value=split]").Length() != 0 {
		t.Error("one alone can be split")
	}
	for with, want := range map[string]string{"nonsense": "no listing’s address", a.ID: "no listing’s address", strings.Repeat("0", 20): "no such listing"} {
		res, body := o.send("POST", path, url.Values{"do": {"merge"}, "with": {with}})
		if res.StatusCode != 400 || !strings.Contains(words(o.read(path, body).Find("#with-error")), want) {
			t.Errorf("merging with %s: %s", with, res.Status)
		}
	}
	doc := o.posts(path, url.Values{"do": {"merge"}, "with": {"http://kajkhoj.test/listing/" + b.ID + "?from=BD"}})
	if n := doc.Find("#members ~ ul > li").Length(); n != 2 || !strings.Contains(words(doc.Find("[role=status]")), "Merged") {
		t.Fatalf("merged: %s", words(doc.Find("main")))
	}
	if got := words(o.posts(path, url.Values{"do": {"merge"}, "with": {b.ID}}).Find("[role=status]")); !strings.Contains(got, "Nothing was changed") {
		t.Errorf("merged twice: %q", got)
	}
	o.run("opendesk", market.Outcome{Status: 200, Found: 1}, nil, b)
	if n := o.page(path).Find("#members ~ ul > li").Length(); n != 2 {
		t.Errorf("after the next run the group has %d", n)
	}
	if doc := o.posts(path, url.Values{"do": {"split"}, "id": {b.ID}}); doc.Find("#members ~ ul > li").Length() != 1 {
		t.Errorf("split: %s", words(doc.Find("main")))
	}
	lines, err := o.st.AuditLog(t.Context(), 10)
	if err != nil || len(lines) != 3 {
		t.Errorf("the log: %+v, %v", lines, err)
	}
}

// A person's trail is found by their address, which stands in no address and
// no log.
func TestAdminMail(t *testing.T) {
	o := newOffice(t)
	who := "Rina.Akter@mail.example"
	_, err := o.st.Subscribe(t.Context(), who, market.Search{Query: "q=typing", Freq: market.Daily, Lang: "en", Hour: 8, Zone: "Asia/Dhaka"}, o.f.now, func(to market.Subscriber, s market.Search) (market.Letter, []market.Token, error) {
		return market.Letter{Key: "k1", Kind: market.LetterConfirm, Subscriber: to.ID, To: to.Email, Subject: "s", Text: "a secret", Created: o.f.now, NextAt: o.f.now, State: market.LetterQueued, Stop: "http://kajkhoj.test/stop/x"}, nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := o.st.Suppress(t.Context(), "gone@mail.example", market.SuppressBounce, o.f.now); err != nil {
		t.Fatal(err)
	}
	o.enter()
	doc := o.page("/admin/mail")
	all := words(doc.Find("main"))
	for _, want := range []string{"Confirmation", "k1", "g•••@mail.example", "does not exist", "Mail queue (1)"} {
		if !strings.Contains(all, want) {
			t.Errorf("the page does not say %q: %s", want, all)
		}
	}
	for _, secret := range []string{"Rina", "gone@", "a secret"} {
		if strings.Contains(all, secret) {
			t.Errorf("the page tells %q", secret)
		}
	}
	res, body := o.send("POST", "/admin/mail", url.Values{"email": {strings.ToLower(who)}})
	doc = o.read("the trail", body)
	if got := words(doc.Find("#of").Parent()); res.StatusCode != 200 || !strings.Contains(got, "r•••@mail.example") || !strings.Contains(got, "typing") || !strings.Contains(got, "not confirmed") || !strings.Contains(got, "k1") {
		t.Errorf("the trail: %s %s", res.Status, got)
	}
	if strings.Contains(body, "a secret") || strings.Contains(strings.ToLower(body), "rina.akter") {
		t.Error("the trail tells an address or a letter's words")
	}
	if got := words(o.read("nobody", func() string {
		_, b := o.send("POST", "/admin/mail", url.Values{"email": {"no@body.example"}})
		return b
	}()).Find("#email-error")); !strings.Contains(got, "Nothing is stored") {
		t.Errorf("nobody: %q", got)
	}
	if res, _ := o.send("POST", "/admin/mail", url.Values{"email": {"x"}}); res.StatusCode != 400 {
		t.Errorf("nonsense: %s", res.Status)
	}
	for _, secret := range []string{"rina", "no@body", "gone@"} {
		if strings.Contains(strings.ToLower(o.log.String()), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// What sites, readers and operators send stays text on every page of /admin,
// in whatever field it comes.
func TestAdminHostile(t *testing.T) {
	evil, script := `"><script>alert(1)</script><img src=x onerror=alert(2)>{{.}}`, "javascript:alert(3)"
	o := newOffice(t)
	for i := range o.f.specs {
		sp := &o.f.specs[i]
		sp.Title, sp.Home, sp.Why, sp.Needs, sp.Schedule = "S"+evil, script, evil, evil, evil
		sp.Terms.Attribution, sp.Terms.AttributionURL, sp.Terms.URL, sp.Terms.Allowed, sp.Terms.Note = evil, script, script, evil, evil
	}
	l := offerOf("gigboard", "1", "T"+evil)
	l.URL, l.Company, l.Description, l.Skills, l.ExternalID = script, evil, evil, []string{evil}, "1"
	l.Level = market.Label[market.Level]{Value: market.Entry, Basis: market.BasisText, Evidence: []market.Evidence{{Field: "description", Quote: evil}}}
	run := o.run("gigboard", market.Outcome{State: market.RunFailed, Status: 200, Err: evil, Found: 1, Rejected: 1}, []market.Reject{{Why: evil, Item: evil}}, l)
	if _, err := o.st.Report(t.Context(), market.Report{Listing: l.ID, Wrong: market.WrongLevel, At: o.f.now}, "net"); err != nil {
		t.Fatal(err)
	}
	if err := o.st.Turn(t.Context(), nil, market.Incident{Source: "gigboard", State: market.HealthFailed, Why: market.Reason{Key: "why.failed"}, Since: o.f.now}, nil); err != nil {
		t.Fatal(err)
	}
	made := market.StoredSource{Name: "made", YAML: "name: made\ntitle: x\nterms.allowed: " + evil + "\n# </textarea>" + evil, Allowed: evil, By: evil, Fixture: market.SavedPage{URL: script, Body: []byte(evil), At: o.f.now}}
	if err := o.st.SaveSource(t.Context(), made, time.Time{}, market.Audit{At: o.f.now, Who: evil, What: evil, Subject: evil}); err != nil {
		t.Fatal(err)
	}
	o.shop.looked = Looked{
		Format: evil, Recipe: made.YAML, Notes: []string{evil}, RobotsWhy: evil, Robots: true, Detail: evil, Wrong: market.Reason{Key: "blocked", Args: map[string]string{"code": evil}},
		Page: market.SavedPage{URL: script, Body: []byte(evil), At: o.f.now},
	}
	o.shop.tried = Tried{
		Wrong: market.Reason{Key: "format"}, Detail: evil, Listings: 1, Rejected: 1, Filled: map[string]int{evil: 1},
		Items: []TriedItem{{Raw: evil, Listing: &l, Fields: []TriedField{{evil, evil, script}, {"url", script, script}}}, {Raw: `{"a":"</pre>` + `<script>alert(1)</script>"}`, Rejected: evil}},
	}
	o.enter()
	if _, err := o.st.Claim(t.Context(), o.f.now, time.Minute); err != nil {
		t.Fatal(err)
	}
	paths := []string{
		"/admin", "/admin/source/gigboard", "/admin/source/made", "/admin/source/gigboard/run/" + run.ID, "/admin/reports", "/admin/group/" + l.ID, "/admin/log", "/admin/mail", "/admin/sessions",
		"/admin/source/new?url=" + url.QueryEscape("https://x.example/"+evil), "/admin/source/new?edit=made", "/admin/source/new?url=" + url.QueryEscape(script), "/admin/source/new?url=" + url.QueryEscape(evil),
	}
	for _, path := range paths {
		for _, more := range []string{"", "&item=2", "&show=rejected"} {
			res, body := o.send("GET", path, nil)
			if to := res.Header.Get("Location"); to != "" {
				res, body = o.send("GET", to+more, nil)
			} else if more != "" {
				continue
			}
			if res.StatusCode >= 500 || !strings.Contains(res.Header.Get("Content-Type"), "html") {
				t.Errorf("%s: %s", path, res.Status)
			}
			o.harmless(path+more, body)
		}
	}
	// What is posted and shown again.
	_, body := o.send("POST", "/admin/group/"+l.ID, url.Values{"do": {"merge"}, "with": {evil}})
	o.harmless("merge", body)
	_, body = o.send("POST", "/admin/source/gigboard", url.Values{"do": {evil}})
	o.harmless("do", body)
	_, body = o.send("POST", "/admin/mail", url.Values{"email": {evil + "@x.example"}})
	o.harmless("email", body)
	_, body = o.send("POST", "/admin/source/made", url.Values{"do": {"delete"}})
	o.harmless("delete", body)
	form := url.Values{"do": {"try"}, "recipe": {"mistake\n" + evil + "</textarea>"}, "url": {script}, "bench": {evil}}
	for _, f := range termFields {
		form.Set(f.name, evil)
	}
	res, _ := o.send("POST", "/admin/source/new", form)
	_, body = o.send("GET", res.Header.Get("Location"), nil)
	o.harmless("a recipe with mistakes", body)
	form.Set("do", "enable")
	form.Set("recipe", "name: x\ntitle: "+evil+"\n")
	res, _ = o.send("POST", "/admin/source/new", form)
	_, body = o.send("GET", res.Header.Get("Location"), nil)
	o.harmless("a recipe that is not switched on", body)
	res, body = o.send("GET", "/admin/source/made/source.yaml", nil)
	if got := res.Header.Get("Content-Disposition"); got != `attachment; filename="made.source.yaml"` || !strings.HasPrefix(res.Header.Get("Content-Type"), "application/yaml") || body != made.YAML {
		t.Errorf("the download: %s, %s", got, res.Header.Get("Content-Type"))
	}
}

// harmless holds a page to having nothing alive in it.
func (o *office) harmless(name, body string) {
	o.t.Helper()
	if strings.Contains(body, "<script") || strings.Contains(body, "<img") || strings.Contains(body, "ZgotmplZ") {
		i := max(strings.Index(body, "<script"), strings.Index(body, "<img"), strings.Index(body, "ZgotmplZ"))
		o.t.Errorf("%s: something is alive: %s", name, body[max(0, i-200):min(len(body), i+100)])
	}
	o.read(name, body)
}

// A recipe comes as a file or as text, is worked on, and saved; what is typed
// outlives the process that it was typed to.
func TestAdminBench(t *testing.T) {
	o := newOffice(t).enter()
	page := market.SavedPage{URL: "https://riverjobs.example/rss", Body: []byte("x"), At: o.f.now}
	o.shop.looked = Looked{Format: "RSS", Recipe: sampleRecipe, Robots: true, Page: page}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", "source.yaml")
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(file, strings.ReplaceAll(sampleRecipe, "\n", "\r\n"))
	form.WriteField("recipe", "")
	form.Close()
	upload := func(session bool) *http.Response {
		req, err := http.NewRequest("POST", o.base+importPath, bytes.NewReader(body.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", form.FormDataContentType())
		if session {
			req.AddCookie(o.cookies[0])
		}
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res
	}
	if to := upload(false).Header.Get("Location"); to != "/admin/signin" {
		t.Errorf("an upload without a session leads to %q", to)
	}
	to := upload(true).Header.Get("Location")
	doc := o.page(to)
	if got := doc.Find("#recipe").Text(); got != sampleRecipe {
		t.Errorf("the file became %q", got)
	}
	if got := words(doc.Find("#terms-h ~ p .state")); got != "robots.txt has not been asked yet" {
		t.Errorf("robots.txt: %s", got)
	}
	res, _ := o.send("POST", importPath, url.Values{"recipe": {" "}})
	if res.StatusCode != 400 {
		t.Errorf("nothing: %s", res.Status)
	}
	if res, _ := o.send("POST", importPath, url.Values{"recipe": {strings.Repeat("x", largestRecipe)}}); res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a huge file: %s", res.Status)
	}

	// The bench is gone; the form is not.
	filled := url.Values{"bench": {"gone"}, "url": {"https://riverjobs.example/rss"}, "recipe": {sampleRecipe}, "do": {"try"}, "why": {"It is offered."}, "feed": {"false"}, "index": {"true"}, "permission": {"false"}, "read": {"2026-11-24"}, "note": {"All."}}
	doc = o.posts("/admin/source/new", filled)
	if got := doc.Find("#recipe").Text(); !strings.Contains(got, "terms.allowed: It is offered.") || !strings.Contains(words(doc.Find("[role=status]")), "started again") || attr(doc.Find("#b-why"), "value") != "It is offered." {
		t.Errorf("what was typed is lost: %s; %s", got, words(doc.Find("[role=status]")))
	}
	if res, _ := o.send("GET", "/admin/source/new?bench=gone", nil); res.StatusCode != http.StatusGone {
		t.Errorf("a bench that is gone: %s", res.Status)
	}

	// Not switched on before robots.txt was seen, then it is.
	bench := func(do string) url.Values {
		v := url.Values{"bench": {attr(doc.Find("input[name=bench]"), "value")}, "recipe": {doc.Find("#recipe").Text()}, "do": {do}}
		return v
	}
	doc = o.posts("/admin/source/new", bench("enable"))
	if got := words(doc.Find("#terms-h ~ p.err")); !strings.Contains(got, "Ask the site first") {
		t.Errorf("before robots.txt was asked: %q", got)
	}
	o.shop.looked.Robots = false
	doc = o.posts("/admin/source/new", bench("ask"))
	doc = o.posts("/admin/source/new", bench("enable"))
	if got := words(doc.Find("#terms-h ~ p .state").First()) + words(doc.Find("#terms-h ~ p.err")); !strings.Contains(got, "does not allow") || !strings.Contains(got, "Ask the site first") {
		t.Errorf("robots.txt forbids it: %q", got)
	}
	o.shop.looked.Robots = true
	doc = o.posts("/admin/source/new", bench("ask"))
	if got := o.posts2("/admin/source/new", bench("enable")).Header.Get("Location"); got != "/admin/source/riverjobs?done=saved" {
		t.Fatalf("it leads to %s", got)
	}
	all, err := o.st.StoredSources(t.Context())
	if err != nil || len(all) != 1 || !all[0].Enabled || all[0].Allowed != "It is offered." || all[0].By != market.OperatorConsole || string(all[0].Fixture.Body) != "x" {
		t.Fatalf("stored: %+v, %v", all, err)
	}

	// Two edit it at once: the later one is told.
	one, two := o.page2("/admin/source/new?edit=riverjobs"), o.page2("/admin/source/new?edit=riverjobs")
	doc = one
	v := bench("save")
	v.Set("credit", "River")
	o.posts2("/admin/source/new", v)
	doc = two
	v = bench("save")
	v.Set("credit", "Stream")
	if got := words(o.posts("/admin/source/new", v).Find("[role=status]")); !strings.Contains(got, "somebody has changed this source meanwhile") {
		t.Errorf("the later one: %s", got)
	}
	doc = o.page2("/admin/source/new?edit=riverjobs")
	v = bench("save")
	v.Set("recipe", strings.Replace(doc.Find("#recipe").Text(), "name: riverjobs", "name: other", 1))
	if got := words(o.posts("/admin/source/new", v).Find("[role=status]")); !strings.Contains(got, "the name of a source stays") {
		t.Errorf("renamed: %s", got)
	}
	// A source that is on keeps what it needs.
	doc = o.page2("/admin/source/new?edit=riverjobs")
	v = bench("save")
	v.Set("why", "")
	if got := o.posts("/admin/source/new", v); !strings.Contains(words(got.Find("#b-why-error")), "Needed before") {
		t.Errorf("without its reason: %s", words(got.Find("[role=status]")))
	}
	for _, do := range []string{"disable", "enable"} {
		o.posts2("/admin/source/riverjobs", url.Values{"do": {do}})
		if all, err := o.st.StoredSources(t.Context()); err != nil || all[0].Enabled != (do == "enable") {
			t.Errorf("%s: %+v, %v", do, all, err)
		}
	}
}

// page2 follows one redirect.
func (o *office) page2(path string) *goquery.Document {
	o.t.Helper()
	res, _ := o.send("GET", path, nil)
	return o.page(res.Header.Get("Location"))
}

// A site that takes long is looked at while the page says so; benches are
// bounded, and the oldest goes.
func TestAdminBenchWaits(t *testing.T) {
	o := newOffice(t).enter()
	o.shop.wait = make(chan struct{})
	o.shop.looked = Looked{Format: "RSS", Recipe: sampleRecipe, Robots: true}
	res, _ := o.send("GET", "/admin/source/new?url=https://slow.example/", nil)
	to := res.Header.Get("Location")
	res, body := o.send("GET", to, nil)
	if res.Header.Get("Refresh") == "" || !strings.Contains(body, "Looking.") {
		t.Errorf("while it is looked at: %s %q", res.Status, res.Header.Get("Refresh"))
	}
	o.read("waiting", body)
	if res, _ := o.send("GET", "/admin/source/new?url=https://slow.example/", nil); res.Header.Get("Location") != to {
		t.Error("opened again, it is looked at again")
	}
	close(o.shop.wait)
	if doc := o.page(to); doc.Find("#recipe").Length() != 1 {
		t.Errorf("afterwards: %s", words(doc.Find("main")))
	}
	for i := range maxBenches {
		o.f.now = o.f.now.Add(time.Second)
		o.send("GET", "/admin/source/new?url=https://site"+string(rune('a'+i))+".example/", nil)
	}
	if res, _ := o.send("GET", to, nil); res.StatusCode != http.StatusGone {
		t.Errorf("the oldest of too many: %s", res.Status)
	}
}

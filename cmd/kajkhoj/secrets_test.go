package main

import (
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/mail/mailbox"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/store"
)

// No address, and nothing that opens a link, is in a line of the log or a
// metric of the whole program, at its most talkative, whatever people, mail
// servers and forgers send.
func TestLogsHoldNoAddressOrToken(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	st, err := store.Open(ctx, filepath.Join(dir, "kajkhoj.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	db, err := sql.Open("sqlite", filepath.Join(dir, "kajkhoj.db")+"?_pragma=busy_timeout(30000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	box, err := mailbox.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	// Servers repeat whom a mail is to, each in its own way.
	refusal := func(code int, enhanced [3]int, text string) mailbox.Answer {
		return mailbox.Answer{Code: code, Enhanced: enhanced, Text: text}
	}
	box.Fault(mailbox.Fault{Answers: map[string]mailbox.Answer{
		"gone.person@example.com":  refusal(550, [3]int{5, 1, 1}, "<gone.person@example.com>: user=gone.person unknown, see https://mx.example/gone.person"),
		"later.person@example.com": refusal(451, [3]int{4, 7, 1}, "later.person@example.com greylisted (mailbox later.person)"),
		"never.person@example.com": refusal(554, [3]int{5, 7, 1}, "policy refuses recipient:never.person at example.com"),
	}})
	const secret = "a secret for bounces alone"
	t.Setenv("KAJKHOJ_BOUNCE_SECRET", secret)
	p := start(t, "serve", "--roles", "web,mail", "--data", dir, "--listen", "127.0.0.1:0", "--log-level", "debug",
		"--base-url", "http://127.0.0.1:9", "--smtp", "smtp://"+box.Addr(), "--mail-from", "kajkhoj@kaj.example")
	do := func(method, path string, form url.Values, header ...string) (status int, body string) {
		t.Helper()
		req, err := http.NewRequest(method, strings.TrimSuffix(p.url, "/")+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Forwarded-For", "203.0.113.77")
		if form != nil {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		for i := 0; i < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(text)
	}
	until := func(what string, is func() bool) {
		t.Helper()
		for began := time.Now(); !is(); time.Sleep(100 * time.Millisecond) {
			if time.Since(began) > 30*time.Second {
				t.Fatalf("%s: not after 30 s:\n%s", what, p.output())
			}
		}
	}
	var secrets []string
	// newest waits for a person's nth mail and gives its token of a kind.
	newest := func(email string, nth int, kind string) string {
		t.Helper()
		var found []mailbox.Mail
		until("mail "+fmt.Sprint(nth)+" to "+email, func() bool {
			found = nil
			for _, m := range box.Mails() {
				if m.To[0] == email {
					found = append(found, m)
				}
			}
			return len(found) >= nth
		})
		for _, m := range regexp.MustCompile(`/(?:confirm|manage|stop|alive)/([a-z2-7]{48})`).FindAllStringSubmatch(found[nth-1].Text, -1) {
			secrets = append(secrets, m[1], m[1][:16], m[1][16:])
		}
		m := regexp.MustCompile("/" + kind + "/([a-z2-7]{48})").FindStringSubmatch(found[nth-1].Text)
		if m == nil {
			t.Fatalf("mail %d to %s has no link to %s: %s", nth, email, kind, found[nth-1].Text)
		}
		return m[1]
	}
	asks := func(email string) {
		t.Helper()
		do("POST", "/subscribe", url.Values{"search": {"q=secrets"}, "email": {email}, "freq": {"daily"}, "hour": {"8"}, "lang": {"en"}})
	}

	// One person goes the whole way; others' servers refuse; some addresses
	// are none.
	asks("whole.person@example.com")
	for _, email := range []string{"gone.person@example.com", "later.person@example.com", "never.person@example.com", "odd person@example.com", "odd.person@@example.com", "odd.person@example.com\r\nBcc: x@example.com", "whole.person@example.com"} {
		asks(email)
	}
	confirm := newest("whole.person@example.com", 1, "confirm")
	do("GET", "/confirm/"+confirm, nil)
	do("POST", "/confirm", url.Values{"token": {confirm}})
	do("POST", "/confirm", url.Values{"token": {confirm}}) // replayed
	until("the suppression", func() bool {
		all, err := st.Suppressed(ctx)
		return err == nil && len(all) == 1
	})
	do("POST", "/manage", url.Values{"email": {"whole.person@example.com"}})
	do("POST", "/manage", url.Values{"email": {"stranger.person@example.com"}})
	manage := newest("whole.person@example.com", 3, "manage")

	// A digest, for which a day passes.
	if err := st.SyncSources(ctx, []store.SourceConfig{{Name: "site", Enabled: true}}, time.Now()); err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	run, err := st.ClaimNamed(ctx, "site", now, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	l := market.Listing{Source: "site", ExternalID: "1", URL: "https://site.example/1", Title: "Keeper of secrets", PostedAt: now}
	l.ID = market.ListingID(l.Source, l.ExternalID)
	if _, err := st.Save(ctx, run, []market.Listing{l}, now); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{`UPDATE search SET due_at = 1 WHERE due_at > 0`, `UPDATE subscriber SET due_at = 1 WHERE due_at > 0`} {
		if _, err := db.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	digest := newest("whole.person@example.com", 4, "manage")

	// All that a link opens, and what forgers and careless programs send.
	_, saved, err := st.Manage(ctx, manage, now)
	if err != nil || len(saved) == 0 {
		t.Fatal(err)
	}
	for _, path := range []string{"/manage/" + manage, "/stop/" + digest, "/alive/" + manage, "/manage/" + manage + "/" + saved[0].ID} {
		for _, method := range []string{"GET", "HEAD", "PUT"} {
			do(method, path, nil)
			do(method, path+"?x="+manage, nil)
			do(method, path+"/"+manage, nil)
			do(method, strings.ToUpper(path), nil)
			do(method, path+"?"+strings.Repeat("long", 2000), nil)
		}
	}
	for _, what := range []string{"pause", "resume", "save", "edit", "download", "delete", "explode", "stop-all", "resume-all"} {
		form := url.Values{"do": {what}, "id": {saved[0].ID}}
		if what == "save" {
			form = url.Values{"do": {what}, "hour": {"9"}, "zone": {"UTC"}, "lang": {"bn"}}
		}
		do("POST", "/manage/"+manage, form)
		do("POST", "/manage/"+manage, form, "Sec-Fetch-Site", "cross-site")
		do("POST", "/manage/"+strings.Repeat("a", 48), form)
		do("POST", "/manage/"+manage, form, "Content-Type", "text/plain; whole.person@example.com")
	}
	do("POST", "/alive/"+manage, url.Values{"alive": {"1"}})
	do("POST", "/stop/"+digest, url.Values{"List-Unsubscribe": {"One-Click"}})
	for _, body := range []string{"From: <mailer@example.com>\r\nTo: bounce+x@kaj.example\r\n\r\nwhole.person@example.com", "no message"} {
		for _, with := range []string{secret, "wrong " + secret} {
			do("POST", "/mail/bounce", url.Values{body: nil}, "Content-Type", "message/rfc822", "Authorization", "Bearer "+with)
		}
	}
	// What the HTTP server itself complains of.
	for _, raw := range []string{
		"GET /manage/" + manage + " HTTP/9.9\r\n\r\n", "GET /stop/" + digest + "\r\n\r\n", "POST /manage/" + manage + " HTTP/1.1\r\nHost: x\r\nContent-Length: whole.person@example.com\r\n\r\n",
		"GET /alive/" + manage + "\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		c, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(p.url, "http://"), "/"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(c, raw)
		c.SetDeadline(time.Now().Add(5 * time.Second))
		io.Copy(io.Discard, c)
		c.Close()
	}
	do("POST", "/manage/"+manage, url.Values{"do": {"forget"}, "sure": {"1"}})
	if status, _ := do("GET", "/manage/"+manage, nil); status != http.StatusGone {
		t.Errorf("the person was not forgotten: %d", status)
	}
	_, metrics := do("GET", "/metrics", nil, "X-Forwarded-For", "127.0.0.1")
	p.stop(t, 15)

	log := p.output()
	for _, want := range []string{"letter sent", "letter buried", "letter retried", "level=DEBUG"} {
		if !strings.Contains(log, want) {
			t.Errorf("too little happened: the log has no %q:\n%s", want, log)
		}
	}
	for name, text := range map[string]string{"log": log, "metrics": metrics} {
		for _, s := range append(secrets, "whole.person", "gone.person", "later.person", "never.person", "stranger.person", "odd.person", "odd person", "203.0.113", secret) {
			if strings.Contains(strings.ToLower(text), s) {
				t.Errorf("the %s has %q:\n%s", name, s, text)
			}
		}
	}
	if len(secrets) < 12 || !strings.Contains(metrics, `route="POST /stop/{token}"`) {
		t.Errorf("too little happened: %d secrets, metrics %.300s", len(secrets), metrics)
	}
}

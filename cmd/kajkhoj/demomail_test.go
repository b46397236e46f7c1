package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// visitor is a person with a browser: no scripts, no cookies.
type visitor struct {
	t    *testing.T
	base string // ends in "/"
}

func (v visitor) get(path string) string {
	v.t.Helper()
	res, err := http.Get(v.base + strings.TrimPrefix(path, "/"))
	if err != nil {
		v.t.Fatal(err)
	}
	return v.read(res, path)
}

func (v visitor) post(path string, form url.Values) string {
	v.t.Helper()
	res, err := http.PostForm(v.base+strings.TrimPrefix(path, "/"), form)
	if err != nil {
		v.t.Fatal(err)
	}
	return v.read(res, path)
}

func (v visitor) read(res *http.Response, path string) string {
	v.t.Helper()
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		v.t.Fatalf("%s: %s: %.400s", path, res.Status, body)
	}
	return string(body)
}

// mail waits for the newest caught mail with a number greater than after, and
// gives its page.
func (v visitor) mail(after string, within time.Duration) (number, page string) {
	v.t.Helper()
	newest := regexp.MustCompile(`/demo/mail/([0-9]+)"`)
	for began := time.Now(); ; time.Sleep(200 * time.Millisecond) {
		if m := newest.FindStringSubmatch(v.get("/demo/mail")); m != nil && m[1] != after {
			return m[1], v.get("/demo/mail/" + m[1])
		}
		if time.Since(began) > within {
			v.t.Fatalf("no mail after %s", within)
		}
	}
}

// A person subscribes, confirms, receives within a minute, and stops: with
// the program as it is, over its own SMTP.
func TestDemoMail(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for new listings: not in short mode")
	}
	t.Parallel()
	p := start(t, "demo", "--listen", "127.0.0.1:0", "--listings", "400", "--every", "2s")
	v := visitor{t, p.url}
	for began := time.Now(); p.searchable(t) < 100; time.Sleep(100 * time.Millisecond) {
		if time.Since(began) > 20*time.Second {
			t.Fatalf("nothing to search:\n%s", p.output())
		}
	}
	v.post("/subscribe", url.Values{"search": {"warn=0"}, "email": {"nadia@example.com"}, "freq": {"daily"}, "hour": {"8"}, "lang": {"en"}})
	first, page := v.mail("", 20*time.Second)
	link := regexp.MustCompile(`/confirm/([a-z2-7]+)`).FindStringSubmatch(page)
	if link == nil {
		t.Fatalf("the first mail does not ask to confirm: %.600s", page)
	}
	v.get(link[0]) // looking changes nothing
	v.post("/confirm", url.Values{"token": {link[1]}})
	confirmed := time.Now()
	second, page := v.mail(first, time.Minute)
	t.Logf("a digest came %.0f s after it was confirmed", time.Since(confirmed).Seconds())
	if !strings.Contains(page, "/listing/") || !strings.Contains(page, " new") {
		t.Errorf("the digest tells of no listing: %.600s", page)
	}
	raw := strings.ReplaceAll(v.get("/demo/mail/"+second+"/raw"), "\r\n ", " ") // unfolded
	for _, want := range []string{"List-Unsubscribe: <http", "List-Unsubscribe-Post: List-Unsubscribe=One-Click", "Auto-Submitted: auto-generated"} {
		if !strings.Contains(raw, want) {
			t.Errorf("the mail has no %s", want)
		}
	}
	stop := regexp.MustCompile(`/stop/[a-z2-7]+`).FindString(page)
	if stop == "" {
		t.Fatal("the digest has no link that stops it")
	}
	v.get(stop)
	v.post(stop, url.Values{"List-Unsubscribe": {"One-Click"}})
	for _, secret := range []string{"nadia", link[1], strings.TrimPrefix(stop, "/stop/")} {
		if strings.Contains(p.output(), secret) {
			t.Errorf("the log tells an address or a token: %s", p.output())
		}
	}
	newest, _ := v.mail("", time.Second)
	time.Sleep(demoDue + 3*time.Second)
	if after, _ := v.mail("", time.Second); after != newest {
		t.Error("a mail came after the stop")
	}
	p.stop(t, 15)
}

// An operator's commands about mails, on a folder that the demo left.
func TestMailCommands(t *testing.T) {
	dir := t.TempDir()
	p := start(t, "demo", "--listen", "127.0.0.1:0", "--listings", "50", "--every", "1h", "--data", dir)
	v := visitor{t, p.url}
	v.post("/subscribe", url.Values{"search": {"level=entry"}, "email": {"Nadia@example.com"}, "freq": {"weekly"}, "hour": {"8"}, "lang": {"bn"}})
	v.mail("", 20*time.Second)
	p.stop(t, 15)
	do := func(want int, args ...string) string {
		t.Helper()
		var out, errs strings.Builder
		if code := run(t.Context(), append(args, "--data", dir), &out, &errs); code != want {
			t.Errorf("%v: exit code %d, want %d: %s", args, code, want, errs.String())
		}
		return out.String() + errs.String()
	}
	for _, want := range []string{"searches pending", "letters sent", "SMTP", "not set"} {
		if out := do(exitOK, "mail", "status"); !strings.Contains(out, want) {
			t.Errorf("mail status does not say %q: %s", want, out)
		}
	}
	var st struct{ Subscribers int }
	if err := json.Unmarshal([]byte(do(exitOK, "mail", "status", "--json")), &st); err != nil || st.Subscribers != 1 {
		t.Errorf("mail status --json: %+v, %v", st, err)
	}
	if out := do(exitOK, "mail", "trail", "nadia@example.com"); !strings.Contains(out, "weekly") || !strings.Contains(out, "confirm") || !strings.Contains(out, "sent") {
		t.Errorf("mail trail: %s", out)
	}
	if out := do(exitError, "mail", "trail", "nobody@example.com"); !strings.Contains(out, "nothing is stored") {
		t.Errorf("mail trail of a stranger: %s", out)
	}
	do(exitOK, "mail", "suppress", "nadia@example.com")
	if out := do(exitOK, "mail", "suppressed"); !strings.Contains(out, "•••@example.com") || strings.Contains(strings.ToLower(out), "nadia") || !strings.Contains(out, "operator") {
		t.Errorf("mail suppressed: %s", out)
	}
	do(exitOK, "mail", "unsuppress", "nadia@example.com")
	if out := do(exitError, "mail", "unsuppress", "nadia@example.com"); !strings.Contains(out, "not suppressed") {
		t.Errorf("mail unsuppress again: %s", out)
	}
	do(exitUsage, "mail", "suppress", "no address")
}

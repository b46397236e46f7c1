package web

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/kajkhoj/kajkhoj/internal/locale"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

// chromium starts a browser, or skips where there is none.
func chromium(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("short: no browser is started")
	}
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chromium-headless-shell"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("no chromium on the PATH")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP kajkhoj.test 127.0.0.1"))
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 8*time.Minute)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("%s does not start: %v", path, err)
	}
	return ctx
}

// axe is the source of axe-core, empty where it is not there.
func axe(t *testing.T) string {
	t.Helper()
	paths := []string{os.Getenv("KAJKHOJ_AXE"), "node_modules/axe-core/axe.min.js", "../../node_modules/axe-core/axe.min.js"}
	for _, p := range paths {
		if p == "" {
			continue
		}
		if raw, err := os.ReadFile(p); err == nil {
			return string(raw)
		}
	}
	if p := paths[0]; p != "" {
		t.Fatalf("KAJKHOJ_AXE: there is no file %s", p)
	}
	t.Log("no axe-core (npm install axe-core, or KAJKHOJ_AXE): accessibility is not looked at")
	return ""
}

// tab is one browser tab that looks at one site and notes what a page should
// not do: complain on the console, or ask another host.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string
	axe  string

	mu     sync.Mutex
	noises []string
}

type look struct {
	lang   locale.Lang
	width  int64
	script bool
	dark   bool
}

func (l look) String() string {
	s := fmt.Sprintf("%s.%d", l.lang, l.width)
	if !l.script {
		s += ".noscript"
	}
	if l.dark {
		s += ".dark"
	}
	return s
}

// some are the looks to try: all of them where accessibility or screenshots
// are wanted, the first few else.
func some(looks []look, few int) []look {
	if os.Getenv("KAJKHOJ_AXE") == "" && os.Getenv("KAJKHOJ_SHOTS") == "" {
		return looks[:few]
	}
	return looks
}

func newTab(t *testing.T, browser context.Context, base string, l look, axe string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext()) // its own cookies
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx, base: base, axe: axe}
	note := func(format string, a ...any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.noises = append(b.noises, fmt.Sprintf(format, a...))
	}
	host, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	// The tab lives as long as the context of its first step.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	err = chromedp.Listen(ctx, func(ev any) {
		switch e := ev.(type) {
		case *network.EventRequestWillBeSent:
			if u, err := url.Parse(e.Request.URL); err != nil || (u.Host != host.Host && u.Scheme != "data") {
				note("a request to %s", e.Request.URL)
			}
		case *log.EventEntryAdded:
			// A page that is a 404 or 410 on purpose is logged as a failed load, and
			// without TLS one header counts on loopback only.
			if e.Entry.Level == "error" && e.Entry.Source != "network" && !strings.HasPrefix(e.Entry.Text, "The Cross-Origin-Opener-Policy header has been ignored") {
				note("console: %s %s", e.Entry.Text, e.Entry.URL)
			}
		case *runtime.EventExceptionThrown:
			note("exception: %s", e.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			note("console: %s", e.Type)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	call := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err = chromedp.Call(ctx, network.Enable, network.EnableParams{})
	call(err)
	_, err = chromedp.Call(ctx, log.Enable, cdp.Empty{})
	call(err)
	_, err = chromedp.Call(ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": string(l.lang)}})
	call(err)
	scheme := "light"
	if l.dark {
		scheme = "dark"
	}
	_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
	call(err)
	_, err = chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !l.script})
	call(err)
	b.do(chromedp.EmulateViewport(l.width, 740))
	return b
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%.80s: %v", expression, err)
	}
	return v
}

func (b *tab) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base + path))
}

// press clicks and waits for the page that the click leads to.
func (b *tab) press(selector string) {
	b.t.Helper()
	b.do(chromedp.ScrollIntoView(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector)))
}

// leads presses what leads to another page.
func (b *tab) leads(selector string) {
	b.t.Helper()
	before := eval[float64](b, "performance.timeOrigin")
	b.press(selector)
	for range 100 {
		time.Sleep(20 * time.Millisecond)
		ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
		now, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`document.readyState == "complete" ? performance.timeOrigin : 0`))
		cancel()
		if err == nil && now != 0 && now != before {
			return
		}
	}
	b.t.Fatalf("pressing %s leads nowhere", selector)
}

// tooSmall finds what a finger may press and is less than 44 px high or wide.
// Links inside a sentence are let off, as WCAG 2.2 (2.5.8) does.
const tooSmall = `(() => {
  const out = [];
  for (const e of document.querySelectorAll("a, button, input, select, summary, label.opt, .pills label")) {
    if (e.matches(".skip, .pills input, label.opt input, .vh") || e.closest("label") && e.tagName === "INPUT") continue;
    if (e.closest(".text")) continue;
    const inSentence = e.tagName === "A" && e.closest("p, dd, li, h1") && !e.closest(".links, .btns, .chips, .meta, .hint, .small") && getComputedStyle(e).display === "inline";
    if (inSentence) continue;
    const r = e.getBoundingClientRect();
    if (r.width === 0 || r.height === 0) continue;
    if (r.height < 43.5 || r.width < 43.5) out.push(e.outerHTML.slice(0, 120) + " " + Math.round(r.width) + "x" + Math.round(r.height));
  }
  return out;
})()`

// noticed reports whether something was noted that a page should not do, and
// forgets it.
func (b *tab) noticed() bool {
	for range 50 {
		b.mu.Lock()
		n := len(b.noises)
		b.noises = nil
		b.mu.Unlock()
		if n > 0 {
			return true
		}
		time.Sleep(20 * time.Millisecond)
	}
	return false
}

// check looks at the present page for what no page may do.
func (b *tab) check(name string, l look) {
	b.t.Helper()
	if l.script {
		eval[bool](b, `document.querySelectorAll("details").forEach(d => d.open = true), true`)
	}
	if w := eval[float64](b, "document.documentElement.scrollWidth"); int64(w) > l.width {
		b.t.Errorf("%s is %v px wide on a screen of %d", name, w, l.width)
	}
	if lang := eval[string](b, "document.documentElement.lang"); lang != string(l.lang) {
		b.t.Errorf("%s is in %s", name, lang)
	}
	if l.width < 600 {
		for _, e := range eval[[]string](b, tooSmall) {
			b.t.Errorf("%s: too small to press: %s", name, e)
		}
	}
	if b.axe != "" && l.script {
		eval[bool](b, b.axe+";true")
		for _, v := range eval[[]string](b, `axe.run(document, {preload: false, resultTypes: ["violations"]}).then(r => r.violations.map(v => v.id + ": " + v.help + ": " + v.nodes.map(n => n.html.slice(0, 150)).join(" | ")))`) {
			b.t.Errorf("%s: axe: %s", name, v)
		}
	}
	if dir := os.Getenv("KAJKHOJ_SHOTS"); dir != "" {
		if l.script {
			eval[bool](b, `document.querySelectorAll(".more details").forEach(d => d.open = false), true`)
		}
		ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
		defer cancel()
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil {
			b.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+"."+l.String()+".png"), png, 0o644); err != nil {
			b.t.Fatal(err)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range b.noises {
		b.t.Errorf("%s: %s", name, n)
	}
	b.noises = nil
}

// TestBrowser goes a person's way through the site: a search, a filter, the
// filter off again, a listing, a report, the other language.
func TestBrowser(t *testing.T) {
	browser := chromium(t)
	axe := axe(t)
	for _, l := range some([]look{
		{"bn", 360, false, false}, {"en", 1280, true, false}, {"bn", 360, true, false},
		{"bn", 1280, true, true}, {"en", 360, true, true}, {"en", 1280, false, false},
	}, 2) {
		t.Run(l.String(), func(t *testing.T) {
			f := newFair()
			f.trouble()
			b := newTab(t, browser, f.serve(t).URL, l, axe)

			b.open("/")
			b.check("results", l)
			if n := eval[int](b, `document.querySelectorAll(".chips li").length`); n != 0 {
				t.Errorf("a page that nobody has filtered has %d chips", n)
			}

			b.do(chromedp.SendKeys(chromedp.CSS("#q"), "type"))
			b.press(`.pills input[value="entry"]`)
			b.press(`.pills input[value="conversational"]`)
			b.leads(`.row .btn`)
			at := eval[string](b, "location.search")
			for _, want := range []string{"q=type", "level=entry", "english=conversational"} {
				if !strings.Contains(at, want) {
					t.Errorf("the form leads to %s, without %s", at, want)
				}
			}
			if hits := eval[int](b, `document.querySelectorAll(".hit").length`); hits == 0 {
				t.Error("the search finds nothing")
			}
			b.check("searched", l)

			before := eval[int](b, `document.querySelectorAll(".chips li").length`)
			b.leads(`.chips li:first-child a`)
			if n := eval[int](b, `document.querySelectorAll(".chips li").length`); n != before-1 {
				t.Errorf("%d chips before one is taken off, %d after", before, n)
			}
			if at := eval[string](b, "location.search"); strings.Contains(at, "level=") {
				t.Errorf("the chip leads to %s", at)
			}

			b.leads(`.hit h2 a`)
			if at := eval[string](b, "location.pathname"); at != "/listing/"+f.listings[0].ID {
				t.Errorf("the hit leads to %s", at)
			}
			b.check("listing", l)
			b.press(`a[href="#q-level"]`)
			if at := eval[string](b, "location.hash"); at != "#q-level" {
				t.Errorf("the quote leads to %q", at)
			}
			b.press(`a[href="#f-level"]`)

			b.leads(`button[name="wrong"][value="english"]`)
			if at := eval[string](b, "location.pathname + location.search + location.hash"); at != "/listing/"+f.listings[0].ID+"?reported=english#reported" {
				t.Errorf("a report leads to %s", at)
			}
			if at := eval[float64](b, `document.querySelector("#reported").getBoundingClientRect().top`); at < 0 || at > 740 {
				t.Errorf("the thanks are at %v px of a screen of 740", at)
			}
			if len(f.reported) != 1 || !strings.HasPrefix(f.reported[0], "english of ") {
				t.Errorf("reported was %q", f.reported)
			}
			b.check("reported", l)

			b.leads(`.top a[hreflang]`)
			other := look{l.lang.Other(), l.width, l.script, l.dark}
			b.check("listing-switched", other)
			b.leads(`.links a`)
			b.check("back", other)
		})
	}
}

// TestBrowserStates looks at the faces that a page has when all is not well.
func TestBrowserStates(t *testing.T) {
	browser := chromium(t)
	axe := axe(t)
	for _, l := range some([]look{{"bn", 360, true, false}, {"bn", 1280, true, false}, {"en", 360, true, true}, {"en", 1280, true, false}}, 1) {
		t.Run(l.String(), func(t *testing.T) {
			see := func(name, path string, change func(*fair)) *tab {
				f := newFair()
				if change != nil {
					change(f)
				}
				b := newTab(t, browser, f.serve(t, func(o *Options) { o.Uncollectable = fairCannot }).URL, l, axe)
				b.open(path)
				b.check(name, l)
				return b
			}
			closed := market.ListingID("gigboard", "gone")
			see("closed", "/listing/"+closed, nil)
			see("bengali", "/listing/"+newFair().listings[2].ID, nil)
			see("excerpt", "/listing/"+newFair().listings[1].ID, nil)
			// Mark-up is no script: the policy has nothing against it, where it
			// does against a script, and that is noticed.
			marked := see("expert", "/listing/"+newFair().listings[10].ID, nil)
			if n := eval[int](marked, `document.querySelectorAll('script[type="application/ld+json"]').length`); n != 1 {
				t.Errorf("%d pieces of mark-up", n)
			}
			eval[bool](marked, `document.head.append(Object.assign(document.createElement("script"), {textContent: "window.ran = true"})), true`)
			if eval[bool](marked, `window.ran === true`) || !marked.noticed() {
				t.Error("a script in a page ran, or its refusal went unnoticed")
			}
			see("sites", "/sites", nil)
			see("status", "/status", (*fair).trouble)
			see("about", "/about", nil)
			see("nothing", "/?q=subtitle&level=expert&pay=monthly&days=7&stated=1", nil)
			see("first", "/", (*fair).firstRun)
			see("degraded", "/?level=entry", func(f *fair) { f.degraded = true })
			see("dropped", "/?q=data+qwertz", func(f *fair) { f.dropped = []string{"qwertz"}; f.hook = nil })
			see("bad", "/?level=guru&min=many&colour=red", nil)
			see("paged", "/?page=3", nil)
			see("missing", "/nothing-here", nil)
		})
	}
}

// TestBrowserMails goes a person's way by the mails: a mistake in the form,
// the form, the confirmation, the searches, one edited, the end.
func TestBrowserMails(t *testing.T) {
	browser := chromium(t)
	axe := axe(t)
	for _, l := range some([]look{
		{"bn", 360, false, false}, {"en", 1280, true, false}, {"bn", 360, true, false},
		{"bn", 1280, true, true}, {"en", 360, true, true}, {"bn", 1280, true, false}, {"en", 360, true, false},
	}, 2) {
		t.Run(l.String(), func(t *testing.T) {
			p := newPost(t, func(o *Options) {
				specs := o.Specs()
				for i := range specs {
					specs[i].Terms.Syndicate = true
				}
			})
			base := p.base
			if l.script {
				// Browsers tell a form's site to loopback and by TLS, but not here.
				base = strings.Replace(base, "127.0.0.1", "kajkhoj.test", 1)
			}
			b := newTab(t, browser, base, l, axe)
			at := func(want string) {
				t.Helper()
				if got := eval[string](b, "location.pathname"); got != want {
					t.Errorf("at %s, not at %s", got, want)
				}
			}
			b.open("/?q=type&level=entry&english=basic")
			b.check("mail-results", l)
			b.leads(`#save ~ .btns .btn`)
			at("/subscribe")
			b.check("mail-subscribe", l)
			// What a browser lets through, the site must not.
			b.do(chromedp.SendKeys(chromedp.CSS("#email"), "nasrin@kajkhoj"))
			b.press(`[name=freq][value=weekly]`)
			b.leads(`form .btn`)
			at("/subscribe")
			b.check("mail-wrong", l)
			b.do(chromedp.Clear(chromedp.CSS("#email")), chromedp.SendKeys(chromedp.CSS("#email"), "nasrin@kajkhoj.test"))
			b.leads(`form .btn`)
			at("/subscribe/sent")
			b.check("mail-sent", l)

			s := p.scribe.last()
			if s.search.Freq != market.Weekly {
				t.Errorf("what was chosen before the mistake is gone: %s", s.search.Freq)
			}
			b.open("/confirm/" + s.confirm)
			b.check("mail-confirm", l)
			b.leads(`main .btn`)
			at("/confirm")
			b.check("mail-confirmed", l)
			b.open("/confirm/" + s.confirm)
			b.check("mail-used", l)

			p.f.now = p.f.now.Add(time.Minute) // the older search stands first
			other := asked("nasrin@kajkhoj.test")
			other.Set("search", "q=%E0%A6%B2%E0%A7%8B%E0%A6%97%E0%A7%8B+%E0%A6%A1%E0%A6%BF%E0%A6%9C%E0%A6%BE%E0%A6%87%E0%A6%A8&category=design&pay=monthly&days=7&warn=0&from=IN&min=50")
			other.Set("lang", string(l.lang))
			p.send("/subscribe", other)
			p.send("/confirm", url.Values{"token": {p.scribe.last().confirm}})
			p.f.now = p.f.now.Add(time.Minute)
			p.subscribe("nasrin@kajkhoj.test")
			b.open("/manage/" + s.manage)
			b.check("mail-manage", l)
			b.leads(`.rows li:first-child [value=pause]`)
			at("/manage/" + s.manage)
			b.check("mail-paused", l)
			b.leads(`.rows li:nth-child(2) a.plain`)
			b.check("mail-edit", l)
			b.do(chromedp.Clear(chromedp.CSS("#q")), chromedp.SendKeys(chromedp.CSS("#q"), "logo"))
			b.leads(`[value=edit]`)
			at("/manage/" + s.manage)
			if got := p.searches(s)[1].Query; got != "category=design&days=7&from=IN&min=50&pay=monthly&q=logo&warn=0" {
				t.Errorf("edited it is %s", got)
			}
			b.open("/alive/" + s.manage)
			b.check("mail-alive", l)
			b.leads(`main .btn`)
			b.check("mail-answered", l)
			b.open("/stop/" + s.manage)
			b.check("mail-stop", l)
			b.leads(`main .btn`)
			b.check("mail-stopped", l)
			for _, one := range p.searches(s) {
				if one.State != market.SearchStopped {
					t.Errorf("after the button it is %s", one.State)
				}
			}
			b.leads(`main form:last-of-type .btn`)
			b.check("mail-forget", l)
			b.leads(`main .btn`)
			b.check("mail-forgotten", l)
			b.open("/manage/" + s.manage)
			b.check("mail-dead", l)
			b.leads(`main .links a`)
			at("/manage")
			b.check("mail-ask", l)
			b.do(chromedp.SendKeys(chromedp.CSS("#email"), "nasrin@kajkhoj.test"))
			b.leads(`main .btn`)
			at("/manage/sent")
			b.open("/subscribe")
			b.check("mail-refused", l)
			p.subscribe("waiting@kajkhoj.test")
			p.f.now = p.f.now.Add(time.Hour)
			b.open("/status")
			b.check("mail-status", l)
		})
	}
}

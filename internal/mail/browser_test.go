package mail

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// narrow finds links that a finger may press and that are less than 44 px
// high; those of titles, which stand alone on their line, may be lower.
const narrow = `[...document.querySelectorAll("a")].filter(a => !a.closest("h2, h3") && getComputedStyle(a).display !== "inline" && a.getBoundingClientRect().height < 43.5).map(a => a.textContent + " " + a.getBoundingClientRect().height)`

// faint finds text of less contrast than WCAG 2.2 (1.4.3) wants: 4.5.
const faint = `(() => {
  const rgb = s => s.match(/[\d.]+/g).map(Number);
  const light = c => { const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
  const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
  const out = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || e.tagName === "STYLE" || !e.getClientRects().length) continue;
    const a = light(rgb(getComputedStyle(e).color)), b = light(ground(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) out.push(ratio.toFixed(1) + ": " + walk.currentNode.textContent.trim().slice(0, 40));
  }
  return out;
})()`

// TestLetterInABrowser opens each kind of letter on a phone, light and dark:
// it does not scroll sideways, can be read and pressed, and asks no host.
// KAJKHOJ_AXE names axe-core's axe.min.js, which then looks at them too,
// KAJKHOJ_SHOTS a folder for pictures.
func TestLetterInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("short: no browser is started")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium on the PATH")
	}
	all := map[string]string{}
	for _, lang := range []string{"bn", "en"} {
		for name, l := range letters(t, lang) {
			all["/"+name+"."+lang] = l.HTML
		}
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write([]byte(all[r.URL.Path]))
	}))
	defer srv.Close()

	alloc, cancel := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.Flag("disable-background-networking", true))...)
	defer cancel()
	ctx, cancel := chromedp.NewContext(alloc)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(chromedp.Do(ctx))
	var mu sync.Mutex
	var asked []string
	must(chromedp.Listen(ctx, func(ev any) {
		if e, ok := ev.(*network.EventRequestWillBeSent); ok && !strings.HasSuffix(e.Request.URL, "/favicon.ico") {
			mu.Lock()
			asked = append(asked, e.Request.URL)
			mu.Unlock()
		}
	}))
	_, err = chromedp.Call(ctx, network.Enable, network.EnableParams{})
	must(err)
	lines := func(expression string) []string {
		t.Helper()
		v, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](expression))
		must(err)
		return v
	}
	axe := ""
	if file := os.Getenv("KAJKHOJ_AXE"); file != "" {
		raw, err := os.ReadFile(file)
		must(err)
		axe = string(raw)
	}
	for _, scheme := range []string{"light", "dark"} {
		_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		must(err)
		for page := range all {
			for _, width := range []int64{320, 360} {
				mu.Lock()
				asked = nil
				mu.Unlock()
				must(chromedp.Do(ctx, chromedp.EmulateViewport(width, 740), chromedp.Navigate(srv.URL+page)))
				wide, err := chromedp.Run(ctx, chromedp.Evaluate[float64]("document.documentElement.scrollWidth"))
				must(err)
				if int64(wide) > width {
					t.Errorf("%s, %s: %v px wide on a screen of %d", page, scheme, wide, width)
				}
			}
			for _, s := range lines(faint) {
				t.Errorf("%s, %s: contrast %s", page, scheme, s)
			}
			if axe != "" {
				v, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](axe+`;axe.run(document, {preload: false, resultTypes: ["violations"]}).then(r => r.violations.map(v => v.id + ": " + v.help + ": " + v.nodes.map(n => n.html.slice(0, 150)).join(" | ")))`, chromedp.EvalAwaitPromise))
				must(err)
				for _, s := range v {
					t.Errorf("%s, %s: axe: %s", page, scheme, s)
				}
			}
			for _, s := range lines(narrow) {
				t.Errorf("%s, %s: too low to press: %s px", page, scheme, s)
			}
			mu.Lock()
			if len(asked) != 1 || asked[0] != srv.URL+page {
				t.Errorf("%s asks for %v", page, asked)
			}
			mu.Unlock()
			if dir := os.Getenv("KAJKHOJ_SHOTS"); dir != "" {
				png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
				must(err)
				must(os.WriteFile(filepath.Join(dir, "mail-"+page[1:]+"."+scheme+".png"), png, 0o600))
			}
		}
	}
}

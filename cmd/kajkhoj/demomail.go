package main

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/kajkhoj/kajkhoj/internal/mail/mailbox"
)

// demoFrom is the address that the demo's mails come from. Nobody has it
// (RFC 2606).
const demoFrom = "kajkhoj@demo.invalid"

// demoOperator is who is told in the demo when a marketplace breaks, and may
// sign in by mail.
const demoOperator = "operator@demo.invalid"

// catching puts the pages about caught mails before the site.
func catching(box *mailbox.Box, site http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", site)
	mux.HandleFunc("GET /demo/mail", func(w http.ResponseWriter, r *http.Request) {
		mails := box.Mails()
		slices.Reverse(mails)
		show(w, caughtPage, mails)
	})
	one := func(serve func(w http.ResponseWriter, m mailbox.Mail)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			n, _ := strconv.Atoi(r.PathValue("number")) // 0 is no mail's
			mails := box.Mails()
			i := slices.IndexFunc(mails, func(m mailbox.Mail) bool { return m.Number == n })
			if i < 0 {
				http.Error(w, "There is no such mail.", http.StatusNotFound)
				return
			}
			serve(w, mails[i])
		}
	}
	mux.HandleFunc("GET /demo/mail/{number}", one(func(w http.ResponseWriter, m mailbox.Mail) { show(w, mailPage, m) }))
	mux.HandleFunc("GET /demo/mail/{number}/html", one(func(w http.ResponseWriter, m mailbox.Mail) {
		// As a mail program shows it: styles inside, nothing from elsewhere,
		// links in a page of their own.
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write([]byte(strings.Replace(m.HTML, "<head>", `<head><base target="_top">`, 1)))
	}))
	mux.HandleFunc("GET /demo/mail/{number}/raw", one(func(w http.ResponseWriter, m mailbox.Mail) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Write(m.Raw)
	}))
	return mux
}

func show(w http.ResponseWriter, page *template.Template, data any) {
	var b bytes.Buffer
	if err := page.Execute(&b, data); err != nil {
		http.Error(w, fmt.Sprint("The page cannot be shown: ", err), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'")
	w.Write(b.Bytes())
}

// caughtStyle keeps these pages apart from the site, which they are no part of.
const caughtStyle = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<style>body{font:1.0625rem/1.55 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}li{margin:.5rem 0}pre{white-space:pre-wrap}iframe{width:100%;height:40rem;border:1px solid #8a8a8a;background:#fff}a{padding:.25rem 0;display:inline-block}</style>`

var caughtPage = template.Must(template.New("caught").Parse(caughtStyle + `<title>Caught mails</title></head><body>
<p><a href="/">← Kajkhoj</a></p>
<h1>Caught mails</h1>
<p>The demo sends no mail: this is what would have gone out, newest first. Whatever hour was chosen, news goes out within a minute.</p>
{{if .}}<ol reversed>{{range .}}<li><a href="/demo/mail/{{.Number}}">{{.Subject}}</a> to {{range .To}}{{.}} {{end}}<time datetime="{{.At.Format "2006-01-02T15:04:05Z"}}">{{.At.Format "15:04:05"}} UTC</time></li>{{end}}</ol>
{{else}}<p>None yet. Search for something, and choose to have new listings by e-mail.</p>{{end}}
<p><a href="/demo/mail">Look again</a></p>
</body></html>`))

var mailPage = template.Must(template.New("mail").Parse(caughtStyle + `<title>{{.Subject}}</title></head><body>
<p><a href="/demo/mail">← Caught mails</a> <a href="/demo/mail/{{.Number}}/html">The mail alone</a> <a href="/demo/mail/{{.Number}}/raw">As it was sent</a></p>
<h1>{{.Subject}}</h1>
<p>To {{range .To}}{{.}} {{end}}at {{.At.Format "15:04:05"}} UTC.{{with .Links}} Links:{{end}}</p>
<ul>{{range .Links}}<li><a href="{{.}}">{{.}}</a></li>{{end}}</ul>
<h2>HTML</h2>
<iframe title="The mail" sandbox="allow-top-navigation-by-user-activation" src="/demo/mail/{{.Number}}/html"></iframe>
<h2>Text</h2>
<pre>{{.Text}}</pre>
</body></html>`))

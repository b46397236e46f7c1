package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// board is a site on this machine with three ways to its offers.
func board(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	page := func(path, kind, body string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			fmt.Fprint(w, strings.ReplaceAll(body, "{site}", "http://"+r.Host))
		})
	}
	page("/jobs.rss", "application/rss+xml", `<?xml version="1.0"?><rss version="2.0"><channel><title>River Jobs</title><link>{site}/</link><item><title>Count boats</title><link>{site}/1</link><guid>1</guid><pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate><description>Count the boats on the river.</description></item><item><title>Write letters</title><link>{site}/2</link><guid>2</guid><pubDate>Fri, 20 Nov 2026 11:00:00 GMT</pubDate></item></channel></rss>`)
	mux.HandleFunc("GET /api", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.FormValue("cursor") == "" {
			fmt.Fprint(w, `{"next_cursor":"b","offers":[{"id":1,"position":"Count boats","link":"/1","published_at":"2026-11-20T10:00:00Z","budget":{"min":5,"max":9,"currency":"USD"}}]}`)
			return
		}
		fmt.Fprint(w, `{"next_cursor":null,"offers":[{"id":2,"position":"Write letters","link":"/2","published_at":"2026-11-20T11:00:00Z","budget":{"min":0,"max":0,"currency":"USD"}}]}`)
	})
	page("/list", "text/html", `<!doctype html><title>Offers | River Jobs</title><main class="offers"><article class="offer"><h2><a href="/1">Count boats</a></h2><time datetime="2026-11-20">20 Nov</time></article><article class="offer"><h2><a href="/2">Write letters</a></h2><time datetime="2026-11-19">19 Nov</time></article></main>`)
	page("/1", "text/html", `<!doctype html><title>Count boats</title><h1>Count boats</h1><div class="offer-text"><p>`+strings.Repeat("Count all the boats on the river. ", 5)+`</p></div>`)
	page("/private/", "text/html", "<p>no")
	page("/robots.txt", "text/plain", "User-agent: *\nDisallow: /private/\n")
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv
}

// kajkhoj runs a command.
func kajkhoj(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

// Sources that the program has not seen are made from their addresses: new
// proposes, try shows, and check wants what is blank before the source is on.
func TestNewSources(t *testing.T) {
	if testing.Short() {
		t.Skip("it keeps the delays between requests")
	}
	srv := board(t)
	for _, tt := range []struct{ name, path, format, page string }{
		{"a feed", "/jobs.rss", "RSS with 2 offers", "page.rss"},
		{"an API with a cursor", "/api", "JSON with 1 offers", "page.json"},
		{"a list with detail pages", "/list", "HTML list with 2 offers", "page.html"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "river")
			code, _, said := kajkhoj(t, "source", "new", srv.URL+tt.path, "--loopback", "--out", dir)
			if code != exitOK || !strings.Contains(said, tt.format) || !strings.Contains(said, "robots.txt allows it") {
				t.Fatalf("%d: %s", code, said)
			}
			file := filepath.Join(dir, "source.yaml")
			saved := filepath.Join(dir, "testdata", tt.page)
			if code, _, said := kajkhoj(t, "source", "new", srv.URL+tt.path, "--loopback", "--out", dir); code != exitError || !strings.Contains(said, "is there already") {
				t.Errorf("a second time: %d: %s", code, said)
			}

			code, out, said := kajkhoj(t, "source", "try", file, "--file", saved)
			if code != exitOK || !strings.Contains(out, `"title":"Count boats"`) || !strings.Contains(said, "still blank: line") {
				t.Errorf("try: %d: %s%s", code, out, said)
			}
			code, out, _ = kajkhoj(t, "source", "try", file, "--file", saved, "--fields")
			if code != exitOK || !strings.Contains(out, "posted") || !strings.Contains(out, "2026-11-20") || !strings.Contains(out, "(missing)") {
				t.Errorf("try --fields: %d: %s", code, out)
			}

			code, out, said = kajkhoj(t, "source", "check", file, "--loopback")
			if code != exitOK || strings.Count(out, "to be filled in") != 10 || !strings.Contains(out, tt.page+": ") || !strings.Contains(out, "filled: url") || !strings.Contains(out, "robots.txt allows it") {
				t.Errorf("check: %d: %s%s", code, out, said)
			}
			on := edit(t, file, "enabled: false", "enabled: true")
			if code, out, _ := kajkhoj(t, "source", "check", on, "--offline"); code != exitError || strings.Count(out, "WRONG: it is on, and blank is") != 10 {
				t.Errorf("check of one that is on: %d: %s", code, out)
			}
			bad := edit(t, file, "fields:\n", "fields:\n  salary: .x\n")
			if code, out, _ := kajkhoj(t, "source", "check", bad, "--offline"); code != exitError || !strings.Contains(out, "fields.salary: there is no such field") || !strings.Contains(out, "line ") {
				t.Errorf("check of a mistake: %d: %s", code, out)
			}
			if err := os.WriteFile(saved+".golden", []byte(`{"drafts":[]}`), 0o666); err != nil {
				t.Fatal(err)
			}
			if code, out, _ := kajkhoj(t, "source", "check", file, "--offline"); code != exitError || !strings.Contains(out, "it has 0 listings") {
				t.Errorf("check of another .golden: %d: %s", code, out)
			}
		})
	}
	t.Run("a forbidden address", func(t *testing.T) {
		t.Parallel()
		if code, out, said := kajkhoj(t, "source", "new", srv.URL+"/private/", "--loopback"); code != exitError || out != "" || !strings.Contains(said, "robots.txt disallows it") {
			t.Errorf("%d: %s%s", code, out, said)
		}
	})
	t.Run("this machine without being allowed", func(t *testing.T) {
		t.Parallel()
		if code, _, said := kajkhoj(t, "source", "new", srv.URL+"/list"); code != exitError || !strings.Contains(said, "refused address") {
			t.Errorf("%d: %s", code, said)
		}
	})
}

// edit writes a changed copy of a file beside it.
func edit(t *testing.T, file, old, new string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(filepath.Dir(file), fmt.Sprintf("%x.yaml", len(new)))
	if err := os.WriteFile(out, []byte(strings.Replace(string(data), old, new, 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	return out
}

// The sources that come with the program are as their saved pages say.
func TestCheckShipped(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	code, out, said := kajkhoj(t, "source", "check", "--offline")
	if code != exitOK || strings.Contains(out, "WRONG") || strings.Contains(out, "no saved pages") || !strings.Contains(out, "as in page.json.golden") {
		t.Errorf("%d: %s%s", code, out, said)
	}
	if code, _, said := kajkhoj(t, "source", "check", "nosuch", "--offline"); code != exitUsage || !strings.Contains(said, "there is no source") {
		t.Errorf("an unknown name: %d: %s", code, said)
	}
	if code, _, said := kajkhoj(t, "source", "try", "jobicy", "--fields"); code != exitUsage || !strings.Contains(said, "--fields shows") {
		t.Errorf("--fields of a live source: %d: %s", code, said)
	}
}

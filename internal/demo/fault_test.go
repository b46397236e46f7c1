package demo

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// lists are where each marketplace's listings begin.
var lists = map[string]string{
	"gigboard": "/api/v1/jobs?page=1", "open-desk": "/v2/listings", "kaaj-haat": "/kaj", "remote-ferry": "/remote-jobs.rss",
	"task-lantern": "/tasks?page=1", "founders-thread": "/hiring.atom", "harbour-tasks": "/openings", "pixel-bazaar": "/api/projects?offset=0",
}

var contentTypes = map[string]string{
	"gigboard": "application/json; charset=utf-8", "open-desk": "application/json; charset=utf-8", "kaaj-haat": "text/html; charset=utf-8",
	"remote-ferry": "application/rss+xml; charset=windows-1252", "task-lantern": "text/html; charset=utf-8",
	"founders-thread": "application/atom+xml; charset=utf-8", "harbour-tasks": "text/html; charset=utf-8", "pixel-bazaar": "application/json; charset=utf-8",
}

func TestAnswers(t *testing.T) {
	town := start(t, Options{Seed: 11, Listings: 400})
	for _, s := range town.sites {
		url := s.base + lists[s.name]
		r, body := get(t, url, nil)
		if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != contentTypes[s.name] {
			t.Errorf("%s: %d %q", s.name, r.StatusCode, r.Header.Get("Content-Type"))
		}
		if s.name == "remote-ferry" {
			if utf8.ValidString(body) || !strings.Contains(body, "\x96") {
				t.Error("remote-ferry: no dash of windows-1252 in its feed")
			}
		} else if !utf8.ValidString(body) {
			t.Errorf("%s: no UTF-8", s.name)
		}

		z, packed := get(t, url, map[string]string{"Accept-Encoding": "gzip"})
		if z.Header.Get("Content-Encoding") != "gzip" || len(packed) >= len(body) {
			t.Errorf("%s: %q, %d of %d bytes", s.name, z.Header.Get("Content-Encoding"), len(packed), len(body))
		} else if unpacked := gunzip(t, packed); unpacked != body {
			t.Errorf("%s: gzip holds another body", s.name)
		}

		tag := r.Header.Get("ETag")
		if r, body := get(t, url, map[string]string{"If-None-Match": tag}); r.StatusCode != http.StatusNotModified || body != "" {
			t.Errorf("%s: with its ETag %d and %d bytes", s.name, r.StatusCode, len(body))
		}
		s.add(town, rand.New(rand.NewPCG(1, 1)), town.fresh(s), began)
		if r, _ := get(t, url, map[string]string{"If-None-Match": tag}); r.StatusCode != http.StatusOK {
			t.Errorf("%s: with an old ETag %d", s.name, r.StatusCode)
		}

		r, body = get(t, s.base+"/robots.txt", nil)
		if s.robots == "" && r.StatusCode != http.StatusNotFound || s.robots != "" && (r.StatusCode != http.StatusOK || body != s.robots) {
			t.Errorf("%s: robots.txt is %d %q", s.name, r.StatusCode, body)
		}
		if r, body := get(t, s.base+"/", nil); r.StatusCode != http.StatusOK || !strings.Contains(body, s.title) {
			t.Errorf("%s: the front page is %d", s.name, r.StatusCode)
		}
	}
}

func TestEachOfferHasAPage(t *testing.T) {
	town := start(t, Options{Seed: 12, Listings: 80})
	for _, s := range town.sites {
		got, err := collect(t, town, s.name, market.Validator{})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range got.drafts {
			r, body := get(t, d.URL, nil)
			if r.StatusCode != http.StatusOK || !strings.Contains(body, "<h1") {
				t.Errorf("%s answers %d", d.URL, r.StatusCode)
			}
			break
		}
	}
}

func gunzip(t *testing.T, packed string) string {
	t.Helper()
	z, err := gzip.NewReader(strings.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestFaultsOnTheWire(t *testing.T) {
	town := start(t, Options{Seed: 13, Listings: 400})
	s := town.named("gigboard")
	url := s.base + lists[s.name]
	healthy, _ := get(t, url, nil)
	set := func(name string, f Fault) {
		t.Helper()
		if err := town.Fail(name, f); err != nil {
			t.Fatal(err)
		}
	}
	status := func(f Fault, want int) *http.Response {
		t.Helper()
		set("gigboard", f)
		r, _ := get(t, url, map[string]string{"If-None-Match": healthy.Header.Get("ETag")})
		if r.StatusCode != want {
			t.Errorf("%v answers %d, wanted %d", f, r.StatusCode, want)
		}
		return r
	}
	status(Forbidden, 403)
	if after := status(TooMany, 429).Header.Get("Retry-After"); after != "120" {
		t.Errorf("429 with Retry-After %q", after)
	}
	status(Unavailable, 503)
	if to := status(Metadata, 302).Header.Get("Location"); to != metadataAddress {
		t.Errorf("redirect to %q", to)
	}
	if r, _ := get(t, s.base+"/robots.txt", nil); r.StatusCode != 200 {
		t.Errorf("a fault took robots.txt: %d", r.StatusCode)
	}
	status(None, 304)

	set("gigboard", Blank)
	if r, body := get(t, url, nil); r.StatusCode != 200 || body != "" {
		t.Errorf("blank: %d with %d bytes", r.StatusCode, len(body))
	}
	set("gigboard", Empty)
	if _, body := get(t, url, nil); !strings.Contains(body, `"jobs":[]`) {
		t.Errorf("empty: %.200s", body)
	}
	set("gigboard", Challenge)
	if r, body := get(t, url, nil); r.StatusCode != 200 || !strings.Contains(body, "verify you are human") {
		t.Errorf("challenge: %d %.200s", r.StatusCode, body)
	}
	set("gigboard", Renamed)
	if _, body := get(t, url, nil); strings.Contains(body, `"title"`) || !strings.Contains(body, `"headline"`) || !json.Valid([]byte(body)) {
		t.Errorf("renamed: %.200s", body)
	}
	set("gigboard", Malformed)
	if _, body := get(t, url, nil); utf8.ValidString(body) {
		t.Error("malformed: valid UTF-8")
	}
	set("kaaj-haat", Malformed)
	if _, body := get(t, town.named("kaaj-haat").base+"/kaj", nil); utf8.ValidString(body) {
		t.Error("malformed: valid UTF-8 in Bengali")
	}

	set("gigboard", Huge)
	if _, body := get(t, url, nil); len(body) != hugeBytes {
		t.Errorf("huge: %d bytes", len(body))
	}
	if _, packed := get(t, url, map[string]string{"Accept-Encoding": "gzip"}); len(packed) > 1<<20 {
		t.Errorf("huge: %d bytes on the wire", len(packed))
	}

	ferry := town.named("remote-ferry")
	set("remote-ferry", WrongCharset)
	r, body := get(t, ferry.base+lists["remote-ferry"], nil)
	if r.Header.Get("Content-Type") != "application/rss+xml; charset=utf-8" || utf8.ValidString(body) || xml.Unmarshal([]byte(body), new(struct{})) == nil {
		t.Errorf("charset: %q on what is no UTF-8: %v", r.Header.Get("Content-Type"), !utf8.ValidString(body))
	}
	set("gigboard", WrongCharset)
	if r, body := get(t, url, nil); r.Header.Get("Content-Type") != "application/json; charset=windows-1252" || !utf8.ValidString(body) {
		t.Errorf("charset: %q", r.Header.Get("Content-Type"))
	}

	set("gigboard", Hang)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := ask(ctx, url, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("hang: %v", err)
	}

	for _, name := range []string{"gigboard", "open-desk", "kaaj-haat", "task-lantern", "harbour-tasks", "pixel-bazaar"} {
		set(name, Endless)
	}
	seen := map[string]bool{}
	for _, at := range []string{"1", "2", "3000"} {
		_, body := get(t, s.base+"/api/v1/jobs?page="+at, nil)
		var page struct {
			Jobs  []struct{ ID json.Number }
			Page  int
			Pages int
		}
		if err := json.Unmarshal([]byte(body), &page); err != nil || len(page.Jobs) != s.per || page.Page >= page.Pages {
			t.Fatalf("endless: page %s has %d jobs and is %d of %d: %v", at, len(page.Jobs), page.Page, page.Pages, err)
		}
		for _, j := range page.Jobs {
			if seen[j.ID.String()] {
				t.Errorf("endless: %s came twice", j.ID)
			}
			seen[j.ID.String()] = true
		}
	}
	if town.Fail("founders-thread", Endless) == nil {
		t.Error("a single feed was made endless")
	}
	if town.Fail("nowhere", Hang) == nil {
		t.Error("a marketplace that does not exist was made to hang")
	}
}

// TestFaultsReachTheCollector runs each marketplace's own recipe into faults:
// none may pass for a good run.
func TestFaultsReachTheCollector(t *testing.T) {
	town := start(t, Options{Seed: 14, Listings: 160})
	blocked := func(err error) bool {
		var status *fetch.StatusError
		return errors.As(err, &status) && status.Blocked()
	}
	for _, s := range town.sites {
		for f, right := range map[Fault]func(error) bool{
			Forbidden: blocked,
			Unavailable: func(err error) bool {
				var status *fetch.StatusError
				return errors.As(err, &status) && status.Status == 503
			},
			Challenge: func(err error) bool { return errors.Is(err, source.ErrChallenge) },
			Blank:     func(err error) bool { return errors.Is(err, source.ErrFormat) },
			Huge: func(err error) bool {
				return errors.Is(err, fetch.ErrTooLarge) || s.name == "remote-ferry" || s.name == "founders-thread"
			},
			Metadata: func(err error) bool { return errors.Is(err, fetch.ErrAddress) },
		} {
			if err := town.Fail(s.name, f); err != nil {
				t.Fatal(err)
			}
			got, err := collect(t, town, s.name, market.Validator{})
			if err == nil || !right(err) || len(got.drafts) > 0 || got.result.Complete {
				t.Errorf("%s with %v: %d drafts, complete %v, %v", s.name, f, len(got.drafts), got.result.Complete, err)
			}
		}

		town.Fail(s.name, TooMany)
		// The site's wait is longer than the run: it must end, not sleep.
		if _, err := collect(t, town, s.name, market.Validator{}); !blocked(err) {
			t.Errorf("%s with 429: %v", s.name, err)
		}

		town.Fail(s.name, Empty)
		if got, err := collect(t, town, s.name, market.Validator{}); err != nil || len(got.drafts) > 0 {
			t.Errorf("%s with nothing: %d drafts, %v", s.name, len(got.drafts), err)
		}

		town.Fail(s.name, Renamed)
		if got, err := collect(t, town, s.name, market.Validator{}); err == nil && len(got.rejects) < len(s.postings) || len(got.drafts) > 0 {
			t.Errorf("%s renamed: %d drafts, %d rejected, %v", s.name, len(got.drafts), len(got.rejects), err)
		}

		town.Fail(s.name, Malformed)
		got, err := collect(t, town, s.name, market.Validator{})
		if s.name != "remote-ferry" && (err != nil || len(got.drafts) != len(s.postings)) {
			t.Errorf("%s malformed: %d drafts of %d, %v", s.name, len(got.drafts), len(s.postings), err)
		}
		for _, d := range got.drafts {
			if !utf8.ValidString(d.Title + d.Description) {
				t.Errorf("%s malformed: no UTF-8 in %q", s.name, d.Title)
				break
			}
		}
		town.Fail(s.name, None)
	}
}

func TestEndlessChainIsCut(t *testing.T) {
	town := start(t, Options{Seed: 15, Listings: 80})
	for _, name := range []string{"gigboard", "open-desk", "task-lantern", "pixel-bazaar", "kaaj-haat", "harbour-tasks"} {
		town.Fail(name, Endless)
		got, err := collectPages(t, town, name, market.Validator{}, 8)
		if !errors.Is(err, fetch.ErrTooManyPages) || got.result.Complete || len(got.drafts) == 0 {
			t.Errorf("%s: %d drafts after %d pages, complete %v, %v", name, len(got.drafts), got.requests, got.result.Complete, err)
		}
	}
}

func TestHangEndsWithTheTown(t *testing.T) {
	town := start(t, Options{Seed: 16, Listings: 20, Faults: map[string]Fault{"gigboard": Hang}})
	done := make(chan error, 1)
	go func() {
		_, _, err := ask(context.Background(), town.named("gigboard").base+"/api/v1/jobs", nil)
		done <- err
	}()
	time.Sleep(20 * time.Millisecond)
	town.Close()
	select {
	case err := <-done:
		if err == nil {
			t.Error("a hanging answer ended well")
		}
	case <-time.After(2 * time.Second):
		t.Error("a hanging answer outlived the town")
	}
}

func TestParseFault(t *testing.T) {
	for f := None; int(f) < len(faultNames); f++ {
		if got, err := ParseFault(f.String()); err != nil || got != f {
			t.Errorf("%q is %v, %v", f.String(), got, err)
		}
	}
	if _, err := ParseFault("gremlins"); err == nil || !strings.Contains(err.Error(), "hang") {
		t.Errorf("gremlins: %v", err)
	}
}

// TestWindows1252 holds the feed's bytes to what a decoder of its charset
// makes of them.
func TestWindows1252(t *testing.T) {
	town := start(t, Options{Seed: 17, Listings: 400})
	s := town.named("remote-ferry")
	_, body := get(t, s.base+"/remote-jobs.rss", nil)
	text, err := charmap.Windows1252.NewDecoder().Bytes([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.Replace(text, []byte(`encoding="windows-1252"`), []byte(`encoding="UTF-8"`), 1)
	var feed struct {
		Items []struct {
			Title string `xml:"title"`
		} `xml:"channel>item"`
	}
	if err := xml.Unmarshal(text, &feed); err != nil || len(feed.Items) != len(s.postings) {
		t.Errorf("%d items of %d, %v", len(feed.Items), len(s.postings), err)
	}
	if !bytes.Contains(text, []byte("–")) || !bytes.Contains(text, []byte("€")) || !bytes.Contains(text, []byte("&#8377;")) {
		t.Error("a dash, a euro or a rupee sign got lost")
	}
}

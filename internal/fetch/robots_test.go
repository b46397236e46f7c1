package fetch

import (
	"strings"
	"testing"
	"time"
)

func TestRobotsRules(t *testing.T) {
	for _, tt := range []struct {
		name, body, path string
		want             bool
	}{
		{"empty", "", "/a", true},
		{"no group", "Disallow: /\n", "/a", true},
		{"all", "User-agent: *\nDisallow: /", "/a", false},
		{"robots.txt itself", "User-agent: *\nDisallow: /", "/robots.txt", true},
		{"nothing", "User-agent: *\nDisallow:\n", "/a", true},
		{"another program", "User-agent: other\nDisallow: /", "/a", true},
		{"ours before all", "User-agent: *\nDisallow: /\n\nUser-agent: Kajkhoj\nDisallow: /x", "/a", true},
		{"ours with a version", "User-agent: kajkhoj/2.0 (bot)\nDisallow: /", "/a", false},
		{"ours is no prefix", "User-agent: kaj\nDisallow: /", "/a", true},
		{"two groups are one", "User-agent: kajkhoj\nDisallow: /a\n\nUser-agent: *\nDisallow:\n\nUser-agent: kajkhoj\nDisallow: /b", "/b", false},
		{"names in a row", "User-agent: other\nUser-agent: kajkhoj\n\nDisallow: /a", "/a", false},
		{"other records part no group", "User-agent: kajkhoj\nSitemap: https://example.com/s.xml\nDisallow: /a", "/a", false},
		{"longest", "User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", true},
		{"longest the other way", "User-agent: *\nAllow: /a\nDisallow: /a/b", "/a/b/c", false},
		{"a tie allows", "User-agent: *\nDisallow: /p\nAllow: /p", "/p", true},
		{"wildcard", "User-agent: *\nDisallow: /*?", "/jobs?page=2", false},
		{"wildcard from the beginning", "User-agent: *\nDisallow: /a*b", "/x/a-b", true},
		{"wildcard and longer", "User-agent: *\nDisallow: /*?\nAllow: /*?page=", "/jobs?page=2", true},
		{"end", "User-agent: *\nDisallow: /*.gif$", "/a.gif", false},
		{"not the end", "User-agent: *\nDisallow: /*.gif$", "/a.gif?x", true},
		{"exact end", "User-agent: *\nDisallow: /a$", "/ab", true},
		{"comment in the value", "User-agent: *\nDisallow: /a#c", "/ab", false},
		{"blank before the colon", "User-agent : *\nDisallow : /", "/a", false},
		{"broken lines", "User-agent: *\nCrawl-delay: soon\nnonsense\nDisallow: /", "/a", false},
		{"CR and byte order mark", "\ufeffUser-agent: *\rDisallow: /a\r", "/a", false},
		{"encoded unreserved", "User-agent: *\nDisallow: /%7ejoe", "/~joe", false},
		{"encoded reserved stays", "User-agent: *\nDisallow: /a%2fb", "/a/b", true},
		{"hex case", "User-agent: *\nDisallow: /a%2fb", "/a%2Fb", false},
		{"Bengali", "User-agent: *\nDisallow: /কাজ", "/%E0%A6%95%E0%A6%BE%E0%A6%9C/1", false},
		{"case of paths", "User-agent: *\nDisallow: /A", "/a", true},
		{"HTML in its place", "<!doctype html><title>Jobs: all</title>", "/a", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := parseRobots([]byte(tt.body), "kajkhoj").allow(tt.path); got != tt.want {
				t.Errorf("%q allows %s: %v", tt.body, tt.path, got)
			}
		})
	}
}

func TestRobotsCrawlDelay(t *testing.T) {
	for body, want := range map[string]time.Duration{
		"User-agent: *\nCrawl-delay: 2.5":                                     2500 * time.Millisecond,
		"User-agent: *\nCrawl-delay: 9\nUser-agent: kajkhoj\nDisallow: /x":    0,
		"User-agent: kajkhoj\nCrawl-delay: 3\nUser-agent: *\nCrawl-delay: 99": 3 * time.Second,
		"User-agent: *\nCrawl-delay: -1":                                      0,
		"User-agent: *\nCrawl-delay: NaN":                                     0,
	} {
		if got := parseRobots([]byte(body), "kajkhoj").delay; got != want {
			t.Errorf("%q: %v, want %v", body, got, want)
		}
	}
}

// A pattern of many stars must not take time that grows with its powers.
func TestRobotsPatternIsCheap(t *testing.T) {
	g := parseRobots([]byte("User-agent: *\nDisallow: /"+strings.Repeat("*a", 2000)+"$"), "kajkhoj")
	start := time.Now()
	if !g.allow("/" + strings.Repeat("a", 100_000) + "b") {
		t.Error("matched")
	}
	if d := time.Since(start); d > time.Second {
		t.Errorf("took %v", d)
	}
}

func FuzzRobots(f *testing.F) {
	f.Add("User-agent: *\nDisallow: /*a$\nAllow: /%", "/a%zz?b")
	f.Fuzz(func(t *testing.T, body, path string) {
		g := parseRobots([]byte(body), "kajkhoj")
		g.allow(path)
		if !g.allow("/robots.txt") {
			t.Error("robots.txt itself is disallowed")
		}
		if octets(octets(path)) != octets(path) && !strings.Contains(path, "%25") && strings.Count(path, "%") < 2 {
			t.Errorf("%q is not normal after once", path)
		}
	})
}

package fetch_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/fetch/fetchtest"
)

// What robots.txt says of an address is told without asking for the address.
func TestRobotsVerdict(t *testing.T) {
	tr := fetchtest.New(t)
	tr.Page("https://a.example/robots.txt", "text/plain", "User-agent: *\nCrawl-delay: 7\nDisallow: /private\n")
	tr.Add(http.MethodGet, "https://b.example/robots.txt", fetchtest.Answer{Status: 503})
	for _, tt := range []struct {
		address string
		want    fetch.Verdict
		failed  int // the status of the robots.txt that could not be had
	}{
		{"https://a.example/jobs", fetch.Verdict{Allowed: true, Delay: 7 * time.Second}, 0},
		{"https://a.example/private/1?x", fetch.Verdict{Delay: 7 * time.Second, Why: "robots.txt disallows it: /private/1?x"}, 0},
		{"https://b.example/jobs", fetch.Verdict{Failed: true, Why: "robots.txt disallows it, because it could not be had: https://b.example/robots.txt answered 503 Service Unavailable"}, 503},
		{"https://c.example/jobs", fetch.Verdict{Allowed: true}, 0}, // it has none
	} {
		got, err := tr.Session().Robots(tt.address)
		var status *fetch.StatusError
		if err != nil || got.Allowed == errors.Is(got.Err, fetch.ErrRobots) || errors.As(got.Err, &status) != (tt.failed != 0) || status != nil && status.Status != tt.failed {
			t.Errorf("%s: %v, verdict's error %v", tt.address, err, got.Err)
		}
		if got.Err = nil; got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.address, got, tt.want)
		}
	}
	for _, address := range []string{"http://10.0.0.1/", "http://[::ffff:169.254.169.254]/", "file:///etc/passwd", "nonsense", "http://"} {
		if v, err := tr.Session().Robots(address); !errors.Is(err, fetch.ErrAddress) || v.Allowed {
			t.Errorf("%s: %+v, %v", address, v, err)
		}
	}
	for _, a := range tr.Asked() {
		if a.URL != "https://a.example/robots.txt" && a.URL != "https://b.example/robots.txt" {
			t.Errorf("%s was asked for", a.URL)
		}
	}
}

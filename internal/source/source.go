// Package source says what may be asked of a site.
package source

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/fetch"
	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Source is one site that listings are collected from.
type Source interface {
	Spec() Spec
	// Collect asks the site and hands on each item as it comes. An error from
	// in.Emit ends the run and is returned as it is. Other errors wrap one of
	// this package's, one of fetch's, or the context's.
	Collect(ctx context.Context, in Input) (Result, error)
	// Extract reads one saved answer of the site's listing endpoint with the
	// code that Collect uses, asking nobody. It fails with ErrFormat or
	// ErrChallenge where Collect would.
	Extract(ctx context.Context, page fetch.Page, in Input) error
}

// Input is what a run is given.
type Input struct {
	// Session is this run's way to the network; nil in Extract.
	Session *fetch.Session
	// Validator makes the first page's request conditional.
	Validator market.Validator
	// Now is the instant that the run began.
	Now time.Time
	// Emit takes a draft. An error that wraps market.ErrInvalid never comes
	// back through it: such drafts are counted by the collector.
	Emit func(market.Draft) error
	// Reject takes an item that could not be read as a draft.
	Reject func(market.Reject)
	// Skip counts an item that the source leaves out by rule ("SEEKING WORK").
	Skip func(why string)
	// Raw, where it is set, is told each item as the site sent it (at most
	// 64 KiB of JSON or HTML), before Emit, Reject or Skip is called for it.
	Raw func(item string)
}

// Result is what a run saw besides its drafts.
type Result struct {
	// Unchanged says that the first page answered 304.
	Unchanged bool
	// Complete says that all that the site now offers was seen: no cap cut
	// the run and no page failed.
	Complete bool
	// Validator is for the next run's first page.
	Validator market.Validator
}

// The errors of an answer that is not what the source sends.
var (
	// ErrFormat: another format, another page, a marker is missing.
	ErrFormat = errors.New("the answer is not what this source sends")
	// ErrChallenge: a challenge, login or block page in place of listings.
	ErrChallenge = errors.New("the site asks to prove a person or to log in")
	// ErrTooManyItems: the run has read as many items as Limits.Items allows.
	ErrTooManyItems = errors.New("the run has read as many items as it may")
)

// Spec is what is known of a source: its face, its schedule, its terms and
// its limits. It is read from the source's own description.
type Spec struct {
	// Name is the key everywhere: lower-case letters, digits and hyphens.
	Name string
	// Title is the site's name as people know it, Home its address.
	Title string
	Home  string
	// Schedule is a cron expression of five fields in UTC, or "@every 1h".
	Schedule string
	// Enabled is the default; an operator's configuration may differ, within
	// Terms.
	Enabled bool
	// Why says why it is off by default, and Needs what an operator must
	// supply: environment variables and permissions. Both are sentences.
	Why   string
	Needs string
	// Env are the environment variables that the source cannot run without.
	Env []string
	// CloseAfter is how many complete runs in a row must not mention a
	// listing before it is closed: 1 for APIs and feeds, 2 for HTML.
	CloseAfter int
	// Rolling says that the site shows only a window of its newest offers, so
	// that a complete run proves nothing about older ones; they are closed by
	// MaxAge instead.
	Rolling bool
	// MaxAge closes a listing that was last seen longer ago. 0 means never.
	MaxAge time.Duration
	Limits Limits
	Terms  Terms
}

// Limits bound one run.
type Limits struct {
	Pages int           // listing and detail pages; 0 means 50
	Bytes int64         // of one body after decompression; 0 means 8 MiB
	Items int           // that are read of all pages; 0 means 10,000
	Time  time.Duration // of the whole run; 0 means DefaultTime
}

// DefaultTime is how long a run may take whose limits say nothing.
const DefaultTime = 10 * time.Minute

// Terms are a site's terms as data, which the program obeys.
type Terms struct {
	// URL is the terms page, Read the day (YYYY-MM-DD) that somebody read it,
	// and Note what it says in a sentence or two.
	URL  string
	Read string
	Note string
	// Allowed says in a sentence why the site may be collected: an operator's
	// own source runs only when its operator has written it.
	Allowed string
	// PollFloor is the least time between two runs, Delay between two
	// requests to the host.
	PollFloor time.Duration
	Delay     time.Duration
	// Attribution is the text shown with each listing, linked to the
	// original, or to AttributionURL where that is set.
	Attribution    string
	AttributionURL string
	// Follow forbids rel=nofollow on links to the original.
	Follow bool
	// FullText allows the whole text to be shown; otherwise the page shows a
	// short excerpt.
	FullText bool
	// Syndicate allows listings to be handed to other programs: in feeds and
	// the public API. A mail is none of these: like the page it shows the title,
	// what was read out of the listing, and the attribution, to one person who
	// asked for it.
	Syndicate bool
	// Index allows search engines to index the listing's page, and it to be
	// named to them: in the sitemap and, with FullText, as a JobPosting.
	Index bool
	// Permission says that the site's written permission is needed before
	// the source may run.
	Permission bool
	// Keep is how long the site's words may be kept when their listing is
	// closed; 0 means not at all. DefaultKeep is for terms that set no limit.
	Keep time.Duration
	// Refresh is how long a listing may be kept that was not seen again, even
	// where the site cannot be reached; 0 means no limit.
	Refresh time.Duration
}

// DefaultKeep is how long texts are kept whose terms set no limit.
const DefaultKeep = 30 * 24 * time.Hour

// Check reports what is wrong with a spec, all at once.
func (s Spec) Check() error {
	var errs []error
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	if !ValidName(s.Name) {
		bad("name %q: lower-case letters, digits and hyphens only", s.Name)
	}
	if s.Title == "" {
		bad("title: missing")
	}
	if !strings.HasPrefix(s.Home, "https://") && !strings.HasPrefix(s.Home, "http://127.0.0.1") {
		bad("home %q: an https address is needed", s.Home)
	}
	if s.Schedule == "" {
		bad("schedule: missing")
	} else if _, err := ParseSchedule(s.Schedule); err != nil {
		bad("schedule: %w", err)
	}
	if !s.Enabled && (s.Why == "" || s.Needs == "") {
		bad("a source that is off says why, and what it needs")
	}
	if s.CloseAfter < 1 {
		bad("close_after: at least 1")
	}
	if s.Terms.Read != "" {
		if _, err := time.Parse(time.DateOnly, s.Terms.Read); err != nil {
			bad("terms.read %q: a day such as 2026-11-22", s.Terms.Read)
		}
	}
	if s.Terms.Attribution == "" {
		bad("terms.attribution: missing")
	}
	if s.Terms.PollFloor <= 0 {
		bad("terms.poll_floor: missing")
	}
	if s.Terms.Keep < 0 {
		bad("terms.keep: less than nothing")
	}
	if s.Terms.Refresh < 0 || s.Terms.Refresh > 0 && s.Terms.Refresh < s.Terms.PollFloor {
		bad("terms.refresh: at least terms.poll_floor, or nothing could be kept")
	}
	return errors.Join(errs...)
}

// ValidName reports whether a source may be called so.
func ValidName(name string) bool {
	if name == "" || len(name) > 40 {
		return false
	}
	for i, r := range name {
		if !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' && i > 0) {
			return false
		}
	}
	return true
}

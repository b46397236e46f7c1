package main

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/kajkhoj/kajkhoj/internal/alert"
	"github.com/kajkhoj/kajkhoj/internal/mail/mailbox"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/store"
	"github.com/kajkhoj/kajkhoj/internal/store/storetest"
)

// mailKills is how often the program is killed while it tells and sends.
const mailKills = 50

// The program is killed fifty times at random moments while it tells people
// and sends, to a server that is slow, drops connections and answers 451 at
// random. Every due digest arrives, no listing is told twice to one search,
// and at most one mail is doubled per kill, with the same Message-ID. On
// PostgreSQL three processes are at it at once.
func TestKillWhileMailing(t *testing.T) {
	if testing.Short() {
		t.Skip("kills the program for two minutes: not in short mode")
	}
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		killWhileMailing(t, filepath.Join(t.TempDir(), "kajkhoj.db"), 1)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		killWhileMailing(t, storetest.Postgres(t), 3)
	})
}

// mailed is the town of the test: people with searches, and what they must be
// told.
type mailed struct {
	t    *testing.T
	s    *store.Store
	db   *sql.DB
	box  *mailbox.Box
	seed int64
	// words are what each person's searches ask for, by address.
	words map[string][]string
	// want are the listings each person must be told, by address.
	want  map[string][]string
	heads []int64
	n     int
}

func killWhileMailing(t *testing.T, dsn string, processes int) {
	m := newMailed(t, dsn)
	rnd := rand.New(rand.NewPCG(uint64(m.seed), 1))
	t.Logf("seed %d", m.seed)
	var running []*exec.Cmd
	for kill := range mailKills {
		m.publish()
		m.dayPasses()
		for len(running) < processes {
			running = append(running, m.start(dsn))
		}
		time.Sleep(time.Duration(300+rnd.IntN(900)) * time.Millisecond)
		i := kill % len(running)
		running[i].Process.Kill()
		running[i].Wait()
		running = slices.Delete(running, i, i+1)
	}
	m.box.Fault(mailbox.Fault{})
	for len(running) < processes {
		running = append(running, m.start(dsn))
	}
	began := time.Now()
	for m.dayPasses(); !m.allTold(); m.dayPasses() {
		if time.Since(began) > 2*time.Minute {
			t.Fatalf("not all is told two minutes after the last kill")
		}
		time.Sleep(time.Second)
	}
	m.check()
	for _, p := range running {
		p.Process.Kill()
		p.Wait()
	}
}

func newMailed(t *testing.T, dsn string) *mailed {
	ctx := t.Context()
	s, err := store.Open(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	m := &mailed{t: t, s: s, seed: time.Now().UnixNano(), words: map[string][]string{}, want: map[string][]string{}}
	driver, name := "sqlite", dsn+"?_pragma=busy_timeout(30000)"
	if strings.HasPrefix(dsn, "postgres") {
		driver, name = "pgx", dsn
	}
	if m.db, err = sql.Open(driver, name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.db.Close() })
	if m.box, err = (mailbox.Config{Addr: "127.0.0.1:0", Keep: 100_000}).Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.box.Close() })
	m.box.Fault(mailbox.Fault{Seed: uint64(m.seed), Slow: 20 * time.Millisecond, DropBefore: 0.1, Later: 0.15})
	if err := s.SyncSources(ctx, []store.SourceConfig{{Name: "site", Enabled: true}}, time.Now()); err != nil {
		t.Fatal(err)
	}
	for i := range 12 {
		words := [][]string{{"alpha"}, {"beta"}, {"alpha", "beta"}, {"gamma", "beta"}}[i%4]
		m.person(fmt.Sprintf("person%d@example.com", i), words)
	}
	return m
}

// person has a confirmed daily search for each word.
func (m *mailed) person(email string, words []string) {
	m.t.Helper()
	ctx, now := context.Background(), time.Now().UTC()
	m.words[email] = words
	for _, w := range words {
		var raw string
		_, err := m.s.Subscribe(ctx, email, market.Search{Query: "q=" + w, Freq: market.Daily, Lang: "en", Hour: 8, Zone: market.DefaultZone}, now,
			func(to market.Subscriber, s market.Search) (market.Letter, []market.Token, error) {
				confirm, tc := market.NewToken(market.TokenConfirm, to.ID, s.ID, now, time.Hour)
				raw = confirm
				return market.Letter{Key: "c" + s.ID[:10] + w, Kind: market.LetterConfirm, Subscriber: to.ID, To: to.Email, Lang: "en",
					Subject: "confirm", Text: "confirm", HTML: "confirm", Stop: "https://kaj.example/stop/x", Created: now}, []market.Token{tc}, nil
			})
		if err != nil {
			m.t.Fatal(err)
		}
		if _, _, err := m.s.Confirm(ctx, raw, now, alert.Next); err != nil {
			m.t.Fatal(err)
		}
	}
}

// publish saves a new listing for each word and one that two words find,
// unless so much is untold that a mail could not show it.
func (m *mailed) publish() {
	m.t.Helper()
	ctx, now := context.Background(), time.Now().UTC()
	var told int64
	if err := m.db.QueryRow(`SELECT MIN(cursor) FROM search`).Scan(&told); err != nil {
		m.t.Fatal(err)
	}
	untold := 0
	for _, h := range m.heads {
		if h > told {
			untold++
		}
	}
	if untold >= 4 {
		return
	}
	r, err := m.s.ClaimNamed(ctx, "site", now, time.Minute)
	if err != nil {
		m.t.Fatal(err)
	}
	var batch []market.Listing
	for _, title := range []string{"Alpha work", "Beta work", "Gamma work", "Alpha and beta work"} {
		m.n++
		l := market.Listing{Source: "site", ExternalID: fmt.Sprint(m.n), URL: fmt.Sprintf("https://site.example/%d", m.n), Title: title, PostedAt: now}
		l.ID = market.ListingID(l.Source, l.ExternalID)
		batch = append(batch, l)
		for email, words := range m.words {
			if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(strings.ToLower(title), w) }) {
				m.want[email] = append(m.want[email], l.ID)
			}
		}
	}
	if _, err := m.s.Save(ctx, r, batch, now); err != nil {
		m.t.Fatal(err)
	}
	if _, err := m.s.Finish(ctx, r, market.Outcome{State: market.RunOK, Finished: now, Next: now.Add(time.Hour)}, 0); err != nil {
		m.t.Fatal(err)
	}
	head, err := m.s.Head(ctx)
	if err != nil {
		m.t.Fatal(err)
	}
	m.heads = append(m.heads, head)
}

// dayPasses moves what is due, leased and waited for a day into the past.
func (m *mailed) dayPasses() {
	m.t.Helper()
	const day = "86400000"
	for _, q := range []string{
		"UPDATE subscriber SET lease_until = lease_until - " + day + " WHERE lease_until > 0",
		"UPDATE subscriber SET mailed_at = mailed_at - " + day + " WHERE mailed_at > 0",
		"UPDATE subscriber SET due_at = due_at - " + day + " WHERE due_at > 0",
		"UPDATE search SET due_at = due_at - " + day + " WHERE due_at > 0",
		"UPDATE letter SET lease_until = lease_until - " + day + " WHERE lease_until > 0",
		"UPDATE letter SET next_at = next_at - " + day + " WHERE state = 'queued'",
	} {
		if _, err := m.db.Exec(q); err != nil {
			m.t.Fatal(err)
		}
	}
}

// start runs a process that tells and sends.
func (m *mailed) start(dsn string) *exec.Cmd {
	m.t.Helper()
	args := []string{"kajkhoj", "serve", "--roles", "mail", "--listen", "127.0.0.1:0", "--log-level", "warn", "--base-url", "https://kaj.example",
		"--smtp", "smtp://" + m.box.Addr(), "--mail-from", "kajkhoj@kaj.example"}
	if strings.HasPrefix(dsn, "postgres") {
		args = append(args, "--db", dsn, "--data", m.t.TempDir())
	} else {
		args = append(args, "--data", filepath.Dir(dsn))
	}
	// No limit per domain stands in the way: all have the same.
	config := filepath.Join(m.t.TempDir(), "kajkhoj.yaml")
	if err := os.WriteFile(config, []byte("mail: {per_minute: 100000}\n"), 0o600); err != nil {
		m.t.Fatal(err)
	}
	cmd := &exec.Cmd{Path: os.Args[0], Args: append(args, "--config", config), Env: os.Environ()}
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { cmd.Process.Kill() })
	return cmd
}

// allTold reports whether each search was told all, and each letter sent.
func (m *mailed) allTold() bool {
	m.t.Helper()
	var told, queued int64
	if err := m.db.QueryRow(`SELECT MIN(cursor) FROM search`).Scan(&told); err != nil {
		m.t.Fatal(err)
	}
	if err := m.db.QueryRow(`SELECT COUNT(*) FROM letter WHERE state = 'queued'`).Scan(&queued); err != nil {
		m.t.Fatal(err)
	}
	return queued == 0 && told >= m.heads[len(m.heads)-1]
}

var toldListing = regexp.MustCompile(`/listing/([0-9a-f]{20})`)

// check reads what arrived.
func (m *mailed) check() {
	m.t.Helper()
	byID := map[string]string{} // a digest's text by its Message-ID
	told := map[string]map[string]int{}
	doubled, digests := 0, 0
	for _, mail := range m.box.Mails() {
		if mail.Subject == "confirm" {
			continue
		}
		digests++
		id := mail.MessageID()
		if text, again := byID[id]; again {
			doubled++
			if text != mail.Text {
				m.t.Errorf("two mails of one Message-ID say different things")
			}
			continue
		}
		byID[id] = mail.Text
		to := mail.To[0]
		if told[to] == nil {
			told[to] = map[string]int{}
		}
		for _, l := range toldListing.FindAllStringSubmatch(mail.Text, -1) {
			told[to][l[1]]++
		}
	}
	for email, want := range m.want {
		for id, n := range told[email] {
			if n > 1 {
				m.t.Errorf("%s is told %d times of %s", email, n, id)
			}
		}
		got := slices.Sorted(maps.Keys(told[email]))
		if slices.Sort(want); !slices.Equal(got, want) {
			m.t.Errorf("%s is told of %d listings, %d were due", email, len(got), len(want))
		}
	}
	if doubled > mailKills {
		m.t.Errorf("%d mails are doubled by %d kills", doubled, mailKills)
	}
	m.t.Logf("%d listings, %d digests arrived, %d of them doubled by %d kills", m.n, digests, doubled, mailKills)
	if m.n < 40 || digests < 100 {
		m.t.Errorf("too little was told to prove anything: %d listings, %d digests", m.n, digests)
	}
}

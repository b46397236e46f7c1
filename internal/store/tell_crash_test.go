package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/store"
	"github.com/kajkhoj/kajkhoj/internal/store/storetest"
)

const (
	// crashTell makes the process of crashDSN tell and send until it is killed.
	crashTell = "KAJKHOJ_TEST_CRASH_TELL"
	// carryLease is longer than any process of this test holds a letter, so
	// that a letter goes twice because of a death, and for no other reason.
	carryLease = time.Minute
)

// tellAndSend tells everybody who is due, and sends a few letters. The
// subject of a letter says what it told: "search from upto told", a line each.
// It says on standard output which letter it has handed over, before it notes
// that: what a server has taken cannot be taken back.
func tellAndSend(ctx context.Context, s *store.Store, handed func(key string) error) (did int, err error) {
	now := time.Now()
	due, err := s.Due(ctx, now, crashLease, 7)
	if err != nil && !errors.Is(err, market.ErrNone) {
		return 0, err
	}
	var ts []market.Telling
	for i, p := range due {
		t := storetest.Telling(p, 0, i%3, now, now.Add(time.Millisecond))
		var said []string
		for j := range t.Steps {
			step := &t.Steps[j]
			step.Upto = step.From + 1 + rand.Int64N(5)
			said = append(said, fmt.Sprint(step.Search, " ", step.From, " ", step.Upto, " ", step.Told))
		}
		if t.Letter != nil {
			t.Letter.Subject = strings.Join(said, "\n")
		}
		ts = append(ts, t)
	}
	if _, err := s.Tell(ctx, ts, now); err != nil {
		return 0, err
	}
	did = len(ts)
	for range 3 {
		l, err := s.Next(ctx, time.Now(), carryLease, nil)
		if errors.Is(err, market.ErrNone) {
			break
		}
		if err != nil {
			return did, err
		}
		if err := handed(l.Key); err != nil {
			return did, err
		}
		if err := s.Sent(ctx, l.Key, l.Lease, time.Now()); err != nil && !errors.Is(err, market.ErrNone) {
			return did, err
		}
		did++
	}
	return did, nil
}

func tellUntilKilled(ctx context.Context, dsn, _ string) error {
	s, err := store.Open(ctx, dsn)
	if err != nil {
		return err
	}
	for {
		if _, err := tellAndSend(ctx, s, func(key string) error { _, err := fmt.Println("handed", key); return err }); err != nil {
			return err
		}
	}
}

// The death of processes that tell and send, at any moment, leaves each
// search told once of everything up to its cursor, and each letter handed
// over, again at most once for each process that was killed.
func TestTellKilled(t *testing.T) {
	for engine, fresh := range map[string]func(testing.TB) string{"sqlite": sqliteFile, "postgres": storetest.Postgres} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			dsn := fresh(t)
			s, err := store.Open(t.Context(), dsn)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			const people, searches = 20, 50
			storetest.Subscribers(t, dsn, people, searches, time.Now(), 0)
			var mu sync.Mutex
			handed := map[string]int{}
			hand := func(key string) error {
				mu.Lock()
				defer mu.Unlock()
				handed[key]++
				return nil
			}
			for range kills / 2 {
				var wg sync.WaitGroup
				for range 2 { // at once
					wg.Go(func() { killTeller(t, dsn, hand) })
				}
				wg.Wait()
			}
			if t.Failed() {
				return
			}
			// One that is not killed sends what is left, when the leases of the
			// dead have ended.
			for {
				l, err := s.Next(t.Context(), time.Now().Add(carryLease), time.Minute, nil)
				if errors.Is(err, market.ErrNone) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				if err := errors.Join(hand(l.Key), s.Sent(t.Context(), l.Key, l.Lease, time.Now())); err != nil {
					t.Fatal(err)
				}
			}
			checkTold(t, s, people, searches, handed)
			if engine == "sqlite" {
				checkFile(t, dsn)
			}
		})
	}
}

func killTeller(t *testing.T, dsn string, handed func(key string) error) {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), crashDSN+"="+dsn, crashTell+"=1")
	var complaint strings.Builder
	child.Stderr = &complaint
	out, err := child.StdoutPipe()
	if err != nil {
		t.Error(err)
		return
	}
	if err := child.Start(); err != nil {
		t.Error(err)
		return
	}
	hang := time.AfterFunc(30*time.Second, func() { child.Process.Kill() })
	defer hang.Stop()
	lines := bufio.NewScanner(out)
	n := 0
	for lines.Scan() {
		if n == 0 {
			time.AfterFunc(time.Duration(rand.IntN(150_000))*time.Microsecond, func() { child.Process.Kill() })
		}
		n++
		if key, ok := strings.CutPrefix(lines.Text(), "handed "); ok && len(key) == 26 { // The last line may be cut.
			handed(key)
		}
	}
	if err := child.Wait(); complaint.Len() > 0 || n == 0 {
		t.Errorf("a process said %d lines and ended with %v: %s", n, err, complaint.String())
	}
}

func checkTold(t *testing.T, s *store.Store, people, searches int, handed map[string]int) {
	t.Helper()
	letters, told, seen := 0, 0, 0
	for p := range people {
		trail, err := s.Trail(t.Context(), fmt.Sprintf("person%06d@mail.example", p))
		if err != nil {
			t.Fatal(err)
		}
		type stretch struct{ upto, told int64 }
		stretches := map[string]map[int64]stretch{}
		for _, l := range trail.Letters {
			letters++
			if l.State != market.LetterSent || handed[l.Key] == 0 {
				t.Errorf("letter %s is %s, and was handed over %d times", l.Key, l.State, handed[l.Key])
			}
			for line := range strings.Lines(l.Subject) {
				var id string
				var from int64
				var st stretch
				if _, err := fmt.Sscan(line, &id, &from, &st.upto, &st.told); err != nil {
					t.Fatal(err)
				}
				for other, o := range stretches[id] {
					if from < o.upto && other < st.upto {
						t.Errorf("%s was told twice of (%d, %d] and (%d, %d]", id, from, st.upto, other, o.upto)
					}
				}
				if stretches[id] == nil {
					stretches[id] = map[int64]stretch{}
				}
				stretches[id][from] = st
			}
		}
		for _, q := range trail.Searches {
			seen++
			sum := int64(0)
			for from, st := range stretches[q.ID] {
				sum += st.told
				if from < 0 || st.upto > q.Cursor {
					t.Errorf("%s was told of (%d, %d], its cursor is %d", q.ID, from, st.upto, q.Cursor)
				}
			}
			if int64(q.Told) != sum {
				t.Errorf("%s: its books say %d, its letters %d", q.ID, q.Told, sum)
			}
			told += q.Told
		}
		for _, token := range trail.Tokens {
			if token.Scope != market.TokenManage {
				t.Errorf("%+v", token)
			}
		}
		if len(trail.Tokens) != len(trail.Letters) {
			t.Errorf("%d tokens of %d letters", len(trail.Tokens), len(trail.Letters))
		}
	}
	doubled := 0
	for _, n := range handed {
		doubled += n - 1
	}
	t.Logf("%d kills: %d letters of %d listings, %d handed over again", kills, letters, told, doubled)
	if letters != len(handed) || doubled > kills || seen != searches || letters < people {
		t.Errorf("%d letters, %d handed over, %d again, %d searches", letters, len(handed), doubled, seen)
	}
}

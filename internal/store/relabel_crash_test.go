package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/store"
	"github.com/kajkhoj/kajkhoj/internal/store/storetest"
)

// versioned labels a listing so that the label tells the version.
func versioned(version int) func(market.Listing) market.Listing {
	return func(l market.Listing) market.Listing {
		l.Level = market.Label[market.Level]{Value: market.Entry, Basis: market.BasisText, Evidence: []market.Evidence{{Field: "title", Quote: strconv.Itoa(version)}}}
		return l
	}
}

// relabelUntilKilled labels everything again under one version after the
// other. It says on standard output what it was about to do.
func relabelUntilKilled(ctx context.Context, dsn, life string) error {
	s, err := store.Open(ctx, dsn)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(life)
	if err != nil {
		return err
	}
	for version := 1000 * (n + 1); ; version++ {
		for err == nil {
			fmt.Println("version", version)
			_, err = s.Relabel(ctx, version, 7, versioned(version))
		}
		if !errors.Is(err, market.ErrNone) {
			return err
		}
		err = nil
	}
}

// The death of a process that labels again, at any moment, leaves each
// listing with the labels of the version that it is marked with, and nothing
// for a visit to find changed; the next process brings all to its version.
func TestRelabelKilled(t *testing.T) {
	for engine, fresh := range map[string]func(testing.TB) string{"sqlite": sqliteFile, "postgres": storetest.Postgres} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			dsn := fresh(t)
			s, err := store.Open(t.Context(), dsn)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			now := time.Now()
			if err := s.SyncSources(t.Context(), []store.SourceConfig{{Name: "site", Enabled: true}}, now); err != nil {
				t.Fatal(err)
			}
			r, err := s.Claim(t.Context(), now, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			var ls []market.Listing
			for i := range 50 {
				ls = append(ls, pair(fmt.Sprint("work ", i), 1)...)
			}
			if _, err := s.Save(t.Context(), r, ls, now); err != nil {
				t.Fatal(err)
			}
			midway := 0
			for life := range kills / 2 {
				killRelabeller(t, dsn, life)
				versions := map[int]bool{}
				for i := range ls {
					got, err := s.Listing(t.Context(), ls[i].ID)
					if err != nil {
						t.Fatal(err)
					}
					if want := versioned(got.Labelled)(ls[i]).Level; got.Labelled > 0 && got.Level.Evidence[0] != want.Evidence[0] || got.Labelled == 0 && got.Level.Value != "" {
						t.Fatalf("marked with version %d, labelled %+v", got.Labelled, got.Level)
					}
					versions[got.Labelled] = true
					ls[i].Level, ls[i].Labelled = got.Level, got.Labelled
				}
				midway += len(versions) - 1
				if saved, err := s.Save(t.Context(), r, ls, now); err != nil || saved != (market.Saved{Seen: len(ls)}) {
					t.Fatalf("the next visit finds %+v (%v)", saved, err)
				}
			}
			if midway == 0 {
				t.Error("no process was killed midway: this proves little")
			}
			for err == nil {
				_, err = s.Relabel(t.Context(), 1e6, 7, versioned(1e6))
			}
			if left, oerr := s.Outdated(t.Context(), 1e6); !errors.Is(err, market.ErrNone) || oerr != nil || left != 0 {
				t.Errorf("the next process leaves %d (%v, %v)", left, err, oerr)
			}
		})
	}
}

// killRelabeller starts a process that labels again, and kills it at a
// random moment.
func killRelabeller(t *testing.T, dsn string, life int) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), crashDSN+"="+dsn, crashRelabel+"=1", fmt.Sprintf("%s=%d", crashLife, life))
	var complaint strings.Builder
	child.Stderr = &complaint
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	hang := time.AfterFunc(30*time.Second, func() { child.Process.Kill() })
	defer hang.Stop()
	lines := bufio.NewScanner(out)
	said := 0
	for lines.Scan() {
		if said++; said == 1 {
			time.AfterFunc(time.Duration(rand.IntN(60_000))*time.Microsecond, func() { child.Process.Kill() })
		}
	}
	if err = child.Wait(); said == 0 || complaint.Len() > 0 {
		t.Fatalf("process %d said %d lines and ended with %v: %s", life, said, err, complaint.String())
	}
}

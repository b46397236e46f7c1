package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// labelled is l as a classifier of a version labels it.
func labelled(l market.Listing, version int, level market.Level) market.Listing {
	l.Labelled = version
	l.Level = market.Label[market.Level]{}
	if level != "" {
		l.Level = market.Label[market.Level]{Value: level, Basis: market.BasisText, Evidence: []market.Evidence{{Field: "title", Quote: "Write", End: 5}}}
	}
	return l
}

// classifier gives every listing one level, and counts what it was given.
func classifier(level market.Level, asked *int) func(market.Listing) market.Listing {
	return func(l market.Listing) market.Listing {
		*asked++
		l = labelled(l, 0, level)
		l.Title, l.Description, l.Source = "not a label", "nor this", "nor that"
		return l
	}
}

// relabelAll labels again until there is nothing left.
func (d desk) relabelAll(version, limit int, level market.Level) (all market.Relabelled) {
	d.t.Helper()
	asked := 0
	for {
		done, err := d.Relabel(d.ctx, version, limit, classifier(level, &asked))
		if err != nil {
			d.fails(err, market.ErrNone)
			return all
		}
		all.Labelled += done.Labelled
		all.Changed += done.Changed
	}
}

func (d desk) outdated(version int) int {
	d.t.Helper()
	n, err := d.Outdated(d.ctx, version)
	d.ok(err)
	return n
}

func testRelabel(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	d.same("nothing stored", d.relabelAll(2, 10, market.Entry), market.Relabelled{})

	var ls []market.Listing
	for i := range 25 {
		ls = append(ls, labelled(offer("site", fmt.Sprint(i)), 1, market.Expert))
	}
	for i := range 5 {
		ls[i] = labelled(ls[i], 1, market.Entry)
	}
	r := d.claim("site", noon)
	d.save(r, noon, ls...)
	gone := ls[24]
	gone.ClosedAt = noon
	d.save(r, noon, gone)
	_, head := d.news(0)
	_, err := d.Hits(d.ctx, ids(ls...)) // what lists of hits remember must follow too
	d.ok(err)

	// Open ones come first.
	d.same("outdated", d.outdated(2), 25)
	asked := 0
	done, err := d.Relabel(d.ctx, 2, 24, classifier(market.Entry, &asked))
	d.ok(err)
	d.same("first batch", done, market.Relabelled{Labelled: 24, Changed: 19})
	d.same("asked", asked, 24)
	d.same("level of a closed one", d.get(gone.ID).Level.Value, market.Expert)
	d.same("outdated", d.outdated(2), 1)
	groups, head := d.news(head)
	d.same("changes", groups, ids(ls[5:24]...))

	d.same("last batch", d.relabelAll(2, 24, market.Entry), market.Relabelled{Labelled: 1, Changed: 1})
	groups, head = d.news(head)
	d.same("changes of a closed one", groups, ids())

	for _, l := range ls[:24] {
		want := labelled(l, 2, market.Entry)
		want.Group, want.FirstSeenAt, want.LastSeenAt = l.ID, noon, noon
		d.same("listing", d.get(l.ID), want)
	}
	hits, err := d.Hits(d.ctx, ids(ls[:24]...))
	d.ok(err)
	for _, l := range hits {
		d.same("hit", l.Level.Value, market.Entry)
		d.same("hit's version", l.Labelled, 2)
	}
	d.same("level of a closed one", d.get(gone.ID).Level.Value, market.Entry)

	// No visit: the run's books say nothing of it, and the next visit finds
	// nothing new.
	o := d.finish(r, noon, market.Outcome{State: market.RunOK})
	d.same("changed in the run's books", o.Changed, 0)
	r = d.claim("site", noon.Add(time.Hour))
	for i := range ls {
		ls[i] = labelled(ls[i], 2, market.Entry)
	}
	d.same("visit", d.save(r, noon.Add(time.Hour), ls[:24]...), market.Saved{Seen: 24})
	groups, _ = d.news(head)
	d.same("changes of the visit", groups, ids())

	// An older classifier undoes nothing, whoever asks.
	d.same("older", d.relabelAll(1, 10, market.Expert), market.Relabelled{})
	d.same("outdated for an older one", d.outdated(1), 0)
}

// testVersions: what a visit does with labels of another version.
func testVersions(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	r := d.claim("site", noon)
	l := offer("site", "1")
	d.save(r, noon, labelled(l, 2, market.Entry))
	_, head := d.news(0)

	d.same("older labels", d.save(r, noon, labelled(l, 1, market.Expert)), market.Saved{Seen: 1})
	d.same("level", d.get(l.ID).Level.Value, market.Entry)
	groups, head := d.news(head)
	d.same("changes", groups, ids())

	d.same("newer labels", d.save(r, noon, labelled(l, 3, market.Expert)), market.Saved{Seen: 1})
	d.same("level", d.get(l.ID).Level.Value, market.Expert)
	groups, head = d.news(head)
	d.same("changes", groups, ids(l))
	d.same("outdated", d.outdated(3), 0)

	d.same("newer and the same", d.save(r, noon, labelled(l, 4, market.Expert)), market.Saved{Seen: 1})
	groups, head = d.news(head)
	d.same("changes", groups, ids())
	d.same("outdated", d.outdated(4), 0)

	l.Title = "Another title"
	d.same("another content, older labels", d.save(r, noon, labelled(l, 1, market.Entry)), market.Saved{Changed: 1})
	d.same("title", d.get(l.ID).Title, "Another title")
	d.same("level", d.get(l.ID).Level.Value, market.Entry)
	d.same("outdated", d.outdated(4), 1)
	groups, _ = d.news(head)
	d.same("changes", groups, ids(l))

	// A closed one is met again under a newer version.
	gone := labelled(l, 1, market.Entry)
	gone.ClosedAt = noon
	d.same("closed", d.save(r, noon, gone), market.Saved{Closed: 1})
	d.same("reopened", d.save(r, noon, labelled(l, 5, market.Expert)), market.Saved{Reopened: 1})
	d.same("level", d.get(l.ID).Level.Value, market.Expert)
}

// testRelabelOvertaken: a save that comes between the reading and the writing
// of a batch stands.
func testRelabelOvertaken(t *testing.T, dsn string) {
	d, other := with(t, dsn, "site"), open(t, dsn)
	r := d.claim("site", noon)
	a, b, c := offer("site", "a"), offer("site", "b"), offer("site", "c")
	d.save(r, noon, labelled(a, 1, market.Entry), labelled(b, 1, market.Entry), labelled(c, 1, market.Entry))
	newA := labelled(a, 1, market.Intermediate)
	newA.Title = "Saved while it was labelled"
	once := false
	done, err := d.Relabel(d.ctx, 2, 10, func(l market.Listing) market.Listing {
		if !once {
			once = true
			other.save(r, noon.Add(time.Minute), newA, labelled(b, 3, market.Expert))
		}
		return labelled(l, 0, market.Expert)
	})
	d.ok(err)
	d.same("done", done, market.Relabelled{Labelled: 1, Changed: 1})
	got := d.get(a.ID)
	d.same("title", got.Title, newA.Title)
	d.same("level", got.Level.Value, market.Intermediate)
	d.same("of a newer version", d.get(b.ID).Labelled, 3)
	d.same("labelled", d.get(c.ID).Level.Value, market.Expert)
	// What was saved with an older version has its turn later.
	d.same("later", d.relabelAll(2, 10, market.Entry), market.Relabelled{Labelled: 1, Changed: 1})
	got = d.get(a.ID)
	d.same("title", got.Title, newA.Title)
	d.same("level", got.Level.Value, market.Entry)

	// So it is where the labels would have stayed as they were.
	once = false
	done, err = d.Relabel(d.ctx, 3, 10, func(l market.Listing) market.Listing {
		if !once {
			once = true
			newA.Title = "Saved once more"
			other.save(r, noon.Add(2*time.Minute), labelled(newA, 1, market.Expert))
		}
		return l
	})
	d.ok(err)
	d.same("done", done, market.Relabelled{Labelled: 1})
	d.same("outdated", d.outdated(3), 1)
	d.same("level", d.get(a.ID).Level.Value, market.Expert)
}

// testRelabellers: several processes label again while others save; in the
// end everything has the newest labels, and each listing was changed once.
func testRelabellers(t *testing.T, dsn string) {
	d := with(t, dsn, "site")
	const n = 300
	var ls []market.Listing
	for i := range n {
		ls = append(ls, labelled(offer("site", fmt.Sprint(i)), 1, market.Expert))
	}
	r := d.claim("site", noon)
	d.save(r, noon, ls...)
	var mu sync.Mutex
	var all market.Relabelled
	var wg sync.WaitGroup
	for range 3 {
		other := open(t, dsn)
		wg.Go(func() {
			for {
				asked := 0
				done, err := other.Relabel(other.ctx, 2, 20, classifier(market.Entry, &asked))
				if err != nil {
					if !errors.Is(err, market.ErrNone) {
						t.Error(err)
					}
					return
				}
				mu.Lock()
				all.Labelled += done.Labelled
				all.Changed += done.Changed
				mu.Unlock()
			}
		})
	}
	var saved market.Saved
	for i := 0; i < n; i += 30 {
		s, err := d.Save(d.ctx, r, ls[i:i+30], noon) // a process of the older version
		d.ok(err)
		saved.Seen += s.Seen
	}
	wg.Wait()
	d.same("done", all, market.Relabelled{Labelled: n, Changed: n})
	d.same("saved", saved, market.Saved{Seen: n})
	d.same("outdated", d.outdated(2), 0)
	for _, l := range ls {
		d.same("level", d.get(l.ID).Level.Value, market.Entry)
	}
}

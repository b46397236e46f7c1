package demo

import (
	"testing"

	"github.com/kajkhoj/kajkhoj/config"
	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/normalize"
)

// TestNormalisedTown holds what the town says against what normalising
// understands, where the town says it plainly.
func TestNormalisedTown(t *testing.T) {
	n, err := normalize.New(config.Files)
	if err != nil {
		t.Fatal(err)
	}
	town := start(t, Options{Seed: 1, Listings: 1000})
	type known struct {
		listing market.Listing
		text    uint64
	}
	byTitle := map[string][]known{}
	for _, s := range town.sites {
		got, err := collect(t, town, s.name, market.Validator{})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range s.postings {
			o := s.offer(p)
			d := got.drafts[externalID(s, p)]
			d.Source = s.name
			l, err := n.Draft(d, began)
			if err != nil {
				t.Errorf("%s: %v", s.name, err)
				continue
			}
			byTitle[l.Keys.Title] = append(byTitle[l.Keys.Title], known{l, p.text})
			if p.posted != 0 && l.PostedAt.Unix() != p.posted || p.posted == 0 && !l.PostedAt.IsZero() {
				t.Errorf("%s: %q was posted %v, wanted %d", s.name, o.title, l.PostedAt, p.posted)
			}
			structured := s.name == "gigboard" || s.name == "open-desk"
			want := market.Pay{Kind: o.pay.kind, Min: int64(o.pay.low) * 100, Max: int64(o.pay.top) * 100, Currency: o.pay.currency}
			if pay := l.Pay; structured && o.pay.kind != "" && (pay.Kind != want.Kind || pay.Min != want.Min || pay.Max != want.Max || pay.Currency != want.Currency) {
				t.Errorf("%s: %q pays %+v, wanted %+v", s.name, o.title, pay, want)
			}
		}
	}
	// Reposted offers are known for the same work, and no others.
	together, apart := 0, 0
	for _, ls := range byTitle {
		for i, a := range ls {
			for _, b := range ls[:i] {
				same := market.Same(a.listing, b.listing)
				switch {
				case same && a.text != b.text:
					t.Errorf("%q of %s and of %s are two offers", a.listing.Title, a.listing.Source, b.listing.Source)
				case same:
					together++
				case a.text == b.text:
					apart++
				}
			}
		}
	}
	if together < 40 || apart > together/10 {
		t.Errorf("of the pairs of copies %d were known as such, %d were not", together, apart)
	}
}

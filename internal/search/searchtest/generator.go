// Package searchtest is the contract of a search engine: generated listings
// and queries against a brute-force oracle for what is found and counted,
// and hand-written cases for the order of hits. Every engine passes it, and
// so does Memory, which is the oracle itself.
package searchtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/search"
)

// Generator makes listings out of nothing: the same seed and number always
// give the same listing, so that they need not be kept.
type Generator struct {
	// Seed chooses among all such markets.
	Seed uint64
	// Now is the newest date that a listing bears; dates go back 90 days.
	Now time.Time
	// Small makes texts of some twenty words out of a few hundred that no
	// typo leads from one to another, for comparing engines word by word.
	// Otherwise texts have about 2.6 KB in words that are as unevenly frequent
	// as those of a language: some 830,000 different ones in 200,000 listings.
	Small bool
}

// Sources are the sources that generated listings come from.
var Sources = []string{"himalayas", "jobicy", "remotive", "remoteok", "workingnomads", "hackernews", "freelancer", "peopleperhour", "weworkremotely", "reddit", "arbeitnow", "freelancermap"}

// The listings' proportions are roughly those that job boards show: most
// state neither level nor English, a third limit the countries.
var (
	skills   = strings.Fields("excel google-sheets data-entry wordpress php laravel javascript react vue node python django go java kotlin swift flutter c++ c# .net sql postgresql mysql docker kubernetes aws azure linux figma photoshop illustrator canva logo-design video-editing premiere after-effects seo facebook-ads google-ads copywriting translation bengali transcription virtual-assistant customer-support shopify woocommerce amazon dropshipping bookkeeping quickbooks accounting research lead-generation")
	roles    = strings.Fields("developer designer assistant engineer writer editor manager specialist operator analyst translator tutor consultant artist marketer")
	grades   = []string{"", "", "", "Senior ", "Junior ", "Lead ", "Part-time ", "Remote ", "Freelance ", "Experienced "}
	bengalis = strings.Fields("ডাটা এন্ট্রি লোগো ডিজাইন ভিডিও এডিটিং গ্রাফিক কনটেন্ট রাইটিং অনুবাদ ফেসবুক মার্কেটিং ওয়েব কাস্টমার সাপোর্ট অপারেটর লাগবে নতুন অভিজ্ঞ দরকার বাংলা ইংরেজি টাকা মাসে প্রতিদিন ঘরে বসে কাজ করতে হবে আমাদের প্রতিষ্ঠান ভালো জানতে সময় মতো জমা দিতে পারবেন")
	places   = []string{"BD", "IN", "PK", "NP", "LK", "PH", "US", "GB", "DE", "FR", "NG", "KE", "EG", "CA", "AU", "BR", "VN", "ID"}
)

// Listing makes listing number i, open, alone in its group or the one that
// stands for it.
func (g *Generator) Listing(i int) market.Listing {
	r := rand.New(rand.NewPCG(g.Seed, uint64(i)))
	zipf := rand.NewZipf(r, 1.35, 8, vocabulary-1)
	few := rand.NewZipf(r, 1.2, 3, uint64(len(skills)-1))
	source := Sources[r.IntN(len(Sources))]
	l := market.Listing{
		Source:     source,
		ExternalID: fmt.Sprint(i),
		URL:        fmt.Sprintf("https://%s.example/jobs/%d", source, i),
		Category:   market.Categories[min(r.IntN(len(market.Categories)), r.IntN(len(market.Categories)))],
		Lang:       "en",
	}
	l.ID = market.ListingID(l.Source, l.ExternalID)
	l.Group = l.ID
	for range r.IntN(7) {
		if s := skills[few.Uint64()]; !slices.Contains(l.Skills, s) {
			l.Skills = append(l.Skills, s)
		}
	}
	bengali := r.IntN(12) == 0
	word := func() string { return g.word(r, zipf) }
	if g.Small {
		word = func() string {
			all := safe()
			return all[min(r.IntN(len(all)), r.IntN(len(all)))]
		}
	}
	if bengali {
		l.Lang = "bn"
		plain := word
		word = func() string {
			if r.IntN(4) == 0 {
				return plain()
			}
			return bengalis[r.IntN(len(bengalis))]
		}
	}
	switch {
	case g.Small || bengali:
		l.Title = sentence(r, word, 2+r.IntN(4))
	default:
		l.Title = grades[r.IntN(len(grades))] + strings.ReplaceAll(skills[few.Uint64()], "-", " ") + " " + roles[r.IntN(len(roles))]
		if r.IntN(2) == 0 {
			l.Title += " for " + sentence(r, word, 1+r.IntN(3))
		}
	}
	l.Company = sentence(r, word, 1+r.IntN(2))
	size := 1400 + r.IntN(2400)
	if g.Small {
		size = 60 + r.IntN(120)
	}
	var text strings.Builder
	for text.Len() < size {
		text.WriteString(sentence(r, word, 4+r.IntN(14)))
		text.WriteString(pick(r, ". ", ". ", ". ", ", ", "\n\n", "\n• "))
	}
	l.Description = text.String()

	l.PostedAt = g.Now.Add(-time.Duration(r.IntN(90*24*3600)) * time.Second).Truncate(time.Second)
	if r.IntN(20) == 0 {
		l.PostedAt = time.Time{}
	}
	l.FirstSeenAt = g.Now.Add(-time.Duration(r.IntN(40*24*3600)) * time.Second).Truncate(time.Second)
	if l.PostedAt.After(l.FirstSeenAt) {
		l.FirstSeenAt = l.PostedAt
	}
	l.LastSeenAt = g.Now

	if r.IntN(5) != 0 {
		kind := market.PayKinds[r.IntN(4)]
		top := int64(500 * (1 + r.IntN(400)))
		l.Pay = market.Pay{Kind: kind, Min: top / 2, Max: top, Currency: "USD", USD: top}
	}
	basis := func() market.Basis {
		return []market.Basis{market.BasisSite, market.BasisText, market.BasisEstimate}[r.IntN(3)]
	}
	if r.IntN(2) == 0 {
		l.Level = market.Label[market.Level]{Value: market.Levels[r.IntN(3)], Basis: basis()}
	}
	if r.IntN(5) < 2 {
		l.English = market.Label[market.English]{Value: market.Englishes[r.IntN(4)], Basis: basis()}
	}
	switch r.IntN(3) {
	case 0:
		l.Apply.Where = market.WhereWorldwide
	case 1:
		l.Apply.Where = market.WhereCountries
		for _, c := range market.Countries {
			for _, p := range places {
				if c == p && r.IntN(5) == 0 {
					l.Apply.Countries = append(l.Apply.Countries, c)
				}
			}
		}
	}
	if r.IntN(16) == 0 {
		l.Warnings = []market.Warning{{Kind: market.WarningKinds[r.IntN(len(market.WarningKinds))]}}
	}
	if r.IntN(12) == 0 {
		other := Sources[r.IntN(len(Sources))]
		l.AlsoOn = []market.Copy{{ID: market.ListingID(other, "copy-"+l.ExternalID), Source: other}}
	}
	return l
}

// Listings makes the listings with the numbers from to to-1.
func (g *Generator) Listings(from, to int) []market.Listing {
	out := make([]market.Listing, 0, to-from)
	for i := from; i < to; i++ {
		out = append(out, g.Listing(i))
	}
	return out
}

func pick(r *rand.Rand, of ...string) string { return of[r.IntN(len(of))] }

func sentence(r *rand.Rand, word func() string, n int) string {
	var b strings.Builder
	for i := range n {
		w := word()
		if i == 0 && w[0] < utf8.RuneSelf {
			w = strings.ToUpper(w[:1]) + w[1:]
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

// vocabulary is how many words there are.
const vocabulary = 2_000_000

// common are the words that are made so often that they are worth keeping.
var common = sync.OnceValue(func() []string {
	out := make([]string, 50_000)
	for i := range out {
		out[i] = invent(uint64(i))
	}
	return out
})

func (g *Generator) word(r *rand.Rand, zipf *rand.Zipf) string {
	if n := r.IntN(60); n == 0 {
		return strings.ReplaceAll(pick(r, skills...), "-", " ")
	} else if n == 1 {
		return fmt.Sprint(1 + r.IntN(2000))
	}
	rank := zipf.Uint64()
	if known := common(); rank < uint64(len(known)) {
		return known[rank]
	}
	return invent(rank)
}

// invent makes up the word of a rank: the rarer, the longer.
func invent(rank uint64) string {
	r := rand.New(rand.NewPCG(7, rank))
	n := 1
	for limit := uint64(30); rank > limit && n < 4; limit *= 40 {
		n++
	}
	if n > 2 {
		n += r.IntN(2)
	}
	const first, vowels = "ssttrrcnplmdbfghkvwjyqxz", "aaeeiioouy"
	var b []byte
	for i := range n {
		c := min(r.IntN(len(first)), r.IntN(len(first)))
		b = append(b, first[c], vowels[r.IntN(len(vowels))])
		if i+1 < n && r.IntN(3) == 0 {
			b = append(b, "nrlst"[r.IntN(5)])
		}
	}
	switch {
	case n == 1 && r.IntN(2) == 0:
		b = append(b, "nts"[r.IntN(3)])
	case n > 2 && r.IntN(3) == 0:
		b = append(b, []string{"er", "ing", "s", "ed", "tion"}[r.IntN(5)]...)
	}
	return string(b)
}

// safe are words for comparing engines word by word: no typo that an engine
// may mend leads from one to another, nor from the beginning of one to the
// beginning of another. Some are Bengali, some have digits or signs, some
// are synonyms of others.
var safe = sync.OnceValue(func() []string {
	out := strings.Fields("c++ c# .net node.js va t-shirt seo সিপিএ data ডাটা logo লোগো 3d 500 ৫০০ 2026 fb ছবি photo")
	// Whatever else small listings hold, or what they hold is rewritten to.
	others := slices.Concat(out, skills, bengalis, strings.Fields("virtual assistant facebook cplusplus csharp dotnet tshirt node entry"))
	r := rand.New(rand.NewPCG(11, 13))
	const consonants, vowels = "bdfghjklmnprstvwz", "aeiou"
	add := func(make func() string, n int) {
		for tries := 0; n > 0 && tries < 20_000; tries++ {
			w := make()
			if apart(w, others) {
				out = append(out, w)
				others = append(others, w)
				n--
			}
		}
	}
	add(func() string {
		var b []byte
		for range 1 + r.IntN(5) {
			b = append(b, consonants[r.IntN(len(consonants))], vowels[r.IntN(len(vowels))])
		}
		return string(b)
	}, 150)
	letters, signs := []rune("কখগঘচছজটডতথদধনপফবমলসহ"), []rune("ািুেো")
	add(func() string {
		var b []rune
		for range 1 + r.IntN(4) {
			b = append(b, letters[r.IntN(len(letters))], signs[r.IntN(len(signs))])
		}
		return string(b)
	}, 40)
	return out
})

// apart reports whether no typo leads from w to one of the others, or from
// the beginning of the one to the beginning of the other.
func apart(w string, others []string) bool {
	for _, o := range others {
		if w == o {
			return false
		}
		for _, p := range [][2][]rune{{[]rune(w), []rune(o)}, {[]rune(o), []rune(w)}} {
			for n := 5; n <= len(p[0]); n++ {
				head := "x" + string(p[0][:n]) // the first letter counts like any other here
				for m := max(n-2, 0); m <= min(n+2, len(p[1])); m++ {
					if _, near := search.Distance(head, "x"+string(p[1][:m]), 2); near {
						return false
					}
				}
			}
		}
	}
	return true
}

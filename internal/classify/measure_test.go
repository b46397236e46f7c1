package classify

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"sort"
	"testing"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

type row struct {
	ID, Title, Description, Level, English, Stratum string
	LevelBasis                                      string `json:"level_basis"`
	EnglishBasis                                    string `json:"english_basis"`
	Warn                                            bool
	WarnKinds                                       []string `json:"warn_kinds"`
}

func TestMeasure(t *testing.T) {
	f, err := os.Open("/work/shared/labels/train.jsonl.gz")
	if err != nil {
		t.Skip(err)
	}
	z, _ := gzip.NewReader(f)
	sc := bufio.NewScanner(z)
	sc.Buffer(nil, 1<<24)
	type stat struct{ n, ok, st, stok int }
	lv, en := map[[2]any]*stat{}, map[[2]any]*stat{}
	add := func(m map[[2]any]*stat, k [2]any, ok, st bool) {
		s := m[k]
		if s == nil {
			s = &stat{}
			m[k] = s
		}
		s.n++
		if ok {
			s.ok++
		}
		if st {
			s.st++
			if ok {
				s.stok++
			}
		}
	}
	dump := os.Getenv("DUMP")
	for sc.Scan() {
		var r row
		json.Unmarshal(sc.Bytes(), &r)
		ti, te := phrase.Lex(r.Title), phrase.Lex(r.Description)
		d := document{&ti, &te, rules.Find(&ti), rules.Find(&te)}
		seen := map[[2]any]bool{}
		show := func(rule string, v, want string, f string, tt *phrase.Text, a, b int) {
			if dump == rule && v != want {
				t.Logf("%s want %s: %s | …%s…", v, want, r.Title, tt.Quote(max(0, a-10), min(len(tt.Words)-1, b+10)))
			}
		}
		for _, h := range append(levelHits("title", &ti, d.titleHits), levelHits("description", &te, d.textHits)...) {
			k := [2]any{names[h.rule] + "/" + h.field, h.value}
			if !seen[k] {
				seen[k] = true
				add(lv, k, string(h.value) == r.Level, r.LevelBasis == "stated")
			}
			show(names[h.rule]+"/"+h.field, string(h.value), r.Level, h.field, h.text, h.first, h.last)
		}
		for _, h := range append(englishHits("title", &ti, d.titleHits), englishHits("description", &te, d.textHits)...) {
			k := [2]any{names[h.rule] + "/" + h.field, h.value}
			if !seen[k] {
				seen[k] = true
				add(en, k, string(h.value) == r.English || h.value == "native" && r.English == "fluent", r.EnglishBasis == "stated")
			}
			show(names[h.rule]+"/"+h.field, string(h.value), r.English, h.field, h.text, h.first, h.last)
		}
		l := Listing(market.Listing{Title: r.Title, Description: r.Description})
		if l.Level.Value != "" {
			add(lv, [2]any{"ALL", l.Level.Value}, string(l.Level.Value) == r.Level, r.LevelBasis == "stated")
		}
		if l.English.Value != "" {
			add(en, [2]any{"ALL", l.English.Value}, string(l.English.Value) == r.English, r.EnglishBasis == "stated")
		}
	}
	for _, m := range []map[[2]any]*stat{lv, en} {
		var ks [][2]any
		for k := range m {
			ks = append(ks, k)
		}
		sort.Slice(ks, func(i, j int) bool { return m[ks[i]].n > m[ks[j]].n })
		for _, k := range ks {
			s := m[k]
			t.Logf("%-30s %-14v n %4d prec %.2f  stated %4d prec %.2f", k[0], k[1], s.n, float64(s.ok)/float64(s.n), s.st, float64(s.stok)/float64(max(1, s.st)))
		}
	}
}

var names = []string{"noExperience", "yearsZero", "years", "entryWord", "entryWanted", "beginnersWelcome", "midLevel", "senior", "seniorWanted", "leader", "nativeEnglish", "accent", "highEnglish", "englishHigh", "gradeEnglish", "conversational", "goodEnglish", "speakEnglish", "englishMust", "basicEnglish", "noEnglish"}

package classify

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// shared opens a file of the folder "shared" beside the project, or of
// KAJKHOJ_SHARED; it skips the test where there is none.
func shared(t testing.TB, path string) io.Reader {
	t.Helper()
	dir := os.Getenv("KAJKHOJ_SHARED")
	if dir == "" {
		at, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for {
			if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
				dir = filepath.Join(filepath.Dir(at), "shared")
				break
			}
			if at == filepath.Dir(at) {
				t.Skip("no go.mod above the test")
			}
			at = filepath.Dir(at)
		}
	}
	f, err := os.Open(filepath.Join(dir, path))
	if err != nil {
		t.Skipf("no labelled listings: %v", err)
	}
	t.Cleanup(func() { f.Close() })
	if !strings.HasSuffix(path, ".gz") {
		return f
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// labelled is a listing with a careful reader's labels.
type labelled struct {
	Title        string
	Description  string
	Level        market.Level
	LevelBasis   string `json:"level_basis"`
	English      market.English
	EnglishBasis string `json:"english_basis"`
	Warn         bool
}

// score counts how statements agree with readers.
type score struct {
	said, right         int // labels given, and right
	readStated, covered int // listings whose reader found a statement, and those of them labelled right
}

func (s score) precision() float64 { return float64(s.right) / float64(max(1, s.said)) }
func (s score) recall() float64    { return float64(s.covered) / float64(max(1, s.readStated)) }

// Statements are shown as facts, so they must be right: the floors are a
// little under what was measured (precision on all listings; the readers'
// "basic" for a text about another language or about nothing is no statement
// that is looked for, and counts in no recall). Native counts as fluent.
func TestStatementsAgreeWithReaders(t *testing.T) {
	for _, file := range []struct {
		path                    string
		level, english, warning float64 // floors of precision
		least                   int     // fewest statements of both labels
	}{
		{"labels/gold.jsonl", 0.95, 0.95, 0, 15},
		{"labels/train.jsonl.gz", 0.95, 0.88, 0.85, 500},
	} {
		t.Run(filepath.Base(file.path), func(t *testing.T) {
			levels, englishes := map[market.Level]*score{}, map[market.English]*score{}
			for _, v := range market.Levels {
				levels[v] = &score{}
			}
			for _, v := range market.Englishes {
				englishes[v] = &score{}
			}
			var level, english, warning score
			lines := bufio.NewScanner(shared(t, file.path))
			lines.Buffer(nil, 1<<22)
			for lines.Scan() {
				var r labelled
				if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
					t.Fatal(err)
				}
				l := statements(market.Listing{Title: r.Title, Description: r.Description})
				count(&level, levels[l.Level.Value], levels[r.Level], l.Level.Value == r.Level, l.Level.Value != "", r.LevelBasis == "stated")
				same := l.English.Value == r.English || l.English.Value.Rank() >= 3 && r.English.Rank() >= 3
				count(&english, englishes[l.English.Value], englishes[r.English], same, l.English.Value != "", r.EnglishBasis == "stated" && r.English != market.Basic)
				count(&warning, &score{}, &warning, r.Warn, len(l.Warnings) > 0, r.Warn)
			}
			if err := lines.Err(); err != nil {
				t.Fatal(err)
			}
			for _, v := range market.Levels {
				t.Logf("level %-14s precision %.2f (%d of %d), recall of read statements %.2f (of %d)", v, levels[v].precision(), levels[v].right, levels[v].said, levels[v].recall(), levels[v].readStated)
			}
			for _, v := range market.Englishes {
				t.Logf("English %-14s precision %.2f (%d of %d), recall of read statements %.2f (of %d)", v, englishes[v].precision(), englishes[v].right, englishes[v].said, englishes[v].recall(), englishes[v].readStated)
			}
			t.Logf("all: level %.3f (%d of %d), English %.3f (%d of %d), warnings %.2f (%d of %d), recall of warnings %.2f (of %d)", level.precision(), level.right, level.said,
				english.precision(), english.right, english.said, warning.precision(), warning.right, warning.said, warning.recall(), warning.readStated)
			if level.said+english.said < file.least {
				t.Errorf("only %d statements", level.said+english.said)
			}
			if level.precision() < file.level || english.precision() < file.english || warning.said > 0 && warning.precision() < file.warning {
				t.Errorf("precision fell under %.2f (level), %.2f (English) or %.2f (warnings)", file.level, file.english, file.warning)
			}
		})
	}
}

func count(all, said, read *score, right, given, stated bool) {
	if stated {
		read.readStated++
	}
	if !given {
		return
	}
	all.said++
	said.said++
	if right {
		all.right++
		said.right++
		if stated {
			read.covered++
		}
	}
}

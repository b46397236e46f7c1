// Package gold reads listings written as JSON lines, with or without a
// reader's labels.
package gold

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Line is one listing.
type Line struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Skills      Skills   `json:"skills"`
	BudgetType  string   `json:"budget_type"` // fixed, hourly, monthly, yearly or empty
	BudgetMin   *float64 `json:"budget_min"`  // in major units of Currency
	BudgetMax   *float64 `json:"budget_max"`
	// Currency is an ISO 4217 code; without one amounts are US dollars.
	Currency string `json:"currency"`

	// What follows is a reader's; absent in listings to be labelled.

	Stratum    string       `json:"stratum"`
	Level      market.Level `json:"level"`
	LevelBasis string       `json:"level_basis"` // stated or work
	LevelVotes []string     `json:"level_votes"` // where more readers than one labelled it
	// LevelEvidence are the words that decided the readers; several of one
	// reader are parted by semicolons. EnglishEvidence likewise.
	LevelEvidence   []string       `json:"level_evidence"`
	EnglishEvidence []string       `json:"english_evidence"`
	English         market.English `json:"english"`
	EnglishBasis    string         `json:"english_basis"`
	Spoken          *bool          `json:"spoken"`
	Warn            *bool          `json:"warn"`
	WarnKinds       []string       `json:"warn_kinds"`
}

// How many characters of the description the readers of the labelled listings
// saw: none quotes words that stand behind. Those who were not asked for kinds
// of warnings, and labelled alone, saw fewer.
const (
	shown        = 2200
	shownAtFirst = 1600
)

// Seen is what the readers saw of the description.
func (l Line) Seen() string {
	most := shown
	if l.WarnKinds == nil && len(l.LevelVotes) < 2 {
		most = shownAtFirst
	}
	if r := []rune(l.Description); len(r) > most {
		return string(r[:most])
	}
	return l.Description
}

// Skills are a list of names, or one text of names parted by commas.
type Skills []string

// UnmarshalJSON reads either form.
func (s *Skills) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*s = nil
		for name := range strings.SplitSeq(one, ",") {
			if name = strings.TrimSpace(name); name != "" {
				*s = append(*s, name)
			}
		}
		return nil
	}
	var list []string
	if err := json.Unmarshal(data, &list); err != nil {
		return errors.New("skills: neither a list of names nor a text")
	}
	*s = list
	return nil
}

// Listing is the line as a listing. Errors name the field.
func (l Line) Listing(rates market.Rates) (market.Listing, error) {
	out := market.Listing{ID: l.ID, Title: l.Title, Description: l.Description, Skills: l.Skills}
	if strings.TrimSpace(l.Title) == "" && strings.TrimSpace(l.Description) == "" {
		return out, errors.New("title: neither a title nor a description")
	}
	kind := market.PayKind(l.BudgetType)
	switch kind {
	case "", market.PayFixed, market.PayHourly, market.PayMonthly, market.PayYearly:
	default:
		return out, fmt.Errorf("budget_type: %q is none of fixed, hourly, monthly, yearly", l.BudgetType)
	}
	currency := strings.ToUpper(l.Currency)
	if currency == "" {
		currency = "USD"
	}
	unit := math.Pow10(market.MinorDigits(currency))
	minor := func(name string, v *float64) (int64, error) {
		switch {
		case v == nil:
			return 0, nil
		case *v < 0 || *v > 1e12:
			return 0, fmt.Errorf("%s: %g is no budget", name, *v)
		}
		return int64(math.Round(*v * unit)), nil
	}
	least, err := minor("budget_min", l.BudgetMin)
	if err != nil {
		return out, err
	}
	most, err := minor("budget_max", l.BudgetMax)
	if err != nil {
		return out, err
	}
	if kind != "" && (least > 0 || most > 0) {
		out.Pay = market.Pay{Kind: kind, Min: least, Max: most, Currency: currency}
		end := most
		if end == 0 {
			end = least
		}
		if usd, ok := rates.Convert(end, currency, "USD"); ok {
			out.Pay.USD = usd
		}
	}
	return out, nil
}

// maxLine is the longest line that is read, in bytes.
const maxLine = 4 << 20

// LineError is a line that could not be read.
type LineError struct {
	Line int // from 1
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

func (e *LineError) Unwrap() error { return e.Err }

// Read calls each for every line of r that is not blank, with its number, or
// with a *LineError where it is no listing; reading ends where each returns
// an error. A line that is too long is an error of that line only.
func Read(r io.Reader, each func(n int, l Line, err error) error) error {
	b := bufio.NewReaderSize(r, 1<<16)
	var buf []byte
	for n := 1; ; n++ {
		buf = buf[:0]
		long := false
		for {
			part, err := b.ReadSlice('\n')
			if long = long || len(buf)+len(part) > maxLine; !long {
				buf = append(buf, part...)
			}
			if err == bufio.ErrBufferFull {
				continue
			}
			if err == io.EOF && len(part) == 0 && len(buf) == 0 && !long {
				return nil
			}
			if err != nil && err != io.EOF {
				return err
			}
			break
		}
		text := bytes.TrimSpace(bytes.TrimPrefix(buf, []byte("\ufeff")))
		var l Line
		var err error
		switch {
		case long:
			err = fmt.Errorf("longer than %d bytes", maxLine)
		case len(text) == 0:
			continue
		case !utf8.Valid(text):
			err = errors.New("not UTF-8")
		default:
			err = json.Unmarshal(text, &l)
		}
		if err != nil {
			err = &LineError{n, err}
		}
		if err := each(n, l, err); err != nil {
			return err
		}
	}
}

// Open opens a file of lines; one whose name ends in .gz is unpacked.
func Open(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil || !strings.HasSuffix(path, ".gz") {
		return f, err
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{z, f}, nil
}

// Package normalize turns a site's draft into a listing: identity, plain
// text, pay, dates, skills, kind of work, where one may apply from, and the
// keys that duplicates are known by. It is pure: no clock, no network, no
// store. What the draft does not say stays empty; nothing is guessed.
package normalize

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/phrase"
)

// Normalizer turns drafts into listings by its data files. It is safe for
// concurrent use.
type Normalizer struct {
	rates  market.Rates
	skills *skills
	kinds  *kinds
	places *places
}

// New reads rates.yaml, skills.yaml, categories.yaml and regions.yaml. What
// is wrong with them comes back all at once.
func New(files fs.FS) (*Normalizer, error) {
	n := &Normalizer{}
	var errs []error
	var err error
	if n.rates, err = readRates(files); err != nil {
		errs = append(errs, err)
	}
	if n.skills, err = readSkills(files); err != nil {
		errs = append(errs, err)
	}
	if n.places, err = readPlaces(files); err != nil {
		errs = append(errs, err)
	}
	if n.skills != nil {
		if n.kinds, err = readKinds(files, n.skills); err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return n, nil
}

// readYAML reads one data file strictly.
func readYAML(files fs.FS, name string, into any) error {
	f, err := files.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	d := yaml.NewDecoder(f)
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func readRates(files fs.FS) (market.Rates, error) {
	var y struct {
		AsOf   string             `yaml:"as_of"`
		Source string             `yaml:"source"`
		PerUSD map[string]float64 `yaml:"per_usd"`
	}
	if err := readYAML(files, "rates.yaml", &y); err != nil {
		return market.Rates{}, err
	}
	day, err := time.Parse(time.DateOnly, y.AsOf)
	if err != nil {
		return market.Rates{}, fmt.Errorf("rates.yaml: as_of %q: a day such as 2026-11-23", y.AsOf)
	}
	if y.Source == "" {
		return market.Rates{}, errors.New("rates.yaml: source: missing")
	}
	for code, rate := range y.PerUSD {
		if !isCode(code) || rate <= 0 {
			return market.Rates{}, fmt.Errorf("rates.yaml: per_usd: %s: %v: an ISO 4217 code and a rate above 0", code, rate)
		}
	}
	if y.PerUSD["USD"] != 1 {
		return market.Rates{}, errors.New("rates.yaml: per_usd: USD must be 1")
	}
	return market.Rates{AsOf: day, Source: y.Source, PerUSD: y.PerUSD}, nil
}

// Rates are the dated rates that approximate amounts are reckoned by.
func (n *Normalizer) Rates() market.Rates { return n.rates }

// SkillName is a skill's name as it is shown; an unknown slug is its own name.
func (n *Normalizer) SkillName(slug string) string {
	if name, ok := n.skills.names[slug]; ok {
		return name
	}
	return slug
}

// Draft turns a draft into a listing as of now. It fails, with an error that
// wraps market.ErrInvalid and says what is missing, for a draft without
// title, without identity, or with an address that is no http(s) address.
// Everything else that cannot be read is left empty.
func (n *Normalizer) Draft(d market.Draft, now time.Time) (market.Listing, error) {
	invalid := func(format string, a ...any) (market.Listing, error) {
		return market.Listing{}, fmt.Errorf("%w listing: %s", market.ErrInvalid, fmt.Sprintf(format, a...))
	}
	if d.Source == "" {
		return invalid("it names no source")
	}
	title := line(d.Title, maxTitle)
	if title == "" {
		return invalid("it has no title")
	}
	address := strings.TrimSpace(d.URL)
	var link string
	if address != "" {
		var err error
		if link, err = canonical(address); err != nil {
			return invalid("%v", err)
		}
	}
	id := line(d.ExternalID, maxTitle)
	switch {
	case id != "":
	case link != "":
		id = link
	default:
		return invalid("it has neither an id nor an address")
	}

	l := market.Listing{
		ID:         market.ListingID(d.Source, id),
		Source:     d.Source,
		ExternalID: id,
		URL:        address,
		Title:      title,
		Company:    line(d.Company, maxCompany),
		Snippet:    d.Snippet,
	}
	l.Description = Text(d.Description)
	words := phrase.Lex(l.Description)
	titleWords := phrase.Lex(l.Title)

	l.Lang = language(l.Title, l.Description, &words)
	l.Skills = n.skills.of(d.Skills, &titleWords)
	l.Category = n.kinds.of(line(d.Category, maxTitle), l.Skills, &titleWords)
	l.Pay = n.pay(d, &titleWords, &words)
	l.Apply = n.places.apply(d, &titleWords, &words)
	l.PostedAt = posted(d.PostedAt, now)
	l.ExpiresAt = expires(d.ExpiresAt, now)
	l.SiteLevel = siteField(d.LevelField, "level", d.Level)
	l.SiteEnglish = siteField(d.EnglishField, "english", d.English)
	l.Keys = market.Keys{Link: link, Title: titleKey(&titleWords, l.Company), Text: textKey(&words)}
	if d.Closed {
		l.ClosedAt = now
	}
	return l, nil
}

// siteField keeps the site's own word about the worker with the field's name.
func siteField(field, fallback, value string) market.Evidence {
	value = line(value, maxCompany)
	if value == "" {
		return market.Evidence{}
	}
	if field == "" {
		field = fallback
	}
	return market.Evidence{Field: field, Quote: value}
}

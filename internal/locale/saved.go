package locale

import (
	"strings"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Search is a query in words on one line: its text, then its conditions.
// Empty for a query that asks for nothing.
func (c *Catalogue) Search(q market.Query, title func(source string) string) string {
	var parts []string
	if q.Text != "" {
		parts = append(parts, q.Text)
	}
	for _, cond := range c.Conditions(q, title) {
		parts = append(parts, cond.Kind+cond.Text)
	}
	return strings.Join(parts, ", ")
}

// Told is how a saved search is told: how often, when and in which language.
func (c *Catalogue) Told(s market.Search) string {
	lang := c.Text("save.in-en")
	if s.Lang == string(Bengali) {
		lang = c.Text("save.in-bn")
	}
	if s.Freq == market.Instant {
		return c.Text("save.told-instant", "often", c.Often(s.Freq), "lang", lang)
	}
	return c.Text("save.told", "often", c.Often(s.Freq), "hour", c.Hour(s.Hour), "zone", c.Zone(s.Zone), "lang", lang)
}

// Often is how often a search is told.
func (c *Catalogue) Often(f market.Frequency) string {
	switch f {
	case market.Weekly:
		return c.Text("save.weekly")
	case market.Instant:
		return c.Text("save.instant")
	}
	return c.Text("save.daily")
}

// Hour is a whole hour of the day, in whatever zone.
func (c *Catalogue) Hour(hour int) string {
	return c.Clock(time.Date(2026, 1, 1, hour, 0, 0, 0, Dhaka))
}

// Zone is the name of a time zone as people know it: its city.
func (c *Catalogue) Zone(zone string) string {
	if zone == market.DefaultZone {
		return c.Text("save.dhaka")
	}
	return strings.ReplaceAll(zone[strings.LastIndexByte(zone, '/')+1:], "_", " ")
}

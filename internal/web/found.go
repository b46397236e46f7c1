package web

import (
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// Page is what a search found. It becomes search.Page.
type Page struct {
	Hits     []market.Listing
	Total    int
	Facets   market.Facets
	Dropped  []string
	Degraded bool
	Took     time.Duration
}

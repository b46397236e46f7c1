package web

import (
	"context"

	"github.com/kajkhoj/kajkhoj/internal/market"
	"github.com/kajkhoj/kajkhoj/internal/source"
)

// Workshop makes recipes and tries them, by the code that runs use and
// through the same transport. What is wrong is said as a reason: its key is a
// message of the group "look".
type Workshop interface {
	// Look asks an address, and proposes a recipe for what is there. It may
	// take a minute or two: requests to a host have a pause between them.
	Look(ctx context.Context, address string) Looked
	// Capture sends the first request of a recipe: its Page is what a run would
	// begin with. Recipe and Format are empty.
	Capture(ctx context.Context, yaml string) Looked
	// Read reads a recipe, which may have blanks.
	Read(yaml string) Recipe
	// Value is what a recipe says under a key, "" for nothing.
	Value(yaml, key string) string
	// Fill writes values into a recipe, by their keys ("terms.url"), and leaves
	// the rest of its text as it is.
	Fill(yaml string, values []Filling) (string, error)
	// Try puts a saved answer through a recipe as a run would; without one it
	// asks the site.
	Try(ctx context.Context, yaml string, page *market.SavedPage) Tried
	// Shipped reports whether a source that comes with the program has a name.
	Shipped(name string) bool
}

// Filling is a value for a key of a recipe; Drop takes the key out.
type Filling struct {
	Key, Value string
	Drop       bool
}

// Looked is what was found at an address.
type Looked struct {
	// Wrong says why nothing was found; its key is empty where something was.
	Wrong market.Reason
	// Detail says more in the words of the code, in English.
	Detail string
	// Robots says whether robots.txt allows the address, RobotsWhy why not.
	Robots    bool
	RobotsWhy string
	// Format is what is there.
	Format string
	// Recipe is the proposed source.yaml.
	Recipe string
	// Notes say what was seen besides, in English.
	Notes []string
	// Page is the answer that the recipe was made from, Status its status.
	Page   market.SavedPage
	Status int
}

// Recipe is a recipe as it was read.
type Recipe struct {
	// Mistakes are all that is wrong with it; then Spec is empty.
	Mistakes []Mistake
	// Blanks are the keys that an operator has still to fill in.
	Blanks []string
	Spec   source.Spec
	// Detail says that its offers are read from pages of their own, which a
	// saved answer does not have.
	Detail bool
}

// Mistake is one thing that is wrong with a recipe; Line is 0 where it stands
// at no line.
type Mistake struct {
	Line int
	Text string
}

// Tried is what came of trying a recipe.
type Tried struct {
	// Wrong is why it broke off; what came before stands beside it.
	Wrong  market.Reason
	Detail string
	Items  []TriedItem
	// Filled counts for each field in how many listings it is filled.
	Filled map[string]int
	// Listings, Rejected and Skipped count the items.
	Listings, Rejected, Skipped int
}

// TriedItem is one item: what the site sent, and what came of it.
type TriedItem struct {
	// Raw is the item as it was sent, JSON or HTML.
	Raw string
	// Rejected and Skipped say why it is no listing; both are empty where it
	// is one.
	Rejected, Skipped string
	Fields            []TriedField
	// Listing is what came of it, nil for none.
	Listing *market.Listing
}

// TriedField is a field of a listing: what the recipe took out of the item,
// and what the listing has of it.
type TriedField struct{ Name, Sent, Became string }

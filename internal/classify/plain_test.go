package classify

import (
	"slices"
	"strings"
	"testing"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

// A reason that quotes words quotes such as tell a reader something.
func TestReasonsQuoteTellingWords(t *testing.T) {
	quoted := 0
	for _, l := range []market.Listing{
		{Title: "Delivery slots at check-out for a WordPress shop", Description: "Our shop runs on WooCommerce with a child theme. Speed matters: the product page must load in two seconds. You have changed WooCommerce by hooks, not by editing its files."},
		{Title: "Faster product pages", Description: "The page must load fast and the images must be small. We will send the access data after a short talk."},
		{Title: "Two product videos", Description: "Each video should be thirty seconds long. You would get the footage and the music from us."},
		{Title: "Spreadsheet of suppliers", Description: "Please find the suppliers that would send samples and make a list with their prices."},
	} {
		l = Listing(l)
		for _, reasons := range [][]market.Reason{l.Level.Reasons, l.English.Reasons} {
			for _, r := range reasons {
				if r.Key != market.ReasonWords {
					continue
				}
				quoted++
				if words := strings.Fields(strings.ToLower(r.Args["words"])); slices.ContainsFunc(words, func(w string) bool { return plain[w] }) {
					t.Errorf("%s: the reason quotes %q", l.Title, r.Args["words"])
				}
			}
		}
	}
	if quoted == 0 {
		t.Error("no reason quotes words: nothing was tested")
	}
}

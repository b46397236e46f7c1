package store

import (
	"strconv"
	"testing"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

func TestOutlinesAreBounded(t *testing.T) {
	var o outlines
	one, two := version{hash: "1"}, version{hash: "1", posted: 2}
	for i := range maxOutlines + 10 {
		o.put(strconv.Itoa(i), one, market.Listing{Title: strconv.Itoa(i)})
		if _, ok := o.get("0", one); !ok {
			t.Fatalf("what is asked for all the time is gone after %d", i)
		}
	}
	if len(o.places) != maxOutlines || o.order.Len() != maxOutlines {
		t.Fatalf("%d and %d are kept, not %d", len(o.places), o.order.Len(), maxOutlines)
	}
	if _, ok := o.get("10", one); ok {
		t.Error("what nobody asked for is kept")
	}
	if l, ok := o.get("11", one); !ok || l.Title != "11" {
		t.Errorf("11 is %q, %v", l.Title, ok)
	}
	o.put("0", two, market.Listing{Title: "new"})
	if _, ok := o.get("0", one); ok {
		t.Error("an old version is kept")
	}
	if l, ok := o.get("0", two); !ok || l.Title != "new" || len(o.places) != maxOutlines {
		t.Errorf("the new version is %q, %v; %d are kept", l.Title, ok, len(o.places))
	}
}

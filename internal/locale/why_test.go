package locale

import (
	"testing"
	"time"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

func TestWhy(t *testing.T) {
	now := time.Date(2026, 11, 24, 8, 10, 0, 0, time.UTC)
	late := map[string]string{"at": "2026-11-24T06:40:00Z"}
	lost := map[string]string{"fields": "pay", "before": "94", "after": "3"}
	for _, tt := range []struct {
		key    string
		args   map[string]string
		en, bn string
	}{
		{"", nil, "", ""},
		{"why.late", late, "Was due: 12:40", "দুপুর ১২:৪০-এ চলার কথা ছিল"},
		{"why.stuck", late, "Running since: 12:40", "দুপুর ১২:৪০ থেকে চলছে"},
		{"why.late", map[string]string{"at": "soon"}, "", ""},
		{"why.blocked-code", map[string]string{"code": "403"}, "The site refuses to be read (403)", "সাইট এখন পড়তে দিচ্ছে না (৪০৩)"},
		{"why.thin", map[string]string{"usual": "1500", "last": "38"}, "Usually about 1,500; 38 in the last run", "সাধারণত ১,৫০০টির মতো, শেষবার ৩৮টি"},
		{"why.lost", lost, "Pay was filled in 94%, now in 3%", "“টাকা” ঘরটি আগে ৯৪%-এ থাকত, এখন ৩%-এ"},
		{"why.lost", map[string]string{"fields": "pay,company,posted_at", "before": "94", "after": "3"},
			"Pay was filled in 94%, now in 3%; missing too: company, date", "“টাকা” ঘরটি আগে ৯৪%-এ থাকত, এখন ৩%-এ; আরও নেই: প্রতিষ্ঠান, তারিখ"},
		{"why.lost", map[string]string{"fields": "colour", "before": "94", "after": "3"}, "", ""},
		{"why.of-tomorrow", nil, "", ""},
	} {
		r := market.Reason{Key: tt.key, Args: tt.args}
		if got := load(t, English).Why(r, now); got != tt.en {
			t.Errorf("%s: %q, want %q", tt.key, got, tt.en)
		}
		if got := load(t, Bengali).Why(r, now); got != tt.bn {
			t.Errorf("%s: %q, want %q", tt.key, got, tt.bn)
		}
	}
}

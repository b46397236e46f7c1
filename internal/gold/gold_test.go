package gold

import (
	"strings"
	"testing"

	"github.com/kajkhoj/kajkhoj/internal/market"
)

var rates = market.Rates{PerUSD: map[string]float64{"USD": 1, "BDT": 100}}

func TestRead(t *testing.T) {
	long := `{"title":"` + strings.Repeat("a", maxLine) + `"}`
	in := "\ufeff" + `{"id":"1","title":"One","skills":"a, b,"}` + "\n\n" + `{"id":` + "\n" + long + "\n" + "{\"title\":\"\xff\"}\n" + `{"id":"2","title":"Two","skills":["c"],"level":"entry"}`
	var got, bad []string
	err := Read(strings.NewReader(in), func(n int, l Line, err error) error {
		if err != nil {
			bad = append(bad, err.Error())
			return nil
		}
		got = append(got, l.ID+":"+strings.Join(l.Skills, "|"))
		return nil
	})
	if err != nil || strings.Join(got, " ") != "1:a|b 2:c" || len(bad) != 3 || !strings.HasPrefix(bad[0], "line 3:") || !strings.HasPrefix(bad[1], "line 4: longer") || !strings.HasPrefix(bad[2], "line 5: not UTF-8") {
		t.Errorf("%v %q %q", err, got, bad)
	}
}

func TestListing(t *testing.T) {
	v := func(f float64) *float64 { return &f }
	l, err := Line{Title: "x", BudgetType: "hourly", BudgetMin: v(500), BudgetMax: v(1000.5), Currency: "bdt"}.Listing(rates)
	if want := (market.Pay{Kind: market.PayHourly, Min: 50000, Max: 100050, Currency: "BDT", USD: 1001}); err != nil || l.Pay != want {
		t.Errorf("%v %+v, want %+v", err, l.Pay, want)
	}
	if l, err := (Line{Title: "x", BudgetType: "fixed", BudgetMin: v(7)}).Listing(rates); err != nil || l.Pay.Currency != "USD" || l.Pay.USD != 700 {
		t.Errorf("%v %+v", err, l.Pay)
	}
	if l, err := (Line{Title: "x", BudgetMax: v(7)}).Listing(rates); err != nil || l.Pay.Stated() {
		t.Errorf("a budget of no kind: %v %+v", err, l.Pay)
	}
	for _, bad := range []Line{{}, {Title: "x", BudgetType: "weekly"}, {Title: "x", BudgetMax: v(-1)}, {Title: "x", BudgetMin: v(1e15)}} {
		if _, err := bad.Listing(rates); err == nil {
			t.Errorf("%+v is no listing", bad)
		}
	}
}

// Readers who were asked for kinds of warnings, or were three, saw more.
func TestSeen(t *testing.T) {
	text := strings.Repeat("ক", 3000)
	for labels, want := range map[string]int{
		`"warn_kinds":null`: shownAtFirst, `"spoken":true`: shownAtFirst, `"warn_kinds":[]`: shown,
		`"warn_kinds":["fee"]`: shown, `"level_votes":["entry","entry","expert"]`: shown,
	} {
		if err := Read(strings.NewReader(`{"title":"x","description":"`+text+`",`+labels+`}`), func(_ int, l Line, err error) error {
			if got := strings.Count(l.Seen(), "ক"); got != want {
				t.Errorf("%s: %d characters, want %d", labels, got, want)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	}
	if l := (Line{Description: "short"}); l.Seen() != "short" {
		t.Errorf("%q", l.Seen())
	}
}

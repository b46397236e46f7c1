package market

import "time"

// Rates turn amounts of one currency into another, as of a day.
type Rates struct {
	AsOf   time.Time
	Source string
	// PerUSD is how many units of a currency one US dollar was worth.
	PerUSD map[string]float64
}

// Convert turns minor units of one currency into minor units of another,
// rounded to the nearest. ok is false where a rate is missing.
func (r Rates) Convert(amount int64, from, to string) (out int64, ok bool) {
	if from == to {
		return amount, true
	}
	a, b := r.PerUSD[from], r.PerUSD[to]
	if a <= 0 || b <= 0 {
		return 0, false
	}
	major := float64(amount) / pow10(MinorDigits(from)) / a * b
	return int64(major*pow10(MinorDigits(to)) + 0.5), true
}

func pow10(n int) float64 {
	f := 1.0
	for range n {
		f *= 10
	}
	return f
}

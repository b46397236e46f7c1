package market

import "slices"

// Where says how a listing limits the countries of its applicants.
type Where string

const (
	// WhereUnstated: the listing names no limit.
	WhereUnstated Where = ""
	// WhereWorldwide: the listing says that anyone anywhere may apply.
	WhereWorldwide Where = "worldwide"
	// WhereCountries: only from Apply.Countries.
	WhereCountries Where = "countries"
)

// Answer is one of three answers; the empty one is "not stated".
type Answer string

// The answers.
const (
	Unknown Answer = ""
	Yes     Answer = "yes"
	No      Answer = "no"
)

// Apply says where one may apply from. Regions ("Europe") and time zones
// are resolved to countries when a listing is normalised.
type Apply struct {
	Where Where `json:"where,omitempty"`
	// Countries are ISO 3166-1 alpha-2 codes, sorted.
	Countries []string   `json:"countries,omitempty"`
	Basis     Basis      `json:"basis,omitempty"`
	Evidence  []Evidence `json:"evidence,omitempty"`
}

// From answers whether one may apply from a country.
func (a Apply) From(country string) Answer {
	switch a.Where {
	case WhereWorldwide:
		return Yes
	case WhereCountries:
		if _, ok := slices.BinarySearch(a.Countries, country); ok {
			return Yes
		}
		return No
	}
	return Unknown
}

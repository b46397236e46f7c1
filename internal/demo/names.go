package demo

import "math/rand/v2"

// place is where a company sits and what it pays in.
type place struct {
	city     string
	currency string
}

// The towns of the companies, the frequent ones more than once.
var places = []place{
	{"Denver", "USD"}, {"Chicago", "USD"}, {"Austin", "USD"}, {"Boston", "USD"}, {"Seattle", "USD"}, {"Atlanta", "USD"},
	{"Portland", "USD"}, {"Minneapolis", "USD"}, {"San Diego", "USD"}, {"Tampa", "USD"}, {"Dubai", "USD"}, {"Singapore", "USD"},
	{"Berlin", "EUR"}, {"Utrecht", "EUR"}, {"Ghent", "EUR"}, {"Porto", "EUR"}, {"Tallinn", "EUR"}, {"Vienna", "EUR"}, {"Galway", "EUR"},
	{"Leeds", "GBP"}, {"Bristol", "GBP"}, {"Glasgow", "GBP"}, {"Cardiff", "GBP"},
	{"Pune", "INR"}, {"Kochi", "INR"}, {"Jaipur", "INR"},
	{"Dhaka", "BDT"}, {"Chattogram", "BDT"},
}

// scale turns the dollars of the phrase files into what such work earns in
// another currency's country. It is no rate of exchange.
var scale = map[string]float64{"USD": 1, "EUR": 0.9, "GBP": 0.8, "INR": 45, "BDT": 65}

var citiesBengali = []string{"ঢাকা", "চট্টগ্রাম", "খুলনা", "সিলেট", "রাজশাহী", "বগুড়া", "ময়মনসিংহ", "কুমিল্লা"}

var (
	firstNames = []string{
		"Alder", "Amber", "Anchor", "Aspen", "Barley", "Beacon", "Birch", "Brook", "Cedar", "Chalk", "Cobalt", "Copper", "Coral", "Crane",
		"Dawn", "Drift", "Ember", "Fern", "Finch", "Flint", "Fox", "Granite", "Hazel", "Heron", "Holly", "Indigo", "Iris", "Ivory", "Juniper",
		"Kestrel", "Kite", "Lark", "Laurel", "Linden", "Lotus", "Maple", "Marsh", "Meadow", "Mint", "Moss", "North", "Oak", "Olive", "Opal",
		"Otter", "Pebble", "Pepper", "Pine", "Plover", "Quartz", "Quill", "Raven", "Reed", "Ridge", "River", "Rowan", "Saffron", "Sage", "Silver",
		"Slate", "Sparrow", "Spruce", "Stone", "Swift", "Teal", "Thistle", "Tide", "Timber", "Velvet", "Violet", "Walnut", "Willow", "Wren", "Yarrow",
	}
	secondNames = []string{
		"bank", "bridge", "brook", "castle", "cliff", "corner", "court", "craft", "cross", "dale", "field", "ford", "gate", "grove", "hall",
		"haven", "hill", "house", "lake", "lane", "leaf", "light", "line", "mark", "mill", "point", "port", "rock", "root", "shore", "side",
		"spring", "stead", "street", "top", "tree", "way", "well", "wharf", "wood",
	}
	trades = []string{
		"Studio", "Works", "Partners", "Collective", "Labs", "Trading", "Systems", "Media", "Supplies", "Logistics", "Learning", "Health",
		"Foods", "Books", "Energy", "Software", "Research", "Homes", "Travel", "Garden", "Goods", "Services", "Print", "Digital", "& Sons", "& Daughters",
	}
	namesBengali = []string{
		"শাপলা", "মেঘনা", "কর্ণফুলী", "দোয়েল", "কৃষ্ণচূড়া", "সোনালি", "পদ্ম", "বটতলা", "কাশফুল", "নকশি", "ধানসিঁড়ি", "আলোকবর্তিকা", "রূপসা",
		"সবুজ বাংলা", "নীলাচল", "শিমুল", "তিস্তা", "পলাশ", "মৌমাছি", "জোনাকি", "নবান্ন", "সুরমা", "বাতিঘর", "পালতোলা",
	}
	tradesBengali = []string{
		"ডিজিটাল", "ট্রেডার্স", "স্টুডিও", "সফট", "ফ্যাশন", "একাডেমি", "মিডিয়া", "ফুডস", "ক্রাফটস", "এন্টারপ্রাইজ", "হেলথ", "ট্রাভেলস", "প্রকাশনী", "অ্যাগ্রো",
	}
)

func pick[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }

func companyName(rng *rand.Rand, lang string) string {
	if lang == "bn" {
		return pick(rng, namesBengali) + " " + pick(rng, tradesBengali)
	}
	first := pick(rng, firstNames)
	if rng.IntN(3) > 0 {
		first += pick(rng, secondNames)
	}
	return first + " " + pick(rng, trades)
}

// region is a limit on where applicants live: in a sentence, and as a site
// lists it.
type region struct {
	words string
	names []string
}

var regions = []region{
	{"the United States", []string{"United States"}},
	{"the United States", []string{"United States"}},
	{"the United States or Canada", []string{"United States", "Canada"}},
	{"the United Kingdom", []string{"United Kingdom"}},
	{"the United Kingdom or Ireland", []string{"United Kingdom", "Ireland"}},
	{"Germany, Austria or Switzerland", []string{"Germany", "Austria", "Switzerland"}},
	{"the European Union", []string{"European Union"}},
	{"Europe", []string{"Europe"}},
	{"India", []string{"India"}},
	{"Bangladesh, India or Pakistan", []string{"Bangladesh", "India", "Pakistan"}},
	{"Bangladesh", []string{"Bangladesh"}},
	{"the Philippines", []string{"Philippines"}},
	{"South Asia", []string{"South Asia"}},
	{"Asia", []string{"Asia"}},
	{"Latin America", []string{"Latin America"}},
	{"Kenya, Nigeria or Egypt", []string{"Kenya", "Nigeria", "Egypt"}},
	{"Australia or New Zealand", []string{"Australia", "New Zealand"}},
}

// timeZone is a place whose day one has to share: in a sentence, and its
// standard offset from UTC in hours.
type timeZone struct {
	words  string
	offset float64
}

var timeZones = []timeZone{
	{"London time (UTC+0)", 0}, {"Berlin time (UTC+1)", 1}, {"Dubai time (UTC+4)", 4}, {"India time (UTC+5:30)", 5.5},
	{"Dhaka time (UTC+6)", 6}, {"Singapore time (UTC+8)", 8}, {"US Eastern time (UTC-5)", -5}, {"US Pacific time (UTC-8)", -8},
}

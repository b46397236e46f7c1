package detect

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// keysOf are the names that sites give to what a recipe's field holds, the
// likeliest first, in small letters without signs.
var keysOf = map[string][]string{
	"title": {"title", "jobtitle", "positiontitle", "projecttitle", "position", "positionname", "jobname", "projectname", "role", "headline", "heading",
		"name", "fulltitle", "seotitle", "subject", "text"},
	"url": {"url", "link", "joburl", "weburl", "publicurl", "hostedurl", "absoluteurl", "htmlurl", "canonicalurl", "permalink", "projecturl", "detailurl", "detailsurl",
		"jobposturl", "postingurl", "href", "loc", "redirecturl", "externalurl", "linksself", "linkshtml", "linksweb", "guid", "shortlink", "shorturl", "linksproject", "linkspublicurl", "applicationlink", "applyurl", "applicationurl"},
	"id":      {"id", "jobid", "projectid", "projid", "postingid", "objectid", "uuid", "guid", "identifier", "key", "shortcode", "slug", "jobslug"},
	"company": {"company", "companyname", "companytitle", "companydisplayname", "employer", "employername", "organization", "organizationname", "hiringorganizationname", "organisation", "clientname", "clientpublicname", "businessname", "author", "authorname"},
	"description": {"description", "jobdescription", "descriptionhtml", "fulldescription", "contenthtml", "content", "body", "bodyhtml", "html", "projdesc", "roledescription", "jobcontext", "commenttext", "details", "contenttext", "descriptionplain", "text",
		"summary", "excerpt", "jobexcerpt", "snippet", "previewdescription", "shortdescription", "teaser"},
	"posted": {"dateposted", "postedat", "posteddate", "posteddt", "publishedat", "publishedon", "datepublished", "publishdate", "publicationdate", "pubdate", "published", "posted", "postedon", "timesubmitted", "submitdate", "submittedat",
		"firstpublished", "listedat", "createdat", "createdon", "datecreated", "created", "date", "epoch", "timestamp", "createdati", "postedts", "publishedts", "createdts", "lastmod", "updatedat", "updated", "lastmodified", "modifiedat"},
	"expires": {"validthrough", "expiresat", "expirydate", "expirationdate", "expires", "expiry", "expirydt", "expiredat", "deadline", "applicationdeadline", "closingdate", "closesat", "deadlinedb", "enddate", "until"},
	"category": {"category", "categoryname", "jobcategory", "jobindustry", "categorycatename", "subcategorysubcatename", "industry", "department", "departmentname", "departments", "categories", "parentcategories",
		"occupationalcategory", "jobfunction", "function", "team", "field"},
	"skills":       {"skills", "requiredskills", "skillnames", "technologies", "techstack", "stack", "tags", "taglist", "keywords", "jobs"},
	"pay_text":     {"salary", "salaryrange", "salarytext", "salarydisplay", "salarysummary", "compensation", "compensationtiersummary", "pay", "payrange", "paytext", "budget", "budgettext", "rate", "price", "payrate"},
	"pay_min":      {"salarymin", "minsalary", "salaryfrom", "minimumsalary", "grosssalarylow", "salarylow", "budgetminimum", "budgetmin", "minbudget", "paymin", "minpay", "minamount", "amountmin", "rewardmin", "pricemin", "ratemin", "minrate", "salaryminvalue"},
	"pay_max":      {"salarymax", "maxsalary", "salaryto", "maximumsalary", "grosssalaryhigh", "salaryhigh", "budgetmaximum", "budgetmax", "maxbudget", "paymax", "maxpay", "maxamount", "amountmax", "rewardmax", "pricemax", "ratemax", "maxrate", "salarymaxvalue"},
	"pay_currency": {"currency", "currencycode", "salarycurrency", "salarycurrencycode", "paycurrency", "budgetcurrency", "ccy"},
	"pay_period":   {"salaryperiod", "payperiod", "salaryinterval", "salarytype", "paytype", "interval", "period", "salaryunit", "rateperiod"},
	"locations": {"locationrestrictions", "candidaterequiredlocation", "applicantlocationrequirements", "location", "locationname", "locations", "jobgeo", "joblocation", "jobgeography", "wherecanbid", "countries", "country", "countryname", "countrynameen",
		"countrycode", "region", "regions", "remotezone"},
	"level":   {"seniority", "senioritylevel", "level", "joblevel", "experiencelevel", "explevel", "contractortier", "experience", "experiencerequired"},
	"english": {"englishlevel", "english", "requiredenglish", "prefenglishskill", "languagelevel"},
}

// briefs are those of keysOf["description"] that hold the beginning only.
var briefs = []string{"summary", "excerpt", "jobexcerpt", "snippet", "previewdescription", "shortdescription", "teaser"}

// plainKey is a key in small letters, without signs.
func plainKey(k string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, k)
}

// scalarText is a scalar as text; ok is false for objects, arrays and null.
func scalarText(v any) (s string, ok bool) {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v), true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// shares is which part of the values that hold something passes a test; 0
// where none holds anything.
func shares(values []any, test func(any) bool) float64 {
	filled, good := 0, 0
	for _, v := range values {
		if v == nil || v == "" {
			continue
		}
		filled++
		if test(v) {
			good++
		}
	}
	if filled == 0 {
		return 0
	}
	return float64(good) / float64(filled)
}

var (
	picture = regexp.MustCompile(`(?i)\.(png|jpe?g|gif|svg|webp|ico)(\?|$)`)
	digit   = regexp.MustCompile(`\d`)
	tag     = regexp.MustCompile(`<[a-zA-Z/!]`)
)

func isURL(v any) bool {
	s, ok := v.(string)
	s = strings.TrimSpace(s)
	return ok && (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "/") && len(s) > 1) && !picture.MatchString(s)
}

func isTitle(v any) bool {
	s, ok := v.(string)
	n := utf8.RuneCountInString(strings.TrimSpace(s))
	return ok && n >= 3 && n <= 300 && !isURL(v) && strings.IndexFunc(s, unicode.IsLetter) >= 0 && !tag.MatchString(s)
}

func isNumber(v any) bool {
	switch v := v.(type) {
	case json.Number:
		return true
	case string:
		f, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		return err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	}
	return false
}

// isWords reports whether v is a short text, or a list of such, or of objects
// with a name.
func isWords(v any) bool {
	switch v := v.(type) {
	case string:
		return len(v) <= 400 && !isURL(v)
	case []any:
		return len(v) == 0 || shares(v, func(e any) bool {
			if m, ok := e.(map[string]any); ok {
				return nameKey(m) != ""
			}
			_, ok := e.(string)
			return ok
		}) > 0.5
	}
	return false
}

// nameKey is the key under which an object tells its name.
func nameKey(m map[string]any) string {
	for _, want := range []string{"name", "title", "label", "text", "nameEn", "country_code", "code"} {
		if _, ok := m[want].(string); ok {
			return want
		}
	}
	return ""
}

// fits reports whether values can be what a field takes.
func fits(field string, values []any) bool {
	test := func(v any) bool { s, ok := scalarText(v); return ok && s != "" }
	most := 0.5
	switch field {
	case "title":
		test, most = isTitle, 0.8
	case "url":
		test, most = isURL, 0.8
	case "id":
		test = func(v any) bool { s, ok := scalarText(v); _, b := v.(bool); return ok && !b && s != "" && len(s) < 300 }
	case "company":
		test = func(v any) bool { s, ok := v.(string); return ok && len(s) <= 200 && !isURL(v) }
	case "description":
		test = func(v any) bool { s, ok := v.(string); return ok && !isURL(v) && len(s) > 0 }
	case "posted", "expires":
		test = func(v any) bool { s, _ := scalarText(v); return isDate(s) || formOf([]string{s}) != "" }
	case "pay_min", "pay_max":
		test = isNumber
	case "pay_text":
		test = func(v any) bool { s, ok := v.(string); return ok && len(s) <= 200 && digit.MatchString(s) }
		most = 0.3
	case "pay_currency", "pay_period":
		test = func(v any) bool { s, ok := v.(string); return ok && len(s) <= 20 }
	case "skills", "locations", "category", "level", "english":
		test = isWords
	}
	return shares(values, test) >= most
}

// dateShapes are the forms that normalising reads by itself.
var dateShapes = regexp.MustCompile(`(?i)^(\d{4}-\d{2}-\d{2}([T ].*)?|\d{4}/\d{2}/\d{2}|\d{9,10}(\.\d+)?|\d{12,13}|[a-z]{3}, \d{1,2} [a-z]{3} \d{4}.*|([a-z]{3,9}\.? \d{1,2},? \d{4}|\d{1,2} [a-z]{3,9},? \d{4}).*|.*\b(ago|yesterday|today|just now)|.*(আগে|গতকাল|আজ))$`)

// isDate reports whether normalising can be expected to read a text as a date.
func isDate(s string) bool {
	return s != "" && len(s) <= 60 && dateShapes.MatchString(strings.TrimSpace(s))
}

var dayFirst = regexp.MustCompile(`^(\d{1,2})([./-])(\d{1,2})[./-](\d{4})( \d{1,2}:\d{2})?$`)

// formOf is the form of dates whose day and month could be taken for one
// another, where the values tell them apart: "DD.MM.YYYY", by custom, of dates
// with stops, and by a part above 12 of the others. Empty: they do not.
func formOf(values []string) string {
	sep, clock, first, second, two := "", "", 0, 0, true
	for _, s := range values {
		m := dayFirst.FindStringSubmatch(strings.TrimSpace(s))
		if m == nil {
			continue
		}
		a, _ := strconv.Atoi(m[1])
		b, _ := strconv.Atoi(m[3])
		first, second = max(first, a), max(second, b)
		two = two && len(m[1]) == 2 && len(m[3]) == 2
		sep = m[2]
		if m[5] != "" {
			clock = " HH:mm"
		}
	}
	day, month := "DD", "MM"
	if !two {
		day, month = "D", "M"
	}
	switch {
	case sep == "" || first > 12 && second > 12:
		return ""
	case first > 12, sep == "." && second <= 12:
		return day + sep + month + sep + "YYYY" + clock
	case second > 12:
		return month + sep + day + sep + "YYYY" + clock
	}
	return ""
}

// rank is the place of a key among a field's names, -1 for none.
func rank(field, key string) int { return slices.Index(keysOf[field], key) }

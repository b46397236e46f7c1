package hackernews

import (
	"html"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// head is what the first line of an offer says. By custom it is
// "Company | Role | Place | REMOTE (where) | Full-time | pay | address",
// in about that order, and no two authors agree.
type head struct {
	title, company, pay string
	locations, zones    []string
	// onSite: the line says on site or hybrid, and not remote.
	onSite bool
}

var (
	seekingWork       = regexp.MustCompile(`(?i)^\W*seeking\s+work\b`)
	seekingFreelancer = regexp.MustCompile(`(?i)^\W*seeking\s+(an?\s+)?freelancers?\b`)

	tag       = regexp.MustCompile(`<[^>]*>`)
	separator = regexp.MustCompile(`\s*[|¦]\s*`)
	address   = regexp.MustCompile(`(?i)\b(https?://|www\.)\S+|\b[a-z0-9-]+\.(com|io|ai|dev|co|org|net|app)(/\S*)?\b`)
	ycBatch   = regexp.MustCompile(`(?i)\s*\((YC )?[WSFX]\d{2}\)|\s*\(YC[^)]*\)`)

	remote  = regexp.MustCompile(`(?i)\bremote(ly)?\b`)
	noRem   = regexp.MustCompile(`(?i)\b(no|not|non)[ -]remote\b`)
	onSite  = regexp.MustCompile(`(?i)\b(on[ -]?site|in[ -]?office|in[ -]person|hybrid)\b`)
	terms   = regexp.MustCompile(`(?i)^((full|part)[ -]?time|contract(or)?|freelance|permanent|intern(ship)?s?|visa\b.*|equity|ft|pt)\b`)
	pay     = regexp.MustCompile(`(?i)[$€£¥₹]\s?\d|\b\d{2,3}\s?k\b|\b(usd|eur|gbp)\b`)
	role    = regexp.MustCompile(`(?i)\b(engineers?|developers?|devs?|designers?|managers?|scientists?|analysts?|leads?|architects?|writers?|editors?|marketers?|marketing|sre|devops|founders?|co-?founders?|founding|head of|sales|support|recruiters?|consultants?|specialists?|directors?|vp|cto|ceo|researchers?|programmers?|administrators?|qa|testers?|advocates?|coordinators?|assistants?|illustrators?|translators?|tutors?|artists?|full[ -]?stack|front[ -]?end|back[ -]?end|swe|interns?|roles?|positions?|multiple|various|several)\b`)
	inParen = regexp.MustCompile(`\(([^()]*)\)`)
	zone    = regexp.MustCompile(`(?i)\b(?:UTC|GMT)\s*([+-−–]\s?\d{1,2}(?::[0-5]\d)?)\b`)
	width   = regexp.MustCompile(`(?i)(±|\+/-)\s*\d+\s*(h|hrs?|hours?)?`)
	through = regexp.MustCompile(`(?i)^\s*(to|through|until|till|and|-|–|—)\s*$`)
	places  = regexp.MustCompile(`(?i)\s*[,;/]\s*|\s+(?:or|and|to|&)\s+`)
	words   = regexp.MustCompile(`\s+`)
)

// maxTitle is the greatest length of a title made of a whole line, in
// characters.
const maxTitle = 140

// firstLine is a comment's first line as plain text.
func firstLine(text string) string {
	text = strings.TrimPrefix(strings.TrimSpace(text), "<p>")
	text, _, _ = strings.Cut(text, "<p>")
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	text = html.UnescapeString(tag.ReplaceAllString(text, ""))
	return strings.TrimSpace(words.ReplaceAllString(text, " "))
}

// readHead reads a first line. Where it does not keep to the custom the line
// itself is the title, and nothing more is claimed. In the freelancers' thread
// companies are seldom named, so that the first part is a company only if
// another part is a role.
func readHead(line string, freelance bool) head {
	var h head
	h.onSite = onSite.MatchString(line) && (!remote.MatchString(line) || noRem.MatchString(line))
	var parts []string
	for _, p := range separator.Split(line, -1) {
		p = strings.TrimSpace(p)
		if p != "" && strings.Trim(address.ReplaceAllString(p, ""), " ()") != "" {
			parts = append(parts, p)
		}
	}
	var rest []string // parts that are no place, no terms and no pay
	for i, p := range parts {
		switch {
		case i > 0 && pay.MatchString(p):
			if h.pay == "" {
				h.pay = p
			}
		case (i > 0 || freelance) && remote.MatchString(p) && !role.MatchString(remote.ReplaceAllString(p, "")):
			h.where(p)
		case (i > 0 || freelance) && (terms.MatchString(p) && !role.MatchString(terms.ReplaceAllString(p, "")) || onSite.MatchString(p)):
		default:
			rest = append(rest, p)
		}
	}
	at := -1
	for i, p := range rest {
		if role.MatchString(p) && (i > 0 || freelance) {
			at = i
			break
		}
	}
	switch {
	case len(rest) == 0:
		h.title = shorten(line)
	case len(parts) < 2 || at < 0 && freelance:
		h.title = shorten(strings.Join(rest, " | "))
	case at >= 0:
		h.title = shorten(rest[at])
		if at > 0 {
			h.company = company(rest[0])
		}
	default:
		h.company = company(rest[0])
		h.title = shorten(strings.Join(rest, " | "))
	}
	return h
}

// where takes what stands in parentheses behind "remote", or the words around
// it, as the places that applicants may live in. "REMOTE" alone claims none.
func (h *head) where(p string) {
	var texts []string
	for _, m := range inParen.FindAllStringSubmatch(p, -1) {
		texts = append(texts, m[1])
	}
	if len(texts) == 0 {
		texts = append(texts, p)
	}
	for _, s := range texts {
		h.zones = append(h.zones, zones(s)...)
		s = width.ReplaceAllString(zone.ReplaceAllString(s, ""), "")
		for _, one := range places.Split(s, -1) {
			one = remote.ReplaceAllString(one, "")
			one = onSite.ReplaceAllString(one, "")
			one = strings.Trim(one, " .:–—-+±")
			one = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(one), " only"))
			one = before.ReplaceAllString(one, "")
			if letter.MatchString(one) && !notPlace.MatchString(one) {
				h.locations = append(h.locations, one)
			}
		}
	}
}

var (
	// before stands before a place.
	before = regexp.MustCompile(`(?i)^((fully|within|in|from|across|based|anywhere in|the)\s+)+`)
	// notPlace are words that stand beside "remote" and name no place.
	notPlace = regexp.MustCompile(`(?i)^(no|not|only|first|friendly|ok|okay|possible|preferred|optional|fully|full|100 ?%|option|available|async|flexible|partially|mostly|some|days?|work|team|company|culture|any|timezones?|time zones?|h|hrs?|hours?)\b`)
	letter   = regexp.MustCompile(`\pL`)
)

// zones are the offsets from UTC that a text names, in hours: "6", "5.5".
// "UTC-3 to UTC+6" are all between them. "UTC+1 ± 3h" names a width in words
// of its own, and nothing is claimed.
func zones(s string) (out []string) {
	found := zone.FindAllStringSubmatchIndex(s, -1)
	if len(found) == 0 || strings.ContainsAny(s, "±") || strings.Contains(s, "+/-") {
		return nil
	}
	var offsets []float64
	for _, at := range found {
		offsets = append(offsets, hours(s[at[2]:at[3]]))
	}
	if len(found) == 2 && through.MatchString(s[found[0][1]:found[1][0]]) && offsets[0] < offsets[1] {
		from, to := offsets[0], offsets[1]
		offsets = nil
		for h := from; h <= to; h += 0.25 {
			// No country's standard time is at a quarter past.
			if h-math.Floor(h) != 0.25 {
				offsets = append(offsets, h)
			}
		}
	}
	for _, h := range offsets {
		out = append(out, strconv.FormatFloat(h, 'f', -1, 64))
	}
	return out
}

// hours is an offset such as "+5:30" or "−3" in hours.
func hours(s string) float64 {
	s = strings.NewReplacer(" ", "", "−", "-", "–", "-", "+", "").Replace(s)
	h, m, _ := strings.Cut(s, ":")
	hour, _ := strconv.ParseFloat(h, 64) // zone lets digits through only
	minute, _ := strconv.ParseFloat(m, 64)
	if strings.HasPrefix(h, "-") {
		minute = -minute
	}
	return hour + minute/60
}

func company(s string) string {
	s = ycBatch.ReplaceAllString(s, "")
	s = strings.Trim(address.ReplaceAllString(s, ""), " ()-–—,:")
	return s
}

// shorten cuts a long line at a word's border.
func shorten(s string) string {
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) <= maxTitle {
		return s
	}
	r := []rune(s)[:maxTitle]
	t := string(r)
	if i := strings.LastIndexByte(t, ' '); i > 0 {
		t = t[:i]
	}
	return strings.TrimRight(t, " ,.;:") + "…"
}

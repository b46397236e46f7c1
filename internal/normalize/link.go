package normalize

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// tracking are query parameters that tell where a visitor came from and
// nothing about what is shown; those that begin with utm_ are left out, too.
var tracking = []string{
	"_hsenc", "_hsmi", "dclid", "fbclid", "gbraid", "gclid", "gh_src", "igshid", "lever-origin", "lever-source", "mc_cid",
	"mc_eid", "mkt_tok", "msclkid", "ref", "ref_src", "referer", "referral", "referrer", "source", "src", "trackingid",
	"trk", "ttclid", "twclid", "via", "wbraid", "yclid",
}

// maxURL is the longest address that is taken, in bytes.
const maxURL = 2048

// canonical is the form of an http(s) address by which equal ones are known:
// host and path with what query is left after tracking parameters, its
// parameters sorted; without scheme, "www.", default port, fragment and
// trailing slash.
func canonical(s string) (string, error) {
	if len(s) > maxURL {
		return "", fmt.Errorf("its address is longer than %d bytes", maxURL)
	}
	if !utf8.ValidString(s) {
		return "", errors.New("its address is not valid UTF-8")
	}
	u, err := url.Parse(s)
	if err != nil {
		var e *url.Error
		if errors.As(err, &e) {
			err = e.Err
		}
		return "", fmt.Errorf("its address %q cannot be read: %v", cut(s, 100), err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return "", fmt.Errorf("its address %q is not an http or https address", cut(s, 100))
	}
	if u.User != nil {
		return "", errors.New("its address holds a user name")
	}
	var b strings.Builder
	b.WriteString(strings.TrimPrefix(strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")), "www."))
	if p := u.Port(); p != "" && !(p == "80" && u.Scheme == "http") && !(p == "443" && u.Scheme == "https") {
		b.WriteString(":" + p)
	}
	b.WriteString(strings.TrimRight(u.EscapedPath(), "/"))
	if u.RawQuery != "" {
		var kept []string
		for pair := range strings.SplitSeq(u.RawQuery, "&") {
			name, _, _ := strings.Cut(pair, "=")
			name = strings.ToLower(name)
			if pair == "" || strings.HasPrefix(name, "utm_") || slices.Contains(tracking, name) {
				continue
			}
			kept = append(kept, pair)
		}
		if len(kept) > 0 {
			slices.Sort(kept)
			b.WriteString("?" + strings.Join(kept, "&"))
		}
	}
	return b.String(), nil
}

package recipe

import (
	"regexp"

	"github.com/kajkhoj/kajkhoj/internal/source"
)

// challenges are pages that stand in for the one asked for: Cloudflare,
// DataDome, PerimeterX, Incapsula, Reddit's block page, and log-in pages.
var challenges = []*regexp.Regexp{
	regexp.MustCompile(`(?is)<title[^>]*>\s*(just a moment|attention required|access denied|access to this page has been denied|please wait|security check|verifying you are human|are you (a )?(human|robot)|robot check|captcha|blocked|unusual traffic|log ?in|sign ?in|anmelden)\b`),
	regexp.MustCompile(`(?i)whoa there, pardner`),
	regexp.MustCompile(`(?i)_cf_chl_opt|cf-challenge|cf-turnstile-response|captcha-delivery\.com|px-captcha|_Incapsula_Resource|h-captcha|g-recaptcha|data-sitekey=`),
	regexp.MustCompile(`(?i)verify (that )?you are (a )?human|prove (that )?you('| a)re (not a robot|human)|you('ve| have) been blocked|blocked by network security`),
	regexp.MustCompile(`(?is)<form[^>]*>.*?<input[^>]+type=["']?password`),
}

// asChallenge makes an ErrFormat an ErrChallenge where the body is known for
// one. It is asked only about answers that are not what the source sends, so
// that a listing's words are never taken for a challenge.
func (r *reader) asChallenge(err error, body []byte) error {
	for _, list := range [][]*regexp.Regexp{r.challenge, challenges} {
		for _, re := range list {
			if m := re.Find(body); m != nil {
				return wrapped{source.ErrChallenge, "the page says " + quote(string(m), 80)}
			}
		}
	}
	return err
}

// wrapped is one of the source package's errors with a detail.
type wrapped struct {
	err    error
	detail string
}

func (w wrapped) Error() string { return w.err.Error() + ": " + w.detail }
func (w wrapped) Unwrap() error { return w.err }

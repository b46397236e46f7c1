package recipe

import (
	"fmt"
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

// Challenge makes the error of an answer that is not what a source sends an
// ErrChallenge where the body is known for a challenge, a log-in or a block
// page, and returns any other as it is. It is for such answers only: a page
// of listings may well hold these words.
func Challenge(err error, body []byte) error { return challenge(err, body, challenges) }

func challenge(err error, body []byte, known []*regexp.Regexp) error {
	for _, re := range known {
		if m := re.Find(body); m != nil {
			return fmt.Errorf("%w: the page says %s", source.ErrChallenge, quote(string(m), 80))
		}
	}
	return err
}

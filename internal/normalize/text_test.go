package normalize

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestText(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", ""},
		{"plain", "One line.\nAnother.\n\n\n\nA paragraph.  Two blanks.", "One line.\nAnother.\n\nA paragraph. Two blanks."},
		{"carriage returns", "a\r\nb\rc\r\n\r\nd", "a\nb\nc\n\nd"},
		{"paragraphs", "<p>One</p><p>Two</p>", "One\n\nTwo"},
		{"heading and list", "<h3>You will</h3><ul><li>write</li><li> test </li></ul><p>Bye</p>", "You will\n\n• write\n• test\n\nBye"},
		{"paragraphs in items", "<ul><li><p>one</p></li><li><p>two</p><p>more</p></li></ul>x", "• one\n• two\nmore\n\nx"},
		{"nested lists", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "• a\n• b\n• c"},
		{"empty items", "<ul><li></li><li>a</li><li> </li></ul>", "• a"},
		{"items without ends", "<ul><li>a<li>b</ul><p>c</p><p>d</p>", "• a\n• b\n\nc\n\nd"},
		{"inline tags", "a<b>b</b>c <i>d</i> <span>e<em>f</em></span>", "abc d ef"},
		{"line breaks", "a<br>b<br/><br />c", "a\nb\n\nc"},
		{"divs", "<div><div>a</div></div><div>b</div>", "a\nb"},
		{"table", "<table><tr><th>Pay</th><td>$5</td></tr><tr><th>Time</th><td>now</td></tr></table>", "Pay | $5\nTime | now"},
		{"script and style", "a<script>if (a<b) { x = \"</p>\" }</script>b<style>p{}</style><!-- no -->c", "abc"},
		{"noscript", "a<noscript><img src=x>no</noscript>b", "ab"},
		{"entities", "AT&amp;T &lt;3 &#x27;q&#39; &nbsp;&euro;8&ndash;30 &#2437;", "AT&T <3 'q' €8–30 অ"},
		{"escaped twice", "&lt;p&gt;One&lt;/p&gt;&lt;ul&gt;&lt;li&gt;two &amp;amp; three&lt;/li&gt;&lt;/ul&gt;", "One\n\n• two & three"},
		{"escaped inside", "<div>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;</div>", "One\n\nTwo"},
		{"no element", "vector<int> and List<String>, if a < b and c > d", "vector<int> and List<String>, if a < b and c > d"},
		{"no element beside elements", "<p>vector<int> x<y</p>", "vector<int> x<y"},
		{"open bracket at the end", "<p>less</p> x <y and no more", "less\n\nx <y and no more"},
		{"word processor", "<p class=MsoNormal>a<o:p></o:p></p>", "a"},
		{"bullets of plain text", "* one\n- two\n·  three\n● four\n-five", "• one\n• two\n• three\n• four\n-five"},
		{"pre", "<pre>a\n  b\n\nc</pre>", "a\nb\n\nc"},
		{"controls", "a\x00b\u202ec\u200b d\ufeff\u00ad", "abc d"},
		{"controls in HTML", "<b>a\x01b</b>\u3000c", "ab c"},
		{"joiners stay", "র\u200d্যাংক", "র\u200d্যাংক"},
		{"normal form", "e\u0301 \u09a1\u09bc", "é \u09a1\u09bc"},
		{"invalid", "a\xffb", "a\uFFFDb"},
		{"comment alone", "<!-- x -->a", "a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Text(tt.in)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTextIsCapped(t *testing.T) {
	in := strings.Repeat("<p>ক খ গ</p>", 30_000)
	if n := utf8.RuneCountInString(Text(in)); n > maxDescription || n < maxDescription-10 {
		t.Errorf("%d characters", n)
	}
}

// Time must grow in line with length, whatever the text.
func TestTextIsLinear(t *testing.T) {
	for _, unit := range []string{"<b ", "<", "&", "&lt;", "</p", "<!--", "<ul><li>", "<a href=\"", "&amp;amp;", "<pre>\n", "<script>", "• ", "e\u0301"} {
		in := strings.Repeat(unit, 200_000/len(unit))
		start := time.Now()
		Text(in)
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("%q: %v for %d bytes", unit, took, len(in))
		}
	}
}

func checkText(t *testing.T, in string) {
	got := Text(in)
	if !utf8.ValidString(got) {
		t.Errorf("invalid UTF-8 in %q", got)
	}
	if n := utf8.RuneCountInString(got); n > maxDescription {
		t.Errorf("%d characters", n)
	}
	if again := Text(got); again != got {
		t.Errorf("not at rest:\n%q\n%q\n%q", in, got, again)
	}
	for _, row := range strings.Split(got, "\n") {
		if row != strings.TrimSpace(row) {
			t.Errorf("blanks around %q", row)
		}
	}
	if strings.Contains(got, "\n\n\n") || strings.Contains(got, "  ") {
		t.Errorf("too much white space in %q", got)
	}
	if hasMarkup(got) || hasEntity(got) {
		t.Errorf("markup is left in %q", got)
	}
	if l := line(in, maxTitle); strings.ContainsAny(l, "\n\t") || utf8.RuneCountInString(l) > maxTitle || l != strings.TrimSpace(l) || !utf8.ValidString(l) {
		t.Errorf("not a line: %q", l)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"", "<p>a</p>", "&lt;p&gt;x", "• \n* - x", "a<b", "<ul><li><li>", "<a href=\"x>y", "&amp;amp;amp;amp;amp;lt;b>", "e\u200b\u0301", "<pre>\n\n\n", "<table><td>a<td>b", "\u0958\u0301", "<script", "<b\x00>", "&#60;b&#62;", "*\t*\u00a0*", "*\x01 0"} {
		f.Add(s)
	}
	f.Fuzz(checkText)
}

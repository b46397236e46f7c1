package normalize

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	xhtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/norm"
)

// The longest texts that are kept, in characters.
const (
	maxDescription = 60_000
	maxTitle       = 300
	maxCompany     = 200
)

// layers is how many layers of markup and of escaping are taken off a text;
// one that is escaped deeper is left with its remaining signs cut out.
const layers = 4

// Text turns HTML or plain text into plain text of at most 60,000
// characters: paragraphs parted by a blank line, list items that begin with
// "• ", the cells of a table row parted by " | ". Scripts and styles are
// dropped, entities decoded, HTML that was escaped twice is read as HTML.
// Control and bidirectional characters are dropped and invalid UTF-8 becomes
// U+FFFD. A name in angle brackets that is no HTML element ("vector<int>")
// is text. The work grows in line with the length of s.
//
// The result is in Unicode normal form C and has no markup and no entity
// left, so that Text(Text(s)) == Text(s).
func Text(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	tidied := false
	for range layers {
		switch {
		case hasMarkup(s):
			s = strip(s)
		case hasEntity(s):
			s = html.UnescapeString(s)
		case tidied:
			return s
		}
		s, tidied = tidy(strings.ToValidUTF8(s, "\uFFFD"), maxDescription), true
	}
	for hasMarkup(s) || hasEntity(s) {
		s = tidy(strings.NewReplacer("<", " ", "&", " ").Replace(s), maxDescription)
	}
	return tidy(s, maxDescription)
}

// line turns a short text such as a title into one line of at most limit
// characters.
func line(s string, limit int) string {
	if len(s) > 40*limit {
		s = s[:40*limit]
	}
	plain := true
	for i := 0; i < len(s); i++ {
		if b := s[i]; b < ' ' || b > '~' || b == '<' || b == '&' || b == ' ' && (i == 0 || i == len(s)-1 || s[i+1] == ' ') {
			plain = false
			break
		}
	}
	if !plain {
		s = strings.Join(strings.Fields(strings.ReplaceAll(Text(s), "• ", "")), " ")
	}
	return cut(s, limit)
}

// cut shortens s to limit characters, with "…" where something is missing.
func cut(s string, limit int) string {
	if len(s) <= limit || utf8.RuneCountInString(s) <= limit {
		return s
	}
	n := 0
	for i := range s {
		if n == limit-1 {
			return strings.TrimRight(s[:i], " ") + "…"
		}
		n++
	}
	return s
}

// element is what an HTML element does to the layout.
type element uint8

const (
	inline    element = iota
	breaks            // ends the line
	paragraph         // stands between blank lines
	item              // a list item
	cell              // a cell of a table row
	void              // dropped with all that is in it
)

var elements = map[atom.Atom]element{
	atom.A: inline, atom.Abbr: inline, atom.B: inline, atom.Big: inline, atom.Bdi: inline, atom.Bdo: inline,
	atom.Button: inline, atom.Cite: inline, atom.Code: inline, atom.Del: inline, atom.Em: inline,
	atom.Font: inline, atom.I: inline, atom.Img: inline, atom.Input: inline, atom.Ins: inline, atom.Kbd: inline,
	atom.Label: inline, atom.Mark: inline, atom.Nobr: inline, atom.Q: inline, atom.S: inline, atom.Samp: inline,
	atom.Small: inline, atom.Span: inline, atom.Strike: inline, atom.Strong: inline, atom.Sub: inline, atom.Sup: inline,
	atom.Time: inline, atom.Tt: inline, atom.U: inline, atom.Wbr: inline, atom.Html: inline, atom.Body: inline,
	atom.Head: inline, atom.Link: inline, atom.Meta: inline, atom.Picture: inline, atom.Source: inline,
	atom.Colgroup: inline, atom.Col: inline, atom.Figure: inline, atom.Form: inline, atom.Center: breaks,

	atom.Br: breaks, atom.Div: breaks, atom.Tr: breaks, atom.Address: breaks, atom.Figcaption: breaks,
	atom.Dt: breaks, atom.Dd: breaks, atom.Thead: breaks, atom.Tbody: breaks, atom.Tfoot: breaks, atom.Caption: breaks,
	atom.Option: breaks, atom.Summary: breaks,

	atom.P: paragraph, atom.H1: paragraph, atom.H2: paragraph, atom.H3: paragraph, atom.H4: paragraph,
	atom.H5: paragraph, atom.H6: paragraph, atom.Ul: paragraph, atom.Ol: paragraph, atom.Dl: paragraph,
	atom.Table: paragraph, atom.Blockquote: paragraph, atom.Pre: paragraph, atom.Section: paragraph,
	atom.Article: paragraph, atom.Header: paragraph, atom.Footer: paragraph, atom.Main: paragraph, atom.Aside: paragraph,
	atom.Nav: paragraph, atom.Hr: paragraph, atom.Details: paragraph, atom.Menu: paragraph,

	atom.Li: item, atom.Td: cell, atom.Th: cell,

	atom.Script: void, atom.Style: void, atom.Noscript: void, atom.Template: void, atom.Iframe: void,
	atom.Object: void, atom.Svg: void, atom.Title: void, atom.Textarea: void, atom.Noembed: void,
	atom.Noframes: void, atom.Select: void, atom.Video: void, atom.Audio: void, atom.Canvas: void,
}

// hasMarkup reports whether s holds a tag of a known element or a comment.
func hasMarkup(s string) bool {
	end := strings.LastIndexByte(s, '>')
	for i := 0; i < end; i++ {
		next := strings.IndexByte(s[i:], '<')
		if next < 0 || i+next >= end {
			return false
		}
		i += next
		if isTag(s[i+1:end+1], false) {
			return true
		}
	}
	return false
}

// isTag reports whether s, which follows an opening bracket, begins with the
// name of a known element or is a comment; with other also whether it is
// one of the names that only machines write ("o:p", "x-card") or a
// declaration.
func isTag(s string, other bool) bool {
	if strings.HasPrefix(s, "!--") || other && s != "" && (s[0] == '!' || s[0] == '?') {
		return true
	}
	s = strings.TrimPrefix(s, "/")
	n, machine := 0, false
	for n < len(s) && n < 40 && (class(s[n]) || other && n > 0 && (s[n] == ':' || s[n] == '-')) {
		machine = machine || !class(s[n])
		n++
	}
	if n == 0 || n == len(s) || strings.IndexByte("> /\n\t\r\f", s[n]) < 0 {
		return false
	}
	if machine {
		return true
	}
	_, known := elements[lookup(s[:n])]
	return known
}

// shield escapes every opening bracket that begins no tag, so that the
// tokenizer takes it for text.
func shield(s string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			break
		}
		b.WriteString(s[:i])
		s = s[i+1:]
		if isTag(s, true) {
			b.WriteByte('<')
		} else {
			b.WriteString("&lt;")
		}
	}
	b.WriteString(s)
	return b.String()
}

func class(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
}

func lookup(name string) atom.Atom {
	var buf [12]byte
	if len(name) > len(buf) {
		return 0
	}
	n := copy(buf[:], name)
	for i := range n {
		if b := buf[i]; b >= 'A' && b <= 'Z' {
			buf[i] = b | 0x20
		}
	}
	return atom.Lookup(buf[:n])
}

// hasEntity reports whether decoding entities would change s.
func hasEntity(s string) bool {
	for {
		i := strings.IndexByte(s, '&')
		if i < 0 {
			return false
		}
		s = s[i:]
		// No entity is longer than this, and none holds another's beginning.
		head := s[:min(len(s), 40)]
		if j := strings.IndexByte(head[1:], '&'); j >= 0 {
			head = head[:1+j]
		}
		if html.UnescapeString(head) != head {
			return true
		}
		s = s[1:]
	}
}

// layout lays words out in lines and paragraphs.
type layout struct {
	strings.Builder
	breaks int  // line breaks owed before the next word
	blank  bool // a blank is owed
	bullet bool // a bullet is owed
	cell   bool // a cell has ended on this line
	lists  int  // lists that are open
}

func (l *layout) brk(n int) {
	l.cell = false
	if !l.bullet {
		l.breaks = max(l.breaks, n)
	}
}

// text adds running text, in which white space is one blank.
func (l *layout) text(s string) {
	for s != "" {
		n := 0
		for n < len(s) && s[n] != ' ' && (s[n] < '\t' || s[n] > '\r') && s[n] < utf8.RuneSelf {
			n++
		}
		if n == len(s) || s[n] >= utf8.RuneSelf {
			// The word goes on beyond ASCII, or a wide blank ends it.
			if i := strings.IndexFunc(s[n:], unicode.IsSpace); i >= 0 {
				n += i
			} else {
				n = len(s)
			}
		}
		if n > 0 {
			l.word(s[:n])
			s = s[n:]
			continue
		}
		l.blank = true
		_, size := utf8.DecodeRuneInString(s)
		s = s[size:]
	}
}

func (l *layout) word(w string) {
	switch {
	case l.Len() == 0:
	case l.breaks > 0:
		l.WriteString("\n\n"[:min(l.breaks, 2)])
	case l.cell:
		l.WriteString(" | ")
	case l.blank:
		l.WriteByte(' ')
	}
	if l.bullet {
		l.WriteString("• ")
	}
	l.breaks, l.blank, l.bullet, l.cell = 0, false, false, false
	l.WriteString(w)
}

// strip turns HTML into text.
func strip(s string) string {
	var l layout
	l.Grow(len(s))
	s = shield(s)
	z := xhtml.NewTokenizer(strings.NewReader(s))
	var dropped atom.Atom // the void element that is open
	depth, at, pre := 0, 0, 0
	for {
		tt := z.Next()
		raw := s[at:min(len(s), at+len(z.Raw()))]
		at += len(raw)
		if tt == xhtml.ErrorToken {
			// An open bracket at the end is text, too.
			if dropped == 0 {
				l.text(s[at-len(raw):])
			}
			return l.String()
		}
		switch tt {
		case xhtml.TextToken:
			if dropped != 0 {
				continue
			}
			text := string(z.Text())
			if pre == 0 {
				l.text(text)
				continue
			}
			for i, row := range strings.Split(text, "\n") {
				if i > 0 {
					l.brk(l.breaks + 1)
				}
				l.text(row)
			}
		case xhtml.StartTagToken, xhtml.SelfClosingTagToken, xhtml.EndTagToken:
			name, _ := z.TagName()
			a := atom.Lookup(name)
			kind, known := elements[a]
			end := tt == xhtml.EndTagToken
			if dropped != 0 {
				if a == dropped {
					if end {
						depth--
					} else if tt == xhtml.StartTagToken {
						depth++
					}
					if depth == 0 {
						dropped = 0
					}
				}
				continue
			}
			if !known {
				continue // a machine's own element
			}
			switch kind {
			case breaks:
				if a == atom.Br {
					l.brk(l.breaks + 1)
				} else {
					l.brk(1)
				}
			case paragraph:
				switch a {
				case atom.Pre:
					if !end {
						pre++
					} else if pre > 0 {
						pre--
					}
				case atom.Ul, atom.Ol:
					if !end {
						l.brk(2 - min(l.lists, 1))
						l.lists++
						continue
					}
					l.bullet = false
					l.lists = max(0, l.lists-1)
				}
				l.brk(2 - min(l.lists, 1))
			case item:
				l.bullet = false
				l.brk(1)
				l.bullet = !end
			case cell:
				if end && l.Len() > 0 && l.breaks == 0 {
					l.cell = true
				}
			case void:
				// The tokenizer itself reads to the end of raw text elements.
				if tt == xhtml.StartTagToken {
					dropped, depth = a, 1
				}
			}
		}
	}
}

// dropRune reports whether a character is dropped from texts: controls,
// bidirectional marks, zero-width blanks, tags; not the joiners, which
// Bengali needs.
func dropRune(r rune) bool {
	switch {
	case r < 0x20:
		return r != '\n' && r != '\t' && r != '\r' && r != '\v' && r != '\f'
	case r < 0x7f:
		return false
	case r < 0xa0:
		return r != 0x85
	}
	return r == 0xad || r == 0x61c || r == 0x180e || r == 0x200b || r == 0x200e || r == 0x200f ||
		r >= 0x202a && r <= 0x202e || r >= 0x2060 && r <= 0x206f || r == 0xfeff || r >= 0xfff9 && r <= 0xfffb ||
		r >= 0xe0000 && r <= 0xe0fff || r >= 0xfe00 && r <= 0xfe0f
}

// tidy brings plain text into its one form: normal form C, one blank
// between words, no blanks at the ends of lines, at most one blank line, "• "
// before list items, at most limit characters. tidy(tidy(s)) == tidy(s).
func tidy(s string, limit int) string {
	s = norm.NFC.String(s)
	var b strings.Builder
	b.Grow(len(s))
	// What is owed before the next character that is kept.
	newlines, blank, bullet := 0, false, false
	runes, start := 0, true
	for i := 0; i < len(s); {
		// Most of a text is runs of these.
		n := i
		for !start && n < len(s) && n-i < limit-runes-1 && s[n] > ' ' && s[n] < 0x7f {
			n++
		}
		if n > i {
			if blank {
				b.WriteByte(' ')
				runes++
				blank = false
			}
			b.WriteString(s[i:n])
			runes += n - i
			i = n
			continue
		}
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		i += size
		switch {
		case r == '\r' && i < len(s) && s[i] == '\n' || dropRune(r):
		case r == '\n' || r == '\r' || r == '\v' || r == '\f' || r == 0x85 || r == 0x2028:
			newlines++
			start, bullet = true, false
		case r == 0x2029:
			newlines += 2
			start, bullet = true, false
		case r == ' ' || r == '\t' || r > 0x7f && unicode.IsSpace(r):
			blank = true
		case start && isBullet(r, s[i:]):
			bullet = true
		default:
			if runes >= limit {
				return norm.NFC.String(strings.TrimRight(b.String(), " \n•"))
			}
			switch {
			case b.Len() == 0:
			case newlines > 0:
				n := min(newlines, 2)
				b.WriteString("\n\n"[:n])
				runes += n
			case blank && !start:
				b.WriteByte(' ')
				runes++
			}
			if bullet {
				b.WriteString("• ")
				runes += 2
			}
			newlines, blank, bullet, start = 0, false, false, false
			b.WriteString(s[i-size : i])
			runes++
		}
	}
	return norm.NFC.String(b.String())
}

// isBullet reports whether r, before rest, at the beginning of a line is the
// sign of a list item.
func isBullet(r rune, rest string) bool {
	switch r {
	case '•', '●', '▪', '◦', '‣', '∙', '⁃', '■', '➤', '➢', '✓', '✔', '✅':
		return true
	case '*', '-', '·':
		rest = strings.TrimLeftFunc(rest, dropRune)
		return strings.HasPrefix(rest, " ") || strings.HasPrefix(rest, "\t") || strings.HasPrefix(rest, "\u00a0")
	}
	return false
}

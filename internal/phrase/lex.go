// Package phrase finds phrases in running text by its words: fast enough to
// look for several thousand at once, and with the byte offsets of what it
// found.
package phrase

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sep tells what stands between a word and the one before it.
type Sep uint8

// What may stand between two words. Blanks are nothing.
const (
	SepEnd   Sep = 1 << iota // the end of a sentence, a line or an item
	SepLine                  // a line break
	SepComma                 // a comma
	SepColon                 // a colon
	SepOpen                  // an opening bracket
	SepClose                 // a closing bracket
	SepSlash                 // a slash, a bar or an ampersand
	SepDash                  // a hyphen or a dash
)

// Word is one word of a text.
type Word struct {
	// Start and End are byte offsets in Text.Raw.
	Start, End int32
	// from and to are byte offsets in Text.folded.
	from, to int32
	// Num is the value of a word of digits (Latin or Bengali, at most six),
	// otherwise -1; a plus after the digits is part of the word.
	Num int32
	// Sep is what stands before the word.
	Sep Sep
}

// Text is a text cut into words.
type Text struct {
	Raw    string
	Words  []Word
	folded string
}

// Fold is the i-th word in lower case, with straight apostrophes, Latin
// digits and without zero-width joiners.
func (t *Text) Fold(i int) string {
	if i < 0 || i >= len(t.Words) {
		return ""
	}
	w := &t.Words[i]
	return t.folded[w.from:w.to]
}

// Quote is the text from the first to the last of these words.
func (t *Text) Quote(first, last int) string {
	return t.Raw[t.Words[first].Start:t.Words[last].End]
}

// far is how many words of one sentence belong together at most: a text
// without an end of a sentence is no sentence.
const far = 400

// SentenceStart is the first word of the sentence that word i is in, or the
// one far before it.
func (t *Text) SentenceStart(i int) int {
	for n := 0; n < far && i > 0 && t.Words[i].Sep&SepEnd == 0; n++ {
		i--
	}
	return i
}

// SentenceEnd is the last word of the sentence that word i is in, or the one
// far behind it.
func (t *Text) SentenceEnd(i int) int {
	for n := 0; n < far && i+1 < len(t.Words) && t.Words[i+1].Sep&SepEnd == 0; n++ {
		i++
	}
	return i
}

// The classes of ASCII bytes.
const (
	other = iota
	letter
	digit
)

var class = func() (c [utf8.RuneSelf]uint8) {
	for b := range c {
		switch {
		case b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z':
			c[b] = letter
		case b >= '0' && b <= '9':
			c[b] = digit
		}
	}
	return c
}()

// Lex cuts s into words: runs of letters, marks and digits. An apostrophe
// inside a word belongs to it ("don't"), as do a full stop before a
// digit ("2.5"), between single letters ("U.S") and before an ending such as
// in "node.js", "+" and "#" after one or two letters or digits ("c++", "c#", "5+"), and the stop of ".net". A hyphen
// parts words.
func Lex(s string) Text {
	t := Text{Raw: s, Words: make([]Word, 0, len(s)/4+8)}
	fold := make([]byte, 0, len(s)+8)
	var sep Sep = SepEnd
	for i := 0; i < len(s); {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		if !wordRune(r) {
			dotNet := r == '.' && len(s) > i+3 && (s[i+1]|0x20) == 'n' && strings.EqualFold(s[i+1:i+4], "net") &&
				!beginsWithWord(s[i+4:])
			if !dotNet {
				sep |= sepOf(s, i, r, &t)
				i += size
				continue
			}
		}
		w := Word{Start: int32(i), from: int32(len(fold)), Num: 0, Sep: sep}
		sep = 0
		var n, digits, letters int32
		for i < len(s) {
			b := s[i]
			if b < utf8.RuneSelf {
				switch class[b] {
				case letter:
					letters++
					fold = append(fold, b|0x20)
				case digit:
					digits++
					n = n*10 + int32(b-'0')
					if digits > 6 {
						n = 0
					}
					fold = append(fold, b)
				default:
					if !inWord(s, i, int32(i) == w.Start, letters, digits) {
						goto done
					}
					if b != '+' || digits == 0 || letters > 0 {
						letters++
					}
					fold = append(fold, b)
				}
				i++
				continue
			}
			r, size := utf8.DecodeRuneInString(s[i:])
			switch {
			case r >= '০' && r <= '৯':
				digits++
				n = n*10 + (r - '০')
				if digits > 6 {
					n = 0
				}
				fold = append(fold, byte('0'+r-'০'))
			case r == '\u200c' || r == '\u200d':
			case r == '’' && letters > 0 && letterAt(s, i+size):
				fold = append(fold, '\'')
			case wordRune(r):
				letters++
				switch {
				case r == '\u09dc' || r == '\u09dd' || r == '\u09df':
					// Unicode takes these apart in every normal form.
					fold = append(fold, map[rune]string{'\u09dc': "\u09a1\u09bc", '\u09dd': "\u09a2\u09bc", '\u09df': "\u09af\u09bc"}[r]...)
				case r >= 0x980 && r < 0xa00:
					fold = append(fold, s[i:i+size]...)
				default:
					fold = utf8.AppendRune(fold, unicode.ToLower(r))
				}
			default:
				goto done
			}
			i += size
		}
	done:
		w.End, w.to = int32(i), int32(len(fold))
		w.Num = n
		if letters > 0 || digits == 0 || digits > 6 {
			w.Num = -1
		}
		t.Words = append(t.Words, w)
	}
	t.folded = string(fold)
	return t
}

func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return class[r] != other
	}
	if r >= 0x980 && r < 0xa00 {
		return r != '৳' && r != '৲'
	}
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r)
}

func letterAt(s string, i int) bool {
	if i >= len(s) {
		return false
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	return unicode.IsLetter(r)
}

// inWord reports whether the ASCII sign at i belongs to the word before it.
func inWord(s string, i int, first bool, letters, digits int32) bool {
	switch s[i] {
	case '\'':
		return letters > 0 && letterAt(s, i+1)
	case '.':
		if first {
			return true
		}
		if i+1 == len(s) {
			return false
		}
		next := s[i+1]
		return next >= '0' && next <= '9' && digits > 0 || letters > 0 && joins(s, i)
	case '+':
		return letters+digits <= 3
	case '#':
		return letters == 1 && digits == 0
	}
	return false
}

// joins reports whether the full stop at i stands inside a word: between
// single letters, or before an ending that names a file or a technology. It
// is no matter whether letters are capitals, so that a sentence that begins
// without a blank ends the one before in any case.
func joins(s string, i int) bool {
	end := i + 1
	for end < len(s) && s[end] < utf8.RuneSelf && class[s[end]] == letter {
		end++
	}
	switch end - i - 1 {
	case 0:
		return false
	case 1:
		return i < 2 || s[i-2] >= utf8.RuneSelf || class[s[i-2]] == other
	}
	return end-i-1 <= 5 && dotted[strings.ToLower(s[i+1:end])]
}

// dotted are endings behind a full stop inside a word.
var dotted = func() map[string]bool {
	m := map[string]bool{}
	for _, e := range strings.Fields("js ts jsx tsx net io com org co ai app dev ly gg tv py php html htm css json csv xml pdf txt doc docx xls xlsx ppt pptx psd png jpg jpeg gif svg mp3 mp4 zip exe dll apk sql md uk ca de d") {
		m[e] = true
	}
	return m
}()

// sepOf tells what a sign between words parts.
func sepOf(s string, i int, r rune, t *Text) Sep {
	switch r {
	case '\n', '\r':
		return SepEnd | SepLine
	case '!', '?', ';', '।', '৷', '•':
		return SepEnd
	case '.', '…':
		if r == '.' && i+1 < len(s) && s[i+1] < utf8.RuneSelf && !strings.ContainsRune(" \t\r\n.)\"", rune(s[i+1])) && class[s[i+1]] != letter {
			return 0
		}
		// The stop of an abbreviation ends nothing.
		if n := len(t.Words); r == '.' && n > 0 && int(t.Words[n-1].End) == i {
			from, to := t.Words[n-1].Start, t.Words[n-1].End
			switch strings.ToLower(s[from:to]) {
			case "sr", "jr", "approx", "vs", "e.g", "i.e", "min", "max", "yrs", "exp", "tk", "rs":
				return 0
			}
		}
		return SepEnd
	case ',':
		return SepComma
	case ':':
		return SepColon
	case '(', '[', '{':
		return SepOpen
	case ')', ']', '}':
		return SepClose
	case '/', '|', '&', '·':
		return SepSlash
	case '-', '–', '—':
		return SepDash
	}
	return 0
}

// beginsWithWord reports whether a word goes on with s.
func beginsWithWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return s != "" && wordRune(r)
}

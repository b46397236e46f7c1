package recipe

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// repair undoes UTF-8 that was read as Latin-1 or Windows-1252 and encoded
// once more ("IniciaÃ§Ã£o"). A text is repaired only where nearly all of its
// letters beyond ASCII are such pairs, so that "CAFÉ®" and "voilà »" stay as
// they are; what is no pair stays too.
func repair(s string) string {
	if isASCII(s) {
		return s
	}
	runes := []rune(s)
	var b strings.Builder
	pairs, strong, lone := 0, 0, 0
	for i := 0; i < len(runes); {
		lead, ok := byteOf(runes[i])
		if !ok || lead < utf8.RuneSelf {
			if runes[i] >= utf8.RuneSelf {
				lone++
			}
			b.WriteRune(runes[i])
			i++
			continue
		}
		r, n, certain := decodePairs(runes[i:])
		if n == 0 {
			lone++
			b.WriteRune(runes[i])
			i++
			continue
		}
		pairs++
		if certain {
			strong++
		}
		b.WriteRune(r)
		i += n
	}
	if pairs == 0 || lone*10 > pairs || (strong == 0 && pairs < 3) {
		return s
	}
	return b.String()
}

// decodePairs decodes one character out of the runes that stand for its
// bytes; n is how many they are, 0 for none. certain says that the sequence
// hardly occurs in good text: it begins as those for Latin letters and signs
// do (0xC2, 0xC3), or holds a byte that Latin-1 has no sign for.
func decodePairs(runes []rune) (r rune, n int, certain bool) {
	var buf [utf8.UTFMax]byte
	for n < len(runes) && n < utf8.UTFMax {
		c, ok := byteOf(runes[n])
		if !ok || c < utf8.RuneSelf {
			break
		}
		buf[n] = c
		n++
		if utf8.FullRune(buf[:n]) {
			break
		}
	}
	r, size := utf8.DecodeRune(buf[:n])
	if r == utf8.RuneError || size < 2 || size != n {
		return 0, 0, false
	}
	certain = buf[0] == 0xC2 || buf[0] == 0xC3
	for _, c := range buf[:n] {
		certain = certain || c <= 0x9F
	}
	return r, n, certain
}

// byteOf is the byte that Latin-1 or Windows-1252 shows as r.
func byteOf(r rune) (byte, bool) {
	if r < 0x100 {
		return byte(r), true
	}
	return charmap.Windows1252.EncodeRune(r)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

package fetch

import (
	"bytes"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
)

// toUTF8 turns a body that is text into UTF-8 without a byte order mark, and
// says so in Content-Type and in an XML declaration. Malformed bytes become
// U+FFFD. Bodies of other kinds are left alone.
func toUTF8(body []byte, h http.Header) []byte {
	media, params, _ := mime.ParseMediaType(h.Get("Content-Type"))
	switch media {
	case "", "application/octet-stream", "application/gzip", "application/x-gzip":
		// Nothing is said, or what was said was of the file around it.
		media, _, _ = mime.ParseMediaType(http.DetectContentType(body))
	}
	kind := textKind(media)
	if kind == notText {
		return body
	}
	enc, label := encodingOf(body, kind, params["charset"])
	if label != "utf-8" {
		if out, err := enc.NewDecoder().Bytes(body); err == nil {
			body = out
		}
	}
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	body = bytes.ToValidUTF8(body, []byte("\uFFFD"))
	if kind != isJSON {
		body = declareUTF8(body)
	}
	if params == nil {
		params = map[string]string{}
	}
	params["charset"] = "utf-8"
	h.Set("Content-Type", mime.FormatMediaType(media, params))
	return body
}

type kind int

const (
	notText kind = iota
	isText       // HTML and plain text
	isXML
	isJSON
)

func textKind(media string) kind {
	switch {
	case media == "application/json", strings.HasSuffix(media, "+json"), media == "text/json", strings.HasSuffix(media, "javascript"):
		return isJSON
	case media == "application/xhtml+xml":
		return isText
	case media == "application/xml", media == "text/xml", strings.HasSuffix(media, "+xml"):
		return isXML
	case strings.HasPrefix(media, "text/"):
		return isText
	}
	return notText
}

// encodingOf finds the encoding by, in this order: a byte order mark, the
// charset of Content-Type, the declaration in the body, and the bytes.
//
// A charset that is not UTF-8 is not believed for JSON that is valid UTF-8
// (RFC 8259, 8.1 allows nothing else), and an undeclared body is UTF-8 when
// most of its bytes above ASCII are.
func encodingOf(body []byte, k kind, declared string) (encoding.Encoding, string) {
	for mark, label := range map[string]string{"\xef\xbb\xbf": "utf-8", "\xff\xfe": "utf-16le", "\xfe\xff": "utf-16be", "<\x00?\x00": "utf-16le", "\x00<\x00?": "utf-16be"} {
		if bytes.HasPrefix(body, []byte(mark)) {
			return charset.Lookup(label)
		}
	}
	if k == isJSON && utf8.Valid(body) {
		return encoding.Nop, "utf-8"
	}
	if e, label := charset.Lookup(declared); e != nil {
		return e, label
	}
	if m := declaration.FindSubmatch(body); m != nil {
		if e, label := charset.Lookup(string(m[3])); e != nil && !strings.HasPrefix(label, "utf-16") {
			return e, label
		}
	}
	if k == isText {
		if e, label, _ := charset.DetermineEncoding(body, ""); label != "windows-1252" {
			return e, label
		}
	}
	if k != isText || mostlyUTF8(body) {
		return encoding.Nop, "utf-8"
	}
	return charset.Lookup("windows-1252")
}

// mostlyUTF8 reports whether more characters above ASCII are well-formed
// than not: a feed cut inside a letter is still UTF-8.
func mostlyUTF8(b []byte) bool {
	good, bad := 0, 0
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		b = b[n:]
	}
	return good >= bad
}

// declaration is an XML declaration with an encoding (XML 1.0, 4.3.3).
var declaration = regexp.MustCompile(`^(\s*<\?xml[^>]*?encoding\s*=\s*)(["'])([A-Za-z][A-Za-z0-9._-]*)["']`)

// declareUTF8 makes an XML declaration tell the truth.
func declareUTF8(body []byte) []byte {
	m := declaration.FindSubmatchIndex(body)
	if m == nil || strings.EqualFold(string(body[m[6]:m[7]]), "utf-8") {
		return body
	}
	return append(append(bytes.Clone(body[:m[6]]), "utf-8"...), body[m[7]:]...)
}

package fetch

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

func zip(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestReadBody(t *testing.T) {
	plain := []byte("<rss>" + strings.Repeat("x", 1000) + "</rss>")
	gz := http.Header{"Content-Encoding": {"gzip"}}
	for _, tt := range []struct {
		name string
		body []byte
		h    http.Header
	}{
		{"plain", plain, http.Header{}},
		{"gzip", zip(t, plain), gz},
		{"gzip file", zip(t, plain), http.Header{}},
		{"gzip file in gzip", zip(t, zip(t, plain)), gz},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readBody(bytes.NewReader(tt.body), tt.h, int64(len(plain)))
			if err != nil || !bytes.Equal(got, plain) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
			if len(tt.body) < len(plain) {
				got, err = readBody(bytes.NewReader(tt.body), tt.h, int64(len(plain)-1))
				if !errors.Is(err, ErrTooLarge) || len(got) != len(plain)-1 {
					t.Errorf("one byte too many: %d bytes, %v", len(got), err)
				}
			}
		})
	}
	if got, err := readBody(strings.NewReader(""), gz, 10); err != nil || len(got) != 0 {
		t.Errorf("empty: %q %v", got, err)
	}
	if _, err := readBody(bytes.NewReader(zip(t, plain)[:40]), gz, 5000); err == nil {
		t.Error("cut off: no error")
	}
	if _, err := readBody(bytes.NewReader(plain), http.Header{"Content-Encoding": {"br"}}, 5000); !errors.Is(err, errEncoding) {
		t.Errorf("br: %v", err)
	}
}

// Small on the wire, endless inside: also as empty gzip members in gzip,
// which give no byte at all.
func TestReadBodyBomb(t *testing.T) {
	bomb := zip(t, make([]byte, 16<<20))
	got, err := readBody(bytes.NewReader(bomb), http.Header{"Content-Encoding": {"gzip"}}, 1<<20)
	if !errors.Is(err, ErrTooLarge) || len(got) > 1<<20 {
		t.Errorf("%d bytes became %d, %v", len(bomb), len(got), err)
	}
	members := zip(t, bytes.Repeat(zip(t, nil), 1<<17))
	if _, err := readBody(bytes.NewReader(members), http.Header{"Content-Encoding": {"gzip"}}, 1<<20); !errors.Is(err, ErrTooLarge) {
		t.Errorf("empty members: %v", err)
	}
}

func TestToUTF8(t *testing.T) {
	latin := func(s string) []byte { b, _ := charmap.Windows1252.NewEncoder().Bytes([]byte(s)); return b }
	wide := func(s string) []byte {
		b, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(s))
		return b
	}
	wideBare := func(s string) []byte {
		b, _ := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().Bytes([]byte(s))
		return b
	}
	for _, tt := range []struct {
		name, contentType string
		body              []byte
		want              string
	}{
		{"charset of the header", "text/html; charset=ISO-8859-1", latin("<p>café €"), "<p>café €"},
		{"header before meta", "text/html; charset=utf-8", []byte("<meta charset=iso-8859-1><p>কাজ"), "<meta charset=iso-8859-1><p>কাজ"},
		{"meta", "text/html", latin("<meta charset=windows-1252><p>café"), "<meta charset=windows-1252><p>café"},
		{"meta http-equiv", "text/html", []byte("<meta http-equiv=Content-Type content='text/html; charset=shift_jis'>\x83e"), "<meta http-equiv=Content-Type content='text/html; charset=shift_jis'>テ"},
		{"undeclared Latin", "text/html", latin("<p>café"), "<p>café"},
		{"undeclared UTF-8", "text/html", []byte("<p>কাজ"), "<p>কাজ"},
		{"undeclared UTF-8 after 1 KiB", "text/html", []byte(strings.Repeat(" ", 2000) + "কাজ"), strings.Repeat(" ", 2000) + "কাজ"},
		{"malformed", "text/html; charset=utf-8", []byte("a\xffb\xe0\xa6"), "a\uFFFDb\uFFFD"},
		{"mostly UTF-8", "text/plain", []byte("কাজ\xe0\xa6"), "কাজ\uFFFD"},
		{"byte order mark", "text/xml", []byte("\xef\xbb\xbf<rss/>"), "<rss/>"},
		{"UTF-16 by its mark", "application/json", wide(`{"a":"কাজ"}`), `{"a":"কাজ"}`},
		{"UTF-16 by its bytes", "application/xml", wideBare(`<?xml version="1.0" encoding="UTF-16"?><a>কাজ</a>`), `<?xml version="1.0" encoding="utf-8"?><a>কাজ</a>`},
		{"XML declaration", "application/rss+xml", latin(`<?xml version="1.0" encoding="ISO-8859-1"?><a>café</a>`), `<?xml version="1.0" encoding="utf-8"?><a>café</a>`},
		{"header before XML declaration", "text/xml; charset=utf-8", []byte(`<?xml version='1.0' encoding='iso-8859-1'?><a>কাজ</a>`), `<?xml version='1.0' encoding='utf-8'?><a>কাজ</a>`},
		{"XML without declaration", "text/xml", []byte("<a>caf\xe9</a>"), "<a>caf\uFFFD</a>"},
		{"JSON with a false charset", "application/json; charset=iso-8859-1", []byte(`"কাজ"`), `"কাজ"`},
		{"JSON with a true charset", "application/json; charset=iso-8859-1", latin(`"café"`), `"café"`},
		{"unknown charset", "text/html; charset=klingon", []byte("<p>কাজ"), "<p>কাজ"},
		{"no type", "", latin(`<?xml version="1.0" encoding="ISO-8859-1"?><a>café</a>`), `<?xml version="1.0" encoding="utf-8"?><a>café</a>`},
		{"type of the file around it", "application/x-gzip", latin(`<?xml version="1.0" encoding="ISO-8859-1"?><a>café</a>`), `<?xml version="1.0" encoding="utf-8"?><a>café</a>`},
		{"picture", "image/png", []byte("\x89PNG\xff"), "\x89PNG\xff"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := http.Header{}
			if tt.contentType != "" {
				h.Set("Content-Type", tt.contentType)
			}
			if got := string(toUTF8(tt.body, h)); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
			if ct := h.Get("Content-Type"); tt.name != "picture" && !strings.HasSuffix(ct, "charset=utf-8") {
				t.Errorf("Content-Type %q", ct)
			}
		})
	}
}

func FuzzToUTF8(f *testing.F) {
	f.Add([]byte("<?xml version='1.0' encoding='utf-16'?>\xff"), "text/xml; charset=big5")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		h := http.Header{"Content-Type": {contentType}}
		out := toUTF8(body, h)
		if strings.HasSuffix(h.Get("Content-Type"), "charset=utf-8") && !strings.Contains(contentType, "utf-8") && !utf8.Valid(out) {
			t.Errorf("not UTF-8: %q", out)
		}
	})
}

package fetch

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// errEncoding: the body is encoded in a way that was not asked for.
var errEncoding = errors.New("content encoding that was not asked for")

// readBody reads a body whole: it undoes the gzip that was asked for, and
// once more where what comes out is a gzip file (feed.xml.gz). No layer may
// hold more than limit bytes: ErrTooLarge, with what fitted.
func readBody(r io.Reader, h http.Header, limit int64) ([]byte, error) {
	r = &capped{r: r, left: limit}
	switch enc := strings.ToLower(strings.TrimSpace(h.Get("Content-Encoding"))); enc {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(r)
		if errors.Is(err, io.EOF) {
			return nil, nil // an empty body keeps its header
		}
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", err)
		}
		r = &capped{r: z, left: limit}
	default:
		return nil, fmt.Errorf("%w: %q", errEncoding, enc)
	}
	b := bufio.NewReader(r)
	r = b
	if magic, _ := b.Peek(3); bytes.Equal(magic, []byte{0x1f, 0x8b, 8}) {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", err)
		}
		r = &capped{r: z, left: limit}
	}
	return io.ReadAll(r)
}

// capped fails with ErrTooLarge when more than left bytes come.
type capped struct {
	r    io.Reader
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.r.Read(p)
	if int64(n) > c.left {
		n, c.left = int(c.left), 0
		return n, ErrTooLarge
	}
	c.left -= int64(n)
	return n, err
}

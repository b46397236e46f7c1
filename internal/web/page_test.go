package web

import (
	"io"
	"net/http"
	"testing"
)

// get asks like a browser that speaks lang and follows nothing.
func get(t testing.TB, url, lang string, header ...string) (*http.Response, string) {
	t.Helper()
	return request(t, http.MethodGet, url, append([]string{"Accept-Language", lang}, header...)...)
}

func request(t testing.TB, method, url string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func TestX(t *testing.T) {
	f := newFair()
	srv := f.serve(t)
	res, body := get(t, srv.URL+"/?q=type", "bn")
	t.Log(res.StatusCode, res.Header, body)
	res, body = get(t, srv.URL+"/listing/"+f.listings[0].ID, "en")
	t.Log(res.StatusCode, body)
	res, body = get(t, srv.URL+"/status", "en")
	t.Log(res.StatusCode, body[:300])
	res, body = get(t, srv.URL+"/about", "en")
	t.Log(res.StatusCode, body[:300])
}

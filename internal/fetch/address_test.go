package fetch

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

func TestCheckAddress(t *testing.T) {
	for _, s := range strings.Fields(`
		0.0.0.0 10.1.2.3 100.64.0.1 100.100.100.200 127.0.0.1 127.9.9.9 169.254.169.254 172.16.0.1
		172.31.255.255 192.0.0.192 192.168.1.1 198.18.0.1 224.0.0.1 239.255.255.255 240.0.0.1
		255.255.255.255 168.63.129.16
		:: ::1 fe80::1 fe80::1%eth0 fec0::1 fc00::1 fd00:ec2::254 ff02::1 2001:db8::1 2001::1 100::1
		::ffff:10.0.0.1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::10.0.0.1
		2002:a00:1:: 2002:7f00:1:: 2002:a9fe:a9fe:: 64:ff9b::10.0.0.1 64:ff9b::169.254.169.254
		64:ff9b:1::a00:1`) {
		if err := checkAddress(netip.MustParseAddr(s), false); !errors.Is(err, ErrAddress) {
			t.Errorf("%s: %v", s, err)
		}
	}
	for _, s := range strings.Fields(`8.8.8.8 172.32.0.1 100.128.0.1 192.0.1.1 2606:4700::1111 2a00:1450::1
		::ffff:8.8.8.8 2002:808:808:: 64:ff9b::8.8.8.8`) {
		if err := checkAddress(netip.MustParseAddr(s), false); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	for _, s := range strings.Fields(`127.0.0.1 ::1 ::ffff:127.0.0.1`) {
		if err := checkAddress(netip.MustParseAddr(s), true); err != nil {
			t.Errorf("%s with loopback allowed: %v", s, err)
		}
	}
	for _, s := range strings.Fields(`10.0.0.1 169.254.169.254 2002:7f00:1:: 64:ff9b::127.0.0.1`) {
		if err := checkAddress(netip.MustParseAddr(s), true); !errors.Is(err, ErrAddress) {
			t.Errorf("%s with loopback allowed: %v", s, err)
		}
	}
}

// resolver is a name server on loopback that answers every name with addr.
func resolver(t *testing.T, addr netip.Addr) *net.Resolver {
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) == 0 {
				continue
			}
			q := m.Questions[0]
			m.Response, m.Authoritative, m.Additionals = true, true, nil
			if q.Type == dnsmessage.TypeA && addr.Is4() {
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 1},
					Body:   &dnsmessage.AResource{A: addr.As4()},
				}}
			}
			if out, err := m.Pack(); err == nil {
				pc.WriteTo(out, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
}

func TestNameThatLeadsInsideIsRefused(t *testing.T) {
	for _, addr := range []string{"10.9.8.7", "169.254.169.254", "127.0.0.1"} {
		c := New(Config{}, network(false, resolver(t, netip.MustParseAddr(addr))))
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		_, err := c.Session(ctx, Options{}).Get(Request{URL: "http://jobs.example.com/"})
		cancel()
		if !errors.Is(err, ErrAddress) || errors.Is(err, ErrUnreachable) {
			t.Errorf("a name that resolves to %s: %v", addr, err)
		}
	}
}

func TestRedirectInsideIsRefused(t *testing.T) {
	for _, to := range []string{"http://169.254.169.254/latest/meta-data/", "http://[::ffff:10.0.0.1]/", "http://inside.example.com/", "file:///etc/passwd"} {
		sent := 0
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/robots.txt" {
				http.NotFound(w, r)
				return
			}
			sent++
			http.Redirect(w, r, to, http.StatusFound)
		}))
		c := New(Config{AllowLoopback: true}, network(true, resolver(t, netip.MustParseAddr("192.168.0.1"))))
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		_, err := c.Session(ctx, Options{}).Get(Request{URL: srv.URL})
		cancel()
		srv.Close()
		if !errors.Is(err, ErrAddress) || sent != 1 {
			t.Errorf("redirect to %s: %v, sent %d times", to, err, sent)
		}
	}
}

func TestLoopbackNeedsLeave(t *testing.T) {
	asked := 0
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer srv.Close()
	for _, host := range []string{"127.0.0.1", "localhost"} {
		url := strings.Replace(srv.URL, "127.0.0.1", host, 1)
		if _, err := session(t, New(Config{}, nil), Options{}).Get(Request{URL: url}); !errors.Is(err, ErrAddress) {
			t.Errorf("%s: %v", url, err)
		}
	}
	if asked != 0 {
		t.Errorf("the server was asked %d times", asked)
	}
}

// A proxy would look up names by itself, behind the guard.
func TestNoProxy(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	if tr := network(false, nil).(*http.Transport); tr.Proxy != nil {
		t.Error("a proxy is asked for")
	}
}

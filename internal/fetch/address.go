package fetch

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"
)

// reserved are the addresses that are not of the public internet: the
// special-purpose registries of IANA (RFC 6890), multicast, the reserved
// class E, and the metadata service that lies at a public address.
var reserved = func() []netip.Prefix {
	var out []netip.Prefix
	for _, s := range strings.Fields(`
		0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12
		192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15
		198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 168.63.129.16/32
		2001::/23 2001:db8::/32 3fff::/20`) {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}()

var (
	global6 = netip.MustParsePrefix("2000::/3")     // RFC 4291: all unicast of the public internet
	sixTo4  = netip.MustParsePrefix("2002::/16")    // RFC 3056: IPv4 in bytes 2 to 5
	nat64   = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052: IPv4 in the last four bytes
)

// checkAddress fails with ErrAddress for every address that is not of the
// public internet. IPv4 inside IPv6 (mapped, 6to4, NAT64) counts as the IPv4
// that it leads to.
func checkAddress(a netip.Addr, loopback bool) error {
	refused := fmt.Errorf("%w: %s", ErrAddress, a)
	a = a.WithZone("").Unmap()
	if a.IsLoopback() && loopback {
		return nil
	}
	if b := a.As16(); sixTo4.Contains(a) {
		a = netip.AddrFrom4([4]byte(b[2:6]))
	} else if nat64.Contains(a) {
		a = netip.AddrFrom4([4]byte(b[12:16]))
	}
	if a.Is6() && !global6.Contains(a) {
		return refused
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return refused
		}
	}
	return nil
}

// checkLiteral checks a host that is an address already. Names are checked
// when they have become addresses: see network.
func (c *Client) checkLiteral(host string) error {
	a, err := netip.ParseAddr(host)
	if err != nil {
		return nil
	}
	return checkAddress(a, c.cfg.AllowLoopback)
}

// network is the real network. Its dialer looks at each address after the
// name was resolved and before a byte is sent, so that neither a redirect nor
// a name can lead inside. No proxy: it would resolve names by itself.
//
// A nil resolver is the system's.
func network(loopback bool, names *net.Resolver) http.RoundTripper {
	d := net.Dialer{
		Timeout:  15 * time.Second,
		Resolver: names,
		Control: func(_, address string, _ syscall.RawConn) error {
			ap, err := netip.ParseAddrPort(address)
			if err != nil {
				return fmt.Errorf("%w: %s", ErrAddress, address)
			}
			return checkAddress(ap.Addr(), loopback)
		},
	}
	return &http.Transport{
		Proxy:                  nil,
		DialContext:            d.DialContext,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // readBody decompresses, under the cap
		TLSHandshakeTimeout:    15 * time.Second,
		ResponseHeaderTimeout:  30 * time.Second,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConnsPerHost:    1,
		MaxResponseHeaderBytes: 256 << 10,
	}
}

package feed

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"

	"bode.example/internal/newsletter"
)

// closed are the special-purpose IPv4 blocks of the IANA registry (RFC 6890 and what followed) that
// are not reachable from everywhere, multicast (RFC 5771), and the 6to4 relay.
var closed = prefixes("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"224.0.0.0/4", "240.0.0.0/4")

// open6 is where IPv6 has its global unicast addresses (RFC 4291, section 2.5.4), and closed6 what
// within it is special: IETF protocols with Teredo, documentation, 6to4.
var (
	open6   = netip.MustParsePrefix("2000::/3")
	closed6 = prefixes("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)

// nat64 carries an IPv4 address in its last 32 bits (RFC 6052).
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// private is what a feed may use that is marked internal: this machine, private networks (RFC 1918,
// RFC 4193) and the shared space behind carriers' NAT (RFC 6598). Never link-local addresses:
// clouds hand out credentials there.
var private = prefixes("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7")

func prefixes(texts ...string) []netip.Prefix {
	var list []netip.Prefix
	for _, text := range texts {
		list = append(list, netip.MustParsePrefix(text))
	}
	return list
}

func within(a netip.Addr, list []netip.Prefix) bool {
	for _, p := range list {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// public reports whether an address is one that anybody on the internet can reach.
func public(a netip.Addr) bool {
	a = a.Unmap()
	switch {
	case a.Zone() != "":
		return false
	case a.Is4():
		return !within(a, closed)
	case nat64.Contains(a):
		b := a.As16()
		return public(netip.AddrFrom4([4]byte(b[12:])))
	}
	return open6.Contains(a) && !within(a, closed6)
}

// mayConnect reports whether a feed may be fetched from an address.
func mayConnect(a netip.Addr, internal bool) bool {
	return public(a) || internal && a.Zone() == "" && within(a.Unmap(), private)
}

// guard is the last look before a connection is made, on the number that it goes to: by then no
// name server can change it. It is the Control of a net.Dialer.
func guard(internal bool) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || !mayConnect(to.Addr(), internal) {
			return newsletter.Errorf(newsletter.Forbidden, "feed_private_address",
				"its server is at the address %s, which is not on the public internet; when that is meant, write internal = true at the feed (bode feed check --internal)", hostOf(address))
		}
		return nil
	}
}

func hostOf(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return address
}

// parseAddress checks the address of a feed, or one that it redirects to.
func parseAddress(text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil {
		return nil, badAddress("the address can't be read")
	}
	return u, checkAddress(u)
}

func checkAddress(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return badAddress("the address must begin with https:// or http:// and name a host")
	}
	if u.User != nil {
		return badAddress("a name or password must not stand in the address of a feed")
	}
	// Ports of other services would make us talk to them in a language that they might mistake.
	port, err := strconv.Atoi(u.Port())
	if u.Port() != "" && (err != nil || port != 80 && port != 443 && (port < 1024 || port > 65535)) {
		return badAddress("the address names port " + u.Port() + "; a feed can be at port 80, 443, or 1024 and up")
	}
	return nil
}

func badAddress(why string) error {
	return newsletter.Errorf(newsletter.Invalid, "feed_address", "%s", why)
}

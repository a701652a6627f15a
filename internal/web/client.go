package web

import (
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the networks of reverse proxies whose X-Forwarded-For is believed. Without any, the
// client is whoever opened the connection.
type Proxies []netip.Prefix

// Client returns the address that a request came from: the connection's own, or, while that belongs to
// a trusted proxy, the next one to the left in X-Forwarded-For. What stands further left was written by
// the client itself and proves nothing. The zero Addr means that the address can't be told.
func (p Proxies) Client(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	client := peer.Addr().Unmap().WithZone("")
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && p.contains(client); i-- {
		hop, err := parseHop(hops[i])
		if err != nil {
			return client
		}
		client = hop
	}
	return client
}

func (p Proxies) contains(a netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// parseHop reads one entry of X-Forwarded-For: an address, and from some proxies a port behind it.
func parseHop(s string) (netip.Addr, error) {
	s = strings.TrimSpace(s)
	if withPort, err := netip.ParseAddrPort(s); err == nil {
		return withPort.Addr().Unmap().WithZone(""), nil
	}
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return a.Unmap().WithZone(""), err
}

// Network returns the unit by which limits count clients: one IPv4 address, or the /64 of an IPv6 one,
// which is what a single connection is given and can change within at will (RFC 6177).
func Network(a netip.Addr) netip.Prefix {
	bits := 32
	if a.Is6() {
		bits = 64
	}
	prefix, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return prefix
}

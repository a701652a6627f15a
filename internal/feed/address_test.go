package feed

import (
	"net/netip"
	"strings"
	"testing"
)

func TestMayConnect(t *testing.T) {
	const (
		never = iota
		internal
		always
	)
	tests := []struct {
		address string
		want    int
	}{
		{"93.184.216.34", always}, {"1.1.1.1", always}, {"2606:4700::1111", always}, {"64:ff9b::5db8:d822", always},
		{"::ffff:93.184.216.34", always},
		{"127.0.0.1", internal}, {"127.9.9.9", internal}, {"::1", internal}, {"::ffff:127.0.0.1", internal},
		{"10.0.0.1", internal}, {"172.16.0.1", internal}, {"172.31.255.255", internal}, {"192.168.1.1", internal},
		{"100.64.0.1", internal}, {"fd00::1", internal}, {"fc00::1", internal},
		{"172.32.0.1", always}, {"100.128.0.1", always}, {"11.0.0.1", always},
		{"0.0.0.0", never}, {"0.1.2.3", never}, {"::", never}, {"169.254.169.254", never}, {"::ffff:169.254.169.254", never},
		{"fe80::1", never}, {"fe80::1%eth0", never}, {"fec0::1", never}, {"224.0.0.1", never}, {"239.255.255.255", never}, {"ff02::1", never},
		{"240.0.0.1", never}, {"255.255.255.255", never}, {"192.0.0.1", never}, {"192.0.2.1", never}, {"198.18.0.1", never},
		{"198.51.100.1", never}, {"203.0.113.1", never}, {"192.88.99.1", never}, {"2001:db8::1", never}, {"2001::1", never},
		{"2002:7f00:1::", never}, {"3fff::1", never}, {"::7f00:1", never}, {"64:ff9b::7f00:1", never}, {"64:ff9b::a9fe:a9fe", never},
		{"64:ff9b:1::1", never}, {"100::1", never}, {"5f00::1", never}, {"fd00:ec2::254%1", never},
	}
	for _, tt := range tests {
		a := netip.MustParseAddr(tt.address)
		if got := mayConnect(a, false); got != (tt.want == always) {
			t.Errorf("%s for a public feed: %v", tt.address, got)
		}
		if got := mayConnect(a, true); got != (tt.want != never) {
			t.Errorf("%s for an internal feed: %v", tt.address, got)
		}
	}
}

func TestGuard_RefusesWhatIsNoNumber(t *testing.T) {
	for _, address := range []string{"", "voorbeeld.nl:80", "127.1:80", "[::1]"} {
		if err := guard(true)("tcp", address, nil); err == nil {
			t.Errorf("%q passed", address)
		}
	}
}

func TestParseAddress(t *testing.T) {
	for _, good := range []string{"https://voorbeeld.nl/rss", "http://voorbeeld.nl:8080/", "https://voorbeeld.nl:443/", " https://voorbeeld.nl "} {
		if _, err := parseAddress(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", "voorbeeld.nl/rss", "ftp://voorbeeld.nl/", "file:///etc/passwd", "gopher://voorbeeld.nl/", "https://", "https:///pad",
		"http://voorbeeld.nl:25/", "http://voorbeeld.nl:0/", "http://voorbeeld.nl:99999/", "http://voor beeld.nl/", "javascript:alert(1)", "http://[::1/", "https://u:p@voorbeeld.nl/", "https://u@voorbeeld.nl/"} {
		if _, err := parseAddress(bad); err == nil || !strings.Contains(err.Error(), "address") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

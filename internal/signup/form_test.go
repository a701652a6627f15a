package signup

import (
	"net/netip"
	"strings"
	"testing"
	"unicode/utf8"

	"bode.example/internal/newsletter"
)

// FuzzForm: what comes out of a form's checks fits the database, a header line and a page, whatever
// went in.
func FuzzForm(f *testing.F) {
	for _, seed := range []struct{ name, agent, network string }{
		{"Jan Jansen", "Mozilla/5.0 (X11; Linux)", "192.0.2.7/32"}, {"  Zoë\tvan  Dam ", "", "2001:db8:1:2::/64"}, {"\u202eevil", "\x00", "::/0"},
		{"a\r\nBcc: x", strings.Repeat("é", 150), "1.2.3.4"}, {"\xff", "\xff\xfe", "::ffff:1.2.3.4/128"}, {strings.Repeat("ß", 101), "a\r\nb", "fe80::%eth0/64"},
	} {
		f.Add(seed.name, seed.agent, seed.network)
	}
	f.Fuzz(func(t *testing.T, typed, agent, network string) {
		if name, err := newsletter.ParseName(typed); err == nil {
			if !utf8.ValidString(name) || utf8.RuneCountInString(name) > 100 || strings.ContainsAny(name, "\r\n\x00") || name != strings.TrimSpace(name) {
				t.Errorf("%q became the name %q", typed, name)
			}
			if again, err := newsletter.ParseName(name); err != nil || again != name {
				t.Errorf("%q became %q, and that %q, %v", typed, name, again, err)
			}
		} else if !newsletter.Is(err, newsletter.Invalid) {
			t.Errorf("%q: %v", typed, err)
		}
		if kept := cut(agent, maxAgent); !utf8.ValidString(kept) || len(kept) > maxAgent || strings.ContainsAny(kept, "\r\n\x00") {
			t.Errorf("%q became %q", agent, kept)
		}
		if short := shorten(network); short != "" {
			prefix, err := netip.ParsePrefix(short)
			if err != nil || prefix.Addr().Is4() && prefix.Bits() > 24 || prefix.Addr().Is6() && prefix.Bits() > 48 {
				t.Errorf("%q became %q, %v", network, short, err)
			}
		}
	})
}

package newsletter_test

import (
	"strings"
	"testing"

	"bode.example/internal/newsletter"
)

// TestPublicIDHasOneText holds that what String gives is read, and nothing that merely decodes to the same.
func TestPublicIDHasOneText(t *testing.T) {
	for range 100 {
		id := newsletter.NewPublicID()
		text := id.String()
		if got, err := newsletter.ParsePublicID(text); err != nil || got != id || len(text) != 26 {
			t.Fatalf("%q is read as %v, %v", text, got, err)
		}
		var scanned newsletter.PublicID
		if err := scanned.Scan([]byte(text)); err != nil || scanned != id {
			t.Fatalf("%q is scanned as %v, %v", text, scanned, err)
		}
		last := text[25]
		for _, c := range []byte("abcdefghijkmnpqrstuvwxyz23456789") {
			if other := text[:25] + string(c); c != last {
				if got, err := newsletter.ParsePublicID(other); err == nil && got == id {
					t.Fatalf("%q is read as %q", other, text)
				}
			}
		}
		for _, wrong := range []string{"", text[:25], text + "a", strings.ToUpper(text), text[:25] + "\n", text[:24] + "\r\n", "\n" + text, text[:25] + "l", text[:25] + "é"} {
			if _, err := newsletter.ParsePublicID(wrong); !newsletter.Is(err, newsletter.NotFound) {
				t.Errorf("%q is read: %v", wrong, err)
			}
			if err := new(newsletter.PublicID).UnmarshalText([]byte(wrong)); !newsletter.Is(err, newsletter.NotFound) {
				t.Errorf("%q is read: %v", wrong, err)
			}
		}
	}
}

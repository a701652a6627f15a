package newsletter_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
)

// Each delivery has an id of its own, and has it for as long as it is tried: whatever else changes about
// its row. The right side is the domain that it is given.
func TestA4_TheMessageIDIsTheDeliverysOwn(t *testing.T) {
	made := newsletter.At(time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC))
	seen := map[string]bool{}
	for id := range int64(1000) {
		for _, at := range []newsletter.Time{made, newsletter.At(made.Add(time.Microsecond))} {
			d := newsletter.Delivery{ID: id, CreatedAt: at}
			first := d.MessageID("noorderkring.example")
			d.Attempts, d.Doubts, d.State, d.DueAt = 3, 1, newsletter.DeliveryPending, newsletter.At(made.Add(time.Hour))
			if again := d.MessageID("noorderkring.example"); again != first {
				t.Fatalf("the second try of %d bears %s, the first bore %s", id, again, first)
			}
			// RFC 5322, 3.6.4: dot-atom-text on both sides.
			if !regexp.MustCompile(`^[a-z0-9]{20,}@noorderkring\.example$`).MatchString(first) {
				t.Fatalf("%q", first)
			}
			if seen[strings.ToLower(first)] {
				t.Fatalf("%s twice", first)
			}
			seen[strings.ToLower(first)] = true
		}
	}
}

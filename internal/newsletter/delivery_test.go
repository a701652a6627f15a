package newsletter_test

import (
	"testing"

	"bode.example/internal/newsletter"
)

// The picture in docs/states.md and the table are one.
func TestDeliveryStatesAreThosePictured(t *testing.T) {
	all := []newsletter.DeliveryState{newsletter.DeliveryPending, newsletter.DeliveryHandingOver, newsletter.DeliverySent,
		newsletter.DeliveryFailed, newsletter.DeliveryExpired, newsletter.DeliverySuppressed, newsletter.DeliveryUncertain, newsletter.DeliveryCancelled}
	drawn := picture(t, "## Delivery")
	for _, from := range all {
		for _, to := range all {
			if from.CanBecome(to) != drawn[string(from)+" --> "+string(to)] {
				t.Errorf("%s → %s: the table says %v, docs/states.md says otherwise", from, to, from.CanBecome(to))
			}
		}
		if from.Ended() != drawn[string(from)+" --> [*]"] {
			t.Errorf("%s: ended %v, docs/states.md says otherwise", from, from.Ended())
		}
	}
}

package storetest

import (
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func deliveryCases() []Case {
	return []Case{
		{"an empty database owes nobody anything", []string{"Lanes", "ClaimEdition", "ClaimOther", "ExtendLeases", "Unclaim", "RecoverLeases", "HandOver", "Progress", "Letter"}, testNothingOwed},
	}
}

func testNothingOwed(t *testing.T, s *store.Store) {
	ctx, lease := t.Context(), Start.Add(time.Minute)
	if lanes, err := s.Lanes(ctx, Start); err != nil || len(lanes) > 0 {
		t.Errorf("lanes %v, %v", lanes, err)
	}
	if claims, err := s.ClaimEdition(ctx, 1, "w", lease, Start, 10); err != nil || len(claims) > 0 {
		t.Errorf("edition %v, %v", claims, err)
	}
	if claims, err := s.ClaimOther(ctx, "w", lease, Start, 10); err != nil || len(claims) > 0 {
		t.Errorf("other %v, %v", claims, err)
	}
	if n, err := s.ExtendLeases(ctx, "w", []int64{1}, lease, Start); err != nil || n > 0 {
		t.Errorf("extended %d, %v", n, err)
	}
	if n, err := s.Unclaim(ctx, "w"); err != nil || n > 0 {
		t.Errorf("unclaimed %d, %v", n, err)
	}
	if pending, uncertain, err := s.RecoverLeases(ctx, true, Start); err != nil || pending+uncertain > 0 {
		t.Errorf("recovered %d and %d, %v", pending, uncertain, err)
	}
	outcomes := []newsletter.Outcome{{ID: 1, State: newsletter.DeliverySent, Code: 250}, {ID: 2, State: newsletter.DeliveryExpired}}
	if granted, err := s.HandOver(ctx, "w", outcomes, []int64{1, 2}, true, Start); err != nil || len(granted) > 0 {
		t.Errorf("granted %v, %v", granted, err)
	}
	if progress, err := s.Progress(ctx, 1); err != nil || len(progress) > 0 {
		t.Errorf("progress %v, %v", progress, err)
	}
	if _, err := s.Letter(ctx, 1); !newsletter.Is(err, newsletter.NotFound) {
		t.Errorf("letter: %v", err)
	}
}

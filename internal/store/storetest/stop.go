package storetest

import (
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func testStopEdition(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a", "b", "c")
	ids := idsOf(x.claim("w", 2))
	x.now = x.now.Add(time.Second) // they are let through later than the release
	for _, want := range []bool{true, false} {
		stopped, err := s.StopEdition(t.Context(), x.edition.ID, newsletter.ReasonSenderRefused+": 550 5.7.1 no", x.now, x.now)
		if x.check(err); stopped != want {
			t.Errorf("stopped: %v, want %v", stopped, want)
		}
	}
	e, err := s.Edition(t.Context(), x.edition.PublicID)
	if x.check(err); e.State != newsletter.EditionPaused || e.Reason != "sender_refused: 550 5.7.1 no" {
		t.Errorf("%s, %q", e.State, e.Reason)
	}
	x.handOver("w", nil, ids) // none
	resumed, err := s.ResumeEdition(t.Context(), x.edition.PublicID, By, x.now)
	x.check(err)
	stopped, err := s.StopEdition(t.Context(), x.edition.ID, "sender_refused: before", resumed.ChangedAt.Add(-time.Microsecond), x.now)
	if x.check(err); stopped {
		t.Error("it was stopped again for what is older than that it was resumed")
	}
	if e, err = s.Edition(t.Context(), x.edition.PublicID); err != nil || e.Reason != "" {
		t.Errorf("a resumed edition still says why it was stopped: %q, %v", e.Reason, err)
	}
	ids = idsOf(x.claim("w", 3))
	x.handOver("w", nil, ids, ids...)
}

func testPutBack(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a", "b", "c")
	ids := idsOf(x.claim("w", 3))
	x.handOver("w", nil, ids[:1], ids[0])
	due := x.now.Add(time.Minute)
	if n, err := s.PutBack(t.Context(), x.of("niet-de-eigenaar", ids), due); n != 0 || err != nil {
		t.Errorf("another worker put back %d, %v", n, err)
	}
	if n, err := s.PutBack(t.Context(), x.of("w", ids), due); n != 2 || err != nil {
		t.Errorf("put back %d of two that are not on their way, %v", n, err)
	}
	if claims := x.claim("w", 3); len(claims) != 0 {
		t.Errorf("claimed %d before they are due", len(claims))
	}
	x.now = due
	if claims := x.claim("w", 3); len(claims) != 2 || claims[0].Attempts != 0 {
		t.Errorf("claims %+v", claims)
	}
}

package storetest

import (
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func resendCases() []Case {
	return []Case{{"what failed is sent again, to those who still want it", []string{"ResendFailed"}, testResend}}
}

func testResend(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a", "b", "c", "d", "e", "f")
	states := x.WatchStates()
	claims := x.claim("w", 10)
	ids := idsOf(claims)
	x.handOver("w", nil, ids, ids...)
	var outcomes []newsletter.Outcome
	for i, state := range []newsletter.DeliveryState{"failed", "failed", "failed", "failed", "expired", "sent"} {
		outcomes = append(outcomes, newsletter.Outcome{Held: claims[i].Held(), State: state, Refused: state != "sent", Code: 550})
	}
	x.handOver("w", outcomes, nil)
	x.rest()
	// b left, c left and came back, d must not be mailed.
	person := `subscriber_id = (SELECT id FROM subscriber WHERE address = $1)`
	x.Do(`UPDATE subscription SET state = 'unsubscribed', active_since = NULL WHERE `+person, "b@lezer.voorbeeld.nl")
	x.Do(`UPDATE subscription SET active_since = $2 WHERE `+person, "c@lezer.voorbeeld.nl", newsletter.At(x.now.Add(time.Hour)))
	x.Do(`UPDATE subscriber SET suppressed_at = 1 WHERE address = $1`, "d@lezer.voorbeeld.nl")
	x.Do(`UPDATE subscriber SET address = 'a@nieuw.voorbeeld.nl' WHERE address = 'a@lezer.voorbeeld.nl'`)
	x.now = x.now.Add(2 * time.Hour)
	resend := func(want int, which ...int64) {
		t.Helper()
		if n, err := s.ResendFailed(t.Context(), x.edition.PublicID, which, By, x.now); err != nil || n != want {
			t.Errorf("sent again: %d, %v; want %d", n, err, want)
		}
	}
	resend(0, ids[1], ids[5])
	resend(1)
	resend(0)
	e, err := s.Edition(t.Context(), x.edition.PublicID)
	if err != nil || e.State != newsletter.EditionSending {
		t.Errorf("%+v, %v", e, err)
	}
	again := x.claim("v", 10)
	if len(again) != 1 || again[0].ID != ids[0] || again[0].To != "a@nieuw.voorbeeld.nl" || again[0].Domain != "nieuw.voorbeeld.nl" || again[0].Attempts != 0 {
		t.Fatalf("claimed %+v", again)
	}
	x.handOver("v", nil, idsOf(again), ids[0])
	x.handOver("v", []newsletter.Outcome{{Held: again[0].Held(), State: newsletter.DeliverySent, Code: 250}}, nil)
	x.wantState(ids[0], newsletter.DeliverySent)
	x.rest()
	if ways := states.Verify(5); ways["delivery failed --> pending"] != 1 {
		t.Errorf("%v", ways)
	}
	trail, err := s.AuditTrail(t.Context(), "edition", x.edition.PublicID.String())
	x.check(err)
	if last := trail[len(trail)-1]; last.Action != "edition.resend_failed" || last.Detail != `{"deliveries":1}` {
		t.Errorf("audited: %+v", last)
	}
	x.correct()
	if _, err := s.ResendFailed(t.Context(), x.edition.PublicID, nil, By, x.now); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("after a correction: %v", err)
	}
	if _, err := s.ResendFailed(t.Context(), newsletter.NewPublicID(), nil, By, x.now); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	other := newSendingOf(x, "z")
	var id newsletter.PublicID
	x.Ask(&id, `SELECT public_id FROM edition WHERE id = $1`, other)
	_, err = s.CancelEdition(t.Context(), id, By, x.now)
	x.check(err)
	if _, err := s.ResendFailed(t.Context(), id, nil, By, x.now); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("of a cancelled edition: %v", err)
	}
}

package bounce_test

import (
	"context"
	"testing"
	"time"

	"bode.example/internal/bounce"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// Refusals while sending go by the same rule as reports, from the transaction that records them.
func TestC7_RefusalsWhileSending(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newScene(t, s)
		refuse := func(sub int64, state newsletter.DeliveryState, code int, status, reply string) {
			t.Helper()
			id := x.Mailed(sub, x.now)
			var claim int64
			x.Ask(&claim, `INSERT INTO claim (worker, lease) VALUES ('w', $1) RETURNING id`, newsletter.At(x.now.Add(time.Hour)))
			x.Do(`UPDATE delivery SET state = 'handing_over', apart = 'claimed', claim_id = $2, ended_at = NULL WHERE id = $1`, id, claim)
			_, err := s.HandOver(t.Context(), []newsletter.Outcome{{Held: newsletter.Held{ID: id, ClaimID: claim}, State: state, Refused: true, Code: code, Status: status, Reply: reply}}, nil, true, x.now)
			x.check(err)
			x.now = x.now.Add(time.Minute)
		}
		decide := func(want string) {
			t.Helper()
			if n, err := x.service.Decide(t.Context(), x.now); err != nil || n != 1 {
				t.Fatalf("%d decided, %v", n, err)
			}
			x.want(want)
		}
		refuse(x.jan, newsletter.DeliveryFailed, 550, "5.7.1", "no such user, says our blocklist")
		decide("active, active")
		refuse(x.jan, newsletter.DeliveryFailed, 554, "", "Transaction failed") // may be about anything
		decide("active, active")
		for range 2 {
			refuse(x.jan, newsletter.DeliveryExpired, 452, "4.2.2", "over quota")
			decide("active, active")
		}
		refuse(x.jan, newsletter.DeliveryExpired, 450, "", "mailbox busy")
		decide("active suppressed, active") // the third in a row
		refuse(x.piet, newsletter.DeliveryFailed, 550, "5.1.1", "<recipient>: user unknown")
		decide("active suppressed, active suppressed")
		if n, err := x.service.Decide(t.Context(), x.now); err != nil || n != 0 {
			t.Errorf("%d once more, %v", n, err)
		}
		got := storetest.Query(t, s, `SELECT class, policy, recognised, reason FROM bounce ORDER BY id`)
		for i, want := range []string{"soft smtp policy", "soft smtp policy", "soft smtp ", "soft smtp ", "soft smtp ", "hard smtp "} {
			if is := got[i][0] + " " + got[i][2] + " " + got[i][3]; is != want {
				t.Errorf("refusal %d: %q, want %q", i+1, is, want)
			}
		}
	})
}

// The worker decides soon, and forgets reports in time, until it is told to stop.
func TestE17_TheWorkerDecidesAndForgets(t *testing.T) {
	x := newScene(t, storetest.SQLite(t))
	x.take("", x.janMail, dsn("4.2.2", ""), "counted settled")
	x.now = x.now.AddDate(0, 0, 31)
	x.Do(`INSERT INTO bounce (public_id, delivery_id, way, class, hash, received_at) VALUES ('x', $1, 'sending', '', 'sending', $2)`, x.delivery, newsletter.At(x.now))
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		(&bounce.Worker{Service: x.service, Now: func() time.Time { return x.now }}).Run(ctx)
	}()
	for deadline := time.Now().Add(30 * time.Second); ; {
		var open, raw int
		x.Ask(&open, `SELECT COUNT(*) FROM bounce WHERE decided_at IS NULL`)
		x.Ask(&raw, `SELECT COUNT(*) FROM bounce WHERE raw IS NOT NULL`)
		if open == 0 && raw == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d undecided, %d raw reports", open, raw)
		}
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	<-done
	if got := storetest.Query(t, x.store, `SELECT COUNT(*) FROM bounce`); got[0][0] != "2" {
		t.Errorf("%s rows are left of two", got[0][0])
	}
}

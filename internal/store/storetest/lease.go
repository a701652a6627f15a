package storetest

import (
	"slices"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func leaseCases() []Case {
	return []Case{
		{"a lease that ran out is extended where nobody took over", []string{"ExtendLeases"}, testExtendLate},
		{"what a dead worker held is taken over", []string{"RecoverLeases", "ExtendLeases"}, testRecover},
		{"what was taken away and claimed anew has no other way", []string{"HandOver", "RecoverLeases"}, testClaimAnew},
		{"workers that send editions are counted", []string{"Senders"}, testSenders},
		{"claims that are over end", []string{"EndClaims"}, testEndClaims},
		{"an answer that comes late still counts, and only as sent", []string{"HandOver"}, testLateAnswer},
	}
}

func testRecover(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a", "b", "c")
	ids := idsOf(x.claim("dood", 2))
	last := x.claim("dood", 1)
	ids = append(ids, last[0].ID)
	x.handOver("dood", nil, ids[:1], ids[0])
	x.now = x.now.Add(50 * time.Second)
	lease := x.now.Add(time.Minute)
	if n, err := s.ExtendLeases(t.Context(), []int64{last[0].ClaimID}, lease); err != nil || n != 1 {
		t.Errorf("extended %d, %v", n, err)
	}
	x.now = x.now.Add(10 * time.Second) // the lease of the first claim ends now
	x.handOver("dood", nil, ids[:2])    // and opens no gate, though nobody took over
	pending, uncertain, err := s.RecoverLeases(t.Context(), false, x.now)
	if err != nil || pending != 1 || uncertain != 1 {
		t.Errorf("pending %d, uncertain %d, %v", pending, uncertain, err)
	}
	x.wantState(ids[0], newsletter.DeliveryUncertain)
	x.wantState(ids[1], newsletter.DeliveryPending)
	x.handOver("dood", nil, ids, ids[2])
	if again := idsOf(x.claim("erft", 10)); !slices.Equal(again, ids[1:2]) {
		t.Errorf("claimed %v, not what the dead one waited with", again)
	}
	if _, _, err := s.RecoverLeases(t.Context(), true, x.now); err != nil {
		t.Fatal(err)
	}
	x.wantState(ids[0], newsletter.DeliveryPending)
	// In doubt for the second time, it stays so.
	again := idsOf(x.claim("ook-dood", 10))
	if !slices.Contains(again, ids[0]) {
		t.Fatalf("claimed %v", again)
	}
	x.handOver("ook-dood", nil, ids[:1], ids[0])
	x.now = x.now.Add(time.Hour)
	if _, _, err := s.RecoverLeases(t.Context(), true, x.now); err != nil {
		t.Fatal(err)
	}
	x.wantState(ids[0], newsletter.DeliveryUncertain)
}

// A worker that stalled claims anew what was taken from it: what it held before goes nowhere by the old claim, neither
// through the gate nor into the record.
func testClaimAnew(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a", "b")
	before := x.claim("traag", 10)
	x.handOver("traag", nil, idsOf(before)[:1], before[0].ID)
	x.now = x.now.Add(time.Hour)
	if _, _, err := s.RecoverLeases(t.Context(), true, x.now); err != nil {
		t.Fatal(err)
	}
	anew := x.claim("traag", 10)
	if len(anew) != len(before) {
		t.Fatalf("claimed %v", anew)
	}
	granted, err := s.HandOver(t.Context(), nil, Held(before), true, x.now)
	if x.check(err); len(granted) != 0 {
		t.Errorf("the old claim let %v through", granted)
	}
	x.handOver("traag", nil, idsOf(anew), before[0].ID, before[1].ID)
	_, err = s.HandOver(t.Context(), []newsletter.Outcome{{Held: before[1].Held(), State: newsletter.DeliveryFailed, Code: 550}}, nil, true, x.now)
	x.check(err)
	x.wantState(before[1].ID, newsletter.DeliveryHandingOver)
}

// A claim that is over is forgotten; one of which something is being handed over stays, and what is left of it waits.
func testEndClaims(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a", "b", "c")
	claims := x.claim("w", 2)
	ids := idsOf(claims)
	x.handOver("w", nil, ids, ids...)
	sent := func(id int64) []newsletter.Outcome {
		return []newsletter.Outcome{{Held: newsletter.Held{ID: id}, State: newsletter.DeliverySent, Code: 250}}
	}
	x.handOver("w", sent(ids[0]), nil)
	left := func(want int) {
		t.Helper()
		x.check(s.EndClaims(t.Context(), []int64{claims[0].ClaimID}))
		var n int
		if x.Ask(&n, `SELECT COUNT(*) FROM claim`); n != want {
			t.Errorf("%d claims, not %d", n, want)
		}
	}
	left(1)
	x.handOver("w", sent(ids[1]), nil)
	x.wantState(ids[1], newsletter.DeliverySent)
	left(0)
	// Ended too early, it gives back what it holds.
	claims = x.claim("w", 1)
	left(0)
	x.handOver("w", nil, idsOf(claims))
	if again := x.claim("ander", 10); !slices.Equal(idsOf(again), idsOf(claims)) {
		t.Errorf("claimed %v", again)
	}
	if finished, err := s.FinishEditions(t.Context(), x.now); err != nil || len(finished) != 0 {
		t.Errorf("ended %v, %v", finished, err)
	}
}

func testLateAnswer(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a", "b")
	ids := idsOf(x.claim("traag", 10))
	x.handOver("traag", nil, ids, ids...)
	x.now = x.now.Add(time.Hour)
	if _, _, err := s.RecoverLeases(t.Context(), true, x.now); err != nil {
		t.Fatal(err)
	}
	claims := x.claim("ander", 10)
	x.handOver("traag", []newsletter.Outcome{
		{Held: newsletter.Held{ID: ids[0]}, State: newsletter.DeliverySent, Code: 250},
		{Held: newsletter.Held{ID: ids[1]}, State: newsletter.DeliveryFailed, Code: 550},
	}, nil)
	x.wantState(ids[0], newsletter.DeliverySent)
	x.wantState(ids[1], newsletter.DeliveryPending)
	x.handOver("ander", nil, idsOf(claims), ids[1])
}

// A database that was away took everybody's signs of life: what nobody took over is still its worker's.
func testExtendLate(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a", "b")
	claims := x.claim("w", 10)
	ids, claim := idsOf(claims), []int64{claims[0].ClaimID}
	x.handOver("w", nil, ids[:1], ids[0])
	x.now = x.now.Add(time.Hour)
	if n, err := s.ExtendLeases(t.Context(), claim, x.now.Add(time.Minute)); err != nil || n != 1 {
		t.Fatalf("extended %d, %v", n, err)
	}
	if pending, uncertain, err := s.RecoverLeases(t.Context(), true, x.now); err != nil || pending+uncertain != 0 {
		t.Errorf("took %d and %d over, %v", pending, uncertain, err)
	}
	x.handOver("w", []newsletter.Outcome{{Held: newsletter.Held{ID: ids[0]}, State: newsletter.DeliverySent, Code: 250}}, ids[1:], ids[1])
	x.wantState(ids[0], newsletter.DeliverySent)
	x.now = x.now.Add(time.Hour)
	if _, _, err := s.RecoverLeases(t.Context(), true, x.now); err != nil {
		t.Fatal(err)
	}
	if n, err := s.ExtendLeases(t.Context(), claim, x.now.Add(time.Minute)); err != nil || n != 0 {
		t.Errorf("extended %d that were taken over, %v", n, err)
	}
}

func testSenders(t *testing.T, s *store.Store) {
	x := newSending(t, s, "a", "b", "c")
	want := func(n int) {
		t.Helper()
		if got, err := s.Senders(t.Context(), x.now); err != nil || got != n {
			t.Errorf("%d workers, %v; want %d", got, err, n)
		}
	}
	want(0)
	x.claim("een", 1)
	x.claim("een", 1)
	want(1)
	x.claim("twee", 1)
	want(2)
	if _, err := s.Unclaim(t.Context(), "twee"); err != nil {
		t.Fatal(err)
	}
	want(1)
	x.now = x.now.Add(time.Hour) // the other gives no sign of life
	want(0)
}

package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func suppressionCases() []Case {
	return []Case{
		{"E15 an objection ends all lists at once", []string{"Suppress"}, testObjection},
		{"E16 a suppression is a keyed hash that nothing weakens", []string{"Suppress"}, testSuppression},
	}
}

func testObjection(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Join(jan, Start, w.All(), w.second())
	now := Start.Add(time.Hour)
	w.check(s.Suppress(t.Context(), jan, w.Hash(jan), newsletter.SuppressedObjection, time.Time{}, By, now))
	if got := w.states(); got != "unsubscribed unsubscribed " {
		t.Error(got)
	}
	p, err := s.SubscriberByAddress(t.Context(), jan)
	if err != nil || !p.SuppressedAt.Equal(now) {
		t.Errorf("%+v, %v", p, err)
	}
	if entries := ledger(t, s); len(entries) != 6 || entries[5][1] != "objection" {
		t.Errorf("%v", entries)
	}
	if trail, err := s.AuditTrail(t.Context(), "subscriber", p.PublicID.String()); err != nil || len(trail) != 1 || trail[0].Action != "subscriber.suppress" {
		t.Errorf("%v, %v", trail, err)
	}
	// A hard bounce stops the mail and leaves the subscription.
	piet := newsletter.Address("piet@voorbeeld.nl")
	sub := w.Join(piet, Start, w.All())
	w.check(s.Suppress(t.Context(), piet, w.Hash(piet), newsletter.SuppressedBounce, time.Time{}, Worker, now))
	if got, err := s.Subscription(t.Context(), sub.PublicID); err != nil || got.State != newsletter.SubscriptionActive {
		t.Errorf("%+v, %v", got, err)
	}
}

func testSuppression(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	steps := []struct {
		reason  newsletter.SuppressionReason
		expires time.Time
		at      time.Time
		want    string
	}{
		{newsletter.SuppressedErased, time.Time{}, Start, "erased"},
		{newsletter.SuppressedBounce, Start.Add(time.Hour), Start, "hard_bounce"},
		{newsletter.SuppressedErased, time.Time{}, Start.Add(time.Minute), "hard_bounce"},
		{newsletter.SuppressedErased, time.Time{}, Start.Add(time.Hour), "erased"}, // the bounce's time is over
		{newsletter.SuppressedComplaint, time.Time{}, Start.Add(2 * time.Hour), "complaint"},
		{newsletter.SuppressedObjection, time.Time{}, Start.Add(3 * time.Hour), "complaint"},
		{newsletter.SuppressedBounce, time.Time{}, Start.Add(4 * time.Hour), "complaint"},
		{newsletter.SuppressedErased, time.Time{}, Start.Add(5 * time.Hour), "complaint"},
	}
	for i, step := range steps {
		w.check(s.Suppress(t.Context(), jan, w.Hash(jan), step.reason, step.expires, Worker, step.at))
		if got := Query(t, s, `SELECT hash, reason FROM suppression`); !cmp.Equal(got, [][]string{{w.Hash(jan).Sum, step.want}}) {
			t.Errorf("step %d: %v", i, got)
		}
	}
}

package storetest

import (
	"sync"
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
		{"a suppression stops questions that wait", []string{"Suppress"}, testSuppressedQuestions},
		{"a mailbox that works again is mailed again", []string{"LiftSuppression"}, testLiftSuppression},
		{"who confirms while being suppressed is suppressed", []string{"Suppress"}, testSuppressRace},
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

func testSuppressedQuestions(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Join("piet@voorbeeld.nl", Start, w.All())
	w.Decide(w.SignUp(jan, Start, w.All()), Start)
	w.wish("piet@voorbeeld.nl", jan, Start)
	w.Do(`UPDATE delivery SET state = 'sent', apart = NULL WHERE template NOT IN ('confirmation', 'address_confirmation') OR address IS NULL`)
	w.check(s.Suppress(t.Context(), jan, w.Hash(jan), newsletter.SuppressedErased, time.Time{}, Worker, Start))
	states := func() [][]string {
		return Query(t, s, `SELECT template, state FROM delivery WHERE state <> 'sent' ORDER BY id`)
	}
	if got := states(); !cmp.Equal(got, [][]string{{"confirmation", "pending"}, {"address_confirmation", "pending"}}) {
		t.Errorf("erased: %v", got)
	}
	w.check(s.Suppress(t.Context(), jan, w.Hash(jan), newsletter.SuppressedComplaint, time.Time{}, Worker, Start))
	if got := states(); !cmp.Equal(got, [][]string{{"confirmation", "suppressed"}, {"address_confirmation", "suppressed"}}) {
		t.Errorf("complaint: %v", got)
	}
}

func testSuppressRace(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	var wg sync.WaitGroup
	const people = 12
	for n := range people {
		address := newsletter.Address("jan" + str(int64(n)) + "@voorbeeld.nl")
		u := w.SignUp(address, Start, w.All())
		w.Decide(u, Start)
		wg.Go(func() {
			if err := w.confirmError(u, Start); err != nil && !newsletter.Is(err, newsletter.Conflict) {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if err := s.Suppress(t.Context(), address, w.Hash(address), newsletter.SuppressedComplaint, time.Time{}, Worker, Start); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if free := Query(t, s, `SELECT COUNT(*) FROM subscriber WHERE suppressed_at IS NULL`); free[0][0] != "0" {
		t.Errorf("%s complained and may be mailed", free[0][0])
	}
	if active := Query(t, s, `SELECT COUNT(*) FROM subscription WHERE state = 'active'`); active[0][0] != "0" {
		t.Errorf("%s complained and are subscribed", active[0][0])
	}
}

func testLiftSuppression(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Join(jan, Start, w.All())
	lift := func(code newsletter.Code) {
		t.Helper()
		err := s.LiftSuppression(t.Context(), jan, w.Hashes(jan), newsletter.LiftWorks, By, Start)
		if code == "" && err != nil || code != "" && !newsletter.Is(err, code) {
			t.Errorf("%v, want %q", err, code)
		}
	}
	lift(newsletter.NotFound)
	for n := range 3 {
		w.take(report(w.Mailed(sub.ID, Start.AddDate(0, 0, n)), newsletter.BounceSoft, str(int64(n))), Start.AddDate(0, 0, n), []string{"counted", "counted", "suppressed"}[n])
	}
	lift("")
	if w.isSuppressed(jan.Key()) {
		t.Error("suppressed all the same")
	}
	// What came back before is not held against them once more.
	w.take(report(w.Mailed(sub.ID, Start.AddDate(0, 0, 4)), newsletter.BounceSoft, "4"), Start.AddDate(0, 0, 4), "counted")
	lift(newsletter.NotFound)
	w.take(report(w.Mailed(sub.ID, Start.AddDate(0, 0, 5)), newsletter.BounceComplaint, "5"), Start.AddDate(0, 0, 5), "suppressed")
	lift(newsletter.Conflict)
	if p, err := s.SubscriberByAddress(t.Context(), jan); err != nil || p.SuppressedAt.IsZero() {
		t.Errorf("%+v, %v", p, err)
	} else if trail, err := s.AuditTrail(t.Context(), "subscriber", p.PublicID.String()); err != nil || len(trail) != 1 || trail[0].Action != "subscriber.lift_suppression" {
		t.Errorf("%v, %v", trail, err)
	}
}

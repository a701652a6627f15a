package storetest

import (
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func restrictionCases() []Case {
	return []Case{
		{"E14 restriction stops changes and mail, not leaving", []string{"SaveSettings", "ConfirmSignup", "ReturnSubscription", "ResumeSubscriptions",
			"CreateAddressChange", "ConfirmAddress", "DecideSignup", "Unsubscribe"}, testRestriction},
	}
}

func testRestriction(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Join(jan, Start, w.All())
	w.check(w.save(sub, Start, newsletter.Wish{Choice: w.All(), Paused: true, Until: newsletter.At(Start.Add(time.Hour))}))
	waiting, undecided := w.SignUp(jan, Start, w.Some(w.Council)), w.SignUp(jan, Start, w.Some(w.Residents))
	w.Decide(waiting, Start)
	move := w.wish(jan, newJan, Start)
	w.Do(`UPDATE subscriber SET restricted_at = 1`)
	now := Start.Add(2 * time.Hour)
	refused := map[string]error{
		"settings":       w.save(sub, now, newsletter.Wish{Choice: w.Some(w.Council)}),
		"a confirmation": w.confirmError(waiting, now),
		"a move":         w.move(move, now),
		"a wish to move": s.CreateAddressChange(t.Context(), &newsletter.AddressChange{SubscriberID: sub.SubscriberID, NewAddress: newJan, ExpiresAt: newsletter.At(now)}, nil, Worker, now),
	}
	for what, err := range refused {
		if !newsletter.Is(err, newsletter.Conflict) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if d := w.Decide(undecided, now); d != newsletter.SignupSilent {
		t.Errorf("a sign-up is decided %q", d)
	}
	if n, err := s.ResumeSubscriptions(t.Context(), 10, Worker, now); err != nil || n != 0 {
		t.Errorf("%d pauses ended, %v", n, err)
	}
	w.leave(sub, true, now)
	if got := w.states(); got != "unsubscribed " {
		t.Errorf("after leaving: %s", got)
	}
	if err := s.ReturnSubscription(t.Context(), sub.PublicID, Worker, now); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("taking it back: %v", err)
	}
	if _, err := s.DecideAccessLink(t.Context(), w.ask(jan, now).ID, Worker, now); err != nil {
		t.Errorf("their own data: %v", err)
	}
}

package storetest

import (
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func comebackCases() []Case {
	return []Case{{"E13 nothing brings back who was erased but their own double opt-in",
		[]string{"Erase", "WorkImport", "AdmitSubscriber", "InviteSubscriber", "ConfirmSignup", "ConfirmAddress", "UndoAddress", "ReturnSubscription", "SaveSettings",
			"ReleaseUncertain", "ResendFailed", "DecideAccessLink", "TakeReport", "LiftSuppression"}, testComeback}}
}

// Whoever is erased has something of everything that could bring them back: an edition of which their copy is in doubt, one that
// waits, a sign-up and a move with good links, files before and after.
func testComeback(t *testing.T, s *store.Store) {
	x := newSending(t, s, "jan", "piet")
	const address = newsletter.Address("jan@lezer.voorbeeld.nl")
	running := x.Upload(x.Plan(), address, "els@voorbeeld.nl")
	x.rehearse(running, x.Plan())
	running, err := s.DueImport(t.Context(), Start)
	x.check(err)
	read := x.lines(running, 10) // by a worker, who is about to take them over
	waiting := x.SignUp(address, x.now, x.Some(x.Council))
	x.Decide(waiting, x.now)
	moved := x.wish(address, "jan@elders.example", x.now)
	x.check(x.move(moved, x.now))
	back := x.wish("jan@elders.example", address, x.now)
	x.check(x.move(back, x.now))
	old := x.subscriptionOf(address)
	doubted := x.doubt(2)
	link := x.ask(address, x.now)

	_, err = s.Erase(t.Context(), address, x.Hash, By, x.now)
	x.check(err)
	x.now = x.now.Add(time.Hour)
	tries := map[string]error{
		"the desk":          errorOf(s.AdmitSubscriber(t.Context(), x.admission(address), x.Hashes(address), By, x.now)),
		"an invitation":     s.InviteSubscriber(t.Context(), x.admission(address), LinkLife, x.Hashes(address), By, x.now),
		"an old sign-up":    x.confirmError(waiting, x.now),
		"an old move":       x.move(moved, x.now),
		"taking one back":   x.undo(back, x.now),
		"taking back leave": s.ReturnSubscription(t.Context(), old.PublicID, newsletter.Person(old.PublicID), x.now),
		"old preferences":   x.save(*old, x.now, newsletter.Wish{Choice: x.All()}),
		"lifting the hash":  s.LiftSuppression(t.Context(), address, x.Hashes(address), newsletter.LiftMistake, By, x.now),
	}
	for what, err := range tries {
		if !newsletter.Is(err, newsletter.NotFound) && !newsletter.Is(err, newsletter.Conflict) {
			t.Errorf("%s: %v", what, err)
		}
	}
	// A late report about their copy knows nobody any more.
	x.check(s.TakeReport(t.Context(), report(doubted[0], newsletter.BounceHard, "laat"), softRule, nil, x.Hash, Worker, x.now))
	if _, err := s.DecideAccessLink(t.Context(), link.ID, Worker, x.now); err != nil && !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	if _, err := s.ReleaseUncertain(t.Context(), x.edition.PublicID, nil, By, x.now); err != nil {
		t.Error(err)
	}
	if _, err := s.ResendFailed(t.Context(), x.edition.PublicID, nil, By, x.now); err != nil {
		t.Error(err)
	}
	claims, through := x.claim("w", 10), []int64{}
	for _, claim := range claims {
		if claim.To == "piet@lezer.voorbeeld.nl" {
			through = append(through, claim.ID)
		}
	}
	if len(claims) != 2 || len(through) != 1 {
		t.Errorf("claimed are %+v", claims)
	}
	x.handOver("w", nil, idsOf(claims), through...) // the gate lets nobody else through
	x.check(s.WorkImport(t.Context(), running, read, x.now, LinkLife, x.Hashes, Worker, x.now))
	for _, invite := range []bool{false, true} {
		plan := x.Plan()
		plan.Invite, plan.PerHour = invite, 1000
		again := x.Upload(plan, "JAN@lezer.voorbeeld.nl")
		x.rehearse(again, plan)
		if done := x.work(again.PublicID, 10, x.now); done.State != newsletter.ImportDone || done.Tally.KeptAway != 1 {
			t.Errorf("an import, invite %v: %+v", invite, done)
		}
	}
	x.check(s.TruncateLog(t.Context()))
	if Holds(t, s, "jan@lezer") {
		t.Error("the address is back")
	}
	x.Join(address, x.now.Add(time.Hour), x.All())
	if !Holds(t, s, "jan@lezer") {
		t.Error("their own double opt-in doesn't bring them back")
	}
}

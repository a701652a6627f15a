package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func testEraseBounce(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Join(jan, Start, w.All())
	w.take(report(w.Mailed(sub.ID, Start), newsletter.BounceSoft, "jan.jansen@voorbeeld.nl: mailbox full"), Start, "counted")
	if ok, err := s.ProposeLeave(t.Context(), jan, nil, "stop, jan.jansen", Worker, Start); err != nil || !ok {
		t.Fatal(ok, err)
	}
	if !Holds(t, s, "jan.jansen@voorbeeld.nl: mailbox full") {
		t.Fatal("the raw report is nowhere: the test looks at the wrong thing")
	}
	if _, err := s.Erase(t.Context(), jan, w.Hash, By, Start); err != nil {
		t.Fatal(err)
	}
	if Holds(t, s, "jan.jansen") {
		t.Error("the address is still in the database")
	}
	if all, err := s.Bounces(t.Context(), newsletter.BounceFilter{Limit: 10}); err != nil || len(all) != 1 || all[0].Effect != newsletter.EffectCounted || all[0].Diagnostic != "" {
		t.Errorf("the count is gone too, or more is left than that: %+v, %v", all, err)
	}
}

func testForgetReports(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Reader("jan", w.Weekly)
	old := report(w.Mailed(sub, Start), newsletter.BounceSoft, "old")
	w.take(old, Start, "counted")
	now := Start.AddDate(0, 0, 60)
	fresh := report(w.Mailed(sub, now), newsletter.BounceSoft, "fresh")
	w.take(fresh, now, "counted")
	forget := func(raw, rows time.Time, want int64) {
		t.Helper()
		if n, err := s.ForgetReports(t.Context(), raw, rows, By, now); err != nil || n != want {
			t.Errorf("%d, %v", n, err)
		}
	}
	forget(now.AddDate(0, 0, -30), now.AddDate(0, 0, -90), 1)
	forget(now.AddDate(0, 0, -30), now.AddDate(0, 0, -90), 0)
	if b, err := s.Bounce(t.Context(), old.PublicID, Worker, now); err != nil || b.Raw != nil {
		t.Errorf("%q, %v", b.Raw, err)
	}
	if b, err := s.Bounce(t.Context(), fresh.PublicID, Worker, now); err != nil || string(b.Raw) != "Final-Recipient: fresh" {
		t.Errorf("%q, %v", b.Raw, err)
	}
	forget(now.AddDate(0, 0, -30), now.AddDate(0, 0, -50), 1)
	if _, err := s.Bounce(t.Context(), old.PublicID, Worker, now); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
}

func testLookAtBounce(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Join(jan, Start, w.All())
	hard, soft := report(w.Mailed(sub.ID, Start), newsletter.BounceHard, "h"), report(w.Mailed(sub.ID, Start), newsletter.BounceSoft, "s")
	w.take(soft, Start, "counted")
	w.take(hard, Start.Add(time.Minute), "suppressed")
	classes := func(f newsletter.BounceFilter) (got []newsletter.BounceClass) {
		t.Helper()
		all, err := s.Bounces(t.Context(), f)
		w.check(err)
		for _, b := range all {
			if b.Raw != nil {
				t.Error("a list holds raw reports")
			}
			got = append(got, b.Class)
		}
		return got
	}
	if diff := cmp.Diff([]newsletter.BounceClass{"hard", "soft"}, classes(newsletter.BounceFilter{Limit: 10})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]newsletter.BounceClass{"soft"}, classes(newsletter.BounceFilter{Effect: newsletter.EffectCounted, Limit: 10})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]newsletter.BounceClass{"hard"}, classes(newsletter.BounceFilter{Class: newsletter.BounceHard, Limit: 1})); diff != "" {
		t.Error(diff)
	}
	got, err := s.Bounce(t.Context(), hard.PublicID, By, Start)
	if err != nil || string(got.Raw) != "Final-Recipient: h" || got.Effect != newsletter.EffectSuppressed || !got.ReceivedAt.Equal(Start.Add(time.Minute)) {
		t.Errorf("%+v, %v", got, err)
	}
	trail, err := s.AuditTrail(t.Context(), "bounce", hard.PublicID.String())
	if err != nil || len(trail) != 1 || trail[0].Action != "bounce.view" {
		t.Errorf("%v, %v", trail, err)
	}
	if _, err := s.Bounce(t.Context(), newsletter.NewPublicID(), By, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	d, err := s.Dossier(t.Context(), jan, w.Hashes(jan), Worker, Start)
	if err != nil || len(d.Bounces) != 2 || len(d.Suppressions) != 1 {
		t.Errorf("E10: the dossier has %d reports, %v", len(d.Bounces), err)
	}
}

func testTokenSubscriptions(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Join(jan, Start, w.All())
	d := w.Mailed(sub.ID, Start)
	if got, err := s.SubscriptionByID(t.Context(), sub.ID); err != nil || got.PublicID != sub.PublicID {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := s.SubscriptionOfDelivery(t.Context(), d); err != nil || got.PublicID != sub.PublicID {
		t.Errorf("%+v, %v", got, err)
	}
	var confirmation int64
	w.Ask(&confirmation, `SELECT id FROM delivery WHERE template = 'confirmation'`)
	for _, id := range []int64{confirmation, d + 1000} {
		if _, err := s.SubscriptionOfDelivery(t.Context(), id); !newsletter.Is(err, newsletter.NotFound) {
			t.Error(err)
		}
	}
}

func proposalCases() []Case {
	return []Case{
		{"a letter that says stop waits for the desk", []string{"ProposeLeave", "LeaveProposals", "DecideProposal"}, testProposals},
	}
}

func testProposals(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Join(jan, Start, w.All(), w.second())
	w.Join("piet@voorbeeld.nl", Start, w.All())
	propose := func(address newsletter.Address, list *int64, want bool) {
		t.Helper()
		if got, err := s.ProposeLeave(t.Context(), address, list, "stop", Worker, Start); err != nil || got != want {
			t.Errorf("%s: %v, %v", address, got, err)
		}
	}
	none := sub.ListID + 1000
	propose("JAN@voorbeeld.nl", nil, false) // nobody's
	propose("jan.jansen@VOORBEELD.nl", &sub.ListID, true)
	propose(jan, &sub.ListID, true) // adds nothing
	propose(jan, &none, false)
	propose("piet@voorbeeld.nl", nil, true)
	all, err := s.LeaveProposals(t.Context(), nil, By, Start)
	if err != nil || len(all) != 2 || all[0].List != "nieuwe-democratie" || all[1].Address != "piet@voorbeeld.nl" || all[1].ListID != nil {
		t.Fatalf("%+v, %v", all, err)
	}
	if got := w.states(); got != "active active active " {
		t.Errorf("carried out by itself: %s", got)
	}
	w.check(s.DecideProposal(t.Context(), all[0].PublicID, true, By, Start))
	w.check(s.DecideProposal(t.Context(), all[1].PublicID, false, By, Start))
	if err := s.DecideProposal(t.Context(), all[0].PublicID, false, By, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Error(err)
	}
	if err := s.DecideProposal(t.Context(), newsletter.NewPublicID(), true, By, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	if got := Query(t, s, `SELECT state FROM subscription WHERE list_id = $1 ORDER BY id`, sub.ListID); !cmp.Equal(got, [][]string{{"unsubscribed"}, {"active"}}) {
		t.Errorf("%v", got)
	}
	if got := Query(t, s, `SELECT DISTINCT channel FROM consent WHERE action = 'withdrawn'`); !cmp.Equal(got, [][]string{{"mail"}}) {
		t.Errorf("%v", got)
	}
	if left, err := s.LeaveProposals(t.Context(), nil, By, Start); err != nil || len(left) != 0 {
		t.Errorf("%v, %v", left, err)
	}
	propose(jan, &sub.ListID, false) // has left it
	if n, err := s.ForgetReports(t.Context(), Start, Start, By, Start); err != nil || n != 2 {
		t.Errorf("%d forgotten, %v", n, err)
	}
	trail, err := s.AuditTrail(t.Context(), "leave_proposal", "")
	if err != nil || len(trail) != 1 {
		t.Errorf("%v, %v", trail, err)
	}
}

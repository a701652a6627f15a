package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func restrictionCases() []Case {
	return []Case{
		{"E14 restriction stops changes and mail, not leaving", []string{"SaveSettings", "ConfirmSignup", "ReturnSubscription", "ResumeSubscriptions",
			"CreateAddressChange", "ConfirmAddress", "UndoAddress", "DecideSignup", "Unsubscribe", "PauseFor", "AdmitSubscriber", "InviteSubscriber", "LiftSuppression"}, testRestriction},
		{"E14 restriction stops deleting", []string{"ForgetReports", "ForgetOrigins", "ForgetSignups", "ForgetAddressChanges", "LetGoOfAddresses", "ApplyRetention"}, testRestrictionKeeps},
	}
}

func testRestriction(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Join(jan, Start, w.All())
	w.check(w.save(sub, Start, newsletter.Wish{Choice: w.All(), Paused: true, Until: newsletter.At(Start.Add(time.Hour))}))
	waiting, undecided := w.SignUp(jan, Start, w.Some(w.Council)), w.SignUp(jan, Start, w.Some(w.Residents))
	w.Decide(waiting, Start)
	gone := w.wish(jan, "even@elders.example", Start)
	w.check(w.move(gone, Start))
	w.check(w.move(w.wish("even@elders.example", jan, Start), Start))
	move := w.wish(jan, newJan, Start)
	w.Do(`UPDATE subscriber SET restricted_at = 1`)
	now := Start.Add(2 * time.Hour)
	refused := map[string]error{
		"settings":            w.save(sub, now, newsletter.Wish{Choice: w.Some(w.Council)}),
		"a confirmation":      w.confirmError(waiting, now),
		"a move":              w.move(move, now),
		"an undone move":      w.undo(gone, now),
		"a pause by the desk": s.PauseFor(t.Context(), sub.PublicID, now.Add(time.Hour), newsletter.Asked{How: newsletter.AskMail}, By, now),
		"adding by hand":      errorOf(s.AdmitSubscriber(t.Context(), w.admission(jan), w.Hashes(jan), By, now)),
		"an invitation":       s.InviteSubscriber(t.Context(), w.admission(jan), LinkLife, w.Hashes(jan), By, now),
		"a suppression's end": s.LiftSuppression(t.Context(), jan, w.Hashes(jan), newsletter.LiftWorks, By, now),
		"a wish to move":      s.CreateAddressChange(t.Context(), &newsletter.AddressChange{SubscriberID: sub.SubscriberID, NewAddress: newJan, ExpiresAt: newsletter.At(now)}, nil, Worker, now),
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

// Every term ends while somebody is restricted. Nothing of them goes; afterwards all of it does.
func testRestrictionKeeps(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Join(jan, Start, w.All())
	w.take(report(w.Mailed(sub.ID, Start), newsletter.BounceSoft, "jan.jansen@voorbeeld.nl"), Start, "counted")
	moved := w.wish(jan, newJan, Start)
	w.check(w.move(moved, Start))
	w.check(w.undo(moved, Start))
	w.wish(jan, "nooit@elders.example", Start)
	w.Decide(w.SignUp(jan, Start, w.Some(w.Council)), Start)
	if _, err := w.carry(w.arrive(newsletter.RequestAccess, newsletter.ArrivedLetter, jan), Start); err != nil {
		t.Fatal(err)
	}
	_, err := w.step(w.arrive(newsletter.RequestErasure, newsletter.ArrivedPage, jan), newsletter.AskIdentity{}, nil, Start)
	w.check(err)
	if _, err := s.LapseRequests(t.Context(), 10, Today, Worker, Start.AddDate(0, 0, 8)); err != nil {
		t.Fatal(err)
	}
	w.leave(sub, true, Start)
	w.Do(`INSERT INTO leave_proposal (public_id, subscriber_id, words, received_at, decided_at, decision) SELECT '` + newsletter.NewPublicID().String() + `', id, 'afmelden', 1, 1, 'dismissed' FROM subscriber`)
	w.Do(`UPDATE delivery SET state = 'sent', apart = NULL, ended_at = 1 WHERE state = 'pending'`)
	w.Do(`UPDATE subscriber SET restricted_at = 1`)
	held := func() map[string]string {
		all := map[string]string{}
		for _, table := range []string{"subscriber", "subscription", "consent", "consent_evidence", "signup", "address_change", "bounce", "leave_proposal", "data_request", "delivery"} {
			all[table] = fmt.Sprint(Query(t, s, `SELECT * FROM `+table+` ORDER BY 1`))
		}
		return all
	}
	tidy := func() {
		t.Helper()
		late := Start.AddDate(20, 0, 0)
		for _, forget := range []func() (int64, error){
			func() (int64, error) { return s.ForgetReports(t.Context(), late, late, Worker, late) },
			func() (int64, error) { return s.ForgetOrigins(t.Context(), late, 100, Worker, late) },
			func() (int64, error) { return s.ForgetSignups(t.Context(), Worker, late) },
			func() (int64, error) { return s.ForgetAddressChanges(t.Context(), Worker, late) },
			func() (int64, error) { return s.LetGoOfAddresses(t.Context(), late, Worker, late) },
		} {
			if _, err := forget(); err != nil {
				t.Fatal(err)
			}
		}
		at := newsletter.At(late)
		_, _, err := s.ApplyRetention(t.Context(), newsletter.Retention{Requests: at, Lapsed: at, Mails: at, Left: at}, w.hashes, Worker, late)
		w.check(err)
	}
	before := held()
	tidy()
	if diff := cmp.Diff(before, held()); diff != "" {
		t.Errorf("of who is restricted something went: %s", diff)
	}
	w.Do(`UPDATE subscriber SET restricted_at = NULL`)
	w.Do(`DELETE FROM setting WHERE name = 'retention.mails'`) // as LiftRestriction does
	tidy()
	for table, rows := range held() {
		if rows == before[table] && table != "consent" {
			t.Errorf("the test shows nothing: of %s nothing would have gone anyhow", table)
		}
	}
}

func errorOf[T any](_ T, err error) error { return err }

package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func confirmationCases() []Case {
	return []Case{
		{"D1 a confirmation subscribes, with proof", []string{"Confirmation", "ConfirmSignup", "StandingOfSignup", "Subscription", "Subscriber", "SubscriberByAddress", "CountSubscribers"}, testConfirm},
		{"E3 from where is forgotten in time", []string{"ForgetOrigins", "VerifyConsent"}, testForgetOrigins},
		{"D5 a second tap changes nothing", []string{"ConfirmSignup"}, testConfirmTwice},
		{"D5 two taps at once subscribe once", []string{"ConfirmSignup"}, testConfirmRace},
		{"D2 a link ends with its time", []string{"ConfirmSignup"}, testConfirmLate},
		{"confirming again changes choices and keeps the reading", []string{"ConfirmSignup"}, testConfirmChoices},
		{"coming back begins anew", []string{"ConfirmSignup"}, testConfirmReturn},
		{"E16 who complained is not brought back", []string{"ConfirmSignup"}, testConfirmSuppressed},
	}
}

func (w *World) confirmError(u *newsletter.Signup, now time.Time) error {
	_, err := w.s.ConfirmSignup(w.t.Context(), u.PublicID, newsletter.Proof{}, w.Hashes(u.Address), newsletter.Person(u.PublicID), now)
	return err
}

// ledger tells what the consent ledger says, in order.
func ledger(t *testing.T, s *store.Store) [][]string {
	t.Helper()
	if broken, err := s.VerifyConsent(t.Context()); err != nil || broken != 0 {
		t.Errorf("the ledger is broken at %d, %v", broken, err)
	}
	return Query(t, s, `SELECT action, channel, COALESCE(e.address, '') FROM consent AS c LEFT JOIN consent_evidence AS e ON e.consent_seq = c.seq ORDER BY c.seq`)
}

func testConfirm(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	u := w.SignUp(jan, Start, w.Some(w.Council))
	w.Decide(u, Start)
	c, same, err := s.Confirmation(t.Context(), u.PublicID, Start)
	if err != nil || c.State != newsletter.ConfirmationOpen || c.Address != jan || len(c.Choices) != 1 || same.ID != u.ID {
		t.Fatalf("%+v, %v", c, err)
	}
	now := Start.Add(time.Hour)
	c, err = s.ConfirmSignup(t.Context(), u.PublicID, newsletter.Proof{Client: newsletter.Client{Network: "198.51.100.4/32", Agent: "Other/2"}, MessageID: "m@voorbeeld.nl"},
		w.Hashes(jan), newsletter.Person(u.PublicID), now)
	if err != nil || c.State != newsletter.ConfirmationActive || len(c.Standing) != 1 {
		t.Fatalf("%+v, %v", c, err)
	}
	p, err := s.SubscriberByAddress(t.Context(), "jan.jansen@voorbeeld.nl")
	if err != nil || p.Address != jan || p.Language != newsletter.Dutch || p.Layout != newsletter.Standard || p.Subject.IsZero() {
		t.Fatalf("%+v, %v", p, err)
	}
	if same, err := s.Subscriber(t.Context(), p.ID); err != nil || *same != *p {
		t.Errorf("%+v, %v", same, err)
	}
	if n, err := s.CountSubscribers(t.Context()); err != nil || n != 1 {
		t.Errorf("%d subscribers, %v", n, err)
	}
	standing := c.Standing[0]
	if standing.ListName != "Expertgroep Nieuwe Democratie" || standing.Schedule != "Wekelijks" || standing.AllTopics || len(standing.TopicNames) != 1 ||
		standing.TopicNames[0] != "De nieuwe rol van de raad" || !standing.NextAt.Equal(w.Weekly.NextAt.Time) || !standing.Subscription.ActiveSince.Equal(now) {
		t.Errorf("%+v", standing)
	}
	sub, err := s.Subscription(t.Context(), standing.Subscription.PublicID)
	if err != nil || *sub != standing.Subscription {
		if diff := cmp.Diff(&standing.Subscription, sub); diff != "" || err != nil {
			t.Errorf("%s, %v", diff, err)
		}
	}
	if of, err := s.StandingOfSignup(t.Context(), u.ID, Start); err != nil || len(of) != 1 || of[0].Subscription.ID != sub.ID {
		t.Errorf("%+v, %v", of, err)
	}
	reading := Query(t, s, `SELECT through_seq, told_seq, away_from, away_to, owed_posts FROM reading WHERE id = `+str(sub.ReadingID))
	if diff := cmp.Diff([][]string{{"3", "3", "0", "0", "[]"}}, reading); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([][]string{{"requested", "form", string(jan)}, {"confirmed", "link", string(jan)}}, ledger(t, s)); diff != "" {
		t.Error(diff)
	}
	evidence := Query(t, s, `SELECT network, agent, form_url, confirmation_message_id FROM consent_evidence ORDER BY consent_seq`)
	if diff := cmp.Diff([][]string{{"192.0.2.7/32", "Test/1", "https://voorbeeld.nl/", ""}, {"198.51.100.4/32", "Other/2", "https://voorbeeld.nl/", "m@voorbeeld.nl"}}, evidence); diff != "" {
		t.Error(diff)
	}
	if left := Query(t, s, `SELECT address, address_key, name, network, agent, form_url FROM signup`); !cmp.Equal(left, [][]string{{"", "", "", "", "", ""}}) {
		t.Errorf("the sign-up still holds %v", left)
	}
}

func testConfirmTwice(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	u := w.SignUp(jan, Start, w.All())
	w.Decide(u, Start)
	w.Confirm(u, Start)
	before := Tables(t, s)
	// Long after the link's end, too: mail is opened again.
	c := w.Confirm(u, Start.AddDate(1, 0, 0))
	if c.State != newsletter.ConfirmationActive || c.Address != "" || len(c.Standing) != 1 {
		t.Errorf("%+v", c)
	}
	w.check(s.Unsubscribe(t.Context(), c.Standing[0].Subscription.PublicID, false, newsletter.ChannelPage, Worker, Start.Add(time.Hour)))
	if c := w.Confirm(u, Start.Add(2*time.Hour)); c.State != newsletter.ConfirmationLeft {
		t.Errorf("after leaving: %+v", c)
	}
	if grown := difference(before, Tables(t, s)); !cmp.Equal(grown, map[string]int{"consent": 1, "consent_evidence": 1}) {
		t.Errorf("grown by %v, want the leaving alone", grown)
	}
}

func testConfirmRace(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	// Two mails to one address, each tapped several times, in whatever order.
	ups := []*newsletter.Signup{w.SignUp(jan, Start, w.All()), w.SignUp("JAN.jansen@voorbeeld.nl", Start.Add(time.Hour), w.Some(w.Council))}
	for _, u := range ups {
		w.Decide(u, Start.Add(time.Hour))
	}
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() { errs[i] = w.confirmError(ups[i%2], Start.Add(2*time.Hour)) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	counts := Tables(t, s)
	if counts["subscriber"] != "1" || counts["subscription"] != "1" || counts["consent"] != "4" || counts["delivery"] != "3" {
		t.Errorf("%v, want one subscriber, one subscription, twice two consents, two links and one welcome", counts)
	}
	ledger(t, s)
}

func testConfirmLate(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	u := w.SignUp(jan, Start, w.All())
	if err := w.confirmError(u, Start); !newsletter.Is(err, newsletter.Expired) {
		t.Errorf("before its mail was decided on: %v", err)
	}
	w.Decide(u, Start)
	before := Tables(t, s)
	if err := w.confirmError(u, Start.Add(LinkLife)); !newsletter.Is(err, newsletter.Expired) {
		t.Errorf("at its end: %v", err)
	}
	if grown := difference(before, Tables(t, s)); len(grown) != 0 {
		t.Errorf("it changed %v", grown)
	}
	if err := w.confirmError(u, Start.Add(LinkLife-time.Microsecond)); err != nil {
		t.Errorf("just before: %v", err)
	}
}

func testConfirmChoices(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	first := w.Join(jan, Start, w.All())
	w.Topic("later", "Later", "Later") // moves the list's sequence on
	daily := w.Some(w.Council, w.Experiments)
	daily.ScheduleID = w.Daily.ID
	u := w.SignUp(jan, Start.Add(time.Hour), daily)
	u.Name = "Jan"
	w.Decide(u, Start.Add(time.Hour))
	c := w.Confirm(u, Start.Add(2*time.Hour))
	got := c.Standing[0].Subscription
	if got.ID != first.ID || got.ReadingID != first.ReadingID || got.ScheduleID != w.Daily.ID || !got.ActiveSince.Equal(Start) || len(c.Standing[0].Topics) != 2 {
		t.Errorf("%+v, was %+v", got, first)
	}
	if welcomes := Query(t, s, `SELECT COUNT(*) FROM delivery WHERE template = 'welcome'`); welcomes[0][0] != "1" {
		t.Errorf("%s welcomes for one who was there already", welcomes[0][0])
	}
}

func testConfirmReturn(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	first := w.Join(jan, Start, w.All())
	w.check(s.Unsubscribe(t.Context(), first.PublicID, false, newsletter.ChannelOneClick, Worker, Start.Add(time.Hour)))
	w.Topic("later", "Later", "Later")
	now := Start.AddDate(0, 0, 3)
	got := w.Join(jan, now, w.Some(w.Council))
	if got.ID != first.ID || got.State != newsletter.SubscriptionActive || !got.ActiveSince.Equal(now) || !got.EndedAt.IsZero() {
		t.Errorf("%+v", got)
	}
	if reading := Query(t, s, `SELECT through_seq, away_to FROM reading WHERE id = `+str(got.ReadingID)); !cmp.Equal(reading, [][]string{{"4", "0"}}) {
		t.Errorf("reading %v", reading)
	}
	want := [][]string{{"requested", "form", string(jan)}, {"confirmed", "link", string(jan)}, {"withdrawn", "one_click", string(jan)},
		{"requested", "form", string(jan)}, {"confirmed", "link", string(jan)}}
	if diff := cmp.Diff(want, ledger(t, s)); diff != "" {
		t.Error(diff)
	}
}

func testConfirmSuppressed(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	u := w.SignUp(jan, Start, w.All())
	w.Decide(u, Start)
	w.check(s.Suppress(t.Context(), jan, w.Hash(jan), newsletter.SuppressedComplaint, time.Time{}, Worker, Start))
	if err := w.confirmError(u, Start.Add(time.Minute)); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("after a complaint: %v", err)
	}
	if counts := Tables(t, s); counts["subscriber"] != "0" || counts["consent"] != "0" {
		t.Errorf("%v", counts)
	}
	// Erased is another matter: their own double opt-in lifts it.
	piet := newsletter.Address("piet@voorbeeld.nl")
	w.check(s.Suppress(t.Context(), piet, w.Hash(piet), newsletter.SuppressedErased, time.Time{}, Worker, Start))
	w.Join(piet, Start, w.All())
	if left := Query(t, s, `SELECT reason FROM suppression`); !cmp.Equal(left, [][]string{{"complaint"}}) {
		t.Errorf("suppressions %v", left)
	}
}

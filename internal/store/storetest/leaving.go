package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func leavingCases() []Case {
	return []Case{
		{"B6 leaving cancels the mail that waits, once", []string{"Unsubscribe", "Leaving"}, testLeave},
		{"B7 leaving all lists or one", []string{"Unsubscribe", "Leaving"}, testLeaveAll},
		{"leaving can be taken back for a day", []string{"ReturnSubscription", "Leaving"}, testReturn},
	}
}

func (w *World) leave(sub newsletter.Subscription, all bool, now time.Time) {
	w.t.Helper()
	w.check(w.s.Unsubscribe(w.t.Context(), sub.PublicID, all, newsletter.ChannelPage, newsletter.Person(sub.PublicID), now))
}

func testLeave(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Join(jan, Start, w.All())
	for i := range 2 {
		w.leave(sub, false, Start.Add(time.Duration(i+1)*time.Hour))
		got, err := s.Subscription(t.Context(), sub.PublicID)
		if err != nil || got.State != newsletter.SubscriptionUnsubscribed || !got.EndedAt.Equal(Start.Add(time.Hour)) {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if states := Query(t, s, `SELECT template, state FROM delivery ORDER BY id`); !cmp.Equal(states, [][]string{{"confirmation", "cancelled"}, {"welcome", "cancelled"}}) {
		t.Errorf("%v", states)
	}
	if entries := ledger(t, s); len(entries) != 3 || !cmp.Equal(entries[2], []string{"withdrawn", "page", string(jan)}) {
		t.Errorf("%v", entries)
	}
	if err := s.Unsubscribe(t.Context(), newsletter.NewPublicID(), false, "page", Worker, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
}

// second makes another list with one schedule.
func (w *World) second() newsletter.Choice {
	w.t.Helper()
	list := newsletter.List{Name: "tweede", Language: newsletter.Dutch, ListID: "tweede.voorbeeld.nl", SenderName: "Tweede", SenderAddress: "post@voorbeeld.nl", Texts: both("Tweede", "Second")}
	w.check(w.s.CreateList(w.t.Context(), &list, By, Start))
	schedule := w.Weekly
	schedule.ListID = list.ID
	w.check(w.s.CreateSchedule(w.t.Context(), &schedule, By, Start))
	return newsletter.Choice{ListID: list.ID, ScheduleID: schedule.ID, AllTopics: true}
}

func (w *World) states() string {
	w.t.Helper()
	states := ""
	for _, row := range Query(w.t, w.s, `SELECT state FROM subscription ORDER BY id`) {
		states += row[0] + " "
	}
	return states
}

func testLeaveAll(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Join(jan, Start, w.All(), w.second())
	leaving, err := s.Leaving(t.Context(), sub.PublicID, Start)
	if err != nil || leaving.Others != 1 || leaving.CanUndo || leaving.Standing.Subscription.ID != sub.ID {
		t.Errorf("%+v, %v", leaving, err)
	}
	twice, other := w.SignUp(jan, Start, w.All()), w.SignUp(jan, Start, w.Some(w.Council))
	w.Decide(twice, Start)
	w.Decide(other, Start)
	mails := func() [][]string {
		return Query(t, s, `SELECT template, state FROM delivery WHERE ref IN (`+str(twice.ID)+`, `+str(other.ID)+`) AND template <> 'welcome' ORDER BY id`)
	}
	w.leave(sub, false, Start.Add(time.Hour))
	if got := w.states(); got != "unsubscribed active " {
		t.Errorf("after leaving one: %s", got)
	}
	if got := mails(); !cmp.Equal(got, [][]string{{"already_subscribed", "cancelled"}, {"confirmation", "pending"}}) {
		t.Errorf("after leaving one: %v", got)
	}
	if of, err := s.StandingOfSignup(t.Context(), 1, Start); err != nil || len(of) != 1 {
		t.Errorf("the welcome would list %v, %v", of, err)
	}
	w.leave(sub, true, Start.Add(2*time.Hour))
	if got := mails(); !cmp.Equal(got, [][]string{{"already_subscribed", "cancelled"}, {"confirmation", "cancelled"}}) {
		t.Errorf("after leaving all: %v", got)
	}
	if got := w.states(); got != "unsubscribed unsubscribed " {
		t.Errorf("after leaving all: %s", got)
	}
	if entries := ledger(t, s); len(entries) != 6 {
		t.Errorf("%v", entries)
	}
}

func testReturn(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	second := w.second()
	sub := w.Join(jan, Start, w.Some(w.Council), second)
	w.check(w.save(sub, Start, newsletter.Wish{Choice: second, Paused: true}))
	w.leave(sub, true, Start.Add(time.Hour))
	w.Topic("later", "Later", "Later")
	leaving, err := s.Leaving(t.Context(), sub.PublicID, Start.Add(25*time.Hour-time.Microsecond))
	if err != nil || !leaving.CanUndo {
		t.Errorf("%+v, %v", leaving, err)
	}
	back := func(now time.Time) error {
		return s.ReturnSubscription(t.Context(), sub.PublicID, newsletter.Person(sub.PublicID), now)
	}
	if err := back(Start.Add(25 * time.Hour)); !newsletter.Is(err, newsletter.Expired) {
		t.Errorf("a day later: %v", err)
	}
	for range 2 {
		w.check(back(Start.Add(2 * time.Hour)))
	}
	if got := w.states(); got != "active paused " {
		t.Errorf("after taking it back: %s", got)
	}
	got, err := s.Settings(t.Context(), sub.PublicID, Start)
	if err != nil || len(got.Standing[0].Topics) != 1 || got.Standing[0].Subscription.ScheduleID != w.Weekly.ID || !got.Standing[0].Subscription.EndedAt.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
	reading := Query(t, s, `SELECT through_seq, away_from, away_to FROM reading WHERE id = `+str(got.Standing[0].Subscription.ReadingID))
	if !cmp.Equal(reading, [][]string{{"4", "3", "4"}}) {
		t.Errorf("reading %v", reading)
	}
	entries := ledger(t, s)
	if n := len(entries); n != 9 || entries[n-1][0] != "confirmed" || entries[n-1][1] != "undo" {
		t.Errorf("%v", entries)
	}
	why, err := s.Why(t.Context(), sub.PublicID, Start)
	if err != nil || !why.RequestedAt.Equal(Start) || why.Wording.Hash != w.Words.Hash {
		t.Errorf("%+v, %v", why, err)
	}
	// Who objected doesn't come back by an old link.
	w.leave(sub, true, Start.Add(3*time.Hour))
	w.check(s.Suppress(t.Context(), jan, w.Hash(jan), newsletter.SuppressedObjection, time.Time{}, Worker, Start.Add(3*time.Hour)))
	if err := back(Start.Add(4 * time.Hour)); !newsletter.Is(err, newsletter.Expired) {
		t.Errorf("after an objection: %v", err)
	}
}

package storetest

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func settingsCases() []Case {
	return []Case{
		{"a preferences link shows and changes what one gets", []string{"Settings", "SaveSettings"}, testSettings},
		{"a pause stops mail, and its posts are linked afterwards", []string{"SaveSettings", "ResumeSubscriptions"}, testPause},
		{"a preferences link joins no list", []string{"SaveSettings"}, testSettingsNoJoin},
		{"why do I get this", []string{"Why"}, testWhy},
	}
}

func str(id int64) string { return strconv.FormatInt(id, 10) }

// save presses the button of the preferences page.
func (w *World) save(sub newsletter.Subscription, now time.Time, wishes ...newsletter.Wish) error {
	return w.s.SaveSettings(w.t.Context(), sub.PublicID, newsletter.SettingsForm{Language: newsletter.Dutch, Layout: newsletter.Standard, Wishes: wishes},
		newsletter.Person(sub.PublicID), now)
}

func testSettings(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Join(jan, Start, w.All())
	got, err := s.Settings(t.Context(), sub.PublicID, Start)
	if err != nil || got.Address != jan || got.Language != newsletter.Dutch || len(got.Standing) != 1 || !got.Standing[0].AllTopics {
		t.Fatalf("%+v, %v", got, err)
	}
	form := newsletter.SettingsForm{Name: "Jan", Language: newsletter.English, Layout: newsletter.Large, Wishes: []newsletter.Wish{{Choice: w.Some(w.Council)}}}
	form.Wishes[0].ScheduleID = w.Daily.ID
	w.check(s.SaveSettings(t.Context(), sub.PublicID, form, newsletter.Person(sub.PublicID), Start.Add(time.Hour)))
	got, err = s.Settings(t.Context(), sub.PublicID, Start)
	if err != nil || got.Name != "Jan" || got.Language != newsletter.English || got.Layout != newsletter.Large {
		t.Fatalf("%+v, %v", got, err)
	}
	standing := got.Standing[0]
	if standing.AllTopics || !cmp.Equal(standing.TopicNames, []string{"The new role of the council"}) || standing.Schedule != "Daily" ||
		standing.Subscription.ReadingID != sub.ReadingID || !standing.Subscription.ActiveSince.Equal(Start) {
		t.Errorf("%+v", standing)
	}
	entries := len(ledger(t, s))
	w.check(s.SaveSettings(t.Context(), sub.PublicID, form, newsletter.Person(sub.PublicID), Start.Add(2*time.Hour)))
	if n := len(ledger(t, s)); entries != 3 || n != entries {
		t.Errorf("%d entries, then %d: want a third for the change, none for no change", entries, n)
	}
	if _, err := s.Settings(t.Context(), newsletter.NewPublicID(), Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
}

func testPause(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Join(jan, Start, w.All())
	until := newsletter.At(Start.AddDate(0, 0, 7))
	w.check(w.save(sub, Start.Add(time.Hour), newsletter.Wish{Choice: w.All(), Paused: true, Until: until}))
	got, err := s.Subscription(t.Context(), sub.PublicID)
	if err != nil || got.State != newsletter.SubscriptionPaused || !got.PausedUntil.Equal(until.Time) || !got.ActiveSince.IsZero() {
		t.Fatalf("%+v, %v", got, err)
	}
	if states := Query(t, s, `SELECT state FROM delivery WHERE template = 'welcome'`); !cmp.Equal(states, [][]string{{"cancelled"}}) {
		t.Errorf("the welcome is %v", states)
	}
	w.Topic("later", "Later", "Later") // seq 4, as a post would have
	if n, err := s.ResumeSubscriptions(t.Context(), 10, Worker, until.Add(-time.Microsecond)); err != nil || n != 0 {
		t.Errorf("too early: %d, %v", n, err)
	}
	if n, err := s.ResumeSubscriptions(t.Context(), 10, Worker, until.Time); err != nil || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
	got, err = s.Subscription(t.Context(), sub.PublicID)
	if err != nil || got.State != newsletter.SubscriptionActive || !got.PausedUntil.IsZero() || !got.ActiveSince.Equal(until.Time) {
		t.Fatalf("%+v, %v", got, err)
	}
	if reading := Query(t, s, `SELECT through_seq, away_from, away_to FROM reading WHERE id = `+str(got.ReadingID)); !cmp.Equal(reading, [][]string{{"4", "3", "4"}}) {
		t.Errorf("reading %v", reading)
	}
	// Until they say so, and by hand.
	w.check(w.save(sub, Start.AddDate(0, 0, 8), newsletter.Wish{Choice: w.All(), Paused: true}))
	if n, err := s.ResumeSubscriptions(t.Context(), 10, Worker, Start.AddDate(9, 0, 0)); err != nil || n != 0 {
		t.Errorf("a pause without end ended: %d, %v", n, err)
	}
	w.Topic("laatst", "Laatst", "Last")
	w.check(w.save(sub, Start.AddDate(0, 0, 9), newsletter.Wish{Choice: w.All()}))
	got, err = s.Subscription(t.Context(), sub.PublicID)
	if err != nil || got.State != newsletter.SubscriptionActive {
		t.Fatalf("%+v, %v", got, err)
	}
	if reading := Query(t, s, `SELECT through_seq, away_from, away_to FROM reading WHERE id = `+str(got.ReadingID)); !cmp.Equal(reading, [][]string{{"5", "3", "5"}}) {
		t.Errorf("reading %v: the first pause was not linked yet and is part of it", reading)
	}
}

func testSettingsNoJoin(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Join(jan, Start, w.All())
	before, err := s.Settings(t.Context(), sub.PublicID, Start)
	w.check(err)
	form := newsletter.SettingsForm{Name: "Piet", Language: newsletter.English, Layout: newsletter.Large, Wishes: []newsletter.Wish{
		{Choice: w.Some(w.Council)}, {Choice: newsletter.Choice{ListID: 99, ScheduleID: w.Daily.ID, AllTopics: true}}}}
	if err := s.SaveSettings(t.Context(), sub.PublicID, form, newsletter.Person(sub.PublicID), Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("another list: %v", err)
	}
	after, err := s.Settings(t.Context(), sub.PublicID, Start)
	if diff := cmp.Diff(before, after); err != nil || diff != "" {
		t.Errorf("half of it was done: %s, %v", diff, err)
	}
	w.check(s.Unsubscribe(t.Context(), sub.PublicID, false, newsletter.ChannelPage, Worker, Start))
	if err := w.save(sub, Start, newsletter.Wish{Choice: w.All()}); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("after leaving: %v", err)
	}
}

func testWhy(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	u := w.SignUp(jan, Start, w.Some(w.Council))
	w.Decide(u, Start)
	sub := w.Confirm(u, Start.Add(time.Hour)).Standing[0].Subscription
	why, err := s.Why(t.Context(), sub.PublicID, Start)
	if err != nil || !why.RequestedAt.Equal(Start) || !why.ConfirmedAt.Equal(Start.Add(time.Hour)) || why.Channel != newsletter.ChannelForm ||
		why.Wording.Text != w.Words.Text || why.Standing.NextAt.IsZero() || why.Standing.Subscription.ID != sub.ID {
		t.Errorf("%+v, %v", why, err)
	}
	if _, err := s.Why(t.Context(), newsletter.NewPublicID(), Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
}

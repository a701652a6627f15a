package storetest

import (
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/token"
)

func upcomingCases() []Case {
	return []Case{
		{"an edition that is made ahead is the next one", []string{"Schedules", "Settings", "Why", "Leaving", "Confirmation", "StandingOfSignup", "Dossier"}, testMadeAhead},
		{"who joins after an approval is in the edition after it", []string{"Schedules", "Settings"}, testNextAfterApproval},
		{"an approved edition without posts that goes to everyone", []string{"Schedules"}, testNextForEveryone},
	}
}

// Ahead makes the edition of a schedule's next slot before it has come, as its lead time does.
func (w *World) Ahead(schedule newsletter.Schedule, now time.Time) newsletter.Edition {
	w.t.Helper()
	made, err := w.s.MakeEditions(w.t.Context(), &newsletter.Slots{Schedule: schedule, Make: schedule.NextAt,
		NextAt: newsletter.At(schedule.NextAt.AddDate(0, 0, 7))}, now)
	w.check(err)
	if len(made) != 1 {
		w.t.Fatalf("%d editions were made", len(made))
	}
	return made[0]
}

// next is what a schedule says of itself to who has this reading.
func (w *World) next(schedule newsletter.Schedule, reading newsletter.Reading, now time.Time) newsletter.Time {
	w.t.Helper()
	schedules, err := w.s.Schedules(w.t.Context(), w.List.ID)
	w.check(err)
	for i := range schedules {
		if schedules[i].ID == schedule.ID {
			return schedules[i].NextEdition(reading, newsletter.At(now))
		}
	}
	w.t.Fatalf("no schedule %s", schedule.Name)
	return newsletter.Time{}
}

func (w *World) fresh() newsletter.Reading {
	w.t.Helper()
	l, err := w.s.List(w.t.Context(), w.List.ID)
	w.check(err)
	return newsletter.FreshReading(l.ID, l.LastSeq)
}

func testMadeAhead(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	u := w.SignUp(jan, Start, w.All())
	w.Decide(u, Start)
	id := w.Confirm(u, Start).Standing[0].Subscription.PublicID
	w.Ahead(w.Weekly, Start)
	slot, now := w.Weekly.NextAt, Start.Add(time.Hour)
	if at := w.next(w.Weekly, w.fresh(), now); at != slot {
		t.Errorf("the schedule says %v, not %v", at, slot)
	}
	settings, err := s.Settings(t.Context(), id, now)
	w.check(err)
	why, err := s.Why(t.Context(), id, now)
	w.check(err)
	leaving, err := s.Leaving(t.Context(), id, now)
	w.check(err)
	confirmation, _, err := s.Confirmation(t.Context(), u.PublicID, now)
	w.check(err)
	welcome, err := s.StandingOfSignup(t.Context(), u.ID, now)
	w.check(err)
	dossier, err := s.Dossier(t.Context(), jan, []token.Hash{w.Hash(jan)}, By, now)
	w.check(err)
	for what, standing := range map[string]newsletter.Standing{"settings": settings.Standing[0], "why": why.Standing, "leaving": leaving.Standing,
		"confirmation": confirmation.Standing[0], "welcome": welcome[0], "dossier": dossier.Subscriptions[0]} {
		if standing.NextAt != slot {
			t.Errorf("%s says %v, not %v", what, standing.NextAt, slot)
		}
	}
}

func testNextAfterApproval(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	early := w.Join(jan, Start, w.All())
	w.Post("Nieuw", Start.Add(time.Minute))
	e := w.Ahead(w.Weekly, Start.Add(time.Hour))
	_, err := s.ApproveEdition(t.Context(), e.PublicID, By, Start.Add(2*time.Hour))
	w.check(err)
	now := Start.Add(3 * time.Hour)
	late := w.Join("piet@voorbeeld.nl", now, w.All())
	slot, after := w.Weekly.NextAt, newsletter.At(w.Weekly.NextAt.AddDate(0, 0, 7))
	for id, want := range map[newsletter.PublicID]newsletter.Time{early.PublicID: slot, late.PublicID: after} {
		settings, err := s.Settings(t.Context(), id, now)
		w.check(err)
		if got := settings.Standing[0].NextAt; got != want {
			t.Errorf("%v, not %v", got, want)
		}
	}
	if at := w.next(w.Weekly, w.fresh(), now); at != after {
		t.Errorf("the form says %v", at)
	}
	if at := w.next(w.Weekly, newsletter.Reading{}, now); at != slot {
		t.Errorf("the next to leave is at %v", at)
	}
}

func testNextForEveryone(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.Do(`UPDATE schedule SET empty = 'send' WHERE id = $1`, w.Weekly.ID)
	w.Join(jan, Start, w.All())
	e := w.Ahead(w.Weekly, Start.Add(time.Hour))
	w.check(s.EditEdition(t.Context(), e.PublicID, newsletter.EditionWords{Introduction: "Deze week geen nieuws."}, By, Start))
	_, err := s.ApproveEdition(t.Context(), e.PublicID, By, Start.Add(2*time.Hour))
	w.check(err)
	if at := w.next(w.Weekly, w.fresh(), Start.Add(3*time.Hour)); at != w.Weekly.NextAt {
		t.Errorf("%v, not %v", at, w.Weekly.NextAt)
	}
}
